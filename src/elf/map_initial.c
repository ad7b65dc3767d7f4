// SPDX-License-Identifier: BSD-2-Clause
/* Static initialisers: programs and maps that `.values` and struct_ops name by relocation. */
#include <errno.h>
#include <stdlib.h>

#include "elf/load.h"
#include "elf/relocs.h"

/* Room for one more slot: relocations bound how many there can be. */
static struct obj_slot *add_slot(struct elf_load *l, struct obj_map *m, u32 most)
{
	if (!m->slots)
		m->slots = arena_array(&l->obj->arena, most, sizeof(*m->slots));
	if (!m->slots) {
		diag_nomem(l->d);
		return NULL;
	}
	return &m->slots[m->slot_count++];
}

static int bad_value(struct elf_load *l, const struct elf_reloc *rel, u32 section, const char *what,
		     const struct obj_map *m)
{
	return diag_error(l->d, -EINVAL, reader_at(&l->r, section, rel->off),
			  "map '%s' is initialised with '%s', which %s", m->name,
			  l->r.symbols[rel->sym].name, what);
}

/* The program a function symbol names, -1: none. */
static s32 prog_of(const struct elf_load *l, const struct elf_symbol *sym, u64 addend)
{
	s32 func = -1;

	if (sym->section && sym->section < l->r.section_count && l->codes[sym->section].insns)
		func = func_at(l, sym->section, (u32)MIN((sym->value + addend) / 8, UINT32_MAX));
	return func < 0 ? -1 : l->funcs.data[func].prog;
}

/* The addend that the compiler left in the relocated place (RELA: in the relocation). */
static u64 addend_of(const struct elf_load *l, u32 section, const struct elf_reloc *rel)
{
	const struct elf_section *s = &l->r.sections[section];

	if (!s->data || rel->off > s->size || s->size - rel->off < 8)
		return 0;
	return LOAD(u64, s->data + rel->off) + (u64)rel->addend;
}

static int set_struct_op(struct elf_load *l, struct obj_map *m, const struct elf_map *o,
			 const struct elf_reloc *rel, u32 section, u32 most)
{
	const struct elf_symbol *sym = &l->r.symbols[rel->sym];
	s32 prog = prog_of(l, sym, addend_of(l, section, rel));
	struct obj_slot *slot;

	if (prog < 0)
		return bad_value(l, rel, section, "is not a program", m);
	slot = add_slot(l, m, most);
	if (!slot)
		return -ENOMEM;
	*slot = (struct obj_slot){ (u32)(rel->off - o->off), -1, prog };
	return 0;
}

static int set_value(struct elf_load *l, struct obj_map *m, const struct elf_map *o,
		     const struct elf_reloc *rel, u32 section, u32 most)
{
	const struct elf_symbol *sym = &l->r.symbols[rel->sym];
	u64 off = rel->off - o->off, addend = l->r.gas ? 0 : addend_of(l, section, rel);
	s32 prog = -1, map = -1;
	struct obj_slot *slot;

	if (!o->values_off || off < o->values_off || (off - o->values_off) % 8)
		return bad_value(l, rel, section, "is outside its 'values'", m);
	if (o->inner_values)
		map = map_at(l, sym->section, sym->value + addend);
	else
		prog = prog_of(l, sym, addend);
	if (map >= 0 && l->maps.data[map].role != MAP_PLAIN)
		map = -1;
	if (map < 0 && prog < 0)
		return bad_value(l, rel, section,
				 o->inner_values ? "is not a map" : "is not a program", m);
	slot = add_slot(l, m, most);
	if (!slot)
		return -ENOMEM;
	*slot = (struct obj_slot){ (u32)((off - o->values_off) / 8), map, prog };
	if (m->max_entries && slot->index >= m->max_entries)
		return bad_value(l, rel, section, "lies past max_entries", m);
	return 0;
}

/* Relocations of one section that defines maps. */
static int initial_section(struct elf_load *l, u32 rel_section)
{
	u32 section = l->r.sections[rel_section].info,
	    count = reader_reloc_count(&l->r, rel_section);

	for (u32 k = 0; k < count; k++) {
		struct elf_reloc rel;
		struct obj_map *m;
		s32 map;
		int err = reader_reloc(&l->r, rel_section, k, &rel);

		if (err)
			return err;
		map = map_at(l, section, rel.off);
		if (map < 0)
			return diag_error(l->d, -EINVAL, reader_at(&l->r, rel_section, 0),
					  "a relocation of section '%s' points to byte %llu, where "
					  "no map is",
					  l->r.sections[section].name, (unsigned long long)rel.off);
		m = &l->maps.data[map];
		if (m->role == MAP_STRUCT_OPS)
			err = set_struct_op(l, m, &l->origins.data[map], &rel, section, count);
		else
			err = set_value(l, m, &l->origins.data[map], &rel, section, count);
		if (err)
			return err;
	}
	return 0;
}

int load_initial(struct elf_load *l)
{
	for (u32 i = 1; i < l->r.section_count; i++) {
		u32 target = l->r.sections[i].info;
		bool defines = false;
		int err;

		if (!reader_reloc_count(&l->r, i) || target >= l->r.section_count)
			continue;
		for (u32 k = 0; k < l->origins.len; k++)
			defines |= l->origins.data[k].section == target &&
				   (l->maps.data[k].role == MAP_PLAIN ||
				    l->maps.data[k].role == MAP_STRUCT_OPS);
		if (!defines || !target)
			continue;
		err = initial_section(l, i);
		if (err)
			return err;
	}
	return 0;
}
