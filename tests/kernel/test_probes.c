// SPDX-License-Identifier: BSD-2-Clause
/* Static probes of user programs, and structures of the kernel that programs implement. */
#include "test.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kernel/sys.h"
#include "live.h"
#include "symbols/usdt.h"

static long global(struct live *l, const char *section, size_t off, size_t size)
{
	uint8_t value[256];
	uint32_t zero = 0;
	long out = 0;

	assert_int_equal(skep_map_get(skep_map_find(l->unit, section), &zero, value), 0);
	memcpy(&out, value + off, size);
	return out;
}

static void static_probes_run_with_their_arguments(void **state)
{
	char text[2048];
	struct live l;
	FILE *f;
	size_t len;
	char *out;

	if (geteuid())
		test_skip("attaching needs root");
	if (access(OBJECTS "/usdt.bpf.o", R_OK) || system("/usr/bin/python3 -c 0"))
		test_skip("no libbpf headers, or no python3");
	if (live_open(&l, OBJECTS "/usdt.bpf.o") || skep_attach_all(l.unit, l.diag) != 2) {
		live_print(&l);
		skip();
	}
	if (system("/usr/bin/python3 -c 'import gc; gc.disable(); gc.collect(1)'"))
		fail();
	f = open_memstream(&out, &len);
	skep_map_print(skep_map_find(l.unit, ".data"), f, SKEP_TEXT);
	fclose(f);
	snprintf(text, sizeof(text), "%s", out);
	free(out);
	printf("# %s", text);
	assert_non_null(strstr(text, ".arguments = 1"));
	assert_non_null(strstr(text, ".cookie = 0"));
	assert_true(global(&l, ".bss", 0, 4) > 0);
	assert_int_equal(global(&l, ".bss", 0, 4), global(&l, ".bss", 4, 4));
	live_close(&l);
}

static void missing_static_probes_get_the_nearest(void **state)
{
	struct usdt_probes found = { 0 };
	char text[4096] = "";
	struct diag d;
	FILE *f;

	if (system("/usr/bin/python3 -c 0"))
		test_skip("no python3");
	diag_init(&d);
	if (usdt_find(&found, "/usr/bin/python3", "python", "gc__strat", &d) != -ENOENT)
		fail();
	f = fmemopen(text, sizeof(text), "w");
	diag_print(&d, f, false);
	fclose(f);
	if (!strstr(text, "no static probes at all"))
		assert_non_null(strstr(text, "did you mean 'python:gc__start'?"));
	diag_fini(&d);
}

static void operands_of_the_assembler_are_read(void **state)
{
	struct usdt_spec s;

	assert_true(usdt_parse(&s, "-4@%eax 8@$-5 8@-16(%rbp) 2@(%r9) 1@%sil"));
	assert_int_equal(s.count, 5);
	assert_int_equal(s.args[0].kind, USDT_REG);
	assert_int_equal(s.args[0].reg, 80);
	assert_int_equal(s.args[0].shift, 32);
	assert_true(s.args[0].is_signed);
	assert_int_equal(s.args[1].kind, USDT_CONST);
	assert_int_equal((long)s.args[1].value, -5);
	assert_int_equal(s.args[2].kind, USDT_DEREF);
	assert_int_equal((long)s.args[2].value, -16);
	assert_int_equal(s.args[2].reg, 32);
	assert_int_equal(s.args[3].kind, USDT_DEREF);
	assert_int_equal(s.args[3].shift, 48);
	assert_int_equal(s.args[4].reg, 104);
	assert_true(usdt_parse(&s, ""));
	assert_false(usdt_parse(&s, "8@(%rax,%rbx,8)"));
	assert_false(usdt_parse(&s, "8@%xmm0"));
	assert_false(usdt_parse(&s, "8"));
	assert_false(usdt_parse(&s, "1@%al 1@%al 1@%al 1@%al 1@%al 1@%al 1@%al 1@%al 1@%al 1@%al "
				    "1@%al 1@%al 1@%al"));
}

static bool offered(const char *name)
{
	char text[1024];

	return sys_read_text("/proc/sys/net/ipv4/tcp_available_congestion_control", text,
			     sizeof(text)) > 0 &&
	       strstr(text, name);
}

static void structures_are_registered_while_attached(void **state)
{
	struct skep_link *link;
	struct live l;

	if (geteuid())
		test_skip("attaching needs root");
	if (live_open(&l, BUILD "/tests/elf/ops.bpf.o")) {
		live_print(&l);
		fail();
	}
	assert_false(offered("skep_first"));
	if (skep_attach_all(l.unit, l.diag) != 2) {
		live_print(&l);
		fail();
	}
	assert_true(offered("skep_first"));
	assert_true(offered("skep_second"));
	assert_true(skep_attach_map(&link, skep_map_find(l.unit, "skep_first"), l.diag) < 0);
	live_close(&l);
	for (int tries = 0; tries < 100 && (offered("skep_first") || offered("skep_second"));
	     tries++)
		usleep(20000);
	assert_false(offered("skep_first"));
	assert_false(offered("skep_second"));
}

/* ---- classic programs ---- */

static struct skep_classic *classic(const char *text)
{
	struct skep_source source = { .name = "filter", .data = text, .len = strlen(text) };
	struct skep_diag *diag = skep_diag_new();
	struct skep_classic *prog = NULL;

	if (skep_classic_open(&prog, SKEP_CLASSIC, source, NULL, diag)) {
		skep_diag_print(diag, stdout, false);
		fail();
	}
	skep_diag_free(diag);
	return prog;
}

static void classic_programs_filter_sockets(void **state)
{
	struct skep_classic *drop = classic("ret #0"), *two = classic("ret #2");
	int pair[2];
	char text[8];

	assert_int_equal(socketpair(AF_UNIX, SOCK_DGRAM, 0, pair), 0);
	assert_int_equal(skep_classic_attach(drop, pair[1], NULL), 0);
	assert_int_equal(write(pair[0], "abc", 3), 3);
	assert_int_equal(recv(pair[1], text, sizeof(text), MSG_DONTWAIT), -1);
	assert_int_equal(skep_classic_attach(two, pair[1], NULL), 0);
	assert_int_equal(write(pair[0], "abc", 3), 3);
	assert_int_equal(read(pair[1], text, sizeof(text)), 2);
	assert_int_equal(skep_classic_attach(NULL, pair[1], NULL), 0);
	assert_int_equal(skep_classic_attach(NULL, pair[1], NULL), 0);
	assert_int_equal(write(pair[0], "abc", 3), 3);
	assert_int_equal(read(pair[1], text, sizeof(text)), 3);
	assert_int_equal(skep_classic_attach(two, -1, NULL), -EBADF);
	skep_classic_free(drop);
	skep_classic_free(two);
	close(pair[0]);
	close(pair[1]);
}

static void classic_programs_filter_system_calls(void **state)
{
	char text[256];
	struct skep_classic *prog;
	int status;
	pid_t child;

	/* getppid fails with errno 77, the others pass */
	snprintf(text, sizeof(text),
		 "ld [0]\njne #%d, other\nret #0x5004d\nother: ret #0x7fff0000\n",
		 (int)__NR_getppid);
	prog = classic(text);
	fflush(stdout);
	child = fork();
	if (!child) {
		if (skep_classic_seccomp(prog, NULL))
			_exit(1);
		errno = 0;
		_exit(syscall(__NR_getppid) == -1 && errno == 77 && getpid() > 0 ? 0 : 2);
	}
	waitpid(child, &status, 0);
	assert_int_equal(status, 0);
	skep_classic_free(prog);
}

static const struct CMUnitTest tests[] = {
	TEST(static_probes_run_with_their_arguments),
	TEST(missing_static_probes_get_the_nearest),
	TEST(operands_of_the_assembler_are_read),
	TEST(structures_are_registered_while_attached),
	TEST(classic_programs_filter_sockets),
	TEST(classic_programs_filter_system_calls),
};
TEST_MAIN(tests)
