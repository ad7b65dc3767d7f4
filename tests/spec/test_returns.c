// SPDX-License-Identifier: BSD-2-Clause
/*
 * What programs may return, against the running kernel: programs of two instructions that return a
 * number, for every program type and attach type that it can load.
 */
#include "test.h"

#include "spec/features.h"
#include "spec/prog.h"
#include "spec/returns.h"
#include "tests/spec/live.h"

enum { NOW = ERA(6, 18) };

static struct types *kernel;

/* Does the kernel take a program that returns `value`? */
static bool returns(u32 type, u32 attach, u32 target, s64 value)
{
	const struct bpf_insn insns[] = {
		{ .code = BPF_LD | BPF_DW | BPF_IMM, .imm = (s32)value },
		{ .imm = (s32)(value >> 32) },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	struct live_prog p = {
		.type = type, .attach = attach, .target = target, .insns = insns, .count = 3
	};

	return !live_load(&p);
}

/* Values around every border of the table, and some whose halves differ. */
static const s64 values[] = { 0,
			      1,
			      2,
			      3,
			      4,
			      -1,
			      -4095,
			      -4096,
			      INT32_MIN,
			      INT32_MAX,
			      1ll << 32,
			      (1ll << 32) + 1,
			      0xffffffffll,
			      0xfffffffell };

static void compare(const char *what, u32 type, u32 attach, u32 target, bool ranged,
		    const struct return_range *r)
{
	for (u32 i = 0; i < ARRAY_SIZE(values); i++) {
		s64 v = r->width32 ? (s32)values[i] : values[i];
		bool want = !ranged || (v >= r->min && v <= r->max);

		if (returns(type, attach, target, values[i]) != want)
			fail_msg("%s, attach type %u: %lld is %s", what, attach,
				 (long long)values[i], want ? "refused" : "taken");
	}
}

static u32 tracing_target(u32 attach)
{
	switch (attach) {
	case ATTACH_TRACE_RAW_TP:
		return types_find(kernel, "btf_trace_sched_switch", KIND_TYPEDEF);
	case ATTACH_TRACE_FENTRY:
	case ATTACH_TRACE_FEXIT:
		return types_find(kernel, "bpf_fentry_test1", KIND_FUNC);
	case ATTACH_MODIFY_RETURN:
		return types_find(kernel, "bpf_modify_return_test", KIND_FUNC);
	case ATTACH_TRACE_ITER:
		return types_find(kernel, "bpf_iter_task", KIND_FUNC);
	default:
		return 0;
	}
}

static void program_types_return_what_the_kernel_takes(void **state)
{
	u32 pairs = 0;

	if (!live_has_bpf() || !kernel)
		test_skip("no bpf(2) or no types of the kernel");
	for (u32 type = 1; prog_info(type); type++) {
		for (u32 attach = 0; attach_info(attach); attach++) {
			struct return_range r = { 0 };
			bool ranged = prog_return_range(&r, type, attach, NOW);
			u32 target = type == PROG_TRACING ? tracing_target(attach) : 0;

			/* 1 is in every range but the one of fentry and fexit, 0 is in that. */
			if (type == PROG_LSM || type == PROG_EXT ||
			    (!returns(type, attach, target, 1) &&
			     !returns(type, attach, target, 0)))
				continue;
			compare(prog_info(type)->name, type, attach, target, ranged, &r);
			pairs++;
		}
	}
	printf("# %u pairs of program and attach type\n", pairs);
	assert_true(pairs >= 60);
}

static void lsm_hooks_return_what_the_kernel_takes(void **state)
{
	u32 hooks = 0, groups = 0;

	if (!live_has_bpf() || !kernel)
		test_skip("no bpf(2) or no types of the kernel");
	for (u32 id = 1; id < types_count(kernel); id++) {
		const char *name = types_name(kernel, id);
		struct return_range r = { 0 };
		bool is_void, ranged;

		if (types_kind(kernel, id) != KIND_FUNC || strncmp(name, "bpf_lsm_", 8))
			continue;
		is_void = !types_ref(kernel, types_ref(kernel, id));
		if (returns(PROG_LSM, ATTACH_LSM_MAC, id, 0)) {
			ranged = lsm_return_range(&r, name + 8, is_void, ATTACH_LSM_MAC, NOW);
			compare(name, PROG_LSM, ATTACH_LSM_MAC, id, ranged, &r);
			hooks++;
		}
		if (returns(PROG_LSM, ATTACH_LSM_CGROUP, id, 1)) {
			ranged = lsm_return_range(&r, name + 8, is_void, ATTACH_LSM_CGROUP, NOW);
			compare(name, PROG_LSM, ATTACH_LSM_CGROUP, id, ranged, &r);
			groups++;
		}
	}
	printf("# %u hooks, %u of them for cgroups\n", hooks, groups);
	/* Where lockdown refuses programs at security hooks there is nothing to compare. */
	assert_true(!hooks || hooks > 100);
}

static void releases_have_the_ranges_of_their_time(void **state)
{
	struct return_range r;

	assert_false(prog_return_range(&r, PROG_XDP, ATTACH_XDP, NOW));
	assert_true(prog_return_range(&r, PROG_CGROUP_SKB, ATTACH_CGROUP_INET_EGRESS, ERA(4, 19)));
	assert_int_equal(r.max, 1);
	assert_true(prog_return_range(&r, PROG_CGROUP_SKB, ATTACH_CGROUP_INET_EGRESS, ERA(5, 4)));
	assert_int_equal(r.max, 3);
	assert_false(prog_return_range(&r, PROG_TRACING, ATTACH_TRACE_FENTRY, ERA(5, 6)));
	assert_false(lsm_return_range(&r, "file_open", false, ATTACH_LSM_MAC, ERA(6, 6)));
	assert_true(lsm_return_range(&r, "file_open", false, ATTACH_LSM_MAC, NOW));
	assert_true(r.min == -4095 && r.max == 0 && r.width32);
	assert_true(lsm_return_range(&r, "inode_xattr_skipcap", false, ATTACH_LSM_MAC, NOW));
	assert_true(r.min == 0 && r.max == 1);
	assert_false(lsm_return_range(&r, "bprm_committed_creds", true, ATTACH_LSM_MAC, NOW));
	assert_true(lsm_return_range(&r, "sk_free_security", true, ATTACH_LSM_CGROUP, NOW));
	assert_true(r.min == 1 && r.max == 1);
}

static int open_types(void **state)
{
	kernel = live_types();
	return 0;
}

static int close_types(void **state)
{
	types_free(kernel);
	return 0;
}

static const struct CMUnitTest tests[] = {
	TEST(program_types_return_what_the_kernel_takes),
	TEST(lsm_hooks_return_what_the_kernel_takes),
	TEST(releases_have_the_ranges_of_their_time),
};

int main(void)
{
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, open_types, close_types);
}
