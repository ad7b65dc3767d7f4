// SPDX-License-Identifier: BSD-2-Clause
/*
 * The stack as memory: every byte has a type, every slot of eight bytes the register spilled to
 * it. An access lies in one slot because stack accesses are always aligned; only variable offsets
 * touch more. bytes[0] of a slot is its lowest address, so a spill of fewer than eight bytes fills
 * bytes[0 …].
 */
#include "verify/dynptr.h"
#include "verify/era.h"
#include "verify/memory.h"
#include "verify/precision.h"
#include "verify/stack_live.h"

#include <errno.h>

/* An access: the frame that the pointer points into and the first and last offset it may have. */
struct stack_use {
	struct frame *frame;
	s64 min, max; /* of the first byte; equal when the offset is known */
	u32 size;
	u8 regno;
	bool fixed;
};

static const char *const verb[] = { [MEM_ACCESS_READ] = "read", [MEM_ACCESS_WRITE] = "written" };

static u8 *stack_byte(const struct frame *f, s64 off)
{
	return &f->slots[stack_slot_of(off)].bytes[(u64)off & 7];
}

static bool is_special(const struct stack_slot *s)
{
	u8 t = s->bytes[0];

	return t == SLOT_SPILL || t == SLOT_DYNPTR || t == SLOT_ITER || t == SLOT_IRQ_FLAG;
}

static bool is_pointer_spill(const struct stack_slot *s)
{
	return slot_is_spill(s) && s->reg.type != SCALAR_VALUE;
}

/* The slot's object is gone; bytes that were never written stay so. */
static void scrub(struct stack_slot *s)
{
	for (u32 i = 0; i < 8; i++) {
		if (s->bytes[i] != SLOT_INVALID)
			s->bytes[i] = SLOT_MISC;
	}
	reg_set_uninit(&s->reg);
}

/* Are the offsets inside the stack? Makes the slots exist and counts the function's depth. */
static int check_range(struct verify *v, const struct stack_use *u, enum mem_access what)
{
	bool may_be_new = what == MEM_ACCESS_WRITE || v->allow_uninit_stack;
	s64 lowest = may_be_new ? -STACK_SIZE : -8 * (s64)u->frame->slot_count;
	u32 depth = (u32)ROUND_UP(-u->min, 8);
	int err;

	if (u->min < lowest || u->min > -1 || u->max + u->size > 0) {
		if (u->min < -STACK_SIZE)
			return reject(v, REJECT_STACK, u->regno,
				      "byte %lld of the stack is %s, but a frame has only %d",
				      (long long)u->min, verb[what], STACK_SIZE);
		if (u->min < lowest)
			return reject(
				v, REJECT_UNINIT, u->regno,
				"the stack at byte %lld is read before anything was written there",
				(long long)u->min);
		return reject(
			v, REJECT_STACK, u->regno,
			"%u bytes from byte %lld of the stack are %s: that is above the frame",
			u->size, (long long)(u->min > -1 ? u->min : u->max), verb[what]);
	}
	if (u->frame->slot_count * 8 >= depth)
		return 0;
	err = frame_grow(u->frame, depth / 8);
	if (err)
		return err;
	if (v->stack_depth[u->frame->func] < depth)
		v->stack_depth[u->frame->func] = (u16)depth;
	return 0;
}

static int open_use(struct verify *v, struct stack_use *u, u8 regno, s64 off, u32 size,
		    enum mem_access what)
{
	const struct reg *r = &regs_of(v)[regno];
	const struct scalar *s = &r->s;

	*u = (struct stack_use){ .frame = v->cur->frames[r->frame], .size = size, .regno = regno };
	off += r->off;
	u->fixed = !s->var.mask;
	if (u->fixed) {
		u->min = u->max = off + (s64)s->var.value;
		return check_range(v, u, what);
	}
	if (s->smax >= MAX_VAR_OFF || s->smin <= -MAX_VAR_OFF)
		return reject(v, REJECT_STACK, regno,
			      "R%d points to the stack at an offset that has no bounds", regno);
	if (!v->allow_ptr_leaks)
		return reject(
			v, REJECT_PRIVILEGE, regno,
			"R%d points to the stack at a variable offset, which needs privileges",
			regno);
	if (!verify_has(v, FEATURE_VARIABLE_STACK_ARGS))
		return era_lacks(v, FEATURE_VARIABLE_STACK_ARGS);
	u->min = off + s->smin;
	u->max = off + s->smax;
	return check_range(v, u, what);
}

/* A number about to be copied between register and slot gets an id, so that they stay linked. */
static void give_id(struct verify *v, struct reg *r)
{
	if (r->type != SCALAR_VALUE || !r->s.var.mask)
		return;
	if (r->id & ID_ADD_CONST) {
		r->id = 0;
		r->off = 0;
	}
	if (!r->id)
		r->id = id_new(v);
}

static bool fits(const struct reg *r, u32 size)
{
	return size == 8 || !(r->s.umax >> (8 * size));
}

static void set_known(struct verify *v, struct reg *r, u64 value)
{
	reg_set_const(r, value);
	r->precise = v->opts->unpriv;
}

/* ---- writing ---- */

/* The value that a store writes: a register, or the constant of ST; NULL: unknown bytes. */
static const struct reg *stored_value(struct verify *v, int value_reg, struct reg *tmp)
{
	const struct insn *i = &v->insns[v->insn];

	if (value_reg >= 0)
		return &regs_of(v)[value_reg];
	if (INSN_CLASS(i->code) != CLASS_ST || INSN_MODE(i->code) != MODE_MEM)
		return NULL;
	reg_set_const(tmp, (u64)(s64)i->imm);
	return tmp;
}

static bool is_zero(const struct reg *r)
{
	u64 value;

	return r && reg_is_const(r, &value) && !value;
}

static void save_spill(struct stack_slot *slot, const struct reg *r, u32 size)
{
	slot->reg = *r;
	for (u32 i = 0; i < 8; i++) {
		u8 *b = &slot->bytes[i];

		if (i < size)
			*b = SLOT_SPILL;
		else if (*b != SLOT_ZERO && *b != SLOT_INVALID)
			*b = SLOT_MISC;
	}
}

static int write_bytes(struct verify *v, struct stack_slot *slot, u32 at, u32 size,
		       const struct reg *value, int value_reg)
{
	u8 type = SLOT_MISC;
	int err;

	if (is_special(slot))
		scrub(slot);
	reg_set_uninit(&slot->reg);
	/* The zero is remembered by bytes alone, which precision tracking does not follow: the
	 * register that it came from counts as precise from here. */
	if (is_zero(value) && verify_has(v, FEATURE_ZERO_SPILL)) {
		type = SLOT_ZERO;
		err = value_reg >= 0 ? precision_mark(v, (u8)value_reg) : 0;
		if (err)
			return err;
	}
	memset(slot->bytes + at, type, size);
	return 0;
}

static bool is_spillable(const struct reg *r)
{
	return reg_is_pointer(r) && r->type != PTR_TO_TP_BUFFER && r->type != CONST_PTR_TO_DYNPTR;
}

static int write_pointer(struct verify *v, const struct stack_use *u, struct stack_slot *slot,
			 const struct reg *value, int value_reg)
{
	if (u->size != 8)
		return reject(v, REJECT_TYPE, value_reg,
			      "only %u bytes of the pointer R%d are stored on the stack", u->size,
			      value_reg);
	if (u->frame != frame_of(v) && value->type == PTR_TO_STACK)
		return reject(v, REJECT_STACK, value_reg,
			      "a pointer to the stack cannot be stored in the stack of a caller");
	save_spill(slot, value, 8);
	return 0;
}

/* Does this release remember a number that is spilled so? */
static bool tracks_number(const struct verify *v, u32 size, const struct reg *r)
{
	if (v->opts->unpriv || !verify_has(v, r ? FEATURE_SCALAR_SPILL : FEATURE_IMM_SPILL))
		return false;
	return size == 8 || verify_has(v, FEATURE_NARROW_SPILL);
}

static int write_fixed(struct verify *v, const struct stack_use *u, int value_reg)
{
	u32 index = stack_slot_of(u->min), at = (u64)u->min & 7;
	struct stack_slot *slot = &u->frame->slots[index];
	struct reg *r = value_reg >= 0 ? &regs_of(v)[value_reg] : NULL, tmp;
	const struct reg *value;
	int err;

	if (!v->allow_ptr_leaks && is_pointer_spill(slot) && u->size != 8)
		return reject(v, REJECT_PRIVILEGE, u->regno,
			      "part of a pointer on the stack is overwritten");
	err = dynptr_overwrite(v, u->frame, index);
	if (err)
		return err;
	slot = &u->frame->slots[index];
	if (u->size == 8)
		stack_live_write(v, u->frame->frameno, index);
	value = stored_value(v, value_reg, &tmp);
	if (value && value->type == SCALAR_VALUE && !at && tracks_number(v, u->size, r)) {
		if (r && fits(r, u->size))
			give_id(v, r);
		save_spill(slot, value, u->size);
		if (!fits(value, u->size))
			slot->reg.id = 0;
	} else if (value && is_spillable(value)) {
		err = write_pointer(v, u, slot, value, value_reg);
	} else {
		return write_bytes(v, slot, at, u->size, value, value_reg);
	}
	return err ? err : precision_record(v, HIST_SLOT(u->frame->frameno, index), 0);
}

/* One byte that a write at a variable offset may or may not hit. */
static int write_maybe(struct verify *v, const struct stack_use *u, s64 off, bool zero,
		       bool *zero_kept)
{
	struct stack_slot *slot = &u->frame->slots[stack_slot_of(off)];
	u8 *b = stack_byte(u->frame, off);
	u64 old;

	if (!v->allow_ptr_leaks && *b != SLOT_MISC && *b != SLOT_ZERO)
		return reject(v, REJECT_PRIVILEGE, u->regno,
			      "a write at a variable offset may hit a pointer on the stack");
	/* Writing 0 over a 0 changes nothing, hit or not. */
	if (zero && *b == SLOT_SPILL && reg_is_const(&slot->reg, &old) && !old) {
		*zero_kept = true;
		return 0;
	}
	if (*b == SLOT_INVALID && !v->allow_uninit_stack)
		return reject(v, REJECT_UNINIT, u->regno,
			      "a write at a variable offset may leave byte %lld of the stack "
			      "uninitialised",
			      (long long)off);
	if (zero && *b == SLOT_ZERO) {
		*zero_kept = true;
		reg_set_uninit(&slot->reg);
		return 0;
	}
	reg_set_uninit(&slot->reg);
	*b = SLOT_MISC;
	return 0;
}

/* Every spill in reach loses its register: SPILL bytes without one are plain bytes. */
static void drop_orphans(struct frame *f, s64 min, s64 end)
{
	for (u32 i = stack_slot_of(end - 1); i <= stack_slot_of(min); i++) {
		struct stack_slot *slot = &f->slots[i];

		for (u32 k = 0; k < 8 && slot->reg.type == NOT_INIT; k++) {
			if (slot->bytes[k] != SLOT_INVALID && slot->bytes[k] != SLOT_ZERO)
				slot->bytes[k] = SLOT_MISC;
		}
	}
}

static int write_variable(struct verify *v, const struct stack_use *u, int value_reg)
{
	s64 end = u->max + u->size;
	bool zero_kept = false, zero;
	struct reg tmp;
	int err = 0;

	zero = is_zero(stored_value(v, value_reg, &tmp));
	for (u32 i = stack_slot_of(end - 1); !err && i <= stack_slot_of(u->min); i++)
		err = dynptr_overwrite(v, u->frame, i);
	for (s64 off = u->min; !err && off < end; off++)
		err = write_maybe(v, u, off, zero, &zero_kept);
	if (err)
		return err;
	drop_orphans(u->frame, u->min, end);
	return zero_kept && value_reg >= 0 ? precision_mark(v, (u8)value_reg) : 0;
}

/* ---- reading ---- */

static int unreadable(struct verify *v, const struct stack_use *u, s64 off)
{
	u8 type = *stack_byte(u->frame, off);

	if (type == SLOT_INVALID)
		return reject(v, REJECT_UNINIT, u->regno,
			      "the stack at byte %lld is read before anything was written there",
			      (long long)off);
	if (type == SLOT_SPILL)
		return reject(v, REJECT_PRIVILEGE, u->regno,
			      "part of the pointer at byte %lld of the stack is read",
			      (long long)off);
	return reject(v, REJECT_TYPE, u->regno,
		      "byte %lld of the stack belongs to an object that only its own functions may "
		      "read",
		      (long long)off);
}

/* Do the bytes hold data? Counts zeros and bytes of a spill. */
static int count_bytes(struct verify *v, const struct stack_use *u, bool spill, u32 *spilled,
		       u32 *zeros)
{
	*spilled = *zeros = 0;
	for (u32 i = 0; i < u->size; i++) {
		u8 type = *stack_byte(u->frame, u->min + i);

		if (type == SLOT_SPILL && spill)
			++*spilled;
		else if (type == SLOT_ZERO)
			++*zeros;
		else if (type != SLOT_MISC && !(type == SLOT_INVALID && v->allow_uninit_stack))
			return unreadable(v, u, u->min + i);
	}
	return 0;
}

static void read_unknown(struct verify *v, struct reg *dst)
{
	reg_set_unknown(dst);
	dst->precise = v->opts->unpriv;
}

/* Part of a spilled number that is not its low bytes. */
static int read_part(struct verify *v, const struct stack_use *u, struct stack_slot *slot,
		     struct reg *dst, bool *restored)
{
	u32 spilled, zeros;
	u64 value;
	int err = count_bytes(v, u, true, &spilled, &zeros);

	if (err)
		return err;
	if (spilled == u->size && reg_is_const(&slot->reg, &value) && !value) {
		set_known(v, dst, 0);
		*restored = true;
	} else if (zeros == u->size) {
		set_known(v, dst, 0);
	} else {
		read_unknown(v, dst);
	}
	return 0;
}

static u32 spill_width(const struct stack_slot *slot)
{
	u32 n = 1;

	while (n < 8 && slot->bytes[n] == SLOT_SPILL)
		n++;
	return n;
}

/* A fill that is narrower than the spill or the slot: only numbers allow that. */
static int read_narrow(struct verify *v, const struct stack_use *u, struct stack_slot *slot,
		       struct reg *dst, bool *restored)
{
	u32 width = spill_width(slot);

	if (slot->reg.type != SCALAR_VALUE)
		return reject(v, REJECT_TYPE, u->regno,
			      "%u bytes of a pointer on the stack are read: a pointer has 8",
			      u->size);
	if (!dst)
		return 0;
	if (u->size > width || (u->min & 7))
		return read_part(v, u, slot, dst, restored);
	if (u->size == 4 && width == 4 && !v->opts->unpriv && fits(&slot->reg, 4))
		give_id(v, &slot->reg);
	*dst = slot->reg;
	if (!fits(dst, u->size)) {
		/* The caller cuts the value; what is cut no longer equals the spilled one. */
		dst->id = 0;
		dst->off = 0;
	}
	*restored = true;
	return 0;
}

static int read_spill(struct verify *v, const struct stack_use *u, struct stack_slot *slot,
		      struct reg *dst, bool *restored)
{
	if (u->size != 8 || spill_width(slot) != 8)
		return read_narrow(v, u, slot, dst, restored);
	if (dst) {
		if (!v->opts->unpriv)
			give_id(v, &slot->reg);
		*dst = slot->reg;
		*restored = true;
		return 0;
	}
	*restored = true;
	if (is_pointer_leak(v, &slot->reg))
		return reject(v, REJECT_PRIVILEGE, u->regno,
			      "a pointer on the stack would be leaked");
	return 0;
}

static int read_fixed(struct verify *v, const struct stack_use *u, struct reg *dst)
{
	u32 index = stack_slot_of(u->min), spilled, zeros;
	struct stack_slot *slot = &u->frame->slots[index];
	bool restored = false;
	int err;

	stack_live_read(v, u->frame->frameno, index, index);
	if (slot_is_spill(slot)) {
		err = read_spill(v, u, slot, dst, &restored);
	} else {
		err = count_bytes(v, u, false, &spilled, &zeros);
		if (!err && dst && zeros == u->size)
			set_known(v, dst, 0);
		else if (!err && dst)
			read_unknown(v, dst);
	}
	if (err || !restored)
		return err;
	return precision_record(v, HIST_SLOT(u->frame->frameno, index), 0);
}

/* Bytes min … end-1 must hold data; `clobber`: somebody may overwrite them. */
static int check_initialised(struct verify *v, const struct stack_use *u, bool clobber)
{
	if (u->max + u->size > u->min)
		stack_live_read(v, u->frame->frameno, stack_slot_of(u->max + u->size - 1),
				stack_slot_of(u->min));
	for (s64 off = u->min; off < u->max + u->size; off++) {
		struct stack_slot *slot = &u->frame->slots[stack_slot_of(off)];
		u8 *b = stack_byte(u->frame, off);

		if (*b == SLOT_MISC)
			continue;
		if (*b == SLOT_ZERO || (*b == SLOT_INVALID && v->allow_uninit_stack)) {
			if (clobber)
				*b = SLOT_MISC;
			continue;
		}
		if (!slot_is_spill(slot) ||
		    (slot->reg.type != SCALAR_VALUE && !v->allow_ptr_leaks) || *b != SLOT_SPILL)
			return unreadable(v, u, off);
		if (clobber)
			scrub(slot);
	}
	return 0;
}

static int read_variable(struct verify *v, const struct stack_use *u, struct reg *dst)
{
	bool zero = true;
	int err;

	if (!dst)
		return reject(v, REJECT_STACK, u->regno,
			      "an access at a variable offset of the stack is not allowed here");
	err = check_initialised(v, u, false);
	if (err)
		return err;
	for (s64 off = u->min; off < u->max + u->size; off++)
		zero &= *stack_byte(u->frame, off) == SLOT_ZERO;
	if (zero)
		set_known(v, dst, 0);
	else
		read_unknown(v, dst);
	return 0;
}

/* ---- the interface ---- */

int stack_access(struct verify *v, u8 regno, s32 off, u32 size, enum mem_access what, int value_reg)
{
	struct reg *dst = value_reg >= 0 ? &regs_of(v)[value_reg] : NULL;
	struct stack_use u;
	int err = open_use(v, &u, regno, off, size, what);

	if (err)
		return err;
	if (!u.fixed && !verify_has(v, FEATURE_VARIABLE_STACK))
		return era_lacks(v, FEATURE_VARIABLE_STACK);
	if (what == MEM_ACCESS_WRITE)
		return u.fixed ? write_fixed(v, &u, value_reg) : write_variable(v, &u, value_reg);
	return u.fixed ? read_fixed(v, &u, dst) : read_variable(v, &u, dst);
}

int stack_region(struct verify *v, u8 regno, u32 size, enum mem_access what, bool zero_ok,
		 bool uninit)
{
	struct stack_use u;
	int err;

	if (!size && !zero_ok)
		return reject(v, REJECT_ARG, regno, "the size of the memory R%d must not be 0",
			      regno);
	err = open_use(v, &u, regno, 0, size, what);
	if (err)
		return err;
	/* At a variable offset it is not known which bytes get initialised. */
	if (!uninit || !u.fixed)
		return check_initialised(v, &u, what == MEM_ACCESS_WRITE);
	for (s64 at = u.min; at < u.max + u.size; at++) {
		if (*stack_byte(u.frame, at) == SLOT_DYNPTR)
			return reject(v, REJECT_TYPE, regno,
				      "a dynptr lies in the stack bytes that would be overwritten");
	}
	return stack_clobber(v, u.frame, (s32)u.min, size);
}

int stack_clobber(struct verify *v, struct frame *f, s32 off, u32 size)
{
	s64 end = (s64)off + size;
	int err;

	if (!size)
		return 0;
	for (u32 i = stack_slot_of(end - 1); i <= stack_slot_of(off); i++) {
		if (!v->allow_ptr_leaks && is_pointer_spill(&f->slots[i]))
			return reject(v, REJECT_PRIVILEGE, -1,
				      "part of a pointer on the stack is overwritten");
		err = dynptr_overwrite(v, f, i);
		if (err)
			return err;
		if (is_special(&f->slots[i]))
			scrub(&f->slots[i]);
		reg_set_uninit(&f->slots[i].reg);
	}
	for (s64 at = off; at < end; at++)
		*stack_byte(f, at) = SLOT_MISC;
	return 0;
}
