// SPDX-License-Identifier: BSD-2-Clause
/* What presets change: constants, variables of every section, maps, programs. */
#include <skep/bpf.h>
#include <skep/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

enum level { QUIET, LOUD = 7 };
struct rule {
	unsigned short port;
	enum level level;
	union {
		unsigned addr;
		unsigned char octets[4];
	};
	char name[8];
};

const volatile unsigned limit = 3;
const volatile bool fussy;
const volatile struct rule rules[2] = { { 80, QUIET, { 1 }, "web" } };
static volatile const long offset = -5;
int counter = 40;
unsigned long seen;

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__type(key, unsigned);
	__type(value, unsigned);
	__uint(max_entries, 2);
} flows SEC(".maps");

struct inner {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__type(key, unsigned);
	__type(value, unsigned);
	__uint(max_entries, 1);
};
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__type(key, unsigned);
	__uint(max_entries, 2);
	__array(values, struct inner);
} outer SEC(".maps");

SEC("xdp")
int count(struct xdp_md *ctx)
{
	unsigned stored = 0;

	for (unsigned i = 0; i < limit && i < 64; i++) {
		unsigned key = i;

		stored += !bpf_map_update_elem(&flows, &key, &key, 0);
	}
	seen += stored;
	counter++;
	if (fussy)
		return rules[1].port * 1000 + rules[1].level * 100 + rules[1].octets[3] +
		       (int)offset;
	return stored * 100 + counter;
}

/* Refused unless `fussy` is known to be false. */
SEC("xdp")
int strict(struct xdp_md *ctx)
{
	unsigned key = 0, *found = bpf_map_lookup_elem(&flows, &key);

	if (fussy)
		return *found;
	return XDP_PASS;
}
