// SPDX-License-Identifier: BSD-2-Clause
/* How much work programs with callbacks, iterators and bounded loops are: see effort.s. */
#include "cases.h"

struct bpf_iter_num {
	__u64 opaque[1];
} __attribute__((aligned(8)));

extern int bpf_iter_num_new(struct bpf_iter_num *it, int start, int end) __ksym;
extern int *bpf_iter_num_next(struct bpf_iter_num *it) __ksym;
extern void bpf_iter_num_destroy(struct bpf_iter_num *it) __ksym;

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 16);
	__type(key, u32);
	__type(value, u64);
} counts SEC(".maps");

char table[256];

struct sum {
	u64 total, index;
};

static long add(u32 i, struct sum *s)
{
	s->total += i;
	s->index = i & 15;
	return 0;
}

static long add_until(u32 i, struct sum *s)
{
	s->total += i;
	return s->total > 100;
}

static long nested(u32 i, struct sum *s)
{
	bpf_loop(10, add, s, 0);
	return 0;
}

SEC("tc")
int accept_loop_callback(struct __sk_buff *skb)
{
	struct sum s = {};

	bpf_loop(100, add, &s, 0);
	return s.total;
}

SEC("tc")
int accept_loop_callback_that_stops(struct __sk_buff *skb)
{
	struct sum s = {};

	bpf_loop(skb->len, add_until, &s, 0);
	return s.total;
}

SEC("tc")
int accept_loop_callback_nested(struct __sk_buff *skb)
{
	struct sum s = {};

	bpf_loop(100, nested, &s, 0);
	return s.total;
}

SEC("tc")
int accept_index_checked_after_callback(struct __sk_buff *skb)
{
	struct sum s = {};

	bpf_loop(100, add, &s, 0);
	if (s.total < sizeof(table))
		return table[s.total];
	return 0;
}

SEC("tc")
int reject_index_from_callback(struct __sk_buff *skb)
{
	struct sum s = {};

	bpf_loop(100, add, &s, 0);
	return table[s.total];
}

SEC("tc")
int reject_small_index_made_large_by_callback(struct __sk_buff *skb)
{
	volatile struct sum s = { .index = 1 };

	bpf_loop(300, add_until, (void *)&s, 0);
	return table[s.total & 0x1ff];
}

static long each(void *map, u32 *key, u64 *value, struct sum *s)
{
	s->total += *value;
	*value += 1;
	return 0;
}

SEC("tc")
int accept_for_each_element(struct __sk_buff *skb)
{
	struct sum s = {};

	bpf_for_each_map_elem(&counts, each, &s, 0);
	return s.total;
}

SEC("tc")
int accept_numbers_iterated(struct __sk_buff *skb)
{
	struct bpf_iter_num it;
	int *v, total = 0;

	bpf_iter_num_new(&it, 0, 1000);
	while ((v = bpf_iter_num_next(&it)))
		total += *v;
	bpf_iter_num_destroy(&it);
	return total;
}

SEC("tc")
int accept_numbers_iterated_as_index(struct __sk_buff *skb)
{
	struct bpf_iter_num it;
	int *v, total = 0;

	bpf_iter_num_new(&it, 0, 1000);
	while ((v = bpf_iter_num_next(&it))) {
		if (*v < 0 || *v >= (int)sizeof(table))
			continue;
		total += table[*v];
		if (total > 1000)
			break;
	}
	bpf_iter_num_destroy(&it);
	return total;
}

SEC("tc")
int accept_numbers_iterated_nested(struct __sk_buff *skb)
{
	struct bpf_iter_num outer, inner;
	int *v, *w, total = 0;

	bpf_iter_num_new(&outer, 0, 10);
	while ((v = bpf_iter_num_next(&outer))) {
		bpf_iter_num_new(&inner, 0, *v);
		while ((w = bpf_iter_num_next(&inner)))
			total += *w;
		bpf_iter_num_destroy(&inner);
	}
	bpf_iter_num_destroy(&outer);
	return total;
}

SEC("tc")
int reject_counter_beside_iterator_as_index(struct __sk_buff *skb)
{
	struct bpf_iter_num it;
	int total = 0;
	u32 i = 0;

	bpf_iter_num_new(&it, 0, 1000);
	while (bpf_iter_num_next(&it)) {
		total += *(volatile char *)&table[i];
		i++;
	}
	bpf_iter_num_destroy(&it);
	return total;
}

SEC("tc")
int accept_bytes_summed(struct __sk_buff *skb)
{
	u8 *data = (u8 *)(long)skb->data, *end = (u8 *)(long)skb->data_end;
	u32 sum = 0;

	for (u32 i = 0; i < 200; i++) {
		if (data + i + 1 > end)
			break;
		sum += data[i];
	}
	return sum;
}

SEC("tc")
int accept_headers_skipped(struct __sk_buff *skb)
{
	u8 *p = (u8 *)(long)skb->data, *end = (u8 *)(long)skb->data_end;

#pragma clang loop unroll(disable)
	for (u32 i = 0; i < 8; i++) {
		if (p + 4 > end)
			return 0;
		if (p[0] == 59)
			return 1;
		p += (p[1] & 15) + 4;
	}
	return 2;
}

static __attribute__((noinline)) u32 mix(u32 a, u32 b)
{
	if (a > b)
		return a * 3 + b;
	return b ^ (a << 3);
}

SEC("tc")
int accept_functions_in_a_row(struct __sk_buff *skb)
{
	u32 x = skb->len;

	for (u32 i = 0; i < 24; i++)
		x = mix(x, i);
	return table[x & 255];
}
