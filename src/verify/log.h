/* SPDX-License-Identifier: BSD-2-Clause */
/* The log in the kernel's shape: instructions, states, figures (opts.log). Never fails a program.
 */
#ifndef VERIFY_LOG_H
#define VERIFY_LOG_H

#include "base/buf.h"
#include "verify/env.h"

/* Before an instruction is processed: source line when it changed, state when asked, text. */
void log_insn(struct verify *v);
/* "from 4 to 9: R0=… " when another path is taken up. */
void log_path(struct verify *v);
void log_text(struct verify *v, const char *fmt, ...) __printf(2, 3);
void log_stats(struct verify *v);
/* "scalar(umin=1,umax=4)", "map_value_or_null(id=2,map=counts)": for the log and for tests. */
void log_reg(struct buf *out, const struct reg *r);
void log_state(struct buf *out, const struct state *st, bool all);

#endif
