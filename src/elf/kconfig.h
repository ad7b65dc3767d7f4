/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Values of `.kconfig` externs: lines of the running kernel's configuration and a few facts that
 * libbpf defines. Takes a name, gives its text as in the configuration ("y", "1000", "\"x\"").
 */
#ifndef ELF_KCONFIG_H
#define ELF_KCONFIG_H

#include "base/arena.h"
#include "base/buf.h"

/* Append the running kernel's configuration; nothing when it cannot be read. */
void kconfig_read(struct buf *out);
/* The value of CONFIG_… in that text, or NULL. From the arena. */
const char *kconfig_find(const struct buf *text, const char *name, struct arena *a);
/* The value of a LINUX_… variable, or false. */
bool kconfig_virtual(const struct buf *text, const char *name, struct arena *a, u64 *out);

#endif
