// SPDX-License-Identifier: BSD-2-Clause
#include "map/slab.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

int slab_new(struct slab *s, u64 count, u64 size)
{
	u64 pages = (u64)sysconf(_SC_PHYS_PAGES), page = (u64)sysconf(_SC_PAGESIZE), len;
	void *data;

	if (__builtin_mul_overflow(count, size, &len) || len > pages * page)
		return -ENOMEM;
	if (!len)
		len = 1;
	data = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
		    -1, 0);
	if (data == MAP_FAILED)
		return -ENOMEM;
	*s = (struct slab){ data, len };
	return 0;
}

void slab_fini(struct slab *s)
{
	if (s->data)
		munmap(s->data, s->len);
	*s = (struct slab){ 0 };
}
