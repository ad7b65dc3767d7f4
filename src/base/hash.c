// SPDX-License-Identifier: BSD-2-Clause
#include "base/hash.h"

#include <errno.h>
#include <stdlib.h>

struct hash_slot {
	const void *key; /* NULL: empty */
	size_t len;
	u64 hash, value;
};

static u64 mix(u64 x)
{
	x ^= x >> 32;
	x *= 0xe9846af9b1a615dULL;
	x ^= x >> 32;
	x *= 0xe9846af9b1a615dULL;
	x ^= x >> 28;
	return x;
}

u64 hash_bytes(const void *data, size_t len, u64 seed)
{
	const u8 *p = data;
	u64 h = seed ^ (len * 0x9e3779b97f4a7c15ULL), tail = 0;

	for (; len >= 8; p += 8, len -= 8)
		h = mix(h ^ LOAD(u64, p));
	if (len) {
		memcpy(&tail, p, len);
		h = mix(h ^ tail);
	}
	return mix(h);
}

/* The slot of the key, or the empty one where it belongs. cap > len, so one is always empty. */
static struct hash_slot *slot_find(const struct hash *h, const void *key, size_t len, u64 hash)
{
	u32 i = (u32)hash & (h->cap - 1);

	for (;; i = (i + 1) & (h->cap - 1)) {
		struct hash_slot *s = &h->slots[i];

		if (!s->key ||
		    (s->hash == hash && s->len == len && (!len || !memcmp(s->key, key, len))))
			return s;
	}
}

static int hash_grow(struct hash *h)
{
	struct hash bigger = { .cap = MAX(h->cap * 2, 16u) };

	if (h->cap > UINT32_MAX / 2)
		return -ENOMEM;
	bigger.slots = calloc(bigger.cap, sizeof(*bigger.slots));
	if (!bigger.slots)
		return -ENOMEM;
	for (u32 i = 0; i < h->cap; i++) {
		const struct hash_slot *s = &h->slots[i];

		if (s->key)
			*slot_find(&bigger, s->key, s->len, s->hash) = *s;
	}
	bigger.len = h->len;
	free(h->slots);
	*h = bigger;
	return 0;
}

int hash_set(struct hash *h, const void *key, size_t len, u64 value)
{
	u64 hash = hash_bytes(key, len, 0);
	struct hash_slot *s;

	if (h->len >= h->cap / 4 * 3) {
		int err = hash_grow(h);

		if (err)
			return err;
	}
	s = slot_find(h, key, len, hash);
	if (!s->key)
		h->len++;
	*s = (struct hash_slot){ key, len, hash, value };
	return 0;
}

u64 *hash_get(const struct hash *h, const void *key, size_t len)
{
	struct hash_slot *s;

	if (!h->cap)
		return NULL;
	s = slot_find(h, key, len, hash_bytes(key, len, 0));
	return s->key ? &s->value : NULL;
}

int hash_set_str(struct hash *h, const char *key, u64 value)
{
	return hash_set(h, key, strlen(key), value);
}

u64 *hash_get_str(const struct hash *h, const char *key)
{
	return hash_get(h, key, strlen(key));
}

void hash_fini(struct hash *h)
{
	free(h->slots);
	*h = (struct hash){ 0 };
}
