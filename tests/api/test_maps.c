// SPDX-License-Identifier: BSD-2-Clause
/* Text to bytes, elements, printing, events. */
#include "api.h"

#include <stdlib.h>

/* What `text` parses to as the key or value of a map, in hex; NULL: it is refused. */
static const struct row {
	const char *map;
	bool key;
	const char *text, *hex, *complaint;
} rows[] = {
	{ "points", true, "42", "2a000000", NULL },
	{ "points", true, "0x1F", "1f000000", NULL },
	{ "points", true, "010", "0a000000", NULL }, /* decimal, as people mean it */
	{ "points", true, "-1", "ffffffff", NULL },
	{ "points", true, "-2147483648", "00000080", NULL },
	{ "points", true, "4294967295", "ffffffff", NULL },
	{ "points", true, " 7 ", "07000000", NULL },
	{ "points", true, "10.1.2.3", "0a010203", NULL },
	{ "points", true, "true", "01000000", NULL },
	{ "points", true, "\"ab\"", "61620000", NULL },
	{ "points", true, "hex:00 01 02ff", "000102ff", NULL },
	{ "points", true, "4294967296", NULL, "does not fit" },
	{ "points", true, "-2147483649", NULL, "does not fit" },
	{ "points", true, "99999999999999999999", NULL, "does not fit" },
	{ "points", true, "", NULL, "not a number" },
	{ "points", true, "0x", NULL, "not a number" },
	{ "points", true, "-", NULL, "not a number" },
	{ "points", true, "--1", NULL, "not a number" },
	{ "points", true, "1x", NULL, "not a number" },
	{ "points", true, "10.1.2.300", NULL, "not an IPv4 address" },
	{ "points", true, "\"abcde\"", NULL, "longer than the field" },
	{ "points", true, "hex:00 01", NULL, "4 bytes are wanted, these are 2" },
	{ "points", true, "hex:00 0g 00 00", NULL, "not a hex byte" },
	{ "points", true, "{1}", NULL, "braces are for structs" },
	{ "points", false, "{1,-2,{{3,4}},\"hi\"}",
	  "0100feff0300000004000000686900000000"
	  "0000",
	  NULL },
	{ "points", false, "{ 1 , 2 }",
	  "010002000000000000000000000000000000"
	  "0000",
	  NULL },
	{ "points", false, "{}",
	  "000000000000000000000000000000000000"
	  "0000",
	  NULL },
	{ "points", false, "{ .y = 2, .in = { .z = { 3 } }, .text = \"a\" }",
	  "000002000300000000000000610000000000"
	  "0000",
	  NULL },
	{ "points", false, "{.y=2,{5}}",
	  "000002000500000000000000000000000000"
	  "0000",
	  NULL },
	{ "points", false, "{.w=2}", NULL, "no such member" },
	{ "points", false, "{.y}", NULL, "not a number" },
	{ "points", false, "{.in={.z={.z=1}}}", NULL, "not a number" },
	{ "points", false, "{256}", NULL, "does not fit" },
	{ "points", false, "{1,2,{{3,4,5}}}", NULL, "no such element" },
	{ "points", false, "{1,2,{{3,4}},\"hi\",5}", NULL, "no such member" },
	{ "points", false, "{1,2,{{3,4}}", NULL, "do not match" },
	{ "points", false, "{", NULL, "do not match" },
	{ "points", false, "{1,\"}", NULL, "not a number" },
	{ "points", false, "5", NULL, "20 bytes are wanted" },
	{ "colours", false, "RED", "01000000", NULL },
	{ "colours", false, "GREEN", "feffffff", NULL },
	{ "colours", false, "-2", "feffffff", NULL },
	{ "colours", false, "BLUE", NULL, "name of the enum" },
	{ "macs", true, "02:00:5e:10:00:ff", "02005e1000ff", NULL },
	{ "macs", true, "2:0:5E:1:0:a", "02005e01000a", NULL },
	{ "macs", true, "{1,2,3,4,5,6}", "010203040506", NULL },
	{ "macs", true, "02:00:5e:10:00", NULL, "6 bytes are wanted" },
	{ "macs", true, "02:00:5e:10:00:ff:1", NULL, "6 bytes are wanted" },
	{ "macs", true, "02:00:5e:10:00:+f", NULL, "6 bytes are wanted" },
	{ "macs", false, "-128", "80", NULL },
	{ "macs", false, "-129", NULL, "does not fit" },
	{ "hosts", true, "fe80::1", "fe800000000000000000000000000001", NULL },
	{ "hosts", true, "::ffff:1.2.3.4", "00000000000000000000ffff01020304", NULL },
	{ "hosts", true, "fe80::1::2", NULL, "16 bytes are wanted" },
	{ "hosts", false, "18446744073709551615", "ffffffffffffffff", NULL },
	{ "hosts", false, "-9223372036854775808", "0000000000000080", NULL },
	{ "hosts", false, "-9223372036854775809", NULL, "does not fit" },
	{ "hosts", false, "18446744073709551616", NULL, "does not fit" },
	{ "deny", true, "10.0.0.0/8", "080000000a000000", NULL },
	{ "deny", true, "10.1.2.3", "200000000a010203", NULL },
	{ "deny", true, "0.0.0.0/0", "0000000000000000", NULL },
	{ "deny", true, "{8,10.0.0.0}", "080000000a000000", NULL },
	{ "deny", true, "10.0.0.0/33", NULL, "not an IPv4 prefix" },
	{ "deny", true, "10.0.0.0/", NULL, "not an IPv4 prefix" },
	{ "deny", true, "10.0.0.0/+8", NULL, "not an IPv4 prefix" },
	{ "deny", true, "10.0.0/8", NULL, "not an IPv4 prefix" },
	{ "bitty", false, "{1}", NULL, "bitfield" },
	{ "bitty", false, "hex:0f000000", "0f000000", NULL },
	{ "jump", false, "dropper", "01000000", NULL },
	{ "jump", false, "nobody", NULL, "not a number" },
};

static void check_row(struct loaded *l, const struct row *r)
{
	struct skep_map *map = skep_map_find(l->unit, r->map);
	struct skep_map_info info;
	uint8_t out[64];
	char hex[130] = "";
	size_t size;
	int err;

	assert_non_null(map);
	assert_int_equal(skep_map_info(map, &info), 0);
	size = r->key ? info.key_size : info.value_size;
	assert_true(size < sizeof(out));
	memset(out, 0xee, sizeof(out));
	err = skep_map_parse(map, r->key, r->text, out, l->diag);
	assert_int_equal(out[size], 0xee);
	for (size_t i = 0; i < size; i++)
		sprintf(hex + 2 * i, "%02x", out[i]);
	if (r->hex ? err || strcmp(hex, r->hex) : err != -EINVAL)
		fail_msg("%s '%s': %d, %s", r->map, r->text, err, hex);
	if (!r->hex) {
		assert_complains(l->diag, r->complaint);
		assert_int_equal(skep_map_parse(map, r->key, r->text, out, NULL), -EINVAL);
	}
}

static void text_becomes_bytes_by_type_and_size(void **state)
{
	struct loaded l = { 0 };

	load_file(&l, TYPED);
	for (size_t i = 0; i < COUNT(rows); i++)
		check_row(&l, &rows[i]);
	unload(&l);
}

static void deep_and_long_texts_are_refused(void **state)
{
	struct loaded l = { 0 };
	char deep[1000], big[10000], out[64];
	struct skep_map *map;

	load_file(&l, TYPED);
	map = skep_map_find(l.unit, "points");
	memset(deep, '{', 500);
	memset(deep + 500, '}', 499);
	deep[999] = 0;
	assert_int_equal(skep_map_parse(map, false, deep, out, l.diag), -EINVAL);
	skep_diag_clear(l.diag);
	memset(big, '1', sizeof(big) - 1);
	big[sizeof(big) - 1] = 0;
	assert_int_equal(skep_map_parse(map, true, big, out, l.diag), -EINVAL);
	assert_int_equal(skep_diag_errors(l.diag), 1);
	unload(&l);
}

static void an_error_points_at_the_wrong_part(void **state)
{
	struct loaded l = { 0 };
	char out[64];

	load_file(&l, TYPED);
	assert_int_equal(
		skep_map_parse(skep_map_find(l.unit, "points"), false, "{1, 70000}", out, l.diag),
		-EINVAL);
	assert_complains(l.diag, "<value of points>:1:5: error: this number does not fit\n"
				 "    {1, 70000}\n"
				 "        ^~~~~\n");
	unload(&l);
}

static void elements_come_and_go_as_in_a_system_call(void **state)
{
	struct loaded l = { 0 };
	uint16_t key = 80, next;
	uint64_t value[2] = { 1, 2 }, got[2];
	struct skep_map *map;

	load_file(&l, TYPED);
	map = skep_map_find(l.unit, "values");
	assert_int_equal(skep_map_value_len(map), 16);
	assert_int_equal(skep_map_get(map, &key, got), -ENOENT);
	assert_int_equal(skep_map_set(map, &key, value, 2), -ENOENT); /* BPF_EXIST */
	assert_int_equal(skep_map_set(map, &key, value, 1), 0);	      /* BPF_NOEXIST */
	assert_int_equal(skep_map_set(map, &key, value, 1), -EEXIST);
	assert_int_equal(skep_map_get(map, &key, got), 0);
	assert_memory_equal(got, value, sizeof(got));
	assert_int_equal(skep_map_next(map, NULL, &next), 0);
	assert_int_equal(next, 80);
	assert_int_equal(skep_map_next(map, &next, &next), -ENOENT);
	assert_int_equal(skep_map_del(map, &key), 0);
	assert_int_equal(skep_map_del(map, &key), -ENOENT);
	assert_int_equal(skep_map_value_len(skep_map_find(l.unit, "percpu")) % 16, 0);
	assert_null(skep_map_find(l.unit, "nowhere"));
	unload(&l);
}

static void set(struct loaded *l, const char *name, const char *key, const char *value)
{
	struct skep_map *map = skep_map_find(l->unit, name);
	uint8_t k[64], v[64];

	assert_int_equal(skep_map_parse(map, true, key, k, l->diag), 0);
	assert_int_equal(skep_map_parse(map, false, value, v, l->diag), 0);
	assert_int_equal(skep_map_set(map, k, v, 0), 0);
}

static char *printed(struct loaded *l, const char *name, enum skep_format format)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	assert_int_equal(skep_map_print(skep_map_find(l->unit, name), out, format), 0);
	fclose(out);
	return text;
}

static void assert_printed(struct loaded *l, const char *name, enum skep_format format,
			   const char *want)
{
	char *text = printed(l, name, format);

	assert_string_equal(text, want);
	free(text);
}

static void maps_print_for_people(void **state)
{
	struct loaded l = { 0 };

	load_file(&l, TYPED);
	set(&l, "deny", "10.66.0.0/16", "1");
	assert_printed(&l, "deny", SKEP_TEXT, "deny (lpm_trie, 1 of 8)\n  10.66.0.0/16: 1\n");
	assert_printed(&l, "ring", SKEP_TEXT, "ring (ringbuf)\n");
	assert_printed(&l, "ring", SKEP_JSON, "[]");
	assert_printed(&l, "hosts", SKEP_TEXT, "hosts (hash, 0 of 4)\n");
	unload(&l);
}

/* The shape that bpftool -j map dump gives. */
static void maps_print_as_bpftool_does(void **state)
{
	struct loaded l = { 0 };

	load_file(&l, TYPED);
	set(&l, "values", "80", "{3,180}");
	assert_printed(
		&l, "values", SKEP_JSON,
		"[{\"key\":[\"0x50\",\"0x00\"],\"value\":[\"0x03\",\"0x00\",\"0x00\",\"0x00\","
		"\"0x00\",\"0x00\",\"0x00\",\"0x00\",\"0xb4\",\"0x00\",\"0x00\",\"0x00\",\"0x00\","
		"\"0x00\",\"0x00\",\"0x00\"],\"formatted\":{\"key\":80,\"value\":{\"packets\":3,"
		"\"bytes\":180}}}]");
	unload(&l);
}

static int keep_event(void *arg, const struct skep_event *ev)
{
	char **out = arg;
	struct loaded *l = (struct loaded *)out[2];
	size_t len;
	FILE *f = open_memstream(&out[0], &len);

	assert_int_equal(skep_event_print(l->unit, ev, "event", f, SKEP_TEXT), 0);
	fclose(f);
	f = open_memstream(&out[1], &len);
	assert_int_equal(skep_event_print(l->unit, ev, "event", f, SKEP_JSON), 0);
	assert_int_equal(skep_event_print(l->unit, ev, "nonesuch", f, SKEP_JSON), -ENOENT);
	assert_int_equal(skep_event_print(l->unit, ev, NULL, f, SKEP_TEXT), 0);
	fclose(f);
	return 0;
}

static void events_globals_and_tail_calls_work_together(void **state)
{
	struct skep_run run = { .size = sizeof(run),
				.data_in = "0123456789abcdef",
				.data_in_len = 16 };
	struct loaded l = { 0 };
	char *out[3] = { 0 };
	uint32_t zero = 0;
	int value[4];

	load_file(&l, TYPED);
	set(&l, "jump", "1", "dropper");
	assert_int_equal(skep_prog_run(skep_prog_find(l.unit, "main_prog"), &run, l.diag), 0);
	assert_int_equal(run.result, 1); /* XDP_DROP of the program called */
	assert_int_equal(skep_map_get(skep_map_find(l.unit, ".data"), &zero, value), 0);
	assert_int_equal(value[0], 8);
	assert_int_equal(skep_map_get(skep_map_find(l.unit, ".bss"), &zero, value), 0);
	assert_true(value[1] == 9 || value[3] == 9); /* in either order of the variables */
	out[2] = (char *)&l;
	assert_int_equal(skep_poll(l.unit, 0, keep_event, out), 1);
	assert_string_equal(out[0], "ring: { .seq = 5, .port = 443 }\n");
	assert_non_null(
		strstr(out[1], "{\"map\":\"ring\",\"lost\":0,\"data\":{\"seq\":5,\"port\":443}}"));
	assert_non_null(strstr(out[1], "ring: 05 00 00 00 bb 01 00 00\n"));
	assert_int_equal(skep_poll(l.unit, 0, keep_event, out), 0);
	free(out[0]);
	free(out[1]);
	unload(&l);
}

static const struct CMUnitTest tests[] = {
	TEST(text_becomes_bytes_by_type_and_size),
	TEST(deep_and_long_texts_are_refused),
	TEST(an_error_points_at_the_wrong_part),
	TEST(elements_come_and_go_as_in_a_system_call),
	TEST(maps_print_for_people),
	TEST(maps_print_as_bpftool_does),
	TEST(events_globals_and_tail_calls_work_together),
};
TEST_MAIN(tests)
