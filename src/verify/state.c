// SPDX-License-Identifier: BSD-2-Clause
#include "verify/state.h"

#include <errno.h>
#include <stdlib.h>

void reg_set_uninit(struct reg *r)
{
	memset(r, 0, sizeof(*r));
	r->s = scalar_unknown();
}

void reg_set_scalar(struct reg *r, struct scalar s)
{
	memset(r, 0, sizeof(*r));
	r->type = SCALAR_VALUE;
	r->s = s;
}

void reg_set_unknown(struct reg *r)
{
	reg_set_scalar(r, scalar_unknown());
}

void reg_set_const(struct reg *r, u64 v)
{
	reg_set_scalar(r, scalar_const(v));
}

void reg_set_pointer(struct reg *r, enum reg_type type, u16 flags)
{
	memset(r, 0, sizeof(*r));
	r->type = (u8)type;
	r->flags = flags;
	r->s = scalar_const(0);
}

bool reg_is_pointer(const struct reg *r)
{
	return r->type != NOT_INIT && r->type != SCALAR_VALUE;
}

bool reg_is_packet(const struct reg *r)
{
	return r->type == PTR_TO_PACKET || r->type == PTR_TO_PACKET_META;
}

bool reg_is_const(const struct reg *r, u64 *v)
{
	if (r->type != SCALAR_VALUE || !scalar_is_const(&r->s))
		return false;
	*v = r->s.var.value;
	return true;
}

bool reg_has_var_off(const struct reg *r)
{
	return !scalar_is_const(&r->s) || r->s.var.value;
}

static const char *const type_names[REG_TYPE_COUNT] = {
	[NOT_INIT] = "?",
	[SCALAR_VALUE] = "scalar",
	[PTR_TO_CTX] = "ctx",
	[CONST_PTR_TO_MAP] = "map_ptr",
	[PTR_TO_MAP_VALUE] = "map_value",
	[PTR_TO_MAP_KEY] = "map_key",
	[PTR_TO_STACK] = "fp",
	[PTR_TO_PACKET_META] = "pkt_meta",
	[PTR_TO_PACKET] = "pkt",
	[PTR_TO_PACKET_END] = "pkt_end",
	[PTR_TO_FLOW_KEYS] = "flow_keys",
	[PTR_TO_SOCKET] = "sock",
	[PTR_TO_SOCK_COMMON] = "sock_common",
	[PTR_TO_TCP_SOCK] = "tcp_sock",
	[PTR_TO_XDP_SOCK] = "xdp_sock",
	[PTR_TO_TP_BUFFER] = "tp_buffer",
	[PTR_TO_BTF_ID] = "ptr_",
	[PTR_TO_MEM] = "mem",
	[PTR_TO_BUF] = "buf",
	[PTR_TO_ARENA] = "arena",
	[PTR_TO_FUNC] = "func",
	[CONST_PTR_TO_DYNPTR] = "dynptr_ptr",
};

const char *reg_type_name(const struct reg *r)
{
	return r->type < REG_TYPE_COUNT ? type_names[r->type] : "?";
}

int frame_grow(struct frame *f, u32 count)
{
	struct stack_slot *slots;

	if (count <= f->slot_count)
		return 0;
	slots = realloc(f->slots, count * sizeof(*slots));
	if (!slots)
		return -ENOMEM;
	memset(slots + f->slot_count, 0, (count - f->slot_count) * sizeof(*slots));
	for (u32 i = f->slot_count; i < count; i++)
		reg_set_uninit(&slots[i].reg);
	f->slots = slots;
	f->slot_count = count;
	return 0;
}

bool slot_is_spill(const struct stack_slot *s)
{
	return s->bytes[0] == SLOT_SPILL || s->bytes[7] == SLOT_SPILL;
}

bool slot_is_full_spill(const struct stack_slot *s)
{
	return s->bytes[0] == SLOT_SPILL && s->bytes[7] == SLOT_SPILL;
}

bool slot_is_scalar_spill(const struct stack_slot *s)
{
	return slot_is_full_spill(s) && s->reg.type == SCALAR_VALUE;
}

struct frame *frame_new(u32 frameno, s32 callsite, u32 func)
{
	struct frame *f = calloc(1, sizeof(*f));

	if (!f)
		return NULL;
	for (u32 i = 0; i < REG_FP; i++)
		reg_set_uninit(&f->regs[i]);
	reg_set_pointer(&f->regs[REG_FP], PTR_TO_STACK, 0);
	f->regs[REG_FP].frame = frameno;
	f->callsite = callsite;
	f->frameno = frameno;
	f->func = func;
	f->stack_written = ~0ull;
	return f;
}

void frame_free(struct frame *f)
{
	if (f)
		free(f->slots);
	free(f);
}

static int frame_copy(struct frame **to, const struct frame *src)
{
	struct frame *dst = *to;
	struct stack_slot *slots;

	if (!dst) {
		dst = *to = calloc(1, sizeof(*dst));
		if (!dst)
			return -ENOMEM;
	}
	slots = dst->slots;
	if (dst->slot_count < src->slot_count) {
		slots = realloc(slots, src->slot_count * sizeof(*slots));
		if (!slots)
			return -ENOMEM;
	}
	*dst = *src;
	dst->slots = slots;
	if (src->slot_count)
		memcpy(slots, src->slots, src->slot_count * sizeof(*slots));
	return 0;
}

struct state *state_new(void)
{
	return calloc(1, sizeof(struct state));
}

int state_copy(struct state *dst, const struct state *src)
{
	struct state was = *dst;
	struct ref *refs = was.refs;
	int err = 0;

	if (was.ref_count < src->ref_count) {
		refs = realloc(refs, src->ref_count * sizeof(*refs));
		if (!refs)
			return -ENOMEM;
	}
	*dst = *src;
	memcpy(dst->frames, was.frames, sizeof(dst->frames));
	dst->refs = refs;
	if (src->ref_count)
		memcpy(refs, src->refs, src->ref_count * sizeof(*refs));
	dst->hist = was.hist;
	dst->hist_cap = was.hist_cap;
	dst->hist_count = 0;
	dst->branches = was.branches;
	for (u32 i = 0; i < MAX_FRAMES && !err; i++) {
		if (i <= src->cur && src->frames[i]) {
			err = frame_copy(&dst->frames[i], src->frames[i]);
		} else {
			frame_free(dst->frames[i]);
			dst->frames[i] = NULL;
		}
	}
	return err;
}

void state_fini(struct state *st)
{
	for (u32 i = 0; i < MAX_FRAMES; i++) {
		frame_free(st->frames[i]);
		st->frames[i] = NULL;
	}
	free(st->refs);
	st->refs = NULL;
	st->ref_count = 0;
	free(st->hist);
	st->hist = NULL;
	st->hist_count = st->hist_cap = 0;
}

void state_free(struct state *st)
{
	if (st)
		state_fini(st);
	free(st);
}

/* The walk stands before frame w->frame, register (or REG_COUNT + slot) w->index. */
struct reg *reg_next(struct reg_walk *w)
{
	for (; w->frame <= w->st->cur; w->frame++, w->index = 0) {
		struct frame *f = w->st->frames[w->frame];

		while (f && w->index < REG_COUNT + f->slot_count) {
			u32 i = w->index++;

			if (i < REG_COUNT) {
				w->slot = NULL;
				return &f->regs[i];
			}
			w->slot = &f->slots[i - REG_COUNT];
			if (slot_is_spill(w->slot))
				return &w->slot->reg;
		}
	}
	return NULL;
}

struct reg *reg_first(struct reg_walk *w, const struct state *st)
{
	*w = (struct reg_walk){ .st = st };
	return reg_next(w);
}
