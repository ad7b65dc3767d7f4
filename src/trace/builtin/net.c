// SPDX-License-Identifier: BSD-2-Clause
/* Words about network addresses and byte order. */
#include <arpa/inet.h>
#include <errno.h>

#include "trace/builtin/family.h"

static int infer_ntop(struct infer *in, struct node *n)
{
	struct node *address = n->args->next ? n->args->next : n->args;
	const struct ttype *t;
	int err = n->args->next ? number_arg(in, n, 0) : 0;

	if (!err)
		err = infer_value(in, address);
	if (err)
		return err;
	n->type = t_kind(T_INET);
	t = address->type;
	if (unknown(t) || reads_as_number(t) || t->kind == T_POINTER)
		return 0;
	if (t->size != 4 && t->size != 16)
		return infer_error(in, address->at, "an address has 4 or 16 bytes, not %u",
				   t->size);
	return 0;
}

/* The family is given, or follows from the size. */
static int lower_ntop(struct lower *lo, struct node *n, struct value *out)
{
	struct node *address = n->args->next ? n->args->next : n->args;
	bool v6 = !t_in_register(address->type) && address->type->size == 16;
	struct value v = { 0 }, family = value_imm(v6 ? AF_INET6 : AF_INET, &t_u32);
	struct place data;
	int err = 0;

	if (n->args->next)
		err = lower_expr(lo, n->args, &family);
	if (!err)
		err = lower_expr(lo, address, &v);
	if (!err && !out->wanted)
		err = place_new(lo, 20, 4, &out->at);
	if (err)
		return err;
	data = place_at(out->at, 4);
	err = value_store(lo, &family, out->at, &t_u32);
	place_zero(lo, data, 16);
	if (err)
		return err;
	if (t_in_register(address->type))
		err = value_store(lo, &v, data, &t_u32);
	else if (v.where == V_REG)
		err = read_bytes(lo, v.reg, 0, address->type->size, address->type->space, data);
	else
		place_copy(lo, data, v.at, address->type->size);
	*out = value_mem(out->at, n->type);
	return err;
}

static int infer_pton(struct infer *in, struct node *n)
{
	u8 bytes[16];
	const char *text;
	u32 len;
	int err = text_arg(in, n, 0, &text);

	if (err)
		return err;
	len = strchr(text, ':') ? 16 : 4;
	if (inet_pton(len == 16 ? AF_INET6 : AF_INET, text, bytes) != 1)
		return infer_error(in, n->args->at, "'%s' is no address", text);
	n->str = arena_copy(in->a, bytes, len);
	n->len = len;
	n->type = t_array(in->a, &t_u8, len);
	if (!n->str || !n->type)
		return infer_nomem(in);
	((struct ttype *)n->type)->space = SPACE_BPF;
	return 0;
}

static int lower_pton(struct lower *lo, struct node *n, struct value *out)
{
	int err = out->wanted ? 0 : place_new(lo, n->len, 8, &out->at);

	for (u32 i = 0; i < n->len && !err; i += 4)
		place_store_imm(lo, 4, place_at(out->at, (s32)i), LOAD(u32, n->str + i));
	*out = value_mem(out->at, n->type);
	return err;
}

static int infer_macaddr(struct infer *in, struct node *n)
{
	const struct ttype *t;
	int err = infer_value(in, n->args);

	if (err)
		return err;
	n->type = t_kind(T_MAC);
	t = n->args->type;
	if (!unknown(t) && t->kind != T_POINTER && !reads_as_number(t) &&
	    !(t->kind == T_ARRAY && t->size == 6))
		return infer_error(in, n->args->at, "macaddr() takes an address or char[6], not %s",
				   type_text(in, t));
	return 0;
}

static int lower_macaddr(struct lower *lo, struct node *n, struct value *out)
{
	const struct ttype *t = n->args->type;
	enum tspace space = t->kind == T_POINTER || t->kind == T_ARRAY ? t->space : SPACE_KERNEL;
	struct value v = { 0 };
	u32 r;
	int err = lower_expr(lo, n->args, &v);

	if (!err && !out->wanted)
		err = place_new(lo, 6, 2, &out->at);
	if (err)
		return err;
	if (v.where == V_MEM && t->kind == T_ARRAY) {
		place_copy(lo, out->at, v.at, 6);
	} else {
		value_in_reg(lo, &v, &r);
		err = read_bytes(lo, r, 0, 6, space, out->at);
	}
	*out = value_mem(out->at, n->type);
	return err;
}

static int infer_bswap(struct infer *in, struct node *n)
{
	int err = number_arg(in, n, 0);

	if (err || unknown(n->args->type))
		return err;
	n->type = t_number(type_value(n->args->type)->size, false);
	if (is_constant(n->args) && n->type->size < 8)
		n->type = literal_type(n->args->num, false);
	return 0;
}

static int lower_bswap(struct lower *lo, struct node *n, struct value *out)
{
	u32 r, to = new_reg(lo);
	int err = lower_reg(lo, n->args, &r);

	if (err)
		return err;
	if (n->type->size == 1)
		vc_extend(lo->v, to, r, 1, false);
	else
		vc_swap(lo->v, to, r, n->type->size * 8);
	*out = value_reg(to, n->type);
	return 0;
}

const struct builtin words_net[] = {
	{ "ntop", WORD_CALL | WORD_USER_SPACE, 1, 2, infer_ntop, lower_ntop,
	  "ntop(address), ntop(family, address)" },
	{ "pton", WORD_CALL | WORD_USER_SPACE, 1, 1, infer_pton, lower_pton, "pton(\"address\")" },
	{ "macaddr", WORD_CALL, 1, 1, infer_macaddr, lower_macaddr, "macaddr(address)" },
	{ "bswap", WORD_CALL | WORD_USER_SPACE, 1, 1, infer_bswap, lower_bswap, "bswap(n)" },
	{ 0 },
};
