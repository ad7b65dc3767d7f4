// SPDX-License-Identifier: BSD-2-Clause
#include "test.h"

#include "object/print.h"
#include "spec/map.h"
#include "spec/prog.h"

static struct release release_of(struct arena *a, u32 type, struct insn *insns, u32 count)
{
	struct obj_prog prog = {
		.name = "p", .type = type, .insns = insns, .insn_count = count, .autoload = true
	};
	struct object obj = { .name = "o", .progs = &prog, .prog_count = 1 };

	return object_release(&obj, a);
}

/* Releases as the kernel's history has them. */
static void the_newest_thing_used_decides(void **state)
{
	static struct {
		struct insn insn;
		u32 type, major, minor;
		const char *why;
	} cases[] = {
		{ { .code = CODE_EXIT }, PROG_XDP, 4, 8, "program type xdp" },
		{ { .code = CODE_EXIT }, PROG_SOCKET_FILTER, 3, 19, "program type socket_filter" },
		{ { .code = CODE_CALL, .imm = 130 }, PROG_XDP, 5, 8, "helper ringbuf_output" },
		{ { .code = CODE_CALL, .src = 1 }, PROG_XDP, 4, 16, "calls between BPF functions" },
		{ { .code = 0x16 }, PROG_XDP, 5, 1, "32-bit conditional jumps" },
		{ { .code = 0xdb, .imm = 1 },
		  PROG_XDP,
		  5,
		  12,
		  "atomic operations beyond addition" },
		{ { .code = 0xdb }, PROG_SOCKET_FILTER, 3, 19, "program type socket_filter" },
		{ { .code = 0xdb, .imm = 0x100 },
		  PROG_XDP,
		  6,
		  15,
		  "load-acquire and store-release" },
		{ { .code = 0x06, .imm = 1 }, PROG_XDP, 6, 6, "gotol" },
		{ { .code = 0xe5 }, PROG_XDP, 6, 9, "may_goto" },
		{ { .code = 0xd7, .imm = 16 }, PROG_XDP, 6, 6, "bswap" },
		{ { .code = 0x3f, .off = 1 }, PROG_XDP, 6, 6, "signed division" },
		{ { .code = 0xbf, .off = 8 }, PROG_XDP, 6, 6, "sign-extending moves" },
		{ { .code = 0x81 }, PROG_XDP, 6, 6, "sign-extending loads" },
		{ { .code = CODE_CALL, .imm = 9999 }, PROG_XDP, 4, 8, "program type xdp" },
	};

	for (u32 i = 0; i < ARRAY_SIZE(cases); i++) {
		struct arena a = { 0 };
		struct release r = release_of(&a, cases[i].type, &cases[i].insn, 1);

		assert_string_equal(r.why, cases[i].why);
		assert_int_equal(r.major, cases[i].major);
		assert_int_equal(r.minor, cases[i].minor);
		arena_fini(&a);
	}
}

static char *shown(const struct object *obj, enum skep_format format)
{
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	assert_int_equal(object_show(obj, f, format), 0);
	fclose(f);
	return text;
}

static void summary_names_everything(void **state)
{
	struct insn insns[] = { { .code = CODE_MOV }, { .code = CODE_EXIT } };
	struct obj_func func = { .name = "main\"x", .count = 2 };
	struct obj_core core = { .kind = 0, .spec = "struct s.f", .resolved = true, .why = "no f" };
	struct obj_prog prog = { .name = "fw",
				 .section = "xdp",
				 .type = PROG_XDP,
				 .attach_type = ATTACH_XDP,
				 .insns = insns,
				 .insn_count = 2,
				 .funcs = &func,
				 .func_count = 1,
				 .cores = &core,
				 .core_count = 1,
				 .autoload = true };
	struct obj_map maps[] = {
		{ .name = "deny",
		  .type = MAP_TYPE_LPM_TRIE,
		  .key_size = 8,
		  .value_size = 4,
		  .max_entries = 10,
		  .flags = 1,
		  .inner = -1 },
		{ .name = "odd", .type = 999, .inner = 77 },
	};
	struct obj_extern ext = { .name = "sym", .kind = EXTERN_KSYM, .weak = true };
	struct object obj = { .name = "o.o",
			      .license = "GPL",
			      .progs = &prog,
			      .prog_count = 1,
			      .maps = maps,
			      .map_count = 2,
			      .externs = &ext,
			      .extern_count = 1 };
	char *text = shown(&obj, SKEP_TEXT), *json = shown(&obj, SKEP_JSON);
	static const char *const words[] = { "license GPL",
					     "program fw: xdp, 2 instructions",
					     "section \"xdp\"",
					     "function main\"x",
					     "struct s.f",
					     "not matched: no f",
					     "map deny: lpm_trie, key 8",
					     "map odd: unknown",
					     "extern sym: kernel symbol, weak",
					     "needs Linux 4.11: map type lpm_trie" };

	prog.attach_type = 0;
	free(text);
	text = shown(&obj, SKEP_TEXT);
	for (u32 i = 0; i < ARRAY_SIZE(words); i++) {
		if (!strstr(text, words[i]))
			fail_msg("no '%s' in:\n%s", words[i], text);
	}
	assert_non_null(strstr(json, "\"name\":\"main\\\"x\""));
	assert_non_null(strstr(json, "\"attach_type\":\"xdp\""));
	assert_non_null(strstr(json, "\"release\":\"4.11\""));
	free(text);
	free(json);
}

/* What the summary writes is JSON, by a reader that is not ours. */
static void json_is_read_by_python(void **state)
{
	struct obj_prog prog = { .name = "a\"\\\n\tb\x01", .insn_count = 0 };
	struct object obj = { .progs = &prog, .prog_count = 1 };
	FILE *f;

	if (system("python3 -c '' 2>/dev/null"))
		test_skip("no python3");
	f = popen("python3 -c 'import json,sys; d=json.load(sys.stdin); "
		  "sys.exit(d[\"programs\"][0][\"name\"] != \"a\\\"\\\\\\n\\tb\\x01\")'",
		  "w");
	assert_non_null(f);
	assert_int_equal(object_show(&obj, f, SKEP_JSON), 0);
	assert_int_equal(pclose(f), 0);
}

static const struct CMUnitTest tests[] = {
	TEST(the_newest_thing_used_decides),
	TEST(summary_names_everything),
	TEST(json_is_read_by_python),
};
TEST_MAIN(tests)
