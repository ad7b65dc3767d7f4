// SPDX-License-Identifier: BSD-2-Clause
#include "btf/types.h"

#include <errno.h>
#include <stdlib.h>

#include "btf/handle.h"
#include "btf/trust.h"

static const struct type void_type;

const void *types_raw(const struct types *t, size_t *len)
{
	*len = t->len;
	return t->data;
}

u32 types_count(const struct types *t)
{
	return t->count;
}

/* The handle of the split chain that holds `id`, NULL for void and numbers out of range. */
static const struct types *owner_of(const struct types *t, u32 id)
{
	if (id >= t->count)
		return NULL;
	while (t && id < t->first)
		t = t->base;
	return t;
}

static const struct type *own_type(const struct types *t, u32 id)
{
	u32 slot = id - t->first;

	return (const struct type *)(t->types +
				     (t->offs ? t->offs[slot] : types_octet_off(t, slot)));
}

const struct type *types_get(const struct types *t, u32 id)
{
	t = owner_of(t, id);
	return t ? own_type(t, id) : &void_type;
}

enum type_kind types_kind(const struct types *t, u32 id)
{
	return (enum type_kind)info_kind(types_get(t, id)->info);
}

u32 types_vlen(const struct types *t, u32 id)
{
	return info_vlen(types_get(t, id)->info);
}

bool types_kind_flag(const struct types *t, u32 id)
{
	return types_get(t, id)->info >> 31;
}

const char *types_string(const struct types *t, u32 off)
{
	while (t->base && off < t->first_string)
		t = t->base;
	off -= t->first_string;
	return off < t->string_len ? t->strings + off : "";
}

const char *types_name(const struct types *t, u32 id)
{
	return types_string(t, types_get(t, id)->name_off);
}

u32 types_ref(const struct types *t, u32 id)
{
	const struct type *type = types_get(t, id);

	switch (info_kind(type->info)) {
	case KIND_PTR:
	case KIND_TYPEDEF:
	case KIND_VOLATILE:
	case KIND_CONST:
	case KIND_RESTRICT:
	case KIND_FUNC:
	case KIND_FUNC_PROTO:
	case KIND_VAR:
	case KIND_DECL_TAG:
	case KIND_TYPE_TAG:
		return type->type;
	default:
		return 0;
	}
}

/* The kind-specific part: entry `i` of `words` u32 each; NULL when there is none. */
static const u32 *entry_of(const struct type *type, u32 i, u32 words)
{
	if (i >= info_vlen(type->info))
		return NULL;
	return (const u32 *)(type + 1) + (size_t)i * words;
}

/* Before kind_flag, a bitfield was an INT of fewer bits than its bytes hold. */
static void old_bitfield(const struct types *t, struct type_member *m)
{
	u32 id = types_strip(t, m->type);
	struct type_int in;

	if (types_kind(t, id) != KIND_INT)
		return;
	in = types_int(t, id);
	if (in.is_bool ||
	    (in.bits == types_get(t, id)->size * 8 && !in.bit_off && !(m->bit_off % 8)))
		return;
	m->bit_off += in.bit_off;
	m->bit_size = in.bits;
}

struct type_member types_member(const struct types *t, u32 id, u32 i)
{
	const struct type *type = types_get(t, id);
	struct type_member m = { .name = "" };
	u32 kind = info_kind(type->info);
	const u32 *e;

	if (kind != KIND_STRUCT && kind != KIND_UNION)
		return m;
	e = entry_of(type, i, 3);
	if (!e)
		return m;
	m.name = types_string(t, e[0]);
	m.type = e[1];
	m.bit_off = e[2];
	if (type->info >> 31) {
		m.bit_off = e[2] & 0xffffff;
		m.bit_size = e[2] >> 24;
	} else {
		old_bitfield(t, &m);
	}
	return m;
}

struct type_array types_array(const struct types *t, u32 id)
{
	const struct type *type = types_get(t, id);
	const u32 *e = (const u32 *)(type + 1);

	if (info_kind(type->info) != KIND_ARRAY)
		return (struct type_array){ 0 };
	return (struct type_array){ .elem = e[0], .index = e[1], .count = e[2] };
}

struct type_int types_int(const struct types *t, u32 id)
{
	const struct type *type = types_get(t, id);
	u32 word;

	if (info_kind(type->info) != KIND_INT)
		return (struct type_int){ 0 };
	word = *(const u32 *)(type + 1);
	return (struct type_int){
		.bits = word & 0xff,
		.bit_off = word >> 16 & 0xff,
		.is_signed = word >> 24 & 1,
		.is_char = word >> 25 & 1,
		.is_bool = word >> 26 & 1,
	};
}

struct type_enumerator types_enumerator(const struct types *t, u32 id, u32 i)
{
	const struct type *type = types_get(t, id);
	struct type_enumerator out = { .name = "" };
	const u32 *e;

	switch (info_kind(type->info)) {
	case KIND_ENUM:
		e = entry_of(type, i, 2);
		if (e && type->info >> 31)
			out.value = (u64)(s64)(s32)e[1];
		else if (e)
			out.value = e[1];
		break;
	case KIND_ENUM64:
		e = entry_of(type, i, 3);
		if (e)
			out.value = (u64)e[2] << 32 | e[1];
		break;
	default:
		return out;
	}
	if (e)
		out.name = types_string(t, e[0]);
	return out;
}

struct type_param types_param(const struct types *t, u32 id, u32 i)
{
	const struct type *type = types_get(t, id);
	const u32 *e = entry_of(type, i, 2);

	if (info_kind(type->info) != KIND_FUNC_PROTO || !e)
		return (struct type_param){ .name = "" };
	return (struct type_param){ .name = types_string(t, e[0]), .type = e[1] };
}

struct type_secinfo types_secinfo(const struct types *t, u32 id, u32 i)
{
	const struct type *type = types_get(t, id);
	const u32 *e = entry_of(type, i, 3);

	if (info_kind(type->info) != KIND_DATASEC || !e)
		return (struct type_secinfo){ 0 };
	return (struct type_secinfo){ .type = e[0], .off = e[1], .size = e[2] };
}

u32 types_func_linkage(const struct types *t, u32 id)
{
	const struct type *type = types_get(t, id);

	switch (info_kind(type->info)) {
	case KIND_FUNC:
		return info_vlen(type->info);
	case KIND_VAR:
		return *(const u32 *)(type + 1);
	default:
		return 0;
	}
}

s32 types_component(const struct types *t, u32 id)
{
	const struct type *type = types_get(t, id);

	if (info_kind(type->info) != KIND_DECL_TAG)
		return -1;
	return *(const s32 *)(type + 1);
}

u32 types_strip(const struct types *t, u32 id)
{
	u32 steps;

	for (steps = 0; steps <= TYPES_MAX_DEPTH; steps++) {
		const struct type *type = types_get(t, id);

		switch (info_kind(type->info)) {
		case KIND_TYPEDEF:
		case KIND_VOLATILE:
		case KIND_CONST:
		case KIND_RESTRICT:
		case KIND_TYPE_TAG:
			id = type->type;
			break;
		default:
			return id < t->count ? id : 0;
		}
	}
	return 0;
}

s64 types_size(const struct types *t, u32 id)
{
	u64 count = 1;
	u32 steps;

	for (steps = 0; steps <= 2 * TYPES_MAX_DEPTH; steps++) {
		const struct type *type;

		id = types_strip(t, id);
		type = types_get(t, id);
		switch (info_kind(type->info)) {
		case KIND_PTR:
			return (s64)(count * 8);
		case KIND_INT:
		case KIND_STRUCT:
		case KIND_UNION:
		case KIND_ENUM:
		case KIND_ENUM64:
		case KIND_FLOAT:
		case KIND_DATASEC:
			if (type->size && count > UINT32_MAX / type->size)
				return -EINVAL;
			return (s64)(count * type->size);
		case KIND_VAR:
			id = type->type;
			break;
		case KIND_ARRAY:
			count *= types_array(t, id).count;
			if (count > UINT32_MAX / 8)
				return -EINVAL;
			id = types_array(t, id).elem;
			break;
		default:
			return -EINVAL;
		}
	}
	return -EINVAL;
}

u32 types_align(const struct types *t, u32 id)
{
	const struct types *owner = owner_of(t, id);

	if (owner && owner->trusted)
		return types_align_late(owner, id);
	return owner ? 1u << owner->aligns[id - owner->first] : 1;
}

/* Eight bytes at a time: kernels have tens of thousands of names. */
static u32 name_hash(const char *name)
{
	size_t len = strlen(name);
	u64 h = len, tail = 0;

	for (; len >= 8; name += 8, len -= 8)
		h = (h ^ LOAD(u64, name)) * 0x9e3779b97f4a7c15ull, h ^= h >> 29;
	memcpy(&tail, name, len);
	h = (h ^ tail) * 0x9e3779b97f4a7c15ull;
	return (u32)(h >> 32);
}

static enum name_group group_of(enum type_kind kind)
{
	return kind == KIND_FUNC || kind == KIND_VAR || kind == KIND_DATASEC ||
			       kind == KIND_DECL_TAG || kind == KIND_TYPE_TAG
		       ? GROUP_DECLS
		       : GROUP_TYPES;
}

static bool in_group(const struct type *type, enum name_group group)
{
	return type->name_off && group_of(info_kind(type->info)) == group;
}

/* The group's types that have names, ascending; *own: to be freed. */
static const struct type_named *group_list(const struct types *t, enum name_group group, u32 *count,
					   struct type_named **own)
{
	u32 n = 0;

	*own = NULL;
	*count = t->named_count;
	if (t->named && group == GROUP_TYPES)
		return t->named;
	for (u32 id = t->first; id < t->count; id++)
		n += in_group(own_type(t, id), group);
	*own = malloc(sizeof(**own) * (n + 1));
	*count = n;
	n = 0;
	for (u32 id = t->first; *own && id < t->count; id++) {
		const struct type *type = own_type(t, id);

		if (in_group(type, group))
			(*own)[n++] = (struct type_named){ id, type->name_off };
	}
	return *own;
}

static struct name_index *index_new(u32 count)
{
	struct name_index *index;
	u32 size = 16;

	while (size < count * 2)
		size *= 2;
	index = calloc(1, sizeof(*index) + (size_t)size * sizeof(u32));
	if (index)
		index->mask = size - 1;
	return index;
}

static struct name_index *index_build(const struct types *t, enum name_group group)
{
	enum {
		AHEAD = 8
	}; /* names come from all over the strings: asked for before they are read */
	struct type_named *own;
	u32 count;
	const struct type_named *named = group_list(t, group, &count, &own);
	struct name_index *index = named ? index_new(count) : NULL;

	for (u32 i = 0; index && i < count; i++) {
		u32 slot;

		if (i + AHEAD < count)
			__builtin_prefetch(types_string(t, named[i + AHEAD].name_off));
		slot = name_hash(types_string(t, named[i].name_off)) & index->mask;
		while (index->slots[slot])
			slot = (slot + 1) & index->mask;
		index->slots[slot] = named[i].id;
	}
	free(own);
	return index;
}

/* Any thread may come first: the losers of the race drop their copy. NULL: no memory. */
static const struct name_index *index_get(const struct types *t, enum name_group group)
{
	struct types *handle = (struct types *)t; /* handles are heap objects, never const ones */
	struct name_index *index =
		atomic_load_explicit(&handle->index[group], memory_order_acquire);
	struct name_index *mine;

	if (index)
		return index;
	mine = index_build(t, group);
	if (!mine)
		return NULL;
	if (atomic_compare_exchange_strong(&handle->index[group], &index, mine))
		return mine;
	free(mine);
	return index;
}

static bool is_named(const struct types *t, u32 id, const char *name, enum type_kind kind)
{
	return (kind == KIND_VOID || types_kind(t, id) == kind) && !strcmp(types_name(t, id), name);
}

/* Among the types of this handle and group alone, those after `id`. */
static u32 group_find(const struct types *t, enum name_group group, u32 id, const char *name,
		      enum type_kind kind)
{
	const struct name_index *index = index_get(t, group);
	u32 cur;

	if (!index) {
		for (cur = MAX(id + 1, t->first); cur < t->count; cur++)
			if (group_of(types_kind(t, cur)) == group && is_named(t, cur, name, kind))
				return cur;
		return 0;
	}
	for (cur = name_hash(name) & index->mask; index->slots[cur];
	     cur = (cur + 1) & index->mask) {
		if (index->slots[cur] > id && is_named(t, index->slots[cur], name, kind))
			return index->slots[cur];
	}
	return 0;
}

static u32 own_find(const struct types *t, u32 id, const char *name, enum type_kind kind)
{
	u32 a, b;

	if (kind != KIND_VOID)
		return group_find(t, group_of(kind), id, name, kind);
	a = group_find(t, GROUP_TYPES, id, name, kind);
	b = group_find(t, GROUP_DECLS, id, name, kind);
	return !a || (b && b < a) ? b : a;
}

u32 types_find_next(const struct types *t, u32 id, const char *name, enum type_kind kind)
{
	if (!*name || id >= t->count)
		return 0;
	if (t->base && id + 1 < t->first) {
		u32 found = types_find_next(t->base, id, name, kind);

		if (found)
			return found;
	}
	return own_find(t, id, name, kind);
}

u32 types_find(const struct types *t, const char *name, enum type_kind kind)
{
	return types_find_next(t, 0, name, kind);
}

struct types *types_share(struct types *t)
{
	atomic_fetch_add(&t->shares, 1);
	return t;
}

void types_free(struct types *t)
{
	if (!t || atomic_fetch_sub(&t->shares, 1))
		return;
	for (u32 i = 0; i < GROUP_COUNT; i++)
		free(atomic_load(&t->index[i]));
	free(t->offs);
	free(t->octets);
	free(t->named);
	free(t->aligns);
	free(t->copy);
	if (t->file.data)
		file_close(&t->file);
	free(t);
}
