/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What user space must know to run a compiled script: where its programs go, what its events say
 * and how its maps print. Made by the compiler, kept by the object (object->trace), read by
 * src/report. Inert data.
 *
 * An event is a ring buffer record:
 *     u32 event    index into events
 *     u32 probe    index into points, of the attach point that sent it
 *     …            the arguments, each at its own offset
 * Two rings: `output` for what a script prints, `control` for exit, map operations and errors, so
 * that a flood of the first cannot drop the second. In the object the output ring is the earlier
 * map.
 */
#ifndef TRACE_META_H
#define TRACE_META_H

#include "trace/type.h"

enum {
	EVENT_HEAD = 8,	   /* bytes before the arguments */
	CONTROL_HEAD = 16, /* of control events: u64, where the output ring's producer was */
};

enum event_kind {
	EVENT_PRINTF, /* format, args */
	EVENT_ERRORF, /* the same, to standard error, with the place in the script */
	EVENT_WARNF,  /* the same, as a warning */
	EVENT_SYSTEM, /* format, args: a command to run */
	EVENT_CAT,    /* format, args: a file to show */
	EVENT_JOIN,   /* args[0]: u32 count then strings of `join_len`; format: the separator */
	EVENT_TIME,   /* format of strftime */
	EVENT_PRINT_VALUE,  /* args[0] */
	EVENT_PRINT_MAP,    /* map; args[0] top, args[1] div: u32 each */
	EVENT_PRINT_ENTRY,  /* map; args[0] the key, args[1] the value: not there for aggregations,
			       whose  parts are in the map */
	EVENT_CLEAR,	    /* map */
	EVENT_ZERO,	    /* map */
	EVENT_EXIT,	    /* args[0]: u8 code, or no argument */
	EVENT_HELPER_ERROR, /* args[0] s32 result; format: the helper's name; at: the call */
	EVENT_SKBOUTPUT,    /* format: path; args: u32 length, u64 time, then the packet */
	EVENT_TEXT,	    /* never sent: a format that a value refers to by its number */
	EVENT_KIND_COUNT
};

struct event_arg {
	const struct ttype *type;
	u32 off; /* bytes from the record's start */
};

struct trace_event {
	enum event_kind kind;
	bool control; /* goes through the control ring */
	const char *format;
	u32 size; /* of the record, head included */
	struct event_arg *args;
	u32 arg_count;
	u32 map;	/* index into meta->maps */
	u32 line, col;	/* in the script, for messages */
	const char *at; /* the text of that call */
};

/* How the BPF map behind @x holds its values. */
enum map_shape {
	SHAPE_HASH,	    /* key → value */
	SHAPE_PERCPU_HASH,  /* key → a part of the value a CPU: added, or merged, when read */
	SHAPE_ARRAY,	    /* no key: one value, then u64: 1 once it has been set */
	SHAPE_PERCPU_ARRAY, /* the same, a CPU */
};

/*
 * Values of aggregations, a CPU (or whole, where the shape is not per CPU):
 *     count    u64 n
 *     sum      u64 sum
 *     avg, stats  u64 count, s64/u64 sum
 *     min, max u64 value, u64 1 once set
 *     hist     u64 buckets[hist_buckets(bits)]
 *     lhist    u64 buckets[(max - min) / step + 2]: below, each step, above
 * Of arrays (no key): a value that is not all zeros has been set, whatever its "set" word says;
 * zero() and sums of 0 set the word.
 *
 * Bucket of n in hist with k bits: 0 where n < 0; n + 1 where n < 2^k; else (l << k) + (n >> l) + 1
 * with l = number of n's highest bit - k.
 */
struct trace_map {
	const char *name; /* with '@' */
	u32 obj_map;	  /* index into the object's maps */
	enum map_shape shape;
	const struct ttype *key; /* NULL: none. A tuple where the script lists several */
	bool key_list;		 /* written @[a, b], not @[(a, b)] */
	const struct ttype *value;
	u32 value_size; /* bytes of the value itself, before the "set" word */
	bool internal;	/* not printed when the script ends */
};

enum point_kind {
	POINT_BEGIN, /* run once before the others are attached … */
	POINT_END,   /* … and after they are detached */
	POINT_SELF,  /* a signal to skep itself: `target` */
	POINT_KPROBE,
	POINT_KRETPROBE,
	POINT_FENTRY,
	POINT_FEXIT,
	POINT_TRACEPOINT,
	POINT_RAWTRACEPOINT,
	POINT_UPROBE,
	POINT_URETPROBE,
	POINT_USDT,
	POINT_PROFILE,	/* on every CPU: period ns in `period` */
	POINT_INTERVAL, /* on one */
	POINT_SOFTWARE, /* target: "cpu-clock", …; period: events */
	POINT_HARDWARE,
	POINT_WATCHPOINT, /* address, length, mode in target "0xADDR:4:w" */
	POINT_ITER,
	POINT_BENCH,
	POINT_KIND_COUNT
};

struct trace_point {
	enum point_kind kind;
	const char *name;   /* as `probe` prints it: "tracepoint:syscalls:sys_enter_read" */
	const char *target; /* as struct skep_attach_opts takes it; NULL: the section's */
	u32 prog;	    /* index into the object's programs */
	u64 cookie;	    /* bpf_get_attach_cookie(): the index of this point */
	u64 frequency, period;
	s32 pid;	 /* 0: all */
	bool optional;	 /* of a wildcard: a failed attach is a warning */
	u32 line;	 /* in the script */
	const char *pin; /* iter: where its output is pinned, or NULL */
	/* What the running kernel lacks for it ("kprobes"), and the probe to use instead; or NULL.
	 */
	const char *lacks, *instead;
};

struct trace_stacks {
	u32 depth, obj_map;
};

struct trace_meta {
	struct trace_event *events;
	u32 event_count;
	struct trace_map *maps; /* in the order of printing */
	u32 map_count;
	struct trace_point *points;
	u32 point_count;
	u32 output_map, control_map; /* ring buffers: indices into the object's maps */
	u32 lost_map; /* per-CPU array of u64: records lost, per point; then updates lost, per map
		       */
	struct trace_stacks *stacks; /* maps of stack traces, by their depth */
	u32 stack_count;
	/* Settings that user space obeys: */
	u32 join_len;
	bool print_maps_on_exit, user_only; /* user_only: no probe needs the kernel */
	const char *missing_probes;	    /* "ignore", "warn", "error" */
	/* Types that arguments and maps refer to; owned. */
	struct types **btf;
	u32 btf_count;
};

static inline u32 hist_buckets(u32 bits)
{
	return ((64 - bits + 1) << bits) + 2; /* 0: negative; 1: zero; then by powers of two */
}

/* Frees what the object's arena does not: object->trace_fini. */
void trace_meta_fini(const struct trace_meta *meta);

#endif
