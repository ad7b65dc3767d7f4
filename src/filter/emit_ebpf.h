/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Decision graph → eBPF. Two forms:
 *
 *   EBPF_SOCKET  a socket filter as every release of Linux takes it: LD_ABS and LD_IND.
 *   EBPF_MEMORY  a bare program for engines that hand over memory: r1 is the packet, the lower half
 *                of r2 the captured bytes, the upper half the bytes on the wire (0: the same).
 *                Loads are plain, and one comparison covers all that a path is going to need.
 *
 * Large sets of values become tables in a read-only map: a bitmap of hashes, which most values that
 * are not in the set fail, then a binary search without branches.
 */
#ifndef FILTER_EMIT_EBPF_H
#define FILTER_EMIT_EBPF_H

#include "base/buf.h"
#include "filter/graph.h"
#include "isa/insn.h"

enum ebpf_form { EBPF_SOCKET, EBPF_MEMORY };

struct ebpf_table_ref {
	u32 insn; /* slot of the LD_IMM64 */
	u32 off;  /* into `rodata` */
};
struct ebpf_prog {
	VEC(struct insn) code;
	VEC(struct ebpf_table_ref) refs;
	struct buf rodata;
};

/* R0: snaplen or 0. -EOPNOTSUPP: it asks for what only Linux knows of a packet. */
int emit_ebpf(struct ebpf_prog *out, struct graph *g, struct node *root, enum ebpf_form form,
	      u32 snaplen);
void ebpf_prog_fini(struct ebpf_prog *p);

#endif
