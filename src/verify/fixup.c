// SPDX-License-Identifier: BSD-2-Clause
#include "verify/fixup.h"

#include <errno.h>
#include <stdlib.h>

struct fixup {
	const struct obj_prog *src;
	const struct verify_fact *facts; /* by old slot */
	bool *keep;			 /* by old slot */
	u32 *at; /* by old slot, and one more: the new slot of it, or of what
		  * is kept after it */
};

static u32 slots_of(const struct fixup *f, u32 slot)
{
	return insn_is_wide(&f->src->insns[slot]) ? 2 : 1;
}

static bool is_conditional(const struct insn *i)
{
	return insn_is_jump(i) && i->code != CODE_JA && i->code != CODE_JA32 &&
	       i->code != CODE_JCOND;
}

static u32 target_of(const struct fixup *f, u32 slot)
{
	return (u32)((s32)slot + 1 + insn_distance(&f->src->insns[slot]));
}

/* A jump that is always taken over nothing but what is dropped. */
static bool jumps_nowhere(const struct fixup *f, u32 slot)
{
	u32 target = target_of(f, slot);

	if (target <= slot)
		return false;
	for (u32 k = slot + 1; k < target; k++) {
		if (f->keep[k])
			return false;
	}
	return true;
}

/* Backwards, so that what lies between a jump and its target is decided before the jump. */
static void choose(struct fixup *f)
{
	const struct insn *insns = f->src->insns;

	for (u32 slot = 0; slot < f->src->insn_count; slot += slots_of(f, slot)) {
		f->keep[slot] = f->facts[slot].seen;
		if (slots_of(f, slot) == 2)
			f->keep[slot + 1] = f->keep[slot];
	}
	for (u32 slot = f->src->insn_count; slot-- > 0;) {
		const struct verify_fact *fact = &f->facts[slot];
		bool second = slot && insn_is_wide(&insns[slot - 1]);

		if (!f->keep[slot] || second)
			continue;
		if (is_conditional(&insns[slot]) && !fact->taken)
			f->keep[slot] = false;
		else if (insns[slot].code == CODE_JA || insns[slot].code == CODE_JA32 ||
			 (is_conditional(&insns[slot]) && !fact->fallthru))
			f->keep[slot] = !jumps_nowhere(f, slot);
	}
}

static u32 number(struct fixup *f)
{
	u32 count = 0;

	for (u32 slot = 0; slot < f->src->insn_count; slot++) {
		f->at[slot] = count;
		count += f->keep[slot];
	}
	f->at[f->src->insn_count] = count;
	return count;
}

static s32 distance(const struct fixup *f, u32 from, u32 to)
{
	return (s32)f->at[to] - (s32)f->at[from] - 1;
}

/* A load of a constant becomes that constant, when a 32-bit immediate says it. */
static void fold_load(struct insn *i, u64 value)
{
	if ((u64)(s64)(s32)value == value)
		*i = (struct insn){ .code = CODE_MOV | SRC_K, .dst = i->dst, .imm = (s32)value };
	else if (value <= UINT32_MAX)
		*i = (struct insn){ .code = CLASS_ALU | (CODE_MOV & 0xf0) | SRC_K,
				    .dst = i->dst,
				    .imm = (s32)value };
}

/* The instruction of an old slot as it stands in the new program. */
static struct insn rewrite(const struct fixup *f, u32 slot)
{
	struct insn i = f->src->insns[slot];
	const struct verify_fact *fact = &f->facts[slot];

	if (is_conditional(&i) && !fact->fallthru)
		i = (struct insn){ .code = CODE_JA, .off = i.off };
	if (insn_is_jump(&i)) {
		s32 far = distance(f, slot, target_of(f, slot));

		if (i.code == CODE_JA32)
			i.imm = far;
		else
			i.off = (s16)far;
	} else if ((i.code == CODE_CALL && i.src == CALL_LOCAL) ||
		   (insn_is_wide(&i) && i.src == PSEUDO_FUNC)) {
		u32 to = (u32)((s32)slot + 1 + i.imm);

		/* A function that is dropped is never called: any function's address will do. */
		i.imm = distance(f, slot, f->keep[to] ? to : 0);
	} else if (INSN_CLASS(i.code) == CLASS_LDX && fact->rdonly_const) {
		fold_load(&i, fact->imm);
	}
	return i;
}

static void copy_insns(const struct fixup *f, struct insn *insns, struct verify_fact *facts)
{
	for (u32 slot = 0; slot < f->src->insn_count; slot += slots_of(f, slot)) {
		u32 to = f->at[slot];

		if (!f->keep[slot])
			continue;
		insns[to] = rewrite(f, slot);
		facts[to] = f->facts[slot];
		if (slots_of(f, slot) == 2) {
			insns[to + 1] = f->src->insns[slot + 1];
			facts[to + 1] = f->facts[slot + 1];
		}
	}
}

static void copy_lines(const struct fixup *f, struct obj_prog *out)
{
	const struct obj_line *lines = f->src->lines;

	out->line_count = 0;
	for (u32 k = 0; k < f->src->line_count; k++) {
		u32 end = k + 1 < f->src->line_count ? lines[k + 1].insn : f->src->insn_count;

		if (lines[k].insn >= end || f->at[lines[k].insn] == f->at[end])
			continue;
		out->lines[out->line_count] = lines[k];
		out->lines[out->line_count++].insn = f->at[lines[k].insn];
	}
}

static void copy_funcs(const struct fixup *f, struct obj_prog *out)
{
	out->func_count = 0;
	for (u32 k = 0; k < f->src->func_count; k++) {
		struct obj_func func = f->src->funcs[k];
		u32 end = f->at[MIN(func.start + func.count, f->src->insn_count)];

		func.start = f->at[MIN(func.start, f->src->insn_count)];
		func.count = end - func.start;
		if (func.count)
			out->funcs[out->func_count++] = func;
	}
}

static void copy_refs(const struct fixup *f, struct obj_prog *out)
{
	out->ref_count = out->core_count = 0;
	for (u32 k = 0; k < f->src->ref_count; k++) {
		struct obj_extern_ref ref = f->src->refs[k];

		if (!f->keep[ref.insn])
			continue;
		ref.insn = f->at[ref.insn];
		out->refs[out->ref_count++] = ref;
	}
	for (u32 k = 0; k < f->src->core_count; k++) {
		struct obj_core core = f->src->cores[k];

		if (!f->keep[core.insn])
			continue;
		core.insn = f->at[core.insn];
		out->cores[out->core_count++] = core;
	}
}

static int build(struct fixup *f, struct obj_prog *out, struct verify_result *r)
{
	struct obj_prog p = *f->src;
	struct verify_fact *facts;

	choose(f);
	p.insn_count = number(f);
	p.insns = arena_array(&r->arena, p.insn_count, sizeof(*p.insns));
	p.lines = arena_array(&r->arena, p.line_count, sizeof(*p.lines));
	p.funcs = arena_array(&r->arena, p.func_count, sizeof(*p.funcs));
	p.refs = arena_array(&r->arena, p.ref_count, sizeof(*p.refs));
	p.cores = arena_array(&r->arena, p.core_count, sizeof(*p.cores));
	facts = arena_array(&r->arena, p.insn_count, sizeof(*facts));
	if (!p.insns || !p.lines || !p.funcs || !p.refs || !p.cores || !facts)
		return -ENOMEM;
	copy_insns(f, p.insns, facts);
	copy_lines(f, &p);
	copy_funcs(f, &p);
	copy_refs(f, &p);
	r->facts = facts;
	*out = p;
	return 0;
}

int fixup_prog(struct obj_prog *out, struct verify_result *r, const struct obj_prog *src)
{
	struct fixup f = {
		.src = src,
		.facts = r->facts,
		.keep = calloc(src->insn_count, sizeof(*f.keep)),
		.at = calloc(src->insn_count + 1, sizeof(*f.at)),
	};
	int err = f.keep && f.at ? build(&f, out, r) : -ENOMEM;

	free(f.keep);
	free(f.at);
	return err;
}
