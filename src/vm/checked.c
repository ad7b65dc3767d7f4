// SPDX-License-Identifier: BSD-2-Clause
/* The interpreter that tests everything. */
#include <errno.h>

#define CORE_NAME    core_checked
#define CORE_FAST    0
#define CORE_CHECKED 1
#include "vm/core.h"
