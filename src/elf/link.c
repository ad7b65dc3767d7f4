// SPDX-License-Identifier: BSD-2-Clause
/*
 * Linking: a program's main function, then every function it reaches, each once, in the order of
 * first calls, depth first; at the end the catcher of exceptions that it names. Function and line
 * tables and CO-RE results move along.
 */
#include <errno.h>
#include <stdlib.h>

#include "elf/load.h"

struct cursor {
	u32 func, slot; /* slot: in the function */
};

struct linker {
	struct elf_load *l;
	struct obj_prog *prog;
	u32 *start; /* of each function in the program + 1; 0: not in it */
	VEC(u32) order;
	VEC(struct cursor) stack;
	u32 count, lines, cores; /* totals */
};

static const struct elf_code *code_of(const struct linker *k, u32 func)
{
	return &k->l->codes[k->l->funcs.data[func].section];
}

static int enter(struct linker *k, u32 func)
{
	const struct elf_func *f = &k->l->funcs.data[func];
	u32 *slot = vec_push(&k->order);
	struct cursor *c = vec_push(&k->stack);

	if (!slot || !c)
		return diag_nomem(k->l->d);
	*slot = func;
	*c = (struct cursor){ func, 0 };
	k->start[func] = k->count + 1;
	k->count += f->count;
	if (k->count > MAX_INSNS)
		return diag_error(k->l->d, -E2BIG, reader_at(&k->l->r, f->section, 0),
				  "program '%s' and the functions it calls have more than %u "
				  "instructions",
				  k->prog->name, MAX_INSNS);
	return 0;
}

/* Find all functions the program reaches. */
static int collect(struct linker *k, u32 main_func)
{
	int err = enter(k, main_func);

	while (!err && k->stack.len) {
		struct cursor *c = vec_last(&k->stack);
		const struct elf_func *f = &k->l->funcs.data[c->func];
		const struct elf_ref *refs = code_of(k, c->func)->refs + f->start;
		u32 callee = UINT32_MAX;

		while (c->slot < f->count && callee == UINT32_MAX) {
			const struct elf_ref *ref = &refs[c->slot++];

			if (ref->kind == REF_FUNC && !k->start[ref->index])
				callee = ref->index;
		}
		if (callee != UINT32_MAX)
			err = enter(k, callee);
		else
			k->stack.len--;
	}
	return err;
}

/* The function that a tag of the main one names as the catcher of its exceptions, or UINT32_MAX. */
static u32 exception_callback(const struct linker *k, u32 main_func)
{
	static const char tag[] = "exception_callback:";
	const struct types *t = k->l->obj->types;
	u32 main_id = k->l->funcs.data[main_func].type_id;

	for (u32 id = 1; t && main_id && id < types_count(t); id++) {
		const char *name = types_name(t, id);

		if (types_kind(t, id) != KIND_DECL_TAG || types_ref(t, id) != main_id ||
		    types_component(t, id) >= 0 || strncmp(name, tag, sizeof(tag) - 1))
			continue;
		for (u32 i = 0; i < k->l->funcs.len; i++) {
			if (!strcmp(k->l->funcs.data[i].name, name + sizeof(tag) - 1))
				return i;
		}
	}
	return UINT32_MAX;
}

static int copy_ref(struct linker *k, const struct elf_ref *ref, u32 slot)
{
	struct insn *insn = &k->prog->insns[slot];
	bool wide = insn_is_wide(insn);

	if (wide && slot + 1 >= k->prog->insn_count)
		return diag_error(k->l->d, -EINVAL, NOWHERE,
				  "program '%s' ends in half an instruction", k->prog->name);
	switch (ref->kind) {
	case REF_NONE:
		return 0;
	case REF_MAP:
		insn->src = PSEUDO_MAP_IDX;
		insn->imm = (s32)ref->index;
		insn[1].imm = 0;
		return 0;
	case REF_DATA:
		insn->src = PSEUDO_MAP_IDX_VALUE;
		insn->imm = (s32)ref->index;
		insn[1].imm = (s32)ref->off;
		return 0;
	case REF_FUNC:
		insn->src = wide ? PSEUDO_FUNC : CALL_LOCAL;
		insn->imm = (s32)(k->start[ref->index] - 1) - (s32)slot - 1;
		if (wide)
			insn[1].imm = 0;
		return 0;
	case REF_EXTERN:
		insn->src = wide ? PSEUDO_BTF_ID : CALL_KFUNC;
		insn->imm = 0;
		k->prog->refs[k->prog->ref_count++] = (struct obj_extern_ref){ slot, ref->index };
		return 0;
	}
	return 0;
}

static void copy_lines(struct linker *k, const struct elf_func *f, u32 at)
{
	const struct elf_code *c = &k->l->codes[f->section];
	struct obj_prog *p = k->prog;

	for (u32 i = 0; i < c->line_count; i++) {
		if (c->lines[i].insn - f->start >= f->count)
			continue;
		p->lines[p->line_count] = c->lines[i];
		p->lines[p->line_count++].insn += at - f->start;
	}
	for (u32 i = 0; i < c->core_count; i++) {
		if (c->cores[i].row.insn - f->start >= f->count)
			continue;
		p->cores[p->core_count] = c->cores[i].row;
		p->cores[p->core_count++].insn += at - f->start;
	}
}

static int copy_func(struct linker *k, u32 func)
{
	const struct elf_func *f = &k->l->funcs.data[func];
	const struct elf_code *c = &k->l->codes[f->section];
	struct obj_prog *p = k->prog;
	u32 at = k->start[func] - 1;

	memcpy(p->insns + at, c->insns + f->start, f->count * sizeof(*p->insns));
	p->funcs[p->func_count++] =
		(struct obj_func){ f->name, at, f->count, f->type_id, f->global };
	copy_lines(k, f, at);
	for (u32 i = 0; i < f->count; i++) {
		int err = copy_ref(k, &c->refs[f->start + i], at + i);

		if (err)
			return err;
	}
	return 0;
}

/* Room for all that the functions in `order` bring along. */
static int make_room(struct linker *k)
{
	struct arena *a = &k->l->obj->arena;
	struct obj_prog *p = k->prog;
	u32 refs = 0;

	for (u32 i = 0; i < k->order.len; i++) {
		const struct elf_func *f = &k->l->funcs.data[k->order.data[i]];
		const struct elf_code *c = &k->l->codes[f->section];

		for (u32 n = 0; n < c->line_count; n++)
			k->lines += c->lines[n].insn - f->start < f->count;
		for (u32 n = 0; n < c->core_count; n++)
			k->cores += c->cores[n].row.insn - f->start < f->count;
		for (u32 n = 0; n < f->count; n++)
			refs += c->refs[f->start + n].kind == REF_EXTERN;
	}
	p->insn_count = k->count;
	p->insns = arena_array(a, k->count, sizeof(*p->insns));
	p->funcs = arena_array(a, k->order.len, sizeof(*p->funcs));
	p->lines = arena_array(a, k->lines, sizeof(*p->lines));
	p->cores = arena_array(a, k->cores, sizeof(*p->cores));
	p->refs = arena_array(a, refs, sizeof(*p->refs));
	if (!p->insns || !p->funcs || !p->lines || !p->cores || !p->refs)
		return diag_nomem(k->l->d);
	return 0;
}

int link_prog(struct elf_load *l, u32 func, struct obj_prog *prog)
{
	struct linker k = { .l = l, .prog = prog };
	u32 catcher = exception_callback(&k, func);
	int err;

	k.start = calloc(l->funcs.len, sizeof(*k.start));
	err = k.start ? collect(&k, func) : diag_nomem(l->d);
	if (!err && catcher != UINT32_MAX && !k.start[catcher])
		err = collect(&k, catcher);
	if (!err)
		err = make_room(&k);
	for (u32 i = 0; !err && i < k.order.len; i++)
		err = copy_func(&k, k.order.data[i]);
	vec_fini(&k.order);
	vec_fini(&k.stack);
	free(k.start);
	return err;
}
