// SPDX-License-Identifier: BSD-2-Clause
#include "common.h"

struct {
	__uint(type, HASH);
	__uint(max_entires, 3);
} odd SEC(".maps");
