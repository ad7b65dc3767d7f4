// SPDX-License-Identifier: BSD-2-Clause
#include "kernel/prog_open.h"

#include <errno.h>
#include <stdlib.h>

#include "kernel/kernel.h"

/* All that there is of one, freed in one piece. */
struct opened {
	struct unit unit;
	struct kernel_unit kernel;
	struct unit_prog prog;
	struct kernel_prog impl;
};

static struct object *describe(const struct info_prog *info)
{
	struct object *obj = object_new("kernel");
	struct obj_prog *p = obj ? arena_alloc(&obj->arena, sizeof(*p)) : NULL;
	char name[128];

	if (!p) {
		object_free(obj);
		return NULL;
	}
	look_prog_name(info, name, sizeof(name));
	p->name = arena_strdup(&obj->arena, name);
	p->type = info->type;
	obj->progs = p;
	obj->prog_count = 1;
	return obj;
}

int kernel_prog_open(struct unit_prog **out, struct look *l)
{
	struct opened *o = calloc(1, sizeof(*o));
	int fd = o ? look_one(l, SYS_PROG) : diag_nomem(l->d), err;
	struct info_prog info;
	struct object *obj;

	if (fd < 0) {
		free(o);
		return fd;
	}
	err = look_prog_info(fd, &info);
	obj = err ? NULL : describe(&info);
	if (!obj || engine_kernel.open(&o->unit.engine, l->d)) {
		object_free(obj);
		sys_close(&fd);
		free(o);
		return err ? diag_error(l->d, err, NOWHERE,
					"the kernel does not describe the program: %s",
					sys_error(-err))
			   : diag_nomem(l->d);
	}
	o->impl = (struct kernel_prog){ .fd = fd, .src = obj->progs };
	o->prog = (struct unit_prog){
		.unit = &o->unit, .src = obj->progs, .impl = &o->impl, .exec = "kernel"
	};
	o->kernel = (struct kernel_unit){ .unit = &o->unit, .btf = -1, .epoll = -1, .trace = -1 };
	o->unit.obj = o->unit.own = obj;
	o->unit.impl = &o->kernel;
	o->unit.progs = &o->prog;
	*out = &o->prog;
	return 0;
}

void kernel_prog_close(struct unit_prog *p)
{
	struct opened *o = (struct opened *)p->unit;

	sys_close(&o->impl.fd);
	object_free(o->unit.own);
	o->unit.engine->ops->close(o->unit.engine);
	free(o);
}
