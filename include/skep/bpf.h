/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * For BPF programs in C, compiled by `clang -target bpf` or by gcc's bpf port: sections, map
 * definitions, context structures, helper functions, byte order. Stands alone: needs no kernel or
 * libc headers. Layouts and numbers are those of linux/bpf.h (Linux 6.18).
 */
#ifndef SKEP_BPF_H
#define SKEP_BPF_H

typedef unsigned char __u8;
typedef unsigned short __u16;
typedef unsigned int __u32;
typedef unsigned long long __u64;
typedef signed char __s8;
typedef short __s16;
typedef int __s32;
typedef long long __s64;
typedef __u16 __be16; /* big-endian: as on the wire */
typedef __u32 __be32;
typedef __u64 __be64;
typedef __u16 __sum16;
typedef __u32 __wsum;

#include "bpf_helpers.h"

/* ---- programs and maps ---- */

/* SEC("xdp"): what a function or variable is for. */
#define SEC(name) __attribute__((section(name), used))

/*
 * Maps are anonymous structures in SEC(".maps"), their attributes are the types of members:
 *
 *     struct {
 *             __uint(type, BPF_MAP_TYPE_HASH);
 *             __uint(max_entries, 1024);
 *             __type(key, __u32);
 *             __type(value, __u64);
 *     } counts SEC(".maps");
 */
#define __uint(name, val)  int(*name)[val]
#define __type(name, val)  typeof(val) *name
#define __array(name, val) typeof(val) *name[]

#define __always_inline inline __attribute__((always_inline))
#define __noinline	__attribute__((noinline))
#define __weak		__attribute__((weak))
#define __hidden	__attribute__((visibility("hidden")))

#ifndef __cplusplus
#define bool _Bool
#define true 1
#define false 0
#endif
#ifndef NULL
#define NULL ((void *)0)
#endif
#ifndef offsetof
#define offsetof(type, member) __builtin_offsetof(type, member)
#endif

/* A formatted line in the trace pipe (skep: on standard error); at most three values. */
#define bpf_printk(fmt, ...)                                                                       \
	({                                                                                         \
		static const char bpf_printk_fmt[] = fmt;                                          \
		bpf_trace_printk(bpf_printk_fmt, sizeof(bpf_printk_fmt), ##__VA_ARGS__);           \
	})

/* ---- byte order ---- */

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define bpf_htons(x)	   ((__be16)__builtin_bswap16((__u16)(x)))
#define bpf_htonl(x)	   ((__be32)__builtin_bswap32((__u32)(x)))
#define bpf_cpu_to_be64(x) ((__be64)__builtin_bswap64((__u64)(x)))
#else
#define bpf_htons(x)	   ((__be16)(x))
#define bpf_htonl(x)	   ((__be32)(x))
#define bpf_cpu_to_be64(x) ((__be64)(x))
#endif
#define bpf_ntohs(x)	   ((__u16)bpf_htons(x))
#define bpf_ntohl(x)	   ((__u32)bpf_htonl(x))
#define bpf_be64_to_cpu(x) ((__u64)bpf_cpu_to_be64(x))

/* ---- numbers ---- */

enum bpf_map_type {
	BPF_MAP_TYPE_UNSPEC,
	BPF_MAP_TYPE_HASH = 1,
	BPF_MAP_TYPE_ARRAY = 2,
	BPF_MAP_TYPE_PROG_ARRAY = 3,
	BPF_MAP_TYPE_PERF_EVENT_ARRAY = 4,
	BPF_MAP_TYPE_PERCPU_HASH = 5,
	BPF_MAP_TYPE_PERCPU_ARRAY = 6,
	BPF_MAP_TYPE_STACK_TRACE = 7,
	BPF_MAP_TYPE_CGROUP_ARRAY = 8,
	BPF_MAP_TYPE_LRU_HASH = 9,
	BPF_MAP_TYPE_LRU_PERCPU_HASH = 10,
	BPF_MAP_TYPE_LPM_TRIE = 11,
	BPF_MAP_TYPE_ARRAY_OF_MAPS = 12,
	BPF_MAP_TYPE_HASH_OF_MAPS = 13,
	BPF_MAP_TYPE_DEVMAP = 14,
	BPF_MAP_TYPE_SOCKMAP = 15,
	BPF_MAP_TYPE_CPUMAP = 16,
	BPF_MAP_TYPE_XSKMAP = 17,
	BPF_MAP_TYPE_SOCKHASH = 18,
	BPF_MAP_TYPE_CGROUP_STORAGE = 19,
	BPF_MAP_TYPE_REUSEPORT_SOCKARRAY = 20,
	BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE = 21,
	BPF_MAP_TYPE_QUEUE = 22,
	BPF_MAP_TYPE_STACK = 23,
	BPF_MAP_TYPE_SK_STORAGE = 24,
	BPF_MAP_TYPE_DEVMAP_HASH = 25,
	BPF_MAP_TYPE_STRUCT_OPS = 26,
	BPF_MAP_TYPE_RINGBUF = 27,
	BPF_MAP_TYPE_INODE_STORAGE = 28,
	BPF_MAP_TYPE_TASK_STORAGE = 29,
	BPF_MAP_TYPE_BLOOM_FILTER = 30,
	BPF_MAP_TYPE_USER_RINGBUF = 31,
	BPF_MAP_TYPE_CGRP_STORAGE = 32,
	BPF_MAP_TYPE_ARENA = 33,
};

/* Flags of maps. */
enum {
	BPF_F_NO_PREALLOC = 1,
	BPF_F_NO_COMMON_LRU = 2,
	BPF_F_NUMA_NODE = 4,
	BPF_F_RDONLY = 8,
	BPF_F_WRONLY = 16,
	BPF_F_RDONLY_PROG = 128,
	BPF_F_WRONLY_PROG = 256,
	BPF_F_CLONE = 512,
	BPF_F_MMAPABLE = 1024,
	BPF_F_INNER_MAP = 4096,
};

enum { BPF_ANY, BPF_NOEXIST, BPF_EXIST, BPF_F_LOCK = 4 }; /* of map updates */

enum xdp_action { XDP_ABORTED, XDP_DROP, XDP_PASS, XDP_TX, XDP_REDIRECT };

/* Of traffic control. */
enum {
	TC_ACT_UNSPEC = -1,
	TC_ACT_OK = 0,
	TC_ACT_RECLASSIFY = 1,
	TC_ACT_SHOT = 2,
	TC_ACT_PIPE = 3,
	TC_ACT_STOLEN = 4,
	TC_ACT_QUEUED = 5,
	TC_ACT_REPEAT = 6,
	TC_ACT_REDIRECT = 7,
	TC_ACT_TRAP = 8,
};

/* Of LWT and flow-dissector programs. */
enum bpf_ret_code {
	BPF_OK = 0,
	BPF_DROP = 2,
	BPF_REDIRECT = 7,
	BPF_LWT_REROUTE = 128,
	BPF_FLOW_DISSECTOR_CONTINUE = 129,
};

/* Of helpers. */
enum {
	BPF_F_RECOMPUTE_CSUM = 1,    /* skb_store_bytes */
	BPF_F_INVALIDATE_HASH = 2,   /* skb_store_bytes */
	BPF_F_HDR_FIELD_MASK = 15,   /* l3_csum_replace, l4_csum_replace: size of the field */
	BPF_F_PSEUDO_HDR = 16,	     /* l4_csum_replace */
	BPF_F_MARK_MANGLED_0 = 32,   /* l4_csum_replace */
	BPF_F_MARK_ENFORCE = 64,     /* l4_csum_replace */
	BPF_F_INGRESS = 1,	     /* redirect, clone_redirect */
	BPF_F_BROADCAST = 8,	     /* redirect_map */
	BPF_F_EXCLUDE_INGRESS = 16,  /* redirect_map */
	BPF_RB_NO_WAKEUP = 1,	     /* ringbuf_output, ringbuf_submit */
	BPF_RB_FORCE_WAKEUP = 2,     /* ringbuf_output, ringbuf_submit */
	BPF_RB_AVAIL_DATA = 0,	     /* ringbuf_query */
	BPF_RB_RING_SIZE = 1,	     /* ringbuf_query */
	BPF_RB_CONS_POS = 2,	     /* ringbuf_query */
	BPF_RB_PROD_POS = 3,	     /* ringbuf_query */
	BPF_F_SKIP_FIELD_MASK = 255, /* get_stack, get_stackid */
	BPF_F_USER_STACK = 256,	     /* get_stack, get_stackid */
	BPF_F_FAST_STACK_CMP = 512,  /* get_stackid */
	BPF_F_REUSE_STACKID = 1024,  /* get_stackid */
	BPF_FLOW_DISSECTOR_F_PARSE_1ST_FRAG = 1, /* flow_keys.flags */
	BPF_FLOW_DISSECTOR_F_STOP_AT_FLOW_LABEL = 2,
	BPF_FLOW_DISSECTOR_F_STOP_AT_ENCAP = 4,
};

enum bpf_hdr_start_off { BPF_HDR_START_MAC, BPF_HDR_START_NET }; /* skb_load_bytes_relative */
enum bpf_adj_room_mode { BPF_ADJ_ROOM_NET, BPF_ADJ_ROOM_MAC };	 /* skb_adjust_room */

#define BPF_F_INDEX_MASK  0xffffffffULL
#define BPF_F_CURRENT_CPU BPF_F_INDEX_MASK
#define BPF_F_CTXLEN_MASK (0xfffffULL << 32)

/* ---- contexts ---- */

/* A pointer, 8 bytes wherever it is compiled. */
#define SKEP_CTX_PTR(type, name)                                                                   \
	union {                                                                                    \
		type name;                                                                         \
		__u64 name##_bits;                                                                 \
	} __attribute__((aligned(8)))

struct xdp_md {
	__u32 data; /* packet: [data, data_end), metadata: [data_meta, data) */
	__u32 data_end;
	__u32 data_meta;
	__u32 ingress_ifindex;
	__u32 rx_queue_index;
	__u32 egress_ifindex; /* devmap programs */
};

struct bpf_flow_keys {
	__u16 nhoff; /* network header, bytes from the start */
	__u16 thoff; /* transport header */
	__u16 addr_proto;
	__u8 is_frag;
	__u8 is_first_frag;
	__u8 is_encap;
	__u8 ip_proto;
	__be16 n_proto;
	__be16 sport;
	__be16 dport;
	union {
		struct {
			__be32 ipv4_src;
			__be32 ipv4_dst;
		};
		struct {
			__be32 ipv6_src[4];
			__be32 ipv6_dst[4];
		};
	};
	__u32 flags;
	__be32 flow_label;
};

struct __sk_buff {
	__u32 len;
	__u32 pkt_type;
	__u32 mark;
	__u32 queue_mapping;
	__u32 protocol; /* EtherType, as on the wire */
	__u32 vlan_present;
	__u32 vlan_tci;
	__u32 vlan_proto;
	__u32 priority;
	__u32 ingress_ifindex;
	__u32 ifindex;
	__u32 tc_index;
	__u32 cb[5];
	__u32 hash;
	__u32 tc_classid;
	__u32 data;
	__u32 data_end;
	__u32 napi_id;
	__u32 family;
	__be32 remote_ip4;
	__be32 local_ip4;
	__be32 remote_ip6[4];
	__be32 local_ip6[4];
	__be32 remote_port;
	__u32 local_port;
	__u32 data_meta;
	SKEP_CTX_PTR(struct bpf_flow_keys *, flow_keys);
	__u64 tstamp;
	__u32 wire_len;
	__u32 gso_segs;
	SKEP_CTX_PTR(struct bpf_sock *, sk);
	__u32 gso_size;
	__u8 tstamp_type;
	__u8 : 8;
	__u16 : 16;
	__u64 hwtstamp;
};

/* ---- structures of helpers and map values ---- */

struct bpf_spin_lock {
	__u32 val;
};
struct bpf_timer {
	__u64 opaque[2];
} __attribute__((aligned(8)));
struct bpf_dynptr {
	__u64 opaque[2];
} __attribute__((aligned(8)));
struct bpf_pidns_info {
	__u32 pid;
	__u32 tgid;
};
struct bpf_sock {
	__u32 bound_dev_if;
	__u32 family;
	__u32 type;
	__u32 protocol;
	__u32 mark;
	__u32 priority;
	__be32 src_ip4;
	__be32 src_ip6[4];
	__u32 src_port; /* host order */
	__be16 dst_port;
	__u16 : 16;
	__be32 dst_ip4;
	__be32 dst_ip6[4];
	__u32 state;
	__s32 rx_queue_mapping;
};

#endif
