// SPDX-License-Identifier: BSD-2-Clause
/*
 * Programs at static probes of user programs. Arguments are described in a map that the object has
 * when it was made with libbpf's usdt.bpf.h; the cookie says which description is the probe's.
 */
#include <errno.h>
#include <stdlib.h>

#include "kernel/attach.h"
#include "spec/features.h"
#include "spec/prog.h"
#include "symbols/exe.h"
#include "symbols/usdt.h"

#define SPECS_MAP "__bpf_usdt_specs"

static bool fits_usdt(const struct obj_prog *p)
{
	const char *s = p->section ? p->section + (*p->section == '?') : "";

	return p->type == PROG_KPROBE && !p->attach_type && !strncmp(s, "usdt", 4);
}

/* "path:provider:name"; the last two ':' count. "@0x1234" behind it: only the place there. */
static int split(const struct attach_request *r, char *path, size_t size, char *provider,
		 size_t provider_size, const char **name, struct diag *d)
{
	const char *last = strrchr(r->target, ':'), *first = last;
	char file[PATH_MAX];

	while (first && first > r->target && *--first != ':')
		;
	if (!last || first == r->target || !last[1] || first + 1 == last) {
		diag_error(d, -EINVAL, NOWHERE, "program '%s': '%s' names no static probe",
			   r->p->name, r->target);
		diag_hint(d, "write PATH:PROVIDER:NAME");
		return -EINVAL;
	}
	snprintf(file, sizeof(file), "%.*s", (int)(first - r->target), r->target);
	snprintf(provider, provider_size, "%.*s", (int)(last - first - 1), first + 1);
	*name = last + 1;
	return exe_path(path, size, file, d);
}

/* Store the description; *id is what the program finds it by. Without such a map arguments are not
 * asked for. */
static int put_spec(const struct attach_request *r, const struct usdt_spec *spec, u64 *id,
		    struct diag *d)
{
	s32 map = object_map_index(r->u->unit->obj, SPECS_MAP);
	u32 key = r->u->usdt_specs;
	int err;

	*id = r->opts->cookie;
	if (map < 0 || r->u->maps[map].fd < 0)
		return 0;
	if (r->u->unit->obj->maps[map].value_size != sizeof(*spec))
		return diag_error(d, -EINVAL, NOWHERE,
				  "map '" SPECS_MAP "' has values of %u bytes, not %zu",
				  r->u->unit->obj->maps[map].value_size, sizeof(*spec));
	err = sys_map_op(CMD_MAP_UPDATE, r->u->maps[map].fd, &key, spec, 0);
	if (err)
		return diag_error(d, err, NOWHERE,
				  "map '" SPECS_MAP "' has no room for another static probe: %s",
				  sys_error(err));
	r->u->usdt_specs++;
	*id = key;
	return 0;
}

static int probe(struct kernel_link *l, const struct attach_request *r, const char *path,
		 const struct usdt_probe *p, const char *what, struct diag *d)
{
	struct skep_attach_opts opts = *r->opts;
	struct attach_request own = *r;
	struct usdt_spec spec = p->spec;
	int fd, err;

	spec.cookie = r->opts->cookie;
	err = put_spec(r, &spec, &opts.cookie, d);
	if (err)
		return err;
	own.opts = &opts;
	fd = uprobe_open(path, p->offset, p->semaphore, false, r->opts->pid);
	return fd < 0 ? attach_refused(r, fd, what, d) : link_perf(l, &own, fd, what, d);
}

static int do_usdt(struct kernel_link *l, const struct attach_request *r, struct diag *d)
{
	char path[PATH_MAX], provider[128], what[PATH_MAX + 300];
	struct usdt_probes probes = { 0 };
	struct usdt_probe *p;
	const char *name, *at;
	char only[128];
	int err = split(r, path, sizeof(path), provider, sizeof(provider), &name, d);
	u64 offset = 0;

	if (!err && (at = strchr(name, '@'))) {
		offset = strtoull(at + 1, NULL, 0);
		snprintf(only, sizeof(only), "%.*s", (int)(at - name), name);
		name = only;
	}

	if (!err)
		err = usdt_find(&probes, path, provider, name, d);
	snprintf(what, sizeof(what), "static probe %s:%s of '%s'", provider, err ? "" : name, path);
	if (!err && kernel_of(r->u)->release < ERA(5, 15)) {
		err = attach_refused(r, -EOPNOTSUPP, what, d);
		diag_hint(d, "it needs the cookies of Linux 5.15");
	}
	for (p = probes.list.data; !err && p < probes.list.data + probes.list.len; p++)
		err = offset && offset != p->offset ? 0 : probe(l, r, path, p, what, d);
	vec_fini(&probes.list);
	return err;
}

const struct attach_family attach_usdt = { "perf_event", fits_usdt, do_usdt, true };
