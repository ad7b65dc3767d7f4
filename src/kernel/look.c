// SPDX-License-Identifier: BSD-2-Clause
/* Selection of kernel objects, and where they are pinned and who holds them. */
#include "kernel/look.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <mntent.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/str.h"

const char *look_word(enum sys_object kind)
{
	static const char *const words[] = { "program", "map", "BTF", "link" };

	return words[kind];
}

/* ---- what a descriptor is ---- */

/* A line "name:\tvalue" of a descriptor's fdinfo. */
static bool fdinfo_line(const char *path, const char *name, char *value, size_t size)
{
	char line[256];
	size_t len = strlen(name);
	FILE *f = fopen(path, "re");
	bool found = false;

	while (f && !found && fgets(line, sizeof(line), f)) {
		if (strncmp(line, name, len) || line[len] != ':')
			continue;
		line[strcspn(line, "\n")] = 0;
		snprintf(value, size, "%s", line + len + 1 + strspn(line + len + 1, " \t"));
		found = true;
	}
	if (f)
		fclose(f);
	return found;
}

bool look_fdinfo(int fd, const char *name, u64 *value)
{
	char path[64], text[64];

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	if (!fdinfo_line(path, name, text, sizeof(text)))
		return false;
	*value = strtoull(text, NULL, 0);
	return true;
}

/* Every kind's info starts so that `id` can be read; BTF and links differ. */
static u32 object_id(enum sys_object kind, int fd)
{
	union {
		struct info_prog prog;
		struct info_map map;
		struct info_btf btf;
		struct info_link link;
	} info = { 0 };

	if (sys_info(fd, &info,
		     kind == SYS_PROG  ? sizeof(info.prog)
		     : kind == SYS_MAP ? sizeof(info.map)
		     : kind == SYS_BTF ? sizeof(info.btf)
				       : sizeof(info.link)) < 0)
		return 0;
	return kind == SYS_BTF ? info.btf.id : info.prog.id; /* the second word in the others */
}

/* The kind of BPF object behind a descriptor of a process, from its link in /proc. */
static bool kind_of_link(const char *text, enum sys_object *kind)
{
	static const struct {
		const char *text;
		enum sys_object kind;
	} kinds[] = {
		{ "anon_inode:bpf-prog", SYS_PROG }, { "anon_inode:bpf-map", SYS_MAP },
		{ "anon_inode:btf", SYS_BTF },	     { "anon_inode:bpf_link", SYS_LINK },
		{ "anon_inode:bpf-link", SYS_LINK },
	};

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		if (!strcmp(text, kinds[i].text)) {
			*kind = kinds[i].kind;
			return true;
		}
	}
	return false;
}

static bool kind_of_fd(int fd, enum sys_object *kind)
{
	char path[64], text[64];
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	n = readlink(path, text, sizeof(text) - 1);
	if (n < 0)
		return false;
	text[n] = 0;
	return kind_of_link(text, kind);
}

/* ---- pinned objects ---- */

static void gather_paths(struct look *l, const char *dir, int depth)
{
	enum { DEEPEST = 16 };
	struct dirent *e;
	DIR *d = depth < DEEPEST ? opendir(dir) : NULL;

	while (d && (e = readdir(d))) {
		struct look_path found = { 0 }, *p;
		char *path = NULL;
		struct stat st;
		int fd;

		if (e->d_name[0] == '.' || asprintf(&path, "%s/%s", dir, e->d_name) < 0)
			continue;
		if (!lstat(path, &st) && S_ISDIR(st.st_mode)) {
			gather_paths(l, path, depth + 1);
		} else {
			fd = sys_pin_get(path);
			if (fd >= 0 && kind_of_fd(fd, &found.kind)) {
				found.id = object_id(found.kind, fd);
				found.path = path;
				p = vec_push(&l->paths);
				if (p) {
					*p = found;
					path = NULL;
				}
			}
			sys_close(&fd);
		}
		free(path);
	}
	if (d)
		closedir(d);
}

static void gather_pinned(struct look *l)
{
	struct mntent *m;
	FILE *f = setmntent("/proc/mounts", "re");

	while (f && (m = getmntent(f))) {
		if (!strcmp(m->mnt_type, "bpf"))
			gather_paths(l, m->mnt_dir, 0);
	}
	if (f)
		endmntent(f);
}

/* ---- processes ---- */

static void gather_fd(struct look *l, u32 pid, const char *fd)
{
	static const char *const names[] = { "prog_id", "map_id", "btf_id", "link_id" };
	struct look_holder found = { .pid = pid }, *h;
	char path[320], text[64];
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/%u/fd/%s", pid, fd);
	n = readlink(path, text, sizeof(text) - 1);
	if (n < 0)
		return;
	text[n] = 0;
	if (!kind_of_link(text, &found.kind))
		return;
	snprintf(path, sizeof(path), "/proc/%u/fdinfo/%s", pid, fd);
	if (!fdinfo_line(path, names[found.kind], text, sizeof(text)))
		return;
	found.id = (u32)strtoul(text, NULL, 10);
	snprintf(path, sizeof(path), "/proc/%u/comm", pid);
	sys_read_text(path, found.comm, sizeof(found.comm));
	vec_for (h, &l->held) {
		if (h->kind == found.kind && h->id == found.id && h->pid == pid)
			return;
	}
	h = vec_push(&l->held);
	if (h)
		*h = found;
}

static void gather_holders(struct look *l)
{
	struct dirent *e, *f;
	DIR *proc = opendir("/proc"), *fds;
	char path[64];

	while (proc && (e = readdir(proc))) {
		u32 pid = (u32)strtoul(e->d_name, NULL, 10);

		if (!pid || pid == (u32)getpid())
			continue;
		snprintf(path, sizeof(path), "/proc/%u/fd", pid);
		fds = opendir(path);
		while (fds && (f = readdir(fds))) {
			if (isdigit((unsigned char)f->d_name[0]))
				gather_fd(l, pid, f->d_name);
		}
		if (fds)
			closedir(fds);
	}
	if (proc)
		closedir(proc);
}

void look_gather(struct look *l)
{
	if (l->pinned)
		gather_pinned(l);
	if (l->holders)
		gather_holders(l);
}

void look_fini(struct look *l)
{
	for (size_t i = 0; i < l->paths.len; i++)
		free(l->paths.data[i].path);
	vec_fini(&l->paths);
	vec_fini(&l->held);
}

static void paths_json(struct look *l, enum sys_object kind, u32 id)
{
	js_open(l->json, "pinned", '[');
	for (size_t i = 0; i < l->paths.len; i++) {
		if (l->paths.data[i].kind == kind && l->paths.data[i].id == id)
			js_str(l->json, NULL, l->paths.data[i].path);
	}
	js_close(l->json, ']');
}

void look_places(struct look *l, enum sys_object kind, u32 id)
{
	bool any = false;

	if (l->json && l->pinned)
		paths_json(l, kind, id);
	for (size_t i = 0; i < l->paths.len && !l->json; i++) {
		if (l->paths.data[i].kind == kind && l->paths.data[i].id == id)
			fprintf(l->out, "\n\tpinned %s", l->paths.data[i].path);
	}
	for (size_t i = 0; i < l->held.len; i++) {
		const struct look_holder *h = &l->held.data[i];

		if (h->kind != kind || h->id != id)
			continue;
		if (!l->json) {
			fprintf(l->out, "%s%s(%u)", any ? ", " : "\n\tpids ", h->comm, h->pid);
		} else {
			if (!any)
				js_open(l->json, "pids", '[');
			js_open(l->json, NULL, '{');
			js_u64(l->json, "pid", h->pid);
			js_str(l->json, "comm", h->comm);
			js_close(l->json, '}');
		}
		any = true;
	}
	if (any && l->json)
		js_close(l->json, ']');
}

/* ---- selection ---- */

static bool matches(struct look *l, enum sys_object kind, int fd)
{
	struct info_prog prog = { 0 };
	struct info_map map = { 0 };
	char text[128];

	if (!l->by)
		return true;
	if (kind == SYS_MAP) {
		sys_info(fd, &map, sizeof(map));
		return !strcmp(l->by, "name") && !strcmp(l->value, map.name);
	}
	if (kind != SYS_PROG || look_prog_info(fd, &prog))
		return false;
	if (!strcmp(l->by, "tag")) {
		for (size_t i = 0; i < sizeof(prog.tag); i++)
			snprintf(text + 2 * i, 3, "%02x", prog.tag[i]);
		return !strcmp(text, l->value);
	}
	look_prog_name(&prog, text, sizeof(text));
	return !strcmp(l->value, text) || !strcmp(l->value, prog.name);
}

static int refused(struct look *l, enum sys_object kind, int err)
{
	diag_error(l->d, err, NOWHERE, "the kernel does not show its %ss: %s",
		   kind == SYS_BTF ? "BTF object" : look_word(kind), sys_error(-err));
	if (err == -EPERM)
		diag_hint(l->d, "CAP_SYS_ADMIN is needed to walk over what others loaded");
	return err;
}

static int each_selected(struct look *l, enum sys_object kind, look_fn fn, u32 *found)
{
	u32 id = 0;
	int err, fd;

	while (!(err = sys_next(kind, id, &id))) {
		fd = sys_by_id(kind, id);
		if (fd == -ENOENT)
			continue; /* it went away */
		if (fd < 0)
			return refused(l, kind, fd);
		if (matches(l, kind, fd)) {
			++*found;
			err = fn(l, fd);
		}
		sys_close(&fd);
		if (err)
			return err;
	}
	return err == -ENOENT ? 0 : refused(l, kind, err);
}

/* By number or by path: at most one. */
static int direct(struct look *l, enum sys_object kind)
{
	enum sys_object is;
	char *end;
	u64 id;
	int fd;

	if (!strcmp(l->by, "pinned")) {
		fd = sys_pin_get(l->value);
		if (fd < 0)
			return diag_error(l->d, fd, NOWHERE, "'%s' is no pinned object: %s",
					  l->value, sys_error(-fd));
		if (kind_of_fd(fd, &is) && is != kind) {
			sys_close(&fd);
			return diag_error(l->d, -EINVAL, NOWHERE, "'%s' is a pinned %s, not a %s",
					  l->value, look_word(is), look_word(kind));
		}
		return fd;
	}
	id = strtoull(l->value, &end, 0);
	if (*end || end == l->value || id > UINT32_MAX)
		return diag_error(l->d, -EINVAL, NOWHERE, "'%s' is no number of a %s", l->value,
				  look_word(kind));
	fd = sys_by_id(kind, (u32)id);
	if (fd == -ENOENT)
		return diag_error(l->d, fd, NOWHERE, "there is no %s with id %s", look_word(kind),
				  l->value);
	return fd < 0 ? refused(l, kind, fd) : fd;
}

int look_each(struct look *l, enum sys_object kind, look_fn fn)
{
	u32 found = 0;
	int fd, err;

	if (l->by && (!strcmp(l->by, "id") || !strcmp(l->by, "pinned"))) {
		fd = direct(l, kind);
		if (fd < 0)
			return fd;
		err = fn(l, fd);
		sys_close(&fd);
		return err;
	}
	if (l->by && strcmp(l->by, "name") && (strcmp(l->by, "tag") || kind != SYS_PROG))
		return diag_error(l->d, -EINVAL, NOWHERE, "a %s is chosen by id, %sname or pinned",
				  look_word(kind), kind == SYS_PROG ? "tag, " : "");
	err = each_selected(l, kind, fn, &found);
	if (!err && l->by && !found)
		err = diag_error(l->d, -ENOENT, NOWHERE, "there is no %s with %s '%s'",
				 look_word(kind), l->by, l->value);
	return err;
}

static int count_one(struct look *l, int fd)
{
	vec_push(&l->held);
	return 0;
}

u32 look_count(const struct look *l, enum sys_object kind)
{
	struct look counting = { .by = l->by, .value = l->value };
	int err = look_each(&counting, kind, count_one);
	u32 count = err ? 0 : counting.held.len;

	vec_fini(&counting.held);
	return count;
}

/* Keeps the first in `paths`'s place: a look for one object has no other use for it. */
static int keep(struct look *l, int fd)
{
	struct look_path *p = vec_push(&l->paths);

	if (!p)
		return -ENOMEM;
	p->id = (u32)fcntl(fd, F_DUPFD_CLOEXEC, 0);
	return 0;
}

int look_one(struct look *l, enum sys_object kind)
{
	struct look one = { .d = l->d, .by = l->by, .value = l->value };
	int err = look_each(&one, kind, keep), fd;

	for (size_t i = 1; i < one.paths.len; i++) {
		fd = (int)one.paths.data[i].id;
		sys_close(&fd);
	}
	fd = one.paths.len ? (int)one.paths.data[0].id : err;
	if (!err && one.paths.len > 1) {
		sys_close(&fd);
		fd = diag_error(l->d, -EEXIST, NOWHERE, "%u %ss have the %s '%s'", one.paths.len,
				look_word(kind), l->by, l->value);
		diag_hint(l->d, "choose one by its id");
	} else if (err && one.paths.len) {
		sys_close(&fd);
		fd = err;
	}
	vec_fini(&one.paths);
	return fd;
}

/* ---- changes ---- */

int look_pin(struct look *l, enum sys_object kind, const char *path)
{
	int fd = look_one(l, kind), err;

	if (fd < 0)
		return fd;
	err = sys_pin(fd, path);
	sys_close(&fd);
	if (!err)
		return 0;
	diag_error(l->d, err, NOWHERE, "the %s cannot be pinned to '%s': %s", look_word(kind), path,
		   sys_error(-err));
	if (err == -EINVAL || err == -EPERM || err == -ENOENT)
		diag_hint(l->d, "pins live in a BPF file system: mount -t bpf bpf /sys/fs/bpf");
	return err;
}

int look_detach(struct look *l)
{
	struct {
		u32 fd;
	} a;
	int fd = look_one(l, SYS_LINK), err;

	if (fd < 0)
		return fd;
	a.fd = (u32)fd;
	err = SYS_BPF(CMD_LINK_DETACH, &a);
	sys_close(&fd);
	if (!err)
		return 0;
	diag_error(l->d, err, NOWHERE, "the link cannot be detached: %s", sys_error(-err));
	if (err == -EOPNOTSUPP)
		diag_hint(l->d, "links of its kind go when nobody holds them and no pin is left");
	return err;
}
