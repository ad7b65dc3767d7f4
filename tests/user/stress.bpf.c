// SPDX-License-Identifier: BSD-2-Clause
/* What threads run while units come and go: maps, callbacks and a tail call. `version` is the
 * unit's; a result other than it is a mistake. */
#include <skep/bpf.h>

enum { KEYS = 64, LOOPS = 4 };

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 2);
	__type(key, __u32);
	__type(value, __u64);
} numbers SEC(".maps"); /* the version; how many runs there were */

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 8);
	__type(key, __u32);
	__type(value, __u64);
} own SEC(".maps"); /* per thread */

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} shared SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, __u64);
	__type(value, __u64);
} flows SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 32);
	__type(key, __u32);
	__type(value, __u64);
} recent SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} events SEC(".maps");

SEC("xdp")
int last(struct xdp_md *ctx)
{
	__u32 key = 0;
	__u64 *version = bpf_map_lookup_elem(&numbers, &key);

	return version ? *version : 0;
}

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 1);
	__uint(key_size, 4);
	__array(values, int(struct xdp_md *ctx));
} next SEC(".maps") = { .values = { [0] = last } };

static long step(__u32 i, __u64 *sum)
{
	*sum += i;
	return 0;
}

SEC("xdp")
int first(struct xdp_md *ctx)
{
	__u8 *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	__u32 zero = 0, one = 1, thread, any;
	__u64 key, sum = 0, *count, *mine, *found;

	if (data + 1 > end)
		return 0;
	thread = data[0]; /* nobody else has this number */
	count = bpf_map_lookup_elem(&numbers, &one);
	mine = bpf_map_lookup_elem(&own, &thread);
	found = bpf_map_lookup_elem(&shared, &zero);
	if (!count || !mine || !found)
		return 0;
	__sync_fetch_and_add(count, 1);
	__sync_fetch_and_add(found, 1);
	*mine += 1;
	key = (__u64)thread << 32 | (*mine % KEYS);
	if (bpf_map_update_elem(&flows, &key, mine, BPF_ANY))
		return 0;
	found = bpf_map_lookup_elem(&flows, &key);
	if (!found || *found != *mine)
		return 0;
	if (*mine % 3 == 0 && bpf_map_delete_elem(&flows, &key))
		return 0;
	any = bpf_get_prandom_u32() % KEYS;
	bpf_map_update_elem(&recent, &any, mine, BPF_ANY);
	bpf_ringbuf_output(&events, mine, sizeof(*mine), 0);
	bpf_loop(LOOPS, step, &sum, 0);
	if (sum != LOOPS * (LOOPS - 1) / 2)
		return 0;
	bpf_tail_call(ctx, &next, 0);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
