/* SPDX-License-Identifier: BSD-2-Clause */
/* Open-coded iterators and saved interrupt flags: objects on the stack that kfuncs make and end. */
#ifndef VERIFY_ITER_H
#define VERIFY_ITER_H

#include "verify/env.h"

int iter_arg_uninit(struct verify *v, u8 regno, u32 type_id);
int iter_make(struct verify *v, u8 regno, u32 type_id, u32 ref, bool rcu);
/* *ref: the reference that it holds. */
int iter_arg(struct verify *v, u8 regno, u32 type_id, u32 *ref);
int iter_destroy(struct verify *v, u8 regno, u32 type_id);
/* …_next of the iterator at `ptr`: one path goes on with r0 = element, the other with r0 NULL. */
int iter_next(struct verify *v, const struct reg *ptr, const struct reg *element);

int irq_flag_arg(struct verify *v, u8 regno, bool uninit);
int irq_flag_save(struct verify *v, u8 regno, u8 irq_class);
int irq_flag_restore(struct verify *v, u8 regno, u8 irq_class);

#endif
