/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * libpcap as an oracle, opened when a test runs: its names clash with those of src/pcap, so nothing
 * links with it. Source: pcap(3PCAP), pcap_compile(3PCAP), pcap_offline_filter(3PCAP).
 */
#ifndef TESTS_LIBPCAP_H
#define TESTS_LIBPCAP_H

#include <dlfcn.h>

#include "classic/classic.h"

struct libpcap_handle; /* pcap_t */

/* struct bpf_program. */
struct libpcap_prog {
	unsigned count;
	struct cbpf_insn *insns;
};

struct libpcap {
	const char *(*version)(void);
	struct libpcap_handle *(*open_dead)(int linktype, int snaplen);
	void (*close)(struct libpcap_handle *p);
	int (*compile)(struct libpcap_handle *p, struct libpcap_prog *out, const char *text,
		       int optimize, u32 netmask); /* not 0: see geterr */
	char *(*geterr)(struct libpcap_handle *p);
	void (*freecode)(struct libpcap_prog *prog);
	/* Accepted bytes. No check of the program, and backward jumps are followed. */
	u32 (*filter)(const struct cbpf_insn *insns, const u8 *data, u32 wire_len, u32 len);
	int (*validate)(const struct cbpf_insn *insns, int count); /* 1: valid */
	char *(*image)(const struct cbpf_insn *insn, int number);
	int (*name_to_val)(const char *name); /* link types, "EN10MB" */
};

/* NULL: there is no libpcap here. */
static inline const struct libpcap *libpcap_open(void)
{
	static struct libpcap l;
	void *so = l.compile ? NULL : dlopen("libpcap.so.0.8", RTLD_NOW | RTLD_LOCAL);

	if (!so && !l.compile)
		so = dlopen("libpcap.so.1", RTLD_NOW | RTLD_LOCAL);
	if (so) {
		*(void **)&l.version = dlsym(so, "pcap_lib_version");
		*(void **)&l.open_dead = dlsym(so, "pcap_open_dead");
		*(void **)&l.close = dlsym(so, "pcap_close");
		*(void **)&l.geterr = dlsym(so, "pcap_geterr");
		*(void **)&l.freecode = dlsym(so, "pcap_freecode");
		*(void **)&l.filter = dlsym(so, "bpf_filter");
		*(void **)&l.validate = dlsym(so, "bpf_validate");
		*(void **)&l.image = dlsym(so, "bpf_image");
		*(void **)&l.name_to_val = dlsym(so, "pcap_datalink_name_to_val");
		*(void **)&l.compile = dlsym(so, "pcap_compile");
	}
	return l.compile ? &l : NULL;
}

#endif
