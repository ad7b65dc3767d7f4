// SPDX-License-Identifier: BSD-2-Clause
#include "map/twice.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include "map/map.h"

static int map_both(u8 *at, u64 size)
{
	int fd = memfd_create("skep-ring", MFD_CLOEXEC), prot = PROT_READ | PROT_WRITE, err = 0;

	if (fd < 0)
		return -errno;
	if (ftruncate(fd, (off_t)size))
		err = -errno;
	for (u64 off = 0; off < 2 * size && !err; off += size) {
		if (mmap(at + off, size, prot, MAP_SHARED | MAP_FIXED, fd, 0) == MAP_FAILED)
			err = -ENOMEM;
	}
	close(fd);
	return err;
}

int twice_new(struct map *m, struct twice *t, u64 size)
{
	u64 page = (u64)sysconf(_SC_PAGESIZE), total = page + 2 * size;
	u8 *all = mmap(NULL, total, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	int err;

	if (all == MAP_FAILED)
		return -ENOMEM;
	err = m->seg.opening ? 0 : map_both(all + page, size);
	if (!err)
		err = segment_part_twice(m, all + page, size);
	if (err)
		munmap(all, total);
	else
		*t = (struct twice){ all + page, page, size };
	return err;
}

void twice_fini(struct twice *t)
{
	if (t->data)
		munmap(t->data - t->page, t->page + 2 * t->size);
	*t = (struct twice){ 0 };
}
