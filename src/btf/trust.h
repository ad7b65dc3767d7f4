/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel's own types, as it hands them out in /sys/kernel/btf: it has checked them, so they are
 * only walked once to learn where each lies. Alignments are found when they are asked for.
 */
#ifndef BTF_TRUST_H
#define BTF_TRUST_H

#include "btf/handle.h"

/* Is it a file of the kernel's, on its own file system? */
bool types_trusted(const char *path);
/* Fill offs and count; 0 or -errno. */
int types_walk(struct types *t);
/* Alignment of one of t's own types, in bytes; kept in aligns[], 0: not known yet. */
u32 types_align_late(const struct types *t, u32 id);

#endif
