/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Decision graph → eBPF, in the forms of classic.h's cbpf_object:
 *
 *   EBPF_SOCKET  a socket filter as every release of Linux takes it: LD_ABS and LD_IND.
 *   EBPF_MEMORY  a bare program over a packet in memory: R1 its address, R2 its length and in the
 *                upper half the bytes on the wire. Loads are plain, and one comparison covers all
 *                that every way to a match is going to need. Beyond 64 KiB it answers CBPF_ASK.
 *   EBPF_XDP     its twin for the verifier: but for the first EBPF_PROLOGUE instructions the same.
 *
 * Large sets of values become tables in a read-only map: a bitmap of hashes, which most values that
 * are not in the set fail, then a binary search without branches.
 */
#ifndef FILTER_EMIT_EBPF_H
#define FILTER_EMIT_EBPF_H

#include "base/buf.h"
#include "filter/graph.h"
#include "isa/insn.h"

enum { EBPF_PROLOGUE = 5 };
enum ebpf_form { EBPF_SOCKET, EBPF_MEMORY, EBPF_XDP };

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
