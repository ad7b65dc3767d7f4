// SPDX-License-Identifier: BSD-2-Clause
/* Verdicts of one release: a summary for what is accepted, the explanation for what is not. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "verify.h"

enum { MAX_COSTS = 10 };

/* ---- for people ---- */

static void names(const char *what, const char *const *list, size_t count)
{
	if (!count)
		return;
	printf("  %s: ", what);
	for (size_t i = 0; i < count; i++)
		printf("%s%s", i ? ", " : "", list[i]);
	putchar('\n');
}

static void trimmed(const char *s)
{
	size_t len;

	while (*s == ' ' || *s == '\t')
		s++;
	len = strlen(s);
	while (len && (s[len - 1] == ' ' || s[len - 1] == '\t'))
		len--;
	printf("%.*s", (int)(len < 60 ? len : 60), s);
}

static void costs(const struct skep_verdict *v)
{
	size_t jumps = 0;

	if (v->cost_count)
		puts("  where the work goes:");
	for (size_t i = 0; i < v->cost_count; i++) {
		const struct skep_cost *c = &v->costs[i];

		if (c->branch && ++jumps > MAX_COSTS)
			break;
		printf("  %12s %s ", thousands(c->visits), c->branch ? "times" : "instructions in");
		if (!c->branch)
			printf("%s", c->func);
		else if (c->line)
			printf("the branch at line %u: ", c->line);
		else
			printf("the branch at instruction %u", c->insn);
		if (c->branch && c->line && c->text)
			trimmed(c->text);
		putchar('\n');
	}
}

static void summary(const struct verify *o, const struct skep_verdict *v)
{
	printf("  %s instructions followed, longest path %s; at most %s states; %u bytes of stack; "
	       "%.2f ms\n",
	       thousands(v->processed), thousands(v->longest_path), thousands(v->peak_states),
	       v->stack_depth, (double)v->nanosec / 1e6);
	if (o->stats)
		printf("  states: %s in all, %s at most at one instruction\n",
		       thousands(v->total_states), thousands(v->max_states_per_insn));
	names("helpers", v->helpers, v->helper_count);
	names("maps", v->maps, v->map_count);
}

static void text(struct verify *o, const struct skep_verdict *v)
{
	printf("%s", v->prog);
	if (v->section || v->type)
		printf(" (%s)", v->section ? v->section : v->type);
	if (v->accepted)
		puts(": accepted");
	else
		printf(": refused: %s\n", v->category);
	if (v->accepted || o->stats)
		summary(o, v);
	costs(v);
	report(o->diag);
}

/* ---- for tools ---- */

static void member(const char *name, const char *value)
{
	printf(",\"%s\":", name);
	if (value)
		out_string(stdout, value);
	else
		fputs("null", stdout);
}

static void list(const char *name, const char *const *items, size_t count)
{
	printf(",\"%s\":[", name);
	for (size_t i = 0; i < count; i++) {
		if (i)
			putchar(',');
		out_string(stdout, items[i]);
	}
	putchar(']');
}

static void json_costs(const struct skep_verdict *v)
{
	fputs(",\"cost\":[", stdout);
	for (size_t i = 0; i < v->cost_count; i++) {
		const struct skep_cost *c = &v->costs[i];

		printf("%s{\"kind\":\"%s\",\"visits\":%" PRIu64 ",\"instruction\":%u", i ? "," : "",
		       c->branch ? "branch" : "function", c->visits, c->insn);
		member("function", c->func);
		if (c->line) {
			printf(",\"line\":%u", c->line);
			member("file", c->file);
			member("text", c->text);
		}
		putchar('}');
	}
	putchar(']');
}

static void json(struct verify *o, const struct skep_verdict *v, const char *log)
{
	if (o->shown)
		putchar(',');
	fputs("\n{\"name\":", stdout);
	out_string(stdout, v->prog);
	member("section", v->section);
	member("type", v->type);
	printf(",\"accepted\":%s", v->accepted ? "true" : "false");
	if (!v->accepted) {
		member("category", v->category);
		member("reason", v->reason);
		printf(",\"instruction\":%u", v->insn);
	}
	printf(",\"processed\":%u,\"longest_path\":%u,\"total_states\":%u,\"peak_states\":%u,"
	       "\"max_states_per_insn\":%u,\"stack_depth\":%u,\"ns\":%" PRIu64,
	       v->processed, v->longest_path, v->total_states, v->peak_states,
	       v->max_states_per_insn, v->stack_depth, v->nanosec);
	list("helpers", v->helpers, v->helper_count);
	list("maps", v->maps, v->map_count);
	if (o->opts.cost)
		json_costs(v);
	if (log)
		member("log", log);
	fputs(",\"diagnostics\":", stdout);
	skep_diag_json(o->diag, stdout);
	putchar('}');
	skep_diag_clear(o->diag);
}

static int show(void *arg, const struct skep_verdict *verdict)
{
	struct verify *o = arg;

	if (!verdict->accepted)
		o->refused++;
	text(o, verdict);
	o->shown++;
	return 0;
}

struct collected {
	struct verify *o;
	char *log;
	size_t len, from; /* of this program */
};

static int collect(void *arg, const struct skep_verdict *verdict)
{
	struct collected *c = arg;

	if (c->o->opts.log_out)
		fflush(c->o->opts.log_out);
	json(c->o, verdict, c->log ? c->log + c->from : NULL);
	c->from = c->len;
	c->o->shown++;
	return 0;
}

int verify_show(struct verify *v)
{
	struct collected c = { .o = v };
	int err;

	if (!v->json) {
		v->opts.log_out = stdout;
		return skep_verify(v->obj, &v->opts, show, v, v->diag);
	}
	v->opts.log_out = v->opts.log ? open_memstream(&c.log, &c.len) : NULL;
	if (v->opts.log_out)
		fflush(v->opts.log_out);
	err = skep_verify(v->obj, &v->opts, collect, &c, v->diag);
	if (v->opts.log_out)
		fclose(v->opts.log_out);
	v->opts.log_out = NULL;
	free(c.log);
	return err;
}
