// SPDX-License-Identifier: BSD-2-Clause
#include "map/map.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "map/ops.h"
#include "map/slab.h"

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

void map_copy_value(const struct map *m, void *to, const void *from)
{
	u32 size = m->def.value_size, lock = m->def.lock_at;

	if (!lock) {
		memcpy(to, from, size);
		return;
	}
	memcpy(to, from, lock - 1);
	memcpy((u8 *)to + lock + 3, (const u8 *)from + lock + 3, size - lock - 3);
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

static bool may_write(const struct map *m)
{
	return !m->frozen && !(m->def.flags & MAP_RDONLY);
}

static bool may_read(const struct map *m)
{
	return !(m->def.flags & MAP_WRONLY);
}

size_t map_read_size(const struct map *m)
{
	return map_is_percpu(m) ? (size_t)m->value_stride * m->slots : m->def.value_size;
}

int map_read(struct map *m, const void *key, void *value)
{
	const void *from;

	if (!may_read(m))
		return -EPERM;
	if (m->ops->read) {
		int err = m->ops->read(m, key, value);

		if (!err && m->def.lock_at)
			memset((u8 *)value + m->def.lock_at - 1, 0, 4);
		return err;
	}
	from = m->ops->lookup(m, key, 0);
	if (!from)
		return -ENOENT;
	memset(value, 0, m->def.value_size);
	map_copy_value(m, value, from);
	return 0;
}

int map_write(struct map *m, const void *key, const void *value, u64 flags)
{
	if (!may_write(m))
		return -EPERM;
	if ((flags & UPDATE_F_LOCK) && !m->def.lock_at)
		return -EINVAL;
	if (m->ops->write)
		return m->ops->write(m, key, value, flags);
	return m->ops->update(m, key, value, flags, 0);
}

int map_remove(struct map *m, const void *key)
{
	return may_write(m) ? m->ops->remove(m, key) : -EPERM;
}

int map_next(struct map *m, const void *key, void *next_key)
{
	return may_read(m) ? m->ops->next(m, key, next_key) : -EPERM;
}

int map_take(struct map *m, const void *key, void *value)
{
	int err;

	if (!may_read(m) || !may_write(m))
		return -EPERM;
	if (!m->ops->take)
		return -ENOTSUPP_LINUX;
	err = m->ops->take(m, key, value);
	if (!err && m->def.lock_at)
		memset((u8 *)value + m->def.lock_at - 1, 0, 4);
	return err;
}

int map_freeze(struct map *m)
{
	if (!may_write(m))
		return -EPERM;
	m->frozen = true;
	return 0;
}

void map_free(struct map *m)
{
	if (!m)
		return;
	m->ops->destroy(m);
	free(m->inner);
	free((char *)m->def.name);
	free(m);
}

static int map_fill(struct map *m, const struct map_def *def, const struct map_ops *ops)
{
	m->ops = ops;
	m->lookup = ops->lookup;
	m->def = *def;
	m->def.inner = NULL;
	m->def.name = strdup(def->name ? def->name : "");
	m->value_stride = (u32)ROUND_UP((u64)def->value_size, 8);
	m->slots = 1;
	if (map_is_percpu(m))
		m->slots = map_cpus();
	if (def->inner) {
		m->inner = malloc(sizeof(*m->inner));
		if (!m->inner)
			return -ENOMEM;
		*m->inner = *def->inner;
		m->inner->name = NULL;
		m->inner->inner = NULL;
	}
	return m->def.name ? ops->create(m) : -ENOMEM;
}

int map_create(struct map **out, const struct map_def *def, struct diag *d)
{
	const struct map_ops *ops;
	struct map *m;
	int err = map_check(def, d);

	if (err)
		return err;
	ops = map_ops(def->type);
	m = calloc(1, sizeof(*m));
	if (!m)
		return diag_nomem(d);
	err = map_fill(m, def, ops);
	if (err) {
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
