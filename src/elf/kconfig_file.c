// SPDX-License-Identifier: BSD-2-Clause
#include "elf/kconfig.h"

#include <stdio.h>
#include <sys/utsname.h>
#include <zlib.h>

enum { CONFIG_MAX = 16 << 20 }; /* bytes */

static bool read_gz(struct buf *out, const char *path)
{
	gzFile f = gzopen(path, "rb"); /* reads plain files too */
	char chunk[16384];
	int n = 0;

	if (!f)
		return false;
	while (out->len < CONFIG_MAX && (n = gzread(f, chunk, sizeof(chunk))) > 0)
		buf_put(out, chunk, (size_t)n);
	gzclose(f);
	if (n < 0)
		buf_clear(out);
	return out->len > 0;
}

void kconfig_read(struct buf *out)
{
	struct utsname u;
	char path[sizeof(u.release) + 16];

	if (!uname(&u)) {
		snprintf(path, sizeof(path), "/boot/config-%s", u.release);
		if (read_gz(out, path))
			return;
	}
	read_gz(out, "/proc/config.gz");
}

const char *kconfig_find(const struct buf *text, const char *name, struct arena *a)
{
	const char *s = (const char *)text->data, *end = s + text->len;
	size_t len = strlen(name);

	while (s && s < end) {
		const char *line_end = memchr(s, '\n', (size_t)(end - s));

		if (!line_end)
			line_end = end;
		if ((size_t)(line_end - s) > len && !memcmp(s, name, len) && s[len] == '=')
			return arena_strndup(a, s + len + 1, (size_t)(line_end - s) - len - 1);
		s = line_end + 1;
	}
	return NULL;
}

static u64 kernel_version(void)
{
	unsigned major = 0, minor = 0, patch = 0;
	struct utsname u;

	if (uname(&u) || sscanf(u.release, "%u.%u.%u", &major, &minor, &patch) < 2)
		return 0;
	return (u64)major << 16 | minor << 8 | MIN(patch, 255);
}

bool kconfig_virtual(const struct buf *text, const char *name, struct arena *a, u64 *out)
{
	if (!strcmp(name, "LINUX_KERNEL_VERSION")) {
		*out = kernel_version();
	} else if (!strcmp(name, "LINUX_HAS_BPF_COOKIE")) {
		*out = kernel_version() >= (5 << 16 | 15 << 8);
	} else if (!strcmp(name, "LINUX_HAS_SYSCALL_WRAPPER")) {
		const char *v = kconfig_find(text, "CONFIG_ARCH_HAS_SYSCALL_WRAPPER", a);

		if (text->len)
			*out = v && *v == 'y';
		else
			*out = kernel_version() >= (4 << 16 | 17 << 8);
	} else {
		return false;
	}
	return true;
}
