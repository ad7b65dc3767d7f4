// SPDX-License-Identifier: BSD-2-Clause
/* Words that make and compare strings and buffers. */
#include <errno.h>

#include "spec/helper_extra.h"
#include "trace/builtin/family.h"

static bool is_address(const struct ttype *t)
{
	return t->kind == T_POINTER || t->kind == T_ARRAY || reads_as_number(t);
}

/* Room that the second argument asks for, where it is a constant, and `zero` bytes behind it; else
 * the longest. */
static int room_of(struct infer *in, struct node *n, u32 zero, u32 *out)
{
	struct node *len = n->args->next;
	int err;

	*out = in->cfg->max_strlen;
	if (!len)
		return 0;
	err = number_arg(in, n, 1);
	if (err)
		return err;
	if (is_constant(len)) {
		if ((s64)len->num < 0)
			return infer_error(in, len->at, "a length is not negative");
		*out = (u32)MIN(len->num + zero, (u64)in->cfg->max_strlen);
	}
	return 0;
}

/* $1 is its text here. */
static int of_param(struct infer *in, struct node *n)
{
	struct node *a = n->args;
	u32 skip = 0;

	if (a->kind == N_BINARY && a->op == OP_ADD && a->a->param && a->b->kind == N_NUMBER) {
		skip = (u32)a->b->num;
		a = a->a;
	}
	if (!a->param || !a->str)
		return -ENOENT;
	return become_string(in, n, a->str + MIN(skip, (u32)strlen(a->str)));
}

static int infer_str(struct infer *in, struct node *n)
{
	const struct ttype *t;
	u32 room;
	int err = of_param(in, n);

	if (err != -ENOENT)
		return err;
	err = infer_value(in, n->args);
	if (!err)
		err = room_of(in, n, 1, &room);
	if (err)
		return err;
	t = n->args->type;
	n->type = &t_unknown;
	if (unknown(t))
		return 0;
	if (t->kind == T_STRING) {
		n->type = n->args->next && room < t->size ? t_string(in->a, MAX(room, 1u)) : t;
		return n->type ? 0 : infer_nomem(in);
	}
	if (!is_address(t))
		return infer_error(in, n->args->at, "%s() takes an address, not %s", n->name,
				   type_text(in, t));
	if (t->kind == T_ARRAY && t->elem->size != 1)
		return infer_error(in, n->args->at, "%s() takes an array of characters", n->name);
	if (t->kind == T_ARRAY && t->count && !n->args->next)
		room = MIN(t->count, in->cfg->max_strlen);
	n->type = t_string(in->a, MAX(room, 1u));
	return n->type ? 0 : infer_nomem(in);
}

static enum tspace space_of(const struct lower *lo, const struct node *n)
{
	const struct ttype *t = n->args->type;

	if (*n->name == 'k')
		return SPACE_KERNEL;
	if ((t->kind == T_POINTER || t->kind == T_ARRAY) && t->space != SPACE_NONE)
		return t->space;
	return lo->point ? lo->point->ctx_space : SPACE_KERNEL;
}

/* Bytes to read: the length asked for and `zero`, at most `room`. */
static int bounded(struct lower *lo, struct node *len, u32 zero, u32 room, u32 *out)
{
	u32 fits = vc_label(lo->v), r;
	int err;

	if (!len || is_constant(len)) {
		*out = imm_reg(lo, room);
		return 0;
	}
	err = lower_reg(lo, len, &r);
	if (err)
		return err;
	*out = new_reg(lo);
	vc_alu_imm(lo->v, VC_ADD, VC_64, *out, r, zero);
	vc_branch_imm(lo->v, VC_ULE, VC_64, *out, room, fits);
	vc_imm(lo->v, *out, room);
	vc_place(lo->v, fits);
	return 0;
}

static int lower_str(struct lower *lo, struct node *n, struct value *out)
{
	u32 args[3], from, size = n->type->size;
	int err;

	if (n->args->type->kind == T_STRING) {
		err = lower_expr(lo, n->args, out);
		if (!err && !t_same(n->type, n->args->type)) {
			struct value v = *out;

			err = place_new(lo, size, 8, &out->at);
			if (!err)
				err = value_store(lo, &v, out->at, n->type);
			*out = value_mem(out->at, n->type);
		}
		return err;
	}
	err = lower_reg(lo, n->args, &from);
	if (!err)
		err = bounded(lo, n->args->next, 1, size, &args[1]);
	if (!err && !out->wanted)
		err = place_new(lo, size, 8, &out->at);
	if (err)
		return err;
	if (!out->loose)
		place_zero(lo, out->at, size);
	args[0] = place_addr(lo, out->at);
	args[2] = from;
	vc_call(lo->v, read_helper(space_of(lo, n), true), VC_NONE, 3, args);
	*out = value_mem(out->at, n->type);
	return 0;
}

static int infer_buf(struct infer *in, struct node *n)
{
	const struct ttype *t;
	u32 room;
	int err = infer_value(in, n->args);

	if (!err)
		err = room_of(in, n, 0, &room);
	if (err)
		return err;
	t = n->args->type;
	n->type = &t_unknown;
	if (unknown(t))
		return 0;
	if (t->kind == T_STRING || t->kind == T_ARRAY) {
		if (!n->args->next)
			room = MIN(t->size, in->cfg->max_strlen);
	} else if (!is_address(t)) {
		return infer_error(in, n->args->at, "buf() takes an address, not %s",
				   type_text(in, t));
	} else if (!n->args->next) {
		infer_error(in, n->at, "buf() needs a length here");
		diag_hint(in->d, "buf(address, length)");
		return -EINVAL;
	}
	n->type = t_buffer(in->a, MAX(room, 1u));
	return n->type ? 0 : infer_nomem(in);
}

static int lower_buf(struct lower *lo, struct node *n, struct value *out)
{
	u32 args[3], from, room = n->type->size - 4;
	enum tspace space = space_of(lo, n);
	struct value v = { 0 };
	int err = lower_expr(lo, n->args, &v);

	if (!err)
		err = value_in_reg(lo, &v, &from);
	if (!err)
		err = bounded(lo, n->args->next, 0, room, &args[1]);
	if (!err && !out->wanted)
		err = place_new(lo, n->type->size, 8, &out->at);
	if (err)
		return err;
	if (v.where == V_MEM)
		space = SPACE_KERNEL;
	if (!out->loose)
		place_zero(lo, out->at, n->type->size);
	place_store(lo, 4, out->at, args[1]);
	args[0] = place_addr(lo, place_at(out->at, 4));
	args[2] = from;
	vc_call(lo->v, read_helper(space, false), VC_NONE, 3, args);
	*out = value_mem(out->at, n->type);
	return 0;
}

/* ---- comparing ---- */

static int two_strings(struct infer *in, struct node *n)
{
	struct node *a = n->args;
	int err = infer_value(in, a);

	if (!err)
		err = infer_value(in, a->next);
	for (u32 i = 0; i < 2 && !err; i++, a = a->next) {
		if (!unknown(a->type) && a->type->kind != T_STRING) {
			infer_error(in, a->at, "%s() takes strings, not %s", n->name,
				    type_text(in, a->type));
			diag_hint(in->d, "str() reads one from an address");
			err = -EINVAL;
		}
	}
	return err;
}

static int infer_strncmp(struct infer *in, struct node *n)
{
	struct node *len = arg_at(n, 2), *a = n->args;
	u64 most;
	int err = two_strings(in, n);

	if (!err)
		err = number_arg(in, n, 2);
	if (err)
		return err;
	n->type = &t_u64;
	if (!is_constant(len))
		return infer_error(in, len->at, "strncmp() takes a literal length");
	most = len->num;
	if (a->kind == N_STRING && a->next->kind == N_STRING)
		return become_number(n, strncmp(a->str, a->next->str, most) != 0, &t_u64);
	return 0;
}

static int lower_strncmp(struct lower *lo, struct node *n, struct value *out)
{
	u32 r = imm_reg(lo, 1), differ = vc_label(lo->v);
	u32 len = (u32)MIN(arg_at(n, 2)->num, (u64)UINT32_MAX);
	int err = compare_strings(lo, n->args, n->args->next, len, differ);

	if (err)
		return err;
	vc_imm(lo->v, r, 0);
	vc_place(lo->v, differ);
	*out = value_reg(r, n->type);
	return 0;
}

static int infer_strcontains(struct infer *in, struct node *n)
{
	int err = two_strings(in, n);

	if (err)
		return err;
	n->type = &t_bool;
	if (n->args->kind == N_STRING && n->args->next->kind == N_STRING)
		return become_number(n, strstr(n->args->str, n->args->next->str) != NULL, &t_bool);
	return 0;
}

/* Tries every beginning; the needle's bytes are compared until one differs or it ends. */
static int lower_strcontains(struct lower *lo, struct node *n, struct value *out)
{
	struct node *needle_node = n->args->next;
	u32 hay_size = n->args->type->size, needle_size = needle_node->type->size;
	u32 i = imm_reg(lo, 0), j = new_reg(lo), at = new_reg(lo), a = new_reg(lo);
	u32 b = new_reg(lo), found = imm_reg(lo, 0), hay, needle;
	u32 next = vc_label(lo->v), inner = vc_label(lo->v), go_on = vc_label(lo->v);
	u32 yes = vc_label(lo->v), end = vc_label(lo->v);
	struct place hp, np;
	int err = lower_mem(lo, n->args, &hp);

	if (!err)
		err = lower_mem(lo, needle_node, &np);
	if (err)
		return err;
	hay = place_addr(lo, hp);
	needle = place_addr(lo, np);
	vc_place(lo->v, next);
	vc_imm(lo->v, j, 0);
	vc_place(lo->v, inner);
	vc_branch_imm(lo->v, VC_UGE, VC_64, j, needle_size, yes);
	vc_alu(lo->v, VC_ADD, VC_64, at, needle, j);
	vc_load(lo->v, 1, false, b, at, 0);
	vc_branch_imm(lo->v, VC_EQ, VC_64, b, 0, yes);
	vc_alu(lo->v, VC_ADD, VC_64, at, i, j);
	vc_branch_imm(lo->v, VC_UGE, VC_64, at, hay_size, end);
	vc_alu(lo->v, VC_ADD, VC_64, at, hay, at);
	vc_load(lo->v, 1, false, a, at, 0);
	vc_branch_imm(lo->v, VC_EQ, VC_64, a, 0, end);
	vc_branch(lo->v, VC_NE, VC_64, a, b, go_on);
	vc_alu_imm(lo->v, VC_ADD, VC_64, j, j, 1);
	vc_jump(lo->v, inner);
	vc_place(lo->v, go_on);
	vc_alu_imm(lo->v, VC_ADD, VC_64, i, i, 1);
	vc_branch_imm(lo->v, VC_ULT, VC_64, i, hay_size, next);
	vc_jump(lo->v, end);
	vc_place(lo->v, yes);
	vc_imm(lo->v, found, 1);
	vc_place(lo->v, end);
	*out = value_reg(found, n->type);
	return 0;
}

static int infer_path(struct infer *in, struct node *n)
{
	u32 room;
	int err = infer_value(in, n->args);

	if (!err)
		err = room_of(in, n, 0, &room);
	if (err)
		return err;
	n->type = t_string(in->a, MAX(room, 1u));
	return n->type ? 0 : infer_nomem(in);
}

static int lower_path(struct lower *lo, struct node *n, struct value *out)
{
	u32 args[3], from;
	int err = lower_reg(lo, n->args, &from);

	if (!err && !out->wanted)
		err = place_new(lo, n->type->size, 8, &out->at);
	if (err)
		return err;
	place_zero(lo, out->at, n->type->size);
	args[0] = from;
	args[1] = place_addr(lo, out->at);
	args[2] = imm_reg(lo, n->type->size);
	vc_call(lo->v, HELPER_d_path, VC_NONE, 3, args);
	*out = value_mem(out->at, n->type);
	return 0;
}

static int infer_strcap(struct infer *in, struct node *n)
{
	int err = infer_value(in, n->args);

	n->type = &t_s64;
	if (err || unknown(n->args->type))
		return err;
	if (n->args->type->kind == T_ARRAY)
		return become_number(n, n->args->type->count, &t_s64);
	if (n->args->type->kind == T_STRING)
		return become_number(n, n->args->type->size, &t_s64);
	return become_number(n, in->cfg->max_strlen, &t_s64);
}

const struct builtin words_string[] = {
	{ "str", WORD_CALL | WORD_USER_SPACE, 1, 2, infer_str, lower_str,
	  "str(address), str(address, length)" },
	{ "kstr", WORD_CALL, 1, 2, infer_str, lower_str, "kstr(address), kstr(address, length)" },
	{ "buf", WORD_CALL | WORD_USER_SPACE, 1, 2, infer_buf, lower_buf, "buf(address, length)" },
	{ "strncmp", WORD_CALL | WORD_USER_SPACE, 3, 3, infer_strncmp, lower_strncmp,
	  "strncmp(a, b, length)" },
	{ "strcontains", WORD_CALL | WORD_USER_SPACE, 2, 2, infer_strcontains, lower_strcontains,
	  "strcontains(haystack, needle)" },
	{ "strcap", WORD_CALL | WORD_USER_SPACE, 1, 1, infer_strcap, lower_never,
	  "strcap(string)" },
	{ "path", WORD_CALL, 1, 2, infer_path, lower_path, "path(&file->f_path)" },
	{ 0 },
};
