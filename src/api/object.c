// SPDX-License-Identifier: BSD-2-Clause
/* Looking at objects: programs, maps, listings, BTF. */
#include <errno.h>

#include "api/handle.h"
#include "api/map_info.h"
#include "base/str.h"
#include "btf/dump.h"
#include "elf/elf.h"
#include "isa/disasm.h"
#include "object/print.h"
#include "spec/helper.h"
#include "spec/prog.h"

_Static_assert(sizeof(struct skep_insn) == sizeof(struct insn), "same wire format");

const char *skep_version(void)
{
	return SKEP_VERSION;
}

bool skep_object_prog(const struct skep_object *obj, size_t i, struct skep_prog_info *out)
{
	const struct object *o = object_of(obj);
	const struct prog_info *type;
	const struct attach_info *attach;
	const struct obj_prog *p;

	if (i >= o->prog_count)
		return false;
	p = &o->progs[i];
	type = p->type == PROG_UNSPEC ? NULL : prog_info(p->type);
	/* 0 is a real attach type, of one program type only. */
	attach = p->attach_type || p->type == PROG_CGROUP_SKB ? attach_info(p->attach_type) : NULL;
	*out = (struct skep_prog_info){
		.name = p->name,
		.section = p->section,
		.type = type ? type->name : NULL,
		.attach_type = attach ? attach->name : NULL,
		.attach_target = p->attach_target,
		.insns = (const struct skep_insn *)p->insns,
		.insn_count = p->insn_count,
		.func_count = p->func_count,
		.line_count = p->line_count,
		.sleepable = p->sleepable,
		.frags = p->frags,
		.autoload = p->autoload,
	};
	return true;
}

static const char *role_name(const struct obj_map *m)
{
	static const char *const names[] = {
		[MAP_PLAIN] = "map", [MAP_DATA] = "data",	[MAP_RODATA] = "rodata",
		[MAP_BSS] = "bss",   [MAP_KCONFIG] = "kconfig", [MAP_STRUCT_OPS] = "struct_ops",
	};

	return m->template ? "template" : names[m->role];
}

void map_info_fill(struct skep_map_info *out, const struct obj_map *m)
{
	const struct map_info *type = map_info(m->type);

	*out = (struct skep_map_info){
		.name = m->name,
		.type = type ? type->name : NULL,
		.key_size = m->key_size,
		.value_size = m->value_size,
		.max_entries = m->max_entries,
		.flags = m->flags,
		.role = role_name(m),
		.data = m->data,
	};
}

bool skep_object_map(const struct skep_object *obj, size_t i, struct skep_map_info *out)
{
	const struct object *o = object_of(obj);

	if (i >= o->map_count)
		return false;
	map_info_fill(out, &o->maps[i]);
	return true;
}

int skep_object_show(const struct skep_object *obj, FILE *out, enum skep_format format)
{
	return object_show(object_of(obj), out, format);
}

int object_no_prog(const struct object *o, const char *name, struct diag *d)
{
	struct near near = near_start(name, strlen(name));

	diag_error(d, -ENOENT, NOWHERE, "'%s' has no program '%s'", o->name, name);
	for (u32 i = 0; i < o->prog_count; i++)
		near_try(&near, o->progs[i].name);
	if (near.best)
		diag_hint(d, "did you mean '%s'?", near.best);
	return -ENOENT;
}

int skep_object_disasm(const struct skep_object *obj, const char *prog, unsigned flags, FILE *out,
		       struct skep_diag *diag)
{
	const struct object *o = object_of(obj);
	const struct obj_prog *p = NULL;

	if (prog) {
		p = object_prog(o, prog);
		if (!p)
			return object_no_prog(o, prog, diag_of(diag));
	}
	return object_disasm(o, p, flags, out);
}

static const char *helper_name(void *arg, u32 id)
{
	const struct helper_info *info = helper_by_id(id);

	return info ? info->name : NULL;
}

int skep_disasm(const struct skep_insn *insns, size_t count, unsigned flags, FILE *out)
{
	const struct disasm_names names = { .helper = helper_name };
	const struct insn *in = (const struct insn *)insns;
	struct buf line = { 0 };
	int err = count > UINT32_MAX ? -E2BIG : 0;

	for (u32 at = 0; !err && at < count;) {
		u32 slots;

		buf_clear(&line);
		slots = disasm_insn(&line, in, (u32)count, at, &names);
		if (flags & SKEP_DISASM_OFFSETS)
			fprintf(out, "%4u: ", at);
		if (flags & SKEP_DISASM_OPCODES) {
			for (u32 i = 0; i < slots * 8; i++)
				fprintf(out, "%02x ", ((const u8 *)&in[at])[i]);
			fputc(' ', out);
		}
		fprintf(out, "%s\n", buf_str(&line));
		err = line.err;
		at += slots;
	}
	buf_fini(&line);
	return err ? err : ferror(out) ? -EIO : 0;
}

int skep_object_write(const struct skep_object *obj, const char *path, struct skep_diag *diag)
{
	return elf_write(object_of(obj), path, diag_of(diag));
}

int skep_btf_dump(const char *path, const char *base_path, const char *format, FILE *out,
		  struct skep_diag *diag)
{
	struct types *base = NULL, *t = NULL;
	struct diag *d = diag_of(diag);
	int err = 0;

	if (!format)
		format = "raw";
	if (strcmp(format, "c") && strcmp(format, "raw") && strcmp(format, "json")) {
		diag_error(d, -EINVAL, NOWHERE, "unknown BTF format '%s'", format);
		diag_hint(d, "formats are c, raw and json");
		return -EINVAL;
	}
	if (base_path)
		err = types_open_file(&base, base_path, NULL, d);
	if (!err)
		err = types_open_file(&t, path, base, d);
	if (err)
		goto out;
	err = *format == 'c'   ? types_dump_c(t, out, d)
	      : *format == 'r' ? types_dump_raw(t, out)
			       : types_dump_json(t, out);
out:
	types_free(t);
	types_free(base);
	return err;
}
