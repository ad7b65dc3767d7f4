// SPDX-License-Identifier: BSD-2-Clause
#include "btf/write.h"

#include <errno.h>
#include <stdlib.h>

enum { HEADER_SIZE = 24 };

void types_writer_init(struct types_writer *w)
{
	*w = (struct types_writer){ .next_id = 1 };
	buf_putc(&w->strings, 0);
}

void types_writer_fini(struct types_writer *w)
{
	buf_fini(&w->types);
	buf_fini(&w->strings);
	free(w->slots);
	*w = (struct types_writer){ 0 };
}

/* The slot of `s`: its own, or the free one where it belongs. */
static u32 *string_slot(const struct types_writer *w, const char *s)
{
	u64 at = hash_bytes(s, strlen(s), 0);
	u32 mask = w->slot_count - 1;

	for (;; at++) {
		u32 *slot = &w->slots[at & mask];

		if (!*slot || !strcmp((const char *)w->strings.data + *slot, s))
			return slot;
	}
}

static bool grow_slots(struct types_writer *w)
{
	u32 *old = w->slots, count = w->slot_count, i;
	u32 *slots = calloc(MAX(count * 2, 64u), sizeof(*slots));

	if (!slots)
		return false;
	w->slots = slots;
	w->slot_count = MAX(count * 2, 64u);
	for (i = 0; i < count; i++)
		if (old[i])
			*string_slot(w, (const char *)w->strings.data + old[i]) = old[i];
	free(old);
	return true;
}

u32 types_add_string(struct types_writer *w, const char *s)
{
	u32 *slot, off = (u32)w->strings.len;

	if (!*s || w->strings.err)
		return 0;
	if (w->string_count * 2 >= w->slot_count && !grow_slots(w)) {
		w->strings.err = -ENOMEM;
		return 0;
	}
	slot = string_slot(w, s);
	if (*slot)
		return *slot;
	if (w->strings.len + strlen(s) + 1 > UINT32_MAX) {
		w->strings.err = -E2BIG;
		return 0;
	}
	buf_put(&w->strings, s, strlen(s) + 1);
	if (w->strings.err)
		return 0;
	w->string_count++;
	*slot = off;
	return off;
}

/* The fixed part of a type; returns its number. */
static u32 add_type(struct types_writer *w, enum type_kind kind, const char *name, u32 vlen,
		    u32 last)
{
	struct type type = { .name_off = types_add_string(w, name),
			     .info = (u32)kind << 24 | vlen,
			     .size = last };

	w->last = (u32)w->types.len;
	buf_put(&w->types, &type, sizeof(type));
	return w->next_id++;
}

static void add_words(struct types_writer *w, u32 a, u32 b, u32 c, u32 count)
{
	u32 words[] = { a, b, c };

	buf_put(&w->types, words, count * sizeof(u32));
}

/* One more entry of the type added last. */
static void add_entry(struct types_writer *w, u32 a, u32 b, u32 c, u32 count)
{
	struct type *type = (struct type *)(w->types.data + w->last);

	if (w->types.err)
		return;
	if ((type->info & 0xffff) == 0xffff) {
		w->types.err = -E2BIG;
		return;
	}
	type->info++;
	add_words(w, a, b, c, count);
}

u32 types_add_int(struct types_writer *w, const char *name, u32 bytes, bool is_signed)
{
	u32 encoding = is_signed ? 1 : 0, id;

	if (!strcmp(name, "_Bool") || !strcmp(name, "bool"))
		encoding = 4;
	id = add_type(w, KIND_INT, name, 0, bytes);
	add_words(w, encoding << 24 | bytes * 8, 0, 0, 1);
	return id;
}

u32 types_add_ref(struct types_writer *w, enum type_kind kind, const char *name, u32 type)
{
	return add_type(w, kind, name, 0, type);
}

u32 types_add_array(struct types_writer *w, u32 elem, u32 index, u32 count)
{
	u32 id = add_type(w, KIND_ARRAY, "", 0, 0);

	add_words(w, elem, index, count, 3);
	return id;
}

u32 types_add_struct(struct types_writer *w, enum type_kind kind, const char *name, u32 size)
{
	return add_type(w, kind, name, 0, size);
}

void types_add_member(struct types_writer *w, const char *name, u32 type, u32 bit_off)
{
	u32 off = types_add_string(w, name);

	add_entry(w, off, type, bit_off, 3);
}

void types_add_bitfield(struct types_writer *w, const char *name, u32 type, u32 bit_off,
			u32 bit_size)
{
	u32 off = types_add_string(w, name);

	if (!w->types.err)
		((struct type *)(w->types.data + w->last))->info |= 1u << 31;
	add_entry(w, off, type, bit_size << 24 | (bit_off & 0xffffff), 3);
}

u32 types_add_enum(struct types_writer *w, const char *name, u32 size, bool is_signed)
{
	u32 flag = is_signed ? 1u << 31 : 0;
	u32 id = add_type(w, size == 8 ? KIND_ENUM64 : KIND_ENUM, name, 0, size);

	if (!w->types.err)
		((struct type *)(w->types.data + w->last))->info |= flag;
	return id;
}

void types_add_enumerator(struct types_writer *w, const char *name, s64 value)
{
	u32 off = types_add_string(w, name);
	bool wide;

	if (w->types.err)
		return;
	wide = ((struct type *)(w->types.data + w->last))->size == 8;
	add_entry(w, off, (u32)value, (u32)((u64)value >> 32), wide ? 3 : 2);
}

u32 types_add_proto(struct types_writer *w, u32 ret)
{
	return add_type(w, KIND_FUNC_PROTO, "", 0, ret);
}

void types_add_param(struct types_writer *w, const char *name, u32 type)
{
	u32 off = types_add_string(w, name);

	add_entry(w, off, type, 0, 2);
}

u32 types_add_func(struct types_writer *w, const char *name, u32 proto, u32 linkage)
{
	return add_type(w, KIND_FUNC, name, linkage, proto);
}

u32 types_add_var(struct types_writer *w, const char *name, u32 type, u32 linkage)
{
	u32 id = add_type(w, KIND_VAR, name, 0, type);

	add_words(w, linkage, 0, 0, 1);
	return id;
}

u32 types_add_datasec(struct types_writer *w, const char *name, u32 size)
{
	return add_type(w, KIND_DATASEC, name, 0, size);
}

void types_add_secinfo(struct types_writer *w, u32 var, u32 off, u32 size)
{
	add_entry(w, var, off, size, 3);
}

u32 types_add_fwd(struct types_writer *w, const char *name, bool is_union)
{
	u32 id = add_type(w, KIND_FWD, name, 0, 0);

	if (!w->types.err && is_union)
		((struct type *)(w->types.data + w->last))->info |= 1u << 31;
	return id;
}

u32 types_add_float(struct types_writer *w, const char *name, u32 bytes)
{
	return add_type(w, KIND_FLOAT, name, 0, bytes);
}

u32 types_add_decl_tag(struct types_writer *w, const char *name, u32 type, s32 component)
{
	u32 id = add_type(w, KIND_DECL_TAG, name, 0, type);

	add_words(w, (u32)component, 0, 0, 1);
	return id;
}

int types_writer_finish(struct types_writer *w, struct buf *out)
{
	u32 type_len = (u32)w->types.len, str_len = (u32)w->strings.len;
	u32 header[HEADER_SIZE / 4] = { 0xeb9f | 1u << 16, HEADER_SIZE, 0,
					type_len,	   type_len,	str_len };

	if (w->types.err || w->strings.err)
		return w->types.err ? w->types.err : w->strings.err;
	if (w->types.len > UINT32_MAX)
		return -E2BIG;
	if (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__)
		header[0] = 0xeb9f0100;
	buf_put(out, header, sizeof(header));
	buf_put(out, w->types.data, type_len);
	buf_put(out, w->strings.data, str_len);
	return out->err;
}
