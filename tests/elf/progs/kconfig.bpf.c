// SPDX-License-Identifier: BSD-2-Clause
/* The kernel's configuration in every type that can hold it. */
#include "common.h"

enum libbpf_tristate { TRI_NO, TRI_YES, TRI_MODULE };

extern int LINUX_KERNEL_VERSION __kconfig;
extern _Bool LINUX_HAS_BPF_COOKIE __kconfig;
extern _Bool CONFIG_BPF_SYSCALL __kconfig __weak;
extern char CONFIG_BPF_JIT __kconfig __weak;
extern enum libbpf_tristate CONFIG_NET __kconfig __weak;
extern enum libbpf_tristate CONFIG_IPV6 __kconfig __weak;
extern int CONFIG_HZ __kconfig __weak;
extern unsigned short CONFIG_NR_CPUS __kconfig __weak;
extern u64 CONFIG_PHYSICAL_START __kconfig __weak;
extern u64 CONFIG_ILLEGAL_POINTER_VALUE __kconfig __weak;
extern char CONFIG_CC_VERSION_TEXT[64] __kconfig __weak;
extern char CONFIG_DEFAULT_HOSTNAME[4] __kconfig __weak;
extern char CONFIG_DEFAULT_INIT[8] __kconfig __weak;
extern const char CONFIG_DEFAULT_TCP_CONG[16] __kconfig __weak;
extern _Bool CONFIG_SKEP_NO_BOOL __kconfig __weak;
extern enum libbpf_tristate CONFIG_SKEP_NO_TRISTATE __kconfig __weak;
extern int CONFIG_SKEP_NO_INT __kconfig __weak;
extern char CONFIG_SKEP_NO_TEXT[7] __kconfig __weak;

u64 out[32];

SEC("socket")
int use(void *ctx)
{
	out[0] = LINUX_KERNEL_VERSION;
	out[1] = LINUX_HAS_BPF_COOKIE;
	out[2] = CONFIG_BPF_SYSCALL;
	out[3] = CONFIG_BPF_JIT;
	out[4] = CONFIG_NET;
	out[5] = CONFIG_IPV6;
	out[6] = CONFIG_HZ;
	out[7] = CONFIG_NR_CPUS;
	out[8] = CONFIG_PHYSICAL_START;
	out[9] = CONFIG_ILLEGAL_POINTER_VALUE;
	out[10] = CONFIG_CC_VERSION_TEXT[1];
	out[11] = CONFIG_DEFAULT_HOSTNAME[1];
	out[12] = CONFIG_DEFAULT_INIT[1];
	out[13] = CONFIG_DEFAULT_TCP_CONG[1];
	out[14] = CONFIG_SKEP_NO_BOOL;
	out[15] = CONFIG_SKEP_NO_TRISTATE;
	out[16] = CONFIG_SKEP_NO_INT;
	out[17] = CONFIG_SKEP_NO_TEXT[1];
	return 0;
}

char _license[] SEC("license") = "GPL";
