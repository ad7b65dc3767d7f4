// SPDX-License-Identifier: BSD-2-Clause
/* Which helper a program gets: the embedder's own, ours, or a refusal by name. */
#include <errno.h>
#include <stdlib.h>

#include "user/helpers.h"

enum needs { NEEDS_ANY, NEEDS_PACKET, NEEDS_SKB, NEEDS_XDP };

enum { HELPER_SKB_LOAD_BYTES = 26 };

struct helper_row {
	u32 id;
	enum needs needs;
	vm_helper_fn fn;
	const char *name;
};

static const struct helper_row rows[] = {
#define HELPER(number, word, need, differs)                                                        \
	{ .id = number, .needs = NEEDS_##need, .fn = helper_##word, .name = #word },
#include "user/helpers.def"
#undef HELPER
};

static const struct helper_row *row_of(u32 id)
{
	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		if (rows[i].id == id)
			return &rows[i];
	}
	return NULL;
}

static bool runs_on(enum needs needs, u32 type)
{
	switch (needs) {
	case NEEDS_SKB:
		return hook_of(type) == &hook_skb || type == PROG_FLOW_DISSECTOR;
	case NEEDS_XDP:
		return type == PROG_XDP;
	case NEEDS_PACKET:
		return type != PROG_UNSPEC;
	case NEEDS_ANY:
		break;
	}
	return true;
}

static const struct vm_helper *refuse(const struct obj_prog *prog, u32 insn, struct diag *d,
				      const struct helper_info *info, u32 id, const char *why)
{
	const char *name = info ? info->name : "?";

	if (info)
		diag_error(d, -EINVAL, prog_span(d, prog, insn),
			   "program '%s', instruction %u: helper bpf_%s (number %u) %s", prog->name,
			   insn, name, id, why);
	else
		diag_error(d, -EINVAL, prog_span(d, prog, insn),
			   "program '%s', instruction %u: no helper has number %u", prog->name,
			   insn, id);
	return NULL;
}

bool user_helper_custom(const struct user_unit *u, u32 id)
{
	struct user_engine *e = engine_of(u);
	struct custom_helper **c;

	vec_for (c, &e->custom) {
		if ((*c)->id == id)
			return true;
	}
	return false;
}

const struct vm_helper *user_helper(const struct vm_env *env, const struct obj_prog *prog, u32 id,
				    u32 insn, struct diag *d)
{
	struct user_unit *u = env->host;
	struct user_engine *e = engine_of(u);
	const struct helper_info *info = helper_by_id(id);
	const struct helper_row *row = row_of(id);
	struct custom_helper **c;

	vec_for (c, &e->custom) {
		if ((*c)->id == id)
			return &(*c)->helper;
	}
	if (!info)
		return refuse(prog, insn, d, NULL, id, "");
	if (prog->type != PROG_UNSPEC && !helper_allowed(id, prog->type, prog->attach_type)) {
		const struct prog_info *type = prog_info(prog->type);

		refuse(prog, insn, d, info, id, "is not for programs of its type");
		diag_hint(d, "Linux does not give it to %s programs", type ? type->name : "these");
		return NULL;
	}
	if (!row) {
		refuse(prog, insn, d, info, id, "is not in the user engine");
		diag_hint(d, "an embedder may provide it with skep_engine_helper");
		return NULL;
	}
	if (!runs_on(row->needs, prog->type)) {
		refuse(prog, insn, d, info, id, "works on a packet that this program has not got");
		diag_hint(d, "give the program a type, such as %s",
			  row->needs == NEEDS_XDP ? "xdp" : "sched_cls");
		return NULL;
	}
	if (prog->type == PROG_FLOW_DISSECTOR && id == HELPER_SKB_LOAD_BYTES)
		return &u->helpers[ARRAY_SIZE(rows)];
	return &u->helpers[row - rows];
}

int helpers_bind(struct user_unit *u)
{
	u->helpers = calloc(ARRAY_SIZE(rows) + 1, sizeof(*u->helpers));
	if (!u->helpers)
		return -ENOMEM;
	for (u32 i = 0; i < ARRAY_SIZE(rows); i++)
		u->helpers[i] =
			(struct vm_helper){ .fn = rows[i].fn, .info = helper_by_id(rows[i].id) };
	u->helpers[ARRAY_SIZE(rows)] =
		(struct vm_helper){ .fn = helper_flow_skb_load_bytes,
				    .info = helper_by_id(HELPER_SKB_LOAD_BYTES) };
	return 0;
}

bool helper_row_at(u32 i, u32 *id, const char **name)
{
	if (i >= ARRAY_SIZE(rows))
		return false;
	*id = rows[i].id;
	*name = rows[i].name;
	return true;
}
