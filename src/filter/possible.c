// SPDX-License-Identifier: BSD-2-Clause
#include "filter/possible.h"

#include <stdlib.h>

#include "base/vec.h"
#include "classic/classic.h"

enum { MAX_STEPS = 4000 }; /* conditions looked at, which bounds the recursion, too */

/* What is still to be met: `c` must come out as `want`, then the rest. On the stack of the search.
 */
struct goal {
	const struct cond *c;
	bool want;
	const struct goal *then;
};

struct fact {
	const struct cond *test;
	bool holds;
};

struct search {
	VEC(struct fact) facts; /* of the way so far */
	u32 steps;
	bool failed;
};

static bool meet(struct search *s, const struct goal *g);

/* Whatever the packet is, as long as nothing is tested before. */
static bool is_zero(const struct value *a)
{
	return a->kind == VALUE_OP && (a->op == CBPF_AND || a->op == CBPF_MUL) && !a->b->max;
}

/* -1: neither outcome is excluded. */
static int known(const struct search *s, const struct cond *test)
{
	if (!s->facts.len && is_zero(test->a) && test->b->kind == VALUE_CONST)
		return test->op == CBPF_JEQ || test->op == CBPF_JGE ? !test->b->k : 0;
	for (u32 i = 0; i < s->facts.len; i++) {
		const struct fact *f = &s->facts.data[i];

		if (f->test->op != test->op || f->test->a != test->a)
			continue;
		if (f->test->b == test->b)
			return f->holds;
		/* Equal to one constant is different from another. */
		if (f->holds && test->op == CBPF_JEQ && f->test->b->kind == VALUE_CONST &&
		    test->b->kind == VALUE_CONST)
			return false;
	}
	return -1;
}

static bool meet_test(struct search *s, const struct goal *g)
{
	int outcome = known(s, g->c);
	struct fact *f;
	bool ok;

	if (outcome >= 0)
		return outcome == g->want && meet(s, g->then);
	f = vec_push(&s->facts);
	if (!f) {
		s->failed = true;
		return false;
	}
	*f = (struct fact){ g->c, g->want };
	ok = meet(s, g->then);
	s->facts.len--;
	return ok;
}

/* A chain of two: both sides come out as wanted, or the left one decides otherwise. */
static bool meet_pair(struct search *s, const struct goal *g)
{
	bool both = (g->c->kind == COND_AND) == g->want;
	struct goal right = { g->c->rhs, g->want, g->then };
	struct goal left = { g->c->lhs, g->want, both ? &right : g->then };
	struct goal other = { g->c->lhs, !g->want, &right };

	return meet(s, &left) || (!both && meet(s, &other));
}

static bool meet(struct search *s, const struct goal *g)
{
	struct goal inner;

	if (!g)
		return true;
	if (s->failed || ++s->steps > MAX_STEPS)
		return false;
	switch (g->c->kind) {
	case COND_FALSE:
	case COND_TRUE:
		return (g->c->kind == COND_TRUE) == g->want && meet(s, g->then);
	case COND_NOT:
		inner = (struct goal){ g->c->lhs, !g->want, g->then };
		return meet(s, &inner);
	case COND_TEST:
		return meet_test(s, g);
	default:
		return meet_pair(s, g);
	}
}

bool cond_possible(const struct cond *c)
{
	struct search s = { 0 };
	struct goal all = { c, true, NULL };
	bool ok = meet(&s, &all);

	vec_fini(&s.facts);
	return ok;
}
