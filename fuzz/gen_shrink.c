// SPDX-License-Identifier: BSD-2-Clause
#include "fuzz/gen_shrink.h"

#include "fuzz/gen.h"

struct shrink {
	struct object *obj;
	bool (*shows)(void *arg, const struct object *obj);
	void *arg;
	struct insn best[GEN_ROOM], trial[GEN_ROOM];
	u32 count;
};

/* Takes `count` slots of s->trial for the program when they show it too. */
static bool try(struct shrink *s, u32 count)
{
	if (!count || !gen_replace(s->obj, s->trial, count) || !s->shows(s->arg, s->obj))
		return false;
	memcpy(s->best, s->trial, count * sizeof(s->best[0]));
	s->count = count;
	return true;
}

static bool try_delete(struct shrink *s, u32 at, u32 n)
{
	if (at && insn_is_wide(&s->best[at - 1]))
		at--, n++;
	if (at + n > s->count)
		n = s->count - at;
	if (insn_is_wide(&s->best[at + n - 1]))
		n++;
	if (at + n > s->count)
		return false;
	memcpy(s->trial, s->best, s->count * sizeof(s->best[0]));
	return try(s, gen_delete(s->trial, s->count, at, n));
}

static bool pass_delete(struct shrink *s, u32 n)
{
	bool any = false;

	for (u32 at = s->count; at-- > 0;) {
		if (at < s->count && try_delete(s, at, n))
			any = true;
	}
	return any;
}

/* Instructions in the place of one that is to disappear. */
static bool pass_replace(struct shrink *s)
{
	static const struct insn nothing = { .code = CODE_JA };
	bool any = false;

	for (u32 at = 0; at < s->count; at += insn_is_wide(&s->best[at]) ? 2 : 1) {
		const struct insn *i = &s->best[at];
		struct insn number = { CODE_MOV, i->dst, 0, 0, 0 };

		if (insn_is_wide(i) || i->code == CODE_EXIT || !memcmp(i, &nothing, sizeof(*i)) ||
		    !memcmp(i, &number, sizeof(*i)))
			continue;
		memcpy(s->trial, s->best, s->count * sizeof(s->best[0]));
		s->trial[at] = number;
		if (i->dst < REG_FP && (i->code & 7) != CLASS_ST && try(s, s->count)) {
			any = true;
			continue;
		}
		if (!i->imm || i->code == CODE_CALL || INSN_CLASS(i->code) == CLASS_STX)
			continue;
		memcpy(s->trial, s->best, s->count * sizeof(s->best[0]));
		s->trial[at].imm = 0;
		if (i->code != CODE_JA32 && try(s, s->count))
			any = true;
	}
	return any;
}

void gen_shrink(struct object *obj, bool (*shows)(void *arg, const struct object *obj), void *arg)
{
	static struct shrink s;
	bool any = true;

	s.obj = obj;
	s.shows = shows;
	s.arg = arg;
	s.count = obj->progs[0].insn_count;
	if (s.count > GEN_ROOM)
		return;
	memcpy(s.best, obj->progs[0].insns, s.count * sizeof(s.best[0]));
	for (u32 round = 0; any && round < 8; round++) {
		any = false;
		for (u32 n = 16; n; n /= 2)
			any |= pass_delete(&s, n);
		any |= pass_replace(&s);
	}
	gen_replace(obj, s.best, s.count);
}
