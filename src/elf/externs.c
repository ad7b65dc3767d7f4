// SPDX-License-Identifier: BSD-2-Clause
/* Externs of section `.ksyms`: kernel variables and functions, resolved by the engine. */
#include <elf.h>
#include <errno.h>

#include "elf/load.h"

static bool is_weak(const struct elf_load *l, const char *name)
{
	for (u32 i = 0; i < l->r.symbol_count; i++) {
		const struct elf_symbol *s = &l->r.symbols[i];

		if (!s->section && !strcmp(s->name, name))
			return s->bind == STB_WEAK;
	}
	return false;
}

int load_externs(struct elf_load *l)
{
	const struct types *t = l->obj->types;
	u32 sec = t ? types_find(t, ".ksyms", KIND_DATASEC) : 0;

	for (u32 i = 0; i < (sec ? types_vlen(t, sec) : 0); i++) {
		u32 id = types_secinfo(t, sec, i).type;
		struct obj_extern *e = vec_push(&l->externs);

		if (!e)
			return diag_nomem(l->d);
		e->name = types_name(t, id);
		e->type_id = id;
		e->weak = is_weak(l, e->name);
		if (types_kind(t, id) == KIND_FUNC)
			e->kind = EXTERN_KFUNC;
		else if (types_kind(t, types_strip(t, types_ref(t, id))) == KIND_VOID)
			e->kind = EXTERN_KSYM;
		else
			e->kind = EXTERN_KSYM_TYPED;
	}
	return 0;
}
