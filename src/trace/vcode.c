// SPDX-License-Identifier: BSD-2-Clause
/* Writing virtual code. */
#include "trace/vir.h"

static void *grow(struct vcode *v, void *data, u32 len, u32 *cap, size_t size)
{
	u32 more = *cap ? *cap * 2 : 16;
	void *bigger;

	if (len < *cap)
		return data;
	bigger = arena_array(v->arena, more, size);
	if (!bigger) {
		v->no_memory = true;
		return NULL;
	}
	if (len)
		memcpy(bigger, data, len * size);
	*cap = more;
	return bigger;
}

static struct vfunc *new_func(struct vcode *v, const char *name, u32 argc)
{
	struct vfunc *funcs = grow(v, v->funcs, v->func_count, &v->func_cap, sizeof(*funcs));

	if (!funcs)
		return NULL;
	v->funcs = funcs;
	funcs += v->func_count++;
	memset(funcs, 0, sizeof(*funcs));
	funcs->name = name;
	funcs->argc = argc;
	funcs->reg_count = 1; /* 0 is VC_NONE */
	return funcs;
}

struct vcode *vcode_new(struct arena *a)
{
	struct vcode *v = arena_alloc(a, sizeof(*v));

	if (!v)
		return NULL;
	v->arena = a;
	v->fn = new_func(v, NULL, 1);
	return v->fn ? v : NULL;
}

void vc_at(struct vcode *v, struct span at)
{
	v->at = at;
}

struct vinsn *vir_add(struct vcode *v, struct vfunc *f, enum vkind kind)
{
	static _Thread_local struct vinsn nowhere; /* takes what finds no memory */
	struct vinsn *code = grow(v, f->code, f->len, &f->cap, sizeof(*code)), *i;

	if (!code)
		return memset(&nowhere, 0, sizeof(nowhere));
	f->code = code;
	i = &code[f->len++];
	memset(i, 0, sizeof(*i));
	i->kind = kind;
	i->at = v->at;
	return i;
}

static struct vinsn *add(struct vcode *v, enum vkind kind)
{
	return vir_add(v, v->fn, kind);
}

u32 vir_reg(struct vfunc *f)
{
	return f->reg_count++;
}

u32 vc_reg(struct vcode *v)
{
	return vir_reg(v->fn);
}

u32 vc_arg(struct vcode *v, u32 n)
{
	if (!v->fn->param[n])
		v->fn->param[n] = vc_reg(v);
	return v->fn->param[n];
}

u32 vc_ctx(struct vcode *v)
{
	return vc_arg(v, 0);
}

void vc_mov(struct vcode *v, u32 dst, u32 src)
{
	struct vinsn *i = add(v, V_MOV);

	i->dst = dst;
	i->a = src;
}

void vc_imm(struct vcode *v, u32 dst, u64 value)
{
	struct vinsn *i = add(v, V_IMM);

	i->dst = dst;
	i->imm = value;
}

void vc_alu(struct vcode *v, enum vc_op op, enum vc_width w, u32 dst, u32 a, u32 b)
{
	struct vinsn *i = add(v, V_ALU);

	i->op = op;
	i->width = w;
	i->dst = dst;
	i->a = a;
	i->b = b;
}

void vc_alu_imm(struct vcode *v, enum vc_op op, enum vc_width w, u32 dst, u32 a, s64 imm)
{
	struct vinsn *i = add(v, V_ALU_IMM);

	i->op = op;
	i->width = w;
	i->dst = dst;
	i->a = a;
	i->imm = (u64)imm;
}

void vc_neg(struct vcode *v, enum vc_width w, u32 dst, u32 a)
{
	struct vinsn *i = add(v, V_NEG);

	i->width = w;
	i->dst = dst;
	i->a = a;
}

void vc_swap(struct vcode *v, u32 dst, u32 a, u32 bits)
{
	struct vinsn *i = add(v, V_SWAP);

	i->size = (u8)(bits / 8);
	i->dst = dst;
	i->a = a;
}

void vc_extend(struct vcode *v, u32 dst, u32 a, u32 size, bool is_signed)
{
	struct vinsn *i = add(v, V_EXTEND);

	i->size = (u8)size;
	i->is_signed = is_signed;
	i->dst = dst;
	i->a = a;
}

void vc_load(struct vcode *v, u32 size, bool is_signed, u32 dst, u32 base, s32 off)
{
	struct vinsn *i = add(v, V_LOAD);

	i->size = (u8)size;
	i->is_signed = is_signed;
	i->dst = dst;
	i->a = base;
	i->off = off;
}

void vc_store(struct vcode *v, u32 size, u32 base, s32 off, u32 src)
{
	struct vinsn *i = add(v, V_STORE);

	i->size = (u8)size;
	i->a = base;
	i->off = off;
	i->b = src;
}

void vc_store_imm(struct vcode *v, u32 size, u32 base, s32 off, s32 imm)
{
	struct vinsn *i = add(v, V_STORE_IMM);

	i->size = (u8)size;
	i->a = base;
	i->off = off;
	i->imm = (u64)(s64)imm;
}

void vc_atomic(struct vcode *v, enum vc_op op, u32 size, u32 base, s32 off, u32 src, bool fetch)
{
	struct vinsn *i = add(v, V_ATOMIC);

	i->op = op;
	i->size = (u8)size;
	i->a = base;
	i->off = off;
	i->b = src;
	i->fetch = fetch;
	if (fetch)
		i->dst = src;
}

u32 vc_frame(struct vcode *v, u32 size, u32 align)
{
	struct vfunc *f = v->fn;
	struct vframe *frames = grow(v, f->frames, f->frame_count, &f->frame_cap, sizeof(*frames));

	if (!frames)
		return 0;
	f->frames = frames;
	frames += f->frame_count;
	memset(frames, 0, sizeof(*frames));
	frames->size = size;
	frames->align = MAX(align, 1u);
	return f->frame_count++;
}

void vc_frame_addr(struct vcode *v, u32 dst, u32 frame, s32 off)
{
	struct vinsn *i = add(v, V_FRAME_ADDR);

	i->dst = dst;
	i->frame = frame;
	i->off = off;
}

static void on_frame(struct vcode *v, u32 frame)
{
	struct vinsn *i = &v->fn->code[v->fn->len - 1];

	if (v->no_memory)
		return;
	i->a = VC_NONE;
	i->on_frame = true;
	i->frame = frame;
}

void vc_frame_load(struct vcode *v, u32 size, bool is_signed, u32 dst, u32 frame, s32 off)
{
	vc_load(v, size, is_signed, dst, VC_NONE, off);
	on_frame(v, frame);
}

void vc_frame_store(struct vcode *v, u32 size, u32 frame, s32 off, u32 src)
{
	vc_store(v, size, VC_NONE, off, src);
	on_frame(v, frame);
}

void vc_frame_store_imm(struct vcode *v, u32 size, u32 frame, s32 off, s32 imm)
{
	vc_store_imm(v, size, VC_NONE, off, imm);
	on_frame(v, frame);
}

void vc_frame_zero(struct vcode *v, u32 frame, u32 off, u32 len)
{
	u32 align = v->no_memory ? 8 : v->fn->frames[frame].align;

	while (len) {
		u32 size = 8;

		while (size > len || size > align || off % size)
			size /= 2;
		vc_frame_store_imm(v, size, frame, (s32)off, 0);
		off += size;
		len -= size;
	}
}

void vc_frame_end(struct vcode *v, u32 frame)
{
	add(v, V_FRAME_END)->frame = frame;
}

u32 vc_label(struct vcode *v)
{
	return v->fn->label_count++;
}

void vc_place(struct vcode *v, u32 label)
{
	add(v, V_LABEL)->target = label;
}

void vc_jump(struct vcode *v, u32 label)
{
	add(v, V_JUMP)->target = label;
}

void vc_branch(struct vcode *v, enum vc_cond c, enum vc_width w, u32 a, u32 b, u32 label)
{
	struct vinsn *i = add(v, V_BRANCH);

	i->op = c;
	i->width = w;
	i->a = a;
	i->b = b;
	i->target = label;
}

void vc_branch_imm(struct vcode *v, enum vc_cond c, enum vc_width w, u32 a, s64 imm, u32 label)
{
	struct vinsn *i = add(v, V_BRANCH_IMM);

	i->op = c;
	i->width = w;
	i->a = a;
	i->imm = (u64)imm;
	i->target = label;
}

static void call(struct vcode *v, enum vkind kind, u32 target, u32 dst, u32 argc, const u32 *args)
{
	struct vinsn *i = add(v, kind);

	i->target = target;
	i->dst = dst;
	i->argc = (u8)argc;
	if (argc)
		memcpy(i->args, args, argc * sizeof(*args));
}

void vc_call(struct vcode *v, u32 helper, u32 dst, u32 argc, const u32 *args)
{
	call(v, V_CALL, helper, dst, argc, args);
}

void vc_call_kfunc(struct vcode *v, u32 extern_idx, u32 dst, u32 argc, const u32 *args)
{
	call(v, V_CALL_KFUNC, extern_idx, dst, argc, args);
}

void vc_call_sub(struct vcode *v, u32 sub, u32 dst, u32 argc, const u32 *args)
{
	call(v, V_CALL_SUB, sub, dst, argc, args);
}

void vc_map(struct vcode *v, u32 dst, u32 map)
{
	struct vinsn *i = add(v, V_MAP);

	i->dst = dst;
	i->target = map;
}

void vc_map_value(struct vcode *v, u32 dst, u32 map, u32 off)
{
	struct vinsn *i = add(v, V_MAP_VALUE);

	i->dst = dst;
	i->target = map;
	i->off = (s32)off;
}

void vc_sub_addr(struct vcode *v, u32 dst, u32 sub)
{
	struct vinsn *i = add(v, V_SUB_ADDR);

	i->dst = dst;
	i->target = sub;
}

void vc_exit(struct vcode *v, u32 src)
{
	if (!src) {
		src = vc_reg(v);
		vc_imm(v, src, 0);
	}
	add(v, V_EXIT)->a = src;
}

u32 vc_sub(struct vcode *v, const char *name, u32 argc)
{
	u32 at = (u32)(v->fn - v->funcs), sub = v->func_count;

	if (!new_func(v, name, argc))
		return 0;
	v->fn = &v->funcs[at]; /* the array may have moved */
	return sub;
}

void vc_sub_begin(struct vcode *v, u32 sub)
{
	v->fn = &v->funcs[sub];
}

void vc_sub_end(struct vcode *v)
{
	v->fn = &v->funcs[0];
}
