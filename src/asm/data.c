// SPDX-License-Identifier: BSD-2-Clause
/* Initial values of maps: the directives that append bytes. Zeros at the end are counted only. */
#include "asm/parse.h"

enum { MAX_DATA = 64 << 20 }; /* bytes kept of one map */

static struct asm_map *data_map(struct parser *p, struct span at)
{
	if (p->in == IN_MAP)
		return vec_last(&p->maps);
	parse_error(p, at, "data needs a map to be in");
	diag_hint(p->diag, "begin with .data, .rodata, .bss or .map NAME …");
	return NULL;
}

static bool data_zeros(struct parser *p, struct asm_map *m, u64 count, struct span at)
{
	if (count > UINT32_MAX || m->data.len + m->zeros + count > UINT32_MAX)
		return parse_error(p, at, "the data of a map is limited to 4 GiB");
	m->zeros += count;
	return true;
}

static bool data_put(struct parser *p, struct asm_map *m, const void *bytes, size_t len,
		     struct span at)
{
	if (m->data.len + m->zeros + len > MAX_DATA)
		return parse_error(p, at, "the data of a map is limited to %d MiB", MAX_DATA >> 20);
	if (m->zeros)
		buf_extend(&m->data, m->zeros);
	m->zeros = 0;
	buf_put(&m->data, bytes, len);
	return m->data.err ? parse_nomem(p) : true;
}

static u32 width_of(const char *directive)
{
	static const struct {
		const char *name;
		u32 bytes;
	} widths[] = { { ".byte", 1 }, { ".half", 2 }, { ".word", 4 }, { ".quad", 8 } };

	for (u32 i = 0; i < ARRAY_SIZE(widths); i++) {
		if (!strcmp(directive, widths[i].name))
			return widths[i].bytes;
	}
	return 1;
}

bool parse_bytes(struct parser *p)
{
	struct asm_map *m = data_map(p, parse_span(p));
	u32 width = width_of(p->tok.text);

	if (!m)
		return false;
	parse_next(p);
	do {
		struct span at = parse_span(p);
		bool negative = false;
		u64 value = 0;

		if (!parse_number(p, &value, &negative))
			return false;
		at.len = p->last_end - at.off;
		if (width < 8 &&
		    (negative ? (s64)value < -(1ll << (width * 8 - 1)) : value >> (width * 8)))
			return parse_error(p, at, "the value does not fit in %u bytes", width);
		if (!(value ? data_put(p, m, &value, width, at) : data_zeros(p, m, width, at)))
			return false;
	} while (parse_take(p, ","));
	return true;
}

bool parse_text_data(struct parser *p)
{
	struct asm_map *m = data_map(p, parse_span(p));
	bool zero = parse_is_word(p, ".asciz");

	if (!m)
		return false;
	parse_next(p);
	do {
		if (p->tok.kind != TOK_STRING)
			return parse_error(p, parse_span(p), "expected a string in double quotes");
		if (!data_put(p, m, p->tok.text, p->tok.text_len, parse_span(p)) ||
		    !data_zeros(p, m, zero, parse_span(p)))
			return false;
		parse_next(p);
	} while (parse_take(p, ","));
	return true;
}

bool parse_zero(struct parser *p)
{
	struct asm_map *m = data_map(p, parse_span(p));
	bool align = parse_is_word(p, ".align");
	struct span at;
	s64 count = 0;
	u64 len;

	if (!m)
		return false;
	parse_next(p);
	at = parse_span(p);
	if (!parse_range(p, align, align ? 4096 : UINT32_MAX, &count, "the count"))
		return false;
	len = m->data.len + m->zeros;
	if (align)
		count = (s64)(ROUND_UP(len, (u64)count) - len);
	return data_zeros(p, m, (u64)count, at);
}
