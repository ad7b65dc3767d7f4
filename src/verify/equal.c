// SPDX-License-Identifier: BSD-2-Clause
#include "verify/equal.h"

enum { MAX_IDS = (REG_COUNT + STACK_SIZE / 8) * MAX_FRAMES };

/* Pairs of an old and a current identifier; each stands in one pair only. */
struct id_map {
	u32 count;
	u32 fresh; /* last made-up identifier: numbers without one are their own */
	struct {
		u32 old, cur;
	} pair[MAX_IDS];
};

struct compare {
	const struct verify *v;
	enum equal_mode mode;
	struct id_map ids;
};

static bool ids_pair(struct id_map *ids, u32 old, u32 cur)
{
	if (!old || !cur)
		return old == cur;
	for (u32 i = 0; i < ids->count; i++) {
		if (ids->pair[i].old == old)
			return ids->pair[i].cur == cur;
		if (ids->pair[i].cur == cur)
			return false;
	}
	if (ids->count == MAX_IDS)
		return false;
	ids->pair[ids->count].old = old;
	ids->pair[ids->count++].cur = cur;
	return true;
}

/*
 * Numbers that are linked in the old state must be linked in the current one, because a branch on
 * one narrows the other. Earlier releases also want what was not linked not to be now.
 */
static bool scalar_ids_pair(struct id_map *ids, const struct reg *old, const struct reg *cur)
{
	u32 a = old->id & ~ID_ADD_CONST, b = cur->id & ~ID_ADD_CONST;

	if ((old->id & ID_ADD_CONST) != (cur->id & ID_ADD_CONST))
		return false;
	if ((old->id & ID_ADD_CONST) && old->off != cur->off)
		return false;
	if (!a)
		a = ++ids->fresh;
	if (!b)
		b = ++ids->fresh;
	return ids_pair(ids, a, b);
}

/* All that the type uses, but identifiers. */
static bool same_shape(const struct reg *old, const struct reg *cur)
{
	return old->off == cur->off && old->raw[0] == cur->raw[0] && old->raw[1] == cur->raw[1];
}

static bool regs_exact(struct id_map *ids, const struct reg *old, const struct reg *cur)
{
	return old->type == cur->type && old->flags == cur->flags && same_shape(old, cur) &&
	       scalar_equal(&old->s, &cur->s) && ids_pair(ids, old->id, cur->id) &&
	       ids_pair(ids, old->ref_id, cur->ref_id);
}

static bool scalars_equal(struct compare *c, const struct reg *old, const struct reg *cur)
{
	/* releases without precision tracking, and runs without privilege, compare all */
	bool precise = old->precise || c->v->opts->unpriv || c->v->exact_scalars ||
		       !era_at_least(c->v, 5, 3);

	if (!precise && c->mode == EQUAL_LOOSE)
		return true;
	if (!scalar_within(&old->s, &cur->s))
		return false;
	/* Of a number that was not linked all combinations with others were followed. */
	if (!old->id && verify_has(c->v, FEATURE_LINKED_ANY))
		return true;
	return scalar_ids_pair(&c->ids, old, cur);
}

static bool packets_equal(struct compare *c, const struct reg *old, const struct reg *cur)
{
	/*
	 * Fewer bytes checked before the pointer than now: all that was read then may be read. A
	 * pointer at or beyond the end decided comparisons by that.
	 */
	if (old->range < 0 || cur->range < 0 ? old->range != cur->range : old->range > cur->range)
		return false;
	return old->off == cur->off && ids_pair(&c->ids, old->id, cur->id) &&
	       scalar_within(&old->s, &cur->s);
}

static bool reg_equal(struct compare *c, const struct reg *old, const struct reg *cur)
{
	if (c->mode == EQUAL_EXACT)
		return regs_exact(&c->ids, old, cur);
	if (old->type == NOT_INIT)
		return c->mode == EQUAL_LOOSE || cur->type == NOT_INIT;
	/* a pointer is no number, though it could be used as one: numbers may be leaked */
	if (old->type != cur->type || old->flags != cur->flags)
		return false;
	switch (old->type) {
	case SCALAR_VALUE:
		return scalars_equal(c, old, cur);
	case PTR_TO_MAP_KEY:
	case PTR_TO_MAP_VALUE:
	case PTR_TO_MEM:
	case PTR_TO_BUF:
	case PTR_TO_TP_BUFFER:
		return same_shape(old, cur) && scalar_within(&old->s, &cur->s) &&
		       ids_pair(&c->ids, old->id, cur->id) &&
		       ids_pair(&c->ids, old->ref_id, cur->ref_id);
	case PTR_TO_PACKET_META:
	case PTR_TO_PACKET:
		return packets_equal(c, old, cur);
	case PTR_TO_STACK:
		return regs_exact(&c->ids, old, cur) && old->frame == cur->frame;
	case PTR_TO_ARENA:
		return true;
	default:
		return regs_exact(&c->ids, old, cur);
	}
}

/* What an eight-byte load of the slot gives when it is a number: the spilled one, or any. */
static const struct reg *slot_number(const struct compare *c, const struct stack_slot *s,
				     const struct reg *unknown)
{
	if (slot_is_scalar_spill(s))
		return &s->reg;
	for (u32 i = 0; i < 8; i++) {
		if (s->bytes[i] != SLOT_MISC &&
		    !(s->bytes[i] == SLOT_INVALID && c->v->allow_uninit_stack))
			return NULL;
	}
	return unknown;
}

/* Dynptrs, iterators and saved flags: their bytes are of one kind. */
static bool objects_equal(struct compare *c, const struct stack_slot *old,
			  const struct stack_slot *cur)
{
	const struct reg *a = &old->reg, *b = &cur->reg;

	switch (old->bytes[0]) {
	case SLOT_DYNPTR:
		return a->dynptr.kind == b->dynptr.kind && a->dynptr.first == b->dynptr.first &&
		       ids_pair(&c->ids, a->ref_id, b->ref_id);
	case SLOT_ITER:
		/* the depth only tells passes of a loop apart, see prune.c */
		return a->iter_types == b->iter_types && a->iter_type_id == b->iter_type_id &&
		       a->iter_state == b->iter_state && ids_pair(&c->ids, a->ref_id, b->ref_id);
	case SLOT_IRQ_FLAG:
		return a->irq_class == b->irq_class && ids_pair(&c->ids, a->ref_id, b->ref_id);
	}
	return true;
}

/* May the byte be ignored, because the old state was safe whatever it held? */
static bool byte_unused(const struct compare *c, u8 type)
{
	return type == SLOT_INVALID || (type == SLOT_MISC && c->v->allow_uninit_stack);
}

static bool slot_equal(struct compare *c, const struct stack_slot *old,
		       const struct stack_slot *cur)
{
	struct reg unknown;
	const struct reg *a, *b;
	bool unused = true;

	if (c->mode != EQUAL_LOOSE && (!cur || memcmp(old->bytes, cur->bytes, 8)))
		return false;
	for (u32 i = 0; i < 8; i++)
		unused &= byte_unused(c, old->bytes[i]);
	if (unused)
		return true;
	if (!cur)
		return false;
	reg_set_unknown(&unknown);
	a = slot_number(c, old, &unknown);
	b = slot_number(c, cur, &unknown);
	if (a && b)
		return reg_equal(c, a, b);
	for (u32 i = 0; i < 8; i++) {
		if (byte_unused(c, old->bytes[i]) || old->bytes[i] == cur->bytes[i])
			continue;
		/* what is safe with any byte is safe with a zero */
		if (old->bytes[i] != SLOT_MISC || cur->bytes[i] != SLOT_ZERO)
			return false;
	}
	return slot_is_spill(old) ? reg_equal(c, &old->reg, &cur->reg) : objects_equal(c, old, cur);
}

/* Slots that only the current state has were not looked at by the old one. */
static bool stacks_equal(struct compare *c, const struct frame *old, const struct frame *cur)
{
	for (u32 i = 0; i < old->slot_count; i++) {
		if (!slot_equal(c, &old->slots[i], i < cur->slot_count ? &cur->slots[i] : NULL))
			return false;
	}
	return true;
}

static bool frames_equal(struct compare *c, const struct frame *old, const struct frame *cur,
			 u32 insn)
{
	u16 live = c->v->cfg.live[insn];

	if (old->callback_depth > cur->callback_depth)
		return false;
	for (u32 i = 0; i < REG_FP; i++) {
		if ((live & 1u << i) && !reg_equal(c, &old->regs[i], &cur->regs[i]))
			return false;
	}
	return stacks_equal(c, old, cur);
}

/* References, locks and open sections agree. */
static bool held_equal(struct compare *c, const struct state *old, const struct state *cur)
{
	if (old->ref_count != cur->ref_count || old->locks != cur->locks ||
	    old->preempt != cur->preempt || old->rcu != cur->rcu ||
	    old->lock_ptr != cur->lock_ptr || !ids_pair(&c->ids, old->irq_id, cur->irq_id) ||
	    !ids_pair(&c->ids, old->lock_id, cur->lock_id))
		return false;
	for (u32 i = 0; i < old->ref_count; i++) {
		const struct ref *a = &old->refs[i], *b = &cur->refs[i];

		if (a->kind != b->kind || !ids_pair(&c->ids, a->id, b->id))
			return false;
		if (a->kind != REF_PTR && a->kind != REF_IRQ && a->ptr != b->ptr)
			return false;
	}
	return true;
}

bool states_same_calls(const struct state *a, const struct state *b)
{
	if (a->cur != b->cur)
		return false;
	for (u32 i = 0; i <= a->cur; i++) {
		if (a->frames[i]->callsite != b->frames[i]->callsite)
			return false;
	}
	return true;
}

u32 state_frame_insn(const struct state *st, u32 frame)
{
	return frame == st->cur ? st->insn : (u32)st->frames[frame + 1]->callsite;
}

bool states_equal(const struct verify *v, const struct state *old, const struct state *cur,
		  enum equal_mode mode)
{
	struct compare c;

	/* A speculative path proves nothing of the real ones: it ends where they would go on. */
	if (!states_same_calls(old, cur) || (old->speculative && !cur->speculative) ||
	    old->sleepable != cur->sleepable)
		return false;
	c.v = v;
	c.mode = mode;
	c.ids.count = 0;
	c.ids.fresh = v->next_id;
	if (!held_equal(&c, old, cur))
		return false;
	for (u32 i = 0; i <= old->cur; i++) {
		if (!frames_equal(&c, old->frames[i], cur->frames[i], state_frame_insn(old, i)))
			return false;
	}
	return true;
}
