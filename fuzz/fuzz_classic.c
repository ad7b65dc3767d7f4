// SPDX-License-Identifier: BSD-2-Clause
/*
 * Classic BPF: any bytes are refused with a diagnostic, or are a program whose every form reads
 * back; one that passes the checker is accepted by the verifier as eBPF, and machine code answers
 * as the interpreter does.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include <skep/skep.h>

#include "classic/table.h"
#include "object/object.h"
#include "user/match.h"
#include "verify/verify.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { VERIFIED_MAX = 120, LEN = 90 }; /* instructions; bytes of a packet */

static void must(bool truth)
{
	if (!truth)
		abort();
}

/* What listings do not show. */
static void forget_unused(struct cbpf_prog *prog)
{
	for (u32 k = 0; k < prog->count; k++) {
		struct cbpf_insn *i = &prog->insns[k];
		const struct cbpf_info *info = cbpf_info(i->code);

		if (!info->jump)
			i->jt = i->jf = 0;
		if (info->operand == CBPF_OPERAND_NONE || info->operand == CBPF_OPERAND_X ||
		    info->operand == CBPF_OPERAND_A || info->operand == CBPF_OPERAND_LEN)
			i->k = 0;
	}
}

static void reads_back(struct cbpf_prog *prog, enum cbpf_form form)
{
	struct arena a = { 0 };
	struct cbpf_prog back;
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	must(out != NULL);
	if (form == CBPF_LISTING || form == CBPF_ASM)
		forget_unused(prog);
	cbpf_print(prog, form, out);
	fclose(out);
	must(!cbpf_parse(&back, &a, "printed", text, len, NULL));
	must(back.count == prog->count &&
	     !memcmp(back.insns, prog->insns, back.count * sizeof(*back.insns)));
	arena_fini(&a);
	free(text);
}

static void is_accepted(const struct cbpf_prog *prog, enum cbpf_target target)
{
	struct verify_opts opts = { .sound = target != CBPF_SOCKET };
	struct verify_result *r = NULL;
	struct object *obj;
	int err = cbpf_object(&obj, prog, "fuzz", target, NULL);

	if (err == -EOPNOTSUPP)
		return;
	must(!err);
	must(!verify_prog(&r, obj, &obj->progs[0], &opts, NULL) && r->accepted);
	verify_result_free(r);
	object_free(obj);
}

static void answers_alike(const struct cbpf_prog *prog, const uint8_t *data, size_t size)
{
	struct skep_packet packets[3];
	u8 bytes[3][LEN] = { 0 };
	const char *why;
	struct match *m;
	u32 results[3];

	if (match_new(&m, prog, &why))
		return;
	for (u32 k = 0; k < 3; k++) {
		for (u32 j = 0; k && j < LEN; j++)
			bytes[k][j] = data[(j * k * 7 + k) % size];
		packets[k] = (struct skep_packet){ .data = bytes[k],
						   .len = LEN - 17 * k,
						   .wire_len = LEN * k };
	}
	match_run(m, packets, 3, results);
	for (u32 k = 0; k < 3; k++)
		must(results[k] == match_interpret(prog, &packets[k]));
	match_free(m);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = { 0 };
	struct cbpf_prog prog;
	struct diag d;
	int err;

	diag_init(&d);
	err = cbpf_parse(&prog, &a, "<fuzz>", (const char *)data, size, &d);
	must(!err == !d.errors);
	must(err || cbpf_recognise((const char *)data, size) || memchr(data, 0, size));
	if (!err && !cbpf_check(&prog, NULL)) {
		reads_back(&prog, CBPF_BINARY);
		reads_back(&prog, CBPF_DECIMAL);
		reads_back(&prog, CBPF_C);
		answers_alike(&prog, data, size);
		if (prog.count <= VERIFIED_MAX) {
			is_accepted(&prog, CBPF_SOCKET);
			is_accepted(&prog, CBPF_TC);
		}
		reads_back(&prog, CBPF_LISTING);
		reads_back(&prog, CBPF_ASM);
	}
	diag_fini(&d);
	arena_fini(&a);
	return 0;
}
