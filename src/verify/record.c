// SPDX-License-Identifier: BSD-2-Clause
#include "verify/record.h"

#include <errno.h>

/* Pointers of one kind and place differ only in what their numbers say. */
static bool covers(const struct reg *old, const struct reg *r)
{
	if (old->type != r->type || old->off != r->off || old->frame != r->frame ||
	    (r->flags & ~old->flags))
		return false;
	if (r->type != SCALAR_VALUE && memcmp(old->raw, r->raw, sizeof(old->raw)))
		return false;
	return scalar_within(&old->s, &r->s);
}

static int add(struct arena *a, struct verify_seen **list, const struct reg *r)
{
	struct verify_seen *seen;

	for (seen = *list; seen; seen = seen->next) {
		if (covers(&seen->reg, r))
			return 0;
	}
	seen = arena_alloc(a, sizeof(*seen));
	if (!seen)
		return -ENOMEM;
	seen->reg = *r;
	seen->next = *list;
	*list = seen;
	return 0;
}

int record_state(struct verify *v)
{
	struct verify_record *to = &v->result->records[v->insn];
	const struct frame *f = frame_of(v);
	int err = 0;

	for (u32 i = 0; i < REG_COUNT && !err; i++)
		err = add(v->arena, &to->regs[i], &f->regs[i]);
	for (u32 i = 0; i < STACK_SIZE / 8 && !err; i++) {
		if (i < f->slot_count && slot_is_full_spill(&f->slots[i]))
			err = add(v->arena, &to->slots[i], &f->slots[i].reg);
		else
			to->unknown_slots[i] = true;
	}
	return err;
}
