// SPDX-License-Identifier: BSD-2-Clause
/* Verdicts on the programs of an object, and what Linux's own log says in plain words. */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "api/handle.h"
#include "api/preset.h"
#include "base/str.h"
#include "base/vec.h"
#include "btf/types.h"
#include "spec/features.h"
#include "spec/helper.h"
#include "spec/prog.h"
#include "verify/env.h"
#include "verify/kernel_log.h"
#include "verify/verify.h"

#define KERNEL_TYPES "/sys/kernel/btf/vmlinux"

const char *skep_linux_era(size_t i)
{
	static const char *const names[] = { "4.14", "4.19", "5.4",  "5.10", "5.15",
					     "6.1",  "6.6",  "6.12", "6.18" };

	return i < ARRAY_SIZE(names) ? names[i] : NULL;
}

static int find_era(u32 *out, const char *text, struct diag *d)
{
	u32 era = text ? era_parse(text) : 0;

	if (text && !era) {
		diag_error(d, -EINVAL, NOWHERE, "'%s' is no release of Linux", text);
		diag_hint(d, "write it as 6.1");
		return -EINVAL;
	}
	if (text && !era_supported(era)) {
		diag_error(d, -EINVAL, NOWHERE, "Linux %s is too old for a verdict", text);
		diag_hint(d, "the oldest is %s", skep_linux_era(0));
		return -EINVAL;
	}
	*out = text ? era_supported(era) : 0;
	return 0;
}

static int open_kernel(struct types **out, const char *path, struct diag *d)
{
	int err;

	if (path && !strcmp(path, "none"))
		return 0;
	if (!path && access(KERNEL_TYPES, R_OK))
		return 0;
	err = types_open_file(out, path ? path : KERNEL_TYPES, NULL, d);
	return err == -EACCES ? -EPERM : err; /* -EACCES means refused */
}

/* ---- what a program uses ---- */

struct report {
	const struct object *obj;
	const struct obj_prog *prog;
	const struct verify_result *result;
	VEC(const char *) helpers;
	VEC(const char *) maps;
	VEC(struct skep_cost) costs;
};

static bool add_name(struct report *r, bool map, const char *name)
{
	const char **slot;

	for (u32 i = 0; i < (map ? r->maps.len : r->helpers.len); i++) {
		if (!strcmp(map ? r->maps.data[i] : r->helpers.data[i], name))
			return true;
	}
	slot = map ? vec_push(&r->maps) : vec_push(&r->helpers);
	if (slot)
		*slot = name;
	return slot;
}

/* An instruction that was followed; of refused programs every instruction counts. */
static bool is_used(const struct report *r, u32 slot)
{
	return !r->result->accepted || r->result->facts[slot].seen;
}

static int collect_names(struct report *r)
{
	const struct insn *i = r->prog->insns;
	bool fine = true;

	for (u32 at = 0; at < r->prog->insn_count && fine; at++) {
		const struct helper_info *h;

		if (i[at].code == CODE_CALL && i[at].src == CALL_HELPER && is_used(r, at)) {
			h = helper_by_id((u32)i[at].imm);
			fine = !h || add_name(r, false, h->name);
		}
		if (!insn_is_wide(&i[at]))
			continue;
		if ((i[at].src == PSEUDO_MAP_IDX || i[at].src == PSEUDO_MAP_IDX_VALUE) &&
		    (u32)i[at].imm < r->obj->map_count && is_used(r, at))
			fine = add_name(r, true, r->obj->maps[i[at].imm].name);
		at++;
	}
	return fine ? 0 : -ENOMEM;
}

/* ---- where the work goes ---- */

static int by_visits(const void *a, const void *b)
{
	const struct skep_cost *x = a, *y = b;

	if (x->branch != y->branch)
		return x->branch - y->branch;
	if (x->visits != y->visits)
		return x->visits < y->visits ? 1 : -1;
	return x->insn < y->insn ? -1 : x->insn > y->insn;
}

static struct skep_cost *add_cost(struct report *r, u32 slot, bool branch)
{
	const struct obj_func *f = prog_func(r->prog, slot);
	const struct obj_line *line = prog_line(r->prog, slot);
	struct skep_cost *c = vec_push(&r->costs);

	if (!c)
		return NULL;
	c->func = f && f->name ? f->name : r->prog->name;
	c->branch = branch;
	c->insn = slot;
	c->file = line ? line->file : NULL;
	c->text = line ? line->text : NULL;
	c->line = line ? line->line : 0;
	return c;
}

static int collect_costs(struct report *r)
{
	const struct obj_func *last = NULL;
	u32 total = 0; /* row of the function */

	for (u32 at = 0; at < r->prog->insn_count; at++) {
		const struct insn *i = &r->prog->insns[at];
		const struct obj_func *f = prog_func(r->prog, at);
		struct skep_cost *c;

		if (!at || f != last) {
			last = f;
			total = r->costs.len;
			if (!add_cost(r, at, false))
				return -ENOMEM;
		}
		r->costs.data[total].visits += r->result->facts[at].visits;
		if (!insn_is_jump(i) || i->code == CODE_JA || i->code == CODE_JA32 ||
		    !r->result->facts[at].visits)
			continue;
		c = add_cost(r, at, true);
		if (!c)
			return -ENOMEM;
		c->visits = r->result->facts[at].visits;
	}
	qsort(r->costs.data, r->costs.len, sizeof(*r->costs.data), by_visits);
	return 0;
}

static void fill(struct skep_verdict *out, const struct report *r)
{
	const struct prog_info *type = r->prog->type ? prog_info(r->prog->type) : NULL;
	const struct verify_result *v = r->result;

	*out = (struct skep_verdict){
		.prog = r->prog->name,
		.section = r->prog->section,
		.type = type ? type->name : NULL,
		.accepted = v->accepted,
		.category = v->accepted ? NULL : reject_kind_name(v->reject.kind),
		.reason = v->accepted ? NULL : v->reject.text,
		.insn = v->accepted ? 0 : v->reject.insn,
		.processed = v->processed,
		.total_states = v->total_states,
		.peak_states = v->peak_states,
		.max_states_per_insn = v->max_states_per_insn,
		.stack_depth = v->stack_depth,
		.longest_path = v->longest_path,
		.nanosec = v->nanosec,
		.helpers = r->helpers.data,
		.helper_count = r->helpers.len,
		.maps = r->maps.data,
		.map_count = r->maps.len,
		.costs = r->costs.data,
		.cost_count = r->costs.len,
	};
}

/* ---- programs ---- */

struct request {
	struct verify_opts opts;
	skep_verdict_fn fn;
	void *arg;
	bool refused;
};

static int deliver(struct request *q, struct report *r)
{
	struct skep_verdict verdict;
	int err = collect_names(r);

	if (!err && q->opts.cost)
		err = collect_costs(r);
	if (!err) {
		fill(&verdict, r);
		err = q->fn(q->arg, &verdict);
	}
	vec_fini(&r->helpers);
	vec_fini(&r->maps);
	vec_fini(&r->costs);
	return err;
}

static int verify_one(struct request *q, const struct object *obj, const struct obj_prog *prog,
		      struct diag *d)
{
	struct verify_result *result;
	int err = verify_prog(&result, obj, prog, &q->opts, d);

	if (err)
		return err;
	q->refused |= !result->accepted;
	if (q->fn)
		err = deliver(q, &(struct report){ .obj = obj, .prog = prog, .result = result });
	verify_result_free(result);
	return err;
}

int skep_verify(const struct skep_object *obj, const struct skep_verify_opts *opts,
		skep_verdict_fn fn, void *arg, struct skep_diag *diag)
{
	struct skep_verify_opts ours = { .size = sizeof(ours) };
	const struct object *o = object_of(obj);
	struct request q = { .fn = fn, .arg = arg };
	struct diag *d = diag_of(diag);
	struct types *kernel = NULL;
	struct object *own = NULL;
	int err = opts ? opts_copy(&ours, sizeof(ours), opts, "skep_verify_opts", d) : 0;

	if (!err)
		err = find_era(&q.opts.linux_version, ours.linux_era, d);
	if (!err && ours.prog && !object_prog(o, ours.prog))
		err = object_no_prog(o, ours.prog, d);
	if (!err)
		err = preset_apply(&own, o, ours.presets, ours.preset_count, d);
	if (!err)
		err = open_kernel(&kernel, ours.btf_path, d);
	if (err)
		goto out;
	o = own ? own : o;
	q.opts.unpriv = ours.unpriv;
	q.opts.strict_align = ours.strict_align;
	q.opts.cost = ours.cost;
	q.opts.log = ours.log;
	q.opts.log_out = ours.log_out;
	q.opts.kernel = kernel;
	for (u32 i = 0; i < o->prog_count && !err; i++) {
		if (!ours.prog || !strcmp(ours.prog, o->progs[i].name))
			err = verify_one(&q, o, &o->progs[i], d);
	}
	err = err ? err : q.refused ? -EACCES : 0;
out:
	types_free(kernel);
	object_free(own);
	return err;
}

int skep_explain_log(const struct skep_object *obj, const char *prog, const char *log, size_t len,
		     struct skep_diag *diag)
{
	const struct object *o = object_of(obj);
	struct diag *d = diag_of(diag);

	if (prog && !object_prog(o, prog))
		return object_no_prog(o, prog, d);
	return kernel_log_explain(o, prog ? object_prog(o, prog) : NULL, log, len, d);
}
