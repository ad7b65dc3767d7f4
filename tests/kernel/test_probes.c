// SPDX-License-Identifier: BSD-2-Clause
/* Static probes of user programs, and structures of the kernel that programs implement. */
#include "test.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "kernel/sys.h"
#include "kernel/usdt.h"
#include "live.h"

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

static const struct CMUnitTest tests[] = {
	TEST(static_probes_run_with_their_arguments),
	TEST(missing_static_probes_get_the_nearest),
	TEST(operands_of_the_assembler_are_read),
	TEST(structures_are_registered_while_attached),
};
TEST_MAIN(tests)
