/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Text to the bytes of a map's key or value, by BTF where there is some, else by size:
 *     42  -1  0x1f        integers, enumerators by name, true and false
 *     10.1.2.3  fe80::1   addresses, where 4 or 16 bytes are wanted
 *     10.0.0.0/8          LPM keys: u32 prefix length, then the address
 *     02:00:00:00:00:01   where 6 bytes are wanted
 *     "text"              char arrays
 *     {1,2,{3,4}}         structs and arrays, member by member; missing ones are zero
 *     {.b=2,.c={3}}       members by name, as they are printed
 *     name                of a program or map, in prog arrays and maps of maps
 *     hex:00 01 …         exactly the bytes
 */
#ifndef API_PARSE_H
#define API_PARSE_H

#include "base/diag.h"
#include "btf/types.h"

/* `types` may be NULL, `type` 0. `where` names the text in diagnostics. Fills `size` bytes. */
int parse_text(const struct types *types, u32 type, size_t size, const char *text,
	       const char *where, void *out, struct diag *d);

#endif
