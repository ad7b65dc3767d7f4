// SPDX-License-Identifier: BSD-2-Clause
#include "classic/convert.h"

#include <errno.h>
#include <stdlib.h>

#include "object/build.h"

enum {
	CODE_MOV32 = CLASS_ALU | 0xb0,
	SKB_LEN = 0, /* offsets in struct __sk_buff */
	SKB_DATA = 76,
	SKB_DATA_END = 80,
	JNE = 0x50, /* opposites of classic jumps: Linux 4.14 */
	JLT = 0xa0,
	JLE = 0xb0,
};

void convert_emit(struct convert *c, u8 code, u8 dst, u8 src, s16 off, s32 imm)
{
	struct insn *i = vec_push(&c->code);

	if (!i) {
		c->failed = true;
		return;
	}
	*i = (struct insn){
		.code = code, .dst = dst & 15, .src = src & 15, .off = off, .imm = imm
	};
}

void convert_return_a(struct convert *c)
{
	if (c->memory)
		convert_branch(c, CODE_JA, 0, 0, 0, CONVERT_END, CONVERT_ONLY);
	else
		convert_emit(c, CODE_EXIT, 0, 0, 0, 0);
}

void convert_return(struct convert *c, u32 value)
{
	convert_emit(c, CODE_MOV32, 0, 0, 0, (s32)value);
	convert_return_a(c);
}

static void add_fixup(struct convert *c, u32 at, u8 version)
{
	struct convert_fixup *f = vec_push(&c->fixups);

	if (at >= CONVERT_LOADER)
		c->wanted[at - CONVERT_LOADER] = true;

	if (f)
		*f = (struct convert_fixup){ c->code.len, at, version };
	else
		c->failed = true;
}

void convert_branch(struct convert *c, u8 code, u8 dst, u8 src, s32 imm, u32 at, u8 version)
{
	if (c->far && code != CODE_CALL) {
		if (code != CODE_JA) {
			convert_emit(c, code, dst, src, 1, imm);
			convert_emit(c, CODE_JA, 0, 0, 1, 0);
		}
		add_fixup(c, at, version);
		convert_emit(c, CODE_JA32, 0, 0, 0, 0);
		return;
	}
	add_fixup(c, at, version);
	convert_emit(c, code, dst, src, 0, imm);
}

/* A against k or X: registers hold 32 bits with zeros above, so 64-bit comparisons are right when
 * the constant has zeros above, too. */
static void conditional(struct convert *c, const struct cbpf_insn *i, u32 at, u8 version)
{
	static const u8 opposites[16] = { [CBPF_JEQ >> 4] = JNE,
					  [CBPF_JGT >> 4] = JLE,
					  [CBPF_JGE >> 4] = JLT };
	u8 op = i->code & 0xf0, opposite = opposites[op >> 4];
	u32 yes = at + 1 + i->jt, no = at + 1 + i->jf;
	u8 source = i->code & SRC_X, reg = source ? 7 : 0;
	s32 imm = source ? 0 : (s32)i->k;

	if (yes == no) {
		if (i->jt)
			convert_branch(c, CODE_JA, 0, 0, 0, yes, version);
		return;
	}
	if (imm < 0) {
		convert_emit(c, CODE_MOV32, 1, 0, 0, imm);
		source = SRC_X;
		reg = 1;
		imm = 0;
	}
	if (!i->jt && opposite) {
		convert_branch(c, CLASS_JMP | opposite | source, 0, reg, imm, no, version);
		return;
	}
	convert_branch(c, CLASS_JMP | op | source, 0, reg, imm, yes, version);
	if (i->jf)
		convert_branch(c, CODE_JA, 0, 0, 0, no, version);
}

static void alu(struct convert *c, const struct cbpf_insn *i)
{
	u8 op = i->code & 0xf0;
	bool by_x = i->code & CBPF_X;

	if (by_x && (op == CBPF_DIV || op == CBPF_MOD)) {
		convert_emit(c, CLASS_JMP | JNE, 7, 0, 2, 0);
		convert_return(c, 0);
	}
	if (by_x && (op == CBPF_LSH || op == CBPF_RSH)) {
		/* The machine's 32-bit shifts mask the count as Linux's classic ones do; said
		 * once more for older verifiers. */
		convert_emit(c, CODE_MOV32 | SRC_X, 1, 7, 0, 0);
		convert_emit(c, CLASS_ALU | CBPF_AND, 1, 0, 0, 31);
		convert_emit(c, CLASS_ALU | op | SRC_X, 0, 1, 0, 0);
		return;
	}
	convert_emit(c, CLASS_ALU | op | (by_x ? SRC_X : SRC_K), 0, by_x ? 7 : 0, 0,
		     by_x ? 0 : (s32)i->k);
}

static s16 word_of_m(u32 k)
{
	return (s16)(CONVERT_M + (s32)k * 4);
}

static void load_len(struct convert *c, u8 dst)
{
	if (c->memory)
		convert_emit(c, CODE_MOV32 | SRC_X, dst, 6, 0, 0);
	else
		convert_emit(c, CLASS_LDX | MODE_MEM | SIZE_W, dst, 6, SKB_LEN, 0);
}

static void insn(struct convert *c, u32 at, u8 version)
{
	const struct cbpf_insn *i = &c->prog->insns[at];

	if (cbpf_info(i->code)->jump) {
		conditional(c, i, at, version);
		return;
	}
	if (cbpf_is_abs(i->code) && i->k >= CBPF_AD) {
		convert_ancillary(c, i->k);
		return;
	}
	switch (i->code) {
	case CBPF_LD | CBPF_W | CBPF_ABS:
	case CBPF_LD | CBPF_H | CBPF_ABS:
	case CBPF_LD | CBPF_B | CBPF_ABS:
	case CBPF_LD | CBPF_W | CBPF_IND:
	case CBPF_LD | CBPF_H | CBPF_IND:
	case CBPF_LD | CBPF_B | CBPF_IND:
	case CBPF_LDX | CBPF_B | CBPF_MSH:
		convert_load(c, at, version);
		break;
	case CBPF_LD | CBPF_LEN:
		load_len(c, 0);
		break;
	case CBPF_LDX | CBPF_LEN:
		load_len(c, 7);
		break;
	case CBPF_LD | CBPF_IMM:
		convert_emit(c, CODE_MOV32, 0, 0, 0, (s32)i->k);
		break;
	case CBPF_LDX | CBPF_IMM:
		convert_emit(c, CODE_MOV32, 7, 0, 0, (s32)i->k);
		break;
	case CBPF_LD | CBPF_MEM:
		convert_emit(c, CLASS_LDX | MODE_MEM | SIZE_W, 0, REG_FP, word_of_m(i->k), 0);
		break;
	case CBPF_LDX | CBPF_MEM:
		convert_emit(c, CLASS_LDX | MODE_MEM | SIZE_W, 7, REG_FP, word_of_m(i->k), 0);
		break;
	case CBPF_ST:
		convert_emit(c, CLASS_STX | MODE_MEM | SIZE_W, REG_FP, 0, word_of_m(i->k), 0);
		break;
	case CBPF_STX:
		convert_emit(c, CLASS_STX | MODE_MEM | SIZE_W, REG_FP, 7, word_of_m(i->k), 0);
		break;
	case CBPF_ALU | CBPF_NEG:
		convert_emit(c, CLASS_ALU | CBPF_NEG, 0, 0, 0, 0);
		break;
	case CBPF_JMP | CBPF_JA:
		if (i->k)
			convert_branch(c, CODE_JA, 0, 0, 0, at + 1 + i->k, version);
		break;
	case CBPF_RET | CBPF_K:
		convert_return(c, i->k);
		break;
	case CBPF_RET | CBPF_A:
		convert_return_a(c);
		break;
	case CBPF_MISC | CBPF_TAX:
		convert_emit(c, CODE_MOV32 | SRC_X, 7, 0, 0, 0);
		break;
	case CBPF_MISC | CBPF_TXA:
		convert_emit(c, CODE_MOV32 | SRC_X, 0, 7, 0, 0);
		break;
	default:
		alu(c, i);
	}
}

static void start(struct convert *c)
{
	if (c->memory)
		convert_batch_start(c);
	else
		convert_emit(c, CODE_MOV | SRC_X, 6, 1, 0, 0);
	if (c->target == CBPF_TC) {
		convert_emit(c, CLASS_LDX | MODE_MEM | SIZE_W, 8, 6, SKB_DATA, 0);
		convert_emit(c, CLASS_LDX | MODE_MEM | SIZE_W, 9, 6, SKB_DATA_END, 0);
	}
	convert_emit(c, CODE_MOV32, 0, 0, 0, 0);
	convert_emit(c, CODE_MOV32, 7, 0, 0, 0);
}

static bool place_shared(struct convert *c, u32 target)
{
	c->shared[target - CONVERT_LOADER] = c->code.len;
	return c->wanted[target - CONVERT_LOADER];
}

/* What several places jump to, or call. */
static void finish(struct convert *c)
{
	if (place_shared(c, CONVERT_ASK)) {
		convert_emit(c, CODE_MOV, 0, 0, 0, 1);
		convert_emit(c, CLASS_ALU64 | CBPF_LSH, 0, 0, 0, 32);
		convert_return_a(c);
	}
	if (place_shared(c, CONVERT_SHORT))
		convert_return(c, 0);
	place_shared(c, CONVERT_END);
	if (c->memory)
		convert_batch_end(c);
	if (place_shared(c, CONVERT_LOADER))
		convert_loader(c);
}

/* One successor learns what is known behind its predecessor. */
static void flow_to(struct convert *c, u32 to, u8 version, u32 covered)
{
	if (version == CONVERT_FAST)
		c->covered[to] = c->reached[version][to] ? MIN(c->covered[to], covered) : covered;
	c->reached[version][to] = true;
}

static void flow_from(struct convert *c, u32 at, u8 version, u32 covered)
{
	const struct cbpf_insn *i = &c->prog->insns[at];

	if ((i->code & 7) == CBPF_RET || (c->memory && convert_is_far(i)))
		return;
	if (i->code == (CBPF_JMP | CBPF_JA)) {
		flow_to(c, at + 1 + i->k, version, covered);
	} else if (cbpf_info(i->code)->jump) {
		flow_to(c, at + 1 + i->jt, version, covered);
		flow_to(c, at + 1 + i->jf, version, covered);
	} else {
		flow_to(c, at + 1, version, covered);
	}
}

/*
 * What can be reached in each version (eBPF programs may not have anything else), and of which part
 * of the packet the fast one knows that it is there. Jumps go forward: one pass a version.
 */
static int flow(struct convert *c)
{
	c->reached[CONVERT_FAST][0] = true;
	for (u32 at = 0; at < c->prog->count; at++) {
		const struct cbpf_insn *i = &c->prog->insns[at];
		u32 covered = c->covered[at], end;
		int err;

		if (!c->reached[CONVERT_FAST][at])
			continue;
		if (cbpf_is_abs(i->code) && i->k >= CBPF_AD) {
			err = convert_ancillary_check(c, at);
			if (err)
				return err;
		}
		if (c->direct && convert_is_tested(c, at, &end)) {
			c->reached[CONVERT_SLOW][at] = !c->memory;
			covered = MAX(covered, end);
		}
		flow_from(c, at, CONVERT_FAST, covered);
	}
	for (u32 at = 0; at < c->prog->count; at++) {
		if (c->reached[CONVERT_SLOW][at])
			flow_from(c, at, CONVERT_SLOW, 0);
	}
	return 0;
}

static void version(struct convert *c, u8 number)
{
	for (u32 at = 0; at < c->prog->count; at++) {
		c->places[number][at] = c->code.len;
		if (c->reached[number][at])
			insn(c, at, number);
	}
}

static void link_jumps(struct convert *c)
{
	const struct convert_fixup *f;

	vec_for (f, &c->fixups) {
		u32 target = f->at >= CONVERT_LOADER ? c->shared[f->at - CONVERT_LOADER]
						     : c->places[f->version][f->at];
		s32 distance = (s32)(target - f->slot - 1);
		struct insn *i = &c->code.data[f->slot];

		if (i->code == CODE_CALL || i->code == CODE_JA32)
			i->imm = distance;
		else if (distance > INT16_MAX)
			c->distant = true;
		else
			i->off = (s16)distance;
	}
}

static int generate(struct convert *c)
{
	c->code.len = c->fixups.len = 0;
	c->distant = false;
	memset(c->wanted, 0, sizeof(c->wanted));
	start(c);
	version(c, CONVERT_FAST);
	if (c->target == CBPF_TC)
		version(c, CONVERT_SLOW);
	finish(c);
	if (c->failed)
		return diag_nomem(c->diag);
	link_jumps(c);
	return 0;
}

static int build(struct object **out, struct convert *c, const char *name)
{
	static const char *const sections[] = {
		[CBPF_SOCKET] = "socket", [CBPF_TC] = "tc", [CBPF_XDP] = "xdp"
	};
	struct skep_prog_def prog = {
		.name = "filter",
		.section = c->target < CBPF_MEMORY ? sections[c->target] : NULL,
		.insns = (const struct skep_insn *)c->code.data,
		.insn_count = c->code.len,
	};
	struct skep_object_def def = {
		.size = sizeof(def), .name = name, .progs = &prog, .prog_count = 1
	};
	struct object *obj;
	int err = object_build(&obj, &def, c->diag);

	if (err)
		return err;
	if (c->wanted[0]) {
		struct obj_func *funcs = arena_array(&obj->arena, 2, sizeof(*funcs));

		if (!funcs) {
			object_free(obj);
			return diag_nomem(c->diag);
		}
		funcs[0] = (struct obj_func){ .name = "filter",
					      .count = c->shared[0],
					      .global = true };
		funcs[1] = (struct obj_func){ .name = "load",
					      .start = c->shared[0],
					      .count = c->code.len - c->shared[0] };
		obj->progs[0].funcs = funcs;
		obj->progs[0].func_count = 2;
	}
	*out = obj;
	return 0;
}

static int convert_init(struct convert *c, struct arena *a)
{
	u32 count = c->prog->count;

	for (u32 v = 0; v < CONVERT_VERSIONS; v++) {
		c->places[v] = arena_array(a, count, sizeof(**c->places));
		c->reached[v] = arena_array(a, count, sizeof(**c->reached));
		if (!c->places[v] || !c->reached[v])
			return diag_nomem(c->diag);
	}
	c->covered = arena_array(a, count, sizeof(*c->covered));
	return c->covered ? 0 : diag_nomem(c->diag);
}

int cbpf_object(struct object **out, const struct cbpf_prog *prog, const char *name,
		enum cbpf_target target, struct diag *d)
{
	struct convert c = { .prog = prog,
			     .target = target,
			     .direct = target != CBPF_SOCKET,
			     .memory = target >= CBPF_XDP,
			     .diag = d };
	struct arena a = { 0 };
	int err = cbpf_check(prog, d);

	if (!err)
		err = convert_init(&c, &a);
	if (!err)
		err = flow(&c);
	if (!err)
		err = generate(&c);
	if (!err && c.distant) {
		c.far = true;
		err = generate(&c);
	}
	if (!err)
		err = build(out, &c, name);
	vec_fini(&c.code);
	vec_fini(&c.fixups);
	arena_fini(&a);
	return err;
}
