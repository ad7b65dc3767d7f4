// SPDX-License-Identifier: BSD-2-Clause
#include <errno.h>
#include <unistd.h>

#include "spec/map.h"
#include "trace/compile_out.h"

enum { CONTROL_RING = 64 << 10, MAX_STACK_MAPS = 8, STACKS = 8192, MACHINERY = 16 };

static struct obj_map *add_map(struct unit_out *out, const char *name, u32 type, u32 key, u32 value,
			       u32 entries)
{
	struct obj_map *m = &out->obj->maps[out->obj->map_count++];

	*m = (struct obj_map){
		.name = name,
		.type = type,
		.key_size = key,
		.value_size = value,
		.max_entries = entries,
		.inner = -1,
		.autocreate = true,
	};
	return m;
}

static const struct {
	const char *name;
	u32 type;
	enum map_shape shape;
} declared[] = {
	{ "hash", MAP_TYPE_HASH, SHAPE_HASH },
	{ "lruhash", MAP_TYPE_LRU_HASH, SHAPE_HASH },
	{ "percpuhash", MAP_TYPE_PERCPU_HASH, SHAPE_PERCPU_HASH },
	{ "percpulruhash", MAP_TYPE_LRU_PERCPU_HASH, SHAPE_PERCPU_HASH },
	{ "lrupercpuhash", MAP_TYPE_LRU_PERCPU_HASH, SHAPE_PERCPU_HASH },
	{ "array", MAP_TYPE_ARRAY, SHAPE_ARRAY },
	{ "percpuarray", MAP_TYPE_PERCPU_ARRAY, SHAPE_PERCPU_ARRAY },
};

/* What a declaration says of a map; values that are summed up stay one a CPU. */
static int map_kind(struct unit_out *out, const struct tmap *m, u32 *type, enum map_shape *shape)
{
	bool parts = t_is_aggregation(m->value);

	*shape = m->key ? (parts ? SHAPE_PERCPU_HASH : SHAPE_HASH)
			: (parts ? SHAPE_PERCPU_ARRAY : SHAPE_ARRAY);
	*type = m->key ? (parts ? MAP_TYPE_PERCPU_HASH : MAP_TYPE_HASH)
		       : (parts ? MAP_TYPE_PERCPU_ARRAY : MAP_TYPE_ARRAY);
	if (!m->kind)
		return 0;
	for (u32 i = 0; i < ARRAY_SIZE(declared); i++) {
		if (strcmp(declared[i].name, m->kind) != 0)
			continue;
		if (!m->key)
			return 0;
		if (parts && strstr(m->kind, "lru"))
			*type = MAP_TYPE_LRU_PERCPU_HASH;
		else if (!parts && strstr(m->kind, "lru"))
			*type = MAP_TYPE_LRU_HASH;
		return 0;
	}
	diag_error(out->in->d, -EINVAL, m->at, "%s: unknown kind of map '%s'", m->name, m->kind);
	diag_hint(out->in->d, "hash, lruhash, percpuhash, percpulruhash, percpuarray");
	return -EINVAL;
}

static int user_map(struct unit_out *out, struct tmap *m)
{
	struct trace_map *t = &out->meta->maps[m->index];
	u32 type, size = m->value->size, entries;
	struct obj_map *o;
	int err;

	*t = (struct trace_map){ .name = m->name, .key = m->key, .value = m->value };
	t->key_list = m->key && m->key->kind == T_TUPLE && m->key_list;
	t->value_size = size;
	err = map_kind(out, m, &type, &t->shape);
	if (err)
		return err;
	if (m->key && m->key->size > 1 << 15)
		return diag_error(out->in->d, -E2BIG, m->at, "the keys of %s take %u bytes",
				  m->name, m->key->size);
	m->obj_map = t->obj_map = out->obj->map_count;
	if (!m->key)
		size = ROUND_UP(size, 8u) + 8;
	else if (t->shape == SHAPE_PERCPU_HASH)
		size = ROUND_UP(size, 8u);
	entries = m->max_entries ? (u32)m->max_entries : out->cfg->max_map_keys;
	o = add_map(out, arena_printf(&out->obj->arena, "AT_%s", m->name + 1), type,
		    m->key ? m->key->size : 4, size, m->key ? entries : 1);
	return o->name ? 0 : diag_nomem(out->in->d);
}

static u32 machine_map(struct unit_out *out, const char *name, u32 type, u32 key, u32 value,
		       u32 entries)
{
	add_map(out, name, type, key, value, entries);
	return out->obj->map_count - 1;
}

/* Numbers of the highest bits of bytes. */
static const u8 *log_table(struct arena *a)
{
	u8 *t = arena_alloc(a, 256);

	for (u32 i = 2; t && i < 256; i++)
		t[i] = t[i / 2] + 1;
	return t;
}

static int machinery(struct unit_out *out)
{
	struct trace_meta *m = out->meta;
	u32 page = (u32)sysconf(_SC_PAGESIZE);
	struct obj_map *log;

	m->output_map =
		machine_map(out, "output", MAP_TYPE_RINGBUF, 0, 0, out->cfg->ring_pages * page);
	m->control_map = machine_map(out, "control", MAP_TYPE_RINGBUF, 0, 0, CONTROL_RING);
	m->lost_map = machine_map(out, "lost", MAP_TYPE_PERCPU_ARRAY, 4, 8,
				  m->point_count + m->map_count);
	out->scratch_map =
		machine_map(out, "scratch", MAP_TYPE_PERCPU_ARRAY, 4, 8, out->obj->prog_count);
	out->zero_map = machine_map(out, "zero", MAP_TYPE_ARRAY, 4, 8, 1);
	out->log_map = machine_map(out, "log2", MAP_TYPE_ARRAY, 4, 256, 1);
	log = &out->obj->maps[out->log_map];
	log->role = MAP_RODATA;
	log->flags = MAP_RDONLY_PROG;
	log->data = log_table(&out->obj->arena);
	out->wake_at = out->cfg->ring_pages * page / 4;
	return log->data ? 0 : diag_nomem(out->in->d);
}

u32 unit_stack_map(struct unit_out *out, u32 depth)
{
	struct trace_meta *m = out->meta;
	const char *name = arena_printf(&out->obj->arena, "stacks_%u", depth);

	if (m->stack_count == MAX_STACK_MAPS || !name)
		return UINT32_MAX;
	m->stacks[m->stack_count].depth = depth;
	m->stacks[m->stack_count].obj_map =
		machine_map(out, name, MAP_TYPE_STACK_TRACE, 4, MAX(depth, 1u) * 8, STACKS);
	return m->stacks[m->stack_count++].obj_map;
}

int out_maps(struct unit_out *out)
{
	struct arena *a = &out->obj->arena;
	struct script *s = out->in->s;
	u32 count = 0, i = 0;
	int err;

	for (struct tmap *m = s->maps; m; m = m->next) {
		m->index = UINT32_MAX;
		if (m->value && !unknown(m->value) && (!m->keyed || !unknown(m->key)))
			m->index = count++;
	}
	out->obj->maps = arena_array(a, count + MACHINERY, sizeof(*out->obj->maps));
	out->meta->maps = arena_array(a, count, sizeof(*out->meta->maps));
	out->meta->stacks = arena_array(a, MAX_STACK_MAPS, sizeof(*out->meta->stacks));
	if (!out->obj->maps || !out->meta->maps || !out->meta->stacks)
		return diag_nomem(out->in->d);
	out->meta->map_count = count;
	for (struct tmap *m = s->maps; m; m = m->next, i++) {
		err = m->index == UINT32_MAX ? 0 : user_map(out, m);
		if (err)
			return err;
	}
	return machinery(out);
}

static bool used(const struct unit_out *out, u32 map)
{
	for (u32 p = 0; p < out->obj->prog_count; p++) {
		const struct obj_prog *prog = &out->obj->progs[p];

		for (u32 i = 0; i < prog->insn_count; i += insn_is_wide(&prog->insns[i]) ? 2 : 1) {
			const struct insn *insn = &prog->insns[i];

			if (insn_is_wide(insn) && insn->imm == (s32)map &&
			    (insn->src == PSEUDO_MAP_IDX || insn->src == PSEUDO_MAP_IDX_VALUE))
				return true;
		}
	}
	return false;
}

int out_maps_finish(struct unit_out *out)
{
	struct obj_map *maps = out->obj->maps;

	maps[out->scratch_map].value_size = ROUND_UP(MAX(out->scratch_size, 8u), 8u);
	maps[out->zero_map].value_size = ROUND_UP(MAX(out->zero_size, 8u), 8u);
	maps[out->scratch_map].autocreate = used(out, out->scratch_map);
	maps[out->zero_map].autocreate = used(out, out->zero_map);
	maps[out->log_map].autocreate = used(out, out->log_map);
	return 0;
}
