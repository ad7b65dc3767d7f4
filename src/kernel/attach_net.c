// SPDX-License-Identifier: BSD-2-Clause
/* Hooks of network devices and namespaces that have links: XDP, tcx, sk_lookup, flow_dissector,
 * netfilter. */
#include <errno.h>
#include <fcntl.h>
#include <linux/if_link.h>
#include <net/if.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/str.h"
#include "kernel/attach.h"
#include "kernel/info.h"
#include "spec/features.h"
#include "spec/prog.h"

static void interface_text(char *out, size_t size, int ifindex)
{
	char name[IF_NAMESIZE] = "?";

	if_indextoname((u32)ifindex, name);
	snprintf(out, size, "interface '%s'", name);
}

/* ---- XDP ---- */

static bool fits_xdp(const struct obj_prog *p)
{
	return p->type == PROG_XDP && p->attach_type != ATTACH_XDP_DEVMAP &&
	       p->attach_type != ATTACH_XDP_CPUMAP;
}

static u32 xdp_flags(u32 flags)
{
	return (flags & SKEP_ATTACH_GENERIC ? XDP_FLAGS_SKB_MODE : 0) |
	       (flags & SKEP_ATTACH_NATIVE ? XDP_FLAGS_DRV_MODE : 0) |
	       (flags & SKEP_ATTACH_OFFLOAD ? XDP_FLAGS_HW_MODE : 0);
}

static int do_xdp(struct kernel_link *l, const struct attach_request *r, struct diag *d)
{
	struct sys_link_create a = { .type = ATTACH_XDP, .flags = xdp_flags(r->opts->flags) };
	char what[64];
	int ifindex = find_interface(r->target, d), err;

	if (ifindex < 0)
		return ifindex;
	a.target = (u32)ifindex;
	interface_text(what, sizeof(what), ifindex);
	err = link_create(l, r, &a, what, d);
	if (err == -EOPNOTSUPP && a.flags & XDP_FLAGS_DRV_MODE)
		diag_hint(d, "its driver has no XDP; the generic mode works with any");
	return err;
}

const struct attach_family attach_xdp = { "xdp", fits_xdp, do_xdp, true };

/* ---- tcx ---- */

enum { ORDER_BEFORE = 1 << 3 };

static bool fits_tcx(const struct obj_prog *p)
{
	return p->type == PROG_SCHED_CLS &&
	       (p->attach_type == ATTACH_TCX_INGRESS || p->attach_type == ATTACH_TCX_EGRESS ||
		p->attach_type == ATTACH_NETKIT_PRIMARY || p->attach_type == ATTACH_NETKIT_PEER);
}

static int do_tcx(struct kernel_link *l, const struct attach_request *r, struct diag *d)
{
	struct sys_link_create a = { .type = r->p->attach_type };
	char what[96], name[64];
	int ifindex = find_interface(r->target, d);

	if (ifindex < 0)
		return ifindex;
	if (r->p->attach_type == ATTACH_NETKIT_PRIMARY || r->p->attach_type == ATTACH_NETKIT_PEER)
		l->type = "netkit";
	else if (kernel_of(r->u)->release < ERA(6, 6))
		return attach_filter(l, r, (u32)ifindex, r->p->attach_type == ATTACH_TCX_EGRESS, d);
	a.target = (u32)ifindex;
	a.flags = r->opts->flags & SKEP_ATTACH_FIRST ? ORDER_BEFORE : 0;
	interface_text(name, sizeof(name), ifindex);
	snprintf(what, sizeof(what), "%s, %s", name, attach_info(r->p->attach_type)->name);
	return link_create(l, r, &a, what, d);
}

const struct attach_family attach_tcx = { "tcx", fits_tcx, do_tcx, true };

/* ---- network namespaces ---- */

static bool fits_netns(const struct obj_prog *p)
{
	return p->type == PROG_SK_LOOKUP || p->type == PROG_FLOW_DISSECTOR;
}

static int do_netns(struct kernel_link *l, const struct attach_request *r, struct diag *d)
{
	struct sys_link_create a = { .type = r->p->attach_type };
	const char *path = r->target ? r->target : "/proc/self/ns/net";
	char what[PATH_MAX + 32];
	int fd = r->opts->fd ? dup(r->opts->fd) : open(path, O_RDONLY | O_CLOEXEC), err;

	if (fd < 0)
		return diag_error(d, -errno, NOWHERE, "there is no network namespace '%s': %s",
				  path, sys_error(errno));
	a.target = (u32)fd;
	snprintf(what, sizeof(what), "network namespace '%s'", path);
	err = link_create(l, r, &a, what, d);
	close(fd);
	return err;
}

const struct attach_family attach_netns = { "netns", fits_netns, do_netns, false };

/* ---- netfilter ---- */

enum { NF_DEFRAG = 1 };

static const struct {
	const char *name;
	u32 family;
} nf_families[] = { { "ipv4", 2 }, { "ipv6", 10 } };
static const char *const nf_hooks[] = { "pre_routing", "local_in", "forward", "local_out",
					"post_routing" };

static bool fits_netfilter(const struct obj_prog *p)
{
	return p->type == PROG_NETFILTER;
}

/* "ipv4/local_in" */
static bool parse_netfilter(const char *text, struct sys_link_create *a)
{
	const char *slash = strchr(text, '/');
	bool family = false, hook = false;

	if (!slash)
		return false;
	for (u32 i = 0; i < ARRAY_SIZE(nf_families); i++) {
		if (strlen(nf_families[i].name) != (size_t)(slash - text) ||
		    strncmp(nf_families[i].name, text, (size_t)(slash - text)))
			continue;
		a->netfilter.family = nf_families[i].family;
		family = true;
	}
	for (u32 i = 0; i < ARRAY_SIZE(nf_hooks); i++) {
		if (strcmp(nf_hooks[i], slash + 1))
			continue;
		a->netfilter.hook = i;
		hook = true;
	}
	return family && hook;
}

static int do_netfilter(struct kernel_link *l, const struct attach_request *r, struct diag *d)
{
	struct sys_link_create a = { .type = ATTACH_NETFILTER };
	char what[96];
	int err;

	if (!parse_netfilter(r->target, &a)) {
		diag_error(d, -EINVAL, NOWHERE, "'%s' is no hook of netfilter", r->target);
		diag_hint(d, "write ipv4 or ipv6, '/', and one of pre_routing, local_in, forward, "
			     "local_out, post_routing");
		return -EINVAL;
	}
	a.netfilter.priority = r->opts->priority;
	a.netfilter.flags = r->opts->flags & SKEP_ATTACH_DEFRAG ? NF_DEFRAG : 0;
	snprintf(what, sizeof(what), "netfilter %s, priority %d", r->target, r->opts->priority);
	err = link_create(l, r, &a, what, d);
	if (err == -EBUSY || err == -EPERM || err == -ERANGE)
		diag_hint(d,
			  "each program of a hook needs a priority of its own, not the lowest or "
			  "highest number");
	return err;
}

const struct attach_family attach_netfilter = { "netfilter", fits_netfilter, do_netfilter, true };
