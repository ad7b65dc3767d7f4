// SPDX-License-Identifier: BSD-2-Clause
#include "map/slab.h"

#include <errno.h>
#include <unistd.h>

#include "map/segment.h"

int slab_new(struct map *m, struct slab *s, u64 count, u64 size)
{
	u64 pages = (u64)sysconf(_SC_PHYS_PAGES), page = (u64)sysconf(_SC_PAGESIZE), len;
	u8 *data;
	int err;

	if (__builtin_mul_overflow(count, size, &len) || len > pages * page)
		return -ENOMEM;
	len = MAX(len, 1ull);
	err = segment_part(m, &data, len);
	if (!err)
		*s = (struct slab){ data, len };
	return err;
}

void slab_fini(struct slab *s)
{
	if (s->data)
		segment_drop(s->data, s->len);
	*s = (struct slab){ 0 };
}
