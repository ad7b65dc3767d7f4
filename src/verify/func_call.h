/* SPDX-License-Identifier: BSD-2-Clause */
/* The other end of a call: a frame's return into the one below. */
#ifndef VERIFY_FUNC_CALL_H
#define VERIFY_FUNC_CALL_H

#include "verify/env.h"

/* The running frame, not the outermost, ends; *next: where the one below goes on. */
int func_return(struct verify *v, u32 *next);
/* Is function `func` (of cfg.funcs) checked on its own, against its BTF prototype? */
bool func_is_global(const struct verify *v, u32 func);
/* The same of any register. */
int func_check_range(struct verify *v, u8 regno, s64 min, s64 max, bool width32, const char *where);
/* R0 lies in [min, max]; 32: its low half, as an int. `where` completes "R0 … ". */
int func_check_result(struct verify *v, s64 min, s64 max, bool width32, const char *where);

#endif
