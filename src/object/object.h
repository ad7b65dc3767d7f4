/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The object: what every front end yields and every engine loads. Programs, maps, globals, BTF,
 * source lines: inert data, no file descriptor, no privilege, never changed once it is finished.
 *
 * Instructions are linked: subprograms follow the main program in one array, calls are relative.
 * What must be filled in at load time is encoded in the instructions themselves, in the kernel's
 * own vocabulary, so that one const array serves both engines:
 *     map            LD_IMM64 src=PSEUDO_MAP_IDX        imm = index into maps
 *     global         LD_IMM64 src=PSEUDO_MAP_IDX_VALUE  imm = index into maps, next imm = offset
 *     static function LD_IMM64 src=PSEUDO_FUNC          imm = relative slot, as in CALL_LOCAL
 *     kernel symbol  LD_IMM64 src=PSEUDO_BTF_ID         plus an obj_extern_ref
 *     kfunc          CALL src=CALL_KFUNC                plus an obj_extern_ref
 */
#ifndef OBJECT_OBJECT_H
#define OBJECT_OBJECT_H

#include "base/arena.h"
#include "base/diag.h"
#include "base/types.h"
#include "isa/insn.h"

struct types;	   /* btf/types.h */
struct trace_meta; /* trace/meta.h */

/* One source line: instructions from slot `insn` up to the next row come from here. */
struct obj_line {
	u32 insn;	  /* slot in the program */
	u32 line, col;	  /* 1-based; col 0: unknown */
	u32 len;	  /* bytes to underline; 0: a point */
	const char *file; /* never NULL */
	const char *text; /* the whole line, without newline; NULL when unknown */
};

/* One function inside a program's instruction array; the first starts at slot 0. */
struct obj_func {
	const char *name;
	u32 start, count; /* slots */
	u32 type_id;	  /* BTF_KIND_FUNC in obj->types, 0: none */
	bool global;	  /* verified on its own */
};

/* A slot that names an extern; filled in by the engine. */
struct obj_extern_ref {
	u32 insn;	/* slot */
	u32 extern_idx; /* into obj->externs */
};

/* 0xbad2310: the call, to a helper nobody has, that stands where CO-RE found nothing. */
enum { CORE_POISON = 195896080 };

/* What CO-RE did to one slot. */
struct obj_core {
	u32 insn; /* slot */
	u32 kind; /* enum core_kind of btf/core.h */
	u32 type_id;
	const char *access;	/* "0:1:2" */
	const char *spec;	/* "struct task_struct.pid", for people */
	bool resolved, matched; /* resolved: tried against a target; matched: found there */
	u64 old_value, new_value;
	const char *why; /* when it is missing there: the field, the type, the nearest candidate */
};

struct obj_prog {
	const char *name;
	const char *section; /* "xdp", "tc", "tp/sched/sched_switch" or NULL */
	u32 type;	     /* enum prog_type of spec/prog.h; PROG_UNSPEC: bare memory program */
	u32 attach_type;     /* enum attach_type */
	const char *attach_target; /* what follows the section name's '/', or NULL */
	bool sleepable, frags, autoload;
	struct insn *insns;
	u32 insn_count; /* slots */
	struct obj_func *funcs;
	u32 func_count;
	struct obj_line *lines; /* ascending by insn */
	u32 line_count;
	struct obj_extern_ref *refs;
	u32 ref_count;
	struct obj_core *cores;
	u32 core_count;
};

/* What a global data map holds; such a map is an array of one value. */
enum obj_map_role { MAP_PLAIN, MAP_DATA, MAP_RODATA, MAP_BSS, MAP_KCONFIG, MAP_STRUCT_OPS };

struct obj_map {
	const char *name; /* as in the source, not cut to 15 characters */
	u32 type;	  /* enum map_type of spec/map.h */
	u32 key_size, value_size, max_entries, flags;
	u64 extra;
	u32 numa_node;
	u32 key_type_id, value_type_id; /* in obj->types, 0: none */
	enum obj_map_role role;
	bool pin_by_name, autocreate;
	s32 inner;		/* index of the inner map's template in obj->maps, -1: none */
	bool template;		/* only an inner template: no map of its own */
	const u8 *data;		/* initial value (value_size bytes) of a data map, NULL: zeros */
	struct obj_slot *slots; /* static initialisers of map-in-map and prog arrays */
	u32 slot_count;
	struct obj_line at; /* where it is defined, at.file NULL: unknown */
};

struct obj_slot {
	u32 index;
	s32 map, prog; /* index into maps or progs; the other is -1 */
};

enum obj_extern_kind { EXTERN_KFUNC, EXTERN_KSYM, EXTERN_KSYM_TYPED };

struct obj_extern {
	const char *name;
	enum obj_extern_kind kind;
	u32 type_id;
	bool weak;
};

struct object {
	struct arena arena; /* owns everything below but `types` */
	const char *name;   /* of the source */
	const char *license;
	u32 kern_version;
	struct obj_prog *progs;
	u32 prog_count;
	struct obj_map *maps;
	u32 map_count;
	struct obj_extern *externs;
	u32 extern_count;
	struct types *types;	    /* owned; NULL: no BTF */
	struct types *kernel_types; /* of the running kernel, opened for CO-RE; owned; or NULL */
	/* Of a compiled trace script: what its events and maps mean. Lies in the arena. */
	const struct trace_meta *trace;
	void (*trace_fini)(const struct trace_meta *meta); /* called by object_free */
	bool derived; /* `types`, `kernel_types`, `trace` and what programs and maps point to are
			 another's */
};

struct object *object_new(const char *name); /* NULL: out of memory */
/* A copy whose maps and programs may be changed; it lives shorter than `src`. NULL: out of memory.
 */
struct object *object_derive(const struct object *src);
void object_free(struct object *obj);

struct obj_prog *object_prog(const struct object *obj, const char *name); /* or NULL */
s32 object_map_index(const struct object *obj, const char *name);	  /* or -1 */

/* The source line of a slot, or NULL. */
const struct obj_line *prog_line(const struct obj_prog *prog, u32 insn);
/* The function that holds a slot, or NULL when the program has no function table. */
const struct obj_func *prog_func(const struct obj_prog *prog, u32 insn);
/* A diagnostic span of that line (registers its text with d), NOWHERE when unknown. */
struct span prog_span(struct diag *d, const struct obj_prog *prog, u32 insn);
struct span line_span(struct diag *d, const struct obj_line *line);

#endif
