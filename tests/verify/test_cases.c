// SPDX-License-Identifier: BSD-2-Clause
/*
 * Small programs, one verifier rule each: the verdict that is written beside a program is the
 * running kernel's. SKEP_CASES=FILE/name (a prefix) runs some and prints what the kernel says;
 * SKEP_UNPRIV=1 lets root switch kernel.unprivileged_bpf_disabled off while the cases run.
 */
#include "test.h"

#include <errno.h>
#include <unistd.h>

#include "cases.h"
#include "verify/verify.h"

#define SYSCTL "/proc/sys/kernel/unprivileged_bpf_disabled"

static const char *const texts[] = { CASE_TEXTS };
static const char *const objects[] = { CASE_OBJECTS };

struct tally {
	u32 cases, wrong;
	u32 unasked; /* as nobody, and of kinds that this system lets nobody load */
};

static const char *chosen;
static bool nobody_can; /* load programs */

static int read_sysctl(void)
{
	FILE *f = fopen(SYSCTL, "r");
	int value = 1;

	if (f) {
		if (fscanf(f, "%d", &value) != 1)
			value = 1;
		fclose(f);
	}
	return value;
}

static bool write_sysctl(int value)
{
	FILE *f = fopen(SYSCTL, "w");
	bool ok = f && fprintf(f, "%d\n", value) > 0;

	if (f)
		ok &= !fclose(f);
	return ok;
}

static void explain(const struct one_case *c, const struct kload_result *r)
{
	const char *last = strrchr(r->log, '\n');

	printf("# %s: %s%s; the kernel: %s%s\n", c->name, c->accept ? "accept" : "reject ",
	       c->reason, r->err ? "reject " : "accept",
	       !r->err	   ? ""
	       : r->log[0] ? (last ? last + 1 : r->log)
			   : strerror(-r->err));
	fflush(stdout);
}

static void against_kernel(const struct one_case *c, void *arg)
{
	struct tally *t = arg;
	struct kload_result r = { 0 };
	struct kload k;
	bool wrong;
	int err;

	if (chosen && strncmp(c->name, chosen, strlen(chosen)))
		return;
	t->cases++;
	if (c->as == KLOAD_NOBODY && !nobody_can) {
		t->unasked++;
		return;
	}
	err = kload_open(&k, c->obj);
	if (!err) {
		err = kload_prog(&k, c->prog, c->flags, c->as, &r);
		kload_close(&k);
	}
	if (err) {
		printf("# %s: the kernel could not be asked: %s: %s\n", c->name, strerror(-err),
		       strrchr(k.why, ']') ? strrchr(k.why, ']') : k.why);
		t->wrong++;
		return;
	}
	if (r.err == -EPERM && !r.log[0]) {
		t->unasked++;
		return;
	}
	/* A refusal without a word came from before the verifier: of the test's own making. */
	wrong = !r.err != c->accept || (r.err && r.err != -E2BIG && !r.log[0]);
	if (chosen || wrong)
		explain(c, &r);
	t->wrong += wrong;
}

static void finish(const struct tally *t, u32 bad)
{
	printf("# %u programs; the kernel was not asked about %u, for lack of permission "
	       "(" SYSCTL " is %d)\n",
	       t->cases, t->unasked, read_sysctl());
	assert_int_equal(bad, 0);
	assert_int_equal(t->wrong, 0);
}

static void need_kernel(void)
{
	if (!kload_can())
		test_skip("loading programs needs CAP_BPF and more");
}

static void verdicts_of_texts(void **state)
{
	struct tally t = { 0 };
	u32 bad = 0;

	need_kernel();
	for (u32 i = 0; i < ARRAY_SIZE(texts); i++)
		bad += cases_text(texts[i], against_kernel, &t);
	finish(&t, bad);
}

static void verdicts_of_c_programs(void **state)
{
	struct tally t = { 0 };
	u32 bad = 0;

	need_kernel();
	if (!kload_types())
		test_skip("the kernel's BTF is not here");
	for (u32 i = 0; i < ARRAY_SIZE(objects); i++)
		bad += cases_object(objects[i], against_kernel, &t);
	finish(&t, bad);
}

/* ---- skep's own verifier ---- */

static void against_skep(const struct one_case *c, void *arg)
{
	struct verify_opts opts = {
		.unpriv = c->as == KLOAD_NOBODY,
		.no_perfmon = c->as == KLOAD_BPF,
		.strict_align = c->flags & KLOAD_STRICT,
		.test_state_freq = c->flags & KLOAD_FREQ,
		.kernel = kload_types(),
	};
	struct verify_result *r = NULL;
	struct tally *t = arg;
	struct diag d;
	bool wrong;
	int err;

	if (chosen && strncmp(c->name, chosen, strlen(chosen)))
		return;
	if (c->mitigations)
		return;
	t->cases++;
	if (chosen) {
		printf("# %s\n", c->name);
		fflush(stdout);
	}
	diag_init(&d);
	err = verify_prog(&r, c->obj, c->prog, &opts, &d);
	wrong = err || r->accepted != c->accept;
	if (wrong)
		printf("# %s: %s %s; skep: %s%s\n", c->name, c->accept ? "accept" : "reject",
		       c->reason,
		       err	     ? "no verdict: "
		       : r->accepted ? "accept"
				     : "reject ",
		       d.first ? d.first->text : "");
	fflush(stdout);
	t->wrong += wrong;
	verify_result_free(r);
	diag_fini(&d);
}

static void skep_agrees_on_texts(void **state)
{
	struct tally t = { 0 };
	u32 bad = 0;

	for (u32 i = 0; i < ARRAY_SIZE(texts); i++)
		bad += cases_text(texts[i], against_skep, &t);
	printf("# %u programs, %u other than in the case\n", t.cases, t.wrong);
	assert_int_equal(bad + t.wrong, 0);
}

static void skep_agrees_on_c_programs(void **state)
{
	struct tally t = { 0 };
	u32 bad = 0;

	if (!kload_types())
		test_skip("the kernel's BTF is not here");
	for (u32 i = 0; i < ARRAY_SIZE(objects); i++)
		bad += cases_object(objects[i], against_skep, &t);
	printf("# %u programs, %u other than in the case\n", t.cases, t.wrong);
	assert_int_equal(bad + t.wrong, 0);
}

/* Linux takes these; a process that ran them without tests would read through a wild pointer. */
static void only_a_kernel_survives(const struct one_case *c, void *arg)
{
	static const char *const names[] = {
		"global_btf/memory_nonnull_given_null",
		"global_args_btf/untrusted_number",
		"global_args_btf/untrusted_int",
	};
	struct verify_opts opts = { .kernel = kload_types(), .sound = true };
	struct verify_result *r = NULL;
	u32 *found = arg;
	struct diag d;

	for (u32 i = 0; i < ARRAY_SIZE(names); i++) {
		if (strcmp(c->name, names[i]))
			continue;
		++*found;
		diag_init(&d);
		assert_true(c->accept);
		assert_int_equal(verify_prog(&r, c->obj, c->prog, &opts, &d), 0);
		assert_false(r->accepted);
		verify_result_free(r);
		diag_fini(&d);
	}
}

static void what_only_a_kernel_survives_does_not_run_here(void **state)
{
	u32 found = 0;

	for (u32 i = 0; i < ARRAY_SIZE(objects); i++)
		cases_object(objects[i], only_a_kernel_survives, &found);
	assert_int_equal(found, 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(verdicts_of_texts),
		TEST(verdicts_of_c_programs),
		TEST(skep_agrees_on_texts),
		TEST(skep_agrees_on_c_programs),
		TEST(what_only_a_kernel_survives_does_not_run_here),
	};
	int before = read_sysctl(), failed;
	bool changed = getenv("SKEP_UNPRIV") && before == 2 && write_sysctl(0);

	chosen = getenv("SKEP_CASES");
	nobody_can = read_sysctl() == 0;
	cmocka_set_message_output(CM_OUTPUT_TAP);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	if (changed)
		write_sysctl(before);
	return failed;
}
