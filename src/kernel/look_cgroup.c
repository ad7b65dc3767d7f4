// SPDX-License-Identifier: BSD-2-Clause
/* What is attached to control groups. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <mntent.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "kernel/look.h"
#include "kernel/look_btf.h"
#include "spec/prog.h"

enum { MOST = 64 };

struct cgroup_look {
	struct look *l;
	bool effective, tree;
	u32 shown; /* programs of the group at hand */
	const char *path;
};

/* Source: linux/bpf.h, BPF_F_ALLOW_OVERRIDE and BPF_F_ALLOW_MULTI. */
static const char *flags_text(u32 flags)
{
	return flags == 2 ? "multi" : flags == 1 ? "override" : flags ? "unknown" : "";
}

/* In the tree a group is named once, before its first program. */
static void head(struct cgroup_look *c)
{
	if (c->shown++ || !c->tree)
		return;
	if (c->l->json) {
		js_open(c->l->json, NULL, '{');
		js_str(c->l->json, "cgroup", c->path);
		js_open(c->l->json, "programs", '[');
	} else {
		fprintf(c->l->out, "%s\n", c->path);
	}
}

/* The kernel's function that an LSM program hangs on; "" for the others. */
static void btf_name(char *name, size_t size, const struct info_prog *p)
{
	struct look_types t = { 0 };

	*name = 0;
	if (!p->attach_btf_id || look_types_open(&t, p->attach_btf_obj_id, NULL, NULL))
		return;
	snprintf(name, size, "%s", types_name(t.types, p->attach_btf_id));
	look_types_close(&t);
}

static void show_prog(struct cgroup_look *c, u32 id, u32 type, u32 flags)
{
	const struct attach_info *a = attach_info(type);
	struct json *j = c->l->json;
	char name[128] = "", number[24], target[128];
	struct info_prog p = { 0 };
	int fd = sys_by_id(SYS_PROG, id);

	if (fd < 0)
		return; /* it went away */
	if (!look_prog_info(fd, &p))
		look_prog_name(&p, name, sizeof(name));
	sys_close(&fd);
	snprintf(number, sizeof(number), "type %u", type);
	head(c);
	if (!j) {
		fprintf(c->l->out, "%s%-8u %-15s", c->tree ? "    " : "", id, a ? a->name : number);
		if (!c->effective)
			fprintf(c->l->out, " %-15s", flags_text(flags));
		fprintf(c->l->out, " %-15s\n", name);
		return;
	}
	js_open(j, NULL, '{');
	js_u64(j, "id", id);
	js_str(j, "attach_type", a ? a->name : number);
	if (!c->effective)
		js_str(j, "attach_flags", flags_text(flags));
	js_str(j, "name", name);
	btf_name(target, sizeof(target), &p);
	js_str(j, "attach_btf_name", target);
	js_u64(j, "attach_btf_obj_id", p.attach_btf_obj_id);
	js_u64(j, "attach_btf_id", p.attach_btf_id);
	js_close(j, '}');
}

static int show_type(struct cgroup_look *c, int fd, u32 type)
{
	u32 ids[MOST] = { 0 };
	struct sys_query q = {
		.target = (u32)fd,
		.type = type,
		.flags = c->effective ? QUERY_EFFECTIVE : 0,
		.ids = sys_ptr(ids),
		.count = MOST,
	};
	int err = SYS_BPF(CMD_PROG_QUERY, &q);

	for (u32 i = 0; !err && i < MIN(q.count, (u32)MOST); i++)
		show_prog(c, ids[i], type, q.attach_flags);
	return err;
}

/* Every attach type is asked: the kernel knows best which of them are a cgroup's. */
static int show_group(struct cgroup_look *c, const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), err = 0;
	u32 answered = 0;

	if (fd < 0)
		return diag_error(c->l->d, -errno, NOWHERE, "cgroup '%s': %s", path,
				  sys_error(errno));
	c->shown = 0;
	c->path = path;
	for (u32 type = 0; attach_info(type); type++) {
		if (strncmp(attach_info(type)->name, "cgroup", 6) && type != ATTACH_LSM_CGROUP)
			continue;
		err = show_type(c, fd, type);
		answered += !err;
		if (err == -EPERM || err == -EBADF)
			break;
	}
	sys_close(&fd);
	if (answered)
		return 0;
	diag_error(c->l->d, err ? err : -EINVAL, NOWHERE, "programs of '%s' cannot be listed: %s",
		   path, sys_error(-err));
	if (err == -EPERM)
		diag_hint(c->l->d, "it takes CAP_NET_ADMIN");
	if (err == -EBADF)
		diag_hint(c->l->d, "it is no directory of a cgroup v2 file system");
	return err ? err : -EINVAL;
}

static int walk(struct cgroup_look *c, const char *path)
{
	struct dirent *e;
	int err = show_group(c, path);
	DIR *d;

	if (err)
		return err;
	if (c->shown && c->l->json) {
		js_close(c->l->json, ']');
		js_close(c->l->json, '}');
	}
	d = opendir(path);
	while (d && !err && (e = readdir(d))) {
		struct stat st;
		char *below;

		if (e->d_name[0] == '.')
			continue;
		if (asprintf(&below, "%s/%s", path, e->d_name) < 0)
			return -ENOMEM;
		if (!lstat(below, &st) && S_ISDIR(st.st_mode))
			err = walk(c, below);
		free(below);
	}
	if (d)
		closedir(d);
	return err;
}

/* Where the cgroup v2 file system is mounted; owned by the caller, NULL: nowhere. */
static char *mount_point(void)
{
	FILE *f = setmntent("/proc/mounts", "re");
	struct mntent *m;
	char *found = NULL;

	while (f && !found && (m = getmntent(f))) {
		if (!strcmp(m->mnt_type, "cgroup2"))
			found = strdup(m->mnt_dir);
	}
	if (f)
		endmntent(f);
	return found;
}

int look_cgroups(struct look *l, const char *path, bool tree, bool effective)
{
	struct cgroup_look c = { .l = l, .tree = tree, .effective = effective };
	char *root = path ? strdup(path) : mount_point();
	int err;

	if (!root)
		return diag_error(l->d, -ENOENT, NOWHERE, "no cgroup v2 file system is mounted");
	if (l->json)
		js_open(l->json, NULL, '[');
	else if (tree)
		fprintf(l->out, "CgroupPath\n%-8s %-15s%s %-15s\n", "ID", "AttachType",
			effective ? "" : " AttachFlags    ", "Name");
	else
		fprintf(l->out, "%-8s %-15s%s %-15s\n", "ID", "AttachType",
			effective ? "" : " AttachFlags    ", "Name");
	err = tree ? walk(&c, root) : show_group(&c, root);
	if (l->json)
		js_close(l->json, ']');
	free(root);
	return err;
}
