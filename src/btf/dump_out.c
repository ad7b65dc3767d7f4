// SPDX-License-Identifier: BSD-2-Clause
#include "btf/dump_out.h"

#include <errno.h>

void text_flush(struct text *t, size_t above)
{
	if (t->buf.len <= above)
		return;
	if (!t->err && fwrite(t->buf.data, 1, t->buf.len, t->out) != t->buf.len)
		t->err = -EIO;
	if (t->buf.err && !t->err)
		t->err = t->buf.err;
	buf_clear(&t->buf);
}

int text_end(struct text *t)
{
	if (t->buf.err && !t->err)
		t->err = t->buf.err;
	text_flush(t, 0);
	buf_fini(&t->buf);
	return t->err;
}

void put_u64(struct buf *b, u64 value)
{
	char digits[20];
	size_t at = sizeof(digits);

	do {
		digits[--at] = (char)('0' + value % 10);
		value /= 10;
	} while (value);
	buf_put(b, digits + at, sizeof(digits) - at);
}

void put_s64(struct buf *b, s64 value)
{
	if (value < 0)
		buf_putc(b, '-');
	put_u64(b, value < 0 ? 0 - (u64)value : (u64)value);
}

static void put_json_char(struct buf *b, u8 c)
{
	switch (c) {
	case '"':
	case '\\':
		buf_putc(b, '\\');
		buf_putc(b, (char)c);
		break;
	case '\n':
		buf_puts(b, "\\n");
		break;
	case '\t':
		buf_puts(b, "\\t");
		break;
	default:
		buf_printf(b, "\\u%04x", c);
	}
}

void put_json(struct buf *b, const char *s, size_t len)
{
	size_t i, from = 0;

	buf_putc(b, '"');
	for (i = 0; i < len; i++) {
		u8 c = (u8)s[i];

		if (c >= 0x20 && c < 0x7f && c != '"' && c != '\\')
			continue;
		buf_put(b, s + from, i - from);
		put_json_char(b, c);
		from = i + 1;
	}
	buf_put(b, s + from, len - from);
	buf_putc(b, '"');
}
