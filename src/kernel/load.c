// SPDX-License-Identifier: BSD-2-Clause
/* The object's programs in the kernel: descriptors put in, types and source lines given along. */
#include <errno.h>
#include <stdlib.h>

#include "base/vec.h"
#include "kernel/errors.h"
#include "kernel/kernel.h"
#include "spec/features.h"
#include "spec/map.h"
#include "spec/prog.h"

enum { LOG_FIRST = 1 << 20, LOG_MOST = 1 << 26 }; /* bytes */

/* ---- instructions ---- */

static int put_maps(struct kernel_unit *u, const struct obj_prog *p, struct insn *insns,
		    struct diag *d)
{
	const struct object *obj = u->unit->obj;

	for (u32 i = 0; i < p->insn_count; i++) {
		struct insn *in = &insns[i];
		int fd;

		if (!insn_is_wide(in))
			continue;
		if (in->src == PSEUDO_MAP_IDX || in->src == PSEUDO_MAP_IDX_VALUE) {
			fd = (u32)in->imm < obj->map_count ? u->maps[in->imm].fd : -1;
			if (fd < 0)
				return diag_error(
					d, -ENOENT, prog_span(d, p, i),
					"program '%s' uses map '%s', which is not made", p->name,
					(u32)in->imm < obj->map_count ? obj->maps[in->imm].name
								      : "?");
			in->src = in->src == PSEUDO_MAP_IDX ? PSEUDO_MAP_FD : PSEUDO_MAP_VALUE;
			in->imm = fd;
		}
		i++;
	}
	return 0;
}

/* ---- types and lines ---- */

/* Rows of the program's functions; NULL when one of them has no type. */
static struct sys_func_info *func_rows(const struct kernel_unit *u, const struct obj_prog *p)
{
	struct sys_func_info *rows;

	if (u->btf < 0 || !p->func_count)
		return NULL;
	rows = calloc(p->func_count, sizeof(*rows));
	for (u32 i = 0; rows && i < p->func_count; i++) {
		rows[i].insn = p->funcs[i].start;
		rows[i].type_id = p->funcs[i].type_id;
		if (!rows[i].type_id) {
			free(rows);
			return NULL;
		}
	}
	return rows;
}

/* Offset of a string that lies among the object's BTF strings, false: elsewhere. */
static bool string_off(const struct types *t, const char *s, u32 *off)
{
	const char *first = types_string(t, 0);
	const u8 *raw;
	size_t len;

	*off = 0;
	if (!s || !*s)
		return true;
	raw = types_raw(t, &len);
	if ((const u8 *)s < raw || (const u8 *)s >= raw + len || s < first)
		return false;
	*off = (u32)(s - first);
	return true;
}

static bool is_start(const struct obj_prog *p, u32 func, u32 insn)
{
	return func < p->func_count && p->funcs[func].start == insn;
}

/*
 * Rows of source lines. The kernel wants each to name an instruction, in order, and one at the
 * start of every function; without them the program loads as well, so what does not fit has none.
 */
static struct sys_line_info *line_rows(const struct kernel_unit *u, const struct obj_prog *p,
				       u32 *count)
{
	const struct types *t = u->unit->obj->types;
	struct sys_line_info *rows;
	u32 func = 0, n = 0;

	*count = 0;
	if (u->btf < 0 || !p->line_count)
		return NULL;
	rows = calloc(p->line_count, sizeof(*rows));
	for (u32 i = 0; rows && i < p->line_count; i++) {
		const struct obj_line *l = &p->lines[i];
		struct sys_line_info *r = &rows[n];

		if (l->insn >= p->insn_count || !p->insns[l->insn].code ||
		    (n && rows[n - 1].insn >= l->insn) || !string_off(t, l->file, &r->file_off) ||
		    !string_off(t, l->text, &r->line_off))
			goto none;
		func += is_start(p, func, l->insn);
		r->insn = l->insn;
		r->line_col = l->line << 10 | (l->col & 0x3ff);
		n++;
	}
	if (func != MAX(p->func_count, 1u))
		goto none;
	*count = n;
	return rows;
none:
	free(rows);
	return NULL;
}

/* ---- loading ---- */

struct loading {
	struct sys_prog_load a;
	struct insn *insns;
	struct sys_func_info *funcs;
	struct sys_line_info *lines;
	struct kernel_fds fds;
};

static void loading_fini(struct loading *l)
{
	free(l->insns);
	free(l->funcs);
	free(l->lines);
}

static void give_types(struct kernel_unit *u, const struct obj_prog *p, struct loading *l)
{
	l->funcs = func_rows(u, p);
	if (!l->funcs)
		return;
	l->a.btf_fd = (u32)u->btf;
	l->a.func_info = sys_ptr(l->funcs);
	l->a.func_info_count = p->func_count;
	l->a.func_info_size = sizeof(*l->funcs);
	l->lines = line_rows(u, p, &l->a.line_info_count);
	if (!l->lines)
		return;
	l->a.line_info = sys_ptr(l->lines);
	l->a.line_info_size = sizeof(*l->lines);
}

static u32 attach_type_of(struct kernel_unit *u, const struct obj_prog *p)
{
	/* Attach types that only say where it goes; older kernels do not take them at load. */
	if (p->type == PROG_XDP && p->attach_type == ATTACH_XDP &&
	    kernel_of(u)->release < ERA(5, 9))
		return 0;
	return p->attach_type;
}

static int prepare(struct kernel_unit *u, const struct obj_prog *p, struct loading *l,
		   struct diag *d)
{
	const struct object *obj = u->unit->obj;
	int err;

	*l = (struct loading){ 0 };
	l->insns = malloc(sizeof(*l->insns) * (p->insn_count + 1));
	if (!l->insns)
		return diag_nomem(d);
	memcpy(l->insns, p->insns, sizeof(*l->insns) * p->insn_count);
	l->a.type = p->type;
	l->a.expected_attach_type = attach_type_of(u, p);
	l->a.insns = sys_ptr(l->insns);
	l->a.insn_count = p->insn_count;
	l->a.license = sys_ptr(obj->license ? obj->license : "");
	l->a.kern_version = obj->kern_version;
	l->a.ifindex = u->device;
	l->a.flags = (p->sleepable ? PROG_SLEEPABLE : 0) | (p->frags ? PROG_FRAGS : 0);
	if (kernel_of(u)->release >= ERA(4, 15))
		kernel_name(l->a.name, p->name);
	give_types(u, p, l);
	err = put_maps(u, p, l->insns, d);
	if (!err)
		err = kernel_externs(u, p, l->insns, &l->fds, d);
	if (!err)
		err = kernel_target(u, p, &l->a, d);
	l->a.fd_array = l->fds.count ? sys_ptr(l->fds.fd) : 0;
	return err;
}

/*
 * Once more for the verifier's words. Since 6.4 a log that is too long keeps its end, which says
 * why; before, it is asked for again until it fits.
 */
static char *ask_why(struct kernel_unit *u, struct loading *l, int *err)
{
	char *log = NULL, *more;
	int again = -ENOSPC;

	for (size_t size = LOG_FIRST; size <= LOG_MOST && again == -ENOSPC; size *= 4) {
		more = realloc(log, size);
		if (!more)
			break;
		log = more;
		*log = 0;
		l->a.log = sys_ptr(log);
		l->a.log_size = (u32)size;
		l->a.log_level = 1;
		again = SYS_BPF(CMD_PROG_LOAD, &l->a);
		log[size - 1] = 0;
		if (kernel_of(u)->release >= ERA(6, 4))
			break;
	}
	if (again != -ENOSPC) /* what was refused without a log is refused with one that is cut */
		*err = again;
	else if (log && strchr(log, '\n'))
		memmove(log, strchr(log, '\n') + 1, strlen(strchr(log, '\n')));
	return log;
}

/* Constants belong to each program, so that its metadata can be found even when it reads none. */
static void bind_constants(struct kernel_unit *u, int prog)
{
	const struct object *obj = u->unit->obj;

	for (u32 i = 0; i < obj->map_count && kernel_of(u)->release >= ERA(5, 10); i++) {
		struct {
			u32 prog, map, flags;
		} a = { (u32)prog, (u32)u->maps[i].fd, 0 };

		if (obj->maps[i].role == MAP_RODATA && u->maps[i].fd >= 0)
			SYS_BPF(CMD_PROG_BIND_MAP, &a);
	}
}

static int load_one(struct kernel_unit *u, u32 i, struct diag *d)
{
	const struct obj_prog *p = &u->unit->obj->progs[i];
	struct loading l;
	char *log = NULL;
	int fd, err = prepare(u, p, &l, d);

	if (err)
		goto out;
	fd = SYS_BPF(CMD_PROG_LOAD, &l.a);
	if (fd == -EINVAL && l.lines) {
		/* Lines and types are a courtesy; the program may be good without them. */
		l.a.line_info = l.a.line_info_count = l.a.line_info_size = 0;
		fd = SYS_BPF(CMD_PROG_LOAD, &l.a);
	}
	if (fd < 0)
		log = ask_why(u, &l, &fd);
	if (fd < 0) {
		err = kernel_prog_refused(u, p, fd, log, d);
		goto out;
	}
	bind_constants(u, fd);
	u->progs[i].fd = fd;
	u->unit->progs[i].impl = &u->progs[i];
	u->unit->progs[i].exec = "kernel";
out:
	free(log);
	loading_fini(&l);
	return err;
}

/* Which programs are wanted: all, or the one named and what its prog arrays hold from the start. */
static void mark_reachable(const struct object *obj, u32 index, bool *wanted)
{
	const struct obj_prog *p = &obj->progs[index];

	wanted[index] = true;
	for (u32 i = 0; i < p->insn_count; i += insn_is_wide(&p->insns[i]) ? 2 : 1) {
		const struct insn *in = &p->insns[i];

		if (!insn_is_wide(in) || in->src != PSEUDO_MAP_IDX ||
		    (u32)in->imm >= obj->map_count)
			continue;
		for (u32 s = 0; s < obj->maps[in->imm].slot_count; s++) {
			s32 to = obj->maps[in->imm].slots[s].prog;

			if (to >= 0 && (u32)to < obj->prog_count && !wanted[to])
				mark_reachable(obj, (u32)to, wanted);
		}
	}
}

static int choose(struct kernel_unit *u, bool *wanted, struct diag *d)
{
	const struct object *obj = u->unit->obj;
	const char *name = u->unit->opts.prog;

	if (name) {
		const struct obj_prog *p = object_prog(obj, name);

		if (!p)
			return diag_error(d, -ENOENT, NOWHERE, "no program '%s' in '%s'", name,
					  obj->name);
		mark_reachable(obj, (u32)(p - obj->progs), wanted);
		return 0;
	}
	for (u32 i = 0; i < obj->prog_count; i++) {
		if (obj->progs[i].autoload)
			mark_reachable(obj, i, wanted);
	}
	return 0;
}

static int bare(const struct obj_prog *p, struct diag *d)
{
	diag_error(d, -EINVAL, NOWHERE,
		   "program '%s' has no type, and the kernel runs none without", p->name);
	diag_hint(d, "give it a section name such as SEC(\"xdp\"), or its type");
	return -EINVAL;
}

int kernel_progs_load(struct kernel_unit *u, struct diag *d)
{
	const struct object *obj = u->unit->obj;
	bool *wanted = calloc(MAX(obj->prog_count, 1u), sizeof(*wanted));
	int err;

	if (!wanted)
		return diag_nomem(d);
	err = choose(u, wanted, d);
	for (u32 i = 0; i < obj->prog_count && !err; i++) {
		if (wanted[i])
			err = obj->progs[i].type ? load_one(u, i, d) : bare(&obj->progs[i], d);
	}
	free(wanted);
	return err ? err : kernel_slots_fill(u, true, d);
}
