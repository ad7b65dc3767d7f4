// SPDX-License-Identifier: BSD-2-Clause
#include "verify/cfg.h"

#include <errno.h>
#include <stdlib.h>

#include "btf/types.h"
#include "spec/helper.h"
#include "verify/liveness.h"
#include "verify/loops.h"

enum { HELPER_TAIL_CALL = 12, HELPER_TIMER_SET_CALLBACK = 170 };
enum { NO_FUNC = UINT32_MAX };

/* A visited instruction: a depth-first walk keeps those whose edges are not all followed. */
struct visit {
	u32 at;
	u32 edge; /* next edge to follow */
};
enum color { NEW, OPEN, DONE };

struct build {
	struct cfg *cfg;
	const struct object *obj;
	const struct obj_prog *prog;
	const struct cfg_rules *rules;
	struct diag *d;
	u8 *color; /* per slot: enum color */
	struct visit *path;
	u32 depth;
};

#define refuse(b, slot, fmt, ...)                                                                  \
	diag_error((b)->d, -EINVAL, prog_span((b)->d, (b)->prog, slot),                            \
		   "program '%s', instruction %u: " fmt, (b)->prog->name, slot, ##__VA_ARGS__)

static u32 size_at(const struct obj_prog *prog, u32 at)
{
	return insn_is_wide(&prog->insns[at]) ? 2 : 1;
}

u32 cfg_next(const struct obj_prog *prog, u32 at, u32 next[static 2])
{
	const struct insn *i = &prog->insns[at];

	if (i->code == CODE_EXIT)
		return 0;
	if (i->code == CODE_JA || i->code == CODE_JA32) {
		next[0] = at + 1 + (u32)insn_distance(i);
		return 1;
	}
	next[0] = at + size_at(prog, at);
	if (!insn_is_jump(i))
		return 1;
	next[1] = at + 1 + (u32)insn_distance(i);
	return 2;
}

u32 cfg_func_at(const struct cfg *cfg, u32 slot)
{
	u32 index = slot < cfg->count ? cfg->func[slot] : 0;

	return slot < cfg->count && cfg->funcs[index].start == slot ? index : NO_FUNC;
}

const char *cfg_func_name(const struct cfg *cfg, u32 index, char buf[static 64])
{
	u32 start = cfg->funcs[index].start;
	const struct obj_func *f = prog_func(cfg->prog, start);

	if (f && f->start == start && f->name)
		snprintf(buf, 64, "'%.50s'", f->name);
	else if (!start)
		snprintf(buf, 64, "'%.50s'", cfg->prog->name);
	else
		snprintf(buf, 64, "the function at slot %u", start);
	return buf;
}

const char *cfg_extern_name(const struct object *obj, const struct obj_prog *prog, u32 at)
{
	for (u32 k = 0; k < prog->ref_count; k++) {
		if (prog->refs[k].insn == at && prog->refs[k].extern_idx < obj->extern_count)
			return obj->externs[prog->refs[k].extern_idx].name;
	}
	return NULL;
}

static bool has_callee(const struct insn *i)
{
	return cfg_is_local_call(i) || cfg_is_func_address(i);
}

static u32 callee_start(const struct obj_prog *prog, u32 at)
{
	return at + 1 + (u32)prog->insns[at].imm;
}

/* The function that a type tag of the main program names as its exception callback, or 0. */
static u32 exception_callback(const struct object *obj, const struct obj_prog *prog)
{
	static const char tag[] = "exception_callback:";
	u32 main_id = prog->func_count ? prog->funcs[0].type_id : 0;
	const char *name;

	if (!obj->types || !main_id)
		return 0;
	for (u32 id = 1; id < types_count(obj->types); id++) {
		if (types_kind(obj->types, id) != KIND_DECL_TAG ||
		    types_ref(obj->types, id) != main_id || types_component(obj->types, id) >= 0)
			continue;
		name = types_name(obj->types, id);
		if (strncmp(name, tag, sizeof(tag) - 1))
			continue;
		for (u32 k = 1; k < prog->func_count; k++) {
			if (!strcmp(prog->funcs[k].name, name + sizeof(tag) - 1))
				return prog->funcs[k].start;
		}
	}
	return 0;
}

/* Functions start at slot 0, where calls and addresses point, and at the exception callback. */
static int split_funcs(struct build *b, struct arena *a, u32 exception)
{
	struct cfg *cfg = b->cfg;
	u8 *start = calloc(cfg->count, 1);
	u32 n = 1;

	if (!start)
		return diag_nomem(b->d);
	start[0] = 1;
	start[exception] = 1;
	for (u32 at = 0; at < cfg->count; at += size_at(b->prog, at)) {
		if (has_callee(&b->prog->insns[at]))
			start[callee_start(b->prog, at)] = 1;
		if (size_at(b->prog, at) == 2)
			cfg->flags[at + 1] |= CFG_SECOND;
	}
	for (u32 at = 1; at < cfg->count; at++)
		n += start[at];
	cfg->funcs = arena_array(a, n, sizeof(*cfg->funcs));
	for (u32 at = 0; cfg->funcs && at < cfg->count; at++) {
		if (start[at])
			cfg->funcs[cfg->func_count++].start = at;
		cfg->func[at] = cfg->func_count - 1;
		cfg->funcs[cfg->func_count - 1].end = at + 1;
	}
	free(start);
	if (!cfg->funcs)
		return diag_nomem(b->d);
	cfg->funcs[cfg->func[exception]].is_exception_callback = exception > 0;
	return 0;
}

static bool name_in(const char *name, const char *const *list, u32 count)
{
	for (u32 k = 0; name && k < count; k++) {
		if (!strcmp(name, list[k]))
			return true;
	}
	return false;
}

static bool is_iter_next(const char *name)
{
	size_t len = name ? strlen(name) : 0;

	return len > 14 && !strncmp(name, "bpf_iter_", 9) && !strcmp(name + len - 5, "_next");
}

/*
 * Callbacks of both sorts. A callback that runs during the call is verified as a loop around it:
 * the state before the call is kept, so that the loop ends when it comes back unchanged.
 */
static void mark_callback_call(struct build *b, u32 at, bool later)
{
	if (later)
		b->cfg->flags[at] |= CFG_ASYNC_CALL | CFG_PRUNE;
	else
		b->cfg->flags[at] |= CFG_CALLBACK_CALL | CFG_CHECKPOINT | CFG_PRUNE | CFG_JUMP;
}

static void mark_helper_call(struct build *b, u32 at)
{
	/* copy_from_user, ima_inode_hash, copy_from_user_task, ima_file_hash */
	static const u32 sleeping[] = { 148, 161, 191, 193 };
	struct cfg_func *f = &b->cfg->funcs[b->cfg->func[at]];
	u32 id = (u32)b->prog->insns[at].imm;
	const struct helper_info *h = helper_by_id(id);

	if (!h)
		return;
	f->has_tail_call |= id == HELPER_TAIL_CALL;
	f->changes_packet |= h->changes_packet;
	for (u32 k = 0; k < ARRAY_SIZE(sleeping); k++)
		f->might_sleep |= id == sleeping[k];
	for (u32 k = 0; k < 5; k++) {
		if (h->arg[k] == ARG_FUNC)
			mark_callback_call(b, at, id == HELPER_TIMER_SET_CALLBACK);
	}
}

static void mark_kfunc_call(struct build *b, u32 at)
{
	static const char *const during[] = { "bpf_rbtree_add_impl", "bpf_rbtree_add" };
	static const char *const later[] = {
		"bpf_wq_set_callback_impl",	 "bpf_wq_set_callback",
		"bpf_task_work_schedule_signal", "bpf_task_work_schedule_signal_impl",
		"bpf_task_work_schedule_resume", "bpf_task_work_schedule_resume_impl",
	};
	const char *name = cfg_extern_name(b->obj, b->prog, at);
	struct cfg_func *f = &b->cfg->funcs[b->cfg->func[at]];
	u32 traits;

	if (!name)
		return;
	if (name_in(name, during, ARRAY_SIZE(during)))
		mark_callback_call(b, at, false);
	if (name_in(name, later, ARRAY_SIZE(later)))
		mark_callback_call(b, at, true);
	if (is_iter_next(name))
		b->cfg->flags[at] |= CFG_ITER_NEXT | CFG_CHECKPOINT | CFG_PRUNE;
	traits = b->rules->kfunc ? b->rules->kfunc(b->rules->arg, name) : 0;
	f->might_sleep |= (traits & CFG_KFUNC_SLEEPS) > 0;
	f->changes_packet |= (traits & CFG_KFUNC_CHANGES_PACKET) > 0;
}

/* What an instruction says of itself, where it goes and of its function. */
static void mark_insn(struct build *b, u32 at)
{
	const struct insn *i = &b->prog->insns[at];
	u16 *flags = b->cfg->flags;
	u32 next[2], n = cfg_next(b->prog, at, next);

	if (i->code == CODE_CALL && i->src == CALL_HELPER)
		mark_helper_call(b, at);
	else if (i->code == CODE_CALL && i->src == CALL_KFUNC)
		mark_kfunc_call(b, at);
	if (i->code == CODE_CALL || cfg_is_func_address(i))
		flags[next[0]] |= CFG_PRUNE | CFG_JUMP; /* back from the callee */
	if (has_callee(i)) {
		flags[at] |= CFG_PRUNE;
		flags[callee_start(b->prog, at)] |= CFG_PRUNE | CFG_JUMP;
	}
	if (cfg_is_func_address(i))
		b->cfg->funcs[b->cfg->func[callee_start(b->prog, at)]].address_taken = true;
	if (INSN_CLASS(i->code) == CLASS_LD && INSN_MODE(i->code) != MODE_IMM)
		b->cfg->funcs[b->cfg->func[at]].has_ld_abs = true;
	if (i->code == CODE_JCOND)
		flags[at] |= CFG_MAY_GOTO | CFG_CHECKPOINT;
	if (insn_is_jump(i)) {
		flags[next[n - 1]] |= CFG_PRUNE | CFG_JUMP;
		flags[at] |= n == 2 ? CFG_PRUNE : 0;
	}
}

static void enter(struct build *b, u32 at)
{
	b->color[at] = OPEN;
	b->cfg->flags[at] |= CFG_REACHED;
	b->path[b->depth++] = (struct visit){ .at = at };
	mark_insn(b, at);
}

/* Edges of the walk: those of cfg_next, then the callee. */
static u32 walk_edges(const struct build *b, u32 at, u32 to[static 3])
{
	u32 n = cfg_next(b->prog, at, to);

	if (has_callee(&b->prog->insns[at]))
		to[n++] = callee_start(b->prog, at);
	return n;
}

/* Depth-first from one entry, over jumps, calls and addresses taken. */
static int walk(struct build *b, u32 entry)
{
	u32 to[3], n, at;

	if (b->color[entry] == NEW)
		enter(b, entry);
	while (b->depth) {
		struct visit *v = &b->path[b->depth - 1];

		at = v->at;
		n = walk_edges(b, at, to);
		if (v->edge == n) {
			b->color[at] = DONE;
			b->depth--;
			continue;
		}
		at = to[v->edge++];
		if (b->color[at] == NEW) {
			enter(b, at);
		} else if (b->color[at] == OPEN) {
			if (!b->rules->loops_allowed)
				return refuse(b, v->at,
					      "back-edge to slot %u: loops are refused here", at);
			b->cfg->flags[at] |= CFG_LOOP_HEAD;
		}
	}
	return 0;
}

static int check_reached(struct build *b)
{
	for (u32 at = 0; at < b->cfg->count; at += size_at(b->prog, at)) {
		if (!(b->cfg->flags[at] & CFG_REACHED))
			return refuse(b, at, "unreachable instruction");
	}
	return 0;
}

/* Sleeping and changing the packet in a callee are its callers' doing as well. */
static void spread_effects(struct build *b)
{
	struct cfg *cfg = b->cfg;
	bool changed = true;

	while (changed) {
		changed = false;
		for (u32 at = 0; at < cfg->count; at += size_at(b->prog, at)) {
			struct cfg_func *f = &cfg->funcs[cfg->func[at]], *g;

			if (!has_callee(&b->prog->insns[at]))
				continue;
			g = &cfg->funcs[cfg->func[callee_start(b->prog, at)]];
			changed |= (g->might_sleep && !f->might_sleep) ||
				   (g->changes_packet && !f->changes_packet);
			f->might_sleep |= g->might_sleep;
			f->changes_packet |= g->changes_packet;
		}
	}
}

static int build_all(struct build *b, struct arena *a)
{
	u32 exception = exception_callback(b->obj, b->prog);
	int err = split_funcs(b, a, exception);

	if (!err)
		err = walk(b, 0);
	if (!err)
		err = walk(b, exception);
	if (!err)
		err = check_reached(b);
	if (err)
		return err;
	spread_effects(b);
	err = loops_find(b->cfg);
	if (!err)
		err = liveness_find(b->cfg, b->obj);
	return err ? diag_nomem(b->d) : 0;
}

int cfg_build(struct cfg *out, struct arena *a, const struct object *obj,
	      const struct obj_prog *prog, const struct cfg_rules *rules, struct diag *d)
{
	u32 count = prog->insn_count;
	struct cfg cfg = {
		.prog = prog,
		.count = count,
		.func = arena_array(a, count, sizeof(u32)),
		.flags = arena_array(a, count, sizeof(u16)),
		.scc = arena_array(a, count, sizeof(u32)),
		.live = arena_array(a, count, sizeof(u16)),
	};
	struct build b = { &cfg, obj, prog, rules, d, NULL, NULL, 0 };
	int err;

	b.color = calloc(count, sizeof(*b.color));
	b.path = calloc(count, sizeof(*b.path));
	if (cfg.func && cfg.flags && cfg.scc && cfg.live && b.color && b.path)
		err = build_all(&b, a);
	else
		err = diag_nomem(d);
	free(b.color);
	free(b.path);
	if (!err)
		*out = cfg;
	return err;
}
