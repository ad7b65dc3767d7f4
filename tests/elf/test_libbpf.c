// SPDX-License-Identifier: BSD-2-Clause
/* What we link is what libbpf hands to the kernel. */
#include "test.h"

#include <errno.h>

#include "compare.h"
#include "load.h"

static void compare(const char *name)
{
	char path[512];
	struct bpf_object *other;
	struct object *obj;
	struct diag d;

	if (geteuid())
		test_skip("loading into the kernel needs root");
	snprintf(path, sizeof(path), ELF_DIR "/%s.bpf.o", name);
	libbpf_set_print(quiet);
	other = bpf_object__open_file(path, NULL);
	assert_non_null(other);
	assert_int_equal(load_object(&obj, name, NULL, &d), 0);
	same_maps(obj, other);
	if (bpf_object__load(other)) {
		bpf_object__close(other);
		object_free(obj);
		diag_fini(&d);
		test_skip("the kernel refuses to load %s", name);
	}
	assert_true(same_progs(obj, other) > 0);
	bpf_object__close(other);
	object_free(obj);
	diag_fini(&d);
}

static void linked_programs_equal_libbpfs(void **state)
{
	compare("link");
}

static void kernel_symbols_and_own_sections_equal_libbpfs(void **state)
{
	compare("ksyms");
}

static void struct_ops_equal_libbpfs(void **state)
{
	compare("ops");
}

static const struct CMUnitTest tests[] = {
	TEST(linked_programs_equal_libbpfs),
	TEST(kernel_symbols_and_own_sections_equal_libbpfs),
	TEST(struct_ops_equal_libbpfs),
};
TEST_MAIN(tests)
