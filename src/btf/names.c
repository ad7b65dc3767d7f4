// SPDX-License-Identifier: BSD-2-Clause
#include "btf/names.h"

#include "btf/types.h"

static const char *const words[] = {
#define X(kind, word, raw) [KIND_##kind] = word,
#include "btf/kinds.def"
#undef X
};
static const char *const raws[] = {
#define X(kind, word, raw) [KIND_##kind] = raw,
#include "btf/kinds.def"
#undef X
};
_Static_assert(ARRAY_SIZE(words) == KIND_COUNT, "a row for each kind");

const char *types_kind_name(u32 kind)
{
	return words[kind < KIND_COUNT ? kind : KIND_VOID];
}

const char *types_kind_raw_name(u32 kind)
{
	return raws[kind < KIND_COUNT ? kind : KIND_VOID];
}
