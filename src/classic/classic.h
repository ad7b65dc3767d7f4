/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Classic BPF: the machine of 1993 as Linux has it: accumulator A, index X, sixteen words of
 * memory M, jumps forward only. Source: McCanne and Jacobson 1993; linux/filter.h,
 * linux/bpf_common.h.
 */
#ifndef CLASSIC_CLASSIC_H
#define CLASSIC_CLASSIC_H

#include <stdio.h>

#include "base/arena.h"
#include "base/diag.h"
#include "base/types.h"

/* The layout of struct sock_filter and of struct bpf_insn of the BSDs. */
struct cbpf_insn {
	u16 code;
	u8 jt, jf;
	u32 k;
};

struct cbpf_prog {
	struct cbpf_insn *insns;
	u32 count;
};

enum {
	CBPF_MAX_INSNS = 4096, /* Linux's BPF_MAXINSNS; libpcap in user space has no limit */
	CBPF_MEMWORDS = 16,
};

enum cbpf_class {
	CBPF_LD = 0,
	CBPF_LDX = 1,
	CBPF_ST = 2,
	CBPF_STX = 3,
	CBPF_ALU = 4,
	CBPF_JMP = 5,
	CBPF_RET = 6,
	CBPF_MISC = 7,
};
enum { CBPF_W = 0x00, CBPF_H = 0x08, CBPF_B = 0x10 };
enum {
	CBPF_IMM = 0x00,
	CBPF_ABS = 0x20,
	CBPF_IND = 0x40,
	CBPF_MEM = 0x60,
	CBPF_LEN = 0x80,
	CBPF_MSH = 0xa0
};
enum {
	CBPF_ADD = 0x00,
	CBPF_SUB = 0x10,
	CBPF_MUL = 0x20,
	CBPF_DIV = 0x30,
	CBPF_OR = 0x40,
	CBPF_AND = 0x50,
	CBPF_LSH = 0x60,
	CBPF_RSH = 0x70,
	CBPF_NEG = 0x80,
	CBPF_MOD = 0x90,
	CBPF_XOR = 0xa0,
};
enum { CBPF_JA = 0x00, CBPF_JEQ = 0x10, CBPF_JGT = 0x20, CBPF_JGE = 0x30, CBPF_JSET = 0x40 };
enum { CBPF_K = 0x00, CBPF_X = 0x08, CBPF_A = 0x10 };
enum { CBPF_TAX = 0x00, CBPF_TXA = 0x80 };

/* Absolute loads from CBPF_AD on reach what Linux knows of the packet (SKF_AD_OFF); from CBPF_NET
 * and CBPF_LL its network and link header. */
#define CBPF_AD	 ((u32)-0x1000)
#define CBPF_NET ((u32)-0x100000)
#define CBPF_LL	 ((u32)-0x200000)
enum cbpf_ancillary {
	CBPF_AD_PROTOCOL = 0,
	CBPF_AD_PKTTYPE = 4,
	CBPF_AD_IFINDEX = 8,
	CBPF_AD_NLATTR = 12,
	CBPF_AD_NLATTR_NEST = 16,
	CBPF_AD_MARK = 20,
	CBPF_AD_QUEUE = 24,
	CBPF_AD_HATYPE = 28,
	CBPF_AD_RXHASH = 32,
	CBPF_AD_CPU = 36,
	CBPF_AD_ALU_XOR_X = 40,
	CBPF_AD_VLAN_TAG = 44,
	CBPF_AD_VLAN_TAG_PRESENT = 48,
	CBPF_AD_PAY_OFFSET = 52,
	CBPF_AD_RANDOM = 56,
	CBPF_AD_VLAN_TPID = 60,
};

/* What a program sees of one packet. */
struct cbpf_packet {
	const u8 *data; /* from the link header on */
	u32 len;	/* captured bytes: loads beyond them end the program with 0 */
	u32 wire_len;	/* what LEN answers */
	u32 net_off;	/* of the network header, for loads from CBPF_NET and for pay_offset */
	u32 protocol;	/* as on the wire, 0x0800 for IPv4 */
	u32 pkttype, ifindex, mark, queue, hatype, rxhash, cpu;
	u32 vlan_tag, vlan_tpid;
	bool vlan_present;
};

/*
 * Linux's checker: known codes, shifts below 32, no division by a constant 0, M written before it
 * is read on every path, jumps inside and forward, a return at the end. -EINVAL with a diagnostic
 * at the instruction ("instruction 3: …").
 */
int cbpf_check(const struct cbpf_prog *prog, struct diag *d);
/* The reference interpreter. `prog` has passed cbpf_check. Returns the accepted bytes; 0: none. */
u32 cbpf_run(const struct cbpf_prog *prog, const struct cbpf_packet *packet);

enum cbpf_form {
	CBPF_LISTING, /* tcpdump -d: "(000) ldh      [12]" */
	CBPF_C,	      /* -dd: "{ 0x28, 0, 0, 0x0000000c }," */
	CBPF_DECIMAL, /* -ddd: the count, then "40 0 0 12" */
	CBPF_ASM,     /* bpf_asm's input: labels, "ldh [12]" */
	CBPF_BINARY,  /* struct sock_filter, 8 bytes each, host byte order */
};
void cbpf_print(const struct cbpf_prog *prog, enum cbpf_form form, FILE *out);
/* Reads any of the four forms, -ddd's also in one line with commas, and the bytes of sock_filter
 * (what holds a NUL). Errors carry the place in the text. The program is not checked. */
int cbpf_parse(struct cbpf_prog *out, struct arena *a, const char *name, const char *text,
	       size_t len, struct diag *d);
/* Does this text begin as one of the forms, or are these the bytes of a program that passes
 * cbpf_check? (for SKEP_AUTO) */
bool cbpf_recognise(const char *text, size_t len);

/*
 * The same program as eBPF: R0 is what classic BPF returns. The object has one program, "filter".
 * -EOPNOTSUPP: it asks for what the form cannot know.
 */
enum cbpf_target {
	CBPF_SOCKET, /* socket filter, LD_ABS and LD_IND: any release */
	CBPF_TC,     /* "tc": direct packet access where the bytes are at hand, helpers elsewhere */
	/* Packets in memory, only loads from the packet and LEN. R0 is CBPF_ASK where only the
	 * interpreter can tell (offsets below 0 or beyond 64 KiB). Two programs that differ only in
	 * how they begin and end (cbpf_same_body): what is true of one is true of the other. */
	CBPF_XDP,    /* for verifiers: packet in xdp_md, LEN is its rx_queue_index */
	CBPF_MEMORY, /* for running: R1 is the address of a struct cbpf_batch */
};
#define CBPF_ASK (1ull << 32)

/* Records of 32 bytes: u64 address of the packet, u32 captured bytes, u32 LEN; the rest is the
 * caller's. At least one. */
enum { CBPF_RECORD = 32 };
struct cbpf_batch {
	u64 first, end; /* addresses of records */
	u64 results;	/* of one u64 for each */
};
struct object;
int cbpf_object(struct object **out, const struct cbpf_prog *prog, const char *name,
		enum cbpf_target target, struct diag *d);
/* Makes a batch program (as CBPF_MEMORY) of an XDP one that was written for it: after its first
 * `prologue` instructions R1 is the packet, R2 its end, R3 LEN. -EOPNOTSUPP: its
 * stack leaves no room. */
struct obj_prog;
int cbpf_batch_of(struct obj_prog *out, const struct obj_prog *xdp, u32 prologue, struct arena *a);
/* Of the XDP and the memory form of one program. */
bool cbpf_same_body(const struct object *xdp, const struct object *memory);

#endif
