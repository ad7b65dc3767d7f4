// SPDX-License-Identifier: BSD-2-Clause
/* Programs that hang on functions of a loaded program: freplace, and fentry and fexit there. */
#include <errno.h>

#include "base/str.h"
#include "kernel/info.h"
#include "kernel/kernel.h"
#include "kernel/look_btf.h"
#include "spec/prog.h"

/* The types of the program that the load options name. */
static int target_types(struct look_types *out, const struct kernel_unit *u, struct diag *d)
{
	int fd = u->unit->opts.target_fd, err;
	struct info_prog info = { 0 };

	err = sys_info(fd, &info, sizeof(info));
	if (err < 0)
		return diag_error(d, err, NOWHERE, "descriptor %d is no program: %s", fd,
				  sys_error(err));
	if (!info.btf_id) {
		diag_error(d, -EINVAL, NOWHERE,
			   "program '%s' was loaded without types, so nothing can hang on it",
			   info.name);
		diag_hint(d, "compile it with -g");
		return -EINVAL;
	}
	return look_types_open(out, info.btf_id, NULL, d);
}

static int no_function(const struct types *t, const struct obj_prog *p, const char *name,
		       struct diag *d)
{
	struct near near = near_start(name, strlen(name));

	diag_error(d, -ESRCH, NOWHERE, "program '%s': the target has no function '%s'", p->name,
		   name);
	for (u32 id = 1; id < types_count(t); id++) {
		if (types_kind(t, id) == KIND_FUNC)
			near_try(&near, types_name(t, id));
	}
	if (near.best)
		diag_hint(d, "did you mean '%s'?", near.best);
	return -ESRCH;
}

int kernel_extension(struct kernel_unit *u, const struct obj_prog *p, struct sys_prog_load *a,
		     struct diag *d)
{
	struct look_types target;
	int err;

	if (!u->unit->opts.target_fd || !p->attach_target) {
		diag_error(d, -EINVAL, NOWHERE, "program '%s' replaces a function, and %s", p->name,
			   p->attach_target ? "no loaded program is given that has it"
					    : "its section does not name it");
		diag_hint(d, p->attach_target ? "skep load --target PROG; target_fd of skep_load"
					      : "SEC(\"freplace/FUNCTION\")");
		return -EINVAL;
	}
	err = target_types(&target, u, d);
	if (err)
		return err;
	a->attach_btf_id = types_find(target.types, p->attach_target, KIND_FUNC);
	a->attach_fd = (u32)u->unit->opts.target_fd;
	if (!a->attach_btf_id)
		err = no_function(target.types, p, p->attach_target, d);
	look_types_close(&target);
	return err;
}

bool kernel_hangs_on_prog(struct kernel_unit *u, const struct obj_prog *p, struct sys_prog_load *a)
{
	struct look_types target;
	u32 id;

	if (!u->unit->opts.target_fd || !p->attach_target ||
	    (p->attach_type != ATTACH_TRACE_FENTRY && p->attach_type != ATTACH_TRACE_FEXIT) ||
	    target_types(&target, u, NULL))
		return false;
	id = types_find(target.types, p->attach_target, KIND_FUNC);
	look_types_close(&target);
	if (!id)
		return false;
	a->attach_btf_id = id;
	a->attach_fd = (u32)u->unit->opts.target_fd;
	return true;
}
