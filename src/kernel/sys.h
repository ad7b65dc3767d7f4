/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel's interfaces: bpf(2) with what it reads and writes, command by command, perf events,
 * netlink, detached mounts, small files.
 * Functions return a result that is not negative, or -errno; descriptors are close-on-exec.
 * Structures grow at their end: a kernel takes a longer one than it knows when the rest is zeros,
 * so one build serves old and new kernels. Source: linux/bpf.h and linux/perf_event.h of 6.18,
 * bpf(2), perf_event_open(2).
 */
#ifndef KERNEL_SYS_H
#define KERNEL_SYS_H

#include <stdio.h>
#include <sys/types.h>

#include "base/types.h"

enum sys_command {
	CMD_MAP_CREATE,
	CMD_MAP_LOOKUP,
	CMD_MAP_UPDATE,
	CMD_MAP_DELETE,
	CMD_MAP_NEXT,
	CMD_PROG_LOAD,
	CMD_OBJ_PIN,
	CMD_OBJ_GET,
	CMD_PROG_ATTACH,
	CMD_PROG_DETACH,
	CMD_TEST_RUN,
	CMD_PROG_NEXT_ID,
	CMD_MAP_NEXT_ID,
	CMD_PROG_BY_ID,
	CMD_MAP_BY_ID,
	CMD_OBJ_INFO,
	CMD_PROG_QUERY,
	CMD_RAW_TRACEPOINT_OPEN,
	CMD_BTF_LOAD,
	CMD_BTF_BY_ID,
	CMD_TASK_QUERY,
	CMD_MAP_LOOKUP_DELETE,
	CMD_MAP_FREEZE,
	CMD_BTF_NEXT_ID,
	CMD_MAP_LOOKUP_BATCH,
	CMD_MAP_LOOKUP_DELETE_BATCH,
	CMD_MAP_UPDATE_BATCH,
	CMD_MAP_DELETE_BATCH,
	CMD_LINK_CREATE,
	CMD_LINK_UPDATE,
	CMD_LINK_BY_ID,
	CMD_LINK_NEXT_ID,
	CMD_ENABLE_STATS,
	CMD_ITER_CREATE,
	CMD_LINK_DETACH,
	CMD_PROG_BIND_MAP,
	CMD_TOKEN_CREATE,
};

enum { SYS_NAME_LEN = 16 }; /* bytes of a name in the kernel, the NUL included */

struct sys_map_batch {
	u64 from, to, keys, values;
	u32 count, map_fd;
	u64 elem_flags, flags;
};

struct sys_map_create {
	u32 type, key_size, value_size, max_entries, flags, inner_fd, numa_node;
	char name[SYS_NAME_LEN];
	u32 ifindex, btf_fd, btf_key, btf_value, btf_vmlinux_value;
	u64 extra;
	s32 value_btf_fd, token_fd;
};

struct sys_map_elem {
	u32 map_fd, pad;
	u64 key, value, flags; /* value: of CMD_MAP_NEXT the next key */
};

enum { PROG_SLEEPABLE = 1 << 4, PROG_FRAGS = 1 << 5 };

struct sys_prog_load {
	u32 type, insn_count;
	u64 insns, license;
	u32 log_level, log_size;
	u64 log;
	u32 kern_version, flags;
	char name[SYS_NAME_LEN];
	u32 ifindex, expected_attach_type, btf_fd, func_info_size;
	u64 func_info;
	u32 func_info_count, line_info_size;
	u64 line_info;
	u32 line_info_count, attach_btf_id, attach_fd, core_count; /* attach_fd: program or BTF */
	u64 fd_array, cores;
	u32 core_size, log_true_size;
	s32 token_fd;
	u32 fd_array_count;
};

struct sys_func_info {
	u32 insn, type_id;
};
struct sys_line_info {
	u32 insn, file_off, line_off, line_col; /* line << 10 | column */
};

struct sys_test_run {
	u32 prog_fd, retval, data_in_len, data_out_len;
	u64 data_in, data_out;
	u32 repeat, duration, ctx_in_len, ctx_out_len; /* duration: ns a run */
	u64 ctx_in, ctx_out;
	u32 flags, cpu, batch, pad;
};

struct sys_btf_load {
	u64 btf, log;
	u32 btf_len, log_size, log_level, log_true_size, flags;
	s32 token_fd;
};

struct sys_obj_path {
	u64 path;
	u32 fd, flags;
	s32 path_fd;
	u32 pad;
};

struct sys_next_id {
	u32 id, next, flags; /* id: start, or the object's number of CMD_…_BY_ID */
	s32 fd;
};

struct sys_attach {
	u32 target_fd, prog_fd, type, flags, replace_fd, relative;
	u64 revision;
};

enum { QUERY_EFFECTIVE = 1 };

struct sys_query {
	u32 target, type, flags, attach_flags; /* target: descriptor or interface */
	u64 ids;
	u32 count, pad;
	u64 prog_flags, link_ids, link_flags, revision;
};

struct sys_raw_tracepoint {
	u64 name;
	u32 prog_fd, pad;
	u64 cookie;
};

struct sys_link_create {
	u32 prog_fd, target, type, flags; /* prog_fd: or the map of struct_ops */
	union {
		u32 target_btf_id;
		struct {
			u64 info;
			u32 len;
		} iter;
		struct {
			u64 cookie;
		} perf;
		struct {
			u32 flags, count;
			u64 symbols, addresses, cookies;
		} kprobe_multi;
		struct {
			u32 target_btf_id, pad;
			u64 cookie;
		} tracing;
		struct {
			u32 family, hook;
			s32 priority;
			u32 flags;
		} netfilter;
		struct {
			u32 relative, pad;
			u64 revision;
		} order; /* tcx, netkit, cgroup */
		struct {
			u64 path, offsets, semaphores, cookies;
			u32 count, flags, pid;
		} uprobe_multi;
		u64 room[8];
	};
};

struct sys_link_update {
	u32 link_fd, new_fd, flags, old_fd;
};

/* bpf(2), again while it says EAGAIN. */
int sys_bpf(enum sys_command cmd, void *attr, size_t size);
#define SYS_BPF(cmd, attr) sys_bpf(cmd, attr, sizeof(*(attr)))

static inline u64 sys_ptr(const void *p)
{
	return (u64)(uintptr_t)p;
}

/* ---- descriptors of kernel objects ---- */

enum sys_object { SYS_PROG, SYS_MAP, SYS_BTF, SYS_LINK };

int sys_map_op(enum sys_command cmd, int map, const void *key, const void *value, u64 flags);
int sys_dup(int fd); /* another descriptor of the same, closed on exec */
int sys_pin(int fd, const char *path);
int sys_pin_get(const char *path);
/* The number after `id` (0: the first), -ENOENT past the last. */
int sys_next(enum sys_object kind, u32 id, u32 *next);
int sys_by_id(enum sys_object kind, u32 id);
/* Fills `size` bytes or fewer; what the kernel does not know stays zero. Returns bytes filled. */
int sys_info(int fd, void *info, u32 size);

/* ---- the rest of the system ---- */

struct perf_event_attr;
int sys_perf_open(struct perf_event_attr *attr, pid_t pid, int cpu, int group);
int sys_perf_enable(int fd);
int sys_perf_set_prog(int fd, int prog);
/* A file system ("tracefs", "securityfs") mounted nowhere: the descriptor of its root. */
int sys_detached_mount(const char *type);

int sys_netlink_open(void); /* NETLINK_ROUTE, with extended answers */
int sys_netlink_send(int nl, const void *data, size_t len);
ssize_t sys_netlink_receive(int nl, void *room, size_t len); /* bytes, or -errno */
int sys_open_self_netns(void); /* a descriptor of this network name space */

/* The running release as ERA(major, minor); `patch` (may be NULL) the third number. */
u32 sys_release(u32 *patch);
/* CPUs that the machine may have: slots of per-CPU maps. */
u32 sys_cpus_possible(void);
/* CPUs that run now: a bit each, in a mask of `bytes`; returns how many. */
u32 sys_cpus_online(u8 *mask, size_t bytes);
/* The whole of a small file, without its last newline: bytes read, or -errno. */
int sys_read_text(const char *path, char *out, size_t size);
/* Effective capability of this process? */
bool sys_capable(u32 cap);
/* Lift the limit of locked memory, once: for kernels before 5.11. */
int sys_memlock_lift(void);
void sys_close(int *fd); /* and -1 */
/* Text of an errno, with those that the C library does not know. */
const char *sys_error(int err);

#endif
