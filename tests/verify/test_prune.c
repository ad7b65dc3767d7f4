// SPDX-License-Identifier: BSD-2-Clause
/* Comparing states, walking backwards for precision, remembering and forgetting states. */
#include "test.h"

#include <errno.h>

#include "verify/backtrack.h"
#include "verify/equal.h"
#include "verify/explored.h"
#include "verify/precision.h"
#include "verify/prune.h"
#include "verify/stack_live.h"

#define OP(code_, dst_, src_, off_, imm_)                                                          \
	((struct insn){                                                                            \
		.code = (code_), .dst = (dst_), .src = (src_), .off = (off_), .imm = (imm_) })
#define MOV(dst, imm)	   OP(0xb7, dst, 0, 0, imm)
#define MOVX(dst, src)	   OP(0xbf, dst, src, 0, 0)
#define ADDX(dst, src)	   OP(0x0f, dst, src, 0, 0)
#define JNE(dst, off)	   OP(0x55, dst, 0, off, 0)
#define STX(dst, src, off) OP(0x7b, dst, src, off, 0)
#define LDX(dst, src, off) OP(0x79, dst, src, off, 0)
#define CALL_TO(imm)	   OP(CODE_CALL, 0, CALL_LOCAL, 0, imm)
#define EXIT		   OP(CODE_EXIT, 0, 0, 0, 0)

/* A verification of a program without its walk: the tests move v.insn themselves. */
struct fixture {
	struct verify v;
	struct object obj;
	struct obj_prog prog;
	struct verify_opts opts;
	struct verify_result result;
	struct arena arena;
	struct aux aux[32];
};

static void begin_(struct fixture *f, struct insn *insns, u32 count)
{
	struct cfg_rules rules = { .loops_allowed = true };

	memset(f, 0, sizeof(*f));
	f->prog = (struct obj_prog){ .name = "main", .insns = insns, .insn_count = count };
	f->v = (struct verify){ .obj = &f->obj,
				.prog = &f->prog,
				.insns = insns,
				.insn_count = count,
				.opts = &f->opts,
				.result = &f->result,
				.arena = &f->arena,
				.aux = f->aux,
				.linux_version = ERA(6, 18),
				.allow_uninit_stack = true };
	assert_int_equal(cfg_build(&f->v.cfg, &f->arena, &f->obj, &f->prog, &rules, NULL), 0);
	f->v.cur = state_new();
	f->v.cur->frames[0] = frame_new(0, -1, 0);
	assert_int_equal(prune_init(&f->v), 0);
}
#define begin(f, ...)                                                                              \
	struct insn insns_[] = { __VA_ARGS__ };                                                    \
	begin_(f, insns_, ARRAY_SIZE(insns_))

static void end(struct fixture *f)
{
	state_free(f->v.cur);
	prune_fini(&f->v);
	arena_fini(&f->arena);
}

/* A copy of the current state that stands at slot 0. */
static struct state *copy(struct fixture *f)
{
	struct state *st = state_new();

	assert_int_equal(state_copy(st, f->v.cur), 0);
	st->insn = f->v.insn;
	return st;
}

static struct reg number(u64 min, u64 max, bool precise)
{
	struct reg r;

	reg_set_scalar(&r, scalar_range(min, max));
	r.precise = precise;
	return r;
}

/* May a state whose r6 is `old` cover one whose r6 is `cur`? */
static bool covers(struct reg old, struct reg cur, enum equal_mode mode)
{
	struct fixture f;
	struct state *st;
	bool yes;

	begin(&f, MOVX(0, 6), EXIT);
	state_regs(f.v.cur)[6] = old;
	st = copy(&f);
	state_regs(f.v.cur)[6] = cur;
	yes = states_equal(&f.v, st, f.v.cur, mode);
	state_free(st);
	end(&f);
	return yes;
}

static struct reg pointer(enum reg_type type, u16 flags, s32 off, u32 id)
{
	struct reg r;

	reg_set_pointer(&r, type, flags);
	r.off = off;
	r.id = id;
	return r;
}

static void numbers_that_mattered_must_lie_within(void **state)
{
	assert_true(covers(number(0, 9, false), number(0, 99, false), EQUAL_LOOSE));
	assert_false(covers(number(0, 9, true), number(0, 99, false), EQUAL_LOOSE));
	assert_true(covers(number(0, 99, true), number(3, 9, false), EQUAL_LOOSE));
	assert_false(covers(number(0, 9, false), number(0, 99, false), EQUAL_WITHIN));
	assert_true(covers(number(0, 99, false), number(0, 9, false), EQUAL_WITHIN));
	assert_false(covers(number(0, 99, false), number(0, 9, false), EQUAL_EXACT));
	assert_true(covers(number(0, 9, false), number(0, 9, true), EQUAL_EXACT));
}

static void a_number_is_no_pointer(void **state)
{
	struct reg uninit, p = pointer(PTR_TO_CTX, 0, 0, 0);

	reg_set_uninit(&uninit);
	assert_true(covers(uninit, p, EQUAL_LOOSE));
	assert_true(covers(uninit, number(0, 1, false), EQUAL_LOOSE));
	assert_false(covers(uninit, number(0, 1, false), EQUAL_WITHIN));
	assert_false(covers(number(0, ~0ull, false), p, EQUAL_LOOSE));
	assert_false(covers(p, number(0, 0, false), EQUAL_LOOSE));
	assert_true(covers(p, p, EQUAL_LOOSE));
}

static void packet_pointers_need_the_bytes_checked_before(void **state)
{
	struct reg few = pointer(PTR_TO_PACKET, 0, 0, 1), many = few, moved = few;

	few.range = 14;
	many.range = 34;
	moved.range = 34;
	moved.off = 2;
	assert_true(covers(few, many, EQUAL_LOOSE));
	assert_false(covers(many, few, EQUAL_LOOSE));
	assert_false(covers(few, moved, EQUAL_LOOSE));
}

static void map_pointers_agree_in_map_flags_and_offset(void **state)
{
	struct obj_map maps[2];
	struct reg a = pointer(PTR_TO_MAP_VALUE, 0, 4, 0), b = a, null = a, within = a;

	a.map = within.map = null.map = &maps[0];
	b.map = &maps[1];
	null.flags = PTR_MAYBE_NULL;
	a.s = scalar_range(0, 64);
	within.s = scalar_range(8, 16);
	assert_true(covers(a, within, EQUAL_LOOSE));
	assert_false(covers(within, a, EQUAL_LOOSE));
	b.s = a.s;
	assert_false(covers(a, b, EQUAL_LOOSE));
	null.s = a.s;
	assert_false(covers(a, null, EQUAL_LOOSE));
	within.off = 0;
	assert_false(covers(a, within, EQUAL_LOOSE));
}

static void dead_registers_are_ignored(void **state)
{
	struct fixture f;
	struct state *st;

	begin(&f, MOVX(0, 6), EXIT);
	state_regs(f.v.cur)[7] = pointer(PTR_TO_CTX, 0, 0, 0);
	st = copy(&f);
	state_regs(f.v.cur)[7] = number(0, 1, false);
	assert_true(states_equal(&f.v, st, f.v.cur, EQUAL_LOOSE));
	state_free(st);
	end(&f);
}

/* r6 and r7 with these identifiers in the old and in the current state. */
static bool ids_cover(u32 a6, u32 a7, u32 b6, u32 b7)
{
	struct fixture f;
	struct state *st;
	struct reg *r;
	bool yes;

	begin(&f, MOVX(0, 6), ADDX(0, 7), EXIT);
	f.v.next_id = 100;
	r = state_regs(f.v.cur);
	r[6] = r[7] = number(0, 9, true);
	r[6].id = a6;
	r[7].id = a7;
	st = copy(&f);
	r[6].id = b6;
	r[7].id = b7;
	yes = states_equal(&f.v, st, f.v.cur, EQUAL_LOOSE);
	state_free(st);
	end(&f);
	return yes;
}

static void links_between_numbers_are_kept(void **state)
{
	assert_true(ids_cover(1, 1, 5, 5));
	assert_true(ids_cover(1, 2, 6, 5));
	assert_true(ids_cover(0, 0, 6, 5));
	assert_false(ids_cover(1, 1, 6, 5));
	assert_false(ids_cover(1, 2, 5, 5));
	assert_true(ids_cover(0, 0, 5, 5)); /* all combinations were followed */
	assert_false(ids_cover(1, 1, 0, 0));
	assert_false(ids_cover(1, 1 | ID_ADD_CONST, 5, 5));
	assert_false(ids_cover(1, 1 | ID_ADD_CONST, 5, 6 | ID_ADD_CONST));
	assert_true(ids_cover(1, 1 | ID_ADD_CONST, 5, 5 | ID_ADD_CONST));
}

enum { ALL_MISC = 1, ALL_ZERO, ALL_INVALID, SPILL_NUMBER, SPILL_PRECISE, SPILL_POINTER, NO_SLOT };

static void put_slot(struct state *st, int what)
{
	static const u8 types[] = { 0,		SLOT_MISC,  SLOT_ZERO, SLOT_INVALID,
				    SLOT_SPILL, SLOT_SPILL, SLOT_SPILL };
	struct frame *f = state_frame(st);

	if (what == NO_SLOT) {
		f->slot_count = 0;
		return;
	}
	assert_int_equal(frame_grow(f, 1), 0);
	f->slot_count = 1;
	memset(f->slots[0].bytes, types[what], 8);
	reg_set_uninit(&f->slots[0].reg);
	if (what == SPILL_NUMBER || what == SPILL_PRECISE)
		f->slots[0].reg = number(0, 9, what == SPILL_PRECISE);
	if (what == SPILL_POINTER)
		f->slots[0].reg = pointer(PTR_TO_CTX, 0, 0, 0);
}

static bool slots_cover(int old, int cur, bool allow_uninit)
{
	struct fixture f;
	struct state *st;
	bool yes;

	begin(&f, MOV(0, 0), EXIT);
	f.v.allow_uninit_stack = allow_uninit;
	put_slot(f.v.cur, old);
	st = copy(&f);
	put_slot(f.v.cur, cur);
	yes = states_equal(&f.v, st, f.v.cur, EQUAL_LOOSE);
	state_free(st);
	end(&f);
	return yes;
}

static void stack_slots_are_compared_by_what_they_hold(void **state)
{
	assert_true(slots_cover(ALL_INVALID, SPILL_POINTER, false));
	assert_true(slots_cover(ALL_MISC, SPILL_POINTER, true));
	assert_false(slots_cover(ALL_MISC, SPILL_POINTER, false));
	assert_true(slots_cover(ALL_MISC, ALL_ZERO, false));
	assert_false(slots_cover(ALL_ZERO, ALL_MISC, true));
	assert_false(slots_cover(ALL_ZERO, NO_SLOT, true));
	assert_true(slots_cover(SPILL_NUMBER, ALL_MISC, true));
	assert_false(slots_cover(SPILL_PRECISE, ALL_MISC, true));
	assert_false(slots_cover(SPILL_POINTER, ALL_MISC, true));
	assert_true(slots_cover(SPILL_POINTER, SPILL_POINTER, true));
	assert_false(slots_cover(SPILL_NUMBER, SPILL_POINTER, true));
	assert_true(slots_cover(ALL_MISC, SPILL_NUMBER, false));
	assert_false(slots_cover(SPILL_NUMBER, NO_SLOT, true));
}

static bool held_cover(struct state old, struct state cur)
{
	struct fixture f;
	struct state *st;
	bool yes;

	begin(&f, MOV(0, 0), EXIT);
	st = copy(&f);
	st->rcu = old.rcu;
	st->preempt = old.preempt;
	st->locks = old.locks;
	st->lock_id = old.lock_id;
	st->sleepable = old.sleepable;
	st->speculative = old.speculative;
	f.v.cur->rcu = cur.rcu;
	f.v.cur->preempt = cur.preempt;
	f.v.cur->locks = cur.locks;
	f.v.cur->lock_id = cur.lock_id;
	f.v.cur->sleepable = cur.sleepable;
	f.v.cur->speculative = cur.speculative;
	yes = states_equal(&f.v, st, f.v.cur, EQUAL_LOOSE);
	state_free(st);
	end(&f);
	return yes;
}

static void open_sections_must_agree(void **state)
{
	struct state none = { 0 };

	assert_true(held_cover(none, none));
	assert_false(held_cover((struct state){ .rcu = 1 }, none));
	assert_false(held_cover(none, (struct state){ .preempt = 1 }));
	assert_false(held_cover((struct state){ .locks = 1, .lock_id = 4 }, none));
	assert_true(held_cover((struct state){ .locks = 1, .lock_id = 4 },
			       (struct state){ .locks = 1, .lock_id = 7 }));
	assert_false(held_cover((struct state){ .sleepable = true }, none));
	assert_false(held_cover((struct state){ .speculative = true }, none));
	assert_true(held_cover(none, (struct state){ .speculative = true }));
}

/* One step back over an instruction: registers of the running frame, before and after. */
static int back(struct insn i, u16 after, u64 slots_after, u32 access, u16 *regs, u64 *slots)
{
	struct fixture f;
	struct backtrack bt = { .regs = { after }, .slots = { slots_after } };
	struct history h = { 0, 0, access, 0 };
	bool ok;

	begin(&f, i, MOV(0, 0), EXIT);
	ok = backtrack_insn(&f.v, &bt, 0, 1, access ? &h : NULL);
	*regs = bt.regs[0];
	*slots = bt.slots[0];
	end(&f);
	return ok;
}

#define BACK(insn, after, slots_after, access, before, slots_before)                               \
	do {                                                                                       \
		u16 regs_;                                                                         \
		u64 slots_;                                                                        \
		assert_true(back(insn, after, slots_after, access, &regs_, &slots_));              \
		assert_int_equal(regs_, before);                                                   \
		assert_int_equal(slots_, slots_before);                                            \
	} while (0)

static void numbers_are_followed_to_where_they_come_from(void **state)
{
	u16 regs;
	u64 slots;

	BACK(MOV(1, 5), 1 << 1, 0, 0, 0, 0);
	BACK(MOVX(1, 2), 1 << 1, 0, 0, 1 << 2, 0);
	BACK(MOVX(1, 10), 1 << 1, 0, 0, 0, 0);
	BACK(ADDX(1, 2), 1 << 1, 0, 0, 1 << 1 | 1 << 2, 0);
	BACK(ADDX(1, 2), 1 << 2, 0, 0, 1 << 2, 0);
	BACK(OP(0x87, 1, 0, 0, 0), 1 << 1, 0, 0, 1 << 1, 0);
	BACK(OP(0xdc, 1, 0, 0, 16), 1 << 1, 0, 0, 1 << 1, 0);
	BACK(LDX(1, 2, 0), 1 << 1, 0, 0, 0, 0);
	BACK(LDX(1, 10, -16), 1 << 1, 0, HIST_SLOT(0, 1), 0, 1 << 1);
	BACK(STX(10, 2, -16), 0, 1 << 1, HIST_SLOT(0, 1), 1 << 2, 0);
	BACK(STX(10, 2, -8), 0, 1 << 1, HIST_SLOT(0, 0), 0, 1 << 1);
	BACK(OP(0x7a, 10, 0, -16, 7), 0, 1 << 1, HIST_SLOT(0, 1), 0, 0);
	BACK(OP(0xdb, 10, 2, -16, 0xe1), 1 << 2, 1 << 1, HIST_SLOT(0, 1), 0, 1 << 1);
	BACK(OP(0x1d, 1, 2, 0, 0), 1 << 2, 0, 0, 1 << 1 | 1 << 2, 0);
	BACK(JNE(1, 0), 1 << 1, 0, 0, 1 << 1, 0);
	BACK(OP(CODE_CALL, 0, 0, 0, 5), 1 | 1 << 6, 0, 0, 1 << 6, 0);
	assert_false(back(STX(2, 1, 0), 1 << 2, 0, 0, &regs, &slots));
	assert_false(back(OP(CODE_CALL, 0, 0, 0, 5), 1 << 1, 0, 0, &regs, &slots));
}

static void numbers_are_followed_through_calls(void **state)
{
	struct fixture f;
	struct backtrack bt = { .regs = { 1 | 1 << 6 } };

	/* 0: call 3; 1: r0 matters; 3: r0 = r1; 4: exit */
	begin(&f, CALL_TO(2), MOVX(6, 0), EXIT, MOVX(0, 1), EXIT);
	assert_true(backtrack_insn(&f.v, &bt, 4, 1, NULL));
	assert_int_equal(bt.frame, 1);
	assert_int_equal(bt.regs[1], 1);
	assert_int_equal(bt.regs[0], 1 << 6);
	assert_true(backtrack_insn(&f.v, &bt, 3, 4, NULL));
	assert_int_equal(bt.regs[1], 1 << 1);
	assert_true(backtrack_insn(&f.v, &bt, 0, 3, NULL));
	assert_int_equal(bt.frame, 0);
	assert_int_equal(bt.regs[0], 1 << 1 | 1 << 6);
	/* a call that was not followed gives r0 */
	bt = (struct backtrack){ .regs = { 1 } };
	assert_true(backtrack_insn(&f.v, &bt, 0, 1, NULL));
	assert_true(backtrack_empty(&bt));
	end(&f);
}

static void linked_numbers_matter_together(void **state)
{
	struct fixture f;
	struct backtrack bt = { .regs = { 1 << 7 } };
	struct history h = { 0, 0, 0, 0 };
	struct reg *r;

	begin(&f, JNE(6, 0), JNE(7, 0), EXIT); /* r6 and r7 are read, r5 is not */
	r = state_regs(f.v.cur);
	assert_int_equal(frame_grow(state_frame(f.v.cur), 3), 0);
	r[6] = r[7] = r[8] = number(0, 9, false);
	r[5] = r[6];
	r[5].id = r[6].id = r[7].id = 3;
	r[8].id = 4;
	memset(state_frame(f.v.cur)->slots[2].bytes, SLOT_SPILL, 8);
	state_frame(f.v.cur)->slots[2].reg = r[6];
	h.linked = precision_linked(&f.v, &r[6], NULL);
	assert_ptr_equal(precision_linked_reg(f.v.cur, h.linked, 0), &r[6]);
	assert_ptr_equal(precision_linked_reg(f.v.cur, h.linked, 1), &r[7]);
	assert_null(precision_linked_reg(f.v.cur, h.linked, 3));
	assert_true(backtrack_insn(&f.v, &bt, 0, 1, &h));
	assert_int_equal(bt.regs[0], 1 << 6 | 1 << 7);
	assert_int_equal(bt.slots[0], 1 << 2);
	assert_int_equal(precision_linked(&f.v, &r[8], NULL), 0);
	end(&f);
}

/* Stand before slot `insn`, having come from `prev`. */
static int arrive(struct fixture *f, u32 insn, u32 prev)
{
	int err;

	f->v.insn = insn;
	f->v.prev = prev;
	f->v.processed++;
	f->v.cur->last_insn = prev;
	err = prune_visited(&f->v);
	if (!err && (f->v.cfg.flags[insn] & CFG_JUMP))
		err = precision_record(&f->v, 0, 0);
	return err;
}

static void a_path_that_brings_nothing_new_ends(void **state)
{
	struct fixture f;
	struct state *other;

	/* 0: if r6 != 0 goto 2; 1: r7 = 1; 2: r0 = r6; 3: exit */
	begin(&f, JNE(6, 1), MOV(7, 1), MOVX(0, 6), EXIT);
	f.opts.test_state_freq = true;
	state_regs(f.v.cur)[6] = number(0, 9, false);
	assert_int_equal(arrive(&f, 0, 0), 0);
	other = copy(&f);
	other->parent->branches++;
	assert_int_equal(arrive(&f, 2, 1), 0);
	assert_int_equal(f.result.total_states, 2);
	prune_path_done(&f.v, f.v.cur);
	state_free(f.v.cur);
	f.v.cur = other;
	state_regs(other)[6] = number(0, 99, false);
	assert_int_equal(arrive(&f, 2, 0), 1);
	end(&f);
}

static void a_number_that_mattered_is_marked_in_every_state_on_the_way(void **state)
{
	struct fixture f;
	struct state *first, *second;

	/* 0: r6 = r1; 1: if r8 != 0 goto 2; 2: r0 = r6; 3: exit */
	begin(&f, MOVX(6, 1), JNE(8, 0), MOVX(0, 6), EXIT);
	f.opts.test_state_freq = true;
	state_regs(f.v.cur)[1] = number(0, 9, false);
	state_regs(f.v.cur)[6] = number(0, 9, false);
	assert_int_equal(arrive(&f, 0, 0), 0);
	first = f.v.cur->parent;
	assert_int_equal(arrive(&f, 2, 1), 0);
	second = f.v.cur->parent;
	f.v.insn = 3;
	f.v.processed++;
	state_regs(f.v.cur)[0] = number(0, 9, false);
	assert_int_equal(precision_mark(&f.v, 0), 0);
	assert_true(state_regs(second)[6].precise);
	assert_false(state_regs(second)[1].precise);
	assert_true(state_regs(first)[1].precise);
	assert_false(state_regs(first)[6].precise);
	end(&f);
}

static void an_endless_loop_is_refused(void **state)
{
	struct fixture f;

	begin(&f, MOV(0, 0), JNE(6, -2), EXIT);
	f.opts.test_state_freq = true;
	state_regs(f.v.cur)[6] = number(1, 9, false);
	assert_int_equal(arrive(&f, 0, 0), 0);
	assert_int_equal(arrive(&f, 0, 1), -EINVAL);
	assert_int_equal(f.v.reject.kind, REJECT_LOOP);
	end(&f);
}

static void slots_are_read_up_to_where_they_were_written(void **state)
{
	struct fixture f;
	struct state *first, *second;

	begin(&f, MOV(0, 0), JNE(0, -2), JNE(0, -2), EXIT);
	f.opts.test_state_freq = true;
	assert_int_equal(arrive(&f, 0, 0), 0);
	first = f.v.cur->parent;
	stack_live_write(&f.v, 0, 0);
	state_regs(f.v.cur)[0] = number(1, 2, false);
	assert_int_equal(arrive(&f, 1, 0), 0);
	second = f.v.cur->parent;
	stack_live_read(&f.v, 0, 0, 1);
	assert_int_equal(second->frames[0]->stack_read, 3);
	assert_int_equal(first->frames[0]->stack_read, 2);
	end(&f);
}

static const struct CMUnitTest tests[] = {
	TEST(numbers_that_mattered_must_lie_within),
	TEST(a_number_is_no_pointer),
	TEST(packet_pointers_need_the_bytes_checked_before),
	TEST(map_pointers_agree_in_map_flags_and_offset),
	TEST(dead_registers_are_ignored),
	TEST(links_between_numbers_are_kept),
	TEST(stack_slots_are_compared_by_what_they_hold),
	TEST(open_sections_must_agree),
	TEST(numbers_are_followed_to_where_they_come_from),
	TEST(numbers_are_followed_through_calls),
	TEST(linked_numbers_matter_together),
	TEST(a_path_that_brings_nothing_new_ends),
	TEST(a_number_that_mattered_is_marked_in_every_state_on_the_way),
	TEST(an_endless_loop_is_refused),
	TEST(slots_are_read_up_to_where_they_were_written),
};
TEST_MAIN(tests)
