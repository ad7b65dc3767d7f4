/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Context structures: the fields a program of some type may read or write through its context
 * pointer. Source: linux/bpf.h (layouts); shared facts (rights, as the live kernel answered).
 */
#ifndef SPEC_CTX_H
#define SPEC_CTX_H

#include "base/types.h"

enum ctx_kind {
	CTX_SCALAR,
	CTX_PACKET,	 /* u32 that holds the packet's start */
	CTX_PACKET_END,	 /* … its end */
	CTX_PACKET_META, /* … the start of its metadata */
	CTX_POINTER,	 /* 64-bit pointer to a kernel object */
};

struct ctx_field {
	const char *name;
	u16 off, size; /* bytes; an array such as cb[0..4] is one row per element */
	enum ctx_kind kind;
	u8 read, write; /* access widths allowed at `off`: a mask of 1, 2, 4, 8 bytes; 16: see ctx.c
			 */
	u8 since_major, since_minor;
};

struct ctx_layout {
	const char *name; /* "xdp_md" */
	u32 size;	  /* bytes */
	const struct ctx_field *fields;
	u32 count;
};

/* NULL for program types whose context is not a UAPI struct (tracing). */
const struct ctx_layout *ctx_layout(u32 prog_type, u32 attach_type);
/* The field that holds bytes off … off+size-1 with that right, or NULL. Also narrow loads. */
const struct ctx_field *ctx_access(const struct ctx_layout *l, u32 off, u32 size, bool write);

#endif
