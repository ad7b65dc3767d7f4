// SPDX-License-Identifier: BSD-2-Clause
/* skep disasm: objects or bare bytes to assembler text. */
#include <stdlib.h>

#include "jited.h"
#include "tool.h"

static int disasm_hex(const char *hex, unsigned flags)
{
	size_t len;
	uint8_t *code = bytes_from_hex(hex, "--hex", &len);
	int err = -1;

	if (!code)
		return EXIT_FAILED;
	if (!len || len % sizeof(struct skep_insn))
		fprintf(stderr, "skep disasm: %zu bytes: instructions are 8 bytes each\n", len);
	else
		err = skep_disasm((const struct skep_insn *)code, len / sizeof(struct skep_insn),
				  flags, stdout);
	free(code);
	return err ? EXIT_FAILED : EXIT_OK;
}

static int disasm_object(const char *path, const char *prog, const struct skep_open_opts *open,
			 unsigned flags)
{
	struct skep_diag *diag = skep_diag_new();
	struct skep_object *obj = NULL;
	int err = skep_open(&obj, SKEP_AUTO, (struct skep_source){ .name = path }, open, diag);

	if (!err)
		err = skep_object_disasm(obj, prog, flags, stdout, diag);
	report(diag);
	skep_object_free(obj);
	skep_diag_free(diag);
	return err ? EXIT_FAILED : EXIT_OK;
}

static int disasm_main(const struct command *self, int argc, char **argv)
{
	struct skep_open_opts open = { .size = sizeof(open), .btf_path = NULL };
	struct skep_load_opts load = { .size = sizeof(load), .exec = SKEP_EXEC_JIT };
	const char *exec = NULL;
	bool jited = false, lines = false, opcodes = false, offsets = false;
	const char *hex = NULL, *prog = NULL;
	const struct opt opts[] = {
		{ 0, "hex", "BYTES", "disassemble these bytes instead of a file", OPT_STRING,
		  &hex },
		{ 'p', "prog", "NAME", "only this program", OPT_STRING, &prog },
		{ 't', "type", "TYPE", "type of programs whose section name says nothing",
		  OPT_STRING, &open.prog_type },
		{ 'b', "btf", "FILE",
		  "apply CO-RE relocations for this kernel's BTF (default: none; with --jited: "
		  "the running kernel's)",
		  OPT_STRING, &open.btf_path },
		{ 'S', "source", NULL, "source lines in between", OPT_FLAG, &lines },
		{ 'x', "opcodes", NULL, "the bytes of each instruction", OPT_FLAG, &opcodes },
		{ 'n', "offsets", NULL, "the slot number of each instruction", OPT_FLAG, &offsets },
		{ 0, "jited", NULL,
		  "machine code between instructions and source lines (PROG: of that program)",
		  OPT_FLAG, &jited },
		{ 0, "exec", "MODE", "with --jited: jit (default), checked-jit", OPT_STRING,
		  &exec },
		{ 0, "trusted", NULL, "with --jited: do not verify", OPT_FLAG, &load.trusted },
		{ 0, "blind", NULL, "with --jited: hide the program's numbers", OPT_FLAG,
		  &load.blind },
		{ 0 },
	};
	int operands = opt_parse(self, opts, argc, argv);
	unsigned flags = (lines ? SKEP_DISASM_LINES : 0) | (opcodes ? SKEP_DISASM_OPCODES : 0) |
			 (offsets ? SKEP_DISASM_OFFSETS : 0);

	if (operands < 0)
		return opt_status(operands);
	if (!open.btf_path && !jited)
		open.btf_path = "none";
	if (exec && (!exec_mode(exec, &load.exec) ||
		     (load.exec != SKEP_EXEC_JIT && load.exec != SKEP_EXEC_CHECKED_JIT)))
		return opt_usage(self, "--exec is jit or checked-jit");
	if (!jited && (exec || load.trusted || load.blind))
		return opt_usage(self, "--exec, --trusted and --blind are for --jited");
	if (jited && hex)
		return opt_usage(self, "--jited wants an object: its programs have a type");
	if (jited && (operands == 1 || (operands == 2 && !prog)))
		return jited_show(argv[1], operands == 2 ? argv[2] : prog, &open, &load);
	if (hex ? operands : operands != 1)
		return opt_usage(self, "give one object, or --hex BYTES");
	return hex ? disasm_hex(hex, flags) : disasm_object(argv[1], prog, &open, flags);
}

const struct command cmd_disasm = {
	.name = "disasm",
	.operands = "OBJ [PROG] | --hex BYTES",
	.summary = "print programs as assembler text",
	.about = "The text is what the kernel's log and llvm-objdump print, and 'skep asm' reads "
		 "it\n"
		 "back to the same bytes.\n\n"
		 "    skep disasm -S prog.o\n"
		 "    skep disasm --jited prog.o\n"
		 "    skep disasm --hex 'b7 00 00 00 02 00 00 00 95 00 00 00 00 00 00 00'\n",
	.main = disasm_main,
};
