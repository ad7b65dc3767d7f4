// SPDX-License-Identifier: BSD-2-Clause
/* skep run --map NAME=KEY:VALUE. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "run.h"

/* The colon between key and value: not inside {} or [], which may hold addresses. */
static const char *split(const char *s)
{
	bool quoted = false;
	int depth = 0;

	if (!strncmp(s, "hex:", 4))
		s += 4;
	for (; *s; s++) {
		if (*s == '"')
			quoted = !quoted;
		if (quoted)
			continue;
		depth += (*s == '{' || *s == '[') - (*s == '}' || *s == ']');
		if (*s == ':' && !depth)
			return s;
	}
	return NULL;
}

/* Text from..to without the [] that may protect an address. The caller frees it. */
static char *part(const char *from, const char *to)
{
	if (to - from >= 2 && *from == '[' && to[-1] == ']')
		from++, to--;
	return strndup(from, (size_t)(to - from));
}

static int complain(const char *spec, const char *why)
{
	fprintf(stderr, "skep run: --map %s: %s\n", spec, why);
	return -EINVAL;
}

static int no_map(struct skep_unit *unit, const char *spec)
{
	struct skep_map_info info;
	struct skep_map *map;

	fprintf(stderr, "skep run: --map %s: the object has no such map; it has", spec);
	for (size_t i = 0; skep_unit_map(unit, i, &map); i++) {
		if (!map)
			continue;
		skep_map_info(map, &info);
		fprintf(stderr, " %s", info.name);
	}
	fputc('\n', stderr);
	return -ENOENT;
}

static int store(struct skep_map *map, const char *spec, const uint8_t *key, uint8_t *value)
{
	struct skep_map_info info;
	size_t len = skep_map_value_len(map), stride;
	int err;

	skep_map_info(map, &info);
	stride = (info.value_size + 7u) / 8 * 8;
	for (size_t at = stride; at + info.value_size <= len; at += stride)
		memcpy(value + at, value, info.value_size); /* the same on every CPU */
	err = skep_map_set(map, key, value, 0);
	if (err)
		fprintf(stderr, "skep run: --map %s: %s\n", spec,
			err == -E2BIG	 ? "the map is full, or the index is past its end"
			: err == -EPERM	 ? "the map is read-only"
			: err == -ENOENT ? "it is not loaded: --prog with its name says why"
					 : strerror(-err));
	return err;
}

int run_fill_map(struct skep_unit *unit, const char *spec, struct skep_diag *diag)
{
	const char *equals = strchr(spec, '='), *colon;
	char *name, *key_text = NULL, *value_text = NULL;
	uint8_t *key = NULL, *value = NULL;
	struct skep_map_info info;
	struct skep_map *map;
	int err = -ENOMEM;

	if (!equals || equals == spec)
		return complain(spec, "write NAME=KEY:VALUE");
	name = strndup(spec, (size_t)(equals - spec));
	map = name ? skep_map_find(unit, name) : NULL;
	free(name);
	if (!map)
		return no_map(unit, spec);
	skep_map_info(map, &info);
	if (!info.value_size)
		return complain(spec, "this map is not filled from outside");
	/* Queues and the like have no keys: NAME=VALUE. */
	colon = info.key_size ? split(equals + 1) : equals;
	if (!colon)
		return complain(spec, "write NAME=KEY:VALUE ([…] around a key with colons)");
	key_text = info.key_size ? part(equals + 1, colon) : strdup("");
	value_text = part(colon + 1, colon + strlen(colon));
	key = calloc(1, info.key_size + 1);
	value = calloc(1, skep_map_value_len(map) + info.value_size + 8);
	if (key_text && value_text && key && value)
		err = info.key_size ? skep_map_parse(map, true, key_text, key, diag) : 0;
	if (!err)
		err = skep_map_parse(map, false, value_text, value, diag);
	if (!err)
		err = store(map, spec, key, value);
	free(key_text);
	free(value_text);
	free(key);
	free(value);
	return err;
}
