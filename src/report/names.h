/* SPDX-License-Identifier: BSD-2-Clause */
/* Names of addresses: of the kernel from /proc/kallsyms, of processes from their mappings. */
#ifndef REPORT_NAMES_H
#define REPORT_NAMES_H

#include "base/buf.h"
#include "base/types.h"

struct names;

struct names *names_new(void); /* NULL: out of memory */
void names_free(struct names *n);
/* "do_sys_open", with `offset` "do_sys_open+17"; unknown: "0xffff…". */
void names_kernel(struct names *n, struct buf *out, u64 addr, bool offset);
/* The same in a process; `module`: then " (/usr/lib/libc.so.6)" behind it. */
void names_user(struct names *n, struct buf *out, u32 pid, u64 addr, bool offset, bool module);
/* "unified:/system.slice": path of a cgroup by its number. */
void names_cgroup(struct names *n, struct buf *out, u64 id);

#endif
