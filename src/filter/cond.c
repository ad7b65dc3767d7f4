// SPDX-License-Identifier: BSD-2-Clause
#include "filter/cond.h"

#include "classic/classic.h"

static u32 const_op(u8 op, u32 a, u32 b)
{
	switch (op) {
	case CBPF_ADD:
		return a + b;
	case CBPF_SUB:
		return a - b;
	case CBPF_MUL:
		return a * b;
	case CBPF_DIV:
		return a / b;
	case CBPF_MOD:
		return a % b;
	case CBPF_OR:
		return a | b;
	case CBPF_AND:
		return a & b;
	case CBPF_XOR:
		return a ^ b;
	case CBPF_LSH:
		return b < 32 ? a << b : 0;
	case CBPF_RSH:
		return b < 32 ? a >> b : 0;
	default: /* CBPF_NEG */
		return -a;
	}
}

static bool const_test(u8 op, u32 a, u32 b)
{
	switch (op) {
	case CBPF_JEQ:
		return a == b;
	case CBPF_JGT:
		return a > b;
	case CBPF_JGE:
		return a >= b;
	default: /* CBPF_JSET */
		return (a & b) != 0;
	}
}

static bool is_const(const struct value *a, u32 k)
{
	return a->kind == VALUE_CONST && a->k == k;
}

static u32 max_of_op(const struct value *a)
{
	u64 max;

	if (!a->b)
		return UINT32_MAX;
	switch (a->op) {
	case CBPF_AND:
		return MIN(a->a->max, a->b->max);
	case CBPF_ADD:
		max = (u64)a->a->max + a->b->max;
		break;
	case CBPF_MUL:
		max = (u64)a->a->max * a->b->max;
		break;
	case CBPF_LSH:
		max = a->b->max < 32 ? (u64)a->a->max << a->b->max : UINT64_MAX;
		break;
	case CBPF_RSH:
		return a->b->kind == VALUE_CONST && a->b->k < 32 ? a->a->max >> a->b->k : a->a->max;
	case CBPF_DIV:
		return a->b->kind == VALUE_CONST && a->b->k ? a->a->max / a->b->k : a->a->max;
	case CBPF_MOD:
		return a->b->max ? MIN(a->a->max, a->b->max - 1) : UINT32_MAX;
	default:
		return UINT32_MAX;
	}
	return max <= UINT32_MAX ? (u32)max : UINT32_MAX;
}

static u32 max_of(const struct value *a)
{
	switch (a->kind) {
	case VALUE_CONST:
		return a->k;
	case VALUE_LOAD:
		return a->size == 1 ? 0xff : a->size == 2 ? 0xffff : UINT32_MAX;
	case VALUE_OP:
		return max_of_op(a);
	case VALUE_SELECT:
		return MAX(a->a->max, a->b->max);
	default:
		return UINT32_MAX;
	}
}

static u32 depth_of(const struct value *v)
{
	u32 a = v->a ? v->a->depth : 0, b = v->b ? v->b->depth : 0;

	return 1 + MAX(MAX(a, b), v->c ? v->c->depth : 0);
}

static u64 hash_of(const struct value *a)
{
	u64 h = (u64)a->k << 32 | (u32)a->kind << 16 | (u32)a->size << 8 | a->op;

	h = (h ^ (a->a ? a->a->id + 1 : 0)) * 0x9e3779b97f4a7c15;
	h = (h ^ h >> 29 ^ (a->b ? a->b->id + 1 : 0)) * 0xbf58476d1ce4e5b9;
	h = (h ^ h >> 32 ^ (a->c ? a->c->id + 1 : 0)) * 0x94d049bb133111eb;
	return h >> 32;
}

static bool same(const struct value *x, const struct value *y)
{
	return x->kind == y->kind && x->size == y->size && x->op == y->op && x->k == y->k &&
	       x->a == y->a && x->b == y->b && x->c == y->c;
}

/* The slot of an equal value, or the free one where it belongs. */
static const struct value **find(const struct values *v, const struct value *key)
{
	u32 i = (u32)hash_of(key) & (v->cap - 1);

	while (v->slots[i] && !same(v->slots[i], key))
		i = (i + 1) & (v->cap - 1);
	return &v->slots[i];
}

static bool grow(struct values *v)
{
	struct values bigger = *v;

	bigger.cap = v->cap ? v->cap * 2 : 64;
	bigger.slots = arena_array(v->arena, bigger.cap, sizeof(*bigger.slots));
	if (!bigger.slots)
		return false;
	for (u32 i = 0; i < v->cap; i++)
		if (v->slots[i])
			*find(&bigger, v->slots[i]) = v->slots[i];
	*v = bigger;
	return true;
}

/* What a caller gets when there is no memory: valid to look at, of no use. */
static const struct value no_value = { .kind = VALUE_CONST };

static const struct value *intern(struct values *v, struct value key)
{
	const struct value **slot;
	struct value *made;

	if (v->count * 2 >= v->cap && !grow(v))
		goto fail;
	slot = find(v, &key);
	if (*slot)
		return *slot;
	key.id = v->count;
	key.depth = depth_of(&key);
	key.max = max_of(&key);
	made = arena_copy(v->arena, &key, sizeof(key));
	if (!made)
		goto fail;
	v->count++;
	return *slot = made;
fail:
	v->failed = true;
	return &no_value;
}

const struct value *value_const(struct values *v, u32 k)
{
	return intern(v, (struct value){ .kind = VALUE_CONST, .k = k });
}

const struct value *value_load(struct values *v, u8 size, const struct value *base, u32 k)
{
	/* A constant part moves into k only where the sum cannot wrap: an address beyond 2^32
	 * stops the filter, a sum in the expression wraps. */
	while (base && base->kind == VALUE_OP && base->op == CBPF_ADD &&
	       base->b->kind == VALUE_CONST && (u64)base->a->max + base->b->k <= UINT32_MAX &&
	       (u64)base->b->k + k <= UINT32_MAX) {
		k += base->b->k;
		base = base->a;
	}
	if (base && base->kind == VALUE_CONST && (u64)base->k + k <= UINT32_MAX) {
		k += base->k;
		base = NULL;
	}
	return intern(v, (struct value){ .kind = VALUE_LOAD, .size = size, .k = k, .a = base });
}

const struct value *value_ancillary(struct values *v, u32 k)
{
	return intern(v, (struct value){ .kind = VALUE_ANCILLARY, .k = k });
}

const struct value *value_len(struct values *v)
{
	return intern(v, (struct value){ .kind = VALUE_LEN });
}

static bool commutes(u8 op)
{
	return op == CBPF_ADD || op == CBPF_MUL || op == CBPF_OR || op == CBPF_AND ||
	       op == CBPF_XOR;
}

const struct value *value_op(struct values *v, u8 op, const struct value *a, const struct value *b)
{
	bool fails = (op == CBPF_DIV || op == CBPF_MOD) && is_const(b, 0);

	if (op == CBPF_NEG)
		b = NULL;
	if (a->kind == VALUE_CONST && (!b || b->kind == VALUE_CONST) && !fails)
		return value_const(v, const_op(op, a->k, b ? b->k : 0));
	/* A constant has no effect but its value, so it may change sides. */
	if (b && a->kind == VALUE_CONST && commutes(op)) {
		const struct value *swap = a;

		a = b;
		b = swap;
	}
	if (b && is_const(b, 0) &&
	    (op == CBPF_ADD || op == CBPF_SUB || op == CBPF_OR || op == CBPF_XOR ||
	     op == CBPF_LSH || op == CBPF_RSH))
		return a;
	if (b && is_const(b, 1) && (op == CBPF_MUL || op == CBPF_DIV))
		return a;
	if (b && is_const(b, UINT32_MAX) && op == CBPF_AND)
		return a;
	return intern(v, (struct value){ .kind = VALUE_OP, .op = op, .a = a, .b = b });
}

const struct value *value_select(struct values *v, const struct value *c, u32 k,
				 const struct value *a, const struct value *b)
{
	if (c->kind == VALUE_CONST)
		return c->k == k ? a : b;
	return intern(v, (struct value){ .kind = VALUE_SELECT, .k = k, .a = a, .b = b, .c = c });
}

static const struct cond no_cond = { .kind = COND_FALSE };

static const struct cond *keep(struct values *v, struct cond c)
{
	struct cond *made;

	c.depth = 1 + MAX(c.lhs ? c.lhs->depth : 0, c.rhs ? c.rhs->depth : 0);
	made = arena_copy(v->arena, &c, sizeof(c));
	if (made)
		return made;
	v->failed = true;
	return &no_cond;
}

const struct cond *cond_const(struct values *v, bool truth)
{
	return keep(v, (struct cond){ .kind = truth ? COND_TRUE : COND_FALSE });
}

const struct cond *cond_test(struct values *v, u8 op, const struct value *a, const struct value *b)
{
	if (a->kind == VALUE_CONST && b->kind == VALUE_CONST)
		return cond_const(v, const_test(op, a->k, b->k));
	return keep(v, (struct cond){ .kind = COND_TEST, .op = op, .a = a, .b = b });
}

const struct cond *cond_not(struct values *v, const struct cond *c)
{
	if (c->kind == COND_NOT)
		return c->lhs;
	if (c->kind == COND_TRUE || c->kind == COND_FALSE)
		return cond_const(v, c->kind == COND_FALSE);
	return keep(v, (struct cond){ .kind = COND_NOT, .lhs = c });
}

/* What stands left of a constant stays: it may stop the filter. */
const struct cond *cond_and(struct values *v, const struct cond *l, const struct cond *r)
{
	if (l->kind == COND_TRUE || (r->kind == COND_FALSE && l->kind == COND_FALSE))
		return r;
	if (l->kind == COND_FALSE || r->kind == COND_TRUE)
		return l;
	return keep(v, (struct cond){ .kind = COND_AND, .lhs = l, .rhs = r });
}

const struct cond *cond_or(struct values *v, const struct cond *l, const struct cond *r)
{
	if (l->kind == COND_FALSE)
		return r;
	if (l->kind == COND_TRUE || r->kind == COND_FALSE)
		return l;
	return keep(v, (struct cond){ .kind = COND_OR, .lhs = l, .rhs = r });
}
