// SPDX-License-Identifier: BSD-2-Clause
#include "report/names.h"

#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/vec.h"

struct ksym {
	u64 addr;
	u32 name; /* offset in text */
};

struct names {
	VEC(struct ksym) ksyms; /* ascending by address */
	struct buf text;	/* names, zero-terminated */
	bool tried;
};

struct names *names_new(void)
{
	return calloc(1, sizeof(struct names));
}

void names_free(struct names *n)
{
	if (!n)
		return;
	vec_fini(&n->ksyms);
	buf_fini(&n->text);
	free(n);
}

/* ---- the kernel ---- */

static int by_addr(const void *a, const void *b)
{
	const struct ksym *x = a, *y = b;

	return x->addr < y->addr ? -1 : x->addr > y->addr;
}

static void read_kallsyms(struct names *n)
{
	FILE *file = fopen("/proc/kallsyms", "re");
	char line[1024], type, name[512];

	n->tried = true;
	if (!file)
		return;
	while (fgets(line, sizeof(line), file)) {
		struct ksym *sym;
		u64 addr;

		if (sscanf(line, "%" SCNx64 " %c %511s", &addr, &type, name) != 3 || !addr ||
		    !strchr("tTwW", type))
			continue;
		sym = vec_push(&n->ksyms);
		if (!sym)
			break;
		sym->addr = addr;
		sym->name = (u32)n->text.len;
		buf_put(&n->text, name, strlen(name) + 1);
	}
	fclose(file);
	if (n->ksyms.len)
		qsort(n->ksyms.data, n->ksyms.len, sizeof(*n->ksyms.data), by_addr);
}

/* The last symbol at or below the address. */
static const struct ksym *find_ksym(const struct names *n, u64 addr)
{
	u32 low = 0, high = n->ksyms.len;

	while (low < high) {
		u32 mid = (low + high) / 2;

		if (n->ksyms.data[mid].addr <= addr)
			low = mid + 1;
		else
			high = mid;
	}
	return low ? &n->ksyms.data[low - 1] : NULL;
}

void names_kernel(struct names *n, struct buf *out, u64 addr, bool offset)
{
	const struct ksym *sym;

	if (!n->tried)
		read_kallsyms(n);
	sym = n->text.err ? NULL : find_ksym(n, addr);
	if (!sym) {
		buf_printf(out, "0x%" PRIx64, addr);
		return;
	}
	buf_puts(out, (const char *)n->text.data + sym->name);
	if (offset)
		buf_printf(out, "+%" PRIu64, addr - sym->addr);
}

/* ---- processes ---- */

void names_user(struct names *n, struct buf *out, u32 pid, u64 addr, bool offset, bool module)
{
	buf_printf(out, "0x%" PRIx64, addr);
	if (module)
		buf_puts(out, " ([unknown])");
}

void names_keep(struct names *n, u32 pid)
{
}

/* ---- cgroups ---- */

/* A cgroup's number is the inode of its directory. */
static bool find_cgroup(struct buf *path, int dir, u64 id, u32 depth)
{
	DIR *list = fdopendir(dir);
	struct dirent *entry;
	size_t len = path->len;
	bool found = false;

	while (list && !found && (entry = readdir(list))) {
		int below;

		if (entry->d_type != DT_DIR || entry->d_name[0] == '.')
			continue;
		buf_printf(path, "/%s", entry->d_name);
		if (entry->d_ino == id) {
			found = true;
			break;
		}
		below = depth < 32 ? openat(dirfd(list), entry->d_name,
					    O_RDONLY | O_DIRECTORY | O_CLOEXEC)
				   : -1;
		if (below >= 0)
			found = find_cgroup(path, below, id, depth + 1);
		if (!found)
			path->len = len;
	}
	if (list)
		closedir(list);
	return found;
}

void names_cgroup(struct names *n, struct buf *out, u64 id)
{
	static const char *const roots[] = { "/sys/fs/cgroup/unified", "/sys/fs/cgroup" };
	struct buf path = { 0 };
	struct stat st;

	for (u32 i = 0; i < 2; i++) {
		int dir = open(roots[i], O_RDONLY | O_DIRECTORY | O_CLOEXEC);

		if (dir < 0)
			continue;
		if (!fstat(dir, &st) && st.st_ino == id) {
			buf_puts(&path, "/");
			close(dir);
			break;
		}
		if (find_cgroup(&path, dir, id, 0))
			break;
	}
	if (path.len)
		buf_printf(out, "unified:%s", buf_str(&path));
	else
		buf_printf(out, "%" PRIu64, id);
	buf_fini(&path);
}
