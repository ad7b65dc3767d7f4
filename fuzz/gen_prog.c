// SPDX-License-Identifier: BSD-2-Clause
#include "fuzz/gen_prog.h"

#include <stdlib.h>

#include "btf/write.h"
#include "fuzz/gen.h"

const struct gen_map_info gen_maps[GEN_MAPS] = {
	[M_ARRAY] = { "array", MAP_TYPE_ARRAY, 4, 48, 4, 0 },
	[M_ONE] = { "one", MAP_TYPE_ARRAY, 4, 16, 1, 0 },
	[M_HASH] = { "hash", MAP_TYPE_HASH, 4, 32, 8, 0 },
	[M_WIDE] = { "wide", MAP_TYPE_HASH, 8, 300, 4, 0 },
	[M_PERCPU] = { "percpu", MAP_TYPE_PERCPU_ARRAY, 4, 24, 2, 0 },
	[M_RODATA] = { "rodata", MAP_TYPE_ARRAY, 4, 64, 1, MAP_RDONLY_PROG },
	[M_RING] = { "ring", MAP_TYPE_RINGBUF, 0, 0, 4096, 0 },
	[M_PROGS] = { "progs", MAP_TYPE_PROG_ARRAY, 4, 4, 2, 0 },
	[M_QUEUE] = { "queue", MAP_TYPE_QUEUE, 0, 8, 4, 0 },
	[M_LRU] = { "lru", MAP_TYPE_LRU_HASH, 8, 4, 8, 0 },
	[M_SMALL] = { "small", MAP_TYPE_ARRAY, 4, 3, 2, 0 },
	[M_WRONLY] = { "wronly", MAP_TYPE_ARRAY, 4, 16, 1, MAP_WRONLY_PROG },
};

/* Small and large, set and clear sign bits, at every width. */
const u8 gen_rodata[64] = { 3,	  0,	0,    0,    0,	  0,	0,    0, 0xff, 0xff, 0xff, 0xff,
			    0xff, 0xff, 0xff, 0xff, 7,	  1,	0x80, 0, 0,    0x80, 1,	   0,
			    0,	  0,	0,    0x80, 0xf0, 0xff, 0xff, 0, 15,   0,    0,	   0 };

static const struct {
	u32 type, attach, weight;
} types[] = {
	{ PROG_XDP, 0, 30 },
	{ PROG_SCHED_CLS, 0, 30 },
	{ PROG_SOCKET_FILTER, 0, 15 },
	{ PROG_CGROUP_SKB, ATTACH_CGROUP_INET_INGRESS, 10 },
	{ PROG_CGROUP_SKB, ATTACH_CGROUP_INET_EGRESS, 5 },
	{ PROG_RAW_TRACEPOINT, 0, 10 },
};

/* A branch around some idioms, or one of two alternatives. */
static void idiom_branch(struct gen *g)
{
	u32 jump = emit_condition(g), over;
	struct gen_model before = g->m, one;
	u32 open = g->open;

	g->depth++;
	gen_block(g, 1 + gen_below(g, 3));
	if (gen_chance(g, 50)) {
		patch(g, jump);
		model_merge(&g->m, &before);
	} else {
		over = emit_jump(g, gen_chance(g, 90) ? CODE_JA : CODE_JA32, 0, 0, 0);
		patch(g, jump);
		one = g->m;
		g->m = before;
		gen_block(g, 1 + gen_below(g, 2));
		patch(g, over);
		model_merge(&g->m, &one);
	}
	g->depth--;
	g->open = open;
}

enum { LOOP_UP, LOOP_DOWN, LOOP_HEAD, LOOP_LIMIT, LOOP_MAY, LOOP_KINDS };

static void jump_back(struct gen *g, u8 code, u8 dst, u8 src, s32 imm, u32 to)
{
	u32 at = emit_jump(g, code, dst, src, imm);

	g->insns[at].off = (s16)(to - at - 1);
}

/* The step of the counter and the way back, or out. */
static void loop_end(struct gen *g, u32 kind, u8 counter, u8 limit, s32 times, u32 head, s32 out)
{
	if (kind != LOOP_MAY && (!gen_wrong(g) || gen_chance(g, 92)))
		gen_emit(g,
			 kind == LOOP_DOWN && gen_chance(g, 50) ? CLASS_ALU64 | 0x10 : CLASS_ALU64,
			 counter, 0, 0, 1);
	if (kind == LOOP_DOWN && g->insns[g->count - 1].code == CLASS_ALU64)
		g->insns[g->count - 1].imm = -1;
	switch (kind) {
	case LOOP_UP:
		jump_back(g, gen_chance(g, 70) ? 0xa5 : 0x55, counter, 0, times, head);
		break;
	case LOOP_DOWN:
		jump_back(g, gen_chance(g, 70) ? 0x55 : 0x65, counter, 0, 0, head);
		break;
	case LOOP_LIMIT:
		jump_back(g, 0xad, counter, limit, 0, head);
		break;
	default:
		jump_back(g, CODE_JA, 0, 0, 0, head);
		break;
	}
	if (out >= 0)
		patch(g, (u32)out);
}

/*
 * A loop that ends, mostly. At its head only what a second round also finds may be relied on:
 * r0 … r5 are taken for lost there, the other registers keep their kinds in the body.
 */
static void idiom_loop(struct gen *g)
{
	u32 kind = gen_below(g, LOOP_KINDS), head;
	s32 times = 1 + (s32)gen_below(g, gen_chance(g, 80) || g->depth ? 6 : 40), out = -1;
	u8 counter = (u8)(7 + gen_below(g, 3)), limit = counter;
	u16 kept = g->kept, fixed = g->fixed;

	if (g->fixed & 1u << counter || g->kept & 1u << counter || g->open)
		return;
	if (kind == LOOP_LIMIT) {
		limit = make_bounded(g, (u32)times);
		if (limit < 6 || limit == counter || g->m.r[limit].kind != G_SCALAR) {
			kind = LOOP_UP;
			limit = counter;
		}
	}
	emit_movi(g, counter, kind == LOOP_DOWN ? times : 0);
	for (u32 r = 0; r < 6; r++)
		g->m.r[r].kind = G_NONE;
	for (u32 r = 6; r < 10; r++) {
		if (g->m.r[r].kind == G_SCALAR)
			reg_scalar_is(g, (u8)r, UNKNOWN_LO, 0);
	}
	memset(g->m.slot, 0, sizeof(g->m.slot));
	g->kept |= 0x3c0;
	g->fixed |= (u16)(1u << counter | 1u << limit);
	g->depth++;
	head = g->count;
	if (kind == LOOP_HEAD)
		out = (s32)emit_jump(g, gen_chance(g, 50) ? 0x35 : 0x75, counter, 0, times);
	if (kind == LOOP_MAY)
		out = (s32)emit_jump(g, CODE_JCOND, 0, 0, 0);
	reg_scalar_is(g, counter, 0, times);
	gen_block(g, 1 + gen_below(g, 3));
	loop_end(g, kind, counter, limit, times, head, out);
	g->depth--;
	g->kept = kept;
	g->fixed = fixed;
	for (u32 r = 0; r < 6; r++)
		g->m.r[r].kind = G_NONE;
	reg_scalar_is(g, counter, 0, times);
}

static void idiom_bail(struct gen *g)
{
	u32 at;

	if (g->open || g->exit_count >= GEN_FIXUPS - 1)
		return;
	at = emit_condition(g);
	g->exits[g->exit_count++].slot = at;
}

static const struct {
	void (*write)(struct gen *g);
	u32 weight;
} idioms[] = {
	{ idiom_fresh, 10 },	{ idiom_arith, 14 },   { idiom_relate, 8 },  { idiom_choose, 8 },
	{ idiom_access, 16 },	{ idiom_spill, 7 },    { idiom_fill, 8 },    { idiom_context, 6 },
	{ idiom_packet, 8 },	{ idiom_atomic, 3 },   { idiom_pointer, 3 }, { idiom_helper, 7 },
	{ idiom_lookup, 8 },	{ idiom_ring, 2 },     { idiom_call, 4 },    { idiom_callback, 2 },
	{ idiom_tail_call, 1 }, { idiom_load_abs, 2 }, { idiom_branch, 10 }, { idiom_loop, 5 },
	{ idiom_bail, 6 },
};

void gen_block(struct gen *g, u32 count)
{
	u32 sum = 0, at;

	for (u32 i = 0; i < ARRAY_SIZE(idioms); i++)
		sum += idioms[i].weight;
	for (u32 k = 0; k < count && g->left > 0 && g->count < GEN_ROOM - 300; k++) {
		u32 i = 0;

		for (at = gen_below(g, sum); at >= idioms[i].weight; i++)
			at -= idioms[i].weight;
		if (g->depth >= 4 &&
		    (idioms[i].write == idiom_branch || idioms[i].write == idiom_loop))
			continue;
		g->left--;
		idioms[i].write(g);
	}
}

/* r0 is what the program type may return. */
static void emit_result(struct gen *g)
{
	if (g->func && g->funcs[g->func].callback) {
		emit_movi(g, 0, gen_chance(g, 80) ? 0 : gen_wrong(g) ? 2 : 1);
		return;
	}
	if (g->m.r[0].kind == G_SCALAR && g->m.r[0].lo >= 0 && g->m.r[0].hi <= 1 &&
	    gen_chance(g, 60))
		return;
	if (g->type != PROG_CGROUP_SKB && g->m.r[0].kind == G_SCALAR && gen_chance(g, 60))
		return;
	if (gen_chance(g, 20) && (g->type != PROG_CGROUP_SKB || gen_wrong(g))) {
		emit_mov(g, 0, reg_scalar(g));
		return;
	}
	emit_movi(g, 0, (s32)gen_below(g, 2));
	if (gen_wrong(g))
		g->insns[g->count - 1].imm = (s32)gen_number(g);
	if (gen_wrong(g))
		g->count--;
}

static void function_end(struct gen *g)
{
	emit_result(g);
	gen_emit(g, CODE_EXIT, 0, 0, 0, 0);
	if (!g->exit_count)
		return;
	for (u32 i = 0; i < g->exit_count; i++)
		patch(g, g->exits[i].slot);
	g->exit_count = 0;
	emit_movi(g, 0, (s32)gen_below(g, 2));
	gen_emit(g, CODE_EXIT, 0, 0, 0, 0);
}

static void function_start(struct gen *g, u32 func)
{
	g->func = func;
	g->funcs[func].start = g->count;
	memset(&g->m, 0, sizeof(g->m));
	g->m.r[REG_FP].kind = G_STACK;
	g->kept = g->fixed = 0;
	g->depth = g->open = 0;
	g->next_id = 1;
	memcpy(&g->m.r[1], g->funcs[func].arg, sizeof(g->funcs[func].arg));
	for (u8 r = 1; r < 6; r++) {
		if (g->m.r[r].kind == G_CTX) {
			emit_mov(g, 6, r);
			g->fixed |= 1 << 6;
		} else if (g->m.r[r].kind && gen_chance(g, 60)) {
			emit_mov(g, (u8)(7 + gen_below(g, 3)), r);
		}
	}
}

static void link_calls(struct gen *g)
{
	for (u32 i = 0; i < g->call_count; i++) {
		u32 at = g->calls[i].slot;

		g->insns[at].imm = (s32)(g->funcs[g->calls[i].to].start - at - 1);
	}
}

static void program(struct gen *g, u32 count)
{
	g->funcs[0].arg[0].kind = G_CTX;
	g->func_count = 1;
	for (u32 f = 0; f < g->func_count; f++) {
		function_start(g, f);
		g->left = (s32)(f ? 2 + gen_below(g, 5) : count + count / 2);
		gen_block(g, f ? (u32)g->left : count);
		function_end(g);
	}
	link_calls(g);
}

/* ---- the object ---- */

enum { TYPE_MAIN, TYPE_STATIC, TYPE_GLOBAL, TYPE_COUNT };
static const char *const func_names[GEN_FUNCS][TYPE_COUNT] = {
	{ "main", "s0", "g0" }, { "m1", "s1", "g1" }, { "m2", "s2", "g2" },
	{ "m3", "s3", "g3" },	{ "m4", "s4", "g4" },
};

/* Type number of function `i` of that sort: they are appended in this order from number 8 on. */
static u32 func_type(u32 i, u32 sort)
{
	return 8 + i * TYPE_COUNT + sort;
}

static bool types_fill(struct object *obj)
{
	struct types_writer w;
	struct buf raw = { 0 };
	void *copy;
	u32 i32, i64, mem, to, ctx, takes;
	bool ok;

	types_writer_init(&w);
	i32 = types_add_int(&w, "int", 4, true);
	i64 = types_add_int(&w, "long", 8, true);
	mem = types_add_struct(&w, KIND_STRUCT, "mem", 16);
	types_add_member(&w, "a", i64, 0);
	types_add_member(&w, "b", i64, 64);
	to = types_add_ref(&w, KIND_PTR, "", mem);
	types_add_proto(&w, i32); /* 5: nothing is said of arguments */
	takes = types_add_proto(&w, i32);
	types_add_param(&w, "n", i64);
	types_add_param(&w, "k", i32);
	types_add_param(&w, "at", to);
	ctx = types_add_ref(&w, KIND_PTR, "", 0);
	for (u32 i = 0; i < GEN_FUNCS; i++) {
		types_add_func(&w, func_names[i][TYPE_MAIN], takes - 1, 1);
		types_add_func(&w, func_names[i][TYPE_STATIC], takes - 1, 0);
		types_add_func(&w, func_names[i][TYPE_GLOBAL], takes, 1);
	}
	ok = ctx == 7 && !types_writer_finish(&w, &raw);
	copy = ok ? arena_copy(&obj->arena, raw.data, raw.len) : NULL;
	ok = copy && !types_open(&obj->types, GEN_NAME, copy, raw.len, NULL, NULL);
	types_writer_fini(&w);
	buf_fini(&raw);
	return ok;
}

static bool object_fill(struct object *obj, const struct gen *g)
{
	struct obj_prog *p;

	obj->license = "GPL";
	obj->progs = p = arena_array(&obj->arena, 1, sizeof(*p));
	obj->maps = arena_array(&obj->arena, GEN_MAPS, sizeof(*obj->maps));
	if (!p || !obj->maps || !types_fill(obj))
		return false;
	obj->prog_count = 1;
	obj->map_count = GEN_MAPS;
	for (u32 i = 0; i < GEN_MAPS; i++) {
		const struct gen_map_info *m = &gen_maps[i];

		obj->maps[i] = (struct obj_map){ .name = m->name,
						 .type = m->type,
						 .key_size = m->key,
						 .value_size = m->value,
						 .max_entries = m->entries,
						 .flags = m->flags,
						 .autocreate = true,
						 .inner = -1 };
	}
	obj->maps[M_RODATA].role = MAP_RODATA;
	obj->maps[M_RODATA].data = gen_rodata;
	*p = (struct obj_prog){
		.name = "main", .type = g->type, .attach_type = g->attach, .autoload = true
	};
	p->funcs = arena_array(&obj->arena, GEN_FUNCS + 2, sizeof(*p->funcs));
	if (!p->funcs || !gen_replace(obj, g->insns, g->count))
		return false;
	for (u32 i = 1; i < p->func_count; i++) {
		for (u32 f = 1; f < g->func_count; f++) {
			if (g->funcs[f].start != p->funcs[i].start || !g->funcs[f].global)
				continue;
			p->funcs[i].global = true;
			p->funcs[i].name = func_names[i][TYPE_GLOBAL];
			p->funcs[i].type_id = func_type(i, TYPE_GLOBAL);
		}
	}
	return true;
}

/* The first slot after `from` that some call or function address goes to. */
static u32 next_function(const struct insn *insns, u32 count, u32 from)
{
	u32 first = count;

	for (u32 i = 0; i < count; i += insn_is_wide(&insns[i]) ? 2 : 1) {
		bool calls = (insns[i].code == CODE_CALL && insns[i].src == CALL_LOCAL) ||
			     (insn_is_wide(&insns[i]) && insns[i].src == PSEUDO_FUNC);
		s64 to = (s64)i + 1 + insns[i].imm;

		if (calls && to > (s64)from && to < (s64)first)
			first = (u32)to;
	}
	return first;
}

bool gen_replace(struct object *obj, const struct insn *insns, u32 count)
{
	struct obj_prog *p = &obj->progs[0];
	u32 before = p->func_count, n = 0, next;

	p->insns = arena_copy(&obj->arena, insns, count * sizeof(*insns));
	p->insn_count = count;
	for (u32 start = 0; start < count && n < GEN_FUNCS; start = next, n++) {
		struct obj_func *f = &p->funcs[n];
		u32 sort = !n ? TYPE_MAIN : TYPE_STATIC;

		next = next_function(insns, count, start);
		f->start = start;
		f->count = next - start;
		if (n < before && f->type_id)
			continue;
		f->name = func_names[n][sort];
		f->type_id = func_type(n, sort);
	}
	if (n != before && before)
		for (u32 i = 1; i < n; i++) {
			p->funcs[i].global = false;
			p->funcs[i].type_id = func_type(i, TYPE_STATIC);
		}
	p->func_count = n;
	return p->insns;
}

struct object *gen_prog(u64 seed, const struct gen_opts *opts)
{
	struct gen *g = calloc(1, sizeof(*g));
	struct object *obj = object_new(GEN_NAME);
	u32 at, t = 0, count;
	bool changed;

	if (!g || !obj)
		goto out;
	g->rng = seed * 0x9e3779b97f4a7c15u + 1;
	for (at = gen_below(g, 100); at >= types[t].weight; t++)
		at -= types[t].weight;
	g->type = types[t].type;
	g->attach = types[t].attach;
	if (opts && opts->type >= 0) {
		g->type = (u32)opts->type;
		g->attach = 0;
	}
	g->wrong = gen_chance(g, 40) ? 0 : gen_chance(g, 60) ? 40 : 150;
	if (opts && opts->wrong)
		g->wrong = opts->wrong;
	changed = gen_chance(g, 20);
	program(g, 3 + gen_below(g, 2 * (opts && opts->idioms ? opts->idioms : 10)));
	if (!object_fill(obj, g))
		goto out;
	if (changed) {
		count = gen_mutate(seed, false, obj->progs[0].insns, g->count, g->insns, GEN_ROOM);
		if (!gen_replace(obj, g->insns, count))
			goto out;
	}
	free(g);
	return obj;
out:
	free(g);
	object_free(obj);
	return NULL;
}
