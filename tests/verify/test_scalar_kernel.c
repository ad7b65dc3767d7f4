// SPDX-License-Identifier: BSD-2-Clause
/*
 * Scalars against the live kernel: programs of random arithmetic and branches over two unknown
 * numbers; after each instruction the register as the kernel's verifier prints it must be the one
 * that scalar.h computes, on both edges of jumps. The log omits a bound at the end of its line
 * (umin=0) and writes equal values once (smin=umin=3); nothing else is left out.
 */
#include "isa/alu.h"
#include "test.h"
#include "verify/scalar.h"

#include <errno.h>
#include <linux/bpf.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { STEPS = 10, CASES = 60, PROGRAMS = 60, MAX_CODE = 4096, LOG_SIZE = 4 << 20 };
#define REG(n) ((n) == 6 ? 0 : 1)

struct expected {
	bool known;		 /* this instruction was checked by us */
	struct scalar before[2]; /* r6, r7 */
	struct scalar after[2];	 /* falling through */
	bool is_jump;
	int decision;
	struct scalar taken[2];
	bool forked; /* the kernel followed the other edge */
	bool first;  /* a case starts here: registers are fresh */
};

static struct insn code[MAX_CODE];
static struct expected expected[MAX_CODE];
static u32 count, stubs[MAX_CODE], stub_count;
static char *log_text;
static u64 seed = 0x9e3779b97f4a7c15;

static struct {
	u32 equal, tighter, looser, different, edges, decisions, decided_more, decided_less;
} figures;

static u32 rnd(u32 below)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (u32)((seed >> 20) % below);
}

/* Immediates at the places where ranges bend. */
static s32 rnd_imm(void)
{
	static const s32 edges[] = {
		0,    1,    -1,	    2,	   7,	      8,	 255,		256,
		-128, -129, 0xffff, 32767, INT32_MAX, INT32_MIN, INT32_MIN + 1, INT32_MAX - 1
	};

	switch (rnd(4)) {
	case 0:
		return edges[rnd(ARRAY_SIZE(edges))];
	case 1:
		return (s32)(1u << rnd(32));
	case 2:
		return (s32)rnd(64) - 32;
	default:
		return (s32)(u32)(rnd(1 << 16) << 16 | rnd(1 << 16)) >> rnd(32);
	}
}

static struct insn *emit(u8 op, u8 dst, u8 src, s16 off, s32 imm)
{
	code[count] = (struct insn){ op, (u8)(dst & 15), (u8)(src & 15), off, imm };
	memset(&expected[count], 0, sizeof(expected[count]));
	return &code[count++];
}

/* Of 0 or -1 the kernel makes two paths at AND and OR: not a matter of scalars. */
static bool is_mask(const struct scalar *s)
{
	return (s->smin == -1 && s->smax == 0) || (s->s32_min == -1 && s->s32_max == 0);
}

static void emit_alu(struct scalar *regs)
{
	static const u8 ops[] = { ALU_ADD, ALU_SUB, ALU_MUL,  ALU_OR,  ALU_AND, ALU_LSH, ALU_RSH,
				  ALU_XOR, ALU_MOV, ALU_ARSH, ALU_NEG, ALU_ADD, ALU_SUB, ALU_AND,
				  ALU_MUL, ALU_END, ALU_DIV,  ALU_MOD, ALU_ARSH };
	u8 op = ops[rnd(ARRAY_SIZE(ops))], class = rnd(2) ? CLASS_ALU64 : CLASS_ALU;
	u8 dst = (u8)(6 + rnd(2)), src = rnd(10) ? 13 - dst : dst, by_reg = rnd(2) ? SRC_X : SRC_K;
	s32 imm = rnd_imm();
	s16 off = 0;
	struct scalar operand;
	struct insn *i;

	if (op == ALU_END) {
		if (rnd(8))
			return;
		imm = 16 << rnd(3);
		by_reg = class == CLASS_ALU ? (u8)(rnd(2) * SRC_X) : SRC_K;
	} else if (op == ALU_NEG) {
		by_reg = SRC_K;
		imm = 0;
	} else if (op == ALU_LSH || op == ALU_RSH || op == ALU_ARSH) {
		by_reg = rnd(8) ? SRC_K : SRC_X;
		imm = (s32)rnd(class == CLASS_ALU ? 32 : 64);
		imm = class == CLASS_ALU64 && !rnd(3) ? 32 : imm;
	} else if (op == ALU_DIV || op == ALU_MOD) {
		if (rnd(6))
			return;
		imm = imm ? imm : 3;
		off = (s16)rnd(2);
	} else if (op == ALU_MOV) {
		by_reg = SRC_X;
		off = (s16)(8 << rnd(class == CLASS_ALU ? 2 : 3));
		if (class == CLASS_ALU && !rnd(3))
			off = 0;
		if (!off || regs[REG(src)].umax < 1ull << (off - 1))
			src = dst; /* the same value: a copy would be linked */
	}
	if (op == ALU_END || op == ALU_NEG)
		src = 0;
	if ((op == ALU_AND || op == ALU_OR) && is_mask(&regs[REG(dst)]))
		return;
	i = emit((u8)(op | class | by_reg), dst, by_reg == SRC_X && op != ALU_END ? src : 0, off,
		 by_reg == SRC_X && op != ALU_END ? 0 : imm);
	operand = by_reg == SRC_X && src ? regs[REG(src)] : scalar_const((u64)(s64)imm);
	memcpy(expected[count - 1].before, regs, 2 * sizeof(*regs));
	scalar_alu(&regs[REG(dst)], src == dst && by_reg == SRC_X ? &regs[REG(dst)] : &operand, i);
	expected[count - 1].known = true;
	memcpy(expected[count - 1].after, regs, 2 * sizeof(*regs));
}

static void emit_jump(struct scalar *regs)
{
	static const u8 ops[] = { JMP_JEQ,  JMP_JGT, JMP_JGE, JMP_JSET, JMP_JNE, JMP_JSGT,
				  JMP_JSGE, JMP_JLT, JMP_JLE, JMP_JSLT, JMP_JSLE };
	u8 op = ops[rnd(ARRAY_SIZE(ops))];
	bool is32 = rnd(2), by_reg = rnd(2);
	u8 dst = (u8)(6 + rnd(2)), src = rnd(30) ? 13 - dst : dst;
	s32 imm = rnd_imm();
	struct scalar other[2], constant = scalar_const((u64)(s64)imm);
	struct scalar *a = &regs[REG(dst)], *b = by_reg ? &regs[REG(src)] : &constant;
	struct expected *e;

	emit((u8)(op | (is32 ? CLASS_JMP32 : CLASS_JMP) | (by_reg ? SRC_X : SRC_K)), dst,
	     by_reg ? src : 0, 0, by_reg ? 0 : imm);
	e = &expected[count - 1];
	e->known = e->is_jump = true;
	memcpy(e->before, regs, sizeof(e->before));
	e->decision = scalar_branch(a, b, op, is32);
	if (e->decision != 1)
		stubs[stub_count++] = count - 1;
	memcpy(other, regs, sizeof(other));
	if (e->decision < 0) {
		struct scalar *oa = &other[REG(dst)], copy = constant;

		scalar_refine(oa, by_reg ? &other[REG(src)] : &copy, op, is32, true);
		scalar_refine(a, b, op, is32, false);
		for (int n = 0; n < 2; n++) {
			if (!scalar_valid(&regs[n]))
				scalar_forget_ranges(&regs[n]);
			if (!scalar_valid(&other[n]))
				scalar_forget_ranges(&other[n]);
		}
	}
	memcpy(e->taken, other, sizeof(other));
	memcpy(e->after, regs, sizeof(e->after));
}

static void emit_program(void)
{
	u32 branch_stubs;

	count = stub_count = 0;
	for (u32 n = 0; n < CASES; n++) {
		struct scalar regs[2] = { scalar_unknown(), scalar_unknown() };
		u32 first;

		emit(CODE_CALL, 0, 0, 0, BPF_FUNC_get_prandom_u32);
		emit(0xbf, 6, 0, 0, 0);
		emit(CODE_CALL, 0, 0, 0, BPF_FUNC_get_prandom_u32);
		emit(0xbf, 7, 0, 0, 0);
		emit(0xb7, 0, 0, 0, 0);
		first = count;
		for (u32 step = 0; step < STEPS; step++) {
			if (rnd(2))
				emit_alu(regs);
			else
				emit_jump(regs);
		}
		expected[first].first = true;
	}
	emit(CODE_EXIT, 0, 0, 0, 0);
	branch_stubs = stub_count;
	for (u32 n = 0; n < branch_stubs; n++) {
		code[stubs[n]].off = (s16)(count - stubs[n] - 1);
		emit(CODE_EXIT, 0, 0, 0, 0);
	}
}

static int load(void)
{
	union bpf_attr attr = { 0 };
	int fd;

	attr.prog_type = BPF_PROG_TYPE_XDP;
	attr.insns = (u64)(uintptr_t)code;
	attr.insn_cnt = count;
	attr.license = (u64)(uintptr_t) "GPL";
	attr.log_buf = (u64)(uintptr_t)log_text;
	attr.log_size = LOG_SIZE;
	attr.log_level = 2;
	fd = (int)syscall(__NR_bpf, BPF_PROG_LOAD, &attr, sizeof(attr));
	return fd < 0 ? -errno : fd;
}

static const char *parse_bound(const char *p, struct scalar *s)
{
	static const char *const names[] = { "smin=",	"smax=",   "umin=",   "umax=",
					     "smin32=", "smax32=", "umin32=", "umax32=" };
	u32 mentioned = 0;
	bool more = true;
	u64 v;

	while (more) {
		more = false;
		for (u32 n = 0; n < ARRAY_SIZE(names); n++) {
			if (strncmp(p, names[n], strlen(names[n])))
				continue;
			mentioned |= 1u << n;
			p += strlen(names[n]);
			more = true;
			break;
		}
	}
	if (!mentioned)
		return NULL;
	v = strtoull(p, (char **)&p, 0);
	s->smin = mentioned & 1 ? (s64)v : s->smin;
	s->smax = mentioned & 2 ? (s64)v : s->smax;
	s->umin = mentioned & 4 ? v : s->umin;
	s->umax = mentioned & 8 ? v : s->umax;
	s->s32_min = mentioned & 16 ? (s32)v : s->s32_min;
	s->s32_max = mentioned & 32 ? (s32)v : s->s32_max;
	s->u32_min = mentioned & 64 ? (u32)v : s->u32_min;
	s->u32_max = mentioned & 128 ? (u32)v : s->u32_max;
	return p;
}

/* "scalar(id=3,smin=umin=1,…,var_off=(0x0; 0xff))" or "-5"; false: something else. */
static bool parse_scalar(const char *p, struct scalar *s)
{
	char *end;

	p += *p == 'P';
	if (*p == '-' || (*p >= '0' && *p <= '9')) {
		*s = scalar_const(strtoull(p, &end, 0));
		return true;
	}
	if (strncmp(p, "scalar(", 7))
		return false;
	*s = scalar_unknown();
	for (p += 7; *p && *p != ')'; p += *p == ',') {
		if (!strncmp(p, "id=", 3)) {
			p += strcspn(p, ",)");
		} else if (!strncmp(p, "var_off=(", 9)) {
			s->var.value = strtoull(p + 9, &end, 0);
			s->var.mask = strtoull(end + 1, &end, 0);
			p = end + 1;
		} else {
			p = parse_bound(p, s);
			if (!p)
				return false;
		}
	}
	return true;
}

static bool find_reg(const char *line, u32 reg, struct scalar *s)
{
	char name[8];
	const char *p;

	snprintf(name, sizeof(name), " R%u", reg);
	p = strstr(line, name);
	p = p ? strchr(p, '=') : NULL;
	return p && parse_scalar(p + 1, s);
}

static void show(const char *what, const struct scalar *s)
{
	print_message("#   %-7s s64 %lld…%lld u64 %llu…%llu s32 %d…%d u32 %u…%u (%llx; %llx)\n",
		      what, (long long)s->smin, (long long)s->smax, (long long)s->umin,
		      (long long)s->umax, s->s32_min, s->s32_max, s->u32_min, s->u32_max,
		      (long long)s->var.value, (long long)s->var.mask);
}

static bool agree(u32 slot, u32 reg, const struct scalar *ours, const struct scalar *theirs,
		  const char *line)
{
	const struct expected *e = &expected[slot];

	/* A constant tnum is printed as a number, whatever the ranges are. */
	if (scalar_equal(ours, theirs) ||
	    (scalar_is_const(theirs) && tnum_equal(ours->var, theirs->var))) {
		figures.equal++;
		return true;
	}
	if (scalar_within(theirs, ours))
		figures.tighter++;
	else if (scalar_within(ours, theirs))
		figures.looser++;
	else
		figures.different++;
	if (figures.tighter + figures.looser + figures.different > 12)
		return false;
	print_message("# R%u after %.*s\n", reg, (int)strcspn(line, "\n"), line);
	show("r6 was", &e->before[0]);
	show("r7 was", &e->before[1]);
	show("ours", ours);
	show("kernel", theirs);
	return false;
}

/* The fall-through states, in order; a case is given up at its first disagreement. */
static void compare_line(const char *line, u32 slot, bool *given_up)
{
	const struct expected *e = &expected[slot];

	if (e->first)
		*given_up = false;
	if (!e->known || *given_up)
		return;
	for (u32 n = 0; n < 2; n++) {
		struct scalar theirs;
		char copy[1024];

		snprintf(copy, sizeof(copy), "%.*s", (int)strcspn(line, "\n"), line);
		if (strchr(copy, ';') && find_reg(strchr(copy, ';'), 6 + n, &theirs) &&
		    !agree(slot, 6 + n, &e->after[n], &theirs, line))
			*given_up = true;
	}
	expected[slot].known = !*given_up;
}

static void compare_edge(const char *line, u32 slot)
{
	struct expected *e = &expected[slot];
	char copy[2048];

	e->forked = true;
	if (!e->known || e->decision >= 0)
		return;
	figures.edges++;
	snprintf(copy, sizeof(copy), "%.*s", (int)strcspn(line, "\n"), line);
	for (u32 n = 0; n < 2; n++) {
		struct scalar theirs;

		if (find_reg(copy, 6 + n, &theirs))
			agree(slot, 6 + n, &e->taken[n], &theirs, line);
	}
}

static void compare_decisions(void)
{
	for (u32 n = 0; n < count; n++) {
		const struct expected *e = &expected[n];
		bool more = e->decision >= 0 && e->forked, less = e->decision < 0 && !e->forked;

		if (!e->known || !e->is_jump)
			continue;
		figures.decisions++;
		figures.decided_more += more;
		figures.decided_less += less;
		if ((more || less) && figures.decided_more + figures.decided_less < 6) {
			print_message("# %02x r%u r%u %d: ours %d, the kernel %s\n", code[n].code,
				      code[n].dst, code[n].src, code[n].imm, e->decision,
				      e->forked ? "forks" : "does not fork");
			show("r6 was", &e->before[0]);
			show("r7 was", &e->before[1]);
		}
	}
}

static void compare_log(void)
{
	bool given_up = false, main_path = true;

	for (const char *line = log_text; line && *line; line = strchr(line, '\n')) {
		u32 slot, to;

		line += *line == '\n';
		if (sscanf(line, "from %u to %u:", &slot, &to) == 2) {
			main_path = false;
			if (slot < count)
				compare_edge(line, slot);
		} else if (main_path && sscanf(line, "%u: (", &slot) == 1 && slot < count &&
			   strchr(line, '(')) {
			compare_line(line, slot, &given_up);
		}
	}
	compare_decisions();
}

static void scalars_are_those_of_the_running_kernel(void **state)
{
	const char *programs = getenv("SKEP_SCALAR_PROGRAMS");
	u32 total = programs ? (u32)atoi(programs) : PROGRAMS;

	if (getenv("SKEP_SEED"))
		seed = strtoull(getenv("SKEP_SEED"), NULL, 0) * 0x9e3779b97f4a7c15 + 1;
	log_text = malloc(LOG_SIZE);
	for (u32 n = 0; n < total; n++) {
		int fd;

		emit_program();
		fd = load();
		if (fd == -EPERM)
			test_skip("no right to load programs");
		if (fd < 0)
			fail_msg("%s: %.2000s", strerror(-fd),
				 log_text +
					 (strlen(log_text) > 1900 ? strlen(log_text) - 1900 : 0));
		close(fd);
		compare_log();
	}
	print_message("# registers: %u equal, %u tighter here, %u looser, %u different; %u edges\n",
		      figures.equal, figures.tighter, figures.looser, figures.different,
		      figures.edges);
	print_message("# %u jumps: %u decided only here, %u only by the kernel\n",
		      figures.decisions, figures.decided_more, figures.decided_less);
	free(log_text);
	assert_true(figures.equal > 100 * total);
	assert_int_equal(figures.tighter + figures.looser + figures.different, 0);
	assert_int_equal(figures.decided_more + figures.decided_less, 0);
}

static const struct CMUnitTest tests[] = {
	TEST(scalars_are_those_of_the_running_kernel),
};
TEST_MAIN(tests)
