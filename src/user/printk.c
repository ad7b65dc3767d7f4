// SPDX-License-Identifier: BSD-2-Clause
/* Text out of programs. */
#include <errno.h>

#include "user/format.h"
#include "user/helpers.h"

enum { VARARGS_MAX = 12 };

static u64 print(struct vm_run *vm, const char *fmt, u64 fmt_len, const u64 *args, u32 count)
{
	struct engine *e = run_of(vm)->unit->unit->engine;
	char text[FORMAT_MAX];
	s64 n = format_text(vm, text, sizeof(text), fmt, fmt_len, args, count);

	if (n >= 0 && e->print)
		e->print(e->print_arg, text, MIN((size_t)n, sizeof(text) - 1));
	return (u64)n;
}

HELPER_BODY(trace_printk)
{
	u64 args[3] = { r3, r4, r5 };

	return print(self, ptr_of(r1), (u32)r2, args, 3);
}

/* The array of arguments that trace_vprintk and snprintf take. */
static bool args_ok(u64 data, u64 len)
{
	return len % 8 == 0 && len <= VARARGS_MAX * 8 && (!len || data);
}

HELPER_BODY(trace_vprintk)
{
	u64 args[VARARGS_MAX];
	u32 len = (u32)r4;

	if (!args_ok(r3, len))
		return err64(-EINVAL);
	if (len)
		memcpy(args, ptr_of(r3), len);
	return print(self, ptr_of(r1), (u32)r2, args, len / 8);
}

/* The format is a string in a read-only map: it ends within its map value. */
static bool fmt_length(struct vm_run *vm, u64 fmt, u64 *len)
{
	*len = 0;
	do {
		char c;

		if (!probe_bytes(vm, &c, fmt + *len, 1))
			return false;
		++*len;
		if (!c)
			return true;
	} while (*len < 65536);
	return false;
}

HELPER_BODY(snprintf)
{
	u64 args[VARARGS_MAX], fmt_len;
	u32 len = (u32)r5;
	s64 n;

	if (!args_ok(r4, len))
		return err64(-EINVAL);
	if (!fmt_length(self, r3, &fmt_len))
		return err64(-EINVAL);
	if (len)
		memcpy(args, ptr_of(r4), len);
	n = format_text(self, ptr_of(r1), (u32)r2, ptr_of(r3), fmt_len, args, len / 8);
	return (u64)(n < 0 ? n : n + 1);
}
