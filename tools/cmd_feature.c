// SPDX-License-Identifier: BSD-2-Clause
/* skep feature: what the running kernel has of BPF. */
#include <string.h>

#include "tool.h"

/* bpftool's words after "probe": kernel, dev NAME, full, macros, prefix PREFIX. */
static bool read_words(struct skep_feature_opts *o, int n, char **words)
{
	const char *prefix = NULL;
	bool macros = false;

	for (int i = 0; i < n; i++) {
		if (!strcmp(words[i], "kernel"))
			continue;
		if (!strcmp(words[i], "full"))
			o->full = true;
		else if (!strcmp(words[i], "macros"))
			macros = true;
		else if (!strcmp(words[i], "prefix") && i + 1 < n)
			prefix = words[++i];
		else if (!strcmp(words[i], "dev") && i + 1 < n)
			o->device = words[++i];
		else
			return false;
	}
	if (macros)
		o->prefix = prefix ? prefix : "";
	return macros || !prefix;
}

static int feature_main(const struct command *self, int argc, char **argv)
{
	struct skep_feature_opts o = { .size = sizeof(o) };
	bool json = false, pretty = false;
	const struct opt opts[] = {
		{ 'j', "json", NULL, "JSON output", OPT_FLAG, &json },
		{ 'p', "pretty", NULL, "JSON output for people", OPT_FLAG, &pretty },
		{ 0 },
	};
	int n = opt_parse(self, opts, argc, argv), err;
	struct skep_diag *diag;

	if (n < 0)
		return opt_status(n);
	if (n && strncmp("probe", argv[1], strlen(argv[1])))
		return opt_usage(self, "say: feature probe");
	if (n && !read_words(&o, n - 1, argv + 2))
		return opt_usage(self,
				 "after 'probe': kernel, dev NAME, full, macros [prefix PREFIX]");
	diag = skep_diag_new();
	err = skep_feature_probe(&o, stdout,
				 pretty ? SKEP_JSON_PRETTY
				 : json ? SKEP_JSON
					: SKEP_TEXT,
				 diag);
	report(diag);
	skep_diag_free(diag);
	return err ? EXIT_FAILED : EXIT_OK;
}

const struct command cmd_feature = {
	.name = "feature",
	.operands = "probe [kernel | dev NAME] [full] [macros [prefix PREFIX]]",
	.summary = "what the running kernel has of BPF",
	.about = "Tries every program type, map type, helper and version of the instruction set. "
		 "An answer\n"
		 "is yes, no or \"could not tell\"; the last two come with their reason: the "
		 "release that\n"
		 "brought it, the option of the kernel's build, the right that is missing.\n\n"
		 "    skep feature probe\n"
		 "    skep -j feature probe\n"
		 "    skep feature probe macros prefix MY_\n",
	.main = feature_main,
};
