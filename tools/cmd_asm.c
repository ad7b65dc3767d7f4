// SPDX-License-Identifier: BSD-2-Clause
/* skep asm: assembler text to a loadable ELF object, or to hex bytes. */
#include <stdlib.h>
#include <string.h>

#include "tool.h"

static void print_hex(const struct skep_object *obj)
{
	struct skep_prog_info info;

	for (size_t i = 0; skep_object_prog(obj, i, &info); i++) {
		const uint8_t *bytes = (const uint8_t *)info.insns;

		for (size_t b = 0; b < info.insn_count * sizeof(struct skep_insn); b++)
			printf("%s%02x", b ? " " : "", bytes[b]);
		putchar('\n');
	}
}

/* FILE.s → FILE.o beside it; standard input has no name to derive one from. */
static char *default_output(const char *path)
{
	const char *slash = strrchr(path, '/'), *dot = strrchr(path, '.');
	size_t stem = dot && (!slash || dot > slash) ? (size_t)(dot - path) : strlen(path);
	char *out = malloc(stem + 3);

	if (out) {
		memcpy(out, path, stem);
		strcpy(out + stem, ".o");
	}
	return out;
}

static int asm_main(const struct command *self, int argc, char **argv)
{
	const char *output = NULL;
	bool hex = false;
	const struct opt opts[] = {
		{ 'o', "output", "FILE", "write the object here (default: FILE with .o)",
		  OPT_STRING, &output },
		{ 'x', "hex", NULL,
		  "print the instructions as hex bytes, a program a line, instead", OPT_FLAG,
		  &hex },
		{ 0 },
	};
	int operands = opt_parse(self, opts, argc, argv), err;
	struct skep_object *obj = NULL;
	struct skep_diag *diag;
	char *derived = NULL;

	if (operands < 0)
		return opt_status(operands);
	if (operands != 1)
		return opt_usage(self, "give one file of assembler text (- is standard input)");
	if (output && hex)
		return opt_usage(self, "--output or --hex, not both");
	if (!output && !hex && !strcmp(argv[1], "-"))
		return opt_usage(self, "from standard input: say -o FILE or --hex");
	diag = skep_diag_new();
	err = skep_open(&obj, SKEP_ASM, (struct skep_source){ .name = argv[1] }, NULL, diag);
	if (!err && hex) {
		print_hex(obj);
	} else if (!err) {
		derived = output ? NULL : default_output(argv[1]);
		err = skep_object_write(obj, output ? output : derived, diag);
	}
	report(diag);
	free(derived);
	skep_object_free(obj);
	skep_diag_free(diag);
	return err ? EXIT_FAILED : EXIT_OK;
}

const struct command cmd_asm = {
	.name = "asm",
	.operands = "FILE",
	.summary = "assemble text to a loadable ELF object",
	.about = "The language is that of 'skep disasm' plus labels and directives (.prog, .map,\n"
		 ".section, .insn, data): docs/asm.md.\n\n"
		 "    skep asm filter.s -o filter.o\n"
		 "    echo 'r0 = 2; exit' | tr ';' '\\n' | skep asm - --hex\n",
	.main = asm_main,
};
