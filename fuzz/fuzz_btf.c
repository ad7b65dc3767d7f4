// SPDX-License-Identifier: BSD-2-Clause
/* BTF bytes: opened, asked everything, written in every form. */
#include <stdio.h>
#include <stdlib.h>

#include "btf/dump.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t len);

static void ask(const struct types *t, u32 id)
{
	u32 i;

	types_size(t, id);
	types_align(t, id);
	types_ref(t, id);
	types_strip(t, id);
	types_array(t, id);
	types_int(t, id);
	types_component(t, id);
	types_func_linkage(t, id);
	for (i = 0; i <= types_vlen(t, id); i++) {
		types_member(t, id, i);
		types_enumerator(t, id, i);
		types_param(t, id, i);
		types_secinfo(t, id, i);
	}
	i = types_find(t, types_name(t, id), types_kind(t, id));
	types_find_next(t, i, types_name(t, i), KIND_VOID);
}

static void write_all(const struct types *t, const u8 *data, size_t len)
{
	FILE *out = fopen("/dev/null", "w");
	struct buf b = { 0 };
	u32 id;

	if (!out)
		abort();
	types_dump_raw(t, out);
	types_dump_json(t, out);
	types_dump_c(t, out, NULL);
	fclose(out);
	for (id = 0; id <= types_count(t) && id < 64; id++) {
		types_declare(t, id, "x", &b);
		types_value(t, id, data, len < 256 ? len : 256, id % 2 ? VALUE_JSON : VALUE_C, &b);
		buf_clear(&b);
	}
	buf_fini(&b);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t len)
{
	struct types *t;
	struct diag d;
	u32 id;

	diag_init(&d);
	if (!types_open(&t, "<fuzz>", data, len, NULL, &d)) {
		for (id = 0; id <= types_count(t); id++)
			ask(t, id);
		write_all(t, data, len);
		types_free(t);
	}
	diag_fini(&d);
	return 0;
}
