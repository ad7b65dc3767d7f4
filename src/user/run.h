/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One run of one program in the user engine: the machine's state, the packet, the context. Helper
 * bodies reach it through vm_run.host. Contexts are plain memory with the layouts of linux/bpf.h;
 * packet buffers lie below 4 GiB, so that 32-bit data/data_end fields hold real addresses.
 */
#ifndef USER_RUN_H
#define USER_RUN_H

#include "spec/prog.h"
#include "user/unit.h"
#include "vm/vm.h"

enum {
	BUFFER_HEAD = 32 * 1024, /* bytes before the packet: room for pushed headers */
	PACKET_MAX = 256 * 1024, /* bytes of one packet */
	BUFFER_TAIL = 32 * 1024, /* bytes after it */
	BUFFER_SIZE = BUFFER_HEAD + PACKET_MAX + BUFFER_TAIL,
	ETH_HEADER = 14,
	XDP_HEADROOM = 256,
	XDP_TAILROOM = 320, /* what Linux keeps for itself at the end of a 4 KiB frame */
	XDP_FRAME_SIZE = 4096,
};

/* struct __sk_buff of linux/bpf.h */
struct skb_ctx {
	u32 len, pkt_type, mark, queue_mapping, protocol, vlan_present, vlan_tci, vlan_proto;
	u32 priority, ingress_ifindex, ifindex, tc_index, cb[5], hash, tc_classid;
	u32 data, data_end, napi_id, family, remote_ip4, local_ip4, remote_ip6[4], local_ip6[4];
	u32 remote_port, local_port, data_meta;
	u64 flow_keys, tstamp;
	u32 wire_len, gso_segs;
	u64 sk;
	u32 gso_size;
	u8 tstamp_type, pad[3];
	u64 hwtstamp;
};
_Static_assert(sizeof(struct skb_ctx) == 192, "struct __sk_buff");

struct xdp_ctx { /* struct xdp_md */
	u32 data, data_end, data_meta, ingress_ifindex, rx_queue_index, egress_ifindex;
};

struct flow_keys { /* struct bpf_flow_keys */
	u16 nhoff, thoff, addr_proto;
	u8 is_frag, is_first_frag, is_encap, ip_proto;
	u16 n_proto, sport, dport; /* big-endian */
	u32 addrs[8];
	u32 flags, flow_label;
};
_Static_assert(sizeof(struct flow_keys) == 56, "struct bpf_flow_keys");

struct sock_ctx { /* struct bpf_sock, as far as a program may read it through skb->sk */
	u32 bound_dev_if, family, type, protocol, mark, priority, src_ip4, src_ip6[4], src_port;
	u16 dst_port, pad;
	u32 dst_ip4, dst_ip6[4], state;
	s32 rx_queue_mapping;
};

struct user_run {
	struct vm_run vm; /* first: helpers get it as `self` */
	struct user_unit *unit;
	const struct user_prog *prog;
	u8 *buffer;	/* BUFFER_SIZE bytes below 4 GiB */
	bool head_used; /* something may stand in front of a packet's place: not zeros */

	/* The packet: meta <= data <= end <= total_end inside the buffer. XDP's fragments are what
	 * lies between end and total_end. */
	u8 *hard_start, *hard_end, *meta, *data, *end, *total_end;
	u8 *mac, *net; /* headers of an skb; may lie before data */
	u32 mac_len;
	bool l2;      /* the program sees the link header */
	bool l3_only; /* the link type has no link header that we know */
	bool has_ctx; /* caller gave or wants a context */
	bool native;  /* machine code is ready (vm_ready) */
	struct region_slots {
		u8 packet, meta;
	} slot; /* indexes into vm.regions */
	union {
		struct skb_ctx skb;
		struct xdp_ctx xdp;
		u8 bytes[192];
	} ctx __attribute__((aligned(8)));
	struct flow_keys keys __attribute__((aligned(8)));
	struct sock_ctx sock;

	u32 redirect_ifindex;
	struct map *redirect_map; /* broadcast through it */
	u64 redirect_flags;
	u32 nested;	     /* for_each_map_elem in progress */
	u64 random;	     /* state of get_prandom_u32, 0: not seeded */
	VEC(void *) records; /* reserved in ring buffers, not yet submitted */
};

static inline struct user_run *run_of(void *self)
{
	return ((struct vm_run *)self)->host;
}

/* The run state of this thread's innermost hold; NULL + diagnostic. */
struct user_run *run_take(struct diag *d);

/* Let the program touch [base, base + len). Returns the region's index. */
static inline u8 run_region(struct user_run *run, const void *base, u64 len,
			    enum vm_region_class what, u8 access)
{
	u32 i = run->vm.region_count++;

	run->vm.regions[i] = (struct vm_region){
		.base = (u64)(uintptr_t)base, .len = len, .what = what, .access = access
	};
	return (u8)i;
}

/* memset(at, 0, len) by the C library: compilers make a slower string instruction of a few hundred
 * bytes that they know the number of. */
static inline void clear(void *at, size_t len)
{
	__asm__("" : "+r"(len));
	memset(at, 0, len);
}

/* After the packet moved: the context's data fields, len, and the regions follow. */
void skb_sync(struct user_run *run);
void xdp_sync(struct user_run *run);
/* Make `room` bytes free before data; moves the packet when it has to. False: no room. */
bool skb_headroom(struct user_run *run, u32 room);
/* eth_type_trans: what the type field says, big-endian. */
u16 eth_protocol(const u8 *mac, const u8 *end);

/* What a program type's runs look like. */
struct hook {
	u32 prog_type;
	/* Check input, place packet and context, set regions, *r1 and *r2. */
	int (*start)(struct user_run *run, const struct skep_run *io, u64 *r1, u64 *r2,
		     struct diag *d);
	/* Before each repeat but the first; may be NULL. */
	void (*again)(struct user_run *run);
	/* Results out: after the last run. */
	void (*finish)(struct user_run *run, struct skep_run *io, u64 r0);
	bool (*packet_load)(struct vm_run *run, u32 off, u32 size, u64 *value);
};
const struct hook *hook_of(u32 prog_type); /* NULL: the engine does not run that type */
extern const struct hook hook_skb, hook_xdp, hook_flow, hook_memory;

/* Copy out as BPF_PROG_TEST_RUN does, cut at the caller's room. */
void run_data_out(struct skep_run *io, const void *data, size_t len);
void run_ctx_out(struct skep_run *io, const void *ctx, size_t len);
/* The caller's context, zeros beyond it. -E2BIG: bytes past `size` are not zero. */
int run_ctx_in(const struct skep_run *io, void *ctx, size_t size, struct diag *d);
void run_tx(struct user_run *run, u32 ifindex, const void *data, size_t len);

#endif
