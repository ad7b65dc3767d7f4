// SPDX-License-Identifier: BSD-2-Clause
#include "verify/format.h"

static bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool is_print(char c)
{
	return c >= ' ' && c <= '~';
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_punct(char c)
{
	bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');

	return is_print(c) && c != ' ' && !letter && !is_digit(c);
}

/* A conversion ends here: nothing follows that could belong to it. */
static bool is_end(char c)
{
	return !c || is_space(c) || is_punct(c);
}

static const char *skip_flags_and_width(const char *s)
{
	while (*s && strchr("0+- ", *s))
		s++;
	while (is_digit(*s))
		s++;
	return s;
}

/* %p with what may follow it; s stands behind the p. NULL: not allowed. */
static const char *skip_pointer(const char *s)
{
	if (is_end(*s))
		return s;
	if ((*s == 'k' || *s == 'u') && s[1] == 's')
		return is_end(s[2]) ? s + 2 : NULL;
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
		return is_end(s[1]) ? s + 1 : NULL;
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
		if (!is_print(*fmt) && !is_space(*fmt))
			return "it holds a byte that is not ASCII text";
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
