// SPDX-License-Identifier: BSD-2-Clause
#include <errno.h>

#include "verify/call.h"
#include "verify/iter.h"
#include "verify/kfunc_call.h"
#include "verify/memory.h"
#include "verify/refs.h"

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

/* A structure of numbers, and arrays and structures of them: plain bytes. */
static bool is_scalar_struct(const struct types *t, u32 id, u32 depth)
{
	id = types_strip(t, id);
	if (types_kind(t, id) != KIND_STRUCT || depth > 4)
		return false;
	for (u32 i = 0; i < types_vlen(t, id); i++) {
		u32 m = types_strip(t, types_member(t, id, i).type);

		if (types_kind(t, m) == KIND_ARRAY)
			m = types_strip(t, types_array(t, m).elem);
		if (!is_scalar_type(t, m) && !is_scalar_struct(t, m, depth + 1))
			return false;
	}
	return true;
}

bool kfunc_type_fits(const struct types *t, u32 have, s64 off, u32 want)
{
	have = types_strip(t, have);
	for (u32 depth = 0; depth < 16; depth++) {
		u32 next = 0;

		if (!off && have == want)
			return true;
		if (types_kind(t, have) == KIND_ARRAY) {
			struct type_array a = types_array(t, have);
			s64 size = types_size(t, a.elem);

			if (size <= 0)
				return false;
			off %= size;
			have = types_strip(t, a.elem);
			continue;
		}
		if (types_kind(t, have) != KIND_STRUCT && types_kind(t, have) != KIND_UNION)
			return false;
		for (u32 i = 0; i < types_vlen(t, have); i++) {
			struct type_member m = types_member(t, have, i);
			s64 size = types_size(t, m.type), at = m.bit_off / 8;

			if (!m.bit_size && off >= at && off < at + size) {
				next = types_strip(t, m.type);
				off -= at;
				break;
			}
		}
		if (!next)
			return false;
		have = next;
	}
	return false;
}

/* The context type that programs of this type see in BTF. */
static bool is_ctx_type(const struct verify *v, const char *name)
{
	static const struct {
		u32 type;
		const char *name;
	} kernel[] = {
		{ PROG_XDP, "xdp_md" },		  { PROG_XDP, "xdp_buff" },
		{ PROG_KPROBE, "pt_regs" },	  { PROG_KPROBE, "bpf_user_pt_regs_t" },
		{ PROG_NETFILTER, "bpf_nf_ctx" }, { PROG_TRACEPOINT, "u64" },
	};
	const struct prog_info *info = prog_info(v->prog->type);

	if (info && info->ctx && !strcmp(name, info->ctx))
		return true;
	for (size_t i = 0; i < ARRAY_SIZE(kernel); i++) {
		if (kernel[i].type == v->prog->type && !strcmp(name, kernel[i].name))
			return true;
	}
	return false;
}

/* Sockets that are not BTF pointers pass as the kernel's types of them. */
static const char *socket_type(const struct reg *r)
{
	switch (r->type) {
	case PTR_TO_SOCKET:
		return "sock";
	case PTR_TO_SOCK_COMMON:
		return "sock_common";
	case PTR_TO_TCP_SOCK:
		return "tcp_sock";
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

static bool is_trusted(const struct verify *v, const struct reg *r)
{
	if (r->ref_id)
		return true;
	if (socket_type(r))
		return !(r->flags & PTR_UNTRUSTED);
	(void)v;
	return (r->flags & PTR_TRUSTED) && !(r->flags & PTR_UNTRUSTED);
}

static int check_trust(struct verify *v, const struct kfunc_call *c, const struct karg *a)
{
	const struct reg *r = &regs_of(v)[a->regno];

	if (!(c->info->flags & (KF_TRUSTED_ARGS | KF_RCU)) || is_trusted(v, r))
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

static int check_btf(struct verify *v, const struct kfunc_call *c, const struct karg *a)
{
	const struct reg *r = &regs_of(v)[a->regno];
	const char *socket = socket_type(r);
	const struct types *t = socket ? v->kernel : r->types;
	u32 have = socket ? types_find(v->kernel, socket, KIND_STRUCT) : r->type_id;
	u32 want = a->pointee;
	s64 off = r->off + (s64)r->s.var.value;

	if (reg_has_var_off(r) && !scalar_is_const(&r->s))
		return reject(v, REJECT_ARG, a->regno, "R%u has a variable offset", a->regno);
	if (t == v->kernel && kfunc_type_fits(t, have, off, want))
		return 0;
	/* Under another name: struct nf_conn___init is nf_conn before it is inserted. */
	return reject(v, REJECT_ARG, a->regno, "R%u points to struct %s, but %s wants struct %s",
		      a->regno, types_name(t, have), c->name, a->type);
}

static int check_map(struct verify *v, struct kfunc_call *c, const struct karg *a)
{
	const struct reg *r = &regs_of(v)[a->regno];

	(void)c;
	if (r->type == CONST_PTR_TO_MAP)
		return 0;
	return reject(v, REJECT_ARG, a->regno, "R%u must be a map", a->regno);
}

/* A timer, work queue or task work: at its exact place in a map value. */
static int check_field(struct verify *v, const struct karg *a)
{
	const struct reg *r = &regs_of(v)[a->regno];
	u32 kind = !strcmp(a->type, "bpf_wq")	   ? FIELD_WORKQUEUE
		   : !strcmp(a->type, "bpf_timer") ? FIELD_TIMER
						   : FIELD_TASK_WORK;
	s64 off = r->off + (s64)r->s.var.value;

	if (r->type != PTR_TO_MAP_VALUE || !scalar_is_const(&r->s) ||
	    !fields_at(map_value_fields(v, r->map), (u32)off, kind))
		return reject(v, REJECT_ARG, a->regno,
			      "R%u must point to a struct %s in a map value", a->regno, a->type);
	return 0;
}

static int check_lock(struct verify *v, struct kfunc_call *c, const struct karg *a)
{
	const struct reg *r = &regs_of(v)[a->regno];
	const struct btf_fields *f = NULL;

	if (r->type == PTR_TO_MAP_VALUE)
		f = map_value_fields(v, r->map);
	if (!f || !scalar_is_const(&r->s) ||
	    !fields_at(f, (u32)(r->off + (s64)r->s.var.value), FIELD_RES_SPIN_LOCK))
		return reject(v, REJECT_ARG, a->regno,
			      "R%u must point to a struct bpf_res_spin_lock in a map value",
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
	return iter_arg(v, a->regno, a->pointee);
}

static int check_dynptr(struct verify *v, struct kfunc_call *c, const struct karg *a)
{
	bool rdonly =
		!ends_with(a->param.name, "__uninit") && strcmp(c->name, "bpf_dynptr_adjust") != 0;
	enum dynptr_kind kind;
	u32 id, ref;
	int err;

	if (ends_with(a->param.name, "__uninit"))
		return dynptr_arg_uninit(v, a->regno);
	err = dynptr_arg(v, a->regno, rdonly, &kind, &id, &ref);
	if (!err && !c->dynptr) {
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

static int check_mem(struct verify *v, const struct kfunc_call *c, const struct karg *a)
{
	s64 size = types_size(v->kernel, a->pointee);
	const struct reg *r = &regs_of(v)[a->regno];
	enum mem_access what = MEM_ACCESS_READ;

	(void)c;
	if (size <= 0)
		return reject(v, REJECT_ARG, a->regno, "R%u: the size behind it is unknown",
			      a->regno);
	/* The function may write there, too: both must be allowed, unless it is const. */
	if (r->flags & MEM_RDONLY)
		what = MEM_ACCESS_READ;
	else
		what = MEM_ACCESS_READ | MEM_ACCESS_WRITE;
	return memory_region(v, a->regno, (u32)size, what, false,
			     ends_with(a->param.name, "__uninit"));
}

static int check_mem_size(struct verify *v, struct kfunc_call *c, const struct karg *a)
{
	const struct reg *r = &regs_of(v)[a->regno];
	u8 size_reg = a->regno + 1;
	int err = 0;

	if (!is_null(r) || !ends_with(a->param.name, "__opt"))
		err = memory_region_sized(v, a->regno, size_reg,
					  r->flags & MEM_RDONLY
						  ? MEM_ACCESS_READ
						  : MEM_ACCESS_READ | MEM_ACCESS_WRITE,
					  true, false);
	if (!err && a->szk) {
		if (c->has_const)
			return reject(v, REJECT_UNPROVEN, size_reg, "two constant sizes in a call");
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
		return check_field(v, a);
	case KARG_IRQ_FLAG:
		c->irq_reg = a->regno;
		return irq_flag_arg(v, a->regno,
				    !strcmp(c->name, "bpf_local_irq_save") ||
					    !strcmp(c->name, "bpf_res_spin_lock_irqsave"));
	case KARG_LOCK:
		return check_lock(v, c, a);
	case KARG_BTF: {
		int err = check_trust(v, c, a);

		return err ? err : check_btf(v, c, a);
	}
	case KARG_CALLBACK:
		return check_callback(v, c, a);
	case KARG_MEM:
		return check_mem(v, c, a);
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
	a.szk = index + 1 < c->args && ends_with(next, "__szk");
	a.sized = a.szk || (index + 1 < c->args && ends_with(next, "__sz"));
	if ((c->info->flags & (KF_TRUSTED_ARGS | KF_RCU)) &&
	    (is_null(r) || (r->flags & PTR_MAYBE_NULL)) && !ends_with(a.param.name, "__nullable") &&
	    !ends_with(a.param.name, "__opt"))
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
	if (!err && (c->info->flags & KF_RELEASE) && !c->release_reg &&
	    strcmp(c->name, "bpf_list_push_front_impl") != 0)
		return reject(v, REJECT_ARG, 1,
			      "%s releases a reference, but no argument holds one", c->name);
	return err;
}
