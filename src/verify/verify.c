// SPDX-License-Identifier: BSD-2-Clause
#include "verify/verify.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "verify/attach.h"
#include "verify/depth.h"
#include "verify/env.h"
#include "verify/era.h"
#include "verify/explain.h"
#include "verify/functions.h"
#include "verify/kfunc.h"
#include "verify/log.h"
#include "verify/maps.h"
#include "verify/structure.h"
#include "verify/walk.h"

static const struct verify_opts defaults;

static bool gpl_compatible(const char *license)
{
	static const char *const fit[] = {
		"GPL",		"GPL v2",	"GPL and additional rights",
		"Dual BSD/GPL", "Dual MIT/GPL", "Dual MPL/GPL"
	};

	for (size_t i = 0; license && i < ARRAY_SIZE(fit); i++) {
		if (!strcmp(license, fit[i]))
			return true;
	}
	return false;
}

static int find_map_fields(struct verify *v)
{
	const char *why = NULL;

	v->map_fields = arena_array(v->arena, v->obj->map_count + 1, sizeof(*v->map_fields));
	if (!v->map_fields)
		return -ENOMEM;
	for (u32 i = 0; i < v->obj->map_count; i++) {
		const struct obj_map *map = &v->obj->maps[i];
		int err;

		if (!v->obj->types || !map->value_type_id || map->role == MAP_STRUCT_OPS)
			continue;
		err = fields_find(&v->map_fields[i], v->arena, v->obj->types, map->value_type_id,
				  v->kernel, &why);
		/* Where fields contradict each other Linux makes the map, but as if it had none. */
		if (err == -ENOMEM)
			return err;
	}
	return 0;
}

const struct btf_fields *map_value_fields(const struct verify *v, const struct obj_map *map)
{
	size_t i = (size_t)(map - v->obj->maps);

	return i < v->obj->map_count ? v->map_fields[i] : NULL;
}

/* Answers of type_fields that were given before. */
struct type_fields {
	const struct types *types;
	u32 id;
	const struct btf_fields *fields;
	struct type_fields *next;
};

const struct btf_fields *type_fields(struct verify *v, const struct types *t, u32 id)
{
	struct type_fields *known;
	const char *why;

	for (known = v->type_fields; known; known = known->next) {
		if (known->types == t && known->id == id)
			return known->fields;
	}
	known = arena_alloc(v->arena, sizeof(*known));
	if (!known)
		return NULL;
	*known = (struct type_fields){ .types = t, .id = id, .next = v->type_fields };
	v->type_fields = known;
	if (fields_find(&known->fields, v->arena, t, id, v->kernel, &why))
		known->fields = NULL;
	return known->fields;
}

bool map_is_constant(const struct obj_map *map)
{
	return map->role == MAP_RODATA || map->role == MAP_KCONFIG;
}

/* Function by function: the main program, then the global functions that it calls, and theirs. */
static int walk_all(struct verify *v)
{
	int err = walk_func(v, 0);
	bool more = true;

	/* What catches exceptions is taken to be called. */
	for (u32 f = 1; f < v->cfg.func_count; f++) {
		if (v->cfg.funcs[f].is_exception_callback)
			v->func_wanted[f / 32] |= 1u << (f % 32);
	}
	while (!err && more) {
		more = false;
		for (u32 f = 1; f < v->cfg.func_count && !err; f++) {
			u32 bit = 1u << (f % 32);

			if (!(v->func_wanted[f / 32] & bit) || (v->func_done[f / 32] & bit))
				continue;
			v->func_done[f / 32] |= bit;
			more = true;
			err = walk_func(v, f);
		}
	}
	return err;
}

static bool has_private_stack(u32 type)
{
	return type == PROG_KPROBE || type == PROG_TRACEPOINT || type == PROG_PERF_EVENT ||
	       type == PROG_RAW_TRACEPOINT || type == PROG_TRACING || type == PROG_STRUCT_OPS;
}

/* Stack of every chain of calls; 6.13 and later give tracing programs frames outside it. */
static int finish(struct verify *v)
{
	bool jit = era_at_least(v, 6, 8);
	struct depth_rules rules = {
		.round = jit ? 16 : 32,
		.least = jit ? 0 : 1,
		.private_stack =
			verify_has(v, FEATURE_PRIVATE_STACK) && has_private_stack(v->prog->type),
	};
	int err = depth_check(&v->cfg, v->stack_depth, &rules, v->d);

	for (u32 f = 0; f < v->cfg.func_count; f++)
		v->result->stack_depth = MAX(v->result->stack_depth, v->stack_depth[f]);
	if (err && err != -ENOMEM) {
		v->reject = (struct reject){ .kind = REJECT_STACK,
					     .err = err,
					     .regno = -1,
					     .text = "the functions' frames take too much stack" };
		explain_structure(v);
	}
	return err;
}

/* What precedes the walk. Structural errors are in v->d already and mean a refusal, too. */
static int prepare(struct verify *v)
{
	struct cfg_rules rules = {
		.loops_allowed = verify_has(v, FEATURE_BOUNDED_LOOPS) && !v->opts->unpriv,
		.kfunc = kfunc_traits,
	};
	int err = structure_check_reached(v->obj, v->prog, v->d);

	if (!err)
		err = cfg_build(&v->cfg, v->arena, v->obj, v->prog, &rules, v->d);
	if (err == -EINVAL || err == -E2BIG) {
		v->reject = (struct reject){ .kind = REJECT_STRUCTURE,
					     .err = err,
					     .regno = -1,
					     .text = "the program's structure is not valid" };
		return err;
	}
	if (err)
		return err;
	v->aux = arena_array(v->arena, v->insn_count, sizeof(*v->aux));
	v->stack_depth = arena_array(v->arena, v->cfg.func_count, sizeof(*v->stack_depth));
	if (!v->aux || !v->stack_depth)
		return -ENOMEM;
	err = era_check(v);
	if (!err)
		err = attach_resolve(v);
	if (!err)
		err = find_map_fields(v);
	if (!err)
		err = functions_check(v);
	if (!err)
		err = maps_check(v);
	return err;
}

static u64 now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (u64)now.tv_sec * 1000000000u + (u64)now.tv_nsec;
}

static void sum_up(struct verify *v, u64 start)
{
	struct verify_result *r = v->result;

	r->nanosec = now_ns() - start;
	r->processed = v->processed;
	r->reject = v->reject;
	log_stats(v);
}

static int run(struct verify *v)
{
	u64 start = now_ns();
	int err = prepare(v);

	if (err && v->reject.kind == REJECT_STRUCTURE)
		explain_structure(v);
	else if (err && v->reject.kind != REJECT_NONE)
		err = explain_reject(v) == -ENOMEM ? -ENOMEM : err;
	if (!err)
		err = walk_all(v);
	if (!err)
		err = finish(v);
	sum_up(v, start);
	if (!err)
		v->result->accepted = true;
	return v->reject.kind != REJECT_NONE && err != -ENOMEM ? 0 : err;
}

int verify_prog(struct verify_result **out, const struct object *obj, const struct obj_prog *prog,
		const struct verify_opts *opts, struct diag *d)
{
	struct verify_result *r = calloc(1, sizeof(*r));
	struct verify v = {
		.obj = obj,
		.prog = prog,
		.insns = prog->insns,
		.insn_count = prog->insn_count,
		.opts = opts ? opts : &defaults,
		.d = d,
		.result = r,
	};
	int err = -ENOMEM;

	if (!r)
		return diag_nomem(d);
	v.arena = &r->arena;
	v.linux_version = v.opts->linux_version ? v.opts->linux_version : ERA(6, 18);
	v.kernel = v.opts->kernel;
	v.gpl = gpl_compatible(obj->license);
	v.allow_ptr_leaks = !v.opts->unpriv && !v.opts->no_perfmon;
	v.allow_uninit_stack = v.allow_ptr_leaks && verify_has(&v, FEATURE_UNINIT_STACK);
	v.exact_scalars = v.opts->record;
	r->facts = arena_array(&r->arena, prog->insn_count, sizeof(*r->facts));
	if (v.opts->record)
		r->records = arena_array(&r->arena, prog->insn_count, sizeof(*r->records));
	if (r->facts && (r->records || !v.opts->record))
		err = run(&v);
	if (err == -ENOMEM)
		diag_nomem(d);
	if (err) {
		verify_result_free(r);
		return err;
	}
	*out = r;
	return 0;
}

void verify_result_free(struct verify_result *r)
{
	if (r)
		arena_fini(&r->arena);
	free(r);
}
