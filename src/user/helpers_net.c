// SPDX-License-Identifier: BSD-2-Clause
/* Helpers that read, write and reshape an skb. Offsets count from the skb's data. */
#include <errno.h>

#include "user/checksum.h"
#include "user/helpers.h"

enum {
	F_RECOMPUTE_CSUM = 1,
	F_INVALIDATE_HASH = 2,
	F_FIELD_SIZE = 0xf,
	F_PSEUDO_HDR = 0x10,
	F_MARK_MANGLED_0 = 0x20,
	F_MARK_ENFORCE = 0x40,
	F_IPV6 = 0x80,
	F_INGRESS = 1,
	SKB_LEN_MAX = 16064, /* 16 KiB less what Linux keeps at a buffer's end */
	VLAN_TAG = 4,
	TC_SHOT = 2,
	TC_REDIRECT = 7,
	XDP_ABORT = 0,
	XDP_REDIR = 4,
	PACKET_OTHERHOST_ = 3,
};

static u64 skb_len(const struct user_run *run)
{
	return (u64)(run->end - run->data);
}

/* The bytes at an offset, NULL: not all inside the packet. */
static u8 *skb_at(struct user_run *run, u32 off, u64 len)
{
	if (off > INT32_MAX || off > skb_len(run) || len > skb_len(run) - off)
		return NULL;
	return run->data + off;
}

HELPER_BODY(skb_load_bytes)
{
	u8 *from = skb_at(run_of(self), (u32)r2, (u32)r4);

	if (!from) {
		mem_zero(r3, (u32)r4);
		return err64(-EFAULT);
	}
	mem_copy(ptr_of(r3), from, (u32)r4);
	return 0;
}

/* In a test run there is no skb behind a flow dissector. */
HELPER_BODY(flow_skb_load_bytes)
{
	mem_zero(r3, (u32)r4);
	return err64(-EFAULT);
}

HELPER_BODY(skb_load_bytes_relative)
{
	struct user_run *run = run_of(self);
	const u8 *start = (u32)r5 == 0 ? run->mac : run->net;
	u64 off = (u32)r2, len = (u32)r4;

	if (off > 0xffff || (u32)r5 > 1 || (s64)(off + len) > run->end - start) {
		mem_zero(r3, len);
		return err64(-EFAULT);
	}
	mem_copy(ptr_of(r3), start + off, len);
	return 0;
}

HELPER_BODY(skb_store_bytes)
{
	struct user_run *run = run_of(self);
	u8 *to = skb_at(run, (u32)r2, (u32)r4);

	if (r5 & ~(u64)(F_RECOMPUTE_CSUM | F_INVALIDATE_HASH))
		return err64(-EINVAL);
	if (!to)
		return err64(-EFAULT);
	mem_copy(to, ptr_of(r3), (u32)r4);
	if (r5 & F_INVALIDATE_HASH)
		run->ctx.skb.hash = 0;
	return 0;
}

HELPER_BODY(skb_pull_data)
{
	struct user_run *run = run_of(self);

	return err64((u32)r2 > skb_len(run) ? -ENOMEM : 0);
}

/* The checksum field at an offset after it lost `from` and gained `to`. */
static int csum_field(u8 **field, struct user_run *run, u64 off, u64 size, u64 from, u16 *old)
{
	if ((u32)off > 0xffff || off & 1)
		return -EFAULT;
	*field = skb_at(run, (u32)off, 2);
	if (!*field)
		return -EFAULT;
	if ((size != 0 && size != 2 && size != 4) || (size == 0 && from))
		return -EINVAL;
	*old = LOAD(u16, *field);
	return 0;
}

static u16 csum_replaced(u16 old, u64 size, u64 from, u64 to)
{
	u32 sum = (u16)~old;

	if (size == 2) { /* 16-bit arithmetic: carries stay in 16 bits */
		sum += (u16) ~(u16)from;
		sum = (sum & 0xffff) + (sum >> 16);
		sum += (u16)to;
		sum = (sum & 0xffff) + (sum >> 16);
		return (u16)~sum;
	}
	if (size == 4)
		sum = csum_sub(sum, (u32)from);
	return csum_fold(csum_add(sum, (u32)to));
}

HELPER_BODY(l3_csum_replace)
{
	u64 size = r5 & F_FIELD_SIZE;
	u8 *field;
	u16 old;
	int err;

	if (r5 & ~(u64)F_FIELD_SIZE)
		return err64(-EINVAL);
	err = csum_field(&field, run_of(self), r2, size, r3, &old);
	if (err)
		return err64(err);
	STORE(u16, field, csum_replaced(old, size, r3, r4));
	return 0;
}

HELPER_BODY(l4_csum_replace)
{
	const u64 known = F_FIELD_SIZE | F_PSEUDO_HDR | F_MARK_MANGLED_0 | F_MARK_ENFORCE | F_IPV6;
	u64 size = r5 & F_FIELD_SIZE;
	bool mangled = r5 & F_MARK_MANGLED_0;
	u8 *field;
	u16 old, sum;
	int err;

	if (r5 & ~known)
		return err64(-EINVAL);
	err = csum_field(&field, run_of(self), r2, 0, 0, &old);
	if (err)
		return err64(err);
	if (mangled && !(r5 & F_MARK_ENFORCE) && !old)
		return 0;
	err = csum_field(&field, run_of(self), r2, size, r3, &old);
	if (err)
		return err64(err);
	sum = csum_replaced(old, size, r3, r4);
	STORE(u16, field, mangled && !sum ? 0xffff : sum);
	return 0;
}

HELPER_BODY(csum_diff)
{
	u32 from_len = (u32)r2, to_len = (u32)r4, sum = (u32)r5;

	if ((from_len | to_len) & 3)
		return err64(-EINVAL);
	if (from_len && to_len)
		sum = csum_sub(csum_words(ptr_of(r3), to_len, sum),
			       csum_words(ptr_of(r1), from_len, 0));
	else if (to_len)
		sum = csum_words(ptr_of(r3), to_len, sum);
	else if (from_len)
		sum = ~csum_words(ptr_of(r1), from_len, ~sum);
	return csum_to16(sum);
}

/* Only packets whose whole-packet sum the device gave have one to update; these have none. */
HELPER_BODY(csum_update)
{
	return err64(-ENOTSUPP_LINUX);
}

HELPER_BODY(set_hash)
{
	run_of(self)->ctx.skb.hash = (u32)r2;
	return 0;
}

HELPER_BODY(set_hash_invalid)
{
	run_of(self)->ctx.skb.hash = 0;
	return 0;
}

HELPER_BODY(skb_change_type)
{
	struct user_run *run = run_of(self);

	if (run->ctx.skb.pkt_type > PACKET_OTHERHOST_ || (u32)r2 > PACKET_OTHERHOST_)
		return err64(-EINVAL);
	run->ctx.skb.pkt_type = (u32)r2;
	return 0;
}

HELPER_BODY(skb_change_tail)
{
	struct user_run *run = run_of(self);
	u64 min = run->net > run->data ? (u64)(run->net - run->data) : 0;
	u32 new_len = (u32)r2;

	if (r3 || new_len > SKB_LEN_MAX || new_len < min)
		return err64(-EINVAL);
	if (new_len > skb_len(run)) {
		if (run->data + new_len > run->buffer + BUFFER_SIZE && !skb_headroom(run, 0))
			return err64(-ENOMEM);
		memset(run->end, 0, new_len - skb_len(run));
	}
	run->end = run->data + new_len;
	skb_sync(run);
	return 0;
}

HELPER_BODY(skb_change_head)
{
	struct user_run *run = run_of(self);
	u64 room = (u32)r2, new_len = skb_len(run) + room;

	if (r3 || room > INT32_MAX || (!run->ctx.skb.gso_size && new_len > SKB_LEN_MAX))
		return err64(-EINVAL);
	if (room > BUFFER_HEAD / 2 || !skb_headroom(run, (u32)room))
		return err64(-ENOMEM);
	run->data -= room;
	memset(run->data, 0, room);
	run->mac = run->data;
	run->mac_len = (u32)(run->net - run->mac);
	skb_sync(run);
	return 0;
}

static u16 vlan_type(u64 proto)
{
	u16 type = (u16)proto;

	return type == 0xa888 || type == 0x0081 ? type : 0x0081; /* 802.1ad, 802.1Q, big-endian */
}

HELPER_BODY(skb_vlan_push)
{
	struct user_run *run = run_of(self);
	struct skb_ctx *c = &run->ctx.skb;

	if (c->vlan_present) { /* the tag beside the packet moves into it */
		if (run->end - run->data < 12 || !skb_headroom(run, VLAN_TAG))
			return err64(-ENOMEM);
		memmove(run->data - VLAN_TAG, run->data, 12);
		run->data -= VLAN_TAG;
		run->mac -= VLAN_TAG;
		run->net -= VLAN_TAG;
		run->mac_len += VLAN_TAG;
		STORE(u16, run->data + 12, c->vlan_proto);
		STORE(u16, run->data + 14, __builtin_bswap16((u16)c->vlan_tci));
		c->protocol = c->vlan_proto;
	}
	c->vlan_present = 1;
	c->vlan_proto = vlan_type(r2);
	c->vlan_tci = (u16)r3;
	skb_sync(run);
	return 0;
}

static bool is_vlan(u32 protocol)
{
	return protocol == 0xa888 || protocol == 0x0081;
}

/* Take the tag out of the packet. */
static int vlan_untag(struct user_run *run, u16 *tci)
{
	if (run->end - run->data < ETH_HEADER + VLAN_TAG)
		return -ENOMEM;
	*tci = __builtin_bswap16(LOAD(u16, run->data + 14));
	memmove(run->data + VLAN_TAG, run->data, 12);
	run->data += VLAN_TAG;
	run->mac += VLAN_TAG;
	if (run->net < run->data + ETH_HEADER)
		run->net = run->data + ETH_HEADER;
	run->mac_len = (u32)(run->net - run->mac);
	run->ctx.skb.protocol = eth_protocol(run->data, run->end);
	return 0;
}

HELPER_BODY(skb_vlan_pop)
{
	struct user_run *run = run_of(self);
	struct skb_ctx *c = &run->ctx.skb;
	u32 proto;
	u16 tci;
	int err;

	if (c->vlan_present) {
		c->vlan_present = c->vlan_tci = c->vlan_proto = 0;
	} else {
		if (!is_vlan(c->protocol))
			return 0;
		err = vlan_untag(run, &tci);
		if (err)
			return err64(err);
	}
	if (is_vlan(c->protocol)) { /* the next one moves beside the packet */
		proto = c->protocol;
		err = vlan_untag(run, &tci);
		if (err)
			return err64(err);
		c->vlan_present = 1;
		c->vlan_proto = proto;
		c->vlan_tci = tci;
	}
	skb_sync(run);
	return 0;
}

HELPER_BODY(clone_redirect)
{
	struct user_run *run = run_of(self);

	if (r3 & ~(u64)F_INGRESS || !(u32)r2)
		return err64(-EINVAL);
	run_tx(run, (u32)r2, run->data, skb_len(run));
	return 0;
}

HELPER_BODY(redirect)
{
	struct user_run *run = run_of(self);
	bool xdp = run->prog->src->type == PROG_XDP;

	if (r2 & ~(u64)(xdp ? 0 : F_INGRESS))
		return xdp ? XDP_ABORT : TC_SHOT;
	run->redirect_ifindex = (u32)r1;
	run->redirect_map = NULL;
	return xdp ? XDP_REDIR : TC_REDIRECT;
}
