/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Filters over packets in memory, without copying them: machine code of a classic program whose
 * twin over XDP's context our verifier has accepted (classic.h, CBPF_MEMORY). What machine code
 * leaves open (CBPF_ASK), the reference interpreter answers.
 */
#ifndef USER_MATCH_H
#define USER_MATCH_H

#include "classic/classic.h"
#include "filter/filter.h"

struct skep_packet;
struct match;

/* `prog` has passed cbpf_check and outlives the match. 0; -ENOMEM; -EOPNOTSUPP with `*why` (static)
 * what stands in the way of machine code. */
int match_new(struct match **out, const struct cbpf_prog *prog, const char **why);
/* The same of an expression, from which `prog` was compiled: machine code comes from its graph. */
int match_new_filter(struct match **out, const struct cbpf_prog *prog, const char *text,
		     const struct filter_opts *opts, const char **why);
void match_free(struct match *m);
/* What the program answers to each packet. May run in several threads at once. */
void match_run(const struct match *m, const struct skep_packet *packets, size_t count,
	       u32 *results);
/* The same of one packet, by the reference interpreter. */
u32 match_interpret(const struct cbpf_prog *prog, const struct skep_packet *p);
/* … with what Linux knows of it; bytes, lengths and headers of `known` come from `p`. */
u32 match_interpret_known(const struct cbpf_prog *prog, const struct skep_packet *p,
			  struct cbpf_packet known);

#endif
