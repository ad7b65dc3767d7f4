// SPDX-License-Identifier: BSD-2-Clause
#include "verify/era.h"

#include <errno.h>

#include "isa/alu.h"

/* FEATURE_COUNT: every release has it. */
static enum feature alu_feature(const struct insn *i)
{
	if (i->code == (CODE_MOV | SRC_X) && i->off == MOV_ADDR_SPACE_CAST)
		return FEATURE_ARENA;
	if (INSN_OP(i->code) == ALU_END && INSN_CLASS(i->code) == CLASS_ALU64)
		return FEATURE_CPUV4;
	return i->off ? FEATURE_CPUV4 : FEATURE_COUNT;
}

static enum feature atomic_feature(const struct insn *i)
{
	if (i->imm == ATOMIC_ADD)
		return FEATURE_COUNT;
	return i->imm == ATOMIC_LOAD_ACQUIRE || i->imm == ATOMIC_STORE_RELEASE
		       ? FEATURE_LOAD_ACQUIRE
		       : FEATURE_ATOMICS;
}

static enum feature jump_feature(const struct insn *i)
{
	if (i->code == CODE_JA32)
		return FEATURE_CPUV4;
	if (INSN_CLASS(i->code) == CLASS_JMP32)
		return FEATURE_JMP32;
	if (i->code == CODE_JCOND)
		return FEATURE_MAY_GOTO;
	if (i->code == CODE_CALL && i->src == CALL_KFUNC)
		return FEATURE_KFUNCS;
	if (i->code == CODE_CALL && i->src == CALL_LOCAL)
		return FEATURE_BPF2BPF_CALLS;
	return FEATURE_COUNT;
}

static enum feature imm64_feature(const struct insn *i)
{
	switch (i->src) {
	case PSEUDO_MAP_VALUE:
	case PSEUDO_MAP_IDX_VALUE:
		return FEATURE_GLOBAL_DATA;
	case PSEUDO_BTF_ID:
		return FEATURE_PERCPU_KSYMS;
	case PSEUDO_FUNC:
		return FEATURE_CALLBACKS;
	default:
		return FEATURE_COUNT;
	}
}

static enum feature insn_feature(const struct insn *i)
{
	switch (INSN_CLASS(i->code)) {
	case CLASS_ALU:
	case CLASS_ALU64:
		return alu_feature(i);
	case CLASS_JMP32:
	case CLASS_JMP:
		return jump_feature(i);
	case CLASS_LDX:
		return INSN_MODE(i->code) == MODE_MEMSX ? FEATURE_CPUV4 : FEATURE_COUNT;
	case CLASS_STX:
		return INSN_MODE(i->code) == MODE_ATOMIC ? atomic_feature(i) : FEATURE_COUNT;
	case CLASS_LD:
		return insn_is_wide(i) ? imm64_feature(i) : FEATURE_COUNT;
	default:
		return FEATURE_COUNT;
	}
}

int era_lacks(struct verify *v, enum feature f)
{
	const struct feature_info *info = feature_info(f);

	if (verify_has(v, f))
		return 0;
	return reject(v, REJECT_ERA, -1, "Linux %u.%u lacks %s: since %u.%u",
		      ERA_MAJOR(v->linux_version), ERA_MINOR(v->linux_version), info->text,
		      ERA_MAJOR(info->since), ERA_MINOR(info->since));
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
	struct era_limits limits = era_limits(v->linux_version);
	u32 limit = v->opts->unpriv ? limits.insns_unpriv : limits.insns;
	int err = 0;

	if (v->insn_count > limit)
		return reject(v, REJECT_LIMIT, -1, "%u instructions; %u are allowed %s",
			      v->insn_count, limit,
			      v->opts->unpriv ? "without privilege" : "in this release");
	for (v->insn = 0; v->insn < v->insn_count && !err; v->insn++) {
		const struct insn *i = &v->insns[v->insn];
		enum feature f = insn_feature(i);

		if (f != FEATURE_COUNT && era_lacks(v, f))
			return v->reject.err;
		if (!insn_is_wide(i))
			continue;
		if (i->src == PSEUDO_MAP_IDX || i->src == PSEUDO_MAP_IDX_VALUE)
			err = map_check(v, &v->obj->maps[i->imm]);
		v->insn++;
	}
	v->insn = 0;
	return err;
}
