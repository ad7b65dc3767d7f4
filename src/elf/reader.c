// SPDX-License-Identifier: BSD-2-Clause
#include "elf/reader.h"

#include <elf.h>
#include <errno.h>
#include <libelf.h>

enum { MACHINE_BPF = 247 };

static const struct {
	u16 machine;
	const char *name;
} machines[] = {
	{ EM_386, "i386" },    { EM_X86_64, "x86-64" }, { EM_ARM, "ARM" },
	{ EM_PPC64, "ppc64" }, { EM_S390, "s390" },	{ EM_AARCH64, "arm64" },
	{ EM_MIPS, "MIPS" },   { EM_RISCV, "RISC-V" },	{ 258, "LoongArch" },
};

static const char *machine_name(u16 machine)
{
	for (u32 i = 0; i < ARRAY_SIZE(machines); i++) {
		if (machines[i].machine == machine)
			return machines[i].name;
	}
	return NULL;
}

struct span reader_at(const struct elf_reader *r, u32 index, u64 off)
{
	u64 at = index < r->section_count ? r->sections[index].off + off : off;

	return (struct span){ r->file, (u32)MIN(at, UINT32_MAX), 0 };
}

static int bad(const struct elf_reader *r, u64 off, const char *what)
{
	struct span at = { r->file, (u32)MIN(off, UINT32_MAX), 0 };

	diag_error(r->d, -EINVAL, at, "%s", what);
	diag_hint(r->d, "the file is damaged or cut short: compile it again");
	return -EINVAL;
}

static int check_machine(const struct elf_reader *r, const Elf64_Ehdr *h)
{
	struct span at = { r->file, offsetof(Elf64_Ehdr, e_machine), 0 };
	const char *name = machine_name(h->e_machine);

	if (h->e_machine == MACHINE_BPF)
		return 0;
	if (name)
		diag_error(r->d, -EINVAL, at, "this file is for %s, not BPF", name);
	else
		diag_error(r->d, -EINVAL, at, "this file is for machine %u, not BPF", h->e_machine);
	diag_hint(r->d, "compile with clang -O2 -g -target bpf -c");
	return -EINVAL;
}

/* The file header, before libelf sees the file. */
static int check_header(const struct elf_reader *r, const u8 *data, size_t len, Elf64_Ehdr *h)
{
	struct span at = { r->file, EI_DATA, 0 };

	if (len < EI_NIDENT || memcmp(data, ELFMAG, SELFMAG))
		return diag_error(r->d, -EINVAL, (struct span){ r->file, 0, 0 },
				  "not an ELF object file");
	if (data[EI_DATA] == ELFDATA2MSB) {
		diag_error(r->d, -ENOTSUP, at,
			   "this is a big-endian object; skep runs "
			   "little-endian BPF");
		diag_hint(r->d, "compile with -target bpfel");
		return -ENOTSUP;
	}
	if (data[EI_CLASS] != ELFCLASS64 || data[EI_DATA] != ELFDATA2LSB)
		return diag_error(r->d, -EINVAL, at,
				  "not a 64-bit little-endian ELF file; BPF objects are");
	if (len < sizeof(*h))
		return bad(r, len, "the ELF header is cut short");
	memcpy(h, data, sizeof(*h));
	if (check_machine(r, h))
		return -EINVAL;
	if (h->e_type != ET_REL) {
		diag_error(r->d, -EINVAL, (struct span){ r->file, 16, 0 },
			   "not a relocatable object (ELF type %u)", h->e_type);
		diag_hint(r->d, "give the output of the compiler's -c, before any linker");
		return -EINVAL;
	}
	if (h->e_shentsize != sizeof(Elf64_Shdr) || !h->e_shnum || h->e_shoff > len ||
	    h->e_shoff % 8 || (len - h->e_shoff) / sizeof(Elf64_Shdr) < h->e_shnum)
		return bad(r, offsetof(Elf64_Ehdr, e_shoff),
			   "the section table lies outside the file");
	if (h->e_shstrndx >= h->e_shnum)
		return bad(r, offsetof(Elf64_Ehdr, e_shstrndx), "there is no section name table");
	return 0;
}

/* The string at `off` of string table `index`, NULL when it is not inside. */
static const char *string_at(const struct elf_reader *r, u32 index, u64 off)
{
	const struct elf_section *s;

	if (index >= r->section_count)
		return NULL;
	s = &r->sections[index];
	if (s->type != SHT_STRTAB || !s->data || off >= s->size)
		return NULL;
	return memchr(s->data + off, 0, s->size - off) ? (const char *)s->data + off : NULL;
}

static int read_section(struct elf_reader *r, Elf *elf, u32 i, const u8 *data, size_t len)
{
	struct elf_section *s = &r->sections[i];
	Elf_Scn *scn = elf_getscn(elf, i);
	const Elf64_Shdr *h = scn ? elf64_getshdr(scn) : NULL;

	if (!h)
		return bad(r, 0, elf_errmsg(-1));
	s->type = h->sh_type;
	s->flags = h->sh_flags;
	s->off = h->sh_offset;
	s->size = h->sh_size;
	s->link = h->sh_link;
	s->info = h->sh_info;
	if (s->type == SHT_NULL) {
		s->size = 0;
		return 0;
	}
	if (s->size > UINT32_MAX)
		return bad(r, s->off, "a section is larger than 4 GiB");
	if (s->type == SHT_NOBITS)
		return 0;
	if (s->off > len || len - s->off < s->size) {
		diag_error(r->d, -EINVAL, (struct span){ r->file, 0, 0 },
			   "section %u (bytes %llu to %llu) ends past the file's %zu bytes", i,
			   (unsigned long long)s->off, (unsigned long long)(s->off + s->size), len);
		diag_hint(r->d, "the file is cut short: compile it again");
		return -EINVAL;
	}
	s->data = data + s->off;
	if (h->sh_flags & SHF_COMPRESSED && h->sh_flags & SHF_ALLOC)
		return bad(r, s->off, "compressed sections cannot be loaded");
	return 0;
}

static int name_sections(struct elf_reader *r, u32 names)
{
	for (u32 i = 0; i < r->section_count; i++) {
		struct elf_section *s = &r->sections[i];

		s->name = s->type == SHT_NULL ? "" : string_at(r, names, (u64)(uintptr_t)s->name);
		if (!s->name)
			return bad(r, s->off, "a section's name lies outside the name table");
	}
	return 0;
}

static int read_sections(struct elf_reader *r, Elf *elf, const Elf64_Ehdr *h, const u8 *data,
			 size_t len, struct arena *a)
{
	r->section_count = h->e_shnum;
	r->sections = arena_array(a, r->section_count, sizeof(*r->sections));
	if (!r->sections)
		return diag_nomem(r->d);
	for (u32 i = 0; i < r->section_count; i++) {
		Elf64_Shdr sh;
		int err = read_section(r, elf, i, data, len);

		if (err)
			return err;
		memcpy(&sh, data + h->e_shoff + i * sizeof(sh), sizeof(sh));
		r->sections[i].name = (const char *)(uintptr_t)sh.sh_name; /* until named */
	}
	return name_sections(r, h->e_shstrndx);
}

static int read_symbol(struct elf_reader *r, const struct elf_section *tab, u32 i)
{
	struct elf_symbol *out = &r->symbols[i];
	Elf64_Sym sym;

	memcpy(&sym, tab->data + i * sizeof(sym), sizeof(sym));
	out->value = sym.st_value;
	out->size = sym.st_size;
	out->bind = ELF64_ST_BIND(sym.st_info);
	out->type = ELF64_ST_TYPE(sym.st_info);
	out->hidden = ELF64_ST_VISIBILITY(sym.st_other) == STV_HIDDEN ||
		      ELF64_ST_VISIBILITY(sym.st_other) == STV_INTERNAL;
	out->section = sym.st_shndx;
	out->name = string_at(r, tab->link, sym.st_name);
	if (sym.st_shndx >= SHN_LORESERVE) {
		out->section = UINT32_MAX;
	} else if (sym.st_shndx >= r->section_count) {
		diag_error(r->d, -EINVAL, (struct span){ r->file, (u32)(tab->off + i * 24), 0 },
			   "symbol %u is in section %u of %u", i, sym.st_shndx, r->section_count);
		return -EINVAL;
	}
	if (!out->name)
		return bad(r, tab->off + i * 24, "a symbol's name lies outside the string table");
	if (out->type == STT_SECTION && out->section < r->section_count)
		out->name = r->sections[out->section].name;
	return 0;
}

static int read_symbols(struct elf_reader *r, struct arena *a)
{
	for (u32 i = 0; i < r->section_count; i++) {
		const struct elf_section *s = &r->sections[i];

		if (s->type != SHT_SYMTAB)
			continue;
		if (r->symbols)
			return bad(r, s->off, "there are two symbol tables");
		r->symbol_count = (u32)(s->size / sizeof(Elf64_Sym));
		r->symbols = arena_array(a, r->symbol_count, sizeof(*r->symbols));
		if (!r->symbols)
			return diag_nomem(r->d);
		for (u32 n = 0; n < r->symbol_count; n++) {
			int err = read_symbol(r, s, n);

			if (err)
				return err;
		}
	}
	return 0;
}

/* GNU as stores symbol + addend, as an offset in the section, where clang stores the addend. */
static bool made_by_gas(const struct elf_reader *r)
{
	u32 i = reader_section(r, ".comment");
	const struct elf_section *s = &r->sections[i];

	return i && s->data && memmem(s->data, s->size, "GCC:", 4);
}

int reader_open(struct elf_reader *r, const char *name, const void *data, size_t len,
		struct arena *a, struct diag *d)
{
	Elf64_Ehdr h;
	Elf *elf;
	int err;

	*r = (struct elf_reader){ .name = name, .d = d };
	r->file = diag_file(d, name, NULL, 0, 1);
	err = check_header(r, data, len, &h);
	if (err)
		return err;
	if (elf_version(EV_CURRENT) == EV_NONE)
		return bad(r, 0, elf_errmsg(-1));
	elf = elf_memory((char *)data, len);
	if (!elf)
		return bad(r, 0, elf_errmsg(-1));
	err = read_sections(r, elf, &h, data, len, a);
	elf_end(elf);
	if (!err)
		err = read_symbols(r, a);
	if (!err)
		r->gas = made_by_gas(r);
	return err;
}

u32 reader_section(const struct elf_reader *r, const char *name)
{
	for (u32 i = 1; i < r->section_count; i++) {
		if (!strcmp(r->sections[i].name, name))
			return i;
	}
	return 0;
}

static size_t reloc_size(const struct elf_section *s)
{
	return s->type == SHT_RELA ? sizeof(Elf64_Rela) : sizeof(Elf64_Rel);
}

u32 reader_reloc_count(const struct elf_reader *r, u32 index)
{
	const struct elf_section *s = &r->sections[index];

	if ((s->type != SHT_REL && s->type != SHT_RELA) || !s->data)
		return 0;
	return (u32)(s->size / reloc_size(s));
}

int reader_reloc(const struct elf_reader *r, u32 index, u32 i, struct elf_reloc *out)
{
	const struct elf_section *s = &r->sections[index];
	Elf64_Rela rela = { 0 };

	memcpy(&rela, s->data + i * reloc_size(s), reloc_size(s));
	out->off = rela.r_offset;
	out->addend = rela.r_addend;
	out->type = (u32)ELF64_R_TYPE(rela.r_info);
	out->sym = (u32)ELF64_R_SYM(rela.r_info);
	if (out->sym >= r->symbol_count) {
		diag_error(r->d, -EINVAL, reader_at(r, index, i * reloc_size(s)),
			   "relocation %u of '%s' names symbol %u of %u", i, s->name, out->sym,
			   r->symbol_count);
		return -EINVAL;
	}
	return 0;
}
