// SPDX-License-Identifier: BSD-2-Clause
#include "verify/structure.h"

#include <errno.h>
#include <stdlib.h>

#include "base/buf.h"
#include "isa/check.h"

enum { MAX_FUNCS = 256, NO_FUNC = UINT32_MAX };
enum slot_flag { SLOT_SECOND = 1, SLOT_START = 2 }; /* second half of a wide one, function start */

/* One function; `calls` are found by scanning its slots from `cursor` on. */
struct func {
	u32 start, end; /* slots */
	u32 cursor;	/* walk: next slot to look at */
	u32 caller;	/* walk: the function that we came from */
	u32 deepest;	/* frames below and with this one, known once done */
	bool open, done;
};

struct structure {
	const struct object *obj;
	const struct obj_prog *prog;
	struct diag *d;
	const char *(*check)(const struct insn *insns, u32 count, u32 at);
	u8 *flags;  /* enum slot_flag, one per slot */
	u32 *owner; /* function index of each slot */
	struct func *funcs;
	u32 func_count;
	u64 *map_used; /* bit per map of the object */
	u32 maps_used;
	int err;
};

#define bad(s, err_, slot, fmt, ...)                                                               \
	((s)->err = diag_error((s)->d, err_, prog_span((s)->d, (s)->prog, slot),                   \
			       "program '%s', instruction %u: " fmt, (s)->prog->name, slot,        \
			       ##__VA_ARGS__))

static u32 slots_of(const struct structure *s, u32 at)
{
	return insn_is_wide(&s->prog->insns[at]) && at + 1 < s->prog->insn_count ? 2 : 1;
}

static bool is_local_call(const struct insn *i)
{
	return i->code == CODE_CALL && i->src == CALL_LOCAL;
}

static bool is_func_address(const struct insn *i)
{
	return insn_is_wide(i) && i->src == PSEUDO_FUNC;
}

/* Where a local call or function address points; false when outside the program. */
static bool func_target(const struct structure *s, u32 at, u32 *target)
{
	s64 to = (s64)at + 1 + s->prog->insns[at].imm;

	if (to < 0 || to >= s->prog->insn_count)
		return false;
	*target = (u32)to;
	return true;
}

static void check_map(struct structure *s, u32 at)
{
	u32 index = (u32)s->prog->insns[at].imm;
	u64 bit;

	if (index >= s->obj->map_count) {
		bad(s, -EINVAL, at, "map number %u, but the object has %u maps", index,
		    s->obj->map_count);
		return;
	}
	bit = 1ull << (index % 64);
	if (s->map_used[index / 64] & bit)
		return;
	s->map_used[index / 64] |= bit;
	if (++s->maps_used == MAX_MAPS + 1)
		bad(s, -E2BIG, at, "the program uses more than %u maps", MAX_MAPS);
}

/* Opcodes, maps, wide slots and function starts. */
static void scan_insns(struct structure *s)
{
	const struct obj_prog *p = s->prog;
	const struct insn *i;
	const char *why;
	u32 target;

	for (u32 at = 0; at < p->insn_count; at += slots_of(s, at)) {
		i = &p->insns[at];
		if (slots_of(s, at) == 2)
			s->flags[at + 1] |= SLOT_SECOND;
		why = s->check(p->insns, p->insn_count, at);
		if (why) {
			bad(s, -EINVAL, at, "%s (opcode 0x%02x)", why, i->code);
			continue;
		}
		if (insn_is_wide(i) && (i->src == PSEUDO_MAP_IDX || i->src == PSEUDO_MAP_IDX_VALUE))
			check_map(s, at);
		if (!is_local_call(i) && !is_func_address(i))
			continue;
		if (!func_target(s, at, &target))
			bad(s, -EINVAL, at, "%s outside the program (slot %lld of %u)",
			    is_local_call(i) ? "calls a function"
					     : "takes the address of a function",
			    (long long)at + 1 + i->imm, p->insn_count);
		else
			s->flags[target] |= SLOT_START;
	}
}

/* Split at function starts; every slot gets its owner. */
static int split_funcs(struct structure *s)
{
	u32 count = s->prog->insn_count, n = 0;

	s->flags[0] |= SLOT_START;
	for (u32 k = 0; k < s->prog->func_count; k++) {
		if (s->prog->funcs[k].start < count)
			s->flags[s->prog->funcs[k].start] |= SLOT_START;
	}
	for (u32 at = 0; at < count; at++) {
		if (!(s->flags[at] & SLOT_START))
			continue;
		n++;
		if (s->flags[at] & SLOT_SECOND)
			return bad(s, -EINVAL, at,
				   "a function starts in the middle of a 64-bit immediate");
		if (n == MAX_FUNCS + 1)
			return bad(s, -E2BIG, at, "the program has more than %u functions",
				   MAX_FUNCS);
	}
	s->funcs = calloc(n, sizeof(*s->funcs));
	if (!s->funcs)
		return diag_nomem(s->d);
	for (u32 at = 0; at < count; at++) {
		if (s->flags[at] & SLOT_START)
			s->funcs[s->func_count++] =
				(struct func){ .start = at, .cursor = at, .caller = NO_FUNC };
		s->owner[at] = s->func_count - 1;
		s->funcs[s->func_count - 1].end = at + 1;
	}
	return 0;
}

/* "'name'" from the function table, or the slot. */
static const char *func_name(const struct structure *s, u32 index, char buf[static 64])
{
	u32 start = s->funcs[index].start;
	const struct obj_func *f = prog_func(s->prog, start);

	if (f && f->start == start && f->name)
		snprintf(buf, 64, "'%.50s'", f->name);
	else if (!start)
		snprintf(buf, 64, "'%.50s'", s->prog->name);
	else
		snprintf(buf, 64, "the function at slot %u", start);
	return buf;
}

static void check_jump(struct structure *s, u32 at)
{
	const struct func *f = &s->funcs[s->owner[at]];
	s64 to = (s64)at + 1 + insn_distance(&s->prog->insns[at]);
	char name[64];

	if (to < 0 || to >= s->prog->insn_count)
		bad(s, -EINVAL, at, "jumps outside the program (to slot %lld of %u)", (long long)to,
		    s->prog->insn_count);
	else if (to < f->start || to >= f->end)
		bad(s, -EINVAL, at, "jumps out of its function, to slot %lld in %s", (long long)to,
		    func_name(s, s->owner[to], name));
	else if (s->flags[to] & SLOT_SECOND)
		bad(s, -EINVAL, at, "jumps into the middle of the 64-bit immediate at slot %lld",
		    (long long)to - 1);
}

/* The last instruction of a function must not fall into the next. */
static void check_end(struct structure *s, u32 index)
{
	const struct func *f = &s->funcs[index];
	u32 last = f->end - 1;
	u8 code;
	char name[64];

	if (s->flags[last] & SLOT_SECOND)
		last--;
	code = s->prog->insns[last].code;
	if (code == CODE_EXIT || code == CODE_JA || code == CODE_JA32)
		return;
	bad(s, -EINVAL, last, "control falls off the end of %s", func_name(s, index, name));
	diag_hint(s->d, "the last instruction of a function is an exit or an unconditional jump");
}

static void check_flow(struct structure *s)
{
	for (u32 at = 0; at < s->prog->insn_count; at += slots_of(s, at)) {
		if (insn_is_jump(&s->prog->insns[at]))
			check_jump(s, at);
	}
	for (u32 k = 0; k < s->func_count; k++)
		check_end(s, k);
}

/* `caller` calls `callee`, which is open: name the way from callee down to caller and back. */
static void report_recursion(struct structure *s, u32 caller, u32 callee, u32 at)
{
	u32 chain[MAX_FUNCS], n = 0;
	struct buf text = { 0 };
	char name[64];

	for (u32 k = caller; k != callee; k = s->funcs[k].caller)
		chain[n++] = k;
	buf_puts(&text, func_name(s, callee, name));
	while (n)
		buf_printf(&text, " calls %s", func_name(s, chain[--n], name));
	bad(s, -EINVAL, at, "recursion: %s calls %s", buf_str(&text), func_name(s, callee, name));
	buf_fini(&text);
}

/* The next function that `f` calls, NO_FUNC at its end; *at is the call's slot. */
static u32 next_callee(struct structure *s, struct func *f, u32 *at)
{
	while (f->cursor < f->end) {
		const struct insn *i = &s->prog->insns[f->cursor];
		u32 target;

		*at = f->cursor;
		f->cursor += slots_of(s, f->cursor);
		if (is_local_call(i) && func_target(s, *at, &target))
			return s->owner[target];
	}
	return NO_FUNC;
}

/*
 * Depth-first over the call graph, each function once. Calls only: a function whose address is
 * taken may name itself (a timer's callback); the machine counts frames for callbacks.
 */
static void walk_calls(struct structure *s, u32 root)
{
	u32 now = root, at = 0;

	s->funcs[root].open = true;
	while (now != NO_FUNC) {
		struct func *f = &s->funcs[now], *g;
		u32 callee = next_callee(s, f, &at);

		if (callee == NO_FUNC) {
			f->open = false;
			f->done = true;
			f->deepest++; /* its own frame */
			if (f->caller != NO_FUNC) {
				g = &s->funcs[f->caller];
				g->deepest = MAX(g->deepest, f->deepest);
			}
			now = f->caller;
			continue;
		}
		g = &s->funcs[callee];
		if (g->open) {
			report_recursion(s, now, callee, at);
		} else if (g->done) {
			f->deepest = MAX(f->deepest, g->deepest);
		} else {
			g->open = true;
			g->caller = now;
			now = callee;
		}
	}
}

static void check_calls(struct structure *s)
{
	char name[64];

	for (u32 k = 0; k < s->func_count && !s->err; k++) {
		if (!s->funcs[k].done)
			walk_calls(s, k);
		if (s->err || s->funcs[k].deepest <= MAX_FRAMES)
			continue;
		bad(s, -E2BIG, s->funcs[k].start,
		    "calls nest %u frames deep from %s; %u are allowed", s->funcs[k].deepest,
		    func_name(s, k, name), MAX_FRAMES);
		diag_hint(s->d, "let the compiler inline some of the functions");
	}
}

static int check_all(struct structure *s)
{
	scan_insns(s);
	if (s->err || split_funcs(s))
		return s->err ? s->err : -ENOMEM;
	check_flow(s);
	if (!s->err)
		check_calls(s);
	return s->err;
}

static int check(const struct object *obj, const struct obj_prog *prog, bool strict, struct diag *d)
{
	struct structure s = {
		.obj = obj, .prog = prog, .check = strict ? insn_check : insn_check_opcode, .d = d
	};
	int err;

	if (!prog->insn_count)
		return diag_error(d, -EINVAL, NOWHERE, "program '%s' is empty", prog->name);
	if (prog->insn_count > MAX_INSNS)
		return diag_error(d, -E2BIG, NOWHERE,
				  "program '%s' has %u instructions; %u are allowed", prog->name,
				  prog->insn_count, MAX_INSNS);
	s.flags = calloc(prog->insn_count, sizeof(*s.flags));
	s.owner = calloc(prog->insn_count, sizeof(*s.owner));
	s.map_used = calloc(obj->map_count / 64 + 1, sizeof(*s.map_used));
	if (s.flags && s.owner && s.map_used)
		err = check_all(&s);
	else
		err = diag_nomem(d);
	free(s.flags);
	free(s.owner);
	free(s.map_used);
	free(s.funcs);
	return err;
}

int structure_check(const struct object *obj, const struct obj_prog *prog, struct diag *d)
{
	return check(obj, prog, true, d);
}

int structure_check_reached(const struct object *obj, const struct obj_prog *prog, struct diag *d)
{
	return check(obj, prog, false, d);
}
