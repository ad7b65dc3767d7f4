/* SPDX-License-Identifier: BSD-2-Clause */
/* The state of emit_ebpf, shared by its parts: nodes, values (ebpf_value.c), tables. */
#ifndef FILTER_EBPF_EMITTER_H
#define FILTER_EBPF_EMITTER_H

#include "filter/emit_ebpf.h"
#include "filter/plan.h"

enum {
	EBPF_KEPT = 3, /* registers that hold values across nodes: r7, r8, r9 */
	EBPF_FIRST_KEPT = 7,
	EBPF_JNE = 0x50,
	EBPF_JLT = 0xa0,
	EBPF_JLE = 0xb0,
	EBPF_MOV = 0xb0,
	EBPF_END_BE = CLASS_ALU | 0xd0 | SRC_X, /* to or from big-endian */
};

/* What is known at one place of the program. */
struct ebpf_state {
	const struct value *r0; /* NULL: not known */
	struct {
		const struct value *value; /* NULL: not known */
		bool address;		   /* it is the packet's address + value */
		u32 behind;		   /* an address: bytes from there on that are there */
	} kept[EBPF_KEPT];
	u32 bytes; /* that the packet has at least */
};

struct ebpf_block {
	struct ebpf_state entry;
	bool reached;
	u32 slot;
	u32 must; /* bytes that every way from here to a match needs */
};

struct ebpf_fixup {
	u32 slot;
	const struct node *to;
};

struct ebpf_emitter {
	struct graph *g;
	enum ebpf_form form;
	struct ebpf_prog *out;
	struct ebpf_block *blocks; /* by id of the node */
	struct node **order;	   /* targets first */
	u32 order_count;
	u16 *uses; /* by id of the value: nodes that evaluate it */
	VEC(struct ebpf_fixup) fixups;
	struct plan plan;
	struct ebpf_state now;
	const struct node *node; /* being emitted */
	const struct node *next; /* that is emitted after it */
	u32 depth;		 /* words of the stack in use */
	u32 next_kept;
	bool far; /* jumps of more than 32,767 slots */
	bool failed, too_far, unsupported;
};

void ebpf_put(struct ebpf_emitter *e, u8 code, u8 dst, u8 src, s16 off, s32 imm);
/* A jump when `dst code (src or imm)`, with the state as it is now. */
void ebpf_jump(struct ebpf_emitter *e, u8 code, u8 dst, u8 src, s32 imm, const struct node *to);
/* Where the interpreter has to say (CBPF_ASK). The graph has no node TRUE left. */
static inline const struct node *ebpf_ask(const struct ebpf_emitter *e)
{
	return e->g->true_;
}
static inline bool ebpf_in_memory(const struct ebpf_emitter *e)
{
	return e->form != EBPF_SOCKET;
}
/* The same without a jump: the code goes on there. */
/* What both know. */
void ebpf_meet(struct ebpf_state *into, const struct ebpf_state *other);
/* The jump at `slot` goes to slot `to`. */
void ebpf_set_distance(struct ebpf_emitter *e, u32 slot, u32 to);
/* Of a comparison with k. */
u8 ebpf_jump_class(u32 k);
void ebpf_leave(struct ebpf_emitter *e, const struct node *to);
/* r0 = v. */
void ebpf_value(struct ebpf_emitter *e, const struct value *v);
/* r0 = v, a load from the packet, as its bytes lie there; false: it is something else. */
bool ebpf_value_raw(struct ebpf_emitter *e, const struct value *v);
/* A register that holds v: one that is kept, or r0. */
u8 ebpf_register(struct ebpf_emitter *e, const struct value *v);
/* a into r0; the register that then holds b. */
u8 ebpf_both(struct ebpf_emitter *e, const struct value *a, const struct value *b);

/* Memory form: r0 = `size` bytes (SIZE_…, `len` of them) at `off` as they lie there. */
void ebpf_load_raw(struct ebpf_emitter *e, u8 size, u32 off, u32 len);
/* Are this test and those behind it of neighbouring bytes, to be compared at once? Then does so. */
bool ebpf_wide(struct ebpf_emitter *e, const struct node *n);

/* Is the switch a set that is worth a table? Then emits it, with the value in r0. */
bool ebpf_set(struct ebpf_emitter *e, const struct node *n);

#endif
