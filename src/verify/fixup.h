/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An accepted program, shorter: code that no path reaches is gone, branches that always go one way
 * are jumps or nothing, loads of read-only constants are constants. What the verifier found true on
 * every path makes it the same program. Lines, functions and references follow their instructions.
 */
#ifndef VERIFY_FIXUP_H
#define VERIFY_FIXUP_H

#include "verify/verify.h"

/*
 * r accepts src. *out is src with new arrays, owned by r; r->facts are those of *out's slots
 * afterwards. 0 or -ENOMEM, and then nothing is changed.
 */
int fixup_prog(struct obj_prog *out, struct verify_result *r, const struct obj_prog *src);

#endif
