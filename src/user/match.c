// SPDX-License-Identifier: BSD-2-Clause
#include "user/match.h"

#include <errno.h>
#include <stdlib.h>

#include <skep/skep.h>

#include "classic/table.h"
#include "jit/jit.h"
#include "object/object.h"
#include "verify/verify.h"
#include "vm/vm.h"

enum {
	ETHERNET = 14, /* bytes of its header */
	LINK_ETHERNET = 1,
	CHUNK = 32, /* packets a run; while they run, the next ones are fetched */
	REACH_MAX = 120,
};

struct match {
	const struct cbpf_prog *prog; /* borrowed */
	struct object *obj;	      /* owns what it was compiled from */
	struct obj_prog batch;	      /* of an expression: what runs */
	struct map **maps;
	struct vm_prog *vm; /* with machine code */
	u32 reach;	    /* about how far into a packet it looks, 0: not at all */
};

/* The twin has the same body, and its beginning and end do no more than the frame of a loop. */
static bool twin_is_safe(const struct match *m)
{
	struct verify_opts opts = { .sound = true };
	struct verify_result *r = NULL;
	struct object *twin;
	bool safe;

	if (cbpf_object(&twin, m->prog, "filter", CBPF_XDP, NULL))
		return false;
	safe = cbpf_same_body(twin, m->obj) &&
	       !verify_prog(&r, twin, &twin->progs[0], &opts, NULL) && r->accepted;
	verify_result_free(r);
	object_free(twin);
	return safe;
}

/* Filters call nothing. */
static const struct vm_helper *no_helper(const struct vm_env *env, const struct obj_prog *prog,
					 u32 id, u32 insn, struct diag *d)
{
	diag_error(d, -EINVAL, NOWHERE, "filters call nothing");
	return NULL;
}

_Static_assert(sizeof(struct skep_packet) == CBPF_RECORD &&
		       offsetof(struct skep_packet, len) == 8 &&
		       offsetof(struct skep_packet, wire_len) == 12,
	       "records of a batch");

/* Loads at moving places lie behind an IP header, by experience. */
static u32 reach_of(const struct cbpf_prog *prog)
{
	u32 reach = 0;

	for (u32 k = 0; k < prog->count; k++) {
		const struct cbpf_insn *i = &prog->insns[k];
		u8 operand = cbpf_info(i->code)->operand;

		if (operand == CBPF_OPERAND_ABS || operand == CBPF_OPERAND_MSH)
			reach = MAX(reach, MIN(i->k + 1, (u32)REACH_MAX));
		else if (operand == CBPF_OPERAND_IND)
			reach = MAX(reach, MIN(i->k + 20, (u32)REACH_MAX));
	}
	return reach;
}

static const char *translate(struct match *m, const struct obj_prog *p)
{
	struct vm_env env = { .obj = m->obj, .maps = m->maps, .helper = no_helper };
	const char *why;

	if (vm_prog_new(&m->vm, &env, p, NULL))
		return "it could not be translated";
	return jit_compile(m->vm, NULL, &why) ? why : NULL;
}

static const char *compile(struct match *m)
{
	if (cbpf_object(&m->obj, m->prog, "filter", CBPF_MEMORY, NULL))
		return "it asks for what packets in memory do not say";
	if (!twin_is_safe(m))
		return "it could not be verified";
	return translate(m, &m->obj->progs[0]);
}

/* The tables of the program: arrays of one value. */
static int make_maps(struct match *m)
{
	m->maps = calloc(m->obj->map_count + 1, sizeof(*m->maps));
	for (u32 k = 0; m->maps && k < m->obj->map_count; k++) {
		const struct obj_map *from = &m->obj->maps[k];
		struct map_def def = { .name = from->name,
				       .type = from->type,
				       .key_size = from->key_size,
				       .value_size = from->value_size,
				       .max_entries = from->max_entries,
				       .flags = from->flags };
		u32 zero = 0;

		if (map_create(&m->maps[k], &def, NULL) ||
		    map_write(m->maps[k], &zero, from->data, 0) || map_freeze(m->maps[k]))
			return -ENOMEM;
	}
	return m->maps ? 0 : -ENOMEM;
}

static const char *compile_filter(struct match *m, const char *text, const struct filter_opts *opts)
{
	struct verify_opts how = { .sound = true };
	struct verify_result *r = NULL;
	u32 prologue;
	bool safe;

	if (filter_xdp(&m->obj, &prologue, text, opts, NULL))
		return "it asks for what packets in memory do not say";
	safe = !verify_prog(&r, m->obj, &m->obj->progs[0], &how, NULL) && r->accepted;
	verify_result_free(r);
	if (!safe)
		return "it could not be verified";
	if (cbpf_batch_of(&m->batch, &m->obj->progs[0], prologue, &m->obj->arena) || make_maps(m))
		return "it leaves no room";
	return translate(m, &m->batch);
}

static int match_made(struct match **out, struct match *m, const char *why)
{
	if (why) {
		match_free(m);
		return -EOPNOTSUPP;
	}
	*out = m;
	return 0;
}

static struct match *match_of(const struct cbpf_prog *prog)
{
	struct match *m = calloc(1, sizeof(*m));

	if (m) {
		m->prog = prog;
		m->reach = reach_of(prog);
	}
	return m;
}

int match_new(struct match **out, const struct cbpf_prog *prog, const char **why)
{
	struct match *m = match_of(prog);

	if (!m)
		return -ENOMEM;
	*why = compile(m);
	return match_made(out, m, *why);
}

int match_new_filter(struct match **out, const struct cbpf_prog *prog, const char *text,
		     const struct filter_opts *opts, const char **why)
{
	struct match *m = match_of(prog);

	if (!m)
		return -ENOMEM;
	*why = compile_filter(m, text, opts);
	return match_made(out, m, *why);
}

void match_free(struct match *m)
{
	if (!m)
		return;
	vm_prog_free(m->vm);
	for (u32 k = 0; m->maps && k < m->obj->map_count; k++)
		map_free(m->maps[k]);
	free(m->maps);
	object_free(m->obj);
	free(m);
}

u32 match_interpret_known(const struct cbpf_prog *prog, const struct skep_packet *p,
			  struct cbpf_packet known)
{
	known.data = p->data;
	known.len = p->len;
	known.wire_len = p->wire_len;
	if (p->linktype <= LINK_ETHERNET && p->len >= ETHERNET) {
		known.net_off = ETHERNET;
		known.protocol = (u32)known.data[12] << 8 | known.data[13];
	}
	return cbpf_run(prog, &known);
}

u32 match_interpret(const struct cbpf_prog *prog, const struct skep_packet *p)
{
	return match_interpret_known(prog, p, (struct cbpf_packet){ 0 });
}

/* The lines in which the bytes lie that the filter looks at first. */
static void fetch(const struct match *m, const struct skep_packet *packets, size_t count)
{
	for (size_t k = 0; m->reach && k < count; k++) {
		__builtin_prefetch(packets[k].data);
		__builtin_prefetch((const u8 *)packets[k].data + m->reach);
	}
}

static void run_native(const struct match *m, struct vm_run *run, const struct skep_packet *packets,
		       size_t count, u32 *results)
{
	u64 answers[CHUNK], r0;
	struct cbpf_batch batch = {
		.first = (u64)(uintptr_t)packets,
		.end = (u64)(uintptr_t)(packets + count),
		.results = (u64)(uintptr_t)answers,
	};

	vm_run_ready(m->vm, run, (u64)(uintptr_t)&batch, 0, &r0);
	for (size_t k = 0; k < count; k++)
		results[k] = unlikely(answers[k] == CBPF_ASK)
				     ? match_interpret(m->prog, &packets[k])
				     : (u32)answers[k];
}

void match_run(const struct match *m, const struct skep_packet *packets, size_t count, u32 *results)
{
	struct vm_run run;
	bool native;

	/* The stack inside needs no clearing: a verified program reads what it wrote. */
	memset(&run, 0, offsetof(struct vm_run, stack));
	native = vm_ready(m->vm, &run);
	fetch(m, packets, MIN(count, (size_t)CHUNK));
	for (size_t k = 0; k < count && native; k += CHUNK) {
		size_t n = MIN(count - k, (size_t)CHUNK);

		fetch(m, packets + k + n, MIN(count - k - n, (size_t)CHUNK));
		run_native(m, &run, packets + k, n, results + k);
	}
	for (size_t k = 0; k < count && !native; k++)
		results[k] = match_interpret(m->prog, &packets[k]);
}
