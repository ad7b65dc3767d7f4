// SPDX-License-Identifier: BSD-2-Clause
/* Idioms of memory: stack, map values, packets, contexts, and pointers into them. */
#include "fuzz/gen.h"
#include "spec/ctx.h"

static const u8 codes[] = { SIZE_B, SIZE_H, SIZE_W, SIZE_DW };

static u32 bytes_of(u8 size)
{
	return size == SIZE_B ? 1 : size == SIZE_H ? 2 : size == SIZE_W ? 4 : 8;
}

static u8 size_of_bytes(u32 n)
{
	return n == 1 ? SIZE_B : n == 2 ? SIZE_H : n == 4 ? SIZE_W : SIZE_DW;
}

enum { CAN_READ = 1, CAN_WRITE = 2 };

/* One load or store of `size` at [base + off]. */
static void emit_access(struct gen *g, u8 base, s32 off, u32 size, u32 can)
{
	u8 code = size_of_bytes(size), dst, src;

	if (gen_wrong(g))
		can = CAN_READ | CAN_WRITE;
	if ((can & CAN_READ) && (!(can & CAN_WRITE) || gen_chance(g, 55))) {
		dst = reg_free(g);
		if (size < 8 && gen_chance(g, 20))
			gen_emit(g, CLASS_LDX | MODE_MEMSX | code, dst, base, off, 0);
		else
			gen_emit(g, CLASS_LDX | MODE_MEM | code, dst, base, off, 0);
		reg_set(g, dst, G_SCALAR);
		if (size == 1 && g->insns[g->count - 1].code == (CLASS_LDX | MODE_MEM | code))
			reg_scalar_is(g, dst, 0, 255);
		return;
	}
	src = gen_chance(g, 60) ? (u8)(reg_of(g, G_SCALAR) & 15) : 15;
	if (src < REG_FP)
		gen_emit(g, CLASS_STX | MODE_MEM | code, base, src, off, 0);
	else
		gen_emit(g, CLASS_ST | MODE_MEM | code, base, 0, off, (s32)gen_number(g));
}

s32 make_stack(struct gen *g, u8 dst, u32 size, bool written)
{
	u32 slots = (size + 7) / 8;
	s32 off = -8 * (s32)(slots + gen_below(g, MIN(64 - slots, 12u) + 1));

	if (gen_wrong(g))
		off = gen_chance(g, 50) ? -STACK_SIZE - 8 : off + 8;
	for (u32 at = 0; written && at < slots && off >= -STACK_SIZE; at++) {
		s32 to = off + 8 * (s32)at;

		if (to <= -8 && !stack_is_written(g, to, 8) && !gen_wrong(g)) {
			gen_emit(g, CLASS_ST | MODE_MEM | SIZE_DW, REG_FP, 0, to,
				 (s32)gen_number(g));
			stack_wrote(g, to, 8);
		}
	}
	if (!written && off >= -STACK_SIZE)
		stack_wrote(g, off, slots * 8);
	emit_mov(g, dst, REG_FP);
	gen_emit(g, CLASS_ALU64, dst, 0, 0, off);
	g->m.r[dst].off = off;
	return off;
}

/* base (with `limit` bytes from its fixed offset on) plus a bounded number, then accesses. */
static void access_variable(struct gen *g, u8 base, u32 limit, u32 align, u32 can)
{
	u32 size = bytes_of(GEN_PICK(g, codes));
	struct gen_reg save = g->m.r[base], *v;
	u8 index, at;
	s64 first, last;

	if (!limit || limit > 4096)
		return;
	if (size > limit)
		size = 1;
	index = make_bounded(g, limit - size);
	if (g->m.r[base].kind != save.kind || g->m.r[base].off != save.off || index == base ||
	    g->m.r[index].kind != G_SCALAR)
		return;
	v = &g->m.r[index];
	if (align && size > 1 && !gen_wrong(g)) {
		if (g->fixed >> index & 1)
			return;
		gen_emit(g, CLASS_ALU64 | 0x50, index, 0, 0, -(s32)size);
		if (v->lo < 0)
			return;
		v->lo = 0;
	}
	at = reg_free(g);
	if (at == base || at == index)
		return;
	emit_mov(g, at, base);
	if (gen_chance(g, 12) && v->hi - v->lo < 200 && (!align || gen_wrong(g))) { /* away */
		gen_emit(g, CLASS_ALU64 | 0x10 | SRC_X, at, index, 0, 0);
		first = -v->hi;
		last = -v->lo;
	} else if (gen_chance(g, 15) && at != index && !(g->fixed >> index & 1)) {
		emit_mov(g, at, index); /* number + pointer */
		gen_emit(g, CLASS_ALU64 | SRC_X, at, base, 0, 0);
		first = v->lo;
		last = v->hi;
	} else {
		gen_emit(g, CLASS_ALU64 | SRC_X, at, index, 0, 0);
		first = v->lo;
		last = v->hi;
	}
	if (last + size - first > (s64)limit && !gen_chance(g, 3)) {
		reg_set(g, at, G_NONE);
		return;
	}
	first = -first; /* lowest fixed offset that is right, highest */
	last = (s64)limit - last - size;
	if (gen_wrong(g))
		last += 1 + gen_below(g, 3);
	else if (gen_wrong(g))
		last = first - 1;
	else if (gen_chance(g, 50))
		last = first + gen_below(g, (u32)MAX(last - first + 1, 1));
	if (align)
		last &= -(s64)size;
	reg_set(g, at, G_NONE);
	if (last < -2000 || last > 2000)
		return;
	emit_access(g, at, (s32)last, size, can);
}

/* Fixed offset: anywhere in `limit` bytes, or just out of them. */
static void access_fixed(struct gen *g, u8 base, s32 from, u32 limit, u32 align, u32 can)
{
	u32 size = bytes_of(GEN_PICK(g, codes));
	s32 off;

	if (!limit || limit > 4096)
		return;
	if (size > limit)
		size = 1;
	off = gen_chance(g, 30) ? (s32)(limit - size) : (s32)gen_below(g, limit - size + 1);
	if (align)
		off &= -(s32)size;
	if (gen_wrong(g))
		off = gen_chance(g, 50) ? -1 : (s32)(limit - size) + 1;
	emit_access(g, base, from + off, size, can);
}

static void access_value(struct gen *g, u8 base)
{
	struct gen_reg *v = &g->m.r[base];
	u32 size = gen_maps[v->map].value, can = CAN_READ | CAN_WRITE;
	u32 left = size - (u32)v->off;

	if (v->map == M_RODATA)
		can = CAN_READ;
	if (v->map == M_WRONLY)
		can = CAN_WRITE;
	if (gen_chance(g, 55))
		access_variable(g, base, left, 0, can);
	else
		access_fixed(g, base, -v->off, size, 0, can);
}

static void access_stack(struct gen *g)
{
	u32 size = 8 * (1 + gen_below(g, 6));
	u8 base = reg_free(g);
	s32 off = make_stack(g, base, size, gen_chance(g, 70));

	if (off < -STACK_SIZE || off + (s32)size > 0)
		return;
	g->m.r[base].kind = G_STACK;
	if (gen_chance(g, 70)) {
		access_variable(g, base, size, 1, CAN_READ | CAN_WRITE);
		for (s32 at = off; at < off + (s32)size; at += 8)
			g->m.slot[-at / 8 - 1].kind = G_NONE;
	} else {
		access_fixed(g, base, 0, size, 1, CAN_READ | CAN_WRITE);
	}
}

void idiom_access(struct gen *g)
{
	static const u8 kinds[] = { G_VALUE, G_VALUE, G_VALUE, G_RECORD, G_MEM,
				    G_PKT,   G_PKT,   G_STACK, G_STACK,	 G_SOCK };
	u8 kind = GEN_PICK(g, kinds);
	s32 base = reg_of(g, kind);
	struct gen_reg *v = &g->m.r[MAX(base, 0)];

	if (kind == G_STACK) {
		access_stack(g);
	} else if (reg_of(g, G_MEM_NULL) >= 0 && !g->open && gen_chance(g, 70)) {
		emit_null_check(g, (u8)reg_of(g, G_MEM_NULL));
	} else if (base < 0) {
		idiom_lookup(g);
	} else if (kind == G_VALUE) {
		access_value(g, (u8)base);
	} else if (kind == G_PKT) {
		u32 range = g->m.range[v->id];

		if (range > (u32)v->off && v->off >= 0)
			access_fixed(g, (u8)base, -v->off, range, 0,
				     g->type == PROG_CGROUP_SKB ? CAN_READ : CAN_READ | CAN_WRITE);
		else
			idiom_packet(g);
	} else if (kind == G_SOCK) {
		static const u8 fields[] = { 4, 8, 12, 16, 48, 72 };

		emit_access(g, (u8)base, GEN_PICK(g, fields), 4, CAN_READ);
	} else if (gen_chance(g, 50)) {
		access_variable(g, (u8)base, (u32)v->hi, kind == G_MEM, CAN_READ | CAN_WRITE);
	} else {
		access_fixed(g, (u8)base, 0, (u32)v->hi, kind == G_MEM, CAN_READ | CAN_WRITE);
	}
}

void idiom_spill(struct gen *g)
{
	u32 i = gen_below(g, 10), r = gen_below(g, REG_COUNT);
	u8 size = gen_chance(g, 70) ? SIZE_DW : GEN_PICK(g, codes);
	s32 off = -8 * (s32)(i + 1);

	if (g->m.r[r].kind == G_NONE && !gen_wrong(g))
		r = reg_scalar(g);
	if (g->m.r[r].kind != G_SCALAR && !gen_wrong(g))
		size = SIZE_DW;
	if (size != SIZE_DW && gen_chance(g, 50))
		off += (s32)(bytes_of(size) * gen_below(g, 8 / bytes_of(size)));
	if (gen_wrong(g))
		off += 1;
	gen_emit(g, CLASS_STX | MODE_MEM | size, REG_FP, (u8)r, off, 0);
	stack_wrote(g, off, bytes_of(size));
	if (size == SIZE_DW && off == -8 * (s32)(i + 1))
		g->m.slot[i] = g->m.r[r];
}

void idiom_fill(struct gen *g)
{
	u32 from = gen_below(g, 10);
	u8 size = gen_chance(g, 75) ? SIZE_DW : GEN_PICK(g, codes), dst = reg_free(g);
	s32 off;

	for (u32 k = 0; k < 10; k++) {
		u32 i = (from + k) % 10;

		off = -8 * (s32)(i + 1);
		if (!stack_is_written(g, off, 8) && !gen_wrong(g))
			continue;
		if (g->m.slot[i].kind && g->m.slot[i].kind != G_SCALAR && !gen_wrong(g))
			size = SIZE_DW;
		if (size != SIZE_DW)
			off += (s32)(bytes_of(size) * gen_below(g, 8 / bytes_of(size)));
		if (size != SIZE_DW && gen_chance(g, 30))
			gen_emit(g, CLASS_LDX | MODE_MEMSX | size, dst, REG_FP, off, 0);
		else
			gen_emit(g, CLASS_LDX | MODE_MEM | size, dst, REG_FP, off, 0);
		reg_set(g, dst, G_SCALAR);
		if (size == SIZE_DW && g->m.slot[i].kind)
			g->m.r[dst] = g->m.slot[i];
		return;
	}
	idiom_spill(g);
}

/* Any field with any width, read or written; most of the time as the tables allow. */
void idiom_context(struct gen *g)
{
	const struct ctx_layout *l = ctx_layout(g->type, g->attach);
	s32 ctx = reg_of(g, G_CTX);
	const struct ctx_field *f;
	u8 size = GEN_PICK(g, codes), dst = reg_free(g);

	if (ctx < 0)
		return;
	if (!l) {
		gen_emit(g, CLASS_LDX | MODE_MEM | SIZE_DW, dst, (u8)ctx,
			 8 * (s32)gen_below(g, gen_wrong(g) ? 20 : 12), 0);
		reg_set(g, dst, G_SCALAR);
		return;
	}
	f = &l->fields[gen_below(g, l->count)];
	if (gen_wrong(g)) {
		s32 off = (s32)gen_below(g, l->size);

		if (gen_chance(g, 50))
			gen_emit(g, CLASS_STX | MODE_MEM | size, (u8)ctx, reg_scalar(g), off, 0);
		else
			gen_emit(g, CLASS_LDX | MODE_MEM | size, dst, (u8)ctx, off, 0);
		reg_set(g, dst, G_SCALAR);
		return;
	}
	if (f->write && gen_chance(g, 50)) {
		u8 src = reg_scalar(g);

		while (!(f->write & bytes_of(size)))
			size = GEN_PICK(g, codes);
		if (g->m.r[ctx].kind == G_CTX && g->m.r[src].kind == G_SCALAR)
			gen_emit(g, CLASS_STX | MODE_MEM | size, (u8)ctx, src, f->off, 0);
		return;
	}
	if (!f->read || dst == ctx)
		return;
	while (!(f->read & bytes_of(size)))
		size = GEN_PICK(g, codes);
	gen_emit(g, CLASS_LDX | MODE_MEM | size, dst, (u8)ctx, f->off, 0);
	reg_set(g, dst, G_SCALAR);
	if (f->kind == CTX_POINTER) {
		reg_set(g, dst, G_SOCK_NULL);
		if (gen_chance(g, 70))
			emit_null_check(g, dst);
	} else if (f->kind != CTX_SCALAR) {
		reg_set(g, dst,
			f->kind == CTX_PACKET	    ? G_PKT
			: f->kind == CTX_PACKET_END ? G_END
						    : G_META);
		g->m.r[dst].id = 0;
	}
}

/* data and data_end in registers; false when this program type has none. */
static bool packet_bounds(struct gen *g, u8 *data, u8 *end)
{
	s32 ctx = reg_of(g, G_CTX), d = reg_of(g, G_PKT), e = reg_of(g, G_END);
	bool xdp = g->type == PROG_XDP;

	if (!xdp && g->type != PROG_SCHED_CLS && g->type != PROG_CGROUP_SKB)
		return false;
	if ((d < 0 || e < 0) && ctx < 0)
		return false;
	if (d < 0) {
		d = reg_free(g);
		if (d == ctx)
			return false;
		gen_emit(g, CLASS_LDX | MODE_MEM | SIZE_W, (u8)d, (u8)ctx, xdp ? 0 : 76, 0);
		reg_set(g, (u8)d, G_PKT);
	}
	if (e < 0) {
		e = reg_free(g);
		if (e == ctx || e == d)
			return false;
		gen_emit(g, CLASS_LDX | MODE_MEM | SIZE_W, (u8)e, (u8)ctx, xdp ? 4 : 80, 0);
		reg_set(g, (u8)e, G_END);
	}
	*data = (u8)d;
	*end = (u8)e;
	return true;
}

/* if (`at` > end) leave; in all its spellings. True when it says that `at` may equal the end. */
static void packet_check(struct gen *g, u8 at, u8 end)
{
	static const struct {
		u8 op;
		bool swap, over;
	} forms[] = {
		{ 0x20, false, false }, { 0xa0, true, false },	{ 0xb0, false, true },
		{ 0x30, true, true },	{ 0x30, false, false }, { 0xb0, true, false },
		{ 0xa0, false, true },	{ 0x20, true, true },
	};
	u32 f = gen_below(g, ARRAY_SIZE(forms)), jump;
	u8 op = forms[f].op, a = forms[f].swap ? end : at, b = forms[f].swap ? at : end;

	if (gen_wrong(g))
		op ^= 0x10;
	if (!forms[f].over) {
		emit_bail(g, CLASS_JMP | SRC_X | op, a, b, 0);
		return;
	}
	jump = emit_jump(g, CLASS_JMP | SRC_X | op, a, b, 0);
	emit_bail(g, CODE_JA, 0, 0, 0);
	patch(g, jump);
}

void idiom_packet(struct gen *g)
{
	u32 len = 1 + gen_below(g, 40), check = len;
	u8 data, end, at, id, index;

	if (g->open || !packet_bounds(g, &data, &end))
		return;
	if (gen_chance(g, 35) && g->next_id < GEN_IDS - 1) { /* at a variable offset */
		index = make_bounded(g, gen_chance(g, 85) ? 60 : 0xffff);
		if (g->m.r[data].kind != G_PKT || g->m.r[end].kind != G_END ||
		    g->m.r[index].kind != G_SCALAR || g->fixed >> data & 1)
			return;
		if (g->m.r[index].lo < 0)
			return;
		gen_emit(g, CLASS_ALU64 | SRC_X, data, index, 0, 0);
		id = g->next_id++;
		g->m.r[data].id = id;
		g->m.r[data].off = 0;
		g->m.range[id] = 0;
	}
	at = reg_free(g);
	if (at == data || at == end || (g->fixed | g->kept) >> at & 1)
		return;
	emit_mov(g, at, data);
	if (gen_wrong(g))
		check = gen_below(g, 41);
	gen_emit(g, CLASS_ALU64, at, 0, 0, (s32)check);
	packet_check(g, at, end);
	g->m.r[at].off = g->m.r[data].off + (s32)check;
	id = g->m.r[data].id;
	g->m.range[id] = (u16)MAX((u32)g->m.range[id], (u32)MAX(g->m.r[data].off, 0) + len);
	for (u32 n = gen_below(g, 3); n; n--) {
		if (g->m.r[data].kind == G_PKT && g->m.r[data].id == id)
			access_fixed(g, data, 0, len, 0,
				     g->type == PROG_CGROUP_SKB ? CAN_READ : CAN_READ | CAN_WRITE);
	}
}

void idiom_atomic(struct gen *g)
{
	static const s32 ops[] = { 0,	 1,    0x40, 0x41, 0x50,  0x51,
				   0xa0, 0xa1, 0xe1, 0xf1, 0x100, 0x110 };
	s32 op = GEN_PICK(g, ops), base = reg_of(g, G_VALUE), off;
	u32 size = gen_chance(g, 50) ? 8 : 4;
	u8 src = reg_scalar(g);
	bool plain = op == 0x100 || op == 0x110;

	if (plain)
		size = bytes_of(GEN_PICK(g, codes));
	if (gen_wrong(g))
		size = bytes_of(GEN_PICK(g, codes));
	if (base >= 0 && g->m.r[base].kind == G_VALUE && g->m.r[base].map <= M_PERCPU &&
	    gen_chance(g, 50)) {
		off = 8 * (s32)gen_below(g, gen_maps[g->m.r[base].map].value / 8) -
		      g->m.r[base].off;
	} else {
		base = REG_FP;
		off = -8 * (s32)(1 + gen_below(g, 6));
		if (!stack_is_written(g, off, 8)) {
			gen_emit(g, CLASS_ST | MODE_MEM | SIZE_DW, REG_FP, 0, off, 7);
			stack_wrote(g, off, 8);
		}
		g->m.slot[-off / 8 - 1].kind = G_NONE;
	}
	if (gen_wrong(g))
		off += (s32)gen_below(g, 8);
	if (g->fixed >> src & 1 || g->m.r[src].kind != G_SCALAR)
		return;
	if (op == 0xf1 && (g->m.r[0].kind != G_SCALAR || g->fixed & 1))
		return;
	if (op == 0x100)
		gen_emit(g, CLASS_STX | MODE_ATOMIC | size_of_bytes(size), src, (u8)base, off, op);
	else
		gen_emit(g, CLASS_STX | MODE_ATOMIC | size_of_bytes(size), (u8)base, src, off, op);
	if (op != 0x110)
		reg_set(g, op == 0xf1 ? 0 : src, G_SCALAR);
}

/* Arithmetic on pointers and between them, comparisons, a pointer stored as a number. */
void idiom_pointer(struct gen *g)
{
	static const u8 kinds[] = { G_VALUE, G_PKT, G_MEM, G_CTX, G_STACK, G_RECORD };
	s32 a = reg_of(g, GEN_PICK(g, kinds)), b = reg_of(g, GEN_PICK(g, kinds));
	u8 dst = reg_free(g);

	if (a < 0)
		a = REG_FP;
	if (dst == a)
		return;
	switch (gen_below(g, 6)) {
	case 0: /* within the value */
		if (g->m.r[a].kind != G_VALUE)
			return;
		emit_mov(g, dst, (u8)a);
		gen_emit(g, CLASS_ALU64, dst, 0, 0, 2);
		g->m.r[dst].off += 2;
		if (g->m.r[dst].off + 1 >= (s32)gen_maps[g->m.r[dst].map].value)
			g->m.r[dst].kind = G_NONE;
		break;
	case 1:
		if (b >= 0 && g->m.r[a].kind == G_PKT && g->m.r[b].kind == G_PKT && dst != b) {
			emit_mov(g, dst, (u8)a);
			gen_emit(g, CLASS_ALU64 | 0x10 | SRC_X, dst, (u8)b, 0, 0);
			reg_set(g, dst, G_SCALAR);
		}
		break;
	case 2: /* is it NULL? */
		if (gen_chance(g, 50) && reg_of(g, G_MEM_NULL) >= 0 && !g->open) {
			emit_null_check(g, (u8)reg_of(g, G_MEM_NULL));
			break;
		}
		emit_bail(g, CLASS_JMP | 0x10, (u8)a, 0, 0);
		break;
	case 3:
		if (b >= 0)
			gen_emit(g, CLASS_JMP | SRC_X | (gen_chance(g, 50) ? 0x10 : 0x50), (u8)a,
				 (u8)b, 0, 0);
		break;
	case 4: {
		s32 value = reg_of(g, G_VALUE);

		if (value >= 0 && g->m.r[value].map != M_RODATA && !g->m.r[value].off &&
		    gen_maps[g->m.r[value].map].value >= 8)
			gen_emit(g, CLASS_STX | MODE_MEM | SIZE_DW, (u8)value, (u8)a, 0, 0);
		break;
	}
	default:
		if (!gen_wrong(g))
			return;
		emit_mov(g, dst, (u8)a);
		gen_emit(g, (u8)(CLASS_ALU64 | gen_below(g, 12) << 4), dst, 0, 0, 8);
		reg_set(g, dst, G_SCALAR);
		break;
	}
}

/* Classic packet loads: r6 is the context, r0 … r5 are lost. */
void idiom_load_abs(struct gen *g)
{
	bool skb = g->type == PROG_SOCKET_FILTER || g->type == PROG_SCHED_CLS;
	u8 size = GEN_PICK(g, codes), index;

	if ((!skb || g->m.r[6].kind != G_CTX || size == SIZE_DW || g->open || g->func ||
	     (g->kept | g->fixed) & 0x3f) &&
	    !gen_wrong(g))
		return;
	if (gen_chance(g, 60)) {
		gen_emit(g, CLASS_LD | MODE_ABS | size, 0, 0, 0, (s32)gen_below(g, 64));
	} else {
		index = make_bounded(g, 100);
		gen_emit(g, CLASS_LD | MODE_IND | size, 0, index, 0, (s32)gen_below(g, 64));
	}
	model_call(g);
}
