/* SPDX-License-Identifier: BSD-2-Clause */
/* Look-ups in classic.def: what a code is called and which operand it takes. Pure functions. */
#ifndef CLASSIC_TABLE_H
#define CLASSIC_TABLE_H

#include "classic/classic.h"

enum cbpf_operand {
	CBPF_OPERAND_NONE,
	CBPF_OPERAND_ABS,    /* [k] */
	CBPF_OPERAND_IND,    /* [x + k] */
	CBPF_OPERAND_MEM,    /* M[k] */
	CBPF_OPERAND_MSH,    /* 4*([k]&0xf) */
	CBPF_OPERAND_LEN,    /* #pktlen */
	CBPF_OPERAND_DEC,    /* #10 */
	CBPF_OPERAND_HEX,    /* #0xa */
	CBPF_OPERAND_X,	     /* x */
	CBPF_OPERAND_A,	     /* the accumulator: listings leave it out */
	CBPF_OPERAND_TARGET, /* of JA */
};

struct cbpf_info {
	const char *mnemonic; /* NULL: Linux has no such code */
	const char *inverse;  /* conditional jumps: bpf_asm's opposite, NULL: none */
	u8 operand;	      /* enum cbpf_operand */
	bool jump;	      /* conditional: jt and jf count */
};
/* Never NULL. */
const struct cbpf_info *cbpf_info(u16 code);

/* bpf_asm's name of an ancillary load's offset, NULL: k is none. */
const char *cbpf_ancillary_name(u32 k);
const char *cbpf_ancillary_listed(u32 k); /* the same in listings */
/* The offset of either name; false: there is none. */
bool cbpf_ancillary_find(u32 *k, const char *name, size_t len);

/* LD ABS of any size. */
static inline bool cbpf_is_abs(u16 code)
{
	return code == 0x20 || code == 0x28 || code == 0x30;
}

/* Bytes of a load from the packet. */
static inline u32 cbpf_size(u16 code)
{
	return (code & 0x18) == CBPF_W ? 4 : (code & 0x18) == CBPF_H ? 2 : 1;
}

#endif
