// SPDX-License-Identifier: BSD-2-Clause
#include "test.h"

#include <errno.h>
#include <linux/bpf.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "btf/dump.h"
#include "btf/write.h"

/* Every kind the writer makes, in a form the kernel accepts. */
static void write_sample(struct buf *out)
{
	struct types_writer w;
	u32 i32, chr, u32_id, arr, color, st, ptr, proto, func, var;

	types_writer_init(&w);
	i32 = types_add_int(&w, "int", 4, true);
	chr = types_add_int(&w, "char", 1, true);
	u32_id = types_add_int(&w, "unsigned int", 4, false);
	types_add_int(&w, "_Bool", 1, false);
	types_add_float(&w, "double", 8);
	arr = types_add_array(&w, chr, i32, 16);
	color = types_add_enum(&w, "color", 4, true);
	types_add_enumerator(&w, "RED", -1);
	types_add_enumerator(&w, "BLUE", 7);
	types_add_enum(&w, "wide", 8, false);
	types_add_enumerator(&w, "HUGE", 0x123456789aLL);
	st = types_add_struct(&w, KIND_STRUCT, "pair", 32);
	types_add_member(&w, "n", i32, 0);
	types_add_bitfield(&w, "low", u32_id, 32, 3);
	types_add_bitfield(&w, "color", color, 40, 8);
	types_add_member(&w, "text", arr, 64);
	types_add_member(&w, "x", i32, 192);
	types_add_struct(&w, KIND_UNION, "either", 4);
	types_add_member(&w, "n", i32, 0);
	types_add_fwd(&w, "far", true);
	ptr = types_add_ref(&w, KIND_PTR, "", types_add_ref(&w, KIND_CONST, "", st));
	types_add_ref(&w, KIND_TYPEDEF, "pair_ptr", ptr);
	proto = types_add_proto(&w, i32);
	types_add_param(&w, "p", ptr);
	func = types_add_func(&w, "get", proto, 1);
	types_add_decl_tag(&w, "marked", func, 0);
	var = types_add_var(&w, "counter", i32, 1);
	types_add_datasec(&w, ".data", 4);
	types_add_secinfo(&w, var, 0, 4);
	assert_int_equal(types_writer_finish(&w, out), 0);
	types_writer_fini(&w);
}

static void written_types_read_back(void **state)
{
	struct buf out = { 0 };
	struct types *t;
	u32 id;

	write_sample(&out);
	assert_int_equal(types_open(&t, "<written>", out.data, out.len, NULL, NULL), 0);
	id = types_find(t, "pair", KIND_STRUCT);
	assert_int_equal(types_vlen(t, id), 5);
	assert_int_equal(types_member(t, id, 1).bit_size, 3);
	assert_int_equal(types_member(t, id, 2).bit_off, 40);
	assert_int_equal(types_member(t, id, 4).bit_size, 0);
	assert_int_equal(types_member(t, id, 4).bit_off, 192);
	id = types_find(t, "color", KIND_ENUM);
	assert_true((s64)types_enumerator(t, id, 0).value == -1);
	id = types_find(t, "wide", KIND_ENUM64);
	assert_true(types_enumerator(t, id, 0).value == 0x123456789aULL);
	assert_true(types_int(t, types_find(t, "_Bool", KIND_INT)).is_bool);
	id = types_find(t, ".data", KIND_DATASEC);
	assert_string_equal(types_name(t, types_secinfo(t, id, 0).type), "counter");
	types_free(t);
	buf_fini(&out);
}

static void equal_strings_are_stored_once(void **state)
{
	struct types_writer w;
	char name[16];
	u32 i, first[500];

	types_writer_init(&w);
	for (i = 0; i < 500; i++) {
		snprintf(name, sizeof(name), "name%u", i);
		first[i] = types_add_string(&w, name);
	}
	for (i = 0; i < 500; i++) {
		snprintf(name, sizeof(name), "name%u", i);
		assert_int_equal(types_add_string(&w, name), first[i]);
	}
	assert_int_equal(types_add_string(&w, ""), 0);
	types_writer_fini(&w);
}

static void kernel_loads_what_was_written(void **state)
{
	static char log[65536];
	union bpf_attr attr = { 0 };
	struct buf out = { 0 };
	long fd;

	write_sample(&out);
	attr.btf = (__u64)(uintptr_t)out.data;
	attr.btf_size = (__u32)out.len;
	attr.btf_log_buf = (__u64)(uintptr_t)log;
	attr.btf_log_size = sizeof(log);
	attr.btf_log_level = 1;
	fd = syscall(SYS_bpf, BPF_BTF_LOAD, &attr, sizeof(attr));
	buf_fini(&out);
	if (fd < 0 && (errno == EPERM || errno == ENOSYS))
		test_skip("no CAP_BPF");
	if (fd < 0)
		fail_msg("kernel: %s\n%s", strerror(errno), log);
	close((int)fd);
}

/* Must not crash; what it answers is not the point. */
static void ask_everything(const u8 *data, size_t len, FILE *null)
{
	struct types *t;
	struct buf b = { 0 };
	u32 id;

	if (types_open(&t, "<corrupt>", data, len, NULL, NULL))
		return;
	types_dump_raw(t, null);
	types_dump_json(t, null);
	types_dump_c(t, null, NULL);
	for (id = 0; id <= types_count(t); id++) {
		types_declare(t, id, "x", &b);
		types_value(t, id, data, 64, VALUE_JSON, &b);
		types_find(t, types_name(t, id), KIND_VOID);
	}
	buf_fini(&b);
	types_free(t);
}

static void corrupt_bytes_never_crash(void **state)
{
	static const u8 flips[] = { 0xff, 0x01, 0x80, 0x10 };
	FILE *null = fopen("/dev/null", "w");
	struct buf out = { 0 };
	size_t i, k;
	u8 *copy;

	assert_non_null(null);
	write_sample(&out);
	for (i = 0; i <= out.len; i++) {
		copy = malloc(i + 1); /* of just that size: an over-read is a report */
		memcpy(copy, out.data, i);
		copy = realloc(copy, i ? i : 1);
		ask_everything(copy, i, null);
		free(copy);
	}
	copy = malloc(out.len);
	for (i = 0; i < out.len; i++)
		for (k = 0; k < ARRAY_SIZE(flips); k++) {
			memcpy(copy, out.data, out.len);
			copy[i] ^= flips[k];
			ask_everything(copy, out.len, null);
		}
	free(copy);
	buf_fini(&out);
	fclose(null);
}

/* 2^40 prototypes by sharing: each takes the one before it twice. */
static void doubling_types_end(void **state)
{
	FILE *null = fopen("/dev/null", "w");
	struct buf out = { 0 }, text = { 0 };
	struct types_writer w;
	struct types *t;
	u32 i, last;

	types_writer_init(&w);
	last = types_add_int(&w, "int", 4, true);
	for (i = 0; i < 40; i++) {
		u32 ptr = types_add_ref(&w, KIND_PTR, "", last);

		last = types_add_proto(&w, 0);
		types_add_param(&w, "", ptr);
		types_add_param(&w, "", ptr);
	}
	last = types_add_ref(&w, KIND_TYPEDEF, "huge", last);
	assert_int_equal(types_writer_finish(&w, &out), 0);
	types_writer_fini(&w);
	assert_int_equal(types_open(&t, "<doubling>", out.data, out.len, NULL, NULL), 0);
	assert_int_equal(types_dump_c(t, null, NULL), -E2BIG);
	types_declare(t, types_ref(t, last), "x", &text);
	assert_true(text.len < 1000000);
	buf_fini(&text);
	types_free(t);
	buf_fini(&out);
	fclose(null);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(written_types_read_back),
		TEST(equal_strings_are_stored_once),
		TEST(kernel_loads_what_was_written),
		TEST(corrupt_bytes_never_crash),
		TEST(doubling_types_end),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
