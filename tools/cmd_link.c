// SPDX-License-Identifier: BSD-2-Clause
/* skep link: the kernel's links. */
#include "look.h"

static int change(struct look_args *a, const struct command *self, bool pin)
{
	struct skep_diag *diag;
	int err;

	if (!look_select(a, self))
		return EXIT_USAGE;
	if (!a->opts.by || a->n != (pin ? 1 : 0))
		return opt_usage(self, pin ? "say: link pin LINK FILE" : "say: link detach LINK");
	diag = skep_diag_new();
	err = pin ? skep_look_pin(SKEP_LOOK_LINKS, &a->opts, a->words[0], diag)
		  : skep_look_detach(&a->opts, diag);
	return look_done(a, err, diag);
}

static int link_main(const struct command *self, int argc, char **argv)
{
	struct look_args a = { 0 };
	const char *verb;

	if (look_parse(&a, self, argc, argv) < 0)
		return opt_status(a.n);
	verb = a.n ? a.words[0] : "show";
	if (a.n) {
		a.words++;
		a.n--;
	}
	if (look_verb(verb, "show") || look_verb(verb, "list"))
		return look_select(&a, self) ? look_show(&a, self, SKEP_LOOK_LINKS) : EXIT_USAGE;
	if (look_verb(verb, "pin") || look_verb(verb, "detach"))
		return change(&a, self, *verb == 'p');
	return opt_usage(self, "a link is shown, pinned or detached");
}

const struct command cmd_link = {
	.name = "link",
	.operands = "{show [LINK] | pin LINK FILE | detach LINK}",
	.summary = "the kernel's links: what ties which program to what",
	.about = "LINK is: id N or pinned PATH. The output has the shape of bpftool's.\n\n"
		 "    skep link show\n"
		 "    skep link detach id 5\n",
	.main = link_main,
};
