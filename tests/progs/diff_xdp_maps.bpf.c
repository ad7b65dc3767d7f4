// SPDX-License-Identifier: BSD-2-Clause
/* XDP programs that use each family of maps, tail calls, callbacks and globals. */
#include "diff.h"

struct prefix {
	__u32 len;
	__u8 addr[4];
};

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(max_entries, 64);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct prefix);
	__type(value, __u32);
} routes SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 100000);
	__type(key, __u32);
	__type(value, __u64);
} recent SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_QUEUE);
	__uint(max_entries, 16);
	__uint(value_size, 4);
} fifo SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_STACK);
	__uint(max_entries, 16);
	__uint(value_size, 4);
} lifo SEC(".maps");

struct locked {
	struct bpf_spin_lock lock;
	__u32 packets;
	__u64 bytes;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 4);
	__type(key, __u32);
	__type(value, struct locked);
} guarded SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__type(key, __u32);
	__type(value, __u64);
} small SEC(".maps");

struct inner {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 8);
	__type(key, __u32);
	__type(value, __u64);
};

struct inner inner_a SEC(".maps"), inner_b SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 3);
	__type(key, __u32);
	__array(values, struct inner);
} outer SEC(".maps") = {
	.values = { &inner_a, 0, &inner_b },
};

int tail_low(struct xdp_md *ctx);
int tail_high(struct xdp_md *ctx);

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 3);
	__uint(key_size, 4);
	__array(values, int(void *));
} jumps SEC(".maps") = {
	.values = { (void *)&tail_low, 0, (void *)&tail_high },
};

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1 << 20);
} events SEC(".maps");

const volatile __u32 modulus = 7;
__u64 seen;
__u32 last_len = 5;
static __u64 table[16];

static __u32 source(struct xdp_md *ctx)
{
	struct eth *eth = START(ctx);
	struct ip4 *ip = (void *)(eth + 1);

	if ((void *)(ip + 1) > END(ctx) || eth->proto != NET16(ETH_IP4))
		return 0;
	return ip->src;
}

SEC("xdp")
int longest_prefix(struct xdp_md *ctx)
{
	struct prefix key = { .len = 32 };
	__u32 addr = source(ctx), *verdict, value;

	__builtin_memcpy(key.addr, &addr, 4);
	verdict = bpf_map_lookup_elem(&routes, &key);
	if (verdict)
		return (int)*verdict;
	key.len = 8 + addr % 17;
	value = key.len;
	return bpf_map_update_elem(&routes, &key, &value, BPF_ANY) ? 100 : 101;
}

SEC("xdp")
int recently_seen(struct xdp_md *ctx)
{
	__u32 addr = source(ctx);
	__u64 one = 1, *n = bpf_map_lookup_elem(&recent, &addr);

	if (!n)
		return bpf_map_update_elem(&recent, &addr, &one, BPF_NOEXIST);
	*n += 1;
	return (int)*n;
}

SEC("xdp")
int push_pop(struct xdp_md *ctx)
{
	__u32 len = (__u32)(END(ctx) - START(ctx)), a = 0, b = 0, c = 0;
	long err = bpf_map_push_elem(&fifo, &len, len & 1 ? BPF_EXIST : BPF_ANY);

	err = err * 2 + bpf_map_push_elem(&lifo, &len, BPF_ANY);
	bpf_map_peek_elem(&lifo, &a);
	if (len % 3 == 0)
		bpf_map_pop_elem(&fifo, &b);
	if (len % 5 == 0)
		bpf_map_pop_elem(&lifo, &c);
	return (int)(a + b * 3 + c * 5 + (__u32)err * 7);
}

SEC("xdp")
int under_lock(struct xdp_md *ctx)
{
	__u32 key = (__u32)(END(ctx) - START(ctx)) % 5;
	struct locked *v = bpf_map_lookup_elem(&guarded, &key);

	if (!v)
		return XDP_DROP;
	bpf_spin_lock(&v->lock);
	v->packets++;
	v->bytes += (__u64)(END(ctx) - START(ctx));
	bpf_spin_unlock(&v->lock);
	return XDP_PASS;
}

static long sum_values(void *map, const void *key, void *value, void *arg)
{
	__u64 *sum = arg;

	*sum += *(__u64 *)value + *(__u32 *)key;
	return 0;
}

SEC("xdp")
int each_element(struct xdp_md *ctx)
{
	__u32 key = (__u32)(END(ctx) - START(ctx)) % 97;
	__u64 value = key, sum = 0;
	long n;

	bpf_map_update_elem(&small, &key, &value, BPF_ANY); /* full after a while: E2BIG */
	n = bpf_for_each_map_elem(&small, sum_values, &sum, 0);
	return (int)(sum * 64 + (__u64)n);
}

static long step(__u32 i, void *arg)
{
	__u64 *x = arg;

	*x = *x * 6364136223846793005ULL + i;
	return *x >> 60 == 0;
}

SEC("xdp")
int loops(struct xdp_md *ctx)
{
	__u64 x = (__u64)(END(ctx) - START(ctx));
	long n = bpf_loop(100, step, &x, 0);

	return (int)((x >> 33) ^ (__u64)n);
}

SEC("xdp")
int map_in_map(struct xdp_md *ctx)
{
	__u32 len = (__u32)(END(ctx) - START(ctx)), which = len % 4, slot = len % 9;
	void *inner = bpf_map_lookup_elem(&outer, &which);
	__u64 *n;

	if (!inner)
		return 50 + (int)which;
	n = bpf_map_lookup_elem(inner, &slot);
	if (!n)
		return 60;
	return (int)__sync_fetch_and_add(n, len);
}

SEC("xdp")
int tail_low(struct xdp_md *ctx)
{
	return 1000 + (int)(seen % 5);
}

SEC("xdp")
int tail_high(struct xdp_md *ctx)
{
	bpf_tail_call(ctx, &jumps, 2); /* itself, until the limit */
	return 2000;
}

SEC("xdp")
int tail_root(struct xdp_md *ctx)
{
	__u32 len = (__u32)(END(ctx) - START(ctx));

	bpf_tail_call(ctx, &jumps, len % 5);
	return 3000;
}

SEC("xdp")
int globals(struct xdp_md *ctx)
{
	__u32 len = (__u32)(END(ctx) - START(ctx));

	seen += len % modulus;
	table[len & 15] += last_len;
	last_len = len;
	return (int)(seen + table[(len >> 4) & 15]);
}

SEC("xdp")
int atomics(struct xdp_md *ctx)
{
	__u64 len = (__u64)(END(ctx) - START(ctx)), old;

	old = __sync_fetch_and_add(&table[0], len);
	old ^= __sync_fetch_and_or(&table[1], len);
	old += __sync_fetch_and_and(&table[2], ~len);
	old ^= __sync_fetch_and_xor(&table[3], len);
	old += __sync_lock_test_and_set(&table[4], len);
	old += __sync_val_compare_and_swap(&table[5], table[5], len);
	return (int)(old & 0x7fffffff);
}

struct event {
	__u32 len, proto;
	__u8 head[16];
};

SEC("xdp")
int records(struct xdp_md *ctx)
{
	struct event *e = bpf_ringbuf_reserve(&events, sizeof(*e), 0);
	struct eth *eth = START(ctx);
	__u32 small_record = 7;

	if (!e)
		return 1;
	if ((void *)(eth + 1) + 2 > END(ctx)) {
		bpf_ringbuf_discard(e, 0);
		return 2;
	}
	e->len = (__u32)(END(ctx) - START(ctx));
	e->proto = eth->proto;
	__builtin_memcpy(e->head, eth, 16);
	bpf_ringbuf_submit(e, 0);
	if (eth->proto == NET16(ETH_IP6))
		return 10 +
		       (int)bpf_ringbuf_output(&events, &small_record, sizeof(small_record), 0);
	return 3;
}

SEC("xdp")
int text(struct xdp_md *ctx)
{
	static const char fmt[] = "%d|%u|%x|%s|%llx|%-5d|%05u|%c|%%";
	char out[64] = "", word[] = "abc";
	__u64 args[8];
	__u32 len = (__u32)(END(ctx) - START(ctx));
	long n;

	args[0] = (__u64) - (__s64)len;
	args[1] = len;
	args[2] = len * 77;
	args[3] = (__u64)word;
	args[4] = (__u64)len << 33;
	args[5] = len;
	args[6] = len;
	args[7] = 'x';
	n = bpf_snprintf(out, len % 64, fmt, args, sizeof(args));
	for (int i = 0; i < 64; i++)
		table[i & 15] = table[i & 15] * 31 + (__u8)out[i];
	return (int)n * 2 + (bpf_strncmp(out, 8, "-60|60|1") == 0);
}
