// SPDX-License-Identifier: BSD-2-Clause
#include "map/twice.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

static u8 *map_all(int fd, u64 page, u64 size)
{
	int prot = PROT_READ | PROT_WRITE;
	u64 total = page + 2 * size;
	u8 *all = mmap(NULL, total, prot, MAP_SHARED, fd, 0);

	if (all == MAP_FAILED)
		return NULL;
	for (u64 off = page; off < total; off += size) {
		if (mmap(all + off, size, prot, MAP_SHARED | MAP_FIXED, fd, (off_t)page) ==
		    MAP_FAILED) {
			munmap(all, total);
			return NULL;
		}
	}
	return all;
}

int twice_new(struct twice *t, u64 size)
{
	u64 page = (u64)sysconf(_SC_PAGESIZE);
	int fd = memfd_create("skep-ring", MFD_CLOEXEC), err = 0;
	u8 *all = NULL;

	if (fd < 0 || ftruncate(fd, (off_t)(page + size)) < 0) {
		err = -errno;
	} else {
		all = map_all(fd, page, size);
		err = all ? 0 : -ENOMEM;
	}
	if (fd >= 0)
		close(fd);
	if (!err)
		*t = (struct twice){ all + page, page, size };
	return err;
}

void twice_fini(struct twice *t)
{
	if (t->data)
		munmap(t->data - t->page, t->page + 2 * t->size);
	*t = (struct twice){ 0 };
}
