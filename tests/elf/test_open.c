// SPDX-License-Identifier: BSD-2-Clause
#include "test.h"

#include <errno.h>

#include "load.h"
#include "spec/map.h"
#include "spec/prog.h"

static struct object *open_ok(const char *name)
{
	struct object *obj = NULL;
	struct diag d;
	int err = load_object(&obj, name, NULL, &d);

	if (err)
		diag_print(&d, stdout, false);
	assert_int_equal(err, 0);
	diag_fini(&d);
	return obj;
}

static void refused(const char *name, const char *says, const char *hint)
{
	struct object *obj = NULL;
	struct diag d;

	assert_true(load_object(&obj, name, NULL, &d) < 0);
	assert_null(obj);
	assert_int_equal(d.errors, 1);
	assert_non_null(strstr(d.first->text, says));
	assert_non_null(d.first->hint);
	assert_non_null(strstr(d.first->hint, hint));
	diag_fini(&d);
}

static const struct obj_map *map_named(const struct object *obj, const char *name)
{
	s32 i = object_map_index(obj, name);

	assert_true(i >= 0);
	return &obj->maps[i];
}

static void subprograms_follow_once(void **state)
{
	struct object *obj = open_ok("link");
	const struct obj_prog *p = object_prog(obj, "first");

	assert_non_null(p);
	assert_int_equal(p->func_count, 4); /* first, each, middle, deep */
	assert_int_equal(object_prog(obj, "second")->func_count, 3);
	assert_null(object_prog(obj, "deep"));
	assert_string_equal(obj->license, "Dual BSD/GPL");
	for (u32 i = 0; i < p->func_count; i++)
		assert_true(p->funcs[i].type_id != 0);
	for (u32 i = 1; i < p->line_count; i++)
		assert_true(p->lines[i - 1].insn <= p->lines[i].insn);
	assert_non_null(strstr(prog_line(p, 0)->file, "link.bpf.c"));
	assert_false(object_prog(obj, "asleep")->autoload);
	object_free(obj);
}

static void data_sections_are_maps(void **state)
{
	struct object *obj = open_ok("link");
	const struct obj_map *ro = map_named(obj, ".rodata"), *data = map_named(obj, ".data.table");

	assert_int_equal(ro->role, MAP_RODATA);
	assert_int_equal(ro->value_size, 20);
	assert_true(ro->flags & MAP_RDONLY_PROG);
	assert_int_equal(LOAD(u32, data->data + 12), 4);
	assert_null(map_named(obj, ".bss")->data);
	assert_int_equal(map_named(obj, ".bss")->value_size, 24);
	object_free(obj);
}

static void initialisers_become_slots(void **state)
{
	struct object *obj = open_ok("maps");
	const struct obj_map *outer = map_named(obj, "outer"), *jumps = map_named(obj, "jumps");

	assert_int_equal(outer->slot_count, 2);
	for (u32 i = 0; i < 2; i++) {
		const struct obj_slot *s = &outer->slots[i];

		assert_string_equal(obj->maps[s->map].name, s->index == 1 ? "two" : "one");
		assert_true(s->index == 1 || s->index == 3);
	}
	assert_true(obj->maps[outer->inner].template);
	assert_int_equal(obj->maps[outer->inner].max_entries, 2);
	assert_int_equal(jumps->slot_count, 1);
	assert_int_equal(jumps->slots[0].index, 2);
	assert_string_equal(obj->progs[jumps->slots[0].prog].name, "leaf");
	assert_true(map_named(obj, "sized")->pin_by_name);
	assert_int_equal(map_named(obj, "sized")->key_size, 12);
	object_free(obj);
}

static void externs_are_listed_and_kconfig_is_filled(void **state)
{
	struct object *obj = open_ok("externs");
	const struct obj_map *k = map_named(obj, ".kconfig");
	u64 zero = LOAD(u64, k->data);

	assert_int_equal(k->value_size, 12);
	assert_int_equal(zero, 0); /* widest first; weak and not set */
	assert_true(LOAD(u32, k->data + 8) > 0x040000);
	assert_int_equal(obj->extern_count, 2);
	for (u32 i = 0; i < 2; i++) {
		bool func = !strcmp(obj->externs[i].name, "skep_no_such_kfunc");

		assert_true(obj->externs[i].weak);
		assert_int_equal(obj->externs[i].kind, func ? EXTERN_KFUNC : EXTERN_KSYM);
	}
	assert_int_equal(obj->progs[0].ref_count, 3);
	object_free(obj);
}

static void legacy_maps_connect_by_number(void **state)
{
	struct object *obj = open_ok("legacy");
	const struct obj_map *outer = map_named(obj, "outer");

	assert_string_equal(obj->maps[outer->inner].name, "inner");
	assert_true(outer->pin_by_name);
	assert_int_equal(outer->slot_count, 1);
	assert_int_equal(outer->slots[0].index, 1);
	object_free(obj);
}

static void explicit_type_serves_any_section(void **state)
{
	struct object *obj = NULL;
	struct diag d;

	assert_int_equal(load_object(&obj, "bare", "xdp", &d), 0);
	assert_int_equal(obj->progs[0].type, PROG_XDP);
	object_free(obj);
	diag_fini(&d);
}

/* Offsets are those of the C struct in the program. */
static void struct_ops_name_their_programs(void **state)
{
	static const char *const names[] = { "skep_ssthresh", "skep_cong_avoid", "skep_undo" };
	struct object *obj = open_ok("ops");

	for (u32 k = 0; k < 2; k++) {
		const char *name = k ? "skep_second" : "skep_first";
		const struct obj_map *m = map_named(obj, name);

		assert_int_equal(m->role, MAP_STRUCT_OPS);
		assert_int_equal(m->value_size, 48);
		assert_string_equal((const char *)m->data + 24, name);
		assert_int_equal(LOAD(u32, m->data + 40), k);
		assert_int_equal(m->slot_count, 3);
		for (u32 i = 0; i < 3; i++) {
			const struct obj_slot *s = &m->slots[i];

			assert_int_equal(s->index % 8, 0);
			assert_string_equal(obj->progs[s->prog].name, names[s->index / 8]);
		}
	}
	for (u32 i = 0; i < 3; i++)
		assert_int_equal(object_prog(obj, names[i])->type, PROG_STRUCT_OPS);
	object_free(obj);
}

static const struct obj_extern *extern_named(const struct object *obj, const char *name)
{
	for (u32 i = 0; i < obj->extern_count; i++) {
		if (!strcmp(obj->externs[i].name, name))
			return &obj->externs[i];
	}
	fail_msg("there is no extern '%s'", name);
	return NULL;
}

static void externs_have_their_kinds(void **state)
{
	static const struct {
		const char *name;
		enum obj_extern_kind kind;
		bool weak;
	} want[] = {
		{ "schedule", EXTERN_KSYM, false },
		{ "skep_no_such_symbol", EXTERN_KSYM, true },
		{ "skep_no_such_variable", EXTERN_KSYM_TYPED, true },
		{ "bpf_task_acquire", EXTERN_KFUNC, false },
		{ "bpf_task_release", EXTERN_KFUNC, false },
		{ "skep_no_such_function", EXTERN_KFUNC, true },
	};
	struct object *obj = open_ok("ksyms");

	assert_int_equal(obj->extern_count, ARRAY_SIZE(want));
	for (u32 i = 0; i < ARRAY_SIZE(want); i++) {
		const struct obj_extern *e = extern_named(obj, want[i].name);

		assert_int_equal(e->kind, want[i].kind);
		assert_int_equal(e->weak, want[i].weak);
	}
	assert_int_equal(object_prog(obj, "symbols")->ref_count,
			 7); /* one function is used twice */
	assert_int_equal(LOAD(u32, map_named(obj, ".data.first")->data), 7);
	assert_int_equal(LOAD(u32, map_named(obj, ".rodata.second")->data), 9);
	object_free(obj);
}

static void what_other_loaders_lack_is_opened(void **state)
{
	struct object *obj = NULL;
	const struct obj_map *m;
	struct diag d;

	assert_int_equal(load_object(&obj, "plain", "xdp", &d), 0);
	assert_int_equal(obj->prog_count, 2);
	assert_int_equal(object_prog(obj, "hidden")->type, PROG_XDP);
	assert_int_equal(object_prog(obj, "shown")->type, PROG_XDP);
	m = map_named(obj, "seen");
	assert_int_equal(m->type, MAP_TYPE_HASH);
	assert_int_equal(m->key_size, 8);
	assert_int_equal(m->value_size, 16);
	assert_int_equal(m->max_entries, 5);
	assert_int_equal(m->flags, 1);
	assert_int_equal(map_named(obj, "hits")->max_entries, 3);
	assert_true(map_named(obj, "bloom")->extra == 0x70005);
	assert_int_equal(map_named(obj, ".bss.zeros")->role, MAP_BSS);
	assert_int_equal(map_named(obj, ".bss.zeros")->value_size, 20);
	object_free(obj);
	diag_fini(&d);
	refused("plain", "section 'any_section' of program", "--type");
}

static void mistakes_are_named(void **state)
{
	refused("bare", "section 'xpd' of program 'odd'", "SEC(\"xdp\")");
	refused("undefined", "calls 'nowhere', which is not defined", "this file");
	refused("attribute", "map 'odd': attribute 'max_entires' is not known", "'max_entries'");
}

static void gcc_objects_link(void **state)
{
#ifdef HAVE_BPF_GCC
	struct object *obj = open_ok("gcc");
	const struct obj_prog *p = object_prog(obj, "first");
	bool limit = false;

	assert_non_null(p);
	for (u32 i = 0; i < p->insn_count; i++) {
		const struct insn *in = &p->insns[i];

		if (in->code == CODE_CALL && in->src == CALL_LOCAL)
			assert_int_equal(prog_func(p, i + 1 + (u32)in->imm)->start,
					 i + 1 + (u32)in->imm);
		if (!insn_is_wide(in))
			continue;
		if (in->src == PSEUDO_MAP_IDX_VALUE) {
			assert_true((u32)in[1].imm < obj->maps[in->imm].value_size);
			/* the value 99 is where the program looks for `limit` */
			if (obj->maps[in->imm].data)
				limit |= LOAD(u32, obj->maps[in->imm].data + in[1].imm) == 99;
		}
		i++;
	}
	assert_true(limit);
	object_free(obj);
#else
	test_skip("no bpf-gcc");
#endif
}

static const struct CMUnitTest tests[] = {
	TEST(subprograms_follow_once),
	TEST(data_sections_are_maps),
	TEST(initialisers_become_slots),
	TEST(externs_are_listed_and_kconfig_is_filled),
	TEST(legacy_maps_connect_by_number),
	TEST(explicit_type_serves_any_section),
	TEST(struct_ops_name_their_programs),
	TEST(externs_have_their_kinds),
	TEST(what_other_loaders_lack_is_opened),
	TEST(mistakes_are_named),
	TEST(gcc_objects_link),
};
TEST_MAIN(tests)
