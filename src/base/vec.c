// SPDX-License-Identifier: BSD-2-Clause
#include "base/vec.h"

#include <stdlib.h>

bool vec_reserve_(void **data, u32 len, u32 *cap, u32 extra, size_t size)
{
	u64 want = (u64)len + extra, grown;
	void *p;

	if (want <= *cap)
		return true;
	grown = MAX(MAX(want, (u64)*cap * 2), 8);
	if (grown > UINT32_MAX || grown > SIZE_MAX / size)
		return false;
	p = realloc(*data, grown * size);
	if (!p)
		return false;
	*data = p;
	*cap = (u32)grown;
	return true;
}
