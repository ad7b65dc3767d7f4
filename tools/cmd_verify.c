// SPDX-License-Identifier: BSD-2-Clause
/* skep verify: Linux's verdict on programs, and why. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "verify.h"

enum { VERIFY_OK = 0, VERIFY_REFUSED = 1, VERIFY_BAD = 2 };

static const char *newest(void)
{
	size_t i = 0;

	while (skep_linux_era(i + 1))
		i++;
	return skep_linux_era(i);
}

static int explain(struct verify *v)
{
	size_t len = 0;
	uint8_t *log = bytes_from_file(v->explain, &len);
	int err;

	if (!log)
		return -EIO;
	err = skep_explain_log(v->obj, v->opts.prog, (const char *)log, len, v->diag);
	free(log);
	if (!err && v->json)
		skep_diag_json(v->diag, stdout);
	else
		report(v->diag);
	return err;
}

static int verify_object(struct verify *v, const char *path)
{
	struct skep_object *obj = NULL;
	int err =
		skep_open(&obj, SKEP_AUTO, (struct skep_source){ .name = path }, &v->open, v->diag);

	if (!err)
		err = preset_make(&v->presets, obj, false);
	v->opts.presets = v->presets.items;
	v->opts.preset_count = v->presets.count;
	if (err)
		err = -EIO; /* -EACCES means refused */
	v->obj = obj;
	v->shown = 0;
	if (v->json && !v->explain) {
		fputs("{\"object\":", stdout);
		out_string(stdout, path);
		fputs(",\"programs\":[", stdout);
	}
	if (!err)
		err = v->explain ? explain(v) : v->all ? verify_all(v) : verify_show(v);
	if (v->json && !v->explain) { /* what was said of no program, or of a failure */
		fputs("],\"diagnostics\":", stdout);
		skep_diag_json(v->diag, stdout);
		fputs("}", stdout);
		skep_diag_clear(v->diag);
	} else {
		report(v->diag);
	}
	skep_object_free(obj);
	return err;
}

static int verify_objects(struct verify *v, int count, char **paths)
{
	int status = VERIFY_OK;

	if (v->json && !v->explain) {
		fputs("{\"linux\":", stdout);
		out_string(stdout, v->all	       ? "all"
				   : v->opts.linux_era ? v->opts.linux_era
						       : newest());
		fputs(",\"objects\":[", stdout);
	}
	for (int i = 0; i < count; i++) {
		int err;

		if (i && v->json && !v->explain)
			fputs(",", stdout);
		err = verify_object(v, paths[i]);
		if (err && err != -EACCES)
			status = VERIFY_BAD;
		else if (err && !status)
			status = VERIFY_REFUSED;
	}
	if (v->json && !v->explain)
		fputs("]}\n", stdout);
	return status;
}

/* A word that is no era is an error before any object is looked at. */
static int check(const struct command *self, const struct verify *v, int operands)
{
	if (operands < 1)
		return opt_usage(self, "which object?");
	if (v->log > 2)
		return opt_usage(self, "--log is 1 or 2");
	if (v->all && v->opts.linux_era)
		return opt_usage(self, "--all is every release: leave out --linux");
	if (v->explain && operands != 1)
		return opt_usage(self, "--explain-log takes one object");
	if (v->explain && (v->all || v->opts.linux_era || v->opts.unpriv || v->log || v->stats ||
			   v->opts.cost || v->opts.strict_align))
		return opt_usage(self, "--explain-log is about what Linux said: --linux, --all, "
				       "--unpriv, --strict-align, --log, --stats and --cost are of "
				       "skep's own verdict");
	if (v->all && (v->log || v->opts.cost || v->stats))
		return opt_usage(self,
				 "--log, --cost and --stats are of one release: leave out --all");
	return 0;
}

static int verify_main(const struct command *self, int argc, char **argv)
{
	struct verify v = { .opts = { .size = sizeof(v.opts) },
			    .open = { .size = sizeof(v.open) } };
	const struct opt opts[] = {
		{ 'p', "prog", "NAME", "only this program", OPT_STRING, &v.opts.prog },
		{ 'l', "linux", "RELEASE",
		  "the release whose verdict is wanted, such as 6.1\n(default: 6.18)", OPT_STRING,
		  &v.opts.linux_era },
		{ 'a', "all", NULL, "a table of the verdicts of all releases", OPT_FLAG, &v.all },
		{ 'u', "unpriv", NULL, "as for a user without CAP_BPF and CAP_PERFMON", OPT_FLAG,
		  &v.opts.unpriv },
		{ 0, "strict-align", NULL, "as for a machine that wants aligned accesses", OPT_FLAG,
		  &v.opts.strict_align },
		{ 0, "log", "LEVEL",
		  "a log in the shape of the kernel's: 1 the last path,\n2 every path", OPT_LEVEL,
		  &v.log },
		{ 's', "stats", NULL, "figures of states and memory, too", OPT_FLAG, &v.stats },
		{ 'c', "cost", NULL, "which functions and branches take the work", OPT_FLAG,
		  &v.opts.cost },
		{ 0, "explain-log", "FILE",
		  "explain the log that Linux printed (-: standard input)", OPT_STRING,
		  &v.explain },
		{ 0, "set", "NAME=VALUE", PRESET_SET, OPT_LIST, &v.presets.set },
		{ 0, "map", "MAP.ATTRIBUTE=VALUE", PRESET_MAP, OPT_LIST, &v.presets.map },
		{ 't', "type", "TYPE", "type of programs whose section name says nothing",
		  OPT_STRING, &v.open.prog_type },
		{ 'b', "btf", "FILE",
		  "the kernel's types: BTF or ELF file, or none\n"
		  "(default: the running kernel's BTF)",
		  OPT_STRING, &v.open.btf_path },
		{ 'j', "json", NULL, "JSON output", OPT_FLAG, &v.json },
		{ 0 },
	};
	int operands = opt_parse(self, opts, argc, argv), status;

	status = operands < 0 ? opt_status(operands) : check(self, &v, operands);
	if (operands < 0 || status)
		goto out;
	v.opts.btf_path = v.open.btf_path;
	v.opts.log = (v.log == 2 ? SKEP_LOG_INSN
		      : v.log	 ? SKEP_LOG_BRANCH
				 : 0) |
		     (v.log && v.stats ? SKEP_LOG_STATS : 0);
	v.diag = skep_diag_new();
	status = v.diag ? verify_objects(&v, operands, argv + 1) : VERIFY_BAD;
	skep_diag_free(v.diag);
out:
	preset_fini(&v.presets);
	return status;
}

const struct command cmd_verify = {
	.name = "verify",
	.operands = "OBJ…",
	.summary = "say whether Linux would accept programs, and why not",
	.about =
		"Follows every path of each program as the verifier of the named release does, on "
		"any\n"
		"machine. A refusal is shown at its source line, with the way that leads there and "
		"what\n"
		"would fix it. Exit status: 0 all accepted, 1 some refused, 2 bad input.\n\n"
		"    skep verify prog.o\n"
		"    skep verify --all prog.o\n"
		"    skep verify --linux 5.10 --prog firewall --log=2 prog.o\n"
		"    bpftool prog load prog.o /sys/fs/bpf/p 2>&1 | skep verify --explain-log - "
		"prog.o\n",
	.main = verify_main,
};
