/* SPDX-License-Identifier: BSD-2-Clause */
/* For the cases in C: a program's name begins with the verdict, accept_ or reject_. */
#ifndef CASES_H
#define CASES_H

#include <skep/bpf.h>

#define __ksym __attribute__((section(".ksyms")))
#define __kptr __attribute__((btf_type_tag("kptr")))
#define __uptr __attribute__((btf_type_tag("uptr")))
#define __tag(text) __attribute__((btf_decl_tag(text)))

typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;
typedef __u64 u64;
typedef __s32 s32;
typedef __s64 s64;

char _license[] SEC("license") = "GPL";

#endif
