// SPDX-License-Identifier: BSD-2-Clause
/*
 * Hooks that take some building before anything happens there: breakpoints, flow dissectors, routes
 * that take in, segment routing, netkit devices, congestion control. In a network namespace of its
 * own.
 */
#include "test.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "live.h"

struct counters {
	unsigned long long breakpoints, dissected, lwt_ins, segments, netkits, acked;
};

static struct live l;
static volatile int watched;

static const volatile struct counters *counters(void)
{
	void *memory = skep_map_memory(skep_map_find(l.unit, ".bss"));

	assert_non_null(memory);
	return memory;
}

static void run(const char *command)
{
	if (system(command))
		printf("# failed: %s\n", command);
}

static struct skep_link *attach(const char *name, const char *target, int pid)
{
	struct skep_attach_opts opts = { .size = sizeof(opts), .target = target, .pid = pid };
	struct skep_prog *prog = skep_prog_find(l.unit, name);
	struct skep_link *link = NULL;
	int err;

	assert_non_null(prog);
	err = skep_attach(&link, prog, &opts, l.diag);
	if (err)
		live_print(&l);
	assert_int_equal(err, 0);
	return link;
}

static void breakpoints_strike_at_each_write(void **state)
{
	unsigned long long before = counters()->breakpoints;
	struct skep_link *link;
	char target[64];

	snprintf(target, sizeof(target), "mem:%#llx:4:w", (unsigned long long)(uintptr_t)&watched);
	link = attach("on_breakpoint", target, getpid());
	for (int i = 0; i < 5; i++)
		watched = i;
	assert_int_equal(counters()->breakpoints, before + 5);
	assert_int_equal(watched, 4); /* read: no strike */
	assert_int_equal(counters()->breakpoints, before + 5);
	skep_link_free(link);
	watched = 7;
	assert_int_equal(counters()->breakpoints, before + 5);
}

/* Sockets that share packets by their flows have the kernel look for the flow. */
static int fanout_socket(void)
{
	int arg = 7 | PACKET_FANOUT_HASH << 16, fd = socket(AF_PACKET, SOCK_RAW, htons(ETH_P_IP));

	assert_true(fd >= 0);
	assert_int_equal(setsockopt(fd, SOL_PACKET, PACKET_FANOUT, &arg, sizeof(arg)), 0);
	return fd;
}

static void flow_dissectors_run(void **state)
{
	unsigned long long before = counters()->dissected;
	struct skep_link *link = attach("on_flow", NULL, 0);
	int a = fanout_socket(), b = fanout_socket();

	make_udp();
	assert_true(counters()->dissected > before);
	skep_link_free(link);
	before = counters()->dissected;
	make_udp();
	assert_int_equal(counters()->dissected, before);
	close(a);
	close(b);
}

static void send_from(const char *from, const char *to)
{
	struct sockaddr_in me = { .sin_family = AF_INET }, you = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	inet_pton(AF_INET, from, &me.sin_addr);
	inet_pton(AF_INET, to, &you.sin_addr);
	you.sin_port = htons(9);
	assert_int_equal(bind(fd, (struct sockaddr *)&me, sizeof(me)), 0);
	sendto(fd, "x", 1, 0, (struct sockaddr *)&you, sizeof(you));
	close(fd);
}

/* What is sent to a route over lo comes in there, and is forwarded over it again. */
static void routes_take_packets_in(void **state)
{
	unsigned long long before = counters()->lwt_ins;
	struct skep_link *link;

	run("sysctl -q -w net.ipv4.ip_forward=1 net.ipv4.conf.all.accept_local=1 "
	    "net.ipv4.conf.lo.accept_local=1 net.ipv4.conf.all.rp_filter=0 "
	    "net.ipv4.conf.lo.rp_filter=0");
	run("ip address add 10.99.0.1/32 dev lo");
	link = attach("on_lwt_in", "10.98.0.0/16 dev lo", 0);
	send_from("10.99.0.1", "10.98.0.1");
	assert_true(counters()->lwt_ins > before);
	skep_link_free(link);
	before = counters()->lwt_ins;
	send_from("10.99.0.1", "10.98.0.1");
	assert_int_equal(counters()->lwt_ins, before);
}

/* A datagram with a routing header of segments: two, of which the last one is still to come. */
static void send_segments(void)
{
	struct {
		unsigned char next, len, type, left, last, flags;
		unsigned short tag;
		struct in6_addr segments[2];
	} srh = { .len = 4, .type = 4, .left = 1, .last = 1 };
	struct sockaddr_in6 to = { .sin6_family = AF_INET6, .sin6_port = htons(9) };
	int fd = socket(AF_INET6, SOCK_DGRAM, 0);

	inet_pton(AF_INET6, "fc00:78::1", &srh.segments[0]);
	inet_pton(AF_INET6, "fc00:77::1", &srh.segments[1]);
	to.sin6_addr = srh.segments[0];
	if (setsockopt(fd, IPPROTO_IPV6, IPV6_RTHDR, &srh, sizeof(srh)))
		printf("# no routing header: %s\n", strerror(errno));
	if (sendto(fd, "x", 1, 0, (struct sockaddr *)&to, sizeof(to)) < 0)
		printf("# not sent: %s\n", strerror(errno));
	close(fd);
}

static void segment_routing_runs(void **state)
{
	unsigned long long before = counters()->segments;
	struct skep_link *link;

	if (system("ip link add skep0 type veth peer name skep1"))
		test_skip("no pair of devices can be made (CONFIG_VETH)");
	run("sysctl -q -w net.ipv6.conf.all.forwarding=1 net.ipv6.conf.all.seg6_enabled=1 "
	    "net.ipv6.conf.skep1.seg6_enabled=1 net.ipv6.conf.skep0.accept_dad=0");
	run("ip link set skep1 address 02:00:00:00:00:01; ip link set skep0 up; ip link set skep1 "
	    "up; "
	    "ip -6 address add fc00:99::1/64 dev skep0 nodad; "
	    "ip -6 neigh add fc00:77::1 lladdr 02:00:00:00:00:01 dev skep0");
	link = attach("on_segment", "fc00:77::/64 dev skep0", 0);
	send_segments();
	assert_true(counters()->segments > before);
	skep_link_free(link);
	assert_int_not_equal(system("ip -6 route show | grep -q fc00:77"), 0);
}

static void netkit_devices_run_programs(void **state)
{
	unsigned long long before = counters()->netkits;
	struct skep_link *link;

	if (system("ip link add skepnk type netkit 2>/dev/null"))
		test_skip("this kernel has no netkit devices (CONFIG_NETKIT)");
	run("ip link set skepnk up; ip address add 10.97.0.1/24 dev skepnk");
	link = attach("on_netkit", "skepnk", 0);
	send_from("10.97.0.1", "10.97.0.2");
	assert_true(counters()->netkits > before);
	skep_link_free(link);
	run("ip link del skepnk");
}

static void a_device_without_netkit_is_told(void **state)
{
	struct skep_attach_opts opts = { .size = sizeof(opts), .target = "lo" };
	struct skep_prog *prog = skep_prog_find(l.unit, "on_netkit");
	struct skep_link *link;

	assert_non_null(prog);
	assert_true(skep_attach(&link, prog, &opts, l.diag) < 0);
	assert_true(live_says(&l, "netkit"));
	skep_diag_clear(l.diag);
}

/* A connection over lo whose congestion control is ours. */
static void talk_tcp(void)
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	int listener = socket(AF_INET, SOCK_STREAM, 0), client = socket(AF_INET, SOCK_STREAM, 0),
	    got;
	static char data[65536];
	socklen_t len = sizeof(at);

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(listener, (struct sockaddr *)&at, sizeof(at)), 0);
	assert_int_equal(listen(listener, 1), 0);
	getsockname(listener, (struct sockaddr *)&at, &len);
	assert_int_equal(setsockopt(client, IPPROTO_TCP, TCP_CONGESTION, "skep_hooks", 10), 0);
	assert_int_equal(connect(client, (struct sockaddr *)&at, sizeof(at)), 0);
	got = accept(listener, NULL, NULL);
	for (int i = 0; i < 8; i++) {
		if (write(client, data, sizeof(data)) < 0)
			break;
		for (size_t n = 0; n < sizeof(data);) {
			ssize_t r = read(got, data, sizeof(data) - n);

			if (r <= 0)
				break;
			n += (size_t)r;
		}
	}
	close(client);
	close(got);
	close(listener);
}

static void congestion_control_is_asked(void **state)
{
	struct skep_link *link;
	int err = skep_attach_map(&link, skep_map_find(l.unit, "skep_hooks"), l.diag);

	if (err)
		live_print(&l);
	assert_int_equal(err, 0);
	talk_tcp();
	assert_true(counters()->acked > 0);
	skep_link_free(link);
}

/* ---- */

static int setup(void **state)
{
	int err = live_netns();

	if (!err)
		err = live_open(&l, OBJECTS "/hooks.bpf.o");
	if (err)
		live_print(&l);
	return err;
}

static int teardown(void **state)
{
	live_close(&l);
	return 0;
}

static const struct CMUnitTest tests[] = {
	TEST(breakpoints_strike_at_each_write), TEST(flow_dissectors_run),
	TEST(routes_take_packets_in),		TEST(segment_routing_runs),
	TEST(netkit_devices_run_programs),	TEST(a_device_without_netkit_is_told),
	TEST(congestion_control_is_asked),
};

int main(void)
{
	cmocka_set_message_output(CM_OUTPUT_TAP);
	if (geteuid()) {
		printf("1..0 # SKIP attaching needs root\n");
		return 0;
	}
	return cmocka_run_group_tests(tests, setup, teardown);
}
