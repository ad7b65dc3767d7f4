// SPDX-License-Identifier: BSD-2-Clause
#include <errno.h>
#include <stdlib.h>

#include "engine/hold.h"

int unit_new(struct unit **out, struct engine *e, const struct object *obj,
	     const struct skep_load_opts *opts, struct diag *d)
{
	struct unit *u;
	int err;

	if ((u32)opts->exec > SKEP_EXEC_CHECKED_JIT)
		return diag_error(d, -EINVAL, NOWHERE, "unknown execution mode %d", opts->exec);
	u = calloc(1, sizeof(*u));
	if (!u)
		return diag_nomem(d);
	u->engine = e;
	u->opts = *opts;
	u->obj = obj;
	u->progs = calloc(MAX(obj->prog_count, 1u), sizeof(*u->progs));
	u->maps = calloc(MAX(obj->map_count, 1u), sizeof(*u->maps));
	err = u->progs && u->maps ? 0 : diag_nomem(d);
	if (!err) {
		for (u32 i = 0; i < obj->prog_count; i++)
			u->progs[i] = (struct unit_prog){ .unit = u, .src = &obj->progs[i] };
		for (u32 i = 0; i < obj->map_count; i++)
			u->maps[i] = (struct unit_map){ .unit = u, .src = &obj->maps[i] };
		err = e->ops->load(u, d);
	}
	if (err) {
		unit_free(u);
		return err;
	}
	*out = u;
	return 0;
}

void unit_free(struct unit *u)
{
	if (!u)
		return;
	while (u->links)
		link_remove(u->links);
	hold_wait(u);
	u->engine->ops->unload(u);
	object_free(u->own);
	free(u->progs);
	free(u->maps);
	free(u);
}

static int no_program(const struct hold *h, struct diag *d)
{
	return h ? diag_error(d, -ENOENT, NOWHERE, "there is no program to run") : diag_nomem(d);
}

int unit_run(struct hold *h, struct skep_run *run, struct diag *d)
{
	if (!h || !h->prog)
		return no_program(h, d);
	return h->prog->unit->engine->ops->prog_run(h->prog, run, d);
}

int unit_prog_run(struct unit_prog *p, struct skep_run *run, struct diag *d)
{
	struct hold *h = hold_enter(p);
	int err = unit_run(h, run, d);

	if (h)
		hold_leave(h);
	return err;
}

/* For engines that cannot do better. */
static int run_each(struct unit_prog *p, struct skep_batch *b, size_t *done, struct diag *d)
{
	struct skep_run run = { .size = sizeof(run) };
	u64 nanosec = 0;
	int err = 0;

	run.repeat = b->repeat;
	run.flags = b->flags;
	run.cpu = b->cpu;
	for (*done = 0; *done < b->count; ++*done) {
		run.data_in = b->packets[*done].data;
		run.data_in_len = b->packets[*done].len;
		run.wire_len = b->packets[*done].wire_len;
		run.linktype = b->packets[*done].linktype;
		run.data_out = b->outs ? b->outs[*done].data : NULL;
		run.data_out_cap = b->outs ? b->outs[*done].cap : 0;
		err = p->unit->engine->ops->prog_run(p, &run, d);
		if (err)
			break;
		nanosec += run.nanosec;
		if (b->results)
			b->results[*done] = run.result;
		if (b->outs) {
			b->outs[*done].len = run.data_out_len;
			b->outs[*done].redirect_ifindex = run.redirect_ifindex;
		}
	}
	b->nanosec = nanosec / MAX(*done, (size_t)1);
	return err;
}

int unit_run_batch(struct hold *h, struct skep_batch *batch, size_t *done, struct diag *d)
{
	const struct engine_ops *ops;

	if (!h || !h->prog)
		return no_program(h, d);
	ops = h->prog->unit->engine->ops;
	return (ops->prog_batch ? ops->prog_batch : run_each)(h->prog, batch, done, d);
}

void link_add(struct link *l)
{
	l->next = l->unit->links;
	l->unit->links = l;
}

void link_remove(struct link *l)
{
	struct link **at = &l->unit->links;

	while (*at && *at != l)
		at = &(*at)->next;
	if (*at)
		*at = l->next;
	l->unit->engine->ops->link_free(l);
}
