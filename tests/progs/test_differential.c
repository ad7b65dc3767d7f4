// SPDX-License-Identifier: BSD-2-Clause
/*
 * The same object in the live kernel (libbpf, BPF_PROG_TEST_RUN) and in skep, over every packet
 * of the captures: return value, packet out, and at the end the contents of every map.
 */
#include "test.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <dirent.h>
#include <errno.h>
#include <sched.h>
#include <string.h>
#include <unistd.h>

#include <skep/skep.h>

/* What TEST_RUN takes in one piece: of larger packets it makes fragments (XDP) or EINVAL (skb). */
enum { XDP_LINEAR = 3520, SKB_LINEAR = 3712 };
enum { MAX_PACKET = 65536, ROOM = 1024, MAX_CAPTURES = 128, MAX_REPORTS = 5 };

struct pair {
	struct bpf_object *kernel;
	struct skep_diag *diag;
	struct skep_object *obj;
	struct skep_engine *eng;
	struct skep_unit *unit;
	unsigned packets, programs, runs, left_out, differences;
};

static char *captures[MAX_CAPTURES];
static size_t capture_count;

static void add_directory(const char *dir)
{
	DIR *d = opendir(dir);
	struct dirent *e;

	while (d && (e = readdir(d))) {
		if (!strstr(e->d_name, ".pcap") || capture_count == MAX_CAPTURES)
			continue;
		if (asprintf(&captures[capture_count], "%s/%s", dir, e->d_name) > 0)
			capture_count++;
	}
	if (d)
		closedir(d);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Captures of our own generator, and the public ones where they are beside the project. */
static int find_captures(void **state)
{
	const char *dir = getenv("SKEP_PCAPS");
	cpu_set_t one;

	CPU_ZERO(&one);
	CPU_SET(0, &one);
	sched_setaffinity(0, sizeof(one), &one); /* per-CPU values land in slot 0 on both sides */
	captures[capture_count++] = strdup(GENERATED);
	add_directory(dir ? dir : SHARED_PCAPS);
	if (capture_count == 1)
		printf("# the public captures are not here: only the generated one is used\n");
	qsort(captures, capture_count, sizeof(captures[0]), by_name);
	return 0;
}

static int quiet(enum libbpf_print_level level, const char *fmt, va_list ap)
{
	return 0;
}

static void open_pair(struct pair *p, const char *path, enum skep_exec exec)
{
	struct skep_load_opts opts = { .size = sizeof(opts), .exec = exec };

	libbpf_set_print(quiet);
	p->kernel = bpf_object__open_file(path, NULL);
	assert_non_null(p->kernel);
	assert_int_equal(bpf_object__load(p->kernel), 0);
	p->diag = skep_diag_new();
	if (skep_open(&p->obj, SKEP_ELF, (struct skep_source){ .name = path }, NULL, p->diag) ||
	    skep_engine_new(&p->eng, "user", p->diag) ||
	    skep_load(&p->unit, p->eng, p->obj, &opts, p->diag)) {
		skep_diag_print(p->diag, stdout, false);
		fail();
	}
}

static void close_pair(struct pair *p)
{
	skep_unit_free(p->unit);
	skep_engine_free(p->eng);
	skep_object_free(p->obj);
	skep_diag_free(p->diag);
	bpf_object__close(p->kernel);
}

static void differ(struct pair *p, const char *prog, const char *what, long kernel, long skep)
{
	if (p->differences++ < MAX_REPORTS)
		printf("# %s: packet %u: %s: the kernel has %ld (0x%lx), skep %ld (0x%lx)\n", prog,
		       p->packets, what, kernel, kernel, skep, skep);
}

static void run_packet(struct pair *p, int fd, struct skep_prog *prog,
		       const struct skep_packet *pkt)
{
	static uint8_t kernel_out[MAX_PACKET + ROOM], skep_out[MAX_PACKET + ROOM];
	struct bpf_test_run_opts k = {
		.sz = sizeof(k),
		.data_in = pkt->data,
		.data_size_in = pkt->len,
		.data_out = kernel_out,
		.data_size_out = sizeof(kernel_out),
	};
	struct skep_run s = {
		.size = sizeof(s),
		.data_in = pkt->data,
		.data_in_len = pkt->len,
		.data_out = skep_out,
		.data_out_cap = sizeof(skep_out),
		.flags = SKEP_RUN_L3,
	};
	const char *name = skep_prog_name(prog);
	int kernel_err = bpf_prog_test_run_opts(fd, &k);
	int skep_err = skep_prog_run(prog, &s, p->diag);

	p->runs++;
	if (!kernel_err != !skep_err) {
		differ(p, name, "error", kernel_err, skep_err);
		skep_diag_print(p->diag, stdout, false);
	} else if (!kernel_err) {
		if (k.retval != (uint32_t)s.result)
			differ(p, name, "return value", k.retval, (long)s.result);
		if (k.data_size_out != s.data_out_len)
			differ(p, name, "length out", k.data_size_out, (long)s.data_out_len);
		else if (memcmp(kernel_out, skep_out, k.data_size_out)) {
			size_t at = 0;

			while (at < sizeof(kernel_out) - 1 && kernel_out[at] == skep_out[at])
				at++;
			differ(p, name, "first different byte", (long)at << 8 | kernel_out[at],
			       (long)at << 8 | skep_out[at]);
		}
	}
	skep_diag_clear(p->diag);
}

static void run_captures(struct pair *p, int fd, struct skep_prog *prog, bool xdp)
{
	for (size_t i = 0; i < capture_count; i++) {
		struct skep_capture *c;
		struct skep_packet pkt;

		assert_int_equal(skep_capture_open(&c, captures[i], NULL), 0);
		while (skep_capture_next(c, &pkt, NULL) > 0) {
			p->packets++;
			if (pkt.len <= (xdp ? XDP_LINEAR : SKB_LINEAR))
				run_packet(p, fd, prog, &pkt);
			else
				p->left_out++;
		}
		skep_capture_close(c);
	}
}

/* ---- maps ---- */

struct records {
	uint64_t count, hash;
};

static void record_add(struct records *r, const void *data, size_t len)
{
	const uint8_t *b = data;

	r->count++;
	r->hash = r->hash * 31 + len;
	for (size_t i = 0; i < len; i++)
		r->hash = r->hash * 1099511628211ULL ^ b[i];
}

static int kernel_record(void *arg, void *data, size_t len)
{
	record_add(arg, data, len);
	return 0;
}

static int skep_record(void *arg, const struct skep_event *ev)
{
	record_add(arg, ev->data, ev->len);
	return 0;
}

static void compare_records(struct pair *p, struct bpf_map *map)
{
	struct records kernel = { 0 }, skep = { 0 };
	struct ring_buffer *rb = ring_buffer__new(bpf_map__fd(map), kernel_record, &kernel, NULL);

	assert_non_null(rb);
	ring_buffer__consume(rb);
	ring_buffer__free(rb);
	skep_poll(p->unit, 0, skep_record, &skep);
	if (kernel.count != skep.count || kernel.hash != skep.hash)
		differ(p, bpf_map__name(map), "ring buffer records", (long)kernel.count,
		       (long)skep.count);
}

/* Without /sys libbpf cannot tell. */
static size_t possible_cpus(void)
{
	int n = libbpf_num_possible_cpus();

	return (size_t)(n > 0 ? n : sysconf(_SC_NPROCESSORS_CONF));
}

static size_t value_len(const struct bpf_map *map)
{
	size_t one = bpf_map__value_size(map);

	switch (bpf_map__type(map)) {
	case BPF_MAP_TYPE_PERCPU_ARRAY:
	case BPF_MAP_TYPE_PERCPU_HASH:
	case BPF_MAP_TYPE_LRU_PERCPU_HASH:
		return (one + 7) / 8 * 8 * possible_cpus();
	default:
		return one;
	}
}

/* Every element of skep's map is the kernel's, and there are as many. */
static void compare_elements(struct pair *p, struct bpf_map *map, struct skep_map *mine)
{
	size_t len = value_len(map);
	uint8_t key[256], next[256], *a = calloc(1, len), *b = calloc(1, len);
	long kernel = 0, skep = 0;

	assert_int_equal(skep_map_value_len(mine), len);
	for (int err = skep_map_next(mine, NULL, next); !err;
	     err = skep_map_next(mine, key, next)) {
		memcpy(key, next, bpf_map__key_size(map));
		skep++;
		if (skep_map_get(mine, key, b))
			continue;
		if (bpf_map_lookup_elem(bpf_map__fd(map), key, a) || memcmp(a, b, len))
			differ(p, bpf_map__name(map), "element", skep, skep);
	}
	for (int err = bpf_map_get_next_key(bpf_map__fd(map), NULL, next); !err;
	     err = bpf_map_get_next_key(bpf_map__fd(map), key, next)) {
		memcpy(key, next, bpf_map__key_size(map));
		kernel++;
	}
	if (kernel != skep)
		differ(p, bpf_map__name(map), "number of elements", kernel, skep);
	free(a);
	free(b);
}

/* The element that would come out next: all that can be seen of skep's without taking it. */
static void compare_head(struct pair *p, struct bpf_map *map, struct skep_map *mine)
{
	uint32_t a = 0, b = 0;
	int kernel = bpf_map_lookup_elem(bpf_map__fd(map), NULL, &a);
	int skep = skep_map_get(mine, NULL, &b);

	if (!kernel != !skep || a != b)
		differ(p, bpf_map__name(map), "head", kernel ? -1 : (long)a, skep ? -1 : (long)b);
}

static void compare_maps(struct pair *p)
{
	struct bpf_map *map;

	bpf_object__for_each_map(map, p->kernel)
	{
		const char *name = bpf_map__name(map);
		struct skep_map *mine = skep_map_find(p->unit, name);

		if (!mine && strchr(name, '.')) /* libbpf's "diff_xdp.bss" is our ".bss" */
			mine = skep_map_find(p->unit, strchr(name, '.'));
		if (!mine) {
			differ(p, name, "is missing", 1, 0);
			continue;
		}
		switch (bpf_map__type(map)) {
		case BPF_MAP_TYPE_RINGBUF:
			compare_records(p, map);
			break;
		case BPF_MAP_TYPE_QUEUE:
		case BPF_MAP_TYPE_STACK:
			compare_head(p, map, mine);
			break;
		case BPF_MAP_TYPE_PROG_ARRAY:
		case BPF_MAP_TYPE_ARRAY_OF_MAPS: /* numbers of kernel objects */
			break;
		default:
			compare_elements(p, map, mine);
		}
	}
}

/* Routes that the prefix program finds from the start. */
static void fill_routes(struct pair *p)
{
	static const uint8_t keys[][8] = { { 8, 0, 0, 0, 10 }, { 16, 0, 0, 0, 192, 168 } };
	struct bpf_map *map = bpf_object__find_map_by_name(p->kernel, "routes");

	for (uint32_t i = 0; map && i < 2; i++) {
		uint32_t value = i + 1;

		assert_int_equal(bpf_map_update_elem(bpf_map__fd(map), keys[i], &value, 0), 0);
		assert_int_equal(skep_map_set(skep_map_find(p->unit, "routes"), keys[i], &value, 0),
				 0);
	}
}

static void compare_object(const char *path, enum skep_exec exec)
{
	struct bpf_program *prog;
	struct pair p = { 0 };

	if (geteuid())
		test_skip("the live kernel needs CAP_BPF");
	open_pair(&p, path, exec);
	fill_routes(&p);
	bpf_object__for_each_program(prog, p.kernel)
	{
		struct skep_prog *mine = skep_prog_find(p.unit, bpf_program__name(prog));
		unsigned before = p.differences;

		assert_non_null(mine);
		p.packets = 0;
		p.programs++;
		run_captures(&p, bpf_program__fd(prog), mine,
			     bpf_program__type(prog) == BPF_PROG_TYPE_XDP);
		if (p.differences != before)
			printf("# %s: %u differences\n", bpf_program__name(prog),
			       p.differences - before);
	}
	compare_maps(&p);
	printf("# %u programs, %zu captures, %u packets each, %u runs in both, %u differences; "
	       "%u runs left out: longer than what TEST_RUN takes in one piece\n",
	       p.programs, capture_count, p.packets, p.runs, p.differences, p.left_out);
	fflush(stdout);
	assert_int_equal(p.differences, 0);
	assert_true(p.runs > 0);
	close_pair(&p);
}

#ifdef __x86_64__
#define FASTEST SKEP_EXEC_JIT
#else
#define FASTEST SKEP_EXEC_AUTO
#endif
#define OBJECT(name)                                                                               \
	static void name##_agrees_with_the_kernel(void **state)                                    \
	{                                                                                          \
		compare_object(OBJECTS "/diff_" #name ".o", FASTEST);                              \
	}                                                                                          \
	static void name##_interpreted_agrees_with_the_kernel(void **state)                        \
	{                                                                                          \
		compare_object(OBJECTS "/diff_" #name ".o", SKEP_EXEC_INTERP);                     \
	}                                                                                          \
	static void name##_checked_agrees_with_the_kernel(void **state)                            \
	{                                                                                          \
		compare_object(OBJECTS "/diff_" #name ".o", SKEP_EXEC_CHECKED);                    \
	}                                                                                          \
	static void name##_checked_machine_code_agrees_with_the_kernel(void **state)               \
	{                                                                                          \
		compare_object(OBJECTS "/diff_" #name ".o", SKEP_EXEC_CHECKED_JIT);                \
	}
OBJECT(xdp_parse)
OBJECT(xdp_rewrite)
OBJECT(xdp_maps)
OBJECT(tc)
OBJECT(skb)

#define EVERYWHERE(name)                                                                           \
	TEST(name##_agrees_with_the_kernel), TEST(name##_interpreted_agrees_with_the_kernel),      \
		TEST(name##_checked_agrees_with_the_kernel),                                       \
		TEST(name##_checked_machine_code_agrees_with_the_kernel)
static const struct CMUnitTest tests[] = {
	EVERYWHERE(xdp_parse), EVERYWHERE(xdp_rewrite), EVERYWHERE(xdp_maps),
	EVERYWHERE(tc),	       EVERYWHERE(skb),
};

int main(void)
{
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, find_captures, NULL);
}
