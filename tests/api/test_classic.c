// SPDX-License-Identifier: BSD-2-Clause
/* Classic programs through the public API. */
#include "api.h"

/* Accepts ARP, 60 bytes of it. */
#define ARP "ldh [12]\njne #0x806, drop\nret #60\ndrop: ret #0\n"

static struct skep_source text(const char *s)
{
	return (struct skep_source){ .name = "filter", .data = s, .len = strlen(s) };
}

static void every_form_opens_again(void **state)
{
	struct skep_classic *first;
	size_t count;

	assert_int_equal(skep_classic_open(&first, SKEP_CLASSIC, text(ARP), NULL, NULL), 0);
	assert_int_equal(skep_classic_insns(first, &count)[0].code, 0x28);
	assert_int_equal(count, 4);
	for (int form = SKEP_CLASSIC_LISTING; form <= SKEP_CLASSIC_BINARY; form++) {
		struct skep_classic *again;
		char *printed = NULL;
		size_t len, n;
		FILE *out = open_memstream(&printed, &len);
		struct skep_source src = { .name = "again" };

		assert_int_equal(skep_classic_print(first, form, out), 0);
		fclose(out);
		src.data = printed;
		src.len = len;
		assert_int_equal(skep_classic_open(&again, SKEP_AUTO, src, NULL, NULL), 0);
		assert_memory_equal(skep_classic_insns(again, &n),
				    skep_classic_insns(first, &count),
				    4 * sizeof(struct skep_classic_insn));
		assert_int_equal(n, 4);
		skep_classic_free(again);
		free(printed);
	}
	assert_int_equal(skep_classic_print(first, 99, stdout), -EINVAL);
	skep_classic_free(first);
}

static void what_linux_refuses_does_not_open(void **state)
{
	struct skep_diag *d = skep_diag_new();
	struct skep_classic *prog = NULL;
	struct skep_object *obj = NULL;

	assert_int_equal(skep_classic_open(&prog, SKEP_CLASSIC, text("ld M[3]\nret a"), NULL, d),
			 -EINVAL);
	assert_complains(d, "M[3]");
	assert_int_equal(skep_open(&obj, SKEP_CLASSIC, text("ld M[3]\nret a"), NULL, d), -EINVAL);
	assert_complains(d, "M[3]");
	assert_int_equal(skep_classic_open(&prog, SKEP_ELF, text(ARP), NULL, d), -EINVAL);
	assert_complains(d, "no classic program");
	assert_null(prog);
	assert_null(obj);
	skep_diag_free(d);
}

/* The reference interpreter and both kinds of object say the same of a packet. */
static void objects_run_as_the_program_does(void **state)
{
	static const char *const types[] = { NULL, "socket_filter", "sched_cls" };
	struct skep_classic *prog;
	struct skep_engine *eng;
	uint8_t packet[64] = { [12] = 8, [13] = 6 };

	assert_int_equal(skep_classic_open(&prog, SKEP_CLASSIC, text(ARP), NULL, NULL), 0);
	assert_int_equal(skep_engine_new(&eng, "user", NULL), 0);
	assert_int_equal(skep_classic_run(prog, packet, 64, 64), 60);
	assert_int_equal(skep_classic_run(prog, packet, 13, 64), 0);
	for (size_t n = 0; n < 3; n++) {
		struct skep_open_opts opts = { .size = sizeof(opts), .prog_type = types[n] };
		struct skep_run run = { .size = sizeof(run), .data_in = packet, .data_in_len = 64 };
		struct skep_object *obj;
		struct skep_unit *unit;

		assert_int_equal(
			skep_open(&obj, n ? SKEP_CLASSIC : SKEP_AUTO, text(ARP), &opts, NULL), 0);
		assert_int_equal(skep_load(&unit, eng, obj, NULL, NULL), 0);
		for (packet[13] = 5; packet[13] < 8; packet[13]++) {
			assert_int_equal(skep_prog_run(skep_prog_find(unit, NULL), &run, NULL), 0);
			assert_int_equal(run.result, skep_classic_run(prog, packet, 64, 64));
		}
		packet[13] = 6;
		skep_unit_free(unit);
		skep_object_free(obj);
	}
	skep_engine_free(eng);
	skep_classic_free(prog);
}

/* Machine code and the interpreter, also beyond the 64 KiB that machine code looks at itself. */
static void batches_answer_as_single_runs_do(void **state)
{
	static const char *const texts[] = {
		ARP,
		"ld #len\nret a",
		"ldx #70000\nldb [x + 5]\nret a",
		"ldb [70005]\nret a",
		"ldx 4*([14]&0xf)\nldb [x + 14]\nadd #1\nret a",
	};
	enum { COUNT = 40, LARGE = 80000 };
	uint8_t *data = calloc(1, LARGE);

	assert_non_null(data);
	for (size_t k = 0; k < LARGE; k++)
		data[k] = (uint8_t)(k * 7);
	data[12] = 8;
	data[13] = 6;
	for (size_t n = 0; n < sizeof(texts) / sizeof(texts[0]); n++) {
		struct skep_packet packets[COUNT] = { 0 };
		struct skep_classic *prog;
		uint32_t results[2][COUNT];

		assert_int_equal(skep_classic_open(&prog, SKEP_CLASSIC, text(texts[n]), NULL, NULL),
				 0);
		assert_string_equal(skep_classic_exec(prog), "interpreter");
		for (uint32_t k = 0; k < COUNT; k++) {
			packets[k].data = data + k % 3;
			packets[k].len = k < 30 ? k : LARGE - 3 * k;
			packets[k].wire_len = packets[k].len + k;
		}
		skep_classic_run_batch(prog, packets, COUNT, results[0]);
		assert_int_equal(skep_classic_compile(prog, NULL), 0);
		assert_string_equal(skep_classic_exec(prog), "JIT");
		skep_classic_run_batch(prog, packets, COUNT, results[1]);
		assert_memory_equal(results[0], results[1], sizeof(results[0]));
		for (uint32_t k = 0; k < COUNT; k++)
			assert_int_equal(results[0][k],
					 skep_classic_run(prog, packets[k].data, packets[k].len,
							  packets[k].wire_len));
		assert_int_not_equal(results[0][COUNT - 1], 0);
		skep_classic_free(prog);
	}
	free(data);
}

static void what_only_linux_knows_is_interpreted(void **state)
{
	struct skep_diag *d = skep_diag_new();
	struct skep_classic *prog;

	assert_int_equal(
		skep_classic_open(&prog, SKEP_CLASSIC, text("ld #mark\nret a"), NULL, NULL), 0);
	assert_int_equal(skep_classic_compile(prog, d), -EOPNOTSUPP);
	assert_complains(d, "machine code");
	skep_classic_free(prog);
	skep_diag_free(d);
}

static void other_program_types_are_refused(void **state)
{
	struct skep_open_opts opts = { .size = sizeof(opts), .prog_type = "kprobe" };
	struct skep_diag *d = skep_diag_new();
	struct skep_object *obj;

	assert_int_equal(skep_open(&obj, SKEP_CLASSIC, text(ARP), &opts, d), -EINVAL);
	assert_complains(d, "kprobe");
	skep_diag_free(d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(every_form_opens_again),
		TEST(what_linux_refuses_does_not_open),
		TEST(objects_run_as_the_program_does),
		TEST(batches_answer_as_single_runs_do),
		TEST(what_only_linux_knows_is_interpreted),
		TEST(other_program_types_are_refused),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
