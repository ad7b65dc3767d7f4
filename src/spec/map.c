// SPDX-License-Identifier: BSD-2-Clause
#include "spec/map.h"

#include <strings.h>
#include <unistd.h>

static const struct map_info maps[] = {
#define MAP(id, NAME, text, major, minor, krule, vrule, erule, what)                               \
	[id] = { .name = text,                                                                     \
		 .uapi = #NAME,                                                                    \
		 .since_major = major,                                                             \
		 .since_minor = minor,                                                             \
		 .key = RULE_##krule,                                                              \
		 .value = RULE_##vrule,                                                            \
		 .entries = RULE_##erule,                                                          \
		 .doc = what },
#include "spec/maps.def"
};

const struct map_info *map_info(u32 type)
{
	return type < ARRAY_SIZE(maps) && maps[type].name ? &maps[type] : NULL;
}

s32 map_type_by_name(const char *name)
{
	static const char prefix[] = "BPF_MAP_TYPE_";

	if (!strncasecmp(name, prefix, sizeof(prefix) - 1))
		name += sizeof(prefix) - 1;
	for (u32 i = 0; i < ARRAY_SIZE(maps); i++) {
		if (maps[i].name &&
		    (!strcasecmp(name, maps[i].name) || !strcasecmp(name, maps[i].uapi)))
			return (s32)i;
	}
	return -1;
}

bool map_rule_allows(enum map_rule rule, u32 n)
{
	switch (rule) {
	case RULE_ANY:
		return n;
	case RULE_ZERO:
		return !n;
	case RULE_U32:
		return n == 4;
	case RULE_U64OK:
		return n == 4 || n == 8;
	case RULE_PAGES:
		return n && !(n & (n - 1)) && !(n % (u32)sysconf(_SC_PAGESIZE));
	case RULE_LPM:
		return n >= 5 && n <= 4 + 256;
	case RULE_STACKS:
		return n && !(n % 8);
	case RULE_MAYBE:
		return true;
	case RULE_CGROUP:
		return n == 8 || n == 16;
	case RULE_ONE:
		return n == 1;
	}
	return false;
}
