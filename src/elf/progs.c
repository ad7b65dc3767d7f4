// SPDX-License-Identifier: BSD-2-Clause
/* Functions of executable sections, and which of them are programs of which type. */
#include <elf.h>
#include <errno.h>
#include <stdlib.h>

#include "elf/load.h"
#include "spec/prog.h"

static int compare_funcs(const void *a, const void *b)
{
	const struct elf_func *x = a, *y = b;

	if (x->section != y->section)
		return x->section < y->section ? -1 : 1;
	if (x->start != y->start)
		return x->start < y->start ? -1 : 1;
	return (int)y->global - (int)x->global;
}

static int add_func(struct elf_load *l, const struct elf_symbol *sym)
{
	struct span at = reader_at(&l->r, sym->section, 0);
	u64 bytes = (u64)l->codes[sym->section].count * 8;
	struct elf_func *f;

	if (sym->value % 8 || sym->size % 8 || sym->value >= bytes ||
	    sym->size > bytes - sym->value)
		return diag_error(l->d, -EINVAL, at,
				  "function '%s' (bytes %llu to %llu) does not lie on instructions "
				  "of section '%s', which has %llu bytes",
				  sym->name, (unsigned long long)sym->value,
				  (unsigned long long)(sym->value + sym->size),
				  l->r.sections[sym->section].name, (unsigned long long)bytes);
	f = vec_push(&l->funcs);
	if (!f)
		return diag_nomem(l->d);
	f->name = arena_strdup(&l->obj->arena, sym->name);
	f->section = sym->section;
	f->start = (u32)(sym->value / 8);
	f->count = (u32)(sym->size / 8);
	/* Seen by no other file, it is verified like a static one. */
	f->hidden = sym->hidden;
	f->global = sym->bind != STB_LOCAL && !sym->hidden;
	f->prog = -1;
	return f->name ? 0 : diag_nomem(l->d);
}

/* Give functions without a size one; drop second names of the same code. */
static int tidy_funcs(struct elf_load *l)
{
	struct elf_func *f = l->funcs.data;
	u32 kept = 0;

	for (u32 i = 0; i < l->funcs.len; i++) {
		struct elf_func *last = kept ? &f[kept - 1] : NULL;
		bool same = last && last->section == f[i].section;

		if (same && last->start == f[i].start) {
			last->count = MAX(last->count, f[i].count);
			continue;
		}
		if (same && !last->count)
			last->count = f[i].start - last->start;
		if (same && last->start + last->count > f[i].start)
			return diag_error(l->d, -EINVAL, reader_at(&l->r, last->section, 0),
					  "functions '%s' and '%s' of section '%s' overlap",
					  last->name, f[i].name, l->r.sections[last->section].name);
		if (!same && last && !last->count)
			last->count = l->codes[last->section].count - last->start;
		f[kept++] = f[i];
	}
	if (kept && !f[kept - 1].count)
		f[kept - 1].count = l->codes[f[kept - 1].section].count - f[kept - 1].start;
	l->funcs.len = kept;
	return 0;
}

/* A section without any function symbol (hand-written assembler) is one function. */
static int add_bare_sections(struct elf_load *l)
{
	bool *has = arena_array(&l->scratch, l->r.section_count, sizeof(*has));

	if (!has)
		return diag_nomem(l->d);
	for (u32 i = 0; i < l->funcs.len; i++)
		has[l->funcs.data[i].section] = true;
	for (u32 i = 1; i < l->r.section_count; i++) {
		struct elf_symbol sym = { .section = i, .bind = STB_GLOBAL };
		int err;

		if (has[i] || !l->codes[i].insns)
			continue;
		sym.name = l->r.sections[i].name;
		for (u32 k = 0; k < l->r.symbol_count; k++) {
			const struct elf_symbol *s = &l->r.symbols[k];

			if (s->section == i && s->type == STT_NOTYPE && s->name[0] && !s->value &&
			    s->bind != STB_LOCAL)
				sym.name = s->name;
		}
		err = add_func(l, &sym);
		if (err)
			return err;
	}
	return 0;
}

int load_funcs(struct elf_load *l)
{
	int err = 0;

	for (u32 i = 0; !err && i < l->r.symbol_count; i++) {
		const struct elf_symbol *s = &l->r.symbols[i];

		if (s->type == STT_FUNC && s->section && s->section < l->r.section_count &&
		    l->codes[s->section].insns && s->name[0])
			err = add_func(l, s);
	}
	if (!err)
		err = add_bare_sections(l);
	if (!err && l->funcs.len)
		qsort(l->funcs.data, l->funcs.len, sizeof(*l->funcs.data), compare_funcs);
	if (!err)
		err = tidy_funcs(l);
	for (u32 i = 0; !err && i < l->funcs.len; i++) {
		struct elf_code *c = &l->codes[l->funcs.data[i].section];

		if (!c->func_count++)
			c->first_func = i;
	}
	return err;
}

s32 func_at(const struct elf_load *l, u32 section, u32 slot)
{
	const struct elf_code *c = &l->codes[section];
	u32 low = c->first_func, high = c->first_func + c->func_count;

	while (low < high) {
		u32 mid = low + (high - low) / 2;

		if (l->funcs.data[mid].start == slot)
			return (s32)mid;
		if (l->funcs.data[mid].start < slot)
			low = mid + 1;
		else
			high = mid;
	}
	return -1;
}

static bool is_text(const struct elf_load *l, const struct elf_func *f)
{
	return !strcmp(l->r.sections[f->section].name, ".text");
}

/*
 * Functions outside .text are programs, but for static ones that others call. In an object with
 * nothing but .text the global functions are; if there are none, all that nobody calls.
 */
static bool is_prog(const struct elf_load *l, const struct elf_func *f, bool only_text,
		    bool any_global)
{
	if (!is_text(l, f))
		return f->global || !f->called;
	if (!only_text)
		return false;
	return any_global ? f->global && !f->called : !f->called;
}

static int no_type(struct elf_load *l, const struct elf_func *f, const char *section)
{
	const char *near = section_near(section);

	diag_error(l->d, -EINVAL, reader_at(&l->r, f->section, (u64)f->start * 8),
		   "section '%s' of program '%s' does not tell its program type", section, f->name);
	if (near)
		diag_hint(l->d, "did you mean SEC(\"%s\")? or give the type with --type", near);
	else
		diag_hint(l->d, "give the type with --type");
	return -EINVAL;
}

static int set_type(struct elf_load *l, const struct elf_func *f, struct obj_prog *prog)
{
	const char *given = l->opts ? l->opts->prog_type : NULL;
	struct section_match match;
	s32 type;

	prog->autoload = prog->section[0] != '?';
	if (!section_find(&match, prog->section)) {
		prog->type = match.prog_type;
		prog->attach_type = match.attach_type;
		prog->attach_target = match.target;
		prog->sleepable = match.sleepable;
		prog->frags = match.frags;
		prog->autoload = match.autoload;
		return 0;
	}
	if (!given)
		return no_type(l, f, prog->section);
	type = prog_type_by_name(given);
	if (type < 0) {
		diag_error(l->d, -EINVAL, NOWHERE, "unknown program type '%s'", given);
		diag_hint(l->d, "types are named as bpftool names them: xdp, sched_cls, …");
		return -EINVAL;
	}
	prog->type = (u32)type;
	if (!section_find(&match, given)) {
		prog->attach_type = match.attach_type;
		prog->sleepable = match.sleepable;
		prog->frags = match.frags;
	}
	return 0;
}

static int add_prog(struct elf_load *l, u32 index)
{
	struct elf_func *f = &l->funcs.data[index];
	struct obj_prog *prog = vec_push(&l->progs);
	int err;

	if (!prog)
		return diag_nomem(l->d);
	f->prog = (s32)(l->progs.len - 1);
	prog->name = f->name;
	prog->section = arena_strdup(&l->obj->arena, l->r.sections[f->section].name);
	if (!prog->section)
		return diag_nomem(l->d);
	err = set_type(l, f, prog);
	return err ? err : link_prog(l, index, prog);
}

int load_progs(struct elf_load *l)
{
	bool only_text = true, any_global = false;
	const struct elf_func *f;

	vec_for (f, &l->funcs) {
		only_text &= is_text(l, f);
		any_global |= f->global && !f->called;
	}
	for (u32 i = 0; i < l->funcs.len; i++) {
		int err;

		if (!is_prog(l, &l->funcs.data[i], only_text, any_global))
			continue;
		err = add_prog(l, i);
		if (err)
			return err;
	}
	return 0;
}
