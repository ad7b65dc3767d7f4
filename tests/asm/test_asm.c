// SPDX-License-Identifier: BSD-2-Clause
/* Assembler and listing: text ↔ bytes, each pair written out or drawn at random. */
#include "test.h"

#include <errno.h>
#include <unistd.h>

#include "asm/asm.h"
#include "base/file.h"
#include "base/str.h"
#include "isa/check.h"
#include "isa/disasm.h"
#include "object/print.h"

/* The object of a text that must assemble; free it. */
static struct object *assemble(const char *text)
{
	struct object *obj = NULL;
	struct diag d;

	diag_init(&d);
	if (asm_parse(&obj, "<test>", text, strlen(text), &d)) {
		diag_print(&d, stderr, false);
		fail_msg("does not assemble:\n%s", text);
	}
	diag_fini(&d);
	return obj;
}

/* What the diagnostics say; free it. */
static char *errors_of(const char *text, u32 *count)
{
	struct object *obj = NULL;
	char *out = NULL;
	size_t len;
	struct diag d;
	FILE *f = open_memstream(&out, &len);
	int err;

	diag_init(&d);
	err = asm_parse(&obj, "<asm>", text, strlen(text), &d);
	assert_int_not_equal(err, 0);
	assert_null(obj);
	diag_print(&d, f, false);
	*count = d.errors;
	fclose(f);
	diag_fini(&d);
	return out;
}

static char *listing(const struct object *obj, const struct obj_prog *prog, unsigned flags)
{
	char *out = NULL;
	size_t len;
	FILE *f = open_memstream(&out, &len);

	assert_int_equal(object_disasm(obj, prog, flags, f), 0);
	fclose(f);
	return out;
}

/* Bytes of the instruction by the RFC's layout, its text, and the text that we print when another.
 */
static const struct {
	const char *hex, *text, *canonical;
} pairs[] = {
	{ "b700000001000000", "r0 = 1", NULL },
	{ "b4000000ffffffff", "w0 = -1", NULL },
	{ "b4000000ffffffff", "w0 = 0xffffffff", "w0 = -1" },
	{ "b70100001f000000", "r1=0x1f", "r1 = 31" },
	{ "b701000041000000", "r1 = 'A'", "r1 = 65" },
	{ "1801000088776655 0000000044332211", "r1 = 0x1122334455667788 ll", NULL },
	{ "1801000088776655 0000000044332211", "r1 = 1234605616436508552 ll",
	  "r1 = 0x1122334455667788 ll" },
	{ "1800000001000000 0000000000000000", "r0 = 0x1 ll", NULL },
	{ "18000000ffffffff 00000000ffffffff", "r0 = -1 ll", "r0 = 0xffffffffffffffff ll" },
	{ "bf12000000000000", "r2 = r1", NULL },
	{ "bca2000000000000", "w2 = w10", NULL },
	{ "bf21080000000000", "r1 = (s8)r2", NULL },
	{ "bf21200000000000", "r1 = (s32)r2", NULL },
	{ "bc21100000000000", "w1 = (s16)w2", NULL },
	{ "bf21010001000000", "r1 = addr_space_cast(r2, 0, 1)", NULL },
	{ "07010000f0ffffff", "r1 += -16", NULL },
	{ "0f21000000000000", "r1 += r2", NULL },
	{ "1721000000000000", NULL, NULL },
	{ "1c21000000000000", "w1 -= w2", NULL },
	{ "2701000003000000", "r1 *= 3", NULL },
	{ "3f21000000000000", "r1 /= r2", NULL },
	{ "3f21010000000000", "r1 s/= r2", NULL },
	{ "3401010007000000", "w1 s/= 7", NULL },
	{ "4f21000000000000", "r1 |= r2", NULL },
	{ "5701000007000000", "r1 &= 7", NULL },
	{ "6701000020000000", "r1 <<= 32", NULL },
	{ "7701000020000000", "r1 >>= 32", NULL },
	{ "c701000020000000", "r1 s>>= 32", NULL },
	{ "cc21000000000000", "w1 s>>= w2", NULL },
	{ "9721000000000000", NULL, NULL },
	{ "9f21000000000000", "r1 %= r2", NULL },
	{ "9421010000000000", NULL, NULL },
	{ "9c21010000000000", "w1 s%= w2", NULL },
	{ "af21000000000000", "r1 ^= r2", NULL },
	{ "8701000000000000", "r1 = -r1", NULL },
	{ "8401000000000000", "w1 = -w1", NULL },
	{ "dc00000010000000", "r0 = be16 r0", NULL },
	{ "d400000040000000", "r0 = le64 r0", NULL },
	{ "d700000020000000", "r0 = bswap32 r0", NULL },
	{ "7921080000000000", "r1 = *(u64 *)(r2 +8)", NULL },
	{ "7921080000000000", "r1 = *(u64*)(r2 + 8)", "r1 = *(u64 *)(r2 +8)" },
	{ "61a1fcff00000000", "r1 = *(u32 *)(r10 -4)", NULL },
	{ "61a1fcff00000000", "w1 = *(u32 *)(fp - 4)", "r1 = *(u32 *)(r10 -4)" },
	{ "8921000000000000", "r1 = *(s16 *)(r2 +0)", NULL },
	{ "620afcff07000000", "*(u32 *)(r10 -4) = 7", NULL },
	{ "7321000000000000", "*(u8 *)(r1 +0) = r2", NULL },
	{ "7a0af8ffffffffff", "*(u64 *)(r10 -8) = -1", NULL },
	{ "db21000000000000", "lock *(u64 *)(r1 +0) += r2", NULL },
	{ "c321040050000000", "lock *(u32 *)(r1 +4) &= r2", NULL },
	{ "db01000001000000", "r0 = atomic64_fetch_add((u64 *)(r1 +0), r0)", NULL },
	{ "c3210800a1000000", "r2 = atomic_fetch_xor((u32 *)(r1 +8), r2)", NULL },
	{ "db210000f1000000", "r0 = atomic64_cmpxchg((u64 *)(r1 +0), r0, r2)", NULL },
	{ "c3210000e1000000", "r2 = atomic_xchg((u32 *)(r1 +0), r2)", NULL },
	{ "d310000000010000", "r0 = load_acquire((u8 *)(r1 +0))", NULL },
	{ "db21000010010000", "store_release((u64 *)(r1 +0), r2)", NULL },
	{ "280000000c000000", "r0 = *(u16 *)skb[12]", NULL },
	{ "5010000004000000", "r0 = *(u8 *)skb[r1 + 4]", NULL },
	{ "20000000 00f0ffff", "r0 = *(u32 *)skb[-4096]", NULL },
	{ "0500020000000000", "goto +2", NULL },
	{ "0500020000000000", "goto pc+2", "goto +2" },
	{ "0500feff00000000", "goto -2 <LBB0_1>", "goto -2" },
	{ "0600000070110100", "gotol +70000", NULL },
	{ "e500030000000000", "may_goto +3", NULL },
	{ "1501030007000000", "if r1 == 7 goto +3", NULL },
	{ "6601030007000000", "if w1 s> 7 goto +3", NULL },
	{ "d621 feff 00000000", NULL, NULL },
	{ "de21feff00000000", "if w1 s<= w2 goto -2", NULL },
	{ "4d21030000000000", "if r1 & r2 goto +3", NULL },
	{ "5501030000000080", "if r1 != -2147483648 goto +3", NULL },
	{ "ad21030000000000", "if r1 < r2 goto +3", NULL },
	{ "85000000a0860100", "call 100000", NULL },
	{ "8500000001000000", "call 1", "call bpf_map_lookup_elem#1" },
	{ "8500000001000000", "call bpf_map_lookup_elem", "call bpf_map_lookup_elem#1" },
	{ "8510000005000000", "call pc+5", NULL },
	{ "85100000fbffffff", "call pc-5", NULL },
	{ "8520070064000000", "call kfunc#100@7", NULL },
	{ "8d02000000000000", "callx r2", NULL },
	{ "9500000000000000", "exit", NULL },
	{ "1811000005000000 0000000000000000", "r1 = map[fd:5]", NULL },
	{ "1821000005000000 0000000008000000", "r1 = map[fd:5][0]+8", NULL },
	{ "1851000005000000 0000000000000000", "r1 = map[idx:5]", NULL },
	{ "1861000005000000 0000000000000080", "r1 = map[idx:5][0]+2147483648", NULL },
	{ "1832000007000000 0000000000000000", "r2 = ksym#7", NULL },
	{ "1832000007000000 0000000003000000", "r2 = ksym#7@3", NULL },
	{ "1842000007000000 0000000000000000", "r2 = subprog[+7]", NULL },
	{ "ffffffffffffffff", ".insn ff ff ff ff ff ff ff ff", NULL },
	{ "b710000001000000", ".insn b7 10 00 00 01 00 00 00", NULL },
};

static void check_pair(const char *hex, const char *text, const char *canonical)
{
	struct buf want = { 0 }, line = { 0 };
	struct object *obj;
	struct obj_prog *prog;
	char *printed;

	assert_int_equal(str_unhex(&want, hex, strlen(hex), NULL), 0);
	if (!text) { /* a slot without syntax */
		disasm_insn(&line, (struct insn *)want.data, (u32)want.len / 8, 0, NULL);
		if (strncmp(buf_str(&line), ".insn ", 6))
			fail_msg("%s has no syntax but prints as %s", hex, buf_str(&line));
		buf_fini(&line);
		buf_fini(&want);
		return;
	}
	obj = assemble(text);
	prog = &obj->progs[0];
	assert_int_equal(prog->insn_count * 8, want.len);
	if (memcmp(prog->insns, want.data, want.len))
		fail_msg("'%s' does not assemble to %s", text, hex);
	printed = listing(obj, NULL, 0);
	buf_printf(&line, "\t%s\n", canonical ? canonical : text);
	if (!strstr(printed, buf_str(&line)))
		fail_msg("'%s' prints as %s", text, printed);
	free(printed);
	buf_fini(&line);
	buf_fini(&want);
	object_free(obj);
}

static void texts_and_bytes_agree(void **state)
{
	for (u32 i = 0; i < ARRAY_SIZE(pairs); i++)
		check_pair(pairs[i].hex, pairs[i].text, pairs[i].canonical);
}

/* Print all of an object, assemble that, compare every program's bytes. */
static void check_identity(const struct object *obj, unsigned flags)
{
	char *text = listing(obj, NULL, flags), *again;
	struct object *back = assemble(text);

	assert_int_equal(back->prog_count, obj->prog_count);
	for (u32 i = 0; i < obj->prog_count; i++) {
		const struct obj_prog *a = &obj->progs[i], *b = &back->progs[i];

		if (a->insn_count != b->insn_count ||
		    memcmp(a->insns, b->insns, a->insn_count * sizeof(struct insn)))
			fail_msg("the bytes differ after:\n%s", text);
		assert_string_equal(a->name, b->name);
		assert_int_equal(a->type, b->type);
		assert_int_equal(a->attach_type, b->attach_type);
		assert_int_equal(a->autoload, b->autoload);
		assert_int_equal(a->ref_count, b->ref_count);
	}
	assert_int_equal(back->map_count, obj->map_count);
	for (u32 i = 0; i < obj->map_count; i++) {
		const struct obj_map *a = &obj->maps[i], *b = &back->maps[i];

		assert_string_equal(a->name, b->name);
		assert_int_equal(a->type, b->type);
		assert_int_equal(a->key_size, b->key_size);
		assert_int_equal(a->value_size, b->value_size);
		assert_int_equal(a->max_entries, b->max_entries);
		assert_int_equal(a->flags, b->flags);
		assert_int_equal(a->role, b->role);
		assert_int_equal(a->inner, b->inner);
		assert_int_equal(a->slot_count, b->slot_count);
		if (a->data && b->data)
			assert_memory_equal(a->data, b->data, a->value_size);
	}
	if (!flags) { /* printing is a fixed point */
		again = listing(back, NULL, 0);
		assert_string_equal(again, text);
		free(again);
	}
	free(text);
	object_free(back);
}

/* A counter through a mixer of 64 bits (splitmix64): neighbours share no bits. */
static u64 next_random(u64 *seed)
{
	u64 z = *seed += 0x9e3779b97f4a7c15ull;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ z >> 27) * 0x94d049bb133111ebull;
	return z ^ z >> 31;
}

/* A slot that is a legal encoding, found by drawing fields with the usual zeros. */
static u32 random_insn(struct insn *out, u32 left, u64 *seed)
{
	for (;;) {
		u64 bits = next_random(seed), more = next_random(seed);
		struct insn i[2] = { { .code = (u8)bits,
				       .dst = (bits >> 8) % 11,
				       .src = (bits >> 16) % 11,
				       .off = (s16)(bits >> 24),
				       .imm = (s32)more } };

		if (more >> 40 & 1)
			i[0].imm = 0;
		if (more >> 41 & 1)
			i[0].off = (s16)(more >> 48) % 3 ? 0 : 1;
		if (more >> 42 & 1)
			i[0].src = 0;
		if (more >> 43 & 1)
			i[0].imm &= 0x1f1;
		if (more >> 44 & 1)
			i[0].dst = 0;
		if (INSN_OP(i->code) == 0xd0 &&
		    (INSN_CLASS(i->code) == CLASS_ALU ||
		     INSN_CLASS(i->code) == CLASS_ALU64)) /* a byte swap's width */
			i[0].imm = 16 << (more >> 46) % 3;
		if (more >> 50 & 1 && !i[0].imm) /* exit and its like: nothing but an opcode */
			i[0].dst = i[0].src = i[0].off = 0;
		if (insn_is_wide(i))
			i[1].imm = more >> 45 & 1 ? 0 : (s32)next_random(seed);
		if (insn_check_shape(i, 2, 0) || (insn_is_wide(i) && left < 2))
			continue;
		memcpy(out, i, sizeof(i[0]) * (insn_is_wide(i) ? 2 : 1));
		return insn_is_wide(i) ? 2 : 1;
	}
}

static void ten_thousand_random_programs_survive_the_round_trip(void **state)
{
	struct obj_prog prog = { .name = "random", .autoload = true };
	struct object obj = { .license = "", .progs = &prog, .prog_count = 1 };
	u64 seed = 0x5eed5eed5eed5eedull;
	struct insn insns[64];
	u32 seen[256] = { 0 }, kinds = 0;

	prog.insns = insns;
	for (u32 round = 0; round < 10000; round++) {
		u32 n = 0, want = 1 + (u32)(next_random(&seed) % 24);

		while (n < want) {
			u32 slots = random_insn(&insns[n], 64 - n, &seed);

			seen[insns[n].code] = 1;
			n += slots;
		}
		prog.insn_count = n;
		check_identity(&obj, round % 8);
	}
	for (u32 i = 0; i < 256; i++)
		kinds += seen[i];
	/* ALU 27, ALU64 26, JMP 27, JMP32 23, LD 7, LDX 7, ST 4, STX 8: every opcode was drawn. */
	assert_int_equal(kinds, 129);
}

static void any_eight_bytes_survive_the_round_trip(void **state)
{
	struct obj_prog prog = { .name = "noise", .autoload = true };
	struct object obj = { .license = "", .progs = &prog, .prog_count = 1 };
	u64 seed = 42, words[256];

	prog.insns = (struct insn *)words;
	for (u32 round = 0; round < 200; round++) {
		for (u32 i = 0; i < ARRAY_SIZE(words); i++)
			words[i] = next_random(&seed);
		prog.insn_count = ARRAY_SIZE(words);
		check_identity(&obj, 0);
	}
}

/* The last of the columns: hex bytes. */
static void check_conformance_line(const char *line, size_t len)
{
	struct obj_prog prog = { .name = "case", .autoload = true };
	struct object obj = { .license = "", .progs = &prog, .prog_count = 1 };
	const char *last = memrchr(line, '|', len);
	struct buf bytes = { 0 };

	assert_non_null(last);
	last++;
	assert_int_equal(str_unhex(&bytes, last, len - (size_t)(last - line), NULL), 0);
	assert_int_equal(bytes.len % 8, 0);
	prog.insns = (struct insn *)bytes.data;
	prog.insn_count = (u32)bytes.len / 8;
	check_identity(&obj, 0);
	buf_fini(&bytes);
}

static void conformance_programs_survive_the_round_trip(void **state)
{
	const char *dir = getenv("SKEP_CONFORMANCE");
	struct buf path = { 0 };
	struct file f;
	u32 cases = 0;

	buf_printf(&path, "%s/tests.txt", dir ? dir : "../shared/conformance");
	if (access(buf_str(&path), R_OK)) {
		buf_fini(&path);
		test_skip("no ISA conformance cases (SKEP_CONFORMANCE names their folder)");
	}
	assert_int_equal(file_open(&f, buf_str(&path), NULL), 0);
	for (const char *p = (const char *)f.data, *end = p + f.len; p < end;) {
		const char *eol = memchr(p, '\n', (size_t)(end - p));

		if (!eol)
			eol = end;
		if (eol > p && *p != '#') {
			check_conformance_line(p, (size_t)(eol - p));
			cases++;
		}
		p = eol + 1;
	}
	file_close(&f);
	buf_fini(&path);
	assert_true(cases >= 313);
}

static void labels_functions_and_globals_resolve(void **state)
{
	struct object *obj = assemble(".license \"GPL\"\n"
				      ".map counts type=hash key=4 value=8 entries=16\n"
				      ".rodata\n"
				      "limit: .word 7\n"
				      "name:  .asciz \"hi\"\n"
				      ".bss\n"
				      "a: .zero 8\n"
				      "b: .zero 8\n"
				      ".extern bpf_thing kfunc\n"
				      ".extern jiffies ksym weak\n"
				      ".prog main section=\"xdp\"\n"
				      "again: r1 = map[counts]\n"
				      "  r2 = &b\n"
				      "  r3 = &limit\n"
				      "  r4 = subprog[helper]\n"
				      "  r5 = ksym[jiffies]\n"
				      "  if r0 == 0 goto done\n"
				      "  gotol again\n"
				      "  call helper\n"
				      "  call bpf_thing\n"
				      "done: exit\n"
				      ".func helper\n"
				      "  r0 = 0\n"
				      "  exit\n");
	const struct obj_prog *p = &obj->progs[0];
	static const struct insn want[] = {
		{ 0x18, 1, 5, 0, 0 }, { 0 },
		{ 0x18, 2, 6, 0, 2 }, { 0, 0, 0, 0, 8 },
		{ 0x18, 3, 6, 0, 1 }, { 0 },
		{ 0x18, 4, 4, 0, 8 }, { 0 },
		{ 0x18, 5, 3, 0, 0 }, { 0 },
		{ 0x15, 0, 0, 3, 0 }, { 0x06, 0, 0, 0, -12 },
		{ 0x85, 0, 1, 0, 2 }, { 0x85, 0, 2, 0, 0 },
		{ 0x95, 0, 0, 0, 0 }, { 0xb7, 0, 0, 0, 0 },
		{ 0x95, 0, 0, 0, 0 },
	};

	assert_int_equal(p->insn_count, ARRAY_SIZE(want));
	for (u32 i = 0; i < p->insn_count; i++) {
		if (memcmp(&p->insns[i], &want[i], 8))
			fail_msg("slot %u differs", i);
	}
	assert_int_equal(p->type, 6); /* BPF_PROG_TYPE_XDP */
	assert_int_equal(p->func_count, 2);
	assert_string_equal(p->funcs[1].name, "helper");
	assert_int_equal(p->funcs[1].start, 15);
	assert_int_equal(p->funcs[1].count, 2);
	assert_int_equal(p->ref_count, 2);
	assert_int_equal(obj->map_count, 3);
	assert_int_equal(obj->maps[1].value_size, 7);
	assert_memory_equal(obj->maps[1].data, "\x07\0\0\0hi", 7);
	assert_int_equal(obj->maps[1].flags, 0x80); /* BPF_F_RDONLY_PROG */
	assert_int_equal(obj->maps[2].value_size, 16);
	assert_string_equal(obj->license, "GPL");
	assert_true(obj->externs[1].weak);
	check_identity(obj, 0);
	check_identity(obj, 7);
	object_free(obj);
}

static void rows_of_the_line_table_say_where(void **state)
{
	struct object *obj = assemble("; first\n  r0 = 1 ; one\nx: exit\n");
	const struct obj_line *row = prog_line(&obj->progs[0], 0);

	assert_int_equal(obj->progs[0].line_count, 2);
	assert_int_equal(row->line, 2);
	assert_int_equal(row->col, 3);
	assert_int_equal(row->len, 6);
	assert_string_equal(row->text, "  r0 = 1 ; one");
	row = prog_line(&obj->progs[0], 1);
	assert_int_equal(row->line, 3);
	assert_int_equal(row->col, 4);
	assert_int_equal(row->len, 4);
	object_free(obj);
}

static void reads_listings_of_other_tools(void **state)
{
	/* Kernel log and bpftool; llvm-objdump's targets. */
	struct object *obj = assemble("0: (b7) r0 = 1\n"
				      "1: (15) if r0 == 0x0 goto pc+1\n"
				      "2: (05) goto pc-2 <LBB0_1>\n"
				      "3: (95) exit\n");

	assert_int_equal(obj->progs[0].insn_count, 4);
	assert_int_equal(obj->progs[0].insns[1].off, 1);
	assert_int_equal(obj->progs[0].insns[2].off, -2);
	object_free(obj);
}

static void a_whole_object_reads_back(void **state)
{
	struct object *obj =
		assemble(".license \"Dual BSD/GPL\"\n"
			 ".version 0x60100\n"
			 ".map inner type=array key=4 value=4 entries=1 template\n"
			 ".map outer type=array_of_maps key=4 value=4 entries=2 inner=inner\n"
			 ".slot index=1 map=other\n"
			 ".map other type=array key=4 value=4 entries=1 flags=0x400 pin\n"
			 ".map jumps type=prog_array key=4 value=4 entries=4\n"
			 ".slot index=3 prog=second\n"
			 ".map ring type=ringbuf key=0 value=0 entries=4096\n"
			 ".data \"data.custom\"\n"
			 ".quad 1, -1\n.zero 4\n.byte 0x7f\n.zero 100\n"
			 ".kconfig\n.word 0\n"
			 ".prog first section=\"?tc\"\n"
			 "w0 = 0\nexit\n"
			 ".func first_helper global\nr0 = 1\nexit\n"
			 ".prog second type=socket_filter\n"
			 "r6 = r1\nr0 = *(u16 *)skb[12]\ncall third\nexit\n"
			 ".func third\nexit\n"
			 ".prog third section=\"made/up\" type=xdp attach=xdp\nexit\n");

	assert_int_equal(obj->maps[1].slots[0].map, 2);
	assert_int_equal(obj->maps[3].slots[0].prog, 1);
	assert_false(obj->progs[0].autoload);
	assert_int_equal(obj->progs[1].type, 1);
	check_identity(obj, 0);
	check_identity(obj, SKEP_DISASM_LINES | SKEP_DISASM_OPCODES | SKEP_DISASM_OFFSETS);
	object_free(obj);
}

static void an_empty_object_reads_back(void **state)
{
	struct object obj = { .license = "" };

	check_identity(&obj, 0);
}

static const struct {
	const char *text, *says; /* a part of the printed diagnostics */
} bad[] = {
	{ "r0 = 1\nexti\n", "<asm>:2:1: error: unknown instruction 'exti'\n    exti\n    ^~~~\n"
			    "    hint: did you mean 'exit'?" },
	{ "r0 += 0xffffffff\n",
	  "<asm>:1:7: error: the immediate does not fit in 32 bits with sign" },
	{ "r0 = w1\n", "<asm>:1:6: error: 64-bit and 32-bit registers do not mix here" },
	{ "r11 = 1\n", "<asm>:1:1: error: unknown instruction 'r11'" },
	{ "goto nowere\nnowhere: exit\n", "<asm>:1:6: error: there is no label 'nowere'" },
	{ "goto nowere\nnowhere: exit\n", "did you mean 'nowhere'?" },
	{ "x: exit\nx: exit\n", "<asm>:2:1: error: label 'x' is defined twice" },
	{ "call bpf_map_lokup_elem\nexit\n", "did you mean 'map_lookup_elem'?" },
	{ "call bpf_map_lookup_elem#2\n", "is number 1" },
	{ "goto +40000\n", "<asm>:1:6: error: the distance is out of range: -32768 … 32767" },
	{ "r1 = *(u64 *)(r2 +99999)\n", "<asm>:1:19: error: the offset is out of range" },
	{ "r1 = *(s64 *)(r2 +0)\n", "no sign to extend" },
	{ "r1 = *(u65 *)(r2 +0)\n", "expected a size" },
	{ "*(s8 *)(r2 +0) = r1\n", "unsigned size" },
	{ "lock *(u8 *)(r2 +0) += r1\n", "takes u32 or u64" },
	{ "r1 = atomic64_fetch_add((u64 *)(r2 +0), r3)\n", "expected r1" },
	{ "r1 = atomic64_cmpxchg((u64 *)(r2 +0), r1, r3)\n", "r0 only" },
	{ "r1 = be16 r2\n", "expected r1" },
	{ "r1 = map[nosuch]\nexit\n", "<asm>:1:10: error: there is no map 'nosuch'" },
	{ "exit exit\n", "<asm>:1:6: error: text after the end" },
	{ "r0 = 1 @\n", "text after the end" },
	{ "r0 = \x01\n", "stray character" },
	{ "r0 = 99999999999999999999\n", "does not fit in 64 bits" },
	{ "r0 = 12ab\n", "malformed number" },
	{ ".insn b7 00\n", "an instruction is 8 bytes long" },
	{ ".insn b7 0x\n", "expected hex digits" },
	{ ".proq x\n", "did you mean '.prog'?" },
	{ ".map m type=hsah key=4\n", "did you mean 'hash'?" },
	{ ".map m type=hash kye=4\n", "did you mean 'key'?" },
	{ ".map m key=4\n", "map 'm' has no type" },
	{ ".map m type=hash\n.map m type=hash\n", "defined twice" },
	{ ".prog p section=\"xpd\"\nexit\n", "says no program type" },
	{ ".prog p type=xdq\nexit\n", "did you mean 'xdp'?" },
	{ ".prog p\n.prog q\nexit\n", "program 'p' has no instruction" },
	{ ".byte 1\n", "data needs a map" },
	{ ".data\n.byte 256\n", "does not fit in 1 bytes" },
	{ ".data\nexit\n", "this is no data of a map" },
	{ ".license \"GPL\n", "this string does not end" },
	{ "/* exit\n", "this comment does not end" },
	{ "", "there is no instruction" },
	{ ".extern f kfnuc\n", "expected kfunc, ksym" },
	{ ".map o type=array_of_maps key=4 value=4 entries=1 inner=i\n", "there is no map 'i'" },
	{ "r0 = &nothing\n", "no variable, map, function or extern" },
};

static void errors_point_and_hint(void **state)
{
	for (u32 i = 0; i < ARRAY_SIZE(bad); i++) {
		u32 count;
		char *said = errors_of(bad[i].text, &count);

		if (!strstr(said, bad[i].says))
			fail_msg("for '%s' expected '%s', got:\n%s", bad[i].text, bad[i].says,
				 said);
		free(said);
	}
}

static void every_bad_line_is_reported(void **state)
{
	u32 count;
	char *said = errors_of("r0 = \nfoo\nr0 = 1\ngoto away\nr77 = 2\nexit\n", &count);

	assert_int_equal(count, 4);
	free(said);
}

static void examples_assemble_and_read_back(void **state)
{
	static const char *const names[] = { "bare.s", "firewall.s" };

	for (u32 i = 0; i < ARRAY_SIZE(names); i++) {
		struct object *obj = NULL;
		struct buf path = { 0 };
		struct file f;

		buf_printf(&path, "%s/%s", ASM_EXAMPLES, names[i]);
		assert_int_equal(file_open(&f, buf_str(&path), NULL), 0);
		assert_int_equal(asm_parse(&obj, names[i], (const char *)f.data, f.len, NULL), 0);
		check_identity(obj, 0);
		object_free(obj);
		file_close(&f);
		buf_fini(&path);
	}
}

static const struct CMUnitTest tests[] = {
	TEST(texts_and_bytes_agree),
	TEST(ten_thousand_random_programs_survive_the_round_trip),
	TEST(any_eight_bytes_survive_the_round_trip),
	TEST(conformance_programs_survive_the_round_trip),
	TEST(labels_functions_and_globals_resolve),
	TEST(rows_of_the_line_table_say_where),
	TEST(reads_listings_of_other_tools),
	TEST(a_whole_object_reads_back),
	TEST(an_empty_object_reads_back),
	TEST(errors_point_and_hint),
	TEST(every_bad_line_is_reported),
	TEST(examples_assemble_and_read_back),
};

TEST_MAIN(tests)
