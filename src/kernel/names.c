// SPDX-License-Identifier: BSD-2-Clause
/* Names of the system: interfaces, cgroups, tracepoints. What is not there gets its nearest. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/str.h"
#include "kernel/attach.h"

/* ---- interfaces ---- */

int find_interface(const char *name, struct diag *d)
{
	u32 index = if_nametoindex(name);
	struct near near = near_start(name, strlen(name));
	struct if_nameindex *all;
	char *end, text[IF_NAMESIZE];
	unsigned long number;

	if (index)
		return (int)index;
	number = strtoul(name, &end, 10);
	if (end != name && !*end && number <= INT32_MAX && if_indextoname((u32)number, text))
		return (int)number;
	diag_error(d, -ENODEV, NOWHERE, "there is no interface '%s'", name);
	all = if_nameindex();
	for (struct if_nameindex *i = all; i && i->if_index; i++)
		near_try(&near, i->if_name);
	if (near.best)
		diag_hint(d, "did you mean '%s'?", near.best);
	if (all)
		if_freenameindex(all);
	return -ENODEV;
}

/* ---- folders: entries near to one that is missing ---- */

static void near_entries(int dir, const char *name, struct diag *d)
{
	struct near near = near_start(name, strlen(name));
	DIR *list = fdopendir(dup(dir));
	struct dirent *e;
	char best[NAME_MAX + 1] = "";

	while (list && (e = readdir(list))) {
		if (e->d_name[0] == '.')
			continue;
		near_try(&near, e->d_name);
		if (near.best == e->d_name) { /* the entry's memory is used again */
			snprintf(best, sizeof(best), "%s", e->d_name);
			near.best = best;
		}
	}
	if (list)
		closedir(list);
	if (near.best)
		diag_hint(d, "did you mean '%s'?", near.best);
}

/* ---- cgroups ---- */

/* Where the second hierarchy is mounted: the line of type cgroup2. */
static bool cgroup_root(char *out, size_t size)
{
	FILE *f = fopen("/proc/self/mounts", "re");
	char line[1024], path[512], type[64];
	bool found = false;

	while (f && !found && fgets(line, sizeof(line), f)) {
		found = sscanf(line, "%*s %511s %63s", path, type) == 2 && !strcmp(type, "cgroup2");
		if (found)
			snprintf(out, size, "%s", path);
	}
	if (f)
		fclose(f);
	return found;
}

static void near_cgroup(const char *path, struct diag *d)
{
	char parent[1024], *slash;
	int dir;

	snprintf(parent, sizeof(parent), "%s", path);
	slash = strrchr(parent, '/');
	if (!slash)
		return;
	*slash = 0;
	dir = open(slash == parent ? "/" : parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir >= 0) {
		near_entries(dir, slash + 1, d);
		close(dir);
	}
}

/* From the root of the hierarchy, unless it is the path of a folder in it. */
int find_cgroup(const char *path, struct diag *d)
{
	char root[512], full[1024];
	int fd, err;

	if (!cgroup_root(root, sizeof(root))) {
		diag_error(d, -ENOENT, NOWHERE, "there is no cgroup '%s': no cgroup2 is mounted",
			   path);
		diag_hint(d, "mount -t cgroup2 none /sys/fs/cgroup");
		return -ENOENT;
	}
	if (str_starts(path, root) || (*path == '/' && !access(path, F_OK)))
		snprintf(full, sizeof(full), "%s", path);
	else
		snprintf(full, sizeof(full), "%s%s%s", root, *path == '/' ? "" : "/", path);
	fd = open(full, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0)
		return fd;
	err = -errno;
	diag_error(d, err, NOWHERE, "there is no cgroup '%s': %s", full, sys_error(err));
	near_cgroup(full, d);
	return err;
}

/* ---- tracepoints ---- */

int open_tracefs(void)
{
	static const char *const paths[] = { "/sys/kernel/tracing", "/sys/kernel/debug/tracing" };

	for (u32 i = 0; i < ARRAY_SIZE(paths); i++) {
		int fd = open(paths[i], O_RDONLY | O_DIRECTORY | O_CLOEXEC);

		if (fd < 0)
			continue;
		if (!faccessat(fd, "events", F_OK, 0))
			return fd;
		close(fd);
	}
	return sys_detached_mount("tracefs");
}

static int no_tracepoint(int root, const char *name, struct diag *d)
{
	char category[256];
	const char *slash = strchr(name, '/');
	int dir;

	diag_error(d, -ENOENT, NOWHERE, "there is no tracepoint '%s'", name);
	if (!slash) {
		diag_hint(d, "write it as category/name: sched/sched_switch");
		return -ENOENT;
	}
	snprintf(category, sizeof(category), "events/%.*s", (int)MIN(slash - name, 200), name);
	dir = openat(root, category, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir >= 0) {
		near_entries(dir, slash + 1, d);
		close(dir);
		return -ENOENT;
	}
	dir = openat(root, "events", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir >= 0) {
		near_entries(dir, category + strlen("events/"), d);
		close(dir);
	}
	return -ENOENT;
}

int find_tracepoint(const char *name, struct diag *d)
{
	char path[512], text[32] = "";
	int root = open_tracefs(), fd, id;
	ssize_t n = 0;

	if (root < 0)
		return diag_error(
			d, root, NOWHERE,
			"tracepoints cannot be looked up: tracefs is not mounted, and cannot "
			"be: %s",
			sys_error(root));
	snprintf(path, sizeof(path), "events/%s/id", name);
	fd = openat(root, path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		n = read(fd, text, sizeof(text) - 1);
		close(fd);
	}
	id = n > 0 ? atoi(text) : no_tracepoint(root, name, d);
	close(root);
	return id;
}
