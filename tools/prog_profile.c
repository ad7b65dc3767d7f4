// SPDX-License-Identifier: BSD-2-Clause
/* skep prog profile: what a program costs while others make it run. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "prog.h"

enum { MOST_METRICS = 16 };

static void on_signal(int number)
{
}

static void stop_at_signals(void)
{
	const struct sigaction act = { .sa_handler = on_signal }; /* the wait ends with EINTR */

	sigaction(SIGINT, &act, NULL);
	sigaction(SIGTERM, &act, NULL);
}

static const struct skep_metric *metric(const struct skep_metric *m, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++) {
		if (!strcmp(m[i].name, name))
			return &m[i];
	}
	return NULL;
}

/* What a number is best understood by: the time of a run, instructions a cycle, misses a million.
 */
static void remark(const struct skep_metric *all, size_t count, const struct skep_metric *m)
{
	const struct skep_metric *cycles = metric(all, count, "cycles");
	const struct skep_metric *insns = metric(all, count, "instructions");

	if (!strcmp(m->name, "run_time") && m->runs)
		printf("    # %8.1f ns a run", (double)m->value / (double)m->runs);
	else if (!strcmp(m->name, "cpu_clock") && m->enabled)
		printf("    # %8.2f %% of the CPUs' time",
		       100.0 * (double)m->value / (double)m->enabled);
	else if (m == insns && cycles && cycles->value)
		printf("    # %8.2f insns per cycle", (double)m->value / (double)cycles->value);
	else if (strstr(m->name, "_misses") && insns && insns->value)
		printf("    # %8.2f %s per million insns",
		       1e6 * (double)m->value / (double)insns->value, m->name);
	else
		printf("%24s", "");
}

static void show_text(const struct skep_metric *m, size_t count)
{
	printf("\n%18llu run_cnt\n", (unsigned long long)(count ? m[0].runs : 0));
	for (size_t i = 0; i < count; i++) {
		if (!strcmp(m[i].name, "run_cnt"))
			continue;
		printf("%18llu %-20s", (unsigned long long)m[i].value, m[i].name);
		remark(m, count, &m[i]);
		if (m[i].running < m[i].enabled)
			printf("  (%.2f%%)", 100.0 * (double)m[i].running / (double)m[i].enabled);
		if (m[i].samples)
			printf("  (%llu samples)", (unsigned long long)m[i].samples);
		putchar('\n');
	}
}

static void show_json(const struct skep_metric *m, size_t count)
{
	putchar('[');
	for (size_t i = 0; i < count; i++)
		printf("%s{\"metric\":\"%s\",\"run_cnt\":%llu,\"value\":%llu,\"enabled\":%llu,"
		       "\"running\":%llu,\"samples\":%llu}",
		       i ? "," : "", m[i].name, (unsigned long long)m[i].runs,
		       (unsigned long long)m[i].value, (unsigned long long)m[i].enabled,
		       (unsigned long long)m[i].running, (unsigned long long)m[i].samples);
	puts("]");
}

static int read_words(struct prog_call *c, struct skep_metric *m, size_t *count, double *seconds)
{
	const char *word;
	char *end;

	while ((word = prog_word(c))) {
		if (!strcmp(word, "duration")) {
			word = prog_word(c);
			*seconds = word ? strtod(word, &end) : 0;
			if (!word || *end || !(*seconds > 0) || *seconds > 1e6)
				return opt_usage(c->self, "duration is a number of seconds");
			continue;
		}
		if (*count == MOST_METRICS)
			return opt_usage(c->self, "these are metrics too many");
		m[(*count)++].name = word;
	}
	if (!*count) {
		m[(*count)++].name = "run_cnt";
		m[(*count)++].name = "run_time";
	}
	return EXIT_OK;
}

int prog_profile(struct prog_call *c)
{
	struct skep_metric m[MOST_METRICS] = { 0 };
	double seconds = 0;
	size_t count = 0;
	int status, err;

	if (!prog_select(c))
		return EXIT_USAGE;
	status = read_words(c, m, &count, &seconds);
	if (status != EXIT_OK)
		return status;
	stop_at_signals();
	err = skep_look_profile(&c->a.opts, seconds, m, count, c->diag);
	if (!err)
		prog_format(c) == SKEP_TEXT ? show_text(m, count) : show_json(m, count);
	return prog_done(c, err);
}
