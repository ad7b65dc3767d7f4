// SPDX-License-Identifier: BSD-2-Clause
#include "verify/attach.h"

#include <errno.h>

/* The FUNC_PROTO behind a FUNC, a pointer, typedefs; 0: none. */
static u32 proto_of(const struct types *t, u32 id)
{
	for (u32 k = 0; k < 8 && id; k++) {
		id = types_strip(t, id);
		if (types_kind(t, id) == KIND_FUNC_PROTO)
			return id;
		if (types_kind(t, id) != KIND_FUNC && types_kind(t, id) != KIND_PTR)
			return 0;
		id = types_ref(t, id);
	}
	return 0;
}

static u32 find_proto(const struct verify *v, const char *prefix, const char *name,
		      enum type_kind kind)
{
	char full[256];

	if ((size_t)snprintf(full, sizeof(full), "%s%s", prefix, name) >= sizeof(full))
		return 0;
	return proto_of(v->kernel, types_find(v->kernel, full, kind));
}

/* The member of the program's own structure that its map says it stands for; NULL: none. */
static const char *struct_ops_member(const struct verify *v, const struct obj_map *map, u32 ours)
{
	for (u32 s = 0; s < map->slot_count; s++) {
		if (map->slots[s].prog < 0 || &v->obj->progs[map->slots[s].prog] != v->prog)
			continue;
		for (u32 k = 0; k < types_vlen(v->obj->types, ours); k++) {
			struct type_member f = types_member(v->obj->types, ours, k);

			if (f.bit_off == map->slots[s].index * 8)
				return f.name;
		}
	}
	return NULL;
}

/* The kernel registers a structure together with one that wraps its values. */
static bool is_registered(const struct verify *v, const char *ops)
{
	char wrapper[256];

	snprintf(wrapper, sizeof(wrapper), "bpf_struct_ops_%s", ops);
	return types_find(v->kernel, wrapper, KIND_STRUCT);
}

/*
 * The prototype of a member. A stub OPS__MEMBER of the kernel says in its parameters' names which
 * may be NULL; the member's own has no names.
 */
static u32 member_proto(const struct verify *v, const char *ops, const char *member)
{
	u32 kernel = types_find(v->kernel, ops, KIND_STRUCT);
	char stub[256];
	u32 proto;

	if (!strcmp(ops, "tcp_congestion_ops") && !strcmp(member, "get_info"))
		return 0; /* not for programs */
	snprintf(stub, sizeof(stub), "%s__%s", ops, member);
	proto = proto_of(v->kernel, types_find(v->kernel, stub, KIND_FUNC));
	for (u32 n = 0; !proto && n < types_vlen(v->kernel, kernel); n++) {
		struct type_member g = types_member(v->kernel, kernel, n);

		if (!strcmp(member, g.name))
			proto = proto_of(v->kernel, g.type);
	}
	return proto;
}

/* Which function of which structure a struct_ops program implements: the map's slots say. */
static u32 struct_ops_proto(struct verify *v)
{
	for (u32 m = 0; m < v->obj->map_count; m++) {
		const struct obj_map *map = &v->obj->maps[m];
		u32 ours = types_strip(v->obj->types, map->value_type_id);
		const char *member = NULL;

		if (map->role == MAP_STRUCT_OPS)
			member = struct_ops_member(v, map, ours);
		if (!member)
			continue;
		v->ops_struct = types_name(v->obj->types, ours);
		return is_registered(v, v->ops_struct) ? member_proto(v, v->ops_struct, member) : 0;
	}
	return 0;
}

/* Typed by the kernel's BTF: the prefix and kind of what the target's name is there. */
static int resolve_typed(struct verify *v)
{
	const char *target = v->prog->attach_target, *prefix = "";
	enum type_kind kind = KIND_FUNC;

	if (!v->kernel)
		return reject(v, REJECT_UNPROVEN, -1,
			      "the kernel's BTF is needed to type this program's arguments");
	if (v->prog->type == PROG_STRUCT_OPS) {
		v->attach_proto = struct_ops_proto(v);
		if (!v->attach_proto)
			return reject(v, REJECT_CONTEXT, -1,
				      "the kernel has no structure with the function that this "
				      "program implements");
		return 0;
	}
	if (!target)
		return reject(v, REJECT_CONTEXT, -1, "the program names no function to hang on");
	if (v->prog->attach_type == ATTACH_TRACE_RAW_TP) {
		prefix = "btf_trace_";
		kind = KIND_TYPEDEF;
		v->attach_is_trace = true;
	} else if (v->prog->attach_type == ATTACH_TRACE_ITER) {
		prefix = "bpf_iter_";
	} else if (v->prog->type == PROG_LSM) {
		prefix = "bpf_lsm_";
	}
	v->attach_proto = find_proto(v, prefix, target, kind);
	if (!v->attach_proto)
		return reject(v, REJECT_CONTEXT, -1, "the kernel has no '%s%s' to hang on", prefix,
			      target);
	return 0;
}

static bool may_be_sleepable(const struct verify *v)
{
	switch (v->prog->type) {
	case PROG_SYSCALL:
	case PROG_LSM:
	case PROG_STRUCT_OPS:
	case PROG_KPROBE: /* uprobes */
		return true;
	case PROG_TRACING:
		return v->prog->attach_type == ATTACH_TRACE_FENTRY ||
		       v->prog->attach_type == ATTACH_TRACE_FEXIT ||
		       v->prog->attach_type == ATTACH_MODIFY_RETURN ||
		       v->prog->attach_type == ATTACH_TRACE_ITER;
	default:
		return false;
	}
}

int attach_resolve(struct verify *v)
{
	const struct prog_info *info = prog_info(v->prog->type);

	v->ctx = ctx_layout(v->prog->type, v->prog->attach_type);
	v->sleepable = v->prog->sleepable;
	if (v->prog->type == PROG_UNSPEC)
		return 0;
	if (!info)
		return reject(v, REJECT_CALL, -1, "program type %u is unknown", v->prog->type);
	if (!era_at_least(v, info->since_major, info->since_minor))
		return reject(v, REJECT_ERA, -1,
			      "programs of type %s exist since Linux %u.%u, not in %u.%u",
			      info->name, info->since_major, info->since_minor,
			      v->linux_version >> 8, v->linux_version & 0xff);
	if (v->opts->unpriv && v->prog->type != PROG_SOCKET_FILTER &&
	    v->prog->type != PROG_CGROUP_SKB)
		return reject(v, REJECT_PRIVILEGE, -1,
			      "programs of type %s need CAP_BPF; without privilege only socket "
			      "filters and cgroup_skb load",
			      info->name);
	if (v->sleepable && !may_be_sleepable(v))
		return reject(v, REJECT_SLEEP, -1,
			      "a program of type %s cannot be sleepable: only fentry, fexit, "
			      "fmod_ret, lsm, iter, uprobe, syscall and struct_ops programs can",
			      info->name);
	if (v->prog->type == PROG_SYSCALL && !v->sleepable)
		return reject(v, REJECT_SLEEP, -1, "a syscall program must be sleepable");
	if (v->prog->type == PROG_EXT)
		return reject(v, REJECT_UNPROVEN, -1,
			      "an extension is verified against the program that it extends, "
			      "which is not at hand");
	if (v->prog->type == PROG_TRACING || v->prog->type == PROG_LSM ||
	    v->prog->type == PROG_STRUCT_OPS)
		return resolve_typed(v);
	return 0;
}
