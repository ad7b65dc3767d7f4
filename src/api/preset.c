// SPDX-License-Identifier: BSD-2-Clause
#include "api/preset.h"

#include <errno.h>
#include <stdlib.h>

#include "api/parse.h"
#include "base/str.h"
#include "btf/types.h"
#include "spec/map.h"

enum { LONGEST_NAME = 256 };

static bool is_data(const struct obj_map *m)
{
	return m->role != MAP_PLAIN && m->role != MAP_STRUCT_OPS;
}

/* ---- numbers and words ---- */

static int bad_value(const struct skep_preset *p, const char *wanted, struct diag *d)
{
	return diag_error(d, -EINVAL, NOWHERE, "preset %s=%s: %s is wanted", p->name, p->value,
			  wanted);
}

static int number(const struct skep_preset *p, u64 most, u64 *out, struct diag *d)
{
	const char *s = p->value;
	char *end;

	errno = 0;
	*out = strtoull(s, &end, s[0] == '0' && (s[1] | ' ') == 'x' ? 16 : 10);
	if (*s < '0' || *s > '9' || *end || errno || *out > most)
		return bad_value(p, most > UINT32_MAX ? "a number" : "a number of 32 bits", d);
	return 0;
}

static int word(const struct skep_preset *p, const char *no, const char *yes, bool *out,
		struct diag *d)
{
	char wanted[64];

	*out = !strcmp(p->value, yes);
	if (*out || !strcmp(p->value, no))
		return 0;
	snprintf(wanted, sizeof(wanted), "'%s' or '%s'", yes, no);
	return bad_value(p, wanted, d);
}

/* ---- attributes of maps ---- */

static int set_u32(u32 *field, const struct skep_preset *p, struct diag *d)
{
	u64 value;
	int err = number(p, UINT32_MAX, &value, d);

	if (!err)
		*field = (u32)value;
	return err;
}

/* Types say what the bytes are only as long as there are as many of them. */
static int set_size(u32 *size, u32 *type, const struct skep_preset *p, struct diag *d)
{
	u32 before = *size;
	int err = set_u32(size, p, d);

	if (*size != before)
		*type = 0;
	return err;
}

static int set_max_entries(struct obj_map *m, const struct skep_preset *p, struct diag *d)
{
	return set_u32(&m->max_entries, p, d);
}

static int set_key_size(struct obj_map *m, const struct skep_preset *p, struct diag *d)
{
	return set_size(&m->key_size, &m->key_type_id, p, d);
}

static int set_value_size(struct obj_map *m, const struct skep_preset *p, struct diag *d)
{
	return set_size(&m->value_size, &m->value_type_id, p, d);
}

static int set_flags(struct obj_map *m, const struct skep_preset *p, struct diag *d)
{
	return set_u32(&m->flags, p, d);
}

static int set_numa_node(struct obj_map *m, const struct skep_preset *p, struct diag *d)
{
	return set_u32(&m->numa_node, p, d);
}

static int set_extra(struct obj_map *m, const struct skep_preset *p, struct diag *d)
{
	return number(p, UINT64_MAX, &m->extra, d);
}

static int set_type(struct obj_map *m, const struct skep_preset *p, struct diag *d)
{
	s32 type = map_type_by_name(p->value);

	if (type < 0)
		return bad_value(p, "a type of maps such as 'hash'", d);
	m->type = (u32)type;
	return 0;
}

static int set_autocreate(struct obj_map *m, const struct skep_preset *p, struct diag *d)
{
	return word(p, "false", "true", &m->autocreate, d);
}

static int set_pin(struct obj_map *m, const struct skep_preset *p, struct diag *d)
{
	return word(p, "none", "by_name", &m->pin_by_name, d);
}

static const struct map_attribute {
	const char *name;
	int (*set)(struct obj_map *m, const struct skep_preset *p, struct diag *d);
	bool data; /* maps of global data have it, too: the others follow from the variables */
} map_attributes[] = {
	{ "max_entries", set_max_entries, false },
	{ "key_size", set_key_size, false },
	{ "value_size", set_value_size, false },
	{ "flags", set_flags, true },
	{ "numa_node", set_numa_node, true },
	{ "extra", set_extra, false },
	{ "type", set_type, false },
	{ "autocreate", set_autocreate, true },
	{ "pin", set_pin, true },
};

static int no_attribute(const struct skep_preset *p, const char *name, const char *of,
			struct near *near, struct diag *d)
{
	diag_error(d, -ENOENT, NOWHERE, "preset %s: a %s has no attribute '%s'", p->name, of, name);
	if (near->best)
		diag_hint(d, "did you mean '%s'?", near->best);
	return -ENOENT;
}

static int map_attribute(struct obj_map *m, const char *name, const struct skep_preset *p,
			 struct diag *d)
{
	struct near near = near_start(name, strlen(name));

	for (size_t i = 0; i < ARRAY_SIZE(map_attributes); i++) {
		const struct map_attribute *a = &map_attributes[i];

		near_try(&near, a->name);
		if (strcmp(a->name, name))
			continue;
		if (is_data(m) && !a->data)
			return diag_error(d, -EINVAL, NOWHERE,
					  "preset %s: '%s' holds global variables, and they say "
					  "its %s",
					  p->name, m->name, name);
		return a->set(m, p, d);
	}
	return no_attribute(p, name, "map", &near, d);
}

static int no_map(const struct object *obj, const struct skep_preset *p, const char *name,
		  struct diag *d)
{
	struct near near = near_start(name, strlen(name));

	diag_error(d, -ENOENT, NOWHERE, "preset %s: '%s' has no map '%s'", p->name, obj->name,
		   name);
	for (u32 i = 0; i < obj->map_count; i++)
		near_try(&near, obj->maps[i].name);
	if (near.best)
		diag_hint(d, "did you mean '%s'?", near.best);
	return -ENOENT;
}

/* Cut "name.attribute" at its last dot; names of data maps begin with one. */
static char *cut(char *text)
{
	char *dot = strrchr(text, '.');

	if (!dot || dot == text || !dot[1])
		return NULL;
	*dot = 0;
	return dot + 1;
}

static int preset_map(struct object *obj, const struct skep_preset *p, struct diag *d)
{
	char name[LONGEST_NAME], *attribute, *inner;
	struct obj_map *m;
	s32 i;

	snprintf(name, sizeof(name), "%s", p->name);
	attribute = cut(name);
	if (!attribute)
		return diag_error(d, -EINVAL, NOWHERE,
				  "preset %s: write MAP.ATTRIBUTE, such as flows.max_entries",
				  p->name);
	i = object_map_index(obj, name);
	inner = i < 0 ? cut(name) : NULL;
	if (inner && !strcmp(inner, "inner")) {
		i = object_map_index(obj, name);
		if (i >= 0 && obj->maps[i].inner < 0)
			return diag_error(d, -EINVAL, NOWHERE,
					  "preset %s: the values of '%s' are no maps", p->name,
					  name);
		i = i < 0 ? i : obj->maps[i].inner;
	} else if (inner) {
		inner[-1] = '.';
	}
	if (i < 0)
		return no_map(obj, p, name, d);
	m = &obj->maps[i];
	return map_attribute(m, attribute, p, d);
}

/* ---- attributes of programs ---- */

static int preset_prog(struct object *obj, const struct skep_preset *p, struct diag *d)
{
	char name[LONGEST_NAME], *attribute;
	struct obj_prog *prog;
	struct near near;

	snprintf(name, sizeof(name), "%s", p->name);
	attribute = cut(name);
	if (!attribute)
		return diag_error(d, -EINVAL, NOWHERE,
				  "preset %s: write PROGRAM.ATTRIBUTE, such as count.autoload",
				  p->name);
	prog = object_prog(obj, name);
	if (!prog)
		return object_no_prog(obj, name, d);
	if (!strcmp(attribute, "autoload"))
		return word(p, "false", "true", &prog->autoload, d);
	if (!strcmp(attribute, "target")) {
		prog->attach_target = arena_strdup(&obj->arena, p->value);
		return prog->attach_target ? 0 : diag_nomem(d);
	}
	near = near_start(attribute, strlen(attribute));
	near_try(&near, "autoload");
	near_try(&near, "target");
	return no_attribute(p, attribute, "program", &near, d);
}

/* ---- variables ---- */

/* A part of a variable: its type and the bytes it takes of its map's value. */
struct place {
	struct obj_map *map;
	u32 type;
	size_t off, size; /* bytes */
};

static bool name_is(const char *name, const char *text, size_t len)
{
	return strlen(name) == len && !memcmp(name, text, len);
}

/* How many variables are called so, and the first of them. */
static u32 find_global(const struct object *obj, const char *name, size_t len, struct place *at)
{
	const struct types *t = obj->types;
	u32 found = 0;

	for (u32 i = 0; t && i < obj->map_count; i++) {
		struct obj_map *m = &obj->maps[i];

		for (u32 v = 0; is_data(m) && v < types_vlen(t, m->value_type_id); v++) {
			struct type_secinfo s = types_secinfo(t, m->value_type_id, v);

			if (!name_is(types_name(t, s.type), name, len) || found++)
				continue;
			*at = (struct place){ m, types_ref(t, s.type), s.off, s.size };
		}
	}
	return found;
}

static int no_global(const struct object *obj, const struct skep_preset *p, size_t len,
		     struct diag *d)
{
	const struct types *t = obj->types;
	struct near near = near_start(p->name, len);

	if (!t)
		return diag_error(d, -ENOENT, NOWHERE,
				  "preset %s: '%s' has no BTF, so its variables have no names",
				  p->name, obj->name);
	diag_error(d, -ENOENT, NOWHERE, "preset %s: '%s' has no global variable '%.*s'", p->name,
		   obj->name, (int)len, p->name);
	for (u32 i = 0; i < obj->map_count; i++) {
		u32 section = is_data(&obj->maps[i]) ? obj->maps[i].value_type_id : 0;

		for (u32 v = 0; section && v < types_vlen(t, section); v++)
			near_try(&near, types_name(t, types_secinfo(t, section, v).type));
	}
	if (near.best)
		diag_hint(d, "did you mean '%s'?", near.best);
	return -ENOENT;
}

/* "[2]": that element of an array. */
static const char *enter_element(const struct types *t, struct place *at, const char *s)
{
	struct type_array a = types_array(t, at->type);
	char *end;
	u64 i = strtoull(s + 1, &end, 10);
	s64 size = types_size(t, a.elem);

	if (types_kind(t, at->type) != KIND_ARRAY || s[1] < '0' || s[1] > '9' || *end != ']' ||
	    size < 0)
		return NULL;
	/* An array whose length is left open takes what its variable has. */
	if (size && i >= at->size / (size_t)size)
		return NULL;
	*at = (struct place){ at->map, a.elem, at->off + i * (size_t)size, (size_t)size };
	return end + 1;
}

/* ".name": that member, or one of an unnamed member. */
static bool find_member(const struct types *t, struct place *at, const char *name, size_t len,
			int depth)
{
	u32 id = types_strip(t, at->type);
	enum type_kind kind = types_kind(t, id);

	if ((kind != KIND_STRUCT && kind != KIND_UNION) || depth > 16)
		return false;
	for (u32 i = 0; i < types_vlen(t, id); i++) {
		struct type_member m = types_member(t, id, i);
		s64 size = types_size(t, m.type);
		struct place next = { at->map, m.type, at->off + m.bit_off / 8, (size_t)size };

		if (m.bit_size || m.bit_off % 8 || size < 0)
			continue;
		if (name_is(m.name, name, len) ||
		    (!*m.name && find_member(t, &next, name, len, depth + 1))) {
			*at = next;
			return true;
		}
	}
	return false;
}

static int enter(const struct types *t, const struct skep_preset *p, struct place *at,
		 const char *s, struct diag *d)
{
	const char *next = s;

	for (; *s; s = next) {
		size_t len = 1 + strcspn(s + 1, ".[");

		at->type = types_strip(t, at->type);
		if (*s == '[')
			next = enter_element(t, at, s);
		else
			next = *s == '.' && len > 1 && find_member(t, at, s + 1, len - 1, 0)
				       ? s + len
				       : NULL;
		if (!next)
			return diag_error(d, -ENOENT, NOWHERE,
					  "preset %s: there is no '%.*s' in '%.*s'", p->name,
					  (int)len, s, (int)(s - p->name), p->name);
	}
	return 0;
}

static int store(struct object *obj, const struct skep_preset *p, const struct place *at,
		 struct diag *d)
{
	u8 *data = arena_alloc(&obj->arena, at->map->value_size);

	if (!data)
		return diag_nomem(d);
	if (at->off > at->map->value_size || at->size > at->map->value_size - at->off)
		return diag_error(d, -EINVAL, NOWHERE, "preset %s: it lies outside of '%s'",
				  p->name, at->map->name);
	if (at->map->data)
		memcpy(data, at->map->data, at->map->value_size);
	at->map->data = data;
	if (!p->data)
		return parse_text(obj->types, at->type, at->size, p->value, p->name, data + at->off,
				  d);
	if (p->len != at->size)
		return diag_error(d, -EINVAL, NOWHERE, "preset %s: it has %zu bytes, not %zu",
				  p->name, at->size, p->len);
	memcpy(data + at->off, p->data, p->len);
	return 0;
}

static int preset_global(struct object *obj, const struct skep_preset *p, struct diag *d)
{
	struct place at = { 0 };
	size_t len = strcspn(p->name, ".[");
	s32 map = object_map_index(obj, p->name);
	u32 found;
	int err;

	if (map >= 0 && is_data(&obj->maps[map])) {
		at = (struct place){ &obj->maps[map], obj->maps[map].value_type_id, 0,
				     obj->maps[map].value_size };
		return store(obj, p, &at, d);
	}
	found = find_global(obj, p->name, len, &at);
	if (!found)
		return no_global(obj, p, len, d);
	if (found > 1)
		return diag_error(d, -EINVAL, NOWHERE, "preset %s: %u variables are called so",
				  p->name, found);
	err = enter(obj->types, p, &at, p->name + len, d);
	return err ? err : store(obj, p, &at, d);
}

/* ---- */

static int apply_one(struct object *obj, const struct skep_preset *p, struct diag *d)
{
	if (!p->name || !*p->name || strlen(p->name) >= LONGEST_NAME)
		return diag_error(d, -EINVAL, NOWHERE, "a preset has no name");
	if (!p->value && (!p->data || p->kind != SKEP_PRESET_GLOBAL))
		return diag_error(d, -EINVAL, NOWHERE, "preset %s has no value", p->name);
	switch (p->kind) {
	case SKEP_PRESET_GLOBAL:
		return preset_global(obj, p, d);
	case SKEP_PRESET_MAP:
		return preset_map(obj, p, d);
	case SKEP_PRESET_PROG:
		return preset_prog(obj, p, d);
	}
	return diag_error(d, -EINVAL, NOWHERE, "preset %s: unknown kind %d", p->name, p->kind);
}

int preset_apply(struct object **out, const struct object *obj, const struct skep_preset *presets,
		 size_t count, struct diag *d)
{
	struct object *own;
	int err = 0;

	*out = NULL;
	if (!count)
		return 0;
	own = object_derive(obj);
	if (!own)
		return diag_nomem(d);
	for (size_t i = 0; i < count && !err; i++)
		err = apply_one(own, &presets[i], d);
	if (err)
		object_free(own);
	else
		*out = own;
	return err;
}
