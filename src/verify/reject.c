// SPDX-License-Identifier: BSD-2-Clause
#include <errno.h>

#include "verify/env.h"

/* What Linux's bpf(2) answers, and the category's name for people. */
static const struct {
	int err;
	const char *name;
} kinds[REJECT_COUNT] = {
	[REJECT_NONE] = { 0, "none" },
	[REJECT_STRUCTURE] = { -EINVAL, "control flow" },
	[REJECT_UNINIT] = { -EACCES, "uninitialised" },
	[REJECT_NULL] = { -EACCES, "null pointer" },
	[REJECT_BOUNDS] = { -EACCES, "out of bounds" },
	[REJECT_PACKET] = { -EACCES, "packet bounds" },
	[REJECT_STACK] = { -EACCES, "stack" },
	[REJECT_CONTEXT] = { -EACCES, "context" },
	[REJECT_ALIGN] = { -EACCES, "alignment" },
	[REJECT_TYPE] = { -EACCES, "type" },
	[REJECT_ARITH] = { -EACCES, "arithmetic" },
	[REJECT_RDONLY] = { -EACCES, "read-only" },
	[REJECT_ARG] = { -EACCES, "argument" },
	[REJECT_CALL] = { -EINVAL, "call" },
	[REJECT_LEAK] = { -EINVAL, "leak" },
	[REJECT_LOCK] = { -EINVAL, "lock" },
	[REJECT_SLEEP] = { -EINVAL, "sleep" },
	[REJECT_LOOP] = { -EINVAL, "loop" },
	[REJECT_LIMIT] = { -E2BIG, "limit" },
	[REJECT_RETURN] = { -EINVAL, "return value" },
	[REJECT_LICENSE] = { -EINVAL, "licence" },
	[REJECT_PRIVILEGE] = { -EACCES, "privilege" },
	[REJECT_ERA] = { -EINVAL, "release" },
	[REJECT_MAP] = { -EINVAL, "map" },
	[REJECT_UNPROVEN] = { -EOPNOTSUPP, "unproven" },
};

const char *reject_kind_name(enum reject_kind kind)
{
	return kind < REJECT_COUNT ? kinds[kind].name : "unknown";
}

static const char *format(struct verify *v, const char *fmt, va_list ap)
{
	struct buf text = { 0 };
	const char *copy;

	buf_vprintf(&text, fmt, ap);
	copy = arena_strdup(v->arena, buf_str(&text));
	buf_fini(&text);
	return copy ? copy : "out of memory";
}

int reject(struct verify *v, enum reject_kind kind, int regno, const char *fmt, ...)
{
	va_list ap;

	if (v->reject.kind != REJECT_NONE)
		return v->reject.err;
	va_start(ap, fmt);
	v->reject = (struct reject){
		.kind = kind,
		.err = kinds[kind].err,
		.insn = v->insn,
		.regno = regno,
		.text = format(v, fmt, ap),
	};
	va_end(ap);
	return v->reject.err;
}

void reject_hint(struct verify *v, const char *fmt, ...)
{
	va_list ap;

	if (v->reject.kind == REJECT_NONE || v->reject.hint)
		return;
	va_start(ap, fmt);
	v->reject.hint = format(v, fmt, ap);
	va_end(ap);
}
