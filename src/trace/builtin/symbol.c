// SPDX-License-Identifier: BSD-2-Clause
/* Stacks and symbols: numbers now, names when they are printed. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "spec/helper_extra.h"
#include "symbols/exe.h"
#include "trace/builtin/family.h"

enum { MAX_DEPTH = 127, GET_USER_STACK = 1 << 8 };

static const struct {
	const char *name;
	enum stack_mode mode;
} modes[] = {
	{ "bpftrace", STACK_BPFTRACE },
	{ "perf", STACK_PERF },
	{ "raw", STACK_RAW },
};

static int stack_arg(struct infer *in, struct node *n, struct node *a, struct ttype *t)
{
	int err;

	if (a->kind == N_NAME) {
		for (u32 i = 0; i < ARRAY_SIZE(modes); i++) {
			if (!strcmp(a->name, modes[i].name)) {
				t->mode = modes[i].mode;
				return 0;
			}
		}
	}
	err = infer_value(in, a);
	if (err)
		return err;
	if (!is_constant(a)) {
		infer_error(in, a->at, "%s() takes a mode and a literal number of frames", n->name);
		diag_hint(in->d, "%s(perf, 10)", n->name);
		return -EINVAL;
	}
	if (a->num > MAX_DEPTH)
		return infer_error(in, a->at, "a stack has at most %d frames", MAX_DEPTH);
	t->depth = (u32)a->num;
	return 0;
}

static int infer_stack(struct infer *in, struct node *n)
{
	enum tkind kind = *n->name == 'u' ? T_USTACK : T_KSTACK;
	struct ttype *t = arena_copy(in->a, t_kind(kind), sizeof(*t));
	int err = 0;

	if (!t)
		return infer_nomem(in);
	t->mode = in->cfg->stack_mode;
	t->depth = MAX_DEPTH;
	for (struct node *a = n->args; a && !err; a = a->next)
		err = stack_arg(in, n, a, t);
	n->type = t;
	return err;
}

/* The map of stacks of this depth: made when the first program asks. */
static u32 stack_map(struct lower *lo, u32 depth)
{
	struct trace_meta *m = lo->out->meta;

	for (u32 i = 0; i < m->stack_count; i++) {
		if (m->stacks[i].depth == depth)
			return m->stacks[i].obj_map;
	}
	return unit_stack_map(lo->out, depth);
}

/* Records of one part that two instructions write: what is between is zero. */
static int lower_stack(struct lower *lo, struct node *n, struct value *out)
{
	const struct ttype *t = n->type;
	bool user = t->kind == T_USTACK;
	u32 args[3], id = new_reg(lo), map = stack_map(lo, t->depth);
	int err = 0;

	if (map == UINT32_MAX)
		return diag_error(lo->d, -E2BIG, n->at, "stacks of at most 8 depths in a script");
	if (!out->wanted)
		err = place_new(lo, t->size, 8, &out->at);
	if (err)
		return err;
	args[0] = lo->ctx;
	args[1] = new_reg(lo);
	vc_map(lo->v, args[1], map);
	args[2] = imm_reg(lo, user ? GET_USER_STACK : 0);
	vc_call(lo->v, HELPER_get_stackid, id, 3, args);
	place_store(lo, 8, out->at, id);
	place_store_imm(lo, 8, place_at(out->at, 8), (u64)t->mode << 32 | t->depth);
	if (user) {
		u32 pid = new_reg(lo);

		vc_alu_imm(lo->v, VC_SHR, VC_64, pid, known_pid_tgid(lo), 32);
		place_store(lo, 4, place_at(out->at, 16), pid);
		place_store(lo, 4, place_at(out->at, 20), point_number(lo));
	}
	*out = value_mem(out->at, t);
	return 0;
}

/* Frames of a stack: addresses up to the first zero of its entry. */
int lower_stack_len(struct lower *lo, struct node *n, struct value *out)
{
	const struct ttype *t = n->args->type;
	u32 args[3], size = t->depth * 8, r = new_reg(lo), fine = vc_label(lo->v);
	struct place to;
	int err = place_new(lo, MAX(size, 8u), 8, &to);

	if (err)
		return err;
	args[0] = lo->ctx;
	args[1] = place_addr(lo, to);
	args[2] = imm_reg(lo, size);
	{
		u32 four[4] = { args[0], args[1], args[2],
				imm_reg(lo, t->kind == T_USTACK ? GET_USER_STACK : 0) };

		vc_call(lo->v, HELPER_get_stack, r, 4, four);
	}
	vc_branch_imm(lo->v, VC_SGE, VC_64, r, 0, fine);
	vc_imm(lo->v, r, 0);
	vc_place(lo->v, fine);
	vc_alu_imm(lo->v, VC_SHR, VC_64, r, r, 3);
	*out = value_reg(r, &t_s64);
	return 0;
}

static int infer_ksym(struct infer *in, struct node *n)
{
	int err = infer_value(in, n->args);

	if (err)
		return err;
	n->type = t_kind(*n->name == 'k' ? T_KSYM : T_USYM);
	if (!unknown(n->args->type) && !reads_as_number(n->args->type) &&
	    n->args->type->kind != T_POINTER)
		return infer_error(in, n->args->at, "%s() takes an address, not %s", n->name,
				   type_text(in, n->args->type));
	return 0;
}

static int lower_ksym(struct lower *lo, struct node *n, struct value *out)
{
	u32 r;
	int err = lower_reg(lo, n->args, &r);

	*out = value_reg(r, n->type);
	return err;
}

static int lower_usym(struct lower *lo, struct node *n, struct value *out)
{
	u32 r, pid = new_reg(lo);
	int err = lower_reg(lo, n->args, &r);

	if (!err && !out->wanted)
		err = place_new(lo, 16, 8, &out->at);
	if (err)
		return err;
	place_store(lo, 8, out->at, r);
	vc_alu_imm(lo->v, VC_SHR, VC_64, pid, known_pid_tgid(lo), 32);
	place_store(lo, 4, place_at(out->at, 8), pid);
	place_store(lo, 4, place_at(out->at, 12), point_number(lo));
	*out = value_mem(out->at, n->type);
	return 0;
}

/* Address of a kernel symbol, as the running kernel lists it; 0: none of that name. */
static u64 kernel_address(const char *name)
{
	FILE *f = fopen("/proc/kallsyms", "re");
	unsigned long long at;
	char line[512], word[256];
	u64 found = 0;

	while (f && !found && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%llx %*c %255s", &at, word) == 2 && !strcmp(word, name))
			found = at;
	}
	if (f)
		fclose(f);
	return found;
}

static int infer_kaddr(struct infer *in, struct node *n)
{
	const char *name;
	u64 at;
	int err = text_arg(in, n, 0, &name);

	if (err)
		return err;
	at = kernel_address(name);
	if (!at) {
		infer_error(in, n->args->at, "the kernel has no symbol '%s'", name);
		diag_hint(in->d, "/proc/kallsyms lists them, to those who may see addresses");
		return -ENOENT;
	}
	return become_number(n, at, &t_u64);
}

static int take_symbol(void *ctx, const struct exe_symbol *s)
{
	*(u64 *)ctx = s->addr;
	return 1;
}

/* Of the program that the probe is in, as its file places it. */
static int infer_uaddr(struct infer *in, struct node *n)
{
	const struct tpoint *p = in->point;
	const struct ttype *to;
	const char *name;
	u64 at = 0;
	int err = text_arg(in, n, 0, &name);

	if (err)
		return err;
	in->uses_args = true;
	if (!p || (p->meta.kind != POINT_UPROBE && p->meta.kind != POINT_URETPROBE &&
		   p->meta.kind != POINT_USDT))
		return infer_error(in, n->at, "uaddr() is for probes of programs");
	err = exe_each(p->written->part[1], name, take_symbol, &at, in->d);
	if (err < 0)
		return err;
	if (!at)
		return infer_error(in, n->args->at, "%s has no symbol '%s'", p->written->part[1],
				   name);
	to = t_pointer(in->a, &t_u64, SPACE_USER);
	n->num = at;
	n->type = to;
	return to ? 0 : infer_nomem(in);
}

static int lower_uaddr(struct lower *lo, struct node *n, struct value *out)
{
	(void)lo;
	*out = value_imm(n->num, n->type);
	return 0;
}

#define BOTH (WORD_PLAIN | WORD_CALL)
const struct builtin words_symbol[] = {
	{ "kstack", BOTH, 0, 2, infer_stack, lower_stack, "kstack, kstack(mode, frames)" },
	{ "stack", WORD_PLAIN | WORD_OLD, 0, 0, infer_stack, lower_stack, "kstack" },
	{ "ustack", BOTH, 0, 2, infer_stack, lower_stack, "ustack, ustack(mode, frames)" },
	{ "ksym", WORD_CALL, 1, 1, infer_ksym, lower_ksym, "ksym(address)" },
	{ "sym", WORD_CALL | WORD_OLD, 1, 1, infer_ksym, lower_ksym, "ksym(address)" },
	{ "usym", WORD_CALL, 1, 1, infer_ksym, lower_usym, "usym(address)" },
	{ "uaddr", WORD_CALL, 1, 1, infer_uaddr, lower_uaddr, "uaddr(\"symbol\")" },
	{ "kaddr", WORD_CALL, 1, 1, infer_kaddr, lower_never, "kaddr(\"symbol\")" },
	{ 0 },
};
