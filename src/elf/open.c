// SPDX-License-Identifier: BSD-2-Clause
#include <elf.h>
#include <errno.h>
#include <stdlib.h>

#include "elf/elf.h"
#include "elf/load.h"

struct obj_map *load_map(struct elf_load *l, const char *name, struct elf_map origin)
{
	struct elf_map *o = vec_push(&l->origins);
	struct obj_map *m = o ? vec_push(&l->maps) : NULL;

	if (!m) {
		diag_nomem(l->d);
		return NULL;
	}
	*o = origin;
	m->inner = -1;
	m->autocreate = true;
	m->name = arena_strdup(&l->obj->arena, name);
	if (!m->name) {
		diag_nomem(l->d);
		return NULL;
	}
	return m;
}

static int load_btf(struct elf_load *l)
{
	u32 i = reader_section(&l->r, ".BTF");
	const struct elf_section *s = &l->r.sections[i];
	void *copy;

	if (!i || !s->data)
		return 0;
	copy = arena_copy(&l->obj->arena, s->data, s->size);
	if (!copy)
		return diag_nomem(l->d);
	return types_open(&l->obj->types, l->r.name, copy, s->size, NULL, l->d);
}

static int load_license(struct elf_load *l)
{
	u32 i = reader_section(&l->r, "license");
	const struct elf_section *s = &l->r.sections[i];

	if (i && s->data) {
		l->obj->license = arena_strndup(&l->obj->arena, (const char *)s->data,
						strnlen((const char *)s->data, s->size));
		if (!l->obj->license)
			return diag_nomem(l->d);
	}
	i = reader_section(&l->r, "version");
	s = &l->r.sections[i];
	if (!i || !s->data)
		return 0;
	if (s->size != 4)
		return diag_error(l->d, -EINVAL, reader_at(&l->r, i, 0),
				  "section 'version' has %llu bytes, not 4",
				  (unsigned long long)s->size);
	l->obj->kern_version = LOAD(u32, s->data);
	return 0;
}

/* Own copies of all executable sections. */
static int load_code(struct elf_load *l)
{
	l->codes = arena_array(&l->scratch, l->r.section_count, sizeof(*l->codes));
	if (!l->codes)
		return diag_nomem(l->d);
	for (u32 i = 1; i < l->r.section_count; i++) {
		const struct elf_section *s = &l->r.sections[i];
		struct elf_code *c = &l->codes[i];

		if (s->type != SHT_PROGBITS || !(s->flags & SHF_EXECINSTR) || !s->size)
			continue;
		if (s->size % sizeof(struct insn)) {
			diag_error(l->d, -EINVAL, reader_at(&l->r, i, 0),
				   "section '%s' has %llu bytes: instructions take 8 each", s->name,
				   (unsigned long long)s->size);
			diag_hint(l->d, "the file is damaged: compile it again");
			return -EINVAL;
		}
		c->count = (u32)(s->size / sizeof(struct insn));
		c->insns = arena_copy(&l->scratch, s->data, s->size);
		c->refs = arena_array(&l->scratch, c->count, sizeof(*c->refs));
		if (!c->insns || !c->refs)
			return diag_nomem(l->d);
	}
	return 0;
}

/* A vector's elements as an array of the object. */
static void *keep(struct elf_load *l, const void *data, u32 count, size_t size)
{
	return count ? arena_copy(&l->obj->arena, data, count * size) : NULL;
}

static int finish(struct elf_load *l)
{
	struct object *obj = l->obj;

	obj->map_count = l->maps.len;
	obj->maps = keep(l, l->maps.data, l->maps.len, sizeof(*obj->maps));
	obj->extern_count = l->externs.len;
	obj->externs = keep(l, l->externs.data, l->externs.len, sizeof(*obj->externs));
	obj->prog_count = l->progs.len;
	obj->progs = keep(l, l->progs.data, l->progs.len, sizeof(*obj->progs));
	if ((obj->map_count && !obj->maps) || (obj->extern_count && !obj->externs) ||
	    (obj->prog_count && !obj->progs))
		return diag_nomem(l->d);
	return 0;
}

static int (*const steps[])(struct elf_load *l) = {
	load_btf,    load_license,    load_code,    load_funcs,	  load_legacy_maps, load_maps,
	load_data,   load_struct_ops, load_kconfig, load_externs, load_datasecs,    load_relocs,
	load_btfext, load_progs,      load_initial, finish,
};

int elf_open(struct object **out, const char *name, const void *data, size_t len,
	     const struct skep_open_opts *opts, struct diag *d)
{
	struct elf_load l = { .d = d, .opts = opts };
	int err;

	l.obj = object_new(name);
	if (!l.obj)
		return diag_nomem(d);
	err = reader_open(&l.r, l.obj->name, data, len, &l.scratch, d);
	for (u32 i = 0; !err && i < ARRAY_SIZE(steps); i++)
		err = steps[i](&l);
	vec_fini(&l.funcs);
	vec_fini(&l.maps);
	vec_fini(&l.origins);
	vec_fini(&l.externs);
	vec_fini(&l.progs);
	arena_fini(&l.scratch);
	if (err) {
		object_free(l.obj);
		return err;
	}
	*out = l.obj;
	return 0;
}
