// SPDX-License-Identifier: BSD-2-Clause
#include "verify/iter.h"

#include <errno.h>

#include "verify/memory.h"
#include "verify/refs.h"
#include "verify/stack_live.h"
#include "verify/walk.h"

/* Frame and slots of the object of `count` slots that regno points to: its lowest address is slot
 * *first, the others have lower indexes. */
static int place(struct verify *v, u8 regno, const char *what, u32 count, struct frame **f,
		 u32 *first)
{
	const struct reg *r = &regs_of(v)[regno];
	s64 off;

	if (r->type != PTR_TO_STACK || !scalar_is_const(&r->s))
		return reject(v, REJECT_ARG, regno,
			      "R%u must point to %s at a constant place of the "
			      "stack",
			      regno, what);
	off = r->off + (s64)r->s.var.value;
	if (off % 8 || off > -(s64)count * 8 || off < -STACK_SIZE)
		return reject(v, REJECT_ARG, regno, "%s cannot lie at stack offset %lld", what,
			      (long long)off);
	*f = v->cur->frames[r->frame];
	*first = stack_slot_of(off);
	return 0;
}

/* The bytes must be free: a store to them checks the frame; what is special may not be there. */
static int free_slots(struct verify *v, u8 regno, const char *what, u32 count)
{
	struct frame *f;
	u32 first;
	int err = place(v, regno, what, count, &f, &first);

	for (u32 k = 0; k < count && !err; k++) {
		u32 slot = first - k;

		if (slot < f->slot_count && (f->slots[slot].bytes[7] == SLOT_ITER ||
					     f->slots[slot].bytes[7] == SLOT_IRQ_FLAG))
			return reject(v, REJECT_ARG, regno,
				      "R%u points to stack where %s is already initialised", regno,
				      what);
		err = memory_access(v, regno, (s32)(8 * k), 8, MEM_ACCESS_WRITE, -1, false, false);
	}
	return err;
}

static u32 slots_of(const struct verify *v, u32 type_id)
{
	s64 size = types_size(v->kernel, type_id);

	return size > 0 && size <= STACK_SIZE ? (u32)(size + 7) / 8 : 1;
}

int iter_arg_uninit(struct verify *v, u8 regno, u32 type_id)
{
	return free_slots(v, regno, "an iterator", slots_of(v, type_id));
}

int iter_make(struct verify *v, u8 regno, u32 type_id, u32 ref, bool rcu)
{
	u32 count = slots_of(v, type_id), first;
	struct frame *f;
	int err = place(v, regno, "an iterator", count, &f, &first);

	if (!err)
		err = frame_grow(f, first + 1);
	for (u32 k = 0; k < count && !err; k++) {
		struct stack_slot *s = &f->slots[first - k];

		reg_set_pointer(&s->reg, PTR_TO_STACK, 0);
		if (rcu)
			s->reg.flags = in_rcu(v) ? MEM_RCU : PTR_UNTRUSTED;
		s->reg.ref_id = k == 0 ? ref : 0;
		s->reg.iter_types = v->kernel;
		s->reg.iter_type_id = type_id;
		s->reg.iter_state = ITER_ACTIVE;
		s->reg.iter_depth = 0;
		memset(s->bytes, SLOT_ITER, sizeof(s->bytes));
	}
	return err;
}

/* The iterator's first slot, checked; or NULL after a refusal. */
static struct reg *find(struct verify *v, u8 regno, u32 type_id, struct frame **f, u32 *first)
{
	u32 count = slots_of(v, type_id);

	if (place(v, regno, "an iterator", count, f, first))
		return NULL;
	stack_live_read(v, (*f)->frameno, *first + 1 - count, *first);
	for (u32 k = 0; k < count; k++) {
		const struct stack_slot *s = &(*f)->slots[*first - k];
		bool ok = *first < (*f)->slot_count;

		for (u32 i = 0; i < 8 && ok; i++)
			ok = s->bytes[i] == SLOT_ITER;
		if (!ok || s->reg.iter_type_id != type_id || !s->reg.ref_id != (k != 0)) {
			reject(v, REJECT_ARG, regno,
			       "R%u must point to an initialised iterator (%s)", regno,
			       types_name(v->kernel, type_id));
			return NULL;
		}
		if (s->reg.flags & PTR_UNTRUSTED) {
			reject(v, REJECT_LOCK, regno,
			       "the iterator was made in an RCU section that has ended");
			return NULL;
		}
	}
	return &(*f)->slots[*first].reg;
}

int iter_arg(struct verify *v, u8 regno, u32 type_id, u32 *ref)
{
	struct frame *f;
	u32 first;
	const struct reg *r = find(v, regno, type_id, &f, &first);

	if (!r)
		return v->reject.err;
	*ref = r->ref_id;
	return 0;
}

int iter_destroy(struct verify *v, u8 regno, u32 type_id)
{
	struct frame *f;
	u32 first, count = slots_of(v, type_id);
	struct reg *r = find(v, regno, type_id, &f, &first);
	int err;

	if (!r)
		return v->reject.err;
	err = ref_release(v, r->ref_id);
	for (u32 k = 0; k < count && !err; k++) {
		reg_set_uninit(&f->slots[first - k].reg);
		memset(f->slots[first - k].bytes, SLOT_INVALID, sizeof(f->slots[first].bytes));
	}
	return err;
}

/*
 * The loop goes on with another element, or is over. Both are followed; the one that goes on stays
 * behind: an iterator's loop converges because numbers that differ between two passes and have not
 * mattered are forgotten, and the second pass is then covered by the first.
 */
int iter_next(struct verify *v, const struct reg *ptr, const struct reg *element)
{
	u32 frame = ptr->frame, first = stack_slot_of(ptr->off + (s64)ptr->s.var.value);
	struct stack_slot *s = &v->cur->frames[frame]->slots[first];
	const struct state *before;
	struct state *more;
	struct reg *r;

	if (s->reg.iter_state == ITER_ACTIVE) {
		before = walk_prev_entry(v->cur->parent, v->insn);
		more = push_branch(v, v->insn + 1, v->insn, false);
		if (!more)
			return v->reject.kind != REJECT_NONE ? v->reject.err : -ENOMEM;
		r = &more->frames[frame]->slots[first].reg;
		r->iter_depth++;
		r = &state_regs(more)[0];
		*r = *element;
		if (r->type == PTR_TO_BTF_ID)
			r->flags |= s->reg.flags & MEM_RCU ? MEM_RCU : PTR_TRUSTED;
		if (before)
			walk_widen(before, more);
	}
	s->reg.iter_state = ITER_DRAINED;
	reg_set_const(&regs_of(v)[0], 0);
	return 0;
}

int irq_flag_arg(struct verify *v, u8 regno, bool uninit)
{
	struct frame *f = NULL;
	u32 slot = 0;
	int err;

	if (uninit)
		return free_slots(v, regno, "a saved interrupt flag", 1);
	err = place(v, regno, "a saved interrupt flag", 1, &f, &slot);
	if (err)
		return err;
	stack_live_read(v, f->frameno, slot, slot);
	for (u32 i = 0; i < 8; i++) {
		if (slot >= f->slot_count || f->slots[slot].bytes[i] != SLOT_IRQ_FLAG)
			return reject(v, REJECT_ARG, regno,
				      "R%u must point to interrupt flags that have been saved",
				      regno);
	}
	return 0;
}

int irq_flag_save(struct verify *v, u8 regno, u8 irq_class)
{
	struct frame *f = NULL;
	u32 slot = 0, ref = ref_acquire(v);
	int err = place(v, regno, "a saved interrupt flag", 1, &f, &slot);

	if (!ref)
		return -ENOMEM;
	if (!err)
		err = frame_grow(f, slot + 1);
	if (err)
		return err;
	v->cur->refs[v->cur->ref_count - 1].kind = REF_IRQ;
	v->cur->irq_id = ref;
	reg_set_pointer(&f->slots[slot].reg, PTR_TO_STACK, 0);
	f->slots[slot].reg.ref_id = ref;
	f->slots[slot].reg.irq_class = irq_class;
	memset(f->slots[slot].bytes, SLOT_IRQ_FLAG, sizeof(f->slots[slot].bytes));
	return 0;
}

/* Flags are restored in the reverse order of saving, by the call that matches. */
int irq_flag_restore(struct verify *v, u8 regno, u8 irq_class)
{
	struct state *st = v->cur;
	struct frame *f = NULL;
	u32 slot = 0, id = 0;
	int err = place(v, regno, "a saved interrupt flag", 1, &f, &slot);

	if (err)
		return err;
	if (f->slots[slot].reg.irq_class != irq_class)
		return reject(v, REJECT_LOCK, regno,
			      "interrupt flags saved by one kind of call are restored by another");
	if (f->slots[slot].reg.ref_id != st->irq_id)
		return reject(
			v, REJECT_LOCK, regno,
			"interrupt flags are restored out of order: those saved last come first");
	err = ref_drop(v, st->irq_id);
	if (err)
		return err;
	for (u32 i = 0; i < st->ref_count; i++) {
		if (st->refs[i].kind == REF_IRQ)
			id = st->refs[i].id;
	}
	st->irq_id = id;
	reg_set_uninit(&f->slots[slot].reg);
	memset(f->slots[slot].bytes, SLOT_INVALID, sizeof(f->slots[slot].bytes));
	return 0;
}
