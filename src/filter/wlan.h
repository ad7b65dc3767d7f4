/* SPDX-License-Identifier: BSD-2-Clause */
/* 802.11: addresses by role and by field, frame types and directions. Source: IEEE 802.11. */
#ifndef FILTER_WLAN_H
#define FILTER_WLAN_H

#include "filter/lower.h"
#include "filter/qual.h"

const struct cond *wlan_host(struct lower *l, enum q_dir dir, const u8 mac[6]);
const struct cond *wlan_multicast(struct lower *l);
/* The first byte of frame control under a mask. */
const struct cond *wlan_type(struct lower *l, u32 type, u32 mask);
const struct cond *wlan_direction(struct lower *l, u32 dir);
/* Names to bits of frame control; -1: no such name. wlan_subtype_named looks at one type (its
 * bits), or at all and says which. */
int wlan_type_named(const char *name);
int wlan_subtype_named(const char *name, int type);
int wlan_direction_named(const char *name);

enum { WLAN_TYPE_MASK = 0x0c, WLAN_SUBTYPE_MASK = 0xf0 };

#endif
