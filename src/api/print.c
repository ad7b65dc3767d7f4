// SPDX-License-Identifier: BSD-2-Clause
/* Packets as text: src/packet under public names. */
#include <errno.h>
#include <stdlib.h>

#include "api/handle.h"
#include "packet/printer.h"

/* The numbers of both sides are the same. */
_Static_assert(SKEP_TIME_FIRST == (int)PACKET_TIME_FIRST, "times");
_Static_assert(SKEP_PRINT_LINK == (int)PACKET_LINK, "bytes");

static struct packet_printer *printer_of(struct skep_printer *pr)
{
	return (struct packet_printer *)pr;
}

int skep_printer_new(struct skep_printer **out, const struct skep_print_opts *opts,
		     struct skep_diag *diag)
{
	struct skep_print_opts o = { .size = sizeof(o) };
	int err = opts_copy(&o, sizeof(o), opts, "skep_print_opts", diag_of(diag));
	struct packet_opts po = {
		.time = (enum packet_time)o.time,
		.bytes = o.bytes,
		.verbose = o.verbose,
		.nano = o.nano,
		.numeric = o.numeric,
		.link = o.link,
		.quiet = o.quiet,
		.absolute_seq = o.absolute_seq,
	};
	struct packet_printer *pr;

	if (err)
		return err;
	if (packet_printer_new(&pr, &po))
		return diag_nomem(diag_of(diag));
	*out = (struct skep_printer *)pr;
	return 0;
}

int skep_printer_print(struct skep_printer *pr, const struct skep_packet *packet, FILE *out)
{
	const struct packet p = {
		.data = packet->data,
		.len = packet->len,
		.wire_len = packet->wire_len,
		.ts = packet->ts,
		.linktype = packet->linktype,
		.iface = packet->iface,
	};

	return packet_print_line(printer_of(pr), &p, out);
}

void skep_printer_free(struct skep_printer *pr)
{
	packet_printer_free(printer_of(pr));
}

const char *skep_link_name(uint32_t linktype)
{
	return packet_link_name(linktype);
}

const char *skep_link_text(uint32_t linktype)
{
	return packet_link_text(linktype);
}

int skep_link_number(const char *name)
{
	return packet_link_number(name);
}
