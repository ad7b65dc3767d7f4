// SPDX-License-Identifier: BSD-2-Clause
/*
 * struct_ops: a structure of the kernel's whose functions are programs. The object's structure is
 * matched with the kernel's by the names of members; the map's value is the kernel's wrapper
 * "bpf_struct_ops_NAME", with the structure as its member `data`.
 */
#include <errno.h>
#include <stdlib.h>

#include "kernel/errors.h"
#include "kernel/kernel.h"
#include "spec/features.h"
#include "spec/map.h"
#include "spec/prog.h"

struct ops_place {
	u32 ops, wrapper; /* types of the kernel */
	u32 data_off;	  /* bytes of `data` in the wrapper */
};

static bool find_place(struct kernel_unit *u, const struct obj_map *m, struct ops_place *out)
{
	const struct types *kernel = kernel_types(kernel_of(u)), *ours = u->unit->obj->types;
	const char *name;
	char wrapper[128];
	size_t len;

	if (!kernel || !ours || !m->value_type_id)
		return false;
	name = types_name(ours, types_strip(ours, m->value_type_id));
	len = strcspn(name, " ");
	if (strstr(name, "___"))
		len = (size_t)(strstr(name, "___") - name);
	snprintf(wrapper, sizeof(wrapper), "bpf_struct_ops_%.*s", (int)len, name);
	*out = (struct ops_place){ .wrapper = types_find(kernel, wrapper, KIND_STRUCT) };
	out->ops = types_find(kernel, wrapper + strlen("bpf_struct_ops_"), KIND_STRUCT);
	for (u32 i = 0; i < types_vlen(kernel, out->wrapper); i++) {
		struct type_member f = types_member(kernel, out->wrapper, i);

		if (!strcmp(f.name, "data"))
			out->data_off = f.bit_off / 8;
	}
	return out->ops && out->wrapper;
}

/* The kernel's member of that name, -1: none. */
static s32 member_named(const struct types *t, u32 id, const char *name)
{
	for (u32 i = 0; i < types_vlen(t, id); i++) {
		if (!strcmp(types_member(t, id, i).name, name))
			return (s32)i;
	}
	return -1;
}

/* Which of the object's members lies at a slot. */
static const char *slot_member(const struct object *obj, const struct obj_map *m, u32 off)
{
	u32 id = types_strip(obj->types, m->value_type_id);

	for (u32 i = 0; i < types_vlen(obj->types, id); i++) {
		struct type_member f = types_member(obj->types, id, i);

		if (f.bit_off == off * 8)
			return f.name;
	}
	return NULL;
}

u32 kernel_ops_member(struct kernel_unit *u, const struct obj_prog *p, u32 *member)
{
	const struct object *obj = u->unit->obj;
	s32 index = (s32)(p - obj->progs);

	for (u32 i = 0; i < obj->map_count; i++) {
		const struct obj_map *m = &obj->maps[i];
		struct ops_place place;

		if (m->role != MAP_STRUCT_OPS || !find_place(u, m, &place))
			continue;
		for (u32 s = 0; s < m->slot_count; s++) {
			const char *name = slot_member(obj, m, m->slots[s].index);
			s32 at = name && m->slots[s].prog == index
					 ? member_named(kernel_types(kernel_of(u)), place.ops, name)
					 : -1;

			if (at < 0)
				continue;
			*member = (u32)at;
			return place.ops;
		}
	}
	return 0;
}

int kernel_ops_create(struct kernel_unit *u, u32 map, struct diag *d)
{
	const struct obj_map *m = &u->unit->obj->maps[map];
	struct sys_map_create a = { .type = MAP_TYPE_STRUCT_OPS, .key_size = 4, .max_entries = 1 };
	struct ops_place place;

	if (!find_place(u, m, &place)) {
		diag_error(d, -ESRCH, line_span(d, &m->at),
			   "struct_ops '%s': the running kernel has no structure '%s' for programs",
			   m->name,
			   u->unit->obj->types ? types_name(u->unit->obj->types, m->value_type_id)
					       : "");
		return -ESRCH;
	}
	/* Without a link it would stay registered when the process dies. */
	a.flags = kernel_of(u)->release >= ERA(6, 4) ? MAP_LINK : m->flags & MAP_LINK;
	u->maps[map].linked = a.flags;
	a.value_size = (u32)types_size(kernel_types(kernel_of(u)), place.wrapper);
	a.btf_vmlinux_value = place.wrapper;
	a.btf_fd = u->btf >= 0 ? (u32)u->btf : 0;
	kernel_name(a.name, m->name);
	u->maps[map].fd = SYS_BPF(CMD_MAP_CREATE, &a);
	u->maps[map].value_len = a.value_size;
	return u->maps[map].fd < 0 ? kernel_map_refused(u, m, u->maps[map].fd, d) : 0;
}

static bool all_zero(const u8 *data, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (data[i])
			return false;
	}
	return true;
}

/* One member from the object's layout to the kernel's. */
static int copy_member(struct kernel_unit *u, const struct obj_map *m, const struct ops_place *p,
		       struct type_member f, u8 *data, struct diag *d)
{
	const struct types *ours = u->unit->obj->types, *kernel = kernel_types(kernel_of(u));
	s64 size = types_size(ours, f.type), there;
	s32 at = member_named(kernel, p->ops, f.name);
	struct type_member g;

	if (f.bit_size || size <= 0 || all_zero(m->data + f.bit_off / 8, (size_t)size))
		return 0;
	if (at < 0)
		return diag_error(
			d, -ESRCH, line_span(d, &m->at),
			"struct_ops '%s': member '%s' is set, and the kernel's has none of "
			"that name",
			m->name, f.name);
	g = types_member(kernel, p->ops, (u32)at);
	there = types_size(kernel, g.type);
	if (there != size)
		return diag_error(d, -EINVAL, line_span(d, &m->at),
				  "struct_ops '%s': member '%s' has %lld bytes, the kernel's %lld",
				  m->name, f.name, (long long)size, (long long)there);
	memcpy(data + g.bit_off / 8, m->data + f.bit_off / 8, (size_t)size);
	return 0;
}

static int put_programs(struct kernel_unit *u, const struct obj_map *m, const struct ops_place *p,
			u8 *data, struct diag *d)
{
	const struct object *obj = u->unit->obj;
	const struct types *kernel = kernel_types(kernel_of(u));

	for (u32 s = 0; s < m->slot_count; s++) {
		const char *name = slot_member(obj, m, m->slots[s].index);
		s32 at = name ? member_named(kernel, p->ops, name) : -1, prog = m->slots[s].prog;
		s64 fd;

		if (prog < 0)
			continue;
		fd = u->progs[prog].fd;
		if (at < 0 || fd < 0)
			return diag_error(
				d, -ENOENT, line_span(d, &m->at),
				"struct_ops '%s': program '%s' of member '%s' is not loaded",
				m->name, obj->progs[prog].name, name ? name : "?");
		memcpy(data + types_member(kernel, p->ops, (u32)at).bit_off / 8, &fd, sizeof(fd));
	}
	return 0;
}

u8 *kernel_ops_value(struct kernel_unit *u, u32 map, struct diag *d)
{
	const struct obj_map *m = &u->unit->obj->maps[map];
	const struct types *ours = u->unit->obj->types;
	struct ops_place place;
	u32 id = types_strip(ours, m->value_type_id);
	u8 *value;
	int err = 0;

	if (!find_place(u, m, &place))
		return NULL;
	value = calloc(1, u->maps[map].value_len);
	if (!value) {
		diag_nomem(d);
		return NULL;
	}
	for (u32 i = 0; i < types_vlen(ours, id) && !err; i++) {
		struct type_member f = types_member(ours, id, i);
		u32 kind = types_kind(ours, types_strip(ours, f.type));

		if (kind != KIND_PTR) /* addresses of functions come from the slots */
			err = copy_member(u, m, &place, f, value + place.data_off, d);
	}
	if (!err)
		err = put_programs(u, m, &place, value + place.data_off, d);
	if (err) {
		free(value);
		return NULL;
	}
	return value;
}
