// SPDX-License-Identifier: BSD-2-Clause
#include "verify/kernel_log.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

/*
 * Words by which a sentence of the kernel's log is known, and what it says in ours. %R is the
 * register that it names. The first row that fits counts.
 */
static const struct {
	const char *words;
	enum reject_kind kind;
	const char *text;
} sayings[] = {
	{ "_or_null'", REJECT_NULL, "%R may be NULL" },
	{ "Possibly NULL pointer", REJECT_NULL, "%R may be NULL" },
	{ "invalid mem access 'scalar'", REJECT_TYPE, "%R is a number, not a pointer" },
	{ "invalid mem access 'inv'", REJECT_TYPE, "%R is a number, not a pointer" },
	{ "invalid mem access", REJECT_TYPE, "memory behind %R cannot be accessed" },
	{ "invalid access to packet", REJECT_PACKET,
	  "the access through %R is outside of the packet bytes that were checked" },
	{ "offset is outside of the packet", REJECT_PACKET,
	  "the access through %R is outside of the packet bytes that were checked" },
	{ "invalid access to map value", REJECT_BOUNDS,
	  "the access through %R is outside of the map's value" },
	{ "invalid access to map key", REJECT_BOUNDS,
	  "the access through %R is outside of the map's key" },
	{ "invalid access to memory", REJECT_BOUNDS,
	  "the access through %R is outside of its memory" },
	{ "unbounded min value", REJECT_ARITH, "the number added to the pointer may be negative" },
	{ "min value is negative", REJECT_BOUNDS, "%R may be negative" },
	{ "max value is outside of the allowed memory range", REJECT_BOUNDS,
	  "the number in %R may be too large" },
	{ "unbounded memory access", REJECT_BOUNDS, "%R has no upper bound" },
	{ "invalid zero-sized read", REJECT_BOUNDS, "the size in %R may be 0" },
	{ "!read_ok", REJECT_UNINIT, "%R has no value here" },
	{ "invalid indirect read from stack", REJECT_UNINIT,
	  "the callee would read stack bytes that were never written" },
	{ "invalid read from stack", REJECT_UNINIT,
	  "stack bytes are read that were never written" },
	{ "invalid variable-offset", REJECT_STACK,
	  "the offset into the stack may lie outside of it" },
	{ "invalid write to stack", REJECT_STACK, "the write is outside of the stack" },
	{ "invalid stack", REJECT_STACK, "the access is outside of the stack" },
	{ "misaligned", REJECT_ALIGN, "the access is not aligned" },
	{ "combined stack size", REJECT_STACK,
	  "the functions of a chain of calls take more stack than there is" },
	{ "Unreleased reference", REJECT_LEAK, "a reference is not released on this path" },
	{ "reference leak", REJECT_LEAK, "a reference is not released on this path" },
	{ "while holding a lock", REJECT_LOCK, "functions may not be called while a lock is held" },
	{ "-ed region", REJECT_LOCK, "this may not be done while a lock is held" },
	{ "bpf_spin_unlock is missing", REJECT_LOCK, "a spin lock is still held here" },
	{ "is missing", REJECT_LOCK, "a section is still open here" },
	{ "cannot use helper", REJECT_CALL, "programs of this type do not have this helper" },
	{ "unknown func", REJECT_CALL, "programs of this type do not have this helper" },
	{ "calling kernel function", REJECT_CALL,
	  "programs of this type may not call this kernel function" },
	{ "infinite loop", REJECT_LOOP, "a loop comes back with nothing changed" },
	{ "back-edge", REJECT_LOOP, "the program loops" },
	{ "program is too large", REJECT_LIMIT, "following all paths takes too many instructions" },
	{ "too complex", REJECT_LIMIT, "following all paths takes too much" },
	{ "unreachable insn", REJECT_STRUCTURE, "nothing leads to this instruction" },
	{ "jump out of range", REJECT_STRUCTURE, "a jump leads out of its function" },
	{ "last insn is not", REJECT_STRUCTURE, "control falls off the end" },
	{ "invalid shift", REJECT_ARITH, "the shift is by more than the number's width" },
	{ "div by zero", REJECT_ARITH, "a division by the constant 0" },
	{ "pointer arithmetic", REJECT_ARITH, "arithmetic on %R that pointers do not allow" },
	{ "on pointer prohibited", REJECT_ARITH, "arithmetic on %R that pointers do not allow" },
	{ "math between", REJECT_ARITH, "the pointer may be moved too far" },
	{ "write into map forbidden", REJECT_RDONLY, "the map is read-only" },
	{ "read from map forbidden", REJECT_RDONLY, "the map is write-only" },
	{ "cannot write into", REJECT_RDONLY, "%R points to memory that may not be written" },
	{ "invalid bpf_context access", REJECT_CONTEXT,
	  "this field of the context may not be accessed so" },
	{ "dereference of modified ctx", REJECT_CONTEXT,
	  "the context is accessed through a pointer that was moved" },
	{ "At program exit", REJECT_RETURN, "the result in R0 is outside of what the hook takes" },
	{ "At callback return", REJECT_RETURN, "the callback's result is outside of its range" },
	{ "leaks addr", REJECT_PRIVILEGE, "an address of the kernel would become readable" },
	{ "leak pointer", REJECT_PRIVILEGE, "an address of the kernel would become readable" },
	{ "comparison prohibited", REJECT_PRIVILEGE, "%R is compared, which tells its address" },
	{ "GPL", REJECT_LICENSE, "this needs a licence compatible with the GPL" },
	{ "sleep", REJECT_SLEEP, "this may sleep, which is not allowed here" },
	{ "expected=", REJECT_ARG, "%R is not what the callee takes" },
	{ "trusted", REJECT_ARG, "the pointer passed is not trusted" },
	{ "arg#", REJECT_ARG, "an argument is not what the callee takes" },
};

s32 kernel_names(const char *message)
{
	for (const char *p = message; *p; p++) {
		if (*p == 'R' && p[1] >= '0' && p[1] <= '9' &&
		    (p == message || strchr(" ,(", p[-1])))
			return (s32)MIN(strtoul(p + 1, NULL, 10), 10ul);
	}
	return -1;
}

/* Figures that the sentence carries. */
static const char *packet_text(struct arena *a, const char *message, s32 regno)
{
	const char *range = strstr(message, ",r=");
	int off, size, known;

	if (!range || sscanf(range, ",r=%d", &known) != 1 ||
	    sscanf(message, "invalid access to packet, off=%d size=%d", &off, &size) != 2 ||
	    known < 0)
		return NULL;
	return arena_printf(a, "byte %d from R%d on is accessed, but only %d %s known to be there",
			    off + size - 1, regno, known, known == 1 ? "is" : "are");
}

static const char *value_text(struct arena *a, const char *message)
{
	int value, off, size;

	if (sscanf(message, "invalid access to map value, value_size=%d off=%d size=%d", &value,
		   &off, &size) != 3)
		return NULL;
	return arena_printf(a, "bytes %d to %d are accessed of a map's value of %d bytes", off,
			    off + size - 1, value);
}

static const char *leak_text(struct arena *a, const char *message)
{
	const char *at = strstr(message, "alloc_insn=");
	unsigned insn;

	if (!at || sscanf(at, "alloc_insn=%u", &insn) != 1)
		return NULL;
	return arena_printf(a, "the reference taken at instruction %u is not released on this path",
			    insn);
}

static const char *plain_text(struct arena *a, const char *text, s32 regno)
{
	const char *at = strstr(text, "%R");

	if (!at)
		return text;
	if (regno < 0)
		return arena_printf(a, "%.*sthe register%s", (int)(at - text), text, at + 2);
	return arena_printf(a, "%.*sR%d%s", (int)(at - text), text, regno, at + 2);
}

bool kernel_says(struct reject *out, struct arena *a, const char *message)
{
	for (size_t i = 0; i < ARRAY_SIZE(sayings); i++) {
		const char *text = NULL;

		if (!strstr(message, sayings[i].words))
			continue;
		*out = (struct reject){ .kind = sayings[i].kind,
					.err = -EINVAL,
					.regno = kernel_names(message) };
		if (out->kind == REJECT_PACKET)
			text = packet_text(a, message, out->regno);
		else if (out->kind == REJECT_BOUNDS)
			text = value_text(a, message);
		else if (out->kind == REJECT_LEAK)
			text = leak_text(a, message);
		else if (strstr(message, "type=") && strstr(message, "_or_null expected"))
			*out = (struct reject){ .kind = REJECT_NULL,
						.err = -EINVAL,
						.regno = out->regno };
		if (out->kind == REJECT_NULL)
			text = plain_text(a, "%R may be NULL", out->regno);
		out->text = text ? text : plain_text(a, sayings[i].text, out->regno);
		return out->text;
	}
	return false;
}
