// SPDX-License-Identifier: BSD-2-Clause
#include "filter/native.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <unistd.h>

#include "classic/table.h"

static const char head[] =
	"#include <stdint.h>\n"
	"#include <string.h>\n"
	"typedef uint8_t u8; typedef uint16_t u16; typedef uint32_t u32; typedef uint64_t u64;\n"
	"#define NEED(at, n) do { if ((u64)(at) + (n) > len) return 0; } while (0)\n"
	"static inline u32 w4(const u8 *p) { u32 v; memcpy(&v, p, 4); return __builtin_bswap32(v); "
	"}\n"
	"static inline u32 w2(const u8 *p) { u16 v; memcpy(&v, p, 2); return __builtin_bswap16(v); "
	"}\n"
	"static inline u32 w1(const u8 *p) { return *p; }\n"
	"u32 filter(const u8 *p, u32 len, u32 wire)\n"
	"{\n"
	"\tu32 a = 0, x = 0, m[16];\n"
	"\t(void)m; (void)x; (void)wire;\n";

static void put_load(FILE *out, const struct cbpf_insn *i)
{
	bool ind = cbpf_info(i->code)->operand == CBPF_OPERAND_IND;
	u32 size = cbpf_size(i->code);

	fprintf(out, "NEED(%s%uu, %u); a = w%u(p + (u32)(%s%uu));\n", ind ? "x + " : "", i->k, size,
		size, ind ? "x + " : "", i->k);
}

static void put_insn(FILE *out, const struct cbpf_insn *i, u32 at)
{
	fprintf(out, "L%u:; ", at);
	switch (i->code) {
#define CBPF_ALU_ROW(name, mnemonic, operand, value)                                               \
	case CBPF_ALU | CBPF_##name | CBPF_K:                                                      \
		fprintf(out, "{ u32 b = %uu; a = %s; }\n", i->k, #value);                          \
		break;                                                                             \
	case CBPF_ALU | CBPF_##name | CBPF_X:                                                      \
		if (CBPF_##name == CBPF_DIV || CBPF_##name == CBPF_MOD)                            \
			fputs("if (!x) return 0; ", out);                                          \
		fprintf(out, "{ u32 b = x; a = %s; }\n", #value);                                  \
		break;
#define CBPF_JUMP_ROW(name, mnemonic, inverse, value)                                              \
	case CBPF_JMP | CBPF_##name | CBPF_K:                                                      \
		fprintf(out, "{ u32 b = %uu; if (%s) goto L%u; else goto L%u; }\n", i->k, #value,  \
			at + 1 + i->jt, at + 1 + i->jf);                                           \
		break;                                                                             \
	case CBPF_JMP | CBPF_##name | CBPF_X:                                                      \
		fprintf(out, "{ u32 b = x; if (%s) goto L%u; else goto L%u; }\n", #value,          \
			at + 1 + i->jt, at + 1 + i->jf);                                           \
		break;
#include "classic/classic.def"
	case CBPF_LD | CBPF_LEN:
		fputs("a = wire;\n", out);
		break;
	case CBPF_LDX | CBPF_LEN:
		fputs("x = wire;\n", out);
		break;
	case CBPF_LD | CBPF_IMM:
		fprintf(out, "a = %uu;\n", i->k);
		break;
	case CBPF_LDX | CBPF_IMM:
		fprintf(out, "x = %uu;\n", i->k);
		break;
	case CBPF_LD | CBPF_MEM:
		fprintf(out, "a = m[%u];\n", i->k);
		break;
	case CBPF_LDX | CBPF_MEM:
		fprintf(out, "x = m[%u];\n", i->k);
		break;
	case CBPF_LDX | CBPF_B | CBPF_MSH:
		fprintf(out, "NEED(%uu, 1); x = (p[%u] & 15) << 2;\n", i->k, i->k);
		break;
	case CBPF_ST:
		fprintf(out, "m[%u] = a;\n", i->k);
		break;
	case CBPF_STX:
		fprintf(out, "m[%u] = x;\n", i->k);
		break;
	case CBPF_ALU | CBPF_NEG:
		fputs("a = -a;\n", out);
		break;
	case CBPF_JMP | CBPF_JA:
		fprintf(out, "goto L%u;\n", at + 1 + i->k);
		break;
	case CBPF_RET | CBPF_K:
		fprintf(out, "return %uu;\n", i->k);
		break;
	case CBPF_RET | CBPF_A:
		fputs("return a;\n", out);
		break;
	case CBPF_MISC | CBPF_TAX:
		fputs("x = a;\n", out);
		break;
	case CBPF_MISC | CBPF_TXA:
		fputs("a = x;\n", out);
		break;
	default:
		put_load(out, i);
	}
}

native_fn native_compile(const struct cbpf_prog *prog)
{
	char c[] = "/tmp/bench-filter-XXXXXX.c", so[sizeof(c) + 4], command[256];
	int fd = mkstemps(c, 2);
	FILE *out = fd < 0 ? NULL : fdopen(fd, "w");
	native_fn fn = NULL;
	void *lib;

	if (!out)
		return NULL;
	fputs(head, out);
	for (u32 at = 0; at < prog->count; at++)
		put_insn(out, &prog->insns[at], at);
	fputs("}\n", out);
	fclose(out);
	snprintf(so, sizeof(so), "%s.so", c);
	snprintf(command, sizeof(command), "cc -O2 -w -shared -fPIC -o %s %s", so, c);
	lib = system(command) ? NULL : dlopen(so, RTLD_NOW | RTLD_LOCAL);
	if (lib)
		*(void **)&fn = dlsym(lib, "filter");
	unlink(c);
	unlink(so);
	return fn;
}
