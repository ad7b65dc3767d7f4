// SPDX-License-Identifier: BSD-2-Clause
/* Every kind of global, ring and perf buffers, tail calls, inner maps: for the kernel engine. */
#include <skep/bpf.h>
#include <skep/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

const volatile unsigned limit = 100;
int runs = 3;
unsigned long long bytes;
static volatile int hidden = 7;

struct event {
	unsigned length, number;
};

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
	__type(value, struct event);
} ring SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
	__uint(key_size, 4);
	__uint(value_size, 4);
} perf SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__type(key, unsigned);
	__type(value, unsigned long long);
	__uint(max_entries, 2);
} seen SEC(".maps");

struct inner {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__type(key, unsigned);
	__type(value, unsigned);
	__uint(max_entries, 1);
} first SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__type(key, unsigned);
	__type(value, unsigned);
	__uint(max_entries, 2);
	__array(values, struct inner);
} outer SEC(".maps") = { .values = { [1] = &first } };

SEC("xdp")
int last(struct xdp_md *ctx)
{
	return XDP_TX;
}

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 2);
	__type(key, unsigned);
	__array(values, int(void *));
} jumps SEC(".maps") = { .values = { [1] = (void *)&last } };

SEC("xdp")
int count(struct xdp_md *ctx)
{
	struct event e = { .length = ctx->data_end - ctx->data, .number = runs };
	unsigned one = 1, zero = 0, *value;
	unsigned long long *n = bpf_map_lookup_elem(&seen, &one);
	void *in;

	if (n)
		++*n;
	runs++;
	hidden++;
	bytes += e.length;
	bpf_ringbuf_output(&ring, &e, sizeof(e), 0);
	bpf_perf_event_output(ctx, &perf, 0xffffffffull, &e, sizeof(e));
	in = bpf_map_lookup_elem(&outer, &one);
	value = in ? bpf_map_lookup_elem(in, &zero) : 0;
	if (value)
		*value = e.length;
	if (e.length > limit)
		bpf_tail_call(ctx, &jumps, 1);
	return XDP_PASS;
}
