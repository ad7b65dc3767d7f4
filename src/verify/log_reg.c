// SPDX-License-Identifier: BSD-2-Clause
/* Registers and states in the words of the kernel's log. */
#include "verify/log.h"

/* Numbers beyond 16 bits are hex. */
static void put_unsigned(struct buf *out, u64 v)
{
	buf_printf(out, v <= UINT16_MAX ? "%llu" : "0x%llx", (unsigned long long)v);
}

static void put_signed(struct buf *out, s64 v)
{
	if (v >= INT16_MIN && v <= INT16_MAX)
		buf_printf(out, "%lld", (long long)v);
	else
		buf_printf(out, "0x%llx", (unsigned long long)v);
}

/* Of 32 bits: hex shows those 32 only. */
static u64 extended(s32 v)
{
	return v >= INT16_MIN && v <= INT16_MAX ? (u64)(s64)v : (u32)v;
}

struct bound {
	const char *name;
	u64 value;
	bool is_signed, hidden; /* hidden: it says nothing, or was printed with another */
};

static bool negative(const struct bound *b)
{
	return b->is_signed && (s64)b->value < 0;
}

/* smin=umin=1,smax=…: bounds that say something; least or greatest ones of one value together. */
static void put_bounds(struct buf *out, const struct scalar *s, const char **comma)
{
	struct bound b[] = {
		{ "smin", (u64)s->smin, true, s->smin == INT64_MIN },
		{ "smax", (u64)s->smax, true, s->smax == INT64_MAX },
		{ "umin", s->umin, false, s->umin == 0 },
		{ "umax", s->umax, false, s->umax == UINT64_MAX },
		{ "smin32", extended(s->s32_min), true, s->s32_min == INT32_MIN },
		{ "smax32", extended(s->s32_max), true, s->s32_max == INT32_MAX },
		{ "umin32", s->u32_min, false, s->u32_min == 0 },
		{ "umax32", s->u32_max, false, s->u32_max == UINT32_MAX },
	};

	for (size_t i = 0; i < ARRAY_SIZE(b); i++) {
		if (b[i].hidden)
			continue;
		buf_printf(out, "%s%s=", *comma, b[i].name);
		*comma = ",";
		for (size_t k = i + 2; k < ARRAY_SIZE(b); k += 2) {
			if (b[k].hidden || b[k].value != b[i].value ||
			    negative(&b[k]) != negative(&b[i]))
				continue;
			buf_printf(out, "%s=", b[k].name);
			b[k].hidden = true;
		}
		if (b[i].is_signed)
			put_signed(out, (s64)b[i].value);
		else
			put_unsigned(out, b[i].value);
	}
	if (!tnum_is_unknown(s->var)) {
		buf_printf(out, "%svar_off=(0x%llx; 0x%llx)", *comma,
			   (unsigned long long)s->var.value, (unsigned long long)s->var.mask);
		*comma = ",";
	}
}

static const struct {
	u16 flag;
	const char *text;
} prefixes[] = {
	{ MEM_RDONLY, "rdonly_" },	 { MEM_RINGBUF, "ringbuf_" }, { MEM_USER, "user_" },
	{ MEM_PERCPU, "percpu_" },	 { MEM_RCU, "rcu_" },	      { PTR_TRUSTED, "trusted_" },
	{ PTR_UNTRUSTED, "untrusted_" },
};

static void put_type(struct buf *out, const struct reg *r)
{
	for (size_t i = 0; i < ARRAY_SIZE(prefixes); i++) {
		if (r->flags & prefixes[i].flag)
			buf_puts(out, prefixes[i].text);
	}
	buf_puts(out, reg_type_name(r));
	if (r->type == PTR_TO_BTF_ID && r->types)
		buf_puts(out, types_name(r->types, r->type_id));
	if (r->flags & PTR_MAYBE_NULL)
		buf_puts(out, "_or_null");
}

static void put_id(struct buf *out, const struct reg *r, const char **comma)
{
	if (r->id) {
		buf_printf(out, "id=%u", r->id & ~ID_ADD_CONST);
		if (r->type == SCALAR_VALUE && (r->id & ID_ADD_CONST))
			buf_printf(out, "%+d", r->off);
		*comma = ",";
	}
	if (r->ref_id) {
		buf_printf(out, "%sref_obj_id=%u", *comma, r->ref_id);
		*comma = ",";
	}
}

static void put_object(struct buf *out, const struct reg *r, const char **comma)
{
	switch (r->type) {
	case CONST_PTR_TO_MAP:
	case PTR_TO_MAP_VALUE:
	case PTR_TO_MAP_KEY:
		if (!r->map)
			return;
		buf_printf(out, "%smap=%s,ks=%u,vs=%u", *comma, r->map->name, r->map->key_size,
			   r->map->value_size);
		break;
	default:
		return;
	}
	*comma = ",";
}

static void put_size(struct buf *out, const struct reg *r, const char **comma)
{
	if (reg_is_packet(r)) {
		buf_printf(out, "%sr=", *comma);
		put_unsigned(out, (u64)(s64)r->range);
	} else if (r->type == PTR_TO_MEM) {
		buf_printf(out, "%ssz=%u", *comma, r->mem_size);
	} else {
		return;
	}
	*comma = ",";
}

static void put_attributes(struct buf *out, const struct reg *r)
{
	const char *comma = "";

	put_id(out, r, &comma);
	put_object(out, r, &comma);
	if (r->type != SCALAR_VALUE && r->off) {
		buf_printf(out, "%soff=", comma);
		put_signed(out, r->off);
		comma = ",";
	}
	put_size(out, r, &comma);
	if (!scalar_is_const(&r->s))
		put_bounds(out, &r->s, &comma);
	else if (r->s.var.value)
		buf_printf(out, "%simm=0x%llx", comma, (unsigned long long)r->s.var.value);
}

static void put_reg(struct buf *out, const struct reg *r, u32 frameno)
{
	if (r->type == NOT_INIT) {
		buf_putc(out, '?');
		return;
	}
	if (r->type == SCALAR_VALUE && r->precise)
		buf_putc(out, 'P');
	if (r->type == SCALAR_VALUE && scalar_is_const(&r->s)) {
		put_signed(out, (s64)r->s.var.value);
		return;
	}
	put_type(out, r);
	if (r->type == PTR_TO_ARENA)
		return;
	if (r->type == PTR_TO_STACK) {
		if (r->frame != frameno)
			buf_printf(out, "[%u]", r->frame);
		if (scalar_is_const(&r->s)) {
			put_signed(out, (s64)r->s.var.value + r->off);
			return;
		}
	}
	buf_putc(out, '(');
	put_attributes(out, r);
	buf_putc(out, ')');
}

void log_reg(struct buf *out, const struct reg *r)
{
	put_reg(out, r, r->frame);
}

/* ---- the stack ---- */

static const char *const dynptr_names[] = {
	[DYNPTR_NONE] = "none", [DYNPTR_LOCAL] = "local", [DYNPTR_RINGBUF] = "ringbuf",
	[DYNPTR_SKB] = "skb",	[DYNPTR_XDP] = "xdp",	  [DYNPTR_SKB_META] = "skb_meta",
	[DYNPTR_FILE] = "file",
};
static const char *const iter_states[] = { "none", "active", "drained" };

static void put_iter(struct buf *out, const struct reg *r)
{
	const char *name = r->iter_types ? types_name(r->iter_types, r->iter_type_id) : "";

	buf_printf(out, "iter_%s(ref_id=%u,state=%s,depth=%u)",
		   strncmp(name, "bpf_iter_", 9) ? name : name + 9, r->ref_id,
		   iter_states[MIN(r->iter_state, 2)], r->iter_depth);
}

/* A slot on its own, when it has something to say. */
static void put_slot(struct buf *out, const struct frame *f, u32 i)
{
	static const char letters[] = "?rm0dif";
	const struct stack_slot *s = &f->slots[i];
	char bytes[9] = { 0 };
	bool known = false;

	for (u32 k = 0; k < 8; k++) {
		bytes[7 - k] = letters[MIN(s->bytes[k], SLOT_IRQ_FLAG)]; /* highest address first */
		known |= s->bytes[k] != SLOT_INVALID;
	}
	if (!known || (s->bytes[7] == SLOT_DYNPTR && !s->reg.dynptr.first))
		return;
	buf_printf(out, " fp%d=", -8 * (s32)(i + 1));
	if (s->bytes[7] == SLOT_DYNPTR) {
		buf_printf(out, "dynptr_%s(", dynptr_names[MIN(s->reg.dynptr.kind, DYNPTR_FILE)]);
		/* The last number is Linux's mark of the lower slot. */
		buf_printf(out, "id=%u,", s->reg.id);
		if (s->reg.ref_id)
			buf_printf(out, "ref_id=%u,", s->reg.ref_id);
		buf_puts(out, "dynptr_id=1)");
	} else if (s->bytes[7] == SLOT_ITER && s->reg.iter_state) {
		put_iter(out, &s->reg);
	} else if (s->bytes[0] == SLOT_SPILL) {
		/* What lies above a narrow spill, byte by byte, then the register. */
		buf_printf(out, "%.*s", (int)strcspn(bytes, "r"), bytes);
		put_reg(out, &s->reg, f->frameno);
	} else {
		buf_puts(out, bytes);
	}
}

void log_frame(struct buf *out, const struct state *st, u32 regs, const bool *slots)
{
	const struct frame *f = state_frame(st);

	if (f->frameno)
		buf_printf(out, " frame%u:", f->frameno);
	for (u32 i = 0; i < REG_COUNT; i++) {
		if (!(regs & 1u << i) || f->regs[i].type == NOT_INIT)
			continue;
		buf_printf(out, " R%u=", i);
		put_reg(out, &f->regs[i], f->frameno);
	}
	for (u32 i = 0; i < f->slot_count; i++) {
		if (!slots || slots[i])
			put_slot(out, f, i);
	}
	for (u32 i = 0; i < st->ref_count; i++)
		buf_printf(out, "%s%u", i ? "," : " refs=", st->refs[i].id);
	if (f->in_async_callback)
		buf_puts(out, " async_cb");
	else if (f->in_callback)
		buf_puts(out, " cb");
}

void log_state(struct buf *out, const struct state *st)
{
	log_frame(out, st, (1u << REG_COUNT) - 1, NULL);
}
