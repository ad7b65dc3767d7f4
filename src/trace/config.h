/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Settings: defaults, then the script's config block, then those given by the caller (of the
 * environment and the command line). Names as BPFTRACE_MAX_STRLEN, MAX_STRLEN or max_strlen.
 */
#ifndef TRACE_CONFIG_H
#define TRACE_CONFIG_H

#include "trace/trace.h"

struct tconfig {
	u32 max_strlen, max_map_keys, max_probes, max_bpf_progs, max_cat_bytes, log_size;
	u32 on_stack_limit; /* bytes of one object that may lie in the frame */
	u32 ring_pages;	    /* of the output ring, a power of two */
	u32 max_join;	    /* strings of one join() */
	u32 join_len;	    /* bytes of each */
	bool print_maps_on_exit, cpp_demangle, lazy_symbolication, show_debug_info;
	enum stack_mode stack_mode;
	const char *license, *missing_probes, *cache_user_symbols, *str_trunc_trailer;
};

int config_read(struct tconfig *c, const struct script *s, const struct trace_opts *opts,
		struct arena *a, struct diag *d);

#endif
