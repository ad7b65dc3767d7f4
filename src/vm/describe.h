/* SPDX-License-Identifier: BSD-2-Clause */
/* Addresses in words, for faults. */
#ifndef VM_DESCRIBE_H
#define VM_DESCRIBE_H

#include "vm/vm.h"

/* "the packet is read-only here", … */
const char *region_readonly(enum vm_region_class what);
const char *region_name(enum vm_region_class what); /* "the packet" */

#endif
