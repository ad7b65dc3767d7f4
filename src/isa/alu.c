// SPDX-License-Identifier: BSD-2-Clause
#include "isa/alu.h"

static const struct alu_info alu_infos[16] = {
#define ALU(name, op, text, mnemonic, value, variant) [(op) >> 4] = { #name, text, mnemonic },
#include "isa/alu.def"
};

static const struct alu_info signed_infos[16] = {
#define ALU_SIGNED(name, of, text, mnemonic, value) [ALU_##of >> 4] = { #name, text, mnemonic },
#include "isa/alu.def"
};

static const struct jmp_info jmp_infos[16] = {
#define JMP(name, op, text, value, is_signed, inverse, mirror)                                     \
	[(op) >> 4] = { #name, text, is_signed },
#include "isa/jmp.def"
};

const struct alu_info *alu_info(u8 code, s16 off)
{
	const struct alu_info *info = off == 1 ? &signed_infos[code >> 4] : &alu_infos[code >> 4];

	return info->name ? info : NULL;
}

const char *swap_name(u8 code, s32 width)
{
#define SWAP(name, op, bits, text, value)                                                          \
	if (code == (op) && width == (bits))                                                       \
		return text;
#include "isa/alu.def"
	return NULL;
}

const struct jmp_info *jmp_info(u8 code)
{
	const struct jmp_info *info = &jmp_infos[code >> 4];

	return info->name ? info : NULL;
}

const struct atomic_info *atomic_info(s32 imm)
{
	switch (imm) {
#define ATOMIC_RMW(name, op, text, fn, value)                                                      \
	case op:                                                                                   \
	case (op) | ATOMIC_FETCH: {                                                                \
		static const struct atomic_info info = { #name, text, #fn, 4 };                    \
		return &info;                                                                      \
	}
#define ATOMIC_OP(name, op, text, min)                                                             \
	case op: {                                                                                 \
		static const struct atomic_info info = { #name, text, NULL, min };                 \
		return &info;                                                                      \
	}
#include "isa/atomic.def"
	}
	return NULL;
}

u32 size_bytes(u8 code)
{
	switch (INSN_SIZE(code)) {
#define SIZE(name, op, bytes, type, stype, text, stext)                                            \
	case op:                                                                                   \
		return bytes;
#include "isa/size.def"
	}
	__builtin_unreachable();
}

const char *size_text(u8 code, bool is_signed)
{
	switch (INSN_SIZE(code)) {
#define SIZE(name, op, bytes, type, stype, text, stext)                                            \
	case op:                                                                                   \
		return is_signed ? stext : text;
#include "isa/size.def"
	}
	__builtin_unreachable();
}

u64 alu_eval64(enum alu_op op, u64 a, u64 b)
{
	typedef u64 T;
	typedef s64 S;
	enum { BITS = 64 };

	switch (op) {
#define ALU(name, code, text, mnemonic, value, variant)                                            \
	case ALU_##name:                                                                           \
		return value;
#define ALU_UNARY(name, code, text, mnemonic, value)                                               \
	case ALU_##name:                                                                           \
		return value;
#include "isa/alu.def"
	case ALU_END:
		break;
	}
	return 0;
}

u32 alu_eval32(enum alu_op op, u32 a, u32 b)
{
	typedef u32 T;
	typedef s32 S;
	enum { BITS = 32 };

	switch (op) {
#define ALU(name, code, text, mnemonic, value, variant)                                            \
	case ALU_##name:                                                                           \
		return value;
#define ALU_UNARY(name, code, text, mnemonic, value)                                               \
	case ALU_##name:                                                                           \
		return value;
#include "isa/alu.def"
	case ALU_END:
		break;
	}
	return 0;
}

u64 alu_eval_signed64(enum alu_op op, u64 a, u64 b)
{
	typedef u64 T;
	typedef s64 S;

	switch ((int)op) {
#define ALU_SIGNED(name, of, text, mnemonic, value)                                                \
	case ALU_##of:                                                                             \
		return value;
#include "isa/alu.def"
	}
	return 0;
}

u32 alu_eval_signed32(enum alu_op op, u32 a, u32 b)
{
	typedef u32 T;
	typedef s32 S;

	switch ((int)op) {
#define ALU_SIGNED(name, of, text, mnemonic, value)                                                \
	case ALU_##of:                                                                             \
		return value;
#include "isa/alu.def"
	}
	return 0;
}

u64 movsx_eval64(u32 bits, u64 b)
{
	typedef u64 T;
	typedef s64 S;

	switch (bits) {
#define MOVSX(width, text, value, alu32)                                                           \
	case width:                                                                                \
		return value;
#include "isa/alu.def"
	}
	return b;
}

u32 movsx_eval32(u32 bits, u32 b)
{
	typedef u32 T;
	typedef s32 S;

	switch (bits) {
#define MOVSX(width, text, value, alu32)                                                           \
	case width:                                                                                \
		return value;
#include "isa/alu.def"
	}
	return b;
}

u64 swap_eval(u8 code, s32 width, u64 a)
{
#define SWAP(name, op, bits, text, value)                                                          \
	if (code == (op) && width == (bits))                                                       \
		return value;
#include "isa/alu.def"
	return a;
}

bool jmp_eval64(enum jmp_op op, u64 a, u64 b)
{
	typedef s64 S;

	switch (op) {
#define JMP(name, code, text, value, is_signed, inverse, mirror)                                   \
	case JMP_##name:                                                                           \
		return value;
#include "isa/jmp.def"
	}
	return false;
}

bool jmp_eval32(enum jmp_op op, u32 a, u32 b)
{
	typedef s32 S;

	switch (op) {
#define JMP(name, code, text, value, is_signed, inverse, mirror)                                   \
	case JMP_##name:                                                                           \
		return value;
#include "isa/jmp.def"
	}
	return false;
}

u64 atomic_eval64(s32 imm, u64 a, u64 b)
{
	switch (imm & ~ATOMIC_FETCH) {
#define ATOMIC_RMW(name, op, text, fn, value)                                                      \
	case op:                                                                                   \
		return value;
#include "isa/atomic.def"
	}
	return b; /* XCHG */
}

u32 atomic_eval32(s32 imm, u32 a, u32 b)
{
	return (u32)atomic_eval64(imm, a, b);
}

u64 insn_alu_eval(const struct insn *i, u64 dst, u64 src)
{
	enum alu_op op = INSN_OP(i->code);
	bool wide = INSN_CLASS(i->code) == CLASS_ALU64;
	u64 b = INSN_SRC(i->code) == SRC_X ? src : (u64)(s64)i->imm;

	if (op == ALU_END)
		return swap_eval(i->code, i->imm, dst);
	if (op == ALU_MOV && i->off)
		return wide ? movsx_eval64(i->off, b) : movsx_eval32(i->off, b);
	if (i->off == 1)
		return wide ? alu_eval_signed64(op, dst, b) : alu_eval_signed32(op, dst, b);
	return wide ? alu_eval64(op, dst, b) : alu_eval32(op, dst, b);
}

bool insn_jmp_eval(const struct insn *i, u64 dst, u64 src)
{
	u64 b = INSN_SRC(i->code) == SRC_X ? src : (u64)(s64)i->imm;

	if (INSN_CLASS(i->code) == CLASS_JMP32)
		return jmp_eval32(INSN_OP(i->code), dst, b);
	return jmp_eval64(INSN_OP(i->code), dst, b);
}
