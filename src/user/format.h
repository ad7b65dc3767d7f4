/* SPDX-License-Identifier: BSD-2-Clause */
/* The printf dialect of bpf_trace_printk and bpf_snprintf. Source: bpf-helpers(7). */
#ifndef USER_FORMAT_H
#define USER_FORMAT_H

#include "vm/vm.h"

enum { FORMAT_MAX = 1024 }; /* bytes of one printed message with its NUL */

/*
 * Format into out (size bytes, cut, always NUL-terminated unless size is 0). fmt has fmt_len bytes
 * and must hold a NUL within them. Returns the length without NUL that the whole text has, or
 * -EINVAL: no NUL, unknown conversion, not printable, more conversions than args.
 */
s64 format_text(struct vm_run *vm, char *out, size_t size, const char *fmt, u64 fmt_len,
		const u64 *args, u32 arg_count);

#endif
