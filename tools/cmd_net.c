// SPDX-License-Identifier: BSD-2-Clause
/* skep net: what is attached to network devices. */
#include <string.h>

#include "look.h"

static int net_main(const struct command *self, int argc, char **argv)
{
	struct look_args a = { 0 };
	const char *verb;

	if (look_parse(&a, self, argc, argv) < 0)
		return opt_status(a.n);
	verb = a.n ? a.words[0] : "show";
	if (!look_verb(verb, "show") && !look_verb(verb, "list"))
		return opt_usage(self, "say: net show [dev NAME]");
	if (a.n == 3 && !strcmp(a.words[1], "dev")) {
		a.opts.where = a.words[2];
		a.n = 0;
	} else if (a.n) {
		a.n--;
	}
	return look_show(&a, self, SKEP_LOOK_NET);
}

const struct command cmd_net = {
	.name = "net",
	.operands = "show [dev NAME]",
	.summary = "what is attached to network devices",
	.about = "Shows the XDP, tc, tcx, netkit, flow dissector and netfilter programs of this "
		 "network\n"
		 "name space.\n\n"
		 "    skep net show\n"
		 "    skep net show dev eth0 --json\n",
	.main = net_main,
};
