/* SPDX-License-Identifier: BSD-2-Clause */
/* Objects built by hand, loaded into the user engine, run; for tests of the engine below the API.
 */
#ifndef TESTS_USER_FIXTURE_H
#define TESTS_USER_FIXTURE_H

#include "engine/engine.h"
#include "isa/insn.h"
#include "map/map.h"
#include "spec/map.h"
#include "spec/prog.h"

/* Instructions */
#define I_MOV(d, k)	     ((struct insn){ 0xb7, d, 0, 0, k })
#define I_MOVR(d, s)	     ((struct insn){ 0xbf, d, s, 0, 0 })
#define I_ALU(op, d, k)	     ((struct insn){ 0x07 | (op), d, 0, 0, k })
#define I_ALUR(op, d, s)     ((struct insn){ 0x0f | (op), d, s, 0, 0 })
#define I_LDX(sz, d, s, off) ((struct insn){ CLASS_LDX | MODE_MEM | (sz), d, s, off, 0 })
#define I_STX(sz, d, s, off) ((struct insn){ CLASS_STX | MODE_MEM | (sz), d, s, off, 0 })
#define I_ST(sz, d, off, k)  ((struct insn){ CLASS_ST | MODE_MEM | (sz), d, 0, off, k })
#define I_J(op, d, k, off)   ((struct insn){ CLASS_JMP | (op), d, 0, off, k })
#define I_JR(op, d, s, off)  ((struct insn){ CLASS_JMP | SRC_X | (op), d, s, off, 0 })
#define I_CALL(id)	     ((struct insn){ CODE_CALL, 0, 0, 0, id })
#define I_EXIT		     ((struct insn){ CODE_EXIT, 0, 0, 0, 0 })
#define I_MAP(d, idx)                                                                              \
	((struct insn){ CODE_LD_IMM64, d, PSEUDO_MAP_IDX, 0, idx }), ((struct insn){ 0 })
#define I_VALUE(d, idx, at)                                                                        \
	((struct insn){ CODE_LD_IMM64, d, PSEUDO_MAP_IDX_VALUE, 0, idx }),                         \
		((struct insn){ 0, 0, 0, 0, at })
#define I_FUNC(d, rel)                                                                             \
	((struct insn){ CODE_LD_IMM64, d, PSEUDO_FUNC, 0, rel }), ((struct insn){ 0 })
enum {
	ADD = 0x00,
	SUB = 0x10,
	MUL = 0x20,
	OR = 0x40,
	AND = 0x50,
	LSH = 0x60,
	RSH = 0x70,
	XOR = 0xa0,
	JEQ = 0x10,
	JGT = 0x20,
	JNE = 0x50
};

struct fixture {
	struct object *obj;
	struct engine *engine;
	struct unit *unit;
	struct diag diag;
};

void fixture_start(struct fixture *f);
void fixture_end(struct fixture *f);
/* Before loading. Return the index. */
u32 fixture_map(struct fixture *f, const char *name, u32 type, u32 key, u32 value, u32 entries);
u32 fixture_prog(struct fixture *f, const char *name, u32 type, u32 attach,
		 const struct insn *insns, u32 count);
int fixture_load(struct fixture *f, const struct skep_load_opts *opts);
/* Load must work and the program run; returns the run's error. */
int fixture_run(struct fixture *f, u32 prog, struct skep_run *run);
struct map *fixture_live(struct fixture *f, u32 map);

#endif
