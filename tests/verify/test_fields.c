// SPDX-License-Identifier: BSD-2-Clause
/*
 * Special fields of map values: well formed where the running kernel makes the map with its types,
 * and refused where it does not.
 */
#include "test.h"

#include <linux/bpf.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/file.h"
#include "elf/elf.h"
#include "kload.h"
#include "verify/fields.h"

static struct object *object;
static struct file file;
static struct arena arena;
static struct diag diag;

static void close_object(void)
{
	object_free(object);
	object = NULL;
	file_close(&file);
}

/* 0: the well-formed fields; else one that is not. False: there is no such object. */
static bool open_object(u32 bad)
{
	struct skep_open_opts opts = { .size = sizeof(opts) };
	char path[4096];

	snprintf(path, sizeof(path), OBJECTS "/fields_%u.bpf.o", bad);
	if (access(path, R_OK))
		return false;
	if (file_open(&file, path, &diag) ||
	    elf_open(&object, path, file.data, file.len, &opts, &diag))
		diag_print(&diag, stdout, false);
	assert_non_null(object);
	return true;
}

static int setup(void **state)
{
	diag_init(&diag);
	return 0;
}

static int open_good(void **state)
{
	return open_object(0) ? 0 : -1;
}

static int close_good(void **state)
{
	close_object();
	return 0;
}

static int teardown(void **state)
{
	arena_fini(&arena);
	diag_fini(&diag);
	return 0;
}

static int find(const struct btf_fields **out, const struct obj_map *m, const char **why)
{
	*out = NULL;
	return fields_find(out, &arena, object->types, m->value_type_id, kload_types(), why);
}

static const struct btf_fields *good(const char *map)
{
	const struct btf_fields *f;
	const char *why = NULL;
	s32 i = object_map_index(object, map);

	assert_true(i >= 0);
	assert_int_equal(find(&f, &object->maps[i], &why), 0);
	return f;
}

/* Does the kernel make the map with its types? */
static bool kernel_makes(const struct kload *k, const struct obj_map *m)
{
	union bpf_attr attr = { .map_type = m->type,
				.key_size = m->key_size,
				.value_size = m->value_size,
				.max_entries = m->max_entries };
	int fd;

	if (k->btf < 0)
		return false;
	attr.btf_fd = (u32)k->btf;
	attr.btf_key_type_id = m->key_type_id;
	attr.btf_value_type_id = m->value_type_id;
	fd = (int)syscall(__NR_bpf, BPF_MAP_CREATE, &attr, sizeof(attr));
	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

static u32 compare_maps(u32 *made)
{
	struct object no_maps = *object;
	const struct btf_fields *f;
	struct kload k;
	u32 wrong = 0;

	no_maps.map_count = 0;
	assert_int_equal(kload_open(&k, &no_maps), 0);
	for (u32 i = 0; i < object->map_count; i++) {
		const struct obj_map *m = &object->maps[i];
		const char *why = NULL;
		bool makes;
		int err;

		if (m->role != MAP_PLAIN)
			continue;
		makes = kernel_makes(&k, m);
		err = find(&f, m, &why);
		/* Some maps of fields that contradict each other are made, without any. */
		if (!makes && !err)
			printf("# %s: the kernel refuses it, skep finds it well formed\n", m->name);
		wrong += !makes && !err;
		*made += makes && !err;
	}
	kload_close(&k);
	return wrong;
}

static void well_formed_fields_are_what_the_kernel_makes_maps_of(void **state)
{
	u32 wrong = 0, made = 0, n = 0;

	if (!kload_can())
		test_skip("making maps with types needs CAP_BPF");
	for (; open_object(n); n++) {
		wrong += compare_maps(&made);
		close_object();
	}
	printf("# the kernel makes %u maps, and one of each of %u objects it does not\n", made,
	       n ? n - 1 : 0);
	assert_int_equal(wrong, 0);
	assert_true(made > 10 && n > 10);
}

static void fields_lie_where_the_compiler_put_them(void **state)
{
	const struct btf_fields *f = good("lock_nested");

	assert_int_equal(f->count, 1);
	assert_int_equal(f->kinds, FIELD_SPIN_LOCK);
	assert_int_equal(f->field[0].off, 12);
	assert_int_equal(f->field[0].size, 4);
	f = good("everything");
	assert_int_equal(f->count, 4);
	assert_int_equal(f->field[0].kind, FIELD_SPIN_LOCK);
	assert_int_equal(f->field[1].kind, FIELD_TIMER);
	assert_int_equal(f->field[1].off, 8);
	assert_int_equal(f->field[2].kind, FIELD_WORKQUEUE);
	assert_int_equal(f->field[3].kind, FIELD_KPTR_REF);
	assert_int_equal(f->field[3].off, 40);
	assert_null(good("plain"));
}

static void arrays_of_pointers_have_a_field_for_each(void **state)
{
	const struct btf_fields *f = good("kptr_array");

	assert_int_equal(f->count, 4);
	for (u32 i = 0; i < 4; i++) {
		assert_int_equal(f->field[i].off, 8 * i);
		assert_true(f->field[i].kernel_type || !kload_types());
	}
	f = good("kptr_to_own");
	assert_false(f->field[0].kernel_type);
	assert_string_equal(types_name(f->field[0].types, f->field[0].type_id), "own");
}

static void lists_and_trees_know_their_nodes(void **state)
{
	const struct btf_fields *f = good("list");

	assert_int_equal(f->field[1].kind, FIELD_LIST_HEAD);
	assert_int_equal(f->field[1].node_off, 8);
	assert_string_equal(types_name(object->types, f->field[1].type_id), "item");
	f = good("tree");
	assert_int_equal(f->field[0].kind, FIELD_RB_ROOT);
	assert_int_equal(f->field[0].node_off, 0);
}

static void bytes_touch_the_fields_they_overlap(void **state)
{
	const struct btf_fields *f = good("timer");

	assert_null(fields_touch(f, 0, 8));
	assert_non_null(fields_touch(f, 7, 2));
	assert_non_null(fields_touch(f, 23, 1));
	assert_null(fields_touch(f, 24, 8));
	assert_non_null(fields_at(f, 8, FIELD_TIMER));
	assert_null(fields_at(f, 8, FIELD_KPTR));
	assert_null(fields_at(f, 9, FIELD_TIMER));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(well_formed_fields_are_what_the_kernel_makes_maps_of),
		cmocka_unit_test_setup_teardown(fields_lie_where_the_compiler_put_them, open_good,
						close_good),
		cmocka_unit_test_setup_teardown(arrays_of_pointers_have_a_field_for_each, open_good,
						close_good),
		cmocka_unit_test_setup_teardown(lists_and_trees_know_their_nodes, open_good,
						close_good),
		cmocka_unit_test_setup_teardown(bytes_touch_the_fields_they_overlap, open_good,
						close_good),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, setup, teardown);
}
