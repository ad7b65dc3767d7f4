// SPDX-License-Identifier: BSD-2-Clause
#include "btf/core.h"

#include <errno.h>

#include "base/str.h"
#include "btf/core_spec.h"

const char *core_kind_name(u32 kind)
{
	static const char *const names[] = {
		[CORE_FIELD_BYTE_OFFSET] = "byte_off",	  [CORE_FIELD_BYTE_SIZE] = "byte_sz",
		[CORE_FIELD_EXISTS] = "field_exists",	  [CORE_FIELD_SIGNED] = "signed",
		[CORE_FIELD_LSHIFT_U64] = "lshift_u64",	  [CORE_FIELD_RSHIFT_U64] = "rshift_u64",
		[CORE_TYPE_ID_LOCAL] = "local_type_id",	  [CORE_TYPE_ID_TARGET] = "target_type_id",
		[CORE_TYPE_EXISTS] = "type_exists",	  [CORE_TYPE_SIZE] = "type_size",
		[CORE_ENUMVAL_EXISTS] = "enumval_exists", [CORE_ENUMVAL_VALUE] = "enumval_value",
		[CORE_TYPE_MATCHES] = "type_matches",
	};

	return kind < CORE_KIND_COUNT ? names[kind] : "unknown";
}

/* What one relocation kind asks of one path. */
struct answer {
	u64 value;
	u32 size; /* bytes of the field as it is loaded; 0: not a field */
	bool is_signed, is_ptr, is_int;
};

/* A bitfield is loaded as the smallest aligned unit of its type's size or larger that holds it. */
static bool bitfield_unit(u32 bit_off, u32 bits, u32 *byte_off, u32 *bytes)
{
	for (; *bytes && *bytes <= 8; *bytes *= 2) {
		*byte_off = bit_off / 8 / *bytes * *bytes;
		if (bit_off + bits - *byte_off * 8 <= *bytes * 8)
			return true;
	}
	return false;
}

static bool answer_field(const struct core_spec *s, u32 kind, struct answer *out)
{
	const struct core_step *last = &s->steps[s->step_count - 1];
	u32 byte_off = s->bit_off / 8, bytes, bits = 0, id;
	s64 size;

	if (last->name) {
		struct type_member m = types_member(s->types, last->type, last->index);

		id = types_strip(s->types, m.type);
		bits = m.bit_size;
	} else if (s->step_count == 1) {
		id = last->type; /* the root itself, by array index */
	} else {
		id = types_strip(s->types, types_array(s->types, last->type).elem);
	}
	size = types_size(s->types, id);
	if (size < 0 || size > UINT32_MAX / 8)
		return false;
	bytes = (u32)size;
	if (bits) {
		if (!bitfield_unit(s->bit_off, bits, &byte_off, &bytes))
			return false;
	} else {
		bits = bytes * 8;
	}
	out->size = bytes;
	out->is_ptr = types_kind(s->types, id) == KIND_PTR;
	out->is_int = types_kind(s->types, id) == KIND_INT;
	out->is_signed = out->is_int ? types_int(s->types, id).is_signed
				     : (types_kind(s->types, id) == KIND_ENUM ||
					types_kind(s->types, id) == KIND_ENUM64) &&
					       types_kind_flag(s->types, id);
	switch (kind) {
	case CORE_FIELD_BYTE_OFFSET:
		out->value = byte_off;
		break;
	case CORE_FIELD_BYTE_SIZE:
		out->value = bytes;
		break;
	case CORE_FIELD_EXISTS:
		out->value = 1;
		break;
	case CORE_FIELD_SIGNED:
		out->value = out->is_signed;
		break;
	case CORE_FIELD_LSHIFT_U64: /* little endian: the field's top bit goes to bit 63 */
		out->value = 64 - (s->bit_off + bits - byte_off * 8);
		break;
	case CORE_FIELD_RSHIFT_U64:
		out->value = 64 - bits;
		break;
	}
	return true;
}

/* 32-bit enumerators count as signed: compilers before clang 15 do not say. */
static u64 enumerator_value(const struct core_spec *s)
{
	const struct core_step *step = &s->steps[0];
	u64 value = types_enumerator(s->types, step->type, step->index).value;

	return types_kind(s->types, step->type) == KIND_ENUM ? (u64)(s64)(s32)value : value;
}

static bool answer(const struct core_spec *s, u32 kind, struct answer *out)
{
	s64 size;

	*out = (struct answer){ 0 };
	switch (kind) {
	case CORE_TYPE_ID_LOCAL:
	case CORE_TYPE_ID_TARGET:
		out->value = s->root;
		return true;
	case CORE_TYPE_EXISTS:
	case CORE_TYPE_MATCHES:
	case CORE_ENUMVAL_EXISTS:
		out->value = 1;
		return true;
	case CORE_TYPE_SIZE:
		size = types_size(s->types, s->root);
		out->value = (u64)size;
		return size >= 0;
	case CORE_ENUMVAL_VALUE:
		out->value = enumerator_value(s);
		return true;
	default:
		return answer_field(s, kind, out);
	}
}

static bool asks_existence(u32 kind)
{
	return kind == CORE_FIELD_EXISTS || kind == CORE_TYPE_EXISTS || kind == CORE_TYPE_MATCHES ||
	       kind == CORE_ENUMVAL_EXISTS;
}

/* Relocations that are 0 when there is nothing: a size or number of 0 says so, too. */
static bool zero_if_missing(u32 kind)
{
	return asks_existence(kind) || kind == CORE_TYPE_SIZE || kind == CORE_TYPE_ID_TARGET;
}

struct search {
	const struct core_spec *local;
	const struct types *target;
	u32 kind;
	const char *name; /* of the root type, without flavor; in the arena */
	u32 candidates;	  /* types of that name and kind */
	bool found, ambiguous;
	struct core_spec spec; /* of the first match */
	struct answer answer;
	struct buf why; /* of the first candidate that did not match */
};

static void try_candidate(struct search *s, u32 id)
{
	struct core_spec spec;
	struct answer a;
	struct buf why = { 0 };

	s->candidates++;
	if (core_spec_match(&spec, s->local, s->kind, s->target, id, &why) &&
	    answer(&spec, s->kind, &a)) {
		bool same = asks_existence(s->kind) || (s->found && a.value == s->answer.value &&
							spec.bit_off == s->spec.bit_off);

		if (s->found && !same) {
			/* All types that have it agree on what exists; an offset must be one. */
			s->ambiguous = s->kind != CORE_TYPE_ID_TARGET;
		} else if (!s->found) {
			s->found = true;
			s->spec = spec;
			s->answer = a;
		}
	} else if (!s->why.len) {
		buf_puts(&s->why, why.len ? buf_str(&why) : "the field has no fixed size there");
	}
	buf_fini(&why);
}

static void try_all(struct search *s)
{
	enum type_kind kind = types_kind(s->local->types, s->local->root);
	enum type_kind kinds[2] = { kind, KIND_VOID };

	if (kind == KIND_ENUM || kind == KIND_ENUM64)
		kinds[1] = kind == KIND_ENUM ? KIND_ENUM64 : KIND_ENUM;
	for (int k = 0; k < 2 && kinds[k] != KIND_VOID; k++) {
		u32 id = types_find(s->target, s->name, kinds[k]);

		for (; id; id = types_find_next(s->target, id, s->name, kinds[k]))
			try_candidate(s, id);
	}
}

static void explain_missing(struct search *s)
{
	enum type_kind kind = types_kind(s->local->types, s->local->root);
	struct near near = near_start(s->name, strlen(s->name));

	buf_printf(&s->why, "there is no %s%s", core_kind_prefix(kind), s->name);
	if (zero_if_missing(s->kind)) /* it asks because it may be missing */
		return;
	for (u32 id = 1; id < types_count(s->target); id++) {
		if (core_kinds_agree(types_kind(s->target, id), kind))
			near_try(&near, types_name(s->target, id));
	}
	if (near.best)
		buf_printf(&s->why, "; the nearest is %s%s", core_kind_prefix(kind), near.best);
}

static const char *keep(struct arena *a, struct buf *b)
{
	const char *s = arena_strdup(a, buf_str(b));

	buf_fini(b);
	return s;
}

static int conclude(struct search *s, struct core_result *out, struct arena *a, struct diag *d)
{
	if (!s->candidates)
		explain_missing(s);
	if (s->ambiguous) {
		buf_clear(&s->why);
		buf_printf(&s->why, "%u types named %s disagree", s->candidates, s->name);
	}
	out->matched = s->found && !s->ambiguous;
	out->why = NULL;
	if (out->matched) {
		out->target = s->answer.value;
		out->target_size = s->answer.size;
		out->target_signed = s->answer.is_signed;
		out->target_type = s->spec.root;
		buf_fini(&s->why);
		return 0;
	}
	out->why = keep(a, &s->why);
	out->matched = zero_if_missing(s->kind) && !s->ambiguous;
	return out->why ? 0 : diag_nomem(d);
}

int core_resolve(struct core_result *out, const struct types *local, const struct types *target,
		 u32 kind, u32 type_id, const char *access, struct arena *a, struct diag *d)
{
	struct core_spec spec;
	struct search s = { .local = &spec, .target = target ? target : local, .kind = kind };
	const char *name = types_name(local, type_id);
	struct buf text = { 0 };
	struct answer mine;
	int err;

	*out = (struct core_result){ 0 };
	if (kind >= CORE_KIND_COUNT)
		return diag_error(d, -EINVAL, NOWHERE, "CO-RE relocation of unknown kind %u", kind);
	if (!type_id || type_id >= types_count(local))
		return diag_error(d, -EINVAL, NOWHERE, "CO-RE relocation: there is no type %u",
				  type_id);
	err = core_spec_parse(&spec, local, kind, type_id, access, d);
	if (err)
		return err;
	core_spec_print(&spec, kind, access, &text);
	out->spec = keep(a, &text);
	if (!out->spec)
		return diag_nomem(d);
	if (answer(&spec, kind, &mine)) {
		out->local = mine.value;
		out->local_size = mine.size;
	} else if (!asks_existence(kind)) {
		return diag_error(d, -EINVAL, NOWHERE, "CO-RE relocation: %s has no such value",
				  out->spec);
	}
	if (!target || kind == CORE_TYPE_ID_LOCAL) {
		out->matched = true;
		out->target = out->local;
		out->target_size = out->local_size;
		out->target_signed = mine.is_signed;
		out->target_type = type_id;
		return 0;
	}
	s.name = arena_strndup(a, name, core_name_len(name));
	if (!s.name)
		return diag_nomem(d);
	if (!*s.name)
		return diag_error(d, -EINVAL, NOWHERE, "CO-RE relocation against anonymous type %u",
				  type_id);
	try_all(&s);
	err = conclude(&s, out, a, d);
	out->resizable =
		s.found &&
		((mine.is_ptr && s.answer.is_ptr) ||
		 (mine.is_int && s.answer.is_int && !mine.is_signed && !s.answer.is_signed));
	return err;
}
