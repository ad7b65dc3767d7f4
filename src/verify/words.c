// SPDX-License-Identifier: BSD-2-Clause
#include "verify/words.h"

#include <ctype.h>

#include "btf/types.h"

/* ---- registers ---- */

void words_bytes(struct buf *out, s64 n)
{
	buf_printf(out, "%lld byte%s", (long long)n, n == 1 ? "" : "s");
}

/* Large numbers are clearer as powers of two. */
static void put_number(struct buf *out, u64 v)
{
	if (v == UINT64_MAX || v == UINT32_MAX)
		buf_printf(out, "2^%d-1", v == UINT32_MAX ? 32 : 64);
	else if (v > 0xffffff)
		buf_printf(out, "0x%llx", (unsigned long long)v);
	else
		buf_printf(out, "%llu", (unsigned long long)v);
}

static void put_signed(struct buf *out, s64 v)
{
	if (v == INT64_MIN || v == INT32_MIN) {
		buf_printf(out, "-2^%d", v == INT32_MIN ? 31 : 63);
	} else if (v < 0) {
		buf_putc(out, '-');
		put_number(out, 0 - (u64)v);
	} else {
		put_number(out, (u64)v);
	}
}

void words_range(struct buf *out, const struct scalar *s)
{
	if (scalar_is_const(s)) {
		buf_puts(out, "of exactly ");
		put_signed(out, (s64)s->var.value);
	} else if (s->umax < UINT64_MAX || s->umin) {
		buf_puts(out, "from ");
		put_number(out, s->umin);
		buf_puts(out, " to ");
		put_number(out, s->umax);
	} else if (s->smin > INT64_MIN || s->smax < INT64_MAX) {
		buf_puts(out, "from ");
		put_signed(out, s->smin);
		buf_puts(out, " to ");
		put_signed(out, s->smax);
	} else {
		buf_puts(out, "of any value");
	}
}

static void words_number(struct buf *out, const struct scalar *s)
{
	u64 step = s->var.mask ? s->var.mask & -s->var.mask : 1;

	if (scalar_is_const(s)) {
		buf_puts(out, "the number ");
		put_signed(out, (s64)s->var.value);
		return;
	}
	if (step > 1 && !(s->var.value & (step - 1)))
		buf_printf(out, "a multiple of %llu ", (unsigned long long)step);
	else
		buf_puts(out, "a number ");
	words_range(out, s);
}

static void words_offset(struct buf *out, const struct reg *r, const char *what)
{
	s64 fixed = (s64)r->off + (scalar_is_const(&r->s) ? (s64)r->s.var.value : 0);

	if (!fixed && !scalar_is_const(&r->s)) {
		buf_puts(out, "a pointer into ");
	} else if (fixed) {
		words_bytes(out, fixed < 0 ? -fixed : fixed);
		buf_puts(out, fixed < 0 ? " before " : " into ");
	} else {
		buf_puts(out, "a pointer to ");
	}
	buf_puts(out, what);
}

static void words_variable(struct buf *out, const struct reg *r)
{
	if (scalar_is_const(&r->s))
		return;
	buf_puts(out, ", moved by a number ");
	words_range(out, &r->s);
}

static void words_stack(struct buf *out, const struct reg *r)
{
	s64 off = r->off + (scalar_is_const(&r->s) ? (s64)r->s.var.value : 0);

	if (!off) {
		buf_puts(out, "a pointer to the top of the stack frame");
		return;
	}
	buf_puts(out, "a pointer into the stack, ");
	words_bytes(out, off < 0 ? -off : off);
	buf_printf(out, " %s its top", off < 0 ? "below" : "above");
}

static void words_packet(struct buf *out, const struct reg *r)
{
	words_offset(out, r, r->type == PTR_TO_PACKET ? "the packet" : "the packet's metadata");
	if (r->range > 0) {
		buf_puts(out, ", of which ");
		words_bytes(out, r->range);
		buf_puts(out, " are known to be there");
	} else if (r->range == RANGE_AT_PKT_END || r->range == RANGE_BEYOND_PKT_END) {
		buf_puts(out, ", at or beyond its end");
	} else {
		buf_puts(out, ", of which no byte is known to be there");
	}
}

static void words_typed(struct buf *out, const struct reg *r)
{
	const char *name = r->types ? types_name(r->types, r->type_id) : "";

	words_offset(out, r, r->flags & MEM_ALLOC ? "an object of type struct " : "struct ");
	buf_puts(out, name);
	if (r->flags & PTR_UNTRUSTED)
		buf_puts(out, " that may have been freed");
	else if (r->flags & MEM_RCU)
		buf_puts(out, ", valid until the RCU section ends");
}

static void words_memory(struct buf *out, const struct reg *r)
{
	if (r->flags & MEM_RINGBUF)
		words_offset(out, r, "a ring buffer record of ");
	else
		words_offset(out, r, r->flags & MEM_RDONLY ? "read-only memory of " : "memory of ");
	words_bytes(out, r->mem_size);
}

static void words_map(struct buf *out, const struct reg *r)
{
	const char *name = r->map ? r->map->name : "?";

	if (r->type == CONST_PTR_TO_MAP) {
		buf_printf(out, "the map '%s'", name);
		return;
	}
	words_offset(out, r, r->type == PTR_TO_MAP_KEY ? "a key" : "the value");
	if (r->map)
		buf_printf(out, " (%u byte%s)",
			   r->type == PTR_TO_MAP_KEY ? r->map->key_size : r->map->value_size,
			   r->map->value_size == 1 ? "" : "s");
	buf_printf(out, " of map '%s'", name);
}

void words_reg(struct buf *out, const struct reg *r)
{
	switch (r->type) {
	case NOT_INIT:
		buf_puts(out, "without a value");
		return;
	case SCALAR_VALUE:
		words_number(out, &r->s);
		return;
	case PTR_TO_CTX:
		words_offset(out, r, "the program's context");
		break;
	case CONST_PTR_TO_MAP:
	case PTR_TO_MAP_VALUE:
	case PTR_TO_MAP_KEY:
		words_map(out, r);
		break;
	case PTR_TO_STACK:
		words_stack(out, r);
		break;
	case PTR_TO_PACKET:
	case PTR_TO_PACKET_META:
		words_packet(out, r);
		break;
	case PTR_TO_PACKET_END:
		buf_puts(out, "the packet's end");
		break;
	case PTR_TO_BTF_ID:
		words_typed(out, r);
		break;
	case PTR_TO_MEM:
		words_memory(out, r);
		break;
	case PTR_TO_SOCKET:
	case PTR_TO_SOCK_COMMON:
	case PTR_TO_TCP_SOCK:
	case PTR_TO_XDP_SOCK:
		words_offset(out, r, "a socket");
		break;
	case PTR_TO_FUNC:
		buf_puts(out, "a function of the program");
		break;
	case CONST_PTR_TO_DYNPTR:
		buf_puts(out, "a pointer to a dynptr");
		break;
	default:
		words_offset(out, r, reg_type_name(r));
	}
	words_variable(out, r);
	if (r->flags & PTR_MAYBE_NULL)
		buf_puts(out, ", or NULL");
}

/* ---- source text ---- */

static bool is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

static bool take(char out[static WORDS_NAME], const char *from, size_t len)
{
	if (!len || len >= WORDS_NAME)
		return false;
	memcpy(out, from, len);
	out[len] = 0;
	return true;
}

/* The `=` of an assignment: not ==, <=, !=; not inside a comparison or a string. */
static const char *find_assignment(const char *s)
{
	for (const char *p = s; *p; p++) {
		if (*p == '"' || *p == '\'' || (*p == '/' && p[1] == '/'))
			return NULL;
		if (*p != '=')
			continue;
		if (p[1] == '=') {
			p++;
			continue;
		}
		if (p > s && strchr("<>!", p[-1]))
			continue;
		return p;
	}
	return NULL;
}

/* Start of the chain of names, -> and . that ends before `end`. */
static const char *chain_start(const char *from, const char *end)
{
	const char *p = end;

	for (;;) {
		const char *start = p;

		while (p > from && is_word(p[-1]))
			p--;
		if (p == start)
			return p == end ? end : p;
		if (p > from + 1 && p[-1] == '>' && p[-2] == '-')
			p -= 2;
		else if (p > from && p[-1] == '.')
			p--;
		else
			return p;
	}
}

bool words_assigned(char out[static WORDS_NAME], const struct obj_line *line)
{
	const char *at = line && line->text ? find_assignment(line->text) : NULL, *start;

	if (!at)
		return false;
	if (at > line->text && strchr("+-*/%&|^", at[-1]))
		at--;
	while (at > line->text && isspace((unsigned char)at[-1]))
		at--;
	start = chain_start(line->text, at);
	return take(out, start, (size_t)(at - start));
}

/* Past a bracket's partner; NULL when there is none. */
static const char *past_brackets(const char *p)
{
	u32 depth = 0;

	for (; *p; p++) {
		if (*p == '[')
			depth++;
		else if (*p == ']' && !--depth)
			return p + 1;
	}
	return NULL;
}

static const char *chain_end(const char *p)
{
	for (;;) {
		while (is_word(*p))
			p++;
		if (*p == '[') {
			p = past_brackets(p);
			if (!p)
				return NULL;
		} else if (p[0] == '-' && p[1] == '>') {
			p += 2;
		} else if (*p == '.') {
			p++;
		} else {
			return p;
		}
	}
}

/* Start of the expression whose last name ends at `end`: the names that lead to it, and stars. */
static const char *expression_start(const char *from, const char *end)
{
	const char *p = end;

	while (p > from && p[-1] == ']') {
		while (p > from && *--p != '[')
			;
	}
	if (p > from + 1 && p[-1] == '>' && p[-2] == '-')
		p -= 2;
	else if (p > from && p[-1] == '.')
		p--;
	p = chain_start(from, p);
	while (p > from && p[-1] == '*' && (p == from + 1 || !(is_word(p[-2]) || p[-2] == ')')))
		p--;
	return p;
}

bool words_expression(char out[static WORDS_NAME], const struct obj_line *line)
{
	const char *at, *start, *end;

	if (!line || !line->text || !line->col || line->col > strlen(line->text))
		return false;
	at = line->text + line->col - 1;
	if (*at == '*' && (is_word(at[1]) || at[1] == '*')) {
		for (start = at; *at == '*';)
			at++;
		end = chain_end(at);
	} else if (is_word(*at)) {
		while (at > line->text && is_word(at[-1]))
			at--;
		start = expression_start(line->text, at);
		end = chain_end(at);
	} else { /* an operator: what stands left of it */
		for (end = at; end > line->text && isspace((unsigned char)end[-1]);)
			end--;
		if (end == line->text || !(is_word(end[-1]) || end[-1] == ']'))
			return false;
		start = expression_start(line->text, end);
	}
	if (!end || *end == '(' || isdigit((unsigned char)*start)) /* a call has no name */
		return false;
	return take(out, start, (size_t)(end - start));
}

/* Is what is assigned one value, perhaps cast, rather than computed from several? */
static bool is_plain(const char *right)
{
	const char *end = strchr(right, ';');

	for (const char *p = right; end && p < end; p++) {
		if (p[0] == '-' && p[1] == '>')
			p++;
		else if (!is_word(*p) && !strchr(" \t()*.[]", *p))
			return false;
	}
	return end;
}

bool words_value(char out[static WORDS_NAME], const struct obj_line *line)
{
	const char *at = line && line->text ? find_assignment(line->text) : NULL;

	if (at && at > line->text && !strchr("+-*/%&|^", at[-1]) && is_plain(at + 1) &&
	    words_assigned(out, line) && !strpbrk(out, ".>["))
		return true;
	if (words_expression(out, line) && strpbrk(out, "->.[*"))
		return true;
	return words_assigned(out, line);
}

bool words_argument(char out[static WORDS_NAME], const struct obj_line *line, const char *callee,
		    u32 index)
{
	const char *p = line && line->text ? strstr(line->text, callee) : NULL, *start;
	u32 depth = 1;

	if (!p || p[strlen(callee)] != '(')
		return false;
	for (start = p += strlen(callee) + 1; *p && depth; p++) {
		depth += *p == '(' || *p == '[';
		depth -= *p == ')' || *p == ']';
		if (depth && !(depth == 1 && *p == ','))
			continue;
		if (!index--) {
			while (isspace((unsigned char)*start))
				start++;
			return take(out, start, (size_t)(p - start));
		}
		start = p + 1;
	}
	return false;
}

bool words_base(char out[static WORDS_NAME], const char *expression)
{
	const char *p = expression, *end;

	while (*p == '*' || *p == '&' || *p == '(')
		p++;
	for (end = p; is_word(*end);)
		end++;
	return !isdigit((unsigned char)*p) && take(out, p, (size_t)(end - p));
}

void words_line(struct buf *out, const struct obj_line *line)
{
	const char *p = line && line->text ? line->text : "";
	size_t len;

	while (isspace((unsigned char)*p))
		p++;
	len = strlen(p);
	while (len && isspace((unsigned char)p[len - 1]))
		len--;
	buf_put(out, p, len);
}
