// SPDX-License-Identifier: BSD-2-Clause
/*
 * Runs a fuzz target over files without a fuzzer: each argument is a file, or a directory whose
 * files are taken. TAP on standard output. `make fuzz` links the same target with libFuzzer.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static unsigned runs;

static int run_file(const char *path)
{
	FILE *f = fopen(path, "rb");
	uint8_t *data = NULL;
	size_t cap = 0, len = 0;

	if (!f)
		return -1;
	do {
		uint8_t *more = realloc(data, cap += 65536);

		if (!more)
			break;
		data = more;
		len += fread(data + len, 1, cap - len, f);
	} while (len == cap);
	fclose(f);
	/* A copy of just the right size, so that sanitizers see reads past the end. */
	uint8_t *exact = malloc(len ? len : 1);

	if (exact) {
		memcpy(exact, data, len);
		LLVMFuzzerTestOneInput(exact, len);
		runs++;
	}
	free(exact);
	free(data);
	return 0;
}

static int run_path(const char *path)
{
	struct dirent *e;
	struct stat st;
	int err = 0;
	DIR *d;

	if (stat(path, &st))
		return -1;
	if (!S_ISDIR(st.st_mode))
		return run_file(path);
	d = opendir(path);
	while (d && (e = readdir(d))) {
		char name[4096];

		if (e->d_name[0] == '.')
			continue;
		snprintf(name, sizeof(name), "%s/%s", path, e->d_name);
		err |= run_path(name);
	}
	if (d)
		closedir(d);
	return err;
}

int main(int argc, char **argv)
{
	int err = 0;

	for (int i = 1; i < argc; i++) {
		if (run_path(argv[i])) {
			fprintf(stderr, "cannot read '%s'\n", argv[i]);
			err = 1;
		}
	}
	printf("1..1\n%s 1 - survives %u inputs\n", err || !runs ? "not ok" : "ok", runs);
	return err || !runs;
}
