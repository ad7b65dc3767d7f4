// SPDX-License-Identifier: BSD-2-Clause
/*
 * Values into registers. r0 is where they come out. Memory form: r1 is the packet, r2 its end, r3
 * the bytes on the wire. Socket form: r6 is the context. r4 and r5 are scratch.
 */
#include "classic/classic.h"
#include "filter/ebpf_emitter.h"

enum {
	MAX_OFFSET = INT16_MAX - 8,
	MAX_DEPTH = STACK_SIZE / 8,
	SKB_LEN = 0,
	PACKET_MAX = 0xffff, /* bytes from a packet's start that the verifier follows */
};

static void mov32(struct ebpf_emitter *e, u8 dst, u8 src)
{
	ebpf_put(e, CLASS_ALU | EBPF_MOV | SRC_X, dst, src, 0, 0);
}

static void add_imm(struct ebpf_emitter *e, u8 dst, u32 k)
{
	ebpf_put(e, CLASS_ALU64 | 0x00, dst, 0, 0, (s32)k);
}

static s32 find_kept(const struct ebpf_emitter *e, const struct value *v, bool address)
{
	for (s32 i = 0; i < EBPF_KEPT; i++)
		if (e->now.kept[i].value == v && e->now.kept[i].address == address)
			return i;
	return -1;
}

static bool is_const(const struct value *v)
{
	return v->kind == VALUE_CONST;
}

/* Worth a register: evaluated again elsewhere, and not with one load. */
static bool is_dear(const struct ebpf_emitter *e, const struct value *v)
{
	if (e->uses[v->id] < 2)
		return false;
	return v->kind == VALUE_OP || (v->kind == VALUE_LOAD && (v->a || e->form == EBPF_SOCKET));
}

/* A register for v, which is in r0, across nodes; its index. */
static u32 keep(struct ebpf_emitter *e, const struct value *v, bool address)
{
	u32 i = e->next_kept++ % EBPF_KEPT;

	for (u32 k = 0; k < EBPF_KEPT; k++)
		if (!e->now.kept[k].value)
			i = k;
	if (address) {
		ebpf_put(e, CLASS_ALU64 | EBPF_MOV | SRC_X, EBPF_FIRST_KEPT + i, 0, 0, 0);
		ebpf_put(e, CLASS_ALU64 | CBPF_ADD | SRC_X, EBPF_FIRST_KEPT + i, 1, 0, 0);
	} else {
		mov32(e, EBPF_FIRST_KEPT + i, 0);
	}
	e->now.kept[i].value = v;
	e->now.kept[i].address = address;
	e->now.kept[i].behind = 0;
	return i;
}

static u8 size_code(const struct value *v)
{
	return v->size == 1 ? SIZE_B : v->size == 2 ? SIZE_H : SIZE_W;
}

/* Is the address in `reg` + end within the packet? */
static void test_end(struct ebpf_emitter *e, u8 reg, u32 end)
{
	ebpf_put(e, CLASS_ALU64 | EBPF_MOV | SRC_X, 4, reg, 0, 0);
	add_imm(e, 4, end);
	ebpf_jump(e, CLASS_JMP | CBPF_JGT | SRC_X, 4, 2, 0, e->g->no);
}

/* Memory form: bytes 0 … end-1 are there from here on. Every way to a match from this node needs
 * `must` bytes, so asking for them at once changes no verdict. */
static void want_bytes(struct ebpf_emitter *e, u32 end)
{
	u32 must = e->blocks[e->node->id].must;

	if (e->now.bytes >= end)
		return;
	if (must > end && must <= PACKET_MAX)
		end = must;
	test_end(e, 1, end);
	e->now.bytes = end;
}

/* Memory form: a register with the address of the base, `end` bytes from which on are there. */
static u8 want_behind(struct ebpf_emitter *e, const struct value *base, u32 end)
{
	s32 i = find_kept(e, base, true);

	if (i < 0) {
		ebpf_value(e, base);
		if (graph_info(e->g, base)->max > PACKET_MAX - end)
			ebpf_jump(e, CLASS_JMP | CBPF_JGT, 0, 0, (s32)(PACKET_MAX - end),
				  ebpf_ask(e));
		i = (s32)keep(e, base, true);
	}
	if (e->now.kept[i].behind < end) {
		test_end(e, EBPF_FIRST_KEPT + (u8)i, end);
		e->now.kept[i].behind = end;
	}
	return EBPF_FIRST_KEPT + (u8)i;
}

/* The bytes of a load as they lie in the packet, memory form. */
static void load_memory(struct ebpf_emitter *e, const struct value *v)
{
	u8 from = 1;
	u32 k = v->k;

	/* For the interpreter: a jump that is always taken would leave dead code behind it. */
	if (k > PACKET_MAX - 8) {
		e->unsupported = true;
		return;
	}
	if (v->a)
		from = want_behind(e, v->a, k + v->size);
	else
		want_bytes(e, k + v->size);
	if (k > MAX_OFFSET) {
		ebpf_put(e, CLASS_ALU64 | EBPF_MOV | SRC_X, 4, from, 0, 0);
		add_imm(e, 4, k);
		from = 4;
		k = 0;
	}
	ebpf_put(e, CLASS_LDX | MODE_MEM | size_code(v), 0, from, (s16)k, 0);
}

static void load(struct ebpf_emitter *e, const struct value *v)
{
	if (ebpf_in_memory(e)) {
		load_memory(e, v);
		if (v->size > 1)
			ebpf_put(e, EBPF_END_BE, 0, 0, 0, v->size * 8);
	} else if (v->a) {
		u8 base = ebpf_register(e, v->a);

		ebpf_put(e, CLASS_LD | MODE_IND | size_code(v), 0, base, 0, (s32)v->k);
	} else {
		ebpf_put(e, CLASS_LD | MODE_ABS | size_code(v), 0, 0, 0, (s32)v->k);
	}
}

void ebpf_load_raw(struct ebpf_emitter *e, u8 size, u32 off, u32 len)
{
	want_bytes(e, off + len);
	ebpf_put(e, CLASS_LDX | MODE_MEM | size, 0, 1, (s16)off, 0);
	e->now.r0 = NULL;
}

bool ebpf_value_raw(struct ebpf_emitter *e, const struct value *v)
{
	if (!ebpf_in_memory(e) || v->kind != VALUE_LOAD || e->now.r0 == v ||
	    find_kept(e, v, false) >= 0 || is_dear(e, v))
		return false;
	load_memory(e, v);
	e->now.r0 = NULL;
	return true;
}

u8 ebpf_both(struct ebpf_emitter *e, const struct value *a, const struct value *b)
{
	s32 kept = find_kept(e, b, false);
	s16 at;

	if (kept >= 0) {
		ebpf_value(e, a);
		if (e->now.kept[kept].value == b && !e->now.kept[kept].address)
			return EBPF_FIRST_KEPT + (u8)kept;
	}
	ebpf_value(e, b);
	at = (s16)(-8 * (s32)++e->depth);
	if (e->depth > MAX_DEPTH) {
		e->unsupported = true;
		return 0;
	}
	ebpf_put(e, CLASS_STX | MODE_MEM | SIZE_DW, REG_FP, 0, at, 0);
	ebpf_value(e, a);
	ebpf_put(e, CLASS_LDX | MODE_MEM | SIZE_DW, 4, REG_FP, at, 0);
	e->depth--;
	return 4;
}

static void operation(struct ebpf_emitter *e, const struct value *v)
{
	u8 reg;

	if (!v->b) {
		ebpf_value(e, v->a);
		ebpf_put(e, CLASS_ALU | CBPF_NEG, 0, 0, 0, 0);
	} else if (is_const(v->b)) {
		ebpf_value(e, v->a);
		ebpf_put(e, CLASS_ALU | v->op, 0, 0, 0, (s32)v->b->k);
	} else {
		reg = ebpf_both(e, v->a, v->b);
		if (v->op == CBPF_DIV || v->op == CBPF_MOD)
			ebpf_jump(e, CLASS_JMP | CBPF_JEQ, reg, 0, 0, e->g->no);
		ebpf_put(e, CLASS_ALU | v->op | SRC_X, 0, reg, 0, 0);
	}
}

/* Only the part that is chosen is evaluated; what holds behind it is what both ways know. */
static void selection(struct ebpf_emitter *e, const struct value *v)
{
	struct ebpf_state before, chosen;
	u32 jump, end;

	ebpf_value(e, v->c);
	before = e->now;
	jump = e->out->code.len;
	ebpf_put(e, ebpf_jump_class(v->k) | EBPF_JNE, 0, 0, 0, (s32)v->k);
	ebpf_value(e, v->a);
	chosen = e->now;
	end = e->out->code.len;
	ebpf_put(e, CODE_JA, 0, 0, 0, 0);
	ebpf_set_distance(e, jump, e->out->code.len);
	e->now = before;
	ebpf_value(e, v->b);
	ebpf_meet(&e->now, &chosen);
	ebpf_set_distance(e, end, e->out->code.len);
}

void ebpf_value(struct ebpf_emitter *e, const struct value *v)
{
	s32 kept = find_kept(e, v, false);

	if (e->now.r0 == v || e->unsupported)
		return;
	if (is_const(v))
		ebpf_put(e, CLASS_ALU | EBPF_MOV, 0, 0, 0, (s32)v->k);
	else if (kept >= 0)
		mov32(e, 0, EBPF_FIRST_KEPT + (u8)kept);
	else if (v->kind == VALUE_LEN && ebpf_in_memory(e))
		mov32(e, 0, 3);
	else if (v->kind == VALUE_LEN)
		ebpf_put(e, CLASS_LDX | MODE_MEM | SIZE_W, 0, 6, SKB_LEN, 0);
	else if (v->kind == VALUE_LOAD)
		load(e, v);
	else if (v->kind == VALUE_OP)
		operation(e, v);
	else if (v->kind == VALUE_SELECT)
		selection(e, v);
	else
		e->unsupported = true;
	e->now.r0 = v;
	if (kept < 0 && is_dear(e, v))
		keep(e, v, false);
}

u8 ebpf_register(struct ebpf_emitter *e, const struct value *v)
{
	s32 kept = find_kept(e, v, false);

	if (kept < 0)
		ebpf_value(e, v);
	return kept < 0 ? 0 : EBPF_FIRST_KEPT + (u8)kept;
}
