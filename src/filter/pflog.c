// SPDX-License-Identifier: BSD-2-Clause
#include "filter/pflog.h"

/* Fields of the header. */
enum {
	OFF_ACTION = 2,
	OFF_REASON = 3,
	OFF_IFNAME = 4,
	OFF_RULESET = 20,
	OFF_RULE = 36,
	OFF_SUBRULE = 40,
	NAME_MAX_LEN = 15,
};

struct code {
	const char *name;
	u32 number;
};

static const struct code reasons[] = {
	{ "match", 0 },		{ "bad-offset", 1 },	  { "fragment", 2 },
	{ "short", 3 },		{ "normalize", 4 },	  { "memory", 5 },
	{ "bad-timestamp", 6 }, { "congestion", 7 },	  { "ip-option", 8 },
	{ "proto-cksum", 9 },	{ "state-mismatch", 10 }, { "state-insert", 11 },
	{ "state-limit", 12 },	{ "src-limit", 13 },	  { "synproxy", 14 },
};

static const struct code actions[] = {
	{ "pass", 0 },	  { "accept", 0 }, { "block", 1 }, { "drop", 1 },
	{ "scrub", 2 },	  { "nat", 4 },	   { "nonat", 5 }, { "binat", 6 },
	{ "nobinat", 7 }, { "rdr", 8 },	   { "nordr", 9 },
};

static bool is_pflog(struct lower *l)
{
	if (l->link->kind == KIND_PFLOG)
		return true;
	lower_error(l, "rules, reasons and the like are of PFLOG, this is link type %s",
		    l->link->name);
	return false;
}

const struct cond *pflog_number(struct lower *l, enum pf_field f, u32 number)
{
	struct place start = { .k = 0 };

	if (!is_pflog(l))
		return NULL;
	switch (f) {
	case PF_RNR:
		return test_eq(l, load_at(l, 4, start, OFF_RULE), number);
	case PF_SRNR:
		return test_eq(l, load_at(l, 4, start, OFF_SUBRULE), number);
	default: /* PF_REASON */
		return test_eq(l, load_at(l, 1, start, OFF_REASON), number);
	}
}

static const struct cond *name_at(struct lower *l, const char *name, u32 off)
{
	struct place start = { .k = 0 };

	if (strlen(name) > NAME_MAX_LEN)
		return lower_error(l, "'%s' is longer than %d characters", name, NAME_MAX_LEN);
	return test_bytes(l, start, off, (const u8 *)name, (u32)strlen(name));
}

static const struct cond *code_at(struct lower *l, const struct code *codes, size_t count,
				  const char *name, u32 off)
{
	struct place start = { .k = 0 };

	for (size_t i = 0; i < count; i++)
		if (!strcmp(codes[i].name, name))
			return test_eq(l, load_at(l, 1, start, off), codes[i].number);
	lower_error(l, "unknown %s '%s'", off == OFF_ACTION ? "action" : "reason", name);
	diag_hint(l->d, "for example: %s",
		  off == OFF_ACTION ? "pass, block, nat, rdr" : "match, fragment, short, memory");
	return NULL;
}

const struct cond *pflog_named(struct lower *l, enum pf_field f, const char *name)
{
	if (!is_pflog(l))
		return NULL;
	switch (f) {
	case PF_IFNAME:
		return name_at(l, name, OFF_IFNAME);
	case PF_RSET:
		return name_at(l, name, OFF_RULESET);
	case PF_REASON:
		return code_at(l, reasons, ARRAY_SIZE(reasons), name, OFF_REASON);
	default: /* PF_ACTION */
		return code_at(l, actions, ARRAY_SIZE(actions), name, OFF_ACTION);
	}
}
