// SPDX-License-Identifier: BSD-2-Clause
/* The kernel engine through the public interface; bpf(2) by way of libbpf says what is true. */
#include "test.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "api/handle.h"
#include "kernel/kernel.h"
#include "spec/features.h"

#define PIN "/sys/fs/bpf/skep_test_pin"

struct live {
	struct skep_diag *diag;
	struct skep_object *obj;
	struct skep_engine *eng;
	struct skep_unit *unit;
};

static int live_open(struct live *l, const char *name)
{
	char path[512];
	int err;

	*l = (struct live){ .diag = skep_diag_new() };
	snprintf(path, sizeof(path), OBJECTS "/%s.bpf.o", name);
	err = skep_engine_new(&l->eng, "kernel", l->diag);
	if (!err)
		err = skep_open(&l->obj, SKEP_ELF, (struct skep_source){ .name = path }, NULL,
				l->diag);
	return err ? err : skep_load(&l->unit, l->eng, l->obj, NULL, l->diag);
}

static void live_close(struct live *l)
{
	skep_unit_free(l->unit);
	skep_engine_free(l->eng);
	skep_object_free(l->obj);
	skep_diag_free(l->diag);
}

static bool says(const struct live *l, const char *words)
{
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);
	bool found;

	skep_diag_print(l->diag, f, false);
	fclose(f);
	found = strstr(text, words);
	if (!found)
		printf("# expected '%s' in:\n# %s\n", words, text);
	free(text);
	return found;
}

static void need_root(void)
{
	if (geteuid())
		test_skip("loading into the kernel needs root");
}

static void load(struct live *l, const char *name)
{
	int err = live_open(l, name);

	if (err) {
		skep_diag_print(l->diag, stdout, false);
		fail();
	}
}

static int fd_of(struct live *l, const char *map)
{
	const struct kernel_map *k = map_of(skep_map_find(l->unit, map))->impl;

	return k->fd;
}

static uint64_t run(struct live *l, size_t len)
{
	static uint8_t packet[1500];
	struct skep_run r = { .size = sizeof(r), .data_in = packet, .data_in_len = len };

	assert_int_equal(skep_prog_run(skep_prog_find(l->unit, "count"), &r, l->diag), 0);
	return r.result;
}

/* ---- */

static void globals_are_read_and_written_in_place(void **state)
{
	struct {
		int runs, hidden;
	} data;
	uint32_t zero = 0, limit;
	struct skep_map *map;
	struct live l;

	need_root();
	load(&l, "engine");
	map = skep_map_find(l.unit, ".data");
	assert_non_null(map);
	assert_int_equal(skep_map_get(map, &zero, &data), 0);
	assert_true(data.runs == 3 || data.hidden == 3);
	assert_int_equal(run(&l, 20), 2);
	assert_int_equal(skep_map_get(map, &zero, &data), 0);
	assert_true(data.runs == 4 || data.hidden == 4);
	data.runs = data.hidden = 100;
	assert_int_equal(skep_map_set(map, &zero, &data, 0), 0);
	assert_int_equal(run(&l, 20), 2);
	assert_int_equal(bpf_map_lookup_elem(fd_of(&l, ".data"), &zero, &data), 0);
	assert_int_equal(data.runs, 101);
	map = skep_map_find(l.unit, ".rodata");
	assert_int_equal(skep_map_get(map, &zero, &limit), 0);
	assert_int_equal(limit, 100);
	assert_int_equal(skep_map_set(map, &zero, &limit, 0), -EPERM);
	live_close(&l);
}

static void tail_calls_and_inner_maps_are_filled(void **state)
{
	uint32_t zero = 0, value = 0;
	struct live l;

	need_root();
	load(&l, "engine");
	assert_int_equal(run(&l, 30), 2);  /* XDP_PASS */
	assert_int_equal(run(&l, 120), 3); /* XDP_TX, of the program in slot 1 */
	assert_int_equal(skep_map_get(skep_map_find(l.unit, "first"), &zero, &value), 0);
	assert_int_equal(value, 120);
	live_close(&l);
}

static void per_cpu_values_land_on_the_cpu_asked_for(void **state)
{
	static uint8_t packet[64];
	struct skep_run r = { .size = sizeof(r), .data_in = packet, .data_in_len = 64 };
	uint64_t values[256] = { 0 };
	struct skep_map *map;
	uint32_t one = 1;
	struct live l;

	need_root();
	if (sys_cpus_possible() < 2)
		test_skip("one CPU only");
	load(&l, "engine");
	map = skep_map_find(l.unit, "seen");
	assert_int_equal(skep_map_value_len(map), 8 * sys_cpus_possible());
	r.cpu = 1;
	r.repeat = 5;
	assert_int_equal(skep_prog_run(skep_prog_find(l.unit, "count"), &r, NULL), 0);
	assert_int_equal(skep_map_get(map, &one, values), 0);
	assert_int_equal(values[0], 0);
	assert_int_equal(values[1], 5);
	live_close(&l);
}

struct got {
	unsigned ring, perf, sum;
	uint64_t lost;
};

static int on_event(void *arg, const struct skep_event *ev)
{
	struct got *g = arg;
	struct skep_map_info info;
	const uint32_t *e = ev->data;

	g->lost += ev->lost;
	if (!e)
		return 0;
	skep_map_info(ev->map, &info);
	*(strcmp(info.name, "ring") ? &g->perf : &g->ring) += 1;
	assert_true(ev->len >= 8);
	assert_true((ev->cpu < 0) == !strcmp(info.name, "ring"));
	g->sum += e[0];
	return 0;
}

static void events_of_both_kinds_arrive(void **state)
{
	struct got g = { 0 };
	struct live l;

	need_root();
	load(&l, "engine");
	assert_int_equal(skep_poll(l.unit, 0, on_event, &g), 0);
	run(&l, 20);
	run(&l, 33);
	assert_int_equal(skep_poll(l.unit, 1000, on_event, &g), 4);
	assert_int_equal(g.ring, 2);
	assert_int_equal(g.perf, 2);
	assert_int_equal(g.sum, 2 * (20 + 33));
	assert_int_equal(g.lost, 0);
	assert_int_equal(skep_poll(l.unit, 0, on_event, &g), 0);
	live_close(&l);
}

/* Each perf record is 8 + 4 + 8 bytes and padding; the buffer holds 256 KiB. */
static void lost_perf_records_are_counted(void **state)
{
	enum { RUNS = 20000 };
	static uint8_t packet[20];
	struct skep_run r = { .size = sizeof(r), .data_in = packet, .data_in_len = 20 };
	struct got g = { 0 };
	struct live l;

	need_root();
	load(&l, "engine");
	r.repeat = RUNS;
	assert_int_equal(skep_prog_run(skep_prog_find(l.unit, "count"), &r, NULL), 0);
	assert_true(skep_poll(l.unit, 0, on_event, &g) > 0);
	run(&l, 20); /* the kernel tells of losses with the next record */
	assert_true(skep_poll(l.unit, 1000, on_event, &g) > 0);
	assert_true(g.lost > 0);
	assert_int_equal(g.perf + g.lost, RUNS + 1);
	live_close(&l);
}

static void records_wrap_around(void **state)
{
	struct got g = { 0 };
	struct live l;

	need_root();
	load(&l, "engine");
	for (int i = 0; i < 30000; i++) {
		run(&l, 20);
		if (i % 50 == 49)
			assert_true(skep_poll(l.unit, 0, on_event, &g) >= 0);
	}
	assert_int_equal(g.ring, 30000);
	assert_int_equal(g.perf, 30000);
	assert_int_equal(g.sum, 2 * 30000 * 20);
	live_close(&l);
}

/* ---- pins ---- */

static void pinned_maps_are_taken_over(void **state)
{
	uint32_t key = 5, value = 6;
	struct live a, b;

	need_root();
	if (access("/sys/fs/bpf", W_OK))
		test_skip("no BPF file system");
	unlink(PIN);
	load(&a, "pinned");
	assert_int_equal(access(PIN, F_OK), 0);
	assert_int_equal(skep_map_set(skep_map_find(a.unit, "skep_test_pin"), &key, &value, 0), 0);
	live_close(&a);
	value = 0;
	load(&b, "pinned");
	assert_int_equal(skep_map_get(skep_map_find(b.unit, "skep_test_pin"), &key, &value), 0);
	assert_int_equal(value, 6);
	live_close(&b);
	assert_true(live_open(&a, "pinned_other") == -EEXIST);
	assert_true(says(&a, "another number of entries: 4, not 8"));
	live_close(&a);
	assert_int_equal(unlink(PIN), 0);
}

static void failed_loads_leave_no_pin(void **state)
{
	struct live l;

	need_root();
	unlink(PIN);
	assert_int_equal(live_open(&l, "pinned_bad"), -EACCES);
	assert_true(says(&l, "null pointer"));
	assert_true(says(&l, "Linux says:"));
	live_close(&l);
	assert_int_equal(access(PIN, F_OK), -1);
}

/* ---- refusals ---- */

static int as_nobody(const char *name)
{
	struct live l;
	int err;

	if (setresgid(65534, 65534, 65534) || setresuid(65534, 65534, 65534))
		return 3;
	err = live_open(&l, name);
	return err == -EPERM && says(&l, "lacks CAP_BPF") ? 0 : 1;
}

static void missing_capabilities_are_named(void **state)
{
	int status;
	pid_t child;

	need_root();
	fflush(stdout);
	child = fork();
	if (!child)
		_exit(as_nobody("engine"));
	waitpid(child, &status, 0);
	assert_int_equal(status, 0);
}

static void oldest_form_of_types_is_valid(void **state)
{
	static const uint32_t eras[] = { ERA(4, 18), ERA(5, 0),	 ERA(5, 2),  ERA(5, 6),
					 ERA(5, 13), ERA(5, 16), ERA(5, 17), ERA(6, 0) };
	struct live l;

	need_root();
	load(&l, "engine");
	for (size_t i = 0; i < sizeof(eras) / sizeof(eras[0]); i++) {
		static char log[1 << 18];
		LIBBPF_OPTS(bpf_btf_load_opts, opts, .log_buf = log, .log_size = sizeof(log),
			    .log_level = 1);
		size_t len;
		uint8_t *copy = kernel_btf_copy(object_of(l.obj)->types, eras[i], &len);
		int fd = bpf_btf_load(copy, len, &opts);

		if (fd < 0)
			printf("# era %x: %d %s\n", eras[i], fd, log);
		assert_true(fd >= 0);
		close(fd);
		free(copy);
	}
	live_close(&l);
}

static const struct CMUnitTest tests[] = {
	TEST(globals_are_read_and_written_in_place),
	TEST(tail_calls_and_inner_maps_are_filled),
	TEST(per_cpu_values_land_on_the_cpu_asked_for),
	TEST(events_of_both_kinds_arrive),
	TEST(lost_perf_records_are_counted),
	TEST(records_wrap_around),
	TEST(pinned_maps_are_taken_over),
	TEST(failed_loads_leave_no_pin),
	TEST(missing_capabilities_are_named),
	TEST(oldest_form_of_types_is_valid),
};
TEST_MAIN(tests)
