/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Our instructions against those libbpf hands to the kernel. Numbers that only a loaded program
 * has (descriptors of maps, kernel BTF ids) are compared by what they name.
 */
#ifndef TESTS_ELF_COMPARE_H
#define TESTS_ELF_COMPARE_H

#include <bpf/libbpf.h>
#include <unistd.h>

#include "elf/elf.h"

static inline int quiet(enum libbpf_print_level level, const char *fmt, va_list ap)
{
	return 0;
}

/* libbpf names data maps "obj.rodata"; we use the section's name. */
static inline bool same_map(const char *ours, const char *theirs)
{
	const char *dot = strchr(theirs, '.');

	return !strcmp(ours, *ours == '.' && dot ? dot : theirs);
}

static inline void same_map_ref(const struct object *obj, struct bpf_object *other,
				const struct bpf_insn *theirs, const struct insn *ours)
{
	struct bpf_map *map;

	bpf_object__for_each_map(map, other)
	{
		if (bpf_map__fd(map) != theirs->imm)
			continue;
		assert_true(same_map(obj->maps[ours->imm].name, bpf_map__name(map)));
		assert_int_equal(ours[1].imm, theirs[1].imm);
		return;
	}
	fail_msg("libbpf refers to an unknown map");
}

static inline const struct obj_extern *extern_at(const struct object *obj, const struct obj_prog *p,
						 u32 slot)
{
	for (u32 i = 0; i < p->ref_count; i++) {
		if (p->refs[i].insn == slot)
			return &obj->externs[p->refs[i].extern_idx];
	}
	return NULL;
}

/* Everything but what the kernel's symbols resolve to, which our object leaves to the engine. */
static inline void same_insn(const struct object *obj, struct bpf_object *other,
			     const struct obj_prog *ours, u32 i, const struct bpf_insn *b)
{
	const struct insn *a = &ours->insns[i];

	if (a->code != b->code || a->dst != b->dst_reg || a->off != b->off)
		fail_msg("%s, slot %u: %02x r%u %d, libbpf has %02x r%u %d", ours->name, i, a->code,
			 a->dst, a->off, b->code, b->dst_reg, b->off);
	if (extern_at(obj, ours, i))
		return;
	if (insn_is_wide(a) && a->src && a->src != PSEUDO_FUNC) {
		assert_int_equal(b->src_reg,
				 a->src == PSEUDO_MAP_IDX ? PSEUDO_MAP_FD : PSEUDO_MAP_VALUE);
		same_map_ref(obj, other, b, a);
		return;
	}
	if (a->src != b->src_reg || a->imm != b->imm ||
	    (insn_is_wide(a) && !a->src && a[1].imm != b[1].imm))
		fail_msg("%s, slot %u (code %02x): r%u, %d; libbpf has r%u, %d", ours->name, i,
			 a->code, a->src, a->imm, b->src_reg, b->imm);
}

static inline u32 same_insns(const struct object *obj, struct bpf_object *other,
			     const struct obj_prog *ours, const struct bpf_program *theirs)
{
	const struct bpf_insn *b = bpf_program__insns(theirs);

	assert_int_equal(ours->insn_count, bpf_program__insn_cnt(theirs));
	for (u32 i = 0; i < ours->insn_count; i += 1 + insn_is_wide(&ours->insns[i]))
		same_insn(obj, other, ours, i, &b[i]);
	return ours->insn_count;
}

static inline void same_maps(const struct object *obj, struct bpf_object *other)
{
	struct bpf_map *map;

	bpf_object__for_each_map(map, other)
	{
		const struct obj_map *m = NULL;

		for (u32 i = 0; i < obj->map_count; i++) {
			if (same_map(obj->maps[i].name, bpf_map__name(map)))
				m = &obj->maps[i];
		}
		if (!m)
			fail_msg("we have no map '%s'", bpf_map__name(map));
		assert_int_equal(m->type, bpf_map__type(map));
		assert_int_equal(m->key_size, bpf_map__key_size(map));
		assert_int_equal(m->value_size, bpf_map__value_size(map));
		assert_int_equal(m->max_entries, bpf_map__max_entries(map));
		assert_int_equal(m->flags, bpf_map__map_flags(map));
		assert_int_equal(m->extra, bpf_map__map_extra(map));
	}
}

/* All programs; the object was loaded. Returns how many slots were compared. */
static inline u32 same_progs(const struct object *obj, struct bpf_object *other)
{
	struct bpf_program *p;
	u32 slots = 0;

	bpf_object__for_each_program(p, other)
	{
		const struct obj_prog *ours = object_prog(obj, bpf_program__name(p));

		if (!ours)
			fail_msg("we have no program '%s'", bpf_program__name(p));
		assert_int_equal(ours->type, bpf_program__type(p));
		assert_int_equal(ours->autoload, bpf_program__autoload(p));
		if (ours->autoload)
			slots += same_insns(obj, other, ours, p);
	}
	return slots;
}

#endif
