// SPDX-License-Identifier: BSD-2-Clause
#include "verify/format.h"

/* Classes of Latin-1, which is what the kernel takes text for. */
static bool is_space(u8 c)
{
	return c == ' ' || (c >= '\t' && c <= '\r') || c == 0xa0;
}

static bool is_print(u8 c)
{
	return (c >= ' ' && c <= '~') || c >= 0xa0;
}

static bool is_digit(u8 c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter(u8 c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= 0xc0 && c != 0xd7 && c != 0xf7);
}

static bool is_punct(u8 c)
{
	return is_print(c) && !is_space(c) && !is_letter(c) && !is_digit(c);
}

/* A conversion ends here: nothing follows that could belong to it. */
static bool is_end(u8 c)
{
	return !c || is_space(c) || is_punct(c);
}

static const char *skip_flags_and_width(const char *s)
{
	while (*s && strchr("0+- ", *s))
		s++;
	while (is_digit((u8)*s))
		s++;
	return s;
}

/* %p with what may follow it; s stands behind the p. NULL: not allowed. */
static const char *skip_pointer(const char *s)
{
	if (is_end((u8)*s))
		return s;
	if ((*s == 'k' || *s == 'u') && s[1] == 's')
		return is_end((u8)s[2]) ? s + 2 : NULL;
	if (strchr("KxsSB", *s))
		return s + 1;
	if ((*s == 'i' || *s == 'I') && (s[1] == '4' || s[1] == '6'))
		return s + 2;
	return NULL;
}

/* One conversion behind its '%'; returns what follows it, NULL when it is not allowed. */
static const char *skip_conversion(const char *s)
{
	s = skip_flags_and_width(s);
	if (*s == 'p')
		return skip_pointer(s + 1);
	if (*s == 's')
		return is_end((u8)s[1]) ? s + 1 : NULL;
	if (*s == 'c')
		return s + 1;
	for (u32 k = 0; k < 2 && *s == 'l'; k++)
		s++;
	return *s && strchr("iduxX", *s) ? s + 1 : NULL;
}

const char *format_check(const char *fmt, u32 args)
{
	u32 used = 0;

	while (*fmt) {
		if (!((u8)*fmt & 0x80) && !is_print((u8)*fmt) && !is_space((u8)*fmt))
			return "it holds a byte that is no text";
		if (*fmt++ != '%')
			continue;
		if (*fmt == '%') {
			fmt++;
			continue;
		}
		if (used++ == args)
			return "it asks for more values than there are";
		fmt = skip_conversion(fmt);
		if (!fmt)
			return "a conversion in it is not one that the helper knows";
	}
	return NULL;
}
