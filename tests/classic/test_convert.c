// SPDX-License-Identifier: BSD-2-Clause
/*
 * Conversion to eBPF: random programs answer the same in the reference interpreter, in both forms
 * here (interpreted and compiled, after our verifier accepted them) and in the kernel, whose
 * verifier accepts them too.
 */
#include "test.h"

#include <errno.h>
#include <linux/bpf.h>

#include "api/handle.h"
#include "classic/live.h"
#include "fuzz/gen_classic.h"
#include "spec/prog.h"
#include "user/kernel.h"
#include "user/match.h"

enum { PACKETS = 8, ETHERNET = 14 };

static u32 rounds(const char *name, u32 usual)
{
	const char *wanted = getenv(name);

	return wanted ? (u32)atoi(wanted) : usual;
}

/* Frames of IPv4 with options, or of anything, of several lengths. */
static u32 fill(struct gen_classic *g, u8 *data)
{
	u32 len = gen_classic_random(g, 3) ? GEN_CLASSIC_PACKET
					   : 34 + gen_classic_random(g, GEN_CLASSIC_PACKET - 34);

	for (u32 k = 0; k < len; k++)
		data[k] = (u8)gen_classic_random(g, gen_classic_random(g, 2) ? 256 : 12);
	data[12] = 8;
	data[13] = (u8)gen_classic_random(g, 3);
	return len;
}

static struct cbpf_packet frame(const u8 *data, u32 len)
{
	static const u8 zero[6];

	return (struct cbpf_packet){
		.data = data,
		.len = len,
		.wire_len = len,
		.net_off = ETHERNET,
		.protocol = (u32)data[12] << 8 | data[13],
		.pkttype = memcmp(data, zero, 6) ? data[0] & 1 ? 2 : 3 : 0,
		.ifindex = 1,
	};
}

/* What answers differently each time, or that no context tells. */
static bool is_portable(const struct cbpf_prog *prog)
{
	for (u32 k = 0; k < prog->count; k++) {
		u16 code = prog->insns[k].code;

		if (code != 0x20 && code != 0x28 && code != 0x30)
			continue;
		switch (prog->insns[k].k - CBPF_AD) {
		case CBPF_AD_RANDOM:
		case CBPF_AD_NLATTR:
		case CBPF_AD_NLATTR_NEST:
		case CBPF_AD_HATYPE:
		case CBPF_AD_PAY_OFFSET:
			return false;
		}
	}
	return true;
}

static struct skep_object *convert(const struct cbpf_prog *prog, enum cbpf_target direct)
{
	struct object *obj;
	struct diag d;

	diag_init(&d);
	if (cbpf_object(&obj, prog, "random", direct, &d)) {
		cbpf_print(prog, CBPF_LISTING, stderr);
		diag_print(&d, stderr, false);
		fail_msg("not converted");
	}
	diag_fini(&d);
	return object_handle(obj);
}

static struct skep_unit *load(struct skep_engine *eng, const struct skep_object *obj,
			      enum skep_exec exec, const struct cbpf_prog *prog)
{
	struct skep_load_opts opts = { .size = sizeof(opts), .exec = exec };
	struct skep_diag *d = skep_diag_new();
	struct skep_unit *unit;

	if (skep_load(&unit, eng, obj, &opts, d)) {
		cbpf_print(prog, CBPF_LISTING, stderr);
		skep_object_disasm(obj, NULL, SKEP_DISASM_OFFSETS, stderr, NULL);
		skep_diag_print(d, stderr, false);
		fail_msg("not loaded");
	}
	skep_diag_free(d);
	return unit;
}

/* The same packets through one form in one way. */
static void compare(struct skep_engine *eng, const struct skep_object *obj, enum skep_exec exec,
		    const struct cbpf_prog *prog, u8 data[][GEN_CLASSIC_PACKET], const u32 *len)
{
	struct skep_unit *unit = load(eng, obj, exec, prog);
	struct skep_prog *p = skep_prog_find(unit, NULL);

	assert_string_equal(skep_prog_exec(p), exec == SKEP_EXEC_INTERP ? "interpreter" : "JIT");
	for (u32 n = 0; n < PACKETS; n++) {
		struct cbpf_packet packet = frame(data[n], len[n]);
		struct skep_run run = { .size = sizeof(run),
					.data_in = data[n],
					.data_in_len = len[n] };
		u32 wanted = cbpf_run(prog, &packet);

		assert_int_equal(skep_prog_run(p, &run, NULL), 0);
		if (run.result == wanted)
			continue;
		cbpf_print(prog, CBPF_LISTING, stderr);
		skep_object_disasm(obj, NULL, SKEP_DISASM_OFFSETS, stderr, NULL);
		fail_msg("%s: 0x%llx, the reference says 0x%x", skep_prog_exec(p),
			 (unsigned long long)run.result, wanted);
	}
	skep_unit_free(unit);
}

static void both_forms_answer_as_the_interpreter_does(void **state)
{
	struct gen_classic g = {
		.state = 0xfeed5, .valid = true, .ancillary = true, .relative = true
	};
	struct cbpf_insn insns[GEN_CLASSIC_MAX];
	struct cbpf_prog prog = { insns, 0 };
	u32 count = rounds("SKEP_CLASSIC_CONVERSIONS", 3200), done = 0;
	struct skep_engine *eng;

	assert_int_equal(skep_engine_new(&eng, "user", NULL), 0);
	while (done < count) {
		u8 data[PACKETS][GEN_CLASSIC_PACKET];
		u32 len[PACKETS];

		gen_classic_prog(&g, &prog);
		if (!is_portable(&prog))
			continue;
		for (u32 n = 0; n < PACKETS; n++)
			len[n] = fill(&g, data[n]);
		for (int direct = 0; direct < 2; direct++) {
			struct skep_object *obj = convert(&prog, direct);

			compare(eng, obj, SKEP_EXEC_JIT, &prog, data, len);
			compare(eng, obj, SKEP_EXEC_INTERP, &prog, data, len);
			skep_object_free(obj);
		}
		done++;
	}
	printf("# %u programs, %u runs\n", done, done * PACKETS * 4);
	skep_engine_free(eng);
}

static int load_kernel(const struct cbpf_prog *prog, bool direct)
{
	static char log[1 << 16];
	struct skep_object *obj = convert(prog, direct);
	const struct obj_prog *p = &object_of(obj)->progs[0];
	int fd = kernel_load(p->type, 0, p->insns, p->insn_count, NULL, 0, log, sizeof(log));

	if (fd < 0) {
		cbpf_print(prog, CBPF_LISTING, stderr);
		fail_msg("the kernel refuses: %s\n%s", strerror(-fd), log);
	}
	skep_object_free(obj);
	return fd;
}

static void the_kernel_runs_the_direct_form_alike(void **state)
{
	struct gen_classic g = { .state = 0xcafe5, .valid = true, .relative = true };
	struct cbpf_insn insns[GEN_CLASSIC_MAX];
	struct cbpf_prog prog = { insns, 0 };
	u32 count = rounds("SKEP_CLASSIC_CONVERSIONS", 3200) / 4;

	if (!kernel_has_bpf())
		test_skip("may not load programs");
	for (u32 done = 0; done < count; done++) {
		int fd;

		gen_classic_prog(&g, &prog);
		fd = load_kernel(&prog, true);
		for (u32 n = 0; n < PACKETS; n++) {
			u8 data[GEN_CLASSIC_PACKET];
			u32 len = fill(&g, data);
			struct cbpf_packet packet = frame(data, len);
			struct kernel_run run = { .data_in = data, .data_in_len = len };

			assert_int_equal(kernel_run(fd, &run), 0);
			if (run.retval == cbpf_run(&prog, &packet))
				continue;
			cbpf_print(&prog, CBPF_LISTING, stderr);
			fail_msg("the kernel answers 0x%x, the reference 0x%x", run.retval,
				 cbpf_run(&prog, &packet));
		}
		close(fd);
	}
}

/* Datagrams of AF_UNIX are cut to the program's result. */
static void the_kernel_runs_the_socket_form_alike(void **state)
{
	struct gen_classic g = { .state = 0xc0c0a, .valid = true };
	struct cbpf_insn insns[GEN_CLASSIC_MAX];
	struct cbpf_prog prog = { insns, 0 };
	u32 count = rounds("SKEP_CLASSIC_CONVERSIONS", 3200) / 2;
	int sockets[2];

	if (!kernel_has_bpf() || socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, sockets))
		test_skip("may not load programs");
	for (u32 done = 0; done < count; done++) {
		u8 data[GEN_CLASSIC_PACKET], room[GEN_CLASSIC_PACKET];
		struct cbpf_packet packet = { .data = data,
					      .len = sizeof(data),
					      .wire_len = sizeof(data) };
		ssize_t got;
		u32 ours;
		int fd;

		gen_classic_prog(&g, &prog);
		fill(&g, data);
		fd = load_kernel(&prog, false);
		assert_int_equal(setsockopt(sockets[0], SOL_SOCKET, SO_ATTACH_BPF, &fd, sizeof(fd)),
				 0);
		assert_int_equal(send(sockets[1], data, sizeof(data), 0), sizeof(data));
		got = recv(sockets[0], room, sizeof(room), 0);
		ours = MIN(cbpf_run(&prog, &packet), (u32)sizeof(data));
		if ((got < 0 ? 0 : (u32)got) != ours) {
			cbpf_print(&prog, CBPF_LISTING, stderr);
			fail_msg("the kernel answers %zd, the reference %u", got, ours);
		}
		close(fd);
	}
	close(sockets[0]);
	close(sockets[1]);
}

/* Without a copy and without a context, machine code of a twin that the verifier accepted. */
static void packets_in_memory_are_matched_alike(void **state)
{
	struct gen_classic g = { .state = 0xbadcafe, .valid = true, .relative = true };
	struct cbpf_insn insns[GEN_CLASSIC_MAX];
	struct cbpf_prog prog = { insns, 0 };
	u32 count = rounds("SKEP_CLASSIC_CONVERSIONS", 3200) * 2;

	for (u32 done = 0; done < count; done++) {
		u8 data[PACKETS][GEN_CLASSIC_PACKET];
		struct skep_packet packets[PACKETS];
		u32 results[PACKETS];
		const char *why = NULL;
		struct match *m;

		gen_classic_prog(&g, &prog);
		if (match_new(&m, &prog, &why)) {
			cbpf_print(&prog, CBPF_LISTING, stderr);
			fail_msg("no machine code: %s", why);
		}
		for (u32 n = 0; n < PACKETS; n++) {
			u32 len = fill(&g, data[n]);

			packets[n] = (struct skep_packet){ .data = data[n],
							   .len = len,
							   .wire_len = len + n };
		}
		match_run(m, packets, PACKETS, results);
		for (u32 n = 0; n < PACKETS; n++) {
			struct cbpf_packet packet = frame(data[n], packets[n].len);

			packet.wire_len += n;
			if (results[n] == cbpf_run(&prog, &packet))
				continue;
			cbpf_print(&prog, CBPF_LISTING, stderr);
			fail_msg("0x%x, the reference says 0x%x", results[n],
				 cbpf_run(&prog, &packet));
		}
		match_free(m);
	}
}

static void the_longest_programs_are_converted(void **state)
{
	struct cbpf_insn *insns = calloc(CBPF_MAX_INSNS, sizeof(*insns));
	struct cbpf_prog prog = { insns, CBPF_MAX_INSNS };
	u8 data[64] = { [12] = 9, [20] = 1 };
	struct cbpf_packet packet = frame(data, sizeof(data));
	struct skep_engine *eng;

	assert_non_null(insns);
	assert_int_equal(skep_engine_new(&eng, "user", NULL), 0);
	/* A loop's worth of indirect loads, with a jump over all of them. */
	insns[0] = (struct cbpf_insn){ 0x30, 0, 0, 20 };
	insns[1] = (struct cbpf_insn){ 0x15, 1, 0, 1 };
	insns[2] = (struct cbpf_insn){ 0x05, 0, 0, CBPF_MAX_INSNS - 4 };
	for (u32 k = 3; k < CBPF_MAX_INSNS - 1; k++)
		insns[k] = k % 2 ? (struct cbpf_insn){ 0x48, 0, 0, k % 8 }
				 : (struct cbpf_insn){ 0x4d, (u8)(k % 2), 0, 0 };
	insns[CBPF_MAX_INSNS - 1] = (struct cbpf_insn){ 0x16, 0, 0, 0 };
	assert_int_equal(cbpf_check(&prog, NULL), 0);
	for (int direct = 0; direct < 2; direct++) {
		struct skep_object *obj = convert(&prog, direct);
		struct skep_unit *unit = load(eng, obj, SKEP_EXEC_AUTO, &prog);
		struct skep_run run = { .size = sizeof(run),
					.data_in = data,
					.data_in_len = sizeof(data) };

		for (data[20] = 0; data[20] < 2; data[20]++) {
			assert_int_equal(skep_prog_run(skep_prog_find(unit, NULL), &run, NULL), 0);
			assert_int_equal(run.result, cbpf_run(&prog, &packet));
		}
		skep_unit_free(unit);
		skep_object_free(obj);
	}
	skep_engine_free(eng);
	free(insns);
}

static void what_ebpf_cannot_ask_is_refused(void **state)
{
	static const struct {
		u32 number;
		const char *name;
	} cases[] = { { CBPF_AD_HATYPE, "hatype" },
		      { CBPF_AD_PAY_OFFSET, "poff" },
		      { CBPF_AD_NLATTR, "nla" },
		      { CBPF_AD_NLATTR_NEST, "nlan" } };

	for (size_t n = 0; n < ARRAY_SIZE(cases); n++) {
		struct cbpf_insn insns[] = { { 0x20, 0, 0, CBPF_AD + cases[n].number },
					     { 0x16, 0, 0, 0 } };
		struct cbpf_prog prog = { insns, 2 };
		struct object *obj;
		struct diag d;

		diag_init(&d);
		assert_int_equal(cbpf_object(&obj, &prog, "p", false, &d), -EOPNOTSUPP);
		assert_non_null(strstr(d.first->text, cases[n].name));
		diag_fini(&d);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(both_forms_answer_as_the_interpreter_does),
		TEST(the_kernel_runs_the_direct_form_alike),
		TEST(the_kernel_runs_the_socket_form_alike),
		TEST(packets_in_memory_are_matched_alike),
		TEST(the_longest_programs_are_converted),
		TEST(what_ebpf_cannot_ask_is_refused),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
