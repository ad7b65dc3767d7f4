/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Functions of the program that helpers call: what their arguments are, for each such helper.
 * A callback that runs during the call is followed as a loop around the call; one that runs later
 * (a timer's) as a path of its own.
 */
#ifndef VERIFY_CALLBACK_H
#define VERIFY_CALLBACK_H

#include "verify/args.h"

/* Push the callback of a helper that takes one; nothing for others. Before r0–r5 are voided. */
int callback_of_helper(struct verify *v, const struct call_facts *f);

#endif
