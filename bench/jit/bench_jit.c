// SPDX-License-Identifier: BSD-2-Clause
/*
 * The programs of plain.c, calls.c and maps.c as machine code of four makers: gcc -O2 native,
 * skep's JIT, the running kernel's JIT (BPF_PROG_TEST_RUN), skep's interpreter. ns a run without
 * the cost of an empty program in the same place; medians, one CPU, rounds of all taking turns.
 * Results and packets must be the same everywhere.
 *
 *     bench_jit DIRECTORY_OF_OBJECTS [PROGRAM]
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <math.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <skep/skep.h>

#include "bench_set.h"
#include "engine/engine.h"
#include "jit/jit.h"
#include "user/unit.h"

enum { ROUNDS = 9, BATCH_NS = 4000000, RING_BATCH = 100000 };
enum who { NATIVE, JIT, KERNEL, INTERP, WHO };

struct loaded {
	struct skep_object *obj;
	struct skep_engine *eng;
	struct skep_unit *jit, *interp;
	struct bpf_object *kernel; /* NULL: this process may not */
};

struct row {
	struct skep_prog *jit, *interp;
	int kernel;
	double ns[WHO];
	double compile_ns; /* an instruction */
	u32 insns, size, kernel_size;
};

static u8 packet[BENCH_PACKET];
static double empty[WHO];

static u64 now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
	return (u64)ts.tv_sec * 1000000000 + (u64)ts.tv_nsec;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double median(double *values, u32 count)
{
	qsort(values, count, sizeof(*values), by_value);
	return values[count / 2];
}

/* ---- loading ---- */

static int quiet(enum libbpf_print_level level, const char *fmt, va_list ap)
{
	return 0;
}

static struct skep_unit *load(struct loaded *l, enum skep_exec exec, struct skep_diag *diag)
{
	struct skep_load_opts opts = { .size = sizeof(opts), .exec = exec };
	struct skep_unit *unit = NULL;

	if (skep_load(&unit, l->eng, l->obj, &opts, diag)) {
		skep_diag_print(diag, stderr, false);
		exit(1);
	}
	return unit;
}

static void set_skep(void *unit, const char *map, const void *key, const void *value)
{
	struct skep_map *m = skep_map_find(unit, map);

	if (m)
		skep_map_set(m, key, value, 0);
}

static void set_kernel(void *obj, const char *map, const void *key, const void *value)
{
	struct bpf_map *m = bpf_object__find_map_by_name(obj, map);

	if (m)
		bpf_map_update_elem(bpf_map__fd(m), key, value, 0);
}

/* The interpreter's maps are the native program's too. */
static void open_objects(struct loaded *l, const char *dir, const char *file)
{
	struct skep_diag *diag = skep_diag_new();
	char path[512];

	snprintf(path, sizeof(path), "%s/%s.o", dir, file);
	if (skep_open(&l->obj, SKEP_ELF, (struct skep_source){ .name = path }, NULL, diag) ||
	    skep_engine_new(&l->eng, "user", diag)) {
		skep_diag_print(diag, stderr, false);
		exit(1);
	}
	l->jit = load(l, SKEP_EXEC_AUTO, diag);
	l->interp = load(l, SKEP_EXEC_INTERP, diag);
	bench_fill(packet, set_skep, l->jit);
	bench_fill(packet, set_skep, l->interp);
	for (u32 i = 0; bench_maps[i].name; i++) {
		struct unit_map *m =
			(struct unit_map *)skep_map_find(l->interp, bench_maps[i].name);

		if (m)
			*bench_maps[i].native = m->impl;
	}
	l->kernel = bpf_object__open_file(path, NULL);
	if (!l->kernel || bpf_object__load(l->kernel)) {
		bpf_object__close(l->kernel);
		l->kernel = NULL;
	} else {
		bench_fill(packet, set_kernel, l->kernel);
	}
	skep_diag_free(diag);
}

static void close_objects(struct loaded *l)
{
	skep_unit_free(l->jit);
	skep_unit_free(l->interp);
	skep_engine_free(l->eng);
	skep_object_free(l->obj);
	bpf_object__close(l->kernel);
}

/* ---- one run, many runs ---- */

static u32 run_skep(struct skep_prog *prog, u8 *out, u64 times)
{
	struct skep_run run = { .size = sizeof(run),
				.data_in = packet,
				.data_in_len = sizeof(packet),
				.data_out = out,
				.data_out_cap = out ? sizeof(packet) : 0,
				.repeat = times };

	if (skep_prog_run(prog, &run, NULL)) {
		fprintf(stderr, "%s does not run\n", skep_prog_name(prog));
		exit(1);
	}
	return (u32)run.result;
}

static u32 run_kernel(int fd, u8 *out, u64 times)
{
	struct bpf_test_run_opts run = { .sz = sizeof(run),
					 .data_in = packet,
					 .data_size_in = sizeof(packet),
					 .data_out = out,
					 .data_size_out = out ? sizeof(packet) : 0,
					 .repeat = (int)times };

	if (bpf_prog_test_run_opts(fd, &run)) {
		perror("BPF_PROG_TEST_RUN");
		exit(1);
	}
	return run.retval;
}

static u32 run_native(const struct bench_prog *p, u8 *out, u64 times)
{
	static u8 copy[BENCH_PACKET];
	u32 result = 0;

	memcpy(copy, packet, sizeof(copy));
	for (u64 i = 0; i < times; i++)
		result = p->native(copy, copy + sizeof(copy));
	if (out)
		memcpy(out, copy, sizeof(copy));
	return result;
}

static u32 run_as(enum who who, const struct bench_prog *p, const struct row *r, u8 *out, u64 times)
{
	switch (who) {
	case NATIVE:
		return run_native(p, out, times);
	case KERNEL:
		return run_kernel(r->kernel, out, times);
	default:
		return run_skep(who == JIT ? r->jit : r->interp, out, times);
	}
}

static bool has(enum who who, const struct row *r)
{
	return who != KERNEL || r->kernel >= 0;
}

static void same_everywhere(const struct bench_prog *p, const struct row *r)
{
	static u8 want[BENCH_PACKET], got[BENCH_PACKET];
	u32 expected = run_as(NATIVE, p, r, want, 1), result;

	for (enum who who = JIT; who < WHO; who++) {
		if (!has(who, r))
			continue;
		result = run_as(who, p, r, got, 1);
		if (result == expected && !memcmp(want, got, sizeof(got)))
			continue;
		fprintf(stderr, "%s: %u natively, %u in %s%s\n", p->name, expected, result,
			((const char *const[]){ "native", "the JIT", "the kernel",
						"the interpreter" })[who],
			result == expected ? ", and another packet" : "");
		exit(1);
	}
}

/* Nobody reads the ring buffer: make it empty again. */
static int ignore(void *arg, const struct skep_event *ev)
{
	return 0;
}

static int ignore_kernel(void *arg, void *data, size_t len)
{
	return 0;
}

static void drain(struct loaded *l)
{
	struct bpf_map *m = l->kernel ? bpf_object__find_map_by_name(l->kernel, "events") : NULL;
	struct ring_buffer *ring =
		m ? ring_buffer__new(bpf_map__fd(m), ignore_kernel, NULL, NULL) : NULL;

	if (!m)
		return;
	ring_buffer__consume(ring);
	ring_buffer__free(ring);
	skep_poll(l->jit, 0, ignore, NULL);
	skep_poll(l->interp, 0, ignore, NULL);
}

static void measure(struct loaded *l, const struct bench_prog *p, struct row *r)
{
	double rounds[WHO][ROUNDS];
	u64 times[WHO], start, took;

	for (enum who who = NATIVE; who < WHO; who++) {
		for (times[who] = 16; has(who, r); times[who] *= 2) {
			start = now();
			run_as(who, p, r, NULL, times[who]);
			took = now() - start;
			drain(l);
			if (took > BATCH_NS || (p->ring && times[who] > RING_BATCH / 2))
				break;
		}
	}
	for (u32 k = 0; k < ROUNDS; k++) {
		for (enum who who = NATIVE; who < WHO; who++) {
			if (!has(who, r))
				continue;
			start = now();
			run_as(who, p, r, NULL, times[who]);
			rounds[who][k] = (double)(now() - start) / (double)times[who];
			if (p->ring)
				drain(l);
		}
	}
	for (enum who who = NATIVE; who < WHO; who++)
		r->ns[who] = has(who, r) ? median(rounds[who], ROUNDS) : 0;
}

/* ---- compiling ---- */

static void compile(struct row *r)
{
	struct user_prog *p = ((struct unit_prog *)r->jit)->impl;
	const struct jit_opts opts = { .facts = p->verified ? p->verified->facts : NULL };
	double rounds[ROUNDS];
	const char *why;

	if (!p->vm->native)
		return;
	r->insns = p->src->insn_count;
	r->size = p->vm->native->size;
	for (u32 k = 0; k < ROUNDS; k++) {
		struct vm_native *before = p->vm->native;
		u64 start;

		p->vm->native = NULL;
		start = now();
		if (jit_compile(p->vm, &opts, &why))
			exit(1);
		rounds[k] = (double)(now() - start);
		before->destroy(before);
	}
	r->compile_ns = median(rounds, ROUNDS) / r->insns;
}

static void kernel_size(struct row *r)
{
	struct bpf_prog_info info = { 0 };
	u32 len = sizeof(info);

	if (r->kernel >= 0 && !bpf_obj_get_info_by_fd(r->kernel, &info, &len))
		r->kernel_size = info.jited_prog_len;
}

/* ---- the table ---- */

static double net(const struct row *r, enum who who)
{
	double ns = r->ns[who] - empty[who];

	return ns > 0.3 ? ns : 0.3; /* below what can be measured */
}

static void print_row(const struct bench_prog *p, const struct row *r)
{
	double base = net(r, NATIVE);

	printf("%-16s %8.1f %8.1f %8.1f %9.1f  %6.2f %6.2f %6.1f  %6.2f  %5u %6.0f %6u %6.2f\n",
	       p->name, base, net(r, JIT), net(r, KERNEL), net(r, INTERP), net(r, JIT) / base,
	       r->ns[KERNEL] ? net(r, KERNEL) / base : 0, net(r, INTERP) / base,
	       r->ns[KERNEL] ? net(r, KERNEL) / net(r, JIT) : 0, r->insns, r->compile_ns, r->size,
	       r->kernel_size ? r->size / (double)r->kernel_size : 0);
}

struct means {
	double jit, kernel, interp, gain;
	u32 count;
};

static void add(struct means *m, const struct row *r)
{
	m->jit += log(net(r, JIT) / net(r, NATIVE));
	m->interp += log(net(r, INTERP) / net(r, NATIVE));
	if (r->ns[KERNEL]) {
		m->kernel += log(net(r, KERNEL) / net(r, NATIVE));
		m->gain += log(net(r, KERNEL) / net(r, JIT));
	}
	m->count++;
}

static void print_means(const char *what, const struct means *m)
{
	if (m->count)
		printf("%-53s  %6.2f %6.2f %6.1f  %6.2f\n", what, exp(m->jit / m->count),
		       exp(m->kernel / m->count), exp(m->interp / m->count),
		       exp(m->gain / m->count));
}

static void bench(struct loaded *l, const struct bench_prog *p, struct means *m)
{
	struct bpf_program *k =
		l->kernel ? bpf_object__find_program_by_name(l->kernel, p->name) : NULL;
	struct row r = { .kernel = k ? bpf_program__fd(k) : -1 };

	r.jit = skep_prog_find(l->jit, p->name);
	r.interp = skep_prog_find(l->interp, p->name);
	if (!r.jit || !r.interp) {
		fprintf(stderr, "%s is missing\n", p->name);
		exit(1);
	}
	same_everywhere(p, &r);
	measure(l, p, &r);
	if (!strcmp(p->name, "empty")) {
		printf("# an empty program: native %.1f, skep %.1f (%s), kernel %.1f, interpreter "
		       "%.1f ns: taken off below\n",
		       r.ns[NATIVE], r.ns[JIT], skep_prog_exec(r.jit), r.ns[KERNEL], r.ns[INTERP]);
		printf("%-16s %8s %8s %8s %9s  %6s %6s %6s  %6s  %5s %6s %6s %6s\n", "ns a run",
		       "gcc -O2", "skep", "kernel", "interp", "skep/", "kern/", "intp/", "kern/",
		       "insns", "ns/in", "bytes", "bytes/");
		printf("%-52s  %6s %6s %6s  %6s  %5s %6s %6s %6s\n", "", "native", "native",
		       "native", "skep", "", "comp", "", "kern");
		memcpy(empty, r.ns, sizeof(empty));
		return;
	}
	compile(&r);
	kernel_size(&r);
	print_row(p, &r);
	add(&m[0], &r);
	add(&m[p->maps ? 2 : 1], &r);
}

int main(int argc, char **argv)
{
	struct means means[3] = { 0 };
	struct loaded l = { 0 };
	const char *open = "";
	cpu_set_t cpus;

	if (argc < 2)
		return 2;
	CPU_ZERO(&cpus);
	CPU_SET(sysconf(_SC_NPROCESSORS_ONLN) - 1, &cpus); /* the first serves interrupts */
	sched_setaffinity(0, sizeof(cpus), &cpus);
	libbpf_set_print(quiet);
	setvbuf(stdout, NULL, _IOLBF, 0);
	bench_packet(packet);
	for (const struct bench_prog *p = bench_progs; p->name; p++) {
		if (argc > 2 && strcmp(p->name, argv[2]) && strcmp(p->name, "empty"))
			continue;
		if (strcmp(open, p->file)) {
			if (*open)
				close_objects(&l);
			open_objects(&l, argv[1], open = p->file);
		}
		bench(&l, p, means);
	}
	close_objects(&l);
	print_means("geometric mean, no maps", &means[1]);
	print_means("geometric mean, maps", &means[2]);
	print_means("geometric mean, all", &means[0]);
	return 0;
}
