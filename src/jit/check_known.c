// SPDX-License-Identifier: BSD-2-Clause
/* Memory and arguments of helpers that the checked interpreter is sure to allow. */
#include "jit/check_state.h"
#include "spec/helper_maps.h"
#include "vm/access.h"

enum { MOST = 1 << 20 }; /* bytes of one argument */

bool frame_holds(s64 at, u32 size)
{
	return at >= -STACK_SIZE && at + (s64)size <= 0;
}

bool frame_written(const struct certain *s, s64 at, u32 size)
{
	for (u32 k = (u32)(at + STACK_SIZE); size--; k++) {
		if (!(s->written[k / 64] >> (k % 64) & 1))
			return false;
	}
	return true;
}

static bool has_rights(const struct map *m, u32 how)
{
	return (!(how & VM_READ) || map_prog_reads(m)) && (!(how & VM_WRITE) || map_prog_writes(m));
}

/* Maps whose values stay where they are while the program lives. */
bool known_gives_values(const struct map *m)
{
	switch (m->def.type) {
	case MAP_TYPE_ARRAY:
	case MAP_TYPE_PERCPU_ARRAY:
	case MAP_TYPE_HASH:
	case MAP_TYPE_PERCPU_HASH:
	case MAP_TYPE_LRU_HASH:
	case MAP_TYPE_LRU_PERCPU_HASH:
	case MAP_TYPE_LPM_TRIE:
		return true;
	}
	return false;
}

static bool is_array(const struct map *m)
{
	return m->def.type == MAP_TYPE_ARRAY || m->def.type == MAP_TYPE_PERCPU_ARRAY;
}

/* Values of arrays begin at multiples of 8. */
static bool in_value(const struct map *m, s64 at, u32 size, u32 how)
{
	return at >= 0 && at + (s64)size <= (s64)m->def.value_size && has_rights(m, how) &&
	       (!(how & ACCESS_ATOMIC) || (is_array(m) && at % size == 0));
}

static bool in_global(const struct vm_env *env, u64 addr, u32 size, u32 how)
{
	if ((how & ACCESS_ATOMIC) && addr % size)
		return false;
	for (u32 k = 0; k < env->obj->map_count; k++) {
		const struct map *m = env->maps[k];

		if (m && m->def.type == MAP_TYPE_ARRAY &&
		    m->ops->owns(m, (const void *)(uintptr_t)addr, size))
			return has_rights(m, how);
	}
	return false;
}

bool known_memory(const struct ir *ir, const struct certain *s, const struct known *k, s64 off,
		  u32 size, u32 how)
{
	const struct vm_env *env = ir->prog->env;
	u64 at = k->n + (u64)off;

	switch ((enum what)k->what) {
	case WHAT_FRAME: /* what is written there would be marked */
		return frame_holds((s64)at, size) && !((how & ACCESS_ATOMIC) && at % size) &&
		       frame_written(s, (s64)at, size);
	case WHAT_CONSTANT:
		return in_global(env, at, size, how);
	case WHAT_VALUE:
		return in_value(env->maps[k->map], (s64)at, size, how);
	case WHAT_NUMBER:
	case WHAT_CONTEXT:
	case WHAT_VALUE_OR_NULL:
		break;
	}
	return false;
}

static s32 map_at(const struct ir *ir, const struct known *k)
{
	const struct vm_env *env = ir->prog->env;

	for (u32 i = 0; k->what == WHAT_CONSTANT && i < env->obj->map_count; i++) {
		if (env->maps[i] && (u64)(uintptr_t)env->maps[i] == k->n)
			return (s32)i;
	}
	return -1;
}

static bool sized(const struct ir *ir, const struct certain *s, const struct helper_info *info,
		  u32 arg)
{
	const struct known *size = &s->reg[arg + 2];

	if (arg == 4 || (info->arg[arg + 1] != ARG_SIZE && info->arg[arg + 1] != ARG_SIZE_OR_ZERO))
		return false;
	return size->what == WHAT_CONSTANT && size->n && size->n < MOST &&
	       known_memory(ir, s, &s->reg[arg + 1], 0, (u32)size->n, VM_READ);
}

bool known_args(const struct ir *ir, const struct certain *s, const struct vm_call *call, s32 *map)
{
	const struct helper_info *info = call->info;
	const struct map *m = NULL;

	*map = -1;
	if (call->custom || !info)
		return false;
	for (u32 k = 0; k < 5 && info->arg[k] != ARG_NONE; k++) {
		const struct known *reg = &s->reg[k + 1];

		if (!(s->must >> (k + 1) & 1))
			return false;
		switch (info->arg[k]) {
		case ARG_SCALAR:
		case ARG_SIZE: /* seen with the memory before it */
		case ARG_SIZE_OR_ZERO:
			break;
		case ARG_MAP:
			*map = k ? -1 : map_at(ir, reg);
			m = *map < 0 ? NULL : ir->prog->env->maps[*map];
			if (!m || !helper_fits_map(call->id, m->def.type) ||
			    (helper_writes_map(call->id) && !map_prog_writes(m)))
				return false;
			break;
		case ARG_MAP_KEY:
			if (!m || !known_memory(ir, s, reg, 0, m->def.key_size, VM_READ))
				return false;
			break;
		case ARG_MAP_VALUE:
			if (!m || !known_memory(ir, s, reg, 0, m->def.value_size, VM_READ))
				return false;
			break;
		case ARG_MEM:
			if (!sized(ir, s, info, k))
				return false;
			break;
		default:
			return false;
		}
	}
	return true;
}
