// SPDX-License-Identifier: BSD-2-Clause
/* Checked mode and maps: inner maps, what a map's flags and its type allow. */
#include "helpers.h"

#include "spec/map.h"

enum { INNER = 40 }; /* more than a run remembers */
_Static_assert(INNER > (int)VM_INNER_MAPS, "some must be forgotten");

enum {
	M_ARRAY_OF_MAPS,
	M_HASH_OF_MAPS,
	M_OF_RINGS,
	M_HASH,
	M_ARRAY,
	M_QUEUE,
	M_RING,
	M_DEV,
	M_PROGS,
	M_READ_ONLY,
	M_WRITE_ONLY,
	M_READ_ONLY_QUEUE,
	MAPS
};

static struct map *maps[MAPS], *inner[INNER], *ring;
static struct obj_map obj_maps[MAPS];
static struct vmtest t;

static struct map *new_map(const struct map_def *def)
{
	struct map *m;

	assert_int_equal(map_create(&m, def, NULL), 0);
	return m;
}

static void add_map(u32 at, struct map_def def)
{
	maps[at] = new_map(&def);
	obj_maps[at].name = maps[at]->def.name;
	obj_maps[at].type = def.type;
}

#define DEF(name_, type_, key, value, entries, ...)                                                \
	((struct map_def){ .name = (name_),                                                        \
			   .type = MAP_TYPE_##type_,                                               \
			   .key_size = (key),                                                      \
			   .value_size = (value),                                                  \
			   .max_entries = (entries),                                               \
			   ##__VA_ARGS__ })

static int make_maps(void **state)
{
	struct map_def in = DEF("inner", ARRAY, 4, 8, 2);
	struct map_def rings = DEF("ring", RINGBUF, 0, 0, 4096);
	u32 zero = 0, device = 1;

	add_map(M_ARRAY_OF_MAPS, DEF("outer", ARRAY_OF_MAPS, 4, 4, INNER + 1, .inner = &in));
	add_map(M_HASH_OF_MAPS, DEF("outer_hash", HASH_OF_MAPS, 4, 4, 99, .inner = &in));
	add_map(M_OF_RINGS, DEF("rings", ARRAY_OF_MAPS, 4, 4, 1, .inner = &rings));
	add_map(M_HASH, DEF("hash", HASH, 4, 8, 4));
	add_map(M_ARRAY, DEF("array", ARRAY, 4, 8, 1));
	add_map(M_QUEUE, DEF("queue", QUEUE, 0, 8, 4));
	add_map(M_RING, DEF("events", RINGBUF, 0, 0, 4096));
	add_map(M_DEV, DEF("devices", DEVMAP, 4, 4, 4));
	add_map(M_PROGS, DEF("progs", PROG_ARRAY, 4, 4, 4));
	add_map(M_READ_ONLY, DEF("fixed", ARRAY, 4, 8, 1, .flags = MAP_RDONLY_PROG));
	add_map(M_WRITE_ONLY, DEF("out", ARRAY, 4, 8, 1, .flags = MAP_WRONLY_PROG));
	add_map(M_READ_ONLY_QUEUE, DEF("in", QUEUE, 0, 8, 4, .flags = MAP_RDONLY_PROG));
	for (u32 k = 0; k < INNER; k++) {
		inner[k] = new_map(&in);
		assert_int_equal(map_ref_set(maps[M_ARRAY_OF_MAPS], &k, inner[k], 0), 0);
		assert_int_equal(map_ref_set(maps[M_HASH_OF_MAPS], &k, inner[k], 0), 0);
	}
	ring = new_map(&rings);
	assert_int_equal(map_ref_set(maps[M_OF_RINGS], &zero, ring, 0), 0);
	assert_int_equal(map_write(maps[M_DEV], &zero, &device, 0), 0);
	return 0;
}

static int drop_maps(void **state)
{
	for (u32 k = 0; k < MAPS; k++)
		map_free(maps[k]);
	for (u32 k = 0; k < INNER; k++)
		map_free(inner[k]);
	map_free(ring);
	return 0;
}

#define PROGRAM(...)                                                                               \
	(const struct insn[]){ __VA_ARGS__ },                                                      \
		(u32)(sizeof((const struct insn[]){ __VA_ARGS__ }) / sizeof(struct insn))

static void open_program(const struct insn *insns, u32 count)
{
	memset(&t, 0, sizeof(t));
	t.obj.maps = obj_maps;
	t.obj.map_count = MAPS;
	t.env.maps = maps;
	if (vmtest_open(&t, insns, count, PROG_UNSPEC))
		fail_msg("refused: %s", t.d.first->text);
}

/* R0 in both modes. */
static void gives(u64 want, const struct insn *insns, u32 count)
{
	u64 r0 = ~want;

	open_program(insns, count);
	for (int checked = 0; checked < MODES; checked++) {
		if (vmtest_run(&t, checked, 0, 0, &r0))
			fail_msg("fault at %u: %s", t.run.fault.insn, t.run.fault.text);
		assert_int_equal(r0, want);
	}
	vmtest_close(&t);
}

static void faults(enum vm_fault_kind kind, u32 insn, const char *text, const struct insn *insns,
		   u32 count)
{
	u64 r0;

	open_program(insns, count);
	assert_int_equal(vmtest_run(&t, true, 0, 0, &r0), -EFAULT);
	assert_string_equal(t.run.fault.text, text);
	assert_int_equal(t.run.fault.kind, kind);
	assert_int_equal(t.run.fault.insn, insn);
	vmtest_close(&t);
}

/* 6 slots: r0 = look-up of `key` in a map of the program. */
#define LOOKUP(map, key)                                                                           \
	ST(W, 10, -4, key), MOV_X(2, 10), ALU64_K(ADD, 2, -4), IMM64(1, PSEUDO_MAP_IDX, map, 0),   \
		CALL(H_LOOKUP)
/* 5 slots: r0 = look-up of `key` in the map at r0. */
#define LOOKUP_IN_R0(key)                                                                          \
	MOV_X(1, 0), ST(W, 10, -4, key), MOV_X(2, 10), ALU64_K(ADD, 2, -4), CALL(H_LOOKUP)

static void values_of_inner_maps_are_memory(void **state)
{
	for (int k = M_ARRAY_OF_MAPS; k <= M_HASH_OF_MAPS; k++) {
		gives(7, PROGRAM(LOOKUP(k, 3), LOOKUP_IN_R0(1), ST(DW, 0, 0, 7), LDX(DW, 0, 0, 0),
				 EXIT()));
		faults(FAULT_ACCESS, 11,
		       "write of 8 bytes: starts in a value of map 'inner' and reaches past its "
		       "end",
		       PROGRAM(LOOKUP(k, 3), LOOKUP_IN_R0(1), ST(DW, 0, 4, 7), MOV_K(0, 0),
			       EXIT()));
		faults(FAULT_ACCESS, 6, "write of 8 bytes: map 'inner' itself is not accessible",
		       PROGRAM(LOOKUP(k, 3), ST(DW, 0, 8, 7), MOV_K(0, 0), EXIT()));
		faults(FAULT_HELPER_ARG, 10,
		       "argument 1 (r1) of bpf_map_lookup_elem is NULL instead of a map",
		       PROGRAM(LOOKUP(k, INNER), LOOKUP_IN_R0(0), MOV_K(0, 0), EXIT()));
	}
}

/* An inner map is the program's only once it has looked it up. */
static void inner_map_must_be_looked_up(void **state)
{
	u64 map = (u64)(uintptr_t)inner[0], zero = 0, value;

	value = (u64)(uintptr_t)inner[0]->ops->lookup(inner[0], &zero, 0);
	faults(FAULT_HELPER_ARG, 6,
	       "argument 1 (r1) of bpf_map_lookup_elem is not the address of a map",
	       PROGRAM(IMM64(0, 0, (s32)map, (s32)(map >> 32)), LOOKUP_IN_R0(0), MOV_K(0, 0),
		       EXIT()));
	open_program(
		PROGRAM(IMM64(1, 0, (s32)value, (s32)(value >> 32)), LDX(DW, 0, 1, 0), EXIT()));
	assert_int_equal(vmtest_run(&t, true, 0, 0, &zero), -EFAULT);
	assert_int_equal(t.run.fault.kind, FAULT_ACCESS);
	assert_int_equal(t.run.fault.addr, value);
	vmtest_close(&t);
}

/* r7 = inner map 0, r8 = its value; then looks the others up, and comes back to both. */
static void inner_maps_stay_known(void **state)
{
	for (int k = M_ARRAY_OF_MAPS; k <= M_HASH_OF_MAPS; k++)
		gives(9 + 5,
		      PROGRAM(LOOKUP(k, 0), MOV_X(7, 0), LOOKUP_IN_R0(0), MOV_X(8, 0),
			      /* 13: */ ST(DW, 8, 0, 9), MOV_K(6, INNER - 1),
			      /* 15: */ STX(W, 10, -4, 6), MOV_X(2, 10), ALU64_K(ADD, 2, -4),
			      IMM64(1, PSEUDO_MAP_IDX, k, 0), CALL(H_LOOKUP), MOV_X(9, 0),
			      LOOKUP_IN_R0(1), ST(DW, 0, 0, 5), MOV_X(9, 0), ALU64_K(SUB, 6, 1),
			      JMP_K(JNE, 6, 0, -16),
			      /* both are used again */
			      LDX(DW, 6, 8, 0), MOV_X(0, 7), LOOKUP_IN_R0(0), JMP_X(JNE, 0, 8, 3),
			      LDX(DW, 0, 9, 0), ALU64_X(ADD, 0, 6), EXIT(), MOV_K(0, 0), EXIT()));
}

static void records_of_inner_rings_are_memory(void **state)
{
	gives(0, PROGRAM(LOOKUP(M_OF_RINGS, 0), MOV_X(1, 0), MOV_K(2, 16), MOV_K(3, 0),
			 CALL(H_RESERVE), MOV_X(6, 0), ST(DW, 0, 8, 1), MOV_X(1, 6), MOV_K(2, 0),
			 CALL(H_SUBMIT), MOV_K(0, 0), EXIT()));
	faults(FAULT_ACCESS, 10, "write of 8 bytes: just past the end of a record of map 'ring'",
	       PROGRAM(LOOKUP(M_OF_RINGS, 0), MOV_X(1, 0), MOV_K(2, 16), MOV_K(3, 0),
		       CALL(H_RESERVE), ST(DW, 0, 16, 1), MOV_K(0, 0), EXIT()));
}

/* 13 slots, the call is 10: r1 = map, r2, r3 = 16 bytes of stack (r3 = 8 as a size), r4 = 0. */
#define CALL_WITH(map, helper, r3)                                                                 \
	ST(DW, 10, -8, 0), ST(DW, 10, -16, 0), MOV_X(2, 10), ALU64_K(ADD, 2, -16), r3,             \
		ALU64_K(ADD, 3, 0), MOV_K(4, 0), MOV_K(5, 0), IMM64(1, PSEUDO_MAP_IDX, map, 0),    \
		CALL(helper), MOV_K(0, 0), EXIT()
#define WITH_MEMORY(map, helper) PROGRAM(CALL_WITH(map, helper, MOV_X(3, 2)))
#define WITH_SIZE(map, helper)	 PROGRAM(CALL_WITH(map, helper, MOV_K(3, 8)))
#define MISFIT(name, map)	 FAULT_HELPER_ARG, 10, "bpf_" name " does not work on map " map

static void helper_must_fit_the_map(void **state)
{
	gives(0, WITH_MEMORY(M_HASH, H_UPDATE));
	gives(0, WITH_MEMORY(M_QUEUE, H_PUSH));
	gives(0, WITH_MEMORY(M_DEV, H_REDIRECT_MAP));
	gives(0, WITH_SIZE(M_RING, H_OUTPUT));
	faults(MISFIT("map_push_elem", "'hash' of type hash"), WITH_MEMORY(M_HASH, H_PUSH));
	faults(MISFIT("map_peek_elem", "'array' of type array"), WITH_MEMORY(M_ARRAY, H_PEEK));
	faults(MISFIT("map_lookup_percpu_elem", "'hash' of type hash"),
	       WITH_MEMORY(M_HASH, H_LOOKUP_PERCPU));
	faults(MISFIT("ringbuf_output", "'array' of type array"), WITH_SIZE(M_ARRAY, H_OUTPUT));
	faults(MISFIT("map_lookup_elem", "'events' of type ringbuf"),
	       WITH_MEMORY(M_RING, H_LOOKUP));
	faults(MISFIT("map_lookup_elem", "'progs' of type prog_array"),
	       WITH_MEMORY(M_PROGS, H_LOOKUP));
	faults(MISFIT("map_update_elem", "'outer' of type array_of_maps"),
	       WITH_MEMORY(M_ARRAY_OF_MAPS, H_UPDATE));
	faults(MISFIT("redirect_map", "'hash' of type hash"), WITH_MEMORY(M_HASH, H_REDIRECT_MAP));
	/* An inner map's type counts, not the outer's. */
	faults(FAULT_HELPER_ARG, 10,
	       "bpf_map_lookup_elem does not work on map 'ring' of type ringbuf",
	       PROGRAM(LOOKUP(M_OF_RINGS, 0), LOOKUP_IN_R0(0), EXIT()));
}

#define READ_ONLY(map)	"map '" map "' is read-only for programs (BPF_F_RDONLY_PROG)"
#define WRITE_ONLY(map) "map '" map "' is write-only for programs (BPF_F_WRONLY_PROG)"
#define CHANGES(name, map)                                                                         \
	FAULT_HELPER_ARG, 10,                                                                      \
		"bpf_" name " changes map '" map                                                   \
		"', which is read-only for programs (BPF_F_RDONLY_PROG)"

static void flags_bind_programs(void **state)
{
	faults(CHANGES("map_update_elem", "fixed"), WITH_MEMORY(M_READ_ONLY, H_UPDATE));
	faults(CHANGES("map_delete_elem", "fixed"), WITH_MEMORY(M_READ_ONLY, H_DELETE));
	faults(CHANGES("map_push_elem", "in"), WITH_MEMORY(M_READ_ONLY_QUEUE, H_PUSH));
	faults(CHANGES("map_pop_elem", "in"), WITH_MEMORY(M_READ_ONLY_QUEUE, H_POP));
	gives(0, WITH_MEMORY(M_READ_ONLY_QUEUE, H_PEEK));
	gives(0, WITH_MEMORY(M_WRITE_ONLY, H_UPDATE));
	gives(0, PROGRAM(LOOKUP(M_READ_ONLY, 0), LDX(DW, 0, 0, 0), EXIT()));
	faults(FAULT_ACCESS, 6, "write of 8 bytes: " READ_ONLY("fixed"),
	       PROGRAM(LOOKUP(M_READ_ONLY, 0), ST(DW, 0, 0, 1), MOV_K(0, 0), EXIT()));
	/* Linux sets the flag on device maps. */
	gives(1, PROGRAM(LOOKUP(M_DEV, 0), LDX(W, 0, 0, 0), EXIT()));
	faults(FAULT_ACCESS, 6, "write of 4 bytes: " READ_ONLY("devices"),
	       PROGRAM(LOOKUP(M_DEV, 0), ST(W, 0, 0, 1), MOV_K(0, 0), EXIT()));
	gives(0, PROGRAM(LOOKUP(M_WRITE_ONLY, 0), ST(DW, 0, 0, 1), MOV_K(0, 0), EXIT()));
	faults(FAULT_ACCESS, 6, "read of 8 bytes: " WRITE_ONLY("out"),
	       PROGRAM(LOOKUP(M_WRITE_ONLY, 0), LDX(DW, 0, 0, 0), EXIT()));
	faults(FAULT_ACCESS, 7, "atomic access of 8 bytes: " WRITE_ONLY("out"),
	       PROGRAM(LOOKUP(M_WRITE_ONLY, 0), MOV_K(1, 1), ATOMIC(DW, ATOMIC_ADD, 0, 0, 1),
		       MOV_K(0, 0), EXIT()));
	faults(FAULT_HELPER_ARG, 8,
	       "argument 1 (r1) of bpf_read: read of 8 bytes: " WRITE_ONLY("out"),
	       PROGRAM(LOOKUP(M_WRITE_ONLY, 0), MOV_X(1, 0), MOV_K(2, 8), CALL(H_READ), EXIT()));
	faults(FAULT_HELPER_ARG, 8,
	       "argument 1 (r1) of bpf_fill: write of 8 bytes: " READ_ONLY("fixed"),
	       PROGRAM(LOOKUP(M_READ_ONLY, 0), MOV_X(1, 0), MOV_K(2, 8), CALL(H_FILL), EXIT()));
}

static const struct CMUnitTest tests[] = {
	TEST(values_of_inner_maps_are_memory), TEST(inner_map_must_be_looked_up),
	TEST(inner_maps_stay_known),	       TEST(records_of_inner_rings_are_memory),
	TEST(helper_must_fit_the_map),	       TEST(flags_bind_programs),
};

int main(void)
{
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, make_maps, drop_maps);
}
