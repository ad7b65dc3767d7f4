// SPDX-License-Identifier: BSD-2-Clause
/* Words that send something to user space: text, values, the end. */
#include <ctype.h>
#include <errno.h>

#include "trace/builtin/family.h"
#include "trace/format.h"

/* Checks the arguments against the format; both stay as they are. */
static int check_format(struct infer *in, struct node *n, const char *format, struct node *arg)
{
	struct trace_spec spec;
	const char *at = format;

	while (format_next(&at, &spec)) {
		if (spec.bad) {
			infer_error(in, n->args->at, "unknown conversion '%.*s'", (int)spec.len,
				    spec.text);
			diag_hint(in->d, "%%%% is a percent sign");
			return -EINVAL;
		}
		for (u32 i = 0; i < spec.args; i++) {
			bool width = i + 1 < spec.args;

			if (!arg)
				return infer_error(in, n->at,
						   "%s() has too few arguments for its format",
						   n->name);
			if (!unknown(arg->type) &&
			    !format_fits(width ? 'd' : spec.conversion, arg->type)) {
				infer_error(in, arg->at, "'%.*s' does not fit %s", (int)spec.len,
					    spec.text, type_text(in, arg->type));
				diag_hint(in->d, "%s", format_advice(arg->type));
				return -EINVAL;
			}
			arg = arg->next;
		}
	}
	if (arg)
		return infer_error(in, arg->at, "%s() has more arguments than its format asks for",
				   n->name);
	return 0;
}

static int infer_formatted(struct infer *in, struct node *n, enum event_kind kind)
{
	struct trace_event *e;
	const char *format;
	int err = text_arg(in, n, 0, &format);

	for (struct node *a = n->args->next; a && !err; a = a->next)
		err = infer_value(in, a);
	if (!err)
		err = check_format(in, n, format, n->args->next);
	if (err)
		return err;
	e = event_new(in, n, kind);
	if (!e)
		return -ENOMEM;
	e->format = format;
	return event_args(in, e, n->args->next);
}

static int infer_printf(struct infer *in, struct node *n)
{
	return infer_formatted(in, n, EVENT_PRINTF);
}

static int infer_errorf(struct infer *in, struct node *n)
{
	return infer_formatted(in, n, EVENT_ERRORF);
}

static int infer_warnf(struct infer *in, struct node *n)
{
	return infer_formatted(in, n, EVENT_WARNF);
}

static int infer_system(struct infer *in, struct node *n)
{
	return infer_formatted(in, n, EVENT_SYSTEM);
}

static int infer_cat(struct infer *in, struct node *n)
{
	return infer_formatted(in, n, EVENT_CAT);
}

static int lower_formatted(struct lower *lo, struct node *n, struct value *out)
{
	(void)out;
	return lower_event(lo, n, n->args->next);
}

static int infer_time(struct infer *in, struct node *n)
{
	const char *format = "%H:%M:%S\n";
	struct trace_event *e;
	int err = n->args ? text_arg(in, n, 0, &format) : 0;

	if (err)
		return err;
	e = event_new(in, n, EVENT_TIME);
	if (!e)
		return -ENOMEM;
	e->format = format;
	return 0;
}

static int lower_no_args(struct lower *lo, struct node *n, struct value *out)
{
	(void)out;
	return lower_event(lo, n, NULL);
}

/* ---- print ---- */

/* print(@x), print(@x, top), print(@x, top, div) */
static int print_map(struct infer *in, struct node *n)
{
	struct node *m = n->args;
	struct trace_event *e;
	int err = 0;

	if (!m->map->key_known)
		m->map->key_known = false;
	for (struct node *a = m->next; a && !err; a = a->next)
		err = infer_value(in, a);
	if (err)
		return err;
	m->type = &t_none;
	if (in->final && unknown(m->map->value))
		return infer_error(in, m->at, "undefined map: %s", m->map->name);
	e = event_new(in, n, EVENT_PRINT_MAP);
	if (!e)
		return -ENOMEM;
	e->map = m->map->index;
	err = event_arg(in, e, &t_u32);
	return err ? err : event_arg(in, e, &t_u32);
}

/* print(@x[key]) */
static int print_entry(struct infer *in, struct node *n)
{
	struct node *m = n->args;
	struct trace_event *e;
	int err = infer_map_read(in, m);

	if (err)
		return err;
	if (m->next)
		return infer_error(in, m->next->at, "top and div are for whole maps");
	e = event_new(in, n, EVENT_PRINT_ENTRY);
	if (!e)
		return -ENOMEM;
	if (!in->final)
		return 0;
	e->map = m->map->index;
	err = event_arg(in, e, m->map->key);
	if (!err && !t_is_aggregation(m->map->value))
		err = event_arg(in, e, m->map->value);
	return err;
}

static int infer_print(struct infer *in, struct node *n)
{
	struct trace_event *e;
	int err;

	if (n->args->kind == N_MAP)
		return n->args->key ? print_entry(in, n) : print_map(in, n);
	err = infer_value(in, n->args);
	if (err)
		return err;
	if (n->args->next)
		return infer_error(in, n->args->next->at, "top and div are for whole maps");
	e = event_new(in, n, EVENT_PRINT_VALUE);
	if (!e)
		return -ENOMEM;
	return unknown(n->args->type) ? 0 : event_args(in, e, n->args);
}

static int print_top(struct lower *lo, struct node *n)
{
	struct node numbers[2] = {
		{ .kind = N_NUMBER, .type = &t_u32 },
		{ .kind = N_NUMBER, .type = &t_u32 },
	};
	u32 i = 0;

	for (const struct node *a = n->args->next; a && i < 2; a = a->next)
		numbers[i++] = *a;
	numbers[0].next = &numbers[1];
	numbers[1].next = NULL;
	return lower_event(lo, n, numbers);
}

static int lower_print(struct lower *lo, struct node *n, struct value *out)
{
	struct node *a = n->args, key, value;

	(void)out;
	if (a->kind != N_MAP)
		return lower_event(lo, n, a);
	if (!a->key)
		return print_top(lo, n);
	key = *a->key;
	value = *a;
	key.next = t_is_aggregation(a->map->value) ? NULL : &value;
	value.next = NULL;
	return lower_event(lo, n, &key);
}

/* ---- exit ---- */

static int infer_exit(struct infer *in, struct node *n)
{
	struct trace_event *e;
	int err = n->args ? number_arg(in, n, 0) : 0;

	if (err)
		return err;
	e = event_new(in, n, EVENT_EXIT);
	if (!e)
		return -ENOMEM;
	return n->args ? event_arg(in, e, &t_u8) : 0;
}

static int lower_exit(struct lower *lo, struct node *n, struct value *out)
{
	int err = lower_event(lo, n, n->args);

	(void)out;
	if (!err)
		lower_stop(lo);
	return err;
}

/* ---- join ---- */

static int infer_join(struct infer *in, struct node *n)
{
	const char *separator = " ";
	struct trace_event *e;
	const struct ttype *t;
	int err = infer_value(in, n->args);

	if (!err && n->args->next)
		err = text_arg(in, n, 1, &separator);
	if (err)
		return err;
	t = n->args->type;
	if (!unknown(t) && t->kind != T_POINTER && t->kind != T_ARRAY && !is_integer(t))
		return infer_error(in, n->args->at, "join() takes an array of strings, not %s",
				   type_text(in, t));
	e = event_new(in, n, EVENT_JOIN);
	t = t_buffer(in->a, in->cfg->max_join * in->cfg->join_len);
	if (!e || !t)
		return -ENOMEM;
	e->format = separator;
	return event_arg(in, e, t);
}

/* Pointers are followed until one is NULL; the number of strings comes first. */
static int join_strings(struct lower *lo, u32 argv, enum tspace space, u32 rec, s32 off)
{
	const struct tconfig *cfg = lo->out->cfg;
	u32 end = vc_label(lo->v), args[3];
	struct value p;
	int err = 0;

	vc_store_imm(lo->v, 4, rec, off, 0);
	for (u32 i = 0; i < cfg->max_join && !err; i++) {
		err = read_scalar(lo, argv, (s32)(8 * i), &t_u64, space, &p);
		if (err)
			break;
		vc_branch_imm(lo->v, VC_EQ, VC_64, p.reg, 0, end);
		args[0] = new_reg(lo);
		vc_alu_imm(lo->v, VC_ADD, VC_64, args[0], rec, off + 4 + (s32)(i * cfg->join_len));
		args[1] = imm_reg(lo, cfg->join_len);
		args[2] = p.reg;
		vc_call(lo->v, read_helper(space, true), VC_NONE, 3, args);
		vc_store_imm(lo->v, 4, rec, off, (s32)i + 1);
	}
	vc_place(lo->v, end);
	return err;
}

static int lower_join(struct lower *lo, struct node *n, struct value *out)
{
	const struct trace_event *e = &lo->in->events.data[n->event];
	const struct ttype *t = n->args->type;
	enum tspace space =
		t->kind == T_POINTER || t->kind == T_ARRAY ? t->space : lo->point->ctx_space;
	u32 lost = vc_label(lo->v), rec, argv;
	int err = lower_reg(lo, n->args, &argv);

	(void)out;
	if (!err)
		err = event_begin(lo, e, n->event, lost, &rec);
	if (!err)
		err = join_strings(lo, argv, space, rec, (s32)e->args[0].off);
	if (err)
		return err;
	event_send(lo, e, rec);
	vc_place(lo->v, lost);
	return 0;
}

#define SENDS (WORD_CALL | WORD_STATEMENT)
#define BOTH  (SENDS | WORD_USER_SPACE)
const struct builtin words_output[] = {
	{ "printf", BOTH, 1, 255, infer_printf, lower_formatted, "printf(format, …)" },
	{ "errorf", BOTH, 1, 255, infer_errorf, lower_formatted, "errorf(format, …)" },
	{ "warnf", BOTH, 1, 255, infer_warnf, lower_formatted, "warnf(format, …)" },
	{ "system", BOTH | WORD_UNSAFE, 1, 255, infer_system, lower_formatted,
	  "system(format, …)" },
	{ "cat", BOTH, 1, 255, infer_cat, lower_formatted, "cat(format, …)" },
	{ "time", BOTH, 0, 1, infer_time, lower_no_args, "time(), time(format)" },
	{ "print", BOTH, 1, 3, infer_print, lower_print,
	  "print(value), print(@map), print(@map, top, div)" },
	{ "exit", BOTH | WORD_PLAIN, 0, 1, infer_exit, lower_exit, "exit(), exit(code)" },
	{ "join", SENDS, 1, 2, infer_join, lower_join, "join(argv), join(argv, separator)" },
	{ 0 },
};
