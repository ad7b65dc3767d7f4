// SPDX-License-Identifier: BSD-2-Clause
/* Capture files and interfaces: src/pcap and src/live under public names. */
#include <errno.h>
#include <stdlib.h>

#include "api/handle.h"
#include "live/live.h"
#include "pcap/pcap.h"
#include "pcap/rotate.h"

/* What a skep_capture is: one of the two. */
struct source {
	struct pcap_reader *file;
	struct live *live;
};

static struct source *source_of(const struct skep_capture *c)
{
	return (struct source *)(uintptr_t)c;
}

static int source_new(struct skep_capture **out, struct pcap_reader *file, struct live *live,
		      struct diag *d)
{
	struct source *s = malloc(sizeof(*s));

	if (!s) {
		pcap_close(file);
		live_free(live);
		return diag_nomem(d);
	}
	*s = (struct source){ file, live };
	*out = (struct skep_capture *)s;
	return 0;
}

int skep_capture_open(struct skep_capture **out, const char *path, struct skep_diag *diag)
{
	struct pcap_reader *r;
	int err = pcap_open(&r, path, diag_of(diag));

	return err ? err : source_new(out, r, NULL, diag_of(diag));
}

int skep_capture_live(struct skep_capture **out, const struct skep_live_opts *opts,
		      struct skep_diag *diag)
{
	struct skep_live_opts ours = { .size = sizeof(ours) };
	struct diag *d = diag_of(diag);
	int err = opts_copy(&ours, sizeof(ours), opts, "skep_live_opts", d);
	struct live_opts o = {
		.device = ours.device,
		.snaplen = ours.snaplen,
		.ring = ours.ring,
		.timeout = ours.timeout,
		.linktype = ours.linktype,
		.direction = (enum live_direction)ours.direction,
		.no_promisc = ours.no_promisc,
	};
	struct live *l;

	if (!err && !o.device)
		err = diag_error(d, -EINVAL, NOWHERE, "a live capture needs a device");
	if (!err)
		err = live_new(&l, &o, d);
	return err ? err : source_new(out, NULL, l, d);
}

int skep_capture_filter(struct skep_capture *c, const struct skep_classic *filter,
			struct skep_diag *diag)
{
	size_t count;
	const struct skep_classic_insn *insns = skep_classic_insns(filter, &count);

	if (!source_of(c)->live)
		return -EOPNOTSUPP;
	return live_filter(source_of(c)->live, (const struct live_insn *)insns, (u32)count,
			   diag_of(diag));
}

int skep_capture_stats(struct skep_capture *c, struct skep_capture_stats *out)
{
	struct live_stats s;
	int err = source_of(c)->live ? live_stats(source_of(c)->live, &s) : -EOPNOTSUPP;

	if (err)
		return err;
	if (out->size < sizeof(*out))
		return -EINVAL;
	out->received = s.received;
	out->dropped = s.dropped;
	return 0;
}

/* One layout under three names. */
#define SAME(other, field)                                                                         \
	_Static_assert(offsetof(struct skep_packet, field) == offsetof(struct other, field), "")
SAME(pcap_packet, len);
SAME(pcap_packet, wire_len);
SAME(pcap_packet, ts);
SAME(pcap_packet, linktype);
SAME(pcap_packet, iface);
SAME(live_packet, len);
SAME(live_packet, wire_len);
SAME(live_packet, ts);
SAME(live_packet, linktype);
SAME(live_packet, iface);
_Static_assert(sizeof(struct skep_packet) == sizeof(struct pcap_packet) &&
		       sizeof(struct skep_packet) == sizeof(struct live_packet),
	       "arrays of them, too");

int skep_capture_batch(struct skep_capture *c, struct skep_packet *out, uint32_t cap,
		       struct skep_diag *diag)
{
	struct source *s = source_of(c);

	if (s->live)
		return live_batch(s->live, (struct live_packet *)out, cap, diag_of(diag));
	return pcap_batch(s->file, (struct pcap_packet *)out, cap, diag_of(diag));
}

int skep_capture_next(struct skep_capture *c, struct skep_packet *out, struct skep_diag *diag)
{
	struct source *s = source_of(c);
	int n;

	if (s->file)
		return pcap_next(s->file, (struct pcap_packet *)out, diag_of(diag));
	do
		n = live_batch(s->live, (struct live_packet *)out, 1, diag_of(diag));
	while (!n);
	return n;
}

uint32_t skep_capture_linktype(const struct skep_capture *c)
{
	struct source *s = source_of(c);

	return s->live ? live_linktype(s->live) : pcap_linktype(s->file);
}

uint32_t skep_capture_snaplen(const struct skep_capture *c)
{
	struct source *s = source_of(c);

	return s->live ? live_snaplen(s->live) : pcap_snaplen(s->file);
}

void skep_capture_close(struct skep_capture *c)
{
	struct source *s = source_of(c);

	if (!s)
		return;
	pcap_close(s->file);
	live_free(s->live);
	free(s);
}

bool skep_device(struct skep_device *out, size_t i)
{
	struct live_iface iface;

	if (i > UINT32_MAX || !live_iface(&iface, (u32)i))
		return false;
	_Static_assert(sizeof(out->name) == sizeof(iface.name), "same room");
	memcpy(out->name, iface.name, sizeof(out->name));
	out->linktype = iface.linktype;
	out->netmask = iface.netmask;
	out->up = iface.up;
	out->running = iface.running;
	out->loopback = iface.loopback;
	out->wireless = iface.wireless;
	return true;
}

/* ---- writing ---- */

static struct pcap_rotate *rotate_of(const struct skep_dump *d)
{
	return (struct pcap_rotate *)(uintptr_t)d;
}

int skep_dump_create(struct skep_dump **out, const char *path, const struct skep_dump_opts *opts,
		     struct skep_diag *diag)
{
	struct skep_dump_opts o = { .size = sizeof(o) };
	int err = opts_copy(&o, sizeof(o), opts, "skep_dump_opts", diag_of(diag));
	struct pcap_rotate_opts ro = {
		.file = { o.linktype, o.snaplen, o.micro, o.direct },
		.bytes = o.rotate_bytes,
		.seconds = o.rotate_seconds,
		.files = o.rotate_files,
	};
	struct pcap_rotate *r;

	if (!err)
		err = pcap_rotate_create(&r, path, &ro, diag_of(diag));
	if (!err)
		*out = (struct skep_dump *)r;
	return err;
}

int skep_dump_open(struct skep_dump **out, const char *path, uint32_t linktype,
		   struct skep_diag *diag)
{
	struct skep_dump_opts o = { .size = sizeof(o), .linktype = linktype };

	return skep_dump_create(out, path, &o, diag);
}

int skep_dump_write(struct skep_dump *d, const struct skep_packet *p)
{
	return pcap_rotate_write(rotate_of(d), p->data, p->len, p->wire_len, p->ts);
}

int skep_dump_copy(struct skep_dump *d, const struct skep_capture *from,
		   const struct skep_packet *packets, const uint32_t *wanted, size_t count)
{
	struct pcap_reader *file = source_of(from)->file;
	int err = 0;

	if (file && count <= UINT32_MAX)
		return pcap_rotate_write_all(rotate_of(d), file,
					     (const struct pcap_packet *)packets, wanted,
					     (u32)count);
	for (size_t i = 0; i < count && !err; i++)
		if (!wanted || wanted[i])
			err = skep_dump_write(d, &packets[i]);
	return err;
}

int skep_dump_flush(struct skep_dump *d)
{
	return pcap_rotate_flush(rotate_of(d));
}

int skep_dump_close(struct skep_dump *d, struct skep_diag *diag)
{
	return pcap_rotate_finish(rotate_of(d), diag_of(diag));
}

void skep_dump_discard(struct skep_dump *d)
{
	pcap_rotate_discard(rotate_of(d));
}
