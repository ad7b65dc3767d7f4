// SPDX-License-Identifier: BSD-2-Clause
/*
 * Values by their type. JSON has the shape of bpftool's map dump: anonymous members are objects
 * under the name "", enums go by name, bitfields are the hex text of their raw bits, pointers
 * and chars are numbers. The C style shows bitfields by their sign and pointers in hex.
 */
#include <errno.h>

#include "btf/dump.h"
#include "btf/dump_out.h"

struct value {
	const struct types *t;
	const u8 *data;
	size_t len;
	struct buf *b;
	bool json;
	u32 depth;
	u64 budget; /* values still to be written */
};

enum { MAX_VALUE_DEPTH = 130 };

static void put_value(struct value *v, u32 id, u64 bit_off, u32 bit_size);

static void put_hex(struct value *v, u64 off, u64 len)
{
	u64 i;

	buf_puts(v->b, v->json ? "[" : "");
	for (i = off; i < off + len && i < v->len; i++) {
		if (i > off)
			buf_puts(v->b, v->json ? "," : " ");
		buf_printf(v->b, v->json ? "\"0x%02x\"" : "%02x", v->data[i]);
	}
	buf_puts(v->b, v->json ? "]" : "");
}

static void put_nothing(struct value *v)
{
	buf_puts(v->b, v->json ? "null" : "?");
}

/* `bits` (at most 64) bits from bit `off` on, in the order of this machine. False: outside. */
static bool read_bits(const struct value *v, u64 off, u32 bits, u64 *out)
{
	u64 value = 0;
	u32 i;

	if (!bits || bits > 64 || off + bits > (u64)v->len * 8)
		return false;
	for (i = 0; i < bits; i++) {
		u64 at = off + i;
		bool big = __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__;
		u32 in_byte = (u32)(big ? 7 - at % 8 : at % 8);

		value |= (u64)(v->data[at / 8] >> in_byte & 1) << (big ? bits - 1 - i : i);
	}
	*out = value;
	return true;
}

static u64 sign_extend(u64 value, u32 bits)
{
	u32 shift = 64 - bits;

	return (u64)((s64)(value << shift) >> shift);
}

static bool read_scalar(const struct value *v, u64 bit_off, u32 bits, u64 *out)
{
	const u8 *at = v->data + bit_off / 8;

	if (bit_off % 8 || (bits != 8 && bits != 16 && bits != 32 && bits != 64))
		return read_bits(v, bit_off, bits, out);
	if (bit_off + bits > (u64)v->len * 8)
		return false;
	*out = bits == 8    ? *at
	       : bits == 16 ? LOAD(u16, at)
	       : bits == 32 ? LOAD(u32, at)
			    : LOAD(u64, at);
	return true;
}

static void put_wide(struct value *v, u64 bit_off)
{
	u64 low, high;

	if (!read_bits(v, bit_off, 64, &low) || !read_bits(v, bit_off + 64, 64, &high)) {
		put_nothing(v);
		return;
	}
	if (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__) {
		u64 swap = low;

		low = high;
		high = swap;
	}
	buf_puts(v->b, v->json ? "\"" : "");
	if (high)
		buf_printf(v->b, "0x%llx%016llx", (unsigned long long)high,
			   (unsigned long long)low);
	else
		buf_printf(v->b, "0x%llx", (unsigned long long)low);
	buf_puts(v->b, v->json ? "\"" : "");
}

static void put_char(struct value *v, u8 c)
{
	if (c < 0x20 || c >= 0x7f) {
		buf_printf(v->b, "0x%02x", c);
	} else {
		buf_puts(v->b, c == '\'' || c == '\\' ? "'\\" : "'");
		buf_putc(v->b, (char)c);
		buf_putc(v->b, '\'');
	}
}

static void put_int(struct value *v, u32 id, u64 bit_off, u32 bit_size)
{
	struct type_int in = types_int(v->t, id);
	u32 bits = bit_size ? bit_size : types_get(v->t, id)->size * 8;
	u64 value;

	if (bits > 64) {
		put_wide(v, bit_off);
		return;
	}
	if (!read_scalar(v, bit_off, bits, &value)) {
		put_nothing(v);
		return;
	}
	if (bit_size && v->json)
		buf_printf(v->b, "\"0x%llx\"", (unsigned long long)value);
	else if (in.is_bool)
		buf_puts(v->b, value ? "true" : "false");
	else if (!v->json && !bit_size && bits == 8 && !strcmp(types_name(v->t, id), "char"))
		put_char(v, (u8)value);
	else if (in.is_signed)
		put_s64(v->b, (s64)sign_extend(value, bits));
	else
		put_u64(v->b, value);
}

static void put_enum(struct value *v, u32 id, u64 bit_off, u32 bit_size)
{
	u32 bits = bit_size ? bit_size : types_get(v->t, id)->size * 8, i;
	u64 value, mask = bits < 64 ? (1ULL << bits) - 1 : UINT64_MAX;

	if (!read_scalar(v, bit_off, bits, &value)) {
		put_nothing(v);
		return;
	}
	for (i = 0; i < types_vlen(v->t, id); i++) {
		struct type_enumerator e = types_enumerator(v->t, id, i);

		if ((e.value & mask) != value)
			continue;
		if (v->json)
			put_json(v->b, e.name, strlen(e.name));
		else
			buf_puts(v->b, e.name);
		return;
	}
	if (types_kind_flag(v->t, id))
		put_s64(v->b, (s64)sign_extend(value, bits));
	else
		put_u64(v->b, value);
}

static void put_float(struct value *v, u32 id, u64 bit_off)
{
	u32 size = types_get(v->t, id)->size;
	u64 off = bit_off / 8;
	float narrow;
	double wide;

	if (off + size > v->len) {
		put_nothing(v);
		return;
	}
	if (size == 4) {
		memcpy(&narrow, v->data + off, 4);
		wide = narrow;
	} else if (size == 8) {
		memcpy(&wide, v->data + off, 8);
	} else {
		put_hex(v, off, size);
		return;
	}
	if (v->json && !__builtin_isfinite(wide))
		buf_puts(v->b, "null");
	else
		buf_printf(v->b, "%.17g", wide);
}

static void put_pointer(struct value *v, u64 bit_off)
{
	u64 value;

	if (!read_scalar(v, bit_off, 64, &value))
		put_nothing(v);
	else
		buf_printf(v->b, v->json ? "%llu" : "0x%llx", (unsigned long long)value);
}

/* Length of the text in a char array, printable up to its NUL. -1: not a text. */
static s64 text_len(const struct value *v, u64 off, u64 count)
{
	u64 len;

	if (off > v->len || count > v->len - off)
		return -1;
	for (len = 0; len < count; len++) {
		u8 c = v->data[off + len];

		if (!c)
			return (s64)len;
		if ((c < 0x20 && (c < '\t' || c > '\r')) || c >= 0x7f)
			return -1;
	}
	return -1;
}

static bool is_char(const struct types *t, u32 id)
{
	id = types_strip(t, id);
	return types_kind(t, id) == KIND_INT && types_get(t, id)->size == 1 &&
	       !strcmp(types_name(t, id), "char");
}

static void put_array(struct value *v, u32 id, u64 bit_off)
{
	struct type_array a = types_array(v->t, id);
	s64 size = types_size(v->t, a.elem), len;
	u32 i;

	if (is_char(v->t, a.elem)) {
		len = text_len(v, bit_off / 8, a.count);
		if (len >= 0) {
			put_json(v->b, (const char *)v->data + bit_off / 8, (size_t)len);
			return;
		}
	}
	buf_puts(v->b, v->json ? "[" : a.count ? "{ " : "{");
	for (i = 0; i < a.count && size >= 0; i++) {
		if (i)
			buf_puts(v->b, v->json ? "," : ", ");
		if (!v->budget || bit_off / 8 + (u64)size * i > v->len) {
			put_nothing(v);
			break;
		}
		put_value(v, a.elem, bit_off + (u64)size * 8 * i, 0);
	}
	buf_puts(v->b, v->json ? "]" : a.count ? " }" : "}");
}

static void put_struct(struct value *v, u32 id, u64 bit_off)
{
	u32 i, vlen = types_vlen(v->t, id);

	buf_puts(v->b, v->json ? "{" : vlen ? "{ " : "{");
	for (i = 0; i < vlen; i++) {
		struct type_member m = types_member(v->t, id, i);

		if (i)
			buf_puts(v->b, v->json ? "," : ", ");
		if (v->json) {
			put_json(v->b, m.name, strlen(m.name));
			buf_putc(v->b, ':');
		} else if (*m.name) {
			buf_putc(v->b, '.');
			buf_puts(v->b, m.name);
			buf_puts(v->b, " = ");
		}
		put_value(v, m.type, bit_off + m.bit_off, m.bit_size);
	}
	buf_puts(v->b, v->json ? "}" : vlen ? " }" : "}");
}

static void put_datasec(struct value *v, u32 id)
{
	u32 i, vlen = types_vlen(v->t, id);

	buf_puts(v->b, v->json ? "[" : "{ ");
	for (i = 0; i < vlen; i++) {
		struct type_secinfo s = types_secinfo(v->t, id, i);
		const char *name = types_name(v->t, s.type);

		buf_puts(v->b, i ? v->json ? "," : ", " : "");
		if (v->json) {
			buf_putc(v->b, '{');
			put_json(v->b, name, strlen(name));
			buf_putc(v->b, ':');
		} else {
			buf_printf(v->b, ".%s = ", name);
		}
		put_value(v, types_ref(v->t, s.type), (u64)s.off * 8, 0);
		buf_puts(v->b, v->json ? "}" : "");
	}
	buf_puts(v->b, v->json ? "]" : " }");
}

static void put_kind(struct value *v, u32 id, u64 bit_off, u32 bit_size)
{
	switch (types_kind(v->t, id)) {
	case KIND_INT:
		put_int(v, id, bit_off, bit_size);
		break;
	case KIND_ENUM:
	case KIND_ENUM64:
		put_enum(v, id, bit_off, bit_size);
		break;
	case KIND_PTR:
		put_pointer(v, bit_off);
		break;
	case KIND_FLOAT:
		put_float(v, id, bit_off);
		break;
	case KIND_ARRAY:
		put_array(v, id, bit_off);
		break;
	case KIND_STRUCT:
	case KIND_UNION:
		put_struct(v, id, bit_off);
		break;
	case KIND_DATASEC:
		put_datasec(v, id);
		break;
	case KIND_VAR:
		put_value(v, types_ref(v->t, id), bit_off, 0);
		break;
	default:
		put_nothing(v);
	}
}

static void put_value(struct value *v, u32 id, u64 bit_off, u32 bit_size)
{
	if (!v->budget || v->depth >= MAX_VALUE_DEPTH) {
		put_nothing(v);
		return;
	}
	v->budget--;
	v->depth++;
	put_kind(v, types_strip(v->t, id), bit_off, bit_size);
	v->depth--;
}

void types_value(const struct types *t, u32 id, const void *data, size_t len,
		 enum value_style style, struct buf *out)
{
	struct value v = { .t = t,
			   .data = data,
			   .len = len,
			   .b = out,
			   .json = style == VALUE_JSON,
			   .budget = 1000000 + (u64)len * 8 };

	if (!id || !t)
		put_hex(&v, 0, len);
	else
		put_value(&v, id, 0, 0);
}
