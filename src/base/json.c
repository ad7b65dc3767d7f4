// SPDX-License-Identifier: BSD-2-Clause
#include "base/json.h"

/* One byte as it stands inside a JSON string; returns its length, at most 6. */
static size_t escape(char to[8], unsigned char c)
{
	if (c == '"' || c == '\\')
		return (size_t)sprintf(to, "\\%c", c);
	if (c == '\n')
		return (size_t)sprintf(to, "\\n");
	if (c == '\t')
		return (size_t)sprintf(to, "\\t");
	if (c < 0x20 || c == 0x7f)
		return (size_t)sprintf(to, "\\u%04x", c);
	to[0] = (char)c;
	return 1;
}

void json_string(FILE *out, const char *s)
{
	char text[8];

	if (!s) {
		fputs("null", out);
		return;
	}
	fputc('"', out);
	for (; *s; s++)
		fwrite(text, 1, escape(text, (unsigned char)*s), out);
	fputc('"', out);
}

void json_buf_string(struct buf *out, const char *s)
{
	char text[8];

	if (!s) {
		buf_puts(out, "null");
		return;
	}
	buf_putc(out, '"');
	for (; *s; s++)
		buf_put(out, text, escape(text, (unsigned char)*s));
	buf_putc(out, '"');
}
