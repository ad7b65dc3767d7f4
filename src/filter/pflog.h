/* SPDX-License-Identifier: BSD-2-Clause */
/* What OpenBSD's packet filter logs beside a packet. Source: pflog(4), pcap-filter(7). */
#ifndef FILTER_PFLOG_H
#define FILTER_PFLOG_H

#include "filter/lower.h"

enum pf_field { PF_IFNAME, PF_RSET, PF_RNR, PF_SRNR, PF_REASON, PF_ACTION };

const struct cond *pflog_number(struct lower *l, enum pf_field f, u32 number);
const struct cond *pflog_named(struct lower *l, enum pf_field f, const char *name);

#endif
