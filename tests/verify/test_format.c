// SPDX-License-Identifier: BSD-2-Clause
/*
 * Format strings of bpf_snprintf: random ones, made of pieces that conversions are made of, must be
 * taken or refused as the running kernel does.
 */
#include "kload.h"
#include "object/object.h"
#include "spec/helper_extra.h"
#include "spec/map.h"
#include "spec/prog.h"
#include "test.h"
#include "verify/format.h"

enum { FORMATS = 4000, SIZE = 32 };

static u64 seed = 0x243f6a8885a308d3;

static u32 rnd(u32 below)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (u32)((seed >> 20) % below);
}

static void make_format(char out[static SIZE])
{
	static const char *const pieces[] = {
		"%",	"%",	"%%",	"%d",	  "%llu",   "%ld",  "%s",     "%5s",
		"%c",	"%p",	"%pi4", "%pI6",	  "%pks",   "%pus", "%pB",    "%px",
		"%pK",	"%pi5", "%lx",	"%lld",	  "%-08x",  "%+i",  "% X",    "%5",
		"l",	"s",	"a",	",",	  " ",	    "\n",   "\x01",   "\xc3",
		"\x80", "\xa0", "\xd7", "%d\xe0", "%s\xa1", "0",    "%lllu",  "%f",
		"%n",	"%hd",	"k",	"%pS",	  "%ps",    "i4",   "%05.3d",
	};
	u32 n = 1 + rnd(4);

	out[0] = 0;
	for (u32 i = 0; i < n; i++) {
		const char *piece = pieces[rnd(ARRAY_SIZE(pieces))];

		if (strlen(out) + strlen(piece) < SIZE)
			strcat(out, piece);
	}
}

/* snprintf(NULL, 0, fmt, fp - 24, 8 * args): does the kernel take it? */
static bool kernel_takes(const char *fmt, u32 args)
{
	u8 data[SIZE] = { 0 };
	struct obj_map map = { .name = "fmt",
			       .type = MAP_TYPE_ARRAY,
			       .key_size = 4,
			       .value_size = SIZE,
			       .max_entries = 1,
			       .flags = MAP_RDONLY_PROG,
			       .role = MAP_RODATA,
			       .inner = -1,
			       .autocreate = true,
			       .data = data };
	struct insn insns[] = {
		{ .code = 0x7a, .dst = 10, .off = -8 }, /* *(u64 *)(r10 - 8) = 0, … */
		{ .code = 0x7a, .dst = 10, .off = -16 },
		{ .code = 0x7a, .dst = 10, .off = -24 },
		{ .code = 0xb7, .dst = 1 },
		{ .code = 0xb7, .dst = 2 },
		{ .code = 0x18, .dst = 3, .src = PSEUDO_MAP_IDX_VALUE },
		{ 0 },
		{ .code = 0xbf, .dst = 4, .src = 10 },
		{ .code = 0x07, .dst = 4, .imm = -24 },
		{ .code = 0xb7, .dst = 5, .imm = (s32)args * 8 },
		{ .code = CODE_CALL, .imm = HELPER_snprintf },
		{ .code = 0xb7 },
		{ .code = CODE_EXIT },
	};
	struct obj_prog prog = { .name = "fmt",
				 .type = PROG_SCHED_CLS,
				 .insns = insns,
				 .insn_count = ARRAY_SIZE(insns) };
	struct object obj = { .name = "fmt",
			      .license = "GPL",
			      .progs = &prog,
			      .prog_count = 1,
			      .maps = &map,
			      .map_count = 1 };
	struct kload_result result;
	struct kload k;

	memcpy(data, fmt, strlen(fmt));
	assert_int_equal(kload_open(&k, &obj), 0);
	assert_int_equal(kload_prog(&k, &prog, 0, KLOAD_ROOT, &result), 0);
	kload_close(&k);
	return !result.err;
}

static void formats_are_taken_as_the_running_kernel_takes_them(void **state)
{
	u32 taken = 0, differ = 0;

	(void)state;
	if (!kload_can())
		test_skip("loading programs needs CAP_BPF and CAP_PERFMON");
	for (u32 i = 0; i < FORMATS; i++) {
		char fmt[SIZE];
		u32 args = rnd(4);
		bool kernel;

		make_format(fmt);
		kernel = kernel_takes(fmt, args);
		taken += kernel;
		if (kernel == !format_check(fmt, args))
			continue;
		if (differ++ < 10)
			printf("# '%s' with %u values: the kernel %s it\n", fmt, args,
			       kernel ? "takes" : "refuses");
	}
	printf("# %u formats, %u taken\n", FORMATS, taken);
	assert_int_equal(differ, 0);
	assert_true(taken > FORMATS / 10 && taken < FORMATS * 9 / 10);
}

static void what_is_wrong_is_said(void **state)
{
	(void)state;
	assert_null(format_check("100%% of %d", 1));
	assert_non_null(strstr(format_check("%d %d", 1), "more values"));
	assert_non_null(strstr(format_check("%f", 1), "conversion"));
	assert_non_null(strstr(format_check("\x01", 0), "no text"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(formats_are_taken_as_the_running_kernel_takes_them),
		TEST(what_is_wrong_is_said),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
