// SPDX-License-Identifier: BSD-2-Clause
#include "eval.h"

#include <stdlib.h>

#include "classic/classic.h"

bool eval_init(struct eval *e, const struct values *v, const struct cond *c)
{
	*e = (struct eval){ .cond = c };
	e->values = calloc(v->count + 1, sizeof(*e->values));
	e->seen = calloc(v->count + 1, sizeof(*e->seen));
	return e->values && e->seen;
}

void eval_fini(struct eval *e)
{
	free(e->values);
	free(e->seen);
}

static bool value(struct eval *e, const struct eval_packet *p, const struct value *v, u32 *out);

static bool load(const struct eval_packet *p, u64 at, u32 size, u32 *out)
{
	u32 x = 0;

	if (at + size > p->len)
		return false;
	for (u32 i = 0; i < size; i++)
		x = x << 8 | p->data[at + i];
	*out = x;
	return true;
}

static bool compute(u8 op, u32 a, u32 b, u32 *out)
{
	switch (op) {
	case CBPF_ADD:
		*out = a + b;
		return true;
	case CBPF_SUB:
		*out = a - b;
		return true;
	case CBPF_MUL:
		*out = a * b;
		return true;
	case CBPF_OR:
		*out = a | b;
		return true;
	case CBPF_AND:
		*out = a & b;
		return true;
	case CBPF_XOR:
		*out = a ^ b;
		return true;
	case CBPF_LSH:
		*out = b < 32 ? a << b : 0;
		return true;
	case CBPF_RSH:
		*out = b < 32 ? a >> b : 0;
		return true;
	case CBPF_NEG:
		*out = -a;
		return true;
	}
	if (!b)
		return false;
	*out = op == CBPF_DIV ? a / b : a % b;
	return true;
}

/* False: the filter stops. */
static bool once(struct eval *e, const struct eval_packet *p, const struct value *v, u32 *out)
{
	u32 a = 0, b = 0;

	if (v->c) {
		if (!value(e, p, v->c, &a))
			return false;
		return value(e, p, a == v->k ? v->a : v->b, out);
	}
	if (v->a && !value(e, p, v->a, &a))
		return false;
	if (v->b && !value(e, p, v->b, &b))
		return false;
	switch (v->kind) {
	case VALUE_CONST:
		*out = v->k;
		return true;
	case VALUE_LOAD:
		return load(p, (u64)a + v->k, v->size, out);
	case VALUE_LEN:
		*out = p->wire_len;
		return true;
	case VALUE_OP:
		return compute(v->op, a, b, out);
	default:
		return false;
	}
}

static bool value(struct eval *e, const struct eval_packet *p, const struct value *v, u32 *out)
{
	if (e->seen[v->id] != e->run) {
		if (!once(e, p, v, &e->values[v->id]))
			return false;
		e->seen[v->id] = e->run;
	}
	*out = e->values[v->id];
	return true;
}

enum verdict { NO, YES, STOP };

static enum verdict test(struct eval *e, const struct eval_packet *p, const struct cond *c)
{
	u32 a, b;
	bool yes;

	if (!value(e, p, c->a, &a) || !value(e, p, c->b, &b))
		return STOP;
	yes = c->op == CBPF_JEQ	  ? a == b
	      : c->op == CBPF_JGT ? a > b
	      : c->op == CBPF_JGE ? a >= b
				  : (a & b) != 0;
	return yes ? YES : NO;
}

static enum verdict run(struct eval *e, const struct eval_packet *p, const struct cond *c)
{
	enum verdict v;

	switch (c->kind) {
	case COND_FALSE:
		return NO;
	case COND_TRUE:
		return YES;
	case COND_TEST:
		return test(e, p, c);
	case COND_NOT:
		v = run(e, p, c->lhs);
		return v == STOP ? STOP : v == YES ? NO : YES;
	case COND_AND:
		v = run(e, p, c->lhs);
		return v == YES ? run(e, p, c->rhs) : v;
	default:
		v = run(e, p, c->lhs);
		return v == NO ? run(e, p, c->rhs) : v;
	}
}

bool eval_run(struct eval *e, const struct eval_packet *p)
{
	e->run++;
	return run(e, p, e->cond) == YES;
}
