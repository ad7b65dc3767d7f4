// SPDX-License-Identifier: BSD-2-Clause
/*
 * Probes to attach points. Tracepoints are held to what bpftrace lists where it is installed, and
 * to tracefs; functions and iterators to the kernel's BTF; numbers to the language's reference.
 */
#include "test.h"

#include <errno.h>
#include <unistd.h>

#include "base/buf.h"
#include "btf/types.h"
#include "spec/prog.h"
#include "trace/expand.h"
#include "trace/probe/tracefs.h"

struct expanded {
	struct arena arena;
	struct diag diag;
	struct script *s;
	struct tpoint *points;
	int err;
};

static struct types *kernel;

static const struct types *get_kernel(void *ctx)
{
	return kernel;
}

static const struct btf_source source = { get_kernel, NULL };

static void expand(struct expanded *x, const char *text, const struct trace_opts *given)
{
	struct trace_opts opts = given ? *given : (struct trace_opts){ 0 };

	memset(x, 0, sizeof(*x));
	opts.btf = kernel;
	diag_init(&x->diag);
	assert_int_equal(
		script_parse(&x->s, &x->arena, "script", text, strlen(text), NULL, &x->diag), 0);
	x->err = script_expand(&x->points, x->s, &opts, &source, &x->diag);
	assert_true(!x->err == !x->diag.errors);
}

static void drop(struct expanded *x)
{
	diag_fini(&x->diag);
	arena_fini(&x->arena);
}

static const struct targ *arg(const struct tpoint *p, const char *name)
{
	for (u32 i = 0; i < p->arg_count; i++) {
		if (p->args[i].name && !strcmp(p->args[i].name, name))
			return &p->args[i];
	}
	fail_msg("%s has no argument %s", p->meta.name, name);
	return NULL;
}

static void need_events(void)
{
	if (!tracefs_path(NULL))
		test_skip("tracefs is not mounted, or not readable");
}

static void need_btf(void)
{
	if (!kernel)
		test_skip("the kernel has no BTF");
}

static char *output_of(const char *command)
{
	struct buf b = { 0 };
	FILE *in = popen(command, "r");
	char chunk[4096];
	size_t n;

	while (in && (n = fread(chunk, 1, sizeof(chunk), in)))
		buf_put(&b, chunk, n);
	if (in)
		pclose(in);
	buf_putc(&b, 0);
	return (char *)b.data;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static size_t split(char *text, char ***out)
{
	size_t count = 0;
	char **lines = calloc(strlen(text) + 1, sizeof(*lines));

	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
		lines[count++] = line;
	qsort(lines, count, sizeof(*lines), by_text);
	*out = lines;
	return count;
}

/* In any order. */
static void same_lines(const char *got, char *want)
{
	char *copy = strdup(got), **a, **b;
	size_t n = split(copy, &a), m = split(want, &b);

	for (size_t i = 0; i < n && i < m; i++) {
		if (strcmp(a[i], b[i]))
			fail_msg("'%s' is listed where bpftrace has '%s'", a[i], b[i]);
	}
	assert_int_equal(n, m);
	free(a);
	free(b);
	free(copy);
}

static void events_are_listed_as_bpftrace_lists_them(void **state)
{
	static const char *const patterns[][3] = {
		{ "tracepoint:*", "tracepoint:*", "" },
		{ "tracepoint:s*:sys_enter_*", "tracepoint:s*:sys_enter_*", "v" },
		{ "tracepoint:sched:*", "tracepoint:sched:*", "v" },
		{ "t:block:block_rq_*", "t:block:block_rq_*", "v" },
		{ "tracepoint:*:*exec*", "tracepoint:*:*exec*", "v" },
	};
	(void)state;
	need_events();
	if (geteuid() || system("bpftrace --version >/dev/null 2>&1"))
		test_skip("no bpftrace, or not root");
	for (size_t i = 0; i < ARRAY_SIZE(patterns); i++) {
		struct trace_opts opts = { .btf = kernel };
		bool verbose = patterns[i][2][0];
		struct buf out = { 0 };
		char command[200], *want;

		snprintf(command, sizeof(command), "bpftrace -l%s '%s' 2>/dev/null", patterns[i][2],
			 patterns[i][0]);
		want = output_of(command);
		assert_int_equal(trace_list(&out, patterns[i][1], &opts, verbose, NULL), 0);
		assert_true(strlen(want) > 100);
		same_lines(buf_str(&out), want);
		free(want);
		buf_fini(&out);
	}
}

static void fields_lie_where_the_format_says(void **state)
{
	struct expanded x;

	(void)state;
	need_events();
	need_btf();
	expand(&x, "tracepoint:syscalls:sys_enter_openat { 1 }", NULL);
	assert_int_equal(x.err, 0);
	assert_string_equal(x.points->meta.name, "tracepoint:syscalls:sys_enter_openat");
	assert_string_equal(x.points->attach_target, "syscalls/sys_enter_openat");
	assert_int_equal(x.points->prog_type, PROG_TRACEPOINT);
	assert_int_equal(arg(x.points, "filename")->off, 24);
	assert_int_equal(arg(x.points, "filename")->type->kind, T_POINTER);
	assert_int_equal(arg(x.points, "filename")->type->space, SPACE_USER);
	assert_ptr_equal(arg(x.points, "filename")->type->elem, &t_s8);
	/* A register of a system call. */
	assert_int_equal(arg(x.points, "dfd")->type->size, 8);
	assert_true(arg(x.points, "dfd")->type->is_signed);
	/* umode_t: 16 bits wherever they stand. */
	assert_int_equal(arg(x.points, "mode")->type->size, 2);
	assert_true(arg(x.points, "common_pid")->common);
	drop(&x);
	expand(&x, "tracepoint:syscalls:sys_enter_execve { 1 }", NULL);
	assert_string_equal(arg(x.points, "argv")->decl, "const char *const * argv");
	assert_ptr_equal(arg(x.points, "argv")->type->elem->elem, &t_s8);
	drop(&x);
	expand(&x, "tracepoint:sched:sched_process_exec, tracepoint:sched:sched_switch { 1 }",
	       NULL);
	assert_int_equal(x.err, 0);
	assert_int_equal(arg(x.points, "filename")->from, TARG_DATA_LOC);
	assert_int_equal(arg(x.points, "filename")->off, 8);
	assert_int_equal(arg(x.points->next, "prev_comm")->type->kind, T_ARRAY);
	assert_int_equal(arg(x.points->next, "prev_comm")->type->count, 16);
	drop(&x);
}

static void format_lines_are_read(void **state)
{
	static const struct {
		const char *line, *type, *name;
		u32 off, size, count;
		enum loc_kind loc;
	} rows[] = {
		{ "const char * filename;\toffset:24;\tsize:8;\tsigned:0;", "const char *",
		  "filename", 24, 8, 0, LOC_NONE },
		{ "char comm[16];\toffset:8;\tsize:16;\tsigned:0;", "char", "comm", 8, 16, 16,
		  LOC_NONE },
		{ "__data_loc char[] name;\toffset:8;\tsize:4;\tsigned:0;", "char", "name", 8, 4, 0,
		  LOC_DATA },
		{ "__rel_loc char[] name;\toffset:8;\tsize:4;\tsigned:0;", "char", "name", 8, 4, 0,
		  LOC_REL },
		{ "__u8 saddr[4];\toffset:8;\tsize:4;\tsigned:0;", "__u8", "saddr", 8, 4, 4,
		  LOC_NONE },
		{ "unsigned long args[6];\toffset:16;\tsize:48;\tsigned:0;", "unsigned long",
		  "args", 16, 48, 6, LOC_NONE },
		{ "struct foo *p;\toffset:8;\tsize:8;\tsigned:0;", "struct foo *", "p", 8, 8, 0,
		  LOC_NONE },
	};
	static const char *const wrong[] = { "",
					     "x",
					     "int a",
					     "int a; offset:1;",
					     ";",
					     "int a; offset:-1; size:4; signed:0;",
					     "[4]; offset:0; size:4; signed:0;" };
	struct arena a = { 0 };
	struct tracefs_field f;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		assert_true(tracefs_parse_field(&f, &a, rows[i].line));
		assert_string_equal(f.type, rows[i].type);
		assert_string_equal(f.name, rows[i].name);
		assert_int_equal(f.off, rows[i].off);
		assert_int_equal(f.size, rows[i].size);
		assert_int_equal(f.count, rows[i].count);
		assert_int_equal(f.loc, rows[i].loc);
	}
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++)
		assert_false(tracefs_parse_field(&f, &a, wrong[i]));
	arena_fini(&a);
}

static void times_are_read_in_every_form(void **state)
{
	static const struct {
		const char *text;
		enum point_kind kind;
		u64 frequency, period;
	} rows[] = {
		{ "profile:hz:99", POINT_PROFILE, 99, 0 },
		{ "p:ms:10", POINT_PROFILE, 0, 10000000 },
		{ "interval:s:1", POINT_INTERVAL, 0, 1000000000 },
		{ "i:us:250", POINT_INTERVAL, 0, 250000 },
		{ "interval:1s", POINT_INTERVAL, 0, 1000000000 },
		{ "interval:1e9", POINT_INTERVAL, 0, 1000000000 },
		{ "software:faults:100", POINT_SOFTWARE, 0, 100 },
		{ "hardware:cache-misses:1e6", POINT_HARDWARE, 0, 1000000 },
		{ "h:cycles", POINT_HARDWARE, 0, 1000000 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct expanded x;
		char text[100];

		snprintf(text, sizeof(text), "%s { 1 }", rows[i].text);
		expand(&x, text, NULL);
		assert_int_equal(x.err, 0);
		assert_int_equal(x.points->meta.kind, rows[i].kind);
		assert_int_equal(x.points->meta.frequency, rows[i].frequency);
		assert_int_equal(x.points->meta.period, rows[i].period);
		assert_int_equal(x.points->prog_type, PROG_PERF_EVENT);
		drop(&x);
	}
}

static void probes_that_are_not_there_say_so(void **state)
{
	static const char *const rows[][2] = {
		{ "kprob:f { 1 }", "did you mean 'kprobe'?" },
		{ "interval:s:0 { 1 }", NULL },
		{ "interval:fortnight:1 { 1 }", "units are hz, s, ms and us" },
		{ "profile:hz { 1 }", NULL },
		{ "software:page-fault { 1 }", "did you mean 'page-faults'?" },
		{ "BEGIN:x { 1 }", "begin" },
		{ "watchpoint:0x1000:3:w { 1 }", NULL },
		{ "watchpoint:0x1000:4:q { 1 }", NULL },
		{ "self:signal:SIGKILL { 1 }", NULL },
		{ "kprobe:a:b:c:d { 1 }", "kprobe[:MODULE]:FUNCTION[+OFFSET]" },
		{ "tracepoint:sched:sched_swich { 1 }",
		  "did you mean tracepoint:sched:sched_switch?" },
		{ "fentry:vfs_reed { 1 }", "did you mean 'vfs_read'?" },
		{ "rawtracepoint:sched_swich { 1 }", "did you mean 'sched_switch'?" },
		{ "iter:tusk { 1 }", "did you mean 'task'?" },
		{ "kretprobe:vfs_read+4 { 1 }", NULL },
	};

	(void)state;
	need_events();
	need_btf();
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct expanded x;

		expand(&x, rows[i][0], NULL);
		if (!x.err || x.diag.count != 1)
			fail_msg("%s: %u diagnostics", rows[i][0], x.diag.count);
		assert_true(x.diag.first->at.file);
		if (rows[i][1]) {
			assert_non_null(x.diag.first->hint);
			assert_string_equal(x.diag.first->hint, rows[i][1]);
		}
		drop(&x);
	}
}

static void a_setting_lets_probes_be_missing(void **state)
{
	static const char *const warn[] = { "missing_probes=warn" };
	struct trace_opts opts = { .settings = warn, .setting_count = 1 };
	struct expanded x;

	(void)state;
	need_events();
	expand(&x, "tracepoint:none:none, BEGIN { 1 }", &opts);
	assert_int_equal(x.err, 0);
	assert_int_equal(x.diag.count, 1);
	assert_int_equal(x.points->meta.kind, POINT_BEGIN);
	assert_null(x.points->next);
	drop(&x);
	expand(&x, "config = { missing_probes = ignore } tracepoint:none:none, BEGIN { 1 }", NULL);
	assert_int_equal(x.err, 0);
	assert_int_equal(x.diag.count, 0);
	drop(&x);
}

static void wildcards_find_what_is_there(void **state)
{
	struct expanded x;
	u32 count = 0, same = 0;

	(void)state;
	need_events();
	expand(&x, "tracepoint:syscalls:sys_enter_open* { 1 }", NULL);
	assert_int_equal(x.err, 0);
	for (const struct tpoint *p = x.points; p; p = p->next, count++) {
		assert_true(p->meta.optional);
		assert_int_equal(p->meta.cookie, count);
	}
	assert_true(count >= 3); /* open, openat, openat2 */
	drop(&x);
	/* Those that have no arguments are all alike. */
	expand(&x,
	       "tracepoint:syscalls:sys_enter_getpid, tracepoint:syscalls:sys_enter_gettid, "
	       "tracepoint:syscalls:sys_enter_openat { 1 }",
	       NULL);
	same = x.points->same;
	assert_int_equal(x.points->next->same, same);
	assert_int_not_equal(x.points->next->next->same, same);
	drop(&x);
}

static void functions_have_the_arguments_of_their_types(void **state)
{
	struct expanded x;
	struct buf b = { 0 };

	(void)state;
	need_btf();
	expand(&x, "fexit:vfs_read { 1 } kfunc:vfs_read { 1 } rawtracepoint:sched_switch { 1 }",
	       NULL);
	assert_int_equal(x.err, 0);
	assert_int_equal(x.points->attach_type, ATTACH_TRACE_FEXIT);
	assert_int_equal(x.points->arg_count, 4);
	assert_string_equal(x.points->args[0].name, "file");
	assert_int_equal(x.points->args[0].type->space, SPACE_BTF);
	assert_int_equal(x.points->args[3].off, 24);
	assert_string_equal(x.points->args[0].decl, "struct file * file");
	t_print(&b, x.points->args[0].type);
	assert_string_equal(buf_str(&b), "struct file *");
	assert_int_equal(x.points->retval->off, 32);
	assert_int_equal(x.points->retval->type->size, 8);
	assert_string_equal(x.points->next->meta.name, "fentry:vfs_read");
	assert_null(x.points->next->retval);
	assert_int_equal(x.points->next->next->attach_type, ATTACH_TRACE_RAW_TP);
	assert_string_equal(x.points->next->next->args[1].name, "prev");
	assert_int_equal(x.points->next->next->args[1].off, 8);
	buf_fini(&b);
	drop(&x);
}

static void iterators_have_the_members_of_their_context(void **state)
{
	struct expanded x;
	struct buf b = { 0 };

	(void)state;
	need_btf();
	expand(&x, "iter:task_file:pinned { 1 }", NULL);
	assert_int_equal(x.err, 0);
	assert_string_equal(x.points->meta.pin, "/sys/fs/bpf/pinned");
	t_print(&b, arg(x.points, "file")->type);
	assert_string_equal(buf_str(&b), "struct file *");
	assert_int_equal(arg(x.points, "task")->off, 8);
	assert_int_equal(arg(x.points, "fd")->off, 16);
	assert_int_equal(arg(x.points, "fd")->type->size, 4);
	buf_fini(&b);
	drop(&x);
}

static void kprobes_compile_where_the_kernel_has_none(void **state)
{
	struct expanded x;

	(void)state;
	need_btf();
	need_events();
	expand(&x, "kprobe:vfs_read { 1 } kretprobe:do_sys_openat2 { 1 } kprobe:vfs_read+4 { 1 }",
	       NULL);
	assert_int_equal(x.err, 0);
	assert_int_equal(x.points->args[0].off, 112);
	assert_string_equal(x.points->func, "vfs_read");
	assert_non_null(x.points->next->retval);
	assert_string_equal(x.points->next->next->attach_target, "vfs_read+4");
	if (!access("/sys/bus/event_source/devices/kprobe/type", F_OK)) {
		assert_null(x.points->meta.lacks);
	} else {
		assert_string_equal(x.points->meta.lacks, "kprobes");
		assert_string_equal(x.points->meta.instead, "tracepoint:syscalls:sys_enter_read");
		assert_string_equal(x.points->next->meta.instead,
				    "tracepoint:syscalls:sys_exit_openat");
	}
	drop(&x);
}

/* The oracle is nm, of binutils. */
static void functions_of_programs_are_those_that_nm_lists(void **state)
{
	struct expanded x;
	char *want;
	u32 count = 0;

	(void)state;
	if (system("nm -D --defined-only /bin/true >/dev/null 2>&1") ||
	    access("/lib/x86_64-linux-gnu/libc.so.6", R_OK))
		test_skip("no nm, or no libc where Debian has it");
	want = output_of("nm -D --defined-only /lib/x86_64-linux-gnu/libc.so.6 | "
			 "awk '$2 ~ /[TtWiw]/ && $3 ~ /^str[a-z]*@/ { sub(/@.*/, \"\", $3); print "
			 "\"uprobe:/lib/x86_64-linux-gnu/libc.so.6:\" $3 }' | LC_ALL=C sort -u");
	expand(&x, "uprobe:libc.so.6:str* { 1 }", NULL);
	assert_int_equal(x.err, 0);
	for (char *line = strtok(want, "\n"); line; line = strtok(NULL, "\n")) {
		const struct tpoint *p = x.points;

		while (p && strcmp(p->meta.name, line))
			p = p->next;
		if (!p)
			fail_msg("%s is missing", line);
		count++;
	}
	assert_true(count > 20);
	assert_int_equal(x.points->args[1].off, 104);
	assert_int_equal(x.points->ctx_space, SPACE_USER);
	free(want);
	drop(&x);
}

static void programs_are_found_by_every_kind_of_name(void **state)
{
	static const char *const texts[] = {
		"uprobe:libc:malloc { 1 }",
		"u:libc.so.6:malloc { 1 }",
		"uretprobe:/lib/x86_64-linux-gnu/libc.so.6:malloc { 1 }",
		"uprobe:libc:malloc+4 { 1 }",
		"uprobe:libc:0x1000 { 1 }",
		"uprobe:/lib/x86_64-linux-gnu/libc.so.?:malloc { 1 }"
	};
	struct expanded x;

	(void)state;
	if (access("/lib/x86_64-linux-gnu/libc.so.6", R_OK))
		test_skip("no libc where Debian has it");
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		expand(&x, texts[i], NULL);
		assert_int_equal(x.err, 0);
		assert_non_null(strstr(x.points->attach_target, "/libc.so.6:"));
		assert_null(x.points->next);
		drop(&x);
	}
	expand(&x, "uprobe:libc:maloc { 1 }", NULL);
	assert_int_equal(x.err, -ENOENT);
	assert_non_null(x.diag.first->hint);
	drop(&x);
	expand(&x, "uprobe:libnothing:f { 1 }", NULL);
	assert_true(x.err);
	drop(&x);
}

/* The C++ library has its own; the addresses are those that readelf shows. */
static void static_probes_are_points_of_their_own(void **state)
{
	struct expanded x;
	const struct targ *a;
	char *want;

	(void)state;
	want = output_of(
		"readelf -n /usr/lib/x86_64-linux-gnu/libstdc++.so.6 2>/dev/null | grep -A3 "
		"'Name: catch' | sed -n 's/.*Arguments: //p'");
	if (strcmp(want, "8@%rdx 8@-80(%rbx)\n")) {
		free(want);
		test_skip("no libstdc++ with the static probe that this knows");
	}
	expand(&x, "usdt:libstdc++:libstdcxx:catch, usdt:libstdc++:*throw { 1 }", NULL);
	assert_int_equal(x.err, 0);
	assert_string_equal(strrchr(x.points->meta.name, ':'), ":catch");
	assert_int_equal(x.points->arg_count, 2);
	a = x.points->args;
	assert_int_equal(a[0].from, TARG_REGISTER);
	assert_int_equal(a[0].off, 96);
	assert_int_equal(a[1].from, TARG_DEREF);
	assert_int_equal(a[1].off, 40);
	assert_int_equal(a[1].value, -80);
	assert_int_equal(a[1].type->size, 8);
	assert_non_null(strstr(x.points->attach_target, ":libstdcxx:catch@0x"));
	assert_non_null(x.points->next->next);
	free(want);
	drop(&x);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(events_are_listed_as_bpftrace_lists_them),
		TEST(fields_lie_where_the_format_says),
		TEST(format_lines_are_read),
		TEST(times_are_read_in_every_form),
		TEST(probes_that_are_not_there_say_so),
		TEST(a_setting_lets_probes_be_missing),
		TEST(wildcards_find_what_is_there),
		TEST(functions_have_the_arguments_of_their_types),
		TEST(iterators_have_the_members_of_their_context),
		TEST(kprobes_compile_where_the_kernel_has_none),
		TEST(functions_of_programs_are_those_that_nm_lists),
		TEST(programs_are_found_by_every_kind_of_name),
		TEST(static_probes_are_points_of_their_own),
	};
	int err;

	types_open_file(&kernel, "/sys/kernel/btf/vmlinux", NULL, NULL);
	cmocka_set_message_output(CM_OUTPUT_TAP);
	err = cmocka_run_group_tests(tests, NULL, NULL);
	types_free(kernel);
	return err;
}
