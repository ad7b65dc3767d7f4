// SPDX-License-Identifier: BSD-2-Clause
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "btf/types.h"
#include "spec/prog.h"
#include "trace/cdef.h"
#include "trace/compile_out.h"

static const char *const kind_names[POINT_KIND_COUNT] = {
	[POINT_BEGIN] = "begin",	 [POINT_END] = "end",
	[POINT_SELF] = "self",		 [POINT_KPROBE] = "kprobe",
	[POINT_KRETPROBE] = "kretprobe", [POINT_FENTRY] = "fentry",
	[POINT_FEXIT] = "fexit",	 [POINT_TRACEPOINT] = "tp",
	[POINT_RAWTRACEPOINT] = "rawtp", [POINT_UPROBE] = "uprobe",
	[POINT_URETPROBE] = "uretprobe", [POINT_USDT] = "usdt",
	[POINT_PROFILE] = "profile",	 [POINT_INTERVAL] = "interval",
	[POINT_SOFTWARE] = "software",	 [POINT_HARDWARE] = "hardware",
	[POINT_WATCHPOINT] = "watch",	 [POINT_ITER] = "iter",
	[POINT_BENCH] = "bench",
};

void trace_meta_fini(const struct trace_meta *meta)
{
	for (u32 i = 0; i < meta->btf_count; i++)
		types_free(meta->btf[i]);
	free(meta->btf);
}

static void count(struct infer *in, u32 *points, u32 *progs, bool *own)
{
	*points = *progs = 0;
	*own = !in->needs_kernel && !in->opts->in_kernel;
	for (const struct tpoint *p = in->points; p; p = p->next) {
		if (p->dropped)
			continue;
		++*points;
		*progs += !p->twin;
		*own &= point_is_own(p->meta.kind);
	}
}

/* Where no kernel is asked, programs are bare ones over memory. */
static void fill_prog(struct unit_out *out, struct obj_prog *prog, const struct tpoint *p, u32 i)
{
	*prog = (struct obj_prog){
		.name = arena_printf(&out->obj->arena, "%s_%u", kind_names[p->meta.kind], i),
		.section = p->section,
		.type = p->prog_type,
		.attach_type = p->attach_type,
		.attach_target = p->attach_target,
		.sleepable = p->sleepable,
		.autoload = true,
	};
	if (out->user_only) {
		prog->type = PROG_UNSPEC;
		prog->attach_type = 0;
		prog->section = prog->attach_target = NULL;
	}
}

static int tables(struct unit_out *out)
{
	struct infer *in = out->in;
	struct arena *a = &out->obj->arena;
	u32 points, progs, i = 0, prog = 0;

	count(in, &points, &progs, &out->user_only);
	out->obj->progs = arena_array(a, progs, sizeof(*out->obj->progs));
	out->meta->points = arena_array(a, points, sizeof(*out->meta->points));
	if (!out->obj->progs || !out->meta->points)
		return diag_nomem(in->d);
	if (points > out->cfg->max_probes) {
		diag_error(in->d, -E2BIG, in->s->probes->at,
			   "%u attach points, at most %u are allowed", points,
			   out->cfg->max_probes);
		diag_hint(in->d, "config = { max_probes = %u }", points);
		return -E2BIG;
	}
	if (progs > out->cfg->max_bpf_progs)
		return diag_error(in->d, -E2BIG, in->s->probes->at,
				  "%u programs, at most %u are allowed (max_bpf_progs)", progs,
				  out->cfg->max_bpf_progs);
	out->obj->prog_count = progs;
	out->meta->point_count = points;
	out->meta->user_only = out->user_only;
	for (struct tpoint *p = in->points; p; p = p->next) {
		struct trace_point *t = &out->meta->points[i];

		if (p->dropped)
			continue;
		if (!p->twin)
			fill_prog(out, &out->obj->progs[prog], p, prog), prog++;
		*t = p->meta;
		t->prog = prog - 1;
		t->cookie = i++;
	}
	return 0;
}

static bool is_shared(const struct tpoint *p)
{
	do
		p = p->next;
	while (p && p->dropped);
	return p && p->twin;
}

static int lower_all(struct unit_out *out)
{
	struct infer *in = out->in;
	u32 prog = 0, index = 0;
	int err = 0, e;

	for (struct tpoint *p = in->points; p; p = p->next) {
		if (p->dropped)
			continue;
		index++;
		if (p->twin)
			continue;
		e = infer_final(in, p);
		if (!e)
			e = lower_program(out, p, prog, is_shared(p) ? UINT32_MAX : index - 1);
		err = e ? e : err;
		prog++;
	}
	return err;
}

static int fill_meta(struct unit_out *out)
{
	struct infer *in = out->in;
	struct trace_meta *m = out->meta;

	m->event_count = in->events.len;
	m->events =
		arena_copy(&out->obj->arena, in->events.data, in->events.len * sizeof(*m->events));
	if (in->events.len && !m->events)
		return diag_nomem(in->d);
	m->join_len = out->cfg->join_len;
	m->print_maps_on_exit = out->cfg->print_maps_on_exit;
	m->missing_probes = out->cfg->missing_probes;
	return 0;
}

static int generate(struct object *obj, struct infer *in)
{
	struct trace_meta *meta = arena_alloc(&obj->arena, sizeof(*meta));
	struct unit_out out = { .obj = obj, .in = in, .cfg = in->cfg, .meta = meta };
	int err;

	if (!meta)
		return diag_nomem(in->d);
	obj->trace = meta;
	obj->trace_fini = trace_meta_fini;
	out.cpus = (u32)sysconf(_SC_NPROCESSORS_CONF);
	obj->license = in->cfg->license;
	err = tables(&out);
	if (!err)
		err = out_maps(&out);
	if (!err)
		err = lower_all(&out);
	if (!err)
		err = out_maps_finish(&out);
	if (!err)
		err = out_types(&out);
	return err ? err : fill_meta(&out);
}

/* Of the kernel, when the script asks for the first of its types. */
const struct types *infer_btf(struct infer *in)
{
	const char *path = in->opts->btf_path ? in->opts->btf_path : "/sys/kernel/btf/vmlinux";

	if (!in->btf_tried && !in->opts->btf) {
		in->btf_tried = true;
		if (types_open_file(&in->btf_owned, path, NULL, NULL))
			in->btf_owned = NULL;
	}
	return in->opts->btf ? in->opts->btf : in->btf_owned;
}

static const struct types *get_btf(void *ctx)
{
	return infer_btf(ctx);
}

static void keep(struct trace_meta *meta, struct types **t)
{
	if (*t)
		meta->btf[meta->btf_count++] = *t;
	*t = NULL;
}

/* Types that arguments and maps refer to live as long as the object. */
static int keep_btf(struct object *obj, struct infer *in, struct cdefs *defs)
{
	struct trace_meta *meta = (struct trace_meta *)obj->trace;

	if (!in->btf_owned && !defs->types)
		return 0;
	meta->btf = calloc(2, sizeof(struct types *));
	if (!meta->btf)
		return diag_nomem(in->d);
	keep(meta, &in->btf_owned);
	keep(meta, &defs->types);
	return 0;
}

/* The C at the top of the script. */
static int define(struct infer *in, struct cdefs *defs, const struct parse_opts *parse)
{
	struct trace_opts opts = *in->opts;
	int err;

	if (in->s->c || opts.include_count)
		opts.btf = infer_btf(in);
	err = cdef_read(defs, in->s, &opts, in->a, in->d);
	in->own = defs->types;
	return err ? err : cdef_replace(defs, in->s, parse, in->d);
}

static int compile(struct object *obj, const char *name, const char *text, size_t len,
		   const struct trace_opts *opts, struct diag *d)
{
	const struct parse_opts parse = { .params = opts->params,
					  .param_count = opts->param_count };
	struct infer in = { .a = &obj->arena, .d = d, .opts = opts };
	const struct btf_source source = { get_btf, &in };
	struct cdefs defs = { 0 };
	struct tconfig cfg;
	int err = script_parse(&in.s, &obj->arena, name, text, len, &parse, d);

	if (!err)
		err = config_read(&cfg, in.s, opts, &obj->arena, d);
	in.cfg = &cfg;
	if (!err && !in.s->probes)
		err = diag_error(d, -EINVAL, NOWHERE, "%s has no probes", name);
	if (!err && in.s->imports)
		err = diag_error(d, -EOPNOTSUPP, in.s->imports->at,
				 "scripts are not read from within scripts: put the text here");
	if (!err)
		err = define(&in, &defs, &parse);
	in.btf_source = &source;
	if (!err)
		err = script_expand(&in.points, in.s, opts, &source, d);
	if (!err && script_hoist(in.s))
		err = diag_nomem(d);
	if (!err)
		err = infer_script(&in);
	if (!err)
		err = generate(obj, &in);
	if (!err)
		err = keep_btf(obj, &in, &defs);
	cdef_fini(&defs);
	types_free(in.btf_owned);
	infer_fini(&in);
	return err;
}

int trace_compile(struct object **out, const char *name, const char *text, size_t len,
		  const struct trace_opts *opts, struct diag *d)
{
	struct object *obj = object_new(name);
	int err;

	if (!obj)
		return diag_nomem(d);
	err = compile(obj, name, text, len, opts, d);
	if (err) {
		object_free(obj);
		return err;
	}
	*out = obj;
	return 0;
}
