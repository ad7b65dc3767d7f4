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
static int object_arg(struct verify *v, struct kfunc_call *c, u8 regno)
{
	const struct reg *r = &regs_of(v)[regno];
	bool percpu = is(c, "bpf_percpu_obj_drop_impl");

	if (r->type != PTR_TO_BTF_ID || !(r->flags & MEM_ALLOC) ||
	    percpu != ((r->flags & MEM_PERCPU) != 0))
		return reject(v, REJECT_ARG, regno, "R%u must be an object that %s gave", regno,
			      percpu ? "bpf_percpu_obj_new" : "bpf_obj_new");
	if (!r->ref_id && !is(c, "bpf_refcount_acquire_impl"))
		return reject(
			v, REJECT_ARG, regno,
			"R%u does not own its object: it has been moved or belongs to a tree or "
			"list",
			regno);
	c->own = r->types;
	c->own_type = r->type_id;
	if (is(c, "bpf_refcount_acquire_impl")) {
		const struct btf_fields *f = type_fields(v, r->types, r->type_id);

		if (!f || !(f->kinds & FIELD_REFCOUNT))
			return reject(v, REJECT_ARG, regno, "R%u: struct %s has no bpf_refcount",
				      regno, types_name(r->types, r->type_id));
	}
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
	if (!links && (r->ref_id || !(r->flags & NON_OWN_REF)))
		return reject(v, REJECT_ARG, regno, "R%u must point to a node that is in a tree",
			      regno);
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
	return object_arg(v, c, regno);
}

/* ---- results ---- */

static int own_pointer(struct verify *v, const struct types *t, u32 type, u16 flags, s32 off,
		       bool acquire, bool nullable)
{
	struct reg *r = &regs_of(v)[0];

	reg_set_pointer(r, PTR_TO_BTF_ID,
			(u16)(MEM_ALLOC | flags | (nullable ? PTR_MAYBE_NULL : 0)));
	r->types = t;
	r->type_id = type;
	r->off = off;
	r->id = id_new(v);
	if (!acquire)
		return 0;
	r->ref_id = ref_acquire(v);
	if (!r->ref_id)
		return -ENOMEM;
	r->id = r->ref_id;
	return 0;
}

static int obj_new(struct verify *v, const struct kfunc_call *c, bool percpu)
{
	const struct types *t = v->obj->types;
	u32 type = (u32)c->constant;

	if (!t || types_kind(t, type) != KIND_STRUCT)
		return reject(v, REJECT_ARG, 1,
			      "bpf_obj_new wants a struct of the program; type %u is none", type);
	if (percpu && types_size(t, type) > 512)
		return reject(v, REJECT_ARG, 1, "a per-CPU object of %lld bytes; 512 are allowed",
			      (long long)types_size(t, type));
	return own_pointer(v, t, type, percpu ? MEM_PERCPU : 0, 0, true, true);
}

/* The object belongs to the list or tree now: copies of the pointer may still look at it. */
static int give_away(struct verify *v, u32 ref)
{
	struct reg_walk w;
	struct reg *r;
	int err = ref_drop(v, ref);

	state_for_each_reg(r, &w, v->cur)
	{
		if (r->ref_id != ref)
			continue;
		r->ref_id = 0;
		r->flags |= NON_OWN_REF;
	}
	reg_set_unknown(&regs_of(v)[0]);
	return err;
}

/* `less` of bpf_rbtree_add: two nodes, neither of which it owns. */
static int set_less(struct verify *v, const struct frame *caller, struct frame *callee,
		    const void *arg)
{
	const struct btf_field *root = arg;

	(void)v;
	(void)caller;
	for (u32 i = 1; i <= 2; i++) {
		struct reg *r = &callee->regs[i];

		reg_set_pointer(r, PTR_TO_BTF_ID, MEM_ALLOC | NON_OWN_REF);
		r->types = root->types;
		r->type_id = root->type_id;
		r->off = (s32)root->node_off;
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
		err = own_pointer(v, c->own, c->own_type, 0, 0, true, !c->ref);
	else if (is(c, "bpf_rbtree_add_impl") || !strncmp(c->name, "bpf_list_push", 13))
		err = give_away(v, c->ref);
	else if (!strncmp(c->name, "bpf_list_pop", 12) || is(c, "bpf_rbtree_remove"))
		err = own_pointer(v, g->types, g->type_id, 0, (s32)g->node_off, true, true);
	else if (g)
		err = own_pointer(v, g->types, g->type_id, NON_OWN_REF, (s32)g->node_off, false,
				  true);
	else
		return 0;
	return err ? err : 1;
}
