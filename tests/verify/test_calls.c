// SPDX-License-Identifier: BSD-2-Clause
/*
 * Calls of every helper from every program type that this kernel loads, with arguments that mostly
 * fit and sometimes do not: skep's verdict must be the running kernel's.
 * SKEP_CALLS=N: other programs than usual, N for each type; SKEP_SHOW=1: the programs that differ.
 */
#include "base/buf.h"
#include "isa/disasm.h"
#include "kload.h"
#include "spec/ctx.h"
#include "spec/helper_extra.h"
#include "spec/helper_maps.h"
#include "spec/map.h"
#include "spec/prog.h"
#include "test.h"
#include "verify/verify.h"

enum { CODE = 256, TRIES = 120 };

enum map_index { M_ARRAY, M_HASH, M_RODATA, M_RINGBUF, M_OTHER, M_COUNT = M_OTHER + 18 };

/* Pointers that the program made before the call, each saved in a stack slot of its own. */
enum thing {
	T_NONE,
	T_VALUE,	 /* of the array */
	T_VALUE_OR_NULL, /* of the hash table */
	T_PACKET,	 /* 32 bytes of it were checked */
	T_SOCK,		 /* the context's, or NULL */
	T_LOOKED_UP,	 /* a socket with a reference */
	T_TASK,
	T_RECORD, /* 16 bytes of the ring buffer */
	T_NUMBER, /* any */
	T_SMALL,  /* 0 … 15 */
	T_DYNPTR, /* at DYNPTR_AT */
	T_COUNT
};

/* Stack: -64 … -1 zeros, -128 … -65 unwritten, the dynptr, the saved pointers. */
enum { ZEROS = 64, FRESH = 128, DYNPTR_AT = 160, SAVED_AT = 168 };

struct gen {
	struct insn code[CODE];
	u32 count;
	u32 type, attach;
	enum thing have[2];
	bool checked[2]; /* the pointer was compared with NULL */
};

static u64 seed;

static u32 rnd(u32 below)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (u32)((seed >> 20) % below);
}

static bool chance(u32 percent)
{
	return rnd(100) < percent;
}

/* ---- instructions ---- */

static void emit(struct gen *g, struct insn i)
{
	if (g->count < CODE)
		g->code[g->count++] = i;
}

static void mov(struct gen *g, u8 dst, u8 src)
{
	emit(g, (struct insn){ .code = 0xbf, .dst = dst & 15, .src = src & 15 });
}

static void set(struct gen *g, u8 dst, s32 imm)
{
	emit(g, (struct insn){ .code = 0xb7, .dst = dst & 15, .imm = imm });
}

static void add(struct gen *g, u8 dst, s32 imm)
{
	emit(g, (struct insn){ .code = 0x07, .dst = dst & 15, .imm = imm });
}

static void stack_at(struct gen *g, u8 dst, s32 below)
{
	mov(g, dst, REG_FP);
	add(g, dst, -below);
}

static void call(struct gen *g, u32 id)
{
	emit(g, (struct insn){ .code = CODE_CALL, .imm = (s32)id });
}

static void load_map(struct gen *g, u8 dst, u32 map)
{
	emit(g, (struct insn){
			.code = 0x18, .dst = dst & 15, .src = PSEUDO_MAP_IDX, .imm = (s32)map });
	emit(g, (struct insn){ 0 });
}

static void save(struct gen *g, u32 k, u8 src)
{
	emit(g, (struct insn){ .code = 0x7b,
			       .dst = REG_FP,
			       .src = src & 15,
			       .off = (s16)(-SAVED_AT - 8 * (s32)k) });
}

static void restore(struct gen *g, u32 k, u8 dst)
{
	emit(g, (struct insn){ .code = 0x79,
			       .dst = dst & 15,
			       .src = REG_FP,
			       .off = (s16)(-SAVED_AT - 8 * (s32)k) });
}

/* What was acquired is given back, mostly. */
static void give_back(struct gen *g)
{
	for (u32 k = 2; k-- > 0;) {
		bool sock = g->have[k] == T_LOOKED_UP;

		if ((!sock && g->have[k] != T_RECORD) || chance(4))
			continue;
		restore(g, k, 1);
		if (!g->checked[k])
			emit(g, (struct insn){ .code = 0x15, .dst = 1, .off = sock ? 1 : 2 });
		if (!sock)
			set(g, 2, 0);
		call(g, sock ? HELPER_sk_release : HELPER_ringbuf_discard);
	}
}

static void leave(struct gen *g)
{
	bool other = g->type == PROG_CGROUP_SOCK_ADDR || chance(5);

	give_back(g);
	set(g, 0, other ? 1 : 0);
	emit(g, (struct insn){ .code = CODE_EXIT });
}

/* `code`: a jump that is taken when the program goes on. */
static void leave_unless(struct gen *g, struct insn jump)
{
	u32 at = g->count;

	emit(g, jump);
	leave(g);
	g->code[MIN(at, CODE - 1)].off = (s16)(g->count - at - 1);
}

/* if r0 == 0: leave */
static void leave_if_null(struct gen *g)
{
	leave_unless(g, (struct insn){ .code = 0x55 });
}

/* ---- things ---- */

static const struct ctx_field *field_of_kind(const struct gen *g, enum ctx_kind kind)
{
	const struct ctx_layout *l = ctx_layout(g->type, g->attach);

	for (u32 i = 0; l && i < l->count; i++) {
		if (l->fields[i].kind == kind)
			return &l->fields[i];
	}
	return NULL;
}

static void load_field(struct gen *g, u8 dst, const struct ctx_field *f)
{
	emit(g, (struct insn){ .code = f->size == 8 ? 0x79 : 0x61,
			       .dst = dst & 15,
			       .src = 6,
			       .off = (s16)f->off });
}

static bool make_packet(struct gen *g)
{
	const struct ctx_field *start = field_of_kind(g, CTX_PACKET);
	const struct ctx_field *end = field_of_kind(g, CTX_PACKET_END);

	if (!start || !end)
		return false;
	load_field(g, 7, start);
	load_field(g, 8, end);
	mov(g, 0, 7);
	add(g, 0, 32);
	leave_unless(g, (struct insn){ .code = 0xbd, .dst = 0, .src = 8 }); /* r0 <= r8 */
	mov(g, 0, 7);
	return true;
}

static void make_lookup(struct gen *g, u32 map)
{
	load_map(g, 1, map);
	stack_at(g, 2, 8);
	call(g, HELPER_map_lookup_elem);
}

static void make_socket(struct gen *g)
{
	mov(g, 1, 6);
	stack_at(g, 2, 16);
	set(g, 3, 12);
	set(g, 4, -1);
	set(g, 5, 0);
	call(g, chance(70) ? HELPER_sk_lookup_tcp : HELPER_skc_lookup_tcp);
}

static void make_record(struct gen *g)
{
	load_map(g, 1, M_RINGBUF);
	set(g, 2, 16);
	set(g, 3, 0);
	call(g, HELPER_ringbuf_reserve);
}

static void make_dynptr(struct gen *g)
{
	make_lookup(g, M_ARRAY);
	leave_if_null(g);
	mov(g, 1, 0);
	set(g, 2, 16);
	set(g, 3, 0);
	stack_at(g, 4, DYNPTR_AT);
	call(g, HELPER_dynptr_from_mem);
	stack_at(g, 0, DYNPTR_AT);
}

/* Leaves it in r0. False: there is none for this program type. */
static bool make_thing(struct gen *g, enum thing what)
{
	const struct ctx_field *sk;

	switch (what) {
	case T_VALUE:
		make_lookup(g, M_ARRAY);
		return true;
	case T_VALUE_OR_NULL:
		make_lookup(g, M_HASH);
		return true;
	case T_PACKET:
		return make_packet(g);
	case T_SOCK:
		sk = field_of_kind(g, CTX_POINTER);
		if (!sk)
			return false;
		load_field(g, 0, sk);
		return true;
	case T_LOOKED_UP:
		if (!helper_allowed(HELPER_sk_lookup_tcp, g->type, g->attach))
			return false;
		make_socket(g);
		return true;
	case T_TASK:
		call(g, HELPER_get_current_task_btf);
		return true;
	case T_RECORD:
		make_record(g);
		return true;
	case T_NUMBER:
		call(g, HELPER_get_prandom_u32);
		return true;
	case T_SMALL:
		call(g, HELPER_get_prandom_u32);
		emit(g, (struct insn){ .code = 0x57, .imm = 15 });
		return true;
	case T_DYNPTR:
		make_dynptr(g);
		return true;
	default:
		return false;
	}
}

static void prepare(struct gen *g)
{
	mov(g, 6, 1);
	for (s32 at = -ZEROS; at < 0; at += 8)
		emit(g, (struct insn){ .code = 0x7a, .dst = REG_FP, .off = (s16)at });
	for (u32 k = 0; k < 2; k++) {
		enum thing what = (enum thing)rnd(T_COUNT);

		if (!make_thing(g, what))
			continue;
		g->have[k] = what;
		g->checked[k] = what == T_VALUE || chance(75);
		if (g->checked[k] && what != T_PACKET && what != T_TASK && what != T_NUMBER &&
		    what != T_SMALL && what != T_DYNPTR)
			leave_if_null(g);
		save(g, k, 0);
	}
}

/* ---- arguments ---- */

static bool use_thing(struct gen *g, u8 r, u32 kinds)
{
	for (u32 k = 0; k < 2; k++) {
		if (g->have[k] && (kinds >> g->have[k] & 1)) {
			restore(g, k, r);
			if (chance(10))
				add(g, r, (s32)rnd(24) - 4);
			return true;
		}
	}
	return false;
}

static void any_argument(struct gen *g, u8 r)
{
	static const s32 numbers[] = { 0, 1, 4, 8, 16, -1, 64, 512 };

	switch (rnd(8)) {
	case 0:
		mov(g, r, 6);
		break;
	case 1:
		stack_at(g, r, (s32)rnd(140) - 4);
		break;
	case 2:
		load_map(g, r, rnd(M_COUNT));
		break;
	case 3:
		mov(g, r, REG_FP);
		break;
	case 4:
	case 5:
		if (use_thing(g, r, ~0u))
			break;
		set(g, r, 8);
		break;
	default:
		set(g, r, numbers[rnd(ARRAY_SIZE(numbers))]);
	}
}

static void memory_argument(struct gen *g, u8 r, bool out)
{
	u32 kinds = 1u << T_VALUE | 1u << T_PACKET | 1u << T_RECORD | 1u << T_VALUE_OR_NULL;

	if (chance(40) && use_thing(g, r, kinds))
		return;
	if (chance(10)) {
		emit(g, (struct insn){ .code = 0x18,
				       .dst = r & 15,
				       .src = PSEUDO_MAP_IDX_VALUE,
				       .imm = M_RODATA });
		emit(g, (struct insn){ .imm = (s32)rnd(60) });
		return;
	}
	if (chance(10))
		set(g, r, 0);
	else
		stack_at(g, r, out && chance(50) ? FRESH : (s32)(8 + rnd(8) * 8));
}

static void size_argument(struct gen *g, u8 r)
{
	static const s32 sizes[] = { 8, 4, 8, 12, 16, 1, 0, 20, 64, 65, -1 };

	if (chance(20) && use_thing(g, r, 1u << T_SMALL | 1u << T_NUMBER))
		return;
	set(g, r, sizes[rnd(ARRAY_SIZE(sizes))]);
}

static void map_argument(struct gen *g, u8 r, u32 id, const struct obj_map *maps);

static void fitting_argument(struct gen *g, u8 r, enum arg_type type)
{
	u32 sockets = 1u << T_SOCK | 1u << T_LOOKED_UP;

	switch (type) {
	case ARG_CTX:
	case ARG_CTX_OR_NULL:
		mov(g, r, 6);
		break;
	case ARG_MAP_KEY:
	case ARG_MAP_VALUE:
	case ARG_MAP_VALUE_OR_NULL:
	case ARG_MEM:
	case ARG_MEM_OR_NULL:
	case ARG_FIXED_MEM:
	case ARG_MEM_RW:
		memory_argument(g, r, false);
		break;
	case ARG_MAP_VALUE_OUT:
	case ARG_MEM_OUT:
	case ARG_MEM_OUT_OR_NULL:
	case ARG_SCALAR_OUT:
	case ARG_FIXED_MEM_OUT:
		memory_argument(g, r, true);
		break;
	case ARG_SIZE:
	case ARG_SIZE_OR_ZERO:
	case ARG_ALLOC_SIZE:
		size_argument(g, r);
		break;
	case ARG_SOCK_COMMON:
	case ARG_SOCKET:
	case ARG_SOCKET_OR_NULL:
		if (!use_thing(g, r, sockets))
			set(g, r, 0);
		break;
	case ARG_BTF_ID:
	case ARG_BTF_ID_OR_NULL:
		if (!use_thing(g, r, 1u << T_TASK))
			set(g, r, 0);
		break;
	case ARG_ALLOC_MEM:
		if (!use_thing(g, r, 1u << T_RECORD))
			any_argument(g, r);
		break;
	case ARG_DYNPTR:
		stack_at(g, r, DYNPTR_AT);
		break;
	case ARG_DYNPTR_OUT:
		stack_at(g, r, chance(80) ? FRESH : 16);
		break;
	case ARG_CONST_STR:
		emit(g, (struct insn){ .code = 0x18,
				       .dst = r & 15,
				       .src = PSEUDO_MAP_IDX_VALUE,
				       .imm = M_RODATA });
		emit(g, (struct insn){ .imm = (s32)rnd(70) });
		break;
	case ARG_STACK_OR_NULL:
		if (chance(50))
			set(g, r, 0);
		else
			stack_at(g, r, 16);
		break;
	default:
		any_argument(g, r);
	}
}

/* A map that the helper works on, mostly. */
static void map_argument(struct gen *g, u8 r, u32 id, const struct obj_map *maps)
{
	u32 map = rnd(M_COUNT);

	for (u32 k = 0; k < 40 && chance(95) && !helper_fits_map(id, maps[map].type); k++)
		map = rnd(M_COUNT);
	load_map(g, r, map);
}

static bool has_thing(const struct gen *g, u32 kinds)
{
	return (kinds >> g->have[0] & 1) || (kinds >> g->have[1] & 1);
}

/* Does the program have what the helper asks for? */
static bool can_serve(const struct gen *g, u32 id)
{
	for (u32 k = 0; k < 5; k++) {
		switch (helper_arg(id, k, g->type)) {
		case ARG_ALLOC_MEM:
			return has_thing(g, 1u << T_RECORD);
		case ARG_SOCK_COMMON:
		case ARG_SOCKET:
			return has_thing(g, 1u << T_SOCK | 1u << T_LOOKED_UP);
		case ARG_BTF_ID:
			return has_thing(g, 1u << T_TASK);
		case ARG_DYNPTR:
			return has_thing(g, 1u << T_DYNPTR);
		case ARG_FUNC:
		case ARG_TIMER:
		case ARG_SPIN_LOCK:
		case ARG_KPTR:
		case ARG_PERCPU_BTF_ID:
			return false;
		default:
			break;
		}
	}
	return g->type == PROG_SYSCALL || !helper_sleeps(id);
}

/* What came back is used as what it is, mostly. */
static void use_result(struct gen *g, const struct helper_info *h)
{
	u32 way = rnd(40);

	if (way == 0 || h->ret == RET_SOCKET_OR_NULL || h->ret == RET_SOCK_COMMON_OR_NULL) {
		leave_if_null(g);
		mov(g, 1, 0);
		call(g, HELPER_sk_release);
	} else if (way == 1 || h->ret == RET_ALLOC_MEM_OR_NULL) {
		leave_if_null(g);
		mov(g, 1, 0);
		set(g, 2, 0);
		call(g, HELPER_ringbuf_discard);
	} else if (way == 2 || h->ret == RET_MAP_VALUE_OR_NULL || h->ret == RET_MEM_OR_NULL) {
		if (chance(90))
			leave_if_null(g);
		emit(g, (struct insn){ .code = 0x71, .dst = 7, .src = 0, .off = (s16)rnd(9) });
	} else if (way == 3) {
		emit(g, (struct insn){ .code = 0x67, .dst = 0, .imm = 3 });
	}
}

static void call_helper_somehow(struct gen *g, const struct obj_map *maps)
{
	const struct helper_info *h = NULL;
	u32 id = 0;

	for (u32 k = 0; k < 200; k++) {
		id = 1 + rnd(helper_count() - 1);
		h = helper_by_id(id);
		if (id == HELPER_probe_write_user || id == HELPER_override_return)
			continue; /* kernel options and lockdown decide about these */
		if (h && (helper_allowed(id, g->type, g->attach) || chance(1)) &&
		    (can_serve(g, id) || chance(5)))
			break;
	}
	for (u32 k = 0; k < 5 && h->arg[k] != ARG_NONE; k++) {
		u8 r = (u8)(k + 1);
		enum arg_type type = helper_arg(id, k, g->type);

		if (chance(1))
			continue; /* unwritten, or what an earlier call left */
		if (chance(4))
			any_argument(g, r);
		else if (type == ARG_MAP)
			map_argument(g, r, id, maps);
		else
			fitting_argument(g, r, type);
	}
	call(g, id);
	use_result(g, h);
}

static void make_program(struct gen *g, u32 type, u32 attach, const struct obj_map *maps)
{
	*g = (struct gen){ .type = type, .attach = attach };
	prepare(g);
	for (u32 k = 0, n = 1 + rnd(3); k < n; k++)
		call_helper_somehow(g, maps);
	leave(g);
}

/* ---- the test ---- */

static const struct {
	u32 type, attach;
	const char *target;
	bool sleepable;
	enum kload_as as;
} kinds[] = {
	{ PROG_SOCKET_FILTER, 0, NULL, false, KLOAD_ROOT },
	{ PROG_SOCKET_FILTER, 0, NULL, false, KLOAD_BPF },
	{ PROG_KPROBE, 0, NULL, false, KLOAD_ROOT },
	{ PROG_SCHED_CLS, 0, NULL, false, KLOAD_ROOT },
	{ PROG_SCHED_CLS, 0, NULL, false, KLOAD_ROOT },
	{ PROG_TRACEPOINT, 0, NULL, false, KLOAD_ROOT },
	{ PROG_XDP, ATTACH_XDP, NULL, false, KLOAD_ROOT },
	{ PROG_PERF_EVENT, 0, NULL, false, KLOAD_ROOT },
	{ PROG_CGROUP_SKB, ATTACH_CGROUP_INET_INGRESS, NULL, false, KLOAD_ROOT },
	{ PROG_CGROUP_SOCK, ATTACH_CGROUP_INET_SOCK_CREATE, NULL, false, KLOAD_ROOT },
	{ PROG_LWT_IN, 0, NULL, false, KLOAD_ROOT },
	{ PROG_LWT_XMIT, 0, NULL, false, KLOAD_ROOT },
	{ PROG_SOCK_OPS, ATTACH_CGROUP_SOCK_OPS, NULL, false, KLOAD_ROOT },
	{ PROG_SK_SKB, ATTACH_SK_SKB_STREAM_VERDICT, NULL, false, KLOAD_ROOT },
	{ PROG_CGROUP_DEVICE, ATTACH_CGROUP_DEVICE, NULL, false, KLOAD_ROOT },
	{ PROG_SK_MSG, ATTACH_SK_MSG_VERDICT, NULL, false, KLOAD_ROOT },
	{ PROG_RAW_TRACEPOINT, 0, NULL, false, KLOAD_ROOT },
	{ PROG_CGROUP_SOCK_ADDR, ATTACH_CGROUP_INET4_CONNECT, NULL, false, KLOAD_ROOT },
	{ PROG_SK_REUSEPORT, ATTACH_SK_REUSEPORT_SELECT, NULL, false, KLOAD_ROOT },
	{ PROG_FLOW_DISSECTOR, ATTACH_FLOW_DISSECTOR, NULL, false, KLOAD_ROOT },
	{ PROG_CGROUP_SYSCTL, ATTACH_CGROUP_SYSCTL, NULL, false, KLOAD_ROOT },
	{ PROG_CGROUP_SOCKOPT, ATTACH_CGROUP_GETSOCKOPT, NULL, false, KLOAD_ROOT },
	{ PROG_TRACING, ATTACH_TRACE_RAW_TP, "task_newtask", false, KLOAD_ROOT },
	{ PROG_SK_LOOKUP, ATTACH_SK_LOOKUP, NULL, false, KLOAD_ROOT },
	{ PROG_SYSCALL, 0, NULL, true, KLOAD_ROOT },
};

static const struct {
	enum map_type type;
	u32 key, value, entries, flags;
} shapes[M_COUNT] = {
	[M_ARRAY] = { MAP_TYPE_ARRAY, 4, 64, 4, 0 },
	[M_HASH] = { MAP_TYPE_HASH, 8, 16, 4, 0 },
	[M_RODATA] = { MAP_TYPE_ARRAY, 4, 64, 1, MAP_RDONLY_PROG },
	[M_RINGBUF] = { MAP_TYPE_RINGBUF, 0, 0, 4096, 0 },
	[M_OTHER] = { MAP_TYPE_PROG_ARRAY, 4, 4, 4, 0 },
	{ MAP_TYPE_PERF_EVENT_ARRAY, 4, 4, 4, 0 },
	{ MAP_TYPE_PERCPU_ARRAY, 4, 8, 4, 0 },
	{ MAP_TYPE_STACK_TRACE, 4, 80, 4, 0 },
	{ MAP_TYPE_CGROUP_ARRAY, 4, 4, 4, 0 },
	{ MAP_TYPE_LPM_TRIE, 8, 8, 4, MAP_NO_PREALLOC },
	{ MAP_TYPE_DEVMAP, 4, 4, 4, 0 },
	{ MAP_TYPE_SOCKMAP, 4, 4, 4, 0 },
	{ MAP_TYPE_SOCKHASH, 8, 4, 4, 0 },
	{ MAP_TYPE_XSKMAP, 4, 4, 4, 0 },
	{ MAP_TYPE_CPUMAP, 4, 4, 4, 0 },
	{ MAP_TYPE_REUSEPORT_SOCKARRAY, 4, 4, 4, 0 },
	{ MAP_TYPE_QUEUE, 0, 8, 4, 0 },
	{ MAP_TYPE_BLOOM_FILTER, 0, 8, 4, 0 },
	{ MAP_TYPE_USER_RINGBUF, 0, 0, 4096, 0 },
	{ MAP_TYPE_ARRAY, 4, 32, 2, MAP_RDONLY_PROG },
	{ MAP_TYPE_ARRAY, 4, 32, 2, MAP_WRONLY_PROG },
	{ MAP_TYPE_CGROUP_STORAGE, 16, 8, 0, 0 },
};

struct tally {
	u32 asked, accepted, unasked, differ;
};

static const char *last_line(const char *log)
{
	const char *last = strrchr(log, '\n');

	return last ? last + 1 : log;
}

static void show(const struct gen *g, const struct verify_result *r, const struct kload_result *k)
{
	printf("# %s: the kernel: %s; skep: %s %s (at %u)\n", prog_info(g->type)->name,
	       k->err ? last_line(k->log) : "accept",
	       r->accepted ? "accept" : "reject:", r->accepted ? "" : r->reject.text,
	       r->reject.insn);
	if (!getenv("SKEP_SHOW"))
		return;
	for (u32 at = 0; at < g->count; at++) {
		struct buf text = { 0 };
		const struct insn *i = &g->code[at];

		disasm_insn(&text, g->code, g->count, at, NULL);
		printf("#   %u: %s\n", at, buf_str(&text));
		buf_fini(&text);
		at += insn_is_wide(i);
	}
}

static void compare(struct kload *k, struct gen *g, u32 kind, struct tally *t)
{
	struct obj_prog prog = { .name = "calls",
				 .type = g->type,
				 .attach_type = g->attach,
				 .attach_target = kinds[kind].target,
				 .sleepable = kinds[kind].sleepable,
				 .insns = g->code,
				 .insn_count = g->count };
	struct verify_opts opts = { .kernel = kload_types(),
				    .no_perfmon = kinds[kind].as == KLOAD_BPF };
	struct verify_result *ours;
	struct kload_result r;
	struct diag d;

	/* Refused without a word: by what comes after the verifier, such as a map's owner. */
	if (kload_prog(k, &prog, 0, kinds[kind].as, &r) ||
	    (r.err && (!r.log[0] || !strncmp(last_line(r.log), "processed ", 10)))) {
		t->unasked++;
		return;
	}
	t->asked++;
	t->accepted += !r.err;
	diag_init(&d);
	assert_int_equal(verify_prog(&ours, k->obj, &prog, &opts, &d), 0);
	if (ours->accepted != !r.err && t->differ++ < 40)
		show(g, ours, &r);
	verify_result_free(ours);
	diag_fini(&d);
}

static void verdicts_on_calls_are_the_running_kernel_s(void **state)
{
	const char *more = getenv("SKEP_CALLS");
	u32 tries = more ? (u32)atoi(more) : TRIES;
	u8 text[64] = "%d values: %s and %p";
	struct obj_map maps[M_COUNT] = { 0 };
	struct object obj = {
		.name = "calls", .license = "GPL", .maps = maps, .map_count = M_COUNT
	};
	struct tally t = { 0 };

	(void)state;
	if (!kload_can() || !kload_types())
		test_skip("loading programs needs CAP_BPF and more, and the kernel's BTF");
	seed = more ? 0x9e3779b97f4a7c15 ^ tries : 0x2545f4914f6cdd1d;
	for (u32 i = 0; i < M_COUNT; i++)
		maps[i] = (struct obj_map){ .name = "map",
					    .type = shapes[i].type,
					    .key_size = shapes[i].key,
					    .value_size = shapes[i].value,
					    .max_entries = shapes[i].entries,
					    .flags = shapes[i].flags,
					    .autocreate = true,
					    .inner = -1 };
	maps[M_RODATA].role = MAP_RODATA;
	maps[M_RODATA].data = text;
	for (u32 kind = 0; kind < ARRAY_SIZE(kinds); kind++) {
		struct kload k;

		assert_int_equal(kload_open(&k, &obj), 0);
		for (u32 i = 0; i < tries; i++) {
			struct gen g;

			make_program(&g, kinds[kind].type, kinds[kind].attach, maps);
			if (g.count < CODE)
				compare(&k, &g, kind, &t);
		}
		kload_close(&k);
	}
	printf("# %u programs, %u accepted by the kernel; %u could not be asked about\n", t.asked,
	       t.accepted, t.unasked);
	assert_int_equal(t.differ, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(verdicts_on_calls_are_the_running_kernel_s),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
