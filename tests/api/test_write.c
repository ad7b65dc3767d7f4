// SPDX-License-Identifier: BSD-2-Clause
/*
 * Objects written to ELF files: read back the same, valid for readelf and llvm-objdump, loaded by
 * libbpf into the running kernel; text and object are two forms of the same thing.
 */
#include "api.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static int open_any(struct skep_object **out, const char *path, struct skep_diag *diag)
{
	struct skep_open_opts opts = { .size = sizeof(opts), .btf_path = "none" };

	return skep_open(out, SKEP_AUTO, (struct skep_source){ .name = path }, &opts, diag);
}

static const char *map_name(const struct skep_object *obj, uint32_t index)
{
	struct skep_map_info info;

	return skep_object_map(obj, index, &info) ? info.name : "?";
}

/* Instructions are equal; references to maps are compared by the map's name. */
static void assert_same_prog(const struct skep_object *a, const struct skep_prog_info *x,
			     const struct skep_object *b, const struct skep_prog_info *y)
{
	assert_string_equal(x->name, y->name);
	assert_int_equal(x->insn_count, y->insn_count);
	assert_int_equal(x->func_count, y->func_count);
	assert_true(!x->type == !y->type && (!x->type || !strcmp(x->type, y->type)));
	for (size_t i = 0; i < x->insn_count; i++) {
		struct skep_insn p = x->insns[i], q = y->insns[i];

		if (p.code == 0x18 && (p.src == 5 || p.src == 6) && q.src == p.src) {
			const char *from = map_name(a, (uint32_t)p.imm);

			if (strcmp(from, ".kconfig"))
				assert_string_equal(from, map_name(b, (uint32_t)q.imm));
			p.imm = q.imm;
		}
		if (memcmp(&p, &q, sizeof(p)))
			fail_msg("%s: slot %zu differs", x->name, i);
	}
}

static void assert_same(const struct skep_object *a, const struct skep_object *b, size_t *insns)
{
	struct skep_prog_info x, y;
	size_t i;

	for (i = 0; skep_object_prog(a, i, &x); i++) {
		assert_true(skep_object_prog(b, i, &y));
		assert_same_prog(a, &x, b, &y);
		*insns += x.insn_count;
	}
	assert_false(skep_object_prog(b, i, &y));
}

static char *listing(const struct skep_object *obj)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	assert_int_equal(skep_object_disasm(obj, NULL, 0, out, NULL), 0);
	fclose(out);
	return text;
}

/* Objects that the build compiled and that can be opened. */
static const char *const objects[] = { OBJECTS };

static void disasm_then_asm_is_the_identity(void **state)
{
	struct skep_diag *diag = skep_diag_new();
	size_t insns = 0, done = 0;

	for (size_t i = 0; i < COUNT(objects); i++) {
		struct skep_object *obj, *back;
		char *text;

		if (open_any(&obj, objects[i], diag)) {
			skep_diag_clear(diag); /* one of those that are wrong on purpose */
			continue;
		}
		text = listing(obj);
		if (skep_open(&back, SKEP_ASM,
			      (struct skep_source){ .data = text, .len = strlen(text) }, NULL,
			      diag)) {
			skep_diag_print(diag, stdout, false);
			fail_msg("%s", objects[i]);
		}
		assert_same(obj, back, &insns);
		free(text);
		skep_object_free(obj);
		skep_object_free(back);
		done++;
	}
	printf("# %zu objects, %zu instruction slots\n", done, insns);
	assert_true(done >= COUNT(objects) / 2 && insns > 1000);
	skep_diag_free(diag);
}

static void run_tool(const char *format, const char *path, const char *what)
{
	char command[4096];

	snprintf(command, sizeof(command), format, path);
	if (system(command))
		fail_msg("%s: %s", what, command);
}

/* From C to an object and again to a file, with BTF of its own. */
static void objects_written_are_read_back_and_valid(void **state)
{
	const char *path = "test_api_write.o";
	struct skep_diag *diag = skep_diag_new();
	size_t insns = 0;

	for (size_t i = 0; i < COUNT(objects); i++) {
		struct skep_object *obj, *back;

		if (open_any(&obj, objects[i], diag)) {
			skep_diag_clear(diag);
			continue;
		}
		if (skep_object_write(obj, path, diag) || open_any(&back, path, diag)) {
			skep_diag_print(diag, stdout, false);
			fail_msg("%s", objects[i]);
		}
		assert_same(obj, back, &insns);
		run_tool("test -z \"$(readelf -a -W %s 2>&1 >/dev/null)\"", path, objects[i]);
		run_tool("llvm-objdump-14 -d %s >/dev/null", path, objects[i]);
		skep_object_free(obj);
		skep_object_free(back);
	}
	remove(path);
	skep_diag_free(diag);
}

/* Every construct that a listing has and ELF can hold. */
static const char all_of_it[] =
	".license \"GPL\"\n"
	".map counts type=hash key=4 value=8 entries=16\n"
	".map one type=array key=4 value=8 entries=2\n"
	".map outer type=array_of_maps key=4 value=4 entries=4 inner=outer.inner\n"
	"\t.slot index=1 map=one\n"
	".map outer.inner type=array key=4 value=8 entries=2 template\n"
	".map jumps type=prog_array key=4 value=4 entries=3\n"
	"\t.slot index=2 prog=second\n"
	".data\n\t.byte 0x01, 0x02, 0x03, 0x04\n\t.zero 12\n"
	".rodata \".rodata.k\"\n\t.byte 0x61, 0x62\n"
	".bss\n\t.zero 32\n"
	".prog first section=\"xdp\"\n"
	"\tr6 = r1\n"
	"\tr1 = map[.data][0]+4\n"
	"\tr2 = *(u32 *)(r1 +0)\n"
	"\tr1 = map[.bss][0]+8\n"
	"\t*(u32 *)(r1 +0) = r2\n"
	"\tr1 = r6\n"
	"\tr2 = map[jumps]\n"
	"\tr3 = 2\n"
	"\tcall bpf_tail_call#12\n"
	"\tr1 = 3\n"
	"\tcall shared\n"
	"\tr1 = 4\n"
	"\tr2 = subprog[step]\n"
	"\tr3 = 0\n"
	"\tr4 = 0\n"
	"\tcall bpf_loop#181\n"
	"\tr0 = 2\n"
	"\texit\n"
	".func shared\n"
	"\tr0 = r1\n"
	"\texit\n"
	".func step\n"
	"\tr0 = 0\n"
	"\texit\n"
	".prog second section=\"xdp\"\n"
	"\tr1 = 3\n"
	"\tcall shared\n"
	"\tr0 = 1\n"
	"\texit\n"
	".func shared\n"
	"\tr0 = r1\n"
	"\texit\n";

static struct skep_object *all_object(struct skep_diag *diag)
{
	struct skep_object *obj;

	if (skep_open(&obj, SKEP_ASM,
		      (struct skep_source){
			      .name = "all.s", .data = all_of_it, .len = sizeof(all_of_it) - 1 },
		      NULL, diag)) {
		skep_diag_print(diag, stdout, false);
		fail();
	}
	return obj;
}

static void text_to_object_to_text_is_the_identity(void **state)
{
	const char *path = "test_api_text.o";
	struct skep_diag *diag = skep_diag_new();
	struct skep_object *obj = all_object(diag), *back;
	char *before = listing(obj), *after;
	struct skep_prog_info info;

	if (skep_object_write(obj, path, diag) || open_any(&back, path, diag)) {
		skep_diag_print(diag, stdout, false);
		fail();
	}
	after = listing(back);
	assert_string_equal(before, after);
	assert_true(skep_object_prog(back, 0, &info));
	assert_true(info.line_count > 10); /* lines of the text are in .BTF.ext */
	free(before);
	free(after);
	skep_object_free(obj);
	skep_object_free(back);
	skep_diag_free(diag);
	remove(path);
}

static void libbpf_loads_what_was_written(void **state)
{
	const char *path = "test_api_load.o", *dir = "/sys/fs/bpf/skep_test_api_write";
	struct skep_diag *diag = skep_diag_new();
	struct skep_object *obj;
	char command[512];

	if (geteuid() || system("bpftool prog show >/dev/null 2>&1") || access("/sys/fs/bpf", W_OK))
		test_skip("loading into the kernel needs root, bpftool and /sys/fs/bpf");
	obj = all_object(diag);
	assert_int_equal(skep_object_write(obj, path, diag), 0);
	snprintf(command, sizeof(command), "bpftool prog loadall %s %s && rm -r %s", path, dir,
		 dir);
	assert_int_equal(system(command), 0);
	skep_object_free(obj);
	for (size_t i = 0; i < COUNT(objects); i++) {
		if (!strstr(objects[i], "/diff_") || open_any(&obj, objects[i], diag)) {
			skep_diag_clear(diag);
			continue;
		}
		assert_int_equal(skep_object_write(obj, path, diag), 0);
		if (system(command))
			fail_msg("%s", objects[i]);
		skep_object_free(obj);
	}
	skep_diag_free(diag);
	remove(path);
}

static void a_program_with_a_type_only_gets_a_section(void **state)
{
	const struct skep_insn two[] = { R0_IMM(2), EXIT_INSN };
	const struct skep_prog_def progs[] = {
		{ .name = "a", .type = "xdp", .insns = two, .insn_count = 2 },
		{ .name = "b",
		  .type = "cgroup_skb",
		  .attach_type = "cgroup_inet_egress",
		  .insns = two,
		  .insn_count = 2 },
		{ .name = "c", .type = "sched_cls", .insns = two, .insn_count = 2 },
		{ .name = "bare", .insns = two, .insn_count = 2 },
	};
	struct skep_object_def def = { .size = sizeof(def), .progs = progs, .prog_count = 3 };
	struct skep_diag *diag = skep_diag_new();
	const char *path = "test_api_typed.o";
	struct skep_object *obj, *back;
	struct skep_prog_info info;

	assert_int_equal(skep_object_build(&obj, &def, diag), 0);
	assert_int_equal(skep_object_write(obj, path, diag), 0);
	assert_int_equal(open_any(&back, path, diag), 0);
	for (size_t i = 0; i < 3; i++) {
		assert_true(skep_object_prog(back, i, &info));
		assert_string_equal(info.name, progs[i].name);
		assert_string_equal(info.type, progs[i].type);
	}
	assert_true(skep_object_prog(back, 1, &info));
	assert_string_equal(info.attach_type, "cgroup_inet_egress");
	skep_object_free(obj);
	skep_object_free(back);
	def.prog_count = 4;
	assert_int_equal(skep_object_build(&obj, &def, diag), 0);
	assert_int_equal(skep_object_write(obj, path, diag), -EOPNOTSUPP);
	assert_complains(diag, "'bare' has no type");
	skep_object_free(obj);
	skep_diag_free(diag);
	remove(path);
}

static void a_failed_write_leaves_nothing_behind(void **state)
{
	struct skep_diag *diag = skep_diag_new();
	struct skep_object *obj = all_object(diag);
	struct stat st;

	assert_int_equal(skep_object_write(obj, "/nonexistent/x.o", diag), -ENOENT);
	assert_complains(diag, "cannot write '/nonexistent/x.o'");
	assert_int_equal(skep_object_write(obj, "/dev/full", diag), -ENOSPC);
	assert_complains(diag, "No space left on device");
	assert_int_equal(mkdir("test_api_dir", 0777), 0);
	assert_int_equal(skep_object_write(obj, "test_api_dir", diag), -EISDIR);
	assert_complains(diag, "cannot write 'test_api_dir'");
	assert_int_equal(rmdir("test_api_dir"), 0); /* and it is empty */
	assert_int_not_equal(stat("test_api_dir", &st), 0);
	skep_object_free(obj);
	skep_diag_free(diag);
}

static const struct CMUnitTest tests[] = {
	TEST(disasm_then_asm_is_the_identity),
	TEST(objects_written_are_read_back_and_valid),
	TEST(text_to_object_to_text_is_the_identity),
	TEST(libbpf_loads_what_was_written),
	TEST(a_program_with_a_type_only_gets_a_section),
	TEST(a_failed_write_leaves_nothing_behind),
};
TEST_MAIN(tests)
