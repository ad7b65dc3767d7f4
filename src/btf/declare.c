// SPDX-License-Identifier: BSD-2-Clause
#include "btf/declare.h"

#include <errno.h>

#include "btf/cnames.h"
#include "btf/dump.h"
#include "btf/dump_out.h"

enum { MAX_CHAIN = 128, MAX_NESTING = 80, QUAL_CONST = 1, QUAL_VOLATILE = 2, QUAL_RESTRICT = 4 };

/* Pointers, arrays and prototypes from the declarator inwards, with what qualifies each. */
struct link {
	u32 id;
	u8 kind, quals;
};
struct chain {
	struct link links[MAX_CHAIN];
	u32 len, base;
	u8 quals; /* of the base */
};

static u8 qualifier(enum type_kind kind)
{
	return kind == KIND_CONST      ? QUAL_CONST
	       : kind == KIND_VOLATILE ? QUAL_VOLATILE
	       : kind == KIND_RESTRICT ? QUAL_RESTRICT
				       : 0;
}

static int follow(const struct types *t, u32 id, struct chain *c)
{
	u32 steps;
	u8 quals = 0;

	c->len = 0;
	for (steps = 0; steps < 4 * MAX_CHAIN; steps++) {
		enum type_kind kind = types_kind(t, id);
		struct link *l = &c->links[c->len];

		switch (kind) {
		case KIND_CONST:
		case KIND_VOLATILE:
		case KIND_RESTRICT:
			quals |= qualifier(kind);
			id = types_ref(t, id);
			continue;
		case KIND_TYPE_TAG:
			id = types_ref(t, id);
			continue;
		case KIND_PTR:
		case KIND_FUNC_PROTO:
		case KIND_ARRAY:
			*l = (struct link){ .id = id, .kind = (u8)kind };
			if (kind == KIND_PTR)
				l->quals = quals;
			if (kind != KIND_ARRAY) /* a const array has const elements */
				quals = 0;
			if (++c->len == MAX_CHAIN)
				return -E2BIG;
			id = kind == KIND_ARRAY ? types_array(t, id).elem : types_ref(t, id);
			continue;
		default:
			c->base = id;
			c->quals = quals;
			return 0;
		}
	}
	return -E2BIG;
}

/* Bytes that C gives an integer of this name, 0 when these are not C's words. */
static u32 spelled_size(const char *name)
{
	static const char *const words[] = { "signed", "unsigned", "int",      "char",
					     "short",  "_Bool",	   "__int128", "long" };
	static const u32 sizes[] = { 0, 0, 0, 1, 2, 1, 16, 0 };
	u32 size = 0, longs = 0, count = 0;

	while (*name) {
		size_t len = strcspn(name, " ");
		u32 i;

		for (i = 0; i < ARRAY_SIZE(words); i++)
			if (strlen(words[i]) == len && !memcmp(words[i], name, len))
				break;
		if (i == ARRAY_SIZE(words) || ++count > 4 || (size && sizes[i]))
			return 0;
		size |= sizes[i];
		longs += i == 7;
		name += len + (name[len] == ' ');
	}
	if (!count || longs > 2 || (size && longs))
		return 0;
	return size ? size : longs ? 8 : 4;
}

static void put_int_name(struct declare *w, u32 id)
{
	static const char *const plain[] = { "signed char", "short", "int", "long long",
					     "__int128" };
	u32 size = types_get(w->t, id)->size;
	const char *name = types_name(w->t, id);
	struct type_int in;

	if (spelled_size(name) == size) {
		buf_puts(w->b, name);
		return;
	}
	in = types_int(w->t, id);
	if (in.is_bool && size == 1) {
		buf_puts(w->b, "_Bool");
		return;
	}
	if (!in.is_signed)
		buf_puts(w->b, "unsigned ");
	buf_puts(w->b, size == 1 && !in.is_signed ? "char" : plain[__builtin_ctz(size)]);
}

static void put_tag(struct declare *w, u32 id, const char *word)
{
	const char *name = types_name(w->t, id);

	buf_puts(w->b, word);
	if (*name) {
		buf_putc(w->b, ' ');
		put_ident(w->b, name, w->names ? w->names->tag(w->names->ctx, id) : 1);
	} else if (w->names && types_kind(w->t, id) == KIND_FWD) {
		buf_printf(w->b, " __anon_%u", id);
	} else if (w->names) {
		buf_putc(w->b, ' ');
		declare_body(w, id);
		w->names->body_done(w->names->ctx, id);
	} else {
		buf_puts(w->b, " {...}");
	}
}

static void put_base(struct declare *w, u32 id)
{
	switch (types_kind(w->t, id)) {
	case KIND_INT:
		put_int_name(w, id);
		break;
	case KIND_STRUCT:
		put_tag(w, id, "struct");
		break;
	case KIND_UNION:
		put_tag(w, id, "union");
		break;
	case KIND_FWD:
		put_tag(w, id, types_kind_flag(w->t, id) ? "union" : "struct");
		break;
	case KIND_ENUM:
	case KIND_ENUM64:
		put_tag(w, id, "enum");
		break;
	case KIND_TYPEDEF:
		put_ident(w->b, types_name(w->t, id),
			  w->names ? w->names->tag(w->names->ctx, id) : 1);
		break;
	case KIND_FLOAT:
		buf_puts(w->b, *types_name(w->t, id) ? types_name(w->t, id) : "float");
		break;
	default:
		buf_puts(w->b, "void");
	}
}

static void put_quals(struct buf *b, u8 quals)
{
	if (quals & QUAL_CONST)
		buf_puts(b, "const ");
	if (quals & QUAL_VOLATILE)
		buf_puts(b, "volatile ");
	if (quals & QUAL_RESTRICT)
		buf_puts(b, "restrict ");
}

static void put_params(struct declare *w, u32 id)
{
	u32 i, vlen = types_vlen(w->t, id);

	buf_putc(w->b, '(');
	for (i = 0; i < vlen && !w->err; i++) {
		struct type_param p = types_param(w->t, id, i);

		if (i)
			buf_puts(w->b, ", ");
		if (!p.type && i + 1 == vlen)
			buf_puts(w->b, "...");
		else
			declare_type(w, p.type, p.name, 1);
	}
	buf_puts(w->b, vlen ? ")" : "void)");
}

static bool binds_tighter(const struct chain *c, u32 i)
{
	return i + 1 < c->len && c->links[i + 1].kind != KIND_PTR;
}

static void put_declarator(struct declare *w, const struct chain *c, const char *name, u32 number)
{
	bool spaced = false;
	u32 i;

	for (i = c->len; i-- > 0;) {
		if (c->links[i].kind != KIND_PTR)
			continue;
		if (!spaced)
			buf_putc(w->b, ' ');
		spaced = true;
		buf_puts(w->b, binds_tighter(c, i) ? "(*" : "*");
		put_quals(w->b, c->links[i].quals);
	}
	if (*name) {
		if (!spaced)
			buf_putc(w->b, ' ');
		put_ident(w->b, name, number);
	} else if (!spaced && c->len && c->links[0].kind == KIND_FUNC_PROTO) {
		buf_putc(w->b, ' ');
	}
	for (i = 0; i < c->len; i++) {
		if (c->links[i].kind == KIND_ARRAY)
			buf_printf(w->b, "[%u]", types_array(w->t, c->links[i].id).count);
		else if (c->links[i].kind == KIND_FUNC_PROTO)
			put_params(w, c->links[i].id);
		else if (binds_tighter(c, i))
			buf_putc(w->b, ')');
	}
}

void declare_type(struct declare *w, u32 id, const char *name, u32 number)
{
	struct chain c;

	if (w->err)
		return;
	if (!w->budget-- || w->depth >= MAX_NESTING) {
		w->budget = 0;
		w->err = -E2BIG;
		return;
	}
	w->err = follow(w->t, id, &c);
	if (w->err)
		return;
	w->depth++;
	put_quals(w->b, c.quals);
	put_base(w, c.base);
	put_declarator(w, &c, name, number);
	w->depth--;
}

void types_declare(const struct types *t, u32 id, const char *declarator, struct buf *out)
{
	struct declare w = { .t = t, .b = out, .budget = 10000 };

	declare_type(&w, id, declarator, 1);
	if (w.err)
		buf_puts(out, "...");
}
