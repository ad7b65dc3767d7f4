// SPDX-License-Identifier: BSD-2-Clause
/*
 * How many instructions are followed before the verdict: as many as the running kernel follows,
 * or nearly. SKEP_CASES=FILE/name (a prefix) prints both figures of some programs.
 */
#include "test.h"

#include <errno.h>

#include "cases.h"
#include "verify/verify.h"

static const char *const texts[] = { CASE_TEXTS };
static const char *const objects[] = { CASE_OBJECTS };

struct tally {
	u32 cases, wrong, equal;
	u64 ours, kernels;
};

static const char *chosen;

static void print_diag(struct diag *d)
{
	fflush(stdout);
	for (const struct diag_item *i = d->first; i; i = i->next)
		printf("#    %s\n", i->text);
}

static int ask_both(const struct one_case *c, u32 flags, struct verify_result **ours,
		    struct kload_result *theirs, struct diag *d)
{
	struct verify_opts opts = {
		.kernel = kload_types(),
		.test_state_freq = flags & KLOAD_FREQ,
	};
	struct kload k;

	assert_int_equal(kload_open(&k, c->obj), 0);
	assert_int_equal(kload_prog(&k, c->prog, flags, c->as, theirs), 0);
	kload_close(&k);
	return verify_prog(ours, c->obj, c->prog, &opts, d);
}

/* Both follow a program to the same verdict, with hardly more work for us: a callback counts as a
 * loop here, and marks of open loops are not trusted. */
static void compare(struct tally *t, const struct one_case *c, u32 flags)
{
	struct verify_result *ours = NULL;
	struct kload_result theirs = { 0 };
	struct diag d;
	bool wrong;
	int err;

	diag_init(&d);
	err = ask_both(c, flags, &ours, &theirs, &d);
	wrong = err || ours->accepted != !theirs.err ||
		(ours->accepted && ours->processed > theirs.insns + theirs.insns / 10 + 32);
	t->cases++;
	t->wrong += wrong;
	if (err) {
		printf("# %s: %s\n", c->name, strerror(-err));
	} else {
		t->ours += ours->processed;
		t->kernels += theirs.insns;
		t->equal += ours->processed == theirs.insns && ours->total_states == theirs.states;
		if (chosen || wrong)
			printf("# %s%s: ours %s %u instructions, %u states; the kernel %s %u, %u\n",
			       c->name, flags & KLOAD_FREQ ? " (a state at every jump)" : "",
			       ours->accepted ? "accept" : "reject", ours->processed,
			       ours->total_states, theirs.err ? "reject" : "accept", theirs.insns,
			       theirs.states);
	}
	if (chosen || wrong)
		print_diag(&d);
	verify_result_free(ours);
	diag_fini(&d);
}

static void compare_case(const struct one_case *c, void *arg)
{
	struct tally *t = arg;

	if (chosen && strncmp(c->name, chosen, strlen(chosen)))
		return;
	compare(t, c, c->flags);
	compare(t, c, c->flags | KLOAD_FREQ);
}

static void work_is_the_kernels(void **state)
{
	struct tally t = { 0 };
	u32 bad = 0;

	if (!kload_can())
		test_skip("loading programs needs CAP_BPF and more");
	for (u32 i = 0; i < ARRAY_SIZE(texts); i++)
		bad += cases_text(texts[i], compare_case, &t);
	for (u32 i = 0; i < ARRAY_SIZE(objects); i++)
		bad += cases_object(objects[i], compare_case, &t);
	printf("# %u runs, %u with the kernel's figures: %llu instructions followed, %llu by the "
	       "kernel\n",
	       t.cases, t.equal, (unsigned long long)t.ours, (unsigned long long)t.kernels);
	assert_int_equal(bad, 0);
	assert_int_equal(t.wrong, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = { TEST(work_is_the_kernels) };

	chosen = getenv("SKEP_CASES");
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
