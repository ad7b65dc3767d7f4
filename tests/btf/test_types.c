// SPDX-License-Identifier: BSD-2-Clause
#include "test.h"

#include <errno.h>
#include <unistd.h>

#include "btf/types.h"

static const char vmlinux[] = "/sys/kernel/btf/vmlinux";

#define INFO(kind, vlen, flag) ((u32)(flag) << 31 | (u32)(kind) << 24 | (vlen))

/* A BTF blob laid out by hand from Documentation/bpf/btf.rst. */
struct blob {
	u16 magic;
	u8 version, flags;
	u32 hdr_len, type_off, type_len, str_off, str_len;
	u8 body[1024];
};

static size_t blob_fill(struct blob *b, const u32 *types, size_t type_len, const char *strings,
			size_t str_len)
{
	*b = (struct blob){ .magic = 0xeb9f,
			    .version = 1,
			    .hdr_len = 24,
			    .type_len = (u32)type_len,
			    .str_off = (u32)type_len,
			    .str_len = (u32)str_len };
	memcpy(b->body, types, type_len);
	memcpy(b->body + type_len, strings, str_len);
	return 24 + type_len + str_len;
}

static const char strings[] = "\0int\0pair\0a\0b\0f";
enum { S_INT = 1, S_PAIR = 5, S_A = 10, S_B = 12, S_F = 14 };

#define T_INT S_INT, INFO(KIND_INT, 0, 0), 4, 1u << 24 | 32

static char last_text[512];

/* Opens the words and checks that the one diagnostic holds `expect`; NULL: that it opens. */
static void expect_open(const u32 *types, size_t len, const char *expect)
{
	struct types *t = NULL;
	struct blob b;
	struct diag d;
	size_t total = blob_fill(&b, types, len, strings, sizeof(strings));
	int err;

	diag_init(&d);
	err = types_open(&t, "<test>", &b, total, NULL, &d);
	snprintf(last_text, sizeof(last_text), "%s", d.first ? d.first->text : "");
	if (!expect) {
		assert_string_equal(last_text, "");
		assert_int_equal(err, 0);
		types_free(t);
	} else {
		assert_int_equal(err, -EINVAL);
		assert_int_equal(d.errors, 1);
		if (!strstr(last_text, expect))
			fail_msg("'%s' does not say '%s'", last_text, expect);
		assert_null(t);
	}
	diag_fini(&d);
}

#define opens(...)                                                                                 \
	do {                                                                                       \
		static const u32 words_[] = { __VA_ARGS__ };                                       \
		expect_open(words_, sizeof(words_), NULL);                                         \
	} while (0)
#define refuses(text, ...)                                                                         \
	do {                                                                                       \
		static const u32 words_[] = { __VA_ARGS__ };                                       \
		expect_open(words_, sizeof(words_), text);                                         \
	} while (0)

static void struct_members_read_back(void **state)
{
	const u32 words[] = { T_INT, S_PAIR,	   INFO(KIND_STRUCT, 2, 1), 8, S_A, 1, 0, S_B,
			      1,     5u << 24 | 35 };
	struct type_member m;
	struct types *t;
	struct blob b;
	size_t total = blob_fill(&b, words, sizeof(words), strings, sizeof(strings));

	assert_int_equal(types_open(&t, "<test>", &b, total, NULL, NULL), 0);
	assert_int_equal(types_count(t), 3);
	assert_int_equal(types_find(t, "pair", KIND_STRUCT), 2);
	assert_int_equal(types_find(t, "pair", KIND_UNION), 0);
	m = types_member(t, 2, 1);
	assert_string_equal(m.name, "b");
	assert_int_equal(m.bit_off, 35);
	assert_int_equal(m.bit_size, 5);
	assert_int_equal(types_member(t, 2, 0).bit_size, 0);
	assert_int_equal(types_member(t, 2, 2).type, 0);
	assert_int_equal(types_size(t, 2), 8);
	assert_int_equal(types_align(t, 2), 4);
	assert_int_equal(types_kind(t, 3), KIND_VOID);
	assert_int_equal(types_kind(t, UINT32_MAX), KIND_VOID);
	/* borrowed: the type lies in the caller's bytes */
	assert_ptr_equal(types_get(t, 1), b.body);
	types_free(t);
}

static void split_types_continue_the_base(void **state)
{
	const u32 base_words[] = { T_INT };
	const u32 words[] = { 17, INFO(KIND_TYPEDEF, 0, 0), 1, S_INT, INFO(KIND_PTR, 0, 0), 2 };
	struct types *base, *t;
	struct blob b, s;
	size_t len;

	len = blob_fill(&b, base_words, sizeof(base_words), strings, sizeof(strings));
	assert_int_equal(types_open(&base, "<base>", &b, len, NULL, NULL), 0);
	len = blob_fill(&s, words, sizeof(words), "\0word", 6);
	assert_int_equal(types_open(&t, "<split>", &s, len, base, NULL), 0);
	assert_int_equal(types_count(t), 4);
	assert_string_equal(types_name(t, 1), "int");
	assert_string_equal(types_name(t, 2), "word");
	assert_string_equal(types_name(t, 3), "int"); /* a base string */
	assert_int_equal(types_find(t, "int", KIND_VOID), 1);
	assert_int_equal(types_find_next(t, 1, "int", KIND_VOID), 3);
	assert_int_equal(types_find(t, "word", KIND_TYPEDEF), 2);
	assert_int_equal(types_strip(t, 2), 1);
	assert_int_equal(types_size(t, 2), 4);
	types_free(t);
	types_free(base);
}

static void refuses_bad_headers(void **state)
{
	const u32 words[] = { T_INT };
	struct types *t = NULL;
	struct blob b;
	size_t total, len;

	total = blob_fill(&b, words, sizeof(words), strings, sizeof(strings));
	for (len = 0; len < total; len++)
		assert_int_equal(types_open(&t, "<cut>", &b, len, NULL, NULL), -EINVAL);
	b.magic = 0x9feb;
	assert_int_equal(types_open(&t, "<swapped>", &b, total, NULL, NULL), -EINVAL);
	b.magic = 0xeb9f;
	b.version = 2;
	assert_int_equal(types_open(&t, "<version>", &b, total, NULL, NULL), -EINVAL);
	b.version = 1;
	b.body[total - 25] = 'x';
	assert_int_equal(types_open(&t, "<string>", &b, total, NULL, NULL), -EINVAL);
}

static void refuses_bad_numbers(void **state)
{
	opens(T_INT);
	refuses("unknown kind 20", 0, INFO(20, 0, 0), 4);
	refuses("run past", S_PAIR, INFO(KIND_STRUCT, 9, 0), 4);
	refuses("bits 0 to 33 do not fit 4 bytes", S_INT, INFO(KIND_INT, 0, 0), 4, 33);
	refuses("size is 3 bytes", S_INT, INFO(KIND_INT, 0, 0), 3, 8);
	refuses("its name at offset 77", 77, INFO(KIND_INT, 0, 0), 4, 32);
	refuses("target is type 9", 0, INFO(KIND_PTR, 0, 0), 9);
	refuses("size is 5 bytes", S_PAIR, INFO(KIND_ENUM, 0, 0), 5);
	refuses("element is void", T_INT, 0, INFO(KIND_ARRAY, 0, 0), 0, 0, 1, 3);
	refuses("element is type 7", T_INT, 0, INFO(KIND_ARRAY, 0, 0), 0, 7, 1, 3);
	refuses("prototype is type 1", T_INT, S_F, INFO(KIND_FUNC, 0, 0), 1);
	refuses("linkage is 3", 0, INFO(KIND_FUNC_PROTO, 0, 0), 0, S_F, INFO(KIND_FUNC, 3, 0), 1);
	refuses("component 2", T_INT, S_PAIR, INFO(KIND_STRUCT, 1, 0), 4, S_A, 1, 0, S_B,
		INFO(KIND_DECL_TAG, 0, 0), 2, 2);
	refuses("entry 0 is type 1, not a variable", T_INT, S_F, INFO(KIND_DATASEC, 1, 0), 4, 1, 0,
		4);
	refuses("ends at byte 12 of 8", T_INT, S_A, INFO(KIND_VAR, 0, 0), 1, 1, S_F,
		INFO(KIND_DATASEC, 1, 0), 8, 2, 8, 4);
}

static void refuses_members_outside_their_struct(void **state)
{
	refuses("member 0 'a' ends at bit 64 of 32", T_INT, S_PAIR, INFO(KIND_STRUCT, 1, 0), 4, S_A,
		1, 32);
	refuses("within a byte", T_INT, S_PAIR, INFO(KIND_STRUCT, 1, 1), 8, S_A, 1, 3);
	refuses("has 40 bits, but its type has 32", T_INT, S_PAIR, INFO(KIND_STRUCT, 1, 1), 8, S_A,
		1, 40u << 24);
	refuses("which has no size", S_PAIR, INFO(KIND_STRUCT, 1, 0), 4, S_A, 0, 0);
	refuses("member 0 is type 9", S_PAIR, INFO(KIND_STRUCT, 1, 0), 4, S_A, 9, 0);
}

static void refuses_types_that_contain_themselves(void **state)
{
	refuses("contains itself", S_A, INFO(KIND_TYPEDEF, 0, 0), 1);
	refuses("contains itself", 0, INFO(KIND_CONST, 0, 0), 2, 0, INFO(KIND_VOLATILE, 0, 0), 1);
	refuses("contains itself", S_PAIR, INFO(KIND_STRUCT, 1, 0), 4, S_A, 1, 0);
	refuses("contains itself", T_INT, 0, INFO(KIND_ARRAY, 0, 0), 0, 2, 1, 1);
	/* through a pointer is what lists are made of */
	opens(S_PAIR, INFO(KIND_STRUCT, 1, 0), 8, S_A, 2, 0, 0, INFO(KIND_PTR, 0, 0), 1);
}

static void refuses_chains_past_64_types(void **state)
{
	u32 words[3 * 80 + 4] = { T_INT }, i;

	for (i = 0; i < 80; i++) {
		words[4 + 3 * i + 1] = INFO(KIND_CONST, 0, 0);
		words[4 + 3 * i + 2] = i + 1;
	}
	expect_open(words, (4 + 3 * 63) * 4, NULL);
	expect_open(words, (4 + 3 * 64) * 4, "more than 64 levels deep");
}

static void running_kernel_opens(void **state)
{
	u32 id, task, again = 0;
	struct types *t;

	if (access(vmlinux, R_OK))
		test_skip("no %s", vmlinux);
	assert_int_equal(types_open_file(&t, vmlinux, NULL, NULL), 0);
	task = types_find(t, "task_struct", KIND_STRUCT);
	assert_true(task);
	assert_true(types_size(t, task) > 1000);
	for (id = 1; id < types_count(t); id++)
		again += types_kind(t, id) == KIND_STRUCT &&
			 !strcmp(types_name(t, id), "task_struct");
	for (id = task; id; id = types_find_next(t, id, "task_struct", KIND_STRUCT))
		again--;
	assert_int_equal(again, 0);
	types_free(t);
}

static void types_live_as_long_as_their_last_holder(void **state)
{
	struct types *t, *again;

	if (access(vmlinux, R_OK))
		test_skip("no %s", vmlinux);
	assert_int_equal(types_open_file(&t, vmlinux, NULL, NULL), 0);
	again = types_share(t);
	types_free(t);
	assert_true(types_find(again, "task_struct", KIND_STRUCT));
	types_free(again);
}

/* The first type of a name and kind, by brute force over places where names were seen. */
static void same_finds(const struct types *a, const struct types *b)
{
	for (u32 id = 1; id < types_count(a); id += 7) {
		const char *name = types_name(a, id);
		enum type_kind kind = types_kind(a, id);

		if (!*name)
			continue;
		assert_int_equal(types_find(a, name, kind), types_find(b, name, kind));
		assert_int_equal(types_find(a, name, KIND_VOID), types_find(b, name, KIND_VOID));
		assert_true(types_find(a, name, KIND_VOID) <= types_find(a, name, kind));
		assert_int_equal(types_find_next(a, id, name, KIND_VOID),
				 types_find_next(b, id, name, KIND_VOID));
	}
}

/* The kernel's file is taken on trust; the same bytes from elsewhere are checked. */
static void trusted_types_are_the_checked_ones(void **state)
{
	struct types *trusted, *checked;
	const u8 *a, *b;
	size_t len;

	if (access(vmlinux, R_OK))
		test_skip("no %s", vmlinux);
	assert_int_equal(types_open_file(&trusted, vmlinux, NULL, NULL), 0);
	a = types_raw(trusted, &len);
	assert_int_equal(types_open(&checked, "bytes", a, len, NULL, NULL), 0);
	b = types_raw(checked, &len);
	assert_int_equal(types_count(trusted), types_count(checked));
	for (u32 id = 1; id < types_count(checked); id++) {
		assert_int_equal((const u8 *)types_get(trusted, id) - a,
				 (const u8 *)types_get(checked, id) - b);
		assert_int_equal(types_align(trusted, id), types_align(checked, id));
		assert_int_equal(types_size(trusted, id), types_size(checked, id));
	}
	same_finds(trusted, checked);
	types_free(trusted);
	types_free(checked);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(struct_members_read_back),
		TEST(split_types_continue_the_base),
		TEST(refuses_bad_headers),
		TEST(refuses_bad_numbers),
		TEST(refuses_members_outside_their_struct),
		TEST(refuses_types_that_contain_themselves),
		TEST(refuses_chains_past_64_types),
		TEST(running_kernel_opens),
		TEST(types_live_as_long_as_their_last_holder),
		TEST(trusted_types_are_the_checked_ones),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
