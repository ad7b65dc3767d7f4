// SPDX-License-Identifier: BSD-2-Clause
#include <errno.h>
#include <stdlib.h>

#include "engine/engine.h"

/* Copy what the caller's struct has, zeros for what this library knows beyond it. A longer struct
 * (a newer caller) must not ask for what this library does not know. */
static int opts_widen(struct skep_load_opts *out, const struct skep_load_opts *in, struct diag *d)
{
	*out = (struct skep_load_opts){ .size = sizeof(*out) };
	if (!in)
		return 0;
	if (in->size < sizeof(in->size))
		return diag_error(d, -EINVAL, NOWHERE,
				  "struct skep_load_opts: size is %zu, set it to sizeof", in->size);
	for (size_t i = sizeof(*out); i < in->size; i++) {
		if (((const u8 *)in)[i])
			return diag_error(d, -E2BIG, NOWHERE,
					  "struct skep_load_opts: an option this library does not "
					  "have is set (byte %zu)",
					  i);
	}
	memcpy(out, in, MIN(in->size, sizeof(*out)));
	out->size = sizeof(*out);
	if ((u32)out->exec > SKEP_EXEC_INTERP)
		return diag_error(d, -EINVAL, NOWHERE, "unknown execution mode %d", out->exec);
	return 0;
}

int unit_new(struct unit **out, struct engine *e, const struct object *obj,
	     const struct skep_load_opts *opts, struct diag *d)
{
	struct unit *u = calloc(1, sizeof(*u));
	int err;

	if (!u)
		return diag_nomem(d);
	u->engine = e;
	u->obj = obj;
	u->progs = calloc(MAX(obj->prog_count, 1u), sizeof(*u->progs));
	u->maps = calloc(MAX(obj->map_count, 1u), sizeof(*u->maps));
	err = u->progs && u->maps ? opts_widen(&u->opts, opts, d) : diag_nomem(d);
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
