// SPDX-License-Identifier: BSD-2-Clause
/* Live maps: single elements, and whole maps printed through their BTF. */
#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>

#include "api/handle.h"
#include "api/map_info.h"
#include "base/json.h"
#include "btf/dump.h"

/* Arrays of more elements than this are printed without their all-zero elements. */
enum { ARRAY_SHOW_ALL = 16 };

struct skep_map *skep_map_find(struct skep_unit *unit, const char *name)
{
	struct unit *u = unit_of(unit);
	s32 i = object_map_index(u->obj, name);

	return i >= 0 && u->maps[i].impl ? map_handle(&u->maps[i]) : NULL;
}

bool skep_unit_map(struct skep_unit *unit, size_t i, struct skep_map **out)
{
	struct unit *u = unit_of(unit);

	if (i >= u->obj->map_count)
		return false;
	*out = u->maps[i].impl ? map_handle(&u->maps[i]) : NULL;
	return true;
}

int skep_map_info(const struct skep_map *map, struct skep_map_info *out)
{
	map_info_fill(out, map_of(map)->src);
	return 0;
}

static const struct engine_ops *ops_of(const struct unit_map *m)
{
	return m->unit->engine->ops;
}

size_t skep_map_value_len(const struct skep_map *map)
{
	return ops_of(map_of(map))->map_value_len(map_of(map));
}

void *skep_map_memory(struct skep_map *map)
{
	return ops_of(map_of(map))->map_memory(map_of(map));
}

int skep_map_get(struct skep_map *map, const void *key, void *value)
{
	return ops_of(map_of(map))->map_get(map_of(map), key, value);
}

int skep_map_set(struct skep_map *map, const void *key, const void *value, uint64_t flags)
{
	return ops_of(map_of(map))->map_set(map_of(map), key, value, flags);
}

int skep_map_del(struct skep_map *map, const void *key)
{
	return ops_of(map_of(map))->map_del(map_of(map), key);
}

int skep_map_next(struct skep_map *map, const void *key, void *next_key)
{
	return ops_of(map_of(map))->map_next(map_of(map), key, next_key);
}

int skep_map_take(struct skep_map *map, const void *key, void *value)
{
	return ops_of(map_of(map))->map_take(map_of(map), key, value);
}

int skep_map_batch(struct skep_map *map, enum skep_map_batch_op op, struct skep_map_batch *batch)
{
	if (batch->size < sizeof(*batch))
		return -EINVAL;
	return ops_of(map_of(map))->map_batch(map_of(map), op, batch);
}

int skep_map_freeze(struct skep_map *map)
{
	return ops_of(map_of(map))->map_freeze(map_of(map));
}

int skep_map_pin(struct skep_map *map, const char *path, struct skep_diag *diag)
{
	struct unit_map *m = map_of(map);

	if (!ops_of(m)->map_pin)
		return diag_error(diag_of(diag), -EOPNOTSUPP, NOWHERE,
				  "maps of the engine '%s' cannot be pinned", ops_of(m)->kind);
	return ops_of(m)->map_pin(m, path, diag_of(diag));
}

/* ---- printing ---- */

static bool is_array(const struct obj_map *m)
{
	return m->type == MAP_TYPE_ARRAY || m->type == MAP_TYPE_PERCPU_ARRAY;
}

/* Maps whose value is one for each CPU, each rounded up to 8 bytes. */
bool map_is_per_cpu(const struct obj_map *m)
{
	return m->type == MAP_TYPE_PERCPU_ARRAY || m->type == MAP_TYPE_PERCPU_HASH ||
	       m->type == MAP_TYPE_LRU_PERCPU_HASH;
}

static bool all_zero(const u8 *data, size_t len)
{
	return !len || (!data[0] && !memcmp(data, data + 1, len - 1));
}

/* Maps whose elements a system call can walk and read. */
static bool is_walkable(const struct obj_map *m)
{
	switch (m->type) {
	case MAP_TYPE_RINGBUF:
	case MAP_TYPE_USER_RINGBUF:
	case MAP_TYPE_QUEUE:
	case MAP_TYPE_STACK:
	case MAP_TYPE_BLOOM_FILTER:
	case MAP_TYPE_PERF_EVENT_ARRAY:
		return false;
	default:
		return true;
	}
}

/* An LPM key as an address prefix: 4 bytes of prefix length, then an IPv4 or IPv6 address. */
static bool print_prefix(const struct obj_map *m, const u8 *key, struct buf *out)
{
	char text[INET6_ADDRSTRLEN];
	int family = m->key_size == 8 ? AF_INET : m->key_size == 20 ? AF_INET6 : -1;

	if (m->type != MAP_TYPE_LPM_TRIE || family < 0)
		return false;
	inet_ntop(family, key + 4, text, sizeof(text));
	buf_printf(out, "%s/%u", text, LOAD(u32, key));
	return true;
}

static void print_bytes(struct buf *out, const u8 *data, size_t len, bool json)
{
	if (json)
		buf_putc(out, '[');
	for (size_t i = 0; i < len; i++)
		buf_printf(out, json ? "%s\"0x%02x\"" : "%s%02x", i ? json ? "," : " " : "",
			   data[i]);
	if (json)
		buf_putc(out, ']');
}

/* Without BTF, 1, 2, 4 and 8 bytes read best as a number. */
static void print_plain(struct buf *out, const u8 *data, size_t len)
{
	u64 number = 0;

	if (len > 8 || (len & (len - 1))) {
		print_bytes(out, data, len, false);
		return;
	}
	memcpy(&number, data, len);
	buf_printf(out, "%llu", (unsigned long long)number);
}

static void print_typed(const struct unit_map *m, u32 type, const u8 *data, size_t len,
			enum skep_format format, struct buf *out)
{
	const struct types *t = m->unit->obj->types;

	if (t && type)
		types_value(t, type, data, len, format == SKEP_JSON ? VALUE_JSON : VALUE_C, out);
	else if (format == SKEP_JSON)
		print_bytes(out, data, len, true);
	else
		print_plain(out, data, len);
}

static void text_value(const struct unit_map *m, const u8 *value, size_t len, struct buf *out)
{
	size_t size = m->src->value_size, stride = ROUND_UP(size, 8);

	if (!map_is_per_cpu(m->src)) {
		print_typed(m, m->src->value_type_id, value, size, SKEP_TEXT, out);
		return;
	}
	for (size_t cpu = 0, shown = 0; cpu < len / stride; cpu++) {
		const u8 *at = value + cpu * stride;

		if (all_zero(at, size))
			continue;
		buf_printf(out, "%scpu%zu: ", shown++ ? ", " : "", cpu);
		print_typed(m, m->src->value_type_id, at, size, SKEP_TEXT, out);
	}
	if (all_zero(value, len))
		buf_puts(out, "0 on every cpu");
}

static void text_element(const struct unit_map *m, const u8 *key, const u8 *value, size_t len,
			 struct buf *out)
{
	buf_puts(out, "  ");
	if (m->src->role == MAP_PLAIN) {
		if (!print_prefix(m->src, key, out))
			print_typed(m, m->src->key_type_id, key, m->src->key_size, SKEP_TEXT, out);
		buf_puts(out, ": ");
	}
	text_value(m, value, len, out);
	buf_putc(out, '\n');
}

/* As bpftool -j map dump: raw bytes, then "formatted" where BTF knows the types. */
static void json_value(const struct unit_map *m, const u8 *value, size_t len, bool typed,
		       bool comma, struct buf *out)
{
	size_t size = m->src->value_size, stride = ROUND_UP(size, 8);
	u32 type = typed ? m->src->value_type_id : 0;

	if (!map_is_per_cpu(m->src)) {
		buf_puts(out, comma ? ",\"value\":" : "\"value\":");
		print_typed(m, type, value, size, SKEP_JSON, out);
		return;
	}
	buf_puts(out, comma ? ",\"values\":[" : "\"values\":[");
	for (size_t cpu = 0; cpu < len / stride; cpu++) {
		buf_printf(out, "%s{\"cpu\":%zu,\"value\":", cpu ? "," : "", cpu);
		print_typed(m, type, value + cpu * stride, size, SKEP_JSON, out);
		buf_putc(out, '}');
	}
	buf_putc(out, ']');
}

void map_json_formatted(const struct unit_map *m, const u8 *key, const u8 *value, size_t len,
			struct buf *out)
{
	u32 key_type = m->src->key_type_id;

	buf_putc(out, '{');
	if (key_type) {
		buf_puts(out, "\"key\":");
		print_typed(m, key_type, key, m->src->key_size, SKEP_JSON, out);
	}
	json_value(m, value, len, true, key_type != 0, out);
	buf_putc(out, '}');
}

void map_json_element(const struct unit_map *m, const u8 *key, const u8 *value, size_t len,
		      struct buf *out)
{
	buf_puts(out, "{\"key\":");
	print_bytes(out, key, m->src->key_size, true);
	json_value(m, value, len, false, true, out);
	if (m->unit->obj->types && m->src->value_type_id) {
		buf_puts(out, ",\"formatted\":");
		map_json_formatted(m, key, value, len, out);
	}
	buf_putc(out, '}');
}

struct listing {
	struct buf text;
	u64 shown, hidden;
};

static int list_elements(struct listing *l, struct unit_map *m, enum skep_format format)
{
	size_t len = ops_of(m)->map_value_len(m);
	u8 *value = malloc(len + 1), *key = malloc(m->src->key_size + 1), *next;
	bool brief =
		format == SKEP_TEXT && is_array(m->src) && m->src->max_entries > ARRAY_SHOW_ALL;
	int err = -ENOMEM;

	next = malloc(m->src->key_size + 1);
	if (!value || !key || !next)
		goto out;
	for (err = ops_of(m)->map_next(m, NULL, next); !err;
	     err = ops_of(m)->map_next(m, key, next)) {
		memcpy(key, next, m->src->key_size);
		if (ops_of(m)->map_get(m, key, value))
			continue; /* an empty slot, or gone since */
		if (brief && all_zero(value, len)) {
			l->hidden++;
			continue;
		}
		if (format == SKEP_JSON && l->shown)
			buf_putc(&l->text, ',');
		l->shown++;
		(format == SKEP_JSON ? map_json_element : text_element)(m, key, value, len,
									&l->text);
	}
	err = err == -ENOENT ? l->text.err : err;
out:
	free(value);
	free(key);
	free(next);
	return err;
}

static void print_heading(const struct unit_map *m, const struct listing *l, FILE *out)
{
	struct skep_map_info info;

	map_info_fill(&info, m->src);
	fprintf(out, "%s (%s", info.name, info.type ? info.type : "?");
	if (m->src->role == MAP_PLAIN && is_walkable(m->src))
		fprintf(out, ", %llu of %u", (unsigned long long)(l->shown + l->hidden),
			info.max_entries);
	else if (m->src->role != MAP_PLAIN)
		fprintf(out, ", %u bytes", info.value_size);
	fputs(")\n", out);
}

int skep_map_print(struct skep_map *map, FILE *out, enum skep_format format)
{
	struct unit_map *m = map_of(map);
	struct listing l = { 0 };
	int err = is_walkable(m->src) ? list_elements(&l, m, format) : 0;

	if (err)
		goto out;
	if (format == SKEP_JSON) {
		fprintf(out, "[%s]", buf_str(&l.text));
	} else {
		print_heading(m, &l, out);
		fputs(buf_str(&l.text), out);
		if (l.hidden)
			fprintf(out, "  (%llu elements of zeros not shown)\n",
				(unsigned long long)l.hidden);
	}
	err = ferror(out) ? -EIO : 0;
out:
	buf_fini(&l.text);
	return err;
}

/* ---- events ---- */

/*
 * The type of an event: the one named, or else what the ring buffer's definition says through
 * its value type (`__type(value, struct event)`).
 */
static u32 event_type(const struct unit *u, const struct skep_event *ev, const char *name)
{
	static const enum type_kind kinds[] = { KIND_STRUCT, KIND_UNION, KIND_TYPEDEF,
						KIND_INT,    KIND_ENUM,	 KIND_ENUM64 };
	const struct obj_map *m = map_of(ev->map)->src;
	const struct types *t = u->obj->types;
	u32 id = 0;

	if (!t)
		return 0;
	if (!name)
		return m->type == MAP_TYPE_RINGBUF ? m->value_type_id : 0;
	for (size_t i = 0; i < ARRAY_SIZE(kinds) && !id; i++)
		id = types_find(t, name, kinds[i]);
	return id;
}

int skep_event_print(const struct skep_unit *unit, const struct skep_event *ev, const char *type,
		     FILE *out, enum skep_format format)
{
	const struct unit_map *m = map_of(ev->map);
	u32 id = event_type(unit_of(unit), ev, type);
	struct buf text = { 0 };
	int err;

	if (type && !id)
		return -ENOENT;
	if (id && types_size(unit_of(unit)->obj->types, id) > (s64)ev->len)
		id = 0;
	if (format == SKEP_JSON) {
		buf_puts(&text, "{\"map\":");
		json_buf_string(&text, m->src->name);
		buf_printf(&text, ",\"lost\":%llu,\"data\":", (unsigned long long)ev->lost);
	} else {
		buf_printf(&text, "%s: ", m->src->name);
	}
	if (id)
		print_typed(m, id, ev->data, ev->len, format, &text);
	else
		print_bytes(&text, ev->data, ev->len, format == SKEP_JSON);
	buf_puts(&text, format == SKEP_JSON ? "}" : "\n");
	err = text.err;
	if (!err)
		fwrite(text.data, 1, text.len, out);
	buf_fini(&text);
	return err ? err : ferror(out) ? -EIO : 0;
}
