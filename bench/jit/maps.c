// SPDX-License-Identifier: BSD-2-Clause
/* Look-ups and updates; the results do not depend on what earlier runs have left in the maps. */
#include "bench.h"

struct tuple {
	__u32 src, dst;
	__u16 sport, dport;
	__u32 proto;
};
struct rule {
	__u32 verdict, unused;
	__u64 hits;
};
struct backend {
	__u32 addr, weight;
};
struct prefix {
	__u32 len, addr;
};
struct event {
	__u64 at;
	struct tuple flow;
	__u8 bytes[40];
};

MAP(counts, ARRAY, 256, __u32, __u64);
MAP(numbers, HASH, 1024, __u32, __u64);
MAP(percpu, PERCPU_ARRAY, 16, __u32, __u64);
MAP(rules, HASH, 1024, struct tuple, struct rule);
MAP(backends, ARRAY, 16, __u32, struct backend);
MAP(flows, LRU_HASH, 1024, struct tuple, struct backend);
TRIE(routes, 64, struct prefix, __u32);
MAP(histogram, ARRAY, 64, __u32, __u64);
RING(events, 16777216);

PROGRAM(array_loop)
{
	__u32 i, found = 0;

	if (P + PACKET > E)
		return 0;
	for (i = 0; i < 64; i++) {
		__u32 key = P[PAYLOAD + i];
		__u64 *n = bpf_map_lookup_elem(&counts, &key);

		if (n) {
			*n += i;
			found++;
		}
	}
	return found;
}

/* Half of the keys are there. */
PROGRAM(hash_loop)
{
	__u32 i, found = 0;

	if (P + PACKET > E)
		return 0;
	for (i = 0; i < 64; i++) {
		__u32 key = P[PAYLOAD + i];
		__u64 *n = bpf_map_lookup_elem(&numbers, &key);

		if (n) {
			*n += i;
			found += key;
		}
	}
	return found;
}

PROGRAM(percpu_counters)
{
	__u32 i, key, sum = 0;

	if (P + PACKET > E)
		return 0;
	for (i = 0; i < 16; i++) {
		__u64 *n;

		key = P[PAYLOAD + i] & 15;
		n = bpf_map_lookup_elem(&percpu, &key);
		if (n) {
			*n += 1;
			sum += key;
		}
	}
	return sum + bpf_get_smp_processor_id() * 0;
}

static __always_inline void tuple_of(struct tuple *t, const __u8 *P)
{
	t->src = U32(P + IP + 12);
	t->dst = U32(P + IP + 16);
	t->sport = U16(P + TCP);
	t->dport = U16(P + TCP + 2);
	t->proto = P[IP + 9];
}

PROGRAM(firewall)
{
	struct tuple t;
	struct rule *r;

	if (P + PAYLOAD > E || U16(P + 12) != NET16(0x0800) || P[IP] != 0x45)
		return 2;
	if (P[IP + 9] != 6 && P[IP + 9] != 17)
		return 2;
	tuple_of(&t, P);
	r = bpf_map_lookup_elem(&rules, &t);
	if (!r) {
		t.sport = 0;
		r = bpf_map_lookup_elem(&rules, &t);
	}
	if (!r)
		return 2;
	__sync_fetch_and_add(&r->hits, 1);
	return r->verdict;
}

/* Addresses are rewritten, the IPv4 checksum with them; the second run finds its flow. */
PROGRAM(balancer)
{
	struct tuple t;
	struct backend *b;
	__u32 key, sum, hash;

	if (P + PAYLOAD > E || U16(P + 12) != NET16(0x0800) || P[IP] != 0x45 || P[IP + 9] != 6)
		return 2;
	tuple_of(&t, P);
	t.dst = 0; /* it is another one when the same packet comes again */
	b = bpf_map_lookup_elem(&flows, &t);
	if (!b) {
		hash = t.src * 0x9e3779b1 ^ (t.sport << 16 | t.dport);
		key = (hash ^ hash >> 15) & 15;
		b = bpf_map_lookup_elem(&backends, &key);
		if (!b)
			return 1;
		bpf_map_update_elem(&flows, &t, b, BPF_ANY);
	}
	sum = (__u16)~U16(P + IP + 10);
	sum += (__u16)~U16(P + IP + 16) + (__u16)~U16(P + IP + 18);
	sum += (b->addr & 0xffff) + (b->addr >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	U16(P + IP + 10) = (__u16)~sum;
	U32(P + IP + 16) = b->addr;
	return 3;
}

PROGRAM(lpm)
{
	__u32 i, sum = 0;

	if (P + PACKET > E)
		return 0;
	for (i = 0; i < 8; i++) {
		struct prefix p = { 32, U32(P + PAYLOAD + 160 + i * 20 + 16) };
		__u32 *via = bpf_map_lookup_elem(&routes, &p);

		sum = sum * 31 + (via ? *via : 0);
	}
	return sum;
}

PROGRAM(ring_output)
{
	struct event e = { 0 };

	if (P + PACKET > E)
		return 0;
	e.at = P[PAYLOAD];
	tuple_of(&e.flow, P);
	__builtin_memcpy(e.bytes, P + PAYLOAD, sizeof(e.bytes));
	return bpf_ringbuf_output(&events, &e, sizeof(e), BPF_RB_NO_WAKEUP) ? 0 : 1;
}

static __always_inline __u32 log2_of(__u64 v)
{
	__u32 r = 0;

	if (v >> 32)
		r += 32, v >>= 32;
	if (v >> 16)
		r += 16, v >>= 16;
	if (v >> 8)
		r += 8, v >>= 8;
	if (v >> 4)
		r += 4, v >>= 4;
	if (v >> 2)
		r += 2, v >>= 2;
	return r + (__u32)(v >> 1 & 1);
}

/* hist(): powers of two counted, by hand as bpftrace does. */
PROGRAM(histogram_log2)
{
	__u32 i, key, sum = 0;

	if (P + PACKET > E)
		return 0;
	for (i = 0; i < 128; i += 8) {
		__u64 *n;

		key = log2_of(U64(P + PAYLOAD + i) >> (P[PAYLOAD + i] & 31));
		n = bpf_map_lookup_elem(&histogram, &key);
		if (n)
			__sync_fetch_and_add(n, 1);
		sum += key;
	}
	return sum;
}
