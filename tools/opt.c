// SPDX-License-Identifier: BSD-2-Clause
#include "opt.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tool.h"

enum { HELP_COLUMN = 28 };

static void print_option(const struct opt *o, FILE *out)
{
	int n = o->letter ? fprintf(out, "  -%c, --%s", o->letter, o->name)
			  : fprintf(out, "      --%s", o->name);
	const char *line = o->help;

	if (o->arg)
		n += fprintf(out, o->kind == OPT_LEVEL ? "[=%s]" : " %s", o->arg);
	if (n >= HELP_COLUMN)
		n = fprintf(out, "\n") - 1;
	while (line) {
		const char *end = strchr(line, '\n');

		fprintf(out, "%*s%.*s\n", HELP_COLUMN - n, "",
			end ? (int)(end - line) : (int)strlen(line), line);
		line = end ? end + 1 : NULL;
		n = 0;
	}
}

void opt_help(const struct command *cmd, const struct opt *opts, FILE *out)
{
	fprintf(out, "skep %s: %s\n\nUsage: skep %s [OPTION]… %s\n\nOptions:\n", cmd->name,
		cmd->summary, cmd->name, cmd->operands);
	for (; opts->name; opts++)
		print_option(opts, out);
	print_option(&(struct opt){ 'h', "help", NULL, "show this help", OPT_FLAG, NULL }, out);
	if (cmd->about)
		fprintf(out, "\n%s", cmd->about);
}

int opt_usage(const struct command *cmd, const char *why)
{
	fprintf(stderr, "skep %s: %s\nUsage: skep %s [OPTION]… %s\nTry 'skep %s --help'.\n",
		cmd->name, why, cmd->name, cmd->operands, cmd->name);
	return EXIT_USAGE;
}

static const struct opt *find(const struct opt *opts, const char *name, size_t len)
{
	for (; opts->name; opts++) {
		if (strlen(opts->name) == len && !memcmp(opts->name, name, len))
			return opts;
	}
	return NULL;
}

static const struct opt *find_letter(const struct opt *opts, char letter)
{
	for (; opts->name; opts++) {
		if (opts->letter == letter)
			return opts;
	}
	return NULL;
}

/* The option that shares the longest beginning with what was typed, at least two letters. */
static const char *closest(const struct opt *opts, const char *name)
{
	const char *best = NULL;
	size_t most = 1;

	for (; opts->name; opts++) {
		size_t same = 0;

		while (opts->name[same] && opts->name[same] == name[same])
			same++;
		if (same > most) {
			most = same;
			best = opts->name;
		}
	}
	return best;
}

static int unknown(const struct command *cmd, const struct opt *opts, const char *arg)
{
	const char *near = arg[1] == '-' ? closest(opts, arg + 2) : NULL;

	fprintf(stderr, "skep %s: unknown option '%s'\n", cmd->name, arg);
	if (near)
		fprintf(stderr, "    hint: did you mean '--%s'?\n", near);
	fprintf(stderr, "Try 'skep %s --help'.\n", cmd->name);
	return -EINVAL;
}

static int list_add(struct opt_list *list, const char *item)
{
	const char **items = realloc(list->items, (list->count + 1) * sizeof(*items));

	if (!items)
		return -ENOMEM;
	items[list->count++] = item;
	list->items = items;
	return 0;
}

void opt_list_free(struct opt_list *list)
{
	free(list->items);
	*list = (struct opt_list){ 0 };
}

static int set(const struct command *cmd, const struct opt *o, const char *value)
{
	char *end;

	switch (o->kind) {
	case OPT_FLAG:
		*(bool *)o->value = true;
		return 0;
	case OPT_COUNT:
		++*(unsigned *)o->value;
		return 0;
	case OPT_STRING:
		*(const char **)o->value = value;
		return 0;
	case OPT_LIST:
		return list_add(o->value, value);
	case OPT_LEVEL:
	case OPT_NUMBER:
		errno = 0;
		*(uint64_t *)o->value = strtoull(value, &end, 0);
		if (!*value || *end || errno || *value == '-') {
			fprintf(stderr, "skep %s: --%s wants a number, not '%s'\n", cmd->name,
				o->name, value);
			return -EINVAL;
		}
		return 0;
	}
	return -EINVAL;
}

static bool takes_none(const struct opt *o)
{
	return o->kind == OPT_FLAG || o->kind == OPT_COUNT;
}

/* One argument that starts with a dash; *i moves past its value. */
static int parse_one(const struct command *cmd, const struct opt *opts, int argc, char **argv,
		     int *i)
{
	const char *arg = argv[*i], *equals = NULL, *value = NULL;
	const struct opt *o;

	if (arg[1] == '-') {
		equals = strchr(arg, '=');
		o = find(opts, arg + 2, equals ? (size_t)(equals - arg) - 2 : strlen(arg + 2));
		value = equals ? equals + 1 : NULL;
	} else {
		for (o = find_letter(opts, *++arg); o && takes_none(o) && arg[1];
		     o = find_letter(opts, *++arg)) {
			if (set(cmd, o, NULL))
				return -EINVAL;
		}
		value = arg[0] && arg[1] ? arg + 1 : NULL;
		arg = argv[*i];
	}
	if (!o)
		return unknown(cmd, opts, arg);
	if (takes_none(o) && value) {
		fprintf(stderr, "skep %s: --%s takes no value\n", cmd->name, o->name);
		return -EINVAL;
	}
	if (o->kind == OPT_LEVEL && !value)
		value = "1";
	if (!takes_none(o) && !value) {
		if (*i + 1 == argc) {
			fprintf(stderr, "skep %s: --%s wants a value: %s\n", cmd->name, o->name,
				o->arg);
			return -EINVAL;
		}
		value = argv[++*i];
	}
	return set(cmd, o, value);
}

int opt_parse(const struct command *cmd, const struct opt *opts, int argc, char **argv)
{
	int operands = 0, err;
	bool ended = false;

	for (int i = 1; i < argc; i++) {
		char *arg = argv[i];

		if (ended || arg[0] != '-' || !arg[1]) {
			argv[1 + operands++] = arg;
		} else if (!strcmp(arg, "--")) {
			ended = true;
		} else if (!strcmp(arg, "--help") || !strcmp(arg, "-h")) {
			opt_help(cmd, opts, stdout);
			return OPT_DONE;
		} else {
			err = parse_one(cmd, opts, argc, argv, &i);
			if (err)
				return -EINVAL;
		}
	}
	argv[1 + operands] = NULL;
	return operands;
}
