// SPDX-License-Identifier: BSD-2-Clause
/*
 * Longest-prefix match: a path-compressed binary trie under a table of its first levels. A key is
 * {u32 prefix length in bits, bytes in network order}; nodes keep the bytes as big-endian 64-bit
 * words, so that comparing is an xor and a count of leading zeros.
 *
 * The table has an entry for each value of a key's first `top_bits` bits: the best prefix that is
 * shorter than those, and where the others begin. A change of a prefix changes only entries
 * that the prefix covers: a fork that comes or goes above them is in no entry.
 *
 * Writers hold the map's lock and make `seq` odd meanwhile; readers walk without a lock and walk
 * again when seq moved. Every shared word is atomic, so a reader may see a mixture but never junk
 * links; it ends early when prefix lengths do not grow.
 */
#include <endian.h>
#include <errno.h>
#include <stdlib.h>

#include "map/guard.h"
#include "map/ops.h"
#include "map/slab.h"

enum { LPM_BYTES_MAX = 256, LPM_WORDS_MAX = LPM_BYTES_MAX / 8 };
#define NOT_LINKED UINT32_MAX
enum { TOP_BITS = 12, TOP_BITS_MANY = 16, MANY = 1024 }; /* prefixes */

struct lpm_node {
	u32 child[2]; /* links: 1 + eighth of the node's offset, 0: none */
	u32 plen;     /* bits; NOT_LINKED: on the free list */
	u32 live;     /* 0: only a fork of two children */
	u64 word[];   /* bits from plen on may be anything; then the value */
};

struct lpm_key {
	u32 plen;
	u64 word[LPM_WORDS_MAX];
};

/* An entry of the table: links, 0: none. One word, so that a reader gets both of one time. */
struct lpm_top {
	u32 best, below;
};

/* In the map's memory. */
struct lpm_state {
	u32 lock, seq;
	u32 root;	 /* link */
	u32 fresh, free; /* nodes never used; list of recycled ones, by child[0] */
	u32 used;	 /* live nodes */
};

struct lpm {
	struct slab slab;
	struct slab top_slab;
	/* For writers, by the same bits: a node on the way there. It may have gone or moved since,
	 * which its prefix tells. Each process has its own. */
	u32 *hints;
	u64 *top; /* 1 << top_bits of struct lpm_top; atomic */
	u32 top_bits;
	u32 stride, value_off, words, max_plen, count;
	u32 max; /* live nodes */
	struct lpm_state *state;
	struct slab state_slab;
};

static struct lpm_node *node_at(const struct lpm *t, u32 link)
{
	return (struct lpm_node *)(t->slab.data + (u64)(link - 1) * 8);
}

static int key_parse(const struct lpm *t, struct lpm_key *k, const void *key)
{
	u32 bytes = t->max_plen / 8;

	k->plen = LOAD(u32, key);
	if (k->plen > t->max_plen)
		return -EINVAL;
	if (bytes == 4) {
		k->word[0] = (u64)be32toh(LOAD(u32, (const u8 *)key + 4)) << 32;
		return 0;
	}
	k->word[t->words - 1] = 0;
	memcpy(k->word, (const u8 *)key + 4, bytes);
	for (u32 i = 0; i < t->words; i++)
		k->word[i] = be64toh(k->word[i]);
	return 0;
}

static u32 word_bit(u64 word, u32 bit)
{
	return word >> (63 - bit % 64) & 1;
}

/* The bit that follows a prefix of `bit` bits; 0 past the longest one, where nothing follows. */
static u32 key_bit(const struct lpm *t, const struct lpm_key *k, u32 bit)
{
	return bit < t->max_plen ? word_bit(k->word[bit / 64], bit) : 0;
}

static u32 node_bit(const struct lpm *t, const struct lpm_node *n, u32 bit)
{
	return bit < t->max_plen ? word_bit(LOAD_ACQUIRE(n->word[bit / 64]), bit) : 0;
}

static u64 prefix_mask(u32 plen)
{
	return plen ? ~(u64)0 << (64 - plen) : 0;
}

/* Leading bits that node and key share, at most the shorter prefix. */
static u32 common(const struct lpm_node *n, u32 node_plen, const struct lpm_key *k)
{
	u32 limit = MIN(node_plen, k->plen);

	for (u32 i = 0; i * 64 < limit; i++) {
		u64 diff = LOAD_ACQUIRE(n->word[i]) ^ k->word[i];

		if (diff)
			return MIN(limit, i * 64 + (u32)__builtin_clzll(diff));
	}
	return limit;
}

static u64 top_word(struct lpm_top e)
{
	return (u64)e.below << 32 | e.best;
}

/* Where a search for the key begins, and what is known by then. */
static struct lpm_top search_from(const struct lpm *t, const struct lpm_key *k)
{
	u64 word;

	if (k->plen < t->top_bits)
		return (struct lpm_top){ 0, LOAD_ACQUIRE(t->state->root) };
	word = LOAD_ACQUIRE(t->top[k->word[0] >> (64 - t->top_bits)]);
	return (struct lpm_top){ (u32)word, (u32)(word >> 32) };
}

/* The best node's link, 0: none; -1: the trie changed under way. Keys of one word. */
static s64 walk_word(const struct lpm *t, const struct lpm_key *k)
{
	struct lpm_top from = search_from(t, k);
	u32 link = from.below, best = from.best, steps = 0;
	u64 word = k->word[0];

	while (link) {
		const struct lpm_node *n = node_at(t, link);
		u32 plen = LOAD_ACQUIRE(n->plen);

		if (plen > k->plen || ((LOAD_ACQUIRE(n->word[0]) ^ word) & prefix_mask(plen)))
			break;
		best = LOAD_ACQUIRE(n->live) ? link : best;
		link = LOAD_ACQUIRE(n->child[plen < 64 ? word >> (63 - plen) & 1 : 0]);
		if (++steps > 65)
			return -1;
	}
	return best;
}

/* The same of any key. */
static s64 walk(const struct lpm *t, const struct lpm_key *k)
{
	struct lpm_top from = search_from(t, k);
	u32 link = from.below, best = from.best;
	s64 last = -1;

	while (link) {
		const struct lpm_node *n = node_at(t, link);
		u32 plen = LOAD_ACQUIRE(n->plen);

		if ((s64)plen <= last || plen > t->max_plen)
			return -1;
		if (common(n, plen, k) < plen)
			break;
		if (LOAD_ACQUIRE(n->live))
			best = link;
		if (plen >= k->plen)
			break;
		last = plen;
		link = LOAD_ACQUIRE(n->child[key_bit(t, k, plen)]);
	}
	return best;
}

static void *lpm_lookup(struct map *m, const void *key, u32 cpu)
{
	struct lpm *t = m->impl;
	struct lpm_key k;

	if (key_parse(t, &k, key))
		return NULL;
	for (u32 spins = 0;; spins++) {
		u32 seq = LOAD_ACQUIRE(t->state->seq);
		s64 link = seq & 1 ? -1 : t->words == 1 ? walk_word(t, &k) : walk(t, &k);

		if (link >= 0 && READ_ONCE(t->state->seq) == seq)
			return link ? (u8 *)node_at(t, (u32)link) + t->value_off : NULL;
		/* A writer that was killed leaves seq odd. */
		if (spins % 1024 == 1023 && guard_dead(m, READ_ONCE(t->state->lock)))
			guard_mend(m);
		lock_wait(spins);
	}
}

static u32 *hint_of(const struct lpm *t, const struct lpm_key *k)
{
	return &t->hints[k->word[0] >> (64 - t->top_bits)];
}

/* What the writer is about to walk through comes into the cache before the lock is taken. */
static void warm(const struct lpm *t, const struct lpm_key *k)
{
	u32 hint = k->plen >= t->top_bits ? READ_ONCE(*hint_of(t, k)) : 0;

	if (hint)
		__builtin_prefetch(node_at(t, hint));
	if (t->words == 1)
		walk_word(t, k);
	else
		walk(t, k);
}

static void write_begin(struct map *m, const struct lpm_key *k)
{
	struct lpm *t = m->impl;

	warm(t, k);
	guard_take(m, &t->state->lock);
	WRITE_ONCE(t->state->seq, t->state->seq + 1);
}

static void write_end(struct lpm *t)
{
	STORE_RELEASE(t->state->seq, t->state->seq + 1);
	lock_drop(&t->state->lock);
}

static u32 node_take(struct lpm *t)
{
	u32 link = t->state->free;

	if (link)
		t->state->free = READ_ONCE(node_at(t, link)->child[0]);
	else if (t->state->fresh < t->count)
		link = 1 + t->state->fresh++ * (t->stride / 8);
	return link;
}

static void node_drop(struct lpm *t, u32 link)
{
	STORE_RELEASE(node_at(t, link)->plen, NOT_LINKED);
	STORE_RELEASE(node_at(t, link)->child[0], t->state->free);
	t->state->free = link;
}

/* A node without children. The pool has room for every live node and its fork, so link is real. */
static u32 node_new(struct lpm *t, const struct lpm_key *k, u32 plen, bool live)
{
	u32 link = node_take(t);
	struct lpm_node *n;

	if (!link)
		return 0;
	n = node_at(t, link);
	STORE_RELEASE(n->child[0], 0);
	STORE_RELEASE(n->child[1], 0);
	STORE_RELEASE(n->plen, plen);
	STORE_RELEASE(n->live, live);
	for (u32 i = 0; i < t->words; i++)
		STORE_RELEASE(n->word[i], k->word[i]);
	return link;
}

/* Where in the trie a prefix is or belongs. */
struct place {
	u32 *at, link;		/* the word that links to `link`, which may be 0 */
	u32 *parent_at, parent; /* the same of the node above; 0: link is the root */
	u32 shared;		/* bits that link and the key share */
	bool exact;		/* link has the key's very prefix, live or not */
};

/* Writers: a node on the way from the root to the key's place, 0: begin at the root. */
static u32 hint_get(const struct lpm *t, const struct lpm_key *k)
{
	u32 link = k->plen >= t->top_bits ? *hint_of(t, k) : 0;
	const struct lpm_node *n;

	if (!link)
		return 0;
	n = node_at(t, link);
	return n->plen < t->top_bits && common(n, n->plen, k) == n->plen ? link : 0;
}

/* From the node `from`, 0: from the root. What is above that node is not in the answer. */
static struct place place_find(struct lpm *t, const struct lpm_key *k, u32 from)
{
	struct place p = { .at = &t->state->root };

	if (from) {
		p.parent = from;
		p.at = &node_at(t, from)->child[key_bit(t, k, node_at(t, from)->plen)];
	}
	while ((p.link = READ_ONCE(*p.at))) {
		struct lpm_node *n = node_at(t, p.link);

		p.shared = common(n, n->plen, k);
		p.exact = p.shared == n->plen && n->plen == k->plen;
		if (p.exact || p.shared < n->plen)
			break;
		/* One above: the node itself may be a fork that goes with the key. */
		if (n->plen < t->top_bits && k->plen >= t->top_bits)
			WRITE_ONCE(*hint_of(t, k), p.parent);
		p.parent_at = p.at;
		p.parent = p.link;
		p.at = &n->child[key_bit(t, k, n->plen)];
	}
	return p;
}

/* Link a new node in at its place; the pool's size guarantees nodes. */
static int node_link(struct lpm *t, const struct lpm_key *k, const struct place *p, u32 link)
{
	struct lpm_node *n = node_at(t, link), *old = p->link ? node_at(t, p->link) : NULL;
	u32 fork;

	if (!old) {
		STORE_RELEASE(*p->at, link);
	} else if (p->exact) {
		STORE_RELEASE(n->child[0], old->child[0]);
		STORE_RELEASE(n->child[1], old->child[1]);
		STORE_RELEASE(*p->at, link);
		node_drop(t, p->link);
	} else if (p->shared == k->plen) {
		STORE_RELEASE(n->child[node_bit(t, old, p->shared)], p->link);
		STORE_RELEASE(*p->at, link);
	} else {
		fork = node_new(t, k, p->shared, false);
		if (!fork)
			return -ENOMEM;
		STORE_RELEASE(node_at(t, fork)->child[node_bit(t, old, p->shared)], p->link);
		STORE_RELEASE(node_at(t, fork)->child[key_bit(t, k, p->shared)], link);
		STORE_RELEASE(*p->at, fork);
	}
	return 0;
}

/* ---- the table ---- */

static void top_set(struct lpm *t, u32 first, u32 end, struct lpm_top e)
{
	for (u32 i = first; i < end; i++)
		STORE_RELEASE(t->top[i], top_word(e));
}

/* Entries [first, end), which cover all of the trie below `link`; `best` is of what is above. */
static void top_fill(struct lpm *t, u32 first, u32 end, u32 link, u32 best)
{
	const struct lpm_node *n = link ? node_at(t, link) : NULL;
	u32 at = n ? (u32)(n->word[0] >> (64 - t->top_bits)) : end, half;

	if (n && n->plen < t->top_bits) {
		half = 1u << (t->top_bits - n->plen - 1);
		at &= ~(2 * half - 1);
		top_set(t, first, at, (struct lpm_top){ best, 0 });
		top_set(t, at + 2 * half, end, (struct lpm_top){ best, 0 });
		if (n->live)
			best = link;
		top_fill(t, at, at + half, n->child[0], best);
		top_fill(t, at + half, at + 2 * half, n->child[1], best);
		return;
	}
	top_set(t, first, end, (struct lpm_top){ best, 0 });
	if (n)
		top_set(t, at, at + 1, (struct lpm_top){ best, link });
}

/* The trie has changed at the key's prefix. Below a hint what is best above it stays the best. */
static void top_refresh(struct lpm *t, const struct lpm_key *k)
{
	u32 bits = MIN(k->plen, t->top_bits), count = 1u << (t->top_bits - bits);
	u32 first = (u32)(k->word[0] >> (64 - t->top_bits)) & ~(count - 1);
	u32 hint = hint_get(t, k), link = hint ? hint : t->state->root;
	u32 best = hint ? (u32)t->top[first] : 0;

	while (link) {
		const struct lpm_node *n = node_at(t, link);

		if (common(n, MIN(n->plen, bits), k) < MIN(n->plen, bits))
			link = 0;
		if (!link || n->plen >= bits)
			break;
		if (n->live)
			best = link;
		link = n->child[key_bit(t, k, n->plen)];
	}
	top_fill(t, first, first + count, link, best);
}

static int update_locked(struct map *m, const struct lpm_key *k, const void *value, u64 flags)
{
	struct lpm *t = m->impl;
	struct place p = place_find(t, k, hint_get(t, k));
	bool exists = p.exact && node_at(t, p.link)->live;
	u32 link;
	int err;

	if (exists && flags == UPDATE_NOEXIST)
		return -EEXIST;
	if (!exists && flags == UPDATE_EXIST)
		return -ENOENT;
	if (!exists && t->state->used == t->max)
		return -ENOSPC;
	link = node_new(t, k, k->plen, true);
	if (!link)
		return -ENOMEM;
	value_store((u8 *)node_at(t, link) + t->value_off, value, m->def.value_size);
	err = node_link(t, k, &p, link);
	if (err)
		node_drop(t, link);
	else if (!exists)
		t->state->used++;
	return err;
}

static int lpm_update(struct map *m, const void *key, const void *value, u64 flags, u32 cpu)
{
	struct lpm *t = m->impl;
	struct lpm_key k;
	int err;

	if (flags > UPDATE_EXIST || key_parse(t, &k, key))
		return -EINVAL;
	write_begin(m, &k);
	err = update_locked(m, &k, value, flags);
	if (!err)
		top_refresh(t, &k);
	write_end(t);
	return err;
}

static int remove_locked(struct lpm *t, const struct lpm_key *k)
{
	struct place p = place_find(t, k, hint_get(t, k));
	struct lpm_node *n = p.exact ? node_at(t, p.link) : NULL, *parent;

	if (n && p.parent && !p.parent_at)
		p = place_find(t, k, 0);
	if (!n || !n->live)
		return -ENOENT;
	t->state->used--;
	parent = p.parent ? node_at(t, p.parent) : NULL;
	if (n->child[0] && n->child[1]) {
		STORE_RELEASE(n->live, 0);
		return 0;
	}
	if (!n->child[0] && !n->child[1] && parent && !parent->live) {
		u32 other = parent->child[p.at == &parent->child[0]];

		STORE_RELEASE(*p.parent_at, other); /* the fork goes too */
		node_drop(t, p.parent);
	} else {
		STORE_RELEASE(*p.at, n->child[0] ? n->child[0] : n->child[1]);
	}
	node_drop(t, p.link);
	return 0;
}

static int lpm_remove(struct map *m, const void *key)
{
	struct lpm *t = m->impl;
	struct lpm_key k;
	int err;

	if (key_parse(t, &k, key))
		return -EINVAL;
	write_begin(m, &k);
	err = remove_locked(t, &k);
	if (!err)
		top_refresh(t, &k);
	write_end(t);
	return err;
}

/* The first in post-order below a node: what has no prefix longer than itself on its left. */
static u32 leftmost(const struct lpm *t, u32 link)
{
	for (;;) {
		const struct lpm_node *n = node_at(t, link);

		if (n->child[0])
			link = n->child[0];
		else if (n->child[1])
			link = n->child[1];
		else
			return link;
	}
}

/* Link of the prefix after the key's in post-order: longer prefixes before shorter ones. */
static u32 next_locked(const struct lpm *t, const struct lpm_key *k)
{
	u32 link = t->state->root, path_len = 0, path[LPM_BYTES_MAX * 8 + 1];

	for (; link; link = node_at(t, link)->child[key_bit(t, k, node_at(t, link)->plen)]) {
		const struct lpm_node *n = node_at(t, link);

		if (common(n, n->plen, k) != n->plen || path_len == ARRAY_SIZE(path))
			return leftmost(t, t->state->root);
		if (n->plen == k->plen)
			break;
		path[path_len++] = link;
	}
	if (!link || !node_at(t, link)->live)
		return leftmost(t, t->state->root);
	while (path_len--) {
		const struct lpm_node *n = node_at(t, path[path_len]);

		if (n->child[0] == link && n->child[1])
			return leftmost(t, n->child[1]);
		link = path[path_len];
		if (n->live)
			return link;
	}
	return 0;
}

static int lpm_next(struct map *m, const void *key, void *next_key)
{
	struct lpm *t = m->impl;
	bool first;
	struct lpm_key k;
	u32 link = 0;

	first = !key || key_parse(t, &k, key);
	guard_take(m, &t->state->lock);
	if (t->state->root)
		link = first ? leftmost(t, t->state->root) : next_locked(t, &k);
	if (link) {
		const struct lpm_node *n = node_at(t, link);
		u64 word[LPM_WORDS_MAX];

		for (u32 i = 0; i < t->words; i++)
			word[i] = htobe64(n->word[i]);
		STORE(u32, next_key, n->plen);
		memcpy((u8 *)next_key + 4, word, t->max_plen / 8);
	}
	lock_drop(&t->state->lock);
	return link ? 0 : -ENOENT;
}

static int lpm_read(struct map *m, const void *key, void *value)
{
	const void *from = lpm_lookup(m, key, 0);

	if (!from)
		return -ENOENT;
	value_load(value, from, m->def.value_size);
	return 0;
}

static bool lpm_owns(const struct map *m, const void *addr, size_t len)
{
	const struct lpm *t = m->impl;

	return slab_holds(&t->slab, t->stride, t->value_off, m->def.value_size, addr, len);
}

/* ---- after a writer was killed ---- */

static bool link_fits(const struct lpm *t, u32 link)
{
	u32 eighths = t->stride / 8;

	return (link - 1) % eighths == 0 && (link - 1) / eighths < t->state->fresh;
}

/*
 * Every node below a link is met once: prefixes grow on the way down, and a node's children agree
 * with it in its bits and differ in the next one. `live` counts.
 */
static int see(struct lpm *t, u32 link, u32 least, u64 *seen, u32 *live)
{
	const struct lpm_node *n;
	u32 index;
	int err = 0;

	if (!link)
		return 0;
	if (!link_fits(t, link))
		return -EUCLEAN;
	index = (link - 1) / (t->stride / 8);
	n = node_at(t, link);
	if (n->plen < least || n->plen > t->max_plen || (seen[index / 64] >> index % 64 & 1))
		return -EUCLEAN;
	seen[index / 64] |= 1ull << index % 64;
	*live += n->live != 0;
	for (u32 i = 0; i < 2 && !err; i++)
		err = see(t, n->child[i], n->plen + 1, seen, live);
	return err;
}

static int trie_mend(struct lpm *t, u64 *seen)
{
	u32 live = 0, list = 0;
	int err = t->state->fresh > t->count ? -EUCLEAN : see(t, t->state->root, 0, seen, &live);

	if (!err && live > t->max)
		err = -EUCLEAN;
	for (u32 i = t->state->fresh; i-- && !err;) {
		u32 link = 1 + i * (t->stride / 8);

		if (seen[i / 64] >> i % 64 & 1)
			continue;
		STORE_RELEASE(node_at(t, link)->plen, NOT_LINKED);
		STORE_RELEASE(node_at(t, link)->child[0], list);
		list = link;
	}
	if (err)
		return err;
	t->state->free = list;
	t->state->used = live;
	top_fill(t, 0, 1u << t->top_bits, t->state->root, 0);
	return 0;
}

static int lpm_mend(struct map *m)
{
	struct lpm *t = m->impl;
	u64 *seen = calloc(t->count / 64 + 1, sizeof(*seen));
	int err;

	guard_clear(m, &t->state->lock);
	if (!seen)
		return -ENOMEM;
	/* Odd: readers come again. Nothing that follows moves before it. */
	__atomic_fetch_or(&t->state->seq, 1, __ATOMIC_SEQ_CST);
	err = trie_mend(t, seen);
	STORE_RELEASE(t->state->seq, t->state->seq + 1);
	free(seen);
	return err;
}

static int lpm_check(const struct map_def *def, struct diag *d)
{
	if (!(def->flags & MAP_NO_PREALLOC))
		return map_refuse(def, d, -EINVAL, "LPM tries need the flag NO_PREALLOC");
	if (def->value_size > KMALLOC_MAX - LPM_BYTES_MAX - 40)
		return map_refuse(def, d, -EINVAL, "value_size %u is above the limit of %u bytes",
				  def->value_size, KMALLOC_MAX - LPM_BYTES_MAX - 40);
	return 0;
}

static void lpm_destroy(struct map *m)
{
	struct lpm *t = m->impl;

	slab_fini(&t->slab);
	slab_fini(&t->top_slab);
	slab_fini(&t->state_slab);
	free(t->hints);
	free(t);
}

static int lpm_create(struct map *m)
{
	u64 count = 2 * (u64)m->def.max_entries + 2; /* each with a fork, one in exchange */
	struct lpm *t;
	int err;

	if (count > INT32_MAX)
		return -E2BIG;
	t = calloc(1, sizeof(*t));
	if (!t)
		return -ENOMEM;
	m->impl = t;
	t->count = (u32)count;
	t->max = m->def.max_entries;
	t->max_plen = (m->def.key_size - 4) * 8;
	t->words = ROUND_UP(m->def.key_size - 4, 8u) / 8;
	t->value_off = (u32)sizeof(struct lpm_node) + t->words * 8;
	t->stride = t->value_off + m->value_stride;
	t->top_bits = MIN(m->def.max_entries < MANY ? TOP_BITS : TOP_BITS_MANY, t->max_plen);
	t->hints = calloc(1u << t->top_bits, sizeof(*t->hints));
	err = t->hints ? slab_new(m, &t->slab, t->count, t->stride) : -ENOMEM;
	if (!err && t->slab.len / 8 > UINT32_MAX - 1)
		err = -E2BIG;
	if (!err)
		err = slab_new(m, &t->top_slab, 1u << t->top_bits, sizeof(u64));
	if (!err)
		err = slab_new(m, &t->state_slab, 1, sizeof(*t->state));
	if (err) {
		lpm_destroy(m);
		m->impl = NULL;
		return err;
	}
	t->top = (u64 *)t->top_slab.data;
	t->state = (struct lpm_state *)t->state_slab.data;
	return 0;
}

const struct map_ops lpm_ops = {
	.type = MAP_TYPE_LPM_TRIE,
	.check = lpm_check,
	.create = lpm_create,
	.destroy = lpm_destroy,
	.lookup = lpm_lookup,
	.update = lpm_update,
	.remove = lpm_remove,
	.next = lpm_next,
	.read = lpm_read,
	.owns = lpm_owns,
	.mend = lpm_mend,
};
