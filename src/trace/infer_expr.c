// SPDX-License-Identifier: BSD-2-Clause
#include <errno.h>

#include "base/str.h"
#include "btf/types.h"
#include "trace/infer.h"
#include "trace/macro.h"

bool is_number(const struct ttype *t)
{
	return t->kind == T_NUMBER || t->kind == T_BOOL;
}

bool is_integer(const struct ttype *t)
{
	return t->kind == T_NUMBER;
}

bool reads_as_number(const struct ttype *t)
{
	switch (t->kind) {
	case T_NUMBER:
	case T_BOOL:
	case T_KSYM:
	case T_USERNAME:
	case T_COUNT:
	case T_SUM:
	case T_AVG:
	case T_MIN:
	case T_MAX:
		return true;
	default:
		return false;
	}
}

const struct ttype *type_value(const struct ttype *t)
{
	switch (t->kind) {
	case T_COUNT:
		return &t_s64;
	case T_SUM:
	case T_AVG:
	case T_MIN:
	case T_MAX:
		return t->is_signed ? &t_s64 : &t_u64;
	default:
		return t;
	}
}

const char *type_text(struct infer *in, const struct ttype *t)
{
	struct buf b = { 0 };
	const char *text;

	t_print(&b, t);
	text = arena_strdup(in->a, buf_str(&b));
	buf_fini(&b);
	return text ? text : "?";
}

const struct ttype *literal_type(u64 value, bool negative)
{
	if (negative) {
		s64 v = (s64)value;

		return v >= INT8_MIN	? &t_s8
		       : v >= INT16_MIN ? &t_s16
		       : v >= INT32_MIN ? &t_s32
					: &t_s64;
	}
	return value <= UINT8_MAX    ? &t_u8
	       : value <= UINT16_MAX ? &t_u16
	       : value <= UINT32_MAX ? &t_u32
				     : &t_u64;
}

static const struct ttype *join_numbers(const struct ttype *a, const struct ttype *b)
{
	u32 size = MAX(a->size, b->size);

	if (a->kernel_typed && t_same(a, b) && a->id == b->id)
		return a;
	if (a->is_signed == b->is_signed)
		return t_number(size, a->is_signed);
	/* The signed one needs a bit more than the unsigned one has; 64 bits is what there is. */
	if ((a->is_signed ? b : a)->size == size)
		size = MIN(size * 2, 8u);
	return t_number(size, true);
}

static const struct ttype *join_tuples(struct infer *in, const struct ttype *a,
				       const struct ttype *b)
{
	const struct ttype *parts[64], *t;
	bool same = true;

	if (a->count != b->count || a->count > ARRAY_SIZE(parts))
		return NULL;
	for (u32 i = 0; i < a->count; i++) {
		parts[i] = type_join(in, a->members[i], b->members[i]);
		if (!parts[i] || unknown(parts[i]))
			return parts[i];
		same &= t_same(parts[i], a->members[i]);
	}
	if (same)
		return a;
	t = t_tuple(in->a, parts, a->count);
	if (t)
		((struct ttype *)t)->names = a->names;
	return t;
}

static const struct ttype *join_pointers(const struct ttype *a, const struct ttype *b)
{
	if (!a->elem && !a->btf)
		return b;
	if (!b->elem && !b->btf)
		return a;
	/* An untrusted pointer among the typed ones: all are read with care. */
	if (t_same(a, b) || a->btf || b->btf)
		return a->space == SPACE_BTF ? b : a;
	return t_same(a->elem, b->elem) ? a : NULL;
}

const struct ttype *type_join(struct infer *in, const struct ttype *a, const struct ttype *b)
{
	if (unknown(a) || unknown(b))
		return &t_unknown;
	a = t_is_aggregation(b) ? a : type_value(a);
	if (a->kind == T_BOOL && b->kind == T_BOOL)
		return a;
	if (is_number(a) && is_number(b))
		return join_numbers(a, b);
	if ((a->kind == T_POINTER && is_integer(b)) || (b->kind == T_POINTER && is_integer(a)))
		return &t_u64;
	if (a->kind != b->kind) {
		if (reads_as_number(a) && reads_as_number(b) && !t_is_aggregation(b))
			return &t_u64;
		return NULL;
	}
	switch (a->kind) {
	case T_STRING:
	case T_BUFFER:
		return a->size >= b->size ? a : b;
	case T_POINTER:
		return join_pointers(a, b);
	case T_TUPLE:
		return join_tuples(in, a, b);
	case T_SUM:
	case T_AVG:
	case T_MIN:
	case T_MAX:
	case T_STATS:
		return a->is_signed ? a : b;
	case T_KSTACK:
	case T_USTACK:
		return a->mode == b->mode ? (a->depth >= b->depth ? a : b) : NULL;
	default:
		return t_same(a, b) ? a : NULL;
	}
}

/* ---- operators ---- */

static bool is_comparison(enum node_op op)
{
	return op >= OP_EQ && op <= OP_GE;
}

static int bad_operands(struct infer *in, struct node *n)
{
	return infer_error(in, n->at, "'%s' does not fit %s and %s", node_op_text(n->op),
			   type_text(in, n->a->type), type_text(in, n->b->type));
}

static int infer_comparison(struct infer *in, struct node *n)
{
	const struct ttype *a = type_value(n->a->type), *b = type_value(n->b->type);
	bool numbers = (reads_as_number(a) || a->kind == T_POINTER) &&
		       (reads_as_number(b) || b->kind == T_POINTER);

	n->type = &t_bool;
	if (numbers)
		return 0;
	if (n->op != OP_EQ && n->op != OP_NE)
		return bad_operands(in, n);
	if (a->kind == T_STRING && b->kind == T_STRING)
		return 0;
	if (a->kind == b->kind &&
	    (a->kind == T_TUPLE || a->kind == T_ARRAY || a->kind == T_MAC || a->kind == T_INET ||
	     a->kind == T_BUFFER) &&
	    a->size == b->size)
		return 0;
	if (a->kind == T_TUPLE && b->kind == T_TUPLE && type_join(in, a, b))
		return 0;
	return bad_operands(in, n);
}

static int infer_pointer_sum(struct infer *in, struct node *n, const struct ttype *a,
			     const struct ttype *b)
{
	bool minus = n->op == OP_SUB;

	if ((n->op == OP_ADD || minus) && a->kind == T_POINTER && is_number(b)) {
		n->type = a;
		if (a->space == SPACE_BTF || a->space == SPACE_CTX) {
			struct ttype *t = arena_copy(in->a, a, sizeof(*a));

			if (!t)
				return infer_nomem(in);
			t->space = SPACE_KERNEL;
			n->type = t;
		}
		return 0;
	}
	if (n->op == OP_ADD && b->kind == T_POINTER && is_number(a)) {
		struct node *swap = n->a;

		n->a = n->b;
		n->b = swap;
		return infer_pointer_sum(in, n, b, a);
	}
	if (minus && a->kind == T_POINTER && b->kind == T_POINTER) {
		n->type = &t_s64;
		return 0;
	}
	/* Bits of an address. */
	if (n->op == OP_AND || n->op == OP_OR || n->op == OP_XOR || n->op == OP_SHR ||
	    n->op == OP_SHL || n->op == OP_MOD || n->op == OP_DIV || n->op == OP_MUL) {
		n->type = &t_u64;
		return 0;
	}
	return bad_operands(in, n);
}

/* Signed when one side is; a literal that is not negative takes the other side's part. */
static bool signed_result(const struct node *a, const struct node *b)
{
	bool as = type_value(a->type)->is_signed, bs = type_value(b->type)->is_signed;

	if (is_constant(a) && !as)
		return bs;
	if (is_constant(b) && !bs)
		return as;
	return as || bs;
}

static int infer_binary(struct infer *in, struct node *n)
{
	const struct ttype *a, *b;
	int err = infer_value(in, n->a);

	if (!err)
		err = infer_value(in, n->b);
	if (err)
		return err;
	if (n->op == OP_LAND || n->op == OP_LOR) {
		n->type = &t_bool;
		for (u32 i = 0; i < 2; i++) {
			a = i ? n->b->type : n->a->type;
			if (!unknown(a) && !reads_as_number(a) && a->kind != T_POINTER)
				return infer_error(in, (i ? n->b : n->a)->at,
						   "'%s' is for numbers and pointers, not %s",
						   node_op_text(n->op), type_text(in, a));
		}
		fold(in, n);
		return 0;
	}
	n->type = is_comparison(n->op) ? &t_bool : &t_unknown;
	if (unknown(n->a->type) || unknown(n->b->type))
		return 0;
	if (is_comparison(n->op)) {
		err = infer_comparison(in, n);
		fold(in, n);
		return err;
	}
	a = type_value(n->a->type);
	b = type_value(n->b->type);
	if (a->kind == T_POINTER || b->kind == T_POINTER)
		return infer_pointer_sum(in, n, a, b);
	if (!reads_as_number(a) || !reads_as_number(b))
		return bad_operands(in, n);
	if ((n->op == OP_DIV || n->op == OP_MOD) && is_constant(n->b) && !n->b->num)
		return infer_error(in, n->b->at, "division by zero");
	n->type = t_number(8, signed_result(n->a, n->b));
	fold(in, n);
	return 0;
}

static bool is_step(enum node_op op)
{
	return op >= OP_PRE_INC;
}

static int infer_step(struct infer *in, struct node *n)
{
	struct tvar *v;
	int err;

	if (n->a->kind == N_MAP) {
		err = infer_map_step(in, n->a);
		n->type = n->a->type;
		return err;
	}
	if (n->a->kind != N_VAR)
		return infer_error(in, n->a->at, "'%s' is for variables and maps",
				   node_op_text(n->op));
	err = infer_expr(in, n->a);
	if (err)
		return err;
	v = n->a->var;
	if (!unknown(v->type) && is_number(v->type) && !v->declared)
		err = var_grow(in, n->a, v, t_number(8, v->type->is_signed));
	else if (!unknown(v->type) && !is_number(v->type) && v->type->kind != T_POINTER)
		err = infer_error(in, n->a->at, "'%s' is for numbers and pointers, not %s",
				  node_op_text(n->op), type_text(in, v->type));
	/* One that is stepped is no longer what the verifier knows: it is read with care. */
	if (!err && v->type->kind == T_POINTER && v->type->space == SPACE_BTF) {
		struct ttype *stepped = arena_copy(in->a, v->type, sizeof(*stepped));

		if (!stepped)
			return infer_nomem(in);
		stepped->space = SPACE_KERNEL;
		v->type = stepped;
		in->changed = true;
	}
	n->type = n->a->type = v->type;
	return err;
}

static int infer_deref(struct infer *in, struct node *n)
{
	const struct ttype *t = n->a->type, *to;

	if (is_integer(t)) { /* *arg0: eight bytes at that address */
		n->type = &t_u64;
		return 0;
	}
	if (t->kind != T_POINTER)
		return infer_error(in, n->at, "'*' is for pointers, not %s", type_text(in, t));
	to = t_pointee(in->a, t);
	if (!to)
		return infer_nomem(in);
	if (to == &t_none)
		return infer_error(in, n->at, "what a void * leads to has no type: cast it");
	if (to->space != t->space && (to->kind == T_RECORD || to->kind == T_ARRAY ||
				      (to->kind == T_POINTER && to->space == SPACE_NONE))) {
		struct ttype *copy = arena_copy(in->a, to, sizeof(*to));

		if (!copy)
			return infer_nomem(in);
		copy->space = t->space;
		to = copy;
	}
	n->type = to;
	return 0;
}

static int infer_address(struct infer *in, struct node *n)
{
	const struct ttype *t = n->a->type;

	if (n->a->kind != N_VAR && n->a->kind != N_MAP && n->a->kind != N_MEMBER)
		return infer_error(in, n->at, "'&' is for variables, maps and fields");
	if (unknown(t))
		return 0;
	if (n->a->kind == N_VAR)
		n->a->var->captured = true; /* it lives in memory */
	n->type = t_pointer(in->a, t, n->a->kind == N_MEMBER ? t->space : SPACE_BPF);
	return n->type ? 0 : infer_nomem(in);
}

static int infer_unary(struct infer *in, struct node *n)
{
	const struct ttype *t;
	int err;

	if (is_step(n->op))
		return infer_step(in, n);
	err = infer_value(in, n->a);
	if (err)
		return err;
	t = type_value(n->a->type);
	n->type = n->op == OP_NOT ? &t_bool : &t_unknown;
	if (n->op == OP_ADDRESS)
		return infer_address(in, n);
	if (unknown(t))
		return 0;
	if (n->op == OP_DEREF)
		return infer_deref(in, n);
	if (!reads_as_number(t) && !(t->kind == T_POINTER && n->op == OP_NOT))
		return infer_error(in, n->at, "'%s' is for numbers, not %s", node_op_text(n->op),
				   type_text(in, t));
	if (n->op == OP_NEG)
		n->type = &t_s64;
	else if (n->op == OP_BNOT)
		n->type = t_number(8, t->is_signed);
	fold(in, n);
	return 0;
}

static int infer_ternary(struct infer *in, struct node *n)
{
	struct node *b = n->b ? n->b : n->a;
	int err = n->b ? infer_condition(in, n->a) : infer_value(in, n->a);

	if (!err && n->b)
		err = infer_expr(in, n->b);
	if (!err)
		err = infer_expr(in, n->c);
	if (err)
		return err;
	if (b->type == &t_none && n->c->type == &t_none) {
		n->type = &t_none;
		return 0;
	}
	n->type = type_join(in, b->type, type_value(n->c->type));
	if (!n->type) {
		infer_error(in, n->at, "the two sides of ':' are %s and %s", type_text(in, b->type),
			    type_text(in, n->c->type));
		diag_hint(in->d, "both must have one type");
		return -EINVAL;
	}
	fold(in, n);
	return 0;
}

/* ---- parts of records, tuples, arrays ---- */

static int no_argument(struct infer *in, struct node *n)
{
	struct near near = near_start(n->name, strlen(n->name));
	const struct tpoint *p = in->point;

	if (p->meta.optional) {
		in->skip = true;
		in->missing = n->name;
		return -ENOENT;
	}
	infer_error(in, n->at, "%s has no argument '%s'", p->meta.name, n->name);
	for (u32 i = 0; i < p->arg_count; i++) {
		if (p->args[i].name)
			near_try(&near, p->args[i].name);
	}
	if (near.best)
		diag_hint(in->d, "did you mean args.%s?", near.best);
	else
		diag_hint(in->d, "-lv '%s' lists its arguments", p->meta.name);
	return -EINVAL;
}

/* char name[16] is a string. */
static const struct ttype *chars(struct infer *in, const struct ttype *t)
{
	if (t->kind != T_ARRAY || t->elem != &t_s8 || !t->count)
		return t;
	return t_string(in->a, t->count);
}

static int argument_type(struct infer *in, struct node *n, const struct targ *arg)
{
	n->word = arg;
	n->type = arg->from == TARG_FIELD ? chars(in, arg->type) : arg->type;
	return n->type ? 0 : infer_nomem(in);
}

static int infer_argument(struct infer *in, struct node *n)
{
	const struct tpoint *p = in->point;

	in->uses_args = true;
	if (!p)
		return infer_error(in, n->at, "a function has no args of a probe");
	if (!strcmp(n->name, "retval") && p->retval)
		return argument_type(in, n, p->retval);
	for (u32 i = 0; i < p->arg_count; i++) {
		if (!p->args[i].name || strcmp(p->args[i].name, n->name))
			continue;
		if (!targ_type(&p->args[i], in->a, in->btf_source))
			return infer_nomem(in);
		return argument_type(in, n, &p->args[i]);
	}
	/* What syscalls return was once spelled so. */
	if (!strcmp(n->name, "retval")) {
		n->name = "ret";
		for (u32 i = 0; i < p->arg_count; i++) {
			if (p->args[i].name && !strcmp(p->args[i].name, "ret"))
				return infer_argument(in, n);
		}
		n->name = "retval";
	}
	return no_argument(in, n);
}

bool is_args(const struct node *n)
{
	return n->kind == N_NAME && !strcmp(n->name, "args");
}

static int no_field(struct infer *in, struct node *n, const struct ttype *t)
{
	struct near near = near_start(n->name, strlen(n->name));

	infer_error(in, n->at, "%s has no field '%s'", type_text(in, t), n->name);
	for (u32 i = 0; t->kind == T_RECORD && i < types_vlen(t->btf, t->id); i++)
		near_try(&near, types_member(t->btf, t->id, i).name);
	if (near.best)
		diag_hint(in->d, "did you mean '%s'?", near.best);
	return -EINVAL;
}

static int tuple_member(struct infer *in, struct node *n, const struct ttype *t)
{
	for (u32 i = 0; t->names && i < t->count; i++) {
		if (t->names[i] && !strcmp(t->names[i], n->name)) {
			n->kind = N_AT;
			n->num = i;
			n->type = t->members[i];
			return 0;
		}
	}
	return no_field(in, n, t);
}

static int infer_member(struct infer *in, struct node *n)
{
	const struct ttype *t;
	struct field f;
	int err;

	/* The members of an iterator's context are its arguments. */
	if (in->point && in->point->meta.kind == POINT_ITER && n->a->kind == N_NAME &&
	    !strcmp(n->a->name, "ctx"))
		n->a->name = "args";
	if (is_args(n->a))
		return infer_argument(in, n);
	err = infer_value(in, n->a);
	if (err)
		return err;
	t = n->a->type;
	n->type = &t_unknown;
	if (unknown(t))
		return 0;
	if (t->kind == T_TUPLE)
		return tuple_member(in, n, t);
	if (t->kind == T_POINTER) { /* '.' does for '->' */
		const struct ttype *to = t_pointee(in->a, t);
		struct ttype *copy = to ? arena_copy(in->a, to, sizeof(*to)) : NULL;

		if (!copy)
			return infer_nomem(in);
		copy->space = t->space;
		t = copy;
	}
	if (t->kind != T_RECORD) {
		infer_error(in, n->at, "%s has no fields", type_text(in, n->a->type));
		if (is_integer(t))
			diag_hint(in->d, "cast it: ((struct name *)…).%s", n->name);
		return -EINVAL;
	}
	err = type_field(in, t, n->name, &f);
	if (err == -ENOENT)
		return no_field(in, n, t);
	if (err)
		return err;
	n->type = chars(in, f.type);
	n->num = f.off;
	n->scratch = (u64)f.bit_off << 32 | f.bit_size;
	return 0;
}

static int infer_at(struct infer *in, struct node *n)
{
	const struct ttype *t;
	int err = infer_value(in, n->a);

	if (err)
		return err;
	t = n->a->type;
	n->type = &t_unknown;
	if (unknown(t))
		return 0;
	if (t->kind != T_TUPLE)
		return infer_error(in, n->at, "%s is no tuple", type_text(in, t));
	if (n->num >= t->count)
		return infer_error(in, n->at, "%s has %u parts, counted from 0", type_text(in, t),
				   t->count);
	n->type = t->members[n->num];
	return 0;
}

static int infer_index(struct infer *in, struct node *n)
{
	const struct ttype *t;
	int err = infer_value(in, n->a);

	if (!err)
		err = infer_value(in, n->b);
	if (err)
		return err;
	t = n->a->type;
	n->type = &t_unknown;
	if (unknown(t) || unknown(n->b->type))
		return 0;
	if (!reads_as_number(n->b->type))
		return infer_error(in, n->b->at, "an index is a number, not %s",
				   type_text(in, n->b->type));
	if (t->kind == T_POINTER)
		return infer_deref(in, n);
	if (t->kind != T_ARRAY)
		return infer_error(in, n->at, "%s has no elements", type_text(in, t));
	if (is_constant(n->b) && n->b->num >= t->count && t->count)
		return infer_error(in, n->b->at, "the array has %u elements, counted from 0",
				   t->count);
	n->type = t->elem;
	return 0;
}

/* ---- casts ---- */

static const struct ttype *in_space(struct infer *in, const struct ttype *t, enum tspace space)
{
	struct ttype *copy;

	if (t->kind != T_POINTER && t->kind != T_RECORD && t->kind != T_ARRAY)
		return t;
	copy = arena_copy(in->a, t, sizeof(*t));
	if (copy)
		copy->space = space;
	return copy;
}

static bool can_cast(const struct ttype *from, const struct ttype *to)
{
	bool word = reads_as_number(from) || from->kind == T_POINTER || from->kind == T_ARRAY ||
		    from->kind == T_MAC || from->kind == T_INET;

	switch (to->kind) {
	case T_NUMBER:
	case T_BOOL:
		return word;
	case T_POINTER:
		return reads_as_number(from) || from->kind == T_POINTER || from->kind == T_ARRAY ||
		       from->kind == T_RECORD;
	case T_RECORD: /* (struct foo)address: what lies there */
		return from->kind == T_POINTER || is_integer(from) || from->kind == T_RECORD;
	case T_ARRAY:
		return is_number(from) || from->kind == T_ARRAY || from->kind == T_POINTER ||
		       from->kind == T_STRING;
	case T_STRING:
	case T_BUFFER:
		return from->kind == to->kind;
	case T_TUPLE:
		if (from->kind != T_TUPLE || from->count != to->count)
			return false;
		for (u32 i = 0; i < to->count; i++) {
			if (!can_cast(from->members[i], to->members[i]) &&
			    !t_same(from->members[i], to->members[i]))
				return false;
		}
		return true;
	default:
		return from->kind == to->kind;
	}
}

static enum tspace default_space(const struct infer *in)
{
	return in->point ? in->point->ctx_space : SPACE_NONE;
}

static int infer_cast(struct infer *in, struct node *n)
{
	const struct ttype *to = type_named(in, n->to), *from;
	enum tspace space;
	int err = to ? infer_value(in, n->a) : -EINVAL;

	if (err)
		return err;
	from = n->a->type;
	n->type = &t_unknown;
	if (unknown(from))
		return 0;
	if (to->kind == T_ARRAY && !to->count && is_number(from))
		to = t_array(in->a, to->elem, from->size / MAX(to->elem->size, 1u));
	if (!to)
		return infer_nomem(in);
	if (!can_cast(from, to))
		return infer_error(in, n->at, "%s cannot be cast to %s", type_text(in, from),
				   type_text(in, to));
	space = from->kind == T_POINTER || from->kind == T_RECORD || from->kind == T_ARRAY
			? from->space
			: default_space(in);
	if (space == SPACE_BTF || space == SPACE_CTX)
		space = SPACE_KERNEL;
	n->type = in_space(in, to, space);
	if (!n->type)
		return infer_nomem(in);
	fold(in, n);
	return 0;
}

static int infer_sizeof(struct infer *in, struct node *n)
{
	const struct ttype *t;
	int err;

	if (n->to && (!n->a || type_exists(in, n->to))) {
		t = type_named(in, n->to);
		if (!t)
			return -EINVAL;
	} else {
		err = infer_expr(in, n->a);
		if (err)
			return err;
		t = n->a->type;
		if (unknown(t)) {
			n->type = &t_u64;
			return 0;
		}
	}
	n->kind = N_NUMBER;
	n->num = t->size;
	n->type = &t_u64;
	return 0;
}

static int infer_offsetof(struct infer *in, struct node *n)
{
	const struct ttype *t;
	char part[128];
	u64 off = 0;
	int err;

	if (n->to) {
		t = type_named(in, n->to);
	} else {
		err = infer_expr(in, n->a);
		if (err)
			return err;
		t = n->a->type;
	}
	if (!t)
		return -EINVAL;
	if (t->kind == T_POINTER)
		t = t_pointee(in->a, t);
	for (const char *at = n->name; t && *at;) {
		size_t len = strcspn(at, ".");
		struct field f;

		if (len >= sizeof(part))
			return infer_error(in, n->at, "this name is too long");
		memcpy(part, at, len);
		part[len] = '\0';
		err = type_field(in, t, part, &f);
		if (err == -ENOENT)
			return infer_error(in, n->at, "%s has no field '%s'", type_text(in, t),
					   part);
		if (err)
			return err;
		off += f.off;
		t = f.type;
		at += len + (at[len] == '.');
	}
	n->kind = N_NUMBER;
	n->num = off;
	n->type = &t_u64;
	return 0;
}

/* ---- tuples, words, calls ---- */

static int infer_tuple(struct infer *in, struct node *n)
{
	VEC(const struct ttype *) parts = { 0 };
	struct ttype *t = NULL;
	const char **names;
	bool known = true;
	int err = n->args ? 0 : infer_error(in, n->at, "a tuple has parts");

	for (struct node *m = n->args; m && !err; m = m->next) {
		const struct ttype **p = vec_push(&parts);

		err = p ? infer_value(in, m) : infer_nomem(in);
		if (err)
			break;
		if (unknown(m->type))
			known = false;
		else if (m->type == &t_none || m->type->kind > T_MAX)
			err = infer_error(in, m->at, "%s cannot be part of a tuple",
					  type_text(in, m->type));
		*p = type_value(m->type);
	}
	n->type = &t_unknown;
	if (!err && known) {
		t = (struct ttype *)t_tuple(in->a, parts.data, parts.len);
		names = arena_array(in->a, parts.len, sizeof(*names));
		if (!t || !names) {
			err = infer_nomem(in);
		} else if (n->kind == N_RECORD) {
			u32 i = 0;

			for (struct node *m = n->args; m; m = m->next)
				names[i++] = m->label;
			t->names = names;
		}
		n->type = t;
	}
	vec_fini(&parts);
	return err;
}

static int check_arguments(struct infer *in, struct node *n, const struct builtin *b)
{
	bool many = n->arg_count > b->max_args;

	if (n->arg_count >= b->min_args && (b->max_args == UINT8_MAX || !many))
		return 0;
	infer_error(in, n->at, "%s() takes %s%u argument%s, here %s %u", b->name,
		    b->min_args == b->max_args ? ""
		    : many		       ? "at most "
					       : "at least ",
		    many ? b->max_args : b->min_args,
		    (many ? b->max_args : b->min_args) == 1 ? "" : "s",
		    n->arg_count == 1 ? "is" : "are", n->arg_count);
	diag_hint(in->d, "%s", b->usage);
	return -EINVAL;
}

static int infer_word(struct infer *in, struct node *n, const struct builtin *b)
{
	int err = check_arguments(in, n, b);

	if (err)
		return err;
	if (b->flags & WORD_UNSAFE && !in->opts->unsafe) {
		infer_error(in, n->at, "%s() is unsafe", b->name);
		diag_hint(in->d, "--unsafe allows it");
		return -EPERM;
	}
	if (!(b->flags & WORD_USER_SPACE))
		in->needs_kernel = true;
	n->word = b;
	n->type = &t_none;
	return b->infer(in, n);
}

static void nearest_word(struct infer *in, struct node *n)
{
	struct near near = near_start(n->name, strlen(n->name));
	const struct builtin *b;

	for (u32 i = 0; (b = builtin_row(i)); i++)
		near_try(&near, b->name);
	for (struct tfunc *f = in->s->functions; f; f = f->next)
		near_try(&near, f->name);
	if (near.best)
		diag_hint(in->d, "did you mean '%s'?", near.best);
}

static int infer_name(struct infer *in, struct node *n)
{
	const struct builtin *b = builtin_find(n->name);
	const struct ttype *type;
	u64 value;
	int err;

	if (b && b->flags & WORD_PLAIN)
		return infer_word(in, n, b);
	if (enum_constant(in, n->name, &value, &type)) {
		n->kind = N_NUMBER;
		n->num = value;
		n->type = type;
		return 0;
	}
	err = macro_expand(in, n);
	if (err != -ENOENT)
		return err ? err : infer_expr(in, n);
	if (b) {
		infer_error(in, n->at, "%s is a function", n->name);
		diag_hint(in->d, "%s", b->usage);
		return -EINVAL;
	}
	infer_error(in, n->at, "unknown word '%s'", n->name);
	nearest_word(in, n);
	return -EINVAL;
}

static int infer_call_fn(struct infer *in, struct node *n, struct tfunc *f)
{
	const struct tparam *p = f->params;
	int err;

	if (n->arg_count != f->param_count)
		return infer_error(in, n->at, "%s takes %u arguments, here are %u", f->name,
				   f->param_count, n->arg_count);
	if (n->arg_count > 5)
		return infer_error(in, n->at, "a function takes at most 5 arguments");
	for (struct node *a = n->args; a; a = a->next, p = p->next) {
		err = infer_value(in, a);
		if (err)
			return err;
		if (p->var && !unknown(a->type) &&
		    !type_join(in, p->var->type, type_value(a->type)))
			return infer_error(in, a->at, "$%s of %s is %s, this is %s", p->name,
					   f->name, type_text(in, p->var->type),
					   type_text(in, a->type));
	}
	n->fn = f;
	n->type = f->type;
	return 0;
}

static int infer_call(struct infer *in, struct node *n)
{
	const struct builtin *b = builtin_find(n->name);
	int err;

	for (struct tfunc *f = in->s->functions; f; f = f->next) {
		if (!f->is_macro && !strcmp(f->name, n->name))
			return infer_call_fn(in, n, f);
	}
	err = macro_expand(in, n);
	if (err != -ENOENT)
		return err ? err : infer_expr(in, n);
	if (b)
		return infer_word(in, n, b);
	infer_error(in, n->at, "unknown function '%s'", n->name);
	nearest_word(in, n);
	return -EINVAL;
}

static int infer_block_expr(struct infer *in, struct node *n)
{
	struct scope scope = { 0 };
	struct node *last = n->body;
	int err;

	scope_push(in, &scope);
	err = infer_list(in, n->body);
	scope_pop(in);
	while (last && last->next)
		last = last->next;
	n->type = n->value ? last->a->type : &t_none;
	return err;
}

int infer_expr(struct infer *in, struct node *n)
{
	switch (n->kind) {
	case N_NUMBER:
		if (!n->type)
			n->type = literal_type(n->num, false);
		return 0;
	case N_BOOL:
		n->type = &t_bool;
		return 0;
	case N_STRING:
		if (!n->type || n->type->size != n->len + 1)
			n->type = t_string(in->a, n->len + 1);
		return n->type ? 0 : infer_nomem(in);
	case N_NAME:
		return infer_name(in, n);
	case N_VAR:
		return infer_var(in, n);
	case N_MAP:
		return infer_map_read(in, n);
	case N_CALL:
		return infer_call(in, n);
	case N_UNARY:
		return infer_unary(in, n);
	case N_BINARY:
		return infer_binary(in, n);
	case N_TERNARY:
		return infer_ternary(in, n);
	case N_MEMBER:
		return infer_member(in, n);
	case N_AT:
		return infer_at(in, n);
	case N_INDEX:
		return infer_index(in, n);
	case N_CAST:
		return infer_cast(in, n);
	case N_SIZEOF:
		return infer_sizeof(in, n);
	case N_OFFSETOF:
		return infer_offsetof(in, n);
	case N_TUPLE:
	case N_RECORD:
		return infer_tuple(in, n);
	case N_BLOCK:
		return infer_block_expr(in, n);
	case N_COMPTIME:
		return infer_comptime(in, n);
	default:
		return infer_error(in, n->at, "this is no expression");
	}
}

int infer_comptime(struct infer *in, struct node *n)
{
	struct node *a = n->a;
	int err = infer_value(in, a);

	if (err)
		return err;
	if (!is_constant(a) && a->kind != N_STRING) {
		n->type = a->type;
		return in->final ? infer_error(in, n->at,
					       "comptime is for what is known when the "
					       "script is compiled")
				 : 0;
	}
	n->kind = a->kind;
	n->num = a->num;
	n->str = a->str;
	n->len = a->len;
	n->type = a->type;
	return 0;
}

int infer_value(struct infer *in, struct node *n)
{
	int err = infer_expr(in, n);

	if (err)
		return err;
	if (n->type == &t_none)
		return infer_error(in, n->at, "this has no value");
	return 0;
}
