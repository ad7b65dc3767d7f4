// SPDX-License-Identifier: BSD-2-Clause
#include <errno.h>

#include "asm/parse.h"

/* Note the source line of the slot to come, once a line. */
static bool note_line(struct parser *p, struct asm_prog *prog)
{
	struct obj_line *row;
	u32 end;

	if (p->line_text)
		return true;
	for (end = p->line_start; end < p->lex.len && p->lex.text[end] != '\n'; end++)
		;
	p->line_text =
		arena_strndup(p->lex.arena, p->lex.text + p->line_start, end - p->line_start);
	row = vec_push(&prog->lines);
	if (!p->line_text || !row)
		return parse_nomem(p);
	row->insn = prog->insns.len;
	row->line = p->line_no;
	row->file = p->name;
	row->text = p->line_text;
	return true;
}

bool emit(struct parser *p, struct insn i)
{
	struct asm_prog *prog = parse_prog(p);
	struct insn *slot;

	if (!prog)
		return false;
	if (prog->insns.len >= MAX_INSNS)
		return parse_error(p, parse_span(p), "a program has at most %d instructions",
				   MAX_INSNS);
	if (!note_line(p, prog))
		return false;
	slot = vec_push(&prog->insns);
	if (!slot)
		return parse_nomem(p);
	*slot = i;
	return true;
}

bool emit_wide(struct parser *p, u8 dst, u8 src, u32 low, u32 high)
{
	return emit(p, (struct insn){ CODE_LD_IMM64, dst, src, 0, (s32)low }) &&
	       emit(p, (struct insn){ .imm = (s32)high });
}

bool emit_fix(struct parser *p, enum fix_kind kind, const char *name, struct span at)
{
	struct asm_prog *prog = parse_prog(p);
	struct asm_fix *fix;

	if (!prog)
		return false;
	fix = vec_push(&prog->fixes);
	if (!fix)
		return parse_nomem(p);
	*fix = (struct asm_fix){ kind, prog->insns.len, name, at };
	return true;
}
