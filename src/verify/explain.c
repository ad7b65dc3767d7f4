// SPDX-License-Identifier: BSD-2-Clause
#include "verify/explain.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "verify/hint.h"
#include "verify/log.h"

enum { MOST_BRANCHES = 3, MOST_EVENTS = 8 };

void explain_reg(struct buf *out, const struct verify *v, const struct reg *r)
{
	words_reg(out, r);
}

static const struct step *last_step(const struct story *s)
{
	return s->path.count ? &s->path.steps[s->path.count - 1] : NULL;
}

/* ---- the sentence ---- */

/* The text with "R1" as "`value` (R1)". */
static void put_named(struct buf *out, const char *text, s32 regno, const char *name)
{
	char reg[8];
	const char *at;
	size_t len = (size_t)snprintf(reg, sizeof(reg), "R%d", regno);

	at = regno >= 0 && *name ? strstr(text, reg) : NULL;
	if (!at || (at[len] >= '0' && at[len] <= '9')) {
		buf_puts(out, text);
		return;
	}
	buf_put(out, text, (size_t)(at - text));
	buf_printf(out, strchr(name, ' ') ? "%s (%s)" : "`%s` (%s)", name, reg);
	buf_puts(out, at + len);
}

static void put_error(struct diag *d, const struct trouble *t, const struct reject *r,
		      const char *name)
{
	struct buf text = { 0 }, hint = { 0 };

	put_named(&text, r->text, r->regno, name);
	diag_error(d, r->err, story_span(d, t->story, r->insn), "%s: %s", reject_kind_name(r->kind),
		   buf_str(&text));
	hint_words(&hint, t);
	if (hint.len)
		diag_hint(d, "%s", buf_str(&hint));
	buf_fini(&text);
	buf_fini(&hint);
}

/* ---- the way ---- */

static int by_step(const void *a, const void *b)
{
	const struct event *x = a, *y = b;

	return x->step < y->step ? -1 : x->step > y->step;
}

static bool repeats(const struct event *a, const struct event *b)
{
	return a->insn == b->insn && !strcmp(a->text, b->text);
}

/* Oldest first; of a loop's rounds only the last, and never too many. */
static void put_events(struct diag *d, const struct story *s, struct origin *o)
{
	struct event *e = o->events.data;
	u32 n = o->events.len, kept = 0, from;

	if (!n)
		return;
	qsort(e, n, sizeof(*e), by_step);
	for (u32 i = 0; i < n; i++) {
		bool again = false;

		for (u32 k = i + 1; k < n && !again; k++)
			again = repeats(&e[i], &e[k]);
		if (!again)
			e[kept++] = e[i];
	}
	from = kept > MOST_EVENTS ? kept - MOST_EVENTS : 0;
	for (u32 i = 0; i < kept; i++) {
		if (!i || i >= from) /* where it began is worth telling always */
			diag_note(d, story_span(d, s, e[i].insn), "%s", e[i].text);
	}
}

static bool wants_branches(enum reject_kind kind)
{
	switch (kind) {
	case REJECT_LEAK:
	case REJECT_LOCK:
	case REJECT_UNINIT:
	case REJECT_RETURN:
	case REJECT_LOOP:
		return true;
	default:
		return false;
	}
}

/* The step that took what is held: a reference, a lock. */
static void find_taken(struct origin *o, const struct story *s, u32 insn)
{
	char name[WORDS_NAME] = "";

	o->callee = story_callee(s, insn);
	for (u32 k = s->path.count; k-- > 0;) {
		struct event *e;

		if (s->path.steps[k].insn != insn)
			continue;
		words_assigned(name, prog_line(s->prog, insn));
		memcpy(o->name, name, sizeof(name));
		o->insn = insn;
		o->step = k;
		e = vec_push(&o->events);
		if (!e)
			return;
		*e = (struct event){ .insn = insn, .step = k };
		e->text = *name ? arena_printf(s->arena, "`%s` is taken by %s() here", name,
					       o->callee)
				: arena_printf(s->arena, "%s() takes %s here", o->callee,
					       strstr(o->callee, "lock") ? "the lock" : "it");
		if (!e->text)
			o->events.len--;
		return;
	}
}

/* A reference's own instruction stands in the sentence or in its id. */
static u32 taken_at(const struct reject *r)
{
	const char *at = strstr(r->text, "at instruction ");
	unsigned insn;

	return at && sscanf(at, "at instruction %u", &insn) == 1 ? insn : NO_SLOT;
}

static u32 lock_taken_at(const struct story *s)
{
	for (u32 k = s->path.count; k-- > 0;) {
		const char *callee = story_callee(s, s->path.steps[k].insn);

		if (k + 1 < s->path.count && callee && strstr(callee, "lock") &&
		    !strstr(callee, "unlock"))
			return s->path.steps[k].insn;
	}
	return NO_SLOT;
}

/* The refused instruction itself moves a pointer by a number that is not known well enough. */
static void find_added(struct origin *o, const struct story *s, const struct reject *r)
{
	const struct insn *i = &s->prog->insns[r->insn];
	const struct step *last = last_step(s);
	u64 value;

	if (INSN_CLASS(i->code) != CLASS_ALU64 || !INSN_SRC(i->code) || !last->known ||
	    i->src == r->regno || last->regs[i->src].type != SCALAR_VALUE ||
	    reg_is_const(&last->regs[i->src], &value))
		return;
	o->added = i->src + 1;
	o->added_step = s->path.count - 1;
}

static int look_back(struct origin *o, const struct story *s, const struct reject *r)
{
	u32 end = s->path.count - 1, taken = NO_SLOT;
	s32 regno = r->regno;
	int err = 0;

	o->insn = NO_SLOT;
	if (!s->path.count)
		return 0;
	if (r->kind == REJECT_LEAK)
		taken = taken_at(r);
	else if (r->kind == REJECT_LOCK)
		taken = lock_taken_at(s);
	else if (r->kind == REJECT_RETURN && regno < 0)
		regno = 0;
	if (taken < s->prog->insn_count)
		find_taken(o, s, taken);
	else if (regno >= 0)
		err = origin_find(o, s, (u8)regno, end);
	if (!err && !o->added)
		find_added(o, s, r);
	if (!err && o->added) { /* the number that moved the pointer has a past, too */
		struct origin number = { 0 };

		err = origin_find(&number, s, o->added - 1, o->added_step);
		for (u32 i = 0; i < number.events.len && !err; i++) {
			struct event *e = vec_push(&o->events);

			if (e)
				*e = number.events.data[i];
			else
				err = -ENOMEM;
		}
		origin_fini(&number);
	}
	if (!err && wants_branches(r->kind))
		err = origin_branches(o, s, o->insn == NO_SLOT ? 0 : o->step + 1, end,
				      MOST_BRANCHES);
	return err;
}

/* ---- the place ---- */

static void put_place(struct diag *d, const struct story *s, const struct reject *r,
		      const struct reg *reg)
{
	const struct obj_func *f = prog_func(s->prog, r->insn);
	struct buf text = { 0 }, words = { 0 };

	log_insn_text(&text, s->obj, s->prog, r->insn);
	if (reg) {
		buf_printf(&words, "; r%d is ", r->regno);
		words_reg(&words, reg);
	}
	diag_note(d, NOWHERE, "instruction %u of '%s': %s%s", r->insn,
		  f && f->name ? f->name : s->prog->name, buf_str(&text), buf_str(&words));
	buf_fini(&text);
	buf_fini(&words);
}

int explain_story(struct diag *d, const struct story *s, const struct reject *r)
{
	const struct obj_line *line = prog_line(s->prog, r->insn);
	const struct step *last = last_step(s);
	struct origin o = { 0 };
	struct trouble t = { .story = s,
			     .kind = r->kind,
			     .text = r->text,
			     .advice = r->hint,
			     .insn = r->insn,
			     .regno = r->regno,
			     .origin = &o };
	int err = look_back(&o, s, r);

	if (last && last->known && r->regno >= 0)
		t.reg = &last->regs[r->regno];
	if (words_expression(t.expression, line))
		words_base(t.base, t.expression);
	if (!err) {
		put_error(d, &t, r, o.name);
		put_events(d, s, &o);
		put_place(d, s, r, t.reg);
	}
	origin_fini(&o);
	return err;
}

/* The jump that was followed most: where a program that is too complex spends the work. */
static u32 busiest(const struct verify *v)
{
	const struct verify_fact *facts = v->result->facts;
	u32 most = v->reject.insn;

	for (u32 k = 0; k < v->insn_count; k++) {
		if (insn_is_jump(&v->insns[k]) &&
		    (!insn_is_jump(&v->insns[most]) || facts[k].visits > facts[most].visits))
			most = k;
	}
	return most;
}

/* The last instruction has no part in it: the error stands at the busiest branch. */
static int explain_limit(struct verify *v, const struct story *s)
{
	struct reject r = v->reject;
	int err;

	r.insn = busiest(v);
	err = explain_story(v->d, s, &r);
	if (!err)
		diag_note(v->d, NOWHERE, "it was followed %u times, more than any other branch",
			  v->result->facts[r.insn].visits);
	return err;
}

void explain_structure(struct verify *v)
{
	struct diag_item *it = v->d ? v->d->last : NULL;
	struct story s = { .obj = v->obj, .prog = v->prog, .arena = v->arena };
	struct trouble t = { .story = &s, .kind = v->reject.kind };
	struct buf hint = { 0 };

	if (!it || it->severity != SEV_ERROR)
		return;
	t.text = v->reject.text = arena_strdup(v->arena, it->text);
	if (!t.text)
		t.text = v->reject.text = "the program's structure is not valid";
	hint_words(&hint, &t);
	if (!it->hint && hint.len)
		diag_hint(v->d, "%s", buf_str(&hint));
	buf_fini(&hint);
}

int explain_reject(struct verify *v)
{
	struct story s = { .obj = v->obj, .prog = v->prog, .ctx = v->ctx, .arena = v->arena };
	int err = 0;

	if (!v->d)
		return 0;
	if (v->cur && v->reject.kind == REJECT_LIMIT) /* no single path is to blame */
		return explain_limit(v, &s);
	if (v->cur)
		err = replay_path(&s.path, v);
	if (err == -ESRCH)
		err = 0;
	if (!err)
		err = explain_story(v->d, &s, &v->reject);
	path_fini(&s.path);
	return err;
}
