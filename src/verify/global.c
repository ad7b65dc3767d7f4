// SPDX-License-Identifier: BSD-2-Clause
#include <errno.h>
#include <stdlib.h>

#include "verify/args.h"
#include "verify/call.h"
#include "verify/dynptr.h"
#include "verify/func_call.h"
#include "verify/memory.h"

enum { MAX_ARGS = 5 };

/* What a global function is promised of an argument, and its callers must keep. */
enum param_kind { PARAM_NUMBER, PARAM_CTX, PARAM_MEM, PARAM_BTF, PARAM_DYNPTR, PARAM_ARENA };

struct param {
	enum param_kind kind;
	bool or_null, untrusted;
	u32 size; /* PARAM_MEM, bytes */
	u32 type; /* PARAM_BTF: of the kernel */
};

struct prototype {
	const char *name;
	u32 func, proto; /* in the object's BTF */
	u32 count;
	struct param param[MAX_ARGS];
};

enum tag {
	TAG_CTX = 1,
	TAG_NONNULL = 2,
	TAG_TRUSTED = 4,
	TAG_NULLABLE = 8,
	TAG_ARENA = 16,
	TAG_UNTRUSTED = 32
};

static const struct {
	const char *name;
	enum tag tag;
	u16 since; /* ERA(…) */
} tag_names[] = {
	{ "ctx", TAG_CTX, ERA(6, 8) },	       { "nonnull", TAG_NONNULL, ERA(6, 8) },
	{ "trusted", TAG_TRUSTED, ERA(6, 9) }, { "nullable", TAG_NULLABLE, ERA(6, 9) },
	{ "arena", TAG_ARENA, ERA(6, 9) },     { "untrusted", TAG_UNTRUSTED, ERA(6, 17) },
};

/* The "arg:…" declaration tags of argument `index`, as bits; negative: one is not known. */
static int find_tags(struct verify *v, const struct prototype *p, u32 index)
{
	const struct types *t = v->obj->types;
	int tags = 0;

	if (!era_has(v->linux_version, FEATURE_ARG_TAGS))
		return 0;
	for (u32 id = 1; id < types_count(t); id++) {
		const char *name;
		int found = 0;

		if (types_kind(t, id) != KIND_DECL_TAG || types_ref(t, id) != p->func ||
		    types_component(t, id) != (s32)index)
			continue;
		name = types_name(t, id);
		if (strncmp(name, "arg:", 4) != 0)
			continue;
		for (u32 k = 0; k < ARRAY_SIZE(tag_names); k++) {
			if (!strcmp(name + 4, tag_names[k].name) &&
			    v->linux_version >= tag_names[k].since)
				found = tag_names[k].tag;
		}
		if (!found)
			return reject(v, REJECT_ARG, -1,
				      "argument %u of '%s' has an unknown tag, '%s'", index + 1,
				      p->name, name);
		tags |= found;
	}
	return tags;
}

static int refuse(struct verify *v, const struct prototype *p, u32 index, const char *why)
{
	return reject(v, REJECT_ARG, -1, "argument %u of global function '%s' %s", index + 1,
		      p->name, why);
}

/* A pointer to this program type's context, by the name of the structure. */
static bool is_ctx_pointer(const struct verify *v, u32 pointee)
{
	const struct prog_info *info = prog_info(v->prog->type);
	const struct types *t = v->obj->types;
	u32 id = types_strip(t, pointee);

	if (!info || !info->ctx || types_kind(t, id) != KIND_STRUCT)
		return false;
	/* The kernel's name for the registers of a probed function is a typedef of pt_regs. */
	return !strcmp(types_name(t, id), info->ctx) ||
	       (v->prog->type == PROG_KPROBE && !strcmp(types_name(t, id), "user_pt_regs"));
}

/* An argument tagged "ctx": its C type must be the context's, or one that fits any. */
static int check_ctx_tag(struct verify *v, const struct prototype *p, u32 index, u32 pointee)
{
	const struct prog_info *info = prog_info(v->prog->type);
	const struct types *t = v->obj->types;
	u32 id = types_strip(t, pointee);
	const char *name = types_name(t, id);

	if (is_ctx_pointer(v, pointee) || types_kind(t, id) == KIND_VOID)
		return 0;
	switch (v->prog->type) {
	case PROG_TRACEPOINT:
	case PROG_SYSCALL:
	case PROG_EXT:
		return 0;
	case PROG_PERF_EVENT:
		if (!strcmp(name, "pt_regs"))
			return 0;
		break;
	case PROG_RAW_TRACEPOINT:
	case PROG_RAW_TRACEPOINT_WRITABLE:
	case PROG_TRACING:
	case PROG_LSM:
	case PROG_STRUCT_OPS:
		if (types_kind(t, id) == KIND_INT && types_size(t, id) == 8)
			return 0;
		break;
	default:
		break;
	}
	return reject(v, REJECT_ARG, -1,
		      "argument %u of global function '%s' is tagged as the context, but points to "
		      "'%s' and not to %s",
		      index + 1, p->name, name, info && info->ctx ? info->ctx : "a u64");
}

static u32 kernel_struct(const struct verify *v, u32 pointee)
{
	u32 id = types_strip(v->obj->types, pointee);

	return v->kernel ? types_find(v->kernel, types_name(v->obj->types, id), KIND_STRUCT) : 0;
}

static int typed_param(struct verify *v, const struct prototype *p, u32 index, u32 pointee,
		       int tags, struct param *out)
{
	u32 id = types_strip(v->obj->types, pointee);
	enum type_kind kind = types_kind(v->obj->types, id);

	out->untrusted = tags & TAG_UNTRUSTED;
	if (out->untrusted && v->opts->sound)
		return refuse(v, p, index,
			      "is untrusted: only a kernel survives reads from such a pointer");
	if (out->untrusted && (tags & ~TAG_UNTRUSTED))
		return refuse(v, p, index, "has tags that exclude each other");
	if (tags & TAG_NONNULL)
		return refuse(v, p, index, "has tags that exclude each other");
	if (out->untrusted && kind != KIND_STRUCT && kind != KIND_UNION && kind != KIND_FWD) {
		out->kind = PARAM_MEM;
		return 0;
	}
	out->kind = PARAM_BTF;
	out->or_null = tags & TAG_NULLABLE;
	out->type = kernel_struct(v, pointee);
	if (!out->type)
		return refuse(v, p, index,
			      "is tagged as a pointer to a structure that the kernel "
			      "does not have");
	return 0;
}

static bool is_dynptr(const struct types *t, u32 pointee)
{
	u32 id = types_strip(t, pointee);

	return types_kind(t, id) == KIND_STRUCT && !strcmp(types_name(t, id), "bpf_dynptr");
}

static int memory_param(struct verify *v, const struct prototype *p, u32 index, u32 pointee,
			int tags, struct param *out)
{
	s64 size = types_size(v->obj->types, types_strip(v->obj->types, pointee));

	if (tags & TAG_NULLABLE)
		return refuse(v, p, index, "has tags that exclude each other");
	if (!era_has(v->linux_version, FEATURE_GLOBAL_FUNC_PTRS))
		return refuse(v, p, index, "is a pointer to memory, which needs Linux 5.12");
	if (size < 0 || size > UINT32_MAX)
		return refuse(v, p, index, "points to something whose size is not known");
	out->kind = PARAM_MEM;
	out->size = (u32)size;
	out->or_null = !(tags & TAG_NONNULL);
	return 0;
}

static int pointer_param(struct verify *v, const struct prototype *p, u32 index, u32 pointee,
			 int tags, struct param *out)
{
	if ((tags & TAG_CTX) || is_ctx_pointer(v, pointee)) {
		out->kind = PARAM_CTX;
		if (tags & ~TAG_CTX)
			return refuse(v, p, index, "has tags that exclude each other");
		return tags & TAG_CTX ? check_ctx_tag(v, p, index, pointee) : 0;
	}
	if (is_dynptr(v->obj->types, pointee)) {
		out->kind = PARAM_DYNPTR;
		return tags ? refuse(v, p, index, "has tags that exclude each other") : 0;
	}
	if (tags & (TAG_TRUSTED | TAG_UNTRUSTED))
		return typed_param(v, p, index, pointee, tags, out);
	if (tags & TAG_ARENA) {
		out->kind = PARAM_ARENA;
		return tags & ~TAG_ARENA ? refuse(v, p, index, "has tags that exclude each other")
					 : 0;
	}
	return memory_param(v, p, index, pointee, tags, out);
}

static int find_param(struct verify *v, const struct prototype *p, u32 index, struct param *out)
{
	const struct types *t = v->obj->types;
	u32 id = types_strip(t, types_param(t, p->proto, index).type);
	enum type_kind kind = types_kind(t, id);
	int tags = find_tags(v, p, index);

	if (tags < 0)
		return tags;
	if (kind == KIND_PTR)
		return pointer_param(v, p, index, types_ref(t, id), tags, out);
	if (tags)
		return refuse(v, p, index, "has a tag for pointers but is none");
	if (kind == KIND_INT || kind == KIND_ENUM || kind == KIND_ENUM64) {
		out->kind = PARAM_NUMBER;
		return 0;
	}
	return refuse(v, p, index, "is neither a number nor a pointer");
}

static int read_prototype(struct verify *v, u32 func, struct prototype *p)
{
	const struct types *t = v->obj->types;
	const struct obj_func *f = prog_func(v->prog, v->cfg.funcs[func].start);
	enum type_kind ret;
	int err = 0;

	*p = (struct prototype){ .name = f->name ? f->name : "?", .func = f->type_id };
	p->proto = types_strip(t, types_ref(t, f->type_id));
	p->count = types_vlen(t, p->proto);
	if (types_kind(t, p->proto) != KIND_FUNC_PROTO)
		return reject(v, REJECT_CALL, -1, "the type of function '%s' is not valid",
			      p->name);
	if (p->count > MAX_ARGS)
		return reject(v, REJECT_CALL, -1,
			      "global function '%s' has %u arguments; %u are allowed", p->name,
			      p->count, MAX_ARGS);
	ret = types_kind(t, types_strip(t, types_ref(t, p->proto)));
	if (ret != KIND_INT && ret != KIND_ENUM && ret != KIND_ENUM64)
		return reject(v, REJECT_CALL, -1,
			      "global function '%s' does not return a number; only that is allowed",
			      p->name);
	for (u32 i = 0; i < p->count && !err; i++)
		err = find_param(v, p, i, &p->param[i]);
	return err;
}

/* Read once; NULL after a refusal or out of memory, *err says which. */
static const struct prototype *find_prototype(struct verify *v, u32 func, int *err)
{
	struct prototype *p;

	*err = -ENOMEM;
	if (!v->prototypes)
		v->prototypes = arena_array(v->arena, v->cfg.func_count, sizeof(*v->prototypes));
	if (!v->prototypes)
		return NULL;
	if (v->prototypes[func])
		return v->prototypes[func];
	p = arena_alloc(v->arena, sizeof(*p));
	if (p)
		*err = read_prototype(v, func, p);
	if (*err)
		return NULL;
	return v->prototypes[func] = p;
}

/* ---- the caller's side ---- */

/* Memory that the function may read and write, or NULL. */
static int check_memory(struct verify *v, u8 regno, const struct param *p)
{
	struct reg *r = &regs_of(v)[regno], saved = *r;
	int err;

	/* Linux lets a constant NULL pass, even where the function excludes NULL. */
	if (args_is_null(r) && (p->or_null || !v->opts->sound))
		return 0;
	if (args_is_null(r))
		return reject(v, REJECT_NULL, regno,
			      "argument %u is NULL, which the function excludes", regno);
	if ((saved.flags & PTR_MAYBE_NULL) && !p->or_null)
		return reject(v, REJECT_NULL, regno,
			      "argument %u may be NULL, which the function excludes", regno);
	r->flags &= (u16)~PTR_MAYBE_NULL;
	err = memory_region(v, regno, p->size, MEM_ACCESS_READ, true, false);
	if (!err)
		err = memory_region(v, regno, p->size, MEM_ACCESS_WRITE, true, false);
	r->flags = saved.flags;
	return err;
}

static int check_param(struct verify *v, u8 regno, const struct param *p)
{
	const struct reg *r = &regs_of(v)[regno];
	enum dynptr_kind kind;
	u32 id, ref;
	int err;

	if (p->untrusted)
		return 0;
	switch (p->kind) {
	case PARAM_NUMBER:
		if (r->type != SCALAR_VALUE)
			return reject(v, REJECT_ARG, regno, "R%u must be a number, not a %s", regno,
				      reg_type_name(r));
		return 0;
	case PARAM_CTX:
		if (r->type != PTR_TO_CTX)
			return reject(v, REJECT_ARG, regno, "R%u must be the context, not a %s",
				      regno, reg_type_name(r));
		return args_check_unmodified(v, regno, false);
	case PARAM_MEM:
		err = call_check_arg_offset(v, regno, false);
		return err ? err : check_memory(v, regno, p);
	case PARAM_BTF:
		return args_check_trusted(v, regno, p->type, p->or_null);
	case PARAM_DYNPTR:
		err = call_check_arg_offset(v, regno, false);
		return err ? err : dynptr_arg(v, regno, true, &kind, &id, &ref);
	case PARAM_ARENA:
		if (r->type != PTR_TO_ARENA && r->type != SCALAR_VALUE)
			return reject(v, REJECT_ARG, regno,
				      "R%u must point into the arena or be a number, not a %s",
				      regno, reg_type_name(r));
		return 0;
	}
	return 0;
}

int call_check_global(struct verify *v, u32 func)
{
	int err;
	const struct prototype *p = find_prototype(v, func, &err);

	if (!p)
		return err;
	err = 0;
	for (u8 i = 0; i < p->count && !err; i++) {
		err = reg_check(v, i + 1, USE_SRC);
		if (!err)
			err = check_param(v, i + 1, &p->param[i]);
	}
	return err;
}

/* ---- the function's side ---- */

static void set_param(struct verify *v, struct reg *r, const struct param *p)
{
	u16 null = p->or_null ? PTR_MAYBE_NULL : 0;

	switch (p->kind) {
	case PARAM_NUMBER:
	case PARAM_ARENA: /* a pointer into the arena, or any number */
		reg_set_unknown(r);
		return;
	case PARAM_CTX:
		reg_set_pointer(r, PTR_TO_CTX, 0);
		return;
	case PARAM_MEM:
		reg_set_pointer(r, PTR_TO_MEM, p->untrusted ? MEM_RDONLY | PTR_UNTRUSTED : null);
		r->mem_size = p->size;
		break;
	case PARAM_BTF:
		reg_set_pointer(r, PTR_TO_BTF_ID,
				null | (p->untrusted ? PTR_UNTRUSTED : PTR_TRUSTED));
		r->types = v->kernel;
		r->type_id = p->type;
		break;
	case PARAM_DYNPTR:
		reg_set_pointer(r, CONST_PTR_TO_DYNPTR, 0);
		r->dynptr.kind = DYNPTR_LOCAL;
		r->dynptr.first = true;
		r->id = id_new(v);
		return;
	}
	if (r->flags & PTR_MAYBE_NULL)
		r->id = id_new(v);
}

static int global_entry(struct verify *v, struct state *st, u32 func)
{
	int err;
	const struct prototype *p = find_prototype(v, func, &err);

	if (!p)
		return err;
	if (v->cfg.funcs[func].is_exception_callback) {
		state_frame(st)->in_exception_callback = true;
		if (p->count != 1 || p->param[0].kind != PARAM_NUMBER)
			return reject(v, REJECT_CALL, -1,
				      "the exception callback '%s' must take one number", p->name);
	}
	for (u32 i = 0; i < p->count; i++)
		set_param(v, &state_regs(st)[i + 1], &p->param[i]);
	return 0;
}

/*
 * A program without a type runs on plain memory: r1 points to it, r2 is its size. That size is
 * not known here, so every access through r1 is one that cannot be proved.
 */
static void memory_entry(struct reg *regs)
{
	reg_set_pointer(&regs[1], PTR_TO_MEM, 0);
	regs[1].mem_size = 0;
	reg_set_unknown(&regs[2]);
}

int call_entry(struct verify *v, struct state *st, u32 func)
{
	struct reg *regs = state_regs(st);

	st->sleepable = v->sleepable;
	if (func)
		return global_entry(v, st, func);
	if (v->prog->type == PROG_UNSPEC)
		memory_entry(regs);
	else
		reg_set_pointer(&regs[1], PTR_TO_CTX, 0);
	return 0;
}
