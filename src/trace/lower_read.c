// SPDX-License-Identifier: BSD-2-Clause
#include "spec/helper_extra.h"
#include "trace/lower.h"

u32 read_helper(enum tspace space, bool string)
{
	if (space == SPACE_USER)
		return string ? HELPER_probe_read_user_str : HELPER_probe_read_user;
	return string ? HELPER_probe_read_kernel_str : HELPER_probe_read_kernel;
}

static bool is_direct(enum tspace space)
{
	return space == SPACE_BPF || space == SPACE_CTX || space == SPACE_BTF;
}

int read_bytes(struct lower *lo, u32 base, s32 off, u32 len, enum tspace space, struct place to)
{
	u32 args[3], from = base;

	if (!len)
		return 0;
	if (is_direct(space) && space != SPACE_BTF && len <= 128) {
		place_copy(lo, to, (struct place){ .base = base, .off = off }, len);
		return 0;
	}
	if (off) {
		from = new_reg(lo);
		vc_alu_imm(lo->v, VC_ADD, VC_64, from, base, off);
	}
	args[0] = place_addr(lo, to);
	args[1] = imm_reg(lo, len);
	args[2] = from;
	vc_call(lo->v, read_helper(space, false), VC_NONE, 3, args);
	return 0;
}

int read_scalar(struct lower *lo, u32 base, s32 off, const struct ttype *t, enum tspace space,
		struct value *out)
{
	u32 r = new_reg(lo);
	struct place at;

	if (is_direct(space)) {
		vc_load(lo->v, t->size, t->is_signed, r, base, off);
		*out = value_reg(r, t);
		return 0;
	}
	at = place_frame(lo, t->size, t->size);
	read_bytes(lo, base, off, t->size, space, at);
	place_load(lo, t->size, t->is_signed, r, at);
	place_end(lo, at);
	*out = value_reg(r, t);
	return 0;
}

/* What lies at base + off: a number is read, a record or array stays where it is. */
int read_typed(struct lower *lo, u32 base, s32 off, const struct ttype *t, enum tspace space,
	       struct value *out)
{
	u32 r = base;
	int err;

	if (t_in_register(t))
		return read_scalar(lo, base, off, t, space, out);
	if (space == SPACE_BPF) {
		*out = value_mem((struct place){ .base = base, .off = off }, t);
		return 0;
	}
	if (t->kind == T_RECORD || t->kind == T_ARRAY) {
		if (off) {
			r = new_reg(lo);
			vc_alu_imm(lo->v, VC_ADD, VC_64, r, base, off);
		}
		*out = value_reg(r, t);
		return 0;
	}
	*out = value_mem((struct place){ 0 }, t);
	err = place_new(lo, t->size, t->align, &out->at);
	return err ? err : read_bytes(lo, base, off, t->size, space, out->at);
}
