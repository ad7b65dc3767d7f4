// SPDX-License-Identifier: BSD-2-Clause
#include <errno.h>
#include <stdlib.h>

#include "pcap/reader.h"

enum block_type {
	BLOCK_SHB = 0x0a0d0d0a,
	BLOCK_IDB = 1,
	BLOCK_OPB = 2, /* obsolete packet block */
	BLOCK_SPB = 3,
	BLOCK_EPB = 6,
};

enum {
	BYTE_ORDER_MAGIC = 0x1a2b3c4d,
	BLOCK_MIN = 12,		      /* type, length, length again */
	BLOCK_MAX = 16 * 1024 * 1024, /* of the types that are read; others are passed over */
	OPT_END = 0,
	OPT_IF_TSRESOL = 9,
	OPT_IF_TSOFFSET = 14,
	MAX_IFACES = 65536,
};

/* One block, its lengths checked; it is in the window, and its end is the place of reading. */
struct block {
	const u8 *at;  /* first byte; NULL: passed over, of a type that is not read */
	u32 type, len; /* len: of the whole block */
	u32 body;      /* bytes from at + 8 on */
};

static bool is_read(u32 type)
{
	return type == BLOCK_SHB || type == BLOCK_IDB || type == BLOCK_EPB || type == BLOCK_OPB ||
	       type == BLOCK_SPB;
}

/* A new section, maybe of the other byte order: its type reads the same in both. */
static int section_order(struct pcap_reader *r, const u8 *at, struct diag *d)
{
	u32 magic = LOAD(u32, at + 8);

	if (magic != BYTE_ORDER_MAGIC && magic != __builtin_bswap32(BYTE_ORDER_MAGIC))
		return pcap_bad(r, -EINVAL, 8, d, "section header has no byte-order magic (0x%08x)",
				magic);
	r->swap = magic != BYTE_ORDER_MAGIC;
	return 0;
}

static int ends_differ(struct pcap_reader *r, const struct block *b, u32 end, struct diag *d)
{
	return pcap_bad(r, -EINVAL, b->len - 4, d, "block's two lengths differ (%u and %u)", b->len,
			end);
}

static int block_pass(struct pcap_reader *r, struct block *b, struct diag *d)
{
	struct pcap_input *in = &r->in;
	u32 end;

	/* Held, nothing is taken of a block that is not whole. */
	if (in->hold && !input_need(in, b->len))
		return pcap_cut(r, 4, d, "capture file is cut: block of %u bytes", b->len);
	if (!input_skip(in, b->len - 4) || !input_need(in, 4))
		return pcap_cut(r, 0, d, "capture file is cut inside a block of %u bytes", b->len);
	end = pcap_get32(r, in->data + in->pos);
	if (end != b->len)
		return pcap_bad(r, -EINVAL, 0, d, "block's two lengths differ (%u and %u)", b->len,
				end);
	in->pos += 4;
	b->at = NULL;
	return 0;
}

/* 1: a block; 0: the end. */
static int block_read(struct pcap_reader *r, struct block *b, struct diag *d)
{
	struct pcap_input *in = &r->in;
	int err = 0;

	if (!input_need(in, BLOCK_MIN)) {
		if (!input_left(in) && in->end && !in->err)
			return 0;
		return pcap_cut(r, 0, d, "capture file is cut inside a block header");
	}
	b->at = in->data + in->pos;
	if (LOAD(u32, b->at) == BLOCK_SHB)
		err = section_order(r, b->at, d);
	if (err)
		return err;
	b->type = pcap_get32(r, b->at);
	b->len = pcap_get32(r, b->at + 4);
	b->body = b->len - BLOCK_MIN;
	if (b->len < BLOCK_MIN || b->len % 4)
		return pcap_bad(r, -EINVAL, 4, d, "block length %u is not valid", b->len);
	if (!is_read(b->type)) {
		err = block_pass(r, b, d);
		return err ? err : 1;
	}
	if (b->len > BLOCK_MAX)
		return pcap_bad(r, -E2BIG, 4, d, "block of %u bytes is larger than %d", b->len,
				BLOCK_MAX);
	if (!input_need(in, b->len))
		return pcap_cut(r, 4, d, "capture file is cut: block of %u bytes, %zu are left",
				b->len, input_left(in));
	b->at = in->data + in->pos;
	if (pcap_get32(r, b->at + b->len - 4) != b->len)
		return ends_differ(r, b, pcap_get32(r, b->at + b->len - 4), d);
	return 1;
}

static int section_start(struct pcap_reader *r, const struct block *b, struct diag *d)
{
	u16 major;

	if (b->body < 16)
		return pcap_bad(r, -EINVAL, 0, d, "section header of %u bytes is too short",
				b->len);
	major = pcap_get16(r, b->at + 12);
	if (major != 1)
		return pcap_bad(r, -EINVAL, 12, d, "pcapng version %u.%u is not known", major,
				pcap_get16(r, b->at + 14));
	r->ifaces.len = 0;
	return 0;
}

static void iface_option(struct pcap_reader *r, struct pcapng_iface *i, u16 code, const u8 *at,
			 u16 len)
{
	if (code == OPT_IF_TSRESOL && len >= 1) {
		i->resol = *at;
	} else if (code == OPT_IF_TSOFFSET && len >= 8) {
		u64 v = LOAD(u64, at);

		i->offset = (s64)(r->swap ? __builtin_bswap64(v) : v);
	}
}

static int iface_options(struct pcap_reader *r, struct pcapng_iface *i, const struct block *b,
			 struct diag *d)
{
	u32 at = 16, end = b->len - 4;

	while (end - at >= 4) {
		u16 code = pcap_get16(r, b->at + at), len = pcap_get16(r, b->at + at + 2);

		if (code == OPT_END)
			break;
		if (ROUND_UP((u32)len, 4u) > end - at - 4)
			return pcap_bad(r, -EINVAL, at, d,
					"option %u of %u bytes does not fit its block", code, len);
		iface_option(r, i, code, b->at + at + 4, len);
		at += 4 + ROUND_UP((u32)len, 4u);
	}
	return 0;
}

static int iface_add(struct pcap_reader *r, const struct block *b, struct diag *d)
{
	struct pcapng_iface *i;

	if (b->body < 8)
		return pcap_bad(r, -EINVAL, 0, d, "interface block of %u bytes is too short",
				b->len);
	if (r->ifaces.len >= MAX_IFACES)
		return pcap_bad(r, -E2BIG, 0, d, "more than %d interfaces in one section",
				MAX_IFACES);
	i = vec_push(&r->ifaces);
	if (!i)
		return r->failed = diag_nomem(d);
	i->linktype = pcap_get16(r, b->at + 8);
	i->snaplen = pcap_get32(r, b->at + 12);
	i->resol = 6;
	if (!r->known_linktype) {
		r->known_linktype = true;
		r->linktype = i->linktype;
		r->snaplen = i->snaplen;
	}
	return iface_options(r, i, b, d);
}

/* Ticks of an interface's clock to ns; an out-of-range result wraps, as the file's own fault. */
static u64 ticks_to_ns(const struct pcapng_iface *i, u64 ticks)
{
	u32 n = i->resol & 0x7f;
	unsigned __int128 ns = ticks;

	if (i->resol & 0x80) {
		ns = n < 64 ? (ns * 1000000000u) >> n : 0;
	} else if (n <= 9) {
		for (; n < 9; n++)
			ns *= 10;
	} else {
		for (; n > 9 && ns; n--)
			ns /= 10;
	}
	return (u64)ns + (u64)i->offset * 1000000000u;
}

/* A packet whose bytes are `data_at` bytes into its block. */
static int packet_fill(struct pcap_reader *r, const struct block *b, struct pcap_packet *out,
		       u32 iface, u64 ticks, u32 data_at, u32 len, u32 wire, struct diag *d)
{
	const struct pcapng_iface *i;

	if (iface >= r->ifaces.len)
		return pcap_bad(r, -EINVAL, 0, d,
				"packet of interface %u, but the section has %u so far", iface,
				r->ifaces.len);
	if (len > b->len - 4 - data_at)
		return pcap_bad(r, -EINVAL, 0, d, "packet of %u bytes does not fit its block", len);
	if (len > PCAP_SNAPLEN)
		return pcap_bad(r, -E2BIG, 0, d, "packet of %u bytes is larger than %d", len,
				PCAP_SNAPLEN);
	i = &r->ifaces.data[iface];
	*out = (struct pcap_packet){
		.data = b->at + data_at,
		.len = len,
		.wire_len = MAX(wire, len),
		.ts = ticks_to_ns(i, ticks),
		.linktype = i->linktype,
		.iface = iface,
	};
	return 1;
}

/* Enhanced and obsolete packet blocks differ in their first word only. */
static int packet_block(struct pcap_reader *r, const struct block *b, struct pcap_packet *out,
			struct diag *d)
{
	const u8 *at = b->at + 8;
	u32 iface;

	if (b->body < 20)
		return pcap_bad(r, -EINVAL, 0, d, "packet block of %u bytes is too short", b->len);
	iface = b->type == BLOCK_EPB ? pcap_get32(r, at) : pcap_get16(r, at);
	return packet_fill(r, b, out, iface,
			   (u64)pcap_get32(r, at + 4) << 32 | pcap_get32(r, at + 8), 28,
			   pcap_get32(r, at + 12), pcap_get32(r, at + 16), d);
}

/* A simple packet block has no stamp and no captured length: snaplen cuts it. */
static int simple_block(struct pcap_reader *r, const struct block *b, struct pcap_packet *out,
			struct diag *d)
{
	u32 wire, len;

	if (b->body < 4)
		return pcap_bad(r, -EINVAL, 0, d, "packet block of %u bytes is too short", b->len);
	wire = len = pcap_get32(r, b->at + 8);
	if (r->ifaces.len && r->ifaces.data[0].snaplen)
		len = MIN(len, r->ifaces.data[0].snaplen);
	return packet_fill(r, b, out, 0, 0, 12, len, wire, d);
}

/* 1: a packet; 0: something else. The block is taken only when nothing is wrong with it. */
static int block_use(struct pcap_reader *r, const struct block *b, struct pcap_packet *out,
		     struct diag *d)
{
	int ret = 0;

	switch (b->type) {
	case BLOCK_EPB:
	case BLOCK_OPB:
		ret = packet_block(r, b, out, d);
		break;
	case BLOCK_SPB:
		ret = simple_block(r, b, out, d);
		break;
	case BLOCK_SHB:
		ret = section_start(r, b, d);
		break;
	case BLOCK_IDB:
		ret = iface_add(r, b, d);
		break;
	}
	if (ret >= 0)
		r->in.pos += b->len;
	return ret;
}

int pcapng_next(struct pcap_reader *r, struct pcap_packet *out, struct diag *d)
{
	struct block b;
	int ret;

	do {
		ret = block_read(r, &b, d);
		if (ret <= 0)
			return ret;
		ret = b.at ? block_use(r, &b, out, d) : 0;
	} while (!ret);
	return ret;
}

/* Look ahead to the first interface so that its link type is known before the first packet. */
int pcapng_open(struct pcap_reader *r, struct diag *d)
{
	struct block b;
	int ret = block_read(r, &b, d);

	if (ret == 1)
		ret = block_use(r, &b, NULL, d);
	while (!ret && !r->known_linktype) {
		ret = block_read(r, &b, d);
		if (ret <= 0)
			return ret;
		if (b.at && b.type != BLOCK_IDB && b.type != BLOCK_SHB)
			return 0; /* a packet without an interface: pcap_next tells */
		ret = b.at ? block_use(r, &b, NULL, d) : 0;
	}
	return ret;
}
