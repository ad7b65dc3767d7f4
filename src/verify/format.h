/* SPDX-License-Identifier: BSD-2-Clause */
/* Format strings of bpf_snprintf, checked when the program is. Source: bpf-helpers(7). */
#ifndef VERIFY_FORMAT_H
#define VERIFY_FORMAT_H

#include "base/types.h"

/* NULL: `args` 64-bit arguments are enough and all is well formed; else what is wrong. */
const char *format_check(const char *fmt, u32 args);

#endif
