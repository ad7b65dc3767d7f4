// SPDX-License-Identifier: BSD-2-Clause
/* Damaged objects are refused with a diagnostic or opened: never a crash (run under sanitizers). */
#include "test.h"

#include <errno.h>

#include "load.h"

static const char *const names[] = { "link", "maps", "externs", "legacy" };

static int open_bytes(const u8 *data, size_t len, struct diag *d)
{
	struct skep_open_opts opts = { .size = sizeof(opts), .btf_path = "none" };
	struct object *obj = NULL;
	int err = elf_open(&obj, "damaged", data, len, &opts, d);

	if (!err)
		object_free(obj);
	return err;
}

static void try_bytes(const u8 *data, size_t len)
{
	struct diag d;
	int err;

	diag_init(&d);
	err = open_bytes(data, len, &d);
	assert_true(err <= 0);
	if (err)
		assert_true(d.errors > 0);
	diag_fini(&d);
}

static u8 *read_object(const char *name, size_t *len)
{
	char path[512];
	struct file f;
	u8 *copy;

	snprintf(path, sizeof(path), ELF_DIR "/%s.bpf.o", name);
	assert_int_equal(file_open(&f, path, NULL), 0);
	copy = malloc(f.len);
	memcpy(copy, f.data, f.len);
	*len = f.len;
	file_close(&f);
	return copy;
}

static void flipped_bytes_do_no_harm(void **state)
{
	for (u32 n = 0; n < ARRAY_SIZE(names); n++) {
		size_t len;
		u8 *data = read_object(names[n], &len);

		for (size_t i = 0; i < len; i += 3) {
			u8 old = data[i];

			data[i] ^= (u8)(1 << i % 8);
			try_bytes(data, len);
			data[i] = 0xff;
			try_bytes(data, len);
			data[i] = old;
		}
		free(data);
	}
}

static void cut_files_are_refused(void **state)
{
	size_t len;
	u8 *data = read_object("link", &len);

	for (size_t cut = 0; cut < len; cut += 13) {
		u8 *copy = malloc(cut ? cut : 1); /* exact, so that a sanitizer sees over-reads */
		struct diag d;

		memcpy(copy, data, cut);
		diag_init(&d);
		assert_true(open_bytes(copy, cut, &d) < 0);
		assert_true(d.errors > 0);
		diag_fini(&d);
		free(copy);
	}
	free(data);
}

static void refused_with(u8 *data, size_t len, const char *says)
{
	struct diag d;

	diag_init(&d);
	assert_true(open_bytes(data, len, &d) < 0);
	assert_non_null(strstr(d.first->text, says));
	diag_fini(&d);
}

static void other_machines_are_named(void **state)
{
	size_t len;
	u8 *data = read_object("link", &len);

	data[18] = 62;
	refused_with(data, len, "for x86-64, not BPF");
	data[18] = 247;
	data[5] = 2;
	refused_with(data, len, "big-endian");
	free(data);
}

static const struct CMUnitTest tests[] = {
	TEST(flipped_bytes_do_no_harm),
	TEST(cut_files_are_refused),
	TEST(other_machines_are_named),
};
TEST_MAIN(tests)
