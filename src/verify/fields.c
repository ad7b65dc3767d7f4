// SPDX-License-Identifier: BSD-2-Clause
#include "verify/fields.h"

#include <errno.h>
#include <stdlib.h>

#include "base/vec.h"

enum { MAX_FIELDS = 11, MAX_NESTING = 4 };

/* Structs that are special by their name; `once`: a second one is refused. */
static const struct named {
	const char *name;
	enum field_kind kind;
	bool once;
} named[] = {
	{ "bpf_spin_lock", FIELD_SPIN_LOCK, true },
	{ "bpf_res_spin_lock", FIELD_RES_SPIN_LOCK, true },
	{ "bpf_timer", FIELD_TIMER, true },
	{ "bpf_wq", FIELD_WORKQUEUE, true },
	{ "bpf_task_work", FIELD_TASK_WORK, true },
	{ "bpf_list_head", FIELD_LIST_HEAD, false },
	{ "bpf_list_node", FIELD_LIST_NODE, false },
	{ "bpf_rb_root", FIELD_RB_ROOT, false },
	{ "bpf_rb_node", FIELD_RB_NODE, false },
	{ "bpf_refcount", FIELD_REFCOUNT, true },
};

/* Type tags that make a pointer special. */
static const struct named tags[] = {
	{ "kptr_untrusted", FIELD_KPTR_UNREF, false },
	{ "kptr", FIELD_KPTR_REF, false },
	{ "percpu_kptr", FIELD_KPTR_PERCPU, false },
	{ "uptr", FIELD_UPTR, false },
};

struct finder {
	struct arena *arena;
	const struct types *types, *kernel;
	VEC(struct btf_field) found;
	u32 kinds;
	const char *why;
};

const char *field_kind_name(enum field_kind kind)
{
	for (u32 i = 0; i < ARRAY_SIZE(named); i++) {
		if (named[i].kind == kind)
			return named[i].name;
	}
	return kind == FIELD_UPTR ? "uptr" : "kptr";
}

static int bad(struct finder *f, int err, const char *why)
{
	if (!f->why)
		f->why = why;
	return err;
}

static bool is_struct(const struct types *t, u32 id)
{
	enum type_kind kind = types_kind(t, id);

	return kind == KIND_STRUCT || kind == KIND_UNION;
}

static int add(struct finder *f, const struct btf_field *field, bool once)
{
	struct btf_field *slot;

	if (once && f->kinds & field->kind)
		return bad(f, -E2BIG,
			   "a value may hold only one of each kind of lock, timer and work");
	if (f->found.len == MAX_FIELDS)
		return bad(f, -E2BIG, "a value may hold at most 11 special fields");
	slot = vec_push(&f->found);
	if (!slot)
		return bad(f, -ENOMEM, "out of memory");
	*slot = *field;
	f->kinds |= field->kind;
	return 0;
}

/* The value of a declaration tag `prefix…` of a component (-1: of the type itself), or NULL. */
static const char *tag_value(const struct types *t, u32 owner, s32 component, const char *prefix)
{
	size_t len = strlen(prefix);

	for (u32 id = 1; id < types_count(t); id++) {
		if (types_kind(t, id) == KIND_DECL_TAG && types_ref(t, id) == owner &&
		    types_component(t, id) == component && !strncmp(types_name(t, id), prefix, len))
			return types_name(t, id) + len;
	}
	return NULL;
}

/* A list head or tree root says in a tag `contains:STRUCT:MEMBER` what hangs on it. */
static int resolve_graph(struct finder *f, struct btf_field *field, u32 owner, s32 component)
{
	const char *node = field->kind == FIELD_LIST_HEAD ? "bpf_list_node" : "bpf_rb_node";
	const char *value = tag_value(f->types, owner, component, "contains:"), *colon;
	struct type_member m;
	char *name;

	if (!value || !(colon = strchr(value, ':')))
		return bad(f, -EINVAL,
			   "a list head or tree root needs a tag that says what it contains");
	name = arena_strndup(f->arena, value, (size_t)(colon - value));
	if (!name)
		return bad(f, -ENOMEM, "out of memory");
	field->type_id = types_find(f->types, name, KIND_STRUCT);
	field->types = f->types;
	for (u32 i = 0; i < types_vlen(f->types, field->type_id); i++) {
		m = types_member(f->types, field->type_id, i);
		if (strcmp(m.name, colon + 1) || m.bit_off % 8 ||
		    strcmp(types_name(f->types, types_strip(f->types, m.type)), node))
			continue;
		field->node_off = m.bit_off / 8;
		return 0;
	}
	return bad(f, -EINVAL,
		   "the struct that a list head or tree root contains has no such node");
}

/* Special by the name of its struct type? 1: added, 0: no. */
static int try_named(struct finder *f, u32 id, u32 off, u32 owner, s32 component)
{
	const char *name = types_name(f->types, id);
	struct btf_field field = { .off = off };
	int err;

	for (u32 i = 0; i < ARRAY_SIZE(named); i++) {
		if (strcmp(named[i].name, name))
			continue;
		field.kind = named[i].kind;
		field.size = (u32)types_size(f->types, id);
		if (off % types_align(f->types, id))
			return bad(f, -EINVAL, "a special field is not aligned");
		if (field.kind & FIELD_GRAPH) {
			err = resolve_graph(f, &field, owner, component);
			if (err)
				return err;
		}
		err = add(f, &field, named[i].once);
		return err ? err : 1;
	}
	return 0;
}

/* What a kptr points to: a type of the kernel when it has one of that name, else the program's. */
static void resolve_pointee(struct finder *f, struct btf_field *field, u32 id)
{
	u32 found = 0;

	if (field->kind != FIELD_UPTR && f->kernel)
		found = types_find(f->kernel, types_name(f->types, id), types_kind(f->types, id));
	field->types = found ? f->kernel : f->types;
	field->type_id = found ? found : id;
	field->kernel_type = found;
}

/* Special by a type tag on what the pointer points to? 1: added, 0: no. */
static int try_pointer(struct finder *f, u32 id, u32 off)
{
	struct btf_field field = { .off = off, .size = 8 };
	u32 to = types_ref(f->types, id), target;
	int err;

	if (types_kind(f->types, to) != KIND_TYPE_TAG || types_kind_flag(f->types, to))
		return 0;
	for (u32 i = 0; i < ARRAY_SIZE(tags); i++) {
		if (!strcmp(tags[i].name, types_name(f->types, to)))
			field.kind = tags[i].kind;
	}
	if (!field.kind)
		return 0;
	if (types_kind(f->types, types_ref(f->types, to)) == KIND_TYPE_TAG)
		return bad(f, -EINVAL, "a kptr may have only one type tag");
	target = types_strip(f->types, to);
	if (types_kind(f->types, target) != KIND_STRUCT && types_kind(f->types, target) != KIND_FWD)
		return bad(f, -EINVAL, "a kptr must point to a struct");
	if (off % 8)
		return bad(f, -EINVAL, "a kptr is not aligned");
	resolve_pointee(f, &field, target);
	err = add(f, &field, false);
	return err ? err : 1;
}

static int walk(struct finder *f, u32 id, u32 off, u32 owner, s32 component, u32 depth);

static int walk_members(struct finder *f, u32 id, u32 off, u32 depth)
{
	struct type_member m;
	int err;

	for (u32 i = 0; i < types_vlen(f->types, id); i++) {
		m = types_member(f->types, id, i);
		if (m.bit_size || m.bit_off % 8)
			continue;
		err = walk(f, m.type, off + m.bit_off / 8, id, (s32)i, depth);
		if (err)
			return err;
	}
	return 0;
}

/* An array's elements: without special fields in the first there are none in the others. */
static int walk_elements(struct finder *f, u32 id, u32 off, u32 owner, s32 component, u32 depth)
{
	struct type_array a = types_array(f->types, id);
	s64 size = types_size(f->types, a.elem);
	u32 before = f->found.len;
	int err;

	for (u32 i = 0; i < a.count && size > 0; i++) {
		err = walk(f, a.elem, off + i * (u32)size, owner, component, depth);
		if (err || f->found.len == before)
			return err;
	}
	return 0;
}

/* The special fields of a type at `off`; owner and component: where its declaration tags are. */
static int walk(struct finder *f, u32 id, u32 off, u32 owner, s32 component, u32 depth)
{
	int found;

	id = types_strip(f->types, id);
	switch (types_kind(f->types, id)) {
	case KIND_PTR:
		found = try_pointer(f, id, off);
		return found < 0 ? found : 0;
	case KIND_ARRAY:
		return walk_elements(f, id, off, owner, component, depth);
	case KIND_STRUCT:
		found = try_named(f, id, off, owner, component);
		if (found)
			return found < 0 ? found : 0;
		return depth < MAX_NESTING ? walk_members(f, id, off, depth + 1) : 0;
	default:
		return 0; /* fields of unions are never special */
	}
}

static int walk_vars(struct finder *f, u32 id)
{
	struct type_secinfo s;
	int err;

	for (u32 i = 0; i < types_vlen(f->types, id); i++) {
		s = types_secinfo(f->types, id, i);
		err = walk(f, types_ref(f->types, s.type), s.off, s.type, -1, 0);
		if (err)
			return err;
	}
	return 0;
}

static int by_off(const void *a, const void *b)
{
	const struct btf_field *x = a, *y = b;

	return x->off < y->off ? -1 : x->off > y->off;
}

/* Rules that hold between the fields of one value. */
static int check_set(struct finder *f)
{
	struct btf_field *x;

	if (f->kinds & FIELD_SPIN_LOCK && f->kinds & FIELD_RES_SPIN_LOCK)
		return bad(f, -EINVAL, "a value may hold only one lock");
	if (f->kinds & FIELD_GRAPH && !(f->kinds & FIELD_SPIN_LOCK))
		return bad(f, -EINVAL, "a list head or tree root needs a bpf_spin_lock beside it");
	if (f->kinds & FIELD_LIST_NODE && f->kinds & FIELD_RB_NODE && !(f->kinds & FIELD_REFCOUNT))
		return bad(f, -EINVAL,
			   "an object with a list node and a tree node needs a refcount");
	for (u32 i = 1; i < f->found.len; i++) {
		x = &f->found.data[i];
		if (x[-1].off + x[-1].size > x->off)
			return bad(f, -EEXIST, "special fields overlap");
	}
	return 0;
}

static int finish(const struct btf_fields **out, struct finder *f)
{
	struct btf_fields *all = arena_alloc(f->arena, sizeof(*all));

	if (!all)
		return bad(f, -ENOMEM, "out of memory");
	all->kinds = f->kinds;
	all->count = f->found.len;
	all->field = arena_copy(f->arena, f->found.data, f->found.len * sizeof(*all->field));
	if (!all->field)
		return bad(f, -ENOMEM, "out of memory");
	*out = all;
	return 0;
}

int fields_find(const struct btf_fields **out, struct arena *a, const struct types *t, u32 type_id,
		const struct types *kernel, const char **why)
{
	struct finder f = { .arena = a, .types = t, .kernel = kernel };
	int err;

	type_id = types_strip(t, type_id);
	if (types_kind(t, type_id) == KIND_DATASEC)
		err = walk_vars(&f, type_id);
	else if (is_struct(t, type_id))
		err = walk(&f, type_id, 0, type_id, -1, 0);
	else
		err = 0;
	if (!err && f.found.len) {
		qsort(f.found.data, f.found.len, sizeof(*f.found.data), by_off);
		err = check_set(&f);
	}
	if (!err && f.found.len)
		err = finish(out, &f);
	else if (!err)
		*out = NULL;
	vec_fini(&f.found);
	*why = f.why;
	return err;
}

const struct btf_field *fields_at(const struct btf_fields *f, u32 off, u32 kinds)
{
	for (u32 i = 0; f && i < f->count; i++) {
		if (f->field[i].off == off && f->field[i].kind & kinds)
			return &f->field[i];
	}
	return NULL;
}

const struct btf_field *fields_touch(const struct btf_fields *f, s64 off, s64 size)
{
	for (u32 i = 0; f && i < f->count; i++) {
		const struct btf_field *x = &f->field[i];

		if (off < (s64)x->off + x->size && (s64)x->off < off + size)
			return x;
	}
	return NULL;
}
