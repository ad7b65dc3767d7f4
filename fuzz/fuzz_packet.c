// SPDX-License-Identifier: BSD-2-Clause
/*
 * Any bytes as a packet of any link type, printed in many ways: text without control characters
 * and of bounded length. The first four bytes choose link type, options and what was cut off. Names
 * are not looked up: that is the system's business.
 */
#include <stdlib.h>

#include "packet/printer.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

static const u32 links[] = { 1, 0, 9, 50, 101, 105, 108, 113, 127, 228, 229, 276, 999 };

/* A line of a protocol is longer than its bytes, but not without bound. */
static void check(struct buf *text, size_t size, bool characters)
{
	if (text->err || text->len > 65536 + size * 64 || text->data[text->len - 1] != '\n')
		__builtin_trap();
	for (size_t i = 0; i < text->len && !characters; i++) {
		u8 c = text->data[i];

		if ((c < ' ' && c != '\n' && c != '\t') || c >= 0x7f)
			__builtin_trap();
	}
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct packet_opts o = { .numeric = true };
	struct packet_printer *pr;
	struct packet p = { .ts = 1700000000123456789 };
	struct buf text = { 0 };

	if (size < 4)
		return 0;
	p.linktype = links[data[0] % ARRAY_SIZE(links)];
	o.verbose = data[1] & 3;
	o.link = data[1] & 4;
	o.quiet = data[1] & 8;
	o.absolute_seq = data[1] & 16;
	o.nano = data[1] & 32;
	o.bytes = data[2] & 7;
	o.time = (enum packet_time)((data[2] >> 3) % 6);
	p.data = data + 4;
	p.len = (u32)size - 4;
	p.wire_len = p.len + (data[3] & 0x80 ? data[3] * 7u : 0);
	if (packet_printer_new(&pr, &o))
		return 0;
	for (u32 i = 0; i < 2; i++) { /* the second time its connection is known */
		buf_clear(&text);
		packet_print(pr, &text, &p);
		check(&text, size, o.bytes & PACKET_ASCII);
	}
	buf_fini(&text);
	packet_printer_free(pr);
	return 0;
}
