// SPDX-License-Identifier: BSD-2-Clause
/* Sources to objects: the table of front ends. */
#include <errno.h>

#include "api/handle.h"
#include "asm/asm.h"
#include "base/file.h"
#include "elf/elf.h"
#include "object/build.h"

struct frontend {
	enum skep_lang lang;
	bool (*recognise)(const u8 *data, size_t len);
	int (*open)(struct object **out, const char *name, const u8 *data, size_t len,
		    const struct skep_open_opts *opts, struct diag *d);
};

static bool elf_recognise(const u8 *data, size_t len)
{
	return len >= 4 && !memcmp(data, "\177ELF", 4);
}

static bool text_recognise(const u8 *data, size_t len)
{
	return !memchr(data, 0, len);
}

static int open_elf(struct object **out, const char *name, const u8 *data, size_t len,
		    const struct skep_open_opts *opts, struct diag *d)
{
	return elf_open(out, name, data, len, opts, d);
}

static int open_asm(struct object **out, const char *name, const u8 *data, size_t len,
		    const struct skep_open_opts *opts, struct diag *d)
{
	return asm_parse(out, name, (const char *)data, len, d);
}

/* In the order in which SKEP_AUTO asks. */
static const struct frontend frontends[] = {
	{ SKEP_ELF, elf_recognise, open_elf },
	{ SKEP_ASM, text_recognise, open_asm },
};

static int open_bytes(struct object **out, enum skep_lang lang, const char *name, const u8 *data,
		      size_t len, const struct skep_open_opts *opts, struct diag *d)
{
	if (!len)
		return diag_error(d, -EINVAL, NOWHERE, "'%s' is empty", name);
	for (size_t i = 0; i < ARRAY_SIZE(frontends); i++) {
		const struct frontend *f = &frontends[i];

		if (lang == SKEP_AUTO ? f->recognise(data, len) : f->lang == lang)
			return f->open(out, name, data, len, opts, d);
	}
	diag_error(d, -EINVAL, NOWHERE, "'%s' is neither an ELF object nor text", name);
	diag_hint(d, "compile C with: clang -O2 -g -target bpf -c FILE.c -o FILE.o");
	return -EINVAL;
}

int skep_open(struct skep_object **out, enum skep_lang lang, struct skep_source src,
	      const struct skep_open_opts *opts, struct skep_diag *diag)
{
	struct skep_open_opts ours = { .size = sizeof(ours) };
	struct diag *d = diag_of(diag);
	struct object *obj = NULL;
	struct file file = { 0 };
	int err;

	if (opts && !opts_copy(&ours, sizeof(ours), opts, opts->size))
		return diag_error(d, -E2BIG, NOWHERE,
				  "skep_open_opts has fields this version does not know");
	if (!src.data && !src.name)
		return diag_error(d, -EINVAL, NOWHERE, "a source needs a name or data");
	if (src.data) {
		err = open_bytes(&obj, lang, src.name ? src.name : "<input>", src.data, src.len,
				 &ours, d);
	} else {
		err = file_open(&file, src.name, d);
		if (!err) {
			err = open_bytes(&obj, lang, src.name, file.data, file.len, &ours, d);
			file_close(&file);
		}
	}
	if (!err)
		*out = object_handle(obj);
	return err;
}

int skep_object_build(struct skep_object **out, const struct skep_object_def *def,
		      struct skep_diag *diag)
{
	struct skep_object_def ours = { .size = sizeof(ours) };
	struct object *obj;
	int err;

	if (!def || !opts_copy(&ours, sizeof(ours), def, def->size))
		return diag_error(diag_of(diag), -E2BIG, NOWHERE,
				  "skep_object_def has fields this version does not know");
	err = object_build(&obj, &ours, diag_of(diag));
	if (!err)
		*out = object_handle(obj);
	return err;
}

void skep_object_free(struct skep_object *obj)
{
	object_free(object_of(obj));
}

bool opts_copy(void *ours, size_t our_size, const void *theirs, size_t their_size)
{
	const u8 *bytes = theirs;

	if (their_size < sizeof(size_t))
		return false;
	for (size_t i = our_size; i < their_size; i++) {
		if (bytes[i])
			return false;
	}
	memcpy(ours, theirs, MIN(our_size, their_size));
	return true;
}
