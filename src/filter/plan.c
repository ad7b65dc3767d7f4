// SPDX-License-Identifier: BSD-2-Clause
#include "filter/plan.h"

#include <stdlib.h>

#include "classic/classic.h"

/* A value that differs from its surroundings: tested with "equal". */
struct single {
	u32 value;
	struct node *to;
};

/* A part of a range of arms: arms with the same target joined, after single values are taken out.
 */
struct piece {
	struct arm *arms; /* ascending, the last reaches to the end of the part */
	u32 count;
	struct single *singles; /* ascending */
	u32 single_count;
};

static struct plan_ref expand(struct plan *p, struct piece at, u32 chain);

static u32 test_push(struct plan *p)
{
	struct plan_test *t = vec_push(&p->tests);

	if (!t)
		p->failed = true;
	return t ? p->tests.len - 1 : 0;
}

static struct plan_ref test_ref(u32 index)
{
	return (struct plan_ref){ .test = index };
}

/* One comparison; what follows on its sides is expanded after it, so that indexes ascend. */
static struct plan_ref equal_first(struct plan *p, struct piece at, u32 chain)
{
	struct single s = at.singles[0];
	u32 index = test_push(p);
	struct plan_ref no;

	at.singles++;
	at.single_count--;
	no = expand(p, at, chain);
	if (!p->failed)
		p->tests.data[index] = (struct plan_test){
			.op = CBPF_JEQ, .k = s.value, .yes = { s.to, 0 }, .no = no
		};
	return test_ref(index);
}

/* The arms up to k, and those above. */
static struct piece piece_low(struct piece at, u32 k, u32 arms)
{
	u32 n = 0;

	while (n < at.single_count && at.singles[n].value <= k)
		n++;
	return (struct piece){ at.arms, arms, at.singles, n };
}

static struct plan_ref greater_first(struct plan *p, struct piece at, u32 k, u32 low_arms,
				     u32 high_first, u32 chain)
{
	struct piece low = piece_low(at, k, low_arms);
	struct piece high = { at.arms + high_first, at.count - high_first,
			      at.singles + low.single_count, at.single_count - low.single_count };
	u32 index = test_push(p);
	struct plan_ref yes, no;

	if (p->failed)
		return test_ref(0);
	no = expand(p, low, chain);
	yes = expand(p, high, chain);
	p->tests.data[index] = (struct plan_test){ .op = CBPF_JGT, .k = k, .yes = yes, .no = no };
	return test_ref(index);
}

/* Cut where about half of what there is to test lies on either side. */
static struct plan_ref halve(struct plan *p, struct piece at, u32 chain)
{
	u32 half = MAX((at.single_count + at.count - 1) / 2, 1u), i = 0, j = 0;

	while (i + j < half) {
		if (j < at.single_count &&
		    (i + 1 == at.count || at.singles[j].value <= at.arms[i].hi))
			j++;
		else
			i++;
	}
	if (i && (!j || at.arms[i - 1].hi >= at.singles[j - 1].value))
		return greater_first(p, at, at.arms[i - 1].hi, i, i, chain);
	if (i + 1 < at.count && at.singles[j - 1].value == at.arms[i].hi)
		return greater_first(p, at, at.arms[i].hi, i + 1, i + 1, chain);
	return greater_first(p, at, at.singles[j - 1].value, i + 1, i, chain);
}

static struct plan_ref expand(struct plan *p, struct piece at, u32 chain)
{
	/* Singles inside an arm with their own target need no test. */
	if (at.count == 1 && !at.single_count)
		return (struct plan_ref){ .node = at.arms[0].to };
	if (p->failed)
		return test_ref(0);
	if (at.single_count && at.single_count <= chain)
		return equal_first(p, at, chain);
	return halve(p, at, chain);
}

static bool arm_is_single(const struct node *n, u32 i)
{
	return n->arms[i].hi == (i ? n->arms[i - 1].hi + 1 : 0);
}

/* The end of the row of single values that begins at arm i. */
static u32 row_end(const struct node *n, u32 i)
{
	while (i < n->count && arm_is_single(n, i))
		i++;
	return i;
}

/* Takes out values between arms of the same target, and those at the ends of the range. */
static void split(const struct node *n, struct piece *out)
{
	for (u32 i = 0; i < n->count;) {
		const struct arm *arm = &n->arms[i];
		struct arm *last = out->count ? &out->arms[out->count - 1] : NULL;
		u32 end = row_end(n, i);

		struct node *around = end < n->count ? n->arms[end].to : last ? last->to : NULL;

		if (end > i && around && (!last || last->to == around)) {
			for (; i < end; i++)
				if (n->arms[i].to != around)
					out->singles[out->single_count++] =
						(struct single){ n->arms[i].hi, n->arms[i].to };
			if (last)
				last->hi = n->arms[end - 1].hi;
			continue;
		}
		if (last && last->to == arm->to)
			last->hi = arm->hi;
		else
			out->arms[out->count++] = *arm;
		i++;
	}
}

void plan_switch(struct plan *p, const struct node *n, u32 chain)
{
	struct piece all = { 0 };

	p->tests.len = 0;
	all.arms = pool_take(p->pool, n->count, sizeof(*all.arms));
	all.singles = pool_take(p->pool, n->count, sizeof(*all.singles));
	if (all.arms && all.singles) {
		split(n, &all);
		expand(p, all, chain);
	} else {
		p->failed = true;
	}
	pool_give(p->pool, all.arms);
	pool_give(p->pool, all.singles);
}

void plan_fini(struct plan *p)
{
	vec_fini(&p->tests);
	*p = (struct plan){ 0 };
}
