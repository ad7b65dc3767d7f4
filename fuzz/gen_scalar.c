// SPDX-License-Identifier: BSD-2-Clause
/* Idioms of numbers: where they come from, arithmetic, and the many ways to bound them. */
#include "fuzz/gen.h"
#include "spec/ctx.h"

static const u8 sizes[] = { SIZE_B, SIZE_H, SIZE_W, SIZE_DW };
static const u8 jumps[] = { 0x10, 0x20, 0x30, 0x40, 0x50, 0x60, 0x70, 0xa0, 0xb0, 0xc0, 0xd0 };
static const u8 alus[] = { 0x00, 0x00, 0x10, 0x20, 0x30, 0x40, 0x50,
			   0x50, 0x60, 0x70, 0x90, 0xa0, 0xc0, 0xb0 };

enum { JMP_OR_32 = CLASS_JMP ^ CLASS_JMP32, ALU_OR_64 = CLASS_ALU ^ CLASS_ALU64 };

static u8 alu_class(struct gen *g)
{
	return gen_chance(g, 65) ? CLASS_ALU64 : CLASS_ALU;
}

static u8 jmp_class(struct gen *g)
{
	return gen_chance(g, 70) ? CLASS_JMP : CLASS_JMP32;
}

/* A number that nothing is known of, but what its width says. */
static void fresh_loaded(struct gen *g, u8 dst)
{
	u8 size = GEN_PICK(g, sizes);
	s32 from = reg_of(g, gen_chance(g, 50) ? G_VALUE : G_MEM);

	if (from >= 0 && g->m.r[from].map != M_WRONLY && g->m.r[from].map != M_SMALL &&
	    g->m.r[from].off == 0) {
		bool wide = size != SIZE_DW && gen_chance(g, 25);

		gen_emit(g, CLASS_LDX | (wide ? MODE_MEMSX : MODE_MEM) | size, dst, (u8)from, 0, 0);
	} else {
		s32 off = -8 * (1 + (s32)gen_below(g, 6));

		if (!stack_is_written(g, off, 8) || g->m.slot[-off / 8 - 1].kind) {
			gen_emit(g, CODE_CALL, 0, 0, 0, gen_chance(g, 50) ? 7 : 5);
			model_call(g);
			if (dst)
				emit_mov(g, dst, 0);
			return;
		}
		gen_emit(g, CLASS_LDX | MODE_MEM | size, dst, REG_FP, off, 0);
	}
	reg_set(g, dst, G_SCALAR);
	if (g->insns[g->count - 1].code == (CLASS_LDX | MODE_MEM | SIZE_B))
		reg_scalar_is(g, dst, 0, 255);
}

static bool calls_allowed(const struct gen *g)
{
	return !((g->kept | g->fixed) & 0x3f);
}

/* A field of the context; only numbers. */
static bool fresh_field(struct gen *g, u8 dst)
{
	const struct ctx_layout *l = ctx_layout(g->type, g->attach);
	s32 ctx = reg_of(g, G_CTX);
	const struct ctx_field *f;

	if (ctx < 0)
		return false;
	if (!l) {
		gen_emit(g, CLASS_LDX | MODE_MEM | SIZE_DW, dst, (u8)ctx, 8 * (s32)gen_below(g, 4),
			 0);
		reg_set(g, dst, G_SCALAR);
		return true;
	}
	f = &l->fields[gen_below(g, l->count)];
	if (f->kind != CTX_SCALAR || !(f->read & 12))
		return false;
	gen_emit(g, CLASS_LDX | MODE_MEM | (f->read & 4 ? SIZE_W : SIZE_DW), dst, (u8)ctx, f->off,
		 0);
	reg_set(g, dst, G_SCALAR);
	return true;
}

void idiom_fresh(struct gen *g)
{
	u8 dst = reg_free(g);
	s64 n = gen_number(g);

	switch (gen_below(g, 6)) {
	case 0:
		emit_movi(g, dst, (s32)n);
		return;
	case 1:
		emit_imm64(g, dst, 0, (s32)n, (s32)(n >> 32));
		reg_set(g, dst, G_SCALAR);
		return;
	case 2:
	case 3:
		if (fresh_field(g, dst))
			return;
		break;
	}
	if (calls_allowed(g) || stack_is_written(g, -48, 48))
		fresh_loaded(g, dst);
	else
		emit_movi(g, dst, (s32)n);
}

static void arith_one(struct gen *g, u8 dst, u8 src)
{
	u8 op = GEN_PICK(g, alus), class = alu_class(g);
	bool k = gen_chance(g, 55);
	s32 off = 0, imm = (s32)gen_number(g);

	if (gen_chance(g, 12)) {
		static const u8 swap_codes[] = { 0xd4, 0xdc, 0xd7 };

		gen_emit(g, GEN_PICK(g, swap_codes), dst, 0, 0, 16 << gen_below(g, 3));
		return;
	}
	if (gen_chance(g, 5)) {
		gen_emit(g, class | 0x80, dst, 0, 0, 0);
		return;
	}
	if ((op == 0x30 || op == 0x90) && gen_chance(g, 40))
		off = 1;
	if (op == 0xb0 && !k && gen_chance(g, 60))
		off = class == CLASS_ALU64 ? 8 << gen_below(g, 3) : 8 << gen_below(g, 2);
	if (k && (op == 0x60 || op == 0x70 || op == 0xc0))
		imm = gen_wrong(g) ? 64 : imm & (class == CLASS_ALU64 ? 63 : 31);
	if (k && (op == 0x30 || op == 0x90) && !imm && !gen_wrong(g))
		imm = 3;
	gen_emit(g, (u8)(class | op | (k ? 0 : SRC_X)), dst, k ? 0 : src, off, k ? imm : 0);
}

void idiom_arith(struct gen *g)
{
	u8 dst = reg_scalar(g);

	for (u32 n = 1 + gen_below(g, 3); n; n--) {
		u8 src = reg_scalar(g);

		if (g->m.r[dst].kind != G_SCALAR || g->fixed >> dst & 1)
			return;
		arith_one(g, dst, g->m.r[src].kind == G_SCALAR ? src : dst);
		reg_set(g, dst, G_SCALAR);
	}
}

/* Copies that stay related: as they are, plus a constant, cut to 32 bits. */
void idiom_relate(struct gen *g)
{
	u8 src = reg_scalar(g), dst = reg_free(g);

	if (dst == src || g->m.r[src].kind != G_SCALAR)
		return;
	if (gen_chance(g, 70)) {
		emit_mov(g, dst, src);
	} else {
		gen_emit(g, CLASS_ALU | 0xb0 | SRC_X, dst, src, 0, 0);
		reg_set(g, dst, G_SCALAR);
	}
	if (gen_chance(g, 40)) {
		gen_emit(g, alu_class(g), dst, 0, 0, (s32)gen_below(g, 40) - 20);
		reg_set(g, dst, G_SCALAR);
	}
	if (gen_chance(g, 50)) {
		u8 of = gen_chance(g, 50) ? src : dst;
		s32 n = gen_chance(g, 60) ? (s32)gen_below(g, 64) : (s32)gen_number(g);

		emit_bail(g, (u8)(jmp_class(g) | GEN_PICK(g, jumps)), of, 0, n);
	}
}

u32 emit_condition(struct gen *g)
{
	u8 a = reg_scalar(g), b = reg_scalar(g), op = GEN_PICK(g, jumps);
	s32 n = gen_chance(g, 60) ? (s32)gen_below(g, 70) - 4 : (s32)gen_number(g);

	if (g->m.r[b].kind == G_SCALAR && gen_chance(g, 35))
		return emit_jump(g, (u8)(jmp_class(g) | SRC_X | op), a, b, 0);
	return emit_jump(g, (u8)(jmp_class(g) | op), a, 0, n);
}

/* The largest 2^n - 1 that is at most hi. */
static u32 mask_below(u32 hi)
{
	u32 m = 0;

	while (m * 2 + 1 <= hi)
		m = m * 2 + 1;
	return m;
}

/* Bounds that need no way out. */
static bool bound_inline(struct gen *g, u8 r, u32 hi)
{
	u32 mask = mask_below(hi), jump, bits = 0;
	u8 other;

	while (mask >> bits)
		bits++;
	switch (gen_wrong(g) ? 9 : gen_below(g, 9)) {
	case 0:
	case 1:
		gen_emit(g, alu_class(g) | 0x50, r, 0, 0, (s32)mask);
		hi = mask;
		break;
	case 2:
		gen_emit(g, alu_class(g) | 0x90, r, 0, 0, (s32)(hi + 1));
		break;
	case 3:
		gen_emit(g, CLASS_ALU64 | 0x70, r, 0, 0, (s32)(64 - MAX(bits, 1u)));
		hi = MAX(mask, 1u);
		if (!bits)
			return false;
		break;
	case 4: /* the smaller of the two */
		jump = emit_jump(g, CLASS_JMP | (gen_chance(g, 50) ? 0xb0 : 0xa0), r, 0, (s32)hi);
		gen_emit(g, CODE_MOV, r, 0, 0, (s32)hi);
		patch(g, jump);
		break;
	case 5: /* one of two constants */
		jump = emit_condition(g);
		if (g->m.r[r].kind != G_SCALAR || g->fixed >> r & 1)
			return false;
		gen_emit(g, CODE_MOV, r, 0, 0, (s32)gen_below(g, hi + 1));
		gen_emit(g, CODE_JA, 0, 0, 1, 0);
		patch(g, jump);
		gen_emit(g, CODE_MOV, r, 0, 0, (s32)gen_below(g, hi + 1));
		break;
	case 6: /* a byte with its sign, moved up */
		if (hi < 255)
			return false;
		gen_emit(g, CODE_MOV | SRC_X, r, r, 8, 0);
		gen_emit(g, CLASS_ALU64, r, 0, 0, 128);
		hi = 255;
		break;
	case 7:
		if (hi < 255)
			return false;
		gen_emit(g, CLASS_ALU64 | 0x60, r, 0, 0, 56);
		gen_emit(g, CLASS_ALU64 | (gen_chance(g, 50) ? 0x70 : 0xc0), r, 0, 0, 56);
		if (g->insns[g->count - 1].code & 0x80)
			gen_emit(g, CLASS_ALU64, r, 0, 0, 128);
		hi = 255;
		break;
	case 8: /* by a register that is known */
		other = reg_free(g);
		if (other == r)
			return false;
		gen_emit(g, CODE_MOV, other, 0, 0, (s32)mask);
		gen_emit(g, alu_class(g) | 0x50 | SRC_X, r, other, 0, 0);
		reg_scalar_is(g, other, mask, mask);
		hi = mask;
		break;
	default: /* true, but nobody proves it */
		gen_emit(g, CLASS_ALU | 0xb0 | SRC_X, r, r, 0, 0);
		gen_emit(g, CLASS_ALU64 | 0x30, r, 0, 0, 0x7fffffff);
		gen_emit(g, CLASS_ALU64 | 0x20, r, 0, 0, (s32)(hi / 2));
		break;
	}
	reg_scalar_is(g, r, 0, hi);
	return true;
}

/* Bounds by leaving when they do not hold. */
static u8 bound_bail(struct gen *g, u8 r, u32 hi)
{
	u32 jump;
	u8 other, by = r;
	s32 add;

	if (gen_chance(g, 25)) { /* what is compared is a copy */
		other = reg_free(g);
		if (other != r) {
			emit_mov(g, other, r);
			by = other;
		}
	}
	switch (gen_below(g, 9)) {
	case 0:
	case 1:
		emit_bail(g, CLASS_JMP | 0x20, by, 0, (s32)hi);
		break;
	case 2:
		emit_bail(g, CLASS_JMP | 0x30, by, 0, (s32)hi + 1);
		break;
	case 3: /* from both sides, signed */
		emit_bail(g, CLASS_JMP | 0xc0, by, 0, 0);
		emit_bail(g, CLASS_JMP | (gen_chance(g, 80) ? 0x60 : 0x20), by, 0, (s32)hi);
		break;
	case 4: /* jump over the way out */
		jump = emit_jump(g, CLASS_JMP | 0xb0, by, 0, (s32)hi);
		emit_bail(g, CODE_JA, 0, 0, 0);
		patch(g, jump);
		break;
	case 5: /* bits */
		hi = mask_below(hi);
		emit_bail(g, CLASS_JMP | 0x40, by, 0, (s32)~hi);
		break;
	case 6: /* the low half, then zeros above it */
		emit_bail(g, CLASS_JMP32 | 0x20, by, 0, (s32)hi);
		if (!gen_wrong(g))
			gen_emit(g, CLASS_ALU | 0xb0 | SRC_X, r, r, 0, 0);
		break;
	case 7: /* against a register */
		other = reg_free(g);
		if (other == r || other == by)
			return r;
		gen_emit(g, CODE_MOV, other, 0, 0, (s32)hi);
		reg_scalar_is(g, other, hi, hi);
		if (gen_chance(g, 50))
			emit_bail(g, CLASS_JMP | 0x20 | SRC_X, by, other, 0);
		else
			emit_bail(g, CLASS_JMP | 0xa0 | SRC_X, other, by, 0);
		break;
	default: /* a copy moved by a constant */
		other = reg_free(g);
		add = (s32)gen_below(g, MIN(hi + 1, 16u));
		if (other == r)
			return r;
		emit_mov(g, other, r);
		gen_emit(g, CLASS_ALU64, other, 0, 0, add);
		emit_bail(g, CLASS_JMP | 0x20, r, 0, (s32)hi - add);
		reg_scalar_is(g, r, 0, (s64)hi - add);
		reg_scalar_is(g, other, add, hi);
		return other;
	}
	reg_scalar_is(g, r, 0, hi);
	if (by != r)
		reg_scalar_is(g, by, 0, hi);
	return r;
}

/* Arithmetic that keeps the bounds known. */
static void bound_move(struct gen *g, u8 r, u32 hi)
{
	struct gen_reg *v = &g->m.r[r];
	s64 n;

	switch (gen_below(g, 6)) {
	case 0:
		n = (s64)gen_below(g, 8) - 3;
		gen_emit(g, CLASS_ALU64, r, 0, 0, (s32)n);
		v->lo += n;
		v->hi += n;
		break;
	case 1:
		n = 1 + gen_below(g, 4);
		if (v->lo < 0 || v->hi * n > (s64)hi)
			return;
		gen_emit(g, alu_class(g) | 0x20, r, 0, 0, (s32)n);
		v->lo *= n;
		v->hi *= n;
		break;
	case 2:
		if (v->lo < 0 || v->hi * 4 > (s64)hi)
			return;
		gen_emit(g, alu_class(g) | 0x60, r, 0, 0, 2);
		v->lo *= 4;
		v->hi *= 4;
		break;
	case 3:
		gen_emit(g, CLASS_ALU64 | 0x80, r, 0, 0, 0);
		n = v->lo;
		v->lo = -v->hi;
		v->hi = -n;
		break;
	case 4:
		if (v->lo < 0)
			return;
		gen_emit(g, alu_class(g) | (gen_chance(g, 50) ? 0x70 : 0xc0), r, 0, 0, 1);
		v->lo >>= 1;
		v->hi >>= 1;
		break;
	default:
		if (v->lo < 0 || (v->hi | 1) > (s64)hi)
			return;
		gen_emit(g, alu_class(g) | 0x40, r, 0, 0, 1);
		v->hi |= 1;
		break;
	}
}

/*
 * One of two small numbers, chosen by a condition that has nothing to do with where it will be
 * used: whoever takes two paths for the same must look at it.
 */
void idiom_choose(struct gen *g)
{
	u8 by = reg_scalar(g), dst = gen_chance(g, 60) ? (u8)(7 + gen_below(g, 3)) : reg_free(g);
	u32 limit = gen_chance(g, 70) ? 12 : 60, jump;
	s32 one = (s32)gen_below(g, limit), two = (s32)gen_below(g, limit);

	if ((g->fixed | g->kept) >> dst & 1 || dst == by || g->m.r[by].kind != G_SCALAR ||
	    g->m.r[dst].kind == G_RECORD)
		return;
	gen_emit(g, CODE_MOV, dst, 0, 0, one);
	jump = emit_jump(g, (u8)(jmp_class(g) | GEN_PICK(g, jumps)), by, 0,
			 gen_chance(g, 60) ? (s32)gen_below(g, 70) - 4 : (s32)gen_number(g));
	if (gen_chance(g, 60))
		gen_emit(g, CODE_MOV, dst, 0, 0, two);
	else
		gen_emit(g, CLASS_ALU64, dst, 0, 0, two - one);
	patch(g, jump);
	reg_scalar_is(g, dst, MIN(one, two), MAX(one, two));
}

/* One that is bounded already, from far away if possible. */
static s32 find_bounded(struct gen *g, u32 hi)
{
	u32 from = gen_below(g, REG_FP);

	for (u32 i = 0; i < REG_FP; i++) {
		u32 r = (from + i) % REG_FP;

		if (g->m.r[r].kind == G_SCALAR && g->m.r[r].lo >= 0 && g->m.r[r].hi <= (s64)hi &&
		    g->m.r[r].lo < g->m.r[r].hi)
			return (s32)r;
	}
	return -1;
}

u8 make_bounded(struct gen *g, u32 hi)
{
	s32 known = gen_chance(g, 60) ? find_bounded(g, hi) : -1;
	u8 r = known >= 0 ? (u8)known : reg_scalar(g);
	u32 want = hi;
	bool done;

	if (known >= 0)
		return r;

	if (g->fixed >> r & 1 || g->m.r[r].kind != G_SCALAR) {
		r = reg_free(g);
		emit_movi(g, r, (s32)gen_below(g, hi + 1));
		return r;
	}
	if (gen_chance(g, 15) && hi >= 4)
		hi /= 1 + gen_below(g, 4);
	if (gen_wrong(g))
		hi += 1 + gen_below(g, 9);
	done = false;
	if (!g->open && gen_chance(g, 55)) {
		r = bound_bail(g, r, hi);
		done = g->m.r[r].kind == G_SCALAR && g->m.r[r].lo != UNKNOWN_LO;
	}
	for (u32 tries = 0; tries < 20 && !done; tries++)
		done = bound_inline(g, r, hi);
	if (gen_wrong(g)) { /* the check is believed to be right */
		g->m.r[r].lo = 0;
		g->m.r[r].hi = MIN(g->m.r[r].hi, (s64)want);
	}
	if (gen_chance(g, 25))
		bound_move(g, r, want);
	return r;
}
