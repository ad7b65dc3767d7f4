// SPDX-License-Identifier: BSD-2-Clause
/*
 * Symbols of the kernel by their address; per-CPU variables are not among them, as few kernels list
 * their addresses.
 */
#include "cases.h"

extern const void missing_symbol __ksym __attribute__((weak));
extern const void bpf_prog_put __ksym;
extern const int missing_variable __ksym __attribute__((weak));
extern void missing_function(void) __ksym __attribute__((weak));

SEC("tc") int accept_address_of_a_symbol(struct __sk_buff *ctx)
{
	return &bpf_prog_put != (void *)1 ? 0 : 0;
}

SEC("tc") int reject_symbol_without_type(struct __sk_buff *ctx)
{
	return *(volatile const int *)&bpf_prog_put;
}

SEC("tc") int accept_weak_symbol_that_is_missing(struct __sk_buff *ctx)
{
	return &missing_symbol ? (u64)&missing_symbol & 0 : 0;
}

SEC("tc") int accept_weak_variable_that_is_missing(struct __sk_buff *ctx)
{
	if (&missing_variable)
		return missing_variable;
	return 0;
}

SEC("tc") int accept_weak_function_that_is_missing(struct __sk_buff *ctx)
{
	if (missing_function)
		missing_function();
	return 0;
}
