/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * User ring buffer: the embedding program is the one producer, programs drain it. Records are as
 * in a ring buffer: a head of 8 bytes, then the bytes, padded to 8. Source: bpf-helpers(7),
 * bpf_user_ringbuf_drain; libbpf's user_ring_buffer for the producer's side.
 */
#ifndef MAP_URING_H
#define MAP_URING_H

#include "map/map.h"

enum { URING_BATCH = 128 << 10 }; /* records at most that one drain takes */

/* Producer: size bytes for a record; NULL and *err: -E2BIG never fits, -ENOSPC not now. */
void *uring_reserve(struct map *m, u32 size, int *err);
void uring_commit(struct map *m, void *record, bool discard);

/*
 * Consumer, between a uring_begin that gave 0 (-EBUSY: another thread drains) and uring_end.
 * uring_peek: 0 and the oldest record; -ENODATA: none is ready; -EAGAIN: one was skipped that the
 * producer discarded; -EINVAL, -E2BIG: the producer damaged the ring. uring_release passes it.
 */
int uring_begin(struct map *m);
void uring_end(struct map *m);
int uring_peek(struct map *m, void **data, u32 *len);
void uring_release(struct map *m, u32 len);

#endif
