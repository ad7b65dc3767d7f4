// SPDX-License-Identifier: BSD-2-Clause
/* skep dump: interfaces, link types, and the user that it becomes. */
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "dump.h"

int dump_devices(void)
{
	struct skep_device dev;

	for (size_t i = 0; skep_device(&dev, i); i++) {
		const char *comma = "";

		printf("%zu.%s [", i + 1, dev.name);
		if (dev.up)
			printf("Up"), comma = ", ";
		if (dev.running)
			printf("%sRunning", comma), comma = ", ";
		if (dev.loopback)
			printf("%sLoopback", comma), comma = ", ";
		if (dev.wireless)
			printf("%sWireless", comma), comma = ", ";
		puts(*comma ? "]" : "none]");
	}
	return EXIT_OK;
}

const char *dump_default_device(void)
{
	static struct skep_device dev;

	for (size_t i = 0; skep_device(&dev, i); i++) {
		if (dev.up && !dev.loopback)
			return dev.name;
	}
	return NULL;
}

static void print_link(uint32_t type)
{
	if (skep_link_name(type))
		printf("  %s (%s)\n", skep_link_name(type), skep_link_text(type));
	else
		printf("  %u\n", type);
}

int dump_links(const struct dump *d)
{
	struct skep_device dev;

	for (size_t i = 0; skep_device(&dev, i); i++) {
		if (strcmp(dev.name, d->device))
			continue;
		printf("Data link types for %s (use option -y to set):\n", dev.name);
		print_link(dev.linktype);
		if (dev.linktype == 276)
			print_link(113);
		return EXIT_OK;
	}
	fprintf(stderr, "skep dump: there is no interface '%s'; skep dump -D lists them\n",
		d->device);
	return EXIT_FAILED;
}

int dump_become(const char *user)
{
	struct passwd *pw = getpwnam(user);
	const char *what = "setuid";
	int err = 0;

	if (!pw) {
		fprintf(stderr, "skep dump: there is no user '%s'\n", user);
		return -ENOENT;
	}
	if (!pw->pw_uid && !getuid())
		return 0;
	if (initgroups(pw->pw_name, pw->pw_gid)) {
		err = -errno;
		what = "initgroups";
	} else if (setgid(pw->pw_gid)) {
		err = -errno;
		what = "setgid";
	} else if (setuid(pw->pw_uid)) {
		err = -errno;
	} else if (!setuid(0) && pw->pw_uid) {
		err = -EPERM; /* the way back must be closed */
	}
	if (err)
		fprintf(stderr, "skep dump: cannot become user '%s': %s: %s\n", user, what,
			strerror(-err));
	return err;
}
