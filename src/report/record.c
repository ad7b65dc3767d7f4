// SPDX-License-Identifier: BSD-2-Clause
/* Structs and unions of BTF as "{ .pid = 1, .comm = sh }". */
#include "btf/types.h"
#include "report/inside.h"

const char *enum_name(const struct ttype *t, s64 value)
{
	for (u32 i = 0; i < types_vlen(t->btf, t->id); i++) {
		struct type_enumerator e = types_enumerator(t->btf, t->id, i);
		u64 mask = t->size == 8 ? UINT64_MAX : (1ULL << t->size * 8) - 1;

		if (((e.value ^ (u64)value) & mask) == 0)
			return e.name;
	}
	return NULL;
}

static bool is_text(const struct ttype *t)
{
	return t->kind == T_ARRAY && t->elem->kind == T_NUMBER && t->elem->size == 1;
}

static void bitfield_text(struct buf *out, const struct ttype *t, const u8 *data,
			  const struct type_member *m)
{
	u64 value = 0;
	u32 first = m->bit_off / 8, bytes = (m->bit_off % 8 + m->bit_size + 7) / 8;

	memcpy(&value, data + first, MIN(bytes, 8u));
	value >>= m->bit_off % 8;
	value <<= 64 - m->bit_size;
	if (t->is_signed)
		buf_printf(out, "%lld", (long long)((s64)value >> (64 - m->bit_size)));
	else
		buf_printf(out, "%llu", (unsigned long long)(value >> (64 - m->bit_size)));
}

static void member_text(struct report *r, struct buf *out, const struct ttype *t, const u8 *data,
			const struct type_member *m)
{
	struct arena a = { 0 };
	const struct ttype *type = t_btf(&a, t->btf, m->type, SPACE_BPF);

	if (!type)
		buf_puts(out, "?");
	else if (m->bit_size)
		bitfield_text(out, type, data, m);
	else if (is_text(type))
		buf_put(out, data + m->bit_off / 8,
			strnlen((const char *)data + m->bit_off / 8, type->size));
	else
		value_text(r, out, type, data + m->bit_off / 8, 0);
	arena_fini(&a);
}

void record_text(struct report *r, struct buf *out, const struct ttype *t, const u8 *data)
{
	u32 count = types_vlen(t->btf, t->id);

	buf_puts(out, "{ ");
	for (u32 i = 0; i < count; i++) {
		struct type_member m = types_member(t->btf, t->id, i);

		if (i)
			buf_puts(out, ", ");
		if (*m.name)
			buf_printf(out, ".%s = ", m.name);
		member_text(r, out, t, data, &m);
	}
	buf_puts(out, " }");
}
