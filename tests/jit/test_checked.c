// SPDX-License-Identifier: BSD-2-Clause
/*
 * Machine code with checks against the checked interpreter: random programs of the kind that
 * fuzz_vm runs, most of which fault. Both start from the same process image (fork), so that
 * addresses are the same, too: result, fault with all its words and registers, number of
 * instructions, packet and maps must be equal. SKEP_JIT_PROGRAMS and SKEP_JIT_SEED: how many, from
 * which seed.
 */
#include "test.h"

#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "engine/hold.h"
#include "fuzz/gen_vm.h"
#include "isa/disasm.h"
#include "jit/jit.h"
#include "user/run.h"
#include "vm/op.h"

enum { PROGRAMS = 4000, BYTES = 1 + 8 * 60, PACKET = 96, BUDGET = 3000 };

struct after {
	bool done;
	int err;
	u64 result, insns, data_len;
	u8 data[4 * PACKET];
	u8 maps[3][4][24]; /* globals, array, hash: keys 0 to 3 */
	struct vm_fault fault;
	u64 reg[REG_COUNT]; /* fault's, which keeps zeros */
	u16 reg_init;
};

static struct after *shared; /* two: interpreter, machine code */
static u32 faults, interpreted;

static u64 next_random(u64 *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

/* More of what keeps a program alive than bytes alone would give. */
static size_t bytes_of(u64 seed, u8 *out)
{
	u64 state = seed * 0x9e3779b97f4a7c15 + 1;
	size_t len = 1 + 8 * (1 + next_random(&state) % 59);

	for (size_t k = 0; k < len; k++)
		out[k] = (u8)(next_random(&state) >> 32);
	for (size_t k = 1; k < len; k += 8) {
		u64 r = next_random(&state) >> 20;

		if (out[k] % 12 >= 1 && out[k] % 12 <= 5 && r % 4) { /* an access near a base */
			static const u8 bases[] = { 10, 9, 7, 9 };
			u8 base = bases[r / 4 % 4];

			out[k + 1] = out[k] % 12 == 1 ? (u8)(16 * base + r / 64 % 6)
						      : (u8)(base + 16 * (r / 64 % 10));
			out[k + 2] = base == 10 ? (u8) - (8 + 8 * (r / 1024 % 8)) : r / 1024 % 12;
		}
	}
	return len;
}

/* Time, random numbers, process ids, addresses that the allocator picks while it runs. */
static void same_every_time(struct gen_vm *p)
{
	for (u32 k = 0; k < p->count; k++) {
		struct insn *i = &p->insns[k];

		if (insn_is_wide(i))
			k++;
		else if (i->code == CODE_CALL && (i->imm == 5 || i->imm == 7 || i->imm == 14))
			i->imm = 8;
	}
}

static struct skep_unit *load(const struct gen_vm *p, struct skep_engine *eng,
			      struct skep_object **obj)
{
	const struct skep_prog_def prog = { .name = "main",
					    .type = p->type,
					    .insns = (const struct skep_insn *)p->insns,
					    .insn_count = p->count,
					    .refs = p->refs,
					    .ref_count = p->ref_count };
	const struct skep_object_def def = { .size = sizeof(def),
					     .license = "GPL",
					     .maps = gen_vm_maps,
					     .map_count = GEN_VM_MAPS,
					     .progs = &prog,
					     .prog_count = 1 };
	const struct skep_load_opts opts = { .size = sizeof(opts),
					     .exec = SKEP_EXEC_CHECKED_JIT,
					     .budget = BUDGET,
					     .allow_uninit_stack = p->flags & 1 };
	struct skep_unit *unit = NULL;
	u32 zero = 0, inner = GEN_VM_INNER;
	struct hold *hold;

	if (skep_object_build(obj, &def, NULL) || skep_load(&unit, eng, *obj, &opts, NULL))
		return NULL;
	skep_map_set(skep_map_find(unit, "progs"), &zero, &zero, 0);
	skep_map_set(skep_map_find(unit, "outer"), &zero, &inner, 0);
	hold = hold_enter((struct unit_prog *)(void *)skep_prog_find(unit, NULL));
	run_take(NULL); /* both children have this one, and its packet buffer */
	hold_leave(hold);
	return unit;
}

static void run(struct skep_unit *unit, struct after *out)
{
	static const char *const names[] = { "globals", "array", "hash" };
	const struct vm_run *vm = &((struct user_run *)hold_last_state())->vm;
	u8 packet[PACKET];
	struct skep_run r = { .size = sizeof(r),
			      .data_in = packet,
			      .data_in_len = sizeof(packet),
			      .data_out = out->data,
			      .data_out_cap = sizeof(out->data),
			      .repeat = 2 };

	for (u32 k = 0; k < sizeof(packet); k++)
		packet[k] = (u8)(k * 7);
	packet[12] = 8;
	packet[13] = 0;
	packet[14] = 0x45;
	out->err = skep_prog_run(skep_prog_find(unit, NULL), &r, NULL);
	out->result = r.result;
	out->insns = vm->insns;
	out->data_len = r.data_out_len;
	for (u32 m = 0; m < 3; m++) {
		for (u32 key = 0; key < 4; key++)
			skep_map_get(skep_map_find(unit, names[m]), &key, out->maps[m][key]);
	}
	if (out->err) {
		out->fault = vm->fault;
		memcpy(out->reg, vm->fault.reg, sizeof(out->reg));
		out->reg_init = vm->fault.reg_init;
		memset(out->fault.reg, 0, sizeof(out->fault.reg));
		out->fault.reg_init = 0;
	}
	out->done = true;
}

static void run_in_child(struct skep_unit *unit, bool native, struct after *out)
{
	pid_t child;

	memset(out, 0, sizeof(*out));
	child = fork();
	assert_true(child >= 0);
	if (!child) {
		const struct unit_prog *prog = (const void *)skep_prog_find(unit, NULL);

		if (!native)
			((struct user_prog *)prog->impl)->vm->native = NULL;
		run(unit, out);
		_exit(0);
	}
	waitpid(child, NULL, 0);
}

static void list(const struct gen_vm *p)
{
	for (u32 k = 0; k < p->count; k++) {
		struct buf text = { 0 };

		disasm_insn(&text, p->insns, p->count, k, NULL);
		printf("# %4u: %s\n", k, buf_str(&text));
		k += insn_is_wide(&p->insns[k]);
		buf_fini(&text);
	}
	for (u32 k = 0; k < 2; k++) {
		printf("# %s: %d 0x%llx after %llu\n# at %u: %s\n#",
		       k ? "machine code" : "interpreter", shared[k].err,
		       (unsigned long long)shared[k].result, (unsigned long long)shared[k].insns,
		       shared[k].fault.insn, shared[k].fault.text);
		for (u32 r = 0; r < REG_COUNT; r++) {
			if (shared[k].reg_init >> r & 1)
				printf(" r%u=0x%llx", r, (unsigned long long)shared[k].reg[r]);
		}
		printf("\n");
	}
}

/* Machine code does not know of a register that was written on one way and not on another. */
static bool same_after(const struct after *want, const struct after *got)
{
	for (u32 r = 0; r < REG_COUNT; r++) {
		if ((got->reg_init >> r & 1) &&
		    (!(want->reg_init >> r & 1) || want->reg[r] != got->reg[r]))
			return false;
	}
	return want->done && !memcmp(want, got, offsetof(struct after, reg));
}

static bool same(u64 seed, struct skep_engine *eng)
{
	static struct gen_vm p;
	struct skep_object *obj = NULL;
	struct skep_unit *unit;
	u8 bytes[BYTES];
	bool ok = true;

	gen_vm(&p, bytes, bytes_of(seed, bytes));
	same_every_time(&p);
	unit = load(&p, eng, &obj);
	if (unit) {
		interpreted += !!strcmp(skep_prog_exec(skep_prog_find(unit, NULL)), "checked JIT");
		run_in_child(unit, false, &shared[0]);
		run_in_child(unit, true, &shared[1]);
		ok = same_after(&shared[0], &shared[1]);
		faults += shared[0].err != 0;
		if (!ok) {
			printf("# seed %llu\n", (unsigned long long)seed);
			list(&p);
		}
	}
	skep_unit_free(unit);
	skep_object_free(obj);
	return ok;
}

static u64 setting(const char *name, u64 usual)
{
	const char *text = getenv(name);

	return text ? strtoull(text, NULL, 0) : usual;
}

static void random_programs_fault_as_in_the_interpreter(void **state)
{
	u64 first = setting("SKEP_JIT_SEED", 1), programs = setting("SKEP_JIT_PROGRAMS", PROGRAMS);
	struct skep_engine *eng = NULL;
	u32 bad = 0;

	if (!jit_available())
		test_skip("there is no compiler for this machine");
	assert_int_equal(skep_engine_new(&eng, "user", NULL), 0);
	shared = mmap(NULL, 2 * sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		      -1, 0);
	assert_ptr_not_equal(shared, MAP_FAILED);
	for (u64 seed = first; seed < first + programs && !bad; seed++)
		bad += !same(seed, eng);
	munmap(shared, 2 * sizeof(*shared));
	skep_engine_free(eng);
	printf("# %u of %llu programs faulted, %u were left to the interpreter\n", faults,
	       (unsigned long long)programs, interpreted);
	assert_int_equal(bad, 0);
	assert_true(faults < programs && faults > programs / 10);
}

static const struct CMUnitTest tests[] = {
	TEST(random_programs_fault_as_in_the_interpreter),
};
TEST_MAIN(tests)
