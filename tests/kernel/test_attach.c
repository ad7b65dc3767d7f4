// SPDX-License-Identifier: BSD-2-Clause
/*
 * Every hook: its program runs while it is attached and not after; the kernel names the link and
 * the program. In a network namespace and a cgroup of the test's own.
 */
#include "test.h"

#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "api/handle.h"
#include "kernel/kernel.h"
#include "live.h"

static struct live all;
static const char *cgroup;
static char probe_here[512];
static volatile int probed;

__attribute__((noinline)) int skep_probed_function(int n);
int skep_probed_function(int n)
{
	probed += n;
	return n + 1;
}

/* ---- what makes hooks run ---- */

static void call_function(void)
{
	skep_probed_function(2);
}

static void call_getppid(void)
{
	getppid();
}

static void read_sysctl(void)
{
	char text[16];

	if (sys_read_text("/proc/sys/net/ipv4/ip_forward", text, sizeof(text)) < 0)
		printf("# no sysctl\n");
}

static void open_device(void)
{
	int fd = open("/dev/zero", O_RDONLY);

	close(fd);
}

static void fault_pages(void)
{
	for (int i = 0; i < 64; i++) {
		char *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
				  -1, 0);

		*page = 1;
		munmap(page, 4096);
	}
}

static void spin(void)
{
	for (volatile int i = 0; i < 50000000; i++)
		;
}

/* ---- */

static uint64_t hits(unsigned slot)
{
	uint64_t n = 0;

	assert_int_equal(skep_map_get(skep_map_find(all.unit, "hits"), &slot, &n), 0);
	return n;
}

static struct skep_prog *prog(const char *name)
{
	struct skep_prog *p = skep_prog_find(all.unit, name);

	assert_non_null(p);
	return p;
}

static uint32_t prog_id(const char *name)
{
	struct bpf_prog_info info = { 0 };
	__u32 len = sizeof(info);
	const struct kernel_prog *k = prog_of(prog(name))->impl;

	assert_int_equal(bpf_obj_get_info_by_fd(k->fd, &info, &len), 0);
	return info.id;
}

static struct skep_link *attach(const char *name, const struct skep_attach_opts *opts)
{
	struct skep_link *link = NULL;

	skep_diag_clear(all.diag);
	if (skep_attach(&link, prog(name), opts, all.diag)) {
		live_print(&all);
		fail();
	}
	return link;
}

/* The kernel's link, if there is one, is of this program. */
static void same_link(struct skep_link *link, const char *name, bool linked)
{
	struct bpf_link_info info = { 0 };
	struct skep_link_info ours;
	__u32 len = sizeof(info);

	skep_link_info(link, &ours);
	assert_string_equal(ours.prog, name);
	assert_non_null(ours.target);
	assert_int_equal(ours.id != 0, linked);
	if (!linked)
		return;
	assert_int_equal(bpf_obj_get_info_by_fd(ours.fd, &info, &len), 0);
	assert_int_equal(info.id, ours.id);
	assert_int_equal(info.prog_id, prog_id(name));
}

/* The kernel lets go of links a little after their last descriptor. */
static void goes_quiet(unsigned slot, void (*trigger)(void))
{
	for (int tries = 0; tries < 100; tries++) {
		uint64_t before = hits(slot);

		trigger();
		if (hits(slot) == before)
			return;
		usleep(20000);
	}
	fail();
}

static void hook_runs(unsigned slot, const char *name, struct skep_attach_opts opts,
		      void (*trigger)(void), bool linked)
{
	uint64_t before = hits(slot), during;
	struct skep_link *link;

	opts.size = sizeof(opts);
	trigger();
	assert_int_equal(hits(slot), before);
	link = attach(name, &opts);
	same_link(link, name, linked);
	trigger();
	during = hits(slot);
	assert_true(during > before);
	skep_link_free(link);
	goes_quiet(slot, trigger);
}

#define HOOK(test, slot, name, trigger, ...)                                                       \
	static void test(void **state)                                                             \
	{                                                                                          \
		hook_runs(slot, "hook_" name, (struct skep_attach_opts){ __VA_ARGS__ }, trigger,   \
			  true);                                                                   \
	}

#define CGROUP_HOOK(test, slot, name, trigger)                                                     \
	static void test(void **state)                                                             \
	{                                                                                          \
		if (!*cgroup)                                                                      \
			test_skip("no cgroup2 to make a group in");                                \
		hook_runs(slot, "hook_" name, (struct skep_attach_opts){ .target = cgroup },       \
			  trigger, true);                                                          \
	}

HOOK(xdp_runs, 0, "xdp", make_udp, .target = "lo")
HOOK(xdp_generic_runs, 0, "xdp", make_udp, .target = "1", .flags = SKEP_ATTACH_GENERIC)
HOOK(tcx_ingress_runs, 1, "tcx_ingress", make_udp, .target = "lo")
HOOK(tcx_egress_runs, 2, "tcx_egress", make_udp, .target = "lo", .flags = SKEP_ATTACH_FIRST)
CGROUP_HOOK(cgroup_skb_egress_runs, 3, "skb_egress", make_udp)
CGROUP_HOOK(cgroup_skb_ingress_runs, 4, "skb_ingress", make_udp)
CGROUP_HOOK(cgroup_sock_create_runs, 5, "sock_create", make_udp)
CGROUP_HOOK(cgroup_connect_runs, 6, "connect4", make_tcp)
CGROUP_HOOK(cgroup_sendmsg_runs, 7, "sendmsg4", make_udp)
CGROUP_HOOK(cgroup_recvmsg_runs, 8, "recvmsg4", make_udp)
CGROUP_HOOK(cgroup_bind_runs, 9, "bind4", make_udp)
CGROUP_HOOK(cgroup_post_bind_runs, 10, "post_bind4", make_udp)
CGROUP_HOOK(sockops_runs, 11, "sockops", make_tcp)
CGROUP_HOOK(cgroup_getsockopt_runs, 12, "getsockopt", make_tcp)
CGROUP_HOOK(cgroup_setsockopt_runs, 13, "setsockopt", make_tcp)
CGROUP_HOOK(cgroup_sysctl_runs, 14, "sysctl", read_sysctl)
CGROUP_HOOK(cgroup_dev_runs, 15, "dev", open_device)
CGROUP_HOOK(cgroup_getsockname_runs, 16, "getsockname4", make_tcp)
CGROUP_HOOK(cgroup_getpeername_runs, 17, "getpeername4", make_tcp)
CGROUP_HOOK(cgroup_sock_release_runs, 18, "sock_release", make_udp)
CGROUP_HOOK(cgroup_connect_unix_runs, 19, "connect_unix", make_unix)
HOOK(tracepoint_runs, 20, "tracepoint", call_getppid, .pid = 0)
HOOK(raw_tracepoint_runs, 21, "raw_tp", call_getppid, .cookie = 7)
HOOK(typed_tracepoint_runs, 22, "tp_btf", call_getppid, .cookie = 7)
HOOK(perf_clock_runs, 23, "perf_event", spin, .target = "cpu-clock", .cpu = 1, .frequency = 999)
HOOK(perf_page_faults_run, 23, "perf_event", fault_pages, .target = "page-faults", .period = 1,
     .pid = getpid())
HOOK(uprobe_runs, 24, "uprobe", call_function, .target = probe_here)
HOOK(uprobe_of_a_process_runs, 24, "uprobe", call_function, .target = probe_here, .pid = getpid())
HOOK(uretprobe_runs, 25, "uretprobe", call_function, .target = probe_here)
HOOK(uprobe_multi_runs, 26, "uprobe_multi", call_function, .target = probe_here, .cookie = 3)
HOOK(uprobe_session_runs, 27, "uprobe_session", call_function, .target = probe_here)
HOOK(sk_lookup_runs, 29, "sk_lookup", make_tcp, .pid = 0)
HOOK(netfilter_runs, 30, "netfilter", make_udp, .target = "ipv4/local_in", .priority = 10)

static void tc_filters_run(void **state)
{
	struct skep_attach_opts opts = { .target = "lo/ingress" };

	hook_runs(35, "hook_tc", opts, make_udp, false);
	opts.target = "lo/egress";
	opts.priority = 7;
	hook_runs(35, "hook_tc", opts, make_udp, false);
	/* The discipline was ours, and is gone. */
	assert_int_equal(system("tc qdisc show dev lo | grep -q clsact"), 256);
}

static void tc_filters_stand_beside_others(void **state)
{
	struct skep_attach_opts opts = { .size = sizeof(opts), .target = "lo/ingress" };
	struct skep_link *a, *b;
	uint64_t first, second;

	assert_int_equal(system("tc qdisc add dev lo clsact"), 0);
	a = attach("hook_tc", &opts);
	b = attach("hook_tc", &opts);
	assert_int_equal(system("test $(tc filter show dev lo ingress | grep -c hook_tc) = 2"), 0);
	first = hits(35);
	make_udp();
	assert_true(hits(35) >= first + 2);
	assert_int_equal(skep_link_update(a, prog("hook_tcx_ingress"), all.diag), 0);
	second = hits(1);
	make_udp();
	assert_true(hits(1) > second);
	opts.priority = 5;
	skep_link_free(a);
	a = attach("hook_tc", &opts);
	assert_int_equal(skep_attach(&b, prog("hook_tc"), &opts, all.diag), -EEXIST);
	while (skep_unit_link(all.unit, 0, &a))
		skep_link_free(a);
	/* Somebody else's discipline stays. */
	assert_int_equal(system("tc qdisc show dev lo | grep -q clsact"), 0);
	assert_int_equal(system("tc qdisc del dev lo clsact"), 0);
}

/* Packets to addresses that no interface has. */
static void send_away(void)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(9) };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	inet_pton(AF_INET, "10.77.0.1", &to.sin_addr);
	sendto(fd, "x", 1, 0, (struct sockaddr *)&to, sizeof(to));
	close(fd);
}

static void route_programs_run(void **state)
{
	struct skep_attach_opts opts = { .target = "10.77.0.0/16 dev lo" };

	hook_runs(37, "hook_lwt_out", opts, send_away, false);
	hook_runs(38, "hook_lwt_xmit", opts, send_away, false);
	assert_int_equal(system("ip route show | grep -q 10.77"), 256);
}

CGROUP_HOOK(cgroup_connect6_runs, 41, "connect6", make_ipv6)
CGROUP_HOOK(cgroup_bind6_runs, 42, "bind6", make_ipv6)
CGROUP_HOOK(cgroup_post_bind6_runs, 43, "post_bind6", make_ipv6)
CGROUP_HOOK(cgroup_sendmsg6_runs, 44, "sendmsg6", make_ipv6)
CGROUP_HOOK(cgroup_recvmsg6_runs, 45, "recvmsg6", make_ipv6)
CGROUP_HOOK(cgroup_getpeername6_runs, 46, "getpeername6", make_ipv6)
CGROUP_HOOK(cgroup_getsockname6_runs, 47, "getsockname6", make_ipv6)
CGROUP_HOOK(cgroup_sendmsg_unix_runs, 48, "sendmsg_unix", make_unix_datagrams)
CGROUP_HOOK(cgroup_recvmsg_unix_runs, 49, "recvmsg_unix", make_unix_datagrams)
CGROUP_HOOK(cgroup_getsockname_unix_runs, 50, "getsockname_unix", make_unix_datagrams)
CGROUP_HOOK(cgroup_getpeername_unix_runs, 51, "getpeername_unix", make_unix_datagrams)
HOOK(uretprobe_multi_runs, 54, "uretprobe_multi", call_function, .target = probe_here)
HOOK(exit_tracepoint_runs, 57, "tp_exit", call_getppid, .pid = 0)
HOOK(exit_raw_tracepoint_runs, 58, "raw_tp_exit", call_getppid, .pid = 0)
HOOK(exit_typed_tracepoint_runs, 59, "tp_btf_exit", call_getppid, .pid = 0)
HOOK(netfilter_output_runs, 60, "netfilter_out", make_udp, .target = "ipv4/local_out")

static void execute(void)
{
	if (system("true"))
		printf("# no shell\n");
}

HOOK(exec_tracepoint_runs, 61, "tp_btf_exec", execute, .pid = 0)

/* A test run is what makes this tracepoint fire. */
static void test_run(void)
{
	uint8_t packet[64] = { 0 };
	struct skep_run r = { .size = sizeof(r), .data_in = packet, .data_in_len = sizeof(packet) };

	assert_int_equal(skep_prog_run(prog("hook_tc"), &r, NULL), 0);
}

HOOK(writable_tracepoint_runs, 52, "raw_tp_writable", test_run, .pid = 0)

static void syscall_programs_run_when_asked(void **state)
{
	struct skep_run r = { .size = sizeof(r) };
	struct skep_link *link;
	uint64_t before = hits(53);

	assert_int_equal(skep_prog_run(prog("hook_syscall"), &r, all.diag), 0);
	assert_int_equal(r.result, 7);
	assert_int_equal(hits(53), before + 1);
	skep_diag_clear(all.diag);
	assert_int_equal(skep_attach(&link, prog("hook_syscall"), NULL, all.diag), -EOPNOTSUPP);
	assert_true(live_says(&all, "it runs when it is asked to"));
}

/* A connection whose two ends lie in the unit's sockmap. */
static void talk_through_sockmap(void)
{
	int listener = socket(AF_INET, SOCK_STREAM, 0), fd = socket(AF_INET, SOCK_STREAM, 0), in;
	struct sockaddr_in addr = { .sin_family = AF_INET,
				    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct timeval patience = { .tv_sec = 1 };
	socklen_t len = sizeof(addr);
	uint32_t keys[2] = { 0, 1 };
	char text[8];

	if (bind(listener, (struct sockaddr *)&addr, len) || listen(listener, 1) ||
	    getsockname(listener, (struct sockaddr *)&addr, &len) ||
	    connect(fd, (struct sockaddr *)&addr, len))
		fail();
	in = accept(listener, NULL, NULL);
	setsockopt(in, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	assert_int_equal(skep_map_set(skep_map_find(all.unit, "socks"), &keys[0], &fd, 0), 0);
	assert_int_equal(skep_map_set(skep_map_find(all.unit, "socks"), &keys[1], &in, 0), 0);
	assert_int_equal(send(fd, "hello", 5, 0), 5);
	assert_int_equal(recv(in, text, sizeof(text), 0), 5);
	close(in);
	close(fd);
	close(listener);
}

HOOK(sk_msg_runs, 32, "sk_msg", talk_through_sockmap, .target = "socks")
HOOK(sk_skb_verdict_runs, 33, "sk_skb_verdict", talk_through_sockmap, .target = "socks")

static void stream_parser_and_verdict_run(void **state)
{
	struct skep_attach_opts opts = { .size = sizeof(opts), .target = "socks" };
	uint64_t parsed = hits(55), judged = hits(56);
	struct skep_link *parser = attach("hook_sk_skb_parser", &opts);
	struct skep_link *verdict = attach("hook_sk_skb_stream", &opts);

	same_link(parser, "hook_sk_skb_parser", true);
	talk_through_sockmap();
	assert_true(hits(55) > parsed);
	assert_true(hits(56) > judged);
	skep_link_free(parser);
	skep_link_free(verdict);
}

/* Two sockets of one port: the program chooses (here: it leaves that to the kernel). */
static void reuseport_programs_run(void **state)
{
	struct sockaddr_in addr = { .sin_family = AF_INET,
				    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fds[2], on = 1, from = socket(AF_INET, SOCK_DGRAM, 0);
	struct skep_attach_opts opts = { .size = sizeof(opts) };
	socklen_t len = sizeof(addr);
	uint64_t before = hits(34);
	struct skep_link *link;

	for (int i = 0; i < 2; i++) {
		fds[i] = socket(AF_INET, SOCK_DGRAM, 0);
		setsockopt(fds[i], SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on));
		assert_int_equal(bind(fds[i], (struct sockaddr *)&addr, len), 0);
		assert_int_equal(getsockname(fds[i], (struct sockaddr *)&addr, &len), 0);
	}
	opts.fd = fds[0];
	link = attach("hook_sk_reuseport", &opts);
	assert_int_equal(sendto(from, "x", 1, 0, (struct sockaddr *)&addr, len), 1);
	assert_true(hits(34) > before);
	before = hits(34);
	skep_link_free(link);
	assert_int_equal(sendto(from, "x", 1, 0, (struct sockaddr *)&addr, len), 1);
	assert_int_equal(hits(34), before);
	for (int i = 0; i < 2; i++)
		close(fds[i]);
	close(from);
}

static void iterators_of_every_kind_are_read(void **state)
{
	static const char *const names[] = { "each_bpf_map", "each_bpf_prog",  "each_bpf_link",
					     "each_tcp",     "each_udp",       "each_unix",
					     "each_netlink", "each_task_file", "each_task_vma",
					     "each_cgroup",  "each_ksym" };
	int udp = socket(AF_INET, SOCK_DGRAM, 0), tcp = socket(AF_INET, SOCK_STREAM, 0), pair[2];
	struct sockaddr_in addr = { .sin_family = AF_INET,
				    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	FILE *null = fopen("/dev/null", "w");

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	assert_int_equal(bind(udp, (struct sockaddr *)&addr, sizeof(addr)), 0);
	assert_int_equal(bind(tcp, (struct sockaddr *)&addr, sizeof(addr)), 0);
	assert_int_equal(listen(tcp, 1), 0);
	for (uint32_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct skep_link *link = attach(names[i], NULL);
		uint64_t n = 0;

		assert_int_equal(skep_link_read(link, null, all.diag), 0);
		assert_int_equal(skep_map_get(skep_map_find(all.unit, "visits"), &i, &n), 0);
		if (!n)
			printf("# %s saw nothing\n", names[i]);
		assert_true(n > 0);
		skep_link_free(link);
	}
	fclose(null);
	close(udp);
	close(tcp);
	close(pair[0]);
	close(pair[1]);
}

static void perf_events_of_every_cpu_are_several_links(void **state)
{
	struct skep_attach_opts opts = { .size = sizeof(opts), .target = "cpu-clock" };
	struct skep_link *link = attach("hook_perf_event", &opts);
	uint64_t before = hits(23);

	spin();
	assert_true(hits(23) > before);
	if (sys_cpus_possible() > 1)
		assert_int_equal(skep_link_pin(link, "/sys/fs/bpf/skep_none", all.diag),
				 -EOPNOTSUPP);
	skep_link_free(link);
}

static void socket_filter_runs(void **state)
{
	int pair[2], other[2];
	struct skep_attach_opts opts = { .size = sizeof(opts) };
	struct skep_link *link;
	uint64_t before = hits(28);
	char text[4];

	assert_int_equal(socketpair(AF_UNIX, SOCK_DGRAM, 0, pair), 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_DGRAM, 0, other), 0);
	opts.fd = pair[1];
	link = attach("hook_socket", &opts);
	assert_int_equal(write(pair[0], "abc", 3), 3);
	assert_int_equal(write(other[0], "abc", 3), 3);
	assert_int_equal(hits(28), before + 1);
	assert_int_equal(read(pair[1], text, sizeof(text)), 3);
	assert_int_equal(skep_link_detach(link, all.diag), 0);
	assert_int_equal(write(pair[0], "abc", 3), 3);
	assert_int_equal(hits(28), before + 1);
	skep_link_free(link);
	for (int i = 0; i < 2; i++) {
		close(pair[i]);
		close(other[i]);
	}
}

static void sockmap_programs_are_linked(void **state)
{
	struct skep_attach_opts opts = { .size = sizeof(opts), .target = "socks" };
	struct skep_link *msg = attach("hook_sk_msg", &opts);
	struct skep_link *verdict = attach("hook_sk_skb_verdict", &opts);

	same_link(msg, "hook_sk_msg", true);
	same_link(verdict, "hook_sk_skb_verdict", true);
	skep_link_free(msg);
	skep_link_free(verdict);
	opts.target = "hits";
	assert_true(skep_attach(&msg, prog("hook_sk_msg"), &opts, all.diag) < 0);
	assert_true(live_says(&all, "only maps of type sockmap"));
}

static void flow_dissector_is_linked(void **state)
{
	struct skep_link *link = attach("hook_flow_dissector", NULL);

	same_link(link, "hook_flow_dissector", true);
	skep_link_free(link);
}

static void iterators_are_read(void **state)
{
	struct skep_attach_opts opts = { .size = sizeof(opts), .pid = getpid() };
	struct skep_link *link = attach("each_task", &opts);
	char *text, mine[32];
	size_t len;
	FILE *f = open_memstream(&text, &len);

	same_link(link, "each_task", true);
	assert_int_equal(skep_link_read(link, f, all.diag), 0);
	fclose(f);
	snprintf(mine, sizeof(mine), "task %d ", (int)getpid());
	assert_non_null(strstr(text, mine));
	assert_null(strstr(text, "task 1 "));
	free(text);
	skep_link_free(link);

	opts.pid = 0;
	opts.map = skep_map_find(all.unit, "hits");
	link = attach("each_element", &opts);
	f = open_memstream(&text, &len);
	assert_int_equal(skep_link_read(link, f, all.diag), 0);
	fclose(f);
	assert_int_equal(strncmp(text, "0\n1\n2\n", 6), 0);
	free(text);
	skep_link_free(link);
}

static void on_print(void *arg, const char *text, size_t len)
{
	unsigned *n = arg;

	*n += len == strlen("called 42") && !strncmp(text, "called 42", len);
}

static int on_event(void *arg, const struct skep_event *ev)
{
	return 0;
}

static void printed_text_arrives(void **state)
{
	unsigned texts = 0;
	struct skep_unit *unit;
	struct skep_link *link;

	skep_engine_print(all.eng, on_print, &texts);
	assert_int_equal(skep_load(&unit, all.eng, all.obj, NULL, all.diag), 0);
	assert_int_equal(skep_attach(&link, skep_prog_find(unit, "talk"), NULL, all.diag), 0);
	call_getppid();
	for (int i = 0; i < 20 && texts < 3; i++)
		assert_true(skep_poll(unit, 100, on_event, NULL) >= 0);
	skep_unit_free(unit);
	skep_engine_print(all.eng, NULL, NULL);
	assert_int_equal(texts, 3);
}

/* ---- links ---- */

static void programs_are_replaced_in_place(void **state)
{
	struct skep_attach_opts opts = { .size = sizeof(opts), .target = "lo" };
	struct skep_link *link = attach("hook_xdp", &opts);
	struct skep_link_info a, b;
	uint64_t first, second = hits(36);

	skep_link_info(link, &a);
	assert_int_equal(skep_link_update(link, prog("hook_xdp_other"), all.diag), 0);
	skep_link_info(link, &b);
	assert_int_equal(a.id, b.id);
	same_link(link, "hook_xdp_other", true);
	first = hits(0);
	make_udp();
	assert_int_equal(hits(0), first);
	assert_true(hits(36) > second);
	assert_true(skep_link_update(link, prog("hook_tcx_ingress"), all.diag) < 0);
	skep_link_free(link);
}

static void pinned_links_outlive_the_handle(void **state)
{
	static const char pin[] = "/sys/fs/bpf/skep_test_link";
	struct skep_attach_opts opts = { .size = sizeof(opts), .target = "lo" };
	struct skep_link *link = attach("hook_xdp", &opts);
	uint64_t before;

	unlink(pin);
	assert_int_equal(skep_link_pin(link, "/tmp/skep_no_pin", all.diag), -EPERM);
	assert_true(live_says(&all, "BPF file system"));
	assert_int_equal(skep_link_pin(link, pin, all.diag), 0);
	skep_link_free(link);
	before = hits(0);
	make_udp();
	assert_true(hits(0) > before);
	assert_true(skep_attach(&link, prog("hook_xdp"), &opts, all.diag) == -EBUSY);
	assert_int_equal(unlink(pin), 0);
	goes_quiet(0, make_udp);
}

static void nothing_stays_attached_when_the_process_is_killed(void **state)
{
	struct skep_attach_opts opts = { .size = sizeof(opts), .target = "lo" };
	struct skep_link *link;
	int ready[2], status;
	uint64_t before;
	char byte = 0;
	pid_t child;

	assert_int_equal(pipe(ready), 0);
	child = fork();
	if (!child) {
		byte = (char)skep_attach(&link, prog("hook_xdp"), &opts, NULL);
		if (write(ready[1], &byte, 1) == 1)
			pause();
		_exit(1);
	}
	assert_int_equal(read(ready[0], &byte, 1), 1);
	assert_int_equal(byte, 0);
	before = hits(0);
	make_udp();
	assert_true(hits(0) > before);
	kill(child, SIGKILL);
	waitpid(child, &status, 0);
	goes_quiet(0, make_udp);
}

/* Of all programs only those whose sections say where. */
static void attaching_all_takes_what_knows_its_place(void **state)
{
	struct skep_link_info info;
	struct skep_link *link;
	unsigned n = 0;
	int count;

	skep_diag_clear(all.diag);
	count = skep_attach_all(all.unit, all.diag);
	if (count < 0)
		live_print(&all);
	assert_true(count > 0);
	for (size_t i = 0; skep_unit_link(all.unit, i, &link); i++) {
		skep_link_info(link, &info);
		n++;
		assert_true(strcmp(info.prog, "hook_sk_lookup"));
		assert_true(strcmp(info.prog, "hook_xdp"));
	}
	assert_int_equal(n, count);
	assert_true(live_says(&all, "'hook_xdp' is loaded; its section does not say"));
	while (skep_unit_link(all.unit, 0, &link))
		skep_link_free(link);
}

/* ---- refusals ---- */

static void refused(const char *name, struct skep_attach_opts opts, int err, const char *words)
{
	struct skep_link *link = NULL;

	opts.size = sizeof(opts);
	skep_diag_clear(all.diag);
	assert_int_equal(skep_attach(&link, prog(name), &opts, all.diag), err);
	assert_null(link);
	assert_true(live_says(&all, words));
}

static void missing_places_get_the_nearest_name(void **state)
{
	struct skep_attach_opts o = { 0 };
	char path[1024];

	o.target = "l0";
	refused("hook_xdp", o, -ENODEV, "did you mean 'lo'?");
	o.target = "syscalls/sys_enter_getpid0";
	refused("hook_tracepoint", o, -ENOENT, "did you mean 'sys_enter_getpid'?");
	o.target = "syscals/sys_enter_getpid";
	refused("hook_tracepoint", o, -ENOENT, "did you mean 'syscalls'?");
	o.target = "sys_entr";
	refused("hook_raw_tp", o, -ENOENT, "did you mean 'sys_enter'?");
	o.target = "cpu-clok";
	refused("hook_perf_event", o, -EINVAL, "did you mean 'cpu-clock'?");
	o.target = "ipv4/localin";
	refused("hook_netfilter", o, -EINVAL, "local_in");
	snprintf(path, sizeof(path), "%.400s:skep_probed_functio", "/proc/self/exe");
	o.target = path;
	refused("hook_uprobe", o, -ENOENT, "did you mean 'skep_probed_function'?");
	o.target = "/nowhere/prog:main";
	refused("hook_uprobe", o, -ENOENT, "'/nowhere/prog' cannot be read");
	o.target = "libc.so.6";
	refused("hook_uprobe", o, -EINVAL, "PATH:FUNCTION");
	if (*cgroup) {
		snprintf(path, sizeof(path), "%sx", cgroup);
		o.target = path;
		refused("hook_skb_egress", o, -ENOENT, "did you mean 'skep-test-");
	}
	o.target = "lo";
	refused("hook_tc", o, -EINVAL, "INTERFACE/ingress");
	o.target = "10.1.0.0/33 dev lo";
	refused("hook_lwt_out", o, -EINVAL, "is no route");
	o.target = NULL;
	refused("hook_xdp", o, -EINVAL, "neither its section nor the caller");
}

static void failure_of_one_takes_all_back(void **state)
{
	struct skep_attach_opts opts = { .size = sizeof(opts), .target = "lo" };
	struct skep_link *link = attach("hook_xdp", &opts), *again;

	assert_int_equal(skep_attach(&again, prog("hook_xdp_other"), &opts, all.diag), -EBUSY);
	assert_true(live_says(&all, "a program is there already"));
	skep_link_free(link);
}

/* ---- */

static int setup(void **state)
{
	char self[256] = "";
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

	if (geteuid())
		return 0;
	snprintf(probe_here, sizeof(probe_here), "%.*s:skep_probed_function", (int)MAX(n, 0), self);
	if (live_netns())
		printf("# no network namespace of its own\n");
	cgroup = live_cgroup();
	if (!live_open(&all, OBJECTS "/attach.bpf.o"))
		return 0;
	live_print(&all);
	return 1;
}

static int teardown(void **state)
{
	if (!geteuid()) {
		live_close(&all);
		live_cgroup_leave();
	}
	return 0;
}

static const struct CMUnitTest tests[] = {
	TEST(xdp_runs),
	TEST(xdp_generic_runs),
	TEST(tcx_ingress_runs),
	TEST(tcx_egress_runs),
	TEST(cgroup_skb_egress_runs),
	TEST(cgroup_skb_ingress_runs),
	TEST(cgroup_sock_create_runs),
	TEST(cgroup_connect_runs),
	TEST(cgroup_sendmsg_runs),
	TEST(cgroup_recvmsg_runs),
	TEST(cgroup_bind_runs),
	TEST(cgroup_post_bind_runs),
	TEST(sockops_runs),
	TEST(cgroup_getsockopt_runs),
	TEST(cgroup_setsockopt_runs),
	TEST(cgroup_sysctl_runs),
	TEST(cgroup_dev_runs),
	TEST(cgroup_getsockname_runs),
	TEST(cgroup_getpeername_runs),
	TEST(cgroup_sock_release_runs),
	TEST(cgroup_connect_unix_runs),
	TEST(tracepoint_runs),
	TEST(raw_tracepoint_runs),
	TEST(typed_tracepoint_runs),
	TEST(perf_clock_runs),
	TEST(perf_page_faults_run),
	TEST(tc_filters_run),
	TEST(tc_filters_stand_beside_others),
	TEST(route_programs_run),
	TEST(cgroup_connect6_runs),
	TEST(cgroup_bind6_runs),
	TEST(cgroup_post_bind6_runs),
	TEST(cgroup_sendmsg6_runs),
	TEST(cgroup_recvmsg6_runs),
	TEST(cgroup_getpeername6_runs),
	TEST(cgroup_getsockname6_runs),
	TEST(cgroup_sendmsg_unix_runs),
	TEST(cgroup_recvmsg_unix_runs),
	TEST(cgroup_getsockname_unix_runs),
	TEST(cgroup_getpeername_unix_runs),
	TEST(uretprobe_multi_runs),
	TEST(exit_tracepoint_runs),
	TEST(exit_raw_tracepoint_runs),
	TEST(exit_typed_tracepoint_runs),
	TEST(exec_tracepoint_runs),
	TEST(writable_tracepoint_runs),
	TEST(netfilter_output_runs),
	TEST(syscall_programs_run_when_asked),
	TEST(sk_msg_runs),
	TEST(sk_skb_verdict_runs),
	TEST(stream_parser_and_verdict_run),
	TEST(reuseport_programs_run),
	TEST(iterators_of_every_kind_are_read),
	TEST(perf_events_of_every_cpu_are_several_links),
	TEST(uprobe_runs),
	TEST(uprobe_of_a_process_runs),
	TEST(uretprobe_runs),
	TEST(uprobe_multi_runs),
	TEST(uprobe_session_runs),
	TEST(sk_lookup_runs),
	TEST(netfilter_runs),
	TEST(socket_filter_runs),
	TEST(sockmap_programs_are_linked),
	TEST(flow_dissector_is_linked),
	TEST(iterators_are_read),
	TEST(printed_text_arrives),
	TEST(programs_are_replaced_in_place),
	TEST(pinned_links_outlive_the_handle),
	TEST(nothing_stays_attached_when_the_process_is_killed),
	TEST(attaching_all_takes_what_knows_its_place),
	TEST(missing_places_get_the_nearest_name),
	TEST(failure_of_one_takes_all_back),
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
