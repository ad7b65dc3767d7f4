// SPDX-License-Identifier: BSD-2-Clause
#include "verify/maps.h"

/* Map types of sleepable programs, and since when. */
static const struct {
	enum map_type type;
	u16 since;
} sleepable[] = {
	{ MAP_TYPE_HASH, ERA(5, 10) },		{ MAP_TYPE_LRU_HASH, ERA(5, 10) },
	{ MAP_TYPE_ARRAY, ERA(5, 10) },		{ MAP_TYPE_PERCPU_HASH, ERA(5, 12) },
	{ MAP_TYPE_PERCPU_ARRAY, ERA(5, 12) },	{ MAP_TYPE_LRU_PERCPU_HASH, ERA(5, 12) },
	{ MAP_TYPE_ARRAY_OF_MAPS, ERA(5, 12) }, { MAP_TYPE_HASH_OF_MAPS, ERA(5, 12) },
	{ MAP_TYPE_RINGBUF, ERA(5, 12) },	{ MAP_TYPE_INODE_STORAGE, ERA(5, 17) },
	{ MAP_TYPE_SK_STORAGE, ERA(5, 17) },	{ MAP_TYPE_TASK_STORAGE, ERA(5, 17) },
	{ MAP_TYPE_USER_RINGBUF, ERA(6, 1) },	{ MAP_TYPE_CGRP_STORAGE, ERA(6, 2) },
	{ MAP_TYPE_QUEUE, ERA(6, 6) },		{ MAP_TYPE_STACK, ERA(6, 6) },
	{ MAP_TYPE_ARENA, ERA(6, 9) },
};

/* Programs that may run anywhere in the kernel, with any lock held. */
static bool runs_anywhere(u32 type)
{
	return type == PROG_KPROBE || type == PROG_TRACEPOINT || type == PROG_PERF_EVENT ||
	       type == PROG_RAW_TRACEPOINT || type == PROG_RAW_TRACEPOINT_WRITABLE;
}

static bool fits_sleepable(const struct verify *v, u32 type)
{
	for (u32 i = 0; i < ARRAY_SIZE(sleepable); i++) {
		if (sleepable[i].type == type)
			return v->linux_version >= sleepable[i].since;
	}
	return false;
}

static int check_fields(struct verify *v, const struct obj_map *map)
{
	static const struct {
		u32 kinds;
		const char *what;
	} rows[] = {
		{ FIELD_SPIN_LOCK | FIELD_RES_SPIN_LOCK, "a spin lock" },
		{ FIELD_TIMER, "a timer" },
		{ FIELD_WORKQUEUE, "a work queue" },
		{ FIELD_LIST_HEAD | FIELD_RB_ROOT, "a list or tree" },
	};
	const struct btf_fields *fields = map_value_fields(v, map);
	const char *prog = prog_info(v->prog->type)->name;
	u32 refused = 0;

	if (!fields)
		return 0;
	if (runs_anywhere(v->prog->type))
		refused = fields->kinds;
	else if (v->prog->type == PROG_SOCKET_FILTER)
		refused = fields->kinds & (FIELD_SPIN_LOCK | FIELD_RES_SPIN_LOCK);
	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		if (refused & rows[i].kinds)
			return reject(v, REJECT_MAP, -1,
				      "map '%s' has %s in its values, which programs of type %s "
				      "cannot use",
				      map->name, rows[i].what, prog);
	}
	return 0;
}

static int check_map(struct verify *v, const struct obj_map *map)
{
	const struct map_info *info = map_info(map->type);

	if (v->prog->type == PROG_UNSPEC)
		return 0;
	if (map->role == MAP_STRUCT_OPS || map->type == MAP_TYPE_STRUCT_OPS)
		return reject(v, REJECT_MAP, -1, "programs cannot use struct_ops map '%s'",
			      map->name);
	if (v->sleepable && !fits_sleepable(v, map->type))
		return reject(v, REJECT_MAP, -1,
			      "map '%s' is of type %s, which sleepable programs cannot use: they "
			      "take arrays, hash tables, ring buffers and local storage",
			      map->name, info ? info->name : "?");
	return check_fields(v, map);
}

/* Of some types a program has one map: it stands in a place of its own. */
static bool is_single(u32 type)
{
	return type == MAP_TYPE_CGROUP_STORAGE || type == MAP_TYPE_PERCPU_CGROUP_STORAGE ||
	       type == MAP_TYPE_ARENA;
}

int maps_check(struct verify *v)
{
	const struct obj_map *single[64] = { NULL };

	for (v->insn = 0; v->insn < v->insn_count; v->insn++) {
		const struct insn *i = &v->insns[v->insn];
		const struct obj_map *map;
		int err;

		if (!insn_is_wide(i))
			continue;
		if (i->src == PSEUDO_MAP_IDX || i->src == PSEUDO_MAP_IDX_VALUE) {
			map = &v->obj->maps[i->imm];
			err = check_map(v, map);
			if (err)
				return err;
			if (is_single(map->type) && single[map->type] && single[map->type] != map)
				return reject(v, REJECT_MAP, -1,
					      "the program uses two maps of type %s; one is "
					      "allowed",
					      map_info(map->type)->name);
			if (map->type < ARRAY_SIZE(single))
				single[map->type] = map;
		}
		v->insn++;
	}
	v->insn = 0;
	v->has_arena = single[MAP_TYPE_ARENA];
	return 0;
}
