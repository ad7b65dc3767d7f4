// SPDX-License-Identifier: BSD-2-Clause
/* skep: the table of commands. */
#include <stdlib.h>
#include <string.h>

#include "failure.h"
#include "tool.h"

static const struct command *const commands[] = {
#define COMMAND(name) &cmd_##name,
#include "commands.def"
#undef COMMAND
};

static void help(FILE *out)
{
	fputs("skep: run, verify, load, inspect and assemble BPF programs; filter and capture "
	      "packets.\n\n"
	      "Usage: skep COMMAND [OPTION]… [OPERAND]…\n\nCommands:\n",
	      out);
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		const char *operands = commands[i]->operands;
		int n = fprintf(out, "  %-7s %s", commands[i]->name, operands);

		for (; *operands; operands++) /* bytes that take no column */
			n -= ((unsigned char)*operands & 0xc0) == 0x80;
		fprintf(out, "%*s%s\n", n < 42 ? 42 - n : 1, "", commands[i]->summary);
	}
	fputs("\n'skep COMMAND --help' teaches a command; 'skep --version' prints the version.\n"
	      "Exit status: 0 done, 1 it failed or bad input, 2 wrong usage; verify: 0 accepted,\n"
	      "1 refused, 2 bad input or wrong usage.\n",
	      out);
}

/* Options that stand before the command ("skep -j prog show", as bpftool has it) go behind it. */
static void command_first(int argc, char **argv)
{
	char *command;
	int at = 1;

	while (at < argc && argv[at][0] == '-')
		at++;
	if (at == argc)
		return;
	command = argv[at];
	for (; at > 1; at--)
		argv[at] = argv[at - 1];
	argv[1] = command;
}

int main(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : NULL;
	int status;

	if (!name) {
		help(stderr);
		return EXIT_USAGE;
	}
	if (!strcmp(name, "--help") || !strcmp(name, "-h") || !strcmp(name, "help")) {
		help(stdout);
		return finish_output(EXIT_OK);
	}
	if (!strcmp(name, "--version") || !strcmp(name, "-V") || !strcmp(name, "version")) {
		printf("skep %s\n", skep_version());
		return finish_output(EXIT_OK);
	}
	command_first(argc, argv);
	name = argv[1];
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (strcmp(name, commands[i]->name))
			continue;
		failure_begin(name, argc - 1, argv + 1);
		status = failure_end(commands[i]->main(commands[i], argc - 1, argv + 1));
		return finish_output(status);
	}
	fprintf(stderr, "skep: there is no command '%s'\n\n", name);
	help(stderr);
	return EXIT_USAGE;
}
