// SPDX-License-Identifier: BSD-2-Clause
/* Accesses of kernel structures through partial definitions: every kind of CO-RE relocation.
 * Types of flavor ___match have their type_exists records turned into type_matches by the test,
 * for compilers that do not make them. */
#include "common.h"

#define PAI		 __attribute__((preserve_access_index))
#define FIELD(f, kind)	 __builtin_preserve_field_info(f, kind)
#define TYPE(t, kind)	 __builtin_preserve_type_info(*(t *)0, kind)
#define ENUMVAL(t, v, k) __builtin_preserve_enum_value(*(typeof(t) *)v, k)

enum { OFFSET, SIZE, EXISTS, SIGNED, LSHIFT, RSHIFT };

struct rlimit {
	unsigned long rlim_max; /* the kernel has it second */
} PAI;

struct signal_struct {
	struct rlimit rlim[16];
	int nr_threads;
	u32 is_child_subreaper : 1, has_child_subreaper : 1;
} PAI;

struct sched_entity {
	u64 vruntime;
	int cfs_rq; /* a pointer there */
} PAI;

struct list_head {
	struct list_head *prev;
} PAI;

struct pid_namespace {
	u32 level;
} PAI;

struct nsproxy {
	struct pid_namespace *pid_ns_for_children;
} PAI;

struct task_struct {
	int pid, tgid;
	char comm[16];
	struct task_struct *real_parent;
	struct signal_struct *signal;
	struct sched_entity se;
	struct list_head tasks;
	struct nsproxy *nsproxy;
	u32 in_execve : 1, sched_reset_on_fork : 1;
} PAI;

/* Sizes that differ: loads follow the kernel's when both are unsigned. */
struct task_struct___sizes {
	unsigned long flags, policy;
	u8 rt_priority;
	int utime; /* 8 unsigned bytes there */
	long prio; /* 4 signed bytes there */
	u32 nvcsw;
} PAI;

/* A kernel that never was. */
struct task_struct___other {
	int no_such_member;
	struct {
		int deep;
	} no_such_struct;
	char comm[64]; /* element 20 is past the kernel's */
	int signal;    /* a pointer there */
	struct list_head tasks[2];
} PAI;

struct skep_no_such_type {
	int x;
} PAI;
union skep_no_such_union {
	int x;
} PAI;
typedef struct skep_no_such_type skep_no_such_typedef;

struct sk_buff {
	union {
		struct {
			struct sk_buff *next;
			void *dev;
		};
		struct list_head list;
	};
	u32 len, data_len;
	u8 pkt_type : 3, cloned : 1;
	unsigned short protocol;
	char cb[48];
} PAI;

struct module {
	u32 num_syms;
	enum module_state { MODULE_STATE_LIVE } state;
} PAI;

struct list_head___match {
	struct list_head___match *next, *prev;
} PAI;
struct list_head___matchnot {
	int next;
} PAI;
enum pid_type___match { PIDTYPE_PID___m, PIDTYPE_TGID___m };

enum pid_type {
	PIDTYPE_SID = 77,
	PIDTYPE_PGID___flavor = 78,
	PIDTYPE_NEVER_WAS = 79,
};
enum perf_callchain_context { /* 64 bits there */
			      PERF_CONTEXT_KERNEL = 1,
			      PERF_CONTEXT_MAX = 2,
};
enum skep_no_such_enum { SKEP_NO_SUCH_VALUE = 5 };
typedef int pid_t;

u64 out[128];
char text[16];
static long (*const read_kernel)(void *to, u32 size, const void *from) = (void *)113;

SEC("tp_btf/sched_switch")
int fields(u64 *ctx)
{
	struct task_struct *t = (void *)ctx[1], *n = (void *)ctx[2];

	out[0] = t->pid + n->tgid;
	out[1] = t->comm[3];
	out[2] = t->real_parent->tgid;
	out[3] = t->signal->rlim[3].rlim_max;
	out[4] = t->se.vruntime;
	out[5] = (u64)t->tasks.prev;
	out[6] = t->nsproxy->pid_ns_for_children->level;
	read_kernel(text, sizeof(text), &n->comm);
	read_kernel(&out[7], 8, &n->signal->rlim[1]);
	return 0;
}

SEC("tp_btf/sched_switch")
int sizes(u64 *ctx)
{
	struct task_struct___sizes *t = (void *)ctx[1];

	out[8] = t->flags;
	out[9] = t->policy;
	out[10] = t->rt_priority;
	out[11] = t->nvcsw;
	if (FIELD(t->utime, SIZE) == 4)
		out[12] = t->utime;
	if (FIELD(t->prio, SIZE) == 8)
		out[13] = t->prio;
	return 0;
}

#define PLACE(at, f)                                                                               \
	do {                                                                                       \
		out[at] = FIELD(f, OFFSET);                                                        \
		out[at + 1] = FIELD(f, SIZE);                                                      \
		out[at + 2] = FIELD(f, EXISTS);                                                    \
	} while (0)
/* For numbers only: compilers refuse the others. */
#define ALL_INFO(at, f)                                                                            \
	do {                                                                                       \
		PLACE(at, f);                                                                      \
		out[at + 3] = FIELD(f, SIGNED);                                                    \
		out[at + 4] = FIELD(f, LSHIFT);                                                    \
		out[at + 5] = FIELD(f, RSHIFT);                                                    \
	} while (0)

SEC("tp_btf/sched_switch")
int facts(u64 *ctx)
{
	struct task_struct *t = (void *)ctx[1];
	struct task_struct___sizes *s = (void *)t;
	struct signal_struct *g = (void *)t;
	struct sk_buff *b = (void *)t;
	struct module *m = (void *)t;

	ALL_INFO(16, t->pid);
	ALL_INFO(22, t->in_execve);
	ALL_INFO(28, g->has_child_subreaper);
	ALL_INFO(34, s->utime);
	ALL_INFO(40, b->pkt_type);
	PLACE(46, t->comm);
	PLACE(52, t->comm[2]);
	ALL_INFO(58, m->state);
	PLACE(64, t->signal);
	PLACE(70, b->cb[7]);
	PLACE(76, b->dev);
	PLACE(82, t->se);
	ALL_INFO(88, b->cloned);
	ALL_INFO(94, t[2].pid);
	return 0;
}

SEC("tp_btf/sched_switch")
int types(u64 *ctx)
{
	out[0] = TYPE(struct task_struct, 0) + TYPE(struct skep_no_such_type, 0) * 2 +
		 TYPE(union skep_no_such_union, 0) * 4 + TYPE(skep_no_such_typedef, 0) * 8 +
		 TYPE(enum skep_no_such_enum, 0) * 16 + TYPE(pid_t, 0) * 32 +
		 TYPE(enum pid_type, 0) * 64 + TYPE(struct task_struct___other, 0) * 128;
	out[1] = TYPE(struct task_struct, 1);
	out[2] = TYPE(struct sk_buff, 1);
	out[3] = TYPE(pid_t, 1);
	out[4] = TYPE(enum pid_type, 1);
	out[5] = __builtin_btf_type_id(*(struct task_struct *)0, 1);
	out[6] = __builtin_btf_type_id(*(struct task_struct *)0, 0);
	out[7] = __builtin_btf_type_id(*(pid_t *)0, 1);
	out[8] = TYPE(struct list_head___match, 0);
	out[9] = TYPE(struct list_head___matchnot, 0);
	out[10] = TYPE(enum pid_type___match, 0);
	if (TYPE(struct skep_no_such_type, 0))
		out[11] = TYPE(struct skep_no_such_type, 1) +
			  __builtin_btf_type_id(*(struct skep_no_such_type *)0, 1);
	return 0;
}

SEC("tp_btf/sched_switch")
int enums(u64 *ctx)
{
	out[0] = ENUMVAL(enum pid_type, PIDTYPE_SID, 0);
	out[1] = ENUMVAL(enum pid_type, PIDTYPE_SID, 1);
	out[2] = ENUMVAL(enum pid_type, PIDTYPE_PGID___flavor, 1);
	out[3] = ENUMVAL(enum pid_type, PIDTYPE_NEVER_WAS, 0);
	if (ENUMVAL(enum pid_type, PIDTYPE_NEVER_WAS, 0))
		out[4] = ENUMVAL(enum pid_type, PIDTYPE_NEVER_WAS, 1);
	out[5] = ENUMVAL(enum skep_no_such_enum, SKEP_NO_SUCH_VALUE, 0);
	out[6] = ENUMVAL(enum perf_callchain_context, PERF_CONTEXT_KERNEL, 1);
	out[7] = ENUMVAL(enum perf_callchain_context, PERF_CONTEXT_MAX, 1);
	return 0;
}

SEC("tp_btf/sched_switch")
int missing(u64 *ctx)
{
	struct task_struct___other *t = (void *)ctx[1];
	struct skep_no_such_type *x = (void *)ctx[1];
	struct sched_entity *se = &((struct task_struct *)ctx[1])->se;

	if (FIELD(t->no_such_member, EXISTS))
		out[0] = t->no_such_member;
	if (FIELD(t->no_such_struct.deep, EXISTS))
		read_kernel(&out[1], FIELD(t->no_such_struct.deep, SIZE), &t->no_such_struct.deep);
	if (FIELD(t->comm[20], EXISTS))
		out[2] = t->comm[20];
	if (FIELD(t->signal, EXISTS))
		out[3] = t->signal;
	if (FIELD(t->tasks[1].prev, EXISTS))
		out[4] = (u64)t->tasks[1].prev;
	if (FIELD(x->x, EXISTS))
		out[5] = x->x;
	if (FIELD(se->cfs_rq, EXISTS))
		out[6] = se->cfs_rq;
	return 0;
}

SEC("tp_btf/kfree_skb")
int packet(u64 *ctx)
{
	struct sk_buff *skb = (void *)ctx[0];

	out[0] = skb->len - skb->data_len;
	out[1] = skb->protocol;
	out[2] = (u64)skb->dev;
	out[3] = skb->cb[5];
	out[4] = (u64)skb->list.prev;
	return 0;
}

char _license[] SEC("license") = "GPL";
