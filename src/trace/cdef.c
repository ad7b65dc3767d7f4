// SPDX-License-Identifier: BSD-2-Clause
#include "trace/cdef.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "btf/types.h"
#include "btf/write.h"
#include "trace/ctype.h"

/* ---- BTF ---- */

static bool is_written(const struct ctype *t)
{
	return t->kind != KIND_VOID;
}

static u32 id_of(const struct ctype *t)
{
	return t ? t->id : 0;
}

static void write_members(struct types_writer *w, const struct ctype *t)
{
	for (const struct cmember *m = t->members; m; m = m->next) {
		if (m->is_bitfield && !m->bits)
			continue;
		if (m->is_bitfield)
			types_add_bitfield(w, m->name, id_of(m->type), m->bit_off, m->bits);
		else
			types_add_member(w, m->name, id_of(m->type), m->bit_off);
	}
}

static void write_type(struct types_writer *w, const struct ctype *t, u32 index_type)
{
	switch (t->kind) {
	case KIND_INT:
		types_add_int(w, t->name, t->size, t->is_signed);
		break;
	case KIND_PTR:
		types_add_ref(w, KIND_PTR, "", id_of(t->ref));
		break;
	case KIND_ARRAY:
		types_add_array(w, id_of(t->ref), index_type, t->count);
		break;
	case KIND_STRUCT:
	case KIND_UNION:
		types_add_struct(w, t->kind, t->name, t->size);
		write_members(w, t);
		break;
	case KIND_ENUM:
		types_add_enum(w, t->name, t->size, t->is_signed);
		for (const struct cenumerator *v = t->values; v; v = v->next)
			types_add_enumerator(w, v->name, v->value);
		break;
	case KIND_TYPEDEF:
		types_add_ref(w, KIND_TYPEDEF, t->name, id_of(t->ref));
		break;
	default:
		types_add_fwd(w, t->name, t->is_union);
		break;
	}
}

/* typedef names become types of their own. */
static int add_typedefs(struct cparse *p)
{
	for (u32 i = 0; i < p->typedef_names.len; i++) {
		const char *name = p->typedef_names.data[i];
		u64 *to = hash_get_str(&p->typedefs, name);
		struct ctype *t = ctype_new(p, KIND_TYPEDEF, name);

		if (!t)
			return -ENOMEM;
		t->ref = to ? (struct ctype *)(uintptr_t)*to : NULL;
		if (t->ref && t->ref->kind == KIND_VOID)
			t->ref = NULL;
	}
	return 0;
}

static int write_all(struct cdefs *out, struct diag *d)
{
	struct cparse *p = out->parse;
	struct ctype *index;
	struct types_writer w;
	struct buf bytes = { 0 };
	const void *data;
	size_t len;
	u32 id = 1;
	int err;

	if (add_typedefs(p))
		return diag_nomem(d);
	if (!p->first)
		return 0;
	index = ctype_int(p, "unsigned int", 4, false);
	if (!index)
		return diag_nomem(d);
	for (struct ctype *t = p->first; t; t = t->next)
		t->id = is_written(t) ? id++ : 0;
	types_writer_init(&w);
	for (const struct ctype *t = p->first; t; t = t->next) {
		if (is_written(t))
			write_type(&w, t, index->id);
	}
	err = types_writer_finish(&w, &bytes);
	types_writer_fini(&w);
	if (err) {
		buf_fini(&bytes);
		return diag_nomem(d);
	}
	data = arena_copy(p->arena, bytes.data, bytes.len);
	len = bytes.len;
	buf_fini(&bytes);
	return data ? types_open(&out->types, "the script's types", data, len, NULL, d)
		    : diag_nomem(d);
}

/* ---- reading ---- */

static bool is_folder(const char *path)
{
	struct stat st;

	return !stat(path, &st) && S_ISDIR(st.st_mode);
}

static const char **folders(struct arena *a, const struct trace_opts *opts, u32 *count)
{
	const char **out = arena_array(a, opts->include_count + 1, sizeof(*out));

	for (u32 i = 0; out && i < opts->include_count; i++) {
		if (is_folder(opts->includes[i]))
			out[(*count)++] = opts->includes[i];
	}
	return out;
}

static int read_texts(struct cdefs *out, const struct script *s, const struct trace_opts *opts)
{
	struct cpp *c = out->cpp;

	c->active = true;
	if (opts->btf && !cpp_define(c, "BPFTRACE_HAVE_BTF", "1"))
		return -ENOMEM;
#if defined(__x86_64__)
	if (!cpp_define(c, "__x86_64__", "1"))
		return -ENOMEM;
#endif
	if (!cpp_define(c, "__linux__", "1"))
		return -ENOMEM;
	for (u32 i = 0; i < opts->include_count; i++) {
		int err = is_folder(opts->includes[i]) ? 0 : cpp_include(c, opts->includes[i], "");

		if (err == -ENOENT)
			return diag_error(c->diag, err, NOWHERE, "there is no file '%s'",
					  opts->includes[i]);
		if (err)
			return err;
	}
	for (const struct c_text *t = s->c; t; t = t->next) {
		if (!cpp_text(c, t->text, t->len, s->file, t->at.off, false))
			return -EINVAL;
	}
	if (c->conditions)
		return diag_error(c->diag, -EINVAL, NOWHERE, "an #if of the script has no #endif");
	return 0;
}

static int parse(struct cdefs *out, const struct trace_opts *opts)
{
	struct cparse *p = out->parse;

	p->kernel = opts->btf;
	p->tail = &p->first;
	if (!out->cpp->toks.len)
		return 0;
	p->tok = out->cpp->toks.data;
	p->end = p->tok + out->cpp->toks.len;
	return cparse_all(p) ? 0 : -EINVAL;
}

int cdef_read(struct cdefs *out, const struct script *s, const struct trace_opts *opts,
	      struct arena *a, struct diag *d)
{
	int err;

	*out = (struct cdefs){ .cpp = arena_alloc(a, sizeof(*out->cpp)),
			       .parse = arena_alloc(a, sizeof(*out->parse)) };
	if (!out->cpp || !out->parse)
		return diag_nomem(d);
	out->cpp->arena = out->parse->arena = a;
	out->cpp->diag = out->parse->diag = d;
	out->cpp->dirs = folders(a, opts, &out->cpp->dir_count);
	if (!out->cpp->dirs)
		return diag_nomem(d);
	if (!s->c && !opts->include_count)
		return 0;
	err = read_texts(out, s, opts);
	if (!err)
		err = parse(out, opts);
	return err ? err : write_all(out, d);
}

/* ---- constants ---- */

static bool enum_value(void *ctx, const char *word, u64 *out)
{
	struct cparse *p = ctx;
	u64 *v = hash_get_str(&p->values, word);

	if (v)
		*out = (u64)((const struct cenumerator *)(uintptr_t)*v)->value;
	return v;
}

static struct cconst string_const(struct cpp *c, const struct ctok *t, const struct ctok *end)
{
	struct cconst out = { .kind = CCONST_STRING };
	struct buf all = { 0 };

	for (; t < end; t++)
		buf_put(&all, t->text, t->len);
	out.len = (u32)all.len;
	buf_putc(&all, 0);
	out.text = all.err ? NULL : arena_copy(c->arena, all.data, all.len);
	if (!out.text)
		out.kind = CCONST_NONE;
	buf_fini(&all);
	return out;
}

static struct cconst body_const(const struct cdefs *defs, const struct cmacro *m)
{
	struct cexpr e = { .name = enum_value, .ctx = defs->parse };
	struct cconst out = { .kind = CCONST_TEXT, .text = m->body, .len = strlen(m->body) };
	struct cpp *c = defs->cpp;
	u32 from = c->toks.len;
	bool strings = true;

	if (!cpp_tokens(c, m->body, out.len, NOWHERE, true))
		return (struct cconst){ 0 };
	if (c->toks.len == from)
		return (struct cconst){ 0 };
	e.tok = c->toks.data + from;
	e.end = c->toks.data + c->toks.len;
	for (const struct ctok *t = e.tok; t < e.end; t++)
		strings &= t->kind == CT_STRING;
	if (e.tok < e.end && strings) {
		out = string_const(c, e.tok, e.end);
	} else if (e.tok < e.end) {
		const struct ctok *first = e.tok;

		if (cexpr_value(&e, &out.value) && e.tok == e.end)
			out.kind = CCONST_NUMBER;
		e.tok = first;
	}
	/* What a header means by other text is not for scripts. */
	if (out.kind == CCONST_TEXT && (m->lenient || !out.len))
		out.kind = CCONST_NONE;
	out.at = m->at;
	c->toks.len = from;
	return out;
}

/* Of headers that only a kernel's source has; BTF has no macros. Source: linux/sched.h and others
 * of 6.18. */
static bool kernel_value(const char *name, u64 *out)
{
	static const struct {
		const char *name;
		u64 value;
	} rows[] = { { "TASK_RUNNING", 0 },
		     { "TASK_INTERRUPTIBLE", 1 },
		     { "TASK_UNINTERRUPTIBLE", 2 },
		     { "__TASK_STOPPED", 4 },
		     { "__TASK_TRACED", 8 },
		     { "EXIT_DEAD", 0x10 },
		     { "EXIT_ZOMBIE", 0x20 },
		     { "TASK_DEAD", 0x80 },
		     { "AF_UNIX", 1 },
		     { "AF_INET", 2 },
		     { "AF_INET6", 10 },
		     { "AF_NETLINK", 16 },
		     { "AF_PACKET", 17 },
		     { "MINORBITS", 20 },
		     { "PAGE_SHIFT", 12 },
		     { "PAGE_SIZE", 4096 },
		     { "NSEC_PER_SEC", 1000000000 },
		     { "NSEC_PER_MSEC", 1000000 },
		     { "NSEC_PER_USEC", 1000 } };

	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		if (strcmp(rows[i].name, name))
			continue;
		*out = rows[i].value;
		return true;
	}
	return false;
}

struct cconst cdef_const(const struct cdefs *c, const char *name)
{
	const struct cmacro *m = cpp_macro(c->cpp, name);
	struct cconst out = { .kind = CCONST_NUMBER };

	if (m && !m->function_like)
		return body_const(c, m);
	if (!m && (enum_value(c->parse, name, &out.value) ||
		   (c->cpp->includes && kernel_value(name, &out.value))))
		return out;
	return (struct cconst){ 0 };
}

bool cdef_is_macro(const struct cdefs *c, const char *name)
{
	const struct cmacro *m = cpp_macro(c->cpp, name);
	u64 value;

	if (!m && c->cpp->includes && kernel_value(name, &value))
		return !enum_value(c->parse, name, &value);
	return m && !m->function_like;
}

void cdef_fini(struct cdefs *c)
{
	types_free(c->types);
	if (c->cpp)
		cpp_fini(c->cpp);
	if (c->parse)
		cparse_fini(c->parse);
	*c = (struct cdefs){ 0 };
}
