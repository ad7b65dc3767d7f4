// SPDX-License-Identifier: BSD-2-Clause
/*
 * What Linux knows of a packet, against a packet socket on a tap device in a network namespace of
 * its own: frames go in at one end, a filter answers one byte of a value, plus 1, as the length of
 * what comes out at the other.
 */
#include "test.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_packet.h>
#include <linux/if_tun.h>
#include <net/ethernet.h>
#include <sched.h>
#include <sys/ioctl.h>

#include "classic/live.h"
#include "fuzz/gen_classic.h"

enum { FRAME = 300, VLAN_TAG = 4 };

static struct {
	int tap, sock, ifindex;
	bool tried;
} lab = { -1, -1, 0, false };

/* SKEP_CLASSIC_TIMES makes more of each. */
static u32 rounds(u32 usual)
{
	const char *times = getenv("SKEP_CLASSIC_TIMES");

	return usual * (times ? (u32)atoi(times) : 1);
}

static void lab_open(void)
{
	struct ifreq ifr = { .ifr_flags = IFF_TAP | IFF_NO_PI };
	struct sockaddr_ll at = { .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL) };
	cpu_set_t first;
	int on = 1;

	lab.tried = true;
	if (unshare(CLONE_NEWNET))
		return;
	CPU_ZERO(&first);
	CPU_SET(0, &first);
	sched_setaffinity(0, sizeof(first), &first);
	lab.tap = open("/dev/net/tun", O_RDWR | O_NONBLOCK);
	if (lab.tap < 0 || ioctl(lab.tap, TUNSETIFF, &ifr))
		return;
	lab.sock = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK, htons(ETH_P_ALL));
	if (lab.sock < 0)
		return;
	setsockopt(lab.sock, SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof(on));
	ioctl(lab.sock, SIOCGIFFLAGS, &ifr);
	ifr.ifr_flags |= IFF_UP;
	ioctl(lab.sock, SIOCSIFFLAGS, &ifr);
	ioctl(lab.sock, SIOCGIFINDEX, &ifr);
	at.sll_ifindex = lab.ifindex = ifr.ifr_ifindex;
	if (bind(lab.sock, (struct sockaddr *)&at, sizeof(at)))
		lab.ifindex = 0;
}

static void need_lab(void)
{
	if (!lab.tried)
		lab_open();
	if (!lab.ifindex)
		test_skip("no tap device: %s", strerror(errno));
}

/* The length that comes out, 0: nothing. */
static u32 kernel_run(const struct cbpf_prog *prog, const u8 *frame, u32 len)
{
	u8 room[FRAME];
	ssize_t got;

	while (recv(lab.sock, room, sizeof(room), 0) >= 0)
		;
	assert_int_equal(live_attach(lab.sock, prog), 0);
	assert_int_equal(write(lab.tap, frame, len), len);
	got = recv(lab.sock, room, sizeof(room), 0);
	return got < 0 ? 0 : (u32)got;
}

/* What the stack makes of a frame before sockets see it: the outer VLAN tag is taken off. */
static struct cbpf_packet received(u8 *frame, u32 len)
{
	struct cbpf_packet p = { .data = frame,
				 .len = len,
				 .net_off = 14,
				 .queue = 1,
				 .hatype = 1,
				 .ifindex = (u32)lab.ifindex };
	u32 type = (u32)frame[12] << 8 | frame[13];

	if ((type == 0x8100 || type == 0x88a8) && len >= 14 + VLAN_TAG) {
		p.vlan_present = true;
		p.vlan_tpid = type;
		p.vlan_tag = (u32)frame[14] << 8 | frame[15];
		memmove(frame + 12, frame + 16, len - 16);
		p.len -= VLAN_TAG;
		type = (u32)frame[12] << 8 | frame[13];
	}
	p.wire_len = p.len;
	p.protocol = type;
	p.pkttype = frame[0] & 1 ? memcmp(frame, "\377\377\377\377\377\377", 6) ? 2 : 1 : 3;
	return p;
}

/* A and X, then the ancillary load, in the kernel and here. */
static void compare(u32 number, u32 a, u32 x, const u8 *frame, u32 len)
{
	for (u32 byte = 0; byte < 4; byte++) {
		struct cbpf_insn insns[] = {
			{ CBPF_LDX | CBPF_IMM, 0, 0, x },
			{ CBPF_LD | CBPF_IMM, 0, 0, a },
			{ CBPF_LD | CBPF_B | CBPF_ABS, 0, 0, CBPF_AD + number },
			{ CBPF_ALU | CBPF_RSH, 0, 0, byte * 8 },
			{ CBPF_ALU | CBPF_AND, 0, 0, 255 },
			{ CBPF_ALU | CBPF_ADD, 0, 0, 1 },
			{ CBPF_RET | CBPF_A, 0, 0, 0 },
		};
		struct cbpf_prog prog = { insns, ARRAY_SIZE(insns) };
		u32 kernel = kernel_run(&prog, frame, len), ours;
		u8 copy[FRAME];
		struct cbpf_packet packet;

		memcpy(copy, frame, len);
		packet = received(copy, len);
		ours = MIN(cbpf_run(&prog, &packet), packet.len);
		if (kernel == ours)
			continue;
		for (u32 k = 0; k < MIN(len, 120u); k++)
			fprintf(stderr, "%02x%s", frame[k], k % 16 == 15 ? "\n" : " ");
		fail_msg("ancillary %u, byte %u, %u bytes: the kernel answers %u, skep %u", number,
			 byte, len, kernel, ours);
	}
}

/* Headers from the ethernet type on; the rest of a frame is random. */
static const struct {
	const char *name;
	u32 len;
	u8 bytes[100];
} headers[] = {
	{ "arp", 2, { 8, 6 } },
	{ "unknown", 2, { 0x99, 0x99 } },
	{ "tcp", 24, { 8, 0, 0x45, 0, 1, 0, 0, 0, 0, 0, 64, 6 } },
	{ "udp with options", 12, { 8, 0, 0x47, 0, 1, 0, 0, 0, 0x40, 0, 64, 17 } },
	{ "first fragment", 12, { 8, 0, 0x45, 0, 1, 0, 0, 0, 0x20, 0, 64, 6 } },
	{ "later fragment", 12, { 8, 0, 0x45, 0, 1, 0, 0, 0, 0, 5, 64, 17 } },
	{ "icmp", 12, { 8, 0, 0x45, 0, 1, 0, 0, 0, 0, 0, 64, 1 } },
	{ "igmp", 12, { 8, 0, 0x45, 0, 1, 0, 0, 0, 0, 0, 64, 2 } },
	{ "sctp", 12, { 8, 0, 0x45, 0, 1, 0, 0, 0, 0, 0, 64, 132 } },
	{ "dccp", 12, { 8, 0, 0x45, 0, 1, 0, 0, 0, 0, 0, 64, 33 } },
	{ "short header", 12, { 8, 0, 0x44, 0, 1, 0, 0, 0, 0, 0, 64, 6 } },
	{ "ah", 12, { 8, 0, 0x45, 0, 1, 0, 0, 0, 0, 0, 64, 51 } },
	{ "ip in ip", 32, { 8, 0,	    0x45, 0, 1, 0, 0, 0, 0, 0,	64,
			    4, [22] = 0x45, 0,	  1, 0, 0, 0, 0, 0, 64, 6 } },
	{ "6 in 4", 30, { 8, 0, 0x45, 0, 1, 0, 0, 0, 0, 0, 64, 41, [22] = 0x60, [28] = 17 } },
	{ "gre", 30, { 8, 0, 0x45, 0, 1, 0, 0, 0, 0, 0, 64, 47, [22] = 0, 0, 8, 0, 0x45 } },
	{ "gre with key and sum",
	  48,
	  { 8, 0, 0x45, 0, 1, 0, 0, 0, 0, 0, 64, 47, [22] = 0xa0, 0, 8,
	    0, [34] = 0x45, [43] = 17 } },
	{ "gre of ethernet",
	  52,
	  { 8,	0,  0x45,	 0, 1,	  0,	0,	  0, 0,	   0,
	    64, 47, [22] = 0x10, 0, 0x65, 0x58, [42] = 8, 0, 0x45, [51] = 6 } },
	{ "pptp", 46, { 8,  0,		 0x45, 0,    1,	   0, 0,    0, 0, 0,	64,
			47, [22] = 0x30, 0x81, 0x88, 0x0b, 0, 32,   0, 1, 0,	0,
			0,  1,		 0,    0,    0,	   1, 0xff, 3, 0, 0x21, 0x45 } },
	{ "ipv6 tcp", 9, { 0x86, 0xdd, 0x60, 0, 0, 0, 0, 200, 6 } },
	{ "ipv6 icmp", 9, { 0x86, 0xdd, 0x60, 0, 0, 0, 0, 200, 58 } },
	{ "ipv6 hop by hop, udp", 44, { 0x86, 0xdd, 0x60, 0, 0, 0, 0, 200, 0, [42] = 17, 1 } },
	{ "ipv6 fragment", 46, { 0x86, 0xdd, 0x60, 0, 0, 0, 0, 200, 44, [42] = 17, 0, 0, 1 } },
	{ "ipv6 later fragment",
	  46,
	  { 0x86, 0xdd, 0x60, 0, 0, 0, 0, 200, 44, [42] = 17, 0, 1, 1 } },
	{ "ipv6 routing, tcp",
	  52,
	  { 0x86, 0xdd, 0x60, 0, 0, 0, 0, 200, 43, [42] = 60, 0, [50] = 6, 0 } },
	{ "4 in 6", 52, { 0x86, 0xdd, 0x60, 0, 0, 0, 0, 200, 4, [42] = 0x45, [51] = 6 } },
	{ "vlan, tcp", 16, { 0x81, 0, 0x20, 7, 8, 0, 0x45, 0, 1, 0, 0, 0, 0, 0, 64, 6 } },
	{ "two vlans", 20, { 0x88, 0xa8, 0x20, 7, 0x81, 0, 0, 9, 8,  0,
			     0x45, 0,	 1,    0, 0,	0, 0, 0, 64, 17 } },
	{ "pppoe",
	  20,
	  { 0x88, 0x64, 0x11, 0, 0, 1, 0, 99, 0, 0x21, 0x45, 0, 1, 0, 0, 0, 0, 0, 64, 6 } },
	{ "pppoe, short protocol",
	  19,
	  { 0x88, 0x64, 0x11, 0, 0, 1, 0, 99, 0x21, 0x45, 0, 1, 0, 0, 0, 0, 0, 64, 6 } },
	{ "pppoe control", 10, { 0x88, 0x64, 0x11, 0, 0, 1, 0, 99, 0xc0, 0x21 } },
	{ "mpls", 10, { 0x88, 0x47, 0, 0, 0x10, 64, 0, 0, 0x21, 64 } },
};

static u32 make_frame(struct gen_classic *g, u32 kind, u8 *frame)
{
	u32 len = 64 + gen_classic_random(g, FRAME - 64);

	for (u32 k = 0; k < FRAME; k++)
		frame[k] = (u8)gen_classic_random(g, gen_classic_random(g, 2) ? 256 : 4);
	switch (gen_classic_random(g, 3)) {
	case 0:
		memset(frame, 0xff, 6);
		break;
	case 1:
		frame[0] = 2;
		break;
	}
	memcpy(frame + 12, headers[kind].bytes, headers[kind].len);
	if (gen_classic_random(g, 4) == 0) /* ends somewhere in the headers */
		len = 30 + gen_classic_random(g, 80);
	return len;
}

static void facts_of_a_packet_are_the_kernels(void **state)
{
	static const u32 numbers[] = {
		CBPF_AD_PROTOCOL, CBPF_AD_PKTTYPE,   CBPF_AD_IFINDEX,	       CBPF_AD_MARK,
		CBPF_AD_QUEUE,	  CBPF_AD_HATYPE,    CBPF_AD_RXHASH,	       CBPF_AD_CPU,
		CBPF_AD_VLAN_TAG, CBPF_AD_ALU_XOR_X, CBPF_AD_VLAN_TAG_PRESENT, CBPF_AD_VLAN_TPID,
	};
	struct gen_classic g = { .state = 41 };

	need_lab();
	for (u32 kind = 0; kind < ARRAY_SIZE(headers); kind++) {
		for (u32 n = 0; n < ARRAY_SIZE(numbers); n++) {
			u8 frame[FRAME];
			u32 len = MAX(make_frame(&g, kind, frame), 60u);

			compare(numbers[n], (u32)g.state, (u32)(g.state >> 32), frame, len);
		}
	}
}

static void payload_offsets_are_the_kernels(void **state)
{
	struct gen_classic g = { .state = 43 };
	u32 found = 0, runs = 0;

	need_lab();
	for (u32 n = 0; n < rounds(60); n++) {
		for (u32 kind = 0; kind < ARRAY_SIZE(headers); kind++) {
			u8 frame[FRAME];
			u32 len = make_frame(&g, kind, frame);
			struct cbpf_insn insns[] = { { 0x20, 0, 0, CBPF_AD + CBPF_AD_PAY_OFFSET },
						     { CBPF_RET | CBPF_A, 0, 0, 0 } };
			struct cbpf_prog prog = { insns, 2 };
			struct cbpf_packet packet;

			compare(CBPF_AD_PAY_OFFSET, 0, 0, frame, len);
			packet = received(frame, len);
			found += cbpf_run(&prog, &packet) > 14;
			runs++;
		}
	}
	printf("# %u frames, %u with a payload\n", runs, found);
	assert_true(found > runs / 3);
}

/* Attributes of a few types, one of them nested, at an even place; sometimes with a bad length. */
static u32 put_attributes(struct gen_classic *g, u8 *frame, u32 at)
{
	u32 start = at;

	for (u32 n = 0; n < 5 && at + 40 < FRAME; n++) {
		u32 len = 4 + gen_classic_random(g, 24);

		STORE(u16, frame + at,
		      gen_classic_random(g, 12) ? len : gen_classic_random(g, 400));
		STORE(u16, frame + at + 2,
		      gen_classic_random(g, 6) | (gen_classic_random(g, 3) ? 0 : 0x8000));
		if (len >= 12) {
			STORE(u16, frame + at + 4, 4 + gen_classic_random(g, 6));
			STORE(u16, frame + at + 6, gen_classic_random(g, 6));
		}
		at += ROUND_UP(len, 4);
	}
	return start;
}

static void netlink_attributes_are_found_as_in_the_kernel(void **state)
{
	struct gen_classic g = { .state = 47 };
	u32 found = 0;

	need_lab();
	for (u32 n = 0; n < rounds(600); n++) {
		u32 number = n % 2 ? CBPF_AD_NLATTR : CBPF_AD_NLATTR_NEST;
		u32 at, len, type = gen_classic_random(&g, 6);
		struct cbpf_insn insns[] = { { CBPF_LDX | CBPF_IMM, 0, 0, type },
					     { CBPF_LD | CBPF_IMM, 0, 0, 0 },
					     { 0x20, 0, 0, CBPF_AD + number },
					     { CBPF_RET | CBPF_A, 0, 0, 0 } };
		struct cbpf_prog prog = { insns, ARRAY_SIZE(insns) };
		struct cbpf_packet packet;
		u8 frame[FRAME];

		make_frame(&g, 1, frame);
		len = gen_classic_random(&g, 3) ? FRAME : 60 + gen_classic_random(&g, FRAME - 60);
		at = put_attributes(&g, frame, 16 + 4 * gen_classic_random(&g, 8));
		if (!gen_classic_random(&g, 10))
			at = len - gen_classic_random(&g, 8);
		compare(number, at, type, frame, len);
		insns[1].k = at;
		packet = received(frame, len);
		found += cbpf_run(&prog, &packet) != 0;
	}
	printf("# %u searches, %u found something\n", rounds(600), found);
	assert_true(found > 100);
}

/* Loads from the network and the link header, also with X. */
static void relative_loads_are_the_kernels(void **state)
{
	struct gen_classic g = { .state = 53 };

	need_lab();
	for (u32 n = 0; n < rounds(2000); n++) {
		static const u32 bases[] = { CBPF_NET, CBPF_LL, CBPF_AD, 0 };
		u8 frame[FRAME], copy[FRAME];
		u32 len = MAX(make_frame(&g, n % ARRAY_SIZE(headers), frame), 40u), kernel, ours;
		u32 k = bases[gen_classic_random(&g, 4)] + gen_classic_random(&g, len + 20) - 10;
		bool indirect = gen_classic_random(&g, 2);
		struct cbpf_insn insns[] = {
			{ CBPF_LDX | CBPF_IMM, 0, 0, indirect ? k : 0 },
			{ (u16)(CBPF_LD | CBPF_IND | 8 * gen_classic_random(&g, 3)), 0, 0,
			  indirect ? 0 : k },
			{ CBPF_ALU | CBPF_AND, 0, 0, 255 },
			{ CBPF_ALU | CBPF_ADD, 0, 0, 1 },
			{ CBPF_RET | CBPF_A, 0, 0, 0 },
		};
		struct cbpf_prog prog = { insns, ARRAY_SIZE(insns) };
		struct cbpf_packet packet;

		if (!indirect && k < CBPF_AD)
			insns[1].code ^= CBPF_IND ^ CBPF_ABS;
		kernel = kernel_run(&prog, frame, len);
		memcpy(copy, frame, len);
		packet = received(copy, len);
		ours = MIN(cbpf_run(&prog, &packet), packet.len);
		if (kernel != ours) {
			cbpf_print(&prog, CBPF_LISTING, stderr);
			fail_msg("%u bytes: the kernel answers %u, skep %u", len, kernel, ours);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(facts_of_a_packet_are_the_kernels),
		TEST(payload_offsets_are_the_kernels),
		TEST(netlink_attributes_are_found_as_in_the_kernel),
		TEST(relative_loads_are_the_kernels),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
