// SPDX-License-Identifier: BSD-2-Clause
/* Trace scripts: compiled, listed, run. */
#include <errno.h>

#include "api/handle.h"
#include "base/file.h"
#include "report/run.h"
#include "trace/trace.h"

/* A source's text: given, or the file's. */
struct text {
	const char *name, *data;
	size_t len;
	struct file file;
};

static int text_open(struct text *t, struct skep_source src, struct diag *d)
{
	int err;

	*t = (struct text){ .name = src.name ? src.name : "<input>",
			    .data = src.data,
			    .len = src.len };
	if (src.data)
		return 0;
	if (!src.name)
		return diag_error(d, -EINVAL, NOWHERE, "a source needs a name or data");
	err = file_open(&t->file, src.name, d);
	if (!err) {
		t->data = (const char *)t->file.data;
		t->len = t->file.len;
	}
	return err;
}

static void text_close(struct text *t)
{
	file_close(&t->file);
}

static int opts_of(struct trace_opts *ours, const struct skep_trace_opts *theirs, struct diag *d)
{
	struct skep_trace_opts o = { .size = sizeof(o) };
	int err = theirs ? opts_copy(&o, sizeof(o), theirs, "skep_trace_opts", d) : 0;

	*ours = (struct trace_opts){
		.params = o.params,
		.param_count = (u32)o.param_count,
		.btf_path = o.btf_path,
		.settings = o.settings,
		.setting_count = (u32)o.setting_count,
		.includes = o.includes,
		.include_count = (u32)o.include_count,
		.pid = o.pid,
		.cmd = o.command,
		.unsafe = o.unsafe,
		.no_optimise = o.no_optimise,
		.in_kernel = o.in_kernel,
	};
	return err;
}

static int ask(struct trace_opts *how, struct text *text, const struct skep_trace_opts *opts,
	       struct skep_source src, struct diag *d)
{
	int err = opts_of(how, opts, d);

	return err ? err : text_open(text, src, d);
}

int skep_trace_open(struct skep_object **out, struct skep_source src,
		    const struct skep_trace_opts *opts, struct skep_diag *diag)
{
	struct diag *d = diag_of(diag);
	struct trace_opts how;
	struct object *obj;
	struct text text;
	int err = ask(&how, &text, opts, src, d);

	if (err)
		return err;
	err = trace_compile(&obj, text.name, text.data, text.len, &how, d);
	text_close(&text);
	if (!err)
		*out = object_handle(obj);
	return err;
}

static int put(struct buf *text, FILE *out, int err)
{
	if (!err && text->err)
		err = text->err;
	if (!err && text->len && fwrite(text->data, 1, text->len, out) != text->len)
		err = -EIO;
	buf_fini(text);
	return err;
}

int skep_trace_dump(struct skep_source src, const struct skep_trace_opts *opts, const char *phase,
		    FILE *out, struct skep_diag *diag)
{
	struct diag *d = diag_of(diag);
	struct buf shown = { 0 };
	struct trace_opts how;
	struct text text;
	int err = ask(&how, &text, opts, src, d);

	if (err)
		return err;
	err = trace_dump(&shown, phase, text.name, text.data, text.len, &how, d);
	text_close(&text);
	return put(&shown, out, err);
}

int skep_trace_list(const char *pattern, bool args, const struct skep_trace_opts *opts, FILE *out,
		    struct skep_diag *diag)
{
	struct buf shown = { 0 };
	struct trace_opts how;
	int err = opts_of(&how, opts, diag_of(diag));

	if (!err)
		err = trace_list(&shown, pattern, &how, args, diag_of(diag));
	return put(&shown, out, err);
}

const char *skep_trace_engine(const struct skep_object *obj)
{
	const struct trace_meta *meta = object_of(obj)->trace;

	return !meta ? NULL : meta->user_only ? "user" : "kernel";
}

bool skep_trace_dwarf(void)
{
#ifdef HAVE_LIBDW
	return true;
#else
	return false;
#endif
}

int skep_trace_run(struct skep_unit *unit, struct skep_trace_run *run, struct skep_diag *diag)
{
	struct skep_trace_run ours = { .size = sizeof(ours) };
	struct unit *u = unit_of(unit);
	struct diag *d = diag_of(diag);
	struct report_opts opts;
	struct run_opts how;
	struct report *r;
	int err = opts_copy(&ours, sizeof(ours), run, "skep_trace_run", d);

	if (err)
		return err;
	opts = (struct report_opts){ .out = ours.out,
				     .err = ours.err,
				     .json = ours.json,
				     .quiet = ours.quiet,
				     .script = ours.name ? ours.name : u->obj->name };
	how = (struct run_opts){ .stop_fd = ours.has_stop ? ours.stop_fd : -1,
				 .child_fd = ours.has_child ? ours.child_fd : -1,
				 .attached = ours.attached,
				 .arg = ours.arg };
	err = report_new(&r, u, &opts, d);
	if (err)
		return err;
	err = report_run(r, &how, &run->exit_code, d);
	report_free(r);
	return err;
}
