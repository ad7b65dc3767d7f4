/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Looking at what lives in the kernel: programs, maps, links, types, what is attached where.
 * Text and JSON have the shape of bpftool's, with the same field names where it has them.
 * Source: bpftool's manual pages and output; linux/bpf.h of 6.18.
 */
#ifndef KERNEL_LOOK_H
#define KERNEL_LOOK_H

#include <skep/skep.h>

#include "base/diag.h"
#include "base/json.h"
#include "base/vec.h"
#include "kernel/info.h"

/* Where a pinned object is found, and which processes hold an object open. */
struct look_path {
	enum sys_object kind;
	u32 id;
	char *path; /* owned */
};
struct look_holder {
	enum sys_object kind;
	u32 id, pid;
	char comm[16];
};

/* One look. */
struct look {
	FILE *out;
	struct json *json; /* NULL: text */
	struct diag *d;
	const char *by, *value; /* the selection, NULL: all */
	bool pinned, holders;
	VEC(struct look_path) paths;
	VEC(struct look_holder) held;
};

/* Gather `paths` below the BPF file systems, and `held` from /proc, as asked for. */
void look_gather(struct look *l);
void look_fini(struct look *l);
/* The members "pinned" and "pids" of an object, in JSON; in text lines of their own. */
void look_places(struct look *l, enum sys_object kind, u32 id);

/*
 * Descriptors of the objects that `by` and `value` select ("id", "tag", "name", "pinned"), all when
 * `by` is NULL: fn once for each. -ENOENT with a diagnostic: there is none; -EPERM likewise.
 */
typedef int (*look_fn)(struct look *l, int fd);
int look_each(struct look *l, enum sys_object kind, look_fn fn);
/* How many are selected; of what cannot be told, 0. */
u32 look_count(const struct look *l, enum sys_object kind);
/* The one that is selected: a descriptor, or -errno + diagnostic (several: -EEXIST). */
int look_one(struct look *l, enum sys_object kind);
/* Pin what is selected; take a link off. */
int look_pin(struct look *l, enum sys_object kind, const char *path);
int look_detach(struct look *l);
/* "program", "map", … */
const char *look_word(enum sys_object kind);

int look_progs(struct look *l);
int look_maps(struct look *l);
int look_links(struct look *l);
int look_btfs(struct look *l);
/* XDP, tc, flow dissector and netfilter of this network name space; `device` NULL: of all. */
int look_net(struct look *l, const char *device);
/* The netfilter links of it. */
int look_netfilter(struct look *l);
/* Programs of a cgroup, or of it and all below; `path` NULL: from the root. */
int look_cgroups(struct look *l, const char *path, bool tree, bool effective);

/* A number from /proc/self/fdinfo of a descriptor: "memlock", "frozen", …; false: not there. */
bool look_fdinfo(int fd, const char *name, u64 *value);
/* The kernel's name of an object, or the longer one of its BTF. */
int look_prog_info(int fd, struct info_prog *info);
void look_prog_name(const struct info_prog *info, char *name, size_t size);

#endif
