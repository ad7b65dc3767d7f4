// SPDX-License-Identifier: BSD-2-Clause
/*
 * One question to the running kernel: does it have this program type, map type, helper? The answer
 * is yes, no, or "could not tell" with the reason: a refusal for want of a right says nothing.
 */
#include "kernel/probe.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>

#include "btf/types.h"
#include "isa/insn.h"
#include "kernel/errors.h"
#include "spec/features.h"
#include "spec/helper.h"
#include "spec/map.h"
#include "spec/prog.h"

enum { LONG = 16 };			     /* instructions */
enum { SUB = 0x10, JNE = 0x50, JLT = 0xa0 }; /* RFC 9669 */

static const struct insn empty[] = {
	{ .code = CODE_MOV, .dst = 0, .imm = 0 },
	{ .code = CODE_EXIT },
};

static void why(struct probe *p, const char *fmt, ...) __printf(2, 3);

static void why(struct probe *p, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(p->why, sizeof(p->why), fmt, ap);
	va_end(ap);
}

/* Types whose load needs to know where they will be attached. */
static u32 first_attach(u32 type)
{
	switch (type) {
	case PROG_CGROUP_SOCK_ADDR:
		return ATTACH_CGROUP_INET4_BIND;
	case PROG_CGROUP_SOCKOPT:
		return ATTACH_CGROUP_SETSOCKOPT;
	case PROG_SK_LOOKUP:
		return ATTACH_SK_LOOKUP;
	case PROG_NETFILTER:
		return ATTACH_NETFILTER;
	case PROG_TRACING:
		return ATTACH_TRACE_RAW_TP;
	case PROG_LSM:
		return ATTACH_LSM_MAC;
	default:
		return 0;
	}
}

static bool needs_target(u32 type)
{
	return type == PROG_TRACING || type == PROG_LSM || type == PROG_EXT ||
	       type == PROG_STRUCT_OPS;
}

/* Number of the kernel's type for a tracepoint that every kernel has; 0: it has no types. */
static u32 raw_tracepoint(struct probe *p)
{
	struct types *t;

	if (p->tracepoint_known)
		return p->tracepoint;
	p->tracepoint_known = true;
	if (!types_open_file(&t, "/sys/kernel/btf/vmlinux", NULL, NULL)) {
		p->tracepoint = types_find(t, "btf_trace_sched_switch", KIND_TYPEDEF);
		types_free(t);
	}
	return p->tracepoint;
}

/* Load `insns`; the log, when wanted, is p->log. */
static int load(struct probe *p, u32 type, const struct insn *insns, u32 count)
{
	struct sys_prog_load a = {
		.type = type,
		.insn_count = count,
		.insns = sys_ptr(insns),
		.license = sys_ptr("GPL"),
		.expected_attach_type = first_attach(type),
		.ifindex = p->ifindex,
		.kern_version = p->version,
		.flags = type == PROG_SYSCALL ? PROG_SLEEPABLE : 0,
		/* A log that overflows fails the load: long programs do without. */
		.log_level = count < LONG,
		.log = count < LONG ? sys_ptr(p->log) : 0,
		.log_size = count < LONG ? sizeof(p->log) : 0,
	};
	int fd;

	*p->log = 0;
	if (type == PROG_TRACING)
		a.attach_btf_id = raw_tracepoint(p);
	/* Any other type's number will do to hear that it is the wrong one: the kernel looked. */
	if (needs_target(type) && !a.attach_btf_id)
		a.attach_btf_id = 1;
	fd = SYS_BPF(CMD_PROG_LOAD, &a);
	if (fd >= 0) {
		sys_close(&fd);
		return 0;
	}
	return fd;
}

static enum probe_answer unsure(struct probe *p, int err)
{
	char mode[32];

	if (err == -EPERM && kernel_lockdown(mode, sizeof(mode)))
		why(p, "the kernel is locked down (%s) and answers: %s", mode, sys_error(-err));
	else
		why(p, "the kernel answers: %s", sys_error(-err));
	return PROBE_UNKNOWN;
}

static void missing(struct probe *p, const char *config, u32 since)
{
	u32 release = sys_release(NULL);

	*p->why = 0;
	if (since > release)
		why(p, "since Linux %u.%u", ERA_MAJOR(since), ERA_MINOR(since));
	else if (config && kernel_config(config) == 'n')
		why(p, "built without %s", config);
	else if (config)
		why(p, "needs %s", config);
}

enum probe_answer probe_prog(struct probe *p, u32 type)
{
	const struct prog_info *info = prog_info(type);
	int err = load(p, type, empty, ARRAY_SIZE(empty));

	*p->why = 0;
	if (!err || *p->log) /* the verifier got to see it */
		return PROBE_YES;
	if (err == -EPERM || err == -EACCES)
		return unsure(p, err);
	/* These four are looked up by the type that they hang on before anything is verified. */
	if (err == -EINVAL && kernel_config_prog(type) &&
	    kernel_config(kernel_config_prog(type)) == 'y')
		return PROBE_YES;
	missing(p, kernel_config_prog(type), ERA(info->since_major, info->since_minor));
	return PROBE_NO;
}

/* Attributes that the kernel takes for a map of this type. */
static void map_attributes(struct sys_map_create *a, u32 type)
{
	const struct map_info *info = map_info(type);

	a->type = type;
	a->key_size = info->key == RULE_ZERO	 ? 0
		      : info->key == RULE_LPM	 ? 8
		      : info->key == RULE_CGROUP ? 16
						 : 4;
	a->value_size = info->value == RULE_ZERO ? 0 : info->value == RULE_STACKS ? 8 : 4;
	a->max_entries = info->entries == RULE_ZERO ? 0 : info->entries == RULE_PAGES ? 4096 : 1;
	switch (type) {
	case MAP_TYPE_LPM_TRIE:
	case MAP_TYPE_SK_STORAGE:
	case MAP_TYPE_INODE_STORAGE:
	case MAP_TYPE_TASK_STORAGE:
	case MAP_TYPE_CGRP_STORAGE:
		a->flags = MAP_NO_PREALLOC;
		break;
	case MAP_TYPE_ARENA:
		a->flags = MAP_MMAPABLE;
		break;
	}
}

enum probe_answer probe_map(struct probe *p, u32 type)
{
	const struct map_info *info = map_info(type);
	struct sys_map_create a = { .ifindex = p->ifindex }, inner = { 0 };
	int fd = -1, inner_fd = -1;

	map_attributes(&a, type);
	if (type == MAP_TYPE_ARRAY_OF_MAPS || type == MAP_TYPE_HASH_OF_MAPS) {
		map_attributes(&inner, MAP_TYPE_ARRAY);
		inner_fd = SYS_BPF(CMD_MAP_CREATE, &inner);
		a.inner_fd = (u32)inner_fd;
	}
	fd = SYS_BPF(CMD_MAP_CREATE, &a);
	if (inner_fd >= 0)
		sys_close(&inner_fd);
	*p->why = 0;
	if (fd >= 0) {
		sys_close(&fd);
		return PROBE_YES;
	}
	if (fd == -EPERM || fd == -EACCES)
		return unsure(p, fd);
	/* Storage and struct_ops want types with them: the answer comes from a later test. */
	if (fd != -EINVAL || type == MAP_TYPE_STRUCT_OPS || strstr(info->name, "storage")) {
		if (!kernel_config_map(type) || kernel_config(kernel_config_map(type)) != 'n')
			return PROBE_YES;
	}
	missing(p, kernel_config_map(type), ERA(info->since_major, info->since_minor));
	return PROBE_NO;
}

enum probe_answer probe_helper(struct probe *p, u32 id, u32 prog_type)
{
	const struct insn call[] = {
		{ .code = CODE_CALL, .imm = (s32)id },
		{ .code = CODE_MOV, .dst = 0, .imm = 0 },
		{ .code = CODE_EXIT },
	};
	char unknown[64];
	int err = load(p, prog_type, call, ARRAY_SIZE(call));

	if (!err)
		return PROBE_YES;
	if (!*p->log ||
	    (needs_target(prog_type) && (prog_type != PROG_TRACING || !raw_tracepoint(p))))
		return PROBE_UNKNOWN;
	/* "…invalid func unknown#5", "unknown func bpf_x#5", "…cannot use helper bpf_x#5" */
	snprintf(unknown, sizeof(unknown), "#%u\n", id);
	if (strstr(p->log, unknown) &&
	    (strstr(p->log, "invalid func ") || strstr(p->log, "unknown func ") ||
	     strstr(p->log, "cannot use helper ")))
		return PROBE_NO;
	return PROBE_YES;
}

/* Source: RFC 9669 and linux/bpf.h: what each version of the instruction set added. */
enum probe_answer probe_misc(struct probe *p, enum probe_misc what)
{
	enum { LARGE = 4097 };
	static const struct insn loop[] = {
		{ .code = CODE_MOV, .dst = 0, .imm = 10 },
		{ .code = CLASS_ALU64 | SUB, .dst = 0, .imm = 1 },
		{ .code = CLASS_JMP | JNE, .dst = 0, .off = -2 },
		{ .code = CODE_EXIT },
	};
	static const struct insn v2[] = {
		{ .code = CODE_MOV, .dst = 0 },
		{ .code = CLASS_JMP | JLT, .dst = 0, .off = 1 },
		{ .code = CODE_MOV, .dst = 0, .imm = 1 },
		{ .code = CODE_EXIT },
	};
	static const struct insn v3[] = {
		{ .code = CODE_MOV, .dst = 0 },
		{ .code = CLASS_JMP32 | JLT, .dst = 0, .off = 1 },
		{ .code = CODE_MOV, .dst = 0, .imm = 1 },
		{ .code = CODE_EXIT },
	};
	static const struct insn v4[] = {
		{ .code = CODE_MOV, .dst = 0 },
		{ .code = CODE_JA32 },
		{ .code = CODE_MOV, .dst = 0, .imm = 1 },
		{ .code = CODE_EXIT },
	};
	struct insn *large;
	int err = -ENOMEM;

	switch (what) {
	case PROBE_LARGE:
		large = calloc(LARGE, sizeof(*large));
		for (u32 i = 0; large && i < LARGE; i++)
			large[i] = empty[i == LARGE - 1];
		if (large)
			err = load(p, PROG_SOCKET_FILTER, large, LARGE);
		free(large);
		break;
	case PROBE_LOOPS:
		err = load(p, PROG_SOCKET_FILTER, loop, ARRAY_SIZE(loop));
		break;
	case PROBE_V2:
		err = load(p, PROG_SOCKET_FILTER, v2, ARRAY_SIZE(v2));
		break;
	case PROBE_V3:
		err = load(p, PROG_SOCKET_FILTER, v3, ARRAY_SIZE(v3));
		break;
	case PROBE_V4:
		err = load(p, PROG_SOCKET_FILTER, v4, ARRAY_SIZE(v4));
		break;
	}
	*p->why = 0;
	return !err ? PROBE_YES : err == -EPERM ? unsure(p, err) : PROBE_NO;
}

enum probe_answer probe_syscall(struct probe *p)
{
	struct sys_prog_load a = { 0 };
	int err = SYS_BPF(CMD_PROG_LOAD, &a);

	*p->why = 0;
	return err == -ENOSYS ? PROBE_NO : PROBE_YES;
}
