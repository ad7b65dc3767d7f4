// SPDX-License-Identifier: BSD-2-Clause
#include "jited.h"

#include "machine.h"
#include "tool.h"

/* How many programs had machine code. */
static size_t show_all(const struct skep_object *obj, struct skep_unit *unit)
{
	struct skep_code code = { .size = sizeof(code) };
	struct skep_prog_info info;
	size_t shown = 0;

	for (size_t i = 0; skep_object_prog(obj, i, &info); i++) {
		struct skep_prog *prog = skep_prog_find(unit, info.name);

		if (!prog || skep_prog_code(prog, &code))
			continue;
		if (shown++)
			putchar('\n');
		machine_list(prog, stdout);
	}
	return shown;
}

int jited_show(const char *path, const char *prog, const struct skep_open_opts *open,
	       const struct skep_load_opts *load)
{
	struct skep_diag *diag = skep_diag_new();
	struct skep_load_opts opts = *load;
	struct skep_object *obj = NULL;
	struct skep_engine *eng = NULL;
	struct skep_unit *unit = NULL;
	int err = skep_open(&obj, SKEP_AUTO, (struct skep_source){ .name = path }, open, diag);

	opts.prog = prog;
	if (!err)
		err = skep_engine_new(&eng, "user", diag);
	if (!err)
		err = skep_load(&unit, eng, obj, &opts, diag);
	report(diag);
	if (!err && !show_all(obj, unit)) {
		fprintf(stderr, "skep disasm: no program of '%s' has machine code\n", path);
		err = -1;
	}
	skep_unit_free(unit);
	skep_engine_free(eng);
	skep_object_free(obj);
	skep_diag_free(diag);
	return err ? EXIT_FAILED : EXIT_OK;
}
