// SPDX-License-Identifier: BSD-2-Clause
/*
 * The full path of the working folder whenever a file is opened, a name for each of 32 folders: 194
 * CO-RE relocations. What tools that trace opens do since they print whole paths.
 */
#include <skep/bpf.h>
#include <skep/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

#define CORE __attribute__((preserve_access_index))
struct dentry;
struct vfsmount {
	struct dentry *mnt_root;
} CORE;
struct qstr {
	const unsigned char *name;
} CORE;
struct dentry {
	struct dentry *d_parent;
	struct qstr d_name;
	struct super_block *d_sb;
	struct inode *d_inode;
} CORE;
struct super_block {
	unsigned long s_magic;
} CORE;
struct inode {
	unsigned long i_ino;
} CORE;
struct path {
	struct vfsmount *mnt;
	struct dentry *dentry;
} CORE;
struct fs_struct {
	struct path pwd;
} CORE;
struct task_struct {
	struct fs_struct *fs;
} CORE;

enum { DEEP = 32, NAME = 64 };
struct event {
	__u64 inode[DEEP], magic[DEEP];
	char name[DEEP][NAME];
};
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__type(key, __u32);
	__type(value, struct event);
	__uint(max_entries, 1);
} events SEC(".maps");

#define READ(p, field)                                                                             \
	({                                                                                         \
		typeof((p)->field) v_ = 0;                                                         \
		bpf_probe_read_kernel(&v_, sizeof(v_),                                             \
				      __builtin_preserve_access_index(&(p)->field));               \
		v_;                                                                                \
	})

SEC("tp/syscalls/sys_enter_openat")
int opened(void *ctx)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	struct fs_struct *fs = READ(task, fs);
	struct dentry *d = READ(fs, pwd.dentry);
	__u32 zero = 0;
	struct event *e = bpf_map_lookup_elem(&events, &zero);

	if (!e)
		return 0;
		/* 6 relocations each, but for two of the beginning: the last folder needs no
		 * parent. */
#pragma unroll
	for (int i = 0; i < DEEP; i++) {
		struct inode *inode = READ(d, d_inode);
		struct super_block *sb = READ(d, d_sb);

		bpf_probe_read_kernel_str(e->name[i], NAME, READ(d, d_name.name));
		e->inode[i] = READ(inode, i_ino);
		e->magic[i] = READ(sb, s_magic);
		d = READ(d, d_parent);
	}
	return 0;
}
