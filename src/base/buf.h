/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Growable byte buffer and string builder. Appending never fails visibly: the first failure sets
 * `err` (-ENOMEM), later appends do nothing, and the caller checks `err` once at the end.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdarg.h>

#include "base/types.h"

struct buf {
	u8 *data;
	size_t len, cap; /* bytes */
	int err;	 /* 0 or -ENOMEM, sticky */
};

void buf_put(struct buf *b, const void *data, size_t len);
void buf_puts(struct buf *b, const char *s);
void buf_putc(struct buf *b, char c);
void buf_printf(struct buf *b, const char *fmt, ...) __printf(2, 3);
void buf_vprintf(struct buf *b, const char *fmt, va_list ap) __printf(2, 0);
/* Append `len` zero bytes and return their place (valid until the next append), NULL on error. */
void *buf_extend(struct buf *b, size_t len);
/* Pad with zeros to a multiple of `align` bytes. */
void buf_align(struct buf *b, size_t align);
/* The content as a C string: always NUL-terminated, "" when empty or failed. Owned by `b`. */
const char *buf_str(struct buf *b);
void buf_clear(struct buf *b); /* keep the memory, forget the content and the error */
void buf_fini(struct buf *b);

#endif
