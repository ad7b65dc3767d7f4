// SPDX-License-Identifier: BSD-2-Clause
/* Arguments of functions: by their BTF prototypes, or by the registers of a call. */
#include <errno.h>

#include "btf/declare.h"
#include "trace/probe/provider.h"

/* As bpftrace lists them: the whole type, then the name. */
const char *arg_decl(struct expander *e, const struct types *btf, u32 type, const char *name)
{
	struct buf b = { 0 };
	struct declare w = { .t = btf, .b = &b, .budget = 1000 };
	const char *text;

	declare_type(&w, type, "", 0);
	while (b.len && b.data[b.len - 1] == ' ')
		b.len--;
	buf_printf(&b, " %s", name);
	text = w.err ? name : arena_strdup(e->a, buf_str(&b));
	buf_fini(&b);
	return text;
}

static int proto_arg(struct expander *e, struct targ *arg, u32 slot, const char *name, u32 type)
{
	*arg = (struct targ){ .name = name, .from = TARG_SLOT, .off = slot * 8 };
	arg->type = t_btf(e->a, e->btf, type, SPACE_BTF);
	arg->decl = arg_decl(e, e->btf, type, name);
	return arg->type && arg->decl ? 0 : expand_nomem(e);
}

int args_of_proto(struct expander *e, struct tpoint *p, u32 proto, u32 first, bool retval)
{
	u32 count = types_vlen(e->btf, proto), ret = types_ref(e->btf, proto);
	struct targ *last = arena_alloc(e->a, sizeof(*last));
	u32 slot = 0;
	int err = 0;

	p->args = arena_array(e->a, count + 1, sizeof(*p->args));
	if (!p->args || !last)
		return expand_nomem(e);
	for (u32 i = first; i < count && !err; i++) {
		struct type_param param = types_param(e->btf, proto, i);

		if (!param.type) /* "..." */
			break;
		err = proto_arg(e, &p->args[p->arg_count++], slot, param.name, param.type);
		/* Records that are passed as such fill as many slots as they need. */
		slot += (u32)MAX(types_size(e->btf, param.type) + 7, 8) / 8;
	}
	if (retval && ret && !err) {
		err = proto_arg(e, last, slot, "retval", ret);
		p->retval = last;
	}
	return err;
}

int args_of_call(struct expander *e, struct tpoint *p)
{
	/* rdi, rsi, rdx, rcx, r8, r9 of struct pt_regs */
	static const u16 regs[] = { 112, 104, 96, 88, 72, 64 };
	enum { COUNT = 10 };

	p->args = arena_array(e->a, COUNT, sizeof(*p->args));
	if (!p->args)
		return expand_nomem(e);
	for (u32 i = 0; i < COUNT; i++) {
		struct targ *arg = &p->args[p->arg_count++];

		arg->type = &t_u64;
		arg->from = i < ARRAY_SIZE(regs) ? TARG_REGISTER : TARG_STACK;
		/* Above the return address. */
		arg->off = i < ARRAY_SIZE(regs) ? regs[i] : 8 + 8 * (i - (u32)ARRAY_SIZE(regs));
	}
	return 0;
}

int retval_of_call(struct expander *e, struct tpoint *p)
{
	static const struct targ rax = { .from = TARG_REGISTER, .off = 80, .type = &t_u64 };

	p->retval = &rax;
	return 0;
}
