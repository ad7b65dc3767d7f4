/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The attributes of a BTF-defined map: members of its struct, as __uint, __type, __array and
 * __ulong make them. Source: libbpf's documented map definitions.
 */
#ifndef ELF_MAP_ATTR_H
#define ELF_MAP_ATTR_H

#include "elf/load.h"
#include "spec/map.h"

struct map_attrs {
	const char *name;
	struct span at;
	bool inner;	   /* this is the struct of an inner map */
	u32 values_off;	   /* out: bytes to the initial values, 0: none */
	u32 values_struct; /* out: the inner map's struct, 0: none */
};

int map_attrs_read(struct elf_load *l, struct obj_map *m, struct map_attrs *attrs, u32 struct_id);

#endif
