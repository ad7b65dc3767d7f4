/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Oracles of the tests in this folder: the running kernel's own types (through bpftool) and files
 * with what a kernel answered when asked (../shared/facts beside the repository, or $SKEP_FACTS).
 */
#ifndef TESTS_SPEC_FACTS_H
#define TESTS_SPEC_FACTS_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Opens a file of facts, or NULL. */
static inline FILE *facts_open(const char *name)
{
	static const char *const places[] = { "../shared/facts", "../../shared/facts",
					      SOURCE_ROOT "/../shared/facts" };
	const char *dir = getenv("SKEP_FACTS");
	char path[4096];
	FILE *f;

	if (dir) {
		snprintf(path, sizeof(path), "%s/%s", dir, name);
		return fopen(path, "re");
	}
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", places[i], name);
		f = fopen(path, "re");
		if (f)
			return f;
	}
	return NULL;
}

/* The running kernel's types as `bpftool btf dump … format raw` prints them, or NULL. */
static inline FILE *kernel_types_open(void)
{
	if (access("/sys/kernel/btf/vmlinux", R_OK))
		return NULL;
	if (system("bpftool version >/dev/null 2>&1"))
		return NULL;
	return popen("bpftool btf dump file /sys/kernel/btf/vmlinux format raw", "re");
}

#endif
