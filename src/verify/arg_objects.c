// SPDX-License-Identifier: BSD-2-Clause
#include "verify/arg_objects.h"

#include <errno.h>

#include "verify/args.h"
#include "verify/call.h"
#include "verify/memory.h"
#include "verify/precision.h"
#include "verify/refs.h"
#include "verify/type_match.h"

/* Special fields of what the register points to: a map value or an allocated object. */
static const struct btf_fields *fields_of(struct verify *v, const struct reg *r)
{
	return r->type == PTR_TO_MAP_VALUE ? map_value_fields(v, r->map)
					   : type_fields(v, r->types, r->type_id);
}

/* A `kind` must start exactly where the register points. */
static int field_of(struct verify *v, u8 regno, u32 kinds, const char *what,
		    const struct btf_field **out)
{
	const struct reg *r = &regs_of(v)[regno];
	const struct btf_fields *fields;
	const struct btf_field *f;
	s64 off;

	if (!scalar_is_const(&r->s))
		return reject(v, REJECT_ARG, regno, "R%u points to %s at an unknown offset", regno,
			      what);
	fields = fields_of(v, r);
	if (!fields || !(fields->kinds & kinds)) {
		if (r->type != PTR_TO_MAP_VALUE)
			return reject(v, REJECT_ARG, regno, "R%u points to an object without %s",
				      regno, what);
		reject(v, REJECT_ARG, regno, "the values of map '%s' hold no %s", r->map->name,
		       what);
		reject_hint(v, "the map needs BTF: define it in section .maps with a value type "
			       "that has this member");
		return v->reject.err;
	}
	off = r->off + (s64)r->s.var.value;
	f = off >= 0 && off <= UINT32_MAX ? fields_at(fields, (u32)off, kinds) : NULL;
	if (!f)
		return reject(v, REJECT_ARG, regno, "offset %lld, to which R%u points, is no %s",
			      (long long)off, regno, what);
	*out = f;
	return 0;
}

int arg_spin_lock(struct verify *v, u8 regno, bool lock)
{
	const struct reg *r = &regs_of(v)[regno];
	const struct btf_field *f;
	const void *ptr = r->type == PTR_TO_MAP_VALUE ? (const void *)r->map : r->types;
	int err = field_of(v, regno, FIELD_SPIN_LOCK, "bpf_spin_lock", &f);

	if (err)
		return err;
	if (lock)
		return lock_acquire(v, REF_LOCK, r->id, ptr);
	return lock_release(v, REF_LOCK, r->id, ptr);
}

int arg_timer(struct verify *v, u8 regno)
{
	const struct btf_field *f;

	return field_of(v, regno, FIELD_TIMER, "bpf_timer", &f);
}

int arg_kptr(struct verify *v, u8 regno, const struct btf_field **out)
{
	int err = field_of(v, regno, FIELD_KPTR, "kernel pointer", out);

	if (!err && !((*out)->kind & (FIELD_KPTR_REF | FIELD_KPTR_PERCPU)))
		return reject(v, REJECT_ARG, regno,
			      "the kernel pointer at offset %u holds no reference (it is not "
			      "tagged __kptr)",
			      (*out)->off);
	return err;
}

int arg_kptr_matches(struct verify *v, const struct btf_field *field, u8 regno)
{
	const struct reg *r = &regs_of(v)[regno];
	u16 allowed = PTR_MAYBE_NULL | PTR_TRUSTED | MEM_RCU;
	int err;

	if (r->types != v->kernel) {
		allowed = PTR_MAYBE_NULL | MEM_ALLOC;
		if (field->kind == FIELD_KPTR_PERCPU)
			allowed |= MEM_PERCPU;
	} else if (field->kind == FIELD_KPTR_UNREF) {
		allowed |= PTR_UNTRUSTED;
	}
	if (r->type != PTR_TO_BTF_ID || (r->flags & ~allowed))
		return reject(v, REJECT_ARG, regno,
			      "R%u (%s) cannot be stored in a kernel pointer field", regno,
			      reg_type_name(r));
	err = args_check_unmodified(v, regno, true);
	if (err)
		return err;
	if (!type_match(r->types, r->type_id, r->off, field->types, field->type_id,
			field->kind != FIELD_KPTR_UNREF))
		return reject(v, REJECT_ARG, regno,
			      "R%u points to a %s, but the field holds pointers to %s", regno,
			      types_name(r->types, r->type_id),
			      types_name(field->types, field->type_id));
	return 0;
}

int call_const_str(struct verify *v, u8 regno)
{
	const struct reg *r = &regs_of(v)[regno];
	int err;

	if (r->type != PTR_TO_MAP_VALUE ||
	    (!map_is_constant(r->map) && !(r->map->flags & MAP_RDONLY_PROG)))
		return reject(v, REJECT_ARG, regno,
			      "the string in R%u must lie in a read-only map, such as a constant "
			      "global",
			      regno);
	if (!scalar_is_const(&r->s))
		return reject(v, REJECT_ARG, regno, "the string in R%u has no constant address",
			      regno);
	if (r->map->type != MAP_TYPE_ARRAY || r->map->max_entries != 1 || !map_is_constant(r->map))
		return reject(v, REJECT_ARG, regno,
			      "the contents of map '%s' are not known: its strings cannot be used",
			      r->map->name);
	err = memory_bounds(v, r, regno, 0, (s64)r->map->value_size - r->off, r->map->value_size,
			    false);
	if (err)
		return err;
	if (!arg_const_str_text(r))
		return reject(v, REJECT_ARG, regno, "the string in R%u has no end in its map",
			      regno);
	return 0;
}

const char *arg_const_str_text(const struct reg *r)
{
	s64 off = r->off + (s64)r->s.var.value;
	u32 size = r->map->value_size;
	const char *text;

	if (off < 0 || off >= size)
		return NULL;
	if (!r->map->data)
		return ""; /* all zeros */
	text = (const char *)r->map->data + off;
	return memchr(text, 0, size - (size_t)off) ? text : NULL;
}

/* `size` bytes from byte `at` of the slot on are zeros. */
static bool is_zero(const struct stack_slot *s, u32 at, u32 size)
{
	for (u32 i = at; i < at + size; i++) {
		if (i > 7 || s->bytes[i] != SLOT_ZERO)
			return false;
	}
	return true;
}

/* Bytes of a spilled number from byte `at` on, to the end of the slot. */
static u32 spilled_bytes(const struct stack_slot *s, u32 at)
{
	u32 n = 0;

	while (at + n < 8 && s->bytes[at + n] == SLOT_SPILL)
		n++;
	return n;
}

/*
 * The look-up of an array with a key inside it cannot fail. The key must be one whole constant
 * in the slot; then it matters, and states are told apart by it.
 */
int arg_constant_key(struct verify *v, u8 regno, u32 size, s64 *key)
{
	const struct reg *r = &regs_of(v)[regno];
	struct frame *f;
	struct stack_slot *s;
	s64 off;
	u32 at;

	if (v->opts->unpriv || !era_at_least(v, 6, 14) || r->type != PTR_TO_STACK ||
	    !scalar_is_const(&r->s))
		return 0;
	off = r->off + (s64)r->s.var.value;
	f = v->cur->frames[r->frame];
	if (off >= 0 || off < -STACK_SIZE || stack_slot_of(off) >= f->slot_count)
		return 0;
	s = &f->slots[stack_slot_of(off)];
	at = (u32)(off + 8 * ((s64)stack_slot_of(off) + 1));
	if (is_zero(s, at, size)) {
		*key = 0;
		return 0;
	}
	if (!slot_is_spill(s) || s->reg.type != SCALAR_VALUE || spilled_bytes(s, at) != size ||
	    !scalar_is_const(&s->reg.s))
		return 0;
	*key = (s64)s->reg.s.var.value;
	return precision_mark_slot(v, r->frame, stack_slot_of(off));
}
