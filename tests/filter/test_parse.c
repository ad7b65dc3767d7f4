// SPDX-License-Identifier: BSD-2-Clause
/* What the parser says of errors, and that no text makes it work for long. */
#include "../test.h"

#include <errno.h>
#include <time.h>

#include "base/buf.h"
#include "eval.h"
#include "filter/filter.h"

struct filter {
	struct arena arena;
	struct values v;
	struct diag d;
	const struct cond *c;
	int err;
};

static void parse_as(struct filter *f, const char *text, u32 linktype)
{
	struct filter_opts opts = { .linktype = linktype, .netmask = UINT32_MAX };

	*f = (struct filter){ 0 };
	f->v.arena = &f->arena;
	diag_init(&f->d);
	f->err = filter_parse(&f->c, &f->v, text, &opts, &f->d);
}

static void parse(struct filter *f, const char *text)
{
	parse_as(f, text, 1);
}

static void drop(struct filter *f)
{
	diag_fini(&f->d);
	arena_fini(&f->arena);
}

static void errors_point_at_the_word(void **state)
{
	static const struct {
		const char *text;
		u32 off, len;
		const char *says, *hint;
	} rows[] = {
		{ "tcp port 80 adn host 10.0.0.1", 12, 3, "unknown word 'adn'", "'and'" },
		{ "tcp prot 80", 4, 4, "unknown word 'prot'", "'port'" },
		{ "host", 4, 0, "the filter ends", NULL },
		{ "port 65536", 5, 5, "above 65535", NULL },
		{ "net 10.1.2.3/24", 4, 11, "outside the mask", "10.1.2.0" },
		{ "host 1.2.3.256", 5, 9, "no IPv4 address", NULL },
		{ "ip[0:3] = 1", 2, 5, "cannot be loaded at once", NULL },
		{ "ip[0] / 0 = 1", 6, 1, "division by zero", NULL },
		{ "ip[0] = 1 = 2", 10, 1, "expected", NULL },
		{ "ip host 1.2.3.4 and tcp and 5", 28, 1, "nothing says what this is", "host" },
		{ "vlan 4096", 5, 4, "above 4095", NULL },
		{ "ether", 0, 5, "alone selects nothing", "ether host" },
		{ "(ip or tcp", 10, 0, "the filter ends where ')'", NULL },
		{ "ip and 09 = 1", 7, 2, "octal", "0x" },
		{ "ip and \xc3\xa9", 7, 2, "not part of the filter language", NULL },
		{ "icmp port 80", 10, 2, "'icmp' has no ports", NULL },
		{ "ip broadcast", 0, 0, "netmask", "ip dst" },
		{ "mpls and arp", 9, 3, "IPv4 and IPv6", NULL },
		{ "rnr 5", 4, 1, "PFLOG", NULL },
		{ "llc foo", 4, 3, "unknown LLC type", "sabme" },
		{ "ether proto \\foo", 12, 4, "unknown link layer protocol", "0x88cc" },
		{ "gateway 1.2.3.4", 8, 7, "name of a host", NULL },
	};

	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		struct filter f;

		parse(&f, rows[i].text);
		assert_int_equal(f.err, -EINVAL);
		assert_non_null(f.d.first);
		if (!strstr(f.d.first->text, rows[i].says) ||
		    (rows[i].len &&
		     (f.d.first->at.off != rows[i].off || f.d.first->at.len != rows[i].len)))
			fail_msg("%s: %s at %u+%u", rows[i].text, f.d.first->text,
				 f.d.first->at.off, f.d.first->at.len);
		if (rows[i].hint && (!f.d.first->hint || !strstr(f.d.first->hint, rows[i].hint)))
			fail_msg("%s: hint: %s", rows[i].text, f.d.first->hint);
		drop(&f);
	}
}

static void unsupported_link_types_are_named(void **state)
{
	struct filter f;

	parse_as(&f, "tcp port 80", 189);
	assert_non_null(strstr(f.d.first->text, "USB_LINUX"));
	drop(&f);
	parse_as(&f, "ip", 9999);
	assert_non_null(strstr(f.d.first->text, "9999"));
	drop(&f);
}

static void literal_mode_looks_nothing_up(void **state)
{
	static const char *const names[] = { "host localhost", "port http", "ip proto \\udp",
					     "net loopback",   "gateway x", "portrange ssh-http" };
	struct filter_opts opts = { .linktype = 1, .literal = true };

	for (u32 i = 0; i < ARRAY_SIZE(names); i++) {
		struct filter f = { 0 };

		f.v.arena = &f.arena;
		diag_init(&f.d);
		assert_int_equal(filter_parse(&f.c, &f.v, names[i], &opts, &f.d), -EINVAL);
		drop(&f);
	}
}

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void repeat(struct buf *b, const char *s, u32 n)
{
	while (n--)
		buf_puts(b, s);
}

/* Accepted or not: in little time, and no deeper than promised. */
static void bounded(struct buf *b)
{
	double start = seconds();
	struct filter f;

	parse(&f, buf_str(b));
	if (!f.err)
		assert_true(f.c->depth <= COND_MAX_DEPTH);
	else
		assert_non_null(f.d.first);
	drop(&f);
	assert_true(seconds() - start < 5);
	buf_clear(b);
}

static void texts_built_to_explode_are_bounded(void **state)
{
	static const char *const units[] = {
		"(",
		"not ",
		"! ! ",
		"-",
		"ether[",
		"((((ip)",
		"ip or ",
		"ip and tcp or ",
		"not ip and not ",
		"len+",
		"len^",
		"len*(",
		"host 1.2.3.4 or ",
		"port 1 or ",
		"geneve and ",
		"vlan and ",
		"mpls and ",
		"vxlan and ",
		"pppoes and ",
		"ether[ip[tcp[",
		"1=1 and ",
		"ip6 protochain 7 or ",
		"host 1.2.3.4 and not ",
	};
	struct buf b = { 0 };

	for (u32 i = 0; i < ARRAY_SIZE(units); i++) {
		for (u32 n = 10; n <= 10000; n *= 10) {
			repeat(&b, units[i], n);
			bounded(&b);
			repeat(&b, units[i], n);
			buf_puts(&b, "ip");
			bounded(&b);
			repeat(&b, units[i], n);
			buf_puts(&b, "len=1");
			bounded(&b);
		}
	}
	repeat(&b, "ip or ", 1 << 18);
	bounded(&b);
	buf_fini(&b);
}

static void long_lists_are_flat(void **state)
{
	struct buf b = { 0 };
	struct filter f;

	buf_puts(&b, "host 10.0.0.0");
	for (u32 i = 1; i < 10000; i++)
		buf_printf(&b, " or 10.0.%u.%u", i >> 8, i & 255);
	parse(&f, buf_str(&b));
	assert_int_equal(f.err, 0);
	assert_true(f.c->depth < 40);
	drop(&f);
	buf_fini(&b);
}

static void alternation_has_a_limit(void **state)
{
	struct buf b = { 0 };
	struct filter f;

	repeat(&b, "ip and tcp or ", 5000);
	buf_puts(&b, "ip");
	parse(&f, buf_str(&b));
	assert_int_equal(f.err, -EINVAL);
	assert_non_null(f.d.first->hint);
	drop(&f);
	buf_fini(&b);
}

/* Ethernet, IPv4, then an authentication header that libpcap's loop takes for its own next: the
 * length says 20 bytes, and 20 bytes into IP stands the header itself. */
static void protochain_ends_on_a_header_that_names_itself(void **state)
{
	u8 p[14 + 20 + 64] = { 0 };
	struct eval_packet packet = { p, sizeof(p), sizeof(p) };
	struct filter f;
	struct eval e;

	p[12] = 8;
	p[14] = 0x45;
	p[23] = 51;
	for (u32 at = 34; at < sizeof(p); at += 4) {
		p[at] = 51;
		p[at + 1] = 3;
	}
	parse(&f, "ip protochain 6");
	assert_int_equal(f.err, 0);
	assert_true(eval_init(&e, &f.v, f.c));
	assert_false(eval_run(&e, &packet));
	/* One real header, 24 bytes, then TCP. */
	p[34] = 6;
	p[35] = 4;
	assert_true(eval_run(&e, &packet));
	eval_fini(&e);
	drop(&f);
}

/* Ethernet, IPv4 with options or IPv6, UDP to 4789, VXLAN of network 5, and in it Ethernet, IPv4,
 * TCP from 1000 to 80. Returns its length. */
static u32 make_vxlan(u8 p[256], bool ip6)
{
	u32 n = 14;

	memset(p, 0, 256);
	p[12] = ip6 ? 0x86 : 0x08;
	p[13] = ip6 ? 0xdd : 0x00;
	p[n] = ip6 ? 0x60 : 0x46;
	p[n + (ip6 ? 6 : 9)] = 17;
	n += ip6 ? 40 : 24;
	p[n + 2] = 4789 >> 8;
	p[n + 3] = 4789 & 255;
	p[n + 8] = 0x08;
	p[n + 14] = 5;
	n += 16;
	p[n + 12] = 8;
	n += 14;
	p[n] = 0x45;
	p[n + 9] = 6;
	n += 20;
	p[n] = 1000 >> 8;
	p[n + 1] = 1000 & 255;
	p[n + 3] = 80;
	return n + 20;
}

static void vxlan_is_looked_into(void **state)
{
	static const struct {
		const char *text;
		bool matches;
	} rows[] = {
		{ "vxlan", true },
		{ "vxlan 5", true },
		{ "vxlan 6", false },
		{ "vxlan and tcp port 80", true },
		{ "vxlan 5 and src port 1000 and not udp", true },
		{ "vxlan and udp", false },
		{ "tcp port 80", false },
		{ "udp port 4789 and vxlan and tcp[2:2] = 80", true },
		{ "vxlan and ether[12:2] = 0x800 and ip[0] = 0x45", true },
		{ "vxlan and vlan", false },
	};
	u8 bytes[256];

	for (u32 i = 0; i < 2 * ARRAY_SIZE(rows); i++) {
		u32 len = make_vxlan(bytes, i % 2);
		struct eval_packet packet = { bytes, len, len };
		struct filter f;
		struct eval e;

		parse(&f, rows[i / 2].text);
		assert_int_equal(f.err, 0);
		assert_true(eval_init(&e, &f.v, f.c));
		if (eval_run(&e, &packet) != rows[i / 2].matches)
			fail_msg("%s over IPv%d", rows[i / 2].text, i % 2 ? 6 : 4);
		eval_fini(&e);
		drop(&f);
	}
}

static void vlan_tags_of_live_captures_come_from_beside_the_packet(void **state)
{
	struct filter_opts opts = { .linktype = 1, .live = true };
	struct filter f = { 0 };
	bool ancillary = false;

	f.v.arena = &f.arena;
	diag_init(&f.d);
	assert_int_equal(filter_parse(&f.c, &f.v, "vlan 5 and vlan 6 and ip", &opts, &f.d), 0);
	for (u32 i = 0; i < f.v.cap; i++)
		if (f.v.slots[i] && f.v.slots[i]->kind == VALUE_ANCILLARY)
			ancillary = true;
	assert_true(ancillary);
	drop(&f);
}

static const struct CMUnitTest tests[] = {
	TEST(errors_point_at_the_word),
	TEST(unsupported_link_types_are_named),
	TEST(literal_mode_looks_nothing_up),
	TEST(texts_built_to_explode_are_bounded),
	TEST(long_lists_are_flat),
	TEST(alternation_has_a_limit),
	TEST(protochain_ends_on_a_header_that_names_itself),
	TEST(vxlan_is_looked_into),
	TEST(vlan_tags_of_live_captures_come_from_beside_the_packet),
};
TEST_MAIN(tests)
