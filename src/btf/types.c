// SPDX-License-Identifier: BSD-2-Clause
#include "btf/types.h"

void types_free(struct types *t)
{
}
