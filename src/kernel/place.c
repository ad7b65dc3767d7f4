// SPDX-License-Identifier: BSD-2-Clause
#include "kernel/place.h"

#include <errno.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include "kernel/attach.h"
#include "kernel/info.h"
#include "kernel/netlink.h"
#include "spec/prog.h"

enum { MOST_PROGS = 64 }; /* that a cgroup has of one type: BPF_CGROUP_MAX_PROGS */

static int refused(struct diag *d, int err, const char *done, const char *what, const char *where,
		   const char *why)
{
	diag_error(d, err, NOWHERE, "the %s program cannot be %s '%s': %s", what, done, where,
		   why && *why ? why : sys_error(-err));
	if (err == -EPERM)
		diag_hint(d, "it takes CAP_NET_ADMIN, and CAP_BPF for the program");
	if (err == -EBUSY || err == -EEXIST)
		diag_hint(d, "another program is there: take it off, or say overwrite");
	if (err == -EINVAL && !(why && *why))
		diag_hint(d, "a program fits only the hooks that its type and section are for");
	return err;
}

/* ---- XDP: an attribute of the device ---- */

static const struct {
	const char *name;
	u32 flags;
} modes[] = {
	{ "xdp", 0 },
	{ "xdpgeneric", XDP_FLAGS_SKB_MODE },
	{ "xdpdrv", XDP_FLAGS_DRV_MODE },
	{ "xdpoffload", XDP_FLAGS_HW_MODE },
};

static bool xdp_mode(const char *what, u32 *flags)
{
	for (size_t i = 0; i < ARRAY_SIZE(modes); i++) {
		if (!strcmp(what, modes[i].name)) {
			*flags = modes[i].flags;
			return true;
		}
	}
	return false;
}

/* prog -1: none. */
static int set_xdp(int ifindex, s32 prog, u32 flags, char *why, size_t size, struct diag *d)
{
	struct ifinfomsg link = { .ifi_family = AF_UNSPEC, .ifi_index = ifindex };
	struct nl_request r;
	struct nlattr *nest;
	int nl = nl_open(d), err;

	if (nl < 0)
		return nl;
	nl_begin(&r, RTM_SETLINK, 0, &link, sizeof(link));
	nest = nl_nest(&r, IFLA_XDP);
	nl_put_u32(&r, IFLA_XDP_FD, (u32)prog);
	nl_put_u32(&r, IFLA_XDP_FLAGS, flags);
	nl_nest_end(&r, nest);
	err = nl_send(nl, &r, why, size);
	sys_close(&nl);
	return err;
}

/* ---- everything else: BPF_PROG_ATTACH ---- */

static int attach(int target, int prog, u32 type, u32 flags, bool on)
{
	struct sys_attach a = { .target_fd = (u32)target,
				.prog_fd = prog < 0 ? 0 : (u32)prog,
				.type = type,
				.flags = flags };

	return on ? SYS_BPF(CMD_PROG_ATTACH, &a) : SYS_BPF(CMD_PROG_DETACH, &a);
}

/* The first program that the hook runs, as a descriptor. */
static int first_of(int target, u32 type)
{
	u32 ids[64] = { 0 };
	struct sys_query q = {
		.target = (u32)target, .type = type, .ids = sys_ptr(ids), .count = ARRAY_SIZE(ids)
	};
	int err = SYS_BPF(CMD_PROG_QUERY, &q);

	if (err)
		return err;
	return q.count ? sys_by_id(SYS_PROG, ids[0]) : -ENOENT;
}

static s32 tcx_type(const char *what)
{
	return !strcmp(what, "tcx_ingress")  ? ATTACH_TCX_INGRESS
	       : !strcmp(what, "tcx_egress") ? ATTACH_TCX_EGRESS
					     : -1;
}

static int unknown_hook(const char *what, struct diag *d)
{
	diag_error(d, -EINVAL, NOWHERE, "'%s' is no hook of a device", what);
	diag_hint(d, "those are xdp, xdpgeneric, xdpdrv, xdpoffload, tcx_ingress, tcx_egress");
	return -EINVAL;
}

int place_on_device(struct look *l, const char *what, const char *device, bool overwrite)
{
	int ifindex = find_interface(device, l->d), prog, err;
	char why[128] = "";
	u32 flags = 0;

	if (ifindex < 0)
		return ifindex;
	if (!xdp_mode(what, &flags) && tcx_type(what) < 0)
		return unknown_hook(what, l->d);
	prog = look_one(l, SYS_PROG);
	if (prog < 0)
		return prog;
	if (tcx_type(what) >= 0)
		err = attach(ifindex, prog, (u32)tcx_type(what), 0, true);
	else
		err = set_xdp(ifindex, prog, flags | (overwrite ? 0 : XDP_FLAGS_UPDATE_IF_NOEXIST),
			      why, sizeof(why), l->d);
	sys_close(&prog);
	return err ? refused(l->d, err, "put on", what, device, why) : 0;
}

int place_off_device(const char *what, const char *device, struct diag *d)
{
	int ifindex = find_interface(device, d), prog, err;
	char why[128] = "";
	u32 flags;

	if (ifindex < 0)
		return ifindex;
	if (xdp_mode(what, &flags)) {
		err = set_xdp(ifindex, -1, flags, why, sizeof(why), d);
	} else if (tcx_type(what) >= 0) {
		err = prog = first_of(ifindex, (u32)tcx_type(what));
		if (prog >= 0)
			err = attach(ifindex, prog, (u32)tcx_type(what), 0, false);
		sys_close(&prog);
	} else {
		return unknown_hook(what, d);
	}
	return err ? refused(d, err, "taken off", what, device, why) : 0;
}

/* ---- cgroups ---- */

/* bpftool's words of before its version 7: "ingress", "sock_create", "bind4", … */
static s32 cgroup_type(const char *word)
{
	static const struct {
		const char *word;
		u32 type;
	} old[] = {
		{ "ingress", ATTACH_CGROUP_INET_INGRESS },
		{ "egress", ATTACH_CGROUP_INET_EGRESS },
		{ "sock_create", ATTACH_CGROUP_INET_SOCK_CREATE },
		{ "sock_ops", ATTACH_CGROUP_SOCK_OPS },
		{ "sock_release", ATTACH_CGROUP_INET_SOCK_RELEASE },
		{ "device", ATTACH_CGROUP_DEVICE },
		{ "post_bind4", ATTACH_CGROUP_INET4_POST_BIND },
		{ "post_bind6", ATTACH_CGROUP_INET6_POST_BIND },
		{ "sendmsg4", ATTACH_CGROUP_UDP4_SENDMSG },
		{ "sendmsg6", ATTACH_CGROUP_UDP6_SENDMSG },
		{ "recvmsg4", ATTACH_CGROUP_UDP4_RECVMSG },
		{ "recvmsg6", ATTACH_CGROUP_UDP6_RECVMSG },
	};
	char text[64];
	s32 type;

	for (size_t i = 0; i < ARRAY_SIZE(old); i++) {
		if (!strcmp(word, old[i].word))
			return (s32)old[i].type;
	}
	type = attach_type_by_name(word);
	if (type >= 0 && !strncmp(word, "cgroup", 6))
		return type;
	snprintf(text, sizeof(text), "cgroup_%s", word); /* "sysctl", "getsockopt" */
	type = attach_type_by_name(text);
	if (type >= 0)
		return type;
	snprintf(text, sizeof(text), "cgroup_inet%c_%.*s", word[0] ? word[strlen(word) - 1] : 0,
		 (int)strlen(word) - 1, word); /* "bind4", "connect6" */
	return attach_type_by_name(text);
}

static int cgroup_prepare(struct look *l, const char *path, const char *word, int *group, int *prog)
{
	s32 type = cgroup_type(word);

	if (type < 0) {
		diag_error(l->d, -EINVAL, NOWHERE, "'%s' is no hook of a cgroup", word);
		diag_hint(l->d, "such as ingress, egress, sock_create, connect4, sysctl, device");
		return -EINVAL;
	}
	*group = find_cgroup(path, l->d);
	if (*group < 0)
		return *group;
	*prog = look_one(l, SYS_PROG);
	if (*prog < 0) {
		sys_close(group);
		return *prog;
	}
	return type;
}

/* Where one program has the place alone, the kernel takes it off whatever program is named. */
static bool is_there(int group, u32 type, int prog)
{
	u32 ids[MOST_PROGS] = { 0 };
	struct sys_query q = {
		.target = (u32)group, .type = type, .ids = sys_ptr(ids), .count = MOST_PROGS
	};
	struct info_prog info = { 0 };

	if (look_prog_info(prog, &info) || SYS_BPF(CMD_PROG_QUERY, &q))
		return true; /* cannot be told */
	for (u32 i = 0; i < MIN(q.count, (u32)MOST_PROGS); i++) {
		if (ids[i] == info.id)
			return true;
	}
	return false;
}

static int cgroup_change(struct look *l, const char *path, const char *word, u32 flags, bool on)
{
	int group, prog, type = cgroup_prepare(l, path, word, &group, &prog), err;

	if (type < 0)
		return type;
	err = on || is_there(group, (u32)type, prog) ? attach(group, prog, (u32)type, flags, on)
						     : -ENOENT;
	sys_close(&prog);
	sys_close(&group);
	if (err == -ENOENT && !on)
		return diag_error(l->d, err, NOWHERE, "that %s program is not on '%s'", word, path);
	return err ? refused(l->d, err, on ? "put on" : "taken off", word, path, NULL) : 0;
}

int place_on_cgroup(struct look *l, const char *path, const char *type, u32 flags)
{
	return cgroup_change(l, path, type, flags, true);
}

int place_off_cgroup(struct look *l, const char *path, const char *type)
{
	return cgroup_change(l, path, type, 0, false);
}

/* ---- maps of sockets ---- */

int place_on_map(struct look *l, const char *what, struct look *map, bool on)
{
	static const char *const hooks[] = { "sk_msg_verdict", "sk_skb_verdict",
					     "sk_skb_stream_verdict", "sk_skb_stream_parser" };
	bool dissector = !strcmp(what, "flow_dissector"), known = dissector;
	int target = 0, prog, err;

	for (size_t i = 0; i < ARRAY_SIZE(hooks); i++)
		known |= !strcmp(what, hooks[i]);
	if (!known) {
		diag_error(l->d, -EINVAL, NOWHERE, "'%s' is no hook of a map", what);
		diag_hint(l->d, "those are sk_msg_verdict, sk_skb_verdict, sk_skb_stream_verdict, "
				"sk_skb_stream_parser, and flow_dissector of the name space");
		return -EINVAL;
	}
	if (dissector == (map != NULL))
		return diag_error(l->d, -EINVAL, NOWHERE,
				  dissector
					  ? "flow_dissector is put on the network name space, not "
					    "on a map"
					  : "%s is put on a map of sockets: which?",
				  what);
	prog = look_one(l, SYS_PROG);
	if (prog < 0)
		return prog;
	err = target = map ? look_one(map, SYS_MAP) : 0;
	if (target >= 0) {
		err = attach(target, prog, (u32)attach_type_by_name(what), 0, on);
		if (err)
			refused(l->d, err, on ? "put on" : "taken off", what,
				map ? map->value : "this name space", NULL);
	}
	if (map)
		sys_close(&target);
	sys_close(&prog);
	return err;
}
