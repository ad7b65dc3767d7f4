// SPDX-License-Identifier: BSD-2-Clause
/* Engines, units, options of other versions, helpers of the embedder, results. */
#include "api.h"

#include <stdlib.h>

static const char text_two[] = "r0 = 2\nexit\n";

static void one_const_object_loads_many_times(void **state)
{
	struct skep_engine *a, *b;
	struct skep_unit *ua, *ub, *uc;
	struct skep_diag *diag = skep_diag_new();
	struct skep_run run = { .size = sizeof(run) };
	static const char text[] = ".map m type=array key=4 value=8 entries=1\n.prog p\n"
				   "r1 = map[m][0]+0\nr2 = 1\nlock *(u64 *)(r1 +0) += r2\n"
				   "r0 = *(u64 *)(r1 +0)\nexit\n";
	struct skep_object *obj;

	assert_int_equal(skep_open(&obj, SKEP_ASM,
				   (struct skep_source){ .data = text, .len = sizeof(text) - 1 },
				   NULL, diag),
			 0);
	assert_int_equal(skep_engine_new(&a, "user", diag), 0);
	assert_int_equal(skep_engine_new(&b, NULL, diag), 0);
	assert_int_equal(skep_load(&ua, a, obj, NULL, diag), 0);
	assert_int_equal(skep_load(&ub, a, obj, NULL, diag), 0);
	assert_int_equal(skep_load(&uc, b, obj, NULL, diag), 0);
	for (int i = 1; i <= 3; i++) {
		assert_int_equal(skep_prog_run(skep_prog_find(ua, "p"), &run, diag), 0);
		assert_int_equal(run.result, i);
	}
	assert_int_equal(skep_prog_run(skep_prog_find(ub, "p"), &run, diag), 0);
	assert_int_equal(run.result, 1); /* maps of its own */
	skep_unit_free(ua);
	assert_int_equal(skep_prog_run(skep_prog_find(ub, "p"), &run, diag), 0);
	assert_int_equal(run.result, 2);
	skep_unit_free(ub);
	skep_engine_free(a);
	assert_int_equal(skep_prog_run(skep_prog_find(uc, "p"), &run, diag), 0);
	assert_int_equal(run.result, 1);
	skep_unit_free(uc);
	skep_engine_free(b);
	skep_object_free(obj);
	skep_diag_free(diag);
}

static void null_handles_are_freed_quietly(void **state)
{
	skep_unit_free(NULL);
	skep_engine_free(NULL);
	skep_object_free(NULL);
	skep_diag_free(NULL);
	skep_capture_close(NULL);
	skep_dump_discard(NULL);
	assert_int_equal(skep_dump_close(NULL, NULL), 0);
	assert_int_equal(skep_diag_errors(NULL), 0);
}

static void an_unknown_engine_is_refused(void **state)
{
	struct skep_diag *diag = skep_diag_new();
	struct skep_engine *e = NULL;

	assert_int_equal(skep_engine_new(&e, "qemu", diag), -EINVAL);
	assert_null(e);
	assert_complains(diag, "there is no engine 'qemu'");
	skep_diag_free(diag);
}

struct newer_load {
	struct skep_load_opts now;
	uint64_t later;
};

static void load_options_may_be_shorter_or_longer(void **state)
{
	struct newer_load opts = { .now.size = sizeof(opts) };
	struct loaded l = { 0 };
	struct skep_unit *u = NULL;
	struct skep_load_opts bad = { .size = 0 };

	load_text(&l, text_two);
	assert_int_equal(skep_load(&u, l.eng, l.obj, &opts.now, l.diag), 0); /* newer, unset */
	skep_unit_free(u);
	opts.later = 1;
	u = NULL;
	assert_int_equal(skep_load(&u, l.eng, l.obj, &opts.now, l.diag), -E2BIG);
	assert_null(u);
	assert_complains(l.diag, "struct skep_load_opts");
	opts.now = (struct skep_load_opts){ .size = offsetof(struct skep_load_opts, trusted),
					    .prog = "nobody" };
	assert_int_equal(skep_load(&u, l.eng, l.obj, &opts.now, l.diag),
			 0); /* older: prog unseen */
	skep_unit_free(u);
	assert_int_equal(skep_load(&u, l.eng, l.obj, &bad, l.diag), -EINVAL);
	assert_complains(l.diag, "set it to sizeof(struct skep_load_opts)");
	bad.size = (size_t)-1;
	assert_int_equal(skep_load(&u, l.eng, l.obj, &bad, l.diag), -EINVAL);
	assert_complains(l.diag, "set it to sizeof");
	bad = (struct skep_load_opts){ .size = sizeof(bad), .prog = "nobody" };
	assert_int_equal(skep_load(&u, l.eng, l.obj, &bad, l.diag), -ENOENT);
	assert_complains(l.diag, "nobody");
	bad = (struct skep_load_opts){ .size = sizeof(bad), .exec = 77 };
	assert_int_equal(skep_load(&u, l.eng, l.obj, &bad, l.diag), -EINVAL);
	assert_complains(l.diag, "unknown execution mode");
	unload(&l);
}

static void a_shorter_run_struct_is_not_written_past_its_end(void **state)
{
	struct skep_run run;
	struct loaded l = { 0 };

	load_text(&l, text_two);
	memset(&run, 0xee, sizeof(run));
	memset(&run, 0, offsetof(struct skep_run, nanosec));
	run.size = offsetof(struct skep_run, nanosec);
	assert_int_equal(skep_prog_run(skep_prog_find(l.unit, NULL), &run, l.diag), 0);
	assert_int_equal(run.result, 2);
	assert_int_equal(run.size, offsetof(struct skep_run, nanosec));
	for (size_t i = offsetof(struct skep_run, nanosec); i < sizeof(run); i++)
		assert_int_equal(((uint8_t *)&run)[i], 0xee);
	run.size = 3;
	assert_int_equal(skep_prog_run(skep_prog_find(l.unit, NULL), &run, l.diag), -EINVAL);
	assert_complains(l.diag, "struct skep_run");
	run = (struct skep_run){ .size = sizeof(run) };
	assert_int_equal(skep_prog_run(NULL, &run, l.diag), -ENOENT);
	assert_complains(l.diag, "no program to run");
	unload(&l);
}

static void open_options_are_checked(void **state)
{
	struct skep_open_opts opts = { .size = 1 };
	struct skep_source src = { .data = text_two, .len = sizeof(text_two) - 1 };
	struct skep_diag *diag = skep_diag_new();
	struct skep_object *obj = NULL;
	struct skep_prog_info info;

	assert_int_equal(skep_open(&obj, SKEP_ASM, src, &opts, diag), -EINVAL);
	assert_complains(diag, "struct skep_open_opts");
	assert_int_equal(skep_open(&obj, 99, src, NULL, diag), -EINVAL);
	assert_complains(diag, "no language 99");
	assert_int_equal(skep_open(&obj, SKEP_AUTO, (struct skep_source){ 0 }, NULL, diag),
			 -EINVAL);
	assert_complains(diag, "needs a name or data");
	assert_int_equal(skep_open(&obj, SKEP_AUTO, (struct skep_source){ .data = "" }, NULL, diag),
			 -EINVAL);
	assert_complains(diag, "'<input>' is empty");
	assert_int_equal(skep_open(&obj, SKEP_AUTO,
				   (struct skep_source){ .data = "a\0b", .len = 3 }, NULL, diag),
			 -EINVAL);
	assert_complains(diag, "neither an ELF object nor text");
	assert_int_equal(skep_open(&obj, SKEP_ELF, src, NULL, diag) < 0, 1);
	skep_diag_clear(diag);
	opts = (struct skep_open_opts){ .size = sizeof(opts), .prog_type = "xpd" };
	assert_int_equal(skep_open(&obj, SKEP_ASM, src, &opts, diag), -EINVAL);
	assert_complains(diag, "unknown program type 'xpd'");
	assert_null(obj);
	opts.prog_type = "xdp";
	assert_int_equal(skep_open(&obj, SKEP_AUTO, src, &opts, diag), 0);
	assert_true(skep_object_prog(obj, 0, &info));
	assert_string_equal(info.type, "xdp");
	skep_object_free(obj);
	skep_diag_free(diag);
}

static uint64_t sum(void *arg, uint64_t r1, uint64_t r2, uint64_t r3, uint64_t r4, uint64_t r5)
{
	++*(int *)arg;
	return r1 + 2 * r2 + 4 * r3 + 8 * r4 + 16 * r5;
}

static uint64_t identity(void *arg, uint64_t r1, uint64_t r2, uint64_t r3, uint64_t r4, uint64_t r5)
{
	return r1;
}

static void embedders_add_and_replace_helpers(void **state)
{
	static const char text[] = "r1 = 1\nr2 = 2\nr3 = 3\nr4 = 4\nr5 = 5\ncall 7777\nexit\n";
	static const char five[] =
		"r1 = 0x1122334455667788 ll\nr2 = 0\nr3 = 0\nr4 = 0\nr5 = 0\ncall 5\nexit\n";
	struct skep_run run = { .size = sizeof(run) };
	struct loaded l = { .diag = skep_diag_new() };
	struct skep_object *obj;
	struct skep_unit *u;
	int calls = 0;

	assert_int_equal(skep_open(&l.obj, SKEP_ASM,
				   (struct skep_source){ .data = text, .len = sizeof(text) - 1 },
				   NULL, l.diag),
			 0);
	assert_int_equal(skep_open(&obj, SKEP_ASM,
				   (struct skep_source){ .data = five, .len = sizeof(five) - 1 },
				   NULL, l.diag),
			 0);
	assert_int_equal(skep_engine_new(&l.eng, "user", l.diag), 0);
	assert_true(skep_load(&u, l.eng, l.obj, NULL, l.diag) < 0);
	assert_complains(l.diag, "7777");
	assert_int_equal(skep_engine_helper(l.eng, 7777, sum, &calls), 0);
	assert_int_equal(skep_engine_helper(l.eng, 5, identity, NULL), 0);
	assert_int_equal(skep_engine_helper(l.eng, 6, NULL, NULL), -EINVAL);
	assert_int_equal(skep_load(&l.unit, l.eng, l.obj, NULL, l.diag), 0);
	assert_int_equal(skep_prog_run(skep_prog_find(l.unit, NULL), &run, l.diag), 0);
	assert_int_equal(run.result, 1 + 4 + 12 + 32 + 80);
	assert_int_equal(calls, 1);
	assert_int_equal(skep_load(&u, l.eng, obj, NULL, l.diag), 0);
	assert_int_equal(skep_prog_run(skep_prog_find(u, NULL), &run, l.diag), 0);
	assert_int_equal(run.result, 0x1122334455667788);
	skep_unit_free(u);
	skep_object_free(obj);
	unload(&l);
}

/* A map type of the test's own: values by the lowest bits of the key, and a count of look-ups. */
struct slots {
	uint64_t value[8];
	uint32_t seen, max_entries;
};
static int slots_live;

static int slots_create(void **state, const struct skep_map_info *info, void *arg)
{
	struct slots *s = calloc(1, sizeof(*s));

	assert_string_equal(info->name, "hits");
	assert_string_equal(info->type, "hash");
	assert_ptr_equal(arg, &slots_live);
	s->max_entries = info->max_entries;
	slots_live++;
	*state = s;
	return 0;
}

static void slots_destroy(void *state)
{
	slots_live--;
	free(state);
}

static void *slots_lookup(void *state, const void *key, uint32_t cpu)
{
	struct slots *s = state;

	s->seen++;
	return &s->value[*(const uint32_t *)key % 8];
}

static int slots_update(void *state, const void *key, const void *value, uint64_t flags,
			uint32_t cpu)
{
	struct slots *s = state;

	if (flags == 1)
		return -EEXIST;
	s->value[*(const uint32_t *)key % 8] = *(const uint64_t *)value;
	return 0;
}

static int slots_next(void *state, const void *key, void *next_key)
{
	uint32_t next = key ? *(const uint32_t *)key + 1 : 0;

	if (next >= 8)
		return -ENOENT;
	*(uint32_t *)next_key = next;
	return 0;
}

static bool slots_owns(void *state, const void *addr, size_t len)
{
	struct slots *s = state;
	uint64_t off = (uint64_t)((const char *)addr - (const char *)s->value);

	return off < sizeof(s->value) && off % 8 + len <= 8;
}

static const char text_hits[] = ".map hits type=hash key=4 value=8 entries=16\n"
				".prog p section=\"xdp\"\n"
				"*(u32 *)(r10 -4) = 11\n"
				"r1 = map[hits]\n"
				"r2 = r10\n"
				"r2 += -4\n"
				"call bpf_map_lookup_elem\n"
				"if r0 == 0 goto out\n"
				"r1 = 1\n"
				"lock *(u64 *)(r0 +0) += r1\n"
				"r0 = *(u64 *)(r0 +0)\n"
				"out: exit\n";

/* The same object is a hash table's elsewhere; here it is the embedder's functions. */
static void maps_of_the_embedders_own_type_do_what_it_says(void **state)
{
	static const enum skep_exec execs[] = { SKEP_EXEC_AUTO, SKEP_EXEC_INTERP,
						SKEP_EXEC_CHECKED };
	static const struct skep_map_ops ops = {
		.size = sizeof(ops),
		.create = slots_create,
		.destroy = slots_destroy,
		.lookup = slots_lookup,
		.update = slots_update,
		.next = slots_next,
		.owns = slots_owns,
	};
	uint8_t packet[64] = { 0 };

	for (size_t i = 0; i < sizeof(execs) / sizeof(execs[0]); i++) {
		struct skep_load_opts opts = { .size = sizeof(opts), .exec = execs[i] };
		struct skep_run run = { .size = sizeof(run),
					.data_in = packet,
					.data_in_len = sizeof(packet) };
		struct skep_map_batch batch = { .size = sizeof(batch), .count = 1 };
		struct loaded l = { .diag = skep_diag_new() };
		uint32_t key = 3, count = 0;
		uint64_t value = 40;
		struct skep_map *map;

		assert_int_equal(skep_open(&l.obj, SKEP_ASM,
					   (struct skep_source){ .data = text_hits,
								 .len = sizeof(text_hits) - 1 },
					   NULL, l.diag),
				 0);
		assert_int_equal(skep_engine_new(&l.eng, "user", l.diag), 0);
		assert_int_equal(skep_engine_map_type(l.eng, "hits", &ops, &slots_live), 0);
		assert_int_equal(skep_engine_map_type(l.eng, "hits", &ops, NULL), -EEXIST);
		assert_int_equal(skep_load(&l.unit, l.eng, l.obj, &opts, l.diag), 0);
		assert_int_equal(slots_live, 1);
		map = skep_map_find(l.unit, "hits");
		assert_int_equal(skep_map_set(map, &key, &value, 0), 0);
		assert_int_equal(skep_map_set(map, &key, &value, 1), -EEXIST);
		assert_int_equal(skep_map_del(map, &key), -EOPNOTSUPP);
		assert_int_equal(skep_map_batch(map, SKEP_BATCH_READ, &batch), -EOPNOTSUPP);
		assert_int_equal(skep_prog_run(skep_prog_find(l.unit, NULL), &run, l.diag), 0);
		assert_int_equal(run.result, 41);
		assert_int_equal(skep_map_get(map, &key, &value), 0);
		assert_int_equal(value, 41);
		for (int err = skep_map_next(map, NULL, &key); !err;
		     err = skep_map_next(map, &key, &key))
			count++;
		assert_int_equal(count, 8);
		unload(&l);
		assert_int_equal(slots_live, 0);
	}
}

static void batches_read_what_single_calls_wrote(void **state)
{
	struct loaded l = { 0 };
	uint32_t keys[16], place = 0;
	uint64_t values[16], sum = 0;
	struct skep_map_batch batch = {
		.size = sizeof(batch), .to = &place, .keys = keys, .values = values, .count = 16
	};
	struct skep_map *map;

	load_text(&l, text_hits);
	assert_int_equal(skep_load(&l.unit, l.eng, l.obj, NULL, l.diag), 0);
	map = skep_map_find(l.unit, "hits");
	for (uint32_t key = 0; key < 10; key++) {
		uint64_t value = key * 100;

		assert_int_equal(skep_map_set(map, &key, &value, 0), 0);
	}
	assert_int_equal(skep_map_batch(map, SKEP_BATCH_TAKE, &batch), -ENOENT);
	assert_int_equal(batch.count, 10);
	for (uint32_t i = 0; i < 10; i++) {
		assert_int_equal(values[i], keys[i] * 100);
		sum += values[i];
	}
	assert_int_equal(sum, 4500);
	assert_int_equal(skep_map_next(map, NULL, keys), -ENOENT);
	unload(&l);
}

static void unverified_programs_run_unchecked_only_when_trusted(void **state)
{
	struct skep_load_opts opts = { .size = sizeof(opts), .exec = SKEP_EXEC_INTERP };
	struct skep_run run = { .size = sizeof(run) };
	struct skep_unit *u = NULL;
	struct loaded l = { 0 };

	load_text(&l, text_two);
	assert_int_equal(skep_load(&u, l.eng, l.obj, &opts, l.diag), -EACCES);
	assert_complains(l.diag, "does not run unverified programs");
	opts.trusted = true;
	assert_int_equal(skep_load(&u, l.eng, l.obj, &opts, l.diag), 0);
	assert_int_equal(skep_prog_run(skep_prog_find(u, NULL), &run, l.diag), 0);
	assert_int_equal(run.result, 2);
	skep_unit_free(u);
	unload(&l);
}

/* The address of a packet's byte is not compared with its end: Linux refuses, so do we. */
static const char text_unsafe[] = ".prog p type=xdp\n"
				  "r2 = *(u32 *)(r1 +0)\n"
				  "r0 = *(u8 *)(r2 +0)\n"
				  "r0 = 2\n"
				  "exit\n";

static void refused_programs_load_only_to_be_tested_while_they_run(void **state)
{
	struct skep_load_opts opts = { .size = sizeof(opts) };
	struct skep_source src = { .name = "t", .data = text_unsafe, .len = strlen(text_unsafe) };
	char packet[14] = { 0 };
	struct skep_run run = { .size = sizeof(run), .data_in = packet, .data_in_len = 14 };
	struct skep_diag *diag = skep_diag_new();
	struct skep_object *obj;
	struct skep_engine *eng;
	struct skep_unit *u;

	assert_int_equal(skep_open(&obj, SKEP_ASM, src, NULL, diag), 0);
	assert_int_equal(skep_engine_new(&eng, "user", diag), 0);
	assert_int_equal(skep_load(&u, eng, obj, &opts, diag), -EACCES);
	assert_complains(diag, "packet bounds");
	opts.exec = SKEP_EXEC_CHECKED;
	assert_int_equal(skep_load(&u, eng, obj, &opts, diag), 0);
	assert_int_equal(skep_prog_run(skep_prog_find(u, NULL), &run, diag), 0);
	assert_int_equal(run.result, 2);
	skep_unit_free(u);
	skep_engine_free(eng);
	skep_object_free(obj);
	skep_diag_free(diag);
}

#ifdef __x86_64__
#define FASTEST "JIT"
#else
#define FASTEST "interpreter"
#endif

static void verified_programs_run_without_tests(void **state)
{
	static const char text[] = ".prog p type=xdp\nr0 = 2\nexit\n";
	struct skep_source src = { .name = "t", .data = text, .len = strlen(text) };
	char packet[14] = { 0 };
	struct skep_run run = { .size = sizeof(run), .data_in = packet, .data_in_len = 14 };
	struct skep_diag *diag = skep_diag_new();
	struct skep_object *obj;
	struct skep_engine *eng;
	struct skep_unit *u;

	assert_int_equal(skep_open(&obj, SKEP_ASM, src, NULL, diag), 0);
	assert_int_equal(skep_engine_new(&eng, "user", diag), 0);
	assert_int_equal(skep_load(&u, eng, obj, NULL, diag), 0);
	assert_int_equal(skep_prog_run(skep_prog_find(u, NULL), &run, diag), 0);
	assert_int_equal(run.result, 2);
	assert_int_equal(run.insns, 0); /* counted in checked mode only */
	assert_string_equal(skep_prog_exec(skep_prog_find(u, NULL)), FASTEST);
	skep_unit_free(u);
	skep_engine_free(eng);
	skep_object_free(obj);
	skep_diag_free(diag);
}

static void a_fault_names_the_program_and_leaves_the_run_alone(void **state)
{
	struct skep_run run = { .size = sizeof(run), .result = 99 };
	struct loaded l = { 0 };

	load_text(&l, "r1 = 0\nr0 = *(u64 *)(r1 +16)\nexit\n");
	assert_int_equal(skep_prog_run(skep_prog_find(l.unit, NULL), &run, l.diag), -EFAULT);
	assert_complains(l.diag, "main");
	assert_int_equal(run.result, 99);
	unload(&l);
}

/* Source of the words and of what they do: linux/bpf.h, linux/pkt_cls.h. */
static void results_have_words_and_say_what_passes(void **state)
{
	static const struct {
		const char *section;
		uint64_t result;
		const char *word;
		bool passes;
	} rows[] = {
		{ "xdp", 0, "XDP_ABORTED", false },
		{ "xdp", 1, "XDP_DROP", false },
		{ "xdp", 2, "XDP_PASS", true },
		{ "xdp", 3, "XDP_TX", false },
		{ "xdp", 4, "XDP_REDIRECT", false },
		{ "xdp", 5, NULL, false },
		{ "tc", 0, "TC_ACT_OK", true },
		{ "tc", 2, "TC_ACT_SHOT", false },
		{ "tc", 3, "TC_ACT_PIPE", true },
		{ "tc", 7, "TC_ACT_REDIRECT", false },
		{ "tc", 0xffffffff, "TC_ACT_UNSPEC", true },
		{ "socket", 0, NULL, false },
		{ "socket", 14, NULL, true },
		{ "cgroup_skb/ingress", 0, NULL, false },
		{ "cgroup_skb/ingress", 1, NULL, true },
		{ "lwt_xmit", 0, "BPF_OK", true },
		{ "lwt_xmit", 2, "BPF_DROP", false },
		{ "flow_dissector", 0, "BPF_OK", true },
		{ "flow_dissector", 2, "BPF_DROP", false },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct loaded l = { 0 };
		struct skep_prog *p;
		const char *word;
		char text[80];

		snprintf(text, sizeof(text), ".prog p section=\"%s\"\nr0 = 0\nexit\n",
			 rows[i].section);
		load_text(&l, text);
		p = skep_prog_find(l.unit, "p");
		assert_string_equal(skep_prog_name(p), "p");
		word = skep_prog_action(p, rows[i].result);
		if (rows[i].word && (!word || strcmp(word, rows[i].word)))
			fail_msg("%s %llu is %s", rows[i].section,
				 (unsigned long long)rows[i].result, word ? word : "nothing");
		if (skep_prog_passes(p, rows[i].result) != rows[i].passes)
			fail_msg("%s %llu", rows[i].section, (unsigned long long)rows[i].result);
		unload(&l);
	}
}

static void captures_are_read_back_as_written(void **state)
{
	const char *path = "test_api_capture.pcap";
	struct skep_packet p = {
		.data = "0123456789abcdef", .len = 16, .wire_len = 60, .ts = 1700000000123456789
	};
	struct skep_diag *diag = skep_diag_new();
	struct skep_capture *c;
	struct skep_packet in;
	struct skep_dump *d;

	assert_int_equal(skep_dump_open(&d, path, 1, diag), 0);
	assert_int_equal(skep_dump_write(d, &p), 0);
	p.len = p.wire_len = 3;
	p.ts++;
	assert_int_equal(skep_dump_write(d, &p), 0);
	assert_int_equal(skep_dump_close(d, diag), 0);
	assert_int_equal(skep_capture_open(&c, path, diag), 0);
	assert_int_equal(skep_capture_linktype(c), 1);
	assert_int_equal(skep_capture_next(c, &in, diag), 1);
	assert_int_equal(in.len, 16);
	assert_int_equal(in.wire_len, 60);
	assert_int_equal(in.ts, 1700000000123456789);
	assert_int_equal(in.linktype, 1);
	assert_memory_equal(in.data, "0123456789abcdef", 16);
	assert_int_equal(skep_capture_next(c, &in, diag), 1);
	assert_int_equal(in.len, 3);
	assert_int_equal(skep_capture_next(c, &in, diag), 0);
	skep_capture_close(c);
	/* A discarded dump leaves the old file as it was. */
	assert_int_equal(skep_dump_open(&d, path, 1, diag), 0);
	assert_int_equal(skep_dump_write(d, &p), 0);
	skep_dump_discard(d);
	assert_int_equal(skep_capture_open(&c, path, diag), 0);
	assert_int_equal(skep_capture_next(c, &in, diag), 1);
	assert_int_equal(in.len, 16);
	skep_capture_close(c);
	remove(path);
	assert_int_equal(skep_capture_open(&c, path, diag), -ENOENT);
	assert_complains(diag, path);
	skep_diag_free(diag);
}

static const struct CMUnitTest tests[] = {
	TEST(one_const_object_loads_many_times),
	TEST(null_handles_are_freed_quietly),
	TEST(an_unknown_engine_is_refused),
	TEST(load_options_may_be_shorter_or_longer),
	TEST(a_shorter_run_struct_is_not_written_past_its_end),
	TEST(open_options_are_checked),
	TEST(embedders_add_and_replace_helpers),
	TEST(maps_of_the_embedders_own_type_do_what_it_says),
	TEST(batches_read_what_single_calls_wrote),
	TEST(unverified_programs_run_unchecked_only_when_trusted),
	TEST(refused_programs_load_only_to_be_tested_while_they_run),
	TEST(verified_programs_run_without_tests),
	TEST(a_fault_names_the_program_and_leaves_the_run_alone),
	TEST(results_have_words_and_say_what_passes),
	TEST(captures_are_read_back_as_written),
};
TEST_MAIN(tests)
