/* SPDX-License-Identifier: BSD-2-Clause */
/* What context.c and typed_context.c share: one access to the context, and what a load yields. */
#ifndef VERIFY_CONTEXT_H
#define VERIFY_CONTEXT_H

#include "verify/memory.h"

enum { CTX_TRACE_ARGS = 12 }; /* words that a traced function's arguments take at most */

struct ctx_use {
	u8 regno;
	s64 off;
	u32 size;
	bool write;
	int value_reg; /* -1: nothing is loaded */
};

int context_refuse(struct verify *v, const struct ctx_use *u);
void context_set_number(struct verify *v, const struct ctx_use *u);
void context_set_pointer(struct verify *v, const struct ctx_use *u, enum reg_type type, u16 flags);
/* A pointer to a struct of the kernel. */
void context_set_object(struct verify *v, const struct ctx_use *u, u16 flags, u32 type_id);
/* The arguments (and result) of the kernel function v->attach_proto. typed_context.c */
int context_typed_access(struct verify *v, const struct ctx_use *u);

#endif
