// SPDX-License-Identifier: BSD-2-Clause
#include "verify/call.h"

#include "spec/returns.h"
#include "verify/func_call.h"
#include "verify/refs.h"

/* The context's prototype returns nothing: R0 may be anything, even unwritten. */
static bool is_void_hook(const struct verify *v)
{
	return v->kernel && v->attach_proto && !types_ref(v->kernel, v->attach_proto);
}

/* What R0 must be at the end of an LSM or struct_ops program; false: anything. */
static bool typed_range(const struct verify *v, struct return_range *range)
{
	if (v->prog->type == PROG_LSM)
		return lsm_return_range(range, v->prog->attach_target ? v->prog->attach_target : "",
					is_void_hook(v), v->prog->attach_type, v->linux_version);
	return prog_return_range(range, v->prog->type, v->prog->attach_type, v->linux_version);
}

/* A struct_ops program hands an object back that its prototype says it returns, or NULL. */
static bool returns_object(const struct verify *v)
{
	u32 type;

	if (v->prog->type != PROG_STRUCT_OPS || !v->kernel || !v->attach_proto)
		return false;
	type = types_strip(v->kernel, types_ref(v->kernel, v->attach_proto));
	return types_kind(v->kernel, type) == KIND_PTR;
}

static int object_exit(struct verify *v)
{
	const struct reg *r0 = &regs_of(v)[0];
	u32 type = types_strip(v->kernel, types_ref(v->kernel, v->attach_proto));
	u32 need = types_strip(v->kernel, types_ref(v->kernel, type));

	if (r0->type == SCALAR_VALUE)
		return func_check_result(v, 0, 0, false, "at the end of the program");
	if (r0->type != PTR_TO_BTF_ID || r0->types != v->kernel ||
	    types_strip(v->kernel, r0->type_id) != need || !r0->ref_id || r0->off)
		return reject(
			v, REJECT_RETURN, 0,
			"R0 must be NULL or a struct %s that the program holds a reference to",
			types_name(v->kernel, need));
	return 0;
}

static int main_exit(struct verify *v)
{
	const struct frame *f = frame_of(v);
	struct return_range range;
	int err;

	if (!f->in_exception_callback && is_void_hook(v) &&
	    (v->prog->type == PROG_STRUCT_OPS ||
	     (v->prog->type == PROG_LSM && v->prog->attach_type != ATTACH_LSM_CGROUP)))
		return 0;
	if (returns_object(v) && !f->in_exception_callback)
		return reg_check(v, 0, USE_SRC) ? v->reject.err : object_exit(v);
	err = reg_check(v, 0, USE_SRC);
	if (err)
		return err;
	if (is_pointer_leak(v, &regs_of(v)[0]))
		return reject(v, REJECT_PRIVILEGE, 0,
			      "R0 hands a kernel address to whoever reads the result, which needs "
			      "privilege");
	if (!typed_range(v, &range))
		return 0;
	return func_check_result(v, range.min, range.max, range.width32,
				 "at the end of the program");
}

int call_check_throw(struct verify *v)
{
	static const char where[] = "when bpf_throw makes it the program's result";
	const struct frame *f = frame_of(v);
	struct return_range range;

	for (u32 i = 0; i < v->cfg.func_count; i++) {
		if (v->cfg.funcs[i].is_exception_callback)
			return 0; /* that function makes the result */
	}
	if (f->in_async_callback)
		return func_check_range(v, 1, f->ret_min, f->ret_max, false, where);
	if (v->entry_func || !typed_range(v, &range))
		return 0;
	return func_check_range(v, 1, range.min, range.max, range.width32, where);
}

/* A function verified on its own, or a callback that runs later. */
static int outer_exit(struct verify *v)
{
	const struct frame *f = frame_of(v);
	int err;

	if (!f->in_async_callback && (!v->entry_func || f->in_exception_callback))
		return main_exit(v);
	err = reg_check(v, 0, USE_SRC);
	if (err)
		return err;
	if (is_pointer_leak(v, &regs_of(v)[0]))
		return reject(v, REJECT_PRIVILEGE, 0, "a function returns a kernel address");
	if (f->in_async_callback)
		return func_check_result(v, f->ret_min, f->ret_max, false,
					 "at the end of an asynchronous callback");
	if (regs_of(v)[0].type != SCALAR_VALUE)
		return reject(v, REJECT_RETURN, 0,
			      "R0 must be a number at the end of a global function, not a %s",
			      reg_type_name(&regs_of(v)[0]));
	return 0;
}

int call_exit(struct verify *v, u32 *next, bool *path_done)
{
	int err;

	if (v->cur->cur)
		return func_return(v, next);
	err = refs_check_none(v, "the program's end", false);
	if (!err)
		err = outer_exit(v);
	*path_done = true;
	return err;
}
