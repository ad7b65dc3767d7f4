// SPDX-License-Identifier: BSD-2-Clause
#include "spec/ctx.h"

#include "spec/prog.h"

/* The contexts that differ in layout or rights. */
enum variant {
	VARIANT_SF,
	VARIANT_TC,
	VARIANT_CG,
	VARIANT_LWT,
	VARIANT_SK,
	VARIANT_FLOW,
	VARIANT_DEV,
	VARIANT_DEVMAP,
	VARIANT_SOCK,
	VARIANT_BOUND4,
	VARIANT_BOUND6,
	VARIANT_ADDR4,
	VARIANT_ADDR6,
	VARIANT_SEND4,
	VARIANT_SEND6,
	VARIANT_ADDRUN,
	VARIANT_OPS,
	VARIANT_MSG,
	VARIANT_REUSE,
	VARIANT_LOOK,
	VARIANT_NF,
	VARIANT_GETOPT,
	VARIANT_SETOPT,
	VARIANT_OTHER,
};

/* FIRST: narrow accesses only at the field's first byte. */
enum { B1 = 1, B2 = 2, B4 = 4, B8 = 8, FIRST = 16 };
#define EVERY (~0u)
#define V(v)  (1u << VARIANT_##v)
#define FIELD(variant, fname, at, len, fkind, rwidth, rset, wwidth, wset, major, minor)            \
	{                                                                                          \
		.name = fname,                                                                     \
		.off = at,                                                                         \
		.size = len,                                                                       \
		.kind = CTX_##fkind,                                                               \
		.read = (rset) & (variant) ? (rwidth) : 0,                                         \
		.write = (wset) & (variant) ? (wwidth) : 0,                                        \
		.since_major = major,                                                              \
		.since_minor = minor,                                                              \
	},

static const struct ctx_field fields_sf[] = {
#define SKB(at, len, name, ...) FIELD(V(SF), name, at, len, __VA_ARGS__)
#include "spec/ctx.def"
};

static const struct ctx_field fields_tc[] = {
#define SKB(at, len, name, ...) FIELD(V(TC), name, at, len, __VA_ARGS__)
#include "spec/ctx.def"
};

static const struct ctx_field fields_cg[] = {
#define SKB(at, len, name, ...) FIELD(V(CG), name, at, len, __VA_ARGS__)
#include "spec/ctx.def"
};

static const struct ctx_field fields_lwt[] = {
#define SKB(at, len, name, ...) FIELD(V(LWT), name, at, len, __VA_ARGS__)
#include "spec/ctx.def"
};

static const struct ctx_field fields_sk[] = {
#define SKB(at, len, name, ...) FIELD(V(SK), name, at, len, __VA_ARGS__)
#include "spec/ctx.def"
};

static const struct ctx_field fields_flow[] = {
#define SKB(at, len, name, ...) FIELD(V(FLOW), name, at, len, __VA_ARGS__)
#include "spec/ctx.def"
};

static const struct ctx_field fields_dev[] = {
#define XDP(at, len, name, ...) FIELD(V(DEV), name, at, len, __VA_ARGS__)
#include "spec/ctx.def"
};

static const struct ctx_field fields_devmap[] = {
#define XDP(at, len, name, ...) FIELD(V(DEVMAP), name, at, len, __VA_ARGS__)
#include "spec/ctx.def"
};

static const struct ctx_field fields_sock[] = {
#define SOCK(at, len, name, ...) FIELD(V(SOCK), name, at, len, __VA_ARGS__)
#include "spec/ctx.def"
};

static const struct ctx_field fields_bound4[] = {
#define SOCK(at, len, name, ...) FIELD(V(BOUND4), name, at, len, __VA_ARGS__)
#include "spec/ctx.def"
};

static const struct ctx_field fields_bound6[] = {
#define SOCK(at, len, name, ...) FIELD(V(BOUND6), name, at, len, __VA_ARGS__)
#include "spec/ctx.def"
};

static const struct ctx_field fields_addr4[] = {
#define ADDR(at, len, name, ...) FIELD(V(ADDR4), name, at, len, __VA_ARGS__)
#include "spec/ctx.def"
};

static const struct ctx_field fields_addr6[] = {
#define ADDR(at, len, name, ...) FIELD(V(ADDR6), name, at, len, __VA_ARGS__)
#include "spec/ctx.def"
};

static const struct ctx_field fields_send4[] = {
#define ADDR(at, len, name, ...) FIELD(V(SEND4), name, at, len, __VA_ARGS__)
#include "spec/ctx.def"
};

static const struct ctx_field fields_send6[] = {
#define ADDR(at, len, name, ...) FIELD(V(SEND6), name, at, len, __VA_ARGS__)
#include "spec/ctx.def"
};

static const struct ctx_field fields_addrun[] = {
#define ADDR(at, len, name, ...) FIELD(V(ADDRUN), name, at, len, __VA_ARGS__)
#include "spec/ctx.def"
};

static const struct ctx_field fields_ops[] = {
#define OPS(at, len, name, ...) FIELD(V(OPS), name, at, len, __VA_ARGS__)
#include "spec/ctx.def"
};

static const struct ctx_field fields_msg[] = {
#define MSG(at, len, name, ...) FIELD(V(MSG), name, at, len, __VA_ARGS__)
#include "spec/ctx.def"
};

static const struct ctx_field fields_reuse[] = {
#define REUSEPORT(at, len, name, ...) FIELD(V(REUSE), name, at, len, __VA_ARGS__)
#include "spec/ctx.def"
};

static const struct ctx_field fields_look[] = {
#define LOOKUP(at, len, name, ...) FIELD(V(LOOK), name, at, len, __VA_ARGS__)
#include "spec/ctx.def"
};

static const struct ctx_field fields_nf[] = {
#define NF(at, len, name, ...) FIELD(V(NF), name, at, len, __VA_ARGS__)
#include "spec/ctx.def"
};

static const struct ctx_field fields_getopt[] = {
#define SOCKOPT(at, len, name, ...) FIELD(V(GETOPT), name, at, len, __VA_ARGS__)
#include "spec/ctx.def"
};

static const struct ctx_field fields_setopt[] = {
#define SOCKOPT(at, len, name, ...) FIELD(V(SETOPT), name, at, len, __VA_ARGS__)
#include "spec/ctx.def"
};

static const struct ctx_field fields_sysctl[] = {
#define SYSCTL(at, len, name, ...) FIELD(V(OTHER), name, at, len, __VA_ARGS__)
#include "spec/ctx.def"
};

static const struct ctx_field fields_device[] = {
#define DEVICE(at, len, name, ...) FIELD(V(OTHER), name, at, len, __VA_ARGS__)
#include "spec/ctx.def"
};

static const struct ctx_field fields_regs[] = {
#define REGS(at, len, name, ...) FIELD(V(OTHER), name, at, len, __VA_ARGS__)
#include "spec/ctx.def"
};

/* Unlike probes, these see whole registers only. */
static const struct ctx_field fields_perf[] = {
#define REGS(at, len, name, fkind, rwidth, ...)                                                    \
	FIELD(V(OTHER), name, at, len, fkind, B8, __VA_ARGS__)
#define PERF(at, len, name, ...) FIELD(V(OTHER), name, at, len, __VA_ARGS__)
#include "spec/ctx.def"
};

#define LAYOUT(sname, bytes, table)                                                                \
	{                                                                                          \
		sname, bytes, table, ARRAY_SIZE(table)                                             \
	}

static const struct ctx_layout layouts[] = {
	[VARIANT_SF] = LAYOUT("__sk_buff", 192, fields_sf),
	[VARIANT_TC] = LAYOUT("__sk_buff", 192, fields_tc),
	[VARIANT_CG] = LAYOUT("__sk_buff", 192, fields_cg),
	[VARIANT_LWT] = LAYOUT("__sk_buff", 192, fields_lwt),
	[VARIANT_SK] = LAYOUT("__sk_buff", 192, fields_sk),
	[VARIANT_FLOW] = LAYOUT("__sk_buff", 192, fields_flow),
	[VARIANT_DEV] = LAYOUT("xdp_md", 24, fields_dev),
	[VARIANT_DEVMAP] = LAYOUT("xdp_md", 24, fields_devmap),
	[VARIANT_SOCK] = LAYOUT("bpf_sock", 80, fields_sock),
	[VARIANT_BOUND4] = LAYOUT("bpf_sock", 80, fields_bound4),
	[VARIANT_BOUND6] = LAYOUT("bpf_sock", 80, fields_bound6),
	[VARIANT_ADDR4] = LAYOUT("bpf_sock_addr", 72, fields_addr4),
	[VARIANT_ADDR6] = LAYOUT("bpf_sock_addr", 72, fields_addr6),
	[VARIANT_SEND4] = LAYOUT("bpf_sock_addr", 72, fields_send4),
	[VARIANT_SEND6] = LAYOUT("bpf_sock_addr", 72, fields_send6),
	[VARIANT_ADDRUN] = LAYOUT("bpf_sock_addr", 72, fields_addrun),
	[VARIANT_OPS] = LAYOUT("bpf_sock_ops", 224, fields_ops),
	[VARIANT_MSG] = LAYOUT("sk_msg_md", 80, fields_msg),
	[VARIANT_REUSE] = LAYOUT("sk_reuseport_md", 56, fields_reuse),
	[VARIANT_LOOK] = LAYOUT("bpf_sk_lookup", 72, fields_look),
	[VARIANT_NF] = LAYOUT("bpf_nf_ctx", 16, fields_nf),
	[VARIANT_GETOPT] = LAYOUT("bpf_sockopt", 40, fields_getopt),
	[VARIANT_SETOPT] = LAYOUT("bpf_sockopt", 40, fields_setopt),
};
static const struct ctx_layout sysctl_layout = LAYOUT("bpf_sysctl", 8, fields_sysctl);
static const struct ctx_layout device_layout = LAYOUT("bpf_cgroup_dev_ctx", 12, fields_device);
static const struct ctx_layout regs_layout = LAYOUT("pt_regs", 168, fields_regs);
static const struct ctx_layout perf_layout = LAYOUT("bpf_perf_event_data", 184, fields_perf);

static enum variant sock_variant(u32 attach_type)
{
	switch (attach_type) {
	case ATTACH_CGROUP_INET4_POST_BIND:
		return VARIANT_BOUND4;
	case ATTACH_CGROUP_INET6_POST_BIND:
		return VARIANT_BOUND6;
	default:
		return VARIANT_SOCK;
	}
}

static enum variant addr_variant(u32 attach_type)
{
	switch (attach_type) {
	case ATTACH_CGROUP_UDP4_SENDMSG:
		return VARIANT_SEND4;
	case ATTACH_CGROUP_UDP6_SENDMSG:
		return VARIANT_SEND6;
	case ATTACH_CGROUP_INET4_BIND:
	case ATTACH_CGROUP_INET4_CONNECT:
	case ATTACH_CGROUP_UDP4_RECVMSG:
	case ATTACH_CGROUP_INET4_GETPEERNAME:
	case ATTACH_CGROUP_INET4_GETSOCKNAME:
		return VARIANT_ADDR4;
	case ATTACH_CGROUP_INET6_BIND:
	case ATTACH_CGROUP_INET6_CONNECT:
	case ATTACH_CGROUP_UDP6_RECVMSG:
	case ATTACH_CGROUP_INET6_GETPEERNAME:
	case ATTACH_CGROUP_INET6_GETSOCKNAME:
		return VARIANT_ADDR6;
	default:
		return VARIANT_ADDRUN;
	}
}

const struct ctx_layout *ctx_layout(u32 prog_type, u32 attach_type)
{
	switch (prog_type) {
	case PROG_SOCKET_FILTER:
		return &layouts[VARIANT_SF];
	case PROG_SCHED_CLS:
	case PROG_SCHED_ACT:
		return &layouts[VARIANT_TC];
	case PROG_CGROUP_SKB:
		return &layouts[VARIANT_CG];
	case PROG_LWT_IN:
	case PROG_LWT_OUT:
	case PROG_LWT_XMIT:
	case PROG_LWT_SEG6LOCAL:
		return &layouts[VARIANT_LWT];
	case PROG_SK_SKB:
		return &layouts[VARIANT_SK];
	case PROG_FLOW_DISSECTOR:
		return &layouts[VARIANT_FLOW];
	case PROG_XDP:
		return &layouts[attach_type == ATTACH_XDP_DEVMAP ? VARIANT_DEVMAP : VARIANT_DEV];
	case PROG_CGROUP_SOCK:
		return &layouts[sock_variant(attach_type)];
	case PROG_CGROUP_SOCK_ADDR:
		return &layouts[addr_variant(attach_type)];
	case PROG_SOCK_OPS:
		return &layouts[VARIANT_OPS];
	case PROG_SK_MSG:
		return &layouts[VARIANT_MSG];
	case PROG_SK_REUSEPORT:
		return &layouts[VARIANT_REUSE];
	case PROG_SK_LOOKUP:
		return &layouts[VARIANT_LOOK];
	case PROG_NETFILTER:
		return &layouts[VARIANT_NF];
	case PROG_CGROUP_SOCKOPT:
		return &layouts[attach_type == ATTACH_CGROUP_SETSOCKOPT ? VARIANT_SETOPT
									: VARIANT_GETOPT];
	case PROG_CGROUP_SYSCTL:
		return &sysctl_layout;
	case PROG_CGROUP_DEVICE:
		return &device_layout;
	case PROG_KPROBE:
		return &regs_layout;
	case PROG_PERF_EVENT:
		return &perf_layout;
	default:
		return NULL;
	}
}

/* Accesses that start inside a field are narrow ones: aligned, and wholly within it. */
static bool field_holds(const struct ctx_field *f, u32 off, u32 size, u8 widths)
{
	u32 at = off - f->off;

	if (off < f->off || at >= f->size || !(widths & size))
		return false;
	return !at || (!(widths & FIRST) && at % size == 0 && at + size <= f->size);
}

const struct ctx_field *ctx_access(const struct ctx_layout *l, u32 off, u32 size, bool write)
{
	if (size != 1 && size != 2 && size != 4 && size != 8)
		return NULL;
	for (u32 i = 0; i < l->count; i++) {
		const struct ctx_field *f = &l->fields[i];

		if (field_holds(f, off, size, write ? f->write : f->read))
			return f;
	}
	return NULL;
}
