// SPDX-License-Identifier: BSD-2-Clause
#include "modes.h"

#include <errno.h>
#include <stdlib.h>

#include "filter/compile.h"
#include "jit/jit.h"
#include "object/object.h"
#include "vm/op.h"

enum { ASKED_IS_FINE = 60000 }; /* bytes, from where on eBPF may leave it to the interpreter */

struct modes {
	bool asks;    /* for what files do not say: Linux's zeros are not libpcap's stops */
	bool rejects; /* nothing can match: there is no optimised program */
	struct object *memory, *xdp;
	struct vm_env env;
	struct vm_prog *interpreted, *compiled;
	struct vm_run run;
};

static const struct vm_helper *no_helper(const struct vm_env *env, const struct obj_prog *prog,
					 u32 id, u32 insn, struct diag *d)
{
	return NULL;
}

/* Addresses of the tables in place of references to the map. */
static void bind_tables(struct modes *m)
{
	struct obj_prog *prog = &m->memory->progs[0];

	for (u32 i = 0; i < prog->insn_count; i++) {
		struct insn *insn = &prog->insns[i];
		u64 at;

		if (insn->code != CODE_LD_IMM64 || !insn->src)
			continue;
		at = (u64)(uintptr_t)m->memory->maps[insn->imm].data + (u32)insn[1].imm;
		insn->src = PSEUDO_CONST;
		insn[0].imm = (s32)at;
		insn[1].imm = (s32)(at >> 32);
		i++;
	}
}

static int open_ebpf(struct modes *m, struct values *values, const struct cond *c,
		     const struct filter_opts *opts)
{
	const char *why;
	int err = compile_twins(&m->memory, &m->xdp, values, c, opts, NULL);

	if (err)
		return err;
	bind_tables(m);
	m->env.obj = m->memory;
	m->env.helper = no_helper;
	err = vm_prog_new(&m->interpreted, &m->env, &m->memory->progs[0], NULL);
	if (!err && jit_available()) {
		err = vm_prog_new(&m->compiled, &m->env, &m->memory->progs[0], NULL);
		if (!err)
			err = jit_compile(m->compiled, NULL, &why);
	}
	return err;
}

struct modes *modes_open(struct values *values, const struct cond *c)
{
	struct filter_opts opts = { .snaplen = 1 };
	struct modes *m = calloc(1, sizeof(*m));
	int err;

	if (!m)
		return NULL;
	err = open_ebpf(m, values, c, &opts);
	m->rejects = err == -EINVAL;
	m->asks = err == -EOPNOTSUPP;
	if (!err || m->rejects || m->asks)
		return m;
	modes_close(m);
	return NULL;
}

void modes_close(struct modes *m)
{
	if (!m)
		return;
	vm_prog_free(m->interpreted);
	vm_prog_free(m->compiled);
	object_free(m->memory);
	object_free(m->xdp);
	free(m);
}

static bool run_ebpf(struct modes *m, const struct vm_prog *vm, const struct eval_packet *p,
		     bool want)
{
	u64 r0 = 0;

	if (!vm)
		return want;
	if (vm_run_fast(vm, &m->run, (u64)(uintptr_t)p->data, p->len | (u64)p->wire_len << 32, &r0))
		return !want;
	return r0 == CBPF_ASK ? want && p->len > ASKED_IS_FINE : r0 != 0;
}

bool modes_run(struct modes *m, u32 mode, const struct eval_packet *p, bool want)
{
	if (m->asks)
		return want;
	if (m->rejects)
		return false;
	return run_ebpf(m, mode == MODE_INTERPRETED ? m->interpreted : m->compiled, p, want);
}
