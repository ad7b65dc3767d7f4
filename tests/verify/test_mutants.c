// SPDX-License-Identifier: BSD-2-Clause
/*
 * Programs with one or two instructions changed: what skep and the running kernel say of each. The
 * programs are the cases; mutants are where verifiers go wrong without anyone having thought of it.
 *
 *     test_mutants                   one mutant of every case, the same ones each time
 *     test_mutants COUNT SEED [NAME] so many; of the cases whose names begin with NAME
 *     test_mutants COUNT SEED FILE.o of the programs of an object
 */
#include "test.h"

#include <errno.h>
#include <unistd.h>

#include "base/hash.h"
#include "cases.h"
#include "verify/verify.h"

static const char *const texts[] = { CASE_TEXTS };
static const char *const objects[] = { CASE_OBJECTS };

struct mutants {
	u32 per_case;
	u64 seed;
	bool counts; /* show where the processed instructions differ */
	const char *chosen;
	u32 asked, agree, strict, lax, accepted, same_insns;
};

static u64 random_next(u64 *s)
{
	*s ^= *s << 13;
	*s ^= *s >> 7;
	*s ^= *s << 17;
	return *s;
}

static u32 below(u64 *s, u32 n)
{
	return (u32)(random_next(s) >> 20) % n;
}

static s32 number(u64 *s)
{
	static const s32 known[] = { 0,	 1,   -1,  2,	 3,	4,	   7,
				     8,	 -8,  16,  -16,	 31,	32,	   63,
				     64, 255, 512, 4096, 65535, INT32_MAX, INT32_MIN };

	return known[below(s, ARRAY_SIZE(known))];
}

static u8 other_op(u64 *s, u8 code)
{
	u8 class = INSN_CLASS(code);

	if (class == CLASS_ALU || class == CLASS_ALU64)
		return (u8)(class | INSN_SRC(code) | below(s, 13) << 4);
	if ((class == CLASS_JMP || class == CLASS_JMP32) && INSN_OP(code) != 0x80 &&
	    INSN_OP(code) != 0x90 && code != CODE_JA && code != CODE_JA32)
		return (u8)((below(s, 2) ? CLASS_JMP : CLASS_JMP32) | INSN_SRC(code) |
			    (1 + below(s, 13)) << 4);
	if (class == CLASS_LDX || class == CLASS_ST || class == CLASS_STX)
		return (u8)((code & ~0x18) | below(s, 4) << 3);
	return code ^ 4; /* 32 or 64 bits */
}

static bool is_alu(const struct insn *i)
{
	return INSN_CLASS(i->code) == CLASS_ALU || INSN_CLASS(i->code) == CLASS_ALU64;
}

static bool is_atomic(const struct insn *i)
{
	return INSN_CLASS(i->code) == CLASS_STX && INSN_MODE(i->code) == MODE_ATOMIC;
}

static bool has_source(const struct insn *i)
{
	u8 class = INSN_CLASS(i->code);

	return class == CLASS_LDX || class == CLASS_STX || (class != CLASS_ST && INSN_SRC(i->code));
}

/*
 * Change the instruction at i, mostly into a well-formed one; never the second half of a wide one,
 * never what is relocated.
 */
static void mutate(u64 *s, struct insn *i)
{
	bool source = has_source(i), jump = insn_is_jump(i), goes = i->code == CODE_JA;

	switch (below(s, 10)) {
	case 0:
	case 1:
		if (source && !is_atomic(i))
			i->src = below(s, REG_COUNT);
		else if (!goes)
			i->imm = number(s);
		break;
	case 2:
		if (!source && !goes)
			i->imm = (s32)((u32)i->imm + (below(s, 2) ? 1u : -1u));
		else
			i->src = below(s, REG_COUNT);
		break;
	case 3:
	case 4:
		if (is_alu(i))
			i->dst = below(s, REG_FP);
		else
			i->off = (s16)(i->off + (below(s, 2) ? 1 : -1) * (1 << below(s, 4)));
		break;
	case 5:
		if (!goes)
			i->dst = below(s, REG_COUNT);
		break;
	case 6:
		if (is_alu(i))
			i->code ^= 3; /* 32 or 64 bits: classes 4 and 7 */
		else if (!goes)
			i->code = other_op(s, i->code);
		break;
	case 7:
		if (!goes)
			i->code = other_op(s, i->code);
		break;
	case 8: /* the other kind of operand */
		if ((is_alu(i) || jump) && !goes && i->code != CODE_JA32 && i->code != CODE_JCOND) {
			i->code ^= SRC_X;
			i->src = INSN_SRC(i->code) ? below(s, REG_COUNT) : 0;
			i->imm = INSN_SRC(i->code) ? 0 : number(s);
		}
		break;
	default:
		*i = (struct insn){ .code = CODE_JA }; /* gone */
		break;
	}
}

static bool may_change(const struct obj_prog *prog, u32 at)
{
	const struct insn *i = &prog->insns[at];

	if (i->code == CODE_LD_IMM64 || (at && prog->insns[at - 1].code == CODE_LD_IMM64) ||
	    i->code == CODE_EXIT || i->code == CODE_CALL)
		return false;
	for (u32 r = 0; r < prog->ref_count; r++) {
		if (prog->refs[r].insn == at)
			return false;
	}
	return true;
}

static void print_mutant(const struct one_case *c, const struct insn *now)
{
	for (u32 i = 0; i < c->prog->insn_count; i++) {
		const struct insn *was = &c->prog->insns[i];

		if (memcmp(was, &now[i], sizeof(*was)))
			printf("#      %u: %02x dst %u src %u off %d imm %d -> %02x dst %u src %u "
			       "off %d imm %d\n",
			       i, was->code, was->dst, was->src, was->off, was->imm, now[i].code,
			       now[i].dst, now[i].src, now[i].off, now[i].imm);
	}
}

static void ask_both(struct mutants *m, struct kload *k, const struct one_case *c,
		     const struct obj_prog *prog)
{
	struct verify_opts opts = { .unpriv = c->as == KLOAD_NOBODY,
				    .no_perfmon = c->as == KLOAD_BPF,
				    .strict_align = c->flags & KLOAD_STRICT,
				    .test_state_freq = c->flags & KLOAD_FREQ,
				    .kernel = kload_types() };
	struct verify_result *ours = NULL;
	struct kload_result r;
	struct diag d;

	if (kload_prog(k, prog, c->flags, c->as, &r) || (r.err && !r.log[0]))
		return;
	diag_init(&d);
	if (!verify_prog(&ours, c->obj, prog, &opts, &d) || !ours) {
		bool accept = ours && ours->accepted;

		m->asked++;
		m->agree += accept == !r.err;
		m->strict += !accept && !r.err;
		m->lax += accept && r.err;
		m->accepted += accept && !r.err;
		m->same_insns += accept && !r.err && ours->processed == r.insns;
		if (accept != !r.err) {
			const char *last = strrchr(r.log, '\n');

			printf("# %s: %s; the kernel: %s\n", c->name,
			       accept	 ? "accept"
			       : d.first ? d.first->text
					 : "no verdict",
			       r.err ? last ? last + 1 : r.log : "accept");
			print_mutant(c, prog->insns);
		} else if (m->counts && accept && ours->processed != r.insns) {
			printf("# %s: %u processed; the kernel: %u\n", c->name, ours->processed,
			       r.insns);
			print_mutant(c, prog->insns);
		}
	}
	verify_result_free(ours);
	diag_fini(&d);
}

static void mutants_of(const struct one_case *c, void *arg)
{
	struct mutants *m = arg;
	struct obj_prog copy = *c->prog;
	u64 seed = hash_bytes(c->name, strlen(c->name), m->seed) | 1; /* of each its own */
	size_t bytes = sizeof(struct insn) * copy.insn_count;
	struct kload k;

	if (c->mitigations || (m->chosen && strncmp(c->name, m->chosen, strlen(m->chosen))) ||
	    kload_open(&k, c->obj))
		return;
	copy.insns = malloc(bytes);
	for (u32 n = 0; n < m->per_case; n++) {
		u32 changes = 1 + below(&seed, 2);

		memcpy(copy.insns, c->prog->insns, bytes);
		for (u32 j = 0; j < changes; j++) {
			u32 at = below(&seed, copy.insn_count);

			if (may_change(c->prog, at))
				mutate(&seed, &copy.insns[at]);
		}
		if (memcmp(copy.insns, c->prog->insns, bytes))
			ask_both(m, &k, c, &copy);
	}
	free(copy.insns);
	kload_close(&k);
}

static void print_totals(const struct mutants *m)
{
	printf("# %u mutants: %u verdicts agree, %u refused by skep only, %u by the kernel only; "
	       "of "
	       "%u accepted by both %u with the same number of processed instructions\n",
	       m->asked, m->agree, m->strict, m->lax, m->accepted, m->same_insns);
}

static void run(struct mutants *m)
{
	for (u32 i = 0; i < ARRAY_SIZE(texts); i++)
		cases_text(texts[i], mutants_of, m);
	for (u32 i = 0; i < ARRAY_SIZE(objects) && kload_types(); i++)
		cases_object(objects[i], mutants_of, m);
	print_totals(m);
}

static void verdicts_of_mutants(void **state)
{
	struct mutants m = { .per_case = 1, .seed = 20261121 };

	if (!kload_can())
		test_skip("loading programs needs CAP_BPF and more");
	run(&m);
	assert_true(m.agree * 1000 >= m.asked * 995);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = { TEST(verdicts_of_mutants) };
	struct mutants m = { .seed = 1, .counts = true };

	if (argc > 2) {
		m.per_case = (u32)strtoul(argv[1], NULL, 0);
		m.seed = strtoull(argv[2], NULL, 0) * 0x9e3779b97f4a7c15ULL + 1;
		m.chosen = argc > 3 ? argv[3] : NULL;
		if (m.chosen && access(m.chosen, R_OK) == 0) {
			char *file = argv[3];

			m.chosen = NULL;
			cases_any_object(file, mutants_of, &m);
			print_totals(&m);
			return 0;
		}
		run(&m);
		return 0;
	}
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
