// SPDX-License-Identifier: BSD-2-Clause
/*
 * The table of kernel functions against the running kernel: each function that its BTF marks is
 * called, without arguments, from a program of every type; the verifier's words say whether the
 * type may call it, and whether the program must be able to sleep.
 */
#include "test.h"

#include "spec/features.h"
#include "spec/kfuncs.h"
#include "spec/prog.h"
#include "tests/spec/live.h"

static struct types *kernel;
static char text[65536];

static const struct {
	u32 type, attach, kind; /* kind of the kernel type that is the target */
	const char *target;
} callers[] = {
	{ PROG_SOCKET_FILTER, 0, 0, "" },
	{ PROG_KPROBE, 0, 0, "" },
	{ PROG_KPROBE, ATTACH_TRACE_KPROBE_SESSION, 0, "" },
	{ PROG_SCHED_CLS, 0, 0, "" },
	{ PROG_SCHED_ACT, 0, 0, "" },
	{ PROG_TRACEPOINT, 0, 0, "" },
	{ PROG_XDP, ATTACH_XDP, 0, "" },
	{ PROG_PERF_EVENT, ATTACH_PERF_EVENT, 0, "" },
	{ PROG_CGROUP_SKB, ATTACH_CGROUP_INET_INGRESS, 0, "" },
	{ PROG_CGROUP_SOCK, ATTACH_CGROUP_INET_SOCK_CREATE, 0, "" },
	{ PROG_LWT_IN, 0, 0, "" },
	{ PROG_LWT_OUT, 0, 0, "" },
	{ PROG_LWT_XMIT, 0, 0, "" },
	{ PROG_SOCK_OPS, ATTACH_CGROUP_SOCK_OPS, 0, "" },
	{ PROG_SK_SKB, ATTACH_SK_SKB_STREAM_VERDICT, 0, "" },
	{ PROG_CGROUP_DEVICE, ATTACH_CGROUP_DEVICE, 0, "" },
	{ PROG_SK_MSG, ATTACH_SK_MSG_VERDICT, 0, "" },
	{ PROG_RAW_TRACEPOINT, 0, 0, "" },
	{ PROG_CGROUP_SOCK_ADDR, ATTACH_CGROUP_INET4_CONNECT, 0, "" },
	{ PROG_LWT_SEG6LOCAL, 0, 0, "" },
	{ PROG_SK_REUSEPORT, ATTACH_SK_REUSEPORT_SELECT, 0, "" },
	{ PROG_FLOW_DISSECTOR, ATTACH_FLOW_DISSECTOR, 0, "" },
	{ PROG_CGROUP_SYSCTL, ATTACH_CGROUP_SYSCTL, 0, "" },
	{ PROG_RAW_TRACEPOINT_WRITABLE, 0, 0, "" },
	{ PROG_CGROUP_SOCKOPT, ATTACH_CGROUP_GETSOCKOPT, 0, "" },
	{ PROG_TRACING, ATTACH_TRACE_RAW_TP, KIND_TYPEDEF, "btf_trace_sched_switch" },
	{ PROG_TRACING, ATTACH_TRACE_ITER, KIND_FUNC, "bpf_iter_task" },
	{ PROG_STRUCT_OPS, 0, KIND_STRUCT, "tcp_congestion_ops" },
	{ PROG_SK_LOOKUP, ATTACH_SK_LOOKUP, 0, "" },
	{ PROG_SYSCALL, 0, 0, "" },
	{ PROG_NETFILTER, ATTACH_NETFILTER, 0, "" },
};

/* Calls function `id` (0: none) from caller i; what the verifier says is in `text`. */
static int call(u32 i, u32 id)
{
	const struct bpf_insn insns[] = {
		{ .code = BPF_JMP | BPF_CALL, .src_reg = BPF_PSEUDO_KFUNC_CALL, .imm = (s32)id },
		{ .code = BPF_ALU64 | BPF_MOV },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	struct live_prog p = { .type = callers[i].type,
			       .attach = callers[i].attach,
			       .insns = id ? insns : insns + 1,
			       .count = id ? 3 : 2,
			       .log = text,
			       .log_len = sizeof(text) };

	if (callers[i].kind)
		p.target = types_find(kernel, callers[i].target, callers[i].kind);
	if (p.type == PROG_SYSCALL)
		p.flags = BPF_F_SLEEPABLE;
	return live_load(&p);
}

static void check_function(u32 i, u32 id, s32 kfunc)
{
	const struct kfunc_info *k = kfunc_info((u32)kfunc);
	bool sleeps = callers[i].type == PROG_SYSCALL;
	bool want = kfunc_allowed((u32)kfunc, callers[i].type, callers[i].attach, sleeps);
	bool have, must_sleep;

	call(i, id);
	have = !strstr(text, "not allowed") && !strstr(text, "only allowed") &&
	       !strstr(text, "device-bound");
	must_sleep = strstr(text, "must be sleepable");
	if (have != want)
		fail_msg("%s from %s, attach type %u: %s", k->name,
			 prog_info(callers[i].type)->name, callers[i].attach,
			 have ? "allowed" : "refused");
	if (have && must_sleep != ((k->flags & KF_SLEEPABLE) && !sleeps))
		fail_msg("%s: %s sleep", k->name, must_sleep ? "may" : "does not");
}

static void functions_are_open_to_the_programs_that_the_kernel_lets_call_them(void **state)
{
	u32 functions = 0, types = 0;

	if (!live_has_bpf() || !kernel)
		test_skip("no bpf(2) or no types of the kernel");
	for (u32 i = 0; i < ARRAY_SIZE(callers); i++)
		types += !call(i, 0);
	for (u32 id = 1; id < types_count(kernel); id++) {
		u32 func = types_ref(kernel, id);
		s32 kfunc;

		if (types_kind(kernel, id) != KIND_DECL_TAG ||
		    strcmp(types_name(kernel, id), "bpf_kfunc"))
			continue;
		kfunc = kfunc_by_name(types_name(kernel, func));
		if (kfunc < 0)
			fail_msg("%s has no row", types_name(kernel, func));
		for (u32 i = 0; i < ARRAY_SIZE(callers); i++)
			check_function(i, func, kfunc);
		functions++;
	}
	printf("# %u functions from %u kinds of programs\n", functions, types);
	assert_true(functions > 100 && types > 25);
}

/* Iterators come in threes, and what may be NULL, acquires or releases says so in its types. */
static void flags_agree_with_prototypes(void **state)
{
	if (!kernel)
		test_skip("no types of the kernel");
	for (u32 i = 0; i < KFUNC_COUNT; i++) {
		const struct kfunc_info *k = kfunc_info(i);
		u32 func = types_find(kernel, k->name, KIND_FUNC);
		u32 proto = types_ref(kernel, func);
		bool pointer = types_kind(kernel, types_strip(kernel, types_ref(kernel, proto))) ==
			       KIND_PTR;
		u32 iter = k->flags & (KF_ITER_NEW | KF_ITER_NEXT | KF_ITER_DESTROY);
		const char *end = iter & KF_ITER_NEW	? "_new"
				  : iter & KF_ITER_NEXT ? "_next"
							: "_destroy";
		size_t len = strlen(k->name);

		if (iter)
			assert_string_equal(k->name + len - strlen(end), end);
		if (iter)
			assert_int_equal(strncmp(k->name, "bpf_iter_", 9), 0);
		if (!func)
			continue; /* the kernel is built without it */
		if (k->flags & (KF_ACQUIRE | KF_ITER_NEXT | KF_ARENA_RET))
			assert_true(pointer);
		if (iter & KF_ITER_NEXT)
			assert_true(k->flags & KF_RET_NULL);
		if (k->flags & KF_RELEASE)
			assert_true(types_vlen(kernel, proto) >= 1);
	}
}

static void rows_are_found_by_name(void **state)
{
	for (u32 i = 0; i < KFUNC_COUNT; i++) {
		const struct kfunc_info *k = kfunc_info(i);

		assert_int_equal(kfunc_by_name(k->name), i);
		assert_true(ERA(k->since_major, k->since_minor) >= ERA(5, 5));
		assert_true(ERA(k->since_major, k->since_minor) <= ERA(6, 18));
		assert_false(kfunc_allowed(i, PROG_UNSPEC, 0, false));
	}
	assert_null(kfunc_info(KFUNC_COUNT));
	assert_int_equal(kfunc_by_name("printf"), -1);
	assert_false(kfunc_allowed(KFUNC_COUNT, PROG_XDP, 0, false));
	assert_string_equal(kfunc_flag_name(KF_ACQUIRE), "ACQUIRE");
	assert_string_equal(kfunc_flag_name(KF_PACKET), "PACKET");
	assert_string_equal(kfunc_flag_name(KF_PACKET << 1), "?");
	assert_string_equal(kfunc_flag_name(0), "?");
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
	TEST(functions_are_open_to_the_programs_that_the_kernel_lets_call_them),
	TEST(flags_agree_with_prototypes),
	TEST(rows_are_found_by_name),
};

int main(void)
{
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, open_types, close_types);
}
