// SPDX-License-Identifier: BSD-2-Clause
#include "elf/strip.h"

#include <elf.h>
#include <errno.h>
#include <stdlib.h>

#include "base/str.h"
#include "elf/reader.h"

static bool debugs(const char *name)
{
	static const char *const heads[] = { ".debug_", ".rel.debug_", ".rela.debug_" };
	static const char *const names[] = { ".llvm_addrsig", ".comment", ".eh_frame",
					     ".rel.eh_frame", ".note.GNU-stack" };

	for (size_t i = 0; i < ARRAY_SIZE(heads); i++) {
		if (str_starts(name, heads[i]))
			return true;
	}
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (!strcmp(name, names[i]))
			return true;
	}
	return false;
}

/*
 * A section that goes becomes an empty entry of the table, so that the numbers in symbols and
 * relocations hold. The names of sections stay as they are.
 */
static void copy_sections(struct buf *out, const struct elf_reader *r, Elf64_Shdr *table)
{
	for (u32 i = 1; i < r->section_count; i++) {
		const struct elf_section *s = &r->sections[i];
		Elf64_Shdr *h = &table[i];

		if (debugs(s->name)) {
			*h = (Elf64_Shdr){ 0 };
			continue;
		}
		buf_align(out, MAX(MIN(h->sh_addralign, (Elf64_Xword)64), (Elf64_Xword)1));
		h->sh_offset = out->len;
		if (s->data)
			buf_put(out, s->data, s->size);
	}
}

int elf_strip(struct buf *out, const char *name, const void *data, size_t len, struct diag *d)
{
	struct arena a = { 0 };
	struct elf_reader r;
	Elf64_Shdr *table = NULL;
	Elf64_Ehdr head;
	int err = reader_open(&r, name, data, len, &a, d);

	if (err)
		goto out;
	memcpy(&head, data, sizeof(head));
	table = malloc(head.e_shnum * sizeof(*table));
	if (!table) {
		err = diag_nomem(d);
		goto out;
	}
	memcpy(table, (const u8 *)data + head.e_shoff, head.e_shnum * sizeof(*table));
	buf_put(out, &head, sizeof(head));
	copy_sections(out, &r, table);
	buf_align(out, 8);
	head.e_shoff = out->len;
	head.e_phoff = head.e_phnum = 0;
	buf_put(out, table, head.e_shnum * sizeof(*table));
	err = out->err ? diag_nomem(d) : 0;
	if (!err)
		memcpy(out->data, &head, sizeof(head));
out:
	free(table);
	arena_fini(&a);
	return err;
}
