/* SPDX-License-Identifier: BSD-2-Clause */
/* The running kernel as an oracle: loads a program of a few instructions and says what it thinks.
 */
#ifndef TESTS_SPEC_LIVE_H
#define TESTS_SPEC_LIVE_H

#include <errno.h>
#include <linux/bpf.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/diag.h"
#include "base/types.h"
#include "btf/types.h"

struct live_prog {
	u32 type, attach;
	u32 target; /* kernel type number: function, tracepoint's typedef, … */
	u32 flags;  /* BPF_F_SLEEPABLE, … */
	const struct bpf_insn *insns;
	u32 count;
	u32 prog_btf; /* fd */
	const void *funcs;
	u32 func_count;
	const int *fds; /* maps and modules' types */
	char *log;
	u32 log_len;
};

static inline long live_bpf(int cmd, union bpf_attr *attr)
{
	long ret = syscall(SYS_bpf, cmd, attr, sizeof(*attr));

	return ret < 0 ? -errno : ret;
}

/* 0: the kernel takes the program; else -errno. */
static inline int live_load(const struct live_prog *p)
{
	union bpf_attr attr = { 0 };
	long fd;

	if (p->log)
		*p->log = '\0';
	attr.prog_type = p->type;
	attr.expected_attach_type = p->attach;
	attr.attach_btf_id = p->target;
	attr.prog_flags = p->flags;
	attr.insns = (uintptr_t)p->insns;
	attr.insn_cnt = p->count;
	attr.license = (uintptr_t) "GPL";
	attr.fd_array = (uintptr_t)p->fds;
	attr.log_buf = (uintptr_t)p->log;
	attr.log_size = p->log ? p->log_len : 0;
	attr.log_level = p->log ? 1 : 0;
	attr.prog_btf_fd = p->prog_btf;
	attr.func_info = (uintptr_t)p->funcs;
	attr.func_info_cnt = p->func_count;
	attr.func_info_rec_size = p->funcs ? 8 : 0;
	fd = live_bpf(BPF_PROG_LOAD, &attr);
	if (fd < 0)
		return (int)fd;
	close((int)fd);
	return 0;
}

/* Can this process load a program? */
static inline bool live_has_bpf(void)
{
	static const struct bpf_insn ret0[] = { { .code = 0xb7 }, { .code = 0x95 } };

	return !live_load(&(struct live_prog){ .type = 6, .insns = ret0, .count = 2 });
}

/* The running kernel's types, or NULL. */
static inline struct types *live_types(void)
{
	struct types *t = NULL;

	if (types_open_file(&t, "/sys/kernel/btf/vmlinux", NULL, NULL))
		return NULL;
	return t;
}

#endif
