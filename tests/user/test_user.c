// SPDX-License-Identifier: BSD-2-Clause
/* The user engine's own claims: loading, hooks, helpers, events, faults. */
#include "../test.h"

#include <errno.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/file.h"
#include "fixture.h"
#include "spec/helper.h"
#include "user/format.h"
#include "user/unit.h"
#include "user/user.h"

#define PROG(f, type, ...)                                                                         \
	({                                                                                         \
		const struct insn prog_[] = { __VA_ARGS__ };                                       \
		fixture_prog(f, "p", type, 0, prog_, ARRAY_SIZE(prog_));                           \
	})

static u64 run_packet(struct fixture *f, u32 prog, void *packet, size_t len)
{
	struct skep_run run = {
		.data_in = packet, .data_in_len = len, .data_out = packet, .data_out_cap = len
	};
	int err = fixture_run(f, prog, &run);

	if (err)
		diag_print(&f->diag, stderr, false);
	assert_int_equal(err, 0);
	return run.result;
}

static bool said(const struct fixture *f, const char *text)
{
	for (const struct diag_item *i = f->diag.first; i; i = i->next) {
		if (strstr(i->text, text))
			return true;
	}
	diag_print(&f->diag, stderr, false);
	return false;
}

static void bare_program_gets_memory_and_length(void **state)
{
	u8 memory[16] = { 0x11, 0x22 };
	struct skep_run none = { 0 };
	struct fixture f;
	u32 p;

	fixture_start(&f);
	p = PROG(&f, PROG_UNSPEC, I_MOVR(0, 2), I_J(JEQ, 1, 0, 4), I_LDX(SIZE_H, 3, 1, 0),
		 I_ALU(LSH, 3, 40), I_ALUR(ADD, 0, 3), I_ST(SIZE_B, 1, 15, 0x77), I_EXIT);
	assert_int_equal(run_packet(&f, p, memory, sizeof(memory)), 0x2211ull << 40 | 16);
	assert_int_equal(memory[15], 0x77);
	assert_int_equal(fixture_run(&f, p, &none), 0);
	assert_int_equal(none.result, 0);
	fixture_end(&f);
}

static void fault_is_reported_with_its_place(void **state)
{
	struct skep_run run = { .data_in = "x", .data_in_len = 1 };
	struct fixture f;
	u32 p;

	fixture_start(&f);
	p = PROG(&f, PROG_UNSPEC, I_LDX(SIZE_DW, 0, 1, 0), I_EXIT);
	assert_int_equal(fixture_run(&f, p, &run), -EFAULT);
	assert_int_equal(f.diag.errors, 1);
	fixture_end(&f);
}

static void packet_addresses_fit_32_bits(void **state)
{
	u8 packet[60] = { 0 };
	struct fixture f;
	u32 p;

	fixture_start(&f);
	p = PROG(&f, PROG_XDP, I_LDX(SIZE_W, 2, 1, 0), I_LDX(SIZE_W, 3, 1, 4), I_MOV(0, 1),
		 I_MOVR(4, 2), I_ALU(ADD, 4, 60), I_JR(JNE, 4, 3, 2), I_ST(SIZE_B, 2, 59, 9),
		 I_MOV(0, 2), I_EXIT);
	assert_int_equal(run_packet(&f, p, packet, sizeof(packet)), 2);
	assert_int_equal(packet[59], 9);
	fixture_end(&f);
}

static void input_is_never_written(void **state)
{
	const u8 packet[60] = { 0 };
	u8 out[60];
	struct skep_run run = {
		.data_in = packet, .data_in_len = 60, .data_out = out, .data_out_cap = 60
	};
	struct fixture f;
	u32 p;

	fixture_start(&f);
	p = PROG(&f, PROG_XDP, I_LDX(SIZE_W, 2, 1, 0), I_ST(SIZE_B, 2, 0, 9), I_MOV(0, 2), I_EXIT);
	assert_int_equal(fixture_run(&f, p, &run), 0);
	assert_int_equal(packet[0], 0);
	assert_int_equal(out[0], 9);
	fixture_end(&f);
}

static void socket_filter_sees_the_link_header_by_default(void **state)
{
	u8 packet[60] = { [12] = 0x86, [13] = 0xdd, [14] = 0x60, [20] = 17 };
	struct skep_run run = { .data_in = packet, .data_in_len = 60, .flags = SKEP_RUN_L3 };
	struct fixture f;
	u32 p;

	fixture_start(&f);
	p = PROG(&f, PROG_SOCKET_FILTER, I_MOVR(6, 1),
		 ((struct insn){ CLASS_LD | MODE_ABS | SIZE_H, 0, 0, 0, 12 }), I_EXIT);
	assert_int_equal(run_packet(&f, p, packet, sizeof(packet)), 0x86dd);
	assert_int_equal(fixture_run(&f, p, &run), 0);
	assert_int_equal(run.result, 0);
	fixture_end(&f);
}

static void other_link_types_start_at_the_network_header(void **state)
{
	u8 packet[20] = { 0x45, 0, 0, 20 };
	struct skep_run run = { .data_in = packet, .data_in_len = 20, .linktype = 101 };
	struct fixture f;
	u32 p;

	fixture_start(&f);
	p = PROG(&f, PROG_SCHED_CLS, I_LDX(SIZE_W, 0, 1, 16), I_LDX(SIZE_W, 2, 1, 0),
		 I_ALU(LSH, 2, 16), I_ALUR(OR, 0, 2), I_EXIT);
	assert_int_equal(fixture_run(&f, p, &run), 0);
	assert_int_equal(run.result, 20 << 16 | 0x0008);
	assert_int_equal(run.data_out_len, 20);
	fixture_end(&f);
}

static void too_large_a_packet_is_refused(void **state)
{
	u8 *packet = calloc(1, 300000);
	struct skep_run run = { .data_in = packet, .data_in_len = 300000 };
	struct fixture f;
	u32 p;

	fixture_start(&f);
	p = PROG(&f, PROG_XDP, I_MOV(0, 2), I_EXIT);
	assert_int_equal(fixture_run(&f, p, &run), -E2BIG);
	run.data_in_len = 262144;
	assert_int_equal(fixture_run(&f, p, &run), 0);
	run.cpu = map_cpus();
	assert_int_equal(fixture_run(&f, p, &run), -EINVAL);
	fixture_end(&f);
	free(packet);
}

static void unknown_helpers_are_refused_by_name(void **state)
{
	struct fixture f;

	fixture_start(&f);
	PROG(&f, PROG_XDP, I_CALL(69), I_MOV(0, 0), I_EXIT);
	assert_int_equal(fixture_load(&f, NULL), -EOPNOTSUPP);
	assert_true(said(&f, "helper bpf_fib_lookup (number 69) is not in the user engine"));
	fixture_end(&f);
	fixture_start(&f);
	PROG(&f, PROG_XDP, I_CALL(9), I_MOV(0, 0), I_EXIT);
	assert_int_equal(fixture_load(&f, NULL), -EOPNOTSUPP);
	assert_true(said(&f, "bpf_skb_store_bytes (number 9) is not for programs of its type"));
	fixture_end(&f);
	fixture_start(&f);
	PROG(&f, PROG_UNSPEC, I_CALL(9), I_MOV(0, 0), I_EXIT);
	assert_int_equal(fixture_load(&f, NULL), -EOPNOTSUPP);
	assert_true(said(&f, "works on a packet that this program has not got"));
	fixture_end(&f);
	fixture_start(&f);
	PROG(&f, PROG_XDP, I_CALL(9999), I_MOV(0, 0), I_EXIT);
	assert_int_equal(fixture_load(&f, NULL), -EOPNOTSUPP);
	assert_true(said(&f, "no helper has number 9999"));
	fixture_end(&f);
}

static uint64_t weigh(void *arg, uint64_t r1, uint64_t r2, uint64_t r3, uint64_t r4, uint64_t r5)
{
	return *(int *)arg + r1 + 10 * r2 + 100 * r3 + 1000 * r4 + 10000 * r5;
}

static void embedders_helper_takes_a_number(void **state)
{
	struct skep_run run = { 0 };
	struct fixture f;
	int seven = 7;
	u32 p;

	fixture_start(&f);
	assert_int_equal(engine_user.helper(f.engine, 5000, weigh, &seven), 0);
	assert_int_equal(engine_user.helper(f.engine, 5, weigh, &seven), 0);
	p = PROG(&f, PROG_UNSPEC, I_MOV(1, 1), I_MOV(2, 2), I_MOV(3, 3), I_MOV(4, 4), I_MOV(5, 5),
		 I_CALL(5000), I_EXIT);
	assert_int_equal(fixture_run(&f, p, &run), 0);
	assert_int_equal(run.result, 54321 + 7);
	fixture_end(&f);
}

static void unchecked_interpreter_needs_trust(void **state)
{
	struct skep_load_opts opts = { .size = sizeof(opts), .exec = SKEP_EXEC_INTERP };
	struct skep_run run = { 0 };
	struct fixture f;
	u32 p;

	fixture_start(&f);
	p = PROG(&f, PROG_UNSPEC, I_MOV(0, 42), I_EXIT);
	assert_int_equal(fixture_load(&f, &opts), -EACCES);
	opts.trusted = true;
	assert_int_equal(fixture_load(&f, &opts), 0);
	assert_int_equal(fixture_run(&f, p, &run), 0);
	assert_int_equal(run.result, 42);
	fixture_end(&f);
}

static void endless_loop_ends_with_its_budget(void **state)
{
	struct skep_load_opts opts = { .size = sizeof(opts), .budget = 10000 };
	struct skep_run run = { 0 };
	struct fixture f;
	u32 p;

	fixture_start(&f);
	p = PROG(&f, PROG_UNSPEC, I_MOV(0, 42), ((struct insn){ CODE_JA, 0, 0, -2, 0 }), I_EXIT);
	assert_int_equal(fixture_load(&f, &opts), 0);
	assert_int_equal(fixture_run(&f, p, &run), -EFAULT);
	fixture_end(&f);
}

static void programs_without_a_hook_are_left_out(void **state)
{
	struct skep_load_opts opts = { .size = sizeof(opts), .prog = "p" };
	struct fixture f;

	fixture_start(&f);
	PROG(&f, PROG_KPROBE, I_MOV(0, 0), I_EXIT);
	assert_int_equal(fixture_load(&f, NULL), -EOPNOTSUPP);
	assert_true(said(&f, "does not run programs of type kprobe"));
	opts.prog = "q";
	assert_int_equal(fixture_load(&f, &opts), -ENOENT);
	fixture_end(&f);
	fixture_start(&f);
	PROG(&f, PROG_KPROBE, I_MOV(0, 0), I_EXIT);
	PROG(&f, PROG_XDP, I_MOV(0, 0), I_EXIT);
	assert_int_equal(fixture_load(&f, NULL), 0);
	assert_true(said(&f, "of type kprobe is left out"));
	fixture_end(&f);
}

static void data_maps_start_with_their_data(void **state)
{
	struct skep_run run = { 0 };
	struct fixture f;
	u32 p, zero = 0, one = 1;

	fixture_start(&f);
	fixture_map(&f, ".data", MAP_TYPE_ARRAY, 4, 4, 1);
	fixture_map(&f, ".rodata", MAP_TYPE_ARRAY, 4, 4, 1);
	f.obj->maps[0].role = MAP_DATA;
	f.obj->maps[0].data = (const u8 *)"\x05\0\0";
	f.obj->maps[1].role = MAP_RODATA;
	f.obj->maps[1].data = (const u8 *)"\x07\0\0";
	p = PROG(&f, PROG_UNSPEC, I_VALUE(1, 0, 0), I_VALUE(2, 1, 0), I_LDX(SIZE_W, 0, 1, 0),
		 I_LDX(SIZE_W, 3, 2, 0), I_ALUR(ADD, 0, 3), I_STX(SIZE_W, 1, 0, 0), I_EXIT);
	assert_int_equal(fixture_run(&f, p, &run), 0);
	assert_int_equal(run.result, 12);
	assert_int_equal(fixture_run(&f, p, &run), 0);
	assert_int_equal(run.result, 19);
	assert_int_equal(engine_user.map_set(&f.unit->maps[0], &zero, &one, 0), 0);
	assert_int_equal(engine_user.map_set(&f.unit->maps[1], &zero, &one, 0), -EPERM);
	fixture_end(&f);
	fixture_start(&f);
	fixture_map(&f, ".rodata", MAP_TYPE_ARRAY, 4, 4, 1);
	f.obj->maps[0].role = MAP_RODATA;
	p = PROG(&f, PROG_UNSPEC, I_VALUE(1, 0, 0), I_ST(SIZE_W, 1, 0, 0), I_MOV(0, 0), I_EXIT);
	assert_int_equal(fixture_run(&f, p, &run), -EFAULT);
	fixture_end(&f);
}

static void tail_calls_reach_slots_and_indexes(void **state)
{
	static struct obj_slot slots[] = { { .index = 1, .map = -1, .prog = 1 } };
	struct skep_load_opts opts = { .size = sizeof(opts), .prog = "first" };
	u8 packet[60] = { 0 };
	struct fixture f;
	u32 key = 1, index = 2;

	for (int only = 0; only < 2; only++) {
		const struct insn first[] = { I_MAP(2, 0), I_MOV(3, 1), I_CALL(12), I_MOV(0, 1),
					      I_EXIT };
		const struct insn second[] = { I_MOV(0, 2), I_EXIT };
		const struct insn third[] = { I_MOV(0, 3), I_EXIT };
		const struct insn wrong[] = { I_CALL(9999), I_EXIT };
		u32 unloaded = 3;

		fixture_start(&f);
		fixture_map(&f, "jmp", MAP_TYPE_PROG_ARRAY, 4, 4, 2);
		f.obj->maps[0].slots = slots;
		f.obj->maps[0].slot_count = 1;
		fixture_prog(&f, "first", PROG_XDP, 0, first, ARRAY_SIZE(first));
		fixture_prog(&f, "second", PROG_XDP, 0, second, 2);
		fixture_prog(&f, "third", PROG_XDP, 0, third, 2);
		if (only) /* what the slots may get is loaded too, and left out when it cannot be */
			fixture_prog(&f, "wrong", PROG_XDP, 0, wrong, 2);
		assert_int_equal(fixture_load(&f, only ? &opts : NULL), 0);
		assert_int_equal(run_packet(&f, 0, packet, sizeof(packet)), 2);
		assert_int_equal(engine_user.map_set(&f.unit->maps[0], &key, &unloaded, 0),
				 -ENOENT);
		assert_int_equal(engine_user.map_set(&f.unit->maps[0], &key, &index, 0), 0);
		assert_int_equal(run_packet(&f, 0, packet, sizeof(packet)), 3);
		assert_int_equal(engine_user.map_del(&f.unit->maps[0], &key), 0);
		assert_int_equal(run_packet(&f, 0, packet, sizeof(packet)), 1);
		fixture_end(&f);
	}
}

struct sent {
	u32 count, ifindex[8], len[8];
};

static void note_tx(void *arg, uint32_t ifindex, const void *packet, size_t len)
{
	struct sent *s = arg;

	s->ifindex[s->count] = ifindex;
	s->len[s->count++] = (u32)len;
}

static void packets_leave_by_their_device(void **state)
{
	u8 packet[60] = { 0 };
	u32 to = 9, key = 3;
	struct sent sent = { 0 };
	struct fixture f;

	fixture_start(&f);
	f.engine->tx = note_tx;
	f.engine->tx_arg = &sent;
	fixture_map(&f, "devs", MAP_TYPE_DEVMAP, 4, 4, 8);
	PROG(&f, PROG_XDP, I_MOV(0, 3), I_EXIT);
	PROG(&f, PROG_XDP, I_MOV(1, 7), I_MOV(2, 0), I_CALL(23), I_EXIT);
	PROG(&f, PROG_XDP, I_MAP(1, 0), I_MOV(2, 3), I_MOV(3, 2), I_CALL(51), I_EXIT);
	PROG(&f, PROG_SCHED_CLS, I_MOV(1, 5), I_MOV(2, 0), I_CALL(23), I_EXIT);
	PROG(&f, PROG_SCHED_CLS, I_MOV(2, 6), I_MOV(3, 0), I_CALL(13), I_EXIT);
	assert_int_equal(run_packet(&f, 0, packet, 60), 3);
	assert_int_equal(run_packet(&f, 1, packet, 60), 4);
	assert_int_equal(run_packet(&f, 2, packet, 60), 2); /* empty slot: the flags' action */
	assert_int_equal(engine_user.map_set(&f.unit->maps[0], &key, &to, 0), 0);
	assert_int_equal(run_packet(&f, 2, packet, 60), 4);
	assert_int_equal(run_packet(&f, 3, packet, 60), 7);
	assert_int_equal(run_packet(&f, 4, packet, 60), 0);
	assert_int_equal(sent.count, 5);
	assert_int_equal(sent.ifindex[0], 1);
	assert_int_equal(sent.ifindex[1], 7);
	assert_int_equal(sent.ifindex[2], 9);
	assert_int_equal(sent.ifindex[3], 5);
	assert_int_equal(sent.ifindex[4], 6);
	assert_int_equal(sent.len[4], 60);
	fixture_end(&f);
}

struct heard {
	u32 count;
	char text[8][16];
	u64 lost;
	int cpu;
};

static int note_event(void *arg, const struct skep_event *ev)
{
	struct heard *h = arg;

	memcpy(h->text[h->count], ev->data, MIN(ev->len, (size_t)15));
	h->count++;
	h->lost += ev->lost;
	h->cpu = ev->cpu;
	return 0;
}

static void ring_buffer_events_are_delivered(void **state)
{
	struct skep_run run = { 0 };
	struct heard heard = { 0 };
	struct fixture f;
	u32 p;

	fixture_start(&f);
	fixture_map(&f, "rb", MAP_TYPE_RINGBUF, 0, 0, 4096);
	p = PROG(&f, PROG_UNSPEC, I_MAP(1, 0), I_MOV(2, 8), I_MOV(3, 0), I_CALL(131),
		 I_J(JEQ, 0, 0, 4), I_ST(SIZE_DW, 0, 0, 0x6f6c6c), I_MOVR(1, 0), I_MOV(2, 0),
		 I_CALL(132), I_ST(SIZE_DW, 10, -8, 0x626261), I_MAP(1, 0), I_MOVR(2, 10),
		 I_ALU(ADD, 2, -8), I_MOV(3, 8), I_MOV(4, 0), I_CALL(130), I_EXIT);
	assert_int_equal(fixture_run(&f, p, &run), 0);
	assert_int_equal(run.result, 0);
	assert_int_equal(engine_user.poll(f.unit, 0, note_event, &heard), 2);
	assert_string_equal(heard.text[0], "llo");
	assert_string_equal(heard.text[1], "abb");
	assert_int_equal(heard.cpu, -1);
	assert_int_equal(engine_user.poll(f.unit, 2, note_event, &heard), 0);
	fixture_end(&f);
}

static void reserved_record_of_a_faulting_program_is_dropped(void **state)
{
	struct skep_run run = { 0 };
	struct heard heard = { 0 };
	struct fixture f;
	u32 leak, fine;

	fixture_start(&f);
	fixture_map(&f, "rb", MAP_TYPE_RINGBUF, 0, 0, 4096);
	leak = PROG(&f, PROG_UNSPEC, I_MAP(1, 0), I_MOV(2, 8), I_MOV(3, 0), I_CALL(131),
		    I_MOV(0, 0), I_EXIT);
	fine = PROG(&f, PROG_UNSPEC, I_ST(SIZE_DW, 10, -8, 0x626261), I_MAP(1, 0), I_MOVR(2, 10),
		    I_ALU(ADD, 2, -8), I_MOV(3, 8), I_MOV(4, 0), I_CALL(130), I_EXIT);
	assert_int_equal(fixture_run(&f, leak, &run), -EFAULT);
	assert_int_equal(fixture_run(&f, fine, &run), 0);
	assert_int_equal(engine_user.poll(f.unit, 0, note_event, &heard), 1);
	assert_string_equal(heard.text[0], "abb");
	fixture_end(&f);
}

static void perf_events_carry_packet_bytes(void **state)
{
	u8 packet[60] = "packet";
	struct heard heard = { 0 };
	struct fixture f;
	u32 p;

	fixture_start(&f);
	fixture_map(&f, "pb", MAP_TYPE_PERF_EVENT_ARRAY, 4, 4, 8192);
	p = PROG(&f, PROG_XDP, I_ST(SIZE_DW, 10, -8, 0x32323232), I_MAP(2, 0), I_MOV(3, 7),
		 I_ALU(LSH, 3, 32), I_MOV(4, -1), I_ALU(LSH, 4, 32), I_ALU(RSH, 4, 32),
		 I_ALUR(OR, 3, 4), I_MOVR(4, 10), I_ALU(ADD, 4, -8), I_MOV(5, 4), I_CALL(25),
		 I_EXIT);
	assert_int_equal(run_packet(&f, p, packet, sizeof(packet)), 0);
	assert_int_equal(engine_user.poll(f.unit, 0, note_event, &heard), 1);
	assert_string_equal(heard.text[0], "2222packet");
	assert_int_equal(heard.cpu, 0);
	fixture_end(&f);
}

static void note_print(void *arg, const char *text, size_t len)
{
	char *out = arg;

	memcpy(out, text, len);
	out[len] = 0;
}

static void printed_text_reaches_the_embedder(void **state)
{
	struct skep_run run = { 0 };
	char text[FORMAT_MAX] = "";
	struct fixture f;
	u32 p;

	fixture_start(&f);
	f.engine->print = note_print;
	f.engine->print_arg = text;
	p = PROG(&f, PROG_UNSPEC, I_ST(SIZE_W, 10, -8, 0x25207825), /* "%x %" */
		 I_ST(SIZE_W, 10, -4, 0x0a64),			    /* "d\n" */
		 I_MOVR(1, 10), I_ALU(ADD, 1, -8), I_MOV(2, 8), I_MOV(3, 255), I_MOV(4, -5),
		 I_CALL(6), I_EXIT);
	/* r5 was never written: only what the format asks for is read */
	if (fixture_run(&f, p, &run))
		diag_print(&f.diag, stderr, false);
	assert_string_equal(text, "ff -5\n");
	assert_int_equal(run.result, 6);
	fixture_end(&f);
}

static void callbacks_sum_a_loop_and_a_map(void **state)
{
	struct skep_run run = { 0 };
	struct fixture f;
	u32 loop, each;

	fixture_start(&f);
	fixture_map(&f, "h", MAP_TYPE_HASH, 4, 8, 10);
	/* sum += index + 3, ends at index 9: 10 rounds, 45 + 30 */
	loop = PROG(&f, PROG_UNSPEC, I_ST(SIZE_DW, 10, -8, 0), I_MOV(1, 1000), I_FUNC(2, 8),
		    I_MOVR(3, 10), I_ALU(ADD, 3, -8), I_MOV(4, 0), I_CALL(181),
		    I_LDX(SIZE_DW, 1, 10, -8), I_ALU(MUL, 1, 1000), I_ALUR(ADD, 0, 1), I_EXIT,
		    I_LDX(SIZE_DW, 3, 2, 0), I_ALUR(ADD, 3, 1), I_ALU(ADD, 3, 3),
		    I_STX(SIZE_DW, 2, 3, 0), I_MOV(0, 0), I_J(JNE, 1, 9, 1), I_MOV(0, 1), I_EXIT);
	f.obj->progs[loop].insns[2].imm = 9;
	/* sum of keys + values, each element deleted on the way */
	each = PROG(&f, PROG_UNSPEC, I_ST(SIZE_DW, 10, -8, 0), I_MAP(1, 0), I_FUNC(2, 0),
		    I_MOVR(3, 10), I_ALU(ADD, 3, -8), I_MOV(4, 0), I_CALL(164),
		    I_LDX(SIZE_DW, 1, 10, -8), I_ALU(MUL, 1, 1000), I_ALUR(ADD, 0, 1), I_EXIT,
		    I_LDX(SIZE_W, 5, 2, 0), I_LDX(SIZE_DW, 6, 3, 0), I_ALUR(ADD, 5, 6),
		    I_LDX(SIZE_DW, 6, 4, 0), I_ALUR(ADD, 6, 5), I_STX(SIZE_DW, 4, 6, 0), I_CALL(3),
		    I_MOV(0, 0), I_EXIT);
	f.obj->progs[each].insns[3].imm = 9;
	assert_int_equal(fixture_load(&f, NULL), 0);
	assert_int_equal(fixture_run(&f, loop, &run), 0);
	assert_int_equal(run.result, 75 * 1000 + 10);
	for (u32 k = 1; k <= 5; k++) {
		u64 v = k * 10;

		assert_int_equal(engine_user.map_set(&f.unit->maps[0], &k, &v, 0), 0);
	}
	assert_int_equal(fixture_run(&f, each, &run), 0);
	assert_int_equal(run.result, 165 * 1000 + 5);
	assert_int_equal(fixture_run(&f, each, &run), 0);
	assert_int_equal(run.result, 0);
	fixture_end(&f);
}

static void locks_that_stay_held_are_faults(void **state)
{
	struct skep_run run = { 0 };
	struct fixture f;
	u32 good, bad;

	fixture_start(&f);
	fixture_map(&f, "a", MAP_TYPE_ARRAY, 4, 8, 1);
	good = PROG(&f, PROG_UNSPEC, I_VALUE(6, 0, 0), I_MOVR(1, 6), I_CALL(93),
		    I_ST(SIZE_W, 6, 4, 5), I_MOVR(1, 6), I_CALL(94), I_MOV(0, 7), I_EXIT);
	bad = PROG(&f, PROG_UNSPEC, I_VALUE(1, 0, 0), I_CALL(93), I_MOV(0, 0), I_EXIT);
	assert_int_equal(fixture_load(&f, NULL), 0);
	assert_int_equal(fixture_run(&f, bad, &run), -EFAULT);
	assert_int_equal(fixture_run(&f, good, &run), 0); /* the fault let go of it */
	assert_int_equal(run.result, 7);
	fixture_end(&f);
}

static void process_helpers_tell_of_this_process(void **state)
{
	struct skep_run run = { 0 };
	struct fixture f;
	char comm[16] = "";
	u32 pid, uid, name;

	fixture_start(&f);
	pid = PROG(&f, PROG_UNSPEC, I_CALL(14), I_EXIT);
	uid = PROG(&f, PROG_UNSPEC, I_CALL(15), I_EXIT);
	name = PROG(&f, PROG_UNSPEC, I_MOVR(1, 10), I_ALU(ADD, 1, -16), I_MOV(2, 16), I_CALL(16),
		    I_LDX(SIZE_DW, 0, 10, -16), I_EXIT);
	assert_int_equal(fixture_load(&f, NULL), 0);
	assert_int_equal(fixture_run(&f, pid, &run), 0);
	assert_int_equal(run.result, (u64)getpid() << 32 | (u32)syscall(SYS_gettid));
	assert_int_equal(fixture_run(&f, uid, &run), 0);
	assert_int_equal(run.result, (u64)getgid() << 32 | getuid());
	assert_int_equal(fixture_run(&f, name, &run), 0);
	prctl(PR_GET_NAME, comm);
	assert_memory_equal(&run.result, comm, 8);
	fixture_end(&f);
}

static void probe_reads_stay_inside_the_programs_memory(void **state)
{
	u64 secret = 0x1122334455667788, value;
	struct skep_run run = { .data_in = &value, .data_in_len = 8 };
	struct fixture f;
	u32 p;

	fixture_start(&f);
	p = PROG(&f, PROG_UNSPEC, I_LDX(SIZE_DW, 3, 1, 0), I_MOVR(1, 10), I_ALU(ADD, 1, -8),
		 I_MOV(2, 8), I_CALL(113), I_LDX(SIZE_DW, 1, 10, -8), I_ALUR(ADD, 0, 1), I_EXIT);
	value = (u64)(uintptr_t)&secret;
	assert_int_equal(fixture_run(&f, p, &run), 0);
	assert_int_equal(run.result, (u64)-EFAULT);
	value = 0;
	assert_int_equal(fixture_run(&f, p, &run), 0);
	assert_int_equal(run.result, (u64)-EFAULT);
	fixture_end(&f);
}

static void helper_rows_have_the_numbers_of_linux(void **state)
{
	const char *name;
	u32 id, n;

	for (n = 0; helper_row_at(n, &id, &name); n++)
		assert_int_equal(helper_id_by_name(name), id);
	assert_in_range(n, 50, 211);
}

static void helpers_refuse_maps_of_other_types(void **state)
{
	static const s32 ids[] = { 130, 131, 134, 25, 51 };
	u8 packet[60] = { 0 };

	for (u32 i = 0; i < ARRAY_SIZE(ids); i++) {
		struct skep_run run = { .data_in = packet, .data_in_len = sizeof(packet) };
		struct fixture f;
		u32 p;

		fixture_start(&f);
		fixture_map(&f, "h", MAP_TYPE_HASH, 40, 8, 4);
		if (ids[i] == 25) /* context, map, flags, data, size */
			p = PROG(&f, PROG_XDP, I_ST(SIZE_DW, 10, -8, 0), I_MAP(2, 0), I_MOV(3, 0),
				 I_MOVR(4, 10), I_ALU(ADD, 4, -8), I_MOV(5, 8), I_CALL(25),
				 I_MOV(0, 0), I_EXIT);
		else if (ids[i] == 130) /* map, data, size, flags */
			p = PROG(&f, PROG_XDP, I_ST(SIZE_DW, 10, -8, 0), I_MAP(1, 0), I_MOVR(2, 10),
				 I_ALU(ADD, 2, -8), I_MOV(3, 8), I_MOV(4, 0), I_CALL(130),
				 I_MOV(0, 0), I_EXIT);
		else
			p = PROG(&f, PROG_XDP, I_MAP(1, 0), I_MOV(2, 8), I_MOV(3, 0),
				 I_CALL(ids[i]), I_MOV(0, 0), I_EXIT);
		assert_int_equal(fixture_run(&f, p, &run), -EFAULT);
		assert_true(said(&f, "'h'"));
		fixture_end(&f);
	}
}

/* Rows of the table in docs/user-engine.md are those of helpers.def. */
static void every_helper_is_documented(void **state)
{
	struct file doc;
	const char *name;
	char row[80];
	u32 id, n;

	if (access("docs/user-engine.md", R_OK))
		test_skip("not run from the source tree");
	assert_int_equal(file_open(&doc, "docs/user-engine.md", NULL), 0);
	for (n = 0; helper_row_at(n, &id, &name); n++) {
		snprintf(row, sizeof(row), "\n| %u | bpf_%s | ", id, name);
		if (!memmem(doc.data, doc.len, row, strlen(row)))
			fail_msg("docs/user-engine.md has no row for bpf_%s", name);
	}
	file_close(&doc);
}

static const struct CMUnitTest tests[] = {
	TEST(bare_program_gets_memory_and_length),
	TEST(fault_is_reported_with_its_place),
	TEST(packet_addresses_fit_32_bits),
	TEST(input_is_never_written),
	TEST(socket_filter_sees_the_link_header_by_default),
	TEST(other_link_types_start_at_the_network_header),
	TEST(too_large_a_packet_is_refused),
	TEST(unknown_helpers_are_refused_by_name),
	TEST(embedders_helper_takes_a_number),
	TEST(unchecked_interpreter_needs_trust),
	TEST(endless_loop_ends_with_its_budget),
	TEST(programs_without_a_hook_are_left_out),
	TEST(data_maps_start_with_their_data),
	TEST(tail_calls_reach_slots_and_indexes),
	TEST(packets_leave_by_their_device),
	TEST(ring_buffer_events_are_delivered),
	TEST(reserved_record_of_a_faulting_program_is_dropped),
	TEST(perf_events_carry_packet_bytes),
	TEST(printed_text_reaches_the_embedder),
	TEST(callbacks_sum_a_loop_and_a_map),
	TEST(locks_that_stay_held_are_faults),
	TEST(process_helpers_tell_of_this_process),
	TEST(probe_reads_stay_inside_the_programs_memory),
	TEST(helper_rows_have_the_numbers_of_linux),
	TEST(helpers_refuse_maps_of_other_types),
	TEST(every_helper_is_documented),
};
TEST_MAIN(tests)
