// SPDX-License-Identifier: BSD-2-Clause
/* Maps that an embedding program implements itself: its functions behind our table of operations.
 */
#include <errno.h>

#include "map/custom.h"
#include "map/ops.h"

static const struct map_custom *custom_of(const struct map *m)
{
	return m->def.custom;
}

static void *custom_lookup(struct map *m, const void *key, u32 cpu)
{
	return custom_of(m)->lookup(m->impl, key, cpu);
}

static int custom_update(struct map *m, const void *key, const void *value, u64 flags, u32 cpu)
{
	const struct map_custom *c = custom_of(m);

	if (flags > UPDATE_EXIST)
		return -EINVAL;
	return c->update ? c->update(m->impl, key, value, flags, cpu) : -EOPNOTSUPP;
}

static int custom_remove(struct map *m, const void *key)
{
	const struct map_custom *c = custom_of(m);

	return c->remove ? c->remove(m->impl, key) : -EOPNOTSUPP;
}

static int custom_next(struct map *m, const void *key, void *next_key)
{
	const struct map_custom *c = custom_of(m);

	return c->next ? c->next(m->impl, key, next_key) : -EOPNOTSUPP;
}

static bool custom_owns(const struct map *m, const void *addr, size_t len)
{
	const struct map_custom *c = custom_of(m);

	return c->owns && c->owns(m->impl, addr, len);
}

static int custom_create(struct map *m)
{
	const struct map_custom *c = custom_of(m);

	return c->create ? c->create(&m->impl, &m->def, c->arg) : 0;
}

static void custom_destroy(struct map *m)
{
	const struct map_custom *c = custom_of(m);

	if (c->destroy)
		c->destroy(m->impl);
}

int custom_check(const struct map_def *def, struct diag *d)
{
	/* What machine code and batches know of the insides of other types they must not do here.
	 */
	if (def->type != MAP_TYPE_HASH)
		return map_refuse(def, d, -EINVAL,
				  "a map of the embedder's own stands in for hash tables only");
	if (def->lock_at || def->field_count)
		return map_refuse(def, d, -EINVAL,
				  "special fields are not for maps of the embedder's own");
	return 0;
}

const struct map_ops custom_ops = {
	.type = MAP_TYPE_HASH,
	.create = custom_create,
	.destroy = custom_destroy,
	.lookup = custom_lookup,
	.update = custom_update,
	.remove = custom_remove,
	.next = custom_next,
	.owns = custom_owns,
};
