/* SPDX-License-Identifier: BSD-2-Clause */
/* References, locks and critical sections that a path holds, and the check that none is left. */
#ifndef VERIFY_REFS_H
#define VERIFY_REFS_H

#include "verify/env.h"

/* A new reference taken by the current instruction: its id, 0: out of memory (refused). */
u32 ref_acquire(struct verify *v);
/* Release it: registers and slots that hold it become unknown. -EINVAL when it is not held. */
int ref_release(struct verify *v, u32 id);
/* Forget it without touching registers (moved into a map or a graph). */
int ref_drop(struct verify *v, u32 id);
bool ref_held(const struct state *st, u32 id);
int lock_acquire(struct verify *v, enum ref_kind kind, u32 id, const void *ptr);
int lock_release(struct verify *v, enum ref_kind kind, u32 id, const void *ptr);
bool lock_held(const struct state *st);
/* At exit, tail call, throw (`what` names it): nothing may be held. */
int refs_check_none(struct verify *v, const char *what, bool exception);
/* May a sleeping call be made here? */
bool can_sleep(const struct verify *v);
/* Do pointers that RCU protects stay valid here, by the program's doing or its caller's? */
bool in_rcu(const struct verify *v);
/* Leaving an RCU section: RCU pointers become untrusted. Leaving a lock: non-owning ones die. */
void refs_rcu_left(struct verify *v);
void refs_lock_left(struct verify *v);
/* Pointers into the packet die. */
void refs_packet_moved(struct verify *v);

#endif
