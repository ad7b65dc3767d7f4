// SPDX-License-Identifier: BSD-2-Clause
/* Data sections as maps of one value, and what BTF says of their variables. */
#include <elf.h>
#include <errno.h>
#include <stdlib.h>

#include "elf/load.h"
#include "spec/map.h"

static bool is_named(const char *name, const char *stem)
{
	size_t len = strlen(stem);

	return !strncmp(name, stem, len) && (!name[len] || name[len] == '.');
}

static bool data_role(const struct elf_section *s, enum obj_map_role *role)
{
	if (s->type == SHT_NOBITS && is_named(s->name, ".bss"))
		*role = MAP_BSS;
	else if (s->type != SHT_PROGBITS || s->flags & SHF_EXECINSTR)
		return false;
	else if (is_named(s->name, ".data"))
		*role = MAP_DATA;
	else if (is_named(s->name, ".rodata"))
		*role = MAP_RODATA;
	else
		return false;
	return true;
}

/* Only sections with a variable that other files may see can be mapped into user space. */
static bool is_mmapable(const struct types *t, u32 datasec)
{
	for (u32 i = 0; i < types_vlen(t, datasec); i++) {
		if (types_func_linkage(t, types_secinfo(t, datasec, i).type))
			return true;
	}
	return false;
}

static int add_data(struct elf_load *l, u32 index, enum obj_map_role role)
{
	const struct elf_section *s = &l->r.sections[index];
	struct obj_map *m = load_map(l, s->name, (struct elf_map){ index, 0, s->size, 0, false });

	if (!m)
		return -ENOMEM;
	m->type = MAP_TYPE_ARRAY;
	m->key_size = 4;
	m->value_size = (u32)s->size;
	m->max_entries = 1;
	m->role = role;
	m->flags = role == MAP_RODATA ? MAP_RDONLY_PROG : 0;
	if (l->obj->types) {
		m->value_type_id = types_find(l->obj->types, s->name, KIND_DATASEC);
		if (is_mmapable(l->obj->types, m->value_type_id))
			m->flags |= MAP_MMAPABLE;
	}
	if (s->data && role != MAP_BSS) {
		m->data = arena_copy(&l->obj->arena, s->data, s->size);
		if (!m->data)
			return diag_nomem(l->d);
	}
	return 0;
}

int load_data(struct elf_load *l)
{
	for (u32 i = 1; i < l->r.section_count; i++) {
		enum obj_map_role role;
		int err;

		if (!l->r.sections[i].size || !data_role(&l->r.sections[i], &role))
			continue;
		err = add_data(l, i, role);
		if (err)
			return err;
	}
	return 0;
}

int load_struct_ops(struct elf_load *l)
{
	static const char *const names[] = { ".struct_ops", ".struct_ops.link", "?.struct_ops",
					     "?.struct_ops.link" };

	for (u32 i = 0; i < l->r.symbol_count; i++) {
		const struct elf_symbol *sym = &l->r.symbols[i];
		const struct elf_section *s;
		u32 kind = 0, var;
		struct obj_map *m;

		if (sym->section >= l->r.section_count || sym->type != STT_OBJECT)
			continue;
		s = &l->r.sections[sym->section];
		while (kind < ARRAY_SIZE(names) && strcmp(s->name, names[kind]))
			kind++;
		if (kind == ARRAY_SIZE(names) || !s->data)
			continue;
		if (sym->value > s->size || sym->size > s->size - sym->value || !sym->size)
			return diag_error(l->d, -EINVAL, reader_at(&l->r, sym->section, 0),
					  "'%s' does not lie inside section '%s'", sym->name,
					  s->name);
		m = load_map(l, sym->name,
			     (struct elf_map){ sym->section, sym->value, sym->size, 0, false });
		if (!m)
			return -ENOMEM;
		var = l->obj->types ? types_find(l->obj->types, sym->name, KIND_VAR) : 0;
		m->type = MAP_TYPE_STRUCT_OPS;
		m->role = MAP_STRUCT_OPS;
		m->key_size = 4;
		m->value_size = (u32)sym->size;
		m->max_entries = 1;
		m->flags = kind % 2 ? 1u << 13 : 0; /* BPF_F_LINK */
		m->autocreate = s->name[0] != '?';
		m->value_type_id =
			var ? types_strip(l->obj->types, types_ref(l->obj->types, var)) : 0;
		m->data = arena_copy(&l->obj->arena, s->data + sym->value, sym->size);
		if (!m->data)
			return diag_nomem(l->d);
	}
	return 0;
}

struct secinfo {
	u32 type, off, size;
};

static int compare_secinfo(const void *a, const void *b)
{
	const struct secinfo *x = a, *y = b;

	return x->off < y->off ? -1 : x->off > y->off;
}

static const struct elf_symbol *find_symbol(const struct elf_load *l, u32 section, const char *name)
{
	for (u32 i = 0; i < l->r.symbol_count; i++) {
		if (l->r.symbols[i].section == section && !strcmp(l->r.symbols[i].name, name))
			return &l->r.symbols[i];
	}
	return NULL;
}

/*
 * Compilers leave sizes and offsets of BTF data sections to the loader. The types are read from
 * the object's own copy, which is filled in here.
 */
int load_datasecs(struct elf_load *l)
{
	struct types *t = l->obj->types;

	for (u32 id = 1; t && id < types_count(t); id++) {
		struct type *type = (struct type *)types_get(t, id);
		struct secinfo *info = (struct secinfo *)(type + 1);
		u32 section, count = types_vlen(t, id);

		if (types_kind(t, id) != KIND_DATASEC)
			continue;
		section = reader_section(&l->r, types_name(t, id));
		if (!section)
			continue;
		type->size = (u32)l->r.sections[section].size;
		for (u32 i = 0; i < count; i++) {
			const struct elf_symbol *sym =
				find_symbol(l, section, types_name(t, info[i].type));

			if (sym)
				info[i].off = (u32)sym->value;
		}
		qsort(info, count, sizeof(*info), compare_secinfo);
	}
	return 0;
}
