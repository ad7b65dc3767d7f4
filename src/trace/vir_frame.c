// SPDX-License-Identifier: BSD-2-Clause
/*
 * Where frame objects lie. Each is alive from its first to its last mention, or use of an address
 * made from it; a loop that it is alive in only partly keeps it alive throughout. Objects that are
 * never alive together share memory.
 */
#include <errno.h>
#include <stdlib.h>

#include "trace/vir.h"

enum { NOT_FRAME = 0, ANY_FRAME = UINT32_MAX }; /* of what a register points to; else 1 + frame */

struct place {
	struct vfunc *f;
	u32 *points;
	u32 *label_at;
};

static void always(struct place *p, u32 to)
{
	if (to != NOT_FRAME && to != ANY_FRAME)
		p->f->frames[to - 1].always = true;
}

/* The register may point to frame `to`. Did that change anything? */
static bool point(struct place *p, u32 reg, u32 to)
{
	u32 *old = &p->points[reg];

	if (to == NOT_FRAME || *old == to || *old == ANY_FRAME) {
		if (*old == ANY_FRAME)
			always(p, to);
		return false;
	}
	if (*old != NOT_FRAME) {
		always(p, *old);
		always(p, to);
		*old = ANY_FRAME;
		return true;
	}
	*old = to;
	return true;
}

static bool follow(struct place *p, const struct vinsn *i)
{
	switch (i->kind) {
	case V_FRAME_ADDR:
		return point(p, i->dst, i->frame + 1);
	case V_MOV:
	case V_ALU_IMM:
		return point(p, i->dst, p->points[i->a]);
	case V_ALU:
		return point(p, i->dst, p->points[i->a]) | point(p, i->dst, p->points[i->b]);
	case V_STORE: /* an address in memory: who reads it there? */
		always(p, p->points[i->b]);
		return false;
	default:
		return false;
	}
}

static void mention(struct place *p, u32 to, u32 at)
{
	struct vframe *frame;

	if (to == NOT_FRAME || to == ANY_FRAME)
		return;
	frame = &p->f->frames[to - 1];
	if (!frame->used)
		frame->from = at;
	frame->used = true;
	frame->to = at;
}

static void find_lives(struct place *p)
{
	struct vfunc *f = p->f;

	for (u32 n = 0; n < f->len; n++) {
		const struct vinsn *i = &f->code[n];
		u32 *regs[7], uses = vir_uses(i, regs);

		if (i->kind == V_LABEL)
			p->label_at[i->target] = n;
		if (i->on_frame)
			mention(p, i->frame + 1, n);
		if (i->kind == V_FRAME_ADDR)
			mention(p, i->frame + 1, n);
		for (u32 k = 0; k < uses; k++)
			mention(p, p->points[*regs[k]], n);
	}
}

static bool widen(struct vframe *frame, u32 from, u32 to)
{
	bool apart = frame->to < from || frame->from > to;
	bool inside = frame->from >= from && frame->to <= to;
	bool around = frame->from <= from && frame->to >= to;

	if (!frame->used || apart || inside || around)
		return false;
	frame->from = MIN(frame->from, from);
	frame->to = MAX(frame->to, to);
	return true;
}

static void widen_loops(struct place *p)
{
	struct vfunc *f = p->f;
	bool changed = true;

	while (changed) {
		changed = false;
		for (u32 n = 0; n < f->len; n++) {
			const struct vinsn *i = &f->code[n];

			if (!vir_ends_block(i) || i->kind == V_EXIT || p->label_at[i->target] > n)
				continue;
			for (u32 k = 0; k < f->frame_count; k++)
				changed |= widen(&f->frames[k], p->label_at[i->target], n);
		}
	}
	for (u32 k = 0; k < f->frame_count; k++) {
		if (f->frames[k].always) {
			f->frames[k].from = 0;
			f->frames[k].to = f->len;
		}
	}
}

static bool together(const struct vframe *a, const struct vframe *b)
{
	return a->from <= b->to && b->from <= a->to;
}

/* The place nearest to R10 that no object alive at the same time has. */
static int put(struct vfunc *f, u32 n)
{
	struct vframe *frame = &f->frames[n];
	u32 align = frame->size >= 8 ? 8 : frame->align;
	s32 off = -(s32)ROUND_UP(frame->size, align);
	bool moved = true;

	while (moved) {
		moved = false;
		for (u32 k = 0; k < n; k++) {
			const struct vframe *other = &f->frames[k];
			s32 end = other->off + (s32)other->size;

			if (!other->used || !together(frame, other) || off >= end ||
			    off + (s32)frame->size <= other->off)
				continue;
			off = -(s32)ROUND_UP((u32)-other->off + frame->size, align);
			moved = true;
		}
	}
	frame->off = off;
	f->stack = MIN(f->stack, off);
	return off < -STACK_SIZE ? -E2BIG : 0;
}

int vir_place(struct vfunc *f, struct span *at)
{
	struct place p = { .f = f };
	struct arena a = { 0 };
	bool changed = true;
	int err = 0;

	p.points = arena_array(&a, f->reg_count, sizeof(*p.points));
	p.label_at = arena_array(&a, f->label_count, sizeof(*p.label_at));
	if (!p.points || !p.label_at) {
		arena_fini(&a);
		return -ENOMEM;
	}
	while (changed) {
		changed = false;
		for (u32 i = 0; i < f->len; i++)
			changed |= follow(&p, &f->code[i]);
	}
	find_lives(&p);
	widen_loops(&p);
	for (u32 k = 0; k < f->frame_count && !err; k++) {
		if (!f->frames[k].used)
			continue;
		err = put(f, k);
		if (err)
			*at = f->code[MIN(f->frames[k].from, f->len - 1)].at;
	}
	arena_fini(&a);
	return err;
}
