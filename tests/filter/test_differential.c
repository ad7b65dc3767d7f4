// SPDX-License-Identifier: BSD-2-Clause
/*
 * expressions.txt against libpcap: the same expressions are accepted, and every packet has the same
 * verdict from the tree of conditions and from the programs made of it, where libpcap agrees with
 * itself; where it is wrong the file says why.
 */
#include "../test.h"

#include "expressions.h"
#include "oracle.h"

enum { PACKETS = 100, PACKETS_NONE = 10 };

struct totals {
	u32 expressions, compared, packets, matched, disputed, failed, compiled;
	u32 insns, their_insns, longer; /* of programs that both optimise */
};

static const u32 netmask = 0x00ffffff; /* 255.255.255.0 in network order, little-endian */

static void expect_same(struct totals *t, const struct linktype *link, const char *text,
			const struct packets *p)
{
	struct oracle_result r;

	oracle_compare(&r, link, text, netmask, p);
	t->compared++;
	t->packets += r.packets;
	t->matched += r.matched;
	t->disputed += r.disputed;
	t->compiled += r.compiled;
	if (r.insns && r.their_insns) {
		t->insns += r.insns;
		t->their_insns += r.their_insns;
		t->longer += r.insns > r.their_insns;
	}
	if (r.accepts != r.ours_accepts)
		print_message("# %s: %s: libpcap: %s; ours: %s\n", link->name, text,
			      r.accepts ? "accepted" : r.error,
			      r.ours_accepts ? "accepted" : r.ours);
	else if (r.wrong)
		print_message("# %s: %s: %u of %u packets, first %u\n", link->name, text, r.wrong,
			      r.packets, r.first_wrong);
	else if (r.plain_wrong || r.optimised_wrong || r.ebpf_wrong)
		print_message("# %s: %s: programs: %u, optimised %u, eBPF %u of %u packets\n",
			      link->name, text, r.plain_wrong, r.optimised_wrong, r.ebpf_wrong,
			      r.packets);
	else
		return;
	t->failed++;
}

/* "wrong: why | expression": libpcap must still differ. */
static void expect_other(struct totals *t, const struct linktype *link, const char *line,
			 const struct packets *p)
{
	const char *text = strstr(line, " | ");
	struct oracle_result r;

	assert_non_null(text);
	text += 3;
	oracle_compare(&r, link, text, netmask, p);
	if (r.accepts == r.ours_accepts && !r.wrong) {
		print_message("# %s: %s: libpcap is right now\n", link->name, text);
		t->failed++;
	}
}

struct run {
	struct totals *t;
	const struct packets *packets;
	bool wrong; /* look at the lines that libpcap has wrong, else at the others */
};

static void run_line(void *ctx, const struct linktype *link, const char *line, bool wrong)
{
	struct run *r = ctx;

	if (wrong != r->wrong)
		return;
	if (wrong)
		expect_other(r->t, link, line, r->packets);
	else
		expect_same(r->t, link, line, r->packets);
}

static void run_all(bool wrong)
{
	struct totals t = { 0 };
	const struct linktype *link;

	if (!oracle_open())
		test_skip("no libpcap");
	if (!getenv("SKEP_PCAPS") && !wrong)
		print_message("# SKEP_PCAPS is not set: made packets only\n");
	for (u32 i = 0; (link = linktype_row(i)); i++) {
		struct packets p = { 0 };
		struct run r = { &t, &p, wrong };

		packets_make(&p, link, link->kind == KIND_NONE ? PACKETS_NONE : PACKETS, i + 1);
		/* What libpcap has wrong shows in few packets. */
		if (wrong)
			packets_make(&p, link, 10 * PACKETS, 1000 + i);
		packets_from_folder(&p, getenv("SKEP_PCAPS"), link);
		t.expressions = expressions_each(link, run_line, &r);
		packets_free(&p);
	}
	print_message("# %u expressions, %u with link types, %u packets, %u matched, %u disputed\n",
		      t.expressions, t.compared, t.packets, t.matched, t.disputed);
	print_message("# %u compiled; %u instructions where libpcap has %u, %u longer\n",
		      t.compiled, t.insns, t.their_insns, t.longer);
	assert_int_equal(t.failed, 0);
	assert_true(t.expressions >= 600);
	assert_true(wrong || t.matched > t.packets / 100);
}

static void verdicts_are_libpcaps(void **state)
{
	run_all(false);
}

static void libpcap_is_wrong_where_the_file_says(void **state)
{
	run_all(true);
}

static const struct CMUnitTest tests[] = {
	TEST(verdicts_are_libpcaps),
	TEST(libpcap_is_wrong_where_the_file_says),
};
TEST_MAIN(tests)
