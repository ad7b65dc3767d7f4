// SPDX-License-Identifier: BSD-2-Clause
/* Which encodings are legal: RFC 9669's tables row by row, and the live kernel's word on opcodes.
 */
#include "test.h"

#include <errno.h>
#include <linux/bpf.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "isa/check.h"

static const struct {
	struct insn i;
	const char *why; /* NULL: legal */
} cases[] = {
	{ { 0xb7, 0, 0, 0, 1 }, NULL },
	{ { 0xb7, 0, 1, 0, 1 }, "source register" },
	{ { 0xb7, 11, 0, 0, 1 }, "no such register" },
	{ { 0xb7, 10, 0, 0, 1 }, "read only" },
	{ { 0xb7, 0, 0, 1, 1 }, "offset" },
	{ { 0xbf, 0, 10, 0, 0 }, NULL },
	{ { 0xbf, 0, 11, 0, 0 }, "no such register" },
	{ { 0xbf, 0, 1, 0, 1 }, "immediate" },
	{ { 0xbf, 0, 1, 8, 0 }, NULL },
	{ { 0xbf, 0, 1, 32, 0 }, NULL },
	{ { 0xbc, 0, 1, 16, 0 }, NULL },
	{ { 0xbc, 0, 1, 32, 0 }, "sign-extending" },
	{ { 0xbf, 0, 1, 24, 0 }, "sign-extending" },
	{ { 0xbf, 0, 1, 1, 1 }, NULL }, /* address space cast */
	{ { 0xbf, 0, 1, 1, 2 }, "address space" },
	{ { 0xbc, 0, 1, 1, 1 }, "immediate" },
	{ { 0x37, 0, 0, 0, 0 }, NULL }, /* the verifier's business */
	{ { 0x37, 0, 0, 1, 3 }, NULL },
	{ { 0x37, 0, 0, 2, 3 }, "division" },
	{ { 0x9f, 0, 1, 1, 0 }, NULL },
	{ { 0x0f, 0, 1, 1, 0 }, "offset" },
	{ { 0x67, 0, 0, 0, 64 }, NULL },
	{ { 0x87, 0, 0, 0, 0 }, NULL },
	{ { 0x8f, 0, 0, 0, 0 }, "unknown opcode" },
	{ { 0x87, 0, 1, 0, 0 }, "source register" },
	{ { 0x87, 0, 0, 0, 1 }, "immediate" },
	{ { 0xd4, 0, 0, 0, 16 }, NULL },
	{ { 0xdc, 0, 0, 0, 64 }, NULL },
	{ { 0xd7, 0, 0, 0, 32 }, NULL },
	{ { 0xdf, 0, 0, 0, 32 }, "unknown opcode" },
	{ { 0xd4, 0, 0, 0, 8 }, "byte swap" },
	{ { 0xe7, 0, 0, 0, 0 }, "unknown opcode" },
	{ { 0x61, 0, 1, 4, 0 }, NULL },
	{ { 0x61, 0, 1, 4, 1 }, "immediate" },
	{ { 0x81, 0, 1, 4, 0 }, NULL },
	{ { 0x99, 0, 1, 4, 0 }, "unknown opcode" },
	{ { 0x61, 10, 1, 4, 0 }, "read only" },
	{ { 0x62, 10, 0, -4, 9 }, NULL },
	{ { 0x62, 10, 1, -4, 9 }, "source register" },
	{ { 0x63, 10, 10, -4, 0 }, NULL },
	{ { 0x63, 10, 1, -4, 1 }, "immediate" },
	{ { 0xc3, 1, 2, 0, 0 }, NULL },
	{ { 0xdb, 1, 2, 0, 1 }, NULL },
	{ { 0xdb, 1, 10, 0, 1 }, "read only" },
	{ { 0xdb, 1, 10, 0, 0 }, NULL },
	{ { 0xdb, 1, 10, 0, 0xf1 }, NULL }, /* written to memory: r10 is only read */
	{ { 0xdb, 1, 2, 0, 0xf0 }, "unknown atomic" },
	{ { 0xdb, 1, 2, 0, 0x10 }, "unknown atomic" },
	{ { 0xd3, 1, 2, 0, 0 }, "8 or 16-bit" },
	{ { 0xcb, 1, 2, 0, 0xe1 }, "8 or 16-bit" },
	{ { 0xd3, 1, 2, 0, 0x100 }, NULL },
	{ { 0xd3, 10, 2, 0, 0x100 }, "read only" },
	{ { 0xcb, 10, 2, 0, 0x110 }, NULL },
	{ { 0x05, 0, 0, 3, 0 }, NULL },
	{ { 0x05, 0, 0, 3, 1 }, "immediate" },
	{ { 0x0d, 0, 0, 3, 0 }, "unknown opcode" },
	{ { 0x06, 0, 0, 0, 70000 }, NULL },
	{ { 0x06, 0, 0, 1, 70000 }, "offset" },
	{ { 0xe5, 0, 0, 3, 0 }, NULL },
	{ { 0xe5, 0, 1, 3, 0 }, "may_goto" },
	{ { 0xe6, 0, 0, 3, 0 }, "unknown opcode" },
	{ { 0x15, 10, 0, 3, 1 }, NULL },
	{ { 0x15, 1, 1, 3, 1 }, "source register" },
	{ { 0x1e, 1, 2, 3, 0 }, NULL },
	{ { 0x1e, 1, 2, 3, 4 }, "immediate" },
	{ { 0x85, 0, 0, 0, 1 }, NULL },
	{ { 0x85, 0, 2, 7, 1 }, NULL },
	{ { 0x85, 0, 1, 7, 1 }, "offset" },
	{ { 0x85, 0, 3, 0, 1 }, "source register" },
	{ { 0x85, 1, 0, 0, 1 }, "destination register" },
	{ { 0x86, 0, 0, 0, 1 }, "unknown opcode" },
	{ { 0x8d, 2, 0, 0, 0 }, NULL },
	{ { 0x8d, 0, 0, 0, 2 }, "immediate" },
	{ { 0x95, 0, 0, 0, 0 }, NULL },
	{ { 0x95, 0, 0, 0, 1 }, "immediate" },
	{ { 0x96, 0, 0, 0, 0 }, "unknown opcode" },
	{ { 0x20, 0, 0, 0, 12 }, NULL },
	{ { 0x38, 0, 0, 0, 12 }, "unknown opcode" },
	{ { 0x20, 1, 0, 0, 12 }, "destination register" },
	{ { 0x28, 0, 3, 0, 12 }, "source register" },
	{ { 0x48, 0, 3, 0, -12 }, NULL },
	{ { 0x48, 0, 3, 1, -12 }, "offset" },
	{ { 0x18, 0, 0, 0, 0 }, "missing" },
	{ { 0x00, 0, 0, 0, 0 }, "unknown opcode" },
};

static void accepts_and_rejects_by_the_tables(void **state)
{
	for (u32 i = 0; i < ARRAY_SIZE(cases); i++) {
		const char *why = insn_check(&cases[i].i, 1, 0);

		if (!cases[i].why && why)
			fail_msg("case %u, opcode %02x: refused: %s", i, cases[i].i.code, why);
		if (cases[i].why && (!why || !strstr(why, cases[i].why)))
			fail_msg("case %u, opcode %02x: expected '%s', got '%s'", i,
				 cases[i].i.code, cases[i].why, why ? why : "accepted");
	}
}

static void wide_immediates_have_a_clean_second_half(void **state)
{
	struct insn i[2] = { { 0x18, 1, 0, 0, 5 }, { 0, 0, 0, 0, 6 } };

	assert_null(insn_check(i, 2, 0));
	for (u8 src = 0; src < 16; src++) {
		i[0].src = src;
		i[1].imm = src == 0 || src == 2 || src == 3 || src == 6;
		if (src <= 6) {
			assert_null(insn_check(i, 2, 0));
			i[1].imm = 1;
			assert_int_equal(!insn_check(i, 2, 0),
					 src == 0 || src == 2 || src == 3 || src == 6);
		} else {
			assert_non_null(insn_check(i, 2, 0));
		}
	}
	i[0].src = 0;
	i[1].off = 1;
	assert_non_null(insn_check(i, 2, 0));
	i[1] = (struct insn){ .code = 0x95 };
	assert_non_null(insn_check(i, 2, 0));
}

/* 1: the kernel knows the opcode, 0: it says that it does not, < 0: -errno, cannot ask. */
static int kernel_knows(u8 code)
{
	static char log[65536];
	struct insn prog[3] = { { .code = code }, { .code = 0 }, { .code = 0x95 } };
	union bpf_attr attr = { 0 };
	int fd;

	if (code != 0x18)
		prog[1] = (struct insn){ 0xb7, 0, 0, 0, 0 };
	/* 8 and 16-bit atomics are known only with their two operations. */
	if ((code & 0xe7) == 0xc3)
		prog[0].imm = 0x100;
	if ((code & 0xf0) == 0xd0 && ((code & 7) == 4 || (code & 7) == 7))
		prog[0].imm = 16; /* a byte swap has a width */
	attr.prog_type = BPF_PROG_TYPE_SOCKET_FILTER;
	attr.insns = (uintptr_t)prog;
	attr.insn_cnt = 3;
	attr.license = (uintptr_t) "GPL";
	attr.log_buf = (uintptr_t)log;
	attr.log_size = sizeof(log);
	attr.log_level = 1;
	log[0] = 0;
	fd = (int)syscall(SYS_bpf, BPF_PROG_LOAD, &attr, sizeof(attr));
	if (fd >= 0) {
		close(fd);
		return 1;
	}
	if (errno == EPERM || errno == ENOSYS)
		return -errno;
	return !strstr(log, "unknown opcode") && !strstr(log, "reserved fields") &&
	       !strstr(log, "invalid BPF_LD") && !strstr(log, "unknown atomic");
}

/* Byte by byte over the opcode space. callx is the one that this library knows and Linux does not.
 */
static void opcodes_are_those_of_the_live_kernel(void **state)
{
	for (u32 code = 0; code < 256; code++) {
		struct insn i[2] = { { .code = (u8)code } };
		const char *why;
		int knows = kernel_knows((u8)code);

		if (knows < 0)
			test_skip("bpf(2) is not allowed here");
		if ((code & 0xe7) == 0xc3)
			i[0].imm = 0x100;
		if ((code & 0xf0) == 0xd0 && ((code & 7) == 4 || (code & 7) == 7))
			i[0].imm = 16;
		why = insn_check(i, 2, 0);
		if (code == CODE_CALLX) {
			assert_null(why);
			continue;
		}
		if ((why && !strcmp(why, "unknown opcode")) == knows)
			fail_msg("opcode %02x: the kernel %s, we say: %s", code,
				 knows ? "knows it" : "does not know it", why ? why : "legal");
	}
}

static const struct CMUnitTest tests[] = {
	TEST(accepts_and_rejects_by_the_tables),
	TEST(wide_immediates_have_a_clean_second_half),
	TEST(opcodes_are_those_of_the_live_kernel),
};

TEST_MAIN(tests)
