// SPDX-License-Identifier: BSD-2-Clause
#include "verify/stack_live.h"

bool stack_live_read_from(struct state *st, u32 frame, u64 slots)
{
	bool changed = false;

	while (slots) {
		slots &= ~st->frames[frame]->stack_written;
		st = st->parent;
		/* an unwritten slot was there before, so the parent has that frame as well */
		if (!slots || !st || frame > st->cur)
			break;
		/* a marked slot has been followed to the top before */
		slots &= ~st->frames[frame]->stack_read;
		st->frames[frame]->stack_read |= slots;
		changed |= slots != 0;
	}
	return changed;
}

void stack_live_read(struct verify *v, u32 frame, u32 first, u32 last)
{
	u64 slots = 0;

	for (u32 i = first; i <= last && i < 64; i++)
		slots |= 1ull << i;
	stack_live_read_from(v->cur, frame, slots);
}

void stack_live_read_bytes(struct verify *v, u32 frame, s32 off, u32 size)
{
	stack_live_read(v, frame, stack_slot_of((s64)off + size - 1), stack_slot_of(off));
}

void stack_live_write(struct verify *v, u32 frame, u32 slot)
{
	if (slot < 64)
		v->cur->frames[frame]->stack_written |= 1ull << slot;
}

bool stack_live_spread(const struct state *old, struct state *st)
{
	bool changed = false;

	for (u32 f = 0; f <= old->cur; f++)
		changed |= stack_live_read_from(st, f, old->frames[f]->stack_read);
	return changed;
}
