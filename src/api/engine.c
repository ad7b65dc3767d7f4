// SPDX-License-Identifier: BSD-2-Clause
/* Engines, units and running programs: the table of engines. */
#include <errno.h>

#include "api/handle.h"
#include "api/preset.h"
#include "kernel/kernel.h"
#include "spec/prog.h"
#include "user/user.h"

static const struct engine_ops *const engines[] = { &engine_user, &engine_kernel };

int skep_engine_new(struct skep_engine **out, const char *kind, struct skep_diag *diag)
{
	struct diag *d = diag_of(diag);
	struct engine *e;
	int err;

	for (size_t i = 0; i < ARRAY_SIZE(engines); i++) {
		if (kind && strcmp(kind, engines[i]->kind))
			continue;
		err = engines[i]->open(&e, d);
		if (!err)
			*out = engine_handle(e);
		return err;
	}
	diag_error(d, -EINVAL, NOWHERE, "there is no engine '%s'", kind);
	diag_hint(d, "the engines are 'user' and 'kernel'");
	return -EINVAL;
}

void skep_engine_free(struct skep_engine *eng)
{
	if (eng)
		engine_of(eng)->ops->close(engine_of(eng));
}

int skep_engine_helper(struct skep_engine *eng, uint32_t id, skep_helper_fn fn, void *arg)
{
	return engine_of(eng)->ops->helper(engine_of(eng), id, fn, arg);
}

int skep_engine_map_type(struct skep_engine *eng, const char *map, const struct skep_map_ops *ops,
			 void *arg)
{
	struct engine *e = engine_of(eng);

	if (!map || !ops || ops->size < sizeof(*ops) || !ops->lookup)
		return -EINVAL;
	return e->ops->map_type ? e->ops->map_type(e, map, ops, arg) : -EOPNOTSUPP;
}

void skep_engine_print(struct skep_engine *eng, skep_print_fn fn, void *arg)
{
	engine_of(eng)->print = fn;
	engine_of(eng)->print_arg = arg;
}

void skep_engine_tx(struct skep_engine *eng, skep_tx_fn fn, void *arg)
{
	engine_of(eng)->tx = fn;
	engine_of(eng)->tx_arg = arg;
}

static int kernel_only(const struct engine *e, const struct skep_load_opts *o, struct diag *d)
{
	const char *what = o->replace_count ? "replaced maps" : o->offload ? "offload" : NULL;

	if (!what || !strcmp(e->ops->kind, "kernel"))
		return 0;
	return diag_error(d, -EOPNOTSUPP, NOWHERE, "%s: only the kernel engine has that", what);
}

int skep_load(struct skep_unit **out, struct skep_engine *eng, const struct skep_object *obj,
	      const struct skep_load_opts *opts, struct skep_diag *diag)
{
	struct skep_load_opts ours = { .size = sizeof(ours) };
	struct diag *d = diag_of(diag);
	struct object *own = NULL;
	struct unit *u;
	int err = opts ? opts_copy(&ours, sizeof(ours), opts, "skep_load_opts", d) : 0;

	if (!err)
		err = kernel_only(engine_of(eng), &ours, d);
	if (!err)
		err = preset_apply(&own, object_of(obj), ours.presets, ours.preset_count, d);
	if (!err)
		err = unit_new(&u, engine_of(eng), own ? own : object_of(obj), &ours, d);
	if (err) {
		object_free(own);
		return err;
	}
	u->own = own;
	*out = unit_handle(u);
	return 0;
}

void skep_unit_free(struct skep_unit *unit)
{
	unit_free(unit_of(unit));
}

struct skep_prog *skep_prog_find(struct skep_unit *unit, const char *name)
{
	struct unit *u = unit_of(unit);

	for (u32 i = 0; i < u->obj->prog_count; i++) {
		if (u->progs[i].impl && (!name || !strcmp(u->progs[i].src->name, name)))
			return prog_handle(&u->progs[i]);
	}
	return NULL;
}

const char *skep_prog_exec(const struct skep_prog *prog)
{
	return prog_of(prog)->exec;
}

int skep_prog_fd(const struct skep_prog *prog)
{
	const struct unit_prog *p = prog_of(prog);

	return p->unit->engine->ops->prog_fd ? p->unit->engine->ops->prog_fd(p) : -1;
}

int skep_prog_pin(struct skep_prog *prog, const char *path, struct skep_diag *diag)
{
	const struct engine_ops *ops = prog_of(prog)->unit->engine->ops;

	if (!ops->prog_pin)
		return diag_error(diag_of(diag), -EOPNOTSUPP, NOWHERE,
				  "programs of the engine '%s' cannot be pinned", ops->kind);
	return ops->prog_pin(prog_of(prog), path, diag_of(diag));
}

const char *skep_prog_name(const struct skep_prog *prog)
{
	return prog_of(prog)->src->name;
}

const char *skep_prog_action(const struct skep_prog *prog, uint64_t result)
{
	return prog_action(prog_of(prog)->src->type, result);
}

/* Source: linux/bpf.h (enum xdp_action, enum bpf_ret_code), linux/pkt_cls.h (TC_ACT_…). */
bool skep_prog_passes(const struct skep_prog *prog, uint64_t result)
{
	enum { XDP_PASS = 2, TC_UNSPEC = -1, TC_OK = 0, TC_RECLASSIFY = 1, TC_PIPE = 3 };
	enum { LWT_OK = 0, LWT_REROUTE = 128, FLOW_CONTINUE = 129 };
	s32 r = (s32)result;

	switch (prog_of(prog)->src->type) {
	case PROG_XDP:
		return r == XDP_PASS;
	case PROG_SCHED_CLS:
	case PROG_SCHED_ACT:
		return r == TC_UNSPEC || r == TC_OK || r == TC_RECLASSIFY || r == TC_PIPE;
	case PROG_CGROUP_SKB:
		return r & 1;
	case PROG_LWT_IN:
	case PROG_LWT_OUT:
	case PROG_LWT_XMIT:
		return r == LWT_OK || r == LWT_REROUTE;
	case PROG_FLOW_DISSECTOR:
		return r == LWT_OK || r == FLOW_CONTINUE;
	default:
		return r != 0;
	}
}

int skep_poll(struct skep_unit *unit, int timeout_ms, skep_event_fn fn, void *arg)
{
	return unit_of(unit)->engine->ops->poll(unit_of(unit), timeout_ms, fn, arg);
}
