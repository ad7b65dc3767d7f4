// SPDX-License-Identifier: BSD-2-Clause
#include "symbols/ldcache.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"

#define MAGIC "glibc-ld.so.cache1.1"

enum {
	HEAD = 48, /* magic 20, count 4, string bytes 4, flags and reserved 20 */
	ROW = 24,  /* flags 4, name 4, path 4, release 4, capabilities 8 */
	COUNT_AT = 20,
#if defined(__x86_64__)
	OWN_FLAGS = 0x0303,
#elif defined(__aarch64__)
	OWN_FLAGS = 0x0a03,
#else
	OWN_FLAGS = 3,
#endif
};

static const char *text_at(const u8 *data, size_t len, u32 off)
{
	return off < len && memchr(data + off, 0, len - off) ? (const char *)data + off : NULL;
}

/* The version in "libfoo.so.12" for "libfoo" or "libfoo.so": 12; -1: it is another library. */
static long version(const char *soname, const char *name)
{
	size_t n = strlen(name);
	const char *rest = soname + n;

	if (strncmp(soname, name, n))
		return -1;
	if (!*rest)
		return 1 << 30;
	if (!strstr(name, ".so")) {
		if (strncmp(rest, ".so", 3))
			return -1;
		rest += 3;
	}
	return *rest == '.' ? atol(rest + 1) : *rest ? -1 : 0;
}

/* An old cache lies before the one that is looked for. */
static size_t start_of(const u8 *data, size_t len)
{
	const u8 *p = memmem(data, len, MAGIC, strlen(MAGIC));

	return p && len - (p - data) >= HEAD ? (size_t)(p - data) : len;
}

bool ldcache_find(char *out, size_t size, const u8 *data, size_t len, const char *name)
{
	size_t start = start_of(data, len);
	long best = -1;
	u32 count;

	if (start >= len)
		return false;
	data += start;
	len -= start;
	count = LOAD(u32, data + COUNT_AT);
	if (count > (len - HEAD) / ROW)
		return false;
	for (u32 i = 0; i < count; i++) {
		const u8 *row = data + HEAD + (size_t)i * ROW;
		const char *soname = text_at(data, len, LOAD(u32, row + 4));
		const char *path = text_at(data, len, LOAD(u32, row + 8));
		long v = soname && path ? version(soname, name) : -1;

		if (LOAD(u32, row) != OWN_FLAGS || v <= best)
			continue;
		best = v;
		snprintf(out, size, "%s", path);
	}
	return best >= 0;
}

bool ldcache_lookup(char *out, size_t size, const char *name)
{
	struct file f;
	bool found;

	if (file_open(&f, "/etc/ld.so.cache", NULL))
		return false;
	found = ldcache_find(out, size, f.data, f.len, name);
	file_close(&f);
	return found;
}
