// SPDX-License-Identifier: BSD-2-Clause
/*
 * Control flow, loops and register liveness. The oracle is the running kernel: its verifier log at
 * level 2 prints live registers and component numbers before it follows the program.
 */
#include "test.h"

#include <errno.h>
#include <linux/bpf.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "verify/cfg.h"
#include "verify/depth.h"

#define OP(code_, dst_, src_, off_, imm_)                                                          \
	((struct insn){                                                                            \
		.code = (code_), .dst = (dst_), .src = (src_), .off = (off_), .imm = (imm_) })
#define MOV(dst, imm)	  OP(0xb7, dst, 0, 0, imm)
#define EXIT		  OP(CODE_EXIT, 0, 0, 0, 0)
#define JA(off)		  OP(CODE_JA, 0, 0, off, 0)
#define GOTOL(imm)	  OP(CODE_JA32, 0, 0, 0, imm)
#define MAY_GOTO(off)	  OP(CODE_JCOND, 0, 0, off, 0)
#define JEQ(dst, off)	  OP(0x15, dst, 0, off, 0)
#define CALL_TO(imm)	  OP(CODE_CALL, 0, CALL_LOCAL, 0, imm)
#define HELPER(id)	  OP(CODE_CALL, 0, CALL_HELPER, 0, id)
#define WIDE(dst, s, imm) OP(CODE_LD_IMM64, dst, s, 0, imm), OP(0, 0, 0, 0, 0)

enum { LIMIT = 64 };

static const struct cfg_rules loops = { .loops_allowed = true };
static char text[1 << 20];

/* What the kernel says of a program before it follows it. */
struct said {
	bool has_flow; /* the flow graph was accepted, live and scc are valid */
	u16 live[LIMIT];
	u32 scc[LIMIT];
};

static int ask_kernel(struct said *said, const struct insn *insns, u32 count)
{
	union bpf_attr attr = {
		.prog_type = BPF_PROG_TYPE_SOCKET_FILTER,
		.insn_cnt = count,
		.insns = (uintptr_t)insns,
		.license = (uintptr_t) "GPL",
		.log_level = 2,
		.log_buf = (uintptr_t)text,
		.log_size = sizeof(text),
	};
	int fd = (int)syscall(SYS_bpf, BPF_PROG_LOAD, &attr, sizeof(attr)), err = errno;
	char *line = strstr(text, "Live regs before insn:\n"), *colon;
	u32 at;

	memset(said, 0, sizeof(*said));
	if (fd < 0 && (err == EPERM || err == ENOSYS))
		return -err;
	if (fd >= 0)
		close(fd);
	for (line = line ? strchr(line, '\n') + 1 : NULL; line; line = strchr(line, '\n') + 1) {
		colon = strchr(line, ':');
		if (line[0] != ' ' || !colon || colon > line + 12)
			break;
		said->has_flow = true;
		at = (u32)strtoul(line + 4, NULL, 10);
		assert_true(at < LIMIT);
		said->scc[at] = (u32)strtoul(strndupa(line, 4), NULL, 10);
		for (u32 r = 0; r < REG_FP; r++)
			said->live[at] |= (u16)((colon[2 + r] != '.') << r);
	}
	return 0;
}

/* Component numbers differ, components must not. */
static void compare_loops(const struct cfg *cfg, const struct said *said)
{
	for (u32 i = 0; i < cfg->count; i++) {
		if (cfg->flags[i] & CFG_SECOND)
			continue;
		assert_int_equal(!cfg->scc[i], !said->scc[i]);
		for (u32 k = 0; k < i; k++) {
			if (!(cfg->flags[k] & CFG_SECOND))
				assert_int_equal(cfg->scc[i] == cfg->scc[k],
						 said->scc[i] == said->scc[k]);
		}
	}
}

static void compare(struct insn *insns, u32 count)
{
	struct object *obj = object_new("test");
	struct obj_prog prog = { .name = "main", .insns = insns, .insn_count = count };
	struct arena arena = { 0 };
	struct cfg cfg;
	struct said said;
	int err = ask_kernel(&said, insns, count);

	if (err) {
		arena_fini(&arena);
		object_free(obj);
		test_skip("bpf(2) says %d", err);
	}
	err = cfg_build(&cfg, &arena, obj, &prog, &loops, NULL);
	if (!err != said.has_flow)
		fail_msg("we say %d, the kernel\n%s", err, text);
	for (u32 i = 0; !err && i < count; i++) {
		if (!(cfg.flags[i] & CFG_SECOND) && cfg.live[i] != said.live[i])
			fail_msg("slot %u: live 0x%x, the kernel\n%s", i, cfg.live[i], text);
	}
	if (!err)
		compare_loops(&cfg, &said);
	arena_fini(&arena);
	object_free(obj);
}

#define COMPARE(...)                                                                               \
	do {                                                                                       \
		struct insn insns_[] = { __VA_ARGS__ };                                            \
		compare(insns_, ARRAY_SIZE(insns_));                                               \
	} while (0)

static void live_registers_are_the_kernels(void **state)
{
	COMPARE(MOV(0, 0), EXIT);
	COMPARE(MOV(6, 0), MOV(7, 1), OP(0x0f, 6, 7, 0, 0), OP(0xbf, 0, 6, 0, 0), EXIT);
	COMPARE(HELPER(5), HELPER(7), EXIT);
	COMPARE(MOV(1, 0), HELPER(1), HELPER(2), HELPER(12), MOV(0, 0), EXIT);
	COMPARE(HELPER(181), EXIT);
	COMPARE(MOV(6, 4), CALL_TO(2), OP(0x0f, 0, 6, 0, 0), EXIT, OP(0xbf, 0, 1, 0, 0), EXIT);
	COMPARE(WIDE(2, PSEUDO_FUNC, 3), HELPER(181), EXIT, MOV(0, 0), EXIT);
	COMPARE(OP(0x20, 0, 0, 0, 12), EXIT);	  /* ld_abs */
	COMPARE(OP(0x50, 0, 3, 0, 12), EXIT);	  /* ld_ind */
	COMPARE(OP(0xdb, 10, 2, -8, 0xf1), EXIT); /* cmpxchg */
	COMPARE(OP(0xdb, 10, 2, -8, 0xe1), EXIT);
	COMPARE(OP(0xdb, 10, 2, -8, 0x00), EXIT);
	COMPARE(OP(0xdb, 10, 2, -8, 0x01), EXIT);
	COMPARE(OP(0xdb, 0, 10, -8, 0x100), EXIT); /* load_acquire */
	COMPARE(OP(0xdb, 10, 0, -8, 0x110), MOV(0, 0), EXIT);
	COMPARE(OP(0xdc, 0, 0, 0, 16), OP(0xd7, 0, 0, 0, 64), OP(0x87, 0, 0, 0, 0), EXIT);
	COMPARE(OP(0x7b, 10, 2, -8, 0), OP(0x79, 0, 10, -8, 0), OP(0x7a, 10, 0, -8, 1), EXIT);
	COMPARE(OP(0x1d, 2, 3, 1, 0), MOV(0, 0), EXIT);
}

static void loops_are_the_kernels(void **state)
{
	COMPARE(JA(-1), EXIT);
	COMPARE(MOV(0, 0), JEQ(0, -1), EXIT);
	COMPARE(MOV(0, 0), JEQ(0, -2), EXIT);
	COMPARE(MOV(0, 5), MAY_GOTO(1), JA(-2), EXIT);
	COMPARE(MOV(0, 5), JEQ(0, 1), GOTOL(-2), JEQ(0, 2), JEQ(0, -2), EXIT, EXIT);
	COMPARE(MOV(0, 5), CALL_TO(2), JEQ(0, -2), EXIT, MOV(0, 1), JEQ(0, -2), EXIT);
	COMPARE(WIDE(2, PSEUDO_FUNC, 4), HELPER(181), MOV(0, 0), EXIT, MOV(0, 0), EXIT);
}

static void unreachable_code_is_refused_as_by_the_kernel(void **state)
{
	COMPARE(MOV(0, 0), EXIT, EXIT);
	COMPARE(MOV(0, 0), JA(1), EXIT, EXIT);
	COMPARE(JA(2), WIDE(0, 0, 0), MOV(0, 0), EXIT);
}

static u32 next_random(u64 *seed)
{
	*seed = *seed * 6364136223846793005ull + 1442695040888963407ull;
	return (u32)(*seed >> 33);
}

static struct insn random_insn(u64 *seed, u32 at, u32 count)
{
	static const u8 alu[] = { 0xb7, 0xbf, 0x07, 0x0f, 0xbc, 0x87, 0x9f };
	static const u8 jumps[] = { 0x15, 0x1d, 0x45, 0x16, 0x2d, 0xe5, CODE_JA };
	u32 r = next_random(seed), dst = r % 10, src = r / 16 % 10, to = r / 256 % count;
	struct insn i = { .dst = dst, .src = src, .imm = 1 };

	switch (next_random(seed) % 8) {
	case 0:
		return HELPER(next_random(seed) % 3 + 1);
	case 1:
	case 2:
	case 3:
		i.code = jumps[next_random(seed) % ARRAY_SIZE(jumps)];
		i.off = (s16)(to - at - 1);
		if (i.code == CODE_JCOND || i.code == CODE_JA)
			i.dst = i.src = 0, i.imm = 0;
		break;
	default:
		i.code = alu[next_random(seed) % ARRAY_SIZE(alu)];
		if (i.code == 0x87)
			i.imm = 0;
	}
	if (INSN_SRC(i.code) == SRC_X && i.code != CODE_JA)
		i.imm = 0;
	else
		i.src = 0;
	return i;
}

static void random_graphs_are_seen_as_by_the_kernel(void **state)
{
	struct insn insns[LIMIT];
	u64 seed = 1;
	u32 count;

	for (u32 round = 0; round < 1000; round++) {
		count = 4 + next_random(&seed) % 16;
		for (u32 at = 0; at + 1 < count; at++)
			insns[at] = random_insn(&seed, at, count);
		insns[count - 1] = EXIT;
		compare(insns, count);
	}
}

static int build(struct cfg *cfg, struct arena *a, const struct cfg_rules *rules,
		 struct obj_prog *prog, struct diag *d)
{
	struct object obj = { 0 };

	return cfg_build(cfg, a, &obj, prog, rules, d);
}

#define PROG(...)                                                                                  \
	{                                                                                          \
		.name = "main", .insns = (struct insn[]){ __VA_ARGS__ },                           \
		.insn_count = ARRAY_SIZE(((struct insn[]){ __VA_ARGS__ }))                         \
	}

static void back_edges_are_refused_where_loops_are(void **state)
{
	struct obj_prog loop = PROG(MOV(0, 0), JEQ(0, -2), EXIT);
	struct obj_prog diamond = PROG(MOV(0, 0), JEQ(0, 1), MOV(0, 1), EXIT);
	struct cfg_rules none = { 0 };
	struct arena a = { 0 };
	struct diag d;
	struct cfg cfg;

	diag_init(&d);
	assert_int_equal(build(&cfg, &a, &none, &loop, &d), -EINVAL);
	assert_non_null(strstr(d.first->text, "back-edge to slot 0"));
	assert_int_equal(build(&cfg, &a, &none, &diamond, &d), 0);
	diag_fini(&d);
	arena_fini(&a);
}

static void states_are_compared_where_ways_meet(void **state)
{
	struct obj_prog prog = PROG(MOV(0, 0), JEQ(0, 1), HELPER(5), CALL_TO(1), EXIT, MOV(0, 0),
				    MAY_GOTO(0), EXIT);
	struct arena a = { 0 };
	struct cfg cfg;

	assert_int_equal(build(&cfg, &a, &loops, &prog, NULL), 0);
	assert_int_equal(cfg.func_count, 2);
	assert_int_equal(cfg.flags[0], CFG_REACHED);
	assert_int_equal(cfg.flags[1], CFG_REACHED | CFG_PRUNE);
	assert_int_equal(cfg.flags[2], CFG_REACHED);
	assert_int_equal(cfg.flags[3], CFG_REACHED | CFG_PRUNE | CFG_JUMP);
	assert_int_equal(cfg.flags[4], CFG_REACHED | CFG_PRUNE | CFG_JUMP);
	assert_int_equal(cfg.flags[5], CFG_REACHED | CFG_PRUNE | CFG_JUMP);
	assert_int_equal(cfg.flags[6], CFG_REACHED | CFG_PRUNE | CFG_CHECKPOINT | CFG_MAY_GOTO);
	arena_fini(&a);
}

static int chain_depth(struct obj_prog *prog, const u16 *depth, bool private_stack, struct diag *d)
{
	struct depth_rules rules = { .round = 16, .private_stack = private_stack };
	struct arena a = { 0 };
	struct cfg cfg;
	int err;

	assert_int_equal(build(&cfg, &a, &loops, prog, d), 0);
	err = depth_check(&cfg, depth, &rules, d);
	arena_fini(&a);
	return err;
}

static void chains_of_calls_share_512_bytes(void **state)
{
	struct obj_prog prog = PROG(CALL_TO(2), CALL_TO(3), EXIT, MOV(0, 0), EXIT, HELPER(5), EXIT);
	struct obj_prog tail = PROG(CALL_TO(1), EXIT, HELPER(12), MOV(0, 0), EXIT);
	struct diag d;

	diag_init(&d);
	assert_int_equal(chain_depth(&prog, (u16[]){ 256, 256, 250 }, false, &d), 0);
	assert_int_equal(chain_depth(&prog, (u16[]){ 257, 240, 241 }, false, &d), -EACCES);
	assert_non_null(strstr(d.first->text, "combined stack size of 2 calls is 528 bytes"));
	assert_non_null(strstr(d.first->text, "'main' (272) calls the function at slot 5 (256)"));
	assert_int_equal(chain_depth(&prog, (u16[]){ 257, 240, 512 }, true, &d), 0);
	assert_int_equal(chain_depth(&tail, (u16[]){ 240, 8 }, false, &d), 0);
	assert_int_equal(chain_depth(&tail, (u16[]){ 241, 8 }, false, &d), -EACCES);
	diag_fini(&d);
}

static const struct CMUnitTest tests[] = {
	TEST(live_registers_are_the_kernels),
	TEST(loops_are_the_kernels),
	TEST(unreachable_code_is_refused_as_by_the_kernel),
	TEST(random_graphs_are_seen_as_by_the_kernel),
	TEST(back_edges_are_refused_where_loops_are),
	TEST(states_are_compared_where_ways_meet),
	TEST(chains_of_calls_share_512_bytes),
};
TEST_MAIN(tests)
