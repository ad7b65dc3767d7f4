// SPDX-License-Identifier: BSD-2-Clause
#include "live/live.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>

#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

_Static_assert(sizeof(struct live_insn) == sizeof(struct sock_filter), "same layout");

enum {
	BLOCK = 512 * 1024, /* bytes: holds the longest packet */
	SLL_LEN = 16,
	SLL2_LEN = 20,
	TAG_LEN = 4,
	MAC_LEN = 12, /* both addresses */
	ROOM = 32,    /* kept free before each packet: for a tag or a cooked header */
};

struct live {
	struct live_iface iface;
	enum live_direction direction;
	u32 snaplen, timeout;
	int fd;
	bool started, filtered;
	u8 *ring;		       /* mapped; NULL: not yet */
	u32 blocks, block;	       /* how many; the one being read */
	const struct tpacket3_hdr *at; /* next packet of the block, NULL: it is not open */
	u32 left;		       /* packets of it that are still to come */
	bool spent;		 /* it is read, but its packets are in use until the next call */
	struct live_stats stats; /* of what Linux forgets when asked */
};

static int fail(struct diag *d, int err, const char *what, const char *device)
{
	return diag_error(d, err, NOWHERE, "cannot capture on '%s': %s: %s", device, what,
			  strerror(-err));
}

static int no_right(struct diag *d, const char *device)
{
	diag_error(d, -EPERM, NOWHERE, "cannot capture on '%s': CAP_NET_RAW is missing", device);
	diag_hint(d, "run as root, or once: setcap cap_net_raw+ep on the skep binary");
	return -EPERM;
}

static int option(struct live *l, int name, const void *value, socklen_t len)
{
	return setsockopt(l->fd, SOL_PACKET, name, value, len) ? -errno : 0;
}

static int ring_make(struct live *l, u32 bytes, struct diag *d)
{
	int version = TPACKET_V3, room = ROOM, err;
	struct tpacket_req3 req = {
		.tp_block_size = BLOCK,
		.tp_frame_size = 2048,
		.tp_retire_blk_tov = l->timeout,
	};

	err = option(l, PACKET_VERSION, &version, sizeof(version));
	if (!err)
		err = option(l, PACKET_RESERVE, &room, sizeof(room));
	if (err)
		return fail(d, err, "PACKET_VERSION", l->iface.name);
	/* A ring that there is no memory for is made smaller. */
	for (l->blocks = MAX(bytes / BLOCK, 2u);; l->blocks /= 2) {
		req.tp_block_nr = l->blocks;
		req.tp_frame_nr = l->blocks * (BLOCK / req.tp_frame_size);
		err = option(l, PACKET_RX_RING, &req, sizeof(req));
		if (err != -ENOMEM || l->blocks < 4)
			break;
	}
	if (err)
		return fail(d, err, "PACKET_RX_RING", l->iface.name);
	l->ring =
		mmap(NULL, (size_t)l->blocks * BLOCK, PROT_READ | PROT_WRITE, MAP_SHARED, l->fd, 0);
	if (l->ring == MAP_FAILED) {
		l->ring = NULL;
		return fail(d, -errno, "mmap", l->iface.name);
	}
	return 0;
}

static int socket_make(struct live *l, const struct live_opts *o, struct diag *d)
{
	struct packet_mreq m = { .mr_ifindex = (int)l->iface.index, .mr_type = PACKET_MR_PROMISC };
	int kind = l->iface.cooked ? SOCK_DGRAM : SOCK_RAW, err;

	/* Protocol 0: nothing arrives until the socket is bound to one. */
	l->fd = socket(AF_PACKET, kind | SOCK_CLOEXEC, 0);
	if (l->fd < 0)
		return errno == EPERM || errno == EACCES ? no_right(d, l->iface.name)
							 : fail(d, -errno, "socket", l->iface.name);
	err = ring_make(l, o->ring ? o->ring : LIVE_RING, d);
	if (err)
		return err;
	if (!o->no_promisc && l->iface.index) {
		err = option(l, PACKET_ADD_MEMBERSHIP, &m, sizeof(m));
		if (err)
			return fail(d, err, "promiscuous mode", l->iface.name);
	}
	return 0;
}

int live_new(struct live **out, const struct live_opts *opts, struct diag *d)
{
	struct live *l = calloc(1, sizeof(*l));
	int err;

	if (!l)
		return diag_nomem(d);
	l->fd = -1;
	l->snaplen = opts->snaplen ? MIN(opts->snaplen, (u32)LIVE_SNAPLEN) : LIVE_SNAPLEN;
	l->timeout = opts->timeout ? opts->timeout : LIVE_TIMEOUT;
	l->direction = opts->direction;
	err = live_find(&l->iface, opts->device, d);
	if (!err && opts->linktype && opts->linktype != l->iface.linktype) {
		if (l->iface.cooked && (opts->linktype == 113 || opts->linktype == 276))
			l->iface.linktype = opts->linktype;
		else
			err = diag_error(d, -EINVAL, NOWHERE,
					 "interface '%s' has no packets of link type %u",
					 l->iface.name, opts->linktype);
	}
	if (!err && !l->iface.up) {
		err = diag_error(d, -ENETDOWN, NOWHERE, "interface '%s' is down", l->iface.name);
		diag_hint(d, "ip link set %s up", l->iface.name);
	}
	if (!err)
		err = socket_make(l, opts, d);
	if (err) {
		live_free(l);
		return err;
	}
	*out = l;
	return 0;
}

static int attach(struct live *l, const struct live_insn *insns, u32 count)
{
	struct sock_fprog prog = { (unsigned short)count, (struct sock_filter *)(uintptr_t)insns };

	return setsockopt(l->fd, SOL_SOCKET, SO_ATTACH_FILTER, &prog, sizeof(prog)) ? -errno : 0;
}

int live_filter(struct live *l, const struct live_insn *insns, u32 count, struct diag *d)
{
	int err;

	if (l->started)
		return diag_error(d, -EBUSY, NOWHERE, "the capture has begun without the filter");
	if (l->iface.cooked)
		return -EOPNOTSUPP;
	err = attach(l, insns, count);
	l->filtered = !err;
	return err ? fail(d, err, "SO_ATTACH_FILTER", l->iface.name) : 0;
}

/* Without another filter, one that cuts packets to the snapshot length. */
static int cut_filter(struct live *l)
{
	struct live_insn ret = { BPF_RET | BPF_K, 0, 0, l->snaplen };

	if (l->filtered || l->snaplen == LIVE_SNAPLEN)
		return 0;
	return attach(l, &ret, 1);
}

int live_start(struct live *l, struct diag *d)
{
	struct sockaddr_ll to = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ALL),
		.sll_ifindex = (int)l->iface.index,
	};
	int err;

	if (l->started)
		return 0;
	err = cut_filter(l);
	if (err)
		return fail(d, err, "SO_ATTACH_FILTER", l->iface.name);
	if (bind(l->fd, (struct sockaddr *)&to, sizeof(to)))
		return fail(d, -errno, "bind", l->iface.name);
	l->started = true;
	return 0;
}

/* ---- reading the ring ---- */

static struct tpacket_block_desc *block_at(const struct live *l)
{
	return (struct tpacket_block_desc *)(l->ring + (size_t)l->block * BLOCK);
}

/* Give the block that was read back to Linux. */
static void block_return(struct live *l)
{
	if (!l->spent)
		return;
	l->spent = false;
	__atomic_store_n(&block_at(l)->hdr.bh1.block_status, TP_STATUS_KERNEL, __ATOMIC_RELEASE);
	l->block = (l->block + 1) % l->blocks;
}

static bool block_open(struct live *l)
{
	struct tpacket_block_desc *b = block_at(l);

	if (!(__atomic_load_n(&b->hdr.bh1.block_status, __ATOMIC_ACQUIRE) & TP_STATUS_USER))
		return false;
	l->left = b->hdr.bh1.num_pkts;
	l->at = (const struct tpacket3_hdr *)((u8 *)b + b->hdr.bh1.offset_to_first_pkt);
	return true;
}

static void put16(u8 *at, u32 v)
{
	at[0] = (u8)(v >> 8);
	at[1] = (u8)v;
}

static u32 tag_type(const struct tpacket3_hdr *h)
{
	return h->tp_status & TP_STATUS_VLAN_TPID_VALID ? h->hv1.tp_vlan_tpid : ETH_P_8021Q;
}

/* The addresses move forward by four bytes, the tag takes their place. */
static u8 *tag_insert(u8 *data, const struct tpacket3_hdr *h)
{
	memmove(data - TAG_LEN, data, MAC_LEN);
	data -= TAG_LEN;
	put16(data + MAC_LEN, tag_type(h));
	put16(data + MAC_LEN + 2, h->hv1.tp_vlan_tci);
	return data;
}

/* Linux leaves what is behind a short address as it was. */
static void put_address(u8 *at, const struct sockaddr_ll *from)
{
	memset(at, 0, sizeof(from->sll_addr));
	memcpy(at, from->sll_addr, MIN(from->sll_halen, sizeof(from->sll_addr)));
}

static u8 *cooked_v1(u8 *data, const struct sockaddr_ll *from)
{
	data -= SLL_LEN;
	put16(data, from->sll_pkttype);
	put16(data + 2, from->sll_hatype);
	put16(data + 4, from->sll_halen);
	put_address(data + 6, from);
	memcpy(data + 14, &from->sll_protocol, 2);
	return data;
}

/* The tag's type stands in the header, the tag and the packet's own type behind it. */
static u8 *cooked_tagged(u8 *data, const struct sockaddr_ll *from, const struct tpacket3_hdr *h)
{
	data -= TAG_LEN;
	put16(data, h->hv1.tp_vlan_tci);
	memcpy(data + 2, &from->sll_protocol, 2);
	data = cooked_v1(data, from);
	put16(data + 14, tag_type(h));
	return data;
}

static u8 *cooked_v2(u8 *data, const struct sockaddr_ll *from)
{
	data -= SLL2_LEN;
	memcpy(data, &from->sll_protocol, 2);
	put16(data + 2, 0);
	put16(data + 4, (u32)from->sll_ifindex >> 16);
	put16(data + 6, (u32)from->sll_ifindex);
	put16(data + 8, from->sll_hatype);
	data[10] = from->sll_pkttype;
	data[11] = from->sll_halen;
	put_address(data + 12, from);
	return data;
}

/* A packet to oneself passes twice: as it goes out, and as it comes in. */
static bool wanted(const struct live *l, const struct sockaddr_ll *from)
{
	bool out = from->sll_pkttype == PACKET_OUTGOING;

	if (out && from->sll_hatype == ARPHRD_LOOPBACK)
		return false;
	return l->direction == LIVE_INOUT || out == (l->direction == LIVE_OUT);
}

static void packet_fill(const struct live *l, struct live_packet *out, const struct tpacket3_hdr *h,
			const struct sockaddr_ll *from)
{
	u8 *data = (u8 *)(uintptr_t)h + h->tp_mac, *start = data;
	bool tagged = h->tp_status & TP_STATUS_VLAN_VALID;

	if (l->iface.cooked && l->iface.linktype == 276)
		data = cooked_v2(data, from);
	else if (l->iface.cooked)
		data = tagged ? cooked_tagged(data, from, h) : cooked_v1(data, from);
	else if (tagged && l->iface.linktype == 1 && h->tp_snaplen >= MAC_LEN)
		data = tag_insert(data, h);
	*out = (struct live_packet){
		.data = data,
		.len = MIN(h->tp_snaplen + (u32)(start - data), l->snaplen),
		.wire_len = h->tp_len + (u32)(start - data),
		.ts = (u64)h->tp_sec * 1000000000u + h->tp_nsec,
		.linktype = l->iface.linktype,
		.iface = (u32)from->sll_ifindex,
	};
}

/* Packets of the open block. */
static u32 block_take(struct live *l, struct live_packet *out, u32 cap)
{
	u32 n = 0;

	while (l->left && n < cap) {
		const struct tpacket3_hdr *h = l->at;
		const struct sockaddr_ll *from =
			(const void *)((const u8 *)h + TPACKET_ALIGN(sizeof(*h)));

		if (wanted(l, from))
			packet_fill(l, &out[n++], h, from);
		l->at = (const struct tpacket3_hdr *)((const u8 *)h + h->tp_next_offset);
		l->left--;
	}
	if (!l->left) {
		l->at = NULL;
		l->spent = true;
	}
	return n;
}

static int gone(struct live *l, struct diag *d)
{
	int err = 0;
	socklen_t len = sizeof(err);

	getsockopt(l->fd, SOL_SOCKET, SO_ERROR, &err, &len);
	if (!err)
		return 0;
	if (err == ENETDOWN || err == ENODEV)
		return diag_error(d, -ENETDOWN, NOWHERE, "interface '%s' went down", l->iface.name);
	return fail(d, -err, "poll", l->iface.name);
}

int live_batch(struct live *l, struct live_packet *out, u32 cap, struct diag *d)
{
	struct pollfd p = { .fd = l->fd, .events = POLLIN | POLLERR };
	int err = live_start(l, d), n;
	bool waited = false;

	if (err)
		return err;
	for (;;) {
		block_return(l);
		while (l->at || block_open(l)) {
			n = (int)block_take(l, out, cap);
			if (n)
				return n;
			block_return(l);
		}
		if (waited)
			return 0;
		n = poll(&p, 1, (int)l->timeout);
		if (n < 0)
			return errno == EINTR ? -EINTR : fail(d, -errno, "poll", l->iface.name);
		if (p.revents & (POLLERR | POLLHUP | POLLNVAL)) {
			err = gone(l, d);
			if (err)
				return err;
		}
		waited = true;
	}
}

int live_stats(struct live *l, struct live_stats *out)
{
	struct tpacket_stats_v3 now;
	socklen_t len = sizeof(now);

	if (getsockopt(l->fd, SOL_PACKET, PACKET_STATISTICS, &now, &len))
		return -errno;
	l->stats.received += now.tp_packets;
	l->stats.dropped += now.tp_drops;
	*out = l->stats;
	return 0;
}

u32 live_linktype(const struct live *l)
{
	return l->iface.linktype;
}

u32 live_snaplen(const struct live *l)
{
	return l->snaplen;
}

const char *live_device(const struct live *l)
{
	return l->iface.name;
}

void live_free(struct live *l)
{
	if (!l)
		return;
	if (l->ring)
		munmap(l->ring, (size_t)l->blocks * BLOCK);
	if (l->fd >= 0)
		close(l->fd);
	free(l);
}
