// SPDX-License-Identifier: BSD-2-Clause
#include "filter/emit_classic.h"

#include <errno.h>
#include <stdlib.h>

#include "filter/classic_emitter.h"

enum { MAX_SHARED = 2000 }; /* nodes of graphs in which equal comparisons are looked for */

/* A jump leaves for that node with the registers as they are now. */
static u32 leave_for(struct emitter *e, const struct node *to)
{
	struct block *b = &e->blocks[to->mark];

	if (b->reached)
		emit_regs_meet(&e->entries[to->mark], &e->now);
	else
		e->entries[to->mark] = e->now;
	b->reached = true;
	return b->label;
}

/* `(x & k) == 0`, with k constant, is one jump that leaves x in A. */
static bool is_jset(const struct node *n)
{
	return n->value->kind == VALUE_OP && n->value->op == CBPF_AND &&
	       n->value->b->kind == VALUE_CONST && n->count == 2 && !n->arms[0].hi;
}

static void emit_compare(struct emitter *e, const struct node *n)
{
	const struct value *v = n->value, *a = v->a, *b = v->b;
	struct node *yes = n->arms[1].to, *no = n->arms[0].to;
	u8 op = v->op;

	if (emit_better_swapped(e, a, b)) {
		a = v->b;
		b = v->a;
		/* a > b is !(b >= a) */
		if (op == CBPF_JGT || op == CBPF_JGE) {
			op = op == CBPF_JGT ? CBPF_JGE : CBPF_JGT;
			yes = n->arms[0].to;
			no = n->arms[1].to;
		}
	}
	emit_into_both(e, a, b);
	emit_branch(e, CBPF_JMP | op | CBPF_X, 0, leave_for(e, yes), leave_for(e, no), 0);
}

static u32 ref_label(struct emitter *e, struct plan_ref ref, u32 first)
{
	return ref.node ? leave_for(e, ref.node) : first + ref.test;
}

static void emit_tests(struct emitter *e, const struct node *n, u32 label)
{
	u32 first = e->labels;

	plan_switch(&e->plan, n, e->opts->chain);
	e->labels += e->plan.tests.len;
	for (u32 i = 0; i < e->plan.tests.len; i++) {
		const struct plan_test *t = &e->plan.tests.data[i];

		emit_branch(e, CBPF_JMP | t->op, t->k, ref_label(e, t->yes, first),
			    ref_label(e, t->no, first), i ? first + i : label);
	}
}

/* The comparisons are those of another switch, which stands further down. */
static void emit_guest(struct emitter *e, const struct node *n)
{
	u32 host_at = e->blocks[n->mark].host->mark;
	struct block *host = &e->blocks[host_at];

	emit_into_a(e, n->value);
	if (host->tests)
		emit_regs_meet(&e->tests[host_at], &e->now);
	else
		e->tests[host_at] = e->now;
	if (!host->tests)
		host->tests = e->labels++;
	emit_goto(e, host->tests);
}

static void emit_switch(struct emitter *e, const struct node *n)
{
	if ((int)n->value->kind == VALUE_COMPARE) {
		emit_compare(e, n);
	} else if (is_jset(n) && e->now.a != n->value) {
		emit_into_a(e, n->value->a);
		emit_branch(e, CBPF_JMP | CBPF_JSET, n->value->b->k, leave_for(e, n->arms[1].to),
			    leave_for(e, n->arms[0].to), 0);
	} else if (e->blocks[n->mark].host) {
		emit_guest(e, n);
	} else {
		emit_into_a(e, n->value);
		if (e->blocks[n->mark].tests)
			emit_regs_meet(&e->now, &e->tests[n->mark]);
		emit_tests(e, n, e->blocks[n->mark].tests);
	}
}

static void emit_touch(struct emitter *e, const struct node *n)
{
	if (n->kind == NODE_BASE) {
		emit_into_x(e, n->value);
		e->now.x = e->g->base;
	} else if (e->now.a != n->value && e->now.x != n->value)
		emit_into_a(e, n->value);
	emit_goto(e, leave_for(e, n->arms[0].to));
}

static void emit_node(struct emitter *e, const struct node *n)
{
	u32 start = e->items.list.len;

	e->now = e->entries[n->mark];
	if (n->kind == NODE_SWITCH)
		emit_switch(e, n);
	else
		emit_touch(e, n);
	if (!e->items.failed)
		e->items.list.data[start].also = e->blocks[n->mark].label;
}

/* Stores into words that nothing reads. A word is given one value only while there are enough, so
 * the simple question is nearly as good as asking about each store. */
static void drop_stores(struct emitter *e)
{
	u32 n = 0, also = 0;

	for (u32 i = 0; i < e->items.list.len; i++) {
		struct item item = e->items.list.data[i];

		if (!item.also)
			item.also = also;
		also = 0;
		if (item.kind == ITEM_INSN && item.insn.code == CBPF_ST && !item.label &&
		    !(e->loaded >> item.insn.k & 1)) {
			also = item.also;
			continue;
		}
		e->items.list.data[n++] = item;
	}
	e->items.list.len = n;
}

/* Notes for each value the last node, in the order of emission, that has to evaluate it: what has
 * been evaluated before is there again with all its parts. */
static void note_last(struct emitter *e, const struct value *v, u32 walk, u32 at)
{
	struct value_info *info = graph_info(e->g, v);
	bool before = info->seen >= walk;

	info->last = at;
	info->seen = walk;
	if (before)
		return;
	if (v->a)
		note_last(e, v->a, walk, at);
	if (v->b)
		note_last(e, v->b, walk, at);
	if (v->c)
		note_last(e, v->c, walk, at);
}

static void note_uses(struct emitter *e, struct node **order, u32 count)
{
	u32 walk = ++e->g->walks;

	for (u32 i = count; i--;)
		if (order[i]->count)
			note_last(e, order[i]->value, walk, count - i);
}

static bool same_arms(const struct node *a, const struct node *b)
{
	if (a->kind != NODE_SWITCH || b->kind != NODE_SWITCH || a->count != b->count)
		return false;
	for (u32 i = 0; i < a->count; i++)
		if (a->arms[i].hi != b->arms[i].hi || a->arms[i].to != b->arms[i].to)
			return false;
	return true;
}

/* Finds for each switch the last one with the same arms. `order` has targets first: what is emitted
 * last comes first. */
static void find_hosts(struct emitter *e, struct node **order, u32 count)
{
	for (u32 i = 0; i < count; i++) {
		struct block *b = &e->blocks[order[i]->mark];

		for (u32 k = 0; k < i && order[i]->count > 2; k++)
			if (same_arms(order[i], order[k]) && !e->blocks[order[k]->mark].host) {
				b->host = order[k];
				e->made->shared = true;
				break;
			}
	}
}

/* Blocks by the mark of their node. */
static bool make_blocks(struct emitter *e, struct node **order, u32 count)
{
	e->blocks = pool_take(&e->g->pool, count + 2, sizeof(*e->blocks));
	e->entries = pool_take_raw(&e->g->pool, count + 2, sizeof(*e->entries));
	if (e->opts->share)
		e->tests = pool_take_raw(&e->g->pool, count + 2, sizeof(*e->tests));
	e->g->yes->mark = count;
	e->g->no->mark = count + 1;
	for (u32 i = 0; i < count; i++)
		order[i]->mark = i;
	return e->blocks && e->entries && (e->tests || !e->opts->share) &&
	       vec_reserve_((void **)&e->items.list.data, 0, &e->items.list.cap, 4 * count + 16,
			    sizeof(*e->items.list.data));
}

static int emit_graph(struct emitter *e, struct cbpf_prog *out, struct node *root)
{
	struct node **order;
	u32 count = graph_order(e->g, root, &order);

	if (e->g->failed || !make_blocks(e, order, count))
		return -ENOMEM;
	e->labels = LABEL_FIRST_FREE;
	for (u32 i = 0; i < count; i++)
		if (order[i]->count)
			e->blocks[order[i]->mark].label = e->labels++;
	if (e->opts->share && count < MAX_SHARED)
		find_hosts(e, order, count);
	e->blocks[e->g->yes->mark].label = LABEL_ACCEPT;
	e->blocks[e->g->no->mark].label = LABEL_REJECT;
	if (!root->count)
		emit_goto(e, e->blocks[root->mark].label);
	e->entries[root->mark] = (struct regs){ 0 };
	note_uses(e, order, count);
	for (u32 i = count; i-- && !e->items.failed;) {
		e->at = count - i;
		if (order[i]->count)
			emit_node(e, order[i]);
	}
	if (e->too_long)
		return -ENAMETOOLONG;
	if (e->too_deep)
		return -E2BIG;
	if (e->items.failed || e->plan.failed || e->g->failed)
		return -ENOMEM;
	drop_stores(e);
	e->items.uses_m = e->loaded;
	return place_items(out, e->g->values->arena, &e->g->pool, &e->items, e->labels,
			   e->opts->snaplen);
}

int emit_classic(struct cbpf_prog *out, struct graph *g, struct node *root,
		 const struct emit_opts *opts, struct emit_made *made)
{
	struct emitter e = { .g = g, .opts = opts, .made = made, .plan.pool = &g->pool };
	int err = emit_graph(&e, out, root);

	pool_give(&g->pool, e.blocks);
	pool_give(&g->pool, e.entries);
	pool_give(&g->pool, e.tests);
	vec_fini(&e.items.list);
	plan_fini(&e.plan);
	return err;
}
