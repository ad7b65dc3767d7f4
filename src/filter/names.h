/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Names and numbers as a filter writes them: hosts, networks, ports and protocols through the
 * system's databases (getaddrinfo, getnetbyname, getprotobyname, /etc/ethers). With opts.literal
 * nothing is looked up. Every function reports what it does not know and returns -EINVAL.
 */
#ifndef FILTER_NAMES_H
#define FILTER_NAMES_H

#include "filter/lower.h"

struct address {
	bool ip6;
	u32 ip4;      /* host order */
	u8 bytes[16]; /* IPv6 */
};

/* All addresses of a name, in the resolver's order, allocated in the arena of the values. */
int lookup_host(struct lower *l, const char *name, struct address **out, u32 *count);
/* An IPv4 network, in the upper bits as `net 10` has it: 0x0a000000. */
int lookup_net(struct lower *l, const char *name, u32 *net, u32 *mask);
int lookup_proto(struct lower *l, const char *name, u32 *number);
/* *proto: IP_TCP, IP_UDP or 0: either. Digits are a number. */
int lookup_port(struct lower *l, const char *name, u32 *port, u32 *proto);
int lookup_ether(struct lower *l, const char *name, u8 mac[6]);

/* "1.2.3" → 0x010203 and 24 bits: what the dotted numbers say, -1: no such address. */
int lookup_dotted(const char *text, u32 *value);
/* A MAC address in any of its forms. */
void lookup_mac(const char *text, u8 mac[6]);
bool lookup_ip6(const char *text, u8 out[16]);

#endif
