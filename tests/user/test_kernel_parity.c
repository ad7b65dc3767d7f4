// SPDX-License-Identifier: BSD-2-Clause
/*
 * The same programs over the same packets in the live kernel (BPF_PROG_TEST_RUN) and here: error,
 * return value, packet out, context out and map contents must be equal. Seeded.
 */
#include "../test.h"

#include <dirent.h>
#include <unistd.h>

#include "fixture.h"
#include "kernel.h"
#include "pcap/pcap.h"
#include "spec/ctx.h"

enum { ROOM = 20000, CTX_ROOM = 256 };

static u64 seed;

static u32 rnd(u32 n)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (u32)((seed >> 11) % n);
}

static const struct kind {
	const char *name;
	u32 type, attach;
	bool bounded; /* only 0 and 1 may be returned */
} kinds[] = {
	{ "socket_filter", PROG_SOCKET_FILTER, 0, false },
	{ "sched_cls", PROG_SCHED_CLS, 0, false },
	{ "sched_act", PROG_SCHED_ACT, 0, false },
	{ "xdp", PROG_XDP, 0, false },
	{ "cgroup_skb/ingress", PROG_CGROUP_SKB, ATTACH_CGROUP_INET_INGRESS, true },
	{ "cgroup_skb/egress", PROG_CGROUP_SKB, ATTACH_CGROUP_INET_EGRESS, true },
	{ "lwt_in", PROG_LWT_IN, 0, false },
	{ "lwt_out", PROG_LWT_OUT, 0, false },
	{ "lwt_xmit", PROG_LWT_XMIT, 0, false },
	{ "flow_dissector", PROG_FLOW_DISSECTOR, ATTACH_FLOW_DISSECTOR, true },
};

struct program {
	struct insn insns[512];
	u32 count;
};

#define EMIT(p, ...)                                                                               \
	do {                                                                                       \
		const struct insn emit_[] = { __VA_ARGS__ };                                       \
		memcpy(&(p)->insns[(p)->count], emit_, sizeof(emit_));                             \
		(p)->count += ARRAY_SIZE(emit_);                                                   \
	} while (0)

/* One program in both engines, with one array map of one 64-byte value and more maps. */
struct pair {
	struct fixture ours;
	int fd, maps[8];
	u32 map_count;
	const struct kind *kind;
	const char *what;
};

static void pair_start(struct pair *p, const struct kind *kind, const char *what)
{
	memset(p, 0, sizeof(*p));
	p->kind = kind;
	p->what = what;
	p->fd = -1;
	fixture_start(&p->ours);
}

static u32 pair_map(struct pair *p, u32 type, u32 key, u32 value, u32 entries)
{
	static const char *const names[] = { "m0", "m1", "m2", "m3", "m4", "m5", "m6", "m7" };

	p->maps[p->map_count] = kernel_map(type, key, value, entries, 0);
	assert_in_range(p->maps[p->map_count], 0, 1 << 20);
	fixture_map(&p->ours, names[p->map_count], type, key, value, entries);
	return p->map_count++;
}

/* False: the kernel's verifier refuses it, so there is nothing to compare. */
static bool pair_load(struct pair *p, const struct program *prog, bool must)
{
	static char log[1 << 16];

	p->fd = kernel_load(p->kind->type, p->kind->attach, prog->insns, prog->count, p->maps,
			    p->map_count, log, sizeof(log));
	if (p->fd < 0 && must)
		fail_msg("%s %s: %s", p->kind->name, p->what, log);
	if (p->fd < 0)
		return false;
	fixture_prog(&p->ours, "p", p->kind->type, p->kind->attach, prog->insns, prog->count);
	return true;
}

static void pair_end(struct pair *p)
{
	if (p->fd >= 0)
		close(p->fd);
	for (u32 i = 0; i < p->map_count; i++)
		close(p->maps[i]);
	fixture_end(&p->ours);
}

static void show(const char *what, const u8 *data, size_t len)
{
	printf("# %s (%zu):", what, len);
	for (size_t i = 0; i < len && i < 96; i++)
		printf(" %02x", data[i]);
	printf("\n");
}

static void compare_bytes(struct pair *p, const char *what, const u8 *kernel, size_t klen,
			  const u8 *ours, size_t olen)
{
	if (klen == olen && !memcmp(kernel, ours, klen))
		return;
	show("kernel", kernel, klen);
	show("here  ", ours, olen);
	fail_msg("%s, %s: %s differs", p->kind->name, p->what, what);
}

/* Array maps: every element. */
static void compare_maps(struct pair *p)
{
	for (u32 m = 0; m < p->map_count; m++) {
		struct map *live = fixture_live(&p->ours, m);
		u8 a[4096] = { 0 }, b[4096] = { 0 };

		if (live->def.type != MAP_TYPE_ARRAY)
			continue;
		for (u32 k = 0; k < live->def.max_entries; k++) {
			assert_int_equal(kernel_lookup(p->maps[m], &k, a), 0);
			assert_int_equal(map_read(live, &k, b), 0);
			compare_bytes(p, "map value", a, live->def.value_size, b,
				      live->def.value_size);
		}
	}
}

static int pair_run(struct pair *p, const u8 *packet, u32 len, const void *ctx, u32 ctx_len,
		    bool ctx_out)
{
	static u8 kout[ROOM], oout[ROOM];
	u8 kctx[CTX_ROOM] = { 0 }, octx[CTX_ROOM] = { 0 };
	struct kernel_run k = { .data_in = packet,
				.data_in_len = len,
				.data_out = kout,
				.data_out_len = ROOM,
				.ctx_in = ctx,
				.ctx_in_len = ctx_len };
	struct skep_run o = { .data_in = packet,
			      .data_in_len = len,
			      .data_out = oout,
			      .data_out_cap = ROOM,
			      .ctx_in = ctx,
			      .ctx_in_len = ctx_len,
			      .flags = SKEP_RUN_L3 };
	int kerr, oerr;

	if (ctx_out) {
		k.ctx_out = kctx;
		k.ctx_out_len = o.ctx_out_cap = CTX_ROOM;
		o.ctx_out = octx;
	}
	kerr = kernel_run(p->fd, &k);
	oerr = fixture_run(&p->ours, 0, &o);
	if (kerr != oerr) {
		show("packet", packet, len);
		if (ctx)
			show("ctx", ctx, ctx_len);
		diag_print(&p->ours.diag, stdout, false);
		fail_msg("%s, %s: error %d in the kernel, %d here", p->kind->name, p->what, kerr,
			 oerr);
	}
	if (kerr)
		return kerr;
	if (k.retval != o.result) {
		show("packet", packet, len);
		fail_msg("%s, %s: returns 0x%x in the kernel, 0x%lx here", p->kind->name, p->what,
			 k.retval, (unsigned long)o.result);
	}
	compare_bytes(p, "packet", kout, k.data_out_len, oout, o.data_out_len);
	if (ctx_out)
		compare_bytes(p, "context", kctx, k.ctx_out_len, octx, o.ctx_out_len);
	compare_maps(p);
	return 0;
}

/* A random frame: mostly IPv4, IPv6, VLAN; sometimes a length field, ARP or noise. */
static u32 random_packet(u8 *out, u32 max)
{
	static const u16 types[] = { 0x0008, 0x0008, 0xdd86, 0x0081, 0xa888, 0x0608, 0x4000, 0 };
	u32 len = 14 + rnd(rnd(4) ? 120 : max - 14);
	u16 type = types[rnd(ARRAY_SIZE(types))];

	for (u32 i = 0; i < len; i++)
		out[i] = (u8)rnd(256);
	if (!rnd(4))
		memset(out, 0, 6);
	if (!rnd(6))
		memset(out, 0xff, 6);
	if (type)
		memcpy(out + 12, &type, 2);
	if (len > 24 && (type == 0x0081 || type == 0xa888)) {
		memcpy(out + 16, &types[rnd(5)], 2);
		memcpy(out + 20, &types[rnd(5)], 2);
	}
	if (len > 40 && type == 0x0008)
		out[14] = 0x45;
	return len;
}

static u32 ctx_size(const struct kind *k)
{
	return k->type == PROG_XDP ? 24 : k->type == PROG_FLOW_DISSECTOR ? 56 : 192;
}

#define NEEDS_KERNEL()                                                                             \
	do {                                                                                       \
		if (!kernel_has_bpf())                                                             \
			test_skip("the live kernel runs no BPF programs for this process");        \
		seed = 0x5eedc0de12345678;                                                         \
	} while (0)

static void sizes_are_accepted_and_refused_alike(void **state)
{
	static const u16 types[] = { 0x0008, 0xdd86, 0x0608, 0x0081, 0x2000 };
	u8 packet[200] = { 0 };

	NEEDS_KERNEL();
	for (u32 k = 0; k < ARRAY_SIZE(kinds); k++) {
		struct program prog = { 0 };
		struct pair p;

		pair_start(&p, &kinds[k], "sizes");
		EMIT(&prog, I_MOV(0, 0), I_EXIT);
		pair_load(&p, &prog, true);
		for (u32 t = 0; t < ARRAY_SIZE(types); t++) {
			memcpy(packet + 12, &types[t], 2);
			for (u32 len = 0; len < 80; len++)
				pair_run(&p, packet, len, NULL, 0, false);
		}
		pair_end(&p);
	}
}

static void contexts_are_accepted_and_refused_alike(void **state)
{
	u8 packet[100] = { 0 }, ctx[200] = { 0 };
	static const u32 values[] = { 1, 4, 60, 99, 255, 256, 65535, 65536, 70000, 0x80000000 };

	NEEDS_KERNEL();
	for (u32 k = 0; k < ARRAY_SIZE(kinds); k++) {
		struct program prog = { 0 };
		u32 size = ctx_size(&kinds[k]);
		struct pair p;

		pair_start(&p, &kinds[k], "contexts");
		EMIT(&prog, I_MOV(0, 0), I_EXIT);
		pair_load(&p, &prog, true);
		for (u32 off = 0; off < size; off += 4) {
			/* device numbers above 1 exist here and may not in the kernel */
			bool device = kinds[k].type == PROG_XDP ? off == 12 : off == 40;

			for (u32 v = 0; v < (device ? 1 : ARRAY_SIZE(values)); v++) {
				memcpy(ctx + off, &values[v], 4);
				pair_run(&p, packet, sizeof(packet), ctx, size, true);
				memset(ctx, 0, sizeof(ctx));
			}
		}
		if (kinds[k].type == PROG_XDP) {
			for (u32 i = 0; i < 300; i++) {
				u32 in[6] = { rnd(300) & ~3u,
					      rnd(4) ? 100 : rnd(110),
					      0,
					      rnd(2),
					      rnd(6) == 0,
					      0 };

				pair_run(&p, packet, sizeof(packet), in, sizeof(in), true);
			}
		}
		for (u32 len = 1; len <= 200; len++)
			pair_run(&p, packet, sizeof(packet), ctx, len, true);
		pair_run(&p, packet, sizeof(packet), NULL, 0, true);
		pair_end(&p);
	}
}

static void random_ctx(const struct kind *k, u8 *ctx, u32 len)
{
	static const u16 fields[] = { 8, 32, 36, 48, 52, 56, 60, 64, 152, 164, 176, 184 };

	memset(ctx, 0, CTX_ROOM);
	if (k->type == PROG_XDP) {
		STORE(u32, ctx, MIN(4 * rnd(8), (len - 14) & ~3u));
		STORE(u32, ctx + 4, len);
	} else if (k->type == PROG_FLOW_DISSECTOR) {
		STORE(u32, ctx + 48, rnd(8));
	} else {
		for (u32 i = 0; i < ARRAY_SIZE(fields); i++) {
			if (rnd(2))
				STORE(u32, ctx + fields[i], rnd(60000));
		}
		if (rnd(2))
			STORE(u32, ctx + 160, len + rnd(1000));
	}
}

/* Every scalar field that the program type may read, at every width, over random packets. */
static void context_fields_read_alike(void **state)
{
	static const u8 sizes[] = { SIZE_B, SIZE_H, SIZE_W, SIZE_DW };
	u8 packet[1600], ctx[CTX_ROOM];
	u32 fields = 0;

	NEEDS_KERNEL();
	for (u32 k = 0; k < ARRAY_SIZE(kinds); k++) {
		const struct ctx_layout *l = ctx_layout(kinds[k].type, kinds[k].attach);

		assert_non_null(l);
		for (u32 i = 0; i < l->count; i++) {
			const struct ctx_field *f = &l->fields[i];

			for (u32 w = 0; w < 4 && f->kind == CTX_SCALAR; w++) {
				struct program prog = { 0 };
				struct pair p;

				if (!(f->read >> w & 1))
					continue;
				pair_start(&p, &kinds[k], f->name);
				pair_map(&p, MAP_TYPE_ARRAY, 4, 8, 1);
				EMIT(&prog, I_LDX(sizes[w], 7, 1, (s16)f->off), I_VALUE(2, 0, 0),
				     I_STX(SIZE_DW, 2, 7, 0), I_MOV(0, 0), I_EXIT);
				pair_load(&p, &prog, true);
				for (u32 n = 0; n < 12; n++) {
					u32 len = random_packet(packet, 1500);

					random_ctx(&kinds[k], ctx, len);
					pair_run(&p, packet, len, NULL, 0, false);
					pair_run(&p, packet, len, ctx, ctx_size(&kinds[k]), true);
				}
				fields++;
				pair_end(&p);
			}
		}
	}
	printf("# %u fields\n", fields);
}

static void context_fields_write_alike(void **state)
{
	static const u8 sizes[] = { SIZE_B, SIZE_H, SIZE_W, SIZE_DW };
	u8 packet[1600], ctx[CTX_ROOM];

	NEEDS_KERNEL();
	for (u32 k = 0; k < ARRAY_SIZE(kinds); k++) {
		const struct ctx_layout *l = ctx_layout(kinds[k].type, kinds[k].attach);

		for (u32 i = 0; i < l->count; i++) {
			const struct ctx_field *f = &l->fields[i];

			for (u32 w = 0; w < 4 && f->kind == CTX_SCALAR; w++) {
				struct program prog = { 0 };
				struct pair p;

				if (!(f->write >> w & 1))
					continue;
				pair_start(&p, &kinds[k], f->name);
				pair_map(&p, MAP_TYPE_ARRAY, 4, 8, 1);
				EMIT(&prog, I_MOV(7, 0x1234), I_STX(sizes[w], 1, 7, (s16)f->off),
				     I_LDX(sizes[w], 7, 1, (s16)f->off), I_VALUE(2, 0, 0),
				     I_STX(SIZE_DW, 2, 7, 0), I_MOV(0, 0), I_EXIT);
				pair_load(&p, &prog, true);
				for (u32 n = 0; n < 4; n++) {
					u32 len = random_packet(packet, 1500);

					random_ctx(&kinds[k], ctx, len);
					pair_run(&p, packet, len, ctx, ctx_size(&kinds[k]), true);
				}
				pair_end(&p);
			}
		}
	}
}

/* Straight-line programs of random helper calls: r6 context, r8 a running hash of results. */
static void emit_mix(struct program *p)
{
	EMIT(p, I_ALU(MUL, 8, 31), I_ALUR(ADD, 8, 0));
}

static void emit_buffer(struct program *p, u32 bytes)
{
	for (u32 i = 0; i < bytes; i += 8)
		EMIT(p, I_ST(SIZE_DW, 10, (s16)(-64 + (s32)i), (s32)rnd(0x7fffffff)));
	EMIT(p, I_MOVR(3, 10), I_ALU(ADD, 3, -64));
}

static void emit_mix_buffer(struct program *p)
{
	for (int i = 0; i < 64; i += 8)
		EMIT(p, I_LDX(SIZE_DW, 0, 10, (s16)(-64 + i)), I_ALU(MUL, 8, 31),
		     I_ALUR(ADD, 8, 0));
}

static void emit_mix_field(struct program *p, u32 off)
{
	EMIT(p, I_LDX(SIZE_W, 0, 6, (s16)off));
	emit_mix(p);
}

static s32 random_off(void)
{
	switch (rnd(12)) {
	case 0:
		return (s32)rnd(70000);
	case 1:
		return -(s32)rnd(100);
	}
	return (s32)rnd(80);
}

static s32 random_size(void)
{
	static const s32 sizes[] = { 0, 2, 2, 4, 4, 4, 1, 3, 8 };

	return sizes[rnd(ARRAY_SIZE(sizes))];
}

static void emit_csum_replace(struct program *p, bool l4)
{
	s32 size = random_size(), flags = size;

	if (l4 && rnd(2))
		flags |= 0x10;
	if (l4 && rnd(2))
		flags |= 0x20;
	if (l4 && !rnd(4))
		flags |= 0x40;
	if (l4 && !rnd(4))
		flags |= 0x80;
	if (!rnd(10))
		flags |= 0x100;
	EMIT(p, I_MOVR(1, 6), I_MOV(2, random_off() & (rnd(8) ? ~1 : ~0)),
	     I_MOV(3, size || !rnd(4) ? (s32)rnd(0x7fffffff) : 0), I_MOV(4, (s32)rnd(0x7fffffff)),
	     I_MOV(5, flags), I_CALL(l4 ? 11 : 10));
}

static void emit_skb_call(struct program *p, u32 type)
{
	bool tc = type == PROG_SCHED_CLS || type == PROG_SCHED_ACT;
	bool shapes = tc || type == PROG_LWT_XMIT;
	bool relative = type == PROG_SOCKET_FILTER || type == PROG_CGROUP_SKB;
	u32 what = rnd(tc ? 13 : shapes ? 9 : relative ? 2 : 1);
	u32 len = 1 + rnd(63);

	EMIT(p, I_MOVR(1, 6));
	switch (what) {
	case 0:
		EMIT(p, I_MOV(2, random_off()));
		emit_buffer(p, 64);
		EMIT(p, I_MOV(4, (s32)len), I_CALL(26));
		break;
	case 1:
		if (type == PROG_LWT_XMIT) {
			EMIT(p, I_MOV(2, 0), I_CALL(39));
			break;
		}
		EMIT(p, I_MOV(2, random_off()));
		emit_buffer(p, 64);
		EMIT(p, I_MOV(4, (s32)len), I_MOV(5, (s32)rnd(rnd(4) ? 2 : 3)), I_CALL(68));
		break;
	case 2:
		EMIT(p, I_MOV(2, random_off()));
		emit_buffer(p, 64);
		EMIT(p, I_MOV(4, (s32)len), I_MOV(5, (s32)rnd(rnd(4) ? 4 : 8)), I_CALL(9));
		break;
	case 3:
		emit_csum_replace(p, false);
		break;
	case 4:
		emit_csum_replace(p, true);
		break;
	case 5:
		EMIT(p, I_MOV(2, (s32)rnd(rnd(8) ? 200 : 20000)), I_MOV(3, !rnd(10)), I_CALL(38));
		break;
	case 6:
		EMIT(p, I_MOV(2, (s32)rnd(rnd(8) ? 60 : 20000)), I_MOV(3, !rnd(10)), I_CALL(43));
		break;
	case 7:
		EMIT(p, I_MOV(2, (s32)rnd(200)), I_CALL(39));
		break;
	case 8:
		EMIT(p, I_CALL(tc ? 41 : 39));
		if (!tc) {
			p->count--;
			EMIT(p, I_MOV(2, 0), I_CALL(39));
		}
		break;
	case 9:
		EMIT(p,
		     I_MOV(2, rnd(3)   ? 0x0081
			      : rnd(2) ? 0xa888
				       : 0x1234),
		     I_MOV(3, (s32)rnd(0x10000)), I_CALL(18));
		break;
	case 10:
		EMIT(p, I_CALL(19));
		break;
	case 11:
		EMIT(p, I_MOV(2, (s32)rnd(5)), I_CALL(32));
		break;
	case 12:
		EMIT(p, I_MOV(2, (s32)rnd(0x7fffffff)), I_CALL(48));
		break;
	}
	if (tc && what == 8)
		EMIT(p, I_MOV(0, 0)); /* set_hash_invalid returns nothing */
	emit_mix(p);
}

static void random_skb_helper_calls_agree(void **state)
{
	static const u16 shown[] = { 0, 4, 16, 20, 24, 28, 68 };
	u8 packet[2000];
	u32 runs = 0;

	NEEDS_KERNEL();
	for (u32 n = 0; n < 1200; n++) {
		const struct kind *kind = &kinds[n % 9];
		struct program prog = { 0 };
		struct pair p;

		if (kind->type == PROG_XDP)
			continue;
		pair_start(&p, kind, "random helper calls");
		pair_map(&p, MAP_TYPE_ARRAY, 4, 8, 1);
		EMIT(&prog, I_MOVR(6, 1), I_MOV(8, 0));
		for (int i = 0; i < 64; i += 8)
			EMIT(&prog, I_ST(SIZE_DW, 10, (s16)(-64 + i), 0));
		for (u32 calls = 1 + rnd(8); calls; calls--)
			emit_skb_call(&prog, kind->type);
		for (u32 i = 0; i < ARRAY_SIZE(shown); i++)
			emit_mix_field(&prog, shown[i]);
		emit_mix_buffer(&prog);
		EMIT(&prog, I_VALUE(1, 0, 0), I_STX(SIZE_DW, 1, 8, 0), I_MOV(0, 0), I_EXIT);
		if (pair_load(&p, &prog, true)) {
			for (u32 i = 0; i < 4; i++, runs++)
				pair_run(&p, packet, random_packet(packet, 1500), NULL, 0, false);
		}
		pair_end(&p);
	}
	printf("# %u runs\n", runs);
}

static void emit_xdp_call(struct program *p)
{
	u32 len = 1 + rnd(63);

	EMIT(p, I_MOVR(1, 6));
	switch (rnd(7)) {
	case 0:
		EMIT(p, I_MOV(2, (s32)rnd(80) - 40), I_CALL(44));
		break;
	case 1:
		EMIT(p, I_MOV(2, (s32)rnd(600) - 300), I_CALL(44));
		break;
	case 2:
		EMIT(p, I_MOV(2, ((s32)rnd(rnd(2) ? 100 : 20) - 10) * (rnd(8) ? -4 : 1)),
		     I_CALL(54));
		break;
	case 3:
		EMIT(p, I_MOV(2, (s32)rnd(rnd(8) ? 100 : 5000) - 50), I_CALL(65));
		break;
	case 4:
		EMIT(p, I_CALL(188));
		break;
	case 5:
		EMIT(p, I_MOV(2, random_off()));
		emit_buffer(p, 64);
		EMIT(p, I_MOV(4, (s32)len), I_CALL(189));
		break;
	case 6:
		EMIT(p, I_MOV(2, random_off()));
		emit_buffer(p, 64);
		EMIT(p, I_MOV(4, (s32)len), I_CALL(190));
		break;
	}
	emit_mix(p);
}

static void random_xdp_helper_calls_agree(void **state)
{
	u8 packet[2000], ctx[CTX_ROOM];
	const struct kind *kind = &kinds[3];
	u32 runs = 0;

	NEEDS_KERNEL();
	for (u32 n = 0; n < 400; n++) {
		struct program prog = { 0 };
		struct pair p;

		pair_start(&p, kind, "random helper calls");
		pair_map(&p, MAP_TYPE_ARRAY, 4, 8, 1);
		EMIT(&prog, I_MOVR(6, 1), I_MOV(8, 0));
		for (int i = 0; i < 64; i += 8)
			EMIT(&prog, I_ST(SIZE_DW, 10, (s16)(-64 + i), 0));
		for (u32 calls = 1 + rnd(8); calls; calls--)
			emit_xdp_call(&prog);
		emit_mix_buffer(&prog);
		EMIT(&prog, I_VALUE(1, 0, 0), I_STX(SIZE_DW, 1, 8, 0), I_MOV(0, 2), I_EXIT);
		assert_true(pair_load(&p, &prog, true));
		for (u32 i = 0; i < 4; i++, runs++) {
			u32 len = random_packet(packet, 1500);

			random_ctx(kind, ctx, len);
			pair_run(&p, packet, len, NULL, 0, false);
			pair_run(&p, packet, len, ctx, 24, true);
		}
		pair_end(&p);
	}
	printf("# %u runs\n", runs);
}

static void checksums_of_differences_agree(void **state)
{
	u8 packet[64] = { 0 };

	NEEDS_KERNEL();
	for (u32 n = 0; n < 300; n++) {
		struct program prog = { 0 };
		struct pair p;
		u32 same = rnd(4), from = 4 * rnd(9), to = 4 * rnd(9);

		pair_start(&p, &kinds[3], "csum_diff");
		pair_map(&p, MAP_TYPE_ARRAY, 4, 8, 1);
		for (int i = 0; i < 64; i += 8)
			EMIT(&prog, I_ST(SIZE_DW, 10, (s16)(-64 + i),
					 !same	     ? 0
					 : same == 1 ? -1
						     : (s32)rnd(0xffffffff)));
		EMIT(&prog, I_MOVR(1, 10), I_ALU(ADD, 1, -64), I_MOV(2, (s32)from), I_MOVR(3, 10),
		     I_ALU(ADD, 3, -32), I_MOV(4, (s32)to),
		     I_MOV(5, rnd(2) ? (s32)rnd(0xffffffff) : -(s32)rnd(3)));
		if (!from)
			EMIT(&prog, I_MOV(1, 0));
		if (!to)
			EMIT(&prog, I_MOV(3, 0));
		EMIT(&prog, I_CALL(28), I_VALUE(1, 0, 0), I_STX(SIZE_DW, 1, 0, 0), I_EXIT);
		assert_true(pair_load(&p, &prog, true));
		pair_run(&p, packet, sizeof(packet), NULL, 0, false);
		pair_end(&p);
	}
}

/* A text in a frozen array, which takes the place of a string literal; other text on the stack. */
static void numbers_parse_alike(void **state)
{
	static const char *const texts[] = {
		"0",
		"17",
		"-17",
		"  42 ",
		"0x1f",
		"0X1F",
		"010",
		"08",
		"0x",
		"-",
		"",
		"abc",
		"12abc",
		"9223372036854775807",
		"9223372036854775808",
		"-9223372036854775808",
		"-9223372036854775809",
		"18446744073709551615",
		"18446744073709551616",
		"+5",
		"-0",
		"\t\n7",
		"0xfg",
		"00x5",
		"777",
		"1 2",
		"-0x10",
		"0x0x1",
	};
	static const s32 bases[] = { 0, 8, 10, 16, 2, 36, 32 };
	u8 packet[64] = { 0 };

	NEEDS_KERNEL();
	for (u32 t = 0; t < ARRAY_SIZE(texts) * ARRAY_SIZE(bases) * 2; t++) {
		const char *text = texts[t / 2 % ARRAY_SIZE(texts)];
		s32 base = bases[t / 2 / ARRAY_SIZE(texts)];
		char copy[32] = "";
		struct program prog = { 0 };
		struct pair p;

		memcpy(copy, text, strlen(text));
		pair_start(&p, &kinds[3], text);
		pair_map(&p, MAP_TYPE_ARRAY, 4, 16, 1);
		for (u32 i = 0; i < 32; i += 4)
			EMIT(&prog, I_ST(SIZE_W, 10, (s16)(-40 + (s32)i), LOAD(s32, copy + i)));
		EMIT(&prog, I_MOVR(1, 10), I_ALU(ADD, 1, -40),
		     I_MOV(2, (s32)MAX(strlen(text), (size_t)1)), I_MOV(3, base), I_MOVR(4, 10),
		     I_ALU(ADD, 4, -8), I_ST(SIZE_DW, 10, -8, 77), I_CALL(t & 1 ? 105 : 106),
		     I_VALUE(1, 0, 0), I_STX(SIZE_DW, 1, 0, 0), I_LDX(SIZE_DW, 0, 10, -8),
		     I_STX(SIZE_DW, 1, 0, 8), I_MOV(0, 0), I_EXIT);
		assert_true(pair_load(&p, &prog, true));
		pair_run(&p, packet, sizeof(packet), NULL, 0, false);
		pair_end(&p);
	}
}

/* A read-only array that holds text, as a string literal's .rodata does. */
static u32 pair_text(struct pair *p, const char *text)
{
	u32 i = p->map_count++, zero = 0;
	struct obj_map *m;
	char *data;

	p->maps[i] = kernel_map(MAP_TYPE_ARRAY, 4, 128, 1, MAP_RDONLY_PROG);
	assert_in_range(p->maps[i], 0, 1 << 20);
	data = arena_alloc(&p->ours.obj->arena, 128);
	memcpy(data, text, MIN(strlen(text), (size_t)127));
	assert_int_equal(kernel_update(p->maps[i], &zero, data, 0), 0);
	assert_int_equal(kernel_freeze(p->maps[i]), 0);
	m = &p->ours.obj->maps[fixture_map(&p->ours, ".rodata", MAP_TYPE_ARRAY, 4, 128, 1)];
	m->role = MAP_RODATA;
	m->data = (const u8 *)data;
	return i;
}

static void formats_print_alike(void **state)
{
	static const char *const formats[] = {
		"",	   "plain",    "100%%",	      "%d",   "%i",    "%u",	 "%x",	   "%X",
		"%ld",	   "%li",      "%lu",	      "%lx",  "%lld",  "%llu",	 "%llx",   "%llX",
		"%d %d",   "%d %d %d", "%d %d %d %d", "%5d|", "%-5d|", "%05d|",	 "%+d",	   "% d",
		"%08x",	   "%-8x|",    "%2d",	      "%s",   "%10s|", "%-10s|", "%s %d",  "%.3d",
		"%f",	   "%",	       "%l",	      "%h",   "%hd",   "%c",	 "%c%c",   "%px",
		"%px|",	   "%pi4",     "%pI4",	      "%pi6", "%pI6",  "%pI5",	 "%pks",   "%pz",
		"%sx",	   "%s,",      "%z",	      "\x01", "\x80",  "%#x",	 "a\tb\n", "%0-5d|",
		"%-05d|",  "%+5d|",    "%p4",	      "%lls", "%5c|",  "%llld",	 "% 5d|",  "%16px|",
		"%pks|%d", "%+u",      "%+x",	      "%00d",
	};
	u8 packet[64] = { 0 };

	NEEDS_KERNEL();
	for (u32 t = 0; t < ARRAY_SIZE(formats) * 4; t++) {
		const char *format = formats[t / 4];
		u32 count = t % 4, size = t % 4 == 3 ? 8 : 64, rodata;
		bool memory = strchr(format, 's') || strstr(format, "%pi") || strstr(format, "%pI");
		struct program prog = { 0 };
		struct pair p;

		pair_start(&p, &kinds[3], format);
		pair_map(&p, MAP_TYPE_ARRAY, 4, 80, 1);
		rodata = pair_text(&p, format);
		/* arguments: numbers, or addresses of the second text */
		pair_text(&p, "text\x01\xff of 16b");
		for (s16 i = 0; i < 3; i++) {
			EMIT(&prog, I_MOV(1, i == 1 ? -77 : i == 2 ? 0x7654321 : 65));
			if (i == 2)
				EMIT(&prog, I_ALU(LSH, 1, 12));
			if (memory && !(i == 1 && strchr(format, 'd')))
				EMIT(&prog, I_VALUE(1, 2, 0));
			EMIT(&prog, I_STX(SIZE_DW, 10, 1, (s16)(-24 + i * 8)));
		}
		EMIT(&prog, I_VALUE(1, 0, 8), I_MOV(2, (s32)size), I_VALUE(3, (s32)rodata, 0),
		     I_MOVR(4, 10), I_ALU(ADD, 4, -24), I_MOV(5, (s32)(8 * count)));
		if (!count)
			EMIT(&prog, I_MOV(4, 0));
		EMIT(&prog, I_CALL(165), I_VALUE(1, 0, 0), I_STX(SIZE_DW, 1, 0, 0), I_MOV(0, 0),
		     I_EXIT);
		if (pair_load(&p, &prog, false)) /* the verifier tests formats too */
			pair_run(&p, packet, sizeof(packet), NULL, 0, false);
		pair_end(&p);
	}
}

static void packets_are_read_and_written_alike(void **state)
{
	u8 packet[1600];

	NEEDS_KERNEL();
	for (u32 k = 0; k < 9; k++) {
		bool writes = kinds[k].type == PROG_XDP || kinds[k].type == PROG_SCHED_CLS ||
			      kinds[k].type == PROG_SCHED_ACT || kinds[k].type == PROG_LWT_XMIT;
		bool xdp = kinds[k].type == PROG_XDP;
		struct program prog = { 0 };
		struct pair p;

		if (kinds[k].type == PROG_SOCKET_FILTER)
			continue;
		pair_start(&p, &kinds[k], "direct packet access");
		pair_map(&p, MAP_TYPE_ARRAY, 4, 8, 1);
		EMIT(&prog, I_LDX(SIZE_W, 2, 1, xdp ? 0 : 76), I_LDX(SIZE_W, 3, 1, xdp ? 4 : 80),
		     I_MOV(0, 0), I_MOVR(4, 2), I_ALU(ADD, 4, 40), I_JR(JGT, 4, 3, 0));
		prog.insns[prog.count - 1].off = (s16)(writes ? 7 : 5);
		EMIT(&prog, I_LDX(SIZE_DW, 5, 2, 3), I_LDX(SIZE_W, 4, 2, 36), I_ALUR(ADD, 5, 4));
		if (writes)
			EMIT(&prog, I_STX(SIZE_H, 2, 5, 21), I_ST(SIZE_B, 2, 39, 0x5a));
		EMIT(&prog, I_VALUE(1, 0, 0), I_STX(SIZE_DW, 1, 5, 0), I_EXIT);
		prog.insns[5].off++;
		pair_load(&p, &prog, true);
		for (u32 n = 0; n < 100; n++)
			pair_run(&p, packet, random_packet(packet, 1500), NULL, 0, false);
		pair_end(&p);
	}
}

static void legacy_packet_loads_agree(void **state)
{
	static const s32 bases[] = { 0, 0, 0, -0x100000, -0x200000, -0x300000, -8 };
	u8 packet[400];

	NEEDS_KERNEL();
	for (u32 n = 0; n < 300; n++) {
		const struct kind *kind = &kinds[n % 3];
		struct program prog = { 0 };
		u8 size = n / 3 % 3 == 0 ? SIZE_B : n / 3 % 3 == 1 ? SIZE_H : SIZE_W;
		s32 off = bases[rnd(7)] + (s32)rnd(80);
		struct pair p;

		pair_start(&p, kind, "LD_ABS and LD_IND");
		EMIT(&prog, I_MOVR(6, 1), I_MOV(7, (s32)rnd(30)), I_MOV(0, 5));
		if (rnd(2))
			EMIT(&prog, (struct insn){ CLASS_LD | MODE_ABS | size, 0, 0, 0, off });
		else
			EMIT(&prog, (struct insn){ CLASS_LD | MODE_IND | size, 0, 7, 0, off });
		EMIT(&prog, I_ALU(ADD, 0, 1), I_EXIT);
		assert_true(pair_load(&p, &prog, true));
		for (u32 i = 0; i < 8; i++)
			pair_run(&p, packet, random_packet(packet, 300), NULL, 0, false);
		pair_end(&p);
	}
}

/* No restore between repeats: each run finds what the one before left. */
static void repeats_build_on_each_other(void **state)
{
	u8 packet[100] = { 1, 2, 3, 4, 5, 6 }, kout[200], oout[200];
	struct program prog = { 0 };
	struct pair p;

	NEEDS_KERNEL();
	pair_start(&p, &kinds[3], "repeat");
	EMIT(&prog, I_MOVR(6, 1), I_MOV(2, -4), I_CALL(44), I_LDX(SIZE_W, 2, 6, 0),
	     I_LDX(SIZE_W, 3, 6, 4), I_MOVR(4, 2), I_ALU(ADD, 4, 4), I_JR(JGT, 4, 3, 2),
	     I_LDX(SIZE_W, 0, 2, 4), I_STX(SIZE_W, 2, 0, 0), I_EXIT);
	prog.insns[6].imm = 8;
	pair_load(&p, &prog, true);
	for (u32 repeat = 0; repeat < 80; repeat++) {
		struct kernel_run k = { .data_in = packet,
					.data_in_len = 100,
					.data_out = kout,
					.data_out_len = sizeof(kout),
					.repeat = repeat };
		struct skep_run o = { .data_in = packet,
				      .data_in_len = 100,
				      .data_out = oout,
				      .data_out_cap = sizeof(oout),
				      .repeat = repeat };

		if (100 + repeat * 4 > sizeof(kout) - 20)
			break;
		assert_int_equal(kernel_run(p.fd, &k), 0);
		assert_int_equal(fixture_run(&p.ours, 0, &o), 0);
		assert_int_equal(k.retval, o.result);
		compare_bytes(&p, "packet", kout, k.data_out_len, oout, o.data_out_len);
	}
	pair_end(&p);
}

/* Sums the first words, notes length and protocol, over the packets of a capture file. */
static u32 capture_run(struct pair *p, const char *path)
{
	struct pcap_reader *r;
	struct pcap_packet pkt;
	u32 n = 0;

	if (pcap_open(&r, path, NULL))
		return 0;
	while (pcap_next(r, &pkt, NULL) == 1) {
		if (pkt.linktype != 1 || pkt.len > 3500)
			continue;
		pair_run(p, pkt.data, pkt.len, NULL, 0, false);
		n++;
	}
	pcap_close(r);
	return n;
}

static void public_captures_agree(void **state)
{
	const char *dir = getenv("SKEP_PCAPS");
	u32 packets = 0;
	DIR *list = opendir(dir ? dir : "../shared/pcap");
	struct dirent *e;

	if (!list)
		test_skip("no public captures (../shared/pcap or SKEP_PCAPS)");
	if (!kernel_has_bpf())
		closedir(list);
	NEEDS_KERNEL();
	for (u32 k = 1; k < 9; k++) {
		bool xdp = kinds[k].type == PROG_XDP;
		struct program prog = { 0 };
		struct pair p;

		pair_start(&p, &kinds[k], "captures");
		pair_map(&p, MAP_TYPE_ARRAY, 4, 8, 1);
		EMIT(&prog, I_LDX(SIZE_W, 2, 1, xdp ? 0 : 76), I_LDX(SIZE_W, 3, 1, xdp ? 4 : 80),
		     I_LDX(SIZE_W, 5, 1, xdp ? 12 : 16), I_VALUE(7, 0, 0), I_LDX(SIZE_DW, 8, 7, 0),
		     I_ALU(MUL, 8, 31), I_ALUR(ADD, 8, 5), I_MOVR(4, 2), I_ALU(ADD, 4, 20),
		     I_JR(JGT, 4, 3, 4), I_LDX(SIZE_DW, 5, 2, 3), I_ALUR(ADD, 8, 5),
		     I_LDX(SIZE_DW, 5, 2, 12), I_ALUR(ADD, 8, 5), I_STX(SIZE_DW, 7, 8, 0),
		     I_MOV(0, 1), I_EXIT);
		pair_load(&p, &prog, true);
		rewinddir(list);
		while ((e = readdir(list))) {
			char path[1024];

			snprintf(path, sizeof(path), "%s/%s", dir ? dir : "../shared/pcap",
				 e->d_name);
			if (strstr(e->d_name, ".pcap"))
				packets += capture_run(&p, path);
		}
		pair_end(&p);
	}
	closedir(list);
	printf("# %u runs\n", packets);
	assert_in_range(packets, 1, 1u << 30);
}

static const struct CMUnitTest tests[] = {
	TEST(sizes_are_accepted_and_refused_alike),
	TEST(contexts_are_accepted_and_refused_alike),
	TEST(context_fields_read_alike),
	TEST(context_fields_write_alike),
	TEST(random_skb_helper_calls_agree),
	TEST(random_xdp_helper_calls_agree),
	TEST(checksums_of_differences_agree),
	TEST(numbers_parse_alike),
	TEST(formats_print_alike),
	TEST(packets_are_read_and_written_alike),
	TEST(legacy_packet_loads_agree),
	TEST(repeats_build_on_each_other),
	TEST(public_captures_agree),
};
TEST_MAIN(tests)
