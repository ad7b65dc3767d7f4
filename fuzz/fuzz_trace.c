// SPDX-License-Identifier: BSD-2-Clause
/*
 * The trace language: any text is refused with a diagnostic, or it is a script whose print parses
 * to the same print, and which the compiler refuses with a diagnostic or makes an object of.
 */
#include <stdlib.h>

#include "base/buf.h"
#include "object/object.h"
#include "trace/trace.h"

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

/* Without a kernel: scripts of BEGIN, END, intervals. Files are not for a fuzzer to read. */
static void check_compile(const char *text, size_t size, const char *const *params)
{
	struct trace_opts opts = { .params = params,
				   .param_count = 2,
				   .btf_path = "/nonexistent",
				   .tracefs = "/nonexistent" };
	struct object *obj = NULL;
	struct diag d;
	int err;

	if (memmem(text, size, "include", 7) || memmem(text, size, "probe", 5) ||
	    memmem(text, size, "usdt", 4) || memmem(text, size, "u:", 2) ||
	    memmem(text, size, "ur:", 3) || memmem(text, size, "k", 1))
		return;
	diag_init(&d);
	err = trace_compile(&obj, "script", text, size, &opts, &d);
	must(!err == !d.errors && !err == !!obj);
	object_free(obj);
	diag_fini(&d);
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
	if (!err)
		check_compile((const char *)data, size, params);
	diag_fini(&d);
	arena_fini(&arena);
	return 0;
}
