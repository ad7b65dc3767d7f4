// SPDX-License-Identifier: BSD-2-Clause
/*
 * Accepted programs made shorter: what is dropped, and that the result is the same program. (That
 * they also behave the same is held by progs/differential, which runs them beside the live kernel.)
 */
#include "test.h"

#include <skep/skep.h>

#include "verify/fixup.h"

struct short_prog {
	struct skep_object *handle;
	const struct object *obj;
	struct obj_prog out;
	struct verify_result *r;
};

static void shorten(struct short_prog *s, const char *text)
{
	struct skep_source src = { .name = "t", .data = text, .len = strlen(text) };
	struct skep_diag *diag = skep_diag_new();

	memset(s, 0, sizeof(*s));
	assert_int_equal(skep_open(&s->handle, SKEP_ASM, src, NULL, diag), 0);
	s->obj = (const struct object *)s->handle;
	assert_int_equal(verify_prog(&s->r, s->obj, &s->obj->progs[0], NULL, NULL), 0);
	assert_true(s->r->accepted);
	assert_int_equal(fixup_prog(&s->out, s->r, &s->obj->progs[0]), 0);
	skep_diag_free(diag);
}

static void end(struct short_prog *s)
{
	verify_result_free(s->r);
	skep_object_free(s->handle);
}

static void assert_text(const struct short_prog *s, const char *want)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	skep_disasm((const struct skep_insn *)s->out.insns, s->out.insn_count, 0, out);
	fclose(out);
	assert_string_equal(text, want);
	free(text);
}

static void code_behind_a_branch_that_is_never_taken_goes(void **state)
{
	struct short_prog s;

	shorten(&s, ".prog p type=xdp\n"
		    "r1 = 5\n"
		    "if r1 == 6 goto other\n"
		    "r0 = 2\n"
		    "exit\n"
		    "other: r0 = 1\n"
		    "exit\n");
	assert_text(&s, "r1 = 5\nr0 = 2\nexit\n");
	assert_int_equal(s.out.insn_count, 3);
	for (u32 i = 0; i < 3; i++)
		assert_true(s.r->facts[i].seen);
	end(&s);
}

static void a_branch_always_taken_is_a_jump_or_nothing(void **state)
{
	struct short_prog s;

	shorten(&s, ".prog p type=xdp\n"
		    "r6 = r1\n"
		    "call get_prandom_u32\n"
		    "if r0 == 7 goto b\n"
		    "r0 = 1\n"
		    "r1 = 5\n"
		    "if r1 == 5 goto c\n"
		    "b: r0 = 2\n"
		    "c: exit\n");
	assert_int_equal(s.out.insns[5].code, CODE_JA);
	assert_int_equal(s.out.insns[5].off, 1);
	end(&s);
	shorten(&s, ".prog p type=xdp\n"
		    "r1 = 5\n"
		    "if r1 == 5 goto b\n"
		    "r0 = 7\n"
		    "b: r0 = 2\n"
		    "exit\n");
	assert_text(&s, "r1 = 5\nr0 = 2\nexit\n");
	end(&s);
}

static void jumps_and_calls_still_meet_their_targets(void **state)
{
	struct short_prog s;

	shorten(&s, ".prog p type=xdp\n"
		    "r1 = 3\n"
		    "if r1 != 3 goto dead\n"
		    "call f\n"
		    "if r0 == 0 goto out\n"
		    "r0 = 2\n"
		    "out: exit\n"
		    "dead: r0 = 0\n"
		    "exit\n"
		    "f: call get_prandom_u32\n"
		    "exit\n");
	assert_int_equal(s.out.insn_count, 7);
	assert_int_equal(s.out.insns[1].code, CODE_CALL);
	assert_int_equal(s.out.insns[1].imm, 3); /* to slot 5 */
	assert_int_equal(s.out.insns[2].off, 1);
	end(&s);
}

static void a_callback_that_is_never_called_goes_and_its_address_stays_a_functions(void **state)
{
	struct short_prog s;

	shorten(&s, ".prog p type=xdp\n"
		    "r1 = 0\n"
		    "r2 = subprog[f]\n"
		    "r3 = 0\n"
		    "r4 = 0\n"
		    "call bpf_loop\n"
		    "r0 = 2\n"
		    "exit\n"
		    ".func f\n"
		    "r0 = 0\n"
		    "exit\n");
	assert_int_equal(s.out.insn_count, 8);
	assert_int_equal(s.out.insns[1].src, PSEUDO_FUNC);
	assert_int_equal(1 + 1 + s.out.insns[1].imm, 0);
	end(&s);
}

static void loads_of_constants_are_constants(void **state)
{
	struct short_prog s;

	shorten(&s, ".rodata\n"
		    "low: .word 0xfffffffd\n"
		    "high: .word 0\n"
		    ".prog p type=xdp\n"
		    "r1 = &low\n"
		    "r2 = *(s32 *)(r1 +0)\n"
		    "r0 = *(u32 *)(r1 +4)\n"
		    "exit\n");
	assert_int_equal(s.out.insn_count, 5);
	assert_int_equal(s.out.insns[2].code, CODE_MOV);
	assert_int_equal(s.out.insns[2].imm, -3);
	assert_int_equal(s.out.insns[3].code, CODE_MOV);
	assert_int_equal(s.out.insns[3].imm, 0);
	end(&s);
}

/* Linux 6.18 believes that it is, and drops the last branch: with 0xff00 it returns 2. */
static void a_number_filled_with_its_sign_is_not_the_number_that_was_spilled(void **state)
{
	static const char text[] = ".prog p type=xdp\n"
				   "r0 = 0\n"
				   "r2 = *(u32 *)(r1 +0)\n"
				   "r3 = *(u32 *)(r1 +4)\n"
				   "r4 = r2\n"
				   "r4 += 14\n"
				   "if r4 > r3 goto out\n"
				   "r6 = *(u16 *)(r2 +0)\n"
				   "*(u64 *)(r10 -8) = r6\n"
				   "r3 = *(s16 *)(r10 -8)\n"
				   "r0 = 1\n"
				   "if r6 < 0x100 goto out\n"
				   "r0 = 2\n"
				   "if r3 s> 0 goto out\n"
				   "r0 = 3\n"
				   "out: exit\n";
	static const u8 packet[64] = { 0x00, 0xff };
	struct skep_source src = { .name = "t", .data = text, .len = strlen(text) };
	struct skep_run run = { .size = sizeof(run), .data_in = packet, .data_in_len = 64 };
	struct skep_object *obj;
	struct skep_engine *engine;
	struct skep_unit *unit;

	assert_int_equal(skep_open(&obj, SKEP_ASM, src, NULL, NULL), 0);
	assert_int_equal(skep_engine_new(&engine, "user", NULL), 0);
	assert_int_equal(skep_load(&unit, engine, obj, NULL, NULL), 0);
	assert_int_equal(skep_prog_run(skep_prog_find(unit, NULL), &run, NULL), 0);
	assert_int_equal(run.result, 3);
	skep_unit_free(unit);
	skep_engine_free(engine);
	skep_object_free(obj);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(code_behind_a_branch_that_is_never_taken_goes),
		TEST(a_branch_always_taken_is_a_jump_or_nothing),
		TEST(jumps_and_calls_still_meet_their_targets),
		TEST(a_callback_that_is_never_called_goes_and_its_address_stays_a_functions),
		TEST(loads_of_constants_are_constants),
		TEST(a_number_filled_with_its_sign_is_not_the_number_that_was_spilled),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
