// SPDX-License-Identifier: BSD-2-Clause
/*
 * printf: flags, width and precision as in C; lengths (h, hh, l, ll, j, z) cut integers as in C;
 * %s shows any value as print() does; %r shows a buffer with its bytes escaped, %rx and %rh all in
 * hex.
 */
#include <inttypes.h>

#include "report/inside.h"

struct spec {
	char flags[8];
	int width, precision; /* -1: none */
	u32 bytes;	      /* of an integer */
	char conversion;
	char hex; /* of 'r': 'x', 'h' or 0 */
};

static int digits(const char **p)
{
	int n = 0;

	while (**p >= '0' && **p <= '9') {
		if (n < 100000)
			n = n * 10 + (**p - '0');
		(*p)++;
	}
	return n;
}

static u32 length(const char **p)
{
	u32 bytes = 4;

	if (**p == 'h') {
		(*p)++;
		bytes = 2;
		if (**p == 'h') {
			(*p)++;
			bytes = 1;
		}
	} else {
		while (**p == 'l' || **p == 'j' || **p == 'z' || **p == 't') {
			(*p)++;
			bytes = 8;
		}
	}
	return bytes;
}

/* *p is behind the '%'. */
static struct spec parse(const char **p)
{
	struct spec s = { .width = -1, .precision = -1 };
	size_t flags = 0;

	while (**p && strchr("-+ #0'", **p)) {
		if (flags + 1 < sizeof(s.flags))
			s.flags[flags++] = **p;
		(*p)++;
	}
	if (**p >= '1' && **p <= '9')
		s.width = digits(p);
	if (**p == '.') {
		(*p)++;
		s.precision = digits(p);
	}
	s.bytes = length(p);
	s.conversion = **p;
	if (**p)
		(*p)++;
	if (s.conversion == 'r' && (**p == 'x' || **p == 'h'))
		s.hex = *(*p)++;
	return s;
}

static void pad(struct buf *out, const struct spec *s, const char *text, size_t len)
{
	size_t width = s->width > 0 ? (size_t)s->width : 0;
	bool left = strchr(s->flags, '-') != NULL;

	if (s->precision >= 0 && len > (size_t)s->precision)
		len = (size_t)s->precision;
	for (size_t i = len; !left && i < width; i++)
		buf_putc(out, ' ');
	buf_put(out, text, len);
	for (size_t i = len; left && i < width; i++)
		buf_putc(out, ' ');
}

static void integer(struct buf *out, const struct spec *s, s64 value)
{
	bool is_signed = s->conversion == 'd' || s->conversion == 'i';
	char how[48];
	int n = snprintf(how, sizeof(how), "%%%s", s->flags);

	if (s->width >= 0)
		n += snprintf(how + n, sizeof(how) - (size_t)n, "%d", s->width);
	if (s->precision >= 0)
		n += snprintf(how + n, sizeof(how) - (size_t)n, ".%d", s->precision);
	switch (s->bytes) {
	case 1:
		value = is_signed ? (s64)(s8)value : (s64)(u8)value;
		break;
	case 2:
		value = is_signed ? (s64)(s16)value : (s64)(u16)value;
		break;
	case 4:
		value = is_signed ? (s64)(s32)value : (s64)(u32)value;
		break;
	}
	snprintf(how + n, sizeof(how) - (size_t)n, "ll%c", s->conversion);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	buf_printf(out, how, (long long)value);
#pragma GCC diagnostic pop
}

static void buffer(struct buf *out, const struct spec *s, const u8 *data, u32 room)
{
	u32 len = MIN(LOAD(u32, data), room);
	struct buf text = { 0 };

	if (!s->hex)
		value_escape(&text, data + 4, len);
	for (u32 i = 0; s->hex && i < len; i++)
		buf_printf(&text, s->hex == 'x' ? "\\x%02x" : (i ? " %02x" : "%02x"), data[4 + i]);
	pad(out, s, buf_str(&text), text.len);
	buf_fini(&text);
}

static void argument(struct report *r, struct buf *out, const struct spec *s, const struct ttype *t,
		     const u8 *data)
{
	struct buf text = { 0 };

	switch (s->conversion) {
	case 'd':
	case 'i':
	case 'u':
	case 'x':
	case 'X':
	case 'o':
		if (t->kind == T_BOOL || t_in_register(t)) {
			integer(out, s, t->kind == T_BOOL ? *data : value_number(t, data));
			return;
		}
		break;
	case 'c':
		text.err = 0;
		buf_putc(&text, (char)value_number(t, data));
		pad(out, s, buf_str(&text), text.len);
		buf_fini(&text);
		return;
	case 'p':
		if (value_number(t, data))
			buf_printf(&text, "0x%" PRIx64, (u64)value_number(t, data));
		else
			buf_puts(&text, "(nil)"); /* as C libraries print it */
		pad(out, s, buf_str(&text), text.len);
		buf_fini(&text);
		return;
	case 'r':
		if (t->kind == T_BUFFER) {
			buffer(out, s, data, t->size - 4);
			return;
		}
		break;
	}
	value_text(r, &text, t, data, 0);
	pad(out, s, buf_str(&text), text.len);
	buf_fini(&text);
}

void format_event(struct report *r, struct buf *out, const struct trace_event *e, const u8 *base)
{
	u32 arg = 0;

	for (const char *p = e->format; *p;) {
		const char *percent = strchr(p, '%');
		struct spec s;

		if (!percent) {
			buf_puts(out, p);
			return;
		}
		buf_put(out, p, (size_t)(percent - p));
		p = percent + 1;
		if (*p == '%') {
			buf_putc(out, *p++);
			continue;
		}
		s = parse(&p);
		if (arg < e->arg_count) {
			argument(r, out, &s, e->args[arg].type, base + e->args[arg].off);
			arg++;
		}
	}
}
