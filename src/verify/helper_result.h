/* SPDX-License-Identifier: BSD-2-Clause */
/* R0 after a helper: pointer, NULL or number, its identifier, reference and range. */
#ifndef VERIFY_HELPER_RESULT_H
#define VERIFY_HELPER_RESULT_H

#include "verify/args.h"

/* After r0–r5 were voided. */
int helper_result(struct verify *v, const struct call_facts *f);

#endif
