// SPDX-License-Identifier: BSD-2-Clause
/* Each fault of the checked mode: kind, instruction, words. */
#include "helpers.h"

#include "base/str.h"
#include "spec/map.h"

/* Memory that programs get in r1: 64 bytes with a page of nothing known around them. */
static u8 around[8192];
#define MEMORY (around + 4096)

static struct map *maps[4];
static struct obj_map obj_maps[4];
enum { M_ARRAY, M_RING, M_PROGS, M_RODATA };

static void make_map(u32 at, const char *name, u32 type, u32 key, u32 value, u32 entries, u32 flags)
{
	struct map_def def = { .name = name,
			       .type = type,
			       .key_size = key,
			       .value_size = value,
			       .max_entries = entries,
			       .flags = flags };

	assert_int_equal(map_create(&maps[at], &def, NULL), 0);
	obj_maps[at].name = name;
	obj_maps[at].type = type;
}

static int make_maps(void **state)
{
	make_map(M_ARRAY, "counts", MAP_TYPE_ARRAY, 4, 16, 1, 0);
	make_map(M_RING, "events", MAP_TYPE_RINGBUF, 0, 0, 4096, 0);
	make_map(M_PROGS, "progs", MAP_TYPE_PROG_ARRAY, 4, 4, 4, 0);
	make_map(M_RODATA, "rodata", MAP_TYPE_ARRAY, 4, 8, 1, MAP_RDONLY_PROG);
	return 0;
}

static int drop_maps(void **state)
{
	for (u32 k = 0; k < ARRAY_SIZE(maps); k++)
		map_free(maps[k]);
	return 0;
}

static const struct ctx_field ctx_fields[] = {
	{ .name = "len", .off = 0, .size = 4, .read = 7, .write = 0 },
	{ .name = "mark", .off = 4, .size = 4, .read = 7, .write = 4 },
	{ .name = "secret", .off = 8, .size = 4 },
};
static const struct ctx_layout ctx_two = { "two_md", 16, ctx_fields, 3 };

struct fault_case {
	const struct ctx_layout *ctx;
	u8 access; /* rights to the 64 bytes; 0: both */
	u64 budget;
	bool packet; /* the memory is a packet */
	bool any_stack;
};

/* Runs in checked mode and expects exactly this fault. */
static void expect(const struct insn *insns, u32 count, struct fault_case how,
		   enum vm_fault_kind kind, u32 insn, const char *text)
{
	static struct vmtest t;
	u64 r0 = 0;

	memset(&t, 0, sizeof(t));
	t.obj.maps = obj_maps;
	t.obj.map_count = ARRAY_SIZE(obj_maps);
	t.env.maps = maps;
	if (vmtest_open(&t, insns, count, PROG_UNSPEC))
		fail_msg("refused: %s", t.d.first->text);
	t.run.budget = how.budget;
	t.run.ctx = (u64)(uintptr_t)MEMORY;
	t.run.ctx_layout = how.ctx;
	t.run.allow_uninit_stack = how.any_stack;
	t.run.regions[0] = (struct vm_region){ t.run.ctx, how.ctx ? 16 : 64,
					       how.ctx	    ? REGION_CTX
					       : how.packet ? REGION_PACKET
							    : REGION_MEMORY,
					       how.access ? how.access : VM_READ | VM_WRITE };
	t.run.region_count = 1;
	if (!kind) {
		if (vmtest_run(&t, true, t.run.ctx, 64, &r0))
			fail_msg("fault: %s", t.run.fault.text);
	} else {
		assert_int_equal(vmtest_run(&t, true, t.run.ctx, 64, &r0), -EFAULT);
		assert_string_equal(t.run.fault.text, text);
		assert_int_equal(t.run.fault.kind, kind);
		assert_int_equal(t.run.fault.insn, insn);
		assert_ptr_equal(t.run.fault.prog, &t.prog);
		assert_int_equal(vm_fault_report(&t.run, &t.d), -EFAULT);
		assert_non_null(strstr(t.d.first->text, text));
		assert_true(str_starts(t.d.last->text, "registers: "));
	}
	vmtest_close(&t);
}
#define INSNS(...)                                                                                 \
	(const struct insn[])                                                                      \
	{                                                                                          \
		__VA_ARGS__                                                                        \
	}
#define COUNT(...)   (u32)(sizeof(INSNS(__VA_ARGS__)) / sizeof(struct insn))
#define PROGRAM(...) INSNS(__VA_ARGS__), COUNT(__VA_ARGS__)
#define FAULTS(kind, insn, text, ...)                                                              \
	expect(PROGRAM(__VA_ARGS__), (struct fault_case){ 0 }, kind, insn, text)
#define FAULTS_WITH(how, kind, insn, text, ...) expect(PROGRAM(__VA_ARGS__), how, kind, insn, text)
#define HOW(...)                                                                                   \
	(struct fault_case)                                                                        \
	{                                                                                          \
		__VA_ARGS__                                                                        \
	}
#define RUNS(...)	    expect(PROGRAM(__VA_ARGS__), (struct fault_case){ 0 }, FAULT_NONE, 0, NULL)
#define RUNS_WITH(how, ...) expect(PROGRAM(__VA_ARGS__), how, FAULT_NONE, 0, NULL)
#define END		    MOV_K(0, 0), EXIT()

static void access_outside_is_told_from_the_edge(void **state)
{
	RUNS(LDX(DW, 2, 1, 56), STX(B, 1, 63, 2), END);
	FAULTS(FAULT_ACCESS, 0, "read of 4 bytes: 37 bytes past the end of the memory (64 bytes)",
	       LDX(W, 2, 1, 101), END);
	FAULTS(FAULT_ACCESS, 0,
	       "read of 8 bytes: the last byte lies past the end of the memory (64 bytes)",
	       LDX(DW, 2, 1, 57), END);
	FAULTS(FAULT_ACCESS, 1, "write of 1 byte: 3 bytes before the start of the memory",
	       MOV_K(2, 0), ST(B, 1, -3, 9), END);
	FAULTS_WITH(HOW(.packet = true), FAULT_ACCESS, 0,
		    "read of 2 bytes: just past the end of the packet (64 bytes)", LDX(H, 2, 1, 64),
		    END);
	FAULTS(FAULT_ACCESS, 2,
	       "read of 1 byte: 0x123456789abc is not an address that the program was given",
	       IMM64(2, 0, 0x56789abc, 0x1234), LDX(B, 0, 2, 0), EXIT());
}

static void access_needs_the_right(void **state)
{
	RUNS_WITH(HOW(.access = VM_READ), LDX(B, 2, 1, 0), END);
	FAULTS_WITH(HOW(.access = VM_READ), FAULT_ACCESS, 0,
		    "write of 1 byte: the memory is read-only", ST(B, 1, 0, 1), END);
	FAULTS_WITH(HOW(.access = VM_READ, .packet = true), FAULT_ACCESS, 0,
		    "write of 2 bytes: the packet is read-only here", ST(H, 1, 0, 1), END);
	FAULTS_WITH(HOW(.packet = true), FAULT_ACCESS, 1,
		    "atomic access of 8 bytes: packets take no atomic operations", MOV_K(2, 1),
		    ATOMIC(DW, ATOMIC_ADD, 1, 0, 2), END);
}

static void register_must_be_written_before_it_is_read(void **state)
{
	FAULTS(FAULT_UNINIT_REG, 0, "r3 is read before it was written", MOV_X(0, 3), EXIT());
	FAULTS(FAULT_UNINIT_REG, 0, "r4 is read before it was written", ALU64_K(ADD, 4, 1), END);
	FAULTS(FAULT_UNINIT_REG, 0, "r0 is read before it was written", EXIT());
	FAULTS(FAULT_UNINIT_REG, 0, "r5 is read before it was written", JMP_K(JEQ, 5, 0, 0), END);
	FAULTS(FAULT_UNINIT_REG, 0, "r6 is read before it was written", STX(DW, 10, -8, 6), END);
	FAULTS(FAULT_UNINIT_REG, 1, "r1 is read before it was written", CALL(H_FIRST), MOV_X(0, 1),
	       EXIT());
	FAULTS(FAULT_UNINIT_REG, 1, "r1, argument 1 of bpf_read, was never written", CALL_TO(2),
	       CALL(H_READ), EXIT(), END);
}

static void callee_sees_arguments_only(void **state)
{
	RUNS(MOV_K(3, 1), CALL_TO(1), EXIT(), MOV_X(0, 3), EXIT());
	FAULTS(FAULT_UNINIT_REG, 3, "r6 is read before it was written", MOV_K(6, 1), CALL_TO(1),
	       EXIT(), MOV_X(0, 6), EXIT());
	FAULTS(FAULT_UNINIT_REG, 1, "r2 is read before it was written", CALL_TO(2), MOV_X(0, 2),
	       EXIT(), MOV_K(0, 0), MOV_K(2, 0), EXIT());
	RUNS(MOV_K(6, 1), CALL_TO(2), MOV_X(0, 6), EXIT(), MOV_K(0, 0), MOV_K(6, 0), EXIT());
}

static void stack_byte_must_be_written_before_it_is_read(void **state)
{
	RUNS(ST(DW, 10, -512, 1), LDX(W, 0, 10, -508), EXIT());
	FAULTS(FAULT_UNINIT_STACK, 1, "read of 8 bytes: stack byte fp-12 was never written",
	       ST(W, 10, -16, 1), LDX(DW, 0, 10, -16), EXIT());
	RUNS_WITH(HOW(.any_stack = true), LDX(DW, 0, 10, -16), EXIT());
	FAULTS(FAULT_HELPER_ARG, 4,
	       "argument 1 (r1) of bpf_read: read of 16 bytes: stack byte fp-8 was never written",
	       ST(DW, 10, -16, 0), MOV_X(1, 10), ALU64_K(ADD, 1, -16), MOV_K(2, 16), CALL(H_READ),
	       EXIT());
	RUNS_WITH(HOW(.any_stack = true), ST(DW, 10, -16, 0), MOV_X(1, 10), ALU64_K(ADD, 1, -16),
		  MOV_K(2, 16), CALL(H_READ), EXIT());
	RUNS_WITH(HOW(.any_stack = true), CALL_TO(1), EXIT(), LDX(DW, 0, 10, -512), EXIT());
	/* Nobody's memory stays nobody's. */
	FAULTS_WITH(HOW(.any_stack = true), FAULT_ACCESS, 0,
		    "read of 8 bytes: fp-516 is below the 512-byte stack frame",
		    LDX(DW, 0, 10, -516), EXIT());
	/* What a callee left behind is not the next callee's. */
	FAULTS(FAULT_UNINIT_STACK, 6, "read of 8 bytes: stack byte fp-8 was never written",
	       CALL_TO(2), CALL_TO(4), EXIT(), ST(DW, 10, -8, 0), END, LDX(DW, 0, 10, -8), EXIT());
}

static void stack_frame_has_bounds(void **state)
{
	FAULTS(FAULT_ACCESS, 0, "write of 8 bytes: fp-520 is below the 512-byte stack frame",
	       ST(DW, 10, -520, 0), END);
	FAULTS(FAULT_ACCESS, 0, "read of 1 byte: fp+0 is above the stack frame", LDX(B, 0, 10, 0),
	       EXIT());
	FAULTS(FAULT_ACCESS, 0, "write of 8 bytes: fp-4 to fp+4 reaches above the stack frame",
	       ST(DW, 10, -4, 0), END);
	FAULTS(FAULT_ACCESS, 2, "write of 1 byte: fp-513 is below the 512-byte stack frame",
	       MOV_X(2, 10), ALU64_K(SUB, 2, 513), ST(B, 2, 0, 0), END);
	/* A callee reaches its caller's frame through a pointer, but not its own end. */
	RUNS(ST(DW, 10, -8, 5), MOV_X(1, 10), CALL_TO(1), EXIT(), LDX(DW, 0, 1, -8), EXIT());
	FAULTS(FAULT_ACCESS, 2, "write of 8 bytes: fp-1024 is below the 512-byte stack frame",
	       CALL_TO(1), EXIT(), ST(DW, 10, -1024, 5), END);
	FAULTS(FAULT_ACCESS, 2, "read of 8 bytes: this stack frame has ended", CALL_TO(3),
	       MOV_X(1, 0), LDX(DW, 0, 1, -8), EXIT(), MOV_X(0, 10), EXIT());
}

static void atomics_must_be_aligned(void **state)
{
	RUNS(MOV_K(2, 1), ATOMIC(W, ATOMIC_ADD, 1, 4, 2), END);
	FAULTS(FAULT_ALIGN, 1,
	       "atomic access of 8 bytes: the address is not a multiple of the size", MOV_K(2, 1),
	       ATOMIC(DW, ATOMIC_ADD | ATOMIC_FETCH, 1, 4, 2), END);
	FAULTS(FAULT_ACCESS, 1,
	       "atomic access of 8 bytes: just past the end of the memory (64 bytes)", MOV_K(2, 1),
	       ATOMIC(DW, ATOMIC_XCHG, 1, 64, 2), END);
	FAULTS(FAULT_UNINIT_REG, 1, "r0 is read before it was written", MOV_K(2, 1),
	       ATOMIC(DW, ATOMIC_CMPXCHG, 1, 0, 2), EXIT());
}

static void context_fields_have_widths_and_rights(void **state)
{
	struct fault_case ctx = { .ctx = &ctx_two };

	RUNS_WITH(ctx, LDX(W, 0, 1, 0), ST(W, 1, 4, 0), EXIT());
	FAULTS_WITH(ctx, FAULT_CTX, 0,
		    "write of 4 bytes: offset 0 of struct two_md is in field len, which is "
		    "read-only here",
		    ST(W, 1, 0, 0), END);
	FAULTS_WITH(ctx, FAULT_CTX, 0,
		    "read of 8 bytes: offset 0 of struct two_md is in field len, which takes "
		    "aligned reads of 1, 2 or 4 bytes",
		    LDX(DW, 0, 1, 0), EXIT());
	RUNS_WITH(ctx, LDX(H, 0, 1, 2), EXIT());
	FAULTS_WITH(ctx, FAULT_CTX, 0,
		    "read of 2 bytes: offset 1 of struct two_md is in field len, which takes "
		    "aligned reads of 1, 2 or 4 bytes",
		    LDX(H, 0, 1, 1), EXIT());
	FAULTS_WITH(ctx, FAULT_CTX, 0,
		    "write of 2 bytes: offset 4 of struct two_md is in field mark, which takes "
		    "aligned writes of 4 bytes",
		    ST(H, 1, 4, 1), END);
	FAULTS_WITH(ctx, FAULT_CTX, 0,
		    "read of 4 bytes: offset 8 of struct two_md is in field secret, which this "
		    "program may not read",
		    LDX(W, 0, 1, 8), EXIT());
	FAULTS_WITH(ctx, FAULT_CTX, 0,
		    "write of 4 bytes: offset 8 of struct two_md is in field secret, which this "
		    "program may not access",
		    ST(W, 1, 8, 0), END);
	FAULTS_WITH(ctx, FAULT_CTX, 0, "read of 4 bytes: offset 12 of struct two_md is in no field",
		    LDX(W, 0, 1, 12), EXIT());
	FAULTS_WITH(ctx, FAULT_ACCESS, 0,
		    "read of 4 bytes: just past the end of the context (16 bytes)",
		    LDX(W, 0, 1, 16), EXIT());
	FAULTS_WITH(ctx, FAULT_CTX, 1,
		    "atomic access of 4 bytes: the context takes no atomic operations", MOV_K(2, 1),
		    ATOMIC(W, ATOMIC_ADD, 1, 4, 2), END);
	FAULTS_WITH(ctx, FAULT_HELPER_ARG, 1,
		    "argument 1 (r1) of bpf_read: read of 4 bytes: the context is not memory for a "
		    "helper",
		    MOV_K(2, 4), CALL(H_READ), EXIT());
}

#define LOOKUP(map, key)                                                                           \
	ST(W, 10, -4, key), MOV_X(2, 10), ALU64_K(ADD, 2, -4), IMM64(1, PSEUDO_MAP_IDX, map, 0),   \
		CALL(H_LOOKUP)

static void map_value_is_checked(void **state)
{
	RUNS(LOOKUP(M_ARRAY, 0), LDX(DW, 0, 0, 8), EXIT());
	FAULTS(FAULT_ACCESS, 6,
	       "read of 8 bytes: NULL map value: the result of bpf_map_lookup_elem at instruction "
	       "5 "
	       "was not checked",
	       LOOKUP(M_ARRAY, 1), LDX(DW, 0, 0, 8), EXIT());
	FAULTS(FAULT_ACCESS, 6, "write of 4 bytes: just past the end of a value of map 'counts'",
	       LOOKUP(M_ARRAY, 0), ST(W, 0, 16, 1), END);
	FAULTS(FAULT_ACCESS, 6,
	       "read of 8 bytes: starts in a value of map 'counts' and reaches past its end",
	       LOOKUP(M_ARRAY, 0), LDX(DW, 0, 0, 12), EXIT());
	FAULTS(FAULT_ACCESS, 2, "read of 8 bytes: map 'counts' itself is not accessible",
	       IMM64(1, PSEUDO_MAP_IDX, M_ARRAY, 0), LDX(DW, 0, 1, 0), EXIT());
	RUNS(IMM64(1, PSEUDO_MAP_IDX_VALUE, M_ARRAY, 8), LDX(DW, 0, 1, 0), EXIT());
	FAULTS(FAULT_ACCESS, 2,
	       "write of 4 bytes: map 'rodata' is read-only for programs (BPF_F_RDONLY_PROG)",
	       IMM64(1, PSEUDO_MAP_IDX_VALUE, M_RODATA, 0), ST(W, 1, 0, 0), END);
	FAULTS(FAULT_ACCESS, 1, "read of 1 byte: NULL pointer (address 16)", MOV_K(1, 8),
	       LDX(B, 0, 1, 8), EXIT());
}

static void helper_arguments_are_checked(void **state)
{
	FAULTS(FAULT_HELPER_ARG, 3,
	       "argument 1 (r1) of bpf_map_lookup_elem is not the address of a "
	       "map",
	       ST(W, 10, -4, 0), MOV_X(2, 10), ALU64_K(ADD, 2, -4), CALL(H_LOOKUP), END);
	FAULTS(FAULT_HELPER_ARG, 4,
	       "argument 2 (r2) of bpf_map_lookup_elem: read of 4 bytes: stack byte fp-4 was never "
	       "written",
	       MOV_X(2, 10), ALU64_K(ADD, 2, -4), IMM64(1, PSEUDO_MAP_IDX, M_ARRAY, 0),
	       CALL(H_LOOKUP), END);
	FAULTS(FAULT_HELPER_ARG, 1,
	       "argument 1 (r1) of bpf_read: read of 65 bytes: the last byte lies past the end of "
	       "the memory (64 bytes)",
	       MOV_K(2, 65), CALL(H_READ), EXIT());
	FAULTS(FAULT_HELPER_ARG, 1, "argument 2 (r2) of bpf_read is a size of 0", MOV_K(2, 0),
	       CALL(H_READ), EXIT());
	FAULTS(FAULT_HELPER_ARG, 1,
	       "argument 2 (r2) of bpf_read is negative or too large for a size", MOV_K(2, -1),
	       CALL(H_READ), EXIT());
	FAULTS(FAULT_HELPER_ARG, 1, "argument 1 (r1) of bpf_takes_ctx is not the context",
	       ALU64_K(ADD, 1, 1), CALL(H_CTX), EXIT());
	FAULTS(FAULT_HELPER_ARG, 1, "argument 2 (r2) of bpf_loop is not the address of a function",
	       MOV_K(3, 0), CALL(H_LOOP), EXIT());
	FAULTS(FAULT_HELPER_ARG, 1,
	       "argument 1 (r1) of bpf_ringbuf_submit is not a reserved ring "
	       "buffer record",
	       MOV_K(2, 0), CALL(H_SUBMIT), END);
	FAULTS(FAULT_HELPER_ARG, 0,
	       "argument 1 (r1) of bpf_takes_string is not a string in a read-only map",
	       CALL(H_STRNCMP), EXIT());
	RUNS(IMM64(1, PSEUDO_MAP_IDX_VALUE, M_RODATA, 0), CALL(H_STRNCMP), EXIT());
	FAULTS(FAULT_HELPER_ARG, 0,
	       "argument 1 (r1) of bpf_spin_lock: write of 4 bytes: the address is in no map value",
	       CALL(H_LOCK), END);
	FAULTS(FAULT_HELPER_ARG, 4, "bpf_tail_call does not work on map 'counts' of type array",
	       MOV_K(3, 0), IMM64(2, PSEUDO_MAP_IDX, M_ARRAY, 0), JA(0), CALL(H_TAIL_CALL), END);
}

static void memory_written_by_a_helper_counts_as_written(void **state)
{
	RUNS(MOV_X(1, 10), ALU64_K(ADD, 1, -16), MOV_K(2, 16), CALL(H_FILL), LDX(DW, 0, 10, -8),
	     EXIT());
	FAULTS(FAULT_UNINIT_STACK, 4, "read of 8 bytes: stack byte fp-24 was never written",
	       MOV_X(1, 10), ALU64_K(ADD, 1, -16), MOV_K(2, 16), CALL(H_FILL), LDX(DW, 0, 10, -24),
	       EXIT());
}

#define RESERVE(size)                                                                              \
	IMM64(1, PSEUDO_MAP_IDX, M_RING, 0), MOV_K(2, size), MOV_K(3, 0), CALL(H_RESERVE)

static void records_are_memory_until_submitted(void **state)
{
	RUNS(RESERVE(16), MOV_X(6, 0), ST(DW, 0, 8, 1), MOV_X(1, 6), MOV_K(2, 0), CALL(H_SUBMIT),
	     END);
	FAULTS(FAULT_REF, 6,
	       "the program ends with 1 ring buffer record neither submitted nor discarded",
	       RESERVE(16), END);
	FAULTS(FAULT_ACCESS, 6,
	       "read of 8 bytes: NULL: the result of bpf_ringbuf_reserve at instruction 4 was not "
	       "checked",
	       RESERVE(1 << 20), JA(0), LDX(DW, 0, 0, 0), EXIT());
}

static void lock_must_be_released(void **state)
{
	FAULTS(FAULT_REF, 4, "the program ends and holds a spin lock",
	       IMM64(1, PSEUDO_MAP_IDX_VALUE, M_ARRAY, 0), CALL(H_LOCK), END);
}

static void budget_ends_a_loop(void **state)
{
	FAULTS_WITH(HOW(.budget = 1000), FAULT_BUDGET, 0,
		    "the budget of 1000 instructions is spent", JA(-1), END);
	RUNS_WITH(HOW(.budget = 2), END);
	FAULTS_WITH(HOW(.budget = 1), FAULT_BUDGET, 1, "the budget of 1 instruction is spent", END);
}

static void custom_helper_asks_for_its_memory(void **state)
{
	RUNS(ALU64_K(ADD, 1, 63), CALL(H_OWN_CHECK), EXIT());
	FAULTS(FAULT_HELPER_ARG, 1,
	       "byte: read of 1 byte: just past the end of the memory (64 bytes)",
	       ALU64_K(ADD, 1, 64), CALL(H_OWN_CHECK), EXIT());
	FAULTS(FAULT_HELPER_ARG, 1, "byte: read of 1 byte: NULL pointer (address 0)", MOV_K(1, 0),
	       CALL(H_OWN_CHECK), EXIT());
}

static void packet_load_needs_a_packet(void **state)
{
	FAULTS(FAULT_UNINIT_REG, 0, "r6 is read before it was written",
	       OP(CLASS_LD | MODE_ABS | SIZE_B, 0, 0, 0, 0), EXIT());
	FAULTS(FAULT_CTX, 1, "a packet load needs the context in r6", MOV_K(6, 0),
	       OP(CLASS_LD | MODE_ABS | SIZE_B, 0, 0, 0, 0), EXIT());
	FAULTS(FAULT_CTX, 1, "there is no packet to load from", MOV_X(6, 1),
	       OP(CLASS_LD | MODE_ABS | SIZE_B, 0, 0, 0, 0), EXIT());
}

struct seen {
	u32 insns[16], count;
	u64 r0;
	u16 init;
};

static void see(struct vm_run *run, const struct obj_prog *prog, u32 insn, const u64 *reg, u16 init)
{
	struct seen *s = run->trace_arg;

	assert_in_range(s->count, 0, 15);
	s->insns[s->count++] = insn;
	s->r0 = reg[0];
	s->init = init;
}

static void trace_is_told_of_every_instruction(void **state)
{
	static const struct insn insns[] = { IMM64(0, 0, 7, 0), CALL_TO(1), EXIT(), MOV_K(0, 9),
					     EXIT() };
	static const u32 order[] = { 0, 2, 4, 5, 3 };
	struct vmtest t = { 0 };
	struct seen seen = { 0 };
	u64 r0;

	assert_int_equal(vmtest_open(&t, insns, ARRAY_SIZE(insns), PROG_UNSPEC), 0);
	t.run.trace = see;
	t.run.trace_arg = &seen;
	assert_int_equal(vmtest_run(&t, true, 0, 0, &r0), 0);
	assert_int_equal(seen.count, ARRAY_SIZE(order));
	assert_memory_equal(seen.insns, order, sizeof(order));
	assert_int_equal(seen.r0, 9);
	assert_true(seen.init & 1);
	vmtest_close(&t);
}

static const struct CMUnitTest tests[] = {
	TEST(access_outside_is_told_from_the_edge),
	TEST(access_needs_the_right),
	TEST(register_must_be_written_before_it_is_read),
	TEST(callee_sees_arguments_only),
	TEST(stack_byte_must_be_written_before_it_is_read),
	TEST(stack_frame_has_bounds),
	TEST(atomics_must_be_aligned),
	TEST(context_fields_have_widths_and_rights),
	TEST(map_value_is_checked),
	TEST(helper_arguments_are_checked),
	TEST(memory_written_by_a_helper_counts_as_written),
	TEST(records_are_memory_until_submitted),
	TEST(lock_must_be_released),
	TEST(budget_ends_a_loop),
	TEST(custom_helper_asks_for_its_memory),
	TEST(packet_load_needs_a_packet),
	TEST(trace_is_told_of_every_instruction),
};

int main(void)
{
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, make_maps, drop_maps);
}
