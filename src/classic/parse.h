/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The cursor of classic.h's parser: a text, a place in it, what was read so far. Functions return 0
 * or -errno with a diagnostic at the place.
 */
#ifndef CLASSIC_PARSE_H
#define CLASSIC_PARSE_H

#include "base/hash.h"
#include "base/vec.h"
#include "classic/table.h"

/* A target that is not resolved yet. */
struct fixup {
	u32 insn;
	enum fixup_slot { FIX_TRUE, FIX_FALSE, FIX_JA } slot;
	u32 off, len; /* of the label in the text; len 0: `target` */
	u32 target;
};

struct parse {
	const char *text;
	u32 len, pos;
	u32 file;
	struct diag *diag;
	VEC(struct cbpf_insn) insns;
	VEC(struct fixup) fixups;
	struct hash labels; /* name → the instruction that follows */
	bool first_only;    /* stop after the first instruction; targets are left alone */
};

int cbpf_fail_at(struct parse *p, u32 off, u32 len, const char *what);
int cbpf_fail(struct parse *p, const char *what); /* at the cursor */
int cbpf_peek(const struct parse *p);		  /* 0 at the end */
/* Past blanks and comments of the line; C's may span lines. */
int cbpf_blanks(struct parse *p);
/* Is the next token this one? Then past it and the blanks after it. Letters of any case. */
bool cbpf_take(struct parse *p, const char *what);
int cbpf_expect(struct parse *p, const char *what, const char *why);
/* A word at the cursor: its length, 0: none. The cursor moves past it and blanks after it. */
u32 cbpf_word(struct parse *p, u32 *off);
/* Decimal, 0x…, 0b…, 0… (octal): 32 bits, signed or not. */
int cbpf_number(struct parse *p, u32 *out);

/* A listing or bpf_asm text, up to the end. */
int cbpf_lines(struct parse *p);

#endif
