// SPDX-License-Identifier: BSD-2-Clause
/*
 * Contexts that hold the arguments of a kernel function, a word or more each, typed by the
 * kernel's BTF: tp_btf, fentry, fexit, fmod_ret, LSM, iterators, struct_ops.
 */
#include "spec/returns.h"
#include "verify/context.h"

/* The parameter that holds byte `off`; the count: the word after the last; UINT32_MAX: beyond. */
static u32 param_at(const struct verify *v, s64 off, u32 first)
{
	u32 count = types_vlen(v->kernel, v->attach_proto);
	s64 end = 0, size;

	for (u32 i = first; i < count; i++) {
		size = types_size(v->kernel, types_param(v->kernel, v->attach_proto, i).type);
		end += ROUND_UP(MAX(size, 1), 8);
		if (off < end)
			return i;
	}
	return off < end + 8 ? count : UINT32_MAX;
}

static bool sees_result(const struct verify *v)
{
	switch (v->prog->attach_type) {
	case ATTACH_LSM_MAC:
	case ATTACH_LSM_CGROUP:
	case ATTACH_TRACE_FEXIT:
	case ATTACH_MODIFY_RETURN:
		return true;
	default:
		return false;
	}
}

static bool is_number(const struct types *t, u32 id)
{
	switch (types_kind(t, id)) {
	case KIND_INT:
	case KIND_ENUM:
	case KIND_ENUM64:
	case KIND_STRUCT: /* by value: words */
	case KIND_UNION:
		return true;
	default:
		return false;
	}
}

/* What a security hook may have returned is known. */
static void bound_result(struct verify *v, const struct ctx_use *u)
{
	struct return_range range;
	struct scalar *s;

	if (v->prog->type != PROG_LSM || v->prog->attach_type != ATTACH_LSM_MAC ||
	    u->value_reg < 0 ||
	    !lsm_return_range(&range, v->prog->attach_target, false, ATTACH_LSM_MAC,
			      v->linux_version))
		return;
	s = &regs_of(v)[u->value_reg].s;
	s->smin = range.min;
	s->smax = range.max;
	s->s32_min = (s32)range.min;
	s->s32_max = (s32)range.max;
	scalar_sync(s);
}

/* Security hooks that run while their object comes or goes: its pointers are not trusted. */
static bool is_unsafe_hook(const char *hook)
{
	static const char *const names[] = {
		"bpf_map_free",	      "bpf_prog_free",	       "file_alloc_security",
		"file_free_security", "sk_alloc_security",     "sk_free_security",
		"task_free",	      "bpf_map_free_security", "bpf_prog_free_security",
	};

	for (u32 i = 0; i < ARRAY_SIZE(names); i++) {
		if (!strcmp(names[i], hook))
			return true;
	}
	return false;
}

static bool args_trusted(const struct verify *v)
{
	if (!verify_has(v, FEATURE_TRUSTED_PTRS))
		return false;
	switch (v->prog->type) {
	case PROG_TRACING:
		return v->prog->attach_type == ATTACH_TRACE_RAW_TP ||
		       v->prog->attach_type == ATTACH_TRACE_ITER;
	case PROG_LSM:
		return !is_unsafe_hook(v->prog->attach_target);
	case PROG_STRUCT_OPS:
		return true;
	default:
		return false;
	}
}

/* ---- iterators ---- */

/* Arguments of iterators that are more than an object of no trust that is NULL at the end. */
static const struct iter_arg {
	const char *target, *arg;
	enum reg_type type;
	u16 flags;
} iter_args[] = {
	{ "bpf_map_elem", "key", PTR_TO_BUF, PTR_MAYBE_NULL | MEM_RDONLY },
	{ "bpf_map_elem", "value", PTR_TO_BUF, PTR_MAYBE_NULL },
	{ "bpf_sk_storage_map", "value", PTR_TO_BUF, PTR_MAYBE_NULL },
	{ "sockmap", "key", PTR_TO_BUF, PTR_MAYBE_NULL | MEM_RDONLY },
	{ "bpf_map_elem", "map", PTR_TO_BTF_ID, PTR_TRUSTED },
	{ "bpf_sk_storage_map", "map", PTR_TO_BTF_ID, PTR_TRUSTED },
	{ "sockmap", "map", PTR_TO_BTF_ID, PTR_TRUSTED },
	{ "task", "task", PTR_TO_BTF_ID, PTR_MAYBE_NULL | PTR_TRUSTED },
	{ "bpf_map", "map", PTR_TO_BTF_ID, PTR_MAYBE_NULL | PTR_TRUSTED },
	{ "cgroup", "cgroup", PTR_TO_BTF_ID, PTR_MAYBE_NULL | PTR_TRUSTED },
	{ "tcp", "sk_common", PTR_TO_BTF_ID, PTR_MAYBE_NULL | PTR_TRUSTED },
	{ "udp", "udp_sk", PTR_TO_BTF_ID, PTR_MAYBE_NULL | PTR_TRUSTED },
	{ "unix", "unix_sk", PTR_TO_BTF_ID, PTR_MAYBE_NULL | PTR_TRUSTED },
	{ "kmem_cache", "s", PTR_TO_BTF_ID, PTR_MAYBE_NULL | PTR_TRUSTED },
	{ "dmabuf", "dmabuf", PTR_TO_BTF_ID, PTR_MAYBE_NULL | PTR_TRUSTED },
};

static bool is_iter(const struct verify *v)
{
	return v->prog->type == PROG_TRACING && v->prog->attach_type == ATTACH_TRACE_ITER;
}

/* The first argument says where the iteration stands; the others are NULL once it is over. */
static struct iter_arg iter_arg(const struct verify *v, const char *name)
{
	for (u32 i = 0; i < ARRAY_SIZE(iter_args); i++) {
		if (!strcmp(iter_args[i].target, v->prog->attach_target) &&
		    !strcmp(iter_args[i].arg, name))
			return iter_args[i];
	}
	return (struct iter_arg){ .type = PTR_TO_BTF_ID, .flags = PTR_MAYBE_NULL };
}

/* ---- tracepoints whose arguments may be NULL ---- */

enum { ERR = 0x80 }; /* may be an error number in place of a pointer */
static const struct null_arg {
	const char *event;
	u8 arg; /* from 0, without the first that programs do not see; or with ERR */
} null_args[] = {
	{ "sched_pi_setprio", 1 },
	{ "sched_stick_numa", 2 },
	{ "sched_swap_numa", 2 },
	{ "afs_make_fs_call", 1 },
	{ "afs_make_fs_calli", 1 },
	{ "afs_make_fs_call1", 1 },
	{ "afs_make_fs_call2", 1 },
	{ "afs_protocol_error", 0 },
	{ "afs_flock_ev", 1 },
	{ "cachefiles_lookup", 0 },
	{ "cachefiles_lookup", 2 | ERR },
	{ "cachefiles_unlink", 0 },
	{ "cachefiles_rename", 0 },
	{ "cachefiles_prep_read", 0 },
	{ "cachefiles_mark_active", 0 },
	{ "cachefiles_mark_failed", 0 },
	{ "cachefiles_mark_inactive", 0 },
	{ "cachefiles_vfs_error", 0 },
	{ "cachefiles_io_error", 0 },
	{ "ext4_mballoc_discard", 1 },
	{ "ext4_mballoc_free", 1 },
	{ "fib_table_lookup", 2 },
	{ "posix_lock_inode", 1 },
	{ "fcntl_setlk", 1 },
	{ "locks_remove_posix", 1 },
	{ "flock_lock_inode", 1 },
	{ "break_lease_noblock", 1 },
	{ "break_lease_block", 1 },
	{ "break_lease_unblock", 1 },
	{ "generic_delete_lease", 1 },
	{ "time_out_leases", 1 },
	{ "mm_khugepaged_scan_pmd", 1 },
	{ "mm_collapse_huge_page_isolate", 0 },
	{ "mm_khugepaged_scan_file", 1 },
	{ "mm_khugepaged_collapse_file", 1 },
	{ "mm_page_alloc", 0 },
	{ "mm_page_pcpu_drain", 0 },
	{ "mm_page_alloc_zone_locked", 0 },
	{ "netfs_failure", 1 },
	{ "device_pm_callback_start", 1 },
	{ "qdisc_dequeue", 3 },
	{ "rxrpc_recvdata", 0 },
	{ "rxrpc_resend", 1 },
	{ "rxrpc_tq", 1 },
	{ "rxrpc_client", 0 },
	{ "kfree_skb", 3 },
	{ "netif_receive_skb_entry", 0 },
	{ "xs_stream_read_data", 0 },
	{ "tcp_send_reset", 0 },
	{ "tcp_send_reset", 1 },
	{ "tcp_sendmsg_locked", 2 },
	{ "tmigr_update_events", 0 },
	{ "xfs_inodegc_flush", 0 },
	{ "xfs_inodegc_push", 0 },
	{ "xfs_inodegc_start", 0 },
	{ "xfs_inodegc_stop", 0 },
	{ "xfs_inodegc_queue", 0 },
	{ "xfs_inodegc_throttle", 0 },
	{ "xfs_fs_sync_fs", 0 },
	{ "xfs_blockgc_start", 0 },
	{ "xfs_blockgc_stop", 0 },
	{ "xfs_blockgc_worker", 0 },
	{ "xfs_blockgc_flush_all", 0 },
	{ "xfs_map_blocks_found", 4 },
	{ "xfs_map_blocks_alloc", 4 },
	{ "xfs_defer_create_intent", 0 },
	{ "xfs_defer_cancel_list", 0 },
	{ "xfs_defer_pending_finish", 0 },
	{ "xfs_defer_pending_abort", 0 },
	{ "xfs_defer_relog_intent", 0 },
	{ "xfs_defer_isolate_paused", 0 },
	{ "xfs_defer_item_pause", 0 },
	{ "xfs_defer_item_unpause", 0 },
	{ "xfs_defer_add_item", 0 },
	{ "xfs_defer_cancel_item", 0 },
	{ "xfs_defer_finish_item", 0 },
	{ "xfs_ioc_free_eofblocks", 1 },
	{ "xfs_blockgc_free_space", 1 },
};

static const struct null_arg *null_arg(const struct verify *v, u32 arg)
{
	if (!v->attach_is_trace || !verify_has(v, FEATURE_RAW_TP_NULL))
		return NULL;
	for (u32 i = 0; i < ARRAY_SIZE(null_args); i++) {
		if (!strcmp(null_args[i].event, v->prog->attach_target) &&
		    (u32)(null_args[i].arg & ~ERR) == arg)
			return &null_args[i];
	}
	return NULL;
}

/* ---- pointers ---- */

static bool ends_with(const char *s, const char *end)
{
	size_t len = strlen(s), n = strlen(end);

	return len >= n && !strcmp(s + len - n, end);
}

/* The flags of the type tag on the pointer's target. */
static u16 tag_flags(const struct types *t, u32 pointer)
{
	u32 to = types_ref(t, pointer);

	if (types_kind(t, to) != KIND_TYPE_TAG || types_kind_flag(t, to))
		return 0;
	if (!strcmp(types_name(t, to), "user"))
		return MEM_USER;
	return !strcmp(types_name(t, to), "percpu") ? MEM_PERCPU : 0;
}

/* Every socket that a congestion control sees is a TCP one. */
static u32 promote(const struct verify *v, u32 type)
{
	if (!v->ops_struct || strcmp(v->ops_struct, "tcp_congestion_ops") ||
	    strcmp(types_name(v->kernel, type), "sock"))
		return type;
	return types_find(v->kernel, "tcp_sock", KIND_STRUCT);
}

static int pointer_param(struct verify *v, const struct ctx_use *u, u32 index, u32 pointer)
{
	struct type_param p = types_param(v->kernel, v->attach_proto, index);
	u32 to = types_strip(v->kernel, types_ref(v->kernel, pointer));
	u32 arg = index - (v->attach_is_trace ? 1 : 0);
	enum type_kind kind = types_kind(v->kernel, to);
	const struct null_arg *maybe = null_arg(v, arg);
	struct iter_arg iter = { .type = PTR_TO_BTF_ID };
	u16 flags = tag_flags(v->kernel, pointer);

	if (u->size != 8)
		return context_refuse(v, u);
	if (is_iter(v) && arg)
		iter = iter_arg(v, p.name);
	if (iter.type == PTR_TO_BUF) {
		context_set_pointer(v, u, iter.type, iter.flags);
		return 0;
	}
	/* What points to bytes or to nothing in particular is used as a number. */
	if (kind == KIND_VOID || kind == KIND_INT || (maybe && maybe->arg & ERR)) {
		context_set_number(v, u);
		return 0;
	}
	if (kind != KIND_STRUCT && kind != KIND_UNION)
		return reject(v, REJECT_CONTEXT, u->regno,
			      "argument '%s' points to something else than a struct", p.name);
	if (is_iter(v) && arg)
		flags |= iter.flags;
	else if (args_trusted(v))
		flags |= PTR_TRUSTED;
	if (maybe || ends_with(p.name, "__nullable"))
		flags |= PTR_MAYBE_NULL;
	context_set_object(v, u, flags, promote(v, to));
	return 0;
}

int context_typed_access(struct verify *v, const struct ctx_use *u)
{
	u32 count = types_vlen(v->kernel, v->attach_proto), index, type;

	if (u->off < 0 || u->off + u->size > 8 * CTX_TRACE_ARGS || u->write || u->off % u->size ||
	    u->off % 8)
		return context_refuse(v, u);
	index = param_at(v, u->off, v->attach_is_trace ? 1 : 0);
	if (index > count || (index == count && !sees_result(v)))
		return reject(v, REJECT_CONTEXT, u->regno,
			      "the function has no argument at offset %lld of the context",
			      (long long)u->off);
	type = index == count ? types_ref(v->kernel, v->attach_proto)
			      : types_param(v->kernel, v->attach_proto, index).type;
	type = types_strip(v->kernel, type);
	if (is_number(v->kernel, type) || !type) {
		context_set_number(v, u);
		if (index == count)
			bound_result(v, u);
		return 0;
	}
	if (types_kind(v->kernel, type) != KIND_PTR)
		return context_refuse(v, u);
	return pointer_param(v, u, index, type);
}
