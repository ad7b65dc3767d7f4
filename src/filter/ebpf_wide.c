// SPDX-License-Identifier: BSD-2-Clause
/*
 * Comparisons of neighbouring bytes, one after the other, with the same place to go where one
 * fails: a MAC address is four bytes and two, an IPv6 address four times four. They become one load
 * of up to eight bytes and one comparison. Every way to a match needs all of the bytes, so that
 * looking at the later ones first changes no verdict.
 */
#include "classic/classic.h"
#include "filter/ebpf_emitter.h"

enum { WIDE = 8, MAX_AT = 4096 };

/* The bytes from `at` on must be `want`, whose lowest byte is the last. */
struct wide {
	u32 at, len;
	u64 want;
	const struct node *to, *other; /* where they are, and where they are not */
	u32 tests;
};

/* A switch that tells one value of a load at a fixed place from all others. */
static bool is_equality(const struct node *n, struct wide *w)
{
	if (n->kind != NODE_SWITCH || n->value->kind != VALUE_LOAD || n->value->a || n->count > 3)
		return false;
	for (u32 i = 0; i < n->count; i++) {
		u32 lo = i ? n->arms[i - 1].hi + 1 : 0;
		const struct node *first = n->arms[i ? 0 : 1].to;
		const struct node *last = n->arms[i + 1 < n->count ? n->count - 1 : 0].to;

		if (lo != n->arms[i].hi || first == n->arms[i].to)
			continue;
		if (n->count == 3 && (i != 1 || first != last))
			continue;
		*w = (struct wide){ n->value->k, n->value->size, lo, n->arms[i].to, first, 1 };
		return true;
	}
	return false;
}

/* Takes in the test behind, if it is of neighbouring bytes. `limit`: bytes that may be looked at.
 */
static bool extend(struct wide *w, u32 limit)
{
	struct wide more;

	if (!is_equality(w->to, &more) || more.other != w->other || w->len + more.len > WIDE ||
	    more.at + more.len > limit)
		return false;
	if (more.at == w->at + w->len) {
		w->want = w->want << 8 * more.len | more.want;
	} else if (more.at + more.len == w->at) {
		w->want |= more.want << 8 * w->len;
		w->at = more.at;
	} else {
		return false;
	}
	w->len += more.len;
	w->to = more.to;
	w->tests++;
	return true;
}

/* r0 differs from k: go on to `to`. */
static void unless_equal(struct ebpf_emitter *e, u64 k, const struct node *to)
{
	if (k <= INT32_MAX) {
		ebpf_jump(e, CLASS_JMP | EBPF_JNE, 0, 0, (s32)k, to);
		return;
	}
	ebpf_put(e, CODE_LD_IMM64, 4, 0, 0, (s32)k);
	ebpf_put(e, 0, 0, 0, 0, (s32)(k >> 32));
	ebpf_jump(e, CLASS_JMP | EBPF_JNE | SRC_X, 0, 4, 0, to);
}

static void compare_four(struct ebpf_emitter *e, const struct wide *w)
{
	u32 k = __builtin_bswap32((u32)w->want);

	ebpf_load_raw(e, SIZE_W, w->at, 4);
	ebpf_jump(e, ebpf_jump_class(k) | EBPF_JNE, 0, 0, (s32)k, w->other);
}

/* Eight bytes, of which the first or the last are shifted out. */
static void compare_eight(struct ebpf_emitter *e, const struct wide *w, u32 at)
{
	u32 spare = 8 * (WIDE - w->len);
	u64 k = __builtin_bswap64(w->want << spare);
	bool low = at == w->at;

	ebpf_load_raw(e, SIZE_DW, at, WIDE);
	if (spare)
		ebpf_put(e, CLASS_ALU64 | (low ? CBPF_LSH : CBPF_RSH), 0, 0, 0, (s32)spare);
	unless_equal(e, low ? k << spare : k, w->other);
}

bool ebpf_wide(struct ebpf_emitter *e, const struct node *n)
{
	u32 must = e->blocks[n->id].must, limit = MAX(must == UINT32_MAX ? 0 : must, e->now.bytes);
	struct wide w, next;

	if (!ebpf_in_memory(e) || !is_equality(n, &w) || w.at + w.len > MIN(limit, (u32)MAX_AT))
		return false;
	next = w;
	while (extend(&next, MIN(limit, (u32)MAX_AT)))
		w = next;
	if (w.tests < 2)
		return false;
	if (w.len == 4)
		compare_four(e, &w);
	else if (w.at + w.len >= WIDE)
		compare_eight(e, &w, w.at + w.len - WIDE);
	else if (w.at + WIDE <= limit)
		compare_eight(e, &w, w.at);
	else
		return false;
	if (w.to == e->next)
		ebpf_leave(e, w.to);
	else
		ebpf_jump(e, CODE_JA, 0, 0, 0, w.to);
	return true;
}
