// SPDX-License-Identifier: BSD-2-Clause
/* Live maps that stand alone: of the kernel, or of the user engine's pins. */
#include <errno.h>
#include <stdlib.h>

#include "api/handle.h"
#include "api/pins.h"
#include "kernel/kernel.h"
#include "kernel/map_open.h"
#include "map/pin.h"
#include "user/pins.h"
#include "user/user.h"

static int unknown_engine(const char *kind, struct diag *d)
{
	return diag_error(d, -EINVAL, NOWHERE, "there is no engine '%s'", kind);
}

int look_is_user(const struct skep_look_opts *o, struct diag *d)
{
	if (o->engine && !strcmp(o->engine, "user"))
		return 1;
	if (o->engine && strcmp(o->engine, "kernel"))
		return unknown_engine(o->engine, d);
	return !o->engine && o->by && o->value && !strcmp(o->by, "pinned") && pin_is_ours(o->value);
}

int look_user_maps(const struct skep_look_opts *o, FILE *out, enum skep_format format,
		   struct diag *d)
{
	if (o->by && strcmp(o->by, "pinned"))
		return diag_error(d, -EINVAL, NOWHERE,
				  "maps of the user engine are chosen by where they are pinned");
	return user_maps_show(o->where, o->by ? o->value : NULL, out, format, d);
}

static bool is_user(const struct unit_map *m)
{
	return m->unit->engine->ops == &engine_user;
}

int skep_map_open(struct skep_map **out, const struct skep_look_opts *which, struct skep_diag *diag)
{
	struct skep_look_opts ours = { .size = sizeof(ours) };
	struct look l = { .d = diag_of(diag) };
	struct unit_map *m;
	int err = opts_copy(&ours, sizeof(ours), which, "skep_look_opts", l.d), user;

	if (!err && (!ours.by || !ours.value))
		err = diag_error(l.d, -EINVAL, NOWHERE, "which one?");
	user = err ? err : look_is_user(&ours, l.d);
	if (user < 0)
		return user;
	if (user && strcmp(ours.by, "pinned"))
		return diag_error(l.d, -EINVAL, NOWHERE,
				  "maps of the user engine are chosen by where they are pinned");
	l.by = ours.by;
	l.value = ours.value;
	err = user ? user_map_open(&m, ours.value, ours.where, l.d) : kernel_map_open(&m, &l);
	if (!err)
		*out = map_handle(m);
	return err;
}

int skep_map_create(struct skep_map **out, const struct skep_map_def *def, struct skep_map *inner,
		    struct skep_diag *diag)
{
	return skep_map_new(out, "kernel", def, inner, diag);
}

int skep_map_new(struct skep_map **out, const char *engine, const struct skep_map_def *def,
		 struct skep_map *inner, struct skep_diag *diag)
{
	struct diag *d = diag_of(diag);
	struct unit_map *m;
	int err;

	if (!strcmp(engine, "user"))
		err = inner ? diag_error(d, -EOPNOTSUPP, NOWHERE,
					 "maps of maps are of one process in the user engine")
			    : user_map_new(&m, def, d);
	else if (strcmp(engine, "kernel"))
		err = unknown_engine(engine, d);
	else if (inner && is_user(map_of(inner)))
		err = diag_error(d, -EINVAL, NOWHERE, "the template is no map of the kernel");
	else
		err = kernel_map_create(&m, def, inner ? kernel_map_fd(map_of(inner)) : -1, d);
	if (!err)
		*out = map_handle(m);
	return err;
}

void skep_map_close(struct skep_map *map)
{
	if (!map)
		return;
	if (is_user(map_of(map)))
		user_map_close(map_of(map));
	else
		kernel_map_close(map_of(map));
}

int skep_map_fd(struct skep_map *map, struct skep_diag *diag)
{
	struct unit_map *m = map_of(map);

	if (!is_user(m))
		return m->impl ? ((const struct kernel_map *)m->impl)->fd : -ENOENT;
	return user_map_fd(m, diag_of(diag));
}

int skep_map_from_fd(struct skep_map **out, int fd, struct skep_diag *diag)
{
	struct unit_map *m;
	int err = user_map_from_fd(&m, fd, diag_of(diag));

	if (!err)
		*out = map_handle(m);
	return err;
}

int skep_map_unpin(const char *name, const char *folder, struct skep_diag *diag)
{
	char *path;
	int err = pin_path(&path, name, folder, diag_of(diag));

	if (err)
		return err;
	err = pin_remove(path, diag_of(diag));
	free(path);
	return err;
}

int skep_map_events(struct skep_map *map, int cpu, uint32_t index, struct skep_diag *diag)
{
	if (is_user(map_of(map)))
		return diag_error(diag_of(diag), -EOPNOTSUPP, NOWHERE,
				  "perf event arrays of the user engine are read by skep_poll");
	return kernel_map_events(map_of(map), cpu, index, diag_of(diag));
}
