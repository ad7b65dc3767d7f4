// SPDX-License-Identifier: BSD-2-Clause
/* Sources to objects: the table of front ends. */
#include <errno.h>

#include "api/handle.h"
#include "asm/asm.h"
#include "base/file.h"
#include "btf/types.h"
#include "elf/elf.h"
#include "object/build.h"
#include "spec/prog.h"
#include "trace/trace.h"

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

/* Programs of a text that gives them no type get the one that the caller names. */
static int open_asm(struct object **out, const char *name, const u8 *data, size_t len,
		    const struct skep_open_opts *opts, struct diag *d)
{
	s32 type = opts->prog_type ? prog_type_by_name(opts->prog_type) : PROG_UNSPEC;
	struct object *obj;
	int err;

	err = asm_parse(&obj, name, (const char *)data, len, d);
	if (err)
		return err;
	for (u32 i = 0; i < obj->prog_count; i++) {
		if (obj->progs[i].type == PROG_UNSPEC)
			obj->progs[i].type = (u32)type;
	}
	*out = obj;
	return 0;
}

static bool classic_recognise(const u8 *data, size_t len)
{
	return cbpf_recognise((const char *)data, len);
}

static int open_classic(struct object **out, const char *name, const u8 *data, size_t len,
			const struct skep_open_opts *opts, struct diag *d)
{
	s32 type = opts->prog_type ? prog_type_by_name(opts->prog_type) : PROG_SOCKET_FILTER;
	struct cbpf_prog prog;
	struct arena a = { 0 };
	int err;

	if (type != PROG_SOCKET_FILTER && type != PROG_SCHED_CLS)
		return diag_error(
			d, -EINVAL, NOWHERE,
			"a classic program becomes a socket_filter or a sched_cls, no '%s'",
			opts->prog_type);
	err = cbpf_parse(&prog, &a, name, (const char *)data, len, d);
	if (!err)
		err = cbpf_object(out, &prog, name, type == PROG_SCHED_CLS ? CBPF_TC : CBPF_SOCKET,
				  d);
	arena_fini(&a);
	return err;
}

static bool never(const u8 *data, size_t len)
{
	return false;
}

static int open_filter(struct object **out, const char *name, const u8 *data, size_t len,
		       const struct skep_open_opts *opts, struct diag *d)
{
	struct filter_opts how = filter_opts_of(opts);
	struct arena a = { 0 };
	char *text = arena_strndup(&a, (const char *)data, len);
	int err = text ? filter_object(out, text, &how, d) : diag_nomem(d);

	arena_fini(&a);
	return err;
}

static int open_trace(struct object **out, const char *name, const u8 *data, size_t len,
		      const struct skep_open_opts *opts, struct diag *d)
{
	struct trace_opts how = { .btf_path = opts->btf_path };

	return trace_compile(out, name, (const char *)data, len, &how, d);
}

/* In the order in which SKEP_AUTO asks. */
static const struct frontend frontends[] = {
	{ SKEP_ELF, elf_recognise, open_elf },	{ SKEP_CLASSIC, classic_recognise, open_classic },
	{ SKEP_ASM, text_recognise, open_asm }, { SKEP_FILTER, never, open_filter },
	{ SKEP_TRACE, never, open_trace },
};

static int open_bytes(struct object **out, enum skep_lang lang, const char *name, const u8 *data,
		      size_t len, const struct skep_open_opts *opts, struct diag *d)
{
	if ((u32)lang > SKEP_TRACE)
		return diag_error(d, -EINVAL, NOWHERE, "there is no language %d", lang);
	if (!len && lang != SKEP_FILTER)
		return diag_error(d, -EINVAL, NOWHERE, "'%s' is empty", name);
	for (size_t i = 0; i < ARRAY_SIZE(frontends); i++) {
		const struct frontend *f = &frontends[i];

		if ((lang == SKEP_ASM || lang >= SKEP_FILTER) && f->lang == lang &&
		    !text_recognise(data, len)) {
			diag_error(d, -EINVAL, NOWHERE, "'%s' is not text", name);
			if (elf_recognise(data, len))
				diag_hint(d, "it is an ELF object: disassemble or open it");
			return -EINVAL;
		}
		if (lang == SKEP_AUTO ? f->recognise(data, len) : f->lang == lang)
			return f->open(out, name, data, len, opts, d);
	}
	diag_error(d, -EINVAL, NOWHERE, "'%s' is neither an ELF object nor text", name);
	diag_hint(d, "compile C with: clang -O2 -g -target bpf -c FILE.c -o FILE.o");
	return -EINVAL;
}

/* Also where the source says the types itself. */
static int check_type(const char *name, struct diag *d)
{
	if (!name || prog_type_by_name(name) >= 0)
		return 0;
	diag_error(d, -EINVAL, NOWHERE, "unknown program type '%s'", name);
	diag_hint(d, "types are named as bpftool names them: xdp, sched_cls, …");
	return -EINVAL;
}

/* A target that no relocation needed was not opened yet: a wrong name is wrong all the same. */
static int check_target(const struct object *obj, const char *path, struct diag *d)
{
	struct types *t;
	int err;

	if (!path || !strcmp(path, "none"))
		return 0;
	for (u32 i = 0; i < obj->prog_count; i++) {
		if (obj->progs[i].core_count)
			return 0;
	}
	err = types_open_file(&t, path, NULL, d);
	if (!err)
		types_free(t);
	return err;
}

int skep_open(struct skep_object **out, enum skep_lang lang, struct skep_source src,
	      const struct skep_open_opts *opts, struct skep_diag *diag)
{
	struct skep_open_opts ours = { .size = sizeof(ours) };
	struct diag *d = diag_of(diag);
	struct object *obj = NULL;
	struct file file = { 0 };
	int err;

	err = opts ? opts_copy(&ours, sizeof(ours), opts, "skep_open_opts", d) : 0;
	if (err)
		return err;
	if (!src.data && !src.name)
		return diag_error(d, -EINVAL, NOWHERE, "a source needs a name or data");
	err = check_type(ours.prog_type, d);
	if (err)
		return err;
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
		err = check_target(obj, ours.btf_path, d);
	if (!err)
		*out = object_handle(obj);
	else
		object_free(obj);
	return err;
}

int skep_object_build(struct skep_object **out, const struct skep_object_def *def,
		      struct skep_diag *diag)
{
	struct skep_object_def ours = { .size = sizeof(ours) };
	struct object *obj;
	int err = opts_copy(&ours, sizeof(ours), def, "skep_object_def", diag_of(diag));

	if (!err)
		err = object_build(&obj, &ours, diag_of(diag));
	if (!err)
		*out = object_handle(obj);
	return err;
}

void skep_object_free(struct skep_object *obj)
{
	object_free(object_of(obj));
}

int opts_copy(void *ours, size_t our_size, const void *theirs, const char *what, struct diag *d)
{
	enum { LARGEST = 4096 }; /* beyond it the size was never set */
	size_t size = *(const size_t *)theirs;
	const u8 *bytes = theirs;

	if (size < sizeof(size) || size > LARGEST)
		return diag_error(d, -EINVAL, NOWHERE,
				  "struct %s: its size is %zu, set it to sizeof(struct %s)", what,
				  size, what);
	for (size_t i = our_size; i < size; i++) {
		if (bytes[i])
			return diag_error(d, -E2BIG, NOWHERE,
					  "struct %s: byte %zu is set, which this version (%s) "
					  "does not know",
					  what, i, SKEP_VERSION);
	}
	memcpy(ours, theirs, MIN(our_size, size));
	*(size_t *)ours = our_size;
	return 0;
}
