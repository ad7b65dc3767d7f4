/* SPDX-License-Identifier: BSD-2-Clause */
/* The live kernel as an oracle: bpf(2), as few calls as tests need. All return -errno. */
#ifndef TESTS_USER_KERNEL_H
#define TESTS_USER_KERNEL_H

#include "base/types.h"
#include "isa/insn.h"

bool kernel_has_bpf(void); /* can this process load a program? */
int kernel_map(u32 type, u32 key_size, u32 value_size, u32 entries, u32 flags); /* fd */
int kernel_lookup(int map, const void *key, void *value);
int kernel_freeze(int map);
int kernel_update(int map, const void *key, const void *value, u64 flags);
/* `maps`: fds of PSEUDO_MAP_IDX references. The verifier's words go to `log`. */
int kernel_load(u32 prog_type, u32 attach_type, const struct insn *insns, u32 count,
		const int *maps, u32 map_count, char *log, u32 log_len); /* fd */

struct kernel_run {
	const void *data_in;
	u32 data_in_len;
	void *data_out;
	u32 data_out_len; /* in: room; out: bytes the packet has */
	const void *ctx_in;
	u32 ctx_in_len;
	void *ctx_out;
	u32 ctx_out_len; /* in: room; out: bytes */
	u32 repeat;
	u32 retval; /* out */
};
int kernel_run(int prog, struct kernel_run *run);

#endif
