// SPDX-License-Identifier: BSD-2-Clause
/* Idioms of calls: helpers, maps, ring buffer records, subprograms, callbacks, tail calls. */
#include "fuzz/gen.h"

void emit_map(struct gen *g, u8 dst, u32 map)
{
	emit_imm64(g, dst, PSEUDO_MAP_IDX, (s32)map, 0);
	g->m.r[dst].kind = G_NONE;
}

static void call(struct gen *g, s32 helper)
{
	gen_emit(g, CODE_CALL, 0, 0, 0, helper);
	model_call(g);
}

/* Helper calls overwrite r0 … r5: not where one of them must stay. */
static bool calls_allowed(struct gen *g)
{
	return !((g->kept | g->fixed) & 0x3f);
}

static u8 not_null(u8 kind)
{
	return kind == G_VALUE_NULL    ? G_VALUE
	       : kind == G_SOCK_NULL   ? G_SOCK
	       : kind == G_MEM_NULL    ? G_MEM
	       : kind == G_RECORD_NULL ? G_RECORD
				       : kind;
}

/* Leave when the register is NULL; all its copies are good after it. */
void emit_null_check(struct gen *g, u8 reg)
{
	u8 id = g->m.r[reg].id, kind = g->m.r[reg].kind;
	u32 jump;

	if (gen_wrong(g)) {
		emit_bail(g, CLASS_JMP | (gen_chance(g, 50) ? 0x50 : 0x20), reg, 0,
			  (s32)gen_below(g, 2));
	} else if (gen_chance(g, 75)) {
		emit_bail(g, CLASS_JMP | 0x10, reg, 0, 0);
	} else {
		jump = emit_jump(g, CLASS_JMP | 0x50, reg, 0, 0);
		emit_bail(g, CODE_JA, 0, 0, 0);
		patch(g, jump);
	}
	for (u32 r = 0; r < REG_FP; r++) {
		if (g->m.r[r].kind == kind && g->m.r[r].id == id)
			g->m.r[r].kind = not_null(kind);
	}
	for (u32 i = 0; i < 64; i++) {
		if (g->m.slot[i].kind == kind && g->m.slot[i].id == id)
			g->m.slot[i].kind = not_null(kind);
	}
}

static u8 fresh_id(struct gen *g)
{
	if (g->next_id < GEN_IDS - 1)
		g->next_id++;
	return g->next_id;
}

static void maybe_save(struct gen *g)
{
	u8 to = (u8)(7 + gen_below(g, 3));

	if (gen_chance(g, 70) && !((g->kept | g->fixed) >> to & 1) && g->m.r[to].kind != G_RECORD)
		emit_mov(g, to, 0);
}

/* A key for the map on the stack, in r2. */
static void emit_key(struct gen *g, u32 map)
{
	u32 size = gen_maps[map].key;
	s32 off;

	if (gen_chance(g, 50)) {
		make_stack(g, 2, size, true);
		return;
	}
	off = -8 * (s32)(1 + gen_below(g, 8));
	gen_emit(g, CLASS_ST | MODE_MEM | (size == 8 ? SIZE_DW : SIZE_W), REG_FP, 0, off,
		 (s32)gen_below(g, 5));
	stack_wrote(g, off, size);
	emit_mov(g, 2, REG_FP);
	gen_emit(g, CLASS_ALU64, 2, 0, 0, off);
}

void idiom_lookup(struct gen *g)
{
	static const u8 maps[] = { M_ARRAY,  M_ARRAY, M_HASH,  M_HASH,	M_WIDE,
				   M_PERCPU, M_LRU,   M_SMALL, M_RODATA };
	u32 map = GEN_PICK(g, maps);
	u8 dst;

	if (gen_chance(g, 25)) { /* an address, no call */
		map = gen_chance(g, 40) ? M_RODATA : gen_chance(g, 80) ? M_ONE : M_WRONLY;
		dst = reg_free(g);
		if ((g->kept | g->fixed) >> dst & 1)
			return;
		emit_imm64(g, dst, PSEUDO_MAP_IDX_VALUE, (s32)map,
			   gen_chance(g, 60) ? 0 : (s32)gen_below(g, gen_maps[map].value));
		reg_set(g, dst, G_VALUE);
		g->m.r[dst].map = (u8)map;
		g->m.r[dst].off = g->insns[g->count - 1].imm;
		return;
	}
	if (!calls_allowed(g))
		return;
	if (gen_wrong(g))
		map = gen_below(g, GEN_MAPS);
	emit_map(g, 1, map);
	emit_key(g, map);
	call(g, 1);
	reg_set(g, 0, G_VALUE_NULL);
	g->m.r[0].map = (u8)map;
	g->m.r[0].id = fresh_id(g);
	maybe_save(g);
	if (!g->open && !gen_wrong(g))
		emit_null_check(g, 0);
	else if (gen_wrong(g))
		g->m.r[0].kind = G_VALUE;
}

static void help_update(struct gen *g)
{
	u32 map = gen_below(g, 5);
	s32 value = reg_of(g, G_VALUE);

	if (gen_wrong(g))
		map = gen_below(g, GEN_MAPS);
	if (value >= 6 && gen_maps[g->m.r[value].map].value >= gen_maps[map].value &&
	    !g->m.r[value].off)
		emit_mov(g, 3, (u8)value);
	else
		make_stack(g, 3, MIN(gen_maps[map].value, 400u), true);
	emit_key(g, map);
	emit_map(g, 1, map);
	emit_movi(g, 4, (s32)gen_below(g, 3));
	call(g, 2);
}

static void help_delete(struct gen *g)
{
	u32 map = gen_chance(g, 50) ? M_HASH : M_WIDE;

	emit_map(g, 1, map);
	emit_key(g, map);
	call(g, 3);
}

/* Memory in `reg`, its size in reg + 1: a constant, a bounded number, or wrong. */
static void emit_sized(struct gen *g, u8 reg, u32 room, bool written)
{
	s32 value = reg_of(g, G_VALUE);
	u8 size;

	if (value >= 6 && !g->m.r[value].off && g->m.r[value].map != M_WRONLY &&
	    (written || g->m.r[value].map != M_RODATA) && gen_chance(g, 30)) {
		room = MIN(room, gen_maps[g->m.r[value].map].value);
		if (gen_chance(g, 50) && room > 8) {
			size = make_bounded(g, room);
			if (g->m.r[size].kind == G_SCALAR && g->m.r[size].lo >= 0)
				emit_mov(g, (u8)(reg + 1), size);
			else
				emit_movi(g, (u8)(reg + 1), 1);
		} else {
			emit_movi(g, (u8)(reg + 1), (s32)room + (gen_wrong(g) ? 1 : 0));
		}
		if (g->m.r[value].kind == G_VALUE) {
			emit_mov(g, reg, (u8)value);
			return;
		}
	}
	if (gen_chance(g, 30) && room > 8) {
		size = make_bounded(g, room);
		if (g->m.r[size].kind == G_SCALAR && g->m.r[size].lo >= 0) {
			if (size != reg + 1)
				emit_mov(g, (u8)(reg + 1), size);
			if (gen_chance(g, 60) && !gen_wrong(g))
				emit_bail(g, CLASS_JMP | 0x10, (u8)(reg + 1), 0, 0);
			make_stack(g, reg, room, written);
			return;
		}
	}
	make_stack(g, reg, room, written);
	emit_movi(g, (u8)(reg + 1), (s32)room + (gen_wrong(g) ? (s32)gen_below(g, 30) - 5 : 0));
}

static void help_skb(struct gen *g)
{
	static const s32 changes[] = { 39, 38, 43, 18, 19, 9 };
	s32 ctx = reg_of(g, G_CTX), id;

	if (ctx < 0 || (ctx < 6 && ctx != 1))
		return;
	if (gen_chance(g, 50) || g->type == PROG_SOCKET_FILTER || g->type == PROG_CGROUP_SKB) {
		emit_sized(g, 3, 8 + gen_below(g, 24), false);
		if (g->m.r[ctx].kind != G_CTX)
			return;
		emit_movi(g, 2, (s32)gen_below(g, 40));
		emit_mov(g, 1, (u8)ctx);
		call(g, 26);
		return;
	}
	id = GEN_PICK(g, changes);
	if (id == 9) {
		emit_sized(g, 3, 8 + gen_below(g, 8), true);
		emit_movi(g, 5, 0);
	} else {
		emit_movi(g, 3, 0);
	}
	if (g->m.r[ctx].kind != G_CTX)
		return;
	emit_movi(g, 2, (s32)gen_below(g, 60));
	emit_mov(g, 1, (u8)ctx);
	call(g, id);
	if (!gen_wrong(g))
		model_packet(g);
}

static void help_xdp(struct gen *g)
{
	static const s32 moves[] = { 44, 54, 65 };
	s32 ctx = reg_of(g, G_CTX);

	if (ctx < 0 || (ctx < 6 && ctx != 1))
		return;
	if (gen_chance(g, 60)) {
		emit_movi(g, 2, 4 * ((s32)gen_below(g, 8) - 4));
		emit_mov(g, 1, (u8)ctx);
		call(g, GEN_PICK(g, moves));
		if (!gen_wrong(g))
			model_packet(g);
		return;
	}
	emit_sized(g, 3, 8 + gen_below(g, 24), false);
	if (g->m.r[ctx].kind != G_CTX)
		return;
	emit_movi(g, 2, (s32)gen_below(g, 40));
	emit_mov(g, 1, (u8)ctx);
	call(g, 189);
}

static void help_plain(struct gen *g)
{
	static const s32 simple[] = { 5, 7, 8, 42, 118, 125, 160 };
	s32 off;

	switch (gen_below(g, 6)) {
	case 0: /* checksum of two buffers */
		emit_sized(g, 3, 16, true);
		make_stack(g, 1, 8, true);
		emit_movi(g, 2, gen_chance(g, 80) ? 8 : 4);
		emit_movi(g, 5, 0);
		if (g->type == PROG_XDP || g->type == PROG_SCHED_CLS || gen_wrong(g))
			call(g, 28);
		break;
	case 1: /* push, pop, peek */
		emit_map(g, 1, M_QUEUE);
		make_stack(g, 2, 8, true);
		emit_movi(g, 3, 0);
		call(g, 87 + (s32)gen_below(g, 3));
		break;
	case 2: /* number of a string */
		off = make_stack(g, 4, 8, false);
		if (off < -STACK_SIZE)
			return;
		make_stack(g, 1, 16, true);
		emit_movi(g, 2, 16);
		emit_movi(g, 3, 0);
		call(g, gen_chance(g, 50) ? 105 : 106);
		break;
	case 3:
		emit_sized(g, 2, 16, true);
		emit_map(g, 1, M_RING);
		emit_movi(g, 4, 0);
		call(g, 130);
		break;
	default:
		call(g, GEN_PICK(g, simple));
		break;
	}
}

static void help_random(struct gen *g)
{
	for (u8 r = 1; r < 6; r++) {
		switch (gen_below(g, 5)) {
		case 0:
			emit_map(g, r, gen_below(g, GEN_MAPS));
			break;
		case 1:
			make_stack(g, r, 16, true);
			break;
		case 2:
			emit_movi(g, r, (s32)gen_below(g, 40));
			break;
		case 3:
			if (g->m.r[6].kind)
				emit_mov(g, r, 6);
			break;
		}
	}
	call(g, (s32)gen_below(g, 212));
}

void idiom_helper(struct gen *g)
{
	if (!calls_allowed(g))
		return;
	if (gen_wrong(g)) {
		help_random(g);
		return;
	}
	switch (gen_below(g, 6)) {
	case 0:
		help_update(g);
		break;
	case 1:
		help_delete(g);
		break;
	case 2:
	case 3:
		if (g->type == PROG_XDP)
			help_xdp(g);
		else if (g->type != PROG_RAW_TRACEPOINT)
			help_skb(g);
		break;
	default:
		help_plain(g);
		break;
	}
}

void idiom_ring(struct gen *g)
{
	s32 size = 8 * (1 + (s32)gen_below(g, 4));
	u8 keep = (u8)(7 + gen_below(g, 3));
	u16 fixed = g->fixed;
	s32 to;

	if (!calls_allowed(g) || g->open || (g->kept | g->fixed) >> keep & 1)
		return;
	emit_map(g, 1, M_RING);
	emit_movi(g, 2, size);
	emit_movi(g, 3, gen_wrong(g) ? 1 : 0);
	call(g, 131);
	reg_set(g, 0, G_RECORD_NULL);
	g->m.r[0].hi = size;
	g->m.r[0].id = fresh_id(g);
	emit_null_check(g, 0);
	emit_mov(g, keep, 0);
	g->open++;
	g->fixed |= (u16)(1u << keep);
	gen_block(g, gen_below(g, 4));
	g->fixed = fixed;
	if (g->open)
		g->open--;
	if (gen_wrong(g) && g->m.r[keep].kind == G_RECORD)
		return;
	to = g->m.r[keep].kind == G_RECORD ? keep : reg_of(g, G_RECORD);
	if (to < 0)
		return;
	emit_movi(g, 2, 0);
	emit_mov(g, 1, (u8)to);
	call(g, gen_chance(g, 70) ? 132 : 133);
	g->m.r[0].kind = G_NONE;
	for (u32 r = 0; r < REG_FP; r++) {
		if (g->m.r[r].kind == G_RECORD && !gen_wrong(g))
			g->m.r[r].kind = G_NONE;
	}
	for (u32 i = 0; i < 64; i++) {
		if (g->m.slot[i].kind == G_RECORD)
			g->m.slot[i].kind = G_NONE;
	}
}

/* What is in a register as an argument of the function. */
static struct gen_reg argument(const struct gen_reg *v)
{
	struct gen_reg a = *v;

	a.id = 0;
	switch (a.kind) {
	case G_SCALAR:
		return a;
	case G_CTX:
	case G_VALUE:
	case G_MEM:
		return a;
	}
	a.kind = G_NONE;
	return a;
}

static void call_function(struct gen *g, u32 f)
{
	if (g->call_count >= GEN_FIXUPS)
		return;
	g->calls[g->call_count++] = (struct gen_fixup){ g->count, f };
	gen_emit(g, CODE_CALL, 0, CALL_LOCAL, 0, 0);
	model_call(g);
	if (g->m.r[0].kind == G_SCALAR)
		g->m.r[0].lo = UNKNOWN_LO;
}

/* A function that is verified on its own: (long, int, struct mem *). */
static void call_global(struct gen *g, struct gen_func *f)
{
	s32 value = reg_of(g, G_VALUE);

	f->global = true;
	f->arg[0] = f->arg[1] = (struct gen_reg){ .kind = G_SCALAR, .lo = UNKNOWN_LO };
	f->arg[2] = (struct gen_reg){ .kind = G_MEM_NULL, .hi = 16 };
	if (value >= 6 && !g->m.r[value].off && gen_chance(g, 50) &&
	    gen_maps[g->m.r[value].map].value >= 16 && g->m.r[value].map <= M_PERCPU)
		emit_mov(g, 3, (u8)value);
	else if (gen_chance(g, 70))
		make_stack(g, 3, gen_wrong(g) ? 8 : 16, true);
	else
		emit_movi(g, 3, 0);
	emit_movi(g, 1, (s32)gen_number(g));
	emit_movi(g, 2, (s32)gen_number(g));
	call_function(g, g->func_count++);
}

void idiom_call(struct gen *g)
{
	struct gen_func *f = &g->funcs[g->func_count];
	s32 ctx = reg_of(g, G_CTX);

	if (!calls_allowed(g) || g->func > 2)
		return;
	if (g->func_count > g->func + 1 && gen_chance(g, 30)) {
		if (g->funcs[g->func_count - 1].global)
			return;
		for (u8 r = 1; r < 6; r++) {
			if (g->funcs[g->func_count - 1].arg[r - 1].kind == G_SCALAR)
				emit_mov(g, r, reg_scalar(g));
			else if (g->funcs[g->func_count - 1].arg[r - 1].kind)
				return;
		}
		if (!g->funcs[g->func_count - 1].callback)
			call_function(g, g->func_count - 1);
		return;
	}
	if (g->func_count == GEN_FUNCS)
		return;
	memset(f, 0, sizeof(*f));
	if (gen_chance(g, 25)) {
		call_global(g, f);
		return;
	}
	if (gen_chance(g, 60)) {
		s32 value = reg_of(g, G_VALUE);

		if (value >= 6 && gen_chance(g, 60)) {
			emit_mov(g, 3, (u8)value);
		} else {
			u32 size = 8 * (1 + gen_below(g, 3));

			make_stack(g, 3, size, true);
			g->m.r[3] = (struct gen_reg){ .kind = G_MEM, .hi = size };
		}
		f->arg[2] = argument(&g->m.r[3]);
	}
	if (ctx == 1 || ctx >= 6) {
		if (gen_chance(g, 60))
			emit_mov(g, 1, (u8)ctx);
		f->arg[0] = argument(&g->m.r[1]);
	}
	if (gen_chance(g, 70)) {
		s32 from = reg_of(g, G_SCALAR);

		if (from >= 6)
			emit_mov(g, 2, (u8)from);
		else
			emit_movi(g, 2, (s32)gen_number(g));
		f->arg[1] = argument(&g->m.r[2]);
	}
	call_function(g, g->func_count++);
}

/* bpf_loop over a function that gets the index and some memory of ours. */
void idiom_callback(struct gen *g)
{
	struct gen_func *f = &g->funcs[g->func_count];
	u32 size = 8 * (1 + gen_below(g, 3));
	u8 times;

	if (!calls_allowed(g) || g->func_count == GEN_FUNCS || g->func > 1 ||
	    g->call_count >= GEN_FIXUPS)
		return;
	memset(f, 0, sizeof(*f));
	f->callback = true;
	f->arg[0] = (struct gen_reg){ .kind = G_SCALAR, .lo = UNKNOWN_LO };
	times = make_bounded(g, 1 + gen_below(g, 30));
	if (g->m.r[times].kind != G_SCALAR)
		return;
	emit_mov(g, 1, times);
	if (gen_chance(g, 85)) {
		make_stack(g, 3, size, true);
		f->arg[1] = (struct gen_reg){ .kind = G_MEM, .hi = size };
		for (u32 i = 0; i < 64; i++)
			g->m.slot[i].kind = G_NONE;
	} else {
		emit_movi(g, 3, 0);
	}
	g->calls[g->call_count++] = (struct gen_fixup){ g->count, g->func_count++ };
	emit_imm64(g, 2, PSEUDO_FUNC, 0, 0);
	emit_movi(g, 4, gen_wrong(g) ? 1 : 0);
	call(g, 181);
}

void idiom_tail_call(struct gen *g)
{
	s32 ctx = reg_of(g, G_CTX);
	u8 index;

	if (!calls_allowed(g) || (ctx != 1 && ctx < 6) || (g->open && !gen_wrong(g)) || g->func)
		return;
	index = make_bounded(g, 3);
	if (g->m.r[ctx].kind != G_CTX || g->m.r[index].kind != G_SCALAR)
		return;
	emit_mov(g, 3, index);
	emit_map(g, 2, M_PROGS);
	emit_mov(g, 1, (u8)ctx);
	call(g, 12);
	g->m.r[0].kind = G_NONE;
	model_packet(g);
}
