// SPDX-License-Identifier: BSD-2-Clause
#include "verify/kfunc.h"

#include <errno.h>
#include <stdio.h>

#include "verify/call.h"
#include "verify/iter.h"
#include "verify/kfunc_call.h"
#include "verify/memory.h"
#include "verify/refs.h"

enum { IRQ_NATIVE = 1, IRQ_LOCK };

static bool is(const struct kfunc_call *c, const char *name)
{
	return !strcmp(c->name, name);
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
	const char *name = cfg_extern_name(v->obj, v->prog, v->insn);
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

/* What may be called with a lock held: the functions that need it, and counting. */
static bool allowed_under_lock(const struct kfunc_call *c)
{
	return is_graph_call(c) || is_lock_call(c) || !strncmp(c->name, "bpf_iter_num_", 13) ||
	       is(c, "bpf_refcount_acquire_impl");
}

/* Locks, RCU and preemption sections against what is called. */
static int check_sections(struct verify *v, const struct kfunc_call *c)
{
	if ((c->info->flags & KF_SLEEPABLE) && !can_sleep(v))
		return reject(v, REJECT_SLEEP, -1, "%s may sleep, which is not allowed here",
			      c->name);
	if ((c->info->flags & KF_RCU_PROTECTED) && !in_rcu(v))
		return reject(v, REJECT_LOCK, -1,
			      "%s is called outside an RCU section (bpf_rcu_read_lock)", c->name);
	if (lock_held(v->cur) && !allowed_under_lock(c))
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
		if (v->cur->rcu)
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

/* Arguments of a work queue's or task work's callback: map, key, value. */
static int set_value_callback(struct verify *v, const struct frame *caller, struct frame *callee,
			      const void *arg)
{
	const struct kfunc_call *c = arg;

	(void)v;
	(void)caller;
	reg_set_pointer(&callee->regs[1], CONST_PTR_TO_MAP, 0);
	reg_set_pointer(&callee->regs[2], PTR_TO_MAP_KEY, 0);
	reg_set_pointer(&callee->regs[3], PTR_TO_MAP_VALUE, 0);
	for (u32 i = 1; i <= 3; i++) {
		callee->regs[i].map = c->map;
		callee->regs[i].map_uid = c->map_uid;
	}
	callee->ret_checked = true;
	callee->ret_min = is(c, "bpf_wq_set_callback_impl") ? 0 : INT32_MIN;
	callee->ret_max = is(c, "bpf_wq_set_callback_impl") ? 0 : INT32_MAX;
	return 0;
}

static int push_callbacks(struct verify *v, struct kfunc_call *c)
{
	if (is(c, "bpf_wq_set_callback_impl") || !strncmp(c->name, "bpf_task_work_schedule", 22))
		return call_push_callback(v, c->callback, true, true, set_value_callback, c);
	return kfunc_own_before(v, c);
}

/* ---- the result ---- */

static bool is_packet_kind(enum dynptr_kind kind)
{
	return kind == DYNPTR_SKB || kind == DYNPTR_XDP || kind == DYNPTR_SKB_META;
}

static int slice_result(struct verify *v, const struct kfunc_call *c)
{
	struct reg *r = &regs_of(v)[0];
	bool rdonly = is(c, "bpf_dynptr_slice");

	if (!c->has_const)
		return reject(v, REJECT_ARG, 4, "the size of a slice must be a constant");
	if (!rdonly && !memory_packet_writable(v))
		return reject(v, REJECT_RDONLY, -1,
			      "programs of type %s may not write to packets, so there is no "
			      "writable slice",
			      prog_info(v->prog->type)->name);
	reg_set_pointer(
		r, PTR_TO_MEM,
		(u16)((rdonly ? MEM_RDONLY : 0) | (is_packet_kind(c->dynptr) ? DYNPTR_SLICE : 0)));
	/* Unlike what bpf_dynptr_data gives, it outlives the dynptr in Linux's eyes. */
	r->mem_size = (u32)c->constant;
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
	if (types_kind(v->kernel, type) != KIND_STRUCT && types_kind(v->kernel, type) != KIND_UNION)
		return reject(v, REJECT_ARG, 2,
			      "bpf_rdonly_cast: type %u of the kernel is no struct", type);
	reg_set_pointer(r, PTR_TO_BTF_ID, PTR_UNTRUSTED);
	r->types = v->kernel;
	r->type_id = type;
	return 0;
}

u32 kfunc_ctx_type(const struct verify *v, const char *view)
{
	u32 all = types_find(v->kernel, "bpf_ctx_convert", KIND_STRUCT);
	const struct prog_info *info = prog_info(v->prog->type);
	char name[96];

	if (!info)
		return 0;
	snprintf(name, sizeof(name), "BPF_PROG_TYPE_%s_%s", info->uapi, view);
	for (u32 i = 0; i < types_vlen(v->kernel, all); i++) {
		struct type_member m = types_member(v->kernel, all, i);

		if (!strcmp(m.name, name))
			return types_strip(v->kernel, m.type);
	}
	return 0;
}

static int kern_ctx(struct verify *v)
{
	struct reg *r = &regs_of(v)[0];
	u32 type = kfunc_ctx_type(v, "kern");

	if (types_kind(v->kernel, type) != KIND_STRUCT)
		return reject(v, REJECT_CONTEXT, -1,
			      "the kernel has no structure for the context of programs of type %s",
			      prog_info(v->prog->type)->name);
	reg_set_pointer(r, PTR_TO_BTF_ID, PTR_TRUSTED);
	r->types = v->kernel;
	r->type_id = type;
	return 0;
}

static void struct_result(struct verify *v, const struct kfunc_call *c, u32 type)
{
	struct reg *r = &regs_of(v)[0];
	u16 flags = 0;

	if (is(c, "bpf_get_kmem_cache"))
		flags = PTR_UNTRUSTED;
	else if (c->info->flags & KF_RCU_PROTECTED)
		flags = MEM_RCU;
	reg_set_pointer(r, PTR_TO_BTF_ID, flags);
	r->types = v->kernel;
	r->type_id = type;
}

/* A pointer to memory that is not a structure: read-only, unless an argument gave its size. */
static int memory_result(struct verify *v, const struct kfunc_call *c, u32 type)
{
	struct reg *r = &regs_of(v)[0];
	s64 size = c->has_size ? (s64)c->size : types_size(v->kernel, type);
	u16 flags = c->info->flags & KF_RCU_PROTECTED ? MEM_RCU : 0;

	if (size <= 0)
		return reject(v, REJECT_CALL, 0, "%s returns a pointer to memory of unknown size",
			      c->name);
	if (!c->has_size || c->size_rdonly)
		flags |= MEM_RDONLY;
	reg_set_pointer(r, PTR_TO_MEM, flags);
	r->mem_size = (u32)size;
	r->ref_id = c->ref; /* it dies with the argument's reference */
	return 0;
}

/* May R0 be NULL? A second reference to an object that is held surely is one. */
static bool may_be_null(const struct kfunc_call *c)
{
	if (is(c, "bpf_refcount_acquire_impl") && c->owns)
		return false;
	return c->info->flags & KF_RET_NULL;
}

/* R0 holds the pointer; what the function's flags add to it. */
static int pointer_flags(struct verify *v, const struct kfunc_call *c, u32 pointee)
{
	struct reg *r = &regs_of(v)[0];
	const char *name = types_name(v->kernel, pointee);

	if (may_be_null(c)) {
		r->flags |= PTR_MAYBE_NULL;
		r->id = id_new(v);
	}
	if (c->info->flags & KF_ACQUIRE) {
		r->ref_id = ref_acquire(v);
		if (!r->ref_id)
			return -ENOMEM;
		if (may_be_null(c))
			r->id = r->ref_id;
	} else if (!strcmp(name, "bpf_rb_node") || !strcmp(name, "bpf_list_node")) {
		kfunc_set_non_owning(v, r);
	}
	if (!r->id && (r->flags & MEM_ALLOC))
		r->id = id_new(v); /* the object may hold a lock: tell it from others */
	return 0;
}

/* Functions whose result their prototype does not tell. 1: done, 0: not one of them. */
static int special_result(struct verify *v, const struct kfunc_call *c)
{
	int err;

	if (is(c, "bpf_dynptr_slice") || is(c, "bpf_dynptr_slice_rdwr"))
		err = slice_result(v, c);
	else if (is(c, "bpf_rdonly_cast"))
		err = rdonly_cast(v, c);
	else if (is(c, "bpf_cast_to_kern_ctx"))
		err = kern_ctx(v);
	else
		return 0;
	return err ? err : 1;
}

static int pointer_result(struct verify *v, struct kfunc_call *c, u32 type)
{
	u32 to = types_strip(v->kernel, types_ref(v->kernel, type));
	enum type_kind kind = types_kind(v->kernel, to);
	int err = kfunc_own_result(v, c);

	if (!err)
		err = special_result(v, c);
	if (err < 0)
		return err;
	if (!err && kind == KIND_VOID) {
		reg_set_unknown(&regs_of(v)[0]); /* an address in the arena, a number as yet */
		return 0;
	}
	if (!err && (kind == KIND_STRUCT || kind == KIND_UNION))
		struct_result(v, c, to);
	else if (!err)
		err = memory_result(v, c, to);
	return err < 0 ? err : pointer_flags(v, c, to);
}

static int result(struct verify *v, struct kfunc_call *c)
{
	u32 type = types_strip(v->kernel, types_ref(v->kernel, c->proto));

	if (types_kind(v->kernel, type) == KIND_PTR)
		return pointer_result(v, c, type);
	if (!type)
		return 0; /* void: R0 stays void, too */
	reg_set_unknown(&regs_of(v)[0]);
	if (types_size(v->kernel, type) == 4)
		regs_of(v)[0].subreg = v->insn + 1;
	return 0;
}

static int release(struct verify *v, struct kfunc_call *c)
{
	u32 ref = kfunc_gives_away(c) ? regs_of(v)[2].ref_id : c->ref;
	int err;

	if (kfunc_gives_away(c)) {
		kfunc_own_to_non_owning(v, ref);
		return ref_release(v, ref);
	}
	if (!c->release_reg)
		return 0;
	err = ref_release(v, ref);
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
	if (!err && is(&c, "__bpf_trap"))
		return reject(v, REJECT_CALL, -1,
			      "the compiler put a trap here: the code before it relies on a value "
			      "that was never set");
	if (!err && is(&c, "bpf_throw")) {
		*path_done = true;
		err = call_check_throw(v);
		return err ? err : refs_check_none(v, "bpf_throw", true);
	}
	if (!err)
		err = push_callbacks(v, &c);
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
