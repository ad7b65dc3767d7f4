/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Refusals of the kernel, told apart: missing rights, switched off for users, lockdown, built
 * without, newer than the running release, limits, the verifier. Each records one error in d with
 * what to do about it and returns the kernel's code.
 */
#ifndef KERNEL_ERRORS_H
#define KERNEL_ERRORS_H

#include "kernel/kernel.h"

int kernel_map_refused(struct kernel_unit *u, const struct obj_map *m, int err, struct diag *d);
/* log: the verifier's words, NULL or "": it said none. */
int kernel_prog_refused(struct kernel_unit *u, const struct obj_prog *p, int err, const char *log,
			struct diag *d);
/* After an EPERM was recorded: its reason as notes and a hint. */
void kernel_explain_rights(u32 prog_type, struct diag *d);

/* The kernel's option that a program or map type needs ("CONFIG_XDP_SOCKETS"), NULL: none of its
 * own. */
const char *kernel_config_prog(u32 prog_type);
const char *kernel_config_map(u32 map_type);
/* 'y', 'm', 'n' (not set), or '?': the configuration cannot be read. */
char kernel_config(const char *name);

/* The mode of lockdown; false: not locked or not known. */
bool kernel_lockdown(char *out, size_t size);

#endif
