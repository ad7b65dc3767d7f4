// SPDX-License-Identifier: BSD-2-Clause
/* What a map may be asked for: the rules of spec/maps.def, flags per type, permissions. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "map/custom.h"
#include "map/ops.h"
#include "map/slab.h"

int map_refuse(const struct map_def *def, struct diag *d, int err, const char *fmt, ...)
{
	const struct map_info *info = map_info(def->type);
	char text[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	return diag_error(d, err, NOWHERE, "map '%s' (%s): %s", def->name ? def->name : "",
			  info ? info->name : "unknown type", text);
}

int map_check_value(const struct map_def *def, u64 limit, struct diag *d)
{
	if (def->value_size <= limit)
		return 0;
	return map_refuse(def, d, -E2BIG, "value_size %u is above the limit of %llu bytes",
			  def->value_size, (unsigned long long)limit);
}

int map_check_percpu(const struct map_def *def, struct diag *d)
{
	if (def->flags & MAP_NUMA_NODE)
		return map_refuse(def, d, -EINVAL, "a per-CPU map has no NUMA node");
	if (ROUND_UP((u64)def->value_size, 8) > PERCPU_MAX)
		return map_refuse(def, d, -E2BIG,
				  "value_size %u is above the limit of %u bytes per CPU",
				  def->value_size, PERCPU_MAX);
	return 0;
}

/* A rule of spec/maps.def, for people. */
static const char *rule_text(enum map_rule rule)
{
	switch (rule) {
	case RULE_ZERO:
		return "must be 0";
	case RULE_U32:
		return "must be 4";
	case RULE_U64OK:
		return "must be 4 or 8";
	case RULE_PAGES:
		return "must be a power of two and a multiple of the page size";
	case RULE_LPM:
		return "must be 5 to 260";
	case RULE_STACKS:
		return "must be a multiple of 8";
	default:
		return "must not be 0";
	}
}

static int check_attr(const struct map_def *def, struct diag *d, const char *attr,
		      enum map_rule rule, u32 value)
{
	if (map_rule_allows(rule, value))
		return 0;
	return map_refuse(def, d, -EINVAL, "%s is %u, %s", attr, value, rule_text(rule));
}

#define ACCESS_FLAGS (MAP_RDONLY | MAP_WRONLY | MAP_RDONLY_PROG | MAP_WRONLY_PROG)
#define FD_FLAGS     (MAP_RDONLY | MAP_WRONLY)

static u32 flags_of(u32 type)
{
	switch (type) {
	case MAP_TYPE_ARRAY:
		return MAP_NUMA_NODE | MAP_MMAPABLE | MAP_INNER_MAP | ACCESS_FLAGS;
	case MAP_TYPE_PERCPU_ARRAY:
		return MAP_NUMA_NODE | ACCESS_FLAGS;
	case MAP_TYPE_HASH:
	case MAP_TYPE_PERCPU_HASH:
	case MAP_TYPE_LRU_HASH:
	case MAP_TYPE_LRU_PERCPU_HASH:
	case MAP_TYPE_HASH_OF_MAPS:
		return MAP_NO_PREALLOC | MAP_NO_COMMON_LRU | MAP_NUMA_NODE | MAP_ZERO_SEED |
		       ACCESS_FLAGS;
	case MAP_TYPE_LPM_TRIE:
		return MAP_NO_PREALLOC | MAP_NUMA_NODE | ACCESS_FLAGS;
	case MAP_TYPE_PERF_EVENT_ARRAY:
		return MAP_NUMA_NODE | MAP_PRESERVE_ELEMS | FD_FLAGS;
	case MAP_TYPE_PROG_ARRAY:
	case MAP_TYPE_ARRAY_OF_MAPS:
	case MAP_TYPE_DEVMAP:
	case MAP_TYPE_DEVMAP_HASH:
		return MAP_NUMA_NODE | FD_FLAGS;
	case MAP_TYPE_QUEUE:
	case MAP_TYPE_STACK:
		return MAP_NUMA_NODE | ACCESS_FLAGS;
	case MAP_TYPE_BLOOM_FILTER:
		return MAP_NUMA_NODE | MAP_ZERO_SEED | ACCESS_FLAGS;
	case MAP_TYPE_STACK_TRACE:
		return MAP_NUMA_NODE | MAP_STACK_BUILD_ID | FD_FLAGS;
	case MAP_TYPE_ARENA:
		return MAP_MMAPABLE | MAP_SEGV_ON_FAULT | MAP_NO_USER_CONV;
	default: /* ring buffers, cpumap */
		return MAP_NUMA_NODE;
	}
}

static const char *flag_name(u32 bit)
{
	static const char *const names[] = {
		"NO_PREALLOC",	  "NO_COMMON_LRU",  "NUMA_NODE",   "RDONLY",	  "WRONLY",
		"STACK_BUILD_ID", "ZERO_SEED",	    "RDONLY_PROG", "WRONLY_PROG", "CLONE",
		"MMAPABLE",	  "PRESERVE_ELEMS", "INNER_MAP",
	};
	u32 n = (u32)__builtin_ctz(bit);

	return n < ARRAY_SIZE(names) ? names[n] : "of this number";
}

static int check_flags(const struct map_def *def, struct diag *d)
{
	u32 wrong = def->flags & ~flags_of(def->type);

	if (wrong)
		return map_refuse(def, d, -EINVAL, "flags 0x%x: the type has no flag %s (0x%x)",
				  def->flags, flag_name(wrong), wrong & -wrong);
	if ((def->flags & FD_FLAGS) == FD_FLAGS)
		return map_refuse(def, d, -EINVAL, "flags RDONLY and WRONLY exclude each other");
	if ((def->flags & MAP_RDONLY_PROG) && (def->flags & MAP_WRONLY_PROG))
		return map_refuse(def, d, -EINVAL,
				  "flags RDONLY_PROG and WRONLY_PROG exclude each other");
	return 0;
}

static int check_rest(const struct map_def *def, struct diag *d)
{
	bool lockable = def->type == MAP_TYPE_HASH || def->type == MAP_TYPE_ARRAY;
	u64 end = 0;

	if (def->extra && def->type != MAP_TYPE_BLOOM_FILTER && def->type != MAP_TYPE_ARENA)
		return map_refuse(def, d, -EINVAL, "map_extra is %llu, must be 0",
				  (unsigned long long)def->extra);
	if (def->lock_at && (!lockable || (u64)def->lock_at + 3 > def->value_size))
		return map_refuse(def, d, -EINVAL, "a spin lock at byte %u of the value: %s",
				  def->lock_at - 1,
				  lockable ? "outside the value" : "not in this map type");
	if (def->field_count > MAP_FIELDS_MAX)
		return map_refuse(def, d, -E2BIG, "%u special fields in a value, at most %u",
				  def->field_count, MAP_FIELDS_MAX);
	for (u32 i = 0; i < def->field_count; end = def->fields[i].off + def->fields[i].size, i++)
		if (def->fields[i].off < end ||
		    (u64)def->fields[i].off + def->fields[i].size > def->value_size)
			return map_refuse(def, d, -EINVAL, "a special field at byte %u: %s",
					  def->fields[i].off,
					  def->fields[i].off < end ? "over another"
								   : "outside the value");
	return 0;
}

int map_check(const struct map_def *def, struct diag *d)
{
	const struct map_info *info = map_info(def->type);
	const struct map_ops *ops = map_ops(def->type);
	int err;

	if (!info)
		return map_refuse(def, d, -EINVAL, "no Linux release defines map type %u",
				  def->type);
	if (!ops)
		return diag_error(d, -EOPNOTSUPP, NOWHERE,
				  "map '%s': map type '%s' needs the kernel engine",
				  def->name ? def->name : "", info->name);
	err = check_attr(def, d, "key_size", info->key, def->key_size);
	if (!err)
		err = check_attr(def, d, "value_size", info->value, def->value_size);
	if (!err)
		err = check_attr(def, d, "max_entries", info->entries, def->max_entries);
	if (!err)
		err = check_flags(def, d);
	if (!err)
		err = check_rest(def, d);
	if (!err && def->custom)
		err = custom_check(def, d);
	if (!err && ops->check)
		err = ops->check(def, d);
	return err;
}
