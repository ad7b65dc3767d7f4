/* SPDX-License-Identifier: BSD-2-Clause */
/* Opens a compiled test program by name. */
#ifndef TESTS_ELF_LOAD_H
#define TESTS_ELF_LOAD_H

#include "base/file.h"
#include "elf/elf.h"

static inline int load_object(struct object **out, const char *name, const char *type,
			      struct diag *d)
{
	struct skep_open_opts opts = { .size = sizeof(opts),
				       .btf_path = "none",
				       .prog_type = type };
	char path[512];
	struct file f;
	int err;

	snprintf(path, sizeof(path), ELF_DIR "/%s.bpf.o", name);
	diag_init(d);
	err = file_open(&f, path, d);
	if (err)
		return err;
	err = elf_open(out, name, f.data, f.len, &opts, d);
	file_close(&f);
	if (err)
		return err;
	return 0;
}

#endif
