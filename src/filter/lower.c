// SPDX-License-Identifier: BSD-2-Clause
#include "filter/lower.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

#include "filter/link_test.h"

const struct cond *lower_error(struct lower *l, const char *fmt, ...)
{
	char text[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	diag_error(l->d, -EINVAL, l->at, "%s", text);
	return NULL;
}

struct place place_add(struct place p, u32 k)
{
	p.k += k;
	return p;
}

const struct value *load_at(struct lower *l, u8 size, struct place p, u32 off)
{
	if (p.var && p.var == l->hdr_len)
		l->uses_hdr = true;
	if (p.var && p.var == l->payload_off)
		l->uses_payload = true;
	return value_load(l->v, size, p.var, p.k + off);
}

const struct value *load_net(struct lower *l, u8 size, u32 off)
{
	return load_at(l, size, l->payload, l->net + off);
}

const struct value *value_op_k(struct lower *l, u8 op, const struct value *a, u32 k)
{
	return value_op(l->v, op, a, value_const(l->v, k));
}

const struct value *value_masked(struct lower *l, const struct value *a, u32 mask)
{
	return value_op_k(l, CBPF_AND, a, mask);
}

const struct cond *test_k(struct lower *l, u8 op, const struct value *a, u32 k)
{
	return cond_test(l->v, op, a, value_const(l->v, k));
}

const struct cond *test_eq(struct lower *l, const struct value *a, u32 k)
{
	return test_k(l, CBPF_JEQ, a, k);
}

const struct cond *test_masked(struct lower *l, const struct value *a, u32 mask, u32 k)
{
	return test_eq(l, mask == UINT32_MAX ? a : value_masked(l, a, mask), k);
}

const struct cond *test_bytes(struct lower *l, struct place p, u32 off, const u8 *bytes, u32 len)
{
	const struct cond *all = NULL;

	while (len) {
		u32 n = len >= 4 ? 4 : len >= 2 ? 2 : 1, want = 0;
		const struct cond *part;

		len -= n;
		for (u32 i = 0; i < n; i++)
			want = want << 8 | bytes[len + i];
		part = test_eq(l, load_at(l, (u8)n, p, off + len), want);
		all = all ? lower_and(l, all, part) : part;
	}
	return all;
}

const struct cond *lower_and(struct lower *l, const struct cond *a, const struct cond *b)
{
	return a && b ? cond_and(l->v, a, b) : NULL;
}

const struct cond *lower_or(struct lower *l, const struct cond *a, const struct cond *b)
{
	return a && b ? cond_or(l->v, a, b) : NULL;
}

const struct cond *lower_not(struct lower *l, const struct cond *a)
{
	return a ? cond_not(l->v, a) : NULL;
}

const struct cond *lower_const(struct lower *l, bool truth)
{
	return cond_const(l->v, truth);
}

/* True, after the loads of `a`. */
static const struct cond *evaluated(struct lower *l, const struct value *a)
{
	return test_k(l, CBPF_JGE, a, 0);
}

const struct cond *lower_finish(struct lower *l, const struct cond *c)
{
	if (l->uses_payload && l->payload_off)
		c = lower_and(l, evaluated(l, l->payload_off), c);
	else if (l->uses_hdr && l->hdr_len)
		c = lower_and(l, evaluated(l, l->hdr_len), c);
	/* A PPI header names the link type of what it carries; 802.11 is 105, little-endian. */
	if (l->link->kind == KIND_PPI)
		c = lower_and(l, test_eq(l, value_load(l->v, 4, NULL, 4), 0x69000000), c);
	return c;
}

void lower_init(struct lower *l, struct values *v, const struct filter_opts *opts,
		const struct linktype *link, struct diag *d)
{
	*l = (struct lower){ .v = v, .opts = opts, .link = link, .d = d };
	link_start(l);
}
