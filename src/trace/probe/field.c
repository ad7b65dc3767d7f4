// SPDX-License-Identifier: BSD-2-Clause
#include "trace/probe/field.h"

#include "base/str.h"
#include "btf/types.h"

/* "const struct foo" → "foo", its kind. */
static const char *bare(const char *type, enum type_kind *kind)
{
	static const struct {
		const char *word;
		enum type_kind kind;
	} words[] = { { "const ", KIND_VOID },
		      { "volatile ", KIND_VOID },
		      { "struct ", KIND_STRUCT },
		      { "union ", KIND_UNION },
		      { "enum ", KIND_ENUM } };

	*kind = KIND_VOID;
	for (u32 i = 0; i < ARRAY_SIZE(words);) {
		if (str_starts(type, words[i].word)) {
			type += strlen(words[i].word);
			*kind = words[i].kind ? words[i].kind : *kind;
			i = 0;
		} else {
			i++;
		}
	}
	return type;
}

/* C's words of integers, in any order. 0: it is none of them. */
static u32 int_words(const char *type, bool *is_signed)
{
	u32 longs = 0, size = 0;
	bool is_int = false;

	*is_signed = true;
	while (*type) {
		size_t n = strcspn(type, " ");

		if (n == 8 && !memcmp(type, "unsigned", 8))
			*is_signed = false, is_int = true;
		else if (n == 6 && !memcmp(type, "signed", 6))
			is_int = true;
		else if (n == 4 && !memcmp(type, "long", 4))
			longs++;
		else if (n == 5 && !memcmp(type, "short", 5))
			size = 2;
		else if (n == 4 && !memcmp(type, "char", 4))
			size = 1;
		else if (n == 3 && !memcmp(type, "int", 3))
			is_int = true;
		else
			return 0;
		type += n;
		type += strspn(type, " ");
	}
	return size ? size : longs ? 8 : is_int ? 4 : 0;
}

/* Names that every kernel means the same by. */
static const struct ttype *well_known(const char *name)
{
	static const struct {
		const char *name;
		const struct ttype *type;
	} rows[] = { { "bool", &t_bool },     { "pid_t", &t_s32 },  { "uid_t", &t_u32 },
		     { "gid_t", &t_u32 },     { "size_t", &t_u64 }, { "ssize_t", &t_s64 },
		     { "umode_t", &t_u16 },   { "mode_t", &t_u32 }, { "dev_t", &t_u32 },
		     { "loff_t", &t_s64 },    { "off_t", &t_s64 },  { "ino_t", &t_u64 },
		     { "sector_t", &t_u64 },  { "u8", &t_u8 },	    { "u16", &t_u16 },
		     { "u32", &t_u32 },	      { "u64", &t_u64 },    { "s8", &t_s8 },
		     { "s16", &t_s16 },	      { "s32", &t_s32 },    { "s64", &t_s64 },
		     { "__u8", &t_u8 },	      { "__u16", &t_u16 },  { "__u32", &t_u32 },
		     { "__u64", &t_u64 },     { "__s8", &t_s8 },    { "__s16", &t_s16 },
		     { "__s32", &t_s32 },     { "__s64", &t_s64 },  { "gfp_t", &t_u32 },
		     { "clockid_t", &t_s32 }, { "key_t", &t_s32 },  { "void", &t_none } };

	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		if (!strcmp(rows[i].name, name))
			return rows[i].type;
	}
	return NULL;
}

/* What needs no BTF; NULL: the rest. */
static const struct ttype *plain(const char *type)
{
	enum type_kind kind;
	const char *name = bare(type, &kind);
	bool is_signed;
	u32 size = kind ? 0 : int_words(name, &is_signed);

	if (size)
		return t_number(size, is_signed);
	return kind ? NULL : well_known(name);
}

static const struct ttype *in_btf(struct arena *a, const char *type, const struct types *btf,
				  enum tspace space)
{
	enum type_kind kind;
	const char *name = bare(type, &kind);
	u32 id = btf ? types_find(btf, name, kind ? kind : KIND_TYPEDEF) : 0;

	return id ? t_btf(a, btf, id, space) : NULL;
}

/* How "TYPE * *" is made: TYPE, and the stars. */
static const char *target_of(struct arena *a, const char *type, u32 *stars)
{
	size_t len = strcspn(type, "*");

	*stars = 0;
	for (const char *p = type + len; *p; p++)
		*stars += *p == '*';
	while (len && type[len - 1] == ' ')
		len--;
	return arena_strndup(a, type, len);
}

static const struct ttype *add_stars(struct arena *a, const struct ttype *t, u32 stars,
				     enum tspace space)
{
	while (t && stars--)
		t = t_pointer(a, t, space);
	return t;
}

static const struct ttype *pointer(struct arena *a, struct targ *arg, const char *type,
				   enum tspace space)
{
	u32 stars;
	const char *to = target_of(a, type, &stars);
	const struct ttype *t = to ? plain(to) : NULL;

	if (!to)
		return NULL;
	if (!t) {
		arg->lazy = type;
		arg->space = space;
	}
	return add_stars(a, t ? t : &t_none, stars, space);
}

static const struct ttype *by_size(struct arena *a, const struct tracefs_field *f)
{
	if (f->size == 1 || f->size == 2 || f->size == 4 || f->size == 8)
		return t_number(f->size, f->is_signed);
	return t_array(a, &t_u8, f->size);
}

/* The value of a field that is no array. */
static const struct ttype *scalar(struct arena *a, struct targ *arg, const struct tracefs_field *f,
				  enum tspace space)
{
	enum type_kind kind;
	const char *name = bare(f->type, &kind);
	const struct ttype *t;
	bool is_signed = true;

	if (strchr(f->type, '*'))
		return pointer(a, arg, f->type, space);
	/* Arguments of system calls are registers, whatever C says. */
	if (f->size == 8 && !kind && (int_words(name, &is_signed) || !strcmp(name, "pid_t")))
		return t_number(8, is_signed);
	t = plain(f->type);
	if (t && t->size && t->size <= f->size)
		return t;
	/* Enums and records are looked up; until then they are what they are in bytes. */
	arg->lazy = t ? NULL : f->type;
	arg->space = SPACE_CTX;
	return by_size(a, f);
}

static const struct ttype *array(struct arena *a, struct targ *arg, const struct tracefs_field *f)
{
	struct tracefs_field elem = *f;
	const struct ttype *t;

	if (f->loc) {
		t = plain(f->type);
		if (!t) {
			arg->lazy = arena_printf(a, "%s *", f->type);
			arg->space = SPACE_KERNEL;
		}
		return t_pointer(a, t && t->size ? t : &t_u8, SPACE_KERNEL);
	}
	elem.is_array = false;
	elem.size = f->count ? f->size / f->count : 1;
	t = scalar(a, arg, &elem, SPACE_KERNEL);
	arg->lazy = NULL;
	return t ? t_array(a, t, f->count) : NULL;
}

bool field_type(struct arena *a, struct targ *arg, const struct tracefs_field *f, enum tspace space)
{
	arg->type = f->is_array || f->loc ? array(a, arg, f) : scalar(a, arg, f, space);
	return arg->type;
}

const struct ttype *targ_type(struct targ *arg, struct arena *a, const struct btf_source *source)
{
	const struct types *btf = arg->lazy ? source->get(source->ctx) : NULL;
	const struct ttype *t;
	const char *to;
	u32 stars;

	if (!btf)
		return arg->type;
	to = target_of(a, arg->lazy, &stars);
	if (!to)
		return NULL;
	arg->lazy = NULL;
	t = in_btf(a, to, btf, arg->space);
	/* Unknown, or of another size than the field: it stays what it was. */
	if (!t || t->kind == T_NONE || (!stars && t->size > arg->type->size))
		return arg->type;
	arg->type = add_stars(a, t, stars, arg->space);
	return arg->type;
}
