/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Types of the trace language. A type says how a value lies in memory: in map keys and values, in
 * events, in the frame. Values of up to 8 bytes of the kinds NUMBER, BOOL, POINTER and the small
 * symbols live in registers while they are computed; everything else is handled by address.
 *
 * Types are immutable and belong to an arena. Records refer to BTF: the kernel's, a module's, a
 * user binary's (made from DWARF), or that of the script's own definitions.
 */
#ifndef TRACE_TYPE_H
#define TRACE_TYPE_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/types.h"

struct types; /* btf/types.h */

enum tkind {
	T_NONE,	   /* nothing: a call made for its effect */
	T_NUMBER,  /* integer or enum of 1, 2, 4 or 8 bytes */
	T_BOOL,	   /* 1 byte, 0 or 1 */
	T_STRING,  /* size bytes, zero-terminated, what follows the zero is zero too (keys) */
	T_BUFFER,  /* buf(): u32 length, then size - 4 bytes */
	T_POINTER, /* to `elem` in `space` */
	T_RECORD,  /* struct or union, by address */
	T_ARRAY,   /* `count` of `elem`, by address */
	T_TUPLE,   /* members at their natural alignment, padding zero */
	/* Numbers that print as something else. */
	T_KSYM,	       /* u64 address in the kernel */
	T_USYM,	       /* u64 address, u32 pid, u32 probe */
	T_KSTACK,      /* s64 stack id, u32 depth limit, u32 mode: see enum stack_mode */
	T_USTACK,      /* the same, then u32 pid, u32 probe */
	T_USERNAME,    /* u64 uid */
	T_PROBE,       /* u64 index of the attach point */
	T_INET,	       /* u32 family, then 16 bytes of address */
	T_MAC,	       /* 6 bytes */
	T_TIMESTAMP,   /* strftime(): u64 ns of boot time, u32 event format, u32 mode */
	T_CGROUP_PATH, /* u64 format, u64 cgroup id */
	T_STRERROR,    /* u64 errno */
	/* Of maps only: aggregations. */
	T_COUNT,
	T_SUM,
	T_AVG,
	T_MIN,
	T_MAX,
	T_STATS,
	T_HIST,	 /* bits: sub-buckets a power of two are 1 << bits */
	T_LHIST, /* min, max, step */
	T_TSERIES,
	T_KIND_COUNT
};

/* Which memory an address is of: how it is read. */
enum tspace {
	SPACE_NONE,   /* unknown: kernel first */
	SPACE_BPF,    /* the program's own: frame, map values; plain loads */
	SPACE_CTX,    /* the context: plain loads at the offsets that the verifier allows */
	SPACE_BTF,    /* the kernel's, typed and trusted: plain loads that the verifier follows */
	SPACE_KERNEL, /* bpf_probe_read_kernel */
	SPACE_USER,   /* bpf_probe_read_user */
};

enum stack_mode { STACK_BPFTRACE, STACK_PERF, STACK_RAW };

struct ttype {
	enum tkind kind;
	u32 size, align; /* bytes */
	bool is_signed;
	bool kernel_typed; /* number that came with its own BTF type, as an enum: print its name */
	enum tspace space;
	const struct ttype *elem; /* of pointers (NULL: void) and arrays */
	u32 count;		  /* elements of an array, members of a tuple */
	const struct ttype *const *members;
	const u32 *offsets; /* of a tuple's members */
	const char *const
		*names; /* of a tuple's members, where it is written (x = 1, …); or NULL */
	const struct types *btf; /* records, enums: where `id` is looked up */
	u32 id;
	u32 bits;	    /* hist */
	s64 min, max, step; /* lhist; tseries: interval ns, number of intervals, - */
	enum stack_mode mode;
	u32 depth; /* stacks: most frames */
};

extern const struct ttype t_none, t_bool, t_u8, t_u16, t_u32, t_u64, t_s8, t_s16, t_s32, t_s64;

/* NULL: out of memory, for all of these. */
const struct ttype *t_number(u32 size, bool is_signed);
const struct ttype *t_string(struct arena *a, u32 size);
const struct ttype *t_buffer(struct arena *a, u32 room);
const struct ttype *t_pointer(struct arena *a, const struct ttype *to, enum tspace space);
const struct ttype *t_array(struct arena *a, const struct ttype *elem, u32 count);
const struct ttype *t_tuple(struct arena *a, const struct ttype *const *members, u32 count);
/* Of a BTF type: number, pointer, record, array; in `space` it is read from. */
const struct ttype *t_btf(struct arena *a, const struct types *btf, u32 id, enum tspace space);
/* What a pointer leads to; t_none: unknown. NULL: out of memory. */
const struct ttype *t_pointee(struct arena *a, const struct ttype *t);
/* A kind without parameters: T_KSYM, T_COUNT, … */
const struct ttype *t_kind(enum tkind kind);

/* Is the value held in a register while it is computed? */
bool t_in_register(const struct ttype *t);
bool t_is_aggregation(const struct ttype *t);
bool t_same(const struct ttype *a, const struct ttype *b);
/* In the language's words: "uint64", "string[64]", "(uint64,string[16])", "struct task_struct *".
 */
void t_print(struct buf *out, const struct ttype *t);

#endif
