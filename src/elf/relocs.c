// SPDX-License-Identifier: BSD-2-Clause
/*
 * Relocations of instructions: what each slot refers to. Source: clang's BPF relocation
 * documentation; GNU as differs in what it leaves in the instruction (see reader.h).
 */
#include "elf/relocs.h"

#include <elf.h>
#include <errno.h>

enum { R_64_64 = 1, R_64_32 = 10 };

struct site {
	struct elf_load *l;
	u32 section, slot;
	struct insn *insn;
	struct elf_ref *ref;
	const struct elf_symbol *sym;
};

static struct span site_at(const struct site *s)
{
	return reader_at(&s->l->r, s->section, (u64)s->slot * 8);
}

static const char *site_section(const struct site *s)
{
	return s->l->r.sections[s->section].name;
}

s32 map_at(const struct elf_load *l, u32 section, u64 off)
{
	for (u32 i = 0; i < l->origins.len; i++) {
		const struct elf_map *o = &l->origins.data[i];

		if (o->section && o->section == section && off >= o->off && off - o->off < o->size)
			return (s32)i;
	}
	return -1;
}

static int refer(const struct site *s, enum elf_ref_kind kind, u32 index, u32 off)
{
	*s->ref = (struct elf_ref){ kind, index, off };
	return 0;
}

static int refer_func(const struct site *s, s64 slot)
{
	const struct elf_code *c = &s->l->codes[s->sym->section];
	s32 func = slot >= 0 && slot < c->count ? func_at(s->l, s->sym->section, (u32)slot) : -1;

	if (func < 0)
		return diag_error(s->l->d, -EINVAL, site_at(s),
				  "slot %u of section '%s' refers to slot %lld of section '%s', "
				  "where no function starts",
				  s->slot, site_section(s), (long long)slot,
				  s->l->r.sections[s->sym->section].name);
	s->l->funcs.data[func].called = true;
	return refer(s, REF_FUNC, (u32)func, 0);
}

/* Extern variables of .kconfig live in a map; all others are resolved by the engine. */
static int refer_extern(const struct site *s)
{
	const char *name = s->sym->name;
	s32 kconfig = kconfig_offset(s->l, name);
	bool call = s->insn->code == CODE_CALL;

	if (kconfig >= 0 && !call) {
		for (u32 i = 0; i < s->l->maps.len; i++) {
			if (s->l->maps.data[i].role == MAP_KCONFIG)
				return refer(s, REF_DATA, i, (u32)kconfig);
		}
	}
	for (u32 i = 0; i < s->l->externs.len; i++) {
		const struct obj_extern *e = &s->l->externs.data[i];

		if (!strcmp(e->name, name) && (!call || e->kind == EXTERN_KFUNC))
			return refer(s, REF_EXTERN, i, 0);
	}
	diag_error(s->l->d, -EINVAL, site_at(s),
		   "slot %u of section '%s' %s '%s', which is not defined", s->slot,
		   site_section(s), call ? "calls" : "refers to", name);
	diag_hint(s->l->d, call ? "kernel functions are declared with __ksym; others must be in "
				  "this file (static inline, or linked with bpftool gen object)"
				: "declare it with __kconfig or __ksym, or define it in this file");
	return -EINVAL;
}

static int relocate_call(const struct site *s)
{
	s64 slot = (s64)(s->sym->value / 8);

	if (!s->sym->section)
		return refer_extern(s);
	if (s->sym->section >= s->l->r.section_count || !s->l->codes[s->sym->section].insns)
		return diag_error(s->l->d, -EINVAL, site_at(s),
				  "slot %u of section '%s' calls '%s', which is not code", s->slot,
				  site_section(s), s->sym->name);
	if (s->sym->type == STT_SECTION || !s->l->r.gas)
		slot += (s64)s->insn->imm + 1;
	return refer_func(s, slot);
}

static int refer_data(const struct site *s, s64 off)
{
	const struct elf_section *sec = &s->l->r.sections[s->sym->section];
	s32 map = map_at(s->l, s->sym->section, off < 0 ? UINT64_MAX : (u64)off);

	/* One past the end is a legal address. */
	if (map < 0 && off > 0)
		map = map_at(s->l, s->sym->section, (u64)off - 1);
	if (map < 0) {
		diag_error(
			s->l->d, -EINVAL, site_at(s),
			"slot %u of section '%s' refers to byte %lld of section '%s', which holds "
			"no map or data there",
			s->slot, site_section(s), (long long)off, sec->name);
		diag_hint(s->l->d, "maps are in '.maps', data in sections .data, .rodata, .bss");
		return -EINVAL;
	}
	if (s->l->maps.data[map].role == MAP_PLAIN)
		return refer(s, REF_MAP, (u32)map, 0);
	return refer(s, REF_DATA, (u32)map, (u32)(off - (s64)s->l->origins.data[map].off));
}

static int relocate_address(const struct site *s)
{
	s64 off = s->insn->imm;

	if (s->slot + 1 >= s->l->codes[s->section].count)
		return diag_error(s->l->d, -EINVAL, site_at(s),
				  "slot %u of section '%s' is half an instruction", s->slot,
				  site_section(s));
	if (!s->sym->section)
		return refer_extern(s);
	if (s->sym->section >= s->l->r.section_count)
		return diag_error(s->l->d, -EINVAL, site_at(s),
				  "slot %u of section '%s' refers to '%s', which is in no section",
				  s->slot, site_section(s), s->sym->name);
	if (s->sym->type == STT_SECTION || !s->l->r.gas)
		off += (s64)MIN(s->sym->value, (u64)INT64_MAX / 2);
	if (s->l->codes[s->sym->section].insns) {
		if (off % 8)
			off = -8;
		return refer_func(s, off / 8);
	}
	return refer_data(s, off);
}

static int relocate(struct elf_load *l, u32 section, u32 rel_section, const struct elf_reloc *rel)
{
	struct elf_code *c = &l->codes[section];
	struct site s = { .l = l, .section = section, .sym = &l->r.symbols[rel->sym] };

	s.slot = (u32)(rel->off / 8);
	if (rel->off % 8 || rel->off / 8 >= c->count)
		return diag_error(l->d, -EINVAL, reader_at(&l->r, rel_section, 0),
				  "a relocation of section '%s' points to byte %llu, where no "
				  "instruction starts",
				  l->r.sections[section].name, (unsigned long long)rel->off);
	s.insn = &c->insns[s.slot];
	s.ref = &c->refs[s.slot];
	if (rel->type == R_64_64 && s.insn->code == CODE_LD_IMM64)
		return relocate_address(&s);
	if (rel->type == R_64_32 && s.insn->code == CODE_CALL)
		return relocate_call(&s);
	diag_error(l->d, -EINVAL, site_at(&s),
		   "relocation type %u against '%s' does not fit slot %u of section '%s'",
		   rel->type, s.sym->name, s.slot, l->r.sections[section].name);
	diag_hint(l->d, "maps and data are used by address, functions are called");
	return -EINVAL;
}

/* Calls and function addresses inside one section need no relocation. */
static int local_refs(struct elf_load *l, u32 section)
{
	const struct elf_code *c = &l->codes[section];
	struct elf_symbol here = { .section = section, .name = "" };

	for (u32 i = 0; i < c->count; i++) {
		struct insn *insn = &c->insns[i];
		struct site s = { l, section, i, insn, &c->refs[i], &here };
		bool wide = insn_is_wide(insn);
		int err = 0;

		if (c->refs[i].kind == REF_NONE &&
		    ((insn->code == CODE_CALL && insn->src == CALL_LOCAL) ||
		     (wide && insn->src == PSEUDO_FUNC)))
			err = refer_func(&s, (s64)i + insn->imm + 1);
		if (err)
			return err;
		i += wide;
	}
	return 0;
}

/* Addresses inside data cannot be filled in: a map's value has no address before it is loaded. */
static void warn_data(struct elf_load *l, u32 section, u32 rel_section)
{
	s32 map = map_at(l, section, 0);

	if (map < 0 || l->maps.data[map].role == MAP_PLAIN ||
	    l->maps.data[map].role == MAP_STRUCT_OPS || !reader_reloc_count(&l->r, rel_section))
		return;
	diag_warn(l->d, reader_at(&l->r, section, 0),
		  "section '%s' holds pointers: they are NULL or offsets when the program runs",
		  l->r.sections[section].name);
}

int load_relocs(struct elf_load *l)
{
	int err = 0;

	for (u32 i = 1; i < l->r.section_count; i++) {
		const struct elf_section *s = &l->r.sections[i];
		u32 count = reader_reloc_count(&l->r, i);

		if (!count)
			continue;
		if (s->info >= l->r.section_count)
			return diag_error(l->d, -EINVAL, reader_at(&l->r, i, 0),
					  "section '%s' relocates section %u of %u", s->name,
					  s->info, l->r.section_count);
		if (!l->codes[s->info].insns) {
			warn_data(l, s->info, i);
			continue;
		}
		for (u32 k = 0; k < count; k++) {
			struct elf_reloc rel;

			err = reader_reloc(&l->r, i, k, &rel);
			if (!err)
				err = relocate(l, s->info, i, &rel);
			if (err)
				return err;
		}
	}
	for (u32 i = 1; !err && i < l->r.section_count; i++)
		err = local_refs(l, i);
	return err;
}
