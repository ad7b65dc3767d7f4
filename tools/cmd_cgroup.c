// SPDX-License-Identifier: BSD-2-Clause
/* skep cgroup: what is attached to control groups. */
#include <string.h>

#include "look.h"

static int cgroup_main(const struct command *self, int argc, char **argv)
{
	struct look_args a = { 0 };
	bool tree;

	if (look_parse(&a, self, argc, argv) < 0)
		return opt_status(a.n);
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
	.operands = "{show PATH | tree [PATH]} [effective]",
	.summary = "what is attached to control groups",
	.about = "A cgroup is named by its directory in the cgroup v2 file system.\n\n"
		 "    skep cgroup tree\n"
		 "    skep cgroup show /sys/fs/cgroup/user.slice effective\n",
	.main = cgroup_main,
};
