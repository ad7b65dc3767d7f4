// SPDX-License-Identifier: BSD-2-Clause
#include "jit/check.h"

#include <errno.h>
#include <stdlib.h>

#include "spec/prog.h"
#include "vm/access.h"

enum { R0 = 1, CALLER_SAVED = 0x3f, CALLEE_SAVED = 0x3c0, ARGS = 0x3e, FP_BIT = 1 << REG_FP };
enum { READ_WINDOWS = 3, WRITE_WINDOWS = 2, ATOMIC_WINDOW = 5 };
_Static_assert((int)ATOMIC_WINDOW < (int)VM_WINDOWS, "a window each");

enum what { WHAT_NUMBER, WHAT_FRAME, WHAT_CONTEXT, WHAT_CONSTANT };
/* The frame's end or the context's start plus n; the number n. */
struct known {
	u8 what;
	u64 n;
};

struct certain {
	bool reached;
	u16 must, may; /* written on every way, on some way */
	struct known reg[REG_COUNT];
	u64 written[STACK_SIZE / 64]; /* bytes of the frame, from the lowest on */
};

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
	if (to->what == WHAT_NUMBER || (to->what == from->what && to->n == from->n))
		return false;
	*to = (struct known){ WHAT_NUMBER, 0 };
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
			s->reg[r] = (struct known){ WHAT_NUMBER, 0 };
	}
}

/* ---- the stack ---- */

static bool in_frame(s64 at, u32 size)
{
	return at >= -STACK_SIZE && at + (s64)size <= 0;
}

static bool all_written(const struct certain *s, s64 at, u32 size)
{
	for (u32 k = (u32)(at + STACK_SIZE); size--; k++) {
		if (!(s->written[k / 64] >> (k % 64) & 1))
			return false;
	}
	return true;
}

static void now_written(struct certain *s, s64 at, u32 size)
{
	for (u32 k = (u32)(at + STACK_SIZE); size--; k++)
		s->written[k / 64] |= 1ull << (k % 64);
}

/* ---- accesses ---- */

static bool constant_is_ours(const struct check *c, u64 addr, u32 size, u32 how)
{
	const struct vm_env *env = c->ir->prog->env;

	if ((how & ACCESS_ATOMIC) && addr % size)
		return false;
	for (u32 k = 0; k < env->obj->map_count; k++) {
		const struct map *m = env->maps[k];

		if (!m || m->def.type != MAP_TYPE_ARRAY ||
		    !m->ops->owns(m, (const void *)(uintptr_t)addr, size))
			continue;
		return (!(how & VM_READ) || map_prog_reads(m)) &&
		       (!(how & VM_WRITE) || map_prog_writes(m));
	}
	return false;
}

static u8 frame_check(struct check *c, struct ir_check *o, s64 at)
{
	bool written;

	if (!in_frame(at, o->size) || ((o->how & ACCESS_ATOMIC) && at % o->size))
		return CHECK_CALL;
	o->at = (s16)at;
	written = all_written(&c->now, at, o->size);
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
		return ATOMIC_WINDOW;
	return o->how & VM_WRITE ? (u8)(READ_WINDOWS + base % WRITE_WINDOWS) : base % READ_WINDOWS;
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
	} else if (k->what == WHAT_CONSTANT) {
		o->kind = constant_is_ours(c, at, i->size, o->how) ? CHECK_NONE : CHECK_CALL;
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
	return k->what == WHAT_NUMBER ? *k : (struct known){ k->what, k->n + (u64)n };
}

static struct known result(const struct check *c, const struct ir_insn *i)
{
	const struct known *dst = &c->now.reg[i->dst];

	if (i->kind == IR_CONST)
		return (struct known){ WHAT_CONSTANT, (u64)i->imm };
	if (i->kind == IR_ALU && i->wide && i->reg && i->op == ALU_MOV)
		return c->now.reg[i->src];
	if (i->kind == IR_ALU && i->wide && !i->reg && i->op == ALU_ADD)
		return sum(dst, i->imm);
	if (i->kind == IR_ALU && i->wide && !i->reg && i->op == ALU_SUB)
		return sum(dst, -i->imm);
	return (struct known){ WHAT_NUMBER, 0 };
}

/* ---- calls and ends ---- */

static void after_helper(struct check *c, const struct ir_insn *i)
{
	const struct vm_call *call = &c->ir->prog->calls[i->imm];

	undefine(&c->now, CALLER_SAVED);
	if (call->custom || !call->info || call->info->ret != RET_VOID)
		define(c, 0, (struct known){ WHAT_NUMBER, 0 });
}

static void local_call(struct check *c, const struct ir_insn *i)
{
	u32 f = func_index(c, i->to);
	struct certain in = c->now;

	undefine(&in, R0 | CALLEE_SAVED);
	for (u32 r = 1; r <= 5; r++) {
		if (in.reg[r].what == WHAT_FRAME)
			in.reg[r] = (struct known){ WHAT_NUMBER, 0 };
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
		if (arguments(c, i) & c->now.may & ~c->now.must)
			want(c, o, arguments(c, i));
		after_helper(c, i);
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
		define(c, 0, (struct known){ WHAT_NUMBER, 0 });
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
		flow_to(c, i->to, &c->now);
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

	in.reg[REG_FP] = (struct known){ WHAT_FRAME, 0 };
	if (c->layout)
		in.reg[1] = (struct known){ WHAT_CONTEXT, 0 };
	if (c->ir->prog->src->type == PROG_UNSPEC) {
		in.must |= 4;
		in.may |= 4;
	}
	flow_to(c, 0, &in);
	c->entered[0] = 1;
	in.reg[1] = (struct known){ WHAT_NUMBER, 0 };
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
		c->ir->funcs[k].calls = c->ir->funcs[k].frame = true;
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
