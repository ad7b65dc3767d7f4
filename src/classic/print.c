// SPDX-License-Identifier: BSD-2-Clause
/* Programs as text: tcpdump's three forms and the input of the kernel's bpf_asm. */
#include <stdlib.h>

#include "classic/table.h"

/* `text` has room for 40 bytes. */
static void operand_text(char *text, size_t size, const struct cbpf_insn *i, u32 at)
{
	const char *listed = cbpf_is_abs(i->code) ? cbpf_ancillary_listed(i->k) : NULL;

	switch ((enum cbpf_operand)cbpf_info(i->code)->operand) {
	case CBPF_OPERAND_NONE:
	case CBPF_OPERAND_A:
		*text = '\0';
		break;
	case CBPF_OPERAND_ABS:
		if (listed)
			snprintf(text, size, "[%s]", listed);
		else
			snprintf(text, size, "[%d]", (s32)i->k);
		break;
	case CBPF_OPERAND_IND:
		snprintf(text, size, "[x + %d]", (s32)i->k);
		break;
	case CBPF_OPERAND_MEM:
		snprintf(text, size, "M[%d]", (s32)i->k);
		break;
	case CBPF_OPERAND_MSH:
		snprintf(text, size, "4*([%d]&0xf)", (s32)i->k);
		break;
	case CBPF_OPERAND_LEN:
		snprintf(text, size, "#pktlen");
		break;
	case CBPF_OPERAND_DEC:
		snprintf(text, size, "#%d", (s32)i->k);
		break;
	case CBPF_OPERAND_HEX:
		snprintf(text, size, "#0x%x", i->k);
		break;
	case CBPF_OPERAND_X:
		snprintf(text, size, "x");
		break;
	case CBPF_OPERAND_TARGET:
		snprintf(text, size, "%d", (s32)(at + 1 + i->k));
		break;
	}
}

static void print_listing(const struct cbpf_insn *i, u32 at, FILE *out)
{
	const char *mnemonic = cbpf_info(i->code)->mnemonic;
	char operand[40];

	if (mnemonic)
		operand_text(operand, sizeof(operand), i, at);
	else
		snprintf(operand, sizeof(operand), "0x%x", i->code);
	/* What is unknown has targets too when its class says so, as tcpdump writes it. */
	if ((i->code & 7) == CBPF_JMP && (i->code & 0xf0) != CBPF_JA)
		fprintf(out, "(%03u) %-8s %-16s jt %u\tjf %u\n", at, mnemonic ? mnemonic : "unimp",
			operand, at + 1 + i->jt, at + 1 + i->jf);
	else
		fprintf(out, "(%03u) %-8s %s\n", at, mnemonic ? mnemonic : "unimp", operand);
}

/* Where bpf_asm's syntax differs from the listing's. */
static void print_asm_operand(const struct cbpf_insn *i, FILE *out)
{
	const char *extension = cbpf_is_abs(i->code) ? cbpf_ancillary_name(i->k) : NULL;
	const struct cbpf_info *info = cbpf_info(i->code);
	char operand[40];

	if (extension) {
		fprintf(out, " #%s", extension);
	} else if (info->operand == CBPF_OPERAND_LEN) {
		fprintf(out, " #len");
	} else if (info->operand == CBPF_OPERAND_A) {
		fprintf(out, " a");
	} else if (info->operand == CBPF_OPERAND_DEC) {
		fprintf(out, " #%u", i->k);
	} else if (info->operand != CBPF_OPERAND_NONE) {
		operand_text(operand, sizeof(operand), i, 0);
		fprintf(out, " %s", operand);
	}
}

static void print_asm(const struct cbpf_prog *prog, u32 at, bool label, FILE *out)
{
	const struct cbpf_insn *i = &prog->insns[at];
	const struct cbpf_info *info = cbpf_info(i->code);

	if (label)
		fprintf(out, "L%u:", at);
	fprintf(out, "\t%s", info->mnemonic ? info->mnemonic : "unimp");
	if (info->operand == CBPF_OPERAND_TARGET) {
		fprintf(out, " L%u\n", at + 1 + i->k);
		return;
	}
	print_asm_operand(i, out);
	if (info->jump)
		fprintf(out, ", L%u, L%u", at + 1 + i->jt, at + 1 + i->jf);
	fprintf(out, "\n");
}

static bool is_target(const struct cbpf_prog *prog, u32 at)
{
	for (u32 k = 0; k < at; k++) {
		const struct cbpf_insn *i = &prog->insns[k];
		const struct cbpf_info *info = cbpf_info(i->code);

		if (info->jump && (k + 1 + i->jt == at || k + 1 + i->jf == at))
			return true;
		if (info->operand == CBPF_OPERAND_TARGET && k + 1 + i->k == at)
			return true;
	}
	return false;
}

void cbpf_print(const struct cbpf_prog *prog, enum cbpf_form form, FILE *out)
{
	if (form == CBPF_DECIMAL)
		fprintf(out, "%u\n", prog->count);
	for (u32 at = 0; at < prog->count; at++) {
		const struct cbpf_insn *i = &prog->insns[at];

		switch (form) {
		case CBPF_LISTING:
			print_listing(i, at, out);
			break;
		case CBPF_C:
			fprintf(out, "{ 0x%x, %u, %u, 0x%08x },\n", i->code, i->jt, i->jf, i->k);
			break;
		case CBPF_DECIMAL:
			fprintf(out, "%u %u %u %u\n", i->code, i->jt, i->jf, i->k);
			break;
		case CBPF_ASM:
			print_asm(prog, at, is_target(prog, at), out);
			break;
		case CBPF_BINARY:
			fwrite(i, sizeof(*i), 1, out);
			break;
		}
	}
}
