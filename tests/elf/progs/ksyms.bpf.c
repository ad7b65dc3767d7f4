// SPDX-License-Identifier: BSD-2-Clause
/* Symbols of the kernel: addresses, typed variables, functions; map_extra; own data sections. */
#include "common.h"

struct task_struct {
	int pid;
};

struct {
	__uint(type, 30); /* bloom filter */
	__uint(max_entries, 100);
	__uint(value_size, 4);
	__uint(map_extra, 5);
} bloom SEC(".maps");

extern const void schedule __ksym;
extern const void skep_no_such_symbol __ksym __weak;
extern const u64 skep_no_such_variable __ksym __weak;
extern struct task_struct *bpf_task_acquire(struct task_struct *p) __ksym;
extern void bpf_task_release(struct task_struct *p) __ksym;
extern int skep_no_such_function(int x) __ksym __weak;

u32 first SEC(".data.first") = 7;
const volatile u32 second SEC(".rodata.second") = 9;
u64 out[8];

static long (*const push_elem)(void *map, const void *value, u64 flags) = (void *)87;

SEC("tp_btf/task_newtask")
int symbols(u64 *ctx)
{
	struct task_struct *t = bpf_task_acquire((void *)ctx[0]);
	u32 value = second;

	if (t)
		bpf_task_release(t);
	out[0] = (u64)&schedule;
	out[1] = (u64)&skep_no_such_symbol;
	out[3] = &skep_no_such_variable != 0;
	if (&skep_no_such_function)
		out[4] = skep_no_such_function(3);
	first++;
	push_elem(&bloom, &value, 0);
	return 0;
}

char _license[] SEC("license") = "GPL";
