// SPDX-License-Identifier: BSD-2-Clause
#include "user/pins.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "btf/types.h"
#include "engine/hold.h"
#include "map/pin.h"
#include "object/object.h"
#include "user/unit.h"
#include "user/user.h"

static struct map_types types_of(const struct unit_map *m)
{
	const struct types *t = m->unit->obj->types;
	struct map_types out = { .key = m->src->key_type_id, .value = m->src->value_type_id };
	size_t len;

	if (!t || (!out.key && !out.value))
		return (struct map_types){ 0 };
	out.btf = types_raw(t, &len);
	out.btf_len = len;
	return out;
}

/* Sharing moves the map's memory: programs must not run meanwhile. */
static int check_idle(const struct unit_map *m, struct diag *d)
{
	const struct map *map = m->impl;

	if (map->seg.head || !hold_any(m->unit))
		return 0;
	diag_error(d, -EBUSY, NOWHERE, "map '%s' cannot be shared while programs of its unit run",
		   m->src->name);
	diag_hint(d, "pin it before the first run, or have the object pin it by name");
	return -EBUSY;
}

int user_map_pin(struct unit_map *m, const char *name, struct diag *d)
{
	struct map_types types = types_of(m);
	char *path;
	int err;

	if (!m->impl)
		return diag_error(d, -ENOENT, NOWHERE, "map '%s' is a template", m->src->name);
	err = check_idle(m, d);
	if (!err)
		err = pin_path(&path, name, m->unit->opts.pin_path, d);
	if (err)
		return err;
	err = pin_map(m->impl, path, &types, d);
	free(path);
	return err;
}

int user_map_fd(struct unit_map *m, struct diag *d)
{
	struct map_types types = types_of(m);
	struct map *map = m->impl;
	char *folder = NULL;
	int err;

	if (!map)
		return diag_error(d, -ENOENT, NOWHERE, "map '%s' is a template", m->src->name);
	err = check_idle(m, d);
	if (err)
		return err;
	if (!map->seg.head && pin_folder(&folder, m->unit->opts.pin_path, NULL))
		folder = NULL; /* then in memory */
	err = pin_share(map, folder, &types, d);
	free(folder);
	return err ? err : map->seg.fd;
}

/* ---- by name ---- */

/* Is the pinned map the one that the object defines? */
static int same_shape(const struct map *have, const struct map_def *want, const struct obj_map *m,
		      const char *path, struct diag *d)
{
	const u32 pairs[][2] = {
		{ have->def.type, want->type },
		{ have->def.key_size, want->key_size },
		{ have->def.value_size, want->value_size },
		{ have->asked, want->max_entries },
		{ have->def.flags, want->flags },
	};
	static const char *const what[] = { "type", "key size", "value size", "number of entries",
					    "flags" };

	for (size_t i = 0; i < ARRAY_SIZE(pairs); i++) {
		if (pairs[i][0] == pairs[i][1])
			continue;
		diag_error(d, -EEXIST, line_span(d, &m->at),
			   "map '%s': the map pinned at '%s' has another %s: %u, not %u", m->name,
			   path, what[i], pairs[i][0], pairs[i][1]);
		diag_hint(d, "remove the pin, or choose another folder for pins");
		return -EEXIST;
	}
	return 0;
}

static int open_same(struct user_unit *u, u32 i, const char *path, const struct map_def *def,
		     struct diag *d)
{
	struct map *m;
	int err = pin_open(&m, path, d);

	if (err)
		return err;
	err = same_shape(m, def, &u->unit->obj->maps[i], path, d);
	if (err) {
		map_free(m);
		return err;
	}
	map_free(u->maps[i]);
	u->maps[i] = m;
	return 0;
}

int user_map_reuse(struct user_unit *u, u32 i, const struct map_def *def, struct diag *d)
{
	char *path;
	int err = pin_path(&path, def->name, u->unit->opts.pin_path, d);

	if (err)
		return err;
	err = access(path, F_OK) ? 0 : open_same(u, i, path, def, d);
	free(path);
	return err ? err : u->maps[i] != NULL;
}

int user_map_pin_new(struct user_unit *u, u32 i, const struct map_def *def, struct diag *d)
{
	struct map_types types = types_of(&u->unit->maps[i]);
	char *path;
	int err = pin_path(&path, def->name, u->unit->opts.pin_path, d);

	if (err)
		return err;
	err = pin_map(u->maps[i], path, &types, NULL);
	if (err == -EEXIST)
		err = open_same(u, i, path, def, d);
	else if (err)
		err = pin_map(u->maps[i], path, &types, d); /* for its words */
	free(path);
	return err;
}

/* ---- maps alone ---- */

/* The map's types, copied into the object. Without them its bytes still can be read. */
static void take_types(struct object *obj, const struct map *map)
{
	u32 key = 0, value = 0;
	void *raw, *copy;
	u64 len;

	if (segment_types(map, &raw, &len, &key, &value) || !raw)
		return;
	copy = arena_copy(&obj->arena, raw, len);
	free(raw);
	if (!copy || types_open(&obj->types, obj->name, copy, len, NULL, NULL))
		return;
	if (key < types_count(obj->types) && types_size(obj->types, key) == map->def.key_size)
		obj->maps[0].key_type_id = key;
	if (value < types_count(obj->types) && types_size(obj->types, value) == map->def.value_size)
		obj->maps[0].value_type_id = value;
}

static struct object *describe(const struct map *map)
{
	struct object *obj = object_new("pin");
	struct obj_map *m = obj ? arena_alloc(&obj->arena, sizeof(*m)) : NULL;

	if (!m) {
		object_free(obj);
		return NULL;
	}
	*m = (struct obj_map){
		.name = arena_strdup(&obj->arena, map->def.name),
		.type = map->def.type,
		.key_size = map->def.key_size,
		.value_size = map->def.value_size,
		.max_entries = map->def.max_entries,
		.flags = map->def.flags,
		.extra = map->def.extra,
		.inner = -1,
	};
	obj->maps = m;
	obj->map_count = 1;
	take_types(obj, map);
	return obj;
}

/* A unit without programs; takes over the map. */
static int wrap(struct unit_map **out, struct map *map, struct diag *d)
{
	struct skep_load_opts opts = { .size = sizeof(opts) };
	struct object *obj = describe(map);
	struct engine *e = NULL;
	struct unit *u = NULL;
	int err = obj ? engine_user.open(&e, d) : diag_nomem(d);

	if (!err)
		err = unit_new(&u, e, obj, &opts, d); /* makes no map: it has no autocreate */
	if (err) {
		if (e)
			e->ops->close(e);
		object_free(obj);
		map_free(map);
		return err;
	}
	((struct user_unit *)u->impl)->maps[0] = map;
	u->maps[0].impl = map;
	*out = &u->maps[0];
	return 0;
}

void user_map_close(struct unit_map *m)
{
	struct object *obj = (struct object *)(uintptr_t)m->unit->obj;
	struct engine *e = m->unit->engine;

	unit_free(m->unit);
	object_free(obj);
	e->ops->close(e);
}

int user_map_open(struct unit_map **out, const char *name, const char *folder, struct diag *d)
{
	struct map *map;
	char *path;
	int err = pin_path(&path, name, folder, d);

	if (err)
		return err;
	err = pin_open(&map, path, d);
	free(path);
	return err ? err : wrap(out, map, d);
}

int user_map_from_fd(struct unit_map **out, int fd, struct diag *d)
{
	struct map *map;
	int err = pin_from_fd(&map, fd, d);

	return err ? err : wrap(out, map, d);
}

int user_map_new(struct unit_map **out, const struct skep_map_def *def, struct diag *d)
{
	s32 type = map_type_by_name(def->type);
	struct map_def own = { .name = def->name,
			       .type = (u32)type,
			       .key_size = def->key_size,
			       .value_size = def->value_size,
			       .max_entries = def->max_entries,
			       .flags = def->flags,
			       .extra = def->extra };
	struct map *map;
	int err;

	if (type < 0)
		return diag_error(d, -EINVAL, NOWHERE, "there is no map type '%s'", def->type);
	err = map_create(&map, &own, d);
	return err ? err : wrap(out, map, d);
}
