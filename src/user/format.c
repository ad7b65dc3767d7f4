// SPDX-License-Identifier: BSD-2-Clause
#include "user/format.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>

#include "user/helpers.h"

struct out {
	char *at;
	size_t size; /* room; len may exceed it */
	size_t len;
};

struct spec {
	char flags[8]; /* of "0 +-" */
	int width;     /* 0: none */
};

static void put(struct out *o, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++, o->len++) {
		if (o->len + 1 < o->size)
			o->at[o->len] = text[i];
	}
}

/* One C conversion with the flags and width of `s`; what is not text is 64 bits wide. */
static void put_value(struct out *o, const struct spec *s, const char *conversion, u64 value,
		      const char *text)
{
	char fmt[32], tmp[FORMAT_MAX];
	int n;

	if (s->width)
		snprintf(fmt, sizeof(fmt), "%%%s%d%s", s->flags, s->width, conversion);
	else
		snprintf(fmt, sizeof(fmt), "%%%s%s", s->flags, conversion);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	n = text ? snprintf(tmp, sizeof(tmp), fmt, text) : snprintf(tmp, sizeof(tmp), fmt, value);
#pragma GCC diagnostic pop
	if (n <= 0)
		return;
	put(o, tmp, MIN((size_t)n, sizeof(tmp) - 1));
	if ((size_t)n >= sizeof(tmp))
		o->len += (size_t)n - (sizeof(tmp) - 1);
}

static void put_ip(struct vm_run *vm, struct out *o, const struct spec *s, char style, char version,
		   u64 addr)
{
	char text[64] = "", *p = text;
	u8 ip[16] = { 0 };

	if (!probe_bytes(vm, ip, addr, version == '4' ? 4 : 16))
		memset(ip, 0, sizeof(ip));
	if (version == '4') {
		const char *fmt = style == 'i' ? "%03u.%03u.%03u.%03u" : "%u.%u.%u.%u";

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		snprintf(text, sizeof(text), fmt, ip[0], ip[1], ip[2], ip[3]);
#pragma GCC diagnostic pop
	} else {
		for (int i = 0; i < 16; i += 2)
			p += sprintf(p, "%s%02x%02x", i && style == 'I' ? ":" : "", ip[i],
				     ip[i + 1]);
	}
	put_value(o, s, "s", 0, text);
}

static bool ends_word(char c)
{
	return !c || isspace((u8)c) || ispunct((u8)c);
}

/* After "%…p": how many characters of fmt belong to it, or -EINVAL. */
static int put_pointer(struct vm_run *vm, struct out *o, const struct spec *s, const char *fmt,
		       u64 arg)
{
	char text[FORMAT_MAX];
	struct spec wide = *s;

	if ((fmt[1] == 'k' || fmt[1] == 'u') && fmt[2] == 's') {
		if (!ends_word(fmt[3]))
			return -EINVAL;
		if (fmt[1] == 'u' || probe_string(vm, text, sizeof(text), arg) < 0)
			text[0] = 0;
		put_value(o, s, "s", 0, text);
		return 3;
	}
	if (fmt[1] == 'K' || fmt[1] == 'x' || ends_word(fmt[1])) {
		if (!wide.width) {
			strcpy(wide.flags, "0");
			wide.width = 16;
		}
		put_value(o, &wide, "lx", arg, NULL);
		return fmt[1] == 'K' || fmt[1] == 'x' ? 2 : 1;
	}
	if (fmt[1] == 's' || fmt[1] == 'S' || fmt[1] == 'B') {
		snprintf(text, sizeof(text), "0x%lx", (unsigned long)arg);
		put_value(o, s, "s", 0, text);
		return 2;
	}
	if ((fmt[1] != 'i' && fmt[1] != 'I') || (fmt[2] != '4' && fmt[2] != '6'))
		return -EINVAL;
	put_ip(vm, o, s, fmt[1], fmt[2], arg);
	return 3;
}

static int put_integer(struct out *o, const struct spec *s, const char *fmt, u64 arg)
{
	int longs = 0;

	while (longs < 2 && fmt[longs] == 'l')
		longs++;
	switch (fmt[longs]) {
	case 'd':
	case 'i':
		put_value(o, s, "ld", longs ? arg : (u64)(s64)(s32)arg, NULL);
		break;
	case 'u':
		put_value(o, s, "lu", longs ? arg : (u32)arg, NULL);
		break;
	case 'x':
		put_value(o, s, "lx", longs ? arg : (u32)arg, NULL);
		break;
	case 'X':
		put_value(o, s, "lX", longs ? arg : (u32)arg, NULL);
		break;
	default:
		return -EINVAL;
	}
	return longs + 1;
}

/* One conversion; fmt points past its '%'. How many characters it took, or -EINVAL. */
static int put_conversion(struct vm_run *vm, struct out *o, const char *fmt, u64 arg)
{
	struct spec s = { .width = 0 };
	char text[FORMAT_MAX];
	int at = 0, n;

	for (; fmt[at] && strchr("0+- ", fmt[at]); at++) {
		size_t have = strlen(s.flags);

		if (!strchr(s.flags, fmt[at]) && have + 1 < sizeof(s.flags))
			s.flags[have] = fmt[at];
	}
	for (; isdigit((u8)fmt[at]); at++)
		s.width = MIN(s.width * 10 + (fmt[at] - '0'), 32767);
	switch (fmt[at]) {
	case 'p':
		n = put_pointer(vm, o, &s, fmt + at, arg);
		break;
	case 's':
		if (!ends_word(fmt[at + 1]))
			return -EINVAL;
		if (probe_string(vm, text, sizeof(text), arg) < 0)
			text[0] = 0;
		put_value(o, &s, "s", 0, text);
		n = 1;
		break;
	case 'c':
		text[0] = (char)arg;
		text[1] = 0;
		put_value(o, &s, "s", 0, text);
		n = 1;
		break;
	default:
		n = put_integer(o, &s, fmt + at, arg);
	}
	return n < 0 ? n : at + n;
}

s64 format_text(struct vm_run *vm, char *out, size_t size, const char *fmt, u64 fmt_len,
		const u64 *args, u32 arg_count)
{
	struct out o = { .at = out, .size = size };
	u32 used = 0;

	if (!fmt_len || !memchr(fmt, 0, fmt_len))
		return -EINVAL;
	while (*fmt) {
		int n;

		if (isascii(*fmt) && !isprint(*fmt) && !isspace(*fmt)) /* UTF-8 is text */
			return -EINVAL;
		if (*fmt != '%' || fmt[1] == '%') {
			put(&o, fmt, 1);
			fmt += *fmt == '%' ? 2 : 1;
			continue;
		}
		if (used >= arg_count)
			return -EINVAL;
		n = put_conversion(vm, &o, fmt + 1, args[used++]);
		if (n < 0)
			return n;
		fmt += n + 1;
	}
	if (size)
		out[MIN(o.len, size - 1)] = 0;
	return (s64)o.len;
}
