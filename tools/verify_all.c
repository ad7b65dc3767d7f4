// SPDX-License-Identifier: BSD-2-Clause
/* The verdicts of all releases: a row for each program, a column for each release. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "verify.h"

enum { ERAS = 16 };

struct cell {
	bool known, accepted;
	char *category, *reason;
};

struct row {
	char *name;
	struct cell cells[ERAS];
};

struct table {
	struct row *rows;
	size_t count, at, eras, era;
};

static int keep(void *arg, const struct skep_verdict *v)
{
	struct table *t = arg;
	struct cell *c;

	if (t->at == t->count) {
		struct row *rows = realloc(t->rows, (t->count + 1) * sizeof(*rows));

		if (!rows)
			return -ENOMEM;
		t->rows = rows;
		memset(&rows[t->count], 0, sizeof(*rows));
		rows[t->count++].name = strdup(v->prog);
	}
	c = &t->rows[t->at++].cells[t->era];
	c->known = true;
	c->accepted = v->accepted;
	if (!v->accepted) {
		c->category = strdup(v->category);
		c->reason = strdup(v->reason);
	}
	return 0;
}

static void table_free(struct table *t)
{
	for (size_t i = 0; i < t->count; i++) {
		for (size_t k = 0; k < t->eras; k++) {
			free(t->rows[i].cells[k].category);
			free(t->rows[i].cells[k].reason);
		}
		free(t->rows[i].name);
	}
	free(t->rows);
}

/* What a release lacks ends in that release: "…, not in 5.4". */
static size_t length(const char *reason)
{
	const char *at = strstr(reason, ", not in ");

	return at ? (size_t)(at - reason) : strlen(reason);
}

static bool same(const struct cell *a, const struct cell *b)
{
	if (a->known != b->known || a->accepted != b->accepted)
		return false;
	if (a->accepted || !a->reason || !b->reason)
		return true;
	return length(a->reason) == length(b->reason) &&
	       !strncmp(a->reason, b->reason, length(a->reason));
}

/* "4.14 to 5.2: reason", neighbours of one reason together. */
static void reasons(const struct table *t, const struct row *r)
{
	for (size_t k = 0, end; k < t->eras; k = end) {
		const struct cell *c = &r->cells[k];

		for (end = k + 1; end < t->eras && same(c, &r->cells[end]);)
			end++;
		if (!c->known || c->accepted || !c->reason)
			continue;
		printf("  %s, %s", r->name, skep_linux_era(k));
		if (end > k + 1)
			printf(" to %s", skep_linux_era(end - 1));
		printf(": %s: %.*s\n", c->category, (int)length(c->reason), c->reason);
	}
}

static void print_text(const struct table *t)
{
	int width = 8;

	for (size_t i = 0; i < t->count; i++)
		width = (int)strlen(t->rows[i].name) > width ? (int)strlen(t->rows[i].name) : width;
	printf("%-*s", width, "program");
	for (size_t k = 0; k < t->eras; k++)
		printf("  %5s", skep_linux_era(k));
	putchar('\n');
	for (size_t i = 0; i < t->count; i++) {
		printf("%-*s", width, t->rows[i].name);
		for (size_t k = 0; k < t->eras; k++) {
			const struct cell *c = &t->rows[i].cells[k];

			printf("  %5s", !c->known ? "?" : c->accepted ? "yes" : "no");
		}
		putchar('\n');
	}
	for (size_t i = 0; i < t->count; i++)
		reasons(t, &t->rows[i]);
}

static void print_json(const struct table *t)
{
	for (size_t i = 0; i < t->count; i++) {
		printf("%s\n{\"name\":", i ? "," : "");
		out_string(stdout, t->rows[i].name);
		fputs(",\"verdicts\":[", stdout);
		for (size_t k = 0; k < t->eras; k++) {
			const struct cell *c = &t->rows[i].cells[k];

			printf("%s{\"linux\":\"%s\",\"accepted\":%s", k ? "," : "",
			       skep_linux_era(k),
			       !c->known     ? "null"
			       : c->accepted ? "true"
					     : "false");
			if (c->reason) {
				fputs(",\"category\":", stdout);
				out_string(stdout, c->category);
				fputs(",\"reason\":", stdout);
				out_string(stdout, c->reason);
			}
			putchar('}');
		}
		fputs("]}", stdout);
	}
}

int verify_all(struct verify *v)
{
	struct table t = { 0 };
	int err = 0, refused = 0;

	while (t.eras < ERAS && skep_linux_era(t.eras))
		t.eras++;
	for (; t.era < t.eras && !err; t.era++) {
		v->opts.linux_era = skep_linux_era(t.era);
		t.at = 0;
		err = skep_verify(v->obj, &v->opts, keep, &t, v->diag);
		if (err == -EACCES) {
			refused = err;
			err = 0;
			skep_diag_clear(v->diag); /* the table says it */
		}
	}
	v->opts.linux_era = NULL;
	if (!err)
		v->json ? print_json(&t) : print_text(&t);
	table_free(&t);
	return err ? err : refused;
}
