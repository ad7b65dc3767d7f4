// SPDX-License-Identifier: BSD-2-Clause
/*
 * Eras. The releases of features are checked against rows of other tables that came with them, and
 * a running kernel must have everything that its release has.
 */
#include "test.h"

#include <stdlib.h>
#include <sys/utsname.h>

#include "spec/features.h"
#include "spec/helper.h"
#include "spec/map.h"
#include "spec/prog.h"
#include "tests/spec/live.h"

static void releases_are_read_as_people_write_them(void **state)
{
	assert_int_equal(era_parse("6.1"), ERA(6, 1));
	assert_int_equal(era_parse("v5.10.201"), ERA(5, 10));
	assert_int_equal(era_parse("6.18.44-arch1"), ERA(6, 18));
	assert_int_equal(era_parse("6.19-rc3"), ERA(6, 19));
	assert_true(era_parse("5.9") < era_parse("5.10"));
	for (u32 i = 0; i < 10; i++) {
		static const char *const bad[] = { "",	  "6",	  "6.",	  ".6",	   "six.one",
						   "6.x", "6.1x", "-6.1", "6.999", "0.1" };

		assert_int_equal(era_parse(bad[i]), 0);
	}
}

static void eras_are_in_order_and_found_by_their_releases(void **state)
{
	assert_int_equal(era_at(0), ERA(4, 14));
	for (u32 i = 1; era_at(i); i++)
		assert_true(era_at(i) > era_at(i - 1));
	assert_int_equal(era_supported(ERA(6, 18)), ERA(6, 18));
	assert_int_equal(era_supported(ERA(6, 17)), ERA(6, 12));
	assert_int_equal(era_supported(ERA(4, 9)), 0);
}

static void limits_grow(void **state)
{
	assert_int_equal(era_limits(ERA(4, 19)).followed, 131072);
	assert_int_equal(era_limits(ERA(4, 19)).insns, 4096);
	assert_int_equal(era_limits(ERA(5, 4)).insns, 1000000);
	assert_int_equal(era_limits(ERA(5, 4)).insns_unpriv, 4096);
}

static void features_have_words_and_come_in_order(void **state)
{
	u32 last = 0;

	for (u32 f = 0; f < FEATURE_COUNT; f++) {
		const struct feature_info *i = feature_info(f);

		assert_true(strlen(i->text) > 3);
		assert_true(i->since >= last);
		last = i->since;
		assert_true(era_has(i->since, f));
		assert_false(era_has(i->since - 1, f));
	}
	assert_null(feature_info(FEATURE_COUNT));
	assert_false(era_has(~0u, FEATURE_COUNT));
}

static u32 helper_era(const char *name)
{
	const struct helper_info *h = helper_by_id((u32)helper_id_by_name(name));

	return ERA(h->since_major, h->since_minor);
}

/* Features that came with a helper, a map type or a program type came in its release. */
static void features_are_as_old_as_what_came_with_them(void **state)
{
	static const struct {
		enum feature f;
		const char *helper;
	} rows[] = {
		{ FEATURE_SPIN_LOCK, "spin_lock" },
		{ FEATURE_RINGBUF, "ringbuf_reserve" },
		{ FEATURE_CALLBACKS, "for_each_map_elem" },
		{ FEATURE_CONST_STR, "snprintf" },
		{ FEATURE_TIMERS, "timer_init" },
		{ FEATURE_LOOP_HELPER, "loop" },
		{ FEATURE_KPTR, "kptr_xchg" },
		{ FEATURE_DYNPTR, "dynptr_from_mem" },
		{ FEATURE_USER_RINGBUF, "user_ringbuf_drain" },
		{ FEATURE_CGRP_STORAGE, "cgrp_storage_get" },
		{ FEATURE_SOCKET_POINTERS, "sk_lookup_tcp" },
		{ FEATURE_SOCK_COMMON_POINTERS, "sk_fullsock" },
		{ FEATURE_PERCPU_KSYMS, "per_cpu_ptr" },
		{ FEATURE_BTF_POINTERS, "skb_output" },
		{ FEATURE_SLEEPABLE, "copy_from_user" },
	};
	const struct map_info *arena = map_info(MAP_TYPE_ARENA);
	const struct prog_info *lsm = prog_info(PROG_LSM), *ops = prog_info(PROG_STRUCT_OPS);

	for (u32 i = 0; i < ARRAY_SIZE(rows); i++)
		assert_int_equal(feature_info(rows[i].f)->since, helper_era(rows[i].helper));
	assert_int_equal(feature_info(FEATURE_ARENA)->since,
			 ERA(arena->since_major, arena->since_minor));
	assert_int_equal(feature_info(FEATURE_LSM)->since, ERA(lsm->since_major, lsm->since_minor));
	assert_int_equal(feature_info(FEATURE_STRUCT_OPS)->since,
			 ERA(ops->since_major, ops->since_minor));
}

#define INSN(c, d, s, o, i)                                                                        \
	{                                                                                          \
		.code = (c), .dst_reg = (d), .src_reg = (s), .off = (o), .imm = (i)                \
	}
#define RUN(f, ...)                                                                                \
	{                                                                                          \
		f, { __VA_ARGS__ },                                                                \
			sizeof((struct bpf_insn[]){ __VA_ARGS__ }) / sizeof(struct bpf_insn)       \
	}
#define RET0 INSN(0xb7, 0, 0, 0, 0), INSN(0x95, 0, 0, 0, 0)

/* Programs that need a feature: this kernel takes them exactly when its release has it. */
static const struct {
	enum feature f;
	struct bpf_insn insns[10];
	u32 count;
} needs[] = {
	RUN(FEATURE_BOUNDED_LOOPS, INSN(0xb7, 1, 0, 0, 0), INSN(0x07, 1, 0, 0, 1),
	    INSN(0xa5, 1, 0, -2, 10), RET0),
	RUN(FEATURE_JMP32, INSN(0xb7, 1, 0, 0, 0), INSN(0x16, 1, 0, 0, 5), RET0),
	RUN(FEATURE_ATOMICS, INSN(0x7a, 10, 0, -8, 1), INSN(0xb7, 1, 0, 0, 1),
	    INSN(0xdb, 10, 1, -8, 0x41), RET0),
	RUN(FEATURE_CPUV4, INSN(0xb7, 1, 0, 0, 3), INSN(0xbf, 2, 1, 8, 0), RET0),
	RUN(FEATURE_UNINIT_STACK, INSN(0x79, 1, 10, -8, 0), RET0),
	RUN(FEATURE_MAY_GOTO, INSN(0xe5, 0, 0, 0, 0), RET0),
	RUN(FEATURE_LOAD_ACQUIRE, INSN(0x7a, 10, 0, -8, 1), INSN(0xdb, 1, 10, -8, 0x100), RET0),
	RUN(FEATURE_BPF2BPF_CALLS, INSN(0x85, 0, 1, 0, 1), INSN(0x95, 0, 0, 0, 0), RET0),
	RUN(FEATURE_VARIABLE_STACK, INSN(0x7a, 10, 0, -8, 1), INSN(0x7a, 10, 0, -16, 1),
	    INSN(0x61, 1, 1, 12, 0), INSN(0x57, 1, 0, 0, 8), INSN(0xbf, 2, 10, 0, 0),
	    INSN(0x0f, 2, 1, 0, 0), INSN(0x79, 3, 2, -16, 0), RET0),
};

static void the_running_kernel_has_what_its_release_has(void **state)
{
	struct utsname name;
	u32 era;

	if (!live_has_bpf() || uname(&name))
		test_skip("no bpf(2)");
	era = era_parse(name.release);
	assert_true(era != 0);
	for (u32 i = 0; i < ARRAY_SIZE(needs); i++) {
		struct live_prog p = { .type = PROG_XDP,
				       .insns = needs[i].insns,
				       .count = needs[i].count };

		if (!live_load(&p) != era_has(era, needs[i].f))
			fail_msg("%s", feature_info(needs[i].f)->name);
	}
}

static const struct CMUnitTest tests[] = {
	TEST(releases_are_read_as_people_write_them),
	TEST(eras_are_in_order_and_found_by_their_releases),
	TEST(limits_grow),
	TEST(features_have_words_and_come_in_order),
	TEST(features_are_as_old_as_what_came_with_them),
	TEST(the_running_kernel_has_what_its_release_has),
};
TEST_MAIN(tests)
