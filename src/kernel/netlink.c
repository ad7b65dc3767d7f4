// SPDX-License-Identifier: BSD-2-Clause
#include "kernel/netlink.h"

#include <errno.h>
#include <stdlib.h>

#include "kernel/sys.h"

enum { ROOM = 1 << 16 };

int nl_open(struct diag *d)
{
	int nl = sys_netlink_open();

	if (nl < 0)
		diag_error(d, nl, NOWHERE, "no netlink socket: %s", sys_error(-nl));
	return nl;
}

/* ---- requests ---- */

void nl_begin(struct nl_request *r, u16 type, u16 flags, const void *payload, size_t len)
{
	memset(r, 0, sizeof(*r));
	r->head.nlmsg_type = type;
	r->head.nlmsg_flags = (u16)(NLM_F_REQUEST | flags);
	memcpy(r->bytes + NLMSG_HDRLEN, payload, len);
	r->head.nlmsg_len = NLMSG_ALIGN(NLMSG_HDRLEN + (u32)len);
}

static struct nlattr *attr_at(struct nl_request *r, u16 type, size_t len)
{
	struct nlattr *a = (struct nlattr *)(r->bytes + r->head.nlmsg_len);

	if (r->full || r->head.nlmsg_len + NLA_HDRLEN + NLA_ALIGN(len) > sizeof(r->bytes)) {
		r->full = true;
		return NULL;
	}
	a->nla_type = type;
	a->nla_len = (u16)(NLA_HDRLEN + len);
	r->head.nlmsg_len += NLA_HDRLEN + NLA_ALIGN((u32)len);
	return a;
}

void nl_put(struct nl_request *r, u16 type, const void *data, size_t len)
{
	struct nlattr *a = attr_at(r, type, len);

	if (a)
		memcpy(r->bytes + r->head.nlmsg_len - NLA_ALIGN(len), data, len);
}

void nl_put_u32(struct nl_request *r, u16 type, u32 value)
{
	nl_put(r, type, &value, sizeof(value));
}

void nl_put_str(struct nl_request *r, u16 type, const char *text)
{
	nl_put(r, type, text, strlen(text) + 1);
}

struct nlattr *nl_nest(struct nl_request *r, u16 type)
{
	return attr_at(r, type | NLA_F_NESTED, 0);
}

void nl_nest_end(struct nl_request *r, struct nlattr *nest)
{
	if (nest)
		nest->nla_len = (u16)(r->bytes + r->head.nlmsg_len - (u8 *)nest);
}

/* ---- answers ---- */

static void attrs_in(const u8 *at, const u8 *end, const struct nlattr **out, size_t count)
{
	while (end - at >= NLA_HDRLEN) {
		const struct nlattr *a = (const struct nlattr *)at;
		u16 type = a->nla_type & NLA_TYPE_MASK;

		if (a->nla_len < NLA_HDRLEN || a->nla_len > end - at)
			break;
		if (type < count)
			out[type] = a;
		at += MIN((ptrdiff_t)NLA_ALIGN(a->nla_len), end - at);
	}
}

void nl_attrs(const struct nlmsghdr *h, size_t len, const struct nlattr **out, size_t count)
{
	const u8 *start = (const u8 *)h;

	if (h->nlmsg_len >= NLMSG_HDRLEN + NLMSG_ALIGN(len))
		attrs_in(start + NLMSG_HDRLEN + NLMSG_ALIGN(len), start + h->nlmsg_len, out, count);
}

void nl_nested(const struct nlattr *nest, const struct nlattr **out, size_t count)
{
	const u8 *start = (const u8 *)nest;

	attrs_in(start + NLA_HDRLEN, start + nest->nla_len, out, count);
}

/* The answer of the kernel to a request: its number and, with extended answers, its words. */
static int answer(const struct nlmsghdr *h, char *why, size_t size)
{
	const struct nlmsgerr *e = nl_payload(h);
	const struct nlattr *attrs[NLMSGERR_ATTR_MAX + 1] = { 0 };
	size_t skip = sizeof(*e);

	if (!(h->nlmsg_flags & NLM_F_CAPPED))
		skip += e->msg.nlmsg_len - NLMSG_HDRLEN;
	if (why && h->nlmsg_flags & NLM_F_ACK_TLVS) {
		nl_attrs(h, skip, attrs, ARRAY_SIZE(attrs));
		if (attrs[NLMSGERR_ATTR_MSG])
			snprintf(why, size, "%s", (const char *)nl_data(attrs[NLMSGERR_ATTR_MSG]));
	}
	return e->error;
}

static int receive(int nl, u8 *room, u32 *seq, nl_fn fn, void *arg, char *why, size_t size,
		   bool *done)
{
	ssize_t n = sys_netlink_receive(nl, room, ROOM);
	int err = 0;

	if (n < 0)
		return (int)n;
	for (struct nlmsghdr *h = (struct nlmsghdr *)room; NLMSG_OK(h, (u32)n) && !*done && !err;
	     h = NLMSG_NEXT(h, n)) {
		if (h->nlmsg_seq != *seq)
			continue;
		if (h->nlmsg_type == NLMSG_DONE) {
			*done = true;
		} else if (h->nlmsg_type == NLMSG_ERROR) {
			*done = true;
			err = answer(h, why, size);
		} else if (fn) {
			err = fn(arg, h);
		}
	}
	return err;
}

static int talk(int nl, struct nl_request *r, nl_fn fn, void *arg, char *why, size_t size)
{
	static _Atomic u32 counter;
	u8 *room = malloc(ROOM);
	bool done = false;
	int err;

	if (why && size)
		*why = 0;
	if (r->full || !room) {
		free(room);
		return -ENOMEM;
	}
	r->head.nlmsg_seq = ++counter;
	err = sys_netlink_send(nl, r->bytes, r->head.nlmsg_len);
	while (err >= 0 && !done) {
		err = receive(nl, room, &r->head.nlmsg_seq, fn, arg, why, size, &done);
		if (err)
			break;
	}
	free(room);
	return err;
}

int nl_dump(int nl, u16 type, const void *payload, size_t len, nl_fn fn, void *arg)
{
	struct nl_request r;

	nl_begin(&r, type, NLM_F_DUMP, payload, len);
	return talk(nl, &r, fn, arg, NULL, 0);
}

int nl_send(int nl, struct nl_request *r, char *why, size_t size)
{
	r->head.nlmsg_flags |= NLM_F_ACK;
	return talk(nl, r, NULL, NULL, why, size);
}
