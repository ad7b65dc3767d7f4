// SPDX-License-Identifier: BSD-2-Clause
#include "map/pin.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "map/seghead.h"

#define BPF_FS 0xcafe4a11

/* ---- the run directory ---- */

static char *default_folder(void)
{
	const char *base = getenv("XDG_RUNTIME_DIR");
	char *path;
	int n;

	if (base && *base == '/')
		n = asprintf(&path, "%s/skep", base);
	else if (!geteuid())
		n = asprintf(&path, "/run/skep");
	else
		n = asprintf(&path, "/tmp/skep-%u", geteuid());
	return n < 0 ? NULL : path;
}

/* A directory of this user's that nobody else writes to: its descriptor, or -errno. */
static int folder_open(const char *path, struct diag *d)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	struct stat st;

	if (fd < 0 || fstat(fd, &st)) {
		int err = -errno;

		if (fd >= 0)
			close(fd);
		return diag_error(d, err, NOWHERE, "folder '%s' cannot be used: %s", path,
				  strerror(-err));
	}
	if (st.st_uid == geteuid() && !(st.st_mode & (S_IWGRP | S_IWOTH)))
		return fd;
	close(fd);
	diag_error(d, -EPERM, NOWHERE, "folder '%s' %s", path,
		   st.st_uid == geteuid() ? "can be written to by others"
					  : "belongs to another user");
	diag_hint(d, "pins need a folder of your own: mkdir -m 700");
	return -EPERM;
}

int pin_folder(char **out, const char *given, struct diag *d)
{
	char *path = given && *given ? strdup(given) : default_folder();
	int fd;

	if (!path)
		return diag_nomem(d);
	if (mkdir(path, 0700) && errno != EEXIST) {
		int err = -errno;

		diag_error(d, err, NOWHERE, "folder '%s' cannot be made: %s", path, strerror(-err));
		free(path);
		return err;
	}
	fd = folder_open(path, d);
	if (fd < 0) {
		free(path);
		return fd;
	}
	close(fd);
	*out = path;
	return 0;
}

int pin_path(char **out, const char *name, const char *folder, struct diag *d)
{
	char *dir, *path;
	int err;

	if (strchr(name, '/')) {
		*out = strdup(name);
		return *out ? 0 : diag_nomem(d);
	}
	err = pin_folder(&dir, folder, d);
	if (err)
		return err;
	if (asprintf(&path, "%s/%s", dir, name) < 0)
		path = NULL;
	free(dir);
	if (!path)
		return diag_nomem(d);
	*out = path;
	return 0;
}

/* The folder and the name of a path. The folder's descriptor, or -errno. */
static int split(const char *path, const char **name, struct diag *d)
{
	const char *slash = strrchr(path, '/');
	char *folder = slash == path ? strdup("/")
		       : slash	     ? strndup(path, (size_t)(slash - path))
				     : strdup(".");
	int fd;

	*name = slash ? slash + 1 : path;
	if (!folder)
		return diag_nomem(d);
	if (!**name || **name == '.')
		fd = diag_error(d, -EINVAL, NOWHERE, "'%s' is no name for a pin", path);
	else
		fd = folder_open(folder, d);
	free(folder);
	return fd;
}

bool pin_is_ours(const char *path)
{
	struct statfs fs;

	return !statfs(path, &fs) && (u32)fs.f_type != BPF_FS;
}

/* ---- files ---- */

/* A file without a name in that folder, or one in memory where there is no folder. */
static int file_new(int folder, const struct map *m, struct diag *d)
{
	int fd = folder < 0 ? memfd_create("skep-map", MFD_CLOEXEC)
			    : openat(folder, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	int err = fd < 0 ? -errno : 0;

	if (!err)
		return fd;
	diag_error(d, err, NOWHERE, "map '%s': no file for it can be made: %s", m->def.name,
		   strerror(-err));
	if (err == -EOPNOTSUPP)
		diag_hint(d, "this file system has no files without names; one in memory has");
	return err;
}

static int share_in(struct map *m, int folder, const struct map_types *types, struct diag *d)
{
	int fd = file_new(folder, m, d), err;

	if (fd < 0)
		return fd;
	err = segment_share(m, fd, types, d);
	if (err)
		close(fd);
	return err;
}

static int name_it(const struct map *m, int folder, const char *name, const char *path,
		   struct diag *d)
{
	char proc[40];
	int err;

	snprintf(proc, sizeof(proc), "/proc/self/fd/%d", m->seg.fd);
	if (!linkat(AT_FDCWD, proc, folder, name, AT_SYMLINK_FOLLOW))
		return 0;
	err = -errno;
	diag_error(d, err, NOWHERE, "map '%s' cannot be pinned at '%s': %s", m->def.name, path,
		   strerror(-err));
	if (err == -EXDEV)
		diag_hint(d, "it is shared in a file of another file system already");
	return err;
}

int pin_map(struct map *m, const char *path, const struct map_types *types, struct diag *d)
{
	struct stat st;
	const char *name;
	int folder = split(path, &name, d), err = 0;

	if (folder < 0)
		return folder;
	if (!fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW))
		err = diag_error(d, -EEXIST, NOWHERE, "there is a file '%s' already", path);
	if (!err && !m->seg.head)
		err = share_in(m, folder, types, d);
	if (!err)
		err = name_it(m, folder, name, path, d);
	close(folder);
	return err;
}

int pin_open(struct map **out, const char *path, struct diag *d)
{
	const char *name;
	int folder = split(path, &name, d), fd, err;

	if (folder < 0)
		return folder;
	fd = openat(folder, name, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	err = fd < 0 ? -errno : 0;
	close(folder);
	if (err)
		return diag_error(d, err, NOWHERE, "'%s' cannot be opened: %s", path,
				  strerror(-err));
	err = segment_open(out, fd, path, d);
	if (err)
		close(fd);
	return err;
}

int pin_remove(const char *path, struct diag *d)
{
	const char *name;
	int folder = split(path, &name, d), fd, err = 0;
	u64 magic = 0;

	if (folder < 0)
		return folder;
	fd = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0)
		err = -errno;
	else if (read(fd, &magic, sizeof(magic)) != sizeof(magic) || magic != SEG_MAGIC)
		err = -EINVAL;
	else if (unlinkat(folder, name, 0))
		err = -errno;
	if (fd >= 0)
		close(fd);
	close(folder);
	if (err == -EINVAL)
		return diag_error(d, err, NOWHERE, "'%s' is no pinned map", path);
	return err ? diag_error(d, err, NOWHERE, "'%s' cannot be removed: %s", path, strerror(-err))
		   : 0;
}

int pin_share(struct map *m, const char *folder, const struct map_types *types, struct diag *d)
{
	int fd = -1, err;

	if (m->seg.head)
		return 0;
	if (folder) {
		fd = folder_open(folder, d);
		if (fd < 0)
			return fd;
	}
	err = share_in(m, fd, types, d);
	if (fd >= 0)
		close(fd);
	return err;
}

int pin_from_fd(struct map **out, int fd, struct diag *d)
{
	char proc[40];
	int own, err;

	/* Not a duplicate: locks belong to the open file. */
	snprintf(proc, sizeof(proc), "/proc/self/fd/%d", fd);
	own = open(proc, O_RDWR | O_CLOEXEC | O_NONBLOCK);
	if (own < 0) {
		err = -errno;
		return diag_error(d, err, NOWHERE, "the map's descriptor cannot be opened: %s",
				  strerror(-err));
	}
	err = segment_open(out, own, "the file of the descriptor", d);
	if (err)
		close(own);
	return err;
}
