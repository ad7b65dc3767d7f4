// SPDX-License-Identifier: BSD-2-Clause
/* Static probes of the Python interpreter, with libbpf's own header. */
#include <linux/bpf.h>
#include <linux/ptrace.h>

#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

typedef _Bool bool;
#include <bpf/usdt.bpf.h>

char LICENSE[] SEC("license") = "GPL";

int starts, dones;
long generation = -1, arguments = -1, cookie = -1;

SEC("usdt//usr/bin/python3:python:gc__start")
int start(struct pt_regs *ctx)
{
	starts++;
	arguments = bpf_usdt_arg_cnt(ctx);
	bpf_usdt_arg(ctx, 0, &generation);
	cookie = bpf_usdt_cookie(ctx);
	return 0;
}

SEC("usdt//usr/bin/python3:python:gc__done")
int done(struct pt_regs *ctx)
{
	dones++;
	return 0;
}
