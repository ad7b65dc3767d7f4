/* SPDX-License-Identifier: BSD-2-Clause */
/* Dynptrs: two stack slots that only helpers and kfuncs may read, and the slices cut from them. */
#ifndef VERIFY_DYNPTR_H
#define VERIFY_DYNPTR_H

#include "verify/env.h"

/* An argument that must be an initialised dynptr (stack slots or CONST_PTR_TO_DYNPTR); *id, *ref:
 * its identifiers, *kind: what it is over. */
int dynptr_arg(struct verify *v, u8 regno, bool rdonly, enum dynptr_kind *kind, u32 *id, u32 *ref);
/* An argument where a dynptr is to be made: eight-byte aligned, two free slots. */
int dynptr_arg_uninit(struct verify *v, u8 regno);
/* Make it: `ref` is the reference it holds (a ring buffer record), 0: none; clone_ref: the
 * reference of the dynptr it was cloned from.
 */
int dynptr_make(struct verify *v, u8 regno, enum dynptr_kind kind, u32 ref, u32 clone_ref);
/* The dynptr in regno is released: its slots die, with all slices and clones. */
int dynptr_release(struct verify *v, u8 regno);
/* A store hits slot `slot` of frame f: a dynptr there is destroyed, or the store refused. */
int dynptr_overwrite(struct verify *v, struct frame *f, u32 slot);
/* Slices of packet dynptrs die when the packet may move. */
void dynptr_packet_moved(struct verify *v);

#endif
