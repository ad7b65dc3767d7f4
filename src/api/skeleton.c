// SPDX-License-Identifier: BSD-2-Clause
/* C headers around objects. */
#include <errno.h>

#include "api/handle.h"
#include "base/file.h"
#include "elf/elf.h"
#include "elf/strip.h"
#include "object/ctypes.h"
#include "object/skeleton.h"

/* "build/xdp_firewall.bpf.o" is xdp_firewall. */
static char *name_of(struct arena *a, const char *given, const char *path)
{
	const char *base = strrchr(path, '/');
	char *stem;

	if (given)
		return arena_strdup(a, given);
	base = base ? base + 1 : path;
	if (*base == '<' || !*base)
		base = "object";
	stem = arena_strndup(a, base, strcspn(base, "."));
	return stem ? arena_strdup(a, ctypes_ident(stem).s) : NULL;
}

static int check_name(const char *name, struct diag *d)
{
	if (*name && !strcmp(ctypes_ident(name).s, name))
		return 0;
	diag_error(d, -EINVAL, NOWHERE, "'%s' is no name in C", name);
	diag_hint(d, "letters, digits and '_', and no word of C or C++");
	return -EINVAL;
}

/* The bytes to embed: the file's own, or what another source becomes. */
static int image_of(struct buf *elf, const struct object *obj, const char *name, const void *data,
		    size_t len, struct diag *d)
{
	if (len >= 4 && !memcmp(data, "\177ELF", 4))
		return elf_strip(elf, name, data, len, d);
	return elf_image(obj, elf, d);
}

static int make(const struct skep_skeleton_opts *o, struct skep_source src, FILE *out,
		struct diag *d)
{
	struct skep_open_opts open = { .size = sizeof(open),
				       .btf_path = "none",
				       .prog_type = o->prog_type };
	struct buf elf = { 0 }, text = { 0 };
	struct skep_object *obj = NULL;
	struct arena a = { 0 };
	char *name = name_of(&a, o->name, src.name);
	int err = name ? check_name(name, d) : diag_nomem(d);

	if (!err)
		err = skep_open(&obj, SKEP_AUTO, src, &open, diag_handle(d));
	if (!err)
		err = image_of(&elf, object_of(obj), src.name, src.data, src.len, d);
	if (!err)
		err = object_skeleton(object_of(obj), name, &elf, &text, d);
	if (!err && fwrite(text.data, 1, text.len, out) != text.len)
		err = diag_error(d, -EIO, NOWHERE, "the header cannot be written");
	buf_fini(&elf);
	buf_fini(&text);
	skep_object_free(obj);
	arena_fini(&a);
	return err;
}

int skep_object_skeleton(struct skep_source src, const struct skep_skeleton_opts *opts, FILE *out,
			 struct skep_diag *diag)
{
	struct skep_skeleton_opts ours = { .size = sizeof(ours) };
	struct diag *d = diag_of(diag);
	struct file file = { 0 };
	int err = opts ? opts_copy(&ours, sizeof(ours), opts, "skep_skeleton_opts", d) : 0;

	if (!err && !src.data && !src.name)
		err = diag_error(d, -EINVAL, NOWHERE, "a source needs a name or data");
	if (!err && !src.data) {
		err = file_open(&file, src.name, d);
		src.data = file.data;
		src.len = file.len;
	}
	if (!src.name)
		src.name = "<input>";
	if (!err)
		err = make(&ours, src, out, d);
	file_close(&file);
	return err;
}
