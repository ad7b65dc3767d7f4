// SPDX-License-Identifier: BSD-2-Clause
/* Elements of maps in the kernel. Values of global data are read and written in place. */
#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include "kernel/kernel.h"
#include "spec/map.h"

static struct kernel_map *live(const struct unit_map *m)
{
	return m->impl;
}

static bool is_global_data(enum obj_map_role role)
{
	return role != MAP_PLAIN && role != MAP_STRUCT_OPS;
}

/* The value of a data map, mapped on first use, constants for reading; NULL: it cannot be. */
static u8 *mapped(struct unit_map *m)
{
	struct kernel_map *k = live(m);
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	bool written = m->src->role == MAP_DATA || m->src->role == MAP_BSS;
	void *mem;

	if (k->mem || k->unmappable || !is_global_data(m->src->role))
		return k->mem;
	k->mem_len = ROUND_UP((size_t)m->src->value_size, page);
	mem = mmap(NULL, k->mem_len, PROT_READ | (written ? PROT_WRITE : 0), MAP_SHARED, k->fd, 0);
	k->unmappable = mem == MAP_FAILED;
	if (!k->unmappable)
		k->mem = mem;
	return k->mem;
}

void *kernel_map_memory(struct unit_map *m)
{
	return live(m) ? mapped(m) : NULL;
}

static bool is_first(const void *key)
{
	return LOAD(u32, key) == 0;
}

int kernel_map_get(struct unit_map *m, const void *key, void *value)
{
	u8 *mem;

	if (!live(m))
		return -ENOENT;
	mem = mapped(m);
	if (mem && is_first(key)) {
		memcpy(value, mem, m->src->value_size);
		return 0;
	}
	return sys_map_op(CMD_MAP_LOOKUP, live(m)->fd, key, value, 0);
}

/* In maps of others programs and maps are named by their number, as reading shows them. */
static int set_foreign(struct unit_map *m, const void *key, const void *value, u64 flags)
{
	bool prog = m->src->type == MAP_TYPE_PROG_ARRAY;
	int fd, err;

	if (!prog && m->src->type != MAP_TYPE_ARRAY_OF_MAPS &&
	    m->src->type != MAP_TYPE_HASH_OF_MAPS)
		return sys_map_op(CMD_MAP_UPDATE, live(m)->fd, key, value, flags);
	fd = sys_by_id(prog ? SYS_PROG : SYS_MAP, LOAD(u32, value));
	if (fd < 0)
		return fd;
	err = sys_map_op(CMD_MAP_UPDATE, live(m)->fd, key, &fd, flags);
	sys_close(&fd);
	return err;
}

/* As with the user engine, programs and maps are named by their index in the object. */
int kernel_map_set(struct unit_map *m, const void *key, const void *value, u64 flags)
{
	struct kernel_unit *u = m->unit->impl;
	const struct object *obj = m->unit->obj;
	u32 index;
	s32 fd = -1;

	if (!live(m))
		return -ENOENT;
	if (live(m)->foreign)
		return set_foreign(m, key, value, flags);
	switch (m->src->type) {
	case MAP_TYPE_PROG_ARRAY:
		index = LOAD(u32, value);
		fd = index < obj->prog_count ? u->progs[index].fd : -1;
		break;
	case MAP_TYPE_ARRAY_OF_MAPS:
	case MAP_TYPE_HASH_OF_MAPS:
		index = LOAD(u32, value);
		fd = index < obj->map_count ? u->maps[index].fd : -1;
		break;
	default:
		return sys_map_op(CMD_MAP_UPDATE, live(m)->fd, key, value, flags);
	}
	return fd < 0 ? -ENOENT : sys_map_op(CMD_MAP_UPDATE, live(m)->fd, key, &fd, flags);
}

int kernel_map_del(struct unit_map *m, const void *key)
{
	return live(m) ? sys_map_op(CMD_MAP_DELETE, live(m)->fd, key, NULL, 0) : -ENOENT;
}

int kernel_map_next(struct unit_map *m, const void *key, void *next_key)
{
	return live(m) ? sys_map_op(CMD_MAP_NEXT, live(m)->fd, key, next_key, 0) : -ENOENT;
}

size_t kernel_map_value_len(const struct unit_map *m)
{
	return live(m) ? live(m)->value_len : 0;
}

int kernel_map_take(struct unit_map *m, const void *key, void *value)
{
	return live(m) ? sys_map_op(CMD_MAP_LOOKUP_DELETE, live(m)->fd, key, value, 0) : -ENOENT;
}

int kernel_map_freeze(struct unit_map *m)
{
	return live(m) ? sys_map_op(CMD_MAP_FREEZE, live(m)->fd, NULL, NULL, 0) : -ENOENT;
}

int kernel_map_batch(struct unit_map *m, enum skep_map_batch_op op, struct skep_map_batch *b)
{
	static const enum sys_command commands[] = {
		[SKEP_BATCH_READ] = CMD_MAP_LOOKUP_BATCH,
		[SKEP_BATCH_TAKE] = CMD_MAP_LOOKUP_DELETE_BATCH,
		[SKEP_BATCH_WRITE] = CMD_MAP_UPDATE_BATCH,
		[SKEP_BATCH_REMOVE] = CMD_MAP_DELETE_BATCH,
	};
	struct sys_map_batch a = {
		.from = sys_ptr(b->from),
		.to = sys_ptr(b->to),
		.keys = sys_ptr(b->keys),
		.values = sys_ptr(b->values),
		.count = b->count,
		.elem_flags = b->elem_flags,
		.flags = b->flags,
	};
	int err;

	if (!live(m))
		return -ENOENT;
	if ((size_t)op >= ARRAY_SIZE(commands))
		return -EINVAL;
	a.map_fd = (u32)live(m)->fd;
	err = SYS_BPF(commands[op], &a);
	b->count = a.count;
	return err;
}

int kernel_map_pin(struct unit_map *m, const char *path, struct diag *d)
{
	int err = live(m) ? sys_pin(live(m)->fd, path) : -ENOENT;

	if (!err)
		return 0;
	diag_error(d, err, NOWHERE, "map '%s' cannot be pinned to '%s': %s", m->src->name, path,
		   sys_error(-err));
	if (err == -EINVAL || err == -EPERM)
		diag_hint(d, "pins live in a BPF file system: mount -t bpf bpf /sys/fs/bpf");
	return err;
}
