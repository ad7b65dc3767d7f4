// SPDX-License-Identifier: BSD-2-Clause
/*
 * The sequence numbers that TCP connections began with. The table keeps the newest connections:
 * one slot of two for a hash, so that a flood costs no memory.
 */
#include <stdlib.h>

#include "base/hash.h"
#include "packet/print.h"

enum { FLOW_SLOTS = 1 << 16 };

struct flow_key {
	u8 addr[2][16];
	u16 port[2]; /* network order; the side that is lower comes first */
	u32 version; /* 4 or 6; 0: a free slot */
};

struct flow {
	struct flow_key key;
	u32 seq, ack;
};

struct flows {
	struct flow slots[FLOW_SLOTS];
};

struct flows *flows_new(void)
{
	return calloc(1, sizeof(struct flows));
}

void flows_free(struct flows *f)
{
	free(f);
}

/* Returns whether the packet comes from the side that stands second. */
static bool key_make(struct flow_key *k, const struct pseudo *ps, const u8 *tcp)
{
	u32 n = ps->version == 6 ? 16 : 4;
	int order = memcmp(ps->src, ps->dst, n);
	bool reversed;

	if (!order)
		order = memcmp(tcp, tcp + 2, 2);
	reversed = order > 0;
	memset(k, 0, sizeof(*k));
	memcpy(k->addr[reversed], ps->src, n);
	memcpy(k->addr[!reversed], ps->dst, n);
	memcpy(&k->port[reversed], tcp, 2);
	memcpy(&k->port[!reversed], tcp + 2, 2);
	k->version = ps->version;
	return reversed;
}

static struct flow *slot_for(struct flows *f, const struct flow_key *k)
{
	u64 hash = hash_bytes(k, sizeof(*k), 0);
	struct flow *a = &f->slots[hash % FLOW_SLOTS],
		    *b = &f->slots[hash >> 32 & (FLOW_SLOTS - 1)];

	if (!memcmp(&a->key, k, sizeof(*k)))
		return a;
	if (!memcmp(&b->key, k, sizeof(*k)) || a->key.version)
		return b;
	return a;
}

/* Only packets with ACK say both numbers. SYN begins a connection anew. False: out of memory. */
bool flow_find(struct flow_start *out, struct print *p, const struct pseudo *ps, const u8 *tcp)
{
	u32 seq = be32(tcp + 4), ack = be32(tcp + 8);
	bool syn = tcp[13] & 2, reversed;
	struct flow_key key;
	struct flow *f;

	if (!p->pr->flows)
		p->pr->flows = flows_new();
	if (!p->pr->flows)
		return false;
	reversed = key_make(&key, ps, tcp);
	f = slot_for(p->pr->flows, &key);
	out->reversed = reversed;
	out->fresh = syn || memcmp(&f->key, &key, sizeof(key));
	if (out->fresh) {
		f->key = key;
		f->seq = reversed ? ack - 1 : seq;
		f->ack = reversed ? seq : ack - 1;
	}
	out->seq = f->seq;
	out->ack = f->ack;
	return true;
}
