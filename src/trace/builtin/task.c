// SPDX-License-Identifier: BSD-2-Clause
/* Words about the task, the processor and the time at which a probe runs. */
#include <errno.h>
#include <time.h>
#include <unistd.h>

#include "btf/types.h"
#include "spec/helper_extra.h"
#include "trace/builtin/family.h"

static int infer_u32(struct infer *in, struct node *n)
{
	(void)in;
	n->type = &t_u32;
	return 0;
}

static int infer_u64(struct infer *in, struct node *n)
{
	(void)in;
	n->type = &t_u64;
	return 0;
}

static int high_half(struct lower *lo, u32 pair, struct value *out, const struct ttype *t)
{
	u32 r = new_reg(lo);

	vc_alu_imm(lo->v, VC_SHR, VC_64, r, pair, 32);
	*out = value_reg(r, t);
	return 0;
}

static int low_half(struct lower *lo, u32 pair, struct value *out, const struct ttype *t)
{
	u32 r = new_reg(lo);

	vc_extend(lo->v, r, pair, 4, false);
	*out = value_reg(r, t);
	return 0;
}

/* pid(init) and pid(curr_ns): the name space is the one skep runs in. */
static int infer_pid(struct infer *in, struct node *n)
{
	const struct node *mode = n->args;

	n->type = &t_u32;
	if (mode && (mode->kind != N_NAME ||
		     (strcmp(mode->name, "init") != 0 && strcmp(mode->name, "curr_ns") != 0)))
		return infer_error(in, mode->at, "%s() takes init or curr_ns", n->name);
	return 0;
}

static int lower_pid(struct lower *lo, struct node *n, struct value *out)
{
	(void)n;
	return high_half(lo, known_pid_tgid(lo), out, &t_u32);
}

static int lower_tid(struct lower *lo, struct node *n, struct value *out)
{
	(void)n;
	return low_half(lo, known_pid_tgid(lo), out, &t_u32);
}

static int lower_uid(struct lower *lo, struct node *n, struct value *out)
{
	(void)n;
	return low_half(lo, known_uid_gid(lo), out, &t_u64);
}

static int lower_gid(struct lower *lo, struct node *n, struct value *out)
{
	(void)n;
	return high_half(lo, known_uid_gid(lo), out, &t_u64);
}

static int infer_username(struct infer *in, struct node *n)
{
	(void)in;
	n->type = t_kind(T_USERNAME);
	return 0;
}

static int lower_username(struct lower *lo, struct node *n, struct value *out)
{
	return low_half(lo, known_uid_gid(lo), out, n->type);
}

static int infer_comm(struct infer *in, struct node *n)
{
	n->type = t_string(in->a, 16);
	return n->type ? 0 : infer_nomem(in);
}

static int lower_comm(struct lower *lo, struct node *n, struct value *out)
{
	u32 args[2];
	int err = 0;

	if (!out->wanted)
		err = place_new(lo, 16, 8, &out->at);
	if (err)
		return err;
	args[0] = place_addr(lo, out->at);
	args[1] = imm_reg(lo, 16);
	vc_call(lo->v, HELPER_get_current_comm, VC_NONE, 2, args);
	*out = value_mem(out->at, n->type);
	return 0;
}

static int infer_curtask(struct infer *in, struct node *n)
{
	u32 id = infer_btf(in) ? types_find(infer_btf(in), "task_struct", KIND_STRUCT) : 0;
	const struct ttype *task = id ? t_btf(in->a, infer_btf(in), id, SPACE_BTF) : NULL;

	n->type = task ? t_pointer(in->a, task, SPACE_BTF) : &t_u64;
	return n->type ? 0 : infer_nomem(in);
}

static int lower_curtask(struct lower *lo, struct node *n, struct value *out)
{
	*out = value_reg(n->type->kind == T_POINTER ? known_task(lo)
						    : call0(lo, HELPER_get_current_task),
			 n->type);
	return 0;
}

static int lower_cpu(struct lower *lo, struct node *n, struct value *out)
{
	*out = value_reg(call0(lo, HELPER_get_smp_processor_id), n->type);
	return 0;
}

static int lower_rand(struct lower *lo, struct node *n, struct value *out)
{
	u32 r = new_reg(lo);

	vc_extend(lo->v, r, call0(lo, HELPER_get_prandom_u32), 4, false);
	*out = value_reg(r, n->type);
	return 0;
}

static int lower_numaid(struct lower *lo, struct node *n, struct value *out)
{
	*out = value_reg(call0(lo, HELPER_get_numa_node_id), n->type);
	return 0;
}

static int lower_cgroup(struct lower *lo, struct node *n, struct value *out)
{
	*out = value_reg(call0(lo, HELPER_get_current_cgroup_id), n->type);
	return 0;
}

static int lower_jiffies(struct lower *lo, struct node *n, struct value *out)
{
	*out = value_reg(call0(lo, HELPER_jiffies64), n->type);
	return 0;
}

static int infer_ncpus(struct infer *in, struct node *n)
{
	(void)in;
	return become_number(n, (u64)sysconf(_SC_NPROCESSORS_CONF), &t_u64);
}

/* ---- time ---- */

static const struct clock {
	const char *name;
	u32 helper;
} clocks[] = {
	{ "boot", HELPER_ktime_get_boot_ns },
	{ "monotonic", HELPER_ktime_get_ns },
	{ "tai", HELPER_ktime_get_tai_ns },
	{ "sw_tai", HELPER_ktime_get_boot_ns },
};

static u64 now(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (u64)t.tv_sec * 1000000000 + (u64)t.tv_nsec;
}

static int infer_nsecs(struct infer *in, struct node *n)
{
	const struct node *mode = n->args;

	n->type = &t_u64;
	n->scratch = 0;
	for (u32 i = 0; mode && i < ARRAY_SIZE(clocks); i++) {
		if (mode->kind == N_NAME && !strcmp(mode->name, clocks[i].name)) {
			n->scratch = i;
			in->needs_kernel |= clocks[i].helper == HELPER_ktime_get_tai_ns;
			return 0;
		}
	}
	if (mode) {
		infer_error(in, mode->at, "unknown clock");
		diag_hint(in->d, "nsecs(boot), nsecs(monotonic), nsecs(tai) or nsecs(sw_tai)");
		return -EINVAL;
	}
	return 0;
}

static int lower_nsecs(struct lower *lo, struct node *n, struct value *out)
{
	const struct clock *c = &clocks[n->scratch];
	u32 r = call0(lo, c->helper), sum;

	if (!strcmp(c->name, "sw_tai")) {
		sum = new_reg(lo);
		vc_alu(lo->v, VC_ADD, VC_64, sum, r,
		       imm_reg(lo, now(CLOCK_TAI) - now(CLOCK_BOOTTIME)));
		r = sum;
	}
	*out = value_reg(r, n->type);
	return 0;
}

/* Since the script was compiled: it runs at once. */
static int lower_elapsed(struct lower *lo, struct node *n, struct value *out)
{
	u32 r = new_reg(lo);

	if (!lo->out->started)
		lo->out->started = now(CLOCK_BOOTTIME);
	vc_alu(lo->v, VC_SUB, VC_64, r, call0(lo, HELPER_ktime_get_boot_ns),
	       imm_reg(lo, lo->out->started));
	*out = value_reg(r, n->type);
	return 0;
}

/* The task: the argument, or the current one. */
static struct node *task_node(struct infer *in, struct node *n)
{
	struct node *task = n->args ? n->args : arena_alloc(in->a, sizeof(*task));

	if (task && !n->args)
		*task = (struct node){ .kind = N_NAME, .name = "curtask", .at = n->at };
	return task;
}

/* n becomes task->through->name. */
static int become_member(struct infer *in, struct node *n, const char *through, const char *name)
{
	struct node *task = task_node(in, n), *outer = arena_alloc(in->a, sizeof(*outer));

	if (!task || !outer)
		return infer_nomem(in);
	*outer = (struct node){ .kind = N_MEMBER, .name = through, .a = task, .at = n->at };
	n->kind = N_MEMBER;
	n->name = name;
	n->a = outer;
	n->args = NULL;
	n->arg_count = 0;
	return infer_expr(in, n);
}

static int infer_ppid(struct infer *in, struct node *n)
{
	return become_member(in, n, "real_parent", "tgid");
}

static int infer_pcomm(struct infer *in, struct node *n)
{
	return become_member(in, n, "group_leader", "comm");
}

static int infer_cpid(struct infer *in, struct node *n)
{
	return become_number(n, in->opts->cmd && in->opts->pid > 0 ? (u64)in->opts->pid : 0,
			     &t_u32);
}

static int infer_has_cpid(struct infer *in, struct node *n)
{
	return become_number(n, in->opts->cmd && in->opts->pid > 0, &t_bool);
}

#define BOTH (WORD_PLAIN | WORD_CALL)
#define ANY  (BOTH | WORD_USER_SPACE)
const struct builtin words_task[] = {
	{ "pid", ANY, 0, 1, infer_pid, lower_pid, "pid" },
	{ "tid", ANY, 0, 1, infer_pid, lower_tid, "tid" },
	{ "uid", ANY, 0, 0, infer_u64, lower_uid, "uid" },
	{ "gid", ANY, 0, 0, infer_u64, lower_gid, "gid" },
	{ "username", ANY, 0, 0, infer_username, lower_username, "username" },
	{ "comm", ANY, 0, 0, infer_comm, lower_comm, "comm" },
	{ "curtask", BOTH, 0, 0, infer_curtask, lower_curtask, "curtask" },
	{ "ppid", BOTH, 0, 1, infer_ppid, lower_never, "ppid" },
	{ "pcomm", BOTH, 0, 1, infer_pcomm, lower_never, "pcomm" },
	{ "cpu", ANY, 0, 0, infer_u32, lower_cpu, "cpu" },
	{ "ncpus", ANY, 0, 0, infer_ncpus, lower_never, "ncpus" },
	{ "numaid", ANY, 0, 0, infer_u32, lower_numaid, "numaid" },
	{ "cgroup", BOTH, 0, 0, infer_u64, lower_cgroup, "cgroup" },
	{ "rand", ANY, 0, 0, infer_u32, lower_rand, "rand" },
	{ "jiffies", ANY, 0, 0, infer_u64, lower_jiffies, "jiffies" },
	{ "nsecs", ANY, 0, 1, infer_nsecs, lower_nsecs, "nsecs, nsecs(boot)" },
	{ "elapsed", ANY, 0, 0, infer_u64, lower_elapsed, "elapsed" },
	{ "cpid", ANY, 0, 0, infer_cpid, lower_never, "cpid" },
	{ "has_cpid", ANY, 0, 0, infer_has_cpid, lower_never, "has_cpid" },
	{ 0 },
};
