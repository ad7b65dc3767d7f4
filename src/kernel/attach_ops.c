// SPDX-License-Identifier: BSD-2-Clause
/* struct_ops: registered by storing the structure, and through a link since Linux 6.4. */
#include <errno.h>
#include <stdlib.h>

#include "kernel/attach.h"
#include "spec/map.h"
#include "spec/prog.h"

static int unregister(struct kernel_link *l)
{
	const struct kernel_map *k = l->base.map->impl;
	u32 zero = 0;

	return sys_map_op(CMD_MAP_DELETE, k->fd, &zero, NULL, 0);
}

static int refused(const struct unit_map *m, int err, struct diag *d)
{
	diag_error(d, err, line_span(d, &m->src->at), "struct_ops '%s' cannot be registered: %s",
		   m->src->name, sys_error(err));
	if (err == -EEXIST)
		diag_hint(d, "one of that name is registered");
	else if (err == -EBUSY)
		diag_hint(d, "it is registered already; load the object again for another one");
	return err;
}

int kernel_attach_map(struct link **out, struct unit_map *m, struct diag *d)
{
	const struct kernel_map *k = m->impl;
	struct kernel_unit *u = m->unit->impl;
	struct sys_link_create a = { .type = ATTACH_STRUCT_OPS };
	struct kernel_link *l;
	u32 zero = 0;
	u8 *value;
	int err;

	if (m->src->role != MAP_STRUCT_OPS || !k)
		return diag_error(d, -EINVAL, NOWHERE, "map '%s' is no struct_ops", m->src->name);
	value = kernel_ops_value(u, (u32)(m - m->unit->maps), d);
	if (!value)
		return -EINVAL;
	err = sys_map_op(CMD_MAP_UPDATE, k->fd, &zero, value, 0);
	free(value);
	if (err)
		return refused(m, err, d);
	l = kernel_link_new(m->unit, NULL, m);
	if (!l)
		return diag_nomem(d);
	l->type = "struct_ops";
	link_target(l, "struct_ops '%s'", m->src->name);
	if (k->linked) {
		a.prog_fd = (u32)k->fd;
		l->fd = SYS_BPF(CMD_LINK_CREATE, &a);
		err = l->fd < 0 ? refused(m, l->fd, d) : 0;
	} else {
		l->take_back = unregister;
	}
	if (err) {
		kernel_link_free(&l->base);
		return err;
	}
	*out = &l->base;
	return 0;
}
