// SPDX-License-Identifier: BSD-2-Clause
#include "failure.h"

#include <stdlib.h>
#include <string.h>

#include "pretty.h"
#include "tool.h"

enum { BPFTOOL_FAILED = 255 };

static FILE *real;
static char *text;
static size_t len;
static bool pretty;

static bool is_bpftools(const char *command)
{
	static const char *const all[] = {
		"prog", "map", "link", "btf", "net", "cgroup", "feature"
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		if (!strcmp(command, all[i]))
			return true;
	}
	return false;
}

/* Letters of one dash are flags as long as all are: -B takes a file, whose name may have any. */
static bool wants_json(int argc, char **argv)
{
	bool json = false;

	pretty = false;
	for (int i = 1; i < argc && strcmp(argv[i], "--"); i++) {
		const char *a = argv[i];
		bool flags = a[0] == '-' && a[1] && !a[1 + strspn(a + 1, "jpfP")];

		pretty |= !strcmp(a, "--pretty") || (flags && strchr(a, 'p'));
		json |= !strcmp(a, "--json") || (flags && strchr(a, 'j'));
	}
	return json || pretty;
}

void failure_begin(const char *command, int argc, char **argv)
{
	FILE *mem;

	if (!is_bpftools(command) || !wants_json(argc, argv))
		return;
	mem = open_memstream(&text, &len);
	if (!mem)
		return;
	real = stderr;
	stderr = mem;
}

/* The next line of what was said, without blanks around it; NULL: no more. */
static char *next_line(char **at)
{
	char *line = strtok_r(NULL, "\n", at);

	while (line && !line[strspn(line, " \t")])
		line = strtok_r(NULL, "\n", at);
	return line ? line + strspn(line, " \t") : NULL;
}

static void put_error(void)
{
	char *at = text, *line = next_line(&at);
	size_t notes = 0;

	if (!line)
		return;
	fputs("{\"error\":", stdout);
	out_string(stdout, strncmp(line, "error: ", 7) ? line : line + 7);
	while ((line = next_line(&at))) {
		fputs(notes++ ? "," : ",\"notes\":[", stdout);
		out_string(stdout, line);
	}
	fputs(notes ? "]}\n" : "}\n", stdout);
}

int failure_end(int status)
{
	if (!real)
		return status;
	fclose(stderr);
	stderr = real;
	real = NULL;
	if (status == EXIT_OK) {
		fwrite(text, 1, len, stderr);
	} else {
		pretty_begin(pretty);
		put_error();
		pretty_end(pretty);
		status = BPFTOOL_FAILED;
	}
	free(text);
	text = NULL;
	return status;
}
