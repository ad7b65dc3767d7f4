/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whole files as memory: mapped read-only where that works, read where it does not (pipes, some
 * of sysfs). "-" is standard input.
 */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include "base/diag.h"
#include "base/types.h"

struct file {
	const u8 *data; /* never NULL once open, also for an empty file */
	size_t len;	/* bytes */
	bool mapped;	/* munmap rather than free */
};

/* 0, or -errno with a diagnostic that names the path. */
int file_open(struct file *out, const char *path, struct diag *d);
void file_close(struct file *f);

#endif
