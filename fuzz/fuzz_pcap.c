// SPDX-License-Identifier: BSD-2-Clause
/* Any bytes as a capture file: reads to the end or to an error, twice the same. */
#include "pcap/pcap.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

static u64 read_all(struct pcap_reader *r)
{
	struct pcap_packet p;
	u64 sum = 0;

	while (pcap_next(r, &p, NULL) == 1) {
		sum = sum * 31 + p.ts + p.len + p.linktype;
		for (u32 i = 0; i < p.len; i++)
			sum += p.data[i];
	}
	return sum;
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct pcap_reader *r;
	struct diag d;
	u64 sum;

	diag_init(&d);
	if (!pcap_open_mem(&r, "fuzz", data, size, &d)) {
		sum = read_all(r);
		pcap_rewind(r);
		if (read_all(r) != sum)
			__builtin_trap();
		pcap_close(r);
	}
	diag_fini(&d);
	return 0;
}
