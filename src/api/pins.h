/* SPDX-License-Identifier: BSD-2-Clause */
/* Which of the two worlds of live maps a question is about. */
#ifndef API_PINS_H
#define API_PINS_H

#include <skep/skep.h>

#include "base/diag.h"

/* 1: the user engine's pins, 0: the kernel; -EINVAL with a diagnostic: no such engine. */
int look_is_user(const struct skep_look_opts *o, struct diag *d);
int look_user_maps(const struct skep_look_opts *o, FILE *out, enum skep_format format,
		   struct diag *d);

#endif
