/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Attaching: one family of hooks a file (attach_*.c), one row a family in attach.c. A family takes
 * a request and makes the link's descriptors, or says how to take back what has no link; on failure
 * it has recorded a diagnostic, and attach.c closes what it left in the link.
 */
#ifndef KERNEL_ATTACH_H
#define KERNEL_ATTACH_H

#include <limits.h>

#include "base/vec.h"
#include "kernel/kernel.h"
#include "kernel/sys.h"

struct kernel_link {
	struct link base; /* first */
	const char *type; /* bpftool's word: "xdp", "perf_event" */
	char *target;	  /* for people, owned */
	int fd;		  /* of the kernel's link; -1: it has none */
	VEC(int) events;  /* perf events and sockets that live as long as the link; owned */
	VEC(int) links;	  /* of one program at many places: the others' links; owned */
	bool pinned, detached;
	/* Of what has no link: take it back, put another program in. State lies in `undo`. */
	int (*take_back)(struct kernel_link *l);
	int (*replace)(struct kernel_link *l, int prog_fd);
	struct kernel_undo {
		int target_fd, prog_fd; /* owned; -1: none */
		u32 type, ifindex, priority, handle, flags;
		char *text; /* owned */
	} undo;
};

struct attach_request {
	struct kernel_unit *u;
	const struct obj_prog *p;
	int prog_fd;
	const char *target; /* of the options, or the section's; NULL: none */
	const char *word;   /* section name up to '/' or its end: "uprobe.multi"; "" */
	const struct skep_attach_opts *opts;
};

struct attach_family {
	const char *type;
	/* Programs that it is for. */
	bool (*fits)(const struct obj_prog *p);
	int (*attach)(struct kernel_link *l, const struct attach_request *r, struct diag *d);
	bool needs_target; /* from the section or the caller */
};

extern const struct attach_family attach_xdp, attach_tcx, attach_tc, attach_cgroup,
	attach_tracepoint, attach_raw_tp, attach_tracing, attach_iter, attach_perf, attach_uprobe,
	attach_uprobe_multi, attach_usdt, attach_kprobe, attach_kprobe_multi, attach_socket,
	attach_netns, attach_netfilter, attach_sockmap, attach_lwt;

/* ---- attach.c: what families share ---- */

/* LINK_CREATE into l->fd; refusals are explained. `what` is for people: "interface 'eth0'". */
int link_create(struct kernel_link *l, const struct attach_request *r, struct sys_link_create *a,
		const char *what, struct diag *d);
/* "program 'x' cannot be attached to WHAT: reason", with what is known of the reason. */
int attach_refused(const struct attach_request *r, int err, const char *what, struct diag *d);
/* l->target = text; false: no memory. */
bool link_target(struct kernel_link *l, const char *fmt, ...) __printf(2, 3);
/* A descriptor that closes with the link. */
int link_keep(struct kernel_link *l, int fd, struct diag *d);
/* Program on a perf event: through a link, or as before 5.15. Takes over `event`. */
int link_perf(struct kernel_link *l, const struct attach_request *r, int event, const char *what,
	      struct diag *d);

/* A tc filter at an interface: what tcx is before 6.6. */
int attach_filter(struct kernel_link *l, const struct attach_request *r, u32 ifindex, bool egress,
		  struct diag *d);
/* A probe on a user function as a perf event. */
int uprobe_open(const char *path, u64 offset, u64 semaphore, bool ret, int pid);

/* ---- names.c: interfaces, cgroups, tracepoints: found, or the nearest told ---- */

/* Number of an interface, by name or number; -errno with a diagnostic. */
int find_interface(const char *name, struct diag *d);
/* Descriptor of a cgroup's folder. */
int find_cgroup(const char *path, struct diag *d);
/* Number of a tracepoint "category/name", for perf_event_open. */
int find_tracepoint(const char *name, struct diag *d);
/* The folder of tracefs, mounted or not: a descriptor of the caller's. */
int open_tracefs(void);

/* ---- attach_ops.c: struct_ops ---- */

int kernel_attach_map(struct link **out, struct unit_map *m, struct diag *d);

/* ---- engine's side ---- */

struct kernel_link *kernel_link_new(struct unit *u, struct unit_prog *p, struct unit_map *m);
int kernel_attach(struct link **out, struct unit_prog *p, const struct skep_attach_opts *opts,
		  struct diag *d);
void kernel_link_info(const struct link *base, struct skep_link_info *out);
int kernel_link_update(struct link *base, struct unit_prog *p, struct diag *d);
int kernel_link_pin(struct link *base, const char *path, struct diag *d);
int kernel_link_detach(struct link *base, struct diag *d);
int kernel_link_read(struct link *base, FILE *out, struct diag *d);
void kernel_link_free(struct link *base);
bool kernel_knows_target(const struct unit_prog *p);

#endif
