// SPDX-License-Identifier: BSD-2-Clause
#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>

#include "api/handle.h"
#include "api/parse.h"
#include "base/buf.h"
#include "base/str.h"
#include "btf/types.h"
#include "spec/map.h"

enum { DEEPEST = 16, LONGEST_TEXT = 4096 };

struct parse {
	const struct types *types; /* may be NULL */
	struct diag *d;
	const char *text; /* the whole argument; spans point into it */
	u32 file;
};

static int fail(const struct parse *p, const char *at, size_t len, const char *what)
{
	struct span s = { p->file, (u32)(at - p->text), (u32)len };

	return diag_error(p->d, -EINVAL, s, "%s", what);
}

/* "02:00:5e:10:00:01": six groups of one or two hex digits. */
static bool parse_mac(const char *s, u8 *out)
{
	for (int i = 0; i < 6; i++) {
		size_t n = strspn(s, "0123456789abcdefABCDEF");

		if (n < 1 || n > 2 || s[n] != (i < 5 ? ':' : 0))
			return false;
		out[i] = (u8)strtoul(s, NULL, 16);
		s += n + 1;
	}
	return true;
}

/* "10.0.0.0/8": u32 prefix length, then the address of `addr` bytes. No slash: all its bits. */
static bool parse_prefix(const char *s, size_t addr, u8 *out)
{
	size_t len = strcspn(s, "/"), digits = strspn(s + len + !!s[len], "0123456789");
	char text[INET6_ADDRSTRLEN];
	u8 bytes[16];
	u32 bits = (u32)addr * 8;

	if (len >= sizeof(text))
		return false;
	memcpy(text, s, len);
	text[len] = 0;
	if (s[len]) {
		if (digits < 1 || digits > 3 || s[len + 1 + digits])
			return false;
		bits = (u32)strtoul(s + len + 1, NULL, 10);
	}
	if (bits > addr * 8 || inet_pton(addr == 4 ? AF_INET : AF_INET6, text, bytes) != 1)
		return false;
	STORE(u32, out, bits);
	memcpy(out + 4, bytes, addr);
	return true;
}

static bool parse_address(const char *s, size_t size, u8 *out)
{
	switch (size) {
	case 4:
		return inet_pton(AF_INET, s, out) == 1;
	case 6:
		return parse_mac(s, out);
	case 16:
		return inet_pton(AF_INET6, s, out) == 1;
	case 8:
	case 20:
		return parse_prefix(s, size - 4, out);
	default:
		return false;
	}
}

static bool parse_enumerator(const struct types *t, u32 id, const char *s, u64 *out)
{
	for (u32 i = 0; i < types_vlen(t, id); i++) {
		struct type_enumerator e = types_enumerator(t, id, i);

		if (!strcmp(e.name, s)) {
			*out = e.value;
			return true;
		}
	}
	return false;
}

static const char *not_a_number(const char *s, size_t size, enum type_kind kind)
{
	if (kind == KIND_ENUM || kind == KIND_ENUM64)
		return "this is neither a number nor a name of the enum";
	if (size == 8 && strchr(s, '/'))
		return "this is not an IPv4 prefix such as 10.0.0.0/8";
	if (size == 4 && s[0] >= '0' && s[0] <= '9' && strchr(s, '.'))
		return "this is not an IPv4 address";
	return "this is not a number";
}

static int parse_integer(const struct parse *p, const char *at, const char *s, u32 id, size_t size,
			 u8 *out)
{
	enum type_kind kind = p->types ? types_kind(p->types, id) : KIND_VOID;
	unsigned bits = (unsigned)size * 8;
	bool negative = s[0] == '-';
	const char *digits;
	u64 value;
	char *end;
	int base;

	if ((kind == KIND_ENUM || kind == KIND_ENUM64) && parse_enumerator(p->types, id, s, &value))
		goto store;
	if (!strcmp(s, "true") || !strcmp(s, "false")) {
		value = s[0] == 't';
		goto store;
	}
	digits = s + negative;
	base = digits[0] == '0' && (digits[1] | ' ') == 'x' ? 16 : 10;
	errno = 0;
	value = strtoull(digits, &end, base);
	if (digits[0] < '0' || digits[0] > '9' || *end)
		return fail(p, at, strlen(s), not_a_number(s, size, kind));
	if (errno || (negative ? value > 1ULL << (bits - 1) : bits < 64 && value >> bits))
		return fail(p, at, strlen(s), "this number does not fit");
	if (negative)
		value = -value;
store:
	memcpy(out, &value, size); /* little end first, as on every machine skep runs on */
	return 0;
}

static int parse_leaf(const struct parse *p, const char *at, size_t len, u32 id, size_t size,
		      u8 *out)
{
	char s[LONGEST_TEXT];

	if (len >= sizeof(s))
		return fail(p, at, len, "this text is too long");
	memcpy(s, at, len);
	s[len] = 0;
	if (len >= 2 && s[0] == '"' && s[len - 1] == '"') {
		if (len - 2 > size)
			return fail(p, at, len, "this text is longer than the field");
		memcpy(out, s + 1, len - 2);
		return 0;
	}
	if (parse_address(s, size, out))
		return 0;
	if (size == 1 || size == 2 || size == 4 || size == 8)
		return parse_integer(p, at, s, id, size, out);
	if (size == 20 && strchr(s, '/'))
		return fail(p, at, len, "this is not an IPv6 prefix such as fe80::/10");
	fail(p, at, len, "this text does not give a value of the wanted size");
	diag_hint(p->d, "%zu bytes are wanted: write {member,member,…}, \"text\" or hex:00 01 …",
		  size);
	return -EINVAL;
}

static const char *trim(const char *s, const char **end)
{
	while (s < *end && (*s == ' ' || *s == '\t'))
		s++;
	while (*end > s && ((*end)[-1] == ' ' || (*end)[-1] == '\t'))
		(*end)--;
	return s;
}

/* The end of one item: the next comma outside braces and quotes. */
static const char *item_end(const char *s, const char *end)
{
	int depth = 0;
	bool quoted = false;

	for (; s < end; s++) {
		if (*s == '"')
			quoted = !quoted;
		if (quoted)
			continue;
		depth += (*s == '{') - (*s == '}');
		if (*s == ',' && !depth)
			break;
	}
	return s;
}

struct item {
	u32 type;
	size_t off, size; /* bytes */
};

/* Item i of a struct, union, array or section of globals. NULL, or why there is none. */
static const char *item_place(const struct types *t, u32 id, u32 i, struct item *out)
{
	enum type_kind kind = types_kind(t, id);
	s64 size;

	if (kind == KIND_ARRAY) {
		struct type_array a = types_array(t, id);

		size = types_size(t, a.elem);
		if (i >= a.count)
			return "the array has no such element";
		*out = (struct item){ a.elem, (size_t)i * (size_t)MAX(size, 0), (size_t)size };
	} else if (kind == KIND_STRUCT || kind == KIND_UNION) {
		struct type_member m = types_member(t, id, i);

		if (i >= types_vlen(t, id))
			return "there is no such member";
		if (m.bit_size || m.bit_off % 8)
			return "this member is a bitfield: write the whole as hex:00 01 …";
		size = types_size(t, m.type);
		*out = (struct item){ m.type, m.bit_off / 8, (size_t)size };
	} else if (kind == KIND_DATASEC) {
		struct type_secinfo v = types_secinfo(t, id, i);

		if (i >= types_vlen(t, id))
			return "there is no such variable";
		size = types_size(t, types_ref(t, v.type));
		*out = (struct item){ types_ref(t, v.type), v.off, (size_t)size };
	} else {
		return "braces are for structs and arrays";
	}
	return size < 0 ? "this member has no size" : NULL;
}

/* ".name=" before an item: sets *i to that member and gives what follows. */
static const char *item_named(const struct parse *p, u32 id, const char *s, const char *stop,
			      u32 *i)
{
	enum type_kind kind = types_kind(p->types, id);
	const char *equals, *end, *name;

	s = trim(s, &stop);
	if (s == stop || *s != '.' || kind == KIND_ARRAY)
		return s;
	equals = memchr(s, '=', (size_t)(stop - s));
	if (!equals)
		return s;
	end = equals;
	s = trim(s + 1, &end);
	for (u32 k = 0; k < types_vlen(p->types, id); k++) {
		name = kind == KIND_DATASEC
			       ? types_name(p->types, types_secinfo(p->types, id, k).type)
			       : types_member(p->types, id, k).name;
		if (strlen(name) == (size_t)(end - s) && !memcmp(name, s, strlen(name))) {
			*i = k;
			return equals + 1;
		}
	}
	*i = UINT32_MAX; /* no such member */
	return s;
}

static int parse_value(const struct parse *p, const char *s, const char *end, u32 id, size_t size,
		       u8 *out, int depth)
{
	const char *stop;
	int err = 0;

	s = trim(s, &end);
	if (p->types)
		id = types_strip(p->types, id);
	if (s == end || *s != '{')
		return parse_leaf(p, s, (size_t)(end - s), id, size, out);
	if (end[-1] != '}' || end - s < 2)
		return fail(p, s, (size_t)(end - s), "the braces do not match");
	if (depth == DEEPEST)
		return fail(p, s, (size_t)(end - s), "braces are nested too deep");
	if (!p->types || !id)
		return fail(p, s, (size_t)(end - s), "braces need BTF types; write hex:00 01 …");
	s++, end--;
	for (u32 i = 0; !err && trim(s, &end) < end; i++, s = stop + 1) {
		struct item item = { 0 };
		const char *why;

		stop = item_end(s, end);
		s = item_named(p, id, s, stop, &i);
		why = item_place(p->types, id, i, &item);
		if (!why && (item.off > size || item.size > size - item.off))
			why = "this member lies outside the value";
		if (why)
			return fail(p, s, (size_t)(stop - s), why);
		err = parse_value(p, s, stop, item.type, item.size, out + item.off, depth + 1);
		if (stop == end)
			break;
	}
	return err;
}

static int parse_hex(const struct parse *p, const char *s, size_t size, u8 *out)
{
	struct buf bytes = { 0 };
	size_t bad = 0;
	int err = str_unhex(&bytes, s, strlen(s), &bad);

	if (err) {
		err = fail(p, s + bad, 1, "this is not a hex byte");
	} else if (bytes.len != size) {
		err = fail(p, s, strlen(s), "the number of bytes is wrong");
		diag_hint(p->d, "%zu bytes are wanted, these are %zu", size, bytes.len);
	} else {
		memcpy(out, bytes.data, size);
	}
	buf_fini(&bytes);
	return err;
}

/* Values of prog arrays and maps of maps: the name of a program or map, stored as its number. */
static bool parse_thing(const struct unit_map *m, const char *text, u8 *out)
{
	const struct object *obj = m->unit->obj;
	const struct obj_prog *prog;
	s32 index = -1;

	if (m->src->type == MAP_TYPE_PROG_ARRAY) {
		prog = object_prog(obj, text);
		index = prog ? (s32)(prog - obj->progs) : -1;
	} else if (m->src->type == MAP_TYPE_ARRAY_OF_MAPS ||
		   m->src->type == MAP_TYPE_HASH_OF_MAPS) {
		index = object_map_index(obj, text);
	}
	if (index < 0 || m->src->value_size != sizeof(index))
		return false;
	memcpy(out, &index, sizeof(index));
	return true;
}

int parse_text(const struct types *types, u32 type, size_t size, const char *text,
	       const char *where, void *out, struct diag *d)
{
	struct parse p = { types, d, text, diag_file(d, where, text, strlen(text), 1) };

	memset(out, 0, size);
	if (str_starts(text, "hex:"))
		return parse_hex(&p, text + 4, size, out);
	return parse_value(&p, text, text + strlen(text), type, size, out, 0);
}

int skep_map_parse(const struct skep_map *map, bool key, const char *text, void *out,
		   struct skep_diag *diag)
{
	const struct unit_map *m = map_of(map);
	char where[80];

	snprintf(where, sizeof(where), "<%s of %s>", key ? "key" : "value", m->src->name);
	if (!key && parse_thing(m, text, out))
		return 0;
	return parse_text(m->unit->obj->types, key ? m->src->key_type_id : m->src->value_type_id,
			  key ? m->src->key_size : m->src->value_size, text, where, out,
			  diag_of(diag));
}
