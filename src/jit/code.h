/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory of machine code. A mapping is written while it cannot be executed, sealed, and from then
 * on executable but not writable; pages that nobody may touch stand before and after it.
 */
#ifndef JIT_CODE_H
#define JIT_CODE_H

#include "base/types.h"

struct code_memory {
	u8 *map;    /* with the guard pages; NULL: none */
	size_t len; /* with the guard pages, bytes */
	u8 *code;
};

/* A sealed copy of `len` bytes. 0, or -errno of mmap or mprotect. */
int code_seal(struct code_memory *m, const void *from, size_t len);
void code_free(struct code_memory *m);

#endif
