/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where the dynamic loader finds a library: /etc/ld.so.cache. Source: glibc's
 * sysdeps/generic/dl-cache.h (the layout of "glibc-ld.so.cache1.1").
 */
#ifndef SYMBOLS_LDCACHE_H
#define SYMBOLS_LDCACHE_H

#include "base/types.h"

/*
 * "libc.so.6", "libc.so" or "libc": the newest version of this machine's. false: none, or no such
 * file. `data` is a whole cache file, checked here.
 */
bool ldcache_find(char *out, size_t size, const u8 *data, size_t len, const char *name);
/* In the system's own. */
bool ldcache_lookup(char *out, size_t size, const char *name);

#endif
