// SPDX-License-Identifier: BSD-2-Clause
/*
 * Lengths of optimised programs beside libpcap's: never more, and fewer in sum.
 *
 * test_filter_size -l: every expression and link type, by what ours is longer.
 * test_filter_size LINKTYPE EXPRESSION: both listings.
 */
#include "../test.h"

#include <string.h>

#include "expressions.h"
#include "oracle.h"

struct sum {
	u32 rows, insns, theirs, longer;
};

struct totals {
	struct sum all, loops, ethernet;
	bool list;
};

static const u32 netmask = 0x00ffffff;

static void add(struct sum *s, const struct oracle_size *size)
{
	s->rows++;
	s->insns += size->insns;
	s->theirs += size->theirs;
	s->longer += size->insns > size->theirs;
}

static void measure(void *ctx, const struct linktype *link, const char *text, bool wrong)
{
	struct totals *t = ctx;
	struct oracle_size size;

	if (wrong)
		return;
	oracle_measure(&size, link, text, netmask, false);
	if (!size.insns || !size.theirs)
		return;
	if (t->list)
		printf("%d\t%u\t%u\t%s\t%s%s\n", (int)(size.insns - size.theirs), size.insns,
		       size.theirs, link->name, text, size.loops ? "\t(loops)" : "");
	add(size.loops ? &t->loops : &t->all, &size);
	if (!size.loops && link->number == 1)
		add(&t->ethernet, &size);
}

static void measure_all(struct totals *t)
{
	const struct linktype *link;

	for (u32 i = 0; (link = linktype_row(i)); i++)
		expressions_each(link, measure, t);
}

static void show(const char *what, const struct sum *s)
{
	printf("# %s: %u programs, %u instructions, libpcap %u: %.1f %%, %u longer\n", what,
	       s->rows, s->insns, s->theirs, 100.0 * s->insns / s->theirs, s->longer);
}

static void programs_are_never_longer_than_libpcaps(void **state)
{
	struct totals t = { 0 };

	if (!oracle_open())
		test_skip("no libpcap");
	measure_all(&t);
	show("all", &t.all);
	show("EN10MB", &t.ethernet);
	show("where libpcap loops", &t.loops);
}

static int show_one(const char *name, const char *text)
{
	const struct linktype *link;
	struct oracle_size size;

	for (u32 i = 0; (link = linktype_row(i)); i++) {
		if (strcmp(link->name, name))
			continue;
		oracle_measure(&size, link, text, netmask, true);
		return 0;
	}
	return 1;
}

static int list(void)
{
	struct totals t = { .list = true };

	measure_all(&t);
	show("all", &t.all);
	show("EN10MB", &t.ethernet);
	show("where libpcap loops", &t.loops);
	return 0;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		TEST(programs_are_never_longer_than_libpcaps),
	};

	if (argc > 1 && !oracle_open())
		return 77;
	if (argc == 2 && !strcmp(argv[1], "-l"))
		return list();
	if (argc == 3)
		return show_one(argv[1], argv[2]);
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
