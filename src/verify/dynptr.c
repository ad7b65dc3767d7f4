// SPDX-License-Identifier: BSD-2-Clause
#include "verify/dynptr.h"

#include <errno.h>

#include "verify/memory.h"
#include "verify/refs.h"
#include "verify/stack_live.h"

enum { DYNPTR_SIZE = 16 };

static bool is_refcounted(enum dynptr_kind kind)
{
	return kind == DYNPTR_RINGBUF || kind == DYNPTR_FILE;
}

static bool is_dynptr_slot(const struct stack_slot *s)
{
	return s->bytes[7] == SLOT_DYNPTR;
}

/* Frame and slot (at the lower address) of the dynptr that regno points to. */
static int place(struct verify *v, u8 regno, struct frame **f, u32 *slot)
{
	const struct reg *r = &regs_of(v)[regno];
	s64 off;

	if (r->type != PTR_TO_STACK || !scalar_is_const(&r->s))
		return reject(v, REJECT_ARG, regno,
			      "R%u must point to a dynptr at a constant place of the stack", regno);
	off = r->off + (s64)r->s.var.value;
	if (off % 8)
		return reject(v, REJECT_ARG, regno,
			      "a dynptr cannot lie at stack offset %lld: "
			      "it needs a multiple of 8",
			      (long long)off);
	if (off > -DYNPTR_SIZE || off < -STACK_SIZE)
		return reject(v, REJECT_ARG, regno, "a dynptr at stack offset %lld does not fit",
			      (long long)off);
	*f = v->cur->frames[r->frame];
	*slot = stack_slot_of(off);
	return 0;
}

/* The dynptr whose lower slot is `slot`, or NULL. */
static struct reg *dynptr_at(struct frame *f, u32 slot)
{
	if (slot >= f->slot_count || !slot)
		return NULL;
	for (u32 i = 0; i < 8; i++) {
		if (f->slots[slot].bytes[i] != SLOT_DYNPTR ||
		    f->slots[slot - 1].bytes[i] != SLOT_DYNPTR)
			return NULL;
	}
	return f->slots[slot].reg.dynptr.first ? &f->slots[slot].reg : NULL;
}

/* The initialised dynptr that regno points to, with its place; its slots are read. */
static int find(struct verify *v, u8 regno, struct frame **f, u32 *slot, struct reg **out)
{
	int err = place(v, regno, f, slot);

	if (err)
		return err;
	stack_live_read(v, (*f)->frameno, *slot - 1, *slot);
	*out = dynptr_at(*f, *slot);
	if (*out)
		return 0;
	return reject(v, REJECT_ARG, regno, "R%u must point to a dynptr that has been initialised",
		      regno);
}

int dynptr_arg(struct verify *v, u8 regno, bool rdonly, enum dynptr_kind *kind, u32 *id, u32 *ref)
{
	struct reg *r = &regs_of(v)[regno];
	struct frame *f;
	u32 slot;
	int err = 0;

	if (r->type != CONST_PTR_TO_DYNPTR)
		err = find(v, regno, &f, &slot, &r);
	else if (!rdonly)
		err = reject(v, REJECT_ARG, regno,
			     "R%u is a read-only dynptr, which this call would change", regno);
	if (err)
		return err;
	*kind = r->dynptr.kind;
	*id = r->id;
	*ref = r->ref_id;
	return 0;
}

int dynptr_arg_uninit(struct verify *v, u8 regno)
{
	struct frame *f;
	u32 slot;
	int err = place(v, regno, &f, &slot);

	/* As two stores: they check the frame and end a dynptr that is there. */
	for (s32 i = 0; i < DYNPTR_SIZE && !err; i += 8)
		err = memory_access(v, regno, i, 8, MEM_ACCESS_WRITE, -1, false, false);
	return err;
}

int dynptr_make(struct verify *v, u8 regno, enum dynptr_kind kind, u32 ref, u32 clone_ref)
{
	struct frame *f;
	u32 slot, id = id_new(v);
	int err = place(v, regno, &f, &slot);

	if (!err)
		err = frame_grow(f, slot + 1);
	for (u32 k = 0; k < 2 && !err; k++) {
		struct stack_slot *s = &f->slots[slot - k];

		reg_set_pointer(&s->reg, CONST_PTR_TO_DYNPTR, 0);
		s->reg.id = id;
		s->reg.ref_id = clone_ref ? clone_ref : ref;
		s->reg.dynptr.kind = (u8)kind;
		s->reg.dynptr.first = k == 0;
		memset(s->bytes, SLOT_DYNPTR, sizeof(s->bytes));
	}
	return err;
}

static void forget(const struct verify *v, struct reg *r)
{
	if (v->allow_ptr_leaks)
		reg_set_unknown(r);
	else
		reg_set_uninit(r);
}

/* What bpf_dynptr_data gave of dynptr `id` may no longer be used. */
static void kill_slices(struct verify *v, u32 id)
{
	struct reg_walk w;
	struct reg *r;

	state_for_each_reg(r, &w, v->cur)
	{
		if (r->type == PTR_TO_MEM && r->dynptr_id == id)
			forget(v, r);
	}
}

static void kill(struct frame *f, u32 slot)
{
	for (u32 k = 0; k < 2; k++) {
		reg_set_uninit(&f->slots[slot - k].reg);
		memset(f->slots[slot - k].bytes, SLOT_INVALID, sizeof(f->slots[slot].bytes));
	}
}

/* Every dynptr over reference `ref` ends with it: clones, too. */
static void kill_clones(struct verify *v, u32 ref)
{
	for (u32 i = 0; i <= v->cur->cur; i++) {
		struct frame *f = v->cur->frames[i];

		for (u32 slot = 1; slot < f->slot_count; slot++) {
			struct reg *r = dynptr_at(f, slot);

			if (!r || r->ref_id != ref)
				continue;
			kill_slices(v, r->id);
			kill(f, slot);
		}
	}
}

int dynptr_release(struct verify *v, u8 regno)
{
	struct frame *f;
	struct reg *r;
	u32 slot, ref;
	int err = find(v, regno, &f, &slot, &r);

	if (err)
		return err;
	ref = r->ref_id;
	if (!is_refcounted(r->dynptr.kind)) {
		kill_slices(v, r->id);
		kill(f, slot);
		return 0;
	}
	kill_clones(v, ref);
	return ref_release(v, ref);
}

int dynptr_overwrite(struct verify *v, struct frame *f, u32 slot)
{
	struct reg *r;

	if (slot >= f->slot_count || !is_dynptr_slot(&f->slots[slot]))
		return 0;
	if (!f->slots[slot].reg.dynptr.first)
		slot++;
	r = &f->slots[slot].reg;
	if (is_refcounted(r->dynptr.kind))
		return reject(v, REJECT_STACK, -1,
			      "a dynptr that still holds a reference is overwritten");
	kill_slices(v, r->id);
	kill(f, slot);
	return 0;
}

void dynptr_packet_moved(struct verify *v)
{
	struct reg_walk w;
	struct reg *r;

	state_for_each_reg(r, &w, v->cur)
	{
		if (r->type == PTR_TO_MEM && (r->flags & DYNPTR_SLICE))
			forget(v, r);
	}
}
