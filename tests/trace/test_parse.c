// SPDX-License-Identifier: BSD-2-Clause
/*
 * The parser. What 0.17 of bpftrace accepts and refuses is asked of it where it is installed; what
 * came later is from the language's reference. A tree that is printed parses to the same tree.
 */
#include "test.h"

#include <errno.h>
#include <glob.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "trace/ast.h"

struct parsed {
	struct arena arena;
	struct diag diag;
	struct script *s;
	int err;
};

static void parse(struct parsed *p, const char *text, size_t len, const struct parse_opts *opts)
{
	memset(p, 0, sizeof(*p));
	diag_init(&p->diag);
	p->err = script_parse(&p->s, &p->arena, "script", text, len, opts, &p->diag);
	assert_true(!p->err == !p->diag.errors);
}

static void drop(struct parsed *p)
{
	diag_fini(&p->diag);
	arena_fini(&p->arena);
}

/* Parses, prints, parses that and prints again: both prints are the same. */
static void again(const char *name, const char *text, size_t len)
{
	struct buf one = { 0 }, two = { 0 };
	struct parsed p, q;

	parse(&p, text, len, NULL);
	if (p.err)
		diag_print(&p.diag, stderr, false);
	if (p.err)
		fail_msg("%s does not parse", name);
	script_print(p.s, &one);
	parse(&q, buf_str(&one), one.len, NULL);
	if (q.err)
		fail_msg("what is printed does not parse: %s", buf_str(&one));
	script_print(q.s, &two);
	assert_string_equal(buf_str(&one), buf_str(&two));
	assert_int_equal(p.s->map_count, q.s->map_count);
	buf_fini(&one);
	buf_fini(&two);
	drop(&p);
	drop(&q);
}

/* Scripts that every version takes. */
static const char *const old[] = {
	"BEGIN { printf(\"hello world\\n\"); exit(); }",
	"kprobe:a,kprobe:b, { 1 }",
	"kprobe:tcp_*,\nkprobe:udp_* { @[probe] = count() }",
	"BEGIN/1/{1}",
	"BEGIN /4 / 2/ { 1 }",
	"BEGIN /1/ // why\n{ 1 }",
	"BEGIN /pid == 1 && (uid / 2 > 3)/ /* x */ { 1 }",
	"uprobe:/bin/bash:readline { @ = count(); }",
	"uprobe:\"/bin/ba sh\":f { 1 }",
	"uprobe:/bin/sh:f+0x10 { 1 }",
	"usdt:/bin/sh::go { 1 }",
	"interval:s:1 { exit(); }",
	"profile:hz:99 { @[kstack] = count(); }",
	"hardware:cache-misses:1000000 { @[pid] = count(); }",
	"kprobe:f { @a[arg0, arg1] = nsecs; delete(@a[arg0, arg1]); }",
	"BEGIN { @x[1][2] }",
	"BEGIN { $a = (1, 2); print($a.0); print(($a, 3).0.1); }",
	"BEGIN { $x = (struct foo *)arg0; $y = $x->a.b[1]->c; }",
	"BEGIN { $x = (uint8)1; $y = (int32 *)2; $z = 3; }",
	"BEGIN { (foo)1 }",
	"BEGIN { if (1) { 1 } else if (2) { 2 } else { 3 } 4 }",
	"BEGIN { unroll (5) { @++ } while ($i < 5) { $i++; break; continue } }",
	"BEGIN { @++; ++@; --$x; $x--; }",
	"BEGIN { @x += 1; @x -= 1; @x *= 2; @x /= 2; @x %= 2; @x &= 1; @x |= 1; @x ^= 1; "
	"@x <<= 1; @x >>= 1 }",
	"BEGIN { 1 ? 2 : 3 ? 4 : 5 }",
	"BEGIN { 0x1F; 017; 1e6; 1_000; 1ull }",
	"BEGIN { -1; !1; ~1; *1; - -1 }",
	"BEGIN { 1 + 2 * 3 << 4 < 5 == 6 & 7 ^ 8 | 9 && 10 || 11 }",
	"BEGIN { \"a\\n\\t\\\\\\\"\\x41\\101\\0\" }",
	"BEGIN { sizeof(struct foo); sizeof($x); sizeof(uint64) }",
	"BEGIN { $1; $#; str($2) }",
	"BEGIN { return; }",
	"struct a { int x; } BEGIN { 1 }",
	"struct a { int x; union { char *p[4]; int y : 3; }; };\nBEGIN { 1 }",
	"iter:task { 1 }",
	"watchpoint:0x10000000:8:rw { 1 }",
	"BEGIN { clear(@); zero(@a); print(@a, 5, 100); }",
	"BEGIN { @[kstack(3), ustack(perf, 5)] = count(); }",
	"BEGIN { ((struct foo *)curtask)->pid }",
};

/* Scripts that no version takes. */
static const char *const wrong[] = {
	"BEGIN { ",
	"BEGIN { \"a\nb\" }",
	"BEGIN { \"\\q\" }",
	"BEGIN { 08 }",
	"BEGIN { 0x }",
	"BEGIN { 18446744073709551616 }",
	"BEGIN { 1 2 }",
	"BEGIN { if (1) 2; }",
	"BEGIN { $x = $y = 1 }",
	"BEGIN { 1 = 2 }",
	"BEGIN { (1 }",
	"BEGIN { f(1, }",
	"BEGIN { @x[] }",
	"BEGIN { @x[1 }",
	"BEGIN { $x. }",
	"BEGIN { 1++ }",
	"BEGIN { # }",
	"BEGIN /1 { 1 }",
	"BEGIN",
	"{ 1 }",
	"",
	"   // nothing\n",
	"BEGIN { 1 } }",
	"BEGIN { /* }",
	"kprobe:a kprobe:b { 1 }",
	"kprobe:\"a { 1 }",
	"struct a { int x;",
	"BEGIN { let 5 }",
	"config = { a } BEGIN { 1 }",
	"BEGIN { break 1 }",
	"BEGIN { while { } }",
	"BEGIN { for (1 : @x) { } }",
	"BEGIN { ` }",
	"BEGIN { $ }",
};

/* Scripts of today's language, and ones that need tracefs or files. */
static const char *const new[] = {
	"#!/usr/bin/env bpftrace\n/* a */ BEGIN { 1 } // b",
	"config = { stack_mode=perf; max_map_keys=2 } BEGIN { 1 }",
	"enum { A, B = 5 };\n#define C 1\n#include <linux/fs.h>\nBEGIN { A }",
	"BEGIN { for ($kv : @m) { print($kv.0); } }",
	"uprobe:./a.out:cpp:\"f(int, char)\" { 1 }",
	"tracepoint:syscalls:sys_exit_read /args->ret > 0/ { @bytes = hist(args->ret); }",
	"tracepoint:raw_syscalls:sys_enter { @[comm] = count(); }",
	"begin { print(1); } end { clear(@a); }",
	"BEGIN { let $a; let $b : uint64 = 1; let $c = (1, 2); let $d : string[16]; }",
	"BEGIN { let $t : (uint8, string) = (1, \"a\"); let $p : struct foo *; }",
	"let @m = lruhash(100);\nlet @n = percpuhash(5)\nBEGIN { @m[1] = 1; @n[2] = 3; }",
	"BEGIN { for ($i : 0..10) { print($i); } for $i : 1..$n { print($i); } }",
	"BEGIN { for $kv : @m { print($kv); } }",
	"BEGIN { $a = (1,); $b = (); $c = (x = 1, y = \"z\"); print($c.x); }",
	"fn add($a : int64, $b : int64) : int64 { return $a + $b; }\nBEGIN { print(add(1, 2)); }",
	"macro one() { 1 }\nmacro add_one(x) { x + 1 }\nmacro both($a, @b) { $a += 1; @b += 1; }\n"
	"BEGIN { print(one); print(add_one(one())); both($x, @y); }",
	"BEGIN { let $a = { let $b = 1; $b }; { print(1) } print({ 2 }); }",
	"BEGIN { $a = if ($b) { 1 } else if ($c) { 2 } else { 3 }; }",
	"BEGIN { _ = has_key(@a, 1); }",
	"BEGIN { $a = 5ms + 1s + 2us + 3ns + 1m + 1h + 1d; }",
	"BEGIN { delete @x[1]; delete(@x, 1); }",
	"BEGIN { $a = true; $b = false; $c = comptime 1 + 2; $d = comptime (3) }",
	"BEGIN { $a = $b ?: 1; unroll 5 { @++ } while $i < 5 { $i++ } if $i { 1 } }",
	"BEGIN { $z = (int8[8])3; offsetof(struct foo, a); $a = (size_t)-1; $b = (u64)*$a; $c = "
	"(path *)arg0; $d = (unsigned long)$c; }",
	"BEGIN { $a = (typeof($b))1; let $c : typeof($a) = 2; $d = sizeof(foo *); }",
	"BEGIN { $x = 'a'; $y = '\\n'; $z = \"one \" \"two\"; }",
	"import \"lib.bt\"; BEGIN { 1 }",
	"name=kprobe:f { 1 }",
	"BEGIN { $x = &$y; $w = &@v; $z = $t[0]; offsetof(struct foo, a.b.c); }",
	"BEGIN { 1;; ; }",
	"interval:1s { print(1); }",
	"BEGIN { @a.b.c; args.x; $x.y->z.0 }",
	"BEGIN { ((path *)arg0)->dentry->d_name.name }",
};

static void scripts_of_every_version_parse(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(old); i++)
		again(old[i], old[i], strlen(old[i]));
}

static void scripts_of_today_parse(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(new); i++)
		again(new[i], new[i], strlen(new[i]));
}

static void wrong_scripts_get_one_diagnostic_each(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		struct parsed p;

		parse(&p, wrong[i], strlen(wrong[i]), NULL);
		if (p.err != -EINVAL || p.diag.count != 1)
			fail_msg("%s: %d, %u diagnostics", wrong[i], p.err, p.diag.count);
		drop(&p);
	}
}

/* Does bpftrace get past its parser? */
static bool other_parses(const char *script)
{
	char out[4096];
	size_t len = 0;
	ssize_t n;
	int fds[2];
	pid_t pid;

	assert_int_equal(pipe(fds), 0);
	pid = fork();
	if (!pid) {
		dup2(fds[1], 1);
		dup2(fds[1], 2);
		close(fds[0]);
		execlp("bpftrace", "bpftrace", "-d", "-e", script, (char *)NULL);
		_exit(127);
	}
	close(fds[1]);
	while ((n = read(fds[0], out + len, sizeof(out) - 1 - len)) > 0)
		len += n;
	out[len] = 0;
	close(fds[0]);
	waitpid(pid, NULL, 0);
	return strstr(out, "AST after: parser");
}

static void bpftrace_draws_the_same_line(void **state)
{
	u32 differ = 0;

	(void)state;
	if (geteuid() || system("bpftrace --version 2>/dev/null | grep -q 'v0\\.17'"))
		test_skip("no bpftrace 0.17, or not root");
	for (size_t i = 0; i < ARRAY_SIZE(old); i++) {
		if (!other_parses(old[i])) {
			print_message("# it refuses: %s\n", old[i]);
			differ++;
		}
	}
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		if (other_parses(wrong[i])) {
			print_message("# it takes: %s\n", wrong[i]);
			differ++;
		}
	}
	assert_int_equal(differ, 0);
}

static void scripts_of_the_package_parse(void **state)
{
	struct diag d;
	struct file f;
	glob_t found;

	(void)state;
	if (glob("/usr/sbin/*.bt", 0, NULL, &found))
		test_skip("bpftrace's scripts are not installed");
	diag_init(&d);
	for (size_t i = 0; i < found.gl_pathc; i++) {
		assert_int_equal(file_open(&f, found.gl_pathv[i], &d), 0);
		again(found.gl_pathv[i], (const char *)f.data, f.len);
		file_close(&f);
	}
	diag_fini(&d);
	globfree(&found);
}

static const struct node *only_expr(const struct parsed *p)
{
	assert_int_equal(p->err, 0);
	return p->s->probes->body->kind == N_ASSIGN ? p->s->probes->body->b : p->s->probes->body->a;
}

static void numbers_have_their_values(void **state)
{
	static const struct {
		const char *text;
		u64 value;
	} rows[] = { { "0", 0 },
		     { "017", 15 },
		     { "0x1F", 31 },
		     { "0b101", 5 },
		     { "1e6", 1000000 },
		     { "2e3", 2000 },
		     { "1_000", 1000 },
		     { "5ms", 5000000 },
		     { "1m", 60000000000 },
		     { "1d", 86400000000000 },
		     { "'a'", 'a' },
		     { "'\\n'", '\n' },
		     { "18446744073709551615", UINT64_MAX },
		     { "7ull", 7 },
		     { "1h", 3600000000000 } };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct parsed p;
		char text[80];

		snprintf(text, sizeof(text), "BEGIN { %s }", rows[i].text);
		parse(&p, text, strlen(text), NULL);
		assert_int_equal(only_expr(&p)->num, rows[i].value);
		drop(&p);
	}
}

static void parameters_are_replaced(void **state)
{
	static const char *const params[] = { "42", "hello", "0x10" };
	struct parse_opts opts = { .params = params, .param_count = 3 };
	static const struct {
		const char *text;
		enum node_kind kind;
		u64 num;
		const char *str;
	} rows[] = { { "$x = $1", N_NUMBER, 42, "42" },
		     { "$x = $2", N_STRING, 0, "hello" },
		     { "$x = $3", N_NUMBER, 16, "0x10" },
		     { "$x = $4", N_NUMBER, 0, "" },
		     { "$x = $#", N_NUMBER, 3, "" } };
	struct parsed p;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char text[80];

		snprintf(text, sizeof(text), "BEGIN { %s }", rows[i].text);
		parse(&p, text, strlen(text), &opts);
		assert_int_equal(only_expr(&p)->kind, rows[i].kind);
		assert_int_equal(only_expr(&p)->num, rows[i].num);
		assert_string_equal(only_expr(&p)->str, rows[i].str);
		drop(&p);
	}
	parse(&p, "kprobe:$2\"$1\" { str($1 + 1) }", 29, &opts);
	assert_string_equal(p.s->probes->points->text, "kprobe:hello$1");
	assert_int_equal(only_expr(&p)->args->kind, N_STRING);
	assert_string_equal(only_expr(&p)->args->str, "2");
	drop(&p);
	parse(&p, "BEGIN { str($9) }", 17, &opts);
	assert_int_equal(only_expr(&p)->args->kind, N_STRING);
	assert_int_equal(only_expr(&p)->args->len, 0);
	drop(&p);
}

static void attach_points_have_their_parts(void **state)
{
	static const struct {
		const char *text;
		u32 parts;
		const char *part[5];
	} rows[] = {
		{ "kprobe:f", 2, { "kprobe", "f" } },
		{ "uprobe:/bin/sh:f+16", 3, { "uprobe", "/bin/sh", "f+16" } },
		{ "uprobe:\"/a b:c\":\"f,g{\"", 3, { "uprobe", "/a b:c", "f,g{" } },
		{ "usdt:/bin/sh::go", 4, { "usdt", "/bin/sh", "", "go" } },
		{ "uprobe:./a:cpp:ns::f", 4, { "uprobe", "./a", "cpp", "ns::f" } },
		{ "tracepoint:sys*:sys_enter_[ab]*",
		  3,
		  { "tracepoint", "sys*", "sys_enter_[ab]*" } },
		{ "END", 1, { "END" } },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct attach_point *ap;
		struct parsed p;
		char text[100];

		snprintf(text, sizeof(text), "%s { 1 }", rows[i].text);
		parse(&p, text, strlen(text), NULL);
		assert_int_equal(p.err, 0);
		ap = p.s->probes->points;
		assert_int_equal(ap->parts, rows[i].parts);
		for (u32 k = 0; k < ap->parts; k++)
			assert_string_equal(ap->part[k], rows[i].part[k]);
		drop(&p);
	}
}

static void errors_in_two_probes_are_two(void **state)
{
	static const char text[] =
		"BEGIN { 1 2 }\nEND { print(3) }\nkprobe:f { (4 } kprobe:g { 5 }";
	struct parsed p;

	(void)state;
	parse(&p, text, strlen(text), NULL);
	assert_int_equal(p.diag.count, 2);
	assert_int_equal(p.diag.first->at.off, 10);
	drop(&p);
}

/* `open` n times, a 1, `close` n times, in a probe. */
static int nested(const char *open, const char *close, u32 n)
{
	struct buf b = { 0 };
	struct parsed p;

	buf_puts(&b, "BEGIN { ");
	for (u32 i = 0; i < n; i++)
		buf_puts(&b, open);
	buf_puts(&b, "1");
	for (u32 i = 0; i < n; i++)
		buf_puts(&b, close);
	buf_puts(&b, " }");
	parse(&p, buf_str(&b), b.len, NULL);
	if (p.err)
		assert_int_equal(p.diag.count, 1);
	buf_fini(&b);
	drop(&p);
	return p.err;
}

static void nesting_has_a_limit(void **state)
{
	static const char *const pairs[][2] = {
		{ "(", ")" },	       { "- ", "" },	   { "{ ", " }" },
		{ "@x[", "]" },	       { "f(", ")" },	   { "1 + ", "" },
		{ "1 ? 2 : ", "" },    { "(uint8)", "" },  { "if (1) { ", "} " },
		{ "(typeof(", "))1" }, { "((", "), 1)" },  { "", "[1]" },
		{ "", " + 1" },	       { "$x.a[", "]" },   { "if 1 { 1 } else ", "" },
		{ "*", "" },	       { "sizeof(", ")" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(pairs); i++) {
		if (strcmp(pairs[i][0], "if 1 { 1 } else "))
			if (nested(pairs[i][0], pairs[i][1], 10))
				fail_msg("%s%s, 10 times", pairs[i][0], pairs[i][1]);
		assert_int_equal(nested(pairs[i][0], pairs[i][1], 100000), -EINVAL);
	}
}

static void size_has_a_limit(void **state)
{
	struct parse_opts opts = { .max_nodes = 100 };
	struct buf b = { 0 };
	struct parsed p;

	(void)state;
	buf_puts(&b, "BEGIN { ");
	for (u32 i = 0; i < 100; i++)
		buf_puts(&b, "@x = 1; ");
	buf_puts(&b, "}");
	parse(&p, buf_str(&b), b.len, NULL);
	assert_int_equal(p.err, 0);
	drop(&p);
	parse(&p, buf_str(&b), b.len, &opts);
	assert_int_equal(p.err, -EINVAL);
	drop(&p);
	buf_fini(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(scripts_of_every_version_parse),
		TEST(scripts_of_today_parse),
		TEST(wrong_scripts_get_one_diagnostic_each),
		TEST(bpftrace_draws_the_same_line),
		TEST(scripts_of_the_package_parse),
		TEST(numbers_have_their_values),
		TEST(parameters_are_replaced),
		TEST(attach_points_have_their_parts),
		TEST(errors_in_two_probes_are_two),
		TEST(nesting_has_a_limit),
		TEST(size_has_a_limit),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
