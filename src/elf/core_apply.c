// SPDX-License-Identifier: BSD-2-Clause
/*
 * CO-RE: write what core_resolve() found into the instructions. A relocation that finds nothing
 * poisons its instruction, which stays loadable as dead code.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "btf/core.h"
#include "elf/load.h"

struct patch {
	struct elf_load *l;
	u32 section;
	struct obj_core *row;
	struct insn *insn;
	u32 left; /* slots from insn to the end of the section */
	const struct core_result *result;
	bool bitfield;
};

static bool is_field(u32 kind)
{
	return kind <= CORE_FIELD_RSHIFT_U64;
}

static void poison(struct insn *insn, u32 left)
{
	u32 count = insn_is_wide(insn) && left > 1 ? 2 : 1;

	for (u32 i = 0; i < count; i++)
		insn[i] = (struct insn){ .code = CODE_CALL, .imm = CORE_POISON };
}

static int mismatch(const struct patch *p, u64 has)
{
	return diag_error(p->l->d, -EINVAL, reader_at(&p->l->r, p->section, (u64)p->row->insn * 8),
			  "slot %u of section '%s' holds %lld, but its CO-RE record (%s) says %lld",
			  p->row->insn, p->l->r.sections[p->section].name, (long long)has,
			  p->row->spec ? p->row->spec : p->row->access,
			  (long long)p->result->local);
}

/* Does the record name a bitfield? Their accesses are the compiler's choice. */
static bool names_bitfield(const struct types *t, u32 id, const char *access)
{
	bool first = true, bits = false;
	unsigned index;
	int n;

	for (; sscanf(access, "%u%n", &index, &n) == 1; access += n + (access[n] == ':')) {
		id = types_strip(t, id);
		if (first) {
			first = false;
		} else if (types_kind(t, id) == KIND_ARRAY) {
			id = types_array(t, id).elem;
		} else {
			struct type_member m = types_member(t, id, index);

			bits = m.bit_size != 0;
			id = m.type;
		}
	}
	return bits;
}

/* A field whose size changed is loaded and stored with the target's size. */
static bool resize(const struct patch *p)
{
	static const u8 sizes[9] = { [1] = SIZE_B, [2] = SIZE_H, [4] = SIZE_W, [8] = SIZE_DW };
	u32 to = p->result->target_size, from = p->result->local_size;

	if (!is_field(p->row->kind) || !from || !to || from == to || p->bitfield)
		return true;
	if (!p->result->resizable || to > 8 || (!sizes[to] && to != 4) ||
	    INSN_MODE(p->insn->code) != MODE_MEM)
		return false;
	p->insn->code = (u8)((p->insn->code & ~0x18) | sizes[to]);
	return true;
}

static int patch_memory(const struct patch *p)
{
	u64 to = p->result->target;

	if (!p->bitfield && p->insn->off != (s64)p->result->local)
		return mismatch(p, (u64)(s64)p->insn->off);
	if (to > INT16_MAX || !resize(p)) {
		p->row->matched = false;
		p->row->why = to > INT16_MAX ? "its offset does not fit 16 bits"
					     : "its size changed and it cannot be loaded so";
		poison(p->insn, p->left);
		return 0;
	}
	p->insn->off = (s16)to;
	return 0;
}

static int patch_wide(const struct patch *p)
{
	u64 has;

	if (p->left < 2 || p->insn->src)
		return mismatch(p, (u32)p->insn->imm);
	has = insn_imm64(p->insn);
	if (!p->bitfield && has != p->result->local)
		return mismatch(p, has);
	p->insn[0].imm = (s32)(u32)p->result->target;
	p->insn[1].imm = (s32)(u32)(p->result->target >> 32);
	return 0;
}

static int patch_imm(const struct patch *p)
{
	if (!p->bitfield && (u32)p->insn->imm != (u32)p->result->local)
		return mismatch(p, (u64)(s64)p->insn->imm);
	p->insn->imm = (s32)(u32)p->result->target;
	return 0;
}

static int patch(const struct patch *p)
{
	switch (INSN_CLASS(p->insn->code)) {
	case CLASS_ALU:
	case CLASS_ALU64:
		if (INSN_SRC(p->insn->code) == SRC_K)
			return patch_imm(p);
		break;
	case CLASS_LDX:
	case CLASS_ST:
	case CLASS_STX:
		return patch_memory(p);
	case CLASS_LD:
		if (insn_is_wide(p->insn))
			return patch_wide(p);
		break;
	default:
		break;
	}
	return diag_error(p->l->d, -EINVAL, reader_at(&p->l->r, p->section, (u64)p->row->insn * 8),
			  "slot %u of section '%s' has a CO-RE record, but code 0x%02x has nothing "
			  "to relocate",
			  p->row->insn, p->l->r.sections[p->section].name, p->insn->code);
}

/* Loops that the compiler unrolled ask the same again and again: answers of the rows before. */
struct answers {
	struct {
		u32 kind, type_id;
		const char *access; /* NULL: a free place */
		struct core_result result;
	} of[16];
	u32 next;
};

static int resolve(struct elf_load *l, const struct obj_core *row, const struct types *target,
		   struct answers *known, struct core_result *out)
{
	u32 i;
	int err;

	for (i = 0; i < ARRAY_SIZE(known->of) && known->of[i].access; i++) {
		if (known->of[i].kind == row->kind && known->of[i].type_id == row->type_id &&
		    !strcmp(known->of[i].access, row->access)) {
			*out = known->of[i].result;
			return 0;
		}
	}
	err = core_resolve(out, l->obj->types, target, row->kind, row->type_id, row->access,
			   &l->obj->arena, l->d);
	if (err)
		return err;
	i = known->next++ % ARRAY_SIZE(known->of);
	known->of[i].kind = row->kind;
	known->of[i].type_id = row->type_id;
	known->of[i].access = row->access;
	known->of[i].result = *out;
	return 0;
}

static int apply(struct elf_load *l, u32 section, struct obj_core *row, const struct types *target,
		 struct answers *known)
{
	const struct types *local = l->obj->types;
	struct core_result result = { 0 };
	struct elf_code *c = &l->codes[section];
	struct patch p = { l,	    section, row, &c->insns[row->insn], c->count - row->insn,
			   &result, false };
	int err = resolve(l, row, target, known, &result);

	if (err)
		return err;
	row->spec = result.spec;
	row->old_value = row->new_value = result.local;
	if (!target) /* the object's own layouts stay */
		return 0;
	row->resolved = true;
	row->matched = result.matched;
	row->new_value = result.target;
	row->why = result.why;
	if (p.insn->code == CODE_CALL && p.insn->imm == CORE_POISON)
		return 0;
	if (!result.matched) {
		poison(p.insn, p.left);
		return 0;
	}
	p.bitfield = is_field(row->kind) && names_bitfield(local, row->type_id, row->access);
	if (row->kind == CORE_TYPE_ID_LOCAL)
		return 0;
	return patch(&p);
}

static int compare_cores(const void *a, const void *b)
{
	const struct elf_core *x = a, *y = b;

	return x->row.insn < y->row.insn ? -1 : x->row.insn > y->row.insn;
}

int load_core(struct elf_load *l, u32 section, struct elf_core *cores, u32 count,
	      const struct types *target)
{
	struct answers known = { 0 };

	qsort(cores, count, sizeof(*cores), compare_cores);
	for (u32 i = 0; i < count; i++) {
		int err = apply(l, section, &cores[i].row, target, &known);

		if (err)
			return err;
	}
	return 0;
}
