/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Program types, attach types and the SEC() names that select them.
 * Source: linux/bpf.h of 6.18; libbpf's documented section names.
 */
#ifndef SPEC_PROG_H
#define SPEC_PROG_H

#include "base/types.h"

/* PROG_SOCKET_FILTER = 1, … PROG_XDP = 6, … from progs.def; PROG_UNSPEC is 0. */
enum prog_type {
	PROG_UNSPEC,
#define PROG(id, NAME, text, major, minor, ctx) PROG_##NAME = id,
#define ATTACH(id, NAME, text, major, minor)
#include "spec/progs.def"
};

/* ATTACH_CGROUP_INET_INGRESS = 0, … from progs.def, in UAPI order. */
enum attach_type {
#define PROG(id, NAME, text, major, minor, ctx)
#define ATTACH(id, NAME, text, major, minor) ATTACH_##NAME = id,
#include "spec/progs.def"
};

struct prog_info {
	const char *name; /* "xdp", "sched_cls", …: bpftool's words */
	u8 since_major, since_minor;
	const char *ctx; /* context struct: "xdp_md", "__sk_buff", … or NULL */
};
struct attach_info {
	const char *name; /* "cgroup_inet_ingress", … */
	u8 since_major, since_minor;
};

const struct prog_info *prog_info(u32 type);	 /* NULL: unknown; PROG_UNSPEC has a row too */
const struct attach_info *attach_info(u32 type); /* NULL: unknown */
/* Both take bpftool's word, the UAPI name with or without BPF_PROG_TYPE_, or a SEC() name. -1. */
s32 prog_type_by_name(const char *name);

/* What a SEC() name says. */
struct section_match {
	u32 prog_type, attach_type;
	bool sleepable, frags, autoload; /* autoload false for a leading '?' */
	const char *target;		 /* in `name`, after the pattern's '/', or NULL */
	const char *pattern;		 /* "tp+", … for messages */
};
/* 0 or -ESRCH: no pattern fits. */
int section_find(struct section_match *out, const char *name);
/* The closest known name, for hints; NULL when nothing is near. */
const char *section_near(const char *name);

#endif
