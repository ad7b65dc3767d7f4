// SPDX-License-Identifier: BSD-2-Clause
/* One call over many packets: each is a run of its own, in order. */
#include "../test.h"

#include <errno.h>

#include "api/handle.h"
#include "fixture.h"

enum { PACKETS = 50, LEN = 60 };

struct setup {
	struct fixture f;
	u8 data[PACKETS][LEN];
	struct skep_packet packets[PACKETS];
	u64 results[PACKETS];
	u8 room[PACKETS][LEN];
	struct skep_packet_out outs[PACKETS];
	struct skep_batch batch;
	u32 map; /* "counts": one u64 */
};

/* Packet i has i in its byte 14. */
static void setup_start(struct setup *s)
{
	memset(s, 0, sizeof(*s));
	fixture_start(&s->f);
	s->map = fixture_map(&s->f, "counts", MAP_TYPE_ARRAY, 4, 8, 1);
	for (u32 i = 0; i < PACKETS; i++) {
		s->data[i][14] = (u8)i;
		s->packets[i] =
			(struct skep_packet){ .data = s->data[i], .len = LEN, .wire_len = LEN };
		s->outs[i] = (struct skep_packet_out){ .data = s->room[i], .cap = LEN };
	}
	s->batch = (struct skep_batch){ .size = sizeof(s->batch),
					.packets = s->packets,
					.count = PACKETS,
					.results = s->results };
}

static int run(struct setup *s, enum skep_exec exec)
{
	const struct skep_load_opts opts = { .size = sizeof(opts), .exec = exec };

	if (!s->f.unit && fixture_load(&s->f, &opts)) {
		diag_print(&s->f.diag, stderr, false);
		fail_msg("load failed");
	}
	return skep_prog_run_batch(prog_handle(&s->f.unit->progs[0]), &s->batch,
				   diag_handle(&s->f.diag));
}

#define PROG(f, type, ...)                                                                         \
	({                                                                                         \
		const struct insn prog_[] = { __VA_ARGS__ };                                       \
		fixture_prog(f, "p", type, 0, prog_, ARRAY_SIZE(prog_));                           \
	})

/* Count it in the map; byte 14 becomes one more; r0 = what it was. XDP. */
#define COUNT_AND_CHANGE                                                                           \
	I_LDX(SIZE_W, 6, 1, 0), I_LDX(SIZE_W, 3, 1, 4), I_VALUE(1, 0, 0), I_LDX(SIZE_DW, 2, 1, 0), \
		I_ALU(ADD, 2, 1), I_STX(SIZE_DW, 1, 2, 0), I_MOVR(2, 6), I_ALU(ADD, 2, 15),        \
		I_MOV(0, 0), I_JR(JGT, 2, 3, 4), I_LDX(SIZE_B, 0, 6, 14), I_MOVR(1, 0),            \
		I_ALU(ADD, 1, 1), I_STX(SIZE_B, 6, 1, 14), I_EXIT

static u64 counted(struct setup *s)
{
	u32 key = 0;
	u64 n;

	assert_int_equal(map_read(fixture_live(&s->f, s->map), &key, &n), 0);
	return n;
}

static void each_packet_is_a_run(enum skep_exec exec)
{
	struct setup s;

	setup_start(&s);
	PROG(&s.f, PROG_XDP, COUNT_AND_CHANGE);
	s.batch.outs = s.outs;
	s.outs[7].data = NULL;
	s.outs[8].cap = 10;
	assert_int_equal(run(&s, exec), 0);
	assert_int_equal(s.batch.done, PACKETS);
	assert_int_equal(counted(&s), PACKETS);
	for (u32 i = 0; i < PACKETS; i++) {
		assert_int_equal(s.results[i], i);
		assert_int_equal(s.data[i][14], i);
		assert_int_equal(s.outs[i].len, LEN);
		assert_int_equal(s.room[i][14], i == 7 || i == 8 ? 0 : i + 1);
	}
	fixture_end(&s.f);
}

static void every_packet_is_a_run_of_its_own(void **state)
{
	each_packet_is_a_run(SKEP_EXEC_CHECKED);
	each_packet_is_a_run(SKEP_EXEC_CHECKED_JIT);
	each_packet_is_a_run(SKEP_EXEC_INTERP);
	each_packet_is_a_run(SKEP_EXEC_AUTO);
}

static void repeat_runs_each_packet_that_often(void **state)
{
	struct setup s;

	setup_start(&s);
	PROG(&s.f, PROG_XDP, COUNT_AND_CHANGE);
	s.batch.repeat = 3;
	assert_int_equal(run(&s, SKEP_EXEC_AUTO), 0);
	assert_int_equal(counted(&s), 3 * PACKETS);
	assert_int_equal(s.results[5], 5 + 2); /* the packet is not put back between */
	fixture_end(&s.f);
}

static void results_and_packets_out_are_optional(void **state)
{
	struct setup s;

	setup_start(&s);
	PROG(&s.f, PROG_XDP, COUNT_AND_CHANGE);
	s.batch.results = NULL;
	assert_int_equal(run(&s, SKEP_EXEC_AUTO), 0);
	assert_int_equal(counted(&s), PACKETS);
	s.batch.count = 0;
	assert_int_equal(run(&s, SKEP_EXEC_AUTO), 0);
	assert_int_equal(s.batch.done, 0);
	assert_int_equal(counted(&s), PACKETS);
	fixture_end(&s.f);
}

static void a_packet_that_cannot_run_ends_the_batch(void **state)
{
	struct setup s;

	setup_start(&s);
	PROG(&s.f, PROG_XDP, COUNT_AND_CHANGE);
	s.packets[20].len = 3;
	assert_int_equal(run(&s, SKEP_EXEC_AUTO), -EINVAL);
	assert_int_equal(s.batch.done, 20);
	assert_int_equal(s.results[19], 19);
	assert_int_equal(s.results[21], 0);
	assert_int_equal(counted(&s), 20);
	fixture_end(&s.f);
}

/* Faults at packet 20, whose byte 14 leads to no memory. */
static void a_fault_ends_the_batch(void **state)
{
	struct setup s;

	setup_start(&s);
	PROG(&s.f, PROG_XDP, I_LDX(SIZE_W, 6, 1, 0), I_LDX(SIZE_B, 0, 6, 14), I_J(JNE, 0, 20, 1),
	     I_LDX(SIZE_B, 0, 0, 0), I_EXIT);
	assert_int_equal(run(&s, SKEP_EXEC_CHECKED), -EFAULT);
	assert_int_equal(s.batch.done, 20);
	assert_int_equal(s.results[19], 19);
	assert_int_equal(s.f.diag.errors, 1);
	fixture_end(&s.f);
}

static void socket_filters_read_each_packet(void **state)
{
	struct setup s;

	setup_start(&s);
	PROG(&s.f, PROG_SOCKET_FILTER, I_MOVR(6, 1),
	     ((struct insn){ CLASS_LD | MODE_ABS | SIZE_B, 0, 0, 0, 14 }), I_EXIT);
	s.batch.outs = s.outs;
	assert_int_equal(run(&s, SKEP_EXEC_AUTO), 0);
	for (u32 i = 0; i < PACKETS; i++) {
		assert_int_equal(s.results[i], i);
		assert_memory_equal(s.room[i], s.data[i], LEN);
	}
	for (u32 i = 0; i < PACKETS; i++)
		s.outs[i].data = s.data[i]; /* the input itself */
	assert_int_equal(run(&s, SKEP_EXEC_AUTO), 0);
	for (u32 i = 0; i < PACKETS; i++) {
		assert_int_equal(s.results[i], i);
		assert_memory_equal(s.room[i], s.data[i], LEN);
	}
	fixture_end(&s.f);
}

/* redirect(device 5), from packet 30 on only. */
static void redirects_are_each_packets_own(void **state)
{
	struct setup s;

	setup_start(&s);
	PROG(&s.f, PROG_XDP, I_LDX(SIZE_W, 6, 1, 0), I_LDX(SIZE_B, 3, 6, 14), I_MOV(0, 2),
	     I_J(JGT, 3, 29, 1), I_EXIT, I_MOV(1, 5), I_MOV(2, 0), I_CALL(23), I_EXIT);
	s.batch.outs = s.outs;
	assert_int_equal(run(&s, SKEP_EXEC_CHECKED), 0);
	for (u32 i = 0; i < PACKETS; i++) {
		assert_int_equal(s.results[i], i < 30 ? 2 : 4);
		assert_int_equal(s.outs[i].redirect_ifindex, i < 30 ? 0 : 5);
	}
	fixture_end(&s.f);
}

static size_t sent_at[PACKETS];
static u32 sent;
static void note(void *arg, u32 ifindex, const void *packet, size_t len)
{
	sent_at[sent++] = ((struct skep_batch *)arg)->done;
}

static void a_callback_sees_which_packet_is_run(void **state)
{
	struct setup s;

	setup_start(&s);
	PROG(&s.f, PROG_XDP, I_MOV(0, 3), I_EXIT);
	s.f.engine->tx = note;
	s.f.engine->tx_arg = &s.batch;
	sent = 0;
	assert_int_equal(run(&s, SKEP_EXEC_AUTO), 0);
	assert_int_equal(sent, PACKETS);
	for (u32 i = 0; i < PACKETS; i++)
		assert_int_equal(sent_at[i], i);
	fixture_end(&s.f);
}

static void refuses_what_it_does_not_know(void **state)
{
	struct setup s;

	setup_start(&s);
	PROG(&s.f, PROG_XDP, I_MOV(0, 2), I_EXIT);
	s.batch.flags = 1u << 31;
	assert_int_equal(run(&s, SKEP_EXEC_AUTO), -EINVAL);
	s.batch.flags = 0;
	s.batch.cpu = 1u << 20;
	assert_int_equal(run(&s, SKEP_EXEC_AUTO), -EINVAL);
	s.batch.cpu = 0;
	s.batch.size = 24;
	assert_int_equal(run(&s, SKEP_EXEC_AUTO), -EINVAL);
	fixture_end(&s.f);
}

static const struct CMUnitTest tests[] = {
	TEST(every_packet_is_a_run_of_its_own),
	TEST(repeat_runs_each_packet_that_often),
	TEST(results_and_packets_out_are_optional),
	TEST(a_packet_that_cannot_run_ends_the_batch),
	TEST(a_fault_ends_the_batch),
	TEST(socket_filters_read_each_packet),
	TEST(redirects_are_each_packets_own),
	TEST(a_callback_sees_which_packet_is_run),
	TEST(refuses_what_it_does_not_know),
};
TEST_MAIN(tests)
