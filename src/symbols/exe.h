/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Executables and shared libraries as probes see them: functions by name, and where they lie in
 * the file. Source: ELF gABI.
 */
#ifndef SYMBOLS_EXE_H
#define SYMBOLS_EXE_H

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

struct exe_symbol {
	const char *name;	/* with "@VERSION" where the table has it; valid during the call */
	u64 addr, offset, size; /* offset: in the file */
};
typedef int (*exe_visitor)(void *ctx, const struct exe_symbol *s);
/* Every function whose name fits (NULL: all), of both symbol tables, so some come twice. Stops at
 * the first result that is not 0 and returns it. */
int exe_each(const char *path, const char *pattern, exe_visitor each, void *ctx, struct diag *d);

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
