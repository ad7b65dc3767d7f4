// SPDX-License-Identifier: BSD-2-Clause
#include "verify/args.h"

#include <errno.h>

#include "verify/arg_objects.h"
#include "verify/call.h"
#include "verify/dynptr.h"
#include "verify/memory.h"
#include "verify/precision.h"
#include "verify/refs.h"
#include "verify/type_match.h"

/* A register type with exactly these flags. */
struct fit {
	enum reg_type type;
	u16 flags;
};

#define FITS(name, ...) static const struct fit name[] = { __VA_ARGS__, { NOT_INIT, 0 } }

FITS(fits_mem, { PTR_TO_STACK, 0 }, { PTR_TO_PACKET, 0 }, { PTR_TO_PACKET_META, 0 },
     { PTR_TO_MAP_KEY, 0 }, { PTR_TO_MAP_VALUE, 0 }, { PTR_TO_MEM, 0 }, { PTR_TO_MEM, MEM_RINGBUF },
     { PTR_TO_BUF, 0 }, { PTR_TO_BTF_ID, PTR_TRUSTED });
FITS(fits_scalar, { SCALAR_VALUE, 0 });
FITS(fits_ctx, { PTR_TO_CTX, 0 });
FITS(fits_map, { CONST_PTR_TO_MAP, 0 });
FITS(fits_ringbuf, { PTR_TO_MEM, MEM_RINGBUF });
FITS(fits_func, { PTR_TO_FUNC, 0 });
FITS(fits_stack, { PTR_TO_STACK, 0 });
FITS(fits_map_value, { PTR_TO_MAP_VALUE, 0 });
FITS(fits_lock, { PTR_TO_MAP_VALUE, 0 }, { PTR_TO_BTF_ID, MEM_ALLOC });
FITS(fits_dynptr, { PTR_TO_STACK, 0 }, { CONST_PTR_TO_DYNPTR, 0 });
FITS(fits_sock, { PTR_TO_SOCK_COMMON, 0 }, { PTR_TO_SOCKET, 0 }, { PTR_TO_TCP_SOCK, 0 },
     { PTR_TO_XDP_SOCK, 0 });
FITS(fits_sock_or_btf, { PTR_TO_SOCK_COMMON, 0 }, { PTR_TO_SOCKET, 0 }, { PTR_TO_TCP_SOCK, 0 },
     { PTR_TO_XDP_SOCK, 0 }, { PTR_TO_BTF_ID, 0 }, { PTR_TO_BTF_ID, PTR_TRUSTED });
FITS(fits_socket, { PTR_TO_SOCKET, 0 });
FITS(fits_btf, { PTR_TO_BTF_ID, 0 }, { PTR_TO_BTF_ID, PTR_TRUSTED }, { PTR_TO_BTF_ID, MEM_RCU });
FITS(fits_percpu, { PTR_TO_BTF_ID, MEM_PERCPU }, { PTR_TO_BTF_ID, MEM_PERCPU | MEM_RCU },
     { PTR_TO_BTF_ID, MEM_PERCPU | PTR_TRUSTED });

/* What fits an argument, and how it is used. */
struct arg_rule {
	const struct fit *fits; /* NULL: anything */
	bool or_null;
	bool rdonly; /* the callee promises not to write: read-only memory fits */
	const char *what;
};
static const struct arg_rule rules[] = {
	[ARG_SCALAR] = { NULL, true, false, "anything" },
	[ARG_CTX] = { fits_ctx, false, false, "the context" },
	[ARG_CTX_OR_NULL] = { fits_ctx, true, false, "the context or NULL" },
	[ARG_MAP] = { fits_map, false, false, "a map" },
	[ARG_MAP_KEY] = { fits_mem, false, false, "memory that holds a key" },
	[ARG_MAP_VALUE] = { fits_mem, false, false, "memory that holds a value" },
	[ARG_MAP_VALUE_OUT] = { fits_mem, false, false, "memory for a value" },
	[ARG_MAP_VALUE_OR_NULL] = { fits_mem, true, false, "memory that holds a value, or NULL" },
	[ARG_MEM] = { fits_mem, false, true, "memory" },
	[ARG_MEM_OR_NULL] = { fits_mem, true, true, "memory or NULL" },
	[ARG_MEM_RW] = { fits_mem, false, false, "writable memory" },
	[ARG_MEM_OUT] = { fits_mem, false, false, "writable memory" },
	[ARG_MEM_OUT_OR_NULL] = { fits_mem, true, false, "writable memory or NULL" },
	[ARG_SIZE] = { fits_scalar, false, false, "a number" },
	[ARG_SIZE_OR_ZERO] = { fits_scalar, false, false, "a number" },
	[ARG_ALLOC_SIZE] = { fits_scalar, false, false, "a number" },
	[ARG_ALLOC_MEM] = { fits_ringbuf, false, false, "a reserved ring buffer record" },
	[ARG_SCALAR_OUT] = { fits_mem, false, false, "writable memory" },
	[ARG_FIXED_MEM] = { fits_mem, false, true, "memory" },
	[ARG_FIXED_MEM_OUT] = { fits_mem, false, false, "writable memory" },
	[ARG_FUNC] = { fits_func, false, false, "a function of the program" },
	[ARG_STACK_OR_NULL] = { fits_stack, true, false, "a pointer to the stack, or NULL" },
	[ARG_CONST_STR] = { fits_map_value, false, false, "a string in a read-only map" },
	[ARG_SPIN_LOCK] = { fits_lock, false, false, "a bpf_spin_lock in a map value or object" },
	[ARG_TIMER] = { fits_map_value, false, false, "a bpf_timer in a map value" },
	[ARG_KPTR] = { fits_lock, false, false, "a kernel pointer in a map value or object" },
	[ARG_DYNPTR] = { fits_dynptr, false, false, "a dynptr" },
	[ARG_DYNPTR_OUT] = { fits_dynptr, false, false, "room for a dynptr on the stack" },
	[ARG_SOCK_COMMON] = { fits_sock, false, false, "a socket" },
	[ARG_SOCKET] = { fits_socket, false, false, "a full socket" },
	[ARG_SOCKET_OR_NULL] = { fits_socket, true, false, "a full socket or NULL" },
	[ARG_BTF_ID] = { fits_btf, false, false, "a typed kernel pointer" },
	[ARG_BTF_ID_OR_NULL] = { fits_btf, true, false, "a typed kernel pointer or NULL" },
	[ARG_PERCPU_BTF_ID] = { fits_percpu, false, false, "a per-CPU kernel pointer" },
	[ARG_ANY_PTR] = { NULL, true, false, "a pointer" },
};

/* One argument being checked. */
struct arg {
	u32 index; /* 0 … 4 */
	u8 regno;
	enum arg_type type;
	bool or_null, releases;
	const struct fit *fits;
	const char *btf; /* kernel type that typed pointers must have; NULL: any */
};

bool args_is_null(const struct reg *r)
{
	u64 v;

	return reg_is_const(r, &v) && !v;
}

static u8 arg_regno(u32 index)
{
	return (u8)(index + 1);
}

int args_check_unmodified(struct verify *v, u8 regno, bool fixed_ok)
{
	const struct reg *r = &regs_of(v)[regno];

	if (r->off < 0)
		return reject(
			v, REJECT_ARG, regno,
			"R%u (%s) was moved to a negative offset, %d; it must be passed as it "
			"was",
			regno, reg_type_name(r), r->off);
	if (r->off && !fixed_ok)
		return reject(v, REJECT_ARG, regno,
			      "R%u (%s) was moved by %d; it must be passed as it was", regno,
			      reg_type_name(r), r->off);
	if (reg_has_var_off(r))
		return reject(
			v, REJECT_ARG, regno,
			"R%u (%s) was moved by an unknown offset; it must be passed as it was",
			regno, reg_type_name(r));
	return 0;
}

int call_check_arg_offset(struct verify *v, u8 regno, bool releases)
{
	const struct reg *r = &regs_of(v)[regno];

	if (releases)
		return args_check_unmodified(v, regno, false);
	switch (r->type) {
	case SCALAR_VALUE:
	case PTR_TO_STACK:
	case PTR_TO_PACKET:
	case PTR_TO_PACKET_META:
	case PTR_TO_MAP_KEY:
	case PTR_TO_MAP_VALUE:
	case PTR_TO_MEM:
	case PTR_TO_BUF:
	case PTR_TO_ARENA:
		return 0;
	case PTR_TO_BTF_ID: /* a valid one, of whatever standing */
		return args_check_unmodified(
			v, regno,
			!(r->flags & (u16) ~(MEM_ALLOC | PTR_TRUSTED | MEM_RCU | NON_OWN_REF)));
	default:
		return args_check_unmodified(v, regno, false);
	}
}

int call_const_arg(struct verify *v, u8 regno, u64 *value)
{
	const struct reg *r = &regs_of(v)[regno];

	if (!reg_is_const(r, value))
		return reject(v, REJECT_ARG, regno, "R%u must be a constant", regno);
	return precision_mark(v, regno);
}

/* ---- register types ---- */

/* The argument as this program type sees it: some helpers take the context or a socket. */
static void arg_init(const struct verify *v, const struct call_facts *f, u32 index, struct arg *a)
{
	enum arg_type type = helper_arg(f->id, index, v->prog->type);

	/* A socket map's value is a socket; asking a bloom filter reads the value. */
	if (type == ARG_MAP_VALUE && f->map &&
	    (f->map->type == MAP_TYPE_SOCKMAP || f->map->type == MAP_TYPE_SOCKHASH))
		type = ARG_SOCK_COMMON;
	else if (type == ARG_MAP_VALUE_OUT && f->map && f->map->type == MAP_TYPE_BLOOM_FILTER)
		type = ARG_MAP_VALUE;
	*a = (struct arg){ .index = index, .regno = arg_regno(index), .type = type };
	a->fits = rules[type].fits;
	a->or_null = rules[type].or_null;
	a->releases = helper_releases(f->id) == index + 1;
	a->btf = helper_arg_btf(f->id, index);
	if (type == ARG_SOCK_COMMON) {
		a->fits = helper_takes_btf_sock(f->id) ? fits_sock_or_btf : fits_sock;
		a->btf = "sock_common";
		a->or_null = helper_sock_or_null(f->id, v->prog->type);
	}
}

/* Flags that this argument does not mind. */
static u16 folded_flags(const struct call_facts *f, const struct arg *a, const struct reg *r)
{
	u16 flags = r->flags;

	if (rules[a->type].rdonly)
		flags &= (u16)~MEM_RDONLY;
	if (a->or_null)
		flags &= (u16)~PTR_MAYBE_NULL;
	if (a->fits == fits_mem)
		flags &= (u16)~DYNPTR_SLICE;
	if (f->id == HELPER_kptr_xchg && a->regno == 2 && (flags & MEM_ALLOC))
		flags &= (u16) ~(MEM_ALLOC | MEM_PERCPU);
	return flags;
}

static int wrong_type(struct verify *v, const struct call_facts *f, const struct arg *a)
{
	const struct reg *r = &regs_of(v)[a->regno];
	int err;

	if ((r->flags & PTR_MAYBE_NULL) && !a->or_null) {
		err = reject(v, REJECT_NULL, a->regno,
			     "argument %u of bpf_%s may be NULL, which must be excluded first",
			     a->regno, f->h->name);
		return err;
	}
	return reject(v, REJECT_ARG, a->regno, "argument %u of bpf_%s must be %s, not R%u's %s",
		      a->regno, f->h->name, rules[a->type].what, a->regno, reg_type_name(r));
}

/* A pointer to a kernel object: of the type that the helper asks for. */
static int check_btf(struct verify *v, struct call_facts *f, const struct arg *a)
{
	const struct reg *r = &regs_of(v)[a->regno];
	bool strict = a->releases && f->id != HELPER_sk_release;
	u32 need;
	int err;

	if ((r->flags & PTR_MAYBE_NULL) && (!a->or_null || a->releases))
		return reject(v, REJECT_NULL, a->regno,
			      "argument %u of bpf_%s may be NULL, which must be excluded first",
			      a->regno, f->h->name);
	if (f->id == HELPER_kptr_xchg)
		return arg_kptr_matches(v, f->kptr, a->regno);
	if (r->flags & (MEM_ALLOC | MEM_PERCPU))
		return 0; /* the lock, or the per-CPU helper, looks at it */
	err = args_check_unmodified(v, a->regno, true);
	if (err || !a->btf)
		return err;
	need = v->kernel ? types_find(v->kernel, a->btf, KIND_STRUCT) : 0;
	if (need && type_match(r->types, r->type_id, r->off, v->kernel, need, strict))
		return 0;
	return reject(v, REJECT_ARG, a->regno,
		      "argument %u of bpf_%s must be a struct %s, but R%u points to a %s", a->regno,
		      f->h->name, a->btf, a->regno, types_name(r->types, r->type_id));
}

static int check_type(struct verify *v, struct call_facts *f, const struct arg *a)
{
	const struct reg *r = &regs_of(v)[a->regno];
	u16 flags = folded_flags(f, a, r);
	const struct fit *fit;

	for (fit = a->fits; fit && fit->type != NOT_INIT; fit++) {
		if (fit->type == r->type && fit->flags == flags)
			break;
	}
	if (!fit || fit->type == NOT_INIT)
		return wrong_type(v, f, a);
	if (r->type != PTR_TO_BTF_ID)
		return 0;
	if (a->fits != fits_mem)
		return check_btf(v, f, a);
	if (!rules[a->type].rdonly)
		return reject(v, REJECT_ARG, a->regno,
			      "bpf_%s may write to argument %u, a kernel object", f->h->name,
			      a->regno);
	return 0;
}

int args_check_trusted(struct verify *v, u8 regno, u32 type_id, bool or_null)
{
	const struct reg *r = &regs_of(v)[regno];
	u16 flags = or_null ? r->flags & (u16)~PTR_MAYBE_NULL : r->flags;

	if (or_null && args_is_null(r))
		return 0;
	if (r->type != PTR_TO_BTF_ID || (flags && flags != PTR_TRUSTED && flags != MEM_RCU))
		return reject(v, REJECT_ARG, regno,
			      "R%u must be a trusted kernel pointer, not a %s", regno,
			      reg_type_name(r));
	if (!type_match(r->types, r->type_id, r->off, v->kernel, type_id, false))
		return reject(v, REJECT_ARG, regno, "R%u must point to a struct %s, not a %s",
			      regno, types_name(v->kernel, type_id),
			      types_name(r->types, r->type_id));
	return args_check_unmodified(v, regno, true);
}

/* ---- what each kind needs ---- */

static int check_map(struct verify *v, struct call_facts *f, u8 regno)
{
	const struct reg *r = &regs_of(v)[regno];

	if (f->map && (f->map != r->map || f->map_uid != r->map_uid))
		return reject(v, REJECT_MAP, regno,
			      "the timer in R1 does not lie in the map that R%u names", regno);
	f->map = r->map;
	f->map_uid = r->map_uid;
	return 0;
}

static int check_key(struct verify *v, struct call_facts *f, u8 regno)
{
	int err;

	if (!f->map)
		return reject(v, REJECT_ARG, regno, "a key without a map");
	err = memory_region(v, regno, f->map->key_size, MEM_ACCESS_READ, false, false);
	if (err || (f->map->type != MAP_TYPE_ARRAY && f->map->type != MAP_TYPE_PERCPU_ARRAY))
		return err;
	return arg_constant_key(v, regno, f->map->key_size, &f->map_key);
}

/*
 * Where NULL is allowed, a pointer that may be NULL is checked as if it were not: the callee looks
 * before it uses it.
 */
static u16 take_null(struct verify *v, u8 regno, bool or_null)
{
	struct reg *r = &regs_of(v)[regno];
	u16 flag = or_null ? r->flags & PTR_MAYBE_NULL : 0;

	r->flags &= (u16)~flag;
	return flag;
}

static void give_null(struct verify *v, u8 regno, u16 flag)
{
	regs_of(v)[regno].flags |= flag;
}

static int check_value(struct verify *v, struct call_facts *f, const struct arg *a)
{
	bool out = a->type == ARG_MAP_VALUE_OUT;
	u16 flags;
	int err;

	if (!f->map)
		return reject(v, REJECT_ARG, a->regno, "a value without a map");
	flags = take_null(v, a->regno, a->or_null);
	err = memory_region(v, a->regno, f->map->value_size,
			    out ? MEM_ACCESS_WRITE : MEM_ACCESS_READ, false, out);
	give_null(v, a->regno, flags);
	return err;
}

static bool is_out(enum arg_type type)
{
	return type == ARG_MEM_OUT || type == ARG_MEM_OUT_OR_NULL || type == ARG_MEM_RW;
}

static int check_size(struct verify *v, struct call_facts *f, const struct arg *a)
{
	const struct reg *r = &regs_of(v)[a->regno];
	enum arg_type mem = f->h->arg[a->index - 1];
	bool uninit = mem == ARG_MEM_OUT || mem == ARG_MEM_OUT_OR_NULL;
	/* Linux's callees that look for NULL look at the pointer or at the size, some at neither.
	 */
	u16 flags = take_null(v, a->regno - 1, rules[mem].or_null && !v->opts->sound);
	int err;

	f->size_max = r->s.umax;
	err = memory_region_sized(v, a->regno - 1, a->regno,
				  is_out(mem) ? MEM_ACCESS_WRITE : MEM_ACCESS_READ,
				  a->type == ARG_SIZE_OR_ZERO, uninit);
	give_null(v, a->regno - 1, flags);
	return err;
}

/* The low bits of the whole offset are zero: bit by bit, carries included. */
static bool is_aligned(const struct reg *r, u32 size)
{
	/* The packet starts two bytes before an aligned address, behind 14 bytes of Ethernet. */
	u64 known = r->s.var.value + (u64)(s64)r->off + (reg_is_packet(r) ? 2 : 0);

	return !((known | r->s.var.mask) & (size - 1));
}

static int check_fixed(struct verify *v, struct call_facts *f, const struct arg *a)
{
	const struct reg *r = &regs_of(v)[a->regno];
	u32 size = f->h->arg_size[a->index];
	bool out = a->type != ARG_FIXED_MEM;
	/* check_mtu reads the length that it then writes. */
	bool uninit = out && f->id != HELPER_check_mtu;
	int err = memory_region(v, a->regno, size, out ? MEM_ACCESS_WRITE : MEM_ACCESS_READ, false,
				uninit);

	if (!err && a->type == ARG_SCALAR_OUT && !is_aligned(r, size))
		return reject(v, REJECT_ALIGN, a->regno,
			      "argument %u of bpf_%s must be aligned to %u bytes", a->regno,
			      f->h->name, size);
	return err;
}

static int check_dynptr(struct verify *v, struct call_facts *f, u8 regno)
{
	bool release = helper_releases(f->id) == regno;
	int err = dynptr_arg(v, regno, !release, &f->dynptr, &f->dynptr_id, &f->dynptr_ref);

	if (!err && release && f->dynptr != DYNPTR_RINGBUF)
		return reject(v, REJECT_ARG, regno,
			      "R%u must be a dynptr of a reserved ring buffer record", regno);
	return err;
}

static int make_dynptr(struct verify *v, struct call_facts *f, u8 regno)
{
	bool record = f->id == HELPER_ringbuf_reserve_dynptr;
	int err = dynptr_arg_uninit(v, regno);
	u32 ref = 0;

	if (err)
		return err;
	if (record) {
		ref = ref_acquire(v);
		if (!ref)
			return -ENOMEM;
	}
	return dynptr_make(v, regno, record ? DYNPTR_RINGBUF : DYNPTR_LOCAL, ref, 0);
}

static int check_use(struct verify *v, struct call_facts *f, const struct arg *a)
{
	const struct reg *r = &regs_of(v)[a->regno];

	switch (a->type) {
	case ARG_MAP:
		return check_map(v, f, a->regno);
	case ARG_MAP_KEY:
		return check_key(v, f, a->regno);
	case ARG_MAP_VALUE:
	case ARG_MAP_VALUE_OUT:
		return check_value(v, f, a);
	case ARG_MAP_VALUE_OR_NULL:
		return args_is_null(r) ? 0 : check_value(v, f, a);
	case ARG_SIZE:
	case ARG_SIZE_OR_ZERO:
		return check_size(v, f, a);
	case ARG_FIXED_MEM:
	case ARG_FIXED_MEM_OUT:
	case ARG_SCALAR_OUT:
		return check_fixed(v, f, a);
	case ARG_ALLOC_SIZE:
		return call_const_arg(v, a->regno, &f->mem_size);
	case ARG_FUNC:
		f->func = r->func;
		return 0;
	case ARG_PERCPU_BTF_ID:
		f->percpu = *r;
		return 0;
	case ARG_SPIN_LOCK:
		return arg_spin_lock(v, a->regno, f->id == HELPER_spin_lock);
	case ARG_TIMER:
		f->map = r->map;
		f->map_uid = r->map_uid;
		return arg_timer(v, a->regno);
	case ARG_KPTR:
		return arg_kptr(v, a->regno, &f->kptr);
	case ARG_CONST_STR:
		return call_const_str(v, a->regno);
	case ARG_DYNPTR:
		return check_dynptr(v, f, a->regno);
	case ARG_DYNPTR_OUT:
		return make_dynptr(v, f, a->regno);
	default:
		return 0;
	}
}

/* ---- one argument ---- */

/* What is released must be held. A dynptr says so itself. */
static int note_release(struct verify *v, struct call_facts *f, const struct arg *a)
{
	const struct reg *r = &regs_of(v)[a->regno];

	if (a->type != ARG_DYNPTR && !r->ref_id && !args_is_null(r))
		return reject(v, REJECT_ARG, a->regno,
			      "R%u holds no reference that bpf_%s could release", a->regno,
			      f->h->name);
	f->release_regno = a->regno;
	return 0;
}

/* Packet memory as an argument: of some program types, for helpers that know how. */
static bool takes_packet(const struct verify *v, u32 id)
{
	switch (v->prog->type) {
	case PROG_LWT_IN:
	case PROG_LWT_OUT:
	case PROG_LWT_XMIT:
	case PROG_LWT_SEG6LOCAL:
	case PROG_SK_REUSEPORT:
	case PROG_FLOW_DISSECTOR:
	case PROG_CGROUP_SKB:
	case PROG_SCHED_CLS:
	case PROG_SCHED_ACT:
	case PROG_XDP:
	case PROG_SK_SKB:
	case PROG_SK_MSG:
		return helper_takes_packet(id);
	case PROG_CGROUP_SOCKOPT: /* the option's value: memory of its own */
		return true;
	default:
		return false;
	}
}

static int check_arg(struct verify *v, struct call_facts *f, u32 index)
{
	struct reg *r = &regs_of(v)[arg_regno(index)];
	struct arg a;
	int err;

	arg_init(v, f, index, &a);
	if (a.type == ARG_NONE)
		return 0;
	err = reg_check(v, a.regno, USE_SRC);
	if (err)
		return err;
	if (a.type == ARG_SCALAR || a.type == ARG_ANY_PTR) {
		if (is_pointer_leak(v, r))
			return reject(v, REJECT_PRIVILEGE, a.regno,
				      "R%u hands a kernel address to bpf_%s, which needs privilege",
				      a.regno, f->h->name);
		return 0;
	}
	if (reg_is_packet(r) && !takes_packet(v, f->id))
		return reject(v, REJECT_ARG, a.regno,
			      "bpf_%s takes no packet memory: copy it to the stack first",
			      f->h->name);
	if (!(a.or_null && args_is_null(r))) {
		err = check_type(v, f, &a);
		if (!err && !(a.releases && a.type == ARG_DYNPTR && r->type == PTR_TO_STACK))
			err = call_check_arg_offset(v, a.regno, a.releases);
	}
	if (!err && a.releases)
		err = note_release(v, f, &a);
	if (err)
		return err;
	if (r->ref_id && a.type != ARG_KPTR) {
		if (f->ref_id)
			return reject(v, REJECT_ARG, a.regno,
				      "two arguments of bpf_%s hold references", f->h->name);
		f->ref_id = r->ref_id;
	}
	return check_use(v, f, &a);
}

int args_check_all(struct verify *v, struct call_facts *f)
{
	int err = 0;

	for (u32 i = 0; i < 5 && f->h->arg[i] != ARG_NONE && !err; i++)
		err = check_arg(v, f, i);
	return err;
}
