// SPDX-License-Identifier: BSD-2-Clause
/*
 * CO-RE against two sets of types. The expected values come from this compiler's own layout of
 * core_target.h (offsetof, sizeof), the BTF from clang's of the same text.
 */
#include "test.h"

#include <errno.h>

#include "btf/core.h"
#include "core_target.h"

static struct types *local, *target;
static struct arena arena; /* of results; freed after the group */

static int open_both(void **state)
{
	return types_open_file(&local, CORE_LOCAL, NULL, NULL) ||
	       types_open_file(&target, CORE_TARGET, NULL, NULL);
}

static int close_both(void **state)
{
	types_free(local);
	types_free(target);
	arena_fini(&arena);
	return 0;
}

static struct core_result resolve(u32 kind, enum type_kind root_kind, const char *root,
				  const char *access)
{
	struct core_result r;
	u32 id = types_find(local, root, root_kind);

	assert_int_not_equal(id, 0);
	assert_int_equal(core_resolve(&r, local, target, kind, id, access, &arena, NULL), 0);
	assert_non_null(r.spec);
	assert_true(r.matched || r.why);
	return r;
}

static struct core_result thing(u32 kind, const char *access)
{
	return resolve(kind, KIND_STRUCT, "thing___old", access);
}

#define ASSERT_VALUE(result, want)                                                                 \
	do {                                                                                       \
		struct core_result got_ = (result);                                                \
		assert_true(got_.matched);                                                         \
		assert_int_equal(got_.target, want);                                               \
	} while (0)

static void offsets_are_the_targets(void **state)
{
	ASSERT_VALUE(thing(CORE_FIELD_BYTE_OFFSET, "0:0"), offsetof(struct thing, id));
	ASSERT_VALUE(thing(CORE_FIELD_BYTE_OFFSET, "0:2:0"), offsetof(struct thing, in.a));
	ASSERT_VALUE(thing(CORE_FIELD_BYTE_OFFSET, "0:2:1"), offsetof(struct thing, in.b));
	ASSERT_VALUE(thing(CORE_FIELD_BYTE_OFFSET, "0:3:3"), offsetof(struct thing, list[3]));
	ASSERT_VALUE(thing(CORE_FIELD_BYTE_OFFSET, "0:5"), offsetof(struct thing, ptr));
	ASSERT_VALUE(thing(CORE_FIELD_BYTE_OFFSET, "0:9:1:0"), offsetof(struct thing, many[1].a));
	ASSERT_VALUE(thing(CORE_FIELD_BYTE_OFFSET, "0:10:2"), offsetof(struct thing, flexible[2]));
}

static void anonymous_members_are_looked_through(void **state)
{
	ASSERT_VALUE(thing(CORE_FIELD_BYTE_OFFSET, "0:7:0"), offsetof(struct thing, hidden));
}

static void root_arrays_scale_by_the_targets_size(void **state)
{
	ASSERT_VALUE(thing(CORE_FIELD_BYTE_OFFSET, "2:0"),
		     2 * sizeof(struct thing) + offsetof(struct thing, id));
}

static void sizes_are_the_targets(void **state)
{
	struct core_result r = thing(CORE_FIELD_BYTE_OFFSET, "0:1");

	ASSERT_VALUE(thing(CORE_FIELD_BYTE_SIZE, "0:1"), sizeof(((struct thing *)0)->small));
	ASSERT_VALUE(thing(CORE_FIELD_BYTE_SIZE, "0:3"), sizeof(((struct thing *)0)->list));
	assert_int_equal(r.local_size, 4);
	assert_int_equal(r.target_size, 8);
	assert_true(r.resizable);
	ASSERT_VALUE(resolve(CORE_TYPE_SIZE, KIND_STRUCT, "thing___old", "0"),
		     sizeof(struct thing));
	ASSERT_VALUE(resolve(CORE_TYPE_SIZE, KIND_TYPEDEF, "alias_t", "0"), sizeof(alias_t));
}

/* lshift, rshift and the unit's offset together read what C reads. */
static void bitfields_are_read_by_shifts(void **state)
{
	struct thing t = { .other = 5, .bits = 0x155, .front = ~0ULL };
	struct core_result off = thing(CORE_FIELD_BYTE_OFFSET, "0:4");
	struct core_result size = thing(CORE_FIELD_BYTE_SIZE, "0:4");
	u64 value = 0;

	assert_true(off.target + size.target <= sizeof(t));
	memcpy(&value, (u8 *)&t + off.target, size.target);
	value <<= thing(CORE_FIELD_LSHIFT_U64, "0:4").target;
	value >>= thing(CORE_FIELD_RSHIFT_U64, "0:4").target;
	assert_int_equal(value, t.bits);
}

static void existence_is_answered(void **state)
{
	struct core_result r = thing(CORE_FIELD_EXISTS, "0:6");

	ASSERT_VALUE(thing(CORE_FIELD_EXISTS, "0:0"), 1);
	ASSERT_VALUE(r, 0);
	assert_string_equal(r.why, "struct thing has no member 'gone'; the nearest is 'gonee'");
	ASSERT_VALUE(thing(CORE_FIELD_EXISTS, "0:8"), 0); /* an int here, a pointer there */
	ASSERT_VALUE(resolve(CORE_TYPE_EXISTS, KIND_STRUCT, "thing___old", "0"), 1);
	ASSERT_VALUE(resolve(CORE_TYPE_EXISTS, KIND_STRUCT, "absent_thing", "0"), 0);
}

static void missing_fields_are_not_matched(void **state)
{
	struct core_result r = thing(CORE_FIELD_BYTE_OFFSET, "0:6");

	assert_false(r.matched);
	assert_string_equal(r.why, "struct thing has no member 'gone'; the nearest is 'gonee'");
}

/* As bpf_core_type_size() and bpf_core_type_id_kernel() document. */
static void missing_types_have_size_and_number_zero(void **state)
{
	struct core_result r = resolve(CORE_TYPE_SIZE, KIND_STRUCT, "absent_thing", "0");

	ASSERT_VALUE(r, 0);
	assert_string_equal(r.why, "there is no struct absent_thing");
	ASSERT_VALUE(resolve(CORE_TYPE_ID_TARGET, KIND_STRUCT, "absent_thing", "0"), 0);
}

static void enumerators_are_found_without_flavor(void **state)
{
	ASSERT_VALUE(resolve(CORE_ENUMVAL_VALUE, KIND_ENUM, "color___old", "0"), RED);
	ASSERT_VALUE(resolve(CORE_ENUMVAL_VALUE, KIND_ENUM, "color___old", "1"), GREEN);
	ASSERT_VALUE(resolve(CORE_ENUMVAL_EXISTS, KIND_ENUM, "color___old", "1"), 1);
	ASSERT_VALUE(resolve(CORE_ENUMVAL_EXISTS, KIND_ENUM, "color___old", "2"), 0);
	assert_false(resolve(CORE_ENUMVAL_VALUE, KIND_ENUM, "color___old", "2").matched);
	ASSERT_VALUE(resolve(CORE_ENUMVAL_VALUE, KIND_ENUM, "signed_enum", "0"), (u64)(s64)MINUS);
	ASSERT_VALUE(resolve(CORE_ENUMVAL_VALUE, KIND_ENUM, "signed_enum", "1"), PLUS);
}

static void type_numbers_are_of_either_side(void **state)
{
	ASSERT_VALUE(resolve(CORE_TYPE_ID_LOCAL, KIND_STRUCT, "thing___old", "0"),
		     types_find(local, "thing___old", KIND_STRUCT));
	ASSERT_VALUE(resolve(CORE_TYPE_ID_TARGET, KIND_STRUCT, "thing___old", "0"),
		     types_find(target, "thing", KIND_STRUCT));
}

static void matching_looks_at_members(void **state)
{
	ASSERT_VALUE(resolve(CORE_TYPE_MATCHES, KIND_STRUCT, "agrees", "0"), 1);
	ASSERT_VALUE(resolve(CORE_TYPE_MATCHES, KIND_STRUCT, "thing___old", "0"), 0);
	ASSERT_VALUE(resolve(CORE_TYPE_MATCHES, KIND_ENUM, "signed_enum", "0"), 1);
	ASSERT_VALUE(resolve(CORE_TYPE_MATCHES, KIND_ENUM, "color___old", "0"), 0);
}

static void malformed_records_are_refused(void **state)
{
	static const char *const bad[] = { "",	    ":",   "0:",   "0:99",  "0:0:0",
					   "0:3:4", "x:1", "0:-1", "0:2:9", "4294967296:0" };
	u32 id = types_find(local, "thing___old", KIND_STRUCT);
	struct core_result r;
	struct arena a = { 0 };
	struct diag d;

	diag_init(&d);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_int_equal(
			core_resolve(&r, local, target, CORE_FIELD_BYTE_OFFSET, id, bad[i], &a, &d),
			-EINVAL);
	assert_int_equal(core_resolve(&r, local, target, 13, id, "0", &a, &d), -EINVAL);
	assert_int_equal(core_resolve(&r, local, target, 0, 1u << 20, "0", &a, &d), -EINVAL);
	assert_int_equal(d.errors, ARRAY_SIZE(bad) + 2);
	arena_fini(&a);
	diag_fini(&d);
}

static const struct CMUnitTest tests[] = {
	TEST(offsets_are_the_targets),
	TEST(anonymous_members_are_looked_through),
	TEST(root_arrays_scale_by_the_targets_size),
	TEST(sizes_are_the_targets),
	TEST(bitfields_are_read_by_shifts),
	TEST(existence_is_answered),
	TEST(missing_fields_are_not_matched),
	TEST(missing_types_have_size_and_number_zero),
	TEST(enumerators_are_found_without_flavor),
	TEST(type_numbers_are_of_either_side),
	TEST(matching_looks_at_members),
	TEST(malformed_records_are_refused),
};

int main(void)
{
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, open_both, close_both);
}
