// SPDX-License-Identifier: BSD-2-Clause
#include "verify/era.h"

#include <errno.h>

#include "isa/alu.h"

#define SINCE(major, minor, what)                                                                  \
	do {                                                                                       \
		*name = what;                                                                      \
		return LINUX(major, minor);                                                        \
	} while (0)

static u32 alu_since(const struct insn *i, const char **name)
{
	if (INSN_OP(i->code) == ALU_END && INSN_CLASS(i->code) == CLASS_ALU64)
		SINCE(6, 6, "unconditional byte swaps");
	if (i->code == (CODE_MOV | SRC_X) && i->off == MOV_ADDR_SPACE_CAST)
		SINCE(6, 9, "address space casts");
	if (INSN_OP(i->code) == ALU_MOV && i->off)
		SINCE(6, 6, "sign-extending moves");
	if (i->off)
		SINCE(6, 6, "signed division");
	return 0;
}

static u32 atomic_since(const struct insn *i, const char **name)
{
	if (i->imm == ATOMIC_ADD)
		return 0;
	if (i->imm == ATOMIC_LOAD_ACQ || i->imm == ATOMIC_STORE_REL)
		SINCE(6, 15, "load-acquire and store-release");
	SINCE(5, 12, "atomic operations other than add");
}

static u32 call_since(const struct insn *i, const char **name)
{
	if (i->src == CALL_KFUNC)
		SINCE(5, 13, "calls of kernel functions");
	if (i->src == CALL_LOCAL)
		SINCE(4, 16, "calls between functions of the program");
	return 0;
}

static u32 imm64_since(const struct insn *i, const char **name)
{
	switch (i->src) {
	case PSEUDO_MAP_VALUE:
	case PSEUDO_MAP_IDX_VALUE:
		SINCE(5, 2, "global variables");
	case PSEUDO_BTF_ID:
		SINCE(5, 10, "typed kernel symbols");
	case PSEUDO_FUNC:
		SINCE(5, 13, "addresses of functions");
	default:
		return 0;
	}
}

/* The first release that has the instruction, as LINUX(); 0: every one. */
static u32 insn_since(const struct insn *i, const char **name)
{
	switch (INSN_CLASS(i->code)) {
	case CLASS_ALU:
	case CLASS_ALU64:
		return alu_since(i, name);
	case CLASS_JMP32:
		if (i->code == CODE_JA32)
			SINCE(6, 6, "long jumps");
		SINCE(5, 1, "32-bit comparisons");
	case CLASS_JMP:
		if (i->code == CODE_JCOND)
			SINCE(6, 9, "may_goto");
		if (i->code == CODE_CALL)
			return call_since(i, name);
		if (INSN_OP(i->code) >= JMP_JLT)
			SINCE(4, 14, "less-than jumps");
		return 0;
	case CLASS_LDX:
		if (INSN_MODE(i->code) == MODE_MEMSX)
			SINCE(6, 6, "sign-extending loads");
		return 0;
	case CLASS_STX:
		return INSN_MODE(i->code) == MODE_ATOMIC ? atomic_since(i, name) : 0;
	case CLASS_LD:
		return insn_is_wide(i) ? imm64_since(i, name) : 0;
	default:
		return 0;
	}
}

static int map_check(struct verify *v, const struct obj_map *map)
{
	const struct map_info *info = map_info(map->type);

	if (map->role == MAP_STRUCT_OPS || !info)
		return 0;
	if (!era_at_least(v, info->since_major, info->since_minor))
		return reject(v, REJECT_ERA, -1,
			      "map '%s': type %s exists since Linux %u.%u, not in %u.%u", map->name,
			      info->name, info->since_major, info->since_minor,
			      v->linux_version >> 8, v->linux_version & 0xff);
	return 0;
}

int era_check(struct verify *v)
{
	u32 limit = v->opts->unpriv || !era_at_least(v, 5, 2) ? 4096 : MAX_INSNS;
	int err = 0;

	if (v->insn_count > limit)
		return reject(v, REJECT_LIMIT, -1, "%u instructions; %u are allowed %s",
			      v->insn_count, limit,
			      v->opts->unpriv ? "without privilege" : "before Linux 5.2");
	for (v->insn = 0; v->insn < v->insn_count && !err; v->insn++) {
		const struct insn *i = &v->insns[v->insn];
		const char *name = NULL;
		u32 since = insn_since(i, &name);

		if (since > v->linux_version)
			return reject(v, REJECT_ERA, -1, "%s exist since Linux %u.%u, not in %u.%u",
				      name, since >> 8, since & 0xff, v->linux_version >> 8,
				      v->linux_version & 0xff);
		if (!insn_is_wide(i))
			continue;
		if (i->src == PSEUDO_MAP_IDX || i->src == PSEUDO_MAP_IDX_VALUE)
			err = map_check(v, &v->obj->maps[i->imm]);
		v->insn++;
	}
	v->insn = 0;
	return err;
}
