// SPDX-License-Identifier: BSD-2-Clause
#include <stdlib.h>

#include "api/handle.h"

struct skep_diag *skep_diag_new(void)
{
	struct diag *d = malloc(sizeof(*d));

	if (d)
		diag_init(d);
	return diag_handle(d);
}

void skep_diag_print(const struct skep_diag *diag, FILE *out, bool colour)
{
	if (diag)
		diag_print(diag_of(diag), out, colour);
}

void skep_diag_json(const struct skep_diag *diag, FILE *out)
{
	if (diag)
		diag_json(diag_of(diag), out);
	else
		fputs("[]\n", out);
}

size_t skep_diag_errors(const struct skep_diag *diag)
{
	return diag ? diag_of(diag)->errors : 0;
}

void skep_diag_clear(struct skep_diag *diag)
{
	if (diag)
		diag_fini(diag_of(diag));
}

void skep_diag_free(struct skep_diag *diag)
{
	if (diag)
		diag_fini(diag_of(diag));
	free(diag_of(diag));
}
