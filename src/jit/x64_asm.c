// SPDX-License-Identifier: BSD-2-Clause
#include "jit/x64_asm.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

int x64_asm_init(struct x64_asm *a, u32 cap)
{
	*a = (struct x64_asm){ .cap = MAX(cap, (u32)X64_GROUP) };
	a->data = malloc(a->cap);
	return a->data ? 0 : -ENOMEM;
}

void x64_asm_fini(struct x64_asm *a)
{
	free(a->data);
}

void x64_room(struct x64_asm *a)
{
	u8 *more;

	if (a->cap - a->len >= X64_GROUP)
		return;
	more = a->cap < 1u << 30 ? realloc(a->data, a->cap * 2u) : NULL;
	if (more) {
		a->data = more;
		a->cap *= 2;
	} else {
		a->err = -ENOMEM;
		a->len = 0;
	}
}

void x64_byte(struct x64_asm *a, u8 b)
{
	a->data[a->len++] = b;
}

void x64_u32(struct x64_asm *a, u32 v)
{
	memcpy(a->data + a->len, &v, sizeof(v));
	a->len += sizeof(v);
}

static void u64_imm(struct x64_asm *a, u64 v)
{
	x64_u32(a, (u32)v);
	x64_u32(a, (u32)(v >> 32));
}

/* The prefix that widens the operation and the register numbers; `force`: even an empty one. */
static void rex(struct x64_asm *a, bool wide, u8 reg, u8 index, u8 base, bool force)
{
	u8 bits = (u8)(wide << 3 | (reg >> 3 & 1) << 2 | (index >> 3 & 1) << 1 | (base >> 3 & 1));

	if (bits || force)
		x64_byte(a, 0x40 | bits);
}

static void opcode_bytes(struct x64_asm *a, u32 opcode)
{
	if (opcode > 0xff)
		x64_byte(a, 0x0f);
	x64_byte(a, (u8)opcode);
}

static void modrm(struct x64_asm *a, u8 mod, u8 reg, u8 rm)
{
	x64_byte(a, (u8)(mod << 6 | (reg & 7) << 3 | (rm & 7)));
}

void x64_rr(struct x64_asm *a, bool wide, u32 opcode, u8 reg, u8 rm)
{
	rex(a, wide, reg, 0, rm, false);
	opcode_bytes(a, opcode);
	modrm(a, 3, reg, rm);
}

/* rsp and r12 as base need a SIB byte, rbp and r13 a displacement. */
static void operand(struct x64_asm *a, u8 reg, struct x64_mem m)
{
	u8 mod;

	if (m.base == NO_REG) {
		modrm(a, 0, reg, RSP);
		x64_byte(a, (u8)(m.scale << 6 | (m.index & 7) << 3 | RBP));
		x64_u32(a, (u32)m.disp);
		return;
	}
	mod = m.disp == 0 && (m.base & 7) != RBP ? 0 : m.disp == (s8)m.disp ? 1 : 2;

	if (m.index != NO_REG || (m.base & 7) == RSP) {
		u8 index = m.index == NO_REG ? RSP : m.index & 7;

		modrm(a, mod, reg, RSP);
		x64_byte(a, (u8)(m.scale << 6 | index << 3 | (m.base & 7)));
	} else {
		modrm(a, mod, reg, m.base);
	}
	if (mod == 1)
		x64_byte(a, (u8)m.disp);
	else if (mod == 2)
		x64_u32(a, (u32)m.disp);
}

static u8 base_bits(struct x64_mem m)
{
	return m.base == NO_REG ? 0 : m.base;
}

static u8 index_bits(struct x64_mem m)
{
	return m.index == NO_REG ? 0 : m.index;
}

void x64_rm(struct x64_asm *a, bool wide, u32 opcode, u8 reg, struct x64_mem m)
{
	rex(a, wide, reg, index_bits(m), base_bits(m), false);
	opcode_bytes(a, opcode);
	operand(a, reg, m);
}

void x64_sized(struct x64_asm *a, u32 bytes, u8 prefix, u32 opcode, u8 reg, struct x64_mem m)
{
	if (prefix)
		x64_byte(a, prefix);
	if (bytes == 2)
		x64_byte(a, 0x66);
	rex(a, bytes == 8, reg, index_bits(m), base_bits(m), bytes == 1 && reg >= RSP);
	opcode_bytes(a, bytes == 1 ? opcode - 1 : opcode);
	operand(a, reg, m);
}

void x64_arith(struct x64_asm *a, bool wide, enum x64_arith op, u8 dst, u8 src)
{
	x64_rr(a, wide, op, src, dst);
}

void x64_arith_imm(struct x64_asm *a, bool wide, enum x64_arith op, u8 dst, s32 imm)
{
	bool small = imm == (s8)imm;

	if (!small && dst == RAX) {
		rex(a, wide, 0, 0, 0, false);
		x64_byte(a, (u8)(op + 4));
	} else {
		x64_rr(a, wide, small ? 0x83 : 0x81, (u8)(op >> 3), dst);
	}
	if (small)
		x64_byte(a, (u8)imm);
	else
		x64_u32(a, (u32)imm);
}

void x64_arith_mem_imm(struct x64_asm *a, enum x64_arith op, struct x64_mem m, s32 imm)
{
	bool small = imm == (s8)imm;

	x64_rm(a, false, small ? 0x83 : 0x81, (u8)(op >> 3), m);
	if (small)
		x64_byte(a, (u8)imm);
	else
		x64_u32(a, (u32)imm);
}

/* An immediate of that many bytes, 4 for 8. */
static void sized_imm(struct x64_asm *a, u32 bytes, s32 imm)
{
	x64_byte(a, (u8)imm);
	if (bytes >= 2)
		x64_byte(a, (u8)(imm >> 8));
	if (bytes >= 4) {
		x64_byte(a, (u8)(imm >> 16));
		x64_byte(a, (u8)(imm >> 24));
	}
}

void x64_cmp_mem_imm(struct x64_asm *a, u32 bytes, struct x64_mem m, s32 imm)
{
	s32 value = bytes == 2 ? (s16)imm : imm;
	bool small = bytes > 1 && value == (s8)value;

	if (bytes == 1)
		x64_rm(a, false, 0x80, X64_CMP >> 3, m);
	else
		x64_sized(a, bytes, 0, small ? 0x83 : 0x81, X64_CMP >> 3, m);
	sized_imm(a, small ? 1 : bytes, imm);
}

void x64_test_mem_imm(struct x64_asm *a, u32 bytes, struct x64_mem m, s32 imm)
{
	x64_sized(a, bytes, 0, 0xf7, 0, m);
	sized_imm(a, bytes, imm);
}

void x64_test(struct x64_asm *a, bool wide, u8 dst, u8 src)
{
	x64_rr(a, wide, 0x85, src, dst);
}

void x64_test_imm(struct x64_asm *a, bool wide, u8 dst, s32 imm)
{
	if ((u32)imm <= 0x7f) { /* no bit but those of the low byte, nor its sign */
		rex(a, false, 0, 0, dst, dst >= RSP);
		x64_byte(a, 0xf6);
		modrm(a, 3, 0, dst);
		x64_byte(a, (u8)imm);
		return;
	}
	x64_rr(a, wide && imm < 0, 0xf7, 0, dst);
	x64_u32(a, (u32)imm);
}

void x64_mov(struct x64_asm *a, bool wide, u8 dst, u8 src)
{
	x64_rr(a, wide, 0x89, src, dst);
}

void x64_mov_imm(struct x64_asm *a, u8 dst, u64 value)
{
	if (value <= UINT32_MAX) {
		rex(a, false, 0, 0, dst, false);
		x64_byte(a, 0xb8 | (dst & 7));
		x64_u32(a, (u32)value);
	} else if ((s64)value == (s32)value) {
		x64_rr(a, true, 0xc7, 0, dst);
		x64_u32(a, (u32)value);
	} else {
		rex(a, true, 0, 0, dst, false);
		x64_byte(a, 0xb8 | (dst & 7));
		u64_imm(a, value);
	}
}

void x64_mov_mem_imm(struct x64_asm *a, u32 bytes, struct x64_mem m, s32 imm)
{
	x64_sized(a, bytes, 0, 0xc7, 0, m);
	sized_imm(a, bytes, imm);
}

void x64_shift(struct x64_asm *a, bool wide, enum x64_shift op, u8 dst, u8 count)
{
	x64_rr(a, wide, count == 1 ? 0xd1 : 0xc1, op, dst);
	if (count != 1)
		x64_byte(a, count);
}

void x64_shift_cl(struct x64_asm *a, bool wide, enum x64_shift op, u8 dst)
{
	x64_rr(a, wide, 0xd3, op, dst);
}

void x64_shift_x(struct x64_asm *a, bool wide, enum x64_shift op, u8 dst, u8 src, u8 count)
{
	u8 pp = op == X64_SHL ? 1 : op == X64_SHR ? 3 : 2;

	/* VEX: inverted R, X, B and count; map 2; W is the width. */
	x64_byte(a, 0xc4);
	x64_byte(a, (u8)((dst < 8 ? 0x80 : 0) | 0x40 | (src < 8 ? 0x20 : 0) | 2));
	x64_byte(a, (u8)(wide << 7 | (~count & 15) << 3 | pp));
	x64_byte(a, 0xf7);
	modrm(a, 3, dst, src);
}

void x64_rorx(struct x64_asm *a, bool wide, u8 dst, u8 src, u8 count)
{
	x64_byte(a, 0xc4);
	x64_byte(a, (u8)((dst < 8 ? 0x80 : 0) | 0x40 | (src < 8 ? 0x20 : 0) | 3));
	x64_byte(a, (u8)(wide << 7 | 0x78 | 3)); /* no second source */
	x64_byte(a, 0xf0);
	modrm(a, 3, dst, src);
	x64_byte(a, count);
}

void x64_mulx(struct x64_asm *a, u8 high, u8 low, u8 src)
{
	x64_byte(a, 0xc4);
	x64_byte(a, (u8)((high < 8 ? 0x80 : 0) | 0x40 | (src < 8 ? 0x20 : 0) | 2));
	x64_byte(a, (u8)(0x80 | (~low & 15) << 3 | 3));
	x64_byte(a, 0xf6);
	modrm(a, 3, high, src);
}

void x64_imul(struct x64_asm *a, bool wide, u8 dst, u8 src)
{
	x64_rr(a, wide, 0x0faf, dst, src);
}

void x64_imul_imm(struct x64_asm *a, bool wide, u8 dst, u8 src, s32 imm)
{
	bool small = imm == (s8)imm;

	x64_rr(a, wide, small ? 0x6b : 0x69, dst, src);
	if (small)
		x64_byte(a, (u8)imm);
	else
		x64_u32(a, (u32)imm);
}

void x64_group3(struct x64_asm *a, bool wide, u8 number, u8 rm)
{
	x64_rr(a, wide, 0xf7, number, rm);
}

void x64_setcc(struct x64_asm *a, enum x64_cc cc, u8 dst)
{
	rex(a, false, 0, 0, dst, dst >= RSP);
	x64_byte(a, 0x0f);
	x64_byte(a, (u8)(0x90 | cc));
	modrm(a, 3, 0, dst);
}

void x64_zext8(struct x64_asm *a, u8 dst, u8 src)
{
	rex(a, false, dst, 0, src, src >= RSP); /* spl … dil need a prefix */
	opcode_bytes(a, 0x0fb6);
	modrm(a, 3, dst, src);
}

void x64_bswap(struct x64_asm *a, bool wide, u8 dst)
{
	rex(a, wide, 0, 0, dst, false);
	x64_byte(a, 0x0f);
	x64_byte(a, 0xc8 | (dst & 7));
}

void x64_push(struct x64_asm *a, u8 reg)
{
	rex(a, false, 0, 0, reg, false);
	x64_byte(a, 0x50 | (reg & 7));
}

void x64_pop(struct x64_asm *a, u8 reg)
{
	rex(a, false, 0, 0, reg, false);
	x64_byte(a, 0x58 | (reg & 7));
}

void x64_endbr(struct x64_asm *a)
{
	x64_u32(a, 0xfa1e0ff3);
}

void x64_call_reg(struct x64_asm *a, u8 reg)
{
	x64_rr(a, false, 0xff, 2, reg);
}

/* As few instructions as may be: SDM volume 2, NOP. */
void x64_nops(struct x64_asm *a, u32 bytes)
{
	static const u8 nops[8][8] = {
		{ 0x90 },
		{ 0x66, 0x90 },
		{ 0x0f, 0x1f, 0x00 },
		{ 0x0f, 0x1f, 0x40, 0x00 },
		{ 0x0f, 0x1f, 0x44, 0x00, 0x00 },
		{ 0x66, 0x0f, 0x1f, 0x44, 0x00, 0x00 },
		{ 0x0f, 0x1f, 0x80, 0x00, 0x00, 0x00, 0x00 },
		{ 0x0f, 0x1f, 0x84, 0x00, 0x00, 0x00, 0x00, 0x00 },
	};

	while (bytes) {
		u32 n = MIN(bytes, 8u);

		memcpy(a->data + a->len, nops[n - 1], n);
		a->len += n;
		bytes -= n;
	}
}

u32 x64_jcc_short(struct x64_asm *a, enum x64_cc cc)
{
	x64_byte(a, 0x70 | cc);
	x64_byte(a, 0);
	return a->len;
}

u32 x64_jmp_short(struct x64_asm *a)
{
	x64_byte(a, 0xeb);
	x64_byte(a, 0);
	return a->len;
}

void x64_bind(struct x64_asm *a, u32 jump)
{
	assert(a->err || a->len - jump <= INT8_MAX);
	a->data[jump - 1] = (u8)(a->len - jump);
}
