// SPDX-License-Identifier: BSD-2-Clause
#include "verify/btf_access.h"

#include <errno.h>

#include "verify/era.h"
#include "verify/refs.h"
#include "verify/type_match.h"

enum { MAX_WALK = 32 };

static bool is_aggregate(const struct types *t, u32 id)
{
	enum type_kind kind = types_kind(t, id);

	return kind == KIND_STRUCT || kind == KIND_UNION;
}

/* ---- walking a struct ---- */

static int refuse(struct btf_place *out, const char *why)
{
	out->why = why;
	return -EACCES;
}

/* Past the end only a flexible array can be: continue in its element. 1: *id, *off are changed. */
static int enter_flexible(struct btf_place *out, const struct types *t, u32 *id, s64 *off)
{
	u32 vlen = types_vlen(t, *id), elem;
	struct type_member last;
	s64 size, start;

	if (!vlen)
		return refuse(out, "it lies beyond the end of the struct");
	last = types_member(t, *id, vlen - 1);
	start = last.bit_off / 8;
	last.type = types_strip(t, last.type);
	if (types_kind(t, last.type) != KIND_ARRAY || types_array(t, last.type).count ||
	    *off < start)
		return refuse(out, "it lies beyond the end of the struct");
	elem = types_strip(t, types_array(t, last.type).elem);
	if (types_kind(t, elem) == KIND_INT)
		return 0;
	size = types_size(t, elem);
	if (!is_aggregate(t, elem) || size <= 0)
		return refuse(out, "it lies beyond the end of the struct");
	*off = (*off - start) % size;
	*id = elem;
	return 1;
}

/* An array member, of any number of dimensions: its element type and size. */
static u32 flatten(const struct types *t, u32 id, s64 *elem_size)
{
	id = types_strip(t, id);
	while (types_kind(t, id) == KIND_ARRAY)
		id = types_strip(t, types_array(t, id).elem);
	*elem_size = types_size(t, id);
	return id;
}

/* The flags that the type tag on a pointer's target stands for. */
static u16 tag_flags(const struct types *t, u32 pointer)
{
	u32 to = types_ref(t, pointer);
	const char *tag = types_name(t, to);

	if (types_kind(t, to) != KIND_TYPE_TAG || types_kind_flag(t, to))
		return 0;
	if (!strcmp(tag, "user"))
		return MEM_USER;
	if (!strcmp(tag, "percpu"))
		return MEM_PERCPU;
	return !strcmp(tag, "rcu") ? MEM_RCU : 0;
}

static int reach_pointer(struct btf_place *out, const struct types *t, u32 pointer, bool exact)
{
	u32 to = types_strip(t, types_ref(t, pointer));

	if (!exact)
		return refuse(out, "a pointer there is not accessed as a whole");
	if (!is_aggregate(t, to)) {
		out->leaf = LEAF_OTHER_POINTER;
		return 0;
	}
	out->leaf = LEAF_STRUCT_POINTER;
	out->type_id = to;
	out->flags |= tag_flags(t, pointer);
	return 0;
}

enum step { STEP_NEXT, STEP_DONE, STEP_INTO, STEP_HOLE };

/* Does the access hit this member? STEP_INTO: go on in *id at *off. */
static int try_member(struct btf_place *out, const struct types *t, u32 *id, s64 *off, u32 size,
		      const struct type_member *m, enum step *step)
{
	s64 start = m->bit_off / 8, end, elem_size, total;
	u32 elem;

	*step = STEP_NEXT;
	if (*off + size <= start) {
		*step = STEP_HOLE;
		return 0;
	}
	if (m->bit_size) {
		end = ((s64)m->bit_off + m->bit_size + 7) / 8;
		if (*off <= start && end <= *off + size)
			*step = STEP_DONE;
		return 0;
	}
	if (*off < start) {
		*step = STEP_HOLE;
		return 0;
	}
	total = types_size(t, m->type);
	end = start + MAX(total, 0);
	if (*off >= end)
		return 0;
	out->field = m->name;
	elem = flatten(t, m->type, &elem_size);
	if (elem_size > 0)
		start += (*off - start) / elem_size * elem_size;
	*step = STEP_DONE;
	if (is_aggregate(t, elem)) {
		*id = elem;
		*off -= start;
		*step = STEP_INTO;
		return 0;
	}
	if (types_kind(t, elem) == KIND_PTR)
		return reach_pointer(out, t, elem, size == 8 && *off == start);
	if (*off + size > end && !(out->flags & PTR_UNTRUSTED))
		return refuse(out, "it goes beyond the end of the member there");
	return 0;
}

int btf_walk(struct btf_place *out, const struct types *t, u32 id, s64 off, u32 size)
{
	enum step step = STEP_INTO;
	struct type_member m;
	int err;

	*out = (struct btf_place){ .leaf = LEAF_SCALAR, .field = "" };
	id = types_strip(t, id);
	for (u32 depth = 0; depth < MAX_WALK && step == STEP_INTO; depth++) {
		if (!is_aggregate(t, id))
			return refuse(out, "its type is not a struct");
		/* Which member of a union is in use is not known. */
		if (types_kind(t, id) == KIND_UNION && types_vlen(t, id) != 1)
			out->flags |= PTR_UNTRUSTED;
		if (off + size > types_size(t, id)) {
			err = enter_flexible(out, t, &id, &off);
			if (err <= 0)
				return err;
			continue;
		}
		step = STEP_NEXT;
		for (u32 i = 0; i < types_vlen(t, id) && step == STEP_NEXT; i++) {
			u32 in = id;

			m = types_member(t, id, i);
			err = try_member(out, t, &in, &off, size, &m, &step);
			if (err)
				return err;
			if (step == STEP_INTO) {
				id = in;
				break;
			}
		}
	}
	return step == STEP_DONE ? 0 : refuse(out, "there is no field at that offset");
}

/* ---- trust ---- */

/* Fields that inherit the trust of the struct they lie in. */
enum safe_kind { SAFE_RCU = 1, SAFE_RCU_NULL = 2, SAFE_TRUSTED = 4, SAFE_TRUSTED_NULL = 8 };
static const struct safe_field {
	const char *type, *field;
	enum safe_kind kind;
} safe_fields[] = {
	{ "task_struct", "cpus_ptr", SAFE_RCU },
	{ "task_struct", "cgroups", SAFE_RCU },
	{ "task_struct", "real_parent", SAFE_RCU },
	{ "task_struct", "group_leader", SAFE_RCU },
	{ "cgroup", "kn", SAFE_RCU },
	{ "css_set", "dfl_cgrp", SAFE_RCU },
	{ "cgroup_subsys_state", "cgroup", SAFE_RCU },
	{ "mm_struct", "exe_file", SAFE_RCU_NULL },
	{ "sk_buff", "sk", SAFE_RCU_NULL },
	{ "request_sock", "sk", SAFE_RCU_NULL },
	{ "bpf_iter_meta", "seq", SAFE_TRUSTED },
	{ "bpf_iter__task", "meta", SAFE_TRUSTED },
	{ "bpf_iter__task", "task", SAFE_TRUSTED },
	{ "linux_binprm", "file", SAFE_TRUSTED },
	{ "file", "f_inode", SAFE_TRUSTED },
	{ "socket", "sk", SAFE_TRUSTED_NULL },
	{ "dentry", "d_inode", SAFE_TRUSTED_NULL },
	{ "vm_area_struct", "vm_mm", SAFE_TRUSTED_NULL },
	{ "vm_area_struct", "vm_file", SAFE_TRUSTED_NULL },
};

static u32 safe_kind(const struct reg *r, const char *field)
{
	const char *type = types_name(r->types, r->type_id);

	for (u32 i = 0; i < ARRAY_SIZE(safe_fields); i++) {
		if (!strcmp(safe_fields[i].type, type) && !strcmp(safe_fields[i].field, field))
			return safe_fields[i].kind;
	}
	return 0;
}

/* Non-sleeping programs as a whole run inside an RCU section. */
static bool in_rcu_section(const struct verify *v)
{
	return v->cur->rcu || lock_held(v->cur) || !v->cur->sleepable;
}

static bool is_trusted(const struct reg *r)
{
	u16 trusted = MEM_ALLOC | PTR_TRUSTED | NON_OWN_REF;

	return r->ref_id || (r->flags & trusted && !(r->flags & ~trusted));
}

/* The flags of a struct pointer that was loaded from place `p` behind `r`. */
static u16 loaded_flags(const struct verify *v, const struct reg *r, const struct btf_place *p)
{
	u16 flags = p->flags;
	u32 safe;

	if (r->flags & PTR_UNTRUSTED)
		return PTR_UNTRUSTED;
	if (!verify_has(v, FEATURE_TRUSTED_PTRS))
		return flags & (MEM_USER | MEM_PERCPU);
	if (!is_trusted(r) && !(r->flags & MEM_RCU))
		return (u16)(flags & ~(PTR_TRUSTED | MEM_RCU));
	safe = safe_kind(r, p->field);
	if (safe & SAFE_TRUSTED)
		return flags | PTR_TRUSTED;
	if (safe & SAFE_TRUSTED_NULL)
		return flags | PTR_TRUSTED | PTR_MAYBE_NULL;
	if (!in_rcu_section(v) || r->flags & PTR_MAYBE_NULL)
		return PTR_UNTRUSTED;
	if (safe & SAFE_RCU)
		return flags | MEM_RCU;
	if (safe & SAFE_RCU_NULL)
		return (u16)((flags | MEM_RCU | PTR_MAYBE_NULL) & ~PTR_UNTRUSTED);
	if (flags & MEM_RCU)
		return flags | PTR_MAYBE_NULL;
	return flags & (MEM_PERCPU | MEM_USER) ? flags : (u16)(flags & ~(PTR_TRUSTED | MEM_RCU));
}

static void set_object(struct verify *v, int value_reg, const struct types *t, u32 type_id,
		       u16 flags)
{
	struct reg *dst = &regs_of(v)[value_reg];

	reg_set_pointer(dst, PTR_TO_BTF_ID, flags);
	dst->types = t;
	dst->type_id = type_id;
	if (flags & PTR_MAYBE_NULL)
		dst->id = id_new(v);
}

static void set_result(struct verify *v, int value_reg, const struct reg *base,
		       const struct btf_place *p)
{
	struct reg *dst = &regs_of(v)[value_reg];

	switch (p->leaf) {
	case LEAF_STRUCT_POINTER:
		set_object(v, value_reg, base->types, p->type_id, loaded_flags(v, base, p));
		break;
	case LEAF_OTHER_POINTER:
		if (era_at_least(v, 6, 17)) {
			reg_set_pointer(dst, PTR_TO_MEM, MEM_RDONLY | PTR_UNTRUSTED);
			break;
		}
		/* fall through */
	default:
		reg_set_unknown(dst);
		dst->precise = v->opts->unpriv;
	}
}

/* ---- writes ---- */

/*
 * Fields of kernel structs that programs of some type may write. `type` is what the pointer is of,
 * `in` the struct at its start that has the member; `inside`: also from the field's middle on.
 */
static const struct writable {
	u32 prog_type;
	const char *type, *in, *path;
	bool inside;
} writable[] = {
	{ PROG_STRUCT_OPS, "tcp_sock", "sock", "sk_pacing_rate", false },
	{ PROG_STRUCT_OPS, "tcp_sock", "sock", "sk_pacing_status", false },
	{ PROG_STRUCT_OPS, "tcp_sock", "inet_connection_sock", "icsk_ca_priv", true },
	{ PROG_STRUCT_OPS, "tcp_sock", "inet_connection_sock", "icsk_ack.pending", false },
	{ PROG_STRUCT_OPS, "tcp_sock", "tcp_sock", "snd_cwnd", false },
	{ PROG_STRUCT_OPS, "tcp_sock", "tcp_sock", "snd_cwnd_cnt", false },
	{ PROG_STRUCT_OPS, "tcp_sock", "tcp_sock", "snd_cwnd_stamp", false },
	{ PROG_STRUCT_OPS, "tcp_sock", "tcp_sock", "snd_ssthresh", false },
	{ PROG_STRUCT_OPS, "tcp_sock", "tcp_sock", "ecn_flags", false },
	{ PROG_STRUCT_OPS, "tcp_sock", "tcp_sock", "app_limited", false },
	{ PROG_STRUCT_OPS, "task_struct", "task_struct", "scx.slice", true },
	{ PROG_STRUCT_OPS, "task_struct", "task_struct", "scx.dsq_vtime", true },
	{ PROG_STRUCT_OPS, "task_struct", "task_struct", "scx.disallow", true },
	{ PROG_XDP, "nf_conn", "nf_conn", "mark", false },
	{ PROG_SCHED_CLS, "nf_conn", "nf_conn", "mark", false },
	{ PROG_SCHED_ACT, "nf_conn", "nf_conn", "mark", false },
};

/* Member `name` (up to `len` bytes) of a struct or of its anonymous members. */
static bool find_member(const struct types *t, u32 id, const char *name, size_t len,
			struct type_member *out)
{
	struct type_member m;

	for (u32 i = 0; i < types_vlen(t, id); i++) {
		m = types_member(t, id, i);
		if (strlen(m.name) == len && !strncmp(m.name, name, len)) {
			*out = m;
			return true;
		}
		if (!*m.name && is_aggregate(t, types_strip(t, m.type)) &&
		    find_member(t, types_strip(t, m.type), name, len, out)) {
			out->bit_off += m.bit_off;
			return true;
		}
	}
	return false;
}

static bool resolve_path(const struct types *t, u32 id, const char *path, s64 *off, s64 *size)
{
	struct type_member m;
	size_t len;

	for (*off = 0; *path; path += len + (path[len] == '.')) {
		len = strcspn(path, ".");
		if (!find_member(t, types_strip(t, id), path, len, &m))
			return false;
		*off += m.bit_off / 8;
		id = m.type;
	}
	*size = types_size(t, id);
	return true;
}

static bool may_write(const struct verify *v, const struct reg *r, s64 at, u32 size)
{
	const char *name = types_name(r->types, r->type_id);
	s64 off, len;
	u32 type;

	for (u32 i = 0; i < ARRAY_SIZE(writable); i++) {
		const struct writable *w = &writable[i];

		if (w->prog_type != v->prog->type || strcmp(name, w->type))
			continue;
		type = types_find(r->types, w->in, KIND_STRUCT);
		if (resolve_path(r->types, type, w->path, &off, &len) && at >= off &&
		    at + size <= off + len && (at == off || w->inside))
			return true;
	}
	return false;
}

static int check_write(struct verify *v, const struct reg *r, u8 regno, s64 at, u32 size)
{
	if (r->flags & MEM_ALLOC && !(r->flags & PTR_UNTRUSTED))
		return 0;
	if (!(r->flags & MEM_ALLOC) && may_write(v, r, at, size))
		return 0;
	return reject(v, REJECT_RDONLY, regno, "R%d points to struct %s: read-only here", regno,
		      types_name(r->types, r->type_id));
}

/* ---- access ---- */

static int check_object_pointer(struct verify *v, const struct reg *r, u8 regno, s64 at)
{
	const char *name = types_name(r->types, r->type_id);

	if (!v->allow_ptr_leaks)
		return reject(v, REJECT_PRIVILEGE, regno, "struct %s needs privileges to be read",
			      name);
	if (!v->gpl && r->types == v->kernel)
		return reject(v, REJECT_LICENSE, regno,
			      "kernel struct %s may only be read by programs under the GPL", name);
	if (at < 0)
		return reject(v, REJECT_BOUNDS, regno,
			      "R%d points to struct %s and is used with the negative offset %lld",
			      regno, name, (long long)at);
	if (reg_has_var_off(r))
		return reject(v, REJECT_BOUNDS, regno,
			      "R%d points to struct %s with a variable offset", regno, name);
	if (r->flags & MEM_USER)
		return reject(v, REJECT_TYPE, regno,
			      "R%d points to user memory, which must be copied first", regno);
	if (r->flags & MEM_PERCPU)
		return reject(v, REJECT_TYPE, regno,
			      "R%d is a per-CPU pointer, which names no one CPU's memory", regno);
	return 0;
}

/* Special fields of objects that the program allocated. */
static int check_own_fields(struct verify *v, const struct reg *r, u8 regno, s64 at, u32 size)
{
	const struct btf_field *f;

	if (!(r->flags & MEM_ALLOC))
		return 0;
	f = fields_touch(type_fields(v, r->types, r->type_id), at, size);
	if (!f)
		return 0;
	return reject(v, REJECT_TYPE, regno, "the access touches the %s in struct %s",
		      field_kind_name(f->kind), types_name(r->types, r->type_id));
}

int memory_btf_access(struct verify *v, u8 regno, s32 off, u32 size, enum mem_access what,
		      int value_reg)
{
	const struct reg r = regs_of(v)[regno];
	s64 at = (s64)r.off + off;
	struct btf_place place;
	int err = check_object_pointer(v, &r, regno, at);

	if (!err && what == MEM_ACCESS_WRITE)
		err = check_write(v, &r, regno, at, size);
	if (!err)
		err = check_own_fields(v, &r, regno, at, size);
	if (err)
		return err;
	if (btf_walk(&place, r.types, r.type_id, at, size))
		return reject(v, REJECT_BOUNDS, regno, "%u bytes at offset %lld of struct %s: %s",
			      size, (long long)at, types_name(r.types, r.type_id), place.why);
	/* In the program's own objects nobody vouches for what a pointer member holds. */
	if (r.flags & MEM_ALLOC)
		place.leaf = LEAF_SCALAR;
	if (what == MEM_ACCESS_READ && value_reg >= 0)
		set_result(v, value_reg, &r, &place);
	return 0;
}

/* ---- kptrs in map values ---- */

/* Kernel types that live on until an RCU grace period has passed. */
static bool is_rcu_protected(const struct btf_field *f)
{
	static const char *const names[] = { "cgroup", "bpf_cpumask", "task_struct",
					     "prog_test_ref_kfunc", "bpf_crypto_ctx" };
	const char *name = types_name(f->types, f->type_id);

	for (u32 i = 0; i < ARRAY_SIZE(names); i++) {
		if (!strcmp(names[i], name))
			return true;
	}
	return !f->kernel_type;
}

static u16 kptr_flags(const struct verify *v, const struct btf_field *f)
{
	bool rcu =
		f->kind == FIELD_KPTR_PERCPU || (f->kind == FIELD_KPTR_REF && is_rcu_protected(f));

	if (!rcu || !in_rcu_section(v))
		return PTR_MAYBE_NULL | PTR_UNTRUSTED;
	if (f->kind == FIELD_KPTR_PERCPU)
		return PTR_MAYBE_NULL | MEM_RCU | MEM_PERCPU;
	return f->kernel_type ? PTR_MAYBE_NULL | MEM_RCU : PTR_MAYBE_NULL | MEM_RCU | MEM_ALLOC;
}

static void load_uptr(struct verify *v, const struct btf_field *f, int value_reg)
{
	struct reg *dst = &regs_of(v)[value_reg];

	reg_set_pointer(dst, PTR_TO_MEM, PTR_MAYBE_NULL);
	dst->mem_size = (u32)MAX(types_size(f->types, f->type_id), 0);
	dst->id = id_new(v);
}

/* May this register be stored into an unreferenced kptr? */
static int check_kptr_store(struct verify *v, const struct btf_field *f, u8 regno, int value_reg)
{
	const u16 allowed = PTR_MAYBE_NULL | PTR_TRUSTED | MEM_RCU | PTR_UNTRUSTED;
	const struct insn *i = &v->insns[v->insn];
	const struct reg *r;
	u64 value;

	if (f->kind != FIELD_KPTR_UNREF)
		return reject(v, REJECT_TYPE, regno,
			      "a %s cannot be stored to: bpf_kptr_xchg exchanges it",
			      field_kind_name(f->kind));
	if (value_reg < 0)
		return INSN_CLASS(i->code) == CLASS_ST && !i->imm
			       ? 0
			       : reject(v, REJECT_TYPE, regno, "only 0 may be stored into a kptr");
	r = &regs_of(v)[value_reg];
	if (reg_is_const(r, &value) && !value)
		return 0;
	if (r->type != PTR_TO_BTF_ID || r->flags & ~allowed || reg_has_var_off(r) || r->off < 0 ||
	    !type_match(r->types, r->type_id, r->off, f->types, f->type_id, false))
		return reject(v, REJECT_TYPE, value_reg,
			      "R%d is not a pointer to the struct %s that the kptr holds",
			      value_reg, types_name(f->types, f->type_id));
	return 0;
}

int btf_kptr_access(struct verify *v, const struct btf_field *field, u8 regno, enum mem_access what,
		    int value_reg)
{
	const struct insn *i = &v->insns[v->insn];

	if (INSN_MODE(i->code) != MODE_MEM)
		return reject(v, REJECT_TYPE, regno, "a kptr allows only plain loads and stores");
	if (what == MEM_ACCESS_WRITE)
		return check_kptr_store(v, field, regno, value_reg);
	if (value_reg < 0)
		return 0;
	if (field->kind == FIELD_UPTR)
		load_uptr(v, field, value_reg);
	else
		set_object(v, value_reg, field->types, field->type_id, kptr_flags(v, field));
	return 0;
}

/* ---- map pointers ---- */

static const char *map_struct(u32 map_type)
{
	switch (map_type) {
	case MAP_TYPE_ARRAY:
	case MAP_TYPE_PERCPU_ARRAY:
	case MAP_TYPE_PROG_ARRAY:
	case MAP_TYPE_PERF_EVENT_ARRAY:
	case MAP_TYPE_CGROUP_ARRAY:
	case MAP_TYPE_ARRAY_OF_MAPS:
		return "bpf_array";
	case MAP_TYPE_HASH:
	case MAP_TYPE_PERCPU_HASH:
	case MAP_TYPE_LRU_HASH:
	case MAP_TYPE_LRU_PERCPU_HASH:
	case MAP_TYPE_HASH_OF_MAPS:
		return "bpf_htab";
	case MAP_TYPE_LPM_TRIE:
		return "lpm_trie";
	case MAP_TYPE_DEVMAP:
	case MAP_TYPE_DEVMAP_HASH:
		return "bpf_dtab";
	case MAP_TYPE_CPUMAP:
		return "bpf_cpu_map";
	case MAP_TYPE_XSKMAP:
		return "xsk_map";
	case MAP_TYPE_SOCKMAP:
		return "bpf_stab";
	case MAP_TYPE_SOCKHASH:
		return "bpf_shtab";
	case MAP_TYPE_QUEUE:
	case MAP_TYPE_STACK:
		return "bpf_queue_stack";
	case MAP_TYPE_RINGBUF:
	case MAP_TYPE_USER_RINGBUF:
		return "bpf_ringbuf_map";
	case MAP_TYPE_STACK_TRACE:
		return "bpf_stack_map";
	case MAP_TYPE_BLOOM_FILTER:
		return "bpf_bloom_filter";
	default:
		return "bpf_map";
	}
}

int btf_map_access(struct verify *v, u8 regno, s32 off, u32 size, enum mem_access what,
		   int value_reg)
{
	const struct reg *r = &regs_of(v)[regno];
	const char *name = map_struct(r->map->type);
	s64 at = (s64)r->off + off;
	struct btf_place place;
	struct reg base;

	if (!verify_has(v, FEATURE_MAP_PTR_READ))
		return era_lacks(v, FEATURE_MAP_PTR_READ);
	if (!v->kernel)
		return reject(v, REJECT_UNPROVEN, regno,
			      "fields of struct %s are read, but the kernel's BTF is not known",
			      name);
	if (!v->allow_ptr_leaks)
		return reject(v, REJECT_PRIVILEGE, regno, "struct %s needs privileges to be read",
			      name);
	if (at < 0)
		return reject(v, REJECT_BOUNDS, regno, "R%d is used with the negative offset %lld",
			      regno, (long long)at);
	if (what != MEM_ACCESS_READ)
		return reject(v, REJECT_RDONLY, regno, "R%d points to struct %s: read-only", regno,
			      name);
	reg_set_pointer(&base, PTR_TO_BTF_ID, 0);
	base.types = v->kernel;
	base.type_id = types_find(v->kernel, name, KIND_STRUCT);
	if (btf_walk(&place, base.types, base.type_id, at, size))
		return reject(v, REJECT_BOUNDS, regno, "%u bytes at offset %lld of struct %s: %s",
			      size, (long long)at, name, place.why);
	if (value_reg >= 0)
		set_result(v, value_reg, &base, &place);
	return 0;
}
