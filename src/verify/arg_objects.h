/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Arguments that point to something special: a lock, timer or kernel pointer in a map value or an
 * allocated object, a constant string, a key that is known. Each checks one register.
 */
#ifndef VERIFY_ARG_OBJECTS_H
#define VERIFY_ARG_OBJECTS_H

#include "verify/env.h"

/* Takes or gives back the bpf_spin_lock that the register points to. */
int arg_spin_lock(struct verify *v, u8 regno, bool lock);
int arg_timer(struct verify *v, u8 regno);
/* *out: the kernel pointer's field. */
int arg_kptr(struct verify *v, u8 regno, const struct btf_field **out);
/* The pointer may be stored in that field. */
int arg_kptr_matches(struct verify *v, const struct btf_field *field, u8 regno);
/* The string's bytes; only after call_const_str said yes. */
const char *arg_const_str_text(const struct reg *r);
/* *key: the constant that `size` bytes of stack at the register hold; untouched if unknown. */
int arg_constant_key(struct verify *v, u8 regno, u32 size, s64 *key);

#endif
