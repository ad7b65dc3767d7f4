/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The assembler's state while it reads a text: programs, maps and names under construction, and
 * the places whose names are looked up once the whole text is known. Functions that return bool
 * return false when they have reported an error; the parser then goes on with the next line.
 */
#ifndef ASM_PARSE_H
#define ASM_PARSE_H

#include "asm/lex.h"
#include "base/buf.h"
#include "base/hash.h"
#include "base/vec.h"
#include "object/object.h"

enum fix_kind {
	FIX_JUMP,    /* goto NAME: off, or imm of gotol */
	FIX_CALL,    /* call NAME: function, extern or helper */
	FIX_CALL_ID, /* call NAME#imm: extern or helper */
	FIX_FUNC,    /* subprog[NAME] */
	FIX_MAP,     /* map[NAME], map[NAME][0]+off: src is set */
	FIX_KSYM,    /* ksym[NAME] */
	FIX_ADDRESS, /* &NAME: variable, function, map or kernel symbol */
};

/* A slot whose operand is a name. */
struct asm_fix {
	enum fix_kind kind;
	u32 slot;
	const char *name; /* owned by the object's arena, as all names here */
	struct span at;
};

struct asm_func {
	const char *name;
	u32 start; /* slot */
	bool global;
};

struct asm_prog {
	struct obj_prog prog; /* arrays are filled in at the end */
	struct span at;
	VEC(struct insn) insns;
	VEC(struct obj_line) lines;
	VEC(struct asm_func) funcs;
	VEC(struct asm_fix) fixes;
	VEC(struct obj_extern_ref) refs;
	VEC(const char *) label_names; /* for hints */
	struct hash labels;	       /* name → slot */
	struct hash func_names;	       /* name → slot */
};

/* `.slot`: a static initialiser of a map, its names still unresolved. */
struct asm_slot {
	u32 index;
	const char *map, *prog;
	struct span at;
};

struct asm_map {
	struct obj_map map;
	struct span at;
	struct buf data;
	u64 zeros; /* zero bytes after data, not stored */
	const char *inner;
	struct span inner_at;
	VEC(struct asm_slot) slots;
};

enum asm_section { IN_NOTHING, IN_PROG, IN_MAP };

struct parser {
	struct lex lex;
	struct token tok; /* the one being looked at */
	struct diag *diag;
	struct object *obj;
	const char *name;
	VEC(struct asm_prog) progs;
	VEC(struct asm_map) maps;
	VEC(struct obj_extern) externs;
	struct hash prog_names, map_names, extern_names; /* → index */
	struct hash variables;				 /* → map index << 32 | offset */
	enum asm_section in;
	const char *section; /* from .section, for the programs that follow; or NULL */
	struct span section_at;
	const char *line_text;	 /* of the line in hand, copied on demand */
	u32 line_no, line_start; /* that line */
	u32 last_end;		 /* where the token before tok ends */
	bool directives;	 /* there was one: a text of directives alone is an object */
	bool failed;
};

/* ---- tokens (parse.c) ---- */

void parse_next(struct parser *p);
struct span parse_span(const struct parser *p); /* of p->tok */
bool parse_error(struct parser *p, struct span at, const char *fmt, ...) __printf(3, 4);
bool parse_nomem(struct parser *p);
bool parse_is(const struct parser *p, const char *op); /* operator in hand? */
bool parse_is_word(const struct parser *p, const char *word);
bool parse_take(struct parser *p, const char *op); /* if so, skip it */
bool parse_need(struct parser *p, const char *op);
bool parse_at_end(const struct parser *p); /* of the statement */
/* A number with optional sign: as 64 bits; *negative when it is below zero. */
bool parse_number(struct parser *p, u64 *out, bool *negative);
bool parse_range(struct parser *p, s64 low, s64 high, s64 *out, const char *what);
/* A word or a string without NUL bytes. */
bool parse_name(struct parser *p, const char **out, const char *what);

/* One attribute of a directive: "name" or "name=value"; false at the end of the line or after an
 * error. A value is a word, a string or a number. */
struct attr {
	const char *name;
	struct span at, value_at;
	const char *text; /* of a word or string; NULL: a number or nothing */
	u64 value;
	bool has_value, is_number;
};
bool attr_next(struct parser *p, struct attr *out);
bool attr_number(struct parser *p, const struct attr *a, u64 high, u64 *out);
bool attr_u32(struct parser *p, const struct attr *a, u32 *out);
bool attr_text(struct parser *p, const struct attr *a, const char **out);
bool attr_flag(struct parser *p, const struct attr *a, bool *out); /* name, name=yes, name=no */
/* A number, or a word of a table: program, attach and map types. */
struct word_table {
	const char *what;
	s32 (*find)(const char *name);	 /* -1: none */
	const char *(*word)(u32 number); /* NULL: none; for hints */
};
bool attr_word(struct parser *p, const struct attr *a, const struct word_table *t, u32 *out);
/* Reports the unknown attribute, with the nearest of the NULL-terminated list. */
bool attr_unknown(struct parser *p, const struct attr *a, const char *const *known);

/* ---- what a text is made of ---- */

/* The program that instructions go to now; begins a bare one when there is none. */
struct asm_prog *parse_prog(struct parser *p);
struct asm_prog *parse_prog_new(struct parser *p, const char *name, struct span at);
bool parse_label(struct parser *p, const char *name, struct span at);
bool parse_insn(struct parser *p);	/* insn.c: one instruction */
bool parse_directive(struct parser *p); /* directive.c: .word … */
bool parse_map(struct parser *p);	/* map.c: .map */
bool parse_global(struct parser *p);	/* map.c: .data .rodata .bss .kconfig */
bool parse_slot(struct parser *p);	/* map.c: .slot */
bool parse_bytes(struct parser *p);	/* data.c: .byte .half .word .quad */
bool parse_text_data(struct parser *p); /* data.c: .ascii .asciz */
bool parse_zero(struct parser *p);	/* data.c: .zero .align */

/* ---- emit.c ---- */

bool emit(struct parser *p, struct insn i);
bool emit_wide(struct parser *p, u8 dst, u8 src, u32 low, u32 high);
bool emit_fix(struct parser *p, enum fix_kind kind, const char *name, struct span at);

/* ---- resolve.c ---- */

/* Look up every name and move what was built into p->obj. */
bool resolve(struct parser *p);

#endif
