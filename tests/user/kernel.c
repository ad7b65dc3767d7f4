// SPDX-License-Identifier: BSD-2-Clause
#include "kernel.h"

#include <errno.h>
#include <linux/bpf.h>
#include <sys/syscall.h>
#include <unistd.h>

static int sys_bpf(int cmd, union bpf_attr *attr)
{
	long ret = syscall(__NR_bpf, cmd, attr, sizeof(*attr));

	return ret < 0 ? -errno : (int)ret;
}

static u64 ptr(const void *p)
{
	return (u64)(uintptr_t)p;
}

int kernel_map(u32 type, u32 key_size, u32 value_size, u32 entries, u32 flags)
{
	union bpf_attr attr = { 0 };

	attr.map_type = type;
	attr.key_size = key_size;
	attr.value_size = value_size;
	attr.max_entries = entries;
	attr.map_flags = flags;
	return sys_bpf(BPF_MAP_CREATE, &attr);
}

int kernel_lookup(int map, const void *key, void *value)
{
	union bpf_attr attr = { 0 };

	attr.map_fd = (u32)map;
	attr.key = ptr(key);
	attr.value = ptr(value);
	return sys_bpf(BPF_MAP_LOOKUP_ELEM, &attr);
}

int kernel_update(int map, const void *key, const void *value, u64 flags)
{
	union bpf_attr attr = { 0 };

	attr.map_fd = (u32)map;
	attr.key = ptr(key);
	attr.value = ptr(value);
	attr.flags = flags;
	return sys_bpf(BPF_MAP_UPDATE_ELEM, &attr);
}

int kernel_freeze(int map)
{
	union bpf_attr attr = { 0 };

	attr.map_fd = (u32)map;
	return sys_bpf(BPF_MAP_FREEZE, &attr);
}

int kernel_load(u32 prog_type, u32 attach_type, const struct insn *insns, u32 count,
		const int *maps, u32 map_count, char *log, u32 log_len)
{
	union bpf_attr attr = { 0 };

	attr.prog_type = prog_type;
	attr.expected_attach_type = attach_type;
	attr.insns = ptr(insns);
	attr.insn_cnt = count;
	attr.license = ptr("GPL");
	attr.fd_array = map_count ? ptr(maps) : 0;
	attr.log_buf = ptr(log);
	attr.log_size = log ? log_len : 0;
	attr.log_level = log ? 1 : 0;
	return sys_bpf(BPF_PROG_LOAD, &attr);
}

int kernel_run(int prog, struct kernel_run *run)
{
	union bpf_attr attr = { 0 };
	int err;

	attr.test.prog_fd = (u32)prog;
	attr.test.data_in = ptr(run->data_in);
	attr.test.data_size_in = run->data_in_len;
	attr.test.data_out = ptr(run->data_out);
	attr.test.data_size_out = run->data_out_len;
	attr.test.ctx_in = ptr(run->ctx_in);
	attr.test.ctx_size_in = run->ctx_in_len;
	attr.test.ctx_out = ptr(run->ctx_out);
	attr.test.ctx_size_out = run->ctx_out_len;
	attr.test.repeat = run->repeat;
	err = sys_bpf(BPF_PROG_TEST_RUN, &attr);
	run->retval = attr.test.retval;
	run->data_out_len = attr.test.data_size_out;
	run->ctx_out_len = attr.test.ctx_size_out;
	return err;
}

bool kernel_has_bpf(void)
{
	static const struct insn ret0[] = { { .code = 0xb7 }, { .code = CODE_EXIT } };
	int fd = kernel_load(BPF_PROG_TYPE_XDP, 0, ret0, 2, NULL, 0, NULL, 0);

	if (fd < 0)
		return false;
	close(fd);
	return true;
}
