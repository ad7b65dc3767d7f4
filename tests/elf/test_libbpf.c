// SPDX-License-Identifier: BSD-2-Clause
/* What we link is what libbpf hands to the kernel. */
#include "test.h"

#include <bpf/libbpf.h>
#include <errno.h>
#include <unistd.h>

#include "load.h"

static int quiet(enum libbpf_print_level level, const char *fmt, va_list ap)
{
	return 0;
}

/* libbpf names data maps "obj.rodata"; we use the section's name. */
static bool same_map(const char *ours, const char *theirs)
{
	const char *dot = strchr(theirs, '.');

	return !strcmp(ours, *ours == '.' && dot ? dot : theirs);
}

static void same_map_ref(const struct object *obj, struct bpf_object *other,
			 const struct bpf_insn *theirs, const struct insn *ours)
{
	struct bpf_map *map;

	bpf_object__for_each_map(map, other)
	{
		if (bpf_map__fd(map) != theirs->imm)
			continue;
		assert_true(same_map(obj->maps[ours->imm].name, bpf_map__name(map)));
		assert_int_equal(ours[1].imm, theirs[1].imm);
		return;
	}
	fail_msg("libbpf refers to an unknown map");
}

static void same_insns(const struct object *obj, struct bpf_object *other,
		       const struct obj_prog *ours, const struct bpf_program *theirs)
{
	const struct bpf_insn *b = bpf_program__insns(theirs);

	assert_int_equal(ours->insn_count, bpf_program__insn_cnt(theirs));
	for (u32 i = 0; i < ours->insn_count; i++) {
		const struct insn *a = &ours->insns[i];

		assert_int_equal(a->code, b[i].code);
		assert_int_equal(a->dst, b[i].dst_reg);
		assert_int_equal(a->off, b[i].off);
		if (!insn_is_wide(a) || a->src == PSEUDO_FUNC || !a->src) {
			assert_int_equal(a->src, b[i].src_reg);
			assert_int_equal(a->imm, b[i].imm);
			continue;
		}
		assert_int_equal(b[i].src_reg,
				 a->src == PSEUDO_MAP_IDX ? PSEUDO_MAP_FD : PSEUDO_MAP_VALUE);
		same_map_ref(obj, other, &b[i], a);
		i++;
	}
}

static void same_maps(const struct object *obj, struct bpf_object *other)
{
	struct bpf_map *map;

	bpf_object__for_each_map(map, other)
	{
		const struct obj_map *m = NULL;

		for (u32 i = 0; i < obj->map_count; i++) {
			if (same_map(obj->maps[i].name, bpf_map__name(map)))
				m = &obj->maps[i];
		}
		assert_non_null(m);
		assert_int_equal(m->type, bpf_map__type(map));
		assert_int_equal(m->key_size, bpf_map__key_size(map));
		assert_int_equal(m->value_size, bpf_map__value_size(map));
		assert_int_equal(m->max_entries, bpf_map__max_entries(map));
		assert_int_equal(m->flags, bpf_map__map_flags(map));
	}
}

static void compare(const char *name)
{
	char path[512];
	struct bpf_object *other;
	struct bpf_program *p;
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
	bpf_object__for_each_program(p, other)
	{
		const struct obj_prog *ours = object_prog(obj, bpf_program__name(p));

		assert_non_null(ours);
		assert_int_equal(ours->type, bpf_program__type(p));
		assert_int_equal(ours->autoload, bpf_program__autoload(p));
		if (ours->autoload)
			same_insns(obj, other, ours, p);
	}
	bpf_object__close(other);
	object_free(obj);
	diag_fini(&d);
}

static void linked_programs_equal_libbpfs(void **state)
{
	compare("link");
}

static const struct CMUnitTest tests[] = {
	TEST(linked_programs_equal_libbpfs),
};
TEST_MAIN(tests)
