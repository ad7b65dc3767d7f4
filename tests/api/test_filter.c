// SPDX-License-Identifier: BSD-2-Clause
/* Filter expressions through the public API. */
#include "api.h"

static struct skep_source text(const char *s)
{
	return (struct skep_source){ .name = "<filter>", .data = s, .len = strlen(s) };
}

/* An IPv4 TCP packet to port 80, without its link header. */
static const uint8_t packet[60] = { 0x45, 0, 0, 40, 0, 0, 0x40, 0,    64, 6, 0,	 0,	     10,
				    0,	  0, 1, 10, 0, 0, 2,	0x30, 0,  0, 80, [32] = 0x50 };

static uint32_t answer(const char *expr, const struct skep_open_opts *opts, const void *data,
		       uint32_t len)
{
	struct skep_packet p = { .data = data, .len = len, .wire_len = len };
	struct skep_classic *prog;
	uint32_t interpreted, compiled;

	assert_int_equal(skep_classic_open(&prog, SKEP_FILTER, text(expr), opts, NULL), 0);
	skep_classic_run_batch(prog, &p, 1, &interpreted);
	assert_int_equal(skep_classic_compile(prog, NULL), 0);
	skep_classic_run_batch(prog, &p, 1, &compiled);
	assert_int_equal(interpreted, compiled);
	skep_classic_free(prog);
	return compiled;
}

static void link_types_place_the_headers(void **state)
{
	static const struct {
		const char *name;
		uint32_t header;
		uint8_t bytes[20];
	} links[] = {
		{ "EN10MB", 14, { [12] = 8 } },
		{ "RAW", 0, { 0 } },
		{ "LINUX_SLL", 16, { [14] = 8 } },
		{ "LINUX_SLL2", 20, { 8 } },
		{ "NULL", 4, { 2 } },
		{ "PPP", 4, { 0xff, 3, 0, 0x21 } },
	};

	for (size_t n = 0; n < sizeof(links) / sizeof(links[0]); n++) {
		int number = skep_link_find(links[n].name);
		struct skep_open_opts opts = { .size = sizeof(opts),
					       .linktype =
						       number ? (uint32_t)number : SKEP_LINK_NULL };
		uint8_t frame[80];

		assert_true(number >= 0);
		memcpy(frame, links[n].bytes, links[n].header);
		memcpy(frame + links[n].header, packet, sizeof(packet));
		assert_int_equal(answer("tcp dst port 80", &opts, frame, links[n].header + 60),
				 262144);
		assert_int_equal(answer("tcp dst port 81", &opts, frame, links[n].header + 60), 0);
	}
	assert_int_equal(skep_link_find("nothing"), -1);
	assert_int_equal(skep_link_find("147"), 147);
}

static void options_reach_the_compiler(void **state)
{
	struct skep_open_opts opts = { .size = sizeof(opts), .linktype = 101, .snaplen = 96 };
	struct skep_open_opts literal = { .size = sizeof(literal), .literal = true };
	struct skep_classic *prog;
	size_t plain, optimised;

	assert_int_equal(answer("ip", &opts, packet, 60), 96);
	assert_int_equal(skep_classic_open(&prog, SKEP_FILTER, text("port http"), &literal, NULL),
			 -EINVAL);
	opts.no_optimise = true;
	assert_int_equal(
		skep_classic_open(&prog, SKEP_FILTER, text("ip and tcp and ip"), &opts, NULL), 0);
	skep_classic_insns(prog, &plain);
	skep_classic_free(prog);
	opts.no_optimise = false;
	assert_int_equal(
		skep_classic_open(&prog, SKEP_FILTER, text("ip and tcp and ip"), &opts, NULL), 0);
	skep_classic_insns(prog, &optimised);
	skep_classic_free(prog);
	assert_true(optimised < plain);
}

static void objects_pass_what_the_filter_accepts(void **state)
{
	uint8_t frame[80] = { [12] = 8 };
	struct skep_run run = { .size = sizeof(run), .data_in = frame, .data_in_len = 74 };
	struct skep_engine *eng;
	struct skep_object *obj;
	struct skep_unit *unit;

	memcpy(frame + 14, packet, sizeof(packet));
	assert_int_equal(skep_engine_new(&eng, "user", NULL), 0);
	assert_int_equal(skep_open(&obj, SKEP_FILTER, text("tcp port 80"), NULL, NULL), 0);
	assert_int_equal(skep_load(&unit, eng, obj, NULL, NULL), 0);
	assert_int_equal(skep_prog_run(skep_prog_find(unit, NULL), &run, NULL), 0);
	assert_int_equal(run.result, 262144);
	frame[37] = 81;
	assert_int_equal(skep_prog_run(skep_prog_find(unit, NULL), &run, NULL), 0);
	assert_int_equal(run.result, 0);
	skep_unit_free(unit);
	skep_object_free(obj);
	assert_int_equal(skep_open(&obj, SKEP_FILTER, text(""), NULL, NULL), 0);
	skep_object_free(obj);
	skep_engine_free(eng);
}

/* Programs of bpf_asm's words for what is beside the packet. */
static void what_linux_knows_is_given_by_the_caller(void **state)
{
	struct skep_beside b = { .size = sizeof(b),
				 .ifindex = 1,
				 .mark = 2,
				 .queue = 3,
				 .hatype = 4,
				 .rxhash = 5,
				 .cpu = 6,
				 .pkttype = 4,
				 .vlan_tci = 8,
				 .vlan_tpid = 0x88a8,
				 .vlan = true };
	static const struct {
		const char *load;
		uint32_t value;
	} rows[] = {
		{ "ifidx", 1 },		 { "mark", 2 },	    { "queue", 3 },
		{ "hatype", 4 },	 { "rxhash", 5 },   { "cpu", 6 },
		{ "type", 4 },		 { "vlan_tci", 8 }, { "vlan_pr", 1 },
		{ "vlan_tpid", 0x88a8 },
	};

	for (size_t n = 0; n < sizeof(rows) / sizeof(rows[0]); n++) {
		struct skep_classic *prog;
		char code[64];

		snprintf(code, sizeof(code), "ld #%s\nret a\n", rows[n].load);
		assert_int_equal(skep_classic_open(&prog, SKEP_CLASSIC, text(code), NULL, NULL), 0);
		assert_int_equal(skep_classic_run_beside(prog, packet, 60, 60, &b), rows[n].value);
		assert_int_equal(skep_classic_run(prog, packet, 60, 60), 0);
		skep_classic_free(prog);
	}
}

/* Tags beside the packet decide as tags among its bytes do, where the filter says `vlan`. */
static void tags_of_live_packets_are_seen(void **state)
{
	static const char *const exprs[] = {
		"vlan",		"vlan 7",	 "vlan 8",
		"not vlan",	"vlan and tcp",	 "vlan 7 and tcp dst port 80",
		"vlan and udp", "vlan and vlan", "vlan 7 or vlan 8",
		"vlan 7 and ip"
	};
	uint8_t tagged[80] = { [12] = 0x81, 0, 0x20, 7, 8 }, stripped[80] = { [12] = 8 };
	struct skep_beside b = {
		.size = sizeof(b), .vlan_tci = 0x2007, .vlan_tpid = 0x8100, .vlan = true
	};

	memcpy(tagged + 18, packet, sizeof(packet));
	memcpy(stripped + 14, packet, sizeof(packet));
	for (size_t n = 0; n < sizeof(exprs) / sizeof(exprs[0]); n++) {
		struct skep_open_opts opts = { .size = sizeof(opts) };
		struct skep_classic *file, *live;

		assert_int_equal(skep_classic_open(&file, SKEP_FILTER, text(exprs[n]), &opts, NULL),
				 0);
		opts.live = true;
		assert_int_equal(skep_classic_open(&live, SKEP_FILTER, text(exprs[n]), &opts, NULL),
				 0);
		assert_int_equal(skep_classic_run(file, tagged, 78, 78),
				 skep_classic_run_beside(live, stripped, 74, 74, &b));
		skep_classic_free(file);
		skep_classic_free(live);
	}
}

static void errors_have_places(void **state)
{
	struct skep_source binary = { "<filter>", "ip\0and", 6 };
	struct skep_diag *d = skep_diag_new();
	struct skep_classic *prog;
	struct skep_object *obj;
	FILE *sink = tmpfile();

	assert_int_equal(skep_classic_open(&prog, SKEP_FILTER, text("tcp prt 80"), NULL, d),
			 -EINVAL);
	assert_complains(d, "<filter>:1:5");
	assert_int_equal(skep_open(&obj, SKEP_FILTER, text("tcp prt 80"), NULL, d), -EINVAL);
	assert_complains(d, "<filter>:1:5");
	assert_int_equal(skep_filter_explain(text("tcp prt"), NULL, SKEP_EXPLAIN_DOT, sink, d),
			 -EINVAL);
	assert_complains(d, "<filter>:1:5");
	assert_int_equal(skep_classic_open(&prog, SKEP_FILTER, binary, NULL, d), -EINVAL);
	assert_complains(d, "not text");
	assert_int_equal(skep_open(&obj, SKEP_FILTER, binary, NULL, d), -EINVAL);
	assert_complains(d, "not text");
	fclose(sink);
	skep_diag_free(d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(link_types_place_the_headers),
		TEST(options_reach_the_compiler),
		TEST(objects_pass_what_the_filter_accepts),
		TEST(what_linux_knows_is_given_by_the_caller),
		TEST(tags_of_live_packets_are_seen),
		TEST(errors_have_places),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
