// SPDX-License-Identifier: BSD-2-Clause
/*
 * Filters of the clsact queueing discipline, which have no links: a filter of its own priority,
 * taken off again with the discipline when that was ours and nobody else uses it. Source:
 * tc-bpf(8), linux/pkt_cls.h.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdlib.h>
#include <unistd.h>

#include "kernel/attach.h"
#include "kernel/netlink.h"
#include "spec/prog.h"

enum { PRIORITY_FIRST = 49152, TRIES = 256, HANDLE = 1 };

static bool fits_tc(const struct obj_prog *p)
{
	return p->type == PROG_SCHED_CLS && !p->attach_type;
}

static struct tcmsg clsact(u32 ifindex)
{
	return (struct tcmsg){ .tcm_family = AF_UNSPEC,
			       .tcm_ifindex = (int)ifindex,
			       .tcm_handle = TC_H_MAKE(TC_H_CLSACT, 0),
			       .tcm_parent = TC_H_CLSACT };
}

/* 1: made, 0: it was there. */
static int clsact_add(int nl, u32 ifindex)
{
	struct tcmsg t = clsact(ifindex);
	struct nl_request r;
	int err;

	nl_begin(&r, RTM_NEWQDISC, NLM_F_CREATE | NLM_F_EXCL, &t, sizeof(t));
	nl_put_str(&r, TCA_KIND, "clsact");
	err = nl_send(nl, &r, NULL, 0);
	return err == -EEXIST ? 0 : err ? err : 1;
}

static void clsact_remove(int nl, u32 ifindex)
{
	struct tcmsg t = clsact(ifindex);
	struct nl_request r;

	nl_begin(&r, RTM_DELQDISC, 0, &t, sizeof(t));
	nl_send(nl, &r, NULL, 0);
}

static int count_filter(void *arg, const struct nlmsghdr *h)
{
	++*(u32 *)arg;
	return 0;
}

static bool clsact_used(int nl, u32 ifindex)
{
	static const u32 ways[] = { TC_H_MIN_INGRESS, TC_H_MIN_EGRESS };
	u32 n = 0;

	for (u32 i = 0; i < ARRAY_SIZE(ways); i++) {
		struct tcmsg t = { .tcm_ifindex = (int)ifindex,
				   .tcm_parent = TC_H_MAKE(TC_H_CLSACT, ways[i]) };

		nl_dump(nl, RTM_GETTFILTER, &t, sizeof(t), count_filter, &n);
	}
	return n;
}

static struct tcmsg filter_of(const struct kernel_undo *u)
{
	return (struct tcmsg){ .tcm_ifindex = (int)u->ifindex,
			       .tcm_handle = u->handle,
			       .tcm_parent = TC_H_MAKE(TC_H_CLSACT, u->type),
			       .tcm_info = TC_H_MAKE(u->priority << 16, htons(ETH_P_ALL)) };
}

static int filter_put(const struct kernel_undo *u, int prog_fd, const char *name, u16 flags)
{
	struct tcmsg t = filter_of(u);
	struct nl_request r;
	struct nlattr *opts;

	nl_begin(&r, RTM_NEWTFILTER, flags, &t, sizeof(t));
	nl_put_str(&r, TCA_KIND, "bpf");
	opts = nl_nest(&r, TCA_OPTIONS);
	nl_put_u32(&r, TCA_BPF_FD, (u32)prog_fd);
	nl_put_str(&r, TCA_BPF_NAME, name);
	nl_put_u32(&r, TCA_BPF_FLAGS, TCA_BPF_FLAG_ACT_DIRECT);
	nl_nest_end(&r, opts);
	return nl_send(u->target_fd, &r, NULL, 0);
}

static int filter_off(struct kernel_link *l)
{
	struct tcmsg t = filter_of(&l->undo);
	struct nl_request r;
	int err;

	nl_begin(&r, RTM_DELTFILTER, 0, &t, sizeof(t));
	nl_put_str(&r, TCA_KIND, "bpf");
	err = nl_send(l->undo.target_fd, &r, NULL, 0);
	if (l->undo.flags && !clsact_used(l->undo.target_fd, l->undo.ifindex))
		clsact_remove(l->undo.target_fd, l->undo.ifindex);
	return err;
}

static int filter_replace(struct kernel_link *l, int prog_fd)
{
	return filter_put(&l->undo, prog_fd, l->undo.text, NLM_F_CREATE | NLM_F_REPLACE);
}

/* At the priority that was asked for, or at one that nobody has. */
static int filter_add(struct kernel_link *l, const struct attach_request *r)
{
	int err = -EEXIST;

	l->undo.priority = r->opts->priority > 0 ? (u32)r->opts->priority : PRIORITY_FIRST;
	for (u32 i = 0; i < TRIES && err == -EEXIST; i++) {
		err = filter_put(&l->undo, r->prog_fd, r->p->name, NLM_F_CREATE | NLM_F_EXCL);
		if (r->opts->priority > 0)
			break;
		l->undo.priority -= err == -EEXIST;
	}
	return err;
}

int attach_filter(struct kernel_link *l, const struct attach_request *r, u32 ifindex, bool egress,
		  struct diag *d)
{
	char what[96], name[IF_NAMESIZE] = "?";
	int made, err;

	if_indextoname(ifindex, name);
	snprintf(what, sizeof(what), "interface '%s', tc %s", name, egress ? "egress" : "ingress");
	l->undo.target_fd = nl_open(d);
	if (l->undo.target_fd < 0)
		return l->undo.target_fd;
	made = clsact_add(l->undo.target_fd, ifindex);
	if (made < 0)
		return attach_refused(r, made, what, d);
	l->undo.ifindex = ifindex;
	l->undo.handle = HANDLE;
	l->undo.type = egress ? TC_H_MIN_EGRESS : TC_H_MIN_INGRESS;
	l->undo.flags = (u32)made;
	l->undo.text = strdup(r->p->name);
	err = l->undo.text ? filter_add(l, r) : -ENOMEM;
	if (err) {
		if (made && !clsact_used(l->undo.target_fd, ifindex))
			clsact_remove(l->undo.target_fd, ifindex);
		return attach_refused(r, err, what, d);
	}
	l->type = "tc";
	l->take_back = filter_off;
	l->replace = filter_replace;
	return link_target(l, "%s, priority %u", what, l->undo.priority) ? 0 : diag_nomem(d);
}

/* "eth0/ingress" */
static int do_tc(struct kernel_link *l, const struct attach_request *r, struct diag *d)
{
	const char *slash = strrchr(r->target, '/');
	char name[IF_NAMESIZE + 8];
	bool egress;
	int ifindex;

	if (!slash || (strcmp(slash, "/ingress") && strcmp(slash, "/egress"))) {
		diag_error(d, -EINVAL, NOWHERE,
			   "program '%s': '%s' does not say which way packets "
			   "go",
			   r->p->name, r->target);
		diag_hint(d, "write INTERFACE/ingress or INTERFACE/egress");
		return -EINVAL;
	}
	egress = slash[1] == 'e';
	snprintf(name, sizeof(name), "%.*s",
		 (int)MIN((size_t)(slash - r->target), sizeof(name) - 1), r->target);
	ifindex = find_interface(name, d);
	return ifindex < 0 ? ifindex : attach_filter(l, r, (u32)ifindex, egress, d);
}

const struct attach_family attach_tc = { "tc", fits_tc, do_tc, true };
