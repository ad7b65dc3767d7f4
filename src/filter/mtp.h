/* SPDX-License-Identifier: BSD-2-Clause */
/* SS7: signal units of MTP2 by length, with extended sequence numbers too (h…), and the routing
 * label of MTP3. Source: ITU-T Q.703, Q.704. */
#ifndef FILTER_MTP_H
#define FILTER_MTP_H

#include "filter/lower.h"

enum mtp2_word { MTP2_FISU, MTP2_LSSU, MTP2_MSU, MTP2_HFISU, MTP2_HLSSU, MTP2_HMSU };
enum mtp3_field {
	MTP3_SIO,
	MTP3_OPC,
	MTP3_DPC,
	MTP3_SLS,
	MTP3_HSIO,
	MTP3_HOPC,
	MTP3_HDPC,
	MTP3_HSLS,
};

const struct cond *mtp2_word(struct lower *l, enum mtp2_word w);
const struct cond *mtp3_field(struct lower *l, enum mtp3_field f, u32 relation, u32 number);

#endif
