// SPDX-License-Identifier: BSD-2-Clause
/*
 * UAPI structs by table (spec/ctx.h), plain words for tracing, and the fields of sockets, which are
 * UAPI structs as well. Source: linux/bpf.h; the running kernel's answers.
 */
#include "verify/context.h"

enum {
	TRACEPOINT_SIZE = 8192, /* bytes of a record */
	TRACEPOINT_PRIVATE = 8, /* first bytes of it: not for programs */
	SYSCALL_SIZE = 0xffff,	/* bytes of a syscall program's context */
};

int context_refuse(struct verify *v, const struct ctx_use *u)
{
	return reject(v, REJECT_CONTEXT, u->regno,
		      "%s %u bytes at offset %lld of the context is not allowed",
		      u->write ? "writing" : "reading", u->size, (long long)u->off);
}

void context_set_number(struct verify *v, const struct ctx_use *u)
{
	struct reg *dst;

	if (u->write || u->value_reg < 0)
		return;
	dst = &regs_of(v)[u->value_reg];
	reg_set_unknown(dst);
	dst->precise = v->opts->unpriv;
}

void context_set_pointer(struct verify *v, const struct ctx_use *u, enum reg_type type, u16 flags)
{
	struct reg *dst = &regs_of(v)[u->value_reg];

	if (u->value_reg < 0)
		return;
	reg_set_pointer(dst, type, flags);
	if (flags & PTR_MAYBE_NULL)
		dst->id = id_new(v);
}

void context_set_object(struct verify *v, const struct ctx_use *u, u16 flags, u32 type_id)
{
	context_set_pointer(v, u, PTR_TO_BTF_ID, flags);
	if (u->value_reg < 0)
		return;
	regs_of(v)[u->value_reg].types = v->kernel;
	regs_of(v)[u->value_reg].type_id = type_id;
}

/* ---- UAPI structs ---- */

/* Pointer members, by struct and name. */
static const struct ctx_pointer {
	const char *layout, *field;
	enum reg_type type;
	u16 flags;
	const char *object; /* PTR_TO_BTF_ID: struct of the kernel */
} pointers[] = {
	{ "__sk_buff", "flow_keys", PTR_TO_FLOW_KEYS, 0, NULL },
	{ "__sk_buff", "sk", PTR_TO_SOCK_COMMON, PTR_MAYBE_NULL, NULL },
	{ "bpf_sock_addr", "sk", PTR_TO_SOCKET, 0, NULL },
	{ "bpf_sock_ops", "sk", PTR_TO_SOCKET, PTR_MAYBE_NULL, NULL },
	{ "sk_msg_md", "sk", PTR_TO_SOCKET, 0, NULL },
	{ "sk_reuseport_md", "sk", PTR_TO_SOCKET, 0, NULL },
	{ "sk_reuseport_md", "migrating_sk", PTR_TO_SOCK_COMMON, PTR_MAYBE_NULL, NULL },
	{ "bpf_sk_lookup", "sk", PTR_TO_SOCKET, PTR_MAYBE_NULL, NULL },
	{ "bpf_sockopt", "sk", PTR_TO_SOCKET, 0, NULL },
	{ "bpf_nf_ctx", "state", PTR_TO_BTF_ID, PTR_TRUSTED, "nf_hook_state" },
	{ "bpf_nf_ctx", "skb", PTR_TO_BTF_ID, PTR_TRUSTED, "sk_buff" },
};

static int set_field_pointer(struct verify *v, const struct ctx_use *u, const char *field)
{
	for (u32 i = 0; i < ARRAY_SIZE(pointers); i++) {
		const struct ctx_pointer *p = &pointers[i];

		if (strcmp(p->layout, v->ctx->name) || strcmp(p->field, field))
			continue;
		if (!p->object) {
			context_set_pointer(v, u, p->type, p->flags);
			return 0;
		}
		if (!v->kernel)
			return reject(v, REJECT_UNPROVEN, u->regno,
				      "the context's %s is a kernel object, but the kernel's BTF "
				      "is not known",
				      field);
		context_set_object(v, u, p->flags, types_find(v->kernel, p->object, KIND_STRUCT));
		return 0;
	}
	return context_refuse(v, u);
}

static int field_access(struct verify *v, const struct ctx_use *u, const struct ctx_field *f)
{
	if (!era_at_least(v, f->since_major, f->since_minor))
		return reject(v, REJECT_ERA, u->regno,
			      "the context has '%s' since Linux %u.%u, not in %u.%u", f->name,
			      f->since_major, f->since_minor, v->linux_version >> 8,
			      v->linux_version & 0xff);
	if (f->kind != CTX_SCALAR && v->opts->unpriv && v->prog->type == PROG_CGROUP_SKB &&
	    f->kind != CTX_POINTER)
		return reject(v, REJECT_PRIVILEGE, u->regno,
			      "direct access to the packet needs privileges");
	if (u->write) {
		context_set_number(v, u);
		return 0;
	}
	switch (f->kind) {
	case CTX_PACKET:
		context_set_pointer(v, u, PTR_TO_PACKET, 0);
		return 0;
	case CTX_PACKET_END:
		context_set_pointer(v, u, PTR_TO_PACKET_END, 0);
		return 0;
	case CTX_PACKET_META:
		context_set_pointer(v, u, PTR_TO_PACKET_META, 0);
		return 0;
	case CTX_POINTER:
		return set_field_pointer(v, u, f->name);
	default:
		context_set_number(v, u);
		return 0;
	}
}

static int layout_access(struct verify *v, const struct ctx_use *u)
{
	const struct ctx_field *f = NULL;

	if (u->off >= 0 && u->off < v->ctx->size)
		f = ctx_access(v->ctx, (u32)u->off, u->size, u->write);
	return f ? field_access(v, u, f) : context_refuse(v, u);
}

/* ---- words ---- */

static int words_access(struct verify *v, const struct ctx_use *u, u32 from, u32 end,
			bool may_write)
{
	if (u->off < from || u->off + u->size > end || u->off % u->size || (u->write && !may_write))
		return context_refuse(v, u);
	context_set_number(v, u);
	return 0;
}

/* Which words a context without layout has. */
static int plain_access(struct verify *v, const struct ctx_use *u)
{
	switch (v->prog->type) {
	case PROG_RAW_TRACEPOINT_WRITABLE:
		if (!u->off) {
			if (u->size != 8 || u->write)
				return context_refuse(v, u);
			context_set_pointer(v, u, PTR_TO_TP_BUFFER, 0);
			return 0;
		}
		/* fall through */
	case PROG_RAW_TRACEPOINT:
		return words_access(v, u, 0, 8 * CTX_TRACE_ARGS, false);
	case PROG_TRACEPOINT:
		return words_access(v, u, TRACEPOINT_PRIVATE, TRACEPOINT_SIZE, false);
	case PROG_SYSCALL:
		return words_access(v, u, 0, SYSCALL_SIZE, true);
	case PROG_UNSPEC:
		return reject(
			v, REJECT_UNPROVEN, u->regno,
			"the size of this program's memory is not known before it runs: run it "
			"checked");
	default:
		return context_refuse(v, u);
	}
}

int context_access(struct verify *v, u8 regno, s32 off, u32 size, enum mem_access what,
		   int value_reg)
{
	const struct reg *r = &regs_of(v)[regno];
	struct ctx_use u = { .regno = regno,
			     .off = off,
			     .size = size,
			     .write = what == MEM_ACCESS_WRITE,
			     .value_reg = value_reg };

	if (u.write && value_reg >= 0 && is_pointer_leak(v, &regs_of(v)[value_reg]))
		return reject(v, REJECT_PRIVILEGE, value_reg,
			      "R%d is a pointer and would leak into the context", value_reg);
	if (reg_has_var_off(r))
		return reject(v, REJECT_CONTEXT, regno,
			      "R%d is the context with a variable offset: fields are accessed at "
			      "constant ones",
			      regno);
	if (r->off)
		return reject(
			v, REJECT_CONTEXT, regno,
			"R%d is the context moved by %d bytes: only the unmoved pointer may be "
			"accessed",
			regno, r->off);
	if (v->attach_proto)
		return context_typed_access(v, &u);
	if (v->ctx)
		return layout_access(v, &u);
	return plain_access(v, &u);
}

/* ---- sockets ---- */

/* Readable members of bpf_sock that allow narrow reads at any of their bytes or at their start. */
static bool sock_field(s64 off, u32 size)
{
	if (off < 0 || off >= 80 || off % size)
		return false;
	switch (off) {
	case 4:		/* family */
	case 8:		/* type */
	case 12:	/* protocol */
	case 44:	/* src_port */
	case 72:	/* state */
	case 76:	/* rx_queue_mapping */
	case 24 ... 43: /* src_ip4, src_ip6 */
	case 52 ... 71: /* dst_ip4, dst_ip6 */
		return size <= 4;
	case 48 ... 49: /* dst_port */
		return size <= 2 || size == 4;
	case 50 ... 51:
		return false;
	default:
		return size == 4;
	}
}

bool context_sock_field(u8 type, s64 off, u32 size)
{
	switch (type) {
	case PTR_TO_SOCK_COMMON:
		return !(off >= 8 && off < 24) && sock_field(off, size);
	case PTR_TO_SOCKET:
		return sock_field(off, size);
	case PTR_TO_TCP_SOCK: /* bytes_received and bytes_acked have 64 bits */
		if (off < 0 || off >= 112 || off % size)
			return false;
		return size == (off >= 80 && off < 96 ? 8 : 4);
	case PTR_TO_XDP_SOCK:
		return !off && size == 4;
	default:
		return false;
	}
}
