/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a program of the kernel costs while it runs for others: the kernel's statistics of runs and
 * their time, and samples of perf events that fall into its machine code.
 *
 * A counter is sampled every `period` events on each CPU, in the kernel only; a sample whose
 * address lies in the program stands for `period` events. That takes no program of ours around the
 * measured one (fentry, fexit), so it works under lockdown, and where BPF trampolines are missing.
 */
#ifndef KERNEL_LOOK_PROFILE_H
#define KERNEL_LOOK_PROFILE_H

#include "kernel/look.h"

const char *profile_metric_name(size_t i); /* NULL: past the last */
/* Until `seconds` are over (0: no end), or a signal comes. */
int look_profile(struct look *l, double seconds, struct skep_metric *metrics, size_t count);

#endif
