/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which stack slots of an explored state are read on some path from it: the others need not agree
 * when a later state is compared with it. A read walks up the explored parents until one that wrote
 * the slot on the way; whoever touches the stack reports it here. To report too many reads or too
 * few writes is sound, the opposite is not.
 */
#ifndef VERIFY_STACK_LIVE_H
#define VERIFY_STACK_LIVE_H

#include "verify/env.h"

/*
 * The instruction (a load, a callee, a kfunc that looks at its object) reads bytes of the slots
 * first … last (0: fp-8) of frame `frame` of the current state. Also for narrow stores into a
 * spilled register that keep some of its bytes, when these are then used.
 */
void stack_live_read(struct verify *v, u32 frame, u32 first, u32 last);
/* All eight bytes of the slot are written, whatever happens. */
void stack_live_write(struct verify *v, u32 frame, u32 slot);
/* The same by offsets from the frame's fp: bytes off … off+size-1 (off < 0, size > 0). */
void stack_live_read_bytes(struct verify *v, u32 frame, s32 off, u32 size);

/* `st` is not the current state, but its parents are marked likewise. True when a mark is new. */
bool stack_live_read_from(struct state *st, u32 frame, u64 slots);
/* All that `old` reads is read from `st`: it ended because `old` covers it. True: a mark is new. */
bool stack_live_spread(const struct state *old, struct state *st);

#endif
