// SPDX-License-Identifier: BSD-2-Clause
#include "test.h"

#include <errno.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/diag.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/pool.h"
#include "base/str.h"
#include "base/vec.h"

static void borrowed_memory_is_zeroed_and_not_freed(void **state)
{
	u8 room[512], *first, *second;
	struct arena a = { 0 };

	memset(room, 0xff, sizeof(room));
	arena_borrow(&a, room, sizeof(room));
	first = arena_alloc(&a, 100);
	second = arena_alloc(&a, 4096);
	assert_true(first > room && first + 100 <= room + sizeof(room));
	assert_true(second < room || second >= room + sizeof(room));
	for (u32 i = 0; i < 100; i++)
		assert_int_equal(first[i] | second[i], 0);
	arena_fini(&a);
	arena_borrow(&a, room, 8); /* too small to be of use */
	assert_non_null(arena_alloc(&a, 100));
	arena_fini(&a);
}

static void a_pool_gives_again_what_was_given_back(void **state)
{
	struct pool p = { 0 };
	u8 *first = pool_take(&p, 10, 10), *other = pool_take(&p, 10, 10);

	assert_ptr_not_equal(first, other);
	memset(first, 0xff, 100);
	pool_give(&p, first);
	pool_give(&p, NULL);
	assert_ptr_equal(pool_take(&p, 9, 11), first);
	for (u32 i = 0; i < 99; i++)
		assert_int_equal(first[i], 0);
	assert_null(pool_take(&p, SIZE_MAX / 2, 4));
	pool_fini(&p);
}

static void arena_gives_zeroed_aligned_memory(void **state)
{
	struct arena a = { 0 };

	for (size_t size = 0; size < 10000; size = size * 3 / 2 + 1) {
		u8 *p = arena_alloc(&a, size);

		assert_non_null(p);
		assert_int_equal((uintptr_t)p % 16, 0);
		for (size_t i = 0; i < size; i++)
			assert_int_equal(p[i], 0);
		memset(p, 0xff, size);
	}
	assert_null(arena_array(&a, SIZE_MAX / 2, 16));
	assert_string_equal(arena_printf(&a, "%d-%s", 7, "x"), "7-x");
	assert_string_equal(arena_strndup(&a, "abc", 2), "ab");
	arena_fini(&a);
}

static void buf_grows_and_terminates(void **state)
{
	struct buf b = { 0 };

	assert_string_equal(buf_str(&b), "");
	for (int i = 0; i < 1000; i++)
		buf_printf(&b, "%03d", i);
	assert_int_equal(b.len, 3000);
	assert_memory_equal(buf_str(&b) + 999 * 3, "999", 4);
	buf_clear(&b);
	buf_put(&b, "abc", 3);
	buf_align(&b, 8);
	assert_int_equal(b.len, 8);
	buf_fini(&b);
}

static void hash_finds_what_was_set(void **state)
{
	static char keys[5000][8];
	struct hash h = { 0 };

	for (u32 i = 0; i < 5000; i++) {
		snprintf(keys[i], sizeof(keys[i]), "k%u", i);
		assert_int_equal(hash_set_str(&h, keys[i], i), 0);
	}
	for (u32 i = 0; i < 5000; i++)
		assert_int_equal(*hash_get_str(&h, keys[i]), i);
	assert_null(hash_get_str(&h, "k5000"));
	assert_int_equal(hash_set_str(&h, "k1", 77), 0);
	assert_int_equal(*hash_get_str(&h, "k1"), 77);
	assert_int_equal(h.len, 5000);
	hash_fini(&h);
}

static void vec_keeps_elements(void **state)
{
	VEC(u32) v = { 0 };
	u32 *p, sum = 0;

	for (u32 i = 0; i < 100; i++)
		*(u32 *)vec_push(&v) = i;
	vec_for (p, &v)
		sum += *p;
	assert_int_equal(sum, 4950);
	vec_fini(&v);
}

/* What is skipped without counting edits is never the nearest. */
static void near_miss_is_the_one_of_fewest_edits(void **state)
{
	u64 seed = 42;

	for (int round = 0; round < 20000; round++) {
		char words[9][16] = { "" };
		struct near n;
		u32 fewest;

		for (int w = 0; w < 9; w++) {
			u32 len = 1 + (u32)(seed >> 33) % 12;

			for (u32 i = 0; i < len; i++) {
				seed = seed * 6364136223846793005ull + 1442695040888963407ull;
				words[w][i] = "abcdef_0"[seed >> 61];
			}
		}
		n = near_start(words[0], strlen(words[0]));
		fewest = n.distance;
		for (int w = 1; w < 9; w++) {
			u32 d = str_distance(words[0], strlen(words[0]), words[w],
					     strlen(words[w]));

			fewest = MIN(fewest, d);
			near_try(&n, words[w]);
		}
		assert_int_equal(n.distance, fewest);
	}
}

static void near_miss_is_found(void **state)
{
	struct near n = near_start("adn", 3);

	near_try(&n, "or");
	near_try(&n, "and");
	near_try(&n, "not");
	assert_string_equal(n.best, "and");
	n = near_start("xyzzy", 5);
	near_try(&n, "and");
	assert_null(n.best);
	assert_int_equal(str_distance("kitten", 6, "sitting", 7), 3);
}

static void unhex_points_at_the_wrong_character(void **state)
{
	struct buf b = { 0 };
	size_t bad = 99;

	assert_int_equal(str_unhex(&b, " b7 00  0A", 10, &bad), 0);
	assert_memory_equal(b.data, "\xb7\x00\x0a", 3);
	assert_int_equal(str_unhex(&b, "b7 0x", 5, &bad), -EINVAL);
	assert_int_equal(bad, 4);
	assert_int_equal(str_unhex(&b, "b", 1, &bad), -EINVAL);
	buf_fini(&b);
}

static void diag_points_at_the_word(void **state)
{
	static const char text[] = "tcp port 80 adn host 10.0.0.1";
	char *shown = NULL;
	size_t len;
	FILE *out = open_memstream(&shown, &len);
	struct diag d;
	u32 file;

	diag_init(&d);
	file = diag_file(&d, "<filter>", text, sizeof(text) - 1, 1);
	assert_int_equal(diag_file(&d, "<filter>", text, sizeof(text) - 1, 1), file);
	assert_int_equal(diag_error(&d, -EINVAL, (struct span){ file, 12, 3 },
				    "unknown word '%.3s'", text + 12),
			 -EINVAL);
	diag_hint(&d, "did you mean 'and'?");
	diag_print(&d, out, false);
	fclose(out);
	assert_string_equal(shown, "<filter>:1:13: error: unknown word 'adn'\n"
				   "    tcp port 80 adn host 10.0.0.1\n"
				   "                ^~~\n"
				   "    hint: did you mean 'and'?\n");
	free(shown);
	diag_fini(&d);
}

static void diag_copes_with_spans_past_the_end(void **state)
{
	char *shown = NULL;
	size_t len;
	FILE *out = open_memstream(&shown, &len);
	struct diag d;

	diag_init(&d);
	diag_error(&d, -EINVAL, (struct span){ diag_file(&d, "f", "ab\ncd", 5, 7), 500, 9 }, "x");
	diag_error(&d, -EINVAL, (struct span){ 42, 1, 1 }, "y");
	diag_error(NULL, -EINVAL, NOWHERE, "z");
	diag_print(&d, out, false);
	fclose(out);
	assert_string_equal(shown, "f:8:3: error: x\n    cd\n      ^\nerror: y\n");
	free(shown);
	diag_fini(&d);
}

static void diag_keeps_terminals_and_lines_whole(void **state)
{
	char text[1001], *shown = NULL;
	size_t len;
	FILE *out = open_memstream(&shown, &len);
	struct diag d;

	memset(text, 'a', 1000);
	text[1000] = '\033';
	diag_init(&d);
	diag_error(&d, -EINVAL, (struct span){ diag_file(&d, "a\033[2J", "x\033[2Jy", 6, 1), 5, 1 },
		   "no '\033c' here");
	diag_error(&d, -EINVAL,
		   (struct span){ diag_file(&d, "long", text, sizeof(text), 1), 1000, 1 }, "z");
	diag_print(&d, out, false);
	fclose(out);
	assert_null(strchr(shown, '\033'));
	assert_true(len < 400);
	assert_non_null(strstr(shown, "a?[2J:1:6: error: no '?c' here\n    x?[2Jy\n         ^\n"));
	assert_non_null(strstr(shown, "long:1:1001: error: z\n    …aaaa"));
	assert_non_null(strstr(shown, "aaaa?\n     "));
	free(shown);
	diag_fini(&d);
}

static void missing_file_is_named(void **state)
{
	struct file f;
	struct diag d;

	diag_init(&d);
	assert_int_equal(file_open(&f, "/nonexistent/x", &d), -ENOENT);
	assert_string_equal(d.first->text,
			    "cannot read '/nonexistent/x': No such file or directory");
	assert_int_equal(file_open(&f, "/", &d), -EISDIR);
	assert_int_equal(file_open(&f, "/dev/null", &d), 0);
	assert_non_null(f.data);
	assert_int_equal(f.len, 0);
	file_close(&f);
	diag_fini(&d);
}

static const struct CMUnitTest tests[] = {
	TEST(borrowed_memory_is_zeroed_and_not_freed),
	TEST(a_pool_gives_again_what_was_given_back),
	TEST(arena_gives_zeroed_aligned_memory),
	TEST(buf_grows_and_terminates),
	TEST(hash_finds_what_was_set),
	TEST(vec_keeps_elements),
	TEST(near_miss_is_found),
	TEST(near_miss_is_the_one_of_fewest_edits),
	TEST(unhex_points_at_the_wrong_character),
	TEST(diag_points_at_the_word),
	TEST(diag_copes_with_spans_past_the_end),
	TEST(diag_keeps_terminals_and_lines_whole),
	TEST(missing_file_is_named),
};
TEST_MAIN(tests)
