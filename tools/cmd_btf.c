// SPDX-License-Identifier: BSD-2-Clause
/* skep btf: type information as text. */
#include <string.h>

#include "look.h"
#include "pretty.h"

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

/* What is dumped: a file, or what the kernel holds. */
struct source {
	const struct command *self;
	const char *path; /* of a file; NULL: of the kernel */
	enum skep_look what;
	struct skep_look_opts which;
	const char *part; /* of a map */
};

static bool is_one_of(const char *word, const char *const *words)
{
	while (*words && strcmp(word, *words))
		words++;
	return *words;
}

/* "id N", "prog PROG", "map MAP [PART]", "file FILE" or FILE: returns words taken, 0 after a
 * message. */
static int read_source(struct source *s, int n, char **words)
{
	static const char *const parts[] = { "key", "value", "kv", "all", NULL };
	static const char *const ways[] = { "id", "name", "tag", "pinned", NULL };
	bool map = look_verb(words[0], "map") && n >= 3;
	bool prog = look_verb(words[0], "prog") && n >= 3;

	s->which.size = sizeof(s->which);
	if (!strcmp(words[0], "id") && n >= 2) {
		s->what = SKEP_LOOK_BTF;
		s->which.by = "id";
		s->which.value = words[1];
		return 2;
	}
	if ((map || prog) && is_one_of(words[1], ways)) {
		s->what = map ? SKEP_LOOK_MAPS : SKEP_LOOK_PROGS;
		s->which.by = words[1];
		s->which.value = words[2];
		if (map && n > 3 && is_one_of(words[3], parts))
			s->part = words[3];
		return s->part ? 4 : 3;
	}
	if (!strcmp(words[0], "file") && n >= 2) {
		s->path = words[1];
		return 2;
	}
	s->path = words[0];
	return 1;
}

static int dump(const struct source *s, const char *base, const char *format)
{
	struct skep_diag *diag = skep_diag_new();
	int err = s->path ? skep_btf_dump(s->path, base, format, stdout, diag)
			  : skep_look_btf_dump(s->what, &s->which, s->part, base, format, stdout,
					       diag);

	report(diag);
	skep_diag_free(diag);
	return err ? EXIT_FAILED : EXIT_OK;
}

static int btf_main(const struct command *self, int argc, char **argv)
{
	const char *base = NULL, *format = NULL;
	bool json = false, pretty = false;
	const struct opt opts[] = {
		{ 'B', "base", "FILE", "base BTF, for the split BTF of a module", OPT_STRING,
		  &base },
		{ 'f', "format", "FORMAT", "c, raw or json", OPT_STRING, &format },
		{ 'j', "json", NULL, "the same as --format json", OPT_FLAG, &json },
		{ 'p', "pretty", NULL, "JSON for people", OPT_FLAG, &pretty },
		{ 0 },
	};
	struct source s = { .self = self };
	int n, at, status;

	if (wants_list(argc, argv))
		return list_main(self, argc, argv);
	n = opt_parse(self, opts, argc, argv);
	if (n < 0)
		return opt_status(n);
	if (n < 2 || !look_verb(argv[1], "dump"))
		return opt_usage(self, "say: btf dump FILE, btf dump id N, or btf list");
	at = 2 + read_source(&s, n - 1, argv + 2);
	if (n == at + 1 && look_verb(argv[at], "format") && !format) {
		format = argv[at + 1];
		at += 2;
	}
	if (n != at - 1)
		return opt_usage(self, "say: btf dump {FILE | id N | prog PROG | map MAP "
				       "[key|value|kv|all]} [format c|raw|json]");
	if (format && strcmp(format, "c") && strcmp(format, "raw") && strcmp(format, "json"))
		return opt_usage(self, "the format is c, raw or json");
	json |= pretty;
	if (json && format && *format == 'c')
		return opt_usage(self, "C is no JSON: leave out --json, or format c");
	pretty_begin(pretty);
	status = dump(&s, base, json ? "json" : format ? format : "raw");
	pretty_end(pretty);
	return status;
}

const struct command cmd_btf = {
	.name = "btf",
	.operands = "{dump SOURCE [format c|raw|json] | list}",
	.summary = "print BTF types as a C header, a listing or JSON",
	.about = "SOURCE is a file, raw BTF such as /sys/kernel/btf/vmlinux or an ELF object with "
		 ".BTF;\n"
		 "or types that the kernel holds: id N, prog PROG, map MAP [key | value | kv | "
		 "all], "
		 "where\n"
		 "PROG and MAP are id N, name NAME, pinned PATH.\n"
		 "'list' shows the types that the kernel holds.\n\n"
		 "    skep btf dump /sys/kernel/btf/vmlinux format c > vmlinux.h\n"
		 "    skep btf dump /sys/kernel/btf/veth --base /sys/kernel/btf/vmlinux format c\n"
		 "    skep btf dump map name flows kv format c\n",
	.main = btf_main,
};
