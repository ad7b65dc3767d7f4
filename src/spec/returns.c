// SPDX-License-Identifier: BSD-2-Clause
#include "spec/returns.h"

#include "spec/features.h"
#include "spec/prog.h"

enum { EACH = -1 };

static const struct {
	u32 prog_type;
	s32 attach_type;
	struct return_range range;
	u32 since;
} rows[] = {
#define RETURNS(prog, attach, min, max, width, major, minor)                                       \
	{ PROG_##prog, (s32)(attach), { min, max, (width) == 32 }, ERA(major, minor) },
#include "spec/returns.def"
};

static const char *const lsm_bools[] = {
#define RETURNS(prog, attach, min, max, width, major, minor)
#define LSM_BOOL(name) #name,
#include "spec/returns.def"
};

bool prog_return_range(struct return_range *out, u32 prog_type, u32 attach_type, u32 era)
{
	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		if (rows[i].prog_type != prog_type || era < rows[i].since)
			continue;
		if (rows[i].attach_type != EACH && rows[i].attach_type != (s32)attach_type)
			continue;
		*out = rows[i].range;
		return true;
	}
	return false;
}

bool lsm_return_range(struct return_range *out, const char *hook, bool is_void, u32 attach_type,
		      u32 era)
{
	struct return_range range;

	if (!prog_return_range(&range, PROG_LSM, attach_type, era))
		return false;
	if (attach_type == ATTACH_LSM_CGROUP) {
		range.min = is_void; /* without a result there is none to refuse with */
		*out = range;
		return true;
	}
	if (is_void)
		return false;
	for (u32 i = 0; i < ARRAY_SIZE(lsm_bools); i++) {
		if (!strcmp(hook, lsm_bools[i]))
			range = (struct return_range){ 0, 1, true };
	}
	*out = range;
	return true;
}
