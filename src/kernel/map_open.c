// SPDX-License-Identifier: BSD-2-Clause
#include "kernel/map_open.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "kernel/kernel.h"
#include "kernel/look_btf.h"
#include "spec/map.h"

int kernel_map_fd(const struct unit_map *m)
{
	return ((const struct kernel_map *)m->impl)->fd;
}

/* The map's types, copied into the object. Without them its bytes still can be read. */
static void take_types(struct object *obj, const struct info_map *info)
{
	struct look_types t = { 0 };
	const void *raw;
	size_t len;
	void *copy;

	if (!info->btf_id || look_types_open(&t, info->btf_id, NULL, NULL))
		return;
	raw = types_raw(t.types, &len);
	copy = arena_copy(&obj->arena, raw, len);
	if (copy && !types_open(&obj->types, obj->name, copy, len, NULL, NULL)) {
		obj->maps[0].key_type_id = info->btf_key;
		obj->maps[0].value_type_id = info->btf_value;
	}
	look_types_close(&t);
}

static struct object *describe(const struct info_map *info)
{
	struct object *obj = object_new("kernel");
	struct obj_map *m;

	if (!obj)
		return NULL;
	m = obj->maps = arena_alloc(&obj->arena, sizeof(*m));
	if (!m) {
		object_free(obj);
		return NULL;
	}
	obj->map_count = 1;
	*m = (struct obj_map){
		.name = arena_strdup(&obj->arena, info->name),
		.type = info->type,
		.key_size = info->key_size,
		.value_size = info->value_size,
		.max_entries = info->max_entries,
		.flags = info->flags,
		.extra = info->extra,
		.autocreate = true,
		.inner = -1,
	};
	take_types(obj, info);
	return obj;
}

/* A unit as kernel_load would have left it. Takes over `fd`. */
static int wrap(struct unit_map **out, int fd, struct diag *d)
{
	struct kernel_unit *k = calloc(1, sizeof(*k));
	struct unit *u = calloc(1, sizeof(*u));
	struct info_map info = { 0 };
	struct object *obj = NULL;
	int err = sys_info(fd, &info, sizeof(info));

	if (err >= 0)
		obj = describe(&info);
	if (u && k && obj) {
		u->maps = calloc(1, sizeof(*u->maps));
		k->maps = calloc(1, sizeof(*k->maps));
	}
	if (!obj || !u || !k || !u->maps || !k->maps || engine_kernel.open(&u->engine, d)) {
		sys_close(&fd);
		object_free(obj);
		free(u ? u->maps : NULL);
		free(k ? k->maps : NULL);
		free(u);
		free(k);
		return err < 0 ? diag_error(d, err, NOWHERE,
					    "the kernel does not describe the map: %s",
					    sys_error(-err))
			       : diag_nomem(d);
	}
	u->obj = obj;
	u->impl = k;
	*k = (struct kernel_unit){
		.unit = u, .maps = k->maps, .btf = -1, .epoll = -1, .trace = -1, .loaded = true
	};
	k->maps[0].fd = fd;
	k->maps[0].id = info.id;
	k->maps[0].value_len = kernel_value_len(&obj->maps[0]);
	k->maps[0].foreign = true;
	u->maps[0] = (struct unit_map){ .unit = u, .src = &obj->maps[0], .impl = &k->maps[0] };
	*out = &u->maps[0];
	return 0;
}

int kernel_map_open(struct unit_map **out, struct look *l)
{
	int fd = look_one(l, SYS_MAP);

	return fd < 0 ? fd : wrap(out, fd, l->d);
}

void kernel_map_close(struct unit_map *m)
{
	struct object *obj = (struct object *)m->unit->obj;
	struct engine *e = m->unit->engine;

	unit_free(m->unit);
	object_free(obj);
	e->ops->close(e);
}

int kernel_map_create(struct unit_map **out, const struct skep_map_def *def, int inner_fd,
		      struct diag *d)
{
	s32 type = map_type_by_name(def->type);
	struct sys_map_create a = {
		.type = (u32)type,
		.key_size = def->key_size,
		.value_size = def->value_size,
		.max_entries = def->max_entries,
		.flags = def->flags,
		.inner_fd = inner_fd < 0 ? 0 : (u32)inner_fd,
		.numa_node = def->numa_node,
		.extra = def->extra,
	};
	int fd;

	if (type < 0)
		return diag_error(d, -EINVAL, NOWHERE, "there is no map type '%s'", def->type);
	kernel_name(a.name, def->name ? def->name : "");
	fd = SYS_BPF(CMD_MAP_CREATE, &a);
	if (fd < 0) {
		diag_error(d, fd, NOWHERE, "the kernel does not make a map of type %s: %s",
			   map_info(a.type)->name, sys_error(-fd));
		if (fd == -EINVAL)
			diag_hint(d, "it does not like a size, the number of entries or a flag");
		if (fd == -EPERM)
			diag_hint(d, "making maps takes CAP_BPF");
		return fd;
	}
	return wrap(out, fd, d);
}
