/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory: loads, stores and atomics through every kind of pointer, and the checks that helpers
 * ask of memory arguments. memory.c looks at the pointer and hands on to stack.c (frames),
 * context.c (UAPI contexts), btf_access.c (typed kernel and program objects) or checks packet, map
 * value, buffer and plain memory itself.
 */
#ifndef VERIFY_MEMORY_H
#define VERIFY_MEMORY_H

#include "verify/env.h"

enum mem_access { MEM_ACCESS_READ = 1, MEM_ACCESS_WRITE = 2 };

/* LDX (also sign-extending), ST and STX, atomics, LD_ABS and LD_IND, LD_IMM64. */
int memory_load(struct verify *v, const struct insn *i);
int memory_store(struct verify *v, const struct insn *i);
int memory_atomic(struct verify *v, const struct insn *i);
int memory_packet_load(struct verify *v, const struct insn *i);
int memory_imm64(struct verify *v, const struct insn *i);

/*
 * Bytes reg+off … +size-1 are accessed. value_reg: register stored or loaded into, -1: none (a
 * constant store, an atomic's first look, a helper). Loads set value_reg to what is read.
 */
int memory_access(struct verify *v, u8 regno, s32 off, u32 size, enum mem_access what,
		  int value_reg, bool strict_align, bool sign_extend);
/*
 * A helper or kfunc reads or writes `size` bytes from the register on. zero_ok: size 0 is allowed
 * with any pointer or NULL. `uninit`: the callee fills it, so stack bytes may be uninitialised.
 */
int memory_region(struct verify *v, u8 regno, u32 size, enum mem_access what, bool zero_ok,
		  bool uninit);
/* The same for a size in a register: its range decides; marks it precise. */
int memory_region_sized(struct verify *v, u8 regno, u8 size_regno, enum mem_access what,
			bool zero_ok, bool uninit);
/*
 * Bytes off … off+size-1 from the pointer on (its own offset comes on top) lie within an object of
 * `limit` bytes, wherever in its range the variable offset lies.
 */
int memory_bounds(struct verify *v, const struct reg *r, u8 regno, s64 off, s64 size, u32 limit,
		  bool zero_ok);
/* Read a constant map's bytes: true and *value when that memory is a known constant. */
bool memory_constant(const struct obj_map *map, s64 off, u32 size, bool sign_extend, u64 *value);
/* Kernel pointers of this type and field: the type a load gives (btf_access.c). */
int memory_btf_access(struct verify *v, u8 regno, s32 off, u32 size, enum mem_access what,
		      int value_reg);

/* Do programs of this type write packets in place? */
bool memory_packet_writable(const struct verify *v);

/* stack.c */
int stack_access(struct verify *v, u8 regno, s32 off, u32 size, enum mem_access what,
		 int value_reg);
/* Bytes handed to a callee; see memory_region. */
int stack_region(struct verify *v, u8 regno, u32 size, enum mem_access what, bool zero_ok,
		 bool uninit);
/* The slots off … off+size-1 of frame f become unknown bytes (a callee wrote them). */
int stack_clobber(struct verify *v, struct frame *f, s32 off, u32 size);

/* context.c: off is constant; sets value_reg on loads. */
int context_access(struct verify *v, u8 regno, s32 off, u32 size, enum mem_access what,
		   int value_reg);
/* Has a socket pointer of this type (enum reg_type) a readable field at that offset? */
bool context_sock_field(u8 type, s64 off, u32 size);

#endif
