// SPDX-License-Identifier: BSD-2-Clause
/* Program types over struct __sk_buff, as BPF_PROG_TEST_RUN presents packets to them. */
#include <errno.h>

#include "user/run.h"

enum {
	ETH_P_IP_ = 0x0800,
	ETH_P_IPV6_ = 0x86dd,
	ETH_P_802_3_ = 0x0001,
	ETH_P_802_2_ = 0x0004,
	ETH_MIN_TYPE = 0x0600, /* smaller ones are lengths */
	IPV4_HEADER = 20,
	IPV6_HEADER = 40,
	WIRE_MAX = 65536,
	SEGS_MAX = 65535,
	TC_ACT_REDIRECT_ = 7,
	TCP_CLOSE_ = 7,
	SKF_NET = -0x100000,  /* LD_ABS offsets from the network header … */
	SKF_LINK = -0x200000, /* … and from the link header */
	LINK_RAW = 101,
	LINK_IPV4 = 228,
	LINK_IPV6 = 229,
};

static u16 be16(u16 v)
{
	return __builtin_bswap16(v);
}

void skb_sync(struct user_run *run)
{
	struct skb_ctx *c = &run->ctx.skb;

	c->len = (u32)(run->end - run->data);
	c->data = (u32)(uintptr_t)run->data;
	c->data_end = (u32)(uintptr_t)run->end;
	c->data_meta = c->data;
	run->total_end = run->end;
	run->meta = run->data;
	run->vm.packet = run->data;
	run->vm.packet_len = c->len;
	run->vm.regions[run->slot.packet].base = c->data;
	run->vm.regions[run->slot.packet].len = c->len;
}

bool skb_headroom(struct user_run *run, u32 room)
{
	u8 *home = run->buffer + BUFFER_HEAD;
	ptrdiff_t shift = home - run->data;
	u8 *first = MIN(MIN(run->mac, run->net), run->data);

	run->head_used = true;
	/* ETH_HEADER more: the link header of a layer 3 packet lies before its data. */
	if ((size_t)(run->data - run->buffer) >= (size_t)room + ETH_HEADER)
		return true;
	if (room + ETH_HEADER > BUFFER_HEAD || first < run->buffer)
		return false;
	memmove(first + shift, first, (size_t)(run->end - first));
	run->data += shift;
	run->end += shift;
	run->mac += shift;
	run->net += shift;
	return true;
}

u16 eth_protocol(const u8 *mac, const u8 *end)
{
	u16 type = LOAD(u16, mac + 12);

	if (be16(type) >= ETH_MIN_TYPE)
		return type;
	/* An old IPX frame has all ones where 802.2 has its service access points. */
	if (end - mac >= ETH_HEADER + 2 && LOAD(u16, mac + ETH_HEADER) == 0xffff)
		return be16(ETH_P_802_3_);
	return be16(ETH_P_802_2_);
}

/* The loopback device has the zero address, and that as its broadcast address too. */
static u32 eth_packet_type(const u8 *mac)
{
	static const u8 zero[6];

	if (!memcmp(mac, zero, 6))
		return 0;	   /* PACKET_HOST */
	return mac[0] & 1 ? 2 : 3; /* PACKET_MULTICAST, PACKET_OTHERHOST */
}

static u16 raw_protocol(u32 linktype, const u8 *data, const u8 *end)
{
	if (linktype != LINK_RAW && linktype != LINK_IPV4 && linktype != LINK_IPV6)
		return 0;
	if (end > data && *data >> 4 == 4)
		return be16(ETH_P_IP_);
	return end > data && *data >> 4 == 6 ? be16(ETH_P_IPV6_) : 0;
}

/* Of a context that the caller gives, these fields may be set; the rest must be zero. */
static int skb_ctx_check(const struct skb_ctx *in, size_t len, struct diag *d)
{
	struct skb_ctx rest = *in;

	rest.mark = rest.priority = rest.ingress_ifindex = rest.ifindex = 0;
	memset(rest.cb, 0, sizeof(rest.cb));
	rest.tstamp = rest.hwtstamp = 0;
	rest.wire_len = rest.gso_segs = rest.gso_size = 0;
	for (size_t i = 0; i < sizeof(rest); i++) {
		if (((const u8 *)&rest)[i])
			return diag_error(d, -EINVAL, NOWHERE,
					  "context: byte %zu of struct __sk_buff cannot be set", i);
	}
	if (in->wire_len && (in->wire_len < len || in->wire_len > WIRE_MAX))
		return diag_error(d, -EINVAL, NOWHERE,
				  "context: wire_len %u is not between the packet's %zu and %d",
				  in->wire_len, len, WIRE_MAX);
	if (in->gso_segs > SEGS_MAX)
		return diag_error(d, -EINVAL, NOWHERE, "context: gso_segs %u is above %d",
				  in->gso_segs, SEGS_MAX);
	return 0;
}

/* The dummy socket of a test run: its addresses are the packet's. */
static void sock_fill(struct user_run *run)
{
	struct skb_ctx *c = &run->ctx.skb;
	u16 protocol = be16((u16)c->protocol);

	memset(&run->sock, 0, sizeof(run->sock));
	run->sock.state = TCP_CLOSE_;
	run->sock.rx_queue_mapping = -1;
	if (protocol == ETH_P_IP_ && run->end - run->net >= IPV4_HEADER) {
		c->family = run->sock.family = 2;
		c->local_ip4 = run->sock.src_ip4 = LOAD(u32, run->net + 12);
		c->remote_ip4 = run->sock.dst_ip4 = LOAD(u32, run->net + 16);
	} else if (protocol == ETH_P_IPV6_ && run->end - run->net >= IPV6_HEADER) {
		c->family = run->sock.family = 10;
		memcpy(c->local_ip6, run->net + 8, 16);
		memcpy(c->remote_ip6, run->net + 24, 16);
		memcpy(run->sock.src_ip6, c->local_ip6, 16);
		memcpy(run->sock.dst_ip6, c->remote_ip6, 16);
	}
	c->sk = (u64)(uintptr_t)&run->sock;
}

static int skb_size_check(const struct user_run *run, const struct skep_run *io, struct diag *d)
{
	size_t len = io->data_in_len, need = run->l3_only ? 1 : ETH_HEADER;
	u16 protocol = 0;

	/* Sockets see every frame there is; a test run wants whole headers. */
	if (run->l2 && run->prog->src->type == PROG_SOCKET_FILTER)
		need = 1;
	else if (!run->l3_only && len >= ETH_HEADER)
		protocol = be16(LOAD(u16, (const u8 *)io->data_in + 12));
	if (protocol == ETH_P_IP_)
		need += IPV4_HEADER;
	else if (protocol == ETH_P_IPV6_)
		need += IPV6_HEADER;
	if (len >= need)
		return 0;
	if (need == 1)
		return diag_error(d, -EINVAL, NOWHERE, "the packet is empty");
	return diag_error(d, -EINVAL, NOWHERE,
			  "packet of %zu bytes is shorter than its headers (%zu)", len, need);
}

static bool type_sees_link_header(const struct user_run *run, const struct skep_run *io)
{
	switch (run->prog->src->type) {
	case PROG_SCHED_CLS:
	case PROG_SCHED_ACT:
		return true;
	case PROG_SOCKET_FILTER:
		return !(io->flags & SKEP_RUN_L3);
	}
	return false;
}

static void skb_place(struct user_run *run, const struct skep_run *io)
{
	struct skb_ctx *c = &run->ctx.skb;

	run->mac = run->buffer + BUFFER_HEAD;
	run->end = run->mac + io->data_in_len;
	memcpy(run->mac, io->data_in, io->data_in_len);
	run->mac_len = run->l3_only ? 0 : MIN((u32)io->data_in_len, (u32)ETH_HEADER);
	run->net = run->mac + run->mac_len;
	run->data = run->l2 ? run->mac : run->net;
	if (run->l3_only) {
		c->protocol = raw_protocol(io->linktype, run->net, run->end);
	} else if (run->mac_len == ETH_HEADER) {
		c->pkt_type = eth_packet_type(run->mac);
		c->protocol = eth_protocol(run->mac, run->end);
	}
}

static void skb_convert(struct user_run *run, const struct skb_ctx *in)
{
	struct skb_ctx *c = &run->ctx.skb;

	c->mark = in->mark;
	c->priority = in->priority;
	c->ingress_ifindex = in->ingress_ifindex;
	c->ifindex = in->ifindex > 1 ? in->ifindex : 1;
	memcpy(c->cb, in->cb, sizeof(c->cb));
	c->tstamp = in->tstamp;
	c->hwtstamp = in->hwtstamp;
	c->gso_segs = in->gso_segs;
	c->gso_size = in->gso_size;
	if (run->has_ctx)
		c->wire_len = in->wire_len ? in->wire_len : c->len;
}

/* A program that looks at the packet alone runs over the caller's own bytes: it cannot write. */
static int skb_start_blind(struct user_run *run, const struct skep_run *io, u64 *r1)
{
	run->mac = run->data = (u8 *)(uintptr_t)io->data_in;
	run->end = run->total_end = run->mac + io->data_in_len;
	run->mac_len = run->l3_only ? 0 : ETH_HEADER;
	run->net = run->mac + run->mac_len;
	run->vm.packet = run->data;
	run->vm.packet_len = io->data_in_len;
	*r1 = run->vm.ctx = (u64)(uintptr_t)&run->ctx;
	return 0;
}

static int skb_start(struct user_run *run, const struct skep_run *io, u64 *r1, u64 *r2,
		     struct diag *d)
{
	struct skb_ctx in;
	int err = io->ctx_in ? run_ctx_in(io, &in, sizeof(in), d) : 0;

	run->l3_only = io->linktype > 1;
	run->l2 = type_sees_link_header(run, io);
	if (!err)
		err = skb_size_check(run, io, d);
	if (err)
		return err;
	if (run->prog->packet_only && run->l2 && !run->has_ctx)
		return skb_start_blind(run, io, r1);
	clear(&run->ctx.skb, sizeof(run->ctx.skb));
	skb_place(run, io);
	if (io->ctx_in)
		err = skb_ctx_check(&in, (size_t)(run->end - run->data), d);
	if (err)
		return err;
	sock_fill(run);
	run_region(run, &run->ctx, sizeof(run->ctx.skb), REGION_CTX, VM_READ | VM_WRITE);
	run->slot.packet = run_region(run, NULL, 0, REGION_PACKET, VM_READ | VM_WRITE);
	run_region(run, &run->sock, sizeof(run->sock), REGION_MEMORY, VM_READ);
	skb_sync(run);
	run->ctx.skb.ifindex = 1;
	if (io->ctx_in)
		skb_convert(run, &in);
	else if (run->has_ctx)
		run->ctx.skb.wire_len = run->ctx.skb.len;
	if (!run->has_ctx && io->wire_len)
		run->ctx.skb.wire_len = io->wire_len;
	*r1 = run->vm.ctx = (u64)(uintptr_t)&run->ctx;
	return 0;
}

/* Data out begins with the link header; a test run blanks the one that the program did not see,
 * except where that view is ours (a socket filter from the link header sees it all). */
static void skb_data_out(struct user_run *run, struct skep_run *io)
{
	u8 *from = run->data;

	if (!run->l2 && !run->l3_only && skb_headroom(run, ETH_HEADER)) {
		from = run->data - ETH_HEADER;
		memset(from, 0, ETH_HEADER);
	}
	run_data_out(io, from, (size_t)(run->end - from));
}

static bool may_redirect(u32 type)
{
	return type == PROG_SCHED_CLS || type == PROG_SCHED_ACT || type == PROG_LWT_XMIT;
}

static void skb_finish(struct user_run *run, struct skep_run *io, u64 r0)
{
	const struct skb_ctx *c = &run->ctx.skb;
	struct skb_ctx out;

	io->result = (u32)r0;
	if (io->result != TC_ACT_REDIRECT_ || !may_redirect(run->prog->src->type))
		run->redirect_ifindex = 0;
	if (run->redirect_ifindex)
		run_tx(run, run->redirect_ifindex, run->data, (size_t)(run->end - run->data));
	if (run->has_ctx) {
		run_ctx_in(io, &out, sizeof(out), NULL);
		out.mark = c->mark;
		out.priority = c->priority;
		out.ingress_ifindex = c->ingress_ifindex;
		out.ifindex = c->ifindex;
		out.tstamp = c->tstamp;
		memcpy(out.cb, c->cb, sizeof(out.cb));
		out.wire_len = c->wire_len;
		out.gso_segs = c->gso_segs;
		out.hwtstamp = c->hwtstamp;
		run_ctx_out(io, &out, sizeof(out));
	}
	skb_data_out(run, io);
}

static bool skb_load(struct vm_run *vm, u32 off, u32 size, u64 *value)
{
	struct user_run *run = vm->host;
	s64 at = (s32)off;
	u8 *from = run->data;
	u64 v = 0;

	if (at < 0) {
		if (at >= SKF_NET) {
			from = run->net;
			at -= SKF_NET;
		} else if (at >= SKF_LINK) {
			from = run->mac;
			at -= SKF_LINK;
		} else {
			return false;
		}
	}
	if (from + at < MIN(run->buffer, run->mac) || at + (s64)size > run->end - from)
		return false;
	for (u32 i = 0; i < size; i++)
		v = v << 8 | from[at + i];
	*value = v;
	return true;
}

const struct hook hook_skb = {
	.prog_type = PROG_SOCKET_FILTER,
	.start = skb_start,
	.finish = skb_finish,
	.packet_load = skb_load,
};
