/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Can a condition be met, as far as the outcomes of its tests tell? This asks less than the
 * optimiser knows: values may be any number. What is impossible by this is refused, as libpcap
 * does; what only the optimiser finds impossible (`ip proto 256`) is a filter that no packet
 * passes.
 */
#ifndef FILTER_POSSIBLE_H
#define FILTER_POSSIBLE_H

#include "filter/cond.h"

/* False also when the search for a way through would take too long, or memory ends. */
bool cond_possible(const struct cond *c);

#endif
