// SPDX-License-Identifier: BSD-2-Clause
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"

static void fd_close(const int *fd)
{
	if (*fd > STDIN_FILENO)
		close(*fd);
}

static int read_all(struct file *out, int fd, size_t expect)
{
	struct buf b = { 0 };
	ssize_t n;

	do {
		size_t room = MAX(expect, (size_t)65536);
		u8 *at = buf_extend(&b, room);

		if (!at)
			break;
		n = read(fd, at, room);
		b.len -= room - (n > 0 ? (size_t)n : 0);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			b.err = -errno;
		expect = 0;
	} while (n && !b.err);
	if (b.err) {
		int err = b.err;

		buf_fini(&b);
		return err;
	}
	buf_str(&b); /* text parsers may rely on a NUL after the end */
	*out = (struct file){ .data = b.data, .len = b.len };
	return 0;
}

static int open_fd(struct file *out, int fd)
{
	struct stat st;
	void *p;

	if (fstat(fd, &st))
		return -errno;
	if (S_ISDIR(st.st_mode))
		return -EISDIR;
	if (!S_ISREG(st.st_mode) || st.st_size <= 0)
		return read_all(out, fd, 0);
	p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (p == MAP_FAILED)
		return read_all(out, fd, (size_t)st.st_size + 1);
	*out = (struct file){ .data = p, .len = (size_t)st.st_size, .mapped = true };
	return 0;
}

int file_open(struct file *out, const char *path, struct diag *d)
{
	int fd __cleanup(fd_close) = STDIN_FILENO, err;

	if (strcmp(path, "-"))
		fd = open(path, O_RDONLY | O_CLOEXEC);
	err = fd < 0 ? -errno : open_fd(out, fd);
	if (err)
		return diag_error(d, err, NOWHERE, "cannot read '%s': %s", path, strerror(-err));
	return 0;
}

void file_close(struct file *f)
{
	if (f->mapped)
		munmap((void *)f->data, f->len);
	else
		free((void *)f->data);
	*f = (struct file){ 0 };
}
