// SPDX-License-Identifier: BSD-2-Clause
/*
 * Maps that exist in place of those that the object defines. What instructions do with a map hangs
 * on its type and the sizes of its keys and values, so these must be the same; how many elements it
 * holds is its maker's business.
 */
#include <errno.h>

#include "base/str.h"
#include "kernel/kernel.h"
#include "kernel/map_open.h"

enum { SHAPE = 3 }; /* type, key size, value size */

static int no_map(const struct object *obj, const char *name, struct diag *d)
{
	struct near near = near_start(name, strlen(name));

	diag_error(d, -ENOENT, NOWHERE, "'%s' has no map '%s' to replace", obj->name, name);
	for (u32 i = 0; i < obj->map_count; i++) {
		if (!obj->maps[i].template)
			near_try(&near, obj->maps[i].name);
	}
	if (near.best)
		diag_hint(d, "did you mean '%s'?", near.best);
	return -ENOENT;
}

static int fits(struct kernel_unit *u, const struct obj_map *m, int fd, struct diag *d)
{
	struct map_difference in;
	int n = kernel_map_differs(u, m, fd, SHAPE, &in);

	if (n < 0)
		return diag_error(d, n, line_span(d, &m->at), "map '%s': its replacement is no map",
				  m->name);
	if (!n)
		return 0;
	return diag_error(d, -EINVAL, line_span(d, &m->at),
			  "map '%s': its replacement has another %s: %u, not %u", m->name, in.what,
			  in.have, in.want);
}

static int replace(struct kernel_unit *u, const struct skep_map_replace *r, struct diag *d)
{
	/* The public handle is the engine's struct under another name, see api/handle.h. */
	const struct unit_map *by = (const struct unit_map *)(const void *)r->by;
	const struct object *obj = u->unit->obj;
	s32 i = r->name ? object_map_index(obj, r->name) : -1;
	const struct obj_map *m;
	int err;

	if (i < 0 || obj->maps[i].template)
		return no_map(obj, r->name ? r->name : "", d);
	m = &obj->maps[i];
	if (m->role == MAP_STRUCT_OPS)
		return diag_error(d, -EINVAL, line_span(d, &m->at),
				  "map '%s' holds struct_ops, which cannot be replaced", m->name);
	if (u->maps[i].replaced)
		return diag_error(d, -EINVAL, NOWHERE, "map '%s' is replaced twice", m->name);
	if (!by || !by->impl || by->unit->engine->ops != &engine_kernel)
		return diag_error(d, -EINVAL, NOWHERE,
				  "map '%s': its replacement is no map of the "
				  "kernel",
				  m->name);
	err = fits(u, m, kernel_map_fd(by), d);
	if (err)
		return err;
	u->maps[i].fd = sys_dup(kernel_map_fd(by));
	if (u->maps[i].fd < 0)
		return diag_error(d, u->maps[i].fd, NOWHERE, "map '%s' cannot be replaced: %s",
				  m->name, sys_error(u->maps[i].fd));
	u->maps[i].replaced = true;
	return 0;
}

int kernel_maps_replace(struct kernel_unit *u, struct diag *d)
{
	const struct skep_load_opts *o = &u->unit->opts;
	int err = 0;

	for (size_t i = 0; i < o->replace_count && !err; i++)
		err = replace(u, &o->replace[i], d);
	return err;
}
