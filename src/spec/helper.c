// SPDX-License-Identifier: BSD-2-Clause
#include "spec/helper.h"

#include "spec/prog.h"

#define ARGS0()
#define ARGS1(a)				 ARG_##a
#define ARGS2(a, b)				 ARG_##a, ARG_##b
#define ARGS3(a, b, c)				 ARG_##a, ARG_##b, ARG_##c
#define ARGS4(a, b, c, d)			 ARG_##a, ARG_##b, ARG_##c, ARG_##d
#define ARGS5(a, b, c, d, e)			 ARG_##a, ARG_##b, ARG_##c, ARG_##d, ARG_##e
#define PICK(_0, _1, _2, _3, _4, _5, macro, ...) macro
#define ARGS(...)                                                                                  \
	{                                                                                          \
		PICK(_, ##__VA_ARGS__, ARGS5, ARGS4, ARGS3, ARGS2, ARGS1, ARGS0)(__VA_ARGS__)      \
	}
#define SIZES(...)                                                                                 \
	{                                                                                          \
		__VA_ARGS__                                                                        \
	}

enum { GPL = 1, PACKET = 2 };

enum helper_set {
#define HELPER_SET(name, types, rule) SET_##name,
#include "spec/helper_sets.def"
};

static const struct helper_info helpers[] = {
#define HELPER(id, hname, rtype, args, sizes, major, minor, flags, who, what)                      \
	[id] = { .name = #hname,                                                                   \
		 .doc = what,                                                                      \
		 .ret = RET_##rtype,                                                               \
		 .arg = args,                                                                      \
		 .arg_size = sizes,                                                                \
		 .since_major = major,                                                             \
		 .since_minor = minor,                                                             \
		 .gpl_only = (flags)&GPL,                                                          \
		 .changes_packet = (flags)&PACKET,                                                 \
		 .set = SET_##who },
#include "spec/helpers.def"
};

enum set_rule {
	NO_RULE,
	LSM_CGROUP_ONLY, /* LSM programs: only those for a cgroup */
	SETSOCKOPT_ONLY, /* and CGROUP_SOCKOPT: only around setsockopt(2) */
	HAS_RESULT,	 /* where the program decides the system call's result */
	CONNECT_ONLY,
	HAS_COOKIE,
	AROUND_FUNCTION,
	AFTER_FUNCTION,
	ITER_ONLY,
};

#define P(type) (1ull << PROG_##type)
static const struct {
	u64 types; /* bit n: enum prog_type n */
	enum set_rule rule;
} sets[] = {
#define HELPER_SET(name, types, rule) [SET_##name] = { types, rule },
#include "spec/helper_sets.def"
};

static const char *const arg_names[] = {
	[ARG_NONE] = "none",
	[ARG_SCALAR] = "scalar",
	[ARG_CTX] = "ctx",
	[ARG_CTX_OR_NULL] = "ctx_or_null",
	[ARG_MAP] = "map",
	[ARG_MAP_KEY] = "map_key",
	[ARG_MAP_VALUE] = "map_value",
	[ARG_MAP_VALUE_OUT] = "map_value_out",
	[ARG_MAP_VALUE_OR_NULL] = "map_value_or_null",
	[ARG_MEM] = "mem",
	[ARG_MEM_OR_NULL] = "mem_or_null",
	[ARG_MEM_RW] = "mem_rw",
	[ARG_MEM_OUT] = "mem_out",
	[ARG_MEM_OUT_OR_NULL] = "mem_out_or_null",
	[ARG_SIZE] = "size",
	[ARG_SIZE_OR_ZERO] = "size_or_zero",
	[ARG_ALLOC_SIZE] = "alloc_size",
	[ARG_ALLOC_MEM] = "alloc_mem",
	[ARG_SCALAR_OUT] = "scalar_out",
	[ARG_FIXED_MEM] = "fixed_mem",
	[ARG_FIXED_MEM_OUT] = "fixed_mem_out",
	[ARG_FUNC] = "func",
	[ARG_STACK_OR_NULL] = "stack_or_null",
	[ARG_CONST_STR] = "const_str",
	[ARG_SPIN_LOCK] = "spin_lock",
	[ARG_TIMER] = "timer",
	[ARG_KPTR] = "kptr",
	[ARG_DYNPTR] = "dynptr",
	[ARG_DYNPTR_OUT] = "dynptr_out",
	[ARG_SOCK_COMMON] = "sock_common",
	[ARG_SOCKET] = "socket",
	[ARG_SOCKET_OR_NULL] = "socket_or_null",
	[ARG_BTF_ID] = "btf_id",
	[ARG_BTF_ID_OR_NULL] = "btf_id_or_null",
	[ARG_PERCPU_BTF_ID] = "percpu_btf_id",
	[ARG_ANY_PTR] = "any_ptr",
};

static const char *const ret_names[] = {
	[RET_INT] = "int",
	[RET_VOID] = "void",
	[RET_MAP_VALUE_OR_NULL] = "map_value_or_null",
	[RET_MAP_VALUE] = "map_value",
	[RET_SOCKET_OR_NULL] = "socket_or_null",
	[RET_TCP_SOCK_OR_NULL] = "tcp_sock_or_null",
	[RET_SOCK_COMMON_OR_NULL] = "sock_common_or_null",
	[RET_ALLOC_MEM_OR_NULL] = "alloc_mem_or_null",
	[RET_MEM_OR_NULL] = "mem_or_null",
	[RET_BTF_ID] = "btf_id",
	[RET_BTF_ID_OR_NULL] = "btf_id_or_null",
	[RET_PERCPU_PTR_OR_NULL] = "percpu_ptr_or_null",
	[RET_PERCPU_PTR] = "percpu_ptr",
};

const struct helper_info *helper_by_id(u32 id)
{
	return id < ARRAY_SIZE(helpers) && helpers[id].name ? &helpers[id] : NULL;
}

u32 helper_count(void)
{
	return ARRAY_SIZE(helpers);
}

s32 helper_id_by_name(const char *name)
{
	if (!strncmp(name, "bpf_", 4))
		name += 4;
	for (u32 i = 0; i < ARRAY_SIZE(helpers); i++) {
		if (helpers[i].name && !strcmp(helpers[i].name, name))
			return (s32)i;
	}
	return -1;
}

/* Does a function's trampoline run the program? */
static bool around_function(u32 prog_type, u32 attach_type)
{
	if (prog_type == PROG_LSM)
		return attach_type == ATTACH_LSM_MAC;
	return attach_type == ATTACH_TRACE_FENTRY || attach_type == ATTACH_TRACE_FEXIT ||
	       attach_type == ATTACH_MODIFY_RETURN || attach_type >= ATTACH_TRACE_FSESSION;
}

static bool lsm_cgroup(u32 prog_type, u32 attach_type)
{
	return prog_type != PROG_LSM || attach_type == ATTACH_LSM_CGROUP;
}

static bool has_result(u32 prog_type, u32 attach_type)
{
	switch (attach_type) {
	case ATTACH_CGROUP_UDP4_RECVMSG:
	case ATTACH_CGROUP_UDP6_RECVMSG:
	case ATTACH_CGROUP_UNIX_RECVMSG:
	case ATTACH_CGROUP_INET4_GETPEERNAME:
	case ATTACH_CGROUP_INET6_GETPEERNAME:
	case ATTACH_CGROUP_UNIX_GETPEERNAME:
	case ATTACH_CGROUP_INET4_GETSOCKNAME:
	case ATTACH_CGROUP_INET6_GETSOCKNAME:
	case ATTACH_CGROUP_UNIX_GETSOCKNAME:
		return prog_type != PROG_CGROUP_SOCK_ADDR;
	default:
		return lsm_cgroup(prog_type, attach_type);
	}
}

static bool rule_allows(enum set_rule rule, u32 prog_type, u32 attach_type)
{
	switch (rule) {
	case NO_RULE:
		return true;
	case LSM_CGROUP_ONLY:
		return lsm_cgroup(prog_type, attach_type);
	case SETSOCKOPT_ONLY:
		if (prog_type == PROG_CGROUP_SOCKOPT)
			return attach_type == ATTACH_CGROUP_SETSOCKOPT;
		return lsm_cgroup(prog_type, attach_type);
	case HAS_RESULT:
		return has_result(prog_type, attach_type);
	case CONNECT_ONLY:
		return attach_type == ATTACH_CGROUP_INET4_CONNECT ||
		       attach_type == ATTACH_CGROUP_INET6_CONNECT;
	case HAS_COOKIE:
		if (prog_type == PROG_TRACING && attach_type == ATTACH_TRACE_RAW_TP)
			return true;
		if (prog_type == PROG_TRACING || prog_type == PROG_LSM)
			return around_function(prog_type, attach_type);
		return true;
	case AROUND_FUNCTION:
		return around_function(prog_type, attach_type);
	case AFTER_FUNCTION:
		return around_function(prog_type, attach_type) &&
		       attach_type != ATTACH_TRACE_FENTRY &&
		       attach_type != ATTACH_TRACE_FENTRY_MULTI;
	case ITER_ONLY:
		return attach_type == ATTACH_TRACE_ITER;
	}
	return false;
}

bool helper_allowed(u32 id, u32 prog_type, u32 attach_type)
{
	const struct helper_info *h = helper_by_id(id);

	if (!h || prog_type == PROG_UNSPEC || !prog_info(prog_type))
		return false;
	if (prog_type == PROG_EXT)
		return true; /* the extended program decides */
	if (!(sets[h->set].types >> prog_type & 1))
		return false;
	return rule_allows(sets[h->set].rule, prog_type, attach_type);
}

const char *arg_type_name(enum arg_type type)
{
	return type < ARRAY_SIZE(arg_names) && arg_names[type] ? arg_names[type] : "?";
}

const char *ret_type_name(enum ret_type type)
{
	return type < ARRAY_SIZE(ret_names) && ret_names[type] ? ret_names[type] : "?";
}
