// SPDX-License-Identifier: BSD-2-Clause
#include "profile.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tool.h"
#include "where.h"

enum { PERIOD_NS = 250000, SHOWN_LINES = 20 };

/* ---- samples ---- */

/* What the signal's handler sees and changes; one profile at a time. */
static struct sampled {
	struct profile *profile;
	struct where where;
	timer_t timer;
} sampled;

static void on_sample(int sig, siginfo_t *info, void *context)
{
	struct profile *p = sampled.profile;
	uint32_t insn;

	if (where_insn(&sampled.where, context, &insn) && insn < p->slots) {
		p->counts[insn]++;
		p->total++;
	} else {
		p->outside++;
	}
}

static int room_for(struct profile *p, const struct skep_prog *prog)
{
	struct skep_insn_info info = { .size = sizeof(info) };

	p->prog = prog;
	while (!skep_prog_insn(prog, (uint32_t)p->slots, &info))
		p->slots += info.slots;
	p->counts = calloc(p->slots, sizeof(*p->counts));
	return p->counts ? 0 : -ENOMEM;
}

int profile_start(struct profile *p, const struct skep_prog *prog)
{
	const struct itimerspec often = { { 0, PERIOD_NS }, { 0, PERIOD_NS } };
	struct sigevent event = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGPROF };
	struct sigaction act = { .sa_flags = SA_SIGINFO | SA_RESTART };

	if (where_init(&sampled.where, prog)) {
		fprintf(stderr, "skep run: '%s' has no machine code: time cannot be profiled\n",
			skep_prog_name(prog));
		return -ENODATA;
	}
	p->time = true;
	if (room_for(p, prog))
		return -ENOMEM;
	sampled.profile = p;
	act.sa_sigaction = on_sample;
	sigaction(SIGPROF, &act, NULL);
	if (timer_create(CLOCK_MONOTONIC, &event, &sampled.timer) ||
	    timer_settime(sampled.timer, 0, &often, NULL)) {
		perror("skep run: no timer for samples");
		return -errno;
	}
	return 0;
}

void profile_stop(struct profile *p)
{
	if (sampled.profile != p)
		return;
	timer_delete(sampled.timer);
	signal(SIGPROF, SIG_IGN);
	sampled.profile = NULL;
}

int profile_count(struct profile *p, const struct skep_prog *prog)
{
	struct skep_insn_info info = { .size = sizeof(info) };

	if (room_for(p, prog))
		return -ENOMEM;
	if (!skep_prog_counts(prog, p->counts, p->slots)) {
		fprintf(stderr, "skep run: '%s' runs in the %s, which does not count\n",
			skep_prog_name(prog), skep_prog_exec(prog));
		return -ENODATA;
	}
	for (uint32_t k = 0; !skep_prog_insn(prog, k, &info); k += info.slots)
		p->total += p->counts[k];
	return 0;
}

void profile_fini(struct profile *p)
{
	free(p->counts);
}

/* ---- by line ---- */

struct line {
	const char *file, *source;
	uint32_t line;
	uint64_t count;
};

static int by_count(const void *a, const void *b)
{
	const struct line *x = a, *y = b;

	if (x->count != y->count)
		return x->count < y->count ? 1 : -1;
	return x->line < y->line ? -1 : x->line > y->line;
}

/* Lines that were executed, the hottest first; NULL: none, or no memory. */
static struct line *lines_of(const struct profile *p, size_t *count)
{
	struct skep_insn_info info = { .size = sizeof(info) };
	struct line *lines = calloc(p->slots + 1, sizeof(*lines));
	size_t n = 0, at;

	for (uint32_t k = 0; lines && !skep_prog_insn(p->prog, k, &info); k += info.slots) {
		if (!info.file || !p->counts[k])
			continue;
		for (at = 0; at < n; at++) {
			if (lines[at].line == info.line && !strcmp(lines[at].file, info.file))
				break;
		}
		if (at == n)
			lines[n++] = (struct line){ info.file, info.source, info.line, 0 };
		lines[at].count += p->counts[k];
	}
	if (n)
		qsort(lines, n, sizeof(*lines), by_count);
	*count = n;
	return lines;
}

static const char *trimmed(const char *source)
{
	return source ? source + strspn(source, " \t") : "";
}

static double share(const struct profile *p, uint64_t count)
{
	return p->total ? 100.0 * (double)count / (double)p->total : 0;
}

/* The compiler's own instructions belong to a file, and to no line of it. */
static const char *place(char *buf, size_t size, const char *file, uint32_t line)
{
	if (line)
		snprintf(buf, size, "%s:%u", file, line);
	else
		snprintf(buf, size, "%s (no line)", file);
	return buf;
}

static void list_lines(const struct profile *p, FILE *out)
{
	char where[512];
	size_t n;
	struct line *lines = lines_of(p, &n);

	for (size_t k = 0; lines && k < n && k < SHOWN_LINES; k++)
		fprintf(out, "%16s  %5.1f %%  %s  %s\n", thousands(lines[k].count),
			share(p, lines[k].count),
			place(where, sizeof(where), lines[k].file, lines[k].line),
			lines[k].line ? trimmed(lines[k].source) : "");
	if (n)
		fputc('\n', out);
	free(lines);
}

static void annotate(const struct profile *p, FILE *out)
{
	struct skep_insn_info info = { .size = sizeof(info) };
	const char *file = NULL;
	char where[512];
	uint32_t line = 0;

	for (uint32_t k = 0; !skep_prog_insn(p->prog, k, &info); k += info.slots) {
		if (info.file && (info.line != line || info.file != file))
			fprintf(out, "%28s; %s %s\n", "",
				place(where, sizeof(where), info.file, info.line),
				info.line ? trimmed(info.source) : "");
		line = info.line;
		file = info.file;
		if (p->counts[k])
			fprintf(out, "%16s  %5.1f %%  %5u: %s\n", thousands(p->counts[k]),
				share(p, p->counts[k]), k, info.text);
		else
			fprintf(out, "%28s%5u: %s\n", "", k, info.text);
	}
}

void profile_text(const struct profile *p, FILE *out)
{
	if (p->time)
		fprintf(out, "\n%s samples in %s, %s elsewhere\n\n", thousands(p->total),
			skep_prog_name(p->prog), thousands(p->outside));
	else
		fprintf(out, "\n%s instructions of %s\n\n", thousands(p->total),
			skep_prog_name(p->prog));
	list_lines(p, out);
	annotate(p, out);
}

/* ---- JSON ---- */

static void json_lines(const struct profile *p, FILE *out)
{
	size_t n;
	struct line *lines = lines_of(p, &n);

	fputs("\"lines\":[", out);
	for (size_t k = 0; lines && k < n; k++) {
		fprintf(out, "%s{\"file\":", k ? "," : "");
		out_string(out, lines[k].file);
		fprintf(out, ",\"line\":%u,\"count\":%llu,\"source\":", lines[k].line,
			(unsigned long long)lines[k].count);
		out_string(out, trimmed(lines[k].source));
		fputc('}', out);
	}
	fputc(']', out);
	free(lines);
}

void profile_json(const struct profile *p, FILE *out)
{
	struct skep_insn_info info = { .size = sizeof(info) };

	fprintf(out, "{\"kind\":\"%s\",\"total\":%llu,\"outside\":%llu,",
		p->time ? "time" : "count", (unsigned long long)p->total,
		(unsigned long long)p->outside);
	json_lines(p, out);
	fputs(",\"instructions\":[", out);
	for (uint32_t k = 0; !skep_prog_insn(p->prog, k, &info); k += info.slots) {
		fprintf(out, "%s{\"insn\":%u,\"count\":%llu,\"text\":", k ? "," : "", k,
			(unsigned long long)p->counts[k]);
		out_string(out, info.text);
		fputc('}', out);
	}
	fputs("]}", out);
}
