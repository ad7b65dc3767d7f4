// SPDX-License-Identifier: BSD-2-Clause
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>

#include "btf/handle.h"
#include "btf/names.h"

/*
 * Two passes. The first walks the bytes: kinds, lengths and everything a type says about itself.
 * The second, with every type's place known, follows references: ranges, fitting kinds, sizes,
 * and the by-value graph, which must be free of cycles and at most TYPES_MAX_DEPTH deep.
 */
struct check {
	struct types *t;
	struct diag *d;
	u32 file;
	u8 *depth; /* [id - first]: 0 not visited, IN_PROGRESS, else levels below and including */
};

enum { IN_PROGRESS = 255 };

static int __printf(3, 4) bad(const struct check *c, u32 id, const char *fmt, ...)
{
	const struct types *t = c->t;
	const struct type *type = types_get(t, id);
	struct span at = { .file = c->file, .off = (u32)((const u8 *)type - t->data) };
	char text[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	return diag_error(c->d, -EINVAL, at, "BTF type %u (%s '%.64s'): %s", id,
			  types_kind_name(info_kind(type->info)), types_name(t, id), text);
}

u32 type_tail(u32 kind, u32 vlen)
{
	switch (kind) {
	case KIND_INT:
	case KIND_VAR:
	case KIND_DECL_TAG:
		return 4;
	case KIND_ARRAY:
		return 12;
	case KIND_STRUCT:
	case KIND_UNION:
	case KIND_DATASEC:
	case KIND_ENUM64:
		return vlen * 12;
	case KIND_ENUM:
	case KIND_FUNC_PROTO:
		return vlen * 8;
	default:
		return 0;
	}
}

/* Count the types and see that each lies inside the section. */
static int check_extent(struct check *c)
{
	struct types *t = c->t;
	u32 off = 0, id = t->first;

	for (; off < t->types_len; id++) {
		const struct type *type = (const struct type *)(t->types + off);
		struct span at = { .file = c->file, .off = (u32)(t->types + off - t->data) };
		u32 left = t->types_len - off, kind;

		if (left < sizeof(*type))
			return diag_error(c->d, -EINVAL, at,
					  "BTF type %u: cut short after %u of 12 bytes", id, left);
		kind = info_kind(type->info);
		if (kind == KIND_VOID || kind >= KIND_COUNT)
			return diag_error(c->d, -EINVAL, at, "BTF type %u: unknown kind %u", id,
					  kind);
		if (type_tail(kind, info_vlen(type->info)) > left - sizeof(*type))
			return diag_error(
				c->d, -EINVAL, at,
				"BTF type %u (%s): its %u entries run past the type section", id,
				types_kind_name(kind), info_vlen(type->info));
		off += (u32)sizeof(*type) + type_tail(kind, info_vlen(type->info));
	}
	t->count = id;
	return 0;
}

static void fill_offsets(struct types *t)
{
	u32 off = 0, id;

	for (id = t->first; id < t->count; id++) {
		const struct type *type = (const struct type *)(t->types + off);

		t->offs[id - t->first] = off;
		off += (u32)sizeof(*type) + type_tail(info_kind(type->info), info_vlen(type->info));
	}
}

static int check_string(const struct check *c, u32 id, const char *field, u32 off)
{
	u64 end = (u64)c->t->first_string + c->t->string_len;

	if (off < end || !off)
		return 0;
	return bad(c, id, "%s at offset %u, but the strings end at %llu", field, off,
		   (unsigned long long)end);
}

/* Something a declaration can be made of: not a function, variable, section or tag. */
static int check_ref(const struct check *c, u32 id, const char *field, u32 ref)
{
	enum type_kind kind;

	if (ref >= c->t->count)
		return bad(c, id, "%s is type %u, but the types end at %u", field, ref,
			   c->t->count - 1);
	kind = types_kind(c->t, ref);
	if (kind == KIND_FUNC || kind == KIND_VAR || kind == KIND_DATASEC || kind == KIND_DECL_TAG)
		return bad(c, id, "%s is type %u, a %s", field, ref, types_kind_name(kind));
	return 0;
}

static int check_int(const struct check *c, u32 id)
{
	struct type_int in = types_int(c->t, id);
	u32 size = types_get(c->t, id)->size;

	if (size != 1 && size != 2 && size != 4 && size != 8 && size != 16)
		return bad(c, id, "size is %u bytes", size);
	if (!in.bits || in.bits > size * 8 || in.bit_off + in.bits > size * 8)
		return bad(c, id, "bits %u to %u do not fit %u bytes", in.bit_off,
			   in.bit_off + in.bits, size);
	return 0;
}

static int check_enum(const struct check *c, u32 id)
{
	const struct type *type = types_get(c->t, id);
	u32 words = info_kind(type->info) == KIND_ENUM ? 2 : 3, i;
	const u32 *e = (const u32 *)(type + 1);

	if (type->size != 1 && type->size != 2 && type->size != 4 && type->size != 8)
		return bad(c, id, "size is %u bytes", type->size);
	for (i = 0; i < info_vlen(type->info); i++)
		if (check_string(c, id, "an enumerator's name", e[i * words]))
			return -EINVAL;
	return 0;
}

static int check_array(const struct check *c, u32 id)
{
	struct type_array a = types_array(c->t, id);
	int err = check_ref(c, id, "element", a.elem);
	u32 index;

	if (!err)
		err = check_ref(c, id, "index", a.index);
	if (err)
		return err;
	if (!a.elem)
		return bad(c, id, "element is void");
	index = types_kind(c->t, a.index);
	if (index != KIND_INT && index != KIND_TYPEDEF)
		return bad(c, id, "index is type %u, not an integer", a.index);
	return 0;
}

static int check_proto(const struct check *c, u32 id)
{
	const struct type *type = types_get(c->t, id);
	const u32 *e = (const u32 *)(type + 1);
	u32 i, vlen = info_vlen(type->info);
	char field[32];

	if (check_ref(c, id, "return", type->type))
		return -EINVAL;
	for (i = 0; i < vlen; i++, e += 2) {
		if (e[0] < c->t->first_string + c->t->string_len && e[1] && e[1] < c->t->count &&
		    types_kind(c->t, e[1]) < KIND_FUNC)
			continue;
		snprintf(field, sizeof(field), "parameter %u", i);
		if (check_string(c, id, field, e[0]) || check_ref(c, id, field, e[1]))
			return -EINVAL;
		if (!e[1] && i + 1 < vlen)
			return bad(c, id, "%s is void", field);
	}
	return 0;
}

static int check_datasec(const struct check *c, u32 id)
{
	const struct type *type = types_get(c->t, id);
	const u32 *e = (const u32 *)(type + 1);
	u32 i, kind;

	for (i = 0; i < info_vlen(type->info); i++, e += 3) {
		if (e[0] >= c->t->count)
			return bad(c, id, "entry %u is type %u, but the types end at %u", i, e[0],
				   c->t->count - 1);
		kind = types_kind(c->t, e[0]);
		if (kind != KIND_VAR && kind != KIND_FUNC)
			return bad(c, id, "entry %u is type %u, not a variable", i, e[0]);
		/* compilers leave the size of the section 0 for the loader to fill in */
		if (type->size && (u64)e[1] + e[2] > type->size)
			return bad(c, id, "entry %u ends at byte %llu of %u", i,
				   (unsigned long long)e[1] + e[2], type->size);
	}
	return 0;
}

static int check_func(const struct check *c, u32 id)
{
	u32 linkage = types_func_linkage(c->t, id), ref = types_ref(c->t, id);

	if (linkage > 2)
		return bad(c, id, "linkage is %u", linkage);
	if (types_kind(c->t, id) == KIND_VAR)
		return check_ref(c, id, "type", ref);
	if (ref >= c->t->count)
		return bad(c, id, "prototype is type %u, but the types end at %u", ref,
			   c->t->count - 1);
	if (types_kind(c->t, ref) != KIND_FUNC_PROTO)
		return bad(c, id, "prototype is type %u, not a func_proto", ref);
	return 0;
}

static int check_tag(const struct check *c, u32 id)
{
	u32 ref = types_ref(c->t, id), parts = 0;
	s32 at = types_component(c->t, id);

	if (ref >= c->t->count)
		return bad(c, id, "target is type %u, but the types end at %u", ref,
			   c->t->count - 1);
	switch (types_kind(c->t, ref)) {
	case KIND_STRUCT:
	case KIND_UNION:
		parts = types_vlen(c->t, ref);
		break;
	case KIND_FUNC:
		parts = types_vlen(c->t, types_ref(c->t, ref));
		break;
	case KIND_VAR:
	case KIND_TYPEDEF:
		break;
	default:
		return bad(c, id, "target is type %u, which takes no tag", ref);
	}
	if (at < -1 || (at >= 0 && (u32)at >= parts))
		return bad(c, id, "component %d, but type %u has %u", at, ref, parts);
	return 0;
}

/* Everything but struct members, which need the sizes of other types. */
static int check_type(const struct check *c, u32 id)
{
	const struct type *type = types_get(c->t, id);

	if (check_string(c, id, "its name", type->name_off))
		return -EINVAL;
	switch (info_kind(type->info)) {
	case KIND_INT:
		return check_int(c, id);
	case KIND_PTR:
	case KIND_TYPEDEF:
	case KIND_VOLATILE:
	case KIND_CONST:
	case KIND_RESTRICT:
	case KIND_TYPE_TAG:
		return check_ref(c, id, "target", type->type);
	case KIND_ARRAY:
		return check_array(c, id);
	case KIND_ENUM:
	case KIND_ENUM64:
		return check_enum(c, id);
	case KIND_FUNC_PROTO:
		return check_proto(c, id);
	case KIND_FUNC:
	case KIND_VAR:
		return check_func(c, id);
	case KIND_DATASEC:
		return check_datasec(c, id);
	case KIND_DECL_TAG:
		return check_tag(c, id);
	case KIND_FLOAT:
		if (type->size != 2 && type->size != 4 && type->size != 8 && type->size != 12 &&
		    type->size != 16)
			return bad(c, id, "size is %u bytes", type->size);
		return 0;
	default:
		return 0;
	}
}

static int check_member(const struct check *c, u32 id, u32 i)
{
	struct type_member m = types_member(c->t, id, i);
	u64 limit = (u64)types_get(c->t, id)->size * 8;
	s64 size = types_size(c->t, m.type);
	enum type_kind kind;

	if (size < 0)
		return bad(c, id, "member %u '%.64s' is type %u, which has no size", i, m.name,
			   m.type);
	if (m.bit_size) {
		kind = types_kind(c->t, types_strip(c->t, m.type));
		if (kind != KIND_INT && kind != KIND_ENUM && kind != KIND_ENUM64)
			return bad(c, id, "member %u '%.64s' is a bitfield of type %u, a %s", i,
				   m.name, m.type, types_kind_name(kind));
		if (m.bit_size > size * 8)
			return bad(c, id, "member %u '%.64s' has %u bits, but its type has %u", i,
				   m.name, m.bit_size, (u32)size * 8);
		size = 0;
	} else if (m.bit_off % 8) {
		return bad(c, id, "member %u '%.64s' begins at bit %u, within a byte", i, m.name,
			   m.bit_off);
	}
	if (m.bit_off + (m.bit_size ? m.bit_size : (u64)size * 8) > limit)
		return bad(c, id, "member %u '%.64s' ends at bit %llu of %llu", i, m.name,
			   m.bit_off + (unsigned long long)(m.bit_size ? m.bit_size : size * 8),
			   (unsigned long long)limit);
	return 0;
}

/* log2 of a power of two at most 16; of anything else, of its largest such factor. */
static u8 align_of_size(u32 size)
{
	return size ? (u8)MIN(__builtin_ctz(size), 4) : 0;
}

/* Visit what `ref` holds by value first; *below rises to its depth. */
static int visit(const struct check *c, u32 from, u32 ref, u32 level, u32 *below);

/* A struct with a member off its natural place, or of odd size, was packed: alignment 1. */
static int visit_members(const struct check *c, u32 id, u32 level, u32 *below, u8 *align)
{
	struct types *t = c->t;
	const struct type *type = types_get(t, id);
	const u32 *e = (const u32 *)(type + 1);
	u32 i, vlen = info_vlen(type->info);
	bool packed = false;
	char field[32];

	for (i = 0; i < vlen; i++, e += 3) {
		struct type_member m;
		u8 a;

		if (e[0] >= t->first_string + t->string_len || e[1] >= t->count ||
		    types_kind(t, e[1]) >= KIND_FUNC) {
			snprintf(field, sizeof(field), "member %u", i);
			if (check_string(c, id, field, e[0]) || check_ref(c, id, field, e[1]))
				return -EINVAL;
		}
		if (visit(c, id, e[1], level, below) || check_member(c, id, i))
			return -EINVAL;
		m = types_member(t, id, i);
		a = (u8)__builtin_ctz(types_align(t, m.type));
		*align = MAX(*align, a);
		if (m.bit_size ? (m.bit_off & ((8u << a) - 1)) + m.bit_size >
					 8 * (u64)types_size(t, m.type)
			       : m.bit_off & ((8u << a) - 1))
			packed = true;
	}
	if (packed || type->size & ((1u << *align) - 1))
		*align = 0;
	return 0;
}

static int visit_type(const struct check *c, u32 id, u32 level, u32 *below, u8 *align)
{
	const struct type *type = types_get(c->t, id);
	u32 ref;

	switch (info_kind(type->info)) {
	case KIND_INT:
	case KIND_ENUM:
	case KIND_ENUM64:
	case KIND_FLOAT:
		*align = align_of_size(type->size);
		return 0;
	case KIND_PTR:
		*align = 3;
		return 0;
	case KIND_STRUCT:
	case KIND_UNION:
		return visit_members(c, id, level, below, align);
	case KIND_ARRAY:
		ref = types_array(c->t, id).elem;
		break;
	case KIND_TYPEDEF:
	case KIND_VOLATILE:
	case KIND_CONST:
	case KIND_RESTRICT:
	case KIND_TYPE_TAG:
	case KIND_VAR:
		ref = type->type;
		break;
	default:
		return 0;
	}
	if (visit(c, id, ref, level, below))
		return -EINVAL;
	*align = (u8)__builtin_ctz(types_align(c->t, ref));
	return 0;
}

static int visit(const struct check *c, u32 from, u32 ref, u32 level, u32 *below)
{
	struct types *t = c->t;
	u32 slot = ref - t->first, deep = 0;
	u8 align = 0;

	if (ref < t->first) /* void and the base's types, which stand checked */
		return 0;
	if (c->depth[slot] == IN_PROGRESS)
		return bad(c, from, "contains itself through type %u", ref);
	if (level + c->depth[slot] > TYPES_MAX_DEPTH)
		return bad(c, from, "nested more than %u levels deep", TYPES_MAX_DEPTH);
	if (!c->depth[slot]) {
		c->depth[slot] = IN_PROGRESS;
		if (visit_type(c, ref, level + 1, &deep, &align))
			return -EINVAL;
		c->depth[slot] = (u8)(deep + 1);
		t->aligns[slot] = align;
	}
	*below = MAX(*below, (u32)c->depth[slot]);
	return 0;
}

static int check_graph(struct check *c)
{
	struct types *t = c->t;
	u32 id, below;

	for (id = t->first; id < t->count; id++)
		if (check_type(c, id))
			return -EINVAL;
	for (id = t->first; id < t->count; id++) {
		below = 0;
		if (visit(c, id, id, 0, &below))
			return -EINVAL;
	}
	return 0;
}

int types_check(struct types *t, struct diag *d, u32 file)
{
	struct check c = { .t = t, .d = d, .file = file };
	u32 own;
	int err = check_extent(&c);

	if (err)
		return err;
	own = t->count - t->first;
	t->offs = calloc(own + 1, sizeof(*t->offs));
	t->aligns = calloc(own + 1, 1);
	c.depth = calloc(own + 1, 1);
	if (!t->offs || !t->aligns || !c.depth) {
		err = diag_nomem(d);
	} else {
		fill_offsets(t);
		err = check_graph(&c);
	}
	free(c.depth);
	return err;
}
