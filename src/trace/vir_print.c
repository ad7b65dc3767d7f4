// SPDX-License-Identifier: BSD-2-Clause
/* Virtual code as text, for people. */
#include "base/buf.h"
#include "trace/vir.h"

static const char *const ops[] = {
	[VC_ADD] = "+",	  [VC_SUB] = "-",   [VC_MUL] = "*",  [VC_DIV] = "/", [VC_MOD] = "%",
	[VC_SDIV] = "s/", [VC_SMOD] = "s%", [VC_AND] = "&",  [VC_OR] = "|",  [VC_XOR] = "^",
	[VC_SHL] = "<<",  [VC_SHR] = ">>",  [VC_SAR] = "s>>"
};
static const char *const conds[] = {
	[VC_EQ] = "==",	 [VC_NE] = "!=",   [VC_ULT] = "<",  [VC_ULE] = "<=",
	[VC_UGT] = ">",	 [VC_UGE] = ">=",  [VC_SLT] = "s<", [VC_SLE] = "s<=",
	[VC_SGT] = "s>", [VC_SGE] = "s>=", [VC_TEST] = "&"
};

static void place(struct buf *out, const struct vinsn *i)
{
	buf_printf(out, "*(u%u *)(", i->size * 8u);
	if (i->on_frame)
		buf_printf(out, "frame%u", i->frame);
	else
		buf_printf(out, "v%u", i->a);
	buf_printf(out, " %+d)", i->off);
}

static void print_call(struct buf *out, const struct vinsn *i)
{
	static const char *const kinds[] = { "helper", "kfunc", "sub" };

	if (i->dst)
		buf_printf(out, "v%u = ", i->dst);
	buf_printf(out, "%s#%u(", kinds[i->kind - V_CALL], i->target);
	for (u32 k = 0; k < i->argc; k++)
		buf_printf(out, "%sv%u", k ? ", " : "", i->args[k]);
	buf_puts(out, ")");
}

static void print_insn(struct buf *out, const struct vinsn *i)
{
	const char *narrow = i->width == VC_32 ? "w" : "";

	switch (i->kind) {
	case V_NOP:
		buf_puts(out, "nop");
		break;
	case V_LABEL:
		buf_printf(out, "L%u:", i->target);
		break;
	case V_MOV:
		buf_printf(out, "v%u = v%u", i->dst, i->a);
		break;
	case V_IMM:
		buf_printf(out, "v%u = %lld", i->dst, (long long)i->imm);
		break;
	case V_ALU:
		buf_printf(out, "v%u = v%u %s%s v%u", i->dst, i->a, ops[i->op], narrow, i->b);
		break;
	case V_ALU_IMM:
		buf_printf(out, "v%u = v%u %s%s %lld", i->dst, i->a, ops[i->op], narrow,
			   (long long)i->imm);
		break;
	case V_NEG:
		buf_printf(out, "v%u = -%sv%u", i->dst, narrow, i->a);
		break;
	case V_SWAP:
		buf_printf(out, "v%u = swap%u v%u", i->dst, i->size * 8u, i->a);
		break;
	case V_EXTEND:
		buf_printf(out, "v%u = (%c%u)v%u", i->dst, i->is_signed ? 's' : 'u', i->size * 8u,
			   i->a);
		break;
	case V_LOAD:
		buf_printf(out, "v%u = %s", i->dst, i->is_signed ? "(signed)" : "");
		place(out, i);
		break;
	case V_STORE:
		place(out, i);
		buf_printf(out, " = v%u", i->b);
		break;
	case V_STORE_IMM:
		place(out, i);
		buf_printf(out, " = %lld", (long long)i->imm);
		break;
	case V_ATOMIC:
		place(out, i);
		buf_printf(out, " %s= v%u%s", ops[i->op], i->b, i->fetch ? " (fetch)" : "");
		break;
	case V_FRAME_ADDR:
		buf_printf(out, "v%u = &frame%u %+d", i->dst, i->frame, i->off);
		break;
	case V_FRAME_END:
		buf_printf(out, "end frame%u", i->frame);
		break;
	case V_JUMP:
		buf_printf(out, "goto L%u", i->target);
		break;
	case V_BRANCH:
		buf_printf(out, "if v%u %s%s v%u goto L%u", i->a, conds[i->op], narrow, i->b,
			   i->target);
		break;
	case V_BRANCH_IMM:
		buf_printf(out, "if v%u %s%s %lld goto L%u", i->a, conds[i->op], narrow,
			   (long long)i->imm, i->target);
		break;
	case V_CALL:
	case V_CALL_KFUNC:
	case V_CALL_SUB:
		print_call(out, i);
		break;
	case V_MAP:
		buf_printf(out, "v%u = map#%u", i->dst, i->target);
		break;
	case V_MAP_VALUE:
		buf_printf(out, "v%u = map#%u value %+d", i->dst, i->target, i->off);
		break;
	case V_SUB_ADDR:
		buf_printf(out, "v%u = &sub%u", i->dst, i->target);
		break;
	default:
		buf_printf(out, "return v%u", i->a);
	}
}

void vcode_print(const struct vcode *v, struct buf *out)
{
	for (u32 n = 0; n < v->func_count; n++) {
		const struct vfunc *f = &v->funcs[n];

		buf_printf(out, "sub%u %s(", n, f->name ? f->name : "");
		for (u32 k = 0; k < f->argc; k++)
			buf_printf(out, "%sv%u", k ? ", " : "", f->param[k]);
		buf_puts(out, ")\n");
		for (u32 i = 0; i < f->len; i++) {
			buf_puts(out, f->code[i].kind == V_LABEL ? "" : "\t");
			print_insn(out, &f->code[i]);
			buf_putc(out, '\n');
		}
	}
}
