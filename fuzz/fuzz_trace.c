// SPDX-License-Identifier: BSD-2-Clause
/*
 * The trace language: any text is refused with a diagnostic, or it is a script whose print parses to
 * the same print.
 */
#include <stdlib.h>

#include "base/buf.h"
#include "trace/ast.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool truth)
{
	if (!truth)
		abort();
}

static void check_again(const struct script *s)
{
	struct buf one = { 0 }, two = { 0 };
	struct parse_opts opts = { .max_depth = 600 };
	struct arena arena = { 0 };
	struct script *t;

	script_print(s, &one);
	/* Printed operators have parentheses: they nest deeper. A block may hold C of any kind. */
	if (!s->c && !script_parse(&t, &arena, "again", buf_str(&one), one.len, &opts, NULL)) {
		script_print(t, &two);
		must(one.len == two.len && !memcmp(one.data, two.data, one.len));
	} else {
		must(s->c);
	}
	buf_fini(&one);
	buf_fini(&two);
	arena_fini(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const params[] = { "1", "two" };
	struct parse_opts opts = { .params = params, .param_count = 2, .max_nodes = 5000 };
	struct arena arena = { 0 };
	struct script *s = NULL;
	struct diag d;
	int err;

	if (size > 8192)
		return 0;
	diag_init(&d);
	err = script_parse(&s, &arena, "script", (const char *)data, size, &opts, &d);
	must(!err == !d.errors);
	if (!err)
		check_again(s);
	diag_fini(&d);
	arena_fini(&arena);
	return 0;
}
