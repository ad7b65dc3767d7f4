// SPDX-License-Identifier: BSD-2-Clause
#include "trace/format.h"

#include <ctype.h>

bool format_next(const char **at, struct trace_spec *out)
{
	const char *p = strchr(*at, '%');

	if (!p)
		return false;
	*out = (struct trace_spec){ .text = p, .args = 1 };
	p++;
	while (*p && strchr("-+ #0'", *p))
		p++;
	for (; *p == '*' || *p == '.' || isdigit((u8)*p); p++)
		out->args += *p == '*';
	while (*p && strchr("hlLqjzt", *p))
		p++;
	out->conversion = *p;
	if (*p == 'r' && (p[1] == 'x' || p[1] == 'h'))
		out->variant = *++p;
	else if (*p == 'g' && p[1] == 'r')
		out->variant = *++p;
	out->bad = !*p || !strchr("diuxXocpsrg%", out->conversion) ||
		   (out->conversion == 'g' && !out->variant);
	if (out->conversion == '%')
		out->args = 0;
	if (*p)
		p++;
	out->len = (u32)(p - out->text);
	*at = p;
	return true;
}

static bool is_numeric(const struct ttype *t)
{
	switch (t->kind) {
	case T_NUMBER:
	case T_BOOL:
	case T_POINTER:
	case T_KSYM:
	case T_USERNAME:
	case T_COUNT:
	case T_SUM:
	case T_AVG:
	case T_MIN:
	case T_MAX:
	case T_STRERROR:
		return true;
	default:
		return false;
	}
}

bool format_fits(char conversion, const struct ttype *t)
{
	switch (conversion) {
	case 's':
		return t->kind == T_STRING || t->kind == T_BUFFER || t->kind == T_BOOL ||
		       t->kernel_typed || (t->kind >= T_KSYM && t->kind <= T_STRERROR) ||
		       t->kind == T_TUPLE || (t->kind == T_ARRAY && t->elem->size == 1);
	case 'r':
		return t->kind == T_BUFFER || t->kind == T_STRING || t->kind == T_ARRAY;
	default:
		return is_numeric(t);
	}
}

const char *format_advice(const struct ttype *t)
{
	if (t->kind == T_STRING)
		return "%s is for strings";
	if (t->kind == T_BUFFER)
		return "%r and %rx are for buffers";
	if (t->kind == T_POINTER)
		return "%p is for pointers; str() reads a string from one";
	if (is_numeric(t))
		return "%d, %u, %x, %c are for numbers";
	return "%s prints it, or print()";
}
