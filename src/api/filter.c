// SPDX-License-Identifier: BSD-2-Clause
/* Packet filter expressions: options, explanations, link types. */
#include <errno.h>
#include <stdlib.h>

#include "api/handle.h"
#include "base/file.h"
#include "filter/explain.h"
#include "filter/linktype.h"

_Static_assert((int)SKEP_EXPLAIN_SVG == (int)EXPLAIN_SVG, "same forms");

struct filter_opts filter_opts_of(const struct skep_open_opts *opts)
{
	u32 link = opts->linktype ? opts->linktype : 1;

	return (struct filter_opts){
		.linktype = link == SKEP_LINK_NULL ? 0 : link,
		.snaplen = opts->snaplen,
		.netmask = opts->netmask ? opts->netmask : UINT32_MAX,
		.no_optimise = opts->no_optimise,
		.literal = opts->literal,
		.live = opts->live,
	};
}

static int explain(const void *data, size_t len, const struct skep_open_opts *opts,
		   enum skep_explain how, FILE *out, struct diag *d)
{
	struct filter_opts options = filter_opts_of(opts);
	struct arena a = { 0 };
	char *text = arena_strndup(&a, data, len);
	int err = text ? filter_explain(out, text, &options, (enum filter_explain)how, d)
		       : diag_nomem(d);

	arena_fini(&a);
	return err;
}

int skep_filter_explain(struct skep_source src, const struct skep_open_opts *opts,
			enum skep_explain how, FILE *out, struct skep_diag *diag)
{
	struct skep_open_opts ours = { .size = sizeof(ours) };
	struct diag *d = diag_of(diag);
	struct file file = { 0 };
	int err = opts ? opts_copy(&ours, sizeof(ours), opts, "skep_open_opts", d) : 0;

	if (err)
		return err;
	if ((u32)how > SKEP_EXPLAIN_SVG || (!src.data && !src.name))
		return diag_error(d, -EINVAL, NOWHERE, "no such explanation, or no source");
	if (src.data)
		return explain(src.data, src.len, &ours, how, out, d);
	err = file_open(&file, src.name, d);
	if (err)
		return err;
	err = explain(file.data, file.len, &ours, how, out, d);
	file_close(&file);
	return err;
}

bool skep_link_row(size_t i, uint32_t *number, const char **name)
{
	const struct linktype *l = linktype_row((u32)i);

	if (!l)
		return false;
	*number = l->number;
	*name = l->name;
	return true;
}

int skep_link_find(const char *name)
{
	const struct linktype *l = linktype_named(name);
	char *end;
	unsigned long number = strtoul(name, &end, 10);

	if (l)
		return (int)l->number;
	return *name >= '0' && *name <= '9' && !*end && number <= UINT16_MAX ? (int)number : -1;
}
