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

/* What stands before a member: a comma, a line, its name. */
static void member(struct json *j, const char *name)
{
	if (j->used & 1ull << j->depth)
		fputc(',', j->out);
	if (j->pretty && j->depth) {
		fputc('\n', j->out);
		for (u32 i = 0; i < j->depth; i++)
			fputs("    ", j->out);
	}
	j->used |= 1ull << j->depth;
	if (name) {
		json_string(j->out, name);
		fputs(j->pretty ? ": " : ":", j->out);
	}
}

void js_open(struct json *j, const char *name, char bracket)
{
	member(j, name);
	fputc(bracket, j->out);
	j->depth++;
	j->used &= ~(1ull << j->depth);
}

void js_close(struct json *j, char bracket)
{
	bool used = j->used & 1ull << j->depth;

	j->depth--;
	if (j->pretty && used) {
		fputc('\n', j->out);
		for (u32 i = 0; i < j->depth; i++)
			fputs("    ", j->out);
	}
	fputc(bracket, j->out);
	if (!j->depth)
		fputc('\n', j->out);
}

void js_str(struct json *j, const char *name, const char *value)
{
	member(j, name);
	json_string(j->out, value);
}

void js_u64(struct json *j, const char *name, u64 value)
{
	member(j, name);
	fprintf(j->out, "%llu", (unsigned long long)value);
}

void js_s64(struct json *j, const char *name, s64 value)
{
	member(j, name);
	fprintf(j->out, "%lld", (long long)value);
}

void js_bool(struct json *j, const char *name, bool value)
{
	member(j, name);
	fputs(value ? "true" : "false", j->out);
}

static void new_line(const struct json *j, u32 depth)
{
	fputc('\n', j->out);
	for (u32 i = 0; i < depth; i++)
		fputs("    ", j->out);
}

/* Compact JSON over several lines. */
static void indented(const struct json *j, const char *s)
{
	u32 depth = j->depth;
	bool quoted = false;

	for (; *s; s++) {
		bool closes = !quoted && (*s == '}' || *s == ']');

		if (closes) {
			depth--;
			if (s[-1] != '{' && s[-1] != '[')
				new_line(j, depth);
		}
		fputc(*s, j->out);
		if (quoted && *s == '\\' && s[1])
			fputc(*++s, j->out);
		else if (*s == '"')
			quoted = !quoted;
		else if (!quoted && *s == ':')
			fputc(' ', j->out);
		else if (!quoted && *s == ',')
			new_line(j, depth);
		else if (!quoted && (*s == '{' || *s == '[')) {
			depth++;
			if (s[1] != '}' && s[1] != ']')
				new_line(j, depth);
		}
	}
}

void js_raw(struct json *j, const char *name, const char *value)
{
	member(j, name);
	if (j->pretty)
		indented(j, value);
	else
		fputs(value, j->out);
}

void js_hex(struct json *j, const char *name, const u8 *bytes, size_t len)
{
	member(j, name);
	fputc('"', j->out);
	for (size_t i = 0; i < len; i++)
		fprintf(j->out, "%02x", bytes[i]);
	fputc('"', j->out);
}
