// SPDX-License-Identifier: BSD-2-Clause
/* Scripts over the kernel's probes pass our verifier and the kernel's; mistakes are told apart. */
#include <errno.h>

#include "script.h"
#include "test.h"

static void loads(const char *text)
{
	struct ran r;

	if (!script_may_load())
		test_skip("needs root and the kernel's types");
	r = script_load(text, NULL);
	if (r.err)
		print_error("%s\n", r.says);
	assert_int_equal(r.err, 0);
}

static void refused(const char *text, const char *says)
{
	struct ran r = script_compile(text, NULL, NULL);

	assert_int_not_equal(r.err, 0);
	if (!strstr(r.says, says))
		print_error("%s\n", r.says);
	assert_non_null(strstr(r.says, says));
	/* With its place. */
	assert_non_null(strstr(r.says, "script:1:"));
}

static void unsafe_words_need_to_be_allowed(void **state)
{
	const struct trace_opts opts = { 0 };
	struct ran r = script_compile("BEGIN { system(\"ls\"); }", &opts, NULL);

	assert_int_equal(r.err, -EPERM);
	assert_non_null(strstr(r.says, "--unsafe"));
}

static void a_count_is_twelve_instructions(void **state)
{
	u32 insns = 0;
	struct ran r =
		script_compile("tracepoint:syscalls:sys_enter_read { @ = count(); }", NULL, &insns);

	if (r.err)
		test_skip("needs the tracepoints of a kernel");
	assert_true(insns <= 13);
}

static void settings_change_the_room_of_strings(void **state)
{
	struct ran r = script_run("config = { max_strlen = 5 } BEGIN { printf(\"%d\", "
				  "sizeof(str(0))); exit(); }");

	assert_non_null(strstr(r.out, "5"));
}

static void strings_of_processes_are_read_into_the_record(void **state)
{
	loads("tracepoint:syscalls:sys_enter_openat { printf(\"%-6d %-16s %s\\n\", pid, comm, "
	      "str(args->filename)); }");
}

static void counts_by_command(void **state)
{
	loads("tracepoint:raw_syscalls:sys_enter { @[comm] = count(); }");
}

static void histograms_with_a_filter(void **state)
{
	loads("tracepoint:syscalls:sys_exit_read /pid == 18644/ { @bytes = hist(args.ret); @l = "
	      "lhist(args.ret, 0, 2000, 200); @k[comm] = hist(args.ret, 3); }");
}

static void times_between_two_probes(void **state)
{
	loads("tracepoint:syscalls:sys_enter_read { @start[tid] = nsecs; } "
	      "tracepoint:syscalls:sys_exit_read /@start[tid]/ { @ns[comm] = hist(nsecs - "
	      "@start[tid]); delete(@start, tid); }");
}

static void one_program_serves_a_wildcard(void **state)
{
	loads("tracepoint:sched:sched* { @[probe] = count(); } interval:s:5 { exit(); }");
}

static void stacks_of_any_depth(void **state)
{
	loads("profile:hz:99 { @[kstack] = count(); @u[ustack(perf, 5), comm, kstack(3)] = "
	      "count(); @d = len(kstack); }");
}

static void fields_that_some_points_lack(void **state)
{
	loads("tracepoint:syscalls:sys_enter_open* { @[probe] = count(); printf(\"%s\\n\", "
	      "str(args.filename)); }");
}

static void arguments_are_joined(void **state)
{
	loads("tracepoint:syscalls:sys_enter_execve { join(args.argv); join(args.argv, \",\"); }");
}

static void characters_in_the_record_are_strings(void **state)
{
	loads("tracepoint:sched:sched_switch { printf(\"%s %d -> %s\\n\", args.prev_comm, "
	      "args.prev_pid, args.next_comm); @[args.next_comm] = count(); if (args.prev_comm == "
	      "\"swapper/0\") { @i++; } }");
}

static void the_current_task_is_typed(void **state)
{
	loads("tracepoint:syscalls:sys_enter_read { $t = curtask; @[$t->pid, $t.comm] = count(); "
	      "@p[$t->real_parent->tgid] = sum($t->pid); printf(\"%d %s\", ppid, pcomm); }");
}

static void raw_tracepoints_have_typed_arguments(void **state)
{
	loads("rawtracepoint:sched_switch { @[args.prev->pid] = count(); @c[args.next->comm] = "
	      "sum(arg0); }");
}

static void perf_events(void **state)
{
	loads("software:cpu-clock:1000000 { @[cpu] = count(); } profile:hz:99 { @s = "
	      "max(reg(\"sp\")); @u[usermode] = count(); }");
}

static void buffers_of_constant_and_other_lengths(void **state)
{
	loads("tracepoint:syscalls:sys_enter_write { @x[str(args.buf, 16)] = count(); printf(\"%r "
	      "%rx\\n\", buf(args.buf, args.count), buf(args.buf, 4)); }");
}

static void keys_of_several_parts(void **state)
{
	loads("tracepoint:syscalls:sys_enter_read { @a[1, comm, pid] = 5; print(@a[1, \"x\", 3]); "
	      "@b[(1, 2), \"y\"]++; }");
}

static void records_behind_user_pointers(void **state)
{
	loads("tracepoint:syscalls:sys_enter_nanosleep { $ts = (struct timespec64 *)args.rqtp; "
	      "printf(\"%d %d\\n\", $ts->tv_sec, $ts->tv_nsec); }");
}

static void functions_of_programs(void **state)
{
	loads("uprobe:/bin/bash:readline { printf(\"%s %d\\n\", str(arg0), reg(\"ip\")); @[ustack] "
	      "= count(); } uretprobe:/bin/bash:readline { printf(\"%s\\n\", str(retval)); }");
}

static void functions_of_the_kernel(void **state)
{
	loads("kprobe:vfs_read { @[func, arg0] = count(); @f[((struct file "
	      "*)arg0)->f_path.dentry->d_name.name] = count(); } kretprobe:vfs_read { @h = "
	      "hist(retval); }");
}

static void names_of_files_by_pointers(void **state)
{
	loads("kprobe:vfs_open { printf(\"open path: %s\\n\", str(((path "
	      "*)arg0)->dentry->d_name.name)); }");
}

static void loops_in_probes(void **state)
{
	loads("tracepoint:syscalls:sys_enter_read { @c[pid] = count(); for ($kv : @c) { "
	      "printf(\"%d %d\\n\", $kv.0, $kv.1); } for ($i : 0..args.count) { if ($i > 5) { "
	      "break; } @s += $i; } }");
}

static void addresses_of_sockets(void **state)
{
	loads("tracepoint:syscalls:sys_enter_connect { $sa = (struct sockaddr_in *)args.uservaddr; "
	      "printf(\"%s %d\\n\", ntop($sa->sin_addr.s_addr), bswap($sa->sin_port)); } "
	      "tracepoint:sock:inet_sock_set_state { printf(\"%s %s\\n\", ntop(args.family, "
	      "args.saddr), ntop(args.daddr_v6)); }");
}

static void what_user_space_completes(void **state)
{
	loads("tracepoint:syscalls:sys_enter_read { printf(\"%s %s %s %s\", cgroup_path(cgroup), "
	      "strftime(\"%H\", nsecs), ksym(1), usym(2)); @[cgroup] = count(); printf(\"%d %d "
	      "%d\", jiffies, rand, cpu); print(strerror(2)); }");
}

static void all_arguments_at_once(void **state)
{
	loads("tracepoint:syscalls:sys_enter_read { print(args); }");
}

static void effects_when_they_are_allowed(void **state)
{
	loads("tracepoint:syscalls:sys_enter_kill { signal(\"USR1\"); system(\"ls %d\", pid); "
	      "cat(\"/proc/%d/stat\", pid); }");
}

static void two_thousand_bytes_of_strings(void **state)
{
	loads("tracepoint:syscalls:sys_enter_openat { $a = str(args.filename); $b = "
	      "str(args.filename); if ($a == $b) { @[$a] = count(); } @last = $b; }");
}

static void many_histograms(void **state)
{
	loads("tracepoint:syscalls:sys_exit_read { @a = hist(args.ret); @b = hist(args.ret, 2); "
	      "@c[pid] = hist(args.ret); @d[tid] = hist(args.ret, 5); @e = lhist(args.ret, 0, "
	      "100000, 3000); @f[comm] = lhist(args.ret, 0, 10, 1); }");
}

static void refuses_undefined_maps(void **state)
{
	refused("BEGIN { print(@undefd); }", "undefined map");
}

static void refuses_undefined_variables(void **state)
{
	refused("BEGIN { print($x); }", "undefined or undeclared variable");
}

static void refuses_shadowing(void **state)
{
	refused("BEGIN { $x = 1; if ($x) { let $x = 2; } }", "exists already");
}

static void refuses_values_of_two_types(void **state)
{
	refused("BEGIN { @a = 1; @a = \"x\"; }", "the values of @a");
}

static void refuses_keys_of_two_types(void **state)
{
	refused("BEGIN { @a[1] = 1; @a[\"x\"] = 2; }", "the keys of @a");
}

static void refuses_keys_here_and_none_there(void **state)
{
	refused("BEGIN { @a[1] = 1; @a = 2; }", "has keys elsewhere");
}

static void refuses_variables_of_two_types(void **state)
{
	refused("BEGIN { $a = 1; $a = \"x\"; }", "$a is uint8");
}

static void refuses_too_few_arguments_of_a_format(void **state)
{
	refused("BEGIN { printf(\"%d %s\\n\", 1); }", "too few arguments");
}

static void refuses_too_many_arguments_of_a_format(void **state)
{
	refused("BEGIN { printf(\"%d\\n\", 1, 2); }", "more arguments");
}

static void refuses_conversions_that_do_not_fit(void **state)
{
	refused("BEGIN { printf(\"%d\\n\", \"x\"); }", "does not fit");
}

static void refuses_unknown_words(void **state)
{
	refused("BEGIN { $x = foo; }", "unknown word");
}

static void refuses_unknown_functions_with_the_nearest(void **state)
{
	refused("BEGIN { prinf(\"x\"); }", "did you mean 'printf'");
}

static void refuses_unknown_fields_with_the_nearest(void **state)
{
	refused("tracepoint:syscalls:sys_enter_openat { print(args.filenam); }",
		"did you mean args.filename");
}

static void refuses_unknown_types_with_the_nearest(void **state)
{
	refused("BEGIN { $x = (struct task_strct *)0; }", "did you mean 'task_struct'");
}

static void refuses_unknown_members(void **state)
{
	refused("BEGIN { $t = curtask; print($t->pidd); }", "has no field 'pidd'");
}

static void refuses_aggregations_inside_expressions(void **state)
{
	refused("BEGIN { @x = 1 + count(); }", "whole right side");
}

static void refuses_ill_written_ranges_of_lhist(void **state)
{
	refused("BEGIN { @x = lhist(1, 10, 5, 1); }", "max above its min");
}

static void refuses_division_by_zero(void **state)
{
	refused("BEGIN { print(1 / 0); }", "division by zero");
}

static void refuses_break_outside_of_loops(void **state)
{
	refused("BEGIN { break; }", "outside of a loop");
}

static void refuses_retval_where_there_is_none(void **state)
{
	refused("tracepoint:syscalls:sys_enter_read { print(retval); }", "no return value");
}

static void refuses_wrong_numbers_of_arguments(void **state)
{
	refused("BEGIN { print(strncmp(\"a\", \"b\")); }", "takes 3 arguments");
}

static void refuses_conditions_that_are_strings(void **state)
{
	refused("BEGIN { if (\"x\") { } }", "a condition is a number");
}

static void refuses_unknown_settings(void **state)
{
	refused("config = { max_strln = 5 } BEGIN { exit(); }", "unknown setting");
}

static void refuses_settings_out_of_range(void **state)
{
	refused("config = { max_strlen = 0 } BEGIN { exit(); }", "max_strlen is from");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(unsafe_words_need_to_be_allowed),
		TEST(a_count_is_twelve_instructions),
		TEST(settings_change_the_room_of_strings),
		TEST(strings_of_processes_are_read_into_the_record),
		TEST(counts_by_command),
		TEST(histograms_with_a_filter),
		TEST(times_between_two_probes),
		TEST(one_program_serves_a_wildcard),
		TEST(stacks_of_any_depth),
		TEST(fields_that_some_points_lack),
		TEST(arguments_are_joined),
		TEST(characters_in_the_record_are_strings),
		TEST(the_current_task_is_typed),
		TEST(raw_tracepoints_have_typed_arguments),
		TEST(perf_events),
		TEST(buffers_of_constant_and_other_lengths),
		TEST(keys_of_several_parts),
		TEST(records_behind_user_pointers),
		TEST(functions_of_programs),
		TEST(functions_of_the_kernel),
		TEST(names_of_files_by_pointers),
		TEST(loops_in_probes),
		TEST(addresses_of_sockets),
		TEST(what_user_space_completes),
		TEST(all_arguments_at_once),
		TEST(effects_when_they_are_allowed),
		TEST(two_thousand_bytes_of_strings),
		TEST(many_histograms),
		TEST(refuses_undefined_maps),
		TEST(refuses_undefined_variables),
		TEST(refuses_shadowing),
		TEST(refuses_values_of_two_types),
		TEST(refuses_keys_of_two_types),
		TEST(refuses_keys_here_and_none_there),
		TEST(refuses_variables_of_two_types),
		TEST(refuses_too_few_arguments_of_a_format),
		TEST(refuses_too_many_arguments_of_a_format),
		TEST(refuses_conversions_that_do_not_fit),
		TEST(refuses_unknown_words),
		TEST(refuses_unknown_functions_with_the_nearest),
		TEST(refuses_unknown_fields_with_the_nearest),
		TEST(refuses_unknown_types_with_the_nearest),
		TEST(refuses_unknown_members),
		TEST(refuses_aggregations_inside_expressions),
		TEST(refuses_ill_written_ranges_of_lhist),
		TEST(refuses_division_by_zero),
		TEST(refuses_break_outside_of_loops),
		TEST(refuses_retval_where_there_is_none),
		TEST(refuses_wrong_numbers_of_arguments),
		TEST(refuses_conditions_that_are_strings),
		TEST(refuses_unknown_settings),
		TEST(refuses_settings_out_of_range),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
