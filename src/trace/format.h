/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Formats of printf() and its like, conversion by conversion: what the compiler checks arguments
 * with and what writes them later. Flags, width, precision and length modifiers as in C; of its own
 * %r, %rx, %rh (bytes) and %gr.
 */
#ifndef TRACE_FORMAT_H
#define TRACE_FORMAT_H

#include "trace/type.h"

struct trace_spec {
	const char *text; /* from '%' on */
	u32 len;
	char conversion; /* 'd', 's', …; '%': no argument */
	char variant;	 /* 'x' or 'h' behind r, 'r' behind g; 0 */
	u32 args;	 /* 1, more with '*' */
	bool bad;
};

/* The next conversion at *at, which moves behind it. false: no more. */
bool format_next(const char **at, struct trace_spec *out);
bool format_fits(char conversion, const struct ttype *t);
const char *format_advice(const struct ttype *t);

#endif
