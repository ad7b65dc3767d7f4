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
#define PROG(id, NAME, text, major, minor, ctx, doc) PROG_##NAME = id,
#define ATTACH(id, NAME, text, major, minor, doc)
#include "spec/progs.def"
};

/* ATTACH_CGROUP_INET_INGRESS = 0, … from progs.def, in UAPI order. */
enum attach_type {
#define PROG(id, NAME, text, major, minor, ctx, doc)
#define ATTACH(id, NAME, text, major, minor, doc) ATTACH_##NAME = id,
#include "spec/progs.def"
};

struct prog_info {
	const char *name; /* "xdp", "sched_cls", …: bpftool's words */
	const char *uapi; /* "XDP": the UAPI name without BPF_PROG_TYPE_ */
	u8 since_major, since_minor;
	const char *ctx; /* context struct: "xdp_md", "__sk_buff", … or NULL */
	const char *doc; /* what it is for, one line */
};
struct attach_info {
	const char *name; /* "cgroup_inet_ingress", … */
	const char *uapi; /* "CGROUP_INET_INGRESS": without BPF_ */
	u8 since_major, since_minor;
	const char *doc; /* where the program runs, one line */
};

const struct prog_info *prog_info(u32 type);	 /* NULL: unknown; PROG_UNSPEC has a row too */
const struct attach_info *attach_info(u32 type); /* NULL: unknown */
/* bpftool's word, the UAPI name with or without BPF_PROG_TYPE_ (any case), or a SEC() name. -1. */
s32 prog_type_by_name(const char *name);
/* bpftool's word or the UAPI name with or without BPF_ (any case). -1. */
s32 attach_type_by_name(const char *name);
/*
 * The word for what R0 means at the end of a run: "XDP_PASS", "TC_ACT_OK", "BPF_REDIRECT", …;
 * NULL where the number has no name or the type's results have none.
 */
const char *prog_action(u32 prog_type, u64 r0);

enum section_target {
	TARGET_NONE,   /* the name ends with the pattern */
	TARGET_ATTACH, /* a target may follow: what to attach to */
	TARGET_LOAD,   /* one may follow and must be known (from here or the caller) to load */
};

/* What a SEC() name says. */
struct section_match {
	u32 prog_type, attach_type;
	bool sleepable, frags, autoload; /* autoload false for a leading '?' */
	enum section_target needs;
	const char *target;  /* in `name`, after the pattern's '/', or NULL */
	const char *pattern; /* "tp+", … for messages */
};
/*
 * 0 or -ESRCH: no pattern fits. A name fits a pattern when it is equal to it; patterns with a '+'
 * also take "/target" after it. Nothing else fits: "xdp_foo" and "xdp/foo" do not.
 */
int section_find(struct section_match *out, const char *name);
/* The closest known name, for hints; NULL when nothing is near. */
const char *section_near(const char *name);
/* Row `index` of the table of patterns, for documentation and tests; NULL past the end. */
const char *section_pattern(u32 index);

#endif
