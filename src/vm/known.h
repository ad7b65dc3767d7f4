/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Checked mode: the maps that a running program may name, its own and the inner maps that its
 * look-ups returned. A run remembers VM_INNER_MAPS of these; of older ones the maps that hold them
 * are asked.
 */
#ifndef VM_KNOWN_H
#define VM_KNOWN_H

#include "vm/vm.h"

/* The map with that address, or NULL. */
struct map *known_map(struct vm_run *run, u64 addr);
/* The map whose value holds the bytes, or NULL. */
struct map *known_value(struct vm_run *run, u64 addr, u64 size);
/* Do the bytes lie in a ring buffer record that was reserved? Starts one at that address? */
bool known_in_record(struct vm_run *run, u64 addr, u64 size);
bool known_record(struct vm_run *run, u64 addr);
/* A look-up in map m gave `value`: remembered when it is an inner map. */
void known_looked_up(struct vm_run *run, const struct map *m, u64 value);

/* Those at hand, k below known_count(): NULL where the program has none. */
u32 known_count(const struct vm_run *run);
struct map *known_at(const struct vm_run *run, u32 k);

#endif
