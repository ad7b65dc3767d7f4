/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Programs put on devices and cgroups without a link, as bpftool does: they stay until they are
 * taken off. Source: bpftool-net(8), bpftool-cgroup(8), linux/if_link.h.
 */
#ifndef KERNEL_PLACE_H
#define KERNEL_PLACE_H

#include "kernel/look.h"

/* What: "xdp", "xdpgeneric", "xdpdrv", "xdpoffload", "tcx_ingress", "tcx_egress". */
int place_on_device(struct look *l, const char *what, const char *device, bool overwrite);
int place_off_device(const char *what, const char *device, struct diag *d);
/* Type: "cgroup_inet_ingress", or bpftool's older "ingress"; flags 0, 1 override, 2 multi. */
int place_on_cgroup(struct look *l, const char *path, const char *type, u32 flags);
int place_off_cgroup(struct look *l, const char *path, const char *type);

/* Programs of sockets on a map of sockets, or (map NULL) flow dissectors on this name space. */
int place_on_map(struct look *l, const char *what, struct look *map, bool on);

#endif
