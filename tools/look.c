// SPDX-License-Identifier: BSD-2-Clause
#include "look.h"

#include <string.h>

#include "pretty.h"

static int parse(struct look_args *a, const struct command *self, int argc, char **argv, bool maps)
{
	struct opt opts[] = {
		{ 'j', "json", NULL, "JSON output", OPT_FLAG, &a->json },
		{ 'p', "pretty", NULL, "JSON output for people", OPT_FLAG, &a->pretty },
		{ 'f', "bpffs", NULL, "show where objects are pinned", OPT_FLAG, &a->opts.pinned },
		{ 'P', "pids", NULL, "show which processes hold them", OPT_FLAG, &a->opts.holders },
		{ 0, "engine", "NAME", "whose maps: kernel (the default) or user", OPT_STRING,
		  &a->opts.engine },
		{ 0, "pin-path", "DIR", "run directory of the user engine's pinned maps",
		  OPT_STRING, &a->opts.where },
		{ 0 },
	};

	if (!maps)
		opts[4].name = NULL; /* the table ends there */
	a->opts.size = sizeof(a->opts);
	a->n = opt_parse(self, opts, argc, argv);
	a->words = argv + 1;
	if (a->opts.where && !a->opts.engine)
		a->opts.engine = "user";
	return a->n;
}

int look_parse(struct look_args *a, const struct command *self, int argc, char **argv)
{
	return parse(a, self, argc, argv, false);
}

int look_parse_maps(struct look_args *a, const struct command *self, int argc, char **argv)
{
	return parse(a, self, argc, argv, true);
}

bool look_verb(const char *word, const char *verb)
{
	return *word && !strncmp(word, verb, strlen(word));
}

bool look_select(struct look_args *a, const struct command *self)
{
	static const char *const ways[] = { "id", "name", "tag", "pinned" };

	if (!a->n)
		return true;
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		if (strcmp(a->words[0], ways[i]))
			continue;
		if (a->n < 2) {
			opt_usage(self, "which? a word is missing after it");
			return false;
		}
		a->opts.by = ways[i];
		a->opts.value = a->words[1];
		a->words += 2;
		a->n -= 2;
		return true;
	}
	opt_usage(self, "choose with: id N, name NAME, tag TAG or pinned PATH");
	return false;
}

int look_show(struct look_args *a, const struct command *self, enum skep_look what)
{
	struct skep_diag *diag;
	int err;

	if (a->n)
		return opt_usage(self, "there are words too many");
	diag = skep_diag_new();
	pretty_begin(a->pretty);
	err = skep_look(what, &a->opts, stdout, a->json || a->pretty ? SKEP_JSON : SKEP_TEXT, diag);
	pretty_end(a->pretty);
	report(diag);
	skep_diag_free(diag);
	return err ? EXIT_FAILED : EXIT_OK;
}

int look_done(const struct look_args *a, int err, struct skep_diag *diag)
{
	if (!err && (a->json || a->pretty))
		puts("null");
	report(diag);
	skep_diag_free(diag);
	return err ? EXIT_FAILED : EXIT_OK;
}
