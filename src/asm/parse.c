// SPDX-License-Identifier: BSD-2-Clause
#include "asm/parse.h"

#include <errno.h>
#include <stdlib.h>

#include "asm/asm.h"

void parse_next(struct parser *p)
{
	p->last_end = p->tok.off + p->tok.len;
	lex_next(&p->lex, &p->tok);
}

struct span parse_span(const struct parser *p)
{
	return lex_span(&p->lex, p->tok.off, p->tok.kind == TOK_LINE ? 0 : p->tok.len);
}

bool parse_error(struct parser *p, struct span at, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	if (p->tok.kind == TOK_BAD && at.off == p->tok.off)
		return false; /* the lexer has said why */
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	diag_error(p->diag, -EINVAL, at, "%s", text);
	p->failed = true;
	return false;
}

bool parse_nomem(struct parser *p)
{
	diag_nomem(p->diag);
	p->failed = true;
	return false;
}

bool parse_is(const struct parser *p, const char *op)
{
	return p->tok.kind == TOK_OP && !strcmp(p->tok.op, op);
}

bool parse_is_word(const struct parser *p, const char *word)
{
	return p->tok.kind == TOK_WORD && !strcmp(p->tok.text, word);
}

bool parse_take(struct parser *p, const char *op)
{
	if (!parse_is(p, op))
		return false;
	parse_next(p);
	return true;
}

bool parse_need(struct parser *p, const char *op)
{
	if (parse_take(p, op))
		return true;
	return parse_error(p, parse_span(p), "expected '%s'", op);
}

bool parse_at_end(const struct parser *p)
{
	return p->tok.kind == TOK_LINE || p->tok.kind == TOK_END;
}

bool parse_number(struct parser *p, u64 *out, bool *negative)
{
	struct span at = parse_span(p);
	bool minus = false;

	if (parse_is(p, "-") || parse_is(p, "+")) {
		minus = parse_is(p, "-");
		parse_next(p);
	}
	if (p->tok.kind != TOK_NUMBER)
		return parse_error(p, parse_span(p), "expected a number");
	at.len = p->tok.off + p->tok.len - at.off;
	if (minus && p->tok.value > (u64)INT64_MAX + 1)
		return parse_error(p, at, "the number does not fit in 64 bits");
	*negative = minus && p->tok.value;
	*out = minus ? 0 - p->tok.value : p->tok.value;
	parse_next(p);
	return true;
}

bool parse_range(struct parser *p, s64 low, s64 high, s64 *out, const char *what)
{
	struct span at = parse_span(p);
	u64 value = 0;
	bool negative = false;

	if (!parse_number(p, &value, &negative))
		return false;
	at.len = p->last_end - at.off;
	if ((!negative && value > (u64)INT64_MAX) || (s64)value < low || (s64)value > high)
		return parse_error(p, at, "%s is out of range: %lld … %lld", what, (long long)low,
				   (long long)high);
	*out = (s64)value;
	return true;
}

bool parse_name(struct parser *p, const char **out, const char *what)
{
	if (p->tok.kind != TOK_WORD && p->tok.kind != TOK_STRING)
		return parse_error(p, parse_span(p), "expected %s", what);
	if (strlen(p->tok.text) != p->tok.text_len)
		return parse_error(p, parse_span(p), "a name holds no NUL byte");
	*out = p->tok.text;
	parse_next(p);
	return true;
}

struct asm_prog *parse_prog_new(struct parser *p, const char *name, struct span at)
{
	struct asm_prog *prog;

	if (hash_get_str(&p->prog_names, name)) {
		parse_error(p, at, "program '%s' is defined twice", name);
		return NULL;
	}
	prog = vec_push(&p->progs);
	if (!prog || hash_set_str(&p->prog_names, name, p->progs.len - 1)) {
		parse_nomem(p);
		return NULL;
	}
	prog->prog.name = name;
	prog->prog.autoload = true;
	prog->at = at;
	p->in = IN_PROG;
	return prog;
}

/* Labels and functions of a program: one name space. */
static bool label_add(struct parser *p, struct asm_prog *prog, const char *name, struct span at)
{
	const char **slot;

	if (hash_get_str(&prog->labels, name))
		return parse_error(p, at, "label '%s' is defined twice", name);
	slot = vec_push(&prog->label_names);
	if (!slot || hash_set_str(&prog->labels, name, prog->insns.len))
		return parse_nomem(p);
	*slot = name;
	return true;
}

bool parse_label(struct parser *p, const char *name, struct span at)
{
	struct asm_prog *prog;
	struct asm_map *m;

	if (p->in != IN_MAP) {
		prog = parse_prog(p);
		return prog && label_add(p, prog, name, at);
	}
	m = vec_last(&p->maps);
	if (hash_get_str(&p->variables, name))
		return parse_error(p, at, "variable '%s' is defined twice", name);
	if (hash_set_str(&p->variables, name,
			 (u64)(p->maps.len - 1) << 32 | (u32)(m->data.len + m->zeros)))
		return parse_nomem(p);
	return true;
}

/* Does the text go on with ':' here? Looks past blanks only. */
static bool colon_follows(const struct parser *p)
{
	u32 pos = p->lex.pos;

	while (pos < p->lex.len && (p->lex.text[pos] == ' ' || p->lex.text[pos] == '\t'))
		pos++;
	return pos < p->lex.len && p->lex.text[pos] == ':';
}

static bool statement(struct parser *p)
{
	u32 start;
	bool ok;

	if (p->tok.kind == TOK_NUMBER && colon_follows(p)) { /* a listing's slot number */
		parse_next(p);
		lex_skip_opcode(&p->lex);
		parse_next(p);
	}
	while (p->tok.kind == TOK_WORD && colon_follows(p)) {
		const char *name = p->tok.text;
		struct span at = parse_span(p);

		parse_next(p);
		parse_next(p);
		if (!parse_label(p, name, at))
			return false;
	}
	if (parse_at_end(p))
		return true;
	if (p->tok.kind == TOK_BAD)
		return false;
	start = p->tok.off;
	if (p->tok.kind == TOK_WORD && p->tok.text[0] == '.') {
		p->directives = true;
		ok = parse_directive(p);
	} else {
		ok = parse_insn(p);
	}
	if (p->line_text && p->in == IN_PROG) {
		struct obj_line *row = vec_last(&vec_last(&p->progs)->lines);

		row->col = start - p->line_start + 1;
		row->len = p->last_end - start;
	}
	return ok;
}

static void parse_text(struct parser *p)
{
	parse_next(p);
	while (p->tok.kind != TOK_END) {
		p->line_text = NULL;
		p->line_no = p->lex.line;
		p->line_start = p->lex.line_start;
		if (p->tok.kind == TOK_LINE) {
			parse_next(p);
			continue;
		}
		if (statement(p) && !parse_at_end(p))
			parse_error(p, parse_span(p), "text after the end of the instruction");
		if (!parse_at_end(p)) {
			lex_skip_line(&p->lex);
			parse_next(p);
		}
	}
}

static void parser_fini(struct parser *p)
{
	struct asm_prog *prog;
	struct asm_map *m;

	vec_for (prog, &p->progs) {
		vec_fini(&prog->insns);
		vec_fini(&prog->lines);
		vec_fini(&prog->funcs);
		vec_fini(&prog->fixes);
		vec_fini(&prog->refs);
		vec_fini(&prog->label_names);
		hash_fini(&prog->labels);
		hash_fini(&prog->func_names);
	}
	vec_for (m, &p->maps) {
		buf_fini(&m->data);
		vec_fini(&m->slots);
	}
	vec_fini(&p->progs);
	vec_fini(&p->maps);
	vec_fini(&p->externs);
	hash_fini(&p->prog_names);
	hash_fini(&p->map_names);
	hash_fini(&p->extern_names);
	hash_fini(&p->variables);
}

int asm_parse(struct object **out, const char *name, const char *text, size_t len, struct diag *d)
{
	struct parser p = { .diag = d };
	int err = 0;

	if (len > INT32_MAX)
		return diag_error(d, -EFBIG, NOWHERE, "%s is too large for assembler text", name);
	p.obj = object_new(name);
	if (!p.obj)
		return diag_nomem(d);
	p.name = p.obj->name;
	lex_init(&p.lex, p.name, text, (u32)len, &p.obj->arena, d);
	parse_text(&p);
	if (!p.failed && !p.lex.failed && !p.progs.len && !p.directives)
		parse_error(&p, lex_span(&p.lex, 0, 0), "there is no instruction in this text");
	resolve(&p);
	if (p.failed || p.lex.failed)
		err = -EINVAL;
	if (err)
		object_free(p.obj);
	else
		*out = p.obj;
	parser_fini(&p);
	return err;
}
