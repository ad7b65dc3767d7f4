// SPDX-License-Identifier: BSD-2-Clause
/* Assembler: any text is refused with a diagnostic, or its listing assembles to the same bytes. */
#include <stdio.h>
#include <stdlib.h>

#include "asm/asm.h"
#include "object/print.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool truth)
{
	if (!truth)
		abort();
}

static bool same_programs(const struct object *a, const struct object *b)
{
	if (a->prog_count != b->prog_count || a->map_count != b->map_count)
		return false;
	for (u32 i = 0; i < a->prog_count; i++) {
		const struct obj_prog *x = &a->progs[i], *y = &b->progs[i];

		if (x->insn_count != y->insn_count ||
		    memcmp(x->insns, y->insns, x->insn_count * sizeof(struct insn)))
			return false;
	}
	return true;
}

/* Zeroed maps and large data make listings that cost more than they tell. */
static bool is_large(const struct object *obj)
{
	u64 bytes = 0;

	for (u32 i = 0; i < obj->map_count; i++)
		bytes += obj->maps[i].data ? obj->maps[i].value_size : 0;
	return bytes > 1 << 20;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct object *obj = NULL, *back = NULL;
	char *text = NULL;
	size_t len = 0;
	struct diag d;
	FILE *out;
	int err;

	diag_init(&d);
	err = asm_parse(&obj, "<fuzz>", (const char *)data, size, &d);
	must(!err == !d.errors);
	diag_fini(&d);
	if (err)
		return 0;
	if (is_large(obj)) {
		object_free(obj);
		return 0;
	}
	out = open_memstream(&text, &len);
	must(out != NULL);
	must(!object_disasm(obj, NULL, SKEP_DISASM_LINES | (size & 1 ? SKEP_DISASM_OFFSETS : 0),
			    out));
	fclose(out);
	diag_init(&d);
	err = asm_parse(&back, "<listing>", text, len, &d);
	if (err) {
		diag_print(&d, stderr, false);
		fprintf(stderr, "%s", text);
		abort();
	}
	must(same_programs(obj, back));
	diag_fini(&d);
	free(text);
	object_free(back);
	object_free(obj);
	return 0;
}
