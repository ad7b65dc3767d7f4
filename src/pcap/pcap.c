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

u16 pcap_get16(const struct pcap_reader *r, size_t off)
{
	u16 v = LOAD(u16, r->data + off);

	return r->swap ? __builtin_bswap16(v) : v;
}

u32 pcap_get32(const struct pcap_reader *r, size_t off)
{
	u32 v = LOAD(u32, r->data + off);

	return r->swap ? __builtin_bswap32(v) : v;
}

int pcap_bad(struct pcap_reader *r, int err, size_t off, struct diag *d, const char *fmt, ...)
{
	struct span at = { 0 };
	struct buf text = { 0 };
	va_list ap;

	va_start(ap, fmt);
	buf_vprintf(&text, fmt, ap);
	va_end(ap);
	at.file = diag_file(d, r->name, NULL, 0, 1);
	/* in the text: captures are longer than a span reaches */
	diag_error(d, err, at, "%s at byte %zu", buf_str(&text), off);
	buf_fini(&text);
	r->failed = err;
	return err;
}

int pcap_classic_open(struct pcap_reader *r, struct diag *d)
{
	if (r->len < PCAP_FILE_HDR) {
		pcap_bad(r, -EINVAL, r->len, d, "capture file ends inside its header (24 bytes)");
		return -EINVAL;
	}
	if (pcap_get16(r, 4) != 2)
		return pcap_bad(r, -EINVAL, 4, d, "pcap version %u.%u is not known",
				pcap_get16(r, 4), pcap_get16(r, 6));
	r->linktype = pcap_get32(r, 20) & 0x0fffffff; /* FCS length and flags are above */
	r->known_linktype = true;
	r->pos = r->start = PCAP_FILE_HDR;
	return 0;
}

int pcap_classic_next(struct pcap_reader *r, struct pcap_packet *out, struct diag *d)
{
	size_t at = r->pos, left = r->len - at;
	u32 len, wire;

	if (!left)
		return 0;
	if (left < PCAP_REC_HDR)
		return pcap_bad(r, -EINVAL, at, d, "capture file is cut inside a packet header");
	len = pcap_get32(r, at + 8);
	wire = pcap_get32(r, at + 12);
	if (len > PCAP_MAX_LEN)
		return pcap_bad(r, -EINVAL, at + 8, d,
				"packet header says %u bytes, more than any packet has", len);
	if (len > left - PCAP_REC_HDR)
		return pcap_bad(r, -EINVAL, at + 8, d,
				"capture file is cut: packet of %u bytes, %zu are left", len,
				left - PCAP_REC_HDR);
	*out = (struct pcap_packet){
		.data = r->data + at + PCAP_REC_HDR,
		.len = len,
		.wire_len = MAX(wire, len),
		.ts = (u64)pcap_get32(r, at) * 1000000000u +
		      (u64)pcap_get32(r, at + 4) * (r->nano ? 1 : 1000),
		.linktype = r->linktype,
	};
	r->pos = at + PCAP_REC_HDR + len;
	return 1;
}

static int reader_start(struct pcap_reader *r, struct diag *d)
{
	u32 magic;

	if (r->len < 4)
		return pcap_bad(r, -EINVAL, 0, d, "not a capture file (%zu bytes)", r->len);
	magic = LOAD(u32, r->data);
	if (magic == MAGIC_NG) {
		r->ng = true;
		return pcapng_open(r, d);
	}
	r->swap = magic == __builtin_bswap32(MAGIC_US) || magic == __builtin_bswap32(MAGIC_NS);
	if (r->swap)
		magic = __builtin_bswap32(magic);
	if (magic != MAGIC_US && magic != MAGIC_NS) {
		pcap_bad(r, -EINVAL, 0, d, "not a capture file (it begins with 0x%08x)",
			 LOAD(u32, r->data));
		diag_hint(d, "pcap and pcapng files are read");
		return -EINVAL;
	}
	r->nano = magic == MAGIC_NS;
	return pcap_classic_open(r, d);
}

static int reader_new(struct pcap_reader **out, const char *name, struct file *file,
		      const void *data, size_t len, struct diag *d)
{
	struct pcap_reader *r = calloc(1, sizeof(*r));
	int err = -ENOMEM;

	if (r) {
		r->file = *file;
		r->data = data;
		r->len = len;
		r->name = strdup(name);
		err = r->name ? reader_start(r, d) : diag_nomem(d);
	} else {
		diag_nomem(d);
		file_close(file);
	}
	if (err) {
		pcap_close(r);
		return err;
	}
	*out = r;
	return 0;
}

int pcap_open(struct pcap_reader **out, const char *path, struct diag *d)
{
	struct file file;
	int err = file_open(&file, path, d);

	if (err)
		return err;
	return reader_new(out, strcmp(path, "-") ? path : "<stdin>", &file, file.data, file.len, d);
}

int pcap_open_mem(struct pcap_reader **out, const char *name, const void *data, size_t len,
		  struct diag *d)
{
	struct file none = { 0 };

	return reader_new(out, name, &none, data, len, d);
}

int pcap_next(struct pcap_reader *r, struct pcap_packet *out, struct diag *d)
{
	if (r->failed)
		return r->failed;
	return r->ng ? pcapng_next(r, out, d) : pcap_classic_next(r, out, d);
}

void pcap_rewind(struct pcap_reader *r)
{
	r->pos = r->start;
	r->failed = 0;
	r->ifaces.len = 0;
}

u32 pcap_linktype(const struct pcap_reader *r)
{
	return r->linktype;
}

void pcap_close(struct pcap_reader *r)
{
	if (!r)
		return;
	if (r->file.data)
		file_close(&r->file);
	vec_fini(&r->ifaces);
	free((void *)r->name);
	free(r);
}
