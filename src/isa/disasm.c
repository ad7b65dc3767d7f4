// SPDX-License-Identifier: BSD-2-Clause
#include "isa/disasm.h"

#include <ctype.h>

#include "isa/alu.h"
#include "isa/check.h"

struct dis {
	struct buf *out;
	const struct insn *insns;
	u32 count, at;
	const struct disasm_names *names;
};

bool disasm_is_name(const char *s)
{
	if (!s || !(isalpha((unsigned char)*s) || *s == '_' || *s == '.'))
		return false;
	for (; *s; s++) {
		if (!isalnum((unsigned char)*s) && *s != '_' && *s != '.' && *s != '$')
			return false;
	}
	return true;
}

/* What a callback says, NULL when it says nothing that the assembler would read as a name. */
#define NAME(d, callback, key)                                                                     \
	({                                                                                         \
		const struct disasm_names *names_ = (d)->names;                                    \
		const char *name_ =                                                                \
			names_ && names_->callback ? names_->callback(names_->arg, (key)) : NULL;  \
		disasm_is_name(name_) ? name_ : NULL;                                              \
	})

static char reg_letter(const struct insn *i)
{
	u8 class = INSN_CLASS(i->code);

	return class == CLASS_ALU || class == CLASS_JMP32 ? 'w' : 'r';
}

static void raw(struct dis *d, const struct insn *i)
{
	u8 bytes[8];

	memcpy(bytes, i, sizeof(bytes));
	buf_puts(d->out, ".insn");
	for (u32 k = 0; k < sizeof(bytes); k++)
		buf_printf(d->out, " %02x", bytes[k]);
}

static void alu_mov(struct dis *d, const struct insn *i)
{
	char r = reg_letter(i);

	if (INSN_SRC(i->code) == SRC_K)
		buf_printf(d->out, "%c%u = %d", r, i->dst, i->imm);
	else if (!i->off)
		buf_printf(d->out, "%c%u = %c%u", r, i->dst, r, i->src);
	else if (i->off == MOV_ADDR_SPACE_CAST)
		buf_printf(d->out, "r%u = addr_space_cast(r%u, %u, %u)", i->dst, i->src,
			   (u32)i->imm >> 16, (u32)i->imm & 0xffff);
	else
		buf_printf(d->out, "%c%u = (s%d)%c%u", r, i->dst, i->off, r, i->src);
}

static void alu(struct dis *d, const struct insn *i)
{
	const struct alu_info *info = alu_info(i->code, i->off);
	char r = reg_letter(i);

	switch (INSN_OP(i->code)) {
	case ALU_END:
		buf_printf(d->out, "r%u = %s r%u", i->dst, swap_name(i->code, i->imm), i->dst);
		return;
	case ALU_NEG:
		buf_printf(d->out, "%c%u = -%c%u", r, i->dst, r, i->dst);
		return;
	case ALU_MOV:
		alu_mov(d, i);
		return;
	}
	buf_printf(d->out, "%c%u %s ", r, i->dst, info->text);
	if (INSN_SRC(i->code) == SRC_X)
		buf_printf(d->out, "%c%u", r, i->src);
	else
		buf_printf(d->out, "%d", i->imm);
}

static void target(struct dis *d, const struct insn *i)
{
	s32 distance = insn_distance(i);
	s64 slot = (s64)d->at + 1 + distance;
	const char *name = slot >= 0 && slot < d->count ? NAME(d, label, (u32)slot) : NULL;

	if (name)
		buf_puts(d->out, name);
	else
		buf_printf(d->out, d->names && d->names->kernel ? "pc%+d" : "%+d", distance);
}

static void call(struct dis *d, const struct insn *i)
{
	s64 slot = (s64)d->at + 1 + i->imm;
	const char *name = NULL;

	buf_puts(d->out, "call ");
	switch (i->src) {
	case CALL_HELPER:
		name = i->imm > 0 ? NAME(d, helper, (u32)i->imm) : NULL;
		if (name)
			buf_printf(d->out, "%s%s#%d", strncmp(name, "bpf_", 4) ? "bpf_" : "", name,
				   i->imm);
		else
			buf_printf(d->out, "%d", i->imm);
		return;
	case CALL_LOCAL:
		name = slot >= 0 && slot < d->count ? NAME(d, func, (u32)slot) : NULL;
		if (name)
			buf_puts(d->out, name);
		else
			buf_printf(d->out, "pc%+d", i->imm);
		return;
	}
	name = NAME(d, extern_at, d->at);
	if (name)
		buf_puts(d->out, name);
	if (!name || i->imm || i->off)
		buf_printf(d->out, "%s#%d", name ? "" : "kfunc", i->imm);
	if (i->off)
		buf_printf(d->out, "@%d", i->off);
}

static void jmp(struct dis *d, const struct insn *i)
{
	const struct jmp_info *info = jmp_info(i->code);
	char r = reg_letter(i);

	switch (i->code) {
	case CODE_CALL:
		call(d, i);
		return;
	case CODE_CALLX:
		buf_printf(d->out, "callx r%u", i->dst);
		return;
	case CODE_EXIT:
		buf_puts(d->out, "exit");
		return;
	case CODE_JA:
		buf_puts(d->out, "goto ");
		break;
	case CODE_JA32:
		buf_puts(d->out, "gotol ");
		break;
	case CODE_JCOND:
		buf_puts(d->out, "may_goto ");
		break;
	default:
		buf_printf(d->out, "if %c%u %s ", r, i->dst, info->text);
		if (INSN_SRC(i->code) == SRC_X)
			buf_printf(d->out, "%c%u goto ", r, i->src);
		else
			buf_printf(d->out, d->names && d->names->kernel ? "0x%x goto " : "%d goto ",
				   i->imm);
	}
	target(d, i);
}

/* The second half of "map[NAME][0]+off" and its like. */
static void map_value_offset(struct dis *d, const struct insn *i)
{
	if (i->src == PSEUDO_MAP_VALUE || i->src == PSEUDO_MAP_IDX_VALUE)
		buf_printf(d->out, "[0]+%u", (u32)i[1].imm);
}

static void imm64(struct dis *d, const struct insn *i)
{
	s64 slot = (s64)d->at + 1 + i->imm;
	const char *name;

	buf_printf(d->out, "r%u = ", i->dst);
	switch (i->src) {
	case PSEUDO_CONST:
		buf_printf(d->out, "0x%llx ll", (unsigned long long)insn_imm64(i));
		return;
	case PSEUDO_FUNC:
		name = slot >= 0 && slot < d->count ? NAME(d, func, (u32)slot) : NULL;
		if (name)
			buf_printf(d->out, "subprog[%s]", name);
		else
			buf_printf(d->out, "subprog[%+d]", i->imm);
		return;
	case PSEUDO_BTF_ID:
		name = NAME(d, extern_at, d->at);
		buf_printf(d->out, name ? "ksym[%s]" : "ksym", name);
		if (!name || i->imm || i[1].imm)
			buf_printf(d->out, "#%d", i->imm);
		if (i[1].imm)
			buf_printf(d->out, "@%d", i[1].imm);
		return;
	case PSEUDO_MAP_FD:
	case PSEUDO_MAP_VALUE:
		buf_printf(d->out, "map[fd:%d]", i->imm);
		break;
	default:
		name = i->imm >= 0 ? NAME(d, map, (u32)i->imm) : NULL;
		if (name)
			buf_printf(d->out, "map[%s]", name);
		else
			buf_printf(d->out, "map[idx:%d]", i->imm);
	}
	map_value_offset(d, i);
}

static void ld(struct dis *d, const struct insn *i)
{
	const char *size = size_text(i->code, false);

	if (i->code == CODE_LD_IMM64)
		imm64(d, i);
	else if (INSN_MODE(i->code) == MODE_ABS)
		buf_printf(d->out, "r0 = *(%s *)skb[%d]", size, i->imm);
	else
		buf_printf(d->out, "r0 = *(%s *)skb[r%u + %d]", size, i->src, i->imm);
}

static void atomic(struct dis *d, const struct insn *i)
{
	const struct atomic_info *info = atomic_info(i->imm);
	const char *size = size_text(i->code, false);
	const char *prefix = INSN_SIZE(i->code) == SIZE_DW ? "atomic64" : "atomic";

	switch (i->imm) {
	case ATOMIC_LOAD_ACQUIRE:
		buf_printf(d->out, "r%u = load_acquire((%s *)(r%u %+d))", i->dst, size, i->src,
			   i->off);
		return;
	case ATOMIC_STORE_RELEASE:
		buf_printf(d->out, "store_release((%s *)(r%u %+d), r%u)", size, i->dst, i->off,
			   i->src);
		return;
	case ATOMIC_XCHG:
		buf_printf(d->out, "r%u = %s_xchg((%s *)(r%u %+d), r%u)", i->src, prefix, size,
			   i->dst, i->off, i->src);
		return;
	case ATOMIC_CMPXCHG:
		buf_printf(d->out, "r0 = %s_cmpxchg((%s *)(r%u %+d), r0, r%u)", prefix, size,
			   i->dst, i->off, i->src);
		return;
	}
	if (i->imm & ATOMIC_FETCH)
		buf_printf(d->out, "r%u = %s_fetch_%s((%s *)(r%u %+d), r%u)", i->src, prefix,
			   info->fn, size, i->dst, i->off, i->src);
	else
		buf_printf(d->out, "lock *(%s *)(r%u %+d) %s r%u", size, i->dst, i->off, info->text,
			   i->src);
}

static void mem(struct dis *d, const struct insn *i)
{
	bool is_signed = INSN_MODE(i->code) == MODE_MEMSX;
	const char *size = size_text(i->code, is_signed);

	if (INSN_CLASS(i->code) == CLASS_LDX)
		buf_printf(d->out, "r%u = *(%s *)(r%u %+d)", i->dst, size, i->src, i->off);
	else if (INSN_MODE(i->code) == MODE_ATOMIC)
		atomic(d, i);
	else if (INSN_CLASS(i->code) == CLASS_STX)
		buf_printf(d->out, "*(%s *)(r%u %+d) = r%u", size, i->dst, i->off, i->src);
	else
		buf_printf(d->out, "*(%s *)(r%u %+d) = %d", size, i->dst, i->off, i->imm);
}

u32 disasm_insn(struct buf *out, const struct insn *insns, u32 count, u32 at,
		const struct disasm_names *names)
{
	struct dis d = { .out = out, .insns = insns, .count = count, .at = at, .names = names };
	const struct insn *i = &insns[at];

	if (insn_check_shape(insns, count, at)) {
		raw(&d, i);
		return 1;
	}
	switch (INSN_CLASS(i->code)) {
	case CLASS_ALU:
	case CLASS_ALU64:
		alu(&d, i);
		break;
	case CLASS_JMP:
	case CLASS_JMP32:
		jmp(&d, i);
		break;
	case CLASS_LD:
		ld(&d, i);
		break;
	default:
		mem(&d, i);
	}
	return insn_is_wide(i) ? 2 : 1;
}
