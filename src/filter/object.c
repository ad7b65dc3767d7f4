// SPDX-License-Identifier: BSD-2-Clause
/* The object around a program of emit_ebpf. */
#include <errno.h>

#include "filter/compile.h"
#include "filter/emit_ebpf.h"
#include "object/build.h"
#include "spec/map.h"

static int object_make(struct object **out, const struct ebpf_prog *p, enum ebpf_form form,
		       struct arena *a, struct diag *d)
{
	static const char *const sections[] = {
		[EBPF_SOCKET] = "socket", [EBPF_XDP] = "xdp", [EBPF_MEMORY] = NULL
	};
	struct skep_map_def map = {
		.name = ".rodata",
		.type = "array",
		.key_size = 4,
		.value_size = (u32)p->rodata.len,
		.max_entries = 1,
		.flags = MAP_RDONLY_PROG,
		.data = p->rodata.data,
	};
	struct skep_prog_def prog = {
		.name = "filter",
		.section = sections[form],
		.insns = (const struct skep_insn *)p->code.data,
		.insn_count = p->code.len,
		.ref_count = p->refs.len,
	};
	struct skep_object_def def = {
		.size = sizeof(def),
		.name = "filter",
		.maps = &map,
		.map_count = p->rodata.len ? 1 : 0,
		.progs = &prog,
		.prog_count = 1,
	};
	struct skep_map_ref *refs = arena_array(a, p->refs.len + 1, sizeof(*refs));

	if (!refs)
		return diag_nomem(d);
	for (u32 i = 0; i < p->refs.len; i++)
		refs[i] = (struct skep_map_ref){ .insn = p->refs.data[i].insn,
						 .map = ".rodata",
						 .value = true,
						 .off = p->refs.data[i].off };
	prog.refs = refs;
	return object_build(out, &def, d);
}

static int object_form(struct object **out, struct graph *g, struct node *root, enum ebpf_form form,
		       u32 snaplen, struct diag *d)
{
	struct ebpf_prog prog = { 0 };
	int err = emit_ebpf(&prog, g, root, form, snaplen);

	if (!err)
		err = object_make(out, &prog, form, g->values->arena, d);
	else if (err == -ENOMEM)
		diag_nomem(d);
	ebpf_prog_fini(&prog);
	return err;
}

int compile_object(struct object **out, struct values *values, const struct cond *cond,
		   const struct filter_opts *opts, struct diag *d)
{
	struct cbpf_prog classic;
	struct node *root;
	struct graph g;
	int err;

	graph_init(&g, values);
	err = compile_graph(&root, &g, cond, !opts->no_optimise, d);
	if (!err)
		err = object_form(out, &g, root, EBPF_SOCKET, compile_snaplen(opts), d);
	graph_fini(&g);
	if (err != -EOPNOTSUPP)
		return err;
	/* What only Linux knows has its words in classic BPF. */
	err = compile_classic(&classic, values, cond, opts, d);
	return err ? err : cbpf_object(out, &classic, "filter", CBPF_SOCKET, d);
}

int compile_twins(struct object **memory, struct object **xdp, struct values *values,
		  const struct cond *cond, const struct filter_opts *opts, struct diag *d)
{
	struct node *root;
	struct graph g;
	int err;

	graph_init(&g, values);
	err = compile_graph(&root, &g, cond, !opts->no_optimise, d);
	if (!err)
		err = object_form(memory, &g, root, EBPF_MEMORY, compile_snaplen(opts), d);
	if (!err) {
		err = object_form(xdp, &g, root, EBPF_XDP, compile_snaplen(opts), d);
		if (err)
			object_free(*memory);
	}
	graph_fini(&g);
	return err;
}
