// SPDX-License-Identifier: BSD-2-Clause
/* .BTF.ext: types of functions, source lines, CO-RE records. Source: Documentation/bpf/btf.rst. */
#include <errno.h>
#include <stdlib.h>

#include "btf/core.h"
#include "elf/load.h"

struct ext_header {
	u16 magic;
	u8 version, flags;
	u32 hdr_len; /* bytes; the offsets below count from the end of the header */
	u32 func_off, func_len, line_off, line_len;
	u32 core_off, core_len; /* since the header has them */
};

struct ext_sec {
	u32 name_off, count;
};
struct ext_func {
	u32 insn_off, type_id;
};
struct ext_line {
	u32 insn_off, file_off, line_off, line_col;
};
struct ext_core {
	u32 insn_off, type_id, access_off, kind;
};

enum ext_part { PART_FUNC, PART_LINE, PART_CORE };
static const char *const part_names[] = { "function", "line", "CO-RE" };

struct ext {
	struct elf_load *l;
	const u8 *data;
	u32 len, section;
	const struct types *target; /* of CO-RE; NULL: none */
};

static int bad(const struct ext *x, u32 off, enum ext_part part, const char *what)
{
	return diag_error(x->l->d, -EINVAL, reader_at(&x->l->r, x->section, off),
			  "section '.BTF.ext': %s information %s", part_names[part], what);
}

/* The object's own copy of the types: a hidden function is none that others may replace. */
static void set_type(struct elf_load *l, struct elf_func *f, u32 id)
{
	struct type *type = (struct type *)(uintptr_t)types_get(l->obj->types, id);

	f->type_id = id;
	if (f->hidden)
		type->info &= ~0xffffu; /* linkage: static */
}

static int add_funcs(struct ext *x, u32 section, const u8 *rec, u32 size, u32 count)
{
	for (u32 i = 0; i < count; i++) {
		struct ext_func f;
		s32 func;

		memcpy(&f, rec + (size_t)i * size, sizeof(f));
		func = f.insn_off % 8 ? -1 : func_at(x->l, section, f.insn_off / 8);
		if (func >= 0 && types_kind(x->l->obj->types, f.type_id) == KIND_FUNC)
			set_type(x->l, &x->l->funcs.data[func], f.type_id);
	}
	return 0;
}

static int compare_lines(const void *a, const void *b)
{
	const struct obj_line *x = a, *y = b;

	return x->insn < y->insn ? -1 : x->insn > y->insn;
}

static int add_lines(struct ext *x, u32 section, const u8 *rec, u32 size, u32 count)
{
	struct elf_code *c = &x->l->codes[section];
	const struct types *t = x->l->obj->types;
	bool sorted = true;

	c->lines = arena_array(&x->l->scratch, count, sizeof(*c->lines));
	if (!c->lines)
		return diag_nomem(x->l->d);
	c->line_count = 0;
	for (u32 i = 0; i < count; i++) {
		struct obj_line *line = &c->lines[c->line_count];
		struct ext_line e;
		const char *text;

		memcpy(&e, rec + (size_t)i * size, sizeof(e));
		if (e.insn_off % 8 || e.insn_off / 8 >= c->count)
			return bad(x, (u32)(rec - x->data), PART_LINE, "is not on an instruction");
		text = types_string(t, e.line_off);
		line->insn = e.insn_off / 8;
		line->line = e.line_col >> 10;
		line->col = e.line_col & 0x3ff;
		line->file = types_string(t, e.file_off);
		line->text = *text ? text : NULL;
		sorted &= !c->line_count || line[-1].insn <= line->insn;
		c->line_count++;
	}
	if (!sorted)
		qsort(c->lines, c->line_count, sizeof(*c->lines), compare_lines);
	return 0;
}

static int add_cores(struct ext *x, u32 section, const u8 *rec, u32 size, u32 count)
{
	struct elf_code *c = &x->l->codes[section];
	const struct types *t = x->l->obj->types;

	c->cores = arena_array(&x->l->scratch, count, sizeof(*c->cores));
	if (!c->cores)
		return diag_nomem(x->l->d);
	c->core_count = 0;
	for (u32 i = 0; i < count; i++) {
		struct obj_core *row = &c->cores[c->core_count].row;
		struct ext_core e;

		memcpy(&e, rec + (size_t)i * size, sizeof(e));
		if (e.insn_off % 8 || e.insn_off / 8 >= c->count)
			return bad(x, (u32)(rec - x->data), PART_CORE, "is not on an instruction");
		if (!e.type_id || e.type_id >= types_count(t))
			return bad(x, (u32)(rec - x->data), PART_CORE, "names a type out of range");
		if (e.kind >= CORE_KIND_COUNT)
			return bad(x, (u32)(rec - x->data), PART_CORE, "is of an unknown kind");
		row->insn = e.insn_off / 8;
		row->kind = e.kind;
		row->type_id = e.type_id;
		row->access = types_string(t, e.access_off);
		c->cores[c->core_count++].section = section;
	}
	return load_core(x->l, section, c->cores, c->core_count, x->target);
}

static const struct {
	u32 min; /* bytes of a record */
	int (*add)(struct ext *x, u32 section, const u8 *rec, u32 size, u32 count);
} parts[] = {
	[PART_FUNC] = { sizeof(struct ext_func), add_funcs },
	[PART_LINE] = { sizeof(struct ext_line), add_lines },
	[PART_CORE] = { sizeof(struct ext_core), add_cores },
};

/* One of the three parts: a record size, then records by section. */
static int read_part(struct ext *x, enum ext_part part, u32 base, u32 off, u32 len)
{
	u32 size, at, end;

	if (!len)
		return 0;
	if (off > x->len - base || len > x->len - base - off || len < 4)
		return bad(x, 0, part, "lies outside the section");
	at = base + off;
	end = at + len;
	size = LOAD(u32, x->data + at);
	if (size < parts[part].min || size > 4096 || size % 4)
		return bad(x, at, part, "has an impossible record size");
	at += 4;
	while (at < end) {
		struct ext_sec sec;
		u32 section;
		int err;

		if (end - at < sizeof(sec))
			return bad(x, at, part, "is cut short");
		memcpy(&sec, x->data + at, sizeof(sec));
		at += sizeof(sec);
		if (sec.count > (end - at) / size)
			return bad(x, at, part, "is cut short");
		section = reader_section(&x->l->r, types_string(x->l->obj->types, sec.name_off));
		if (section && x->l->codes[section].insns && sec.count) {
			err = parts[part].add(x, section, x->data + at, size, sec.count);
			if (err)
				return err;
		}
		at += sec.count * size;
	}
	return 0;
}

static int open_target(struct elf_load *l, struct types **out)
{
	const char *path = l->opts ? l->opts->btf_path : NULL;
	struct types *t = NULL;
	int err;

	if (path && !strcmp(path, "none"))
		return 0;
	if (!path) { /* the running kernel's, if there is one */
		if (!types_open_file(&t, "/sys/kernel/btf/vmlinux", NULL, NULL))
			*out = t;
		return 0;
	}
	err = types_open_file(&t, path, NULL, l->d);
	if (!err)
		*out = t;
	return err;
}

static int read_header(struct ext *x, struct ext_header *h)
{
	u32 len;

	memset(h, 0, sizeof(*h));
	if (x->len < offsetof(struct ext_header, core_off))
		return bad(x, 0, PART_FUNC, "has no complete header");
	len = LOAD(u32, x->data + offsetof(struct ext_header, hdr_len));
	memcpy(h, x->data, MIN(MIN(len, x->len), sizeof(*h)));
	if (h->magic != 0xeb9f || h->version != 1)
		return bad(x, 0, PART_FUNC, "has an unknown magic or version");
	if (len < offsetof(struct ext_header, core_off) || len > x->len)
		return bad(x, 4, PART_FUNC, "has an impossible header length");
	return 0;
}

int load_btfext(struct elf_load *l)
{
	struct ext x = { .l = l, .section = reader_section(&l->r, ".BTF.ext") };
	const struct elf_section *s = &l->r.sections[x.section];
	struct types *target = NULL;
	struct ext_header h;
	int err;

	if (!x.section || !s->data || !s->size || !l->obj->types)
		return 0;
	x.data = s->data;
	x.len = (u32)s->size;
	err = read_header(&x, &h);
	if (!err)
		err = read_part(&x, PART_FUNC, h.hdr_len, h.func_off, h.func_len);
	if (!err)
		err = read_part(&x, PART_LINE, h.hdr_len, h.line_off, h.line_len);
	if (!err && h.core_len > 4)
		err = open_target(l, &target);
	x.target = target;
	if (!err)
		err = read_part(&x, PART_CORE, h.hdr_len, h.core_off, h.core_len);
	if (!err && target && !(l->opts && l->opts->btf_path))
		l->obj->kernel_types = target;
	else
		types_free(target);
	return err;
}
