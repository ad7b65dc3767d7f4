// SPDX-License-Identifier: BSD-2-Clause
#include "jit/check.h"

#include <errno.h>
#include <stdlib.h>

#include "jit/check_state.h"
#include "spec/prog.h"
#include "vm/access.h"
#include "vm/args.h"

enum { R0 = 1, CALLER_SAVED = 0x3f, CALLEE_SAVED = 0x3c0, ARGS = 0x3e, FP_BIT = 1 << REG_FP };
enum { HELPER_LOOKUP = 1 };

struct check {
	struct ir *ir;
	const struct ctx_layout *layout;
	struct ir_check *out;
	u32 *at; /* per slot: 1 + its state in `heads`, 0: nothing jumps there */
	struct certain *heads;
	u8 *entered;		  /* per function: callbacks or the host enter it */
	u8 *exit_must, *exit_may; /* per function: r0 at its ends */
	struct certain now;
	bool main_again;	/* the first function is a callback, too */
	bool changed, deciding; /* deciding: the states are final, fill in `out` */
	const char *why;
};

static u32 func_index(const struct check *c, u32 slot)
{
	return (u32)(ir_func_at(c->ir, slot) - c->ir->funcs);
}

/* ---- states ---- */

static bool meet_reg(struct known *to, const struct known *from)
{
	if (to->what == WHAT_NUMBER || (to->what == from->what && to->n == from->n &&
					to->map == from->map && to->site == from->site))
		return false;
	*to = (struct known){ 0 };
	return true;
}

static bool meet(struct certain *to, const struct certain *from)
{
	bool changed = false;

	if (!from->reached)
		return false;
	if (!to->reached) {
		*to = *from;
		return true;
	}
	changed |= (to->must & ~from->must) || (from->may & ~to->may);
	to->must &= from->must;
	to->may |= from->may;
	for (u32 r = 0; r < REG_COUNT; r++)
		changed |= meet_reg(&to->reg[r], &from->reg[r]);
	for (u32 k = 0; k < ARRAY_SIZE(to->written); k++) {
		changed |= (to->written[k] & ~from->written[k]) != 0;
		to->written[k] &= from->written[k];
	}
	return changed;
}

static void flow_to(struct check *c, u32 slot, const struct certain *from)
{
	if (c->at[slot])
		c->changed |= meet(&c->heads[c->at[slot] - 1], from);
}

static void define(struct check *c, u32 reg, struct known value)
{
	c->now.must |= (u16)(1 << reg);
	c->now.may |= (u16)(1 << reg);
	c->now.reg[reg] = value;
}

static void undefine(struct certain *s, u16 regs)
{
	s->must &= (u16)~regs;
	s->may &= (u16)~regs;
	for (u32 r = 0; r < REG_COUNT; r++) {
		if (regs >> r & 1)
			s->reg[r] = (struct known){ 0 };
	}
}

/* ---- the stack ---- */

static void now_written(struct certain *s, s64 at, u32 size)
{
	for (u32 k = (u32)(at + STACK_SIZE); size--; k++)
		s->written[k / 64] |= 1ull << (k % 64);
}

/* ---- accesses ---- */

static u8 frame_check(struct check *c, struct ir_check *o, s64 at)
{
	bool written;

	if (!frame_holds(at, o->size) || ((o->how & ACCESS_ATOMIC) && at % o->size))
		return CHECK_CALL;
	o->at = (s16)at;
	written = frame_written(&c->now, at, o->size);
	if (o->how & VM_WRITE)
		now_written(&c->now, at, o->size);
	if (written)
		return CHECK_NONE;
	if ((o->how & VM_READ) && (o->how & VM_WRITE))
		return CHECK_CALL;
	return o->how & VM_WRITE ? CHECK_MARK : CHECK_WRITTEN;
}

static u8 window_of(const struct ir_check *o, u8 base)
{
	if (o->how & ACCESS_ATOMIC)
		return VM_WINDOW_ATOMIC;
	return o->how & VM_WRITE
		       ? (u8)(VM_WINDOW_WRITE + base % (VM_WINDOW_ATOMIC - VM_WINDOW_WRITE))
		       : base % VM_WINDOW_WRITE;
}

static void access(struct check *c, const struct ir_insn *i, struct ir_check *o, u8 base)
{
	const struct known *k = &c->now.reg[base];
	u64 at = k->n + (u64)(s64)i->off;

	o->kind = CHECK_WINDOW;
	o->size = i->size;
	o->window = window_of(o, base);
	if (base == REG_FP)
		o->how |= ACCESS_FRAME;
	if (k->what == WHAT_FRAME) {
		o->kind = frame_check(c, o, (s64)at);
	} else if (k->what == WHAT_CONTEXT) {
		o->kind = CHECK_CALL;
		if (!(o->how & ACCESS_ATOMIC) && at < c->layout->size && (s64)k->n == (s16)k->n &&
		    ctx_access(c->layout, (u32)at, i->size, o->how & VM_WRITE)) {
			o->kind = CHECK_CONTEXT;
			o->at = (s16)k->n;
		}
	} else if (known_memory(c->ir, &c->now, k, i->off, i->size, o->how)) {
		o->kind = CHECK_NONE;
	}
}

static void atomic_access(struct check *c, const struct ir_insn *i, struct ir_check *o)
{
	o->how = VM_READ | VM_WRITE | ACCESS_ATOMIC;
	if (i->imm == ATOMIC_LOAD_ACQUIRE)
		o->how = VM_READ | ACCESS_ATOMIC;
	else if (i->imm == ATOMIC_STORE_RELEASE)
		o->how = VM_WRITE | ACCESS_ATOMIC;
	access(c, i, o, i->imm == ATOMIC_LOAD_ACQUIRE ? i->src : i->dst);
}

/* ---- registers ---- */

/* Registers that the interpreter wants to be written before the instruction. Those of helpers and
 * of exits are another matter. */
static u16 wanted(const struct ir_insn *i)
{
	switch (i->kind) {
	case IR_CALL:
	case IR_CALL_LOCAL:
	case IR_TAIL_CALL:
	case IR_EXIT:
		return 0;
	}
	return ir_insn_use(i).use & (u16)~FP_BIT;
}

static u16 arguments(const struct check *c, const struct ir_insn *i)
{
	const struct vm_call *call = &c->ir->prog->calls[i->imm];
	u16 regs = 0;

	if (i->kind == IR_TAIL_CALL)
		return 0xe;
	for (u32 k = 0; !call->custom && call->info && k < 5 && call->info->arg[k] != ARG_NONE; k++)
		regs |= (u16)(2 << k);
	return regs;
}

static void want(struct check *c, struct ir_check *o, u16 regs)
{
	if (regs & c->now.may & ~c->now.must)
		c->why = "a register is written on one way to its use and not on another";
	o->fails |= (regs & ~c->now.must) != 0;
}

static struct known sum(const struct known *k, s64 n)
{
	struct known moved = *k;

	if (k->what == WHAT_NUMBER || k->what == WHAT_VALUE_OR_NULL)
		return (struct known){ 0 };
	moved.n += (u64)n;
	return moved;
}

static struct known result(const struct check *c, const struct ir_insn *i)
{
	const struct known *dst = &c->now.reg[i->dst];

	if (i->kind == IR_CONST)
		return (struct known){ .what = WHAT_CONSTANT, .n = (u64)i->imm };
	if (i->kind == IR_ALU && i->wide && i->reg && i->op == ALU_MOV)
		return c->now.reg[i->src];
	if (i->kind == IR_ALU && i->wide && !i->reg && i->op == ALU_ADD)
		return sum(dst, i->imm);
	if (i->kind == IR_ALU && i->wide && !i->reg && i->op == ALU_SUB)
		return sum(dst, -i->imm);
	return (struct known){ 0 };
}

/* ---- calls and ends ---- */

/* What an earlier look-up at this place gave was another value. */
static void forget_site(struct certain *s, u32 slot)
{
	for (u32 r = 0; r < REG_COUNT; r++) {
		if (s->reg[r].what == WHAT_VALUE_OR_NULL && s->reg[r].site == slot)
			s->reg[r] = (struct known){ 0 };
	}
}

static void helper(struct check *c, const struct ir_insn *i, struct ir_check *o, u32 slot)
{
	const struct vm_call *call = &c->ir->prog->calls[i->imm];
	struct known r0 = { 0 };
	s32 map;

	if (arguments(c, i) & c->now.may & ~c->now.must)
		want(c, o, arguments(c, i));
	if (known_args(c->ir, &c->now, call, &map) && args_leave_memory(call)) {
		if (call->info->ret == RET_INT)
			o->kind = CHECK_KNOWN;
		else if (call->id == HELPER_LOOKUP &&
			 known_gives_values(c->ir->prog->env->maps[map]))
			o->kind = CHECK_LOOKUP;
	}
	if (o->kind == CHECK_LOOKUP)
		r0 = (struct known){ WHAT_VALUE_OR_NULL, (u16)map, slot, 0 };
	forget_site(&c->now, slot);
	undefine(&c->now, CALLER_SAVED);
	if (call->custom || !call->info || call->info->ret != RET_VOID)
		define(c, 0, r0);
}

/* The state on the way of a comparison with NULL where it is none. */
static struct certain not_null(const struct certain *s, u32 reg)
{
	struct certain out = *s;
	u32 site = s->reg[reg].site;

	for (u32 r = 0; r < REG_COUNT; r++) {
		if (out.reg[r].what == WHAT_VALUE_OR_NULL && out.reg[r].site == site) {
			out.reg[r].what = WHAT_VALUE;
			out.reg[r].site = 0;
		}
	}
	return out;
}

static void jump(struct check *c, const struct ir_insn *i)
{
	struct certain taken = c->now;
	bool null = i->kind == IR_JUMP && i->wide && !i->reg && !i->imm &&
		    c->now.reg[i->dst].what == WHAT_VALUE_OR_NULL;

	if (null && i->op == (u8)JMP_JNE)
		taken = not_null(&c->now, i->dst);
	flow_to(c, i->to, &taken);
	if (null && i->op == (u8)JMP_JEQ)
		c->now = not_null(&c->now, i->dst);
}

static void local_call(struct check *c, const struct ir_insn *i)
{
	u32 f = func_index(c, i->to);
	struct certain in = c->now;

	undefine(&in, R0 | CALLEE_SAVED);
	for (u32 r = 1; r <= 5; r++) {
		if (in.reg[r].what == WHAT_FRAME)
			in.reg[r] = (struct known){ 0 };
	}
	memset(in.written, 0, sizeof(in.written));
	flow_to(c, i->to, &in);
	undefine(&c->now, CALLER_SAVED);
	if (c->exit_must[f])
		c->now.must |= R0;
	if (c->exit_may[f])
		c->now.may |= R0;
	c->now.may |= c->now.must & R0;
}

static void end(struct check *c, struct ir_check *o, u32 slot)
{
	u32 f = func_index(c, slot);
	u8 must = c->now.must & R0, may = c->now.may & R0;

	if (c->entered[f])
		want(c, o, R0);
	if (o->fails && c->entered[f] && f && !c->why)
		c->why = "a callback returns nothing";
	c->changed |= (c->exit_must[f] && !must) || (!c->exit_may[f] && may);
	c->exit_must[f] &= must;
	c->exit_may[f] |= may;
}

static void special(struct check *c, const struct ir_insn *i, struct ir_check *o, u32 slot)
{
	switch (i->kind) {
	case IR_LOAD:
		o->how = VM_READ;
		access(c, i, o, i->src);
		break;
	case IR_STORE:
		o->how = VM_WRITE;
		access(c, i, o, i->dst);
		break;
	case IR_ATOMIC:
		atomic_access(c, i, o);
		break;
	case IR_CALL:
		helper(c, i, o, slot);
		break;
	case IR_TAIL_CALL:
		if (0xe & c->now.may & ~c->now.must)
			want(c, o, 0xe);
		if (func_index(c, slot))
			c->why = "a function other than the first makes a tail call";
		undefine(&c->now, CALLER_SAVED);
		break;
	case IR_CALL_LOCAL:
		local_call(c, i);
		break;
	case IR_CALLX:
		c->why = "it calls what a register names";
		break;
	case IR_LD_PACKET: /* or the function ends, with 0 */
		undefine(&c->now, CALLER_SAVED);
		define(c, 0, (struct known){ 0 });
		c->exit_may[func_index(c, slot)] = 1;
		break;
	case IR_EXIT:
		end(c, o, slot);
		break;
	case IR_POISON:
	case IR_DEAD:
		o->fails = true;
		break;
	}
}

static void step(struct check *c, u32 slot)
{
	const struct ir_insn *i = &c->ir->insns[slot];
	struct ir_check o = { .init = c->now.must };
	struct known value = result(c, i);
	u16 def = ir_insn_use(i).def;

	want(c, &o, wanted(i));
	special(c, i, &o, slot);
	if (def && i->kind != IR_CALL && i->kind != IR_LD_PACKET && i->kind != IR_TAIL_CALL &&
	    i->kind != IR_CALL_LOCAL)
		define(c, (u32)__builtin_ctz(def), value);
	if (c->deciding) {
		o.own = c->out[slot].own;
		o.head = c->out[slot].head;
		o.ahead = c->out[slot].ahead;
		c->out[slot] = o;
	}
	if (o.fails) {
		c->now.reached = false;
		return;
	}
	if (i->kind == IR_JUMP || i->kind == IR_MAY_GOTO || i->kind == IR_JA)
		jump(c, i);
	if (i->kind == IR_JA || i->kind == IR_EXIT)
		c->now.reached = false;
}

static void walk(struct check *c)
{
	c->now.reached = false;
	for (u32 slot = 0; slot < c->ir->count; slot++) {
		if (c->at[slot]) {
			flow_to(c, slot, &c->now);
			c->now = c->heads[c->at[slot] - 1];
		}
		if (c->now.reached)
			step(c, slot);
		else if (c->deciding)
			c->out[slot].never = true;
	}
}

/* ---- around it ---- */

static bool is_second_half(const struct ir *ir, u32 slot)
{
	return slot && insn_is_wide(&ir->prog->src->insns[slot - 1]) &&
	       ir->insns[slot].kind == IR_NONE;
}

static void stretches(struct check *c)
{
	const struct ir *ir = c->ir;
	u32 ahead = 0;

	for (u32 k = 0; k < ir->func_count; k++) {
		const struct ir_func *f = &ir->funcs[k];
		bool own = !k || ir_check_calls_back(ir, f);

		for (u32 slot = f->start; slot < f->end; slot++)
			c->out[slot].own = own;
	}
	for (u32 slot = ir->count; slot-- > 0;) {
		const struct ir_insn *i = &ir->insns[slot];
		bool last = ir_ends_stretch(i);

		if (last || ir->insns[slot + 1].target)
			ahead = 0;
		ahead += !is_second_half(ir, slot);
		c->out[slot].ahead = ahead;
		c->out[slot + 1].head |= last;
		c->out[slot].head |= i->target;
	}
}

bool ir_check_calls_back(const struct ir *ir, const struct ir_func *f)
{
	for (u32 slot = f->start; slot < f->end; slot++) {
		const struct ir_insn *i = &ir->insns[slot];
		const struct helper_info *info;

		if (i->kind == IR_CALL_LOCAL)
			return true;
		if (i->kind != IR_CALL)
			continue;
		info = ir->prog->calls[i->imm].info;
		for (u32 k = 0; k < 5; k++) {
			if (!info || info->arg[k] == ARG_FUNC)
				return true;
		}
	}
	return false;
}

/* Who is entered from outside with what. */
static void enter(struct check *c)
{
	struct certain in = { .reached = true, .must = 2 | FP_BIT, .may = 2 | FP_BIT };
	u32 to;

	in.reg[REG_FP] = (struct known){ .what = WHAT_FRAME };
	if (c->layout)
		in.reg[1] = (struct known){ .what = WHAT_CONTEXT };
	if (c->ir->prog->src->type == PROG_UNSPEC) {
		in.must |= 4;
		in.may |= 4;
	}
	flow_to(c, 0, &in);
	c->entered[0] = 1;
	in.reg[1] = (struct known){ 0 };
	in.must = in.may = ARGS | FP_BIT;
	for (u32 slot = 0; slot < c->ir->count; slot++) {
		const struct ir_insn *i = &c->ir->insns[slot];

		if (i->kind != IR_CONST || !func_slot(c->ir->prog, (u64)i->imm, &to))
			continue;
		flow_to(c, to, &in);
		c->entered[func_index(c, to)] = 1;
		c->main_again |= !to;
	}
}

static int check_init(struct check *c)
{
	struct ir *ir = c->ir;
	u32 targets = 0, n = ir->func_count;

	for (u32 slot = 0; slot < ir->count; slot++)
		targets += ir->insns[slot].target;
	c->out = calloc((size_t)ir->count + 1, sizeof(*c->out));
	c->at = calloc((size_t)ir->count + 1, sizeof(*c->at));
	c->heads = calloc(targets, sizeof(*c->heads));
	c->entered = calloc(n, 3);
	if (!c->out || !c->at || !c->heads || !c->entered)
		return -ENOMEM;
	c->exit_must = c->entered + n;
	c->exit_may = c->exit_must + n;
	memset(c->exit_must, 1, n);
	targets = 0;
	for (u32 slot = 0; slot < ir->count; slot++) {
		if (ir->insns[slot].target)
			c->at[slot] = ++targets;
	}
	return 0;
}

/* A register that the function does not name counts instructions in it. */
static void func_setup(const struct ir *ir, struct ir_func *f)
{
	u16 named = 0;

	f->calls = f->frame = true;
	for (u32 slot = f->start; slot < f->end; slot++) {
		struct ir_use u = ir_insn_use(&ir->insns[slot]);

		named |= u.use | u.def;
	}
	for (u8 r = 9; r >= 6 && !f->spare; r--) {
		if (!(named >> r & 1))
			f->spare = r;
	}
	if (f->spare)
		f->saved |= (u16)(1 << f->spare);
}

static int run(struct check *c)
{
	enter(c);
	do {
		c->changed = false;
		walk(c);
	} while (c->changed);
	c->why = c->main_again ? "its first function is a callback, too" : NULL;
	c->deciding = true;
	stretches(c);
	walk(c);
	for (u32 k = 0; k < c->ir->func_count; k++)
		func_setup(c->ir, &c->ir->funcs[k]);
	for (u32 slot = 0; slot < c->ir->count; slot++)
		c->ir->insns[slot].live = 0xffff;
	return c->why ? -EOPNOTSUPP : 0;
}

int ir_check(struct ir_check **out, struct ir *ir, const struct ctx_layout *layout,
	     const char **why)
{
	struct check c = { .ir = ir, .layout = layout };
	int err = check_init(&c);

	if (!err)
		err = run(&c);
	if (!err)
		*out = c.out;
	else
		free(c.out);
	if (c.why)
		*why = c.why;
	free(c.at);
	free(c.heads);
	free(c.entered);
	return err;
}
