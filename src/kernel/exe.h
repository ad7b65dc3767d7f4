/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Executables and shared libraries as probes see them: functions by name, and where they lie in
 * the file. Source: ELF gABI.
 */
#ifndef KERNEL_EXE_H
#define KERNEL_EXE_H

#include "base/diag.h"
#include "base/types.h"

/*
 * The file that a probe's name means: a path, or the name of a program in $PATH or of a library
 * ("libc.so.6", "libc") where the system keeps them. 0, or -ENOENT with a diagnostic.
 */
int exe_path(char *out, size_t size, const char *name, struct diag *d);
/* Offset in the file of "symbol", "symbol+16", or "0x1234". Errors name the nearest symbol. */
int exe_offset(u64 *out, const char *path, const char *where, struct diag *d);
/* Every function that a pattern with '*' and '?' names; returns how many, the caller frees. */
int exe_offsets(u64 **out, const char *path, const char *pattern, struct diag *d);

/* A section of notes, and what is needed to find the file's place of an address. */
struct exe_notes {
	int fd;
	void *elf; /* Elf * */
	const u8 *data;
	size_t len;
	u64 base; /* address of the section that marks prelinking, 0: none */
};
/* No such section: 0 bytes of it. */
int exe_notes_open(struct exe_notes *out, const char *path, const char *section, const char *base,
		   struct diag *d);
bool exe_to_offset(const struct exe_notes *n, u64 addr, u64 *out);
void exe_notes_close(struct exe_notes *n);

#endif
