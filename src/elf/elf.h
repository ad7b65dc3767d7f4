/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ELF object files of clang (11–19) and gcc-bpf to objects, and back. Source: ELF gABI; clang's
 * BPF relocation documentation (llvm_reloc.rst); libbpf's documented map and section conventions.
 */
#ifndef ELF_ELF_H
#define ELF_ELF_H

#include <skep/skep.h>

#include "base/buf.h"
#include "object/object.h"

/* data is borrowed during the call. opts: btf_path, prog_type. */
int elf_open(struct object **out, const char *name, const void *data, size_t len,
	     const struct skep_open_opts *opts, struct diag *d);
/* A relocatable BPF ELF object with BTF, .BTF.ext, maps, programs: libbpf can load it. */
int elf_write(const struct object *obj, const char *path, struct diag *d);
/* The same, appended to a buffer. */
int elf_image(const struct object *obj, struct buf *out, struct diag *d);

#endif
