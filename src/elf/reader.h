/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Checked view of a BPF ELF file in memory: sections, symbols, relocations. Everything it returns
 * lies inside the file: offsets, sizes, links and names were checked when it was opened.
 * Source: ELF gABI; EM_BPF is 247.
 */
#ifndef ELF_READER_H
#define ELF_READER_H

#include "base/arena.h"
#include "base/diag.h"
#include "base/types.h"

struct elf_section {
	const char *name;
	const u8 *data; /* NULL for a section without bytes in the file (.bss) */
	u64 off, size;	/* bytes; off: in the file */
	u64 flags;
	u32 type, link, info;
};

struct elf_symbol {
	const char *name; /* "" when it has none */
	u64 value, size;  /* bytes; value: in its section */
	u32 section;	  /* 0: undefined; not in a section: past the last one */
	u8 bind, type;
	bool hidden; /* from other files */
};

struct elf_reloc {
	u64 off; /* bytes, in the section that is patched */
	s64 addend;
	u32 type, sym; /* sym is a valid number */
};

struct elf_reader {
	const char *name;
	u32 file; /* of diagnostics */
	struct diag *d;
	struct elf_section *sections;
	u32 section_count;
	struct elf_symbol *symbols;
	u32 symbol_count;
	bool gas; /* made by GNU as: addends in instructions count from the section's start */
};

/* data is borrowed as long as the reader is used; tables come from the arena. */
int reader_open(struct elf_reader *r, const char *name, const void *data, size_t len,
		struct arena *a, struct diag *d);
/* Section number by name, 0 when there is none. */
u32 reader_section(const struct elf_reader *r, const char *name);
/* How many relocations section `index` holds, 0 when it is no relocation section. */
u32 reader_reloc_count(const struct elf_reader *r, u32 index);
/* Relocation `i` of section `index`; -EINVAL + diagnostic when it points nowhere. */
int reader_reloc(const struct elf_reader *r, u32 index, u32 i, struct elf_reloc *out);
/* A span of the byte at `off` in section `index`. */
struct span reader_at(const struct elf_reader *r, u32 index, u64 off);

#endif
