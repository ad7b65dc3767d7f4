// SPDX-License-Identifier: BSD-2-Clause
/* Names of the running kernel: functions and variables that programs use or hang on. */
#include <errno.h>
#include <stdlib.h>

#include "base/str.h"
#include "base/vec.h"
#include "kernel/info.h"
#include "kernel/kernel.h"
#include "spec/prog.h"

/* ---- types of modules ---- */

static int module_named(int fd, const char *name)
{
	char have[64] = "";
	struct info_btf info = { .name = sys_ptr(have), .name_len = sizeof(have) };

	return sys_info(fd, &info, sizeof(info)) >= 0 && info.kernel && !strcmp(have, name);
}

/* The descriptor of a module's types, -1: none. */
static int module_fd(const char *name)
{
	u32 id = 0;

	while (!sys_next(SYS_BTF, id, &id)) {
		int fd = sys_by_id(SYS_BTF, id);

		if (fd < 0)
			continue;
		if (module_named(fd, name))
			return fd;
		sys_close(&fd);
	}
	return -1;
}

u32 kernel_module_find(struct kernel_unit *u, const char *name, enum type_kind kind, int *fd)
{
	struct kernel_engine *e = kernel_of(u);
	struct kernel_module *m;

	kernel_modules(e);
	vec_for (m, &e->modules) {
		u32 id = types_find(m->types, name, kind);

		if (id < types_count(e->types)) /* the kernel's own, or none */
			continue;
		if (m->fd < 0)
			m->fd = module_fd(m->name);
		if (m->fd < 0)
			continue;
		*fd = m->fd;
		return id;
	}
	return 0;
}

/* ---- externs ---- */

static int missing(struct kernel_unit *u, const struct obj_prog *p, u32 insn, const char *name,
		   const char *what, struct diag *d)
{
	const struct types *t = kernel_types(kernel_of(u));
	struct near near = near_start(name, strlen(name));
	enum type_kind kind = *what == 'f' ? KIND_FUNC : KIND_VAR;

	diag_error(d, -ESRCH, prog_span(d, p, insn),
		   "program '%s': the running kernel has no %s '%s'", p->name, what, name);
	for (u32 id = 1; t && id < types_count(t); id++) {
		if (types_kind(t, id) == kind)
			near_try(&near, types_name(t, id));
	}
	if (!t)
		diag_hint(d, "it has no type information (CONFIG_DEBUG_INFO_BTF), where they are "
			     "looked up");
	else if (near.best)
		diag_hint(d, "did you mean '%s'? %s", near.best,
			  "'__weak' makes it optional: its address is then zero");
	else
		diag_hint(d, "'__weak' makes it optional: its address is then zero");
	return -ESRCH;
}

/* Slot in the program's table of descriptors for a module; 0 is nobody's. */
static s32 fd_slot(struct kernel_fds *fds, int fd)
{
	for (u32 i = 1; i < fds->count; i++) {
		if (fds->fd[i] == fd)
			return (s32)i;
	}
	if (!fds->count)
		fds->count = 1;
	if (fds->count == ARRAY_SIZE(fds->fd))
		return -1;
	fds->fd[fds->count] = fd;
	return (s32)fds->count++;
}

static int put_function(struct kernel_unit *u, struct insn *i, const char *name,
			struct kernel_fds *fds)
{
	const struct types *t = kernel_types(kernel_of(u));
	u32 id = t ? types_find(t, name, KIND_FUNC) : 0;
	int fd = 0;
	s32 slot = 0;

	if (!id && t) {
		id = kernel_module_find(u, name, KIND_FUNC, &fd);
		slot = id ? fd_slot(fds, fd) : 0;
	}
	if (i->code == CODE_LD_IMM64) { /* its address */
		i->src = id ? PSEUDO_BTF_ID : 0;
		i[1].imm = slot ? fd : 0;
	} else {
		i->off = (s16)MAX(slot, 0);
	}
	i->imm = (s32)id;
	return id && slot >= 0 ? 0 : -ESRCH;
}

static int put_variable(struct kernel_unit *u, struct insn *i, const char *name)
{
	const struct types *t = kernel_types(kernel_of(u));
	u32 id = t ? types_find(t, name, KIND_VAR) : 0;
	int fd = 0;

	if (!id && t)
		id = kernel_module_find(u, name, KIND_VAR, &fd);
	i[0].src = id ? PSEUDO_BTF_ID : 0;
	i[0].imm = (s32)id;
	i[1].imm = fd;
	return id ? 0 : -ESRCH;
}

static int put_address(struct kernel_unit *u, struct insn *i, const char *name)
{
	u64 addr = kernel_symbol(kernel_of(u), name);

	i[0].src = 0;
	i[0].imm = (s32)addr;
	i[1].imm = (s32)(addr >> 32);
	return addr ? 0 : -ESRCH;
}

int kernel_externs(struct kernel_unit *u, const struct obj_prog *p, struct insn *insns,
		   struct kernel_fds *fds, struct diag *d)
{
	for (u32 r = 0; r < p->ref_count; r++) {
		const struct obj_extern *e = &u->unit->obj->externs[p->refs[r].extern_idx];
		u32 at = p->refs[r].insn;
		int err = 0;

		switch (e->kind) {
		case EXTERN_KFUNC:
			err = put_function(u, &insns[at], e->name, fds);
			break;
		case EXTERN_KSYM_TYPED:
			err = put_variable(u, &insns[at], e->name);
			break;
		case EXTERN_KSYM:
			err = put_address(u, &insns[at], e->name);
			break;
		}
		if (err && !e->weak)
			return missing(u, p, at, e->name,
				       e->kind == EXTERN_KFUNC ? "function" : "variable", d);
	}
	return 0;
}

/* ---- what typed programs hang on ---- */

static void near_targets(const struct types *t, const char *prefix, const char *name,
			 enum type_kind kind, struct diag *d)
{
	struct near near = near_start(name, strlen(name));

	for (u32 id = 1; id < types_count(t); id++) {
		if (types_kind(t, id) == kind && str_starts(types_name(t, id), prefix))
			near_try(&near, types_name(t, id) + strlen(prefix));
	}
	if (near.best)
		diag_hint(d, "did you mean '%s'?", near.best);
}

static const char *target_kind(const struct obj_prog *p, const char **prefix, enum type_kind *kind)
{
	*kind = KIND_FUNC;
	*prefix = "";
	if (p->type == PROG_LSM) {
		*prefix = "bpf_lsm_";
		return "security hook";
	}
	if (p->attach_type == ATTACH_TRACE_RAW_TP) {
		*prefix = "btf_trace_";
		*kind = KIND_TYPEDEF;
		return "tracepoint";
	}
	if (p->attach_type == ATTACH_TRACE_ITER) {
		*prefix = "bpf_iter_";
		return "iterator";
	}
	return "function";
}

static int find_target(struct kernel_unit *u, const struct obj_prog *p, const char *name,
		       struct sys_prog_load *a, struct diag *d)
{
	const struct types *t = kernel_types(kernel_of(u));
	const char *prefix, *what;
	enum type_kind kind;
	char full[256];
	int fd = 0;

	what = target_kind(p, &prefix, &kind);
	if (!name) {
		diag_error(d, -EINVAL, NOWHERE, "program '%s' does not say which %s it is for",
			   p->name, what);
		diag_hint(d, "write it into the section name: %s/NAME",
			  p->section ? p->section : "tp_btf");
		return -EINVAL;
	}
	if (!t) {
		diag_error(d, -ENOENT, NOWHERE,
			   "program '%s': the running kernel has no type information", p->name);
		diag_hint(d, "it needs CONFIG_DEBUG_INFO_BTF=y");
		return -ENOENT;
	}
	snprintf(full, sizeof(full), "%s%s", prefix, name);
	a->attach_btf_id = types_find(t, full, kind);
	if (!a->attach_btf_id && p->attach_type != ATTACH_TRACE_ITER) {
		a->attach_btf_id = kernel_module_find(u, full, kind, &fd);
		a->attach_fd = a->attach_btf_id ? (u32)fd : 0;
	}
	if (a->attach_btf_id)
		return 0;
	diag_error(d, -ESRCH, NOWHERE, "program '%s': the running kernel has no %s '%s'", p->name,
		   what, name);
	near_targets(t, prefix, name, kind, d);
	return -ESRCH;
}

int kernel_target(struct kernel_unit *u, const struct obj_prog *p, struct sys_prog_load *a,
		  struct diag *d)
{
	u32 member = 0;

	switch (p->type) {
	case PROG_STRUCT_OPS:
		a->attach_btf_id = kernel_ops_member(u, p, &member);
		a->expected_attach_type = member;
		if (a->attach_btf_id)
			return 0;
		return diag_error(
			d, -ESRCH, NOWHERE,
			"program '%s' is no member of a structure that the running kernel "
			"gives to programs",
			p->name);
	case PROG_TRACING:
		if (kernel_hangs_on_prog(u, p, a))
			return 0;
		return find_target(u, p, p->attach_target, a, d);
	case PROG_LSM:
		return find_target(u, p, p->attach_target, a, d);
	case PROG_EXT:
		return kernel_extension(u, p, a, d);
	default:
		return 0;
	}
}
