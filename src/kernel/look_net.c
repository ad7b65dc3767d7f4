// SPDX-License-Identifier: BSD-2-Clause
/* What is attached to the devices and the name space of the network. */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_link.h>
#include <linux/pkt_cls.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdlib.h>

#include "kernel/look.h"
#include "kernel/netlink.h"
#include "spec/prog.h"

struct device {
	u32 ifindex;
	char name[IF_NAMESIZE];
	u32 xdp[4]; /* program numbers: driver, generic, offload; the mode's own */
};

struct net_look {
	struct look *l;
	const char *only; /* device, NULL: all */
	VEC(struct device) devices;
	const struct device *at; /* the device of the filters being listed */
	const char *hook;
};

/* ---- devices and their XDP programs ---- */

static u32 attr_u32(const struct nlattr *a)
{
	return a ? LOAD(u32, nl_data(a)) : 0;
}

static int add_device(void *arg, const struct nlmsghdr *h)
{
	static const u16 modes[] = { IFLA_XDP_DRV_PROG_ID, IFLA_XDP_SKB_PROG_ID,
				     IFLA_XDP_HW_PROG_ID };
	struct net_look *n = arg;
	const struct ifinfomsg *i = nl_payload(h);
	const struct nlattr *attrs[IFLA_XDP + 1] = { 0 }, *xdp[IFLA_XDP_MAX + 1] = { 0 };
	struct device *dev;
	u8 mode;

	nl_attrs(h, sizeof(*i), attrs, ARRAY_SIZE(attrs));
	dev = vec_push(&n->devices);
	if (!dev)
		return -ENOMEM;
	dev->ifindex = (u32)i->ifi_index;
	if (attrs[IFLA_IFNAME])
		snprintf(dev->name, sizeof(dev->name), "%s",
			 (const char *)nl_data(attrs[IFLA_IFNAME]));
	if (n->only && strcmp(n->only, dev->name)) {
		n->devices.len--;
		return 0;
	}
	if (!attrs[IFLA_XDP])
		return 0;
	nl_nested(attrs[IFLA_XDP], xdp, ARRAY_SIZE(xdp));
	for (size_t m = 0; m < ARRAY_SIZE(modes); m++)
		dev->xdp[m] = attr_u32(xdp[modes[m]]);
	mode = xdp[IFLA_XDP_ATTACHED] ? *(const u8 *)nl_data(xdp[IFLA_XDP_ATTACHED]) : 0;
	if (mode >= XDP_ATTACHED_DRV && mode <= XDP_ATTACHED_HW && !dev->xdp[mode - 1])
		dev->xdp[mode - 1] = attr_u32(xdp[IFLA_XDP_PROG_ID]);
	return 0;
}

static void show_xdp(struct net_look *n)
{
	static const char *const modes[] = { "driver", "generic", "offload" };
	const struct device *dev;
	struct json *j = n->l->json;

	vec_for (dev, &n->devices) {
		for (size_t m = 0; m < ARRAY_SIZE(modes); m++) {
			if (!dev->xdp[m])
				continue;
			if (!j) {
				fprintf(n->l->out, "%s(%u) %s id %u\n", dev->name, dev->ifindex,
					modes[m], dev->xdp[m]);
				continue;
			}
			js_open(j, NULL, '{');
			js_str(j, "devname", dev->name);
			js_u64(j, "ifindex", dev->ifindex);
			js_str(j, "mode", modes[m]);
			js_u64(j, "id", dev->xdp[m]);
			js_close(j, '}');
		}
	}
}

/* ---- tcx, netkit, netns: by BPF_PROG_QUERY ---- */

enum { MOST = 64 };

struct attached {
	u32 ids[MOST], flags[MOST], links[MOST], link_flags[MOST], count;
};

static int query(u32 target, u32 type, struct attached *a)
{
	struct sys_query q = {
		.target = target,
		.type = type,
		.ids = sys_ptr(a->ids),
		.count = MOST,
		.prog_flags = sys_ptr(a->flags),
		.link_ids = sys_ptr(a->links),
		.link_flags = sys_ptr(a->link_flags),
	};
	int err;

	memset(a, 0, sizeof(*a));
	err = SYS_BPF(CMD_PROG_QUERY, &q);
	a->count = err ? 0 : MIN(q.count, (u32)MOST);
	return err;
}

static void prog_name(u32 id, char *name, size_t size)
{
	int fd = sys_by_id(SYS_PROG, id);
	struct info_prog p;

	*name = 0;
	if (fd >= 0 && !look_prog_info(fd, &p))
		look_prog_name(&p, name, size);
	sys_close(&fd);
}

static void show_ordered(struct net_look *n, const struct device *dev, u32 type, const char *kind)
{
	struct json *j = n->l->json;
	struct attached a;
	char name[128];

	query(dev->ifindex, type, &a);
	for (u32 i = 0; i < a.count; i++) {
		prog_name(a.ids[i], name, sizeof(name));
		if (!j) {
			fprintf(n->l->out, "%s(%u) %s %s prog_id %u ", dev->name, dev->ifindex,
				kind, name, a.ids[i]);
			if (a.links[i])
				fprintf(n->l->out, "link_id %u ", a.links[i]);
			fputc('\n', n->l->out);
			continue;
		}
		js_open(j, NULL, '{');
		js_str(j, "devname", dev->name);
		js_u64(j, "ifindex", dev->ifindex);
		js_str(j, "kind", kind);
		js_str(j, "name", name);
		js_u64(j, "prog_id", a.ids[i]);
		if (a.links[i])
			js_u64(j, "link_id", a.links[i]);
		js_close(j, '}');
	}
}

/* ---- filters of qdiscs ---- */

static int show_filter(void *arg, const struct nlmsghdr *h)
{
	struct net_look *n = arg;
	const struct nlattr *attrs[TCA_MAX + 1] = { 0 }, *opts[TCA_BPF_MAX + 1] = { 0 };
	struct json *j = n->l->json;
	const char *name;

	nl_attrs(h, sizeof(struct tcmsg), attrs, ARRAY_SIZE(attrs));
	if (!attrs[TCA_KIND] || strcmp(nl_data(attrs[TCA_KIND]), "bpf") || !attrs[TCA_OPTIONS])
		return 0;
	nl_nested(attrs[TCA_OPTIONS], opts, ARRAY_SIZE(opts));
	if (!opts[TCA_BPF_ID])
		return 0;
	name = opts[TCA_BPF_NAME] ? nl_data(opts[TCA_BPF_NAME]) : "";
	if (!j) {
		fprintf(n->l->out, "%s(%u) %s %s id %u\n", n->at->name, n->at->ifindex, n->hook,
			name, attr_u32(opts[TCA_BPF_ID]));
		return 0;
	}
	js_open(j, NULL, '{');
	js_str(j, "devname", n->at->name);
	js_u64(j, "ifindex", n->at->ifindex);
	js_str(j, "kind", n->hook);
	js_str(j, "name", name);
	js_u64(j, "id", attr_u32(opts[TCA_BPF_ID]));
	js_close(j, '}');
	return 0;
}

static void show_filters(struct net_look *n, int nl)
{
	static const struct {
		u32 parent;
		const char *hook;
	} hooks[] = {
		{ TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_INGRESS), "clsact/ingress" },
		{ TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_EGRESS), "clsact/egress" },
	};
	struct tcmsg tc = { .tcm_family = AF_UNSPEC };

	for (size_t i = 0; i < ARRAY_SIZE(hooks); i++) {
		tc.tcm_ifindex = (int)n->at->ifindex;
		tc.tcm_parent = hooks[i].parent;
		n->hook = hooks[i].hook;
		nl_dump(nl, RTM_GETTFILTER, &tc, sizeof(tc), show_filter, n);
	}
}

static void show_tc(struct net_look *n, int nl)
{
	const struct device *dev;

	vec_for (dev, &n->devices) {
		show_ordered(n, dev, ATTACH_TCX_INGRESS, "tcx/ingress");
		show_ordered(n, dev, ATTACH_TCX_EGRESS, "tcx/egress");
		show_ordered(n, dev, ATTACH_NETKIT_PRIMARY, "netkit/primary");
		show_ordered(n, dev, ATTACH_NETKIT_PEER, "netkit/peer");
		n->at = dev;
		show_filters(n, nl);
	}
}

static void show_dissector(struct net_look *n)
{
	int fd = sys_open_self_netns();
	struct attached a;

	if (fd >= 0)
		query((u32)fd, ATTACH_FLOW_DISSECTOR, &a);
	for (u32 i = 0; fd >= 0 && i < a.count; i++) {
		if (n->l->json)
			js_u64(n->l->json, "id", a.ids[i]);
		else
			fprintf(n->l->out, "id %u\n", a.ids[i]);
	}
	sys_close(&fd);
}

/* Links are listed with more privilege than the rest takes: no heading before that error. */
static int netfilter_text(struct look *l)
{
	FILE *out = l->out;
	char *text = NULL;
	size_t len = 0;
	int err;

	l->out = open_memstream(&text, &len);
	err = l->out ? look_netfilter(l) : -ENOMEM;
	if (l->out)
		fclose(l->out);
	l->out = out;
	if (!err)
		fprintf(out, "\nnetfilter:\n%s", text);
	free(text);
	return err;
}

static int show_all(struct net_look *n, int nl)
{
	struct look *l = n->l;
	struct json *j = l->json;
	int err;

	if (!j) {
		fputs("xdp:\n", l->out);
		show_xdp(n);
		fputs("\ntc:\n", l->out);
		show_tc(n, nl);
		fputs("\nflow_dissector:\n", l->out);
		show_dissector(n);
		return netfilter_text(l);
	}
	js_open(j, NULL, '{');
	js_open(j, "xdp", '[');
	show_xdp(n);
	js_close(j, ']');
	js_open(j, "tc", '[');
	show_tc(n, nl);
	js_close(j, ']');
	js_open(j, "flow_dissector", '[');
	show_dissector(n);
	js_close(j, ']');
	js_open(j, "netfilter", '[');
	err = look_netfilter(l);
	js_close(j, ']');
	js_close(j, '}');
	return err;
}

int look_net(struct look *l, const char *device)
{
	struct net_look n = { .l = l, .only = device };
	struct ifinfomsg link = { .ifi_family = AF_UNSPEC };
	int nl = nl_open(l->d), err;

	if (nl < 0)
		return nl;
	err = nl_dump(nl, RTM_GETLINK, &link, sizeof(link), add_device, &n);
	if (!err && device && !n.devices.len)
		err = diag_error(l->d, -ENODEV, NOWHERE, "there is no device '%s'", device);
	else if (err)
		diag_error(l->d, err, NOWHERE, "the devices cannot be listed: %s", sys_error(-err));
	if (!err)
		err = show_all(&n, nl);
	vec_fini(&n.devices);
	sys_close(&nl);
	return err;
}
