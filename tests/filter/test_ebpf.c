// SPDX-License-Identifier: BSD-2-Clause
/* Random conditions as eBPF: both forms say what the tree says, interpreted and as machine code;
 * the verifier takes the socket filters. */
#include "../test.h"

#include <errno.h>

#include "base/arena.h"
#include "filter/compile.h"
#include "filter/emit_ebpf.h"
#include "gen_cond.h"
#include "isa/disasm.h"
#include "jit/jit.h"
#include "object/object.h"
#include "spec/prog.h"
#include "verify/verify.h"
#include "vm/op.h"

enum { PACKETS = 24, SNAPLEN = 1000, SKB_SIZE = 192, ASKED = 1 };

static u32 trees(void)
{
	const char *count = getenv("SKEP_FILTER_TREES");

	return count ? strtoul(count, NULL, 0) : 2000;
}

struct program {
	struct object obj;
	struct obj_prog prog;
	struct vm_env env;
	struct vm_prog *vm;
	struct vm_run run;
	const struct cbpf_packet *packet;
	u8 skb[SKB_SIZE];
};

static const struct vm_helper *no_helper(const struct vm_env *env, const struct obj_prog *prog,
					 u32 id, u32 insn, struct diag *d)
{
	return NULL;
}

static bool packet_load(struct vm_run *run, u32 off, u32 size, u64 *value)
{
	const struct cbpf_packet *packet = ((struct program *)run->host)->packet;

	if ((u64)off + size > packet->len)
		return false;
	for (*value = 0; size--; off++)
		*value = *value << 8 | packet->data[off];
	return true;
}

static void program_open(struct program *p, struct ebpf_prog *code)
{
	struct ebpf_table_ref *ref;

	memset(p, 0, sizeof(*p));
	vec_for (ref, &code->refs) {
		u64 at = (u64)(uintptr_t)code->rodata.data + ref->off;

		code->code.data[ref->insn].imm = (s32)at;
		code->code.data[ref->insn + 1].imm = (s32)(at >> 32);
	}
	p->obj.name = "test";
	p->obj.progs = &p->prog;
	p->obj.prog_count = 1;
	p->prog.name = "filter";
	p->prog.type = PROG_UNSPEC;
	p->prog.insns = code->code.data;
	p->prog.insn_count = code->code.len;
	p->env.obj = &p->obj;
	p->env.helper = no_helper;
	p->run.host = p;
	p->run.packet_load = packet_load;
	assert_int_equal(vm_prog_new(&p->vm, &p->env, &p->prog, NULL), 0);
}

static u32 program_run(struct program *p, enum ebpf_form form, const struct cbpf_packet *packet)
{
	u64 r1 = (u64)(uintptr_t)packet->data, r2 = packet->len | (u64)packet->wire_len << 32;
	u64 r0 = 0;

	p->packet = packet;
	STORE(u32, p->skb, packet->wire_len);
	if (form == EBPF_SOCKET)
		r1 = p->run.ctx = (u64)(uintptr_t)p->skb;
	assert_int_equal(vm_run_fast(p->vm, &p->run, r1, form == EBPF_SOCKET ? 0 : r2, &r0), 0);
	assert_true(r0 != CBPF_ASK || form == EBPF_MEMORY);
	return r0 == CBPF_ASK ? ASKED : (u32)r0;
}

static void list(const struct insn *insns, u32 count)
{
	for (u32 k = 0; k < count; k++) {
		struct buf text = { 0 };

		disasm_insn(&text, insns, count, k, NULL);
		printf("# %4u: %s\n", k, buf_str(&text));
		k += insn_is_wide(&insns[k]);
		buf_fini(&text);
	}
}

static struct {
	u64 programs, tables, matches;
} sums;

static void compare(const struct cond *c, struct gen *g, struct program *p, enum ebpf_form form,
		    u64 seed, const char *how)
{
	for (u32 i = 0; i < PACKETS; i++) {
		u8 data[GEN_PACKET];
		struct cbpf_packet packet;
		u32 want, got;

		gen_packet(g, &packet, data);
		want = cond_holds(c, &packet) ? SNAPLEN : 0;
		got = program_run(p, form, &packet);
		sums.matches += want != 0;
		if (got == want || (got == ASKED && !want))
			continue;
		list(p->prog.insns, p->prog.insn_count);
		fail_msg("seed %llu: form %d %s: %u, not %u", (unsigned long long)seed, form, how,
			 got, want);
	}
}

static void one_form(const struct cond *c, struct gen *g, enum ebpf_form form, u64 seed)
{
	static struct program p;
	struct ebpf_prog code = { 0 };
	struct graph graph;
	struct node *root;
	const char *why;

	graph_init(&graph, g->values);
	if (!compile_graph(&root, &graph, c, seed % 8 != 0, NULL)) {
		int err = emit_ebpf(&code, &graph, root, form, SNAPLEN);

		/* Offsets beyond 64 KiB are for the interpreter. */
		if (err == -EOPNOTSUPP && form == EBPF_MEMORY)
			goto out;
		assert_int_equal(err, 0);
		program_open(&p, &code);
		sums.programs++;
		sums.tables += code.refs.len > 0;
		compare(c, g, &p, form, seed, "interpreted");
		if (jit_available()) {
			assert_int_equal(jit_compile(p.vm, NULL, &why), 0);
			compare(c, g, &p, form, seed, "as machine code");
		}
		vm_prog_free(p.vm);
	}
out:
	ebpf_prog_fini(&code);
	graph_fini(&graph);
}

static void check_accepted(const struct object *obj, u64 seed)
{
	struct verify_opts opts = { .sound = true };
	struct verify_result *result = NULL;
	struct diag d;
	int err;

	diag_init(&d);
	err = verify_prog(&result, obj, &obj->progs[0], &opts, &d);
	if (err || !result->accepted) {
		list(obj->progs[0].insns, obj->progs[0].insn_count);
		diag_print(&d, stdout, false);
		fail_msg("seed %llu: refused", (unsigned long long)seed);
	}
	verify_result_free(result);
	diag_fini(&d);
}

static void check_verdict(const struct cond *c, struct values *values, u64 seed)
{
	struct filter_opts opts = { 0 };
	struct object *socket, *memory, *xdp;
	u32 rest;
	int err;

	if (compile_object(&socket, values, c, &opts, NULL))
		return;
	check_accepted(socket, seed);
	err = compile_twins(&memory, &xdp, values, c, &opts, NULL);
	if (err == -EOPNOTSUPP) {
		object_free(socket);
		return;
	}
	assert_int_equal(err, 0);
	check_accepted(xdp, seed);
	rest = memory->progs[0].insn_count - EBPF_PROLOGUE;
	assert_int_equal(xdp->progs[0].insn_count - EBPF_PROLOGUE, rest);
	assert_memory_equal(memory->progs[0].insns + EBPF_PROLOGUE,
			    xdp->progs[0].insns + EBPF_PROLOGUE, rest * sizeof(struct insn));
	object_free(socket);
	object_free(memory);
	object_free(xdp);
}

static void random_conditions_keep_their_verdicts_in_ebpf(void **state)
{
	u32 count = trees();

	for (u32 seed = 1; seed <= count; seed++) {
		struct arena arena = { 0 };
		struct values values = { .arena = &arena };
		const struct cond *c;
		struct gen g;

		gen_start(&g, &values, seed);
		c = gen_cond(&g, rng_below(&g.rng, 7));
		one_form(c, &g, EBPF_MEMORY, seed);
		one_form(c, &g, EBPF_SOCKET, seed);
		if (seed % 4 == 0)
			check_verdict(c, &values, seed);
		arena_fini(&arena);
	}
	printf("# %llu programs, %llu with tables, %llu matches\n",
	       (unsigned long long)sums.programs, (unsigned long long)sums.tables,
	       (unsigned long long)sums.matches);
}

/* src or dst in a list, some of them ranges, as hosts and nets are written. */
static const struct cond *list_cond(struct rng *rng, struct values *v, u32 count, bool nets)
{
	const struct value *src = value_load(v, 4, NULL, 26), *dst = value_load(v, 4, NULL, 30);
	const struct cond *list = NULL;

	for (u32 i = 0; i < count; i++) {
		const struct value *host = value_const(v, rng_next(rng)), *s = src, *d = dst;
		const struct cond *c;

		if (nets && rng_below(rng, 3) == 0) {
			const struct value *mask = value_const(v, ~0u << rng_below(rng, 16));

			host = value_op(v, CBPF_AND, host, mask);
			s = value_op(v, CBPF_AND, s, mask);
			d = value_op(v, CBPF_AND, d, mask);
		}
		c = cond_or(v, cond_test(v, CBPF_JEQ, s, host), cond_test(v, CBPF_JEQ, d, host));
		list = list ? cond_or(v, list, c) : c;
	}
	return list;
}

/* The value that the i-th test of a list asks for, or one beside it. */
static u32 pick(struct rng *rng, const struct cond *list, u32 count)
{
	for (u32 i = rng_below(rng, count - 1); i--;)
		list = list->lhs;
	return list->rhs->lhs->b->k + rng_below(rng, 3) - 1;
}

static void list_packet(struct rng *rng, const struct cond *list, u32 count, u8 *data,
			struct cbpf_packet *packet)
{
	u32 src = rng_next(rng), dst = rng_next(rng);

	if (rng_below(rng, 3) == 0)
		src = pick(rng, list, count);
	if (rng_below(rng, 3) == 0)
		dst = pick(rng, list, count);
	memset(data, 0, GEN_PACKET);
	STORE(u32, data + 26, __builtin_bswap32(src));
	STORE(u32, data + 30, __builtin_bswap32(dst));
	*packet = (struct cbpf_packet){ .data = data, .len = GEN_PACKET };
	if (rng_below(rng, 4) == 0)
		packet->len = 26 + rng_below(rng, 10);
}

static void check_list(u32 count, bool nets, enum ebpf_form form)
{
	static struct program p;
	struct arena arena = { 0 };
	struct values values = { .arena = &arena };
	struct rng rng = { count };
	struct ebpf_prog code = { 0 };
	const struct cond *c = list_cond(&rng, &values, count, nets);
	struct cbpf_prog classic;
	struct filter_opts opts = { .snaplen = SNAPLEN };
	bool is_classic = !compile_classic(&classic, &values, c, &opts, NULL);
	struct graph graph;
	struct node *root;
	const char *why;
	u32 matches = 0;

	graph_init(&graph, &values);
	assert_int_equal(compile_graph(&root, &graph, c, true, NULL), 0);
	assert_int_equal(emit_ebpf(&code, &graph, root, form, SNAPLEN), 0);
	assert_true(code.refs.len > 0);
	program_open(&p, &code);
	if (jit_available())
		assert_int_equal(jit_compile(p.vm, NULL, &why), 0);
	for (u32 i = 0; i < 20000; i++) {
		u8 data[GEN_PACKET];
		struct cbpf_packet packet;
		u32 want;

		list_packet(&rng, c, count, data, &packet);
		want = cond_holds(c, &packet) ? SNAPLEN : 0;
		matches += want != 0;
		assert_int_equal(program_run(&p, form, &packet), want);
		if (is_classic)
			assert_int_equal(cbpf_run(&classic, &packet), want);
	}
	assert_true(matches > 1000);
	check_verdict(c, &values, count);
	printf("# %u %s: %u instructions, %zu bytes of tables; classic %u\n", count,
	       nets ? "nets" : "hosts", code.code.len, code.rodata.len, classic.count);
	vm_prog_free(p.vm);
	ebpf_prog_fini(&code);
	graph_fini(&graph);
	arena_fini(&arena);
}

static void lists_become_tables(void **state)
{
	for (u32 form = EBPF_SOCKET; form <= EBPF_MEMORY; form++) {
		check_list(20, false, form);
		check_list(200, false, form);
		check_list(200, true, form);
		check_list(1000, true, form);
	}
}

/* The bytes of a packet from `at` on, as words of 1, 2 and 4 bytes, forward or backward. */
static const struct cond *bytes_cond(struct rng *rng, struct values *v, const u8 *packet, u32 at,
				     u32 len)
{
	bool backward = rng_below(rng, 2);
	const struct cond *all = NULL;

	while (len) {
		u32 size = 1u << rng_below(rng, 3), from, want = 0;
		const struct cond *test;

		while (size > len)
			size /= 2;
		from = backward ? at + len - size : at;
		for (u32 i = 0; i < size; i++)
			want = want << 8 | packet[from + i];
		test = cond_test(v, CBPF_JEQ, value_load(v, (u8)size, NULL, from),
				 value_const(v, want));
		all = all ? cond_and(v, all, test) : test;
		at += backward ? 0 : size;
		len -= size;
	}
	return all;
}

static u32 loads(const struct ebpf_prog *code)
{
	u32 n = 0;

	for (u32 i = 0; i < code->code.len; i++)
		n += INSN_CLASS(code->code.data[i].code) == CLASS_LDX;
	return n;
}

/* Every packet that differs in one byte, and every shorter one. */
static void check_bytes(struct program *p, const u8 *data, u32 at, u32 len)
{
	u8 copy[GEN_PACKET];
	struct cbpf_packet packet = { .data = copy, .len = GEN_PACKET };

	for (u32 i = 0; i <= GEN_PACKET; i++) {
		bool inside = i >= at && i < at + len;

		memcpy(copy, data, sizeof(copy));
		if (i < GEN_PACKET)
			copy[i] ^= 0x80 >> i % 8;
		packet.len = GEN_PACKET;
		assert_int_equal(program_run(p, EBPF_MEMORY, &packet), inside ? 0 : SNAPLEN);
		memcpy(copy, data, sizeof(copy));
		packet.len = i;
		assert_int_equal(program_run(p, EBPF_MEMORY, &packet), i < at + len ? 0 : SNAPLEN);
	}
}

static void neighbouring_bytes_are_compared_at_once(void **state)
{
	static struct program p;
	struct rng rng = { 1 };
	u32 few = 0, all = 0;

	for (u32 n = 0; n < 500; n++) {
		struct arena arena = { 0 };
		struct values values = { .arena = &arena };
		struct ebpf_prog code = { 0 };
		u32 at = rng_below(&rng, 24), len = 1 + rng_below(&rng, 20);
		u8 data[GEN_PACKET];
		struct graph graph;
		struct node *root;
		const char *why;

		for (u32 i = 0; i < GEN_PACKET; i++)
			data[i] = (u8)rng_below(&rng, 256);
		graph_init(&graph, &values);
		assert_int_equal(compile_graph(&root, &graph,
					       bytes_cond(&rng, &values, data, at, len), true,
					       NULL),
				 0);
		assert_int_equal(emit_ebpf(&code, &graph, root, EBPF_MEMORY, SNAPLEN), 0);
		few += loads(&code);
		all += values.count / 2;
		program_open(&p, &code);
		check_bytes(&p, data, at, len);
		if (jit_available()) {
			assert_int_equal(jit_compile(p.vm, NULL, &why), 0);
			check_bytes(&p, data, at, len);
		}
		vm_prog_free(p.vm);
		ebpf_prog_fini(&code);
		graph_fini(&graph);
		arena_fini(&arena);
	}
	print_message("# %u loads of about %u tests\n", few, all);
	assert_true(few < all / 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(lists_become_tables),
		TEST(neighbouring_bytes_are_compared_at_once),
		TEST(random_conditions_keep_their_verdicts_in_ebpf),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
