// SPDX-License-Identifier: BSD-2-Clause
#include "user/user.h"

#include <errno.h>
#include <stdlib.h>

#include "user/pins.h"
#include "user/unit.h"

static int user_open(struct engine **out, struct diag *d)
{
	struct user_engine *e = calloc(1, sizeof(*e));

	if (!e)
		return diag_nomem(d);
	e->base.ops = &engine_user;
	*out = &e->base;
	return 0;
}

static void user_close(struct engine *base)
{
	struct user_engine *e = (struct user_engine *)base;
	struct custom_helper **c;
	struct custom_map **m;

	vec_for (c, &e->custom)
		free(*c);
	vec_fini(&e->custom);
	vec_for (m, &e->maps) {
		free((*m)->name);
		free(*m);
	}
	vec_fini(&e->maps);
	free(e);
}

static u64 custom_call(void *self, u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)
{
	struct custom_helper *c = self;

	return c->fn(c->arg, r1, r2, r3, r4, r5);
}

static int user_engine_helper(struct engine *base, u32 id, skep_helper_fn fn, void *arg)
{
	struct user_engine *e = (struct user_engine *)base;
	struct custom_helper **slot, *c;

	if (!fn || id > INT32_MAX)
		return -EINVAL;
	vec_for (slot, &e->custom) {
		if ((*slot)->id == id) {
			(*slot)->fn = fn;
			(*slot)->arg = arg;
			return 0;
		}
	}
	c = calloc(1, sizeof(*c));
	slot = c ? vec_push(&e->custom) : NULL;
	if (!slot) {
		free(c);
		return -ENOMEM;
	}
	*c = (struct custom_helper){ .id = id, .fn = fn, .arg = arg };
	c->helper = (struct vm_helper){ .fn = custom_call, .arg = c, .custom = true };
	*slot = c;
	return 0;
}

static int custom_create(void **state, const struct map_def *def, void *arg)
{
	const struct custom_map *c = arg;
	struct skep_map_info info = {
		.name = def->name,
		.type = map_info(def->type)->name,
		.key_size = def->key_size,
		.value_size = def->value_size,
		.max_entries = def->max_entries,
		.flags = def->flags,
		.role = "map",
	};

	return c->ops.create ? c->ops.create(state, &info, c->arg) : 0;
}

const struct map_custom *engine_custom_map(const struct user_engine *e, const char *name)
{
	struct custom_map **m;

	vec_for (m, &e->maps) {
		if (!strcmp((*m)->name, name))
			return &(*m)->map;
	}
	return NULL;
}

static int user_map_type(struct engine *base, const char *map, const struct skep_map_ops *ops,
			 void *arg)
{
	struct user_engine *e = (struct user_engine *)base;
	struct custom_map *c, **slot = NULL;

	if (engine_custom_map(e, map))
		return -EEXIST;
	c = calloc(1, sizeof(*c));
	if (!c)
		return -ENOMEM;
	c->ops = *ops;
	c->arg = arg;
	c->name = strdup(map);
	c->map = (struct map_custom){ .create = custom_create,
				      .destroy = ops->destroy,
				      .lookup = ops->lookup,
				      .update = ops->update,
				      .remove = ops->remove,
				      .next = ops->next,
				      .owns = ops->owns,
				      .arg = c };
	if (c->name)
		slot = vec_push(&e->maps);
	if (slot) {
		*slot = c;
		return 0;
	}
	free(c->name);
	free(c);
	return -ENOMEM;
}

static struct map *live_map(const struct unit_map *m)
{
	return m->impl;
}

static int user_map_get(struct unit_map *m, const void *key, void *value)
{
	return live_map(m) ? map_read(live_map(m), key, value) : -ENOENT;
}

static int user_map_del(struct unit_map *m, const void *key)
{
	return live_map(m) ? map_remove(live_map(m), key) : -ENOENT;
}

static int user_map_next(struct unit_map *m, const void *key, void *next_key)
{
	return live_map(m) ? map_next(live_map(m), key, next_key) : -ENOENT;
}

static int user_map_take(struct unit_map *m, const void *key, void *value)
{
	return live_map(m) ? map_take(live_map(m), key, value) : -ENOENT;
}

static int user_map_freeze(struct unit_map *m)
{
	return live_map(m) ? map_freeze(live_map(m)) : -ENOENT;
}

static int user_map_batch(struct unit_map *m, enum skep_map_batch_op op, struct skep_map_batch *b)
{
	struct map_batch own = {
		.from = b->from,
		.to = b->to,
		.keys = b->keys,
		.values = b->values,
		.count = b->count,
		.elem_flags = b->elem_flags,
		.flags = b->flags,
	};
	int err;

	if (!live_map(m))
		return -ENOENT;
	if ((unsigned)op > SKEP_BATCH_REMOVE)
		return -EINVAL;
	err = map_batch(live_map(m), (enum map_batch_op)op, &own);
	b->count = own.count;
	return err == -ENOTSUPP_LINUX ? -EOPNOTSUPP : err;
}

static size_t user_map_value_len(const struct unit_map *m)
{
	return live_map(m) ? map_read_size(live_map(m)) : 0;
}

static void *user_map_memory(struct unit_map *m)
{
	static const u32 first = 0;
	struct map *map = live_map(m);

	if (!map || m->src->role == MAP_PLAIN || m->src->role == MAP_STRUCT_OPS)
		return NULL;
	return map->ops->lookup(map, &first, 0);
}

const struct engine_ops engine_user = {
	.kind = "user",
	.open = user_open,
	.close = user_close,
	.helper = user_engine_helper,
	.map_type = user_map_type,
	.load = user_load,
	.unload = user_unload,
	.prog_run = user_prog_run,
	.prog_batch = user_prog_batch,
	.prog_running = user_prog_running,
	.prog_code = user_prog_code,
	.prog_counts = user_prog_counts,
	.map_get = user_map_get,
	.map_set = user_map_set,
	.map_del = user_map_del,
	.map_next = user_map_next,
	.map_take = user_map_take,
	.map_freeze = user_map_freeze,
	.map_pin = user_map_pin,
	.map_batch = user_map_batch,
	.map_value_len = user_map_value_len,
	.map_memory = user_map_memory,
	.poll = user_poll,
};
