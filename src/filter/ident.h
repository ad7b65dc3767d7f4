/* SPDX-License-Identifier: BSD-2-Clause */
/* An id under qualifiers: numbers, addresses with or without a mask, names. */
#ifndef FILTER_IDENT_H
#define FILTER_IDENT_H

#include "filter/lex.h"
#include "filter/lower.h"
#include "filter/qual.h"

const struct cond *ident_number(struct lower *l, struct qual q, u32 number);
const struct cond *ident_dotted(struct lower *l, struct qual q, const char *text);
/* "address/bits" and "address mask mask". */
const struct cond *ident_prefix(struct lower *l, struct qual q, const char *text, u32 bits);
const struct cond *ident_masked(struct lower *l, struct qual q, const char *text, const char *mask);
const struct cond *ident_ip6(struct lower *l, struct qual q, const char *text, u32 bits);
const struct cond *ident_mac(struct lower *l, struct qual q, const char *text);
const struct cond *ident_arcnet(struct lower *l, struct qual q, u32 addr);
const struct cond *ident_name(struct lower *l, struct qual q, const char *name);

#endif
