// SPDX-License-Identifier: BSD-2-Clause
#include "verify/helper_result.h"

#include <errno.h>

#include "verify/refs.h"

enum { MAX_ERRNO = 4095, MAX_CPUS = 8192 };

static bool may_be_null(enum ret_type type)
{
	switch (type) {
	case RET_MAP_VALUE_OR_NULL:
	case RET_SOCKET_OR_NULL:
	case RET_TCP_SOCK_OR_NULL:
	case RET_SOCK_COMMON_OR_NULL:
	case RET_ALLOC_MEM_OR_NULL:
	case RET_MEM_OR_NULL:
	case RET_BTF_ID_OR_NULL:
	case RET_PERCPU_PTR_OR_NULL:
		return true;
	default:
		return false;
	}
}

static bool is_socket_map(const struct obj_map *map)
{
	return map->type == MAP_TYPE_SOCKMAP || map->type == MAP_TYPE_SOCKHASH;
}

/* Fields whose helpers ask that map and field belong together, also in inner maps. */
static bool has_map_bound_fields(const struct verify *v, const struct obj_map *map)
{
	const struct btf_fields *f = map_value_fields(v, map);

	return f && (f->kinds & (FIELD_TIMER | FIELD_WORKQUEUE | FIELD_TASK_WORK));
}

/* A look-up in a map of maps gives a map; in a map of sockets a socket; else a value. */
static int map_value(struct verify *v, const struct call_facts *f, struct reg *r, u16 flags)
{
	const struct obj_map *map = f->map;
	const struct btf_fields *fields = map_value_fields(v, map);

	if (map->type == MAP_TYPE_ARRAY_OF_MAPS || map->type == MAP_TYPE_HASH_OF_MAPS) {
		if (map->inner < 0)
			return reject(v, REJECT_MAP, -1,
				      "map '%s' names no template for its inner maps", map->name);
		reg_set_pointer(r, CONST_PTR_TO_MAP, flags);
		r->map = &v->obj->maps[map->inner];
		return 0;
	}
	if (is_socket_map(map) || map->type == MAP_TYPE_XSKMAP) {
		reg_set_pointer(r, is_socket_map(map) ? PTR_TO_SOCKET : PTR_TO_XDP_SOCK, flags);
		return 0;
	}
	if (f->id == HELPER_map_lookup_elem && f->map_key >= 0 &&
	    f->map_key < (s64)map->max_entries)
		flags &= (u16)~PTR_MAYBE_NULL;
	reg_set_pointer(r, PTR_TO_MAP_VALUE, flags);
	r->map = map;
	r->map_uid = f->map_uid;
	if (!(flags & PTR_MAYBE_NULL) && fields &&
	    (fields->kinds & (FIELD_SPIN_LOCK | FIELD_RES_SPIN_LOCK)))
		r->id = id_new(v);
	return 0;
}

static int btf_result(struct verify *v, const struct call_facts *f, struct reg *r, u16 flags)
{
	const char *name = helper_ret_btf(f->id);

	reg_set_pointer(r, PTR_TO_BTF_ID, flags);
	if (f->id == HELPER_kptr_xchg) {
		r->types = f->kptr->types;
		r->type_id = f->kptr->type_id;
		if (!f->kptr->kernel_type)
			r->flags |= MEM_ALLOC;
		if (f->kptr->kind == FIELD_KPTR_PERCPU)
			r->flags |= MEM_PERCPU;
		return 0;
	}
	if (!v->kernel)
		return reject(v, REJECT_UNPROVEN, 0,
			      "the kernel's BTF is needed to know what bpf_%s returns", f->h->name);
	r->types = v->kernel;
	r->type_id = name ? types_find(v->kernel, name, KIND_STRUCT) : 0;
	if (!r->type_id)
		return reject(v, REJECT_CALL, 0,
			      "the kernel has no struct %s, which bpf_%s returns",
			      name ? name : "?", f->h->name);
	if (f->id == HELPER_get_current_task_btf && era_has(v->linux_version, FEATURE_TRUSTED_PTRS))
		r->flags |= PTR_TRUSTED;
	return 0;
}

/* A kernel variable of this or some CPU: a structure, or plain memory that is only read. */
static int percpu_result(struct verify *v, const struct call_facts *f, struct reg *r, u16 flags)
{
	const struct types *t = f->percpu.types;
	u32 type = types_strip(t, f->percpu.type_id);
	enum type_kind kind = types_kind(t, type);
	s64 size;

	if (kind == KIND_STRUCT || kind == KIND_UNION) {
		if (f->percpu.flags & MEM_RCU)
			flags = MEM_ALLOC | MEM_RCU; /* an object of the program's own */
		reg_set_pointer(r, PTR_TO_BTF_ID, flags);
		r->types = t;
		r->type_id = type;
		return 0;
	}
	size = types_size(t, type);
	if (size <= 0)
		return reject(v, REJECT_CALL, 0, "the per-CPU variable '%s' has no known size",
			      types_name(t, f->percpu.type_id));
	reg_set_pointer(r, PTR_TO_MEM, flags | MEM_RDONLY);
	r->mem_size = (u32)size;
	return 0;
}

static void memory_result(const struct call_facts *f, struct reg *r, u16 flags)
{
	reg_set_pointer(r, PTR_TO_MEM, flags);
	r->mem_size = (u32)f->mem_size;
	if (f->id == HELPER_dynptr_data)
		r->dynptr_id = f->dynptr_id;
}

static void number_result(const struct verify *v, const struct call_facts *f, struct reg *r)
{
	reg_set_unknown(r);
	if (helper_ret_sized(f->id) && era_at_least(v, 4, 18)) {
		r->s.smax = (s64)f->size_max;
		r->s.s32_max = (s32)f->size_max;
		r->s.smin = -MAX_ERRNO;
		r->s.s32_min = -MAX_ERRNO;
		scalar_sync(&r->s);
	} else if (helper_ret_cpu(f->id) && era_at_least(v, 6, 10)) {
		r->s = scalar_range(0, MAX_CPUS - 1);
	}
}

static int pointer_result(struct verify *v, const struct call_facts *f, struct reg *r)
{
	u16 flags = may_be_null(f->h->ret) ? PTR_MAYBE_NULL : 0;

	switch (f->h->ret) {
	case RET_MAP_VALUE:
	case RET_MAP_VALUE_OR_NULL:
		return map_value(v, f, r, flags);
	case RET_SOCKET_OR_NULL:
		reg_set_pointer(r, PTR_TO_SOCKET, flags);
		return 0;
	case RET_TCP_SOCK_OR_NULL:
		reg_set_pointer(r, PTR_TO_TCP_SOCK, flags);
		return 0;
	case RET_SOCK_COMMON_OR_NULL:
		reg_set_pointer(r, PTR_TO_SOCK_COMMON, flags);
		return 0;
	case RET_ALLOC_MEM_OR_NULL:
		memory_result(f, r, flags | (f->id == HELPER_ringbuf_reserve ? MEM_RINGBUF : 0));
		return 0;
	case RET_MEM_OR_NULL:
		memory_result(f, r, flags);
		return 0;
	case RET_BTF_ID:
	case RET_BTF_ID_OR_NULL:
		return btf_result(v, f, r, flags);
	case RET_PERCPU_PTR:
	case RET_PERCPU_PTR_OR_NULL:
		return percpu_result(v, f, r, flags);
	default:
		return 0;
	}
}

/* Who holds what the result points to. */
static int reference(struct verify *v, const struct call_facts *f, struct reg *r)
{
	bool acquires = helper_acquires(f->id) ||
			(f->id == HELPER_map_lookup_elem && f->map && is_socket_map(f->map));

	if (helper_casts(f->id)) {
		r->ref_id = f->ref_id;
	} else if (f->id == HELPER_dynptr_data) {
		r->ref_id = f->dynptr_ref;
	} else if (acquires) {
		r->ref_id = ref_acquire(v);
		if (!r->ref_id)
			return -ENOMEM;
		r->id = r->ref_id;
	}
	return 0;
}

int helper_result(struct verify *v, const struct call_facts *f)
{
	struct reg *r = &regs_of(v)[0];
	int err;

	if (f->h->ret == RET_INT) {
		number_result(v, f, r);
		return 0;
	}
	if (f->h->ret == RET_VOID)
		return 0; /* r0 stays unwritten */
	err = pointer_result(v, f, r);
	if (err)
		return err;
	if (r->flags & PTR_MAYBE_NULL)
		r->id = id_new(v);
	if (r->type == CONST_PTR_TO_MAP && has_map_bound_fields(v, r->map))
		r->map_uid = r->id;
	return reference(v, f, r);
}
