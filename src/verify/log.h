/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The log in the shape of the kernel's (opts.log), so that what reads those reads this: source
 * lines, instructions, the registers that each read or wrote, states where paths are taken up,
 * figures. LOG_BRANCH alone keeps the last path only, as the kernel's level 1; LOG_INSN keeps all;
 * LOG_STATS only the figures. Never fails a program.
 */
#ifndef VERIFY_LOG_H
#define VERIFY_LOG_H

#include "base/buf.h"
#include "verify/env.h"

/* Before an instruction is processed: source line when it changed, its text; the registers that it
 * read or wrote follow when the next one comes. */
void log_insn(struct verify *v);
/* "from 4 to 9: R0=… " when another path is taken up. */
void log_path(struct verify *v);
void log_text(struct verify *v, const char *fmt, ...) __printf(2, 3);
/* The refusal if there is one, the figures; writes everything out and ends the log. */
void log_stats(struct verify *v);

/* log_reg.c: "scalar(smin=1,umax=4)", "map_value_or_null(id=2,map=counts,…)" */
void log_reg(struct buf *out, const struct reg *r);
/* " R0=… fp-8=… refs=2" of the current frame, each after a blank. */
void log_state(struct buf *out, const struct state *st);
/* Only the registers of a mask and the slots marked (NULL: all). */
void log_frame(struct buf *out, const struct state *st, u32 regs, const bool *slots);
/* One instruction with the names of maps, helpers and kernel functions. */
void log_insn_text(struct buf *out, const struct object *obj, const struct obj_prog *prog,
		   u32 slot);

#endif
