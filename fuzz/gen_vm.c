// SPDX-License-Identifier: BSD-2-Clause
#include "fuzz/gen_vm.h"

#include <string.h>

enum { MAX_CHUNKS = 200 };

const struct skep_map_def gen_vm_maps[GEN_VM_MAPS] = {
	{ .name = "globals", .type = "array", .key_size = 4, .value_size = 24, .max_entries = 1 },
	{ .name = "array", .type = "array", .key_size = 4, .value_size = 24, .max_entries = 4 },
	{ .name = "hash", .type = "hash", .key_size = 4, .value_size = 8, .max_entries = 8 },
	{ .name = "percpu",
	  .type = "percpu_array",
	  .key_size = 4,
	  .value_size = 8,
	  .max_entries = 2 },
	{ .name = "lru", .type = "lru_hash", .key_size = 8, .value_size = 4, .max_entries = 4 },
	{ .name = "trie",
	  .type = "lpm_trie",
	  .key_size = 8,
	  .value_size = 8,
	  .max_entries = 4,
	  .flags = 1 },
	{ .name = "queue", .type = "queue", .value_size = 8, .max_entries = 3 },
	{ .name = "ring", .type = "ringbuf", .max_entries = 4096 },
	{ .name = "progs", .type = "prog_array", .key_size = 4, .value_size = 4, .max_entries = 2 },
	{ .name = "inner", .type = "array", .key_size = 4, .value_size = 8, .max_entries = 2 },
	{ .name = "outer",
	  .type = "hash_of_maps",
	  .key_size = 4,
	  .value_size = 4,
	  .max_entries = 2,
	  .inner = "inner" },
};

static const char *const types[] = { "xdp", "sched_cls", "cgroup_skb", "socket_filter", NULL };

/* Helpers of every family; those that a program type lacks make the load fail, which is fine. */
static const u8 helpers[] = { 1,   2,	3,   4,	  5,   6,   7,	 8,   9,   10,	11,  12,
			      14,  16,	23,  25,  26,  28,  38,	 39,  44,  45,	51,  54,
			      65,  68,	87,  88,  89,  105, 106, 113, 115, 130, 131, 132,
			      133, 134, 164, 165, 177, 181, 182, 188, 189, 190, 195 };

static const u8 alu_ops[] = {
	0x00, 0x10, 0x20, 0x30, 0x40, 0x50, 0x60, 0x70, 0x90, 0xa0, 0xb0, 0xc0
};
static const u8 jmp_ops[] = { 0x10, 0x20, 0x30, 0x40, 0x50, 0x60, 0x70, 0xa0, 0xb0, 0xc0, 0xd0 };
static const u8 sizes[] = { SIZE_W, SIZE_H, SIZE_B, SIZE_DW };
static const s32 atomics[] = { 0, 1, 0x40, 0x41, 0x50, 0x51, 0xa0, 0xa1, 0xe1, 0xf1, 0x100, 0x110 };

#define PICK(list, n) ((list)[(n) % (sizeof(list) / sizeof((list)[0]))])

static void emit(struct gen_vm *p, u8 code, u8 dst, u8 src, s16 off, s32 imm)
{
	if (p->count < GEN_VM_ROOM)
		p->insns[p->count++] = (struct insn){ code, dst & 15, src & 15, off, imm };
}

static void emit_wide(struct gen_vm *p, u8 dst, u8 src, s32 low, s32 high)
{
	emit(p, CODE_LD_IMM64, dst, src, 0, low);
	emit(p, 0, 0, 0, 0, high);
}

static void emit_map(struct gen_vm *p, u8 dst, u8 which, bool value)
{
	if (p->ref_count == GEN_VM_REFS)
		return;
	p->refs[p->ref_count++] =
		(struct skep_map_ref){ .insn = p->count,
				       .map = gen_vm_maps[value ? 0 : which % GEN_VM_MAPS].name,
				       .value = value,
				       .off = value ? which % 24 : 0 };
	emit_wide(p, dst, 0, 0, 0);
}

static void emit_stack(struct gen_vm *p, u8 dst, u8 off)
{
	emit(p, 0xbf, dst, REG_FP, 0, 0);
	emit(p, 0x07, dst, 0, 0, -(s32)(off & 0x1f8) - 8);
}

static void emit_jump(struct gen_vm *p, u8 code, u8 dst, u8 src, s32 off, s32 imm)
{
	if (p->jump_count == GEN_VM_REFS)
		return;
	p->jump_slots[p->jump_count++] = p->count;
	emit(p, code, dst, src, (s16)off, imm);
}

/* One argument: map, stack pointer, small number, saved context, callback, or as it is. */
static void emit_argument(struct gen_vm *p, u8 reg, u8 how)
{
	switch (how & 7) {
	case 0:
		emit_map(p, reg, how >> 3, false);
		break;
	case 1:
	case 2:
		emit_stack(p, reg, how);
		break;
	case 3:
		emit(p, 0xb7, reg, 0, 0, how >> 3);
		break;
	case 4:
		emit(p, 0xbf, reg, 6, 0, 0);
		break;
	case 5:
		emit(p, 0xbf, reg, 7 + (how >> 3) % 3, 0, 0);
		break;
	case 6:
		if (p->func_count < GEN_VM_REFS)
			p->func_slots[p->func_count++] = p->count;
		emit_wide(p, reg, PSEUDO_FUNC, 0, 0);
		break;
	}
}

static void emit_chunk(struct gen_vm *p, const u8 *c)
{
	u8 dst = c[1] % 10, src = c[1] / 16 % 11;
	s16 off = (s8)c[2];
	s32 imm;

	memcpy(&imm, c + 4, 4);
	switch (c[0] % 12) {
	case 0:
		emit(p, PICK(alu_ops, c[3]) | (c[2] & 8) | (c[2] & 1 ? CLASS_ALU64 : CLASS_ALU),
		     dst, c[2] & 8 ? src : 0, 0, c[2] & 8 ? 0 : imm);
		break;
	case 1:
		emit(p, CLASS_LDX | MODE_MEM | PICK(sizes, c[3]), dst, src, off, 0);
		break;
	case 2:
		emit(p, CLASS_STX | MODE_MEM | PICK(sizes, c[3]), c[1] % 11, src, off, 0);
		break;
	case 3:
		emit(p, CLASS_ST | MODE_MEM | PICK(sizes, c[3]), c[1] % 11, 0, off, imm);
		break;
	case 4:
		emit_jump(p,
			  PICK(jmp_ops, c[3]) | (c[2] & 8) | (c[2] & 1 ? CLASS_JMP : CLASS_JMP32),
			  dst, c[2] & 8 ? src : 0, (s8)c[4] / 4, c[2] & 8 ? 0 : (s8)c[5]);
		break;
	case 5:
		emit(p, CLASS_STX | MODE_ATOMIC | (c[2] & 1 ? SIZE_DW : SIZE_W), c[1] % 11, src,
		     (s16)(off & ~7), PICK(atomics, c[3]));
		break;
	case 6:
		emit_map(p, dst, c[2], c[3] & 1);
		break;
	case 7:
		emit_stack(p, dst, c[2]);
		break;
	case 8:
		emit(p, 0xbf, dst, src, 0, 0);
		break;
	case 9:
		emit(p, CLASS_LD | MODE_ABS | (c[3] & 1 ? SIZE_H : SIZE_W), 0, 0, 0, c[2]);
		break;
	default:
		for (u8 i = 0; i < 5; i++)
			emit_argument(p, (u8)(1 + i), c[2 + i]);
		emit(p, CODE_CALL, 0, 0, 0, PICK(helpers, c[1]));
		break;
	}
}

/* r6 the context, r7 and r8 the packet's bounds, r9 a map value; the rest zero. */
static void emit_prologue(struct gen_vm *p, const char *type)
{
	emit(p, 0xbf, 6, 1, 0, 0);
	emit(p, 0xbf, 7, 1, 0, 0);
	emit(p, 0xbf, 8, 1, 0, 0);
	if (type && strcmp(type, "socket_filter")) {
		bool xdp = !strcmp(type, "xdp");

		emit(p, CLASS_LDX | MODE_MEM | SIZE_W, 7, 1, xdp ? 0 : 76, 0);
		emit(p, CLASS_LDX | MODE_MEM | SIZE_W, 8, 1, xdp ? 4 : 80, 0);
	}
	emit_map(p, 9, 0, true);
	for (u8 r = 0; r < 6; r++)
		emit(p, 0xb7, r, 0, 0, r);
}

/* Close the main function, add the callback, point jumps and function references right. */
static void finish(struct gen_vm *p)
{
	u32 main_end, callback;

	emit(p, CODE_EXIT, 0, 0, 0, 0);
	main_end = p->count;
	callback = p->count;
	emit(p, 0xbf, 0, 1, 0, 0);
	emit(p, 0x57, 0, 0, 0, 1);
	emit(p, CODE_EXIT, 0, 0, 0, 0);
	for (u32 i = 0; i < p->func_count; i++)
		p->insns[p->func_slots[i]].imm = (s32)(callback - p->func_slots[i] - 1);
	for (u32 i = 0; i < p->jump_count; i++) {
		s64 at = p->jump_slots[i], to = at + 1 + p->insns[at].off;

		if (to < 0 || to >= main_end)
			p->insns[at].off = 0;
		else if (to > 0 && p->insns[to - 1].code == CODE_LD_IMM64)
			p->insns[at].off++; /* not into the middle of a wide one */
	}
}

void gen_vm(struct gen_vm *p, const u8 *data, size_t size)
{
	memset(p, 0, sizeof(*p));
	p->type = size ? PICK(types, data[0]) : NULL;
	p->flags = size ? data[0] >> 6 : 0;
	emit_prologue(p, p->type);
	for (size_t at = 1; at + 8 <= size && at / 8 < MAX_CHUNKS && p->count < GEN_VM_ROOM - 64;
	     at += 8)
		emit_chunk(p, data + at);
	finish(p);
}
