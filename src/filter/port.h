/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Ports and ranges of ports of TCP, UDP and SCTP over IPv6 (without extension headers) and IPv4
 * (not in later fragments). Source: pcap-filter(7).
 */
#ifndef FILTER_PORT_H
#define FILTER_PORT_H

#include "filter/lower.h"
#include "filter/qual.h"

const struct cond *port_range(struct lower *l, struct qual q, u32 first, u32 last);
/* "http", "80": the name may restrict the protocol. */
const struct cond *port_named(struct lower *l, struct qual q, const char *name);
/* "80-90", "http-https". */
const struct cond *port_range_named(struct lower *l, struct qual q, const char *name);

#endif
