// SPDX-License-Identifier: BSD-2-Clause
/*
 * Machine registers, by colouring the graph of which registers are live together. R0 to R5 are
 * lost in calls. Of the colours a register may have, one is taken that saves a move. What finds
 * none is kept in the frame, or made anew where it is a constant, and the colouring starts again.
 */
#include <errno.h>
#include <stdlib.h>

#include "trace/vir.h"

enum { COLORS = 10, LOST_IN_CALLS = 0x3f, MAX_WISHES = 4, NEVER = UINT32_MAX };

struct cnode {
	u32 *near;
	u32 near_count, near_cap;
	u32 cost;			   /* of keeping it in memory; NEVER: it must not be */
	u32 degree;			   /* of those not taken out yet */
	u16 blocked;			   /* colours */
	u8 wishes[MAX_WISHES], wish_count; /* colours */
	u32 partners[MAX_WISHES], partner_count; /* registers whose colour would save a move */
	bool alive, out;
};

struct color {
	struct vcode *v;
	struct vfunc *f;
	struct vflow flow;
	struct cnode *nodes;
	u64 *edges; /* open addressing; 0: empty */
	u32 edge_count, edge_cap;
	u32 *stack, depth;
	bool no_memory;
};

static bool edge_grow(struct color *c)
{
	u32 cap = c->edge_cap ? c->edge_cap * 2 : 1024;
	u64 *edges = arena_array(&c->flow.arena, cap, sizeof(*edges));

	if (!edges)
		return false;
	for (u32 i = 0; i < c->edge_cap; i++) {
		if (!c->edges[i])
			continue;
		u32 at = (u32)((c->edges[i] * 0x9e3779b97f4a7c15ULL) >> 32) & (cap - 1);

		while (edges[at])
			at = (at + 1) & (cap - 1);
		edges[at] = c->edges[i];
	}
	c->edges = edges;
	c->edge_cap = cap;
	return true;
}

/* False: it is there already (or memory ran out). */
static bool edge_add(struct color *c, u32 a, u32 b)
{
	u64 key = a < b ? (u64)a << 32 | b : (u64)b << 32 | a;
	u32 at;

	if (c->edge_count * 2 >= c->edge_cap && !edge_grow(c)) {
		c->no_memory = true;
		return false;
	}
	at = (u32)((key * 0x9e3779b97f4a7c15ULL) >> 32) & (c->edge_cap - 1);
	for (; c->edges[at]; at = (at + 1) & (c->edge_cap - 1)) {
		if (c->edges[at] == key)
			return false;
	}
	c->edges[at] = key;
	c->edge_count++;
	return true;
}

static void near_add(struct color *c, struct cnode *n, u32 other)
{
	if (n->near_count == n->near_cap) {
		u32 cap = n->near_cap ? n->near_cap * 2 : 8;
		u32 *more = arena_array(&c->flow.arena, cap, sizeof(*more));

		if (!more) {
			c->no_memory = true;
			return;
		}
		if (n->near_count)
			memcpy(more, n->near, n->near_count * sizeof(*more));
		n->near = more;
		n->near_cap = cap;
	}
	n->near[n->near_count++] = other;
}

static void conflict(struct color *c, u32 a, u32 b)
{
	if (a == b || !a || !b || !edge_add(c, a, b))
		return;
	near_add(c, &c->nodes[a], b);
	near_add(c, &c->nodes[b], a);
}

static void wish(struct color *c, u32 reg, u32 color)
{
	struct cnode *n = &c->nodes[reg];

	if (reg && n->wish_count < MAX_WISHES)
		n->wishes[n->wish_count++] = (u8)color;
}

static void partner(struct color *c, u32 a, u32 b)
{
	struct cnode *n = &c->nodes[a];

	if (a && b && a != b && n->partner_count < MAX_WISHES)
		n->partners[n->partner_count++] = b;
}

static void charge(struct color *c, u32 reg, u32 depth)
{
	struct cnode *n = &c->nodes[reg];
	u32 weight = depth > 4 ? 10000 : (u32[]){ 1, 10, 100, 1000, 10000 }[depth];

	n->alive = true;
	if (n->cost != NEVER)
		n->cost = n->cost + weight < NEVER / 2 ? n->cost + weight : NEVER / 2;
}

#define for_live(reg, live, words)                                                                 \
	for (u32 w_ = 0; w_ < (words); w_++)                                                       \
		for (u64 set_ = (live)[w_];                                                        \
		     set_ && ((reg) = w_ * 64 + (u32)__builtin_ctzll(set_), 1); set_ &= set_ - 1)

static bool one_way(const struct vinsn *i)
{
	return i->kind == V_ALU && !commutes(i->op);
}

static void define(struct color *c, const struct vinsn *i, const u64 *live, u32 depth)
{
	u32 reg;

	for_live(reg, live, c->flow.words)
	{
		if (!(i->kind == V_MOV && reg == i->a))
			conflict(c, i->dst, reg);
	}
	charge(c, i->dst, depth);
	if (one_way(i))
		conflict(c, i->dst, i->b);
	if (vir_is_call(i)) {
		wish(c, i->dst, 0);
	} else {
		partner(c, i->dst, i->a);
		partner(c, i->a, i->dst);
	}
}

static void build_block(struct color *c, const struct vblock *b, u64 *live)
{
	memcpy(live, b->out, c->flow.words * sizeof(u64));
	for (u32 n = b->end; n-- > b->start;) {
		const struct vinsn *i = &c->f->code[n];
		u32 *regs[7], uses = vir_uses(i, regs), reg;

		if (i->dst && vir_is_pure(i) && !bit_test(live, i->dst))
			continue; /* not wanted: not emitted */
		if (i->dst) {
			define(c, i, live, b->depth);
			bit_drop(live, i->dst);
		}
		if (vir_is_call(i)) {
			for_live(reg, live, c->flow.words) c->nodes[reg].blocked |= LOST_IN_CALLS;
			for (u32 k = 0; k < i->argc; k++)
				wish(c, i->args[k], k + 1);
		}
		if (i->kind == V_EXIT)
			wish(c, i->a, 0);
		for (u32 k = 0; k < uses; k++) {
			if (vir_is_call(i) && vir_arg_remat(&c->flow, c->f, *regs[k]))
				continue;
			charge(c, *regs[k], b->depth);
			bit_add(live, *regs[k]);
		}
	}
}

static int build(struct color *c)
{
	u64 *live = arena_array(&c->flow.arena, c->flow.words, sizeof(u64));
	u32 reg;

	if (!live)
		return -ENOMEM;
	for (u32 b = 0; b < c->flow.count; b++)
		build_block(c, &c->flow.blocks[b], live);
	for (u32 k = 0; k < 5; k++) {
		u32 param = c->f->param[k];

		if (!param)
			continue;
		for_live(reg, c->flow.blocks[0].in, c->flow.words) conflict(c, param, reg);
		wish(c, param, k + 1);
		c->nodes[param].blocked |= 1; /* R0 is spare while arguments are moved */
	}
	return c->no_memory ? -ENOMEM : 0;
}

static u32 allowed(const struct cnode *n)
{
	return COLORS - (u32)__builtin_popcount(n->blocked);
}

static void take_out(struct color *c, u32 reg)
{
	struct cnode *n = &c->nodes[reg];

	n->out = true;
	c->stack[c->depth++] = reg;
	for (u32 k = 0; k < n->near_count; k++)
		c->nodes[n->near[k]].degree--;
}

/* Take out what surely finds a colour, as long as there is some; then what is cheapest to spill. */
static void simplify(struct color *c, u32 left)
{
	while (left) {
		u32 worst = 0, before = left;

		for (u32 r = 1; r < c->f->reg_count; r++) {
			struct cnode *n = &c->nodes[r];

			if (!n->alive || n->out)
				continue;
			if (n->degree < allowed(n)) {
				take_out(c, r);
				left--;
				continue;
			}
			if (!worst || (u64)n->cost * (c->nodes[worst].degree + 1) <
					      (u64)c->nodes[worst].cost * (n->degree + 1))
				worst = r;
		}
		if (left == before) {
			take_out(c, worst);
			left--;
		}
	}
}

static u8 choose(const struct color *c, const struct cnode *n, u16 taken)
{
	for (u32 k = 0; k < n->wish_count; k++) {
		if (!(taken >> n->wishes[k] & 1))
			return n->wishes[k];
	}
	for (u32 k = 0; k < n->partner_count; k++) {
		u8 color = c->f->reg[n->partners[k]];

		if (color != NO_REG && !(taken >> color & 1))
			return color;
	}
	/* What a partner wishes. */
	for (u32 k = 0; k < n->partner_count; k++) {
		const struct cnode *other = &c->nodes[n->partners[k]];

		for (u32 w = 0; w < other->wish_count; w++) {
			u8 color = other->wishes[w];

			if (!((taken | other->blocked) >> color & 1))
				return color;
		}
	}
	return (u8)__builtin_ctz(~(u32)taken);
}

/* Number of registers that found no colour; they have NO_REG and stay alive. */
static u32 select_colors(struct color *c)
{
	u32 failed = 0;

	memset(c->f->reg, NO_REG, c->f->reg_count);
	while (c->depth) {
		u32 reg = c->stack[--c->depth];
		struct cnode *n = &c->nodes[reg];
		u16 taken = n->blocked;

		for (u32 k = 0; k < n->near_count; k++) {
			u8 color = c->f->reg[n->near[k]];

			if (color != NO_REG)
				taken |= (u16)(1u << color);
		}
		if ((taken & 0x3ff) == 0x3ff)
			failed++;
		else
			c->f->reg[reg] = choose(c, n, taken);
	}
	return failed;
}

/* Rewrite the code: each use and definition of a spilled register gets a register of its own. */
struct spill {
	struct vcode *v;
	struct vfunc *f;
	struct vinsn *old;
	u8 *spilled; /* of the old registers */
	u32 *frame;
	struct vinsn **remat; /* its only definition, where it can be made anew */
};

static void spill_uses(struct spill *s, struct vinsn *i)
{
	u32 *regs[7], n = vir_uses(i, regs), done[7][2], count = 0;

	for (u32 k = 0; k < n; k++) {
		u32 reg = *regs[k], fresh = 0;
		struct vinsn *load;

		if (!s->spilled[reg])
			continue;
		for (u32 d = 0; d < count; d++) {
			if (done[d][0] == reg)
				fresh = done[d][1];
		}
		if (!fresh) {
			fresh = vir_reg(s->f);
			load = vir_add(s->v, s->f, V_LOAD);
			if (s->remat[reg]) {
				*load = *s->remat[reg];
			} else {
				load->size = 8;
				load->on_frame = true;
				load->frame = s->frame[reg];
			}
			load->dst = fresh;
			load->at = i->at;
			done[count][0] = reg;
			done[count++][1] = fresh;
		}
		*regs[k] = fresh;
	}
}

static void spill_insn(struct spill *s, const struct vinsn *old)
{
	struct vinsn i = *old, *store;
	u32 dst = i.dst;

	if (dst && s->spilled[dst] && s->remat[dst])
		return;
	spill_uses(s, &i);
	if (!dst || !s->spilled[dst]) {
		*vir_add(s->v, s->f, i.kind) = i;
		return;
	}
	i.dst = i.kind == V_ATOMIC ? i.b : vir_reg(s->f);
	*vir_add(s->v, s->f, i.kind) = i;
	store = vir_add(s->v, s->f, V_STORE);
	store->size = 8;
	store->b = i.dst;
	store->on_frame = true;
	store->frame = s->frame[dst];
	store->at = i.at;
}

static void spill_params(struct spill *s)
{
	for (u32 k = 0; k < 5; k++) {
		u32 reg = s->f->param[k];
		struct vinsn *store;

		if (!reg || !s->spilled[reg])
			continue;
		s->f->param[k] = vir_reg(s->f);
		store = vir_add(s->v, s->f, V_STORE);
		store->size = 8;
		store->b = s->f->param[k];
		store->on_frame = true;
		store->frame = s->frame[reg];
	}
}

static int spill(struct color *c)
{
	struct arena *a = &c->flow.arena;
	struct vfunc *f = c->f;
	u32 old_len = f->len, old_regs = f->reg_count;
	struct spill s = { .v = c->v, .f = f, .old = f->code };
	struct vfunc *at = c->v->fn;

	s.spilled = arena_array(a, old_regs, 1);
	s.frame = arena_array(a, old_regs, sizeof(*s.frame));
	s.remat = arena_array(a, old_regs, sizeof(*s.remat));
	if (!s.spilled || !s.frame || !s.remat)
		return -ENOMEM;
	c->v->fn = f;
	for (u32 r = 1; r < old_regs; r++) {
		if (!c->nodes[r].alive || f->reg[r] != NO_REG)
			continue;
		s.spilled[r] = 1;
		f->spills++;
		if (vir_arg_remat(&c->flow, f, r))
			s.remat[r] = &f->code[c->flow.def[r]];
		else
			s.frame[r] = vc_frame(c->v, 8, 8);
	}
	f->code = NULL;
	f->len = f->cap = 0;
	spill_params(&s);
	for (u32 i = 0; i < old_len; i++)
		spill_insn(&s, &s.old[i]);
	c->v->fn = at;
	return c->v->no_memory ? -ENOMEM : 0;
}

static int color_once(struct color *c, u32 first_new, bool *again)
{
	struct vfunc *f = c->f;
	u32 alive = 0;
	int err = vir_flow(&c->flow, f);

	if (!err)
		err = vir_live(&c->flow, f);
	if (err)
		return err;
	c->nodes = arena_array(&c->flow.arena, f->reg_count, sizeof(*c->nodes));
	c->stack = arena_array(&c->flow.arena, f->reg_count, sizeof(*c->stack));
	f->reg = arena_alloc(c->v->arena, f->reg_count);
	if (!c->nodes || !c->stack || !f->reg)
		return -ENOMEM;
	for (u32 r = first_new; r < f->reg_count; r++)
		c->nodes[r].cost = NEVER; /* from the last spill: as short as can be */
	err = build(c);
	if (err)
		return err;
	for (u32 r = 1; r < f->reg_count; r++) {
		c->nodes[r].degree = c->nodes[r].near_count;
		alive += c->nodes[r].alive;
	}
	simplify(c, alive);
	*again = select_colors(c) > 0;
	return *again ? spill(c) : 0;
}

int vir_color(struct vcode *v, struct vfunc *f)
{
	u32 first_new = UINT32_MAX;
	bool again = true;
	int err = 0;

	for (u32 rounds = 0; again && !err; rounds++) {
		struct color c = { .v = v, .f = f };
		u32 regs = f->reg_count;

		if (rounds == 50)
			return -E2BIG;
		err = color_once(&c, first_new, &again);
		vir_flow_fini(&c.flow);
		first_new = first_new == UINT32_MAX ? regs : first_new;
	}
	return err;
}
