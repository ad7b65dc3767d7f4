// SPDX-License-Identifier: BSD-2-Clause
/* skep exec: the contract of public ISA conformance runners. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "tool.h"

/* The helper that such runners provide: number 5, which gives back its first argument. */
static uint64_t identity(void *arg, uint64_t r1, uint64_t r2, uint64_t r3, uint64_t r4, uint64_t r5)
{
	return r1;
}

static int execute(const struct skep_object_def *def, const struct skep_load_opts *opts,
		   uint8_t *memory, size_t memory_len, struct skep_diag *diag, uint64_t *result)
{
	struct skep_run run = { .size = sizeof(run), .data_in = memory, .data_in_len = memory_len };
	struct skep_object *obj = NULL;
	struct skep_engine *eng = NULL;
	struct skep_unit *unit = NULL;
	int err;

	err = skep_object_build(&obj, def, diag);
	if (!err)
		err = skep_engine_new(&eng, "user", diag);
	if (!err)
		err = skep_engine_helper(eng, 5, identity, NULL);
	if (!err)
		err = skep_load(&unit, eng, obj, opts, diag);
	if (!err)
		err = skep_prog_run(skep_prog_find(unit, NULL), &run, diag);
	*result = run.result;
	skep_unit_free(unit);
	skep_engine_free(eng);
	skep_object_free(obj);
	return err;
}

/* All of standard input; the caller frees it. */
static char *read_text(void)
{
	char *text = NULL;
	size_t cap = 0;
	FILE *copy = open_memstream(&text, &cap);
	char chunk[4096];
	size_t n;

	while (copy && (n = fread(chunk, 1, sizeof(chunk), stdin)) > 0) {
		for (size_t i = 0; i < n; i++) /* a NUL would end the text: no digit either */
			fputc(chunk[i] ? chunk[i] : '?', copy);
	}
	if (copy)
		fclose(copy);
	return text;
}

static int exec_main(const struct command *self, int argc, char **argv)
{
	struct skep_load_opts load = { .size = sizeof(load), .allow_uninit_stack = true };
	const char *exec = "checked";
	uint64_t budget = 0, result = 0;
	const struct opt opts[] = {
		{ 0, "exec", "MODE",
		  "checked: test every access (default)\ninterp: the fast interpreter, no tests\n"
		  "jit: machine code, no tests\n"
		  "checked-jit: machine code that tests every access",
		  OPT_STRING, &exec },
		{ 0, "budget", "N", "stop after N instructions", OPT_NUMBER, &budget },
		{ 0 },
	};
	int operands = opt_parse(self, opts, argc, argv), status = EXIT_FAILED;
	struct skep_prog_def prog = { .name = "main" };
	struct skep_object_def def = { .size = sizeof(def), .progs = &prog, .prog_count = 1 };
	uint8_t *code = NULL, *memory = NULL;
	size_t code_len = 0, memory_len = 0;
	struct skep_diag *diag;
	char *text;

	if (operands < 0)
		return opt_status(operands);
	if (operands > 1)
		return opt_usage(self, "at most one operand, the memory");
	if (!exec_mode(exec, &load.exec))
		return opt_usage(self, "--exec is checked, interp, jit or checked-jit");
	load.trusted = load.exec == SKEP_EXEC_INTERP || load.exec == SKEP_EXEC_JIT;
	load.budget = budget;
	diag = skep_diag_new();
	text = read_text();
	code = text ? bytes_from_hex(text, "<stdin>", &code_len) : NULL;
	memory = bytes_from_hex(operands ? argv[1] : "", "memory", &memory_len);
	if (!diag || !code || !memory)
		goto out;
	if (!code_len || code_len % sizeof(struct skep_insn)) {
		fprintf(stderr,
			"skep exec: %zu bytes on standard input: instructions are 8 bytes each\n",
			code_len);
		goto out;
	}
	prog.insns = (const struct skep_insn *)code;
	prog.insn_count = code_len / sizeof(struct skep_insn);
	if (!execute(&def, &load, memory_len ? memory : NULL, memory_len, diag, &result)) {
		printf("%" PRIx64 "\n", result);
		status = EXIT_OK;
	}
	report(diag);
out:
	skep_diag_free(diag);
	free(text);
	free(code);
	free(memory);
	return status;
}

const struct command cmd_exec = {
	.name = "exec",
	.operands = "[MEMORY-HEX]",
	.summary = "run one line of hex instructions from standard input",
	.about = "The program gets r1 = the memory's address and r2 = its length (both 0 without\n"
		 "memory). R0 is printed as 64-bit hex. Helper 5 returns its first argument, as\n"
		 "the public ISA conformance suites want it.\n\n"
		 "    echo 'b7 00 00 00 2a 00 00 00  95 00 00 00 00 00 00 00' | skep exec\n",
	.main = exec_main,
};
