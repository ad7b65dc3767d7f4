// SPDX-License-Identifier: BSD-2-Clause
/*
 * Maps as BTF-defined maps (`.maps`), globals as data sections, .BTF and .BTF.ext. An object that
 * has BTF keeps it, and what is missing is appended; one without gets what loaders need.
 */
#include <elf.h>
#include <errno.h>

#include "elf/write.h"
#include "spec/map.h"

#ifndef R_BPF_64_ABS64
#define R_BPF_64_ABS64 2
#endif

enum { LINKAGE_STATIC, LINKAGE_GLOBAL };
enum { BTF_EXT_MAGIC = 0xeb9f, BTF_EXT_HEADER = 24, FUNC_RECORD = 8, LINE_RECORD = 16 };
enum { MAX_COL = 1023, MAX_SLOTS = 65536 };

#define MAPS_SECTION ".maps"

struct map_types {
	u32 int_id;	      /* BTF number */
	struct map_def *defs; /* one per map */
};

struct map_def {
	u32 type, size; /* BTF number of its struct, 0: not made yet; bytes */
	u32 values;	/* bytes before the static slots */
	u32 var, off;	/* BTF number of its variable; bytes in .maps */
};

/* A definition's struct while it is being made: pointer members, 8 bytes each. */
struct members {
	struct elf_writer *w;
	u32 int_id, count;
	struct {
		const char *name;
		u32 type;
	} list[12];
};

/* ---- BTF of maps ---- */

/* Is that section of the source written again under its name? */
static bool has_section(const struct object *obj, const char *name)
{
	s32 map = object_map_index(obj, name);

	if (!strcmp(name, ".ksyms"))
		return obj->extern_count > 0;
	return map >= 0 && obj->maps[map].role != MAP_PLAIN && obj->maps[map].role != MAP_KCONFIG;
}

/*
 * A section that is not written must not be described, but the types after it keep their numbers:
 * it becomes a struct without names, which takes as many bytes in the file. Its members are `int`,
 * the first type that is added to the object's own.
 */
static void drop_datasec(const struct types *t, u32 id, u8 *at)
{
	u32 count = types_vlen(t, id), header[3] = { 0, KIND_STRUCT << 24 | count, 4 * count };

	memcpy(at, header, sizeof(header));
	for (u32 i = 0; i < count; i++) {
		u32 member[3] = { 0, types_count(t), 32 * i };

		memcpy(at + sizeof(header) + i * sizeof(member), member, sizeof(member));
	}
}

/* Is that a variable of a map's old definition, or of .kconfig, whose values are constants now? */
static bool is_dropped(const struct object *obj, const struct types *t, u32 var)
{
	static const char *const sections[] = { MAPS_SECTION, "maps", ".kconfig" };

	for (size_t s = 0; s < ARRAY_SIZE(sections); s++) {
		u32 sec = types_find(t, sections[s], KIND_DATASEC);

		for (u32 i = 0; sec && i < types_vlen(t, sec); i++) {
			if (types_secinfo(t, sec, i).type == var)
				return true;
		}
	}
	/* One that stands in no section: a map's in objects of bpf-gcc. */
	return object_map_index(obj, types_name(t, var)) >= 0;
}

/* It must neither be found by its old name nor be extern. */
static void drop_var(u8 *at, u32 name)
{
	STORE(u32, at, name);
	STORE(u32, at + sizeof(struct type), LINKAGE_GLOBAL);
}

/* Start from the object's own BTF: its types keep their numbers. */
static void seed_types(struct elf_writer *w)
{
	const struct types *t = w->obj->types;
	size_t len;
	const u8 *raw, *types;

	if (!t)
		return;
	raw = types_raw(t, &len);
	types = raw + LOAD(u32, raw + 4) + LOAD(u32, raw + 8); /* after hdr_len, at type_off */
	buf_clear(&w->btf.types);
	buf_clear(&w->btf.strings);
	buf_put(&w->btf.types, types, LOAD(u32, raw + 12));
	buf_put(&w->btf.strings, raw + LOAD(u32, raw + 4) + LOAD(u32, raw + 16),
		LOAD(u32, raw + 20));
	w->btf.next_id = types_count(t);
	if (w->btf.types.err)
		return;
	for (u32 id = 1; id < types_count(t); id++) {
		u8 *at = w->btf.types.data + ((const u8 *)types_get(t, id) - types);

		if (types_kind(t, id) == KIND_DATASEC && !has_section(w->obj, types_name(t, id)))
			drop_datasec(t, id, at);
		else if (types_kind(t, id) == KIND_VAR && is_dropped(w->obj, t, id))
			drop_var(at, types_add_string(&w->btf, "unused"));
	}
}

static void add_pointer(struct members *m, const char *name, u32 type)
{
	m->list[m->count].name = name;
	m->list[m->count++].type = types_add_ref(&m->w->btf, KIND_PTR, "", type);
}

/* `int (*name)[value]`: how C says a number in a map definition; 0 is left out. */
static void add_number(struct members *m, const char *name, u32 value)
{
	if (value)
		add_pointer(m, name, types_add_array(&m->w->btf, m->int_id, m->int_id, value));
}

static u32 slot_room(const struct obj_map *m)
{
	u32 room = 0;

	for (u32 i = 0; i < m->slot_count; i++)
		room = MAX(room, m->slots[i].index + 1);
	return room;
}

/* The struct type of one map definition; `values`, with a pointer a static slot, comes last. */
static u32 define_map(struct elf_writer *w, struct map_types *mt, u32 index, int depth)
{
	const struct obj_map *m = &w->obj->maps[index];
	struct members ms = { .w = w, .int_id = mt->int_id };
	struct map_def *def = &mt->defs[index];
	u32 room = slot_room(m), target;

	if (def->type || depth > 1)
		return def->type;
	add_number(&ms, "type", m->type);
	add_number(&ms, "max_entries", m->max_entries);
	add_number(&ms, "map_flags", m->flags);
	add_number(&ms, "map_extra", (u32)m->extra);
	add_number(&ms, "numa_node", m->numa_node);
	add_number(&ms, "pinning", m->pin_by_name);
	if (m->key_type_id)
		add_pointer(&ms, "key", m->key_type_id);
	else
		add_number(&ms, "key_size", m->key_size);
	if (m->value_type_id)
		add_pointer(&ms, "value", m->value_type_id);
	else
		add_number(&ms, "value_size", m->value_size);
	def->values = ms.count * 8;
	def->size = def->values + room * 8;
	if (m->inner >= 0 || room) {
		target = m->inner >= 0 ? define_map(w, mt, (u32)m->inner, depth + 1)
				       : types_add_proto(&w->btf, 0);
		target = types_add_ref(&w->btf, KIND_PTR, "", target);
		ms.list[ms.count].name = "values";
		ms.list[ms.count++].type = types_add_array(&w->btf, target, mt->int_id, 0);
	}
	def->type = types_add_struct(&w->btf, KIND_STRUCT, "", def->values);
	for (u32 i = 0; i < ms.count; i++)
		types_add_member(&w->btf, ms.list[i].name, ms.list[i].type, i * 64);
	return def->type;
}

static bool is_definition(const struct obj_map *m)
{
	return m->role == MAP_PLAIN && !m->template;
}

static int check_definition(struct elf_writer *w, const struct obj_map *m)
{
	if (m->extra > UINT32_MAX)
		return diag_error(w->d, -EOPNOTSUPP, NOWHERE,
				  "map '%s': map_extra of more than 32 bits cannot be written",
				  m->name);
	if (slot_room(m) > MAX_SLOTS)
		return diag_error(w->d, -E2BIG, NOWHERE, "map '%s': static slot %u is too high",
				  m->name, slot_room(m) - 1);
	return 0;
}

static int write_definitions(struct elf_writer *w, struct map_types *mt)
{
	u32 section = write_section(w, MAPS_SECTION, SHT_PROGBITS, SHF_ALLOC | SHF_WRITE, 8),
	    len = 0;

	for (u32 i = 0; section && i < w->obj->map_count; i++) {
		const struct obj_map *m = &w->obj->maps[i];
		struct map_def *def = &mt->defs[i];
		int err;

		if (!is_definition(m))
			continue;
		err = check_definition(w, m);
		if (err)
			return err;
		def->var = types_add_var(&w->btf, m->name, define_map(w, mt, i, 0), LINKAGE_GLOBAL);
		def->off = len;
		len += def->size;
		w->map_symbols[i] = write_symbol(
			w, true,
			(struct out_symbol){ .name = m->name,
					     .info = ELF64_ST_INFO(STB_GLOBAL, STT_OBJECT),
					     .section = (u16)section,
					     .value = def->off,
					     .size = def->size });
		w->slot_offsets[i] = def->off + def->values;
	}
	if (w->nomem)
		return diag_nomem(w->d);
	buf_extend(&write_section_at(w, section)->data, len);
	types_add_datasec(&w->btf, MAPS_SECTION, len);
	for (u32 i = 0; i < w->obj->map_count; i++) {
		if (is_definition(&w->obj->maps[i]))
			types_add_secinfo(&w->btf, mt->defs[i].var, mt->defs[i].off,
					  mt->defs[i].size);
	}
	return 0;
}

/* Static initialisers point at maps, or at programs, whose symbols are known by now. */
static int write_slots(struct elf_writer *w)
{
	u32 section = write_section(w, MAPS_SECTION, SHT_PROGBITS, SHF_ALLOC | SHF_WRITE, 8);

	for (u32 i = 0; section && i < w->obj->map_count; i++) {
		const struct obj_map *m = &w->obj->maps[i];

		for (u32 k = 0; is_definition(m) && k < m->slot_count; k++) {
			const struct obj_slot *slot = &m->slots[k];
			struct out_rel rel = { .off = w->slot_offsets[i] + 8 * slot->index,
					       .type = R_BPF_64_ABS64,
					       .global = true };
			const struct out_func *f;

			if (slot->map >= 0)
				rel.sym = w->map_symbols[slot->map];
			vec_for (f, &w->funcs) {
				if (slot->prog >= 0 && f->prog == &w->obj->progs[slot->prog] &&
				    !f->start)
					rel.sym = f->sym;
			}
			write_rel(w, section, rel);
		}
	}
	return w->nomem ? diag_nomem(w->d) : 0;
}

/* ---- data sections ---- */

static const char *data_section(struct elf_writer *w, const struct obj_map *m)
{
	static const char *const stems[] = {
		[MAP_DATA] = ".data",
		[MAP_RODATA] = ".rodata",
		[MAP_BSS] = ".bss",
		[MAP_KCONFIG] = ".rodata", /* the values found are now constants */
	};
	const char *stem = stems[m->role], *name = m->name;

	if (m->role == MAP_KCONFIG)
		return ".rodata.kconfig";
	if (!strncmp(name, stem, strlen(stem)))
		return name;
	return arena_printf(&w->arena, "%s.%s", stem, name[0] == '.' ? name + 1 : name);
}

static int write_data(struct elf_writer *w, struct map_types *mt, u32 index)
{
	const struct obj_map *m = &w->obj->maps[index];
	const char *name = data_section(w, m), *var;
	u32 section, id,
		flags = SHF_ALLOC | (m->role == MAP_DATA || m->role == MAP_BSS ? SHF_WRITE : 0);
	bool nobits = m->role == MAP_BSS, shared;

	if (!name)
		return diag_nomem(w->d);
	section = write_section(w, name, nobits ? SHT_NOBITS : SHT_PROGBITS, flags, 8);
	if (!section)
		return diag_nomem(w->d);
	if (nobits) {
		write_section_at(w, section)->nobits = m->value_size;
	} else if (m->data) {
		buf_put(&write_section_at(w, section)->data, m->data, m->value_size);
	} else {
		buf_extend(&write_section_at(w, section)->data, m->value_size);
	}
	w->map_symbols[index] = write_section_at(w, section)->local_sym;
	if (w->obj->types && types_find(w->obj->types, name, KIND_DATASEC))
		return 0; /* described already */
	var = arena_printf(&w->arena, "%s_bytes", name[0] == '.' ? name + 1 : name);
	if (!var)
		return diag_nomem(w->d);
	for (char *c = (char *)var; *c; c++)
		*c = *c == '.' ? '_' : *c;
	id = types_add_int(&w->btf, "char", 1, true);
	id = types_add_array(&w->btf, id, mt->int_id, m->value_size);
	/* Loaders make a section that user space may map when it has a variable for others. */
	shared = m->flags & MAP_MMAPABLE;
	id = types_add_var(&w->btf, var, id, shared ? LINKAGE_GLOBAL : LINKAGE_STATIC);
	types_add_datasec(&w->btf, name, m->value_size);
	types_add_secinfo(&w->btf, id, 0, m->value_size);
	write_symbol(w, shared,
		     (struct out_symbol){
			     .name = var,
			     .info = ELF64_ST_INFO(shared ? STB_GLOBAL : STB_LOCAL, STT_OBJECT),
			     .section = (u16)section,
			     .size = m->value_size });
	return 0;
}

static int write_externs(struct elf_writer *w)
{
	for (u32 i = 0; i < w->obj->extern_count; i++) {
		const struct obj_extern *e = &w->obj->externs[i];

		if (!e->type_id) {
			diag_error(w->d, -EINVAL, NOWHERE,
				   "kernel symbol '%s' has no BTF type, which ELF objects need",
				   e->name);
			diag_hint(w->d, "write the program in C, with an extern declaration");
			return -EINVAL;
		}
		w->extern_symbols[i] = write_symbol(
			w, true,
			(struct out_symbol){
				.name = e->name,
				.info = ELF64_ST_INFO(e->weak ? STB_WEAK : STB_GLOBAL, STT_NOTYPE),
			});
	}
	return 0;
}

int write_maps(struct elf_writer *w)
{
	const struct object *obj = w->obj;
	struct map_types mt = { 0 };
	bool definitions = false;
	int err;

	w->map_symbols = arena_array(&w->arena, obj->map_count, sizeof(u32));
	w->extern_symbols = arena_array(&w->arena, obj->extern_count, sizeof(u32));
	w->slot_offsets = arena_array(&w->arena, obj->map_count, sizeof(u32));
	mt.defs = arena_array(&w->arena, obj->map_count, sizeof(*mt.defs));
	if (!w->map_symbols || !w->extern_symbols || !w->slot_offsets || !mt.defs)
		return diag_nomem(w->d);
	seed_types(w);
	mt.int_id = types_add_int(&w->btf, "int", 4, true);
	err = write_externs(w);
	for (u32 i = 0; !err && i < obj->map_count; i++) {
		const struct obj_map *m = &obj->maps[i];

		if (m->role == MAP_STRUCT_OPS)
			err = diag_error(w->d, -EOPNOTSUPP, NOWHERE,
					 "map '%s': struct_ops cannot be written to ELF", m->name);
		else if (m->role != MAP_PLAIN)
			err = write_data(w, &mt, i);
		definitions |= is_definition(m);
		w->has_slots |= is_definition(m) && m->slot_count;
	}
	return !err && definitions ? write_definitions(w, &mt) : err;
}

/* ---- .BTF.ext ---- */

/*
 * Prototype long (void *ctx) for functions that have no BTF type. Subprograms are static there
 * whatever their symbols say: to verify one on its own takes the types of its arguments.
 */
static void type_functions(struct elf_writer *w)
{
	u32 ret = 0, ptr = 0;
	struct out_func *f;

	vec_for (f, &w->funcs) {
		u32 proto;

		if (f->type_id || f->copy)
			continue;
		if (!ret) {
			ret = types_add_int(&w->btf, "long", 8, true);
			ptr = types_add_ref(&w->btf, KIND_PTR, "", 0);
		}
		proto = types_add_proto(&w->btf, ret);
		types_add_param(&w->btf, "ctx", ptr);
		f->type_id = types_add_func(&w->btf, f->name, proto,
					    f->start ? LINKAGE_STATIC : LINKAGE_GLOBAL);
	}
}

static void put_u32(struct buf *b, u32 v)
{
	buf_put(b, &v, sizeof(v));
}

/* Lines of one function, at its new place; the first slot always has a row. */
static u32 put_lines(struct elf_writer *w, const struct out_func *f, struct buf *out)
{
	const struct obj_prog *p = f->prog;
	u32 n = 0, last = UINT32_MAX;

	for (u32 slot = f->start; slot < f->start + f->count; slot++) {
		const struct obj_line *l = prog_line(p, slot);
		u32 row = l ? (u32)(l - p->lines) : UINT32_MAX;

		if (!l || row == last || (l->insn != slot && slot != f->start))
			continue;
		last = row;
		if (out) {
			put_u32(out, f->off + (slot - f->start) * (u32)sizeof(struct insn));
			put_u32(out, types_add_string(&w->btf, l->file));
			put_u32(out, l->text ? types_add_string(&w->btf, l->text) : 0);
			put_u32(out, l->line << 10 | MIN(l->col, (u32)MAX_COL));
		}
		n++;
	}
	return n;
}

/* For each code section: its name, the number of records, the records in order of offset. */
static void put_infos(struct elf_writer *w, struct buf *funcs, struct buf *lines)
{
	put_u32(funcs, FUNC_RECORD);
	put_u32(lines, LINE_RECORD);
	for (u32 sec = 1; sec <= w->sections.len; sec++) {
		u32 nfuncs = 0, nlines = 0, name;
		const struct out_func *f;

		vec_for (f, &w->funcs) {
			if (f->section != sec || f->copy)
				continue;
			nfuncs++;
			nlines += put_lines(w, f, NULL);
		}
		if (!nfuncs)
			continue;
		name = types_add_string(&w->btf, write_section_at(w, sec)->name);
		put_u32(funcs, name);
		put_u32(funcs, nfuncs);
		if (nlines) {
			put_u32(lines, name);
			put_u32(lines, nlines);
		}
		vec_for (f, &w->funcs) {
			if (f->section != sec || f->copy)
				continue;
			put_u32(funcs, f->off);
			put_u32(funcs, f->type_id);
			put_lines(w, f, lines);
		}
	}
}

int write_btf(struct elf_writer *w)
{
	struct buf funcs = { 0 }, lines = { 0 };
	struct buf *ext, *btf;
	u32 sec;
	int err = -ENOMEM;

	if (w->has_slots && write_slots(w))
		return -ENOMEM;
	type_functions(w);
	put_infos(w, &funcs, &lines);
	sec = write_section(w, ".BTF", SHT_PROGBITS, 0, 4);
	if (!sec)
		goto out;
	btf = &write_section_at(w, sec)->data;
	err = types_writer_finish(&w->btf, btf);
	if (err || !w->funcs.len)
		goto out; /* nothing for .BTF.ext to tell about */
	err = -ENOMEM;
	sec = write_section(w, ".BTF.ext", SHT_PROGBITS, 0, 4);
	if (!sec)
		goto out;
	ext = &write_section_at(w, sec)->data;
	if (lines.len == 4)
		buf_clear(&lines); /* a table without records is left out */
	put_u32(ext, BTF_EXT_MAGIC | 1u << 16);
	put_u32(ext, BTF_EXT_HEADER);
	put_u32(ext, 0);
	put_u32(ext, (u32)funcs.len);
	put_u32(ext, (u32)funcs.len);
	put_u32(ext, (u32)lines.len);
	buf_put(ext, funcs.data, funcs.len);
	buf_put(ext, lines.data, lines.len);
	err = funcs.err ? funcs.err : lines.err ? lines.err : ext->err;
out:
	buf_fini(&funcs);
	buf_fini(&lines);
	return err ? diag_nomem(w->d) : 0;
}
