/* SPDX-License-Identifier: BSD-2-Clause */
/* Places in sections: which map lies there, which .kconfig variable has that name. */
#ifndef ELF_RELOCS_H
#define ELF_RELOCS_H

#include "elf/load.h"

/* The map whose definition holds byte `off` of a section, or -1. */
s32 map_at(const struct elf_load *l, u32 section, u64 off);
/* Offset of a .kconfig extern in its map's value, or -1. */
s32 kconfig_offset(const struct elf_load *l, const char *name);

#endif
