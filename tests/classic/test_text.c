// SPDX-License-Identifier: BSD-2-Clause
/* Text: libpcap's bpf_image and tcpdump's output are the oracles of listings. */
#include "test.h"

#include "classic/live.h"
#include "classic/table.h"
#include "fuzz/gen_classic.h"
#include "libpcap.h"

static char *printed(const struct cbpf_prog *prog, enum cbpf_form form, size_t *len)
{
	char *text = NULL;
	FILE *out = open_memstream(&text, len);

	assert_non_null(out);
	cbpf_print(prog, form, out);
	fclose(out);
	return text;
}

static void same_program(const struct cbpf_prog *a, const struct cbpf_prog *b, const char *text)
{
	if (a->count != b->count || memcmp(a->insns, b->insns, a->count * sizeof(*a->insns)))
		fail_msg("another program was read from:\n%s", text);
}

/* Listings do not show the k of instructions that have no use for it. */
static void forget_unused(struct cbpf_prog *prog)
{
	for (u32 k = 0; k < prog->count; k++) {
		u8 kind = cbpf_info(prog->insns[k].code)->operand;

		if (kind == CBPF_OPERAND_NONE || kind == CBPF_OPERAND_X || kind == CBPF_OPERAND_A ||
		    kind == CBPF_OPERAND_LEN)
			prog->insns[k].k = 0;
	}
}

static void listings_are_those_of_libpcap(void **state)
{
	struct gen_classic g = { .state = 99, .ancillary = true, .relative = true };
	struct cbpf_insn insns[GEN_CLASSIC_MAX];
	struct cbpf_prog prog = { insns, 0 };
	const struct libpcap *pcap = libpcap_open();
	u32 compared = 0;

	if (!pcap)
		test_skip("there is no libpcap here");
	for (u32 n = 0; n < 5000; n++) {
		size_t len;
		char *text, *line;

		gen_classic_prog(&g, &prog);
		text = printed(&prog, CBPF_LISTING, &len);
		line = text;
		for (u32 k = 0; k < prog.count; k++) {
			char *end = strchr(line, '\n');

			*end = '\0';
			/* libpcap does not know Linux's `ldx #len`. */
			if (insns[k].code != (CBPF_LDX | CBPF_LEN)) {
				assert_string_equal(line, pcap->image(&insns[k], (int)k));
				compared++;
			}
			line = end + 1;
		}
		free(text);
	}
	assert_true(compared > 20000);
}

static void every_form_reads_back(void **state)
{
	struct gen_classic g = { .state = 7, .valid = true, .ancillary = true, .relative = true };
	struct cbpf_insn insns[GEN_CLASSIC_MAX];
	struct cbpf_prog prog = { insns, 0 };
	static const enum cbpf_form forms[] = { CBPF_BINARY, CBPF_C, CBPF_DECIMAL, CBPF_LISTING,
						CBPF_ASM };

	for (u32 n = 0; n < 2000; n++) {
		gen_classic_prog(&g, &prog);
		for (u32 n_form = 0; n_form < ARRAY_SIZE(forms); n_form++) {
			enum cbpf_form form = forms[n_form];
			struct arena a = { 0 };
			struct cbpf_prog back;
			struct diag d;
			size_t len;
			char *text = printed(&prog, form, &len);

			diag_init(&d);
			if (cbpf_parse(&back, &a, "text", text, len, &d)) {
				diag_print(&d, stderr, false);
				fail_msg("form %u is not read", form);
			}
			if (form == CBPF_LISTING || form == CBPF_ASM)
				forget_unused(&prog);
			same_program(&prog, &back, text);
			assert_true(cbpf_recognise(text, len));
			diag_fini(&d);
			arena_fini(&a);
			free(text);
		}
	}
}

static char *output_of(const char *command, size_t *len)
{
	FILE *in = popen(command, "r");
	char *text = calloc(1, 1 << 20);

	assert_non_null(text);
	*len = in ? fread(text, 1, (1 << 20) - 1, in) : 0;
	if (in)
		pclose(in);
	return text;
}

static void what_tcpdump_prints_is_read(void **state)
{
	static const char *const forms[] = { "-dd", "-ddd", "-d" };
	static const char *const expressions[] = {
		"tcp port 80",
		"ip6",
		"host 10.1.2.3 and udp",
		"len > 100",
		"ip[2:2] - ((ip[0]&0xf)<<2) != 0",
		"vlan 7 and tcp portrange 20-30",
	};

	const struct libpcap *pcap = libpcap_open();

	if (!pcap)
		test_skip("there is no libpcap here");
	for (size_t e = 0; e < ARRAY_SIZE(expressions); e++) {
		struct libpcap_prog theirs;
		struct libpcap_handle *dead = pcap->open_dead(1, 262144);

		assert_int_equal(pcap->compile(dead, &theirs, expressions[e], 1, 0), 0);
		for (size_t f = 0; f < ARRAY_SIZE(forms); f++) {
			struct cbpf_prog prog, wanted = { theirs.insns, theirs.count };
			struct arena a = { 0 };
			char command[256];
			size_t len;
			char *text;

			snprintf(command, sizeof(command),
				 "tcpdump -y EN10MB -s 262144 %s '%s' 2>/dev/null", forms[f],
				 expressions[e]);
			text = output_of(command, &len);
			if (!len) {
				free(text);
				test_skip("tcpdump does not run here");
			}
			assert_int_equal(cbpf_parse(&prog, &a, "tcpdump", text, len, NULL), 0);
			if (!strcmp(forms[f], "-d"))
				forget_unused(&wanted);
			same_program(&prog, &wanted, text);
			arena_fini(&a);
			free(text);
		}
		pcap->freecode(&theirs);
		pcap->close(dead);
	}
}

static void bpf_asm_spellings_are_read(void **state)
{
	static const struct {
		const char *text;
		struct cbpf_insn insns[6];
		u32 count;
	} cases[] = {
		{ "ldh [12]\njne #0x806, drop\nret #-1\ndrop: ret #0",
		  { { 0x28, 0, 0, 12 }, { 0x15, 0, 1, 0x806 }, { 6, 0, 0, ~0u }, { 6, 0, 0, 0 } },
		  4 },
		{ "ld #len ; the length\njlt #64, l1\n/* two\nlines */ ret %a\nl1: ret a",
		  { { 0x80, 0, 0, 0 }, { 0x35, 0, 1, 64 }, { 0x16, 0, 0, 0 }, { 0x16, 0, 0, 0 } },
		  4 },
		{ "a: b: ldx 4*([14]&0xf)\nld [x + 14]\nldb [x+3]\njle x, l, m\nl: m: ret a",
		  { { 0xb1, 0, 0, 14 },
		    { 0x40, 0, 0, 14 },
		    { 0x50, 0, 0, 3 },
		    { 0x2d, 0, 0, 0 },
		    { 0x16, 0, 0, 0 } },
		  5 },
		{ "ldi #010\nldxi #0x10\nld vlan_tci\nld #rand\njmp end\nend: ret %a",
		  { { 0, 0, 0, 8 },
		    { 1, 0, 0, 16 },
		    { 0x20, 0, 0, 0xfffff02c },
		    { 0x20, 0, 0, 0xfffff038 },
		    { 5, 0, 0, 0 },
		    { 0x16, 0, 0, 0 } },
		  6 },
		{ "st M[3]\nstx m[4]\nldx M [3]\nTAX\nret A",
		  { { 2, 0, 0, 3 },
		    { 3, 0, 0, 4 },
		    { 0x61, 0, 0, 3 },
		    { 7, 0, 0, 0 },
		    { 0x16, 0, 0, 0 } },
		  5 },
		{ "2,128 0 0 0,22 0 0 0,\n", { { 128, 0, 0, 0 }, { 22, 0, 0, 0 } }, 2 },
	};

	for (size_t n = 0; n < ARRAY_SIZE(cases); n++) {
		struct arena a = { 0 };
		struct cbpf_prog prog,
			wanted = { (struct cbpf_insn *)cases[n].insns, cases[n].count };
		struct diag d;

		diag_init(&d);
		if (cbpf_parse(&prog, &a, "case", cases[n].text, strlen(cases[n].text), &d)) {
			diag_print(&d, stderr, false);
			fail_msg("not read:\n%s", cases[n].text);
		}
		same_program(&prog, &wanted, cases[n].text);
		diag_fini(&d);
		arena_fini(&a);
	}
}

static void errors_point_at_their_place(void **state)
{
	static const struct {
		const char *text;
		u32 off;
		const char *says;
	} cases[] = {
		{ "ldh [12]\nldq [3]", 9, "no such instruction" },
		{ "ldh [12", 7, "']'" },
		{ "jeq #1, up, down\nup: ret #1", 12, "no such label" },
		{ "up: ret #0\njeq #1, up, up", 19, "forward only" },
		{ "ret #4294967296", 5, "32 bits" },
		{ "ldx [3]", 0, "no such operand" },
		{ "ldb [nothing]", 5, "ancillary" },
		{ "3\n6 0 0 1\n", 0, "3 instructions are announced, 1 follow" },
		{ "1\n6 0 256 1\n", 6, "too large" },
		{ "{ 0x6, 0, 0 }", 12, "','" },
		{ "(001) ret #0", 1, "next instruction" },
		{ "a: ret #0\na: ret #0", 10, "twice" },
		{ "ret #1 /* open", 7, "does not end" },
		{ "ret #1 ret #2", 7, "should end here" },
		{ "jeppppppppppppppppppppppq #1", 0, "no such instruction" },
	};

	for (size_t n = 0; n < ARRAY_SIZE(cases); n++) {
		struct arena a = { 0 };
		struct cbpf_prog prog;
		struct diag d;

		diag_init(&d);
		assert_int_equal(
			cbpf_parse(&prog, &a, "case", cases[n].text, strlen(cases[n].text), &d),
			-EINVAL);
		if (!strstr(d.first->text, cases[n].says) || d.first->at.off != cases[n].off) {
			diag_print(&d, stderr, false);
			fail_msg("'%s' is expected at %u, not %u", cases[n].says, cases[n].off,
				 d.first->at.off);
		}
		diag_fini(&d);
		arena_fini(&a);
	}
}

static void assembler_text_of_ebpf_is_not_taken_for_classic(void **state)
{
	static const char *const texts[] = {
		"r0 = 0\nexit\n",
		"mov r0, 1\nexit\n",
		"0: (b7) r0 = 0\n1: (95) exit\n",
		".section xdp\nr0 = 2\nexit\n",
		"",
		"\n",
		"ldxw %r0, [%r1+4]\nexit\n",
		"add r1, r2\n",
		"ja +1\nexit\n",
		"ldxb r1, [r2]\n",
		"lsh r1, 4\n",
	};

	for (size_t n = 0; n < ARRAY_SIZE(texts); n++)
		assert_false(cbpf_recognise(texts[n], strlen(texts[n])));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(listings_are_those_of_libpcap),
		TEST(every_form_reads_back),
		TEST(what_tcpdump_prints_is_read),
		TEST(bpf_asm_spellings_are_read),
		TEST(errors_point_at_their_place),
		TEST(assembler_text_of_ebpf_is_not_taken_for_classic),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
