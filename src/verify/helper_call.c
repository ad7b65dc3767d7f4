// SPDX-License-Identifier: BSD-2-Clause
#include "verify/call.h"

#include <errno.h>

#include "spec/helper_maps.h"
#include "verify/arg_objects.h"
#include "verify/args.h"
#include "verify/callback.h"
#include "verify/dynptr.h"
#include "verify/format.h"
#include "verify/func_call.h"
#include "verify/helper_result.h"
#include "verify/precision.h"
#include "verify/refs.h"

/* ---- may it be called? ---- */

static int check_rights(struct verify *v, const struct call_facts *f)
{
	const struct helper_info *h = f->h;
	const struct prog_info *prog = prog_info(v->prog->type);
	/* A program on bare memory may call what needs no context. */
	u32 type = v->prog->type == PROG_UNSPEC ? PROG_SOCKET_FILTER : v->prog->type;

	if (!helper_allowed(f->id, type, v->prog->attach_type))
		return reject(v, REJECT_CALL, -1, "bpf_%s cannot be called by programs of type %s",
			      h->name, prog ? prog->name : "?");
	if (!era_at_least(v, h->since_major, h->since_minor))
		return reject(v, REJECT_ERA, -1, "bpf_%s exists since Linux %u.%u, not in %u.%u",
			      h->name, h->since_major, h->since_minor, v->linux_version >> 8,
			      v->linux_version & 0xff);
	if (h->gpl_only && !v->gpl) {
		reject(v, REJECT_LICENSE, -1,
		       "bpf_%s is only for programs under a GPL-compatible licence", h->name);
		reject_hint(v, "declare it: char _license[] SEC(\"license\") = \"GPL\";");
		return v->reject.err;
	}
	if ((v->opts->unpriv && !helper_unpriv(f->id)) ||
	    (v->opts->no_perfmon && helper_perfmon(f->id)))
		return reject(v, REJECT_PRIVILEGE, -1, "bpf_%s needs privilege", h->name);
	return 0;
}

/* Sections that are open where it is called. */
static int check_sections(struct verify *v, const struct call_facts *f)
{
	const struct state *st = v->cur;

	if (st->locks && f->id != HELPER_spin_unlock)
		return reject(v, REJECT_LOCK, -1,
			      "bpf_%s is called with a lock held, where only unlocking is allowed",
			      f->h->name);
	if (!helper_sleeps(f->id) || can_sleep(v))
		return 0;
	if (!st->sleepable)
		return reject(v, REJECT_SLEEP, -1,
			      "bpf_%s may sleep, but the program is not sleepable", f->h->name);
	return reject(v, REJECT_SLEEP, -1, "bpf_%s may sleep, but %s", f->h->name,
		      st->rcu	    ? "an RCU section is open"
		      : st->preempt ? "preemption is off"
		      : st->irq_id  ? "interrupts are off"
				    : "a lock is held");
}

/* ---- the map ---- */

/*
 * Sockets are put into and taken out of a socket map where their locks are known not to be held by
 * somebody who waits for the program.
 */
static bool may_change_socket_map(const struct verify *v, u32 id)
{
	switch (v->prog->type) {
	case PROG_TRACING:
		return v->prog->attach_type == ATTACH_TRACE_ITER;
	case PROG_SOCK_OPS:
		return id == HELPER_map_delete_elem;
	case PROG_SOCKET_FILTER:
	case PROG_SCHED_CLS:
	case PROG_SCHED_ACT:
	case PROG_XDP:
	case PROG_SK_REUSEPORT:
	case PROG_FLOW_DISSECTOR:
	case PROG_SK_LOOKUP:
		return true;
	default:
		return false;
	}
}

static int check_socket_map(struct verify *v, const struct call_facts *f)
{
	bool changes = f->id == HELPER_map_update_elem || f->id == HELPER_map_delete_elem;

	if (!changes || (f->map->type != MAP_TYPE_SOCKMAP && f->map->type != MAP_TYPE_SOCKHASH) ||
	    may_change_socket_map(v, f->id))
		return 0;
	return reject(v, REJECT_MAP, -1,
		      "programs of type %s cannot change socket map '%s' with bpf_%s",
		      prog_info(v->prog->type)->name, f->map->name, f->h->name);
}

static int check_map(struct verify *v, const struct call_facts *f)
{
	const struct map_info *info;

	if (!f->map)
		return 0;
	info = map_info(f->map->type);
	if (!helper_fits_map(f->id, f->map->type))
		return reject(v, REJECT_MAP, -1, "bpf_%s does not work on map '%s' of type %s",
			      f->h->name, f->map->name, info ? info->name : "?");
	if (helper_writes_map(f->id) && (f->map->flags & MAP_RDONLY_PROG))
		return reject(v, REJECT_RDONLY, -1,
			      "bpf_%s changes map '%s', which programs may only read", f->h->name,
			      f->map->name);
	return check_socket_map(v, f);
}

/* ---- what single helpers ask ---- */

static int check_tail_call(struct verify *v)
{
	u64 index;
	int err = refs_check_none(v, "a tail call", false);

	if (err)
		return err;
	if (v->cfg.func_count > 1 && !era_has(v->linux_version, FEATURE_TAIL_CALLS_SUBPROGS))
		return reject(v, REJECT_ERA, -1,
			      "tail calls beside calls of functions need Linux 5.10");
	/* A constant index is compiled in, so states are told apart by it. */
	if (!reg_is_const(&regs_of(v)[3], &index) || index >= regs_of(v)[2].map->max_entries)
		return 0;
	return precision_mark(v, 3);
}

static int check_snprintf(struct verify *v)
{
	const struct reg *fmt = &regs_of(v)[3];
	u64 size = regs_of(v)[5].s.var.value;
	const char *why;

	if (size % 8)
		return reject(v, REJECT_ARG, 5,
			      "bpf_snprintf takes 64-bit values: their size, %llu, is no multiple "
			      "of 8",
			      (unsigned long long)size);
	why = format_check(arg_const_str_text(fmt), (u32)(size / 8));
	if (why)
		return reject(v, REJECT_ARG, 3, "bpf_snprintf's format is not valid: %s", why);
	return 0;
}

/* It replaces what the hook returns, so the hook must return something. */
static int check_set_retval(struct verify *v)
{
	if (v->prog->type != PROG_LSM || v->prog->attach_type != ATTACH_LSM_CGROUP || !v->kernel ||
	    types_ref(v->kernel, v->attach_proto))
		return 0;
	return reject(v, REJECT_CALL, -1,
		      "the security hook returns nothing that bpf_set_retval could replace");
}

/* Does the program run from a trampoline at a function's entry or return? */
static bool has_trampoline(const struct verify *v)
{
	return v->prog->type == PROG_TRACING && (v->prog->attach_type == ATTACH_TRACE_FENTRY ||
						 v->prog->attach_type == ATTACH_TRACE_FEXIT ||
						 v->prog->attach_type == ATTACH_MODIFY_RETURN);
}

static int check_special(struct verify *v, struct call_facts *f)
{
	const struct reg *regs = regs_of(v);

	switch (f->id) {
	case HELPER_tail_call:
		return check_tail_call(v);
	case HELPER_get_local_storage:
		if (!args_is_null(&regs[2]))
			return reject(v, REJECT_ARG, 2,
				      "the flags of bpf_get_local_storage must be 0");
		return 0;
	case HELPER_snprintf:
		return check_snprintf(v);
	case HELPER_dynptr_from_mem:
		if (regs[1].type != PTR_TO_MAP_VALUE)
			return reject(v, REJECT_ARG, 1,
				      "bpf_dynptr_from_mem works on map values only, not on R1's "
				      "%s",
				      reg_type_name(&regs[1]));
		return 0;
	case HELPER_set_retval:
		return check_set_retval(v);
	case HELPER_get_func_ip:
		if (v->prog->type != PROG_KPROBE && !has_trampoline(v))
			return reject(v, REJECT_CALL, -1,
				      "bpf_get_func_ip is for kprobe, fentry and fexit programs");
		return 0;
	default:
		return callback_of_helper(v, f);
	}
}

/* ---- references ---- */

/* A per-CPU object handed to a map in an RCU section may still be read there. */
static int exchange(struct verify *v, u32 ref)
{
	struct reg_walk w;
	struct reg *r;
	int err = ref_drop(v, ref);

	if (err)
		return err;
	state_for_each_reg(r, &w, v->cur)
	{
		if (r->ref_id != ref)
			continue;
		if (in_rcu(v) && (r->flags & MEM_ALLOC) && (r->flags & MEM_PERCPU)) {
			r->ref_id = 0;
			r->flags = (u16)((r->flags & ~MEM_ALLOC) | MEM_RCU);
		} else {
			reg_set_unknown(r);
		}
	}
	return 0;
}

static int release(struct verify *v, const struct call_facts *f)
{
	int err = 0;

	if (!f->release_regno)
		return 0;
	if (f->h->arg[f->release_regno - 1] == ARG_DYNPTR)
		return dynptr_release(v, f->release_regno);
	if (f->ref_id && f->id == HELPER_kptr_xchg)
		err = exchange(v, f->ref_id);
	else if (f->ref_id)
		err = ref_release(v, f->ref_id);
	if (err == -EINVAL)
		return reject(v, REJECT_ARG, f->release_regno,
			      "bpf_%s releases a reference that is no longer held", f->h->name);
	return err;
}

/* Does this release follow what happens after a tail call that succeeds? */
static bool follows_tail_calls(const struct verify *v)
{
	return era_at_least(v, 6, 18);
}

/*
 * The program that a tail call in a function runs returns to that function's caller, with any
 * result and the packet moved. In the outermost frame nothing follows.
 */
static int tail_call_returns(struct verify *v)
{
	struct state *cur = v->cur, *st;
	u32 next;
	int err;

	if (!cur->cur || !follows_tail_calls(v))
		return 0;
	st = push_branch(v, (u32)frame_of(v)->callsite + 1, v->insn, false);
	if (!st)
		return v->reject.kind != REJECT_NONE ? v->reject.err : -ENOMEM;
	v->cur = st;
	refs_packet_moved(v);
	reg_set_unknown(&regs_of(v)[0]);
	err = func_return(v, &next);
	v->cur = cur;
	return err;
}

static bool moves_packet(const struct verify *v, const struct call_facts *f)
{
	if (f->id == HELPER_dynptr_write)
		return f->dynptr == DYNPTR_SKB || f->dynptr == DYNPTR_SKB_META;
	/* Where a tail call comes back it has failed; since when returns are followed, see there.
	 */
	if (f->id == HELPER_tail_call)
		return era_has(v->linux_version, FEATURE_GLOBAL_CHANGES_PKT) &&
		       !follows_tail_calls(v);
	return f->h->changes_packet;
}

static int check_call(struct verify *v, struct call_facts *f)
{
	int err = check_rights(v, f);

	if (!err)
		err = check_sections(v, f);
	if (!err)
		err = args_check_all(v, f);
	if (!err)
		err = check_map(v, f);
	if (!err)
		err = release(v, f);
	if (!err)
		err = check_special(v, f);
	return err;
}

int call_helper(struct verify *v, const struct insn *i)
{
	struct call_facts f = {
		.id = (u32)i->imm,
		.h = helper_by_id((u32)i->imm),
		.map_key = -1,
	};
	int err;

	if (f.id == CORE_POISON)
		return reject(v, REJECT_CALL, -1,
			      "nothing in the kernel's types answers this CO-RE relocation");
	if (!f.h)
		return reject(v, REJECT_CALL, -1, "there is no helper number %d", i->imm);
	err = check_call(v, &f);
	if (err)
		return err;
	regs_clobber_caller_saved(v);
	err = helper_result(v, &f);
	if (!err && moves_packet(v, &f))
		refs_packet_moved(v);
	if (!err && f.id == HELPER_tail_call)
		err = tail_call_returns(v);
	return err;
}
