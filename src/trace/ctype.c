// SPDX-License-Identifier: BSD-2-Clause
#include "trace/ctype.h"

#include <stdlib.h>

struct ctype *ctype_new(struct cparse *p, enum type_kind kind, const char *name)
{
	struct ctype *t = p->count < 1000000 ? arena_alloc(p->arena, sizeof(*t)) : NULL;

	if (!t || !name) {
		if (!p->failed)
			diag_nomem(p->diag);
		p->failed = true;
		return NULL;
	}
	t->kind = kind;
	t->name = name;
	*p->tail = t;
	p->tail = &t->next;
	p->count++;
	return t;
}

struct ctype *ctype_int(struct cparse *p, const char *name, u32 size, bool is_signed)
{
	u64 *known = hash_get_str(&p->ints, name);
	struct ctype *t;

	if (known)
		return (struct ctype *)(uintptr_t)*known;
	t = ctype_new(p, KIND_INT, name);
	if (!t || hash_set_str(&p->ints, name, (uintptr_t)t))
		return NULL;
	t->size = t->align = size;
	t->is_signed = is_signed;
	return t;
}

struct ctype *ctype_pointer(struct cparse *p, struct ctype *to)
{
	struct ctype *t = ctype_new(p, KIND_PTR, "");

	if (t) {
		t->ref = to;
		t->size = t->align = 8;
	}
	return t;
}

struct ctype *ctype_array(struct cparse *p, struct ctype *of, u64 count)
{
	struct ctype *t = ctype_new(p, KIND_ARRAY, "");

	if (t) {
		t->ref = of;
		t->count = (u32)count;
		t->size = (u32)MIN(of->size * count, (u64)1 << 30);
		t->align = of->align;
	}
	return t;
}

struct ctype *ctype_tag(struct cparse *p, enum type_kind kind, const char *name)
{
	char *key = arena_printf(p->arena, "%u %s", kind, name);
	u64 *known = key ? hash_get_str(&p->tags, key) : NULL;
	struct ctype *t;

	if (known)
		return (struct ctype *)(uintptr_t)*known;
	t = ctype_new(p, KIND_FWD, name);
	if (!t || !key || hash_set_str(&p->tags, key, (uintptr_t)t))
		return NULL;
	t->is_union = kind == KIND_UNION;
	return t;
}

/* ---- layout ---- */

static void place_bitfield(const struct ctype *t, struct cmember *m, u64 *bits)
{
	u32 unit = m->type->size * 8;

	if (!m->bits) {
		*bits = ROUND_UP(*bits, unit);
	} else if (!t->packed && *bits / unit != (*bits + m->bits - 1) / unit) {
		*bits = ROUND_UP(*bits, unit);
	}
	m->bit_off = (u32)*bits;
	*bits += m->bits;
}

bool ctype_layout(struct ctype *t)
{
	u64 bits = 0, most = 0;
	u32 align = 1;

	for (struct cmember *m = t->members; m; m = m->next) {
		u32 own = t->packed ? 1 : m->type->align;

		if (!m->type->align)
			return false;
		if (t->kind == KIND_UNION)
			bits = 0;
		if (m->is_bitfield) {
			place_bitfield(t, m, &bits);
			/* Those without a name align nothing. */
			own = m->name[0] ? own : 1;
		} else {
			bits = ROUND_UP(bits, (u64)own * 8);
			m->bit_off = (u32)bits;
			bits += (u64)m->type->size * 8;
		}
		align = MAX(align, own);
		most = MAX(most, bits);
		if (most > (u64)1 << 31)
			return false;
	}
	t->align = MAX(t->align, align);
	t->size = (u32)ROUND_UP((most + 7) / 8, (u64)t->align);
	return true;
}

/* ---- of the kernel ---- */

static struct ctype **slot(struct cparse *p, u32 id)
{
	while (p->imported.len <= id) {
		if (!vec_push(&p->imported))
			return NULL;
	}
	return &p->imported.data[id];
}

static struct ctype *import_members(struct cparse *p, struct ctype *t, u32 id)
{
	struct cmember **tail = &t->members;

	for (u32 i = 0; i < types_vlen(p->kernel, id); i++) {
		struct type_member m = types_member(p->kernel, id, i);
		struct cmember *new = arena_alloc(p->arena, sizeof(*new));

		if (!new)
			return NULL;
		new->name = m.name;
		new->bit_off = m.bit_off;
		new->bits = m.bit_size;
		new->is_bitfield = m.bit_size;
		new->type = ctype_import(p, m.type);
		if (!new->type)
			return NULL;
		*tail = new;
		tail = &new->next;
	}
	return t;
}

static struct ctype *import_record(struct cparse *p, u32 id, enum type_kind kind)
{
	struct ctype *t = ctype_new(p, kind, types_name(p->kernel, id));
	struct ctype **place = slot(p, id);

	if (!t || !place)
		return NULL;
	*place = t;
	t->size = types_get(p->kernel, id)->size;
	t->align = types_align(p->kernel, id);
	return import_members(p, t, id);
}

static struct ctype *import_enum(struct cparse *p, u32 id)
{
	struct ctype *t = ctype_new(p, KIND_ENUM, types_name(p->kernel, id));
	struct cenumerator **tail = t ? &t->values : NULL;

	if (!t)
		return NULL;
	t->size = t->align = types_get(p->kernel, id)->size;
	t->is_signed = types_kind_flag(p->kernel, id);
	for (u32 i = 0; i < types_vlen(p->kernel, id); i++) {
		struct type_enumerator e = types_enumerator(p->kernel, id, i);
		struct cenumerator *v = arena_alloc(p->arena, sizeof(*v));

		if (!v)
			return NULL;
		v->name = e.name;
		v->value = (s64)e.value;
		*tail = v;
		tail = &v->next;
	}
	return t;
}

/* Of records only the name is kept: who follows the pointer finds them in the kernel's BTF. */
static struct ctype *import_pointer(struct cparse *p, u32 id)
{
	u32 to = types_strip(p->kernel, types_ref(p->kernel, id));
	enum type_kind kind = types_kind(p->kernel, to);
	const char *name = types_name(p->kernel, to);

	switch (kind) {
	case KIND_STRUCT:
	case KIND_UNION:
		return ctype_pointer(p, name[0] ? ctype_tag(p, kind, name) : NULL);
	case KIND_INT:
	case KIND_PTR:
	case KIND_ENUM:
		return ctype_pointer(p, ctype_import(p, to));
	default:
		return ctype_pointer(p, NULL);
	}
}

static struct ctype *import_stripped(struct cparse *p, u32 id)
{
	struct type_int i = types_int(p->kernel, id);
	struct type_array a = types_array(p->kernel, id);
	struct ctype *elem;

	switch (types_kind(p->kernel, id)) {
	case KIND_INT:
		return ctype_int(p, types_name(p->kernel, id), types_get(p->kernel, id)->size,
				 i.is_signed);
	case KIND_PTR:
		return import_pointer(p, id);
	case KIND_ARRAY:
		elem = ctype_import(p, a.elem);
		return elem ? ctype_array(p, elem, a.count) : NULL;
	case KIND_STRUCT:
	case KIND_UNION:
		return import_record(p, id, types_kind(p->kernel, id));
	case KIND_ENUM:
	case KIND_ENUM64:
		return import_enum(p, id);
	default:
		return NULL;
	}
}

struct ctype *ctype_import(struct cparse *p, u32 id)
{
	struct ctype *t, **place;

	id = types_strip(p->kernel, id);
	place = slot(p, id);
	if (!place || p->depth > 100)
		return NULL;
	if (*place)
		return *place;
	p->depth++;
	t = import_stripped(p, id);
	p->depth--;
	place = slot(p, id);
	if (place)
		*place = t;
	return t;
}

void cparse_fini(struct cparse *p)
{
	hash_fini(&p->tags);
	hash_fini(&p->typedefs);
	hash_fini(&p->values);
	hash_fini(&p->ints);
	vec_fini(&p->imported);
	vec_fini(&p->typedef_names);
}
