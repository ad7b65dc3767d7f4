// SPDX-License-Identifier: BSD-2-Clause
/*
 * Time to compile the expressions of a file (tests/filter/expressions.txt) for Ethernet beside
 * libpcap's, and those with long lists of hosts. Medians of rounds, one CPU. With -v
 * each expression.
 */
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <skep/skep.h>

#include "classic/classic.h"
#include "libpcap.h"

enum { ROUNDS = 15, MAX_LINE = 1024, MAX_ROWS = 4096, SNAPLEN = 262144, SHOWN = 10 };

struct row {
	char *text;
	double theirs, ours; /* microseconds */
	u32 theirs_len, ours_len;
};

static const struct libpcap *libpcap;

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static double median(double *v, u32 n)
{
	qsort(v, n, sizeof(*v), by_value);
	return v[n / 2];
}

static bool compile_theirs(struct row *row, u32 rounds)
{
	struct libpcap_handle *h = libpcap->open_dead(1, SNAPLEN);
	double v[ROUNDS];
	bool good = true;

	for (u32 n = 0; n < rounds && good; n++) {
		struct libpcap_prog prog;
		double start = now();

		good = !libpcap->compile(h, &prog, row->text, 1, 0xffffff00);
		v[n] = now() - start;
		if (!good)
			break;
		row->theirs_len = prog.count;
		libpcap->freecode(&prog);
	}
	libpcap->close(h);
	row->theirs = good ? median(v, rounds) : 0;
	return good;
}

static bool compile_ours(struct row *row, u32 rounds)
{
	struct skep_open_opts opts = { .size = sizeof(opts), .netmask = 0x00ffffff };
	struct skep_source src = { "<filter>", row->text, strlen(row->text) };
	double v[ROUNDS];

	for (u32 n = 0; n < rounds; n++) {
		struct skep_classic *prog;
		size_t count;
		double start = now();

		if (skep_classic_open(&prog, SKEP_FILTER, src, &opts, NULL))
			return false;
		v[n] = now() - start;
		skep_classic_insns(prog, &count);
		row->ours_len = (u32)count;
		skep_classic_free(prog);
	}
	row->ours = median(v, rounds);
	return true;
}

static bool measure(struct row *row, u32 rounds)
{
	return compile_theirs(row, rounds) && compile_ours(row, rounds);
}

static bool is_for_ethernet(const char *section)
{
	return !strncmp(section, "[all", 4) || strstr(section, "EN10MB");
}

static u32 read_rows(FILE *f, struct row *rows)
{
	char line[MAX_LINE];
	bool here = false;
	u32 count = 0;

	while (fgets(line, sizeof(line), f) && count < MAX_ROWS) {
		line[strcspn(line, "\n")] = 0;
		if (line[0] == '[')
			here = is_for_ethernet(line);
		if (!here || !line[0] || strchr("#[\"", line[0]) || !strncmp(line, "wrong: ", 7))
			continue;
		rows[count++].text = strdup(line);
	}
	return count;
}

static int by_ratio(const void *a, const void *b)
{
	const struct row *x = a, *y = b;
	double d = y->ours * x->theirs - x->ours * y->theirs;

	return d < 0 ? -1 : d > 0;
}

static void print(const struct row *row)
{
	printf("%8.1f us %8.1f us %6.2f %5u %5u  %.70s\n", row->theirs, row->ours,
	       row->ours / row->theirs, row->theirs_len, row->ours_len, row->text);
}

static char *hosts(u32 count)
{
	char *text = malloc(count * 40), *end = text;

	srandom(1);
	for (u32 k = 0; k < count; k++)
		end += sprintf(end, "%shost 10.%ld.%ld.%ld", k ? " or " : "", random() % 4,
			       random() % 256, random() % 256);
	return text;
}

int main(int argc, char **argv)
{
	static struct row rows[MAX_ROWS];
	bool all = argc > 2 && !strcmp(argv[2], "-v");
	u32 count, done = 0, slower = 0;
	double ours = 0, theirs = 0;
	cpu_set_t one;
	FILE *f;

	libpcap = libpcap_open();
	if (!libpcap || argc < 2 || !(f = fopen(argv[1], "r")))
		return 77;
	CPU_ZERO(&one);
	CPU_SET(sched_getcpu(), &one);
	sched_setaffinity(0, sizeof(one), &one);
	count = read_rows(f, rows);
	fclose(f);
	for (u32 i = 0; i < count; i++)
		if (measure(&rows[i], ROUNDS))
			rows[done++] = rows[i];
	qsort(rows, done, sizeof(*rows), by_ratio);
	puts("    libpcap        skep  ratio  insns       expression");
	for (u32 i = 0; i < done; i++) {
		ours += rows[i].ours;
		theirs += rows[i].theirs;
		slower += rows[i].ours > rows[i].theirs;
		if (all || i < SHOWN)
			print(&rows[i]);
	}
	printf("%u expressions: libpcap %.0f us, skep %.0f us; median ratio %.2f, %u slower\n",
	       done, theirs, ours, rows[done / 2].ours / rows[done / 2].theirs, slower);
	for (u32 n = 20; n <= 500; n = n == 20 ? 200 : n + 300) {
		struct row row = { .text = hosts(n) };

		if (measure(&row, n > 20 ? 3 : ROUNDS))
			print(&row);
	}
	return 0;
}
