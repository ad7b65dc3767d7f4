// SPDX-License-Identifier: BSD-2-Clause
/* Capture files: src/pcap under public names. */
#include <errno.h>

#include "api/handle.h"
#include "pcap/pcap.h"

int skep_capture_open(struct skep_capture **out, const char *path, struct skep_diag *diag)
{
	struct pcap_reader *r;
	int err = pcap_open(&r, path, diag_of(diag));

	if (!err)
		*out = (struct skep_capture *)r;
	return err;
}

/* One layout under two names. */
_Static_assert(sizeof(struct skep_packet) == sizeof(struct pcap_packet) &&
		       offsetof(struct skep_packet, ts) == offsetof(struct pcap_packet, ts) &&
		       offsetof(struct skep_packet, iface) == offsetof(struct pcap_packet, iface),
	       "skep_packet is pcap_packet");

int skep_capture_next(struct skep_capture *c, struct skep_packet *out, struct skep_diag *diag)
{
	return pcap_next((struct pcap_reader *)c, (struct pcap_packet *)out, diag_of(diag));
}

int skep_capture_batch(struct skep_capture *c, struct skep_packet *out, uint32_t cap,
		       struct skep_diag *diag)
{
	return pcap_batch((struct pcap_reader *)c, (struct pcap_packet *)out, cap, diag_of(diag));
}

uint32_t skep_capture_linktype(const struct skep_capture *c)
{
	return pcap_linktype((const struct pcap_reader *)c);
}

void skep_capture_close(struct skep_capture *c)
{
	if (c)
		pcap_close((struct pcap_reader *)c);
}

int skep_dump_open(struct skep_dump **out, const char *path, uint32_t linktype,
		   struct skep_diag *diag)
{
	struct pcap_writer *w;
	struct pcap_write_opts opts = { .linktype = linktype };
	int err = pcap_create(&w, path, &opts, diag_of(diag));

	if (!err)
		*out = (struct skep_dump *)w;
	return err;
}

int skep_dump_write(struct skep_dump *d, const struct skep_packet *p)
{
	return pcap_write((struct pcap_writer *)d, p->data, p->len, p->wire_len, p->ts);
}

int skep_dump_close(struct skep_dump *d, struct skep_diag *diag)
{
	return pcap_finish((struct pcap_writer *)d, diag_of(diag));
}

void skep_dump_discard(struct skep_dump *d)
{
	pcap_discard((struct pcap_writer *)d);
}
