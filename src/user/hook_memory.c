// SPDX-License-Identifier: BSD-2-Clause
/* Bare programs: r1 is the address of the memory given (0: none), r2 its length. */
#include <errno.h>

#include "user/run.h"

static int memory_start(struct user_run *run, const struct skep_run *io, u64 *r1, u64 *r2,
			struct diag *d)
{
	u8 *at = run->buffer + BUFFER_HEAD;

	if (io->ctx_in)
		return diag_error(d, -EINVAL, NOWHERE, "a bare program has no context");
	run->data = at;
	run->end = at + io->data_in_len;
	if (!io->data_in)
		return 0;
	if (io->data_in_len)
		memcpy(at, io->data_in, io->data_in_len);
	run_region(run, at, io->data_in_len, REGION_MEMORY, VM_READ | VM_WRITE);
	*r1 = (u64)(uintptr_t)at;
	*r2 = io->data_in_len;
	run->vm.packet = at;
	run->vm.packet_len = io->data_in_len;
	return 0;
}

static void memory_finish(struct user_run *run, struct skep_run *io, u64 r0)
{
	io->result = r0;
	run_data_out(io, run->data, (size_t)(run->end - run->data));
	io->ctx_out_len = 0;
}

/* LD_ABS and LD_IND read the memory as if it were a packet. */
static bool memory_load(struct vm_run *vm, u32 off, u32 size, u64 *value)
{
	struct user_run *run = vm->host;
	u64 len = (u64)(run->end - run->data), v = 0;

	if (off > len || size > len - off)
		return false;
	for (u32 i = 0; i < size; i++)
		v = v << 8 | run->data[off + i];
	*value = v;
	return true;
}

const struct hook hook_memory = {
	.prog_type = PROG_UNSPEC,
	.start = memory_start,
	.finish = memory_finish,
	.packet_load = memory_load,
};
