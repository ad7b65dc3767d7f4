// SPDX-License-Identifier: BSD-2-Clause
/* What programs with a typed function type may return. */
#include "cases.h"

SEC("fentry/do_nanosleep")
int accept_fentry_returns_0(u64 *ctx)
{
	return 0;
}

SEC("fentry/do_nanosleep")
int reject_fentry_returns_1(u64 *ctx)
{
	return 1;
}

SEC("fexit/do_nanosleep")
int reject_fexit_returns_1(u64 *ctx)
{
	return 1;
}

SEC("tp_btf/task_newtask")
int accept_tp_btf_returns_1(u64 *ctx)
{
	return 1;
}

SEC("iter/task")
int accept_iter_returns_1(u64 *ctx)
{
	return 1;
}

SEC("iter/task")
int reject_iter_returns_2(u64 *ctx)
{
	return 2;
}

SEC("lsm/file_open")
int accept_lsm_returns_eperm(u64 *ctx)
{
	return -1;
}

SEC("lsm/file_open")
int reject_lsm_returns_1(u64 *ctx)
{
	return 1;
}

SEC("lsm/file_open")
int reject_lsm_returns_beyond_errno(u64 *ctx)
{
	return -4096;
}
