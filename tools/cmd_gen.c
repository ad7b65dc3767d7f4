// SPDX-License-Identifier: BSD-2-Clause
/* skep gen: what is made from objects. */
#include <string.h>

#include "look.h"

static int skeleton(const struct skep_skeleton_opts *o, const char *path)
{
	struct skep_diag *diag = skep_diag_new();
	int err = skep_object_skeleton((struct skep_source){ .name = path }, o, stdout, diag);

	report(diag);
	skep_diag_free(diag);
	return err ? EXIT_FAILED : EXIT_OK;
}

static int gen_main(const struct command *self, int argc, char **argv)
{
	struct skep_skeleton_opts o = { .size = sizeof(o) };
	const struct opt opts[] = {
		{ 'n', "name", "NAME", "what the header calls the object (default: as its file)",
		  OPT_STRING, &o.name },
		{ 't', "type", "TYPE", "type of programs whose section name says nothing",
		  OPT_STRING, &o.prog_type },
		{ 0 },
	};
	int n = opt_parse(self, opts, argc, argv);

	if (n < 0)
		return opt_status(n);
	if (n < 2 || !look_verb(argv[1], "skeleton"))
		return opt_usage(self, "say: gen skeleton OBJ");
	if (n == 4 && !strcmp(argv[3], "name") && !o.name)
		o.name = argv[4]; /* bpftool's spelling */
	else if (n != 2)
		return opt_usage(self, "say: gen skeleton OBJ [name NAME]");
	return skeleton(&o, argv[2]);
}

const struct command cmd_gen = {
	.name = "gen",
	.operands = "skeleton OBJ [name NAME]",
	.summary = "make a C header that holds an object",
	.about =
		"The header, for C and C++, embeds the object without its debug sections and gives "
		"typed\n"
		"access to its maps, global variables and programs through skep's own library:\n"
		"NAME_open, NAME_load, NAME_attach, NAME_detach, NAME_destroy, NAME_MAP_get, ….\n\n"
		"    skep gen skeleton firewall.bpf.o > firewall.skel.h\n",
	.main = gen_main,
};
