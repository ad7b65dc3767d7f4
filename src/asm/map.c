// SPDX-License-Identifier: BSD-2-Clause
/* Maps and globals: .map, .data and its kin, .slot. */
#include <errno.h>

#include "asm/parse.h"
#include "base/str.h"
#include "spec/map.h"

static struct asm_map *map_new(struct parser *p, const char *name, struct span at)
{
	struct asm_map *m;

	if (hash_get_str(&p->map_names, name)) {
		parse_error(p, at, "map '%s' is defined twice", name);
		return NULL;
	}
	m = vec_push(&p->maps);
	if (!m || hash_set_str(&p->map_names, name, p->maps.len - 1)) {
		parse_nomem(p);
		return NULL;
	}
	m->at = at;
	m->map.name = name;
	m->map.inner = -1;
	m->map.autocreate = true;
	m->map.at = (struct obj_line){ .line = p->line_no,
				       .col = at.off - p->line_start + 1,
				       .len = at.len,
				       .file = p->name };
	p->in = IN_MAP;
	return m;
}

static const char *map_word(u32 type)
{
	return map_info(type) ? map_info(type)->name : NULL;
}

static const struct word_table map_types = { "map type", map_type_by_name, map_word };

static bool map_role(struct parser *p, const struct attr *a, enum obj_map_role *out)
{
	if (a->text && !strcmp(a->text, "struct_ops"))
		*out = MAP_STRUCT_OPS;
	else
		return parse_error(p, a->at, "the only role to name is struct_ops");
	return true;
}

static bool map_attr(struct parser *p, struct asm_map *m, const struct attr *a)
{
	static const char *const known[] = { "type",  "key",	  "value", "entries", "flags",
					     "extra", "numa",	  "inner", "pin",     "create",
					     "role",  "template", NULL };
	struct obj_map *map = &m->map;

	if (!strcmp(a->name, "type"))
		return attr_word(p, a, &map_types, &map->type);
	if (!strcmp(a->name, "key"))
		return attr_u32(p, a, &map->key_size);
	if (!strcmp(a->name, "value"))
		return attr_u32(p, a, &map->value_size);
	if (!strcmp(a->name, "entries"))
		return attr_u32(p, a, &map->max_entries);
	if (!strcmp(a->name, "flags"))
		return attr_u32(p, a, &map->flags);
	if (!strcmp(a->name, "extra"))
		return attr_number(p, a, UINT64_MAX, &map->extra);
	if (!strcmp(a->name, "numa"))
		return attr_u32(p, a, &map->numa_node);
	if (!strcmp(a->name, "pin"))
		return attr_flag(p, a, &map->pin_by_name);
	if (!strcmp(a->name, "create"))
		return attr_flag(p, a, &map->autocreate);
	if (!strcmp(a->name, "template"))
		return attr_flag(p, a, &map->template);
	if (!strcmp(a->name, "role"))
		return map_role(p, a, &map->role);
	if (!strcmp(a->name, "inner")) {
		m->inner_at = a->value_at;
		return attr_text(p, a, &m->inner);
	}
	return attr_unknown(p, a, known);
}

static bool map_attrs(struct parser *p, struct asm_map *m)
{
	struct attr a;

	while (attr_next(p, &a)) {
		if (!map_attr(p, m, &a))
			return false;
	}
	return parse_at_end(p);
}

bool parse_map(struct parser *p)
{
	struct span at;
	struct asm_map *m;
	const char *name;

	parse_next(p);
	at = parse_span(p);
	if (!parse_name(p, &name, "the map's name"))
		return false;
	m = map_new(p, name, at);
	if (!m || !map_attrs(p, m))
		return false;
	if (!m->map.type) {
		parse_error(p, at, "map '%s' has no type", name);
		diag_hint(p->diag, "write .map %s type=hash key=4 value=8 entries=16", name);
		return false;
	}
	return true;
}

bool parse_global(struct parser *p)
{
	const char *name = p->tok.text;
	struct span at = parse_span(p);
	enum obj_map_role role = MAP_DATA;
	struct asm_map *m;
	u64 *index;

	if (!strcmp(name, ".rodata"))
		role = MAP_RODATA;
	else if (!strcmp(name, ".bss"))
		role = MAP_BSS;
	else if (!strcmp(name, ".kconfig"))
		role = MAP_KCONFIG;
	parse_next(p);
	if (p->tok.kind == TOK_STRING) {
		at = parse_span(p);
		if (!parse_name(p, &name, "the section's name"))
			return false;
	}
	index = hash_get_str(&p->map_names, name);
	if (index && *index == p->maps.len - 1 && p->maps.data[*index].map.role == role) {
		p->in = IN_MAP; /* goes on where it was left */
		return true;
	}
	m = map_new(p, name, at);
	if (!m)
		return false;
	m->map.role = role;
	m->map.type = MAP_TYPE_ARRAY;
	m->map.key_size = 4;
	m->map.max_entries = 1;
	if (role == MAP_RODATA || role == MAP_KCONFIG)
		m->map.flags = MAP_RDONLY_PROG;
	return map_attrs(p, m);
}

/* ".slot index=3 map=NAME": of the map above. */
bool parse_slot(struct parser *p)
{
	static const char *const known[] = { "index", "map", "prog", NULL };
	struct span at = parse_span(p);
	struct asm_slot *slot;
	struct attr a;

	if (p->in != IN_MAP)
		return parse_error(p, at, ".slot belongs below the .map that it fills");
	slot = vec_push(&vec_last(&p->maps)->slots);
	if (!slot)
		return parse_nomem(p);
	slot->at = at;
	parse_next(p);
	while (attr_next(p, &a)) {
		bool ok;

		if (!strcmp(a.name, "index"))
			ok = attr_u32(p, &a, &slot->index);
		else if (!strcmp(a.name, "map"))
			ok = attr_text(p, &a, &slot->map);
		else if (!strcmp(a.name, "prog"))
			ok = attr_text(p, &a, &slot->prog);
		else
			ok = attr_unknown(p, &a, known);
		if (!ok)
			return false;
	}
	if (parse_at_end(p) && !slot->map == !slot->prog)
		return parse_error(p, at, "a slot holds one map=NAME or one prog=NAME");
	return parse_at_end(p);
}
