// SPDX-License-Identifier: BSD-2-Clause
/* Externs of section `.kconfig` as a read-only map of one value, filled in when the object is
 * opened. */
#include "elf/kconfig.h"

#include <elf.h>
#include <errno.h>
#include <stdlib.h>

#include "elf/load.h"
#include "elf/relocs.h"
#include "spec/map.h"

struct var {
	u32 id, type, off, size, align; /* id: of the VAR */
	const char *name;
};

static int compare_vars(const void *a, const void *b)
{
	const struct var *x = a, *y = b;

	if (x->align != y->align)
		return x->align > y->align ? -1 : 1;
	if (x->size != y->size)
		return x->size < y->size ? -1 : 1;
	return strcmp(x->name, y->name);
}

s32 kconfig_offset(const struct elf_load *l, const char *name)
{
	const struct types *t = l->obj->types;
	u32 sec = t ? types_find(t, ".kconfig", KIND_DATASEC) : 0;

	for (u32 i = 0; sec && i < types_vlen(t, sec); i++) {
		struct type_secinfo info = types_secinfo(t, sec, i);

		if (!strcmp(types_name(t, info.type), name))
			return (s32)info.off;
	}
	return -1;
}

static bool is_weak(const struct elf_load *l, const char *name)
{
	for (u32 i = 0; i < l->r.symbol_count; i++) {
		const struct elf_symbol *s = &l->r.symbols[i];

		if (!s->section && !strcmp(s->name, name))
			return s->bind == STB_WEAK;
	}
	return false;
}

static void store(u8 *at, u32 size, u64 value)
{
	memcpy(at, &value, MIN(size, 8)); /* little-endian hosts */
}

static bool fits(u64 value, bool negative, const struct type_int *in)
{
	u32 bits = in->bits;

	if (bits >= 64)
		return true;
	if (!in->is_signed)
		return !negative && value >> bits == 0;
	return negative ? (s64)value >= -(1ll << (bits - 1)) : value < 1ull << (bits - 1);
}

static bool set_int(const struct types *t, const struct var *v, u8 *at, const char *text)
{
	struct type_int in = types_int(t, v->type);
	bool negative = *text == '-', letter = strchr("ynm", *text) && *text && !text[1];
	char *end;
	u64 value;

	if (letter && (in.is_bool || in.is_char || v->size == 1)) {
		if (in.is_bool && *text == 'm')
			return false;
		store(at, v->size, in.is_bool ? *text == 'y' : (u64)*text);
		return true;
	}
	errno = 0;
	value = negative ? (u64)strtoll(text, &end, 0) : strtoull(text, &end, 0);
	if (in.is_bool || errno || end == text || *end || !fits(value, negative, &in))
		return false;
	store(at, v->size, value);
	return true;
}

/* An array of char, of whatever sign. */
static bool is_text(const struct types *t, u32 array)
{
	u32 elem = types_strip(t, types_array(t, array).elem);

	return types_kind(t, elem) == KIND_INT && types_size(t, elem) == 1 &&
	       !types_int(t, elem).is_bool;
}

/* Write the configuration's text as the variable's type wants it; false: it does not fit. */
static bool set_text(const struct types *t, const struct var *v, u8 *at, const char *text)
{
	size_t len = strlen(text);

	switch (types_kind(t, v->type)) {
	case KIND_INT:
		return set_int(t, v, at, text);
	case KIND_ENUM:
		if (strcmp(types_name(t, v->type), "libbpf_tristate") || len != 1 ||
		    !strchr("nym", *text))
			return false;
		store(at, v->size, *text == 'y' ? 1 : *text == 'm' ? 2 : 0);
		return true;
	case KIND_ARRAY:
		if (!is_text(t, v->type) || len < 2 || *text != '"' || text[len - 1] != '"' ||
		    !v->size)
			return false;
		memcpy(at, text + 1, MIN(len - 2, v->size - 1));
		return true;
	default:
		return false;
	}
}

static int fill(struct elf_load *l, const struct buf *config, const struct var *v, u8 *at)
{
	const struct types *t = l->obj->types;
	const char *text;
	u64 value;

	if (kconfig_virtual(config, v->name, &l->scratch, &value)) {
		store(at, v->size, value);
		return 0;
	}
	text = kconfig_find(config, v->name, &l->scratch);
	if (text && !set_text(t, v, at, text)) {
		diag_error(l->d, -EINVAL, NOWHERE,
			   "extern '%s' is %s in the kernel's configuration, which its type cannot "
			   "hold",
			   v->name, text);
		diag_hint(l->d, "y, m, n: bool, char, enum libbpf_tristate; \"text\": an array of "
				"char; numbers: an integer");
		return -EINVAL;
	}
	if (text || is_weak(l, v->name))
		return 0;
	diag_error(l->d, -ESRCH, NOWHERE, "extern '%s' is not set in the kernel's configuration%s",
		   v->name,
		   config->len ? "" : " (neither /boot/config-… nor /proc/config.gz is readable)");
	diag_hint(l->d, "declare it __weak to read 0 when it is missing");
	return -ESRCH;
}

/* Offsets by alignment, then size, into `vars` and into the object's BTF. Returns the map's size.
 */
static u32 place(struct elf_load *l, u32 sec, struct var *vars, u32 count)
{
	struct type *type = (struct type *)types_get(l->obj->types, sec);
	struct type_secinfo *info = (struct type_secinfo *)(type + 1); /* as in the file */
	u64 size = 0;

	qsort(vars, count, sizeof(*vars), compare_vars);
	for (u32 i = 0; i < count; i++) {
		size = ROUND_UP(size, vars[i].align);
		vars[i].off = (u32)size;
		size += vars[i].size;
		info[i] = (struct type_secinfo){ vars[i].id, vars[i].off, vars[i].size };
	}
	type->size = (u32)size;
	return size > 1 << 20 ? 0 : type->size;
}

static int read_vars(struct elf_load *l, u32 sec, struct var *vars, u32 count)
{
	const struct types *t = l->obj->types;

	for (u32 i = 0; i < count; i++) {
		struct var *v = &vars[i];
		s64 size;

		v->id = types_secinfo(t, sec, i).type;
		v->name = types_name(t, v->id);
		v->type = types_strip(t, types_ref(t, v->id));
		v->align = types_align(t, v->type);
		size = types_size(t, v->type);
		if (size <= 0 || size > 1 << 16 || types_kind(t, v->id) != KIND_VAR)
			return diag_error(l->d, -EINVAL, NOWHERE,
					  "extern '%s' of .kconfig has no usable type", v->name);
		v->size = (u32)size;
	}
	return 0;
}

static int fill_map(struct elf_load *l, const struct var *vars, u32 count, u32 size, u32 sec)
{
	u8 *data = arena_alloc(&l->obj->arena, size);
	struct buf config = { 0 };
	struct obj_map *m = load_map(l, ".kconfig", (struct elf_map){ 0 });
	int err = 0;

	if (!m || !data)
		return diag_nomem(l->d);
	m->type = MAP_TYPE_ARRAY;
	m->role = MAP_KCONFIG;
	m->key_size = 4;
	m->value_size = size;
	m->max_entries = 1;
	m->flags = MAP_RDONLY_PROG | MAP_MMAPABLE;
	m->value_type_id = sec;
	m->data = data;
	kconfig_read(&config);
	for (u32 i = 0; !err && i < count; i++)
		err = fill(l, &config, &vars[i], data + vars[i].off);
	buf_fini(&config);
	return err;
}

int load_kconfig(struct elf_load *l)
{
	const struct types *t = l->obj->types;
	u32 sec = t ? types_find(t, ".kconfig", KIND_DATASEC) : 0, count, size;
	struct var *vars;
	int err;

	count = sec ? types_vlen(t, sec) : 0;
	if (!count)
		return 0;
	vars = arena_array(&l->scratch, count, sizeof(*vars));
	if (!vars)
		return diag_nomem(l->d);
	err = read_vars(l, sec, vars, count);
	if (err)
		return err;
	size = place(l, sec, vars, count);
	if (!size)
		return diag_error(l->d, -E2BIG, NOWHERE, "externs of .kconfig take over 1 MiB");
	return fill_map(l, vars, count, size, sec);
}
