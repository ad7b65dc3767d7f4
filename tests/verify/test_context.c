// SPDX-License-Identifier: BSD-2-Clause
/*
 * What programs may read and write through their contexts, sockets and kernel objects: every
 * offset and width is asked of the running kernel and of the verifier. SKEP_FULL=1 asks about
 * every tracepoint, security hook and offset instead of a sample.
 */
#include "test.h"

#include <string.h>

#include "isa/insn.h"
#include "kload.h"
#include "spec/map.h"
#include "spec/prog.h"
#include "spec/returns.h"
#include "verify/verify.h"

enum { MAX_CODE = 32, SHOWN = 20 };

static struct object object = { .name = "context", .license = "GPL" };
static struct kload kload;
static struct obj_prog prog;
static struct insn code[MAX_CODE];
static u32 asked, unasked, accepted, differ;

static struct insn load(u8 dst, u8 src, s16 off, u32 size)
{
	u8 s = size == 1 ? SIZE_B : size == 2 ? SIZE_H : size == 4 ? SIZE_W : SIZE_DW;

	return (struct insn){ CLASS_LDX | MODE_MEM | s, dst, src, off, 0 };
}

static struct insn store(u8 dst, s16 off, u8 src, u32 size)
{
	struct insn i = load(dst, src, off, size);

	i.code = (u8)((i.code & ~7) | CLASS_STX);
	return i;
}

static struct insn store_imm(u8 dst, s16 off, u32 size)
{
	struct insn i = load(dst, 0, off, size);

	i.code = (u8)((i.code & ~7) | CLASS_ST);
	return i;
}

static struct insn mov(u8 dst, s32 imm)
{
	return (struct insn){ CODE_MOV, dst, 0, 0, imm };
}

/* if r == 0 skip n */
static struct insn skip_null(u8 r, s16 n)
{
	return (struct insn){ CLASS_JMP | 0x10, r, 0, n, 0 };
}

static void start(u32 type, u32 attach, const char *target)
{
	memset(&prog, 0, sizeof(prog));
	prog.name = "context";
	prog.type = type;
	prog.attach_type = attach;
	prog.attach_target = target;
	prog.sleepable = type == PROG_SYSCALL;
	prog.insns = code;
}

static void emit(struct insn i)
{
	assert_true(prog.insn_count < MAX_CODE);
	code[prog.insn_count++] = i;
}

/* R0 gets an allowed result; the end. */
static void finish(void)
{
	struct return_range range;
	s32 r0 = 0;

	if (prog.type == PROG_LSM) {
		if (lsm_return_range(&range, prog.attach_target, false, prog.attach_type,
				     ERA(6, 18)))
			r0 = (s32)range.max;
	} else if (prog_return_range(&range, prog.type, prog.attach_type, ERA(6, 18))) {
		r0 = (s32)range.min;
	}
	emit(mov(0, r0));
	emit((struct insn){ .code = CODE_EXIT });
}

/* The reason stands before the figures. */
static const char *last_line(char *log)
{
	char *end = strstr(log, "\nprocessed"), *line;

	if (end)
		*end = 0;
	line = strrchr(log, '\n');
	return line ? line + 1 : log;
}

/* Both verdicts on the program. */
static bool agree(const char *what, s64 off, u32 size)
{
	struct verify_opts opts = { .kernel = kload_types() };
	struct verify_result *r = NULL;
	struct kload_result k;
	struct diag d;
	bool same;

	finish();
	/* Not every hook exists for programs, and not every system lets them hang there. */
	if (kload_prog(&kload, &prog, 0, KLOAD_ROOT, &k) ||
	    (k.err && (!k.log[0] || strstr(k.log, "processed 0 insns")))) {
		unasked++;
		return true;
	}
	diag_init(&d);
	assert_int_equal(verify_prog(&r, &object, &prog, &opts, &d), 0);
	asked++;
	accepted += !k.err;
	same = r->accepted == !k.err;
	if (!same && differ++ < SHOWN)
		printf("# %s/%s %s %lld (%u bytes): kernel %s%s, skep %s%s\n",
		       prog_info(prog.type)->name, prog.attach_target ? prog.attach_target : "",
		       what, (long long)off, size, k.err ? "refuses: " : "accepts",
		       k.err ? last_line(k.log) : "", r->accepted ? "accepts" : "refuses: ",
		       r->accepted || !r->reject.text ? "" : r->reject.text);
	verify_result_free(r);
	diag_fini(&d);
	return same;
}

static void begin(void)
{
	if (!kload_can())
		test_skip("loading programs needs CAP_BPF and more");
	if (!kload_types())
		test_skip("the kernel's BTF is not here");
	assert_int_equal(kload_open(&kload, &object), 0);
	asked = unasked = accepted = differ = 0;
}

static void end(void)
{
	kload_close(&kload);
	if (!asked)
		test_skip("this system lets no program hang there (%u refused)", unasked);
	printf("# %u programs, %u of them accepted by the kernel, %u verdicts differ; %u could not "
	       "be "
	       "asked\n",
	       asked, accepted, differ, unasked);
	assert_int_equal(differ, 0);
}

static bool is_full(void)
{
	return getenv("SKEP_FULL");
}

/* ---- contexts that are structs of their own ---- */

static const struct {
	u32 type, attach, size;
} contexts[] = {
	{ PROG_SOCKET_FILTER, 0, 192 },
	{ PROG_SCHED_CLS, 0, 192 },
	{ PROG_CGROUP_SKB, ATTACH_CGROUP_INET_INGRESS, 192 },
	{ PROG_LWT_XMIT, 0, 192 },
	{ PROG_SK_SKB, ATTACH_SK_SKB_STREAM_PARSER, 192 },
	{ PROG_FLOW_DISSECTOR, ATTACH_FLOW_DISSECTOR, 192 },
	{ PROG_XDP, ATTACH_XDP, 24 },
	{ PROG_XDP, ATTACH_XDP_DEVMAP, 24 },
	{ PROG_CGROUP_SOCK, ATTACH_CGROUP_INET_SOCK_CREATE, 80 },
	{ PROG_CGROUP_SOCK, ATTACH_CGROUP_INET4_POST_BIND, 80 },
	{ PROG_CGROUP_SOCK, ATTACH_CGROUP_INET6_POST_BIND, 80 },
	{ PROG_CGROUP_SOCK_ADDR, ATTACH_CGROUP_INET4_BIND, 72 },
	{ PROG_CGROUP_SOCK_ADDR, ATTACH_CGROUP_INET6_CONNECT, 72 },
	{ PROG_CGROUP_SOCK_ADDR, ATTACH_CGROUP_UDP4_SENDMSG, 72 },
	{ PROG_CGROUP_SOCK_ADDR, ATTACH_CGROUP_UDP6_SENDMSG, 72 },
	{ PROG_SOCK_OPS, ATTACH_CGROUP_SOCK_OPS, 224 },
	{ PROG_SK_MSG, ATTACH_SK_MSG_VERDICT, 80 },
	{ PROG_SK_REUSEPORT, ATTACH_SK_REUSEPORT_SELECT, 56 },
	{ PROG_SK_LOOKUP, ATTACH_SK_LOOKUP, 72 },
	{ PROG_NETFILTER, ATTACH_NETFILTER, 16 },
	{ PROG_CGROUP_SOCKOPT, ATTACH_CGROUP_GETSOCKOPT, 40 },
	{ PROG_CGROUP_SOCKOPT, ATTACH_CGROUP_SETSOCKOPT, 40 },
	{ PROG_CGROUP_SYSCTL, ATTACH_CGROUP_SYSCTL, 8 },
	{ PROG_CGROUP_DEVICE, ATTACH_CGROUP_DEVICE, 12 },
	{ PROG_KPROBE, 0, 168 },
	{ PROG_PERF_EVENT, 0, 184 },
	{ PROG_TRACEPOINT, 0, 32 },
	{ PROG_RAW_TRACEPOINT, 0, 96 },
	{ PROG_RAW_TRACEPOINT_WRITABLE, 0, 96 },
	{ PROG_SYSCALL, 0, 32 },
};

/* A load, and what it gives: a number, a pointer, a pointer that may be NULL. */
static void ask_loaded(const char *what, s64 off, u32 size)
{
	u32 before = prog.insn_count, good = accepted;

	agree(what, off, size);
	if (size < 4 || accepted == good)
		return;
	prog.insn_count = before;
	emit(load(3, 2, 0, 4));
	agree("load through a load at", off, size);
	prog.insn_count = before;
	emit(skip_null(2, 1));
	emit(load(3, 2, 0, 4));
	agree("load through a checked load at", off, size);
}

static void every_field_of_every_context_has_the_kernels_rights(void **state)
{
	begin();
	for (u32 c = 0; c < ARRAY_SIZE(contexts); c++) {
		/* Linux forgets the sign where it compares a tracepoint's offset: skep does not. */
		s32 off = contexts[c].type == PROG_TRACEPOINT ? 0 : -8;

		for (; off <= (s32)contexts[c].size; off++) {
			for (u32 size = 1; size <= 8; size *= 2) {
				start(contexts[c].type, contexts[c].attach, NULL);
				emit(load(2, 1, (s16)off, size));
				ask_loaded("load at", off, size);
				start(contexts[c].type, contexts[c].attach, NULL);
				emit(mov(2, 0));
				emit(store(1, (s16)off, 2, size));
				agree("store at", off, size);
				if (!is_full())
					continue;
				start(contexts[c].type, contexts[c].attach, NULL);
				emit(store_imm(1, (s16)off, size));
				agree("store of a constant at", off, size);
			}
		}
	}
	end();
}

/* The sk member of a packet's context, and what sk_fullsock and tcp_sock make of it. */
static void every_field_of_sockets_reads_as_in_the_kernel(void **state)
{
	static const s32 helpers[] = { 0, 95, 96 }; /* none, sk_fullsock, tcp_sock */

	begin();
	for (u32 h = 0; h < ARRAY_SIZE(helpers); h++) {
		for (s32 off = -4; off <= 116; off++) {
			for (u32 size = 1; size <= 8; size *= 2) {
				start(PROG_CGROUP_SKB, ATTACH_CGROUP_INET_INGRESS, NULL);
				emit(load(1, 1, 168, 8));
				emit(skip_null(1, helpers[h] ? 3 : 1));
				if (helpers[h]) {
					emit((struct insn){ CODE_CALL, 0, 0, 0, helpers[h] });
					emit(skip_null(0, 1));
				}
				emit(load(2, helpers[h] ? 0 : 1, (s16)off, size));
				agree("socket field at", off, size);
			}
		}
	}
	end();
}

/* ---- other memory of the kernel's ---- */

static void flow_keys_are_open_as_in_the_kernel(void **state)
{
	begin();
	for (s32 off = -4; off <= 64; off++) {
		for (u32 size = 1; size <= 8; size *= 2) {
			start(PROG_FLOW_DISSECTOR, ATTACH_FLOW_DISSECTOR, NULL);
			emit(load(2, 1, 144, 8));
			emit(load(3, 2, (s16)off, size));
			agree("flow key at", off, size);
			start(PROG_FLOW_DISSECTOR, ATTACH_FLOW_DISSECTOR, NULL);
			emit(load(2, 1, 144, 8));
			emit(store_imm(2, (s16)off, size));
			agree("store to flow key at", off, size);
		}
	}
	end();
}

/* Keys and values that an iterator shows: only the kernel knows how long they are. */
static void buffers_of_iterators_are_open_as_in_the_kernel(void **state)
{
	begin();
	for (s16 arg = 16; arg <= 24; arg += 8) {
		for (s32 off = -2; off <= 40; off++) {
			for (u32 size = 1; size <= 8; size *= 2) {
				start(PROG_TRACING, ATTACH_TRACE_ITER, "bpf_map_elem");
				emit(load(2, 1, arg, 8));
				emit(skip_null(2, 1));
				emit(load(3, 2, (s16)off, size));
				agree("load from a buffer at", off, size);
				start(PROG_TRACING, ATTACH_TRACE_ITER, "bpf_map_elem");
				emit(load(2, 1, arg, 8));
				emit(skip_null(2, 1));
				emit(store_imm(2, (s16)off, size));
				agree("store to a buffer at", off, size);
			}
		}
	}
	end();
}

static struct obj_map maps[] = {
#define A_MAP(t, key, value, n, f)                                                                 \
	{                                                                                          \
		.name = #t, .type = MAP_TYPE_##t, .key_size = key, .value_size = value,            \
		.max_entries = n, .flags = f, .inner = -1, .autocreate = true,                     \
	}
	A_MAP(ARRAY, 4, 8, 4, 0),	 A_MAP(HASH, 4, 8, 4, 0),
	A_MAP(PERCPU_ARRAY, 4, 8, 4, 0), A_MAP(LRU_HASH, 4, 8, 4, 0),
	A_MAP(PROG_ARRAY, 4, 4, 4, 0),	 A_MAP(PERF_EVENT_ARRAY, 4, 4, 4, 0),
	A_MAP(CGROUP_ARRAY, 4, 4, 4, 0), A_MAP(LPM_TRIE, 8, 8, 4, MAP_NO_PREALLOC),
	A_MAP(QUEUE, 0, 8, 4, 0),	 A_MAP(BLOOM_FILTER, 0, 8, 4, 0),
	A_MAP(STACK_TRACE, 4, 80, 4, 0), A_MAP(RINGBUF, 0, 0, 4096, 0),
	A_MAP(DEVMAP, 4, 4, 4, 0),	 A_MAP(DEVMAP_HASH, 4, 4, 4, 0),
	A_MAP(CPUMAP, 4, 4, 4, 0),	 A_MAP(XSKMAP, 4, 4, 4, 0),
	A_MAP(SOCKMAP, 4, 4, 4, 0),	 A_MAP(SOCKHASH, 4, 4, 4, 0),
};

static void members_of_maps_read_as_in_the_kernel(void **state)
{
	u32 n = 0, step = is_full() ? 1 : 23;

	object.maps = maps;
	object.map_count = ARRAY_SIZE(maps);
	begin();
	for (u32 m = 0; m < ARRAY_SIZE(maps); m++) {
		for (s32 off = -8; off <= 640; off++) {
			for (u32 size = 1; size <= 8; size *= 2) {
				if (n++ % step)
					continue;
				start(PROG_SCHED_CLS, 0, NULL);
				emit((struct insn){ CODE_LD_IMM64, 4, PSEUDO_MAP_IDX, 0, (s32)m });
				emit((struct insn){ 0 });
				emit(load(2, 4, (s16)off, size));
				ask_loaded(maps[m].name, off, size);
			}
		}
	}
	object.map_count = 0;
	end();
}

/* ---- contexts typed by BTF ---- */

static void ask_args(u32 type, u32 attach, const char *target, u32 words)
{
	for (u32 k = 0; k < words; k++) {
		start(type, attach, target);
		emit(load(2, 1, (s16)(8 * k), 8));
		ask_loaded("argument at", 8 * k, 8);
	}
}

/* All kernel types of a kind whose name has the prefix; every `step`th. */
static void ask_all(enum type_kind kind, const char *prefix, u32 step, u32 type, u32 attach,
		    u32 words)
{
	const struct types *t = kload_types();
	u32 seen = 0;

	for (u32 id = 1; id < types_count(t); id++) {
		const char *name = types_name(t, id);

		if (types_kind(t, id) != kind || strncmp(name, prefix, strlen(prefix)) ||
		    seen++ % step)
			continue;
		ask_args(type, attach, name + strlen(prefix), words);
	}
}

static void arguments_of_tracepoints_have_the_kernels_types(void **state)
{
	begin();
	ask_all(KIND_TYPEDEF, "btf_trace_", is_full() ? 1 : 17, PROG_TRACING, ATTACH_TRACE_RAW_TP,
		6);
	end();
}

static void arguments_of_security_hooks_have_the_kernels_types(void **state)
{
	begin();
	ask_all(KIND_FUNC, "bpf_lsm_", is_full() ? 1 : 7, PROG_LSM, ATTACH_LSM_MAC, 6);
	end();
}

static void arguments_of_iterators_have_the_kernels_types(void **state)
{
	begin();
	ask_all(KIND_FUNC, "bpf_iter_", 1, PROG_TRACING, ATTACH_TRACE_ITER, 5);
	end();
}

static void arguments_of_functions_have_the_kernels_types(void **state)
{
	begin();
	ask_all(KIND_FUNC, "tcp_", is_full() ? 1 : 29, PROG_TRACING, ATTACH_TRACE_FENTRY, 6);
	ask_all(KIND_FUNC, "vfs_", is_full() ? 1 : 7, PROG_TRACING, ATTACH_TRACE_FEXIT, 6);
	end();
}

/* Programs that stand for a member of a structure of functions. */
static struct obj_slot slot = { .map = -1 };
static struct obj_map ops = {
	.name = "ops", .role = MAP_STRUCT_OPS, .inner = -1, .slots = &slot, .slot_count = 1
};

static const char *const structs[] = { "tcp_congestion_ops", "Qdisc_ops", "bpf_dummy_ops",
				       "sched_ext_ops", "hid_bpf_ops" };

static void begin_struct_ops(void)
{
	object.types = kload_types();
	object.maps = &ops;
	object.map_count = 1;
	object.progs = &prog;
	object.prog_count = 1;
	begin();
}

static void end_struct_ops(void)
{
	object.types = NULL;
	object.map_count = object.prog_count = 0;
	end();
}

static void arguments_of_struct_ops_have_the_kernels_types(void **state)
{
	const struct types *t = kload_types();

	begin_struct_ops();
	for (u32 i = 0; i < ARRAY_SIZE(structs); i++) {
		ops.value_type_id = types_find(t, structs[i], KIND_STRUCT);
		for (u32 k = 0; k < types_vlen(t, ops.value_type_id); k++) {
			struct type_member m = types_member(t, ops.value_type_id, k);
			u32 to = types_strip(t, types_ref(t, types_strip(t, m.type)));

			if (types_kind(t, types_strip(t, m.type)) != KIND_PTR ||
			    types_kind(t, to) != KIND_FUNC_PROTO)
				continue;
			slot.index = m.bit_off / 8;
			ask_args(PROG_STRUCT_OPS, 0, m.name, 4);
		}
	}
	end_struct_ops();
}

static void members_that_struct_ops_may_write_are_the_kernels(void **state)
{
	const struct types *t = kload_types();
	s64 last = types_size(t, types_find(t, "tcp_sock", KIND_STRUCT)) + 8;
	u32 n = 0, step = is_full() ? 1 : 11;

	begin_struct_ops();
	ops.value_type_id = types_find(t, "tcp_congestion_ops", KIND_STRUCT);
	slot.index = types_member(t, ops.value_type_id, 0).bit_off / 8; /* ssthresh */
	for (s64 off = 0; off < last; off++) {
		for (u32 size = 1; size <= 8; size *= 2) {
			if (n++ % step)
				continue;
			start(PROG_STRUCT_OPS, 0, "ssthresh");
			emit(load(2, 1, 0, 8));
			emit(store_imm(2, (s16)off, size));
			agree("store to socket at", off, size);
		}
	}
	end_struct_ops();
}

/* ---- kernel objects ---- */

static const struct {
	u32 type, attach;
	const char *target;
	s16 arg; /* offset of the pointer in the context */
	const char *name;
} objects[] = {
	{ PROG_TRACING, ATTACH_TRACE_RAW_TP, "sched_switch", 8, "task_struct" },
	{ PROG_TRACING, ATTACH_TRACE_RAW_TP, "kfree_skb", 0, "sk_buff" },
	{ PROG_TRACING, ATTACH_TRACE_RAW_TP, "tcp_probe", 0, "sock" },
	{ PROG_LSM, ATTACH_LSM_MAC, "file_open", 0, "file" },
	{ PROG_LSM, ATTACH_LSM_MAC, "bprm_check_security", 0, "linux_binprm" },
	{ PROG_LSM, ATTACH_LSM_MAC, "socket_bind", 0, "socket" },
	{ PROG_LSM, ATTACH_LSM_MAC, "inode_unlink", 0, "inode" },
	{ PROG_LSM, ATTACH_LSM_MAC, "inode_unlink", 8, "dentry" },
	{ PROG_TRACING, ATTACH_TRACE_FENTRY, "tcp_v4_connect", 0, "sock" },
};

static void members_of_kernel_objects_read_as_in_the_kernel(void **state)
{
	const struct types *t = kload_types();
	u32 n = 0, step = is_full() ? 1 : 37;

	begin();
	for (u32 o = 0; o < ARRAY_SIZE(objects); o++) {
		s64 last = types_size(t, types_find(t, objects[o].name, KIND_STRUCT)) + 8;

		for (s64 off = -8; off < MIN(last, 12000); off++) {
			for (u32 size = 1; size <= 8; size *= 2) {
				if (n++ % step)
					continue;
				start(objects[o].type, objects[o].attach, objects[o].target);
				emit(load(2, 1, objects[o].arg, 8));
				emit(load(2, 2, (s16)off, size));
				ask_loaded("member at", off, size);
				start(objects[o].type, objects[o].attach, objects[o].target);
				emit(load(2, 1, objects[o].arg, 8));
				emit(store_imm(2, (s16)off, size));
				agree("store to member at", off, size);
			}
		}
	}
	end();
}

static const struct CMUnitTest tests[] = {
	TEST(every_field_of_every_context_has_the_kernels_rights),
	TEST(every_field_of_sockets_reads_as_in_the_kernel),
	TEST(flow_keys_are_open_as_in_the_kernel),
	TEST(buffers_of_iterators_are_open_as_in_the_kernel),
	TEST(members_of_maps_read_as_in_the_kernel),
	TEST(arguments_of_tracepoints_have_the_kernels_types),
	TEST(arguments_of_security_hooks_have_the_kernels_types),
	TEST(arguments_of_iterators_have_the_kernels_types),
	TEST(arguments_of_functions_have_the_kernels_types),
	TEST(arguments_of_struct_ops_have_the_kernels_types),
	TEST(members_that_struct_ops_may_write_are_the_kernels),
	TEST(members_of_kernel_objects_read_as_in_the_kernel),
};
TEST_MAIN(tests)
