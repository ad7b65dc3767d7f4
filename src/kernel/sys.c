// SPDX-License-Identifier: BSD-2-Clause
#include "kernel/sys.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/netlink.h>
#include <linux/perf_event.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "spec/features.h"

enum { KERNEL_ENOTSUPP = 524 }; /* inside Linux; leaks out of some calls */

int sys_bpf(enum sys_command cmd, void *attr, size_t size)
{
	long ret = -1;

	/* The verifier gives up for a moment when a signal arrives. */
	for (int tries = 0; tries < 10; tries++) {
		ret = syscall(__NR_bpf, (int)cmd, attr, (unsigned)size);
		if (ret >= 0 || errno != EAGAIN)
			break;
	}
	if (ret < 0)
		return errno == KERNEL_ENOTSUPP ? -EOPNOTSUPP : -errno;
	return (int)ret;
}

/* ---- descriptors of kernel objects ---- */

int sys_map_op(enum sys_command cmd, int map, const void *key, const void *value, u64 flags)
{
	struct sys_map_elem a = {
		.map_fd = (u32)map, .key = sys_ptr(key), .value = sys_ptr(value), .flags = flags
	};

	return SYS_BPF(cmd, &a);
}

int sys_dup(int fd)
{
	int n = fcntl(fd, F_DUPFD_CLOEXEC, 0);

	return n < 0 ? -errno : n;
}

int sys_pin(int fd, const char *path)
{
	struct sys_obj_path a = { .path = sys_ptr(path), .fd = (u32)fd };

	return SYS_BPF(CMD_OBJ_PIN, &a);
}

int sys_pin_get(const char *path)
{
	struct sys_obj_path a = { .path = sys_ptr(path) };

	return SYS_BPF(CMD_OBJ_GET, &a);
}

int sys_next(enum sys_object kind, u32 id, u32 *next)
{
	static const enum sys_command commands[] = {
		[SYS_PROG] = CMD_PROG_NEXT_ID,
		[SYS_MAP] = CMD_MAP_NEXT_ID,
		[SYS_BTF] = CMD_BTF_NEXT_ID,
		[SYS_LINK] = CMD_LINK_NEXT_ID,
	};
	struct sys_next_id a = { .id = id };
	int err = SYS_BPF(commands[kind], &a);

	if (!err)
		*next = a.next;
	return err;
}

int sys_by_id(enum sys_object kind, u32 id)
{
	static const enum sys_command commands[] = {
		[SYS_PROG] = CMD_PROG_BY_ID,
		[SYS_MAP] = CMD_MAP_BY_ID,
		[SYS_BTF] = CMD_BTF_BY_ID,
		[SYS_LINK] = CMD_LINK_BY_ID,
	};
	struct sys_next_id a = { .id = id };

	return SYS_BPF(commands[kind], &a);
}

int sys_info(int fd, void *info, u32 size)
{
	struct {
		u32 fd, len;
		u64 info;
	} a = { (u32)fd, size, sys_ptr(info) };
	int err = SYS_BPF(CMD_OBJ_INFO, &a);

	return err ? err : (int)a.len;
}

/* ---- the rest of the system ---- */

static int result(long ret)
{
	return ret < 0 ? -errno : (int)ret;
}

int sys_perf_open(struct perf_event_attr *attr, pid_t pid, int cpu, int group)
{
	return result(syscall(__NR_perf_event_open, attr, pid, cpu, group, PERF_FLAG_FD_CLOEXEC));
}

int sys_perf_enable(int fd)
{
	return result(ioctl(fd, PERF_EVENT_IOC_ENABLE, 0));
}

int sys_perf_set_prog(int fd, int prog)
{
	return result(ioctl(fd, PERF_EVENT_IOC_SET_BPF, prog));
}

int sys_netlink_open(void)
{
	int nl = result(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE)), on = 1;

	if (nl >= 0)
		setsockopt(nl, SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(on));
	return nl;
}

int sys_netlink_send(int nl, const void *data, size_t len)
{
	return result(send(nl, data, len, 0));
}

ssize_t sys_netlink_receive(int nl, void *room, size_t len)
{
	ssize_t n;

	do
		n = recv(nl, room, len, 0);
	while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : n;
}

int sys_open_self_netns(void)
{
	return result(open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC));
}

u32 sys_release(u32 *patch)
{
	unsigned major = 0, minor = 0, third = 0;
	struct utsname u;

	if (uname(&u) || sscanf(u.release, "%u.%u.%u", &major, &minor, &third) < 2)
		major = minor = third = 0;
	if (patch)
		*patch = third;
	return ERA(major, MIN(minor, 255u));
}

int sys_detached_mount(const char *type)
{
	enum { CREATE = 6, CLOEXEC = 1 };
	int fs = result(syscall(SYS_fsopen, type, CLOEXEC)), mnt;

	if (fs < 0)
		return fs;
	mnt = result(syscall(SYS_fsconfig, fs, CREATE, NULL, NULL, 0));
	if (!mnt)
		mnt = result(syscall(SYS_fsmount, fs, CLOEXEC, 0));
	close(fs);
	return mnt;
}

/* "0-3,8": sets a bit for every number, returns one more than the last. */
static u32 cpu_list(const char *text, u8 *mask, size_t bytes, u32 *count)
{
	u32 end = 0;

	*count = 0;
	while (isdigit((unsigned char)*text)) {
		char *at;
		u32 first = (u32)strtoul(text, &at, 10), last = first;

		if (*at == '-')
			last = (u32)strtoul(at + 1, &at, 10);
		for (u32 cpu = first; cpu <= last && cpu < 1u << 16; cpu++) {
			if (mask && cpu / 8 < bytes)
				mask[cpu / 8] |= (u8)(1u << cpu % 8);
			++*count;
		}
		end = MAX(end, last + 1);
		text = *at == ',' ? at + 1 : at;
	}
	return end;
}

u32 sys_cpus_possible(void)
{
	char text[256] = "";
	u32 count, end = 0;
	long n;

	if (sys_read_text("/sys/devices/system/cpu/possible", text, sizeof(text)) > 0)
		end = cpu_list(text, NULL, 0, &count);
	n = end ? 0 : sysconf(_SC_NPROCESSORS_CONF);
	return end ? end : n > 0 ? (u32)n : 1;
}

u32 sys_cpus_online(u8 *mask, size_t bytes)
{
	char text[1024] = "";
	u32 count = 0;

	memset(mask, 0, bytes);
	if (sys_read_text("/sys/devices/system/cpu/online", text, sizeof(text)) > 0)
		cpu_list(text, mask, bytes, &count);
	for (u32 cpu = 0; !count && cpu < sys_cpus_possible(); cpu++) {
		mask[cpu / 8] |= (u8)(1u << cpu % 8);
		if (cpu + 1 == sys_cpus_possible())
			count = cpu + 1;
	}
	return count;
}

int sys_read_text(const char *path, char *out, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t len = 0;
	ssize_t n = 0;

	if (fd < 0)
		return -errno;
	while (len + 1 < size && (n = read(fd, out + len, size - 1 - len)) > 0)
		len += (size_t)n;
	close(fd);
	if (n < 0)
		return -EIO;
	while (len && out[len - 1] == '\n')
		len--;
	out[len] = 0;
	return (int)len;
}

bool sys_capable(u32 cap)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2] = { 0 };

	if (cap >= 64 || syscall(SYS_capget, &head, data))
		return false;
	return data[cap / 32].effective >> cap % 32 & 1;
}

int sys_memlock_lift(void)
{
	const struct rlimit most = { RLIM_INFINITY, RLIM_INFINITY };

	return result(setrlimit(RLIMIT_MEMLOCK, &most));
}

void sys_close(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

const char *sys_error(int err)
{
	if (err < 0)
		err = -err;
	return err == KERNEL_ENOTSUPP ? "Operation not supported" : strerror(err);
}
