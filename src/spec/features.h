/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Eras: what the verifier of a Linux release can do and where its limits lie (features.def).
 * Source: release notes and UAPI headers of the releases.
 */
#ifndef SPEC_FEATURES_H
#define SPEC_FEATURES_H

#include "base/types.h"

/* A release as a number that compares: ERA(5, 4) < ERA(5, 10). */
#define ERA(major, minor) ((u32)(major) << 8 | (u32)(minor))
#define ERA_MAJOR(era)	  ((era) >> 8)
#define ERA_MINOR(era)	  ((era)&0xff)

enum feature {
#define FEATURE(name, major, minor, text) FEATURE_##name,
#include "spec/features.def"
	FEATURE_COUNT
};

struct feature_info {
	const char *name; /* "BOUNDED_LOOPS" */
	const char *text; /* what it is, for people: "loops that end" */
	u32 since;	  /* era */
};

struct era_limits {
	u32 insns_unpriv, insns; /* instructions of a program; wide ones count as two */
	u32 followed;		 /* instructions that the verifier follows before it gives up */
};

const struct feature_info *feature_info(enum feature f);
bool era_has(u32 era, enum feature f);
/* "6.1" or "v6.1.55" (the patch level is dropped); 0 when it is no release. */
u32 era_parse(const char *text);
/* The supported eras, oldest first; 0 past the end. */
u32 era_at(u32 index);
/* The newest supported era that is not newer than `era`; 0 when all are. */
u32 era_supported(u32 era);
struct era_limits era_limits(u32 era);

#endif
