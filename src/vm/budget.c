// SPDX-License-Identifier: BSD-2-Clause
/* The interpreter without tests, but with an instruction budget. */
#include <errno.h>

#define CORE_NAME    core_budget
#define CORE_FAST    0
#define CORE_CHECKED 0
#include "vm/core.h"
