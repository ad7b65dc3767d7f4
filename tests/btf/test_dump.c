// SPDX-License-Identifier: BSD-2-Clause
#include "test.h"

#include <errno.h>
#include <sys/wait.h>
#include <unistd.h>

#include "btf/dump.h"

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(header_of_the_kernel_compiles_to_its_layout),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
