// SPDX-License-Identifier: BSD-2-Clause
/*
 * Filter expressions: any text is refused with a diagnostic, or it is a condition as cond.h
 * promises one, and its programs pass Linux's checker. The first byte chooses the link type.
 */
#include <stdlib.h>

#include "filter/cond.h"
#include "filter/filter.h"
#include "filter/linktype.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool truth)
{
	if (!truth)
		abort();
}

static void check_values(const struct values *v)
{
	for (u32 i = 0; i < v->cap; i++) {
		const struct value *x = v->slots[i];

		if (!x)
			continue;
		must(x->id < v->count);
		must(!x->a || (x->a->id < x->id && x->a->depth < x->depth));
		must(!x->b || (x->b->id < x->id && x->b->depth < x->depth));
	}
}

static void check_cond(const struct cond *c, u32 left)
{
	must(left > 0);
	if (c->lhs)
		check_cond(c->lhs, left - 1);
	if (c->rhs)
		check_cond(c->rhs, left - 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct filter_opts opts = { .netmask = 0x00ffffff, .literal = true };
	struct arena arena = { 0 };
	struct values v = { .arena = &arena };
	const struct cond *c = NULL;
	struct diag d;
	char *text;
	u32 rows = 0;
	int err;

	/* What is long is bounded by tests/filter/test_parse.c; here it is only slow. */
	if (!size || size > 4096)
		return 0;
	while (linktype_row(rows))
		rows++;
	opts.linktype = linktype_row(data[0] < 128 ? 1 : data[0] % rows)->number;
	opts.live = data[0] & 1;
	text = strndup((const char *)data + 1, size - 1);
	diag_init(&d);
	err = filter_parse(&c, &v, text, &opts, &d);
	must(!err == !d.errors);
	diag_fini(&d);
	if (!err) {
		check_values(&v);
		check_cond(c, COND_MAX_DEPTH);
	}
	arena_fini(&arena);
	free(text);
	return 0;
}
