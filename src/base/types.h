/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BASE_TYPES_H
#define BASE_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int8_t s8;
typedef int16_t s16;
typedef int32_t s32;
typedef int64_t s64;

#define ARRAY_SIZE(a)			(sizeof(a) / sizeof((a)[0]))
#define MIN(a, b)			((a) < (b) ? (a) : (b))
#define MAX(a, b)			((a) > (b) ? (a) : (b))
#define ROUND_UP(x, align)		(((x) + (align)-1) / (align) * (align))
#define likely(x)			__builtin_expect(!!(x), 1)
#define unlikely(x)			__builtin_expect(!!(x), 0)
#define __cleanup(fn)			__attribute__((cleanup(fn)))
#define __printf(fmt, args)		__attribute__((format(printf, fmt, args)))
#define container_of(ptr, type, member) ((type *)((char *)(ptr)-offsetof(type, member)))

/* Unaligned loads and stores in host order. */
#define LOAD(type, ptr)                                                                            \
	({                                                                                         \
		type load_value_;                                                                  \
		memcpy(&load_value_, (ptr), sizeof(load_value_));                                  \
		load_value_;                                                                       \
	})
#define STORE(type, ptr, value)                                                                    \
	do {                                                                                       \
		type store_value_ = (type)(value);                                                 \
		memcpy((ptr), &store_value_, sizeof(store_value_));                                \
	} while (0)

#endif
