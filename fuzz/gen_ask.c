// SPDX-License-Identifier: BSD-2-Clause
#include "fuzz/gen_ask.h"

#include <ctype.h>

#include "tests/verify/kload.h"

enum { MAX_RECORDED = 3000, MAX_FOLLOWED = 100000 }; /* processed instructions */

static void without_numbers(char *out, size_t room, const char *line)
{
	size_t n = 0;

	for (; *line && n < room - 1; line++) {
		if (!isdigit((unsigned char)*line))
			out[n++] = *line;
		else if (!n || out[n - 1] != 'N')
			out[n++] = 'N';
	}
	out[n] = 0;
}

enum { RECORD = 1, SOUND = 2 };

/* Our verdict; NULL: none was reached, or the answer says why not. */
static struct verify_result *verify(struct gen_answer *out, const struct gen_ask *how, u32 mode,
				    const struct object *obj, const struct obj_prog *prog)
{
	const struct verify_opts opts = { .record = (mode & RECORD) != 0,
					  .sound = (mode & SOUND) != 0,
					  .no_perfmon = how->cap_bpf,
					  .strict_align = how->strict,
					  .test_state_freq = how->freq,
					  .kernel = kload_types(),
					  .log = how->log ? LOG_INSN : 0,
					  .log_out = how->log };
	struct verify_result *r = NULL;
	struct diag d;

	diag_init(&d);
	if (verify_prog(&r, obj, prog, &opts, &d)) {
		snprintf(out->line, sizeof(out->line), "no verdict: %s",
			 d.last ? d.last->text : "no reason");
		without_numbers(out->why, sizeof(out->why), out->line);
	} else if (!r->accepted) {
		snprintf(out->line, sizeof(out->line), "insn %u: %s", r->reject.insn,
			 r->reject.text ? r->reject.text : "(no words)");
		without_numbers(out->why, sizeof(out->why), strchr(out->line, ':') + 2);
	}
	diag_fini(&d);
	return r;
}

/*
 * What Linux accepts though only a kernel survives it does not run. While it records, the verifier
 * tells more states apart: long verifications get much longer, and some are then refused.
 */
static void run(struct gen_answer *out, const struct gen_ask *how, const struct object *obj,
		const struct obj_prog *prog)
{
	struct gen_answer other;
	struct verify_result *r = NULL;

	if (how->contain && out->processed <= MAX_RECORDED)
		r = verify(&other, how, SOUND | RECORD, obj, prog);
	if (!r || !r->accepted) {
		verify_result_free(r);
		r = verify(&other, how, SOUND, obj, prog);
	}
	if (r && r->accepted)
		gen_run(obj, prog, r, GEN_INPUTS, &out->failure, &out->ran);
	verify_result_free(r);
}

static void ask_us(struct gen_answer *out, const struct gen_ask *how, const struct object *obj,
		   const struct obj_prog *prog)
{
	struct verify_result *r = verify(out, how, 0, obj, prog);

	out->accepted = r && r->accepted;
	out->processed = r ? r->processed : 0;
	verify_result_free(r);
	if (out->accepted && (how->run || how->contain))
		run(out, how, obj, prog);
}

void gen_ask(struct gen_answer *out, const struct gen_ask *how, const struct object *obj,
	     const struct obj_prog *prog)
{
	u32 flags = (how->strict ? KLOAD_STRICT : 0) | (how->freq ? KLOAD_FREQ : 0);

	memset(out, 0, sizeof(*out));
	out->outcome = GEN_UNKNOWN;
	ask_us(out, how, obj, prog);
	if (!how->kernel && !(how->kernel_if_accepted && out->accepted))
		return;
	/* Not where both would give up after a long time. */
	if (!out->accepted && out->processed >= MAX_FOLLOWED)
		return;
	if (!gen_kernel_load(&out->kernel, obj, prog, how->cap_bpf, flags))
		return;
	if (out->accepted)
		out->outcome = out->kernel.err ? GEN_KERNEL_REFUSES : GEN_BOTH_ACCEPT;
	else
		out->outcome = out->kernel.err ? GEN_BOTH_REFUSE : GEN_WE_REFUSE;
}
