// SPDX-License-Identifier: BSD-2-Clause
#include <errno.h>
#include <stdlib.h>

#include "verify/structure.h"
#include "vm/op.h"

struct translation {
	struct vm_prog *p;
	const struct obj_prog *src;
	struct diag *d;
};

#define bad(t, err, slot, fmt, ...)                                                                \
	diag_error((t)->d, err, prog_span((t)->d, (t)->src, slot),                                 \
		   "program '%s', instruction %u: " fmt, (t)->src->name, slot, ##__VA_ARGS__)

/* By opcode: arithmetic, jumps and plain memory; off and imm choose among the others. */
static const u16 by_code[256] = {
#define ALU(name, op, text, mnemonic, value, variant)                                              \
	[CLASS_ALU | SRC_K | (op)] = OP_##name##_32K,                                              \
			     [CLASS_ALU | SRC_X | (op)] = OP_##name##_32X,                         \
			     [CLASS_ALU64 | SRC_K | (op)] = OP_##name##_64K,                       \
			     [CLASS_ALU64 | SRC_X | (op)] = OP_##name##_64X,
#define ALU_UNARY(name, op, text, mnemonic, value)                                                 \
	[CLASS_ALU | (op)] = OP_##name##_32, [CLASS_ALU64 | (op)] = OP_##name##_64,
#include "isa/alu.def"
#define JMP(name, op, text, value, is_signed, inverse, mirror)                                     \
	[CLASS_JMP32 | SRC_K | (op)] = OP_##name##_32K,                                            \
			       [CLASS_JMP32 | SRC_X | (op)] = OP_##name##_32X,                     \
			       [CLASS_JMP | SRC_K | (op)] = OP_##name##_64K,                       \
			       [CLASS_JMP | SRC_X | (op)] = OP_##name##_64X,
#include "isa/jmp.def"
#define SIZE(name, code, bytes, type, stype, text, stext)                                          \
	[CLASS_LDX | MODE_MEM | (code)] = OP_LDX_##name,                                           \
				[CLASS_LDX | MODE_MEMSX | (code)] = OP_LDXS_##name,                \
				[CLASS_ST | MODE_MEM | (code)] = OP_ST_##name,                     \
				[CLASS_STX | MODE_MEM | (code)] = OP_STX_##name,                   \
				[CLASS_LD | MODE_ABS | (code)] = OP_LD_ABS,                        \
				[CLASS_LD | MODE_IND | (code)] = OP_LD_IND,
#include "isa/size.def"
	[CODE_LD_IMM64] = OP_LD_IMM64, [CODE_JA] = OP_JA,	[CODE_JA32] = OP_JA,
	[CODE_JCOND] = OP_MAY_GOTO,    [CODE_CALLX] = OP_CALLX, [CODE_EXIT] = OP_EXIT,
};

/* Operations that share their opcode with an ALU row. */
static enum op_code alu_variant(const struct insn *i, enum op_code plain)
{
	u8 op = INSN_OP(i->code), src = INSN_SRC(i->code);
	bool wide = INSN_CLASS(i->code) == CLASS_ALU64;

#define ALU_SIGNED(name, of, text, mnemonic, value)                                                \
	if (op == (u8)ALU_##of && i->off == 1)                                                     \
		return wide ? (src ? OP_##name##_64X : OP_##name##_64K)                            \
			    : (src ? OP_##name##_32X : OP_##name##_32K);
#define MOVSX(bits, text, value, alu32)                                                            \
	if (op == (u8)ALU_MOV && src && i->off == (bits))                                          \
		return wide ? OP_MOVSX##bits##_64 : OP_MOVSX##bits##_32;
#define SWAP(name, opcode, width, text, value)                                                     \
	if (i->code == (opcode) && i->imm == (width))                                              \
		return OP_##name;
#include "isa/alu.def"
	return plain;
}

static enum op_code atomic_code(const struct insn *i)
{
	bool wide = INSN_SIZE(i->code) == SIZE_DW;

	switch (i->imm) {
#define ATOMIC_RMW(name, op, text, fn, value)                                                      \
	case op:                                                                                   \
		return wide ? OP_ATOMIC_##name##_64 : OP_ATOMIC_##name##_32;                       \
	case (op) | ATOMIC_FETCH:                                                                  \
		return wide ? OP_FETCH_##name##_64 : OP_FETCH_##name##_32;
#include "isa/atomic.def"
	case ATOMIC_XCHG:
		return wide ? OP_XCHG_64 : OP_XCHG_32;
	case ATOMIC_CMPXCHG:
		return wide ? OP_CMPXCHG_64 : OP_CMPXCHG_32;
	}
	switch (INSN_SIZE(i->code)) {
#define SIZE(name, size, bytes, type, stype, text, stext)                                          \
	case size:                                                                                 \
		return i->imm == ATOMIC_LOAD_ACQUIRE ? OP_LOAD_ACQUIRE_##name                      \
						     : OP_STORE_RELEASE_##name;
#include "isa/size.def"
	}
	return OP_BAD;
}

/* The extern that a slot names, or NULL. */
static const struct obj_extern *extern_at(const struct translation *t, u32 slot)
{
	const struct object *obj = t->p->env->obj;

	for (u32 k = 0; k < t->src->ref_count; k++) {
		if (t->src->refs[k].insn == slot && t->src->refs[k].extern_idx < obj->extern_count)
			return &obj->externs[t->src->refs[k].extern_idx];
	}
	return NULL;
}

/* structure_check saw that the index is in range. */
static int bind_map(struct translation *t, u32 slot, u64 *value)
{
	u32 index = (u32)t->src->insns[slot].imm;
	struct map *m = t->p->env->maps[index];

	if (!m)
		return bad(t, -EINVAL, slot, "map '%s' does not exist here: it is %s",
			   t->p->env->obj->maps[index].name,
			   t->p->env->obj->maps[index].template ? "only a template"
								: "not created automatically");
	*value = (u64)(uintptr_t)m;
	return 0;
}

static int bind_map_value(struct translation *t, u32 slot, u64 *value)
{
	u32 off = (u32)t->src->insns[slot + 1].imm, zero = 0;
	struct map *m;
	u8 *first;
	int err = bind_map(t, slot, value);

	if (err)
		return err;
	m = t->p->env->maps[t->src->insns[slot].imm];
	if (m->def.type != MAP_TYPE_ARRAY || m->def.max_entries != 1)
		return bad(t, -EINVAL, slot,
			   "map '%s' has no value with a fixed address: that takes an array of one "
			   "element",
			   m->def.name);
	if (off >= m->def.value_size)
		return bad(t, -EINVAL, slot, "offset %u is past the value of map '%s' (%u bytes)",
			   off, m->def.name, m->def.value_size);
	first = m->ops->lookup(m, &zero, 0);
	if (!first)
		return bad(t, -EINVAL, slot, "map '%s' has no first value", m->def.name);
	*value = (u64)(uintptr_t)(first + off);
	return 0;
}

static int bind_ksym(struct translation *t, u32 slot, u64 *value)
{
	const struct obj_extern *ext = extern_at(t, slot);

	*value = 0;
	if (ext && ext->weak)
		return 0;
	if (ext)
		return bad(t, -EOPNOTSUPP, slot,
			   "kernel symbol '%s': there is no kernel behind the user engine",
			   ext->name);
	return bad(t, -EOPNOTSUPP, slot,
		   "BTF id %d of a kernel object: there is no kernel behind the user engine",
		   t->src->insns[slot].imm);
}

/* The 64-bit value of LD_IMM64. */
static int bind_imm64(struct translation *t, u32 slot, u64 *value)
{
	const struct insn *i = &t->src->insns[slot];

	switch (i->src) {
	case PSEUDO_CONST:
		*value = insn_imm64(i);
		return 0;
	case PSEUDO_MAP_IDX:
		return bind_map(t, slot, value);
	case PSEUDO_MAP_IDX_VALUE:
		return bind_map_value(t, slot, value);
	case PSEUDO_FUNC:
		*value = func_address(t->p, (u32)((s64)slot + 1 + i->imm));
		return 0;
	case PSEUDO_BTF_ID:
		return bind_ksym(t, slot, value);
	}
	bad(t, -EOPNOTSUPP, slot, "names a map by file descriptor (%d): the user engine has none",
	    i->imm);
	diag_hint(t->d, "refer to the map by its number in the object");
	return -EOPNOTSUPP;
}

/* Index of the helper in p->calls. */
static int bind_helper(struct translation *t, u32 slot, s32 *index)
{
	struct vm_prog *p = t->p;
	u32 id = (u32)t->src->insns[slot].imm;
	const struct vm_helper *h;

	for (*index = 0; (u32)*index < p->call_count; ++*index) {
		if (p->calls[*index].id == id)
			return 0;
	}
	h = p->env->helper(p->env, t->src, id, slot, t->d);
	if (!h)
		return -EOPNOTSUPP;
	if ((p->call_count & (p->call_count - 1)) == 0) {
		void *more = realloc(p->calls, sizeof(*p->calls) * (p->call_count * 2 + 1));

		if (!more)
			return diag_nomem(t->d);
		p->calls = more;
	}
	p->calls[p->call_count++] = (struct vm_call){ h->fn, h->arg, h->info, id, h->custom };
	return 0;
}

static int translate_call(struct translation *t, u32 slot, struct op *op)
{
	const struct insn *i = &t->src->insns[slot];
	const struct obj_extern *ext;
	int err;

	if (i->src == CALL_LOCAL) {
		op->code = OP_CALL_LOCAL;
		return 0;
	}
	if (i->src == CALL_KFUNC) {
		ext = extern_at(t, slot);
		op->code = OP_POISON;
		if (ext && ext->weak)
			return 0;
		if (ext)
			return bad(t, -EOPNOTSUPP, slot,
				   "kernel function '%s': the user engine has no kernel functions",
				   ext->name);
		return bad(t, -EOPNOTSUPP, slot,
			   "kernel function number %d: the user engine has no kernel functions",
			   i->imm);
	}
	if (i->imm == CALL_POISON) {
		op->code = OP_POISON;
		return 0;
	}
	if (i->imm == HELPER_TAIL_CALL) {
		op->code = OP_TAIL_CALL;
		return 0;
	}
	err = bind_helper(t, slot, &op->imm);
	if (!err)
		op->code = t->p->calls[op->imm].custom ? OP_CALL_CUSTOM : OP_CALL;
	return err;
}

static int translate_insn(struct translation *t, u32 slot)
{
	const struct insn *i = &t->src->insns[slot];
	struct op *op = &t->p->coded[slot];
	enum op_code plain = by_code[i->code];
	u8 class = INSN_CLASS(i->code);

	*op = (struct op){
		.code = plain, .dst = i->dst, .src = i->src, .off = i->off, .imm = i->imm
	};
	if (class == CLASS_ALU || class == CLASS_ALU64)
		op->code = alu_variant(i, plain);
	else if (class == CLASS_STX && INSN_MODE(i->code) == MODE_ATOMIC)
		op->code = atomic_code(i);
	if (i->code == CODE_MOV + SRC_X && i->off == MOV_ADDR_SPACE_CAST)
		return bad(t, -EOPNOTSUPP, slot,
			   "address space casts need an arena, which the "
			   "user engine does not have");
	switch (op->code) {
	case OP_JA:
		op->imm = insn_distance(i);
		break;
	case OP_LD_ABS:
		op->src = (u8)size_bytes(i->code);
		break;
	case OP_LD_IND:
		op->dst = (u8)size_bytes(i->code);
		break;
	case OP_LD_IMM64:
		return bind_imm64(t, slot, &op[1].value);
	}
	if (i->code == CODE_CALL)
		return translate_call(t, slot, op);
	if (op->code == OP_BAD)
		return bad(t, -EINVAL, slot, "opcode 0x%02x has no translation", i->code);
	return 0;
}

/* Where callbacks and callx may enter. */
static void mark_start(struct translation *t, u32 slot)
{
	const struct insn *i = &t->src->insns[slot];

	if ((i->code == CODE_CALL && i->src == CALL_LOCAL) ||
	    (insn_is_wide(i) && i->src == PSEUDO_FUNC))
		t->p->starts[slot + 1 + (u32)i->imm] = 1;
}

static void thread_fast(struct vm_prog *p)
{
	const void *const *labels = core_fast_labels();

	for (u32 slot = 0; slot < p->count; slot++) {
		p->fast[slot] = p->coded[slot];
		p->fast[slot].label = labels[p->coded[slot].code];
		if (p->coded[slot].code == OP_LD_IMM64) {
			slot++;
			p->fast[slot] = p->coded[slot];
		}
	}
}

static int translate(struct translation *t)
{
	int err = 0;

	for (u32 slot = 0; slot < t->p->count; slot++) {
		int one = translate_insn(t, slot);

		err = err ? err : one;
		mark_start(t, slot);
		slot += insn_is_wide(&t->src->insns[slot]);
	}
	if (!err)
		thread_fast(t->p);
	return err;
}

int vm_prog_new(struct vm_prog **out, const struct vm_env *env, const struct obj_prog *prog,
		struct diag *d)
{
	struct translation t = { .src = prog, .d = d };
	int err = structure_check(env->obj, prog, d);

	if (err)
		return err;
	t.p = calloc(1, sizeof(*t.p));
	if (!t.p)
		return diag_nomem(d);
	t.p->env = env;
	t.p->src = prog;
	t.p->count = prog->insn_count;
	t.p->fast = calloc(prog->insn_count, sizeof(*t.p->fast));
	t.p->coded = calloc(prog->insn_count, sizeof(*t.p->coded));
	t.p->starts = calloc(prog->insn_count, 1);
	if (t.p->fast && t.p->coded && t.p->starts)
		err = translate(&t);
	else
		err = diag_nomem(d);
	if (err)
		vm_prog_free(t.p);
	else
		*out = t.p;
	return err;
}

void vm_prog_free(struct vm_prog *p)
{
	if (!p)
		return;
	free(p->fast);
	free(p->coded);
	free(p->starts);
	free(p->calls);
	if (p->native)
		p->native->destroy(p->native);
	free(p);
}

const struct obj_prog *vm_prog_source(const struct vm_prog *p)
{
	return p->src;
}

bool func_slot(const struct vm_prog *p, u64 address, u32 *slot)
{
	u64 off = address - (u64)(uintptr_t)p->coded;

	if (off % sizeof(struct op) || off / sizeof(struct op) >= p->count)
		return false;
	*slot = (u32)(off / sizeof(struct op));
	return p->starts[*slot];
}
