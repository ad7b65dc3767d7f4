/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the kernel tells of its objects (CMD_OBJ_INFO). Structures grow at their end; what a kernel
 * does not know stays zero. Source: linux/bpf.h of 6.18.
 */
#ifndef KERNEL_INFO_H
#define KERNEL_INFO_H

#include "kernel/sys.h"

struct info_prog {
	u32 type, id;
	u8 tag[8];
	u32 jited_len, xlated_len;
	u64 jited, xlated, load_time; /* load_time: ns since boot */
	u32 created_by_uid, map_count;
	u64 map_ids;
	char name[SYS_NAME_LEN];
	u32 ifindex, gpl_compatible;
	u64 netns_dev, netns_ino;
	u32 jited_ksym_count, jited_func_count;
	u64 jited_ksyms, jited_func_lens;
	u32 btf_id, func_info_size;
	u64 func_info;
	u32 func_info_count, line_info_count;
	u64 line_info, jited_line_info;
	u32 jited_line_info_count, line_info_size, jited_line_info_size, tag_count;
	u64 tags, run_ns, run_count, recursion_misses;
	u32 verified_insns, attach_btf_obj_id, attach_btf_id, pad;
};

struct info_map {
	u32 type, id, key_size, value_size, max_entries, flags;
	char name[SYS_NAME_LEN];
	u32 ifindex, btf_vmlinux_value;
	u64 netns_dev, netns_ino;
	u32 btf_id, btf_key, btf_value, btf_vmlinux_id;
	u64 extra;
	u64 hash;
	u32 hash_len, pad;
};

struct info_btf {
	u64 btf;
	u32 len, id;
	u64 name;
	u32 name_len, kernel;
};

struct info_link {
	u32 type, id, prog_id, pad;
	union {
		struct {
			u64 name;
			u32 len, pad;
			u64 cookie;
		} raw_tracepoint;
		struct {
			u32 attach_type, target_obj_id, target_btf_id, pad;
			u64 cookie;
		} tracing;
		struct {
			u64 cgroup_id;
			u32 attach_type;
		} cgroup;
		struct {
			u64 name;
			u32 len;
			union {
				u32 map_id;
			};
			union {
				struct {
					u64 cgroup_id;
					u32 order;
				} cgroup;
				struct {
					u32 tid, pid;
				} task;
			};
		} iter;
		struct {
			u32 netns_ino, attach_type;
		} netns;
		struct {
			u32 ifindex;
		} xdp;
		struct {
			u32 map_id;
		} struct_ops;
		struct {
			u32 family, hook;
			s32 priority;
			u32 flags;
		} netfilter;
		struct {
			u64 addresses;
			u32 count, flags;
			u64 missed, cookies;
		} kprobe_multi;
		struct {
			u64 path, offsets, ref_counters, cookies;
			u32 path_len, count, flags, pid;
		} uprobe_multi;
		struct {
			u32 kind, pad;
			union {
				struct {
					u64 name;
					u32 len, offset;
					u64 cookie, ref_counter;
				} uprobe;
				struct {
					u64 name;
					u32 len, offset;
					u64 address, missed, cookie;
				} kprobe;
				struct {
					u64 name;
					u32 len, pad;
					u64 cookie;
				} tracepoint;
				struct {
					u64 config;
					u32 type, pad;
					u64 cookie;
				} event;
			};
		} perf_event;
		struct {
			u32 ifindex, attach_type;
		} device; /* tcx, netkit */
		struct {
			u32 map_id, attach_type;
		} sockmap;
		u64 room[8];
	};
};

#endif
