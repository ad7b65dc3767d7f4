// SPDX-License-Identifier: BSD-2-Clause
#include "object/ctypes.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>

enum { DEEPEST = 24, NAME_LEN = 160 };
enum { UNSEEN, BUSY, DEFINED };

int ctypes_init(struct ctypes *c, const struct types *t, const char *prefix, struct buf *defs)
{
	u32 n = t ? types_count(t) : 1;

	*c = (struct ctypes){ .t = t, .prefix = prefix, .defs = defs };
	c->state = calloc(n, sizeof(*c->state));
	c->number = calloc(n, sizeof(*c->number));
	return c->state && c->number ? 0 : -ENOMEM;
}

void ctypes_fini(struct ctypes *c)
{
	free(c->state);
	free(c->number);
}

/* ---- names ---- */

static bool is_keyword(const char *s)
{
	/* Of C11 and of C++17: a header that both read has none of them. */
	static const char *const words[] = {
		"alignas",  "alignof",	"and",	     "asm",	  "auto",      "bool",
		"break",    "case",	"catch",     "char",	  "class",     "const",
		"continue", "default",	"delete",    "do",	  "double",    "else",
		"enum",	    "explicit", "export",    "extern",	  "false",     "float",
		"for",	    "friend",	"goto",	     "if",	  "inline",    "int",
		"long",	    "mutable",	"namespace", "new",	  "noexcept",  "not",
		"nullptr",  "operator", "or",	     "private",	  "protected", "public",
		"register", "restrict", "return",    "short",	  "signed",    "sizeof",
		"static",   "struct",	"switch",    "template",  "this",      "thread_local",
		"throw",    "true",	"try",	     "typedef",	  "typeid",    "typename",
		"union",    "unsigned", "using",     "virtual",	  "void",      "volatile",
		"wchar_t",  "while",	"xor",	     "constexpr", "decltype",  "static_assert",
	};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		if (!strcmp(words[i], s))
			return true;
	}
	return false;
}

struct ident ctypes_ident(const char *name)
{
	struct ident out;

	snprintf(out.s, sizeof(out.s) - 1, "%s%s", isdigit((u8)*name) ? "_" : "", name);
	for (char *s = out.s; *s; s++) {
		if (!isalnum((u8)*s))
			*s = '_';
	}
	if (is_keyword(out.s))
		strcat(out.s, "_");
	return out;
}

/* Skip qualifiers; *name: the innermost typedef's. */
static u32 resolve(const struct types *t, u32 id, const char **name)
{
	*name = "";
	for (u32 i = 0; i < DEEPEST; i++) {
		switch (types_kind(t, id)) {
		case KIND_TYPEDEF:
			*name = types_name(t, id);
			break;
		case KIND_CONST:
		case KIND_VOLATILE:
		case KIND_RESTRICT:
		case KIND_TYPE_TAG:
			break;
		default:
			return id;
		}
		id = types_ref(t, id);
	}
	return 0;
}

static bool is_composite(enum type_kind kind)
{
	return kind == KIND_STRUCT || kind == KIND_UNION;
}

/* Its own name or a typedef's; NULL: it has none, and its body stands where it is used. */
static const char *tag_of(const struct types *t, u32 id, const char *alias)
{
	const char *name = types_name(t, id);

	return *name ? name : *alias ? alias : NULL;
}

static void put_tag(struct ctypes *c, struct buf *out, u32 id, const char *alias)
{
	buf_printf(out, "%s %s_%s", types_kind(c->t, id) == KIND_STRUCT ? "struct" : "union",
		   c->prefix, tag_of(c->t, id, alias));
	if (c->number[id])
		buf_printf(out, "_%u", c->number[id] + 1);
}

/* ---- declarations ---- */

static bool put_body(struct ctypes *c, struct buf *out, u32 id, u32 level);

static const char *scalar(const struct types *t, u32 id, u64 size)
{
	static const char *const ints[2][4] = {
		{ "uint8_t", "uint16_t", "uint32_t", "uint64_t" },
		{ "int8_t", "int16_t", "int32_t", "int64_t" },
	};
	enum type_kind kind = types_kind(t, id);
	struct type_int info = types_int(t, id);
	bool negative = info.is_signed;

	if (kind == KIND_FLOAT)
		return size == 4 ? "float" : size == 8 ? "double" : NULL;
	if (kind == KIND_ENUM || kind == KIND_ENUM64)
		negative = types_kind_flag(t, id);
	else if (kind != KIND_INT && kind != KIND_PTR)
		return NULL;
	if (kind == KIND_INT && size == 1 && info.is_bool)
		return "bool";
	if (kind == KIND_INT && size == 1 && !strcmp(types_name(t, id), "char"))
		return "char";
	switch (size) {
	case 1:
		return ints[negative][0];
	case 2:
		return ints[negative][1];
	case 4:
		return ints[negative][2];
	case 8:
		return ints[negative][3];
	default:
		return NULL;
	}
}

static void put_bytes(struct buf *out, const char *name, u64 size, u32 align)
{
	buf_printf(out, "unsigned char %s[%llu]", name, (unsigned long long)size);
	if (align > 1)
		buf_printf(out, " __attribute__((aligned(%u)))", align);
}

static void declare(struct ctypes *c, struct buf *out, u32 id, const char *name, u64 size,
		    u32 level)
{
	char declarator[NAME_LEN * 2];
	const char *alias, *word;
	struct type_array a;
	size_t start = out->len;

	id = resolve(c->t, id, &alias);
	a = types_array(c->t, id);
	if (types_kind(c->t, id) == KIND_ARRAY && a.count && level < DEEPEST) {
		snprintf(declarator, sizeof(declarator), "%s[%u]", name, a.count);
		declare(c, out, a.elem, declarator, size / a.count, level + 1);
		return;
	}
	word = scalar(c->t, id, size);
	if (word) {
		buf_printf(out, "%s%s%s", word, *name ? " " : "", name);
		return;
	}
	if (!is_composite(types_kind(c->t, id)) || level >= DEEPEST) {
		put_bytes(out, name, size, types_align(c->t, id));
		return;
	}
	if (tag_of(c->t, id, alias)) {
		put_tag(c, out, id, alias);
	} else {
		buf_puts(out, types_kind(c->t, id) == KIND_STRUCT ? "struct " : "union ");
		if (!put_body(c, out, id, level)) {
			out->len = start;
			put_bytes(out, *name ? name : "unnamed", size, types_align(c->t, id));
			return;
		}
	}
	buf_printf(out, "%s%s", *name ? " " : "", name);
}

void ctypes_declare(struct ctypes *c, struct buf *out, u32 id, const char *name, u64 size)
{
	s64 real = types_size(c->t, id);

	if (real != (s64)size)
		put_bytes(out, name, size, types_align(c->t, id));
	else
		declare(c, out, id, name, size, 0);
}

void ctypes_pointer(struct ctypes *c, struct buf *out, u32 id, const char *name, u64 size)
{
	char declarator[NAME_LEN];
	const char *alias;
	u32 real = c->t && id ? resolve(c->t, id, &alias) : 0;

	if (!real || types_size(c->t, real) != (s64)size || !size) {
		buf_printf(out, "void *%s", name);
		return;
	}
	ctypes_define(c, id);
	snprintf(declarator, sizeof(declarator),
		 types_kind(c->t, real) == KIND_ARRAY ? "(*%s)" : "*%s", name);
	declare(c, out, id, declarator, size, 0);
}

/* ---- bodies ---- */

static void tabs(struct buf *out, u32 level)
{
	for (u32 i = 0; i < level; i++)
		buf_putc(out, '\t');
}

static u64 align_up(u64 value, u64 align)
{
	return (value + align - 1) / align * align;
}

struct layout {
	u64 pos; /* bits */
	u64 align;
	bool packed;
};

/* Where a C compiler puts the member. */
static u64 natural(const struct types *t, const struct type_member *m, const struct layout *l,
		   u64 size)
{
	u64 align = l->packed ? 8 : (u64)types_align(t, m->type) * 8;

	if (!m->bit_size)
		return align_up(l->pos, align);
	if (l->packed || l->pos % align + m->bit_size <= size * 8)
		return l->pos;
	return align_up(l->pos, align);
}

static bool put_pad(struct buf *out, u64 from, u64 to, u32 level)
{
	if (from % 8 || to % 8 || to < from)
		return false;
	tabs(out, level + 1);
	buf_printf(out, "unsigned char pad_%llu[%llu];\n", (unsigned long long)from / 8,
		   (unsigned long long)(to - from) / 8);
	return true;
}

static bool put_member(struct ctypes *c, struct buf *out, const struct type_member *m,
		       struct layout *l, bool is_union, u32 level)
{
	s64 size = types_size(c->t, m->type);
	u64 at = size < 0 ? 0 : is_union ? 0 : natural(c->t, m, l, (u64)size);

	if (size < 0 || (is_union && m->bit_off))
		return false;
	if (!size && !m->bit_size)
		return true; /* a flexible array: no bytes of the value */
	if (at != m->bit_off) {
		if (m->bit_off < l->pos || !put_pad(out, l->pos, m->bit_off, level))
			return false;
		l->pos = m->bit_off;
		if (natural(c->t, m, l, (u64)size) != m->bit_off)
			return false;
	}
	tabs(out, level + 1);
	declare(c, out, m->type, *m->name ? ctypes_ident(m->name).s : "", (u64)size, level + 1);
	if (m->bit_size)
		buf_printf(out, " : %u", m->bit_size);
	buf_puts(out, ";\n");
	at = m->bit_off + (m->bit_size ? m->bit_size : (u64)size * 8);
	l->pos = MAX(l->pos, at);
	return true;
}

/* "{ … }" that has each member at its place; false: C cannot say that. */
static bool put_body(struct ctypes *c, struct buf *out, u32 id, u32 level)
{
	bool is_union = types_kind(c->t, id) == KIND_UNION;
	u64 size = (u64)types_size(c->t, id) * 8;
	struct layout l = { .align = 8 };

	if (level >= DEEPEST || !types_vlen(c->t, id))
		return false;
	for (u32 i = 0; i < types_vlen(c->t, id); i++)
		l.align = MAX(l.align, (u64)types_align(c->t, types_member(c->t, id, i).type) * 8);
	l.packed = types_align(c->t, id) * 8 < l.align;
	buf_puts(out, "{\n");
	for (u32 i = 0; i < types_vlen(c->t, id); i++) {
		struct type_member m = types_member(c->t, id, i);

		if (!put_member(c, out, &m, &l, is_union, level))
			return false;
	}
	if (align_up(l.pos, l.packed ? 8 : l.align) != size &&
	    !put_pad(out, is_union ? 0 : l.pos, size, level))
		return false;
	tabs(out, level);
	buf_puts(out, l.packed ? "} __attribute__((packed))" : "}");
	return true;
}

/* ---- definitions ---- */

static void define_enum(struct ctypes *c, u32 id)
{
	bool wide = types_kind(c->t, id) == KIND_ENUM64, negative = types_kind_flag(c->t, id);

	c->state[id] = DEFINED;
	for (u32 i = 0; i < types_vlen(c->t, id); i++) {
		struct type_enumerator e = types_enumerator(c->t, id, i);

		buf_printf(c->defs,
			   negative ? "#define %s_%s (%lld%s)\n" : "#define %s_%s %llu%s\n",
			   c->prefix, ctypes_ident(e.name).s, (long long)e.value,
			   wide	      ? negative ? "LL" : "ULL"
			   : negative ? ""
				      : "U");
	}
}

/* Structures of the same name, from several files of the program, are told apart by numbers. */
static u32 count_same(const struct ctypes *c, u32 id, const char *tag)
{
	u32 n = 0;

	for (u32 i = 1; i < types_count(c->t); i++)
		n += c->state[i] == DEFINED && i != id && is_composite(types_kind(c->t, i)) &&
		     !strcmp(types_name(c->t, i), tag);
	return n;
}

static void define_composite(struct ctypes *c, u32 id, const char *alias)
{
	const char *tag = tag_of(c->t, id, alias);
	struct buf text = { 0 };

	c->state[id] = BUSY;
	for (u32 i = 0; i < types_vlen(c->t, id); i++)
		ctypes_define(c, types_member(c->t, id, i).type);
	c->state[id] = DEFINED;
	if (!tag)
		return;
	c->number[id] = count_same(c, id, tag);
	put_tag(c, &text, id, alias);
	buf_putc(&text, ' ');
	if (!put_body(c, &text, id, 0)) {
		buf_clear(&text);
		put_tag(c, &text, id, alias);
		buf_puts(&text, " {\n\t");
		put_bytes(&text, "bytes", (u64)types_size(c->t, id), types_align(c->t, id));
		buf_puts(&text, ";\n}");
	}
	buf_printf(c->defs, "%s;\n\n", buf_str(&text));
	buf_fini(&text);
}

void ctypes_define(struct ctypes *c, u32 id)
{
	const char *alias;

	if (!c->t)
		return;
	id = resolve(c->t, id, &alias);
	if (c->state[id] != UNSEEN || types_size(c->t, id) < 0)
		return;
	switch (types_kind(c->t, id)) {
	case KIND_ARRAY:
		ctypes_define(c, types_array(c->t, id).elem);
		break;
	case KIND_ENUM:
	case KIND_ENUM64:
		define_enum(c, id);
		break;
	case KIND_STRUCT:
	case KIND_UNION:
		define_composite(c, id, alias);
		break;
	default:
		break;
	}
}
