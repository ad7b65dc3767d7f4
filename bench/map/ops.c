// SPDX-License-Identifier: BSD-2-Clause
/* One operation of a map 128 times a run, at keys in a random order. Globals say how many keys. */
#include <skep/bpf.h>
#include <skep/bpf_helpers.h>

#define OPS 128

char LICENSE[] SEC("license") = "GPL";

const volatile __u32 key_mask = 0x3fff; /* keys - 1 */

#define MAP(name_, type_, key_, flags_)                                                            \
	struct {                                                                                   \
		__uint(type, type_);                                                               \
		__type(key, key_);                                                                 \
		__type(value, __u64);                                                              \
		__uint(max_entries, 0x4000);                                                       \
		__uint(map_flags, flags_);                                                         \
	} name_ SEC(".maps")

struct prefix {
	__u32 len, addr;
};

MAP(hash, BPF_MAP_TYPE_HASH, __u32, 0);
MAP(lru, BPF_MAP_TYPE_LRU_HASH, __u32, 0);
MAP(lpm, BPF_MAP_TYPE_LPM_TRIE, struct prefix, BPF_F_NO_PREALLOC);
MAP(array, BPF_MAP_TYPE_ARRAY, __u32, 0);
MAP(percpu_hash, BPF_MAP_TYPE_PERCPU_HASH, __u32, 0);
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1 << 22);
} ring SEC(".maps");

static __always_inline __u32 number(__u32 start, __u32 i)
{
	return (start + i * 40503) & key_mask;
}

static __always_inline struct prefix prefix_of(__u32 n)
{
	return (struct prefix){ 32, n * 2654435761u };
}

#define GET(name)                                                                                  \
	SEC("xdp") int name##_get(void *ctx)                                                       \
	{                                                                                          \
		__u32 start = bpf_get_prandom_u32(), sum = 0;                                      \
                                                                                                   \
		for (__u32 i = 0; i < OPS; i++) {                                                  \
			__u32 key = number(start, i);                                              \
			__u64 *value = bpf_map_lookup_elem(&name, &key);                           \
                                                                                                   \
			if (value)                                                                 \
				sum += *value;                                                     \
		}                                                                                  \
		return sum;                                                                        \
	}
#define PUT(name, keys)                                                                            \
	SEC("xdp") int name##_##keys(void *ctx)                                                    \
	{                                                                                          \
		__u32 start = bpf_get_prandom_u32(), bad = 0;                                      \
                                                                                                   \
		for (__u32 i = 0; i < OPS; i++) {                                                  \
			__u32 key = keys(start, i);                                                \
			__u64 value = 1;                                                           \
                                                                                                   \
			bad += !!bpf_map_update_elem(&name, &key, &value, 0);                      \
		}                                                                                  \
		return OPS - bad;                                                                  \
	}
#define put		number
#define evict(start, i) ((start) + (i))
#define DEL(name)                                                                                  \
	SEC("xdp") int name##_del(void *ctx)                                                       \
	{                                                                                          \
		__u32 start = bpf_get_prandom_u32(), bad = 0;                                      \
                                                                                                   \
		for (__u32 i = 0; i < OPS; i++) {                                                  \
			__u32 key = number(start, i);                                              \
			__u64 value = 1;                                                           \
                                                                                                   \
			bad += !!bpf_map_delete_elem(&name, &key);                                 \
			bpf_map_update_elem(&name, &key, &value, 0);                               \
		}                                                                                  \
		return OPS - bad;                                                                  \
	}

GET(hash)
PUT(hash, put)
DEL(hash)
GET(lru)
PUT(lru, put)
PUT(lru, evict)
DEL(lru)
GET(array)
PUT(array, put)
GET(percpu_hash)
PUT(percpu_hash, put)
DEL(percpu_hash)

SEC("xdp") int lpm_get(void *ctx)
{
	__u32 start = bpf_get_prandom_u32(), sum = 0;

	for (__u32 i = 0; i < OPS; i++) {
		struct prefix key = prefix_of(number(start, i));
		__u64 *value = bpf_map_lookup_elem(&lpm, &key);

		if (value)
			sum += *value;
	}
	return sum;
}

SEC("xdp") int lpm_put(void *ctx)
{
	__u32 start = bpf_get_prandom_u32(), bad = 0;

	for (__u32 i = 0; i < OPS; i++) {
		struct prefix key = prefix_of(number(start, i));
		__u64 value = 1;

		bad += !!bpf_map_update_elem(&lpm, &key, &value, 0);
	}
	return OPS - bad;
}

SEC("xdp") int lpm_del(void *ctx)
{
	__u32 start = bpf_get_prandom_u32(), bad = 0;

	for (__u32 i = 0; i < OPS; i++) {
		struct prefix key = prefix_of(number(start, i));
		__u64 value = 1;

		bad += !!bpf_map_delete_elem(&lpm, &key);
		bpf_map_update_elem(&lpm, &key, &value, 0);
	}
	return OPS - bad;
}

SEC("xdp") int ring_output(void *ctx)
{
	__u64 record[2] = { 1, 2 };
	__u32 bad = 0;

	for (__u32 i = 0; i < OPS; i++)
		bad += !!bpf_ringbuf_output(&ring, record, sizeof(record), BPF_RB_NO_WAKEUP);
	return OPS - bad;
}

SEC("xdp") int ring_reserve(void *ctx)
{
	__u32 done = 0;

	for (__u32 i = 0; i < OPS; i++) {
		__u64 *record = bpf_ringbuf_reserve(&ring, 16, 0);

		if (!record)
			continue;
		record[0] = i;
		record[1] = 2;
		bpf_ringbuf_submit(record, BPF_RB_NO_WAKEUP);
		done++;
	}
	return done;
}
