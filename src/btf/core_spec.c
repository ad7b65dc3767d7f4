// SPDX-License-Identifier: BSD-2-Clause
#include "btf/core_spec.h"

#include <errno.h>
#include <stdlib.h>

#include "base/str.h"

enum { DEEPEST_ANONYMOUS = 32 };

bool core_kind_is_field(u32 kind)
{
	return kind <= CORE_FIELD_RSHIFT_U64;
}

bool core_kind_is_enum(u32 kind)
{
	return kind == CORE_ENUMVAL_EXISTS || kind == CORE_ENUMVAL_VALUE;
}

bool core_kind_is_type(u32 kind)
{
	return kind < CORE_KIND_COUNT && !core_kind_is_field(kind) && !core_kind_is_enum(kind);
}

/* The last "___" that has something before and after it starts the flavor. */
size_t core_name_len(const char *name)
{
	size_t len = strlen(name);

	for (size_t i = len; i-- > 1;) {
		if (i + 4 <= len && !memcmp(name + i, "___", 3) && name[i - 1] != '_' &&
		    name[i + 3] != '_')
			return i;
	}
	return len;
}

bool core_same_name(const char *local, const char *target)
{
	size_t len = core_name_len(local);

	return len == core_name_len(target) && !memcmp(local, target, len);
}

const char *core_kind_prefix(enum type_kind kind)
{
	switch (kind) {
	case KIND_STRUCT:
		return "struct ";
	case KIND_UNION:
		return "union ";
	case KIND_ENUM:
	case KIND_ENUM64:
		return "enum ";
	default:
		return "";
	}
}

static bool is_composite(const struct types *t, u32 id)
{
	enum type_kind kind = types_kind(t, id);

	return kind == KIND_STRUCT || kind == KIND_UNION;
}

static bool is_enum(const struct types *t, u32 id)
{
	enum type_kind kind = types_kind(t, id);

	return kind == KIND_ENUM || kind == KIND_ENUM64;
}

static bool add_bits(u32 *bit_off, u64 count, s64 bytes)
{
	u64 bits;

	if (bytes < 0 || __builtin_mul_overflow(count, (u64)bytes * 8, &bits))
		return false;
	bits += *bit_off;
	if (bits > UINT32_MAX)
		return false;
	*bit_off = (u32)bits;
	return true;
}

static void add_step(struct core_spec *s, u32 type, u32 index, const char *name)
{
	s->steps[s->step_count++] = (struct core_step){ type, index, name };
}

/* An array without a length that is the last member of the struct stepped into before. */
static bool is_flexible(const struct types *t, u32 parent, u32 member, u32 count)
{
	return !count && is_composite(t, parent) && member + 1 == types_vlen(t, parent);
}

/* "0:1:2" → numbers; how many, or -EINVAL. */
static int parse_numbers(const char *access, u32 *out)
{
	int n = 0;

	for (;;) {
		unsigned long v;
		char *end;

		if (*access < '0' || *access > '9' || n == CORE_MAX_STEPS)
			return -EINVAL;
		v = strtoul(access, &end, 10);
		if (v > UINT32_MAX / 2)
			return -EINVAL;
		out[n++] = (u32)v;
		if (!*end)
			return n;
		if (*end != ':')
			return -EINVAL;
		access = end + 1;
	}
}

static bool parse_field(struct core_spec *s, const u32 *numbers, int n)
{
	const struct types *t = s->types;
	u32 id = types_strip(t, s->root), parent = 0, member = 0;

	add_step(s, id, numbers[0], NULL);
	if (!add_bits(&s->bit_off, numbers[0], numbers[0] ? types_size(t, id) : 0))
		return false;
	for (int i = 1; i < n; i++) {
		if (is_composite(t, id)) {
			struct type_member m;

			if (numbers[i] >= types_vlen(t, id))
				return false;
			m = types_member(t, id, numbers[i]);
			if (__builtin_add_overflow(s->bit_off, m.bit_off, &s->bit_off))
				return false;
			if (*m.name)
				add_step(s, id, numbers[i], m.name);
			parent = id;
			member = numbers[i];
			id = types_strip(t, m.type);
		} else if (types_kind(t, id) == KIND_ARRAY) {
			struct type_array a = types_array(t, id);

			if (numbers[i] >= a.count && !is_flexible(t, parent, member, a.count))
				return false;
			add_step(s, id, numbers[i], NULL);
			if (!add_bits(&s->bit_off, numbers[i], types_size(t, a.elem)))
				return false;
			id = types_strip(t, a.elem);
		} else {
			return false;
		}
	}
	return true;
}

static bool parse_enum(struct core_spec *s, u32 index)
{
	u32 id = types_strip(s->types, s->root);

	if (!is_enum(s->types, id) || index >= types_vlen(s->types, id))
		return false;
	add_step(s, id, index, types_enumerator(s->types, id, index).name);
	return true;
}

int core_spec_parse(struct core_spec *out, const struct types *local, u32 kind, u32 type_id,
		    const char *access, struct diag *d)
{
	u32 numbers[CORE_MAX_STEPS];
	int n = parse_numbers(access, numbers);
	bool ok = n > 0;

	out->types = local;
	out->root = type_id;
	out->step_count = 0;
	out->bit_off = 0;
	if (ok && core_kind_is_type(kind))
		ok = n == 1 && !numbers[0];
	else if (ok && core_kind_is_enum(kind))
		ok = n == 1 && parse_enum(out, numbers[0]);
	else if (ok)
		ok = core_kind_is_field(kind) && parse_field(out, numbers, n);
	if (!ok)
		return diag_error(d, -EINVAL, NOWHERE,
				  "CO-RE relocation: access '%s' does not fit type %u (%s%s)",
				  access, type_id, core_kind_prefix(types_kind(local, type_id)),
				  types_name(local, type_id));
	return 0;
}

/* ---- the same path in the target ---- */

struct found_member {
	u32 owner, index, bit_off; /* bit_off from the type searched */
};

/* By name, also inside anonymous members. */
static bool find_member(const struct types *t, u32 id, const char *name, int depth,
			struct found_member *out)
{
	for (u32 i = 0; i < types_vlen(t, id); i++) {
		struct type_member m = types_member(t, id, i);
		u32 type = types_strip(t, m.type);

		if (*m.name && !strcmp(m.name, name)) {
			*out = (struct found_member){ id, i, m.bit_off };
			return true;
		}
		if (!*m.name && is_composite(t, type) && depth < DEEPEST_ANONYMOUS &&
		    find_member(t, type, name, depth + 1, out)) {
			out->bit_off += m.bit_off;
			return true;
		}
	}
	return false;
}

static void near_member(const struct types *t, u32 id, struct near *near, int depth)
{
	for (u32 i = 0; i < types_vlen(t, id); i++) {
		struct type_member m = types_member(t, id, i);
		u32 type = types_strip(t, m.type);

		if (*m.name)
			near_try(near, m.name);
		else if (is_composite(t, type) && depth < DEEPEST_ANONYMOUS)
			near_member(t, type, near, depth + 1);
	}
}

static bool no_member(const struct types *t, u32 id, const char *name, struct buf *why)
{
	struct near near = near_start(name, strlen(name));
	const char *type = types_name(t, id);

	buf_printf(why, "%s%s has no member '%s'", core_kind_prefix(types_kind(t, id)),
		   *type ? type : "(anonymous)", name);
	near_member(t, id, &near, 0);
	if (near.best)
		buf_printf(why, "; the nearest is '%s'", near.best);
	return false;
}

static bool match_member(struct core_spec *s, const struct core_step *want,
			 const struct types *local, u32 *id, struct buf *why)
{
	const struct types *t = s->types;
	struct found_member at;
	u32 ltype, ttype;

	if (!is_composite(t, *id)) {
		buf_printf(why, "what holds '%s' is not a struct or union there", want->name);
		return false;
	}
	if (!find_member(t, *id, want->name, 0, &at))
		return no_member(t, *id, want->name, why);
	ltype = types_member(local, want->type, want->index).type;
	ttype = types_member(t, at.owner, at.index).type;
	if (!core_fields_agree(local, ltype, t, ttype)) {
		buf_printf(why, "member '%s' has a type of another kind there", want->name);
		return false;
	}
	if (__builtin_add_overflow(s->bit_off, at.bit_off, &s->bit_off))
		return false;
	add_step(s, at.owner, at.index, want->name);
	*id = types_strip(t, ttype);
	return true;
}

static bool match_element(struct core_spec *s, const struct core_step *want, u32 *id,
			  struct buf *why)
{
	const struct types *t = s->types;
	struct type_array a = types_array(t, *id);
	const struct core_step *last = &s->steps[s->step_count - 1];

	if (types_kind(t, *id) != KIND_ARRAY) {
		buf_puts(why, "what is an array here is none there");
		return false;
	}
	if (want->index >= a.count && !is_flexible(t, last->type, last->index, a.count)) {
		buf_printf(why, "the array has %u elements there, number %u is read", a.count,
			   want->index);
		return false;
	}
	add_step(s, *id, want->index, NULL);
	if (!add_bits(&s->bit_off, want->index, types_size(t, a.elem)))
		return false;
	*id = types_strip(t, a.elem);
	return true;
}

static bool match_field(struct core_spec *s, const struct core_spec *local, struct buf *why)
{
	u32 id = types_strip(s->types, s->root);

	for (u32 i = 0; i < local->step_count; i++) {
		const struct core_step *want = &local->steps[i];
		bool ok;

		if (!i) {
			add_step(s, id, want->index, NULL);
			ok = add_bits(&s->bit_off, want->index,
				      want->index ? types_size(s->types, id) : 0);
		} else if (want->name) {
			ok = match_member(s, want, local->types, &id, why);
		} else {
			ok = match_element(s, want, &id, why);
		}
		if (!ok)
			return false;
	}
	return true;
}

static bool match_enum(struct core_spec *s, const struct core_step *want, struct buf *why)
{
	u32 id = types_strip(s->types, s->root);
	struct near near = near_start(want->name, core_name_len(want->name));

	for (u32 i = 0; is_enum(s->types, id) && i < types_vlen(s->types, id); i++) {
		struct type_enumerator e = types_enumerator(s->types, id, i);

		if (core_same_name(want->name, e.name)) {
			add_step(s, id, i, e.name);
			return true;
		}
		near_try(&near, e.name);
	}
	buf_printf(why, "enum %s has no enumerator '%.*s'", types_name(s->types, id),
		   (int)core_name_len(want->name), want->name);
	if (near.best)
		buf_printf(why, "; the nearest is '%s'", near.best);
	return false;
}

bool core_spec_match(struct core_spec *out, const struct core_spec *local, u32 kind,
		     const struct types *target, u32 id, struct buf *why)
{
	bool ok;

	out->types = target;
	out->root = id;
	out->step_count = 0;
	out->bit_off = 0;
	if (core_kind_is_field(kind))
		return match_field(out, local, why);
	if (core_kind_is_enum(kind))
		return match_enum(out, &local->steps[0], why);
	ok = kind == CORE_TYPE_MATCHES ? core_types_match(local->types, local->root, target, id)
				       : core_types_agree(local->types, local->root, target, id);
	if (!ok)
		buf_puts(why, "the type differs there");
	return ok;
}

void core_spec_print(const struct core_spec *s, u32 kind, const char *access, struct buf *out)
{
	const char *name = types_name(s->types, s->root);

	buf_printf(out, "%s%s", core_kind_prefix(types_kind(s->types, s->root)),
		   *name ? name : "(anonymous)");
	if (core_kind_is_enum(kind)) {
		buf_printf(out, "::%s", s->steps[0].name);
		return;
	}
	if (!core_kind_is_field(kind))
		return;
	for (u32 i = 0; i < s->step_count; i++) {
		if (s->steps[i].name)
			buf_printf(out, ".%s", s->steps[i].name);
		else if (i || s->steps[i].index)
			buf_printf(out, "[%u]", s->steps[i].index);
	}
	buf_printf(out, " (%s @ offset %u", access, s->bit_off / 8);
	if (s->bit_off % 8)
		buf_printf(out, ".%u", s->bit_off % 8);
	buf_putc(out, ')');
}
