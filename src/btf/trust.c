// SPDX-License-Identifier: BSD-2-Clause
#include "btf/trust.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdlib.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/str.h"

bool types_trusted(const char *path)
{
	struct statfs fs;

	return str_starts(path, "/sys/kernel/btf/") && !statfs(path, &fs) &&
	       fs.f_type == SYSFS_MAGIC;
}

int types_walk(struct types *t)
{
	static const u8 fixed[KIND_COUNT] = {
		[KIND_INT] = 4, [KIND_VAR] = 4, [KIND_DECL_TAG] = 4, [KIND_ARRAY] = 12
	};
	static const u8 each[KIND_COUNT] = {
		[KIND_STRUCT] = 12, [KIND_UNION] = 12, [KIND_DATASEC] = 12,
		[KIND_ENUM64] = 12, [KIND_ENUM] = 8,   [KIND_FUNC_PROTO] = 8
	};
	u32 off = 0, n = 0, most = t->types_len / sizeof(struct type), *offs;

	t->offs = malloc(sizeof(*t->offs) * (most + 1));
	if (!t->offs)
		return -ENOMEM;
	while (off + sizeof(struct type) <= t->types_len) {
		const struct type *type = (const struct type *)(t->types + off);
		u32 kind = info_kind(type->info);

		if (kind >= KIND_COUNT)
			return -EINVAL;
		t->offs[n++] = off;
		off += (u32)sizeof(*type) + fixed[kind] + each[kind] * info_vlen(type->info);
	}
	if (off != t->types_len)
		return -EINVAL;
	offs = realloc(t->offs, sizeof(*t->offs) * (n + 1));
	t->offs = offs ? offs : t->offs;
	t->count = t->first + n;
	t->aligns = calloc(n + 1, 1);
	return t->aligns ? 0 : -ENOMEM;
}

/* log2 of a power of two at most 16; of anything else, of its largest such factor. */
static u8 size_align(u32 size)
{
	return size ? (u8)MIN(__builtin_ctz(size), 4) : 0;
}

/* As check.c: a struct with a member off its natural place, or of odd size, was packed. */
static u8 struct_align(const struct types *t, u32 id)
{
	bool packed = false;
	u8 align = 0;

	for (u32 i = 0; i < types_vlen(t, id); i++) {
		struct type_member m = types_member(t, id, i);
		u8 a = (u8)__builtin_ctz(types_align(t, m.type));

		align = MAX(align, a);
		if (m.bit_size ? (m.bit_off & ((8u << a) - 1)) + m.bit_size >
					 8 * (u64)types_size(t, m.type)
			       : m.bit_off & ((8u << a) - 1))
			packed = true;
	}
	return packed || types_get(t, id)->size & ((1u << align) - 1) ? 0 : align;
}

static u8 find_align(const struct types *t, u32 id)
{
	const struct type *type = types_get(t, id);

	switch (info_kind(type->info)) {
	case KIND_INT:
	case KIND_ENUM:
	case KIND_ENUM64:
	case KIND_FLOAT:
		return size_align(type->size);
	case KIND_PTR:
		return 3;
	case KIND_STRUCT:
	case KIND_UNION:
		return struct_align(t, id);
	case KIND_ARRAY:
		return (u8)__builtin_ctz(types_align(t, types_array(t, id).elem));
	case KIND_TYPEDEF:
	case KIND_VOLATILE:
	case KIND_CONST:
	case KIND_RESTRICT:
	case KIND_TYPE_TAG:
	case KIND_VAR:
		return (u8)__builtin_ctz(types_align(t, type->type));
	default:
		return 0;
	}
}

u32 types_align_late(const struct types *t, u32 id)
{
	u8 *slot = &t->aligns[id - t->first], known = __atomic_load_n(slot, __ATOMIC_RELAXED);

	if (!known) {
		known = (u8)(find_align(t, id) + 1);
		__atomic_store_n(slot, known, __ATOMIC_RELAXED);
	}
	return 1u << (known - 1);
}
