// SPDX-License-Identifier: BSD-2-Clause
/* One extern, whose NAME and declaration the build gives. */
#include "common.h"

enum tristate { TRI_NO, TRI_YES, TRI_MODULE };
enum libbpf_tristate { LTRI_NO, LTRI_YES, LTRI_MODULE };

extern DECLARED __kconfig;

SEC("socket")
int use(void *ctx)
{
	return *(volatile char *)&NAME;
}

char _license[] SEC("license") = "GPL";
