/* SPDX-License-Identifier: BSD-2-Clause */
/* Random classic BPF programs, from a seed: the same seed, the same program. */
#ifndef FUZZ_GEN_CLASSIC_H
#define FUZZ_GEN_CLASSIC_H

#include "classic/classic.h"

enum { GEN_CLASSIC_MAX = 40, GEN_CLASSIC_PACKET = 300 };

struct gen_classic {
	u64 state;	/* of the generator of numbers, never 0 */
	bool valid;	/* only programs that Linux accepts; else often slightly wrong ones */
	bool ancillary; /* loads of what Linux knows of a packet, too */
	bool relative;	/* loads from the network and the link header, too */
};

u32 gen_classic_random(struct gen_classic *g, u32 below);
/* Room for GEN_CLASSIC_MAX instructions. */
void gen_classic_prog(struct gen_classic *g, struct cbpf_prog *out);

#endif
