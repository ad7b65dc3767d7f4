// SPDX-License-Identifier: BSD-2-Clause
/* Types that the kernel holds, as text: of BTF objects, programs, maps. */
#include <errno.h>

#include "btf/dump.h"
#include "kernel/look.h"
#include "kernel/look_btf.h"

#define KERNEL_TYPES "/sys/kernel/btf/vmlinux"

/* What is to be dumped: BTF object `id`, all of it or the roots. */
struct wanted {
	u32 id, roots[2], count;
	bool all;
};

static int nothing(struct look *l, const char *what, const char *name)
{
	return diag_error(l->d, -ENOENT, NOWHERE, "%s '%s' has no BTF", what, name);
}

static int of_prog(struct look *l, struct wanted *w)
{
	struct info_prog info;
	int fd = look_one(l, SYS_PROG), err;

	if (fd < 0)
		return fd;
	err = look_prog_info(fd, &info);
	sys_close(&fd);
	if (err)
		return diag_error(l->d, err, NOWHERE, "the program cannot be asked: %s",
				  sys_error(-err));
	if (!info.btf_id)
		return nothing(l, "program", info.name);
	*w = (struct wanted){ .id = info.btf_id, .all = true };
	return 0;
}

static int of_map(struct look *l, const char *part, struct wanted *w)
{
	bool both = !part || !strcmp(part, "kv"), all = part && !strcmp(part, "all");
	bool key = part && !strcmp(part, "key"), value = part && !strcmp(part, "value");
	struct info_map info = { 0 };
	int fd, err;

	if (!both && !all && !key && !value)
		return diag_error(l->d, -EINVAL, NOWHERE,
				  "of a map: key, value, kv or all, not '%s'", part);
	fd = look_one(l, SYS_MAP);
	if (fd < 0)
		return fd;
	err = sys_info(fd, &info, sizeof(info));
	sys_close(&fd);
	if (err < 0)
		return diag_error(l->d, err, NOWHERE, "the map cannot be asked: %s",
				  sys_error(-err));
	if (!info.btf_id && !info.btf_vmlinux_value)
		return nothing(l, "map", info.name);
	*w = (struct wanted){ .id = info.btf_id, .all = all };
	if (info.btf_vmlinux_value) { /* a structure of the kernel: struct_ops */
		w->id = info.btf_vmlinux_id;
		info.btf_key = 0;
		info.btf_value = info.btf_vmlinux_value;
	}
	if ((both || key) && info.btf_key)
		w->roots[w->count++] = info.btf_key;
	if ((both || value) && info.btf_value)
		w->roots[w->count++] = info.btf_value;
	return 0;
}

static int of_btf(struct look *l, struct wanted *w)
{
	struct info_btf info = { 0 };
	int fd = look_one(l, SYS_BTF), err;

	if (fd < 0)
		return fd;
	err = sys_info(fd, &info, sizeof(info));
	sys_close(&fd);
	*w = (struct wanted){ .id = info.id, .all = true };
	return err < 0 ? diag_error(l->d, err, NOWHERE, "the types cannot be asked: %s",
				    sys_error(-err))
		       : 0;
}

/* A module's types go on where the kernel's end. */
static bool is_split(u32 id)
{
	char name[128] = "";
	struct info_btf info = { .name = sys_ptr(name), .name_len = sizeof(name) };
	int fd = sys_by_id(SYS_BTF, id), err = fd < 0 ? fd : sys_info(fd, &info, sizeof(info));

	sys_close(&fd);
	return err >= 0 && info.kernel && strcmp(name, "vmlinux");
}

static int dump(struct look *l, const struct wanted *w, const char *base_path, const char *format)
{
	struct types_roots roots = { w->roots, w->count };
	struct look_types t = { 0 };
	struct types *base = NULL;
	int err = 0;

	if (base_path || is_split(w->id))
		err = types_open_file(&base, base_path ? base_path : KERNEL_TYPES, NULL, l->d);
	if (!err)
		err = look_types_open(&t, w->id, base, l->d);
	if (err)
		goto out;
	if (!w->all)
		err = types_dump_roots(t.types, roots, format, l->out, l->d);
	else if (*format == 'c')
		err = types_dump_c(t.types, l->out, l->d);
	else
		err = *format == 'r' ? types_dump_raw(t.types, l->out)
				     : types_dump_json(t.types, l->out);
out:
	look_types_close(&t);
	types_free(base);
	return err;
}

int look_btf_dump(struct look *l, enum skep_look what, const char *part, const char *base_path,
		  const char *format)
{
	struct wanted w;
	int err;

	switch (what) {
	case SKEP_LOOK_BTF:
		err = of_btf(l, &w);
		break;
	case SKEP_LOOK_PROGS:
		err = of_prog(l, &w);
		break;
	case SKEP_LOOK_MAPS:
		err = of_map(l, part, &w);
		break;
	default:
		return diag_error(l->d, -EINVAL, NOWHERE,
				  "types are of BTF objects, programs and maps");
	}
	return err ? err : dump(l, &w, base_path, format);
}
