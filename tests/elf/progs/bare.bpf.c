// SPDX-License-Identifier: BSD-2-Clause
#include "common.h"

SEC("xpd") int odd(void *ctx)
{
	return 2;
}
