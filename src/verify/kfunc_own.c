// SPDX-License-Identifier: BSD-2-Clause
/* Objects of the program's own types: allocated, counted, linked into lists and trees under a lock.
 */
#include <errno.h>

#include "verify/call.h"
#include "verify/kfunc_call.h"
#include "verify/refs.h"

static bool is(const struct kfunc_call *c, const char *name)
{
	return !strcmp(c->name, name);
}

/* An allocated object that the program holds: c->own_type and c->ref are set from it. */
/* For bpf_refcount_acquire: an object that is held, or that is linked into a list or tree. */
static int counted_arg(struct verify *v, struct kfunc_call *c, u8 regno)
{
	const struct reg *r = &regs_of(v)[regno];
	const struct btf_fields *f;

	if (r->type != PTR_TO_BTF_ID || !(r->flags & MEM_ALLOC))
		return reject(v, REJECT_ARG, regno, "R%u must be an object that bpf_obj_new gave",
			      regno);
	f = type_fields(v, r->types, r->type_id);
	if (!f || !(f->kinds & FIELD_REFCOUNT))
		return reject(v, REJECT_ARG, regno, "R%u: struct %s has no bpf_refcount", regno,
			      types_name(r->types, r->type_id));
	c->owns = !(r->flags & NON_OWN_REF);
	c->own = r->types;
	c->own_type = r->type_id;
	return 0;
}

/* An allocated object that the program holds: c->own_type is set from it. */
static int object_arg(struct verify *v, struct kfunc_call *c, u8 regno)
{
	const struct reg *r = &regs_of(v)[regno];
	bool percpu = is(c, "bpf_percpu_obj_drop_impl");

	if (r->type != PTR_TO_BTF_ID || r->flags != (percpu ? MEM_ALLOC | MEM_PERCPU : MEM_ALLOC))
		return reject(v, REJECT_ARG, regno, "R%u must be an object that %s gave", regno,
			      percpu ? "bpf_percpu_obj_new" : "bpf_obj_new");
	if (!r->ref_id)
		return reject(v, REJECT_ARG, regno,
			      "R%u does not own its object: it has been moved or belongs to a "
			      "tree or list",
			      regno);
	c->own = r->types;
	c->own_type = r->type_id;
	return 0;
}

/* The lock that guards a list or tree is the one in the same object. */
static int guarded(struct verify *v, u8 regno, const struct reg *r)
{
	const void *owner =
		r->type == PTR_TO_MAP_VALUE ? (const void *)r->map : (const void *)r->types;
	const struct state *st = v->cur;

	for (u32 i = 0; i < st->ref_count; i++) {
		const struct ref *ref = &st->refs[i];

		if (ref->kind != REF_PTR && ref->kind != REF_IRQ && ref->id == r->id &&
		    ref->ptr == owner)
			return 0;
	}
	return reject(v, REJECT_LOCK, regno,
		      "the list or tree at R%u is touched without holding the bpf_spin_lock beside "
		      "it",
		      regno);
}

static int root_arg(struct verify *v, struct kfunc_call *c, u8 regno, u32 kind)
{
	const struct reg *r = &regs_of(v)[regno];
	const struct btf_fields *f = NULL;

	if (r->type == PTR_TO_MAP_VALUE)
		f = map_value_fields(v, r->map);
	else if (r->type == PTR_TO_BTF_ID && (r->flags & MEM_ALLOC))
		f = type_fields(v, r->types, r->type_id);
	if (f && scalar_is_const(&r->s))
		c->graph = fields_at(f, (u32)(r->off + (s64)r->s.var.value), kind);
	if (!c->graph)
		return reject(v, REJECT_ARG, regno, "R%u must point to a %s", regno,
			      field_kind_name((enum field_kind)kind));
	return guarded(v, regno, r);
}

/* Is this the function that orders a tree's nodes? */
static bool in_tree_callback(const struct verify *v)
{
	return frame_of(v)->in_callback && lock_held(v->cur);
}

/* A node: of an object that the program owns (to link it in) or of a linked one (to move on). */
static int node_arg(struct verify *v, struct kfunc_call *c, u8 regno, u32 kind)
{
	const struct reg *r = &regs_of(v)[regno];
	bool links = is(c, "bpf_rbtree_add_impl") || !strncmp(c->name, "bpf_list_push", 13);
	s64 off = r->off + (s64)r->s.var.value;

	if (r->type != PTR_TO_BTF_ID || !(r->flags & MEM_ALLOC) || !scalar_is_const(&r->s))
		return reject(v, REJECT_ARG, regno,
			      "R%u must point to the %s of an allocated object", regno,
			      field_kind_name((enum field_kind)kind));
	if (links && !r->ref_id)
		return reject(v, REJECT_ARG, regno, "R%u does not own its object any more", regno);
	if (!links && !r->ref_id && !(r->flags & NON_OWN_REF))
		return reject(v, REJECT_ARG, regno, "R%u must point to a node that is in a tree",
			      regno);
	if (!links && in_tree_callback(v))
		return reject(v, REJECT_CALL, regno, "%s is called while a tree is being ordered",
			      c->name);
	if (!c->graph)
		return 0;
	if (r->types != c->graph->types || r->type_id != c->graph->type_id ||
	    off != c->graph->node_off)
		return reject(v, REJECT_ARG, regno,
			      "R%u is a node of struct %s at byte %lld; this list or tree holds "
			      "struct %s by its node at byte %u",
			      regno, types_name(r->types, r->type_id), (long long)off,
			      types_name(c->graph->types, c->graph->type_id), c->graph->node_off);
	c->node_reg = regno;
	c->own = r->types;
	c->own_type = r->type_id;
	return 0;
}

int kfunc_own_arg(struct verify *v, struct kfunc_call *c, u8 regno, const char *type)
{
	if (!strcmp(type, "bpf_list_head"))
		return root_arg(v, c, regno, FIELD_LIST_HEAD);
	if (!strcmp(type, "bpf_rb_root"))
		return root_arg(v, c, regno, FIELD_RB_ROOT);
	if (!strcmp(type, "bpf_list_node"))
		return node_arg(v, c, regno, FIELD_LIST_NODE);
	if (!strcmp(type, "bpf_rb_node"))
		return node_arg(v, c, regno, FIELD_RB_NODE);
	return is(c, "bpf_refcount_acquire_impl") ? counted_arg(v, c, regno)
						  : object_arg(v, c, regno);
}

/* ---- results ---- */

/* R0 points to an object of the program's own type; its nullness and reference come later. */
static void own_pointer(struct verify *v, const struct types *t, u32 type, u16 flags, s32 off)
{
	struct reg *r = &regs_of(v)[0];

	reg_set_pointer(r, PTR_TO_BTF_ID, (u16)(MEM_ALLOC | flags));
	r->types = t;
	r->type_id = type;
	r->off = off;
}

/* Numbers and nothing else, in the program's own BTF: what a per-CPU object may hold. */
static bool is_plain(const struct types *t, u32 id, u32 depth)
{
	id = types_strip(t, id);
	switch (types_kind(t, id)) {
	case KIND_INT:
	case KIND_ENUM:
	case KIND_ENUM64:
		return true;
	case KIND_ARRAY:
		return types_array(t, id).count &&
		       types_kind(t, types_strip(t, types_array(t, id).elem)) == KIND_INT;
	case KIND_STRUCT:
	case KIND_UNION:
		for (u32 i = 0; i < types_vlen(t, id); i++) {
			if (depth > 3 || !is_plain(t, types_member(t, id, i).type, depth + 1))
				return false;
		}
		return true;
	default:
		return false;
	}
}

static int obj_new(struct verify *v, const struct kfunc_call *c, bool percpu)
{
	const struct types *t = v->obj->types;
	u32 type = (u32)c->constant;

	if (!t || c->constant > UINT32_MAX || types_kind(t, type) != KIND_STRUCT)
		return reject(v, REJECT_ARG, 1,
			      "%s wants a struct of the program; type %llu is none", c->name,
			      (unsigned long long)c->constant);
	if (percpu && types_size(t, type) > 512)
		return reject(v, REJECT_ARG, 1, "a per-CPU object of %lld bytes; 512 are allowed",
			      (long long)types_size(t, type));
	if (percpu && (!is_plain(t, type, 0) || type_fields(v, t, type)))
		return reject(v, REJECT_ARG, 1,
			      "a per-CPU object may only hold numbers; struct %s holds more",
			      types_name(t, type));
	own_pointer(v, t, type, percpu ? MEM_PERCPU : 0, 0);
	return 0;
}

/*
 * The pointer may look at an object that a list or tree owns, while the lock is held. With a
 * reference count the memory stays valid under RCU, too.
 */
void kfunc_set_non_owning(struct verify *v, struct reg *r)
{
	const struct btf_fields *f = type_fields(v, r->types, r->type_id);

	r->flags |= NON_OWN_REF;
	if (f && (f->kinds & FIELD_REFCOUNT))
		r->flags |= MEM_RCU;
}

bool kfunc_gives_away(const struct kfunc_call *c)
{
	return is(c, "bpf_rbtree_add_impl") || !strncmp(c->name, "bpf_list_push", 13);
}

void kfunc_own_to_non_owning(struct verify *v, u32 ref)
{
	struct reg_walk w;
	struct reg *r;

	state_for_each_reg(r, &w, v->cur)
	{
		if (r->ref_id != ref)
			continue;
		r->ref_id = 0;
		kfunc_set_non_owning(v, r);
	}
}

/* `less` of bpf_rbtree_add: two nodes, neither of which it owns. */
static int set_less(struct verify *v, const struct frame *caller, struct frame *callee,
		    const void *arg)
{
	const struct btf_field *root = arg;

	(void)caller;
	for (u32 i = 1; i <= 2; i++) {
		struct reg *r = &callee->regs[i];

		reg_set_pointer(r, PTR_TO_BTF_ID, MEM_ALLOC);
		r->types = root->types;
		r->type_id = root->type_id;
		r->off = (s32)root->node_off;
		kfunc_set_non_owning(v, r);
	}
	callee->ret_checked = true;
	callee->ret_min = 0;
	callee->ret_max = 1;
	return 0;
}

int kfunc_own_before(struct verify *v, struct kfunc_call *c)
{
	if (is(c, "bpf_rbtree_add_impl"))
		return call_push_callback(v, c->callback, false, false, set_less, c->graph);
	return 0;
}

int kfunc_own_result(struct verify *v, struct kfunc_call *c)
{
	const struct btf_field *g = c->graph;
	int err = 0;

	if (is(c, "bpf_obj_new_impl"))
		err = obj_new(v, c, false);
	else if (is(c, "bpf_percpu_obj_new_impl"))
		err = obj_new(v, c, true);
	else if (is(c, "bpf_refcount_acquire_impl"))
		own_pointer(v, c->own, c->own_type, 0, 0);
	else if (g)
		own_pointer(v, g->types, g->type_id, 0, (s32)g->node_off);
	else
		return 0;
	return err ? err : 1;
}
