// SPDX-License-Identifier: BSD-2-Clause
/*
 * One program for each way to hang on a function of the kernel. For the process whose number is in
 * `who`, each stores in the slot of its number what it saw: how often, a number, a name. x86-64.
 */
#include <skep/bpf.h>
#include <skep/bpf_helpers.h>

typedef unsigned long long u64;

char LICENSE[] SEC("license") = "GPL";

struct regs { /* struct pt_regs, its beginning */
	u64 r15, r14, r13, r12, bp, bx, r11, r10, r9, r8, ax, cx, dx, si, di;
};
struct filename {
	const char *name;
} __attribute__((preserve_access_index));
struct dentry {
	struct {
		const unsigned char *name;
	} __attribute__((preserve_access_index)) d_name;
} __attribute__((preserve_access_index));

struct seen {
	u64 hits, value;
	char text[48];
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__type(key, unsigned);
	__type(value, struct seen);
	__uint(max_entries, 32);
} seen SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__type(key, unsigned);
	__type(value, unsigned);
	__uint(max_entries, 1);
} who SEC(".maps");

/* This slot, if the process is the one that is looked at. */
static __attribute__((always_inline)) struct seen *slot(unsigned n, u64 value)
{
	unsigned zero = 0, *pid = bpf_map_lookup_elem(&who, &zero);
	struct seen *s;

	if (!pid || bpf_get_current_pid_tgid() >> 32 != *pid)
		return 0;
	s = bpf_map_lookup_elem(&seen, &n);
	if (!s)
		return 0;
	s->hits++;
	s->value = value;
	return s;
}

static __attribute__((always_inline)) void from_kernel(struct seen *s, const void *text)
{
	if (s)
		bpf_probe_read_kernel_str(s->text, sizeof(s->text), text);
}

/* ---- kprobes ---- */

static __attribute__((always_inline)) int path_of_regs(unsigned n, struct regs *ctx)
{
	const struct filename *file = (const void *)ctx->si;
	const char *name = 0;

	bpf_probe_read_kernel(&name, sizeof(name), __builtin_preserve_access_index(&file->name));
	from_kernel(slot(n, ctx->di), name);
	return 0;
}

SEC("kprobe/do_unlinkat")
int at_entry(struct regs *ctx)
{
	return path_of_regs(0, ctx);
}

SEC("kretprobe/do_unlinkat")
int at_return(struct regs *ctx)
{
	slot(1, (unsigned)ctx->ax);
	return 0;
}

SEC("kprobe")
int inside(struct regs *ctx)
{
	slot(2, 0);
	return 0;
}

/* The kernel's entry of a system call has the user's registers as its argument. */
SEC("ksyscall/unlink")
int system_call(struct regs *ctx)
{
	const char *path = 0;
	struct seen *s = slot(3, 0);

	bpf_probe_read_kernel(&path, sizeof(path), &((struct regs *)ctx->di)->di);
	if (s)
		bpf_probe_read_user_str(s->text, sizeof(s->text), path);
	return 0;
}

SEC("kretsyscall/unlink")
int system_call_returns(struct regs *ctx)
{
	slot(4, ctx->ax);
	return 0;
}

SEC("kprobe.multi/do_unlink*")
int many(struct regs *ctx)
{
	struct seen *s = path_of_regs(5, ctx) ? 0 : slot(6, bpf_get_attach_cookie(ctx));

	return s ? 0 : 0;
}

SEC("kretprobe.multi/do_unlink*")
int many_return(struct regs *ctx)
{
	slot(7, (unsigned)ctx->ax);
	return 0;
}

/* Runs at the entry and, having returned 0 there, at the return. */
SEC("kprobe.session/do_unlink*")
int session(struct regs *ctx)
{
	slot(8, (unsigned)ctx->ax);
	return 0;
}

/* ---- trampolines ---- */

SEC("fentry/do_unlinkat")
int entered(u64 *ctx)
{
	const struct filename *file = (const void *)ctx[1];

	from_kernel(slot(9, ctx[0]), file->name);
	return 0;
}

SEC("fexit/do_unlinkat")
int left(u64 *ctx)
{
	slot(10, (unsigned)ctx[2]);
	return 0;
}

/* What the kernel's own test function would return is replaced. */
SEC("fmod_ret/bpf_modify_return_test")
int other_result(u64 *ctx)
{
	slot(11, ctx[0]);
	return 0x77;
}

SEC("fentry/dummy_xmit")
int module_function(u64 *ctx)
{
	slot(12, 0);
	return 0;
}

SEC("fexit/chosen")
int function_of_a_program(u64 *ctx)
{
	slot(13, ctx[1]);
	return 0;
}

/* ---- security hooks ---- */

static __attribute__((always_inline)) int forbid(unsigned n, u64 *ctx)
{
	const struct dentry *dentry = (const void *)ctx[1];
	struct seen *s = slot(n, 0);

	if (!s)
		return 0;
	from_kernel(s, dentry->d_name.name);
	return s->text[0] == 'f' && s->text[1] == 'o' && s->text[2] == 'r' ? -1 : 0; /* EPERM */
}

SEC("lsm/inode_unlink")
int hook(u64 *ctx)
{
	return forbid(14, ctx);
}

SEC("lsm.s/inode_unlink")
int hook_that_sleeps(u64 *ctx)
{
	return forbid(15, ctx);
}

SEC("fmod_ret/security_inode_unlink")
int hook_function(u64 *ctx)
{
	return forbid(16, ctx) ? -13 : 0; /* EACCES */
}

SEC("lsm_cgroup/socket_bind")
int group_hook(u64 *ctx)
{
	slot(17, 0);
	return 1;
}
