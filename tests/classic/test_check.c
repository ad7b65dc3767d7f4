// SPDX-License-Identifier: BSD-2-Clause
/* The checker: Linux's rules one by one, and the running kernel's verdict on random programs. */
#include "test.h"

#include "classic/live.h"
#include "classic/table.h"
#include "fuzz/gen_classic.h"

enum { RET = CBPF_RET | CBPF_K };

static int sockets[2] = { -1, -1 };

static void need_kernel(void)
{
	if (sockets[0] < 0 && socketpair(AF_UNIX, SOCK_DGRAM, 0, sockets))
		test_skip("no socket pair: %s", strerror(errno));
}

static void show(const struct cbpf_prog *prog)
{
	cbpf_print(prog, CBPF_LISTING, stderr);
}

static void agree(const struct cbpf_prog *prog)
{
	int kernel = live_attach(sockets[0], prog), ours = cbpf_check(prog, NULL);

	if (kernel == ours)
		return;
	show(prog);
	fail_msg("the kernel says %d, skep %d", kernel, ours);
}

static void every_code_has_the_kernels_verdict(void **state)
{
	static const u32 ks[] = { 0, 1, 2, 15, 16, 31, 32, 0x7fffffff, 0xffffffff };

	need_kernel();
	for (u32 code = 0; code < 0x400; code++) {
		for (u32 n = 0; n < ARRAY_SIZE(ks); n++) {
			struct cbpf_insn insns[] = {
				{ CBPF_ST, 0, 0, 0 },	    { CBPF_ST, 0, 0, 15 },
				{ (u16)code, 0, 1, ks[n] }, { RET, 0, 0, 1 },
				{ RET, 0, 0, 0 },
			};
			struct cbpf_prog prog = { insns, ARRAY_SIZE(insns) };

			agree(&prog);
		}
	}
}

static void every_ancillary_offset_has_the_kernels_verdict(void **state)
{
	static const u16 codes[] = { 0x20, 0x28, 0x30, 0x40, 0x48, 0x50, 0xb1 };

	need_kernel();
	for (u32 c = 0; c < ARRAY_SIZE(codes); c++) {
		for (u32 k = CBPF_AD - 2; k != 0; k++) {
			struct cbpf_insn insns[] = { { codes[c], 0, 0, k }, { RET, 0, 0, 1 } };
			struct cbpf_prog prog = { insns, ARRAY_SIZE(insns) };

			if (k > CBPF_AD + 80 && k < -80u)
				continue;
			agree(&prog);
		}
	}
}

static void lengths_end_at_4096(void **state)
{
	struct cbpf_insn *insns = calloc(CBPF_MAX_INSNS + 1, sizeof(*insns));

	need_kernel();
	assert_non_null(insns);
	for (u32 k = 0; k <= CBPF_MAX_INSNS; k++)
		insns[k] = (struct cbpf_insn){ RET, 0, 0, 1 };
	agree(&(struct cbpf_prog){ insns, 0 });
	agree(&(struct cbpf_prog){ insns, CBPF_MAX_INSNS });
	agree(&(struct cbpf_prog){ insns, CBPF_MAX_INSNS + 1 });
	assert_int_equal(cbpf_check(&(struct cbpf_prog){ insns, CBPF_MAX_INSNS }, NULL), 0);
	free(insns);
}

static void random_programs_have_the_kernels_verdict(void **state)
{
	const char *wanted = getenv("SKEP_CLASSIC_PROGS");
	u32 rounds = wanted ? (u32)atoi(wanted) : 100000, accepted = 0;
	struct gen_classic g = { .state = 0x5eed5eed1234567, .ancillary = true, .relative = true };
	struct cbpf_insn insns[GEN_CLASSIC_MAX];
	struct cbpf_prog prog = { insns, 0 };

	need_kernel();
	for (u32 n = 0; n < rounds; n++) {
		gen_classic_prog(&g, &prog);
		agree(&prog);
		accepted += !cbpf_check(&prog, NULL);
	}
	printf("# %u programs, %u accepted\n", rounds, accepted);
	assert_true(accepted > rounds / 10 && accepted < rounds / 10 * 9);
}

static void refusals_name_the_instruction(void **state)
{
	struct cbpf_insn insns[] = { { 0x60, 0, 0, 3 }, { RET, 0, 0, 1 } };
	struct cbpf_prog prog = { insns, 2 };
	struct diag d;

	diag_init(&d);
	assert_int_equal(cbpf_check(&prog, &d), -EINVAL);
	assert_non_null(strstr(d.first->text, "instruction 0"));
	assert_non_null(strstr(d.first->text, "M[3]"));
	diag_fini(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(every_code_has_the_kernels_verdict),
		TEST(every_ancillary_offset_has_the_kernels_verdict),
		TEST(lengths_end_at_4096),
		TEST(random_programs_have_the_kernels_verdict),
		TEST(refusals_name_the_instruction),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
