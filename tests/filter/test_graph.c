// SPDX-License-Identifier: BSD-2-Clause
/* Random conditions: what the tree says of a packet, evaluated straight from its definition, is
 * what the programs say, optimised and not, on whole packets and on cut ones. */
#include "../test.h"

#include <errno.h>

#include "base/arena.h"
#include "filter/compile.h"
#include "gen_cond.h"

extern int bpf_validate(const struct cbpf_insn *insns, int count); /* libpcap's */

static u32 trees(void)
{
	const char *count = getenv("SKEP_FILTER_TREES");

	return count ? strtoul(count, NULL, 0) : 3000;
}

struct sums {
	u64 plain, optimised, matches;
	u32 rejected;
};

static void check_prog(const struct cbpf_prog *prog, u64 seed)
{
	struct diag d;
	int err;

	diag_init(&d);
	err = cbpf_check(prog, &d);
	if (err || !bpf_validate(prog->insns, prog->count)) {
		cbpf_print(prog, CBPF_LISTING, stdout);
		diag_print(&d, stdout, false);
		fail_msg("seed %llu: invalid program", (unsigned long long)seed);
	}
	diag_fini(&d);
}

static void one_tree(u64 seed, struct sums *sums)
{
	struct arena arena = { 0 };
	struct values values = { .arena = &arena };
	struct filter_opts plain_opts = { .snaplen = 1000, .no_optimise = true };
	struct filter_opts opts = { .snaplen = 1000 };
	struct cbpf_prog plain, optimised;
	const struct cond *c;
	struct gen g;
	int err;

	gen_start(&g, &values, seed);
	g.ancillary = seed % 4 == 0;
	c = gen_cond(&g, rng_below(&g.rng, 7));
	err = compile_classic(&plain, &values, c, &plain_opts, NULL);
	if (err == -E2BIG)
		goto out;
	assert_int_equal(err, 0);
	check_prog(&plain, seed);
	err = compile_classic(&optimised, &values, c, &opts, NULL);
	if (err == -EINVAL)
		sums->rejected++;
	else
		assert_int_equal(err, 0);
	if (!err)
		check_prog(&optimised, seed);
	for (u32 i = 0; i < 40; i++) {
		u8 data[GEN_PACKET];
		struct cbpf_packet packet;
		u32 want, got;

		gen_packet(&g, &packet, data);
		want = cond_holds(c, &packet) ? 1000 : 0;
		sums->matches += want != 0;
		got = cbpf_run(&plain, &packet);
		if (got != want)
			cbpf_print(&plain, CBPF_LISTING, stdout);
		if (got != want)
			fail_msg("seed %llu: plain", (unsigned long long)seed);
		got = err ? 0 : cbpf_run(&optimised, &packet);
		if (got != want) {
			cbpf_print(&plain, CBPF_LISTING, stdout);
			if (!err)
				cbpf_print(&optimised, CBPF_LISTING, stdout);
			fail_msg("seed %llu: optimised, wanted %u", (unsigned long long)seed, want);
		}
	}
	sums->plain += plain.count;
	sums->optimised += err ? 1 : optimised.count;
out:
	arena_fini(&arena);
}

static void random_conditions_keep_their_verdicts(void **state)
{
	struct sums sums = { 0 };
	u32 count = trees();

	for (u32 seed = 1; seed <= count; seed++)
		one_tree(seed, &sums);
	printf("# %u trees: %llu instructions plain, %llu optimised, %u reject all, %llu matches\n",
	       count, (unsigned long long)sums.plain, (unsigned long long)sums.optimised,
	       sums.rejected, (unsigned long long)sums.matches);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(random_conditions_keep_their_verdicts),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
