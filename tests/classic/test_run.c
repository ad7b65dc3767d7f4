// SPDX-License-Identifier: BSD-2-Clause
/*
 * The interpreter against the running kernel. A datagram that a socket filter accepts is cut to
 * the filter's result, so its length tells the result: programs are changed to answer one byte of
 * it, plus 1, and run once for each byte.
 */
#include "test.h"

#include "classic/live.h"
#include "fuzz/gen_classic.h"

static int sockets[2] = { -1, -1 };

static void need_kernel(void)
{
	if (sockets[0] < 0 && socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, sockets))
		test_skip("no socket pair: %s", strerror(errno));
}

/* `out` is `prog` where every return of A answers 1 + byte number `byte` of it; the jumps of
 * `prog` must be short enough. Returns of constants stay. */
static void answer_byte(struct cbpf_prog *out, const struct cbpf_prog *prog, u32 byte)
{
	u32 places[GEN_CLASSIC_MAX + 1], at = 0;

	for (u32 k = 0; k < prog->count; k++) {
		places[k] = at;
		at += prog->insns[k].code == (CBPF_RET | CBPF_A) ? 4 : 1;
	}
	out->count = at;
	at = 0;
	for (u32 k = 0; k < prog->count; k++) {
		struct cbpf_insn i = prog->insns[k];

		if (i.code == (CBPF_RET | CBPF_A)) {
			out->insns[at++] = (struct cbpf_insn){ 0x74, 0, 0, byte * 8 };
			out->insns[at++] = (struct cbpf_insn){ 0x54, 0, 0, 255 };
			out->insns[at++] = (struct cbpf_insn){ 0x04, 0, 0, 1 };
		} else if (i.code == (CBPF_JMP | CBPF_JA)) {
			i.k = places[k + 1 + i.k] - at - 1;
		} else if ((i.code & 7) == CBPF_JMP) {
			i.jt = (u8)(places[k + 1 + i.jt] - at - 1);
			i.jf = (u8)(places[k + 1 + i.jf] - at - 1);
		}
		out->insns[at++] = i;
	}
}

/* What the kernel makes of a datagram: its length, 0 when it is dropped. */
static u32 kernel_run(const struct cbpf_prog *prog, const u8 *data, u32 len)
{
	u8 room[GEN_CLASSIC_PACKET];
	ssize_t got;

	assert_int_equal(live_attach(sockets[0], prog), 0);
	assert_int_equal(send(sockets[1], data, len, 0), len);
	got = recv(sockets[0], room, sizeof(room), 0);
	return got < 0 ? 0 : (u32)got;
}

static void random_programs_answer_as_the_kernel_does(void **state)
{
	const char *wanted = getenv("SKEP_CLASSIC_RUNS");
	u32 rounds = wanted ? (u32)atoi(wanted) : 25000, passed = 0;
	struct gen_classic g = { .state = 0x1993abcdef, .valid = true };
	struct cbpf_insn insns[GEN_CLASSIC_MAX], changed[GEN_CLASSIC_MAX * 4];
	struct cbpf_prog prog = { insns, 0 }, one = { changed, 0 };
	u8 data[GEN_CLASSIC_PACKET];

	need_kernel();
	for (u32 n = 0; n < rounds; n++) {
		struct cbpf_packet packet = { .data = data,
					      .len = sizeof(data),
					      .wire_len = sizeof(data) };

		for (u32 k = 0; k < sizeof(data); k++)
			data[k] = (u8)gen_classic_random(&g, gen_classic_random(&g, 2) ? 256 : 12);
		gen_classic_prog(&g, &prog);
		for (u32 byte = 0; byte < 4; byte++) {
			u32 ours, kernel;

			answer_byte(&one, &prog, byte);
			kernel = kernel_run(&one, data, sizeof(data));
			ours = MIN(cbpf_run(&one, &packet), (u32)sizeof(data));
			if (kernel != ours) {
				cbpf_print(&one, CBPF_LISTING, stderr);
				fail_msg("program %u: the kernel says %u, skep %u", n, kernel,
					 ours);
			}
			passed += ours != 0;
		}
	}
	printf("# %u runs, %u answered other than 0\n", rounds * 4, passed);
	assert_true(passed > rounds);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(random_programs_answer_as_the_kernel_does),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
