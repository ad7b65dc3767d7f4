// SPDX-License-Identifier: BSD-2-Clause
#include "expressions.h"

#include <stdio.h>
#include <string.h>

#include "../test.h"

enum { MAX_LINE = 1024 };

/* Does "[all -PPI]" or "[EN10MB RAW]" name this link type? */
static bool names(const char *section, const struct linktype *link)
{
	char copy[MAX_LINE], *save, *word;
	bool yes = false;

	snprintf(copy, sizeof(copy), "%s", section);
	for (word = strtok_r(copy, " ", &save); word; word = strtok_r(NULL, " ", &save)) {
		if (!strcmp(word, "all"))
			yes = true;
		else if (!strcmp(word, link->name))
			yes = true;
		else if (word[0] == '-' && !strcmp(word + 1, link->name))
			yes = false;
	}
	return yes;
}

u32 expressions_each(const struct linktype *link, expressions_fn fn, void *ctx)
{
	FILE *f = fopen(FILTER_DIR "/expressions.txt", "r");
	char line[MAX_LINE], section[MAX_LINE] = "";
	u32 count = 0;

	assert_non_null(f);
	while (fgets(line, sizeof(line), f)) {
		bool wrong = !strncmp(line, "wrong: ", 7);

		line[strcspn(line, "\n")] = 0;
		if (!line[0] || line[0] == '#')
			continue;
		if (line[0] == '[') {
			line[strcspn(line, "]")] = 0;
			snprintf(section, sizeof(section), "%s", line + 1);
			continue;
		}
		count += !wrong;
		if (names(section, link))
			fn(ctx, link, strcmp(line, "\"\"") ? line : "", wrong);
	}
	fclose(f);
	return count;
}
