// SPDX-License-Identifier: BSD-2-Clause
#include "preset.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

bool preset_is_attribute(const struct skep_object *obj, const char *spec)
{
	size_t len = strcspn(spec, "=");
	struct skep_map_info info;

	if (len < 2 || !memchr(spec + 1, '.', len - 1))
		return false;
	for (size_t i = 0; skep_object_map(obj, i, &info); i++) {
		if (strlen(info.name) == len && !memcmp(info.name, spec, len))
			return false;
	}
	return true;
}

static int add(struct preset_opts *p, enum skep_preset_kind kind, const char *option,
	       const char *spec)
{
	const char *equals = strchr(spec, '=');
	char *name;

	if (!equals || equals == spec) {
		fprintf(stderr, "error: %s %s: write NAME=VALUE\n", option, spec);
		return -EINVAL;
	}
	name = strndup(spec, (size_t)(equals - spec));
	if (!name)
		return -ENOMEM;
	p->items[p->count++] =
		(struct skep_preset){ .kind = kind, .name = name, .value = equals + 1 };
	return 0;
}

static void forget(struct preset_opts *p)
{
	for (size_t i = 0; i < p->count; i++)
		free((char *)p->items[i].name);
	free(p->items);
	p->items = NULL;
	p->count = 0;
}

static int no_attribute(const char *spec)
{
	fprintf(stderr,
		"error: --map %s: write MAP.ATTRIBUTE=VALUE, such as flows.max_entries=64\n", spec);
	return -EINVAL;
}

int preset_make(struct preset_opts *p, const struct skep_object *obj, bool fills)
{
	int err = 0;

	forget(p);
	p->items = calloc(p->set.count + p->map.count + p->prog.count + 1, sizeof(*p->items));
	if (!p->items)
		return -ENOMEM;
	for (size_t i = 0; !err && i < p->set.count; i++)
		err = add(p, SKEP_PRESET_GLOBAL, "--set", p->set.items[i]);
	for (size_t i = 0; !err && i < p->map.count; i++) {
		if (preset_is_attribute(obj, p->map.items[i]))
			err = add(p, SKEP_PRESET_MAP, "--map", p->map.items[i]);
		else if (!fills)
			err = no_attribute(p->map.items[i]);
	}
	for (size_t i = 0; !err && i < p->prog.count; i++)
		err = add(p, SKEP_PRESET_PROG, "--prog-set", p->prog.items[i]);
	return err;
}

int preset_targets(struct preset_opts *p, const struct skep_object *obj, const char *function)
{
	struct skep_prog_info info;
	struct skep_preset *more;
	size_t n = 0;

	while (skep_object_prog(obj, n, &info))
		n++;
	more = realloc(p->items, (p->count + n + 1) * sizeof(*more));
	if (!more)
		return -ENOMEM;
	p->items = more;
	for (size_t i = 0; skep_object_prog(obj, i, &info); i++) {
		char *name;

		if (info.attach_target || !info.type || strcmp(info.type, "ext"))
			continue;
		if (asprintf(&name, "%s.target", info.name) < 0)
			return -ENOMEM;
		p->items[p->count++] = (struct skep_preset){ .kind = SKEP_PRESET_PROG,
							     .name = name,
							     .value = function };
	}
	return 0;
}

void preset_fini(struct preset_opts *p)
{
	forget(p);
	opt_list_free(&p->set);
	opt_list_free(&p->map);
	opt_list_free(&p->prog);
}
