// SPDX-License-Identifier: BSD-2-Clause
#include "spec/helper_maps.h"

#include "spec/map.h"

enum { READS, WRITES };

enum helper_number {
#define HELPER(id, name, ret, args, sizes, major, minor, flags, who, what) NUMBER_##name = id,
#include "spec/helpers.def"
};

#define M(type) (1ull << MAP_TYPE_##type)
static const struct {
	u64 types; /* bit n: enum map_type n; 0: the helper has no map argument */
	bool writes;
} rows[] = {
#define HELPER_MAPS(name, rights, maps) [NUMBER_##name] = { maps, (rights) == WRITES },
#include "spec/helper_maps.def"
};

bool helper_fits_map(u32 id, u32 map_type)
{
	if (id >= ARRAY_SIZE(rows) || !rows[id].types)
		return true;
	return map_type < 64 && (rows[id].types >> map_type & 1);
}

bool helper_writes_map(u32 id)
{
	return id < ARRAY_SIZE(rows) && rows[id].writes;
}
