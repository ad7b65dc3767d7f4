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
	BLOCK_MIN = 12, /* type, length, length again */
	OPT_END = 0,
	OPT_IF_TSRESOL = 9,
	OPT_IF_TSOFFSET = 14,
	MAX_IFACES = 65536,
};

/* One block, its lengths checked: the body is at pos + 8, `body` bytes long. */
struct block {
	u32 type, len; /* len: of the whole block */
	size_t at;     /* of its first byte */
	u32 body;
};

static int block_read(struct pcap_reader *r, struct block *b, struct diag *d)
{
	size_t at = r->pos, left = r->len - at;

	if (left < BLOCK_MIN)
		return pcap_bad(r, -EINVAL, at, d, "capture file is cut inside a block header");
	if (LOAD(u32, r->data + at) == BLOCK_SHB) { /* palindrome: a new section, maybe of the
						       other byte order */
		u32 magic = LOAD(u32, r->data + at + 8);

		if (magic != BYTE_ORDER_MAGIC && magic != __builtin_bswap32(BYTE_ORDER_MAGIC))
			return pcap_bad(r, -EINVAL, at + 8, d,
					"section header has no byte-order magic (0x%08x)", magic);
		r->swap = magic != BYTE_ORDER_MAGIC;
	}
	b->at = at;
	b->type = pcap_get32(r, at);
	b->len = pcap_get32(r, at + 4);
	if (b->len < BLOCK_MIN || b->len % 4)
		return pcap_bad(r, -EINVAL, at + 4, d, "block length %u is not valid", b->len);
	if (b->len > left)
		return pcap_bad(r, -EINVAL, at + 4, d,
				"capture file is cut: block of %u bytes, %zu are left", b->len,
				left);
	if (pcap_get32(r, at + b->len - 4) != b->len)
		return pcap_bad(r, -EINVAL, at + b->len - 4, d,
				"block's two lengths differ (%u and %u)", b->len,
				pcap_get32(r, at + b->len - 4));
	b->body = b->len - BLOCK_MIN;
	r->pos = at + b->len;
	return 0;
}

static int section_start(struct pcap_reader *r, const struct block *b, struct diag *d)
{
	u16 major;

	if (b->body < 16)
		return pcap_bad(r, -EINVAL, b->at, d, "section header of %u bytes is too short",
				b->len);
	major = pcap_get16(r, b->at + 12);
	if (major != 1)
		return pcap_bad(r, -EINVAL, b->at + 12, d, "pcapng version %u.%u is not known",
				major, pcap_get16(r, b->at + 14));
	r->ifaces.len = 0;
	return 0;
}

static void iface_option(struct pcap_reader *r, struct pcapng_iface *i, u16 code, size_t at,
			 u16 len)
{
	if (code == OPT_IF_TSRESOL && len >= 1) {
		i->resol = r->data[at];
	} else if (code == OPT_IF_TSOFFSET && len >= 8) {
		u64 v = LOAD(u64, r->data + at);

		i->offset = (s64)(r->swap ? __builtin_bswap64(v) : v);
	}
}

static int iface_add(struct pcap_reader *r, const struct block *b, struct diag *d)
{
	size_t at = b->at + 16, end = b->at + b->len - 4;
	struct pcapng_iface *i;

	if (b->body < 8)
		return pcap_bad(r, -EINVAL, b->at, d, "interface block of %u bytes is too short",
				b->len);
	if (r->ifaces.len >= MAX_IFACES)
		return pcap_bad(r, -E2BIG, b->at, d, "more than %d interfaces in one section",
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
	}
	while (end - at >= 4) {
		u16 code = pcap_get16(r, at), len = pcap_get16(r, at + 2);

		if (code == OPT_END)
			break;
		if (ROUND_UP((size_t)len, 4) > end - at - 4)
			return pcap_bad(r, -EINVAL, at, d,
					"option %u of %u bytes does not fit its block", code, len);
		iface_option(r, i, code, at + 4, len);
		at += 4 + ROUND_UP((size_t)len, 4);
	}
	return 0;
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

static int packet_fill(struct pcap_reader *r, const struct block *b, struct pcap_packet *out,
		       u32 iface, u64 ticks, size_t data_at, u32 len, u32 wire, struct diag *d)
{
	const struct pcapng_iface *i;

	if (iface >= r->ifaces.len)
		return pcap_bad(r, -EINVAL, b->at, d,
				"packet of interface %u, but the section has %u so far", iface,
				r->ifaces.len);
	if (len > b->at + b->len - 4 - data_at)
		return pcap_bad(r, -EINVAL, b->at, d, "packet of %u bytes does not fit its block",
				len);
	if (len > PCAP_MAX_LEN)
		return pcap_bad(r, -E2BIG, b->at, d, "packet of %u bytes is larger than %d", len,
				PCAP_MAX_LEN);
	i = &r->ifaces.data[iface];
	*out = (struct pcap_packet){
		.data = r->data + data_at,
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
	size_t at = b->at + 8;
	u32 iface;

	if (b->body < 20)
		return pcap_bad(r, -EINVAL, b->at, d, "packet block of %u bytes is too short",
				b->len);
	iface = b->type == BLOCK_EPB ? pcap_get32(r, at) : pcap_get16(r, at);
	return packet_fill(r, b, out, iface,
			   (u64)pcap_get32(r, at + 4) << 32 | pcap_get32(r, at + 8), at + 20,
			   pcap_get32(r, at + 12), pcap_get32(r, at + 16), d);
}

/* A simple packet block has no stamp and no captured length: snaplen cuts it. */
static int simple_block(struct pcap_reader *r, const struct block *b, struct pcap_packet *out,
			struct diag *d)
{
	u32 wire, len;

	if (b->body < 4)
		return pcap_bad(r, -EINVAL, b->at, d, "packet block of %u bytes is too short",
				b->len);
	wire = len = pcap_get32(r, b->at + 8);
	if (r->ifaces.len && r->ifaces.data[0].snaplen)
		len = MIN(len, r->ifaces.data[0].snaplen);
	return packet_fill(r, b, out, 0, 0, b->at + 12, len, wire, d);
}

int pcapng_next(struct pcap_reader *r, struct pcap_packet *out, struct diag *d)
{
	struct block b;
	int err;

	while (r->pos < r->len) {
		err = block_read(r, &b, d);
		if (err)
			return err;
		switch (b.type) {
		case BLOCK_EPB:
		case BLOCK_OPB:
			return packet_block(r, &b, out, d);
		case BLOCK_SPB:
			return simple_block(r, &b, out, d);
		case BLOCK_SHB:
			err = section_start(r, &b, d);
			break;
		case BLOCK_IDB:
			err = iface_add(r, &b, d);
			break;
		}
		if (err)
			return err;
	}
	return 0;
}

/* Look ahead to the first interface so that its link type is known before the first packet. */
int pcapng_open(struct pcap_reader *r, struct diag *d)
{
	struct block b;
	int err = block_read(r, &b, d);

	if (!err)
		err = section_start(r, &b, d);
	while (!err && !r->known_linktype && r->pos < r->len) {
		if (block_read(r, &b, NULL))
			break; /* pcap_next tells, after what came before */
		if (b.type == BLOCK_IDB && iface_add(r, &b, NULL))
			break;
	}
	if (!err)
		pcap_rewind(r);
	return err;
}
