// SPDX-License-Identifier: BSD-2-Clause
#include "verify/functions.h"

#include "spec/helper_extra.h"

static bool is_legacy_load(const struct insn *i)
{
	return INSN_CLASS(i->code) == CLASS_LD &&
	       (INSN_MODE(i->code) == MODE_ABS || INSN_MODE(i->code) == MODE_IND);
}

static bool is_tail_call(const struct insn *i)
{
	return i->code == CODE_CALL && i->src == CALL_HELPER && i->imm == HELPER_tail_call;
}

static bool names_function(const struct insn *i)
{
	return cfg_is_local_call(i) || cfg_is_func_address(i) ||
	       (i->code == CODE_CALL && i->src == CALL_KFUNC);
}

/* BTF says that the function returns an integer or an enumerator. */
static bool returns_number(const struct verify *v, u32 func)
{
	const struct obj_func *f = prog_func(v->prog, v->cfg.funcs[func].start);
	const struct types *t = v->obj->types;
	u32 proto, ret;

	if (!t || !f || !f->type_id)
		return false;
	proto = types_strip(t, types_ref(t, f->type_id));
	ret = types_strip(t, types_ref(t, proto));
	switch (types_kind(t, ret)) {
	case KIND_INT:
		return types_size(t, ret) <= 8;
	case KIND_ENUM:
	case KIND_ENUM64:
		return true;
	default:
		return false;
	}
}

static int check_insn(struct verify *v, const struct insn *i)
{
	u32 func = v->cfg.func[v->insn];
	bool tail = is_tail_call(i);
	char name[64];

	if (v->opts->unpriv && names_function(i))
		return reject(v, REJECT_PRIVILEGE, -1,
			      "calls of functions of the program or of the kernel need privilege");
	if (!func || (!tail && !is_legacy_load(i)) || returns_number(v, func))
		return 0;
	return reject(v, REJECT_CALL, -1,
		      "%s in %s, which is not known to return a number: that takes BTF and a "
		      "result of type int",
		      tail ? "a tail call" : "a legacy packet load",
		      cfg_func_name(&v->cfg, func, name));
}

int functions_check(struct verify *v)
{
	int err = 0;

	for (v->insn = 0; v->insn < v->insn_count && !err; v->insn++) {
		const struct insn *i = &v->insns[v->insn];

		err = check_insn(v, i);
		if (err)
			return err;
		v->insn += insn_is_wide(i);
	}
	v->insn = 0;
	return err;
}
