// SPDX-License-Identifier: BSD-2-Clause
/*
 * Real objects: what skep's verifier and the running kernel's say about every program of them.
 *
 *     test_objects            the objects of the build; they must agree about 99 of 100 programs
 *     test_objects FILE…      a table: verdicts, processed instructions, time; then totals
 */
#include "test.h"

#include <errno.h>
#include <glob.h>
#include <unistd.h>

#include "base/file.h"
#include "elf/elf.h"
#include "kload.h"
#include "verify/verify.h"

struct totals {
	u32 programs, agree, unasked;
	u32 strict;	/* refused here only */
	u32 lax;	/* refused there only */
	u64 insns[2];	/* processed: here, by the kernel; of programs that both accept */
	u64 usec[2];	/* time of the same */
	u32 same_insns; /* of both_accept, as many processed */
	u32 both_accept;
	bool table;
};

static void print_row(const char *path, const struct obj_prog *prog, const struct verify_result *o,
		      const struct kload_result *k, bool asked, const char *why)
{
	const char *slash = strrchr(path, '/');

	printf("# %-28.28s %-36.36s %-6s %-6s %8u %8u %9.1f %8llu  %s\n", slash ? slash + 1 : path,
	       prog->name, o ? o->accepted ? "accept" : "reject" : "none",
	       !asked	? "-"
	       : k->err ? "reject"
			: "accept",
	       o ? o->processed : 0, k->insns, o ? (double)o->nanosec / 1000 : 0.0,
	       (unsigned long long)k->usec, why);
}

static const char *first_text(const struct diag *d)
{
	return d->first ? d->first->text : "";
}

static void compare(const char *path, struct kload *k, const struct obj_prog *prog,
		    struct totals *t)
{
	struct verify_opts opts = { .kernel = kload_types() };
	struct verify_result *ours = NULL;
	struct kload_result theirs = { 0 };
	const char *why = "";
	struct diag d;
	bool asked, same;

	asked = k->maps && !kload_prog(k, prog, 0, KLOAD_ROOT, &theirs) &&
		!(theirs.err == -EPERM && !theirs.log[0]);
	diag_init(&d);
	verify_prog(&ours, k->obj, prog, &opts, &d);
	same = ours && asked && ours->accepted == !theirs.err;
	t->programs++;
	t->unasked += !asked;
	if (asked) {
		t->agree += same;
		t->strict += !theirs.err && !same;
		t->lax += theirs.err && !same;
	}
	if (same && !theirs.err) {
		t->both_accept++;
		t->same_insns += ours->processed == theirs.insns;
		t->insns[0] += ours->processed;
		t->insns[1] += theirs.insns;
		t->usec[0] += ours->nanosec / 1000;
		t->usec[1] += theirs.usec;
	}
	if (asked && !same)
		why = theirs.err ? strrchr(theirs.log, '\n') ? strrchr(theirs.log, '\n') + 1
							     : theirs.log
				 : first_text(&d);
	if (t->table || (asked && !same))
		print_row(path, prog, ours, &theirs, asked, why);
	verify_result_free(ours);
	diag_fini(&d);
}

static void compare_object(const char *path, struct totals *t)
{
	struct skep_open_opts opts = { .size = sizeof(opts) };
	struct object *obj = NULL;
	struct kload k;
	struct diag d;
	struct file f;
	int err;

	diag_init(&d);
	if (file_open(&f, path, &d)) {
		diag_print(&d, stdout, false);
		diag_fini(&d);
		return;
	}
	err = elf_open(&obj, path, f.data, f.len, &opts, &d);
	if (!err) {
		err = kload_open(&k, obj);
		if (err)
			printf("# %s: the kernel does not take its maps or types: %s: %s\n", path,
			       strerror(-err), strrchr(k.why, ']') ? strrchr(k.why, ']') : k.why);
		for (u32 i = 0; i < obj->prog_count; i++)
			compare(path, &k, &obj->progs[i], t);
		if (!err)
			kload_close(&k);
		object_free(obj);
	} else if (t->table) {
		printf("# %s: not opened: %s\n", path, first_text(&d));
	}
	file_close(&f);
	diag_fini(&d);
}

static void print_totals(const struct totals *t)
{
	printf("# %u programs, %u of them asked about: %u verdicts agree, %u refused by skep only, "
	       "%u by the kernel only\n",
	       t->programs, t->programs - t->unasked, t->agree, t->strict, t->lax);
	printf("# accepted by both: %u, %u of them with the same number of processed instructions; "
	       "%llu processed here, %llu by the kernel; %.1f ms here, %.1f ms there\n",
	       t->both_accept, t->same_insns, (unsigned long long)t->insns[0],
	       (unsigned long long)t->insns[1], (double)t->usec[0] / 1000,
	       (double)t->usec[1] / 1000);
}

static void verdicts_of_the_objects_of_the_build(void **state)
{
	static const char *const patterns[] = { OBJECT_PATTERNS };
	struct totals t = { 0 };
	glob_t found = { 0 };

	if (!kload_can() || !kload_types())
		test_skip("needs CAP_BPF and the kernel's BTF");
	for (u32 i = 0; i < ARRAY_SIZE(patterns); i++)
		glob(patterns[i], i ? GLOB_APPEND : 0, NULL, &found);
	for (size_t i = 0; i < found.gl_pathc; i++)
		compare_object(found.gl_pathv[i], &t);
	globfree(&found);
	print_totals(&t);
	assert_true(t.programs - t.unasked > 50);
	assert_true(t.agree * 100 >= (t.programs - t.unasked) * 99);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = { TEST(verdicts_of_the_objects_of_the_build) };
	struct totals t = { .table = true };

	if (argc > 1) {
		printf("# %-28s %-36s %-6s %-6s %8s %8s %9s %8s\n", "object", "program", "skep",
		       "kernel", "insns", "kernel", "us", "kernel");
		for (int i = 1; i < argc; i++)
			compare_object(argv[i], &t);
		print_totals(&t);
		return 0;
	}
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
