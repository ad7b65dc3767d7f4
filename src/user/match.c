// SPDX-License-Identifier: BSD-2-Clause
#include "user/match.h"

#include <errno.h>
#include <stdlib.h>

#include <skep/skep.h>

#include "jit/jit.h"
#include "object/object.h"
#include "verify/verify.h"
#include "vm/vm.h"

enum {
	ETHERNET = 14, /* bytes of its header */
	LINK_ETHERNET = 1,
	AHEAD = 8, /* packets whose first bytes are fetched before their turn */
};

struct match {
	const struct cbpf_prog *prog; /* borrowed */
	struct object *obj;	      /* the program in memory form */
	struct vm_prog *vm;	      /* with machine code */
};

/* The twin has the same instructions after the prologue, and nothing but them touches memory. */
static bool twin_is_safe(const struct cbpf_prog *prog)
{
	struct verify_opts opts = { .sound = true };
	struct verify_result *r = NULL;
	struct object *twin;
	bool safe;

	if (cbpf_object(&twin, prog, "filter", CBPF_XDP, NULL))
		return false;
	safe = !verify_prog(&r, twin, &twin->progs[0], &opts, NULL) && r->accepted;
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

static const char *compile(struct match *m)
{
	struct vm_env env = { .helper = no_helper };
	const char *why;

	if (cbpf_object(&m->obj, m->prog, "filter", CBPF_MEMORY, NULL))
		return "it asks for what packets in memory do not say";
	if (!twin_is_safe(m->prog))
		return "it could not be verified";
	env.obj = m->obj;
	if (vm_prog_new(&m->vm, &env, &m->obj->progs[0], NULL))
		return "it could not be translated";
	return jit_compile(m->vm, NULL, &why) ? why : NULL;
}

int match_new(struct match **out, const struct cbpf_prog *prog, const char **why)
{
	struct match *m = calloc(1, sizeof(*m));

	if (!m)
		return -ENOMEM;
	m->prog = prog;
	*why = compile(m);
	if (*why) {
		match_free(m);
		return -EOPNOTSUPP;
	}
	*out = m;
	return 0;
}

void match_free(struct match *m)
{
	if (!m)
		return;
	vm_prog_free(m->vm);
	object_free(m->obj);
	free(m);
}

u32 match_interpret(const struct cbpf_prog *prog, const struct skep_packet *p)
{
	const u8 *data = p->data;
	struct cbpf_packet packet = { .data = data, .len = p->len, .wire_len = p->wire_len };

	if (p->linktype <= LINK_ETHERNET && p->len >= ETHERNET) {
		packet.net_off = ETHERNET;
		packet.protocol = (u32)data[12] << 8 | data[13];
	}
	return cbpf_run(prog, &packet);
}

/* The two lines in which the headers of most packets lie. */
static void fetch(const struct skep_packet *p)
{
	__builtin_prefetch(p->data);
	__builtin_prefetch((const u8 *)p->data + 60);
}

static void run_native(const struct match *m, struct vm_run *run, const struct skep_packet *packets,
		       size_t count, u32 *results)
{
	for (size_t k = 0; k < MIN(count, (size_t)AHEAD); k++)
		fetch(&packets[k]);
	for (size_t k = 0; k < count; k++) {
		const struct skep_packet *p = &packets[k];
		u64 r0;

		if (k + AHEAD < count)
			fetch(&packets[k + AHEAD]);
		vm_run_ready(m->vm, run, (u64)(uintptr_t)p->data, p->len | (u64)p->wire_len << 32,
			     &r0);
		results[k] = unlikely(r0 == CBPF_ASK) ? match_interpret(m->prog, p) : (u32)r0;
	}
}

void match_run(const struct match *m, const struct skep_packet *packets, size_t count, u32 *results)
{
	struct vm_run run;

	/* The stack inside needs no clearing: a verified program reads what it wrote. */
	memset(&run, 0, offsetof(struct vm_run, stack));
	if (vm_ready(m->vm, &run)) {
		run_native(m, &run, packets, count, results);
		return;
	}
	for (size_t k = 0; k < count; k++)
		results[k] = match_interpret(m->prog, &packets[k]);
}
