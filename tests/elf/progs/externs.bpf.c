// SPDX-License-Identifier: BSD-2-Clause
#include "common.h"

extern u32 LINUX_KERNEL_VERSION __kconfig;
extern u64 CONFIG_SKEP_NEVER_SET __kconfig __weak;
extern const void jiffies __ksym __weak;
extern void skep_no_such_kfunc(void) __ksym __weak;

u64 address;

SEC("tc")
int use(void *ctx)
{
	address = (u64)&jiffies;
	if (&skep_no_such_kfunc)
		skep_no_such_kfunc();
	return LINUX_KERNEL_VERSION > 1 && !CONFIG_SKEP_NEVER_SET;
}

char _license[] SEC("license") = "GPL";
