// SPDX-License-Identifier: BSD-2-Clause
/* Linux's checker. Source: what SO_ATTACH_FILTER accepts (linux/filter.h; man 7 socket). */
#include <errno.h>
#include <stdlib.h>

#include "classic/table.h"

/* NULL: the instruction at `at` is fine by itself. */
static const char *check_insn(const struct cbpf_prog *prog, u32 at)
{
	const struct cbpf_insn *i = &prog->insns[at];
	const struct cbpf_info *info = cbpf_info(i->code);
	u32 after = prog->count - at - 1; /* instructions that follow */

	if (!info->mnemonic)
		return "there is no such code";
	if (info->jump && (i->jt >= after || i->jf >= after))
		return "it jumps beyond the program";
	if (info->operand == CBPF_OPERAND_TARGET && i->k >= after)
		return "it jumps beyond the program";
	if (info->operand == CBPF_OPERAND_MEM && i->k >= CBPF_MEMWORDS)
		return "M has the words 0 … 15";
	if (cbpf_is_abs(i->code) && i->k >= CBPF_AD && !cbpf_ancillary_name(i->k))
		return "there is no ancillary load of that number";
	switch (i->code) {
	case CBPF_ALU | CBPF_DIV | CBPF_K:
	case CBPF_ALU | CBPF_MOD | CBPF_K:
		return i->k ? NULL : "it divides by 0";
	case CBPF_ALU | CBPF_LSH | CBPF_K:
	case CBPF_ALU | CBPF_RSH | CBPF_K:
		return i->k < 32 ? NULL : "it shifts by more than 31 bits";
	}
	return NULL;
}

static void arrive(u16 *masks, u32 target, u16 written)
{
	masks[target] &= written;
}

/*
 * The first instruction that reads a word of M which some path did not write, or prog->count.
 * masks[n]: words that every jump to n has behind it. As in Linux, what follows a return counts as
 * reached from it, but nothing falls through a jump.
 */
static u32 unwritten_read(const struct cbpf_prog *prog, u16 *masks)
{
	u16 written = 0;

	for (u32 at = 0; at < prog->count; at++) {
		const struct cbpf_insn *i = &prog->insns[at];

		written &= masks[at];
		if (i->code == CBPF_ST || i->code == CBPF_STX) {
			written |= (u16)(1u << i->k);
		} else if (cbpf_info(i->code)->operand == CBPF_OPERAND_MEM) {
			if (!(written >> i->k & 1))
				return at;
		} else if (i->code == (CBPF_JMP | CBPF_JA)) {
			arrive(masks, at + 1 + i->k, written);
			written = 0xffff;
		} else if (cbpf_info(i->code)->jump) {
			arrive(masks, at + 1 + i->jt, written);
			arrive(masks, at + 1 + i->jf, written);
			written = 0xffff;
		}
	}
	return prog->count;
}

static int check_memory(const struct cbpf_prog *prog, struct diag *d)
{
	u16 *masks = malloc(prog->count * sizeof(*masks));
	u32 at;

	if (!masks)
		return diag_nomem(d);
	memset(masks, 0xff, prog->count * sizeof(*masks));
	at = unwritten_read(prog, masks);
	free(masks);
	if (at == prog->count)
		return 0;
	return diag_error(d, -EINVAL, NOWHERE,
			  "instruction %u: it reads M[%u], which is not written on every path", at,
			  prog->insns[at].k);
}

int cbpf_check(const struct cbpf_prog *prog, struct diag *d)
{
	u16 last;

	if (!prog->count)
		return diag_error(d, -EINVAL, NOWHERE, "the program has no instruction");
	if (prog->count > CBPF_MAX_INSNS)
		return diag_error(d, -EINVAL, NOWHERE,
				  "the program has %u instructions, Linux takes %u", prog->count,
				  CBPF_MAX_INSNS);
	for (u32 at = 0; at < prog->count; at++) {
		const char *why = check_insn(prog, at);

		if (why)
			return diag_error(d, -EINVAL, NOWHERE, "instruction %u (code 0x%x): %s", at,
					  prog->insns[at].code, why);
	}
	last = prog->insns[prog->count - 1].code;
	if (last != (CBPF_RET | CBPF_K) && last != (CBPF_RET | CBPF_A))
		return diag_error(d, -EINVAL, NOWHERE,
				  "instruction %u: the last instruction must be a return",
				  prog->count - 1);
	return check_memory(prog, d);
}
