/* SPDX-License-Identifier: BSD-2-Clause */
/* JSON for people: what is printed between the two calls, in the shape of bpftool's --pretty. */
#ifndef TOOLS_PRETTY_H
#define TOOLS_PRETTY_H

#include <stdbool.h>

/* Without `on` both do nothing. */
void pretty_begin(bool on);
void pretty_end(bool on);

#endif
