// SPDX-License-Identifier: BSD-2-Clause
/*
 * Probes that BTF describes: fentry and fexit at functions, raw tracepoints, iterators. Names are
 * those of its types: FUNC f, TYPEDEF btf_trace_NAME, STRUCT bpf_iter__NAME.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/str.h"
#include "base/vec.h"
#include "btf/types.h"
#include "spec/prog.h"
#include "trace/probe/provider.h"

static int no_btf(struct expander *e)
{
	if (e->listing)
		return 0;
	return diag_error(e->d, -ENOENT, e->ap->at,
			  "%s probes need the kernel's BTF, and there is none", e->provider->name);
}

typedef int (*add_type)(struct expander *e, const struct provider *p, const char *name, u32 id);

struct found {
	const char *name;
	u32 id;
};

static int by_name(const void *a, const void *b)
{
	const struct found *x = a, *y = b;
	int order = strcmp(x->name, y->name);

	return order ? order : (x->id > y->id) - (x->id < y->id);
}

/* Types of this kind whose names begin with `prefix` and go on as the pattern says, by name. */
static int each_type(struct expander *e, const struct provider *p, enum type_kind kind,
		     const char *prefix, const char *pattern, add_type add)
{
	size_t skip = strlen(prefix);
	VEC(struct found) all = { 0 };
	const struct found *f;
	const char *last = "";
	int err = 0;

	for (u32 id = 1; id < types_count(e->btf); id++) {
		const char *name = types_name(e->btf, id);
		struct found *new;

		if (types_kind(e->btf, id) != kind || !str_starts(name, prefix) ||
		    !pattern_fits(pattern, name + skip))
			continue;
		new = vec_push(&all);
		if (!new)
			err = expand_nomem(e);
		else
			*new = (struct found){ name + skip, id };
	}
	if (all.len)
		qsort(all.data, all.len, sizeof(*all.data), by_name);
	vec_for (f, &all) {
		if (!err && strcmp(last, f->name))
			err = add(e, p, f->name, f->id);
		last = f->name;
	}
	vec_fini(&all);
	return err;
}

static int nearest(struct expander *e, enum type_kind kind, const char *prefix, const char *name,
		   u32 part, const char *what)
{
	struct near near = near_start(name, strlen(name));
	size_t skip = strlen(prefix);
	int err = expand_missing(e, part, "there is no %s '%s'", what, name);

	if (!err)
		return 0;
	for (u32 id = 1; id < types_count(e->btf) && !is_pattern(name); id++) {
		const char *other = types_name(e->btf, id);

		if (types_kind(e->btf, id) == kind && str_starts(other, prefix))
			near_try(&near, other + skip);
	}
	if (near.best)
		diag_hint(e->d, "did you mean '%s'?", near.best);
	return err;
}

static int by_type(struct expander *e, const struct provider *p, enum type_kind kind,
		   const char *prefix, u32 part, const char *what, add_type add)
{
	const char *name = expand_part(e, part);
	char full[256];
	u32 id;
	int err;

	if (!expand_btf(e))
		return no_btf(e);
	if (is_pattern(name)) {
		err = each_type(e, p, kind, prefix, name, add);
	} else {
		snprintf(full, sizeof(full), "%s%s", prefix, name);
		id = types_find(e->btf, full, kind);
		err = id ? add(e, p, name, id) : 0;
	}
	if (err || e->added)
		return err;
	return nearest(e, kind, prefix, name, part, what);
}

static int set_target(struct expander *e, struct tpoint *t, const char *name)
{
	t->attach_target = arena_strdup(e->a, name);
	t->meta.target = t->attach_target;
	t->prog_type = PROG_TRACING;
	t->ctx_space = SPACE_KERNEL;
	return t->attach_target ? 0 : expand_nomem(e);
}

/* ---- fentry, fexit ---- */

/* The part of the name that says where, for points whose writer named the kernel itself. */
static const char *module_part(const struct expander *e)
{
	return e->ap->parts == 3 ? "vmlinux:" : "";
}

static int add_func(struct expander *e, const struct provider *p, const char *name, u32 id)
{
	bool exit = p->kind == POINT_FEXIT;
	u32 proto = types_ref(e->btf, id);
	struct tpoint *t;

	/* The trampoline passes 12 arguments at most. */
	if (types_vlen(e->btf, proto) > 12)
		return 0;
	t = expand_add(e, p->kind, "%s:%s%s", p->name, module_part(e), name);
	if (!t)
		return -EINVAL;
	t->attach_type = exit ? ATTACH_TRACE_FEXIT : ATTACH_TRACE_FENTRY;
	t->section = exit ? "fexit" : "fentry";
	if (set_target(e, t, name))
		return -ENOMEM;
	t->func = t->attach_target;
	return e->want_args ? args_of_proto(e, t, proto, 0, exit) : 0;
}

static int expand_func(struct expander *e, const struct provider *p)
{
	u32 last = e->ap->parts - 1;

	if (e->ap->parts > 2 && strcmp(expand_part(e, 1), "vmlinux") &&
	    !pattern_fits(expand_part(e, 1), "vmlinux"))
		return expand_missing(e, 1, "only functions of vmlinux have %s probes here",
				      p->name);
	return by_type(e, p, KIND_FUNC, "", last, "function of the kernel", add_func);
}

const struct provider provider_fentry = {
	.name = "fentry",
	.short_name = "f",
	.aliases = { "kfunc" },
	.kind = POINT_FENTRY,
	.min_parts = 2,
	.max_parts = 3,
	.usage = "fentry[:vmlinux]:FUNCTION",
	.expand = expand_func,
	.pattern = "fentry:*",
};
const struct provider provider_fexit = {
	.name = "fexit",
	.short_name = "fr",
	.aliases = { "kretfunc" },
	.kind = POINT_FEXIT,
	.min_parts = 2,
	.max_parts = 3,
	.usage = "fexit[:vmlinux]:FUNCTION",
	.expand = expand_func,
	.pattern = "fexit:*",
};

/* ---- raw tracepoints ---- */

/* The typedef's prototype has no names; that of the function which calls programs has them. */
static u32 named_proto(struct expander *e, const char *name, u32 proto)
{
	static const char *const callers[] = { "__bpf_trace_", "__traceiter_" };
	char func[256];

	for (u32 i = 0; i < ARRAY_SIZE(callers); i++) {
		u32 other;

		snprintf(func, sizeof(func), "%s%s", callers[i], name);
		other = types_ref(e->btf, types_find(e->btf, func, KIND_FUNC));
		if (types_kind(e->btf, other) == KIND_FUNC_PROTO &&
		    types_vlen(e->btf, other) == types_vlen(e->btf, proto))
			return other;
	}
	return proto;
}

static int add_raw(struct expander *e, const struct provider *p, const char *name, u32 id)
{
	u32 proto = types_ref(e->btf, types_strip(e->btf, id));
	struct tpoint *t;

	if (types_kind(e->btf, proto) != KIND_FUNC_PROTO)
		return 0;
	t = expand_add(e, p->kind, "%s:%s%s", p->name, module_part(e), name);
	if (!t)
		return -EINVAL;
	t->attach_type = ATTACH_TRACE_RAW_TP;
	t->section = "tp_btf";
	if (set_target(e, t, name))
		return -ENOMEM;
	/* The first parameter is the tracepoint's own. */
	return e->want_args ? args_of_proto(e, t, named_proto(e, name, proto), 1, false) : 0;
}

static int expand_raw(struct expander *e, const struct provider *p)
{
	return by_type(e, p, KIND_TYPEDEF, "btf_trace_", e->ap->parts - 1, "raw tracepoint",
		       add_raw);
}

const struct provider provider_rawtracepoint = {
	.name = "rawtracepoint",
	.short_name = "rt",
	.kind = POINT_RAWTRACEPOINT,
	.min_parts = 2,
	.max_parts = 3,
	.usage = "rawtracepoint[:vmlinux]:EVENT",
	.expand = expand_raw,
	.pattern = "rawtracepoint:*",
};

/* ---- iterators ---- */

/* A member of the context; pointers lie in a union of one name. */
static int iter_arg(struct expander *e, struct tpoint *t, u32 record, u32 i)
{
	struct type_member m = types_member(e->btf, record, i);
	u32 inner = types_strip(e->btf, m.type), off = m.bit_off / 8;
	struct targ *arg = &t->args[t->arg_count];

	if (!m.name[0] && types_kind(e->btf, inner) == KIND_UNION && types_vlen(e->btf, inner))
		m = types_member(e->btf, inner, 0);
	if (!m.name[0])
		return 0;
	*arg = (struct targ){ .name = m.name, .from = TARG_FIELD, .off = off };
	arg->type = t_btf(e->a, e->btf, m.type, SPACE_BTF);
	arg->decl = arg_decl(e, e->btf, m.type, m.name);
	if (!arg->type || !arg->decl)
		return expand_nomem(e);
	t->arg_count++;
	return 0;
}

static int add_iter(struct expander *e, const struct provider *p, const char *name, u32 id)
{
	const char *pin = expand_part(e, 2);
	char func[256];
	struct tpoint *t;
	int err = 0;

	snprintf(func, sizeof(func), "bpf_iter_%s", name);
	if (!types_find(e->btf, func, KIND_FUNC))
		return 0;
	t = expand_add(e, p->kind, "iter:%s%s%s", name, *pin ? ":" : "", pin);
	if (!t)
		return -EINVAL;
	t->attach_type = ATTACH_TRACE_ITER;
	t->section = "iter";
	if (set_target(e, t, name))
		return -ENOMEM;
	if (*pin)
		t->meta.pin = pin[0] == '/' ? pin : arena_printf(e->a, "/sys/fs/bpf/%s", pin);
	t->args = arena_array(e->a, types_vlen(e->btf, id) + 1, sizeof(*t->args));
	if (!t->args)
		return expand_nomem(e);
	for (u32 i = 0; i < types_vlen(e->btf, id) && !err; i++)
		err = iter_arg(e, t, id, i);
	return err;
}

static int expand_iter(struct expander *e, const struct provider *p)
{
	return by_type(e, p, KIND_STRUCT, "bpf_iter__", 1, "iterator", add_iter);
}

const struct provider provider_iter = {
	.name = "iter",
	.short_name = "it",
	.kind = POINT_ITER,
	.min_parts = 2,
	.max_parts = 3,
	.usage = "iter:KIND[:PIN]",
	.expand = expand_iter,
	.pattern = "iter:*",
};
