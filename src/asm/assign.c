// SPDX-License-Identifier: BSD-2-Clause
/* Statements that begin with a register: arithmetic, moves, loads, fetching atomics. */
#include <errno.h>

#include "asm/operand.h"
#include "base/str.h"
#include "isa/alu.h"

static u8 alu_class(struct reg dst)
{
	return dst.wide ? CLASS_ALU64 : CLASS_ALU;
}

/* "r0 = 5", "r0 = 0x1122334455667788 ll" */
static bool assign_number(struct parser *p, struct reg dst)
{
	struct span at;
	bool negative;
	u64 value;
	s64 as;

	if (!operand_number(p, &at, &value, &negative))
		return false;
	as = (s64)value;
	if (parse_is_word(p, "ll")) {
		if (!dst.wide)
			return parse_error(p, at, "a 64-bit immediate needs a 64-bit register");
		parse_next(p);
		return emit_wide(p, dst.number, PSEUDO_CONST, (u32)value, (u32)(value >> 32));
	}
	if (dst.wide && ((as < 0) != negative || as < INT32_MIN || as > INT32_MAX))
		return emit_wide(p, dst.number, PSEUDO_CONST, (u32)value, (u32)(value >> 32));
	if ((!negative && value > UINT32_MAX) || as < INT32_MIN)
		return parse_error(p, at, "the immediate does not fit in 32 bits");
	return emit(p, (struct insn){ .code = alu_class(dst) | ALU_MOV | SRC_K,
				      .dst = dst.number,
				      .imm = (s32)as });
}

static bool same_reg(struct parser *p, struct reg dst)
{
	struct span at = parse_span(p);
	struct reg r;

	if (!operand_reg_like(p, &r, dst.wide))
		return false;
	if (r.number != dst.number)
		return parse_error(p, at, "the operation works in place: expected %c%u",
				   dst.wide ? 'r' : 'w', dst.number);
	return true;
}

static bool assign_minus(struct parser *p, struct reg dst)
{
	struct lex saved = p->lex;
	struct token minus = p->tok;
	u32 end = p->last_end;

	parse_next(p);
	if (operand_is_reg(p))
		return same_reg(p, dst) && emit(p, (struct insn){ .code = alu_class(dst) | ALU_NEG,
								  .dst = dst.number });
	if (p->tok.kind == TOK_BAD)
		return false;
	p->lex = saved;
	p->tok = minus;
	p->last_end = end;
	return assign_number(p, dst);
}

/* "(s8)r2" */
static bool assign_movsx(struct parser *p, struct reg dst)
{
	struct insn i = { .code = alu_class(dst) | ALU_MOV | SRC_X, .dst = dst.number };
	struct span at;
	struct reg src;

	parse_next(p);
	at = parse_span(p);
#define MOVSX(bits, text, value, alu32)                                                            \
	if (parse_is_word(p, text) && (dst.wide || (alu32)))                                       \
		i.off = (bits);
#include "isa/alu.def"
	if (!i.off)
		return parse_error(p, at, "expected s8, s16%s", dst.wide ? " or s32" : "");
	parse_next(p);
	if (!parse_need(p, ")") || !operand_reg_like(p, &src, dst.wide))
		return false;
	i.src = src.number;
	return emit(p, i);
}

/* "*(u16 *)skb[12]", "*(u8 *)skb[r1 + 4]" */
static bool assign_skb(struct parser *p, struct reg dst, struct mem m)
{
	struct insn i = { .code = CLASS_LD | MODE_ABS | m.size };
	s64 off = 0;
	struct reg r;

	if (dst.number || m.is_signed || m.size == SIZE_DW)
		return parse_error(p, m.at, "a packet load is r0 = *(u8, u16 or u32 *)skb[…]");
	parse_next(p);
	if (!parse_need(p, "["))
		return false;
	if (operand_is_reg(p)) {
		if (!operand_reg_like(p, &r, true))
			return false;
		i.code = CLASS_LD | MODE_IND | m.size;
		i.src = r.number;
		if (!parse_take(p, "+") && !parse_is(p, "-")) {
			return parse_need(p, "]") && emit(p, i);
		}
	}
	if (!parse_range(p, INT32_MIN, UINT32_MAX, &off, "the offset") || !parse_need(p, "]"))
		return false;
	i.imm = (s32)off;
	return emit(p, i);
}

static bool assign_load(struct parser *p, struct reg dst)
{
	struct insn i = { .dst = dst.number };
	struct lex saved;
	struct token star;
	u32 end;
	struct mem m = { 0 };

	parse_next(p);
	saved = p->lex;
	star = p->tok;
	end = p->last_end;
	if (!operand_size(p, &m))
		return false;
	if (parse_is_word(p, "skb"))
		return assign_skb(p, dst, m);
	p->lex = saved;
	p->tok = star;
	p->last_end = end;
	if (!operand_mem(p, &m))
		return false;
	if (m.is_signed && m.size == SIZE_DW)
		return parse_error(p, m.at, "an 8-byte load has no sign to extend: use u64");
	i.code = CLASS_LDX | m.size | (m.is_signed ? MODE_MEMSX : MODE_MEM);
	i.src = m.base;
	i.off = m.off;
	return emit(p, i);
}

/* The name in "map[NAME]", "subprog[NAME]", "ksym[NAME]", with the brackets' insides in hand. */
static bool bracket_name(struct parser *p, enum fix_kind kind)
{
	struct span at = parse_span(p);
	const char *name;

	return parse_name(p, &name, "a name") && parse_need(p, "]") && emit_fix(p, kind, name, at);
}

static bool colon_in_hand(const struct parser *p)
{
	return p->lex.pos < p->lex.len && p->lex.text[p->lex.pos] == ':';
}

static bool assign_map(struct parser *p, struct reg dst)
{
	u8 src = PSEUDO_MAP_IDX;
	s64 index = 0, off = 0;

	parse_next(p);
	if (!parse_need(p, "["))
		return false;
	if (p->tok.kind == TOK_WORD && colon_in_hand(p)) {
		if (parse_is_word(p, "fd"))
			src = PSEUDO_MAP_FD;
		else if (!parse_is_word(p, "idx"))
			return parse_error(p, parse_span(p), "expected fd:, idx: or a map's name");
		parse_next(p);
		parse_next(p);
		if (!parse_range(p, INT32_MIN, INT32_MAX, &index, "the number") ||
		    !parse_need(p, "]"))
			return false;
	} else if (!bracket_name(p, FIX_MAP)) {
		return false;
	}
	if (parse_take(p, "[")) {
		src++; /* MAP_FD → MAP_VALUE, MAP_IDX → MAP_IDX_VALUE */
		if (p->tok.kind != TOK_NUMBER || p->tok.value)
			return parse_error(p, parse_span(p), "only element [0] has an address");
		parse_next(p);
		if (!parse_need(p, "]"))
			return false;
		if (parse_is(p, "+") && !parse_range(p, 0, UINT32_MAX, &off, "the offset"))
			return false;
	}
	return emit_wide(p, dst.number, src, (u32)index, (u32)off);
}

static bool assign_subprog(struct parser *p, struct reg dst)
{
	s64 distance = 0;

	parse_next(p);
	if (!parse_need(p, "["))
		return false;
	if (p->tok.kind == TOK_WORD || p->tok.kind == TOK_STRING) {
		if (!bracket_name(p, FIX_FUNC))
			return false;
	} else if (!parse_range(p, INT32_MIN, INT32_MAX, &distance, "the distance") ||
		   !parse_need(p, "]")) {
		return false;
	}
	return emit_wide(p, dst.number, PSEUDO_FUNC, (u32)distance, 0);
}

/* "ksym[NAME]", "ksym#12@3" */
static bool assign_ksym(struct parser *p, struct reg dst)
{
	s64 id = 0, fd = 0;

	parse_next(p);
	if (parse_take(p, "[") && !bracket_name(p, FIX_KSYM))
		return false;
	if (parse_take(p, "#") && !parse_range(p, INT32_MIN, UINT32_MAX, &id, "the type's number"))
		return false;
	if (parse_take(p, "@") && !parse_range(p, INT32_MIN, UINT32_MAX, &fd, "the number"))
		return false;
	return emit_wide(p, dst.number, PSEUDO_BTF_ID, (u32)id, (u32)fd);
}

static bool assign_address(struct parser *p, struct reg dst)
{
	struct span at;
	const char *name;

	parse_next(p);
	at = parse_span(p);
	return parse_name(p, &name, "a name") && emit_fix(p, FIX_ADDRESS, name, at) &&
	       emit_wide(p, dst.number, PSEUDO_CONST, 0, 0);
}

static bool assign_cast(struct parser *p, struct reg dst)
{
	struct reg src;
	s64 to = 0, from = 0;

	parse_next(p);
	if (!parse_need(p, "(") || !operand_reg_like(p, &src, true) || !parse_need(p, ",") ||
	    !parse_range(p, 0, 1, &to, "the address space") || !parse_need(p, ",") ||
	    !parse_range(p, 0, 1, &from, "the address space"))
		return false;
	if (to == from)
		return parse_error(p, parse_span(p), "the address spaces must differ");
	return parse_need(p, ")") &&
	       emit(p, (struct insn){ CODE_MOV | SRC_X, dst.number, src.number, MOV_ADDR_SPACE_CAST,
				      (s32)(to << 16 | from) });
}

static bool assign_load_acquire(struct parser *p, struct reg dst)
{
	struct mem m;

	parse_next(p);
	if (!parse_need(p, "(") || !operand_mem(p, &m) || !parse_need(p, ")"))
		return false;
	if (m.is_signed)
		return parse_error(p, m.at, "load_acquire takes u8, u16, u32 or u64");
	return emit(p, (struct insn){ CLASS_STX | MODE_ATOMIC | m.size, dst.number, m.base, m.off,
				      ATOMIC_LOAD_ACQUIRE });
}

/* The operation of "atomic64_fetch_add" and the like; -1. */
static s32 atomic_by_name(const char *name, bool *wide)
{
	*wide = str_starts(name, "atomic64_");
	if (!*wide && !str_starts(name, "atomic_"))
		return -1;
	name = strchr(name, '_') + 1;
#define ATOMIC_RMW(NAME, code, text, fn, value)                                                    \
	if (!strcmp(name, "fetch_" #fn))                                                           \
		return (code) | ATOMIC_FETCH;
#include "isa/atomic.def"
	if (!strcmp(name, "xchg"))
		return ATOMIC_XCHG;
	return strcmp(name, "cmpxchg") ? -1 : ATOMIC_CMPXCHG;
}

static bool assign_atomic(struct parser *p, struct reg dst, s32 op, bool wide)
{
	struct mem m;
	struct reg r;
	struct span at;

	parse_next(p);
	if (!parse_need(p, "(") || !operand_mem(p, &m) || !operand_atomic_size(p, &m))
		return false;
	if (wide && m.size != SIZE_DW)
		return parse_error(p, m.at, "atomic64 operations take u64");
	if (!parse_need(p, ","))
		return false;
	at = parse_span(p);
	if (!operand_reg(p, &r))
		return false;
	if (r.number != dst.number)
		return parse_error(p, at, "the old value replaces this operand: expected r%u",
				   dst.number);
	if (op == ATOMIC_CMPXCHG) {
		if (r.number)
			return parse_error(p, at, "cmpxchg compares with r0 only");
		if (!parse_need(p, ",") || !operand_reg(p, &r))
			return false;
	}
	return parse_need(p, ")") && emit(p, (struct insn){ CLASS_STX | MODE_ATOMIC | m.size,
							    m.base, r.number, m.off, op });
}

static bool assign_swap(struct parser *p, struct reg dst, u8 code, s32 bits)
{
	parse_next(p);
	return same_reg(p, dst) &&
	       emit(p, (struct insn){ .code = code, .dst = dst.number, .imm = bits });
}

static bool assign_word(struct parser *p, struct reg dst)
{
	bool wide;
	s32 op;

#define SWAP(name, code, bits, text, value)                                                        \
	if (parse_is_word(p, text))                                                                \
		return assign_swap(p, dst, code, bits);
#include "isa/alu.def"
	op = atomic_by_name(p->tok.text, &wide);
	if (op >= 0)
		return assign_atomic(p, dst, op, wide);
	if (parse_is_word(p, "load_acquire"))
		return assign_load_acquire(p, dst);
	if (dst.wide && parse_is_word(p, "map"))
		return assign_map(p, dst);
	if (dst.wide && parse_is_word(p, "subprog"))
		return assign_subprog(p, dst);
	if (dst.wide && parse_is_word(p, "ksym"))
		return assign_ksym(p, dst);
	if (dst.wide && parse_is_word(p, "addr_space_cast"))
		return assign_cast(p, dst);
	return parse_error(p, parse_span(p), "unknown operand '%.64s'", p->tok.text);
}

static bool assign_value(struct parser *p, struct reg dst)
{
	struct reg src;

	if (operand_is_reg(p))
		return operand_reg_like(p, &src, dst.wide) &&
		       emit(p, (struct insn){ .code = alu_class(dst) | ALU_MOV | SRC_X,
					      .dst = dst.number,
					      .src = src.number });
	if (parse_is(p, "-"))
		return assign_minus(p, dst);
	if (parse_is(p, "("))
		return assign_movsx(p, dst);
	if (parse_is(p, "*"))
		return assign_load(p, dst);
	if (parse_is(p, "&") && dst.wide)
		return assign_address(p, dst);
	if (p->tok.kind == TOK_WORD)
		return assign_word(p, dst);
	return assign_number(p, dst);
}

/* "+=" and the like: opcode and offset. */
static bool alu_op(struct parser *p, struct insn *i)
{
	bool found = false;

	if (p->tok.kind == TOK_OP) {
#define ALU(name, num, text, mnemonic, value, variant)                                             \
	if (!strcmp(p->tok.op, text)) {                                                            \
		i->code = (num);                                                                   \
		found = true;                                                                      \
	}
#define ALU_SIGNED(name, of, text, mnemonic, value)                                                \
	if (!strcmp(p->tok.op, text)) {                                                            \
		i->code = ALU_##of;                                                                \
		i->off = 1;                                                                        \
		found = true;                                                                      \
	}
#include "isa/alu.def"
	}
	if (!found)
		return parse_error(p, parse_span(p), "expected '=' or an operator such as '+='");
	parse_next(p);
	return true;
}

bool parse_assign(struct parser *p)
{
	struct insn i = { 0 };
	struct reg dst, src;

	if (!operand_reg(p, &dst))
		return false;
	if (parse_take(p, "="))
		return assign_value(p, dst);
	if (!alu_op(p, &i))
		return false;
	i.dst = dst.number;
	i.code |= alu_class(dst);
	if (operand_is_reg(p)) {
		if (!operand_reg_like(p, &src, dst.wide))
			return false;
		i.code |= SRC_X;
		i.src = src.number;
		return emit(p, i);
	}
	return operand_imm(p, dst.wide, &i.imm) && emit(p, i);
}
