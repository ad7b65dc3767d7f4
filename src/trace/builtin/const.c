// SPDX-License-Identifier: BSD-2-Clause
/* Words that are known when a script is compiled: questions about types, assertions. */
#include <errno.h>

#include "trace/builtin/family.h"

static int answer(struct infer *in, struct node *n, bool (*is)(const struct ttype *t))
{
	int err = infer_value(in, n->args);

	n->type = &t_bool;
	if (err || unknown(n->args->type))
		return err;
	return become_number(n, is(n->args->type), &t_bool);
}

static bool is_str(const struct ttype *t)
{
	return t->kind == T_STRING;
}

static bool is_array(const struct ttype *t)
{
	return t->kind == T_ARRAY;
}

static bool is_ptr(const struct ttype *t)
{
	return t->kind == T_POINTER;
}

static bool is_unsigned(const struct ttype *t)
{
	return t->kind == T_NUMBER && !t->is_signed;
}

static int infer_is_str(struct infer *in, struct node *n)
{
	return answer(in, n, is_str);
}

static int infer_is_array(struct infer *in, struct node *n)
{
	return answer(in, n, is_array);
}

static int infer_is_ptr(struct infer *in, struct node *n)
{
	return answer(in, n, is_ptr);
}

static int infer_is_integer(struct infer *in, struct node *n)
{
	return answer(in, n, is_integer);
}

static int infer_is_unsigned(struct infer *in, struct node *n)
{
	return answer(in, n, is_unsigned);
}

static int infer_is_literal(struct infer *in, struct node *n)
{
	int err = infer_value(in, n->args);

	if (err)
		return err;
	return become_number(n, is_constant(n->args) || is_text(n->args), &t_bool);
}

static int infer_static_assert(struct infer *in, struct node *n)
{
	const char *text = "";
	int err = infer_value(in, n->args);

	if (!err && n->args->next)
		err = text_arg(in, n, 1, &text);
	if (err || (!is_constant(n->args) && !in->final))
		return err;
	if (!is_constant(n->args))
		return infer_error(in, n->args->at,
				   "this is not known when the script is compiled");
	return n->args->num ? 0 : infer_error(in, n->at, "assertion failed: %s", text);
}

static int infer_fail(struct infer *in, struct node *n)
{
	const char *text;
	int err = text_arg(in, n, 0, &text);

	return err ? err : infer_error(in, n->at, "%s", text);
}

static int lower_nothing_said(struct lower *lo, struct node *n, struct value *out)
{
	(void)lo;
	(void)n;
	*out = value_none();
	return 0;
}

/* assert(condition, text): an error and the end when it is false. */
static int infer_assert(struct infer *in, struct node *n)
{
	struct trace_event *e;
	const char *text = "";
	int err = infer_condition(in, n->args);

	if (!err && n->args->next)
		err = text_arg(in, n, 1, &text);
	if (err)
		return err;
	e = event_new(in, n, EVENT_ERRORF);
	if (!e)
		return -ENOMEM;
	e->format = arena_printf(in->a, "assert failed: %s", text);
	e->control = true;
	e->size = CONTROL_HEAD;
	n->scratch = n->event;
	e = event_new(in, n, EVENT_EXIT);
	return e ? event_arg(in, e, &t_u8) : -ENOMEM;
}

static int lower_assert(struct lower *lo, struct node *n, struct value *out)
{
	struct node one = { .kind = N_NUMBER, .num = 1, .type = &t_u8 }, said = *n;
	struct known known;
	u32 fine = vc_label(lo->v);
	int err = lower_branch(lo, n->args, true, fine);

	*out = value_none();
	said.event = (u32)n->scratch;
	known = lo->known;
	if (!err)
		err = lower_event(lo, &said, NULL);
	if (!err)
		err = lower_event(lo, n, &one);
	if (!err)
		lower_stop(lo);
	lo->known = known;
	vc_place(lo->v, fine);
	return err;
}

#define ASK (WORD_CALL | WORD_USER_SPACE)
const struct builtin words_const[] = {
	{ "is_str", ASK, 1, 1, infer_is_str, lower_never, "is_str(value)" },
	{ "is_array", ASK, 1, 1, infer_is_array, lower_never, "is_array(value)" },
	{ "is_ptr", ASK, 1, 1, infer_is_ptr, lower_never, "is_ptr(value)" },
	{ "is_integer", ASK, 1, 1, infer_is_integer, lower_never, "is_integer(value)" },
	{ "is_unsigned_integer", ASK, 1, 1, infer_is_unsigned, lower_never,
	  "is_unsigned_integer(value)" },
	{ "is_literal", ASK, 1, 1, infer_is_literal, lower_never, "is_literal(value)" },
	{ "static_assert", ASK | WORD_STATEMENT, 1, 2, infer_static_assert, lower_nothing_said,
	  "static_assert(condition, text)" },
	{ "assert", ASK | WORD_STATEMENT, 1, 2, infer_assert, lower_assert,
	  "assert(condition, text)" },
	{ "fail", ASK | WORD_STATEMENT, 1, 255, infer_fail, lower_nothing_said, "fail(text)" },
	{ 0 },
};
