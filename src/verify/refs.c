// SPDX-License-Identifier: BSD-2-Clause
#include "verify/refs.h"

#include <errno.h>
#include <stdlib.h>

#include "verify/dynptr.h"

/* The register's object is gone. With privilege its bits are a number; else nobody may read it. */
static void forget(const struct verify *v, struct reg *r)
{
	if (v->allow_ptr_leaks)
		reg_set_unknown(r);
	else
		reg_set_uninit(r);
}

static struct ref *add(struct verify *v, enum ref_kind kind, u32 id, const void *ptr)
{
	struct state *st = v->cur;
	struct ref *refs = realloc(st->refs, (st->ref_count + 1) * sizeof(*refs));

	if (!refs)
		return NULL;
	st->refs = refs;
	refs[st->ref_count] = (struct ref){ .kind = kind, .id = id, .insn = v->insn, .ptr = ptr };
	return &refs[st->ref_count++];
}

/* The order of the others stays: locks and interrupt flags end in reverse order. */
static void drop(struct state *st, u32 index)
{
	st->ref_count--;
	memmove(&st->refs[index], &st->refs[index + 1],
		(st->ref_count - index) * sizeof(*st->refs));
}

u32 ref_acquire(struct verify *v)
{
	u32 id = id_new(v);

	return add(v, REF_PTR, id, NULL) ? id : 0;
}

static bool is_lock(const struct ref *r)
{
	return r->kind == REF_LOCK || r->kind == REF_RES_LOCK || r->kind == REF_RES_LOCK_IRQ;
}

int ref_drop(struct verify *v, u32 id)
{
	for (u32 i = 0; i < v->cur->ref_count; i++) {
		if (v->cur->refs[i].id == id && !is_lock(&v->cur->refs[i])) {
			drop(v->cur, i);
			return 0;
		}
	}
	return -EINVAL;
}

int ref_release(struct verify *v, u32 id)
{
	struct reg_walk w;
	struct reg *r;
	int err = ref_drop(v, id);

	if (err)
		return err;
	state_for_each_reg(r, &w, v->cur)
	{
		if (r->ref_id == id)
			forget(v, r);
	}
	return 0;
}

bool ref_held(const struct state *st, u32 id)
{
	for (u32 i = 0; i < st->ref_count; i++) {
		if (st->refs[i].kind == REF_PTR && st->refs[i].id == id)
			return true;
	}
	return false;
}

static bool lock_find(const struct state *st, enum ref_kind kind, u32 id, const void *ptr)
{
	for (u32 i = 0; i < st->ref_count; i++) {
		const struct ref *r = &st->refs[i];

		if (r->kind == kind && r->id == id && r->ptr == ptr)
			return true;
	}
	return false;
}

/* One bpf_spin_lock at a time; several resilient ones, each once. */
static int lock_conflict(struct verify *v, enum ref_kind kind, u32 id, const void *ptr)
{
	const struct state *st = v->cur;

	for (u32 i = 0; i < st->ref_count; i++) {
		if (kind == REF_LOCK && st->refs[i].kind == REF_LOCK)
			return reject(v, REJECT_LOCK, -1,
				      "a second bpf_spin_lock is taken while one is held");
	}
	if (kind != REF_LOCK &&
	    (lock_find(st, REF_RES_LOCK, id, ptr) || lock_find(st, REF_RES_LOCK_IRQ, id, ptr)))
		return reject(v, REJECT_LOCK, -1, "a lock is taken again that is already held");
	return 0;
}

int lock_acquire(struct verify *v, enum ref_kind kind, u32 id, const void *ptr)
{
	struct state *st = v->cur;
	int err = st->locks ? lock_conflict(v, kind, id, ptr) : 0;

	if (err)
		return err;
	if (!add(v, kind, id, ptr))
		return -ENOMEM;
	st->locks++;
	st->lock_id = id;
	st->lock_ptr = ptr;
	return 0;
}

int lock_release(struct verify *v, enum ref_kind kind, u32 id, const void *ptr)
{
	struct state *st = v->cur;
	struct ref before = { 0 };

	if (!st->locks)
		return reject(v, REJECT_LOCK, -1, "a lock is given back that was not taken");
	if (!lock_find(st, kind, id, ptr))
		return reject(v, REJECT_LOCK, -1, "the lock given back is not the one taken");
	if (id != st->lock_id || ptr != st->lock_ptr)
		return reject(v, REJECT_LOCK, -1,
			      "locks are given back out of order: the one taken last comes first");
	for (u32 i = 0; i < st->ref_count; i++) {
		if (st->refs[i].kind == kind && st->refs[i].id == id && st->refs[i].ptr == ptr) {
			drop(st, i);
			break;
		}
		if (is_lock(&st->refs[i]))
			before = st->refs[i];
	}
	st->locks--;
	st->lock_id = before.id;
	st->lock_ptr = before.ptr;
	refs_lock_left(v);
	return 0;
}

bool lock_held(const struct state *st)
{
	return st->locks;
}

static int refuse_section(struct verify *v, const char *what, const char *section)
{
	return reject(v, REJECT_LOCK, -1, "%s is not allowed %s", what, section);
}

static int leaked(struct verify *v, const struct ref *r)
{
	int err = reject(v, REJECT_LEAK, -1,
			 "the reference taken at instruction %u is not released on this path",
			 r->insn);

	reject_hint(v, "release it on every way out: with bpf_sk_release, bpf_ringbuf_submit or "
		       "bpf_ringbuf_discard, or as the call that gave it asks");
	return err;
}

/* A struct_ops program may hand back the object that its result refers to. */
static bool handed_back(const struct verify *v, const struct ref *r, bool exception)
{
	return v->prog->type == PROG_STRUCT_OPS && !exception && regs_of(v)[0].ref_id == r->id;
}

/*
 * A tail call made in a function returns to that function's caller, who still holds what it held:
 * references count in the outermost frame only.
 */
int refs_check_none(struct verify *v, const char *what, bool exception)
{
	struct state *st = v->cur;

	if (st->locks)
		return refuse_section(v, what, "while a lock is held");
	for (u32 i = 0; i < st->ref_count && (exception || !st->cur); i++) {
		if (st->refs[i].kind == REF_PTR && !handed_back(v, &st->refs[i], exception))
			return leaked(v, &st->refs[i]);
	}
	if (st->irq_id)
		return refuse_section(v, what, "while interrupts are off (bpf_local_irq_save)");
	if (st->rcu)
		return refuse_section(v, what, "in an RCU section (bpf_rcu_read_lock)");
	if (st->preempt)
		return refuse_section(v, what, "while preemption is off (bpf_preempt_disable)");
	return 0;
}

bool can_sleep(const struct verify *v)
{
	const struct state *st = v->cur;

	return st->sleepable && !st->rcu && !st->preempt && !st->irq_id && !st->locks;
}

bool in_rcu(const struct verify *v)
{
	return v->cur->rcu || v->cur->locks || !v->cur->sleepable;
}

static void rcu_left(struct reg *r)
{
	if (!(r->flags & MEM_RCU))
		return;
	r->flags &= (u16) ~(MEM_RCU | PTR_MAYBE_NULL);
	r->flags |= PTR_UNTRUSTED;
}

void refs_rcu_left(struct verify *v)
{
	struct reg_walk w;
	struct reg *r;

	state_for_each_reg(r, &w, v->cur) rcu_left(r);
	for (u32 k = 0; k <= v->cur->cur; k++) {
		struct frame *f = v->cur->frames[k];

		for (u32 i = 0; i < f->slot_count; i++) {
			if (f->slots[i].bytes[0] == SLOT_ITER)
				rcu_left(&f->slots[i].reg);
		}
	}
}

void refs_lock_left(struct verify *v)
{
	struct reg_walk w;
	struct reg *r;

	state_for_each_reg(r, &w, v->cur)
	{
		if (r->flags & NON_OWN_REF)
			forget(v, r);
	}
}

void refs_packet_moved(struct verify *v)
{
	struct reg_walk w;
	struct reg *r;

	state_for_each_reg(r, &w, v->cur)
	{
		if (reg_is_packet(r) || r->type == PTR_TO_PACKET_END)
			forget(v, r);
	}
	dynptr_packet_moved(v);
}
