// SPDX-License-Identifier: BSD-2-Clause
/*
 * A switch with many arms but two targets is a set. It becomes a sorted table, searched without
 * branches; where the values are single ones, a bitmap of their hashes stands before it, and a
 * value whose bit is not set is not in the set.
 */
#include <stdlib.h>

#include "classic/classic.h"
#include "filter/ebpf_emitter.h"

enum {
	SET_MIN = 16, /* ranges, below which comparisons do as well */
	BITS_PER_VALUE = 24,
	MAX_VALUES = 1 << 16, /* that a bitmap is made for */
	MAX_APART = 4,	      /* single values with other targets */
	HASH = 0x9e3779b1,    /* odd: 2^32 divided by the golden ratio */
};

struct set {
	struct node *in, *out; /* targets */
	u32 *lo, *hi;	       /* ranges that go to `in`, ascending */
	u32 count;
	u32 values; /* in all ranges; MAX_VALUES + 1: too many */
	struct {
		u32 value;
		struct node *to;
	} apart[MAX_APART];
	u32 apart_count;
};

static u32 arm_lo(const struct node *n, u32 i)
{
	return i ? n->arms[i - 1].hi + 1 : 0;
}

/* The target of the widest arm is what the set is cut out of; the other with the most arms is where
 * its values go. */
static void targets(const struct node *n, struct set *s)
{
	u32 widest = 0, best = 0;

	for (u32 i = 0; i < n->count; i++) {
		u32 width = n->arms[i].hi - arm_lo(n, i);

		if (i == 0 || width > widest) {
			widest = width;
			s->out = n->arms[i].to;
		}
		n->arms[i].to->mark = 0;
	}
	for (u32 i = 0; i < n->count; i++) {
		struct node *to = n->arms[i].to;

		if (to != s->out && ++to->mark > best) {
			best = to->mark;
			s->in = to;
		}
	}
}

static void set_add(struct set *s, u32 lo, u32 hi)
{
	u32 width = hi - lo;

	s->lo[s->count] = lo;
	s->hi[s->count++] = hi;
	s->values = width < MAX_VALUES && s->values + width < MAX_VALUES ? s->values + width + 1
									 : MAX_VALUES + 1;
}

static bool collect(const struct node *n, struct set *s)
{
	targets(n, s);
	for (u32 i = 0; i < n->count; i++) {
		u32 lo = arm_lo(n, i), hi = n->arms[i].hi;
		struct node *to = n->arms[i].to;

		if (to == s->out)
			continue;
		if (to == s->in) {
			set_add(s, lo, hi);
		} else if (lo == hi && s->apart_count < MAX_APART) {
			s->apart[s->apart_count].value = lo;
			s->apart[s->apart_count++].to = to;
		} else {
			return false;
		}
	}
	return s->count >= SET_MIN;
}

/* r6 (memory form) or r1 (socket form) points to a table. */
static u8 table_register(const struct ebpf_emitter *e)
{
	return ebpf_in_memory(e) ? 6 : 1;
}

static void table_load(struct ebpf_emitter *e, u32 off)
{
	struct ebpf_table_ref *ref = vec_push(&e->out->refs);

	if (ref)
		*ref = (struct ebpf_table_ref){ e->out->code.len, off };
	else
		e->failed = true;
	ebpf_put(e, CODE_LD_IMM64, table_register(e), 0, 0, 0);
	ebpf_put(e, 0, 0, 0, 0, 0);
}

static u32 table_make(struct ebpf_emitter *e, const void *data, size_t len)
{
	u32 off;

	buf_align(&e->out->rodata, 8);
	off = (u32)e->out->rodata.len;
	buf_put(&e->out->rodata, data, len);
	return off;
}

static void emit_bitmap(struct ebpf_emitter *e, const struct set *s)
{
	u32 log = 10, off;
	u8 table = table_register(e);
	u64 *words;

	while (1u << log < s->values * BITS_PER_VALUE)
		log++;
	words = calloc((1u << log) / 64, sizeof(*words));
	if (!words) {
		e->failed = true;
		return;
	}
	for (u32 i = 0; i < s->count; i++)
		for (u64 v = s->lo[i]; v <= s->hi[i]; v++) {
			u32 h = (u32)v * (u32)HASH >> (32 - log);

			words[h / 64] |= 1ull << h % 64;
		}
	off = table_make(e, words, (1u << log) / 8);
	free(words);
	ebpf_put(e, CLASS_ALU | EBPF_MOV | SRC_X, 4, 0, 0, 0);
	ebpf_put(e, CLASS_ALU | CBPF_MUL, 4, 0, 0, (s32)HASH);
	ebpf_put(e, CLASS_ALU | CBPF_RSH, 4, 0, 0, (s32)(32 - log));
	ebpf_put(e, CLASS_ALU | EBPF_MOV | SRC_X, 5, 4, 0, 0);
	ebpf_put(e, CLASS_ALU | CBPF_RSH, 5, 0, 0, 6);
	ebpf_put(e, CLASS_ALU | CBPF_LSH, 5, 0, 0, 3);
	table_load(e, off);
	ebpf_put(e, CLASS_ALU64 | CBPF_ADD | SRC_X, table, 5, 0, 0);
	ebpf_put(e, CLASS_LDX | MODE_MEM | SIZE_DW, 5, table, 0, 0);
	ebpf_put(e, CLASS_ALU | CBPF_AND, 4, 0, 0, 63);
	ebpf_put(e, CLASS_ALU64 | CBPF_RSH | SRC_X, 5, 4, 0, 0);
	ebpf_put(e, CLASS_ALU64 | CBPF_AND, 5, 0, 0, 1);
	ebpf_jump(e, CLASS_JMP | CBPF_JEQ, 5, 0, 0, s->out);
}

/* The last range that begins at or before r0, in halves; the last one fills up the table. */
static void emit_search(struct ebpf_emitter *e, const struct set *s)
{
	bool single = s->values == s->count;
	u32 shift = single ? 2 : 3, size = 1, off;
	u8 table = table_register(e);
	u32 *rows;

	while (size < s->count)
		size *= 2;
	rows = calloc(size, 1u << shift);
	if (!rows) {
		e->failed = true;
		return;
	}
	for (u32 i = 0; i < size; i++) {
		u32 from = MIN(i, s->count - 1);

		rows[single ? i : 2 * i] = s->lo[from];
		if (!single)
			rows[2 * i + 1] = s->hi[from];
	}
	off = table_make(e, rows, (size_t)size << shift);
	free(rows);
	table_load(e, off);
	ebpf_put(e, CLASS_ALU64 | EBPF_MOV | SRC_X, 4, 0, 0, 0);
	ebpf_put(e, CLASS_ALU64 | CBPF_ADD, 4, 0, 0, 1);
	for (u32 step = size / 2; step; step /= 2) {
		/* (row <= r0) << log2 of the step's bytes */
		if (step << shift > INT16_MAX) {
			ebpf_put(e, CLASS_ALU64 | EBPF_MOV | SRC_X, 5, table, 0, 0);
			ebpf_put(e, CLASS_ALU64 | CBPF_ADD, 5, 0, 0, (s32)(step << shift));
			ebpf_put(e, CLASS_LDX | MODE_MEM | SIZE_W, 5, 5, 0, 0);
		} else {
			ebpf_put(e, CLASS_LDX | MODE_MEM | SIZE_W, 5, table, (s16)(step << shift),
				 0);
		}
		ebpf_put(e, CLASS_ALU64 | CBPF_SUB | SRC_X, 5, 4, 0, 0);
		ebpf_put(e, CLASS_ALU64 | CBPF_RSH, 5, 0, 0, 63);
		ebpf_put(e, CLASS_ALU64 | CBPF_LSH, 5, 0, 0, (s32)(__builtin_ctz(step) + shift));
		ebpf_put(e, CLASS_ALU64 | CBPF_ADD | SRC_X, table, 5, 0, 0);
	}
	ebpf_put(e, CLASS_LDX | MODE_MEM | SIZE_W, 5, table, 0, 0);
	if (single) {
		ebpf_jump(e, CLASS_JMP | EBPF_JNE | SRC_X, 5, 0, 0, s->out);
		return;
	}
	ebpf_jump(e, CLASS_JMP | CBPF_JGT | SRC_X, 5, 0, 0, s->out);
	ebpf_put(e, CLASS_LDX | MODE_MEM | SIZE_W, 5, table, 4, 0);
	ebpf_jump(e, CLASS_JMP | EBPF_JLT | SRC_X, 5, 0, 0, s->out);
}

static void emit_set(struct ebpf_emitter *e, const struct set *s)
{
	for (u32 i = 0; i < s->apart_count; i++) {
		u32 k = s->apart[i].value;

		ebpf_jump(e, (k > INT32_MAX ? CLASS_JMP32 : CLASS_JMP) | CBPF_JEQ, 0, 0, (s32)k,
			  s->apart[i].to);
	}
	if (s->values <= MAX_VALUES)
		emit_bitmap(e, s);
	emit_search(e, s);
	if (s->in == e->next)
		ebpf_leave(e, s->in);
	else
		ebpf_jump(e, CODE_JA, 0, 0, 0, s->in);
}

bool ebpf_set(struct ebpf_emitter *e, const struct node *n)
{
	struct set s = { 0 };
	bool is_set = false;

	if (n->count < SET_MIN)
		return false;
	s.lo = calloc(n->count, sizeof(*s.lo));
	s.hi = calloc(n->count, sizeof(*s.hi));
	if (!s.lo || !s.hi) {
		e->failed = true;
	} else if (collect(n, &s)) {
		is_set = true;
		ebpf_value(e, n->value);
		emit_set(e, &s);
	}
	free(s.lo);
	free(s.hi);
	return is_set;
}
