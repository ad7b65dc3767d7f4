// SPDX-License-Identifier: BSD-2-Clause
/*
 * usdt: static probes of programs. Each place is a point of its own, since the compiler may have
 * put the arguments elsewhere at each.
 */
#include <errno.h>
#include <stdlib.h>

#include "spec/prog.h"
#include "symbols/usdt.h"
#include "trace/probe/user.h"

static int fill_arg(struct expander *e, struct targ *out, const struct usdt_arg *a)
{
	u32 size = (64 - a->shift) / 8;

	*out = (struct targ){ .type = t_number(size, a->is_signed), .off = (u32)a->reg };
	if (!out->type)
		return expand_nomem(e);
	switch ((enum usdt_kind)a->kind) {
	case USDT_CONST:
		out->from = TARG_CONST;
		out->value = (s64)a->value;
		break;
	case USDT_REG:
		out->from = TARG_REGISTER;
		break;
	case USDT_DEREF:
		out->from = TARG_DEREF;
		out->value = (s64)a->value;
		break;
	}
	return 0;
}

static int add(struct expander *e, const char *path, const struct usdt_probe *u)
{
	struct tpoint *p = expand_add(e, POINT_USDT, "usdt:%s:%s:%s", path, u->provider, u->name);
	int err = 0;

	if (!p)
		return -EINVAL;
	p->prog_type = PROG_KPROBE;
	p->section = "usdt";
	p->ctx_space = SPACE_USER;
	p->meta.pid = e->opts->pid;
	p->attach_target = arena_printf(e->a, "%s:%s:%s@0x%llx", path, u->provider, u->name,
					(unsigned long long)u->offset);
	p->meta.target = p->attach_target;
	p->args = arena_array(e->a, USDT_ARGS, sizeof(*p->args));
	if (!p->attach_target || !p->args)
		return expand_nomem(e);
	for (s16 i = 0; i < u->spec.count && !err; i++)
		err = fill_arg(e, &p->args[p->arg_count++], &u->spec.args[i]);
	return err;
}

static int one_file(void *ctx, const char *path)
{
	struct expander *e = ctx;
	u32 last = e->ap->parts - 1;
	const char *provider = last == 3 ? expand_part(e, 2) : "";
	struct usdt_probes found = { 0 };
	const struct usdt_probe *u;
	int err = usdt_find(&found, path, *provider ? provider : "*", expand_part(e, last), NULL);

	if (err == -ENOENT)
		return expand_missing(e, last, "'%s' has no static probe '%s'", path,
				      expand_part(e, last));
	if (err)
		return expand_error(e, last, "the static probes of '%s' cannot be read", path);
	vec_for (u, &found.list) {
		if (!err)
			err = add(e, path, u);
	}
	vec_fini(&found.list);
	return err;
}

static int expand(struct expander *e, const struct provider *p)
{
	if (!*expand_part(e, e->ap->parts - 1))
		return expand_error(e, e->ap->parts - 1, "the name of the probe is missing");
	return user_files(e, 1, one_file, e);
}

const struct provider provider_usdt = {
	.name = "usdt",
	.short_name = "U",
	.kind = POINT_USDT,
	.min_parts = 3,
	.max_parts = 4,
	.usage = "usdt:PATH:[PROVIDER:]NAME",
	.expand = expand,
};
