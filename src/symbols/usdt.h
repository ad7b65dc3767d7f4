/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Static probes of user programs (USDT): where they lie and where their arguments are, from the
 * notes that the compiler left in the file. Source: SystemTap's UserSpaceProbeImplementation;
 * the x86-64 assembler's notation of operands.
 */
#ifndef SYMBOLS_USDT_H
#define SYMBOLS_USDT_H

#include "base/diag.h"
#include "base/types.h"
#include "base/vec.h"

enum { USDT_ARGS = 12 };

/* An argument, laid out as programs read it that are made with libbpf's usdt.bpf.h. */
enum usdt_kind { USDT_CONST, USDT_REG, USDT_DEREF };
struct usdt_arg {
	u64 value; /* the constant, or the offset from the register's address */
	u32 kind;  /* enum usdt_kind */
	s16 reg;   /* offset in struct pt_regs, bytes */
	u8 is_signed;
	u8 shift; /* bits to cut: 64 - 8 * size */
};
struct usdt_spec {
	struct usdt_arg args[USDT_ARGS];
	u64 cookie;
	s16 count;
};

struct usdt_probe {
	char provider[64], name[128];
	u64 offset, semaphore; /* in the file; semaphore 0: none */
	struct usdt_spec spec;
};
struct usdt_probes {
	VEC(struct usdt_probe) list;
};

/* All places of the probe provider:name, which may be patterns with '*' and '?'. 0, or -errno with
 * a diagnostic that names the nearest. */
int usdt_find(struct usdt_probes *out, const char *path, const char *provider, const char *name,
	      struct diag *d);
/* "-4@%eax 8@$5 8@-16(%rbp)"; false: not understood, as addresses with an
 * index register are not. */
bool usdt_parse(struct usdt_spec *out, const char *text);

#endif
