/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An ELF object being written: sections, symbols and relocations gathered in memory, laid out and
 * written in one go. Filled by write_code.c (functions) and write_btf.c (maps, BTF, line table).
 */
#ifndef ELF_WRITE_H
#define ELF_WRITE_H

#include "base/buf.h"
#include "base/vec.h"
#include "btf/write.h"
#include "object/object.h"

struct out_rel {
	u32 off;     /* bytes in the section */
	u32 type;    /* R_BPF_… */
	bool global; /* sym counts in globals, else in locals */
	u32 sym;
};

struct out_section {
	const char *name; /* owned by the object or static */
	u32 type, flags, align;
	u32 nobits; /* size in bytes of a SHT_NOBITS section */
	struct buf data;
	VEC(struct out_rel) rels;
	u32 local_sym; /* its section symbol, in locals */
};

struct out_symbol {
	const char *name; /* "" for section symbols */
	u8 info;
	u16 section; /* 0: undefined */
	u64 value, size;
};

/* A function as it was laid out. */
struct out_func {
	const struct obj_prog *prog;
	const char *name;
	u32 start, count; /* slots in prog */
	u32 section, off; /* where it went; off in bytes */
	u32 type_id;	  /* BTF FUNC */
	u32 sym;	  /* in globals when `global`, else in locals */
	bool global;	  /* programs, and subprograms that are verified on their own */
	bool copy;	  /* the same as an earlier function, in whose place it stands */
};

struct elf_writer {
	const struct object *obj;
	struct diag *d;
	struct arena arena;
	VEC(struct out_section) sections; /* ELF index is the place here + 1 */
	VEC(struct out_symbol) locals;
	VEC(struct out_symbol) globals;
	VEC(struct out_func) funcs;
	u32 *map_symbols; /* one per map: plain maps in globals, data maps their section's local */
	u32 *extern_symbols; /* one per extern, in globals */
	u32 *slot_offsets;   /* one per map: bytes in .maps where its static slots start */
	bool has_slots;
	struct types_writer btf;
	bool nomem;
};

/* New or existing section; returns its ELF index, 0 when out of memory. */
u32 write_section(struct elf_writer *w, const char *name, u32 type, u32 flags, u32 align);
struct out_section *write_section_at(struct elf_writer *w, u32 index);
u32 write_symbol(struct elf_writer *w, bool global, struct out_symbol sym);
void write_rel(struct elf_writer *w, u32 section, struct out_rel rel);

/* Lay out all functions of all programs. Needs map and extern symbols. */
int write_code(struct elf_writer *w);
/* .maps and data sections with their symbols; BTF of maps. */
int write_maps(struct elf_writer *w);
/* .BTF and .BTF.ext; after write_code. */
int write_btf(struct elf_writer *w);

#endif
