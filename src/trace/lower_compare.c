// SPDX-License-Identifier: BSD-2-Clause
/* Equality of what does not fit a register: strings, tuples, arrays. */
#include <errno.h>

#include "trace/lower.h"

enum { MAX_UNROLLED = 64 };

static u32 step_at(struct place a, struct place b, u32 left)
{
	u32 step = 8;

	while (step > left || (u32)a.off % step || (u32)b.off % step)
		step /= 2;
	return step;
}

/* Goes to `differ` when one of `len` bytes does. */
static void compare_memory(struct lower *lo, struct place a, struct place b, u32 len, u32 differ)
{
	u32 pa, pb, i, next, x = new_reg(lo), y = new_reg(lo), at, bt;

	if (len > MAX_UNROLLED) {
		u32 whole = len / 8 * 8;

		pa = place_addr(lo, a);
		pb = place_addr(lo, b);
		i = imm_reg(lo, 0);
		at = new_reg(lo);
		bt = new_reg(lo);
		next = vc_label(lo->v);
		vc_place(lo->v, next);
		vc_alu(lo->v, VC_ADD, VC_64, at, pa, i);
		vc_alu(lo->v, VC_ADD, VC_64, bt, pb, i);
		vc_load(lo->v, 8, false, x, at, 0);
		vc_load(lo->v, 8, false, y, bt, 0);
		vc_branch(lo->v, VC_NE, VC_64, x, y, differ);
		vc_alu_imm(lo->v, VC_ADD, VC_64, i, i, 8);
		vc_branch_imm(lo->v, VC_ULT, VC_64, i, whole, next);
		compare_memory(lo, place_at(a, (s32)whole), place_at(b, (s32)whole), len - whole,
			       differ);
		return;
	}
	while (len) {
		u32 step = step_at(a, b, len);

		x = new_reg(lo);
		y = new_reg(lo);
		place_load(lo, step, false, x, a);
		place_load(lo, step, false, y, b);
		vc_branch(lo->v, VC_NE, VC_64, x, y, differ);
		a.off += (s32)step;
		b.off += (s32)step;
		len -= step;
	}
}

/* Against text that is known: words of it are constants. */
static void compare_text(struct lower *lo, struct place a, const char *text, u32 text_len, u32 len,
			 u32 differ)
{
	for (u32 off = 0, step; off < len; off += step, a.off += (s32)step) {
		u64 part = 0;
		u32 x = new_reg(lo);

		step = 8;
		while (step > len - off || (u32)a.off % step)
			step /= 2;
		for (u32 i = 0; i < step; i++) {
			u64 c = off + i < text_len ? (u8)text[off + i] : 0;

			part |= c << (i * 8);
		}
		place_load(lo, step, false, x, a);
		if ((s64)part == (s32)part)
			vc_branch_imm(lo->v, VC_NE, VC_64, x, (s64)part, differ);
		else
			vc_branch(lo->v, VC_NE, VC_64, x, imm_reg(lo, part), differ);
	}
}

int compare_strings(struct lower *lo, struct node *a, struct node *b, u32 len, u32 differ)
{
	u32 shorter = MIN(a->type->size, b->type->size);
	struct place pa, pb;
	int err;

	if (a->kind == N_STRING && b->kind != N_STRING)
		return compare_strings(lo, b, a, len, differ);
	err = lower_mem(lo, a, &pa);
	if (err)
		return err;
	if (b->kind == N_STRING) {
		/* With its final zero; a longer text than the room has is another one. */
		len = MIN(len, b->len + 1);
		if (len > a->type->size) {
			if (MIN(len, b->len) >= a->type->size)
				vc_jump(lo->v, differ);
			len = a->type->size;
		}
		compare_text(lo, pa, b->str, b->len, len, differ);
		return 0;
	}
	err = lower_mem(lo, b, &pb);
	if (err)
		return err;
	/* Zeros follow the end, so equal strings are equal as far as both have room. */
	compare_memory(lo, pa, pb, MIN(len, shorter), differ);
	return 0;
}

int lower_compare_bytes(struct lower *lo, struct node *n, bool sense, u32 label)
{
	bool equal = n->op == OP_EQ, jump_if_equal = equal == sense;
	const struct ttype *t = n->a->type;
	u32 differ = jump_if_equal ? vc_label(lo->v) : label;
	struct place a, b;
	int err;

	if (t->kind == T_STRING) {
		err = compare_strings(lo, n->a, n->b, UINT32_MAX, differ);
	} else {
		const struct ttype *both = type_join(lo->in, t, n->b->type);

		if (t->kind == T_TUPLE && both && (!t_same(both, t) || !t_same(both, n->b->type))) {
			err = place_new(lo, both->size, 8, &a);
			if (!err)
				err = lower_into(lo, n->a, a, both);
			if (!err)
				err = place_new(lo, both->size, 8, &b);
			if (!err)
				err = lower_into(lo, n->b, b, both);
			t = both;
		} else {
			err = lower_mem(lo, n->a, &a);
			if (!err)
				err = lower_mem(lo, n->b, &b);
		}
		if (!err)
			compare_memory(lo, a, b, t->size, differ);
	}
	if (err)
		return err;
	if (jump_if_equal) {
		vc_jump(lo->v, label);
		vc_place(lo->v, differ);
	}
	return 0;
}
