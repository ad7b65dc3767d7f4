// SPDX-License-Identifier: BSD-2-Clause
#include "pcap/pcap.h"

#include <errno.h>
#include <stdlib.h>

#include "base/buf.h"
#include "pcap/reader.h"

enum {
	MAGIC_US = 0xa1b2c3d4,
	MAGIC_NS = 0xa1b23c4d,
	MAGIC_NG = 0x0a0d0d0a,
};

static int bad(struct pcap_reader *r, int err, u64 off, struct diag *d, const char *fmt, va_list ap)
{
	struct span at = { 0 };
	struct buf text = { 0 };
	u64 place = input_offset(&r->in) + off;

	buf_vprintf(&text, fmt, ap);
	at.file = diag_file(d, r->name, NULL, 0, 1);
	/* in the text: captures are longer than a span reaches */
	diag_error(d, err, at, "%s at byte %llu", buf_str(&text), (unsigned long long)place);
	buf_fini(&text);
	r->failed = err;
	return err;
}

int pcap_bad(struct pcap_reader *r, int err, u64 off, struct diag *d, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	bad(r, err, off, d, fmt, ap);
	va_end(ap);
	return err;
}

int pcap_cut(struct pcap_reader *r, u64 off, struct diag *d, const char *fmt, ...)
{
	int err = r->in.err;
	va_list ap;

	if (r->in.starved)
		return -EAGAIN;
	if (err)
		return pcap_bad(r, err, input_left(&r->in), d, "%s",
				r->in.why ? r->in.why : strerror(-err));
	va_start(ap, fmt);
	bad(r, -EINVAL, off, d, fmt, ap);
	va_end(ap);
	return -EINVAL;
}

int pcap_classic_open(struct pcap_reader *r, struct diag *d)
{
	const u8 *at;

	if (!input_need(&r->in, PCAP_FILE_HDR))
		return pcap_cut(r, input_left(&r->in), d,
				"capture file ends inside its header (24 bytes)");
	at = r->in.data + r->in.pos;
	if (pcap_get16(r, at + 4) != 2)
		return pcap_bad(r, -EINVAL, 4, d, "pcap version %u.%u is not known",
				pcap_get16(r, at + 4), pcap_get16(r, at + 6));
	r->snaplen = pcap_get32(r, at + 16);
	r->linktype = pcap_get32(r, at + 20) & 0x0fffffff; /* FCS length and flags are above */
	r->known_linktype = true;
	r->in.pos += PCAP_FILE_HDR;
	return 0;
}

/* The stamp of a record in ns. */
static u64 stamp(const struct pcap_reader *r, const u8 *at, u32 unit)
{
	return (u64)pcap_get32(r, at) * 1000000000u + (u64)pcap_get32(r, at + 4) * unit;
}

int pcap_classic_next(struct pcap_reader *r, struct pcap_packet *out, struct diag *d)
{
	struct pcap_input *in = &r->in;
	const u8 *at;
	u32 len, wire;

	if (unlikely(!input_need(in, PCAP_REC_HDR))) {
		if (!input_left(in) && in->end && !in->err)
			return 0;
		return pcap_cut(r, 0, d, "capture file is cut inside a packet header");
	}
	at = in->data + in->pos;
	len = pcap_get32(r, at + 8);
	if (unlikely(len > PCAP_SNAPLEN))
		return pcap_bad(r, -EINVAL, 8, d,
				"packet header says %u bytes, more than any packet has", len);
	if (unlikely(!input_need(in, PCAP_REC_HDR + len)))
		return pcap_cut(r, 8, d, "capture file is cut: packet of %u bytes, %zu are left",
				len, input_left(in) - PCAP_REC_HDR);
	at = in->data + in->pos;
	wire = pcap_get32(r, at + 12);
	*out = (struct pcap_packet){
		.data = at + PCAP_REC_HDR,
		.len = len,
		.wire_len = MAX(wire, len),
		.ts = stamp(r, at, r->nano ? 1 : 1000),
		.linktype = r->linktype,
	};
	in->pos += PCAP_REC_HDR + len;
	return 1;
}

/* Those that are whole in the window, as pcap_classic_next gives them. */
static u32 classic_batch(struct pcap_reader *r, struct pcap_packet *out, u32 cap)
{
	const u8 *at = r->in.data + r->in.pos, *end = r->in.data + r->in.len;
	u32 unit = r->nano ? 1 : 1000, n = 0;

	while (n < cap && end - at >= PCAP_REC_HDR) {
		u32 len = pcap_get32(r, at + 8), wire = pcap_get32(r, at + 12);

		if (unlikely(len > PCAP_SNAPLEN || len > (size_t)(end - at) - PCAP_REC_HDR))
			break;
		out[n++] = (struct pcap_packet){
			.data = at + PCAP_REC_HDR,
			.len = len,
			.wire_len = MAX(wire, len),
			.ts = stamp(r, at, unit),
			.linktype = r->linktype,
		};
		at += PCAP_REC_HDR + len;
	}
	r->in.pos = (size_t)(at - r->in.data);
	return n;
}

static int reader_start(struct pcap_reader *r, struct diag *d)
{
	u32 magic;

	if (!input_need(&r->in, 4))
		return pcap_cut(r, 0, d, "not a capture file (%zu bytes)", input_left(&r->in));
	magic = LOAD(u32, r->in.data + r->in.pos);
	if (magic == MAGIC_NG) {
		r->ng = true;
		return pcapng_open(r, d);
	}
	r->swap = magic == __builtin_bswap32(MAGIC_US) || magic == __builtin_bswap32(MAGIC_NS);
	if (r->swap)
		magic = __builtin_bswap32(magic);
	if (magic != MAGIC_US && magic != MAGIC_NS) {
		pcap_bad(r, -EINVAL, 0, d, "not a capture file (it begins with 0x%08x)", magic);
		diag_hint(d, "pcap and pcapng files are read");
		return -EINVAL;
	}
	r->nano = magic == MAGIC_NS;
	return pcap_classic_open(r, d);
}

/* Takes over `in`. */
static int reader_new(struct pcap_reader **out, const char *name, struct pcap_input *in,
		      struct diag *d)
{
	struct pcap_reader *r = calloc(1, sizeof(*r));
	int err;

	if (!r) {
		input_close(in);
		return diag_nomem(d);
	}
	r->in = *in;
	r->name = strdup(name);
	err = r->name ? reader_start(r, d) : diag_nomem(d);
	if (err) {
		pcap_close(r);
		return err;
	}
	*out = r;
	return 0;
}

int pcap_open(struct pcap_reader **out, const char *path, struct diag *d)
{
	struct pcap_input in;
	int err = input_open(&in, path, d);

	return err ? err : reader_new(out, strcmp(path, "-") ? path : "<stdin>", &in, d);
}

int pcap_open_chunks(struct pcap_reader **out, const char *name, const void *data, size_t len,
		     size_t chunk, struct diag *d)
{
	struct pcap_input in;
	int err = input_open_mem(&in, data, len, chunk, d);

	return err ? err : reader_new(out, name, &in, d);
}

int pcap_open_mem(struct pcap_reader **out, const char *name, const void *data, size_t len,
		  struct diag *d)
{
	return pcap_open_chunks(out, name, data, len, 0, d);
}

int pcap_next(struct pcap_reader *r, struct pcap_packet *out, struct diag *d)
{
	if (r->failed)
		return r->failed;
	return r->ng ? pcapng_next(r, out, d) : pcap_classic_next(r, out, d);
}

int pcap_batch(struct pcap_reader *r, struct pcap_packet *out, u32 cap, struct diag *d)
{
	int err = pcap_next(r, out, d);
	u32 n = 1;

	if (err <= 0)
		return err;
	if (!r->ng)
		return (int)(n + classic_batch(r, out + 1, cap - 1));
	r->in.hold = true;
	/* What is wrong is told by the next call: this one has packets. */
	while (n < cap) {
		size_t pos = r->in.pos;

		err = pcap_next(r, &out[n], NULL);
		if (err <= 0) {
			r->in.pos = pos;
			break;
		}
		n++;
	}
	if (err < 0 && r->failed)
		r->failed = 0;
	r->in.hold = r->in.starved = false;
	return (int)n;
}

bool pcap_has_records(const struct pcap_reader *r, bool micro)
{
	return !r->ng && !r->swap && r->nano != micro;
}

u32 pcap_linktype(const struct pcap_reader *r)
{
	return r->linktype;
}

u32 pcap_snaplen(const struct pcap_reader *r)
{
	return r->snaplen;
}

void pcap_close(struct pcap_reader *r)
{
	if (!r)
		return;
	input_close(&r->in);
	vec_fini(&r->ifaces);
	free((void *)r->name);
	free(r);
}
