// SPDX-License-Identifier: BSD-2-Clause
/*
 * Presets: the same in both engines and in libbpf, which sets the same things through its own
 * functions and whose programs run in the same kernel.
 */
#include "test.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include "base/types.h"
#include "live.h"

#define PRESET OBJECTS "/preset.bpf.o"
#define SET(n, v)                                                                                  \
	{                                                                                          \
		.kind = SKEP_PRESET_GLOBAL, .name = n, .value = v                                  \
	}
#define MAP(n, v)                                                                                  \
	{                                                                                          \
		.kind = SKEP_PRESET_MAP, .name = n, .value = v                                     \
	}
#define PROG(n, v)                                                                                 \
	{                                                                                          \
		.kind = SKEP_PRESET_PROG, .name = n, .value = v                                    \
	}

static int load(struct live *l, const char *engine, const struct skep_preset *presets, size_t count)
{
	struct skep_load_opts opts = { .size = sizeof(opts),
				       .presets = presets,
				       .preset_count = count };
	int err;

	*l = (struct live){ .diag = skep_diag_new() };
	err = skep_open(&l->obj, SKEP_ELF, (struct skep_source){ .name = PRESET }, NULL, l->diag);
	if (!err)
		err = skep_engine_new(&l->eng, engine, l->diag);
	return err ? err : skep_load(&l->unit, l->eng, l->obj, &opts, l->diag);
}

static u64 result_of(struct live *l)
{
	static const u8 packet[64];
	struct skep_run run = { .size = sizeof(run),
				.data_in = packet,
				.data_in_len = sizeof(packet) };

	assert_int_equal(skep_prog_run(skep_prog_find(l->unit, "count"), &run, l->diag), 0);
	return run.result;
}

static u64 result(const char *engine, const struct skep_preset *presets, size_t count)
{
	struct live l;
	int err = load(&l, engine, presets, count);
	u64 r = 0;

	if (err)
		live_print(&l);
	assert_int_equal(err, 0);
	r = result_of(&l);
	live_close(&l);
	return r;
}

struct rule {
	unsigned short port;
	int level;
	unsigned char octets[4];
	char name[8];
};

/* The same through libbpf: R0 of one run in the kernel. */
static u64 libbpf_result(void (*change)(struct bpf_object *o))
{
	static const u8 packet[64];
	LIBBPF_OPTS(bpf_test_run_opts, run, .data_in = packet, .data_size_in = sizeof(packet));
	struct bpf_object *o = bpf_object__open(PRESET);
	int err;

	assert_non_null(o);
	bpf_program__set_autoload(bpf_object__find_program_by_name(o, "strict"), false);
	change(o);
	assert_int_equal(bpf_object__load(o), 0);
	err = bpf_prog_test_run_opts(bpf_program__fd(bpf_object__find_program_by_name(o, "count")),
				     &run);
	assert_int_equal(err, 0);
	bpf_object__close(o);
	return run.retval;
}

/* A variable's place in its section, from libbpf's BTF. */
static u8 *variable(struct bpf_object *o, const char *section, const char *name)
{
	struct bpf_map *map;
	struct btf *btf = bpf_object__btf(o);
	const struct btf_type *sec;
	const struct btf_var_secinfo *var;
	size_t size;
	u8 *data;
	char tail[32];

	snprintf(tail, sizeof(tail), "%s", section);
	bpf_object__for_each_map(map, o)
	{
		const char *at = strstr(bpf_map__name(map), tail);

		if (!at || strcmp(at, tail))
			continue;
		data = (u8 *)bpf_map__initial_value(map, &size);
		sec = btf__type_by_id(btf, (u32)btf__find_by_name_kind(btf, section, 15));
		var = (const struct btf_var_secinfo *)(sec + 1);
		for (u32 i = 0; i < (sec->info & 0xffff); i++) {
			const struct btf_type *t = btf__type_by_id(btf, var[i].type);

			if (!strcmp(btf__name_by_offset(btf, t->name_off), name))
				return data + var[i].offset;
		}
	}
	fail_msg("no %s in %s", name, section);
	return NULL;
}

static void change_sizes(struct bpf_object *o)
{
	unsigned limit = 9;
	int counter = 1000;

	bpf_map__set_max_entries(bpf_object__find_map_by_name(o, "flows"), 5);
	memcpy(variable(o, ".rodata", "limit"), &limit, sizeof(limit));
	memcpy(variable(o, ".data", "counter"), &counter, sizeof(counter));
}

static void change_rule(struct bpf_object *o)
{
	struct rule rule = { 443, 7, { 0, 0, 0, 9 }, "tls" };
	long offset = 100;

	*variable(o, ".rodata", "fussy") = 1;
	memcpy(variable(o, ".rodata", "rules") + sizeof(rule), &rule, sizeof(rule));
	memcpy(variable(o, ".rodata", "offset"), &offset, sizeof(offset));
}

static void change_nothing(struct bpf_object *o)
{
}

static const struct skep_preset sizes[] = { MAP("flows.max_entries", "5"), SET("limit", "9"),
					    SET("counter", "1000"),
					    PROG("strict.autoload", "false") };
static const struct skep_preset whole_rule[] = { SET("fussy", "true"),
						 SET("rules[1]", "{443,LOUD,{.octets={0,0,0,9}}}"),
						 SET("offset", "100"),
						 PROG("strict.autoload", "false") };
static const struct skep_preset parts[] = { SET("fussy", "true"),
					    SET("rules[1].port", "443"),
					    SET("rules[1].level", "LOUD"),
					    SET("rules[1].octets[3]", "9"),
					    SET("rules[1].name", "\"tls\""),
					    SET("offset", "100"),
					    PROG("strict.autoload", "false") };

static void presets_are_as_with_libbpf(const char *engine)
{
	static const struct skep_preset none[] = { PROG("strict.autoload", "false") };

	assert_int_equal(result(engine, none, 1), libbpf_result(change_nothing));
	assert_int_equal(result(engine, sizes, ARRAY_SIZE(sizes)), libbpf_result(change_sizes));
	assert_int_equal(result(engine, parts, ARRAY_SIZE(parts)), libbpf_result(change_rule));
	assert_int_equal(result(engine, whole_rule, ARRAY_SIZE(whole_rule)),
			 libbpf_result(change_rule));
}

static void user_presets_are_as_with_libbpf(void **state)
{
	if (geteuid())
		test_skip("libbpf's programs run in the kernel, which needs root");
	presets_are_as_with_libbpf("user");
}

static void kernel_presets_are_as_with_libbpf(void **state)
{
	if (geteuid())
		test_skip("loading into the kernel needs root");
	presets_are_as_with_libbpf("kernel");
}

/* 3 of 3 are stored when the map has room for them, else 2; the object itself stays. */
static void a_load_does_not_change_the_object(void **state)
{
	struct live changed, plain;
	struct skep_load_opts opts = { .size = sizeof(opts), .prog = "count" };

	assert_int_equal(load(&changed, "user", sizes, ARRAY_SIZE(sizes)), 0);
	plain = changed;
	assert_int_equal(skep_load(&plain.unit, changed.eng, changed.obj, &opts, changed.diag), 0);
	assert_int_equal(result_of(&changed), 5 * 100 + 1001);
	assert_int_equal(result_of(&plain), 2 * 100 + 41);
	skep_unit_free(plain.unit);
	live_close(&changed);
}

static void bytes_are_a_value(void **state)
{
	u32 limit = 1;
	struct skep_preset presets[] = {
		{ .kind = SKEP_PRESET_GLOBAL, .name = "limit", .data = &limit, .len = 4 },
		PROG("strict.autoload", "false")
	};
	struct live l;

	assert_int_equal(result("user", presets, 2), 1 * 100 + 41);
	presets[0].len = 3;
	assert_int_equal(load(&l, "user", presets, 2), -EINVAL);
	assert_true(live_says(&l, "it has 4 bytes, not 3"));
	live_close(&l);
}

/* `fussy` guards a dereference of what may be NULL: constants decide what is verified. */
static void the_verifier_knows_preset_constants(const char *engine)
{
	static const struct skep_preset on[] = { SET("fussy", "1") };
	struct live l;

	assert_int_equal(load(&l, engine, NULL, 0), 0);
	live_close(&l);
	assert_int_not_equal(load(&l, engine, on, 1), 0);
	assert_true(live_says(&l, "strict"));
	live_close(&l);
}

static void user_verifier_knows_preset_constants(void **state)
{
	the_verifier_knows_preset_constants("user");
}

static void kernel_verifier_knows_preset_constants(void **state)
{
	if (geteuid())
		test_skip("loading into the kernel needs root");
	the_verifier_knows_preset_constants("kernel");
}

static void mistakes_are_told(void **state)
{
	static const struct {
		struct skep_preset preset;
		const char *says;
	} cases[] = {
		{ SET("limti", "1"), "did you mean 'limit'" },
		{ SET("limit", "many"), "not a number" },
		{ SET("limit", "4294967296"), "does not fit" },
		{ SET("rules[2].port", "1"), "no '[2]' in 'rules'" },
		{ SET("rules[1]x", "1"), "no 'x' in 'rules[1]'" },
		{ SET("rules[1].", "1"), "no '.' in 'rules[1]'" },
		{ SET("rules[1", "1"), "no '[1' in 'rules'" },
		{ SET("rules[18446744073709551615]", "1"), "in 'rules'" },
		{ SET("rules[1].prot", "1"), "no '.prot' in 'rules[1]'" },
		{ SET("rules[1].level", "LOUDER"), "nor a name of the enum" },
		{ MAP("flow.max_entries", "1"), "did you mean 'flows'" },
		{ MAP("flows.max_entrys", "1"), "did you mean 'max_entries'" },
		{ MAP("flows.max_entries", "-1"), "a number of 32 bits is wanted" },
		{ MAP("flows", "1"), "write MAP.ATTRIBUTE" },
		{ MAP(".rodata.max_entries", "2"), "holds global variables" },
		{ MAP("flows.inner.max_entries", "2"), "are no maps" },
		{ MAP("flows.type", "hsah"), "a type of maps" },
		{ PROG("strict.autolaod", "true"), "did you mean 'autoload'" },
		{ PROG("stric.autoload", "true"), "did you mean 'strict'" },
		{ PROG("strict.autoload", "maybe"), "'true' or 'false' is wanted" },
	};
	struct live l;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		int err = load(&l, "user", &cases[i].preset, 1);

		if (!err)
			print_error("%s=%s\n", cases[i].preset.name, cases[i].preset.value);
		assert_true(err < 0);
		assert_true(live_says(&l, cases[i].says));
		live_close(&l);
	}
}

/* What the kernel says of the map that was made. */
static void maps_have_the_attributes(void **state)
{
	static const struct skep_preset presets[] = {
		MAP("flows.max_entries", "77"),	  MAP("flows.value_size", "12"),
		MAP("flows.type", "lru_hash"),	  MAP("outer.inner.max_entries", "6"),
		PROG("strict.autoload", "false"), PROG("count.autoload", "false"),
	};
	struct bpf_map_info info = { 0 };
	u32 len = sizeof(info), id = 0;
	bool found = false;
	struct live l;

	if (geteuid())
		test_skip("loading into the kernel needs root");
	assert_int_equal(load(&l, "kernel", presets, ARRAY_SIZE(presets)), 0);
	while (!found && !bpf_map_get_next_id(id, &id)) {
		int fd = bpf_map_get_fd_by_id(id);

		found = !bpf_obj_get_info_by_fd(fd, &info, &len) && !strcmp(info.name, "flows") &&
			info.max_entries == 77;
		close(fd);
	}
	assert_true(found);
	assert_int_equal(info.value_size, 12);
	assert_int_equal(info.type, BPF_MAP_TYPE_LRU_HASH);
	live_close(&l);
}

static void pins_lie_in_the_chosen_folder(void **state)
{
	struct skep_load_opts opts = { .size = sizeof(opts),
				       .pin_path = "/sys/fs/bpf/skep-test-pins" };
	static const char path[] = "/sys/fs/bpf/skep-test-pins/skep_test_pin";
	struct live l = { .diag = skep_diag_new() };
	struct skep_unit *second;
	u32 key = 3, value = 5;

	if (geteuid() || access("/sys/fs/bpf", W_OK)) {
		skep_diag_free(l.diag);
		test_skip("pins need root and a BPF file system");
	}
	assert_int_equal(skep_open(&l.obj, SKEP_ELF,
				   (struct skep_source){ .name = OBJECTS "/pinned.bpf.o" }, NULL,
				   l.diag),
			 0);
	assert_int_equal(skep_engine_new(&l.eng, "kernel", l.diag), 0);
	assert_int_equal(skep_load(&l.unit, l.eng, l.obj, &opts, l.diag), 0);
	assert_int_equal(access(path, F_OK), 0);
	assert_int_equal(skep_map_set(skep_map_find(l.unit, "skep_test_pin"), &key, &value, 0), 0);
	value = 0;
	assert_int_equal(skep_load(&second, l.eng, l.obj, &opts, l.diag), 0); /* taken over */
	assert_int_equal(skep_map_get(skep_map_find(second, "skep_test_pin"), &key, &value), 0);
	assert_int_equal(value, 5);
	skep_unit_free(second);
	assert_int_equal(access(path, F_OK), 0);
	live_close(&l);
	unlink(path);
	assert_int_equal(rmdir(opts.pin_path), 0);
}

/* It is used as it is, and what the object pins by name is not pinned then. */
static void a_map_takes_the_place_of_the_objects(void **state)
{
	struct skep_load_opts opts = { .size = sizeof(opts),
				       .pin_path = "/sys/fs/bpf/skep-test-pins" };
	struct skep_map_replace by[2] = { { .name = "skep_test_pin" } };
	struct live l = { .diag = skep_diag_new() };
	struct skep_engine *user;
	struct skep_unit *second;
	u32 key = 3, value = 5;

	if (geteuid() || access("/sys/fs/bpf", W_OK)) {
		skep_diag_free(l.diag);
		test_skip("pins need root and a BPF file system");
	}
	assert_int_equal(skep_open(&l.obj, SKEP_ELF,
				   (struct skep_source){ .name = OBJECTS "/pinned.bpf.o" }, NULL,
				   l.diag),
			 0);
	assert_int_equal(skep_engine_new(&l.eng, "kernel", l.diag), 0);
	assert_int_equal(skep_engine_new(&user, "user", l.diag), 0);
	assert_int_equal(skep_load(&l.unit, l.eng, l.obj, &opts, l.diag), 0);
	by[0].by = skep_map_find(l.unit, "skep_test_pin");
	by[1] = by[0];
	assert_int_equal(skep_map_set(by[0].by, &key, &value, 0), 0);
	unlink("/sys/fs/bpf/skep-test-pins/skep_test_pin");
	assert_int_equal(rmdir(opts.pin_path), 0);
	opts.replace = by;
	opts.replace_count = 1;
	assert_int_equal(skep_load(&second, user, l.obj, &opts, l.diag), -EOPNOTSUPP);
	assert_int_equal(skep_load(&second, l.eng, l.obj, &opts, l.diag), 0);
	assert_int_not_equal(access(opts.pin_path, F_OK), 0);
	value = 0;
	assert_int_equal(skep_map_get(skep_map_find(second, "skep_test_pin"), &key, &value), 0);
	assert_int_equal(value, 5);
	skep_unit_free(second);
	opts.replace_count = 2;
	assert_int_equal(skep_load(&second, l.eng, l.obj, &opts, l.diag), -EINVAL);
	by[0].name = "skep_test_pni";
	assert_int_equal(skep_load(&second, l.eng, l.obj, &opts, l.diag), -ENOENT);
	skep_engine_free(user);
	live_close(&l);
}

/* A load that fails leaves neither the pin nor the folder. */
static void a_failed_load_leaves_no_folder(void **state)
{
	struct skep_load_opts opts = { .size = sizeof(opts),
				       .pin_path = "/sys/fs/bpf/skep-test-none" };
	struct live l = { .diag = skep_diag_new() };

	if (geteuid() || access("/sys/fs/bpf", W_OK)) {
		skep_diag_free(l.diag);
		test_skip("pins need root and a BPF file system");
	}
	assert_int_equal(skep_open(&l.obj, SKEP_ELF,
				   (struct skep_source){ .name = OBJECTS "/pinned_bad.bpf.o" },
				   NULL, l.diag),
			 0);
	assert_int_equal(skep_engine_new(&l.eng, "kernel", l.diag), 0);
	assert_true(skep_load(&l.unit, l.eng, l.obj, &opts, l.diag) < 0);
	assert_int_not_equal(access(opts.pin_path, F_OK), 0);
	live_close(&l);
}

static const struct CMUnitTest tests[] = {
	TEST(user_presets_are_as_with_libbpf),
	TEST(kernel_presets_are_as_with_libbpf),
	TEST(a_load_does_not_change_the_object),
	TEST(bytes_are_a_value),
	TEST(user_verifier_knows_preset_constants),
	TEST(kernel_verifier_knows_preset_constants),
	TEST(mistakes_are_told),
	TEST(maps_have_the_attributes),
	TEST(pins_lie_in_the_chosen_folder),
	TEST(a_map_takes_the_place_of_the_objects),
	TEST(a_failed_load_leaves_no_folder),
};

int main(void)
{
	libbpf_set_print(NULL);
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
