// SPDX-License-Identifier: BSD-2-Clause
#include "trace/infer.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

enum { MAX_ROUNDS = 64 };

const struct ttype t_unknown = { .kind = T_NONE };

int infer_error(struct infer *in, struct span at, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	if (in->quiet)
		return -EINVAL;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	return diag_error(in->d, -EINVAL, at, "%s", text);
}

int infer_nomem(struct infer *in)
{
	return diag_nomem(in->d);
}

static void begin(struct infer *in, struct tpoint *point, struct tfunc *fn)
{
	in->point = point;
	in->fn = fn;
	in->scope = NULL;
	in->loops = in->bodies = 0;
	in->epoch++;
	in->uses_args = in->uses_point = false;
	in->skip = false;
}

/* The body again until its own variables have their types. */
static int settle(struct infer *in, struct node *predicate, struct node *body,
		  struct tparam *params)
{
	bool outer = in->changed, any = false;
	int err = 0;

	for (u32 round = 0; round < MAX_ROUNDS && !err; round++) {
		struct scope scope = { .function = true };

		in->changed = false;
		scope_push(in, &scope);
		for (struct tparam *p = params; p && !err; p = p->next)
			err = infer_param(in, p);
		if (!err && predicate)
			err = infer_condition(in, predicate);
		if (!err)
			err = infer_list(in, body);
		scope_pop(in);
		any |= in->changed;
		if (!in->changed)
			break;
	}
	in->changed = outer | any;
	return err;
}

static int infer_function(struct infer *in, struct tfunc *f)
{
	if (f->is_macro)
		return 0;
	if (!f->type) {
		f->type = f->result ? type_named(in, f->result) : &t_none;
		if (!f->type)
			return -EINVAL;
	}
	begin(in, NULL, f);
	return settle(in, NULL, f->body, f->params);
}

static int infer_probe(struct infer *in, struct tpoint *p)
{
	begin(in, p, NULL);
	return settle(in, p->probe->predicate, p->probe->body, NULL);
}

bool point_is_own(enum point_kind kind)
{
	switch (kind) {
	case POINT_BEGIN:
	case POINT_END:
	case POINT_SELF:
	case POINT_INTERVAL:
	case POINT_BENCH:
		return true;
	default:
		return false;
	}
}

/* A point of a wildcard without an argument that the body names is left out. */
static void drop(struct infer *in, struct tpoint *p)
{
	diag_note(in->d, p->written->at, "%s is left out: it has no argument '%s'", p->meta.name,
		  in->missing);
	p->dropped = true;
}

/* A body that does not name its arguments, or names equal ones, means the same at both points. */
static bool can_share(const struct tpoint *a, const struct tpoint *b)
{
	if (a->meta.kind != b->meta.kind || point_is_own(a->meta.kind) || a->uses_point)
		return false;
	if (a->uses_args)
		return a->same == b->same;
	return a->meta.kind != POINT_FENTRY && a->meta.kind != POINT_FEXIT &&
	       a->meta.kind != POINT_ITER && a->meta.kind != POINT_RAWTRACEPOINT;
}

static int all_probes(struct infer *in)
{
	const struct tpoint *last = NULL;
	int err, result = 0;

	for (struct tpoint *p = in->points; p; p = p->next) {
		if (p->dropped)
			continue;
		if (last && last->probe == p->probe && can_share(last, p)) {
			p->twin = true;
			continue;
		}
		err = infer_probe(in, p);
		p->uses_args = in->uses_args;
		p->uses_point = in->uses_point;
		if (err && in->skip)
			drop(in, p);
		else if (err)
			result = err;
		else
			last = p;
	}
	return result;
}

static int left_over(struct infer *in)
{
	for (const struct tprobe *probe = in->s->probes; probe; probe = probe->next) {
		const struct tpoint *p = in->points;
		bool had = false;

		for (; p && (p->probe != probe || p->dropped); p = p->next)
			had |= p->probe == probe;
		if (!p && had)
			return infer_error(in, probe->at,
					   "no attach point has the arguments this probe names");
	}
	return 0;
}

int infer_script(struct infer *in)
{
	int err = 0;

	for (u32 round = 0; round < MAX_ROUNDS && !err; round++) {
		in->changed = false;
		for (struct tfunc *f = in->s->functions; f && !err; f = f->next)
			err = infer_function(in, f);
		if (!err)
			err = all_probes(in);
		if (!in->changed)
			break;
	}
	return err ? err : left_over(in);
}

int infer_final(struct infer *in, struct tpoint *point)
{
	int err;

	in->final = false;
	err = infer_probe(in, point); /* variables get this point's types */
	if (err)
		return err;
	in->final = true;
	in->epoch--; /* and keep them */
	begin(in, point, NULL);
	err = settle(in, point->probe->predicate, point->probe->body, NULL);
	in->final = false;
	return err;
}

int infer_final_fn(struct infer *in, struct tfunc *f)
{
	int err = infer_function(in, f);

	if (err)
		return err;
	in->final = true;
	in->epoch--;
	begin(in, NULL, f);
	err = settle(in, NULL, f->body, f->params);
	in->final = false;
	return err;
}
