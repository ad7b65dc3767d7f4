// SPDX-License-Identifier: BSD-2-Clause
/* Elements of maps as bpftool prints them: hex, or JSON, or decoded through BTF. */
#include <errno.h>
#include <stdlib.h>

#include "api/handle.h"
#include "api/map_info.h"
#include "base/json.h"

enum { ONE_LINE = 24, ONE_LINE_EACH = 16 }; /* bytes of key and value that share a line */

struct dump {
	struct unit_map *m;
	FILE *out;
	struct json *json; /* NULL: hex */
	bool decoded;	   /* only what BTF makes of it */
	u64 count;
	size_t len; /* bytes of a value, all CPUs */
};

static void hex(FILE *out, const u8 *data, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		const char *gap = !i ? "" : i % 16 == 0 ? "\n" : i % 8 == 0 ? "  " : " ";

		fprintf(out, "%s%02x", gap, data[i]);
	}
}

static void hex_element(const struct dump *d, const u8 *key, const u8 *value)
{
	size_t key_len = d->m->src->key_size, len = d->m->src->value_size;
	bool single = key_len + len <= ONE_LINE && MAX(key_len, len) <= ONE_LINE_EACH;

	if (key_len) {
		fputs(single && !map_is_per_cpu(d->m->src) ? "key: " : "key:\n", d->out);
		hex(d->out, key, key_len);
		fputs(single && !map_is_per_cpu(d->m->src) ? "  " : "\n", d->out);
	}
	if (!map_is_per_cpu(d->m->src)) {
		fputs(single ? "value: " : "value:\n", d->out);
		hex(d->out, value, len);
		fputc('\n', d->out);
		return;
	}
	for (size_t cpu = 0; cpu * ROUND_UP(len, 8) < d->len; cpu++) {
		fprintf(d->out, "value (CPU %02zu):%c", cpu, single ? ' ' : '\n');
		hex(d->out, value + cpu * ROUND_UP(len, 8), len);
		fputc('\n', d->out);
	}
}

static void element(struct dump *d, const u8 *key, const u8 *value)
{
	struct buf text = { 0 };

	d->count++;
	if (!d->json) {
		hex_element(d, key, value);
		return;
	}
	if (d->decoded)
		map_json_formatted(d->m, key, value, d->len, &text);
	else
		map_json_element(d->m, key, value, d->len, &text);
	js_raw(d->json, NULL, buf_str(&text));
	buf_fini(&text);
}

static int all(struct dump *d, u8 *key, u8 *next, u8 *value)
{
	const struct engine_ops *ops = d->m->unit->engine->ops;
	int err;

	for (err = ops->map_next(d->m, NULL, next); !err; err = ops->map_next(d->m, key, next)) {
		memcpy(key, next, d->m->src->key_size);
		if (!ops->map_get(d->m, key, value)) /* else: an empty slot, or gone since */
			element(d, key, value);
	}
	return err == -ENOENT ? 0 : err;
}

static int one(struct dump *d, const void *key, u8 *value)
{
	int err = d->m->unit->engine->ops->map_get(d->m, d->m->src->key_size ? key : NULL, value);

	if (!err)
		element(d, key, value);
	else if (err == -ENOENT && d->json)
		js_raw(d->json, NULL, "null");
	else if (err == -ENOENT && d->m->src->key_size) {
		fputs("key:\n", d->out);
		hex(d->out, key, d->m->src->key_size);
		fputs("\n\nNot found\n", d->out);
	}
	return err;
}

int skep_map_dump(struct skep_map *map, const void *key, FILE *out, enum skep_format format)
{
	struct unit_map *m = map_of(map);
	size_t key_len = m->src->key_size;
	struct json json = { .out = out, .pretty = format != SKEP_JSON };
	struct dump d = { .m = m, .out = out, .len = m->unit->engine->ops->map_value_len(m) };
	u8 *room = malloc(2 * key_len + d.len + 3);
	int err;

	if (!room)
		return -ENOMEM;
	d.decoded = format == SKEP_TEXT && m->unit->obj->types && m->src->value_type_id;
	d.json = format == SKEP_TEXT && !d.decoded ? NULL : &json;
	if (key || !key_len) {
		err = one(&d, key, room);
		if (d.json)
			fputc('\n', out);
	} else {
		if (d.json)
			js_open(d.json, NULL, '[');
		err = all(&d, room, room + key_len + 1, room + 2 * key_len + 2);
		if (d.json)
			js_close(d.json, ']');
		else
			fprintf(out, "Found %llu element%s\n", (unsigned long long)d.count,
				d.count == 1 ? "" : "s");
	}
	free(room);
	return err ? err : ferror(out) ? -EIO : 0;
}
