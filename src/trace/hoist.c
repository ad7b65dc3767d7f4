// SPDX-License-Identifier: BSD-2-Clause
/*
 * Variables of older scripts: there, what an inner block assigned could be read behind it. Today a
 * variable ends with its block. A script that reads one behind its block means the old way: the
 * variable is declared at the start of the probe, as `let` would.
 */
#include <errno.h>

#include "trace/trace.h"

struct names {
	const char *name;
	struct names *next;
};

struct hoist {
	struct arena *a;
	struct names *open;   /* assigned in this block and those around it, the last first */
	struct names *closed; /* assigned in a block that has ended */
	struct names *moved;
	bool no_memory;
};

static bool has(const struct names *list, const char *name)
{
	for (; list; list = list->next) {
		if (!strcmp(list->name, name))
			return true;
	}
	return false;
}

static void add(struct hoist *h, struct names **list, const char *name)
{
	struct names *n = arena_alloc(h->a, sizeof(*n));

	if (!n) {
		h->no_memory = true;
		return;
	}
	*n = (struct names){ name, *list };
	*list = n;
}

static void walk_list(struct hoist *h, struct node *list);

static void walk_block(struct hoist *h, struct node *list)
{
	struct names *before = h->open;

	walk_list(h, list);
	while (h->open != before) {
		struct names *n = h->open;

		h->open = n->next;
		n->next = h->closed;
		h->closed = n;
	}
}

static void assign(struct hoist *h, struct node *target)
{
	if (target->kind == N_TUPLE) {
		for (struct node *n = target->args; n; n = n->next)
			assign(h, n);
	} else if (target->kind == N_VAR && !has(h->open, target->name) &&
		   !has(h->moved, target->name)) {
		add(h, &h->open, target->name);
	}
}

static void walk(struct hoist *h, struct node *n)
{
	if (!n)
		return;
	if (n->kind == N_VAR) {
		if (!has(h->open, n->name) && !has(h->moved, n->name) && has(h->closed, n->name))
			add(h, &h->moved, n->name);
		return;
	}
	if (n->kind == N_ASSIGN && n->op == OP_NONE) {
		walk(h, n->b);
		assign(h, n->a);
		if (n->a->kind == N_MAP || n->a->kind == N_INDEX)
			walk(h, n->a);
		return;
	}
	if (n->kind == N_LET || n->kind == N_FOR) {
		walk(h, n->b);
		walk(h, n->a);
		if (!has(h->open, n->name))
			add(h, &h->open, n->name);
		walk_block(h, n->body);
		return;
	}
	walk(h, n->a);
	walk(h, n->b);
	walk(h, n->c);
	walk(h, n->key);
	walk_list(h, n->args);
	walk_block(h, n->body);
	walk_block(h, n->orelse);
}

static void walk_list(struct hoist *h, struct node *list)
{
	for (; list; list = list->next)
		walk(h, list);
}

static int declare(struct hoist *h, struct node **body)
{
	for (struct names *n = h->moved; n; n = n->next) {
		struct node *let = arena_alloc(h->a, sizeof(*let));

		if (!let)
			return -ENOMEM;
		let->kind = N_LET;
		let->name = n->name;
		let->at = (*body)->at;
		let->next = *body;
		*body = let;
	}
	return h->no_memory ? -ENOMEM : 0;
}

int script_hoist(struct script *s)
{
	int err = 0;

	for (struct tprobe *p = s->probes; p && !err; p = p->next) {
		struct hoist h = { .a = s->arena };

		walk_list(&h, p->body);
		err = declare(&h, &p->body);
	}
	return err;
}
