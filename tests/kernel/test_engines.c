// SPDX-License-Identifier: BSD-2-Clause
/*
 * One object in both engines, over every capture: the same verdicts, packets, maps and events. The
 * oracle of the user engine is the live kernel, through the same interface.
 */
#include "test.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <skep/skep.h>

enum { ROOM = 1024, MAX_CAPTURES = 128, MAX_REPORTS = 5 };
enum { USER, KERNEL };
enum { ETHERNET = 1 };

struct side {
	struct skep_engine *eng;
	struct skep_unit *unit;
	uint64_t events, hash;
};

struct pair {
	struct skep_diag *diag;
	struct skep_object *obj;
	struct side side[2];
	unsigned programs, packets, runs, too_long, differences;
};

static char *captures[MAX_CAPTURES];
static size_t capture_count;

static int find_captures(void **state)
{
	const char *dir = getenv("SKEP_PCAPS");
	DIR *d = opendir(dir ? dir : SHARED_PCAPS);
	struct dirent *e;

	captures[capture_count++] = strdup(GENERATED);
	while (d && (e = readdir(d))) {
		if (strstr(e->d_name, ".pcap") && capture_count < MAX_CAPTURES &&
		    asprintf(&captures[capture_count], "%s/%s", dir ? dir : SHARED_PCAPS,
			     e->d_name) > 0)
			capture_count++;
	}
	if (d)
		closedir(d);
	if (capture_count == 1)
		printf("# the public captures are not here: only the generated one is used\n");
	return 0;
}

static void differ(struct pair *p, const char *name, const char *what, uint64_t user,
		   uint64_t kernel)
{
	if (p->differences++ < MAX_REPORTS)
		printf("# %s: packet %u: %s: user 0x%llx, kernel 0x%llx\n", name, p->packets, what,
		       (unsigned long long)user, (unsigned long long)kernel);
}

/* ---- packets ---- */

static void run_packet(struct pair *p, const char *name, const struct skep_packet *pkt)
{
	static uint8_t out[2][65536 + ROOM];
	struct skep_run r[2];
	int err[2];

	for (int i = KERNEL; i >= USER; i--) {
		r[i] = (struct skep_run){
			.size = sizeof(r[i]),
			.data_in = pkt->data,
			.data_in_len = pkt->len,
			.data_out = out[i],
			.data_out_cap = sizeof(out[i]),
			.flags = SKEP_RUN_L3,
			.linktype = ETHERNET,
		};
		err[i] = skep_prog_run(skep_prog_find(p->side[i].unit, name), &r[i], p->diag);
		if (err[KERNEL] == -EMSGSIZE) {
			p->too_long++;
			skep_diag_clear(p->diag);
			return;
		}
	}
	p->runs++;
	skep_diag_clear(p->diag);
	if (!err[USER] != !err[KERNEL])
		differ(p, name, "error", (uint64_t)err[USER], (uint64_t)err[KERNEL]);
	if (err[USER] || err[KERNEL])
		return;
	if (r[USER].result != r[KERNEL].result)
		differ(p, name, "result", r[USER].result, r[KERNEL].result);
	if (r[USER].data_out_len != r[KERNEL].data_out_len)
		differ(p, name, "length", r[USER].data_out_len, r[KERNEL].data_out_len);
	else if (memcmp(out[USER], out[KERNEL], r[USER].data_out_len))
		differ(p, name, "bytes", 0, 0);
}

static void run_captures(struct pair *p, const char *name)
{
	for (size_t i = 0; i < capture_count; i++) {
		struct skep_packet pkt;
		struct skep_capture *c;

		assert_int_equal(skep_capture_open(&c, captures[i], NULL), 0);
		while (skep_capture_next(c, &pkt, NULL) > 0) {
			p->packets++;
			run_packet(p, name, &pkt);
		}
		skep_capture_close(c);
	}
}

/* ---- maps and events ---- */

static int on_event(void *arg, const struct skep_event *ev)
{
	struct side *s = arg;
	const uint8_t *b = ev->data;

	if (!b)
		return 0;
	s->events++;
	/* Perf records are padded by the kernel: compare what both have. */
	for (size_t i = 0; ev->cpu < 0 && i < ev->len; i++)
		s->hash = s->hash * 1099511628211ULL ^ b[i];
	return 0;
}

static char *printed(struct skep_map *map, size_t *len)
{
	char *text = NULL;
	FILE *f = open_memstream(&text, len);

	assert_int_equal(skep_map_print(map, f, SKEP_JSON), 0);
	fclose(f);
	return text;
}

static int by_bytes(const void *a, const void *b)
{
	return memcmp(a, b, 1);
}

/* The order of a hash table is each engine's own: as many bytes, and the same ones. */
static bool same_text(char *a, size_t a_len, char *b, size_t b_len, bool ordered)
{
	if (a_len != b_len)
		return false;
	if (!ordered) {
		qsort(a, a_len, 1, by_bytes);
		qsort(b, b_len, 1, by_bytes);
	}
	return !memcmp(a, b, a_len);
}

/* Maps that hold programs and maps say what number those have in the kernel. */
static bool holds_objects(const char *type)
{
	return strstr(type, "_of_maps") || !strcmp(type, "prog_array");
}

static void compare_maps(struct pair *p)
{
	struct skep_map *user, *kernel;
	struct skep_map_info info;

	for (size_t i = 0; skep_unit_map(p->side[USER].unit, i, &user); i++) {
		size_t user_len, kernel_len;
		char *a, *b;

		assert_true(skep_unit_map(p->side[KERNEL].unit, i, &kernel));
		assert_true(!user == !kernel);
		if (!user)
			continue;
		skep_map_info(user, &info);
		if (holds_objects(info.type))
			continue;
		a = printed(user, &user_len);
		b = printed(kernel, &kernel_len);
		if (!same_text(a, user_len, b, kernel_len, !strstr(info.type, "hash")))
			differ(p, info.name, "content", user_len, kernel_len);
		free(a);
		free(b);
	}
}

static void poll_both(struct pair *p, const char *name)
{
	for (int i = USER; i <= KERNEL; i++)
		assert_true(skep_poll(p->side[i].unit, 0, on_event, &p->side[i]) >= 0);
	if (p->side[USER].events != p->side[KERNEL].events)
		differ(p, name, "events", p->side[USER].events, p->side[KERNEL].events);
	else if (p->side[USER].hash != p->side[KERNEL].hash)
		differ(p, name, "events differ", 0, 0);
}

static void open_pair(struct pair *p, const char *path)
{
	static const char *const kinds[] = { "user", "kernel" };
	int err;

	*p = (struct pair){ .diag = skep_diag_new() };
	err = skep_open(&p->obj, SKEP_ELF, (struct skep_source){ .name = path }, NULL, p->diag);
	for (int i = USER; !err && i <= KERNEL; i++) {
		err = skep_engine_new(&p->side[i].eng, kinds[i], p->diag);
		if (!err)
			err = skep_load(&p->side[i].unit, p->side[i].eng, p->obj, NULL, p->diag);
	}
	if (err) {
		skep_diag_print(p->diag, stdout, false);
		fail();
	}
}

/* Routes that the prefix program finds from the start. */
static void fill_routes(struct pair *p)
{
	static const uint8_t keys[][8] = { { 8, 0, 0, 0, 10 }, { 16, 0, 0, 0, 192, 168 } };

	for (int side = USER; side <= KERNEL; side++) {
		struct skep_map *map = skep_map_find(p->side[side].unit, "routes");

		for (uint32_t i = 0; map && i < 2; i++) {
			uint32_t value = i + 1;

			assert_int_equal(skep_map_set(map, keys[i], &value, 0), 0);
		}
	}
}

static void compare(const char *path)
{
	struct skep_prog_info info;
	struct pair p;

	if (geteuid())
		test_skip("the live kernel needs CAP_BPF");
	open_pair(&p, path);
	fill_routes(&p);
	for (size_t i = 0; skep_object_prog(p.obj, i, &info); i++) {
		if (!info.autoload)
			continue;
		p.programs++;
		p.packets = 0;
		run_captures(&p, info.name);
		poll_both(&p, info.name);
	}
	compare_maps(&p);
	printf("# %u programs, %zu captures, %u packets each, %u runs in both, %llu events, %u "
	       "differences; %u runs left out: longer than what a test run takes in one piece\n",
	       p.programs, capture_count, p.packets, p.runs,
	       (unsigned long long)p.side[USER].events, p.differences, p.too_long);
	fflush(stdout);
	assert_int_equal(p.differences, 0);
	assert_true(p.runs > 0);
	for (int i = USER; i <= KERNEL; i++) {
		skep_unit_free(p.side[i].unit);
		skep_engine_free(p.side[i].eng);
	}
	skep_object_free(p.obj);
	skep_diag_free(p.diag);
}

#define OBJECT(name, path)                                                                         \
	static void name##_is_the_same_in_both_engines(void **state)                               \
	{                                                                                          \
		compare(BUILD path);                                                               \
	}
OBJECT(xdp_parse, "/tests/progs/diff_xdp_parse.o")
OBJECT(xdp_rewrite, "/tests/progs/diff_xdp_rewrite.o")
OBJECT(xdp_maps, "/tests/progs/diff_xdp_maps.o")
OBJECT(tc, "/tests/progs/diff_tc.o")
OBJECT(skb, "/tests/progs/diff_skb.o")
OBJECT(xdp_firewall, "/examples/xdp_firewall.o")
OBJECT(xdp_lb, "/examples/xdp_lb.o")
OBJECT(pkt_hist, "/examples/pkt_hist.o")
OBJECT(sock_filter, "/examples/sock_filter.o")

#define SAME(name) TEST(name##_is_the_same_in_both_engines)
static const struct CMUnitTest tests[] = {
	SAME(xdp_parse),    SAME(xdp_rewrite), SAME(xdp_maps), SAME(tc),	  SAME(skb),
	SAME(xdp_firewall), SAME(xdp_lb),      SAME(pkt_hist), SAME(sock_filter),
};

int main(void)
{
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, find_captures, NULL);
}
