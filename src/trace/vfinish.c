// SPDX-License-Identifier: BSD-2-Clause
/* All passes over all functions, and the program that comes out. */
#include <errno.h>
#include <stdlib.h>

#include "spec/features.h"
#include "trace/ast.h"
#include "trace/vir.h"

struct finish {
	struct vcode *v;
	struct arena *a;
	const struct vcode_opts *opts;
	struct vir_out out;
	u32 *sub_at; /* first slot of each function; UINT32_MAX: nobody calls it */
	u32 *order, order_len;
	struct vcode_info info;
	struct diag *d;
};

/* Control must not run off the end. */
static void close_end(struct vcode *v, struct vfunc *f)
{
	struct vfunc *at = v->fn;

	if (f->len && f->code[f->len - 1].kind == V_EXIT)
		return;
	v->fn = f;
	vc_exit(v, VC_NONE);
	v->fn = at;
}

/* Until nothing is left that nobody needs: colouring counts on it. */
static int clean(struct vfunc *f)
{
	bool changed = true;
	int err = 0;

	while (changed && !err) {
		changed = false;
		err = vir_clean(f, &changed);
	}
	return err;
}

static int optimise(struct vfunc *f)
{
	bool changed = true;
	int err = 0;

	for (u32 rounds = 0; changed && !err && rounds < 10; rounds++) {
		changed = false;
		err = vir_fold(f, &changed);
		if (!err)
			err = vir_clean(f, &changed);
	}
	return err;
}

/* The stack is full: say where, and what would help. */
static int too_deep(struct finish *fin, int err, struct span at)
{
	if (err != -E2BIG)
		return err;
	diag_error(fin->d, err, at,
		   "the values here need more than the %d bytes of stack that BPF has", STACK_SIZE);
	diag_hint(fin->d, "use shorter strings (max_strlen) or fewer at a time");
	return err;
}

static int do_func(struct finish *fin, u32 n)
{
	struct vfunc *f = &fin->v->funcs[n];
	struct span at = NOWHERE;
	u32 before = fin->out.insns.len;
	int err;

	close_end(fin->v, f);
	err = vir_legalise(fin->v, f, fin->opts);
	if (!err && !fin->opts->no_optimise)
		err = optimise(f);
	if (!err)
		err = clean(f);
	if (!err)
		err = vir_untangle(fin->v, f);
	if (!err)
		err = vir_color(fin->v, f);
	if (!err)
		err = too_deep(fin, vir_place(f, &at), at);
	if (err)
		return err;
	fin->sub_at[n] = before;
	fin->order[fin->order_len++] = n;
	err = vir_emit(&fin->out, f, &at);
	if (err == -E2BIG)
		return diag_error(fin->d, err, at, "a jump here is too far for BPF");
	fin->info.spills += f->spills;
	fin->info.stack = MAX(fin->info.stack, (u32)-f->stack);
	return err;
}

/* The program, then every function that is called from what is there. */
static int do_all(struct finish *fin)
{
	int err = do_func(fin, 0);

	for (u32 k = 0; !err && k < fin->out.patches.len; k++) {
		u32 sub = fin->out.patches.data[k].sub;

		if (fin->sub_at[sub] == UINT32_MAX)
			err = do_func(fin, sub);
	}
	if (err)
		return err;
	for (u32 k = 0; k < fin->out.patches.len; k++) {
		const struct vir_patch *p = &fin->out.patches.data[k];

		fin->out.insns.data[p->insn].imm = (s32)(fin->sub_at[p->sub] - p->insn - 1);
	}
	return 0;
}

static int put_funcs(struct finish *fin, struct obj_prog *prog)
{
	prog->funcs = arena_array(fin->a, fin->order_len, sizeof(*prog->funcs));
	if (!prog->funcs)
		return -ENOMEM;
	prog->func_count = fin->order_len;
	for (u32 k = 0; k < fin->order_len; k++) {
		u32 n = fin->order[k];
		u32 end = k + 1 < fin->order_len ? fin->sub_at[fin->order[k + 1]]
						 : fin->out.insns.len;

		prog->funcs[k].name = n ? fin->v->funcs[n].name : prog->name;
		prog->funcs[k].start = fin->sub_at[n];
		prog->funcs[k].count = end - fin->sub_at[n];
	}
	return 0;
}

/* Line and column of a byte of the script; the text of that line. */
static int line_of(struct finish *fin, const struct script *s, struct span at, struct obj_line *l)
{
	u32 off = MIN(at.off, (u32)s->len), start = off;
	const char *end;

	while (start && s->text[start - 1] != '\n')
		start--;
	l->line = 1;
	for (u32 i = 0; i < start; i++)
		l->line += s->text[i] == '\n';
	l->col = off - start + 1;
	l->len = at.len;
	l->file = s->name;
	end = memchr(s->text + start, '\n', s->len - start);
	l->text = arena_strndup(fin->a, s->text + start,
				end ? (size_t)(end - s->text) - start : s->len - start);
	return l->text ? 0 : -ENOMEM;
}

static int put_lines(struct finish *fin, struct obj_prog *prog, const struct script *s)
{
	struct span last = NOWHERE;
	int err = 0;

	prog->lines = arena_array(fin->a, fin->out.insns.len, sizeof(*prog->lines));
	if (!prog->lines)
		return -ENOMEM;
	for (u32 i = 0; i < fin->out.insns.len && !err; i++) {
		struct span at = fin->out.spans.data[i];
		struct obj_line *line = &prog->lines[prog->line_count];

		if (!at.file || (i && at.off == last.off && at.len == last.len))
			continue;
		if (i && prog->insns[i - 1].code == CODE_LD_IMM64)
			continue; /* second half */
		line->insn = i;
		err = line_of(fin, s, at, line);
		prog->line_count++;
		last = at;
	}
	return err;
}

static int put(struct finish *fin, struct obj_prog *prog, const struct script *s)
{
	int err;

	prog->insns =
		arena_copy(fin->a, fin->out.insns.data, fin->out.insns.len * sizeof(struct insn));
	prog->refs = arena_copy(fin->a, fin->out.refs.data,
				fin->out.refs.len * sizeof(struct obj_extern_ref));
	if (!prog->insns || !prog->refs)
		return -ENOMEM;
	prog->insn_count = fin->out.insns.len;
	prog->ref_count = fin->out.refs.len;
	err = put_funcs(fin, prog);
	return err || !s ? err : put_lines(fin, prog, s);
}

int vcode_finish(struct vcode *v, struct obj_prog *prog, struct arena *a, const struct script *s,
		 const struct vcode_opts *opts, struct vcode_info *info, struct diag *d)
{
	struct finish fin = { .v = v, .a = a, .opts = opts, .d = d };
	int err = v->no_memory ? -ENOMEM : 0;

	fin.out.modern = !opts->era || opts->era >= ERA(6, 6);
	fin.sub_at = arena_array(v->arena, v->func_count, sizeof(*fin.sub_at));
	fin.order = arena_array(v->arena, v->func_count, sizeof(*fin.order));
	if (!fin.sub_at || !fin.order)
		err = -ENOMEM;
	for (u32 n = 0; !err && n < v->func_count; n++)
		fin.sub_at[n] = UINT32_MAX;
	if (!err)
		err = do_all(&fin);
	if (!err)
		err = put(&fin, prog, s);
	fin.info.insns = prog->insn_count;
	if (!err && info)
		*info = fin.info;
	vec_fini(&fin.out.insns);
	vec_fini(&fin.out.refs);
	vec_fini(&fin.out.patches);
	vec_fini(&fin.out.spans);
	return err == -ENOMEM ? diag_nomem(d) : err;
}
