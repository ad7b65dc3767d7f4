// SPDX-License-Identifier: BSD-2-Clause
/*
 * Random programs give the same R0, memory and stack as machine code, with checks and without, and
 * in the fast interpreter. SKEP_JIT_PROGRAMS and SKEP_JIT_SEED change how many and from which seed.
 */
#include "../vm/vmtest.h"

#include "base/buf.h"
#include "gen.h"
#include "isa/disasm.h"
#include "jit/jit.h"

enum { PROGRAMS = 20000, LISTED = 400 };

static u64 mix(void *arg, u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)
{
	return r1 + 3 * r2 + 5 * r3 + 7 * r4 + 11 * r5;
}

static const struct vm_helper *vmtest_helper(const struct vm_env *env, const struct obj_prog *prog,
					     u32 id, u32 insn, struct diag *d)
{
	static const struct vm_helper helper5 = { .fn = mix, .custom = true };

	return id == 5 ? &helper5 : NULL;
}

struct outcome {
	u64 r0;
	int err;
	u8 memory[GEN_MEMORY];
	u8 stack[MAX_FRAMES][GEN_STACK];
};

static void run(struct vmtest *t, u64 seed, bool checked, struct outcome *out)
{
	static u8 memory[GEN_MEMORY] __attribute__((aligned(16)));
	u32 fill = (u32)seed | 1;

	for (u32 k = 0; k < GEN_MEMORY; k++)
		memory[k] = (u8)((fill = fill * 1664525 + 1013904223) >> 24);
	memset(t->run.stack, 0, sizeof(t->run.stack));
	t->run.allow_uninit_stack = true;
	t->run.regions[0] = (struct vm_region){ (u64)(uintptr_t)memory, GEN_MEMORY, REGION_MEMORY,
						VM_READ | VM_WRITE };
	t->run.region_count = 1;
	out->r0 = 0;
	out->err = vmtest_run(t, checked, (u64)(uintptr_t)memory, GEN_MEMORY, &out->r0);
	memcpy(out->memory, memory, GEN_MEMORY);
	for (u32 f = 0; f < MAX_FRAMES; f++)
		memcpy(out->stack[f], t->run.stack[f] + sizeof(t->run.stack[f]) - GEN_STACK,
		       GEN_STACK);
}

static void list(const struct insn *insns, u32 count)
{
	for (u32 k = 0; k < count && k < LISTED; k++) {
		struct buf text = { 0 };

		disasm_insn(&text, insns, count, k, NULL);
		printf("# %4u: %s\n", k, buf_str(&text));
		k += insn_is_wide(&insns[k]);
		buf_fini(&text);
	}
}

static const struct jit_opts modes[] = {
	{ 0 },
	{ .checked = true },
	{ .blind = true },
	{ .checked = true, .blind = true },
};
static u32 with_checks;

static bool same(u64 seed)
{
	static struct insn insns[GEN_SLOTS];
	static struct vmtest t;
	static struct outcome want, got;
	const char *why = NULL;
	u32 count = gen_machine(seed, insns);
	bool ok = true;

	memset(&t, 0, sizeof(t));
	assert_true(count <= GEN_SLOTS);
	if (vmtest_open(&t, insns, count, PROG_UNSPEC)) {
		printf("# seed %llu: %s\n", (unsigned long long)seed, t.d.first->text);
		list(insns, count);
		return false;
	}
	run(&t, seed, false, &want);
	for (u32 m = 0; m < ARRAY_SIZE(modes) && ok; m++) {
		bool checked = modes[m].checked;
		int err;

		if (t.vm->native)
			t.vm->native->destroy(t.vm->native);
		t.vm->native = NULL;
		err = jit_compile(t.vm, &modes[m], &why);
		with_checks += checked && !err;
		assert_true(!err || checked);
		run(&t, seed, checked, &got);
		ok = want.err == got.err && want.r0 == got.r0 &&
		     !memcmp(want.memory, got.memory, sizeof(want.memory)) &&
		     !memcmp(want.stack, got.stack, sizeof(want.stack));
		if (ok)
			continue;
		printf("# seed %llu: interpreter %d 0x%llx, machine code%s%s %d 0x%llx %s\n",
		       (unsigned long long)seed, want.err, (unsigned long long)want.r0,
		       checked ? " with checks" : "", modes[m].blind ? ", blinded" : "", got.err,
		       (unsigned long long)got.r0, got.err ? t.run.fault.text : "");
		list(insns, count);
	}
	vmtest_close(&t);
	return ok;
}

static u64 setting(const char *name, u64 usual)
{
	const char *text = getenv(name);

	return text ? strtoull(text, NULL, 0) : usual;
}

static void random_programs_agree_with_the_interpreter(void **state)
{
	u64 first = setting("SKEP_JIT_SEED", 1), programs = setting("SKEP_JIT_PROGRAMS", PROGRAMS);
	u32 bad = 0;

	if (!jit_available())
		test_skip("there is no compiler for this machine");
	for (u64 seed = first; seed < first + programs && !bad; seed++)
		bad += !same(seed);
	printf("# %u of %llu with checks, too\n", with_checks / 2, (unsigned long long)programs);
	printf("# %llu programs from seed %llu\n", (unsigned long long)programs,
	       (unsigned long long)first);
	assert_int_equal(bad, 0);
}

static const struct CMUnitTest tests[] = {
	TEST(random_programs_agree_with_the_interpreter),
};
TEST_MAIN(tests)
