// SPDX-License-Identifier: BSD-2-Clause
/* `.kconfig` externs have the places and values libbpf gives them, or are refused as it does. */
#include "test.h"

#include <bpf/bpf.h>
#include <errno.h>

#include "compare.h"
#include "load.h"

/* The first is LINUX_HAS_SYSCALL_WRAPPER. */
static const char *const ones[] = { ONE_NAMES };

static bool config_readable(void)
{
	struct bpf_object *other;
	bool loads;

	if (geteuid())
		return false;
	libbpf_set_print(quiet);
	other = bpf_object__open_file(ELF_DIR "/kconfig.bpf.o", NULL);
	loads = other && !bpf_object__load(other);
	bpf_object__close(other);
	return loads;
}
#define need_config()                                                                              \
	do {                                                                                       \
		if (!config_readable())                                                            \
			test_skip("needs root and the kernel's configuration");                    \
	} while (0)

static const struct obj_map *kconfig_of(const struct object *obj)
{
	s32 i = object_map_index(obj, ".kconfig");

	assert_true(i >= 0);
	assert_int_equal(obj->maps[i].role, MAP_KCONFIG);
	return &obj->maps[i];
}

/* libbpf's bytes, from the kernel. */
static void same_values(const struct object *obj, struct bpf_object *other)
{
	const struct obj_map *ours = kconfig_of(obj);
	struct bpf_map *map;
	u32 key = 0;

	bpf_object__for_each_map(map, other)
	{
		u8 *value;

		if (!same_map(".kconfig", bpf_map__name(map)))
			continue;
		assert_int_equal(ours->value_size, bpf_map__value_size(map));
		value = malloc(ours->value_size);
		assert_int_equal(bpf_map_lookup_elem(bpf_map__fd(map), &key, value), 0);
		assert_memory_equal(ours->data, value, ours->value_size);
		free(value);
		return;
	}
	fail_msg("libbpf has no .kconfig map");
}

static void values_equal_libbpfs(void **state)
{
	struct bpf_object *other;
	struct object *obj;
	struct diag d;

	need_config();
	other = bpf_object__open_file(ELF_DIR "/kconfig.bpf.o", NULL);
	assert_non_null(other);
	assert_int_equal(load_object(&obj, "kconfig", NULL, &d), 0);
	assert_int_equal(bpf_object__load(other), 0);
	same_maps(obj, other);
	same_values(obj, other);
	assert_true(same_progs(obj, other) > 0);
	bpf_object__close(other);
	object_free(obj);
	diag_fini(&d);
}

/* Returns whether both took it. */
static bool same_verdict(const char *name)
{
	char path[512];
	struct bpf_object *other;
	struct object *obj = NULL;
	struct diag d;
	bool loads;
	int err;

	snprintf(path, sizeof(path), ELF_DIR "/%s.bpf.o", name);
	other = bpf_object__open_file(path, NULL);
	loads = other && !bpf_object__load(other);
	err = load_object(&obj, name, NULL, &d);
	if (loads != !err)
		fail_msg("%s: libbpf %s it, we do not: %s", name, loads ? "loads" : "refuses",
			 d.first ? d.first->text : "");
	if (loads) {
		same_values(obj, other);
		object_free(obj);
	} else {
		assert_non_null(strstr(d.first->text, "'CONFIG_"));
	}
	bpf_object__close(other);
	diag_fini(&d);
	return loads;
}

static void types_hold_what_they_hold_for_libbpf(void **state)
{
	u32 taken = 0;

	need_config();
	for (u32 i = 1; i < ARRAY_SIZE(ones); i++)
		taken += same_verdict(ones[i]);
	print_message("# %u types, %u take their value\n", (u32)ARRAY_SIZE(ones) - 1, taken);
	assert_true(taken > 0 && taken < ARRAY_SIZE(ones) - 1);
}

/* libbpf finds out with a kprobe and is wrong on kernels without; the symbols know. */
static void syscall_wrappers_are_as_the_symbols_say(void **state)
{
	FILE *symbols = fopen("/proc/kallsyms", "r");
	struct object *obj;
	struct diag d;
	char line[512];
	bool wrapped = false;

#ifndef __x86_64__
	test_skip("knows the names of x86-64 only");
#endif
	if (!symbols)
		test_skip("needs /proc/kallsyms");
	while (fgets(line, sizeof(line), symbols))
		wrapped |= strstr(line, " __x64_sys_bpf\n") != NULL;
	fclose(symbols);
	assert_int_equal(load_object(&obj, ones[0], NULL, &d), 0);
	assert_int_equal(LOAD(u32, kconfig_of(obj)->data), wrapped);
	object_free(obj);
	diag_fini(&d);
}

static const struct CMUnitTest tests[] = {
	TEST(values_equal_libbpfs),
	TEST(syscall_wrappers_are_as_the_symbols_say),
	TEST(types_hold_what_they_hold_for_libbpf),
};
TEST_MAIN(tests)
