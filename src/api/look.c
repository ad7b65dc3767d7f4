// SPDX-License-Identifier: BSD-2-Clause
/* What lives in the Linux kernel, printed. */
#include <errno.h>
#include <stdlib.h>

#include "api/handle.h"
#include "api/pins.h"
#include "kernel/feature.h"
#include "kernel/kernel.h"
#include "kernel/look.h"
#include "kernel/look_btf.h"
#include "kernel/look_code.h"
#include "kernel/look_profile.h"
#include "kernel/map_open.h"
#include "kernel/place.h"
#include "kernel/prog_open.h"

static int look_at(enum skep_look what, struct look *l, const struct skep_look_opts *o)
{
	switch (what) {
	case SKEP_LOOK_PROGS:
		return look_progs(l);
	case SKEP_LOOK_MAPS:
		return look_maps(l);
	case SKEP_LOOK_LINKS:
		return look_links(l);
	case SKEP_LOOK_BTF:
		return look_btfs(l);
	case SKEP_LOOK_NET:
		return look_net(l, o->where);
	case SKEP_LOOK_CGROUP:
		return look_cgroups(l, o->where, false, o->effective);
	case SKEP_LOOK_CGROUPS:
		return look_cgroups(l, o->where, true, o->effective);
	}
	return diag_error(l->d, -EINVAL, NOWHERE, "there is nothing of kind %d to look at", what);
}

/* An array of objects, unless one was asked for and found. */
static bool is_list(enum skep_look what, const struct look *l)
{
	static const enum sys_object kinds[] = { SYS_PROG, SYS_MAP, SYS_LINK, SYS_BTF };

	if (what == SKEP_LOOK_CGROUP || what == SKEP_LOOK_CGROUPS)
		return false; /* they write their own */
	return !l->by || what > SKEP_LOOK_BTF || look_count(l, kinds[what]) > 1;
}

int skep_look(enum skep_look what, const struct skep_look_opts *opts, FILE *out,
	      enum skep_format format, struct skep_diag *diag)
{
	struct skep_look_opts ours = { .size = sizeof(ours) };
	struct json json = { .out = out, .pretty = format == SKEP_JSON_PRETTY };
	struct look l = { .out = out, .d = diag_of(diag) };
	char *text = NULL;
	size_t len = 0;
	bool list;
	int err = opts ? opts_copy(&ours, sizeof(ours), opts, "skep_look_opts", l.d) : 0;

	if (err)
		return err;
	if (ours.by && !ours.value)
		return diag_error(l.d, -EINVAL, NOWHERE, "by which %s?", ours.by);
	err = what == SKEP_LOOK_MAPS ? look_is_user(&ours, l.d) : 0;
	if (err)
		return err < 0 ? err : look_user_maps(&ours, out, format, l.d);
	/* No heading stands before an error; of the whole network what can be seen is shown. */
	if (what != SKEP_LOOK_NET || ours.where)
		l.out = json.out = open_memstream(&text, &len);
	if (!l.out)
		return diag_nomem(l.d);
	l.json = format == SKEP_TEXT ? NULL : &json;
	l.by = ours.by;
	l.value = ours.value;
	l.pinned = ours.pinned;
	l.holders = ours.holders;
	look_gather(&l);
	list = l.json && is_list(what, &l);
	if (list)
		js_open(l.json, NULL, '[');
	err = look_at(what, &l, &ours);
	if (list)
		js_close(l.json, ']');
	look_fini(&l);
	if (l.out == out)
		return err;
	if (fclose(l.out))
		err = err ? err : -ENOMEM;
	if (!err && fwrite(text, 1, len, out) != len)
		err = -EIO;
	free(text);
	return err;
}

/* What the functions that work on one object share: its options, checked. */
static int select_one(struct look *l, const struct skep_look_opts *which, struct skep_diag *diag)
{
	struct skep_look_opts ours = { .size = sizeof(ours) };
	int err;

	l->d = diag_of(diag);
	err = opts_copy(&ours, sizeof(ours), which, "skep_look_opts", l->d);
	if (!err && (!ours.by || !ours.value))
		err = diag_error(l->d, -EINVAL, NOWHERE, "which one?");
	l->by = ours.by;
	l->value = ours.value;
	return err;
}

int skep_look_xlated(const struct skep_look_opts *which, unsigned flags, FILE *out,
		     enum skep_format format, struct skep_diag *diag)
{
	struct json json = { .out = out, .pretty = format == SKEP_JSON_PRETTY };
	struct look l = { .out = out, .json = format == SKEP_TEXT ? NULL : &json };
	int err = select_one(&l, which, diag);

	return err ? err : look_xlated(&l, flags);
}

int skep_look_jited(const struct skep_look_opts *which, skep_jited_fn fn, void *arg,
		    struct skep_diag *diag)
{
	struct look l = { 0 };
	int err = select_one(&l, which, diag);

	return err ? err : look_jited(&l, fn, arg);
}

int skep_look_write(const struct skep_look_opts *which, bool jited, const char *path,
		    struct skep_diag *diag)
{
	struct look l = { 0 };
	int err = select_one(&l, which, diag);

	return err ? err : look_code_write(&l, jited, path);
}

int skep_look_pin(enum skep_look what, const struct skep_look_opts *which, const char *path,
		  struct skep_diag *diag)
{
	static const enum sys_object kinds[] = { SYS_PROG, SYS_MAP, SYS_LINK };
	struct look l = { 0 };
	int err = select_one(&l, which, diag);

	if (!err && (u32)what > SKEP_LOOK_LINKS)
		err = diag_error(l.d, -EINVAL, NOWHERE,
				 "programs, maps and links can be pinned, nothing else");
	return err ? err : look_pin(&l, kinds[what], path);
}

int skep_look_detach(const struct skep_look_opts *which, struct skep_diag *diag)
{
	struct look l = { 0 };
	int err = select_one(&l, which, diag);

	return err ? err : look_detach(&l);
}

static int no_place(struct diag *d)
{
	return diag_error(d, -EINVAL, NOWHERE, "programs are put on devices or cgroups");
}

int skep_look_attach(const struct skep_look_opts *which, enum skep_look where, const char *hook,
		     const char *name, unsigned flags, struct skep_diag *diag)
{
	struct look l = { 0 };
	int err = select_one(&l, which, diag);

	if (err)
		return err;
	if (where == SKEP_LOOK_NET)
		return place_on_device(&l, hook, name, flags & SKEP_PLACE_OVERWRITE);
	if (where == SKEP_LOOK_CGROUP)
		return place_on_cgroup(&l, name, hook, flags & 3);
	return no_place(l.d);
}

int skep_look_remove(const struct skep_look_opts *which, enum skep_look where, const char *hook,
		     const char *name, struct skep_diag *diag)
{
	struct look l = { 0 };
	int err;

	if (where == SKEP_LOOK_NET)
		return place_off_device(hook, name, diag_of(diag));
	if (where != SKEP_LOOK_CGROUP)
		return no_place(diag_of(diag));
	err = select_one(&l, which, diag);
	return err ? err : place_off_cgroup(&l, name, hook);
}

static int change_map(const struct skep_look_opts *which, const char *hook,
		      const struct skep_look_opts *map, bool on, struct skep_diag *diag)
{
	struct look l = { 0 }, m = { 0 };
	int err = select_one(&l, which, diag);

	if (!err && map)
		err = select_one(&m, map, diag);
	return err ? err : place_on_map(&l, hook, map ? &m : NULL, on);
}

int skep_look_attach_map(const struct skep_look_opts *which, const char *hook,
			 const struct skep_look_opts *map, struct skep_diag *diag)
{
	return change_map(which, hook, map, true, diag);
}

int skep_look_remove_map(const struct skep_look_opts *which, const char *hook,
			 const struct skep_look_opts *map, struct skep_diag *diag)
{
	return change_map(which, hook, map, false, diag);
}

int skep_look_btf_dump(enum skep_look what, const struct skep_look_opts *which, const char *part,
		       const char *base_path, const char *format, FILE *out, struct skep_diag *diag)
{
	struct look l = { .out = out };
	int err = select_one(&l, which, diag);

	if (!err &&
	    (!format || (strcmp(format, "c") && strcmp(format, "raw") && strcmp(format, "json"))))
		err = diag_error(l.d, -EINVAL, NOWHERE, "formats are c, raw and json");
	return err ? err : look_btf_dump(&l, what, part, base_path, format);
}

const char *skep_metric_name(size_t i)
{
	return profile_metric_name(i);
}

int skep_look_profile(const struct skep_look_opts *which, double seconds,
		      struct skep_metric *metrics, size_t count, struct skep_diag *diag)
{
	struct look l = { 0 };
	int err = select_one(&l, which, diag);

	return err ? err : look_profile(&l, seconds, metrics, count);
}

int skep_prog_open(struct skep_prog **out, const struct skep_look_opts *which,
		   struct skep_diag *diag)
{
	struct look l = { 0 };
	struct unit_prog *p;
	int err = select_one(&l, which, diag);

	if (!err)
		err = kernel_prog_open(&p, &l);
	if (!err)
		*out = prog_handle(p);
	return err;
}

void skep_prog_close(struct skep_prog *prog)
{
	if (prog)
		kernel_prog_close(prog_of(prog));
}

int skep_map_poll(struct skep_map *map, int timeout_ms, skep_event_fn fn, void *arg)
{
	struct unit *u = map_of(map)->unit;

	return u->engine->ops->poll(u, timeout_ms, fn, arg);
}

int skep_feature_probe(const struct skep_feature_opts *opts, FILE *out, enum skep_format format,
		       struct skep_diag *diag)
{
	struct skep_feature_opts ours = { .size = sizeof(ours) };
	struct json json = { .out = out, .pretty = format == SKEP_JSON_PRETTY };
	struct diag *d = diag_of(diag);
	int err = opts ? opts_copy(&ours, sizeof(ours), opts, "skep_feature_opts", d) : 0;
	struct feature_opts o = { ours.prefix, ours.device, ours.full };

	if (!err && o.prefix && format != SKEP_TEXT)
		err = diag_error(d, -EINVAL, NOWHERE, "macros are no JSON");
	return err ? err : feature_probe(&o, out, format == SKEP_TEXT ? NULL : &json, d);
}
