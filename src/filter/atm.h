/* SPDX-License-Identifier: BSD-2-Clause */
/* ATM with SunATM's pseudo header: circuits, OAM cells and signalling. Source: ITU-T I.361, Q.2931;
 * ATM Forum UNI 3.1. */
#ifndef FILTER_ATM_H
#define FILTER_ATM_H

#include "filter/lower.h"

enum atm_field { ATM_VPI, ATM_VCI };
enum atm_word {
	ATM_LANE,
	ATM_METAC,
	ATM_BCC,
	ATM_OAMF4SC,
	ATM_OAMF4EC,
	ATM_OAM,
	ATM_SC,
	ATM_ILMIC,
	ATM_CONNECTMSG,
	ATM_METACONNECT,
};

const struct cond *atm_field(struct lower *l, enum atm_field f, u32 relation, u32 number);
const struct cond *atm_word(struct lower *l, enum atm_word w);

#endif
