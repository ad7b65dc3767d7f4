// SPDX-License-Identifier: BSD-2-Clause
#include <errno.h>
#include <stdlib.h>

#include "engine/engine.h"

int unit_new(struct unit **out, struct engine *e, const struct object *obj,
	     const struct skep_load_opts *opts, struct diag *d)
{
	struct unit *u;
	int err;

	if ((u32)opts->exec > SKEP_EXEC_JIT)
		return diag_error(d, -EINVAL, NOWHERE, "unknown execution mode %d", opts->exec);
	u = calloc(1, sizeof(*u));
	if (!u)
		return diag_nomem(d);
	u->engine = e;
	u->opts = *opts;
	u->obj = obj;
	u->progs = calloc(MAX(obj->prog_count, 1u), sizeof(*u->progs));
	u->maps = calloc(MAX(obj->map_count, 1u), sizeof(*u->maps));
	err = u->progs && u->maps ? 0 : diag_nomem(d);
	if (!err) {
		for (u32 i = 0; i < obj->prog_count; i++)
			u->progs[i] = (struct unit_prog){ .unit = u, .src = &obj->progs[i] };
		for (u32 i = 0; i < obj->map_count; i++)
			u->maps[i] = (struct unit_map){ .unit = u, .src = &obj->maps[i] };
		err = e->ops->load(u, d);
	}
	if (err) {
		unit_free(u);
		return err;
	}
	*out = u;
	return 0;
}

void unit_free(struct unit *u)
{
	if (!u)
		return;
	u->engine->ops->unload(u);
	free(u->progs);
	free(u->maps);
	free(u);
}
