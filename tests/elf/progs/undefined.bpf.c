// SPDX-License-Identifier: BSD-2-Clause
#include "common.h"

int nowhere(int x);

SEC("xdp") int lost(void *ctx)
{
	return nowhere(1);
}
