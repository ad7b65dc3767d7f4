// SPDX-License-Identifier: BSD-2-Clause
/* What the running kernel refuses gets its reason. Each test holds where the kernel refuses. */
#include "test.h"

#include <errno.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "kernel/errors.h"
#include "live.h"

static void need_root(void)
{
	if (geteuid())
		test_skip("loading into the kernel needs root");
}

static void lockdown_is_told_from_memlock(void **state)
{
	struct live l;
	int err;

	need_root();
	err = live_open(&l, OBJECTS "/refused_fentry.bpf.o");
	if (err != -EPERM) {
		live_close(&l);
		test_skip("this kernel takes fentry programs, or has no such function");
	}
	assert_false(live_says(&l, "memlock") || live_says(&l, "locked memory"));
	assert_true(live_says(&l, "the kernel is locked down (integrity)") ||
		    live_says(&l, "a security module"));
	live_close(&l);
}

static void missing_options_of_the_kernel_are_named(void **state)
{
	struct live l;
	int err;

	need_root();
	err = live_open(&l, OBJECTS "/refused_lirc.bpf.o");
	if (!err || kernel_config("CONFIG_BPF_LIRC_MODE2") != 'n') {
		live_close(&l);
		test_skip("this kernel has CONFIG_BPF_LIRC_MODE2");
	}
	assert_true(live_says(&l, "is built without CONFIG_BPF_LIRC_MODE2"));
	live_close(&l);
}

static void kprobes_that_the_kernel_lacks_are_named(void **state)
{
	static const char *const names[] = { "kprobe", "ksyscall", "kprobe_multi" };
	char path[512];
	struct live l;

	need_root();
	if (kernel_config("CONFIG_KPROBES") != 'n')
		test_skip("this kernel has kprobes");
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), OBJECTS "/refused_%s.bpf.o", names[i]);
		assert_int_equal(live_open(&l, path), 0);
		assert_true(skep_attach_all(l.unit, l.diag) < 0);
		assert_true(live_says(&l, "built without CONFIG_KPROBES"));
		live_close(&l);
	}
}

static void unknown_targets_get_the_nearest(void **state)
{
	struct live l;

	need_root();
	assert_int_equal(live_open(&l, OBJECTS "/refused_tracepoint.bpf.o"), -ESRCH);
	assert_true(live_says(&l, "did you mean 'sched_switch'?"));
	live_close(&l);
}

static void modes_of_the_user_engine_are_refused(void **state)
{
	struct skep_load_opts opts = { .size = sizeof(opts), .exec = SKEP_EXEC_JIT };
	struct skep_unit *unit;
	struct live l;

	need_root();
	assert_int_equal(live_open(&l, OBJECTS "/attach.bpf.o"), 0);
	assert_int_equal(skep_load(&unit, l.eng, l.obj, &opts, l.diag), -EINVAL);
	assert_true(live_says(&l, "no modes of execution"));
	live_close(&l);
}

static const struct CMUnitTest tests[] = {
	TEST(lockdown_is_told_from_memlock),
	TEST(missing_options_of_the_kernel_are_named),
	TEST(kprobes_that_the_kernel_lacks_are_named),
	TEST(unknown_targets_get_the_nearest),
	TEST(modes_of_the_user_engine_are_refused),
};
TEST_MAIN(tests)
