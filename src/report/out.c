// SPDX-License-Identifier: BSD-2-Clause
/* Lines of text, or of JSON. */
#include <errno.h>

#include "base/json.h"
#include "report/inside.h"

static void put(struct report *r, FILE *to)
{
	const char *text = buf_str(&r->line);

	if (r->line.len && fwrite(text, 1, r->line.len, to) != r->line.len && !r->err)
		r->err = -errno;
	buf_clear(&r->line);
}

void out_line(struct report *r)
{
	put(r, r->opts.out);
}

static void wrap(struct report *r, const char *type)
{
	struct buf json = { 0 };

	buf_printf(&json, "{\"type\": \"%s\", \"data\": ", type);
	json_buf_string(&json, buf_str(&r->line));
	buf_puts(&json, "}\n");
	buf_clear(&r->line);
	buf_put(&r->line, json.data, json.len);
	buf_fini(&json);
}

void out_text(struct report *r, const char *type)
{
	if (r->opts.json)
		wrap(r, type);
	put(r, r->opts.out);
}

void out_error(struct report *r, const char *type)
{
	if (r->opts.json)
		wrap(r, type);
	fflush(r->opts.out);
	put(r, r->opts.err);
	fflush(r->opts.err);
}
