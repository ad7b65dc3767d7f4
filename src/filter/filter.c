// SPDX-License-Identifier: BSD-2-Clause
#include "filter/filter.h"

#include <errno.h>

#include "filter/compile.h"
#include "filter/emit_ebpf.h"
#include "object/object.h"

enum { FIRST_MEMORY = 16384 }; /* bytes; most expressions need no more */

int filter_compile(struct cbpf_prog *out, struct arena *a, const char *text,
		   const struct filter_opts *opts, struct diag *d)
{
	struct arena scratch = { 0 };
	struct values values = { .arena = &scratch };
	struct cbpf_insn *insns = NULL;
	u8 room[FIRST_MEMORY];
	const struct cond *cond;
	struct cbpf_prog prog;
	int err;

	arena_borrow(&scratch, room, sizeof(room));
	err = filter_parse(&cond, &values, text, opts, d);
	if (!err)
		err = compile_classic(&prog, &values, cond, opts, d);
	if (!err && prog.count > CBPF_MAX_INSNS)
		err = diag_error(d, -ENAMETOOLONG, cond->where,
				 "this filter takes %u instructions, Linux takes %u", prog.count,
				 CBPF_MAX_INSNS);
	if (!err) {
		insns = arena_copy(a, prog.insns, prog.count * sizeof(*insns));
		err = insns ? 0 : diag_nomem(d);
	}
	if (!err)
		*out = (struct cbpf_prog){ insns, prog.count };
	arena_fini(&scratch);
	return err;
}

int filter_object(struct object **out, const char *text, const struct filter_opts *opts,
		  struct diag *d)
{
	struct arena a = { 0 };
	struct values values = { .arena = &a };
	const struct cond *cond;
	int err = filter_parse(&cond, &values, text, opts, d);

	if (!err)
		err = compile_object(out, &values, cond, opts, d);
	arena_fini(&a);
	return err;
}

int filter_xdp(struct object **out, u32 *prologue, const char *text, const struct filter_opts *opts,
	       struct diag *d)
{
	struct arena a = { 0 };
	struct values values = { .arena = &a };
	struct object *memory = NULL;
	const struct cond *cond;
	int err = filter_parse(&cond, &values, text, opts, d);

	if (!err)
		err = compile_twins(&memory, out, &values, cond, opts, d);
	if (!err)
		object_free(memory);
	*prologue = EBPF_PROLOGUE;
	arena_fini(&a);
	return err;
}
