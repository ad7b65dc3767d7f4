// SPDX-License-Identifier: BSD-2-Clause
/*
 * A choice among values, some of which are choices themselves: its tests, and then each value that
 * it can come to once, whichever way leads there.
 */
#include "filter/classic_emitter.h"

enum { MAX_TESTS = 12, MAX_OUTCOMES = 3 * MAX_TESTS };

struct outcome {
	const struct value *value;
	u32 label;
	bool is_test, reached;
	struct regs entry;
};

struct selection {
	struct outcome list[MAX_OUTCOMES]; /* tests last to first, then the others */
	u32 tests, count;
};

static struct outcome *find(struct selection *s, const struct value *v)
{
	for (u32 i = 0; i < s->count; i++)
		if (s->list[i].value == v)
			return &s->list[i];
	return NULL;
}

static bool is_test(const struct emitter *e, const struct value *v)
{
	return v->kind == VALUE_SELECT && emit_find_m(e, v) < 0;
}

/* What leads to a test comes before it: depth first, from the back. */
static void find_tests(struct emitter *e, struct selection *s, const struct value *v)
{
	const struct value *sides[2] = { v->a, v->b };

	for (u32 i = 0; i < 2; i++)
		if (is_test(e, sides[i]) && !find(s, sides[i]))
			find_tests(e, s, sides[i]);
	/* Of what is too much, each is a choice of its own. */
	if (s->count < MAX_TESTS)
		s->list[s->count++] = (struct outcome){ .value = v, .is_test = true };
	s->tests = s->count;
}

/* Each test has at most two sides that are none: there is room. */
static void find_values(struct selection *s)
{
	for (u32 i = s->tests; i--;) {
		const struct value *sides[2] = { s->list[i].value->a, s->list[i].value->b };

		for (u32 k = 0; k < 2; k++)
			if (!find(s, sides[k]))
				s->list[s->count++] = (struct outcome){ .value = sides[k] };
	}
}

static u32 leave_for(struct emitter *e, struct selection *s, const struct value *v)
{
	struct outcome *o = find(s, v);

	if (o->reached)
		emit_regs_meet(&o->entry, &e->now);
	else
		o->entry = e->now;
	o->reached = true;
	return o->label;
}

static void put_test(struct emitter *e, struct selection *s, const struct value *v)
{
	const struct value *c = v->c;

	if (c->kind == VALUE_OP && c->op == CBPF_AND && c->b->kind == VALUE_CONST && !v->k &&
	    e->now.a != c) {
		emit_into_a(e, c->a);
		emit_branch(e, CBPF_JMP | CBPF_JSET, c->b->k, leave_for(e, s, v->b),
			    leave_for(e, s, v->a), 0);
	} else {
		emit_into_a(e, c);
		emit_branch(e, CBPF_JMP | CBPF_JEQ, v->k, leave_for(e, s, v->a),
			    leave_for(e, s, v->b), 0);
	}
}

static void put_outcome(struct emitter *e, struct selection *s, struct outcome *o, bool to_x,
			u32 end)
{
	u32 start = e->items.list.len;

	e->now = o->entry;
	if (o->is_test) {
		put_test(e, s, o->value);
	} else {
		if (to_x)
			emit_into_x(e, o->value);
		else
			emit_into_a(e, o->value);
		emit_goto(e, end);
	}
	if (!e->items.failed)
		e->items.list.data[start].label = o->label;
}

static bool all_direct(const struct emitter *e, const struct selection *s)
{
	for (u32 i = s->tests; i < s->count; i++) {
		const struct value *v = s->list[i].value;

		if (!emit_x_direct(v) && e->now.x != v && emit_find_m(e, v) < 0)
			return false;
	}
	return true;
}

bool emit_selection(struct emitter *e, const struct value *v, bool to_x)
{
	struct selection s = { .count = 0 };
	struct regs after = { 0 };
	bool first = true;
	u32 end;

	find_tests(e, &s, v);
	if (s.list[s.tests - 1].value != v) {
		/* Too many: only the outermost. */
		s.list[0] = (struct outcome){ .value = v, .is_test = true };
		s.tests = s.count = 1;
	}
	find_values(&s);
	if (to_x && !all_direct(e, &s))
		return false;
	end = e->labels++;
	for (u32 i = 0; i + 1 < s.tests; i++)
		s.list[i].label = e->labels++;
	for (u32 i = s.tests; i < s.count; i++)
		s.list[i].label = e->labels++;
	s.list[s.tests - 1].entry = e->now;
	for (u32 i = s.tests; i-- && !e->items.failed;) {
		put_outcome(e, &s, &s.list[i], to_x, end);
		e->chosen += i + 1 == s.tests;
	}
	for (u32 i = s.tests; i < s.count && !e->items.failed; i++) {
		put_outcome(e, &s, &s.list[i], to_x, end);
		if (first)
			after = e->now;
		else
			emit_regs_meet(&after, &e->now);
		first = false;
	}
	e->chosen -= 1;
	e->now = after;
	e->pending = end;
	return true;
}
