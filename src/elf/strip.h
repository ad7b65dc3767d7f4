/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A BPF object without what only debuggers read: DWARF and its relocations go; code, data, BTF,
 * symbols and every section number stay. Takes a checked ELF file's bytes.
 */
#ifndef ELF_STRIP_H
#define ELF_STRIP_H

#include "base/buf.h"
#include "base/diag.h"

/* Append the shorter file to `out`. 0 or -errno with a diagnostic. */
int elf_strip(struct buf *out, const char *name, const void *data, size_t len, struct diag *d);

#endif
