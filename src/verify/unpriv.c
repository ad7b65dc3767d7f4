// SPDX-License-Identifier: BSD-2-Clause
#include "verify/unpriv.h"

#include "isa/alu.h"

enum { MOVE_NEGATIVE = 1, MOVE_CONST = 2, MOVE_IN_PLACE = 4, MOVE_COPY = 8, MOVE_NUMBER = 16 };

static bool masked(const struct verify *v, const struct insn *i)
{
	u8 op = INSN_OP(i->code);

	return !v->allow_ptr_leaks && INSN_SRC(i->code) == SRC_X &&
	       (op == ALU_ADD || op == ALU_SUB);
}

/* All paths must need one mask: it is part of the instruction. */
static int same_mask(struct verify *v, const struct insn *i, u8 kind, u64 limit)
{
	struct aux *aux = &v->aux[v->insn];

	if (aux->alu_state && (aux->alu_state != kind || aux->alu_limit != limit))
		return reject(v, REJECT_PRIVILEGE, i->dst,
			      "R%u moves from different maps, paths or numbers without privilege",
			      i->dst);
	aux->alu_state = kind;
	aux->alu_limit = limit;
	return 0;
}

/* How far the pointer is from its object's start. The stack's upper end is a start to the left. */
static int find_limit(struct verify *v, const struct insn *i, const struct reg *ptr, bool left,
		      u32 *limit)
{
	u32 max;

	switch (ptr->type) {
	case PTR_TO_STACK:
		max = STACK_SIZE + left;
		*limit = (u32) - ((s64)ptr->s.var.value + ptr->off);
		break;
	case PTR_TO_MAP_VALUE:
		max = ptr->map->value_size;
		*limit = (u32)((left ? (u64)ptr->s.smin : ptr->s.umax) + (u64)(s64)ptr->off);
		break;
	default:
		return reject(v, REJECT_PRIVILEGE, i->dst,
			      "a %s pointer moves by a register without privilege",
			      reg_type_name(ptr));
	}
	if (*limit < max)
		return 0;
	return reject(v, REJECT_PRIVILEGE, i->dst, "R%u moves beyond its object without privilege",
		      i->dst);
}

int unpriv_before(struct verify *v, const struct insn *i, const struct reg *ptr,
		  const struct reg *num, bool in_place, struct unpriv_move *m)
{
	bool constant = scalar_is_const(&num->s), negative = num->s.smin < 0;
	int err;

	*m = (struct unpriv_move){ .used = masked(v, i) };
	if (!m->used)
		return 0;
	if (!constant && negative != (num->s.smax < 0))
		return reject(v, REJECT_PRIVILEGE, i->dst,
			      "a pointer moves by a number of unknown sign without privilege");
	m->left = (INSN_OP(i->code) == ALU_ADD) == negative;
	err = find_limit(v, i, ptr, m->left, &m->limit);
	if (err)
		return err;
	m->kind = (negative ? MOVE_NEGATIVE : 0) | (constant ? MOVE_CONST : 0) |
		  (in_place ? MOVE_IN_PLACE : MOVE_COPY);
	return 0;
}

int unpriv_after(struct verify *v, const struct insn *i, const struct reg *dst,
		 const struct unpriv_move *m)
{
	u32 limit = 0;
	int err;

	if (!m->used)
		return 0;
	err = find_limit(v, i, dst, m->left, &limit);
	if (err)
		return err;
	return same_mask(v, i, m->kind, limit > m->limit ? limit - m->limit : m->limit - limit);
}

int unpriv_number(struct verify *v, const struct insn *i)
{
	return masked(v, i) ? same_mask(v, i, MOVE_NUMBER, 0) : 0;
}
