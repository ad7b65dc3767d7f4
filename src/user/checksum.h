/* SPDX-License-Identifier: BSD-2-Clause */
/* Internet checksum arithmetic on one's-complement sums in memory order. Source: RFC 1071, 1624. */
#ifndef USER_CHECKSUM_H
#define USER_CHECKSUM_H

#include "base/types.h"

static inline u32 csum_add(u32 a, u32 b)
{
	u64 sum = (u64)a + b;

	return (u32)sum + (u32)(sum >> 32);
}
static inline u32 csum_sub(u32 a, u32 b)
{
	return csum_add(a, ~b);
}
/* 16 bits, not complemented; 0 only for a sum of 0. */
static inline u16 csum_to16(u32 sum)
{
	sum += sum >> 16 | sum << 16;
	return (u16)(sum >> 16);
}
static inline u16 csum_fold(u32 sum)
{
	return (u16)~csum_to16(sum);
}
/* Sum of `len` bytes, a multiple of 4, on top of `sum`. */
static inline u32 csum_words(const u8 *data, u32 len, u32 sum)
{
	u64 v = sum;

	for (u32 i = 0; i < len; i += 4)
		v += LOAD(u32, data + i);
	v = (v & 0xffffffff) + (v >> 32);
	return (u32)v + (u32)(v >> 32);
}

#endif
