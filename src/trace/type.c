// SPDX-License-Identifier: BSD-2-Clause
#include "trace/type.h"

#include "btf/types.h"

#define NUMBER(bytes, sign)                                                                        \
	{                                                                                          \
		.kind = T_NUMBER, .size = bytes, .align = bytes, .is_signed = sign                 \
	}
const struct ttype t_none = { .kind = T_NONE };
const struct ttype t_bool = { .kind = T_BOOL, .size = 1, .align = 1 };
const struct ttype t_u8 = NUMBER(1, false), t_u16 = NUMBER(2, false), t_u32 = NUMBER(4, false),
		   t_u64 = NUMBER(8, false), t_s8 = NUMBER(1, true), t_s16 = NUMBER(2, true),
		   t_s32 = NUMBER(4, true), t_s64 = NUMBER(8, true);

/* Kinds without parameters; what needs some has size 0 here. */
static const struct ttype kinds[T_KIND_COUNT] = {
	[T_BOOL] = { T_BOOL, 1, 1 },
	[T_KSYM] = { T_KSYM, 8, 8 },
	[T_USYM] = { T_USYM, 16, 8 },
	[T_KSTACK] = { T_KSTACK, 16, 8 },
	[T_USTACK] = { T_USTACK, 24, 8 },
	[T_USERNAME] = { T_USERNAME, 8, 8 },
	[T_PROBE] = { T_PROBE, 8, 8 },
	[T_INET] = { T_INET, 20, 4 },
	[T_MAC] = { T_MAC, 6, 1 },
	[T_TIMESTAMP] = { T_TIMESTAMP, 16, 8 },
	[T_CGROUP_PATH] = { T_CGROUP_PATH, 16, 8 },
	[T_STRERROR] = { T_STRERROR, 8, 8 },
	[T_COUNT] = { T_COUNT, 8, 8, .is_signed = true },
	[T_SUM] = { T_SUM, 8, 8 },
	[T_AVG] = { T_AVG, 16, 8 },
	[T_MIN] = { T_MIN, 16, 8 },
	[T_MAX] = { T_MAX, 16, 8 },
	[T_STATS] = { T_STATS, 16, 8 },
};

const struct ttype *t_kind(enum tkind kind)
{
	return &kinds[kind];
}

const struct ttype *t_number(u32 size, bool is_signed)
{
	switch (size) {
	case 1:
		return is_signed ? &t_s8 : &t_u8;
	case 2:
		return is_signed ? &t_s16 : &t_u16;
	case 4:
		return is_signed ? &t_s32 : &t_u32;
	default:
		return is_signed ? &t_s64 : &t_u64;
	}
}

static struct ttype *t_new(struct arena *a, enum tkind kind, u32 size, u32 align)
{
	struct ttype *t = arena_alloc(a, sizeof(*t));

	if (t) {
		t->kind = kind;
		t->size = size;
		t->align = align;
	}
	return t;
}

const struct ttype *t_string(struct arena *a, u32 size)
{
	return t_new(a, T_STRING, size, 1);
}

const struct ttype *t_buffer(struct arena *a, u32 room)
{
	return t_new(a, T_BUFFER, 4 + room, 4);
}

const struct ttype *t_pointer(struct arena *a, const struct ttype *to, enum tspace space)
{
	struct ttype *t = t_new(a, T_POINTER, 8, 8);

	if (t) {
		t->elem = to;
		t->space = space;
	}
	return t;
}

const struct ttype *t_array(struct arena *a, const struct ttype *elem, u32 count)
{
	struct ttype *t;

	if (elem->size && count > UINT32_MAX / elem->size)
		return NULL;
	t = t_new(a, T_ARRAY, elem->size * count, MAX(elem->align, 1u));
	if (t) {
		t->elem = elem;
		t->count = count;
		t->space = elem->space;
	}
	return t;
}

const struct ttype *t_tuple(struct arena *a, const struct ttype *const *members, u32 count)
{
	struct ttype *t = t_new(a, T_TUPLE, 0, 1);
	u32 *offsets = arena_array(a, count, sizeof(*offsets)), off = 0;

	if (!t || !offsets)
		return NULL;
	for (u32 i = 0; i < count; i++) {
		u32 align = MAX(members[i]->align, 1u);

		off = ROUND_UP(off, align);
		offsets[i] = off;
		off += members[i]->size;
		t->align = MAX(t->align, align);
	}
	t->size = ROUND_UP(off, t->align);
	t->count = count;
	t->offsets = offsets;
	t->members = arena_copy(a, members, count * sizeof(*members));
	return t->members ? t : NULL;
}

static const struct ttype *of_number(struct arena *a, const struct types *btf, u32 id, u32 size,
				     bool is_signed)
{
	const struct ttype *plain = t_number(size, is_signed);
	enum type_kind kind = types_kind(btf, id);
	struct ttype *t;

	if (kind != KIND_ENUM && kind != KIND_ENUM64)
		return plain;
	t = arena_copy(a, plain, sizeof(*plain));
	if (t) {
		t->kernel_typed = true;
		t->btf = btf;
		t->id = id;
	}
	return t;
}

static const struct ttype *of_int(struct arena *a, const struct types *btf, u32 id)
{
	struct type_int i = types_int(btf, id);
	u32 size = types_get(btf, id)->size;

	if (i.is_bool)
		return &t_bool;
	if (size != 1 && size != 2 && size != 4 && size != 8) /* __int128 */
		return t_array(a, &t_u8, size);
	return of_number(a, btf, id, size, i.is_signed);
}

/* Kernels do not say whether char has a sign. */
static bool is_char(const struct types *btf, u32 id)
{
	id = types_strip(btf, id);
	return types_kind(btf, id) == KIND_INT && !strcmp(types_name(btf, id), "char");
}

const struct ttype *t_btf(struct arena *a, const struct types *btf, u32 id, enum tspace space)
{
	struct type_array array;
	const struct ttype *elem;
	struct ttype *t;
	s64 size;

	id = types_strip(btf, id);
	switch (types_kind(btf, id)) {
	case KIND_INT:
		return of_int(a, btf, id);
	case KIND_ENUM:
	case KIND_ENUM64:
		return of_number(a, btf, id, types_get(btf, id)->size, types_kind_flag(btf, id));
	case KIND_PTR:
		/* What it points to is worked out when it is followed: types are recursive. */
		t = t_new(a, T_POINTER, 8, 8);
		if (t) {
			t->space = space;
			t->btf = btf;
			t->id = types_ref(btf, id);
		}
		return t;
	case KIND_ARRAY:
		array = types_array(btf, id);
		elem = is_char(btf, array.elem) ? &t_s8 : t_btf(a, btf, array.elem, space);
		t = elem ? (struct ttype *)t_array(a, elem, array.count) : NULL;
		if (t)
			t->space = space; /* its elements may be plain numbers */
		return t;
	case KIND_STRUCT:
	case KIND_UNION:
	case KIND_FWD:
		size = types_size(btf, id);
		t = t_new(a, T_RECORD, size > 0 ? (u32)size : 0, types_align(btf, id));
		if (t) {
			t->space = space;
			t->btf = btf;
			t->id = id;
		}
		return t;
	default:
		return &t_none;
	}
}

const struct ttype *t_pointee(struct arena *a, const struct ttype *t)
{
	if (t->elem)
		return t->elem;
	return t->btf ? t_btf(a, t->btf, t->id, t->space) : &t_none;
}

bool t_in_register(const struct ttype *t)
{
	switch (t->kind) {
	case T_NUMBER:
	case T_BOOL:
	case T_POINTER:
	case T_KSYM:
	case T_USERNAME:
	case T_PROBE:
	case T_STRERROR:
		return true;
	default:
		return false;
	}
}

bool t_is_aggregation(const struct ttype *t)
{
	return t->kind >= T_COUNT;
}

static bool same_parts(const struct ttype *a, const struct ttype *b)
{
	switch (a->kind) {
	case T_POINTER:
		if (!a->elem || !b->elem)
			return a->elem == b->elem && a->btf == b->btf && a->id == b->id;
		return t_same(a->elem, b->elem);
	case T_ARRAY:
		return a->count == b->count && t_same(a->elem, b->elem);
	case T_TUPLE:
		if (a->count != b->count)
			return false;
		for (u32 i = 0; i < a->count; i++) {
			if (!t_same(a->members[i], b->members[i]))
				return false;
		}
		return true;
	case T_RECORD:
		return a->btf == b->btf && a->id == b->id;
	case T_KSTACK:
	case T_USTACK:
		return a->mode == b->mode && a->depth == b->depth;
	case T_HIST:
		return a->bits == b->bits;
	case T_LHIST:
	case T_TSERIES:
		return a->min == b->min && a->max == b->max && a->step == b->step;
	default:
		return true;
	}
}

bool t_same(const struct ttype *a, const struct ttype *b)
{
	if (a == b)
		return true;
	return a->kind == b->kind && a->size == b->size && a->is_signed == b->is_signed &&
	       same_parts(a, b);
}

static const char *const kind_words[T_KIND_COUNT] = {
	[T_NONE] = "none",	   [T_BOOL] = "bool",		[T_KSYM] = "ksym_t",
	[T_USYM] = "usym_t",	   [T_KSTACK] = "kstack",	[T_USTACK] = "ustack",
	[T_USERNAME] = "username", [T_PROBE] = "probe",		[T_INET] = "inet",
	[T_MAC] = "mac_address",   [T_TIMESTAMP] = "timestamp", [T_CGROUP_PATH] = "cgroup_path",
	[T_STRERROR] = "strerror", [T_COUNT] = "count_t",	[T_SUM] = "sum_t",
	[T_AVG] = "avg_t",	   [T_MIN] = "min_t",		[T_MAX] = "max_t",
	[T_STATS] = "stats_t",	   [T_HIST] = "hist_t",		[T_LHIST] = "lhist_t",
	[T_TSERIES] = "tseries_t",
};

static void print_tuple(struct buf *out, const struct ttype *t)
{
	buf_puts(out, "(");
	for (u32 i = 0; i < t->count; i++) {
		if (i)
			buf_puts(out, ",");
		t_print(out, t->members[i]);
	}
	buf_puts(out, ")");
}

static void print_btf(struct buf *out, const struct types *btf, u32 id)
{
	enum type_kind kind;

	id = types_strip(btf, id);
	kind = types_kind(btf, id);
	if (kind == KIND_PTR) {
		print_btf(out, btf, types_ref(btf, id));
		buf_puts(out, " *");
		return;
	}
	if (kind == KIND_STRUCT || kind == KIND_FWD)
		buf_puts(out, "struct ");
	else if (kind == KIND_UNION)
		buf_puts(out, "union ");
	else if (kind == KIND_ENUM || kind == KIND_ENUM64)
		buf_puts(out, "enum ");
	buf_puts(out, kind == KIND_VOID ? "void" : types_name(btf, id));
}

void t_print(struct buf *out, const struct ttype *t)
{
	switch (t->kind) {
	case T_NUMBER:
		if (t->kernel_typed)
			print_btf(out, t->btf, t->id);
		else
			buf_printf(out, "%sint%u", t->is_signed ? "" : "u", t->size * 8);
		break;
	case T_STRING:
		buf_printf(out, "string[%u]", t->size);
		break;
	case T_BUFFER:
		buf_printf(out, "buffer[%u]", t->size - 4);
		break;
	case T_POINTER:
		if (t->elem)
			t_print(out, t->elem);
		else if (t->btf)
			print_btf(out, t->btf, t->id);
		else
			buf_puts(out, "void");
		buf_puts(out, " *");
		break;
	case T_RECORD:
		print_btf(out, t->btf, t->id);
		break;
	case T_ARRAY:
		t_print(out, t->elem);
		buf_printf(out, "[%u]", t->count);
		break;
	case T_TUPLE:
		print_tuple(out, t);
		break;
	default:
		buf_puts(out, kind_words[t->kind]);
	}
}
