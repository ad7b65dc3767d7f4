// SPDX-License-Identifier: BSD-2-Clause
/*
 * The C at the top of scripts. The oracle of layouts is clang: it compiles the same text, and its
 * BTF must say the same of every record. Constants are held to what the compiler makes of them.
 */
#include "test.h"

#include <errno.h>
#include <unistd.h>

#include "base/buf.h"
#include "btf/types.h"
#include "trace/cdef.h"

static struct types *kernel;

struct read {
	struct arena arena;
	struct diag diag;
	struct script *s;
	struct cdefs defs;
	int err;
};

static void read_c(struct read *r, const char *c, const struct types *btf)
{
	struct trace_opts opts = { .btf = btf };
	char *text;

	memset(r, 0, sizeof(*r));
	diag_init(&r->diag);
	text = arena_printf(&r->arena, "%s\nBEGIN { 1 }\n", c);
	assert_int_equal(
		script_parse(&r->s, &r->arena, "script", text, strlen(text), NULL, &r->diag), 0);
	r->err = cdef_read(&r->defs, r->s, &opts, &r->arena, &r->diag);
	assert_true(!r->err == !r->diag.errors);
}

static void drop(struct read *r)
{
	cdef_fini(&r->defs);
	diag_fini(&r->diag);
	arena_fini(&r->arena);
}

static const char records[] =
	"struct plain { char a; int b; short c; long d; char e; };\n"
	"struct bits { int a : 3; unsigned int b : 5; unsigned int c : 25; char d; long e : 40;\n"
	"	int : 0; int f : 1; unsigned char g : 7; unsigned char h : 2; };\n"
	"struct nested { int x; struct { char y; long z; }; union { int u; char v[5]; } w; };\n"
	"struct pointers { struct plain *p; void *q; char **r; int (*f)(int, char); const char *s; "
	"};\n"
	"struct arrays { int a[3]; char b[2][5]; struct plain c[2]; unsigned short d[]; };\n"
	"struct packed { char a; int b; short c : 3; long d; } __attribute__((packed));\n"
	"union either { char a[7]; short b; struct plain c; };\n"
	"enum small { A, B = 5, C }; enum negative { N = -1, P };\n"
	"struct enums { enum small a; char b; enum negative c; };\n"
	"typedef struct { int a; char b; } pair_t;\n"
	"struct uses { pair_t p; pair_t *q; pair_t r[3]; };\n"
	"struct self { struct self *next; struct later *l; };\n"
	"struct later { int a; };\n"
	"struct aligned { char a; char b; } __attribute__((aligned(16)));\n"
	"struct holds { char a; struct aligned b; char c; };\n"
	"struct wide { long long a : 33; long long b : 33; char c; };\n"
	"struct empty { };\n"
	"struct holds_empty { char a; struct empty b; char c; };\n";

static struct types *by_clang(const char *text)
{
	const char *dir = getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp";
	struct types *t = NULL;
	struct buf all = { 0 };
	char c[200], o[200], command[700];
	FILE *f;

	snprintf(c, sizeof(c), "%s/skep-cdef-%d.c", dir, getpid());
	snprintf(o, sizeof(o), "%s/skep-cdef-%d.o", dir, getpid());
	f = fopen(c, "w");
	assert_non_null(f);
	fputs(text, f);
	/* Only what is used gets into the BTF. */
	for (const char *p = text; (p = strstr(p, "struct ")); p++) {
		if (p == text || p[-1] == '\n')
			fprintf(f, "struct %.*s v_%.*s;\n", (int)strcspn(p + 7, " "), p + 7,
				(int)strcspn(p + 7, " "), p + 7);
	}
	fputs("union either v_either;\n", f);
	fclose(f);
	snprintf(command, sizeof(command), "clang -w -g -O1 -target bpf -c -o %s %s 2>/dev/null", o,
		 c);
	if (!system(command))
		types_open_file(&t, o, NULL, NULL);
	unlink(c);
	unlink(o);
	buf_fini(&all);
	return t;
}

static void same_record(const struct types *a, u32 x, const struct types *b, u32 y)
{
	if (types_size(a, x) != types_size(b, y) || types_vlen(a, x) != types_vlen(b, y))
		fail_msg("%s has %lld bytes, %u members; clang says %lld, %u", types_name(a, x),
			 (long long)types_size(a, x), types_vlen(a, x), (long long)types_size(b, y),
			 types_vlen(b, y));
	for (u32 i = 0; i < types_vlen(a, x); i++) {
		struct type_member m = types_member(a, x, i), n = types_member(b, y, i);

		if (strcmp(m.name, n.name) || m.bit_off != n.bit_off || m.bit_size != n.bit_size)
			fail_msg("%s.%s lies at %u, %u bits; clang says %s at %u, %u",
				 types_name(a, x), m.name, m.bit_off, m.bit_size, n.name, n.bit_off,
				 n.bit_size);
		assert_int_equal(types_size(a, m.type), types_size(b, n.type));
		assert_int_equal(types_kind(a, types_strip(a, m.type)),
				 types_kind(b, types_strip(b, n.type)));
	}
}

static void records_are_laid_out_as_clang_does(void **state)
{
	struct types *clang = by_clang(records);
	struct read r;
	u32 count = 0;

	(void)state;
	if (!clang)
		test_skip("no clang for BPF");
	read_c(&r, records, NULL);
	assert_int_equal(r.err, 0);
	for (u32 id = 1; id < types_count(clang); id++) {
		enum type_kind kind = types_kind(clang, id);
		u32 own;

		if ((kind != KIND_STRUCT && kind != KIND_UNION) || !*types_name(clang, id))
			continue;
		own = types_find(r.defs.types, types_name(clang, id), kind);
		if (!own)
			fail_msg("%s is missing", types_name(clang, id));
		same_record(r.defs.types, own, clang, id);
		count++;
	}
	assert_true(count >= 15);
	drop(&r);
	types_free(clang);
}

static void constants_have_their_values(void **state)
{
	static const char c[] =
		"#define ONE 1\n#define SUM (ONE + 2 * 3)\n#define SHIFT (1ull << 40)\n"
		"#define NEGATIVE (-5)\n#define CHOICE (ONE ? 'a' : 'b')\n"
		"#define TEXT \"a\" \"b\\n\"\n#define BODY arg0 + 1\n#define EMPTY\n"
		"#define LOOP LOOP + 1\n#define LONG \\\n	17\n"
		"#define F(x) x\n#ifdef ONE\n#define YES 1\n#else\n#define NO 1\n#endif\n"
		"#if SUM == 7 && defined(ONE) && !defined NO\n#define SEVEN 7\n#elif 1\n"
		"#define OTHER 1\n#endif\n#undef YES\n"
		"enum e { E0, E5 = SUM - 2, E6 };\n#define VIA_ENUM (E5 | 8)\n"
		"#ifndef BPFTRACE_HAVE_BTF\n#define NO_BTF 1\n#endif\n";
	static const struct {
		const char *name;
		enum cconst_kind kind;
		u64 value;
		const char *text;
	} rows[] = {
		{ "ONE", CCONST_NUMBER, 1, NULL },
		{ "SUM", CCONST_NUMBER, 7, NULL },
		{ "SHIFT", CCONST_NUMBER, 1ull << 40, NULL },
		{ "NEGATIVE", CCONST_NUMBER, -5ull, NULL },
		{ "CHOICE", CCONST_NUMBER, 'a', NULL },
		{ "TEXT", CCONST_STRING, 0, "ab\n" },
		{ "BODY", CCONST_TEXT, 0, "arg0 + 1" },
		{ "EMPTY", CCONST_NONE, 0, NULL },
		{ "LONG", CCONST_NUMBER, 17, NULL },
		{ "F", CCONST_NONE, 0, NULL },
		{ "YES", CCONST_NONE, 0, NULL },
		{ "NO", CCONST_NONE, 0, NULL },
		{ "SEVEN", CCONST_NUMBER, 7, NULL },
		{ "OTHER", CCONST_NONE, 0, NULL },
		{ "E5", CCONST_NUMBER, 5, NULL },
		{ "E6", CCONST_NUMBER, 6, NULL },
		{ "VIA_ENUM", CCONST_NUMBER, 13, NULL },
		{ "NO_BTF", CCONST_NUMBER, 1, NULL },
		{ "NOTHING", CCONST_NONE, 0, NULL },
	};
	struct read r;

	(void)state;
	read_c(&r, c, NULL);
	assert_int_equal(r.err, 0);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct cconst v = cdef_const(&r.defs, rows[i].name);

		if (v.kind != rows[i].kind || v.value != rows[i].value)
			fail_msg("%s: kind %d, value %lld", rows[i].name, v.kind,
				 (long long)v.value);
		if (rows[i].text)
			assert_string_equal(v.text, rows[i].text);
	}
	drop(&r);
}

static void headers_give_their_constants(void **state)
{
	struct read r;

	(void)state;
	if (access("/usr/include/linux/in.h", R_OK))
		test_skip("no headers of Linux");
	read_c(&r, "#include <linux/in.h>\n#include <linux/fcntl.h>\n#include <linux/nothing.h>",
	       NULL);
	assert_int_equal(r.err, 0);
	assert_int_equal(cdef_const(&r.defs, "INADDR_LOOPBACK").value, 0x7f000001);
	assert_int_equal(cdef_const(&r.defs, "IPPROTO_TCP").value, 6);
	assert_int_equal(cdef_const(&r.defs, "AT_FDCWD").value, (u64)-100);
	assert_int_equal(cdef_const(&r.defs, "O_CREAT").value, 0100);
	/* Of a header that a kernel's source has. */
	assert_int_equal(cdef_const(&r.defs, "TASK_UNINTERRUPTIBLE").kind, CCONST_NUMBER);
	assert_int_equal(cdef_const(&r.defs, "TASK_UNINTERRUPTIBLE").value, 2);
	/* What is not there is said, and is no error. */
	assert_int_equal(r.diag.count, 1);
	assert_int_equal(r.diag.first->severity, SEV_NOTE);
	drop(&r);
}

static void records_may_hold_those_of_the_kernel(void **state)
{
	u32 id, qstr;
	struct read r;

	(void)state;
	if (!kernel)
		test_skip("the kernel has no BTF");
	read_c(&r,
	       "struct mine { struct qstr q; u32 n; struct path *p; size_t s; pid_t id; };\n"
	       "struct after { struct list_head l; char c; };",
	       kernel);
	assert_int_equal(r.err, 0);
	id = types_find(r.defs.types, "mine", KIND_STRUCT);
	qstr = types_find(kernel, "qstr", KIND_STRUCT);
	assert_int_equal(types_member(r.defs.types, id, 1).bit_off, types_size(kernel, qstr) * 8);
	same_record(r.defs.types, types_find(r.defs.types, "qstr", KIND_STRUCT), kernel, qstr);
	id = types_ref(r.defs.types, types_member(r.defs.types, id, 2).type);
	assert_int_equal(types_kind(r.defs.types, id), KIND_FWD);
	assert_string_equal(types_name(r.defs.types, id), "path");
	id = types_find(r.defs.types, "after", KIND_STRUCT);
	assert_int_equal(types_member(r.defs.types, id, 1).bit_off, 128);
	drop(&r);
}

static void mistakes_get_one_diagnostic_each(void **state)
{
	static const char *const wrong[] = {
		"struct a { int x; int }",
		"struct a { unknown_t x; };",
		"struct a { int x : 40; };",
		"struct a { struct b x; };",
		"struct a { int x; };\nstruct a { int y; };",
		"struct a { int x[-1]; };",
		"struct a { int x[1 << 30]; };",
		"struct a { void x; };",
		"enum e { 5 };",
		"#if 1\nstruct a { int x; };",
		"#endif",
		"#include \"/nowhere/x.h\"",
		"#include what",
		"#frob",
		"struct a { int $x; };",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		struct read r;

		read_c(&r, wrong[i], NULL);
		if (!r.err || r.diag.count != 1)
			fail_msg("%s: %d, %u diagnostics", wrong[i], r.err, r.diag.count);
		drop(&r);
	}
}

static void defines_stand_in_expressions(void **state)
{
	static const char text[] =
		"#define N 5\n#define S \"text\"\n#define E (arg0 + N)\n#define A B\n#define B A\n"
		"BEGIN { $x = N; $y = S; $z = E; @[N, A] = 1; }\n"
		"macro m(N) { N + 1 }\n";
	struct trace_opts opts = { 0 };
	struct arena a = { 0 };
	struct cdefs defs;
	struct buf b = { 0 };
	struct script *s;
	struct diag d;

	(void)state;
	diag_init(&d);
	assert_int_equal(script_parse(&s, &a, "script", text, strlen(text), NULL, &d), 0);
	assert_int_equal(cdef_read(&defs, s, &opts, &a, &d), 0);
	assert_int_equal(cdef_replace(&defs, s, NULL, &d), -EINVAL);
	assert_non_null(strstr(d.first->text, "by itself"));
	script_print(s, &b);
	assert_non_null(strstr(buf_str(&b), "$x = 5;"));
	assert_non_null(strstr(buf_str(&b), "$y = \"text\";"));
	assert_non_null(strstr(buf_str(&b), "$z = (arg0 + 5);"));
	assert_non_null(strstr(buf_str(&b), "(N + 1)"));
	buf_fini(&b);
	cdef_fini(&defs);
	diag_fini(&d);
	arena_fini(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(records_are_laid_out_as_clang_does),
		TEST(constants_have_their_values),
		TEST(headers_give_their_constants),
		TEST(records_may_hold_those_of_the_kernel),
		TEST(mistakes_get_one_diagnostic_each),
		TEST(defines_stand_in_expressions),
	};
	int err;

	types_open_file(&kernel, "/sys/kernel/btf/vmlinux", NULL, NULL);
	cmocka_set_message_output(CM_OUTPUT_TAP);
	err = cmocka_run_group_tests(tests, NULL, NULL);
	types_free(kernel);
	return err;
}
