// SPDX-License-Identifier: BSD-2-Clause
/*
 * Filters for Linux, which takes the outer VLAN tag out of a packet and keeps it beside, and
 * filters for files, where the tag stands in the packet: the same verdict on the same frame. (What
 * libpcap makes of a live VLAN filter, cli/dump_live compares, packet by packet.)
 */
#include "../test.h"

#include "filter/filter.h"
#include "packets.h"

enum { PACKETS = 20000, ETHER = 14, TAG = 4, ADDRESSES = 12 };

/* Words for the packet's contents only: its length and the bytes of the link header move. */
static const char *const exprs[] = {
	"vlan",
	"vlan 7",
	"not vlan",
	"not vlan 7",
	"vlan and ip",
	"vlan and ip6",
	"vlan and arp",
	"vlan and tcp",
	"vlan and tcp port 80",
	"vlan and udp port 53",
	"vlan and not tcp",
	"vlan and host 10.0.0.1",
	"vlan and net 10.0.0.0/8",
	"vlan and ip[8] > 5",
	"vlan and tcp[13] & 2 != 0",
	"vlan and mpls",
	"vlan and pppoes and ip",
	"vlan and vlan",
	"vlan and vlan and ip",
	"vlan 5 or vlan 7",
	"vlan and (tcp or udp)",
	"(vlan and tcp) or udp",
	"vlan and vlan 5 and ip6",
	"vlan > 5 and ip",
};

/* As Linux hands it to a filter. */
static void strip(struct cbpf_packet *out, u8 *room, const struct eval_packet *p)
{
	u32 type = (u32)p->data[ADDRESSES] << 8 | p->data[ADDRESSES + 1];

	*out = (struct cbpf_packet){
		.data = p->data, .len = p->len, .wire_len = p->wire_len, .net_off = ETHER
	};
	/* The third type is in use for tags, but Linux does not take it. */
	if (type != 0x8100 && type != 0x88a8)
		return;
	memcpy(room, p->data, ADDRESSES);
	memcpy(room + ADDRESSES, p->data + ADDRESSES + TAG, p->len - ADDRESSES - TAG);
	out->data = room;
	out->len -= TAG;
	out->wire_len -= TAG;
	out->vlan_tag = (u32)p->data[ETHER] << 8 | p->data[ETHER + 1];
	out->vlan_tpid = type;
	out->vlan_present = true;
}

static bool compile(struct cbpf_prog *out, struct arena *a, const char *text, bool live, bool plain)
{
	struct filter_opts opts = { .linktype = 1, .live = live, .no_optimise = plain };

	return !filter_compile(out, a, text, &opts, NULL);
}

static u32 compare(const char *text, const struct packets *p, bool plain, u32 *matched)
{
	struct cbpf_prog file, live;
	struct arena a = { 0 };
	u32 wrong = 0;

	if (!compile(&file, &a, text, false, plain)) {
		arena_fini(&a);
		return 0;
	}
	assert_true(compile(&live, &a, text, true, plain));
	for (u32 i = 0; i < p->count; i++) {
		struct cbpf_packet whole = { .data = p->list[i].data,
					     .len = p->list[i].len,
					     .wire_len = p->list[i].wire_len };
		struct cbpf_packet stripped;
		u8 room[2048];

		if (whole.len < ETHER + TAG || whole.len > sizeof(room))
			continue;
		strip(&stripped, room, &p->list[i]);
		wrong += !cbpf_run(&file, &whole) != !cbpf_run(&live, &stripped);
		*matched += cbpf_run(&file, &whole) != 0;
	}
	arena_fini(&a);
	return wrong;
}

static void tags_beside_the_packet_decide_as_tags_in_it(void **state)
{
	struct packets p = { 0 };
	u32 matched = 0, failed = 0;

	packets_make(&p, linktype_find(1), PACKETS, 1);
	for (u32 i = 0; i < 2 * ARRAY_SIZE(exprs); i++) {
		u32 wrong = compare(exprs[i / 2], &p, i % 2, &matched);

		if (wrong)
			print_message("# %s: %u packets\n", exprs[i / 2], wrong);
		failed += wrong;
	}
	print_message("# %u packets, %u matches\n", p.count, matched);
	packets_free(&p);
	assert_int_equal(failed, 0);
	assert_true(matched > PACKETS);
}

static const struct CMUnitTest tests[] = {
	TEST(tags_beside_the_packet_decide_as_tags_in_it),
};
TEST_MAIN(tests)
