// SPDX-License-Identifier: BSD-2-Clause
/*
 * The same object loaded by libbpf and by skep: what the kernel then says of programs and maps is
 * the same.
 *
 *     test_load            the objects of the build
 *     test_load FILE…      a table: which load with whom, and how long it takes
 */
#include "test.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <glob.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "api/handle.h"
#include "kernel/kernel.h"

struct counts {
	unsigned objects, both, refused, lax, strict; /* strict: only skep refuses */
	unsigned progs, maps, differences;
};

static int quiet(enum libbpf_print_level level, const char *fmt, va_list ap)
{
	return 0;
}

static void differ(struct counts *c, const char *path, const char *name, const char *what, long lib,
		   long skep)
{
	c->differences++;
	printf("# %s: %s: %s: libbpf %ld, skep %ld\n", path, name, what, lib, skep);
}

/* ---- what the kernel says ---- */

static void same_prog(struct counts *c, const char *path, struct bpf_program *lib,
		      const struct unit_prog *skep)
{
	const char *name = bpf_program__name(lib);
	struct bpf_prog_info a = { 0 }, b = { 0 };
	__u32 len = sizeof(a);
	int fd = bpf_program__fd(lib);
	const struct kernel_prog *k = skep ? skep->impl : NULL;

	c->progs++;
	if ((fd >= 0) != (k && k->fd >= 0)) {
		differ(c, path, name, "loaded", fd >= 0, k && k->fd >= 0);
		return;
	}
	if (fd < 0)
		return;
	assert_int_equal(bpf_obj_get_info_by_fd(fd, &a, &len), 0);
	len = sizeof(b);
	assert_int_equal(bpf_obj_get_info_by_fd(k->fd, &b, &len), 0);
#define SAME(field, text)                                                                          \
	do {                                                                                       \
		if (a.field != b.field)                                                            \
			differ(c, path, name, text, (long)a.field, (long)b.field);                 \
	} while (0)
	SAME(type, "type");
	SAME(xlated_prog_len, "length");
	SAME(nr_map_ids, "number of maps");
	SAME(gpl_compatible, "licence");
	SAME(nr_func_info, "functions");
	SAME(nr_line_info, "lines");
	SAME(attach_btf_id, "target");
	SAME(verified_insns, "verified instructions");
	if (memcmp(a.tag, b.tag, sizeof(a.tag)))
		differ(c, path, name, "tag", a.tag[0], b.tag[0]);
	if (strcmp(a.name, b.name))
		differ(c, path, b.name, "name", 0, 0);
#undef SAME
}

static struct unit_map *map_of_name(struct unit *u, const char *name)
{
	for (u32 i = 0; i < u->obj->map_count; i++) {
		const char *ours = u->obj->maps[i].name, *dot = strchr(name, '.');

		if (!strcmp(ours, name) || (dot && !strcmp(ours, dot)))
			return &u->maps[i];
	}
	return NULL;
}

static void same_map(struct counts *c, const char *path, struct bpf_map *lib, struct unit *u)
{
	const char *name = bpf_map__name(lib);
	struct unit_map *m = map_of_name(u, name);
	const struct kernel_map *k = m ? m->impl : NULL;
	struct bpf_map_info a = { 0 }, b = { 0 };
	__u32 len = sizeof(a);
	int fd = bpf_map__fd(lib);

	c->maps++;
	if ((fd >= 0) != (k && k->fd >= 0)) {
		differ(c, path, name, "made", fd >= 0, k && k->fd >= 0);
		return;
	}
	if (fd < 0)
		return;
	assert_int_equal(bpf_obj_get_info_by_fd(fd, &a, &len), 0);
	len = sizeof(b);
	assert_int_equal(bpf_obj_get_info_by_fd(k->fd, &b, &len), 0);
#define SAME(field, text)                                                                          \
	do {                                                                                       \
		if (a.field != b.field)                                                            \
			differ(c, path, name, text, (long)a.field, (long)b.field);                 \
	} while (0)
	SAME(type, "type");
	SAME(key_size, "key size");
	SAME(value_size, "value size");
	SAME(max_entries, "entries");
	if (a.type == BPF_MAP_TYPE_STRUCT_OPS) /* skep always wants a link */
		a.map_flags |= 1u << 13;
	SAME(map_flags, "flags");
	SAME(map_extra, "extra");
	SAME(btf_key_type_id, "type of keys");
	SAME(btf_value_type_id, "type of values");
	SAME(btf_vmlinux_value_type_id, "kernel's type of values");
	if (strcmp(a.name, b.name))
		differ(c, path, b.name, a.name, 0, 0);
	/* LINUX_HAS_SYSCALL_WRAPPER: without kprobes libbpf takes it for absent. */
	if (!strstr(path, "kconfig0") && a.type == BPF_MAP_TYPE_ARRAY && a.max_entries == 1 &&
	    a.value_size <= 65536) {
		static uint8_t x[65536], y[65536];
		uint32_t zero = 0;

		if (!bpf_map_lookup_elem(fd, &zero, x) && !bpf_map_lookup_elem(k->fd, &zero, y) &&
		    memcmp(x, y, a.value_size))
			differ(c, path, name, "content", 0, 1);
	}
#undef SAME
}

/* ---- one object ---- */

static double now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void compare_loaded(struct counts *c, const char *path, struct bpf_object *lib,
			   struct unit *u)
{
	struct bpf_program *prog;
	struct bpf_map *map;

	bpf_object__for_each_program(prog, lib)
	{
		const struct obj_prog *p = object_prog(u->obj, bpf_program__name(prog));

		same_prog(c, path, prog, p ? &u->progs[p - u->obj->progs] : NULL);
	}
	bpf_object__for_each_map(map, lib) same_map(c, path, map, u);
}

static void compare(struct counts *c, const char *path, bool table)
{
	struct skep_diag *diag = skep_diag_new();
	struct skep_object *obj = NULL;
	struct skep_engine *eng = NULL;
	struct skep_unit *unit = NULL;
	double start = now_ms(), lib_ms, skep_ms;
	struct bpf_object *lib = bpf_object__open_file(path, NULL);
	int lib_err = lib ? bpf_object__load(lib) : -errno, err;

	lib_ms = now_ms() - start;
	start = now_ms();
	err = skep_engine_new(&eng, "kernel", diag);
	if (!err)
		err = skep_open(&obj, SKEP_ELF, (struct skep_source){ .name = path }, NULL, diag);
	if (!err)
		err = skep_load(&unit, eng, obj, NULL, diag);
	skep_ms = now_ms() - start;
	c->objects++;
	c->both += !err && !lib_err;
	c->refused += err && lib_err;
	c->lax += !err && lib_err;
	c->strict += err && !lib_err;
	if (table || (err && !lib_err))
		printf("# %-60s libbpf %-4d %7.2f ms  skep %-4d %7.2f ms\n", path, lib_err, lib_ms,
		       err, skep_ms);
	if (err && (table || !lib_err))
		skep_diag_print(diag, stdout, false);
	if (!err && !lib_err)
		compare_loaded(c, path, lib, unit_of(unit));
	bpf_object__close(lib);
	skep_unit_free(unit);
	skep_engine_free(eng);
	skep_object_free(obj);
	skep_diag_free(diag);
}

static void objects_load_as_with_libbpf(void **state)
{
	static const char *const patterns[] = { BUILD "/tests/*/*.o", BUILD "/tests/*/*/*.bpf.o",
						BUILD "/examples/*.o" };
	struct counts c = { 0 };
	glob_t found = { 0 };

	if (geteuid())
		test_skip("loading into the kernel needs root");
	for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++)
		glob(patterns[i], i ? GLOB_APPEND : 0, NULL, &found);
	for (size_t i = 0; i < found.gl_pathc; i++) {
		unlink("/sys/fs/bpf/skep_test_pin"); /* of pinned.bpf.o */
		compare(&c, found.gl_pathv[i], false);
	}
	globfree(&found);
	unlink("/sys/fs/bpf/skep_test_pin");
	printf("# %u objects: %u load with both, %u with neither, %u with skep alone, %u with "
	       "libbpf "
	       "alone; %u programs and %u maps compared, %u differences\n",
	       c.objects, c.both, c.refused, c.lax, c.strict, c.progs, c.maps, c.differences);
	assert_true(c.both > 20);
	assert_int_equal(c.strict, 0);
	assert_int_equal(c.differences, 0);
}

static const struct CMUnitTest tests[] = {
	TEST(objects_load_as_with_libbpf),
};

int main(int argc, char **argv)
{
	struct counts c = { 0 };

	libbpf_set_print(quiet);
	for (int i = 1; i < argc; i++)
		compare(&c, argv[i], true);
	if (argc > 1) {
		printf("# %u objects: %u both, %u neither, %u skep alone, %u libbpf alone, %u "
		       "differences\n",
		       c.objects, c.both, c.refused, c.lax, c.strict, c.differences);
		return c.strict || c.differences;
	}
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
