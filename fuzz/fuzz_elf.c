// SPDX-License-Identifier: BSD-2-Clause
#include "elf/elf.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t len);

int LLVMFuzzerTestOneInput(const u8 *data, size_t len)
{
	struct skep_open_opts opts = { .size = sizeof(opts),
				       .btf_path = "none",
				       .prog_type = "xdp" };
	struct object *obj;
	struct diag d;

	diag_init(&d);
	if (!elf_open(&obj, "fuzz", data, len, &opts, &d))
		object_free(obj);
	diag_fini(&d);
	return 0;
}
