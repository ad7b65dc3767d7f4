// SPDX-License-Identifier: BSD-2-Clause
#include <errno.h>
#include <gelf.h>
#include <stdlib.h>

#include "btf/handle.h"
#include "btf/trust.h"

enum { BTF_MAGIC = 0xeb9f, BTF_MAGIC_SWAPPED = 0x9feb, BTF_VERSION = 1 };

struct btf_header {
	u16 magic;
	u8 version, flags;
	u32 hdr_len; /* bytes; the offsets below count from the end of the header */
	u32 type_off, type_len;
	u32 str_off, str_len;
};

static int check_magic(u16 magic, struct diag *d, struct span at)
{
	if (magic == BTF_MAGIC)
		return 0;
	if (magic != BTF_MAGIC_SWAPPED)
		return diag_error(d, -EINVAL, at, "not BTF: magic is 0x%04x, not 0xeb9f", magic);
	diag_error(d, -EINVAL, at, "BTF of the other byte order is not supported");
	diag_hint(d, "compile for this machine's order, with -target %s",
		  __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? "bpfel" : "bpfeb");
	return -EINVAL;
}

static int check_header(struct btf_header *h, const void *data, size_t len, struct diag *d,
			struct span at)
{
	int err;

	if (len < sizeof(*h)) {
		err = len >= 2 ? check_magic(LOAD(u16, data), d, at) : 0;
		return err ? err
			   : diag_error(d, -EINVAL, at, "BTF header cut short: %zu of %zu bytes",
					len, sizeof(*h));
	}
	memcpy(h, data, sizeof(*h));
	err = check_magic(h->magic, d, at);
	if (err)
		return err;
	if (h->version != BTF_VERSION)
		return diag_error(d, -EINVAL, at, "BTF version %u is not supported", h->version);
	if (h->flags)
		return diag_error(d, -EINVAL, at, "BTF flags 0x%02x are not supported", h->flags);
	if (h->hdr_len < sizeof(*h) || h->hdr_len > len)
		return diag_error(d, -EINVAL, at, "BTF header length is %u of %zu bytes",
				  h->hdr_len, len);
	if (h->type_off % 4 || h->hdr_len % 4)
		return diag_error(d, -EINVAL, at, "BTF type section is not aligned to 4 bytes");
	if ((u64)h->hdr_len + h->type_off + h->type_len > len)
		return diag_error(d, -EINVAL, at, "BTF type section ends at byte %llu of %zu",
				  (unsigned long long)h->hdr_len + h->type_off + h->type_len, len);
	if ((u64)h->hdr_len + h->str_off + h->str_len > len)
		return diag_error(d, -EINVAL, at, "BTF string section ends at byte %llu of %zu",
				  (unsigned long long)h->hdr_len + h->str_off + h->str_len, len);
	return 0;
}

static int check_strings(const struct types *t, struct diag *d, struct span at)
{
	if (!t->string_len)
		return 0;
	if (t->strings[t->string_len - 1])
		return diag_error(d, -EINVAL, at, "BTF strings do not end with a NUL byte");
	if (!t->base && t->strings[0])
		return diag_error(d, -EINVAL, at, "BTF strings do not begin with the empty string");
	if ((u64)t->first_string + t->string_len > UINT32_MAX)
		return diag_error(d, -EINVAL, at, "BTF strings exceed 4 GiB");
	return 0;
}

static int open_bytes(struct types *t, const char *name, struct diag *d)
{
	struct span at = { .file = diag_file(d, name, NULL, 0, 1) };
	struct btf_header h;
	int err = check_header(&h, t->data, t->len, d, at);

	if (err)
		return err;
	if ((uintptr_t)t->data % 4) {
		t->copy = malloc(t->len);
		if (!t->copy)
			return diag_nomem(d);
		t->data = memcpy(t->copy, t->data, t->len);
	}
	t->types = t->data + h.hdr_len + h.type_off;
	t->types_len = h.type_len;
	t->strings = (const char *)t->data + h.hdr_len + h.str_off;
	t->string_len = h.str_len;
	t->first = t->base ? t->base->count : 1;
	t->count = t->first;
	t->first_string = t->base ? t->base->first_string + t->base->string_len : 0;
	err = check_strings(t, d, at);
	if (!err && t->trusted)
		return types_walk(t) ? diag_error(d, -EINVAL, at, "the kernel's BTF is damaged")
				     : 0;
	return err ? err : types_check(t, d, at.file);
}

int types_open(struct types **out, const char *name, const void *data, size_t len,
	       const struct types *base, struct diag *d)
{
	struct types *t = calloc(1, sizeof(*t));
	int err;

	if (!t)
		return diag_nomem(d);
	t->data = data;
	t->len = len;
	t->base = base;
	err = open_bytes(t, name, d);
	if (err)
		types_free(t);
	else
		*out = t;
	return err;
}

static void elf_close(Elf **elf)
{
	elf_end(*elf);
}

/* Find .BTF among the sections; *data and *len become its bytes in the mapping. */
static int find_section(const char *path, const u8 **data, size_t *len, struct diag *d)
{
	struct span at = { .file = diag_file(d, path, NULL, 0, 1) };
	Elf *elf __cleanup(elf_close) = NULL;
	Elf_Scn *scn = NULL;
	size_t names;

	elf_version(EV_CURRENT);
	elf = elf_memory((char *)*data, *len);
	if (!elf || elf_kind(elf) != ELF_K_ELF || elf_getshdrstrndx(elf, &names))
		return diag_error(d, -EINVAL, at, "corrupt ELF file: %s", elf_errmsg(-1));
	while ((scn = elf_nextscn(elf, scn))) {
		GElf_Shdr sh;
		const char *name;

		if (!gelf_getshdr(scn, &sh))
			continue;
		name = elf_strptr(elf, names, sh.sh_name);
		if (!name || strcmp(name, ".BTF"))
			continue;
		at.off = (u32)sh.sh_offset;
		if (sh.sh_type == SHT_NOBITS || sh.sh_flags & SHF_COMPRESSED)
			return diag_error(d, -EINVAL, at, "section .BTF has no plain bytes");
		if (sh.sh_offset > *len || sh.sh_size > *len - sh.sh_offset)
			return diag_error(d, -EINVAL, at,
					  "section .BTF runs past the end of the file");
		*data += sh.sh_offset;
		*len = sh.sh_size;
		return 0;
	}
	diag_error(d, -ENOENT, at, "no .BTF section in this ELF file");
	diag_hint(d, "compile with -g (clang -target bpf) or -gbtf (gcc)");
	return -ENOENT;
}

int types_open_file(struct types **out, const char *path, const struct types *base, struct diag *d)
{
	struct types *t = calloc(1, sizeof(*t));
	int err;

	if (!t)
		return diag_nomem(d);
	t->base = base;
	err = file_open(&t->file, path, d);
	if (err)
		goto out;
	t->data = t->file.data;
	t->len = t->file.len;
	t->trusted = types_trusted(path) && (!base || base->trusted);
	if (t->len >= SELFMAG && !memcmp(t->data, ELFMAG, SELFMAG))
		err = find_section(path, &t->data, &t->len, d);
	if (!err)
		err = open_bytes(t, path, d);
out:
	if (err)
		types_free(t);
	else
		*out = t;
	return err;
}
