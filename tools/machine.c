// SPDX-License-Identifier: BSD-2-Clause
#include "machine.h"

#include <string.h>

#ifdef HAVE_ZYDIS
#include <Zydis/Zydis.h>
#include <dlfcn.h>

static __typeof__(ZydisDisassembleIntel) *disassemble;

/* Few commands show machine code: the library is opened by the first that does. */
static bool known(void)
{
	static bool tried;
	char name[64];
	void *lib;

	if (tried)
		return disassemble;
	tried = true;
	snprintf(name, sizeof(name), "libZydis.so.%u.%u",
		 (unsigned)ZYDIS_VERSION_MAJOR(ZYDIS_VERSION),
		 (unsigned)ZYDIS_VERSION_MINOR(ZYDIS_VERSION));
	lib = dlopen(name, RTLD_NOW | RTLD_LOCAL);
	if (lib)
		*(void **)&disassemble = dlsym(lib, "ZydisDisassembleIntel");
	return disassemble;
}

size_t machine_insn(const uint8_t *code, size_t len, uint64_t addr, char *text, size_t room)
{
	ZydisDisassembledInstruction insn;

	if (!known() ||
	    ZYAN_FAILED(disassemble(ZYDIS_MACHINE_MODE_LONG_64, addr, code, len, &insn)))
		return 0;
	snprintf(text, room, "%s", insn.text);
	return insn.info.length;
}
#else
static bool known(void)
{
	return false;
}

size_t machine_insn(const uint8_t *code, size_t len, uint64_t addr, char *text, size_t room)
{
	return 0;
}
#endif

enum { BYTES = 12 }; /* a row of bytes without text */

struct list {
	const struct skep_prog *prog;
	struct skep_code code;
	FILE *out;
	uint32_t next; /* instruction that was not shown so far */
	uint32_t line;
	const char *file, *func;
};

/* Instructions up to and with `last`: those before it have no code of their own. */
static void show_insns(struct list *l, uint32_t last)
{
	struct skep_insn_info info = { .size = sizeof(info) };

	while (l->next <= last && !skep_prog_insn(l->prog, l->next, &info)) {
		if (info.func && (!l->func || strcmp(info.func, l->func)))
			fprintf(l->out, "%s:\n", info.func);
		l->func = info.func;
		if (info.file && (info.line != l->line || info.file != l->file)) {
			fprintf(l->out, "; %s:%u:%u %s\n", info.file, info.line, info.column,
				info.source ? info.source + strspn(info.source, " \t") : "");
			l->line = info.line;
			l->file = info.file;
		}
		fprintf(l->out, "%6u: %s\n", l->next, info.text);
		l->next += info.slots;
	}
}

static void show_bytes(struct list *l, uint32_t at, uint32_t end)
{
	const uint8_t *code = l->code.code;

	while (at < end) {
		char text[96] = "";
		size_t len = machine_insn(code + at, end - at, at, text, sizeof(text));
		size_t row = len ? len : end - at < BYTES ? end - at : BYTES;

		fprintf(l->out, "%14x: ", at);
		for (size_t k = 0; k < row; k++)
			fprintf(l->out, " %02x", code[at + k]);
		fprintf(l->out, "%*s%s\n", len && len < 11 ? (int)(33 - 3 * len) : 2, "", text);
		at += (uint32_t)row;
	}
}

void machine_list(const struct skep_prog *prog, FILE *out)
{
	struct list l = { .prog = prog, .code = { .size = sizeof(l.code) }, .out = out };

	if (skep_prog_code(prog, &l.code))
		return;
	fprintf(out, "# %s: %zu bytes of machine code%s\n", skep_prog_name(prog), l.code.len,
		known() ? "" : "; in bytes, as no Zydis is there");
	for (size_t k = 0; k < l.code.place_count; k++) {
		const struct skep_code_place *p = &l.code.places[k];
		uint32_t end = k + 1 < l.code.place_count ? p[1].off : (uint32_t)l.code.len;

		if (p->insn == SKEP_NO_INSN)
			fprintf(out, "        (of all instructions)\n");
		else if (p->insn < l.next)
			fprintf(out, "        (of %u, apart)\n", p->insn);
		else
			show_insns(&l, p->insn);
		show_bytes(&l, p->off, end);
	}
}
