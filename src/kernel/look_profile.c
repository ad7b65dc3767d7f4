// SPDX-License-Identifier: BSD-2-Clause
#include "kernel/look_profile.h"

#include <errno.h>
#include <linux/perf_event.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "base/str.h"
#include "kernel/look_code.h"

enum { MAX_CPUS = 8192, PAGES = 16, TURN_MS = 20 };

enum source { STATS_TIME, STATS_COUNT, SAMPLED };

#define HW(id) PERF_TYPE_HARDWARE, PERF_COUNT_HW_##id
#define CACHE(id, op)                                                                              \
	PERF_TYPE_HW_CACHE, PERF_COUNT_HW_CACHE_##id | PERF_COUNT_HW_CACHE_OP_READ << 8 |          \
				    (u64)PERF_COUNT_HW_CACHE_RESULT_##op << 16
static const struct row {
	const char *name;
	enum source source;
	u32 type;
	u64 config, period;
} rows[] = {
	{ "run_cnt", STATS_COUNT, 0, 0, 0 },
	{ "run_time", STATS_TIME, 0, 0, 0 },
	{ "cpu_clock", SAMPLED, PERF_TYPE_SOFTWARE, PERF_COUNT_SW_CPU_CLOCK, 100000 /* ns */ },
	{ "cycles", SAMPLED, HW(CPU_CYCLES), 200003 },
	{ "instructions", SAMPLED, HW(INSTRUCTIONS), 200003 },
	{ "l1d_loads", SAMPLED, CACHE(L1D, ACCESS), 100003 },
	{ "llc_misses", SAMPLED, CACHE(LL, MISS), 1009 },
	{ "itlb_misses", SAMPLED, CACHE(ITLB, MISS), 1009 },
	{ "dtlb_misses", SAMPLED, CACHE(DTLB, MISS), 1009 },
};
#undef HW
#undef CACHE

const char *profile_metric_name(size_t i)
{
	return i < ARRAY_SIZE(rows) ? rows[i].name : NULL;
}

static const struct row *find_row(const char *name, struct diag *d)
{
	struct near near = near_start(name, strlen(name));

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		near_try(&near, rows[i].name);
		if (!strcmp(rows[i].name, name))
			return &rows[i];
	}
	diag_error(d, -EINVAL, NOWHERE, "there is no metric '%s'", name);
	if (near.best)
		diag_hint(d, "did you mean '%s'?", near.best);
	return NULL;
}

/* ---- one counter on one CPU ---- */

struct sampler {
	int fd;
	u32 metric; /* whose */
	u8 *mem;
	size_t len; /* bytes, the page of positions included */
};

struct profile {
	struct look *l;
	const struct row **rows; /* one per metric */
	struct skep_metric *metrics;
	size_t count;
	struct look_code code;
	int prog, stats;
	u64 lost;
	VEC(struct sampler) samplers;
};

static int counter_refused(const struct profile *p, const struct row *row, int err)
{
	struct diag *d = p->l->d;
	bool hardware = row->type != PERF_TYPE_SOFTWARE;

	if (err == -ENOENT || err == -EOPNOTSUPP || err == -ENODEV) {
		diag_error(d, -ENOENT, NOWHERE,
			   "metric '%s': perf_event_open(2) knows no such counter%s: %s", row->name,
			   hardware ? " of this machine's hardware" : "", sys_error(-err));
		diag_hint(d, "virtual machines often show none of their counters; run_cnt, "
			     "run_time and cpu_clock work without them");
		return -ENOENT;
	}
	diag_error(d, err, NOWHERE, "metric '%s': perf_event_open(2): %s", row->name,
		   sys_error(-err));
	if (err == -EACCES || err == -EPERM)
		diag_hint(d, "looking into the kernel takes CAP_PERFMON, or a lower "
			     "/proc/sys/kernel/perf_event_paranoid, and no lockdown for "
			     "confidentiality");
	return err;
}

static int sampler_open(struct profile *p, u32 metric, u32 cpu)
{
	const struct row *row = p->rows[metric];
	struct perf_event_attr attr = {
		.type = row->type,
		.size = sizeof(attr),
		.config = row->config,
		.sample_period = row->period,
		.sample_type = PERF_SAMPLE_IP,
		.exclude_user = 1,
		.exclude_hv = 1,
		.read_format = PERF_FORMAT_TOTAL_TIME_ENABLED | PERF_FORMAT_TOTAL_TIME_RUNNING,
	};
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	struct sampler *s = vec_push(&p->samplers);

	if (!s)
		return diag_nomem(p->l->d);
	*s = (struct sampler){ .metric = metric, .len = page * (1 + PAGES) };
	s->fd = sys_perf_open(&attr, -1, (int)cpu, -1);
	if (s->fd < 0)
		return counter_refused(p, row, s->fd);
	s->mem = mmap(NULL, s->len, PROT_READ | PROT_WRITE, MAP_SHARED, s->fd, 0);
	if (s->mem == MAP_FAILED) {
		s->mem = NULL;
		return counter_refused(p, row, -errno);
	}
	return 0;
}

static bool is_inside(const struct look_code *c, u64 address)
{
	u32 n = MIN(c->info.jited_ksym_count, c->info.jited_func_count);

	for (u32 i = 0; i < n; i++) {
		if (address - c->ksyms[i] < c->func_lens[i])
			return true;
	}
	return false;
}

/* Records are multiples of 8 bytes: a word never wraps around the end. */
static u64 word_at(const struct sampler *s, u64 at)
{
	size_t page = s->len / (1 + PAGES);

	return LOAD(u64, s->mem + page + (at & (page * PAGES - 1)));
}

static void drain(struct profile *p, struct sampler *s)
{
	struct perf_event_mmap_page *head = (void *)s->mem;
	u64 end = __atomic_load_n(&head->data_head, __ATOMIC_ACQUIRE), at = head->data_tail;
	struct skep_metric *m = &p->metrics[s->metric];

	while (at < end) {
		u64 first = word_at(s, at);
		struct perf_event_header h;

		memcpy(&h, &first, sizeof(h));
		if (h.size < sizeof(h))
			break;
		if (h.type == PERF_RECORD_SAMPLE && is_inside(&p->code, word_at(s, at + 8)))
			m->samples++;
		else if (h.type == PERF_RECORD_LOST)
			p->lost += word_at(s, at + 16);
		at += h.size;
	}
	__atomic_store_n(&head->data_tail, at, __ATOMIC_RELEASE);
}

/* ---- the whole ---- */

static int open_all(struct profile *p)
{
	u8 online[MAX_CPUS / 8];
	u32 stats_type = 0; /* BPF_STATS_RUN_TIME */
	int err = 0;

	p->stats = SYS_BPF(CMD_ENABLE_STATS, &stats_type);
	if (p->stats < 0) {
		diag_error(p->l->d, p->stats, NOWHERE,
			   "the kernel's statistics of runs cannot be switched on: %s",
			   sys_error(-p->stats));
		if (p->stats == -EINVAL)
			diag_hint(p->l->d, "BPF_ENABLE_STATS came with Linux 5.8");
		if (p->stats == -EPERM)
			diag_hint(p->l->d, "it takes CAP_SYS_ADMIN");
		return p->stats;
	}
	sys_cpus_online(online, sizeof(online));
	for (u32 m = 0; m < p->count && !err; m++) {
		for (u32 cpu = 0; p->rows[m]->source == SAMPLED && cpu < MAX_CPUS && !err; cpu++) {
			if (online[cpu / 8] >> cpu % 8 & 1)
				err = sampler_open(p, m, cpu);
		}
	}
	return err;
}

static void close_all(struct profile *p)
{
	struct sampler *s;

	vec_for (s, &p->samplers) {
		if (s->mem)
			munmap(s->mem, s->len);
		sys_close(&s->fd);
	}
	vec_fini(&p->samplers);
	sys_close(&p->stats);
	sys_close(&p->prog);
	look_code_close(&p->code);
	free(p->rows);
}

static u64 now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (u64)t.tv_sec * 1000000000 + (u64)t.tv_nsec;
}

static void wait_until(struct profile *p, u64 start, double seconds)
{
	const struct timespec turn = { .tv_nsec = TURN_MS * 1000000 };
	u64 end = seconds > 0 ? start + (u64)(seconds * 1e9) : UINT64_MAX;
	struct sampler *s;
	bool ended = false;

	while (!ended && now() < end) {
		struct timespec left = turn;

		if (end - now() < (u64)turn.tv_nsec)
			left.tv_nsec = (long)(end - now());
		ended = nanosleep(&left, NULL) != 0;
		vec_for (s, &p->samplers)
			drain(p, s);
	}
}

static void take_times(struct profile *p)
{
	struct sampler *s;

	vec_for (s, &p->samplers) {
		u64 values[3] = { 0 }; /* of the counter; time enabled, running */

		if (read(s->fd, values, sizeof(values)) != sizeof(values))
			continue;
		p->metrics[s->metric].enabled += values[1];
		p->metrics[s->metric].running += values[2];
	}
}

static void take_values(struct profile *p, const struct info_prog *before,
			const struct info_prog *after, u64 nanosec)
{
	take_times(p);
	for (size_t i = 0; i < p->count; i++) {
		struct skep_metric *m = &p->metrics[i];

		m->runs = after->run_count - before->run_count;
		if (p->rows[i]->source == SAMPLED) {
			m->value = m->samples * p->rows[i]->period;
			continue;
		}
		m->value =
			p->rows[i]->source == STATS_TIME ? after->run_ns - before->run_ns : m->runs;
		m->enabled = m->running = nanosec;
	}
}

static int measure(struct profile *p, double seconds)
{
	struct info_prog before, after;
	u64 start = now();
	int err = look_prog_info(p->prog, &before);

	if (err)
		return diag_error(p->l->d, err, NOWHERE, "the program cannot be asked: %s",
				  sys_error(-err));
	wait_until(p, start, seconds);
	err = look_prog_info(p->prog, &after);
	if (!err)
		take_values(p, &before, &after, now() - start);
	if (p->lost)
		diag_warn(p->l->d, NOWHERE, "%llu samples were lost: values are too low",
			  (unsigned long long)p->lost);
	return err;
}

int look_profile(struct look *l, double seconds, struct skep_metric *metrics, size_t count)
{
	struct profile p = { .l = l, .metrics = metrics, .count = count, .prog = -1, .stats = -1 };
	bool samples = false;
	int err = 0;

	p.rows = calloc(count + 1, sizeof(struct row *));
	if (!p.rows)
		return diag_nomem(l->d);
	for (size_t i = 0; i < count && !err; i++) {
		p.rows[i] = find_row(metrics[i].name, l->d);
		err = p.rows[i] ? 0 : -EINVAL;
		samples |= p.rows[i] && p.rows[i]->source == SAMPLED;
	}
	if (!err) {
		p.prog = look_one(l, SYS_PROG);
		err = MIN(p.prog, 0);
	}
	if (!err && samples)
		err = look_code_open(&p.code, l);
	if (!err && samples && !p.code.info.jited_ksym_count)
		err = diag_error(l->d, -EPERM, NOWHERE,
				 "where the program's machine code lies is not told: samples "
				 "cannot be assigned");
	if (!err)
		err = open_all(&p);
	if (!err)
		err = measure(&p, seconds);
	close_all(&p);
	return err;
}
