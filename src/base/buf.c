// SPDX-License-Identifier: BSD-2-Clause
#include "base/buf.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

/* Room for `len` more bytes and a terminating NUL. */
static bool buf_reserve(struct buf *b, size_t len)
{
	size_t cap;
	u8 *data;

	if (b->err)
		return false;
	if (b->cap - b->len > len)
		return true;
	if (len > SIZE_MAX / 4 - b->len)
		goto fail;
	cap = MAX(MAX(b->cap * 2, b->len + len + 1), (size_t)64);
	data = realloc(b->data, cap);
	if (!data)
		goto fail;
	b->data = data;
	b->cap = cap;
	return true;
fail:
	b->err = -ENOMEM;
	return false;
}

void buf_put(struct buf *b, const void *data, size_t len)
{
	if (!len || !buf_reserve(b, len))
		return;
	memcpy(b->data + b->len, data, len);
	b->len += len;
}

void buf_puts(struct buf *b, const char *s)
{
	buf_put(b, s, strlen(s));
}

void buf_putc(struct buf *b, char c)
{
	buf_put(b, &c, 1);
}

void buf_vprintf(struct buf *b, const char *fmt, va_list ap)
{
	va_list again;
	int len;

	if (!buf_reserve(b, 64))
		return;
	va_copy(again, ap);
	len = vsnprintf((char *)b->data + b->len, b->cap - b->len, fmt, ap);
	if (len >= 0 && (size_t)len >= b->cap - b->len && buf_reserve(b, (size_t)len))
		vsnprintf((char *)b->data + b->len, b->cap - b->len, fmt, again);
	va_end(again);
	if (len >= 0 && !b->err)
		b->len += (size_t)len;
}

void buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	buf_vprintf(b, fmt, ap);
	va_end(ap);
}

void *buf_extend(struct buf *b, size_t len)
{
	void *p;

	if (!buf_reserve(b, len))
		return NULL;
	p = b->data + b->len;
	memset(p, 0, len);
	b->len += len;
	return p;
}

void buf_align(struct buf *b, size_t align)
{
	buf_extend(b, ROUND_UP(b->len, align) - b->len);
}

const char *buf_str(struct buf *b)
{
	if (b->err || !buf_reserve(b, 1))
		return "";
	b->data[b->len] = 0;
	return (const char *)b->data;
}

void buf_clear(struct buf *b)
{
	b->len = 0;
	b->err = 0;
}

void buf_fini(struct buf *b)
{
	free(b->data);
	*b = (struct buf){ 0 };
}
