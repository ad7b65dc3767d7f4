// SPDX-License-Identifier: BSD-2-Clause
// Helper that sleeps in a program that may not
// linux: might sleep in a non-sleepable prog
// Reading user memory may wait for the disk; only sleepable programs can.
#include <skep/bpf.h>

SEC("kprobe")
int read_name(void *ctx)
{
	char name[16];

	return bpf_copy_from_user(name, sizeof(name), (void *)0x1000);
}
