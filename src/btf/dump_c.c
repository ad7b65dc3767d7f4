// SPDX-License-Identifier: BSD-2-Clause
/*
 * A compilable header. Each type is written after what it needs: whole definitions of what it
 * holds by value, declarations of what it points to. `need` walks that order once per type and
 * strength, so hostile input costs no more than its size.
 */
#include <errno.h>
#include <stdlib.h>

#include "base/str.h"
#include "base/vec.h"
#include "btf/cnames.h"
#include "btf/declare.h"
#include "btf/dump.h"
#include "btf/dump_out.h"
#include "btf/handle.h"

enum {
	SEEN_WEAK = 1,	 /* declared, or about to be */
	SEEN_STRONG = 2, /* defined, or about to be */
	DECLARED = 4,
	WRITTEN = 8,
	RENAMED = 16,
	MAX_ORDER_DEPTH = 1024,
	FLUSH = 64 * 1024,
};

struct rename {
	u32 id, number;
};

struct dump {
	const struct types *t;
	struct text text;
	struct declare w;
	struct declare_names names;
	struct cnames tags, idents;
	VEC(struct rename) renames; /* ascending by id within each of two passes, then sorted */
	u8 *state;		    /* [id] */
	u32 current; /* the struct whose members are being looked at, 0: inside something else */
	u32 depth;
	int err;
};

static bool is_composite(enum type_kind kind)
{
	return kind == KIND_STRUCT || kind == KIND_UNION;
}

static bool is_enum(enum type_kind kind)
{
	return kind == KIND_ENUM || kind == KIND_ENUM64;
}

static int by_id(const void *a, const void *b)
{
	u32 x = ((const struct rename *)a)->id, y = ((const struct rename *)b)->id;

	return x < y ? -1 : x > y;
}

static u32 name_number(void *ctx, u32 id)
{
	const struct dump *p = ctx;
	const struct rename want = { .id = id }, *found;

	if (!(p->state[id] & RENAMED))
		return 1;
	found = bsearch(&want, p->renames.data, p->renames.len, sizeof(want), by_id);
	return found ? found->number : 1;
}

static u32 enumerator_number(void *ctx, u32 off)
{
	struct dump *p = ctx;
	u32 number = off ? cnames_add(&p->idents, off, KIND_ENUM) : 1;

	if (!number)
		p->err = -ENOMEM;
	return number;
}

static void body_done(void *ctx, u32 id)
{
	((struct dump *)ctx)->state[id] |= WRITTEN;
}

static void set_number(struct dump *p, u32 id, u32 number)
{
	struct rename *r;

	if (number == 1)
		return;
	r = number ? vec_push(&p->renames) : NULL;
	if (!r) {
		p->err = -ENOMEM;
		return;
	}
	*r = (struct rename){ .id = id, .number = number };
	p->state[id] |= RENAMED;
}

/* The kernel's __builtin_va_list is not the one of the compiler that reads the header. */
static u32 typedef_number(struct dump *p, u32 off)
{
	u32 number = cnames_add(&p->idents, off, KIND_TYPEDEF);

	if (number == 1 && str_starts(types_string(p->t, off), "__builtin_"))
		number = cnames_add(&p->idents, off, KIND_TYPEDEF);
	return number;
}

/* Definitions take names first, forward declarations then join them. */
static void name_types(struct dump *p)
{
	u32 id;

	for (id = 1; id < p->t->count && !p->err; id++) {
		const struct type *type = types_get(p->t, id);
		enum type_kind kind = info_kind(type->info);

		if (!type->name_off)
			continue;
		if (is_composite(kind) || (is_enum(kind) && info_vlen(type->info)))
			set_number(p, id,
				   cnames_add(&p->tags, type->name_off,
					      kind == KIND_ENUM64 ? KIND_ENUM : kind));
		else if (kind == KIND_TYPEDEF)
			set_number(p, id, typedef_number(p, type->name_off));
	}
	for (id = 1; id < p->t->count && !p->err; id++) {
		const struct type *type = types_get(p->t, id);
		enum type_kind kind = info_kind(type->info);

		if (!type->name_off)
			continue;
		if (kind == KIND_FWD)
			kind = type->info >> 31 ? KIND_UNION : KIND_STRUCT;
		else if (is_enum(kind) && !info_vlen(type->info))
			kind = KIND_ENUM;
		else
			continue;
		set_number(p, id, cnames_join(&p->tags, type->name_off, kind));
	}
	if (p->renames.len)
		qsort(p->renames.data, p->renames.len, sizeof(struct rename), by_id);
}

static const char *tag_word(const struct types *t, u32 id)
{
	switch (types_kind(t, id)) {
	case KIND_STRUCT:
		return "struct";
	case KIND_UNION:
		return "union";
	case KIND_FWD:
		return types_kind_flag(t, id) ? "union" : "struct";
	default:
		return "enum";
	}
}

static void put_tagged(struct dump *p, u32 id)
{
	const char *name = types_name(p->t, id);

	buf_puts(&p->text.buf, tag_word(p->t, id));
	if (*name) {
		buf_putc(&p->text.buf, ' ');
		put_ident(&p->text.buf, name, name_number(p, id));
	} else if (types_kind(p->t, id) == KIND_FWD) {
		buf_printf(&p->text.buf, " __anon_%u", id);
	}
}

static void write_forward(struct dump *p, u32 id)
{
	if (p->state[id] & (DECLARED | WRITTEN))
		return;
	p->state[id] |= DECLARED;
	put_tagged(p, id);
	buf_puts(&p->text.buf, ";\n\n");
}

static void write_definition(struct dump *p, u32 id)
{
	if (p->state[id] & WRITTEN)
		return;
	p->state[id] |= WRITTEN;
	put_tagged(p, id);
	buf_putc(&p->text.buf, ' ');
	declare_body(&p->w, id);
	buf_puts(&p->text.buf, ";\n\n");
	text_flush(&p->text, FLUSH);
}

static void write_typedef(struct dump *p, u32 id)
{
	const char *name = types_name(p->t, id);

	if (p->state[id] & WRITTEN)
		return;
	p->state[id] |= WRITTEN;
	buf_puts(&p->text.buf, "typedef ");
	declare_type(&p->w, types_ref(p->t, id), name, name_number(p, id));
	buf_puts(&p->text.buf, ";\n\n");
}

static void need(struct dump *p, u32 id, bool strong);

static void need_members(struct dump *p, u32 id)
{
	u32 i, vlen = types_vlen(p->t, id);

	for (i = 0; i < vlen && !p->err; i++)
		need(p, types_member(p->t, id, i).type, true);
}

static void need_composite(struct dump *p, u32 id, bool strong)
{
	u32 outer = p->current;

	if (!*types_name(p->t, id)) {
		need_members(p, id);
		return;
	}
	if (!strong) {
		write_forward(p, id);
		return;
	}
	p->current = id;
	need_members(p, id);
	p->current = outer;
	write_definition(p, id);
}

static void need_typedef(struct dump *p, u32 id, bool strong)
{
	u32 outer = p->current;

	p->current = 0;
	if (!(p->state[id] & WRITTEN)) {
		need(p, types_ref(p->t, id), false);
		write_typedef(p, id);
	}
	if (strong)
		need(p, types_ref(p->t, id), true);
	p->current = outer;
}

static void need_proto(struct dump *p, u32 id)
{
	u32 i, vlen = types_vlen(p->t, id), outer = p->current;

	p->current = 0; /* a tag first seen in a prototype would be local to it */
	need(p, types_ref(p->t, id), false);
	for (i = 0; i < vlen && !p->err; i++)
		need(p, types_param(p->t, id, i).type, false);
	p->current = outer;
}

static void need_kind(struct dump *p, u32 id, bool strong)
{
	enum type_kind kind = types_kind(p->t, id);

	switch (kind) {
	case KIND_PTR:
		need(p, types_ref(p->t, id), false);
		break;
	case KIND_CONST:
	case KIND_VOLATILE:
	case KIND_RESTRICT:
	case KIND_TYPE_TAG:
		need(p, types_ref(p->t, id), strong);
		break;
	case KIND_ARRAY: /* of complete types only, even behind a pointer */
		need(p, types_array(p->t, id).elem, true);
		break;
	case KIND_STRUCT:
	case KIND_UNION:
		need_composite(p, id, strong);
		break;
	case KIND_TYPEDEF:
		need_typedef(p, id, strong);
		break;
	case KIND_ENUM:
	case KIND_ENUM64:
		if (!*types_name(p->t, id))
			break;
		if (types_vlen(p->t, id))
			write_definition(p, id);
		else
			write_forward(p, id);
		break;
	case KIND_FWD:
		write_forward(p, id);
		break;
	case KIND_FUNC_PROTO:
		need_proto(p, id);
		break;
	default:
		break;
	}
}

static void need(struct dump *p, u32 id, bool strong)
{
	u8 bit = strong ? SEEN_STRONG : SEEN_WEAK;
	enum type_kind kind = types_kind(p->t, id);

	if (p->err || kind == KIND_VOID || kind == KIND_INT || kind == KIND_FLOAT)
		return;
	if (!strong && id == p->current) /* its own tag is in scope */
		return;
	if (kind != KIND_PTR) {
		if (p->state[id] & bit)
			return;
		p->state[id] |= bit;
	}
	if (++p->depth > MAX_ORDER_DEPTH)
		p->err = -E2BIG;
	else
		need_kind(p, id, strong);
	p->depth--;
}

static void write_types(struct dump *p)
{
	u32 id;

	for (id = p->t->first; id < p->t->count && !p->err && !p->w.err; id++) {
		enum type_kind kind = types_kind(p->t, id);

		p->current = 0;
		if (*types_name(p->t, id) && (is_composite(kind) || is_enum(kind) ||
					      kind == KIND_TYPEDEF || kind == KIND_FWD))
			need(p, id, true);
	}
	/* constants that no written type mentions */
	for (id = p->t->first; id < p->t->count && !p->err; id++)
		if (is_enum(types_kind(p->t, id)) && types_vlen(p->t, id))
			write_definition(p, id);
}

static int dump_report(struct dump *p, struct diag *d)
{
	int err = text_end(&p->text);

	if (p->err)
		err = p->err;
	else if (p->w.err)
		err = p->w.err;
	if (err == -E2BIG)
		return diag_error(d, err, NOWHERE, "BTF nests too deep to be written as C");
	if (err == -ENOMEM)
		return diag_nomem(d);
	return err ? diag_error(d, err, NOWHERE, "cannot write: %s", strerror(-err)) : 0;
}

static void write_roots(struct dump *p, const struct types_roots *roots)
{
	for (u32 i = 0; i < roots->count && !p->err && !p->w.err; i++) {
		p->current = 0;
		need(p, roots->ids[i], true);
	}
}

int types_dump_c(const struct types *t, FILE *out, struct diag *d)
{
	return types_dump_c_of(t, NULL, out, d);
}

int types_dump_c_of(const struct types *t, const struct types_roots *roots, FILE *out,
		    struct diag *d)
{
	struct dump p = { .t = t,
			  .text.out = out,
			  .names = { name_number, enumerator_number, body_done, NULL },
			  .tags.t = t,
			  .idents.t = t };
	int err;

	p.names.ctx = &p;
	p.w = (struct declare){
		.t = t, .b = &p.text.buf, .names = &p.names, .budget = 1000000 + t->len
	};
	p.state = calloc(t->count, 1);
	if (!p.state)
		return diag_nomem(d);
	name_types(&p);
	buf_puts(&p.text.buf,
		 "#ifndef __VMLINUX_H__\n#define __VMLINUX_H__\n\n"
		 "#ifndef BPF_NO_PRESERVE_ACCESS_INDEX\n"
		 "#pragma clang attribute push (__attribute__((preserve_access_index)), "
		 "apply_to = record)\n#endif\n\n");
	if (roots)
		write_roots(&p, roots);
	else
		write_types(&p);
	buf_puts(&p.text.buf,
		 "#ifndef BPF_NO_PRESERVE_ACCESS_INDEX\n"
		 "#pragma clang attribute pop\n#endif\n\n#endif /* __VMLINUX_H__ */\n");
	err = dump_report(&p, d);
	free(p.state);
	vec_fini(&p.renames);
	cnames_fini(&p.tags);
	cnames_fini(&p.idents);
	return err;
}
