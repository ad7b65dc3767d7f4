// SPDX-License-Identifier: BSD-2-Clause
#include "fuzz/gen_run.h"

#include <errno.h>
#include <stdio.h>

#include "btf/types.h"
#include "engine/hold.h"
#include "fuzz/gen.h"
#include "user/run.h"
#include "user/user.h"
#include "verify/cfg.h"
#include "vm/op.h"

enum { BUDGET = 300000, PACKET_ROOM = 512 };

struct watch {
	const struct object *obj;
	const struct obj_prog *prog;
	const struct verify_result *result;
	struct gen_failure *out;
	const u16 *live; /* by slot: registers that may be read before they are written */
};

/* ---- containment ---- */

static u64 frame_pointer(const struct vm_run *run, u32 frame)
{
	return (u64)(uintptr_t)run->stack[frame] + sizeof(run->stack[0]);
}

/* Is `value` `base` plus the fixed and variable offset of `r`? */
static bool at_offset(const struct reg *r, u64 base, u64 value)
{
	return scalar_contains(&r->s, value - base - (u64)(s64)r->off);
}

/* A pointer into a value of the map: the value's start is where a whole value fits. */
static bool in_value(const struct watch *w, struct vm_run *run, const struct reg *r, u64 value)
{
	u64 index = (u64)(r->map - w->obj->maps);
	struct map *m;
	u32 size;

	if (!r->map || index >= w->obj->map_count || r->map_uid)
		return true;
	m = run->prog->env->maps[index];
	size = m->def.value_size;
	for (s64 off = -64; off <= (s64)size + 64; off++) {
		const void *start = (const void *)(uintptr_t)(value - (u64)off);

		if (m->ops->owns(m, start, size) &&
		    scalar_contains(&r->s, (u64)off - (u64)(s64)r->off))
			return true;
	}
	return false;
}

static bool reg_holds(const struct watch *w, struct vm_run *run, const struct reg *r, u64 value)
{
	const struct user_run *u = run->host;

	if (!value && r->flags & PTR_MAYBE_NULL)
		return true;
	switch (r->type) {
	case SCALAR_VALUE:
		return scalar_contains(&r->s, value);
	case PTR_TO_CTX:
		return at_offset(r, run->ctx, value);
	case PTR_TO_STACK: /* a global function is verified as if it were the first frame */
		for (u32 f = r->frame; f < run->frames; f++) {
			if (at_offset(r, frame_pointer(run, f), value))
				return true;
		}
		return false;
	case PTR_TO_PACKET:
		return at_offset(r, (u64)(uintptr_t)u->data, value);
	case PTR_TO_PACKET_META:
		return at_offset(r, (u64)(uintptr_t)u->meta, value);
	case PTR_TO_PACKET_END:
		return value == (u64)(uintptr_t)u->end;
	case PTR_TO_MAP_VALUE:
		return in_value(w, run, r, value);
	}
	return true; /* not used there, or a kind with nothing to compare */
}

static void describe(const struct watch *w, const struct verify_seen *seen, u64 value, u32 insn,
		     s32 reg)
{
	struct gen_failure *out = w->out;
	int n;

	out->insn = insn;
	out->reg = reg;
	n = snprintf(out->text, sizeof(out->text), "insn %u: %s%d holds 0x%llx, believed:", insn,
		     reg < 0 ? "slot " : "r", reg < 0 ? -1 - reg : reg, (unsigned long long)value);
	for (; seen && n < (int)sizeof(out->text) - 100; seen = seen->next) {
		const struct scalar *s = &seen->reg.s;

		n += snprintf(out->text + n, sizeof(out->text) - (size_t)n,
			      " {type %u off %d u[%llx,%llx] s[%llx,%llx] w[%x,%x] t(%llx;%llx)}",
			      seen->reg.type, seen->reg.off, (unsigned long long)s->umin,
			      (unsigned long long)s->umax, (unsigned long long)s->smin,
			      (unsigned long long)s->smax, s->u32_min, s->u32_max,
			      (unsigned long long)s->var.value, (unsigned long long)s->var.mask);
	}
}

static void trace_regs(const struct watch *w, struct vm_run *run, u32 insn, const u64 *reg,
		       u16 init)
{
	const struct verify_record *rec = &w->result->records[insn];

	for (s32 r = 0; r < REG_COUNT; r++) {
		const struct verify_seen *s = rec->regs[r];

		if (!(init >> r & 1) || !(w->live[insn] >> r & 1) || !s)
			continue;
		while (s && !reg_holds(w, run, &s->reg, reg[r]))
			s = s->next;
		if (!s) {
			describe(w, rec->regs[r], reg[r], insn, r);
			return;
		}
	}
}

/*
 * The stack slot that this instruction is about to load from, in its own frame. Others may hold
 * anything: what is not read again does not keep paths apart.
 */
static void trace_slot(const struct watch *w, struct vm_run *run, u32 insn, const u64 *reg)
{
	const struct verify_record *rec = &w->result->records[insn];
	const struct insn *i = &w->prog->insns[insn];
	u64 fp = frame_pointer(run, run->frames - 1), at = reg[i->src] + (u64)(s64)i->off, value;
	const struct verify_seen *s;
	u32 slot;

	if (INSN_CLASS(i->code) != CLASS_LDX || fp - 1 - at >= STACK_SIZE)
		return;
	slot = (u32)((fp - 1 - at) / 8);
	s = rec->slots[slot];
	if (rec->unknown_slots[slot] || !s)
		return;
	value = LOAD(u64, (void *)(uintptr_t)(fp - 8 * (slot + 1)));
	while (s && !reg_holds(w, run, &s->reg, value))
		s = s->next;
	if (!s)
		describe(w, rec->slots[slot], value, insn, -1 - (s32)slot);
}

static void trace(struct vm_run *run, const struct obj_prog *prog, u32 insn, const u64 *reg,
		  u16 init)
{
	const struct watch *w = run->trace_arg;

	if (w->out->text[0] || prog != w->prog) /* tail calls leave it */
		return;
	if (!w->result->facts[insn].seen) {
		w->out->insn = insn;
		w->out->reg = REG_COUNT;
		snprintf(w->out->text, sizeof(w->out->text),
			 "insn %u is executed, but was believed to be dead", insn);
		return;
	}
	if (!w->result->records || !w->live)
		return;
	trace_regs(w, run, insn, reg, init);
	if (!w->out->text[0])
		trace_slot(w, run, insn, reg);
}

/* ---- running ---- */

static void fill_map(struct map *map, struct gen *g, bool zeros)
{
	u8 key[64] = { 0 }, value[1024];

	for (u32 k = 0; k < 4; k++) {
		key[0] = (u8)k;
		for (u32 b = 0; b < sizeof(value); b++)
			value[b] = zeros ? 0 : (u8)(gen_u64(g) >> 30);
		if (!zeros && gen_chance(g, 30)) { /* extreme ones */
			s64 n = gen_number(g);

			memcpy(value, &n, sizeof(n));
		}
		if (map->def.type == MAP_TYPE_QUEUE || map->def.type == MAP_TYPE_STACK)
			map->ops->push(map, value, 0);
		else
			map->ops->update(map, key, value, 0, 0);
	}
}

/* A structure with pointers: they are the program's to set. */
static bool holds_pointers(const struct types *t, u32 type)
{
	u32 id = t && type ? types_strip(t, type) : 0;

	for (u32 i = 0; id && types_kind(t, id) == KIND_STRUCT && i < types_vlen(t, id); i++) {
		if (types_kind(t, types_strip(t, types_member(t, id, i).type)) == KIND_PTR)
			return true;
	}
	return false;
}

static void fill_maps(struct unit *unit, struct gen *g, bool zeros)
{
	static const u8 filled[] = { MAP_TYPE_ARRAY,	  MAP_TYPE_HASH,  MAP_TYPE_PERCPU_ARRAY,
				     MAP_TYPE_LRU_HASH,	  MAP_TYPE_QUEUE, MAP_TYPE_STACK,
				     MAP_TYPE_PERCPU_HASH };

	for (u32 i = 0; i < unit->obj->map_count; i++) {
		struct map *map = unit->maps[i].impl;

		if (!map || map->frozen || map->def.key_size > 64 || map->def.value_size > 1024 ||
		    holds_pointers(unit->obj->types, unit->obj->maps[i].value_type_id) ||
		    !memchr(filled, (int)map->def.type, sizeof(filled)) || map->def.lock_at)
			continue;
		fill_map(map, g, zeros);
	}
}

static u32 fill_packet(struct gen *g, u32 input, u8 *packet)
{
	static const u32 sizes[GEN_INPUTS] = { 64, 34, 15, 300, 98, 46 };
	u32 len = sizes[input % GEN_INPUTS];

	for (u32 i = 0; i < len; i++)
		packet[i] = input == 0 ? 0 : (u8)(gen_u64(g) >> 20);
	packet[12] = 8;
	packet[13] = 0;
	if (len > 14)
		packet[14] = 0x45;
	return len;
}

static bool may_fault(enum vm_fault_kind kind)
{
	return kind == FAULT_BUDGET;
}

static bool run_once(struct unit *unit, u32 index, u32 input, struct gen *g,
		     struct gen_failure *out, u32 *ran)
{
	u8 packet[PACKET_ROOM];
	struct skep_run io = { .size = sizeof(io), .data_in = packet };
	const struct user_run *run;
	const struct vm_run *vm;
	int err;

	io.data_in_len = fill_packet(g, input, packet);
	fill_maps(unit, g, input == 0);
	err = unit_prog_run(&unit->progs[index], &io, NULL);
	run = hold_last_state();
	vm = run ? &run->vm : NULL;
	if (out->text[0])
		return false;
	if (err && (err != -EFAULT || !vm))
		return true;
	++*ran;
	if (!err || may_fault(vm->fault.kind))
		return true;
	out->insn = vm->fault.insn;
	out->reg = REG_COUNT;
	snprintf(out->text, sizeof(out->text), "insn %u: %s", vm->fault.insn, vm->fault.text);
	return false;
}

bool gen_run(const struct object *obj, const struct obj_prog *prog,
	     const struct verify_result *result, u32 inputs, struct gen_failure *out, u32 *ran)
{
	const struct skep_load_opts opts = { .size = sizeof(opts),
					     .exec = SKEP_EXEC_CHECKED,
					     .budget = BUDGET,
					     .allow_uninit_stack = true,
					     .prog = prog->name };
	struct watch w = { obj, prog, result, out, NULL };
	const struct cfg_rules rules = { .loops_allowed = true };
	struct arena arena = { 0 };
	struct cfg cfg;
	struct gen g = { .rng = prog->insn_count };
	struct engine *engine;
	struct unit *unit = NULL;
	bool fine = true;

	memset(out, 0, sizeof(*out));
	*ran = 0;
	if (!hook_of(prog->type) || engine_user.open(&engine, NULL))
		return true;
	if (result && !cfg_build(&cfg, &arena, obj, prog, &rules, NULL))
		w.live = cfg.live;
	if (!unit_new(&unit, engine, obj, &opts, NULL)) {
		if (result) {
			((struct user_unit *)unit->impl)->trace = trace;
			((struct user_unit *)unit->impl)->trace_arg = &w;
		}
		for (u32 i = 0; i < inputs && fine; i++)
			fine = run_once(unit, (u32)(prog - obj->progs), i, &g, out, ran);
		unit_free(unit);
	}
	engine_user.close(engine);
	arena_fini(&arena);
	return fine;
}
