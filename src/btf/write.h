/* SPDX-License-Identifier: BSD-2-Clause */
/* BTF writer: appends types, returns their numbers, yields the finished bytes. Sticky error. */
#ifndef BTF_WRITE_H
#define BTF_WRITE_H

#include "base/buf.h"
#include "base/hash.h"
#include "btf/types.h"

struct types_writer {
	struct buf types, strings;
	u32 next_id;
	u32 last;   /* offset of the type being extended by _member, _param, … */
	u32 *slots; /* offsets of strings by hash; 0 is free */
	u32 slot_count, string_count;
};

void types_writer_init(struct types_writer *w);
void types_writer_fini(struct types_writer *w);

u32 types_add_string(struct types_writer *w, const char *s);
u32 types_add_int(struct types_writer *w, const char *name, u32 bytes, bool is_signed);
u32 types_add_ref(struct types_writer *w, enum type_kind kind, const char *name, u32 type);
u32 types_add_array(struct types_writer *w, u32 elem, u32 index, u32 count);
u32 types_add_struct(struct types_writer *w, enum type_kind kind, const char *name, u32 size);
void types_add_member(struct types_writer *w, const char *name, u32 type, u32 bit_off);
/* Marks the struct: its other members' offsets then must stay below 2^24 bits. */
void types_add_bitfield(struct types_writer *w, const char *name, u32 type, u32 bit_off,
			u32 bit_size);
/* ENUM64 when size is 8. */
u32 types_add_enum(struct types_writer *w, const char *name, u32 size, bool is_signed);
void types_add_enumerator(struct types_writer *w, const char *name, s64 value);
u32 types_add_proto(struct types_writer *w, u32 ret);
void types_add_param(struct types_writer *w, const char *name, u32 type);
u32 types_add_func(struct types_writer *w, const char *name, u32 proto, u32 linkage);
u32 types_add_var(struct types_writer *w, const char *name, u32 type, u32 linkage);
u32 types_add_datasec(struct types_writer *w, const char *name, u32 size);
void types_add_secinfo(struct types_writer *w, u32 var, u32 off, u32 size);
u32 types_add_fwd(struct types_writer *w, const char *name, bool is_union);
u32 types_add_float(struct types_writer *w, const char *name, u32 bytes);
u32 types_add_decl_tag(struct types_writer *w, const char *name, u32 type, s32 component);

/* Header, types and strings, appended to out. 0 or -ENOMEM. */
int types_writer_finish(struct types_writer *w, struct buf *out);

#endif
