// SPDX-License-Identifier: BSD-2-Clause
/* The raw listing and its JSON form: the same fields in the same order, spelled by two pens. */
#include <errno.h>

#include "btf/dump.h"
#include "btf/dump_out.h"
#include "btf/handle.h"
#include "btf/names.h"

enum { FLUSH = 64 * 1024 };

struct pen {
	const struct types *t;
	struct text text;
	bool json;
};

#define put_literal(b, s) buf_put((b), (s), sizeof(s) - 1)

/* " key=" or ,"key": */
static void key(struct pen *p, const char *name)
{
	struct buf *b = &p->text.buf;

	if (p->json)
		put_literal(b, ",\"");
	else
		buf_putc(b, ' ');
	buf_puts(b, name);
	if (p->json)
		put_literal(b, "\":");
	else
		buf_putc(b, '=');
}

static void number(struct pen *p, const char *name, u64 value)
{
	key(p, name);
	put_u64(&p->text.buf, value);
}

static void word(struct pen *p, const char *name, const char *value)
{
	key(p, name);
	if (p->json)
		put_json(&p->text.buf, value, strlen(value));
	else
		buf_puts(&p->text.buf, value);
}

static const char *shown(const char *name)
{
	return *name ? name : "(anon)";
}

static const char *string_at(const struct pen *p, u32 off)
{
	return shown(types_string(p->t, off));
}

/* The beginning of entry `i`: its quoted name. */
static void entry(struct pen *p, u32 i, const char *name)
{
	struct buf *b = &p->text.buf;

	if (p->json) {
		if (i)
			buf_putc(b, ',');
		put_literal(b, "{\"name\":");
		put_json(b, name, strlen(name));
	} else {
		put_literal(b, "\n\t'");
		buf_puts(b, name);
		buf_putc(b, '\'');
	}
}

static void entry_end(struct pen *p)
{
	if (p->json)
		buf_putc(&p->text.buf, '}');
}

static void list(struct pen *p, const char *name)
{
	if (p->json) {
		key(p, name);
		buf_putc(&p->text.buf, '[');
	}
}

static void list_end(struct pen *p)
{
	if (p->json)
		buf_putc(&p->text.buf, ']');
}

static const char *int_encoding(u32 bits)
{
	static const char *const names[] = { "(none)", "SIGNED", "CHAR", [4] = "BOOL" };

	return bits < ARRAY_SIZE(names) && names[bits] ? names[bits] : "UNKN";
}

static const char *linkage_name(u32 linkage)
{
	static const char *const names[] = { "static", "global", "extern" };

	return linkage < ARRAY_SIZE(names) ? names[linkage] : "(unknown)";
}

static void put_members(struct pen *p, const struct type *type, const u32 *e)
{
	u32 i, vlen = info_vlen(type->info);
	bool flag = type->info >> 31;

	number(p, "size", type->size);
	number(p, "vlen", vlen);
	list(p, "members");
	for (i = 0; i < vlen; i++, e += 3) {
		entry(p, i, string_at(p, e[0]));
		number(p, "type_id", e[1]);
		number(p, "bits_offset", flag ? e[2] & 0xffffff : e[2]);
		if (flag && e[2] >> 24)
			number(p, "bitfield_size", e[2] >> 24);
		entry_end(p);
	}
	list_end(p);
}

static void put_enum_value(struct pen *p, const u32 *e, bool wide, bool is_signed)
{
	struct buf *b = &p->text.buf;

	key(p, "val");
	if (wide) {
		u64 value = (u64)e[2] << 32 | e[1];

		if (is_signed)
			put_s64(b, (s64)value);
		else
			put_u64(b, value);
		if (!p->json)
			buf_puts(b, is_signed ? "LL" : "ULL");
	} else if (is_signed) {
		put_s64(b, (s32)e[1]);
	} else {
		/* bpftool's JSON widens the number with its sign, its text does not */
		put_u64(b, p->json ? (u64)(s64)(s32)e[1] : e[1]);
	}
}

static void put_enum(struct pen *p, const struct type *type, const u32 *e, bool wide)
{
	u32 i, vlen = info_vlen(type->info);
	bool is_signed = type->info >> 31;

	word(p, "encoding", is_signed ? "SIGNED" : "UNSIGNED");
	number(p, "size", type->size);
	number(p, "vlen", vlen);
	list(p, "values");
	for (i = 0; i < vlen; i++, e += wide ? 3 : 2) {
		entry(p, i, string_at(p, e[0]));
		put_enum_value(p, e, wide, is_signed);
		entry_end(p);
	}
	list_end(p);
}

static void put_proto(struct pen *p, const struct type *type, const u32 *e)
{
	u32 i, vlen = info_vlen(type->info);

	number(p, "ret_type_id", type->type);
	number(p, "vlen", vlen);
	list(p, "params");
	for (i = 0; i < vlen; i++, e += 2) {
		entry(p, i, string_at(p, e[0]));
		number(p, "type_id", e[1]);
		entry_end(p);
	}
	list_end(p);
}

static void put_datasec(struct pen *p, const struct type *type, const u32 *e)
{
	u32 i, vlen = info_vlen(type->info);
	struct buf *b = &p->text.buf;

	number(p, "size", type->size);
	number(p, "vlen", vlen);
	list(p, "vars");
	for (i = 0; i < vlen; i++, e += 3) {
		if (p->json)
			buf_puts(b, i ? ",{\"type_id\":" : "{\"type_id\":");
		else
			put_literal(b, "\n\ttype_id=");
		put_u64(b, e[0]);
		number(p, "offset", e[1]);
		number(p, "size", e[2]);
		if (!p->json) {
			put_literal(b, " (");
			buf_puts(b, types_kind_raw_name(types_kind(p->t, e[0])));
			put_literal(b, " '");
			buf_puts(b, shown(types_name(p->t, e[0])));
			put_literal(b, "')");
		}
		entry_end(p);
	}
	list_end(p);
}

static void put_int(struct pen *p, const struct type *type, u32 bits)
{
	number(p, "size", type->size);
	number(p, "bits_offset", bits >> 16 & 0xff);
	number(p, "nr_bits", bits & 0xff);
	word(p, "encoding", int_encoding(bits >> 24 & 0xf));
}

static void put_array(struct pen *p, const u32 *e)
{
	number(p, "type_id", e[0]);
	number(p, "index_type_id", e[1]);
	number(p, "nr_elems", e[2]);
}

static void put_parts(struct pen *p, const struct type *type)
{
	const u32 *e = (const u32 *)(type + 1);

	switch (info_kind(type->info)) {
	case KIND_INT:
		put_int(p, type, *e);
		break;
	case KIND_ARRAY:
		put_array(p, e);
		break;
	case KIND_STRUCT:
	case KIND_UNION:
		put_members(p, type, e);
		break;
	case KIND_ENUM:
		put_enum(p, type, e, false);
		break;
	case KIND_ENUM64:
		put_enum(p, type, e, true);
		break;
	case KIND_FWD:
		word(p, "fwd_kind", type->info >> 31 ? "union" : "struct");
		break;
	case KIND_FUNC_PROTO:
		put_proto(p, type, e);
		break;
	case KIND_FUNC:
		number(p, "type_id", type->type);
		word(p, "linkage", linkage_name(info_vlen(type->info)));
		break;
	case KIND_VAR:
		number(p, "type_id", type->type);
		if (!p->json)
			buf_putc(&p->text.buf, ',');
		word(p, "linkage", linkage_name(*e));
		break;
	case KIND_DATASEC:
		put_datasec(p, type, e);
		break;
	case KIND_FLOAT:
		number(p, "size", type->size);
		break;
	case KIND_DECL_TAG:
		number(p, "type_id", type->type);
		key(p, "component_idx");
		put_s64(&p->text.buf, (s32)*e);
		break;
	default:
		number(p, "type_id", type->type);
	}
}

static void put_type(struct pen *p, u32 id)
{
	const struct type *type = types_get(p->t, id);
	const char *kind = types_kind_raw_name(info_kind(type->info));
	struct buf *b = &p->text.buf;

	buf_puts(b, p->json ? "{\"id\":" : "[");
	put_u64(b, id);
	buf_puts(b, p->json ? ",\"kind\":\"" : "] ");
	buf_puts(b, kind);
	if (p->json) {
		buf_puts(b, "\"");
		word(p, "name", string_at(p, type->name_off));
	} else {
		put_literal(b, " '");
		buf_puts(b, string_at(p, type->name_off));
		buf_putc(b, '\'');
	}
	put_parts(p, type);
	buf_putc(b, p->json ? '}' : '\n');
}

static int dump(const struct types *t, const struct types_roots *roots, FILE *out, bool json)
{
	struct pen p = { .t = t, .json = json, .text.out = out };
	u32 count = roots ? roots->count : t->count - t->first;

	if (json)
		buf_puts(&p.text.buf, "{\"types\":[");
	for (u32 i = 0; i < count && !p.text.err; i++) {
		if (json && i)
			buf_putc(&p.text.buf, ',');
		put_type(&p, roots ? roots->ids[i] : t->first + i);
		text_flush(&p.text, FLUSH);
	}
	if (json)
		buf_puts(&p.text.buf, "]}\n");
	return text_end(&p.text);
}

int types_dump_raw(const struct types *t, FILE *out)
{
	return dump(t, NULL, out, false);
}

int types_dump_json(const struct types *t, FILE *out)
{
	return dump(t, NULL, out, true);
}

int types_dump_roots(const struct types *t, struct types_roots roots, const char *format, FILE *out,
		     struct diag *d)
{
	if (*format == 'c')
		return types_dump_c_of(t, &roots, out, d);
	return dump(t, &roots, out, *format == 'j');
}
