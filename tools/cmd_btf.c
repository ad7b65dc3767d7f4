// SPDX-License-Identifier: BSD-2-Clause
/* skep btf: type information as text. */
#include <string.h>

#include "look.h"

/* skep btf list [id N]: the kernel's. */
static int list_main(const struct command *self, int argc, char **argv)
{
	struct look_args a = { 0 };

	if (look_parse(&a, self, argc, argv) < 0)
		return opt_status(a.n);
	a.words++;
	a.n--;
	if (!look_select(&a, self))
		return EXIT_USAGE;
	return look_show(&a, self, SKEP_LOOK_BTF);
}

static bool wants_list(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		if (argv[i][0] != '-')
			return look_verb(argv[i], "list") || look_verb(argv[i], "show");
	}
	return false;
}

static int btf_main(const struct command *self, int argc, char **argv)
{
	const char *base = NULL, *format = "raw", *path;
	bool json = false;
	const struct opt opts[] = {
		{ 'B', "base", "FILE", "base BTF, for the split BTF of a module", OPT_STRING,
		  &base },
		{ 'f', "format", "FORMAT", "c, raw or json", OPT_STRING, &format },
		{ 'j', "json", NULL, "the same as --format json", OPT_FLAG, &json },
		{ 0 },
	};
	struct skep_diag *diag;
	int n, at = 2, err;

	if (wants_list(argc, argv))
		return list_main(self, argc, argv);
	n = opt_parse(self, opts, argc, argv);
	if (n < 0)
		return opt_status(n);
	if (n < 2 || strcmp(argv[1], "dump"))
		return opt_usage(self, "say: btf dump FILE, or btf list");
	if (n > 2 && !strcmp(argv[2], "file"))
		at++; /* bpftool's spelling */
	path = argv[at++];
	if (n == at + 1 && !strcmp(argv[at], "format"))
		format = argv[++at];
	if (!path || (n >= at && argv[at] && argv[at] != format))
		return opt_usage(self, "say: btf dump FILE [format c|raw|json]");
	if (strcmp(format, "c") && strcmp(format, "raw") && strcmp(format, "json"))
		return opt_usage(self, "the format is c, raw or json");
	diag = skep_diag_new();
	err = skep_btf_dump(path, base, json ? "json" : format, stdout, diag);
	report(diag);
	skep_diag_free(diag);
	return err ? EXIT_FAILED : EXIT_OK;
}

const struct command cmd_btf = {
	.name = "btf",
	.operands = "{dump FILE [format c|raw|json] | list}",
	.summary = "print BTF types as a C header, a listing or JSON",
	.about = "FILE is raw BTF, such as /sys/kernel/btf/vmlinux, or an ELF object with .BTF.\n"
		 "'list' shows the types that the kernel holds.\n\n"
		 "    skep btf dump /sys/kernel/btf/vmlinux format c > vmlinux.h\n"
		 "    skep btf dump /sys/kernel/btf/veth --base /sys/kernel/btf/vmlinux format c\n",
	.main = btf_main,
};
