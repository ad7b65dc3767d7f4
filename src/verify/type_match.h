/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Does a typed pointer point to an object of some type? Also when that object is a member that lies
 * at the pointer's offset, or the first member of one, and so on.
 */
#ifndef VERIFY_TYPE_MATCH_H
#define VERIFY_TYPE_MATCH_H

#include "btf/types.h"

/*
 * `off` bytes into type `id` of `t`. `strict`: the type itself at offset 0, no member of it.
 * Types are the same when they stand at the same place of the same BTF.
 */
bool type_match(const struct types *t, u32 id, s64 off, const struct types *need_t, u32 need_id,
		bool strict);

#endif
