// SPDX-License-Identifier: BSD-2-Clause
/*
 * Arithmetic and branches against the live kernel, as whole programs: registers copied, linked,
 * moved and compared at random, numbers and packet pointers. The verdict must be the kernel's, and
 * our log its log, line by line, but for the mark of precise numbers (P).
 */
#include <errno.h>
#include <linux/bpf.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "isa/alu.h"
#include "object/build.h"
#include "test.h"
#include "verify/verify.h"

enum { MAX_CODE = 128, LOG_SIZE = 8 << 20 };

static struct insn code[MAX_CODE];
static u32 count;
static char *kernel_log;
static u64 seed;

static struct {
	u32 programs, accepted, refused, verdict, log, lines;
} figures;

static u32 rnd(u32 below)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (u32)((seed >> 20) % below);
}

static s32 rnd_imm(void)
{
	static const s32 edges[] = { 0,	     1,	   -1,	      2,	 7,
				     8,	     255,  256,	      -128,	 0xffff,
				     32767,  1000, INT32_MAX, INT32_MIN, INT32_MIN + 1,
				     1 << 29 };

	switch (rnd(3)) {
	case 0:
		return edges[rnd(ARRAY_SIZE(edges))];
	case 1:
		return (s32)rnd(64) - 32;
	default:
		return (s32)(u32)(rnd(1 << 16) << 16 | rnd(1 << 16)) >> rnd(32);
	}
}

static void emit(u8 op, u8 dst, u8 src, s16 off, s32 imm)
{
	code[count++] = (struct insn){ op, (u8)(dst & 15), (u8)(src & 15), off, imm };
}

static u8 rnd_reg(void)
{
	return (u8)rnd(10);
}

static void emit_mov(void)
{
	u8 class = rnd(3) ? CLASS_ALU64 : CLASS_ALU;

	emit(class | ALU_MOV | SRC_X, rnd_reg(), rnd_reg(),
	     rnd(6) ? 0 : (s16)(8 << rnd(class == CLASS_ALU64 ? 3 : 2)), 0);
}

static void emit_alu(void)
{
	static const u8 ops[] = { ALU_ADD, ALU_SUB, ALU_ADD, ALU_SUB, ALU_MUL, ALU_OR,
				  ALU_AND, ALU_AND, ALU_LSH, ALU_RSH, ALU_XOR, ALU_ARSH,
				  ALU_NEG, ALU_END, ALU_DIV, ALU_MOD };
	u8 op = ops[rnd(ARRAY_SIZE(ops))], class = rnd(3) ? CLASS_ALU64 : CLASS_ALU;
	u8 by_reg = rnd(3) ? SRC_K : SRC_X;
	s32 imm = rnd_imm();

	if (op == ALU_END)
		emit(class | op | (class == CLASS_ALU ? (u8)(rnd(2) * SRC_X) : 0), rnd_reg(), 0, 0,
		     16 << rnd(3));
	else if (op == ALU_NEG)
		emit(class | op, rnd_reg(), 0, 0, 0);
	else if (by_reg == SRC_X)
		emit(class | op | SRC_X, rnd_reg(), rnd_reg(), 0, 0);
	else if (op == ALU_LSH || op == ALU_RSH || op == ALU_ARSH)
		emit(class | op, rnd_reg(), 0, 0,
		     (s32)(rnd(3)		? rnd(class == CLASS_ALU ? 32 : 64)
			   : class == CLASS_ALU ? 31
						: 63));
	else
		emit(class | op, rnd_reg(), 0, 0,
		     (op == ALU_DIV || op == ALU_MOD) && !imm ? 3 : imm);
}

static void emit_jump(u32 end)
{
	static const u8 ops[] = { JMP_JEQ,  JMP_JGT, JMP_JGE, JMP_JSET, JMP_JNE, JMP_JSGT,
				  JMP_JSGE, JMP_JLT, JMP_JLE, JMP_JSLT, JMP_JSLE };
	u8 op = ops[rnd(ARRAY_SIZE(ops))], class = rnd(3) ? CLASS_JMP : CLASS_JMP32;
	s16 off = (s16)rnd(MIN(end - count - 1, 6) + 1);

	if (rnd(3))
		emit(op | class, rnd_reg(), 0, off, rnd_imm());
	else
		emit(op | class | SRC_X, rnd_reg(), rnd_reg(), off, 0);
}

/* All registers hold numbers; with `packet` some of them pointers. */
static void emit_start(bool packet)
{
	count = 0;
	if (packet) {
		emit(CLASS_LDX | MODE_MEM | SIZE_W, 6, 1, 0, 0);
		emit(CLASS_LDX | MODE_MEM | SIZE_W, 7, 1, 4, 0);
		emit(CLASS_LDX | MODE_MEM | SIZE_W, 8, 1, 8, 0);
	}
	for (u8 r = packet ? 9 : 7; r < 10; r++) {
		emit(CODE_CALL, 0, 0, 0, BPF_FUNC_get_prandom_u32);
		emit(CODE_MOV | SRC_X, r, 0, 0, 0);
	}
	emit(CODE_CALL, 0, 0, 0, BPF_FUNC_get_prandom_u32);
	for (u8 r = 1; r < 6; r++) {
		if (rnd(2))
			emit(CODE_MOV | SRC_X, r, (u8)(r - 1), 0, 0);
		else
			emit(CODE_MOV, r, 0, 0, rnd_imm());
	}
	if (!packet)
		emit(CODE_MOV | SRC_X, 6, 3, 0, 0);
}

/* Numbers get bounds, then move pointers. */
static void emit_pointer(u32 end)
{
	u8 ptr = (u8)(6 + rnd(3)), other = (u8)(6 + rnd(3));

	switch (rnd(6)) {
	case 0:
		emit(CODE_MOV | SRC_X, (u8)rnd(6), ptr, 0, 0);
		break;
	case 1:
		emit(CLASS_ALU64 | (rnd(4) ? ALU_ADD : ALU_SUB), ptr, 0, 0,
		     rnd(4) ? (s32)rnd(64) : rnd_imm());
		break;
	case 2:
		emit(CLASS_ALU64 | ALU_AND, 9, 0, 0, (s32)rnd(256));
		break;
	case 3:
		emit(CLASS_ALU64 | (rnd(4) ? ALU_ADD : ALU_SUB) | SRC_X, ptr, 9, 0, 0);
		break;
	case 4:
		if (ptr != other)
			emit(CLASS_JMP | SRC_X |
				     (u8[]){ JMP_JGT, JMP_JGE, JMP_JLT, JMP_JLE }[rnd(4)],
			     ptr, other, (s16)rnd(MIN(end - count - 1, 6) + 1), 0);
		break;
	default:
		emit_mov();
	}
}

/* r6 context, r7 frame, r8 packet, r9 a small number: any operation on any of them. */
static void emit_odd(u32 end)
{
	u8 dst = (u8)(6 + rnd(4)), src = (u8)(6 + rnd(4));
	u8 op = (u8[]){ ALU_ADD, ALU_SUB, ALU_ADD, ALU_SUB, ALU_AND, ALU_MUL, ALU_NEG }[rnd(7)];
	u8 class = rnd(8) ? CLASS_ALU64 : CLASS_ALU;
	u8 jump = (u8[]){ JMP_JEQ, JMP_JNE, JMP_JGT, JMP_JSET }[rnd(4)];

	if (!rnd(3))
		emit(class | ALU_MOV | SRC_X, (u8)rnd(6), dst, 0, 0);
	else if (op == ALU_NEG)
		emit(class | op, dst, 0, 0, 0);
	else if (rnd(2))
		emit(class | op, rnd(3) ? dst : 9, 0, 0, rnd(3) ? (s32)rnd(32) : rnd_imm());
	else if (rnd(2))
		emit(class | op | SRC_X, dst, rnd(2) ? 9 : src, 0, 0);
	else
		emit(jump | CLASS_JMP | (rnd(2) ? SRC_X : 0), dst, 0,
		     (s16)rnd(MIN(end - count - 1, 6) + 1), 0);
	if (INSN_CLASS(code[count - 1].code) == CLASS_JMP && INSN_SRC(code[count - 1].code))
		code[count - 1].src = src;
}

static void emit_kinds(void)
{
	count = 0;
	emit(CLASS_LDX | MODE_MEM | SIZE_W, 8, 1, 0, 0);
	emit(CODE_MOV | SRC_X, 6, 1, 0, 0);
	emit(CODE_MOV | SRC_X, 7, 10, 0, 0);
	emit(CODE_CALL, 0, 0, 0, BPF_FUNC_get_prandom_u32);
	emit(CODE_MOV | SRC_X, 9, 0, 0, 0);
	emit(CLASS_ALU64 | ALU_AND, 9, 0, 0, (s32)rnd(256));
	for (u8 r = 1; r < 6; r++)
		emit(CODE_MOV, r, 0, 0, r);
}

enum kind { NUMBERS, PACKETS, KINDS };

static void emit_program(u32 length, enum kind what)
{
	bool packet = what == PACKETS;
	u32 end;

	if (what == KINDS)
		emit_kinds();
	else
		emit_start(packet);
	end = count + length;
	while (count < end) {
		u32 kind = rnd(8);

		if (what == KINDS)
			emit_odd(end);
		else if (packet && rnd(20))
			emit_pointer(end);
		else if (kind < 2)
			emit_mov();
		else if (kind < 5)
			emit_alu();
		else
			emit_jump(end);
	}
	emit(CODE_MOV, 0, 0, 0, 0);
	emit(CODE_EXIT, 0, 0, 0, 0);
}

static int load(void)
{
	union bpf_attr attr = { 0 };
	int fd;

	attr.prog_type = BPF_PROG_TYPE_XDP;
	attr.insns = (u64)(uintptr_t)code;
	attr.insn_cnt = count;
	attr.license = (u64)(uintptr_t) "GPL";
	attr.log_buf = (u64)(uintptr_t)kernel_log;
	attr.log_size = LOG_SIZE;
	attr.log_level = 2;
	fd = (int)syscall(__NR_bpf, BPF_PROG_LOAD, &attr, sizeof(attr));
	if (fd < 0)
		return -errno;
	close(fd);
	return 0;
}

/* The next line of states: neither empty nor about something else. */
static const char *next_line(const char **at, char *line, size_t room)
{
	while (**at) {
		size_t len = strcspn(*at, "\n"), n = 0;
		const char *p = *at;

		*at += len + ((*at)[len] == '\n');
		for (size_t k = 0; k < len && n + 1 < room; k++) {
			bool mark = p[k] == 'P' && k && p[k - 1] == '=';
			bool blank = (p[k] == ' ' || p[k] == '\t') && n && line[n - 1] == ' ';

			if (!mark && !blank)
				line[n++] = p[k] == '\t' ? ' ' : p[k];
		}
		while (n && line[n - 1] == ' ')
			n--;
		line[n] = '\0';
		if (n > 6 && !strcmp(line + n - 6, ": safe")) {
			p = strstr(line, " to ");
			if (p)
				memmove(line, p + 4, strlen(p + 4) + 1);
			return line;
		}
		if (!strncmp(line, "from ", 5))
			return line;
		if (line[0] >= '0' && line[0] <= '9' && line[strcspn(line, " ") + 1] == '(')
			return line;
	}
	return NULL;
}

/* The value of " Rn=" in a line, up to the next register: *len bytes. NULL: not mentioned. */
static const char *find_reg(const char *line, u32 n, size_t *len)
{
	char name[8];
	const char *p;
	int depth = 0;

	snprintf(name, sizeof(name), " R%u=", n);
	p = strstr(line, name);
	if (!p)
		return NULL;
	p += strlen(name);
	for (*len = 0; p[*len] && (depth || p[*len] != ' '); (*len)++)
		depth += (p[*len] == '(') - (p[*len] == ')');
	return p;
}

/*
 * The instruction's number and opcode, or the state's place, and the registers that both mention:
 * ours tells of links too, in other words for jumps.
 */
static bool same_line(const char *a, const char *b)
{
	size_t head = strcspn(b, ")"), len_a, len_b;

	if (!strncmp(b, "from ", 5))
		head = strcspn(b, ":");
	if (strncmp(a, b, head))
		return false;
	for (u32 n = 0; n < 11; n++) {
		const char *x = find_reg(a, n, &len_a), *y = find_reg(b, n, &len_b);

		if (x && y && (len_a != len_b || memcmp(x, y, len_a)))
			return false;
	}
	return true;
}

static void skip_head(const char **at)
{
	const char *start = strstr(*at, "\n0: R1=");

	*at = start ? start + 1 : *at;
}

static void differ(const char *what, const char *ours, const char *kernels)
{
	const char *verbose = getenv("SKEP_VERBOSE");

	if (figures.verdict + figures.log > (verbose ? (u32)atoi(verbose) : 3))
		return;
	print_message("# %s differ in program %u:\n#   ours:   %.600s\n#   kernel: %.600s\n", what,
		      figures.programs, ours, kernels);
}

static void compare_logs(const char *ours, const char *kernels)
{
	char a[4096], b[4096];

	skip_head(&ours);
	skip_head(&kernels);
	for (;;) {
		const char *x = next_line(&ours, a, sizeof(a)),
			   *y = next_line(&kernels, b, sizeof(b));

		/* Of a path that is covered at once ours shows the state before it says so. */
		if (x && y && !strncmp(x, "from ", 5) && strstr(y, ": safe"))
			x = next_line(&ours, a, sizeof(a));
		if (!x && !y)
			return;
		if (!x || !y || !same_line(x, y)) {
			figures.log++;
			differ("logs", x ? x : "(end)", y ? y : "(end)");
			return;
		}
		figures.lines++;
	}
}

static void compare_program(void)
{
	struct skep_prog_def prog = {
		.name = "random", .section = "xdp", .insns = (void *)code, .insn_count = count
	};
	struct skep_object_def def = {
		.size = sizeof(def), .license = "GPL", .progs = &prog, .prog_count = 1
	};
	struct verify_opts opts = { .log = LOG_INSN };
	struct verify_result *result;
	struct object *obj;
	struct diag d;
	char *text = NULL;
	size_t len;
	int err, kernel_err = load();

	diag_init(&d);
	assert_int_equal(object_build(&obj, &def, &d), 0);
	opts.log_out = open_memstream(&text, &len);
	err = verify_prog(&result, obj, &obj->progs[0], &opts, &d);
	fclose(opts.log_out);
	assert_int_equal(err, 0);
	figures.programs++;
	*(result->accepted ? &figures.accepted : &figures.refused) += 1;
	if (result->accepted != !kernel_err) {
		figures.verdict++;
		differ("verdicts", result->accepted ? "accepted" : result->reject.text,
		       kernel_err ? kernel_log + MAX((s64)strlen(kernel_log) - 300, 0)
				  : "accepted");
	} else {
		compare_logs(text, kernel_log);
	}
	if (getenv("SKEP_DUMP") && (u32)atoi(getenv("SKEP_DUMP")) == figures.programs)
		printf("OURS\n%s\nKERNEL\n%s\n", text, kernel_log);
	verify_result_free(result);
	object_free(obj);
	diag_fini(&d);
	free(text);
}

static void run(u32 programs, u32 length, enum kind what)
{
	const char *more = getenv("SKEP_PROGRAMS");

	memset(&figures, 0, sizeof(figures));
	seed = 0x9e3779b97f4a7c15ull +
	       (getenv("SKEP_SEED") ? strtoull(getenv("SKEP_SEED"), NULL, 0) : 0);
	code[0] = (struct insn){ CODE_MOV, 0, 0, 0, 0 };
	code[1] = (struct insn){ CODE_EXIT, 0, 0, 0, 0 };
	count = 2;
	if (load())
		test_skip("no right to load programs");
	for (u32 n = 0; n < (more ? (u32)atoi(more) : programs); n++) {
		emit_program(length, what);
		compare_program();
	}
	print_message(
		"# %u programs, %u accepted: %u other verdicts, %u other logs; %u lines equal\n",
		figures.programs, figures.accepted, figures.verdict, figures.log, figures.lines);
	assert_int_equal(figures.verdict + figures.log, 0);
}

static void numbers_and_links_are_the_kernels(void **state)
{
	run(1500, 20, NUMBERS);
}

static void packet_pointers_are_the_kernels(void **state)
{
	run(1500, 12, PACKETS);
}

static void arithmetic_on_pointers_is_the_kernels(void **state)
{
	run(1500, 4, KINDS);
}

static int setup(void **state)
{
	kernel_log = calloc(1, LOG_SIZE);
	return kernel_log ? 0 : -1;
}

static int teardown(void **state)
{
	free(kernel_log);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(numbers_and_links_are_the_kernels),
		TEST(packet_pointers_are_the_kernels),
		TEST(arithmetic_on_pointers_is_the_kernels),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, setup, teardown);
}
