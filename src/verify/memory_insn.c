// SPDX-License-Identifier: BSD-2-Clause
/* The instructions that access memory or load a 64-bit constant: operands, then memory_access. */
#include "isa/alu.h"
#include "verify/cfg.h"
#include "verify/memory.h"
#include "verify/refs.h"

static u32 size_of(const struct insn *i)
{
	switch (INSN_SIZE(i->code)) {
	case SIZE_B:
		return 1;
	case SIZE_H:
		return 2;
	case SIZE_W:
		return 4;
	default:
		return 8;
	}
}

/* ---- one instruction, one kind of pointer ---- */

/* Accesses through these are translated when the program is loaded, each in its own way. */
static bool is_translated(u8 type)
{
	switch (type) {
	case PTR_TO_CTX:
	case PTR_TO_SOCKET:
	case PTR_TO_SOCK_COMMON:
	case PTR_TO_TCP_SOCK:
	case PTR_TO_XDP_SOCK:
	case PTR_TO_BTF_ID:
	case PTR_TO_ARENA:
		return true;
	default:
		return false;
	}
}

static bool is_typed_memory(u8 type)
{
	return type == PTR_TO_BTF_ID || type == PTR_TO_MEM;
}

/* All paths to this instruction must agree on the kind of pointer. `load`: trust may differ. */
static int note_pointer(struct verify *v, const struct reg *base, bool load)
{
	struct aux *aux = &v->aux[v->insn];
	struct verify_fact *fact = &v->result->facts[v->insn];

	if (aux->ptr_type == NOT_INIT) {
		aux->ptr_type = base->type;
		aux->ptr_flags = base->flags;
		fact->ptr = base->type;
		return 0;
	}
	if (aux->ptr_type != base->type)
		fact->ptr = NOT_INIT;
	if (aux->ptr_type == base->type && aux->ptr_flags == base->flags)
		return 0;
	if (!is_translated(base->type) && !is_translated(aux->ptr_type))
		return 0;
	if (load && is_typed_memory(base->type) && is_typed_memory(aux->ptr_type)) {
		aux->ptr_flags |= PTR_UNTRUSTED;
		return 0;
	}
	return reject(v, REJECT_TYPE, -1,
		      "the same instruction accesses memory of different kinds on different paths");
}

/* A load that yields the same constant of a read-only map on all paths. */
static void note_constant(struct verify *v, const struct reg *base, const struct insn *i,
			  bool sign_extend)
{
	struct verify_fact *fact = &v->result->facts[v->insn];
	bool first = v->aux[v->insn].ptr_type == NOT_INIT;
	u64 value = 0;
	bool known = base->type == PTR_TO_MAP_VALUE && !base->s.var.mask &&
		     memory_constant(base->map, (s64)base->off + i->off + (s64)base->s.var.value,
				     size_of(i), sign_extend, &value);

	if (first) {
		fact->rdonly_const = known;
		fact->imm = value;
	} else if (!known || value != fact->imm) {
		fact->rdonly_const = false;
	}
}

/* ---- loads and stores ---- */

static int load(struct verify *v, const struct insn *i, bool strict)
{
	bool sign_extend = INSN_MODE(i->code) == MODE_MEMSX;
	struct reg base;
	u32 subreg;
	int err = reg_check(v, i->src, USE_SRC);

	if (!err)
		err = reg_check(v, i->dst, USE_DST_NO_MARK);
	if (err)
		return err;
	base = regs_of(v)[i->src];
	subreg = regs_of(v)[i->dst].subreg;
	err = memory_access(v, i->src, i->off, size_of(i), MEM_ACCESS_READ, i->dst, strict,
			    sign_extend);
	if (err)
		return err;
	regs_of(v)[i->dst].subreg = regs_of(v)[i->dst].type == SCALAR_VALUE ? subreg : 0;
	note_constant(v, &base, i, sign_extend);
	return note_pointer(v, &base, true);
}

static int store(struct verify *v, const struct insn *i, bool strict)
{
	bool is_reg = INSN_CLASS(i->code) == CLASS_STX;
	struct reg base;
	int err = is_reg ? reg_check(v, i->src, USE_SRC) : 0;

	if (!err)
		err = reg_check(v, i->dst, USE_SRC);
	if (err)
		return err;
	base = regs_of(v)[i->dst];
	err = memory_access(v, i->dst, i->off, size_of(i), MEM_ACCESS_WRITE, is_reg ? i->src : -1,
			    strict, false);
	return err ? err : note_pointer(v, &base, false);
}

int memory_load(struct verify *v, const struct insn *i)
{
	return load(v, i, false);
}

int memory_store(struct verify *v, const struct insn *i)
{
	return store(v, i, false);
}

/* ---- atomics ---- */

static int check_atomic_pointer(struct verify *v, u8 regno)
{
	const struct reg *r = &regs_of(v)[regno];

	switch (r->type) {
	case PTR_TO_CTX:
	case PTR_TO_PACKET:
	case PTR_TO_PACKET_META:
	case PTR_TO_FLOW_KEYS:
	case PTR_TO_SOCKET:
	case PTR_TO_SOCK_COMMON:
	case PTR_TO_TCP_SOCK:
	case PTR_TO_XDP_SOCK:
		return reject(v, REJECT_TYPE, regno, "atomic operations on %s are not allowed",
			      reg_type_name(r));
	default:
		return 0;
	}
}

static int check_operand(struct verify *v, u8 regno)
{
	int err = reg_check(v, regno, USE_SRC);

	if (!err && is_pointer_leak(v, &regs_of(v)[regno]))
		err = reject(v, REJECT_PRIVILEGE, regno,
			     "R%d is a pointer and would leak into memory", regno);
	return err;
}

/*
 * Read, modify, write. With FETCH (part of XCHG and CMPXCHG) a register gets the old value; it is
 * overwritten before the address is looked at, so that it cannot hold the address.
 */
static int modify(struct verify *v, const struct insn *i)
{
	bool compare = i->imm == ATOMIC_CMPXCHG;
	int fetched = compare ? 0 : i->src, err = check_operand(v, i->src);
	u32 size = size_of(i);
	struct reg base;

	if (!err)
		err = reg_check(v, i->dst, USE_SRC);
	if (!err && compare)
		err = check_operand(v, 0);
	if (!err)
		err = check_atomic_pointer(v, i->dst);
	if (err)
		return err;
	base = regs_of(v)[i->dst];
	if (i->imm & ATOMIC_FETCH)
		err = reg_check(v, (u8)fetched, USE_DST);
	else
		fetched = -1;
	if (!err)
		err = memory_access(v, i->dst, i->off, size, MEM_ACCESS_READ, -1, true, false);
	if (!err && fetched >= 0) {
		u32 subreg = regs_of(v)[fetched].subreg;

		err = memory_access(v, i->dst, i->off, size, MEM_ACCESS_READ, fetched, true, false);
		regs_of(v)[fetched].subreg = subreg;
	}
	if (!err)
		err = memory_access(v, i->dst, i->off, size, MEM_ACCESS_WRITE, -1, true, false);
	return err || base.type == PTR_TO_BTF_ID ? err : note_pointer(v, &base, false);
}

int memory_atomic(struct verify *v, const struct insn *i)
{
	int err;

	switch (i->imm) {
	case ATOMIC_LOAD_ACQUIRE:
		err = reg_check(v, i->src, USE_SRC);
		if (!err)
			err = check_atomic_pointer(v, i->src);
		return err ? err : load(v, i, true);
	case ATOMIC_STORE_RELEASE:
		err = reg_check(v, i->dst, USE_SRC);
		if (!err)
			err = check_atomic_pointer(v, i->dst);
		return err ? err : store(v, i, true);
	default:
		return modify(v, i);
	}
}

/* ---- classic packet loads ---- */

/* R0 = big-endian bytes of the packet behind the context in R6; ends the program if there are
 * none, so nothing may be held. */
int memory_packet_load(struct verify *v, const struct insn *i)
{
	bool indirect = INSN_MODE(i->code) == MODE_IND;
	struct reg *r6 = &regs_of(v)[6];
	int err;

	if (v->prog->type != PROG_SOCKET_FILTER && v->prog->type != PROG_SCHED_CLS &&
	    v->prog->type != PROG_SCHED_ACT)
		return reject(v, REJECT_CALL, -1,
			      "packet loads by number exist for socket filters and traffic control "
			      "only");
	/* Outside the packet the function returns 0: Linux 6.18 does not follow that way. */
	if (v->opts->sound && v->cur->cur)
		return reject(
			v, REJECT_UNPROVEN, -1,
			"a packet load by number in a function: outside the packet the function "
			"returns 0, which is not followed");
	err = reg_check(v, 6, USE_SRC);
	if (!err)
		err = refs_check_none(v, "a packet load that may end the program", false);
	if (err)
		return err;
	if (r6->type != PTR_TO_CTX || r6->off || reg_has_var_off(r6))
		return reject(v, REJECT_TYPE, 6, "R6 must hold the context for a packet load");
	if (indirect)
		err = reg_check(v, i->src, USE_SRC);
	if (err)
		return err;
	regs_clobber_caller_saved(v);
	reg_set_unknown(&regs_of(v)[0]);
	regs_of(v)[0].precise = v->opts->unpriv;
	regs_of(v)[0].subreg = v->insn + 1;
	return 0;
}

/* ---- 64-bit constants ---- */

static int load_map_value(struct verify *v, struct reg *dst, const struct obj_map *map, u32 off)
{
	if (map->type == MAP_TYPE_ARENA)
		return 0; /* a number until it is cast */
	if (map->type != MAP_TYPE_ARRAY || map->max_entries != 1)
		return reject(v, REJECT_MAP, -1,
			      "map '%s' is no array of one value: its bytes have no fixed address",
			      map->name);
	if (off >= map->value_size)
		return reject(v, REJECT_MAP, -1, "offset %u lies outside the value of map '%s'",
			      off, map->name);
	reg_set_pointer(dst, PTR_TO_MAP_VALUE, 0);
	dst->map = map;
	dst->off = (s32)off;
	return 0;
}

/* Is the variable a per-CPU one? */
static bool is_percpu(const struct types *t, u32 var)
{
	u32 sec = types_find(t, ".data..percpu", KIND_DATASEC);

	for (u32 i = 0; i < types_vlen(t, sec); i++) {
		if (types_secinfo(t, sec, i).type == var)
			return true;
	}
	return false;
}

static int load_typed_symbol(struct verify *v, struct reg *dst, const struct obj_extern *x)
{
	u32 id = v->kernel ? types_find(v->kernel, x->name, KIND_VAR) : 0, type;
	s64 size;

	if (!v->kernel)
		return reject(v, REJECT_UNPROVEN, -1,
			      "'%s' is a variable of the kernel, whose BTF is not known", x->name);
	if (!id && x->weak) {
		reg_set_const(dst, 0);
		return 0;
	}
	if (!id && types_find(v->kernel, x->name, KIND_FUNC)) {
		reg_set_pointer(dst, PTR_TO_MEM, MEM_RDONLY);
		return 0;
	}
	if (!id)
		return reject(v, REJECT_CALL, -1, "the kernel has no variable '%s'", x->name);
	type = types_strip(v->kernel, types_ref(v->kernel, id));
	if (is_percpu(v->kernel, id) || types_kind(v->kernel, type) == KIND_STRUCT ||
	    types_kind(v->kernel, type) == KIND_UNION) {
		reg_set_pointer(dst, PTR_TO_BTF_ID, is_percpu(v->kernel, id) ? MEM_PERCPU : 0);
		dst->types = v->kernel;
		dst->type_id = type;
		return 0;
	}
	size = types_size(v->kernel, type);
	reg_set_pointer(dst, PTR_TO_MEM, MEM_RDONLY);
	dst->mem_size = (u32)MAX(size, 0);
	return 0;
}

/* Programs test whether the kernel has a function before they call it. */
static int load_kernel_function(struct verify *v, struct reg *dst, const struct obj_extern *x)
{
	if (!v->kernel)
		return reject(v, REJECT_UNPROVEN, -1,
			      "'%s' is a function of the kernel, whose BTF is not known", x->name);
	if (types_find(v->kernel, x->name, KIND_FUNC)) {
		reg_set_pointer(dst, PTR_TO_MEM, MEM_RDONLY); /* of 0 bytes */
		return 0;
	}
	if (!x->weak)
		return reject(v, REJECT_CALL, -1, "the kernel has no function %s", x->name);
	reg_set_const(dst, 0);
	return 0;
}

static int load_symbol(struct verify *v, struct reg *dst)
{
	for (u32 k = 0; k < v->prog->ref_count; k++) {
		const struct obj_extern *x = &v->obj->externs[v->prog->refs[k].extern_idx];

		if (v->prog->refs[k].insn != v->insn)
			continue;
		if (x->kind == EXTERN_KSYM_TYPED)
			return load_typed_symbol(v, dst, x);
		if (x->kind == EXTERN_KFUNC)
			return load_kernel_function(v, dst, x);
		return 0; /* an address, as a number */
	}
	return reject(v, REJECT_UNPROVEN, -1, "a kernel type is referred to by number");
}

static int load_func(struct verify *v, struct reg *dst, const struct insn *i)
{
	u32 func = cfg_func_at(&v->cfg, (u32)((s32)v->insn + 1 + i->imm));
	const struct obj_func *f;

	if (func == UINT32_MAX)
		return reject(v, REJECT_CALL, -1, "the address of something that is no function");
	f = prog_func(v->prog, v->cfg.funcs[func].start);
	if (f && f->global)
		return reject(v, REJECT_CALL, -1, "'%s' is global: callbacks must be static",
			      f->name);
	reg_set_pointer(dst, PTR_TO_FUNC, 0);
	dst->func = func;
	return 0;
}

int memory_imm64(struct verify *v, const struct insn *i)
{
	struct reg *dst = &regs_of(v)[i->dst];
	int err = reg_check(v, i->dst, USE_DST);

	if (err)
		return err;
	switch (i->src) {
	case PSEUDO_CONST:
		/* The address of an untyped kernel symbol is a number that is not known yet. */
		for (u32 k = 0; k < v->prog->ref_count; k++) {
			if (v->prog->refs[k].insn == v->insn)
				return load_symbol(v, dst);
		}
		reg_set_const(dst, insn_imm64(i));
		dst->precise = v->opts->unpriv;
		return 0;
	case PSEUDO_MAP_IDX:
		reg_set_pointer(dst, CONST_PTR_TO_MAP, 0);
		dst->map = &v->obj->maps[i->imm];
		return 0;
	case PSEUDO_MAP_IDX_VALUE:
		return load_map_value(v, dst, &v->obj->maps[i->imm], (u32)i[1].imm);
	case PSEUDO_FUNC:
		return load_func(v, dst, i);
	case PSEUDO_BTF_ID:
		return load_symbol(v, dst);
	default:
		return reject(v, REJECT_MAP, -1, "a map is named by descriptor: it is not known");
	}
}
