// SPDX-License-Identifier: BSD-2-Clause
/*
 * Functions to sections, as clang lays them out: each program in the section of its name, every
 * subprogram in .text, where loaders look for them; references become relocations.
 */
#include <elf.h>
#include <errno.h>
#include <stdlib.h>

#include "elf/write.h"
#include "spec/prog.h"

#ifndef R_BPF_64_64
#define R_BPF_64_64 1
#endif
#ifndef R_BPF_64_32
#define R_BPF_64_32 10
#endif

static int compare_u32(const void *a, const void *b)
{
	u32 x = *(const u32 *)a, y = *(const u32 *)b;

	return x < y ? -1 : x > y;
}

/* A call or the address of another function of the program. */
static bool is_func_ref(const struct insn *i)
{
	return (i->code == CODE_CALL && i->src == CALL_LOCAL) ||
	       (insn_is_wide(i) && i->src == PSEUDO_FUNC);
}

static bool push_func(struct elf_writer *w, const struct obj_prog *p, const char *name, u32 start,
		      u32 end, u32 type_id, bool global)
{
	struct out_func *f = vec_push(&w->funcs);

	if (!f || !name)
		return false;
	*f = (struct out_func){ .prog = p,
				.name = name,
				.start = start,
				.count = end - start,
				.type_id = type_id,
				.global = global || !start };
	return true;
}

/* A program without a function table: functions start where calls and references lead. */
static bool derive_funcs(struct elf_writer *w, const struct obj_prog *p)
{
	u32 *starts = calloc((size_t)p->insn_count + 1, sizeof(*starts)), n = 0, used = 0;
	bool ok = starts;

	if (ok)
		starts[n++] = 0;
	for (u32 at = 0; ok && at < p->insn_count; at += insn_is_wide(&p->insns[at]) ? 2 : 1) {
		const struct insn *i = &p->insns[at];
		s64 to = (s64)at + i->imm + 1;

		if (is_func_ref(i) && to > 0 && to < p->insn_count)
			starts[n++] = (u32)to;
	}
	if (ok)
		qsort(starts, n, sizeof(*starts), compare_u32);
	for (u32 i = 0; ok && i < n; i++) {
		u32 end = p->insn_count;

		if (i + 1 < n && starts[i] == starts[i + 1])
			continue;
		if (i + 1 < n)
			end = starts[i + 1];
		ok = push_func(w, p,
			       starts[i] ? arena_printf(&w->arena, "%s_%u", p->name, ++used)
					 : p->name,
			       starts[i], end, 0, false);
	}
	free(starts);
	return ok;
}

static bool list_funcs(struct elf_writer *w, const struct obj_prog *p)
{
	if (!p->func_count)
		return derive_funcs(w, p);
	for (u32 i = 0; i < p->func_count; i++) {
		const struct obj_func *f = &p->funcs[i];

		if (!push_func(w, p, f->start ? f->name : p->name, f->start, f->start + f->count,
			       f->type_id, f->global))
			return false;
	}
	return true;
}

static const struct out_func *func_at(const struct elf_writer *w, const struct obj_prog *p,
				      s64 slot)
{
	const struct out_func *f;

	vec_for (f, &w->funcs) {
		if (f->prog == p && f->start == slot)
			return f;
	}
	return NULL;
}

/* ---- subprograms that several programs have in common ---- */

static s64 extern_at(const struct obj_prog *p, u32 slot)
{
	for (u32 i = 0; i < p->ref_count; i++) {
		if (p->refs[i].insn == slot)
			return p->refs[i].extern_idx;
	}
	return -1;
}

static bool same_func(const struct elf_writer *w, const struct out_func *a,
		      const struct out_func *b, int depth);

static bool same_insn(const struct elf_writer *w, const struct out_func *a,
		      const struct out_func *b, u32 at, int depth)
{
	const struct insn *x = &a->prog->insns[a->start + at], *y = &b->prog->insns[b->start + at];
	const struct out_func *to_x, *to_y;

	if (x->code != y->code || x->dst != y->dst || x->src != y->src || x->off != y->off ||
	    extern_at(a->prog, a->start + at) != extern_at(b->prog, b->start + at))
		return false;
	if (!is_func_ref(x))
		return x->imm == y->imm;
	to_x = func_at(w, a->prog, (s64)a->start + at + x->imm + 1);
	to_y = func_at(w, b->prog, (s64)b->start + at + y->imm + 1);
	return to_x && to_y && to_x->start && to_y->start && same_func(w, to_x, to_y, depth + 1);
}

/* Do two functions of two programs mean the same? */
static bool same_func(const struct elf_writer *w, const struct out_func *a,
		      const struct out_func *b, int depth)
{
	if (depth > MAX_FRAMES || a->count != b->count || a->type_id != b->type_id ||
	    a->global != b->global || strcmp(a->name, b->name))
		return false;
	for (u32 i = 0; i < a->count; i += insn_is_wide(&a->prog->insns[a->start + i]) ? 2 : 1) {
		if (!same_insn(w, a, b, i, depth))
			return false;
		if (insn_is_wide(&a->prog->insns[a->start + i]) && i + 1 < a->count &&
		    !is_func_ref(&a->prog->insns[a->start + i]) &&
		    a->prog->insns[a->start + i + 1].imm != b->prog->insns[b->start + i + 1].imm)
			return false;
	}
	return true;
}

/* An earlier function that stands for this one too, or NULL. */
static const struct out_func *placed_already(const struct elf_writer *w, const struct out_func *f)
{
	const struct out_func *at;

	for (at = w->funcs.data; f->start && at < f; at++) {
		if (at->start && !at->copy && at->prog != f->prog && same_func(w, at, f, 0))
			return at;
	}
	return NULL;
}

/* ---- sections ---- */

/* Does a section name that says this give a program its type? */
static bool says(const struct section_match *m, const struct obj_prog *p, bool any_attach)
{
	return m->prog_type == p->type && m->sleepable == p->sleepable && m->frags == p->frags &&
	       (m->attach_type == p->attach_type || (any_attach && !p->attach_type));
}

/* The SEC() name of a program: its own, or one that gives the type when its own does not. */
static const char *section_of(struct elf_writer *w, const struct obj_prog *p)
{
	const char *own = p->section ? p->section : ".text", *pattern;
	struct section_match m;
	struct buf name = { 0 };

	if (p->type == PROG_UNSPEC || (!section_find(&m, own) && says(&m, p, true)))
		return own;
	for (u32 i = 0; (pattern = section_pattern(i / 2)); i++) {
		size_t len = strlen(pattern);
		const char *found;

		len -= len && pattern[len - 1] == '+';
		buf_clear(&name);
		buf_printf(&name, "%s%.*s", p->autoload ? "" : "?", (int)len, pattern);
		if (section_find(&m, buf_str(&name)) || !says(&m, p, i & 1))
			continue;
		if (p->attach_target)
			buf_printf(&name, "/%s", p->attach_target);
		found = arena_strdup(&w->arena, buf_str(&name));
		buf_fini(&name);
		w->nomem |= !found;
		return found ? found : own;
	}
	buf_fini(&name);
	return own;
}

/* Where each function will lie. */
static void place_funcs(struct elf_writer *w)
{
	struct out_func *f;

	vec_for (f, &w->funcs) {
		u32 flags = SHF_ALLOC | SHF_EXECINSTR;
		u8 bind = f->global ? STB_GLOBAL : STB_LOCAL;
		const struct out_func *first = placed_already(w, f);

		if (first) {
			f->section = first->section;
			f->off = first->off;
			f->sym = first->sym;
			f->copy = true;
			continue;
		}
		f->section = write_section(w, f->start ? ".text" : section_of(w, f->prog),
					   SHT_PROGBITS, flags, 8);
		if (!f->section)
			return;
		f->off = (u32)write_section_at(w, f->section)->data.len;
		buf_extend(&write_section_at(w, f->section)->data,
			   (size_t)f->count * sizeof(struct insn));
		f->sym = write_symbol(w, f->global,
				      (struct out_symbol){
					      .name = f->name,
					      .info = ELF64_ST_INFO(bind, STT_FUNC),
					      .section = (u16)f->section,
					      .value = f->off,
					      .size = (u64)f->count * sizeof(struct insn),
				      });
	}
}

static int bad_ref(struct elf_writer *w, const struct out_func *f, u32 slot, const char *what)
{
	return diag_error(w->d, -EINVAL, prog_span(w->d, f->prog, slot),
			  "program '%s', instruction %u: %s", f->prog->name, slot, what);
}

/* A call or address of a subprogram: against .text's section symbol, the offset in imm. */
static int link_func(struct elf_writer *w, const struct out_func *f, u32 slot, struct insn *in,
		     u32 off)
{
	const struct out_func *to = func_at(w, f->prog, (s64)slot + in->imm + 1);

	if (!to)
		return bad_ref(w, f, slot, "refers to no function's start");
	if (insn_is_wide(in)) {
		in[0].imm = (s32)to->off;
		in[0].src = 0;
	} else {
		in[0].imm = (s32)(to->off / sizeof(*in)) - 1;
	}
	write_rel(w, f->section,
		  (struct out_rel){
			  .off = off,
			  .type = insn_is_wide(in) ? R_BPF_64_64 : R_BPF_64_32,
			  .sym = write_section_at(w, to->section)->local_sym,
		  });
	return 0;
}

static int link_map(struct elf_writer *w, const struct out_func *f, u32 slot, struct insn *in,
		    u32 off)
{
	bool value = in->src == PSEUDO_MAP_IDX_VALUE, plain;
	u32 map = (u32)in->imm;

	if (map >= w->obj->map_count)
		return bad_ref(w, f, slot, "refers to a map that the object does not have");
	plain = w->obj->maps[map].role == MAP_PLAIN;
	if (plain == value)
		return bad_ref(w, f, slot,
			       "ELF objects refer to maps by address, to data sections by value");
	in[0].imm = value ? in[1].imm : 0;
	in[1].imm = 0;
	in[0].src = 0;
	write_rel(w, f->section,
		  (struct out_rel){ .off = off,
				    .type = R_BPF_64_64,
				    .global = plain,
				    .sym = w->map_symbols[map] });
	return 0;
}

static int link_externs(struct elf_writer *w, const struct out_func *f)
{
	for (u32 i = 0; i < f->prog->ref_count; i++) {
		const struct obj_extern_ref *ref = &f->prog->refs[i];
		u32 off = f->off + (ref->insn - f->start) * (u32)sizeof(struct insn);
		struct insn *in;

		if (ref->insn < f->start || ref->insn >= f->start + f->count)
			continue;
		if (ref->extern_idx >= w->obj->extern_count)
			return bad_ref(w, f, ref->insn, "refers to an extern that is not there");
		in = (struct insn *)(write_section_at(w, f->section)->data.data + off);
		in->imm = insn_is_wide(in) ? 0 : -1;
		in->src = insn_is_wide(in) ? 0 : CALL_LOCAL;
		write_rel(w, f->section,
			  (struct out_rel){ .off = off,
					    .type = insn_is_wide(in) ? R_BPF_64_64 : R_BPF_64_32,
					    .global = true,
					    .sym = w->extern_symbols[ref->extern_idx] });
	}
	return 0;
}

static int emit_func(struct elf_writer *w, const struct out_func *f)
{
	struct insn *code = (struct insn *)(write_section_at(w, f->section)->data.data + f->off);
	int err = 0;

	memcpy(code, f->prog->insns + f->start, (size_t)f->count * sizeof(*code));
	for (u32 i = 0; !err && i < f->count; i += insn_is_wide(&code[i]) ? 2 : 1) {
		u32 off = f->off + i * (u32)sizeof(*code);
		struct insn *in = &code[i];

		if (insn_is_wide(in) && i + 1 == f->count)
			return bad_ref(w, f, f->start + i, "the last instruction is cut");
		if (is_func_ref(in))
			err = link_func(w, f, f->start + i, in, off);
		else if (insn_is_wide(in) &&
			 (in->src == PSEUDO_MAP_IDX || in->src == PSEUDO_MAP_IDX_VALUE))
			err = link_map(w, f, f->start + i, in, off);
	}
	return err ? err : link_externs(w, f);
}

/* Code in .text belongs to the programs elsewhere, if there are any. */
static int check_bare(struct elf_writer *w)
{
	const struct obj_prog *bare = NULL, *typed = NULL;

	for (u32 i = 0; i < w->obj->prog_count; i++) {
		const struct obj_prog *p = &w->obj->progs[i];

		if (strcmp(section_of(w, p), ".text"))
			typed = p;
		else
			bare = p;
	}
	if (!bare || !typed)
		return 0;
	diag_error(w->d, -EOPNOTSUPP, NOWHERE,
		   "program '%s' has no type and program '%s' has one: one ELF object cannot "
		   "hold both",
		   bare->name, typed->name);
	diag_hint(w->d, "give each program a type, or write two objects");
	return -EOPNOTSUPP;
}

int write_code(struct elf_writer *w)
{
	const struct out_func *f;
	int err = check_bare(w);

	if (err)
		return err;
	for (u32 i = 0; i < w->obj->prog_count; i++) {
		if (!list_funcs(w, &w->obj->progs[i]))
			return diag_nomem(w->d);
	}
	place_funcs(w);
	if (w->nomem)
		return diag_nomem(w->d);
	for (u32 i = 0; i < w->sections.len; i++) {
		if (w->sections.data[i].data.err)
			return diag_nomem(w->d);
	}
	vec_for (f, &w->funcs) {
		if (!f->copy)
			err = emit_func(w, f);
		if (err)
			break;
	}
	return err;
}
