// SPDX-License-Identifier: BSD-2-Clause
#include "spec/kfuncs.h"

#include "spec/prog.h"

enum kfunc_set {
#define KFUNC_SET(name, types) SET_##name,
#include "spec/kfuncs.def"
};

#define P(type) (1ull << PROG_##type)
static const u64 sets[] = {
#define KFUNC_SET(name, types) [SET_##name] = (types),
#include "spec/kfuncs.def"
};

/* The flags' words as rows write them. */
enum {
	ACQUIRE = KF_ACQUIRE,
	RELEASE = KF_RELEASE,
	RET_NULL = KF_RET_NULL,
	TRUSTED_ARGS = KF_TRUSTED_ARGS,
	SLEEPABLE = KF_SLEEPABLE,
	DESTRUCTIVE = KF_DESTRUCTIVE,
	RCU = KF_RCU,
	ITER_NEW = KF_ITER_NEW,
	ITER_NEXT = KF_ITER_NEXT,
	ITER_DESTROY = KF_ITER_DESTROY,
	RCU_PROTECTED = KF_RCU_PROTECTED,
	FASTCALL = KF_FASTCALL,
	ARENA_RET = KF_ARENA_RET,
	ARENA_ARG2 = KF_ARENA_ARG2,
	PACKET = KF_PACKET,
};

static const struct {
	struct kfunc_info info;
	enum kfunc_set set;
} rows[] = {
#define KFUNC(name, flags, set, rule, major, minor)                                                \
	[KFUNC_##name] = { { #name, flags, KFUNC_RULE_##rule, major, minor }, SET_##set },
#include "spec/kfuncs.def"
};

static const char *const flag_names[] = {
	"ACQUIRE",	 "RELEASE",  "RET_NULL",  "TRUSTED_ARGS", "SLEEPABLE",
	"DESTRUCTIVE",	 "RCU",	     "ITER_NEW",  "ITER_NEXT",	  "ITER_DESTROY",
	"RCU_PROTECTED", "FASTCALL", "ARENA_RET", "ARENA_ARG2",	  "PACKET",
};

const struct kfunc_info *kfunc_info(u32 kfunc)
{
	return kfunc < KFUNC_COUNT ? &rows[kfunc].info : NULL;
}

s32 kfunc_by_name(const char *name)
{
	for (u32 i = 0; i < KFUNC_COUNT; i++) {
		if (!strcmp(rows[i].info.name, name))
			return (s32)i;
	}
	return -1;
}

bool kfunc_type_allowed(u32 kfunc, u32 prog_type)
{
	if (kfunc >= KFUNC_COUNT || prog_type == PROG_UNSPEC || !prog_info(prog_type))
		return false;
	return prog_type == PROG_EXT || sets[rows[kfunc].set] >> prog_type & 1;
}

bool kfunc_allowed(u32 kfunc, u32 prog_type, u32 attach_type, bool sleepable)
{
	if (!kfunc_type_allowed(kfunc, prog_type))
		return false;
	if (prog_type == PROG_EXT)
		return true;
	switch (rows[kfunc].info.rule) {
	case KFUNC_RULE_NONE:
		return true;
	case KFUNC_RULE_ITER_ONLY:
		return attach_type == ATTACH_TRACE_ITER;
	case KFUNC_RULE_SESSION:
		return attach_type == ATTACH_TRACE_KPROBE_SESSION ||
		       attach_type == ATTACH_TRACE_UPROBE_SESSION;
	case KFUNC_RULE_CSS_TASK:
		return prog_type == PROG_LSM || sleepable ||
		       (prog_type == PROG_TRACING && attach_type == ATTACH_TRACE_ITER);
	case KFUNC_RULE_DEVICE_BOUND:
		return false; /* an object does not name the device */
	}
	return false;
}

const char *kfunc_flag_name(u32 flag)
{
	u32 bit = flag ? (u32)__builtin_ctz(flag) : ARRAY_SIZE(flag_names);

	return bit < ARRAY_SIZE(flag_names) ? flag_names[bit] : "?";
}
