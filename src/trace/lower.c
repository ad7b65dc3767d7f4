// SPDX-License-Identifier: BSD-2-Clause
#include "trace/lower.h"

#include <errno.h>
#include <stdio.h>
#include <sys/utsname.h>

#include "spec/features.h"
#include "spec/helper_extra.h"

int lower_nomem(struct lower *lo)
{
	return diag_nomem(lo->d);
}

u32 call0(struct lower *lo, u32 helper)
{
	u32 r = new_reg(lo);

	vc_call(lo->v, helper, r, 0, NULL);
	return r;
}

u32 known_pid_tgid(struct lower *lo)
{
	if (lo->known.pid_tgid == VC_NONE)
		lo->known.pid_tgid = call0(lo, HELPER_get_current_pid_tgid);
	return lo->known.pid_tgid;
}

u32 known_uid_gid(struct lower *lo)
{
	if (lo->known.uid_gid == VC_NONE)
		lo->known.uid_gid = call0(lo, HELPER_get_current_uid_gid);
	return lo->known.uid_gid;
}

u32 known_task(struct lower *lo)
{
	if (lo->known.task == VC_NONE)
		lo->known.task = call0(lo, HELPER_get_current_task_btf);
	return lo->known.task;
}

/* This program's part of the memory beyond the frame, on this CPU. */
u32 scratch_base(struct lower *lo)
{
	struct place key;
	u32 args[2], r;

	if (lo->known.scratch != VC_NONE)
		return lo->known.scratch;
	r = new_reg(lo);
	key = place_frame(lo, 4, 4);
	place_store_imm(lo, 4, key, lo->prog);
	args[0] = new_reg(lo);
	vc_map(lo->v, args[0], lo->out->scratch_map);
	args[1] = place_addr(lo, key);
	vc_call(lo->v, HELPER_map_lookup_elem, r, 2, args);
	place_end(lo, key);
	vc_branch_imm(lo->v, VC_EQ, VC_64, r, 0, lo->exit);
	lo->known.scratch = r;
	lo->out->scratch_size = MAX(lo->out->scratch_size, 8u);
	return r;
}

/*
 * An iterator's last call has no object: the script does not see it. What is loaded here is used
 * all along, since the verifier takes each load for one that may be NULL.
 */
static void load_iter(struct lower *lo)
{
	const struct tpoint *p = lo->point;

	for (u32 i = 0; p->meta.kind == POINT_ITER && i < MIN(p->arg_count, LOWER_ITER_ARGS); i++) {
		if (p->args[i].type->kind != T_POINTER)
			continue;
		lo->iter_args[i] = new_reg(lo);
		vc_load(lo->v, 8, false, lo->iter_args[i], lo->ctx, (s32)p->args[i].off);
		vc_branch_imm(lo->v, VC_EQ, VC_64, lo->iter_args[i], 0, lo->exit);
	}
}

static int lower_body(struct lower *lo)
{
	struct tprobe *probe = lo->point->probe;
	int err;

	vc_at(lo->v, probe->at);
	load_iter(lo);
	err = lower_captures(lo, probe->body);
	if (!err && probe->predicate) {
		vc_at(lo->v, probe->predicate->at);
		err = lower_branch(lo, probe->predicate, false, lo->exit);
	}
	if (!err)
		err = lower_list(lo, probe->body);
	vc_place(lo->v, lo->exit);
	vc_exit(lo->v, VC_NONE);
	return err;
}

/* Functions of the script that the program calls: all of them, those without use go later. */
static int declare_fns(struct lower *lo)
{
	for (struct tfunc *f = lo->in->s->functions; f; f = f->next) {
		if (!f->is_macro)
			f->sub = vc_sub(lo->v, f->name, f->param_count) + 1;
	}
	return 0;
}

static int lower_fn(struct lower *lo, struct tfunc *f)
{
	u32 i = 0;
	int err = infer_final_fn(lo->in, f);

	if (err)
		return err;
	lo->serial = ++lo->out->serial;
	lo->fn = f;
	lo->ctx = VC_NONE;
	lo->in_body = false;
	lo->loop = NULL;
	lo->known = (struct known){ 0 };
	vc_sub_begin(lo->v, f->sub - 1);
	lo->exit = vc_label(lo->v);
	lo->result = imm_reg(lo, 0);
	err = lower_captures(lo, f->body);
	for (struct tparam *p = f->params; p && !err; p = p->next, i++) {
		struct value v = value_reg(vc_arg(lo->v, i), p->var->type);

		err = var_store(lo, p->var, &v);
	}
	if (!err)
		err = lower_list(lo, f->body);
	vc_place(lo->v, lo->exit);
	vc_exit(lo->v, lo->result);
	vc_sub_end(lo->v);
	return err ? err : lower_bodies(lo);
}

/* What len() of a map calls for each entry. */
static void lower_empty(struct lower *lo)
{
	if (!lo->nothing)
		return;
	vc_sub_begin(lo->v, lo->nothing - 1);
	vc_exit(lo->v, imm_reg(lo, 0));
	vc_sub_end(lo->v);
}

static bool calls(const struct node *n, const struct tfunc *f)
{
	for (; n; n = n->next) {
		if (n->kind == N_CALL && n->fn && (!f || n->fn == f))
			return true;
		if (calls(n->a, f) || calls(n->b, f) || calls(n->c, f) || calls(n->args, f) ||
		    calls(n->key, f) || calls(n->body, f) || calls(n->orelse, f))
			return true;
	}
	return false;
}

/* The release of the running kernel: instructions that it lacks are said in others. */
static u32 running_era(void)
{
	unsigned major, minor;
	struct utsname u;

	if (uname(&u) || sscanf(u.release, "%u.%u", &major, &minor) < 2)
		return 0;
	return ERA(major, MIN(minor, 255u));
}

int lower_program(struct unit_out *out, struct tpoint *p, u32 prog, u32 point_index)
{
	struct lower lo = {
		.out = out,
		.in = out->in,
		.a = &out->obj->arena,
		.d = out->in->d,
		.point = p,
		.prog = prog,
		.point_index = point_index,
	};
	const struct vcode_opts opts = {
		.era = out->in->opts->era ? out->in->opts->era : running_era(),
		.no_optimise = out->in->opts->no_optimise,
	};
	struct vcode_info info;
	bool fns = calls(p->probe->body, NULL) ||
		   (p->probe->predicate && calls(p->probe->predicate, NULL));
	int err;

	lo.serial = ++out->serial;
	lo.v = vcode_new(lo.a);
	if (!lo.v)
		return lower_nomem(&lo);
	lo.ctx = vc_ctx(lo.v);
	lo.exit = vc_label(lo.v);
	if (fns)
		declare_fns(&lo);
	err = lower_body(&lo);
	if (!err)
		err = lower_bodies(&lo);
	for (struct tfunc *f = lo.in->s->functions; f && !err && fns; f = f->next) {
		if (!f->is_macro)
			err = lower_fn(&lo, f);
	}
	if (err)
		return err;
	lower_empty(&lo);
	return vcode_finish(lo.v, &out->obj->progs[prog], lo.a, lo.in->s, &opts, &info, lo.d);
}
