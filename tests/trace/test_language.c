// SPDX-License-Identifier: BSD-2-Clause
/* What scripts mean: each runs on the user engine and in the kernel, and prints the same. */
#include "script.h"
#include "test.h"

/* Empty lines at the end are those between output and maps. */
static void same(const struct ran *r, const char *expected)
{
	size_t len = strlen(r->out);

	if (r->err)
		print_error("%s\n", r->says);
	assert_int_equal(r->err, 0);
	while (len > 1 && r->out[len - 1] == '\n' && r->out[len - 2] == '\n')
		len--;
	((char *)r->out)[len] = '\0';
	assert_string_equal(r->out, expected);
}

static void shows(const char *text, const char *expected)
{
	struct ran r = script_run(text);

	same(&r, expected);
	if (!script_may_load())
		return;
	r = script_run_kernel(text);
	same(&r, expected);
}

static void hello_world(void **state)
{
	shows("BEGIN { printf(\"hello world\\n\"); exit(); }", "hello world\n");
}

static void numbers_print_as_c_prints_them(void **state)
{
	shows("BEGIN { printf(\"%d %u %x %5d|%-5d|\\n\", -1, 7, 255, 42, 42); exit(); }",
	      "-1 7 ff    42|42   |\n");
}

static void arithmetic_is_c(void **state)
{
	shows("BEGIN { $a = -7; $b = 2; printf(\"%d %d %d %d\\n\", $a / $b, $a % $b, $a >> 1, $a * "
	      "$b); exit(); }",
	      "-3 -1 -4 -14\n");
}

static void constants_are_folded_to_the_same(void **state)
{
	shows("BEGIN { printf(\"%d %d %d %d\\n\", -7 / 2, -7 % 2, 1 - 2, 1 << 20); exit(); }",
	      "-3 -1 -1 1048576\n");
}

static void logic_is_short(void **state)
{
	shows("BEGIN { $a = 0; if ($a && $a++) { } if (!$a || $a++) { } printf(\"%d %d\\n\", $a, "
	      "!$a); exit(); }",
	      "0 1\n");
}

static void while_loops_break_and_continue(void **state)
{
	shows("BEGIN { $i = 0; while ($i < 10) { $i++; if ($i == 3) { continue; } if ($i > 5) { "
	      "break; } printf(\"%d \", $i); } printf(\"\\n\"); exit(); }",
	      "1 2 4 5 \n");
}

static void unroll_repeats(void **state)
{
	shows("BEGIN { unroll(3) { printf(\"u\"); } printf(\"\\n\"); exit(); }", "uuu\n");
}

static void ranges_are_half_open(void **state)
{
	shows("BEGIN { $s = 0; for ($i : 2..5) { $s += $i; printf(\"%d \", $i); } printf(\"= "
	      "%d\\n\", $s); exit(); }",
	      "2 3 4 = 9\n");
}

static void loops_over_maps_see_entries(void **state)
{
	shows("BEGIN { @a[1] = 2; for ($kv : @a) { printf(\"%d=%d\\n\", $kv.0, $kv.1); } "
	      "clear(@a); exit(); }",
	      "1=2\n");
}

static void return_leaves_the_probe_from_within_a_loop(void **state)
{
	shows("BEGIN { for ($i : 0..9) { if ($i == 2) { printf(\"out\\n\"); exit(); } } "
	      "printf(\"never\\n\"); }",
	      "out\n");
}

static void strings_compare_by_content(void **state)
{
	shows("BEGIN { $s = \"hello\"; printf(\"%d %d %d\\n\", $s == \"hello\", $s == \"hell\", $s "
	      "!= \"x\"); exit(); }",
	      "1 0 1\n");
}

static void strncmp_compares_a_part(void **state)
{
	shows("BEGIN { $s = \"hello\"; printf(\"%d %d\\n\", strncmp($s, \"help\", 3), strncmp($s, "
	      "\"help\", 4)); exit(); }",
	      "0 1\n");
}

static void strcontains_finds_a_part(void **state)
{
	shows("BEGIN { $s = \"hello\"; printf(\"%d %d\\n\", strcontains($s, \"ell\"), "
	      "strcontains($s, \"elk\")); exit(); }",
	      "1 0\n");
}

static void a_variable_takes_the_longer_string(void **state)
{
	shows("BEGIN { $s = \"a\"; $s = \"abcdef\"; printf(\"%s\\n\", $s); $s = \"b\"; "
	      "printf(\"%s\\n\", $s); exit(); }",
	      "abcdef\nb\n");
}

static void tuples_hold_their_parts(void **state)
{
	shows("BEGIN { $t = (1, \"two\", (3, 4)); printf(\"%d %s %d\\n\", $t.0, $t.1, $t.2.1); "
	      "print($t); exit(); }",
	      "1 two 4\n(1, two, (3, 4))\n");
}

static void records_have_names(void **state)
{
	shows("BEGIN { $t = (x = 1, y = \"q\"); printf(\"%d %s\\n\", $t.x, $t.y); exit(); }",
	      "1 q\n");
}

static void tuples_compare(void **state)
{
	shows("BEGIN { $t = (1, \"a\"); printf(\"%d %d\\n\", $t == (1, \"a\"), $t == (2, \"a\")); "
	      "exit(); }",
	      "1 0\n");
}

static void ternary_chooses(void **state)
{
	shows("BEGIN { $a = 5; $b = $a > 3 ? \"big\" : \"small\"; printf(\"%s %d\\n\", $b, $a < 3 "
	      "? 1 : -1); exit(); }",
	      "big -1\n");
}

static void declared_numbers_are_cut(void **state)
{
	shows("BEGIN { let $z : uint8 = 300; print($z); print((int8)200); exit(); }", "44\n-56\n");
}

static void functions_return_values(void **state)
{
	shows("fn add($a : int64, $b : int64) : int64 { return $a + $b; } BEGIN { "
	      "printf(\"%d\\n\", add(2, add(3, 4))); exit(); }",
	      "9\n");
}

static void functions_loop_and_return_from_within(void **state)
{
	shows("fn f($n : int64) : int64 { for ($i : 0..9) { if ($i == $n) { return 7; } } return "
	      "3; } BEGIN { printf(\"%d %d\\n\", f(5), f(100)); exit(); }",
	      "7 3\n");
}

static void loops_share_variables_with_their_probe(void **state)
{
	shows("BEGIN { $s = \"a\"; $n = 0; for ($i : 0..3) { $n += $i; $s = \"abc\"; for ($j : "
	      "0..2) { $n += 10; } } printf(\"%d %s\\n\", $n, $s); exit(); }",
	      "63 abc\n");
}

static void entries_print_as_a_whole(void **state)
{
	shows("BEGIN { @a[\"x\"] = (uint8)1; for ($kv : @a) { print($kv); } clear(@a); exit(); }",
	      "(x, 1)\n");
}

static void macros_are_text(void **state)
{
	shows("macro inc(x) { x + 1 } macro bump($v) { $v = $v + 1; } BEGIN { $a = inc(4); "
	      "bump($a); print($a); exit(); }",
	      "6\n");
}

static void scalar_maps_keep_values(void **state)
{
	shows("BEGIN { @a = 1; @a++; @a += 5; @a -= 2; printf(\"%d %d\\n\", @a, @a++); print(@a); "
	      "clear(@a); exit(); }",
	      "5 5\n@a: 6\n");
}

static void keyed_maps_step_in_place(void **state)
{
	shows("BEGIN { @b[7]++; @b[7] += 3; @b[8]--; printf(\"%d %d %d\\n\", @b[7], @b[8], @b[9]); "
	      "clear(@b); exit(); }",
	      "4 -1 0\n");
}

static void maps_hold_strings(void **state)
{
	shows("BEGIN { @x[\"k\", 1] = \"abc\"; printf(\"%s|%s|\\n\", @x[\"k\", 1], @x[\"k\", 2]); "
	      "clear(@x); exit(); }",
	      "abc||\n");
}

static void delete_removes_a_key(void **state)
{
	shows("BEGIN { @x[1] = 1; printf(\"%d\", has_key(@x, 1)); delete(@x, 1); printf(\"%d\", "
	      "has_key(@x, 1)); delete(@x[2]); printf(\"\\n\"); exit(); }",
	      "10\n");
}

static void keys_grow_to_the_widest(void **state)
{
	shows("BEGIN { @x[\"a\"] = 1; @x[\"abc\"] = 2; @y[1] = 1; @y[100000] = 2; printf(\"%d %d "
	      "%d %d\\n\", @x[\"a\"], @x[\"abc\"], @y[1], @y[100000]); clear(@x); clear(@y); "
	      "exit(); }",
	      "1 2 1 2\n");
}

static void aggregations_read_as_numbers(void **state)
{
	shows("BEGIN { @c = count(); @c = count(); @s = sum(5); @s = sum(7); @m = max(3); @m = "
	      "max(9); @n = min(3); @n = min(9); @a = avg(2); @a = avg(4); printf(\"%d %d %d %d "
	      "%d\\n\", @c, @s, @m, @n, @a); clear(@c); clear(@s); clear(@m); clear(@n); "
	      "clear(@a); exit(); }",
	      "2 12 9 3 3\n");
}

static void addresses_print(void **state)
{
	shows("BEGIN { printf(\"%s %s\\n\", ntop(0x0100007f), ntop(pton(\"::1\"))); exit(); }",
	      "127.0.0.1 ::1\n");
}

static void bytes_swap(void **state)
{
	shows("BEGIN { printf(\"%x %x\\n\", bswap((uint16)0x1234), bswap((uint32)0x12345678)); "
	      "exit(); }",
	      "3412 78563412\n");
}

static void probe_has_a_name(void **state)
{
	shows("BEGIN { printf(\"%s\\n\", probe); exit(); }", "BEGIN\n");
}

static void len_counts(void **state)
{
	shows("BEGIN { @a[1] = 1; @a[2] = 2; $s = \"four\"; printf(\"%d %d\\n\", len(@a), "
	      "len($s)); clear(@a); exit(); }",
	      "2 4\n");
}

static void exit_ends_the_probe(void **state)
{
	shows("BEGIN { printf(\"a\\n\"); exit(); printf(\"b\\n\"); }", "a\n");
}

static void end_runs_last(void **state)
{
	shows("END { printf(\"end\\n\"); } BEGIN { printf(\"begin\\n\"); exit(); }",
	      "begin\nend\n");
}

static void predicates_decide(void **state)
{
	shows("BEGIN /1 == 2/ { printf(\"no\\n\"); } BEGIN /1 == 1/ { printf(\"yes\\n\"); exit(); "
	      "}",
	      "yes\n");
}

static void sizes_are_known(void **state)
{
	shows("BEGIN { printf(\"%d %d %d\\n\", sizeof(uint32), sizeof((uint16)1), sizeof(int8)); "
	      "exit(); }",
	      "4 2 1\n");
}

static void blocks_have_values(void **state)
{
	shows("BEGIN { $a = { let $b = 4; $b + 1 }; print($a); exit(); }", "5\n");
}

static void destructuring_assigns_parts(void **state)
{
	shows("BEGIN { ($a, $b) = (1, \"x\"); printf(\"%d %s\\n\", $a, $b); exit(); }", "1 x\n");
}

static void booleans_are_words(void **state)
{
	shows("BEGIN { $t = true; print($t); printf(\"%d\\n\", $t == false); exit(); }",
	      "true\n0\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(hello_world),
		TEST(numbers_print_as_c_prints_them),
		TEST(arithmetic_is_c),
		TEST(constants_are_folded_to_the_same),
		TEST(logic_is_short),
		TEST(while_loops_break_and_continue),
		TEST(unroll_repeats),
		TEST(ranges_are_half_open),
		TEST(loops_over_maps_see_entries),
		TEST(return_leaves_the_probe_from_within_a_loop),
		TEST(strings_compare_by_content),
		TEST(strncmp_compares_a_part),
		TEST(strcontains_finds_a_part),
		TEST(a_variable_takes_the_longer_string),
		TEST(tuples_hold_their_parts),
		TEST(records_have_names),
		TEST(tuples_compare),
		TEST(ternary_chooses),
		TEST(declared_numbers_are_cut),
		TEST(functions_return_values),
		TEST(functions_loop_and_return_from_within),
		TEST(loops_share_variables_with_their_probe),
		TEST(entries_print_as_a_whole),
		TEST(macros_are_text),
		TEST(scalar_maps_keep_values),
		TEST(keyed_maps_step_in_place),
		TEST(maps_hold_strings),
		TEST(delete_removes_a_key),
		TEST(keys_grow_to_the_widest),
		TEST(aggregations_read_as_numbers),
		TEST(addresses_print),
		TEST(bytes_swap),
		TEST(probe_has_a_name),
		TEST(len_counts),
		TEST(exit_ends_the_probe),
		TEST(end_runs_last),
		TEST(predicates_decide),
		TEST(sizes_are_known),
		TEST(blocks_have_values),
		TEST(destructuring_assigns_parts),
		TEST(booleans_are_words),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
