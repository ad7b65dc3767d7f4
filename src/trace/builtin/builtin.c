// SPDX-License-Identifier: BSD-2-Clause
#include <errno.h>

#include "trace/builtin/family.h"

static const struct builtin *const families[] = {
	words_task,   words_probe,  words_output, words_map,	words_aggregate,
	words_string, words_symbol, words_net,	  words_effect, words_const,
};

const struct builtin *builtin_find(const char *name)
{
	for (u32 i = 0; i < ARRAY_SIZE(families); i++) {
		for (const struct builtin *b = families[i]; b->name; b++) {
			if (!strcmp(b->name, name))
				return b;
		}
	}
	return NULL;
}

const struct builtin *builtin_row(u32 n)
{
	for (u32 i = 0; i < ARRAY_SIZE(families); i++) {
		for (const struct builtin *b = families[i]; b->name; b++) {
			if (!n--)
				return b;
		}
	}
	return NULL;
}

int become_number(struct node *n, u64 value, const struct ttype *t)
{
	n->kind = t->kind == T_BOOL ? N_BOOL : N_NUMBER;
	n->num = value;
	n->type = t;
	return 0;
}

int become_string(struct infer *in, struct node *n, const char *text)
{
	n->kind = N_STRING;
	n->str = text;
	n->len = (u32)strlen(text);
	n->type = NULL;
	return infer_expr(in, n);
}

int infer_args(struct infer *in, struct node *n)
{
	int err = 0;

	for (struct node *a = n->args; a && !err; a = a->next)
		err = infer_value(in, a);
	return err;
}

int lower_never(struct lower *lo, struct node *n, struct value *out)
{
	(void)out;
	return diag_error(lo->d, -EINVAL, n->at, "this is known only as a part of something else");
}

int text_arg(struct infer *in, struct node *n, u32 i, const char **out)
{
	struct node *a = arg_at(n, i);
	int err = infer_expr(in, a);

	if (err)
		return err;
	if (a->kind != N_STRING)
		return infer_error(in, a->at, "%s() takes a literal string here", n->name);
	*out = a->str;
	return 0;
}

int number_arg(struct infer *in, struct node *n, u32 i)
{
	struct node *a = arg_at(n, i);
	int err = infer_value(in, a);

	if (err)
		return err;
	if (!unknown(a->type) && !reads_as_number(a->type))
		return infer_error(in, a->at, "%s() takes a number here, not %s", n->name,
				   type_text(in, a->type));
	return 0;
}
