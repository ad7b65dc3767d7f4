// SPDX-License-Identifier: BSD-2-Clause
#include "trace/infer.h"

static void place_of(const struct infer *in, u32 off, u32 *line, u32 *col)
{
	*line = *col = 1;
	for (u32 i = 0; i < off && i < in->s->len; i++) {
		(*col)++;
		if (in->s->text[i] == '\n') {
			++*line;
			*col = 1;
		}
	}
}

/* What must not be lost to a flood of output. */
static bool is_control(enum event_kind kind)
{
	switch (kind) {
	case EVENT_PRINT_MAP:
	case EVENT_PRINT_ENTRY:
	case EVENT_CLEAR:
	case EVENT_ZERO:
	case EVENT_EXIT:
	case EVENT_HELPER_ERROR:
		return true;
	default:
		return false;
	}
}

struct trace_event *event_new(struct infer *in, struct node *n, enum event_kind kind)
{
	struct trace_event *e;

	if (!in->final)
		return &in->scratch_event;
	e = vec_push(&in->events);
	if (!e) {
		infer_nomem(in);
		return NULL;
	}
	e->kind = kind;
	e->control = is_control(kind);
	e->size = e->control ? CONTROL_HEAD : EVENT_HEAD;
	e->map = UINT32_MAX;
	e->at = arena_strndup(in->a, in->s->text + n->at.off, n->at.len);
	place_of(in, n->at.off, &e->line, &e->col);
	n->event = in->events.len - 1;
	return e;
}

int event_arg(struct infer *in, struct trace_event *e, const struct ttype *type)
{
	u32 off = ROUND_UP(e->size, MAX(type->align, 1u));
	struct event_arg *args;

	if (!in->final)
		return 0;
	args = arena_array(in->a, e->arg_count + 1, sizeof(*args));
	if (!args)
		return infer_nomem(in);
	if (e->arg_count)
		memcpy(args, e->args, e->arg_count * sizeof(*args));
	args[e->arg_count] = (struct event_arg){ .type = type, .off = off };
	e->args = args;
	e->arg_count++;
	e->size = off + type->size;
	return 0;
}

int event_args(struct infer *in, struct trace_event *e, const struct node *list)
{
	int err = 0;

	for (const struct node *n = list; n && !err; n = n->next)
		err = event_arg(in, e, type_value(n->type));
	return err;
}
