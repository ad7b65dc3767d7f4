// SPDX-License-Identifier: BSD-2-Clause
/* skep link: the kernel's links. */
#include "look.h"

static int link_main(const struct command *self, int argc, char **argv)
{
	struct look_args a = { 0 };
	const char *verb;

	if (look_parse(&a, self, argc, argv) < 0)
		return opt_status(a.n);
	verb = a.n ? a.words[0] : "show";
	if (!look_verb(verb, "show") && !look_verb(verb, "list"))
		return opt_usage(self, "say: link show");
	if (a.n) {
		a.words++;
		a.n--;
	}
	if (!look_select(&a, self))
		return EXIT_USAGE;
	return look_show(&a, self, SKEP_LOOK_LINKS);
}

const struct command cmd_link = {
	.name = "link",
	.operands = "show [id N | name NAME | pinned PATH]",
	.summary = "the kernel's links",
	.about = "Shows what the running kernel holds, in the shape of bpftool's output.\n\n"
		 "    skep link show\n"
		 "    skep link show id 5 --json\n",
	.main = link_main,
};
