// SPDX-License-Identifier: BSD-2-Clause
#include "map/map.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "map/custom.h"
#include "map/guard.h"
#include "map/ops.h"
#include "map/slab.h"
#include "verify/fields.h"

static const struct map_ops *const all_ops[] = {
#define X(ops) &ops,
	MAP_OPS(X)
#undef X
};

const struct map_ops *map_ops(u32 type)
{
	for (size_t i = 0; i < ARRAY_SIZE(all_ops); i++)
		if (all_ops[i]->type == type)
			return all_ops[i];
	return NULL;
}

/* Slots follow the machine as Linux's per-CPU values do; 4,096 bounds what one value may cost. */
u32 map_cpus(void)
{
	static const u32 most = 4096;
	FILE *in = fopen("/sys/devices/system/cpu/possible", "re");
	u32 last = 0, first, end;
	char comma = ',';
	int got;

	while (in && comma == ',' && (got = fscanf(in, "%u-%u", &first, &end)) > 0) {
		last = MAX(last, got == 2 ? end : first);
		if (fscanf(in, "%c", &comma) != 1)
			break;
	}
	if (in)
		fclose(in);
	else
		last = (u32)MAX(sysconf(_SC_NPROCESSORS_CONF), 1) - 1;
	return MIN(last, most - 1) + 1;
}

bool map_is_percpu(const struct map *m)
{
	return m->def.type == MAP_TYPE_PERCPU_ARRAY || m->def.type == MAP_TYPE_PERCPU_HASH ||
	       m->def.type == MAP_TYPE_LRU_PERCPU_HASH;
}

bool map_prog_reads(const struct map *m)
{
	return !(m->def.flags & MAP_WRONLY_PROG);
}

bool map_prog_writes(const struct map *m)
{
	/* Linux sets the flag on device maps by itself. */
	return !(m->def.flags & MAP_RDONLY_PROG) && m->def.type != MAP_TYPE_DEVMAP &&
	       m->def.type != MAP_TYPE_DEVMAP_HASH;
}

void map_store_fields(const struct map *m, void *elem, const void *from)
{
	u32 at = 0;

	for (u32 i = 0; i < m->field_count; i++) {
		const struct map_field *f = &m->fields[i];

		value_store((u8 *)elem + at, (const u8 *)from + at, f->off - at);
		at = f->off + f->size;
	}
	value_store((u8 *)elem + at, (const u8 *)from + at, m->def.value_size - at);
}

void map_load_value(const struct map *m, void *to, const void *elem)
{
	u32 at = 0;

	for (u32 i = 0; i < m->field_count; i++) {
		const struct map_field *f = &m->fields[i];

		value_load((u8 *)to + at, (const u8 *)elem + at, f->off - at);
		at = f->off + f->size;
	}
	value_load((u8 *)to + at, (const u8 *)elem + at, m->def.value_size - at);
}

static u32 *lock_of(const struct map *m, void *elem)
{
	return (u32 *)(void *)((u8 *)elem + m->def.lock_at - 1);
}

void map_store_locked(const struct map *m, void *elem, const void *from)
{
	lock_take_value(m, lock_of(m, elem));
	map_store_fields(m, elem, from);
	lock_drop(lock_of(m, elem));
}

void map_load_locked(const struct map *m, void *to, void *elem)
{
	lock_take_value(m, lock_of(m, elem));
	map_load_value(m, to, elem);
	lock_drop(lock_of(m, elem));
}

void map_hide_fields(const struct map *m, void *copy)
{
	for (u32 i = 0; i < m->field_count; i++)
		memset((u8 *)copy + m->fields[i].off, 0, m->fields[i].size);
}

void map_drop_fields(struct map *m, void *value)
{
	for (u32 i = 0; i < m->field_count; i++) {
		const struct map_field *f = &m->fields[i];
		void *at = (u8 *)value + f->off;

		if (f->kind & (FIELD_SPIN_LOCK | FIELD_RES_SPIN_LOCK))
			continue;
		if (m->drop_field)
			m->drop_field(m, f, at);
		memset(at, 0, f->size);
	}
}

void *map_no_lookup(struct map *m, const void *key, u32 cpu)
{
	return NULL;
}

int map_no_update(struct map *m, const void *key, const void *value, u64 flags, u32 cpu)
{
	return -ENOTSUPP_LINUX;
}

int map_no_remove(struct map *m, const void *key)
{
	return -ENOTSUPP_LINUX;
}

int map_no_next(struct map *m, const void *key, void *next_key)
{
	return -ENOTSUPP_LINUX;
}

int map_no_read(struct map *m, const void *key, void *value)
{
	return -ENOTSUPP_LINUX;
}

bool map_no_owns(const struct map *m, const void *addr, size_t len)
{
	return false;
}

/* ---- the system-call side ---- */

bool map_frozen(const struct map *m)
{
	return m->frozen || segment_frozen(m);
}

bool map_user_writes(const struct map *m)
{
	return !map_frozen(m) && !(m->def.flags & MAP_RDONLY);
}

bool map_user_reads(const struct map *m)
{
	return !(m->def.flags & MAP_WRONLY);
}

size_t map_read_size(const struct map *m)
{
	return map_is_percpu(m) ? (size_t)m->value_stride * m->slots : m->def.value_size;
}

/* Per-CPU values: all slots' copies. */
static void hide_fields(const struct map *m, void *value)
{
	for (u32 i = 0; m->field_count && i < m->slots; i++)
		map_hide_fields(m, (u8 *)value + (u64)i * m->value_stride);
}

int map_read_elem(struct map *m, const void *key, void *value, u64 flags)
{
	void *from;

	if (m->ops->read) {
		int err = m->ops->read(m, key, value);

		if (!err)
			hide_fields(m, value);
		return err;
	}
	from = m->ops->lookup(m, key, 0);
	if (!from)
		return -ENOENT;
	if (flags & UPDATE_F_LOCK)
		map_load_locked(m, value, from);
	else
		map_load_value(m, value, from);
	map_hide_fields(m, value);
	return 0;
}

int map_read_flags(struct map *m, const void *key, void *value, u64 flags)
{
	if (!map_user_reads(m))
		return -EPERM;
	if (flags & ~(u64)UPDATE_F_LOCK || (flags && !m->def.lock_at))
		return -EINVAL;
	return map_read_elem(m, key, value, flags);
}

int map_read(struct map *m, const void *key, void *value)
{
	return map_read_flags(m, key, value, 0);
}

int map_write(struct map *m, const void *key, const void *value, u64 flags)
{
	if (!map_user_writes(m))
		return -EPERM;
	if ((flags & UPDATE_F_LOCK) && !m->def.lock_at)
		return -EINVAL;
	if (m->ops->write)
		return m->ops->write(m, key, value, flags);
	return m->ops->update(m, key, value, flags, 0);
}

int map_remove(struct map *m, const void *key)
{
	return map_user_writes(m) ? m->ops->remove(m, key) : -EPERM;
}

int map_next(struct map *m, const void *key, void *next_key)
{
	return map_user_reads(m) ? m->ops->next(m, key, next_key) : -EPERM;
}

int map_take(struct map *m, const void *key, void *value)
{
	int err;

	if (!map_user_reads(m) || !map_user_writes(m))
		return -EPERM;
	if (!m->ops->take)
		return -ENOTSUPP_LINUX;
	err = m->ops->take(m, key, value);
	if (!err)
		hide_fields(m, value);
	return err;
}

int map_freeze(struct map *m)
{
	if (!map_user_writes(m))
		return -EPERM;
	m->frozen = true;
	segment_freeze(m);
	return 0;
}

void map_free(struct map *m)
{
	if (!m)
		return;
	m->ops->destroy(m);
	segment_fini(m);
	free(m->inner);
	free((char *)m->def.name);
	free(m);
}

static void map_fields(struct map *m, const struct map_def *def)
{
	if (def->fields)
		memcpy(m->fields, def->fields, def->field_count * sizeof(*def->fields));
	m->field_count = def->field_count;
	if (!def->fields && def->lock_at) {
		m->fields[0] = (struct map_field){ def->lock_at - 1, 4, FIELD_SPIN_LOCK };
		m->field_count = 1;
	}
	m->def.field_count = m->field_count;
	for (u32 i = 0; i < m->field_count; i++)
		m->drops |= !(m->fields[i].kind & (FIELD_SPIN_LOCK | FIELD_RES_SPIN_LOCK));
}

int map_make(struct map *m, const struct map_def *def)
{
	const struct map_ops *ops = def->custom ? &custom_ops : map_ops(def->type);

	m->ops = ops;
	m->lookup = ops->lookup;
	m->def = *def;
	m->def.inner = NULL;
	m->asked = def->max_entries;
	m->def.name = strdup(def->name ? def->name : "");
	m->value_stride = (u32)ROUND_UP((u64)def->value_size, 8);
	m->slots = 1;
	if (map_is_percpu(m))
		m->slots = map_cpus();
	m->def.fields = m->fields;
	map_fields(m, def);
	if (def->inner) {
		m->inner = malloc(sizeof(*m->inner));
		if (!m->inner)
			return -ENOMEM;
		*m->inner = *def->inner;
		m->inner->name = NULL;
		m->inner->inner = NULL;
		m->inner->fields = NULL;
	}
	return m->def.name ? ops->create(m) : -ENOMEM;
}

int map_create(struct map **out, const struct map_def *def, struct diag *d)
{
	struct map *m;
	int err = map_check(def, d);

	if (err)
		return err;
	m = calloc(1, sizeof(*m));
	if (!m)
		return diag_nomem(d);
	segment_init(m);
	err = map_make(m, def);
	if (err) {
		segment_fini(m);
		free(m->inner);
		free((char *)m->def.name);
		free(m);
		if (err == -E2BIG)
			return map_refuse(def, d, err, "max_entries %u is too many",
					  def->max_entries);
		return map_refuse(def, d, err, "max_entries %u of value_size %u: not enough memory",
				  def->max_entries, def->value_size);
	}
	*out = m;
	return 0;
}
