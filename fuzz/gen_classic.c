// SPDX-License-Identifier: BSD-2-Clause
#include "fuzz/gen_classic.h"

#include "classic/table.h"

static const u16 codes[] = {
#define CBPF_ALU_ROW(name, mnemonic, operand, value)                                               \
	CBPF_ALU | CBPF_##name | CBPF_K, CBPF_ALU | CBPF_##name | CBPF_X,
#include "classic/classic.def"
#define CBPF_JUMP_ROW(name, mnemonic, inverse, value)                                              \
	CBPF_JMP | CBPF_##name | CBPF_K, CBPF_JMP | CBPF_##name | CBPF_X,
#include "classic/classic.def"
#define CBPF_ROW(name, code, mnemonic, operand, does) code,
#include "classic/classic.def"
};

static const u16 loads[] = { 0x20, 0x28, 0x30, 0x40, 0x48, 0x50, 0xb1, 0x80, 0x81 };

u32 gen_classic_random(struct gen_classic *g, u32 below)
{
	g->state ^= g->state << 13;
	g->state ^= g->state >> 7;
	g->state ^= g->state << 17;
	return below ? (u32)((g->state >> 16) % below) : 0;
}

static u32 number(struct gen_classic *g)
{
	static const u32 edges[] = { 0,		 1,	     2,		 15,	     16,
				     31,	 32,	     33,	 255,	     0x800,
				     0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff, 0x8000 };

	switch (gen_classic_random(g, 4)) {
	case 0:
		return edges[gen_classic_random(g, ARRAY_SIZE(edges))];
	case 1:
		return gen_classic_random(g, 40);
	case 2:
		return gen_classic_random(g, 0x10000);
	}
	return (u32)g->state;
}

/* Of a load: mostly inside a packet of GEN_CLASSIC_PACKET bytes, often around its end. */
static u32 offset(struct gen_classic *g, bool absolute)
{
	switch (gen_classic_random(g, 16)) {
	case 0:
		return GEN_CLASSIC_PACKET - 6 + gen_classic_random(g, 8);
	case 1:
		if (g->relative)
			return (gen_classic_random(g, 2) ? CBPF_NET : CBPF_LL) +
			       gen_classic_random(g, 32);
		break;
	case 2:
		if (g->ancillary && absolute)
			return CBPF_AD + gen_classic_random(g, 16) * 4;
		break;
	case 3:
		if (!g->valid)
			return number(g);
		break;
	}
	return gen_classic_random(g, absolute ? 64 : 40);
}

static void operands(struct gen_classic *g, struct cbpf_insn *i, u32 at, u32 count)
{
	const struct cbpf_info *info = cbpf_info(i->code);
	u32 room = count - at - 1; /* instructions that follow */
	u32 slack = g->valid ? 0 : gen_classic_random(g, 16) == 0;

	i->k = number(g);
	if (info->jump) {
		i->jt = (u8)gen_classic_random(g, MIN(room + slack, 250u));
		i->jf = (u8)gen_classic_random(g, MIN(room + slack, 250u));
	} else if (!g->valid && gen_classic_random(g, 8) == 0) {
		i->jt = (u8)number(g);
	}
	switch (info->operand) {
	case CBPF_OPERAND_TARGET:
		i->k = gen_classic_random(g, room + slack);
		break;
	case CBPF_OPERAND_MEM:
		i->k = gen_classic_random(g, slack ? 18 : 3);
		break;
	case CBPF_OPERAND_ABS:
	case CBPF_OPERAND_IND:
	case CBPF_OPERAND_MSH:
		i->k = offset(g, cbpf_is_abs(i->code));
		break;
	}
	if ((i->code == 0x64 || i->code == 0x74) && gen_classic_random(g, 8))
		i->k &= 31;
}

static void insn(struct gen_classic *g, struct cbpf_insn *i, u32 at, u32 count)
{
	*i = (struct cbpf_insn){ .code = codes[gen_classic_random(g, ARRAY_SIZE(codes))] };
	if (gen_classic_random(g, 3) == 0)
		i->code = loads[gen_classic_random(g, ARRAY_SIZE(loads))];
	if ((i->code & 7) == CBPF_RET && gen_classic_random(g, 3))
		i->code = CBPF_MISC | (gen_classic_random(g, 2) ? CBPF_TAX : CBPF_TXA);
	if (at + 1 == count)
		i->code = CBPF_RET | (gen_classic_random(g, 4) ? CBPF_A : CBPF_K);
	if (at + 2 >= count && cbpf_info(i->code)->operand == CBPF_OPERAND_TARGET)
		i->code = CBPF_MISC | CBPF_TXA;
	if (!g->valid && gen_classic_random(g, 64) == 0)
		i->code = (u16)gen_classic_random(g, gen_classic_random(g, 2) ? 256 : 65536);
	operands(g, i, at, count);
}

void gen_classic_prog(struct gen_classic *g, struct cbpf_prog *out)
{
	do {
		out->count = 1 + gen_classic_random(g, GEN_CLASSIC_MAX);
		if (!g->valid && gen_classic_random(g, 4))
			out->count = 1 + out->count % 8;
		for (u32 at = 0; at < out->count; at++)
			insn(g, &out->insns[at], at, out->count);
	} while (g->valid && cbpf_check(out, NULL));
}
