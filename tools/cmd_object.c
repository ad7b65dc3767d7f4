// SPDX-License-Identifier: BSD-2-Clause
/* skep object: what an object file holds. */
#include <string.h>

#include "tool.h"

static int show(const char *path, const struct skep_open_opts *open, bool json)
{
	struct skep_diag *diag = skep_diag_new();
	struct skep_object *obj = NULL;
	int err = skep_open(&obj, SKEP_AUTO, (struct skep_source){ .name = path }, open, diag);

	if (!err)
		err = skep_object_show(obj, stdout, json ? SKEP_JSON : SKEP_TEXT);
	report(diag);
	skep_object_free(obj);
	skep_diag_free(diag);
	return err;
}

static int object_main(const struct command *self, int argc, char **argv)
{
	struct skep_open_opts open = { .size = sizeof(open) };
	bool json = false;
	const struct opt opts[] = {
		{ 't', "type", "TYPE", "type of programs whose section name says nothing",
		  OPT_STRING, &open.prog_type },
		{ 'b', "btf", "FILE",
		  "target of CO-RE relocations: BTF or ELF file, or none\n"
		  "(default: the running kernel's BTF)",
		  OPT_STRING, &open.btf_path },
		{ 'j', "json", NULL, "JSON output", OPT_FLAG, &json },
		{ 0 },
	};
	int n = opt_parse(self, opts, argc, argv), status = EXIT_OK;

	if (n < 0)
		return opt_status(n);
	if (n < 2 || strcmp(argv[1], "show"))
		return opt_usage(self, "say: object show OBJ…");
	for (int i = 2; i <= n; i++) {
		if (show(argv[i], &open, json))
			status = EXIT_FAILED;
	}
	return status;
}

const struct command cmd_object = {
	.name = "object",
	.operands = "show OBJ…",
	.summary = "show an object's programs, maps, relocations and needs",
	.about = "Says too which kernel release has everything that the object uses, and why.\n\n"
		 "    skep object show prog.o\n"
		 "    skep object show --btf /sys/kernel/btf/vmlinux --json prog.o\n",
	.main = object_main,
};
