// SPDX-License-Identifier: BSD-2-Clause
/* skep net: what is attached to network devices. */
#include <string.h>

#include "look.h"

/* HOOK PROG dev NAME [overwrite], or HOOK dev NAME. */
static int change(struct look_args *a, const struct command *self, bool on)
{
	struct skep_diag *diag;
	const char *hook, *device;
	unsigned flags = 0;
	int err;

	if (!a->n)
		return opt_usage(self,
				 "say: net attach xdp PROG dev NAME, or net detach xdp dev NAME");
	hook = a->words[0];
	a->words++;
	a->n--;
	if (on && !look_select(a, self))
		return EXIT_USAGE;
	if (a->n && !strcmp(a->words[a->n - 1], "overwrite")) {
		flags = SKEP_PLACE_OVERWRITE;
		a->n--;
	}
	if (a->n != 2 || strcmp(a->words[0], "dev"))
		return opt_usage(self, "on which device? say: dev NAME");
	device = a->words[1];
	diag = skep_diag_new();
	err = on ? skep_look_attach(&a->opts, SKEP_LOOK_NET, hook, device, flags, diag)
		 : skep_look_remove(&a->opts, SKEP_LOOK_NET, hook, device, diag);
	return look_done(a, err, diag);
}

static int net_main(const struct command *self, int argc, char **argv)
{
	struct look_args a = { 0 };
	const char *verb;

	if (look_parse(&a, self, argc, argv) < 0)
		return opt_status(a.n);
	verb = a.n ? a.words[0] : "show";
	if (look_verb(verb, "attach") || look_verb(verb, "detach")) {
		a.words++;
		a.n--;
		return change(&a, self, *verb == 'a');
	}
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
	.operands =
		"{show [dev NAME] | attach HOOK PROG dev NAME [overwrite] | detach HOOK dev NAME}",
	.summary = "what is attached to network devices",
	.about = "Shows the XDP, tc, tcx, netkit, flow dissector and netfilter programs of this "
		 "network\n"
		 "name space; puts a program of the kernel on a device, or takes it off. HOOK is "
		 "xdp,\n"
		 "xdpgeneric, xdpdrv, xdpoffload, tcx_ingress or tcx_egress; PROG is id N, name "
		 "NAME, tag TAG\n"
		 "or pinned PATH.\n\n"
		 "    skep net show\n"
		 "    skep net show dev eth0 --json\n"
		 "    skep net attach xdp pinned /sys/fs/bpf/fw dev eth0\n",
	.main = net_main,
};
