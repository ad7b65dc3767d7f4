// SPDX-License-Identifier: BSD-2-Clause
#include "live.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

int live_open(struct live *l, const char *path)
{
	int err;

	*l = (struct live){ .diag = skep_diag_new() };
	err = skep_engine_new(&l->eng, "kernel", l->diag);
	if (!err)
		err = skep_open(&l->obj, SKEP_ELF, (struct skep_source){ .name = path }, NULL,
				l->diag);
	return err ? err : skep_load(&l->unit, l->eng, l->obj, NULL, l->diag);
}

void live_close(struct live *l)
{
	skep_unit_free(l->unit);
	skep_engine_free(l->eng);
	skep_object_free(l->obj);
	skep_diag_free(l->diag);
}

void live_print(const struct live *l)
{
	skep_diag_print(l->diag, stdout, false);
	fflush(stdout);
}

bool live_says(const struct live *l, const char *words)
{
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);
	bool found;

	skep_diag_print(l->diag, f, false);
	fclose(f);
	found = strstr(text, words);
	if (!found)
		printf("# expected '%s' in:\n# %s\n", words, text);
	free(text);
	return found;
}

int live_netns(void)
{
	struct ifreq ifr = { .ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING };
	int fd, err = 0;

	if (unshare(CLONE_NEWNET))
		return -errno;
	fd = socket(AF_INET, SOCK_DGRAM, 0);
	if (fd < 0 || ioctl(fd, SIOCSIFFLAGS, &ifr))
		err = -errno;
	close(fd);
	return err;
}

/* ---- cgroup ---- */

static char root[256], path[320];

static void move_to(const char *folder)
{
	char procs[400], pid[32];
	int fd, len = snprintf(pid, sizeof(pid), "%d", (int)getpid());

	snprintf(procs, sizeof(procs), "%s/cgroup.procs", folder);
	fd = open(procs, O_WRONLY);
	if (fd < 0 || write(fd, pid, (size_t)len) < 0)
		printf("# %s: %s\n", procs, strerror(errno));
	close(fd);
}

const char *live_cgroup(void)
{
	FILE *f = fopen("/proc/self/mounts", "r");
	char line[1024], type[64];

	while (f && !*root && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%*s %255s %63s", root, type) != 2 || strcmp(type, "cgroup2"))
			*root = 0;
	}
	if (f)
		fclose(f);
	if (!*root)
		return "";
	snprintf(path, sizeof(path), "%s/skep-test-%d", root, (int)getpid());
	if (mkdir(path, 0755))
		return "";
	move_to(path);
	return path;
}

void live_cgroup_leave(void)
{
	if (!*path)
		return;
	move_to(root);
	rmdir(path);
}

/* ---- traffic ---- */

static struct sockaddr_in loopback(int port)
{
	return (struct sockaddr_in){ .sin_family = AF_INET,
				     .sin_port = htons((unsigned short)port),
				     .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
}

static int listening(int type, struct sockaddr_in *addr)
{
	socklen_t len = sizeof(*addr);
	int fd = socket(AF_INET, type, 0);

	*addr = loopback(0);
	if (bind(fd, (struct sockaddr *)addr, len) ||
	    getsockname(fd, (struct sockaddr *)addr, &len) ||
	    (type == SOCK_STREAM && listen(fd, 4)))
		printf("# listening: %s\n", strerror(errno));
	return fd;
}

void make_udp(void)
{
	struct timeval patience = { .tv_sec = 1 };
	struct sockaddr_in addr, from;
	socklen_t len = sizeof(from);
	int to = listening(SOCK_DGRAM, &addr), fd = socket(AF_INET, SOCK_DGRAM, 0);
	char buf[16] = "hello";

	setsockopt(to, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	sendto(fd, buf, 5, 0, (struct sockaddr *)&addr, sizeof(addr));
	recvfrom(to, buf, sizeof(buf), 0, (struct sockaddr *)&from, &len);
	close(fd);
	close(to);
}

void make_tcp(void)
{
	struct sockaddr_in addr;
	socklen_t len = sizeof(addr);
	int to = listening(SOCK_STREAM, &addr), fd = socket(AF_INET, SOCK_STREAM, 0), in;
	int on = 1;
	char buf[16] = "hello";

	setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
	if (connect(fd, (struct sockaddr *)&addr, sizeof(addr))) {
		printf("# connect: %s\n", strerror(errno));
		close(fd);
		close(to);
		return;
	}
	in = accept(to, NULL, NULL);
	len = sizeof(on);
	getsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, &len);
	len = sizeof(addr);
	getpeername(fd, (struct sockaddr *)&addr, &len);
	send(fd, buf, 5, 0);
	recv(in, buf, sizeof(buf), 0);
	close(in);
	close(fd);
	close(to);
}

void make_ipv6(void)
{
	struct sockaddr_in6 addr = { .sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT };
	struct sockaddr_in6 other = addr;
	socklen_t len = sizeof(addr);
	int to = socket(AF_INET6, SOCK_DGRAM, 0), fd = socket(AF_INET6, SOCK_DGRAM, 0);
	struct timeval patience = { .tv_sec = 1 };
	char buf[16] = "hello";

	setsockopt(to, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	if (bind(to, (struct sockaddr *)&addr, len) ||
	    getsockname(to, (struct sockaddr *)&addr, &len))
		printf("# IPv6: %s\n", strerror(errno));
	sendto(fd, buf, 5, 0, (struct sockaddr *)&addr, sizeof(addr));
	len = sizeof(other);
	recvfrom(to, buf, sizeof(buf), 0, (struct sockaddr *)&other, &len);
	if (connect(fd, (struct sockaddr *)&addr, sizeof(addr)))
		printf("# IPv6: %s\n", strerror(errno));
	len = sizeof(other);
	getpeername(fd, (struct sockaddr *)&other, &len);
	close(fd);
	close(to);
}

void make_unix_datagrams(void)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX }, other;
	int to = socket(AF_UNIX, SOCK_DGRAM, 0), fd = socket(AF_UNIX, SOCK_DGRAM, 0);
	socklen_t len = sizeof(other);
	char buf[16] = "hello";

	snprintf(addr.sun_path + 1, sizeof(addr.sun_path) - 1, "skep-dgram-%d", (int)getpid());
	if (bind(to, (struct sockaddr *)&addr, sizeof(addr)))
		printf("# unix: %s\n", strerror(errno));
	sendto(fd, buf, 5, 0, (struct sockaddr *)&addr, sizeof(addr));
	recvfrom(to, buf, sizeof(buf), MSG_DONTWAIT, (struct sockaddr *)&other, &len);
	len = sizeof(other);
	getsockname(to, (struct sockaddr *)&other, &len);
	if (connect(fd, (struct sockaddr *)&addr, sizeof(addr)))
		printf("# unix: %s\n", strerror(errno));
	len = sizeof(other);
	getpeername(fd, (struct sockaddr *)&other, &len);
	close(fd);
	close(to);
}

void make_unix(void)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int to = socket(AF_UNIX, SOCK_STREAM, 0), fd = socket(AF_UNIX, SOCK_STREAM, 0);

	snprintf(addr.sun_path + 1, sizeof(addr.sun_path) - 1, "skep-test-%d", (int)getpid());
	if (bind(to, (struct sockaddr *)&addr, sizeof(addr)) || listen(to, 1) ||
	    connect(fd, (struct sockaddr *)&addr, sizeof(addr)))
		printf("# unix: %s\n", strerror(errno));
	close(fd);
	close(to);
}
