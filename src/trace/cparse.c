// SPDX-License-Identifier: BSD-2-Clause
/* C's declarations: struct, union, enum, typedef. Source: C11, 6.7. */
#include <errno.h>
#include <stdlib.h>

#include "trace/ctype.h"

static struct ctype *specifiers(struct cparse *p, bool *is_typedef);
static bool declarator(struct cparse *p, struct ctype **t, const char **name);

static bool fail(struct cparse *p, const char *what)
{
	struct span at = p->tok < p->end ? p->tok->at : (p->end - 1)->at;

	p->failed = true;
	if (!p->reported && !(p->tok < p->end && p->tok->lenient)) {
		diag_error(p->diag, -EINVAL, at, "%s", what);
		p->reported = true;
	}
	return false;
}

static bool is(const struct cparse *p, const char *op)
{
	return p->tok < p->end && p->tok->kind == CT_OP && !strcmp(p->tok->text, op);
}

static bool take(struct cparse *p, const char *op)
{
	bool yes = is(p, op);

	p->tok += yes;
	return yes;
}

static bool need(struct cparse *p, const char *op, const char *what)
{
	return take(p, op) || fail(p, what);
}

static bool is_word(const struct cparse *p, const char *word)
{
	return p->tok < p->end && p->tok->kind == CT_WORD && !strcmp(p->tok->text, word);
}

static bool take_word(struct cparse *p, const char *word)
{
	bool yes = is_word(p, word);

	p->tok += yes;
	return yes;
}

/* From '(' to the ')' that closes it. */
static void skip_parens(struct cparse *p)
{
	u32 open = 0;

	do {
		open += is(p, "(");
		open -= is(p, ")");
		p->tok++;
	} while (open && p->tok < p->end);
}

/* __attribute__((packed)) and the like; what says something about the layout is kept. */
static void attributes(struct cparse *p, struct ctype *t)
{
	for (;;) {
		const struct ctok *from = p->tok;

		if (take_word(p, "__packed")) {
			if (t)
				t->packed = true;
			continue;
		}
		if (take_word(p, "__extension__") || take_word(p, "__user") ||
		    take_word(p, "__rcu") || take_word(p, "__percpu"))
			continue;
		if (!take_word(p, "__attribute__") && !take_word(p, "__attribute"))
			return;
		if (!is(p, "("))
			return;
		skip_parens(p);
		for (; t && from < p->tok; from++) {
			if (from->kind != CT_WORD)
				continue;
			t->packed |=
				!strcmp(from->text, "packed") || !strcmp(from->text, "__packed__");
			if ((!strcmp(from->text, "aligned") ||
			     !strcmp(from->text, "__aligned__")) &&
			    from + 2 < p->tok && from[2].kind == CT_NUMBER && from[2].value &&
			    from[2].value <= 4096 && !(from[2].value & (from[2].value - 1)))
				t->align = (u32)from[2].value;
		}
	}
}

static bool qualifier(struct cparse *p)
{
	static const char *const words[] = { "const",	 "volatile",   "restrict", "__restrict",
					     "extern",	 "static",     "inline",   "register",
					     "__inline", "__inline__", "_Noreturn" };

	for (u32 i = 0; i < ARRAY_SIZE(words); i++) {
		if (take_word(p, words[i]))
			return true;
	}
	return false;
}

/* ---- constants ---- */

static bool enum_value(void *ctx, const char *word, u64 *out)
{
	struct cparse *p = ctx;
	u64 *v = hash_get_str(&p->values, word);

	if (v)
		*out = (u64)((const struct cenumerator *)(uintptr_t)*v)->value;
	return v;
}

static bool constant(struct cparse *p, u64 *out)
{
	struct cexpr e = { .tok = p->tok, .end = p->end, .name = enum_value, .ctx = p };

	if (!cexpr_value(&e, out))
		return fail(p, "a constant is expected here");
	p->tok = e.tok;
	return true;
}

/* ---- enums ---- */

static bool enumerators(struct cparse *p, struct ctype *t)
{
	struct cenumerator **tail = &t->values;
	bool negative = false, wide = false;
	u64 next = 0;

	while (!is(p, "}")) {
		struct cenumerator *v = arena_alloc(p->arena, sizeof(*v));

		if (!v || p->tok >= p->end || p->tok->kind != CT_WORD)
			return fail(p, "the name of a constant is expected here");
		v->name = p->tok++->text;
		attributes(p, NULL);
		if (take(p, "=") && !constant(p, &next))
			return false;
		v->value = (s64)next++;
		negative |= v->value < 0;
		wide |= v->value > UINT32_MAX || v->value < INT32_MIN;
		if (hash_set_str(&p->values, v->name, (uintptr_t)v))
			return fail(p, "out of memory");
		*tail = v;
		tail = &v->next;
		if (!take(p, ","))
			break;
	}
	t->is_signed = negative;
	t->size = t->align = wide ? 8 : 4;
	return need(p, "}", "'}' is expected after the constants");
}

static struct ctype *enumeration(struct cparse *p)
{
	const char *name = "";
	struct ctype *t;

	attributes(p, NULL);
	if (p->tok < p->end && p->tok->kind == CT_WORD)
		name = p->tok++->text;
	t = *name ? ctype_tag(p, KIND_ENUM, name) : ctype_new(p, KIND_ENUM, "");
	if (!t)
		return NULL;
	if (take(p, "{")) {
		if (t->values)
			return fail(p, "this enum is defined twice"), NULL;
		t->kind = KIND_ENUM;
		return enumerators(p, t) ? t : NULL;
	}
	if (t->kind == KIND_FWD && p->kernel) {
		u32 id = types_find(p->kernel, name, KIND_ENUM);

		if (id)
			return ctype_import(p, id);
	}
	if (t->kind == KIND_FWD) {
		t->kind = KIND_ENUM;
		t->size = t->align = 4;
	}
	return t;
}

/* ---- records ---- */

static bool add_member(struct cparse *p, struct cmember ***tail, struct ctype *type,
		       const char *name)
{
	struct cmember *m = arena_alloc(p->arena, sizeof(*m));
	u64 bits;

	if (!m)
		return fail(p, "out of memory");
	m->name = name;
	m->type = type;
	if (take(p, ":")) {
		if (!constant(p, &bits))
			return false;
		if ((type->kind != KIND_INT && type->kind != KIND_ENUM) || bits > type->size * 8)
			return fail(p, "this bitfield does not fit into its type");
		m->is_bitfield = true;
		m->bits = (u32)bits;
	}
	attributes(p, NULL);
	if (!type->align)
		return fail(p, "the size of this member's type is not known");
	**tail = m;
	*tail = &m->next;
	return true;
}

/* A record that is neither named nor pointed to lends its members to the one around it. */
static bool is_anonymous(const struct cparse *p, const struct ctype *t)
{
	return is(p, ";") && (t->kind == KIND_STRUCT || t->kind == KIND_UNION);
}

static bool member_line(struct cparse *p, struct cmember ***tail)
{
	bool is_typedef;
	struct ctype *base = specifiers(p, &is_typedef);

	if (!base)
		return false;
	if (is_anonymous(p, base))
		return add_member(p, tail, base, "") && take(p, ";");
	do {
		struct ctype *t = base;
		const char *name = "";

		if (!is(p, ":") && !declarator(p, &t, &name))
			return false;
		if (!t)
			return fail(p, "a member cannot be void");
		if (!add_member(p, tail, t, name))
			return false;
	} while (take(p, ","));
	return need(p, ";", "';' is expected after a member");
}

static bool record_body(struct cparse *p, struct ctype *t)
{
	struct cmember **tail = &t->members;

	while (!is(p, "}")) {
		if (take(p, ";"))
			continue;
		if (p->tok >= p->end)
			return fail(p, "'}' is missing");
		if (!member_line(p, &tail))
			return false;
	}
	p->tok++;
	attributes(p, t);
	return ctype_layout(t) || fail(p, "this is too large");
}

static struct ctype *record(struct cparse *p, enum type_kind kind)
{
	struct ctype *t, own = { 0 };
	const char *name = "";

	attributes(p, &own);
	if (p->tok < p->end && p->tok->kind == CT_WORD)
		name = p->tok++->text;
	attributes(p, &own);
	t = *name ? ctype_tag(p, kind, name) : ctype_new(p, KIND_FWD, "");
	if (!t)
		return NULL;
	if (!take(p, "{")) {
		u32 id = t->kind == KIND_FWD && p->kernel && *name
				 ? types_find(p->kernel, name, kind)
				 : 0;

		/* Of the kernel: its body is only needed where one is a member. */
		if (id && !is(p, "*") && !is(p, ";"))
			return ctype_import(p, id);
		return *name ? t : (fail(p, "a name or '{' is expected here"), NULL);
	}
	if (t->kind != KIND_FWD) {
		fail(p, "this is defined twice");
		return NULL;
	}
	t->kind = kind;
	t->packed = own.packed;
	t->align = own.align;
	if (p->depth++ > 50) {
		fail(p, "records are nested too deep");
		return NULL;
	}
	if (!record_body(p, t)) {
		t->kind = KIND_FWD;
		t->align = 0;
		t->members = NULL;
		return NULL;
	}
	p->depth--;
	return t;
}

/* ---- names of types ---- */

static const struct {
	const char *name, *as;
	u8 size;
	bool is_signed;
} ints[] = {
	{ "u8", "unsigned char", 1, false },
	{ "u16", "unsigned short", 2, false },
	{ "u32", "unsigned int", 4, false },
	{ "u64", "unsigned long long", 8, false },
	{ "s8", "signed char", 1, true },
	{ "s16", "short", 2, true },
	{ "s32", "int", 4, true },
	{ "s64", "long long", 8, true },
	{ "__u8", "unsigned char", 1, false },
	{ "__u16", "unsigned short", 2, false },
	{ "__u32", "unsigned int", 4, false },
	{ "__u64", "unsigned long long", 8, false },
	{ "__s8", "signed char", 1, true },
	{ "__s16", "short", 2, true },
	{ "__s32", "int", 4, true },
	{ "__s64", "long long", 8, true },
	{ "uint8_t", "unsigned char", 1, false },
	{ "uint16_t", "unsigned short", 2, false },
	{ "uint32_t", "unsigned int", 4, false },
	{ "uint64_t", "unsigned long", 8, false },
	{ "int8_t", "signed char", 1, true },
	{ "int16_t", "short", 2, true },
	{ "int32_t", "int", 4, true },
	{ "int64_t", "long", 8, true },
	{ "uint8", "unsigned char", 1, false },
	{ "uint16", "unsigned short", 2, false },
	{ "uint32", "unsigned int", 4, false },
	{ "uint64", "unsigned long", 8, false },
	{ "int8", "signed char", 1, true },
	{ "int16", "short", 2, true },
	{ "int32", "int", 4, true },
	{ "int64", "long", 8, true },
	{ "size_t", "unsigned long", 8, false },
	{ "ssize_t", "long", 8, true },
	{ "uintptr_t", "unsigned long", 8, false },
	{ "bool", "unsigned char", 1, false },
	{ "_Bool", "unsigned char", 1, false },
	{ "pid_t", "int", 4, true },
	{ "uid_t", "unsigned int", 4, false },
	{ "gid_t", "unsigned int", 4, false },
};

static struct ctype *named(struct cparse *p, const char *name)
{
	u64 *known = hash_get_str(&p->typedefs, name);
	u32 id;

	if (known)
		return (struct ctype *)(uintptr_t)*known;
	for (u32 i = 0; i < ARRAY_SIZE(ints); i++) {
		if (!strcmp(ints[i].name, name))
			return ctype_int(p, ints[i].as, ints[i].size, ints[i].is_signed);
	}
	id = p->kernel ? types_find(p->kernel, name, KIND_TYPEDEF) : 0;
	return id ? ctype_import(p, id) : NULL;
}

/* "unsigned long int" in any order. false: no such word stands here. */
static bool int_words(struct cparse *p, struct ctype **out)
{
	u32 longs = 0, shorts = 0, chars = 0, words = 0, is_unsigned = 0, is_signed = 0, ints_ = 0;

	for (;; words++) {
		if (take_word(p, "long"))
			longs++;
		else if (take_word(p, "short"))
			shorts++;
		else if (take_word(p, "char"))
			chars++;
		else if (take_word(p, "int"))
			ints_++;
		else if (take_word(p, "unsigned"))
			is_unsigned++;
		else if (take_word(p, "signed") || take_word(p, "__signed__"))
			is_signed++;
		else if (!words || !qualifier(p))
			break;
	}
	if (!words)
		return false;
	if (chars)
		*out = ctype_int(p,
				 is_unsigned ? "unsigned char"
				 : is_signed ? "signed char"
					     : "char",
				 1, !is_unsigned);
	else if (shorts)
		*out = ctype_int(p, is_unsigned ? "unsigned short" : "short", 2, !is_unsigned);
	else if (longs > 1)
		*out = ctype_int(p, is_unsigned ? "unsigned long long" : "long long", 8,
				 !is_unsigned);
	else if (longs)
		*out = ctype_int(p, is_unsigned ? "unsigned long" : "long", 8, !is_unsigned);
	else
		*out = ctype_int(p, is_unsigned ? "unsigned int" : "int", 4, !is_unsigned);
	return true;
}

/* Where "void" stands: without size, and nothing but pointers can lead to it. */
static struct ctype *void_type(struct cparse *p)
{
	u64 *known = hash_get_str(&p->ints, "void");
	struct ctype *t = known ? (struct ctype *)(uintptr_t)*known : ctype_new(p, KIND_VOID, "");

	if (t && !known && hash_set_str(&p->ints, "void", (uintptr_t)t))
		return NULL;
	return t;
}

static struct ctype *base_type(struct cparse *p)
{
	struct ctype *t = NULL;

	if (take_word(p, "struct"))
		return record(p, KIND_STRUCT);
	if (take_word(p, "union"))
		return record(p, KIND_UNION);
	if (take_word(p, "enum"))
		return enumeration(p);
	if (take_word(p, "void"))
		return void_type(p);
	if (take_word(p, "float"))
		return ctype_int(p, "float", 4, true);
	if (take_word(p, "double"))
		return ctype_int(p, "double", 8, true);
	if (int_words(p, &t))
		return t;
	if (p->tok < p->end && p->tok->kind == CT_WORD)
		t = named(p, p->tok->text);
	if (!t) {
		fail(p, "this is not the name of a type that is known");
		return NULL;
	}
	p->tok++;
	return t;
}

static struct ctype *specifiers(struct cparse *p, bool *is_typedef)
{
	struct ctype *t;

	*is_typedef = false;
	for (;;) {
		attributes(p, NULL);
		if (take_word(p, "typedef"))
			*is_typedef = true;
		else if (!qualifier(p))
			break;
	}
	t = base_type(p);
	if (!t)
		return NULL;
	while (qualifier(p))
		;
	attributes(p, NULL);
	return t;
}

/* ---- declarators ---- */

static bool arrays(struct cparse *p, struct ctype **t)
{
	u64 counts[8];
	u32 n = 0;

	while (take(p, "[")) {
		if (n == ARRAY_SIZE(counts))
			return fail(p, "this array has too many dimensions");
		counts[n] = 0;
		if (!is(p, "]") && !constant(p, &counts[n]))
			return false;
		if (counts[n++] > 1 << 28)
			return fail(p, "this array is too large");
		if (!need(p, "]", "']' is expected after the size of an array"))
			return false;
	}
	while (n--) {
		if (!(*t)->align)
			return fail(p, "the size of this array's elements is not known");
		*t = ctype_array(p, *t, counts[n]);
		if (!*t)
			return false;
	}
	return true;
}

/* "(*name)(…)", "(*name)[4]": a pointer, whose target is of no use here. */
static bool inner(struct cparse *p, struct ctype **t, const char **name)
{
	p->tok++;
	while (take(p, "*") || qualifier(p))
		;
	if (p->tok < p->end && p->tok->kind == CT_WORD)
		*name = p->tok++->text;
	*t = ctype_pointer(p, NULL);
	if (!*t || !arrays(p, t) || !need(p, ")", "')' is expected here"))
		return false;
	while (is(p, "("))
		skip_parens(p);
	while (take(p, "[")) {
		while (p->tok < p->end && !take(p, "]"))
			p->tok++;
	}
	return true;
}

static bool declarator(struct cparse *p, struct ctype **t, const char **name)
{
	for (;;) {
		if (take(p, "*")) {
			*t = ctype_pointer(p, (*t)->kind == KIND_VOID ? NULL : *t);
			if (!*t)
				return false;
		} else if (!qualifier(p)) {
			break;
		}
	}
	attributes(p, NULL);
	if (is(p, "("))
		return inner(p, t, name);
	if (p->tok < p->end && p->tok->kind == CT_WORD)
		*name = p->tok++->text;
	return arrays(p, t);
}

static bool add_typedef(struct cparse *p, const char *name, struct ctype *t)
{
	const char **slot = vec_push(&p->typedef_names);

	if (!slot || hash_set_str(&p->typedefs, name, (uintptr_t)t))
		return false;
	*slot = name;
	return true;
}

static bool declaration(struct cparse *p)
{
	bool is_typedef;
	struct ctype *base = specifiers(p, &is_typedef);

	if (!base)
		return false;
	/* Scripts leave out the ';' after a record. */
	if (take(p, ";") || p->tok >= p->end)
		return true;
	if (!is_typedef &&
	    (base->kind == KIND_STRUCT || base->kind == KIND_UNION || base->kind == KIND_ENUM) &&
	    !p->tok->lenient)
		return true;
	do {
		struct ctype *t = base;
		const char *name = "";

		if (!declarator(p, &t, &name))
			return false;
		if (!*name)
			return fail(p, "a name is expected here");
		attributes(p, NULL);
		if (is_typedef && !add_typedef(p, name, t))
			return fail(p, "out of memory");
	} while (take(p, ","));
	return need(p, ";", "';' is expected here");
}

/* To the end of what began: a ';' or a '}' outside of all braces. */
static void skip(struct cparse *p, const struct ctok *from)
{
	u32 open = 0;

	for (p->tok = from; p->tok < p->end; p->tok++) {
		if (is(p, "{")) {
			open++;
		} else if (is(p, "}")) {
			open -= open > 0;
			if (!open) {
				p->tok++;
				take(p, ";");
				return;
			}
		} else if (is(p, ";") && !open) {
			p->tok++;
			return;
		}
	}
}

bool cparse_all(struct cparse *p)
{
	while (p->tok < p->end) {
		const struct ctok *from = p->tok;

		p->failed = p->reported = false;
		p->depth = 0;
		if (take(p, ";"))
			continue;
		if (declaration(p))
			continue;
		if (!from->lenient)
			return false;
		skip(p, from);
	}
	return true;
}
