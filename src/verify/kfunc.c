// SPDX-License-Identifier: BSD-2-Clause
#include "verify/kfunc.h"

#include <errno.h>

#include "verify/call.h"
#include "verify/iter.h"
#include "verify/kfunc_call.h"
#include "verify/refs.h"

enum { IRQ_NATIVE = 1, IRQ_LOCK };

static bool is(const struct kfunc_call *c, const char *name)
{
	return !strcmp(c->name, name);
}

const char *kfunc_name(const struct verify *v, u32 slot)
{
	return cfg_extern_name(v->obj, v->prog, slot);
}

u32 kfunc_traits(void *arg, const char *name)
{
	s32 id = kfunc_by_name(name);
	u32 flags = id < 0 ? 0 : kfunc_info((u32)id)->flags;

	(void)arg;
	return (flags & KF_SLEEPABLE ? CFG_KFUNC_SLEEPS : 0) |
	       (flags & KF_PACKET ? CFG_KFUNC_CHANGES_PACKET : 0);
}

/* ---- which function, and may it be called here ---- */

static int resolve(struct verify *v, struct kfunc_call *c)
{
	const char *name = kfunc_name(v, v->insn);
	s32 id = name ? kfunc_by_name(name) : -1;
	u32 func = name && v->kernel ? types_find(v->kernel, name, KIND_FUNC) : 0;

	if (!name)
		return reject(v, REJECT_CALL, -1, "calls a kernel function that has no name");
	if (!v->kernel)
		return reject(v, REJECT_UNPROVEN, -1,
			      "the kernel's BTF is needed for the prototype of %s", name);
	if (!func)
		return reject(v, REJECT_CALL, -1, "the kernel has no function %s", name);
	if (id < 0)
		return reject(v, REJECT_UNPROVEN, -1,
			      "nothing is known of kernel function %s: which arguments it trusts, "
			      "what it acquires and releases",
			      name);
	c->name = name;
	c->info = kfunc_info((u32)id);
	c->proto = types_ref(v->kernel, func);
	c->args = types_vlen(v->kernel, c->proto);
	if (!era_at_least(v, c->info->since_major, c->info->since_minor))
		return reject(v, REJECT_ERA, -1, "%s exists since Linux %u.%u, not in %u.%u", name,
			      c->info->since_major, c->info->since_minor,
			      ERA_MAJOR(v->linux_version), ERA_MINOR(v->linux_version));
	if (!kfunc_allowed((u32)id, v->prog->type, v->prog->attach_type, v->sleepable))
		return reject(v, REJECT_CALL, -1, "programs of type %s may not call %s",
			      prog_info(v->prog->type)->name, name);
	if (!v->gpl)
		return reject(v, REJECT_LICENSE, -1,
			      "kernel functions are only for programs with a licence compatible "
			      "with the GPL");
	if (c->args > 5)
		return reject(v, REJECT_UNPROVEN, -1, "%s takes %u arguments", name, c->args);
	return 0;
}

static bool is_graph_call(const struct kfunc_call *c)
{
	return !strncmp(c->name, "bpf_list_", 9) || !strncmp(c->name, "bpf_rbtree_", 11);
}

static bool is_lock_call(const struct kfunc_call *c)
{
	return !strncmp(c->name, "bpf_res_spin_", 13);
}

/* Locks, RCU and preemption sections against what is called. */
static int check_sections(struct verify *v, const struct kfunc_call *c)
{
	if ((c->info->flags & KF_SLEEPABLE) && !can_sleep(v))
		return reject(v, REJECT_SLEEP, -1, "%s may sleep, which is not allowed here",
			      c->name);
	if (lock_held(v->cur) && !is_graph_call(c) && !is_lock_call(c) &&
	    !(c->info->flags & (KF_ITER_NEW | KF_ITER_NEXT | KF_ITER_DESTROY)) &&
	    !is(c, "bpf_refcount_acquire_impl") && !is(c, "bpf_obj_drop_impl"))
		return reject(v, REJECT_LOCK, -1, "%s is called with a lock held", c->name);
	return 0;
}

static int rcu_unlock(struct verify *v)
{
	if (!v->cur->rcu)
		return reject(v, REJECT_LOCK, -1,
			      "bpf_rcu_read_unlock without a matching bpf_rcu_read_lock");
	if (!--v->cur->rcu)
		refs_rcu_left(v);
	return 0;
}

static int preempt_enable(struct verify *v)
{
	if (!v->cur->preempt)
		return reject(v, REJECT_LOCK, -1,
			      "bpf_preempt_enable without a matching bpf_preempt_disable");
	v->cur->preempt--;
	return 0;
}

static int enter_leave(struct verify *v, const struct kfunc_call *c)
{
	if (is(c, "bpf_rcu_read_lock")) {
		if (v->cur->rcu && !era_at_least(v, 6, 18))
			return reject(v, REJECT_LOCK, -1, "bpf_rcu_read_lock is nested");
		v->cur->rcu++;
	} else if (is(c, "bpf_rcu_read_unlock")) {
		return rcu_unlock(v);
	} else if (is(c, "bpf_preempt_disable")) {
		v->cur->preempt++;
	} else if (is(c, "bpf_preempt_enable")) {
		return preempt_enable(v);
	}
	return 0;
}

/* ---- side effects ---- */

static int iterate(struct verify *v, struct kfunc_call *c)
{
	u32 ref;

	if (c->info->flags & KF_ITER_NEW) {
		ref = ref_acquire(v);
		if (!ref)
			return -ENOMEM;
		return iter_make(v, c->iter_reg, c->iter_type, ref,
				 (c->info->flags & KF_RCU_PROTECTED) != 0);
	}
	if (c->info->flags & KF_ITER_DESTROY)
		return iter_destroy(v, c->iter_reg, c->iter_type);
	return 0;
}

static int make_dynptr(struct verify *v, struct kfunc_call *c)
{
	if (is(c, "bpf_dynptr_from_skb"))
		return dynptr_make(v, 3, DYNPTR_SKB, 0, 0);
	if (is(c, "bpf_dynptr_from_xdp"))
		return dynptr_make(v, 3, DYNPTR_XDP, 0, 0);
	if (is(c, "bpf_dynptr_from_skb_meta"))
		return dynptr_make(v, 3, DYNPTR_SKB_META, 0, 0);
	if (is(c, "bpf_dynptr_clone"))
		return dynptr_make(v, 2, c->dynptr, 0, c->dynptr_ref);
	return 0;
}

static const void *lock_owner(const struct reg *r)
{
	return r->type == PTR_TO_MAP_VALUE ? (const void *)r->map : (const void *)r->types;
}

static int res_lock(struct verify *v, struct kfunc_call *c, bool *forks)
{
	const struct reg *r = &regs_of(v)[c->lock_reg];
	bool irq = c->irq_reg != 0, lock = strncmp(c->name, "bpf_res_spin_lock", 17) == 0;
	enum ref_kind kind = irq ? REF_RES_LOCK_IRQ : REF_RES_LOCK;
	const void *owner = lock_owner(r);
	u32 id = r->id;
	struct state *failed;
	int err;

	if (!lock) {
		err = lock_release(v, kind, id, owner);
		return err || !irq ? err : irq_flag_restore(v, c->irq_reg, IRQ_LOCK);
	}
	/* The lock may not be had: another path goes on with an error number and no lock. */
	failed = push_branch(v, v->insn + 1, v->insn, false);
	if (!failed)
		return -ENOMEM;
	for (u32 i = 0; i < 6; i++)
		reg_set_uninit(&state_regs(failed)[i]);
	reg_set_scalar(&state_regs(failed)[0], scalar_unknown());
	state_regs(failed)[0].s.smin = -4095;
	state_regs(failed)[0].s.smax = -1;
	scalar_sync(&state_regs(failed)[0].s);
	err = lock_acquire(v, kind, id, owner);
	if (!err && irq)
		err = irq_flag_save(v, c->irq_reg, IRQ_LOCK);
	*forks = true;
	return err;
}

/* Arguments of a work queue's callback: map, key, value. */
static int set_value_callback(struct verify *v, const struct frame *caller, struct frame *callee,
			      const void *arg)
{
	const struct obj_map *map = arg;

	(void)v;
	(void)caller;
	reg_set_pointer(&callee->regs[1], CONST_PTR_TO_MAP, 0);
	callee->regs[1].map = map;
	reg_set_pointer(&callee->regs[2], PTR_TO_MAP_KEY, 0);
	callee->regs[2].map = map;
	reg_set_pointer(&callee->regs[3], PTR_TO_MAP_VALUE, 0);
	callee->regs[3].map = map;
	callee->ret_checked = true;
	return 0;
}

static int push_callbacks(struct verify *v, struct kfunc_call *c)
{
	const struct reg *r = &regs_of(v)[1];

	if (is(c, "bpf_wq_set_callback_impl") || !strncmp(c->name, "bpf_task_work_schedule", 22)) {
		const struct obj_map *map = NULL;

		for (u8 i = 1; i <= 5; i++) {
			if (regs_of(v)[i].type == PTR_TO_MAP_VALUE)
				map = regs_of(v)[i].map;
		}
		if (!map || r->type == NOT_INIT)
			return reject(v, REJECT_ARG, 1, "%s needs a field of a map value", c->name);
		return call_push_callback(v, c->callback, true, true, set_value_callback, map);
	}
	return kfunc_own_before(v, c);
}

/* ---- the result ---- */

static int slice_result(struct verify *v, const struct kfunc_call *c)
{
	struct reg *r = &regs_of(v)[0];
	bool rdonly = is(c, "bpf_dynptr_slice");

	reg_set_pointer(r, PTR_TO_MEM,
			(u16)(PTR_MAYBE_NULL | DYNPTR_SLICE | (rdonly ? MEM_RDONLY : 0)));
	r->id = id_new(v);
	r->mem_size = (u32)c->constant;
	r->dynptr_id = c->dynptr_id;
	r->ref_id = c->dynptr_ref;
	return 0;
}

static int rdonly_cast(struct verify *v, const struct kfunc_call *c)
{
	struct reg *r = &regs_of(v)[0];
	u32 type = (u32)c->constant;

	if (!type) {
		reg_set_pointer(r, PTR_TO_MEM, MEM_RDONLY | PTR_UNTRUSTED);
		r->mem_size = 0;
		return 0;
	}
	if (types_kind(v->kernel, type) != KIND_STRUCT)
		return reject(v, REJECT_ARG, 2,
			      "bpf_rdonly_cast: type %u of the kernel is no struct", type);
	reg_set_pointer(r, PTR_TO_BTF_ID, PTR_UNTRUSTED);
	r->types = v->kernel;
	r->type_id = type;
	return 0;
}

static int kern_ctx(struct verify *v)
{
	static const struct {
		u32 type;
		const char *name;
	} rows[] = {
		{ PROG_XDP, "xdp_buff" },
		{ PROG_CGROUP_SOCK, "sock" },
		{ PROG_CGROUP_SOCK_ADDR, "bpf_sock_addr_kern" },
		{ PROG_SOCK_OPS, "bpf_sock_ops_kern" },
		{ PROG_SK_MSG, "sk_msg" },
		{ PROG_CGROUP_SYSCTL, "bpf_sysctl_kern" },
		{ PROG_CGROUP_SOCKOPT, "bpf_sockopt_kern" },
		{ PROG_SK_REUSEPORT, "sk_reuseport_kern" },
		{ PROG_SK_LOOKUP, "bpf_sk_lookup_kern" },
		{ PROG_PERF_EVENT, "bpf_perf_event_data_kern" },
		{ PROG_KPROBE, "pt_regs" },
		{ PROG_NETFILTER, "bpf_nf_ctx" },
		{ PROG_CGROUP_DEVICE, "bpf_cgroup_dev_ctx" },
	};
	const char *name = "sk_buff";
	struct reg *r = &regs_of(v)[0];

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		if (rows[i].type == v->prog->type)
			name = rows[i].name;
	}
	reg_set_pointer(r, PTR_TO_BTF_ID, PTR_TRUSTED);
	r->types = v->kernel;
	r->type_id = types_find(v->kernel, name, KIND_STRUCT);
	if (!r->type_id)
		return reject(v, REJECT_CONTEXT, -1, "the kernel has no struct %s", name);
	return 0;
}

static int pointer_result(struct verify *v, struct kfunc_call *c, u32 type)
{
	struct reg *r = &regs_of(v)[0];
	u32 to = types_strip(v->kernel, types_ref(v->kernel, type));
	u16 flags = c->info->flags & KF_RCU_PROTECTED ? MEM_RCU : 0;
	s64 size;

	if (types_kind(v->kernel, to) == KIND_STRUCT || types_kind(v->kernel, to) == KIND_UNION) {
		if (is(c, "bpf_get_kmem_cache"))
			flags = PTR_UNTRUSTED;
		if (c->info->flags & KF_ITER_NEXT)
			flags = PTR_TRUSTED;
		reg_set_pointer(r, PTR_TO_BTF_ID, flags);
		r->types = v->kernel;
		r->type_id = to;
		return 0;
	}
	size = c->has_size ? (s64)c->size : types_size(v->kernel, to);
	if (size <= 0)
		return reject(v, REJECT_UNPROVEN, 0,
			      "%s returns a pointer to memory of unknown size", c->name);
	if (!c->has_size || c->size_rdonly)
		flags |= MEM_RDONLY;
	reg_set_pointer(r, PTR_TO_MEM, flags);
	r->mem_size = (u32)size;
	r->ref_id = c->ref;
	return 0;
}

static int acquire_result(struct verify *v, const struct kfunc_call *c)
{
	struct reg *r = &regs_of(v)[0];

	if (c->info->flags & KF_RET_NULL) {
		r->flags |= PTR_MAYBE_NULL;
		r->id = id_new(v);
	}
	if (c->info->flags & KF_ACQUIRE) {
		u32 ref = ref_acquire(v);

		if (!ref)
			return -ENOMEM;
		if (c->info->flags & KF_RET_NULL)
			r->id = ref;
		r->ref_id = ref;
	}
	return 0;
}

static int result(struct verify *v, struct kfunc_call *c)
{
	u32 type = types_strip(v->kernel, types_ref(v->kernel, c->proto));
	int err = kfunc_own_result(v, c);

	if (err)
		return err < 0 ? err : 0;
	if (is(c, "bpf_dynptr_slice") || is(c, "bpf_dynptr_slice_rdwr"))
		return slice_result(v, c);
	if (is(c, "bpf_rdonly_cast"))
		return rdonly_cast(v, c);
	if (is(c, "bpf_cast_to_kern_ctx"))
		return kern_ctx(v);
	if (types_kind(v->kernel, type) != KIND_PTR) {
		if (type)
			reg_set_unknown(&regs_of(v)[0]);
		return 0;
	}
	if (c->info->flags & KF_ARENA_RET) {
		reg_set_unknown(&regs_of(v)[0]);
		return 0;
	}
	err = pointer_result(v, c, type);
	return err ? err : acquire_result(v, c);
}

static int release(struct verify *v, struct kfunc_call *c)
{
	int err;

	if (!c->release_reg)
		return 0;
	err = ref_release(v, c->ref);
	if (err == -EINVAL)
		return reject(v, REJECT_LEAK, c->release_reg,
			      "R%u: the reference has been released before", c->release_reg);
	return err;
}

/* The element that an iterator's next gives stands in r0 now: both ways go on. */
static int advance(struct verify *v, const struct reg *iter)
{
	struct reg element = regs_of(v)[0];

	element.flags &= (u16)~PTR_MAYBE_NULL;
	element.id = 0;
	return iter_next(v, iter, &element);
}

int kfunc_call(struct verify *v, const struct insn *i, u32 *next, bool *path_done)
{
	struct kfunc_call c = { 0 };
	struct reg iter_ptr = { 0 };
	bool forks = false;
	int err = resolve(v, &c);

	(void)i;
	(void)next;
	if (!err)
		err = check_sections(v, &c);
	if (!err)
		err = kfunc_check_args(v, &c);
	if (!err && is(&c, "bpf_throw")) {
		*path_done = true;
		return refs_check_none(v, "bpf_throw", true);
	}
	if (!err)
		err = enter_leave(v, &c);
	if (!err && c.lock_reg)
		err = res_lock(v, &c, &forks);
	else if (!err && c.irq_reg)
		err = is(&c, "bpf_local_irq_save") ? irq_flag_save(v, c.irq_reg, IRQ_NATIVE)
						   : irq_flag_restore(v, c.irq_reg, IRQ_NATIVE);
	if (!err)
		err = iterate(v, &c);
	if (!err)
		err = make_dynptr(v, &c);
	if (!err)
		err = release(v, &c);
	if (!err)
		err = push_callbacks(v, &c);
	if (err)
		return err;
	if (c.iter_reg)
		iter_ptr = regs_of(v)[c.iter_reg];
	if (c.info->flags & KF_PACKET)
		refs_packet_moved(v);
	regs_clobber_caller_saved(v);
	if (forks) {
		reg_set_const(&regs_of(v)[0], 0);
		return 0;
	}
	err = result(v, &c);
	if (!err && (c.info->flags & KF_ITER_NEXT))
		err = advance(v, &iter_ptr);
	return err;
}
