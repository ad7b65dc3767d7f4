// SPDX-License-Identifier: BSD-2-Clause
#include "elf/map_attr.h"

#include <errno.h>

#include "base/str.h"

static const char *const attr_names[] = {
	"type",	     "key",	  "key_size",  "value",	  "value_size", "max_entries",
	"map_flags", "map_extra", "numa_node", "pinning", "values",
};

static int wrong(struct elf_load *l, const struct map_attrs *attrs, const char *member,
		 const char *what)
{
	return diag_error(l->d, -EINVAL, attrs->at, "map '%s': attribute '%s' %s", attrs->name,
			  member, what);
}

/* The number behind __uint (length of a pointed-to array) or __ulong (an enumerator). */
static bool number(const struct types *t, u32 id, u64 *out)
{
	id = types_strip(t, id);
	if (types_kind(t, id) == KIND_PTR) {
		id = types_strip(t, types_ref(t, id));
		if (types_kind(t, id) != KIND_ARRAY)
			return false;
		*out = types_array(t, id).count;
		return true;
	}
	if ((types_kind(t, id) == KIND_ENUM || types_kind(t, id) == KIND_ENUM64) &&
	    types_vlen(t, id) == 1) {
		*out = types_enumerator(t, id, 0).value;
		return true;
	}
	return false;
}

/* __type(key, …): a pointer to the type. Sets the size, which must not contradict key_size. */
static int read_type(struct elf_load *l, const struct map_attrs *attrs,
		     const struct type_member *member, u32 *size, u32 *type_id)
{
	const struct types *t = l->obj->types;
	u32 id = types_strip(t, member->type);
	s64 bytes;

	if (types_kind(t, id) != KIND_PTR)
		return wrong(l, attrs, member->name, "is not a pointer to the type");
	id = types_ref(t, id);
	bytes = types_size(t, id);
	if (bytes < 0 || bytes > UINT32_MAX)
		return wrong(l, attrs, member->name, "names a type without a size");
	if (*size && *size != (u32)bytes)
		return wrong(l, attrs, member->name, "and its explicit size differ");
	*size = (u32)bytes;
	*type_id = id;
	return 0;
}

static int read_values(struct elf_load *l, struct obj_map *m, struct map_attrs *attrs,
		       const struct type_member *member)
{
	const struct types *t = l->obj->types;
	u32 id = types_strip(t, member->type), kind;

	if (attrs->inner)
		return wrong(l, attrs, member->name, "inside an inner map: maps nest once");
	if (types_kind(t, id) != KIND_ARRAY)
		return wrong(l, attrs, member->name, "is not an array");
	id = types_strip(t, types_array(t, id).elem);
	if (types_kind(t, id) != KIND_PTR)
		return wrong(l, attrs, member->name, "is not an array of pointers");
	id = types_strip(t, types_ref(t, id));
	kind = types_kind(t, id);
	if (kind != KIND_STRUCT && kind != KIND_FUNC_PROTO)
		return wrong(l, attrs, member->name, "holds neither maps nor programs");
	if (m->value_size && m->value_size != 4)
		return wrong(l, attrs, member->name, "needs a value_size of 4");
	m->value_size = 4;
	attrs->values_off = member->bit_off / 8;
	attrs->values_struct = kind == KIND_STRUCT ? id : 0;
	return 0;
}

static int set_size(struct elf_load *l, const struct map_attrs *attrs, const char *name, u32 *size,
		    u64 value)
{
	if (*size && *size != value)
		return wrong(l, attrs, name, "and the size of its type differ");
	*size = (u32)value;
	return 0;
}

static int unknown(struct elf_load *l, const struct map_attrs *attrs, const char *name)
{
	struct near n = near_start(name, strlen(name));

	for (u32 i = 0; i < ARRAY_SIZE(attr_names); i++)
		near_try(&n, attr_names[i]);
	wrong(l, attrs, name, "is not known");
	if (n.best)
		diag_hint(l->d, "did you mean '%s'?", n.best);
	return -EINVAL;
}

static int set_number(struct elf_load *l, struct obj_map *m, const struct map_attrs *attrs,
		      const char *name, u64 value)
{
	if (strcmp(name, "map_extra") && value > UINT32_MAX)
		return wrong(l, attrs, name, "does not fit 32 bits");
	if (!strcmp(name, "type"))
		m->type = (u32)value;
	else if (!strcmp(name, "key_size"))
		return set_size(l, attrs, name, &m->key_size, value);
	else if (!strcmp(name, "value_size"))
		return set_size(l, attrs, name, &m->value_size, value);
	else if (!strcmp(name, "max_entries"))
		m->max_entries = (u32)value;
	else if (!strcmp(name, "map_flags"))
		m->flags = (u32)value;
	else if (!strcmp(name, "map_extra"))
		m->extra = value;
	else if (!strcmp(name, "numa_node"))
		m->numa_node = (u32)value;
	else if (value > 1)
		return wrong(l, attrs, name, "is neither LIBBPF_PIN_NONE nor LIBBPF_PIN_BY_NAME");
	else if (attrs->inner && value)
		return wrong(l, attrs, name, "cannot be set for an inner map");
	else
		m->pin_by_name = value == 1;
	return 0;
}

static int read_member(struct elf_load *l, struct obj_map *m, struct map_attrs *attrs,
		       const struct type_member *member)
{
	const char *name = member->name;
	bool known = false;
	u64 value;

	if (!strcmp(name, "key"))
		return read_type(l, attrs, member, &m->key_size, &m->key_type_id);
	if (!strcmp(name, "value"))
		return read_type(l, attrs, member, &m->value_size, &m->value_type_id);
	if (!strcmp(name, "values"))
		return read_values(l, m, attrs, member);
	for (u32 i = 0; i < ARRAY_SIZE(attr_names); i++)
		known |= !strcmp(name, attr_names[i]);
	if (!known)
		return unknown(l, attrs, name);
	if (!number(l->obj->types, member->type, &value))
		return wrong(l, attrs, name, "is not a number: write __uint(name, value)");
	return set_number(l, m, attrs, name, value);
}

int map_attrs_read(struct elf_load *l, struct obj_map *m, struct map_attrs *attrs, u32 struct_id)
{
	const struct types *t = l->obj->types;
	u32 count = types_vlen(t, struct_id);

	for (u32 i = 0; i < count; i++) {
		struct type_member member = types_member(t, struct_id, i);
		int err = read_member(l, m, attrs, &member);

		if (err)
			return err;
	}
	if (m->type == MAP_TYPE_PROG_ARRAY && attrs->values_struct)
		return wrong(l, attrs, "values", "of a program array must be functions");
	return 0;
}
