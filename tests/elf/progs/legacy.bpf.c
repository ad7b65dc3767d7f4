// SPDX-License-Identifier: BSD-2-Clause
#include "common.h"

struct {
	u32 type, key_size, value_size, max_entries, flags, id, pinning, inner_id, inner_idx;
} inner SEC("maps") = { ARRAY, 4, 8, 2, 0, 7, 0, 0, 1 }, outer SEC("maps") = {
	ARRAY_OF_MAPS, 4, 4, 5, 0, 1, 2, 7, -1
};

SEC("classifier")
int use(void *ctx)
{
	u32 key = 0;

	return map_lookup_elem(&outer, &key) != 0;
}
