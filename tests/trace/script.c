// SPDX-License-Identifier: BSD-2-Clause
#include "script.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "btf/types.h"
#include "kernel/kernel.h"
#include "report/run.h"
#include "user/user.h"
#include "verify/verify.h"

static const struct types *kernel_btf(void)
{
	static struct types *t;
	static bool tried;

	if (!tried && types_open_file(&t, "/sys/kernel/btf/vmlinux", NULL, NULL))
		t = NULL;
	tried = true;
	return t;
}

bool script_may_load(void)
{
	return !geteuid() && kernel_btf();
}

static void keep_says(struct ran *r, const struct diag *d)
{
	FILE *f = fmemopen(r->says, sizeof(r->says) - 1, "w");

	if (f) {
		diag_print(d, f, false);
		fclose(f);
	}
}

static int verify(const struct object *obj, struct diag *d)
{
	const struct verify_opts opts = { .kernel = kernel_btf() };
	int err = 0;

	for (u32 i = 0; i < obj->prog_count && !err; i++) {
		struct verify_result *v = NULL;

		err = verify_prog(&v, obj, &obj->progs[i], &opts, d);
		if (!err && !v->accepted)
			err = -EACCES;
		verify_result_free(v);
	}
	return err;
}

static int load(const struct object *obj, bool user, struct report **report, struct ran *r,
		struct diag *d)
{
	const struct engine_ops *ops = user ? &engine_user : &engine_kernel;
	const struct skep_load_opts opts = { .size = sizeof(opts) };
	const struct run_opts run = { .stop_fd = -1, .child_fd = -1 };
	FILE *out = report ? fmemopen(r->out, sizeof(r->out) - 1, "w") : NULL;
	struct report_opts shown = { .out = out, .err = out, .script = "script", .quiet = true };
	struct engine *e;
	struct unit *u = NULL;
	int err = ops->open(&e, d);

	if (err)
		return err;
	err = unit_new(&u, e, obj, &opts, d);
	if (!err && report) {
		alarm(20);
		err = report_new(report, u, &shown, d);
		if (!err)
			err = report_run(*report, &run, &r->code, d);
		if (!err)
			err = report_flush(*report);
		report_free(*report);
		alarm(0);
	}
	if (out)
		fclose(out);
	unit_free(u);
	ops->close(e);
	return err;
}

static int compile(struct object **obj, const char *text, const struct trace_opts *opts,
		   struct diag *d)
{
	struct trace_opts o = opts ? *opts : (struct trace_opts){ .unsafe = true };

	if (!o.btf)
		o.btf = kernel_btf();
	return trace_compile(obj, "script", text, strlen(text), &o, d);
}

struct ran script_compile(const char *text, const struct trace_opts *opts, u32 *insns)
{
	struct ran r = { 0 };
	struct object *obj = NULL;
	struct diag d;

	diag_init(&d);
	r.err = compile(&obj, text, opts, &d);
	if (!r.err)
		r.err = verify(obj, &d);
	if (!r.err && insns)
		*insns = obj->progs[0].insn_count;
	keep_says(&r, &d);
	object_free(obj);
	diag_fini(&d);
	return r;
}

static struct ran go(const char *text, const struct trace_opts *opts, bool user, bool run)
{
	struct report *report = NULL;
	struct object *obj = NULL;
	struct ran r = { 0 };
	struct diag d;

	diag_init(&d);
	r.err = compile(&obj, text, opts, &d);
	if (!r.err)
		r.err = verify(obj, &d);
	if (!r.err && (user || script_may_load()))
		r.err = load(obj, user, run ? &report : NULL, &r, &d);
	keep_says(&r, &d);
	object_free(obj);
	diag_fini(&d);
	return r;
}

struct ran script_load(const char *text, const struct trace_opts *opts)
{
	struct trace_opts o = opts ? *opts : (struct trace_opts){ .unsafe = true };

	o.in_kernel = true;
	return go(text, &o, false, false);
}

struct ran script_run(const char *text)
{
	return go(text, NULL, true, true);
}

struct ran script_run_kernel(const char *text)
{
	const struct trace_opts o = { .unsafe = true, .in_kernel = true };

	return go(text, &o, false, true);
}
