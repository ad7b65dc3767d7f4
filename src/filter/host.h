/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Hosts and networks: IPv4 in ip, arp and rarp, IPv6, DECnet, ARCNET and MAC addresses; broadcast,
 * multicast and gateway. Source: pcap-filter(7).
 */
#ifndef FILTER_HOST_H
#define FILTER_HOST_H

#include "filter/lower.h"
#include "filter/qual.h"

const struct cond *host_ip4(struct lower *l, struct qual q, u32 addr, u32 mask);
/* `bits` of the address are compared. */
const struct cond *host_ip6(struct lower *l, struct qual q, const u8 addr[16], u32 bits);
const struct cond *host_decnet(struct lower *l, struct qual q, u32 addr);
const struct cond *host_mac(struct lower *l, enum q_dir dir, const u8 mac[6]);
const struct cond *host_arcnet(struct lower *l, enum q_dir dir, u8 addr);
/* A name behind host, net or nothing. */
const struct cond *host_named(struct lower *l, struct qual q, const char *name);
const struct cond *host_net_named(struct lower *l, struct qual q, const char *name);
const struct cond *host_gateway(struct lower *l, struct qual q, const char *name);
const struct cond *host_broadcast(struct lower *l, enum q_proto p);
const struct cond *host_multicast(struct lower *l, enum q_proto p);

#endif
