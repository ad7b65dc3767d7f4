// SPDX-License-Identifier: BSD-2-Clause
/*
 * Aggregations: what an update does to the value at its place, and how the parts of all CPUs become
 * one number where a script reads it.
 */
#include <errno.h>

#include "spec/helper_extra.h"
#include "trace/lower.h"

static void add_word(struct lower *lo, u32 base, s32 off, u32 by, bool one)
{
	u32 r = new_reg(lo);

	vc_load(lo->v, 8, false, r, base, off);
	if (one)
		vc_alu_imm(lo->v, VC_ADD, VC_64, r, r, 1);
	else
		vc_alu(lo->v, VC_ADD, VC_64, r, r, by);
	vc_store(lo->v, 8, base, off, r);
}

static enum vc_cond order(const struct ttype *t, bool less)
{
	if (t->is_signed)
		return less ? VC_SLT : VC_SGT;
	return less ? VC_ULT : VC_UGT;
}

static void update_extreme(struct lower *lo, const struct ttype *t, u32 base, u32 v)
{
	u32 set = new_reg(lo), r = new_reg(lo), take = vc_label(lo->v), end = vc_label(lo->v);

	vc_load(lo->v, 8, false, set, base, 8);
	vc_branch_imm(lo->v, VC_EQ, VC_64, set, 0, take);
	vc_load(lo->v, 8, false, r, base, 0);
	vc_branch(lo->v, order(t, t->kind == T_MAX), VC_64, r, v, take);
	vc_jump(lo->v, end);
	vc_place(lo->v, take);
	vc_store(lo->v, 8, base, 0, v);
	vc_store_imm(lo->v, 8, base, 8, 1);
	vc_place(lo->v, end);
}

/*
 * The number of the highest bit of x > 0: the highest byte that is not zero by comparisons, the
 * rest from a table. Eight paths for the verifier, and a number from memory that it knows no more
 * of than that it is a byte.
 */
static u32 highest_bit(struct lower *lo, u32 value)
{
	u32 x = new_reg(lo), l = new_reg(lo), t = new_reg(lo), table = new_reg(lo);
	u32 low = vc_label(lo->v), half = vc_label(lo->v), byte = vc_label(lo->v);

	vc_mov(lo->v, x, value);
	vc_imm(lo->v, l, 0);
	vc_alu_imm(lo->v, VC_SHR, VC_64, t, x, 32);
	vc_branch_imm(lo->v, VC_EQ, VC_64, t, 0, low);
	vc_mov(lo->v, x, t);
	vc_imm(lo->v, l, 32);
	vc_place(lo->v, low);
	vc_branch_imm(lo->v, VC_ULT, VC_64, x, 1 << 16, half);
	vc_alu_imm(lo->v, VC_SHR, VC_64, x, x, 16);
	vc_alu_imm(lo->v, VC_ADD, VC_64, l, l, 16);
	vc_place(lo->v, half);
	vc_branch_imm(lo->v, VC_ULT, VC_64, x, 1 << 8, byte);
	vc_alu_imm(lo->v, VC_SHR, VC_64, x, x, 8);
	vc_alu_imm(lo->v, VC_ADD, VC_64, l, l, 8);
	vc_place(lo->v, byte);
	vc_alu_imm(lo->v, VC_AND, VC_64, x, x, 255);
	lo->out->uses_log_table = true;
	vc_map_value(lo->v, table, lo->out->log_map, 0);
	vc_alu(lo->v, VC_ADD, VC_64, table, table, x);
	vc_load(lo->v, 1, false, t, table, 0);
	vc_alu(lo->v, VC_ADD, VC_64, l, l, t);
	return l;
}

/* values[index]++ where index is below count; more is impossible, but must be shown to be. */
static void count_bucket(struct lower *lo, u32 base, u32 index, u32 count)
{
	u32 end = vc_label(lo->v), at = new_reg(lo);

	vc_branch_imm(lo->v, VC_UGE, VC_64, index, count, end);
	vc_alu_imm(lo->v, VC_SHL, VC_64, at, index, 3);
	vc_alu(lo->v, VC_ADD, VC_64, at, base, at);
	add_word(lo, at, 0, 0, true);
	vc_place(lo->v, end);
}

/*
 * The bucket of n with k bits below the highest: 0 where n < 0, n + 1 where n < 2^k, else
 * (l << k) + (n >> l) + 1 with l = the highest bit's number - k.
 */
static u32 hist_index(struct lower *lo, u32 n, u32 k)
{
	u32 index = new_reg(lo), end = vc_label(lo->v), large = vc_label(lo->v), x = n, l, r;

	vc_imm(lo->v, index, 0);
	vc_branch_imm(lo->v, VC_SLT, VC_64, n, 0, end);
	vc_branch_imm(lo->v, VC_SGE, VC_64, n, 1ll << k, large);
	vc_alu_imm(lo->v, VC_ADD, VC_64, index, n, 1);
	vc_jump(lo->v, end);
	vc_place(lo->v, large);
	if (k) {
		x = new_reg(lo);
		vc_alu_imm(lo->v, VC_SHR, VC_64, x, n, k);
	}
	l = highest_bit(lo, x);
	if (!k) {
		vc_alu_imm(lo->v, VC_ADD, VC_64, index, l, 2);
	} else {
		r = new_reg(lo);
		vc_alu(lo->v, VC_SHR, VC_64, r, n, l);
		vc_alu_imm(lo->v, VC_SHL, VC_64, l, l, k);
		vc_alu(lo->v, VC_ADD, VC_64, index, r, l);
		vc_alu_imm(lo->v, VC_ADD, VC_64, index, index, 1);
	}
	vc_place(lo->v, end);
	return index;
}

/* d / step for 0 <= d < range, exact: a multiplication where the range is small. */
static void divide(struct lower *lo, u32 d, u64 range, u64 step)
{
	u32 bits = 0, shift;
	u64 factor;

	if (step == 1)
		return;
	if (!(step & (step - 1))) {
		vc_alu_imm(lo->v, VC_SHR, VC_64, d, d, __builtin_ctzll(step));
		return;
	}
	while (range >> bits)
		bits++;
	if (bits > 20) {
		if (step <= INT32_MAX)
			vc_alu_imm(lo->v, VC_DIV, VC_64, d, d, (s64)step);
		else
			vc_alu(lo->v, VC_DIV, VC_64, d, d, imm_reg(lo, step));
		return;
	}
	/* factor = ceil(2^shift / step): the error stays below 1/step for all d < 2^bits. */
	shift = 2 * bits;
	factor = ((1ull << shift) + step - 1) / step;
	vc_alu(lo->v, VC_MUL, VC_64, d, d, imm_reg(lo, factor));
	vc_alu_imm(lo->v, VC_SHR, VC_64, d, d, shift);
}

static u32 lhist_index(struct lower *lo, const struct ttype *t, u32 n)
{
	u32 index = new_reg(lo), end = vc_label(lo->v), d = new_reg(lo);
	u64 range = (u64)(t->max - t->min), buckets = range / (u64)t->step;
	u32 min = imm_reg(lo, (u64)t->min), max = imm_reg(lo, (u64)t->max);

	vc_imm(lo->v, index, 0);
	vc_branch(lo->v, VC_SLT, VC_64, n, min, end);
	vc_imm(lo->v, index, buckets + 1);
	vc_branch(lo->v, VC_SGE, VC_64, n, max, end);
	vc_alu(lo->v, VC_SUB, VC_64, d, n, min);
	divide(lo, d, range, (u64)t->step);
	vc_alu_imm(lo->v, VC_ADD, VC_64, index, d, 1);
	vc_place(lo->v, end);
	return index;
}

static void update(struct lower *lo, const struct tmap *m, u32 base, u32 v)
{
	const struct ttype *t = m->value;

	switch (t->kind) {
	case T_COUNT:
		add_word(lo, base, 0, 0, true);
		break;
	case T_SUM:
		add_word(lo, base, 0, v, false);
		if (!m->key) /* a sum of 0 is a value, too */
			vc_store_imm(lo->v, 8, base, 8, 1);
		break;
	case T_AVG:
	case T_STATS:
		add_word(lo, base, 0, 0, true);
		add_word(lo, base, 8, v, false);
		break;
	case T_MIN:
	case T_MAX:
		update_extreme(lo, t, base, v);
		break;
	case T_HIST:
		count_bucket(lo, base, v, hist_buckets(t->bits));
		break;
	default:
		count_bucket(lo, base, v, (u32)((t->max - t->min) / t->step) + 2);
		break;
	}
}

int lower_aggregate(struct lower *lo, struct node *n)
{
	const struct ttype *t = n->a->map->value;
	struct node *arg = n->b->args;
	u32 fail = vc_label(lo->v), v = VC_NONE, base;
	int err = 0;

	/* What is computed does not need the slot, and must not be lost over a call. */
	if (arg)
		err = lower_reg(lo, arg, &v);
	if (err)
		return err;
	if (t->kind == T_HIST)
		v = hist_index(lo, v, t->bits);
	else if (t->kind == T_LHIST)
		v = lhist_index(lo, t, v);
	err = map_slot(lo, n->a, fail, &base);
	if (err)
		return err;
	update(lo, n->a->map, base, v);
	vc_place(lo->v, fail);
	return 0;
}

/* ---- reading ---- */

static void merge(struct lower *lo, const struct ttype *t, u32 p, u32 acc, u32 count)
{
	u32 r = new_reg(lo), set, skip = vc_label(lo->v), take;

	switch (t->kind) {
	case T_AVG:
		vc_load(lo->v, 8, false, r, p, 0);
		vc_alu(lo->v, VC_ADD, VC_64, count, count, r);
		vc_load(lo->v, 8, false, r, p, 8);
		vc_alu(lo->v, VC_ADD, VC_64, acc, acc, r);
		break;
	case T_MIN:
	case T_MAX:
		set = new_reg(lo);
		take = vc_label(lo->v);
		vc_load(lo->v, 8, false, set, p, 8);
		vc_branch_imm(lo->v, VC_EQ, VC_64, set, 0, skip);
		vc_load(lo->v, 8, false, r, p, 0);
		vc_branch_imm(lo->v, VC_EQ, VC_64, count, 0, take);
		vc_branch(lo->v, order(t, t->kind == T_MAX), VC_64, acc, r, take);
		vc_jump(lo->v, skip);
		vc_place(lo->v, take);
		vc_mov(lo->v, acc, r);
		vc_imm(lo->v, count, 1);
		break;
	default:
		vc_load(lo->v, 8, false, r, p, 0);
		vc_alu(lo->v, VC_ADD, VC_64, acc, acc, r);
		break;
	}
	vc_place(lo->v, skip);
}

int read_aggregate(struct lower *lo, struct tmap *m, struct place key, struct value *out)
{
	const struct ttype *t = m->value;
	u32 acc, count, cpu, p, args[3], next = vc_label(lo->v), end = vc_label(lo->v);
	u32 skip = vc_label(lo->v);

	if (!reads_as_number(t))
		return diag_error(lo->d, -EINVAL, m->at, "%s is %s: it cannot be read as a number",
				  m->name, type_text(lo->in, t));
	acc = imm_reg(lo, 0);
	count = imm_reg(lo, 0);
	cpu = imm_reg(lo, 0);
	vc_place(lo->v, next);
	vc_branch_imm(lo->v, VC_UGE, VC_64, cpu, lo->out->cpus, end);
	args[0] = new_reg(lo);
	vc_map(lo->v, args[0], m->obj_map);
	args[1] = place_addr(lo, key);
	args[2] = cpu;
	p = new_reg(lo);
	vc_call(lo->v, HELPER_map_lookup_percpu_elem, p, 3, args);
	vc_branch_imm(lo->v, VC_EQ, VC_64, p, 0, skip);
	merge(lo, t, p, acc, count);
	vc_place(lo->v, skip);
	vc_alu_imm(lo->v, VC_ADD, VC_64, cpu, cpu, 1);
	vc_jump(lo->v, next);
	vc_place(lo->v, end);
	if (t->kind == T_AVG) /* nothing divided by nothing is nothing in BPF */
		vc_alu(lo->v, t->is_signed ? VC_SDIV : VC_DIV, VC_64, acc, acc, count);
	*out = value_reg(acc, type_value(t));
	return 0;
}
