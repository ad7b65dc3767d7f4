// SPDX-License-Identifier: BSD-2-Clause
#include "jit/code.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

/* What is left of the last page faults when it is executed: int3 on x86. */
enum { FILL = 0xcc };

static int fill_and_seal(struct code_memory *m, const void *from, size_t len, size_t room)
{
	if (mprotect(m->code, room, PROT_READ | PROT_WRITE))
		return -errno;
	memcpy(m->code, from, len);
	memset(m->code + len, FILL, room - len);
	if (mprotect(m->code, room, PROT_READ | PROT_EXEC))
		return -errno;
	__builtin___clear_cache((char *)m->code, (char *)m->code + len);
	return 0;
}

int code_seal(struct code_memory *m, const void *from, size_t len)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE), room = ROUND_UP(len, page);
	int err;

	m->len = room + 2 * page;
	m->map = mmap(NULL, m->len, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (m->map == MAP_FAILED) {
		m->map = NULL;
		return -errno;
	}
	m->code = m->map + page;
	err = fill_and_seal(m, from, len, room);
	if (err)
		code_free(m);
	return err;
}

void code_free(struct code_memory *m)
{
	if (m->map)
		munmap(m->map, m->len);
	m->map = NULL;
	m->code = NULL;
}
