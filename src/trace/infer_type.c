// SPDX-License-Identifier: BSD-2-Clause
#include <errno.h>
#include <stdlib.h>

#include "base/hash.h"
#include "base/str.h"
#include "btf/types.h"
#include "trace/infer.h"

struct word {
	const char *name;
	const struct ttype *type;
};

/* Integers of the language and of C as a script may spell them. */
static const struct word words[] = {
	{ "uint8", &t_u8 },
	{ "uint16", &t_u16 },
	{ "uint32", &t_u32 },
	{ "uint64", &t_u64 },
	{ "int8", &t_s8 },
	{ "int16", &t_s16 },
	{ "int32", &t_s32 },
	{ "int64", &t_s64 },
	{ "bool", &t_bool },
	{ "_Bool", &t_bool },
	{ "char", &t_s8 },
	{ "signed char", &t_s8 },
	{ "unsigned char", &t_u8 },
	{ "short", &t_s16 },
	{ "unsigned short", &t_u16 },
	{ "int", &t_s32 },
	{ "unsigned", &t_u32 },
	{ "unsigned int", &t_u32 },
	{ "long", &t_s64 },
	{ "long int", &t_s64 },
	{ "unsigned long", &t_u64 },
	{ "long unsigned int", &t_u64 },
	{ "unsigned long int", &t_u64 },
	{ "long long", &t_s64 },
	{ "long long int", &t_s64 },
	{ "unsigned long long", &t_u64 },
	{ "long long unsigned int", &t_u64 },
	{ "uint8_t", &t_u8 },
	{ "uint16_t", &t_u16 },
	{ "uint32_t", &t_u32 },
	{ "uint64_t", &t_u64 },
	{ "int8_t", &t_s8 },
	{ "int16_t", &t_s16 },
	{ "int32_t", &t_s32 },
	{ "int64_t", &t_s64 },
	{ "u8", &t_u8 },
	{ "u16", &t_u16 },
	{ "u32", &t_u32 },
	{ "u64", &t_u64 },
	{ "s8", &t_s8 },
	{ "s16", &t_s16 },
	{ "s32", &t_s32 },
	{ "s64", &t_s64 },
	{ "__u8", &t_u8 },
	{ "__u16", &t_u16 },
	{ "__u32", &t_u32 },
	{ "__u64", &t_u64 },
	{ "__s8", &t_s8 },
	{ "__s16", &t_s16 },
	{ "__s32", &t_s32 },
	{ "__s64", &t_s64 },
	{ "__be16", &t_u16 },
	{ "__be32", &t_u32 },
	{ "__be64", &t_u64 },
	{ "size_t", &t_u64 },
	{ "ssize_t", &t_s64 },
	{ "uintptr_t", &t_u64 },
	{ "intptr_t", &t_s64 },
	{ "pid_t", &t_s32 },
	{ "uid_t", &t_u32 },
	{ "gid_t", &t_u32 },
	{ "dev_t", &t_u32 },
	{ "off_t", &t_s64 },
	{ "loff_t", &t_s64 },
	{ "time_t", &t_s64 },
	{ "sector_t", &t_u64 },
	{ "void", &t_none },
};

static const struct {
	const char *name;
	enum tkind kind;
} kinds[] = {
	{ "ksym_t", T_KSYM },
	{ "usym_t", T_USYM },
	{ "username", T_USERNAME },
	{ "inet", T_INET },
	{ "mac_address", T_MAC },
	{ "macaddr_t", T_MAC },
	{ "timestamp", T_TIMESTAMP },
	{ "cgroup_path", T_CGROUP_PATH },
	{ "cgroup_path_t", T_CGROUP_PATH },
	{ "strerror", T_STRERROR },
	{ "count_t", T_COUNT },
	{ "sum_t", T_SUM },
	{ "avg_t", T_AVG },
	{ "min_t", T_MIN },
	{ "max_t", T_MAX },
	{ "stats_t", T_STATS },
};

/* How much of a definition a type has: forward declarations are passed over. */
static u32 find_tag(const struct types *t, const char *name, enum type_kind kind)
{
	return t ? types_find(t, name, kind) : 0;
}

static u32 find_any(const struct types *t, const struct type_name *n)
{
	static const enum type_kind tags[] = { KIND_TYPEDEF, KIND_STRUCT, KIND_UNION,
					       KIND_ENUM,    KIND_ENUM64, KIND_INT };
	u32 id = 0;

	switch (n->tag) {
	case TAG_STRUCT:
		return find_tag(t, n->name, KIND_STRUCT);
	case TAG_UNION:
		return find_tag(t, n->name, KIND_UNION);
	case TAG_ENUM:
		id = find_tag(t, n->name, KIND_ENUM);
		return id ? id : find_tag(t, n->name, KIND_ENUM64);
	default:
		for (u32 i = 0; i < ARRAY_SIZE(tags) && !id; i++)
			id = find_tag(t, n->name, tags[i]);
		return id;
	}
}

static const struct ttype *of_types(struct infer *in, const struct type_name *n)
{
	u32 id = find_any(in->own, n);

	if (id)
		return t_btf(in->a, in->own, id, SPACE_NONE);
	id = find_any(infer_btf(in), n);
	return id ? t_btf(in->a, infer_btf(in), id, SPACE_NONE) : NULL;
}

static const struct ttype *word_type(struct infer *in, const struct type_name *n)
{
	if (n->tag)
		return NULL;
	for (u32 i = 0; i < ARRAY_SIZE(words); i++) {
		if (!strcmp(words[i].name, n->name))
			return words[i].type;
	}
	for (u32 i = 0; i < ARRAY_SIZE(kinds); i++) {
		if (!strcmp(kinds[i].name, n->name))
			return t_kind(kinds[i].kind);
	}
	if (!strcmp(n->name, "string"))
		return t_string(in->a, n->has_count ? (u32)n->count : in->cfg->max_strlen);
	if (!strcmp(n->name, "buffer"))
		return t_buffer(in->a, n->has_count ? (u32)n->count : in->cfg->max_strlen);
	return NULL;
}

bool type_exists(struct infer *in, const struct type_name *n)
{
	return !n->name || word_type(in, n) || of_types(in, n);
}

static const struct ttype *tuple_type(struct infer *in, const struct type_name *name)
{
	VEC(const struct ttype *) parts = { 0 };
	const struct ttype *t = NULL, **p;

	for (const struct type_name *m = name->members; m; m = m->next) {
		p = vec_push(&parts);
		if (!p || !(*p = type_named(in, m)))
			goto out;
	}
	t = t_tuple(in->a, parts.data, parts.len);
out:
	vec_fini(&parts);
	return t;
}

static void unknown_type(struct infer *in, const struct type_name *n)
{
	struct near near = near_start(n->name, strlen(n->name));

	infer_error(in, n->at, "unknown type '%s'", n->name);
	for (u32 i = 0; i < ARRAY_SIZE(words); i++)
		near_try(&near, words[i].name);
	for (u32 id = 1; infer_btf(in) && id < types_count(infer_btf(in)); id++) {
		enum type_kind kind = types_kind(infer_btf(in), id);

		if (kind == KIND_STRUCT || kind == KIND_UNION || kind == KIND_TYPEDEF)
			near_try(&near, types_name(infer_btf(in), id));
	}
	if (near.best)
		diag_hint(in->d, "did you mean '%s'?", near.best);
	else if (!infer_btf(in))
		diag_hint(in->d, "there is no BTF of a kernel to look it up in: define it in the "
				 "script");
}

const struct ttype *type_named(struct infer *in, const struct type_name *n)
{
	bool sized;
	const struct ttype *t;

	if (n->of) {
		if (infer_expr(in, n->of))
			return NULL;
		t = n->of->type;
	} else if (n->is_tuple) {
		t = tuple_type(in, n);
	} else {
		t = word_type(in, n);
		if (!t)
			t = of_types(in, n);
		if (!t)
			unknown_type(in, n);
	}
	for (u32 i = 0; t && i < n->stars; i++)
		t = t_pointer(in->a, t == &t_none ? NULL : t, SPACE_NONE);
	sized = t && (t->kind == T_STRING || t->kind == T_BUFFER) && !n->stars;
	if (t && n->has_count && !sized) {
		if (n->count > 1u << 20) {
			infer_error(in, n->at, "an array of %llu elements is too long",
				    (unsigned long long)n->count);
			return NULL;
		}
		t = t_array(in->a, t, (u32)n->count);
	}
	return t;
}

static enum tspace pointer_space(const struct types *btf, u32 ptr, enum tspace space)
{
	u32 to = types_ref(btf, ptr);

	for (; types_kind(btf, to) == KIND_TYPE_TAG; to = types_ref(btf, to)) {
		if (!strcmp(types_name(btf, to), "user"))
			return SPACE_USER;
		if (!strcmp(types_name(btf, to), "percpu"))
			return SPACE_KERNEL;
	}
	return space;
}

/* Member by name, also in anonymous members; bit offset from the outer record's start. */
static bool find_member(const struct types *btf, u32 id, const char *name, u32 depth,
			struct type_member *out)
{
	id = types_strip(btf, id);
	if (types_kind(btf, id) != KIND_STRUCT && types_kind(btf, id) != KIND_UNION)
		return false;
	for (u32 i = 0; i < types_vlen(btf, id); i++) {
		struct type_member m = types_member(btf, id, i);

		if (!strcmp(m.name, name)) {
			*out = m;
			return true;
		}
		if (!*m.name && depth < 16 && find_member(btf, m.type, name, depth + 1, out)) {
			out->bit_off += m.bit_off;
			return true;
		}
	}
	return false;
}

/* What the script's C only names is defined by the kernel. */
static const struct ttype *defined_record(struct infer *in, const struct ttype *record)
{
	const struct ttype *t;
	u32 id;

	if (record->kind != T_RECORD || record->btf != in->own || !in->own || !infer_btf(in) ||
	    types_kind(in->own, record->id) != KIND_FWD)
		return record;
	id = types_find(infer_btf(in), types_name(in->own, record->id),
			types_kind_flag(in->own, record->id) ? KIND_UNION : KIND_STRUCT);
	t = id ? t_btf(in->a, infer_btf(in), id, record->space) : NULL;
	return t ? t : record;
}

int type_field(struct infer *in, const struct ttype *record, const char *name, struct field *out)
{
	struct type_member m;
	u32 id;

	record = defined_record(in, record);
	if (record->kind != T_RECORD || !record->btf ||
	    !find_member(record->btf, record->id, name, 0, &m))
		return -ENOENT;
	id = types_strip(record->btf, m.type);
	*out = (struct field){ .off = m.bit_off / 8, .bit_off = m.bit_off, .bit_size = m.bit_size };
	out->type = t_btf(in->a, record->btf, m.type,
			  types_kind(record->btf, id) == KIND_PTR
				  ? pointer_space(record->btf, id, record->space)
				  : record->space);
	return out->type ? 0 : infer_nomem(in);
}

/* ---- enumerators ---- */

struct enums {
	struct hash by_name; /* type number << 32 | index */
};

static const struct types *enum_home(struct infer *in, u64 place)
{
	return place >> 63 ? in->own : infer_btf(in);
}

static void index_enums(struct hash *h, const struct types *t, u64 home)
{
	for (u32 id = 1; t && id < types_count(t); id++) {
		enum type_kind kind = types_kind(t, id);

		if (kind != KIND_ENUM && kind != KIND_ENUM64)
			continue;
		for (u32 i = 0; i < types_vlen(t, id); i++) {
			const char *name = types_enumerator(t, id, i).name;

			if (!hash_get_str(h, name))
				hash_set_str(h, name, home | (u64)id << 32 | i);
		}
	}
}

bool enum_constant(struct infer *in, const char *name, u64 *value, const struct ttype **type)
{
	const struct types *home;
	u64 *place;
	u32 id;

	if (!in->enums) {
		in->enums = calloc(1, sizeof(*in->enums));
		if (!in->enums)
			return false;
		index_enums(&in->enums->by_name, in->own, 1ull << 63);
		index_enums(&in->enums->by_name, infer_btf(in), 0);
	}
	place = hash_get_str(&in->enums->by_name, name);
	if (!place)
		return false;
	home = enum_home(in, *place);
	id = (u32)(*place >> 32) & INT32_MAX;
	*value = types_enumerator(home, id, (u32)*place).value;
	*type = t_btf(in->a, home, id, SPACE_NONE);
	return *type;
}

void infer_fini(struct infer *in)
{
	if (in->enums)
		hash_fini(&in->enums->by_name);
	free(in->enums);
	vec_fini(&in->events);
}
