// SPDX-License-Identifier: BSD-2-Clause
/* Types as they are written, and what is a cast. */
#include "trace/parse.h"

#include <errno.h>

static bool is_one_of(const char *word, const char *const *list)
{
	for (; *list; list++) {
		if (!strcmp(word, *list))
			return true;
	}
	return false;
}

static const char *const c_words[] = { "unsigned", "signed", "char", "short", "int", "long", NULL };
static const char *const qualifiers[] = { "const", "volatile", "restrict", "__restrict", NULL };
static const char *const tags[] = { "struct", "union", "enum", NULL };

/* Words that name a type whatever follows them. */
static bool is_type_word(const char *w)
{
	static const char *const words[] = {
		"void",	  "bool",   "_Bool",  "int8",	"int16",  "int32",  "int64",	   "uint8",
		"uint16", "uint32", "uint64", "string", "buffer", "inet",   "mac_address", "float",
		"double", "u8",	    "u16",    "u32",	"u64",	  "s8",	    "s16",	   "s32",
		"s64",	  "__u8",   "__u16",  "__u32",	"__u64",  "__s8",   "__s16",	   "__s32",
		"__s64",  "__be16", "__be32", "__be64", "__le16", "__le32", "__le64",	   NULL
	};
	size_t len = strlen(w);

	return is_one_of(w, words) || is_one_of(w, c_words) || is_one_of(w, qualifiers) ||
	       is_one_of(w, tags) || (len > 2 && !strcmp(w + len - 2, "_t"));
}

bool tparse_at_type(struct tparser *p)
{
	return p->tok.kind == TT_WORD && p->tok.text && is_type_word(p->tok.text);
}

static void skip_qualifiers(struct tparser *p)
{
	while (p->tok.kind == TT_WORD && p->tok.text && is_one_of(p->tok.text, qualifiers))
		tparse_next(p);
}

/* "unsigned long int": one name of several words. */
static const char *join_c_words(struct tparser *p)
{
	const char *name = p->tok.text;

	tparse_next(p);
	while (name && p->tok.kind == TT_WORD && p->tok.text && is_one_of(p->tok.text, c_words)) {
		name = arena_printf(p->arena, "%s %s", name, p->tok.text);
		tparse_next(p);
	}
	if (!name)
		tparse_nomem(p);
	return name;
}

static bool type_word(struct tparser *p, struct type_name *t)
{
	if (p->tok.kind != TT_WORD || !p->tok.text)
		return tparse_error(p, tparse_here(p), "a type is expected here, not %s",
				    tparse_found(p));
	if (is_one_of(p->tok.text, tags)) {
		t->tag = p->tok.text[0] == 's'	 ? TAG_STRUCT
			 : p->tok.text[0] == 'u' ? TAG_UNION
						 : TAG_ENUM;
		tparse_next(p);
		if (p->tok.kind != TT_WORD)
			return tparse_error(p, tparse_here(p), "the name of a type is missing");
	}
	if (!t->tag && is_one_of(p->tok.text, c_words)) {
		t->name = join_c_words(p);
		return t->name;
	}
	t->name = p->tok.text;
	tparse_next(p);
	return true;
}

static bool type_members(struct tparser *p, struct type_name *t)
{
	struct type_name **tail = &t->members;

	tparse_next(p);
	t->is_tuple = true;
	while (!tparse_is(p, ")")) {
		*tail = tparse_type(p);
		if (!*tail)
			return false;
		tail = &(*tail)->next;
		if (!tparse_take(p, ","))
			break;
	}
	return tparse_need(p, ")", "after the types of a tuple");
}

static bool type_of(struct tparser *p, struct type_name *t)
{
	tparse_next(p);
	if (!tparse_need(p, "(", "after typeof"))
		return false;
	if (tparse_at_type(p)) {
		struct type_name *inner = tparse_type(p);

		if (inner)
			*t = *inner;
		return inner && tparse_need(p, ")", "after the type");
	}
	t->of = tparse_expr(p);
	return t->of && tparse_need(p, ")", "after the expression");
}

static bool type_count(struct tparser *p, struct type_name *t)
{
	if (!tparse_take(p, "["))
		return true;
	t->has_count = true;
	if (p->tok.kind == TT_NUMBER) {
		t->count = p->tok.value;
		if (t->count > 1 << 30)
			return tparse_error(p, tparse_here(p), "no array has so many elements");
		tparse_next(p);
	} else if (p->tok.kind == TT_PARAM) {
		struct node *n = tparse_number(p);

		if (!n)
			return false;
		t->count = n->num;
	}
	return tparse_need(p, "]", "after the number of elements");
}

struct type_name *tparse_type(struct tparser *p)
{
	struct type_name *t = arena_alloc(p->arena, sizeof(*t));
	u32 off = p->tok.off;
	bool ok;

	if (!t) {
		tparse_nomem(p);
		return NULL;
	}
	if (!tparse_enter(p))
		return NULL;
	skip_qualifiers(p);
	if (tparse_is(p, "("))
		ok = type_members(p, t);
	else if (tparse_is_word(p, "typeof"))
		ok = type_of(p, t);
	else
		ok = type_word(p, t);
	skip_qualifiers(p);
	while (ok && tparse_take(p, "*")) {
		t->stars++;
		skip_qualifiers(p);
	}
	ok = ok && type_count(p, t);
	t->at = tparse_since(p, off);
	tparse_leave(p);
	return ok && !p->full ? t : NULL;
}

/* Can it be nothing else, whatever stands behind the parenthesis? */
static bool sure(const struct type_name *t)
{
	if (t->is_tuple) {
		for (const struct type_name *m = t->members; m; m = m->next) {
			if (!sure(m))
				return false;
		}
		return t->members;
	}
	return t->of || t->tag || (t->name && strchr(t->name, ' ')) ||
	       (t->name && is_type_word(t->name)) || (t->stars && !t->has_count);
}

/* After ")": does an operand follow, that no operator links to what stood before? */
static bool operand_follows(const struct tparser *p)
{
	switch (p->tok.kind) {
	case TT_NUMBER:
	case TT_STRING:
	case TT_VAR:
	case TT_PARAM:
	case TT_MAP:
	case TT_WORD:
		return true;
	case TT_OP:
		return !strcmp(p->tok.op, "(") || !strcmp(p->tok.op, "!") ||
		       !strcmp(p->tok.op, "~");
	default:
		return false;
	}
}

/* "(name)", "(name *": worth to be tried? */
static bool may_be_cast(const struct tparser *p)
{
	struct tlex l = p->lex;
	struct ttoken t;
	bool yes;

	l.diag = NULL;
	tlex_next(&l, &t);
	if (t.kind == TT_OP)
		return t.op[0] == '(';
	if (t.kind != TT_WORD || !t.text)
		return false;
	yes = is_type_word(t.text) || !strcmp(t.text, "typeof");
	tlex_next(&l, &t);
	return yes || (t.kind == TT_OP && (t.op[0] == ')' || t.op[0] == '*' || t.op[0] == '['));
}

struct type_name *tparse_cast(struct tparser *p, bool *failed)
{
	struct tparse_mark start = tparse_mark(p);
	struct type_name *t;
	bool is_cast;

	*failed = false;
	if (!may_be_cast(p))
		return NULL;
	tparse_try(p);
	tparse_next(p);
	/* What typeof(…) holds is read once only: else nesting would double the work. */
	if (tparse_is_word(p, "typeof") && !p->full) {
		tparse_tried(p);
		t = tparse_type(p);
		*failed = !t || !tparse_need(p, ")", "after the type of a cast");
		return *failed ? NULL : t;
	}
	t = tparse_type(p);
	is_cast = t && tparse_take(p, ")") && (sure(t) || (!t->has_count && operand_follows(p)));
	is_cast &= !t || !t->is_tuple || operand_follows(p);
	if (!is_cast)
		tparse_back(p, &start);
	tparse_tried(p);
	return is_cast ? t : NULL;
}
