// SPDX-License-Identifier: BSD-2-Clause
#include "trace/probe/tracefs.h"

#include <dirent.h>
#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

const char *tracefs_path(const char *given)
{
	static const char *const places[] = { "/sys/kernel/tracing", "/sys/kernel/debug/tracing" };
	char path[512];

	if (given)
		return given;
	for (u32 i = 0; i < ARRAY_SIZE(places); i++) {
		snprintf(path, sizeof(path), "%s/events", places[i]);
		if (!access(path, X_OK))
			return places[i];
	}
	return NULL;
}

int tracefs_missing(struct diag *d, struct span at)
{
	if (geteuid()) {
		diag_error(d, -EACCES, at, "the events of the kernel are not readable");
		diag_hint(d, "run as root");
		return -EACCES;
	}
	diag_error(d, -ENOENT, at, "the tracing file system is not mounted");
	diag_hint(d, "mount -t tracefs tracefs /sys/kernel/tracing");
	return -ENOENT;
}

/* ---- formats ---- */

static const char *trimmed(struct arena *a, const char *s, size_t len)
{
	while (len && (*s == ' ' || *s == '\t')) {
		s++;
		len--;
	}
	while (len && (s[len - 1] == ' ' || s[len - 1] == '\t'))
		len--;
	return arena_strndup(a, s, len);
}

static bool take_number(const char *line, const char *key, s64 *out)
{
	const char *p = strstr(line, key);

	if (!p)
		return false;
	*out = strtoll(p + strlen(key), NULL, 10);
	return true;
}

static bool is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_';
}

/* "char comm[16]" → type "char", name "comm", count 16. */
static bool split_decl(struct tracefs_field *f, struct arena *a, const char *decl)
{
	size_t end = strlen(decl), start;
	const char *bracket;

	if (!strncmp(decl, "__data_loc ", 11)) {
		f->loc = LOC_DATA;
		decl += 11;
		end -= 11;
	} else if (!strncmp(decl, "__rel_loc ", 10)) {
		f->loc = LOC_REL;
		decl += 10;
		end -= 10;
	}
	bracket = decl + end;
	if (end && decl[end - 1] == ']') {
		while (bracket > decl && *bracket != '[')
			bracket--;
		if (bracket == decl)
			return false;
		f->is_array = true;
		f->count = strtoul(bracket + 1, NULL, 10);
		end = bracket - decl;
	}
	while (end && decl[end - 1] == ' ')
		end--;
	for (start = end; start && is_word(decl[start - 1]); start--)
		;
	f->name = arena_strndup(a, decl + start, end - start);
	/* "char[] name": the brackets stand before the name. */
	while (start && (decl[start - 1] == ' '))
		start--;
	if (start > 1 && decl[start - 1] == ']') {
		while (start && decl[start - 1] != '[')
			start--;
		f->is_array = true;
		f->count = strtoul(decl + start, NULL, 10);
		start -= start > 0;
	}
	f->type = trimmed(a, decl, start);
	return f->name && f->name[0] && f->type && f->type[0];
}

bool tracefs_parse_field(struct tracefs_field *f, struct arena *a, const char *line)
{
	const char *end = strchr(line, ';');
	s64 off, size, sign;

	*f = (struct tracefs_field){ 0 };
	if (!end || !take_number(end, "offset:", &off) || !take_number(end, "size:", &size) ||
	    !take_number(end, "signed:", &sign) || off < 0 || off > 1 << 16 || size < 0 ||
	    size > 1 << 16)
		return false;
	f->off = off;
	f->size = size;
	f->is_signed = sign;
	f->decl = trimmed(a, line, end - line);
	return f->decl && split_decl(f, a, f->decl);
}

static int parse_format(struct tracefs_format *out, struct arena *a, FILE *in)
{
	enum { MOST = 256 };
	char line[1024];

	out->count = 0;
	out->fields = arena_array(a, MOST, sizeof(*out->fields));
	if (!out->fields)
		return -ENOMEM;
	while (out->count < MOST && fgets(line, sizeof(line), in)) {
		char *p = strstr(line, "field:");

		if (!strncmp(line, "print fmt", 9))
			break;
		if (p && tracefs_parse_field(&out->fields[out->count], a, p + 6))
			out->count++;
	}
	return 0;
}

int tracefs_format(struct tracefs_format *out, struct arena *a, const char *root,
		   const char *category, const char *event, struct diag *d)
{
	char path[1024];
	FILE *in;
	int err;

	snprintf(path, sizeof(path), "%s/events/%s/%s/format", root, category, event);
	in = fopen(path, "re");
	if (!in && errno == ENOENT)
		return -ENOENT;
	if (!in)
		return diag_error(d, -errno, NOWHERE, "'%s' cannot be read: %s", path,
				  strerror(errno));
	err = parse_format(out, a, in);
	fclose(in);
	return err ? diag_nomem(d) : 0;
}

/* ---- folders ---- */

static int folders_only(const struct dirent *e)
{
	return e->d_type == DT_DIR && e->d_name[0] != '.';
}

static bool is_plain(const char *s)
{
	return !s[strcspn(s, "*?[")];
}

static int each_event(const char *root, const char *category, const char *event,
		      int (*each)(void *ctx, const char *category, const char *event), void *ctx)
{
	struct dirent **found;
	char path[1024];
	int count, err = 0;

	snprintf(path, sizeof(path), "%s/events/%s", root, category);
	count = scandir(path, &found, folders_only, alphasort);
	for (int i = 0; i < count; i++) {
		if (!err && !fnmatch(event, found[i]->d_name, 0))
			err = each(ctx, category, found[i]->d_name);
		free(found[i]);
	}
	if (count >= 0)
		free(found);
	return err;
}

int tracefs_each(const char *root, const char *category, const char *event,
		 int (*each)(void *ctx, const char *category, const char *event), void *ctx)
{
	struct dirent **found;
	struct stat st;
	char path[1024];
	int count, err = 0;

	if (is_plain(category) && is_plain(event)) {
		snprintf(path, sizeof(path), "%s/events/%s/%s/format", root, category, event);
		return stat(path, &st) ? 0 : each(ctx, category, event);
	}
	if (is_plain(category))
		return each_event(root, category, event, each, ctx);
	snprintf(path, sizeof(path), "%s/events", root);
	count = scandir(path, &found, folders_only, alphasort);
	for (int i = 0; i < count; i++) {
		/* What ftrace itself writes is no event that programs see. */
		if (!err && !fnmatch(category, found[i]->d_name, 0) &&
		    strcmp(found[i]->d_name, "ftrace"))
			err = each_event(root, found[i]->d_name, event, each, ctx);
		free(found[i]);
	}
	if (count >= 0)
		free(found);
	return err;
}
