// SPDX-License-Identifier: BSD-2-Clause
/* Objects without a file. */
#include "api.h"

static const struct skep_insn two[] = { R0_IMM(2), EXIT_INSN };

static int build(struct skep_object **out, const struct skep_map_def *maps, size_t map_count,
		 const struct skep_prog_def *progs, size_t prog_count, struct skep_diag *diag)
{
	struct skep_object_def def = { .size = sizeof(def),
				       .license = "GPL",
				       .maps = maps,
				       .map_count = map_count,
				       .progs = progs,
				       .prog_count = prog_count };

	return skep_object_build(out, &def, diag);
}

/* Each build must fail with `err` and one error that has `part` in it. */
static void refuses(int err, const char *part, const struct skep_map_def *maps, size_t map_count,
		    const struct skep_prog_def *progs, size_t prog_count)
{
	struct skep_diag *diag = skep_diag_new();
	struct skep_object *obj = (void *)1;

	assert_int_equal(build(&obj, maps, map_count, progs, prog_count, diag), err);
	assert_ptr_equal(obj, (void *)1);
	assert_complains(diag, part);
	assert_int_equal(build(&obj, maps, map_count, progs, prog_count, NULL), err);
	skep_diag_free(diag);
}

static void type_and_attach_type_come_from_words_or_section(void **state)
{
	const struct skep_prog_def progs[] = {
		{ .name = "bare", .insns = two, .insn_count = 2 },
		{ .name = "typed", .type = "xdp", .insns = two, .insn_count = 2 },
		{ .name = "skb",
		  .type = "cgroup_skb",
		  .attach_type = "cgroup_inet_egress",
		  .insns = two,
		  .insn_count = 2 },
		{ .name = "filter", .type = "socket_filter", .insns = two, .insn_count = 2 },
		{ .name = "named",
		  .section = "tp/sched/sched_switch",
		  .insns = two,
		  .insn_count = 2 },
		{ .name = "optional", .section = "?tc", .insns = two, .insn_count = 2 },
	};
	struct skep_prog_info info;
	struct skep_object *obj;

	assert_int_equal(build(&obj, NULL, 0, progs, COUNT(progs), NULL), 0);
	assert_true(skep_object_prog(obj, 0, &info));
	assert_string_equal(info.name, "bare");
	assert_null(info.type);
	assert_null(info.attach_type);
	assert_null(info.section);
	assert_int_equal(info.insn_count, 2);
	assert_memory_equal(info.insns, two, sizeof(two));
	assert_true(info.autoload);
	assert_true(skep_object_prog(obj, 1, &info));
	assert_string_equal(info.type, "xdp");
	assert_true(skep_object_prog(obj, 2, &info));
	assert_string_equal(info.type, "cgroup_skb");
	assert_string_equal(info.attach_type, "cgroup_inet_egress");
	assert_true(skep_object_prog(obj, 3, &info));
	assert_string_equal(info.type, "socket_filter");
	assert_null(info.attach_type);
	assert_true(skep_object_prog(obj, 4, &info));
	assert_string_equal(info.type, "tracepoint");
	assert_string_equal(info.section, "tp/sched/sched_switch");
	assert_string_equal(info.attach_target, "sched/sched_switch");
	assert_true(skep_object_prog(obj, 5, &info));
	assert_string_equal(info.type, "sched_cls");
	assert_false(info.autoload);
	assert_false(skep_object_prog(obj, 6, &info));
	skep_object_free(obj);
}

static void maps_keep_all_their_attributes(void **state)
{
	const struct skep_map_def maps[] = {
		{ .name = "h",
		  .type = "hash",
		  .key_size = 5,
		  .value_size = 7,
		  .max_entries = 11,
		  .flags = 1,
		  .numa_node = 3 },
		{ .name = "outer",
		  .type = "BPF_MAP_TYPE_ARRAY_OF_MAPS",
		  .key_size = 4,
		  .value_size = 4,
		  .max_entries = 2,
		  .inner = "like" },
		{ .name = "like",
		  .type = "array",
		  .key_size = 4,
		  .value_size = 8,
		  .max_entries = 1,
		  .inner_only = true },
		{ .name = "var",
		  .type = "array",
		  .key_size = 4,
		  .value_size = 4,
		  .max_entries = 1,
		  .data = "abc" },
		{ .name = "const",
		  .type = "array",
		  .key_size = 4,
		  .value_size = 4,
		  .max_entries = 1,
		  .flags = 0x80,
		  .data = "abc" },
		{ .name = "bloom",
		  .type = "bloom_filter",
		  .value_size = 4,
		  .max_entries = 9,
		  .extra = 3 },
	};
	const char *const roles[] = { "map", "map", "template", "data", "rodata", "map" };
	struct skep_map_info info;
	struct skep_object *obj;

	assert_int_equal(build(&obj, maps, COUNT(maps), NULL, 0, NULL), 0);
	for (size_t i = 0; i < COUNT(maps); i++) {
		assert_true(skep_object_map(obj, i, &info));
		assert_string_equal(info.name, maps[i].name);
		assert_int_equal(info.key_size, maps[i].key_size);
		assert_int_equal(info.value_size, maps[i].value_size);
		assert_int_equal(info.max_entries, maps[i].max_entries);
		assert_int_equal(info.flags, maps[i].flags);
		assert_string_equal(info.role, roles[i]);
	}
	assert_false(skep_object_map(obj, COUNT(maps), &info));
	assert_true(skep_object_map(obj, 1, &info));
	assert_string_equal(info.type, "array_of_maps");
	skep_object_free(obj);
}

static void map_references_become_the_map_and_its_value(void **state)
{
	/* r1 = &data[8 bytes in]; r0 = *(u64 *)r1 */
	const struct skep_insn code[] = { WIDE(2), WIDE(1), LOAD64(0, 1), EXIT_INSN };
	const struct skep_map_ref refs[] = {
		{ .insn = 0, .map = "second" },
		{ .insn = 2, .map = "first", .value = true, .off = 8 },
	};
	const uint64_t values[2] = { 1111, 2222 };
	const struct skep_map_def maps[] = {
		{ .name = "first",
		  .type = "array",
		  .key_size = 4,
		  .value_size = 16,
		  .max_entries = 1,
		  .data = values },
		{ .name = "second",
		  .type = "hash",
		  .key_size = 4,
		  .value_size = 4,
		  .max_entries = 1 },
	};
	const struct skep_prog_def prog = {
		.name = "p", .insns = code, .insn_count = COUNT(code), .refs = refs, .ref_count = 2
	};
	struct skep_run run = { .size = sizeof(run) };
	struct loaded l = { .diag = skep_diag_new() };
	struct skep_prog_info info;

	assert_int_equal(build(&l.obj, maps, 2, &prog, 1, l.diag), 0);
	assert_true(skep_object_prog(l.obj, 0, &info));
	assert_int_equal(info.insns[0].src, 5); /* BPF_PSEUDO_MAP_IDX */
	assert_int_equal(info.insns[0].imm, 1);
	assert_int_equal(info.insns[2].src, 6); /* BPF_PSEUDO_MAP_IDX_VALUE */
	assert_int_equal(info.insns[2].imm, 0);
	assert_int_equal(info.insns[3].imm, 8);
	load_object(&l);
	assert_int_equal(skep_prog_run(skep_prog_find(l.unit, "p"), &run, l.diag), 0);
	assert_int_equal(run.result, 2222);
	unload(&l);
}

static void wrong_maps_are_refused(void **state)
{
	struct skep_map_def m[2] = {
		{ .name = "a", .type = "array", .key_size = 4, .value_size = 4, .max_entries = 1 },
		{ .name = "a", .type = "array", .key_size = 4, .value_size = 4, .max_entries = 1 },
	};

	refuses(-EEXIST, "two maps are named 'a'", m, 2, NULL, 0);
	m[1].name = "";
	refuses(-EINVAL, "map 1 has no name", m, 2, NULL, 0);
	m[1].name = NULL;
	refuses(-EINVAL, "map 1 has no name", m, 2, NULL, 0);
	m[1].name = "b";
	m[1].type = "hush";
	refuses(-EINVAL, "unknown type 'hush'", m, 2, NULL, 0);
	m[1].type = NULL;
	refuses(-EINVAL, "unknown type", m, 2, NULL, 0);
	m[1].type = "array_of_maps";
	refuses(-EINVAL, "holds maps", m, 2, NULL, 0);
	m[1].inner = "c";
	refuses(-ENOENT, "no inner map 'c'", m, 2, NULL, 0);
	m[1].inner = "b";
	refuses(-EINVAL, "its own inner map", m, 2, NULL, 0);
	m[1].type = "array";
	m[1].inner = "a";
	refuses(-EINVAL, "holds no maps", m, 2, NULL, 0);
	m[1].inner = NULL;
	m[1].max_entries = 2;
	m[1].data = "xxxxxxx";
	refuses(-EINVAL, "data is for arrays of one element", m, 2, NULL, 0);
	refuses(-EINVAL, "maps are at no address", NULL, 2, NULL, 0);
	refuses(-E2BIG, "the most is", m, (size_t)1 << 40, NULL, 0);
}

static void wrong_programs_are_refused(void **state)
{
	struct skep_prog_def p[2] = { { .name = "a", .insns = two, .insn_count = 2 },
				      { .name = "a", .insns = two, .insn_count = 2 } };

	refuses(-EEXIST, "two programs are named 'a'", NULL, 0, p, 2);
	p[1].name = NULL;
	refuses(-EINVAL, "program 1 has no name", NULL, 0, p, 2);
	p[1].name = "b";
	p[1].type = "xpd";
	refuses(-EINVAL, "unknown type 'xpd'", NULL, 0, p, 2);
	p[1].type = "xdp";
	p[1].attach_type = "nowhere";
	refuses(-EINVAL, "unknown attach type 'nowhere'", NULL, 0, p, 2);
	p[1].attach_type = NULL;
	p[1].section = "xdpp";
	refuses(-EINVAL, "unknown section name 'xdpp'", NULL, 0, p, 2);
	p[1].section = NULL;
	p[1].insn_count = 0;
	refuses(-EINVAL, "has no instructions", NULL, 0, p, 2);
	p[1].insn_count = 1000001;
	refuses(-E2BIG, "the most is 1000000", NULL, 0, p, 2);
	p[1].insns = NULL;
	refuses(-EINVAL, "has no instructions", NULL, 0, p, 2);
	refuses(-EINVAL, "programs are at no address", NULL, 0, NULL, 1);
}

static void wrong_map_references_are_refused(void **state)
{
	const struct skep_insn code[] = { WIDE(1), R0_IMM(0), EXIT_INSN };
	const struct skep_insn cut[] = { R0_IMM(0), { .code = 0x18 } };
	const struct skep_map_def m[] = {
		{ .name = "a", .type = "array", .key_size = 4, .value_size = 4, .max_entries = 1 },
		{ .name = "h", .type = "hash", .key_size = 4, .value_size = 4, .max_entries = 1 },
		{ .name = "t",
		  .type = "hash",
		  .key_size = 4,
		  .value_size = 4,
		  .max_entries = 1,
		  .inner_only = true },
	};
	struct skep_map_ref ref = { .insn = 0, .map = "b" };
	struct skep_prog_def p = {
		.name = "p", .insns = code, .insn_count = COUNT(code), .refs = &ref, .ref_count = 1
	};

	refuses(-ENOENT, "slot 0 refers to map 'b'", m, 3, &p, 1);
	ref.map = NULL;
	refuses(-ENOENT, "slot 0 refers to map", m, 3, &p, 1);
	ref.map = "t";
	refuses(-EINVAL, "only a template", m, 3, &p, 1);
	ref.map = "a";
	for (uint32_t at = 1; at < 6; at++) {
		ref.insn = at;
		refuses(-EINVAL, "is not at an LD_IMM64", m, 3, &p, 1);
	}
	ref.insn = UINT32_MAX;
	refuses(-EINVAL, "is not at an LD_IMM64", m, 3, &p, 1);
	ref = (struct skep_map_ref){ .insn = 0, .map = "h", .value = true };
	refuses(-EINVAL, "not an array of one value", m, 3, &p, 1);
	ref = (struct skep_map_ref){ .insn = 0, .map = "a", .value = true, .off = 4 };
	refuses(-EINVAL, "byte 4 of the value of 'a'", m, 3, &p, 1);
	p.refs = NULL;
	refuses(-EINVAL, "map references at no address", m, 3, &p, 1);
	ref = (struct skep_map_ref){ .insn = 1, .map = "a" };
	p = (struct skep_prog_def){
		.name = "p", .insns = cut, .insn_count = 2, .refs = &ref, .ref_count = 1
	};
	refuses(-EINVAL, "is not at an LD_IMM64", m, 3, &p, 1);
}

static void everything_is_copied(void **state)
{
	char name[] = "prog", license[] = "GPL", map[] = "map", data[] = "abc";
	struct skep_insn code[] = { R0_IMM(7), EXIT_INSN };
	struct skep_map_def m = { .name = map,
				  .type = "array",
				  .key_size = 4,
				  .value_size = 4,
				  .max_entries = 1,
				  .data = data };
	struct skep_prog_def p = { .name = name, .insns = code, .insn_count = 2 };
	struct skep_object_def def = { .size = sizeof(def),
				       .license = license,
				       .maps = &m,
				       .map_count = 1,
				       .progs = &p,
				       .prog_count = 1 };
	struct skep_run run = { .size = sizeof(run) };
	struct loaded l = { .diag = skep_diag_new() };
	uint32_t zero = 0;
	char value[4];

	assert_int_equal(skep_object_build(&l.obj, &def, l.diag), 0);
	memset(name, 'x', 4);
	memset(license, 'x', 3);
	memset(map, 'x', 3);
	memset(data, 'x', 3);
	memset(code, 0, sizeof(code));
	load_object(&l);
	assert_non_null(skep_prog_find(l.unit, "prog"));
	assert_int_equal(skep_prog_run(skep_prog_find(l.unit, "prog"), &run, l.diag), 0);
	assert_int_equal(run.result, 7);
	assert_int_equal(skep_map_get(skep_map_find(l.unit, "map"), &zero, value), 0);
	assert_memory_equal(value, "abc", 4);
	unload(&l);
}

static const struct CMUnitTest tests[] = {
	TEST(type_and_attach_type_come_from_words_or_section),
	TEST(maps_keep_all_their_attributes),
	TEST(map_references_become_the_map_and_its_value),
	TEST(wrong_maps_are_refused),
	TEST(wrong_programs_are_refused),
	TEST(wrong_map_references_are_refused),
	TEST(everything_is_copied),
};
TEST_MAIN(tests)
