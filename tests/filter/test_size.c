// SPDX-License-Identifier: BSD-2-Clause
/*
 * Lengths of optimised programs beside libpcap's: fewer by a tenth in sum, and more only where a
 * cause is named below.
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
	u32 unnamed; /* longer than libpcap's, without a cause in is_named() */
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

/* Why a program may be longer, though libpcap's does not loop. */
static bool is_named(const struct linktype *link, const char *text, u32 excess)
{
	/* Places behind a tunnel are computed again where they are used. */
	if (strstr(text, "geneve"))
		return true;
	/* The header's length has 32 bits: Linux reads beside the packet from 2^31 on, so it is
	 * bounded. */
	if (link->prefix == PREFIX_AVS)
		return excess == 1;
	/* The header's length is computed for IPv4 and IPv6. */
	if (link->kind == KIND_PFLOG)
		return excess <= 2;
	/* Five message types: they are halved with one more test, and fewer are run. */
	if (link->kind == KIND_SUNATM && strstr(text, "connect"))
		return excess <= 5;
	/* What the text loads before a match is loaded in lists, too: of cut packets libpcap's two
	 * programs say different things. */
	return strstr(text, " or ") && excess <= 6;
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
	if (!size.loops && size.insns > size.theirs &&
	    !is_named(link, text, size.insns - size.theirs)) {
		printf("# %s: %s: %u, libpcap %u\n", link->name, text, size.insns, size.theirs);
		t->unnamed++;
	}
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

static void programs_are_shorter_in_sum_and_longer_only_for_a_cause(void **state)
{
	struct totals t = { 0 };

	if (!oracle_open())
		test_skip("no libpcap");
	measure_all(&t);
	show("all", &t.all);
	show("EN10MB", &t.ethernet);
	show("where libpcap loops", &t.loops);
	assert_true((u64)t.all.insns * 10 <= (u64)t.all.theirs * 9);
	assert_true((u64)t.ethernet.insns * 10 <= (u64)t.ethernet.theirs * 9);
	assert_true(t.all.longer <= 170);
	assert_int_equal(t.unnamed, 0);
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
		TEST(programs_are_shorter_in_sum_and_longer_only_for_a_cause),
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
