// SPDX-License-Identifier: BSD-2-Clause
/* Maps of the kernel: what they are, not what they hold. */
#include <errno.h>

#include "kernel/look.h"
#include "spec/map.h"
#include "spec/prog.h"

/* What only fdinfo tells. */
struct extra {
	u64 memlock, frozen, owner_type, owner_jited;
	bool owned;
};

static void map_text(struct look *l, const struct info_map *m, const char *type,
		     const struct extra *x)
{
	const struct prog_info *owner = prog_info((u32)x->owner_type);

	fprintf(l->out, "%u: %s  ", m->id, type);
	if (*m->name)
		fprintf(l->out, "name %s  ", m->name);
	fprintf(l->out, "flags 0x%x\n\tkey %uB  value %uB  max_entries %u", m->flags, m->key_size,
		m->value_size, m->max_entries);
	fprintf(l->out, "  memlock %lluB", (unsigned long long)x->memlock);
	if (x->owned)
		fprintf(l->out, "\n\towner_prog_type %s  owner%s jited",
			owner ? owner->name : "unknown", x->owner_jited ? "" : " not");
	if (m->btf_id || x->frozen)
		fputs("\n\t", l->out);
	if (m->btf_id)
		fprintf(l->out, "btf_id %u", m->btf_id);
	if (x->frozen)
		fprintf(l->out, "%sfrozen", m->btf_id ? "  " : "");
	look_places(l, SYS_MAP, m->id);
	fputc('\n', l->out);
}

static void map_json(struct look *l, const struct info_map *m, const char *type,
		     const struct extra *x)
{
	const struct prog_info *owner = prog_info((u32)x->owner_type);
	struct json *j = l->json;

	js_open(j, NULL, '{');
	js_u64(j, "id", m->id);
	js_str(j, "type", type);
	if (*m->name)
		js_str(j, "name", m->name);
	js_u64(j, "flags", m->flags);
	js_u64(j, "bytes_key", m->key_size);
	js_u64(j, "bytes_value", m->value_size);
	js_u64(j, "max_entries", m->max_entries);
	js_u64(j, "bytes_memlock", x->memlock);
	if (x->owned) {
		js_str(j, "owner_prog_type", owner ? owner->name : "unknown");
		js_bool(j, "owner_jited", x->owner_jited);
	}
	js_u64(j, "frozen", x->frozen);
	if (m->btf_id)
		js_u64(j, "btf_id", m->btf_id);
	look_places(l, SYS_MAP, m->id);
	js_close(j, '}');
}

static int show(struct look *l, int fd)
{
	const struct map_info *type;
	struct info_map m = { 0 };
	struct extra x = { 0 };
	char number[24];
	int err = sys_info(fd, &m, sizeof(m));

	if (err < 0)
		return diag_error(l->d, err, NOWHERE, "the kernel does not describe a map: %s",
				  sys_error(-err));
	look_fdinfo(fd, "memlock", &x.memlock);
	look_fdinfo(fd, "frozen", &x.frozen);
	x.owned = look_fdinfo(fd, "owner_prog_type", &x.owner_type);
	look_fdinfo(fd, "owner_jited", &x.owner_jited);
	type = map_info(m.type);
	snprintf(number, sizeof(number), "type %u", m.type);
	(l->json ? map_json : map_text)(l, &m, type ? type->name : number, &x);
	return 0;
}

int look_maps(struct look *l)
{
	return look_each(l, SYS_MAP, show);
}
