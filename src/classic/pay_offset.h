/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where the payload of a packet starts, as Linux's flow dissector finds it for SKF_AD_PAY_OFFSET:
 * VLAN, PPPoE, MPLS, IPv4, IPv6 with extension headers, GRE, tunnels of IP in IP, then TCP, UDP,
 * SCTP, DCCP, ICMP, IGMP. Bytes from the start of the packet; 0: the packet is none of these.
 */
#ifndef CLASSIC_PAY_OFFSET_H
#define CLASSIC_PAY_OFFSET_H

#include "classic/classic.h"

u32 cbpf_pay_offset(const struct cbpf_packet *packet);

#endif
