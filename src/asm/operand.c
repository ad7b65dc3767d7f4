// SPDX-License-Identifier: BSD-2-Clause
#include "asm/operand.h"

#include <errno.h>

#include "base/str.h"
#include "isa/alu.h"

/* "r0" … "r10", "w0" … "w10", "fp". */
static bool reg_of(const char *s, struct reg *out)
{
	u32 n;

	out->wide = s[0] != 'w';
	if (!strcmp(s, "fp")) {
		out->number = REG_FP;
		return true;
	}
	if ((s[0] != 'r' && s[0] != 'w') || s[1] < '0' || s[1] > '9')
		return false;
	n = (u32)(s[1] - '0');
	if (s[1] == '1' && s[2] == '0')
		n = 10;
	if (s[n == 10 ? 3 : 2])
		return false;
	out->number = (u8)n;
	return true;
}

bool operand_is_reg(const struct parser *p)
{
	struct reg r;

	return p->tok.kind == TOK_WORD && reg_of(p->tok.text, &r);
}

bool operand_reg(struct parser *p, struct reg *out)
{
	if (p->tok.kind == TOK_WORD && reg_of(p->tok.text, out)) {
		parse_next(p);
		return true;
	}
	return parse_error(p, parse_span(p), "expected a register: r0 … r10 or w0 … w10");
}

bool operand_reg_like(struct parser *p, struct reg *out, bool wide)
{
	struct span at = parse_span(p);

	if (!operand_reg(p, out))
		return false;
	if (out->wide == wide)
		return true;
	parse_error(p, at, "%s and %s registers do not mix here", wide ? "64-bit" : "32-bit",
		    wide ? "32-bit" : "64-bit");
	diag_hint(p->diag, "write %c%u", wide ? 'r' : 'w', out->number);
	return false;
}

bool operand_number(struct parser *p, struct span *at, u64 *value, bool *negative)
{
	*at = parse_span(p);
	*value = 0;
	*negative = false;
	if (!parse_number(p, value, negative))
		return false;
	at->len = p->last_end - at->off;
	return true;
}

bool operand_imm(struct parser *p, bool wide, s32 *out)
{
	struct span at;
	bool negative;
	u64 value;
	s64 as;

	if (!operand_number(p, &at, &value, &negative))
		return false;
	as = (s64)value;
	if ((!negative && value > UINT32_MAX) || as < INT32_MIN) {
		return parse_error(p, at, "the immediate does not fit in 32 bits");
	} else if (wide && as > INT32_MAX) {
		parse_error(p, at, "the immediate does not fit in 32 bits with sign");
		diag_hint(p->diag, "load it first: r0 = 0x%llx ll", (unsigned long long)value);
		return false;
	}
	*out = (s32)as;
	return true;
}

static bool size_name(const char *s, struct mem *out)
{
#define SIZE(name, code, bytes, type, stype, text, stext)                                          \
	if (!strcmp(s, text) || !strcmp(s, stext)) {                                               \
		out->size = (code);                                                                \
		out->is_signed = s[0] == 's';                                                      \
		return true;                                                                       \
	}
#include "isa/size.def"
	return false;
}

bool operand_size(struct parser *p, struct mem *out)
{
	if (!parse_need(p, "("))
		return false;
	out->at = parse_span(p);
	if (p->tok.kind != TOK_WORD || !size_name(p->tok.text, out))
		return parse_error(p, out->at, "expected a size: u8, u16, u32, u64, s8, s16, s32");
	parse_next(p);
	return parse_need(p, "*") && parse_need(p, ")");
}

bool operand_mem(struct parser *p, struct mem *out)
{
	struct reg base;
	s64 off = 0;

	if (!operand_size(p, out) || !parse_need(p, "(") || !operand_reg_like(p, &base, true))
		return false;
	out->base = base.number;
	if (parse_take(p, "+") || parse_is(p, "-")) { /* "+8", "-8", "+ -8" */
		if (!parse_range(p, INT16_MIN, INT16_MAX, &off, "the offset"))
			return false;
	}
	out->off = (s16)off;
	return parse_need(p, ")");
}

bool operand_atomic_size(struct parser *p, const struct mem *m)
{
	if (!m->is_signed && (m->size == SIZE_W || m->size == SIZE_DW))
		return true;
	return parse_error(p, m->at, "this atomic operation takes u32 or u64");
}

void operand_skip_angle(struct parser *p)
{
	u32 end = p->lex.pos;

	if (!parse_is(p, "<"))
		return;
	while (end < p->lex.len && p->lex.text[end] != '\n' && p->lex.text[end] != '>')
		end++;
	if (end < p->lex.len && p->lex.text[end] == '>') {
		p->lex.pos = end + 1;
		parse_next(p);
	}
}
