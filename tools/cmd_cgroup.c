// SPDX-License-Identifier: BSD-2-Clause
/* skep cgroup: what is attached to control groups. */
#include <string.h>

#include "look.h"

/* PATH TYPE PROG [multi | override]. */
static int change(struct look_args *a, const struct command *self, bool on)
{
	const char *path, *type;
	struct skep_diag *diag;
	unsigned flags = 0;
	int err;

	if (a->n < 2)
		return opt_usage(self, "say: cgroup attach PATH TYPE PROG [multi | override]");
	path = a->words[0];
	type = a->words[1];
	a->words += 2;
	a->n -= 2;
	if (!look_select(a, self))
		return EXIT_USAGE;
	for (; on && a->n; a->n--, a->words++) {
		if (!strcmp(a->words[0], "multi"))
			flags |= SKEP_PLACE_MULTI;
		else if (!strcmp(a->words[0], "override"))
			flags |= SKEP_PLACE_OVERRIDE;
		else
			break;
	}
	if (a->n || !a->opts.by)
		return opt_usage(self,
				 "which program? say: id N, name NAME, tag TAG or pinned PATH");
	diag = skep_diag_new();
	err = on ? skep_look_attach(&a->opts, SKEP_LOOK_CGROUP, type, path, flags, diag)
		 : skep_look_remove(&a->opts, SKEP_LOOK_CGROUP, type, path, diag);
	return look_done(a, err, diag);
}

static int cgroup_main(const struct command *self, int argc, char **argv)
{
	struct look_args a = { 0 };
	bool tree;

	if (look_parse(&a, self, argc, argv) < 0)
		return opt_status(a.n);
	if (a.n && (look_verb(a.words[0], "attach") || look_verb(a.words[0], "detach"))) {
		bool on = a.words[0][0] == 'a';

		a.words++;
		a.n--;
		return change(&a, self, on);
	}
	tree = a.n && look_verb(a.words[0], "tree");
	if (!tree && (!a.n || (!look_verb(a.words[0], "show") && !look_verb(a.words[0], "list"))))
		return opt_usage(self, "say: cgroup show PATH, or cgroup tree");
	a.words++;
	a.n--;
	if (a.n && strcmp(a.words[0], "effective")) {
		a.opts.where = a.words[0];
		a.words++;
		a.n--;
	}
	if (a.n && !strcmp(a.words[0], "effective")) {
		a.opts.effective = true;
		a.words++;
		a.n--;
	}
	if (!tree && !a.opts.where)
		return opt_usage(self, "which cgroup? give its directory");
	return look_show(&a, self, tree ? SKEP_LOOK_CGROUPS : SKEP_LOOK_CGROUP);
}

const struct command cmd_cgroup = {
	.name = "cgroup",
	.operands =
		"{show PATH | tree [PATH] | attach PATH TYPE PROG [multi] | detach PATH TYPE PROG}",
	.summary = "what is attached to control groups",
	.about = "A cgroup is named by its directory in the cgroup v2 file system. TYPE is the "
		 "hook:\n"
		 "cgroup_inet_ingress, or short ingress, egress, connect4, …; PROG is id N, name "
		 "NAME,\n"
		 "tag TAG or pinned PATH. After show and tree 'effective' tells inherited "
		 "programs, too.\n\n"
		 "    skep cgroup tree\n"
		 "    skep cgroup show /sys/fs/cgroup/user.slice effective\n"
		 "    skep cgroup attach /sys/fs/cgroup/user.slice egress pinned /sys/fs/bpf/p "
		 "multi\n",
	.main = cgroup_main,
};
