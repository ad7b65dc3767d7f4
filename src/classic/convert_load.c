// SPDX-License-Identifier: BSD-2-Clause
/* Loads of the conversion to eBPF: from the packet, and what the context knows of it. */
#include <errno.h>

#include "classic/convert.h"

enum {
	HELPER_RANDOM = 7,
	HELPER_CPU = 8,
	HELPER_LOAD = 26,
	HELPER_LOAD_RELATIVE = 68,
	FROM_MAC = 0,
	FROM_NET = 1,
	DIRECT_MAX = 0x7f00, /* larger offsets do not fit an instruction */
	PACKET_MAX = 0xfff0, /* larger ones may not be added to a packet's start */
	CODE_MOV32 = CLASS_ALU | 0xb0,
	CODE_BE = CLASS_ALU | 0xd8,
};

/* Offsets in struct __sk_buff. */
enum {
	SKB_PKT_TYPE = 4,
	SKB_MARK = 8,
	SKB_QUEUE = 12,
	SKB_PROTOCOL = 16,
	SKB_VLAN_PRESENT = 20,
	SKB_VLAN_TCI = 24,
	SKB_VLAN_PROTO = 28,
	SKB_IFINDEX = 40,
	SKB_HASH = 68,
};

static bool is_indirect(const struct cbpf_insn *i)
{
	return cbpf_info(i->code)->operand == CBPF_OPERAND_IND;
}

/* X = 4 * (R0 & 15). */
static void take_msh(struct convert *c)
{
	convert_emit(c, CLASS_ALU | CBPF_AND, 0, 0, 0, 15);
	convert_emit(c, CLASS_ALU | CBPF_LSH, 0, 0, 0, 2);
	convert_emit(c, CODE_MOV32 | SRC_X, 7, 0, 0, 0);
}

static void keep_a(struct convert *c, bool restore)
{
	if (restore)
		convert_emit(c, CLASS_LDX | MODE_MEM | SIZE_DW, 0, REG_FP, CONVERT_TMP, 0);
	else
		convert_emit(c, CLASS_STX | MODE_MEM | SIZE_DW, REG_FP, 0, CONVERT_TMP, 0);
}

/* A bounds failure ends the program inside the instruction. */
static void load_by_instruction(struct convert *c, const struct cbpf_insn *i)
{
	u8 mode = is_indirect(i) ? MODE_IND : MODE_ABS;

	convert_emit(c, (u8)(CLASS_LD | mode | (i->code & 0x18)), 0, is_indirect(i) ? 7 : 0, 0,
		     (s32)i->k);
}

static void load_by_function(struct convert *c, const struct cbpf_insn *i)
{
	convert_emit(c, CODE_MOV | SRC_X, 1, 6, 0, 0);
	if (is_indirect(i)) {
		convert_emit(c, CODE_MOV32 | SRC_X, 2, 7, 0, 0);
		convert_emit(c, CLASS_ALU | CBPF_ADD, 2, 0, 0, (s32)i->k);
	} else {
		convert_emit(c, CODE_MOV32, 2, 0, 0, (s32)i->k);
	}
	convert_emit(c, CODE_MOV, 3, 0, 0, (s32)cbpf_size(i->code));
	convert_branch(c, CODE_CALL, 0, CALL_LOCAL, 0, CONVERT_LOADER, CONVERT_ONLY);
	convert_emit(c, CLASS_JMP | 0x70, 0, 0, 2, 0); /* s>= 0 */
	convert_return(c, 0);
}

static void swap(struct convert *c, u32 size)
{
	if (size > 1)
		convert_emit(c, CODE_BE, 0, 0, 0, (s32)size * 8);
}

/* Beyond the packet: the slow version of `at` goes on, or the program ends. */
static void when_short(struct convert *c, u8 dst, u32 at)
{
	convert_branch(c, CLASS_JMP | CBPF_JGT | SRC_X, dst, 9, 0, c->memory ? CONVERT_SHORT : at,
		       CONVERT_SLOW);
}

/* R1 = the address of a load at the offset in R1. The bound of the offset lets the verifier add it
 * to the packet's start. */
static void test_offset(struct convert *c, const struct cbpf_insn *i, u32 at)
{
	convert_branch(c, CLASS_JMP | CBPF_JGT, 1, 0, PACKET_MAX - 4, c->memory ? CONVERT_ASK : at,
		       CONVERT_SLOW);
	convert_emit(c, CLASS_ALU64 | CBPF_ADD | SRC_X, 1, 8, 0, 0);
	convert_emit(c, CODE_MOV | SRC_X, 2, 1, 0, 0);
	convert_emit(c, CLASS_ALU64 | CBPF_ADD, 2, 0, 0, (s32)cbpf_size(i->code));
	when_short(c, 2, at);
}

static void test_indirect(struct convert *c, const struct cbpf_insn *i, u32 at)
{
	if (is_indirect(i)) {
		convert_emit(c, CODE_MOV32 | SRC_X, 1, 7, 0, 0);
		convert_emit(c, CLASS_ALU | CBPF_ADD, 1, 0, 0, (s32)i->k);
	} else {
		convert_emit(c, CODE_MOV32, 1, 0, 0, (s32)i->k);
	}
	test_offset(c, i, at);
}

bool convert_is_tested(const struct convert *c, u32 at, u32 *end)
{
	const struct cbpf_insn *i = &c->prog->insns[at];
	u8 operand = cbpf_info(i->code)->operand;

	*end = 0;
	if (operand == CBPF_OPERAND_IND)
		return true;
	if ((operand != CBPF_OPERAND_ABS && operand != CBPF_OPERAND_MSH) || i->k > DIRECT_MAX)
		return false;
	*end = i->k + cbpf_size(i->code);
	return *end > c->covered[at];
}

static void load_direct(struct convert *c, const struct cbpf_insn *i, u32 at)
{
	bool indirect = is_indirect(i) || i->k > DIRECT_MAX;
	u8 base = indirect ? 1 : 8;
	s16 off = indirect ? 0 : (s16)i->k;
	u32 end;

	if (indirect) {
		test_indirect(c, i, at);
	} else if (convert_is_tested(c, at, &end)) {
		convert_emit(c, CODE_MOV | SRC_X, 1, 8, 0, 0);
		convert_emit(c, CLASS_ALU64 | CBPF_ADD, 1, 0, 0, (s32)end);
		when_short(c, 1, at);
	}
	if (cbpf_info(i->code)->operand == CBPF_OPERAND_MSH) {
		convert_emit(c, CLASS_LDX | MODE_MEM | SIZE_B, 7, base, off, 0);
		convert_emit(c, CLASS_ALU | CBPF_AND, 7, 0, 0, 15);
		convert_emit(c, CLASS_ALU | CBPF_LSH, 7, 0, 0, 2);
		return;
	}
	convert_emit(c, (u8)(CLASS_LDX | MODE_MEM | (i->code & 0x18)), 0, base, off, 0);
	swap(c, cbpf_size(i->code));
}

bool convert_is_far(const struct cbpf_insn *i)
{
	u8 operand = cbpf_info(i->code)->operand;

	if (operand != CBPF_OPERAND_ABS && operand != CBPF_OPERAND_MSH)
		return false;
	return i->k > PACKET_MAX - 4 && !(cbpf_is_abs(i->code) && i->k >= CBPF_AD);
}

void convert_load(struct convert *c, u32 at, u8 version)
{
	const struct cbpf_insn *i = &c->prog->insns[at];
	bool msh = cbpf_info(i->code)->operand == CBPF_OPERAND_MSH;

	if (c->memory && convert_is_far(i)) {
		convert_branch(c, CODE_JA, 0, 0, 0, CONVERT_ASK, CONVERT_ONLY);
		return;
	}
	if (c->memory ||
	    (c->direct && version == CONVERT_FAST && (is_indirect(i) || i->k <= DIRECT_MAX))) {
		load_direct(c, i, at);
		return;
	}
	if (msh)
		keep_a(c, false);
	if (c->direct)
		load_by_function(c, i);
	else
		load_by_instruction(c, i);
	if (msh) {
		take_msh(c);
		keep_a(c, true);
	}
}

/* bpf_skb_load_bytes_relative from that header; R2 counts from `base`. */
static void call_relative(struct convert *c, u32 base, s32 header)
{
	convert_emit(c, CLASS_ALU | CBPF_SUB, 2, 0, 0, (s32)base);
	convert_emit(c, CODE_MOV, 5, 0, 0, header);
	convert_emit(c, CODE_CALL, 0, 0, 0, HELPER_LOAD_RELATIVE);
}

void convert_loader(struct convert *c)
{
	convert_emit(c, CODE_MOV | SRC_X, 6, 3, 0, 0);
	convert_emit(c, CLASS_ST | MODE_MEM | SIZE_DW, REG_FP, 0, -8, 0);
	convert_emit(c, CODE_MOV | SRC_X, 4, 3, 0, 0);
	convert_emit(c, CODE_MOV | SRC_X, 3, REG_FP, 0, 0);
	convert_emit(c, CLASS_ALU64 | CBPF_ADD, 3, 0, 0, -8);
	/* R2 >= CBPF_NET: 8 slots on; R2 >= CBPF_LL: 3 on; both behind a call join below. */
	convert_emit(c, CODE_MOV32, 0, 0, 0, (s32)CBPF_NET);
	convert_emit(c, CLASS_JMP | CBPF_JGE | SRC_X, 2, 0, 8, 0);
	convert_emit(c, CODE_MOV32, 0, 0, 0, (s32)CBPF_LL);
	convert_emit(c, CLASS_JMP | CBPF_JGE | SRC_X, 2, 0, 2, 0);
	convert_emit(c, CODE_CALL, 0, 0, 0, HELPER_LOAD);
	convert_emit(c, CODE_JA, 0, 0, 7, 0);
	call_relative(c, CBPF_LL, FROM_MAC);
	convert_emit(c, CODE_JA, 0, 0, 3, 0);
	call_relative(c, CBPF_NET, FROM_NET);
	convert_emit(c, CLASS_JMP | 0x50, 0, 0, 7, 0); /* R0 != 0: it failed */
	convert_emit(c, CLASS_LDX | MODE_MEM | SIZE_W, 0, REG_FP, -8, 0);
	convert_emit(c, CODE_BE, 0, 0, 0, 32);
	convert_emit(c, CODE_MOV, 1, 0, 0, 4);
	convert_emit(c, CLASS_ALU64 | CBPF_SUB | SRC_X, 1, 6, 0, 0);
	convert_emit(c, CLASS_ALU64 | CBPF_LSH, 1, 0, 0, 3);
	convert_emit(c, CLASS_ALU64 | CBPF_RSH | SRC_X, 0, 1, 0, 0);
	convert_emit(c, CODE_EXIT, 0, 0, 0, 0);
	convert_emit(c, CODE_MOV, 0, 0, 0, -1);
	convert_emit(c, CODE_EXIT, 0, 0, 0, 0);
}

int convert_ancillary_check(const struct convert *c, u32 at)
{
	u32 k = c->prog->insns[at].k;

	if (c->memory && k != CBPF_AD + CBPF_AD_ALU_XOR_X)
		return diag_error(c->diag, -EOPNOTSUPP, NOWHERE,
				  "instruction %u: packets in memory do not say '%s'", at,
				  cbpf_ancillary_name(k));
	switch (k - CBPF_AD) {
	case CBPF_AD_NLATTR:
	case CBPF_AD_NLATTR_NEST:
	case CBPF_AD_HATYPE:
	case CBPF_AD_PAY_OFFSET:
		return diag_error(c->diag, -EOPNOTSUPP, NOWHERE,
				  "instruction %u: eBPF programs cannot ask for '%s'", at,
				  cbpf_ancillary_name(k));
	}
	return 0;
}

static void field(struct convert *c, s16 off)
{
	convert_emit(c, CLASS_LDX | MODE_MEM | SIZE_W, 0, 6, off, 0);
}

void convert_ancillary(struct convert *c, u32 k)
{
	switch (k - CBPF_AD) {
	case CBPF_AD_PROTOCOL:
		field(c, SKB_PROTOCOL);
		swap(c, 2);
		break;
	case CBPF_AD_VLAN_TPID:
		field(c, SKB_VLAN_PROTO);
		swap(c, 2);
		break;
	case CBPF_AD_PKTTYPE:
		field(c, SKB_PKT_TYPE);
		break;
	case CBPF_AD_IFINDEX:
		field(c, SKB_IFINDEX);
		break;
	case CBPF_AD_MARK:
		field(c, SKB_MARK);
		break;
	case CBPF_AD_QUEUE:
		field(c, SKB_QUEUE);
		break;
	case CBPF_AD_RXHASH:
		field(c, SKB_HASH);
		break;
	case CBPF_AD_VLAN_TAG:
		field(c, SKB_VLAN_TCI);
		break;
	case CBPF_AD_VLAN_TAG_PRESENT:
		field(c, SKB_VLAN_PRESENT);
		break;
	case CBPF_AD_CPU:
		convert_emit(c, CODE_CALL, 0, 0, 0, HELPER_CPU);
		break;
	case CBPF_AD_RANDOM:
		convert_emit(c, CODE_CALL, 0, 0, 0, HELPER_RANDOM);
		break;
	case CBPF_AD_ALU_XOR_X:
		convert_emit(c, CLASS_ALU | CBPF_XOR | SRC_X, 0, 7, 0, 0);
		break;
	}
}
