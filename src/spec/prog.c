// SPDX-License-Identifier: BSD-2-Clause
#include "spec/prog.h"

#include <errno.h>
#include <strings.h>

#include "base/str.h"

static const struct prog_info progs[] = {
	[PROG_UNSPEC] = { "unspec", "UNSPEC", 0, 0, NULL,
			  "no type: taken from the section's name" },
#define PROG(id, NAME, text, major, minor, ctx, doc) [id] = { text, #NAME, major, minor, ctx, doc },
#define ATTACH(id, NAME, text, major, minor, doc)
#include "spec/progs.def"
};

static const struct attach_info attaches[] = {
#define PROG(id, NAME, text, major, minor, ctx, doc)
#define ATTACH(id, NAME, text, major, minor, doc) [id] = { text, #NAME, major, minor, doc },
#include "spec/progs.def"
};

enum { FRAGS = 1, SLEEPABLE = 2 };

static const struct section_row {
	const char *pattern;
	u32 prog_type, attach_type, flags;
	enum section_target target;
} sections[] = {
#define SECTION(pattern, prog, attach, flags, target)                                              \
	{ pattern, prog, attach, flags, TARGET_##target },
#include "spec/sections.def"
};

const struct prog_info *prog_info(u32 type)
{
	return type < ARRAY_SIZE(progs) && progs[type].name ? &progs[type] : NULL;
}

const struct attach_info *attach_info(u32 type)
{
	return type < ARRAY_SIZE(attaches) && attaches[type].name ? &attaches[type] : NULL;
}

s32 prog_type_by_name(const char *name)
{
	static const char prefix[] = "BPF_PROG_TYPE_";
	struct section_match match;

	if (!strncasecmp(name, prefix, sizeof(prefix) - 1))
		name += sizeof(prefix) - 1;
	for (u32 i = 1; i < ARRAY_SIZE(progs); i++) {
		if (progs[i].name &&
		    (!strcasecmp(name, progs[i].name) || !strcasecmp(name, progs[i].uapi)))
			return (s32)i;
	}
	return section_find(&match, name) ? -1 : (s32)match.prog_type;
}

s32 attach_type_by_name(const char *name)
{
	if (!strncasecmp(name, "BPF_", 4))
		name += 4;
	for (u32 i = 0; i < ARRAY_SIZE(attaches); i++) {
		if (attaches[i].name &&
		    (!strcasecmp(name, attaches[i].name) || !strcasecmp(name, attaches[i].uapi)))
			return (s32)i;
	}
	return -1;
}

/* Does `name` fit the row? Then `*target` is what follows the '/', or NULL. */
static bool section_fits(const struct section_row *row, const char *name, const char **target)
{
	size_t len = strcspn(row->pattern, "+");

	*target = NULL;
	if (strncmp(name, row->pattern, len))
		return false;
	if (row->target != TARGET_NONE && name[len] == '/') {
		*target = name + len + 1;
		return true;
	}
	return !name[len];
}

int section_find(struct section_match *out, const char *name)
{
	bool autoload = *name != '?';
	const char *target;

	name += !autoload;
	for (u32 i = 0; i < ARRAY_SIZE(sections); i++) {
		const struct section_row *row = &sections[i];

		if (!section_fits(row, name, &target))
			continue;
		*out = (struct section_match){
			.prog_type = row->prog_type,
			.attach_type = row->attach_type,
			.sleepable = row->flags & SLEEPABLE,
			.frags = row->flags & FRAGS,
			.autoload = autoload,
			.needs = row->target,
			.target = target,
			.pattern = row->pattern,
		};
		return 0;
	}
	return -ESRCH;
}

const char *section_near(const char *name)
{
	struct near n;
	const char *head = NULL;
	size_t best = 0;

	name += *name == '?';
	n = near_start(name, strlen(name));
	for (u32 i = 0; i < ARRAY_SIZE(sections); i++) {
		const char *pattern = sections[i].pattern;
		size_t len = strcspn(pattern, "+");

		/* "xdp_foo", "xdp/foo", "kprobefoo": the longest pattern it starts with. */
		if (len > best && !strncmp(name, pattern, len)) {
			best = len;
			head = pattern;
		}
		near_try(&n, pattern);
	}
	return head ? head : n.best;
}

const char *section_pattern(u32 index)
{
	return index < ARRAY_SIZE(sections) ? sections[index].pattern : NULL;
}

static const char *const xdp_actions[] = { "XDP_ABORTED", "XDP_DROP", "XDP_PASS", "XDP_TX",
					   "XDP_REDIRECT" };
/* TC_ACT_UNSPEC is -1: the row of number n is n + 1. netkit and tcx share these numbers. */
static const char *const tc_actions[] = {
	"TC_ACT_UNSPEC", "TC_ACT_OK",	  "TC_ACT_RECLASSIFY", "TC_ACT_SHOT",	  "TC_ACT_PIPE",
	"TC_ACT_STOLEN", "TC_ACT_QUEUED", "TC_ACT_REPEAT",     "TC_ACT_REDIRECT", "TC_ACT_TRAP",
};
static const char *const bpf_actions[] = {
	[0] = "BPF_OK",
	[2] = "BPF_DROP",
	[7] = "BPF_REDIRECT",
	[128] = "BPF_LWT_REROUTE",
	[129] = "BPF_FLOW_DISSECTOR_CONTINUE",
};
static const char *const sk_actions[] = { "SK_DROP", "SK_PASS" };
static const char *const netfilter_actions[] = { "NF_DROP", "NF_ACCEPT" };

static const char *action_in(const char *const *names, size_t count, u32 number)
{
	return number < count ? names[number] : NULL;
}

const char *prog_action(u32 prog_type, u64 r0)
{
	u32 r = (u32)r0; /* the kernel takes the low half as an int */

	switch (prog_type) {
	case PROG_XDP:
		return action_in(xdp_actions, ARRAY_SIZE(xdp_actions), r);
	case PROG_SCHED_CLS:
	case PROG_SCHED_ACT:
		return action_in(tc_actions, ARRAY_SIZE(tc_actions), r + 1);
	case PROG_LWT_IN:
	case PROG_LWT_OUT:
	case PROG_LWT_XMIT:
	case PROG_LWT_SEG6LOCAL:
		return r <= 128 ? action_in(bpf_actions, ARRAY_SIZE(bpf_actions), r) : NULL;
	case PROG_FLOW_DISSECTOR:
		return r == 0 || r == 2 || r == 129 ? bpf_actions[r] : NULL;
	case PROG_SK_SKB:
	case PROG_SK_MSG:
	case PROG_SK_REUSEPORT:
	case PROG_SK_LOOKUP:
		return action_in(sk_actions, ARRAY_SIZE(sk_actions), r);
	case PROG_NETFILTER:
		return action_in(netfilter_actions, ARRAY_SIZE(netfilter_actions), r);
	default:
		return NULL;
	}
}
