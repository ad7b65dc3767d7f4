// SPDX-License-Identifier: BSD-2-Clause
#include "report/names.h"

#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/str.h"
#include "base/vec.h"
#include "symbols/demangle.h"
#include "symbols/exe.h"

/* A function: of the kernel by address, of a file by its offset in it. */
struct sym {
	u64 at, size; /* size 0: up to the next one */
	u32 name;     /* offset in text */
};

/* Ascending by `at`. */
struct table {
	VEC(struct sym) syms;
	struct buf text; /* names, zero-terminated */
};

struct module {
	char *path; /* owned */
	struct table table;
};

struct mapping {
	u64 start, end, offset;
	u32 module; /* 1 + index in modules; 0: no file */
};

struct process {
	u32 pid;
	VEC(struct mapping) maps;
	struct table jit; /* of /tmp/perf-PID.map */
	bool tried_jit;
};

struct names {
	struct table kernel;
	bool tried;
	VEC(struct module) modules;
	VEC(struct process) processes;
};

static void table_fini(struct table *t)
{
	vec_fini(&t->syms);
	buf_fini(&t->text);
}

static int by_place(const void *a, const void *b)
{
	const struct sym *x = a, *y = b;

	return x->at < y->at ? -1 : x->at > y->at;
}

static void table_sort(struct table *t)
{
	if (t->syms.len)
		qsort(t->syms.data, t->syms.len, sizeof(*t->syms.data), by_place);
}

static bool table_add(struct table *t, u64 at, u64 size, const char *name)
{
	struct sym *s = vec_push(&t->syms);

	if (!s)
		return false;
	*s = (struct sym){ at, size, (u32)t->text.len };
	buf_put(&t->text, name, strlen(name) + 1);
	return !t->text.err;
}

/* The last one at or below `at`, if it reaches there. */
static const struct sym *table_find(const struct table *t, u64 at)
{
	u32 low = 0, high = t->syms.len;
	const struct sym *s;

	while (low < high) {
		u32 mid = (low + high) / 2;

		if (t->syms.data[mid].at <= at)
			low = mid + 1;
		else
			high = mid;
	}
	s = low ? &t->syms.data[low - 1] : NULL;
	return s && (!s->size || at - s->at < s->size) ? s : NULL;
}

static const char *name_of(const struct table *t, const struct sym *s)
{
	return (const char *)t->text.data + s->name;
}

struct names *names_new(void)
{
	return calloc(1, sizeof(struct names));
}

void names_free(struct names *n)
{
	struct module *m;
	struct process *p;

	if (!n)
		return;
	table_fini(&n->kernel);
	vec_for (m, &n->modules) {
		table_fini(&m->table);
		free(m->path);
	}
	vec_fini(&n->modules);
	vec_for (p, &n->processes) {
		vec_fini(&p->maps);
		table_fini(&p->jit);
	}
	vec_fini(&n->processes);
	free(n);
}

/* ---- the kernel ---- */

static void read_kallsyms(struct names *n)
{
	FILE *file = fopen("/proc/kallsyms", "re");
	char line[1024], type, name[512];
	u64 addr;

	n->tried = true;
	if (!file)
		return;
	while (fgets(line, sizeof(line), file)) {
		if (sscanf(line, "%" SCNx64 " %c %511s", &addr, &type, name) != 3 || !addr ||
		    !strchr("tTwW", type))
			continue;
		if (!table_add(&n->kernel, addr, 0, name))
			break;
	}
	fclose(file);
	table_sort(&n->kernel);
}

static void show(struct buf *out, const char *name, u64 into, bool offset)
{
	char *nice = str_starts(name, "_Z") ? demangle(name) : NULL;

	buf_puts(out, nice ? nice : name);
	if (offset)
		buf_printf(out, "+%" PRIu64, into);
	free(nice);
}

void names_kernel(struct names *n, struct buf *out, u64 addr, bool offset)
{
	const struct sym *sym;

	if (!n->tried)
		read_kallsyms(n);
	sym = table_find(&n->kernel, addr);
	if (sym)
		show(out, name_of(&n->kernel, sym), addr - sym->at, offset);
	else
		buf_printf(out, "0x%" PRIx64, addr);
}

/* ---- processes ---- */

static int on_symbol(void *ctx, const struct exe_symbol *s)
{
	const char *version = strchr(s->name, '@');
	char *plain = version ? strndup(s->name, (size_t)(version - s->name)) : NULL;
	bool ok = table_add(ctx, s->offset, s->size, plain ? plain : s->name);

	free(plain);
	return ok ? 0 : -1;
}

/* 1 + index of the module of that path; 0: no memory. */
static u32 module_of(struct names *n, const char *path)
{
	struct module *m;

	vec_for (m, &n->modules) {
		if (!strcmp(m->path, path))
			return (u32)(m - n->modules.data) + 1;
	}
	m = vec_push(&n->modules);
	if (!m)
		return 0;
	m->path = strdup(path);
	if (!m->path) {
		n->modules.len--;
		return 0;
	}
	exe_each(path, NULL, on_symbol, &m->table, NULL);
	table_sort(&m->table);
	return n->modules.len;
}

static void read_mappings(struct names *n, struct process *p)
{
	char path[64], line[4500], file_path[4200];
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%u/maps", p->pid);
	file = fopen(path, "re");
	if (!file)
		return;
	while (fgets(line, sizeof(line), file)) {
		struct mapping m = { 0 };
		char flags[8];
		int got = sscanf(line, "%" SCNx64 "-%" SCNx64 " %7s %" SCNx64 " %*s %*s %4199[^\n]",
				 &m.start, &m.end, flags, &m.offset, file_path);
		struct mapping *to;

		if (got < 4 || flags[2] != 'x')
			continue;
		if (got == 5 && file_path[0] == '/')
			m.module = module_of(n, file_path);
		to = vec_push(&p->maps);
		if (to)
			*to = m;
	}
	fclose(file);
}

static struct process *process_of(struct names *n, u32 pid)
{
	struct process *p;

	vec_for (p, &n->processes) {
		if (p->pid == pid)
			return p;
	}
	p = vec_push(&n->processes);
	if (!p)
		return NULL;
	p->pid = pid;
	read_mappings(n, p);
	return p;
}

static const struct mapping *mapping_of(struct process *p, u64 addr)
{
	struct mapping *m;

	vec_for (m, &p->maps) {
		if (addr >= m->start && addr < m->end)
			return m;
	}
	return NULL;
}

/* What a compiler of that process says of its code: "START SIZE NAME" a line, in hex. */
static void read_jit(struct process *p)
{
	char path[64], line[1024], name[512];
	u64 start, size;
	FILE *file;

	p->tried_jit = true;
	snprintf(path, sizeof(path), "/tmp/perf-%u.map", p->pid);
	file = fopen(path, "re");
	if (!file)
		return;
	while (fgets(line, sizeof(line), file)) {
		if (sscanf(line, "%" SCNx64 " %" SCNx64 " %511[^\n]", &start, &size, name) == 3)
			table_add(&p->jit, start, size, name);
	}
	fclose(file);
	table_sort(&p->jit);
}

static void show_module(struct buf *out, const char *path, bool module)
{
	if (module)
		buf_printf(out, " (%s)", path ? path : "[unknown]");
}

void names_user(struct names *n, struct buf *out, u32 pid, u64 addr, bool offset, bool module)
{
	struct process *p = process_of(n, pid);
	const struct mapping *m = p ? mapping_of(p, addr) : NULL;
	const struct module *of;
	const struct sym *sym;

	if (p && !m) { /* mapped since? What is gone stays known. */
		read_mappings(n, p);
		m = mapping_of(p, addr);
	}
	of = m && m->module ? &n->modules.data[m->module - 1] : NULL;
	if (of) {
		u64 at = addr - m->start + m->offset;

		sym = table_find(&of->table, at);
		if (sym)
			show(out, name_of(&of->table, sym), at - sym->at, offset);
	} else {
		if (p && !p->tried_jit)
			read_jit(p);
		sym = p ? table_find(&p->jit, addr) : NULL;
		if (sym)
			show(out, name_of(&p->jit, sym), addr - sym->at, offset);
	}
	if (!sym)
		buf_printf(out, "0x%" PRIx64, addr);
	show_module(out, of ? of->path : NULL, module);
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
