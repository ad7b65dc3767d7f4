// SPDX-License-Identifier: BSD-2-Clause
/*
 * Programs of routes (lightweight tunnels): a route of its own, which goes when the link does.
 * Source: ip-route(8), linux/lwtunnel.h.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/lwtunnel.h>
#include <linux/rtnetlink.h>
#include <linux/seg6_local.h>
#include <stdlib.h>
#include <unistd.h>

#include "kernel/attach.h"
#include "kernel/netlink.h"
#include "spec/prog.h"

/* A destination as it is written: "10.1.0.0/16 dev eth0", "… via 10.0.0.1 dev eth0". */
struct route {
	int family;
	u8 to[16], via[16];
	u32 bits, ifindex, len; /* len: bytes of an address */
	bool has_via;
};

static bool fits_lwt(const struct obj_prog *p)
{
	return p->type == PROG_LWT_IN || p->type == PROG_LWT_OUT || p->type == PROG_LWT_XMIT ||
	       p->type == PROG_LWT_SEG6LOCAL;
}

static bool parse_address(const char *text, int family, u8 *out)
{
	return inet_pton(family, text, out) == 1;
}

static bool parse_prefix(struct route *to, char *text)
{
	char *slash = strchr(text, '/'), *end = "";

	if (slash)
		*slash = 0;
	to->family = strchr(text, ':') ? AF_INET6 : AF_INET;
	to->len = to->family == AF_INET6 ? 16 : 4;
	to->bits = slash ? (u32)strtoul(slash + 1, &end, 10) : to->len * 8;
	return parse_address(text, to->family, to->to) && !*end && to->bits <= to->len * 8;
}

static int bad_route(const char *text, struct diag *d)
{
	diag_error(d, -EINVAL, NOWHERE, "'%s' is no route", text);
	diag_hint(d, "write 10.1.0.0/16 dev eth0, with 'via ADDRESS' where there is a gateway");
	return -EINVAL;
}

static int parse_route(struct route *to, const char *target, struct diag *d)
{
	char text[256], *save = NULL, *word;
	int ifindex;

	*to = (struct route){ 0 };
	snprintf(text, sizeof(text), "%s", target);
	word = strtok_r(text, " ", &save);
	if (!word || !parse_prefix(to, word))
		return bad_route(target, d);
	while ((word = strtok_r(NULL, " ", &save))) {
		char *value = strtok_r(NULL, " ", &save);

		if (value && !strcmp(word, "dev")) {
			ifindex = find_interface(value, d);
			if (ifindex < 0)
				return ifindex;
			to->ifindex = (u32)ifindex;
		} else if (value && !strcmp(word, "via")) {
			to->has_via = parse_address(value, to->family, to->via);
			if (!to->has_via)
				return bad_route(target, d);
		} else {
			return bad_route(target, d);
		}
	}
	return to->ifindex ? 0 : bad_route(target, d);
}

static void begin(struct nl_request *r, const struct route *to, u16 type, u16 flags)
{
	struct rtmsg m = { .rtm_family = (u8)to->family,
			   .rtm_dst_len = (u8)to->bits,
			   .rtm_table = RT_TABLE_MAIN,
			   .rtm_protocol = RTPROT_STATIC,
			   .rtm_scope = to->has_via ? RT_SCOPE_UNIVERSE : RT_SCOPE_LINK,
			   .rtm_type = RTN_UNICAST };

	nl_begin(r, type, flags, &m, sizeof(m));
	nl_put(r, RTA_DST, to->to, to->len);
	nl_put_u32(r, RTA_OIF, to->ifindex);
	if (to->has_via)
		nl_put(r, RTA_GATEWAY, to->via, to->len);
}

/* End.BPF: the program is the behaviour of a segment. Source: linux/seg6_local.h. */
static void put_segment(struct nl_request *r, int prog_fd, const char *name)
{
	u16 encap = LWTUNNEL_ENCAP_SEG6_LOCAL;
	struct nlattr *outer = nl_nest(r, RTA_ENCAP), *prog;

	nl_put_u32(r, SEG6_LOCAL_ACTION, SEG6_LOCAL_ACTION_END_BPF);
	prog = nl_nest(r, SEG6_LOCAL_BPF);
	nl_put_u32(r, SEG6_LOCAL_BPF_PROG, (u32)prog_fd);
	nl_put_str(r, SEG6_LOCAL_BPF_PROG_NAME, name);
	nl_nest_end(r, prog);
	nl_nest_end(r, outer);
	nl_put(r, RTA_ENCAP_TYPE, &encap, sizeof(encap));
}

static void put_program(struct nl_request *r, u32 type, int prog_fd, const char *name)
{
	u16 way = type == PROG_LWT_IN	 ? LWT_BPF_IN
		  : type == PROG_LWT_OUT ? LWT_BPF_OUT
					 : LWT_BPF_XMIT;
	u16 encap = LWTUNNEL_ENCAP_BPF;
	struct nlattr *outer, *prog;

	if (type == PROG_LWT_SEG6LOCAL) {
		put_segment(r, prog_fd, name);
		return;
	}
	outer = nl_nest(r, RTA_ENCAP);
	prog = nl_nest(r, way);
	nl_put_u32(r, LWT_BPF_PROG_FD, (u32)prog_fd);
	nl_put_str(r, LWT_BPF_PROG_NAME, name);
	nl_nest_end(r, prog);
	nl_nest_end(r, outer);
	nl_put(r, RTA_ENCAP_TYPE, &encap, sizeof(encap));
}

static int route_off(struct kernel_link *l)
{
	struct nl_request r;
	struct route to;
	int err = parse_route(&to, l->undo.text, NULL);

	if (err)
		return err;
	begin(&r, &to, RTM_DELROUTE, 0);
	return nl_send(l->undo.target_fd, &r, NULL, 0);
}

static int route_replace(struct kernel_link *l, int prog_fd)
{
	struct nl_request r;
	struct route to;
	int err = parse_route(&to, l->undo.text, NULL);

	if (err)
		return err;
	begin(&r, &to, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE);
	put_program(&r, l->undo.type, prog_fd, l->base.prog->src->name);
	return nl_send(l->undo.target_fd, &r, NULL, 0);
}

static int do_lwt(struct kernel_link *l, const struct attach_request *r, struct diag *d)
{
	char what[300], why[128] = "";
	struct nl_request req;
	struct route to;
	int err = parse_route(&to, r->target, d);

	if (err)
		return err;
	l->undo.target_fd = nl_open(d);
	if (l->undo.target_fd < 0)
		return l->undo.target_fd;
	snprintf(what, sizeof(what), "route '%s'", r->target);
	l->undo.text = strdup(r->target);
	l->undo.type = r->p->type;
	begin(&req, &to, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL);
	put_program(&req, r->p->type, r->prog_fd, r->p->name);
	err = l->undo.text ? nl_send(l->undo.target_fd, &req, why, sizeof(why)) : -ENOMEM;
	if (err) {
		attach_refused(r, err, what, d);
		if (*why)
			diag_hint(d, "the kernel says: %s", why);
		return err;
	}
	l->take_back = route_off;
	l->replace = route_replace;
	return link_target(l, "%s", what) ? 0 : diag_nomem(d);
}

const struct attach_family attach_lwt = { "route", fits_lwt, do_lwt, true };
