/* SPDX-License-Identifier: BSD-2-Clause */
/* What the test programs need: map attributes as member types, sections, a few helpers. */
#ifndef COMMON_H
#define COMMON_H

typedef unsigned char u8;
typedef unsigned int u32;
typedef unsigned long u64;

#define SEC(name)	   __attribute__((section(name), used))
#define __uint(name, val)  int(*name)[val]
#define __type(name, val)  typeof(val) *name
#define __array(name, val) typeof(val) *name[]
#define __noinline	   __attribute__((noinline))
#define __weak		   __attribute__((weak))
#define __kconfig	   __attribute__((section(".kconfig")))
#define __ksym		   __attribute__((section(".ksyms")))

enum { HASH = 1, ARRAY = 2, PROG_ARRAY = 3, ARRAY_OF_MAPS = 12 };

static void *(*const map_lookup_elem)(void *map, const void *key) = (void *)1;
static long (*const tail_call)(void *ctx, void *map, u32 index) = (void *)12;
static long (*const loop)(u32 count, void *fn, void *arg, u64 flags) = (void *)181;

#endif
