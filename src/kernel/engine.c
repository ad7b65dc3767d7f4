// SPDX-License-Identifier: BSD-2-Clause
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/vec.h"
#include "kernel/attach.h"
#include "kernel/kernel.h"
#include "spec/features.h"

#define TYPES_FOLDER "/sys/kernel/btf"

static int kernel_open(struct engine **out, struct diag *d)
{
	struct kernel_engine *e = calloc(1, sizeof(*e));

	if (!e)
		return diag_nomem(d);
	e->base.ops = &engine_kernel;
	e->release = sys_release(NULL);
	*out = &e->base;
	return 0;
}

static void kernel_close(struct engine *base)
{
	struct kernel_engine *e = (struct kernel_engine *)base;
	struct kernel_module *m;

	vec_for (m, &e->modules) {
		types_free(m->types);
		sys_close(&m->fd);
		free(m->name);
	}
	vec_fini(&e->modules);
	types_free(e->types);
	free(e->symbols);
	free(e);
}

const struct types *kernel_types(struct kernel_engine *e)
{
	if (!e->tried_types)
		types_open_file(&e->types, TYPES_FOLDER "/vmlinux", NULL, NULL);
	e->tried_types = true;
	return e->types;
}

static void module_open(struct kernel_engine *e, const char *name)
{
	struct kernel_module m = { .fd = -1 }, *slot;
	char path[512];

	snprintf(path, sizeof(path), TYPES_FOLDER "/%s", name);
	if (types_open_file(&m.types, path, e->types, NULL))
		return;
	m.name = strdup(name);
	slot = m.name ? vec_push(&e->modules) : NULL;
	if (slot) {
		*slot = m;
		return;
	}
	types_free(m.types);
	free(m.name);
}

void kernel_modules(struct kernel_engine *e)
{
	DIR *dir = e->tried_modules ? NULL : opendir(TYPES_FOLDER);
	struct dirent *entry;

	e->tried_modules = true;
	while (dir && (entry = readdir(dir))) {
		if (entry->d_name[0] != '.' && strcmp(entry->d_name, "vmlinux"))
			module_open(e, entry->d_name);
	}
	if (dir)
		closedir(dir);
}

static void read_symbols(struct kernel_engine *e)
{
	size_t cap = 0;
	ssize_t n = 0;
	int fd = open("/proc/kallsyms", O_RDONLY | O_CLOEXEC);

	while (fd >= 0) {
		char *more = cap - e->symbols_len > 65536 ? e->symbols
							  : realloc(e->symbols, cap += 4 << 20);

		if (!more)
			break;
		e->symbols = more;
		n = read(fd, e->symbols + e->symbols_len, cap - e->symbols_len - 1);
		if (n <= 0)
			break;
		e->symbols_len += (size_t)n;
	}
	if (e->symbols)
		e->symbols[e->symbols_len] = 0;
	if (fd >= 0)
		close(fd);
}

/* Lines are "ffffffff81000000 T name" and, of modules, "\t[module]" after it. */
u64 kernel_symbol(struct kernel_engine *e, const char *name)
{
	size_t len = strlen(name);

	if (!e->symbols)
		read_symbols(e);
	for (const char *at = e->symbols; at && (at = strstr(at, name)); at += len) {
		const char *line = at;

		if (at - e->symbols < 3 || at[-1] != ' ' ||
		    (at[len] != '\n' && at[len] != '\t' && at[len]))
			continue;
		while (line > e->symbols && line[-1] != '\n')
			line--;
		return strtoull(line, NULL, 16);
	}
	return 0;
}

static int kernel_helper(struct engine *e, u32 id, skep_helper_fn fn, void *arg)
{
	return -EOPNOTSUPP; /* programs in the kernel cannot call functions of this process */
}

/* ---- units ---- */

static int kernel_load(struct unit *unit, struct diag *d)
{
	const struct object *obj = unit->obj;
	struct kernel_engine *e = (struct kernel_engine *)unit->engine;
	struct kernel_unit *u;
	int err;

	if (unit->opts.exec != SKEP_EXEC_AUTO)
		return diag_error(
			d, -EINVAL, NOWHERE,
			"the kernel engine has no modes of execution: the kernel decides");
	if (!e->tried_types && obj->kernel_types) {
		e->types = types_share(obj->kernel_types);
		e->tried_types = true;
	}
	u = calloc(1, sizeof(*u));
	if (!u)
		return diag_nomem(d);
	unit->impl = u;
	*u = (struct kernel_unit){ .unit = unit, .btf = -1, .epoll = -1, .trace = -1 };
	u->maps = calloc(MAX(obj->map_count, 1u), sizeof(*u->maps));
	u->progs = calloc(MAX(obj->prog_count, 1u), sizeof(*u->progs));
	if (!u->maps || !u->progs)
		return diag_nomem(d);
	for (u32 i = 0; i < obj->map_count; i++)
		u->maps[i].fd = -1;
	for (u32 i = 0; i < obj->prog_count; i++)
		u->progs[i] = (struct kernel_prog){ .fd = -1, .src = &obj->progs[i] };
	if (unit->opts.offload) {
		int device = find_interface(unit->opts.offload, d);

		if (device < 0)
			return device;
		u->device = (u32)device;
	}
	if (e->release < ERA(5, 11) && !e->memlock_lifted)
		e->memlock_lifted = !sys_memlock_lift();
	u->btf = kernel_btf_load(u);
	err = kernel_maps_load(u, d);
	if (!err)
		err = kernel_progs_load(u, d);
	if (!err)
		err = kernel_perf_open(u, d);
	if (!err)
		kernel_printk_open(u);
	u->loaded = !err;
	return err;
}

static void map_close(struct kernel_unit *u, u32 i)
{
	struct kernel_map *m = &u->maps[i];

	if (m->pinned && !u->loaded)
		unlink(m->pinned);
	free(m->pinned);
	if (m->mem)
		munmap(m->mem, m->mem_len);
	sys_close(&m->fd);
}

static void kernel_unload(struct unit *unit)
{
	struct kernel_unit *u = unit->impl;

	if (!u)
		return;
	kernel_poll_fini(u);
	sys_close(&u->trace);
	for (u32 i = 0; u->progs && i < unit->obj->prog_count; i++)
		sys_close(&u->progs[i].fd);
	for (u32 i = 0; u->maps && i < unit->obj->map_count; i++)
		map_close(u, i);
	sys_close(&u->btf);
	if (u->pin_folder && !u->loaded)
		rmdir(u->pin_folder);
	free(u->pin_folder);
	free(u->progs);
	free(u->maps);
	free(u);
	unit->impl = NULL;
}

static int kernel_prog_pin(struct unit_prog *p, const char *path, struct diag *d)
{
	const struct kernel_prog *k = p->impl;
	int err = k ? sys_pin(k->fd, path) : -ENOENT;

	if (!err)
		return 0;
	diag_error(d, err, NOWHERE, "program '%s' cannot be pinned to '%s': %s", p->src->name, path,
		   sys_error(-err));
	if (err == -EINVAL || err == -EPERM || err == -ENOENT)
		diag_hint(d, "pins live in a BPF file system: mount -t bpf bpf /sys/fs/bpf");
	return err;
}

static int kernel_prog_fd(const struct unit_prog *p)
{
	const struct kernel_prog *k = p->impl;

	return k ? k->fd : -1;
}

const struct engine_ops engine_kernel = {
	.kind = "kernel",
	.open = kernel_open,
	.close = kernel_close,
	.helper = kernel_helper,
	.load = kernel_load,
	.unload = kernel_unload,
	.prog_run = kernel_prog_run,
	.prog_batch = kernel_prog_batch,
	.prog_fd = kernel_prog_fd,
	.prog_pin = kernel_prog_pin,
	.map_get = kernel_map_get,
	.map_set = kernel_map_set,
	.map_del = kernel_map_del,
	.map_next = kernel_map_next,
	.map_take = kernel_map_take,
	.map_freeze = kernel_map_freeze,
	.map_batch = kernel_map_batch,
	.map_pin = kernel_map_pin,
	.map_value_len = kernel_map_value_len,
	.map_memory = kernel_map_memory,
	.poll = kernel_poll,
	.poll_fd = kernel_poll_fd,
	.attach = kernel_attach,
	.attach_map = kernel_attach_map,
	.link_info = kernel_link_info,
	.link_update = kernel_link_update,
	.link_pin = kernel_link_pin,
	.link_detach = kernel_link_detach,
	.link_read = kernel_link_read,
	.link_free = kernel_link_free,
	.knows_target = kernel_knows_target,
};
