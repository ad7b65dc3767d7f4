// SPDX-License-Identifier: BSD-2-Clause
/* Instructions: the statements that begin with a register or a word; operands.c has the parts. */
#include <errno.h>

#include "asm/operand.h"
#include "base/str.h"
#include "isa/alu.h"

/* ---- jumps ---- */

/* "+3", "pc+3", a label; then what llvm-objdump adds in angle brackets. */
static bool jump_target(struct parser *p, struct insn i)
{
	bool wide = i.code == CODE_JA32;
	struct span at = parse_span(p);
	s64 distance = 0;

	if (parse_is_word(p, "pc"))
		parse_next(p);
	if (p->tok.kind == TOK_WORD) {
		if (!emit_fix(p, FIX_JUMP, p->tok.text, at))
			return false;
		parse_next(p);
	} else if (!parse_range(p, wide ? INT32_MIN : INT16_MIN, wide ? INT32_MAX : INT16_MAX,
				&distance, "the distance")) {
		return false;
	}
	if (wide)
		i.imm = (s32)distance;
	else
		i.off = (s16)distance;
	operand_skip_angle(p);
	return emit(p, i);
}

static bool parse_goto(struct parser *p, u8 code)
{
	parse_next(p);
	return jump_target(p, (struct insn){ .code = code });
}

static bool jmp_op(struct parser *p, u8 *out)
{
	if (p->tok.kind == TOK_OP) {
#define JMP(name, code, text, value, is_signed, inverse, mirror)                                   \
	if (!strcmp(p->tok.op, text)) {                                                            \
		*out = (code);                                                                     \
		parse_next(p);                                                                     \
		return true;                                                                       \
	}
#include "isa/jmp.def"
	}
	return parse_error(p, parse_span(p), "expected a comparison such as '==' or 's>'");
}

static bool parse_if(struct parser *p)
{
	struct insn i = { 0 };
	struct reg a, b;

	parse_next(p);
	if (!operand_reg(p, &a) || !jmp_op(p, &i.code))
		return false;
	i.dst = a.number;
	i.code |= a.wide ? CLASS_JMP : CLASS_JMP32;
	if (operand_is_reg(p)) {
		if (!operand_reg_like(p, &b, a.wide))
			return false;
		i.code |= SRC_X;
		i.src = b.number;
	} else if (!operand_imm(p, a.wide, &i.imm)) {
		return false;
	}
	if (!parse_is_word(p, "goto"))
		return parse_error(p, parse_span(p), "expected 'goto'");
	parse_next(p);
	return jump_target(p, i);
}

/* After "NAME" or "kfunc": "#imm", "@off". */
static bool call_number(struct parser *p, struct insn *i)
{
	s64 value = 0;

	if (parse_take(p, "#")) {
		if (!parse_range(p, INT32_MIN, UINT32_MAX, &value, "the number"))
			return false;
		i->imm = (s32)value;
	}
	if (parse_take(p, "@")) {
		if (!parse_range(p, INT16_MIN, INT16_MAX, &value, "the number"))
			return false;
		i->off = (s16)value;
	}
	return true;
}

static bool parse_call(struct parser *p)
{
	struct insn i = { .code = CODE_CALL };
	struct span at;
	s64 value = 0;
	const char *name;

	parse_next(p);
	at = parse_span(p);
	if (p->tok.kind != TOK_WORD) {
		if (!parse_range(p, INT32_MIN, UINT32_MAX, &value, "the helper's number"))
			return false;
		i.imm = (s32)value;
		operand_skip_angle(p);
		return emit(p, i);
	}
	name = p->tok.text;
	parse_next(p);
	if (!strcmp(name, "pc") && (parse_is(p, "+") || parse_is(p, "-"))) {
		if (!parse_range(p, INT32_MIN, INT32_MAX, &value, "the distance"))
			return false;
		i.src = CALL_LOCAL;
		i.imm = (s32)value;
		operand_skip_angle(p);
		return emit(p, i);
	}
	if (parse_is(p, "#") || parse_is(p, "@"))
		return call_number(p, &i) && emit_fix(p, FIX_CALL_ID, name, at) && emit(p, i);
	operand_skip_angle(p);
	return emit_fix(p, FIX_CALL, name, at) && emit(p, i);
}

static bool parse_callx(struct parser *p)
{
	struct reg r;

	parse_next(p);
	return operand_reg_like(p, &r, true) &&
	       emit(p, (struct insn){ .code = CODE_CALLX, .dst = r.number });
}

/* ---- memory ---- */

static bool parse_store(struct parser *p)
{
	struct mem m;
	struct reg r;
	struct insn i = { 0 };

	if (!parse_need(p, "*") || !operand_mem(p, &m))
		return false;
	if (m.is_signed)
		return parse_error(p, m.at, "a store has an unsigned size: u8, u16, u32 or u64");
	if (!parse_need(p, "="))
		return false;
	i = (struct insn){ .code = m.size | MODE_MEM, .dst = m.base, .off = m.off };
	if (operand_is_reg(p)) {
		if (!operand_reg(p, &r))
			return false;
		i.code |= CLASS_STX;
		i.src = r.number;
		return emit(p, i);
	}
	i.code |= CLASS_ST;
	return operand_imm(p, m.size == SIZE_DW, &i.imm) && emit(p, i);
}

static bool parse_lock(struct parser *p)
{
	struct mem m;
	struct reg r;
	struct insn i;
	s32 op = -1;

	parse_next(p);
	if (!parse_need(p, "*") || !operand_mem(p, &m) || !operand_atomic_size(p, &m))
		return false;
#define ATOMIC_RMW(name, code, text, fn, value)                                                    \
	if (parse_is(p, text))                                                                     \
		op = (code);
#include "isa/atomic.def"
	if (op < 0)
		return parse_error(p, parse_span(p), "expected '+=', '|=', '&=' or '^='");
	parse_next(p);
	if (!operand_reg(p, &r))
		return false;
	i = (struct insn){ CLASS_STX | MODE_ATOMIC | m.size, m.base, r.number, m.off, op };
	return emit(p, i);
}

static bool parse_store_release(struct parser *p)
{
	struct mem m;
	struct reg r;

	parse_next(p);
	if (!parse_need(p, "(") || !operand_mem(p, &m) || !parse_need(p, ",") ||
	    !operand_reg(p, &r) || !parse_need(p, ")"))
		return false;
	if (m.is_signed)
		return parse_error(p, m.at, "a store has an unsigned size: u8, u16, u32 or u64");
	return emit(p, (struct insn){ CLASS_STX | MODE_ATOMIC | m.size, m.base, r.number, m.off,
				      ATOMIC_STORE_RELEASE });
}

/* ---- all ---- */

static bool parse_exit(struct parser *p)
{
	parse_next(p);
	return emit(p, (struct insn){ .code = CODE_EXIT });
}

static bool unknown(struct parser *p)
{
	static const char *const words[] = { "if",    "goto", "gotol", "may_goto",     "call",
					     "callx", "exit", "lock",  "store_release" };
	struct near near;

	if (p->tok.kind != TOK_WORD)
		return parse_error(p, parse_span(p), "expected an instruction");
	near = near_start(p->tok.text, p->tok.len);
	parse_error(p, parse_span(p), "unknown instruction '%.64s'", p->tok.text);
	for (u32 i = 0; i < ARRAY_SIZE(words); i++)
		near_try(&near, words[i]);
	if (near.best)
		diag_hint(p->diag, "did you mean '%s'?", near.best);
	else if (strchr("rw", p->tok.text[0]) && p->tok.text[1] >= '0' && p->tok.text[1] <= '9')
		diag_hint(p->diag, "registers are r0 … r10, and w0 … w10 for their lower halves");
	return false;
}

bool parse_insn(struct parser *p)
{
	if (operand_is_reg(p))
		return parse_assign(p);
	if (parse_is(p, "*"))
		return parse_store(p);
	if (parse_is_word(p, "if"))
		return parse_if(p);
	if (parse_is_word(p, "goto"))
		return parse_goto(p, CODE_JA);
	if (parse_is_word(p, "gotol"))
		return parse_goto(p, CODE_JA32);
	if (parse_is_word(p, "may_goto"))
		return parse_goto(p, CODE_JCOND);
	if (parse_is_word(p, "call"))
		return parse_call(p);
	if (parse_is_word(p, "callx"))
		return parse_callx(p);
	if (parse_is_word(p, "exit"))
		return parse_exit(p);
	if (parse_is_word(p, "lock"))
		return parse_lock(p);
	if (parse_is_word(p, "store_release"))
		return parse_store_release(p);
	return unknown(p);
}
