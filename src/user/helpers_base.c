// SPDX-License-Identifier: BSD-2-Clause
/* Helpers that need neither packet nor map: clocks, process, numbers, strings, memory. */
#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "user/helpers.h"

void helper_fault(struct vm_run *vm, const char *fmt, ...)
{
	va_list ap;

	if (vm->fault.kind != FAULT_NONE)
		return;
	vm->fault.kind = FAULT_HELPER_ARG;
	va_start(ap, fmt);
	vsnprintf(vm->fault.text, sizeof(vm->fault.text), fmt, ap);
	va_end(ap);
}

static u64 clock_ns(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return (u64)ts.tv_sec * 1000000000u + (u64)ts.tv_nsec;
}

HELPER_BODY(ktime_get_ns)
{
	return clock_ns(CLOCK_MONOTONIC);
}

HELPER_BODY(ktime_get_boot_ns)
{
	return clock_ns(CLOCK_BOOTTIME);
}

HELPER_BODY(ktime_get_coarse_ns)
{
	return clock_ns(CLOCK_MONOTONIC_COARSE);
}

HELPER_BODY(ktime_get_tai_ns)
{
	return clock_ns(CLOCK_TAI);
}

HELPER_BODY(jiffies64)
{
	return clock_ns(CLOCK_MONOTONIC_COARSE) / 1000000;
}

/* xorshift64* */
HELPER_BODY(get_prandom_u32)
{
	struct user_run *run = run_of(self);

	while (!run->random) {
		if (getrandom(&run->random, sizeof(run->random), GRND_NONBLOCK) < 0)
			run->random = clock_ns(CLOCK_MONOTONIC) | 1;
	}
	run->random ^= run->random >> 12;
	run->random ^= run->random << 25;
	run->random ^= run->random >> 27;
	return (run->random * 0x2545f4914f6cdd1d) >> 32;
}

HELPER_BODY(get_smp_processor_id)
{
	return ((struct vm_run *)self)->cpu;
}

HELPER_BODY(get_numa_node_id)
{
	return 0;
}

HELPER_BODY(get_current_pid_tgid)
{
	return (u64)getpid() << 32 | (u32)syscall(SYS_gettid);
}

HELPER_BODY(get_current_uid_gid)
{
	return (u64)getgid() << 32 | getuid();
}

HELPER_BODY(get_current_comm)
{
	char comm[16] = "", *out = ptr_of(r1);
	u32 size = (u32)r2;

	if (!size)
		return err64(-EINVAL);
	prctl(PR_GET_NAME, comm);
	comm[15] = 0;
	memset(out, 0, size);
	memcpy(out, comm, MIN(strlen(comm), size - 1));
	return 0;
}

HELPER_BODY(strncmp)
{
	const u8 *a = ptr_of(r1), *b = ptr_of(r3);

	for (u32 i = 0; i < (u32)r2; i++) {
		if (a[i] != b[i])
			return err64(a[i] < b[i] ? -1 : 1);
		if (!a[i])
			break;
	}
	return 0;
}

enum { STRTOX_MAX = 64 };

static u32 digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return (u32)(c - '0');
	if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
		return (u32)((c | 0x20) - 'a') + 10;
	return 99;
}

/* The number at the start of text: its bytes in all, or -errno. 0x and 0 choose the base. */
static int parse_number(const char *text, u32 len, u64 flags, u64 *value, bool *negative)
{
	u32 at = 0, base = flags & 0x1f, start;
	u64 v = 0;
	bool over = false;

	if (!len || (base && base != 8 && base != 10 && base != 16) || flags & ~0x1full)
		return -EINVAL;
	while (at < len && (isspace((u8)text[at]) || (u8)text[at] == 0xa0))
		at++;
	*negative = at < len && text[at] == '-';
	at += *negative;
	if (at == len)
		return -EINVAL;
	len = MIN(len, at + STRTOX_MAX);
	if (!base) {
		base = 10;
		if (text[at] == '0') {
			base = 8;
			if (at + 2 < len && (text[at + 1] | 0x20) == 'x' &&
			    digit_of(text[at + 2]) < 16)
				base = 16;
		}
	}
	if (base == 16 && at + 1 < len && text[at] == '0' && (text[at + 1] | 0x20) == 'x')
		at += 2;
	for (start = at; at < len && digit_of(text[at]) < base; at++) {
		over |= __builtin_mul_overflow(v, (u64)base, &v);
		over |= __builtin_add_overflow(v, (u64)digit_of(text[at]), &v);
	}
	if (over)
		return -ERANGE;
	*value = v;
	return at == start ? -EINVAL : (int)at;
}

HELPER_BODY(strtol)
{
	u64 value = 0;
	bool negative;
	int n = parse_number(ptr_of(r1), (u32)r2, r3, &value, &negative);

	STORE(s64, ptr_of(r4), 0);
	if (n < 0)
		return err64(n);
	if (negative ? value > 1ull << 63 : value > INT64_MAX)
		return err64(-ERANGE);
	STORE(u64, ptr_of(r4), negative ? 0 - value : value);
	return (u64)n;
}

HELPER_BODY(strtoul)
{
	u64 value = 0;
	bool negative;
	int n = parse_number(ptr_of(r1), (u32)r2, r3, &value, &negative);

	STORE(u64, ptr_of(r4), 0);
	if (n < 0)
		return err64(n);
	if (negative)
		return err64(-EINVAL);
	STORE(u64, ptr_of(r4), value);
	return (u64)n;
}

/* Read memory that a program only has the number of. Checked: what the program may read itself;
 * else whatever the process can read, without a crash. */
bool probe_bytes(struct vm_run *vm, void *to, u64 from, size_t len)
{
	struct iovec local = { to, len }, remote = { ptr_of(from), len };
	bool ok;

	if (!vm->checked)
		return !len || process_vm_readv(getpid(), &local, 1, &remote, 1, 0) == (ssize_t)len;
	if (vm->fault.kind != FAULT_NONE)
		return false;
	ok = vm_helper_access(vm, from, len, VM_READ, "memory");
	if (ok)
		mem_copy(to, ptr_of(from), len);
	else
		vm->fault = (struct vm_fault){ 0 };
	return ok;
}

/* Bytes copied with the NUL, or -EFAULT. */
s64 probe_string(struct vm_run *vm, char *to, u32 size, u64 from)
{
	u32 i = 0;

	for (; i < size; i++) {
		if (!probe_bytes(vm, &to[i], from + i, 1))
			return -EFAULT;
		if (!to[i])
			return i + 1;
	}
	if (size)
		to[size - 1] = 0;
	return size;
}

HELPER_BODY(probe_read_kernel)
{
	if (probe_bytes(self, ptr_of(r1), r3, (u32)r2))
		return 0;
	mem_zero(r1, (u32)r2);
	return err64(-EFAULT);
}

HELPER_BODY(probe_read_kernel_str)
{
	s64 n = probe_string(self, ptr_of(r1), (u32)r2, r3);

	if (n < 0)
		mem_zero(r1, (u32)r2);
	return (u64)n;
}

HELPER_BODY(probe_read)
{
	return helper_probe_read_kernel(self, r1, r2, r3, r4, r5);
}

HELPER_BODY(probe_read_str)
{
	return helper_probe_read_kernel_str(self, r1, r2, r3, r4, r5);
}
