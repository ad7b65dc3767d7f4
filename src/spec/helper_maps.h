/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which map types a helper works on, and which helpers change a map. Source: what the running
 * kernel's verifier answers when asked (helper_maps.def).
 */
#ifndef SPEC_HELPER_MAPS_H
#define SPEC_HELPER_MAPS_H

#include "base/types.h"

/* Does helper `id` work on maps of this type? True for helpers without a map argument. */
bool helper_fits_map(u32 id, u32 map_type);
/* Is it one that BPF_F_RDONLY_PROG forbids: update, delete, push, pop? */
bool helper_writes_map(u32 id);

#endif
