// SPDX-License-Identifier: BSD-2-Clause
/* Names to numbers, once the whole text is known; then everything moves into the object. */
#include <errno.h>

#include "asm/parse.h"
#include "base/str.h"
#include "spec/helper.h"

static void hint_near(struct parser *p, struct near near)
{
	if (near.best)
		diag_hint(p->diag, "did you mean '%s'?", near.best);
}

static void near_labels(struct near *near, struct asm_prog *prog)
{
	const char **label;
	struct asm_func *func;

	vec_for (label, &prog->label_names)
		near_try(near, *label);
	vec_for (func, &prog->funcs)
		near_try(near, func->name);
}

static void near_maps(struct near *near, struct parser *p)
{
	struct asm_map *m;

	vec_for (m, &p->maps)
		near_try(near, m->map.name);
}

/* The slot of a function or label; -1. */
static s64 slot_of(struct asm_prog *prog, const char *name, bool label_first)
{
	u64 *func = hash_get_str(&prog->func_names, name);
	u64 *label = hash_get_str(&prog->labels, name);

	if (label && (label_first || !func))
		return (s64)*label;
	if (func)
		return (s64)*func;
	return !label_first && !strcmp(name, prog->prog.name) ? 0 : -1;
}

static bool fix_jump(struct parser *p, struct asm_prog *prog, const struct asm_fix *fix)
{
	struct insn *i = &prog->insns.data[fix->slot];
	s64 slot = slot_of(prog, fix->name, true), distance = slot - fix->slot - 1;

	if (slot < 0) {
		struct near near = near_start(fix->name, strlen(fix->name));

		parse_error(p, fix->at, "there is no label '%.64s' in program '%.64s'", fix->name,
			    prog->prog.name);
		near_labels(&near, prog);
		hint_near(p, near);
		return false;
	}
	if (i->code == CODE_JA32) {
		i->imm = (s32)distance;
		return true;
	}
	if (distance < INT16_MIN || distance > INT16_MAX) {
		parse_error(p, fix->at, "label '%.64s' is %lld instructions away", fix->name,
			    (long long)distance);
		diag_hint(p->diag, "gotol reaches further");
		return false;
	}
	i->off = (s16)distance;
	return true;
}

static bool add_ref(struct parser *p, struct asm_prog *prog, u32 slot, u64 extern_idx)
{
	struct obj_extern_ref *ref = vec_push(&prog->refs);

	if (!ref)
		return parse_nomem(p);
	ref->insn = slot;
	ref->extern_idx = (u32)extern_idx;
	return true;
}

static bool unknown_function(struct parser *p, struct asm_prog *prog, const struct asm_fix *fix)
{
	struct near near = near_start(fix->name, strlen(fix->name));
	struct obj_extern *e;

	parse_error(p, fix->at, "there is no function '%.64s'", fix->name);
	near_labels(&near, prog);
	vec_for (e, &p->externs)
		near_try(&near, e->name);
	for (u32 id = 1; id < helper_count(); id++) {
		const struct helper_info *h = helper_by_id(id);

		if (!h)
			continue;
		near_try(&near, h->name);
		if (str_starts(fix->name, "bpf_") && !near.best) {
			struct near bare = near_start(fix->name + 4, strlen(fix->name + 4));

			near_try(&bare, h->name);
			near.best = bare.best;
		}
	}
	hint_near(p, near);
	return false;
}

static bool fix_call(struct parser *p, struct asm_prog *prog, const struct asm_fix *fix)
{
	struct insn *i = &prog->insns.data[fix->slot];
	s64 slot = slot_of(prog, fix->name, false);
	u64 *symbol = hash_get_str(&p->extern_names, fix->name);
	s32 id;

	if (slot >= 0) {
		i->src = CALL_LOCAL;
		i->imm = (s32)(slot - fix->slot - 1);
		return true;
	}
	if (symbol) {
		i->src = CALL_KFUNC;
		return add_ref(p, prog, fix->slot, *symbol);
	}
	id = helper_id_by_name(fix->name);
	if (id < 0)
		return unknown_function(p, prog, fix);
	i->imm = id;
	return true;
}

static bool fix_call_id(struct parser *p, struct asm_prog *prog, const struct asm_fix *fix)
{
	struct insn *i = &prog->insns.data[fix->slot];
	u64 *symbol = hash_get_str(&p->extern_names, fix->name);
	s32 id;

	if (symbol) {
		i->src = CALL_KFUNC;
		return add_ref(p, prog, fix->slot, *symbol);
	}
	if (!strcmp(fix->name, "kfunc")) {
		i->src = CALL_KFUNC;
		return true;
	}
	id = helper_id_by_name(fix->name);
	if (id < 0)
		return unknown_function(p, prog, fix);
	if (id != i->imm || i->off)
		return parse_error(p, fix->at, "helper '%.64s' is number %d", fix->name, id);
	return true;
}

static bool fix_func(struct parser *p, struct asm_prog *prog, const struct asm_fix *fix)
{
	s64 slot = slot_of(prog, fix->name, false);

	if (slot < 0) {
		struct near near = near_start(fix->name, strlen(fix->name));

		parse_error(p, fix->at, "there is no function '%.64s' in program '%.64s'",
			    fix->name, prog->prog.name);
		near_labels(&near, prog);
		hint_near(p, near);
		return false;
	}
	prog->insns.data[fix->slot].src = PSEUDO_FUNC;
	prog->insns.data[fix->slot].imm = (s32)(slot - fix->slot - 1);
	return true;
}

static bool fix_map(struct parser *p, struct asm_prog *prog, const struct asm_fix *fix)
{
	u64 *index = hash_get_str(&p->map_names, fix->name);

	if (!index) {
		struct near near = near_start(fix->name, strlen(fix->name));

		parse_error(p, fix->at, "there is no map '%.64s'", fix->name);
		near_maps(&near, p);
		hint_near(p, near);
		return false;
	}
	prog->insns.data[fix->slot].imm = (s32)*index;
	return true;
}

static bool fix_ksym(struct parser *p, struct asm_prog *prog, const struct asm_fix *fix)
{
	u64 *symbol = hash_get_str(&p->extern_names, fix->name);

	if (!symbol) {
		parse_error(p, fix->at, "there is no extern '%.64s'", fix->name);
		diag_hint(p->diag, "declare it: .extern %.64s ksym", fix->name);
		return false;
	}
	prog->insns.data[fix->slot].src = PSEUDO_BTF_ID;
	return add_ref(p, prog, fix->slot, *symbol);
}

static bool fix_address(struct parser *p, struct asm_prog *prog, const struct asm_fix *fix)
{
	struct insn *i = &prog->insns.data[fix->slot];
	u64 *variable = hash_get_str(&p->variables, fix->name);

	if (variable) {
		i[0].src = PSEUDO_MAP_IDX_VALUE;
		i[0].imm = (s32)(*variable >> 32);
		if (fix->slot + 1 < prog->insns.len) /* else its line was refused */
			i[1].imm = (s32)*variable;
		return true;
	}
	if (hash_get_str(&p->map_names, fix->name)) {
		i->src = PSEUDO_MAP_IDX;
		return fix_map(p, prog, fix);
	}
	if (slot_of(prog, fix->name, false) >= 0)
		return fix_func(p, prog, fix);
	if (hash_get_str(&p->extern_names, fix->name))
		return fix_ksym(p, prog, fix);
	return parse_error(p, fix->at,
			   "there is no variable, map, function or extern named '%.64s'",
			   fix->name);
}

static bool (*const fixers[])(struct parser *, struct asm_prog *, const struct asm_fix *) = {
	[FIX_JUMP] = fix_jump,	     [FIX_CALL] = fix_call, [FIX_CALL_ID] = fix_call_id,
	[FIX_FUNC] = fix_func,	     [FIX_MAP] = fix_map,   [FIX_KSYM] = fix_ksym,
	[FIX_ADDRESS] = fix_address,
};

/* ---- into the object ---- */

/* Copy a vector into the object: NULL only when out of memory. */
#define MOVE(p, v) arena_copy(&(p)->obj->arena, (v)->data, (size_t)(v)->len * sizeof(*(v)->data))

/* Functions in slot order; what precedes the first .func is a function with the program's name. */
static bool prog_funcs(struct parser *p, struct asm_prog *prog)
{
	bool unnamed = !prog->funcs.len || prog->funcs.data[0].start;
	u32 count = prog->funcs.len + unnamed, n = prog->insns.len;
	struct obj_func *funcs = arena_array(&p->obj->arena, count, sizeof(*funcs));
	struct asm_func *func;
	u32 k = 0;

	if (!funcs)
		return parse_nomem(p);
	if (unnamed)
		funcs[k++] = (struct obj_func){ .name = prog->prog.name, .global = true };
	vec_for (func, &prog->funcs)
		funcs[k++] = (struct obj_func){ .name = func->name,
						.start = func->start,
						.global = func->global };
	for (k = 0; k < count; k++)
		funcs[k].count = (k + 1 < count ? funcs[k + 1].start : n) - funcs[k].start;
	prog->prog.funcs = funcs;
	prog->prog.func_count = count;
	return true;
}

static bool prog_finish(struct parser *p, struct asm_prog *prog)
{
	struct obj_prog *to = &prog->prog;

	if (!prog->insns.len)
		return parse_error(p, prog->at, "program '%.64s' has no instruction", to->name);
	to->insns = MOVE(p, &prog->insns);
	to->lines = MOVE(p, &prog->lines);
	to->refs = MOVE(p, &prog->refs);
	if (!to->insns || !to->lines || !to->refs)
		return parse_nomem(p);
	to->insn_count = prog->insns.len;
	to->line_count = prog->lines.len;
	to->ref_count = prog->refs.len;
	return prog_funcs(p, prog);
}

static bool map_slots(struct parser *p, struct asm_map *m)
{
	struct obj_slot *slots = arena_array(&p->obj->arena, m->slots.len, sizeof(*slots));

	if (!slots)
		return parse_nomem(p);
	for (u32 i = 0; i < m->slots.len; i++) {
		const struct asm_slot *from = &m->slots.data[i];
		u64 *map = from->map ? hash_get_str(&p->map_names, from->map) : NULL;
		u64 *prog = from->prog ? hash_get_str(&p->prog_names, from->prog) : NULL;

		if (!map && !prog)
			return parse_error(p, from->at, "there is no %s '%.64s'",
					   from->map ? "map" : "program",
					   from->map	? from->map
					   : from->prog ? from->prog
							: "");
		slots[i].index = from->index;
		slots[i].map = map ? (s32)*map : -1;
		slots[i].prog = prog ? (s32)*prog : -1;
	}
	m->map.slots = slots;
	m->map.slot_count = m->slots.len;
	return true;
}

/* The initial value, padded with zeros to value_size; a map of globals is as large as its data. */
static bool map_data(struct parser *p, struct asm_map *m)
{
	u64 size = m->data.len + m->zeros;
	u8 *data;

	if (m->map.role != MAP_PLAIN && m->map.role != MAP_STRUCT_OPS && !m->map.value_size)
		m->map.value_size = (u32)size;
	if (size > m->map.value_size)
		return parse_error(p, m->at, "map '%.64s' has %llu bytes of data for a value of %u",
				   m->map.name, (unsigned long long)size, m->map.value_size);
	if (m->map.role != MAP_PLAIN && !m->map.value_size)
		return parse_error(p, m->at, "map '%.64s' has no data", m->map.name);
	if (!m->data.len)
		return true;
	if (m->map.value_size > 64u << 20)
		return parse_error(p, m->at, "initialised data is limited to 64 MiB a map");
	data = arena_alloc(&p->obj->arena, m->map.value_size);
	if (!data)
		return parse_nomem(p);
	memcpy(data, m->data.data, m->data.len);
	m->map.data = data;
	return true;
}

static bool map_finish(struct parser *p, struct asm_map *m)
{
	u64 *inner = m->inner ? hash_get_str(&p->map_names, m->inner) : NULL;

	if (m->inner && !inner) {
		struct near near = near_start(m->inner, strlen(m->inner));

		parse_error(p, m->inner_at, "there is no map '%.64s'", m->inner);
		near_maps(&near, p);
		hint_near(p, near);
		return false;
	}
	m->map.inner = inner ? (s32)*inner : -1;
	return map_slots(p, m) && map_data(p, m);
}

bool resolve(struct parser *p)
{
	struct object *obj = p->obj;
	struct asm_prog *prog;
	struct asm_fix *fix;
	struct asm_map *m;

	p->tok.kind = TOK_END;
	obj->progs = arena_array(&obj->arena, p->progs.len, sizeof(*obj->progs));
	obj->maps = arena_array(&obj->arena, p->maps.len, sizeof(*obj->maps));
	obj->externs = MOVE(p, &p->externs);
	if (!obj->progs || !obj->maps || !obj->externs)
		return parse_nomem(p);
	obj->extern_count = p->externs.len;
	vec_for (m, &p->maps) {
		map_finish(p, m);
		obj->maps[obj->map_count++] = m->map;
	}
	vec_for (prog, &p->progs) {
		vec_for (fix, &prog->fixes) {
			if (fix->slot < prog->insns.len)
				fixers[fix->kind](p, prog, fix);
		}
		if (!p->failed && !p->lex.failed)
			prog_finish(p, prog);
		obj->progs[obj->prog_count++] = prog->prog;
	}
	return !p->failed;
}
