// SPDX-License-Identifier: BSD-2-Clause
#include "elf/write.h"

#include <elf.h>
#include <errno.h>
#include <stdlib.h>

#include "base/output.h"
#include "elf/elf.h"

enum { MACHINE_BPF = 247, MAX_SECTIONS = 0xff00 };

struct out_section *write_section_at(struct elf_writer *w, u32 index)
{
	return &w->sections.data[index - 1];
}

u32 write_symbol(struct elf_writer *w, bool global, struct out_symbol sym)
{
	struct out_symbol *s = global ? vec_push(&w->globals) : vec_push(&w->locals);

	if (!s) {
		w->nomem = true;
		return 0;
	}
	*s = sym;
	return (global ? w->globals.len : w->locals.len) - 1;
}

u32 write_section(struct elf_writer *w, const char *name, u32 type, u32 flags, u32 align)
{
	struct out_section *s;
	u32 index;

	for (u32 i = 0; i < w->sections.len; i++) {
		if (!strcmp(w->sections.data[i].name, name))
			return i + 1;
	}
	s = vec_push(&w->sections);
	if (!s) {
		w->nomem = true;
		return 0;
	}
	index = w->sections.len;
	s->name = name;
	s->type = type;
	s->flags = flags;
	s->align = align;
	s->local_sym = write_symbol(w, false,
				    (struct out_symbol){
					    .name = "",
					    .info = ELF64_ST_INFO(STB_LOCAL, STT_SECTION),
					    .section = (u16)index,
				    });
	return index;
}

void write_rel(struct elf_writer *w, u32 section, struct out_rel rel)
{
	struct out_rel *r = vec_push(&write_section_at(w, section)->rels);

	if (r)
		*r = rel;
	else
		w->nomem = true;
}

/* ---- layout ---- */

struct image {
	struct buf bytes, headers, names; /* names: .strtab, for sections and symbols */
	u32 section_count;
};

static u32 add_name(struct image *im, const char *name)
{
	u32 off = (u32)im->names.len;

	if (!*name)
		return 0;
	buf_put(&im->names, name, strlen(name) + 1);
	return off;
}

static void add_header(struct image *im, const char *name, Elf64_Shdr h, const void *data)
{
	if (h.sh_type != SHT_NOBITS) {
		buf_align(&im->bytes, h.sh_addralign ? h.sh_addralign : 1);
		buf_put(&im->bytes, data, h.sh_size);
	}
	h.sh_offset = im->bytes.len - (h.sh_type == SHT_NOBITS ? 0 : h.sh_size);
	h.sh_name = add_name(im, name);
	buf_put(&im->headers, &h, sizeof(h));
	im->section_count++;
}

static void add_relocations(struct elf_writer *w, struct image *im, u32 symtab)
{
	for (u32 i = 0; i < w->sections.len; i++) {
		const struct out_section *s = &w->sections.data[i];
		struct buf rels = { 0 };
		const struct out_rel *r;
		char *name;

		if (!s->rels.len)
			continue;
		vec_for (r, &s->rels) {
			u32 sym = 1 + r->sym + (r->global ? w->locals.len : 0);
			Elf64_Rel rel = { r->off, ELF64_R_INFO((u64)sym, r->type) };

			buf_put(&rels, &rel, sizeof(rel));
		}
		name = arena_printf(&w->arena, ".rel%s", s->name);
		if (rels.err || !name)
			w->nomem = true;
		else
			add_header(im, name,
				   (Elf64_Shdr){
					   .sh_type = SHT_REL,
					   .sh_flags = SHF_INFO_LINK,
					   .sh_size = rels.len,
					   .sh_link = symtab,
					   .sh_info = i + 1,
					   .sh_addralign = 8,
					   .sh_entsize = sizeof(Elf64_Rel),
				   },
				   rels.data);
		buf_fini(&rels);
	}
}

static void add_symbols(struct image *im, struct buf *out, const struct out_symbol *syms, u32 count)
{
	for (u32 i = 0; i < count; i++) {
		const struct out_symbol *s = &syms[i];
		Elf64_Sym sym = {
			.st_name = add_name(im, s->name),
			.st_info = s->info,
			.st_shndx = s->section,
			.st_value = s->value,
			.st_size = s->size,
		};

		buf_put(out, &sym, sizeof(sym));
	}
}

static void add_tables(struct elf_writer *w, struct image *im, u32 symtab)
{
	struct buf syms = { 0 };

	buf_extend(&syms, sizeof(Elf64_Sym));
	add_symbols(im, &syms, w->locals.data, w->locals.len);
	add_symbols(im, &syms, w->globals.data, w->globals.len);
	add_header(im, ".symtab",
		   (Elf64_Shdr){
			   .sh_type = SHT_SYMTAB,
			   .sh_size = syms.len,
			   .sh_link = symtab + 1,
			   .sh_info = 1 + w->locals.len,
			   .sh_addralign = 8,
			   .sh_entsize = sizeof(Elf64_Sym),
		   },
		   syms.data);
	add_name(im, ".strtab"); /* so that the table holds its own name before it is written */
	im->bytes.err = im->bytes.err ? im->bytes.err : syms.err;
	buf_fini(&syms);
}

static void add_strings(struct image *im)
{
	Elf64_Shdr h = { .sh_type = SHT_STRTAB, .sh_addralign = 1 };

	h.sh_name = (u32)(im->names.len - sizeof(".strtab"));
	h.sh_offset = im->bytes.len;
	h.sh_size = im->names.len;
	buf_put(&im->bytes, im->names.data, im->names.len);
	buf_put(&im->headers, &h, sizeof(h));
	im->section_count++;
}

static u32 count_relocated(const struct elf_writer *w)
{
	u32 n = 0;

	for (u32 i = 0; i < w->sections.len; i++)
		n += w->sections.data[i].rels.len > 0;
	return n;
}

static int layout(struct elf_writer *w, struct image *im)
{
	u32 symtab = 1 + w->sections.len + count_relocated(w);
	Elf64_Ehdr *eh;
	size_t headers;

	if (symtab + 2 >= MAX_SECTIONS)
		return diag_error(w->d, -E2BIG, NOWHERE, "%u sections do not fit in an ELF file",
				  symtab + 2);
	buf_extend(&im->bytes, sizeof(*eh));
	buf_extend(&im->headers, sizeof(Elf64_Shdr));
	buf_putc(&im->names, 0);
	im->section_count = 1;
	for (u32 i = 0; i < w->sections.len; i++) {
		const struct out_section *s = &w->sections.data[i];

		add_header(im, s->name,
			   (Elf64_Shdr){
				   .sh_type = s->type,
				   .sh_flags = s->flags,
				   .sh_size = s->type == SHT_NOBITS ? s->nobits : s->data.len,
				   .sh_addralign = s->align,
			   },
			   s->data.data);
		w->nomem |= s->data.err != 0;
	}
	add_relocations(w, im, symtab);
	add_tables(w, im, symtab);
	add_strings(im);
	buf_align(&im->bytes, 8);
	headers = im->bytes.len;
	buf_put(&im->bytes, im->headers.data, im->headers.len);
	if (w->nomem || im->bytes.err || im->headers.err || im->names.err)
		return diag_nomem(w->d);
	eh = (Elf64_Ehdr *)im->bytes.data;
	*eh = (Elf64_Ehdr){
		.e_ident = { ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB,
			     EV_CURRENT },
		.e_type = ET_REL,
		.e_machine = MACHINE_BPF,
		.e_version = EV_CURRENT,
		.e_shoff = headers,
		.e_ehsize = sizeof(*eh),
		.e_shentsize = sizeof(Elf64_Shdr),
		.e_shnum = (u16)im->section_count,
		.e_shstrndx = (u16)(im->section_count - 1),
	};
	return 0;
}

static int write_file(const char *path, const struct buf *b, struct diag *d)
{
	struct output out;
	int err = output_open(&out, path);

	if (!err) {
		size_t n = fwrite(b->data, 1, b->len, out.file);

		err = output_finish(&out, n == b->len ? 0 : errno ? -errno : -EIO);
	}
	if (err)
		diag_error(d, err, NOWHERE, "cannot write '%s': %s", path, strerror(-err));
	return err;
}

static void writer_fini(struct elf_writer *w)
{
	struct out_section *s;

	vec_for (s, &w->sections) {
		buf_fini(&s->data);
		vec_fini(&s->rels);
	}
	vec_fini(&w->sections);
	vec_fini(&w->locals);
	vec_fini(&w->globals);
	vec_fini(&w->funcs);
	types_writer_fini(&w->btf);
	arena_fini(&w->arena);
}

static void write_license(struct elf_writer *w)
{
	const char *license = w->obj->license;
	u32 sec;

	if (!license || !*license)
		return;
	sec = write_section(w, "license", SHT_PROGBITS, SHF_ALLOC | SHF_WRITE, 1);
	if (sec)
		buf_put(&write_section_at(w, sec)->data, license, strlen(license) + 1);
}

int elf_image(const struct object *obj, struct buf *out, struct diag *d)
{
	struct elf_writer w = { .obj = obj, .d = d };
	struct image im = { 0 };
	int err;

	types_writer_init(&w.btf);
	err = write_maps(&w);
	if (!err)
		err = write_code(&w);
	if (!err)
		err = write_btf(&w);
	if (!err) {
		write_license(&w);
		err = layout(&w, &im);
	}
	if (!err) {
		buf_put(out, im.bytes.data, im.bytes.len);
		err = out->err;
	}
	buf_fini(&im.bytes);
	buf_fini(&im.headers);
	buf_fini(&im.names);
	writer_fini(&w);
	return err;
}

int elf_write(const struct object *obj, const char *path, struct diag *d)
{
	struct buf bytes = { 0 };
	int err = elf_image(obj, &bytes, d);

	if (!err)
		err = write_file(path, &bytes, d);
	buf_fini(&bytes);
	return err;
}
