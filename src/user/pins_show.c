// SPDX-License-Identifier: BSD-2-Clause
/* Which maps are pinned in a run directory, in the shape in which bpftool lists the kernel's. */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>

#include "base/json.h"
#include "map/pin.h"
#include "spec/map.h"
#include "user/pins.h"

static void show_text(const struct map *m, const char *path, FILE *out)
{
	fprintf(out, "%s  name %s  flags 0x%x\n", map_info(m->def.type)->name,
		*m->def.name ? m->def.name : "-", m->def.flags);
	fprintf(out, "\tkey %uB  value %uB  max_entries %u  memory %lluB\n", m->def.key_size,
		m->def.value_size, m->def.max_entries, (unsigned long long)segment_size(m));
	fprintf(out, "\tpinned %s%s\n", path, map_frozen(m) ? "  frozen" : "");
}

static void show_json(const struct map *m, const char *path, struct json *js)
{
	js_open(js, NULL, '{');
	js_str(js, "type", map_info(m->def.type)->name);
	js_str(js, "name", m->def.name);
	js_u64(js, "flags", m->def.flags);
	js_u64(js, "bytes_key", m->def.key_size);
	js_u64(js, "bytes_value", m->def.value_size);
	js_u64(js, "max_entries", m->def.max_entries);
	js_u64(js, "bytes_memlock", segment_size(m));
	js_u64(js, "frozen", map_frozen(m));
	js_open(js, "pinned", '[');
	js_str(js, NULL, path);
	js_close(js, ']');
	js_close(js, '}');
}

static int show_one(const char *path, FILE *out, struct json *js, struct diag *d)
{
	struct map *m;
	int err = pin_open(&m, path, d);

	if (err)
		return err;
	if (js)
		show_json(m, path, js);
	else
		show_text(m, path, out);
	map_free(m);
	return 0;
}

static int is_name(const struct dirent *e)
{
	return e->d_name[0] != '.' && (e->d_type == DT_REG || e->d_type == DT_UNKNOWN);
}

/* What cannot be opened is told; the others are shown all the same. */
static int show_folder(const char *folder, FILE *out, struct json *js, struct diag *d)
{
	struct dirent **names;
	int n = scandir(folder, &names, is_name, alphasort), first = 0;

	if (n < 0)
		return diag_error(d, -errno, NOWHERE, "folder '%s' cannot be read: %s", folder,
				  strerror(errno));
	for (int i = 0; i < n; i++) {
		char *path;
		int err;

		if (asprintf(&path, "%s/%s", folder, names[i]->d_name) < 0)
			path = NULL;
		err = path ? show_one(path, out, js, d) : -ENOMEM;
		first = first ? first : err;
		free(path);
		free(names[i]);
	}
	free(names);
	return first;
}

int user_maps_show(const char *folder, const char *name, FILE *out, enum skep_format format,
		   struct diag *d)
{
	struct json json = { .out = out, .pretty = format == SKEP_JSON_PRETTY };
	struct json *js = format == SKEP_TEXT ? NULL : &json;
	char *path;
	int err;

	err = name ? pin_path(&path, name, folder, d) : pin_folder(&path, folder, d);
	if (err)
		return err;
	if (js && !name)
		js_open(js, NULL, '[');
	err = name ? show_one(path, out, js, d) : show_folder(path, out, js, d);
	if (js && !name)
		js_close(js, ']');
	free(path);
	return err;
}
