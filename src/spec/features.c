// SPDX-License-Identifier: BSD-2-Clause
#include "spec/features.h"

#include <stdlib.h>

static const struct feature_info features[] = {
#define FEATURE(name, major, minor, text) [FEATURE_##name] = { #name, text, ERA(major, minor) },
#include "spec/features.def"
};

static const u32 eras[] = {
#define FEATURE(name, major, minor, text)
#define ERA_ROW(major, minor) ERA(major, minor),
#include "spec/features.def"
};

static const struct {
	u32 since;
	struct era_limits limits;
} limits[] = {
#define FEATURE(name, major, minor, text)
#define LIMIT(major, minor, unpriv, insns, followed)                                               \
	{ ERA(major, minor), { unpriv, insns, followed } },
#include "spec/features.def"
};

const struct feature_info *feature_info(enum feature f)
{
	return (u32)f < FEATURE_COUNT ? &features[f] : NULL;
}

bool era_has(u32 era, enum feature f)
{
	return (u32)f < FEATURE_COUNT && era >= features[f].since;
}

u32 era_parse(const char *text)
{
	char *end;
	unsigned long major, minor;

	text += *text == 'v';
	if (*text < '0' || *text > '9')
		return 0;
	major = strtoul(text, &end, 10);
	if (*end != '.' || end[1] < '0' || end[1] > '9')
		return 0;
	minor = strtoul(end + 1, &end, 10);
	if (*end && *end != '.' && *end != '-')
		return 0;
	return major && major < 256 && minor < 256 ? ERA(major, minor) : 0;
}

u32 era_at(u32 index)
{
	return index < ARRAY_SIZE(eras) ? eras[index] : 0;
}

u32 era_supported(u32 era)
{
	u32 found = 0;

	for (u32 i = 0; i < ARRAY_SIZE(eras) && eras[i] <= era; i++)
		found = eras[i];
	return found;
}

struct era_limits era_limits(u32 era)
{
	struct era_limits found = limits[0].limits;

	for (u32 i = 0; i < ARRAY_SIZE(limits) && limits[i].since <= era; i++)
		found = limits[i].limits;
	return found;
}
