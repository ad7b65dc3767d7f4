// SPDX-License-Identifier: BSD-2-Clause
/*
 * Text → program. One line an instruction:
 *     listing  (002) jeq #0x800 jt 3 jf 5     targets count from the start
 *     bpf_asm  drop: jeq #0x800, l3, drop     targets are labels; `;` and C's comments
 * Numbers: -ddd's lines, also in one line with commas between; -dd's braces. Bytes of struct
 * sock_filter: what holds a NUL. Source: tcpdump(1) -d; Documentation/networking/filter.rst.
 */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>

#include "classic/parse.h"

enum { MAX_TEXT = 16 << 20 }; /* bytes */

int cbpf_fail_at(struct parse *p, u32 off, u32 len, const char *what)
{
	struct span at = { p->file, off, len };

	return diag_error(p->diag, -EINVAL, at, "%s", what);
}

int cbpf_fail(struct parse *p, const char *what)
{
	return cbpf_fail_at(p, p->pos, p->pos < p->len, what);
}

int cbpf_peek(const struct parse *p)
{
	return p->pos < p->len ? (u8)p->text[p->pos] : 0;
}

static bool is_word(int c)
{
	return isalnum(c) || c == '_' || c == '.';
}

int cbpf_blanks(struct parse *p)
{
	while (p->pos < p->len) {
		int c = cbpf_peek(p);

		if (c == ' ' || c == '\t' || c == '\r') {
			p->pos++;
		} else if (c == ';') {
			while (p->pos < p->len && cbpf_peek(p) != '\n')
				p->pos++;
		} else if (c == '/' && p->pos + 1 < p->len && p->text[p->pos + 1] == '*') {
			const char *end =
				memmem(p->text + p->pos + 2, p->len - p->pos - 2, "*/", 2);

			if (!end)
				return cbpf_fail_at(p, p->pos, 2, "this comment does not end");
			p->pos = (u32)(end - p->text) + 2;
		} else {
			break;
		}
	}
	return 0;
}

bool cbpf_take(struct parse *p, const char *what)
{
	size_t len = strlen(what);

	if (p->len - p->pos < len || strncasecmp(p->text + p->pos, what, len))
		return false;
	if (is_word((u8)what[len - 1]) && p->len - p->pos > len &&
	    is_word((u8)p->text[p->pos + len]))
		return false;
	p->pos += (u32)len;
	return !cbpf_blanks(p);
}

u32 cbpf_word(struct parse *p, u32 *off)
{
	u32 len;

	*off = p->pos;
	while (p->pos < p->len && is_word(cbpf_peek(p)))
		p->pos++;
	len = p->pos - *off;
	if (cbpf_blanks(p))
		p->pos = p->len;
	return len;
}

int cbpf_number(struct parse *p, u32 *out)
{
	u32 off = p->pos, base = 10, digits = 0;
	bool minus = cbpf_peek(p) == '-';
	u64 value = 0;

	if (minus)
		p->pos++;
	if (cbpf_peek(p) == '0' && p->pos + 1 < p->len) {
		int c = tolower((u8)p->text[p->pos + 1]);

		base = c == 'x' ? 16 : c == 'b' ? 2 : isdigit(c) ? 8 : 10;
		p->pos += c == 'x' || c == 'b' ? 2 : 0;
	}
	for (; isxdigit(cbpf_peek(p)); p->pos++, digits++) {
		u32 digit = (u32)(isdigit(cbpf_peek(p)) ? cbpf_peek(p) - '0'
							: tolower(cbpf_peek(p)) - 'a' + 10);

		if (digit >= base)
			break;
		value = MIN(value * base + digit, 1ull << 33);
	}
	if (!digits || is_word(cbpf_peek(p)))
		return cbpf_fail_at(p, off, MAX(p->pos - off, 1u), "this is not a number");
	if (value > (minus ? 0x80000000ull : 0xffffffffull))
		return cbpf_fail_at(p, off, p->pos - off, "this number has more than 32 bits");
	*out = minus ? -(u32)value : (u32)value;
	return cbpf_blanks(p);
}

int cbpf_expect(struct parse *p, const char *what, const char *why)
{
	return cbpf_take(p, what) ? 0 : cbpf_fail(p, why);
}

/* ---- numbers ---- */

static int push_numbers(struct parse *p, const u32 *n)
{
	struct cbpf_insn *i = vec_push(&p->insns);

	if (!i)
		return diag_nomem(p->diag);
	*i = (struct cbpf_insn){ (u16)n[0], (u8)n[1], (u8)n[2], n[3] };
	return 0;
}

/* Four numbers with blanks or commas between. */
static int parse_four(struct parse *p, bool commas)
{
	static const u32 most[4] = { 0xffff, 0xff, 0xff, 0xffffffff };
	u32 n[4];

	for (u32 k = 0; k < 4; k++) {
		u32 off = p->pos;
		int err;

		if (k && commas && !cbpf_take(p, ","))
			return cbpf_fail(p,
					 "a ',' is missing: an instruction is { code, jt, jf, k }");
		err = cbpf_number(p, &n[k]);
		if (err)
			return err;
		if (n[k] > most[k])
			return cbpf_fail_at(p, off, p->pos - off, "this number is too large here");
	}
	return push_numbers(p, n);
}

static int skip_lines(struct parse *p)
{
	int err = cbpf_blanks(p);

	while (!err && (cbpf_peek(p) == '\n' || cbpf_peek(p) == ',')) {
		p->pos++;
		err = cbpf_blanks(p);
	}
	return err;
}

static int parse_decimal(struct parse *p)
{
	u32 count, off = p->pos;
	int err = cbpf_number(p, &count);

	if (!err)
		err = skip_lines(p);
	while (!err && p->pos < p->len) {
		err = parse_four(p, false);
		if (!err && p->pos < p->len && cbpf_peek(p) != '\n' && cbpf_peek(p) != ',')
			return cbpf_fail(p, "an instruction is four numbers: code jt jf k");
		if (!err)
			err = skip_lines(p);
	}
	if (!err && p->insns.len != count) {
		struct span at = { p->file, off, 1 };

		return diag_error(p->diag, -EINVAL, at, "%u instructions are announced, %u follow",
				  count, p->insns.len);
	}
	return err;
}

static int parse_braces(struct parse *p)
{
	int err = skip_lines(p);

	while (!err && p->pos < p->len && !(p->first_only && p->insns.len)) {
		err = cbpf_expect(p, "{",
				  "a '{' is missing: an instruction is { code, jt, jf, k }");
		if (!err)
			err = parse_four(p, true);
		if (!err)
			err = cbpf_expect(p, "}", "a '}' is missing");
		if (!err)
			err = skip_lines(p);
	}
	return err;
}

static int parse_binary(struct parse *p)
{
	if (p->len % sizeof(struct cbpf_insn))
		return diag_error(p->diag, -EINVAL, NOWHERE,
				  "%u bytes are no program: an instruction has 8", p->len);
	for (u32 at = 0; at < p->len; at += sizeof(struct cbpf_insn)) {
		struct cbpf_insn *i = vec_push(&p->insns);

		if (!i)
			return diag_nomem(p->diag);
		memcpy(i, p->text + at, sizeof(*i));
	}
	return 0;
}

static int parse_any(struct parse *p)
{
	int err;

	if (memchr(p->text, 0, p->len))
		return parse_binary(p);
	err = skip_lines(p);
	if (err)
		return err;
	if (cbpf_peek(p) == '{')
		return parse_braces(p);
	if (isdigit(cbpf_peek(p)))
		return parse_decimal(p);
	return cbpf_lines(p);
}

static void parse_fini(struct parse *p)
{
	vec_fini(&p->insns);
	vec_fini(&p->fixups);
	hash_fini(&p->labels);
}

int cbpf_parse(struct cbpf_prog *out, struct arena *a, const char *name, const char *text,
	       size_t len, struct diag *d)
{
	struct parse p = { .text = text, .len = (u32)len, .diag = d };
	struct cbpf_insn *copy = NULL;
	int err;

	if (len > MAX_TEXT)
		return diag_error(d, -EFBIG, NOWHERE, "'%s' is too large for a classic program",
				  name);
	p.file = diag_file(d, name, memchr(text, 0, len) ? NULL : text, len, 1);
	err = parse_any(&p);
	if (!err && !p.insns.len)
		err = diag_error(d, -EINVAL, NOWHERE, "'%s' has no instruction", name);
	if (!err) {
		copy = arena_copy(a, p.insns.data, p.insns.len * sizeof(*copy));
		err = copy ? 0 : diag_nomem(d);
	}
	if (!err)
		*out = (struct cbpf_prog){ copy, p.insns.len };
	parse_fini(&p);
	return err;
}

bool cbpf_recognise(const char *text, size_t len)
{
	struct parse p = { .text = text, .len = (u32)len, .first_only = true };
	bool ok = len && len <= MAX_TEXT && !parse_any(&p) && p.insns.len;

	if (ok && memchr(text, 0, len))
		ok = !cbpf_check(&(struct cbpf_prog){ p.insns.data, p.insns.len }, NULL);
	parse_fini(&p);
	return ok;
}
