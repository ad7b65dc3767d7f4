// SPDX-License-Identifier: BSD-2-Clause
/* How programs over packets in memory begin and end; between, the XDP form has the same code. */
#include "classic/convert.h"

#include <errno.h>
#include <stdlib.h>

#include "object/object.h"

enum {
	XDP_DATA = 0, /* in struct xdp_md */
	XDP_DATA_END = 4,
	XDP_RX_QUEUE = 16,
	/* instructions before and after the body */
	XDP_START = 3,
	XDP_END = 1,
	BATCH_START = 11,
	BATCH_LOOP = 6, /* where the next packet is taken up */
	BATCH_END = 12,
};

static void load(struct convert *c, u8 size, u8 dst, u8 src, s16 off)
{
	convert_emit(c, CLASS_LDX | MODE_MEM | size, dst, src, off, 0);
}

static void store(struct convert *c, u8 dst, s16 off, u8 src)
{
	convert_emit(c, CLASS_STX | MODE_MEM | SIZE_DW, dst, src, off, 0);
}

static void start_xdp(struct convert *c)
{
	load(c, SIZE_W, 8, 1, XDP_DATA);
	load(c, SIZE_W, 9, 1, XDP_DATA_END);
	load(c, SIZE_W, 6, 1, XDP_RX_QUEUE);
}

void convert_batch_start(struct convert *c)
{
	if (c->target == CBPF_XDP) {
		start_xdp(c);
		return;
	}
	load(c, SIZE_DW, 2, 1, offsetof(struct cbpf_batch, first));
	store(c, REG_FP, CONVERT_NEXT, 2);
	load(c, SIZE_DW, 2, 1, offsetof(struct cbpf_batch, end));
	store(c, REG_FP, CONVERT_STOP, 2);
	load(c, SIZE_DW, 2, 1, offsetof(struct cbpf_batch, results));
	store(c, REG_FP, CONVERT_RESULT, 2);
	/* BATCH_LOOP */
	load(c, SIZE_DW, 1, REG_FP, CONVERT_NEXT);
	load(c, SIZE_DW, 8, 1, 0);
	load(c, SIZE_W, 9, 1, 8);
	convert_emit(c, CLASS_ALU64 | CBPF_ADD | SRC_X, 9, 8, 0, 0);
	load(c, SIZE_W, 6, 1, 12);
}

void convert_batch_end(struct convert *c)
{
	s32 back;

	if (c->target == CBPF_XDP) {
		convert_emit(c, CODE_EXIT, 0, 0, 0, 0);
		return;
	}
	load(c, SIZE_DW, 1, REG_FP, CONVERT_RESULT);
	store(c, 1, 0, 0);
	convert_emit(c, CLASS_ALU64 | CBPF_ADD, 1, 0, 0, 8);
	store(c, REG_FP, CONVERT_RESULT, 1);
	load(c, SIZE_DW, 1, REG_FP, CONVERT_NEXT);
	convert_emit(c, CLASS_ALU64 | CBPF_ADD, 1, 0, 0, CBPF_RECORD);
	store(c, REG_FP, CONVERT_NEXT, 1);
	load(c, SIZE_DW, 2, REG_FP, CONVERT_STOP);
	convert_emit(c, CLASS_JMP | CBPF_JEQ | SRC_X, 1, 2, 1, 0);
	back = BATCH_LOOP - (s32)c->code.len - 1;
	convert_emit(c, CODE_JA32, 0, 0, 0, back);
	convert_emit(c, CODE_MOV, 0, 0, 0, 0);
	convert_emit(c, CODE_EXIT, 0, 0, 0, 0);
}

bool cbpf_same_body(const struct object *xdp, const struct object *memory)
{
	const struct obj_prog *x = &xdp->progs[0], *m = &memory->progs[0];
	u32 body = x->insn_count - XDP_START - XDP_END;

	return m->insn_count == body + BATCH_START + BATCH_END &&
	       !memcmp(x->insns + XDP_START, m->insns + BATCH_START, body * sizeof(*x->insns));
}

/* Of loads and stores; nothing else takes addresses of the stack in a filter. */
static bool uses_low_stack(const struct obj_prog *p)
{
	for (u32 k = 0; k < p->insn_count; k++) {
		const struct insn *i = &p->insns[k];
		u8 class = INSN_CLASS(i->code);
		u8 base = class == CLASS_LDX ? i->src : i->dst;

		if ((class == CLASS_LDX || class == CLASS_ST || class == CLASS_STX) &&
		    base == REG_FP && i->off < CONVERT_NEXT + 8)
			return true;
	}
	return false;
}

int cbpf_batch_of(struct obj_prog *out, const struct obj_prog *xdp, u32 prologue, struct arena *a)
{
	struct convert c = { .target = CBPF_MEMORY };
	u32 end;

	if (uses_low_stack(xdp))
		return -EOPNOTSUPP;
	convert_batch_start(&c);
	convert_emit(&c, CODE_MOV | SRC_X, 1, 8, 0, 0);
	convert_emit(&c, CODE_MOV | SRC_X, 2, 9, 0, 0);
	convert_emit(&c, CODE_MOV | SRC_X, 3, 6, 0, 0);
	end = c.code.len + xdp->insn_count - prologue;
	for (u32 k = prologue; k < xdp->insn_count; k++) {
		struct insn i = xdp->insns[k];

		if (i.code == CODE_EXIT) /* one instruction for one: distances stay */
			i = (struct insn){ .code = CODE_JA32, .imm = (s32)(end - c.code.len - 1) };
		convert_emit(&c, i.code, i.dst, i.src, i.off, i.imm);
	}
	convert_batch_end(&c);
	*out = *xdp;
	out->insns = c.failed ? NULL : arena_copy(a, c.code.data, c.code.len * sizeof(struct insn));
	out->insn_count = c.code.len;
	vec_fini(&c.code);
	return out->insns ? 0 : -ENOMEM;
}
