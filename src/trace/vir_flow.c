// SPDX-License-Identifier: BSD-2-Clause
/* Blocks, liveness, and what nobody needs. */
#include <errno.h>
#include <stdlib.h>

#include "trace/vir.h"

u32 vir_uses(const struct vinsn *i, u32 *regs[7])
{
	struct vinsn *w = (struct vinsn *)i; /* the callers that rewrite pass their own */
	u32 n = 0;

	if (i->a)
		regs[n++] = &w->a;
	if (i->b)
		regs[n++] = &w->b;
	for (u32 k = 0; k < i->argc; k++)
		regs[n++] = &w->args[k];
	return n;
}

bool vir_is_call(const struct vinsn *i)
{
	return i->kind == V_CALL || i->kind == V_CALL_KFUNC || i->kind == V_CALL_SUB;
}

bool vir_is_remat(const struct vinsn *i)
{
	switch (i->kind) {
	case V_IMM:
	case V_MAP:
	case V_MAP_VALUE:
	case V_FRAME_ADDR:
	case V_SUB_ADDR:
		return true;
	default:
		return false;
	}
}

bool vir_is_pure(const struct vinsn *i)
{
	switch (i->kind) {
	case V_MOV:
	case V_ALU:
	case V_ALU_IMM:
	case V_NEG:
	case V_SWAP:
	case V_EXTEND:
	case V_LOAD:
		return true;
	default:
		return vir_is_remat(i);
	}
}

bool vir_ends_block(const struct vinsn *i)
{
	return i->kind == V_JUMP || i->kind == V_BRANCH || i->kind == V_BRANCH_IMM ||
	       i->kind == V_EXIT;
}

static bool starts_block(const struct vfunc *f, u32 at)
{
	return !at || f->code[at].kind == V_LABEL || vir_ends_block(&f->code[at - 1]);
}

static void add_next(struct vflow *flow, struct vblock *b, u32 next)
{
	if (next < flow->count)
		b->next[b->next_count++] = next;
}

static void link_blocks(struct vflow *flow, const struct vfunc *f)
{
	for (u32 n = 0; n < flow->count; n++) {
		struct vblock *b = &flow->blocks[n];
		const struct vinsn *last = &f->code[b->end - 1];

		if (last->kind == V_EXIT)
			continue;
		if (last->kind != V_JUMP)
			add_next(flow, b, n + 1);
		if (vir_ends_block(last))
			add_next(flow, b, flow->block_of_label[last->target]);
	}
}

/* A jump back makes a loop of all blocks from its target to itself. */
static void count_loops(struct vflow *flow)
{
	for (u32 n = 0; n < flow->count; n++) {
		for (u32 k = 0; k < flow->blocks[n].next_count; k++) {
			for (u32 in = flow->blocks[n].next[k]; in <= n; in++)
				flow->blocks[in].depth++;
		}
	}
}

static void count_defs(struct vflow *flow, const struct vfunc *f)
{
	for (u32 i = 0; i < 5; i++)
		flow->defs[f->param[i]] = 2; /* no instruction defines it */
	for (u32 i = 0; i < f->len; i++) {
		u32 r = f->code[i].dst;

		if (r && !flow->defs[r]++)
			flow->def[r] = i;
	}
}

int vir_flow(struct vflow *flow, const struct vfunc *f)
{
	u32 n = 0;

	memset(flow, 0, sizeof(*flow));
	for (u32 i = 0; i < f->len; i++)
		flow->count += starts_block(f, i);
	flow->blocks = arena_array(&flow->arena, flow->count, sizeof(*flow->blocks));
	flow->block_of_label =
		arena_array(&flow->arena, f->label_count, sizeof(*flow->block_of_label));
	flow->defs = arena_array(&flow->arena, f->reg_count, sizeof(*flow->defs));
	flow->def = arena_array(&flow->arena, f->reg_count, sizeof(*flow->def));
	if (!flow->blocks || !flow->block_of_label || !flow->defs || !flow->def)
		return -ENOMEM;
	for (u32 i = 0; i < f->label_count; i++)
		flow->block_of_label[i] = UINT32_MAX;
	for (u32 i = 0; i < f->len; i++) {
		if (starts_block(f, i)) {
			flow->blocks[n].start = i;
			if (n)
				flow->blocks[n - 1].end = i;
			n++;
		}
		if (f->code[i].kind == V_LABEL)
			flow->block_of_label[f->code[i].target] = n - 1;
	}
	if (n)
		flow->blocks[n - 1].end = f->len;
	link_blocks(flow, f);
	count_loops(flow);
	count_defs(flow, f);
	return 0;
}

void vir_flow_fini(struct vflow *flow)
{
	arena_fini(&flow->arena);
}

bool vir_arg_remat(const struct vflow *flow, const struct vfunc *f, u32 reg)
{
	return flow->defs[reg] == 1 && vir_is_remat(&f->code[flow->def[reg]]);
}

/* Live before an instruction, from live after it. */
static void step_back(const struct vflow *flow, const struct vfunc *f, const struct vinsn *i,
		      u64 *live)
{
	u32 *regs[7], n = vir_uses(i, regs);

	if (i->dst)
		bit_drop(live, i->dst);
	for (u32 k = 0; k < n; k++) {
		if (!(vir_is_call(i) && vir_arg_remat(flow, f, *regs[k])))
			bit_add(live, *regs[k]);
	}
}

int vir_live(struct vflow *flow, const struct vfunc *f)
{
	u32 words = (f->reg_count + 63) / 64;
	u64 *live = arena_array(&flow->arena, words, sizeof(u64));
	bool changed = true;

	flow->words = words;
	for (u32 n = 0; n < flow->count; n++) {
		flow->blocks[n].in = arena_array(&flow->arena, words, sizeof(u64));
		flow->blocks[n].out = arena_array(&flow->arena, words, sizeof(u64));
		if (!flow->blocks[n].in || !flow->blocks[n].out)
			return -ENOMEM;
	}
	if (!live)
		return -ENOMEM;
	while (changed) {
		changed = false;
		for (u32 n = flow->count; n-- > 0;) {
			struct vblock *b = &flow->blocks[n];

			for (u32 k = 0; k < b->next_count; k++) {
				for (u32 w = 0; w < words; w++)
					b->out[w] |= flow->blocks[b->next[k]].in[w];
			}
			memcpy(live, b->out, words * sizeof(u64));
			for (u32 i = b->end; i-- > b->start;)
				step_back(flow, f, &f->code[i], live);
			if (memcmp(live, b->in, words * sizeof(u64))) {
				memcpy(b->in, live, words * sizeof(u64));
				changed = true;
			}
		}
	}
	return 0;
}

static u32 next_real(const struct vfunc *f, u32 i)
{
	while (i < f->len && f->code[i].kind == V_NOP)
		i++;
	return i;
}

/* Does control that runs on from instruction i come by this label first? */
static bool lands_on(const struct vfunc *f, u32 i, u32 label)
{
	for (i = next_real(f, i); i < f->len && f->code[i].kind == V_LABEL;
	     i = next_real(f, i + 1)) {
		if (f->code[i].target == label)
			return true;
	}
	return false;
}

static bool invert(struct vinsn *i)
{
	static const s8 other[] = {
		[VC_EQ] = VC_NE,   [VC_NE] = VC_EQ,   [VC_ULT] = VC_UGE, [VC_ULE] = VC_UGT,
		[VC_UGT] = VC_ULE, [VC_UGE] = VC_ULT, [VC_SLT] = VC_SGE, [VC_SLE] = VC_SGT,
		[VC_SGT] = VC_SLE, [VC_SGE] = VC_SLT, [VC_TEST] = -1
	};

	if (other[i->op] < 0)
		return false;
	i->op = (u8)other[i->op];
	return true;
}

/* No jumps to what comes next anyway; a branch over a jump becomes the opposite branch. */
static void straighten(struct vfunc *f, bool *changed)
{
	for (u32 i = 0; i < f->len; i++) {
		struct vinsn *in = &f->code[i];
		u32 next = next_real(f, i + 1);

		if (in->kind == V_EXIT || !vir_ends_block(in))
			continue;
		if (lands_on(f, i + 1, in->target)) {
			*in = (struct vinsn){ .kind = V_NOP };
			*changed = true;
			continue;
		}
		if (in->kind == V_JUMP || next == f->len || f->code[next].kind != V_JUMP ||
		    !lands_on(f, next + 1, in->target) || !invert(in))
			continue;
		in->target = f->code[next].target;
		f->code[next] = (struct vinsn){ .kind = V_NOP };
		*changed = true;
	}
}

/* Where a jump to the label ends up when it lands on other jumps. */
static u32 thread(const struct vflow *flow, const struct vfunc *f, u32 label)
{
	for (u32 hops = 0; hops < 16; hops++) {
		u32 b = flow->block_of_label[label], i;

		if (b >= flow->count)
			return label;
		for (i = flow->blocks[b].start; i < f->len; i++) {
			if (f->code[i].kind != V_LABEL && f->code[i].kind != V_NOP)
				break;
		}
		if (i == f->len || f->code[i].kind != V_JUMP || f->code[i].target == label)
			return label;
		label = f->code[i].target;
	}
	return label;
}

static void reach(const struct vflow *flow, u8 *seen)
{
	bool more = true;

	if (flow->count)
		seen[0] = 1;
	while (more) {
		more = false;
		for (u32 n = 0; n < flow->count; n++) {
			for (u32 k = 0; seen[n] && k < flow->blocks[n].next_count; k++) {
				u32 next = flow->blocks[n].next[k];

				if (!seen[next]) {
					seen[next] = 1;
					more = more || next < n;
				}
			}
		}
	}
}

static void kill_unused(struct vflow *flow, struct vfunc *f, u64 *live, bool *changed)
{
	for (u32 n = 0; n < flow->count; n++) {
		struct vblock *b = &flow->blocks[n];

		memcpy(live, b->out, flow->words * sizeof(u64));
		for (u32 i = b->end; i-- > b->start;) {
			struct vinsn *in = &f->code[i];

			if (in->dst && !bit_test(live, in->dst)) {
				/* What calls make anew stays written down: it is no code. */
				if (vir_is_pure(in) && !vir_arg_remat(flow, f, in->dst)) {
					in->kind = V_NOP;
					in->dst = in->a = in->b = 0;
					*changed = true;
					continue;
				}
				if (vir_is_call(in)) {
					in->dst = VC_NONE;
					*changed = true;
				}
			}
			step_back(flow, f, in, live);
		}
	}
}

void vir_compact(struct vfunc *f)
{
	u32 to = 0;

	for (u32 i = 0; i < f->len; i++) {
		if (f->code[i].kind != V_NOP)
			f->code[to++] = f->code[i];
	}
	f->len = to;
}

int vir_clean(struct vfunc *f, bool *changed)
{
	struct vflow flow;
	int err = vir_flow(&flow, f);
	u8 *seen = err ? NULL : arena_alloc(&flow.arena, flow.count);
	u64 *live;

	if (!seen) {
		vir_flow_fini(&flow);
		return -ENOMEM;
	}
	for (u32 i = 0; i < f->len; i++) {
		struct vinsn *in = &f->code[i];

		if (vir_ends_block(in) && in->kind != V_EXIT)
			in->target = thread(&flow, f, in->target);
	}
	for (u32 n = 0; n < flow.count; n++)
		flow.blocks[n].next_count = 0;
	link_blocks(&flow, f);
	reach(&flow, seen);
	for (u32 n = 0; n < flow.count; n++) {
		for (u32 i = flow.blocks[n].start; !seen[n] && i < flow.blocks[n].end; i++) {
			f->code[i] = (struct vinsn){ .kind = V_NOP };
			*changed = true;
		}
	}
	err = vir_live(&flow, f);
	live = arena_array(&flow.arena, flow.words, sizeof(u64));
	if (!err && live)
		kill_unused(&flow, f, live, changed);
	vir_flow_fini(&flow);
	vir_compact(f);
	straighten(f, changed);
	vir_compact(f);
	return err ? err : live ? 0 : -ENOMEM;
}
