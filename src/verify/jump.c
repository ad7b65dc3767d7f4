// SPDX-License-Identifier: BSD-2-Clause
#include "verify/jump.h"

#include <errno.h>

#include "isa/alu.h"
#include "verify/precision.h"
#include "verify/refs.h"

/* The comparison with its operands exchanged. */
static u8 mirrored(u8 op)
{
	static const u8 pairs[][2] = {
		{ JMP_JGT, JMP_JLT },
		{ JMP_JGE, JMP_JLE },
		{ JMP_JSGT, JMP_JSLT },
		{ JMP_JSGE, JMP_JSLE },
	};

	for (size_t i = 0; i < ARRAY_SIZE(pairs); i++) {
		if (op == pairs[i][0])
			return pairs[i][1];
		if (op == pairs[i][1])
			return pairs[i][0];
	}
	return op;
}

/* ---- deciding ---- */

static bool is_packet_any(const struct reg *r)
{
	return reg_is_packet(r) || r->type == PTR_TO_PACKET_END;
}

/* A packet pointer that an earlier comparison put at or beyond the packet's end. */
static int decide_packet(const struct reg *a, const struct reg *b, u8 op)
{
	const struct reg *packet;

	if (b->type == PTR_TO_PACKET_END) {
		packet = a;
	} else if (a->type == PTR_TO_PACKET_END) {
		packet = b;
		op = mirrored(op);
	} else {
		return -1;
	}
	if (!reg_is_packet(packet) || packet->range >= 0)
		return -1;
	switch (op) {
	case JMP_JLE:
	case JMP_JGT:
		return packet->range == RANGE_BEYOND_PKT_END ? op == JMP_JGT : -1;
	case JMP_JLT:
	case JMP_JGE:
		return op == JMP_JGE;
	default:
		return -1;
	}
}

/* A pointer that is surely not NULL whatever the machine. */
static bool not_null(const struct reg *r)
{
	if (r->flags & PTR_MAYBE_NULL)
		return false;
	switch (r->type) {
	case PTR_TO_SOCKET:
	case PTR_TO_SOCK_COMMON:
	case PTR_TO_TCP_SOCK:
	case PTR_TO_MAP_VALUE:
	case PTR_TO_MAP_KEY:
	case CONST_PTR_TO_MAP:
		return true;
	case PTR_TO_BTF_ID:
		return r->ref_id || ((r->flags & PTR_TRUSTED) && !(r->flags & PTR_UNTRUSTED));
	case PTR_TO_MEM:
		return !(r->flags & PTR_UNTRUSTED);
	default:
		return false;
	}
}

static bool const_of(const struct reg *r, bool is32, u64 *value)
{
	if (r->type != SCALAR_VALUE)
		return false;
	*value = is32 ? (u32)r->s.var.value : r->s.var.value;
	return is32 ? scalar_is_const32(&r->s) : scalar_is_const(&r->s);
}

/* A pointer against a number: only NULL is decided, and only for what is never NULL. */
static int decide_pointer(const struct reg *a, const struct reg *b, u8 op, bool is32)
{
	u64 value;

	if (!const_of(b, is32, &value)) {
		const struct reg *swap = a;

		a = b;
		b = swap;
	}
	if (!const_of(b, is32, &value) || value || !not_null(a))
		return -1;
	return op == JMP_JEQ ? 0 : op == JMP_JNE ? 1 : -1;
}

/* 1: taken, 0: not, -1: either. */
static int decide(const struct reg *a, const struct reg *b, u8 op, bool is32)
{
	if (is_packet_any(a) && is_packet_any(b) && !is32)
		return decide_packet(a, b, op);
	if (reg_is_pointer(a) || reg_is_pointer(b))
		return decide_pointer(a, b, op, is32);
	return scalar_branch(&a->s, &b->s, op, is32);
}

/* ---- what both edges learn ---- */

static void learn(struct reg *a, struct reg *b, u8 op, bool is32, bool taken)
{
	/* Of a comparison with a pointer nothing is learnt about the number. */
	if (a->type != SCALAR_VALUE || b->type != SCALAR_VALUE)
		return;
	scalar_refine(&a->s, &b->s, op, is32, taken);
	if (!scalar_valid(&a->s))
		scalar_forget_ranges(&a->s);
	if (!scalar_valid(&b->s))
		scalar_forget_ranges(&b->s);
}

/* r is `known` plus the difference of their deltas, in the width of the additions. */
static void shift_linked(struct reg *r, const struct reg *known, s64 delta, bool is32)
{
	const struct insn add = { .code = (is32 ? CLASS_ALU : CLASS_ALU64) | ALU_ADD | SRC_X };
	struct scalar constant = scalar_const((u64)delta);

	r->s = known->s;
	r->precise = known->precise;
	scalar_alu(&r->s, &constant, &add);
}

void jump_sync_linked(struct verify *v, struct state *st, const struct reg *known, u64 linked)
{
	struct reg *r;

	for (u32 k = 0; (r = precision_linked_reg(st, linked, k)); k++) {
		u32 deltas = (r->id | known->id) & ID_ADD_CONST, subreg = r->subreg;

		if (r->type != SCALAR_VALUE || r == known || deltas == ID_ADD_CONST ||
		    (r->id & ~ID_ADD_CONST) != (known->id & ~ID_ADD_CONST))
			continue; /* additions of both widths: nothing follows */
		if (deltas && r->off != known->off) {
			shift_linked(r, known, (s64)r->off - known->off, deltas == ID_ADD_CONST32);
			continue;
		}
		*r = *known;
		r->subreg = subreg;
	}
}

static void set_not_null(struct reg *r)
{
	r->flags &= (u16)~PTR_MAYBE_NULL;
}

/* Does the object hold a lock? Then its pointers' id names that lock. */
static bool may_hold_lock(struct verify *v, const struct reg *r)
{
	const struct btf_fields *f = NULL;

	if (r->type == PTR_TO_MAP_VALUE)
		f = map_value_fields(v, r->map);
	else if (r->type == PTR_TO_BTF_ID && (r->flags & MEM_ALLOC))
		f = type_fields(v, r->types, r->type_id);
	return f && (f->kinds & (FIELD_SPIN_LOCK | FIELD_RES_SPIN_LOCK));
}

static void mark_one(struct verify *v, struct reg *r, u32 id, bool is_null)
{
	if (!(r->flags & PTR_MAYBE_NULL) || r->id != id || !reg_is_pointer(r))
		return;
	if (is_null) {
		reg_set_const(r, 0);
		return;
	}
	set_not_null(r);
	if (r->type == CONST_PTR_TO_MAP)
		r->map_uid = r->id;
	if (!may_hold_lock(v, r))
		r->id = 0;
}

/* A reference that turned out NULL is none: nothing to release. */
static void forget_ref(struct state *st, u32 id)
{
	for (u32 i = 0; i < st->ref_count; i++) {
		if (st->refs[i].kind != REF_PTR || st->refs[i].id != id)
			continue;
		st->refs[i] = st->refs[--st->ref_count];
		return;
	}
}

void jump_mark_null(struct verify *v, struct state *st, u32 id, u32 ref_id, bool is_null)
{
	struct reg_walk w;
	struct reg *r;

	if (ref_id && ref_id == id && is_null)
		forget_ref(st, id);
	state_for_each_reg(r, &w, st)
	{
		mark_one(v, r, id, is_null);
	}
}

/* The two pointers are equal on that edge and one of them is not NULL: neither is the other. */
static void equal_pointers(struct state *st, const struct insn *i)
{
	struct reg *a = &state_regs(st)[i->dst], *b = &state_regs(st)[i->src];

	set_not_null(a->flags & PTR_MAYBE_NULL ? a : b);
}

static bool compares_nullable(const struct insn *i, const struct reg *a, const struct reg *b)
{
	return INSN_SRC(i->code) == SRC_X && reg_is_pointer(a) && reg_is_pointer(b) &&
	       ((a->flags ^ b->flags) & PTR_MAYBE_NULL) && a->type != PTR_TO_BTF_ID &&
	       b->type != PTR_TO_BTF_ID;
}

/* ---- packet bounds ---- */

/*
 * In `st` the pointer `p` is not beyond the packet's end (or, `open`, strictly before it): the
 * bytes from its variable part up to it may be read, through every pointer with the same variable
 * part. Sound because offsets are bounded: a sum that could wrap gives no range.
 */
static void set_range(struct state *st, const struct reg *p, bool open)
{
	u8 type = p->type;
	u32 id = p->id;
	s32 range = p->off + (open ? 1 : 0);
	struct reg_walk w;
	struct reg *r;

	if (p->off < 0 || (!p->off && open))
		return;
	if (p->s.umax > MAX_PACKET_OFF || p->s.umax + (u64)p->off > MAX_PACKET_OFF)
		return;
	state_for_each_reg(r, &w, st)
	{
		if (r->type == type && r->id == id)
			r->range = MAX(r->range, range);
	}
}

/* In `st` the register points at the packet's end or (`beyond`) past it. */
static void set_past_end(struct state *st, u8 regno, bool beyond)
{
	struct reg *r = &state_regs(st)[regno];

	if (r->type == PTR_TO_PACKET)
		r->range = beyond ? RANGE_BEYOND_PKT_END : RANGE_AT_PKT_END;
}

static bool is_packet_start(const struct reg *r)
{
	return r->type == PTR_TO_PACKET && !r->off && !r->id && !reg_has_var_off(r);
}

/* `a` moves up to the limit `b`: packet and its end, or metadata and the packet's start. */
static bool is_bounded_by(const struct reg *a, const struct reg *b)
{
	return (a->type == PTR_TO_PACKET && b->type == PTR_TO_PACKET_END) ||
	       (a->type == PTR_TO_PACKET_META && is_packet_start(b));
}

/*
 * A packet pointer against its limit. `taken` is the state on the jump's edge, `next` the one that
 * falls through.
 */
static bool learn_packet(const struct insn *i, struct state *next, struct state *taken)
{
	const struct reg *regs = state_regs(next);
	u8 op = INSN_OP(i->code), regno = i->dst;
	struct state *inside, *outside;
	struct reg p;
	bool strict;

	if (INSN_SRC(i->code) != SRC_X || INSN_CLASS(i->code) == CLASS_JMP32)
		return false;
	if (is_bounded_by(&regs[i->src], &regs[i->dst])) {
		regno = i->src;
		op = mirrored(op);
	} else if (!is_bounded_by(&regs[i->dst], &regs[i->src])) {
		return false;
	}
	switch (op) { /* pointer op limit */
	case JMP_JGT:
	case JMP_JGE:
		inside = next;
		outside = taken;
		strict = op == JMP_JGE;
		break;
	case JMP_JLT:
	case JMP_JLE:
		inside = taken;
		outside = next;
		strict = op == JMP_JLT;
		break;
	default:
		return false;
	}
	p = regs[regno];
	set_range(inside, &p, strict);
	set_past_end(outside, regno, !strict);
	return true;
}

/* ---- the instruction ---- */

static int check_operands(struct verify *v, const struct insn *i)
{
	const struct reg *regs = regs_of(v);
	int err = reg_check(v, i->dst, USE_SRC);

	if (err || INSN_SRC(i->code) != SRC_X)
		return err;
	err = reg_check(v, i->src, USE_SRC);
	if (err)
		return err;
	if (!(is_packet_any(&regs[i->dst]) && is_packet_any(&regs[i->src])) &&
	    is_pointer_leak(v, &regs[i->src]))
		return reject(v, REJECT_PRIVILEGE, i->src,
			      "R%u is a pointer; comparing it needs privilege", i->src);
	return 0;
}

/* The numbers that decided the jump matter. */
static int mark_decided(struct verify *v, const struct insn *i)
{
	int err = 0;

	if (!reg_is_pointer(&regs_of(v)[i->dst]))
		err = precision_mark(v, i->dst);
	if (!err && INSN_SRC(i->code) == SRC_X && !reg_is_pointer(&regs_of(v)[i->src]))
		err = precision_mark(v, i->src);
	return err;
}

static int record_linked(struct verify *v, const struct insn *i, u64 *linked)
{
	struct reg *dst = &regs_of(v)[i->dst];
	struct reg *src = INSN_SRC(i->code) == SRC_X ? &regs_of(v)[i->src] : NULL;

	if (src && (src->type != SCALAR_VALUE || !src->id))
		src = NULL;
	*linked = 0;
	if (dst->type == SCALAR_VALUE && dst->id)
		*linked = src ? precision_linked(v, src, dst) : precision_linked(v, dst, NULL);
	else if (src)
		*linked = precision_linked(v, src, NULL);
	return *linked ? precision_record(v, 0, *linked) : 0;
}

/* Numbers: both operands and their links on one edge. */
static void learn_numbers(struct verify *v, struct state *st, const struct insn *i, bool taken,
			  u64 linked)
{
	bool is32 = INSN_CLASS(i->code) == CLASS_JMP32, has_src = INSN_SRC(i->code) == SRC_X;
	struct reg *dst = &state_regs(st)[i->dst], *src = &state_regs(st)[i->src], imm;

	reg_set_const(&imm, (u64)(s64)i->imm);
	learn(dst, has_src ? src : &imm, INSN_OP(i->code), is32, taken);
	if (has_src && src->type == SCALAR_VALUE && src->id)
		jump_sync_linked(v, st, src, linked);
	if (dst->type == SCALAR_VALUE && dst->id)
		jump_sync_linked(v, st, dst, linked);
}

/* Pointers: NULL, equality, the packet's end. */
static int learn_pointers(struct verify *v, const struct insn *i, struct state *next,
			  struct state *taken)
{
	bool is32 = INSN_CLASS(i->code) == CLASS_JMP32;
	u8 op = INSN_OP(i->code);
	const struct reg *dst = &state_regs(next)[i->dst];

	if (!is32 && (op == JMP_JEQ || op == JMP_JNE) &&
	    compares_nullable(i, dst, &state_regs(next)[i->src]))
		equal_pointers(op == JMP_JEQ ? taken : next, i);
	if (!is32 && INSN_SRC(i->code) == SRC_K && !i->imm && (op == JMP_JEQ || op == JMP_JNE) &&
	    reg_is_pointer(dst) && (dst->flags & PTR_MAYBE_NULL)) {
		u32 id = dst->id, ref = dst->ref_id;

		jump_mark_null(v, next, id, ref, op == JMP_JNE);
		jump_mark_null(v, taken, id, ref, op == JMP_JEQ);
		return 0;
	}
	if (learn_packet(i, next, taken) || !is_pointer_leak(v, &state_regs(next)[i->dst]))
		return 0;
	return reject(v, REJECT_PRIVILEGE, i->dst, "R%u is a pointer; comparing it needs privilege",
		      i->dst);
}

/*
 * A processor may follow the edge that is not taken for a while. Without CAP_PERFMON that must leak
 * nothing either: it is another path, on which nothing is known of what was compared.
 */
static int push_mispredicted(struct verify *v, const struct insn *i, u32 insn)
{
	struct state *st;

	if (v->allow_ptr_leaks || v->replay)
		return 0;
	st = push_branch(v, insn, v->insn, true);
	if (!st)
		return v->reject.kind != REJECT_NONE ? v->reject.err : -ENOMEM;
	reg_set_unknown(&state_regs(st)[i->dst]);
	if (INSN_SRC(i->code) == SRC_X)
		reg_set_unknown(&state_regs(st)[i->src]);
	return 0;
}

/*
 * The stack pointers' frame matters to backtracking through comparisons of numbers only, so history
 * is recorded for links alone.
 */
int jump_insn(struct verify *v, const struct insn *i, u32 *next)
{
	bool is32 = INSN_CLASS(i->code) == CLASS_JMP32;
	u32 target = (u32)((s32)v->insn + 1 + i->off);
	struct verify_fact *fact = &v->result->facts[v->insn];
	struct reg imm, *dst, *src;
	struct state *taken;
	u64 linked;
	int err = check_operands(v, i), answer;

	if (err)
		return err;
	reg_set_const(&imm, (u64)(s64)i->imm);
	dst = &regs_of(v)[i->dst];
	src = INSN_SRC(i->code) == SRC_X ? &regs_of(v)[i->src] : &imm;
	answer = decide(dst, src, INSN_OP(i->code), is32);
	if (answer >= 0) {
		if (!v->cur->speculative)
			*(answer ? &fact->taken : &fact->fallthru) = true;
		*next = answer ? target : v->insn + 1;
		err = mark_decided(v, i);
		return err ? err : push_mispredicted(v, i, answer ? v->insn + 1 : target);
	}
	if (!v->cur->speculative)
		fact->taken = fact->fallthru = true;
	err = record_linked(v, i, &linked);
	if (err)
		return err;
	taken = push_branch(v, target, v->insn, false);
	if (!taken)
		return v->reject.kind != REJECT_NONE ? v->reject.err : -ENOMEM;
	learn_numbers(v, taken, i, true, linked);
	learn_numbers(v, v->cur, i, false, linked);
	*next = v->insn + 1;
	return learn_pointers(v, i, v->cur, taken);
}
