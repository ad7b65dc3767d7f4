// SPDX-License-Identifier: BSD-2-Clause
/* Maps of many types, for parsing and printing. */
#include <skep/bpf.h>

enum colour { RED = 1, GREEN = -2 };
struct point {
	unsigned char x;
	short y;
	struct {
		int z[2];
	} in;
	char text[6];
};
struct bits {
	unsigned int a : 3, b : 5;
};
struct event {
	unsigned int seq;
	unsigned short port;
};
struct prefix4 {
	unsigned int bits;
	unsigned char addr[4];
};
struct value {
	unsigned long long packets, bytes;
};

#define MAP(name, kind, k, v, n)                                                                   \
	struct {                                                                                   \
		__uint(type, kind);                                                                \
		__uint(max_entries, n);                                                            \
		__type(key, k);                                                                    \
		__type(value, v);                                                                  \
	} name SEC(".maps")

typedef unsigned char mac_t[6];
typedef unsigned char in6_t[16];

MAP(points, BPF_MAP_TYPE_HASH, unsigned int, struct point, 4);
MAP(colours, BPF_MAP_TYPE_ARRAY, unsigned int, enum colour, 3);
MAP(macs, BPF_MAP_TYPE_HASH, mac_t, signed char, 4);
MAP(hosts, BPF_MAP_TYPE_HASH, in6_t, unsigned long long, 4);
MAP(bitty, BPF_MAP_TYPE_ARRAY, unsigned int, struct bits, 1);
MAP(percpu, BPF_MAP_TYPE_PERCPU_ARRAY, unsigned int, struct value, 2);
MAP(values, BPF_MAP_TYPE_HASH, unsigned short, struct value, 4);
struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(max_entries, 8);
	__uint(map_flags, 1);
	__type(key, struct prefix4);
	__type(value, unsigned int);
} deny SEC(".maps");
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} ring SEC(".maps");
struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 2);
	__uint(key_size, 4);
	__uint(value_size, 4);
} jump SEC(".maps");

int counter = 7;
int zeroed[2];
struct event last; /* so that BTF describes it */
const volatile int limit = 9;

SEC("xdp") int main_prog(struct xdp_md *ctx)
{
	struct event e = { .seq = 5, .port = 443 };

	bpf_ringbuf_output(&ring, &e, sizeof(e), 0);
	last = e;
	counter++;
	zeroed[1] = limit;
	bpf_tail_call(ctx, &jump, 1);
	return XDP_PASS;
}

SEC("xdp") int dropper(struct xdp_md *ctx)
{
	struct event unused = { 0 };

	return unused.seq ? XDP_PASS : XDP_DROP;
}

char licence[] SEC("license") = "GPL";
