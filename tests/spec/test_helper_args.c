// SPDX-License-Identifier: BSD-2-Clause
/*
 * Prototypes of helpers against the running kernel, argument by argument and program type by
 * program type: what fits before it, then something that fits nothing, or NULL. The verifier says
 * which registers it wanted, and that must be what the tables say.
 */
#include "test.h"

#include "spec/helper_extra.h"
#include "spec/helper_maps.h"
#include "spec/map.h"
#include "spec/prog.h"
#include "tests/spec/live.h"

enum { BUFFER = 64 /* bytes of stack handed out */, MAX_INSNS = 64 };

static char text[65536];
static int array, maps[64];

struct program {
	struct bpf_insn insns[MAX_INSNS];
	u32 count;
};

static void emit(struct program *p, u8 code, u8 dst, u8 src, s16 off, s32 imm)
{
	p->insns[p->count++] = (struct bpf_insn){ code, dst, src, off, imm };
}

static void emit_map(struct program *p, u8 reg, int fd)
{
	emit(p, BPF_LD | BPF_DW | BPF_IMM, reg, BPF_PSEUDO_MAP_FD, 0, fd);
	emit(p, 0, 0, 0, 0, 0);
}

/* A map that the helper works on, -1: none is made here. */
static int fitting_map(u32 id)
{
	for (u32 type = 1; type < ARRAY_SIZE(maps); type++) {
		if (maps[type] >= 0 && helper_fits_map(id, type))
			return maps[type];
	}
	return -1;
}

static bool emit_good(struct program *p, u32 id, enum arg_type type, u8 reg)
{
	switch (type) {
	case ARG_SCALAR:
		emit(p, BPF_ALU64 | BPF_MOV | BPF_K, reg, 0, 0, 0);
		return true;
	case ARG_CTX:
	case ARG_CTX_OR_NULL:
		emit(p, BPF_ALU64 | BPF_MOV | BPF_X, reg, 6, 0, 0);
		return true;
	case ARG_MAP:
		if (fitting_map(id) < 0)
			return false;
		emit_map(p, reg, fitting_map(id));
		return true;
	case ARG_SIZE:
	case ARG_SIZE_OR_ZERO:
	case ARG_ALLOC_SIZE:
		emit(p, BPF_ALU64 | BPF_MOV | BPF_K, reg, 0, 0, 8);
		return true;
	case ARG_MAP_KEY:
	case ARG_MAP_VALUE:
	case ARG_MAP_VALUE_OUT:
	case ARG_MEM:
	case ARG_MEM_OR_NULL:
	case ARG_MEM_RW:
	case ARG_MEM_OUT:
	case ARG_MEM_OUT_OR_NULL:
	case ARG_SCALAR_OUT:
	case ARG_FIXED_MEM:
	case ARG_FIXED_MEM_OUT:
		emit(p, BPF_ALU64 | BPF_MOV | BPF_X, reg, 10, 0, 0);
		emit(p, BPF_ALU64 | BPF_ADD | BPF_K, reg, 0, 0, -BUFFER);
		return true;
	default:
		return false;
	}
}

/* What the verifier calls the registers that fit; "": anything does. */
static const char *wanted(u32 id, enum arg_type type)
{
	switch (type) {
	case ARG_NONE:
	case ARG_SCALAR:
		return "";
	case ARG_CTX:
	case ARG_CTX_OR_NULL:
		return "ctx";
	case ARG_MAP:
		return "map_ptr";
	case ARG_SIZE:
	case ARG_SIZE_OR_ZERO:
	case ARG_ALLOC_SIZE:
		return "scalar";
	case ARG_SOCK_COMMON:
		return helper_takes_btf_sock(id)
			       ? "sock_common, sock, tcp_sock, xdp_sock, ptr_, trusted_ptr_"
			       : "sock_common, sock, tcp_sock, xdp_sock";
	case ARG_SOCKET:
	case ARG_SOCKET_OR_NULL:
		return "sock";
	case ARG_BTF_ID:
	case ARG_BTF_ID_OR_NULL:
		return "ptr_, trusted_ptr_, rcu_ptr_";
	case ARG_PERCPU_BTF_ID:
		return "percpu_ptr_, percpu_rcu_ptr_, percpu_trusted_ptr_";
	case ARG_ALLOC_MEM:
		return "ringbuf_mem";
	case ARG_TIMER:
	case ARG_CONST_STR:
		return "map_value";
	case ARG_SPIN_LOCK:
	case ARG_KPTR:
		return "map_value, ptr_";
	case ARG_FUNC:
		return "func";
	case ARG_STACK_OR_NULL:
		return "fp";
	case ARG_DYNPTR:
	case ARG_DYNPTR_OUT:
		return "fp, dynptr_ptr";
	default:
		return "fp, pkt, pkt_meta, map_key, map_value, mem, ringbuf_mem, buf, trusted_ptr_";
	}
}

static bool may_be_null(u32 id, enum arg_type type, u32 prog_type)
{
	switch (type) {
	case ARG_NONE:
	case ARG_SCALAR:
	case ARG_SIZE:
	case ARG_SIZE_OR_ZERO:
	case ARG_ALLOC_SIZE:
	case ARG_CTX_OR_NULL:
	case ARG_MAP_VALUE_OR_NULL:
	case ARG_MEM_OR_NULL:
	case ARG_MEM_OUT_OR_NULL:
	case ARG_STACK_OR_NULL:
	case ARG_SOCKET_OR_NULL:
	case ARG_BTF_ID_OR_NULL:
		return true;
	case ARG_SOCK_COMMON:
		return helper_sock_or_null(id, prog_type);
	default:
		return false;
	}
}

static const struct {
	u32 type, attach, kind;
	const char *target;
} callers[] = {
	{ PROG_SOCKET_FILTER, 0, 0, NULL },
	{ PROG_KPROBE, 0, 0, NULL },
	{ PROG_SCHED_CLS, 0, 0, NULL },
	{ PROG_TRACEPOINT, 0, 0, NULL },
	{ PROG_XDP, ATTACH_XDP, 0, NULL },
	{ PROG_PERF_EVENT, ATTACH_PERF_EVENT, 0, NULL },
	{ PROG_CGROUP_SKB, ATTACH_CGROUP_INET_INGRESS, 0, NULL },
	{ PROG_CGROUP_SOCK, ATTACH_CGROUP_INET_SOCK_CREATE, 0, NULL },
	{ PROG_LWT_IN, 0, 0, NULL },
	{ PROG_LWT_XMIT, 0, 0, NULL },
	{ PROG_SOCK_OPS, ATTACH_CGROUP_SOCK_OPS, 0, NULL },
	{ PROG_SK_SKB, ATTACH_SK_SKB_STREAM_VERDICT, 0, NULL },
	{ PROG_CGROUP_DEVICE, ATTACH_CGROUP_DEVICE, 0, NULL },
	{ PROG_SK_MSG, ATTACH_SK_MSG_VERDICT, 0, NULL },
	{ PROG_RAW_TRACEPOINT, 0, 0, NULL },
	{ PROG_CGROUP_SOCK_ADDR, ATTACH_CGROUP_INET4_CONNECT, 0, NULL },
	{ PROG_LWT_SEG6LOCAL, 0, 0, NULL },
	{ PROG_SK_REUSEPORT, ATTACH_SK_REUSEPORT_SELECT, 0, NULL },
	{ PROG_FLOW_DISSECTOR, ATTACH_FLOW_DISSECTOR, 0, NULL },
	{ PROG_CGROUP_SYSCTL, ATTACH_CGROUP_SYSCTL, 0, NULL },
	{ PROG_CGROUP_SOCKOPT, ATTACH_CGROUP_SETSOCKOPT, 0, NULL },
	{ PROG_TRACING, ATTACH_TRACE_RAW_TP, KIND_TYPEDEF, "btf_trace_sched_switch" },
	{ PROG_TRACING, ATTACH_TRACE_ITER, KIND_FUNC, "bpf_iter_tcp" },
	{ PROG_STRUCT_OPS, 0, KIND_STRUCT, "tcp_congestion_ops" },
	{ PROG_SK_LOOKUP, ATTACH_SK_LOOKUP, 0, NULL },
	{ PROG_SYSCALL, 0, 0, NULL },
	{ PROG_NETFILTER, ATTACH_NETFILTER, 0, NULL },
};

static struct types *kernel;

enum last { WRONG, NULL_POINTER };

/* Calls the helper with argument `index` as told; false: what comes before cannot be made. */
static bool call(u32 who, u32 id, u32 index, enum last last)
{
	struct program p = { 0 };
	struct live_prog load = { .type = callers[who].type,
				  .attach = callers[who].attach,
				  .insns = p.insns,
				  .log = text,
				  .log_len = sizeof(text) };
	u8 reg = (u8)(index + 1);

	emit(&p, BPF_ALU64 | BPF_MOV | BPF_X, 6, 1, 0, 0);
	for (int off = 8; off <= BUFFER; off += 8)
		emit(&p, BPF_ST | BPF_DW | BPF_MEM, 10, 0, (s16)-off, 0);
	for (u32 k = 0; k < index; k++) {
		if (!emit_good(&p, id, helper_arg(id, k, load.type), (u8)(k + 1)))
			return false;
	}
	if (last == NULL_POINTER)
		emit(&p, BPF_ALU64 | BPF_MOV | BPF_K, reg, 0, 0, 0);
	else if (helper_arg(id, index, load.type) == ARG_MAP)
		emit(&p, BPF_ALU64 | BPF_MOV | BPF_X, reg, 6, 0, 0);
	else
		emit_map(&p, reg, array);
	emit(&p, BPF_JMP | BPF_CALL, 0, 0, 0, (s32)id);
	emit(&p, BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, 0, 0);
	emit(&p, BPF_JMP | BPF_EXIT, 0, 0, 0, 0);
	load.count = p.count;
	if (callers[who].kind)
		load.target = types_find(kernel, callers[who].target, callers[who].kind);
	if (load.type == PROG_SYSCALL)
		load.flags = BPF_F_SLEEPABLE;
	live_load(&load);
	return true;
}

/* "Rn type=… expected=X": X; "" when the verifier does not complain about this register. */
static const char *complaint(u32 index)
{
	char start[32];
	char *at, *expected;

	snprintf(start, sizeof(start), "R%u type=", index + 1);
	at = strstr(text, start);
	expected = at ? strstr(at, "expected=") : NULL;
	if (!expected)
		return "";
	expected += strlen("expected=");
	expected[strcspn(expected, "\n")] = '\0';
	return expected;
}

/* Did the verifier look at the arguments at all? */
static bool was_asked(void)
{
	static const char *const not [] = { "unknown func",   "cannot use helper",
					    "might sleep",    "not allowed in probe",
					    "is not allowed", "Sleepable programs can only" };

	for (u32 i = 0; i < ARRAY_SIZE(not ); i++) {
		if (strstr(text, not [i]))
			return false;
	}
	return *text != '\0';
}

static u32 check_argument(u32 who, u32 id, u32 index)
{
	enum arg_type type = helper_arg(id, index, callers[who].type);
	const char *name = helper_by_id(id)->name, *type_name = prog_info(callers[who].type)->name;
	const char *have, *want = wanted(id, type);

	if (!call(who, id, index, WRONG) || !was_asked())
		return 0;
	have = complaint(index);
	if (strcmp(have, want) && !(type == ARG_STACK_OR_NULL && *have))
		fail_msg("bpf_%s, argument %u, %s: %s, not %s (%s)", name, index + 1, type_name,
			 have, want, arg_type_name(type));
	call(who, id, index, NULL_POINTER);
	if (!*complaint(index) != may_be_null(id, type, callers[who].type))
		fail_msg("bpf_%s, argument %u, %s: NULL is %s", name, index + 1, type_name,
			 *complaint(index) ? "refused" : "taken");
	return 1;
}

static int make_map(u32 type)
{
	const struct map_info *info = map_info(type);
	union bpf_attr attr = { 0 };

	attr.map_type = type;
	attr.key_size = info->key == RULE_ZERO ? 0 : info->key == RULE_CGROUP ? 16 : 4;
	attr.value_size = info->value == RULE_ZERO ? 0 : info->value == RULE_U32 ? 4 : 8;
	attr.max_entries = info->entries == RULE_ZERO ? 0 : info->entries == RULE_PAGES ? 4096 : 1;
	return (int)live_bpf(BPF_MAP_CREATE, &attr);
}

static void arguments_are_what_the_kernel_asks_for(void **state)
{
	u32 asked = 0, helpers = 0;

	if (!live_has_bpf() || !kernel)
		test_skip("no bpf(2) or no types of the kernel");
	for (u32 id = 1; id < helper_count(); id++) {
		u32 before = asked;

		if (id == HELPER_tail_call)
			continue; /* its rules are its own: in the tests of calls */
		for (u32 who = 0; who < ARRAY_SIZE(callers); who++) {
			if (!helper_allowed(id, callers[who].type, callers[who].attach))
				continue;
			for (u32 k = 0; k < 5 && helper_by_id(id)->arg[k] != ARG_NONE; k++)
				asked += check_argument(who, id, k);
		}
		helpers += asked > before;
	}
	printf("# %u arguments of %u helpers\n", asked, helpers);
	assert_true(helpers > 150 && asked > 3000);
}

/* A program of four instructions calls it: does the verifier ask for a program that may sleep? */
static void helpers_sleep_as_the_kernel_says(void **state)
{
	u32 sleeping = 0;

	if (!live_has_bpf())
		test_skip("no bpf(2)");
	for (u32 id = 1; id < helper_count(); id++) {
		if (!helper_allowed(id, PROG_XDP, ATTACH_XDP))
			continue;
		call(4, id, 0, WRONG);
		assert_int_equal(!!strstr(text, "might sleep"), helper_sleeps(id));
		sleeping += helper_sleeps(id);
	}
	assert_true(sleeping >= 2);
}

static bool is_memory(enum arg_type type)
{
	return !strncmp(wanted(0, type), "fp, pkt", 7);
}

/* An XDP program passes packet bytes, checked, as argument `index`; 0: the kernel takes them. */
static int call_with_packet(u32 id, u32 index)
{
	struct program p = { 0 };
	struct live_prog load = {
		.type = PROG_XDP, .insns = p.insns, .log = text, .log_len = sizeof(text)
	};
	u32 jump;

	emit(&p, BPF_ALU64 | BPF_MOV | BPF_X, 6, 1, 0, 0);
	emit(&p, BPF_LDX | BPF_W | BPF_MEM, 7, 6, 0, 0);
	emit(&p, BPF_LDX | BPF_W | BPF_MEM, 8, 6, 4, 0);
	emit(&p, BPF_ALU64 | BPF_MOV | BPF_X, 9, 7, 0, 0);
	emit(&p, BPF_ALU64 | BPF_ADD | BPF_K, 9, 0, 0, BUFFER);
	jump = p.count;
	emit(&p, BPF_JMP | BPF_JGT | BPF_X, 9, 8, 0, 0);
	for (int off = 8; off <= BUFFER; off += 8)
		emit(&p, BPF_ST | BPF_DW | BPF_MEM, 10, 0, (s16)-off, 0);
	for (u32 k = 0; k < 5 && helper_by_id(id)->arg[k] != ARG_NONE; k++) {
		if (k == index)
			emit(&p, BPF_ALU64 | BPF_MOV | BPF_X, (u8)(k + 1), 7, 0, 0);
		else if (!emit_good(&p, id, helper_arg(id, k, PROG_XDP), (u8)(k + 1)))
			return -ENOENT;
	}
	emit(&p, BPF_JMP | BPF_CALL, 0, 0, 0, (s32)id);
	p.insns[jump].off = (s16)(p.count - jump - 1);
	emit(&p, BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, 0, 0);
	emit(&p, BPF_JMP | BPF_EXIT, 0, 0, 0, 0);
	load.count = p.count;
	return live_load(&load);
}

static void packet_memory_is_an_argument_where_the_kernel_takes_it(void **state)
{
	u32 taken = 0, asked = 0;

	if (!live_has_bpf())
		test_skip("no bpf(2)");
	for (u32 id = 1; id < helper_count(); id++) {
		const struct helper_info *h = helper_by_id(id);

		for (u32 k = 0; k < 5; k++) {
			bool refused;

			if (!is_memory(h->arg[k]) || helper_sleeps(id) ||
			    !helper_allowed(id, PROG_XDP, ATTACH_XDP) ||
			    call_with_packet(id, k) == -ENOENT)
				continue;
			refused = strstr(text, "helper access to the packet");
			if (!refused && !was_asked())
				continue;
			if (refused == helper_takes_packet(id))
				fail_msg("bpf_%s: packet memory is %s", h->name,
					 refused ? "refused" : "taken");
			taken += helper_takes_packet(id);
			asked++;
		}
	}
	printf("# %u arguments, %u may lie in the packet\n", asked, taken);
	assert_true(asked > 30 && taken > 10);
}

/* Every kernel structure that the tables name is in the kernel's types. */
static void kernel_structures_exist(void **state)
{
	if (!kernel)
		test_skip("no types of the kernel");
	for (u32 id = 1; id < helper_count(); id++) {
		const struct helper_info *h = helper_by_id(id);

		for (u32 k = 0; k < 5; k++) {
			const char *type = helper_arg_btf(id, k);

			if ((h->arg[k] == ARG_BTF_ID || h->arg[k] == ARG_BTF_ID_OR_NULL) &&
			    id != HELPER_kptr_xchg && !type)
				fail_msg("bpf_%s: argument %u has no type", h->name, k + 1);
			if (type && !types_find(kernel, type, KIND_STRUCT))
				fail_msg("struct %s", type);
		}
		if ((h->ret == RET_BTF_ID || h->ret == RET_BTF_ID_OR_NULL) &&
		    id != HELPER_kptr_xchg && !helper_ret_btf(id))
			fail_msg("bpf_%s: the result has no type", h->name);
		/* MPTCP may be configured out. */
		if (helper_ret_btf(id) && id != HELPER_skc_to_mptcp_sock &&
		    !types_find(kernel, helper_ret_btf(id), KIND_STRUCT))
			fail_msg("struct %s", helper_ret_btf(id));
	}
}

static void tables_agree_with_prototypes(void **state)
{
	for (u32 id = 0; id <= helper_count(); id++) {
		const struct helper_info *h = helper_by_id(id);
		struct helper_callback c = helper_callback(id);
		bool func = false;

		for (u32 k = 0; h && k < 5; k++)
			func |= h->arg[k] == ARG_FUNC;
		assert_int_equal(func, c.arg != 0);
		if (!h)
			continue;
		assert_true(!c.arg || h->arg[c.arg - 1] == ARG_FUNC);
		if (h->ret == RET_SOCKET_OR_NULL || h->ret == RET_SOCK_COMMON_OR_NULL)
			assert_true(helper_acquires(id) || helper_casts(id) ||
				    id == HELPER_get_listener_sock);
		if (helper_releases(id))
			assert_true(h->arg[helper_releases(id) - 1] != ARG_NONE);
		if (helper_ret_sized(id))
			assert_int_equal(h->ret, RET_INT);
	}
	assert_int_equal(helper_arg(HELPER_get_cgroup_classid, 0, PROG_XDP), ARG_NONE);
	assert_int_equal(helper_arg(HELPER_get_cgroup_classid, 0, PROG_SCHED_CLS), ARG_CTX);
	assert_int_equal(helper_arg(HELPER_loop, 5, PROG_XDP), ARG_NONE);
	assert_int_equal(helper_arg(9999, 0, PROG_XDP), ARG_NONE);
	assert_false(helper_sleeps(9999) || helper_acquires(9999) || helper_releases(9999));
	assert_null(helper_ret_btf(9999));
}

static int prepare(void **state)
{
	kernel = live_types();
	for (u32 type = 0; type < ARRAY_SIZE(maps); type++)
		maps[type] = map_info(type) ? make_map(type) : -1;
	array = maps[MAP_TYPE_ARRAY];
	return 0;
}

static int clean_up(void **state)
{
	for (u32 type = 0; type < ARRAY_SIZE(maps); type++) {
		if (maps[type] >= 0)
			close(maps[type]);
	}
	types_free(kernel);
	return 0;
}

static const struct CMUnitTest tests[] = {
	TEST(arguments_are_what_the_kernel_asks_for),
	TEST(helpers_sleep_as_the_kernel_says),
	TEST(packet_memory_is_an_argument_where_the_kernel_takes_it),
	TEST(kernel_structures_exist),
	TEST(tables_agree_with_prototypes),
};

int main(void)
{
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, prepare, clean_up);
}
