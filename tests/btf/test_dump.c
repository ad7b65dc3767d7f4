// SPDX-License-Identifier: BSD-2-Clause
#include "test.h"

#include <errno.h>
#include <sys/wait.h>
#include <unistd.h>

#include "btf/dump.h"
#include "btf/write.h"

static const char vmlinux[] = "/sys/kernel/btf/vmlinux";

static bool have(const char *tool)
{
	char command[128];

	snprintf(command, sizeof(command), "command -v %s >/dev/null 2>&1", tool);
	return !system(command);
}

/* C leaves these out: bitfields have no offset, anonymous members no name. */
static void put_asserts(const struct types *t, u32 id, FILE *out)
{
	const char *word = types_kind(t, id) == KIND_STRUCT ? "struct" : "union";
	const char *name = types_name(t, id);
	u32 i;

	fprintf(out, "_Static_assert(sizeof(%s %s) == %lld, \"size %s\");\n", word, name,
		(long long)types_size(t, id), name);
	for (i = 0; i < types_vlen(t, id); i++) {
		struct type_member m = types_member(t, id, i);

		if (!*m.name || m.bit_size)
			continue;
		fprintf(out, "_Static_assert(__builtin_offsetof(%s %s, %s) == %u, \"%s.%s\");\n",
			word, name, m.name, m.bit_off / 8, name, m.name);
	}
}

/* Later types of the same tag are renamed in the header. */
static bool is_first_tag(const struct types *t, u32 id)
{
	static const enum type_kind kinds[] = { KIND_STRUCT, KIND_UNION, KIND_ENUM, KIND_ENUM64 };
	u32 i, first;

	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		first = types_find(t, types_name(t, id), kinds[i]);
		if (first && first < id)
			return false;
	}
	return true;
}

static void header_of_the_kernel_compiles_to_its_layout(void **state)
{
	char dir[] = "/tmp/skep-btf-XXXXXX", path[64], command[256];
	u32 id, asserts = 0;
	struct types *t;
	FILE *out;
	int status;

	if (access(vmlinux, R_OK))
		test_skip("no %s", vmlinux);
	if (!have("clang"))
		test_skip("no clang");
	assert_int_equal(types_open_file(&t, vmlinux, NULL, NULL), 0);
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/vmlinux.h", dir);
	out = fopen(path, "w");
	assert_non_null(out);
	assert_int_equal(types_dump_c(t, out, NULL), 0);
	for (id = 1; id < types_count(t); id++) {
		enum type_kind kind = types_kind(t, id);

		if ((kind != KIND_STRUCT && kind != KIND_UNION) || !*types_name(t, id) ||
		    !is_first_tag(t, id))
			continue;
		put_asserts(t, id, out);
		asserts++;
	}
	fclose(out);
	assert_true(asserts > 1000);
	snprintf(command, sizeof(command),
		 "clang -target bpf -g -Wall -Werror -fsyntax-only -x c %s >%s/log 2>&1 || "
		 "{ grep -m20 error: %s/log; false; }",
		 path, dir, dir);
	status = system(command);
	snprintf(command, sizeof(command), "rm -rf %s", dir);
	assert_int_equal(system(command), 0);
	assert_int_equal(status, 0);
	types_free(t);
}

/* The listing and bpftool's must be equal byte for byte. */
static void expect_same_listing(const struct types *t, bool json)
{
	char dir[] = "/tmp/skep-btf-XXXXXX", path[64], command[256];
	FILE *out;
	int status;

	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/ours", dir);
	out = fopen(path, "w");
	assert_non_null(out);
	assert_int_equal(json ? types_dump_json(t, out) : types_dump_raw(t, out), 0);
	fclose(out);
	snprintf(command, sizeof(command), "bpftool %s btf dump file %s %s | cmp - %s",
		 json ? "-j" : "", vmlinux, json ? "" : "format raw", path);
	status = system(command);
	snprintf(command, sizeof(command), "rm -rf %s", dir);
	assert_int_equal(system(command), 0);
	assert_int_equal(status, 0);
}

static void listings_equal_bpftool(void **state)
{
	struct types *t;

	if (access(vmlinux, R_OK))
		test_skip("no %s", vmlinux);
	if (!have("bpftool"))
		test_skip("no bpftool");
	assert_int_equal(types_open_file(&t, vmlinux, NULL, NULL), 0);
	expect_same_listing(t, false);
	expect_same_listing(t, true);
	types_free(t);
}

/* What the compiler lays out is what the decoder must find. */
enum colour { RED, GREEN = -5 };
struct sample {
	_Bool yes;
	signed char tiny;
	char letter;
	int low : 3, high : 5;
	char text[8], bytes[4];
	int grid[2][2];
	enum colour colour, other;
	void *ptr;
	union {
		int whole;
		char part;
	};
};

static u32 sample_type(struct types_writer *w)
{
	u32 i32 = types_add_int(w, "int", 4, true), chr = types_add_int(w, "char", 1, true), id;
	u32 yes = types_add_int(w, "_Bool", 1, false),
	    tiny = types_add_int(w, "signed char", 1, true);
	u32 text = types_add_array(w, chr, i32, 8), bytes = types_add_array(w, chr, i32, 4);
	u32 grid = types_add_array(w, types_add_array(w, i32, i32, 2), i32, 2);
	u32 ptr = types_add_ref(w, KIND_PTR, "", 0), colour, inner;

	colour = types_add_enum(w, "colour", 4, true);
	types_add_enumerator(w, "RED", 0);
	types_add_enumerator(w, "GREEN", -5);
	inner = types_add_struct(w, KIND_UNION, "", 4);
	types_add_member(w, "whole", i32, 0);
	types_add_member(w, "part", chr, 0);
	id = types_add_struct(w, KIND_STRUCT, "sample", sizeof(struct sample));
	types_add_member(w, "yes", yes, 8 * offsetof(struct sample, yes));
	types_add_member(w, "tiny", tiny, 8 * offsetof(struct sample, tiny));
	types_add_member(w, "letter", chr, 8 * offsetof(struct sample, letter));
	types_add_bitfield(w, "low", i32, 24, 3);
	types_add_bitfield(w, "high", i32, 27, 5);
	types_add_member(w, "text", text, 8 * offsetof(struct sample, text));
	types_add_member(w, "bytes", bytes, 8 * offsetof(struct sample, bytes));
	types_add_member(w, "grid", grid, 8 * offsetof(struct sample, grid));
	types_add_member(w, "colour", colour, 8 * offsetof(struct sample, colour));
	types_add_member(w, "other", colour, 8 * offsetof(struct sample, other));
	types_add_member(w, "ptr", ptr, 8 * offsetof(struct sample, ptr));
	types_add_member(w, "", inner, 8 * offsetof(struct sample, whole));
	return id;
}

static void values_decode_by_their_type(void **state)
{
	static const struct sample s = {
		true,
		-3,
		'A',
		-2,
		5,
		"hi",
		{ 1, 2, 3, 4 },
		{ { 1, 2 }, { 3, 4 } },
		GREEN,
		(enum colour)77,
		(void *)0x1234,
		{ 0x100 + 'z' },
	};
	struct buf bytes = { 0 }, text = { 0 };
	struct types_writer w;
	struct types *t;
	u32 id;

	types_writer_init(&w);
	id = sample_type(&w);
	assert_int_equal(types_writer_finish(&w, &bytes), 0);
	types_writer_fini(&w);
	assert_int_equal(types_open(&t, "<sample>", bytes.data, bytes.len, NULL, NULL), 0);
	types_value(t, id, &s, sizeof(s), VALUE_C, &text);
	assert_string_equal(buf_str(&text),
			    "{ .yes = true, .tiny = -3, .letter = 'A', .low = -2, .high = 5, "
			    ".text = \"hi\", .bytes = { 0x01, 0x02, 0x03, 0x04 }, "
			    ".grid = { { 1, 2 }, { 3, 4 } }, .colour = GREEN, .other = 77, "
			    ".ptr = 0x1234, { .whole = 378, .part = 'z' } }");
	buf_clear(&text);
	/* the words of bpftool -j map dump for such a value */
	types_value(t, id, &s, sizeof(s), VALUE_JSON, &text);
	assert_string_equal(buf_str(&text),
			    "{\"yes\":true,\"tiny\":-3,\"letter\":65,\"low\":\"0x6\","
			    "\"high\":\"0x5\",\"text\":\"hi\",\"bytes\":[1,2,3,4],"
			    "\"grid\":[[1,2],[3,4]],\"colour\":\"GREEN\",\"other\":77,"
			    "\"ptr\":4660,\"\":{\"whole\":378,\"part\":122}}");
	buf_clear(&text);
	types_value(t, 0, &s, 3, VALUE_C, &text);
	assert_string_equal(buf_str(&text), "01 fd 41");
	types_free(t);
	buf_fini(&bytes);
	buf_fini(&text);
}

static void declarators_nest_as_in_c(void **state)
{
	struct buf bytes = { 0 }, text = { 0 };
	struct types_writer w;
	u32 i32, st, ptr, proto, array, outer;
	struct types *t;

	types_writer_init(&w);
	i32 = types_add_int(&w, "int", 4, true);
	st = types_add_struct(&w, KIND_STRUCT, "foo", 0);
	ptr = types_add_ref(&w, KIND_PTR, "", types_add_ref(&w, KIND_CONST, "", st));
	proto = types_add_proto(&w, i32);
	types_add_param(&w, "p", ptr);
	array = types_add_array(&w, types_add_ref(&w, KIND_PTR, "", proto), i32, 3);
	outer = types_add_ref(&w, KIND_CONST, "", types_add_ref(&w, KIND_PTR, "", array));
	assert_int_equal(types_writer_finish(&w, &bytes), 0);
	types_writer_fini(&w);
	assert_int_equal(types_open(&t, "<declarators>", bytes.data, bytes.len, NULL, NULL), 0);
	types_declare(t, array, "table", &text);
	assert_string_equal(buf_str(&text), "int (*table[3])(const struct foo *p)");
	buf_clear(&text);
	types_declare(t, outer, "x", &text);
	assert_string_equal(buf_str(&text), "int (*(*const x)[3])(const struct foo *p)");
	types_free(t);
	buf_fini(&bytes);
	buf_fini(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(header_of_the_kernel_compiles_to_its_layout),
		TEST(listings_equal_bpftool),
		TEST(values_decode_by_their_type),
		TEST(declarators_nest_as_in_c),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
