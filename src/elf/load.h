/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the steps of opening an ELF object share: the checked file, the object being made, and for
 * each executable section its instructions with what every slot refers to. Lives during elf_open.
 */
#ifndef ELF_LOAD_H
#define ELF_LOAD_H

#include <skep/skep.h>

#include "base/vec.h"
#include "btf/types.h"
#include "elf/reader.h"
#include "object/object.h"

/* What a slot refers to. */
enum elf_ref_kind {
	REF_NONE,
	REF_MAP,    /* index: of the map */
	REF_DATA,   /* index: of the map; off: bytes in its value */
	REF_FUNC,   /* index: into funcs; a call or the address of a function */
	REF_EXTERN, /* index: into externs */
};
struct elf_ref {
	enum elf_ref_kind kind;
	u32 index, off;
};

/* A function of an executable section. */
struct elf_func {
	const char *name;
	u32 section, start, count; /* start, count: slots */
	u32 type_id;		   /* BTF_KIND_FUNC, 0: none */
	bool global, hidden;
	bool called; /* something calls it or takes its address */
	s32 prog;    /* index into programs, -1: a subprogram */
};

/* One CO-RE record's result, waiting to be copied into programs. */
struct elf_core {
	u32 section;
	struct obj_core row; /* row.insn: slot in the section */
};

/* An executable section. */
struct elf_code {
	struct insn *insns; /* own copy; NULL: the section holds no code */
	struct elf_ref *refs;
	u32 count; /* slots of both */
	u32 first_func, func_count;
	struct obj_line *lines; /* ascending; insn: slot in the section */
	u32 line_count;
	struct elf_core *cores; /* ascending */
	u32 core_count;
};

/* Where a map was defined. */
struct elf_map {
	u32 section; /* 0: nowhere (templates, .kconfig) */
	u64 off, size;
	u32 values_off; /* bytes from off to its initial `values`; 0: none */
	bool inner_values;
};

struct elf_load {
	struct object *obj;
	struct diag *d;
	const struct skep_open_opts *opts;
	struct elf_reader r;
	struct arena scratch;
	struct elf_code *codes;	    /* one for each section */
	VEC(struct elf_func) funcs; /* by section, then start */
	VEC(struct obj_map) maps;
	VEC(struct elf_map) origins; /* one for each map */
	VEC(struct obj_extern) externs;
	VEC(struct obj_prog) progs;
};

/* Add a map of that name, or NULL when out of memory (recorded). The pointer is good until the
 * next one is added. */
struct obj_map *load_map(struct elf_load *l, const char *name, struct elf_map origin);

/* data.c: .data, .rodata, .bss and .kconfig as maps; sizes and offsets of BTF data sections. */
int load_data(struct elf_load *l);
int load_datasecs(struct elf_load *l);
/* maps.c: `.maps`, `maps` and struct_ops sections; map_initial.c: what their relocations say. */
int load_maps(struct elf_load *l);
int load_legacy_maps(struct elf_load *l);
int load_struct_ops(struct elf_load *l);
int load_initial(struct elf_load *l);
/* externs.c: kernel symbols, kfuncs, configuration. */
int load_externs(struct elf_load *l);
int load_kconfig(struct elf_load *l);
/* progs.c: functions, and which of them are programs. */
int load_funcs(struct elf_load *l);
int load_progs(struct elf_load *l);
/* Index of the function that starts at a slot, -1: none. */
s32 func_at(const struct elf_load *l, u32 section, u32 slot);
/* btfext.c: functions' types, lines, CO-RE. */
int load_btfext(struct elf_load *l);
/* relocs.c: fills refs of every executable section. */
int load_relocs(struct elf_load *l);
/* core_apply.c: patches the sections' instructions. */
int load_core(struct elf_load *l, u32 section, struct elf_core *cores, u32 count,
	      const struct types *target);
/* link.c: copies a program's functions into one array. */
int link_prog(struct elf_load *l, u32 func, struct obj_prog *prog);

#endif
