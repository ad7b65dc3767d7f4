// SPDX-License-Identifier: BSD-2-Clause
/* Any bytes as a capture file: reads to the end or to an error, the same from memory, in small
 * pieces and in batches. */
#include "pcap/pcap.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

static u64 add(u64 sum, const struct pcap_packet *p)
{
	sum = sum * 31 + p->ts + p->len + p->linktype;
	for (u32 i = 0; i < p->len; i++)
		sum += p->data[i];
	return sum;
}

static u64 read_each(struct pcap_reader *r, struct diag *d)
{
	struct pcap_packet p;
	u64 sum = 0;
	int ret;

	while ((ret = pcap_next(r, &p, d)) == 1)
		sum = add(sum, &p);
	return sum * 31 + (u64)-ret;
}

static u64 read_batches(struct pcap_reader *r, u32 cap, struct diag *d)
{
	struct pcap_packet p[16];
	u64 sum = 0;
	int n;

	while ((n = pcap_batch(r, p, cap, d)) > 0) {
		for (int i = 0; i < n; i++)
			sum = add(sum, &p[i]);
	}
	return sum * 31 + (u64)-n;
}

/* How far damaged compressed data are readable depends on how much of them is at hand at once. */
static bool is_compressed(const u8 *data, size_t size)
{
	return size >= 4 &&
	       ((data[0] == 0x1f && data[1] == 0x8b) || !memcmp(data, "\x28\xb5\x2f\xfd", 4));
}

/* Chunk 0: as it lies in memory; cap 0: packet by packet. */
static u64 read_all(const u8 *data, size_t size, size_t chunk, u32 cap)
{
	struct pcap_reader *r;
	struct diag d;
	u64 sum = 0;

	diag_init(&d);
	if (!pcap_open_chunks(&r, "fuzz", data, size, chunk, &d)) {
		sum = cap ? read_batches(r, cap, &d) : read_each(r, &d);
		pcap_close(r);
	}
	if (d.errors && is_compressed(data, size))
		sum = 1;
	diag_fini(&d);
	return sum;
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	size_t chunk = size ? 4 + data[size / 2] : 4;
	u64 sum = read_all(data, size, 0, 0);

	if (read_all(data, size, chunk, 0) != sum || read_all(data, size, 0, 16) != sum ||
	    read_all(data, size, chunk, 3) != sum)
		__builtin_trap();
	return 0;
}
