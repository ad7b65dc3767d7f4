/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Windows of checked machine code: after access_check has allowed an access, the memory around it
 * that the same rights hold for. A window says nothing that access_check would not: it is closed
 * before anything can change what that says.
 */
#ifndef VM_WINDOW_H
#define VM_WINDOW_H

#include "vm/access.h"

/* Opens a window around an access that was just allowed, when such memory is known. `own`: the
 * running frame may be in it, whose function closes all windows at its end. */
void window_open(struct vm_run *run, struct vm_window *w, u64 addr, u64 size, bool own);
/* At the start of a run: closes all, and shows the packet in those for reads and writes. */
void window_start(struct vm_run *run);
/* Closes all. */
void window_forget(struct vm_run *run);

#endif
