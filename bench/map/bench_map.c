// SPDX-License-Identifier: BSD-2-Clause
/*
 * Map operations of programs: ns an operation from machine code here and in the running kernel,
 * with 1 and 2 threads, from the same object (ops.c: 128 operations a run, 16,384 keys that are
 * there). Rounds of the two alternate; medians. Then bytes an element.
 *
 * Usage: bench_map DIRECTORY-OF-OPS.O [NAME-OF-ONE-PROGRAM]
 */
#include <inttypes.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/bpf.h>

#include <skep/skep.h>

enum { OPS = 128, KEYS = 0x4000, ROUNDS = 41, REPEAT = 100, THREADS = 2 };

struct side {
	struct skep_engine *engine;
	struct skep_unit *unit;
	struct skep_prog *prog;
	double rounds[ROUNDS];
};

static const char *const progs[] = {
	"array_get",	   "array_put",	      "hash_get",	 "hash_put", "hash_del",
	"percpu_hash_get", "percpu_hash_put", "percpu_hash_del", "lru_get",  "lru_put",
	"lru_del",	   "lru_evict",	      "lpm_get",	 "lpm_put",  "lpm_del",
	"ring_output",	   "ring_reserve",
};

static void pin_to(int cpu)
{
	cpu_set_t one;

	CPU_ZERO(&one);
	CPU_SET(cpu, &one);
	sched_setaffinity(0, sizeof(one), &one);
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double median(double *rounds)
{
	qsort(rounds, ROUNDS, sizeof(*rounds), by_value);
	return rounds[ROUNDS / 2];
}

static void fill(struct skep_unit *unit, const char *name)
{
	struct skep_map *map = skep_map_find(unit, name);
	uint64_t value[256];
	bool lpm = !strcmp(name, "lpm");

	for (uint32_t i = 0; i < 256; i++)
		value[i] = 1;
	for (uint32_t i = 0; i < KEYS; i++) {
		uint32_t prefix[2] = { 32, i * 2654435761u };

		if (skep_map_set(map, lpm ? (void *)prefix : &i, value, 0)) {
			fprintf(stderr, "bench_map: cannot fill %s\n", name);
			exit(1);
		}
	}
}

static int pass(void *arg, const struct skep_event *ev)
{
	return 0;
}

static double run_once(struct side *s, int cpu)
{
	uint8_t packet[64] = { 0 };
	struct skep_run run = { .size = sizeof(run),
				.data_in = packet,
				.data_in_len = sizeof(packet),
				.repeat = REPEAT,
				.cpu = (uint32_t)cpu };

	if (skep_prog_run(s->prog, &run, NULL)) {
		fprintf(stderr, "bench_map: a run failed\n");
		exit(1);
	}
	return (double)run.nanosec / OPS;
}

struct worker {
	struct side *side;
	int cpu;
	double ns;
};

static pthread_barrier_t gate;

static void *work(void *arg)
{
	struct worker *w = arg;

	pin_to(w->cpu);
	pthread_barrier_wait(&gate);
	w->ns = run_once(w->side, w->cpu);
	return NULL;
}

static double run_both(struct side *s)
{
	struct worker w[THREADS] = { { s, 0, 0 }, { s, 1, 0 } };
	pthread_t t[THREADS];

	for (int i = 0; i < THREADS; i++)
		pthread_create(&t[i], NULL, work, &w[i]);
	for (int i = 0; i < THREADS; i++)
		pthread_join(t[i], NULL);
	return (w[0].ns + w[1].ns) / 2;
}

static void measure(struct side *sides, const char *name, int threads)
{
	double ns[2];

	for (int s = 0; s < 2; s++)
		sides[s].prog = sides[s].unit ? skep_prog_find(sides[s].unit, name) : NULL;
	for (int r = -2; r < ROUNDS; r++) {
		for (int s = 0; s < 2; s++) {
			double one;

			if (!sides[s].prog)
				continue;
			one = threads == 1 ? run_once(&sides[s], 0) : run_both(&sides[s]);
			if (r >= 0)
				sides[s].rounds[r] = one;
			if (!strncmp(name, "ring", 4))
				skep_poll(sides[s].unit, 0, pass, NULL);
		}
	}
	for (int s = 0; s < 2; s++)
		ns[s] = sides[s].prog ? median(sides[s].rounds) : 0;
	printf("  %8.1f %8.1f %7.2f", ns[0], ns[1], ns[0] ? ns[1] / ns[0] : 0);
	if (!strncmp(name, "ring", 4) && ns[0] && ns[1])
		printf(" (%.0f, %.0f M records/s)", threads * 1e3 / ns[0], threads * 1e3 / ns[1]);
	fflush(stdout);
}

static void load(struct side *s, const char *kind, const char *path)
{
	struct skep_open_opts how = { .size = sizeof(how), .btf_path = "none" };
	struct skep_diag *diag = skep_diag_new();
	struct skep_object *obj;

	if (skep_open(&obj, SKEP_ELF, (struct skep_source){ .name = path }, &how, diag) ||
	    skep_engine_new(&s->engine, kind, diag) ||
	    skep_load(&s->unit, s->engine, obj, NULL, diag)) {
		skep_diag_print(diag, stderr, false);
		printf("# no %s\n", kind);
		s->unit = NULL;
		return;
	}
	skep_diag_free(diag);
	fill(s->unit, "hash");
	fill(s->unit, "lru");
	fill(s->unit, "lpm");
	fill(s->unit, "array");
	fill(s->unit, "percpu_hash");
}

/* ---- memory ---- */

enum { MANY = 0x10000 };

static const struct shape {
	const char *type;
	enum bpf_map_type kernel;
	uint32_t key_size, flags;
} shapes[] = {
	{ "array", BPF_MAP_TYPE_ARRAY, 4, 0 },
	{ "hash", BPF_MAP_TYPE_HASH, 4, 0 },
	{ "percpu_hash", BPF_MAP_TYPE_PERCPU_HASH, 4, 0 },
	{ "lru_hash", BPF_MAP_TYPE_LRU_HASH, 4, 0 },
	{ "lpm_trie", BPF_MAP_TYPE_LPM_TRIE, 8, BPF_F_NO_PREALLOC },
};

static void shape_key(const struct shape *s, uint32_t i, uint32_t key[2])
{
	bool lpm = s->key_size == 8;

	key[0] = lpm ? 32 : i;
	key[1] = i * 2654435761u;
}

static double resident(void)
{
	FILE *in = fopen("/proc/self/statm", "re");
	long pages = 0;

	if (in && fscanf(in, "%*d %ld", &pages) != 1)
		pages = 0;
	if (in)
		fclose(in);
	return (double)pages * (double)sysconf(_SC_PAGESIZE);
}

/* What this process grows by when the map is made and filled. */
static double our_bytes(struct skep_engine *engine, const struct shape *s)
{
	struct skep_map_def map = { .name = "m",
				    .type = s->type,
				    .key_size = s->key_size,
				    .value_size = 8,
				    .max_entries = MANY,
				    .flags = s->flags };
	struct skep_object_def def = { .size = sizeof(def), .maps = &map, .map_count = 1 };
	double before = resident(), bytes = 0;
	uint64_t value[256] = { 1 };
	struct skep_object *obj;
	struct skep_unit *unit;

	if (skep_object_build(&obj, &def, NULL))
		return 0;
	if (!skep_load(&unit, engine, obj, NULL, NULL)) {
		for (uint32_t i = 0, key[2]; i < MANY; i++) {
			shape_key(s, i, key);
			skep_map_set(skep_map_find(unit, "m"), key, value, 0);
		}
		bytes = resident() - before;
		skep_unit_free(unit);
	}
	skep_object_free(obj);
	return bytes / MANY;
}

/* What the kernel says of it in /proc. */
static double kernel_bytes(const struct shape *s)
{
	union bpf_attr attr = { .map_type = s->kernel,
				.key_size = s->key_size,
				.value_size = 8,
				.max_entries = MANY,
				.map_flags = s->flags };
	int fd = (int)syscall(SYS_bpf, BPF_MAP_CREATE, &attr, sizeof(attr));
	char path[64], line[128];
	uint64_t value[256] = { 1 };
	double bytes = 0;
	FILE *in;

	if (fd < 0)
		return 0;
	for (uint32_t i = 0, key[2]; i < MANY; i++) {
		union bpf_attr elem = { .map_fd = (uint32_t)fd };

		shape_key(s, i, key);
		elem.key = (uintptr_t)key;
		elem.value = (uintptr_t)value;
		syscall(SYS_bpf, BPF_MAP_UPDATE_ELEM, &elem, sizeof(elem));
	}
	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	in = fopen(path, "re");
	while (in && fgets(line, sizeof(line), in))
		sscanf(line, "memlock: %lf", &bytes);
	if (in)
		fclose(in);
	close(fd);
	return bytes / MANY;
}

static void memory(struct skep_engine *engine)
{
	printf("\nbytes an element of 4 + 8 bytes (lpm_trie: 8 + 8), %d elements\n", MANY);
	for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++)
		printf("%-16s  %8.1f %8.1f\n", shapes[i].type, our_bytes(engine, &shapes[i]),
		       kernel_bytes(&shapes[i]));
}

int main(int argc, char **argv)
{
	struct side sides[2] = { 0 };
	char path[4096];

	if (argc < 2)
		return 2;
	snprintf(path, sizeof(path), "%s/ops.o", argv[1]);
	load(&sides[0], "user", path);
	load(&sides[1], "kernel", path);
	pthread_barrier_init(&gate, NULL, THREADS);
	pin_to(0);
	printf("ns an operation         1 thread                     2 threads\n");
	printf("%-16s  %8s %8s %7s  %8s %8s %7s\n", "", "skep", "kernel", "times", "skep", "kernel",
	       "times");
	for (size_t i = 0; i < sizeof(progs) / sizeof(progs[0]); i++) {
		if (argc > 2 && strcmp(progs[i], argv[2]))
			continue;
		printf("%-16s", progs[i]);
		measure(sides, progs[i], 1);
		measure(sides, progs[i], 2);
		printf("\n");
	}
	if (argc == 2)
		memory(sides[0].engine);
	return 0;
}
