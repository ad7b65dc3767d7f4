// SPDX-License-Identifier: BSD-2-Clause
/* Calls what a script traces, N times; prints ns a call. "syscall": getppid(2); "function". */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

long trace_load_function(long n);

__attribute__((noinline, noclone)) long trace_load_function(long n)
{
	__asm__ volatile("" : "+r"(n));
	return n + 1;
}

int main(int argc, char **argv)
{
	long n = argc > 2 ? atol(argv[2]) : 0, sum = 0;
	struct timespec from, to;

	if (n <= 0) {
		fprintf(stderr, "usage: %s syscall|function N\n", argv[0]);
		return 2;
	}
	clock_gettime(CLOCK_MONOTONIC, &from);
	for (long i = 0; i < n; i++)
		sum += strcmp(argv[1], "syscall") ? trace_load_function(i) : syscall(SYS_getppid);
	clock_gettime(CLOCK_MONOTONIC, &to);
	printf("%.2f\n",
	       ((double)(to.tv_sec - from.tv_sec) * 1e9 + (double)(to.tv_nsec - from.tv_nsec)) /
		       (double)n);
	return sum == 42;
}
