// SPDX-License-Identifier: BSD-2-Clause
/*
 * Random programs of all types, with maps and helpers, that the verifier accepts: machine code
 * made with what it proved gives what the interpreter gives; and of all programs, accepted or not,
 * machine code with checks gives what the checked interpreter gives. Programs whose results depend
 * on addresses, the clock or chance are found by interpreting them twice, and left out.
 * SKEP_JIT_PROGRAMS and SKEP_JIT_SEED change how many and from which seed.
 */
#include "test.h"

#include "engine/engine.h"
#include "fuzz/gen.h"
#include "jit/jit.h"
#include "user/user.h"

enum { PROGRAMS = 120, INPUTS = 4, VALUE_ROOM = 64 << 10, KEYS = 4, PACKET_ROOM = 320 };

struct outcome {
	int err;
	u64 result;
	size_t len;
	u8 data[4096], ctx[256];
	u64 maps; /* a hash of their elements */
};

static u64 hash(u64 h, const void *data, size_t len)
{
	const u8 *b = data;

	for (size_t i = 0; i < len; i++)
		h = (h ^ b[i]) * 0x100000001b3;
	return h;
}

static bool has_elements(u32 map)
{
	return map != M_RING && map != M_PROGS && map != M_RODATA && map != M_QUEUE;
}

static void fill_maps(struct unit *unit, u64 seed)
{
	static u8 value[VALUE_ROOM];

	for (u32 i = 0; i < GEN_MAPS; i++) {
		size_t len = engine_user.map_value_len(&unit->maps[i]);

		for (u32 k = 0; has_elements(i) && k < KEYS; k++) {
			u64 key = k;

			for (size_t b = 0; b < len; b++)
				value[b] = seed ? (u8)(hash(seed, &b, sizeof(b)) >> 13) : 0;
			engine_user.map_set(&unit->maps[i], &key, value, 0);
		}
	}
}

static u64 hash_maps(struct unit *unit)
{
	static u8 value[VALUE_ROOM];
	u64 h = 1;

	for (u32 i = 0; i < GEN_MAPS; i++) {
		size_t len = engine_user.map_value_len(&unit->maps[i]);

		for (u32 k = 0; has_elements(i) && k < KEYS; k++) {
			u64 key = k;
			int err = engine_user.map_get(&unit->maps[i], &key, value);

			h = hash(h, &err, sizeof(err));
			if (!err)
				h = hash(h, value, len);
		}
	}
	return h;
}

/* False: it is not loaded in that mode. */
static bool execute(const struct object *obj, enum skep_exec exec, struct outcome out[INPUTS])
{
	const struct skep_load_opts opts = { .size = sizeof(opts), .exec = exec };
	static const u32 sizes[INPUTS] = { 64, 34, 300, 98 };
	u8 packet[PACKET_ROOM];
	struct engine *engine;
	struct unit *unit;

	assert_int_equal(engine_user.open(&engine, NULL), 0);
	if (unit_new(&unit, engine, obj, &opts, NULL)) {
		engine_user.close(engine);
		return false;
	}
	memset(out, 0, sizeof(*out) * INPUTS);
	for (u32 i = 0; i < INPUTS; i++) {
		struct skep_run io = { .size = sizeof(io),
				       .data_in = packet,
				       .data_in_len = sizes[i],
				       .data_out = out[i].data,
				       .data_out_cap = sizeof(out[i].data),
				       .ctx_out = out[i].ctx,
				       .ctx_out_cap = sizeof(out[i].ctx) };

		for (u32 b = 0; b < sizes[i]; b++)
			packet[b] = i ? (u8)(hash(i, &b, sizeof(b)) >> 9) : 0;
		memcpy(packet + 12, "\x08\x00\x45", 3);
		fill_maps(unit, i);
		out[i].err = unit_prog_run(&unit->progs[0], &io, NULL);
		out[i].result = io.result;
		out[i].len = io.data_out_len;
		out[i].maps = hash_maps(unit);
	}
	unit_free(unit);
	engine_user.close(engine);
	return true;
}

/* Does a third run still give what two gave? Time may matter seldom. */
static bool is_steady(const struct object *obj, enum skep_exec exec, const struct outcome *want)
{
	static struct outcome third[INPUTS];

	return execute(obj, exec, third) && !memcmp(want, third, sizeof(third));
}

static u64 setting(const char *name, u64 usual)
{
	const char *text = getenv(name);

	return text ? strtoull(text, NULL, 0) : usual;
}

static void verified_programs_agree_with_the_interpreter(void **state)
{
	static struct outcome want[INPUTS], again[INPUTS], got[INPUTS];
	u64 first = setting("SKEP_JIT_SEED", 1), programs = setting("SKEP_JIT_PROGRAMS", PROGRAMS);
	u32 accepted = 0, compared = 0, checked = 0, bad = 0;

	if (!jit_available())
		test_skip("there is no compiler for this machine");
	for (u64 seed = first; seed < first + programs; seed++) {
		struct object *obj = gen_prog(seed, NULL);

		assert_non_null(obj);
		if (execute(obj, SKEP_EXEC_INTERP, want)) {
			accepted++;
			assert_true(execute(obj, SKEP_EXEC_INTERP, again));
			assert_true(execute(obj, SKEP_EXEC_JIT, got));
			if (!memcmp(want, again, sizeof(want))) {
				compared++;
				if (memcmp(want, got, sizeof(want)) &&
				    is_steady(obj, SKEP_EXEC_INTERP, want)) {
					bad++;
					printf("# seed %llu differs\n", (unsigned long long)seed);
				}
			}
		}
		if (execute(obj, SKEP_EXEC_CHECKED, want) &&
		    execute(obj, SKEP_EXEC_CHECKED, again) && !memcmp(want, again, sizeof(want))) {
			assert_true(execute(obj, SKEP_EXEC_CHECKED_JIT, got));
			checked++;
			if (memcmp(want, got, sizeof(want)) &&
			    is_steady(obj, SKEP_EXEC_CHECKED, want)) {
				bad++;
				printf("# seed %llu differs with checks\n",
				       (unsigned long long)seed);
			}
		}
		object_free(obj);
	}
	printf("# %u compared with checks\n", checked);
	printf("# %llu programs from seed %llu: %u accepted, %u compared\n",
	       (unsigned long long)programs, (unsigned long long)first, accepted, compared);
	assert_int_equal(bad, 0);
	assert_true(compared > accepted / 3);
}

static const struct CMUnitTest tests[] = {
	TEST(verified_programs_agree_with_the_interpreter),
};
TEST_MAIN(tests)
