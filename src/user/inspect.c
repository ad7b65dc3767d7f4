// SPDX-License-Identifier: BSD-2-Clause
/* Programs as they run, for those who look at them: code, counts, perf's files. */
#include <errno.h>

#include "jit/jit.h"
#include "jit/perf.h"
#include "user/unit.h"
#include "vm/op.h"

_Static_assert(JIT_COUNT_BEFORE == ENGINE_COUNT_BEFORE, "one meaning");
_Static_assert(sizeof(struct vm_place) == sizeof(struct skep_code_place) &&
		       offsetof(struct vm_place, off) == offsetof(struct skep_code_place, off) &&
		       VM_NO_SLOT == SKEP_NO_INSN,
	       "places are handed out as they are");

const struct obj_prog *user_prog_running(const struct unit_prog *p)
{
	const struct user_prog *u = p->impl;

	return u ? u->src : p->src;
}

int user_prog_code(const struct unit_prog *p, struct skep_code *out)
{
	const struct user_prog *u = p->impl;
	const struct vm_native *n = u ? u->vm->native : NULL;

	if (!n)
		return -ENODATA;
	*out = (struct skep_code){
		.code = n->code,
		.len = n->size,
		.places = (const struct skep_code_place *)(const void *)n->places,
		.place_count = n->place_count,
	};
	return 0;
}

const u64 *user_prog_counts(const struct unit_prog *p)
{
	const struct user_unit *unit = p->unit->impl;
	const struct user_prog *u = p->impl;

	/* The interpreter without tests counts nothing. */
	return u && (unit->checked || u->vm->native) ? u->counts : NULL;
}

static struct user_prog *prog_of_source(const struct user_unit *u, const struct obj_prog *src)
{
	for (u32 k = 0; k < u->unit->obj->prog_count; k++) {
		if (u->progs[k].src == src)
			return &u->progs[k];
	}
	return NULL;
}

void user_count(struct vm_run *run, const struct obj_prog *src, u32 insn, const u64 *reg, u16 init)
{
	const struct user_prog *p = prog_of_source(run->trace_arg, src);
	u64 *count = p && p->counts ? &p->counts[insn] : NULL;

	if (count && *count != ENGINE_COUNT_BEFORE)
		__atomic_fetch_add(count, 1, __ATOMIC_RELAXED);
}

int user_perf(const struct user_unit *u, const struct user_prog *p, struct diag *d)
{
	const struct skep_load_opts *opts = &u->unit->opts;
	int err = 0;

	if (!p->vm->native)
		return 0;
	if (opts->perf_map) {
		err = perf_map_add(p->src->name, p->vm->native);
		if (err)
			return diag_error(d, err, NOWHERE, "cannot write /tmp/perf-PID.map");
	}
	if (opts->jitdump) {
		err = jitdump_add(opts->jitdump, p->src, p->vm->native);
		if (err)
			return diag_error(d, err, NOWHERE, "cannot write jit-PID.dump in '%s'",
					  opts->jitdump);
	}
	return 0;
}
