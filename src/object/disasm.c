// SPDX-License-Identifier: BSD-2-Clause
/* The assembler listing of an object: directives of src/asm and instructions. */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>

#include "base/hash.h"
#include "isa/disasm.h"
#include "object/print.h"
#include "spec/helper.h"
#include "spec/map.h"
#include "spec/prog.h"

struct listing {
	const struct object *obj;
	const struct obj_prog *prog, *only; /* being printed; the one asked for or NULL */
	struct buf *out;
	struct hash funcs;   /* names of the program's functions → how often */
	struct hash maps;    /* names of maps → how often */
	struct hash externs; /* names of externs */
	unsigned flags;
};

/* ---- names that read back as what they stand for ---- */

static bool unique(const struct hash *names, const char *name)
{
	u64 *count = name ? hash_get_str(names, name) : NULL;

	return count && *count == 1;
}

static int count_name(struct hash *names, const char *name)
{
	u64 *count;

	if (!name)
		return 0;
	count = hash_get_str(names, name);
	return hash_set_str(names, name, count ? *count + 1 : 1);
}

static const char *name_map(void *arg, u32 index)
{
	struct listing *l = arg;

	if (index >= l->obj->map_count || !unique(&l->maps, l->obj->maps[index].name))
		return NULL;
	return l->obj->maps[index].name;
}

static const char *name_helper(void *arg, u32 id)
{
	const struct helper_info *info = helper_by_id(id);

	return info ? info->name : NULL;
}

static const char *name_func(void *arg, u32 slot)
{
	struct listing *l = arg;

	for (u32 i = 0; i < l->prog->func_count; i++) {
		const struct obj_func *f = &l->prog->funcs[i];

		if (f->start == slot)
			return unique(&l->funcs, f->name) ? f->name : NULL;
	}
	return NULL;
}

static const char *name_extern(void *arg, u32 slot)
{
	struct listing *l = arg;

	for (u32 i = 0; i < l->prog->ref_count; i++) {
		const struct obj_extern_ref *ref = &l->prog->refs[i];
		const char *name;

		if (ref->insn != slot || ref->extern_idx >= l->obj->extern_count)
			continue;
		name = l->obj->externs[ref->extern_idx].name;
		if (!unique(&l->externs, name) || hash_get_str(&l->funcs, name))
			return NULL;
		return name;
	}
	return NULL;
}

static void put_quoted(struct buf *out, const void *data, size_t len)
{
	const u8 *p = data;

	buf_putc(out, '"');
	for (size_t i = 0; i < len; i++) {
		if (p[i] == '"' || p[i] == '\\')
			buf_printf(out, "\\%c", p[i]);
		else if (p[i] >= ' ' && p[i] < 0x7f)
			buf_putc(out, (char)p[i]);
		else
			buf_printf(out, "\\x%02x", p[i]);
	}
	buf_putc(out, '"');
}

static void put_name(struct buf *out, const char *name)
{
	if (disasm_is_name(name))
		buf_puts(out, name);
	else
		put_quoted(out, name ? name : "", name ? strlen(name) : 0);
}

/* A name, or one made up when others have the same. */
static void put_unique(struct buf *out, const struct hash *names, const char *name, u32 number)
{
	char made_up[64];

	if (unique(names, name)) {
		put_name(out, name);
		return;
	}
	snprintf(made_up, sizeof(made_up), "%.40s.%u", name ? name : "", number);
	put_name(out, made_up);
}

/* ---- maps ---- */

static void put_map_data(struct buf *out, const u8 *data, u32 size)
{
	u32 end = size;

	while (data && end && !data[end - 1])
		end--;
	if (!data)
		end = 0;
	for (u32 i = 0; i < end; i += 16) {
		u32 n = MIN(end - i, 16u);

		buf_puts(out, "\t.byte ");
		for (u32 k = 0; k < n; k++)
			buf_printf(out, "%s0x%02x", k ? ", " : "", data[i + k]);
		buf_putc(out, '\n');
	}
	if (size > end)
		buf_printf(out, "\t.zero %u\n", size - end);
}

static void put_map_slots(struct listing *l, const struct obj_map *m)
{
	for (u32 i = 0; i < m->slot_count; i++) {
		const struct obj_slot *s = &m->slots[i];

		if (s->map >= 0 && (u32)s->map < l->obj->map_count) {
			buf_printf(l->out, "\t.slot index=%u map=", s->index);
			put_unique(l->out, &l->maps, l->obj->maps[s->map].name, (u32)s->map);
		} else if (s->prog >= 0 && (u32)s->prog < l->obj->prog_count && !l->only) {
			buf_printf(l->out, "\t.slot index=%u prog=", s->index);
			put_name(l->out, l->obj->progs[s->prog].name);
		} else {
			continue;
		}
		buf_putc(l->out, '\n');
	}
}

/* .data and its kin know type, key size and entries; false: not such a map. */
static bool put_global(struct listing *l, const struct obj_map *m, u32 index)
{
	static const char *const words[] = { [MAP_DATA] = ".data",
					     [MAP_RODATA] = ".rodata",
					     [MAP_BSS] = ".bss",
					     [MAP_KCONFIG] = ".kconfig" };
	bool rdonly = m->role == MAP_RODATA || m->role == MAP_KCONFIG;

	if (m->role == MAP_PLAIN || m->role == MAP_STRUCT_OPS)
		return false;
	buf_puts(l->out, words[m->role]);
	if (!unique(&l->maps, m->name) || !m->name || strcmp(m->name, words[m->role])) {
		struct buf name = { 0 };

		if (unique(&l->maps, m->name))
			buf_puts(&name, m->name);
		else
			buf_printf(&name, "%s.%u", m->name ? m->name : "", index);
		buf_putc(l->out, ' ');
		put_quoted(l->out, buf_str(&name), name.len);
		buf_fini(&name);
	}
	if (m->type != MAP_TYPE_ARRAY)
		buf_printf(l->out, " type=%u", m->type);
	if (m->key_size != 4)
		buf_printf(l->out, " key=%u", m->key_size);
	if (m->max_entries != 1)
		buf_printf(l->out, " entries=%u", m->max_entries);
	if (m->flags != (rdonly ? MAP_RDONLY_PROG : 0))
		buf_printf(l->out, " flags=0x%x", m->flags);
	return true;
}

static void put_map(struct listing *l, u32 index)
{
	const struct obj_map *m = &l->obj->maps[index];
	const struct map_info *info = map_info(m->type);
	bool global = put_global(l, m, index);

	if (!global) {
		buf_puts(l->out, ".map ");
		put_unique(l->out, &l->maps, m->name, index);
		if (info && disasm_is_name(info->name))
			buf_printf(l->out, " type=%s", info->name);
		else
			buf_printf(l->out, " type=%u", m->type);
		buf_printf(l->out, " key=%u value=%u entries=%u", m->key_size, m->value_size,
			   m->max_entries);
		if (m->flags)
			buf_printf(l->out, " flags=0x%x", m->flags);
	}
	if (m->extra)
		buf_printf(l->out, " extra=0x%llx", (unsigned long long)m->extra);
	if (m->numa_node)
		buf_printf(l->out, " numa=%u", m->numa_node);
	if (m->inner >= 0 && (u32)m->inner < l->obj->map_count) {
		buf_puts(l->out, " inner=");
		put_unique(l->out, &l->maps, l->obj->maps[m->inner].name, (u32)m->inner);
	}
	buf_printf(l->out, "%s%s%s%s\n", m->pin_by_name ? " pin" : "",
		   m->autocreate ? "" : " create=no", m->template ? " template" : "",
		   m->role == MAP_STRUCT_OPS ? " role=struct_ops" : "");
	if (global || m->data)
		put_map_data(l->out, m->data, m->value_size);
	put_map_slots(l, m);
}

static void put_head(struct listing *l)
{
	static const char *const kinds[] = { "kfunc", "ksym", "ksym_typed" };

	bool empty = !l->obj->prog_count && !l->obj->map_count && !l->obj->extern_count;

	/* An empty text is refused: an empty object has one line at least. */
	if (l->obj->license && (*l->obj->license || empty)) {
		buf_puts(l->out, ".license ");
		put_quoted(l->out, l->obj->license, strlen(l->obj->license));
		buf_putc(l->out, '\n');
	}
	if (l->obj->kern_version)
		buf_printf(l->out, ".version 0x%x\n", l->obj->kern_version);
	for (u32 i = 0; i < l->obj->extern_count; i++) {
		const struct obj_extern *e = &l->obj->externs[i];

		buf_puts(l->out, ".extern ");
		put_unique(l->out, &l->externs, e->name, i);
		buf_printf(l->out, " %s%s\n", kinds[e->kind], e->weak ? " weak" : "");
	}
	for (u32 i = 0; i < l->obj->map_count; i++)
		put_map(l, i);
}

/* ---- programs ---- */

static void put_flag(struct buf *out, const char *name, bool value, bool implied)
{
	if (value != implied)
		buf_printf(out, " %s=%s", name, value ? "yes" : "no");
}

/* What the section name says already is left out. */
static void put_prog_line(struct listing *l)
{
	const struct obj_prog *prog = l->prog;
	struct section_match says = { .autoload = true };
	bool known = prog->section && !section_find(&says, prog->section);
	const char *target = known ? says.target : NULL;
	const struct prog_info *info = prog_info(prog->type);
	const struct attach_info *attach = attach_info(prog->attach_type);

	if (!known)
		says = (struct section_match){ .autoload = true };
	buf_puts(l->out, ".prog ");
	put_name(l->out, prog->name);
	if (prog->section) {
		buf_puts(l->out, " section=");
		put_quoted(l->out, prog->section, strlen(prog->section));
	}
	if (prog->type != says.prog_type || (prog->section && !known)) {
		if (prog->type && info && disasm_is_name(info->name))
			buf_printf(l->out, " type=%s", info->name);
		else
			buf_printf(l->out, " type=%u", prog->type);
	}
	if (prog->attach_type != says.attach_type) {
		if (attach && disasm_is_name(attach->name))
			buf_printf(l->out, " attach=%s", attach->name);
		else
			buf_printf(l->out, " attach=%u", prog->attach_type);
	}
	if (prog->attach_target && (!target || strcmp(target, prog->attach_target))) {
		buf_puts(l->out, " target=");
		put_quoted(l->out, prog->attach_target, strlen(prog->attach_target));
	}
	put_flag(l->out, "sleepable", prog->sleepable, says.sleepable);
	put_flag(l->out, "frags", prog->frags, says.frags);
	put_flag(l->out, "autoload", prog->autoload, says.autoload);
	buf_putc(l->out, '\n');
}

static void put_func(struct listing *l, u32 slot)
{
	for (u32 i = 0; i < l->prog->func_count; i++) {
		const struct obj_func *f = &l->prog->funcs[i];

		if (f->start != slot)
			continue;
		if (!slot && f->global && f->name && !strcmp(f->name, l->prog->name))
			continue; /* what .prog says already */
		buf_puts(l->out, ".func ");
		put_unique(l->out, &l->funcs, f->name, slot);
		buf_puts(l->out, f->global ? " global\n" : "\n");
	}
}

/* Text of unknown origin inside a comment: one line, nothing that moves a terminal's cursor. */
static void put_comment_text(struct buf *out, const char *s)
{
	while (isspace((unsigned char)*s))
		s++;
	for (; *s; s++)
		buf_putc(out, (u8)*s < ' ' || *s == 0x7f ? ' ' : *s);
}

static void put_source(struct listing *l, u32 slot)
{
	const struct obj_line *row = prog_line(l->prog, slot);

	if (!(l->flags & SKEP_DISASM_LINES) || !row || row->insn != slot)
		return;
	buf_puts(l->out, "; ");
	if (row->text)
		put_comment_text(l->out, row->text);
	buf_puts(l->out, " @ ");
	put_comment_text(l->out, row->file ? row->file : "");
	buf_printf(l->out, ":%u\n", row->line);
}

static void put_opcodes(struct listing *l, u32 slot, u32 slots)
{
	const u8 *bytes = (const u8 *)&l->prog->insns[slot];

	buf_puts(l->out, "\t;");
	for (u32 i = 0; i < slots * sizeof(struct insn); i++)
		buf_printf(l->out, " %02x", bytes[i]);
}

static void put_insns(struct listing *l)
{
	const struct disasm_names names = { .arg = l,
					    .map = name_map,
					    .helper = name_helper,
					    .func = name_func,
					    .extern_at = name_extern };
	u32 slots;

	for (u32 i = 0; i < l->prog->insn_count; i += slots) {
		put_func(l, i);
		put_source(l, i);
		if (l->flags & SKEP_DISASM_OFFSETS)
			buf_printf(l->out, "%5u: ", i);
		else
			buf_putc(l->out, '\t');
		slots = disasm_insn(l->out, l->prog->insns, l->prog->insn_count, i, &names);
		if (l->flags & SKEP_DISASM_OPCODES)
			put_opcodes(l, i, slots);
		buf_putc(l->out, '\n');
	}
}

static int put_prog(struct listing *l, const struct obj_prog *prog)
{
	int err = 0;

	l->prog = prog;
	for (u32 i = 0; i < prog->func_count && !err; i++)
		err = count_name(&l->funcs, prog->funcs[i].name);
	if (!err) {
		put_prog_line(l);
		put_insns(l);
	}
	hash_fini(&l->funcs);
	l->funcs = (struct hash){ 0 };
	return err;
}

static int put_all(struct listing *l)
{
	int err = 0;

	for (u32 i = 0; i < l->obj->map_count && !err; i++)
		err = count_name(&l->maps, l->obj->maps[i].name);
	for (u32 i = 0; i < l->obj->extern_count && !err; i++)
		err = count_name(&l->externs, l->obj->externs[i].name);
	if (err)
		return err;
	put_head(l);
	if (l->only)
		return put_prog(l, l->only);
	for (u32 i = 0; i < l->obj->prog_count && !err; i++)
		err = put_prog(l, &l->obj->progs[i]);
	return err;
}

int object_disasm(const struct object *obj, const struct obj_prog *prog, unsigned flags, FILE *out)
{
	struct buf text = { 0 };
	struct listing l = { .obj = obj, .only = prog, .out = &text, .flags = flags };
	int err = put_all(&l);

	if (!err)
		err = text.err;
	if (!err && text.len && fwrite(text.data, 1, text.len, out) != text.len)
		err = -EIO;
	hash_fini(&l.maps);
	hash_fini(&l.externs);
	buf_fini(&text);
	return err;
}
