// SPDX-License-Identifier: BSD-2-Clause
/*
 * What a short command costs: time from start to end and the most memory that it held, of several
 * programs with the same verbs, turn by turn on one CPU. Medians; "floor" is a program that only
 * ends. Usage: bench_start [-n RUNS] PROGRAM…
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <spawn.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

static char *const commands[][4] = {
	{ "version" },	    { "prog", "show" }, { "-j", "prog", "show" }, { "map", "show" },
	{ "link", "show" }, { "btf", "list" },	{ "net", "show" },	  { "cgroup", "tree" },
};
enum { MOST_RUNS = 1000, MOST_PROGRAMS = 8, COMMANDS = sizeof(commands) / sizeof(commands[0]) };

struct cost {
	double us, cpu_us, rss_kib, faults;
	int status;
};

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static double us(struct timeval t)
{
	return (double)t.tv_sec * 1e6 + (double)t.tv_usec;
}

static struct cost run(char *program, char *const *words)
{
	posix_spawn_file_actions_t quiet;
	char *argv[6] = { program };
	double start = now();
	struct rusage used;
	struct cost c;
	int status;
	pid_t pid;

	for (int i = 0; i < 4 && words[i]; i++)
		argv[i + 1] = words[i];
	posix_spawn_file_actions_init(&quiet);
	posix_spawn_file_actions_addopen(&quiet, 1, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_addopen(&quiet, 2, "/dev/null", O_WRONLY, 0);
	errno = posix_spawn(&pid, program, &quiet, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&quiet);
	if (errno) {
		perror(program);
		exit(1);
	}
	wait4(pid, &status, 0, &used);
	c = (struct cost){ now() - start, us(used.ru_utime) + us(used.ru_stime),
			   (double)used.ru_maxrss, (double)used.ru_minflt, WEXITSTATUS(status) };
	return c;
}

static int by_value(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static double median(const struct cost *costs, int n, size_t member)
{
	double values[MOST_RUNS];

	for (int i = 0; i < n; i++)
		values[i] = *(const double *)((const char *)&costs[i] + member);
	qsort(values, (size_t)n, sizeof(values[0]), by_value);
	return values[n / 2];
}

static void measure(char *const *words, char **programs, int count, int runs)
{
	static struct cost costs[MOST_PROGRAMS][MOST_RUNS];
	char line[64] = "";

	for (int i = 0; i < 4 && words[i]; i++)
		snprintf(line + strlen(line), sizeof(line) - strlen(line), "%s%s", i ? " " : "",
			 words[i]);
	for (int i = 0; i < runs; i++) {
		for (int p = 0; p < count; p++)
			costs[p][i] = run(programs[p], words);
	}
	for (int p = 0; p < count; p++)
		printf("%-14s %-28s %8.0f %8.0f %8.0f %8.0f%s\n", p ? "" : line, programs[p],
		       median(costs[p], runs, offsetof(struct cost, us)),
		       median(costs[p], runs, offsetof(struct cost, cpu_us)),
		       median(costs[p], runs, offsetof(struct cost, rss_kib)),
		       median(costs[p], runs, offsetof(struct cost, faults)),
		       costs[p][0].status ? "  failed" : "");
	fflush(stdout);
}

int main(int argc, char **argv)
{
	int runs = 101, first = 1;
	char *nothing[4] = { NULL };
	char *floor_program[] = { "/proc/self/exe" };
	cpu_set_t one;

	if (argc == 1) /* the floor */
		return 0;
	if (argc > 2 && !strcmp(argv[1], "-n")) {
		runs = atoi(argv[2]);
		first = 3;
	}
	if (runs < 1 || runs > MOST_RUNS || first >= argc || argc - first > MOST_PROGRAMS) {
		fprintf(stderr, "usage: bench_start [-n RUNS] PROGRAM...\n");
		return 2;
	}
	CPU_ZERO(&one);
	CPU_SET(sched_getcpu(), &one);
	sched_setaffinity(0, sizeof(one), &one);
	printf("%-14s %-28s %8s %8s %8s %8s\n", "command", "program", "us", "CPU us", "RSS KiB",
	       "faults");
	measure(nothing, floor_program, 1, runs);
	for (unsigned i = 0; i < COMMANDS; i++)
		measure(commands[i], argv + first, argc - first, runs);
	return 0;
}
