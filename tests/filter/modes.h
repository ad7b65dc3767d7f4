/* SPDX-License-Identifier: BSD-2-Clause */
/* One condition as eBPF for packets in memory, interpreted and as machine code. */
#ifndef TESTS_FILTER_MODES_H
#define TESTS_FILTER_MODES_H

#include "eval.h"

enum { MODE_INTERPRETED, MODE_MACHINE_CODE, MODE_COUNT };

struct modes;
/* NULL: it could not be compiled. */
struct modes *modes_open(struct values *values, const struct cond *c);
void modes_close(struct modes *m);
/* Does the packet match? A mode that does not exist here says what `want` says. */
bool modes_run(struct modes *m, u32 mode, const struct eval_packet *p, bool want);

#endif
