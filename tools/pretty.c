// SPDX-License-Identifier: BSD-2-Clause
#include "pretty.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static FILE *real;
static char *text;
static size_t len;

void pretty_begin(bool on)
{
	FILE *mem = on ? open_memstream(&text, &len) : NULL;

	if (!mem)
		return;
	real = stdout;
	stdout = mem;
}

static void line(unsigned depth)
{
	printf("\n%*s", (int)depth * 4, "");
}

/* The byte after the string that begins at `s`. */
static const char *string_end(const char *s)
{
	for (s++; *s && *s != '"'; s++) {
		if (*s == '\\' && s[1])
			s++;
	}
	return *s ? s + 1 : s;
}

static void put(const char *s)
{
	bool empty = true;
	unsigned depth = 0;

	for (const char *end; *s; s = end) {
		end = s + 1;
		if (*s == ' ' || *s == '\n' || *s == '\t')
			continue;
		if (*s == '"') {
			end = string_end(s);
			if (*end == ':')
				line(depth);
		} else if ((*s == '}' || *s == ']') && depth) {
			depth--;
			if (!empty)
				line(depth);
		}
		fwrite(s, 1, (size_t)(end - s), stdout);
		if (*s == ':')
			putchar(' ');
		empty = *s == '{' || *s == '[';
		depth += empty;
	}
	putchar('\n');
}

void pretty_end(bool on)
{
	if (!on || !real)
		return;
	fclose(stdout);
	stdout = real;
	real = NULL;
	if (text && *text)
		put(text);
	free(text);
	text = NULL;
}
