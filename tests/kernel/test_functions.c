// SPDX-License-Identifier: BSD-2-Clause
/*
 * Every way to hang on functions of the kernel and of other programs: the program sees this
 * process's calls with their arguments, names and results while it is attached, and none after.
 * The expectation is what the process did. Kernels that are locked down or built without these
 * hooks say so in skips; `make test-vm` runs this in Debian's kernels, which have them all.
 */
#include "test.h"

#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "api/handle.h"
#include "kernel/errors.h"
#include "kernel/kernel.h"
#include "live.h"
#include "spec/features.h"

struct seen {
	uint64_t hits, value;
	char text[48];
};

enum {
	AT_ENTRY,
	AT_RETURN,
	INSIDE,
	SYSTEM_CALL,
	SYSTEM_CALL_RETURNS,
	MANY,
	MANY_COOKIE,
	MANY_RETURN,
	SESSION,
	ENTERED,
	LEFT,
	OTHER_RESULT,
	MODULE_FUNCTION,
	OF_A_PROGRAM,
	HOOK_UNLINK,
	HOOK_SLEEPS,
	HOOK_FUNCTION,
	GROUP_HOOK
};

static struct live now; /* what the running test loaded */

/* ---- what must be there ---- */

static const char *absent(const char *config, uint32_t since)
{
	static char why[200];
	char mode[64];

	if (kernel_lockdown(mode, sizeof(mode)))
		snprintf(why, sizeof(why), "functions are out of reach: lockdown=%s", mode);
	else if (kernel_config(config) == 'n')
		snprintf(why, sizeof(why), "the kernel is built without %s", config);
	else if (sys_release(NULL) < since)
		snprintf(why, sizeof(why), "exists since Linux %u.%u", ERA_MAJOR(since),
			 ERA_MINOR(since));
	else
		return NULL;
	return why;
}

#define NEEDS(...)                                                                                 \
	do {                                                                                       \
		const char *missing_ = absent(__VA_ARGS__);                                        \
		if (missing_)                                                                      \
			test_skip("%s", missing_);                                                 \
	} while (0)

/* ---- one program of an object, looking at this process ---- */

static void load_for(const char *path, const char *name, int target_fd)
{
	struct skep_load_opts opts = { .size = sizeof(opts), .prog = name, .target_fd = target_fd };
	unsigned zero = 0, pid = (unsigned)getpid();
	struct skep_map *who;

	now = (struct live){ .diag = skep_diag_new() };
	assert_int_equal(skep_engine_new(&now.eng, "kernel", now.diag), 0);
	assert_int_equal(
		skep_open(&now.obj, SKEP_ELF, (struct skep_source){ .name = path }, NULL, now.diag),
		0);
	if (skep_load(&now.unit, now.eng, now.obj, &opts, now.diag)) {
		live_print(&now);
		fail();
	}
	who = skep_map_find(now.unit, "who");
	if (who)
		assert_int_equal(skep_map_set(who, &zero, &pid, 0), 0);
}

static void load(const char *name)
{
	load_for(OBJECTS "/functions.bpf.o", name, 0);
}

static int unload(void **state)
{
	live_close(&now);
	now = (struct live){ 0 };
	return 0;
}

static struct skep_link *attach(const char *name, const struct skep_attach_opts *opts)
{
	struct skep_link *link = NULL;

	if (skep_attach(&link, skep_prog_find(now.unit, name), opts, now.diag)) {
		live_print(&now);
		fail();
	}
	return link;
}

static struct seen look(unsigned slot)
{
	struct seen s = { 0 };

	assert_int_equal(skep_map_get(skep_map_find(now.unit, "seen"), &slot, &s), 0);
	return s;
}

/* The kernel's own word on the link: of this program, and of that kind. */
static void linked(struct skep_link *link, enum bpf_link_type type)
{
	struct bpf_link_info info = { 0 };
	struct skep_link_info ours;
	__u32 len = sizeof(info);

	skep_link_info(link, &ours);
	assert_int_equal(bpf_obj_get_info_by_fd(ours.fd, &info, &len), 0);
	assert_int_equal(info.id, ours.id);
	assert_int_equal(info.type, type);
}

static const char gone[] = "/tmp/skep-no-such-file";

static void unlink_nothing(void)
{
	errno = 0;
	assert_int_equal(unlink(gone), -1);
	assert_int_equal(errno, ENOENT);
}

/* Attached it sees one call, with what `expected` says of it, and none before and after. */
static void sees(const char *name, unsigned slot, const struct skep_attach_opts *opts,
		 const struct seen *expected)
{
	struct skep_link *link;
	struct seen s;

	unlink_nothing();
	assert_int_equal(look(slot).hits, 0);
	link = attach(name, opts);
	unlink_nothing();
	s = look(slot);
	if (s.hits != expected->hits || s.value != expected->value)
		printf("# %s: %llu hits, value %lld, text '%s'\n", name, (unsigned long long)s.hits,
		       (long long)s.value, s.text);
	assert_int_equal(s.hits, expected->hits);
	assert_int_equal(s.value, expected->value);
	assert_string_equal(s.text, expected->text);
	skep_link_free(link);
	unlink_nothing();
	assert_int_equal(look(slot).hits, expected->hits);
}

#define SEES(test, needs, program, slot, opts, ...)                                                \
	static void test(void **state)                                                             \
	{                                                                                          \
		NEEDS(needs);                                                                      \
		load(program);                                                                     \
		sees(program, slot, opts, &(struct seen){ __VA_ARGS__ });                          \
	}

#define KPROBE	   "CONFIG_KPROBES", ERA(4, 17)
#define MULTI	   "CONFIG_FPROBE", ERA(5, 18)
#define TRAMPOLINE "CONFIG_DYNAMIC_FTRACE_WITH_DIRECT_CALLS", ERA(5, 5)

static const struct skep_attach_opts cookie = { .size = sizeof(cookie), .cookie = 0x5eed };

/* ---- kprobes ---- */

SEES(kprobe_sees_arguments_and_names, KPROBE, "at_entry", AT_ENTRY, NULL, 1, (uint32_t)AT_FDCWD,
     "/tmp/skep-no-such-file")
SEES(kprobe_takes_a_cookie, KPROBE, "at_entry", AT_ENTRY, &cookie, 1, (uint32_t)AT_FDCWD,
     "/tmp/skep-no-such-file")
SEES(kretprobe_sees_the_result, KPROBE, "at_return", AT_RETURN, NULL, 1, (uint32_t)-ENOENT, "")
SEES(ksyscall_sees_the_users_registers, KPROBE, "system_call", SYSTEM_CALL, NULL, 1, 0,
     "/tmp/skep-no-such-file")
SEES(kretsyscall_sees_the_result, KPROBE, "system_call_returns", SYSTEM_CALL_RETURNS, NULL, 1,
     (uint64_t)-ENOENT, "")
SEES(multi_sees_arguments_and_names, MULTI, "many", MANY, NULL, 1, (uint32_t)AT_FDCWD,
     "/tmp/skep-no-such-file")
SEES(multi_takes_a_cookie, MULTI, "many", MANY_COOKIE, &cookie, 1, 0x5eed, "")
SEES(multi_at_the_return_sees_the_result, MULTI, "many_return", MANY_RETURN, NULL, 1,
     (uint32_t)-ENOENT, "")

static void session_runs_at_entry_and_return(void **state)
{
	NEEDS("CONFIG_FPROBE", ERA(6, 10));
	load("session");
	sees("session", SESSION, NULL, &(struct seen){ 2, (uint32_t)-ENOENT, "" });
}

/* All the functions of some letters, among them several of one name. */
static void multi_takes_what_can_be_traced(void **state)
{
	NEEDS(MULTI);
	load("many_return");
	for (unsigned i = 0; i < 2; i++) {
		struct skep_attach_opts opts = { .size = sizeof(opts),
						 .target = "[tv]*",
						 .cookie = i };
		struct skep_link *link = attach("many_return", &opts);
		struct skep_link_info info;

		linked(link, BPF_LINK_TYPE_KPROBE_MULTI);
		skep_link_info(link, &info);
		assert_true(atoi(info.target) > 1000);
		skep_link_free(link);
	}
}

/* The first instruction after the call that ftrace uses; where that is depends on the build. */
static void kprobe_takes_an_offset(void **state)
{
	static const char *const places[] = { "do_unlinkat+5", "do_unlinkat+0x9" };
	struct skep_attach_opts opts = { .size = sizeof(opts) };
	struct skep_link *link = NULL;

	NEEDS(KPROBE);
	load("inside");
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]) && !link; i++) {
		opts.target = places[i];
		skep_attach(&link, skep_prog_find(now.unit, "inside"), &opts, now.diag);
	}
	if (!link)
		live_print(&now);
	assert_non_null(link);
	linked(link, BPF_LINK_TYPE_PERF_EVENT);
	unlink_nothing();
	assert_int_equal(look(INSIDE).hits, 1);
	skep_link_free(link);
	unlink_nothing();
	assert_int_equal(look(INSIDE).hits, 1);
}

static void refused(const char *name, const char *target, int err, const char *words)
{
	struct skep_attach_opts opts = { .size = sizeof(opts), .target = target };
	struct skep_link *link = NULL;

	assert_int_equal(skep_attach(&link, skep_prog_find(now.unit, name), &opts, now.diag), err);
	assert_null(link);
	assert_true(live_says(&now, words));
}

static void missing_functions_get_the_nearest_name(void **state)
{
	NEEDS(KPROBE);
	load("inside");
	refused("inside", "do_unlinkatt", -ENOENT, "did you mean 'do_unlinkat'?");
}

static void functions_that_may_not_be_probed_are_told(void **state)
{
	NEEDS(KPROBE);
	load("inside");
	refused("inside", "exc_int3", -EINVAL, "may not be probed");
}

/* ---- trampolines ---- */

SEES(fentry_sees_arguments_and_names, TRAMPOLINE, "entered", ENTERED, NULL, 1, (uint32_t)AT_FDCWD,
     "/tmp/skep-no-such-file")
SEES(fexit_sees_the_result, TRAMPOLINE, "left", LEFT, NULL, 1, (uint32_t)-ENOENT, "")

static void fentry_takes_a_cookie(void **state)
{
	NEEDS("CONFIG_DYNAMIC_FTRACE_WITH_DIRECT_CALLS", ERA(5, 19));
	load("entered");
	sees("entered", ENTERED, &cookie,
	     &(struct seen){ 1, (uint32_t)AT_FDCWD, "/tmp/skep-no-such-file" });
}

/*
 * A test run of such a program calls functions of the kernel that are there to be modified: the
 * first adds 1 to what it is pointed to, 2, and gives 1 + 3. The result is the sum of what they
 * give, above it how many wrote.
 */
static uint32_t run_modified(const char *name)
{
	LIBBPF_OPTS(bpf_test_run_opts, run);

	assert_int_equal(bpf_prog_test_run_opts(skep_prog_fd(skep_prog_find(now.unit, name)), &run),
			 0);
	return run.retval;
}

static void fmod_ret_replaces_the_result(void **state)
{
	struct skep_link *link;
	uint32_t plain;

	NEEDS("CONFIG_DYNAMIC_FTRACE_WITH_DIRECT_CALLS", ERA(6, 3));
	load("other_result");
	plain = run_modified("other_result");
	link = attach("other_result", NULL);
	linked(link, BPF_LINK_TYPE_TRACING);
	assert_int_equal(run_modified("other_result"), plain - 4 + 0x77 - (1 << 16));
	assert_int_equal(look(OTHER_RESULT).hits, 1);
	assert_int_equal(look(OTHER_RESULT).value, 1);
	skep_link_free(link);
	assert_int_equal(run_modified("other_result"), plain);
}

/* ---- functions of modules ---- */

static void send_to_dummy(void)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(9) };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	inet_pton(AF_INET, "10.99.0.2", &to.sin_addr);
	sendto(fd, "x", 1, 0, (struct sockaddr *)&to, sizeof(to));
	close(fd);
}

static void fentry_of_a_module_runs(void **state)
{
	struct skep_link *link;

	NEEDS("CONFIG_DYNAMIC_FTRACE_WITH_DIRECT_CALLS", ERA(5, 11));
	if (system("ip link add skepd0 type dummy && ip address add 10.99.0.1/24 dev skepd0 && "
		   "ip link set skepd0 up") ||
	    access("/sys/kernel/btf/dummy", R_OK))
		test_skip("no interfaces of the module dummy");
	load("module_function");
	link = attach("module_function", NULL);
	linked(link, BPF_LINK_TYPE_TRACING);
	send_to_dummy();
	assert_true(look(MODULE_FUNCTION).hits > 0);
	skep_link_free(link);
	if (system("ip link delete skepd0"))
		printf("# skepd0 stays\n");
}

/* ---- security hooks ---- */

static bool has_lsm(void)
{
	char list[256];

	return sys_read_text("/sys/kernel/security/lsm", list, sizeof(list)) > 0 &&
	       strstr(list, "bpf");
}

#define NEEDS_LSM(since)                                                                           \
	do {                                                                                       \
		NEEDS("CONFIG_BPF_LSM", since);                                                    \
		if (!has_lsm())                                                                    \
			test_skip("bpf is not among the active security modules");                 \
	} while (0)

static void make(const char *path)
{
	close(open(path, O_CREAT | O_WRONLY, 0600));
}

/* The forbidden file stays, with that errno, while others go; without the link it goes. */
static void forbids(const char *name, unsigned slot, int code, enum bpf_link_type type)
{
	static const char yes[] = "/tmp/skep-allowed", no[] = "/tmp/forbidden";
	struct skep_link *link;

	make(yes);
	make(no);
	load(name);
	link = attach(name, NULL);
	linked(link, type);
	assert_int_equal(unlink(yes), 0);
	assert_string_equal(look(slot).text, "skep-allowed");
	errno = 0;
	assert_int_equal(unlink(no), -1);
	assert_int_equal(errno, code);
	assert_string_equal(look(slot).text, "forbidden");
	assert_int_equal(look(slot).hits, 2);
	skep_link_free(link);
	assert_int_equal(unlink(no), 0);
	assert_int_equal(look(slot).hits, 2);
}

static void lsm_forbids(void **state)
{
	NEEDS_LSM(ERA(5, 7));
	forbids("hook", HOOK_UNLINK, EPERM, BPF_LINK_TYPE_TRACING);
}

static void sleepable_lsm_forbids(void **state)
{
	NEEDS_LSM(ERA(5, 10));
	forbids("hook_that_sleeps", HOOK_SLEEPS, EPERM, BPF_LINK_TYPE_TRACING);
}

static void fmod_ret_of_a_security_function_forbids(void **state)
{
	NEEDS(TRAMPOLINE);
	forbids("hook_function", HOOK_FUNCTION, EACCES, BPF_LINK_TYPE_TRACING);
}

static void bind_somewhere(void)
{
	struct sockaddr_in addr = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	assert_int_equal(bind(fd, (struct sockaddr *)&addr, sizeof(addr)), 0);
	close(fd);
}

static void lsm_of_a_cgroup_runs(void **state)
{
	struct skep_attach_opts opts = { .size = sizeof(opts) };
	struct skep_link *link;

	NEEDS_LSM(ERA(6, 0));
	opts.target = live_cgroup();
	if (!*opts.target)
		test_skip("no cgroup2 to make a group in");
	load("group_hook");
	link = attach("group_hook", &opts);
	linked(link, BPF_LINK_TYPE_CGROUP);
	bind_somewhere();
	assert_int_equal(look(GROUP_HOOK).hits, 1);
	live_cgroup_leave();
	bind_somewhere();
	assert_int_equal(look(GROUP_HOOK).hits, 1);
	skep_link_free(link);
}

/* ---- functions of programs ---- */

static struct live whole;

static uint64_t verdict(void)
{
	static const unsigned char packet[64];
	struct skep_run run = { .size = sizeof(run), .data_in = packet, .data_in_len = 64 };

	if (skep_prog_run(skep_prog_find(whole.unit, "whole"), &run, whole.diag)) {
		live_print(&whole);
		fail();
	}
	return run.result;
}

static int open_whole(void)
{
	if (live_open(&whole, OBJECTS "/replaced.bpf.o")) {
		live_print(&whole);
		fail();
	}
	return skep_prog_fd(skep_prog_find(whole.unit, "whole"));
}

static int close_whole(void **state)
{
	live_close(&whole);
	whole = (struct live){ 0 };
	return unload(state);
}

static void freplace_takes_the_place_of_a_function(void **state)
{
	struct skep_link *link;

	NEEDS("CONFIG_BPF_JIT", ERA(5, 6));
	load_for(OBJECTS "/extension.bpf.o", NULL, open_whole());
	assert_int_equal(verdict(), 2);
	link = attach("instead", NULL);
	linked(link, BPF_LINK_TYPE_TRACING);
	assert_int_equal(verdict(), 1);
	skep_link_free(link);
	assert_int_equal(verdict(), 2);
}

static void fexit_of_a_program_sees_its_results(void **state)
{
	struct skep_link *link;

	NEEDS("CONFIG_BPF_JIT", ERA(5, 5));
	load_for(OBJECTS "/functions.bpf.o", "function_of_a_program", open_whole());
	link = attach("function_of_a_program", NULL);
	verdict();
	assert_int_equal(look(OF_A_PROGRAM).hits, 1);
	assert_int_equal(look(OF_A_PROGRAM).value, 2);
	skep_link_free(link);
	verdict();
	assert_int_equal(look(OF_A_PROGRAM).hits, 1);
}

static void extension_refused(const char *path, int fd, const char *words)
{
	struct skep_load_opts opts = { .size = sizeof(opts), .target_fd = fd };

	now = (struct live){ .diag = skep_diag_new() };
	assert_int_equal(skep_engine_new(&now.eng, "kernel", now.diag), 0);
	assert_int_equal(
		skep_open(&now.obj, SKEP_ELF, (struct skep_source){ .name = path }, NULL, now.diag),
		0);
	assert_true(skep_load(&now.unit, now.eng, now.obj, &opts, now.diag) < 0);
	assert_true(live_says(&now, words));
}

static void freplace_says_what_is_missing(void **state)
{
	int fd = open_whole();

	extension_refused(OBJECTS "/extension_none.bpf.o", fd, "did you mean 'chosen'?");
	unload(state);
	extension_refused(OBJECTS "/extension.bpf.o", 0, "no loaded program is given");
}

/* ---- */

#define ONE(name)   cmocka_unit_test_setup_teardown(name, NULL, unload)
#define WHOLE(name) cmocka_unit_test_setup_teardown(name, NULL, close_whole)

static const struct CMUnitTest tests[] = {
	ONE(kprobe_sees_arguments_and_names),
	ONE(kprobe_takes_a_cookie),
	ONE(kprobe_takes_an_offset),
	ONE(kretprobe_sees_the_result),
	ONE(ksyscall_sees_the_users_registers),
	ONE(kretsyscall_sees_the_result),
	ONE(multi_sees_arguments_and_names),
	ONE(multi_takes_a_cookie),
	ONE(multi_at_the_return_sees_the_result),
	ONE(multi_takes_what_can_be_traced),
	ONE(session_runs_at_entry_and_return),
	ONE(missing_functions_get_the_nearest_name),
	ONE(functions_that_may_not_be_probed_are_told),
	ONE(fentry_sees_arguments_and_names),
	ONE(fentry_takes_a_cookie),
	ONE(fexit_sees_the_result),
	ONE(fmod_ret_replaces_the_result),
	ONE(fentry_of_a_module_runs),
	ONE(lsm_forbids),
	ONE(sleepable_lsm_forbids),
	ONE(fmod_ret_of_a_security_function_forbids),
	ONE(lsm_of_a_cgroup_runs),
	WHOLE(freplace_takes_the_place_of_a_function),
	WHOLE(fexit_of_a_program_sees_its_results),
	WHOLE(freplace_says_what_is_missing),
};

int main(void)
{
	cmocka_set_message_output(CM_OUTPUT_TAP);
	if (geteuid()) {
		printf("1..0 # SKIP attaching needs root\n");
		return 0;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
