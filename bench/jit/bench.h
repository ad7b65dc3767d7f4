/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One source, two compilers: as BPF programs (clang -target bpf) and as functions of the benchmark
 * (gcc -O2). A program is PROGRAM(name) { … } over packet bytes [P, E); its result is returned.
 */
#ifndef BENCH_JIT_BENCH_H
#define BENCH_JIT_BENCH_H

#ifdef __bpf__

#include <skep/bpf.h>

#define PROGRAM(name)                                                                              \
	static __always_inline __u32 name##_body(__u8 *P, __u8 *E);                                \
	SEC("xdp") int name(struct xdp_md *ctx)                                                    \
	{                                                                                          \
		return (int)name##_body((void *)(long)ctx->data, (void *)(long)ctx->data_end);     \
	}                                                                                          \
	static __always_inline __u32 name##_body(__u8 *P, __u8 *E)
#define MAP(name, map_type, entries, key_type, value_type)                                         \
	struct {                                                                                   \
		__uint(type, BPF_MAP_TYPE_##map_type);                                             \
		__uint(max_entries, entries);                                                      \
		__type(key, key_type);                                                             \
		__type(value, value_type);                                                         \
	} name SEC(".maps")
#define TRIE(name, entries, key_type, value_type)                                                  \
	struct {                                                                                   \
		__uint(type, BPF_MAP_TYPE_LPM_TRIE);                                               \
		__uint(map_flags, BPF_F_NO_PREALLOC);                                              \
		__uint(max_entries, entries);                                                      \
		__type(key, key_type);                                                             \
		__type(value, value_type);                                                         \
	} name SEC(".maps")
#define RING(name, bytes)                                                                          \
	struct {                                                                                   \
		__uint(type, BPF_MAP_TYPE_RINGBUF);                                                \
		__uint(max_entries, bytes);                                                        \
	} name SEC(".maps")

#else

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint8_t __u8;
typedef uint16_t __u16, __be16;
typedef uint32_t __u32, __be32;
typedef uint64_t __u64;
typedef int32_t __s32;

#define PROGRAM(name)                                                                              \
	__u32 native_##name(__u8 *P, __u8 *E);                                                     \
	__u32 native_##name(__u8 *P, __u8 *E)
#undef __always_inline
#define __noinline					   __attribute__((noinline))
#define __always_inline					   inline __attribute__((always_inline))

/* Maps are skep's own; bench_jit makes them and sets these. */
struct map;
#define MAP(name, map_type, entries, key_type, value_type) struct map *name
#define TRIE(name, entries, key_type, value_type)	   struct map *name
#define RING(name, bytes)				   struct map *name

void *bench_lookup(struct map *m, const void *key);
long bench_update(struct map *m, const void *key, const void *value, __u64 flags);
long bench_output(struct map *m, const void *data, __u64 size);
__u32 bench_cpu(void);
#define bpf_map_lookup_elem(m, key)			   bench_lookup(*(m), key)
#define bpf_map_update_elem(m, key, value, flags)	   bench_update(*(m), key, value, flags)
#define bpf_ringbuf_output(m, data, size, flags)	   bench_output(*(m), data, size)
#define bpf_get_smp_processor_id()			   bench_cpu()
static inline long bpf_loop(__u32 rounds, void *fn, void *arg, __u64 flags)
{
	long (*call)(__u32 index, void *arg) = (long (*)(__u32, void *))fn;
	__u32 i;

	for (i = 0; i < rounds; i++) {
		if (call(i, arg))
			return i + 1;
	}
	return i;
}
#define BPF_ANY						   0
#define BPF_RB_NO_WAKEUP				   1
#endif

#define NET16(x)    __builtin_bswap16(x)
#define NET32(x)    __builtin_bswap32(x)
#define ROL32(x, n) ((x) << (n) | (x) >> (32 - (n)))
#define ROL64(x, n) ((x) << (n) | (x) >> (64 - (n)))
#define U16(p)	    (*(__u16 *)(p))
#define U32(p)	    (*(__u32 *)(p))
#define U64(p)	    (*(__u64 *)(p))

/* The packet: Ethernet, IPv4, TCP, then bytes; PACKET in all. */
enum { PACKET = 1514, IP = 14, TCP = 34, PAYLOAD = 54 };

#endif
