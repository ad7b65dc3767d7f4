// SPDX-License-Identifier: BSD-2-Clause
#include "object/build.h"

#include <errno.h>

#include "base/str.h"
#include "spec/map.h"
#include "spec/prog.h"

enum { MAX_THINGS = 65536 }; /* maps, programs */

struct build {
	struct object *obj;
	const struct skep_object_def *def;
	struct diag *d;
};

/* One value, which programs may address directly. */
static bool is_single_value(const struct obj_map *m)
{
	return m->type == MAP_TYPE_ARRAY && m->max_entries == 1;
}

/* The template of the values, and the initial value. */
static int build_map_links(const struct build *b, const struct skep_map_def *def, struct obj_map *m)
{
	bool outer = m->type == MAP_TYPE_ARRAY_OF_MAPS || m->type == MAP_TYPE_HASH_OF_MAPS;

	m->inner = def->inner ? object_map_index(b->obj, def->inner) : -1;
	if (def->inner && m->inner < 0)
		return diag_error(b->d, -ENOENT, NOWHERE, "map '%s': there is no inner map '%s'",
				  def->name, def->inner);
	if (outer && m->inner < 0)
		return diag_error(b->d, -EINVAL, NOWHERE,
				  "map '%s' holds maps: `inner` must name one like them",
				  def->name);
	if (!outer && m->inner >= 0)
		return diag_error(b->d, -EINVAL, NOWHERE, "map '%s' of type %s holds no maps",
				  def->name, def->type);
	if (outer && &b->obj->maps[m->inner] == m)
		return diag_error(b->d, -EINVAL, NOWHERE, "map '%s' cannot be its own inner map",
				  def->name);
	if (!def->data)
		return 0;
	if (!is_single_value(m))
		return diag_error(b->d, -EINVAL, NOWHERE,
				  "map '%s': data is for arrays of one element", def->name);
	m->role = def->flags & MAP_RDONLY_PROG ? MAP_RODATA : MAP_DATA;
	m->data = arena_copy(&b->obj->arena, def->data, def->value_size);
	return m->data ? 0 : diag_nomem(b->d);
}

static int build_map(const struct build *b, u32 i)
{
	const struct skep_map_def *def = &b->def->maps[i];
	struct obj_map *m = &b->obj->maps[i];
	s32 type;

	if (!def->name || !*def->name)
		return diag_error(b->d, -EINVAL, NOWHERE, "map %u has no name", i);
	if (object_map_index(b->obj, def->name) != (s32)i)
		return diag_error(b->d, -EEXIST, NOWHERE, "two maps are named '%s'", def->name);
	type = def->type ? map_type_by_name(def->type) : -1;
	if (type < 0)
		return diag_error(b->d, -EINVAL, NOWHERE, "map '%s': unknown type '%s'", def->name,
				  def->type ? def->type : "(none)");
	m->type = (u32)type;
	m->key_size = def->key_size;
	m->value_size = def->value_size;
	m->max_entries = def->max_entries;
	m->flags = def->flags;
	m->extra = def->extra;
	m->numa_node = def->numa_node;
	m->template = def->inner_only;
	m->autocreate = !def->inner_only;
	return build_map_links(b, def, m);
}

static int build_ref(const struct build *b, struct obj_prog *p, const struct skep_map_ref *ref)
{
	s32 map = ref->map ? object_map_index(b->obj, ref->map) : -1;
	const struct obj_map *m;
	struct insn *slot;

	if (p->insn_count < 2 || ref->insn > p->insn_count - 2 ||
	    !insn_is_wide(&p->insns[ref->insn]))
		return diag_error(
			b->d, -EINVAL, NOWHERE,
			"program '%s': the map reference at slot %u is not at an LD_IMM64", p->name,
			ref->insn);
	if (map < 0)
		return diag_error(b->d, -ENOENT, NOWHERE,
				  "program '%s': slot %u refers to map '%s', which is not there",
				  p->name, ref->insn, ref->map ? ref->map : "(none)");
	m = &b->obj->maps[map];
	if (m->template)
		return diag_error(b->d, -EINVAL, NOWHERE,
				  "program '%s': slot %u refers to '%s', which is only a template",
				  p->name, ref->insn, m->name);
	if (ref->value && (!is_single_value(m) || ref->off >= m->value_size))
		return diag_error(b->d, -EINVAL, NOWHERE,
				  "program '%s': slot %u refers to byte %u of the value of '%s', "
				  "which is not an array of one value of that size",
				  p->name, ref->insn, ref->off, m->name);
	slot = &p->insns[ref->insn];
	slot[0].src = ref->value ? PSEUDO_MAP_IDX_VALUE : PSEUDO_MAP_IDX;
	slot[0].imm = map;
	slot[1].imm = ref->value ? (s32)ref->off : 0;
	return 0;
}

static int build_type(const struct build *b, struct obj_prog *p, const struct skep_prog_def *def)
{
	struct section_match match;
	s32 type;

	if (def->section) {
		if (section_find(&match, def->section)) {
			const char *near = section_near(def->section);

			diag_error(b->d, -EINVAL, NOWHERE,
				   "program '%s': unknown section name '%s'", p->name,
				   def->section);
			if (near)
				diag_hint(b->d, "did you mean '%s'?", near);
			return -EINVAL;
		}
		p->section = arena_strdup(&b->obj->arena, def->section);
		if (!p->section)
			return diag_nomem(b->d);
		p->type = match.prog_type;
		p->attach_type = match.attach_type;
		p->sleepable = match.sleepable;
		p->frags = match.frags;
		p->autoload = match.autoload;
		p->attach_target = match.target ? p->section + (match.target - def->section) : NULL;
	}
	if (def->type) {
		type = prog_type_by_name(def->type);
		if (type < 0)
			return diag_error(b->d, -EINVAL, NOWHERE, "program '%s': unknown type '%s'",
					  p->name, def->type);
		p->type = (u32)type;
	}
	if (def->attach_type) {
		type = attach_type_by_name(def->attach_type);
		if (type < 0)
			return diag_error(b->d, -EINVAL, NOWHERE,
					  "program '%s': unknown attach type '%s'", p->name,
					  def->attach_type);
		p->attach_type = (u32)type;
	}
	return 0;
}

static int build_prog(const struct build *b, u32 i)
{
	const struct skep_prog_def *def = &b->def->progs[i];
	struct obj_prog *p = &b->obj->progs[i];
	int err;

	if (!def->name || !*def->name)
		return diag_error(b->d, -EINVAL, NOWHERE, "program %u has no name", i);
	if (object_prog(b->obj, def->name) != p)
		return diag_error(b->d, -EEXIST, NOWHERE, "two programs are named '%s'", def->name);
	if (!def->insns || !def->insn_count)
		return diag_error(b->d, -EINVAL, NOWHERE, "program '%s' has no instructions",
				  def->name);
	if (def->insn_count > MAX_INSNS)
		return diag_error(b->d, -E2BIG, NOWHERE,
				  "program '%s' has %zu instruction slots, the most is %d",
				  def->name, def->insn_count, MAX_INSNS);
	if (def->ref_count && !def->refs)
		return diag_error(b->d, -EINVAL, NOWHERE,
				  "program '%s': %zu map references at no address", def->name,
				  def->ref_count);
	p->autoload = true;
	p->insn_count = (u32)def->insn_count;
	p->insns = arena_copy(&b->obj->arena, def->insns, def->insn_count * sizeof(struct insn));
	if (!p->insns)
		return diag_nomem(b->d);
	err = build_type(b, p, def);
	for (size_t r = 0; !err && r < def->ref_count; r++)
		err = build_ref(b, p, &def->refs[r]);
	return err;
}

/* Names first, so that maps may refer to later maps. */
static int build_names(struct build *b)
{
	struct object *obj = b->obj;

	obj->license = arena_strdup(&obj->arena, b->def->license ? b->def->license : "");
	obj->maps = arena_array(&obj->arena, b->def->map_count, sizeof(*obj->maps));
	obj->progs = arena_array(&obj->arena, b->def->prog_count, sizeof(*obj->progs));
	if (!obj->license || !obj->maps || !obj->progs)
		return diag_nomem(b->d);
	for (size_t i = 0; i < b->def->map_count; i++) {
		const char *name = b->def->maps[i].name;

		obj->maps[i].name = arena_strdup(&obj->arena, name ? name : "");
		if (!obj->maps[i].name)
			return diag_nomem(b->d);
	}
	for (size_t i = 0; i < b->def->prog_count; i++) {
		const char *name = b->def->progs[i].name;

		obj->progs[i].name = arena_strdup(&obj->arena, name ? name : "");
		if (!obj->progs[i].name)
			return diag_nomem(b->d);
	}
	obj->map_count = (u32)b->def->map_count;
	obj->prog_count = (u32)b->def->prog_count;
	return 0;
}

int object_build(struct object **out, const struct skep_object_def *def, struct diag *d)
{
	struct build b = { object_new(def->name ? def->name : "<program>"), def, d };
	int err;

	if (!b.obj)
		return diag_nomem(d);
	if (def->map_count > MAX_THINGS || def->prog_count > MAX_THINGS)
		err = diag_error(d, -E2BIG, NOWHERE, "%zu maps and %zu programs, the most is %d",
				 def->map_count, def->prog_count, MAX_THINGS);
	else if ((def->map_count && !def->maps) || (def->prog_count && !def->progs))
		err = diag_error(d, -EINVAL, NOWHERE, "%s are at no address",
				 def->maps || !def->map_count ? "programs" : "maps");
	else
		err = build_names(&b);
	for (u32 i = 0; !err && i < b.obj->map_count; i++)
		err = build_map(&b, i);
	for (u32 i = 0; !err && i < b.obj->prog_count; i++)
		err = build_prog(&b, i);
	if (err) {
		object_free(b.obj);
		return err;
	}
	*out = b.obj;
	return 0;
}
