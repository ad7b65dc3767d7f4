// SPDX-License-Identifier: BSD-2-Clause
/*
 * Bodies of structs, unions and enums. A struct's layout is replayed as a C compiler would lay it
 * out; where that differs from BTF's offsets, unnamed bitfields pad, or the struct is packed.
 */
#include <errno.h>

#include "btf/cnames.h"
#include "btf/declare.h"
#include "btf/dump_out.h"

/* Gaps longer than this are one named array of bytes. */
enum { MAX_PAD_BITS = 2048 };

static void indent(struct declare *w)
{
	u32 i;

	for (i = 0; i < w->level; i++)
		buf_putc(w->b, '\t');
}

/* Natural alignment of what the struct holds, in bits. */
static u32 members_align(const struct types *t, u32 id)
{
	u32 i, align = 1;

	for (i = 0; i < types_vlen(t, id); i++)
		align = MAX(align, types_align(t, types_member(t, id, i).type));
	return align * 8;
}

static bool is_packed(const struct types *t, u32 id)
{
	return types_vlen(t, id) && types_align(t, id) * 8 < members_align(t, id);
}

static u64 align_up(u64 value, u64 align)
{
	return (value + align - 1) / align * align;
}

static void pad(struct declare *w, u32 id, u64 from, u64 to)
{
	static const struct {
		const char *word;
		u32 bits;
	} units[] = { { "long", 64 }, { "int", 32 }, { "short", 16 }, { "char", 8 } };
	u32 i;

	if (to > from + MAX_PAD_BITS && from % 8) {
		pad(w, id, from, align_up(from, 8));
		from = align_up(from, 8);
	}
	if (to > from + MAX_PAD_BITS) {
		indent(w);
		buf_printf(w->b, "unsigned char __pad_%u_%llu[%llu];\n", id,
			   (unsigned long long)from / 8, (unsigned long long)(to - from) / 8);
		from += (to - from) / 8 * 8;
	}
	while (from < to) {
		for (i = 0; i < 3; i++)
			if (from % units[i].bits == 0 && to - from >= units[i].bits)
				break;
		u64 bits = MIN(units[i].bits - from % units[i].bits, to - from);

		indent(w);
		buf_printf(w->b, "%s: %u;\n", units[i].word, (u32)bits);
		from += bits;
	}
}

/* Where the compiler puts member `m` when the bits before `pos` are taken. */
static u64 natural_place(const struct types *t, const struct type_member *m, u64 pos, bool packed)
{
	u64 align = packed ? 8 : (u64)types_align(t, m->type) * 8;
	u64 size;

	if (!m->bit_size)
		return align_up(pos, align);
	size = (u64)types_size(t, m->type) * 8;
	if (packed || pos % align + m->bit_size <= size)
		return pos;
	return align_up(pos, align);
}

/* A struct that holds a tagged one without a name: C wants its body without the tag. */
static bool put_embedded(struct declare *w, const struct type_member *m)
{
	u32 id = types_strip(w->t, m->type);
	enum type_kind kind = types_kind(w->t, id);

	if (*m->name || (kind != KIND_STRUCT && kind != KIND_UNION))
		return false;
	buf_puts(w->b, kind == KIND_STRUCT ? "struct " : "union ");
	w->depth++;
	declare_body(w, id);
	w->depth--;
	return true;
}

static void put_member(struct declare *w, const struct type_member *m)
{
	indent(w);
	if (!put_embedded(w, m))
		declare_type(w, m->type, m->name, 1);
	if (m->bit_size) {
		buf_puts(w->b, ": ");
		put_u64(w->b, m->bit_size);
	}
	buf_puts(w->b, ";\n");
}

static bool is_nameless(const struct types *t, const struct type_member *m)
{
	enum type_kind kind = types_kind(t, types_strip(t, m->type));

	return !*m->name && kind != KIND_STRUCT && kind != KIND_UNION;
}

static void put_struct(struct declare *w, u32 id)
{
	const struct types *t = w->t;
	u32 i, vlen = types_vlen(t, id);
	u64 pos = 0, end = (u64)types_get(t, id)->size * 8, align;
	bool packed = is_packed(t, id);

	for (i = 0; i < vlen && !w->err; i++) {
		struct type_member m = types_member(t, id, i);

		if (is_nameless(t, &m))
			continue;
		if (natural_place(t, &m, pos, packed) != m.bit_off && m.bit_off > pos)
			pad(w, id, pos, m.bit_off);
		put_member(w, &m);
		pos = m.bit_off + (m.bit_size ? m.bit_size : (u64)types_size(t, m.type) * 8);
	}
	align = packed ? 8 : members_align(t, id);
	if (pos < end && align_up(pos, align) != end)
		pad(w, id, pos, end);
}

static void put_union(struct declare *w, u32 id)
{
	const struct types *t = w->t;
	u32 i, vlen = types_vlen(t, id), size = types_get(t, id)->size;
	u64 longest = 0;

	for (i = 0; i < vlen && !w->err; i++) {
		struct type_member m = types_member(t, id, i);
		u64 bits = m.bit_size ? m.bit_size : (u64)types_size(t, m.type) * 8;

		if (is_nameless(t, &m))
			continue;
		put_member(w, &m);
		longest = MAX(longest, bits);
	}
	if (align_up(longest, is_packed(t, id) ? 8 : members_align(t, id)) < (u64)size * 8) {
		indent(w);
		buf_printf(w->b, "unsigned char __pad_%u[%u];\n", id, size);
	}
}

static void put_enum_value(struct buf *b, u64 value, bool is_signed, bool wide)
{
	if (is_signed && (s64)value == INT64_MIN) {
		buf_puts(b, "-9223372036854775807LL - 1");
		return;
	}
	if (is_signed)
		put_s64(b, (s64)value);
	else
		put_u64(b, value);
	if (wide)
		buf_puts(b, is_signed ? "LL" : "ULL");
}

/* Bytes that the compiler gives an enum of these values. */
static u32 enum_natural_size(const struct types *t, u32 id)
{
	bool is_signed = types_kind_flag(t, id);
	u32 i;

	for (i = 0; i < types_vlen(t, id); i++) {
		u64 value = types_enumerator(t, id, i).value;

		if (is_signed ? (s64)value != (s32)value : value > UINT32_MAX)
			return 8;
	}
	return 4;
}

static void put_enum(struct declare *w, u32 id)
{
	static const char *const modes[] = { "QI", "HI", "SI", "DI" };
	const struct type *type = types_get(w->t, id);
	bool wide = types_kind(w->t, id) == KIND_ENUM64;
	u32 i, vlen = types_vlen(w->t, id);
	const u32 *e = (const u32 *)(type + 1);

	for (i = 0; i < vlen; i++, e += wide ? 3 : 2) {
		struct type_enumerator en = types_enumerator(w->t, id, i);

		indent(w);
		put_ident(w->b, en.name, w->names->enumerator(w->names->ctx, *e));
		buf_puts(w->b, " = ");
		put_enum_value(w->b, en.value, types_kind_flag(w->t, id), wide);
		buf_puts(w->b, ",\n");
	}
	w->level--;
	indent(w);
	w->level++;
	buf_putc(w->b, '}');
	if (vlen && enum_natural_size(w->t, id) != type->size)
		buf_printf(w->b, " __attribute__((mode(%s)))",
			   modes[__builtin_ctz(type->size) & 3]);
}

void declare_body(struct declare *w, u32 id)
{
	enum type_kind kind = types_kind(w->t, id);

	if (w->err)
		return;
	if (!w->budget-- || w->depth > 80) {
		w->budget = 0;
		w->err = -E2BIG;
		return;
	}
	buf_puts(w->b, "{\n");
	w->level++;
	if (kind == KIND_ENUM || kind == KIND_ENUM64) {
		put_enum(w, id);
		w->level--;
		return;
	}
	if (kind == KIND_STRUCT)
		put_struct(w, id);
	else
		put_union(w, id);
	w->level--;
	indent(w);
	buf_putc(w->b, '}');
	if (is_packed(w->t, id))
		buf_puts(w->b, " __attribute__((packed))");
}
