// SPDX-License-Identifier: BSD-2-Clause
/* Directives: attributes, programs and functions, licence, externs, bare instruction bytes. */
#include <errno.h>

#include "asm/parse.h"
#include "base/str.h"
#include "spec/prog.h"

bool attr_next(struct parser *p, struct attr *a)
{
	bool negative;

	if (parse_at_end(p))
		return false;
	*a = (struct attr){ .at = parse_span(p) };
	if (p->tok.kind != TOK_WORD) {
		parse_error(p, a->at, "expected NAME=VALUE");
		return false;
	}
	a->name = p->tok.text;
	parse_next(p);
	if (!parse_take(p, "="))
		return true;
	a->has_value = true;
	a->value_at = parse_span(p);
	if (p->tok.kind == TOK_WORD || p->tok.kind == TOK_STRING)
		return parse_name(p, &a->text, "a value");
	a->is_number = true;
	return parse_number(p, &a->value, &negative);
}

bool attr_number(struct parser *p, const struct attr *a, u64 high, u64 *out)
{
	if (!a->is_number)
		return parse_error(p, a->has_value ? a->value_at : a->at, "%s takes a number",
				   a->name);
	if (a->value > high)
		return parse_error(p, a->value_at, "%s is out of range: 0 … %llu", a->name,
				   (unsigned long long)high);
	*out = a->value;
	return true;
}

bool attr_u32(struct parser *p, const struct attr *a, u32 *out)
{
	u64 value = 0;

	if (!attr_number(p, a, UINT32_MAX, &value))
		return false;
	*out = (u32)value;
	return true;
}

bool attr_text(struct parser *p, const struct attr *a, const char **out)
{
	if (!a->text)
		return parse_error(p, a->has_value ? a->value_at : a->at, "%s takes a name",
				   a->name);
	*out = a->text;
	return true;
}

bool attr_flag(struct parser *p, const struct attr *a, bool *out)
{
	if (a->has_value && (!a->text || (strcmp(a->text, "yes") && strcmp(a->text, "no"))))
		return parse_error(p, a->value_at, "%s is yes or no", a->name);
	*out = !a->has_value || !strcmp(a->text, "yes");
	return true;
}

bool attr_unknown(struct parser *p, const struct attr *a, const char *const *known)
{
	struct near near = near_start(a->name, strlen(a->name));

	parse_error(p, a->at, "unknown attribute '%.64s'", a->name);
	for (; *known; known++)
		near_try(&near, *known);
	if (near.best)
		diag_hint(p->diag, "did you mean '%s'?", near.best);
	return false;
}

bool attr_word(struct parser *p, const struct attr *a, const struct word_table *t, u32 *out)
{
	struct near near;
	s32 number;

	if (a->is_number)
		return attr_u32(p, a, out);
	if (!a->text)
		return parse_error(p, a->at, "expected %s=NAME", a->name);
	number = t->find(a->text);
	if (number >= 0) {
		*out = (u32)number;
		return true;
	}
	near = near_start(a->text, strlen(a->text));
	for (u32 i = 0; i < 256; i++) {
		if (t->word(i))
			near_try(&near, t->word(i));
	}
	parse_error(p, a->value_at, "unknown %s '%.64s'", t->what, a->text);
	if (near.best)
		diag_hint(p->diag, "did you mean '%s'?", near.best);
	return false;
}

/* ---- programs ---- */

static const char *prog_word(u32 type)
{
	return prog_info(type) ? prog_info(type)->name : NULL;
}

static s32 prog_find(const char *name)
{
	return strcmp(name, "unspec") ? prog_type_by_name(name) : PROG_UNSPEC;
}

static const char *attach_word(u32 type)
{
	return attach_info(type) ? attach_info(type)->name : NULL;
}

static const struct word_table prog_types = { "program type", prog_find, prog_word };
static const struct word_table attach_types = { "attach type", attach_type_by_name, attach_word };

/* Fill in what the section name says; false: it says nothing. */
static bool prog_section(struct obj_prog *prog, const char *name)
{
	struct section_match m;

	prog->section = name;
	if (section_find(&m, name))
		return false;
	prog->type = m.prog_type;
	prog->attach_type = m.attach_type;
	prog->attach_target = m.target;
	prog->sleepable = m.sleepable;
	prog->frags = m.frags;
	prog->autoload = m.autoload;
	return true;
}

static bool unknown_section(struct parser *p, const char *name, struct span at)
{
	const char *near = section_near(name);

	parse_error(p, at, "section name '%.64s' says no program type", name);
	if (near)
		diag_hint(p->diag, "did you mean '%s'? Otherwise add type=NAME", near);
	else
		diag_hint(p->diag, "add type=NAME");
	return false;
}

static bool prog_attr(struct parser *p, struct obj_prog *prog, const struct attr *a)
{
	static const char *const known[] = { "section",	  "type",  "attach",   "target",
					     "sleepable", "frags", "autoload", NULL };

	if (!strcmp(a->name, "type"))
		return attr_word(p, a, &prog_types, &prog->type);
	if (!strcmp(a->name, "attach"))
		return attr_word(p, a, &attach_types, &prog->attach_type);
	if (!strcmp(a->name, "target"))
		return attr_text(p, a, &prog->attach_target);
	if (!strcmp(a->name, "sleepable"))
		return attr_flag(p, a, &prog->sleepable);
	if (!strcmp(a->name, "frags"))
		return attr_flag(p, a, &prog->frags);
	if (!strcmp(a->name, "autoload"))
		return attr_flag(p, a, &prog->autoload);
	return attr_unknown(p, a, known);
}

static bool directive_prog(struct parser *p)
{
	struct span at, section_at;
	const char *name, *section = NULL;
	struct asm_prog *prog;
	bool typed = false, known = true;
	struct attr a;

	parse_next(p);
	at = section_at = parse_span(p);
	if (!parse_name(p, &name, "the program's name"))
		return false;
	prog = parse_prog_new(p, name, at);
	if (!prog)
		return false;
	if (p->section)
		known = prog_section(&prog->prog, section = p->section);
	while (attr_next(p, &a)) {
		if (!strcmp(a.name, "section")) {
			if (!attr_text(p, &a, &section))
				return false;
			section_at = a.value_at;
			known = prog_section(&prog->prog, section);
			continue;
		}
		typed |= !strcmp(a.name, "type");
		if (!prog_attr(p, &prog->prog, &a))
			return false;
	}
	if (!parse_at_end(p))
		return false;
	return known || typed || unknown_section(p, section, section_at);
}

/* Instructions that follow a bare .section begin a program named after it. */
static bool directive_section(struct parser *p)
{
	struct span at;
	const char *name;

	parse_next(p);
	at = parse_span(p);
	if (!parse_name(p, &name, "the section's name"))
		return false;
	p->section = name;
	p->in = IN_NOTHING;
	p->section_at = at;
	return true;
}

struct asm_prog *parse_prog(struct parser *p)
{
	struct span at = parse_span(p);
	struct asm_prog *prog;

	if (p->in == IN_PROG)
		return vec_last(&p->progs);
	if (p->in == IN_MAP) {
		parse_error(p, at, "this is no data of a map");
		diag_hint(p->diag, "begin a program with .prog NAME");
		return NULL;
	}
	prog = parse_prog_new(p, "main", at);
	if (prog && p->section && !prog_section(&prog->prog, p->section)) {
		unknown_section(p, p->section, p->section_at);
		return NULL;
	}
	return prog;
}

static bool directive_func(struct parser *p)
{
	struct asm_prog *prog;
	struct asm_func *func;
	struct span at;
	const char *name;
	bool global = false;

	parse_next(p);
	prog = parse_prog(p);
	at = parse_span(p);
	if (!prog || !parse_name(p, &name, "the function's name"))
		return false;
	if (parse_is_word(p, "global")) {
		global = true;
		parse_next(p);
	}
	if (hash_get_str(&prog->func_names, name))
		return parse_error(p, at, "function '%s' is defined twice", name);
	func = vec_push(&prog->funcs);
	if (!func || hash_set_str(&prog->func_names, name, prog->insns.len))
		return parse_nomem(p);
	*func = (struct asm_func){ name, prog->insns.len, global };
	return true;
}

/* ---- the rest ---- */

static bool directive_license(struct parser *p)
{
	parse_next(p);
	return parse_name(p, &p->obj->license, "the licence in double quotes");
}

static bool directive_version(struct parser *p)
{
	s64 value = 0;

	parse_next(p);
	if (!parse_range(p, 0, UINT32_MAX, &value, "the version"))
		return false;
	p->obj->kern_version = (u32)value;
	return true;
}

static bool directive_extern(struct parser *p)
{
	struct obj_extern *e;
	struct span at;
	const char *name;

	parse_next(p);
	at = parse_span(p);
	if (!parse_name(p, &name, "the symbol's name"))
		return false;
	if (hash_get_str(&p->extern_names, name))
		return parse_error(p, at, "extern '%s' is defined twice", name);
	e = vec_push(&p->externs);
	if (!e || hash_set_str(&p->extern_names, name, p->externs.len - 1))
		return parse_nomem(p);
	e->name = name;
	if (parse_is_word(p, "kfunc"))
		e->kind = EXTERN_KFUNC;
	else if (parse_is_word(p, "ksym"))
		e->kind = EXTERN_KSYM;
	else if (parse_is_word(p, "ksym_typed"))
		e->kind = EXTERN_KSYM_TYPED;
	else
		return parse_error(p, parse_span(p), "expected kfunc, ksym or ksym_typed");
	parse_next(p);
	if (parse_is_word(p, "weak")) {
		e->weak = true;
		parse_next(p);
	}
	return true;
}

/* ".insn b7 00 00 00 01 00 00 00": whole slots. */
static bool directive_insn(struct parser *p)
{
	struct buf bytes = { 0 };
	u32 start = p->lex.pos, len;
	const char *text = lex_rest(&p->lex, &len);
	size_t bad = 0;
	bool ok = true;

	if (str_unhex(&bytes, text, len, &bad))
		ok = parse_error(p, lex_span(&p->lex, start + (u32)bad, 1),
				 "expected hex digits in pairs");
	else if (!bytes.len || bytes.len % 8)
		ok = parse_error(p, lex_span(&p->lex, start, len),
				 "an instruction is 8 bytes long");
	p->last_end = start + len;
	for (size_t i = 0; ok && i < bytes.len; i += 8)
		ok = emit(p, LOAD(struct insn, bytes.data + i));
	buf_fini(&bytes);
	lex_next(&p->lex, &p->tok);
	return ok;
}

static const struct {
	const char *name;
	bool (*parse)(struct parser *p);
} directives[] = {
	{ ".prog", directive_prog },	   { ".section", directive_section },
	{ ".func", directive_func },	   { ".license", directive_license },
	{ ".version", directive_version }, { ".extern", directive_extern },
	{ ".insn", directive_insn },	   { ".map", parse_map },
	{ ".slot", parse_slot },	   { ".data", parse_global },
	{ ".rodata", parse_global },	   { ".bss", parse_global },
	{ ".kconfig", parse_global },	   { ".byte", parse_bytes },
	{ ".half", parse_bytes },	   { ".word", parse_bytes },
	{ ".quad", parse_bytes },	   { ".ascii", parse_text_data },
	{ ".asciz", parse_text_data },	   { ".zero", parse_zero },
	{ ".align", parse_zero },
};

bool parse_directive(struct parser *p)
{
	struct near near = near_start(p->tok.text, p->tok.text_len);

	for (u32 i = 0; i < ARRAY_SIZE(directives); i++) {
		if (parse_is_word(p, directives[i].name))
			return directives[i].parse(p);
		near_try(&near, directives[i].name);
	}
	parse_error(p, parse_span(p), "unknown directive '%.64s'", p->tok.text);
	if (near.best)
		diag_hint(p->diag, "did you mean '%s'?", near.best);
	return false;
}
