// SPDX-License-Identifier: BSD-2-Clause
/* Links: programs attached by the engine that has events of its own. */
#include <errno.h>

#include "api/handle.h"

static const struct engine_ops *ops_of(const struct unit *u)
{
	return u->engine->ops;
}

static int cannot(const struct unit *u, struct diag *d)
{
	diag_error(d, -EOPNOTSUPP, NOWHERE, "programs of the %s engine cannot be attached",
		   ops_of(u)->kind);
	diag_hint(d, "load the object into the kernel engine");
	return -EOPNOTSUPP;
}

static int attach(struct link **out, struct unit_prog *p, const struct skep_attach_opts *opts,
		  struct diag *d)
{
	int err;

	if (!ops_of(p->unit)->attach)
		return cannot(p->unit, d);
	if (!p->impl)
		return diag_error(d, -ENOENT, NOWHERE, "program '%s' is not loaded", p->src->name);
	err = ops_of(p->unit)->attach(out, p, opts, d);
	if (!err)
		link_add(*out);
	return err;
}

int skep_attach(struct skep_link **out, struct skep_prog *prog, const struct skep_attach_opts *opts,
		struct skep_diag *diag)
{
	struct skep_attach_opts ours = { .size = sizeof(ours) };
	struct diag *d = diag_of(diag);
	struct link *l;
	int err = opts ? opts_copy(&ours, sizeof(ours), opts, "skep_attach_opts", d) : 0;

	if (!err && !prog)
		err = diag_error(d, -ENOENT, NOWHERE, "there is no program to attach");
	if (!err)
		err = attach(&l, prog_of(prog), &ours, d);
	if (!err)
		*out = link_handle(l);
	return err;
}

static int attach_map(struct link **out, struct unit_map *m, struct diag *d)
{
	int err;

	if (!ops_of(m->unit)->attach_map)
		return cannot(m->unit, d);
	err = ops_of(m->unit)->attach_map(out, m, d);
	if (!err)
		link_add(*out);
	return err;
}

int skep_attach_map(struct skep_link **out, struct skep_map *map, struct skep_diag *diag)
{
	struct diag *d = diag_of(diag);
	struct link *l;
	int err;

	if (!map)
		return diag_error(d, -ENOENT, NOWHERE, "there is no map to attach");
	err = attach_map(&l, map_of(map), d);
	if (!err)
		*out = link_handle(l);
	return err;
}

bool skep_prog_knows_target(const struct skep_prog *prog)
{
	const struct unit_prog *p = prog_of(prog);

	return p && p->impl && ops_of(p->unit)->attach && ops_of(p->unit)->knows_target(p);
}

static bool is_struct_ops(const struct unit_map *m)
{
	return m->impl && m->src->role == MAP_STRUCT_OPS;
}

int skep_attach_all(struct skep_unit *unit, struct skep_diag *diag)
{
	struct skep_attach_opts opts = { .size = sizeof(opts) };
	struct unit *u = unit_of(unit);
	struct link *before = u->links, *l;
	struct diag *d = diag_of(diag);
	int err = ops_of(u)->attach ? 0 : cannot(u, d), count = 0;

	for (u32 i = 0; i < u->obj->prog_count && !err; i++) {
		struct unit_prog *p = &u->progs[i];

		if (!p->impl)
			continue;
		if (!ops_of(u)->knows_target(p)) {
			diag_note(d, NOWHERE,
				  "program '%s' is loaded; its section does not say where "
				  "it goes",
				  p->src->name);
			continue;
		}
		err = attach(&l, p, &opts, d);
		count += !err;
	}
	for (u32 i = 0; i < u->obj->map_count && !err; i++) {
		if (!is_struct_ops(&u->maps[i]))
			continue;
		err = attach_map(&l, &u->maps[i], d);
		count += !err;
	}
	while (err && u->links != before)
		link_remove(u->links);
	return err ? err : count;
}

bool skep_unit_link(const struct skep_unit *unit, size_t i, struct skep_link **out)
{
	struct link *l = unit_of(unit)->links;

	while (l && i--)
		l = l->next;
	if (l)
		*out = link_handle(l);
	return l;
}

void skep_link_info(const struct skep_link *link, struct skep_link_info *out)
{
	const struct link *l = link_of(link);

	*out = (struct skep_link_info){ .prog = l->prog ? l->prog->src->name : NULL, .fd = -1 };
	ops_of(l->unit)->link_info(l, out);
}

int skep_link_update(struct skep_link *link, struct skep_prog *prog, struct skep_diag *diag)
{
	struct link *l = link_of(link);
	struct unit_prog *p = prog_of(prog);
	struct diag *d = diag_of(diag);
	int err;

	if (!p || !p->impl)
		return diag_error(d, -ENOENT, NOWHERE, "there is no program to put in its place");
	err = ops_of(l->unit)->link_update(l, p, d);
	if (!err)
		l->prog = p;
	return err;
}

int skep_link_pin(struct skep_link *link, const char *path, struct skep_diag *diag)
{
	return ops_of(link_of(link)->unit)->link_pin(link_of(link), path, diag_of(diag));
}

int skep_link_detach(struct skep_link *link, struct skep_diag *diag)
{
	return ops_of(link_of(link)->unit)->link_detach(link_of(link), diag_of(diag));
}

int skep_link_read(struct skep_link *link, FILE *out, struct skep_diag *diag)
{
	return ops_of(link_of(link)->unit)->link_read(link_of(link), out, diag_of(diag));
}

void skep_link_free(struct skep_link *link)
{
	if (link)
		link_remove(link_of(link));
}
