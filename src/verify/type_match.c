// SPDX-License-Identifier: BSD-2-Clause
#include "verify/type_match.h"

enum { MAX_DEPTH = 16 };

static bool is_aggregate(const struct types *t, u32 id)
{
	return types_kind(t, id) == KIND_STRUCT || types_kind(t, id) == KIND_UNION;
}

/* The element type of (nested) arrays, and the offset in an element. */
static u32 element_at(const struct types *t, u32 id, s64 *off)
{
	id = types_strip(t, id);
	while (types_kind(t, id) == KIND_ARRAY) {
		u32 elem = types_strip(t, types_array(t, id).elem);
		s64 size = types_size(t, elem);

		if (size <= 0)
			return 0;
		*off %= size;
		id = elem;
	}
	return id;
}

/*
 * The struct or union that is a member of `id` and holds byte *off; *off becomes the offset in it.
 * 0: the byte lies in no such member. Of a union's members the first that is long enough counts.
 */
static u32 member_at(const struct types *t, u32 id, s64 *off)
{
	for (u32 k = 0; k < types_vlen(t, id); k++) {
		struct type_member m = types_member(t, id, k);
		s64 size = types_size(t, m.type), at = *off - (s64)(m.bit_off / 8);

		if (m.bit_size || at < 0 || size < 0 || at >= size)
			continue;
		id = element_at(t, m.type, &at);
		if (!id || !is_aggregate(t, id))
			return 0;
		*off = at;
		return id;
	}
	return 0;
}

bool type_match(const struct types *t, u32 id, s64 off, const struct types *need_t, u32 need_id,
		bool strict)
{
	id = types_strip(t, id);
	need_id = types_strip(need_t, need_id);
	if (off == 0 && t == need_t && id == need_id)
		return true;
	if (strict || t != need_t || off < 0)
		return false;
	for (u32 depth = 0; depth < MAX_DEPTH && is_aggregate(t, id); depth++) {
		id = member_at(t, id, &off);
		if (off == 0 && id == need_id)
			return id != 0;
	}
	return false;
}
