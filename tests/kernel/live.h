/* SPDX-License-Identifier: BSD-2-Clause */
/* One object loaded into the kernel, for tests; small things that make hooks run. */
#ifndef TESTS_KERNEL_LIVE_H
#define TESTS_KERNEL_LIVE_H

#include <skep/skep.h>

struct live {
	struct skep_diag *diag;
	struct skep_object *obj;
	struct skep_engine *eng;
	struct skep_unit *unit;
};

int live_open(struct live *l, const char *path); /* 0 or -errno; close it in any case */
void live_close(struct live *l);
/* Does the diagnostic say this? Prints it when it does not. */
bool live_says(const struct live *l, const char *words);
void live_print(const struct live *l);

/* A network namespace of this process's own, with `lo` up. 0 or -errno. */
int live_netns(void);
/* A cgroup of its own, which this process moves into; "" when there is no cgroup2. */
const char *live_cgroup(void);
void live_cgroup_leave(void);

/* Traffic on 127.0.0.1. */
void make_udp(void);
void make_tcp(void);
void make_unix(void);
void make_unix_datagrams(void);
void make_ipv6(void); /* a datagram, and a connected socket */

#endif
