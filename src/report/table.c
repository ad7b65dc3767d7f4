// SPDX-License-Identifier: BSD-2-Clause
/* Maps: read whole, put together from the parts of the CPUs, sorted, shown. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/vec.h"
#include "report/inside.h"

struct row {
	u8 *key, *value; /* key NULL: the map has none */
	s64 rank;	 /* what rows are sorted by first */
	const struct trace_map *map;
};

struct rows {
	VEC(struct row);
	struct arena arena;
};

static struct unit_map *live(struct report *r, const struct trace_map *m)
{
	return &r->unit->maps[m->obj_map];
}

static const struct engine_ops *ops_of(const struct report *r)
{
	return r->unit->engine->ops;
}

static bool per_cpu(const struct trace_map *m)
{
	return m->shape == SHAPE_PERCPU_HASH || m->shape == SHAPE_PERCPU_ARRAY;
}

static bool keyed(const struct trace_map *m)
{
	return m->shape == SHAPE_HASH || m->shape == SHAPE_PERCPU_HASH;
}

/* ---- reading ---- */

static void add_words(u8 *to, const u8 *from, u32 count)
{
	for (u32 i = 0; i < count; i++)
		STORE(u64, to + i * 8, LOAD(u64, to + i * 8) + LOAD(u64, from + i * 8));
}

static void keep_extreme(const struct ttype *t, u8 *to, const u8 *from, bool most)
{
	s64 have = LOAD(s64, to), other = LOAD(s64, from);
	bool less = t->is_signed ? other < have : (u64)other < (u64)have;

	if (!LOAD(u64, from + 8))
		return;
	if (!LOAD(u64, to + 8) || (most ? !less && other != have : less))
		memcpy(to, from, 16);
}

static void merge_stats(u8 *to, const u8 *from)
{
	if (!LOAD(u64, from))
		return;
	add_words(to, from, 2);
}

static void merge(const struct trace_map *m, u8 *to, const u8 *from)
{
	switch (m->value->kind) {
	case T_MIN:
	case T_MAX:
		keep_extreme(m->value, to, from, m->value->kind == T_MAX);
		break;
	case T_STATS:
		merge_stats(to, from);
		break;
	default:
		add_words(to, from, m->value_size / 8);
	}
}

/* A CPU's part of an array counts where it is not zero as a whole, its "set" word included. */
static bool is_set(const struct trace_map *m, const u8 *part)
{
	for (u32 off = 0; off < ROUND_UP(m->value_size, 8u) + 8; off += 8) {
		if (LOAD(u64, part + off))
			return true;
	}
	return false;
}

/* False: no part of an array counts. */
static bool gather(struct report *r, const struct trace_map *m, const u8 *raw, u8 *value)
{
	u32 set_at = ROUND_UP(m->value_size, 8u);
	size_t len = ops_of(r)->map_value_len(live(r, m)), stride;
	bool array = !keyed(m), any = !array;

	if (!per_cpu(m)) {
		memcpy(value, raw, m->value_size);
		return !array || LOAD(u64, raw + set_at);
	}
	stride = ROUND_UP(live(r, m)->src->value_size, 8u);
	for (size_t off = 0; off + stride <= len; off += stride) {
		if (array && !is_set(m, raw + off))
			continue;
		any = true;
		merge(m, value, raw + off);
	}
	return any;
}

static s64 rank_of(const struct trace_map *m, const u8 *value)
{
	u64 sum = 0;

	switch (m->value->kind) {
	case T_NUMBER:
	case T_BOOL:
		return value_number(m->value, value);
	case T_COUNT:
	case T_SUM:
	case T_MIN:
	case T_MAX:
		return LOAD(s64, value);
	case T_AVG:
	case T_STATS:
		sum = LOAD(u64, value);
		return !sum		     ? 0
		       : m->value->is_signed ? LOAD(s64, value + 8) / (s64)sum
					     : (s64)(LOAD(u64, value + 8) / sum);
	case T_HIST:
	case T_LHIST:
	case T_TSERIES:
		for (u32 i = 0; i < m->value_size / 8; i++)
			sum += LOAD(u64, value + i * 8);
		return (s64)sum;
	default:
		return 0;
	}
}

static int add_row(struct report *r, const struct trace_map *m, struct rows *rows, const u8 *key,
		   const u8 *raw)
{
	struct row row = { .map = m }, *to;

	row.value = arena_alloc(&rows->arena, m->value_size);
	row.key = key ? arena_copy(&rows->arena, key, live(r, m)->src->key_size) : NULL;
	if (!row.value || (key && !row.key))
		return -ENOMEM;
	if (!gather(r, m, raw, row.value))
		return 0;
	row.rank = rank_of(m, row.value);
	to = vec_push(rows);
	if (!to)
		return -ENOMEM;
	*to = row;
	return 0;
}

static int read_hash(struct report *r, const struct trace_map *m, struct rows *rows, u8 *raw)
{
	u32 size = live(r, m)->src->key_size;
	u8 *key = arena_alloc(&rows->arena, size), *next = arena_alloc(&rows->arena, size);
	int err = key && next ? ops_of(r)->map_next(live(r, m), NULL, next) : -ENOMEM;

	while (!err) {
		memcpy(key, next, size);
		err = ops_of(r)->map_get(live(r, m), key, raw);
		if (!err)
			err = add_row(r, m, rows, key, raw);
		if (err && err != -ENOENT) /* deleted just now: go on */
			return err;
		err = ops_of(r)->map_next(live(r, m), key, next);
	}
	return err == -ENOENT ? 0 : err;
}

static int read_rows(struct report *r, const struct trace_map *m, struct rows *rows)
{
	u8 *raw = arena_alloc(&rows->arena, ops_of(r)->map_value_len(live(r, m)));
	u32 zero = 0;
	int err;

	if (!raw)
		return -ENOMEM;
	if (keyed(m))
		return read_hash(r, m, rows, raw);
	err = ops_of(r)->map_get(live(r, m), &zero, raw);
	return err ? err : add_row(r, m, rows, NULL, raw);
}

static void rows_fini(struct rows *rows)
{
	vec_fini(rows);
	arena_fini(&rows->arena);
}

/* ---- order ---- */

static int compare(const struct ttype *t, const u8 *a, const u8 *b)
{
	int order = 0;

	if (t->kind == T_TUPLE) {
		for (u32 i = 0; i < t->count && !order; i++)
			order = compare(t->members[i], a + t->offsets[i], b + t->offsets[i]);
		return order;
	}
	if (t_in_register(t) && t->size <= 8) {
		s64 x = value_number(t, a), y = value_number(t, b);

		if (x == y)
			return 0;
		return (t->is_signed ? x < y : (u64)x < (u64)y) ? -1 : 1;
	}
	return memcmp(a, b, t->size);
}

static int by_rank(const void *a, const void *b)
{
	const struct row *x = a, *y = b;
	const struct ttype *t = x->map->value;
	bool is_signed = t->is_signed || t->kind == T_COUNT;

	if (x->rank != y->rank)
		return (is_signed ? x->rank < y->rank : (u64)x->rank < (u64)y->rank) ? -1 : 1;
	return x->key ? compare(x->map->key, x->key, y->key) : 0;
}

/* ---- showing ---- */

static void key_text(struct report *r, struct buf *out, const struct trace_map *m, const u8 *key,
		     const char *comma)
{
	const struct ttype *t = m->key;

	if (t->kind != T_TUPLE || !m->key_list) {
		value_text(r, out, t, key, IN_KEY);
		return;
	}
	for (u32 i = 0; i < t->count; i++) {
		if (i)
			buf_puts(out, comma);
		value_text(r, out, t->members[i], key + t->offsets[i], IN_KEY);
	}
}

static void number(struct buf *out, const struct ttype *t, u64 value, u32 div)
{
	div = MAX(div, 1u);
	if (t->is_signed)
		buf_printf(out, "%" PRId64, (s64)value / (s64)div);
	else
		buf_printf(out, "%" PRIu64, value / div);
}

static bool is_hist(const struct ttype *t)
{
	return t->kind == T_HIST || t->kind == T_LHIST;
}

static void stats(struct buf *out, const struct row *row, u32 div, bool json)
{
	const struct ttype *t = row->map->value;

	buf_printf(out,
		   json ? "{\"count\": %" PRIu64 ", \"average\": " : "count %" PRIu64 ", average ",
		   LOAD(u64, row->value));
	number(out, t, (u64)row->rank, div);
	buf_puts(out, json ? ", \"total\": " : ", total ");
	number(out, t, LOAD(u64, row->value + 8), div);
	buf_puts(out, json ? "}" : "");
}

static void value_show(struct report *r, struct buf *out, const struct row *row, u32 div, bool json)
{
	const struct ttype *t = row->map->value;

	if (is_hist(t))
		(json ? hist_json : hist_text)(out, t, (const u64 *)row->value, div);
	else if (t->kind == T_STATS)
		stats(out, row, div, json);
	else if (t->kind == T_AVG)
		number(out, t, (u64)row->rank, div);
	else if (t_is_aggregation(t))
		number(out, t, LOAD(u64, row->value), div);
	else if (t->kind == T_NUMBER && div > 1)
		number(out, t, (u64)value_number(t, row->value), div);
	else
		(json ? (void)value_json(r, out, t, row->value)
		      : value_text(r, out, t, row->value, 0));
}

static void row_text(struct report *r, const struct row *row, u32 div)
{
	buf_puts(&r->line, row->map->name);
	if (row->key) {
		buf_putc(&r->line, '[');
		key_text(r, &r->line, row->map, row->key, ", ");
		buf_putc(&r->line, ']');
	}
	buf_puts(&r->line, is_hist(row->map->value) ? ": \n" : ": ");
	value_show(r, &r->line, row, div, false);
}

static void row_json(struct report *r, const struct row *row, u32 div)
{
	struct buf key = { 0 };

	if (row->key) {
		key_text(r, &key, row->map, row->key, ",");
		json_buf_string(&r->line, buf_str(&key));
		buf_puts(&r->line, ": ");
		buf_fini(&key);
	}
	value_show(r, &r->line, row, div, true);
}

static void show_text(struct report *r, const struct trace_map *m, const struct row *rows,
		      u32 count, u32 div)
{
	for (u32 i = 0; i < count; i++) {
		if (i)
			buf_putc(&r->line, '\n');
		row_text(r, &rows[i], div);
	}
	buf_putc(&r->line, '\n');
	if (m->value->kind == T_AVG || m->value->kind == T_STATS)
		buf_putc(&r->line, '\n');
}

static void show_json(struct report *r, const struct trace_map *m, const struct row *rows,
		      u32 count, u32 div)
{
	const struct ttype *t = m->value;
	const char *type = is_hist(t)				    ? "hist"
			   : t->kind == T_AVG || t->kind == T_STATS ? "stats"
								    : "map";

	if (!count && !keyed(m))
		return;
	buf_printf(&r->line, "{\"type\": \"%s\", \"data\": {", type);
	json_buf_string(&r->line, m->name);
	buf_puts(&r->line, keyed(m) ? ": {" : ": ");
	for (u32 i = 0; i < count; i++) {
		if (i)
			buf_puts(&r->line, ", ");
		row_json(r, &rows[i], div);
	}
	buf_puts(&r->line, keyed(m) ? "}}}\n" : "}}\n");
}

int map_show(struct report *r, const struct trace_map *m, u32 top, u32 div)
{
	struct rows rows = { 0 };
	int err = read_rows(r, m, &rows);
	u32 skip;

	if (rows.len)
		qsort(rows.data, rows.len, sizeof(*rows.data), by_rank);
	skip = top && top < rows.len ? rows.len - top : 0;
	(r->opts.json ? show_json : show_text)(r, m, rows.data + skip, rows.len - skip, div);
	out_line(r);
	rows_fini(&rows);
	return err;
}

void map_entry_show(struct report *r, const struct trace_map *m, const u8 *key, const u8 *value)
{
	struct row row = { .map = m, .key = (u8 *)key, .value = (u8 *)value };

	row.rank = rank_of(m, value);
	(r->opts.json ? show_json : show_text)(r, m, &row, 1, 1);
	out_line(r);
}

/* ---- clear() and zero() ---- */

static int each_key(struct report *r, const struct trace_map *m,
		    int (*fn)(struct report *r, const struct trace_map *m, const u8 *key,
			      u8 *zeros))
{
	struct rows rows = { 0 };
	u8 *zeros = calloc(1, ops_of(r)->map_value_len(live(r, m)));
	int err = zeros ? read_rows(r, m, &rows) : -ENOMEM;

	for (u32 i = 0; !err && i < rows.len; i++) {
		err = fn(r, m, rows.data[i].key, zeros);
		if (err == -ENOENT)
			err = 0;
	}
	free(zeros);
	rows_fini(&rows);
	return err;
}

static int set_zero(struct report *r, const struct trace_map *m, const u8 *key, u8 *zeros)
{
	u32 zero = 0;

	if (!keyed(m)) /* it stays set */
		STORE(u64, zeros + ROUND_UP(m->value_size, 8u), 1);
	return ops_of(r)->map_set(live(r, m), key ? key : (const u8 *)&zero, zeros, 0);
}

static int drop(struct report *r, const struct trace_map *m, const u8 *key, u8 *zeros)
{
	u32 zero = 0;

	return keyed(m) ? ops_of(r)->map_del(live(r, m), key)
			: ops_of(r)->map_set(live(r, m), &zero, zeros, 0);
}

int map_clear(struct report *r, const struct trace_map *m)
{
	return each_key(r, m, drop);
}

int map_zero(struct report *r, const struct trace_map *m)
{
	return each_key(r, m, set_zero);
}
