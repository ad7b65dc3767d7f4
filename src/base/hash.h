/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Hash table from byte-string keys to u64 values. Keys are borrowed: they must outlive the table.
 * Not for BPF maps (src/map has its own), but for names, labels and indexes.
 */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include "base/types.h"

struct hash {
	struct hash_slot *slots;
	u32 len, cap; /* cap is 0 or a power of two */
};

/* 64-bit hash of bytes; the same on every machine of the same byte order. */
u64 hash_bytes(const void *data, size_t len, u64 seed);

/* Insert or replace. 0, or -ENOMEM. */
int hash_set(struct hash *h, const void *key, size_t len, u64 value);
/* A pointer to the value, valid until the next hash_set, or NULL. */
u64 *hash_get(const struct hash *h, const void *key, size_t len);
int hash_set_str(struct hash *h, const char *key, u64 value);
u64 *hash_get_str(const struct hash *h, const char *key);
void hash_fini(struct hash *h);

#endif
