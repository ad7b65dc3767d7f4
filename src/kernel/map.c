// SPDX-License-Identifier: BSD-2-Clause
/*
 * The object's maps in the kernel: made with their types where the kernel takes them, filled,
 * frozen, pinned by name, or taken over from a pin of the same shape.
 */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kernel/errors.h"
#include "kernel/info.h"
#include "kernel/kernel.h"
#include "spec/features.h"
#include "spec/map.h"

#define PIN_FOLDER "/sys/fs/bpf"

enum { STACK_FRAMES = 127, NAME_TAIL = 7, MIN_RELEASE_NAMES = ERA(4, 15) };

/* ---- names ---- */

static void name_clean(char *out)
{
	for (char *c = out; *c; c++) {
		if (!isalnum((unsigned char)*c) && *c != '_' && *c != '.')
			*c = '_';
	}
}

void kernel_name(char out[SYS_NAME_LEN], const char *name)
{
	snprintf(out, SYS_NAME_LEN, "%s", name);
	name_clean(out);
}

/* Maps of global data are named after the object, as other loaders do: "firewall.bss". */
void kernel_map_name(char out[SYS_NAME_LEN], const struct object *obj, const struct obj_map *m)
{
	const char *base = strrchr(obj->name, '/');
	int tail = (int)MAX(strlen(m->name), (size_t)NAME_TAIL), head;

	base = base ? base + 1 : obj->name;
	head = (int)strcspn(base, ".");
	tail = MIN(tail, SYS_NAME_LEN - 1);
	if (m->name[0] != '.' || strchr(m->name + 1, '.'))
		head = 0;
	head = MIN(head, SYS_NAME_LEN - 1 - tail);
	snprintf(out, SYS_NAME_LEN, "%.*s%.*s", head, base, tail, m->name);
	name_clean(out);
}

/* ---- creation ---- */

static u32 round_ring(u32 bytes)
{
	u32 page = (u32)sysconf(_SC_PAGESIZE), size = page;

	while (size < bytes && size < 1u << 31)
		size *= 2;
	return bytes ? size : 0;
}

static bool is_ring(const struct obj_map *m)
{
	return m->type == MAP_TYPE_RINGBUF || m->type == MAP_TYPE_USER_RINGBUF;
}

/* What definitions may leave to the loader. */
static u32 entries_of(const struct obj_map *m)
{
	if (is_ring(m))
		return round_ring(m->max_entries);
	if (m->type == MAP_TYPE_PERF_EVENT_ARRAY && !m->max_entries)
		return sys_cpus_possible();
	return m->max_entries;
}

static bool is_constant(const struct obj_map *m)
{
	return m->role == MAP_RODATA || m->role == MAP_KCONFIG;
}

/* Kinds of maps that take no types of keys and values. */
static bool takes_types(u32 type)
{
	switch (type) {
	case MAP_TYPE_PERF_EVENT_ARRAY:
	case MAP_TYPE_CGROUP_ARRAY:
	case MAP_TYPE_STACK_TRACE:
	case MAP_TYPE_ARRAY_OF_MAPS:
	case MAP_TYPE_HASH_OF_MAPS:
	case MAP_TYPE_DEVMAP:
	case MAP_TYPE_DEVMAP_HASH:
	case MAP_TYPE_CPUMAP:
	case MAP_TYPE_XSKMAP:
	case MAP_TYPE_SOCKMAP:
	case MAP_TYPE_SOCKHASH:
	case MAP_TYPE_PROG_ARRAY:
	case MAP_TYPE_RINGBUF:
	case MAP_TYPE_USER_RINGBUF:
		return false;
	default:
		return true;
	}
}

/* Global data with a variable that other files may name: it can be mapped. */
static bool is_mappable(const struct object *obj, const struct obj_map *m)
{
	const struct types *t = obj->types;

	if (m->role == MAP_PLAIN || m->role == MAP_STRUCT_OPS || !t)
		return false;
	for (u32 i = 0; i < types_vlen(t, m->value_type_id); i++) {
		if (types_func_linkage(t, types_secinfo(t, m->value_type_id, i).type))
			return true;
	}
	return false;
}

static void fill_create(struct kernel_unit *u, const struct obj_map *m, struct sys_map_create *a)
{
	u32 release = kernel_of(u)->release;

	*a = (struct sys_map_create){
		.type = m->type,
		.key_size = m->key_size,
		.value_size = m->value_size,
		.max_entries = entries_of(m),
		.flags = m->flags,
		.extra = m->extra,
		.numa_node = m->flags & MAP_NUMA_NODE ? m->numa_node : 0,
	};
	if (m->type != MAP_TYPE_PERF_EVENT_ARRAY)
		a->ifindex = u->device;
	if (is_ring(m)) /* a definition may say what the records are; they are not elements */
		a->key_size = a->value_size = 0;
	if (is_constant(m) && release >= ERA(5, 2))
		a->flags |= MAP_RDONLY_PROG;
	if (is_mappable(u->unit->obj, m) && release >= ERA(5, 5))
		a->flags |= MAP_MMAPABLE;
	if (m->type == MAP_TYPE_STACK_TRACE && !a->value_size)
		a->value_size = STACK_FRAMES * 8;
	if (m->numa_node)
		a->flags |= MAP_NUMA_NODE, a->numa_node = m->numa_node;
	if (release >= MIN_RELEASE_NAMES)
		kernel_map_name(a->name, u->unit->obj, m);
	if (u->btf >= 0 && takes_types(m->type) && (m->key_type_id || m->value_type_id)) {
		a->btf_fd = (u32)u->btf;
		a->btf_key = m->key_type_id;
		a->btf_value = m->value_type_id;
	}
}

/* A map of that definition: its descriptor, or -errno. */
static int map_new(struct kernel_unit *u, const struct obj_map *m)
{
	struct sys_map_create a;
	int inner = -1, fd;

	fill_create(u, m, &a);
	if (m->inner >= 0) {
		inner = map_new(u, &u->unit->obj->maps[m->inner]);
		if (inner < 0)
			return inner;
		a.inner_fd = (u32)inner;
	}
	fd = SYS_BPF(CMD_MAP_CREATE, &a);
	if (fd < 0 && fd != -EPERM && a.btf_fd) {
		/* Fields that need their types are refused by the verifier then, with a reason. */
		a.btf_fd = a.btf_key = a.btf_value = 0;
		fd = SYS_BPF(CMD_MAP_CREATE, &a);
	}
	sys_close(&inner);
	return fd;
}

static int data_fill(struct kernel_unit *u, u32 i, struct diag *d)
{
	const struct obj_map *m = &u->unit->obj->maps[i];
	struct sys_map_elem freeze = { .map_fd = (u32)u->maps[i].fd };
	u32 zero = 0;
	int err = 0;

	if (m->role == MAP_PLAIN || m->role == MAP_STRUCT_OPS)
		return 0;
	if (m->data)
		err = sys_map_op(CMD_MAP_UPDATE, u->maps[i].fd, &zero, m->data, 0);
	if (!err && is_constant(m) && kernel_of(u)->release >= ERA(5, 2))
		err = SYS_BPF(CMD_MAP_FREEZE, &freeze);
	if (err)
		return diag_error(d, err, line_span(d, &m->at),
				  "map '%s': initial data cannot be stored: %s", m->name,
				  sys_error(err));
	return 0;
}

/* ---- pins ---- */

int kernel_map_differs(struct kernel_unit *u, const struct obj_map *m, int fd, u32 most,
		       struct map_difference *out)
{
	struct info_map have = { 0 };
	struct sys_map_create want;
	int n = sys_info(fd, &have, sizeof(have));

	if (n < 0)
		return n;
	fill_create(u, m, &want);
	const struct map_difference all[] = {
		{ "type", want.type, have.type },
		{ "key size", want.key_size, have.key_size },
		{ "value size", want.value_size, have.value_size },
		{ "number of entries", want.max_entries, have.max_entries },
		{ "flags", want.flags, have.flags },
	};

	for (u32 i = 0; i < MIN(most, (u32)ARRAY_SIZE(all)); i++) {
		if (all[i].want == all[i].have)
			continue;
		*out = all[i];
		return 1;
	}
	return 0;
}

/* Does the pinned map have the shape that the object defines? */
static int pin_matches(struct kernel_unit *u, const struct obj_map *m, int fd, const char *path,
		       struct diag *d)
{
	struct map_difference in;
	int n = kernel_map_differs(u, m, fd, UINT32_MAX, &in);

	if (n < 0)
		return diag_error(d, n, line_span(d, &m->at), "'%s' is not a map", path);
	if (!n)
		return 0;
	diag_error(d, -EEXIST, line_span(d, &m->at),
		   "map '%s': the map pinned at '%s' has another %s: %u, not %u", m->name, path,
		   in.what, in.have, in.want);
	diag_hint(d, "remove the pin, or choose another folder for pins");
	return -EEXIST;
}

static char *pin_path(const struct kernel_unit *u, const struct obj_map *m)
{
	const char *folder = u->unit->opts.pin_path;
	char *path;

	return asprintf(&path, "%s/%s", folder ? folder : PIN_FOLDER, m->name) < 0 ? NULL : path;
}

/* Take over a pinned map: 1 done, 0: there is none. */
static int pin_reuse(struct kernel_unit *u, u32 i, struct diag *d)
{
	const struct obj_map *m = &u->unit->obj->maps[i];
	char *path = pin_path(u, m);
	int fd, err;

	if (!path)
		return diag_nomem(d);
	fd = sys_pin_get(path);
	err = fd == -ENOENT ? 0 : fd;
	if (err < 0)
		diag_error(d, err, line_span(d, &m->at), "map '%s': '%s' cannot be opened: %s",
			   m->name, path, sys_error(err));
	if (fd >= 0) {
		err = pin_matches(u, m, fd, path, d);
		if (err)
			sys_close(&fd);
		else
			err = 1;
		u->maps[i].fd = fd;
	}
	free(path);
	return err;
}

static int pin_new(struct kernel_unit *u, u32 i, struct diag *d)
{
	const struct obj_map *m = &u->unit->obj->maps[i];
	char *path = pin_path(u, m);
	int err;

	if (!path)
		return diag_nomem(d);
	if (u->unit->opts.pin_path && !mkdir(u->unit->opts.pin_path, 0700))
		u->pin_folder = strdup(u->unit->opts.pin_path);
	err = sys_pin(u->maps[i].fd, path);
	if (!err) {
		u->maps[i].pinned = path;
		return 0;
	}
	diag_error(d, err, line_span(d, &m->at), "map '%s' cannot be pinned at '%s': %s", m->name,
		   path, sys_error(err));
	if (err == -ENOENT || err == -EPERM)
		diag_hint(d, "is a BPF file system mounted there? mount -t bpf bpf %s", PIN_FOLDER);
	free(path);
	return err;
}

/* ---- all maps ---- */

size_t kernel_value_len(const struct obj_map *m)
{
	switch (m->type) {
	case MAP_TYPE_PERCPU_HASH:
	case MAP_TYPE_PERCPU_ARRAY:
	case MAP_TYPE_LRU_PERCPU_HASH:
	case MAP_TYPE_PERCPU_CGROUP_STORAGE:
		return ROUND_UP((size_t)m->value_size, 8) * sys_cpus_possible();
	case MAP_TYPE_STACK_TRACE:
		return m->value_size ? m->value_size : STACK_FRAMES * 8;
	default:
		return m->value_size;
	}
}

static int map_make(struct kernel_unit *u, u32 i, struct diag *d)
{
	const struct obj_map *m = &u->unit->obj->maps[i];
	int err;

	u->maps[i].value_len = kernel_value_len(m);
	if (u->maps[i].replaced)
		return 0;
	if (m->role == MAP_STRUCT_OPS)
		return kernel_ops_create(u, i, d);
	err = m->pin_by_name ? pin_reuse(u, i, d) : 0;
	if (err)
		return MIN(err, 0);
	u->maps[i].fd = map_new(u, m);
	if (u->maps[i].fd < 0)
		return kernel_map_refused(u, m, u->maps[i].fd, d);
	err = data_fill(u, i, d);
	return !err && m->pin_by_name ? pin_new(u, i, d) : err;
}

int kernel_maps_load(struct kernel_unit *u, struct diag *d)
{
	const struct object *obj = u->unit->obj;
	int err = kernel_maps_replace(u, d);

	for (u32 i = 0; i < obj->map_count && !err; i++) {
		if (obj->maps[i].template || (!obj->maps[i].autocreate && !u->maps[i].replaced))
			continue;
		err = map_make(u, i, d);
		if (!err)
			u->unit->maps[i].impl = &u->maps[i];
	}
	return err ? err : kernel_slots_fill(u, false, d);
}

static int slot_fd(const struct kernel_unit *u, const struct obj_slot *s, bool prog)
{
	if (prog)
		return (u32)s->prog < u->unit->obj->prog_count ? u->progs[s->prog].fd : -1;
	return (u32)s->map < u->unit->obj->map_count ? u->maps[s->map].fd : -1;
}

int kernel_slots_fill(struct kernel_unit *u, bool progs, struct diag *d)
{
	const struct object *obj = u->unit->obj;

	for (u32 i = 0; i < obj->map_count; i++) {
		const struct obj_map *m = &obj->maps[i];

		if (u->maps[i].fd < 0 || m->role == MAP_STRUCT_OPS ||
		    (u->maps[i].replaced && !progs))
			continue;
		for (u32 s = 0; s < m->slot_count; s++) {
			const struct obj_slot *slot = &m->slots[s];
			int fd, err;

			if ((slot->prog >= 0) != progs)
				continue;
			fd = slot_fd(u, slot, progs);
			if (fd < 0 && progs) /* not asked for */
				continue;
			err = fd < 0 ? -ENOENT
				     : sys_map_op(CMD_MAP_UPDATE, u->maps[i].fd, &slot->index, &fd,
						  0);
			if (err)
				return diag_error(d, err, line_span(d, &m->at),
						  "map '%s': initial value of slot %u cannot be "
						  "stored: %s",
						  m->name, slot->index, sys_error(err));
		}
	}
	return 0;
}
