// SPDX-License-Identifier: BSD-2-Clause
#include "trace/infer.h"

static bool same_text(const struct node *a, const struct node *b)
{
	return a->len == b->len && !memcmp(a->str, b->str, a->len);
}

bool is_text(const struct node *n)
{
	return n->kind == N_STRING;
}

static void become(struct node *n, u64 value, const struct ttype *t)
{
	n->kind = t->kind == T_BOOL ? N_BOOL : N_NUMBER;
	n->num = value;
	n->type = t;
}

/* Cut to the type's width and extended again, as a register holds it. */
static u64 fit(u64 value, const struct ttype *t)
{
	u32 shift = 64 - t->size * 8;

	if (t->kind == T_BOOL)
		return value != 0;
	if (!shift)
		return value;
	return t->is_signed ? (u64)((s64)(value << shift) >> shift) : value << shift >> shift;
}

static bool compare(enum node_op op, u64 a, u64 b, bool is_signed)
{
	bool less = is_signed ? (s64)a < (s64)b : a < b;

	switch (op) {
	case OP_EQ:
		return a == b;
	case OP_NE:
		return a != b;
	case OP_LT:
		return less;
	case OP_LE:
		return less || a == b;
	case OP_GT:
		return !less && a != b;
	default:
		return !less;
	}
}

static u64 divide(enum node_op op, u64 a, u64 b, bool is_signed)
{
	if (is_signed && (s64)b == -1)
		return op == OP_DIV ? 0 - a : 0;
	if (is_signed)
		return (u64)(op == OP_DIV ? (s64)a / (s64)b : (s64)a % (s64)b);
	return op == OP_DIV ? a / b : a % b;
}

static u64 compute(enum node_op op, u64 a, u64 b, bool is_signed)
{
	switch (op) {
	case OP_ADD:
		return a + b;
	case OP_SUB:
		return a - b;
	case OP_MUL:
		return a * b;
	case OP_DIV:
	case OP_MOD:
		return divide(op, a, b, is_signed);
	case OP_AND:
		return a & b;
	case OP_OR:
		return a | b;
	case OP_XOR:
		return a ^ b;
	case OP_SHL:
		return a << (b & 63);
	default:
		return is_signed ? (u64)((s64)a >> (b & 63)) : a >> (b & 63);
	}
}

static void fold_logic(struct node *n)
{
	bool is_or = n->op == OP_LOR;

	if (is_constant(n->a) && !!n->a->num == is_or)
		become(n, is_or, &t_bool);
	else if (is_constant(n->a) && is_constant(n->b))
		become(n, !!n->b->num, &t_bool);
}

static void fold_binary(struct node *n)
{
	const struct node *a = n->a, *b = n->b;
	bool is_signed;
	u64 value;

	if (n->op == OP_LAND || n->op == OP_LOR) {
		fold_logic(n);
		return;
	}
	if (is_text(a) && is_text(b) && (n->op == OP_EQ || n->op == OP_NE)) {
		become(n, same_text(a, b) == (n->op == OP_EQ), &t_bool);
		return;
	}
	if (!is_constant(a) || !is_constant(b))
		return;
	is_signed = a->type->is_signed || b->type->is_signed;
	if (n->op >= OP_EQ && n->op <= OP_GE) {
		become(n, compare(n->op, a->num, b->num, is_signed), &t_bool);
		return;
	}
	value = compute(n->op, a->num, b->num, is_signed);
	/* 1 - 2 is -1, whatever the signs of what is written. */
	if (n->op == OP_SUB && !is_signed && b->num > a->num)
		is_signed = true;
	become(n, value, literal_type(value, is_signed && (s64)value < 0));
}

static void fold_unary(struct node *n)
{
	u64 v = n->a->num;

	if (!is_constant(n->a))
		return;
	switch (n->op) {
	case OP_NOT:
		become(n, !v, &t_bool);
		break;
	case OP_NEG:
		become(n, 0 - v, literal_type(0 - v, (s64)v > 0));
		break;
	case OP_BNOT:
		become(n, ~v, &t_u64);
		break;
	default:
		break;
	}
}

/* A side with a literal string must keep the other's room; only numbers are replaced. */
static void fold_ternary(struct node *n)
{
	const struct node *side;

	if (!is_constant(n->a))
		return;
	side = n->a->num ? (n->b ? n->b : n->a) : n->c;
	if (is_constant(side))
		become(n, side->num, side->type);
}

void fold(struct infer *in, struct node *n)
{
	(void)in;
	switch (n->kind) {
	case N_BINARY:
		fold_binary(n);
		break;
	case N_UNARY:
		fold_unary(n);
		break;
	case N_TERNARY:
		fold_ternary(n);
		break;
	case N_CAST:
		if (is_constant(n->a) && is_number(n->type))
			become(n, fit(n->a->num, n->type), n->type);
		break;
	default:
		break;
	}
}
