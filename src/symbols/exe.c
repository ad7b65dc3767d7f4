// SPDX-License-Identifier: BSD-2-Clause
#include "symbols/exe.h"

#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <gelf.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/str.h"
#include "base/vec.h"
#include "symbols/ldcache.h"

/* ---- paths ---- */

static bool try_folder(char *out, size_t size, const char *folder, size_t len, const char *name,
		       const char *tail)
{
	snprintf(out, size, "%.*s/%s%s", (int)len, folder, name, tail);
	return !access(out, R_OK);
}

static bool try_folders(char *out, size_t size, const char *folders, const char *name,
			const char *tail)
{
	while (folders && *folders) {
		size_t len = strcspn(folders, ":");

		if (len && try_folder(out, size, folders, len, name, tail))
			return true;
		folders += len + (folders[len] == ':');
	}
	return false;
}

int exe_path(char *out, size_t size, const char *name, struct diag *d)
{
	static const char libraries[] =
#if defined(__x86_64__)
		"/usr/lib/x86_64-linux-gnu:/lib/x86_64-linux-gnu:"
#elif defined(__aarch64__)
		"/usr/lib/aarch64-linux-gnu:/lib/aarch64-linux-gnu:"
#endif
		"/usr/lib64:/lib64:/usr/lib:/lib:/usr/local/lib";
	static const char programs[] = "/usr/bin:/usr/sbin:/bin:/sbin";

	if (strchr(name, '/')) {
		snprintf(out, size, "%s", name);
		if (!access(out, R_OK))
			return 0;
		return diag_error(d, -errno, NOWHERE, "'%s' cannot be read: %s", name,
				  strerror(errno));
	}
	if (strstr(name, ".so") &&
	    (try_folders(out, size, getenv("LD_LIBRARY_PATH"), name, "") ||
	     ldcache_lookup(out, size, name) || try_folders(out, size, libraries, name, "")))
		return 0;
	if (try_folders(out, size, getenv("PATH"), name, "") ||
	    try_folders(out, size, programs, name, "") || ldcache_lookup(out, size, name) ||
	    try_folders(out, size, libraries, name, ".so.6") ||
	    try_folders(out, size, libraries, name, ".so"))
		return 0;
	return diag_error(d, -ENOENT, NOWHERE, "there is no program or library '%s'", name);
}

/* ---- symbols ---- */

struct exe {
	int fd;
	Elf *elf;
};

static int exe_open(struct exe *e, const char *path, struct diag *d)
{
	elf_version(EV_CURRENT);
	*e = (struct exe){ .fd = open(path, O_RDONLY | O_CLOEXEC) };
	if (e->fd < 0)
		return diag_error(d, -errno, NOWHERE, "'%s' cannot be read: %s", path,
				  strerror(errno));
	e->elf = elf_begin(e->fd, ELF_C_READ_MMAP, NULL);
	if (e->elf && elf_kind(e->elf) == ELF_K_ELF)
		return 0;
	elf_end(e->elf);
	close(e->fd);
	return diag_error(d, -EINVAL, NOWHERE, "'%s' is no ELF file", path);
}

static void exe_close(struct exe *e)
{
	elf_end(e->elf);
	close(e->fd);
}

/* Address to offset in the file, by the segment that is loaded there. */
static bool to_offset(Elf *elf, u64 addr, u64 *out)
{
	size_t count = 0;
	GElf_Phdr ph;

	if (elf_getphdrnum(elf, &count))
		return false;
	for (size_t i = 0; i < count; i++) {
		if (!gelf_getphdr(elf, (int)i, &ph) || ph.p_type != PT_LOAD || addr < ph.p_vaddr ||
		    addr - ph.p_vaddr >= ph.p_memsz)
			continue;
		*out = addr - ph.p_vaddr + ph.p_offset;
		return true;
	}
	return false;
}

/* "getpid" for "getpid@@GLIBC_2.2.5", too. */
static bool same_name(const char *symbol, const char *name, size_t len)
{
	return !strncmp(symbol, name, len) && (!symbol[len] || symbol[len] == '@');
}

struct search {
	const char *name; /* or pattern */
	size_t len;
	bool pattern;
	Elf *elf;
	VEC(u64) offsets;
	bool weak; /* only a weak symbol was found so far */
	struct near near;
};

static int consider(void *ctx, const char *name, const GElf_Sym *sym)
{
	struct search *s = ctx;
	bool weak = GELF_ST_BIND(sym->st_info) == STB_WEAK;
	u64 off, *slot;

	near_try(&s->near, name);
	if (s->pattern ? fnmatch(s->name, name, 0) : !same_name(name, s->name, s->len))
		return 0;
	if (!to_offset(s->elf, sym->st_value, &off))
		return 0;
	for (u32 i = 0; i < s->offsets.len; i++) {
		if (s->offsets.data[i] == off)
			return 0;
	}
	if (!s->pattern && s->offsets.len) {
		if (s->weak && !weak)
			s->offsets.data[0] = off;
		s->weak &= weak;
		return 0;
	}
	slot = vec_push(&s->offsets);
	if (slot)
		*slot = off;
	s->weak = weak;
	return 0;
}

typedef int (*function_fn)(void *ctx, const char *name, const GElf_Sym *sym);

static int functions_of(Elf *elf, Elf_Scn *scn, const GElf_Shdr *sh, function_fn fn, void *ctx)
{
	Elf_Data *data = elf_getdata(scn, NULL);
	int err = 0;

	for (size_t i = 0; data && !err && i < sh->sh_size / sh->sh_entsize; i++) {
		GElf_Sym sym;
		const char *name;

		if (!gelf_getsym(data, (int)i, &sym) || !sym.st_value ||
		    (GELF_ST_TYPE(sym.st_info) != STT_FUNC &&
		     GELF_ST_TYPE(sym.st_info) != STT_GNU_IFUNC))
			continue;
		name = elf_strptr(elf, sh->sh_link, sym.st_name);
		if (name)
			err = fn(ctx, name, &sym);
	}
	return err;
}

/* Every function of both symbol tables, until fn returns other than 0: that is the result. */
static int each_function(Elf *elf, function_fn fn, void *ctx)
{
	Elf_Scn *scn = NULL;
	GElf_Shdr sh;
	int err = 0;

	while (!err && (scn = elf_nextscn(elf, scn))) {
		if (gelf_getshdr(scn, &sh) &&
		    (sh.sh_type == SHT_SYMTAB || sh.sh_type == SHT_DYNSYM) && sh.sh_entsize)
			err = functions_of(elf, scn, &sh, fn, ctx);
	}
	return err;
}

int exe_offset(u64 *out, const char *path, const char *where, struct diag *d)
{
	size_t len = strcspn(where, "+");
	struct search s = { .name = where, .len = len };
	u64 more = 0;
	struct exe e;
	char *end;
	int err;

	if (where[len]) {
		more = strtoull(where + len + 1, &end, 0);
		if (*end || end == where + len + 1)
			return diag_error(d, -EINVAL, NOWHERE, "'%s' is no number of bytes",
					  where + len + 1);
	}
	*out = strtoull(where, &end, 0);
	if (end != where && !*end)
		return 0;
	err = exe_open(&e, path, d);
	if (err)
		return err;
	s.elf = e.elf;
	s.near = near_start(where, len);
	each_function(s.elf, consider, &s);
	if (s.offsets.len) {
		*out = s.offsets.data[0] + more;
	} else {
		err = diag_error(d, -ENOENT, NOWHERE, "'%s' has no function '%.*s'", path, (int)len,
				 where);
		if (s.near.best)
			diag_hint(d, "did you mean '%s'?", s.near.best);
	}
	vec_fini(&s.offsets);
	exe_close(&e);
	return err;
}

int exe_offsets(u64 **out, const char *path, const char *pattern, struct diag *d)
{
	struct search s = { .name = pattern, .len = strlen(pattern) };
	struct exe e;
	int err = exe_open(&e, path, d);

	if (err)
		return err;
	s.pattern = strpbrk(pattern, "*?[");
	s.elf = e.elf;
	s.near = near_start(pattern, s.len);
	each_function(s.elf, consider, &s);
	*out = s.offsets.data;
	if (!s.offsets.len) {
		err = diag_error(d, -ENOENT, NOWHERE, "'%s' has no function '%s'", path, pattern);
		if (s.near.best && !s.pattern)
			diag_hint(d, "did you mean '%s'?", s.near.best);
	}
	exe_close(&e);
	return err ? err : (int)s.offsets.len;
}

struct visit {
	const char *pattern;
	exe_visitor each;
	void *ctx;
	Elf *elf;
};

static int visit(void *ctx, const char *name, const GElf_Sym *sym)
{
	const struct visit *v = ctx;
	struct exe_symbol s = { .name = name, .addr = sym->st_value, .size = sym->st_size };

	if (!*name || (v->pattern && fnmatch(v->pattern, name, 0)) ||
	    !to_offset(v->elf, s.addr, &s.offset))
		return 0;
	return v->each(v->ctx, &s);
}

int exe_each(const char *path, const char *pattern, exe_visitor each, void *ctx, struct diag *d)
{
	struct visit v = { .pattern = pattern, .each = each, .ctx = ctx };
	struct exe e;
	int err = exe_open(&e, path, d);

	if (err)
		return err;
	v.elf = e.elf;
	err = each_function(e.elf, visit, &v);
	exe_close(&e);
	return err;
}

/* ---- notes ---- */

int exe_notes_open(struct exe_notes *out, const char *path, const char *section, const char *base,
		   struct diag *d)
{
	Elf_Scn *scn = NULL;
	size_t names;
	GElf_Shdr sh;
	struct exe e;
	int err = exe_open(&e, path, d);

	if (err)
		return err;
	*out = (struct exe_notes){ .fd = e.fd, .elf = e.elf };
	if (elf_getshdrstrndx(e.elf, &names))
		return 0;
	while ((scn = elf_nextscn(e.elf, scn))) {
		const char *name =
			gelf_getshdr(scn, &sh) ? elf_strptr(e.elf, names, sh.sh_name) : "";
		Elf_Data *data;

		if (name && !strcmp(name, base))
			out->base = sh.sh_addr;
		if (!name || strcmp(name, section))
			continue;
		data = elf_rawdata(scn, NULL);
		out->data = data ? data->d_buf : NULL;
		out->len = out->data ? data->d_size : 0;
	}
	return 0;
}

bool exe_to_offset(const struct exe_notes *n, u64 addr, u64 *out)
{
	return to_offset(n->elf, addr, out);
}

void exe_notes_close(struct exe_notes *n)
{
	elf_end(n->elf);
	close(n->fd);
}
