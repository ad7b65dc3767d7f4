// SPDX-License-Identifier: BSD-2-Clause
/* BTF objects of the kernel: vmlinux's, modules', programs'. */
#include "kernel/look_btf.h"

#include <errno.h>
#include <stdlib.h>

#include "kernel/look.h"

int look_types_open(struct look_types *out, u32 id, const struct types *base, struct diag *d)
{
	struct info_btf info = { 0 };
	int fd = sys_by_id(SYS_BTF, id), err;

	if (fd < 0)
		return diag_error(d, fd, NOWHERE, "BTF %u is out of reach: %s", id, sys_error(-fd));
	err = sys_info(fd, &info, sizeof(info));
	out->data = err < 0 ? NULL : malloc(info.len + 1);
	if (err >= 0 && !out->data)
		err = -ENOMEM;
	if (err >= 0) {
		struct info_btf again = { .btf = sys_ptr(out->data), .len = info.len };

		err = sys_info(fd, &again, sizeof(again));
	}
	sys_close(&fd);
	if (err < 0) {
		look_types_close(out);
		return diag_error(d, err, NOWHERE, "BTF %u cannot be read: %s", id,
				  sys_error(-err));
	}
	err = types_open(&out->types, "BTF", out->data, info.len, base, d);
	if (err)
		look_types_close(out);
	return err;
}

void look_types_close(struct look_types *t)
{
	types_free(t->types);
	free(t->data);
	*t = (struct look_types){ 0 };
}

/* ---- the list ---- */

/* Which programs and maps use which types: asked of the kernel once for all of them. */
struct use {
	u32 btf, id;
	bool map;
};

struct btf_look {
	struct look look; /* first: of programs, then of maps */
	struct look *shown;
	VEC(struct use) uses;
};

static int add_use(struct look *l, u32 btf, u32 id, bool map)
{
	struct btf_look *b = (struct btf_look *)l;
	struct use *u;

	if (!btf)
		return 0;
	u = vec_push(&b->uses);
	if (!u)
		return -ENOMEM;
	*u = (struct use){ btf, id, map };
	return 0;
}

static int use_prog(struct look *l, int fd)
{
	struct info_prog p;

	return look_prog_info(fd, &p) ? 0 : add_use(l, p.btf_id, p.id, false);
}

static int use_map(struct look *l, int fd)
{
	struct info_map m = { 0 };

	return sys_info(fd, &m, sizeof(m)) < 0 ? 0 : add_use(l, m.btf_id, m.id, true);
}

static void uses_json(const struct btf_look *b, const char *name, u32 btf, bool map)
{
	const struct use *u;

	js_open(b->shown->json, name, '[');
	vec_for (u, &b->uses) {
		if (u->btf == btf && u->map == map)
			js_u64(b->shown->json, NULL, u->id);
	}
	js_close(b->shown->json, ']');
}

static void uses_text(const struct btf_look *b, const char *name, u32 btf, bool map)
{
	const struct use *u;
	bool any = false;

	vec_for (u, &b->uses) {
		if (u->btf != btf || u->map != map)
			continue;
		fprintf(b->shown->out, "%s%s%s%u", any ? "," : "  ", any ? "" : name,
			any ? "" : " ", u->id);
		any = true;
	}
}

static void show_btf(struct btf_look *b, const struct info_btf *i, const char *name)
{
	struct look *l = b->shown;

	if (!l->json) {
		fprintf(l->out, i->kernel ? "%u: name [%s]  size %uB" : "%u: name %s  size %uB",
			i->id, *name ? name : "<anon>", i->len);
		uses_text(b, "prog_ids", i->id, false);
		uses_text(b, "map_ids", i->id, true);
		look_places(l, SYS_BTF, i->id);
		fputc('\n', l->out);
		return;
	}
	js_open(l->json, NULL, '{');
	js_u64(l->json, "id", i->id);
	js_u64(l->json, "size", i->len);
	uses_json(b, "prog_ids", i->id, false);
	uses_json(b, "map_ids", i->id, true);
	look_places(l, SYS_BTF, i->id);
	js_bool(l->json, "kernel", i->kernel);
	if (*name)
		js_str(l->json, "name", name);
	js_close(l->json, '}');
}

static int show(struct look *l, int fd)
{
	struct btf_look *b = (struct btf_look *)l;
	char name[128] = "";
	struct info_btf i = { .name = sys_ptr(name), .name_len = sizeof(name) };
	int err = sys_info(fd, &i, sizeof(i));

	if (err < 0)
		return diag_error(l->d, err, NOWHERE, "the kernel does not describe its types: %s",
				  sys_error(-err));
	show_btf(b, &i, name);
	return 0;
}

int look_btfs(struct look *l)
{
	struct btf_look b = { .look = { .d = l->d }, .shown = l };
	int err = look_each(&b.look, SYS_PROG, use_prog);

	if (!err)
		err = look_each(&b.look, SYS_MAP, use_map);
	b.look.by = l->by;
	b.look.value = l->value;
	if (!err)
		err = look_each(&b.look, SYS_BTF, show);
	vec_fini(&b.uses);
	return err;
}
