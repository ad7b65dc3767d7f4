/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Route netlink: dump tables, send requests, read attributes. Messages are built in a fixed buffer.
 * Source: rtnetlink(7), netlink(7), linux/rtnetlink.h.
 */
#ifndef KERNEL_NETLINK_H
#define KERNEL_NETLINK_H

#include <linux/netlink.h>

#include "base/diag.h"
#include "base/types.h"

int nl_open(struct diag *d); /* a descriptor, or -errno with a diagnostic */

/* Ask for a table: fn once for each entry; a result other than 0 ends it. */
typedef int (*nl_fn)(void *arg, const struct nlmsghdr *h);
int nl_dump(int nl, u16 type, const void *payload, size_t len, nl_fn fn, void *arg);

/* A request being built. */
struct nl_request {
	union {
		struct nlmsghdr head;
		u8 bytes[4096];
	};
	bool full; /* something did not fit */
};
void nl_begin(struct nl_request *r, u16 type, u16 flags, const void *payload, size_t len);
void nl_put(struct nl_request *r, u16 type, const void *data, size_t len);
void nl_put_u32(struct nl_request *r, u16 type, u32 value);
void nl_put_str(struct nl_request *r, u16 type, const char *text);
struct nlattr *nl_nest(struct nl_request *r, u16 type);
void nl_nest_end(struct nl_request *r, struct nlattr *nest);
/* Send and wait for the answer: 0 or -errno. `why` (may be NULL) gets the kernel's own words. */
int nl_send(int nl, struct nl_request *r, char *why, size_t size);

/* ---- reading ---- */

static inline const void *nl_payload(const struct nlmsghdr *h)
{
	return (const u8 *)h + NLMSG_HDRLEN;
}
static inline const void *nl_data(const struct nlattr *a)
{
	return (const u8 *)a + NLA_HDRLEN;
}
/* Fill out[type] with the attributes that follow a header of `len` bytes. */
void nl_attrs(const struct nlmsghdr *h, size_t len, const struct nlattr **out, size_t count);
void nl_nested(const struct nlattr *nest, const struct nlattr **out, size_t count);

#endif
