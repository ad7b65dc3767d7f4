/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Calls of kernel functions: prototype from the kernel's BTF, flags from spec/kfuncs.def, arguments
 * by type, name suffix and register state, result, references and sections.
 */
#ifndef VERIFY_KFUNC_H
#define VERIFY_KFUNC_H

#include "verify/env.h"

int kfunc_call(struct verify *v, const struct insn *i, u32 *next, bool *path_done);
/* For cfg_rules.kfunc: enum cfg_kfunc_trait of the kfunc with that name. */
u32 kfunc_traits(void *arg, const char *name);

#endif
