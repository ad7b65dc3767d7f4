// SPDX-License-Identifier: BSD-2-Clause
#include "base/output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAX_TEMP_NAMES = 100 };

/* Created with 0666 less the caller's umask, as any new file. */
static int open_temp(struct output *out)
{
	for (int i = 0; i < MAX_TEMP_NAMES; i++) {
		int fd;

		if (asprintf(&out->temp, "%s.%ld.%d.tmp", out->path, (long)getpid(), i) < 0) {
			out->temp = NULL;
			return -ENOMEM;
		}
		fd = open(out->temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
		if (fd >= 0) {
			out->file = fdopen(fd, "wb");
			if (!out->file)
				close(fd);
			return out->file ? 0 : -ENOMEM;
		}
		free(out->temp);
		out->temp = NULL;
		if (errno != EEXIST)
			return -errno;
	}
	return -EEXIST;
}

int output_open(struct output *out, const char *path)
{
	struct stat st;
	int err = 0;

	*out = (struct output){ .path = strdup(path) };
	if (!out->path)
		return -ENOMEM;
	if (!strcmp(path, "-")) {
		out->file = stdout;
	} else if (!stat(path, &st) && !S_ISREG(st.st_mode)) {
		out->file = fopen(path, "wbe");
		err = out->file ? 0 : -errno;
	} else {
		err = open_temp(out);
	}
	return err ? output_finish(out, err) : 0;
}

int output_finish(struct output *out, int err)
{
	if (out->file && (fflush(out->file) || ferror(out->file)) && !err)
		err = errno ? -errno : -EIO;
	if (out->file && out->file != stdout && fclose(out->file) && !err)
		err = -errno;
	if (out->temp && !err && rename(out->temp, out->path))
		err = -errno;
	if (out->temp && err)
		unlink(out->temp);
	free(out->temp);
	free(out->path);
	*out = (struct output){ 0 };
	return err;
}
