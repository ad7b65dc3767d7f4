// SPDX-License-Identifier: BSD-2-Clause
/*
 * An XDP program is replaced again and again while packets come in: each packet is seen by one of
 * the two programs, and what they count in a map stays. On a veth pair of the test's own.
 */
#include "test.h"

#include <errno.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "kernel/sys.h"
#include "live.h"

enum { PACKETS = 200000, RATE = 100000, BURST = 20 };

static struct live all;
static atomic_uint sent;
static atomic_bool done;

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* PACKETS of them, RATE a second, in small bursts. */
static void *send_all(void *arg)
{
	struct sockaddr_ll to = { .sll_family = AF_PACKET,
				  .sll_ifindex = (int)if_nametoindex("skepa"),
				  .sll_halen = 6 };
	uint8_t frame[60] = { 2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 0x88, 0xb5 };
	int fd = socket(AF_PACKET, SOCK_RAW, 0);
	uint64_t start = now_ns();

	for (unsigned i = 0; i < PACKETS; i++) {
		if (i % BURST == 0) {
			while (now_ns() - start < (uint64_t)i * 1000000000u / RATE)
				;
		}
		if (sendto(fd, frame, sizeof(frame), 0, (struct sockaddr *)&to, sizeof(to)) > 0)
			atomic_fetch_add(&sent, 1);
	}
	close(fd);
	atomic_store(&done, true);
	return NULL;
}

static uint64_t hits(unsigned slot)
{
	uint64_t n = 0;

	skep_map_get(skep_map_find(all.unit, "hits"), &slot, &n);
	return n;
}

static uint64_t statistic(const char *device, const char *name)
{
	char path[256], text[32];

	snprintf(path, sizeof(path), "/sys/class/net/%s/statistics/%s", device, name);
	return sys_read_text(path, text, sizeof(text)) > 0 ? strtoull(text, NULL, 10) : 0;
}

/* Packets that found the queue of the pair full: they never came to a program. */
static uint64_t dropped(void)
{
	return statistic("skepa", "tx_dropped") + statistic("skepb", "rx_dropped");
}

static void replaced(uint32_t flags)
{
	struct skep_attach_opts opts = { .size = sizeof(opts), .target = "skepb", .flags = flags };
	uint64_t first = hits(0), second = hits(36), drops = dropped(), start;
	unsigned replacements = 0;
	struct skep_link *link;
	pthread_t sender;
	int err = 0;

	if (skep_attach(&link, skep_prog_find(all.unit, "hook_xdp"), &opts, all.diag)) {
		live_print(&all);
		fail();
	}
	atomic_store(&sent, 0);
	atomic_store(&done, false);
	start = now_ns();
	pthread_create(&sender, NULL, send_all, NULL);
	while (!atomic_load(&done) && !err) {
		const char *name = replacements++ % 2 ? "hook_xdp" : "hook_xdp_other";

		err = skep_link_update(link, skep_prog_find(all.unit, name), all.diag);
		usleep(2000);
	}
	pthread_join(sender, NULL);
	usleep(50000);
	first = hits(0) - first;
	second = hits(36) - second;
	drops = dropped() - drops;
	printf("# %u packets in %.2f s, %u replacements: %llu and %llu seen, %llu dropped by a "
	       "full "
	       "queue, %lld lost\n",
	       sent, (double)(now_ns() - start) / 1e9, replacements, (unsigned long long)first,
	       (unsigned long long)second, (unsigned long long)drops,
	       (long long)(sent - first - second - drops));
	skep_link_free(link);
	assert_int_equal(err, 0);
	assert_true(replacements > 20);
	assert_true(first > 0 && second > 0);
	assert_int_equal(first + second + drops, sent);
}

static void no_packet_is_lost_in_the_driver(void **state)
{
	replaced(SKEP_ATTACH_NATIVE);
}

static void no_packet_is_lost_in_generic_mode(void **state)
{
	replaced(SKEP_ATTACH_GENERIC);
}

static int setup(void **state)
{
	if (live_netns() ||
	    system("echo 1 2>/dev/null >/proc/sys/net/ipv6/conf/all/disable_ipv6; "
		   "echo 1 2>/dev/null >/proc/sys/net/ipv6/conf/default/disable_ipv6; "
		   "ip link add skepa type veth peer name skepb && ip link set skepa up && "
		   "ip link set skepb up"))
		return 1;
	usleep(200000);
	if (!live_open(&all, OBJECTS "/attach.bpf.o"))
		return 0;
	live_print(&all);
	return 1;
}

static int teardown(void **state)
{
	live_close(&all);
	return 0;
}

static const struct CMUnitTest tests[] = {
	TEST(no_packet_is_lost_in_the_driver),
	TEST(no_packet_is_lost_in_generic_mode),
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
