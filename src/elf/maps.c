// SPDX-License-Identifier: BSD-2-Clause
/* BTF-defined maps of section `.maps`: a struct whose member names are attributes. */
#include <elf.h>
#include <errno.h>
#include <stdlib.h>

#include "elf/load.h"
#include "elf/map_attr.h"

/* The BTF variable of a map's symbol: its struct, 0 when there is none. */
static u32 map_struct(const struct types *t, const char *name)
{
	u32 var = t ? types_find(t, name, KIND_VAR) : 0, id;

	id = var ? types_strip(t, types_ref(t, var)) : 0;
	return id && types_kind(t, id) == KIND_STRUCT ? id : 0;
}

static int check_type(struct elf_load *l, const struct obj_map *m, struct span at)
{
	if (map_info(m->type))
		return 0;
	diag_error(l->d, -EINVAL, at, "map '%s' has type %u, which Linux does not define", m->name,
		   m->type);
	diag_hint(l->d, "set it with __uint(type, BPF_MAP_TYPE_…)");
	return -EINVAL;
}

/* Append the template that the values of map `outer` follow. */
static int add_template(struct elf_load *l, u32 outer, u32 struct_id, struct span at)
{
	struct map_attrs attrs = { .name = l->maps.data[outer].name, .inner = true, .at = at };
	struct obj_map *m;
	char *name = arena_printf(&l->scratch, "%s.inner", attrs.name);
	u32 index = l->maps.len;
	int err;

	if (!name)
		return diag_nomem(l->d);
	m = load_map(l, name, (struct elf_map){ 0 });
	if (!m)
		return -ENOMEM;
	m->template = true;
	err = map_attrs_read(l, m, &attrs, struct_id);
	if (err)
		return err;
	l->maps.data[outer].inner = (s32)index;
	return check_type(l, m, at);
}

static int add_map(struct elf_load *l, const struct elf_symbol *sym)
{
	struct span at = reader_at(&l->r, sym->section, sym->value);
	struct map_attrs attrs = { .name = sym->name, .at = at };
	u32 id = map_struct(l->obj->types, sym->name), index = l->maps.len;
	struct obj_map *m;
	int err;

	if (!id) {
		diag_error(l->d, -EINVAL, at, "map '%s' of '.maps' has no BTF that describes it",
			   sym->name);
		diag_hint(l->d, "compile with -g (clang) or -gbtf (gcc)");
		return -EINVAL;
	}
	m = load_map(l, sym->name,
		     (struct elf_map){ .section = sym->section,
				       .off = sym->value,
				       .size = MAX(sym->size, 1) });
	if (!m)
		return -ENOMEM;
	err = map_attrs_read(l, m, &attrs, id);
	if (!err)
		err = check_type(l, m, at);
	l->origins.data[index].values_off = attrs.values_off;
	l->origins.data[index].inner_values = attrs.values_struct;
	if (!err && attrs.values_struct)
		err = add_template(l, index, attrs.values_struct, at);
	return err;
}

static int compare_symbols(const void *a, const void *b)
{
	const struct elf_symbol *x = *(const struct elf_symbol *const *)a;
	const struct elf_symbol *y = *(const struct elf_symbol *const *)b;

	return x->value < y->value ? -1 : x->value > y->value;
}

/* The named symbols of a section in the order of their places. */
static const struct elf_symbol **symbols_of(struct elf_load *l, u32 section, u32 *count)
{
	const struct elf_symbol **list;

	*count = 0;
	list = arena_array(&l->scratch, l->r.symbol_count, sizeof(*list));
	if (!list) {
		diag_nomem(l->d);
		return NULL;
	}
	for (u32 i = 0; i < l->r.symbol_count; i++) {
		const struct elf_symbol *s = &l->r.symbols[i];

		if (s->section == section && s->name[0] &&
		    (s->type == STT_OBJECT || s->type == STT_NOTYPE) &&
		    s->value < l->r.sections[section].size)
			list[(*count)++] = s;
	}
	qsort(list, *count, sizeof(*list), compare_symbols);
	return list;
}

int load_maps(struct elf_load *l)
{
	u32 section = reader_section(&l->r, ".maps"), count;
	const struct elf_symbol **list;
	int err = 0;

	if (!section)
		return 0;
	list = symbols_of(l, section, &count);
	if (!list)
		return -ENOMEM;
	for (u32 i = 0; !err && i < count; i++)
		err = add_map(l, list[i]);
	return err;
}

/* struct bpf_elf_map of iproute2; plain struct bpf_map_def ends after `flags`. */
struct legacy_map {
	u32 type, key_size, value_size, max_entries, flags;
	u32 id, pinning, inner_id, inner_idx;
};
enum { LEGACY_MIN = 16, PIN_GLOBAL_NS = 2 };

static int add_legacy(struct elf_load *l, const struct elf_symbol *sym, u64 stride,
		      struct legacy_map *def)
{
	struct span at = reader_at(&l->r, sym->section, sym->value);
	struct obj_map *m;
	u64 len = MIN(stride, sizeof(*def));

	memset(def, 0, sizeof(*def));
	if (stride < sizeof(*def))
		len = MIN(stride,
			  offsetof(struct legacy_map, id)); /* the tail means other things */
	memcpy(def, l->r.sections[sym->section].data + sym->value, len);
	m = load_map(
		l, sym->name,
		(struct elf_map){ .section = sym->section, .off = sym->value, .size = stride });
	if (!m)
		return -ENOMEM;
	m->type = def->type;
	m->key_size = def->key_size;
	m->value_size = def->value_size;
	m->max_entries = def->max_entries;
	m->flags = def->flags;
	m->pin_by_name = def->pinning == PIN_GLOBAL_NS;
	return check_type(l, m, at);
}

/* iproute2 names inner maps by number: connect them. */
static int connect_legacy(struct elf_load *l, u32 first, const struct legacy_map *defs, u32 count)
{
	for (u32 i = 0; i < count; i++) {
		struct obj_map *m = &l->maps.data[first + i];

		if (!defs[i].inner_id)
			continue;
		m->slots = arena_array(&l->obj->arena, count, sizeof(*m->slots));
		if (!m->slots)
			return diag_nomem(l->d);
		for (u32 k = 0; k < count; k++) {
			if (k == i || defs[k].id != defs[i].inner_id)
				continue;
			m->inner = (s32)(first + k);
			if (defs[k].inner_idx < m->max_entries)
				m->slots[m->slot_count++] =
					(struct obj_slot){ defs[k].inner_idx, m->inner, -1 };
		}
	}
	return 0;
}

int load_legacy_maps(struct elf_load *l)
{
	u32 section = reader_section(&l->r, "maps"), count;
	const struct elf_section *s = &l->r.sections[section];
	const struct elf_symbol **list;
	struct legacy_map *defs;
	u32 first = l->maps.len;
	u64 stride;
	int err = 0;

	if (!section || !s->data || !s->size)
		return 0;
	list = symbols_of(l, section, &count);
	if (!list)
		return -ENOMEM;
	stride = count ? s->size / count : 0;
	if (!count || s->size % count || stride < LEGACY_MIN)
		return diag_error(l->d, -EINVAL, reader_at(&l->r, section, 0),
				  "section 'maps' has %llu bytes for %u maps: neither layout fits",
				  (unsigned long long)s->size, count);
	defs = arena_array(&l->scratch, count, sizeof(*defs));
	if (!defs)
		return diag_nomem(l->d);
	for (u32 i = 0; !err && i < count; i++) {
		if (list[i]->value > s->size - stride)
			return diag_error(l->d, -EINVAL, reader_at(&l->r, section, list[i]->value),
					  "map '%s' ends past section 'maps'", list[i]->name);
		err = add_legacy(l, list[i], stride, &defs[i]);
	}
	return err ? err : connect_legacy(l, first, defs, count);
}
