// SPDX-License-Identifier: BSD-2-Clause
/*
 * The object's types for the kernel. It takes nothing extern, and older kernels know fewer kinds:
 * such types become others of the same length in the file, so that numbers and strings stay.
 */
#include <errno.h>
#include <stdlib.h>

#include "kernel/kernel.h"
#include "spec/features.h"

enum { LINKAGE_GLOBAL = 1, LINKAGE_EXTERN = 2, INT_BITS_8 = 8 };

/* First release that knows a kind. */
static u32 kind_since(enum type_kind kind)
{
	switch (kind) {
	case KIND_FUNC:
	case KIND_FUNC_PROTO:
		return ERA(5, 0);
	case KIND_VAR:
	case KIND_DATASEC:
		return ERA(5, 2);
	case KIND_FLOAT:
		return ERA(5, 13);
	case KIND_DECL_TAG:
		return ERA(5, 16);
	case KIND_TYPE_TAG:
		return ERA(5, 17);
	case KIND_ENUM64:
		return ERA(6, 0);
	default:
		return 0;
	}
}

/* Stand-ins that replaced types may refer to. */
struct stand_in {
	u32 number; /* an int of 4 bytes */
	u32 name;   /* where an identifier stands among the strings */
};

static struct stand_in find_stand_in(const struct types *t)
{
	struct stand_in s = { 0 };

	for (u32 id = 1; id < types_count(t) && !(s.number && s.name); id++) {
		if (!s.number && types_kind(t, id) == KIND_INT && types_size(t, id) == 4)
			s.number = id;
		if (!s.name && types_kind(t, id) == KIND_FUNC)
			s.name = types_get(t, id)->name_off;
	}
	return s;
}

static u32 make_info(enum type_kind kind, u32 vlen)
{
	return (u32)kind << 24 | vlen;
}

/* A structure of `count` numbers: its rows are as long as those of sections and 64-bit enums. */
static void make_numbers(struct type *type, enum type_kind kind, u32 count, struct stand_in s)
{
	u32 *row = (u32 *)(type + 1);

	type->info = make_info(kind, count);
	for (u32 i = 0; i < count; i++) {
		row[3 * i] = 0;
		row[3 * i + 1] = s.number;
		row[3 * i + 2] = kind == KIND_STRUCT ? 32 * i : 0;
	}
}

/* Externs become definitions; functions of a section, which no kernel takes, become numbers. */
static void settle_externs(const struct types *t, u32 id, struct type *type, struct stand_in s)
{
	u32 *row = (u32 *)(type + 1), count = types_vlen(t, id);

	switch (types_kind(t, id)) {
	case KIND_VAR:
		if (row[0] != LINKAGE_EXTERN)
			break;
		row[0] = LINKAGE_GLOBAL;
		if (types_size(t, type->type) < 0)
			type->type = s.number;
		break;
	case KIND_INT: /* char and signed at once: clang's, for bool */
		if ((row[0] >> 24 & 3) == 3)
			row[0] &= ~(2u << 24);
		break;
	case KIND_FUNC:
		if (count == LINKAGE_EXTERN)
			type->info = make_info(KIND_FUNC, LINKAGE_GLOBAL);
		break;
	case KIND_FUNC_PROTO:
		for (u32 i = 0; i < count; i++) {
			if (!row[2 * i] && row[2 * i + 1])
				row[2 * i] = s.name;
		}
		break;
	case KIND_DATASEC:
		if (count && (types_kind(t, types_secinfo(t, id, 0).type) == KIND_FUNC ||
			      !strcmp(types_name(t, id), ".ksyms"))) {
			type->name_off = 0;
			type->size = 4 * count;
			make_numbers(type, KIND_STRUCT, count, s);
		}
		break;
	default:
		break;
	}
}

static void make_byte(struct type *type)
{
	type->name_off = 0;
	type->info = make_info(KIND_INT, 0);
	type->size = 1;
	*(u32 *)(type + 1) = INT_BITS_8;
}

static void make_enum(struct type *type, u32 count, struct stand_in s)
{
	u32 *row = (u32 *)(type + 1);

	type->info = make_info(KIND_ENUM, count);
	type->size = 4;
	for (u32 i = 0; i < count; i++) {
		if (!row[2 * i])
			row[2 * i] = s.name;
	}
}

/* A kind that the release lacks becomes an older one. */
static void make_older(const struct types *t, u32 id, struct type *type, u32 release,
		       struct stand_in s)
{
	enum type_kind kind = type->info >> 24 & 0x1f;
	u32 count = types_vlen(t, id);

	if (kind == KIND_FUNC && release < ERA(5, 6))
		type->info = make_info(KIND_FUNC, 0);
	if (kind == KIND_ENUM && release < ERA(6, 0))
		type->info &= ~(1u << 31);
	if (kind_since(kind) <= release)
		return;
	switch (kind) {
	case KIND_FUNC:
		type->info = make_info(KIND_TYPEDEF, 0);
		break;
	case KIND_FUNC_PROTO:
		make_enum(type, count, s);
		break;
	case KIND_VAR:
	case KIND_DECL_TAG:
		make_byte(type);
		break;
	case KIND_DATASEC:
		type->name_off = 0;
		type->size = MAX(type->size, 4 * count);
		make_numbers(type, KIND_STRUCT, count, s);
		break;
	case KIND_FLOAT:
		type->name_off = 0;
		type->info = make_info(KIND_STRUCT, 0);
		break;
	case KIND_TYPE_TAG:
		type->name_off = 0;
		type->info = make_info(KIND_CONST, 0);
		break;
	case KIND_ENUM64:
		make_numbers(type, KIND_UNION, count, s);
		break;
	default:
		break;
	}
}

u8 *kernel_btf_copy(const struct types *t, u32 release, size_t *len)
{
	const u8 *raw = types_raw(t, len);
	struct stand_in s = find_stand_in(t);
	u8 *copy = malloc(*len);

	if (!copy)
		return NULL;
	memcpy(copy, raw, *len);
	for (u32 id = 1; id < types_count(t); id++) {
		size_t at = (size_t)((const u8 *)types_get(t, id) - raw);

		settle_externs(t, id, (struct type *)(copy + at), s);
		make_older(t, id, (struct type *)(copy + at), release, s);
	}
	return copy;
}

static int load_for(const struct types *t, u32 release)
{
	struct sys_btf_load a = { 0 };
	size_t len;
	u8 *copy = kernel_btf_copy(t, release, &len);
	int fd;

	if (!copy)
		return -ENOMEM;
	a.btf = sys_ptr(copy);
	a.btf_len = (u32)len;
	fd = SYS_BPF(CMD_BTF_LOAD, &a);
	free(copy);
	return fd;
}

/*
 * As it is first: vendors bring new kinds to old releases. Then as the release's number says, then
 * as the oldest took it.
 */
int kernel_btf_load(struct kernel_unit *u)
{
	const struct types *t = u->unit->obj->types;
	const u32 tries[] = { UINT32_MAX, kernel_of(u)->release, ERA(4, 18) };
	int fd = -1;

	if (!t || types_count(t) < 2)
		return -1;
	for (u32 i = 0; i < ARRAY_SIZE(tries); i++) {
		fd = load_for(t, tries[i]);
		if (fd != -EINVAL)
			break;
	}
	return fd < 0 ? -1 : fd;
}
