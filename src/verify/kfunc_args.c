// SPDX-License-Identifier: BSD-2-Clause
#include <errno.h>

#include "verify/call.h"
#include "verify/iter.h"
#include "verify/kfunc_call.h"
#include "verify/memory.h"
#include "verify/refs.h"
#include "verify/type_match.h"

/* What a pointer argument is. */
enum kfunc_arg {
	KARG_BAD,
	KARG_CTX,
	KARG_NULL,
	KARG_OWN, /* an object, list, tree or node of the program's own */
	KARG_DYNPTR,
	KARG_ITER,
	KARG_CONST_STR,
	KARG_MAP,
	KARG_FIELD, /* timer, work queue, task work in a map value */
	KARG_IRQ_FLAG,
	KARG_LOCK,
	KARG_BTF,
	KARG_CALLBACK,
	KARG_MEM,
	KARG_MEM_SIZE,
};

static bool ends_with(const char *s, const char *end)
{
	size_t n = strlen(s), m = strlen(end);

	return n >= m && !strcmp(s + n - m, end);
}

static bool is_scalar_type(const struct types *t, u32 id)
{
	enum type_kind k = types_kind(t, types_strip(t, id));

	return k == KIND_INT || k == KIND_ENUM || k == KIND_ENUM64;
}

/* A structure of numbers, of arrays of numbers and of such structures and unions: plain bytes. */
static bool is_scalar_struct(const struct types *t, u32 id, u32 depth)
{
	id = types_strip(t, id);
	if ((types_kind(t, id) != KIND_STRUCT && types_kind(t, id) != KIND_UNION) || depth > 3)
		return false;
	for (u32 i = 0; i < types_vlen(t, id); i++) {
		u32 m = types_strip(t, types_member(t, id, i).type);

		if (types_kind(t, m) == KIND_ARRAY) {
			struct type_array array = types_array(t, m);

			if (!array.count || !is_scalar_type(t, array.elem))
				return false;
		} else if (!is_scalar_type(t, m) && !is_scalar_struct(t, m, depth + 1)) {
			return false;
		}
	}
	return true;
}

/* Structures of the kernel's that a program may pass under the name of their UAPI view. */
static bool is_view(const char *uapi, const char *inner)
{
	return (!strcmp(uapi, "__sk_buff") && !strcmp(inner, "sk_buff")) ||
	       (!strcmp(uapi, "xdp_md") && !strcmp(inner, "xdp_buff"));
}

/*
 * Is it what programs of this type call their context? The kernel's BTF holds both views of each
 * context as members of a structure made for that, struct bpf_ctx_convert.
 */
static bool is_ctx_type(const struct verify *v, const char *name)
{
	u32 type = kfunc_ctx_type(v, "prog");
	const char *ctx = types_name(v->kernel, type);

	if (!*name || types_kind(v->kernel, type) != KIND_STRUCT)
		return false;
	return !strcmp(ctx, name) || is_view(ctx, name) ||
	       (v->prog->type == PROG_KPROBE && !strcmp(name, "bpf_user_pt_regs_t"));
}

/* Sockets and maps that are not typed pointers pass as the kernel's types of them. */
static const char *socket_type(const struct reg *r)
{
	switch (r->type) {
	case PTR_TO_SOCKET:
		return "sock";
	case PTR_TO_SOCK_COMMON:
		return "sock_common";
	case PTR_TO_TCP_SOCK:
		return "tcp_sock";
	case CONST_PTR_TO_MAP:
		return "bpf_map";
	default:
		return NULL;
	}
}

struct karg {
	u32 index;
	u8 regno;
	struct type_param param;
	u32 pointee;	  /* stripped */
	const char *type; /* its name */
	bool sized;	  /* the next argument is its size */
	bool szk;	  /* … and must be constant */
};

static bool is_null(const struct reg *r)
{
	u64 value;

	return reg_is_const(r, &value) && !value;
}

static bool is_own_type(const char *type)
{
	return !strcmp(type, "bpf_list_head") || !strcmp(type, "bpf_list_node") ||
	       !strcmp(type, "bpf_rb_root") || !strcmp(type, "bpf_rb_node");
}

static bool is_field_type(const char *type)
{
	return !strcmp(type, "bpf_wq") || !strcmp(type, "bpf_timer") ||
	       !strcmp(type, "bpf_task_work");
}

static enum kfunc_arg classify(const struct verify *v, const struct kfunc_call *c,
			       const struct karg *a)
{
	const struct reg *r = &regs_of(v)[a->regno];
	const char *name = a->param.name;
	enum type_kind kind = types_kind(v->kernel, a->pointee);

	if (!strcmp(c->name, "bpf_cast_to_kern_ctx") || is_ctx_type(v, a->type))
		return KARG_CTX;
	if (ends_with(name, "__nullable") && is_null(r) && !a->sized)
		return KARG_NULL;
	if (ends_with(name, "__alloc") || ends_with(name, "__refcounted_kptr") ||
	    is_own_type(a->type))
		return KARG_OWN;
	if (!strcmp(a->type, "bpf_dynptr") || !strcmp(a->type, "bpf_dynptr_kern"))
		return KARG_DYNPTR;
	if (!strncmp(a->type, "bpf_iter_", 9) && a->index == 0 &&
	    (c->info->flags & (KF_ITER_NEW | KF_ITER_NEXT | KF_ITER_DESTROY)))
		return KARG_ITER;
	if (ends_with(name, "__iter"))
		return KARG_ITER;
	if (ends_with(name, "__str"))
		return KARG_CONST_STR;
	if (ends_with(name, "__map"))
		return KARG_MAP;
	if (is_field_type(a->type))
		return KARG_FIELD;
	if (ends_with(name, "__irq_flag"))
		return KARG_IRQ_FLAG;
	if (!strcmp(a->type, "bpf_res_spin_lock"))
		return KARG_LOCK;
	if (r->type == PTR_TO_BTF_ID || socket_type(r))
		return kind == KIND_STRUCT || kind == KIND_UNION ? KARG_BTF : KARG_BAD;
	if (kind == KIND_FUNC_PROTO)
		return KARG_CALLBACK;
	if (is_scalar_type(v->kernel, a->pointee) || is_scalar_struct(v->kernel, a->pointee, 0) ||
	    (a->sized && kind == KIND_VOID))
		return a->sized ? KARG_MEM_SIZE : KARG_MEM;
	return KARG_BAD;
}

/* Referenced, or of a kind that is valid, and nothing said against it. */
static bool is_trusted(const struct reg *r)
{
	const u16 good = MEM_ALLOC | PTR_TRUSTED | NON_OWN_REF;

	if (r->ref_id)
		return true;
	return !(r->flags & (u16)~good) && (socket_type(r) || (r->flags & good));
}

/* What is released must be valid, whatever else the function takes. */
static bool wants_trust(const struct kfunc_call *c)
{
	return c->info->flags & (KF_TRUSTED_ARGS | KF_RELEASE);
}

static int check_trust(struct verify *v, const struct kfunc_call *c, const struct karg *a)
{
	const struct reg *r = &regs_of(v)[a->regno];

	if (!(wants_trust(c) || (c->info->flags & KF_RCU)) || is_trusted(r))
		return 0;
	if (!(c->info->flags & KF_RCU))
		return reject(v, REJECT_ARG, a->regno,
			      "R%u must be a trusted or referenced pointer for %s", a->regno,
			      c->name);
	if (r->flags & MEM_RCU)
		return 0;
	return reject(v, REJECT_ARG, a->regno,
		      "R%u must be a trusted pointer, or one valid under RCU, for %s", a->regno,
		      c->name);
}

/* "nf_conn___init" is another stage of an "nf_conn": neither passes for the other. */
static bool are_stages(const char *a, const char *b)
{
	const char *init = "___init";
	size_t n = strlen(a), m = strlen(b);

	if (n > m)
		return are_stages(b, a);
	return m == n + strlen(init) && !strncmp(a, b, n) && !strcmp(b + n, init);
}

static int check_btf(struct verify *v, const struct kfunc_call *c, const struct karg *a)
{
	const u16 unsafe = (u16) ~(MEM_ALLOC | PTR_TRUSTED | NON_OWN_REF);
	const struct reg *r = &regs_of(v)[a->regno];
	const char *socket = socket_type(r), *name;
	const struct types *t = socket ? v->kernel : r->types;
	u32 have = socket ? types_find(v->kernel, socket, KIND_STRUCT) : r->type_id;
	bool strict;

	if (!socket && (r->flags & unsafe) && !(r->flags & MEM_RCU))
		return reject(v, REJECT_ARG, a->regno, "R%u is %s, which %s does not take",
			      a->regno, reg_type_name(r), c->name);
	name = types_name(t, have);
	strict = ((c->info->flags & KF_RELEASE) && r->ref_id) || are_stages(name, a->type);
	if (type_match(t, have, r->off, v->kernel, a->pointee, strict) || is_view(a->type, name))
		return 0;
	return reject(v, REJECT_ARG, a->regno, "R%u points to struct %s, but %s wants struct %s",
		      a->regno, name, c->name, a->type);
}

/* A map; when a work queue or task work came before, the one that holds it. */
static int check_map(struct verify *v, struct kfunc_call *c, const struct karg *a)
{
	const struct reg *r = &regs_of(v)[a->regno];

	if (r->type != CONST_PTR_TO_MAP)
		return reject(v, REJECT_ARG, a->regno, "R%u must be a map, it is %s", a->regno,
			      reg_type_name(r));
	if (c->map && (c->map != r->map || c->map_uid != r->map_uid))
		return reject(v, REJECT_ARG, a->regno,
			      "R%u must be the map whose value the argument before lies in",
			      a->regno);
	return 0;
}

/* A timer, work queue or task work: at its exact place in a map value. */
static int check_field(struct verify *v, struct kfunc_call *c, const struct karg *a)
{
	const struct reg *r = &regs_of(v)[a->regno];
	u32 kind = !strcmp(a->type, "bpf_wq")	   ? FIELD_WORKQUEUE
		   : !strcmp(a->type, "bpf_timer") ? FIELD_TIMER
						   : FIELD_TASK_WORK;
	const struct btf_fields *f;

	f = r->type == PTR_TO_MAP_VALUE ? map_value_fields(v, r->map) : NULL;
	if (!f || (r->flags & PTR_MAYBE_NULL) || !scalar_is_const(&r->s) ||
	    !fields_at(f, (u32)(r->off + (s64)r->s.var.value), kind))
		return reject(v, REJECT_ARG, a->regno,
			      "R%u must point to a struct %s in a map value", a->regno, a->type);
	c->map = r->map;
	c->map_uid = r->map_uid;
	return 0;
}

static int check_lock(struct verify *v, struct kfunc_call *c, const struct karg *a)
{
	const struct reg *r = &regs_of(v)[a->regno];
	const struct btf_fields *f = NULL;

	if (r->type == PTR_TO_MAP_VALUE && !r->flags)
		f = map_value_fields(v, r->map);
	else if (r->type == PTR_TO_BTF_ID && r->flags == MEM_ALLOC)
		f = type_fields(v, r->types, r->type_id);
	if (!f || !scalar_is_const(&r->s) ||
	    !fields_at(f, (u32)(r->off + (s64)r->s.var.value), FIELD_RES_SPIN_LOCK))
		return reject(v, REJECT_ARG, a->regno,
			      "R%u must point to a struct bpf_res_spin_lock in a map value or "
			      "an object of the program's own",
			      a->regno);
	c->lock_reg = a->regno;
	return 0;
}

static int check_iter(struct verify *v, struct kfunc_call *c, const struct karg *a)
{
	u32 flags = c->info->flags;

	c->iter_reg = a->regno;
	c->iter_type = a->pointee;
	if (flags & KF_ITER_NEW)
		return iter_arg_uninit(v, a->regno, a->pointee);
	return iter_arg(v, a->regno, a->pointee, &c->ref);
}

/* A dynptr that a callback was given may be passed on, whatever the function does to it. */
static int check_dynptr(struct verify *v, struct kfunc_call *c, const struct karg *a)
{
	enum dynptr_kind kind;
	u32 id, ref;
	int err;

	if (ends_with(a->param.name, "__uninit"))
		return dynptr_arg_uninit(v, a->regno);
	err = dynptr_arg(v, a->regno, true, &kind, &id, &ref);
	if (!err) {
		c->dynptr = kind;
		c->dynptr_id = id;
		c->dynptr_ref = ref;
	}
	return err;
}

static int check_callback(struct verify *v, struct kfunc_call *c, const struct karg *a)
{
	const struct reg *r = &regs_of(v)[a->regno];

	if (r->type != PTR_TO_FUNC)
		return reject(v, REJECT_ARG, a->regno, "R%u must be a function of the program",
			      a->regno);
	c->callback_reg = a->regno;
	c->callback = r->func;
	return 0;
}

/*
 * The function may read and write there, const or not: memory must allow both. A pointer that may
 * be NULL is checked as if it were not: the function looks for itself.
 */
static int check_bytes(struct verify *v, u8 regno, u32 size, u8 size_reg)
{
	struct reg saved = regs_of(v)[regno];
	const enum mem_access both[] = { MEM_ACCESS_READ, MEM_ACCESS_WRITE };
	int err = 0;

	regs_of(v)[regno].flags &= (u16)~PTR_MAYBE_NULL;
	for (u32 i = 0; i < 2 && !err; i++) {
		if (size_reg)
			err = memory_region_sized(v, regno, size_reg, both[i], true, false);
		else
			err = memory_region(v, regno, size, both[i], true, false);
	}
	regs_of(v)[regno].flags = saved.flags;
	return err;
}

static int check_mem(struct verify *v, const struct karg *a)
{
	s64 size = types_size(v->kernel, a->pointee);

	if (size < 0)
		return reject(v, REJECT_ARG, a->regno, "R%u: the size behind it is unknown",
			      a->regno);
	return is_null(&regs_of(v)[a->regno]) ? 0 : check_bytes(v, a->regno, (u32)size, 0);
}

static int check_mem_size(struct verify *v, struct kfunc_call *c, const struct karg *a)
{
	u8 size_reg = a->regno + 1;
	int err = 0;

	if (!is_null(&regs_of(v)[a->regno]) || !ends_with(a->param.name, "__opt"))
		err = check_bytes(v, a->regno, 0, size_reg);
	if (!err && a->szk) {
		c->has_const = true;
		err = call_const_arg(v, size_reg, &c->constant);
	}
	return err;
}

static int check_ctx(struct verify *v, const struct karg *a)
{
	const struct reg *r = &regs_of(v)[a->regno];

	if (r->type != PTR_TO_CTX)
		return reject(v, REJECT_ARG, a->regno, "R%u must be the context", a->regno);
	return 0;
}

static int check_pointer(struct verify *v, struct kfunc_call *c, const struct karg *a)
{
	enum kfunc_arg kind = classify(v, c, a);
	bool releases = (c->info->flags & KF_RELEASE) && regs_of(v)[a->regno].ref_id;
	int err = kind == KARG_BTF ? check_trust(v, c, a) : 0;

	if (!err && kind != KARG_BAD && kind != KARG_NULL)
		err = call_check_arg_offset(v, a->regno, releases);
	if (err)
		return err;
	switch (kind) {
	case KARG_NULL:
		return 0;
	case KARG_CTX:
		return check_ctx(v, a);
	case KARG_OWN:
		return kfunc_own_arg(v, c, a->regno, a->type);
	case KARG_DYNPTR:
		return check_dynptr(v, c, a);
	case KARG_ITER:
		return check_iter(v, c, a);
	case KARG_CONST_STR:
		return call_const_str(v, a->regno);
	case KARG_MAP:
		return check_map(v, c, a);
	case KARG_FIELD:
		return check_field(v, c, a);
	case KARG_IRQ_FLAG:
		c->irq_reg = a->regno;
		return irq_flag_arg(v, a->regno,
				    !strcmp(c->name, "bpf_local_irq_save") ||
					    !strcmp(c->name, "bpf_res_spin_lock_irqsave"));
	case KARG_LOCK:
		return check_lock(v, c, a);
	case KARG_BTF:
		return check_btf(v, c, a);
	case KARG_CALLBACK:
		return check_callback(v, c, a);
	case KARG_MEM:
		return check_mem(v, a);
	case KARG_MEM_SIZE:
		return check_mem_size(v, c, a);
	case KARG_BAD:
		break;
	}
	return reject(v, REJECT_ARG, a->regno, "R%u is %s, but argument %u of %s is a struct %s *",
		      a->regno, reg_type_name(&regs_of(v)[a->regno]), a->index + 1, c->name,
		      a->type);
}

static int check_scalar(struct verify *v, struct kfunc_call *c, const struct karg *a)
{
	const struct reg *r = &regs_of(v)[a->regno];
	const char *name = a->param.name;
	bool rdonly = !strcmp(name, "rdonly_buf_size");

	if (r->type != SCALAR_VALUE)
		return reject(v, REJECT_ARG, a->regno, "R%u must be a number, it is %s", a->regno,
			      reg_type_name(r));
	if (ends_with(name, "__k")) {
		c->has_const = true;
		return call_const_arg(v, a->regno, &c->constant);
	}
	if (rdonly || !strcmp(name, "rdwr_buf_size")) {
		c->has_size = true;
		c->size_rdonly = rdonly;
		return call_const_arg(v, a->regno, &c->size);
	}
	return 0;
}

/* A reference that comes in: at most one, and released only where it begins. */
static int note_ref(struct verify *v, struct kfunc_call *c, const struct karg *a)
{
	const struct reg *r = &regs_of(v)[a->regno];

	if (!r->ref_id || c->iter_reg == a->regno)
		return 0;
	if ((c->info->flags & KF_RELEASE) && c->ref)
		return reject(v, REJECT_ARG, a->regno,
			      "more than one argument of %s holds a reference", c->name);
	c->ref = r->ref_id;
	if (c->info->flags & KF_RELEASE)
		c->release_reg = a->regno;
	return 0;
}

static int check_arg(struct verify *v, struct kfunc_call *c, u32 index)
{
	u8 regno = (u8)(index + 1);
	struct karg a = { .index = index,
			  .regno = regno,
			  .param = types_param(v->kernel, c->proto, index) };
	const char *next = types_param(v->kernel, c->proto, index + 1).name;
	u32 type = types_strip(v->kernel, a.param.type);
	const struct reg *r = &regs_of(v)[regno];
	int err;

	if (ends_with(a.param.name, "__ign") || ends_with(a.param.name, "__prog"))
		return 0;
	err = reg_check(v, regno, USE_SRC);
	if (err)
		return err;
	if (is_scalar_type(v->kernel, type))
		return check_scalar(v, c, &a);
	if (types_kind(v->kernel, type) != KIND_PTR)
		return reject(v, REJECT_UNPROVEN, regno,
			      "argument %u of %s has a type that is "
			      "neither a number nor a pointer",
			      index + 1, c->name);
	a.pointee = types_strip(v->kernel, types_ref(v->kernel, type));
	a.type = types_name(v->kernel, a.pointee);
	if (index + 1 < c->args && regs_of(v)[regno + 1].type == SCALAR_VALUE) {
		a.szk = ends_with(next, "__szk");
		a.sized = a.szk || ends_with(next, "__sz");
	}
	if ((wants_trust(c) || (c->info->flags & KF_RCU)) &&
	    (is_null(r) || (r->flags & PTR_MAYBE_NULL)) && !ends_with(a.param.name, "__nullable"))
		return reject(v, REJECT_NULL, regno, "R%u may be NULL, which %s does not allow",
			      regno, c->name);
	err = check_pointer(v, c, &a);
	return err ? err : note_ref(v, c, &a);
}

int kfunc_check_args(struct verify *v, struct kfunc_call *c)
{
	int err = 0;

	for (u32 i = 0; i < c->args && !err; i++)
		err = check_arg(v, c, i);
	if (!err && (c->info->flags & KF_RELEASE) && !c->release_reg)
		return reject(v, REJECT_ARG, 1,
			      "%s releases a reference, but no argument holds one", c->name);
	return err;
}
