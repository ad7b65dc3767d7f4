// SPDX-License-Identifier: BSD-2-Clause
#include "btf/trust.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdlib.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/str.h"

bool types_trusted(const char *path)
{
	struct statfs fs;

	return str_starts(path, "/sys/kernel/btf/") && !statfs(path, &fs) &&
	       fs.f_type == SYSFS_MAGIC;
}

/* ---- walking ---- */

/* By kind: bytes of a type, bytes of each entry, whether it is of GROUP_TYPES, whether there is
 * none. */
#define SHAPE(bytes, each, named) ((bytes) | (each) << 8 | (named) << 16)
enum { SHAPE_NAMED = 1 << 16, SHAPE_NONE = 1 << 24 };
static const u32 shapes[32] = {
	[KIND_VOID] = SHAPE_NONE | 12,
	[KIND_INT] = SHAPE(16, 0, 1),
	[KIND_PTR] = SHAPE(12, 0, 0),
	[KIND_ARRAY] = SHAPE(24, 0, 0),
	[KIND_STRUCT] = SHAPE(12, 12, 1),
	[KIND_UNION] = SHAPE(12, 12, 1),
	[KIND_ENUM] = SHAPE(12, 8, 1),
	[KIND_FWD] = SHAPE(12, 0, 1),
	[KIND_TYPEDEF] = SHAPE(12, 0, 1),
	[KIND_VOLATILE] = SHAPE(12, 0, 0),
	[KIND_CONST] = SHAPE(12, 0, 0),
	[KIND_RESTRICT] = SHAPE(12, 0, 0),
	[KIND_FUNC] = SHAPE(12, 0, 0),
	[KIND_FUNC_PROTO] = SHAPE(12, 8, 0),
	[KIND_VAR] = SHAPE(16, 0, 0),
	[KIND_DATASEC] = SHAPE(12, 12, 0),
	[KIND_FLOAT] = SHAPE(12, 0, 1),
	[KIND_DECL_TAG] = SHAPE(16, 0, 0),
	[KIND_TYPE_TAG] = SHAPE(12, 0, 0),
	[KIND_ENUM64] = SHAPE(12, 12, 1),
	[KIND_ENUM64 + 1 ... 31] = SHAPE_NONE | 12,
};

static inline u32 type_bytes(const struct type *type)
{
	u32 shape = shapes[info_kind(type->info)];

	return (shape & 0xff) + (shape >> 8 & 0xff) * info_vlen(type->info);
}

u32 types_octet_off(const struct types *t, u32 slot)
{
	const struct types_part *p = t->parts;
	const struct type_octet *o;
	u32 off;

	for (u32 i = 1; i < TYPES_PARTS; i++)
		p += slot >= t->parts[i].first;
	slot -= p->first;
	o = &p->octets[slot / 8];
	off = o->base;
	if (o->words[slot % 8] != TYPE_FAR)
		return off + 4u * o->words[slot % 8];
	for (u32 i = slot % 8; i; i--)
		off += type_bytes((const struct type *)(t->types + off));
	return off;
}

/* Types from `off` up to `end`; numbers count from the part's beginning. */
struct chain {
	u32 off, end, count, named_count;
	struct type_octet *octets;
	struct type_named *named;
	u32 shapes; /* of all its types together */
};

static inline __attribute__((always_inline)) void chain_next(const struct types *t, struct chain *c)
{
	const struct type *type = (const struct type *)(t->types + c->off);
	u32 shape = shapes[info_kind(type->info)], slot = c->count++, words;
	struct type_octet *o = &c->octets[slot / 8];

	if (!(slot % 8))
		o->base = c->off;
	words = (c->off - o->base) / 4;
	o->words[slot % 8] = (u8)MIN(words, TYPE_FAR);
	c->off += (shape & 0xff) + (shape >> 8 & 0xff) * info_vlen(type->info);
	c->shapes |= shape;
	if (shape & SHAPE_NAMED && type->name_off)
		c->named[c->named_count++] = (struct type_named){ slot, type->name_off };
}

/*
 * Each type says where the next one is, so a walk waits for memory at every step; four walks wait
 * at the same time. They are copies here so that their state stays in registers.
 */
static void walk_four(const struct types *t, struct chain *chains)
{
	struct chain a = chains[0], b = chains[1], c = chains[2], d = chains[3];

	while (a.off < a.end && b.off < b.end && c.off < c.end && d.off < d.end) {
		chain_next(t, &a);
		chain_next(t, &b);
		chain_next(t, &c);
		chain_next(t, &d);
	}
	chains[0] = a;
	chains[1] = b;
	chains[2] = c;
	chains[3] = d;
}

/* Do types seem to follow each other from here? A guess, which the walk before it confirms. */
static bool seems_start(const struct types *t, u32 off)
{
	for (u32 i = 0; i < 32; i++) {
		const struct type *type = (const struct type *)(t->types + off);
		u32 shape, kind;

		if (off + sizeof(*type) > t->types_len)
			return false;
		kind = info_kind(type->info);
		shape = shapes[kind];
		if (shape & SHAPE_NONE || type->info & 0x60ff0000 ||
		    type->name_off >= t->first_string + t->string_len ||
		    (!(shape >> 8 & 0xff) && kind != KIND_FUNC && info_vlen(type->info)))
			return false;
		off += type_bytes(type);
	}
	return true;
}

static u32 guess_start(const struct types *t, u32 off)
{
	for (off &= ~3u; off < t->types_len && !seems_start(t, off);)
		off += 4;
	return MIN(off, t->types_len);
}

/* Walk `n` parts; false: one did not end where the next begins. */
static bool walk_parts(struct types *t, struct chain *chains, u32 n)
{
	u32 octet = 0, named = 0;

	for (u32 i = 0; i < n; i++) {
		struct chain *c = &chains[i];
		u32 most;

		c->off = i ? chains[i - 1].end : 0;
		c->end = i + 1 < n ? guess_start(t, t->types_len / n * (i + 1)) : t->types_len;
		c->octets = t->octets + octet;
		c->named = t->named + named;
		most = (c->end - c->off) / (u32)sizeof(struct type) + 2;
		octet += most / 8 + 1;
		named += most;
	}
	if (n == TYPES_PARTS)
		walk_four(t, chains);
	for (u32 i = 0; i < n; i++) {
		while (chains[i].off < chains[i].end)
			chain_next(t, &chains[i]);
		if (chains[i].off != chains[i].end)
			return false;
	}
	return true;
}

/* Room for as many types as the bytes may hold; what is not used is never touched. */
static bool make_room(struct types *t)
{
	u32 most = t->types_len / (u32)sizeof(struct type) + 2 * TYPES_PARTS;

	t->octets = malloc(sizeof(*t->octets) * (most / 8 + 2 * TYPES_PARTS));
	t->named = malloc(sizeof(*t->named) * most);
	return t->octets && t->named;
}

/* Give types their numbers, and put the named ones side by side. */
static void join_parts(struct types *t, const struct chain *chains)
{
	u32 slot = 0;

	for (u32 i = 0; i < TYPES_PARTS; i++) {
		const struct chain *c = &chains[i];

		t->parts[i] = (struct types_part){ slot, c->octets };
		for (u32 k = 0; k < c->named_count; k++)
			t->named[t->named_count++] =
				(struct type_named){ t->first + slot + c->named[k].id,
						     c->named[k].name_off };
		slot = c->octets ? slot + c->count : UINT32_MAX;
	}
}

int types_walk(struct types *t)
{
	struct chain chains[TYPES_PARTS] = { 0 };
	u32 count = 0;

	/* The last type may be cut short by its section, not by the file. */
	if (t->types + t->types_len + sizeof(struct type) > t->data + t->len)
		return -EINVAL;
	if (!make_room(t))
		return -ENOMEM;
	if (t->types_len < 1 << 16 || !walk_parts(t, chains, TYPES_PARTS)) {
		memset(chains, 0, sizeof(chains));
		if (!walk_parts(t, chains, 1))
			return -EINVAL;
	}
	for (u32 i = 0; i < TYPES_PARTS; i++) {
		if (chains[i].shapes & SHAPE_NONE)
			return -EINVAL;
		count += chains[i].count;
	}
	join_parts(t, chains);
	t->count = t->first + count;
	t->aligns = calloc(count + 1, 1);
	return t->aligns ? 0 : -ENOMEM;
}

/* ---- alignments ---- */

/* log2 of a power of two at most 16; of anything else, of its largest such factor. */
static u8 size_align(u32 size)
{
	return size ? (u8)MIN(__builtin_ctz(size), 4) : 0;
}

/* As check.c: a struct with a member off its natural place, or of odd size, was packed. */
static u8 struct_align(const struct types *t, u32 id)
{
	bool packed = false;
	u8 align = 0;

	for (u32 i = 0; i < types_vlen(t, id); i++) {
		struct type_member m = types_member(t, id, i);
		u8 a = (u8)__builtin_ctz(types_align(t, m.type));

		align = MAX(align, a);
		if (m.bit_size ? (m.bit_off & ((8u << a) - 1)) + m.bit_size >
					 8 * (u64)types_size(t, m.type)
			       : m.bit_off & ((8u << a) - 1))
			packed = true;
	}
	return packed || types_get(t, id)->size & ((1u << align) - 1) ? 0 : align;
}

static u8 find_align(const struct types *t, u32 id)
{
	const struct type *type = types_get(t, id);

	switch (info_kind(type->info)) {
	case KIND_INT:
	case KIND_ENUM:
	case KIND_ENUM64:
	case KIND_FLOAT:
		return size_align(type->size);
	case KIND_PTR:
		return 3;
	case KIND_STRUCT:
	case KIND_UNION:
		return struct_align(t, id);
	case KIND_ARRAY:
		return (u8)__builtin_ctz(types_align(t, types_array(t, id).elem));
	case KIND_TYPEDEF:
	case KIND_VOLATILE:
	case KIND_CONST:
	case KIND_RESTRICT:
	case KIND_TYPE_TAG:
	case KIND_VAR:
		return (u8)__builtin_ctz(types_align(t, type->type));
	default:
		return 0;
	}
}

u32 types_align_late(const struct types *t, u32 id)
{
	u8 *slot = &t->aligns[id - t->first], known = __atomic_load_n(slot, __ATOMIC_RELAXED);

	if (!known) {
		known = (u8)(find_align(t, id) + 1);
		__atomic_store_n(slot, known, __ATOMIC_RELAXED);
	}
	return 1u << (known - 1);
}
