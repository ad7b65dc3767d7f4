// SPDX-License-Identifier: BSD-2-Clause
/* Functions that give maps their values bit by bit; what they do is in lower_agg.c. */
#include <errno.h>

#include "trace/builtin/family.h"

static int infer_count(struct infer *in, struct node *n)
{
	(void)in;
	n->type = t_kind(T_COUNT);
	return 0;
}

/* sum, avg, min, max, stats: of numbers of one sign. */
static int of_number(struct infer *in, struct node *n, enum tkind kind)
{
	struct ttype *t;
	int err = number_arg(in, n, 0);

	if (err)
		return err;
	n->type = &t_unknown;
	if (unknown(n->args->type))
		return 0;
	t = arena_copy(in->a, t_kind(kind), sizeof(*t));
	if (!t)
		return infer_nomem(in);
	t->is_signed = type_value(n->args->type)->is_signed;
	n->type = t;
	return 0;
}

static int infer_sum(struct infer *in, struct node *n)
{
	return of_number(in, n, T_SUM);
}

static int infer_avg(struct infer *in, struct node *n)
{
	return of_number(in, n, T_AVG);
}

static int infer_min(struct infer *in, struct node *n)
{
	return of_number(in, n, T_MIN);
}

static int infer_max(struct infer *in, struct node *n)
{
	return of_number(in, n, T_MAX);
}

static int infer_stats(struct infer *in, struct node *n)
{
	return of_number(in, n, T_STATS);
}

static int constant_arg(struct infer *in, struct node *n, u32 i, s64 *out)
{
	struct node *a = arg_at(n, i);
	int err = infer_value(in, a);

	if (err)
		return err;
	if (!is_constant(a))
		return infer_error(in, a->at, "%s() takes a literal number here", n->name);
	*out = (s64)a->num;
	return 0;
}

static int infer_hist(struct infer *in, struct node *n)
{
	s64 bits = 0;
	struct ttype *t;
	int err = number_arg(in, n, 0);

	if (!err && n->args->next)
		err = constant_arg(in, n, 1, &bits);
	if (err)
		return err;
	if (bits < 0 || bits > 5)
		return infer_error(in, n->args->next->at, "hist() has 0 to 5 bits, not %lld",
				   (long long)bits);
	t = arena_copy(in->a, t_kind(T_HIST), sizeof(*t));
	if (!t)
		return infer_nomem(in);
	t->kind = T_HIST;
	t->bits = (u32)bits;
	t->size = hist_buckets(t->bits) * 8;
	t->align = 8;
	n->type = t;
	return 0;
}

static int infer_lhist(struct infer *in, struct node *n)
{
	s64 min = 0, max = 0, step = 0;
	struct ttype *t;
	int err = number_arg(in, n, 0);

	if (!err)
		err = constant_arg(in, n, 1, &min);
	if (!err)
		err = constant_arg(in, n, 2, &max);
	if (!err)
		err = constant_arg(in, n, 3, &step);
	if (err)
		return err;
	if (step <= 0)
		return infer_error(in, arg_at(n, 3)->at, "lhist() needs a step above 0");
	if (min < 0)
		return infer_error(in, arg_at(n, 1)->at, "lhist() begins at 0 or above");
	if (max <= min)
		return infer_error(in, n->at, "lhist() needs a max above its min");
	if ((u64)(max - min) / (u64)step > 1000)
		return infer_error(in, n->at, "lhist() has at most 1000 steps, here are %llu",
				   (unsigned long long)((u64)(max - min) / (u64)step));
	t = arena_copy(in->a, t_kind(T_LHIST), sizeof(*t));
	if (!t)
		return infer_nomem(in);
	t->kind = T_LHIST;
	t->min = min;
	t->max = max;
	t->step = step;
	t->size = (u32)((max - min) / step + 2) * 8;
	t->align = 8;
	n->type = t;
	return 0;
}

static int lower_alone(struct lower *lo, struct node *n, struct value *out)
{
	(void)out;
	return diag_error(lo->d, -EINVAL, n->at, "%s() is the whole right side of @x = %s(…)",
			  n->name, n->name);
}

#define AGG (WORD_CALL | WORD_AGGREGATE | WORD_USER_SPACE)
const struct builtin words_aggregate[] = {
	{ "count", AGG, 0, 0, infer_count, lower_alone, "@x = count()" },
	{ "sum", AGG, 1, 1, infer_sum, lower_alone, "@x = sum(n)" },
	{ "avg", AGG, 1, 1, infer_avg, lower_alone, "@x = avg(n)" },
	{ "min", AGG, 1, 1, infer_min, lower_alone, "@x = min(n)" },
	{ "max", AGG, 1, 1, infer_max, lower_alone, "@x = max(n)" },
	{ "stats", AGG, 1, 1, infer_stats, lower_alone, "@x = stats(n)" },
	{ "hist", AGG, 1, 2, infer_hist, lower_alone, "@x = hist(n), hist(n, bits)" },
	{ "lhist", AGG, 4, 4, infer_lhist, lower_alone, "@x = lhist(n, min, max, step)" },
	{ 0 },
};
