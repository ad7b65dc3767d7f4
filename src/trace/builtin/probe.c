// SPDX-License-Identifier: BSD-2-Clause
/* Words about the probe itself: its arguments, its name, its context. */
#include <errno.h>
#include <stdlib.h>

#include "base/str.h"
#include "spec/prog.h"
#include "trace/builtin/family.h"

static int no_point(struct infer *in, const struct node *n)
{
	return infer_error(in, n->at, "%s has no meaning in a function", n->name);
}

/* Fields that are the same at every tracepoint are not shown. */
static u32 shown_args(const struct tpoint *p, struct targ **out, u32 room)
{
	u32 count = 0;

	for (u32 i = 0; i < p->arg_count && count < room; i++) {
		if (p->args[i].name && !p->args[i].common)
			out[count++] = &p->args[i];
	}
	return count;
}

enum { MAX_ARGS = 64 };

/* args itself: a record of them all. */
static int infer_args_word(struct infer *in, struct node *n)
{
	struct targ *args[MAX_ARGS];
	const struct ttype *types[MAX_ARGS];
	const char **names;
	struct ttype *t;
	u32 count;

	in->uses_args = true;
	if (!in->point)
		return no_point(in, n);
	count = shown_args(in->point, args, MAX_ARGS);
	if (!count)
		return infer_error(in, n->at, "%s has no arguments", in->point->meta.name);
	names = arena_array(in->a, count, sizeof(*names));
	for (u32 i = 0; i < count && names; i++) {
		names[i] = args[i]->name;
		types[i] = targ_type(args[i], in->a, in->btf_source);
		if (!types[i])
			return infer_nomem(in);
	}
	t = names ? (struct ttype *)t_tuple(in->a, types, count) : NULL;
	if (!t)
		return infer_nomem(in);
	t->names = names;
	n->type = t;
	return 0;
}

static int lower_args_word(struct lower *lo, struct node *n, struct value *out)
{
	struct targ *args[MAX_ARGS];
	u32 count = shown_args(lo->point, args, MAX_ARGS);
	const struct ttype *t = n->type;
	int err = out->wanted ? 0 : place_new(lo, t->size, 8, &out->at);

	if (err)
		return err;
	place_zero(lo, out->at, t->size);
	for (u32 i = 0; i < count && !err; i++) {
		struct place at = place_at(out->at, (s32)t->offsets[i]);
		struct value v = { 0 };

		err = lower_argument(lo, args[i], t->members[i], &v);
		if (!err && v.where == V_REG && !t_in_register(t->members[i]))
			err = read_bytes(lo, v.reg, 0, t->members[i]->size, SPACE_KERNEL, at);
		else if (!err)
			err = value_store(lo, &v, at, t->members[i]);
	}
	*out = value_mem(out->at, t);
	return err;
}

/* arg0 … arg9 and sarg0 …: the number is in the name. */
static int infer_arg(struct infer *in, struct node *n)
{
	const struct tpoint *p = in->point;
	u32 i = (u32)atoi(n->name + 3);

	in->uses_args = true;
	if (!p)
		return no_point(in, n);
	if (p->meta.kind == POINT_TRACEPOINT || i >= p->arg_count) {
		infer_error(in, n->at, "%s has no %s", p->meta.name, n->name);
		if (p->arg_count && p->args[0].name)
			diag_hint(in->d, "its arguments have names: args.%s", p->args[0].name);
		return -EINVAL;
	}
	n->num = i;
	n->type = p->meta.kind == POINT_FENTRY || p->meta.kind == POINT_FEXIT ||
				  p->meta.kind == POINT_USDT
			  ? p->args[i].type
			  : &t_u64;
	return 0;
}

static int lower_arg(struct lower *lo, struct node *n, struct value *out)
{
	return lower_argument(lo, &lo->point->args[n->num], n->type, out);
}

static bool has_registers(const struct tpoint *p)
{
	switch (p->meta.kind) {
	case POINT_KPROBE:
	case POINT_KRETPROBE:
	case POINT_UPROBE:
	case POINT_URETPROBE:
	case POINT_USDT:
	case POINT_PROFILE:
	case POINT_SOFTWARE:
	case POINT_HARDWARE:
	case POINT_WATCHPOINT:
		return true;
	default:
		return false;
	}
}

static const struct reg_name {
	const char *name;
	u32 off; /* of struct pt_regs, x86-64 */
} reg_names[] = {
	{ "r15", 0 },  { "r14", 8 },  { "r13", 16 },	{ "r12", 24 }, { "bp", 32 },
	{ "bx", 40 },  { "r11", 48 }, { "r10", 56 },	{ "r9", 64 },  { "r8", 72 },
	{ "ax", 80 },  { "cx", 88 },  { "dx", 96 },	{ "si", 104 }, { "di", 112 },
	{ "ip", 128 }, { "cs", 136 }, { "flags", 144 }, { "sp", 152 }, { "ss", 160 },
};
enum { REGS_CS = 136, REGS_SP = 152, REGS_AX = 80 };

static int infer_reg(struct infer *in, struct node *n)
{
	struct near near;
	const char *name;
	int err = text_arg(in, n, 0, &name);

	if (err)
		return err;
	n->type = &t_u64;
	in->uses_args = true;
	if (!in->point)
		return no_point(in, n);
	if (!has_registers(in->point))
		return infer_error(in, n->at, "%s has no registers", in->point->meta.name);
	near = near_start(name, strlen(name));
	for (u32 i = 0; i < ARRAY_SIZE(reg_names); i++) {
		if (!strcmp(reg_names[i].name, name)) {
			n->num = reg_names[i].off;
			return 0;
		}
		near_try(&near, reg_names[i].name);
	}
	infer_error(in, n->args->at, "unknown register '%s'", name);
	if (near.best)
		diag_hint(in->d, "did you mean '%s'?", near.best);
	return -EINVAL;
}

static int load_reg(struct lower *lo, u32 off, struct value *out)
{
	u32 r = new_reg(lo);

	vc_load(lo->v, 8, false, r, lo->ctx, (s32)off);
	*out = value_reg(r, &t_u64);
	return 0;
}

static int lower_register(struct lower *lo, struct node *n, struct value *out)
{
	return load_reg(lo, (u32)n->num, out);
}

static int infer_sarg(struct infer *in, struct node *n)
{
	n->num = (u64)atoi(n->name + 4);
	n->type = &t_u64;
	in->uses_args = true;
	if (!in->point)
		return no_point(in, n);
	if (!has_registers(in->point))
		return infer_error(in, n->at, "%s has no arguments on a stack",
				   in->point->meta.name);
	return 0;
}

/* The return address lies first. */
static int lower_sarg(struct lower *lo, struct node *n, struct value *out)
{
	struct value sp;
	int err = load_reg(lo, REGS_SP, &sp);

	if (err)
		return err;
	return read_scalar(lo, sp.reg, (s32)(8 + 8 * n->num), &t_u64, lo->point->ctx_space, out);
}

static int infer_retval(struct infer *in, struct node *n)
{
	const struct tpoint *p = in->point;

	in->uses_args = true;
	if (!p)
		return no_point(in, n);
	if (p->retval) {
		n->type = p->meta.kind == POINT_FEXIT ? p->retval->type : &t_u64;
		return 0;
	}
	if (p->meta.kind == POINT_KRETPROBE || p->meta.kind == POINT_URETPROBE) {
		n->type = &t_u64;
		return 0;
	}
	infer_error(in, n->at, "%s has no return value", p->meta.name);
	diag_hint(in->d, "retval is of kretprobe, uretprobe and fexit");
	return -EINVAL;
}

static int lower_retval(struct lower *lo, struct node *n, struct value *out)
{
	if (!lo->point->retval)
		return load_reg(lo, REGS_AX, out);
	return lower_argument(lo, lo->point->retval, n->type, out);
}

/* Text that differs by point: the node stays what it is. */
static int point_text(struct infer *in, struct node *n, const char *text)
{
	in->uses_point = true;
	n->str = text;
	n->len = (u32)strlen(text);
	n->type = t_string(in->a, n->len + 1);
	return n->type ? 0 : infer_nomem(in);
}

static int lower_text(struct lower *lo, struct node *n, struct value *out)
{
	struct node text = *n;

	text.kind = N_STRING;
	return lower_expr(lo, &text, out);
}

static int infer_func(struct infer *in, struct node *n)
{
	const struct tpoint *p = in->point;

	in->uses_args = true;
	if (!p)
		return no_point(in, n);
	if (!p->func)
		return infer_error(in, n->at, "%s is at no function", p->meta.name);
	return point_text(in, n, p->func);
}

static int infer_probe_word(struct infer *in, struct node *n)
{
	n->type = t_kind(T_PROBE);
	return 0;
}

static int lower_probe_word(struct lower *lo, struct node *n, struct value *out)
{
	if (lo->point_index != UINT32_MAX)
		*out = value_imm(lo->point_index, n->type);
	else
		*out = value_reg(point_number(lo), n->type);
	return 0;
}

static int infer_probetype(struct infer *in, struct node *n)
{
	static const char *const names[POINT_KIND_COUNT] = {
		[POINT_BEGIN] = "special",
		[POINT_END] = "special",
		[POINT_SELF] = "self",
		[POINT_KPROBE] = "kprobe",
		[POINT_KRETPROBE] = "kretprobe",
		[POINT_FENTRY] = "fentry",
		[POINT_FEXIT] = "fexit",
		[POINT_TRACEPOINT] = "tracepoint",
		[POINT_RAWTRACEPOINT] = "rawtracepoint",
		[POINT_UPROBE] = "uprobe",
		[POINT_URETPROBE] = "uretprobe",
		[POINT_USDT] = "usdt",
		[POINT_PROFILE] = "profile",
		[POINT_INTERVAL] = "interval",
		[POINT_SOFTWARE] = "software",
		[POINT_HARDWARE] = "hardware",
		[POINT_WATCHPOINT] = "watchpoint",
		[POINT_ITER] = "iter",
		[POINT_BENCH] = "bench",
	};

	if (!in->point)
		return no_point(in, n);
	in->uses_args = true;
	return point_text(in, n, names[in->point->meta.kind]);
}

static int infer_ctx(struct infer *in, struct node *n)
{
	in->uses_args = true;
	if (!in->point)
		return no_point(in, n);
	n->type = t_pointer(in->a, NULL, SPACE_CTX);
	return n->type ? 0 : infer_nomem(in);
}

static int lower_ctx(struct lower *lo, struct node *n, struct value *out)
{
	*out = value_reg(lo->ctx, n->type);
	return 0;
}

static int infer_usermode(struct infer *in, struct node *n)
{
	n->type = &t_u8;
	if (!in->point)
		return no_point(in, n);
	if (!has_registers(in->point))
		return infer_error(in, n->at, "%s does not say whether it interrupted a process",
				   in->point->meta.name);
	return 0;
}

/* Code of processes has privilege level 3 in its code segment. */
static int lower_usermode(struct lower *lo, struct node *n, struct value *out)
{
	struct value cs;
	u32 r = imm_reg(lo, 0), end = vc_label(lo->v), t = new_reg(lo);

	load_reg(lo, REGS_CS, &cs);
	vc_alu_imm(lo->v, VC_AND, VC_64, t, cs.reg, 3);
	vc_branch_imm(lo->v, VC_EQ, VC_64, t, 0, end);
	vc_imm(lo->v, r, 1);
	vc_place(lo->v, end);
	*out = value_reg(r, n->type);
	return 0;
}

#define ARG(n)                                                                                     \
	{                                                                                          \
		"arg" #n, WORD_PLAIN, 0, 0, infer_arg, lower_arg, "arg" #n                         \
	}
#define SARG(n)                                                                                    \
	{                                                                                          \
		"sarg" #n, WORD_PLAIN, 0, 0, infer_sarg, lower_sarg, "sarg" #n                     \
	}
#define BOTH (WORD_PLAIN | WORD_CALL)

const struct builtin words_probe[] = {
	{ "args", WORD_PLAIN, 0, 0, infer_args_word, lower_args_word, "args.field" },
	ARG(0),
	ARG(1),
	ARG(2),
	ARG(3),
	ARG(4),
	ARG(5),
	ARG(6),
	ARG(7),
	ARG(8),
	ARG(9),
	SARG(0),
	SARG(1),
	SARG(2),
	SARG(3),
	SARG(4),
	SARG(5),
	SARG(6),
	SARG(7),
	SARG(8),
	SARG(9),
	{ "retval", BOTH, 0, 0, infer_retval, lower_retval, "retval" },
	{ "func", BOTH, 0, 0, infer_func, lower_text, "func" },
	{ "probe", BOTH | WORD_USER_SPACE, 0, 0, infer_probe_word, lower_probe_word, "probe" },
	{ "name", WORD_PLAIN | WORD_OLD | WORD_USER_SPACE, 0, 0, infer_probe_word, lower_probe_word,
	  "probe" },
	{ "probetype", BOTH | WORD_USER_SPACE, 0, 0, infer_probetype, lower_text, "probetype" },
	{ "ctx", BOTH, 0, 0, infer_ctx, lower_ctx, "ctx" },
	{ "reg", WORD_CALL, 1, 1, infer_reg, lower_register, "reg(\"ip\")" },
	{ "usermode", BOTH, 0, 0, infer_usermode, lower_usermode, "usermode" },
	{ 0 },
};
